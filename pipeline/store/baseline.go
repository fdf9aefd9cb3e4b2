package store

import (
	"context"
	"fmt"
)

// Segment is one line of a baseline: how many of the population have a value of
// a dimension.
type Segment struct {
	// Dimension is recipient_domain or the name of an attribute.
	Dimension, Value string
	Count            uint64
}

// ReplaceBaseline makes segments the population that lift is measured against.
// Without segments there is none, and lift is measured against the reports of
// the same days. The new baseline takes the place of the old one in one step.
func (db *DB) ReplaceBaseline(ctx context.Context, segments []Segment) error {
	last, err := selectRows[struct {
		Generation uint64 `ch:"generation"`
	}](ctx, db, "SELECT max(generation) AS generation FROM shoal.baseline_rows")
	if err != nil {
		return fmt.Errorf("read baseline: %w", err)
	}
	next := last[0].Generation + 1
	rows := append([]Segment{{}}, segments...) // the first marks an empty baseline
	err = insertRows(ctx, db, "baseline_rows", []column[Segment]{
		whole("generation", func(Segment) uint64 { return next }),
		each("dimension", func(s Segment) string { return s.Dimension }),
		whole("value", func(s Segment) string { return s.Value }),
		whole("count", func(s Segment) uint64 { return s.Count }),
	}, rows)
	if err != nil {
		return err
	}
	if err := db.conn.Exec(ctx, fmt.Sprintf("ALTER TABLE shoal.baseline_rows DELETE WHERE generation < %d", next)); err != nil {
		return fmt.Errorf("drop old baseline: %w", err)
	}
	return nil
}

// Network is one line of table ip_networks.
type Network struct {
	// Prefix such as 192.0.2.0/24 or 2001:db8::/32.
	Prefix string
	ASN    uint32
	// Country is an ISO 3166-1 alpha-2 code.
	Country, Name string
}

// ReplaceNetworks makes networks the ones that addresses are looked up in.
func (db *DB) ReplaceNetworks(ctx context.Context, networks []Network) error {
	if err := db.conn.Exec(ctx, "TRUNCATE TABLE shoal.ip_networks"); err != nil {
		return fmt.Errorf("empty networks: %w", err)
	}
	err := insertRows(ctx, db, "ip_networks", []column[Network]{
		whole("prefix", func(n Network) string { return n.Prefix }),
		whole("asn", func(n Network) uint32 { return n.ASN }),
		each("country", func(n Network) string { return n.Country }),
		whole("name", func(n Network) string { return n.Name }),
	}, networks)
	if err != nil {
		return err
	}
	l, err := db.layout(ctx)
	if err != nil {
		return err
	}
	if err := db.conn.Exec(ctx, "SYSTEM RELOAD DICTIONARY"+l.onCluster()+" shoal.ip_network"); err != nil {
		return fmt.Errorf("reload networks: %w", err)
	}
	return nil
}
