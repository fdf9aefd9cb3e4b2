package message

import (
	"bytes"
	"encoding/binary"
	"strings"
	"unicode/utf8"

	"github.com/cention-sany/utf7"
	"golang.org/x/net/html/charset"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/ianaindex"
	"golang.org/x/text/encoding/unicode"
)

// lookup finds the encoding of a declared character set: as browsers read the
// label, else as IANA lists it. nil if nobody knows it.
func lookup(label string) encoding.Encoding {
	label = cleanLabel(label)
	if label == "utf-7" || label == "utf7" || label == "unicode-1-1-utf-7" {
		return utf7.UTF7
	}
	if enc, err := htmlindex.Get(label); err == nil && enc != encoding.Replacement {
		return enc
	}
	if enc, err := ianaindex.MIME.Encoding(label); err == nil && enc != nil {
		return enc
	}
	return nil
}

// cleanLabel mends the usual slips in a label: quotes, a doubled
// "charset=", a stray separator, a language tag (RFC 2231).
func cleanLabel(label string) string {
	label = strings.ToLower(strings.Trim(label, " \t\"'<>;,"))
	label = strings.TrimPrefix(label, "charset=")
	label, _, _ = strings.Cut(label, "*")
	label, _, _ = strings.Cut(label, ";")
	if len(label) > 40 {
		label = strings.ToValidUTF8(label[:40], "")
	}
	return strings.Trim(label, " \t\"'")
}

// toUTF8 decodes text from its declared character set. Where none is declared
// and the bytes are not UTF-8, the set is guessed: from the markup, then hint
// (a set seen elsewhere in the message), then Windows-1252. The answer is
// valid UTF-8 always.
//
// No statistical detector is used: the one at hand (gogs/chardet, in enmime
// too) runs a goroutine a set, where a panic cannot be recovered, and breaks
// ties by arrival, so the same message could give two texts.
func toUTF8(data []byte, declared, hint string, found *defects) string {
	enc := encoding.Encoding(nil)
	if declared != "" {
		if enc = lookup(declared); enc == nil {
			found.add(DefectCharsetUnknown)
		}
	}
	if ascii(data) && !stateful(enc) {
		return string(data)
	}
	if utf8.Valid(data) && (enc == nil || westernOrUTF8(enc)) {
		if enc != nil && enc != unicode.UTF8 {
			found.add(DefectCharsetMismatch)
		}
		return string(bytes.TrimPrefix(data, []byte("\ufeff")))
	}
	switch {
	case enc == nil:
		found.add(DefectCharsetGuessed)
		enc = guess(data, hint)
	case enc == unicode.UTF8 && !bytes.ContainsFunc(data, wide):
		// Declared UTF-8, and not one character of it.
		found.add(DefectCharsetMismatch)
		enc = guess(data, hint)
	}
	return decode(data, enc, found)
}

// guess names the set of 8-bit text that is not UTF-8.
func guess(data []byte, hint string) encoding.Encoding {
	enc, name, certain := charset.DetermineEncoding(data[:min(len(data), 1024)], "")
	if certain && name != "utf-8" {
		return enc
	}
	if enc := lookup(hint); hint != "" && enc != nil && enc != unicode.UTF8 {
		return enc
	}
	return charmap.Windows1252
}

func decode(data []byte, enc encoding.Encoding, found *defects) string {
	if enc == unicode.UTF8 {
		found.add(DefectCharsetMismatch)
		return strings.ToValidUTF8(string(data), "\ufffd")
	}
	out, err := enc.NewDecoder().Bytes(data)
	if err != nil {
		found.add(DefectCharsetMismatch)
		if len(out) == 0 {
			out = data
		}
	}
	return strings.ToValidUTF8(string(out), "\ufffd")
}

// westernOrUTF8 reports a set whose label is often put on UTF-8 by mistake.
// Text that happens to be valid UTF-8 is hardly ever anything else.
func westernOrUTF8(enc encoding.Encoding) bool {
	return enc == unicode.UTF8 || enc == charmap.Windows1252 || enc == charmap.ISO8859_1
}

// stateful reports a set that writes other scripts in seven bits.
func stateful(enc encoding.Encoding) bool {
	if enc == nil {
		return false
	}
	if enc == utf7.UTF7 {
		return true
	}
	name, err := htmlindex.Name(enc)
	return err == nil && (strings.HasPrefix(name, "iso-2022") || strings.HasPrefix(name, "utf-16") || name == "hz-gb-2312")
}

func wide(r rune) bool { return r >= utf8.RuneSelf && r != utf8.RuneError }

func ascii(data []byte) bool {
	for len(data) >= 8 {
		if binary.LittleEndian.Uint64(data)&0x8080808080808080 != 0 {
			return false
		}
		data = data[8:]
	}
	for _, c := range data {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
