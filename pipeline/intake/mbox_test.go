package intake

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var quotedOut = regexp.MustCompile(`(?m)^>*From `)

func split(t testing.TB, s string, max, buffer int) []string {
	t.Helper()
	box := newMbox(bufio.NewReaderSize(strings.NewReader(s), buffer), max)
	var out []string
	for {
		raw, err := box.next()
		switch {
		case err == io.EOF:
			return out
		case errors.Is(err, errTooLarge):
			out = append(out, "too large")
		case err != nil:
			t.Fatal(err)
		default:
			out = append(out, string(raw))
		}
		if len(out) > len(s) {
			t.Fatal("more messages than bytes")
		}
	}
}

func TestMboxSplit(t *testing.T) {
	const from = "From a@example.com Tue Oct 20 09:00:00 2020\n"
	tests := []struct {
		name, in string
		want     []string
	}{
		{"two", from + "A: 1\n\nx\n\n" + from + "A: 2\n\ny\n", []string{"A: 1\n\nx\n", "A: 2\n\ny\n"}},
		{"crlf", "From a b 10:00 2020\r\nA: 1\r\n\r\nx\r\n\r\nFrom - Tue Oct 20 09:00:00 2020\r\nA: 2\r\n", []string{"A: 1\r\n\r\nx\r\n", "A: 2\r\n"}},
		{"quoted", from + "A: 1\n\n>From x\n>>From y\n> From z\n", []string{"A: 1\n\nFrom x\n>From y\n> From z\n"}},
		{"a sentence", from + "A: 1\n\nx\n\nFrom here on it is 10:00 in 2020\nand no header.\n", []string{"A: 1\n\nx\n\nFrom here on it is 10:00 in 2020\nand no header.\n"}},
		{"an address alone", from + "A: 1\n\nx\n\nFrom b@example.com\nA: 2\n", []string{"A: 1\n\nx\n", "A: 2\n"}},
		{"mozilla", "From -\nA: 1\n\nx\n\nFrom - \nA: 2\n", []string{"A: 1\n\nx\n", "A: 2\n"}},
		{"no blank line before", from + "A: 1\n\nx\n" + from + "A: 2\n", []string{"A: 1\n\nx\n" + from + "A: 2\n"}},
		{"blank lines first", "\n\n" + from + "A: 1\n", []string{"A: 1\n"}},
		{"empty message", from + "A: 1\n\n" + from + "\n" + from + "A: 3\n", []string{"A: 1\n", "", "A: 3\n"}},
		{"ends in a separator", from + "A: 1\n\n" + from, []string{"A: 1\n", ""}},
	}
	for _, tt := range tests {
		for _, buffer := range []int{512, 64 << 10} {
			if diff := cmp.Diff(tt.want, split(t, tt.in, 1<<20, buffer)); diff != "" {
				t.Errorf("%s, buffer %d (-want +got):\n%s", tt.name, buffer, diff)
			}
		}
	}
}

// FuzzMbox checks that joining messages into an mbox and splitting it gives the
// same messages, and that splitting anything accounts for every byte.
func FuzzMbox(f *testing.F) {
	f.Add("A: 1\n\nFrom x\n\n>From y\n", "B: 2\n\n\n\nFrom a@example.com Tue Oct 20 09:00:00 2020\nC: 3\n")
	f.Add("\n\nFrom b@c\n\n", "From a@example.com\nFrom b@example.com\n")
	f.Add("A: "+strings.Repeat("x", 3000), ">From \n")
	f.Add("A: 1\n\nFrom "+strings.Repeat("x", 3000), ">>From "+strings.Repeat("y", 600))
	f.Fuzz(func(t *testing.T, a, b string) {
		if strings.Contains(a+b, strings.Repeat(">", 500)) {
			return // a quote that does not fit into the buffer is none
		}
		want := []string{"X-First: 1\n\n" + a + "\n", "X-Second: 2\n\n" + b + "\n"}
		if diff := cmp.Diff(want, split(t, mboxOf(want...), 1<<20, 512)); diff != "" {
			t.Errorf("join, then split (-want +got):\n%s", diff)
		}
		any := "From a\n" + a + "\n\nFrom b@example.com\nX: 1\n" + b
		parts := split(t, any, 1<<20, 512)
		// What is missing are separators, the blank lines before them, and one
		// ">" of each quoted line: all found again in what was put in.
		missing := len(any) - 2 // the blank line at the end
		for _, p := range parts {
			missing -= len(p)
		}
		if most := accounted(any); missing < -2 || missing > most {
			t.Errorf("%d of %d bytes went missing, at most %d are separators and quotes", missing, len(any), most)
		}
	})
}

// accounted counts the bytes that a split of s may drop.
func accounted(s string) int {
	n := 0
	for _, line := range bytes.SplitAfter([]byte(s), []byte("\n")) {
		switch {
		case bytes.HasPrefix(line, fromSpace):
			n += len(line) + 2
		case quotedFrom.Match(line):
			n++
		}
	}
	return n
}
