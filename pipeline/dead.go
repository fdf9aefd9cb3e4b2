package pipeline

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
)

// Names of the headers that a dead letter has beside [HeaderReason] and the
// headers of the record that it was. Topic, partition and offset together are
// its identity: after a crash a letter can be there twice.
const (
	HeaderOriginTopic     = "origin-topic"
	HeaderOriginPartition = "origin-partition"
	HeaderOriginOffset    = "origin-offset"
	// HeaderDetail is the error text.
	HeaderDetail = "detail"
	// HeaderCut gives the original length of a value that had to be cut.
	HeaderCut = "cut"
)

// cutTo is what is left of a value that no topic takes.
const cutTo = 512 << 10

// maxDetail bounds the error text of a letter, in bytes.
const maxDetail = 500

var deadHeaders = []string{HeaderReason, HeaderDetail, HeaderOriginTopic, HeaderOriginPartition, HeaderOriginOffset, HeaderCut}

// LetterHeaders gives the headers of a dead letter without those that made it
// one: the headers of the record that it was.
func LetterHeaders(hs []Header) []Header {
	return slices.DeleteFunc(slices.Clone(hs), func(h Header) bool { return slices.Contains(deadHeaders, h.Name) })
}

func letter(rec Record, dead *DeadError) Record {
	hs := append(LetterHeaders(rec.Headers),
		Header{HeaderReason, []byte(dead.Reason)},
		Header{HeaderOriginTopic, []byte(rec.Topic)},
		Header{HeaderOriginPartition, strconv.AppendInt(nil, int64(rec.Partition), 10)},
		Header{HeaderOriginOffset, strconv.AppendInt(nil, rec.Offset, 10)},
	)
	if dead.Err != nil {
		detail := dead.Err.Error()
		hs = append(hs, Header{HeaderDetail, []byte(detail[:min(len(detail), maxDetail)])})
	}
	return Record{Value: rec.Value, Headers: hs}
}

// mortician buries records of one stage.
type mortician struct {
	sink    Sink
	retry   Retry
	log     *slog.Logger
	metrics *stageMetrics
}

// bury writes the letters and returns when they are durable. One that is too
// large even for "reports.dead" is cut.
func (m *mortician) bury(ctx context.Context, letters []Record) error {
	for len(letters) > 0 {
		n := len(letters)
		err := m.write(ctx, letters)
		if errors.Is(err, ErrTooLarge) {
			n, err = 1, m.buryOne(ctx, letters[0])
		}
		if err != nil {
			return err
		}
		for i := range letters[:n] {
			m.count(&letters[i])
		}
		letters = letters[n:]
	}
	return nil
}

func (m *mortician) buryOne(ctx context.Context, l Record) error {
	err := m.write(ctx, []Record{l})
	if !errors.Is(err, ErrTooLarge) {
		return err
	}
	size := len(l.Value)
	l.Headers = []Header{{HeaderCut, strconv.AppendInt(nil, int64(size), 10)}, {HeaderReason, value(l.Headers, HeaderReason)},
		{HeaderOriginTopic, value(l.Headers, HeaderOriginTopic)},
		{HeaderOriginPartition, value(l.Headers, HeaderOriginPartition)},
		{HeaderOriginOffset, value(l.Headers, HeaderOriginOffset)}}
	l.Value = l.Value[:min(size, cutTo)]
	return m.write(ctx, []Record{l})
}

func (m *mortician) write(ctx context.Context, letters []Record) error {
	err := m.retry.do(ctx, m.log, "write dead letters", func(ctx context.Context) error {
		return m.sink.Write(ctx, letters)
	}, m.metrics.failed)
	if err != nil {
		return fmt.Errorf("write %d dead letters: %w", len(letters), err)
	}
	return nil
}

func (m *mortician) count(l *Record) {
	reason := Reason(value(l.Headers, HeaderReason))
	m.metrics.progress.Dead.Add(1)
	m.metrics.dead[reason].Inc()
	topic, report := string(value(l.Headers, HeaderOriginTopic)), ""
	if topic == TopicFeatures {
		report = reportIn(l.Value)
	}
	m.log.Warn("record went to the dead letter", "reason", reason, "report", report,
		"topic", topic,
		"partition", string(value(l.Headers, HeaderOriginPartition)),
		"offset", string(value(l.Headers, HeaderOriginOffset)))
}

// value is the last header of that name: what this program added.
func value(hs []Header, name string) []byte {
	for _, h := range slices.Backward(hs) {
		if h.Name == name {
			return h.Value
		}
	}
	return nil
}
