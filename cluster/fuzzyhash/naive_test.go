package fuzzyhash

import (
	"math/rand/v2"
	"strconv"
	"strings"
)

// naiveCompare is fuzzy_compare written down plainly, on texts.
func naiveCompare(a, b string) int {
	as, bs := strings.Split(a, ":"), strings.Split(b, ":")
	sizeA, _ := strconv.Atoi(as[0])
	sizeB, _ := strconv.Atoi(bs[0])
	for i := 1; i < 3; i++ {
		as[i], bs[i] = cutRuns(as[i]), cutRuns(bs[i])
	}
	switch {
	case sizeA == sizeB && as[1] == bs[1] && as[2] == bs[2]:
		return 100
	case sizeA == sizeB:
		return max(naiveScore(as[1], bs[1], sizeA), naiveScore(as[2], bs[2], 2*sizeA))
	case sizeA == 2*sizeB:
		return naiveScore(as[1], bs[2], sizeA)
	case sizeB == 2*sizeA:
		return naiveScore(as[2], bs[1], sizeB)
	}
	return 0
}

func cutRuns(s string) string {
	var out []byte
	for i := range len(s) {
		if i < 3 || s[i] != s[i-1] || s[i] != s[i-2] || s[i] != s[i-3] {
			out = append(out, s[i])
		}
	}
	return string(out)
}

func naiveScore(a, b string, size int) int {
	if !naiveShare(a, b) {
		return 0
	}
	score := 100 - 100*(naiveDistance(a, b)*64/(len(a)+len(b)))/64
	if size >= 45 {
		return score
	}
	return min(score, size/3*min(len(a), len(b)))
}

func naiveShare(a, b string) bool {
	for i := 0; i+7 <= len(a); i++ {
		if strings.Contains(b, a[i:i+7]) {
			return true
		}
	}
	return false
}

// naiveDistance is the edit distance where a replacement costs two.
func naiveDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replace := diagonal + 2
			if a[i] == b[j] {
				replace = diagonal
			}
			diagonal = row[j+1]
			row[j+1] = min(row[j]+1, row[j+1]+1, replace)
		}
	}
	return row[len(b)]
}

// digests makes n texts of digests, many of them related: those of inputs and
// of their mutants, and signatures made up from few or many characters at few
// block sizes, then edited.
func digests(r *rand.Rand, n int) []string {
	var all []string
	for len(all) < n {
		if r.IntN(3) == 0 {
			data := input(kinds[r.IntN(len(kinds))], r.Uint64(), r.IntN(1<<(4+r.IntN(12))))
			all = append(all, Sum(data), Sum(mutate(r, data, 1+r.IntN(4))), Sum(mutate(r, data, 20)))
			continue
		}
		d := madeUp(r)
		all = append(all, d.text())
		for range 3 {
			all = append(all, d.edited(r).text())
		}
	}
	return all[:n]
}

// signatures are a digest in parts.
type signatures struct {
	level         int
	first, second string
}

func (s signatures) text() string {
	return strconv.Itoa(3<<s.level) + ":" + s.first + ":" + s.second
}

func madeUp(r *rand.Rand) signatures {
	letters := alphabet[:[]int{2, 5, 64, 64}[r.IntN(4)]]
	made := func(longest int) string {
		n := []int{longest, r.IntN(longest + 1), r.IntN(9)}[r.IntN(3)]
		return string(fill(r, n, func() byte { return letters[r.IntN(len(letters))] }))
	}
	return signatures{r.IntN([]int{7, 7, 31}[r.IntN(3)]), made(firstSize), made(secondSize)}
}

// edited is a relative: some characters changed, a run put in, the block size
// halved or doubled with the signatures in their places.
func (s signatures) edited(r *rand.Rand) signatures {
	s.first, s.second = editText(r, s.first, firstSize), editText(r, s.second, secondSize)
	switch r.IntN(6) {
	case 0:
		if s.level < levels-1 {
			return signatures{s.level + 1, s.second, s.first[:min(len(s.first), secondSize)]}
		}
	case 1:
		if s.level > 0 {
			return signatures{s.level - 1, s.second, s.first[:min(len(s.first), secondSize)]}
		}
	}
	return s
}

func editText(r *rand.Rand, s string, longest int) string {
	b := []byte(s)
	for range r.IntN(8) {
		if len(b) == 0 {
			return ""
		}
		at := r.IntN(len(b))
		switch r.IntN(4) {
		case 0:
			b[at] = alphabet[r.IntN(64)]
		case 1:
			b = append(b[:at], b[at+1:]...)
		case 2:
			b = append(b, b[:at]...)
		case 3:
			b = append(b[:at], strings.Repeat(string(b[at]), r.IntN(9))+string(b[at:])...)
		}
		b = b[:min(len(b), longest)]
	}
	return string(b)
}
