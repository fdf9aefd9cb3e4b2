package simulate

import (
	"strconv"
	"strings"
	"time"
)

func itoa(n int) string { return strconv.Itoa(n) }

// finish writes the message, wrapped where the campaign's copies are.
func (c *campaign) finish(r *rng, m *mail, v *reader, pieces []said) []byte {
	if c.classes.Has(Wrapped) && m.page+m.plain != "" && c.class != Abused && c.class != Image {
		switch r.IntN(4) {
		case 0:
			forward(r, m, v, pieces)
		case 1:
			throughList(r, m, v, pieces)
		case 2:
			banner(r, m, v, pieces)
		}
	}
	return m.write(r)
}

// forward makes it a mail in which the reader passes it on, inline.
func forward(r *rng, m *mail, v *reader, pieces []said) {
	mark := pick(r, []string{"---------- Forwarded message ---------", "-----Original Message-----", "Begin forwarded message:"})
	head := mark + "\nFrom: " + m.fromName + " <" + m.from + ">\nDate: " + m.time.Format("Mon, 2 Jan 2006 15:04") +
		"\nSubject: " + m.subject + "\nTo: " + v.address
	comment := pick(r, []string{"", "Is this real?", "fyi", "Please check this one", "Got this today"})
	m.plain, m.page = "", ""
	all := append([]said{{text: head}}, pieces...)
	if comment != "" {
		all = append([]said{{text: comment}}, all...)
	}
	m.plain = plainText(all)
	m.subject = pick(r, []string{"Fwd: ", "FW: ", "Fw: "}) + m.subject
	m.fromName, m.from, m.replyTo = v.name(), v.address, ""
	desk := *v.mailbox
	desk.address = "abuse@" + v.address[strings.IndexByte(v.address, '@')+1:]
	m.to, m.returnPath = &desk, v.address
	k := kitOf(0, r.IntN(8))
	m.kit = &k
	m.time = m.time.Add(time.Duration(r.between(1, 600)) * time.Second)
}

// throughList adds what a mailing list adds.
func throughList(r *rng, m *mail, v *reader, pieces []said) {
	l := newRNG(ofPost, uint64(r.IntN(40)))
	name := pick(l, words["nouns"]) + "-" + pick(l, []string{"users", "talk", "announce", "club"})
	host := "lists." + domainName(l)
	m.subject = "[" + name + "] " + m.subject
	m.extra = append(m.extra, [2]string{"List-Id", "<" + name + "." + host + ">"}, [2]string{"Precedence", "list"})
	footer := "_______________________________________________\n" + name + " mailing list\n" + name + "@" + host +
		"\nhttps://" + host + "/mailman/listinfo/" + name
	m.page = ""
	m.plain = plainText(append(pieces[:len(pieces):len(pieces)], said{text: footer}))
	m.returnPath = name + "-bounces@" + host
}

// banner adds what a gateway adds on top.
func banner(r *rng, m *mail, v *reader, pieces []said) {
	text := pick(r, []string{
		"CAUTION: This email originated from outside of the organization. Do not click links unless you recognize the sender.",
		"EXTERNAL EMAIL: exercise caution with links and attachments.",
		"Warning: external sender. This message came from outside your organisation.",
	})
	pieces = append([]said{{text: text}}, pieces...)
	if m.page == "" {
		m.plain = plainText(pieces)
		return
	}
	at := strings.Index(m.page, "<body")
	end := at + strings.IndexByte(m.page[at:], '>') + 1
	m.page = m.page[:end] + `<table style="border:1px solid"><tr><td>` + text + "</td></tr></table>" + m.page[end:]
}
