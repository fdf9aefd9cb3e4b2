package chaos

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"shoal/pipeline"
	"shoal/pipeline/kafka/kafkatest"
)

// TestLocals kills the services of a federation: local clusterers, each with snapshots
// of its own, so that a partition can come to one that knows nothing of it, global
// ones, and those around them. In the end every report is stored once and accounted
// for, and an analyst's decisions are carried out, on a report that stands alone too.
func TestLocals(t *testing.T) {
	t.Parallel()
	w := newWorld(t, number(t, "CHAOS_KILLS", few))
	broker := kafkatest.Start(t)
	socket := filepath.Join(w.dir, "ch.sock")
	store := []string{"--clickhouse", "http+unix://" + socket}
	w.kafka = []string{"--kafka", broker.Addr()}
	all := pipeline.Stages()
	w.stages = slices.Concat(all[:1], pipeline.LocalStages(), all[1:])
	w.keep("engine", "clickhouse", "--socket", socket, "--listen=")
	w.answers(socket)
	w.must(w.bin, slices.Concat([]string{"migrate", "--partitions", "2", "--locals", "4"}, w.kafka, store)...)
	w.heldByLocals(store)
	names := []string{"engine", "import"}
	for _, n := range []string{"1", "2"} {
		w.keep("worker"+n, append([]string{"worker", "--to-locals"}, w.kafka...)...)
		w.keep("writer"+n, slices.Concat([]string{"writer"}, w.kafka, store)...)
		for _, kind := range []string{"local", "global"} {
			snapshots := filepath.Join(w.dir, kind+n)
			w.keep(kind+n, append([]string{"clusterer", "--" + kind, "--snapshots", snapshots, "--snapshot-every", "1s"}, w.kafka...)...)
			names = append(names, kind+n)
		}
		names = append(names, "worker"+n, "writer"+n)
	}
	w.storm(broker.Addr(), 300*time.Millisecond, 4*time.Second, func() string { return names[w.rng.IntN(len(names))] })
	w.accounted(store)
	w.decides(store)
}

// heldByLocals: what has come as far as the local clusterers, of which none runs yet, is
// in flight and not missing.
func (w *world) heldByLocals(store []string) {
	w.t.Helper()
	w.must(w.bin, slices.Concat([]string{"import", "-q", w.chunks[0]}, w.kafka)...)
	worker := w.spawn("worker0", w.bin, append([]string{"worker", "--to-locals"}, w.kafka...)...)
	eventually(w.t, "reports wait for local clusterers, and none is missing", func() bool {
		out, err := w.command(w.bin, slices.Concat([]string{"audit", "--format", "json"}, w.kafka, store)...).Output()
		return err == nil && strings.Contains(string(out), `"local-1"`)
	})
	w.signal("worker0", syscall.SIGINT)
	if err := worker.wait(); err != nil {
		w.t.Errorf("worker: %v", err)
	}
}

func (w *world) ask(store []string, query string) []string {
	w.t.Helper()
	return strings.Fields(w.must(w.bin, slices.Concat([]string{"sql", "--format", "TSV"}, store, []string{query})...))
}

// accounted wants each report stored once, some of them in campaigns.
func (w *world) accounted(store []string) {
	w.t.Helper()
	got := w.ask(store, "SELECT count(), uniqExact(report_id), countIf(campaign_id != '') > 0, countIf(has(defects, 'row-lost')) FROM reports")
	if want := []string{fmt.Sprint(w.distinct), fmt.Sprint(w.distinct), "1", "0"}; !slices.Equal(got, want) {
		w.t.Errorf("rows, reports, any in campaigns, lost rows: %v, want %v", got, want)
	}
	w.must(w.bin, slices.Concat([]string{"audit"}, w.kafka, store)...)
}

// decides pins a report that stands alone to a campaign, and labels that.
func (w *world) decides(store []string) {
	w.t.Helper()
	campaign := w.ask(store, "SELECT campaign_id FROM campaigns ORDER BY reports DESC, campaign_id LIMIT 1")[0]
	lone := w.ask(store, "SELECT lower(hex(report_id)) FROM shoal.report_rows FINAL WHERE campaign_id = '' ORDER BY report_id LIMIT 1")[0]
	decide := func(args ...string) { w.must(w.bin, slices.Concat(args, []string{"--wait", "60s"}, w.kafka, store)...) }
	decide("pin", campaign, lone)
	decide("label", campaign, "a-label")
	got := w.ask(store, fmt.Sprintf("SELECT campaign_id, label FROM reports JOIN campaigns USING (campaign_id) WHERE report_id = '%s'", lone))
	if want := []string{campaign, "a-label"}; !slices.Equal(got, want) {
		w.t.Errorf("report %s is in %v, want %v", lone, got, want)
	}
}
