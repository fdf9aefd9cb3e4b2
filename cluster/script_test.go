package cluster

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"
)

// TestScripts plays the scripts of testdata/cluster: a command, "----", and the
// events that follow from it. Campaigns are shown by the name of the report that
// opened them, scores and weights not at all: those are learned and will change.
//
//	report NAME [subject="..."] [value=key=value ...]   the input is the text
//	merge|split|pin|label CAMPAIGN [other=CAMPAIGN] [reports=(a,b)] [label=TEXT]
//	wait days=N                                          time passes
//	explain NAME NAME                                    why two reports agree or not
func TestScripts(t *testing.T) {
	datadriven.Walk(t, "../testdata/cluster", func(t *testing.T, path string) {
		s := newScript()
		datadriven.RunTest(t, path, s.run)
	})
}

// script plays one file.
type script struct {
	engine *Engine
	now    int64
	names  map[ReportID]string
	known  map[string]*Features
	opened map[CampaignID]string
}

func newScript() *script {
	return &script{engine: NewEngine(testConfig()), names: map[ReportID]string{}, known: map[string]*Features{}, opened: map[CampaignID]string{}}
}

func (s *script) run(t *testing.T, d *datadriven.TestData) string {
	if d.Cmd == "wait" {
		var days int64
		d.ScanArgs(t, "days", &days)
		s.now += days * 24 * 3600 * 1000
		return ""
	}
	if d.Cmd == "explain" {
		return showExplanation(s.engine.Explain(Side{Features: s.known[d.CmdArgs[0].Key]}, Side{Features: s.known[d.CmdArgs[1].Key]}))
	}
	entry := Entry{Offset: s.engine.Offset() + 1}
	if d.Cmd == "report" {
		entry.Features = s.features(t, d)
	} else {
		entry.Decision = s.decision(t, d)
	}
	var b strings.Builder
	for _, ev := range s.engine.Step(entry) {
		fmt.Fprintln(&b, s.show(ev))
	}
	return b.String()
}

func (s *script) features(t *testing.T, d *datadriven.TestData) *Features {
	name := d.CmdArgs[0].Key
	var subject string
	d.MaybeScanArgs(t, "subject", &subject)
	var values []string
	for _, arg := range d.CmdArgs[1:] {
		if arg.Key == "value" {
			values = append(values, arg.Vals...)
		}
	}
	f := testFeatures(name, strings.ReplaceAll(subject, "_", " "), d.Input, values...)
	f.Time = s.now
	s.names[f.Report], s.known[name] = name, f
	return f
}

func (s *script) decision(t *testing.T, d *datadriven.TestData) *Decision {
	kinds := map[string]DecisionKind{"label": DecisionLabel, "merge": DecisionMerge, "split": DecisionSplit, "pin": DecisionPin}
	kind, ok := kinds[d.Cmd]
	if !ok {
		t.Fatalf("%s: no command is named %q", d.Pos, d.Cmd)
	}
	out := &Decision{Kind: kind, Time: s.now, Campaign: s.campaign(d.CmdArgs[0].Key), Actor: "ann"}
	for _, arg := range d.CmdArgs[1:] {
		switch arg.Key {
		case "other":
			out.Other = s.campaign(arg.Vals[0])
		case "label":
			out.Label = arg.Vals[0]
		case "reports":
			for _, r := range arg.Vals {
				out.Reports = append(out.Reports, testReport(r))
			}
		}
	}
	return out
}

// campaign finds the id of the campaign that a report opened; what none opened
// is taken as an id.
func (s *script) campaign(name string) CampaignID {
	for id, n := range s.opened {
		if n == name {
			return id
		}
	}
	return CampaignID(name)
}

func (s *script) show(ev Event) string {
	if _, ok := s.opened[ev.Campaign]; !ok && ev.Kind == EventAssigned {
		s.opened[ev.Campaign] = s.names[ev.Report]
	}
	if _, ok := s.opened[ev.Campaign]; !ok && ev.Kind == EventSplit {
		s.opened[ev.Campaign] = "split-of-" + s.opened[ev.Other]
	}
	parts := []string{ev.Kind.String()}
	if ev.Report != (ReportID{}) {
		parts = append(parts, s.names[ev.Report])
	}
	if c := s.opened[ev.Campaign]; c != "" {
		parts = append(parts, "campaign="+c)
	}
	if c := s.opened[ev.Other]; c != "" {
		parts = append(parts, "other="+c)
	}
	if ev.Label != "" {
		parts = append(parts, "label="+ev.Label)
	}
	if ev.Note != "" {
		parts = append(parts, "note="+ev.Note)
	}
	return strings.Join(parts, " ")
}

// showExplanation lists the keys by outcome, without weights, and what either side
// has of a value that differs.
func showExplanation(x Explanation) string {
	lines := map[Outcome][]string{}
	for _, f := range x.Fields {
		name := f.Field
		if f.A != f.B {
			name += fmt.Sprintf("(%s|%s)", f.A, f.B)
		}
		lines[f.Outcome] = append(lines[f.Outcome], name)
	}
	var b strings.Builder
	for o := OutcomeAgrees; o <= OutcomeMute; o++ {
		if list := lines[o]; len(list) > 0 {
			slices.Sort(list)
			fmt.Fprintf(&b, "%v: %s\n", o, strings.Join(list, " "))
		}
	}
	fmt.Fprintf(&b, "one campaign: %v\n", x.Agrees)
	return b.String()
}
