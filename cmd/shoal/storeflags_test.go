package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"shoal/pipeline/store"
)

// TestPasswordFile: the password comes from the file, and no error tells it.
func TestPasswordFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(file, []byte("s3cret/@:\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, url, file, want string
		wrong                 bool
	}{
		{"none", "clickhouse://shoal:x@db:9000", "", "clickhouse://shoal:x@db:9000", false},
		{"file", "clickhouse://shoal@db:9000", file, "clickhouse://shoal:s3cret%2F%40%3A@db:9000", false},
		{"https", "https://shoal@db:8443/?secure=true", file, "https://shoal:s3cret%2F%40%3A@db:8443/?secure=true", false},
		{"both", "clickhouse://shoal:x@db:9000", file, "", true},
		{"absent", "clickhouse://shoal@db:9000", file + "x", "", true},
		{"no URL", "clickhouse://shoal:topsecret@db:x\x00", file, "", true},
	} {
		f := storeFlags{url: tt.url, passwordFile: tt.file, ttlDays: 400}
		cfg, err := f.config(tt.url)
		if (err != nil) != tt.wrong || err == nil && cfg.URL != tt.want {
			t.Errorf("%s: %q, %v; want %q", tt.name, cfg.URL, err, tt.want)
		}
		if err != nil && (strings.Contains(err.Error(), "s3cret") || strings.Contains(err.Error(), "topsecret")) {
			t.Errorf("%s: the error tells the password: %v", tt.name, err)
		}
	}
}

// TestFieldsFlag: days of fields come through, and one that does not exist is named.
func TestFieldsFlag(t *testing.T) {
	f := storeFlags{ttlDays: 400, ttlFields: map[string]int{"recipient": 30}}
	if cfg, err := f.config("http://localhost:8123"); err != nil || cfg.Fields[store.FieldRecipient] != 30 || len(cfg.Fields) != 1 {
		t.Errorf("config = %v, %v; want 30 days of recipient", cfg.Fields, err)
	}
	f.ttlFields["body"] = 3
	var wrong usageError
	if _, err := f.config("http://localhost:8123"); !errors.As(err, &wrong) || !strings.Contains(err.Error(), `"body"`) {
		t.Errorf("config = %v, want wrong use, and the name", err)
	}
}
