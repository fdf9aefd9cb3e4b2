package simulate

import (
	"math"
	"math/rand/v2"
)

// rng is the chance of one thing: a campaign, a message, a mailbox. Each thing has
// one of its own, seeded by what it is, so that nothing depends on the order in
// which things are made.
type rng struct{ *rand.Rand }

// Purposes, the first part of what seeds an rng.
const (
	ofSizes uint64 = iota + 1
	ofClass
	ofCampaign
	ofMessage
	ofMailbox
	ofKit
	ofPadding
	ofBackground
	ofSender
	ofIssue
	ofCrew
	ofService
	ofPost
	ofWords
)

func newRNG(parts ...uint64) *rng {
	h := uint64(0x9e3779b97f4a7c15)
	for _, p := range parts {
		h = mix(h ^ mix(p+0x632be59bd9b4e019))
	}
	return &rng{rand.New(rand.NewPCG(h, mix(h)))}
}

// mix is the finaliser of SplitMix64.
func mix(h uint64) uint64 {
	h += 0x9e3779b97f4a7c15
	h = (h ^ h>>30) * 0xbf58476d1ce4e5b9
	h = (h ^ h>>27) * 0x94d049bb133111eb
	return h ^ h>>31
}

// chance is true with probability p.
func (r *rng) chance(p float64) bool { return r.Float64() < p }

// between is a number from a to b, both included.
func (r *rng) between(a, b int) int { return a + r.IntN(b-a+1) }

func (r *rng) lognormal(mu, sigma float64) float64 { return math.Exp(mu + sigma*r.NormFloat64()) }

// zipf is a number below n; low ones are likelier.
func (r *rng) zipf(n int) int {
	return min(n-1, int(math.Exp(r.Float64()*math.Log(float64(n+1))))-1)
}

func pick[T any](r *rng, from []T) T { return from[r.IntN(len(from))] }

// draw gives n distinct members, in random order.
func draw[T any](r *rng, from []T, n int) []T {
	out := make([]T, 0, n)
	for _, i := range r.Perm(len(from))[:min(n, len(from))] {
		out = append(out, from[i])
	}
	return out
}

const (
	digits   = "0123456789"
	capitals = "ABCDEFGHJKLMNPQRSTUVWXYZ"
	hexes    = "0123456789abcdef"
	alnum    = "abcdefghijklmnopqrstuvwxyz0123456789"
	base58   = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
)

// letters is a word of n signs of an alphabet.
func (r *rng) letters(alphabet string, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = alphabet[r.IntN(len(alphabet))]
	}
	return string(b)
}
