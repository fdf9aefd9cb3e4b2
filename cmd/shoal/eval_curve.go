package main

import (
	"fmt"
	"math"
	"slices"

	"github.com/go-analyze/charts"

	"shoal/cluster"
	"shoal/cluster/score"
)

// The curve goes from curveBelow under the threshold in use to curveAbove over it,
// in nats.
const (
	curveBelow = 4.0
	curveAbove = 6.0
	curveStep  = 0.5
)

// curvePoint is the result with one join threshold. held is that under weights
// which have not seen what is scored, nil if there are none.
type curvePoint struct {
	join float64
	score.Result
	held *score.Result
}

// curve scores the same reports under other join thresholds. The merge threshold
// stays.
func (t *trainer) curve(folds []*cluster.Weights) []curvePoint {
	var points []curvePoint
	items := slices.Clone(t.items)
	for d := -curveBelow; d <= curveAbove; d += curveStep {
		cfg := t.cfg
		cfg.Join += d
		answer(items, t.group(cfg))
		p := curvePoint{join: cfg.Join, Result: score.Score(items)}
		if len(folds) > 0 {
			held := score.Score(t.heldOut(cfg, folds))
			p.held = &held
		}
		points = append(points, p)
	}
	return points
}

const (
	curveWidth  = 960
	curveHeight = 420
)

// curveLine is one line of the drawing.
type curveLine struct {
	name, colour string
	of           func(curvePoint) float64
}

// curveLines are drawn in this order: where two coincide the later one shows.
var curveLines = []curveLine{
	{"strict precision", "#9aa4af", func(p curvePoint) float64 { return p.Strict.P }},
	{"precision", "#1f6feb", func(p curvePoint) float64 { return p.Lenient.P }},
	{"recall", "#b3261e", func(p curvePoint) float64 { return p.Lenient.R }},
	{"F1", "#2da44e", func(p curvePoint) float64 { return p.Lenient.F1 }},
}

var heldLines = []curveLine{
	{"held-out precision", "#8ab8f5", func(p curvePoint) float64 { return p.held.Lenient.P }},
	{"held-out recall", "#e39a94", func(p curvePoint) float64 { return p.held.Lenient.R }},
}

// drawCurve gives the curve as SVG. The threshold in use has a mark.
func drawCurve(points []curvePoint, inUse float64) ([]byte, error) {
	mark := curveLine{"in use", "#24292f", func(p curvePoint) float64 {
		if p.join != inUse {
			return charts.GetNullValue()
		}
		return p.Lenient.F1
	}}
	lines := curveLines
	if points[0].held != nil {
		lines = slices.Concat(lines, heldLines)
	}
	return drawLines(points, append(slices.Clone(lines), mark))
}

// drawLines draws the last line as a mark.
func drawLines(points []curvePoint, lines []curveLine) ([]byte, error) {
	theme := charts.ThemeOption{
		AxisStrokeColor:    charts.ParseColor("#c9d1d9"),
		AxisSplitLineColor: charts.ParseColor("#eaeef2"),
		BackgroundColor:    charts.ParseColor("#ffffff"),
		TextColor:          charts.ParseColor("#57606a"),
	}
	values, low := make([][]float64, len(lines)), 1.0
	var names, labels []string
	for i, l := range lines {
		names = append(names, l.name)
		theme.SeriesColors = append(theme.SeriesColors, charts.ParseColor(l.colour))
		for _, p := range points {
			values[i] = append(values[i], l.of(p))
			low = min(low, l.of(p))
		}
	}
	for _, p := range points {
		labels = append(labels, fmt.Sprintf("%.1f", p.join))
	}
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
