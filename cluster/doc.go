// Package cluster groups reports of mass mail into campaigns.
//
// A campaign is the reports of one mass mailing: the same lure on the same
// template or kit, however personalised, reworded, padded or re-hosted. The
// package is a state machine: an [Engine] takes an ordered log of [Entry]
// values and answers each with the [Event] values that follow from it. It has
// no clock, no randomness, no I/O and no goroutine, so the same log gives the
// same campaigns, ids and events, byte for byte, and a restart is a
// [Engine.Snapshot] plus a replay of what came after it. What was published of
// that part is not decided again but followed ([Engine.Follow]), so that a new
// version, or other weights, never contradict what was said before them: they apply
// from the next entry on, and [EventRetuned] says so.
//
// The engine never sees a message. It sees [Features]: hashes, sketches and
// digests, each with a short text for people. What "similar" means is decided
// here and nowhere else; how features come out of mail is the business of
// pipeline/extract.
//
// # How a report finds its campaign
//
// Keys of the report (shingles, rare words, hosts, digests, the look of its
// pictures) are looked up in an index of fixed size, and the few exemplars that
// share most of them are compared with it field by field. Each field ends in a
// level, each level has a weight in nats, and the sum is the logarithm of the
// odds that both are of one campaign: record linkage after Fellegi and Sunter
// (1969). The weights are learned together (package learn) rather than as a
// product of independent likelihoods, since a digest and its shingles say the
// same thing twice. How many kinds of content agree at all is a field of its own:
// several that agree somewhat say more than one that agrees well.
//
// Four rules are not weights. Content must speak for a join before senders and
// servers count. What many clusters have weighs little, by a count of clusters,
// not of reports, so that a large campaign does not make its own words common.
// Between mails of one sender or list, what that sender always sends says
// nothing. And what all exemplars of a campaign have in common, its core, speaks
// against a report that lacks it: kits serve many lures.
//
// # How campaigns live
//
// A report that agrees with nothing opens a group and may become a campaign when
// a second one comes. Exemplars, a bounded number, stand for the variants. When
// they show what they have in common, reports that came before, stood alone and
// have it too are looked at again. Two
// campaigns merge when the exemplars that agree stand for an eighth of the reports
// of both, and are a third of the smaller one's or stand for a third of the reports
// of both: not because one report resembles both, nor a few. The older id survives.
// Campaigns that share rare servers, contacts, identity or kit, of two kinds at
// least, are tied into an operation and stay apart.
//
// A campaign that nothing joined for [Config.Idle] is idle ([EventIdled]): two
// exemplars stay, in an index where only a report that is news to the live
// campaigns looks. One that agrees with them brings the campaign back under its
// old id ([EventRevived]). Of real campaigns that were idle for a while, 96.6 % of
// the later reports came home, against 97.3 % without the pause. A report that
// stood alone for as long is forgotten.
//
// A campaign whose exemplars drift apart is reported with a proposed split
// ([EventDrifted], an event for each report that should leave) and not grown, until
// an analyst settles it ([EventSettled]).
//
// What an analyst decided is not undone by the machine: what was split stays apart,
// through merges too; a campaign to which reports are pinned is not merged away; a
// label goes along with a merge, and two campaigns that are labelled otherwise do
// not merge. Decisions on idle campaigns are carried out as long as these are
// remembered, and campaigns on which somebody decided are forgotten last.
//
// # What it costs
//
// Work for a report does not grow with the number of reports: keys, postings of
// a key, candidates, exemplars of a campaign and values of a report are all
// bounded, and an index bucket is one cache line. A report is compared with 4
// exemplars on average, 16 at most, and the cache lines that it needs of the tables
// and the exemplars are asked for together. Measured on one core (processor time,
// simulated mix, make bench BENCH=Assign, two shared cores at load 1 to 4):
//
//	reports                ns/report         live exemplars  heap
//	100,000                15,200 to 15,800  22,000          158 MB
//	1,000,000              17,200            99,000          360 MB
//	10,000,000             19,000            147,000         729 MB
//	full, dense            17,600 to 21,100  1,049,000       1.68 GB
//
// So ten million reports cost 1.20 to 1.25 times what a hundred thousand cost, and an
// engine that is full follows 47,000 to 57,000 reports a second. What grows is the
// time that a cache miss takes, and what idle campaigns are compared: the number of
// look-ups does not. The heap is what is reachable; Go takes up to twice as much unless
// GOMEMLIMIT says otherwise. A frequency table with both counters of a value in one
// cache line was slower by 500 ns, and huge pages for the tables gained nothing when the
// engine was full.
//
// Memory is bounded for ever: the tables of [Config]; [Config.LiveExemplars]
// exemplars of groups that are not idle (1.4 kB each, with their group; most traffic
// has far fewer within the idle horizon, and beyond the bound the longest quiet are
// made idle early); two exemplars of each of [Config.IdleCampaigns] and their
// index (32 MB by default); twice [Config.Remember] report ids of 8 bytes and twice
// [Config.MergedIDs] campaign ids, in generations. Pairs that were split are
// forgotten with the campaigns, and ids are tied into operations while they are
// remembered. What an id that merged away has become is known for ever to the
// store, and the commands that decide ask it first. In a log of ten horizons of 50,000
// reports each, with 3,000 idle campaigns and 50,000 ids to remember, the heap stood
// at 124 to 137 MB from the second horizon on.
//
// A flood of near-copies of everything pushes out postings of its own keys first;
// what it costs others is the buckets that it shares with them.
//
// The package does not read mail, does not speak to Kafka or ClickHouse, and
// does not know recipients.
package cluster
