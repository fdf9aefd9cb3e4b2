package main

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/spf13/pflag"

	"shoal/pipeline/intake"
	"shoal/pipeline/store"
)

// tableFlags name files with what is known beside the mail.
type tableFlags struct {
	attrs, baseline, networks string
}

func (t *tableFlags) registerAttrs(fs *pflag.FlagSet) {
	fs.StringVar(&t.attrs, "attrs", "", "CSV `FILE` of recipients' attributes: column recipient and any others (region, list, ...)")
}

func (t *tableFlags) registerStored(fs *pflag.FlagSet) {
	fs.StringVar(&t.baseline, "baseline", "", "CSV `FILE` of the population that lift is measured against: columns dimension, value, count")
	fs.StringVar(&t.networks, "networks", "", "CSV `FILE` of whose the sending addresses are: columns prefix, asn, country, name")
}

// tables are what the files hold; nil where no flag names one.
type tables struct {
	attrs    *intake.Attrs
	baseline []intake.BaselineRow
	networks []store.Network
}

// load reads all files.
func (t *tableFlags) load() (out tables, err error) {
	if t.attrs != "" {
		if out.attrs, err = load("--attrs", t.attrs, intake.LoadAttrs); err != nil {
			return out, err
		}
	}
	if t.baseline != "" {
		if out.baseline, err = load("--baseline", t.baseline, intake.LoadBaseline); err != nil {
			return out, err
		}
	}
	if t.networks != "" {
		out.networks, err = load("--networks", t.networks, readNetworks)
	}
	return out, err
}

// store puts baseline and networks into the database. Where there was no file,
// what the database has stays.
func (t *tables) store(ctx context.Context, db *store.DB) error {
	if t.baseline != nil {
		segments := make([]store.Segment, len(t.baseline))
		for i, r := range t.baseline {
			segments[i] = store.Segment{Dimension: r.Dimension, Value: r.Value, Count: r.Count}
		}
		if err := db.ReplaceBaseline(ctx, segments); err != nil {
			return fmt.Errorf("store baseline: %w", err)
		}
	}
	if t.networks != nil {
		if err := db.ReplaceNetworks(ctx, t.networks); err != nil {
			return fmt.Errorf("store networks: %w", err)
		}
	}
	return nil
}

// load reads the file that a flag names.
func load[T any](flag, path string, read func(io.Reader) (T, error)) (out T, err error) {
	f, err := os.Open(path)
	if err != nil {
		return out, usagef("%s: %w", flag, err)
	}
	defer f.Close()
	if out, err = read(f); err != nil {
		return out, usagef("%s %s: %w", flag, path, err)
	}
	return out, nil
}

// Bounds of a file of networks.
const (
	maxNetworks    = 1 << 24
	maxNetworkName = 1000
)

// readNetworks reads lines of prefix, AS number, country and name, by the names
// of the columns. What it returns the database takes: a line that the database
// would refuse is found here, while the networks of before are still there.
func readNetworks(r io.Reader) ([]store.Network, error) {
	rows := csv.NewReader(r)
	head, err := rows.Read()
	if err != nil {
		return nil, fmt.Errorf("read head: %w", err)
	}
	at := map[string]int{}
	for i, name := range head {
		at[strings.ToLower(strings.TrimSpace(strings.TrimPrefix(name, "\ufeff")))] = i
	}
	for _, want := range []string{"prefix", "asn", "country", "name"} {
		if _, ok := at[want]; !ok {
			return nil, fmt.Errorf("no column %s", want)
		}
	}
	var out []store.Network
	for {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, err
		}
		line, _ := rows.FieldPos(0)
		n, err := network(row[at["prefix"]], row[at["asn"]], row[at["country"]], row[at["name"]])
		if err == nil && len(out) == maxNetworks {
			err = fmt.Errorf("over %d networks", maxNetworks)
		}
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", line, err)
		}
		out = append(out, n)
	}
}

// network is a line of a file of networks.
func network(prefix, asn, country, name string) (store.Network, error) {
	p, err := netip.ParsePrefix(strings.TrimSpace(prefix))
	if err != nil {
		return store.Network{}, fmt.Errorf("prefix %q is none such as 192.0.2.0/24 or 2001:db8::/32", prefix)
	}
	number, err := strconv.ParseUint(strings.TrimPrefix(strings.ToUpper(strings.TrimSpace(asn)), "AS"), 10, 32)
	if err != nil {
		return store.Network{}, fmt.Errorf("asn %q is no number", asn)
	}
	if len(country) > 2 || len(name) > maxNetworkName || !utf8.ValidString(country+name) {
		return store.Network{}, fmt.Errorf("country %q has over 2 letters, or name %.100q over %d bytes or no UTF-8", country, name, maxNetworkName)
	}
	return store.Network{Prefix: p.Masked().String(), ASN: uint32(number), Country: country, Name: name}, nil
}
