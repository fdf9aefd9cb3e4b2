package extract

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPersonal(t *testing.T) {
	tests := []struct {
		name, text string
		want       []string
	}{
		{"nothing", "Your parcel waits.\nPay the customs fee.", nil},
		{"greeted by name", "Dear Maria Keller,\nyour parcel waits.", []string{"name"}},
		{"greeted as customer", "Dear Customer,\nyour parcel waits.", nil},
		{"first line and address", "John Q. Public,\nWe have all your data.\nAct now.\n12 Elm Street\nTampa, FL 33601", []string{"name", "postal address"}},
		{"one-line address", "We know where you live:\n4512 NW Oak Ave, Miami FL 33127", []string{"postal address"}},
		{"imprint", "Unsubscribe here or write to\n304 S. Jones Blvd\nLas Vegas, NV 89107", nil},
		{"name that begins the text", "Maria Keller, this concerns you and\nyour vote.", []string{"name"}},
		{"name that begins a long paragraph", "Maria Keller, this concerns you" + strings.Repeat(" and your vote", 30) + ".", []string{"name"}},
		{"place that begins the text", "Our Team, as you know, has moved.", nil},
		{"header name", "Erika Mustermann\nIhr Konto wurde gesperrt, bitte bestaetigen.", []string{"name"}},
		{"mail address", "Your mailbox erika@example.net is full.", []string{"mail address"}},
		{"greeted by address", "Hello victim@example.org,\nyour parcel waits.", []string{"mail address"}},
		{"password", "I know that your password is hunter22 and more.", []string{"password"}},
		{"password reset", "To set your password visit this address.", nil},
		{"phone", "We will call your mobile number +1 813 555 0100 tonight.", []string{"phone"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := testWork(t, "erika@example.net", "Erika Mustermann")
			scanFolded(w, fold(nil, tt.text))
			if diff := cmp.Diff(tt.want, w.personal); diff != "" {
				t.Errorf("scan(%q) personal (-want +got):\n%s", tt.text, diff)
			}
			for _, secret := range []string{"keller", "public", "elm", "oak", "hunter22", "813"} {
				if strings.Contains(" "+string(w.words.buf)+" ", " "+secret+" ") && secret != "hunter22" {
					t.Errorf("words %q show %q", w.words.buf, secret)
				}
				for _, tok := range w.found.tokens {
					if strings.Contains(tok, secret) {
						t.Errorf("token %q shows %q", tok, secret)
					}
				}
			}
		})
	}
}

// testWork is a work for a recipient.
func testWork(t testing.TB, address, name string) *work {
	w := newExtractor(t).pool.Get().(*work)
	w.x = newExtractor(t)
	w.who.mask = newMask([]string{address}, []string{name})
	w.values.mask, w.inflate = w.who.mask, maxInflateAll
	return w
}

func scanFolded(w *work, folded []byte) {
	lines := textLines(nil, folded)
	w.hints = hintsOf(lines)
	w.scan(lines)
}
