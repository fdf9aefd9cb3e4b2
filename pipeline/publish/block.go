package publish

import "fmt"

// Block is one thing to do against a campaign.
type Block struct {
	// Action is "reject unauthenticated" (mail that claims Value and fails
	// authentication), "block" or "flag" (not safe to reject on alone).
	Action string `json:"action"`
	// Kind is that of an [Indicator].
	Kind  string `json:"kind"`
	Value string `json:"value"`
	// Share of the campaign's reports that it would have met.
	Share   float64 `json:"share"`
	Reports uint64  `json:"reports"`
	// Elsewhere counts other reports that it would have met.
	Elsewhere uint64 `json:"elsewhere"`
	Note      string `json:"note,omitempty"`
}

// maxBlocks bounds blocks of one kind.
const maxBlocks = 10

// blocks says what to block. A domain whose name is forged is an innocent's:
// only mail that fails authentication is to be refused.
func (c *Campaign) blocks() []Block {
	var out []Block
	if d := c.Identity.SpoofedDomain; d != "" {
		b := Block{Action: "reject unauthenticated", Kind: KindDomain, Value: d, Note: "its name is forged: do not block the domain itself"}
		for _, f := range c.Identity.FromDomains {
			if f.Value == d {
				b.Reports, b.Share = f.Reports, float64(f.Reports)/float64(max(1, c.Reports))
			}
		}
		out = append(out, b)
	}
	n := map[string]int{}
	covered := map[string]bool{}
	for _, i := range c.Indicators {
		if n[i.Kind]++; n[i.Kind] > maxBlocks || c.redundant(i, covered) {
			continue
		}
		b := Block{Action: "block", Kind: i.Kind, Value: i.Value, Share: i.Share, Reports: i.Reports, Elsewhere: i.Elsewhere}
		switch i.Kind {
		case KindSubject, KindPhone, KindWallet:
			b.Action = "flag"
		case KindAttachment:
			b.Note = fmt.Sprintf("%s, %d bytes", i.Attachment.name(), i.Attachment.Size)
		case KindHost, KindDomain:
			covered[i.Value] = true
		}
		out = append(out, b)
	}
	return out
}

// redundant says whether blocking a host or domain has met i already.
func (c *Campaign) redundant(i Indicator, covered map[string]bool) bool {
	switch i.Kind {
	case KindURL:
		host, _ := splitURL(i.Value)
		return covered[host]
	case KindAddress:
		for _, d := range c.Indicators {
			if d.Kind == KindDomain && len(i.Value) > len(d.Value) && i.Value[len(i.Value)-len(d.Value)-1:] == "@"+d.Value {
				return true
			}
		}
	}
	return false
}

// name is what to call an attachment: its file name, else its type.
func (a *Attachment) name() string {
	if a.Name != "" {
		return a.Name
	}
	return a.Type
}
