package main

import (
	"context"
	"fmt"
	"log/slog"
	"time"
)

// stack holds what a process must put away, last in first out, each step by name
// and within a time limit.
type stack struct {
	log   *slog.Logger
	limit time.Duration
	steps []step
}

type step struct {
	name string
	stop func(ctx context.Context) error
}

// push adds a step that is done before those that are there already.
func (s *stack) push(name string, stop func(ctx context.Context) error) {
	s.steps = append(s.steps, step{name, stop})
}

// close adds a step that needs no context.
func (s *stack) close(name string, stop func() error) {
	s.push(name, func(context.Context) error { return stop() })
}

// background starts run and adds the step that ends it and waits. An error of run
// goes to fail, which is called from another goroutine.
func (s *stack) background(name string, fail func(error), run func(ctx context.Context) error) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := run(ctx); err != nil {
			fail(err)
		}
	}()
	s.push(name, func(limit context.Context) error {
		cancel()
		select {
		case <-done:
			return nil
		case <-limit.Done():
			return fmt.Errorf("did not end within %v", s.limit)
		}
	})
}

// unwind does all steps. What fails is logged, and the others go on; it says
// whether all went well.
func (s *stack) unwind() bool {
	good := true
	for len(s.steps) > 0 {
		last := s.steps[len(s.steps)-1]
		s.steps = s.steps[:len(s.steps)-1]
		s.log.Debug("stopping", "part", last.name)
		ctx, cancel := context.WithTimeout(context.Background(), s.limit)
		if err := last.stop(ctx); err != nil {
			s.log.Error("stopping failed", "part", last.name, "err", err)
			good = false
		}
		cancel()
	}
	return good
}
