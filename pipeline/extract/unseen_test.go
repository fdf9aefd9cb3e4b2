package extract

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"shoal/cluster"
	"shoal/pipeline"
)

// texts are the texts of a message's values of one key, sorted.
func texts(t *testing.T, raw string, key cluster.Key) []string {
	t.Helper()
	f, _ := extractRaw(t, &pipeline.Report{Raw: []byte(raw), Recipient: "maria.keller@example.org"})
	var out []string
	for _, v := range f.Values {
		if v.Key == key {
			out = append(out, v.Text)
		}
	}
	slices.Sort(out)
	return out
}

func htmlMail(from, page string) string {
	return "From: " + from + "\r\nTo: maria.keller@example.org\r\nSubject: x\r\nContent-Type: text/html\r\n\r\n" + page
}

// TestUnseen: copies of a kit's page share samples of its style sheet, comments
// and hidden text, whatever they show; other pages share none.
func TestUnseen(t *testing.T) {
	var words strings.Builder
	for i := range 40 {
		fmt.Fprintf(&words, "word%c%c ", 'a'+i%26, 'a'+i/26)
	}
	for name, page := range map[string]string{
		"style":   "<style>" + words.String() + "</style>Visible %s",
		"comment": "<!-- " + words.String() + " -->Visible %s",
		"hidden":  `<div style="display:none">` + words.String() + "</div>Visible %s",
	} {
		one := texts(t, htmlMail("a@one.example", strings.Replace(page, "%s", "one", 1)), cluster.KeyUnseen)
		two := texts(t, htmlMail("b@two.example", strings.Replace(page, "%s", "two", 1)), cluster.KeyUnseen)
		if len(one) != valueBounds[cluster.KeyUnseen] {
			t.Errorf("%s: %d samples, want %d", name, len(one), valueBounds[cluster.KeyUnseen])
		}
		if diff := cmp.Diff(one, two); diff != "" {
			t.Errorf("%s: copies differ (-one +two):\n%s", name, diff)
		}
	}
	if got := texts(t, htmlMail("a@one.example", "<!-- too few words here -->Visible"), cluster.KeyUnseen); got != nil {
		t.Errorf("samples of a short comment: %q", got)
	}
	if got := texts(t, htmlMail("a@one.example", "<p>"+words.String()), cluster.KeyUnseen); got != nil {
		t.Errorf("samples of text that is seen: %q", got)
	}
}

// TestOwnName: mail in the recipient's own name, an old trick, has no sender that
// could agree with that of other such mail.
func TestOwnName(t *testing.T) {
	for _, key := range []cluster.Key{cluster.KeySenderAddress, cluster.KeySenderDomain, cluster.KeySenderLocal} {
		if got := texts(t, htmlMail("Good Shop <maria.keller@example.org>", "hello"), key); got != nil {
			t.Errorf("%v of mail in the recipient's name: %q", key, got)
		}
		if got := texts(t, htmlMail("Good Shop <office@shop.example>", "hello"), key); len(got) != 1 {
			t.Errorf("%v: %q, want one", key, got)
		}
	}
	want := []string{"good", "shop"}
	if diff := cmp.Diff(want, texts(t, htmlMail("Good Shop 24 <maria.keller@example.org>", "hello"), cluster.KeySenderWord)); diff != "" {
		t.Errorf("words of the sender's name (-want +got):\n%s", diff)
	}
}

// TestRemoteImage: a picture is known by its whole address and, since hosts
// change, by its path.
func TestRemoteImage(t *testing.T) {
	got := texts(t, htmlMail("a@one.example", `<img src="http://www.one.example/pics/lure.gif">`), cluster.KeyRemoteImage)
	if diff := cmp.Diff([]string{"/pics/lure.gif", "www.one.example/pics/lure.gif"}, got); diff != "" {
		t.Errorf("remote images (-want +got):\n%s", diff)
	}
}
