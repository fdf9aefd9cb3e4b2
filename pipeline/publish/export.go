package publish

import (
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
)

// Formats are the formats of [Campaign.Export].
var Formats = []string{"stix", "misp", "csv", "rspamd", "spamassassin", "yara"}

// exporters by format.
var exporters = map[string]func(c *Campaign) ([]byte, error){
	"stix": (*Campaign).stix, "misp": (*Campaign).misp, "csv": (*Campaign).csv,
	"rspamd": (*Campaign).rspamd, "spamassassin": (*Campaign).spamassassin, "yara": (*Campaign).yara,
}

// Export writes what tells the campaign from other mail in a format of
// [Formats]. The same state of the campaign gives the same bytes: times are those
// of the campaign, ids are derived (UUID version 5).
//
// A domain whose name is forged is no indicator. The rules for rspamd and
// SpamAssassin match mail that claims it and is not authenticated; the others
// name it in words.
func (c *Campaign) Export(w io.Writer, format string) error {
	f := exporters[format]
	if f == nil {
		return fmt.Errorf("format %q: there are %s", format, strings.Join(Formats, ", "))
	}
	b, err := f(c)
	if err != nil {
		return fmt.Errorf("export %s: %w", format, err)
	}
	if _, err := w.Write(b); err != nil {
		return fmt.Errorf("write export: %w", err)
	}
	return nil
}

// namespace of the ids of exported objects.
var namespace = uuid.NewSHA1(uuid.NameSpaceURL, []byte("https://shoal.invalid/export"))

// derive gives the id of an object of the campaign.
func (c *Campaign) derive(parts ...string) string {
	return uuid.NewSHA1(namespace, []byte(strings.Join(append([]string{c.ID}, parts...), "\x00"))).String()
}

// indicators of the kinds, for rules.
func (c *Campaign) having(kinds ...string) []Indicator {
	var out []Indicator
	for _, i := range c.Indicators {
		if slices.Contains(kinds, i.Kind) {
			out = append(out, i)
		}
	}
	return out
}

// about says in one line what an export is of.
func (c *Campaign) about() string {
	return fmt.Sprintf("shoal campaign %s: %s", clean(c.ID, 40), c.title())
}

// story says in a few sentences what the campaign is.
func (c *Campaign) story() string {
	s := fmt.Sprintf("%s, seen %s to %s UTC. Aimed at: %s. Comes from: %s. Authentication: %s.",
		c.size(), moment(c.FirstSeen), moment(c.LastSeen), c.aimShort(), c.from(), c.authentication())
	if f := c.forged(); f != "" {
		s += " Forges the name of " + f + ", which is not to be blocked: reject mail from it that is not authenticated."
	}
	if len(c.Personal) > 0 {
		s += " Knows of its victims: " + c.counts("", c.Personal, 6) + "."
	}
	return s
}

// rx is a regular expression that matches value and nothing else, in any dialect
// (PCRE, Perl, UCL and YARA quoting): letters and digits stand for themselves,
// white space for some white space, every other byte is written as a number, so
// that nothing in a value can end its place.
func rx(value string) string {
	var b strings.Builder
	space := false
	for _, c := range []byte(strings.Trim(value, " \t\r\n")) {
		switch {
		case c == ' ' || c == '\t' || c == '\r' || c == '\n':
			space = true
			continue
		case space:
			b.WriteString(`\s+`)
			space = false
		}
		if asciiAlnum(c) {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, `\x%02X`, c)
		}
	}
	return b.String()
}

func asciiAlnum(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
}

// rxURL matches a link with any query and fragment, over http or https.
func rxURL(value string) string {
	_, rest, _ := strings.Cut(value, "://")
	return `^https?\x3A\x2F\x2F` + rx(rest) + `(?:$|[?\x23])`
}

// rxHost matches a link to host or a host below it.
func rxHost(host string) string {
	return `^https?\x3A\x2F\x2F(?:[^\x2F?\x23]*[@.])?` + rx(host) + `(?:$|[\x3A\x2F?\x23])`
}

var plainHost = regexp.MustCompile(`^[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9])?$`)

// ruleName is the campaign's id as part of a rule's name: capitals and digits.
func (c *Campaign) ruleName() string {
	return strings.ToUpper(strings.Map(func(r rune) rune {
		if r < 0x80 && asciiAlnum(byte(r)) {
			return r
		}
		return -1
	}, c.ID))
}

// stamp is a time as RFC 3339 with milliseconds, as STIX wants it.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }
