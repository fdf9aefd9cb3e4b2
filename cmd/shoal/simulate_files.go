package main

import (
	"bufio"
	"bytes"
	"cmp"
	"compress/gzip"
	"encoding/csv"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"shoal/cluster/simulate"
)

// traffic writes simulated messages and what is known of them.
type traffic struct {
	o             simulateOptions
	n             int
	box           io.WriteCloser // the mbox in hand
	boxName       string
	labels, meta  *tableFile
	attrs         *tableFile
	people        *csv.Writer
	known         map[uint32]struct{} // mailboxes in attrs
	campaigns     map[string]*tally
	inBox, boxNum int
}

// tally is one line of campaigns.tsv.
type tally struct {
	family, class string
	n             int
	first, last   time.Time
	reference     map[uint64]struct{} // word 4-shingles of the first copy
	least         float64
}

// tableFile is a buffered file.
type tableFile struct {
	*bufio.Writer
	file *os.File
}

func createTable(dir, name string) (*tableFile, error) {
	f, err := os.Create(filepath.Join(dir, name))
	if err != nil {
		return nil, err
	}
	return &tableFile{bufio.NewWriterSize(f, 1<<18), f}, nil
}

func (t *tableFile) close() error { return errors.Join(t.Flush(), t.file.Close()) }

func newTraffic(o simulateOptions) (*traffic, error) {
	dir := filepath.Join(o.out, "messages")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("write %s: %w", o.out, err)
	}
	if old, err := os.ReadDir(dir); err != nil || len(old) > 0 {
		return nil, cmp.Or(err, fmt.Errorf("%s holds messages already", dir))
	}
	t := &traffic{o: o, known: map[uint32]struct{}{}, campaigns: map[string]*tally{}}
	for _, f := range []struct {
		at         **tableFile
		name, head string
	}{
		{&t.labels, "labels.tsv", ""},
		{&t.meta, "meta.tsv", "path\tkind\tcampaign\tfamily\tclasses\treported_at\n"},
		{&t.attrs, "attrs.csv", "recipient,region,list\n"},
	} {
		table, err := createTable(o.out, f.name)
		if err != nil {
			return nil, fmt.Errorf("write %s: %w", o.out, err)
		}
		*f.at = table
		_, _ = table.WriteString(f.head) // the flush tells
	}
	t.people = csv.NewWriter(t.attrs)
	return t, nil
}

// add writes one message.
func (t *traffic) add(m *simulate.Message) error {
	name, err := t.message(m)
	if err != nil {
		return err
	}
	t.n++
	fmt.Fprintf(t.labels, "%s\t%s\t%s\thigh\n", m.Class, name, m.Campaign)
	fmt.Fprintf(t.meta, "%s\t%s\t%s\t%s\t%s\t%s\n", name, m.Kind, m.Campaign, m.Family, m.Classes, m.ReportedAt.Format(time.RFC3339))
	if _, there := t.known[m.Mailbox]; !there {
		t.known[m.Mailbox] = struct{}{}
		if err := t.people.Write([]string{m.Recipient, m.Region, m.List}); err != nil {
			return err
		}
	}
	if m.Campaign != "-" {
		t.count(m)
	}
	return nil
}

func (t *traffic) count(m *simulate.Message) {
	c := t.campaigns[m.Campaign]
	shingles := shinglesOf(m.Text)
	if c == nil {
		c = &tally{family: m.Family, class: m.Class.String(), first: m.ReportedAt, reference: shingles, least: 1}
		t.campaigns[m.Campaign] = c
	} else if m.Kind == simulate.KindCampaign {
		c.least = min(c.least, jaccard(c.reference, shingles))
	}
	c.n++
	c.last = m.ReportedAt
}

// shinglesOf gives the word 4-shingles of a text, numbers masked.
func shinglesOf(text string) map[uint64]struct{} {
	fields := strings.Fields(numbers.ReplaceAllString(strings.ToLower(text), "#"))
	out := make(map[uint64]struct{}, len(fields))
	for i := 0; i+4 <= len(fields); i++ {
		h := fnv.New64a()
		for _, w := range fields[i : i+4] {
			_, _ = io.WriteString(h, w+" ") // a hash takes everything
		}
		out[h.Sum64()] = struct{}{}
	}
	return out
}

var numbers = regexp.MustCompile(`\d+`)

// jaccard is 0 where there is no text: nothing resembles.
func jaccard(a, b map[uint64]struct{}) float64 {
	both := 0
	for h := range a {
		if _, ok := b[h]; ok {
			both++
		}
	}
	if union := len(a) + len(b) - both; union > 0 {
		return float64(both) / float64(union)
	}
	return 0
}

// message writes the mail itself and returns its name.
func (t *traffic) message(m *simulate.Message) (string, error) {
	if t.o.format == "eml" {
		name := fmt.Sprintf("messages/%08d.eml", t.n+1)
		return name, os.WriteFile(filepath.Join(t.o.out, name), m.Raw, 0o644)
	}
	if t.box == nil || t.inBox == t.o.perFile {
		if err := t.nextBox(); err != nil {
			return "", err
		}
	}
	t.inBox++
	_, err := fmt.Fprintf(t.box, "From %s %s\n%s\n", sender(m.Raw), m.ReportedAt.Format(time.ANSIC), quoteFrom(m.Raw))
	return fmt.Sprintf("%s#%d", t.boxName, t.inBox), err
}

func sender(raw []byte) string {
	line, _, _ := bytes.Cut(raw, []byte("\r\n"))
	return strings.Trim(strings.TrimPrefix(string(line), "Return-Path: "), "<>")
}

var fromLine = regexp.MustCompile(`(?m)^>*From `)

// quoteFrom makes a message part of an mbox (mboxrd), with the line ends of a file.
func quoteFrom(raw []byte) []byte {
	raw = bytes.ReplaceAll(raw, []byte("\r\n"), []byte("\n"))
	return fromLine.ReplaceAll(raw, []byte(">$0"))
}

func (t *traffic) nextBox() error {
	if err := t.closeBox(); err != nil {
		return err
	}
	t.boxNum++
	t.inBox = 0
	t.boxName = fmt.Sprintf("messages/%06d.mbox", t.boxNum)
	if t.o.gzip {
		t.boxName += ".gz"
	}
	table, err := createTable(t.o.out, t.boxName)
	if err != nil {
		return err
	}
	t.box = boxFile{table}
	if t.o.gzip {
		t.box = zipped{gzip.NewWriter(table), table}
	}
	return nil
}

func (t *traffic) closeBox() error {
	if t.box == nil {
		return nil
	}
	return t.box.Close()
}

type boxFile struct{ *tableFile }

func (b boxFile) Close() error { return b.close() }

type zipped struct {
	*gzip.Writer
	table *tableFile
}

func (z zipped) Close() error { return errors.Join(z.Writer.Close(), z.table.close()) }

// finish writes what is known of campaigns and closes all.
func (t *traffic) finish() error {
	t.people.Flush()
	err := errors.Join(t.people.Error(), t.closeBox(), t.labels.close(), t.meta.close(), t.attrs.close())
	table, createErr := createTable(t.o.out, "campaigns.tsv")
	if createErr != nil {
		return errors.Join(err, createErr)
	}
	fmt.Fprintln(table, "campaign\tfamily\tn\tfirst\tlast\tclass\tmin_jaccard4_to_medoid")
	names := make([]string, 0, len(t.campaigns))
	for name := range t.campaigns {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		c := t.campaigns[name]
		fmt.Fprintf(table, "%s\t%s\t%d\t%s\t%s\t%s\t%.2f\n", name, c.family, c.n, c.first.Format(time.RFC3339), c.last.Format(time.RFC3339), c.class, c.least)
	}
	return errors.Join(err, table.close())
}

// abandon closes what is open after something went wrong.
func (t *traffic) abandon() {
	_ = errors.Join(t.closeBox(), t.labels.close(), t.meta.close(), t.attrs.close()) // the first fault was told
}
