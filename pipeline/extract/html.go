package extract

import (
	"bytes"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// linkKind says where in a message a link stands.
type linkKind uint8

const (
	linkText   linkKind = iota // in the text itself
	linkAnchor                 // a, area
	linkForm                   // form action
	linkImage                  // img src, background
	linkOther                  // base, iframe, embed, link
)

type link struct {
	kind linkKind
	url  string
}

// page is what one pass over an HTML body yields.
type page struct {
	text     []byte // visible text, a line a block
	hidden   []byte // text that is marked up but cannot be seen
	unseen   []byte // comments and style sheets
	tags     []uint32
	skeleton []byte // tags and attribute names, for the digest
	links    []link
	cut      bool
}

func (p *page) reset() {
	*p = page{text: p.text[:0], hidden: p.hidden[:0], unseen: p.unseen[:0], tags: p.tags[:0],
		skeleton: p.skeleton[:0], links: p.links[:0]}
}

// element is an open element.
type element struct {
	tag    atom.Atom
	hidden bool
	quote  bool // a quoted message: its lines get a ">"
	paint  paint
}

type pageReader struct {
	p       *page
	z       *html.Tokenizer
	open    []element
	rules   styleRules
	element // the innermost open one
	skip    atom.Atom
}

// readHTML does one pass over src.
func readHTML(p *page, src string) {
	p.reset()
	if src == "" {
		return
	}
	r := pageReader{p: p, z: html.NewTokenizer(strings.NewReader(src))}
	r.z.SetMaxBuf(4 << 20)
	r.element.paint = paint{fore: black, back: white}
	for {
		switch r.z.Next() {
		case html.ErrorToken:
			return
		case html.TextToken:
			r.text(r.z.Text())
		case html.StartTagToken, html.SelfClosingTagToken:
			r.start()
		case html.CommentToken, html.DoctypeToken:
			keep(&r.p.unseen, r.z.Text())
		case html.EndTagToken:
			name, _ := r.z.TagName()
			r.end(name)
		}
	}
}

func (r *pageReader) text(b []byte) {
	if r.skip != 0 {
		if r.skip == atom.Style {
			r.rules.read(b)
		}
		keep(&r.p.unseen, b)
		return
	}
	if r.hidden || r.paint.invisible() {
		keep(&r.p.hidden, b)
		return
	}
	if len(r.p.text)+len(b) > maxText {
		r.p.cut = true
		return
	}
	r.quoteLine()
	for {
		i := bytes.IndexAny(b, "\r\n\t")
		if i < 0 {
			break
		}
		r.p.text = append(append(r.p.text, b[:i]...), ' ')
		b = b[i+1:]
	}
	r.p.text = append(r.p.text, b...)
}

// keep adds a piece of text that is not shown, within bounds.
func keep(to *[]byte, b []byte) {
	if len(*to)+len(b) < maxUnseen {
		*to = append(append(*to, b...), ' ')
	}
}

// quoteLine marks a line of a quoted message as mail does.
func (r *pageReader) quoteLine() {
	n := len(r.p.text)
	if r.quote && (n == 0 || r.p.text[n-1] == '\n') {
		r.p.text = append(r.p.text, "> "...)
	}
}

func (r *pageReader) line() {
	if n := len(r.p.text); n > 0 && r.p.text[n-1] != '\n' {
		r.p.text = append(r.p.text, '\n')
	}
}

func (r *pageReader) start() {
	name, more := r.z.TagName()
	tag := atom.Lookup(name)
	if r.skip != 0 && tag != atom.Body {
		// Style and script hold raw text only; head and title may not be closed.
		r.skip = skipped(tag)
	}
	r.shape(tag, name)
	if blocks[tag] {
		r.line()
	} else if tag == atom.Td || tag == atom.Th {
		r.p.text = append(r.p.text, ' ')
	}
	if r.element.tag == tag && (tag == atom.P || tag == atom.Li || tag == atom.Option) {
		r.pop(len(r.open) - 1) // not closed, as is allowed
	}
	e := element{tag: tag, hidden: r.hidden, quote: r.quote, paint: r.paint}
	r.attributes(&e, more)
	if len(r.p.skeleton) < maxText {
		r.p.skeleton = append(r.p.skeleton, '>')
	}
	if void[tag] {
		return
	}
	r.skip = skipped(tag)
	if len(r.open) < maxDepth {
		r.open = append(r.open, r.element)
		r.element = e
	}
}

func (r *pageReader) end(name []byte) {
	tag := atom.Lookup(name)
	if r.skip != 0 {
		r.skip = 0
	}
	if blocks[tag] {
		r.line()
	}
	if r.element.tag == tag {
		r.pop(len(r.open) - 1)
		return
	}
	for i := len(r.open) - 1; i > 0 && i > len(r.open)-32; i-- {
		if r.open[i].tag == tag {
			r.pop(i - 1)
			return
		}
	}
}

// pop makes the element below the i-th saved one the innermost.
func (r *pageReader) pop(i int) {
	if i < 0 {
		return
	}
	r.element = r.open[i]
	r.open = r.open[:i]
}

// skipped gives the element itself where its text is never shown.
func skipped(tag atom.Atom) atom.Atom {
	switch tag {
	case atom.Style, atom.Script, atom.Title, atom.Textarea, atom.Noembed, atom.Noframes,
		atom.Iframe, atom.Template, atom.Object:
		return tag
	}
	return 0
}

var void = map[atom.Atom]bool{
	atom.Area: true, atom.Base: true, atom.Br: true, atom.Col: true, atom.Embed: true, atom.Hr: true,
	atom.Img: true, atom.Input: true, atom.Link: true, atom.Meta: true, atom.Param: true,
	atom.Source: true, atom.Track: true, atom.Wbr: true, atom.Basefont: true,
}

var blocks = map[atom.Atom]bool{
	atom.Address: true, atom.Article: true, atom.Blockquote: true, atom.Body: true, atom.Br: true,
	atom.Center: true, atom.Dd: true, atom.Div: true, atom.Dl: true, atom.Dt: true, atom.Fieldset: true,
	atom.Footer: true, atom.Form: true, atom.H1: true, atom.H2: true, atom.H3: true, atom.H4: true,
	atom.H5: true, atom.H6: true, atom.Header: true, atom.Hr: true, atom.Li: true, atom.Ol: true,
	atom.P: true, atom.Pre: true, atom.Section: true, atom.Table: true, atom.Tr: true, atom.Ul: true,
	atom.Option: true, atom.Nav: true, atom.Main: true, atom.Aside: true,
}
