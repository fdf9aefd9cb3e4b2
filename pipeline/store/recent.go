package store

import (
	"google.golang.org/protobuf/proto"

	"shoal/pipeline"
)

// maxRecent is how many bytes of rows are remembered, as they are encoded; in
// memory they take two or three times that.
const maxRecent = 16 << 20

// recent remembers the reports of campaigns that opened not long ago: all of each.
// Most reports that move are among them, in front of all those that stood alone,
// and are then written at their new place with what is new, in one INSERT. Of all
// others the rows must be looked for in the table.
//
// It is what the events said, up to number next: another event than that makes it
// worthless, since another writer may have been at work in between.
type recent struct {
	next      uint64
	campaigns map[string][]*placement
	// queue are the campaigns, and some that are gone, in the order in which they
	// came to be known.
	queue []string
	bytes int
}

// begin gives what is remembered for a batch, nil where nothing holds for it.
func (r *recent) begin(b pipeline.Batch) *recent {
	for i, e := range b.Events {
		if i > 0 && e.GetSeq() != b.Events[i-1].GetSeq()+1 {
			return nil
		}
	}
	if b.Events[0].GetSeq() != r.next {
		*r = recent{}
	}
	return r
}

// reports are those of a campaign; ok is false where not all are known.
func (r *recent) reports(campaign string) (all []*placement, ok bool) {
	if r == nil {
		return nil, false
	}
	all, ok = r.campaigns[campaign]
	return all, ok
}

// existed says whether a campaign that is remembered had come to be.
func (r *recent) existed(campaign string) bool {
	all, _ := r.reports(campaign)
	return len(all) > 0 && all[0].place.campaign != ""
}

// keep takes what a batch did that is stored now, up to the event before next.
func (r *recent) keep(t *tracker, next uint64) {
	if t.recent == nil {
		*r = recent{}
		return
	}
	if r.next = next; r.campaigns == nil {
		r.campaigns = map[string][]*placement{}
	}
	for _, campaign := range t.met {
		var all []*placement
		if t.whole[campaign] {
			all = t.reports(campaign)
		}
		r.set(campaign, all)
	}
	for len(r.queue) > 0 && r.bytes > maxRecent {
		r.set(r.queue[0], nil)
		r.queue = r.queue[1:]
	}
	if len(r.queue) > 2*len(r.campaigns)+1000 {
		r.tidy()
	}
}

// set remembers the reports of a campaign, or forgets it where there are none.
func (r *recent) set(campaign string, all []*placement) {
	before, known := r.campaigns[campaign]
	r.bytes -= sizes(before)
	if len(all) == 0 {
		delete(r.campaigns, campaign)
		return
	}
	r.campaigns[campaign], r.bytes = all, r.bytes+sizes(all)
	if !known {
		r.queue = append(r.queue, campaign)
	}
}

// tidy drops what is gone from the queue.
func (r *recent) tidy() {
	var left []string
	for _, campaign := range r.queue {
		if _, ok := r.campaigns[campaign]; ok {
			left = append(left, campaign)
		}
	}
	r.queue = left
}

// sizes adds up the rows of placements.
func sizes(all []*placement) (n int) {
	for _, p := range all {
		if p.size == 0 {
			p.size = proto.Size(p.row) + placementSize
		}
		n += p.size
	}
	return n
}

// placementSize is what a placement takes beside its row, about.
const placementSize = 200
