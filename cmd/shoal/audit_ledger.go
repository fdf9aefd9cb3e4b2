package main

import (
	"bytes"
	"cmp"
	"maps"
	"slices"

	"shoal/cluster"
	"shoal/pipeline/store"
)

// fate is what became of a report in a topic. Each has exactly one.
type fate int

const (
	fateStored  fate = iota
	fateRepeat       // the report is stored, from another record
	fateDead         // a letter in "reports.dead" has it
	fateWaiting      // a stage has still to deal with it: in flight
	fateExpired      // it was stored for as long as the store keeps reports
	fateMissing      // none of these
	fates
)

// occurrence is a report as one record of a topic has it.
type occurrence struct {
	id     cluster.ReportID // zeros where the record is no mail
	at     int64            // as the store keeps it, in Unix milliseconds
	offset int64
	part   int32
	source uint16 // place in auditor.sources
}

// spot is a record of a topic.
type spot struct {
	part   int32
	offset int64
}

func (o *occurrence) spot() spot { return spot{o.part, o.offset} }

// kept is a stored report: taken once a record is known that it came from, known
// where any record has it.
type kept struct {
	store.Kept
	taken, known bool
}

// ledger is one topic's side of the account.
type ledger struct {
	topic   string
	seen    []occurrence
	letters map[spot]string // reason of each dead record
	// own says whether a stored report came from just this occurrence.
	own func(o *occurrence, k *store.Kept) bool
	// done is up to where the topic's stage has committed each partition.
	done  []int64
	stage string

	counts  map[uint16]*[fates]int64 // by source
	dead    map[string]int64         // by reason
	waiting map[string]int64         // by stage
	missing []occurrence
}

// facts are what both ledgers are settled against.
type facts struct {
	from, to int64 // the span, in Unix milliseconds; to is not in it
	kept     map[cluster.ReportID]*kept
	// letters are reports that were extracted and then buried, with the reason.
	letters map[cluster.ReportID]string
	// waiting are reports on the way, past extraction, and the stage that has them.
	waiting map[cluster.ReportID]string
	// oldest is the time before which the store has dropped what it had.
	oldest int64
}

// settle gives every occurrence its fate. What a stored report came from is
// found before the rest, so that of a letter and a report that was sent again each
// counts as what it is.
func (l *ledger) settle(f *facts) {
	l.counts, l.dead, l.waiting = map[uint16]*[fates]int64{}, map[string]int64{}, map[string]int64{}
	for _, k := range f.kept {
		k.taken, k.known = false, false
	}
	rest := l.seen[:0:0]
	for _, o := range l.seen {
		k := f.kept[o.id]
		if k != nil {
			k.known = true
		}
		if k != nil && !k.taken && l.own(&o, &k.Kept) {
			k.taken = true
			l.count(o, fateStored)
			continue
		}
		rest = append(rest, o)
	}
	once := map[cluster.ReportID]bool{} // of what is not stored
	for _, o := range rest {
		l.count(o, l.fate(&o, f, once))
	}
}

func (l *ledger) count(o occurrence, what fate) {
	n := l.counts[o.source]
	if n == nil {
		n = new([fates]int64)
		l.counts[o.source] = n
	}
	n[what]++
	if what == fateMissing {
		l.missing = append(l.missing, o)
	}
}

// fate is that of an occurrence which no stored report is known to come from.
func (l *ledger) fate(o *occurrence, f *facts, once map[cluster.ReportID]bool) fate {
	if reason, ok := l.letters[o.spot()]; ok {
		l.dead[reason]++
		return fateDead
	}
	none := o.id == cluster.ReportID{}
	if k := f.kept[o.id]; k != nil && !none {
		if !k.taken && k.ReceivedAt >= f.from && k.ReceivedAt < f.to {
			k.taken = true
			return fateStored
		}
		return fateRepeat
	}
	if !none && once[o.id] {
		return fateRepeat
	}
	once[o.id] = true
	if reason, ok := f.letters[o.id]; ok && !none {
		l.dead[reason]++
		return fateDead
	}
	if stage := l.on(o, f); stage != "" {
		l.waiting[stage]++
		return fateWaiting
	}
	if o.at < f.oldest {
		return fateExpired
	}
	return fateMissing
}

// on is the stage that has the occurrence before it, "" for none.
func (l *ledger) on(o *occurrence, f *facts) string {
	if stage := f.waiting[o.id]; stage != "" {
		return stage
	}
	if int(o.part) < len(l.done) && o.offset < l.done[o.part] {
		return ""
	}
	return l.stage
}

// total adds up the sources.
func (l *ledger) total() (sum [fates]int64) {
	for _, n := range l.counts {
		for i := range n {
			sum[i] += n[i]
		}
	}
	return sum
}

// strays are stored reports of the span that the ledger which was settled last, that
// of topic "features", does not know: first and end are the offsets that were read
// of it.
func (f *facts) strays(first, end int64) []store.Kept {
	var out []store.Kept
	for _, k := range f.kept {
		in := k.ReceivedAt >= f.from && k.ReceivedAt < f.to && k.Offset >= first && k.Offset < end
		if in && !k.known {
			out = append(out, k.Kept)
		}
	}
	slices.SortFunc(out, compareKept)
	return out
}

// compareKept is the order in which stored reports are listed.
func compareKept(a, b store.Kept) int {
	return cmp.Or(cmp.Compare(a.Offset, b.Offset), bytes.Compare(a.ID[:], b.ID[:]), cmp.Compare(a.ReceivedAt, b.ReceivedAt))
}

// sortedKeys are a map's keys in order.
func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }
