package federation_test

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"shoal/cluster"
	"shoal/cluster/score"
	"shoal/cluster/simulate"
)

// BenchmarkFederation measures what several clusterers cost and hold against one.
// All run in turn on one core, so that the times are those of a core each, for a
// report of the traffic: local-ns those of all locals together, global-ns the global
// one's, single-ns one clusterer's. Reading and writing records is not in them.
// sketched is the share of the traffic that the global one's engine takes, heard what it
// only counts, repeats what it is told again; limit how many times the reports of one
// clusterer a global one can follow, largest the share of the busiest local, dF1 the
// difference in strict B-cubed F1 to one clusterer.
func BenchmarkFederation(b *testing.B) {
	for _, mix := range []struct {
		name  string
		share simulate.Share
	}{
		{"default", simulate.Share{Campaign: 0.6, Alone: 0.2, Legitimate: 0.2}},
		{"campaigns", simulate.Share{Campaign: 0.9, Alone: 0.05, Legitimate: 0.05}},
	} {
		for _, reports := range []int{100_000, 1_000_000} {
			traffic := simulate.Default(reports, 1)
			traffic.Share = mix.share
			for _, locals := range []int{1, 8, 64} {
				b.Run(fmt.Sprintf("mix=%s/reports=%d/locals=%d", mix.name, reports, locals), func(b *testing.B) {
					if testing.Short() && reports > 100_000 {
						b.Skip("short")
					}
					for range b.N {
						federate(b, traffic, locals)
					}
				})
			}
		}
	}
}

// singles are the answers of one clusterer, by traffic: they serve all numbers of
// locals.
var singles = map[string]struct {
	f1    float64
	spent time.Duration
}{}

func federate(b *testing.B, traffic simulate.Config, locals int) {
	name := fmt.Sprint(traffic)
	one, ok := singles[name]
	if !ok {
		var answer []score.Item
		answer, one.spent = single(b, cluster.DefaultConfig(), traffic)
		one.f1 = score.Score(answer).Strict.F1
		singles[name] = one
	}
	w := newWorld(b, cluster.DefaultConfig(), locals, 1)
	w.run(traffic)
	f1 := score.Score(w.items(traffic)).Strict.F1
	var spent time.Duration
	var largest int64
	for _, round := range w.rounds {
		for _, p := range round {
			spent += p.spent
			largest = max(largest, p.next)
		}
	}
	n := float64(traffic.Reports)
	b.ReportMetric(float64(one.spent.Nanoseconds())/n, "single-ns/report")
	b.ReportMetric(float64(spent.Nanoseconds())/n, "local-ns/report")
	b.ReportMetric(float64(w.spent.Nanoseconds())/n, "global-ns/report")
	b.ReportMetric(w.sketched(), "sketched")
	b.ReportMetric(float64(w.heard)/n, "heard")
	b.ReportMetric(float64(w.repeats)/n, "repeats")
	b.ReportMetric(float64(one.spent)/float64(w.spent), "limit")
	b.ReportMetric(float64(largest)/n, "largest")
	b.ReportMetric(f1-one.f1, "dF1")
	b.ReportMetric(0, "ns/op")
	b.Logf("verdicts %v, F1 of one %.4f", w.verdicts, one.f1)
	weigh(b, w)
}

// weigh measures the heap of the locals and of the global engine.
func weigh(b *testing.B, w *world) {
	w.stored = nil
	all := heap()
	clear(w.rounds[:])
	global := heap()
	w.global = nil
	b.ReportMetric(float64(all-global)/1e6, "locals-MB")
	b.ReportMetric(float64(global-heap())/1e6, "global-MB")
	runtime.KeepAlive(w)
}

func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
