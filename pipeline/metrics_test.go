package pipeline

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"

	"shoal/cluster"
)

// positions are offsets of a cluster; a topic without an end does not answer.
type positions struct{ end, done map[string][]int64 }

func (p positions) End(_ context.Context, topic string) ([]int64, error) {
	if p.end[topic] == nil {
		return nil, errors.New("no answer")
	}
	return p.end[topic], nil
}

func (p positions) Committed(_ context.Context, _, topic string) ([]int64, error) {
	return p.done[topic], nil
}

func TestLagCollector(t *testing.T) {
	p := positions{
		end:  map[string][]int64{TopicReports: {10, 20}, TopicEvents: {7}},
		done: map[string][]int64{TopicReports: {4, 20}, TopicEvents: {7}},
	}
	c := NewLagCollector(p, slog.New(slog.DiscardHandler), Stages()...)
	reg := prometheus.NewRegistry()
	reg.MustRegister(c)
	// The clusterer's topic does not answer, and no figure is better than a wrong one.
	want := map[string]float64{"worker": 6, "writer": 0}
	if diff := cmp.Diff(want, values(t, reg, "shoal_stage_lag_records")); diff != "" {
		t.Errorf("lags (-want +got):\n%s", diff)
	}
}

// values gives a metric by the value of its one label.
func values(t *testing.T, reg *prometheus.Registry, name string) map[string]float64 {
	t.Helper()
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]float64{}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			if f.GetName() == name {
				out[m.GetLabel()[0].GetValue()] = m.GetGauge().GetValue() + m.GetCounter().GetValue()
			}
		}
	}
	return out
}

// Every kind of event has its counter, also one that is new.
func TestEventsAreCounted(t *testing.T) {
	reg := prometheus.NewRegistry()
	m := newClustererMetrics(reg)
	for k := range m.events {
		if strings.HasPrefix(k.String(), "event-") {
			t.Errorf("kind %d has no name", k)
		}
	}
	if last := cluster.EventRetuned + 1; !strings.HasPrefix(last.String(), "event-") {
		t.Errorf("kind %q is not counted", last)
	}
	m.published([]cluster.EventKind{cluster.EventDrifted, cluster.EventAssigned, cluster.EventDrifted, 99})
	got := values(t, reg, "shoal_clusterer_events_total")
	if got["drifted"] != 2 || got["assigned"] != 1 || got["merged"] != 0 || len(got) != int(cluster.EventRetuned) {
		t.Errorf("events are counted as %v", got)
	}
}

// What a lost answer hid is counted where it is found to be published.
func TestDropToGivesTheKinds(t *testing.T) {
	out := outgoing{recs: make([]Record, 3), seqs: []uint64{4, 5, 6},
		kinds: []cluster.EventKind{cluster.EventAssigned, cluster.EventCreated, cluster.EventMerged}}
	if diff := cmp.Diff([]cluster.EventKind{cluster.EventAssigned, cluster.EventCreated}, out.dropTo(5)); diff != "" {
		t.Errorf("dropped (-want +got):\n%s", diff)
	}
	if len(out.recs) != 1 || out.seqs[0] != 6 || out.kinds[0] != cluster.EventMerged {
		t.Errorf("left %d records, %v, %v, want event 6 alone", len(out.recs), out.seqs, out.kinds)
	}
}
