package publish

import (
	"io"
	"math"
	"time"

	"shoal/cluster"
)

// Why explains of two reports why they are of one campaign, or are not.
type Why struct {
	A Party `json:"a"`
	B Party `json:"b"`
	// CampaignID is the campaign that has both, "" where there is none.
	CampaignID string `json:"campaign_id"`
	// Agrees: compared with each other they would join. Campaigns can hold
	// together reports that do not, through others.
	Agrees bool `json:"agrees"`
	// Score in nats is Prior and the weights of Fields added up, Content the part
	// of it that content gave; to join they must reach NeedScore and NeedContent.
	Score       float64 `json:"score"`
	NeedScore   float64 `json:"need_score"`
	Content     float64 `json:"content"`
	NeedContent float64 `json:"need_content"`
	Prior       float64 `json:"prior"`
	// Fields are what either has, heaviest first.
	Fields []WhyField `json:"fields"`
	// Turns would each have them join, or part.
	Turns []WhyTurn `json:"turns"`
	// Path is how A and B came together, where neither joined by the other: each
	// report and what it joined by, from A and from B up to where both meet.
	Path []Party `json:"path,omitempty"`
	// Rarity says by what was told how rare values are.
	Rarity string `json:"rarity"`
	// Apart says who parted the campaigns of the two, "" where nobody did.
	Apart string `json:"apart,omitempty"`
}

// Party is a report of a [Why].
type Party struct {
	ReportID   string    `json:"report_id"`
	CampaignID string    `json:"campaign_id"` // "" while it stands alone
	ReportedAt time.Time `json:"reported_at"`
	Subject    string    `json:"subject"`
	From       string    `json:"from_address"`
	// Matched is the report by which it joined, and JoinScore that join's score;
	// "" where it opened its campaign, stands alone, or an analyst put it there.
	Matched   string   `json:"matched_report_id,omitempty"`
	JoinScore *float64 `json:"join_score,omitempty"`
}

// WhyField is how the two compare in one field.
type WhyField struct {
	Field   string `json:"field"`
	Key     string `json:"key"`
	Content bool   `json:"content"`
	// Exact: values agree or do not, and Score says how rare the common one is.
	Exact bool `json:"exact"`
	// Outcome is agrees, differs, only-a, only-b, or mute: between these two it
	// says nothing.
	Outcome string  `json:"outcome"`
	A       string  `json:"a,omitempty"`
	B       string  `json:"b,omitempty"`
	Score   float64 `json:"score"`
	Weight  float64 `json:"weight"`
}

// WhyTurn is a change that would turn the outcome, of one field or several.
type WhyTurn struct {
	Changes []WhyChange `json:"changes"`
	Score   float64     `json:"score"`
	Content float64     `json:"content"`
}

// WhyChange is a field that compares otherwise. From is -1 where a side has
// nothing to compare.
type WhyChange struct {
	Field  string  `json:"field"`
	Exact  bool    `json:"exact"`
	From   float64 `json:"from"`
	To     float64 `json:"to"`
	Weight float64 `json:"weight"`
}

// Nats rounds a weight or score to what single precision tells of it, for people.
func Nats(x float64) float64 { return math.Round(x*1e4) / 1e4 }

// NewWhy is x for people. The parties are the caller's to fill in.
func NewWhy(x cluster.Explanation) *Why {
	w := &Why{
		A: Party{ReportID: x.A.String()}, B: Party{ReportID: x.B.String()}, Agrees: x.Agrees,
		Score: Nats(x.Score), NeedScore: x.NeedScore, Content: Nats(x.Content), NeedContent: x.NeedContent, Prior: Nats(x.Prior),
		Fields: []WhyField{}, Turns: []WhyTurn{},
	}
	for _, f := range x.Fields {
		w.Fields = append(w.Fields, WhyField{
			Field: f.Field, Key: f.Key.String(), Content: f.Content, Exact: f.Exact, Outcome: f.Outcome.String(),
			A: f.A, B: f.B, Score: Nats(f.Score), Weight: Nats(f.Weight),
		})
	}
	for _, t := range x.Turns {
		turn := WhyTurn{Score: Nats(t.Score), Content: Nats(t.Content)}
		for _, c := range t.Changes {
			turn.Changes = append(turn.Changes, WhyChange{Field: c.Field, Exact: c.Exact, From: Nats(c.From), To: Nats(c.To), Weight: Nats(c.Weight)})
		}
		w.Turns = append(w.Turns, turn)
	}
	return w
}

// JSON writes w as an object; the field names are stable.
func (w *Why) JSON(out io.Writer) error { return writeJSON(out, w) }
