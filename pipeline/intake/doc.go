// Package intake is how reported mail enters: from files, over HTTP and LMTP, and from
// the records that any producer wrote to topic "reports". Its one product is
// [pipeline.Report].
//
// A report is one message that someone reported, with what is known of the
// reporting. It may come wrapped: as a feedback report (ARF, RFC 5965 and RFC
// 6591), or as an attachment of the mail with which somebody forwarded it.
// [Unwrap] takes the wrapping off and keeps what it says. Every road calls it:
// the importer on what [Reader] found, [Handler] and [LMTP] on what was sent in,
// the worker on what [FromRecord] made of a record. It is idempotent, so a
// report that passes two of them is the same report.
//
// # Recipient
//
// A report's id covers its recipient and reporter, so both must be the same on
// every road. Unwrap therefore puts all addresses into one form (bare, lower
// case) and, where nobody stated the recipient, derives it from the message
// itself in a fixed order: Delivered-To, X-Original-To, Envelope-To,
// X-Envelope-To, the "for" of the topmost Received field that has one, and To
// where it names one mailbox that is not the sender's. Origins says which it
// was. Package extract leaves a recipient that is derived here as it is; where
// it is missing, extract may know more ways, but then only for what is stored,
// not for the id.
//
// # Feedback reports
//
// Of a feedback report are kept: Source-IP, Original-Rcpt-To (the first),
// Original-Mail-From, and the arrival of the message (Arrival-Date, or
// Received-Date as drafts before RFC 5965 called it) as ReportedAt: the hour at
// which a mailbox was hit is what a campaign's timeline is made of, and a reader
// may press the button days later. Without either, the feedback report's own
// Date stands. Incidents is not multiplied, because the other incidents are not
// at hand to be compared; a defect tells of it. Reporting-MTA, User-Agent and
// Reported-Domain are dropped: they describe the reporting system, and nothing
// downstream asks for them. The reporter stays unknown: the From of a feedback
// report is a machine.
//
// Some loops redact every recipient to one word (redacted@example.com). Such an
// address is kept, for its domain is right, with a defect: recipients counted
// over such reports are a lower bound.
//
// # Forwards
//
// A forward is a multipart/mixed mail that holds one or several message/rfc822
// parts and otherwise only a text to read, with its pictures. Its From is the
// reporter, unless a filter wrapped the mail (SpamAssassin's report_safe). It is
// not taken apart where that would be wrong or in doubt: where the producer
// states the mail's recipient or says that it hit a trap (then the mail itself
// is what was reported), beside any other attachment, and in a digest, a bounce
// or a list's bundle. A lure that carries its payload as an attached message
// cannot be told from a forward: a producer that knows the recipient says so.
//
// The package judges no content and parses no body: bounds on MIME here guard
// the unwrapping only. Parsing is package message's.
package intake
