package simulate

import (
	"fmt"
	"strings"
)

// numServices is how many innocent services are abused: form mailers, calendars,
// invoicing, file sharing.
const numServices = 12

// service is one of them: its own words around what a user typed in. Legitimate
// mail comes through it as well.
type service struct {
	name, domain string
	subject      string
	before       []string
	after        []string
	layout       layout
	kit          kit
	origins      []origin
	html         bool
	calendar     bool
}

func (g *generator) service(n int) *service {
	r := newRNG(g.cfg.Seed, ofService, uint64(n))
	s := &service{name: firmName(r), domain: domainName(r), layout: newLayout(r), kit: kitOf(g.cfg.Seed, r.IntN(numKits)), html: r.chance(0.7), calendar: n%4 == 0}
	s.subject = pick(r, []string{"New response to your form", "You have an invitation", "A message through your site", "Request received", "Someone shared an item", "Appointment confirmed"}) + " - " + s.name
	s.before = append(s.before, pick(r, []string{"You received a new submission.", "Somebody filled in your form.", "Here is a copy of what was entered.", "An event was added to your calendar."}), detail(r))
	s.after = append(s.after, detail(r), "This mail was sent by "+s.name+" on behalf of a user. "+s.name+" does not check what users write.", "Manage notifications in your "+s.name+" settings.")
	for range 3 {
		s.origins = append(s.origins, newOrigin(r))
	}
	return s
}

// fill makes m a mail of the service with the pieces typed into its form.
func (s *service) fill(m *mail, r *rng, v *reader, pieces []said) {
	var all []said
	say := func(text string) { all = append(all, said{kind: blockText, text: text}) }
	for _, t := range s.before {
		say(t)
	}
	typed := make([]string, len(pieces))
	for i, p := range pieces {
		typed[i] = strings.ReplaceAll(p.text, linkMark, p.url)
	}
	say("Message: " + strings.Join(typed, " "))
	for _, t := range s.after {
		say(t)
	}
	m.subject = s.subject
	m.fromName, m.from = s.name, "notify@"+s.domain
	m.returnPath, m.signed = "bounces@"+s.domain, s.domain
	m.kit, m.origin, m.replyTo = &s.kit, pick(r, s.origins), ""
	if s.html {
		m.page = s.layout.render(all, nil)
	} else {
		m.plain = plainText(all)
	}
	if s.calendar {
		m.files = []file{{name: "invite.ics", mediaType: "text/calendar", data: calendar(r, m, s, strings.Join(typed, " "))}}
	}
}

// calendar is an invitation after RFC 5545.
func calendar(r *rng, m *mail, s *service, text string) []byte {
	at := m.time.Format("20060102T150405Z")
	return []byte(fmt.Sprintf("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//%s//EN\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nUID:%s@%s\r\nDTSTAMP:%s\r\nDTSTART:%s\r\nSUMMARY:%s\r\nDESCRIPTION:%s\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
		s.name, uuid(r), s.domain, at, at, s.name, strings.NewReplacer(`\`, `\\`, ",", `\,`, ";", `\;`, "\n", `\n`).Replace(text)))
}
