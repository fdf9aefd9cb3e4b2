package score

// tally sums the figures of messages.
type tally struct {
	messages, missing        int
	precision, lenient       float64
	recall, hardRecall       float64
	purity                   float64
	hard                     int
	right, wrong             int // pairs of a cluster, each seen from both sides
	wrongLenient, wanted     int
	ham, withAbuse, gathered int

	campaigns, clusters map[int32]struct{}
}

func newTally() *tally {
	return &tally{campaigns: make(map[int32]struct{}), clusters: make(map[int32]struct{})}
}

func (y *tally) add(it *Item, t *table, i int) {
	m := t.meet(i)
	y.messages++
	if it.Got == "" {
		y.missing++
	}
	y.precision += float64(m.both) / float64(m.cluster)
	y.lenient += float64(m.both) / float64(m.lenient)
	recall := float64(m.both) / float64(m.campaign)
	y.recall += recall
	if it.Hard && !none(it.Truth) {
		y.hard++
		y.hardRecall += recall
	}
	c := t.cluster.of[i]
	y.purity += float64(t.largest[c]) / float64(m.cluster)
	y.right += m.both - 1
	y.wrong += m.cluster - m.both
	y.wrongLenient += m.lenient - m.both
	y.wanted += m.campaign - 1
	if it.Kind == Ham {
		y.addHam(m, t.ham[c])
	}
	y.meets(it, m, c, t.campaign.of[i])
}

func (y *tally) addHam(m meeting, ham int) {
	y.ham++
	if m.cluster > 1 {
		y.gathered++
	}
	if m.cluster > ham {
		y.withAbuse++
	}
}

// meets notes which campaigns and clusters there are.
func (y *tally) meets(it *Item, m meeting, cluster, campaign int32) {
	if !none(it.Truth) {
		y.campaigns[campaign] = struct{}{}
	}
	if m.cluster > 1 {
		y.clusters[cluster] = struct{}{}
	}
}

func (y *tally) result() Result {
	n := float64(y.messages)
	r := Result{
		Messages:     y.messages,
		Missing:      y.missing,
		Campaigns:    len(y.campaigns),
		Clusters:     len(y.clusters),
		Strict:       figures(y.precision/n, y.recall/n),
		Lenient:      figures(y.lenient/n, y.recall/n),
		PairStrict:   figures(share(y.right, y.right+y.wrong), share(y.right, y.wanted)),
		PairLenient:  figures(share(y.right, y.right+y.wrongLenient), share(y.right, y.wanted)),
		Purity:       y.purity / n,
		Hard:         y.hard,
		Ham:          y.ham,
		HamWithAbuse: y.withAbuse,
		HamClustered: y.gathered,
	}
	if y.hard > 0 {
		r.HardRecall = y.hardRecall / float64(y.hard)
	}
	return r
}

func figures(p, r float64) Figures {
	f := Figures{P: p, R: r}
	if p+r > 0 {
		f.F1 = 2 * p * r / (p + r)
	}
	return f
}

// share is part of whole, 1 of nothing.
func share(part, whole int) float64 {
	if whole == 0 {
		return 1
	}
	return float64(part) / float64(whole)
}
