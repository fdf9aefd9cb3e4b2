package message

import (
	"slices"
)

// Defect is a short code of something wrong with a message, from a closed set.
type Defect string

// Defects. The first group says that a bound cut something off.
const (
	DefectSizeTruncated   Defect = "size-truncated"
	DefectPartsTruncated  Defect = "parts-truncated"
	DefectDepthTruncated  Defect = "depth-truncated"
	DefectHeaderTruncated Defect = "header-truncated"
	DefectFieldTruncated  Defect = "field-truncated"
	DefectTextTruncated   Defect = "text-truncated"
	DefectDataTruncated   Defect = "data-truncated"

	DefectEmpty              Defect = "empty"               // no bytes at all
	DefectHeaderMissing      Defect = "header-missing"      // no field before the body
	DefectHeaderMalformed    Defect = "header-malformed"    // a line that is no field
	DefectHeaderUnterminated Defect = "header-unterminated" // no blank line before the body
	DefectHeader8Bit         Defect = "header-8bit"         // undeclared 8-bit bytes in a field
	DefectControlBytes       Defect = "control-bytes"       // NUL or other control bytes in a field
	DefectLineEnds           Defect = "line-ends"           // lines end in a bare CR
	DefectMboxLine           Defect = "mbox-line"           // begins with an mbox "From " line
	DefectEncodedWord        Defect = "encoded-word"        // malformed RFC 2047 word
	DefectCharsetUnknown     Defect = "charset-unknown"     // declared set is not known
	DefectCharsetGuessed     Defect = "charset-guessed"     // 8-bit text without a declared set
	DefectCharsetMismatch    Defect = "charset-mismatch"    // bytes are not in the declared set
	DefectTypeMalformed      Defect = "type-malformed"      // unreadable Content-Type
	DefectEncodingUnknown    Defect = "encoding-unknown"    // unknown Content-Transfer-Encoding
	DefectEncodingMalformed  Defect = "encoding-malformed"  // base64 or quoted-printable is damaged
	DefectBoundaryMissing    Defect = "boundary-missing"    // multipart without a boundary parameter
	DefectBoundaryUnseen     Defect = "boundary-unseen"     // boundary never occurs
	DefectBoundaryUnclosed   Defect = "boundary-unclosed"   // no closing delimiter
	DefectFieldRepeated      Defect = "field-repeated"      // a second From, Subject, Date, ...
	DefectParserFailed       Defect = "parser-failed"       // a part could not be read at all
)

// Defects lists every code, sorted: the label values of a metric.
func Defects() []Defect {
	all := []Defect{
		DefectSizeTruncated, DefectPartsTruncated, DefectDepthTruncated,
		DefectHeaderTruncated, DefectFieldTruncated, DefectTextTruncated,
		DefectDataTruncated, DefectEmpty, DefectHeaderMissing,
		DefectHeaderMalformed, DefectHeaderUnterminated, DefectHeader8Bit,
		DefectControlBytes, DefectLineEnds, DefectMboxLine, DefectEncodedWord,
		DefectCharsetUnknown, DefectCharsetGuessed, DefectCharsetMismatch,
		DefectTypeMalformed, DefectEncodingUnknown, DefectEncodingMalformed,
		DefectBoundaryMissing, DefectBoundaryUnseen, DefectBoundaryUnclosed,
		DefectFieldRepeated, DefectParserFailed,
	}
	slices.Sort(all)
	return all
}

// defects collects distinct codes. The set is small: a slice is enough.
type defects []Defect

func (d *defects) add(code Defect) {
	if !slices.Contains(*d, code) {
		*d = append(*d, code)
	}
}

func (d defects) sorted() []Defect {
	slices.Sort(d)
	return d
}
