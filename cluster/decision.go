package cluster

// decide carries an analyst's decision out, or says with EventRefused why not.
func (e *Engine) decide(d *Decision) {
	var refused string
	switch d.Kind {
	case DecisionLabel:
		refused = e.label(d)
	case DecisionMerge:
		refused = e.order(d)
	case DecisionSplit:
		refused = e.split(d)
	case DecisionPin:
		refused = e.pin(d)
	default:
		refused = "unknown kind of decision"
	}
	if refused != "" {
		e.emit(Event{
			Kind: EventRefused, Time: d.Time, Campaign: d.Campaign, Other: d.Other,
			Actor: d.Actor, Note: refused,
		})
	}
}

// Resolve follows merges from an id that may be gone to the one that survives.
func (e *Engine) Resolve(id CampaignID) CampaignID {
	for {
		next, ok := e.merged.into(id)
		if !ok {
			return id
		}
		id = next
	}
}

const unknownCampaign = "no such campaign in memory: it was idle for too long, or never existed"

func (e *Engine) find(id CampaignID) (uint32, bool) {
	slot, ok := e.byID[e.Resolve(id)]
	return slot, ok
}

// decided finds the group that a decision is about, marks it, and wakes it where
// it is idle.
func (e *Engine) decided(id CampaignID) (uint32, bool) {
	slot, ok := e.find(id)
	if ok {
		e.groups[slot].decided = true
		e.wake(slot)
	}
	return slot, ok
}

func (e *Engine) label(d *Decision) string {
	slot, ok := e.find(d.Campaign)
	if !ok {
		return unknownCampaign
	}
	g := &e.groups[slot]
	g.label, g.decided = d.Label, true
	e.emit(Event{Kind: EventLabelled, Time: d.Time, Campaign: g.id, Label: d.Label, Actor: d.Actor, Note: d.Note})
	return ""
}

func (e *Engine) order(d *Decision) string {
	a, okA := e.decided(d.Campaign)
	b, okB := e.decided(d.Other)
	switch {
	case !okA || !okB:
		return unknownCampaign
	case a == b:
		return "both ids are one campaign already"
	}
	delete(e.apart, pair(e.groups[a].id, e.groups[b].id))
	survivor := e.merge(a, b, d.Time, d.Actor, d.Note, reason{})
	e.settle(survivor, true, d)
	e.tie(survivor, e.groups[survivor].exemplars, d.Time)
	return ""
}

// split takes reports out of a campaign into a new one; exemplars among them go
// along. The machine will not merge the two again.
func (e *Engine) split(d *Decision) string {
	reports := distinct(d.Reports)
	from, ok := e.decided(d.Campaign)
	switch {
	case !ok:
		return unknownCampaign
	case len(reports) == 0:
		return "no reports were named"
	case uint64(len(reports)) >= e.groups[from].reports && !e.guide.says(EventSplit):
		return "a split must leave a report behind"
	}
	id := e.splitID(reports[0], d.Time, e.groups[from].id)
	to := e.newGroup(group{
		id: id, birth: e.seq + 1, last: e.groups[from].last, created: true, decided: true,
		pinned: e.groups[from].pinned, // a pinned report may be among them
	})
	source := e.groups[from].id
	e.keepApart(id, source)
	for _, o := range e.apartFrom(source) {
		e.keepApart(id, o)
	}
	e.emit(Event{Kind: EventSplit, Time: d.Time, Campaign: id, Other: source, Actor: d.Actor, Note: d.Note})
	e.move(from, to, reports, d)
	e.settle(from, false, d)
	if e.groups[from].idle != 0 {
		e.retire(to, d.Time)
	}
	for _, g := range []uint32{from, to} {
		e.rest(g, d.Time)
		e.watch(g, d.Time)
	}
	return ""
}

// splitID is the id of what is split off: as history has it, or one that follows from
// the decision alone. Repeats that are in the log before it change nothing.
func (e *Engine) splitID(r ReportID, decided int64, from CampaignID) CampaignID {
	if e.guide != nil {
		if i := e.guide.find(func(ev *Event) bool { return ev.Kind == EventSplit && ev.Other == from }); i >= 0 {
			return e.guide.events[i].Campaign
		}
	}
	const split = 1 << 63 // apart from the ids of reports that open a group
	for n := uint64(0); ; n++ {
		if id := newCampaignID(r, split|uint64(decided)+n); !e.taken(id) {
			return id
		}
	}
}

// rest retires a group that has no exemplar left by which a report could join.
func (e *Engine) rest(slot uint32, now int64) {
	if g := &e.groups[slot]; len(g.exemplars) == 0 && g.idle == 0 {
		e.retire(slot, now)
	}
}

// distinct gives each report once, in the order in which they were named.
func distinct(reports []ReportID) []ReportID {
	var out []ReportID
	known := map[ReportID]struct{}{}
	for _, r := range reports {
		if _, ok := known[r]; !ok {
			known[r] = struct{}{}
			out = append(out, r)
		}
	}
	return out
}

// move transfers reports between groups.
func (e *Engine) move(from, to uint32, reports []ReportID, d *Decision) {
	named := map[ReportID]struct{}{}
	for _, r := range reports {
		named[r] = struct{}{}
		e.groups[from].reports -= min(1, e.groups[from].reports)
		e.groups[to].reports++
		e.emit(Event{
			Kind: EventMoved, Time: d.Time, Report: r, Campaign: e.groups[to].id,
			Other: e.groups[from].id, Actor: d.Actor, Note: d.Note,
		})
	}
	var leave, stay []uint32
	for _, slot := range e.groups[from].exemplars {
		if _, ok := named[e.exemplars[slot].report]; ok {
			leave = append(leave, slot)
		} else {
			stay = append(stay, slot)
		}
	}
	e.forget(from, leave)
	e.groups[from].exemplars = stay
	e.adopt(to, leave)
	for _, g := range []uint32{from, to} {
		e.recore(g)
		e.relink(g)
		e.tie(g, e.groups[g].exemplars, d.Time)
	}
}

// pin ties reports of one campaign (Other, or the id that a report alone has) to
// another for good.
func (e *Engine) pin(d *Decision) string {
	to, ok := e.decided(d.Campaign)
	if !ok {
		return unknownCampaign
	}
	reports := distinct(d.Reports)
	if len(reports) == 0 {
		return "no reports were named"
	}
	from, ok := e.find(d.Other)
	switch {
	case d.Other == "" || ok && from == to:
	case !ok:
		return "what the reports are in is no longer in memory"
	default:
		to = e.fetch(from, to, reports, d)
	}
	g := &e.groups[to]
	g.pinned, g.decided = true, true
	for _, r := range reports {
		e.emit(Event{Kind: EventPinned, Time: d.Time, Report: r, Campaign: g.id, Actor: d.Actor, Note: d.Note})
	}
	e.settle(to, true, d)
	return ""
}

// fetch brings reports into a group and returns it: where nothing would stay
// behind both become one.
func (e *Engine) fetch(from, to uint32, reports []ReportID, d *Decision) uint32 {
	e.wake(from)
	if e.groups[from].reports <= uint64(len(reports)) && !e.guide.says(EventMoved) {
		delete(e.apart, pair(e.groups[to].id, e.groups[from].id))
		to = e.merge(to, from, d.Time, d.Actor, d.Note, reason{})
		e.tie(to, e.groups[to].exemplars, d.Time)
		return to
	}
	if g := &e.groups[to]; !g.created {
		g.created = true
		e.emit(Event{Kind: EventCreated, Time: d.Time, Campaign: g.id})
	}
	for _, o := range e.apartFrom(e.groups[from].id) {
		e.keepApart(e.groups[to].id, o) // one of the reports may be why
	}
	e.move(from, to, reports, d)
	e.rest(from, d.Time)
	return to
}

// mayMerge says whether the machine may make one of two groups as far as analysts
// decided on them: it merges no campaign away to which reports are pinned, and
// none into one that is named otherwise.
func (e *Engine) mayMerge(a, b uint32) bool {
	if e.older(b, a) {
		a, b = b, a
	}
	old, young := &e.groups[a], &e.groups[b]
	if old.drift.raised || young.drift.raised {
		return old.reports == 1 || young.reports == 1
	}
	return !young.pinned && (old.label == "" || young.label == "" || old.label == young.label)
}

// inherit gives group a what analysts decided on b. A label goes along where the
// survivor has none.
func (e *Engine) inherit(a, b uint32, now int64, actor string) {
	old, young := &e.groups[a], &e.groups[b]
	old.pinned = old.pinned || young.pinned
	old.decided = old.decided || young.decided
	if old.label == "" && young.label != "" {
		old.label = young.label
		e.emit(Event{Kind: EventLabelled, Time: now, Campaign: old.id, Other: young.id, Label: old.label, Actor: actor})
	}
}

// inheritApart keeps what an analyst split from the merged campaign apart from
// the survivor.
func (e *Engine) inheritApart(survivor, gone CampaignID) {
	for _, o := range e.apartFrom(gone) {
		delete(e.apart, pair(gone, o))
		e.keepApart(survivor, o)
	}
}

// apartFrom are the campaigns that were split from one.
func (e *Engine) apartFrom(id CampaignID) []CampaignID {
	var others []CampaignID
	for p := range e.apart {
		switch id {
		case p[0]:
			others = append(others, p[1])
		case p[1]:
			others = append(others, p[0])
		}
	}
	return others
}

func (e *Engine) keepApart(a, b CampaignID) {
	if a != b {
		e.apart[pair(a, b)] = struct{}{}
	}
}

func (e *Engine) keptApart(a, b uint32) bool {
	_, ok := e.apart[pair(e.groups[a].id, e.groups[b].id)]
	return ok
}

// pair puts two ids in order.
func pair(a, b CampaignID) [2]CampaignID {
	if a > b {
		a, b = b, a
	}
	return [2]CampaignID{a, b}
}
