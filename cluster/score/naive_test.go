package score

// naiveScore computes the figures by their definitions, pair by pair.
func naiveScore(items []Item) Result {
	r := Result{Messages: len(items)}
	n := float64(len(items))
	var p, lenient, recall, hardRecall, purity float64
	campaigns, clusters := map[string]bool{}, map[string]bool{}
	for i := range items {
		it := items[i]
		cluster, cared, both, campaign, abuse := 0, 0, 0, 0, false
		for j := range items {
			with, same := i == j || mates(it.Got, items[j].Got), i == j || mates(it.Truth, items[j].Truth)
			if same {
				campaign++
			}
			if !with {
				continue
			}
			cluster++
			abuse = abuse || items[j].Kind != Ham
			if same {
				both++
			}
			if same || !mates(it.Family, items[j].Family) {
				cared++
			}
		}
		p += float64(both) / float64(cluster)
		lenient += float64(both) / float64(cared)
		recall += float64(both) / float64(campaign)
		purity += float64(naiveLargest(items, i)) / float64(cluster)
		if it.Hard && !none(it.Truth) {
			r.Hard++
			hardRecall += float64(both) / float64(campaign)
		}
		if it.Got == "" {
			r.Missing++
		}
		if !none(it.Truth) {
			campaigns[it.Truth] = true
		}
		if cluster > 1 {
			clusters[it.Got] = true
		}
		if it.Kind == Ham {
			r.Ham++
			if cluster > 1 {
				r.HamClustered++
			}
			if abuse {
				r.HamWithAbuse++
			}
		}
	}
	r.Campaigns, r.Clusters = len(campaigns), len(clusters)
	r.Strict, r.Lenient = naiveFigures(p/n, recall/n), naiveFigures(lenient/n, recall/n)
	r.Purity = purity / n
	if r.Hard > 0 {
		r.HardRecall = hardRecall / float64(r.Hard)
	}
	r.PairStrict, r.PairLenient = naivePairs(items, false), naivePairs(items, true)
	return r
}

func mates(a, b string) bool { return !none(a) && a == b }

// naiveLargest is the size of the largest campaign in the cluster of item i.
func naiveLargest(items []Item, i int) int {
	most, count := 1, map[string]int{}
	for j := range items {
		if (i == j || mates(items[i].Got, items[j].Got)) && !none(items[j].Truth) {
			count[items[j].Truth]++
			most = max(most, count[items[j].Truth])
		}
	}
	return most
}

func naivePairs(items []Item, lenient bool) Figures {
	var right, wrong, all float64
	for i := range items {
		for j := range items[:i] {
			with, same := mates(items[i].Got, items[j].Got), mates(items[i].Truth, items[j].Truth)
			switch {
			case with && same:
				right++
			case with && !(lenient && mates(items[i].Family, items[j].Family)):
				wrong++
			}
			if same {
				all++
			}
		}
	}
	p, r := 1.0, 1.0
	if right+wrong > 0 {
		p = right / (right + wrong)
	}
	if all > 0 {
		r = right / all
	}
	return naiveFigures(p, r)
}

func naiveFigures(p, r float64) Figures {
	if p+r == 0 {
		return Figures{}
	}
	return Figures{p, r, 2 * p * r / (p + r)}
}
