package simulate

import (
	"container/heap"
	"iter"
	"math"
	"slices"
	"time"
)

// Parameters of the lognormal size of campaigns in mails. Of the two conditions,
// the share of the largest tenth gives sigma: for a lognormal it is
// Phi(sigma - 1.2816) = 0.76; then P(mails < 1000) = 0.91 gives mu.
const (
	sizeSigma = 1.988
	sizeMu    = 4.243
	meanMails = 501 // exp(mu + sigma²/2)
	maxMails  = 250_000
)

// Parameters of the lognormal life of campaigns in hours: a median of 36 hours
// and P(life < 168) = 0.8.
const (
	lifeMu    = 3.583
	lifeSigma = 1.830
	maxLife   = 60 * 24 * time.Hour
)

// stream is a campaign, or an issue of a newsletter: reports of one thing over
// some time.
type stream struct {
	id    uint64
	ham   bool
	size  int32
	start int64 // Unix milliseconds
	life  int64 // milliseconds
}

// plan is all that is decided before the first report.
type plan struct {
	cfg     Config
	streams []stream // by start
	// campaigns is how many of the streams are campaigns.
	campaigns   int
	alone, ham  int // reports that belong to no stream
	backgroundN int
}

func newPlan(cfg Config) *plan {
	p := &plan{cfg: cfg}
	campaign, alone, ham := cfg.counts()
	p.alone = alone
	r := newRNG(cfg.Seed, ofSizes)
	p.draw(r, campaign, false, func() (int, time.Duration) { return p.campaign(r) })
	p.campaigns = len(p.streams)
	bulk := ham * 45 / 100
	p.ham = ham - bulk
	p.draw(r, bulk, true, func() (int, time.Duration) {
		return int(r.lognormal(1.8, 0.9)) + 1, 12 * time.Hour
	})
	p.backgroundN = p.alone + p.ham
	slices.SortFunc(p.streams, func(a, b stream) int { return compareStarts(&a, &b) })
	return p
}

func compareStarts(a, b *stream) int {
	switch {
	case a.start < b.start:
		return -1
	case a.start > b.start:
		return 1
	case a.id < b.id:
		return -1
	}
	return 1
}

// draw adds streams until n reports are planned.
func (p *plan) draw(r *rng, n int, ham bool, one func() (int, time.Duration)) {
	largest := max(2, p.cfg.Reports/5)
	for n > 0 {
		size, life := one()
		size = min(size, n, largest)
		if size == 0 {
			continue // nobody reported it
		}
		n -= size
		p.streams = append(p.streams, stream{
			id: uint64(len(p.streams)), ham: ham, size: int32(size), life: life.Milliseconds(),
			start: p.cfg.Start.UnixMilli() + int64(r.Float64()*float64(p.cfg.Span.Milliseconds())),
		})
	}
}

// campaign draws how many reports a campaign gets and how long it lives.
func (p *plan) campaign(r *rng) (reports int, life time.Duration) {
	mails := drawMails(r)
	return thin(r, mails, p.cfg.rate()), drawLife(r)
}

func drawMails(r *rng) int {
	return int(min(maxMails, math.Round(r.lognormal(sizeMu, sizeSigma)))) + 1
}

func drawLife(r *rng) time.Duration {
	h := r.lognormal(lifeMu, lifeSigma)
	return min(maxLife, time.Duration(h*float64(time.Hour)))
}

// thin is how many of n mails are reported, by the normal approximation of the
// binomial distribution where n is large.
func thin(r *rng, n int, rate float64) int {
	if rate >= 1 {
		return n
	}
	if n < 64 {
		k := 0
		for range n {
			if r.chance(rate) {
				k++
			}
		}
		return k
	}
	mean := float64(n) * rate
	k := math.Round(mean + math.Sqrt(mean*(1-rate))*r.NormFloat64())
	return int(max(0, min(float64(n), k)))
}

// slot is one report to be made: the i-th of a stream, or of the background.
type slot struct {
	time   int64
	stream *stream // nil for the background
	i      int
}

// live are the streams under way, the one that comes next first.
type live []slot

func (l live) Len() int { return len(l) }
func (l live) Less(i, j int) bool {
	if l[i].time != l[j].time {
		return l[i].time < l[j].time
	}
	return l[i].stream.id < l[j].stream.id
}
func (l live) Swap(i, j int) { l[i], l[j] = l[j], l[i] }
func (l *live) Push(x any)   { *l = append(*l, x.(slot)) }
func (l *live) Pop() any     { s := (*l)[len(*l)-1]; *l = (*l)[:len(*l)-1]; return s }

// at is when the i-th report of a stream comes: most of a campaign is sent early.
func (p *plan) at(s *stream, i int) int64 {
	u := float64(mix(p.cfg.Seed^mix(s.id)^uint64(i)<<32)>>11) / (1 << 53)
	x := (float64(i) + u) / float64(s.size)
	return s.start + int64(math.Pow(x, 1.6)*float64(s.life))
}

// background is when the i-th report comes that belongs to no stream.
func (p *plan) background(i int) int64 {
	u := float64(mix(p.cfg.Seed^mix(uint64(i)+1))>>11) / (1 << 53)
	return p.cfg.Start.UnixMilli() + int64((float64(i)+u)/float64(p.backgroundN)*float64(p.cfg.Span.Milliseconds()))
}

// slots yields every report in order of time.
func (p *plan) slots() iter.Seq[slot] {
	return func(yield func(slot) bool) {
		var l live
		next, back := 0, 0
		for {
			t := int64(math.MaxInt64)
			if back < p.backgroundN {
				t = p.background(back)
			}
			for next < len(p.streams) && p.streams[next].start <= t && (len(l) == 0 || p.streams[next].start <= l[0].time) {
				s := &p.streams[next]
				heap.Push(&l, slot{p.at(s, 0), s, 0})
				next++
			}
			switch {
			case len(l) > 0 && l[0].time <= t:
				s := l[0]
				if !yield(s) {
					return
				}
				if s.i++; s.i < int(s.stream.size) {
					s.time = p.at(s.stream, s.i)
					l[0] = s
					heap.Fix(&l, 0)
				} else {
					heap.Pop(&l)
				}
			case back < p.backgroundN:
				if !yield(slot{time: t, i: back}) {
					return
				}
				back++
			default:
				return
			}
		}
	}
}

// isAlone says whether the i-th report of the background is abuse.
func (p *plan) isAlone(i int) bool {
	r := newRNG(p.cfg.Seed, ofBackground, uint64(i))
	return r.Float64()*float64(p.backgroundN) < float64(p.alone)
}
