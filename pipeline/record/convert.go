package record

import (
	"fmt"

	"shoal/cluster"
)

func fromFeatures(f *cluster.Features) *Features {
	out := &Features{
		ReportId: f.Report[:], TimeMs: f.Time,
		Text: fromSketch(f.Text), Words: fromSketch(f.Words), Tags: fromSketch(f.Tags),
		Subject: f.Subject, BodyDigest: f.BodyDigest, HtmlDigest: f.HTMLDigest,
	}
	for _, a := range f.Files {
		out.Files = append(out.Files, &File{
			Kind: uint32(a.Kind), Inline: a.Inline, Size: uint64(a.Size), Hash: a.Hash,
			Digest: a.Digest, Look: a.Look, Text: fromSketch(a.Text), Name: a.Name,
		})
	}
	for _, v := range f.Values {
		out.Values = append(out.Values, &Value{Key: uint32(v.Key), Hash: v.Hash, Text: v.Text})
	}
	return out
}

func toFeatures(p *Features) (*cluster.Features, error) {
	id, err := reportID(p.GetReportId())
	if err != nil {
		return nil, err
	}
	f := &cluster.Features{
		Report: id, Time: p.GetTimeMs(),
		Text: toSketch(p.GetText()), Words: toSketch(p.GetWords()), Tags: toSketch(p.GetTags()),
		Subject: p.GetSubject(), BodyDigest: p.GetBodyDigest(), HTMLDigest: p.GetHtmlDigest(),
	}
	for _, a := range p.GetFiles() {
		f.Files = append(f.Files, cluster.File{
			Kind: cluster.FileKind(a.GetKind()), Inline: a.GetInline(), Size: int(a.GetSize()), Hash: a.GetHash(),
			Digest: a.GetDigest(), Look: a.GetLook(), Text: toSketch(a.GetText()), Name: a.GetName(),
		})
	}
	for _, v := range p.GetValues() {
		f.Values = append(f.Values, cluster.Value{Key: cluster.Key(v.GetKey()), Hash: v.GetHash(), Text: v.GetText()})
	}
	return f, nil
}

func fromSketch(s cluster.Sketch) *Sketch {
	if s.Total == 0 && len(s.Hashes) == 0 {
		return nil
	}
	return &Sketch{Total: uint32(s.Total), Hashes: s.Hashes}
}

func toSketch(p *Sketch) cluster.Sketch {
	return cluster.Sketch{Total: int(p.GetTotal()), Hashes: p.GetHashes()}
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
	for i := range e.Evidence {
		v := &e.Evidence[i]
		out.Evidence = append(out.Evidence, &Evidence{
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
