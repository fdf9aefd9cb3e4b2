package cluster

import (
	"fmt"
	"slices"
	"testing"
)

// drifted makes a campaign of two lures, each of exemplars with a phone number of
// its own, that one odd message with both numbers holds together, and returns the
// events of the alarm.
func drifted(t *testing.T, e *Engine) (id CampaignID, alarm []Event) {
	t.Helper()
	send := func(name string, values ...string) {
		for _, ev := range e.Step(Entry{Offset: e.Offset() + 1, Features: phoneReport(name, values...)}) {
			switch ev.Kind {
			case EventAssigned:
				id = ev.Campaign
			case EventDrifted:
				alarm = append(alarm, ev)
			case EventMerged:
				t.Fatalf("%s made two campaigns one", name)
			}
		}
	}
	for i := range 3 {
		send(fmt.Sprint("a", i), "phone=+1", "wallet=one")
	}
	send("odd", "phone=+1", "phone=+2")
	for i := range 6 {
		send(fmt.Sprint("b", i), "phone=+2", "wallet=two")
	}
	for i := range 6 {
		send(fmt.Sprint("c", i), "phone=+1", "wallet=one")
	}
	return id, alarm
}

// TestDriftTakesAShare: strangers who are few beside a campaign's reports raise no
// alarm: for their sake a large campaign would not grow any more.
func TestDriftTakesAShare(t *testing.T) {
	for _, c := range []struct {
		few, many int
		want      bool
	}{{5, 30, true}, {5, 40, false}} {
		e := NewEngine(lifeConfig(t))
		slot := e.newGroup(group{created: true, reports: uint64(c.few + c.many)})
		for place, hits := range []int{c.few - 2, 0, c.many - 2, 0} {
			own := len(e.exemplars)
			e.exemplars = append(e.exemplars, exemplar{hits: uint32(hits), agrees: 1 << (place ^ 1)})
			e.groups[slot].exemplars = append(e.groups[slot].exemplars, uint32(own))
		}
		part, _ := e.fallen(slot)
		if got := part != 0; got != c.want {
			t.Errorf("%d strangers among %d reports: an alarm %v, want %v", c.few, c.few+c.many, got, c.want)
		}
	}
}

func driftEngine(t *testing.T) *Engine {
	cfg := lifeConfig(t)
	cfg.Exemplars = 12
	return NewEngine(cfg)
}

func TestDriftIsReportedOnceWithASplit(t *testing.T) {
	e := driftEngine(t)
	id, alarm := drifted(t, e)
	if len(alarm) < driftExemplars {
		t.Fatalf("%d events of an alarm, want one for each exemplar of a part", len(alarm))
	}
	var reports []ReportID
	for i, ev := range alarm {
		if ev.Campaign != id || ev.Offset != alarm[0].Offset {
			t.Errorf("event %d of the alarm is about %s at %d, want %s at %d", i, ev.Campaign, ev.Offset, id, alarm[0].Offset)
		}
		if ev.Score >= e.cfg.Merge || len(ev.Evidence) == 0 || slices.Contains(reports, ev.Evidence[0].Matched) {
			t.Errorf("report %v shall leave with score %.1f and evidence %v: want a low score against one that stays", ev.Report, ev.Score, ev.Evidence)
		}
		reports = append(reports, ev.Report)
	}
	lure := map[ReportID]byte{}
	for _, name := range []string{"a", "b", "c"} {
		for i := range 6 {
			lure[testReport(fmt.Sprint(name, i))] = name[0]
		}
	}
	for _, r := range reports {
		if lure[r] != lure[reports[0]] || lure[r] == 0 {
			t.Errorf("the proposed split is of lures %c and %c; the odd message must stay", lure[r], lure[reports[0]])
		}
	}
}

// TestDriftedIsNotGrown: what agrees still joins, but stands for nothing, and the
// machine merges no other campaign into it.
func TestDriftedIsNotGrown(t *testing.T) {
	e := driftEngine(t)
	id, _ := drifted(t, e)
	step := func(name string, values ...string) []Event {
		return slices.Clone(e.Step(Entry{Offset: e.Offset() + 1, Features: phoneReport(name, values...)}))
	}
	for _, name := range []string{"x1", "x2"} {
		step(name, "phone=+9")
	}
	both := step("bridge", "phone=+2", "phone=+9")
	for _, ev := range both {
		if ev.Kind == EventMerged {
			t.Errorf("campaign %s was merged with one that drifted", ev.Other)
		}
	}
	slot, _ := e.find(id)
	joined := step("new", "phone=+1", "wallet=w")
	if last := joined[len(joined)-1]; last.Kind != EventAssigned || last.Campaign != id {
		t.Errorf("a report that agrees gave %v of %s, want it assigned to %s", last.Kind, last.Campaign, id)
	}
	for _, x := range e.groups[slot].exemplars {
		if e.exemplars[x].report == testReport("new") {
			t.Error("a report that joined a campaign with an alarm stands for it")
		}
	}
}

func TestDriftIsSettled(t *testing.T) {
	for _, tt := range []struct {
		name   string
		decide func(id CampaignID, alarm []Event) Decision
		// again says whether an alarm may come again.
		again bool
	}{
		{"split", func(id CampaignID, alarm []Event) Decision {
			d := Decision{Kind: DecisionSplit, Campaign: id}
			for _, ev := range alarm {
				d.Reports = append(d.Reports, ev.Report)
			}
			return d
		}, true},
		{"pin", func(id CampaignID, alarm []Event) Decision {
			return Decision{Kind: DecisionPin, Campaign: id, Reports: []ReportID{alarm[0].Report}}
		}, false},
		{"merge", func(id CampaignID, alarm []Event) Decision {
			return Decision{Kind: DecisionMerge, Campaign: id, Other: newCampaignID(testReport("lone"), 0)}
		}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := driftEngine(t)
			e.Step(Entry{Offset: 0, Features: phoneReport("lone", "phone=+7")})
			id, alarm := drifted(t, e)
			d := tt.decide(id, alarm)
			d.Actor = "ann"
			evs := e.Step(Entry{Offset: e.Offset() + 1, Decision: &d})
			if !slices.ContainsFunc(evs, func(ev Event) bool { return ev.Kind == EventSettled && ev.Actor == "ann" }) {
				t.Errorf("events %v, want one that says it is settled", evs)
			}
			slot, _ := e.find(id)
			if g := &e.groups[slot]; g.drift.raised || g.drift.settled == tt.again {
				t.Errorf("alarm %+v after it was settled", g.drift)
			}
			if tt.again {
				return
			}
			for i := range 8 {
				for _, ev := range e.Step(Entry{Offset: e.Offset() + 1, Features: phoneReport(fmt.Sprint("later", i), "phone=+2", "wallet=two")}) {
					if ev.Kind == EventDrifted {
						t.Fatal("an alarm that an analyst had settled came again")
					}
				}
			}
		})
	}
}

// TestFallen draws graphs of agreement by hand, of five exemplars by which three
// reports joined each unless said otherwise.
func TestFallen(t *testing.T) {
	for _, tt := range []struct {
		name  string
		edges [][2]int
		hits  map[int]uint32
		want  []int
	}{
		{"whole", [][2]int{{0, 1}, {1, 2}, {2, 3}, {3, 4}, {4, 0}}, nil, nil},
		{"two parts", [][2]int{{0, 1}, {1, 2}, {3, 4}}, nil, []int{3, 4}},
		{"a part of one is an odd message", [][2]int{{0, 1}, {1, 2}, {2, 3}, {3, 0}}, nil, nil},
		{"too few reports", [][2]int{{0, 1}, {1, 2}, {3, 4}}, map[int]uint32{3: 1, 4: 1}, nil},
		{"one odd message between", [][2]int{{0, 1}, {1, 2}, {2, 3}, {3, 4}}, map[int]uint32{2: 0}, []int{0, 1}},
		{"what holds it together is many", [][2]int{{0, 1}, {1, 2}, {2, 3}, {3, 4}}, map[int]uint32{2: 20}, nil},
		{"the lighter part leaves", [][2]int{{0, 1}, {2, 3}, {3, 4}}, map[int]uint32{0: 50}, []int{2, 3, 4}},
	} {
		e := NewEngine(testConfig())
		e.groups = []group{{created: true}}
		for i := range 5 {
			e.groups[0].exemplars = append(e.groups[0].exemplars, uint32(i))
			hits, ok := tt.hits[i]
			if !ok {
				hits = 3
			}
			e.exemplars = append(e.exemplars, exemplar{profile: &profile{}, hits: hits})
		}
		for _, ed := range tt.edges {
			e.exemplars[ed[0]].agrees |= 1 << ed[1]
			e.exemplars[ed[1]].agrees |= 1 << ed[0]
		}
		var got []int
		part, _ := e.fallen(0)
		for i := range 5 {
			if part&(1<<i) != 0 {
				got = append(got, i)
			}
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s: fallen gives %v, want %v", tt.name, got, tt.want)
		}
	}
}
