package main

import (
	"fmt"
	"math"

	"github.com/go-analyze/charts"

	"shoal/cluster/score"
)

// The curve goes from curveBelow under the threshold in use to curveAbove over it,
// in nats.
const (
	curveBelow = 4.0
	curveAbove = 6.0
	curveStep  = 0.5
)

// curvePoint is the result with one join threshold.
type curvePoint struct {
	join float64
	score.Result
}

// curve scores the same reports under other join thresholds. The merge threshold
// stays.
func (t *trainer) curve() []curvePoint {
	var points []curvePoint
	moved := *t
	moved.items = append([]score.Item(nil), t.items...)
	for d := -curveBelow; d <= curveAbove; d += curveStep {
		cfg := t.cfg
		cfg.Join += d
		answer(moved.items, moved.group(cfg))
		points = append(points, curvePoint{cfg.Join, score.Score(moved.items)})
	}
	return points
}

const (
	curveWidth  = 960
	curveHeight = 420
)

// curveSeries are the lines of the drawing.
var curveSeries = []struct {
	name, colour string
	of           func(score.Result) float64
}{
	{"precision, lenient", "#1f6feb", func(r score.Result) float64 { return r.Lenient.P }},
	{"precision, strict", "#9aa4af", func(r score.Result) float64 { return r.Strict.P }},
	{"recall", "#b3261e", func(r score.Result) float64 { return r.Lenient.R }},
	{"F1, lenient", "#2da44e", func(r score.Result) float64 { return r.Lenient.F1 }},
}

// drawCurve gives the curve as SVG. The threshold in use has a mark.
func drawCurve(points []curvePoint, inUse float64) ([]byte, error) {
	values := make([][]float64, len(curveSeries)+1)
	labels := make([]string, len(points))
	low := 1.0
	for i, p := range points {
		labels[i] = fmt.Sprintf("%+.1f", p.join)
		for s, line := range curveSeries {
			v := line.of(p.Result)
			values[s] = append(values[s], v)
			low = min(low, v)
		}
		mark := charts.GetNullValue()
		if p.join == inUse {
			mark = p.Lenient.F1
		}
		values[len(curveSeries)] = append(values[len(curveSeries)], mark)
	}
	return drawLines(values, labels, low)
}

func drawLines(values [][]float64, labels []string, low float64) ([]byte, error) {
	theme := charts.ThemeOption{
		AxisStrokeColor:    charts.ParseColor("#c9d1d9"),
		AxisSplitLineColor: charts.ParseColor("#eaeef2"),
		BackgroundColor:    charts.ParseColor("#ffffff"),
		TextColor:          charts.ParseColor("#57606a"),
	}
	var names []string
	for _, s := range curveSeries {
		names = append(names, s.name)
		theme.SeriesColors = append(theme.SeriesColors, charts.ParseColor(s.colour))
	}
	names = append(names, "in use")
	theme.SeriesColors = append(theme.SeriesColors, charts.ParseColor("#24292f"))
	opt := charts.NewLineChartOptionWithData(values)
	opt.Theme = charts.MakeTheme(theme)
	opt.Padding = charts.NewBox(16, 16, 32, 12)
	opt.Legend.SeriesNames = names
	opt.XAxis.Labels = labels
	opt.XAxis.LabelFontStyle = charts.FontStyle{FontSize: 9}
	opt.XAxis.LabelCount = len(labels)
	opt.XAxis.Title = "join threshold, nats"
	opt.XAxis.BoundaryGap = charts.Ptr(true)
	least := math.Floor(low*10) / 10
	opt.YAxis = []charts.YAxisOption{{Min: charts.Ptr(least), Max: charts.Ptr(1.0), LabelCount: int((1-least)/0.05+0.5) + 1}}
	opt.ValueFormatter = func(v float64) string { return fmt.Sprintf("%.2f", v) }
	opt.LineStrokeWidth = 2
	opt.Symbol.Shape = charts.SymbolNone
	opt.SeriesList[len(values)-1].Symbol = charts.Symbol{Shape: charts.SymbolDot, Size: 6}
	p := charts.NewPainter(charts.PainterOptions{OutputFormat: charts.ChartOutputSVG, Width: curveWidth, Height: curveHeight})
	if err := p.LineChart(opt); err != nil {
		return nil, fmt.Errorf("draw curve: %w", err)
	}
	svg, err := p.Bytes()
	if err != nil {
		return nil, fmt.Errorf("draw curve: %w", err)
	}
	return svg, nil
}
