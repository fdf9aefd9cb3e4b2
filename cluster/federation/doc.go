// Package federation lets several clusterers give one answer. A federation is local
// clusterers, each of which owns partitions of the reports, and a global one, which
// clusters what they cannot settle and owns the ids (the local and the global model
// of DBDC: Januzaj, Kriegel and Pfeifle 2004). Both are [cluster.Engine], twice. One
// clusterer stays the default: this is for traffic that one core cannot follow.
//
//	                    round 0            round 1           round 2
//	features ─Route 0─► locals ─Route 1─► locals ─Route 2─► locals ─► alone
//	                      │ └──────┐        │ └─────┐         │ └────┐
//	                   sketches  copies  sketches copies   sketches copies
//	                      └─────────────────┴─► global engine ◄┘ ─► events
//
// # Sketches and copies
//
// A [Sketch] is a report that is news, with its features as they are: the first of
// a campaign, a variant that becomes an exemplar, whatever lets groups merge. The
// global engine takes it as a report. So it sees what the single clusterer would have
// learned from, decides with the same frequencies (counts of clusters, which what it
// does not see would not have changed), and ids come from the report that opened a
// campaign, whichever local sent it.
//
// A [Copy] is a report that joins by an exemplar with certainty and teaches nothing.
// It names the exemplar, and follows it: in whichever campaign the global engine has
// the original, there is the copy ([Directory]). A local's campaigns have no ids that
// anybody sees, so there is nothing to map but original to campaign, and a local that
// holds two campaigns for one, or one for two, does no harm. Copies are counted, and
// now and then a sketch brings the global engine the count ([cluster.Entry].Copies).
//
// A report that is alone is held back. It goes to a local of the next round, spread by
// something else ([Route]); there it may find company, as it finds what was news in
// the round before ([Local.Learn]). As soon as a report joins it anywhere, it is
// sketched. Two copies stay apart only if they part in all rounds, and what stands
// alone in all of them never comes to the global engine: its share of the traffic is
// that of news, and it holds campaigns only.
//
// A local knows few clusters and takes values for rarer than they are. Hence
// [Config].Margin: what joins without it is sketched too, and the global engine
// decides. Where a local campaign drifts apart all its reports are sketched.
//
// # Decisions
//
// An analyst's decisions are entries of the global log, and the global engine alone
// carries them out, raises alarms of drift and ties operations. Locals do not hear of
// it and need not: they only say what is alike. After a split, copies follow their
// original to its new campaign; earlier ones stay unless they were named, as with one
// clusterer. (The global engine may know of fewer reports than there are, up to half
// in each variant, and refuse a split that would leave none by its count.) A report
// that was held back has no id: a pin names it without one.
//
// # Restart, and change of number
//
// A local is a pure function of its partition's log, the global engine of the log of
// sketches, whose order is the truth: partitions interleave as they come, once. State
// belongs to a partition, not to a process; [Local.Snapshot] goes where the partition
// goes, and what is published again after a crash is a repeat to the global engine,
// the next round and the directory. A process more or less, or killed, changes
// nothing: the tests hold that to the last id. A local whose state is lost starts
// empty, at the offset reached: it sketches anew, under the same ids, what it will
// know again, and the same holds for other numbers of partitions.
//
// What a local remembers the global engine must remember too; [DefaultConfig] sees to
// it. A campaign that is idle there comes back by its next sketch.
package federation
