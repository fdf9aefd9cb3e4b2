package storetest

import (
	"os"
	"strconv"
	"testing"

	"shoal/pipeline/store"
)

// Simulated gives a benchmark simulated reports, one part a partition, which is what
// an hour without inserts leaves: usual of them, unless SHOAL_BENCH_REPORTS says
// another number. A store that has them is left as it is. It returns how many there are.
func Simulated(b *testing.B, db *store.DB, usual int) int {
	b.Helper()
	if s := os.Getenv("SHOAL_BENCH_REPORTS"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil {
			b.Fatal(err)
		}
		usual = n
	}
	switch have := Table(b, db, "SELECT count() FROM shoal.reports"); have {
	case strconv.Itoa(usual):
		return usual
	case "0":
	default:
		b.Fatalf("the folder of SHOAL_BENCH_DIR has %s reports, and SHOAL_BENCH_REPORTS asks for %d: name another folder", have, usual)
	}
	Simulate(b, db, usual)
	for _, table := range []string{"report_rows", "segment_days"} {
		run(b, db, "OPTIMIZE TABLE shoal."+table+" FINAL")
	}
	return usual
}

// Busy is how many milliseconds of processor time the engine has spent on queries:
// unlike the time that passes, it says little about what else the machine does.
func Busy(tb testing.TB, db *store.DB) float64 {
	tb.Helper()
	s := Table(tb, db, "SELECT sum(value) FROM system.events WHERE event = 'OSCPUVirtualTimeMicroseconds'")
	us, err := strconv.ParseFloat(s, 64)
	if err != nil {
		tb.Fatalf("processor time of the engine: %q", s)
	}
	return us / 1000
}
