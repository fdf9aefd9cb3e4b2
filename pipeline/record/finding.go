package record

import (
	"errors"
	"fmt"
	"slices"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	"shoal/cluster"
)

// Fields of an Entry, and of the messages on the way to a report's id.
const (
	numberVersion  protowire.Number = 1
	numberReport   protowire.Number = 2
	numberDecision protowire.Number = 3
	numberFinding  protowire.Number = 4
	numberFeatures protowire.Number = 1
	numberID       protowire.Number = 1
	numberTime     protowire.Number = 2
)

// AppendFinding adds what a local clusterer found out about a report to the bytes of
// its "features" record, which may not have a finding yet.
func AppendFinding(b []byte, entry *cluster.Entry) ([]byte, error) {
	f := entry.Finding
	out := &Finding{
		Kind: uint32(f.Kind), Again: f.Again, Score: float32(f.Score), Content: float32(f.Content),
		Copies: entry.Copies, Evidence: fromEvidence(f.Evidence),
	}
	if f.Of != (cluster.ReportID{}) {
		out.Of = f.Of[:]
	}
	b = protowire.AppendTag(b, numberFinding, protowire.BytesType)
	b = protowire.AppendVarint(b, uint64(proto.Size(out)))
	return proto.MarshalOptions{}.MarshalAppend(b, out)
}

// found puts a finding into an entry.
func (p *Finding) found(entry *cluster.Entry) {
	if p == nil {
		return
	}
	f := &cluster.Finding{Kind: cluster.FindingKind(min(p.GetKind(), 255)), Again: p.GetAgain(), Score: float64(p.GetScore()), Content: float64(p.GetContent())}
	copy(f.Of[:], p.GetOf())
	for _, e := range p.GetEvidence() {
		out := cluster.Evidence{Key: cluster.Key(e.GetKey()), Value: e.GetValue(), Score: float64(e.GetScore()), Weight: float64(e.GetWeight())}
		copy(out.Matched[:], e.GetMatched())
		f.Evidence = append(f.Evidence, out)
	}
	entry.Finding, entry.Copies = f, p.GetCopies()
}

// errNoReport is returned for a record that is no report.
var errNoReport = errors.New("features record: no report")

// UnmarshalFinding reads of a "features" record what a local clusterer found out and
// whose report it is: of the features, id and time only. Finding is nil where there is
// none. It looks at a twentieth of the record.
func UnmarshalFinding(b []byte) (cluster.Entry, error) {
	var out cluster.Entry
	var report, finding []byte
	version, err := fields(b, func(n protowire.Number, v []byte) {
		switch n {
		case numberReport:
			report = join(report, v)
		case numberDecision:
			report = nil
		case numberFinding:
			finding = join(finding, v)
		}
	})
	switch {
	case err != nil:
		return out, err
	case version > versionReport:
		return out, fmt.Errorf("entry version %d: %w", version, ErrVersion)
	case finding == nil:
		return out, nil
	case report == nil:
		return out, errNoReport
	}
	var p Finding
	if err := proto.Unmarshal(finding, &p); err != nil {
		return out, fmt.Errorf("unmarshal finding: %w", err)
	}
	p.found(&out)
	out.Features, err = reportIn(report)
	return out, err
}

// join makes one message of two parts of a field, as protobuf has it. There is one part
// in all that this program writes.
func join(a, b []byte) []byte {
	if a == nil {
		return b
	}
	return append(slices.Clip(a), b...)
}

// reportIn reads id and time out of a Report.
func reportIn(report []byte) (*cluster.Features, error) {
	var features, id []byte
	if _, err := fields(report, func(n protowire.Number, v []byte) {
		if n == numberFeatures {
			features = join(features, v)
		}
	}); err != nil {
		return nil, err
	}
	at, err := fieldsOf(features, numberTime, func(n protowire.Number, v []byte) {
		if n == numberID {
			id = v
		}
	})
	if err != nil {
		return nil, err
	}
	f := &cluster.Features{Time: int64(at)}
	f.Report, err = reportID(id)
	return f, err
}

// fields calls each with the fields of a message that have a length, and gives its
// version.
func fields(b []byte, each func(protowire.Number, []byte)) (version uint64, err error) {
	return fieldsOf(b, numberVersion, each)
}

// fieldsOf does so, and gives the value of the field of that number, a varint.
func fieldsOf(b []byte, number protowire.Number, each func(protowire.Number, []byte)) (value uint64, err error) {
	for len(b) > 0 {
		n, kind, size := protowire.ConsumeTag(b)
		if size < 0 {
			return 0, fmt.Errorf("unmarshal entry: %w", protowire.ParseError(size))
		}
		b = b[size:]
		switch {
		case kind == protowire.BytesType:
			var v []byte
			if v, size = protowire.ConsumeBytes(b); size >= 0 {
				each(n, v)
			}
		case kind == protowire.VarintType:
			var v uint64
			if v, size = protowire.ConsumeVarint(b); n == number {
				value = v
			}
		default:
			size = protowire.ConsumeFieldValue(n, kind, b)
		}
		if size < 0 {
			return 0, fmt.Errorf("unmarshal entry: %w", protowire.ParseError(size))
		}
		b = b[size:]
	}
	return value, nil
}
