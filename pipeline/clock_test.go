package pipeline

import (
	"testing"
	"testing/synctest"
	"time"
)

// TestBrokerClockJumps: the clock by which the broker stamps records goes back and
// forward by an hour. Every stage goes on by the order of the log: nothing is lost,
// nothing is stored twice, nothing waits for the clock.
func TestBrokerClockJumps(t *testing.T) {
	for name, clock := range map[string]func(n int) time.Duration{
		"back":       func(n int) time.Duration { return -time.Duration(n) * time.Hour },
		"forward":    func(n int) time.Duration { return time.Duration(n) * time.Hour },
		"to and fro": func(n int) time.Duration { return []time.Duration{time.Hour, -time.Hour, 0}[n%3] },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, 2)
				w.clock = clock
				values, reports, dead := corpus()
				w.produce(values...)
				began := time.Now()
				if n := w.live(StageConfig{}); n != 1 {
					t.Errorf("%d processes, want 1", n)
				}
				if took := time.Since(began); took > time.Minute {
					t.Errorf("it took %v", took)
				}
				w.check(reports, dead)
			})
		})
	}
}
