// Package record is the wire form of the topics "features" and "events": a
// versioned protobuf, and its conversion from and to the types of package
// cluster.
//
// A report's record is written once and read twice, by the clusterer and by the
// writer, so it says nothing twice: a row leaves out what the features have,
// hashes that a text gives are made from it again, and ascending hashes are
// packed. What is read is what was written. Records of version 1, which had all in
// full, stay readable; a program that knows that version only refuses newer ones,
// so clusterer and writer are upgraded before workers.
//
// It holds no logic and speaks to no broker. The generated code is checked in;
// `make generate` makes it again.
package record

import (
	"errors"
	"fmt"

	"google.golang.org/protobuf/proto"

	"shoal/cluster"
)

//go:generate protoc --plugin=protoc-gen-go=../../bin/protoc-gen-go --go_out=. --go_opt=paths=source_relative record.proto

// Version is that of the events and decisions that this package writes;
// versionReport that of reports, which hold less than they say (see repeats.go).
const (
	Version       = 1
	versionReport = 2
)

// ErrVersion is returned by [UnmarshalEntry] and [UnmarshalEvent] for a record whose meaning is newer
// than this program.
var ErrVersion = errors.New("record version is newer than this program: upgrade shoal")

// MarshalReport gives the bytes of a "features" record.
func MarshalReport(f *cluster.Features, row *Row) ([]byte, error) {
	report, err := newReport(fromFeatures(f), row)
	if err != nil {
		return nil, err
	}
	return proto.Marshal(&Entry{Version: versionReport, Kind: &Entry_Report{Report: report}})
}

// MarshalDecision gives the bytes of a "features" record that carries an
// analyst's decision.
func MarshalDecision(d *cluster.Decision) ([]byte, error) {
	return proto.Marshal(&Entry{Version: Version, Kind: &Entry_Decision{Decision: fromDecision(d)}})
}

// UnmarshalEntry reads a "features" record, without the row of a report. The
// entry's offset is the caller's to set.
func UnmarshalEntry(b []byte) (cluster.Entry, error) {
	e, err := unmarshalEntry(b)
	if err != nil {
		return cluster.Entry{}, err
	}
	switch {
	case e.GetReport() != nil:
		f, err := toFeatures(e.GetReport().GetFeatures())
		out := cluster.Entry{Features: f}
		e.GetFinding().found(&out)
		return out, err
	case e.GetDecision() != nil:
		d, err := toDecision(e.GetDecision())
		return cluster.Entry{Decision: d}, err
	}
	return cluster.Entry{}, errors.New("features record: neither report nor decision")
}

// UnmarshalRow reads the row of a "features" record; nil where the record is a
// decision.
func UnmarshalRow(b []byte) (*Row, error) {
	e, err := unmarshalEntry(b)
	if err != nil || e.GetReport() == nil {
		return nil, err
	}
	return e.GetReport().row()
}

// UnmarshalReport reads whose report a "features" record is, and its row; nil
// where the record is a decision.
func UnmarshalReport(b []byte) (cluster.ReportID, *Row, error) {
	e, err := unmarshalEntry(b)
	if err != nil || e.GetReport() == nil {
		return cluster.ReportID{}, nil, err
	}
	id, err := reportID(e.GetReport().GetFeatures().GetReportId())
	if err != nil {
		return id, nil, err
	}
	row, err := e.GetReport().row()
	return id, row, err
}

func unmarshalEntry(b []byte) (*Entry, error) {
	e := new(Entry)
	if err := proto.Unmarshal(b, e); err != nil {
		return nil, fmt.Errorf("unmarshal entry: %w", err)
	}
	if e.GetVersion() > versionReport {
		return nil, fmt.Errorf("entry version %d: %w", e.GetVersion(), ErrVersion)
	}
	return e, nil
}

// MarshalEvent gives the bytes of an "events" record.
func MarshalEvent(e *cluster.Event) ([]byte, error) {
	return proto.Marshal(fromEvent(e))
}

// UnmarshalEvent reads an "events" record.
func UnmarshalEvent(b []byte) (*Event, error) {
	e := new(Event)
	if err := proto.Unmarshal(b, e); err != nil {
		return nil, fmt.Errorf("unmarshal event: %w", err)
	}
	if e.GetVersion() > Version {
		return nil, fmt.Errorf("event version %d: %w", e.GetVersion(), ErrVersion)
	}
	return e, nil
}
