package store

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"
	"text/template"
)

const database = "shoal"

//go:embed schema/*.sql
var schemaFS embed.FS

// Errors of [DB.Migrate] and [DB.CheckSchema].
var (
	// ErrNewerSchema: the tables were made by a newer shoal.
	ErrNewerSchema = errors.New("the database has a newer schema than this program knows: upgrade shoal")
	// ErrOldSchema: the tables are missing or older than this program.
	ErrOldSchema = errors.New("the database has no schema or an older one: run shoal migrate")
)

// Statement is one statement of a migration.
type Statement struct {
	Version int
	// Name is the migration's file name without number and suffix.
	Name string
	SQL  string
}

// migration is one numbered file. Once released a file never changes; what it
// leaves can be changed by a later one only. Each statement can be repeated, so
// that a migration that was interrupted is run again from its start.
type migration struct {
	version    int
	name       string
	checksum   string
	statements []string
}

// migrations reads the embedded files and fills them in.
func migrations(p schemaParams) ([]migration, error) {
	names, err := fs.Glob(schemaFS, "schema/*.sql")
	if err != nil {
		return nil, err
	}
	var out []migration
	for i, name := range names {
		m, err := parseMigration(name, p)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if m.version != i+1 {
			return nil, fmt.Errorf("%s: want number %d", name, i+1)
		}
		out = append(out, m)
	}
	return out, nil
}

func parseMigration(file string, p schemaParams) (migration, error) {
	text, err := schemaFS.ReadFile(file)
	if err != nil {
		return migration{}, err
	}
	number, name, _ := strings.Cut(strings.TrimSuffix(path.Base(file), ".sql"), "_")
	version, err := strconv.Atoi(number)
	if err != nil {
		return migration{}, err
	}
	t, err := template.New(name).Option("missingkey=error").Parse(string(text))
	if err != nil {
		return migration{}, err
	}
	var b strings.Builder
	if err := t.Execute(&b, p); err != nil {
		return migration{}, err
	}
	sum := sha256.Sum256(text)
	m := migration{version: version, name: name, checksum: hex.EncodeToString(sum[:])}
	for s := range strings.SplitSeq(b.String(), ";\n") {
		if s = strings.TrimSpace(s); s != "" {
			m.statements = append(m.statements, p.layout.spread(version, s)...)
		}
	}
	return m, nil
}

// bootstrap makes what the migrations themselves need.
func bootstrap(p schemaParams) []string {
	return append([]string{"CREATE DATABASE IF NOT EXISTS shoal" + p.OnCluster()},
		p.layout.spread(0, "CREATE TABLE IF NOT EXISTS shoal.migrations"+p.OnCluster()+`
(
    version UInt32 COMMENT 'Number of the migration',
    name String COMMENT 'Its name',
    checksum String COMMENT 'SHA-256 of its file',
    applied_at DateTime DEFAULT now() COMMENT 'When its last statement had run'
)
ENGINE = `+p.Replacing("applied_at")+`
ORDER BY version
COMMENT 'Migrations that were applied to this database'`)...)
}

// Migrate brings the schema up to date and returns the statements that did it;
// with dryRun it returns those that would. It refuses a newer schema with
// [ErrNewerSchema], and tables that are not on the cluster of [Config] with
// [ErrOtherLayout].
func (db *DB) Migrate(ctx context.Context, dryRun bool) ([]Statement, error) {
	applied, err := db.applied(ctx)
	if err != nil {
		return nil, err
	}
	l, err := db.wanted(ctx, len(applied) > 0)
	if err != nil {
		return nil, err
	}
	p := db.schemaParams(l)
	all, err := migrations(p)
	if err != nil {
		return nil, fmt.Errorf("read migrations: %w", err)
	}
	if err := checkApplied(applied, all); err != nil {
		return nil, err
	}
	upkeep, err := db.upkeep(ctx, p)
	if err != nil {
		return nil, err
	}
	var done []Statement
	run := func(m migration, sql string) error {
		done = append(done, Statement{Version: m.version, Name: m.name, SQL: p.hide(sql)})
		if dryRun {
			return nil
		}
		if err := db.conn.Exec(ctx, sql); err != nil {
			return fmt.Errorf("migration %d (%s): %w", m.version, m.name, err)
		}
		return nil
	}
	if len(applied) == 0 {
		for _, sql := range bootstrap(p) {
			if err := run(migration{name: "bootstrap"}, sql); err != nil {
				return done, err
			}
		}
	}
	for _, m := range all[len(applied):] {
		for _, sql := range append(m.statements, m.record()) {
			if err := run(m, sql); err != nil {
				return done, err
			}
		}
	}
	for _, sql := range upkeep {
		if err := run(migration{name: "upkeep"}, sql); err != nil {
			return done, err
		}
	}
	return done, nil
}

func (m migration) record() string {
	return fmt.Sprintf("INSERT INTO shoal.migrations (version, name, checksum) VALUES (%d, '%s', '%s')", m.version, m.name, m.checksum)
}

// CheckSchema returns nil if the schema is this program's, else [ErrOldSchema]
// or [ErrNewerSchema].
func (db *DB) CheckSchema(ctx context.Context) error {
	all, err := migrations(db.schemaParams(layout{}))
	if err != nil {
		return fmt.Errorf("read migrations: %w", err)
	}
	applied, err := db.applied(ctx)
	if err != nil {
		return err
	}
	if err := checkApplied(applied, all); err != nil {
		return err
	}
	if len(applied) < len(all) {
		return ErrOldSchema
	}
	return nil
}

type appliedMigration struct {
	Version  uint32 `ch:"version"`
	Checksum string `ch:"checksum"`
}

func (db *DB) applied(ctx context.Context) ([]appliedMigration, error) {
	tables, err := selectRows[struct {
		Name string `ch:"name"`
	}](ctx, db, "SELECT name FROM system.tables WHERE database = 'shoal' AND name = 'migrations'")
	if err != nil {
		return nil, fmt.Errorf("look for migrations: %w", err)
	}
	if len(tables) == 0 {
		return nil, nil
	}
	rows, err := selectRows[appliedMigration](ctx, db, "SELECT version, checksum FROM shoal.migrations FINAL ORDER BY version")
	if err != nil {
		return nil, fmt.Errorf("read applied migrations: %w", err)
	}
	return rows, nil
}

// checkApplied holds what was applied against what this program knows.
func checkApplied(applied []appliedMigration, all []migration) error {
	for i, a := range applied {
		if int(a.Version) > len(all) {
			return fmt.Errorf("schema %d: %w", a.Version, ErrNewerSchema)
		}
		if int(a.Version) != i+1 {
			return fmt.Errorf("migration %d was not applied, but %d was", i+1, a.Version)
		}
		if m := all[i]; a.Checksum != m.checksum {
			return fmt.Errorf("migration %d (%s) is not the one that was applied to this database", m.version, m.name)
		}
	}
	return nil
}
