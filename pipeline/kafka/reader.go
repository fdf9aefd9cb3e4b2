package kafka

import (
	"context"

	"shoal/pipeline"
)

// Reader reads partition 0 of a topic, from anywhere, without a group. It is a
// pipeline.Reader and a pipeline.Tail.
type Reader struct{ cursor }

// NewReader returns a reader that stands at the beginning of topic.
func (c *Client) NewReader(topic string) *Reader {
	return &Reader{cursor{client: c, topic: topic}}
}

// SetOffset makes the next Fetch begin at offset.
func (r *Reader) SetOffset(offset int64) { r.offset = offset }

// Fetch implements pipeline.Reader.
func (r *Reader) Fetch(ctx context.Context) ([]pipeline.Record, error) { return r.next(ctx) }

// End is the offset after the last record.
func (r *Reader) End(ctx context.Context) (int64, error) {
	_, end, err := r.client.bounds(ctx, r.topic, r.part)
	return end, err
}

// At gives the record at offset; ok is false where there is none, or none any
// more. It does not move the reader, and it reads no more than one answer.
func (r *Reader) At(ctx context.Context, offset int64) (rec pipeline.Record, ok bool, err error) {
	first, end, err := r.client.bounds(ctx, r.topic, r.part)
	if err != nil || offset < first || offset >= end {
		return rec, false, err
	}
	one := r.cursor
	for one.offset = offset; one.offset <= offset; {
		recs, err := one.fetch(ctx)
		if err != nil {
			return rec, false, err
		}
		if len(recs) > 0 {
			return recs[0], recs[0].Offset == offset, nil
		}
		if ctx.Err() != nil {
			return rec, false, context.Cause(ctx)
		}
	}
	return rec, false, nil
}

// Last gives the last record there is. It does not move the reader.
func (r *Reader) Last(ctx context.Context) (pipeline.Record, bool, error) {
	first, end, err := r.client.bounds(ctx, r.topic, r.part)
	if err != nil || first >= end {
		return pipeline.Record{}, false, err
	}
	tail := r.cursor
	// The record before the end can be a control record or gone: step back.
	for back := int64(1); ; back *= 2 {
		tail.offset = max(first, end-back)
		begin := tail.offset
		last, err := tail.lastBefore(ctx, end)
		if err != nil || last.Topic != "" {
			return last, err == nil, err
		}
		if begin == first {
			return pipeline.Record{}, false, nil
		}
	}
}

// lastBefore reads up to end and returns the last record on the way, without a
// topic where there was none.
func (c *cursor) lastBefore(ctx context.Context, end int64) (last pipeline.Record, err error) {
	for c.offset < end {
		before := c.offset
		recs, err := c.fetch(ctx)
		if err != nil {
			return last, err
		}
		for _, rec := range recs {
			if rec.Offset < end {
				last = rec
			}
		}
		if c.offset == before && ctx.Err() != nil {
			return last, ctx.Err()
		}
	}
	return last, nil
}
