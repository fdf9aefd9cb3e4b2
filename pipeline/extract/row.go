package extract

import (
	"slices"
	"strings"
	"time"

	"shoal/cluster"
	"shoal/pipeline"
	"shoal/pipeline/record"
)

// finish fills the rest of the row and takes the values over.
func (w *work) finish(f *cluster.Features, row *record.Row, content string) {
	for _, p := range w.phones {
		w.values.add(cluster.KeyPhone, p)
	}
	for _, a := range w.wallets {
		w.values.add(cluster.KeyWallet, a)
	}
	for _, c := range w.found.contacts {
		w.values.add(cluster.KeyContact, c)
	}
	for _, t := range w.found.tokens {
		w.values.add(cluster.KeyToken, t)
	}
	f.Values = w.values.done()
	for _, v := range f.Values {
		if v.Key == cluster.KeyLanguage {
			row.Language = v.Text
		}
	}
	row.BodySsdeep, row.HtmlSsdeep = f.BodyDigest, f.HTMLDigest
	row.Phones, row.Wallets, row.Personal = distinct(w.phones), distinct(w.wallets), w.personal
	row.Subject = strings.TrimSpace(w.who.mask.cleanLine(w.m.Get("Subject"), maxSubject))
	row.Size = uint64(len(w.r.Raw))
	row.Name = w.who.mask.clean(w.r.Name, maxLine)
	w.reporting(row)
	w.times(row)
	if w.x.cfg.KeepBody {
		row.Body = w.body(content)
	}
	w.rowDefects(row)
}

func distinct(list []string) []string {
	slices.Sort(list)
	return slices.Compact(list)
}

// reporting fills source, people and attributes.
func (w *work) reporting(row *record.Row) {
	r, mask := w.r, w.who.mask
	row.Source = mask.clean(r.Source, 64)
	row.Recipient = Pseudonym(w.x.cfg.Key, w.who.recipient)
	if _, domain, ok := cutAddress(w.who.recipient); ok {
		row.RecipientDomain = shorten(readable(domain), maxHost)
	}
	row.Reporter = Pseudonym(w.x.cfg.Key, r.Reporter)
	w.setOrigin(row, "source", r.Source != "", r.Source != "")
	w.setOrigin(row, "recipient", w.who.recipient != "", w.who.origin == pipeline.OriginReported)
	w.setOrigin(row, "reporter", r.Reporter != "", r.Reporter != "")
	names := make([]string, 0, len(r.Attrs))
	for name := range r.Attrs {
		names = append(names, name)
	}
	slices.Sort(names)
	for i, name := range names {
		if i >= maxAttrs {
			w.defect(defectAttrs)
			break
		}
		if row.Attrs == nil {
			row.Attrs = make(map[string]string)
		}
		row.Attrs[w.attr(name, maxAttrName)] = w.attr(r.Attrs[name], maxAttrValue)
	}
}

func (w *work) attr(s string, bound int) string {
	if len(s) > bound {
		w.defect(defectAttrs)
	}
	return w.who.mask.clean(s, bound)
}

// times settles when the report was made: as reported, else when the message
// was received last, else its Date; absurd times give way to the log's.
func (w *work) times(row *record.Row) {
	received := w.r.ReceivedAt
	row.ReceivedAtMs = received.UnixMilli()
	at := w.r.ReportedAt
	w.setOrigin(row, "reported_at", true, !at.IsZero())
	if at.IsZero() {
		at = w.messageTime()
	}
	if at.IsZero() {
		row.ReportedAtMs = row.ReceivedAtMs
		row.Origins["reported_at"] = string(pipeline.OriginMissing)
		return
	}
	if at.Year() < 1990 || at.After(received.Add(24*time.Hour)) {
		w.defect(defectTime)
		at = received
	}
	row.ReportedAtMs = at.UnixMilli()
}

func (w *work) messageTime() time.Time {
	if len(w.who.hops) > 0 {
		if at := parseDate(w.who.hops[0].date); !at.IsZero() {
			return at
		}
	}
	t, _ := w.m.Date()
	return t
}

// body is the text without its wrappers, the recipient and the tokens of links
// taken out.
func (w *work) body(content string) string {
	var b strings.Builder
	p := newPerson(w.who.mask, w.hints)
	lines := strings.Split(content, "\n")
	for i, line := range lines {
		all, _ := lineTraits(line)
		class, rest, secret := p.see(lines, i, all)
		switch {
		case class == "" && secret:
			rest = "<personal>"
		case class != "":
			rest = strings.TrimSpace("<" + class[1:] + "> " + rest)
		}
		w.redact(&b, readable(rest))
		b.WriteByte('\n')
		if b.Len() > maxBody {
			break
		}
	}
	return shortenText(b.String(), maxBody)
}

func (w *work) redact(out *strings.Builder, line string) {
	b := new(strings.Builder)
	defer func() { out.WriteString(w.who.mask.line(b.String())) }()
	for i, chunk := range strings.Split(line, " ") {
		if i > 0 {
			b.WriteByte(' ')
		}
		if j := urlStart(chunk); j >= 0 {
			a, _ := splitURL(w.who.mask.url(chunk[j:]))
			chunk = chunk[:j] + a.host + pathShape(&a)
		} else if w.who.mask.words[lowerASCII(strings.Trim(chunk, ".,;:!?()\"'"))] {
			chunk = masked
		}
		b.WriteString(chunk)
	}
}

// shortenText cuts text of several lines at a rune.
func shortenText(s string, n int) string {
	if len(s) > n {
		s = strings.ToValidUTF8(s[:n], "")
	}
	return s
}

func (w *work) rowDefects(row *record.Row) {
	all := slices.Clone(w.defects)
	for _, d := range w.m.Defects {
		all = append(all, string(d))
	}
	for _, d := range w.r.Defects {
		all = append(all, w.who.mask.clean(d, 64))
	}
	all = distinct(all)
	row.Defects = all[:min(len(all), maxDefects)]
}
