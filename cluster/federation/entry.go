package federation

import (
	"fmt"

	"shoal/cluster"
)

// MaxCopies is how many copies one entry counts at most.
const MaxCopies = 1 << 16

// Validate says whether what a local clusterer adds to an entry keeps to its bounds.
func Validate(entry *cluster.Entry) error {
	switch f := entry.Finding; {
	case entry.Copies > MaxCopies:
		return fmt.Errorf("%d copies, at most %d", entry.Copies, MaxCopies)
	case f == nil:
		return nil
	case entry.Features == nil:
		return fmt.Errorf("a finding without a report")
	case f.Kind == cluster.FindingNone || f.Kind > cluster.FindingAlone:
		return fmt.Errorf("unknown kind %d of finding", f.Kind)
	}
	return nil
}

// Light says whether a global clusterer that knows some reports can do without the
// features of an entry, but for id and time.
func Light(entry *cluster.Entry, knows func(cluster.ReportID) bool) bool {
	f := entry.Finding
	if f == nil || entry.Features == nil {
		return false
	}
	switch f.Kind {
	case cluster.FindingCopy:
		return knows(f.Of)
	case cluster.FindingAlone:
		return !f.Again && !heard(entry.Features.Report)
	}
	return false
}

// hearing: the global clusterer counts the words of one in so many of the reports that
// stand alone. It must know what is common, and which share of all clusters has a
// value; a sample tells that, and reading all of them would cost a third more.
const hearing = 8

func heard(r cluster.ReportID) bool { return key(r)%hearing == 0 }
