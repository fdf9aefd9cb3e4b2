package publish

import (
	"strings"
	"time"
)

// hostile are values that try to leave their place, in every form that is written.
var hostile = []string{
	"</td></tr></table><script>alert(1)</script><img src=x onerror=alert(1)>",
	"a | b | [click](http://evil.example/x) ![i](http://evil.example/i.png) <b>`code`</b> ```",
	"\x1b[31mred\x1b[0m\a\r\nSubject: forged\x00 \u202egnp.exe\u2066 \u200b\xff\xfe",
	"x\" or true or \"$a = /.*/ } rule evil { condition: true",
	"/i\nscore EVIL 100\nbody EVIL /.*/ #",
	"'; DROP TABLE reports; -- \\' ? {id:String}",
	"${IGNORE} \"]; score = 100; } EVIL { map = [\"/./",
	"=HYPERLINK(\"http://evil.example\",\"x\")",
	"http://user@evil.example/a?e=jane%40mail.example#jane",
	strings.Repeat("long ", 400),
}

var start = time.Date(2020, 10, 20, 11, 2, 0, 0, time.UTC)

// sample is a summary as of a real day. with replaces every value that comes
// out of mail.
func sample(with func(string) string) *Summary {
	c := sampleCampaign(with)
	return &Summary{
		Day:   "2020-10-20",
		Hours: hours(map[int]uint64{7: 30, 11: 120, 12: 95, 20: 12}),
		Figures: Figures{Reports: 1221, ReportsBefore: 49, Recipients: 1200, RecipientsBefore: 49, Campaigns: 3, CampaignsBefore: 1,
			InCampaigns: 1205, Changes: Changes{New: 2, Merged: 1}},
		Campaigns: []*Campaign{c},
		Others: []Line{
			{ID: "cother", Name: with("Parcel waits"), Change: "faded", ReportsBefore: 9, Status: "drifted"},
			{ID: "cmerged", Name: with("Vote or else"), Change: "merged", MergedInto: c.ID},
		},
		Left: 3,
		SQL:  []Query{{"figures of the day", figuresSQL(midnight(start))}},
	}
}

func hours(reports map[int]uint64) []DayHour {
	out := make([]DayHour, 24)
	for i := range out {
		out[i] = DayHour{Hour: uint8(i), Reports: reports[i]}
	}
	return out
}

func sampleCampaign(with func(string) string) *Campaign {
	c := &Campaign{
		ID: "covczwzjmzb2v", Name: with("Vote for the Kestrel ticket or else!"), TopSubject: with("Vote for the Kestrel ticket or else!"), Status: "open",
		FirstSeen: start, LastSeen: start.Add(17 * time.Hour), CreatedAt: start,
		Day:     &DayFigures{Change: "new", Reports: 162, Recipients: 160},
		Reports: 180, Recipients: 178, RecipientDomains: 3, SourceIPs: 2,
		Timeline: []Hour{{Hour: start.Truncate(time.Hour), Reports: 90}, {Hour: start.Truncate(time.Hour).Add(time.Hour), Reports: 72}, {Hour: start.Truncate(time.Hour).Add(17 * time.Hour), Reports: 18}},
		Segments: 24,
		Targets: []Target{
			{Dimension: "region", Value: with("FL"), Recipients: 140, Share: .78, BaselineShare: .12, Lift: 6.4, LiftLow: 5.9, LiftHigh: 6.9, PValue: 1e-80},
			{Dimension: "county", Value: with("Lee"), Recipients: 20, Share: .11, BaselineShare: .005, Lift: 22, LiftLow: 15, LiftHigh: 34, PValue: .0004},
		},
		Identity: Identity{SpoofedDomain: with("officialpatriots.example"), AuthFailShare: .995, AuthResults: 180,
			SPF: []Count{{"fail", 106}, {"none", 74}}, DKIM: []Count{{"none", 180}}, DMARC: []Count{{"fail", 179}},
			FromAddresses: []Count{{with("info@officialpatriots.example"), 180}}, FromDomains: []Count{{with("officialpatriots.example"), 180}},
			FromNames: []Count{{with("Official Patriots"), 180}}},
		Source: Source{
			Servers: []Server{
				{IP: "198.51.100.87", Helo: with("srv2.kirjastus.example"), Reports: 110, FirstSeen: start, LastSeen: start.Add(time.Hour)},
				{IP: "198.51.100.23", Helo: with("mail.souq-books.example"), Reports: 70, FirstSeen: start, LastSeen: start.Add(17 * time.Hour)}},
			Countries: []Count{{"EE", 110}, {"SA", 70}}, Networks: []Count{{"AS64505", 110}}, Mailers: []Count{{with("PHPMailer 5.2.22"), 150}}},
		Payload: Payload{
			Hosts: []Count{{with("reel.clipvault.example.com"), 30}}, URLs: []Count{{with("https://reel.clipvault.example.com/w/7"), 30}},
			Attachments: []Attachment{{Name: with("ballot.pdf"), Type: with("application/pdf"), Size: 52_000, SHA256: strings.Repeat("ab", 32), SSDeep: "3:a:b", Reports: 12}},
			Wallets:     []Count{{with("bc1qexampleexampleexample"), 4}}},
		Personal: []Count{{"name", 150}, {"postal address", 150}},
		Subjects: []Count{{with("Vote for the Kestrel ticket or else!"), 131}}, ReportedBy: []Count{{"user", 180}},
		OperationID: "o1", Siblings: []Sibling{{ID: "cyyq36hgqbynb", Name: with("What they do with your ballot"), Reports: 60, Status: "open"}},
		Merged: []string{"cold"},
		Evidence: &Evidence{Keys: []KeyFigures{{"text", 179, .97, 2.1}},
			Weakest: []Join{{ReportID: "aa", Matched: "bb", Score: 0.7, Content: 4.2, Prior: -3.5, Links: []Link{{Key: "text", Value: with("vote or"), Score: .5, Weight: 4.2}}}}},
		Lineage: []Event{{At: start, Event: "created", Campaign: "covczwzjmzb2v"}, {At: start, Event: "labelled", Campaign: "covczwzjmzb2v", Actor: with("ana"), Note: with("seen in the press")}},
	}
	c.pick(map[[2]string][]spread{{KindIP, "198.51.100.23"}: {{Campaign: c.ID, Reports: 70, Total: 73}, {Campaign: "", Reports: 3, Total: 73}}}, 2000)
	c.Block = c.blocks()
	c.Status, c.Drift = "drifted", &Drift{At: start.Add(time.Hour), Reports: []Stray{
		{ReportID: strings.Repeat("cd", 16), Nearest: strings.Repeat("ef", 16), Score: -4.1, Links: []Link{{Key: "text", Value: with("vote or"), Score: .1, Weight: -1.2}}},
	}}
	c.settlers()
	c.SQL = behind(c)
	return c
}

func sampleList(with func(string) string) *List {
	c := sampleCampaign(with)
	return &List{Left: true, Campaigns: []Listed{{ID: c.ID, Name: c.Name, Reports: 180, Recipients: 178, FirstSeen: c.FirstSeen, LastSeen: c.LastSeen,
		SpoofedDomain: c.Identity.SpoofedDomain, AuthFailShare: 1, AuthResults: 180, Status: "open", Change: "new", Target: &c.Targets[0]}}}
}

// sampleWhy has a field of each outcome and a change of each kind.
func sampleWhy(with func(string) string) *Why {
	score := 2.25
	a := Party{ReportID: "aa", CampaignID: "covczwzjmzb2v", ReportedAt: start, Subject: with("Vote or else"), From: with("info@patriots.example"), Matched: "cc", JoinScore: &score}
	b := Party{ReportID: "bb", ReportedAt: start.Add(time.Hour), Subject: with("vote or else!"), From: with("info@patriots.example")}
	return &Why{
		A: a, B: b, Agrees: true, Score: 1.5, NeedScore: 0.5, Content: 2, NeedContent: 1, Prior: -0.5,
		Fields: []WhyField{
			{Field: "text", Key: "text", Content: true, Outcome: "agrees", Score: .62, Weight: 3},
			{Field: "url-host", Key: "url-host", Content: true, Exact: true, Outcome: "agrees", A: with("reel.clipvault.example"), B: with("reel.clipvault.example"), Score: 1, Weight: .02},
			{Field: "subject", Key: "subject", Content: true, Exact: true, Outcome: "differs", A: with("vote or else"), B: with("other"), Weight: -1.02},
			{Field: "helo", Key: "helo", Exact: true, Outcome: "differs", A: with("mx.one.example"), B: with("mx.two.example")},
			{Field: "phone", Key: "phone", Content: true, Exact: true, Outcome: "only-a", A: with("15550100")},
			{Field: "wallet", Key: "wallet", Content: true, Exact: true, Outcome: "only-b", B: with("bc1q")},
			{Field: "mailer", Key: "mailer", Exact: true, Outcome: "mute", A: with("Swift"), B: with("Swift")},
		},
		Turns: []WhyTurn{{Score: .75, Content: 4.75, Changes: []WhyChange{
			{Field: "text", From: .62, To: .88, Weight: .75}, {Field: "words", From: -1, To: 1, Weight: .5},
			{Field: "subject", Exact: true, To: .6, Weight: .5}, {Field: "url-host", Exact: true, From: .4, To: 1, Weight: .25},
			{Field: "url-host", Exact: true, From: 1, Weight: .25},
		}}},
		Path:   []Party{a, {ReportID: "cc", CampaignID: "covczwzjmzb2v", ReportedAt: start, Subject: with("Vote or else")}},
		Rarity: with("All values were taken as rare."), Apart: with("ana split one from the other"),
	}
}
