package intake

// IsMail tells whether b can be a mail message: whether a header field of any
// name is at its beginning. A record of topic "reports" that is none can never be
// used.
func IsMail(b []byte) bool { return mayBeMail(b) }
