package intake

import (
	"context"
	"crypto/rand"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"shoal/pipeline"
)

// BenchmarkReadMbox splits an mbox of mails of 4 KB.
func BenchmarkReadMbox(b *testing.B) {
	one := mailOf("x") + strings.Repeat(strings.Repeat("word ", 14)+"\n", 57)
	box := strings.Repeat(mboxOf(one), 2000)
	b.SetBytes(int64(len(box)))
	b.ReportAllocs()
	for b.Loop() {
		n := 0
		r := NewReader(ReaderConfig{Stdin: strings.NewReader(box)})
		if err := r.Read(context.Background(), Stdin, func(it Item) error { n++; return it.Err }); err != nil || n != 2000 {
			b.Fatal(n, err)
		}
	}
}

// BenchmarkUnwrap unwraps a plain mail, a forward and a feedback report.
func BenchmarkUnwrap(b *testing.B) {
	for _, name := range []string{"plain.eml", "forward.eml", "arf.eml"} {
		raw := testMessage(b, name)
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Unwrap(&pipeline.Report{Raw: raw})
			}
		})
	}
}

// BenchmarkCorpus reads and unwraps a developer's corpus.
func BenchmarkCorpus(b *testing.B) {
	dir := os.Getenv("SHOAL_DEV_DATA")
	if dir == "" {
		b.Skip("SHOAL_DEV_DATA is not set")
	}
	size, _ := Size(dir)
	b.SetBytes(size)
	for b.Loop() {
		r := NewReader(ReaderConfig{})
		n := 0
		err := r.Read(context.Background(), dir, func(it Item) error {
			if it.Err == nil {
				n += len(it.Report(""))
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(n), "reports/op")
	}
}

// nowhere is a sink that takes everything at once.
type nowhere struct{}

func (nowhere) Write(context.Context, []pipeline.Record) error { return nil }

// BenchmarkPost takes mails of 4 KB over HTTP, without the network.
func BenchmarkPost(b *testing.B) {
	secret, tok, err := NewToken(rand.Reader, "desk", ScopeReport)
	if err != nil {
		b.Fatal(err)
	}
	cfg := DefaultHandlerConfig()
	cfg.Rate, cfg.Burst = 1e9, 1e9
	h := NewHandler(cfg, HandlerDeps{Sink: nowhere{}, Tokens: &Tokens{list: []Token{tok}}})
	body := mailOf("x") + strings.Repeat(strings.Repeat("word ", 14)+"\n", 57)
	b.SetBytes(int64(len(body)))
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			req := httptest.NewRequest("POST", Path, strings.NewReader(body))
			req.Header.Set("Authorization", "Bearer "+secret)
			w := httptest.NewRecorder()
			if h.ServeHTTP(w, req); w.Code != 202 {
				b.Fatal(w.Body)
			}
		}
	})
}
