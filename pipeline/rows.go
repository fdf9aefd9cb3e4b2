package pipeline

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"shoal/pipeline/record"
)

// rows finds features records by offset. Offsets that ascend are read once.
type rows struct {
	from  Reader // stands at next; at the beginning to begin with
	ahead []Record
	next  int64
	end   int64 // at least this many offsets are there
}

// jump is how many records are read through rather than jumped over.
const jump = 5000

// at gives the record at offset; ok is false where there is none (any more).
func (r *rows) at(ctx context.Context, offset int64) (rec Record, ok bool, err error) {
	if offset < r.first() || offset > r.next+jump {
		r.move(offset)
	}
	for {
		for len(r.ahead) > 0 && r.ahead[0].Offset < offset {
			r.ahead = r.ahead[1:]
		}
		if len(r.ahead) > 0 {
			return r.ahead[0], r.ahead[0].Offset == offset, nil
		}
		if offset >= r.end { // or the fetch would wait for what never comes
			if r.end, err = r.from.End(ctx); err != nil || offset >= r.end {
				return rec, false, err
			}
		}
		if err := r.fetch(ctx); err != nil {
			return rec, false, err
		}
	}
}

func (r *rows) move(offset int64) {
	r.from.SetOffset(offset)
	r.ahead, r.next = nil, offset
}

func (r *rows) fetch(ctx context.Context) error {
	recs, err := r.from.Fetch(ctx)
	if err != nil {
		r.move(r.next)
		return err
	}
	r.ahead = recs
	if n := len(recs); n > 0 {
		r.next = recs[n-1].Offset + 1
	}
	return nil
}

// first is the lowest offset that needs no going back.
func (r *rows) first() int64 {
	if len(r.ahead) > 0 {
		return r.ahead[0].Offset
	}
	return r.next
}

// DefectRowLost marks the row of a report whose features record was gone.
const DefectRowLost = "row-lost"

// row gives the row of an assigned report and its size. A row that is gone is
// replaced by one that says so, since the report still counts.
func (w *Writer) row(ctx context.Context, ev *record.Event) (row *record.Row, size int, err error) {
	var value []byte
	err = w.cfg.Retry.do(ctx, w.cfg.Log, "read the row", func(ctx context.Context) error {
		rec, ok, err := w.rows.at(ctx, ev.GetOffset())
		if ok {
			value = rec.Value
		}
		return err
	}, w.metrics.failed)
	if err != nil {
		return nil, 0, fmt.Errorf("read features at %d: %w", ev.GetOffset(), err)
	}
	if row, err = readRow(value, ev.GetReportId()); err == nil {
		return row, len(value), nil
	}
	w.lost.Inc()
	w.cfg.Log.Error("row of a report is lost", "offset", ev.GetOffset(), "event", ev.GetSeq(), "err", err)
	return &record.Row{ReportedAtMs: ev.GetTimeMs(), ReceivedAtMs: ev.GetTimeMs(), Defects: []string{DefectRowLost}}, 0, nil
}

func readRow(value, report []byte) (*record.Row, error) {
	if value == nil {
		return nil, errors.New("the record is gone")
	}
	id, row, err := record.UnmarshalReport(value)
	switch {
	case err != nil:
		return nil, err
	case row == nil:
		return nil, errors.New("the record is no report")
	case !bytes.Equal(id[:], report):
		return nil, errors.New("the record is of another report")
	}
	return row, nil
}
