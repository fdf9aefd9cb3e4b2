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
	// Sketches are for the global engine, in this order: reports that stood alone
	// until this one came, and the report.
	Sketches []Sketch
	// Copy is set where the report is Copied.
	Copy *Copy
	// Next is the report where it is Alone or News: the local of the next round that
	// [Route] gives takes it, by [Local.Step] if it is Alone, else by [Local.Learn].
	Next *cluster.Features
}

// Verdict says what a report is to a local.
type Verdict uint8

// Verdicts.
const (
	Taken     Verdict = iota // at or before Offset: taken already
	Repeated                 // was seen before and counts once
	Copied                   // a near copy: the global engine does not hear of it
	Alone                    // agrees with nothing
	News                     // changed what the local knows
	Unsure                   // agrees with an exemplar, within Margin
	Drifted                  // is of a local campaign that fell apart
	Refreshed                // a near copy that stands for those before it
)

var verdictNames = [...]string{"taken", "repeated", "copied", "alone", "news", "unsure", "drifted", "refreshed"}

// String is the verdict's name in metrics.
func (v Verdict) String() string { return verdictNames[v] }

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
		return Output{Verdict: Alone, Next: f}
	}
	out := Output{Sketches: l.introduce(near, f.Time)}
	if sketched {
		out.Verdict, out.Next = News, f
		return out
	}
	l.joined(&out, f, near[0].Report, assigned)
	return out
}

// introduce sketches those reports that stood alone until now, as if they had come
// with the one that found them.
func (l *Local) introduce(near []*cluster.Features, now int64) []Sketch {
	var out []Sketch
	for _, f := range near {
		if l.variants.known(f.Report) {
			continue
		}
		l.variants.sketched(f.Report, now)
		f.Time = now
		out = append(out, Sketch{Features: f})
	}
	return out
}

// joined is what becomes of a report that joined by the exemplar of another one.
func (l *Local) joined(out *Output, f *cluster.Features, of cluster.ReportID, assigned *cluster.Event) {
	var copies uint32
	if out.Verdict = l.judge(assigned); out.Verdict == Copied {
		n, due := l.variants.count(of, f.Time, l.cfg.Refresh.Milliseconds())
		if !due {
			out.Copy = &Copy{
				Report: f.Report, Of: of, Offset: assigned.Offset, Time: f.Time,
				Evidence: assigned.Evidence, Score: assigned.Score, Content: assigned.Content,
			}
			return
		}
		out.Verdict, copies = Refreshed, n
	}
	out.Sketches = append(out.Sketches, Sketch{Features: f, Copies: copies})
	if out.Verdict == News {
		out.Next = f
		l.variants.sketched(f.Report, f.Time)
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
