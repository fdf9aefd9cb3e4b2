// Package store keeps reports and campaigns in ClickHouse for analysts: the
// tables and views of database shoal, their migrations, what the writer inserts,
// and the queries that the commands need. It is the only importer of
// clickhouse-go.
//
// It decides nothing about campaigns: it follows the events of the clusterer.
// It reads no mail and starts no engine; [Config].URL says where one listens.
//
// # Tables
//
// Analysts read views (schema/002_views.sql). Below them:
//
//   - report_rows: one wide row per report and place the report has been in, a
//     ReplacingMergeTree by version = Seq of the event that put it there, with
//     tombstones (is_deleted). Sorted by campaign, so that a view of one campaign
//     reads a range of the primary key. A report that stands alone is kept under
//     the empty campaign with the id that its campaign will have in alone_id. It
//     carries the evidence and score of its join, and its offset in topic
//     features, where shoal campaign --why reads what was compared.
//   - campaign_rows: one row per campaign and property (created, status, label,
//     operation, survivor), highest Seq wins: an event that sets one property
//     touches no other.
//   - lineage_rows: all events but assignments and repeats.
//   - segment_days: distinct recipients per day or week and segment of all
//     reports, as sets, for the lift of campaign_targets where there is no baseline.
//   - baseline_rows, ip_networks: what the operator gives.
//   - erased_rows: hashes of pseudonyms that must not come back.
//
// Partitions are months of received_at. A row, its repeats, its later places
// and its tombstones have the same received_at, so FINAL never has to merge
// across partitions, and each view says so. All versions of a key have the same
// content, tombstones too, so that a filter may be applied before FINAL. Fields that go
// before their row ([Config].Fields) are lost by one version before another: view
// reports, the only one in which a filter can meet them, shows them as empty from the
// moment that they are due.
//
// # Repeats
//
// Storing an event again changes no figure, whole batches or parts, also after
// later events, because
//
//   - a row's key and content come from the log alone, so that a repeat is the
//     same row and collapses;
//   - a move (a campaign's first rows, a merge, a split) writes the row at its
//     new place and the tombstone at its old one in one INSERT, with the event's
//     Seq as version: a repeated old row has a lower version than the tombstone
//     that waits for it, and a repeated move finds nothing of lower version;
//     campaigns that move one after the other in a batch share a statement, which
//     leaves a tombstone wherever their rows would have been between;
//   - within a batch every place that a report passes gets its last word, and so
//     does the place where another cut of the same events may have put it;
//   - a campaign's state is written before the rows of its reports, so that a
//     repeat that is cut otherwise knows at least what the first attempt knew.
//
// Moving rows by a statement means to look for them in the table, which
// took as long as to store what was new. So the writer remembers the
// reports of campaigns that opened not long ago (recent), all of each or none, and
// writes what such a move leaves with the rows of the batch. It remembers what the
// events said and nothing else, and forgets it where an event is not the next one.
//
// Package storetest holds an engine to that, with the connection broken at every
// statement of every batch. An insert is synced to disk before it returns.
//
// # Cluster
//
// Where [Config].Cluster names one, migrations make every table a replicated one
// and print the same to a dry run. report_rows and segment_days are spread over
// the shards: report_rows_local has a shard's rows, and the Distributed table
// report_rows those of all. Every other table (campaign_rows, lineage_rows,
// baseline_rows, ip_networks, erased_rows) is whole on every server, since joins
// and the engine's lists need it there; so joins stay on one server, and what a
// report is assigned to needs none: it stands in its row.
//
// A report's shard is that of home, the campaign that it was first known under.
// That is its campaign unless it was moved, and moves do not change it: the row
// at the new place and the tombstone at the old one go to one shard in one block,
// which is what makes a move whole, and FINAL, which works within a shard, sees
// every version of a report. Sharding by campaign_id itself would let a query of
// one campaign ask one shard, but a move would be two inserts on two shards, of
// which one can be missing: the report is lost, or counts twice. As it is, each
// shard looks the campaign up in its primary key, and nearly all its rows are on
// one. Sharding by report_id would be as safe and more even, but each shard would
// read its granules of 1,024 rows for a few rows of most campaigns.
//
// The number of slots is fixed when the tables are made, see distributed. The
// writer reads what it has just written, so it asks for a quorum of replicas and
// for sequential consistency, see writing.
//
// The suite runs on Distributed tables over one shard of the embedded engine, and
// each view over two. Replication, ON CLUSTER, quorum and a lost replica need
// ClickHouse servers and have not been tried: those statements were parsed by the
// engine, and testdata/cluster.sql shows them. Once the engine made the replicated
// tables with an Apache ZooKeeper; it cannot write to them.
//
// # What was measured and rejected
//
// Resolving merges at query time (rows keep their first campaign, a dictionary
// or join gives the current one) makes writing trivial, but the filter
// campaign_id = X then stands on an expression, uses no primary key and reads
// every row of the table. Moving rows costs a merge one range read and write,
// once; 300 reports that cease to stand alone cost a batch 0.8 s of reading at
// 10 million stored reports. Keeping membership in a narrow table beside immutable rows has the same
// fault: the rows of one campaign lie anywhere. Showing reports that stand alone
// by joining the list of campaigns would build a set of all campaigns for each
// query; hence the empty place and one more move when a second report comes.
//
// Counters in SummingMergeTree or AggregatingMergeTree break on repeats or on
// moves. Only segment_days aggregates: its sets do not depend on campaigns.
//
// # What the views cost
//
// BenchmarkViews prints it. Over 10 million simulated reports in 220,000
// campaigns (1.5 GB on disk), one part a partition, on two cores that other work
// shared (load 4 to 6), best of several, and the engine's processor time. The
// larger campaign was measured with the codecs of migration 8, and with little more
// than one core left; without them its reports took 440 ms of processor time in the
// same hour, its line in campaigns 240, its payloads 285:
//
//	campaign of          17,000 reports           400,000 reports (4 % of all)
//	                     ms  cpu-ms  rows  MB     ms  cpu-ms  rows   MB
//	reports (every row)  30      20   20k  8.7    281    288  401k  196
//	campaigns            35      30   29k  2.5    158    178  410k   50
//	campaign_timeline     6       0   20k  0.6     28     28  401k   13
//	campaign_targets    162     160   86k  3.3    457    502  466k   35
//	.._infrastructure    16      10   20k  1.6     49     58  401k   36
//	campaign_payloads    20      20   20k  2.0    215    218  401k   44
//	campaign_evidence    12      10   20k  2.2     55     58  401k   49
//	campaign_joins       13      10   20k  2.5     79     86  401k   56
//	campaign_drift        9      10    8k  0.3     10      0    8k  0.3
//	daily_summary        47      50  248k  4.5     74     80  629k   17
//
// Of a campaign of 100 reports campaign_targets takes 150 ms, of which 60 are the
// engine's planning, the others 5 to 47. A ranking of all campaigns takes 0.25 s,
// every column of all campaigns at once 9.4 s of processor time. In a join of
// campaigns with a list of campaigns put campaigns first: only the left side is cut
// down to what the right one has (4 s the other way round).
//
// So reports and campaign_targets miss 200 ms for a campaign of hundreds of
// thousands of reports while the cores are shared. Of campaign_targets 230 ms of
// the processor time go into exact distinct recipients of each segment and
// dimension, 160 into the sets of segment_days, all of which are read, and 75 into
// planning. Sets kept for each campaign would not survive a split or an erasure.
// Each segment's recipients are gathered and counted at the end, which takes a tenth
// less than a set that grows with each report. campaign_targets of all campaigns at
// once is for small databases: name the campaign. Its formulas stand in a view over
// another one because the engine's analyser looks at all of a subquery each time that
// a formula names a column of it: planning was 110 ms in one view.
//
// daily_summary is laid out so that a condition on its day reaches the rows. The
// reports of the day and of the day before are two scans, each with the day as an
// expression of reported_at alone, which index reported_at_span turns into granules.
// The one scan of all days, for what is new or revived, reads no recipients, and of
// the campaigns those of the first two only: the engine makes a filter of the right
// side of a join, so they stand there. Side by side with the layout of migration 8, on
// a machine on which all of this takes three times as long as in the table, a day takes
// 0.80 s for 2.05 (10.8 million rows, 359 MB), with the campaigns' names 1.8 s for 3.1.
// All days of one campaign of 400,000 reports, which are read three times, take 1.7
// times the processor time. campaign_payloads as three scans, one a kind, took as long
// as it does as one.
//
// Reading in the order of the primary key (optimize_aggregation_in_order) makes
// the views of all campaigns slower, the daily summary from 1 to 67 s.
//
// Which reports have a value (a host, link, server, sender, subject, attachment, phone
// number or wallet) is found by an index of its column: rows lie by campaign, so a
// granule has few values, and all nine indexes take 20 MB. View campaign_states tells
// label, status, operation and survivor without the reports: 25 ms of processor time
// where campaigns takes 500.
//
// Rows that are spread over many parts cost more, because FINAL merges while it
// reads: the daily summary took 4.5 s over 21 parts. So a partition to which
// nothing was added for an hour is merged into one part.
package store
