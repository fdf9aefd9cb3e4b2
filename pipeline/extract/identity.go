package extract

import (
	"net/netip"
	"strings"

	"shoal/cluster"
	"shoal/cluster/header"
	"shoal/pipeline"
	"shoal/pipeline/message"
	"shoal/pipeline/record"
)

// identity fills who sent the message, by what it says and by where it came from.
func (w *work) identity(f *cluster.Features, row *record.Row) {
	w.fromValues(row)
	w.headerValues(row)
	w.origin(row)
	w.values.add(cluster.KeyMIMEShape, w.m.Shape)
}

func (w *work) fromValues(row *record.Row) {
	from := w.who.from
	if !w.who.hasFrom {
		w.defect(defectNoFrom)
	}
	mask := w.who.mask
	addr := strings.ToLower(from.String())
	row.FromAddress = mask.clean(addr, maxAddress)
	row.FromDomain = shorten(from.Domain, maxHost)
	row.FromName = mask.cleanLine(from.Name, maxName)
	if w.who.hasFrom && !mask.address(addr) { // mail in the recipient's own name has no sender to compare
		w.values.add(cluster.KeySenderAddress, addr)
		w.values.add(cluster.KeySenderDomain, registrable(from.Domain))
		w.values.add(cluster.KeySenderLocal, localShape(from.Local))
	}
	name := w.nameShape(from.Name)
	w.values.add(cluster.KeySenderName, name)
	for word := range strings.FieldsSeq(name) {
		if len(word) >= minSenderWord && word[0] != '#' {
			w.values.add(cluster.KeySenderWord, word)
		}
	}
	if reply, ok := message.ParseAddress(w.m.Get("Reply-To")); ok && reply.Domain != "" {
		a := strings.ToLower(reply.String())
		row.ReplyTo = mask.clean(a, maxAddress)
		if a != addr && !mask.address(a) {
			w.values.add(cluster.KeyReplyTo, a)
		}
	}
}

// minSenderWord leaves initials and titles out.
const minSenderWord = 3

// localShape keeps the words of a local part and masks what a machine made.
func localShape(local string) string {
	var b strings.Builder
	writeSegment(&b, lowerASCII(local))
	if !strings.ContainsFunc(b.String(), func(r rune) bool { return r >= 'a' && r <= 'z' }) || b.String()[0] == '#' && strings.Count(b.String(), "#") == 1 && len(b.String()) == 3 {
		return ""
	}
	return b.String()
}

// nameShape is a display name normalised: words only, numbers masked.
func (w *work) nameShape(name string) string {
	w.folded = fold(w.folded[:0], name[:min(len(name), maxName)])
	l := &w.subjectWords
	l.reset()
	s := scanner{out: l, mask: w.who.mask, found: &findings{}, quiet: true}
	s.line(strings.ReplaceAll(string(w.folded), "\n", " "))
	s.finish()
	if onlyClasses(l) {
		return ""
	}
	return string(l.buf)
}

func (w *work) headerValues(row *record.Row) {
	fields := make([]header.Field, len(w.m.Header))
	for i, f := range w.m.Header {
		fields[i] = header.Field{Name: f.Name, Value: f.Raw}
	}
	row.HeaderFingerprint = header.Fingerprint(fields)
	row.Mailer = w.who.mask.clean(header.Mailer(fields), maxLine)
	row.MessageId = w.who.mask.clean(w.m.Get("Message-ID"), maxLine)
	w.values.add(cluster.KeyHeader, row.HeaderFingerprint)
	w.values.add(cluster.KeyMailer, row.Mailer)
	w.values.add(cluster.KeyMessageID, header.MessageIDPattern(w.m.Get("Message-ID")))
	w.values.add(cluster.KeyBoundary, header.BoundaryPattern(w.m.Boundary))
	w.values.add(cluster.KeyList, listID(w.m.Get("List-Id")))
}

// listID is what stands in the angle brackets (RFC 2919).
func listID(s string) string {
	if i := strings.LastIndexByte(s, '<'); i >= 0 {
		s = cutAt(s[i+1:], ">")
	}
	return shorten(lowerASCII(strings.TrimSpace(s)), maxLine)
}

// origin fills the sending server and the checks' results.
func (w *work) origin(row *record.Row) {
	v := w.x.authentication(w.m)
	h := w.x.sender(w.who.hops, first2(w.r.SourceIP, v.client))
	ip := first2(w.r.SourceIP, first2(h.ip, v.client))
	if h.ip != ip || h.helo == "" {
		h.helo = first(v.helo, h.helo)
	}
	row.Spf, row.Dkim, row.Dmarc = v.spf, v.dkim, v.dmarc
	if len(v.signers) > 0 {
		row.DkimDomain = v.signers[0]
		w.values.add(cluster.KeyDKIM, v.signers[0])
	}
	if v.spoofs(w.who.from.Domain) {
		row.SpoofedDomain = registrable(w.who.from.Domain)
	}
	if ip.IsValid() {
		row.SourceIp = ip.String()
		w.values.add(cluster.KeySourceIP, ip.String())
		w.values.add(cluster.KeyNetwork, network(ip))
	}
	row.Helo = w.who.mask.clean(h.helo, maxHost)
	if strings.Contains(h.helo, ".") {
		w.values.add(cluster.KeyHELO, row.Helo)
	}
	w.returnPath(row, v.mailFrom)
	w.setOrigin(row, "source_ip", ip.IsValid(), w.r.SourceIP.IsValid())
}

func (w *work) returnPath(row *record.Row, mailFrom string) {
	if rp, ok := message.ParseAddress(w.m.Get("Return-Path")); ok && rp.Domain != "" {
		mailFrom = cleanHost(rp.Domain)
	}
	row.ReturnPathDomain = mailFrom
	if mailFrom != "" {
		w.values.add(cluster.KeyReturnPath, registrable(mailFrom))
	}
}

func first2(a, b netip.Addr) netip.Addr {
	if a.IsValid() {
		return a.Unmap()
	}
	return b
}

// network is the /24 or /48 of an address.
func network(a netip.Addr) string {
	bits := 24
	if a.Is6() {
		bits = 48
	}
	p, err := a.WithZone("").Prefix(bits)
	if err != nil {
		return ""
	}
	return p.String()
}

func (w *work) setOrigin(row *record.Row, field string, has, reported bool) {
	o := w.r.Origins[field]
	switch {
	case o != "" && reported:
	case reported:
		o = pipeline.OriginReported
	case has:
		o = pipeline.OriginDerived
	default:
		o = pipeline.OriginMissing
	}
	if row.Origins == nil {
		row.Origins = make(map[string]string)
	}
	row.Origins[field] = string(o)
}
