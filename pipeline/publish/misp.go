package publish

import (
	"bytes"
	"fmt"
	"strings"
)

// mispEvent is an event of MISP's core format
// (https://www.misp-standard.org/rfc/misp-standard-core.html). Numbers are strings there.
type mispEvent struct {
	UUID         string          `json:"uuid"`
	Info         string          `json:"info"`
	Date         string          `json:"date"`
	ThreatLevel  string          `json:"threat_level_id"`
	Analysis     string          `json:"analysis"`
	Distribution string          `json:"distribution"`
	Published    bool            `json:"published"`
	Timestamp    string          `json:"timestamp"`
	Attribute    []mispAttribute `json:"Attribute"`
	Tag          []mispTag       `json:"Tag"`
}

type mispAttribute struct {
	UUID         string `json:"uuid"`
	Type         string `json:"type"`
	Category     string `json:"category"`
	Value        string `json:"value"`
	ToIDS        bool   `json:"to_ids"`
	Comment      string `json:"comment"`
	Distribution string `json:"distribution"`
	Timestamp    string `json:"timestamp"`
	FirstSeen    string `json:"first_seen,omitempty"`
	LastSeen     string `json:"last_seen,omitempty"`
}

type mispTag struct {
	Name string `json:"name"`
}

// misp writes an event that stays in the organisation (distribution 0) until its
// owner decides otherwise.
func (c *Campaign) misp() ([]byte, error) {
	e := mispEvent{
		UUID: c.derive("misp"), Info: c.about(), Date: date(c.FirstSeen), ThreatLevel: "2", Analysis: "1",
		Distribution: "0", Timestamp: fmt.Sprint(c.LastSeen.Unix()), Tag: []mispTag{{"tlp:amber"}},
	}
	for _, i := range c.Indicators {
		kind, category := mispType(i)
		value := strings.ToValidUTF8(i.Value, "\uFFFD")
		if i.Kind == KindAttachment && i.Attachment != nil && i.Attachment.Name != "" {
			kind, value = "filename|sha256", strings.ReplaceAll(clean(i.Attachment.Name, maxText), "|", "_")+"|"+i.Value
		}
		e.Attribute = append(e.Attribute, c.attribute(kind, category, value,
			fmt.Sprintf("in %s of the reports, in %d others", percent(i.Share), i.Elsewhere), i.Kind != KindSubject && i.Kind != KindPhone))
	}
	e.Attribute = append(e.Attribute, c.attribute("text", "External analysis", c.story(), "what shoal knows", false))
	b := new(bytes.Buffer)
	err := writeJSON(b, map[string]mispEvent{"Event": e})
	return b.Bytes(), err
}

func (c *Campaign) attribute(kind, category, value, comment string, ids bool) mispAttribute {
	return mispAttribute{
		UUID: c.derive("misp", kind, value), Type: kind, Category: category, Value: value, ToIDS: ids, Comment: comment,
		Distribution: "5", Timestamp: fmt.Sprint(c.LastSeen.Unix()), FirstSeen: stamp(c.FirstSeen), LastSeen: stamp(c.LastSeen),
	}
}

// mispType is MISP's type of an indicator, and a category that allows it.
func mispType(i Indicator) (kind, category string) {
	switch i.Kind {
	case KindHost:
		if !plainHost.MatchString(i.Value) || strings.Trim(i.Value, "0123456789.") == "" {
			return "ip-dst", "Network activity"
		}
		return "hostname", "Network activity"
	case KindURL:
		return "url", "Network activity"
	case KindIP:
		return "ip-src", "Network activity"
	case KindAttachment:
		return "sha256", "Payload delivery"
	case KindAddress:
		return "email-src", "Payload delivery"
	case KindDomain:
		return "domain", "Network activity"
	case KindSubject:
		return "email-subject", "Payload delivery"
	case KindPhone:
		return "phone-number", "Financial fraud"
	case KindWallet:
		if w := i.Value; strings.HasPrefix(w, "bc1") || strings.HasPrefix(w, "1") || strings.HasPrefix(w, "3") {
			return "btc", "Financial fraud"
		}
	}
	return "other", "Other"
}
