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
// global engine takes it as a report. So it sees what a single clusterer would have
// learned of campaigns from, and ids come from the report that opened a campaign,
// whichever local sent it. Frequencies are counts of clusters; those of the global
// engine lack what stands alone. (Telling it of a quarter, or of all, of that made no
// difference that could be told from chance.)
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
// A local forgets campaigns before the global engine does; [DefaultConfig] sees to it.
// A campaign that is idle there comes back by its next sketch.
//
// # What it gives, and the next limits
//
// BenchmarkFederation, a million simulated reports of which three fifths are of
// campaigns, 8 locals a round: the global engine sees 7.9 % of the reports (10.4 % with
// repeats), B-cubed F1 differs by -0.0016 from one clusterer's. With 100,000 reports it
// was -0.0010 with 8 and -0.0001 with 64 locals. In eight runs of 20,000 reports with 8
// and 32 locals it was -0.0046 to +0.0021; one clusterer differs by 0.002 from itself
// if reports come in another order. What has a pattern in it is padded mail, whose
// stolen text decides the way.
//
// It misses the mark of 0.005 on one mix: a million reports of which nine tenths are
// of campaigns, 8 locals: -0.0119, with 12.6 % sketched. Nobody has found out why; a
// campaign of near-equal short texts that the global engine took for many, seen in the
// worst of the small runs, is one kind of it. Do not wire the package before that is
// explained.
//
//   - The global engine: a sketch costs it twice what a report costs one clusterer,
//     since it meets no easy ones. It follows three to four times the traffic that one
//     clusterer follows (4.6 times at a million reports, 3.4 in the mix with more campaigns,
//     on a busy machine).
//   - What stands alone waits in the memory of the locals, about 1 kB in each round.
//     Where there is more of it than [cluster.Config].LiveExemplars in all, the
//     longest quiet are forgotten, as with one clusterer: a campaign whose first two
//     reports are further apart than that begins later.
//   - One campaign goes to few partitions: the busiest of 8 had 15 % of the reports. Who
//     floods with one text makes one local of each round lag, and the others not.
//
// A billion reports a day, by calculation: 11,600 a second, 46,000 in a peak of four
// times that. With one clusterer at 20,000 a second (this machine, quiet) the global
// engine follows 60,000 to 80,000. A report costs the locals twice what it costs one
// clusterer (each that stands alone is taken three times): 5 cores in the peak, 8
// partitions a round and 12 cores to be at ease. The sketches are 5,000 records or 10
// MB a second in the peak. A third of the reports stand alone in this mix, 330 million a
// day: 8 locals of 1 GB in each of three rounds remember half an hour of them, each
// further hour is 14 million more, or 14 GB in each round.
//
// # Rejected
//
//   - All that stands alone goes to the global engine, without further rounds: no
//     difference in F1 to speak of (-0.0023 at most), but its share is 40 %, and it follows only 1.3
//     to 2 times the traffic of one clusterer.
//   - One round that holds back what stands alone: F1 falls by 0.011 with 8 locals and
//     by 0.013 with 64. Two rounds: by 0.004 at most.
//   - Reports spread evenly: the share of news grows with the number of locals, from
//     46 % with one to 64 % with eight at 20,000 reports, and what is held back does not
//     meet: F1 fell by 0.06.
//   - An id for each local campaign that is merged into a global one: a local campaign
//     may hold two of them, and then one id has to be wrong.
//
// # Not wired
//
// Nothing uses the package yet. What is missing: topics "features"
// with partitions by [Route], one like it for each further round (with whether to
// Step or Learn), "sketches" (one partition, in the place of "features" for the
// clusterer as it is, decisions included) and "copies"; their records (a sketch is a
// features record with a count); a stage that runs a Local for each partition it is
// given, publishes, then commits and keeps snapshots; a table of copies, and the
// views' campaign of a report by an ASOF join with what was said of its original, as
// [Directory] does it; `shoal clusterer --local` and `--global`.
package federation
