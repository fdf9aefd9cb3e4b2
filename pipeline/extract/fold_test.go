package extract

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"shoal/cluster"
)

func TestFold(t *testing.T) {
	tests := []struct{ in, want string }{
		{"plain text", "plain text"},
		{"in\u200bvi\u2060si\u00adble\ufe0f", "invisible"},
		{"tag\U000E0041ged \U000E0102x", "tagged x"},
		{"𝐁𝐨𝐥𝐝 𝓼𝓬𝓻𝓲𝓹𝓽 ｆｕｌｌ ⓒⓘⓡⓒⓛⓔ", "Bold script full circle"},
		{"🅰🅱 🅐", "AB A"},
		{"РауPаl ассоunt", "PayPal account"}, // Cyrillic look-alikes in Latin words
		{"Привет мир", "Привет мир"},
		{"Αmazοn", "Amazon"},
		{"Ελλάδα", "Ελλάδα"},
		{"Pàypål fürs café", "Paypal furs cafe"},
		{"a\u00a0b\tc\r\nd\u2028e", "a b c \nd\ne"},
		{"bad\xffbyte", "badbyte"},
		{"日本語", "日本語"},
	}
	for _, tt := range tests {
		if got := string(fold(nil, tt.in)); got != tt.want {
			t.Errorf("fold(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

func TestWords(t *testing.T) {
	tests := []struct{ in, want string }{
		{"Don't pay $1,250.00 NOW!", "dont pay # now"},
		{"Order INV20231188421 from http://x.example/a?b=1 or www.y.example.", "order #x from #url or #url"},
		{"Write to boss@corp.example or erika@example.net", "write to #mail or #me"},
		{"Erika, hello Mustermann", "#me hello #me"},
		{"V I A G R A now", "viagra now"},
		{"sym F_B_V_G up", "sym fbvg up"},
		{"yo.u fou!nd m!!e", "you found me"},
		{"a b in two", "a b in two"},
		{"v1agra mp3 2nd", "v1agra mp3 2nd"},
		{"1 2 3 12 / 2024", "#"},
		{"日本語テ ok", "日本 本語 語テ ok"},
		{"see bit.example.com/x and e.g. this", "see #url and eg this"},
	}
	for _, tt := range tests {
		w := testWork(t, "erika@example.net", "Erika Mustermann")
		s := scanner{out: &w.words, mask: w.who.mask, found: &w.found}
		s.line(string(fold(nil, tt.in)))
		s.finish()
		if got := string(w.words.buf); got != tt.want {
			t.Errorf("words of %q = %q, want %q", tt.in, got, tt.want)
		}
		for i := range w.words.spans {
			if i > 0 && w.words.spans[i].from != w.words.spans[i-1].to+1 {
				t.Errorf("words of %q: spans %v", tt.in, w.words.spans)
			}
		}
	}
}

func TestTokens(t *testing.T) {
	tests := []struct {
		in   string
		want []string
	}{
		{"Symbol BVYH at $4.59, target 7.95", []string{"bvyh", "$4.59"}},
		{"ALL OF THIS IS LOUD TEXT", nil},
		{"soft-0ffers and v1agra", []string{"0ffers", "v1agra"}},
		{"on 20240131 at 5pm the 30th", nil},
		{"reference 8812345", []string{"8812345"}},
		{"S.umbol stays", []string{"s.umbol"}},
		{"erika1 and ERIKA", []string{"erika1"}},
	}
	for _, tt := range tests {
		w := testWork(t, "erika@example.net", "")
		s := scanner{out: &w.words, mask: w.who.mask, found: &w.found}
		s.line(tt.in)
		if diff := cmp.Diff(tt.want, w.found.tokens); diff != "" && tt.in != "erika1 and ERIKA" {
			t.Errorf("tokens of %q (-want +got):\n%s", tt.in, diff)
		} else if tt.in == "erika1 and ERIKA" && len(w.found.tokens) > 0 {
			t.Errorf("tokens of %q = %v show the recipient", tt.in, w.found.tokens)
		}
	}
}

func TestLanguage(t *testing.T) {
	tests := []struct{ text, want string }{
		{"We have noticed that your account is due to be blocked and you must confirm it with us now.", "en"},
		{"Wir haben festgestellt, dass Ihr Konto nicht mehr sicher ist und bitten Sie, es mit uns zu prüfen.", "de"},
		{"Prezado cliente, o seu pedido foi taxado e você deve pagar para que não seja devolvido em breve.", "pt"},
		{"Вы получили это письмо, потому что ваш аккаунт будет заблокирован в течение суток.", "ru"},
		{"short", ""},
	}
	for _, tt := range tests {
		w := testWork(t, "a@example.net", "")
		text := string(fold(nil, tt.text))
		scanFolded(w, []byte(text))
		if got := language(&w.words, text); got != tt.want {
			t.Errorf("language(%q) = %q, want %q", tt.text, got, tt.want)
		}
	}
}

func TestBottom(t *testing.T) {
	s := sampler{hashes: []uint32{5, 1, 5, 9, 3, 1}}
	if diff := cmp.Diff(cluster.Sketch{Total: 4, Hashes: []uint32{1, 3, 5}}, s.bottom(3)); diff != "" {
		t.Errorf("bottom (-want +got):\n%s", diff)
	}
	if got := new(sampler).bottom(3); got.Total != 0 || got.Hashes != nil {
		t.Errorf("bottom of nothing = %v", got)
	}
}

// FuzzSort: the order is that of a plain sort, however the hashes are spread.
func FuzzSort(f *testing.F) {
	f.Add(uint64(1), 500, uint8(0))
	f.Add(uint64(2), 70_000, uint8(31))
	f.Add(uint64(3), 64, uint8(20))
	f.Fuzz(func(t *testing.T, seed uint64, n int, shift uint8) {
		rng := rand.New(rand.NewPCG(seed, 0))
		var s sampler
		for range min(max(n, 0), 1<<17) {
			s.hashes = append(s.hashes, rng.Uint32()>>(shift%32))
		}
		want := slices.Sorted(slices.Values(s.hashes))
		if got := s.sort(); !slices.Equal(got, want) {
			t.Errorf("sort of %d hashes of %d bits is out of order", n, 32-shift%32)
		}
	})
}

func TestTextLines(t *testing.T) {
	got := textLines([]string{"kept"}, []byte("\n\n  a  b \n-- \n--  \n \nc\n-- x\n\n d"))
	if want := []string{"kept", "a b", "-- ", "--", "c", "-- x", "d"}; !slices.Equal(got, want) {
		t.Errorf("textLines = %q, want %q", got, want)
	}
}
