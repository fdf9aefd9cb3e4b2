// Package cluster groups reports of mass mail into campaigns.
//
// A campaign is the reports of one mass mailing: the same lure on the same
// template or kit, however personalised, reworded, padded or re-hosted. The
// package is a state machine: an [Engine] takes an ordered log of [Entry]
// values and answers each with the [Event] values that follow from it. It has
// no clock, no randomness, no I/O and no goroutine, so the same log gives the
// same campaigns, ids and events, byte for byte, and a restart is a
// [Engine.Snapshot] plus a replay of what came after it.
//
// The engine never sees a message. It sees [Features]: hashes, sketches and
// digests, each with a short text for people. What "similar" means is decided
// here and nowhere else; how features come out of mail is the business of
// pipeline/extract.
//
// The package does not read mail, does not speak to Kafka or ClickHouse, and
// does not know recipients.
package cluster
