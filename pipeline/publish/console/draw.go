package console

import (
	"fmt"
	"time"

	"shoal/pipeline/publish"
)

// drawing is a row of bars as a template draws it, in units of its own.
type drawing struct {
	Width, Height int
	Bars          []stroke
	// Label says what it shows, for those who do not see it.
	Label string
	// From and To are under its ends, Top is the value of the highest bar.
	From, To string
	Top      uint64
}

type stroke struct {
	X, Y, Width, Height int
	Title               string
}

const (
	barWidth = 6
	barGap   = 2
)

// draw draws buckets of so many hours, the first of which begins at from.
func draw(height int, from time.Time, hours int, values []uint64) drawing {
	d := drawing{Width: len(values)*(barWidth+barGap) - barGap, Height: height, From: stamp(from), To: stamp(from.Add(time.Duration(len(values)*hours) * time.Hour))}
	top, sum := 0, uint64(0)
	for i, v := range values {
		if sum += v; v > values[top] {
			top = i
		}
	}
	if sum == 0 {
		d.Label = "No reports"
		return d
	}
	d.Top = values[top]
	for i, v := range values {
		if v == 0 {
			continue
		}
		h := max(2, int(v*uint64(height)/d.Top))
		at := from.Add(time.Duration(i*hours) * time.Hour)
		d.Bars = append(d.Bars, stroke{i * (barWidth + barGap), height - h, barWidth, h, fmt.Sprintf("%s: %d", stamp(at), v)})
	}
	every := "by hour"
	if hours > 1 {
		every = fmt.Sprintf("by %d hours", hours)
	}
	d.Label = fmt.Sprintf("%d reports %s, %s to %s UTC; most, %d, from %s", sum, every, d.From, d.To, d.Top, stamp(from.Add(time.Duration(top*hours)*time.Hour)))
	return d
}

func stamp(t time.Time) string { return t.UTC().Format("2 Jan 15:04") }

// ofDay draws the 24 hours of a day.
func ofDay(height int, day time.Time, hours []publish.DayHour) drawing {
	values := make([]uint64, 24)
	for _, h := range hours {
		values[h.Hour%24] += h.Reports
	}
	return draw(height, day, 1, values)
}

// life draws the whole of a timeline in at most so many bars.
func life(height, bars int, timeline []publish.Hour) drawing {
	if len(timeline) == 0 {
		return drawing{Width: 1, Height: height, Label: "No reports"}
	}
	first, last := timeline[0].Hour, timeline[len(timeline)-1].Hour
	span := int(last.Sub(first)/time.Hour) + 1
	hours := max(1, (span+bars-1)/bars)
	values := make([]uint64, max((span+hours-1)/hours, min(24, bars)))
	for _, h := range timeline {
		values[int(h.Hour.Sub(first)/time.Hour)/hours] += h.Reports
	}
	return draw(height, first, hours, values)
}

// within draws the hours of one day out of a timeline.
func within(height int, day time.Time, timeline []publish.Hour) drawing {
	values := make([]uint64, 24)
	for _, h := range timeline {
		if i := int(h.Hour.Sub(day) / time.Hour); !h.Hour.Before(day) && i < 24 {
			values[i] += h.Reports
		}
	}
	return draw(height, day, 1, values)
}
