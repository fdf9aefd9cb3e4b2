package console

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"
)

type row struct{ N int }

// slow answers with how often it was asked, and takes its time.
type slow struct {
	takes time.Duration
	asked int
	rows  int
	fail  error
	while func()
}

func (s *slow) Select(_ context.Context, dest any, _ string, _ ...any) error {
	time.Sleep(s.takes)
	if s.while != nil {
		s.while()
	}
	s.asked++
	*dest.(*[]row) = make([]row, s.rows)
	for i := range *dest.(*[]row) {
		(*dest.(*[]row))[i].N = s.asked
	}
	return s.fail
}

func TestMemo(t *testing.T) {
	ask := func(t *testing.T, m *memo, query string, args ...any) int {
		t.Helper()
		var rows []row
		if err := m.Select(t.Context(), &rows, query, args...); err != nil {
			t.Fatal(err)
		}
		n := rows[0].N
		rows[0].N = -1 // the caller's own
		return n
	}
	for _, tt := range []struct {
		name  string
		takes time.Duration
		rows  int
		after time.Duration
		again bool // is it asked again
	}{
		{"dear, at once", time.Second, 3, 0, false},
		{"dear, a moment later", time.Second, 3, 19 * time.Second, false},
		{"dear, later", time.Second, 3, 21 * time.Second, true},
		{"very dear, later", time.Minute, 3, 89 * time.Second, false},
		{"very dear, much later", time.Minute, 3, 91 * time.Second, true},
		{"cheap", 10 * time.Millisecond, 3, 0, true},
		{"large", time.Second, maxAnswerRows + 1, 0, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &slow{takes: tt.takes, rows: tt.rows}
				m := newMemo(s)
				ask(t, m, "q")
				time.Sleep(tt.after)
				if got, want := ask(t, m, "q"), map[bool]int{true: 2, false: 1}[tt.again]; got != want {
					t.Errorf("the second answer is that of question %d, want %d", got, want)
				}
			})
		})
	}
	synctest.Test(t, func(t *testing.T) {
		s := &slow{takes: time.Second, rows: 1}
		m := newMemo(s)
		ask(t, m, "q")
		ask(t, m, "other")
		ask(t, m, "q", 1)
		if s.asked != 3 {
			t.Errorf("%d questions, want 3 different ones", s.asked)
		}
		m.forget()
		if got := ask(t, m, "q"); got != 4 {
			t.Errorf("after forgetting: the answer of question %d", got)
		}
		s.while = m.forget // while it is answered
		ask(t, m, "third")
		s.while = nil
		if got := ask(t, m, "third"); got != 6 {
			t.Errorf("an answer from before is remembered: %d", got)
		}
		s.fail = errors.New("away")
		for range 2 {
			if err := m.Select(t.Context(), &[]row{}, "fails"); err == nil {
				t.Error("an error was remembered as an answer")
			}
		}
		s.fail = nil
		for i := range 3 * maxAnswers {
			ask(t, m, fmt.Sprint(i))
		}
		if len(m.answers) > maxAnswers {
			t.Errorf("%d answers are kept", len(m.answers))
		}
	})
}
