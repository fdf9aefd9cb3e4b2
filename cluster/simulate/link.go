package simulate

import (
	"strings"
)

// linkShape is how a campaign's links look on whatever host.
type linkShape struct {
	segments []string // "" is a token
	lengths  []int
	page     string
	param    string
	scheme   string
}

func newLinkShape(r *rng) linkShape {
	l := linkShape{scheme: pick(r, []string{"http", "https", "https"})}
	for range r.between(1, 3) {
		l.segments = append(l.segments, pick(r, words["paths"])+pick(r, []string{"", "", "-" + pick(r, words["nouns"]), pick(r, words["nouns"])}))
		l.lengths = append(l.lengths, 0)
	}
	if r.chance(0.5) {
		l.segments = append(l.segments, "")
		l.lengths = append(l.lengths, r.between(8, 20))
	}
	if r.chance(0.6) {
		l.page = pick(r, words["pages"]) + pick(r, []string{".php", ".html", ".aspx", ".cgi"})
	}
	if l.page == "" || r.chance(0.5) {
		l.param = pick(r, words["params"])
	}
	return l
}

// url makes one reader's link.
func (l *linkShape) url(r *rng, host string) string {
	var b strings.Builder
	b.WriteString(l.scheme + "://" + host)
	for i, s := range l.segments {
		b.WriteByte('/')
		if s == "" {
			s = r.letters(alnum, l.lengths[i])
		}
		b.WriteString(s)
	}
	b.WriteByte('/')
	b.WriteString(l.page)
	if l.param != "" {
		b.WriteString("?" + l.param + "=" + r.letters(hexes, 12))
	}
	return b.String()
}

// hostName is a machine that serves links: a domain of its own, a hacked site, or
// a name under free hosting.
func hostName(r *rng) string {
	switch r.IntN(4) {
	case 0:
		return "www." + domainName(r)
	case 1:
		return pick(r, words["nouns"]) + "-" + r.letters(alnum, 5) + "." + pick(r, []string{"freepages.example", "sitebuilder.example", "cloudapps.example", "webhost.example"})
	}
	return domainName(r)
}
