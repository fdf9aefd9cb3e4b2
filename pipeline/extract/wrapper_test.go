package extract

import (
	"strings"
	"testing"
)

const lure = "Your mailbox is almost full and will be closed tomorrow unless you confirm it here"

// around is what somebody says of a lure.
var around = strings.Repeat("We have looked at this letter with care and nothing in it is true. ", 3)[:200]

func TestUnwrap(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"plain", lure, lure},
		{"forward mark", "FYI\n-----Original Message-----\nFrom: Bank <x@y.example>\nSent: Monday\nTo: me\nSubject: Act\n\n" + lure, lure},
		{"gmail forward", "---------- Forwarded message ---------\nFrom: Bank <x@y.example>\nDate: Mon, 1 Jan\nSubject: Act\nTo: <me@y.example>\n" + lure, lure},
		{"apple forward", "Begin forwarded message:\n\nFrom: Bank\nSubject: Act\nDate: x\nTo: me\n\n" + lure, lure},
		{"header block, Portuguese", "De: Banco\nEnviado em: segunda\nPara: eu\nAssunto: x\n\n" + lure, lure},
		{"header block, German", "bitte prüfen\nVon: Bank\nGesendet: Montag\nAn: mich\nBetreff: x\n\n" + lure, lure},
		{"forward of forward", "Fw\n-----Original Message-----\nFrom: a\nTo: b\nSubject: c\n\n-----Mensagem original-----\nDe: a\nPara: b\nAssunto: c\n\n" + lure, lure},
		{"reply that quotes", "Thank you for the report, we have looked at it with the whole team today and it is indeed not from us.\n-----Original Message-----\nFrom: a\nTo: b\nSubject: c\n" + lure, "Thank you for the report, we have looked at it with the whole team today and it is indeed not from us."},
		{"quoted whole", "> " + lure + "\n> again", lure + "\nagain"},
		{"quotes in a reply", "We think that this is a very bad idea indeed.\nOn Monday Bob wrote:\n> " + lure, "We think that this is a very bad idea indeed."},
		{"warning that quotes", around + "\n\"" + lure + "\n" + lure + "\".\n" + around, around + "\n" + around},
		{"guillemets on one line", around + "\n«" + lure + lure + "»\n" + around, around + "\n" + around},
		{"nothing but a quotation", "\"" + lure + lure + "\"\nA.", "\"" + lure + lure + "\"\nA."},
		{"short quotation", around + "\n\"Pay now.\"\n" + around, around + "\n\"Pay now.\"\n" + around},
		{"quotation without end", around + "\n\"" + lure + lure + "\n" + around, around + "\n\"" + lure + lure + "\n" + around},
		{"banner", "CAUTION: This email originated from outside of the organization. Do not click links.\n" + lure, lure},
		{"signature", lure + "\n-- \nBob\nSales", lure},
		{"list footer", lure + "\n_______________________________________________\nUsers mailing list\nhttp://l.example/mailman/listinfo/users", lure},
		{"disclaimer", lure + "\nThis e-mail and any attachments are confidential and intended solely for the addressee.\nMore of it.", lure},
		{"only a disclaimer stays", "This message is confidential and for the intended recipient only", "This message is confidential and for the intended recipient only"},
		{"a colon is no header", "From: the desk of\nthe king\n" + lure, "From: the desk of\nthe king\n" + lure},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := strings.Join(unwrapped(fold(nil, tt.in)), "\n")
			if want := string(fold(nil, tt.want)); got != want {
				t.Errorf("unwrap(%q) = %q, want %q", tt.in, got, want)
			}
		})
	}
}

func TestBareSubject(t *testing.T) {
	tests := []struct{ in, want string }{
		{"Re: Fwd: pay now", "pay now"},
		{"ENC: RES: pague", "pague"},
		{"[users] Re[2]: pay", "pay"},
		{"***SPAM*** WG: Rechnung", "Rechnung"},
		{"AW : x", "x"},
		{"[only a tag]", "[only a tag]"},
		{"Offer: buy", "Offer: buy"},
		{"Re:", "Re:"},
	}
	for _, tt := range tests {
		if got := bareSubject(tt.in); got != tt.want {
			t.Errorf("bareSubject(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

func unwrapped(folded []byte) []string {
	lines := textLines(nil, folded)
	return unwrap(lines, hintsOf(lines))
}
