// Package publish makes what people read of campaigns: the daily summary
// (Markdown, HTML, JSON), the list of campaigns and one in full (terminal,
// JSON), and exports of a campaign's indicators (STIX 2.1, MISP, CSV, rspamd,
// SpamAssassin, YARA).
//
// It queries nothing but the analysts' views, through [Database], so that every
// figure can be had again by hand: the statements that are shown beside the
// figures are those that were run, for one campaign.
//
// An indicator is a value by which a campaign can be told from other mail: most
// of its reports or a good part of them have it, and few others do. A value that
// much innocent mail has, such as the host of a social network, is never one.
//
// All text out of mail is hostile. The JSON forms hold it as it is (encoding/json
// escapes it); every other form strips control, bidirectional and invisible
// characters, cuts what is long and escapes for its place; Markdown, HTML and
// the terminal show addresses of the web defanged (hxxp, [.]) so that nobody
// follows one by accident. Query and fragment of a link are left out everywhere,
// since they often name the recipient; recipients themselves are never shown.
//
// The package decides nothing about campaigns, sends nothing, and reads no
// tables.
package publish
