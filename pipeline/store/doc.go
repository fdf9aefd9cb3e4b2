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
//   - segment_days: distinct recipients per day and segment of all reports, as
//     sets, for the lift of campaign_targets where there is no baseline.
//   - baseline_rows, ip_networks: what the operator gives.
//   - erased_rows: hashes of pseudonyms that must not come back.
//
// Partitions are months of received_at. A row, its repeats, its later places
// and its tombstones have the same received_at, so FINAL never has to merge
// across partitions, and each view says so. All versions of a key have the same
// content, tombstones too, so that a filter may be applied before FINAL.
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
//   - within a batch every place that a report passes gets its last word;
//   - a campaign's state is written before the rows of its reports, so that a
//     repeat that is cut otherwise knows at least what the first attempt knew.
//
// Package storetest holds an engine to that, with the connection broken at every
// statement of every batch. An insert is synced to disk before it returns.
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
// campaigns, two cores, one part a partition, each view of a campaign of 20,000
// reports takes 3 to 35 ms, campaign_targets about 220 ms, of which 110 ms are
// the engine's planning; the daily summary of one day 0.6 s, a ranking of all
// campaigns 0.2 s, and every column of all campaigns 3 s. Rows that are spread
// over many parts cost more, because FINAL merges while it reads: the daily
// summary took 4.5 s over 21 parts. So a partition to which nothing was added
// for an hour is merged into one part. campaign_targets of all campaigns at once
// is for small databases: name the campaign.
package store
