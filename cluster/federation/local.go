package federation

import "shoal/cluster"

// Local clusters the reports of one partition, to tell what is news from what is a
// near copy and from what stands alone. It is a pure function of the partition's log,
// as the engine is, and not safe for concurrent use.
type Local struct {
	cfg      Config
	engine   *cluster.Engine
	variants variants
	// drifted are campaigns of this engine that fell apart: they take no further
	// exemplars, so that all of their reports are news.
	drifted map[cluster.CampaignID]struct{}
}

// Output is what becomes of a report.
type Output struct {
	Verdict Verdict
	// Entries are for the log of the global clusterer, in this order; their offsets are
	// that log's to give. What is no [cluster.Finding] Again is the report itself.
	Entries []cluster.Entry
	// Next is set where a local of the next round is to take the report: the one that
	// [Route] gives, by [Local.Learn] if Sketched, else by [Local.Step].
	Next     *cluster.Features
	Sketched bool
}

// Verdict says what a report is to a local.
type Verdict uint8

// Verdicts.
const (
	Taken     Verdict = iota // at or before Offset: taken already
	Repeated                 // was seen before and counts once
	Copied                   // a near copy: the global engine need not look at it
	Alone                    // agrees with nothing
	News                     // changed what the local knows
	Unsure                   // agrees with an exemplar, within Margin
	Drifted                  // is of a local campaign that fell apart
	Refreshed                // a near copy that stands for those before it
	numVerdicts
)

var verdictNames = [numVerdicts]string{"taken", "repeated", "copied", "alone", "news", "unsure", "drifted", "refreshed"}

// String is the verdict's name in metrics.
func (v Verdict) String() string { return verdictNames[v] }

// Verdicts lists all.
func Verdicts() []Verdict {
	out := make([]Verdict, numVerdicts)
	for i := range out {
		out[i] = Verdict(i)
	}
	return out
}

// NewLocal returns a local clusterer with empty state. cfg must be valid.
func NewLocal(cfg Config) *Local {
	return &Local{
		cfg: cfg, engine: cluster.NewEngine(cfg.Engine), variants: newVariants(cfg.Variants),
		drifted: map[cluster.CampaignID]struct{}{},
	}
}

// Offset is that of the last report taken, -1 before the first.
func (l *Local) Offset() int64 { return l.engine.Offset() }

// Step takes the next report of the partition. The features become part of the
// output and must not be changed.
func (l *Local) Step(offset int64, f *cluster.Features) Output { return l.step(offset, f, false) }

// Learn takes a report that was sketched in the round before, so that what stood
// alone there finds it here.
func (l *Local) Learn(offset int64, f *cluster.Features) Output { return l.step(offset, f, true) }

func (l *Local) step(offset int64, f *cluster.Features, sketched bool) Output {
	if offset <= l.Offset() {
		return Output{}
	}
	var assigned *cluster.Event
	events := l.engine.Step(cluster.Entry{Offset: offset, Features: f})
	for i := range events {
		l.watch(&events[i])
		if events[i].Kind == cluster.EventAssigned {
			assigned = &events[i]
		}
	}
	if assigned == nil {
		return Output{Verdict: Repeated}
	}
	if sketched {
		l.variants.sketched(f.Report, f.Time)
	}
	near := l.engine.Near()
	if len(near) == 0 {
		return l.alone(f, sketched)
	}
	out := Output{Entries: l.introduce(near, f.Time)}
	if sketched {
		out.Verdict = News
		l.pass(&out, f, true)
		return out
	}
	l.joined(&out, f, near[0].Report, assigned)
	return out
}

// alone is what becomes of a report that joined nothing.
func (l *Local) alone(f *cluster.Features, sketched bool) Output {
	out := Output{Verdict: Alone}
	if l.cfg.Round == 0 {
		out.Entries = []cluster.Entry{l.entry(f, cluster.Finding{Kind: cluster.FindingAlone})}
	}
	l.pass(&out, f, sketched)
	return out
}

// pass hands a report to the next round, if there is one.
func (l *Local) pass(out *Output, f *cluster.Features, sketched bool) {
	if l.cfg.Round+1 < Rounds {
		out.Next, out.Sketched = f, sketched
	}
}

// entry is what the global clusterer is told of a report. After the first round it
// knows the report already.
func (l *Local) entry(f *cluster.Features, found cluster.Finding) cluster.Entry {
	found.Again = found.Again || l.cfg.Round > 0
	return cluster.Entry{Features: f, Finding: &found}
}

// introduce sketches those reports that stood alone until now, as if they had come
// with the one that found them.
func (l *Local) introduce(near []*cluster.Features, now int64) []cluster.Entry {
	var out []cluster.Entry
	for _, f := range near {
		if l.variants.has(f.Report) {
			continue
		}
		l.variants.sketched(f.Report, now)
		f.Time = now
		out = append(out, l.entry(f, cluster.Finding{Kind: cluster.FindingNews, Again: true}))
	}
	return out
}

// joined is what becomes of a report that joined by the exemplar of another one.
func (l *Local) joined(out *Output, f *cluster.Features, of cluster.ReportID, assigned *cluster.Event) {
	var copies uint32
	if out.Verdict = l.judge(assigned); out.Verdict == Copied {
		n, due := l.variants.count(of, f.Time, l.cfg.Refresh.Milliseconds())
		if !due {
			out.Entries = append(out.Entries, l.entry(f, cluster.Finding{
				Kind: cluster.FindingCopy, Of: of,
				Evidence: assigned.Evidence, Score: assigned.Score, Content: assigned.Content,
			}))
			return
		}
		out.Verdict, copies = Refreshed, n
	}
	found := cluster.Finding{Kind: cluster.FindingNews}
	if out.Verdict == Refreshed {
		found.Of = of
	}
	news := l.entry(f, found)
	news.Copies = copies
	out.Entries = append(out.Entries, news)
	if out.Verdict == News {
		l.variants.sketched(f.Report, f.Time)
		l.pass(out, f, true)
	}
}

// judge says whether the global engine must see a report that joined.
func (l *Local) judge(assigned *cluster.Event) Verdict {
	_, drifted := l.drifted[assigned.Campaign]
	switch {
	case l.engine.News():
		return News
	case assigned.Score < l.cfg.Engine.Join+l.cfg.Margin:
		return Unsure
	case drifted:
		return Drifted
	}
	return Copied
}

func (l *Local) watch(ev *cluster.Event) {
	switch ev.Kind {
	case cluster.EventDrifted:
		l.drifted[ev.Campaign] = struct{}{}
	case cluster.EventIdled:
		delete(l.drifted, ev.Campaign)
	case cluster.EventMerged:
		delete(l.drifted, ev.Other)
	}
}
