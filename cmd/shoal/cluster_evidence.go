package main

import (
	"encoding/json"

	"shoal/cluster"
	"shoal/pipeline/publish"
)

// nearest keeps for each report the comparison that came nearest to a join,
// whichever of the two reports was there first.
type nearest map[cluster.ReportID]cluster.Comparison

func (n nearest) observe(c cluster.Comparison) {
	for _, r := range []cluster.ReportID{c.Report, c.Exemplar} {
		if old, ok := n[r]; !ok || c.Score > old.Score {
			n[r] = c
		}
	}
}

// Shapes of the third column of shoal cluster --evidence.
type (
	clusterWhy struct {
		Report   string          `json:"report"`
		Opened   bool            `json:"opened,omitempty"` // its campaign began with it
		Score    float64         `json:"score,omitempty"`
		Content  float64         `json:"content,omitempty"`
		Prior    float64         `json:"prior,omitempty"`
		Evidence []clusterLink   `json:"evidence"`
		Nearest  *clusterNearest `json:"nearest,omitempty"`
	}
	clusterLink struct {
		Key     string  `json:"key"`
		Value   string  `json:"value,omitempty"`
		Score   float64 `json:"score"`
		Weight  float64 `json:"weight"`
		Matched string  `json:"matched"`
	}
	clusterNearest struct {
		Report      string             `json:"report"`
		Path        string             `json:"path"`
		Note        string             `json:"note,omitempty"`
		Score       float64            `json:"score"`
		NeedScore   float64            `json:"need_score"`
		Content     float64            `json:"content"`
		NeedContent float64            `json:"need_content"`
		Prior       float64            `json:"prior"`
		Fields      []publish.WhyField `json:"fields"` // those that counted
		Turns       []publish.WhyTurn  `json:"turns,omitempty"`
	}
)

// evidence is the JSON of why message i is in campaign id, or alone ("-").
func (g *grouping) evidence(i int, id string, near nearest) []byte {
	report := g.reports[i]
	ev := g.why[report]
	out := clusterWhy{
		Report: report.String(), Score: publish.Nats(ev.Score), Content: publish.Nats(ev.Content),
		Evidence: []clusterLink{}, Opened: id != "-" && len(ev.Evidence) == 0,
	}
	prior := ev.Score
	for _, v := range ev.Evidence {
		prior -= v.Weight
		out.Evidence = append(out.Evidence, clusterLink{v.Key.String(), v.Value, publish.Nats(v.Score), publish.Nats(v.Weight), v.Matched.String()})
	}
	out.Prior = publish.Nats(prior)
	if id == "-" {
		out.Nearest = g.nearest(report, near)
	}
	b, err := json.Marshal(out)
	if err != nil {
		panic(err) // plain data always marshals
	}
	return b
}

// elsewhere is why a message stands alone although a later one agrees with it.
const elsewhere = "they agree, but the other agrees better with a campaign whose exemplars do not agree with this message"

// nearest explains the comparison that came nearest, nil where there was none.
func (g *grouping) nearest(report cluster.ReportID, near nearest) *clusterNearest {
	c, ok := near[report]
	if !ok {
		return nil
	}
	other := c.Exemplar
	if other == report {
		other = c.Report
	}
	a, b := g.log[g.at[report]], g.log[g.at[other]]
	why := publish.NewWhy(g.engine.ExplainComparison(c, a.features, b.features))
	out := &clusterNearest{
		Report: other.String(), Path: b.name, Score: why.Score, NeedScore: why.NeedScore,
		Content: why.Content, NeedContent: why.NeedContent, Prior: why.Prior, Fields: []publish.WhyField{}, Turns: why.Turns,
	}
	if why.Agrees {
		out.Note, out.Turns = elsewhere, nil
	}
	for _, f := range why.Fields {
		if f.Weight != 0 {
			out.Fields = append(out.Fields, f)
		}
	}
	return out
}
