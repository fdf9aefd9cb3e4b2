package extract

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"sync"

	"shoal/cluster"
	"shoal/cluster/fuzzyhash"
	"shoal/pipeline"
	"shoal/pipeline/message"
	"shoal/pipeline/record"
)

// Extractor turns messages into features. It is safe for concurrent use.
type Extractor struct {
	cfg  Config
	pool sync.Pool // of *work

	looks lookCache
}

// New returns an extractor, or what is wrong with cfg.
func New(cfg Config) (*Extractor, error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("extract config: %w", err)
	}
	cfg.Key = slices.Clone(cfg.Key)
	return &Extractor{cfg: cfg, pool: sync.Pool{New: func() any { return new(work) }}}, nil
}

// work is what one extraction needs: its inputs, buffers that are used again,
// and what was found so far.
type work struct {
	x   *Extractor
	r   *pipeline.Report
	m   *message.Message
	who people

	page, filePage page
	folded         []byte
	words          wordList
	subjectWords   wordList
	fileWords      wordList
	lines          []string
	hints          hint // of the lines

	values    valueSet
	found     findings
	fileLinks []link
	phones    []string
	wallets   []string
	personal  []string
	defects   []string
	shapes    map[string]int // links of each shape in the row
	pixels    int            // that may still be decoded
	inflate   int            // bytes that attachments may still inflate to
	pdf       *pdf           // the attachment in hand
}

func (w *work) begin(x *Extractor, r *pipeline.Report, m *message.Message) {
	w.x, w.r, w.m = x, r, m
	w.who = readPeople(r, m)
	w.values.mask, w.values.list = w.who.mask, w.values.list[:0]
	w.found = findings{links: w.found.links[:0], contacts: w.found.contacts[:0], tokens: w.found.tokens[:0]}
	w.fileLinks, w.phones, w.wallets, w.personal, w.defects = nil, nil, nil, nil, nil
	w.shapes = make(map[string]int)
	w.pixels, w.inflate, w.pdf = maxPixels, maxInflateAll, nil
}

// end lets go of what belongs to the message.
func (w *work) end() {
	w.r, w.m, w.who, w.values.mask, w.pdf = nil, nil, people{}, nil, nil
	clear(w.values.list)
	clear(w.lines)
	w.fileWords.reset()
	w.x.pool.Put(w)
}

func (w *work) defect(d string) {
	if len(w.defects) < maxDefects && !contains(w.defects, d) {
		w.defects = append(w.defects, d)
	}
}

// Extract gives the features and the row of one report. It never fails: what a
// message lacks is absent. It keeps nothing of r and m.
func (x *Extractor) Extract(r *pipeline.Report, m *message.Message) (f *cluster.Features, row *record.Row) {
	defer func() {
		// What reads attackers' bytes may fail where no test has been; then the
		// report still counts, as one without features.
		if recover() != nil {
			f, row = x.bare(r)
		}
	}()
	return x.extract(r, m)
}

// bare is what is left of a report whose extraction failed.
func (x *Extractor) bare(r *pipeline.Report) (*cluster.Features, *record.Row) {
	f, row := x.extract(&pipeline.Report{
		Source: r.Source, Recipient: r.Recipient, Reporter: r.Reporter, ReportedAt: r.ReportedAt, ReceivedAt: r.ReceivedAt, Attrs: r.Attrs,
	}, new(message.Message))
	f.Report = r.ID()
	row.Size = uint64(len(r.Raw))
	row.Defects = append(row.Defects, defectFailed)
	return f, row
}

func (x *Extractor) extract(r *pipeline.Report, m *message.Message) (*cluster.Features, *record.Row) {
	w := x.pool.Get().(*work)
	defer w.end()
	w.begin(x, r, m)
	f := &cluster.Features{Report: r.ID(), Time: r.ReceivedAt.UnixMilli()}
	row := new(record.Row)

	content := w.text(f) // first: it may know the recipient's name for the rest
	w.subject(f, m.Get("Subject"))
	w.markup(f)
	w.unseen()
	f.Files, row.Attachments = w.files(m.Parts)
	w.identity(f, row)
	w.links(row)
	w.finish(f, row, content)
	return f, row
}

// text fills what is computed from the visible text, and returns that text
// without its wrappers.
func (w *work) text(f *cluster.Features) string {
	readHTML(&w.page, w.m.HTML)
	visible := chooseText(&w.page, w.m.Plain)
	if len(visible) > maxText {
		visible = strings.ToValidUTF8(visible[:maxText], "")
		w.defect(defectText)
	}
	w.folded = fold(w.folded[:0], visible)
	w.lines = textLines(w.lines[:0], w.folded)
	w.hints = hintsOf(w.lines)
	lines := unwrap(w.lines, w.hints)
	w.words.reset()
	w.scan(lines)
	if w.words.cut || w.page.cut {
		w.defect(defectText)
	}
	f.Text = w.words.shingles(3, cluster.TextSketchSize)
	f.Words = w.words.words(cluster.WordSketchSize)
	if len(w.words.buf) >= minDigestText {
		f.BodyDigest = fuzzyhash.Sum(w.words.buf)
	}
	content := strings.Join(lines, "\n")
	w.values.add(cluster.KeyLanguage, language(&w.words, content))
	return content
}

// scan normalises the lines and collects what stands in them.
func (w *work) scan(lines []string) {
	p := newPerson(w.who.mask, w.hints)
	s := scanner{out: &w.words, mask: w.who.mask, found: &w.found}
	for i, line := range lines {
		all, shout := lineTraits(line)
		class, rest, secret := p.see(lines, i, all)
		if class != "" {
			w.words.mask(class)
			all, shout = lineTraits(rest)
		}
		s.quiet, s.shout = secret, shout
		s.chunks(rest)
		if !secret {
			w.scanValues(rest, all)
		}
	}
	s.finish()
	if w.found.myMail {
		p.kinds[personalMail] = true
	}
	for _, n := range p.names {
		w.who.mask.addWords(n)
	}
	w.personal = p.list()
}

// scanValues looks in a line of these traits for what the word scanner does not:
// phones, wallets, macros.
func (w *work) scanValues(line string, all trait) {
	if len(w.phones) < maxPhones && all&traitDigit != 0 {
		w.phones = phones(w.phones, line)
	}
	if all&traitMacro != 0 {
		for _, m := range macros(nil, line) {
			w.values.add(cluster.KeyMacro, m)
		}
	}
	if len(w.wallets) < maxWallets && longWord(line, 26) {
		for chunk := range strings.FieldsSeq(line) {
			if a := wallet(chunk); a != "" && len(w.wallets) < maxWallets {
				w.wallets = append(w.wallets, a)
			}
		}
	}
}

// longWord reports whether a line has a word of n bytes or more.
func longWord(line string, n int) bool {
	for len(line) >= n {
		i := strings.LastIndexByte(line[:n], ' ')
		if i < 0 {
			return true
		}
		line = line[i+1:]
	}
	return false
}

// chooseText prefers what the HTML shows. Plain text is only read where HTML is
// absent or shows next to nothing and offers nothing to look at.
func chooseText(p *page, plain string) string {
	html := strings.TrimSpace(string(p.text))
	if plain == "" || len(html) >= 40 {
		return html
	}
	if html == "" && len(p.hidden) > 0 && plain == "" {
		return string(p.hidden)
	}
	return plain
}

// textLines appends the lines of folded text to dst, spaces collapsed, without
// empty ones; the mark of a signature keeps its space. It writes over the text.
func textLines(dst []string, folded []byte) []string {
	n := 0 // what has been written
	for rest := folded; len(rest) > 0; {
		line := rest
		if i := bytes.IndexByte(rest, '\n'); i >= 0 {
			line, rest = rest[:i], rest[i+1:]
		} else {
			rest = nil
		}
		if string(line) == "-- " {
			n += copy(folded[n:], line)
		} else {
			n += len(collapse(folded[n:n], line))
		}
		if n > 0 && folded[n-1] != '\n' && n < len(folded) {
			folded[n] = '\n'
			n++
		}
	}
	for line := range strings.SplitSeq(string(folded[:n]), "\n") {
		if line != "" {
			dst = append(dst, line)
		}
	}
	return dst
}

// collapse appends a line to dst, which may begin before it in the same memory:
// runs of spaces as one, none at the ends.
func collapse(dst, line []byte) []byte {
	spaced := false
	for _, c := range line {
		if c == ' ' {
			spaced = true
			continue
		}
		if spaced && len(dst) > 0 {
			dst = append(dst, ' ')
		}
		dst, spaced = append(dst, c), false
	}
	return dst
}

// markup fills what is computed from the HTML's tags.
func (w *work) markup(f *cluster.Features) {
	f.Tags = w.words.tagShingles(w.page.tags)
	if len(w.page.skeleton) >= minDigestText {
		f.HTMLDigest = fuzzyhash.Sum(w.page.skeleton)
	}
}
