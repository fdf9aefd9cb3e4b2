package publish

import (
	"bytes"
	"fmt"
	"math"
	"net/netip"
	"regexp"
	"strings"
)

// stixObject has the properties of the STIX 2.1 objects that are written here
// (https://docs.oasis-open.org/cti/stix/v2.1/stix-v2.1.html).
type stixObject struct {
	Type           string   `json:"type"`
	SpecVersion    string   `json:"spec_version"`
	ID             string   `json:"id"`
	CreatedBy      string   `json:"created_by_ref,omitempty"`
	Created        string   `json:"created"`
	Modified       string   `json:"modified"`
	Name           string   `json:"name,omitempty"`
	Description    string   `json:"description,omitempty"`
	IdentityClass  string   `json:"identity_class,omitempty"`
	FirstSeen      string   `json:"first_seen,omitempty"`
	LastSeen       string   `json:"last_seen,omitempty"`
	IndicatorTypes []string `json:"indicator_types,omitempty"`
	Pattern        string   `json:"pattern,omitempty"`
	PatternType    string   `json:"pattern_type,omitempty"`
	ValidFrom      string   `json:"valid_from,omitempty"`
	Confidence     *int     `json:"confidence,omitempty"`
	Relationship   string   `json:"relationship_type,omitempty"`
	Source         string   `json:"source_ref,omitempty"`
	Target         string   `json:"target_ref,omitempty"`
}

type stixBundle struct {
	Type    string       `json:"type"`
	ID      string       `json:"id"`
	Objects []stixObject `json:"objects"`
}

// stix writes the campaign, its indicators and what ties them.
func (c *Campaign) stix() ([]byte, error) {
	us := c.object("identity")
	us.ID, us.CreatedBy = "identity--"+(&Campaign{ID: "shoal"}).derive("identity"), ""
	us.Created, us.Modified = "2020-01-01T00:00:00.000Z", "2020-01-01T00:00:00.000Z"
	us.Name, us.IdentityClass = "shoal", "system"

	camp := c.object("campaign")
	camp.Name, camp.Description = c.title(), c.story()
	camp.FirstSeen, camp.LastSeen = stamp(c.FirstSeen), stamp(c.LastSeen)
	objects := []stixObject{us, camp}
	for _, i := range c.Indicators {
		pattern := stixPattern(i)
		if pattern == "" {
			continue
		}
		ind := c.object("indicator", i.Kind, i.Value)
		ind.Name = kindWord(i.Kind) + " " + shown(i.Kind, i.Value)
		ind.Description = fmt.Sprintf("In %s of the campaign's reports, in %s others.", percent(i.Share), number(i.Elsewhere))
		ind.IndicatorTypes, ind.Pattern, ind.PatternType = []string{"malicious-activity"}, pattern, "stix"
		ind.ValidFrom, ind.Confidence = stamp(c.FirstSeen), i.confidence()
		rel := c.object("relationship", ind.ID)
		rel.Relationship, rel.Source, rel.Target = "indicates", ind.ID, camp.ID
		objects = append(objects, ind, rel)
	}
	for n := range objects[1:] {
		objects[n+1].CreatedBy = us.ID
	}
	b := new(bytes.Buffer)
	err := writeJSON(b, stixBundle{"bundle", "bundle--" + c.derive("bundle"), objects})
	return b.Bytes(), err
}

// object is an object of the campaign with the properties that all have.
func (c *Campaign) object(kind string, parts ...string) stixObject {
	return stixObject{Type: kind, SpecVersion: "2.1", ID: kind + "--" + c.derive(append([]string{kind}, parts...)...),
		Created: stamp(c.FirstSeen), Modified: stamp(c.LastSeen)}
}

// confidence is 0 to 100: how many of the reports with the value are the
// campaign's.
func (i Indicator) confidence() *int {
	n := int(math.Round(100 * float64(i.Reports) / float64(i.Reports+i.Elsewhere+1)))
	if i.Kind == KindSubject {
		n /= 2
	}
	return &n
}

// stixPattern is the indicator as a STIX pattern; "" where STIX has no word for it.
func stixPattern(i Indicator) string {
	lit, match := stixString(i.Value), func(re string) string { return stixString(re) }
	switch i.Kind {
	case KindHost, KindIP:
		a, err := netip.ParseAddr(i.Value)
		switch {
		case err != nil:
			return "[domain-name:value = " + lit + "]"
		case a.Unmap().Is4():
			return "[ipv4-addr:value = " + stixString(a.Unmap().String()) + "]"
		}
		return "[ipv6-addr:value = " + stixString(a.String()) + "]"
	case KindURL:
		return "[url:value MATCHES " + match("^"+regexp.QuoteMeta(i.Value)+"([?#]|$)") + "]"
	case KindAttachment:
		return "[file:hashes.'SHA-256' = " + lit + "]"
	case KindAddress:
		return "[email-message:from_ref.value = " + lit + "]"
	case KindDomain:
		return "[email-message:from_ref.value MATCHES " + match("@"+regexp.QuoteMeta(i.Value)+"$") + "]"
	case KindSubject:
		return "[email-message:subject = " + lit + "]"
	case KindWallet:
		return "[email-message:body MATCHES " + match(regexp.QuoteMeta(i.Value)) + "]"
	}
	return ""
}

// stixString is s as a string literal of the pattern language.
func stixString(s string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, "'", `\'`).Replace(strings.ToValidUTF8(s, "\uFFFD")) + "'"
}
