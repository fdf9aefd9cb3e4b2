//go:build unix

package pipeline

import (
	"context"
	"testing"
	"time"

	"shoal/cluster"
	"shoal/cluster/federation"
	"shoal/cluster/simulate"
	"shoal/pipeline/record"
)

// BenchmarkClusterers measures what a report costs the stages of clustering, records
// read and written but no broker asked, in processor time: one clusterer, the local ones of all rounds
// together, and the global one. limit is how many times the reports of one clusterer the
// global one can follow.
func BenchmarkClusterers(b *testing.B) {
	const reports, locals = 100_000, 8
	for _, mix := range []struct {
		name  string
		share simulate.Share
	}{
		{"default", simulate.Share{Campaign: 0.6, Alone: 0.2, Legitimate: 0.2}},
		{"campaigns", simulate.Share{Campaign: 0.9, Alone: 0.05, Legitimate: 0.05}},
	} {
		b.Run("mix="+mix.name, func(b *testing.B) {
			traffic := simulate.Default(reports, 1)
			traffic.Share = mix.share
			for range b.N {
				log := recordsOf(b, traffic)
				one := clusterAll(b, log, cluster.NewEngine(cluster.DefaultConfig()))
				found, spent := localsOf(b, log, locals)
				all := clusterAll(b, found, federation.NewGlobal(cluster.DefaultConfig()))
				b.ReportMetric(float64(one.Nanoseconds())/reports, "single-ns/report")
				b.ReportMetric(float64(spent.Nanoseconds())/reports, "locals-ns/report")
				b.ReportMetric(float64(all.Nanoseconds())/reports, "global-ns/report")
				b.ReportMetric(float64(one)/float64(all), "limit")
				b.ReportMetric(float64(bytesOf(found))/float64(bytesOf(log)), "log-bytes")
				b.ReportMetric(0, "ns/op")
			}
		})
	}
}

// recordsOf are the records that workers write.
func recordsOf(b *testing.B, traffic simulate.Config) []Record {
	b.Helper()
	stream, err := simulate.Features(traffic)
	if err != nil {
		b.Fatal(err)
	}
	var out []Record
	row := &record.Row{Subject: "a subject of common length", FromAddress: "someone@example.org", Urls: []string{"http://example.org/path"}}
	for l := range stream {
		value, err := record.MarshalReport(l.Features, row)
		if err != nil {
			b.Fatal(err)
		}
		out = append(out, Record{Value: value, Offset: int64(len(out))})
	}
	return out
}

func bytesOf(recs []Record) (n int) {
	for i := range recs {
		n += len(recs[i].Value)
	}
	return n
}

// clusterAll takes a log through a clusterer, in batches, and times it.
func clusterAll(b *testing.B, log []Record, e Engine) time.Duration {
	b.Helper()
	c := NewClusterer(ClustererConfig{Events: nowhere{}})
	c.engine = e
	began := cpu()
	for len(log) > 0 {
		n := min(len(log), benchBatch)
		var out outgoing
		for _, rec := range log[:n] {
			if err := c.step(b.Context(), rec, &out); err != nil {
				b.Fatal(err)
			}
		}
		if err := c.publish(b.Context(), &out); err != nil {
			b.Fatal(err)
		}
		log = log[n:]
	}
	return cpu() - began
}

const benchBatch = 2000

type nowhere struct{}

func (nowhere) Write(context.Context, []Record) error { return nil }

// localsOf takes a log through all rounds of locals. What each batch comes to in the
// last round is in the log before the next batch.
func localsOf(b *testing.B, log []Record, locals int) (found []Record, spent time.Duration) {
	b.Helper()
	var rounds [federation.Rounds]*Local
	var next [federation.Rounds][]int64 // offsets, by partition
	for round := range rounds {
		l := NewLocal(LocalConfig{Round: round, Reports: &memParts{}})
		for part := range locals {
			engine := federation.NewLocal(federation.DefaultConfig(cluster.DefaultConfig(), round, locals))
			l.parts[part] = &localPart{number: part, engine: engine}
		}
		rounds[round], next[round] = l, make([]int64, locals)
	}
	for len(log) > 0 {
		n := min(len(log), benchBatch)
		batch := append([]Record(nil), log[:n]...)
		for i := range batch {
			entry, err := record.UnmarshalEntry(batch[i].Value)
			if err != nil {
				b.Fatal(err)
			}
			batch[i].Key = routeKey(entry.Features, 0)
		}
		for round, l := range rounds {
			for i := range batch {
				part := int(batch[i].Key[7]) % locals
				batch[i].Partition, batch[i].Offset = part, next[round][part]
				next[round][part]++
			}
			began := cpu()
			var all findings
			for _, rec := range batch {
				got, err := l.findIn(l.parts[rec.Partition], []Record{rec})
				if err != nil {
					b.Fatal(err)
				}
				all.features, all.next = append(all.features, got.features...), append(all.next, got.next...)
			}
			spent += cpu() - began
			found, batch = append(found, all.features...), all.next
		}
		log = log[n:]
	}
	for i := range found {
		found[i].Offset = int64(i)
	}
	return found, spent
}
