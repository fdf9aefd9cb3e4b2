package main

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"shoal/cluster/score"
)

// Bounds of what is shown of one error.
const (
	maxLinks    = 4
	maxEvidence = 8
)

// errors is the part of the report that shows what went wrong: the errors that
// cost most, then those within families, which count in strict figures only.
func (q *quality) errors() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "# Worst errors: %s\n\nWith names, hosts and labels of the mail: keep it where the mail is.\nWeights are in nats; a report joins from %v of which %v must be content, campaigns merge from %v. What evidence lacks to a score are the prior odds.\n",
		q.name, q.t.cfg.Join, q.t.cfg.Content, q.t.cfg.Merge)
	in := q.t.inspect()
	faults := score.Worst(q.items, len(q.items))
	slices.SortStableFunc(faults, func(a, b score.Fault) int { return cmp.Compare(b.Lenient, a.Lenient) })
	kin := slices.IndexFunc(faults, func(f score.Fault) bool { return f.Lenient == 0 })
	if kin < 0 {
		kin = len(faults)
	}
	for _, f := range faults[:min(kin, q.worst)] {
		writeFault(&b, f, in)
	}
	if kin < len(faults) {
		fmt.Fprint(&b, "\n# Campaigns of one family, taken for one\n")
		for _, f := range faults[kin:min(len(faults), kin+q.worst)] {
			writeFault(&b, f, in)
		}
	}
	return b.Bytes()
}

func writeFault(w io.Writer, f score.Fault, in *inspection) {
	what := "campaign in pieces"
	if f.Kind == score.Mixed {
		what = "campaigns taken for one"
	}
	fmt.Fprintf(w, "\n## %s: %s, %d messages\n\nCosts %.4f of strict B-cubed, %.4f of lenient.\n\n| messages | part | such as |\n| --: | --- | --- |\n",
		what, code(f.Name), f.Messages, f.Loss, f.Lenient)
	for i, p := range f.Parts {
		if i == maxParts {
			fmt.Fprintf(w, "| | and %d more | |\n", len(f.Parts)-i)
			break
		}
		fmt.Fprintf(w, "| %d | %s | %s |\n", p.Messages, code(p.Name), code(p.Example))
	}
	fmt.Fprintln(w)
	links := in.links(f)
	for _, l := range links[:min(len(links), maxLinks)] {
		l.write(w)
	}
	switch {
	case len(links) > maxLinks:
		fmt.Fprintf(w, "\nand %d more\n", len(links)-maxLinks)
	case len(links) == 0 && f.Kind == score.Split:
		fmt.Fprintln(w, "No two of the pieces were ever compared: they share no key that the index found.")
	}
}

func (l *link) write(w io.Writer) {
	verb := map[string]string{"joined": "joined at", "merged": "opened a campaign that was merged at", "apart": "was compared with"}
	fmt.Fprintf(w, "- %s (%s) %s %s (%s): %.2f, content %.2f\n", code(l.a.Name), code(l.a.Truth), verb[l.what],
		code(l.b.Name), code(l.b.Truth), l.score, l.content)
	for i, e := range l.evidence {
		if i == maxEvidence {
			fmt.Fprintf(w, "  - and %d lighter\n", len(l.evidence)-i)
			break
		}
		fmt.Fprintf(w, "  - %v\n", e)
	}
}

func (e evidence) String() string {
	s := fmt.Sprintf("%+.2f %s, agrees %.0f %%", e.weight, e.field, 100*e.agrees)
	if e.value != "" {
		s += ": " + code(e.value)
	}
	return s
}

// code shows text out of mail as it is: nothing in it ends the span, the line or
// the cell of a table.
func code(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '`':
			return '\''
		case r == '|':
			return '¦'
		case r < ' ' || r == 0x7f:
			return ' '
		}
		return r
	}, s)
	if strings.TrimSpace(s) == "" {
		return "(empty)"
	}
	return "`" + s + "`"
}
