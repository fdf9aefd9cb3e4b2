package federation

import (
	"fmt"

	"shoal/cluster"
)

// MaxCopies is how many copies a [Sketch] counts at most.
const MaxCopies = 1 << 16

// Sketch is what a local clusterer tells the global one: a report that is news, with
// its features as they are, so that the global engine takes it as a report.
type Sketch struct {
	Features *cluster.Features
	// Copies is how many near copies of it are only counted: those since the last
	// sketch of their variant.
	Copies uint32
}

// Validate says whether s keeps to the bounds of [cluster.Features] and
// [MaxCopies].
func (s *Sketch) Validate() error {
	if s.Features == nil {
		return fmt.Errorf("sketch without features")
	}
	if s.Copies > MaxCopies {
		return fmt.Errorf("sketch of %d copies, at most %d", s.Copies, MaxCopies)
	}
	if err := s.Features.Validate(); err != nil {
		return fmt.Errorf("sketch: %w", err)
	}
	return nil
}

// Entry is the entry of the global engine's log that a sketch at an offset of that
// log makes. A sketch that was sent twice is a repeat there and counts once.
func (s *Sketch) Entry(offset int64) cluster.Entry {
	return cluster.Entry{Offset: offset, Features: s.Features, Copies: s.Copies}
}

// Copy says that a report is a near copy of a sketched one, and why: the global
// engine does not hear of it. The report is of the campaign of which Of is.
type Copy struct {
	Report, Of cluster.ReportID
	// Offset is that of the report in its partition of the local's log.
	Offset int64
	// Time is when the report entered the log, Unix milliseconds.
	Time int64
	// Evidence, Score and Content are those of [cluster.Event].
	Evidence       []cluster.Evidence
	Score, Content float64
}

// Event is the assignment that follows once the campaign is known: see
// [Directory.Campaign]. It has no number, since it is not of the global log.
func (c *Copy) Event(campaign cluster.CampaignID) cluster.Event {
	return cluster.Event{
		Kind: cluster.EventAssigned, Offset: c.Offset, Time: c.Time, Report: c.Report, Campaign: campaign,
		Evidence: c.Evidence, Score: c.Score, Content: c.Content,
	}
}
