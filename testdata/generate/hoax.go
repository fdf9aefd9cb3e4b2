package main

import "fmt"

// Kits of software that people write mail with.
var (
	webmail = kit{
		fields: []string{"MIME-Version", "From", "Date", "Message-ID", "Subject", "To", "Content-Type", "Content-Transfer-Encoding"},
		id:     "CA***********************@mail.$", boundary: "000000000000##############", encoding: "8bit",
	}
	desktop = kit{
		fields: []string{"To", "From", "Subject", "Message-ID", "Date", "User-Agent", "MIME-Version", "In-Reply-To",
			"References", "Content-Type", "Content-Transfer-Encoding"},
		mailer: "Mozilla/5.0 (X11; Linux x86_64; rv:68.0) Gecko/20100101 Thunderbird/68.12.0",
		id:     "########-####-####-####-############@$", boundary: "------------########################", encoding: "8bit",
	}
	phone = kit{
		fields: []string{"Content-Type", "Content-Transfer-Encoding", "From", "MIME-Version", "Subject", "Message-Id", "Date", "To", "X-Mailer"},
		mailer: "Mobile Mail (18A393)", id: "########-####-####-####-############@$", boundary: "Apple-Mail-########", encoding: "quoted-printable",
	}
)

// authenticated is what a provider finds of mail that is what it says.
func authenticated(domain, envelope string) string {
	return fmt.Sprintf("spf=pass smtp.mailfrom=%s;\n\tdkim=pass header.d=%s;\n\tdmarc=pass (p=quarantine) header.from=%s", envelope, domain, domain)
}

// unsigned is what it finds of mail from a host with SPF and nothing else.
func unsigned(domain, envelope string) string {
	return fmt.Sprintf("spf=pass smtp.mailfrom=%s;\n\tdkim=none;\n\tdmarc=none header.from=%s", envelope, domain)
}

// membershipHoax sells what does not exist in the group's name.
func membershipHoax(taken map[string]bool) []item {
	r := stream("membership")
	people := newCrowd(r, taken)
	var items []item
	for i := range 6 {
		to := people.anyone(pick(r, inbox, mailbox, post))
		text := fmt.Sprintf("Congratulations %s!\n\nYour founding membership of the Official Patriots is reserved. "+
			"The enamel badge, the printed certificate and your place on the wall of honour are yours for a single processing fee of $25. "+
			"Cards and gift vouchers are welcome. Reserve before midnight:\n\nhttps://join.patriot-badges.example/member?no=%d\n\nThe membership office", to.first, 4100+r.IntN(900))
		envelope := "bounce@patriot-badges.example"
		l := letter{
			kit: kit{
				fields: []string{"Date", "To", "From", "Subject", "Message-ID", "X-Mailer", "MIME-Version", "Content-Type", "Content-Transfer-Encoding"},
				mailer: "BulkPress 3.1", id: "**********@patriot-badges.example", boundary: "b1_################", encoding: "quoted-printable",
			},
			from:   host{"out4.patriot-badges.example", "192.0.2.44"},
			sender: "Official Patriots Membership <office@patriot-badges.example>", envelope: envelope,
			subject: fmt.Sprintf("Your Official Patriots badge no. %d", 4100+r.IntN(900)), mixture: "alternative",
			parts: []part{plain(text), markup("<html><body><h2>Official Patriots</h2><p>" + text + "</p></body></html>")},
			auth:  unsigned("patriot-badges.example", envelope),
		}
		items = append(items, item{"hoax-membership", "-", "campaign", true, to, l.send(r, to, moment(r, 19+i/3, 7, 14)), text})
	}
	return items
}

// marchHoax is a chain letter that friends hand on, each in their own words above it.
func marchHoax(taken map[string]bool) []item {
	r := stream("march")
	people := newCrowd(r, taken)
	var items []item
	for i := range 3 {
		to, friend := people.anyone(pick(r, inbox, post)), people.anyone(mailbox)
		text := "The Official Patriots plan to walk through every town hall in the county on Saturday at noon and photograph whoever works there. " +
			"A cousin of my neighbour is a clerk and was told to stay at home. Keep your blinds down, take in the bins and send this to ten people, it is really true, it was on the radio."
		l := letter{
			kit: webmail, from: host{"out-12.mail.example", "203.0.113.31"},
			sender: fmt.Sprintf("%s <%s>", friend.name(), friend.address), envelope: friend.address,
			subject: "Fwd: Saturday - please read", parts: []part{plain(text + "\n\n" + friend.first)},
			auth: authenticated("mail.example", friend.address),
		}
		items = append(items, item{"hoax-march", "-", "campaign", true, to, l.send(r, to, moment(r, 19+i, 15, 6)), text})
	}
	return items
}

// prank is one student's joke under the group's name.
func prank(taken map[string]bool) []item {
	r := stream("prank")
	to := newCrowd(r, taken).anyone(mailbox)
	text := "We are the Official Patriots and we know what you did to the coffee machine on the second floor. " +
		"Bring twelve fresh doughnuts to room 214 by Thursday or the whole department learns who left it on over the weekend. No sprinkles."
	l := letter{
		kit: phone, from: host{"smtp.campus.example", "192.0.2.77"},
		sender: `"Official Patriots" <w.stone@campus.example>`, envelope: "w.stone@campus.example",
		subject: "We know.", parts: []part{plain(text)}, auth: authenticated("campus.example", "w.stone@campus.example"),
	}
	return []item{{"-", "-", "single", true, to, l.send(r, to, moment(r, 20, 16, 2)), text}}
}
