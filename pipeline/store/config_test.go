package store

import (
	"strings"
	"testing"
	"time"
)

func TestValidate(t *testing.T) {
	for _, c := range []struct{ url, want string }{
		{"clickhouse://user:secret@db.example:9000", ""},
		{"http://localhost:8123", ""},
		{"https://db.example:8443", ""},
		{"http+unix:///run/engine.sock", ""},
		{"http+unix://", "without a path"},
		{"http://", "without a host"},
		{"mysql://db.example", "scheme"},
		{"http://user:secret@db example/%zz", "not a URL"},
	} {
		cfg := DefaultConfig()
		cfg.URL = c.url
		err := cfg.Validate()
		switch {
		case err == nil && c.want != "", err != nil && (c.want == "" || !strings.Contains(err.Error(), c.want)):
			t.Errorf("Validate(%s) = %v, want %q", c.url, err, c.want)
		case err != nil && strings.Contains(err.Error(), "secret"):
			t.Errorf("Validate(%s) tells the password: %v", c.url, err)
		}
	}
}

func TestStoredTime(t *testing.T) {
	received := time.Date(2026, 10, 20, 8, 0, 0, 0, time.UTC).UnixMilli()
	for _, c := range []struct{ ms, instead, want int64 }{
		{received - 5, received, received - 5},
		{0, received, received},
		{-1 << 60, received, received},
		{1 << 60, received, received},
		{0, -7, 0},
		{0, 1 << 60, maxTimeMS},
	} {
		if got := storedTime(c.ms, c.instead).UnixMilli(); got != c.want {
			t.Errorf("storedTime(%d, %d) = %d, want %d", c.ms, c.instead, got, c.want)
		}
	}
}

func TestMigrations(t *testing.T) {
	all, err := migrations(schemaParams{TTLDays: 30, TombstoneDays: 90})
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range all {
		for _, s := range m.statements {
			if strings.Contains(s, "{{") {
				t.Errorf("migration %d has an open template: %s", m.version, s)
			}
			// An interrupted migration runs again from its start.
			repeatable := false
			for _, start := range []string{"CREATE TABLE IF NOT EXISTS", "CREATE MATERIALIZED VIEW IF NOT EXISTS", "CREATE OR REPLACE VIEW", "CREATE DICTIONARY IF NOT EXISTS",
				backfill /* its sets have what they had */} {
				repeatable = repeatable || strings.HasPrefix(s, start)
			}
			if strings.HasPrefix(s, "ALTER TABLE") {
				added := strings.Count(s, "ADD ")
				repeatable = added == strings.Count(s, "ADD COLUMN IF NOT EXISTS ")+strings.Count(s, "ADD INDEX IF NOT EXISTS ")
			}
			if !repeatable {
				t.Errorf("migration %d cannot be repeated: %.60s", m.version, s)
			}
		}
	}
}

func TestCheckApplied(t *testing.T) {
	all := []migration{{version: 1, checksum: "x"}, {version: 2, checksum: "y"}}
	for _, c := range []struct {
		applied []appliedMigration
		want    string
	}{
		{nil, ""},
		{[]appliedMigration{{1, "x"}}, ""},
		{[]appliedMigration{{1, "x"}, {2, "y"}}, ""},
		{[]appliedMigration{{1, "x"}, {2, "y"}, {3, "z"}}, "newer schema"},
		{[]appliedMigration{{1, "q"}}, "is not the one"},
		{[]appliedMigration{{2, "y"}}, "was not applied"},
	} {
		err := checkApplied(c.applied, all)
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("checkApplied(%v) = %v, want %q", c.applied, err, c.want)
		}
	}
}

func TestHide(t *testing.T) {
	cfg := DefaultConfig()
	cfg.URL = "clickhouse://writer:s3cret'word@db.example:9000"
	p := (&DB{cfg: cfg}).schemaParams(layout{})
	all, err := migrations(p)
	if err != nil {
		t.Fatal(err)
	}
	found := false
	for _, m := range all {
		for _, s := range m.statements {
			found = found || strings.Contains(s, "s3cret")
			if shown := p.hide(s); strings.Contains(shown, "s3cret") {
				t.Errorf("statement shows the password: %s", shown)
			}
		}
	}
	if !found {
		t.Error("no statement uses the password")
	}
}

// Fields are known, and go before their report.
func TestValidateFields(t *testing.T) {
	for _, c := range []struct {
		fields map[Field]int
		want   string
	}{
		{map[Field]int{FieldSubject: 1, FieldRecipient: 400}, ""},
		{map[Field]int{"subjects": 3}, `"subjects"`},
		{map[Field]int{FieldLinks: 0}, "0 days"},
		{map[Field]int{FieldLinks: 401}, "401 days"},
	} {
		cfg := DefaultConfig()
		cfg.URL, cfg.Fields = "http://localhost:8123", c.fields
		err := cfg.Validate()
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("Validate of %v = %v, want %q", c.fields, err, c.want)
		}
	}
}
