package cluster

// CampaignID names a campaign: "c" and 12 characters of lower-case base32
// (RFC 4648 alphabet), derived from the report that opened it. It never changes and is
// never used again; a merge leaves the older of two ids.
type CampaignID string

// Entry is one record of the ordered log that the engine consumes: a report's
// features or an analyst's decision. Exactly one of the two is set.
type Entry struct {
	// Offset is the record's position in the log. Offsets ascend.
	Offset   int64
	Features *Features
	Decision *Decision
	// Copies is how many further reports, which another engine counted, are near
	// copies of this one: see package federation. They count where it joins, and
	// not where it is a repeat or opens a group.
	Copies uint32
	// Finding is what a local clusterer said of the report, nil without one.
	Finding *Finding
}

// DecisionKind says what an analyst decided.
type DecisionKind uint8

// Decisions.
const (
	DecisionNone  DecisionKind = iota
	DecisionLabel              // Campaign gets Label
	DecisionMerge              // Other goes into Campaign or the reverse: the older survives
	DecisionSplit              // Reports leave Campaign for a new one
	DecisionPin                // Reports belong to Campaign for ever
)

// Decision is what an analyst ordered. The engine never undoes one.
type Decision struct {
	Kind            DecisionKind
	Time            int64 // Unix milliseconds
	Campaign, Other CampaignID
	Reports         []ReportID
	Label           string
	Actor, Note     string
}

// EventKind says what happened.
type EventKind uint8

// Events. The numbers are part of the events record: never renumber.
const (
	EventNone     EventKind = iota
	EventAssigned           // Report belongs to Campaign; alone if it is the first
	EventCreated            // Campaign has its second report: it exists from now on
	EventRepeat             // Report was seen before and counts once
	EventMerged             // Other went into Campaign
	EventSplit              // Campaign came out of Other; EventMoved follow
	EventMoved              // Report left Other for Campaign
	EventLabelled           // Campaign carries Label
	EventPinned             // Report is pinned to Campaign
	EventTied               // Campaign belongs to Operation
	EventDrifted            // Campaign fell apart: Report should leave it, with those of the events beside
	EventIdled              // Campaign left the index
	EventRevived            // Campaign came back
	EventRefused            // a Decision could not be carried out; Note says why
	EventSettled            // an analyst decided what becomes of a Campaign that drifted
	EventRetuned            // from here on other settings or weights apply: Label names them
)

// Event is one consequence of an [Entry].
type Event struct {
	// Seq numbers events from 1 without gaps.
	Seq uint64
	// Offset is that of the entry it follows from.
	Offset int64
	// Time is that of the entry, Unix milliseconds.
	Time            int64
	Kind            EventKind
	Report          ReportID
	Campaign, Other CampaignID
	Operation       string
	Label           string
	Actor, Note     string
	// Evidence says why a report was assigned or two campaigns merged or tied.
	Evidence []Evidence
	// Score is that of the assignment or merge, in nats: the weights of Evidence
	// and the prior odds added up. Content is the part of it that what the mail
	// says or carries gave. Both are 0 where there is no evidence, and of ties.
	Score, Content float64
}

// Evidence is one comparison of a report with an exemplar that counted. A key has
// as many as it is compared in ways.
type Evidence struct {
	Key Key
	// Matched is the report that stands behind the exemplar.
	Matched ReportID
	// Value is what agreed, for people.
	Value string
	// Score is how far they agree, 0 to 1.
	Score float64
	// Weight is what that adds, in nats (natural logarithm of the likelihood
	// ratio). Negative evidence is listed as well.
	Weight float64
}
