package extract

import (
	"strings"

	"shoal/cluster"
)

// bareSubject takes reply and forward prefixes and list tags off a folded
// subject.
func bareSubject(s string) string {
	for range 8 {
		s = strings.TrimSpace(s)
		rest := dropPrefix(s)
		if rest == s {
			rest = dropTag(s)
		}
		if rest == s || strings.TrimSpace(rest) == "" {
			return s
		}
		s = rest
	}
	return s
}

// dropPrefix: "Re:", "Fwd:", "RE[2]:", "AW :".
func dropPrefix(s string) string {
	i := strings.IndexByte(s, ':')
	if i < 1 || i > 12 {
		return s
	}
	word := strings.ToLower(strings.TrimSpace(cutAt(s[:i], "[(")))
	if replyPrefixes[word] {
		return s[i+1:]
	}
	return s
}

var replyPrefixes = set("re", "fw", "fwd", "aw", "wg", "sv", "vs", "vb", "enc", "res", "rv", "tr", "ref", "rif", "r", "i", "antw", "doorst", "odp", "pd", "ynt", "ilt", "回复", "转发", "答复", "回覆", "轉寄", "отв", "forward", "forwarded", "spam", "external", "ext", "re.", "rép", "rep", "vl", "bls", "trs", "továbbítás", "fyi")

// dropTag: "[list-name]", "[SPAM]", "***SPAM***", "(fwd)".
func dropTag(s string) string {
	if strings.HasPrefix(s, "***") {
		if i := strings.Index(s[3:], "***"); i >= 0 && i < 32 {
			return s[i+6:]
		}
	}
	if strings.HasSuffix(s, "(fwd)") {
		return s[:len(s)-5]
	}
	if strings.HasPrefix(s, "[") {
		if i := strings.IndexByte(s, ']'); i > 1 && i < 40 && strings.TrimSpace(s[i+1:]) != "" {
			return s[i+1:]
		}
	}
	return s
}

// subject fills the subject's words and shape, and finds what stands in it.
func (w *work) subject(f *cluster.Features, raw string) {
	w.folded = fold(w.folded[:0], raw[:min(len(raw), 4*maxSubject)])
	s := bareSubject(strings.ReplaceAll(string(w.folded), "\n", " "))
	l := &w.subjectWords
	l.reset()
	sc := scanner{out: l, mask: w.who.mask, found: &w.found}
	sc.line(s)
	sc.finish()
	for i := range l.spans {
		if word := l.word(i); word[0] != '#' && len(f.Subject) < cluster.MaxSubject {
			f.Subject = append(f.Subject, hash32(word))
		}
	}
	if len(l.spans) > 0 && !onlyClasses(l) {
		w.values.add(cluster.KeySubjectShape, string(l.buf))
	}
	all, _ := lineTraits(s)
	w.scanValues(s, all)
}

// onlyClasses: nothing of a subject but masks is no subject.
func onlyClasses(l *wordList) bool {
	for i := range l.spans {
		if l.word(i)[0] != '#' {
			return false
		}
	}
	return true
}
