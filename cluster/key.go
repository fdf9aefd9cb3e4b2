package cluster

import "strconv"

var keyNames = map[Key]string{
	KeyText: "text", KeyWords: "words", KeyBodyDigest: "body-ssdeep", KeyTags: "html-tags",
	KeyHTMLDigest: "html-ssdeep", KeySubject: "subject-words", KeyFileHash: "attachment",
	KeyFileDigest: "attachment-ssdeep", KeyFileText: "attachment-text", KeyLook: "image", KeyCore: "core", KeyBreadth: "breadth",
	KeySubjectShape: "subject", KeyURL: "url", KeyURLPath: "url-path", KeyHost: "url-host",
	KeyDomain: "url-domain", KeyPhone: "phone", KeyWallet: "wallet", KeyContact: "contact",
	KeyMacro: "macro", KeyToken: "token", KeySenderAddress: "from-address",
	KeySenderDomain: "from-domain", KeySenderLocal: "from-local", KeySenderName: "from-name",
	KeyReplyTo: "reply-to", KeyMessageID: "message-id", KeyBoundary: "boundary",
	KeyHeader: "header-fingerprint", KeyMailer: "mailer", KeySourceIP: "source-ip",
	KeyNetwork: "source-network", KeyHELO: "helo", KeyReturnPath: "return-path-domain",
	KeyDKIM: "dkim-domain", KeyList: "list-id", KeyMIMEShape: "mime-shape",
	KeyLanguage: "language", KeyRemoteImage: "remote-image",
	KeySenderWord: "from-word", KeyUnseen: "unseen-text",
}

// String is the key's name in evidence, such as "url-path".
func (k Key) String() string {
	if s, ok := keyNames[k]; ok {
		return s
	}
	return "key-" + strconv.Itoa(int(k))
}

var eventNames = [...]string{
	EventNone: "none", EventAssigned: "assigned", EventCreated: "created", EventRepeat: "repeat",
	EventMerged: "merged", EventSplit: "split", EventMoved: "moved", EventLabelled: "labelled",
	EventPinned: "pinned", EventTied: "tied", EventDrifted: "drifted", EventIdled: "idled",
	EventRevived: "revived", EventRefused: "refused",
	EventSettled: "settled", EventRetuned: "retuned",
}

// String is the event's name in the lineage, such as "merged".
func (k EventKind) String() string {
	if int(k) < len(eventNames) {
		return eventNames[k]
	}
	return "event-" + strconv.Itoa(int(k))
}

var fieldNames = [...]string{
	fieldText: "text", fieldShortText: "short-text", fieldContainment: "text-containment",
	fieldWords: "words", fieldRareWords: "rare-words", fieldBody: "body-ssdeep",
	fieldTags: "html-tags", fieldHTML: "html-ssdeep", fieldSubject: "subject-words",
	fieldFile: "attachment", fieldFileDigest: "attachment-ssdeep",
	fieldFileText: "attachment-text", fieldLook: "image", fieldLookAlone: "image-alone", fieldTokens: "tokens", fieldCore: "core", fieldBreadth: "breadth",
	fieldListText: "text-within-list", fieldSenderText: "text-within-sender",
	fieldLookText: "text-despite-image",
}

// String names the field; fields of single values are named as their key.
func (f field) String() string {
	if f >= fieldValues && f < fieldListText {
		return f.key().String()
	}
	return fieldNames[f]
}
