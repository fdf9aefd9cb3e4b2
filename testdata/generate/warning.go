package main

import "fmt"

// warning is a mail that tells people of a lure and quotes it in full, as
// newsletters, clerks and neighbours do. It is not a copy of the lure.
type warning struct {
	sender, list, subject string
	before, quote, after  string
	day, hour             int
}

var warnings = []warning{
	{"Harbour Courier <news@courier.example>", "news.courier.example", "Harbour Courier extra: the mails to voters",
		`Since yesterday noon readers have sent us the same mail in dozens of copies. It calls itself the work of a group that says it has never written to anybody, and it came through three machines abroad whose owners know nothing of it. We print it once, without the name and the street that stood in each copy, so that whoever gets one can see that it was not written for them:`,
		threat,
		`The clerk of the county says that no such list left the office by night: the rolls are for sale to every campaign, with name, party and address, and have been for thirty years. How you voted stands in no roll. What the office can see is whether you did. The sheriff asks for the mail itself, with all its headers, not for a picture of it. The Courier's own postmaster will show anybody how to save one, tonight at seven in the reading room. Bring the machine that you read your mail on. Tomorrow's number has the tide tables that fell victim to this page.`, 20, 21},
	{"County Clerk <office@clerk.example>", "", "Your ballot is secret: about a threat that is going round",
		`Dear voters, many of you have called this office since midday about an electronic letter. So that you can recognise it, this is what it says after your name:`,
		threat,
		`None of it is true but your address, which is public. Nobody can find out whom you vote for: your ballot leaves its envelope before it is unfolded, two people of different parties stand beside it, and the envelopes are burnt after twenty-two months. You need not change your enrolment, and you cannot any more in any case, since the books closed on the fifth. Polling places open at seven. If somebody frightens you at the door, tell the deputy who will be at each of them from this year on. If you got the letter, please forward it as an attachment to the address on our site and then delete it. Do not answer. My staff will call back everybody who has left a number, but it may take until Friday.`, 20, 19},
	{"Rowing Club <board@clubs.example>", "members.clubs.example", "[members] Two odd mails, the regatta dinner, and winter storage",
		`Dear members, three things. First: several of you have asked whether the club gave your address away. It did not. One of the mails reads as follows, and an evening with the county's site shows that everything in it can be bought there for forty dollars:`,
		threat,
		`Second: the regatta dinner is on the seventh, upstairs, since the hall still smells of varnish. Tell Agnes by Monday whether you eat fish. Partners pay the same as members and the coxes pay nothing. Third: boats that stay over the winter go to the inner racks, oars to the loft, and everything without a name on it to the church bazaar. The rota for scraping and painting hangs by the door. There are eleven empty lines on it and there were eleven last year as well, which the board has noticed.`, 21, 9},
	{"Kestrel Volunteers <desk@kestrelvolunteers.example>", "desk.kestrelvolunteers.example", "Do not share the recording. And: drivers wanted for Tuesday",
		`Friends, a mail in a name that is not ours wants you to pass a film round. These are its words:`,
		"somebody in your County is filling in ballots that are not theirs. One of our people filmed a whole evening of it: forms from overseas, printed at home, signed with names off the roll and dropped in the box. Stations have been asked to sit on the recording, so see it while it is up and pass it to everyone whom you know on the Kestrel side. They count on you to stay quiet.",
		`We had the film looked at. The forms in it are samples from a printer's catalogue, the names are those of a football team, and a form from overseas that comes without the voter's own number is put aside by the first clerk who sees it. Whoever made it wants you to stay at home because it is all settled anyway. So do the opposite. We still need fourteen drivers for Tuesday, mornings above all, and a van with a ramp for the homes on Mill Street. Sandwiches are there from five. The list of who knows the way to which polling place hangs in the office, and Walter draws the maps.`, 21, 13},
}

// tellings are the warnings as mail: all different, and all legitimate.
func tellings(taken map[string]bool) []item {
	r := stream("warnings")
	people := newCrowd(r, taken)
	var items []item
	for _, w := range warnings {
		to := people.anyone(pick(r, inbox, mailbox, post))
		text := fmt.Sprintf("%s\n\n\"%s\"\n\n%s", w.before, w.quote, w.after)
		l := letter{
			kit: pick(r, webmail, desktop, newsletterKit), from: host{"out.letters.example", "203.0.113.78"},
			sender: w.sender, envelope: "bounce+" + token(r, 12) + "@letters.example", subject: w.subject,
			more:  map[string]string{"list-id": w.list},
			parts: []part{plain(text)}, auth: authenticated("letters.example", "bounce@letters.example"),
		}
		items = append(items, item{"-", "-", "ham", false, to, l.send(r, to, moment(r, w.day, w.hour, 1)), text})
	}
	return items
}
