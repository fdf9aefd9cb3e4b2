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
	return f != nil && entry.Features != nil && f.Kind == cluster.FindingCopy && knows(f.Of)
}
