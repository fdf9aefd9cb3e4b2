package cluster

import (
	"encoding/hex"
	"fmt"
)

// ReportID names a report: the first 16 bytes of a SHA-256 over message,
// recipient and reporter. The same report twice has the same id.
type ReportID [16]byte

// String gives the id as 32 hexadecimal digits.
func (id ReportID) String() string { return hex.EncodeToString(id[:]) }

// ParseReportID reads what [ReportID.String] printed.
func ParseReportID(s string) (ReportID, error) {
	var id ReportID
	if len(s) != hex.EncodedLen(len(id)) {
		return id, fmt.Errorf("report id %q: want %d hexadecimal digits", s, hex.EncodedLen(len(id)))
	}
	if _, err := hex.Decode(id[:], []byte(s)); err != nil {
		return id, fmt.Errorf("report id %q: %w", s, err)
	}
	return id, nil
}

// Features is what the engine compares of one report. An absent feature is the
// zero value; absent never agrees with absent.
type Features struct {
	// Report is the report's id.
	Report ReportID
	// Time is when the report entered the log, in Unix milliseconds. The
	// engine uses it for idleness only, never for similarity.
	Time int64

	// Text samples the word 3-shingles of the normalised visible text,
	// wrappers (forwarding headers, list footers, quotes) stripped.
	Text Sketch
	// Words samples the distinct words of the same text.
	Words Sketch
	// Subject holds the hashes of the subject's normalised words, in order,
	// reply and forward prefixes and list tags stripped.
	Subject []uint32
	// Tags samples the 4-shingles of the HTML tag sequence.
	Tags Sketch
	// BodyDigest is the ssdeep digest of the normalised text, "" if it is too short to mean anything.
	BodyDigest string
	// HTMLDigest is the ssdeep digest of the HTML skeleton (tags and
	// attribute names), "" without HTML.
	HTMLDigest string
	// Files are attachments and inline images, in order of appearance.
	Files []File
	// Values are the features that agree exactly or not at all, sorted by
	// key, then hash, without repeats.
	Values []Value
}

// Sketch is a bottom-k sample of a set of 32-bit hashes: the smallest hashes,
// ascending, of a set of Total distinct members. Two sketches made with one k
// estimate resemblance and containment of their sets (Broder 1997).
type Sketch struct {
	Total  int
	Hashes []uint32
}

// Sizes of the samples. The extractor cuts to these; the engine refuses longer
// ones (see [Features.Validate]).
const (
	TextSketchSize = 96
	WordSketchSize = 96
	TagSketchSize  = 32
	FileSketchSize = 48
	MaxSubject     = 24
	MaxFiles       = 12
	MaxValues      = 96
	// MaxValueText is the longest display text of a value, in bytes.
	MaxValueText = 64
	// MaxDigest is the longest ssdeep digest: block size, two signatures of
	// 64 and 32 characters, two colons.
	MaxDigest = 148
)

// FileKind is a coarse class of attachment.
type FileKind uint8

// Kinds of attachment.
const (
	FileOther FileKind = iota
	FileImage
	FileDocument // PDF, office, text, HTML
	FileArchive
	FileProgram
	FileCalendar
)

// File is one attachment or inline image.
type File struct {
	Kind   FileKind
	Inline bool
	Size   int
	// Hash is the first 8 bytes, big-endian, of the SHA-256 of the decoded bytes.
	Hash uint64
	// Digest is the ssdeep digest of the decoded bytes.
	Digest string
	// Look is a 64-bit perceptual hash (pHash) of an image, 0 if none could be
	// had or the picture is blank.
	Look uint64
	// Text samples the word 3-shingles of a document's text.
	Text Sketch
	// Name is a display text: the file's name, shortened.
	Name string
}

// Key is one kind of feature used as evidence. The numbers are part of the
// features record and of snapshots: never renumber, only append.
type Key uint8

// Keys. The first group is computed from sketches and digests; the others are
// kinds of [Value].
const (
	KeyNone       Key = iota
	KeyText           // shingles of the visible text
	KeyWords          // words of the visible text
	KeyBodyDigest     // ssdeep of the normalised text
	KeyTags           // shingles of the HTML tags
	KeyHTMLDigest     // ssdeep of the HTML skeleton
	KeySubject        // words of the subject
	KeyFileHash       // SHA-256 of an attachment
	KeyFileDigest     // ssdeep of an attachment
	KeyFileText       // text of an attachment
	KeyLook           // perceptual hash of an image
	KeyCore           // what all exemplars of a campaign have in common
	KeyBreadth        // how many independent kinds of content agree
)

// Keys of values.
const (
	KeySubjectShape  Key = 32 + iota // whole subject, numbers masked, recipient masked
	KeyURL                           // host and path, query and token segments masked
	KeyURLPath                       // shape of path and query, without the host
	KeyHost                          // full host of a link, lower case
	KeyDomain                        // registrable domain of a link
	KeyPhone                         // phone number, digits
	KeyWallet                        // cryptocurrency address
	KeyContact                       // mail address in the body (not the recipient's)
	KeyMacro                         // template macro that was never filled in
	KeyToken                         // rare-looking word: ticker, price, code, odd spelling
	KeySenderAddress                 // whole From address
	KeySenderDomain                  // registrable domain of the From address
	KeySenderLocal                   // local part of the From address, shape
	KeySenderName                    // From display name, numbers masked
	KeyReplyTo                       // Reply-To address
	KeyMessageID                     // pattern of the Message-ID
	KeyBoundary                      // pattern of the MIME boundary
	KeyHeader                        // header fingerprint: fields, order, spelling
	KeyMailer                        // X-Mailer or User-Agent
	KeySourceIP                      // address of the sending server
	KeyNetwork                       // its /24 or /48
	KeyHELO                          // its HELO name
	KeyReturnPath                    // domain of the envelope sender
	KeyDKIM                          // DKIM signing domain that passed
	KeyList                          // List-Id of a mailing list or newsletter
	KeyMIMEShape                     // tree of content types
	KeyLanguage                      // ISO 639-1 code of the text
	KeyRemoteImage                   // address of an image loaded from afar
	KeySenderWord                    // word of the From display name
	KeyUnseen                        // words of the HTML that no reader sees: comments, style sheets, hidden text
)

// Value is a feature that agrees exactly or not at all.
type Value struct {
	Key Key
	// Hash stands for the value in comparisons: XXH3-64 of key and value.
	Hash uint64
	// Text is what people read: at most [MaxValueText] bytes, without the
	// recipient's name or address.
	Text string
}
