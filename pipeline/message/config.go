package message

import "fmt"

// Config bounds what one message may cost. A message beyond a bound is cut
// there and carries the bound's defect.
type Config struct {
	// MaxBytes of the raw message are read ([DefectSizeTruncated]).
	MaxBytes int
	// MaxParts of the MIME tree are read, inner nodes included
	// ([DefectPartsTruncated]).
	MaxParts int
	// MaxDepth is how deep multiparts may nest; one deeper is read as one leaf
	// ([DefectDepthTruncated]).
	MaxDepth int
	// MaxFields of a header block are kept ([DefectHeaderTruncated]).
	MaxFields int
	// MaxHeaderBytes of a header block are read ([DefectHeaderTruncated]).
	MaxHeaderBytes int
	// MaxValueBytes of one field's value are kept ([DefectFieldTruncated]).
	MaxValueBytes int
	// MaxTextBytes is the most of Plain and of HTML, each
	// ([DefectTextTruncated]).
	MaxTextBytes int
	// MaxPartBytes is the most of all Part.Data together
	// ([DefectDataTruncated]).
	MaxPartBytes int
}

// Default gives bounds that no honest message meets.
func Default() Config {
	return Config{
		MaxBytes:       25 << 20,
		MaxParts:       200,
		MaxDepth:       12,
		MaxFields:      500,
		MaxHeaderBytes: 256 << 10,
		MaxValueBytes:  8 << 10,
		MaxTextBytes:   2 << 20,
		MaxPartBytes:   50 << 20,
	}
}

// Validate says which bound is not positive.
func (c Config) Validate() error {
	for _, b := range []struct {
		name  string
		value int
	}{
		{"bytes", c.MaxBytes}, {"parts", c.MaxParts}, {"depth", c.MaxDepth},
		{"header fields", c.MaxFields}, {"header bytes", c.MaxHeaderBytes},
		{"value bytes", c.MaxValueBytes}, {"text bytes", c.MaxTextBytes},
		{"part bytes", c.MaxPartBytes},
	} {
		if b.value <= 0 {
			return fmt.Errorf("bound on %s: %d is not positive", b.name, b.value)
		}
	}
	return nil
}
