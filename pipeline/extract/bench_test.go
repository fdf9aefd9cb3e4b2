package extract

import (
	"testing"
	"time"

	"shoal/pipeline"
	"shoal/pipeline/message"
)

// BenchmarkExtractOne measures one short personalised message.
func BenchmarkExtractOne(b *testing.B) {
	x := newExtractor(b)
	r := &pipeline.Report{Raw: []byte(threat), ReceivedAt: received}
	m := message.New(message.Default()).Parse(r.Raw)
	b.ReportAllocs()
	for b.Loop() {
		x.Extract(r, m)
	}
}

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
