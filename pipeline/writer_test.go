package pipeline

import (
	"testing"
	"testing/synctest"
	"time"
)

// TestPatience: a batch waits from when its first event was there, and longer where
// its reports are late anyway, but no longer than Linger for the next one.
func TestPatience(t *testing.T) {
	const linger = 500 * time.Millisecond
	for _, c := range []struct {
		name               string
		first, taken, late time.Duration // ago
		want               time.Duration
	}{
		{"just begun", 0, 0, 0, linger},
		{"a while ago", 400 * time.Millisecond, 400 * time.Millisecond, 0, 100 * time.Millisecond},
		{"long enough", time.Second, time.Second, time.Second, 0},
		{"waited for another batch", 3 * time.Second, 0, time.Second, linger / 4},
		{"late, the next may come", 0, 0, 6 * time.Second, linger},
		{"late, its end is near", 2800 * time.Millisecond, 2800 * time.Millisecond, 6 * time.Second, 200 * time.Millisecond},
		{"late, long enough", 3 * time.Second, 3 * time.Second, 6 * time.Second, 0},
		{"very late", 4900 * time.Millisecond, 4900 * time.Millisecond, 24 * time.Hour, 100 * time.Millisecond},
		{"of a clock that is ahead", 400 * time.Millisecond, 400 * time.Millisecond, -time.Hour, 100 * time.Millisecond},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				now := time.Now()
				w := NewWriter(WriterConfig{Linger: linger})
				p := &pending{first: now.Add(-c.first), taken: now.Add(-c.taken), newest: now.Add(-c.late).UnixMilli()}
				if got := w.patience(p); got != c.want {
					t.Errorf("patience = %v, want %v", got, c.want)
				}
			})
		})
	}
}
