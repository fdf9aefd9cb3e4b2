package message

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/jhillyerd/enmime/v2"
)

func TestUndo(t *testing.T) {
	for _, tt := range []struct {
		coding, in string
		limit      int
		want       string
		more       bool
	}{
		{"base64", "QUJD\r\nREVG", 99, "ABCDEF", false},
		{"base64", "QUJDREVG", 6, "ABCDEF", false},
		{"base64", "QUJDREVG", 5, "ABCDE", true},
		{"base64", "QUJDRA==", 3, "ABC", true},
		{"base64", "Q U\nJ\tD RA", 99, "ABCD", false},
		{"base64", "QUJDREU=\n-- \nfooter", 99, "ABCDE", false},
		{"base64", "QUJDR", 99, "ABC", false},
		{"quoted-printable", "caf=C3=A9 =\r\nau lait \t\r\n", 99, "café au lait\r\n", false},
		{"quoted-printable", "1=2=3d=\n=4", 99, "1=2==4", false},
		{"quoted-printable", "a= \nb=", 99, "a=\nb", false},
		{"quoted-printable", "=41=42=43", 2, "AB", true},
		{"quoted-printable", "abcdef\n", 6, "abcdef", true},
		{"quoted-printable", "abcdef", 6, "abcdef", false},
		{"7bit", "a=41", 2, "a=", true},
	} {
		var found defects
		got, more := undo([]byte(tt.in), tt.coding, tt.limit, &found)
		if string(got) != tt.want || more != tt.more {
			t.Errorf("undo(%q, %s, %d) = %q, %v, want %q, %v", tt.in, tt.coding, tt.limit, got, more, tt.want, tt.more)
		}
	}
}

// oracle decodes as enmime does.
var oracle = enmime.NewParser(
	enmime.DisableCharacterDetection(true),
	enmime.DisableTextConversion(true),
	enmime.SetCustomParseMediaType(func(string) (string, map[string]string, []string, error) {
		return "application/octet-stream", nil, nil, nil
	}),
)

// FuzzUndo: both encodings are undone as by enmime, however damaged; a bound cuts
// the same bytes, and tells.
func FuzzUndo(f *testing.F) {
	for _, s := range []string{"", "QUJDRA==", "QUJD\r\nREVG", "a=20b=\r\nc =\n d \t\r\n=zz=", "\xff=\r", "===", "a\r\r\n"} {
		f.Add([]byte(s), 3, false)
		f.Add([]byte(s), 100, true)
	}
	f.Fuzz(func(t *testing.T, body []byte, limit int, quoted bool) {
		limit, body = max(0, limit), body[:min(len(body), 1<<16)]
		coding, input := "base64", bytes.Map(onlyBase64, body)
		if quoted {
			// enmime breaks lines of 1,024 bytes, escapes counted.
			if len(body) > 300 {
				body = body[:300]
			}
			coding, input = "quoted-printable", bytes.TrimSuffix(body, []byte("="))
		} else if len(input)%4 == 1 {
			input = input[:len(input)-1]
		}
		part, err := oracle.ReadParts(io.MultiReader(
			strings.NewReader("Content-Type: x/x\nContent-Transfer-Encoding: "+coding+"\n\n"), bytes.NewReader(input)))
		if err != nil {
			t.Skip()
		}
		if !quoted {
			body = bytes.ReplaceAll(body, []byte("="), nil) // padding ends it here
		}
		var found defects
		whole, more := undo(body, coding, 1<<16, &found)
		if more || !bytes.Equal(whole, part.Content) {
			t.Errorf("undo(%q, %s) = %q, want %q", body, coding, whole, part.Content)
		}
		cut, more := undo(body, coding, limit, &found)
		if want := whole[:min(limit, len(whole))]; !bytes.Equal(cut, want) || more != (len(whole) > limit) {
			t.Errorf("undo(%q, %s, %d) = %q, %v, want %q", body, coding, limit, cut, more, want)
		}
	})
}

func onlyBase64(r rune) rune {
	if r < 0x80 && base64Digit[r] != foreign {
		return r
	}
	return -1
}
