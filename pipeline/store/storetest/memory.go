package storetest

import (
	"context"
	"fmt"

	"shoal/cluster"
	"shoal/pipeline"
)

// Memory is a store for tests of what feeds one: it keeps where each report is
// and polices what a writer promises. Events come without gaps, an event that
// comes again is the same, a row belongs to each assignment.
type Memory struct {
	// Events by number.
	Events map[uint64]string
	// Reports maps each stored report to its campaign.
	Reports map[cluster.ReportID]string
	last    uint64
}

// Insert checks and keeps b.
func (m *Memory) Insert(ctx context.Context, b pipeline.Batch) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if m.Events == nil {
		m.Events, m.Reports = map[uint64]string{}, map[cluster.ReportID]string{}
	}
	if len(b.Rows) != len(b.Events) {
		return fmt.Errorf("%d rows for %d events", len(b.Rows), len(b.Events))
	}
	for i, e := range b.Events {
		assigned := cluster.EventKind(e.GetKind()) == cluster.EventAssigned
		switch {
		case e.GetSeq() > m.last+1:
			return fmt.Errorf("event %d after %d", e.GetSeq(), m.last)
		case i > 0 && e.GetSeq() != b.Events[i-1].GetSeq()+1:
			return fmt.Errorf("event %d after %d in one batch", e.GetSeq(), b.Events[i-1].GetSeq())
		case assigned != (b.Rows[i] != nil):
			return fmt.Errorf("event %d of kind %d: row %t", e.GetSeq(), e.GetKind(), b.Rows[i] != nil)
		case m.Events[e.GetSeq()] != "" && m.Events[e.GetSeq()] != e.String():
			return fmt.Errorf("event %d came with other content", e.GetSeq())
		}
		if e.GetSeq() > m.last {
			m.apply(e.GetKind(), cluster.ReportID(fill(e.GetReportId())), e.GetCampaign(), e.GetOther())
			m.last = e.GetSeq()
		}
		m.Events[e.GetSeq()] = e.String()
	}
	return nil
}

func (m *Memory) apply(kind uint32, report cluster.ReportID, campaign, other string) {
	switch cluster.EventKind(kind) {
	case cluster.EventAssigned, cluster.EventMoved:
		m.Reports[report] = campaign
	case cluster.EventMerged:
		for r, c := range m.Reports {
			if c == other {
				m.Reports[r] = campaign
			}
		}
	}
}

func fill(id []byte) []byte {
	out := make([]byte, len(cluster.ReportID{}))
	copy(out, id)
	return out
}
