package publish

import "time"

// Campaign is what the views tell of one campaign. Figures are of all its
// reports, except those in Day.
type Campaign struct {
	ID         string `json:"campaign_id"`
	Name       string `json:"name"`
	TopSubject string `json:"top_subject"`
	Label      string `json:"label,omitempty"`
	// Status is open, idle, drifted or merged.
	Status    string    `json:"status"`
	FirstSeen time.Time `json:"first_seen"`
	LastSeen  time.Time `json:"last_seen"`
	CreatedAt time.Time `json:"created_at"`
	// Day is set in a daily summary and in the list.
	Day *DayFigures `json:"day,omitempty"`

	Reports          uint64 `json:"reports"`
	Recipients       uint64 `json:"recipients"`
	RecipientDomains uint64 `json:"recipient_domains"`
	SourceIPs        uint64 `json:"source_ips"`

	// Timeline has an entry for each hour with reports.
	Timeline []Hour `json:"timeline"`
	// Targets are the segments at which the campaign is aimed, those that tell
	// most first: share times logarithm of the lower end of lift.
	Targets []Target `json:"targets"`
	// Segments is how many segments were looked at for Targets.
	Segments uint64 `json:"segments"`

	Identity Identity `json:"identity"`
	Source   Source   `json:"source"`
	Payload  Payload  `json:"payload"`
	// Personal is what messages know of their recipient: name, postal address, ...
	Personal []Count `json:"personal"`
	Subjects []Count `json:"subjects"`
	// ReportedBy counts reports by source: user, fbl, trap, ...
	ReportedBy []Count `json:"reported_by"`
	Languages  []Count `json:"languages"`

	// Block is what to block, most useful first.
	Block []Block `json:"block"`
	// Indicators are the values that tell the campaign from other mail.
	Indicators []Indicator `json:"indicators"`

	OperationID string    `json:"operation_id,omitempty"`
	Siblings    []Sibling `json:"siblings"`
	// Merged are campaigns that went into this one.
	Merged []string `json:"merged"`

	// Drift is set while the campaign has fallen apart and nobody has settled it.
	Drift *Drift `json:"drift,omitempty"`

	// Evidence and Lineage are filled by [LoadCampaign] only.
	Evidence *Evidence `json:"evidence,omitempty"`
	Lineage  []Event   `json:"lineage,omitempty"`

	SQL []Query `json:"sql"`
}

// DayFigures is a campaign on one day against the day before.
type DayFigures struct {
	// Change is new, grew, steady, faded, revived or merged.
	Change        string `ch:"change" json:"change"`
	Reports       uint64 `ch:"reports" json:"reports"`
	ReportsBefore uint64 `ch:"reports_before" json:"reports_before"`
	Recipients    uint64 `ch:"recipients" json:"recipients"`
}

// Hour is an hour of a timeline.
type Hour struct {
	Campaign   string    `ch:"campaign_id" json:"-"`
	Hour       time.Time `ch:"hour" json:"hour"`
	Reports    uint64    `ch:"reports" json:"reports"`
	Recipients uint64    `ch:"recipients" json:"recipients"`
}

// Target is a segment of the recipients: region=FL.
type Target struct {
	Campaign      string  `ch:"campaign_id" json:"-"`
	Dimension     string  `ch:"dimension" json:"dimension"`
	Value         string  `ch:"value" json:"value"`
	Recipients    uint64  `ch:"recipients" json:"recipients"`
	Share         float64 `ch:"share" json:"share"`
	BaselineShare float64 `ch:"baseline_share" json:"baseline_share"`
	Lift          float64 `ch:"lift" json:"lift"`
	LiftLow       float64 `ch:"lift_low" json:"lift_low"`
	LiftHigh      float64 `ch:"lift_high" json:"lift_high"`
	PValue        float64 `ch:"p_value" json:"p_value"`
	Segments      uint64  `ch:"segments" json:"-"`
	Aimed         uint8   `ch:"aimed" json:"-"`
}

// Count is a value and how many reports of the campaign have it.
type Count struct {
	Value   string `json:"value"`
	Reports uint64 `json:"reports"`
}

// Identity is who a campaign claims to be, and how authentication ended.
type Identity struct {
	// SpoofedDomain is the From domain for which authentication failed most
	// often: most likely an innocent's.
	SpoofedDomain string `json:"spoofed_domain"`
	// AuthFailShare is over the AuthResults reports that have a result.
	AuthFailShare float64 `json:"auth_fail_share"`
	AuthResults   uint64  `json:"auth_results"`
	SPF           []Count `json:"spf"`
	DKIM          []Count `json:"dkim"`
	DMARC         []Count `json:"dmarc"`
	FromAddresses []Count `json:"from_addresses"`
	FromDomains   []Count `json:"from_domains"`
	FromNames     []Count `json:"from_names"`
	ReplyTo       []Count `json:"reply_to"`
}

// Source is where a campaign comes from.
type Source struct {
	Servers []Server `json:"servers"`
	// Countries and Networks are known where the operator filled ip_networks.
	Countries   []Count `json:"countries"`
	Networks    []Count `json:"networks"`
	ReturnPaths []Count `json:"return_path_domains"`
	Mailers     []Count `json:"mailers"`
	// HeaderShapes counts header fingerprints.
	HeaderShapes []Count `json:"header_fingerprints"`
}

// Server is a sending server.
type Server struct {
	Campaign  string    `ch:"campaign_id" json:"-"`
	IP        string    `ch:"ip" json:"ip"`
	Helo      string    `ch:"helo" json:"helo"`
	Reports   uint64    `ch:"reports" json:"reports"`
	FirstSeen time.Time `ch:"first_seen" json:"first_seen"`
	LastSeen  time.Time `ch:"last_seen" json:"last_seen"`
}

// Payload is what a campaign carries.
type Payload struct {
	// Hosts of links.
	Hosts []Count `json:"hosts"`
	// URLs without query and fragment, those that two reports or more have.
	URLs        []Count      `json:"urls"`
	Attachments []Attachment `json:"attachments"`
	Phones      []Count      `json:"phones"`
	Wallets     []Count      `json:"wallets"`
}

// Attachment is a file that a campaign carries.
type Attachment struct {
	Campaign string `ch:"campaign_id" json:"-"`
	Name     string `ch:"name" json:"name"`
	Type     string `ch:"type" json:"type"`
	Size     uint64 `ch:"size" json:"size"`
	SHA256   string `ch:"sha256" json:"sha256"`
	SSDeep   string `ch:"ssdeep" json:"ssdeep"`
	Reports  uint64 `ch:"reports" json:"reports"`
}

// Sibling is a campaign of the same operation.
type Sibling struct {
	Operation string `ch:"operation_id" json:"-"`
	ID        string `ch:"campaign_id" json:"campaign_id"`
	Name      string `ch:"name" json:"name"`
	Reports   uint64 `ch:"reports" json:"reports"`
	Status    string `ch:"status" json:"status"`
}

// Event is a row of the lineage.
type Event struct {
	At       time.Time `ch:"at" json:"at"`
	Event    string    `ch:"event" json:"event"`
	Campaign string    `ch:"campaign_id" json:"campaign_id"`
	Other    string    `ch:"other_id" json:"other_id,omitempty"`
	ReportID string    `ch:"report_id" json:"report_id,omitempty"`
	Label    string    `ch:"label" json:"label,omitempty"`
	Actor    string    `ch:"actor" json:"actor,omitempty"`
	Note     string    `ch:"note" json:"note,omitempty"`
}

// Evidence is why reports joined a campaign.
type Evidence struct {
	// Keys sums up: in how many reports each kind of feature agreed.
	Keys []KeyFigures `json:"keys"`
	// Weakest are the reports that joined with the lowest score, and on what;
	// the first is the weakest link.
	Weakest []Join `json:"weakest"`
}

// KeyFigures is how a kind of feature did in a campaign.
type KeyFigures struct {
	Key     string  `ch:"key" json:"key"`
	Reports uint64  `ch:"reports" json:"reports"`
	Score   float64 `ch:"mean_score" json:"mean_score"`
	Weight  float64 `ch:"mean_weight" json:"mean_weight"`
}

// Join is one report's way into a campaign.
type Join struct {
	ReportID string `json:"report_id"`
	Matched  string `json:"matched_report_id"`
	// Score in nats is Prior and the weights of Links added up; Content is the
	// part of it that content gave.
	Score   float64 `json:"score"`
	Content float64 `json:"content"`
	Prior   float64 `json:"prior"`
	Links   []Link  `json:"links"`
}

// Link is a comparison that counted: for the join, or with a negative weight
// against it.
type Link struct {
	Key    string  `json:"key"`
	Value  string  `json:"value"`
	Score  float64 `json:"score"`
	Weight float64 `json:"weight"`
}

// joinRow is a row of view campaign_joins.
type joinRow struct {
	ReportID string    `ch:"report_id"`
	Matched  string    `ch:"matched_report_id"`
	Score    float64   `ch:"score"`
	Content  float64   `ch:"content"`
	Prior    float64   `ch:"prior"`
	Keys     []string  `ch:"keys"`
	Values   []string  `ch:"values"`
	Scores   []float64 `ch:"scores"`
	Weights  []float64 `ch:"weights"`
}

func (r joinRow) join() Join {
	j := Join{ReportID: r.ReportID, Matched: r.Matched, Score: r.Score, Content: r.Content, Prior: r.Prior}
	for i, k := range r.Keys {
		j.Links = append(j.Links, Link{Key: k, Value: r.Values[i], Score: r.Scores[i], Weight: r.Weights[i]})
	}
	return j
}
