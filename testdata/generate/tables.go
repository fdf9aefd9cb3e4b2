package main

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

// tables makes the files beside the messages. paths[i] names items[i].
func tables(items []item, paths []string) []file {
	return []file{
		{"labels.tsv", labels(items, paths)},
		{"meta.tsv", meta(items, paths)},
		{"campaigns.tsv", campaigns(items)},
		{"voters.csv", voters(items)},
		{"baseline.csv", baseline()},
		{"networks.csv", networks()},
	}
}

// labels: corpus, path, campaign or "-", confidence; without a head line.
func labels(items []item, paths []string) []byte {
	var lines []string
	for i, it := range items {
		lines = append(lines, fmt.Sprintf("shoal\t%s\t%s\thigh\n", paths[i], it.campaign))
	}
	return sorted("", lines)
}

// meta: what a message is and the family of its campaign.
func meta(items []item, paths []string) []byte {
	var lines []string
	for i, it := range items {
		lines = append(lines, fmt.Sprintf("%s\t%s\t%s\t%s\t%d\n", paths[i], it.kind, it.campaign, it.family, len(it.sent.raw)))
	}
	return sorted("path\tkind\tcampaign\tfamily\tbytes\n", lines)
}

// campaigns: size, days, and how far the most distant copy is from the medoid.
func campaigns(items []item) []byte {
	members := map[string][]item{}
	for _, it := range items {
		if it.campaign != "-" {
			members[it.campaign] = append(members[it.campaign], it)
		}
	}
	var lines []string
	for name, of := range members {
		lines = append(lines, fmt.Sprintf("%s\t%s\t%d\t%s\t%s\t%.2f\n", name, of[0].family, len(of),
			of[0].sent.at.Format("060102"), of[len(of)-1].sent.at.Format("060102"), distance(of)))
	}
	return sorted("campaign\tfamily\tn\tfirst\tlast\tmin_jaccard4_to_medoid\n", lines)
}

// distance is the least resemblance (Jaccard of word 4-shingles) of a member's
// text to the medoid's, the member that resembles all the others most.
func distance(of []item) float64 {
	var sets []map[string]bool
	for _, it := range of {
		set, words := map[string]bool{}, strings.Fields(strings.ToLower(it.text))
		for i := range max(1, len(words)-3) {
			set[strings.Join(words[i:min(i+4, len(words))], " ")] = true
		}
		sets = append(sets, set)
	}
	best, least := -1.0, 0.0
	for _, a := range sets {
		sum, low := 0.0, 1.0
		for _, b := range sets {
			similar := jaccard(a, b)
			sum, low = sum+similar, min(low, similar)
		}
		if sum > best {
			best, least = sum, low
		}
	}
	return least
}

func jaccard(a, b map[string]bool) float64 {
	both := 0
	for shingle := range a {
		if b[shingle] {
			both++
		}
	}
	return float64(both) / float64(len(a)+len(b)-both)
}

// voters: attributes of the recipients of political mail, and of two in five others.
func voters(items []item) []byte {
	r := stream("voters")
	var lines []string
	for _, it := range items {
		if it.political || r.IntN(5) < 2 {
			lines = append(lines, fmt.Sprintf("%s,%s,%s,%s\n", it.to.address, it.to.region, it.to.county, it.to.list))
		}
	}
	return sorted("recipient,region,county,list\n", lines)
}

// baseline: how many voters there are by state and by list, in this story.
func baseline() []byte {
	counts := []struct {
		dimension, value string
		count            int
	}{
		{"list", listHeron, 48_100_000}, {"list", listKestrel, 36_400_000}, {"list", listNone, 33_900_000},
		{"region", "AK", 590_000}, {"region", "AZ", 4_280_000}, {"region", "CA", 22_050_000}, {"region", "FL", 14_440_000},
		{"region", "MI", 8_130_000}, {"region", "NY", 13_550_000}, {"region", "OH", 8_070_000}, {"region", "PA", 9_090_000},
		{"region", "TX", 16_950_000}, {"region", "WA", 4_890_000}, {"region", "other", 16_360_000},
	}
	var b bytes.Buffer
	b.WriteString("dimension,value,count\n")
	for _, c := range counts {
		fmt.Fprintf(&b, "%s,%s,%d\n", c.dimension, c.value, c.count)
	}
	return b.Bytes()
}

// networks: where the documentation ranges are, in this story.
func networks() []byte {
	return []byte(`prefix,asn,country,name
192.0.2.0/26,64500,US,Badge Press Hosting
192.0.2.64/27,64501,US,Campus Network
192.0.2.96/27,64502,NL,Tulip Hosting
192.0.2.128/25,64503,DE,Kite VPS
198.51.100.0/26,64504,SA,Souq Net
198.51.100.64/26,64505,EE,Kirjastus Data
198.51.100.128/26,64506,AE,Palm Internet
203.0.113.0/26,64507,US,Mailbox Providers
203.0.113.64/26,64508,US,Quay Networks
2001:db8::/32,64509,US,Documentation
`)
}

// sorted is a table with its lines in order and none twice.
func sorted(head string, lines []string) []byte {
	slices.Sort(lines)
	return []byte(head + strings.Join(slices.Compact(lines), ""))
}
