package publish

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// Formats are the formats of [Campaign.Export].
var Formats = []string{"stix", "misp", "csv", "rspamd", "spamassassin", "yara"}

// exporters by format.
var exporters = map[string]func(c *Campaign) ([]byte, error){}

// Export writes what tells the campaign from other mail in a format of
// [Formats]. The same state of the campaign gives the same bytes.
func (c *Campaign) Export(w io.Writer, format string) error {
	f := exporters[format]
	if f == nil || !slices.Contains(Formats, format) {
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
