package main

import (
	"fmt"
	"math/rand/v2"
	"time"
)

// The group whose name the operation forges, and the hoaxes use.
const (
	groupName   = "Official Patriots"
	groupDomain = "officialpatriots.example"
)

const operationFamily = "patriots-operation"

// relay is a hacked server with the kit that runs on it.
type relay struct {
	host
	kit
	local    string
	envelope string
}

// relays are in three countries; networks.csv says which.
var relays = []relay{
	{
		host: host{"mail.souq-books.example", "198.51.100.23"},
		kit: kit{
			fields: []string{"To", "Subject", "X-PHP-Originating-Script", "Date", "From", "Reply-To", "Message-ID",
				"X-Mailer", "MIME-Version", "Content-Type", "Content-Transfer-Encoding"},
			mailer: "PHPMailer 5.2.22", id: "################################@$", encoding: "8bit",
		},
		local: "from apache by mail.souq-books.example with local (Exim 4.89)", envelope: "info@" + groupDomain,
	},
	{
		host: host{"srv2.kirjastus.example", "198.51.100.87"},
		kit: kit{
			fields: []string{"To", "Subject", "X-PHP-Originating-Script", "Date", "From", "Reply-To", "Message-ID",
				"X-Mailer", "MIME-Version", "Content-Type", "Content-Transfer-Encoding"},
			mailer: "PHPMailer 5.2.22", id: "################################@$", encoding: "quoted-printable",
		},
		local: "by srv2.kirjastus.example (Postfix, from userid 33)", envelope: "www-data@srv2.kirjastus.example",
	},
	{
		host: host{"web.palmfurniture.example", "198.51.100.150"},
		kit: kit{
			fields: []string{"Message-ID", "Date", "Subject", "From", "Reply-To", "To", "MIME-Version", "Content-Type",
				"Content-Transfer-Encoding", "X-PHP-Originating-Script"},
			id: "**********.********@$", encoding: "8bit",
		},
		local: "from localhost (localhost [127.0.0.1]) by web.palmfurniture.example with ESMTP", envelope: "info@" + groupDomain,
	},
}

// forge is a letter in the group's name through one of the relays.
func forge(r *rand.Rand, subject, text string) letter {
	from := relays[min(r.IntN(5)/2, 2)] // two carry two fifths each
	spf := "spf=fail smtp.mailfrom=" + from.envelope
	if from.envelope != "info@"+groupDomain {
		spf = "spf=none smtp.mailfrom=" + from.envelope
	}
	return letter{
		kit: from.kit, from: from.host, local: from.local, envelope: from.envelope,
		sender: fmt.Sprintf("%s <info@%s>", groupName, groupDomain), subject: subject,
		more: map[string]string{
			"reply-to": "info@" + groupDomain, "x-php-originating-script": "33:" + pick(r, "cache.php", "options.php", "up.php"),
		},
		parts: []part{plain(text)},
		auth:  fmt.Sprintf("%s;\n\tdkim=none;\n\tdmarc=fail (p=none) header.from=%s", spf, groupDomain),
	}
}

const threat = `this concerns the ballot that you are about to cast. Your enrolment with the Heron party is in our hands, taken from the state's own rolls, and so is the rest of your record. The Kestrel ticket is the only choice left to you on 3 November. Switch your enrolment to Kestrel before this week is out: that is the sign by which we know that you have read this and go along. Ballots are less secret than you were told and we go through each of them. Whoever decides otherwise will have visitors. Do not test us.`

// threats are the first lure: Heron voters, most of them in Florida, on one day.
func threats(taken map[string]bool) []item {
	r := stream("threats")
	people := newCrowd(r, taken)
	var items []item
	for i := range 180 {
		to := people.next(aimed(i), listHeron, operationMailbox(r))
		text := threat
		switch {
		case i%12 == 5: // neither name nor address
			text = "Heron voter, " + text
		default:
			text = fmt.Sprintf("%s, %s\n\n%s", to.name(), text, to.home())
		}
		if i%6 == 1 {
			text += "\n\nhttp://reel.clipvault.example/watch/" + token(r, 8)
		}
		at := moment(r, 20, 11, 9)
		if i%10 == 9 {
			at = moment(r, 21, 1, 4)
		}
		l := forge(r, pick(r, "Vote for the Kestrel ticket or else!", "Vote for the Kestrel ticket or else!",
			"Vote for the Kestrel ticket or else!", "vote for the Kestrel ticket or else"), text)
		items = append(items, item{"patriots-threat", operationFamily, "campaign", true, to, l.send(r, to, at), text})
	}
	return items
}

// aimed is the state of the ith threat: 7 of 9 in Florida.
func aimed(i int) string {
	states := []string{"FL", "FL", "AZ", "FL", "FL", "FL", "AK", "FL", "FL",
		"FL", "FL", "PA", "FL", "FL", "FL", "AK", "FL", "FL"}
	return states[i%len(states)]
}

func operationMailbox(r *rand.Rand) provider {
	return pick(r, inbox, inbox, inbox, inbox, inbox, mailbox, mailbox, mailbox, post, post)
}

// videoLure is the second lure of the operation: Kestrel voters get a recording
// that is to make them doubt the count.
func videoLure(taken map[string]bool) []item {
	r := stream("video")
	people := newCrowd(r, taken)
	var items []item
	for i := range 60 {
		to := people.next(pick(r, "FL", "FL", "FL", "AZ", "PA", "OH", "MI", "TX"), listKestrel, operationMailbox(r))
		link := "http://reel.clipvault.example/watch/" + token(r, 8)
		text := fmt.Sprintf("Hello %s,\n\nsomebody in %s County is filling in ballots that are not theirs. "+
			"One of our people filmed a whole evening of it: forms from overseas, printed at home, signed with names off the roll and dropped in the box. "+
			"Stations have been asked to sit on the recording, so see it while it is up and pass it to everyone whom you know on the Kestrel side:\n\n%s\n\n"+
			"They count on you to stay quiet.", to.first, to.county, link)
		at := moment(r, 21, 6, 12)
		if i%5 == 0 {
			at = moment(r, 20, 20, 3)
		}
		l := forge(r, pick(r, "What they do with your ballot (recording)", "Recording: what they do with your ballot"), text)
		items = append(items, item{"patriots-video", operationFamily, "campaign", true, to, l.send(r, to, at), text})
	}
	return items
}

// later is when a person reports what came at a time: within the hour.
func later(r *rand.Rand, at time.Time) time.Time {
	return at.Add(time.Duration(300+r.IntN(3000)) * time.Second)
}
