package cluster

// Finding is what a local clusterer found out about a report before this log took
// it: see package federation. The engine itself pays no heed to it.
type Finding struct {
	Kind FindingKind
	// Again says that the report is in the log before, standing alone.
	Again bool
	// Of is the report of which a FindingCopy is a near copy. Evidence, Score and
	// Content say why, as those of [Event]. FindingNews can have it as well: what
	// becomes of that report becomes of later copies.
	Of             ReportID
	Evidence       []Evidence
	Score, Content float64
}

// FindingKind says what a report was to a local clusterer.
type FindingKind uint8

// Findings. The numbers are part of the features record: never renumber.
const (
	FindingNone  FindingKind = iota
	FindingNews              // there is something to learn from it, or a doubt
	FindingCopy              // a near copy of Of, from which nothing is to be learned
	FindingAlone             // agrees with nothing
)

// Opens gives the id of the campaign that a report would open now.
func (e *Engine) Opens(r ReportID) CampaignID { return e.unused(r) }

// Took says whether the engine remembers to have taken a report.
func (e *Engine) Took(r ReportID) bool { return e.seen.has(r) }

// Hear counts what a report that stands alone has, without taking it: what is common
// is known by it. [Engine.Unhear] takes that back.
func (e *Engine) Hear(f *Features) {
	e.profile.set(f)
	e.sought.version = 0
	e.freq.opened()
	e.probe.of(e.profile).terms(e.freq.add)
}

// Unhear takes back what [Engine.Hear] counted, where the report is to be taken after
// all.
func (e *Engine) Unhear(f *Features) {
	e.profile.set(f)
	e.sought.version = 0
	e.freq.merged()
	e.probe.of(e.profile).terms(e.freq.remove)
}
