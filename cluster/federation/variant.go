package federation

import "shoal/cluster"

// firstRefresh is after how many copies a variant is sketched again the first time;
// the number doubles up to mostRefresh. Each is an occasion to see that copies of the
// variant belong elsewhere, and to make one of two campaigns.
const firstRefresh, mostRefresh = 8, 32

// variant counts the copies of one exemplar.
type variant struct {
	pending uint32 // copies that no sketch has counted
	next    uint32 // how many make the next one due
	since   int64  // time of the last sketch, Unix milliseconds
}

// variants remembers which exemplars the global engine has. What is forgotten is
// sketched again, and a repeat there.
type variants struct {
	recent[cluster.ReportID, variant]
}

func newVariants(limit int) variants {
	return variants{newRecent[cluster.ReportID, variant](limit)}
}

// sketched notes that the global engine has an exemplar.
func (v *variants) sketched(id cluster.ReportID, now int64) {
	v.put(id, variant{next: firstRefresh, since: now})
}

// count counts a copy of an exemplar that is known, unless the copy is due to be
// sketched: it then stands for the n before it.
func (v *variants) count(id cluster.ReportID, now, refresh int64) (n uint32, due bool) {
	x, _ := v.get(id)
	n = x.pending
	if due = n >= x.next || now-x.since >= refresh; due {
		x = variant{next: min(2*x.next, mostRefresh), since: now}
	} else {
		x.pending++
	}
	v.put(id, x)
	return n, due
}
