// Package fuzzyhash computes, parses, compares and indexes ssdeep digests.
//
// A digest is the context-triggered piecewise hash of ssdeep (Kornblum,
// "Identifying almost identical files using context triggered piecewise
// hashing", 2006): a block size and two signatures, the first made of pieces
// of about that many bytes, the second of pieces twice as long. Two inputs
// that share long stretches have signatures that share characters in order.
//
// Digests and scores are those of C ssdeep 2.14, to the last character and the
// last point. The tests hold the package to golden files of libfuzzy, to the
// command ssdeep where it is installed, and with `go test -tags libfuzzy` to
// the C library itself. What C does, in short:
//
//   - Runs of more than three equal characters are cut to three before a
//     comparison.
//   - Equal digests score 100, also where the signatures are short or empty.
//   - Otherwise signatures are compared only at a block size that both digests
//     have, and only if they share seven characters in a row.
//   - The score then falls with the number of characters to insert and delete
//     to make one signature of the other, and is capped for block sizes under 48.
//
// [Sum] is the package's own. github.com/glaslos/ssdeep v1.0.0 gives the same
// digests, and the tests hold Sum to it everywhere; but it needs a package
// variable set, makes 30 to 70 allocations a digest and takes five times as
// long, which is as much as parsing the message.
//
// [Grams] gives the keys by which every pair that scores above zero can be
// found without comparing all pairs, and [Index] is the plainest use of them.
//
// Against fuzzy_compare of libfuzzy, which reads two texts, in one run
// (go test -tags libfuzzy -bench AgainstLibfuzzy): [Compare] is 5.3 to 5.4 times as
// fast, a [Probe], which is what a comparison with many takes, 9 times where the
// signatures share a stretch and 19 times where they do not; both are 47 times as fast
// where the digests are equal.
//
// The package knows nothing of messages and does not decide what a score
// means. It has no state, and all its functions are safe for concurrent use;
// an [Index] is not.
package fuzzyhash
