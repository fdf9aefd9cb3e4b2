package store

import (
	"net/url"
	"strings"
)

// schemaParams fill the templates of the migrations.
type schemaParams struct {
	TTLDays       int
	TombstoneDays int
	columnDays    map[string]int // of columns that go before their row
	user          *url.Userinfo
	layout        layout
}

// tombstoneExtra is how many days a tombstone outlives the row that it hides:
// the two expire in merges of different parts, and the row must not be seen
// again in between.
const tombstoneExtra = 60

func (db *DB) schemaParams(l layout) schemaParams {
	p := schemaParams{layout: l, TTLDays: db.cfg.TTLDays, TombstoneDays: db.cfg.TTLDays + tombstoneExtra, columnDays: columnDays(db.cfg.Fields)}
	if u, err := url.Parse(db.cfg.URL); err == nil {
		p.user = u.User
	}
	return p
}

// OnCluster is the clause of statements that every server carries out.
func (p schemaParams) OnCluster() string { return p.layout.onCluster() }

// Replacing, Aggregating and Plain are the engines of the tables.
func (p schemaParams) Replacing(args string) string { return "ReplacingMergeTree(" + args + ")" }

// Aggregating: see Replacing.
func (p schemaParams) Aggregating() string { return "AggregatingMergeTree" }

// Plain: see Replacing.
func (p schemaParams) Plain() string { return "MergeTree" }

// DictionaryUser is the account with which a server reads the table behind its
// own dictionary; without one it takes its default user without a password.
func (p schemaParams) DictionaryUser() string {
	if p.user == nil {
		return ""
	}
	password, _ := p.user.Password()
	return "USER " + quote(p.user.Username()) + " PASSWORD " + quote(password) + " "
}

// hide takes the password out of a statement that is shown.
func (p schemaParams) hide(sql string) string {
	if p.user == nil {
		return sql
	}
	return strings.ReplaceAll(sql, p.DictionaryUser(), "USER "+quote(p.user.Username())+" PASSWORD '[HIDDEN]' ")
}
