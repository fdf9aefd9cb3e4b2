package record

import (
	"errors"
	"fmt"

	"shoal/cluster"
)

func fromFeatures(f *cluster.Features) *Features {
	out := &Features{
		ReportId: f.Report[:], TimeMs: f.Time,
		Text: fromSketch(f.Text), Words: fromSketch(f.Words), Tags: fromSketch(f.Tags),
		BodyDigest: f.BodyDigest, HtmlDigest: f.HTMLDigest,
	}
	out.putValues(f.Values)
	out.putSubject(f.Subject)
	for _, a := range f.Files {
		out.Files = append(out.Files, &File{
			Kind: uint32(a.Kind), Inline: a.Inline, Size: uint64(a.Size), Hash: a.Hash,
			Digest: a.Digest, Look: a.Look, Text: fromSketch(a.Text), Name: a.Name,
		})
	}
	return out
}

func toFeatures(p *Features) (*cluster.Features, error) {
	id, err := reportID(p.GetReportId())
	if err != nil {
		return nil, err
	}
	f := &cluster.Features{Report: id, Time: p.GetTimeMs(), BodyDigest: p.GetBodyDigest(), HTMLDigest: p.GetHtmlDigest()}
	var errs [5]error
	f.Text, errs[0] = toSketch(p.GetText())
	f.Words, errs[1] = toSketch(p.GetWords())
	f.Tags, errs[2] = toSketch(p.GetTags())
	f.Values, errs[3] = p.values()
	f.Subject, errs[4] = p.subject()
	if err := errors.Join(errs[:]...); err != nil {
		return nil, err
	}
	for _, a := range p.GetFiles() {
		text, err := toSketch(a.GetText())
		if err != nil {
			return nil, err
		}
		f.Files = append(f.Files, cluster.File{
			Kind: cluster.FileKind(a.GetKind()), Inline: a.GetInline(), Size: int(a.GetSize()), Hash: a.GetHash(),
			Digest: a.GetDigest(), Look: a.GetLook(), Text: text, Name: a.GetName(),
		})
	}
	return f, nil
}

func fromSketch(s cluster.Sketch) *Sketch {
	if s.Total == 0 && len(s.Hashes) == 0 {
		return nil
	}
	out := &Sketch{Total: uint32(s.Total), Packed: pack(s.Hashes)}
	if out.Packed == nil {
		out.Hashes = s.Hashes
	}
	return out
}

func toSketch(p *Sketch) (cluster.Sketch, error) {
	s := cluster.Sketch{Total: int(p.GetTotal()), Hashes: p.GetHashes()}
	if len(p.GetPacked()) == 0 {
		return s, nil
	}
	if len(s.Hashes) > 0 {
		return s, errPacked
	}
	var err error
	s.Hashes, err = unpack(p.GetPacked())
	return s, err
}

func fromDecision(d *cluster.Decision) *Decision {
	out := &Decision{
		Kind: uint32(d.Kind), TimeMs: d.Time, Campaign: string(d.Campaign), Other: string(d.Other),
		Label: d.Label, Actor: d.Actor, Note: d.Note,
	}
	for i := range d.Reports {
		out.Reports = append(out.Reports, d.Reports[i][:])
	}
	return out
}

func toDecision(p *Decision) (*cluster.Decision, error) {
	d := &cluster.Decision{
		Kind: cluster.DecisionKind(p.GetKind()), Time: p.GetTimeMs(),
		Campaign: cluster.CampaignID(p.GetCampaign()), Other: cluster.CampaignID(p.GetOther()),
		Label: p.GetLabel(), Actor: p.GetActor(), Note: p.GetNote(),
	}
	for _, b := range p.GetReports() {
		id, err := reportID(b)
		if err != nil {
			return nil, err
		}
		d.Reports = append(d.Reports, id)
	}
	return d, nil
}

func fromEvent(e *cluster.Event) *Event {
	out := &Event{
		Version: Version, Seq: e.Seq, Offset: e.Offset, TimeMs: e.Time, Kind: uint32(e.Kind),
		Campaign: string(e.Campaign), Other: string(e.Other), Operation: e.Operation,
		Label: e.Label, Actor: e.Actor, Note: e.Note, Score: float32(e.Score), Content: float32(e.Content),
	}
	if e.Report != (cluster.ReportID{}) {
		out.ReportId = e.Report[:]
	}
	out.Evidence = fromEvidence(e.Evidence)
	return out
}

func fromEvidence(all []cluster.Evidence) []*Evidence {
	var out []*Evidence
	for i := range all {
		v := &all[i]
		out = append(out, &Evidence{
			Key: uint32(v.Key), Matched: v.Matched[:], Value: v.Value,
			Score: float32(v.Score), Weight: float32(v.Weight),
		})
	}
	return out
}

func reportID(b []byte) (cluster.ReportID, error) {
	var id cluster.ReportID
	if len(b) != len(id) {
		return id, fmt.Errorf("report id of %d bytes, want %d", len(b), len(id))
	}
	copy(id[:], b)
	return id, nil
}
