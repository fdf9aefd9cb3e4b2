// Package federation lets several clusterers give one answer. A federation is local
// clusterers, each of which owns partitions of the reports, and a global one, which
// clusters what they cannot settle and owns the ids (the local and the global model
// of DBDC: Januzaj, Kriegel and Pfeifle 2004). Both are [cluster.Engine], twice. One
// clusterer stays the default: this is for traffic that one core cannot follow.
//
//	          round 0            round 1           round 2
//	workers ─Route 0─► locals ─Route 1─► locals ─Route 2─► locals
//	                     │                 │                 │
//	                 each report,      what is found     what is found
//	                 with a finding    out later         out later
//	                     └─────────────────┴──► log ◄────────┘
//	                                             └─► Global ─► events
//
// # Findings
//
// A [Local] writes each report once to the log of the global clusterer, with what it
// found out ([cluster.Finding]):
//
//   - News: the first of a campaign, a variant that becomes an exemplar, whatever lets
//     groups merge. [Global] takes it through its engine, as a report. So that one sees
//     what a single clusterer would have learned of campaigns from, and ids come from
//     the report that opened a campaign, whichever local sent it.
//   - Copy: it joins by an exemplar with certainty and teaches nothing. Global puts it
//     where that exemplar's report is, and looks at nothing else. A local's campaigns
//     have no ids that anybody sees, so a local that holds two campaigns for one, or
//     one for two, does no harm. Copies are counted, and now and then one goes as news
//     and brings the count ([cluster.Entry].Copies).
//   - Alone: it agrees with nothing. Global gives it the id that its campaign will have,
//     as a single clusterer does, and counts its words ([cluster.Engine.Hear]).
//
// What is alone or news goes on to a local of the next round, spread by something else
// ([Route]); there it may find company, as it finds what was news in the round before
// ([Local.Learn]). As soon as a report joins it anywhere, it is written to the log
// again, as news or as a copy ([cluster.Finding].Again), and merges in under the id of
// its company's campaign. Two copies stay apart only if they part in all rounds.
//
// A local knows few clusters and takes values for rarer than they are. Hence
// [Config].Margin: what joins without it is news too, and the global engine decides.
// Where a local campaign drifts apart all its reports are news.
//
// The log is a log of reports: one clusterer that knows nothing of findings can take
// it over, and a Global takes over from one ([Global.Restore], [Global.Follow]).
//
// # Decisions
//
// An analyst's decisions are entries of the global log, and the global engine alone
// carries them out, raises alarms of drift and ties operations. Locals do not hear of
// it and need not: they only say what is alike. After a split, copies follow their
// original to its new campaign; earlier ones stay unless they were named, as with one
// clusterer. (The engine may know of fewer reports than there are, up to half in each
// variant, and refuse a split that would leave none by its count.) A report that stands
// alone can be pinned to a campaign; a merge that names it by its id is refused, since
// the engine does not know it.
//
// # Restart, and change of number
//
// A local is a pure function of its partition's log, the global clusterer of its own,
// whose order is the truth: partitions interleave as they come, once. State belongs to
// a partition, not to a process; [Local.Snapshot] goes where the partition goes, and
// what is published again after a crash is a repeat to the global clusterer and to the
// next round. A process more or less, or killed, changes nothing: the tests hold that
// to the last id. A local whose state is lost starts empty, or from the last reports of
// its partition: it sketches anew, under the same ids, what it will know again, and the
// same holds for other numbers of partitions.
//
// A local forgets campaigns before the global engine does; [DefaultConfig] sees to it.
// A campaign that is idle there comes back by its next news.
package federation
