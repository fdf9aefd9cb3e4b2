package kafka_test

import (
	"encoding/base64"
	"math/rand/v2"
	"strconv"
	"testing"

	"shoal/pipeline"
	"shoal/pipeline/kafka"
	"shoal/pipeline/kafka/kafkatest"
)

// mails makes n records of about size bytes that compress as mail does: words,
// and a base64 part.
func mails(n, size int) []pipeline.Record {
	rng := rand.New(rand.NewPCG(1, 2))
	words := make([]string, 2000)
	for i := range words {
		b := make([]byte, 2+rng.IntN(9))
		for j := range b {
			b[j] = byte('a' + rng.IntN(26))
		}
		words[i] = string(b)
	}
	recs := make([]pipeline.Record, n)
	for i := range recs {
		var b []byte
		for len(b) < size*2/3 {
			b = append(append(b, words[rng.IntN(len(words))]...), ' ')
		}
		raw := make([]byte, (size-len(b))*3/4)
		for j := range raw {
			raw[j] = byte(rng.Uint32())
		}
		recs[i].Value = base64.StdEncoding.AppendEncode(b, raw)
	}
	return recs
}

// BenchmarkBroker writes and reads messages of 4 KiB, 1,000 at a time, on the
// embedded broker (each request synced to disk) and on Apache Kafka (as it comes).
func BenchmarkBroker(b *testing.B) {
	for _, of := range []struct {
		name  string
		start func(testing.TB) broker
	}{
		{"kfake", startKfake},
		{"apache", func(t testing.TB) broker { return kafkatest.Start(t) }},
	} {
		b.Run(of.name, func(b *testing.B) {
			br := of.start(b)
			topics(b, newClient(b, br.Addr()), 4)
			for _, codec := range []string{"none", "snappy", "lz4", "zstd"} {
				c := newClient(b, br.Addr(), func(cfg *kafka.Config) { cfg.Compression = codec })
				b.Run("write/"+codec, func(b *testing.B) { benchWrite(b, c, 1000) })
			}
			c := newClient(b, br.Addr())
			b.Run("write-one", func(b *testing.B) { benchWrite(b, c, 1) })
			b.Run("write-one-by-64", func(b *testing.B) { benchCombined(b, c) })
			b.Run("read", func(b *testing.B) { benchRead(b, c) })
		})
	}
}

func benchWrite(b *testing.B, c *kafka.Client, batch int) {
	recs := mails(batch, 4096)
	sink := c.NewSink(pipeline.TopicReports)
	b.SetBytes(4096)
	for n := 0; n < b.N; n += batch {
		if err := sink.Write(b.Context(), recs); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "msg/s")
}

func benchRead(b *testing.B, c *kafka.Client) {
	ends, err := c.End(b.Context(), pipeline.TopicReports)
	if err != nil {
		b.Fatal(err)
	}
	var there int64
	for _, e := range ends {
		there += e
	}
	for sink := c.NewSink(pipeline.TopicReports); there < int64(b.N)+20_000; there += 1000 {
		if err := sink.Write(b.Context(), mails(1000, 4096)); err != nil {
			b.Fatal(err)
		}
	}
	g := c.NewGroup("bench-"+b.Name()+strconv.FormatUint(rand.Uint64(), 36), pipeline.TopicReports)
	defer g.Close()
	if _, err := g.Fetch(b.Context()); err != nil { // joins, which is not reading
		b.Fatal(err)
	}
	b.SetBytes(4096)
	b.ResetTimer()
	for n := 0; n < b.N; {
		recs, err := g.Fetch(b.Context())
		if err != nil {
			b.Fatal(err)
		}
		n += len(recs)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "msg/s")
}

// benchCombined has 64 writers of one message each, as an intake has.
func benchCombined(b *testing.B, c *kafka.Client) {
	rec := mails(1, 4096)
	sink := pipeline.Combine(c.NewSink(pipeline.TopicReports))
	b.SetBytes(4096)
	b.SetParallelism(32)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if err := sink.Write(b.Context(), rec); err != nil {
				b.Error(err)
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "msg/s")
}
