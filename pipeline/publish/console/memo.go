package console

import (
	"context"
	"reflect"
	"sync"
	"time"

	"shoal/pipeline/publish"
)

// memo is a database that remembers answers for a while: the longer it took to
// make one, the longer. Ten analysts who turn the same pages ask the engine little
// more than one does.
type memo struct {
	db publish.Database

	mu      sync.Mutex
	answers map[question]answer
	// round counts the times that all was forgotten: what was asked before and is
	// answered after is not remembered.
	round int
}

type question struct {
	sql  string
	rows reflect.Type
}

type answer struct {
	rows  reflect.Value // a slice, which nobody changes
	until time.Time
}

const (
	// memoWorth is how many times as long as it took an answer is remembered, memoMost
	// how long at most. What took no time is asked again at once.
	memoWorth = 20
	memoMost  = 90 * time.Second
	memoLeast = 50 * time.Millisecond
	// maxAnswers are remembered, and none of more than maxAnswerRows rows.
	maxAnswers    = 256
	maxAnswerRows = 5000
)

func newMemo(db publish.Database) *memo { return &memo{db: db, answers: map[question]answer{}} }

// Select implements publish.Database. Queries with arguments are not remembered.
func (m *memo) Select(ctx context.Context, dest any, query string, args ...any) error {
	rows := reflect.ValueOf(dest).Elem()
	q := question{query, rows.Type()}
	if len(args) > 0 {
		return m.db.Select(ctx, dest, query, args...)
	}
	m.mu.Lock()
	known, round := m.answers[q], m.round
	m.mu.Unlock()
	began := time.Now()
	if known.until.After(began) {
		rows.Set(copied(known.rows))
		return nil
	}
	if err := m.db.Select(ctx, dest, query); err != nil {
		return err
	}
	if took := time.Since(began); took >= memoLeast && rows.Len() <= maxAnswerRows {
		m.keep(q, answer{copied(rows), time.Now().Add(min(memoWorth*took, memoMost))}, round)
	}
	return nil
}

// keep remembers an answer. Where there is no room what is over goes, or else all.
func (m *memo) keep(q question, a answer, round int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if round != m.round {
		return
	}
	if len(m.answers) >= maxAnswers {
		for k, x := range m.answers {
			if !x.until.After(time.Now()) {
				delete(m.answers, k)
			}
		}
	}
	if len(m.answers) >= maxAnswers {
		clear(m.answers)
	}
	m.answers[q] = a
}

// forget makes everything asked anew: somebody has decided something.
func (m *memo) forget() {
	m.mu.Lock()
	defer m.mu.Unlock()
	clear(m.answers)
	m.round++
}

func copied(rows reflect.Value) reflect.Value {
	return reflect.AppendSlice(reflect.MakeSlice(rows.Type(), 0, rows.Len()), rows)
}
