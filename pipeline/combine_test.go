package pipeline

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// clockSink takes a second for each write and notes what came together.
type clockSink struct {
	writes [][]string
	fail   error
}

func (s *clockSink) Write(_ context.Context, recs []Record) error {
	time.Sleep(time.Second)
	var vs []string
	for _, r := range recs {
		if string(r.Value) == "large" {
			return ErrTooLarge
		}
		vs = append(vs, string(r.Value))
	}
	s.writes = append(s.writes, vs)
	return s.fail
}

// writers start one after the other, a tenth of a second apart.
func writers(c *Combiner, ctx context.Context, values ...string) []error {
	errs := make([]error, len(values))
	done := make(chan struct{})
	for i, v := range values {
		go func() {
			errs[i] = c.Write(ctx, []Record{{Value: []byte(v)}})
			done <- struct{}{}
		}()
		time.Sleep(100 * time.Millisecond)
	}
	for range values {
		<-done
	}
	return errs
}

func TestCombinerWritesTogetherWhatWaits(t *testing.T) {
	for _, test := range []struct {
		name   string
		values []string
		fail   error
		want   [][]string
		errs   []error
		took   time.Duration
	}{
		{"alone", []string{"a"}, nil, [][]string{{"a"}}, []error{nil}, time.Second},
		{"together", []string{"a", "b", "c"}, nil, [][]string{{"a"}, {"b", "c"}}, []error{nil, nil, nil}, 2 * time.Second},
		{"all fail", []string{"a", "b", "c"}, errFault, [][]string{{"a"}, {"b", "c"}}, []error{errFault, errFault, errFault}, 2 * time.Second},
		{"one too large", []string{"a", "b", "large", "c"}, nil, [][]string{{"a"}, {"b"}, {"c"}}, []error{nil, nil, ErrTooLarge, nil}, 5 * time.Second},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				sink := &clockSink{fail: test.fail}
				c := Combine(sink)
				begin := time.Now()
				errs := writers(c, t.Context(), test.values...)
				if took := time.Since(begin); took != test.took {
					t.Errorf("took %v, want %v", took, test.took)
				}
				if diff := cmp.Diff(test.want, sink.writes); diff != "" {
					t.Errorf("writes (-want +got):\n%s", diff)
				}
				for i := range errs {
					if !errors.Is(errs[i], test.errs[i]) || (errs[i] == nil) != (test.errs[i] == nil) {
						t.Errorf("Write of %q = %v, want %v", test.values[i], errs[i], test.errs[i])
					}
				}
			})
		})
	}
}

func TestCombinerWithdraws(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sink := new(clockSink)
		c := Combine(sink)
		ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
		defer cancel()
		errs := writers(c, ctx, "under way", "waiting")
		if errs[0] != nil || !errors.Is(errs[1], context.DeadlineExceeded) {
			t.Errorf("errors %v, want none and the deadline", errs)
		}
		if diff := cmp.Diff([][]string{{"under way"}}, sink.writes); diff != "" {
			t.Errorf("writes (-want +got):\n%s", diff)
		}
	})
}

func TestCombinerIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sink := new(clockSink)
		c := Combine(sink)
		values := []string{"first"}
		for i := range 8 {
			values = append(values, strings.Repeat(strconv.Itoa(i), 1<<20))
		}
		writers(c, t.Context(), values...)
		for i, w := range sink.writes {
			if len(w) > 4 {
				t.Errorf("write %d has %d MiB, want at most 4", i, len(w))
			}
		}
	})
}
