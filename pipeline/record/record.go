// Package record is the wire form of the topics "features" and "events": a
// versioned protobuf, and its conversion from and to the types of package
// cluster.
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

// Version is the version of records written by this package.
const Version = 1

// ErrVersion is returned by [UnmarshalEntry] and [UnmarshalEvent] for a record whose meaning is newer
// than this program.
var ErrVersion = errors.New("record version is newer than this program: upgrade shoal")

// MarshalReport gives the bytes of a "features" record.
func MarshalReport(f *cluster.Features, row *Row) ([]byte, error) {
	rowBytes, err := proto.Marshal(row)
	if err != nil {
		return nil, fmt.Errorf("marshal row: %w", err)
	}
	return proto.Marshal(&Entry{Version: Version, Kind: &Entry_Report{
		Report: &Report{Features: fromFeatures(f), Row: rowBytes},
	}})
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
		return cluster.Entry{Features: f}, err
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
	row := new(Row)
	if err := proto.Unmarshal(e.GetReport().GetRow(), row); err != nil {
		return nil, fmt.Errorf("unmarshal row: %w", err)
	}
	return row, nil
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
	row := new(Row)
	if err := proto.Unmarshal(e.GetReport().GetRow(), row); err != nil {
		return id, nil, fmt.Errorf("unmarshal row: %w", err)
	}
	return id, row, nil
}

func unmarshalEntry(b []byte) (*Entry, error) {
	e := new(Entry)
	if err := proto.Unmarshal(b, e); err != nil {
		return nil, fmt.Errorf("unmarshal entry: %w", err)
	}
	if e.GetVersion() > Version {
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
