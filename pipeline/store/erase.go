package store

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"google.golang.org/protobuf/proto"

	"shoal/pipeline/record"
)

// Erase forgets a person: the pseudonym, what the messages knew of the person,
// kept text and file names go from every row, physically, before it returns. A
// random number takes the place of the pseudonym in counts, so that no figure
// changes. It returns how many reports were changed.
//
// The topics still hold the person's rows; what comes from there again is
// stored erased, as long as table erased_rows remembers the pseudonym's hash.
// No statement carries the pseudonym, so no query log keeps it.
func (db *DB) Erase(ctx context.Context, pseudonym string) (uint64, error) {
	if pseudonym == "" {
		return 0, nil
	}
	l, err := db.layout(ctx)
	if err != nil {
		return 0, err
	}
	ctx = l.writing(ctx)
	known, err := db.erasures(ctx)
	if err != nil {
		return 0, err
	}
	hash := erasureKey(pseudonym)
	unit, ok := known[hash]
	if !ok {
		if unit, err = db.rememberErasure(ctx, hash); err != nil {
			return 0, err
		}
	}
	n, err := db.countErasable(ctx, hash)
	if err != nil || n == 0 {
		return 0, err
	}
	return n, db.eraseRows(ctx, hash, unit)
}

// SetAside counts the parts of tables that ClickHouse set aside, damaged at a start for
// the most part, and that still lie on its disks: neither Erase nor retention reaches
// the rows in them.
func (db *DB) SetAside(ctx context.Context) (uint64, error) {
	l, err := db.layout(ctx)
	if err != nil {
		return 0, err
	}
	parts := "system.detached_parts"
	if l.cluster != "" {
		parts = "clusterAllReplicas(" + quote(l.cluster) + ", " + parts + ")"
	}
	rows, err := selectRows[struct {
		N uint64 `ch:"n"`
	}](ctx, db, "SELECT count() AS n FROM "+parts+" WHERE database = "+quote(database))
	if err != nil {
		return 0, fmt.Errorf("count parts set aside: %w", err)
	}
	return rows[0].N, nil
}

// erasures maps the SHA-256 of each erased pseudonym to the number that counts
// in its place.
type erasures map[string]uint64

func erasureKey(pseudonym string) string {
	sum := sha256.Sum256([]byte(pseudonym))
	return hex.EncodeToString(sum[:])
}

func (db *DB) rememberErasure(ctx context.Context, hash string) (uint64, error) {
	var b [8]byte
	if _, err := rand.Read(b[:]); err != nil {
		return 0, fmt.Errorf("random number: %w", err)
	}
	unit := max(1, binary.LittleEndian.Uint64(b[:]))
	sql := fmt.Sprintf("INSERT INTO shoal.erased_rows (pseudonym_hash, unit, erased_at) SELECT unhex('%s'), %d, fromUnixTimestamp64Milli(toInt64(%d), 'UTC')", hash, unit, time.Now().UnixMilli())
	if err := db.conn.Exec(ctx, sql); err != nil {
		return 0, fmt.Errorf("remember erasure: %w", err)
	}
	return unit, nil
}

func (db *DB) erasures(ctx context.Context) (erasures, error) {
	rows, err := selectRows[struct {
		Hash string `ch:"hash"`
		Unit uint64 `ch:"unit"`
	}](ctx, db, "SELECT lower(hex(pseudonym_hash)) AS hash, unit FROM shoal.erased_rows FINAL")
	if err != nil {
		return nil, fmt.Errorf("read erasures: %w", err)
	}
	out := make(erasures, len(rows))
	for _, r := range rows {
		out[r.Hash] = r.Unit
	}
	return out, nil
}

// apply gives the row as it may be stored, and what counts as its recipient.
func (e erasures) apply(r *record.Row) (*record.Row, uint64) {
	if len(e) == 0 {
		return r, recipientUnit(r)
	}
	recipient, gone := e[erasureKey(r.GetRecipient())]
	_, reporterGone := e[erasureKey(r.GetReporter())]
	if !gone && !reporterGone {
		return r, recipientUnit(r)
	}
	r, _ = proto.Clone(r).(*record.Row)
	unit := recipientUnit(r)
	if gone {
		unit = recipient
		r.Recipient, r.Personal, r.Body = "", nil, ""
	}
	if reporterGone {
		r.Reporter = ""
	}
	r.Name = ""
	return r, unit
}

func erasable(hash string) string {
	return fmt.Sprintf("(recipient != '' AND SHA256(recipient) = unhex('%[1]s') OR reporter != '' AND SHA256(reporter) = unhex('%[1]s'))", hash)
}

func (db *DB) countErasable(ctx context.Context, hash string) (uint64, error) {
	rows, err := selectRows[struct {
		N uint64 `ch:"n"`
	}](ctx, db, "SELECT uniqExact(report_id) AS n FROM shoal.report_rows WHERE "+erasable(hash))
	if err != nil {
		return 0, fmt.Errorf("count rows to erase: %w", err)
	}
	return rows[0].N, nil
}

// eraseRows rewrites the parts that have rows of the person.
func (db *DB) eraseRows(ctx context.Context, hash string, unit uint64) error {
	is := "recipient != '' AND SHA256(recipient) = unhex('" + hash + "')"
	set := []string{
		"recipient_unit = if(" + is + ", toUInt64(" + fmt.Sprint(unit) + "), recipient_unit)",
		"personal = if(" + is + ", [], personal)",
		"body = if(" + is + ", '', body)",
		"recipient = if(" + is + ", '', recipient)",
		"reporter = if(reporter != '' AND SHA256(reporter) = unhex('" + hash + "'), '', reporter)",
		"name = ''",
	}
	l, err := db.layout(ctx)
	if err != nil {
		return err
	}
	sql := "ALTER TABLE shoal." + l.local("report_rows") + l.onCluster() + " UPDATE " + strings.Join(set, ", ") + " WHERE " + erasable(hash) + " SETTINGS mutations_sync = 2, distributed_ddl_task_timeout = -1"
	if err := db.conn.Exec(ctx, sql); err != nil {
		return fmt.Errorf("erase rows: %w", err)
	}
	return nil
}

// eraseSince erases again what Insert may have written from before an erasure
// that came while it ran.
func (db *DB) eraseSince(ctx context.Context, before erasures) error {
	now, err := db.erasures(ctx)
	if err != nil {
		return err
	}
	for hash, unit := range now {
		if _, ok := before[hash]; ok {
			continue
		}
		if err := db.eraseRows(ctx, hash, unit); err != nil {
			return err
		}
	}
	return nil
}
