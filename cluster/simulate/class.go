package simulate

import "strings"

// Class is how the copies of a campaign differ from each other, or which kind of
// legitimate mail a message is.
type Class uint8

// Classes. The first group are mutations of campaigns.
const (
	Personalised   Class = iota // name, address, numbers and link token
	Reworded                    // one to four places worded otherwise in each copy
	Spintax                     // every sentence worded anew; rare constants stay
	Padded                      // stolen text, several per lure, each used by several lures
	Hidden                      // text that is not shown
	Homoglyph                   // look-alike letters and invisible characters
	Encoded                     // character sets and transfer encodings
	Rethemed                    // the same words in another markup
	Image                       // nothing but a picture, rendered anew
	Attachment                  // cover text and a file, built anew
	AttachmentOnly              // nothing but the file
	Wrapped                     // forwarded, sent through a list, marked by a gateway
	Short                       // one or two sentences
	NoURL                       // a phone number only
	Abused                      // an innocent service's template with the lure filled in
	Kits                        // several sending programs
	Rehosted                    // a host for each copy; the path's shape stays
	numMutations
)

// The second group are not campaigns.
const (
	Alone         Class = numMutations + iota // abuse of which there is one copy
	Newsletter                                // copies of one issue belong together, issues do not
	List                                      // posts to mailing lists
	Transactional                             // one sender's template, other contents
	Private                                   // person to person
	numClasses
)

var classNames = [numClasses]string{
	"personalised", "reworded", "spintax", "padded", "hidden", "homoglyph", "encoded", "rethemed", "image",
	"attachment", "attachment-only", "wrapped", "short", "no-url", "abused", "kits", "rehosted",
	"alone", "newsletter", "list", "transactional", "private",
}

// String is the class's name in labels.
func (c Class) String() string { return classNames[c] }

// ParseClass reads what [Class.String] printed.
func ParseClass(s string) (Class, bool) {
	for c, name := range classNames {
		if name == s {
			return Class(c), true
		}
	}
	return 0, false
}

// Mutations lists the classes of campaigns.
func Mutations() []Class {
	out := make([]Class, numMutations)
	for i := range out {
		out[i] = Class(i)
	}
	return out
}

// Set is a set of classes.
type Set uint32

// SetOf is the set of some classes.
func SetOf(cs ...Class) (s Set) {
	for _, c := range cs {
		s |= 1 << c
	}
	return s
}

// Has says whether c is in the set.
func (s Set) Has(c Class) bool { return s&(1<<c) != 0 }

// String lists the set's names.
func (s Set) String() string {
	var names []string
	for c := range numClasses {
		if s.Has(c) {
			names = append(names, c.String())
		}
	}
	return strings.Join(names, "+")
}

// second lists what may come on top of a primary class. The classes that measure
// one thing alone take nothing.
var second = []Class{Kits, Rehosted, Encoded, Homoglyph, Wrapped}

func (c Class) alone() bool { return c == Personalised || c == Reworded }

// Kind is what a message is at the coarsest.
type Kind string

// Kinds, in the words of labelled folders.
const (
	KindCampaign Kind = "campaign"
	KindSingle   Kind = "single"
	KindHam      Kind = "ham"
)
