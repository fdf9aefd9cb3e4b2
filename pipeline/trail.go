package pipeline

import (
	"context"
	"encoding/hex"
	"log/slog"

	"shoal/cluster"
	"shoal/pipeline/record"
)

// What a report went through can be followed in the logs of the stages by its id,
// attribute "report", where they are shown at level debug.
const (
	trailExtracted = "report extracted"
	trailClustered = "report clustered"
	trailStored    = "report stored"
)

func tracing(log *slog.Logger) bool { return log.Enabled(context.Background(), slog.LevelDebug) }

// extracted follows what a worker has made durable.
func extracted(log *slog.Logger, features []Record) {
	if !tracing(log) {
		return
	}
	for i := range features {
		if id := reportIn(features[i].Value); id != "" {
			log.Debug(trailExtracted, "report", id, "topic", features[i].Topic, "partition", features[i].Partition, "offset", features[i].Offset)
		}
	}
}

// clustered follows what the clusterer has published.
func clustered(log *slog.Logger, published []Record) {
	if !tracing(log) {
		return
	}
	var events []*record.Event
	for i := range published {
		if ev, err := record.UnmarshalEvent(published[i].Value); err == nil {
			events = append(events, ev)
		}
	}
	followed(log, trailClustered, events)
}

// followed follows what events say of reports.
func followed(log *slog.Logger, what string, events []*record.Event) {
	if !tracing(log) {
		return
	}
	for _, ev := range events {
		switch kind := cluster.EventKind(ev.GetKind()); kind {
		case cluster.EventAssigned, cluster.EventRepeat, cluster.EventMoved:
			log.Debug(what, "report", hex.EncodeToString(ev.GetReportId()), "event", kind.String(), "campaign", ev.GetCampaign(),
				"seq", ev.GetSeq(), "topic", TopicFeatures, "offset", ev.GetOffset())
		}
	}
}

// reportIn is the id of the report in a features record, "" where it has none.
func reportIn(value []byte) string {
	entry, err := record.UnmarshalEntry(value)
	if err != nil || entry.Features == nil {
		return ""
	}
	return entry.Features.Report.String()
}
