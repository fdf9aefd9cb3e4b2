// Package message parses hostile mail: RFC 5322 headers in their order, MIME
// parts decoded, and a list of defects instead of an error.
//
// Parsing always yields something usable. Every bound (bytes, parts, depth,
// header fields, decoded size) cuts and notes a defect. The package is the only
// importer of enmime. It judges nothing: features are pipeline/extract's.
//
// enmime reads media types, which are broken in many ways; the header block, the
// MIME tree and the transfer encodings are read here. Leaving the tree to enmime
// as well was tried and rejected: it bounds neither depth nor parts, compares a
// boundary at every line break of every level, drops the text of parts without a
// Content-Type and refuses a whole message for one bad line, each of which
// hostile mail uses. Its decoders were left because they cost half of the
// parsing; a fuzz target holds those here to the same answers.
package message

// Message is one parsed message. Strings are valid UTF-8.
type Message struct {
	// Header holds the fields of the top header block in their order.
	Header []Field
	// Plain and HTML are the text bodies, decoded to UTF-8; each "" if absent.
	// Several parts of one kind are joined by a newline.
	Plain, HTML string
	// Parts are the leaves of the MIME tree other than the text bodies, in
	// order: attachments and inline parts.
	Parts []Part
	// Shape is the tree of content types, such as
	// "multipart/mixed(multipart/alternative(text/plain,text/html),image/png)".
	Shape string
	// Boundary is the top boundary parameter, "" without one.
	Boundary string
	// Charset is the declared character set of the (first) text body, lower case.
	Charset string
	// Encoding is the transfer encoding of the first text body, lower case.
	Encoding string
	// Size is the length of the raw message in bytes.
	Size int
	// Defects are what was wrong, a closed set of short codes, sorted and distinct.
	Defects []Defect
}

// Field is one header field as it stood.
type Field struct {
	// Name as spelled in the message.
	Name string
	// Value is unfolded, RFC 2047 words decoded.
	Value string
	// Raw is the value unfolded but not decoded, cut to a bound.
	Raw string
}

// Part is one attachment or inline part.
type Part struct {
	// Name is the file name, cleaned of path and control characters.
	Name string
	// Type is the media type, lower case, as declared.
	Type string
	// ContentID without angle brackets.
	ContentID string
	// Inline: disposition inline, or referred to by Content-ID.
	Inline bool
	// Data is the decoded content; of a message/rfc822 part, the message. It may
	// share memory with what was parsed: read only.
	Data []byte
}
