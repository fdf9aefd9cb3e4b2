package main

import (
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// seed makes the corpus what it is. Another one gives another corpus of the
// same story.
const seed = 20201020

// file is one file of the corpus: a path with slashes, and its content.
type file struct {
	path string
	data []byte
}

// item is one reported message with what the corpus knows of it.
type item struct {
	// campaign is the label, "-" where the message stands alone.
	campaign string
	// family ties campaigns of one operation, "-" where there is none.
	family string
	// kind is campaign, single (abuse, alone) or ham.
	kind string
	// political mail has its recipient in voters.csv; other mail has some.
	political bool

	to   person
	sent sent
	// text is the visible text, for the figures in campaigns.tsv.
	text string
}

// parts of the story. Each is given the mail addresses that are taken, and adds
// those that it takes.
var parts = []func(taken map[string]bool) []item{
	threats, videoLure, membershipHoax, marchHoax, prank,
	sextortion, support, casino, invoices,
	newsletters, thread, letters, tellings,
}

// corpus makes every file, in order of path.
func corpus() []file {
	var items []item
	taken := map[string]bool{}
	for _, tell := range parts {
		items = append(items, tell(taken)...)
	}
	slices.SortStableFunc(items, func(a, b item) int { return a.sent.at.Compare(b.sent.at) })
	packed, files := pack(items)
	files = append(files, tables(items, packed)...)
	slices.SortFunc(files, func(a, b file) int { return strings.Compare(a.path, b.path) })
	return files
}

// stream gives each part of the story chance of its own, so that a change in
// one part leaves the others as they were.
func stream(name string) *rand.Rand {
	h := fnv.New64a()
	h.Write([]byte(name))
	return rand.New(rand.NewPCG(seed, h.Sum64()))
}

// pick returns one of the choices.
func pick[T any](r *rand.Rand, choices ...T) T { return choices[r.IntN(len(choices))] }

// moment is a time in October 2020, some minutes of chance after day, hour.
func moment(r *rand.Rand, day, hour, spread int) time.Time {
	start := time.Date(2020, time.October, day, hour, 0, 0, 0, time.UTC)
	return start.Add(time.Duration(r.IntN(spread*3600)) * time.Second)
}

// spin chooses among the alternatives of each {a|b|c} in text.
func spin(r *rand.Rand, text string) string {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(text, "{")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		var choices string
		choices, text, _ = strings.Cut(rest, "}")
		b.WriteString(pick(r, strings.Split(choices, "|")...))
	}
}

// token is n characters as links, boundaries and queue ids have them.
func token(r *rand.Rand, n int) string {
	const alphabet = "0123456789abcdefghijklmnopqrstuvwxyz"
	b := make([]byte, n)
	for i := range b {
		b[i] = alphabet[r.IntN(len(alphabet))]
	}
	return string(b)
}
