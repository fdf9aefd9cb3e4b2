package pipeline

import (
	"context"
	"errors"
	"testing"
)

// listReader is a Reader over records with ascending offsets, gaps among them.
type listReader struct {
	offsets []int64
	at      int64
	fetches int
}

func (r *listReader) SetOffset(offset int64)             { r.at = offset }
func (r *listReader) End(context.Context) (int64, error) { return r.offsets[len(r.offsets)-1] + 1, nil }

func (r *listReader) Fetch(context.Context) (recs []Record, err error) {
	r.fetches++
	for _, o := range r.offsets {
		if o >= r.at && len(recs) < 3 {
			recs = append(recs, Record{Offset: o})
		}
	}
	if len(recs) == 0 {
		return nil, errors.New("would block for ever")
	}
	r.at = recs[len(recs)-1].Offset + 1
	return recs, nil
}

func TestRowsAreFoundInAnyOrder(t *testing.T) {
	const far = jump * 3
	list := &listReader{offsets: []int64{0, 1, 2, 3, 4, 7, 8, 9, far, far + 1}}
	r := rows{from: list}
	for _, step := range []struct {
		offset  int64
		want    bool
		fetches int // in all so far
	}{
		{0, true, 1}, {0, true, 1}, {2, true, 1}, {4, true, 2}, {5, false, 2}, {7, true, 2},
		{1, true, 3}, // back
		{9, true, 5}, // on again
		{far + 1, true, 5},
		{0, true, 6},
		{far, true, 7},      // far on
		{far + 2, false, 7}, // past the end
		{3, true, 8},
	} {
		rec, ok, err := r.at(t.Context(), step.offset)
		if err != nil || ok != step.want || ok && rec.Offset != step.offset {
			t.Errorf("at(%d) = %d, %v, %v, want %v", step.offset, rec.Offset, ok, err, step.want)
		}
		if list.fetches != step.fetches {
			t.Errorf("at(%d): %d fetches so far, want %d", step.offset, list.fetches, step.fetches)
		}
	}
}
