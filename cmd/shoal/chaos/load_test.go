package chaos

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"syscall"
	"time"

	"shoal/pipeline"
	"shoal/pipeline/kafka"
)

// storm feeds, and for each chunk kills what victim names.
func (w *world) storm(broker string, least, most time.Duration, victim func() string) {
	w.t.Helper()
	w.rounds(broker, func(i int, next func()) {
		if i == 0 {
			next() // kills come under load
		}
		if w.analyst != nil {
			w.analyst.turns <- struct{}{}
		}
		for w.between(least, most); !w.kill(victim()); {
			w.between(least, most)
		}
		next()
	})
}

// rounds feeds the chunks while round is called for each of them but the last; next
// lets one more chunk in. Then it waits until all of them are stored.
func (w *world) rounds(broker string, round func(i int, next func())) {
	w.t.Helper()
	n := len(w.chunks)
	ctx, cancel := context.WithTimeout(w.t.Context(), time.Duration(n)*20*time.Second+3*time.Minute)
	defer cancel()
	client, err := kafka.NewClient(kafka.DefaultConfig(broker), kafka.Options{})
	if err != nil {
		w.t.Fatal(err)
	}
	defer client.Close()
	turns, fed := make(chan struct{}, 2*n), make(chan error, 1)
	go func() { fed <- w.feed(ctx, client.NewSink(pipeline.TopicReports), turns) }()
	for i := range n - 1 {
		if ctx.Err() != nil {
			w.t.Fatalf("round %d of %d: it takes too long", i, n)
		}
		round(i, func() { turns <- struct{}{} })
	}
	for range n { // those that are left
		turns <- struct{}{}
	}
	if err := <-fed; err != nil {
		w.t.Fatalf("feed: %v", err)
	}
	if w.analyst != nil {
		w.analyst.dismiss()
	}
	if err := pipeline.DrainThrough(ctx, client, 100*time.Millisecond, w.stages...); err != nil {
		w.t.Fatal(err)
	}
	w.checkDead(w.read(ctx, client, pipeline.TopicDead))
	w.reports = w.read(ctx, client, pipeline.TopicReports)
	if w.analyst != nil {
		w.checkDecided(w.read(ctx, client, pipeline.TopicFeatures))
	}
}

// read gives all that a topic of one partition holds.
func (w *world) read(ctx context.Context, client *kafka.Client, topic string) (out []pipeline.Record) {
	w.t.Helper()
	r := client.NewReader(topic)
	end, err := r.End(ctx)
	for err == nil && int64(len(out)) < end {
		var recs []pipeline.Record
		recs, err = r.Fetch(ctx)
		out = append(out, recs...)
	}
	if err != nil {
		w.t.Fatalf("read %s: %v", topic, err)
	}
	return out
}

// undisturbed runs the program over the same topic "reports", record by record and
// with its times: which of two reports is older is part of the input. So are the
// decisions, and after which report each was made.
func (w *world) undisturbed() {
	w.t.Helper()
	port := freePort(w.t)
	p := w.spawn("undisturbed", w.bin, "run", "--data", w.ref(), "--kafka-port", port, "--listen", "127.0.0.1:0", "--clickhouse-listen", "")
	ctx, cancel := context.WithTimeout(w.t.Context(), 3*time.Minute+time.Duration(len(w.decided))*5*time.Second)
	defer cancel()
	client, err := kafka.NewClient(kafka.DefaultConfig("127.0.0.1:"+port), kafka.Options{})
	if err != nil {
		w.t.Fatal(err)
	}
	defer client.Close()
	if err := until(ctx, func() error {
		_, err := client.End(ctx, pipeline.TopicReports)
		return err
	}); err != nil {
		w.t.Fatal(err)
	}
	w.retell(ctx, client)
	w.signal("undisturbed", syscall.SIGINT)
	if err := p.wait(); err != nil {
		w.t.Logf("the undisturbed run ended with %v", err) // 1, since there are dead letters
	}
}

// feed imports the chunks one after the other, each when its turn comes and until
// that has succeeded. A record that is no mail follows each.
func (w *world) feed(ctx context.Context, reports pipeline.Sink, turns <-chan struct{}) error {
	for i, chunk := range w.chunks {
		select {
		case <-turns:
		case <-ctx.Done():
			return ctx.Err()
		}
		err := until(ctx, func() error {
			return w.spawn("import", w.bin, slices.Concat([]string{"import", "-q", chunk}, w.kafka)...).wait()
		})
		if err != nil {
			return fmt.Errorf("import: %w", err)
		}
		err = until(ctx, func() error {
			return reports.Write(ctx, []pipeline.Record{{Value: garbage(i)}})
		})
		if err != nil {
			return fmt.Errorf("write: %w", err)
		}
	}
	return nil
}

func garbage(i int) []byte { return fmt.Appendf(nil, "{\"no mail\": %d}", i) }

// until repeats what fails.
func until(ctx context.Context, f func() error) error {
	for {
		err := f()
		if err == nil || ctx.Err() != nil {
			return errors.Join(err, ctx.Err())
		}
		time.Sleep(200 * time.Millisecond)
	}
}

// checkDead wants a letter for each record that was no mail, and for nothing else.
func (w *world) checkDead(dead []pipeline.Record) {
	w.t.Helper()
	letters := make(map[string]int)
	for _, r := range dead {
		letters[string(r.Value)]++
	}
	for i := range w.chunks {
		if letters[string(garbage(i))] == 0 {
			w.t.Errorf("no letter for %s", garbage(i))
		}
		delete(letters, string(garbage(i)))
	}
	if len(letters) > 0 {
		w.t.Errorf("%d letters for what is mail", len(letters))
	}
}
