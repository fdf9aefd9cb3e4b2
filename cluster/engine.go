package cluster

import "slices"

// Engine groups the entries of one log. It is not safe for concurrent use.
//
// For each report it looks up a bounded number of exemplars that share a key,
// compares them field by field, and adds the learned weights up. The best
// campaign above [Config.Join] takes the report; further ones above it are
// merged if their exemplars agree as well.
type Engine struct {
	cfg     Config
	weights *Weights
	own     rules  // what cfg and weights come to
	rules   rules  // those under which the last entry was decided
	said    bool   // history said under which rules it went on
	guide   *guide // history that is followed; nil while the engine decides
	// Observe, where set, is told every comparison of a report with an exemplar.
	// It must not touch the engine.
	Observe func(Comparison)
	seq     uint64
	offset  int64
	// groups and exemplars are slots; freed ones are used again, lowest last
	// freed first.
	groups        []group
	exemplars     []exemplar
	freeGroups    []uint32
	freeExemplars []uint32
	byID          map[CampaignID]uint32
	merged        merged
	apart         map[[2]CampaignID]struct{} // an analyst split these
	ties          map[uint64][]CampaignID    // rare circumstances of campaigns
	operation     map[CampaignID]string
	members       map[string][]CampaignID // of each operation, sorted
	changed       bool                    // the exemplars of the report's group are others than before
	copies        uint32                  // Entry.Copies of this step
	near          []*profile              // of the exemplar that the report joined by, and of those that it gathered
	freq          *frequency
	index         *index
	seen          *seen
	hand          uint32 // exemplar that the sweep looks at next
	shelf         shelf
	attic         *index   // of idle campaigns; nil before the first
	woken         []uint32 // idle campaigns that are looked at in this step
	events        []Event
	keys          []indexKey
	sought        sought
	ballot        ballot
	profile       *profile // of the report
	probe         *probe
	other         *probe // of an exemplar that is compared with others
	terms         termSet
	touched       uint64
}

// NewEngine returns an engine with empty state. cfg must be valid.
func NewEngine(cfg Config) *Engine {
	weights := cfg.Weights
	if weights == nil {
		weights = &learned
	}
	own := cfg.fingerprint()
	return &Engine{
		cfg: cfg, weights: weights, own: own, rules: own, offset: -1,
		byID: map[CampaignID]uint32{}, merged: newMerged(cfg.MergedIDs),
		apart: map[[2]CampaignID]struct{}{}, ties: map[uint64][]CampaignID{},
		operation: map[CampaignID]string{}, members: map[string][]CampaignID{},
		freq: newFrequency(cfg.FrequencyBits), index: newIndex(cfg.IndexBits),
		seen:    newSeen(cfg.Remember),
		profile: new(profile), probe: new(probe), other: new(probe),
	}
}

// Seq is the number of the last event that Step returned, 0 before the first.
func (e *Engine) Seq() uint64 { return e.seq }

// Offset is that of the last entry that Step took, -1 before the first.
func (e *Engine) Offset() int64 { return e.offset }

// News says whether the last report told the engine anything: it opened a group,
// made one a campaign, became an exemplar, had groups merged or brought one back. One
// that did not is a near copy of the exemplar that its evidence names.
func (e *Engine) News() bool { return e.changed }

// Exemplars is the number of live exemplars: what [Config.LiveExemplars] bounds.
func (e *Engine) Exemplars() int { return len(e.exemplars) - len(e.freeExemplars) }

// Campaigns counts those that are not idle.
func (e *Engine) Campaigns() int {
	n := 0
	for i := range e.groups {
		if g := &e.groups[i]; g.created && g.idle == 0 {
			n++
		}
	}
	return n
}

// Step takes the next entry of the log and returns what follows from it. An
// entry at or before [Engine.Offset] was taken already and gives nothing. The
// events are valid until the next call.
func (e *Engine) Step(entry Entry) []Event {
	e.events = e.events[:0]
	if entry.Offset <= e.offset {
		return nil
	}
	e.offset, e.changed, e.copies, e.near = entry.Offset, false, entry.Copies, e.near[:0]
	e.retune(entry.time())
	switch {
	case entry.Features != nil:
		e.report(entry.Features)
	case entry.Decision != nil:
		e.decide(entry.Decision)
	}
	e.shelveWoken()
	return e.events
}

// emit numbers an event and adds it to the step's.
func (e *Engine) emit(ev Event) {
	if e.guide != nil && e.told(&ev) {
		return
	}
	e.seq++
	ev.Seq, ev.Offset = e.seq, e.offset
	e.events = append(e.events, ev)
}

// match is what a report has with one group: its best exemplar there.
type match struct {
	group uint32
	slot  uint32
	score float64
	lv    levels
}

func (e *Engine) report(f *Features) {
	if e.repeated(f.Report, !e.seen.add(f.Report)) {
		e.emit(Event{Kind: EventRepeat, Time: f.Time, Report: f.Report})
		return
	}
	e.sweep(f.Time)
	e.forceIdle()
	e.profile.set(f)
	e.sought.version = 0
	p := e.probe.of(e.profile)
	matches := e.match(p)
	if len(matches) == 0 {
		matches = e.recall(p)
	}
	matches, id := e.guided(p, matches)
	if len(matches) == 0 {
		e.open(p, f, id)
		return
	}
	home := matches[0].group
	e.join(p, f, matches[0])
	if e.changed {
		matches = append(matches, e.recall(p)...)
	}
	for _, m := range matches[1:] {
		home = e.tryMerge(home, m, p, f.Time)
	}
	if e.changed {
		home = e.gather(home, p, f.Time)
		e.tie(home, e.groups[home].exemplars, f.Time)
	}
	e.watch(home, f.Time)
}

// beyondDoubt is how far above [Config.Join], in nats, a group needs no further
// of its exemplars compared.
const beyondDoubt = 5

// match gives the groups that p agrees with, best first; equal scores go to the
// older group.
func (e *Engine) match(p *probe) []match {
	var ms []match
	candidates := e.candidates(p.profile)
	e.touch(candidates)
	for _, c := range candidates {
		x := &e.exemplars[c.slot]
		i := slices.IndexFunc(ms, func(m match) bool { return m.group == x.cluster })
		if i >= 0 && ms[i].score >= e.cfg.Join+beyondDoubt {
			continue
		}
		lv := compare(p, x.profile, e.freq)
		lv[fieldCore] = coreLevel(e.groups[x.cluster].core, p.profile)
		s := e.weights.score(&lv)
		if e.Observe != nil {
			e.Observe(Comparison{
				Report: p.report, Exemplar: x.report, Levels: slices.Clone(lv[:]), Score: s.total, Content: s.content,
			})
		}
		if s.total < e.cfg.Join || s.content < e.cfg.Content {
			continue
		}
		switch {
		case i < 0:
			ms = append(ms, match{x.cluster, c.slot, s.total, lv})
		case ms[i].score < s.total:
			ms[i].slot, ms[i].score, ms[i].lv = c.slot, s.total, lv
		}
	}
	slices.SortFunc(ms, func(a, b match) int {
		if a.score != b.score {
			if a.score > b.score {
				return -1
			}
			return 1
		}
		if e.groups[a.group].birth < e.groups[b.group].birth {
			return -1
		}
		return 1
	})
	return ms
}

// open starts a group with a report that agrees with nothing. id is what the group
// is called, "" if that is to be chosen.
func (e *Engine) open(p *probe, f *Features, id CampaignID) {
	if id == "" {
		id = e.unused(f.Report)
	}
	g := e.newGroup(group{id: id, birth: e.seq + 1, reports: 1, last: f.Time})
	e.freq.opened()
	p.terms(e.freq.add)
	e.addExemplar(g, p.profile, f.Time)
	e.changed = true
	e.emit(Event{Kind: EventAssigned, Time: f.Time, Report: f.Report, Campaign: id})
}

// unused gives the first of a report's ids that no campaign has or had.
func (e *Engine) unused(r ReportID) CampaignID {
	for n := uint64(0); ; n++ {
		if id := newCampaignID(r, n); !e.taken(id) {
			return id
		}
	}
}

func (e *Engine) taken(id CampaignID) bool {
	_, live := e.byID[id]
	_, merged := e.merged.into(id)
	return live || merged
}

// join adds a report to the group it agrees with best.
func (e *Engine) join(p *probe, f *Features, m match) {
	e.revive(m.group, f.Time)
	g, x := &e.groups[m.group], &e.exemplars[m.slot]
	g.reports += 1 + uint64(e.copies)
	g.last = max(g.last, f.Time)
	x.hits += 1 + e.copies
	e.near = append(e.near, x.profile)
	x.last = max(x.last, f.Time)
	why := e.explain(f, x.profile, &m.lv)
	if !g.created {
		g.created, e.changed = true, true
		e.emit(Event{Kind: EventCreated, Time: f.Time, Campaign: g.id})
	}
	e.emit(Event{
		Kind: EventAssigned, Time: f.Time, Report: f.Report, Campaign: g.id,
		Evidence: why.evidence, Score: why.total, Content: why.content,
	})
	if e.novel(m.group, p, &m.lv) {
		e.learn(m.group, p.profile)
		e.addExemplar(m.group, p.profile, f.Time)
		e.changed = true
	}
}
