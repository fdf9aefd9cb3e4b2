package cluster

// field is one comparison of two profiles. Each ends in a level: absent where
// one side has nothing to compare, 0 where both have something and it does not
// agree, and from 1 up to the field's number of levels the better it agrees.
// The weight of every level was learned (see package cluster/learn).
type field uint8

const (
	fieldText        field = iota // resemblance of long texts
	fieldShortText                // resemblance of texts of few shingles
	fieldContainment              // share of the shorter text that the longer has
	fieldWords                    // resemblance of the vocabularies
	fieldRareWords                // number of rare words in common
	fieldBody                     // ssdeep of the texts
	fieldTags                     // resemblance of the tag sequences
	fieldHTML                     // ssdeep of the skeletons
	fieldSubject                  // words of the subjects
	fieldFile                     // the same attachment
	fieldFileDigest               // ssdeep of attachments
	fieldFileText                 // text of attachments
	fieldLook                     // images that look alike
	fieldLookAlone                // the same, where there is hardly any text
	fieldTokens                   // rare-looking words in common
	fieldCore                     // what all exemplars of the campaign have
	fieldBreadth                  // number of independent kinds of content that agree
	fieldValues                   // first of the fields of single values: see valueKeys
)

// valueKeys are the keys that have a field of their own, where sharing one value
// is agreement and sharing none is not.
var valueKeys = [...]Key{
	KeySubjectShape, KeyURL, KeyURLPath, KeyHost, KeyDomain, KeyPhone, KeyWallet,
	KeyContact, KeyMacro, KeySenderAddress, KeySenderDomain, KeySenderLocal,
	KeySenderName, KeyReplyTo, KeyMessageID, KeyBoundary, KeyHeader, KeyMailer,
	KeySourceIP, KeyNetwork, KeyHELO, KeyReturnPath, KeyDKIM, KeyList,
	KeyMIMEShape, KeyLanguage, KeyRemoteImage, KeySenderWord, KeyUnseen,
}

// Fields that only say how much text agreement there is under a circumstance in
// which mail resembles without being one campaign.
const (
	fieldListText   = fieldValues + field(len(valueKeys)) + iota // both of one list or bulk sender
	fieldSenderText                                              // both of one From address
	fieldLookText                                                // images differ beside equal text
	numFields
)

// levels is the outcome of comparing two profiles.
type levels [numFields]int8

// absent marks a field with nothing to compare.
const absent int8 = -1

// maxLevel bounds the levels of every field.
const maxLevel = 8

// Bounds of the graded fields: the level is how many of them are reached.
var (
	textBounds        = []float32{0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.7, 0.9}
	containmentBounds = []float32{0.1, 0.2, 0.35, 0.5, 0.7, 0.85, 0.95}
	subjectBounds     = []float32{0.05, 0.15, 0.3, 0.5, 0.75, 0.99}
	digestBounds      = []float32{1, 30, 50, 65, 80, 92}
	countBounds       = []float32{1, 2, 3, 5, 8, 13, 20}
	tokenBounds       = []float32{0.5, 1, 1.7, 2.6, 4, 6}
	breadthBounds     = []float32{1, 2, 3, 4, 5, 6}
	coreBounds        = []float32{0.01, 0.34, 0.67, 1}
	// lookBounds are 64 minus the Hamming distances 12, 8, 4 and 0.
	lookBounds = []float32{52, 56, 60, 64}
)

func level(x float32, bounds []float32) int8 {
	n := int8(0)
	for _, b := range bounds {
		if x < b {
			break
		}
		n++
	}
	return n
}

// names of the fields that have no key of their own, for reports.
var fieldKeys = [...]Key{
	fieldText: KeyText, fieldShortText: KeyText, fieldContainment: KeyText,
	fieldWords: KeyWords, fieldRareWords: KeyWords, fieldBody: KeyBodyDigest,
	fieldTags: KeyTags, fieldHTML: KeyHTMLDigest, fieldSubject: KeySubject,
	fieldFile: KeyFileHash, fieldFileDigest: KeyFileDigest, fieldFileText: KeyFileText,
	fieldLook: KeyLook, fieldLookAlone: KeyLook, fieldTokens: KeyToken,
	fieldCore: KeyCore, fieldBreadth: KeyBreadth,
}

// key is the kind of feature that a field speaks of.
func (f field) key() Key {
	switch {
	case f < fieldValues:
		return fieldKeys[f]
	case f < fieldListText:
		return valueKeys[f-fieldValues]
	case f == fieldLookText:
		return KeyLook
	}
	return KeyText
}

// prior is what agreement on a rare and exact piece of content is worth before
// any sample has told, after Fellegi and Sunter: the logarithm of m over u, with
// m = 1/2 for members of one campaign and u = 0.3 %, the rarest level, for
// strangers; and half of that, since such pieces seldom come alone.
func (f field) prior() float64 {
	switch f.key() {
	case KeyFileHash, KeyFileDigest, KeyFileText, KeySubjectShape, KeyURL, KeyURLPath,
		KeyPhone, KeyWallet, KeyContact, KeyMacro, KeyToken, KeyRemoteImage:
		return 2.5
	}
	if f == fieldLookAlone {
		return 2.5
	}
	return 0
}

// content says whether a field speaks of what the mail says or carries, rather
// than of who sent it with what. Content must agree before the rest counts.
func (f field) content() bool {
	switch f.key() {
	case KeyText, KeyWords, KeyBodyDigest, KeySubject, KeyFileHash, KeyFileDigest, KeyFileText, KeyLook,
		KeyToken, KeySubjectShape, KeyURL, KeyURLPath, KeyHost, KeyPhone, KeyWallet, KeyContact, KeyMacro,
		KeyCore, KeyBreadth, KeyTags, KeyHTMLDigest, KeyRemoteImage, KeyDomain, KeyUnseen:
		return true
	}
	return false
}
