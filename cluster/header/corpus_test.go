package header

import (
	"bufio"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// labelled is one message of a labelled corpus.
type labelled struct {
	campaign, family string
	fields           []Field
}

// readCorpus reads labels.tsv, campaigns.tsv and the messages beside them in the
// folder SHOAL_DEV_DATA (or above it), and skips without.
func readCorpus(tb testing.TB) []labelled {
	tb.Helper()
	dir := os.Getenv("SHOAL_DEV_DATA")
	if dir == "" {
		tb.Skip("SHOAL_DEV_DATA names no labelled corpus")
	}
	family := map[string]string{}
	for _, row := range readTable(tb, filepath.Join(dir, "campaigns.tsv")) {
		family[row[0]] = row[1]
	}
	var out []labelled
	for _, row := range readTable(tb, filepath.Join(dir, "labels.tsv")) {
		raw, err := os.ReadFile(filepath.Join(dir, row[1]))
		if err != nil {
			tb.Fatal(err)
		}
		out = append(out, labelled{campaign: row[2], family: family[row[2]], fields: splitHeader(string(raw))})
	}
	return out
}

func readTable(tb testing.TB, path string) [][]string {
	tb.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		tb.Skipf("no labelled corpus: %v", err)
	}
	var rows [][]string
	for line := range strings.Lines(string(data)) {
		rows = append(rows, strings.Split(strings.TrimRight(line, "\r\n"), "\t"))
	}
	return rows
}

// splitHeader is enough of a header reader for tests.
func splitHeader(raw string) []Field {
	var out []Field
	s := bufio.NewScanner(strings.NewReader(raw))
	s.Buffer(nil, 1<<20)
	for n := 0; s.Scan(); n++ {
		line := strings.TrimSuffix(s.Text(), "\r")
		switch name, value, ok := strings.Cut(line, ":"); {
		case line == "":
			return out
		case n == 0 && strings.HasPrefix(line, "From "):
		case line[0] == ' ' || line[0] == '\t':
			if len(out) > 0 {
				out[len(out)-1].Value += line
			}
		case ok:
			out = append(out, Field{name, strings.TrimSpace(value)})
		}
	}
	return out
}

// TestAgreement logs how often each value agrees within and between campaigns.
func TestAgreement(t *testing.T) {
	corpus := readCorpus(t)
	values := map[string]func([]Field) string{
		"fingerprint": Fingerprint,
		"order":       func(f []Field) string { s, _, _ := strings.Cut(Shape(f), ";"); return s },
		"message-id":  func(f []Field) string { return messageIDPattern(first(f, "Message-ID"), domainOf(first(f, "From"))) },
		"id alone":    func(f []Field) string { return MessageIDPattern(first(f, "Message-ID")) },
		"boundary":    func(f []Field) string { return BoundaryPattern(Boundary(first(f, "Content-Type"))) },
		"date":        func(f []Field) string { return DateStyle(first(f, "Date")) },
		"mailer":      Mailer,
	}
	for name, value := range values {
		got := make([]string, len(corpus))
		distinct := map[string]bool{}
		for i, m := range corpus {
			got[i] = value(m.fields)
			distinct[got[i]] = true
		}
		same, sameAll, other, otherAll := 0, 0, 0, 0
		mean := map[string][2]int{}
		for i := range corpus {
			for j := range i {
				a, b := corpus[i], corpus[j]
				eq := got[i] == got[j] && got[i] != ""
				switch {
				case a.campaign == b.campaign && a.campaign != "-":
					sameAll++
					c := mean[a.campaign]
					c[1]++
					if eq {
						same++
						c[0]++
					}
					mean[a.campaign] = c
				case a.family == "" || b.family == "" || a.family != b.family:
					otherAll++
					if eq {
						other++
					}
				}
			}
		}
		avg := 0.0
		for _, c := range mean {
			avg += float64(c[0]) / float64(c[1]) / float64(len(mean))
		}
		t.Logf("%-12s same campaign %.3f of pairs, %.3f averaged over campaigns; strangers %.4f; %d values",
			name, float64(same)/float64(sameAll), avg, float64(other)/float64(otherAll), len(distinct))
	}
}
