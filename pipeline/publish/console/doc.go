// Package console is what an abuse desk looks at in the morning: a day's
// campaigns, one campaign in full, search, the daily summary, how the road is, and
// the forms with which an analyst decides. It is pages made here of what package
// publish reads from the views; there is no script and nothing remote, so a page
// works in any browser and shows what it shows.
//
// # Who gets in
//
// [Tokens] knows secrets and their scopes: read sees all pages, act decides as
// well. A secret is typed once and kept nowhere; a session, of which only a hash is
// kept in memory, takes its place in a cookie that no script and no other site can
// use. It ends with the token, after [Config].SessionFor, at sign-out, and with the
// process. [Handler.Invite] makes a link for one sign-in, for the person at whose
// terminal the program runs. A program may send its token as a bearer and read.
//
// A request is refused where its Host is foreign ([Config].Hosts: a page elsewhere
// whose name was turned to our address), and a post that comes from another site,
// or without the word that only our own form has.
//
// # What is shown
//
// All text out of mail is hostile. It reaches a template only through the functions
// of [publish.Funcs] and [publish.Words], which take control, bidirectional and
// invisible characters out, cut, and defang links; html/template escapes it. No
// value of a mail becomes a link, an address to load from, a style or a class.
// Recipients are pseudonyms. The Content-Security-Policy allows one stylesheet of
// ours and forms to ourselves; whatever a page could be talked into holding, a
// browser runs and loads nothing.
//
// # What is decided
//
// A decision is handed to [Desk], which puts it into the ordered log under the name
// of the token. The page says that it is on its way until the lineage shows what
// became of it: the log decides, not the page.
//
// # Bounds
//
// So many pages are made at once, so many requests a second a session makes, each
// page has its time, a form its size, a list its length ([Config]). Queries have
// bounds of their own, which are those of [Deps].DB.
//
// What was dear to ask is remembered, for twenty times as long as it took and at
// most for 90 seconds, so that a desk full of people asks little more than one
// person does. A decision makes everything asked anew.
//
// # What pages cost
//
// BenchmarkPages prints it for whole pages. Of the dearest statements over 10 million
// simulated reports, each asked alone, these are the milliseconds of the engine's
// processor, best of two (load 5 to 12):
//
//	whose values are elsewhere, campaign of 300 reports     900
//	values of a campaign's columns, of 20,000               120
//	the same, of 400,000                                  1,100
//	evidence by key, of 400,000                             150
//	campaigns of a day, and what happened to them           950
//	figures of a day                                        540
//	whom 25 campaigns of a day (380,000 reports) aim at   3,600
//
// Whole pages that remember nothing, side by side with the statements that need no
// migration 11 (once each, load 9): the front page 6,800 for 7,200, a campaign of
// 20,000 reports 3,100 for 4,800, one of 300 2,500 for 8,900, a list of its reports 91
// for 880.
//
// The last line of the table is most of the front page. It is the sets of segment_days
// that are merged, some thirty microseconds each: 74,000 of them, one for each day or
// week, segment and campaign. Reading the sets of these campaigns' days only saves a
// sixth.
//
// Who else has a value is asked kind by kind, so that each scan reads one column, where
// its index says that it may be: all kinds in one scan took 7,000 without the indexes,
// and 1,800 with them. Where a value of many campaigns is asked for, such as a server,
// indexes help little. A search for a text, a host or a digest still reads all rows.
//
// # Drawings
//
// The charts of the summary, which a library draws, carry their colours as styles,
// which the policy forbids, and know no dark mode; a few rectangles are drawn here
// instead and coloured by the stylesheet.
package console
