package extract

import (
	"bytes"
	"strings"

	"github.com/zeebo/xxh3"
	"golang.org/x/net/html/atom"
)

// shape notes a start tag for the tag shingles and the skeleton.
func (r *pageReader) shape(tag atom.Atom, name []byte) {
	if len(r.p.tags) < maxTags && tag != 0 && tag != atom.Br && tag != atom.Wbr {
		r.p.tags = append(r.p.tags, uint32(xxh3.Hash(name)))
	}
	if len(r.p.skeleton) < maxText {
		r.p.skeleton = append(r.p.skeleton, '<')
		if tag != 0 {
			r.p.skeleton = append(r.p.skeleton, name...)
		}
	}
}

// attributes reads the current tag's, for links, visibility and skeleton.
func (r *pageReader) attributes(e *element, more bool) {
	var a tagAttrs
	for n := 0; more && n < 64; n++ {
		var key, val []byte
		key, val, more = r.z.TagAttr()
		if len(r.p.skeleton) < maxText && len(key) < 24 {
			r.p.skeleton = append(append(r.p.skeleton, ' '), key...)
		}
		r.attribute(e, &a, key, val)
	}
	e.hidden = e.hidden || r.rules.hides(e.tag, a.class, a.id)
	if a.class != "" {
		e.paint.unsure = true
	}
	e.quote = e.quote || (e.tag == atom.Blockquote && a.cite) || strings.HasPrefix(a.class, "gmail_quote")
	r.linkOf(e, &a)
}

type tagAttrs struct {
	href, src, background, class, id string
	cite                             bool
}

func (r *pageReader) attribute(e *element, a *tagAttrs, key, val []byte) {
	switch string(key) {
	case "style":
		e.hidden = readStyle(&e.paint, val) || e.hidden
	case "hidden":
		e.hidden = true
	case "color":
		e.paint.set(&e.paint.fore, val)
	case "text":
		if e.tag == atom.Body {
			e.paint.set(&e.paint.fore, val)
		}
	case "bgcolor":
		e.paint.set(&e.paint.back, val)
	case "href", "action":
		a.href = string(val)
	case "src":
		a.src = string(val)
	case "background":
		a.background = string(val)
		e.paint.unsure = true
	case "class":
		a.class = string(val)
	case "id":
		a.id = string(val)
	case "type":
		a.cite = bytes.EqualFold(val, []byte("cite"))
	case "size":
		if e.tag == atom.Font && (string(val) == "0" || string(val) == "0px" || string(val) == "1px") {
			e.paint.zero = true
		}
	}
}

func (r *pageReader) linkOf(e *element, a *tagAttrs) {
	switch e.tag {
	case atom.A, atom.Area:
		r.link(linkAnchor, a.href)
	case atom.Form:
		r.link(linkForm, a.href)
	case atom.Img, atom.Input:
		if a.src != "" {
			r.link(linkImage, a.src)
		}
	case atom.Base, atom.Link:
		r.link(linkOther, a.href)
	case atom.Iframe, atom.Embed, atom.Frame:
		r.link(linkOther, a.src)
	}
	if a.background != "" {
		r.link(linkImage, a.background)
	}
}

func (r *pageReader) link(kind linkKind, url string) {
	url = strings.TrimSpace(url)
	if len(url) > 4 && strings.EqualFold(url[:4], "cid:") {
		return // a part of the message: package message knows which
	}
	if url == "" || url[0] == '#' {
		return
	}
	if len(r.p.links) >= maxLinks {
		r.p.cut = true
		return
	}
	r.p.links = append(r.p.links, link{kind, url})
}
