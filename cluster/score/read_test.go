package score

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const (
	labels    = "trec\tmessages/1.eml\ta\thigh\ntrec\tmessages/2.eml\t-\thigh\r\nnaz\tmessages/3.eml\tb\n\nshort\tline\nnaz\tother/3.eml\tc\tlow\n"
	meta      = "kind\tpath\tcampaign\tfamily\ncampaign\tmessages/1.eml\ta\tkit\n\nham\tmessages/2.eml\t-\t-\nham\tmessages/unknown.eml\t-\t-\n"
	campaigns = "campaign\tn\tmin_jaccard4_to_medoid\na\t4\t0.59\nc\t2\t0.60\n"
	answers   = "/somewhere/1.eml\tc1\n2.eml\t-\n9.eml\tc1\nnonsense\n"
)

func TestRead(t *testing.T) {
	items, err := ReadLabels(strings.NewReader(labels))
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range []error{
		ReadMeta(items, strings.NewReader(meta)),
		ReadCampaigns(items, strings.NewReader(campaigns)),
		ReadAnswers(items, strings.NewReader(answers)),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	want := []Item{
		{Name: "messages/1.eml", Truth: "a", Family: "kit", Corpus: "trec", Kind: "campaign", Hard: true, Got: "c1"},
		{Name: "messages/2.eml", Truth: "-", Family: "-", Corpus: "trec", Kind: "ham", Got: "-"},
		{Name: "other/3.eml", Truth: "c", Corpus: "naz"},
	}
	if diff := cmp.Diff(want, items); diff != "" {
		t.Errorf("items (-want +got):\n%s", diff)
	}
}

func TestReadErrors(t *testing.T) {
	long := strings.Repeat("x", maxLine+1)
	for _, c := range []struct {
		name string
		err  error
		want string
	}{
		{"no column", ReadMeta(nil, strings.NewReader("path\tkind\n")), `meta: line 1: no column "family"`},
		{"short row", ReadMeta(nil, strings.NewReader("path\tkind\tfamily\na\tb\n")), `meta: line 2: 2 fields, want "family" in field 3`},
		{"no number", ReadCampaigns(nil, strings.NewReader("campaign\tmin_jaccard4_to_medoid\na\tx\n")), `campaigns: line 2: resemblance of "a": strconv.ParseFloat: parsing "x": invalid syntax`},
		{"long line", ReadAnswers(nil, strings.NewReader("a\tb\n"+long)), "answers: after line 1: bufio.Scanner: token too long"},
	} {
		if c.err == nil || c.err.Error() != c.want {
			t.Errorf("%s: error %v, want %s", c.name, c.err, c.want)
		}
	}
}
