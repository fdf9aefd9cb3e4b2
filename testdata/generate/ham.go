package main

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// issues of one newsletter: its masthead and footer are the same, its articles
// are not.
var issues = []struct {
	day      int
	subject  string
	articles []string
}{
	{18, "Harbour Courier: the ferry question", []string{
		"The council votes on the night ferry next week. Two operators have bid, and neither wants to run the last crossing without a subsidy. We spoke to the commuters who would lose an hour each evening.",
		"A grey heron has moved into the old customs house and visitors queue to see it. The keeper asks for quiet and promises a bench.",
		"Recipe of the week: barley soup with smoked trout, from the galley of the tug Marianne, enough for six hungry deckhands."}},
	{19, "Harbour Courier: new lights on the mole", []string{
		"Engineers have replaced the lamps on the long mole with lenses that can be seen eleven miles out. The old ones go to the school, where the physics class will take them apart.",
		"Library hours change on Monday. The reading room opens at nine and closes at seven, and the children's corner gets its carpet back after the flood.",
		"Chess column: black to move and hold the draw with one rook fewer. The answer comes with the next number."}},
	{20, "Harbour Courier: what the storm left", []string{
		"Forty metres of sea wall need stone before the winter. The port office has put a price on it and the insurers dispute half. Meanwhile the fish market stays under canvas.",
		"An evening class in net mending starts at the rowing club. No experience is asked for, but bring a bench vice and patience.",
		"Our gardener explains how to lift dahlias before the frost, what to do with the tubers and why newspaper beats sawdust."}},
	{21, "Harbour Courier: the long read on pilots", []string{
		"Nine pilots bring every large ship through the narrows, most of them at night. We went along with the oldest of them, who retires in spring and has never used the brake.",
		"The brass band has lost its euphonium. Whoever took it by mistake from the bandstand is asked to return it without questions.",
		"Letters: three readers disagree about cobblestones, one about everything, and a fourth sends a poem on the subject of tar."}},
}

var newsletterKit = kit{
	fields: []string{"DKIM-Signature", "From", "To", "Subject", "Date", "Message-ID", "List-Id", "List-Unsubscribe", "Precedence",
		"MIME-Version", "Content-Type", "Content-Transfer-Encoding"},
	id: "courier.############@news.$", boundary: "=_courier_################", encoding: "quoted-printable",
}

// newsletters are copies of four issues; people press the spam button on them.
func newsletters(taken map[string]bool) []item {
	r := stream("newsletters")
	people := newCrowd(r, taken)
	var items []item
	for i, issue := range issues {
		for range 5 + i {
			to := people.anyone(pick(r, inbox, mailbox, post))
			leave := "https://courier.example/leave?k=" + token(r, 16)
			text := "HARBOUR COURIER - " + to.name() + "\n\n" + strings.Join(issue.articles, "\n\n") +
				"\n\nYou get this mail because you subscribed at the Harbour Courier, Quay 3.\nLeave: " + leave
			html := "<html><body><div class=\"mast\"><img src=\"https://courier.example/mast.png\" alt=\"Harbour Courier\"></div>"
			for _, article := range issue.articles {
				html += "\n<div class=\"story\"><p>" + article + "</p></div>"
			}
			html += "\n<div class=\"foot\"><p>You get this mail because you subscribed at the Harbour Courier, Quay 3. <a href=\"" + leave + "\">Leave</a></p></div></body></html>"
			envelope := "bounce+" + token(r, 12) + "@courier.example"
			l := letter{
				kit: newsletterKit, from: host{"out2.courier.example", "203.0.113.77"},
				sender: "Harbour Courier <news@courier.example>", envelope: envelope, subject: issue.subject, mixture: "alternative",
				more: map[string]string{
					"dkim-signature":   signature(r, "courier.example"),
					"list-id":          "Harbour Courier <news.courier.example>",
					"list-unsubscribe": "<" + leave + ">", "precedence": "bulk",
				},
				parts: []part{plain(text), markup(html)}, auth: authenticated("courier.example", envelope),
			}
			at := moment(r, max(19, issue.day), 5, 12)
			items = append(items, item{fmt.Sprintf("courier-2020-10-%d", issue.day), "-", "ham", false, to, l.send(r, to, at), text})
		}
	}
	return items
}

// signature looks like a DKIM signature; nothing has signed.
func signature(r *rand.Rand, domain string) string {
	return fmt.Sprintf("v=1; a=rsa-sha256; c=relaxed/relaxed; d=%s; s=k1;\n\th=from:to:subject:date; bh=%s=;\n\tb=%s", domain, token(r, 43), token(r, 60))
}

// thread is one talk on a mailing list: what the replies share is quotation,
// footer and list, so each stands alone.
func thread(taken map[string]bool) []item {
	r := stream("thread")
	people := newCrowd(r, taken)
	says := []string{
		"Has anybody got the spare key of the boathouse? Mine turned in the lock on Sunday and came out in two pieces.",
		"Piet had one in the spring, but I think it went to the treasurer together with the raffle money.",
		"The treasurer says the raffle money she has, and a key too, only it opens the shed with the outboard.",
		"Could we not drill the cylinder? My brother does it for a living and would come for a crate of pears.",
		"Please no drilling before the insurance man has seen the hinge. He is due on Friday morning, tide permitting.",
		"I looked through the window: the eight is off its rack and lies on the four. Somebody should hurry.",
		"Found it. The spare hangs on the nail behind the notice about where the spare hangs.",
		"Then the next agenda has a single point: who wrote the notice. Thanks everyone, see you at the water.",
	}
	var items []item
	quoted := ""
	for i, say := range says {
		writer, to := people.anyone(mailbox), people.anyone(pick(r, inbox, mailbox))
		subject := "Re: [rowing] boathouse key"
		if i == 0 {
			subject = "[rowing] boathouse key"
		}
		text := say
		if quoted != "" {
			text += "\n\n> " + strings.ReplaceAll(quoted, "\n", "\n> ")
		}
		quoted = text
		l := letter{
			kit: kit{fields: append([]string{"From", "To", "Subject", "Date", "Message-ID", "List-Id", "List-Post", "Precedence"}, "Sender",
				"MIME-Version", "Content-Type", "Content-Transfer-Encoding"), id: "########.#######@mail.$", encoding: "8bit"},
			from:   host{"lists.clubs.example", "203.0.113.90"},
			sender: fmt.Sprintf("%s <%s>", writer.name(), writer.address), envelope: "rowing-bounces@clubs.example", subject: subject,
			more: map[string]string{
				"to": "rowing@clubs.example", "list-id": "Rowing <rowing.clubs.example>", "list-post": "<mailto:rowing@clubs.example>",
				"precedence": "list", "sender": "rowing-bounces@clubs.example",
			},
			parts: []part{plain(text + "\n_______________________________________________\nrowing mailing list\nrowing@clubs.example\nhttps://lists.clubs.example/rowing")},
			auth:  unsigned(writer.mailbox.domain, "rowing-bounces@clubs.example"),
		}
		items = append(items, item{"-", "-", "ham", false, to, l.send(r, to, moment(r, 19+i/4, 6+2*i%12, 2)), text})
	}
	return items
}

// privateTexts are what people write to each other, subject first.
var privateTexts = [][2]string{
	{"Sunday", "We shall be nine for lunch after all, so please bring the long table and the two folding chairs. Martha makes the trout and I do the potatoes. If it rains we eat in the hall."},
	{"your bicycle", "The front wheel is true again. I changed the left pad as well since it was down to metal. You can pick it up any evening after six, the gate is open and the dog only talks."},
	{"minutes", "Attached would have been the minutes, but I left the notebook on the tram. From memory: we agreed about the fence, disagreed about the hedge, and postponed the well."},
	{"Re: flat", "The agent called. The owner takes three weeks of deposit instead of four if we move in before the first. There is no lift, but the kitchen looks out on the canal. Shall we?"},
	{"physics homework", "For question four you have to write the forces on both blocks first, then the string gives you the third equation. I got 2.1 metres a second squared. Tell me if you get something else."},
	{"cello", "Bow rehaired, bridge moved a hair to the left. The A string sounds round now, but I would change the tailpiece before the concert. Come by and try it, I am in the workshop all week."},
	{"thanks", "The parcel came whole, even the jar. Grandmother held the scarf to the light for a quarter of an hour and said that nobody has knitted a heel like that since the war."},
	{"dentist", "They moved me to Thursday at eight, so I cannot take the children that morning. Could you? I would do both afternoons in exchange and throw in the swimming lesson."},
	{"the cat", "She is fine. She ate half a tin, slept on your drawing board and has forgiven nobody. The vet says the ear heals by itself as long as she keeps away from the neighbour's tom."},
	{"seed order", "I put us down for two bags of broad beans, one of the purple carrot and the leek that stood so well last winter. The catalogue has no parsnip this year. Anything else before I send it?"},
	{"Re: Re: translation", "Chapter six reads well. In the third paragraph the captain would never say sir to a harbour pilot, make it mister. And the pun on knots does not work, sorry, I tried for an hour."},
	{"keys", "I left them under the third flowerpot, not the second, because there is a toad below the second. The alarm code is the year that grandfather sold the mill."},
	{"choir", "Tenors are short on Wednesday, both Pauls are away. If your cousin still sings, bring him. We start with the Tallis, so better early than in the middle of bar one."},
	{"car", "It passed. They want the rear left tyre changed by spring and grumbled about the exhaust, but the brakes are better than last year. 312 with the sticker. I have put the receipt in the glove box."},
	{"job", "They offered me the post in the archive. Less money and more windows. I start in January if I say yes and have until Monday to think. You know the director, is he as slow as his letters?"},
	{"hut", "The warden keeps two bunks for us until the tenth. There is ice on the upper path, so we take the valley and walk back over the bridge. Bring the short rope and something sweet."},
	{"knee", "Nothing torn, only swollen. Ten days of ice and no stairs, which in this house means that I live in the kitchen. Visitors are welcome, cake is a condition."},
	{"Re: accounts", "Column F should be the net amount. You added the duty twice in July, once by hand and once in the formula, that is where the 84 come from. Otherwise the year adds up."},
	{"roof", "The tiler came down with a bucket of moss and a long face. Four battens are gone by the chimney. He can begin in a fortnight when the weather holds and asks for half in advance."},
	{"book", "Finished it on the train and missed my stop. The ending is unfair to the sister but the chapter in the salt works is the best thing that he has done. I post it back tomorrow."},
	{"bees", "Two colonies are strong, the third has no brood and robs the others. I would unite it before the cold. Do you still have a spare floor and the strap with the green buckle?"},
	{"sewing machine", "The tension disc was full of lint, that is all. I oiled the hook race and set the timing a touch later. Use a fresh needle for the denim and do not pull."},
	{"school play", "He is the second tree. It is a speaking part, he says, and the line is ‘Hush’. We need green tights in size eight by Friday and an adult who can work the moon."},
	{"lighthouse visit", "The keeper's daughter answers that the stairs are closed until the handrail is back, but we may see the lens room from outside. The boat goes at ten past nine from the lower pier."},
	{"piano", "The removal men want to take it over the balcony, with the crane, on a day without wind. They ask whether the balustrade was ever repaired. I said I would ask somebody who knows."},
}

// letters are private mail that was reported by mistake: all different.
func letters(taken map[string]bool) []item {
	r := stream("letters")
	people := newCrowd(r, taken)
	var items []item
	for _, text := range privateTexts {
		writer, to := people.anyone(pick(r, inbox, mailbox, orchard)), people.anyone(pick(r, inbox, mailbox, post, orchard))
		body := to.first + ",\n\n" + text[1] + "\n\n" + writer.first
		l := letter{
			kit: pick(r, webmail, desktop, phone), from: host{"out." + writer.mailbox.domain, writer.mailbox.ip},
			sender: fmt.Sprintf("%s <%s>", writer.name(), writer.address), envelope: writer.address,
			subject: text[0], parts: []part{plain(body)}, auth: authenticated(writer.mailbox.domain, writer.address),
		}
		items = append(items, item{"-", "-", "ham", false, to, l.send(r, to, moment(r, 19+r.IntN(3), 6, 15)), body})
	}
	return items
}
