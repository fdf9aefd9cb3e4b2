package intake

import (
	"encoding/csv"
	"fmt"
	"maps"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"shoal/pipeline"
)

// FuzzLoadAttrs: whatever the file, a recipient who is on it gets no more attributes
// than a report may have, each within bounds and clean, and the same each time.
func FuzzLoadAttrs(f *testing.F) {
	f.Add("recipient,region\na@b.example,FL\n", "a@b.example")
	f.Add("\ufeffregion;Recipient;recipient\nFL; A@B.example ;x\nAK;a@b.example;y\n", "a@b.example")
	f.Add("recipient\tr\xff\n\xff@b\t\xff\n", "\xff@b")
	f.Fuzz(func(t *testing.T, text, recipient string) {
		a, err := LoadAttrs(strings.NewReader(text))
		if err != nil {
			return
		}
		if lines := strings.Count(text, "\n") + strings.Count(text, "\r") + 1; a.Len()+a.Twice() > lines {
			t.Errorf("%d recipients and %d repeats out of %d lines", a.Len(), a.Twice(), lines)
		}
		r, again := pipeline.Report{Recipient: recipient}, pipeline.Report{Recipient: recipient}
		on := a.Apply(&r)
		if a.Apply(&again) != on || !maps.Equal(r.Attrs, again.Attrs) || !on && len(r.Attrs) > 0 {
			t.Errorf("on file %v with %q, then %q", on, r.Attrs, again.Attrs)
		}
		if len(r.Attrs) > maxAttrs {
			t.Errorf("%d attributes", len(r.Attrs))
		}
		for name, value := range r.Attrs {
			if name == "" || value == "" || len(name) > maxAttrName || len(value) > maxAttrValue || !utf8.ValidString(name+value) {
				t.Errorf("attribute %q = %q", name, value)
			}
		}
	})
}

// FuzzLoadBaseline: what is read is within bounds, each pair once, and reads the same
// after it was written.
func FuzzLoadBaseline(f *testing.F) {
	f.Add("dimension,value,count\nregion,FL,13000000\n")
	f.Add("\ufeffcount;value;dimension;x\n 1 ;\xff;a;\n2;b;a;\n")
	f.Fuzz(func(t *testing.T, text string) {
		rows, err := LoadBaseline(strings.NewReader(text))
		if err != nil {
			return
		}
		var b strings.Builder
		w := csv.NewWriter(&b)
		_ = w.Write([]string{"dimension", "value", "count"})
		for _, r := range rows {
			if r.Dimension == "" || r.Value == "" || len(r.Dimension) > maxAttrName || len(r.Value) > maxAttrValue || r.Count>>63 != 0 || !utf8.ValidString(r.Dimension+r.Value) {
				t.Errorf("row %+v", r)
			}
			_ = w.Write([]string{r.Dimension, r.Value, fmt.Sprint(r.Count)})
		}
		w.Flush()
		again, err := LoadBaseline(strings.NewReader(b.String()))
		if diff := cmp.Diff(rows, again); err != nil || diff != "" {
			t.Errorf("%v (-first +second):\n%s", err, diff)
		}
	})
}

// FuzzParseTokens: what is read lets nobody in whose secret is not on file, reads the
// same after it was written, and no error shows a hash.
func FuzzParseTokens(f *testing.F) {
	hash := strings.Repeat("c0ffee42", 8)
	f.Add("ana report,read "+hash+"\n# x\n\n", hash)
	f.Add("a  b\t"+strings.ToUpper(hash)+"\r\na c "+hash, hash)
	f.Fuzz(func(t *testing.T, text, secret string) {
		all, err := ParseTokens(strings.NewReader(text))
		if err != nil {
			if strings.Contains(err.Error(), hash) {
				t.Errorf("error %q shows a hash", err)
			}
			return
		}
		var b strings.Builder
		for i := range all.list {
			b.WriteString(all.list[i].String() + "\n")
		}
		again, err := ParseTokens(strings.NewReader(b.String()))
		if err != nil || !cmp.Equal(all.list, again.list) {
			t.Errorf("%v: %q", err, b.String())
		}
		if got := all.Find(secret); got != nil && got != all.ByHash(got.Hash) {
			t.Errorf("%q lets in %q", secret, got)
		}
	})
}
