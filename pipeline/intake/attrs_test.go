package intake

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"shoal/pipeline"
)

func TestAttrs(t *testing.T) {
	const file = "\ufeffregion,Recipient,list\nFL,Voter.One@Example.com,party-a\nAK,<two@example.com>,\nPA,voter.one@example.com,party-b\n"
	for _, sep := range []string{",", ";", "\t"} {
		a, err := LoadAttrs(strings.NewReader(strings.ReplaceAll(file, ",", sep)))
		if err != nil {
			t.Fatal(err)
		}
		if a.Len() != 2 || a.Twice() != 1 {
			t.Errorf("%d recipients, %d twice; want 2 and 1", a.Len(), a.Twice())
		}
		tests := []struct {
			recipient string
			stated    map[string]string
			want      map[string]string
		}{
			{"voter.one@example.com", nil, map[string]string{"region": "FL", "list": "party-a"}},
			{"Two@example.com", map[string]string{"region": "HI"}, map[string]string{"region": "HI"}},
			{"two@example.com", nil, map[string]string{"region": "AK"}},
			{"three@example.com", nil, nil},
			{"", nil, nil},
		}
		for _, tt := range tests {
			r := pipeline.Report{Recipient: tt.recipient, Attrs: tt.stated}
			on := a.Apply(&r)
			if diff := cmp.Diff(tt.want, r.Attrs); diff != "" || on != (tt.want != nil) {
				t.Errorf("Apply(%q) = %v (-want +got):\n%s", tt.recipient, on, diff)
			}
		}
	}
	if (*Attrs)(nil).Apply(&pipeline.Report{Recipient: "a@example.com"}) {
		t.Error("no attributes were applied")
	}
}

func TestLoadErrors(t *testing.T) {
	attrs := func(s string) error { _, err := LoadAttrs(strings.NewReader(s)); return err }
	baseline := func(s string) error { _, err := LoadBaseline(strings.NewReader(s)); return err }
	tests := []struct {
		load     func(string) error
		in, want string
	}{
		{attrs, "", "attributes: line 1: no header line"},
		{attrs, "mail,region\n", `attributes: line 1: no column "recipient" among mail, region`},
		{attrs, "recipient,a,a\n", `attributes: line 1: column name "a" is empty or there twice`},
		{attrs, "recipient,a\nx@example.com,1\n\n,2\n", "attributes: line 4: no recipient"},
		{attrs, "recipient,a\nx@example.com\n", "attributes: record on line 2: wrong number of fields"},
		{attrs, "recipient,a\nx@example.com," + strings.Repeat("x", 300), "attributes: line 2: a has 300 bytes, at most 256"},
		{baseline, "dimension,value\n", `baseline: line 1: no column "count" among dimension, value`},
		{baseline, "dimension,value,count\nregion,FL,many\n", `baseline: line 2: count "many" is no whole number`},
		{baseline, "dimension,value,count\nregion,FL,-1\n", `baseline: line 2: count "-1" is no whole number`},
		{baseline, "dimension,value,count\nregion,FL,1\nregion,AK,1\nregion,FL,2\n", "baseline: line 4: region FL is on line 2 already"},
		{baseline, "dimension,value,count\n,FL,1\n", `baseline: line 2: dimension "" or value "FL" is empty or too long`},
	}
	for _, tt := range tests {
		if err := tt.load(tt.in); err == nil || err.Error() != tt.want {
			t.Errorf("loading %q = %v, want %s", tt.in, err, tt.want)
		}
	}
}

func TestLoadBaseline(t *testing.T) {
	got, err := LoadBaseline(strings.NewReader("count,dimension,value\n 13000000 ,region,FL\n0,recipient_domain,example.com\n"))
	want := []BaselineRow{{"region", "FL", 13000000}, {"recipient_domain", "example.com", 0}}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("LoadBaseline: %v (-want +got):\n%s", err, diff)
	}
}
