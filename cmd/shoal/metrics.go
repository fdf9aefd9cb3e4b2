package main

import (
	"context"
	"errors"
	"log/slog"
	"math"
	"slices"

	"github.com/prometheus/client_golang/prometheus"

	"shoal/pipeline"
	"shoal/pipeline/embedded"
)

// errStandsBy says of a stage that it would work if another one did not. It is
// ready: it takes over.
var errStandsBy = errors.New("stands by")

// errNotJoined says of a stage that it has no place in its group yet, or none any
// more.
var errNotJoined = errors.New("not in its consumer group")

// check is what a stage must have to be ready: its place in the group.
func (s *stage) check() check {
	return check{s.name, func(context.Context) error {
		switch joined, partitions := s.standing(); {
		case !joined:
			return errNotJoined
		case partitions == 0:
			return errStandsBy
		}
		return nil
	}}
}

// lagOf collects the lag of stages, or without a name that of every stage but the
// local clusterers, which tell it themselves.
func lagOf(o pipeline.Offsets, log *slog.Logger, names ...string) *pipeline.LagCollector {
	if len(names) == 0 {
		return pipeline.NewLagCollector(o, log, pipeline.Stages()...)
	}
	stages := slices.DeleteFunc(append(pipeline.Stages(), pipeline.LocalStages()...), func(s pipeline.Stage) bool {
		return !slices.Contains(names, s.Name)
	})
	return pipeline.NewLagCollector(o, log, stages...)
}

// freeRoom tells how much room the disk of the data folder has left.
func freeRoom(data dataDir) prometheus.Collector {
	return prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "shoal_data_free_bytes", Help: "Free room on the disk of the data folder; NaN where the folder cannot be asked.",
	}, func() float64 {
		free, err := embedded.FreeRoom(string(data))
		if err != nil {
			return math.NaN()
		}
		return float64(free)
	})
}

// engineStarts counts how often the embedded engine came up.
func engineStarts(starts func() int) prometheus.Collector {
	return prometheus.NewCounterFunc(prometheus.CounterOpts{
		Name: "shoal_engine_starts_total", Help: "Times that the embedded ClickHouse came up: once, and again each time that it died or the disk was full.",
	}, func() float64 { return float64(starts()) })
}
