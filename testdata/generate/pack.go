package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

// Containers and folders of the corpus: every form in which reports come in.
const (
	mboxPath = "messages/abuse-box.mbox"
	gzipPath = "messages/archive.mbox.gz"
)

// pack lays items, which are in order of time, into files as their recipients'
// providers hand reports over, and returns each item's path as shoal names it.
func pack(items []item) (paths []string, files []file) {
	r := stream("pack")
	var box, archive bytes.Buffer
	boxed, archived, forwards := 0, 0, 0
	for i, it := range items {
		path, data := "", it.sent.raw
		switch {
		case it.kind == "ham" && it.to.mailbox != orchard && strings.HasPrefix(it.sent.from.helo, "out."):
			path = fmt.Sprintf("messages/single/%03d.eml", i)
		case it.to.mailbox == orchard:
			path = fmt.Sprintf("messages/maildir/%s/%d.M%dP%d.orchard", pick(r, "cur", "cur", "new"), it.sent.at.Unix(), r.IntN(1e6), 900+i)
		case it.to.mailbox == post:
			path, data = fmt.Sprintf("messages/feedback/%03d.eml", i), feedback(r, it, i)
		case it.to.mailbox == mailbox && it.campaign == "patriots-threat" && forwards < 10:
			path, data = fmt.Sprintf("messages/forwarded/%03d.eml", i), forward(r, it)
			forwards++
		case it.to.mailbox == mailbox:
			archived++
			mbox(&archive, it.sent)
			paths = append(paths, fmt.Sprintf("%s#%d", gzipPath, archived))
			continue
		default:
			boxed++
			mbox(&box, it.sent)
			paths = append(paths, fmt.Sprintf("%s#%d", mboxPath, boxed))
			continue
		}
		paths, files = append(paths, path), append(files, file{path, data})
	}
	return paths, append(files, file{mboxPath, box.Bytes()}, file{gzipPath, zip(archive.Bytes())})
}

// mbox appends a message with its "From " line (mboxrd quoting, RFC 4155).
func mbox(b *bytes.Buffer, m sent) {
	fmt.Fprintf(b, "From %s %s\n", m.envelope, m.at.Format(time.ANSIC))
	for line := range strings.Lines(string(m.raw)) {
		if strings.HasPrefix(strings.TrimLeft(line, ">"), "From ") {
			b.WriteByte('>')
		}
		b.WriteString(line)
	}
	b.WriteByte('\n')
}

func zip(data []byte) []byte {
	var b bytes.Buffer
	w, _ := gzip.NewWriterLevel(&b, gzip.BestCompression) // the level is a valid one
	w.Write(data)                                         // a bytes.Buffer takes everything
	w.Close()
	return b.Bytes()
}

// feedback wraps a message as a feedback report (RFC 5965). Every fifth report
// is of a dialect that names the recipient by Removal-Recipient.
func feedback(r *rand.Rand, it item, i int) []byte {
	m, boundary := it.sent, "fbl_"+token(r, 20)
	at := later(r, m.at)
	recipient := "Original-Rcpt-To: " + it.to.address
	if i%5 == 0 {
		recipient = "Removal-Recipient: " + it.to.address
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, `Received: from fbl.post.example (fbl.post.example [203.0.113.25])
	by desk.abuse.example with ESMTPS id %s
	for <fbl@abuse.example>; %s
Date: %s
From: Post feedback loop <fbl@post.example>
To: fbl@abuse.example
Subject: FW: %s
Message-ID: <%s@fbl.post.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report;
	boundary="%s"

--%s
Content-Type: text/plain; charset=us-ascii
Content-Transfer-Encoding: 7bit

This is an abuse report for an email message received from IP
%s on %s.

--%s
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: PostFBL/2.1
Version: 1
Original-Mail-From: <%s>
%s
Arrival-Date: %s
Source-IP: %s
Reported-Domain: %s
Authentication-Results: %s;
	%s

--%s
Content-Type: message/rfc822
Content-Disposition: inline

`, strings.ToUpper(token(r, 10)), at.Add(time.Second).Format(dateFormat), at.Format(dateFormat), m.subject, token(r, 16), boundary,
		boundary, m.from.ip, m.at.Format(dateFormat), boundary, m.envelope, recipient, m.at.Format(dateFormat), m.from.ip,
		m.envelope[strings.LastIndexByte(m.envelope, '@')+1:], it.to.mailbox.mx, m.auth, boundary)
	b.Write(m.raw)
	fmt.Fprintf(&b, "\n--%s--\n", boundary)
	return b.Bytes()
}

// forward is the recipient's own mail to the abuse desk with the message attached.
func forward(r *rand.Rand, it item) []byte {
	at := later(r, it.sent.at)
	note := pick(r, "I got this today. Is it real?", "Please look into this.", "Found in my mailbox, how do they know where I live?", "Reporting the attached mail.")
	l := letter{
		kit: desktop, from: host{"out-12.mail.example", mailbox.ip}, sender: fmt.Sprintf("%s <%s>", it.to.name(), it.to.address),
		envelope: it.to.address, subject: "Fwd: " + it.sent.subject, mixture: "mixed",
		parts: []part{plain(note), {header: "Content-Type: message/rfc822; name=\"reported.eml\"\nContent-Disposition: attachment; filename=\"reported.eml\"",
			data: it.sent.raw}},
		auth: authenticated("mail.example", it.to.address),
	}
	desk := person{mailbox: provider{domain: "abuse.example", mx: "desk.abuse.example"}, address: "abuse@abuse.example"}
	return l.send(r, desk, at).raw
}
