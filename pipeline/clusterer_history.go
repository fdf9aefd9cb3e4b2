package pipeline

import (
	"context"
	"errors"
	"fmt"

	"shoal/cluster"
	"shoal/pipeline/record"
)

// ErrForeignEvents is returned by [Clusterer.Run] where "events" was not made of
// what "features" holds: one of the topics was made anew without the other.
var ErrForeignEvents = errors.New("topic events was not made of this topic features: keep or remove both, and the snapshots, together")

// history reads the events that were published after the engine's last one, for it
// to follow.
type history struct {
	from  Reader
	taken uint64 // number of the last event given out, or of the engine's
	last  uint64 // number of the last event published
	to    int64  // offset of the entry that it follows from
	// lost says that the events of entries before it are gone.
	lost  int64
	begun bool
	next  int64 // offset of what is read next
	ahead []cluster.Event
}

// begin makes history what was published after the event of that number.
func (h *history) begin(after, last uint64, to int64) {
	h.taken, h.last, h.to = after, last, to
	h.lost, h.begun, h.ahead = 0, false, nil
	h.move(int64(after)) // event n is at n-1, or later where some are there twice
}

func (h *history) move(offset int64) {
	h.next = offset
	h.from.SetOffset(offset)
}

// fetch reads on.
func (h *history) fetch(ctx context.Context) ([]Record, error) {
	recs, err := h.from.Fetch(ctx)
	if err != nil {
		h.from.SetOffset(h.next)
		return nil, fmt.Errorf("fetch events: %w", err)
	}
	if n := len(recs); n > 0 {
		h.next = recs[n-1].Offset + 1
	}
	return recs, nil
}

// over says whether all of it was given out.
func (h *history) over() bool { return h.taken >= h.last }

// upTo gives the events of entries up to offset that were not given out yet.
func (h *history) upTo(ctx context.Context, offset int64) (evs []cluster.Event, err error) {
	for !h.over() {
		if len(h.ahead) == 0 {
			if err := h.read(ctx); err != nil {
				return evs, err
			}
			continue
		}
		ev := h.ahead[0]
		if ev.Offset > offset {
			break
		}
		evs, h.ahead, h.taken = append(evs, ev), h.ahead[1:], ev.Seq
	}
	return evs, nil
}

func (h *history) read(ctx context.Context) error {
	recs, err := h.fetch(ctx)
	if err != nil {
		return err
	}
	seq := h.taken
	for _, rec := range recs {
		ev, err := record.UnmarshalEvent(rec.Value)
		if errors.Is(err, record.ErrVersion) {
			return fmt.Errorf("event at offset %d: %w", rec.Offset, err)
		}
		if err != nil || ev.GetSeq() <= seq {
			continue // no event of ours, or one that is there twice
		}
		if !h.begun && ev.GetSeq() > seq+1 && recs[0].Offset > 0 && recs[0].Offset <= int64(h.taken) {
			// Offsets are smaller than the numbers, as in a copy of the topic.
			h.begun = true
			h.move(0)
			return nil
		}
		if seq == h.taken && ev.GetSeq() > seq+1 {
			h.lost = ev.GetOffset()
		}
		seq = ev.GetSeq()
		if h.begun = true; seq <= h.last {
			h.ahead = append(h.ahead, toEvent(ev))
		}
	}
	return nil
}

// twice bounds how many events one clusterer can write after another took over: what
// follows from the records that it had fetched together.
const twice = 20_000

// lookBack finds the last event where the record at the end need not be it: a
// clusterer that was paused while another took over writes once more what it had in
// hand. Those events are there already, and their numbers are lower.
func (c *Clusterer) lookBack(ctx context.Context, end int64) error {
	again := c.history.next
	defer func() { c.history.move(again) }()
	c.history.move(max(0, end-twice))
	for c.history.next <= end {
		recs, err := c.history.fetch(ctx)
		if err != nil {
			return err
		}
		for _, rec := range recs {
			if ev, err := record.UnmarshalEvent(rec.Value); err == nil && rec.Offset <= end && ev.GetSeq() > c.published {
				c.published, c.reached = ev.GetSeq(), ev.GetOffset()
			}
		}
	}
	return nil
}

// toEvent is what an engine needs of an event to follow it.
func toEvent(ev *record.Event) cluster.Event {
	out := cluster.Event{
		Seq: ev.GetSeq(), Offset: ev.GetOffset(), Time: ev.GetTimeMs(), Kind: cluster.EventKind(ev.GetKind()),
		Campaign: cluster.CampaignID(ev.GetCampaign()), Other: cluster.CampaignID(ev.GetOther()),
		Operation: ev.GetOperation(), Label: ev.GetLabel(), Actor: ev.GetActor(), Note: ev.GetNote(),
	}
	copy(out.Report[:], ev.GetReportId())
	return out
}

// errPassedOver is the detail of a letter for what another clusterer left out.
var errPassedOver = errors.New("the clusterer that published what came after it could not use it")

// follow takes a record through the engine as history says that it went. bad says
// why the record cannot be used, if so. live is true where history has ended before
// the record, which is then to be decided.
func (c *Clusterer) follow(ctx context.Context, rec Record, entry cluster.Entry, bad error) (evs []cluster.Event, live bool, err error) {
	past, err := c.history.upTo(ctx, rec.Offset)
	switch {
	case err != nil:
		return nil, false, err
	case rec.Offset < c.history.lost: // what was said of it is not known any more
		if bad == nil {
			c.engine.Step(entry)
		}
		return nil, false, bad
	case rec.Offset > c.history.to: // the records of all that is left are gone
		c.engine.Follow(cluster.Entry{Offset: rec.Offset - 1}, past, true)
		return nil, true, nil
	case len(past) == 0:
		if bad == nil {
			bad = Dead(ReasonPanic, errPassedOver)
		}
		return nil, false, bad
	case !belong(entry, past):
		return nil, false, fmt.Errorf("features at offset %d: %w", rec.Offset, ErrForeignEvents)
	}
	if bad != nil {
		entry = cluster.Entry{Offset: rec.Offset}
	}
	return c.engine.Follow(entry, past, rec.Offset < c.history.to), false, bad
}

// belong says whether events can follow from an entry: they are of its report.
func belong(entry cluster.Entry, evs []cluster.Event) bool {
	for _, ev := range evs {
		of := ev.Kind == cluster.EventAssigned || ev.Kind == cluster.EventRepeat
		if of && ev.Offset == entry.Offset && (entry.Decision != nil || entry.Features != nil && entry.Features.Report != ev.Report) {
			return false
		}
	}
	return true
}
