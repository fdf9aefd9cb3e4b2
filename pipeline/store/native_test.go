package store

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestLines(t *testing.T) {
	names := []string{"at", "text", "list", "none"}
	row := []any{"2026-10-20 08:00:00", "a\tb,\"c\"\n", []string{"x"}, nil}
	for _, c := range []struct{ format, want string }{
		{"TSV", "2026-10-20 08:00:00\ta\\tb,\"c\"\\n\t[\"x\"]\t\\N\n"},
		{"TSVWithNames", "at\ttext\tlist\tnone\n2026-10-20 08:00:00\ta\\tb,\"c\"\\n\t[\"x\"]\t\\N\n"},
		{"CSV", "2026-10-20 08:00:00,\"a\tb,\"\"c\"\"\n\",\"[\"\"x\"\"]\",\\N\n"},
		{"JSONEachRow", `{"at":"2026-10-20 08:00:00","text":"a\tb,\"c\"\n","list":["x"],"none":null}` + "\n"},
	} {
		var b strings.Builder
		l, err := newLines(&b, c.format)
		if err != nil {
			t.Fatal(err)
		}
		for _, err := range []error{l.head(names), l.row(names, row), l.end()} {
			if err != nil {
				t.Fatal(err)
			}
		}
		if diff := cmp.Diff(c.want, b.String()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.format, diff)
		}
	}
	if _, err := newLines(new(strings.Builder), "Parquet"); err == nil {
		t.Error("format Parquet over the native protocol succeeded")
	}
}

func TestPlain(t *testing.T) {
	var none *string
	if got := plain(reflect.ValueOf(none)); got != nil {
		t.Errorf("plain(nil) = %v", got)
	}
	at := time.Date(2026, 10, 20, 8, 0, 0, 5e6, time.UTC)
	if got := plain(reflect.ValueOf(at)); got != "2026-10-20 08:00:00.005" {
		t.Errorf("plain(time) = %v", got)
	}
}
