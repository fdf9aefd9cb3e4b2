package publish

import (
	"fmt"
	"html/template"
	"time"

	"github.com/go-analyze/charts"
)

// palette colours the series of a chart; the last is for the rest.
var palette = []string{"#b3261e", "#1f6feb", "#d29922", "#9aa4af"}

const (
	chartWidth  = 640
	chartHeight = 132
	chartHours  = 72
)

// chart draws stacked bars, one a label, as SVG. It holds numbers and our own
// labels only, never text out of mail; the library escapes it all the same, and
// refers to no font or image outside the document.
func chart(series [][]float64, labels []string, colours []string, count int) (template.HTML, error) {
	opt := charts.NewBarChartOptionWithData(series)
	opt.StackSeries = charts.Ptr(true)
	opt.Theme = chartTheme(colours)
	opt.Padding = charts.NewBox(4, 14, 22, 2)
	opt.Legend.Show = charts.Ptr(false)
	opt.BarSize = 0.8
	small := charts.FontStyle{FontSize: 8, FontColor: charts.ParseColor("#57606a")}
	opt.CategoryAxis.Labels = labels
	opt.CategoryAxis.LabelCount = count
	opt.CategoryAxis.LabelFontStyle = small
	opt.ValueAxis = []charts.ValueAxisOption{{LabelFontStyle: small, LabelCount: 3, Min: charts.Ptr(0.0)}}
	opt.ValueFormatter = func(v float64) string { return fmt.Sprintf("%.0f", v) }
	p := charts.NewPainter(charts.PainterOptions{OutputFormat: charts.ChartOutputSVG, Width: chartWidth, Height: chartHeight})
	if err := p.BarChart(opt); err != nil {
		return "", fmt.Errorf("draw chart: %w", err)
	}
	svg, err := p.Bytes()
	if err != nil {
		return "", fmt.Errorf("draw chart: %w", err)
	}
	return template.HTML(svg), nil
}

func chartTheme(colours []string) charts.ColorPalette {
	o := charts.ThemeOption{
		AxisStrokeColor:    charts.ParseColor("#c9d1d9"),
		AxisSplitLineColor: charts.ParseColor("#eaeef2"),
		BackgroundColor:    charts.ParseColor("#ffffff"),
		TextColor:          charts.ParseColor("#57606a"),
	}
	for _, c := range colours {
		o.SeriesColors = append(o.SeriesColors, charts.ParseColor(c))
	}
	return charts.MakeTheme(o)
}

// chart draws the last hours of the campaign.
func (c *Campaign) chart() (template.HTML, error) {
	n := min(chartHours, max(24, int(c.LastSeen.Sub(c.FirstSeen)/time.Hour)+2))
	end := c.LastSeen.UTC().Truncate(time.Hour)
	values, labels := make([]float64, n), make([]string, n)
	for i, v := range c.hours(end, n) {
		values[i] = float64(v)
		labels[i] = end.Add(time.Duration(i-n+1) * time.Hour).Format("Jan 2 15h")
	}
	return chart([][]float64{values}, labels, palette[1:2], 6)
}

// chart draws the day, its largest campaigns apart from the rest.
func (s *Summary) chart() (template.HTML, error) {
	var series [][]float64
	rest := make([]float64, 24)
	labels := make([]string, 24)
	for i := range rest {
		labels[i] = fmt.Sprintf("%02d", i)
		if i < len(s.Hours) {
			rest[i] = float64(s.Hours[i].Reports)
		}
	}
	for _, c := range s.biggest() {
		values := make([]float64, 24)
		for _, h := range c.Timeline {
			if date(h.Hour) == s.Day {
				i := h.Hour.UTC().Hour()
				values[i] += float64(h.Reports)
				rest[i] = max(0, rest[i]-float64(h.Reports))
			}
		}
		series = append(series, values)
	}
	colours := append(append([]string(nil), palette[:len(series)]...), palette[len(palette)-1])
	return chart(append(series, rest), labels, colours, 8)
}

// biggest are the campaigns that a chart of the day tells apart.
func (s *Summary) biggest() []*Campaign {
	n := 0
	for n < len(s.Campaigns) && n < len(palette)-1 && s.Campaigns[n].Day.Reports > 0 {
		n++
	}
	return s.Campaigns[:n]
}
