package extract

import (
	"bytes"
	"strconv"
	"strings"

	"golang.org/x/net/html/atom"
)

// colour is 0xRRGGBB, or negative where it is not known.
type colour int32

const (
	unknown colour = -1
	black   colour = 0
	white   colour = 0xFFFFFF
)

// paint is how an element's text is drawn, as far as it can be told cheaply.
type paint struct {
	fore, back colour
	zero       bool // font of no size
	unsure     bool // a picture or a style sheet may lie behind it
}

// invisible reports whether text drawn so cannot be seen.
func (p *paint) invisible() bool {
	if p.zero {
		return true
	}
	return !p.unsure && p.fore >= 0 && p.back >= 0 && near(p.fore, p.back)
}

// near reports whether two colours cannot be told apart by eye.
func near(a, b colour) bool {
	for shift := 0; shift < 24; shift += 8 {
		d := (int(a)>>shift)&0xFF - (int(b)>>shift)&0xFF
		if d > 6 || d < -6 {
			return false
		}
	}
	return true
}

func (p *paint) set(c *colour, val []byte) {
	*c = parseColour(string(bytes.ToLower(bytes.TrimSpace(val))))
}

func parseColour(s string) colour {
	if c, ok := colourNames[s]; ok {
		return c
	}
	if rest, ok := strings.CutPrefix(s, "rgb("); ok {
		return parseRGB(rest)
	}
	s = strings.TrimPrefix(s, "#")
	if len(s) == 3 {
		s = string([]byte{s[0], s[0], s[1], s[1], s[2], s[2]})
	}
	n, err := strconv.ParseUint(s, 16, 32)
	if len(s) != 6 || err != nil {
		return unknown
	}
	return colour(n)
}

func parseRGB(s string) colour {
	var c colour
	for i, part := range strings.SplitN(strings.TrimSuffix(s, ")"), ",", 3) {
		n, err := strconv.ParseUint(strings.TrimSpace(part), 10, 8)
		if err != nil {
			return unknown
		}
		c |= colour(n) << (16 - 8*i)
	}
	return c
}

var colourNames = map[string]colour{"white": white, "black": black, "#fff": white, "#000": black, "snow": 0xFFFAFA, "ivory": 0xFFFFF0}

// readStyle applies a style attribute, and reports whether it hides the element.
func readStyle(p *paint, style []byte) (hidden bool) {
	var d declarations
	s := string(bytes.ToLower(style))
	for s != "" {
		var decl string
		decl, s, _ = strings.Cut(s, ";")
		name, val, ok := strings.Cut(decl, ":")
		if !ok {
			continue
		}
		d.apply(p, strings.TrimSpace(name), strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(val), "!important")))
	}
	return d.hidden || (d.flat && d.clipped)
}

// declarations collects what only together hides an element.
type declarations struct{ hidden, flat, clipped bool }

func (d *declarations) apply(p *paint, name, val string) {
	switch name {
	case "display":
		d.hidden = d.hidden || val == "none"
	case "visibility":
		d.hidden = d.hidden || val == "hidden" || val == "collapse"
	case "mso-hide":
		d.hidden = d.hidden || val == "all"
	case "opacity":
		d.hidden = d.hidden || val == "0" || val == "0.0" || val == "0%"
	case "font-size":
		p.zero = tiny(val)
	case "color":
		p.fore = parseColour(val)
		if val == "transparent" {
			d.hidden = true
		}
	case "background", "background-color":
		d.background(p, val)
	case "background-image":
		p.unsure = p.unsure || val != "none"
	case "height", "max-height", "width", "max-width":
		d.flat = d.flat || zeroLength(val)
	case "overflow":
		d.clipped = d.clipped || val == "hidden"
	case "text-indent", "left", "top", "margin-left":
		d.hidden = d.hidden || strings.HasPrefix(val, "-999")
	}
}

func (d *declarations) background(p *paint, val string) {
	if strings.Contains(val, "url(") || strings.Contains(val, "gradient") {
		p.unsure = true
		return
	}
	if first, _, _ := strings.Cut(val, " "); first != "transparent" && first != "none" && first != "inherit" {
		p.back = parseColour(val)
	}
}

// tiny reports whether a font size is too small to read.
func tiny(val string) bool {
	n, unit := length(val)
	switch unit {
	case "px", "pt", "":
		return n >= 0 && n < 1.6
	case "em", "rem":
		return n >= 0 && n < 0.12
	case "%":
		return n >= 0 && n < 8
	}
	return false
}

func zeroLength(val string) bool {
	n, _ := length(val)
	return n == 0
}

// length splits "1.5px"; -1 where there is no number.
func length(val string) (float64, string) {
	i := 0
	for i < len(val) && (val[i] == '.' || val[i] >= '0' && val[i] <= '9') {
		i++
	}
	n, err := strconv.ParseFloat(val[:i], 64)
	if err != nil {
		return -1, ""
	}
	return n, strings.TrimSpace(val[i:])
}

// styleRules are the selectors of style elements that hide what they select:
// plain element, class and id selectors only.
type styleRules struct {
	hidden map[string]bool
}

func (s *styleRules) read(sheet []byte) {
	if len(sheet) > 64<<10 {
		sheet = sheet[:64<<10]
	}
	rest := strings.ToLower(string(sheet))
	depth := 0
	for len(s.hidden) < 64 {
		head, after, ok := strings.Cut(rest, "{")
		if !ok {
			return
		}
		depth -= strings.Count(head, "}")
		if strings.Contains(head, "@") { // inside @media: for some screens only
			depth++
			rest = after
			continue
		}
		var block string
		block, rest, _ = strings.Cut(after, "}")
		var p paint
		if depth <= 0 && (readStyle(&p, []byte(block)) || p.zero) {
			s.add(head)
		}
	}
}

func (s *styleRules) add(head string) {
	if i := strings.LastIndexAny(head, "}/;>"); i >= 0 {
		head = head[i+1:]
	}
	for _, sel := range strings.Split(head, ",") {
		sel = strings.TrimSpace(sel)
		if sel == "" || strings.ContainsAny(sel, " :[*+~") || sel == "body" || sel == "html" {
			continue
		}
		if s.hidden == nil {
			s.hidden = make(map[string]bool)
		}
		s.hidden[sel] = true
	}
}

func (s *styleRules) hides(tag atom.Atom, class, id string) bool {
	if s.hidden == nil {
		return false
	}
	name := tag.String()
	if s.hidden[name] || (id != "" && s.hidden["#"+strings.ToLower(id)]) {
		return true
	}
	for _, c := range strings.Fields(strings.ToLower(class)) {
		if s.hidden["."+c] || s.hidden[name+"."+c] {
			return true
		}
	}
	return false
}
