package simulate

import (
	"html"
	"strings"
)

// said is a piece of a message as worded for one reader.
type said struct {
	kind blockKind
	text string // linkMark stands for the link
	url  string
}

type blockKind uint8

const (
	blockText blockKind = iota
	blockAsk
	blockEnd
)

// linkMark stands for a message's link until it is known how it is shown.
const linkMark = "\x01"

// layout is a markup: another one for every campaign, or for every copy.
type layout struct {
	head, foot string
	shell      [][2]string // opening and closing tags, outermost first
	paragraph  [2]string
	button     [2]string
	end        [2]string
	anchor     string
}

func newLayout(r *rng) layout {
	var l layout
	if r.chance(0.5) {
		l.head = "<html><head><title></title>" + pick(r, []string{"", `<meta name="viewport" content="width=device-width">`, `<style>a { color: ` + colour(r) + ` } td { padding: 2px }</style>`}) + "</head>\r\n"
		l.foot = "</html>"
	}
	l.head += "<body" + attribute(r) + ">"
	l.foot = "</body>" + l.foot
	for range r.between(1, 4) {
		l.shell = append(l.shell, shellOf(r))
	}
	l.banner(r)
	l.paragraph = pick(r, [][2]string{
		{"<p" + attribute(r) + ">", "</p>"}, {"<div" + attribute(r) + ">", "</div><br>"}, {"<p><span" + attribute(r) + ">", "</span></p>"},
		{"<div><font" + attribute(r) + ">", "</font></div>"}, {"", "<br><br>"}, {"<h4" + attribute(r) + ">", "</h4>"}, {"<ul><li>", "</li></ul>"},
		{"<table" + attribute(r) + "><tr><td>", "</td></tr></table>"}, {"<section><p>", "</p></section>"},
	})
	l.button = pick(r, [][2]string{
		{"<p>", "</p>"}, {"<center><b>", "</b></center>"}, {"<table><tr><td" + attribute(r) + ">", "</td></tr></table>"},
		{"<div" + attribute(r) + "><strong>", "</strong></div>"}, {"<h3>", "</h3>"},
	})
	l.end = pick(r, [][2]string{
		{"<hr><small>", "</small>"}, {"<p" + attribute(r) + "><i>", "</i></p>"}, {"<table><tr><td><font>", "</font></td></tr></table>"},
		{"<div" + attribute(r) + ">", "</div>"}, {"<br><em>", "</em>"}, {"<footer><p>", "</p></footer>"},
	})
	l.anchor = pick(r, []string{"Continue", "Open", "Click here", "Review now", "View", "Go on", "Proceed", "Start", "Show details", "Confirm"})
	return l
}

func shellOf(r *rng) [2]string {
	return pick(r, [][2]string{
		{"<table" + attribute(r) + "><tr><td" + attribute(r) + ">", "</td></tr></table>"},
		{"<table" + attribute(r) + "><tbody><tr><td" + attribute(r) + ">", "</td></tr></tbody></table>"},
		{"<div" + attribute(r) + ">", "</div>"}, {"<center>", "</center>"}, {"<div><div" + attribute(r) + ">", "</div></div>"},
		{"<article>", "</article>"}, {"<font" + attribute(r) + ">", "</font>"},
	})
}

// banner puts something above the text.
func (l *layout) banner(r *rng) {
	inner := &l.shell[len(l.shell)-1]
	switch r.IntN(5) {
	case 0:
		inner[0] += "<h2" + attribute(r) + ">" + pick(r, words["adjectives"]) + " " + pick(r, words["nouns"]) + "</h2>"
	case 1:
		inner[0] += "<table" + attribute(r) + "><tr><td" + attribute(r) + ">&nbsp;</td><td>&nbsp;</td></tr></table>"
	case 2:
		inner[0] += `<img src="https://` + hostName(r) + "/" + pick(r, words["nouns"]) + `.png" width="` + r.letters(digits[1:], 3) + `">`
	case 3:
		inner[0] += "<hr" + attribute(r) + ">"
	}
}

func colour(r *rng) string { return "#" + r.letters(hexes[:12], 6) }

func attribute(r *rng) string {
	return pick(r, []string{
		"", "", ` style="color:` + colour(r) + `"`, ` align="center"`, ` style="font-family:` + pick(r, []string{"Arial", "Verdana", "Georgia", "serif"}) + `;padding:` + r.letters(digits[1:], 1) + `px"`,
		` width="` + r.letters(digits[1:], 3) + `"`, ` class="` + r.letters(alnum[:26], 5) + `"`, ` bgcolor="` + pick(r, []string{"#ffffff", "#f4f4f4", "#eeeeff"}) + `"`,
	})
}

// render makes a page of the pieces; extra are finished pieces of markup, put
// before the pieces in turn.
func (l *layout) render(pieces []said, extra []string) string {
	var b strings.Builder
	b.WriteString(l.head)
	for _, s := range l.shell {
		b.WriteString(s[0])
	}
	for i, p := range pieces {
		b.WriteString("\r\n")
		if i < len(extra) {
			b.WriteString(extra[i])
		}
		l.piece(&b, p)
	}
	b.WriteString("\r\n")
	for i := len(l.shell) - 1; i >= 0; i-- {
		b.WriteString(l.shell[i][1])
	}
	b.WriteString(l.foot)
	b.WriteString("\r\n")
	return b.String()
}

func (l *layout) piece(b *strings.Builder, p said) {
	tags := l.paragraph
	switch p.kind {
	case blockAsk:
		tags = l.button
	case blockEnd:
		tags = l.end
	}
	b.WriteString(tags[0])
	text := strings.ReplaceAll(html.EscapeString(p.text), "\n", "<br>\r\n")
	b.WriteString(strings.ReplaceAll(text, linkMark, `<a href="`+html.EscapeString(p.url)+`">`+l.anchor+`</a>`))
	b.WriteString(tags[1])
}

// plainText is the same without markup.
func plainText(pieces []said) string {
	var b strings.Builder
	for i, p := range pieces {
		if i > 0 {
			b.WriteString("\r\n\r\n")
		}
		b.WriteString(wrap(strings.ReplaceAll(p.text, linkMark, p.url), 74))
	}
	b.WriteString("\r\n")
	return b.String()
}

// wrap breaks lines at spaces.
func wrap(text string, width int) string {
	var b strings.Builder
	for i, line := range strings.Split(text, "\n") {
		if i > 0 {
			b.WriteString("\r\n")
		}
		n := 0
		for j, w := range strings.Split(line, " ") {
			switch {
			case j == 0:
			case n+1+len(w) > width:
				b.WriteString("\r\n")
				n = 0
			default:
				b.WriteByte(' ')
				n++
			}
			b.WriteString(w)
			n += len(w)
		}
	}
	return b.String()
}
