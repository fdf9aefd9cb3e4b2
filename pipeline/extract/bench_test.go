package extract

import (
	"testing"
	"time"

	"shoal/pipeline"
	"shoal/pipeline/message"
)

// BenchmarkExtract measures one core over real messages, already parsed, where
// SHOAL_DEV_DATA is set.
func BenchmarkExtract(b *testing.B) {
	samples := devData(b)
	x := newExtractor(b)
	p := message.New(message.Default())
	parsed := make([]*message.Message, len(samples))
	reports := make([]*pipeline.Report, len(samples))
	size := 0
	for i, s := range samples {
		parsed[i] = p.Parse(s.raw)
		reports[i] = &pipeline.Report{Raw: s.raw, ReceivedAt: time.Unix(1800000000, 0)}
		size += len(s.raw)
	}
	b.SetBytes(int64(size / len(samples)))
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		x.Extract(reports[i], parsed[i])
		i = (i + 1) % len(samples)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "messages/s")
}
