package score

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"shoal/cluster"
)

// letter is a mail of n shingles, numbered from first, with values as key, text
// pairs. It has a link, unless the values are led by noLink.
func letter(first, n int, values ...any) Mail {
	f := &cluster.Features{Text: cluster.Sketch{Total: n}}
	for i := range min(n, cluster.TextSketchSize) {
		f.Text.Hashes = append(f.Text.Hashes, uint32(first+i))
	}
	if len(values)%2 == 0 {
		values = append(values, cluster.KeyHost, "host.example")
	} else {
		values = values[1:]
	}
	for i := 0; i < len(values); i += 2 {
		f.Values = append(f.Values, cluster.Value{Key: values[i].(cluster.Key), Text: values[i+1].(string)})
	}
	return Mail{Features: f, Subject: "Hello"}
}

const noLink = "no link"

func with(m Mail, kinds ...cluster.FileKind) Mail {
	for _, k := range kinds {
		m.Features.Files = append(m.Features.Files, cluster.File{Kind: k})
	}
	return m
}

func about(m Mail, subject, shape string) Mail {
	m.Subject = subject
	m.Features.Values = append(m.Features.Values, cluster.Value{Key: cluster.KeySubjectShape, Text: shape})
	return m
}

func signed(first int, domain, signer string) Mail {
	return letter(first, 80, cluster.KeyHost, "host.example", cluster.KeySenderDomain, domain, cluster.KeyDKIM, signer)
}

func TestClassify(t *testing.T) {
	const image, document = cluster.FileImage, cluster.FileDocument
	for _, tt := range []struct {
		name  string
		mails []Mail
		want  []string
	}{
		{"copies", []Mail{letter(0, 80), letter(0, 80), letter(0, 80)}, []string{ClassPlain}},
		{"a few words differ", []Mail{letter(0, 80), letter(8, 80)}, []string{ClassPlain}},
		{"a third differs", []Mail{letter(0, 80), letter(30, 80)}, []string{ClassReworded}},
		{"nothing is the same", []Mail{letter(0, 80), letter(200, 80), letter(400, 80)}, []string{ClassSpintax}},
		{"no link", []Mail{letter(0, 80, noLink), letter(0, 80, noLink), letter(0, 80)}, []string{ClassNoURL}},
		{"half have a link", []Mail{letter(0, 80, noLink), letter(0, 80)}, []string{ClassPlain}},
		{"short", []Mail{letter(0, 49), letter(0, 49)}, []string{ClassShort}},
		{"just not short", []Mail{letter(0, 50), letter(0, 50)}, []string{ClassPlain}},
		{"short beside a file", []Mail{with(letter(0, 49), document), with(letter(0, 49), document)}, []string{ClassAttachment}},
		{"picture alone", []Mail{with(letter(0, 9), image), with(letter(90, 3), image)}, []string{ClassImageOnly}},
		{"picture from afar", []Mail{letter(0, 0, cluster.KeyRemoteImage, "x"), letter(0, 0, cluster.KeyRemoteImage, "y")}, []string{ClassImageOnly}},
		{"picture and text", []Mail{with(letter(0, 80), image), with(letter(0, 80), image)}, []string{ClassPlain}},
		{"file alone", []Mail{with(letter(0, 2), image, document), with(letter(0, 2), document)}, []string{ClassAttachmentOnly}},
		{"one service", []Mail{signed(0, "forms.example", "forms.example"), signed(0, "forms.example", "mail.forms.example")}, []string{ClassAbused}},
		{"signed by a stranger", []Mail{signed(0, "forms.example", "other.example"), signed(0, "forms.example", "notforms.example")}, []string{ClassPlain}},
		{"domains of their own", []Mail{signed(0, "a.example", "a.example"), signed(0, "b.example", "b.example")}, []string{ClassPlain}},
		{"one is forwarded", []Mail{about(letter(0, 80), "Fwd: hello", "hello"), about(letter(0, 80), "hello", "hello")}, []string{ClassWrapped}},
		{"all are replies", []Mail{about(letter(0, 80), "Re: hello", "hello"), about(letter(0, 80), "Re: hello", "hello")}, []string{ClassPlain}},
		{"a colon of the subject's own", []Mail{about(letter(0, 80), "Win: hello", "win hello"), about(letter(0, 80), "hello", "hello")}, []string{ClassPlain}},
		{"two lists", []Mail{letter(0, 80, cluster.KeyHost, "h", cluster.KeyList, "a"), letter(0, 80, cluster.KeyHost, "h", cluster.KeyList, "b")}, []string{ClassWrapped}},
		{"several", []Mail{letter(0, 40, noLink), letter(100, 40, noLink)}, []string{ClassSpintax, ClassShort, ClassNoURL}},
	} {
		items := make([]Item, len(tt.mails))
		for i := range items {
			items[i].Truth = "campaign"
		}
		Classify(items, tt.mails)
		for i := range items {
			if diff := cmp.Diff(tt.want, items[i].Classes); diff != "" {
				t.Errorf("%s: classes of message %d (-want +got):\n%s", tt.name, i, diff)
			}
		}
	}
}

// TestClassifyAmongOthers: padding is what others have too, and what is no
// campaign has no difficulty.
func TestClassifyAmongOthers(t *testing.T) {
	items := []Item{
		{Truth: "a"}, {Truth: "a"}, // half of their text is b's
		{Truth: "b"}, {Truth: "b"}, // nine tenths of theirs are theirs alone
		{Truth: Alone}, {Truth: "issue", Kind: Ham}, {Truth: "lost"},
	}
	mails := []Mail{
		letter(0, 80), letter(0, 80),
		letter(40, 96), letter(40, 96),
		letter(1000, 80), letter(2000, 80), {},
	}
	Classify(items, mails)
	var got [][]string
	for _, it := range items {
		got = append(got, it.Classes)
	}
	want := [][]string{{ClassPadded}, {ClassPadded}, {ClassPlain}, {ClassPlain}, {ClassAlone}, {ClassLegitimate}, {ClassPlain}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("classes (-want +got):\n%s", diff)
	}
}

// TestResemblance compares the estimate with the sets it stands for.
func TestResemblance(t *testing.T) {
	for _, tt := range []struct{ shift, n int }{{0, 96}, {10, 96}, {48, 96}, {96, 96}, {5, 20}} {
		a, b := letter(0, tt.n).Features.Text, letter(tt.shift, tt.n).Features.Text
		both := max(0, tt.n-tt.shift)
		want := float64(both) / float64(2*tt.n-both)
		if 2*tt.n-both > cluster.TextSketchSize { // of the smallest hashes of the union only
			want = float64(both) / cluster.TextSketchSize
			if tt.shift+both > cluster.TextSketchSize {
				want = float64(cluster.TextSketchSize-tt.shift) / cluster.TextSketchSize
			}
		}
		if got := jaccard(a, b); got != want || jaccard(b, a) != got {
			t.Errorf("jaccard of %d shingles, %d apart = %v and %v, want %v", tt.n, tt.shift, got, jaccard(b, a), want)
		}
	}
	var mails []Mail
	var members []int
	for i := range 500 { // two wordings, in turn
		mails = append(mails, letter(1000*(i%2), 80))
		members = append(members, i)
	}
	if got := resemblance(members, mails); got < 0.4 || got > 0.6 {
		t.Errorf("resemblance of two wordings = %v, want about a half", got)
	}
}

// TestByClass compares with the means over the items of each class, one by one.
func TestByClass(t *testing.T) {
	items := random(newRand(9), 200)
	for i := range items {
		for k := range 3 {
			if i>>k&1 == 1 {
				items[i].Classes = append(items[i].Classes, fmt.Sprint("class", k))
			}
		}
	}
	groups := ByClass(items)
	if len(groups) != 3 {
		t.Fatalf("%d groups, want 3", len(groups))
	}
	for _, g := range groups {
		n, p, r := 0, 0.0, 0.0
		for i := range items {
			if !slices.Contains(items[i].Classes, g.Key) {
				continue
			}
			cluster, campaign, both := 0, 0, 0
			for j := range items {
				with, same := i == j || mates(items[i].Got, items[j].Got), i == j || mates(items[i].Truth, items[j].Truth)
				cluster, campaign, both = cluster+one(with), campaign+one(same), both+one(with && same)
			}
			n++
			p += float64(both) / float64(cluster)
			r += float64(both) / float64(campaign)
		}
		want := naiveFigures(p/float64(n), r/float64(n))
		if diff := cmp.Diff(want, g.Strict, near); diff != "" || g.Messages != n {
			t.Errorf("%s: %d messages, want %d; strict (-want +got):\n%s", g.Key, g.Messages, n, diff)
		}
	}
}

func one(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

// TestContext: an item that is not judged still makes up clusters.
func TestContext(t *testing.T) {
	items := []Item{{Truth: "a", Got: "1"}, {Truth: "b", Got: "1", Context: true}, {Truth: "a", Got: "2", Context: true}}
	got := Score(items)
	if want := (Figures{0.5, 0.5, 0.5}); got.Messages != 1 || got.Strict != want {
		t.Errorf("Score = %d messages, %v, want 1, %v", got.Messages, got.Strict, want)
	}
}

func TestReadClasses(t *testing.T) {
	items := []Item{{Name: "messages/1.eml"}, {Name: "messages/2.eml"}}
	table := "path\tkind\tfamily\tclasses\nmessages/1.eml\tcampaign\t-\timage+kits\nmessages/2.eml\tham\t-\t\n"
	if err := ReadMeta(items, strings.NewReader(table)); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([][]string{{"image", "kits"}, nil}, [][]string{items[0].Classes, items[1].Classes}); diff != "" {
		t.Errorf("classes (-want +got):\n%s", diff)
	}
}
