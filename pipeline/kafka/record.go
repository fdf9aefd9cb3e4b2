package kafka

import (
	"errors"
	"fmt"
	"io"

	"github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/protocol"

	"shoal/pipeline"
)

// size is what a record counts for in bounds, in bytes.
func size(r *pipeline.Record) int {
	n := len(r.Key) + len(r.Value) + recordOverhead
	for _, h := range r.Headers {
		n += len(h.Name) + len(h.Value) + 4
	}
	return n
}

const recordOverhead = 24

// recordReader shows records to kafka-go without copying them.
type recordReader struct {
	recs []pipeline.Record
	rec  kafka.Record
}

func newRecordReader(recs []pipeline.Record) *recordReader { return &recordReader{recs: recs} }

// ReadRecord implements kafka.RecordReader. What it returns is valid until the
// next call.
func (r *recordReader) ReadRecord() (*kafka.Record, error) {
	if len(r.recs) == 0 {
		return nil, io.EOF
	}
	in := &r.recs[0]
	r.recs = r.recs[1:]
	r.rec = kafka.Record{Time: in.Time, Key: bytesOrNil(in.Key), Value: bytesOrNil(in.Value)}
	for _, h := range in.Headers {
		r.rec.Headers = append(r.rec.Headers, kafka.Header{Key: h.Name, Value: h.Value})
	}
	return &r.rec, nil
}

func bytesOrNil(b []byte) kafka.Bytes {
	if b == nil {
		return nil // kafka.NewBytes gives a typed nil
	}
	return kafka.NewBytes(b)
}

// readRecords copies the records at offset and after it out of an answer, and
// says which offset comes next. Control records are not for us, but count.
func readRecords(from kafka.RecordReader, topic string, part int, offset int64) (recs []pipeline.Record, next int64, err error) {
	next = offset
	batches := []kafka.RecordReader{from}
	if stream, ok := from.(*protocol.RecordStream); ok {
		batches = stream.Records
	}
	for _, batch := range batches {
		_, control := batch.(*protocol.ControlBatch)
		for {
			in, err := batch.ReadRecord()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				return recs, next, fmt.Errorf("read record after %s/%d/%d: %w", topic, part, next-1, err)
			}
			rec, err := copyRecord(in, topic, part)
			if err != nil {
				return recs, next, err
			}
			if rec.Offset < next {
				continue // a batch may begin before what was asked for
			}
			next = rec.Offset + 1
			if !control {
				recs = append(recs, rec)
			}
		}
	}
	return recs, next, nil
}

func copyRecord(in *kafka.Record, topic string, part int) (pipeline.Record, error) {
	out := pipeline.Record{Topic: topic, Partition: part, Offset: in.Offset, Time: in.Time}
	var err error
	if out.Key, err = copyBytes(in.Key); err != nil {
		return out, err
	}
	if out.Value, err = copyBytes(in.Value); err != nil {
		return out, err
	}
	for _, h := range in.Headers {
		out.Headers = append(out.Headers, pipeline.Header{Name: h.Key, Value: h.Value})
	}
	return out, nil
}

// copyBytes takes b out of kafka-go's pages and gives those back.
func copyBytes(b kafka.Bytes) ([]byte, error) {
	if b == nil {
		return nil, nil
	}
	defer b.Close()
	out := make([]byte, b.Len())
	if _, err := io.ReadFull(b, out); err != nil {
		return nil, fmt.Errorf("read record bytes: %w", err)
	}
	return out, nil
}
