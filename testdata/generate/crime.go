package main

import (
	"crypto/sha256"
	"fmt"
	"math/big"
	"math/rand/v2"
	"slices"
	"strings"
)

// burnAddress is a wallet that nobody has the key of: the hash of an all-zero
// public key hash, with the checksum that wallets want (Base58Check).
func burnAddress() string {
	const alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
	payload := make([]byte, 21)
	once := sha256.Sum256(payload)
	twice := sha256.Sum256(once[:])
	n, rest := new(big.Int).SetBytes(append(payload, twice[:4]...)), new(big.Int)
	var digits []byte
	for n.Sign() > 0 {
		n.DivMod(n, big.NewInt(58), rest)
		digits = append(digits, alphabet[rest.Int64()])
	}
	slices.Reverse(digits)
	return strings.Repeat("1", len(payload)) + string(digits)
}

// stranger is a hacked or rented server, another one for each mail.
func stranger(r *rand.Rand) host {
	name := pick(r, "vps", "mail", "srv", "host", "node") + fmt.Sprint(r.IntN(900)) + "." +
		pick(r, "lowcost-rack", "tulip-hosting", "bluebox-cloud", "river-servers", "kite-vps") + ".example"
	return host{name, fmt.Sprintf("192.0.2.%d", 100+r.IntN(150))}
}

// strangerAuth is what the provider finds of such mail under a sender's domain.
func strangerAuth(r *rand.Rand, domain, envelope string) string {
	return fmt.Sprintf("spf=%s smtp.mailfrom=%s;\n\tdkim=none;\n\tdmarc=%s header.from=%s",
		pick(r, "none", "softfail", "neutral"), envelope, pick(r, "none", "fail (p=none)"), domain)
}

var bulkKit = kit{
	fields: []string{"From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type", "Content-Transfer-Encoding", "X-Mailer"},
	mailer: "Outpost Express 6.00.2900", id: "000####################@$", boundary: "----=_NextPart_000_####_########", encoding: "quoted-printable",
}

// sextortion has no sentence twice: what stays is the wallet.
func sextortion(taken map[string]bool) []item {
	r := stream("sextortion")
	people := newCrowd(r, taken)
	sentences := []string{
		"{I have been watching you|You were observed|For a while I followed you} through the {camera|lens} of your {computer|laptop|machine} {since spring|for months|all summer}.",
		"{A little program|My software|The tool that I wrote} came with {a site for adults|a page that you opened|one of your downloads} and {copied|saved|took} your {address book|contacts|friends list}.",
		"{There is|I made|I now own} a {clip|recording|short film} with {you on the left|your face in one half} and {what you looked at|your screen} in the other.",
		"{Do not bother|It is useless|No use} to {change passwords|answer|look for me}: {this address is borrowed|the mailbox is not mine|I read no replies}.",
		"{Send|Transfer|Pay} ${750|820|990|1250} in bitcoin {within two days|in 48 hours|before the weekend} and {everything is erased|I forget you|the file is gone}.",
		"{Otherwise|If not|Stay silent and} {your colleagues|all your contacts|family and friends} {receive it|get the link|will have a good laugh}.",
		"{My clock|The countdown|Your time} {starts with|begins at} the {opening|reading} of this {note|message|letter}, {a pixel tells me|I get a notice}.",
	}
	var items []item
	for i := range 12 {
		to := people.anyone(orchard)
		if i%3 == 0 {
			to = people.anyone(pick(r, inbox, mailbox))
		}
		chosen := slices.Clone(sentences)
		r.Shuffle(4, func(a, b int) { chosen[a], chosen[b] = chosen[b], chosen[a] })
		text := spin(r, strings.Join(chosen[:5+r.IntN(3)], " ")) + "\n\n" + spin(r, "{Bitcoin|BTC wallet|My address|Wallet}: ") + burnAddress()
		from := stranger(r)
		envelope := token(r, 7) + "@" + strings.SplitN(from.helo, ".", 2)[1]
		l := letter{
			kit: bulkKit, from: from, sender: "<" + envelope + ">", envelope: envelope,
			subject: spin(r, "{Your privacy|Account report|Read this alone|Payment for silence|I saw it all} {"+token(r, 4)+"|today|#"+token(r, 3)+"}"),
			parts:   []part{plain(text)}, auth: strangerAuth(r, strings.SplitN(envelope, "@", 2)[1], envelope),
		}
		items = append(items, item{"sextortion", "-", "campaign", false, to, l.send(r, to, moment(r, 19+i%3, 2, 20)), text})
	}
	return items
}

// support is a scam without a link: brand, amount and sender vary, the markup
// and the phone number stay.
func support(taken map[string]bool) []item {
	r := stream("support")
	people := newCrowd(r, taken)
	var items []item
	for i := range 12 {
		to := people.anyone(pick(r, orchard, orchard, inbox, post))
		brand := pick(r, "Norvex Shield", "GuardWell Total", "PC Harbour Plus", "SafeLatch 360", "Brightdesk Care")
		amount := fmt.Sprintf("$%d.%02d", 249+r.IntN(250), r.IntN(100))
		number := pick(r, "+1 (850) 555-0142", "850-555-0142", "+1 850 555 0142")
		text := fmt.Sprintf("Thank you for renewing %s. Order %s. Your account will be charged %s today. "+
			"To dispute this charge call our billing desk at %s within 24 hours.", brand, strings.ToUpper(token(r, 9)), amount, number)
		html := fmt.Sprintf(`<html><body><table width="600" cellpadding="8"><tr><td bgcolor="#1b3a5c"><font color="#ffffff"><b>%s</b></font></td></tr>
<tr><td><p>Dear customer,</p><p>%s</p><table border="1"><tr><th>Plan</th><th>Term</th><th>Amount</th></tr><tr><td>%s</td><td>%d years</td><td>%s</td></tr></table>
<h3>Billing desk: %s</h3></td></tr></table></body></html>`, brand, text, brand, 1+r.IntN(3), amount, number)
		from := stranger(r)
		envelope := pick(r, "billing", "invoice", "orders", "noreply") + token(r, 4) + "@" + strings.SplitN(from.helo, ".", 2)[1]
		l := letter{
			kit: bulkKit, from: from, sender: fmt.Sprintf("%q <%s>", brand, envelope), envelope: envelope,
			subject: fmt.Sprintf(pick(r, "Renewal %s", "Order confirmation %s", "Invoice %s paid"), strings.ToUpper(token(r, 8))),
			parts:   []part{markup(html)}, auth: strangerAuth(r, strings.SplitN(envelope, "@", 2)[1], envelope),
		}
		day := 19
		if i > 2 {
			day = 20 + i%2
		}
		items = append(items, item{"support-scam", "-", "campaign", false, to, l.send(r, to, moment(r, day, 8, 10)), text})
	}
	return items
}
