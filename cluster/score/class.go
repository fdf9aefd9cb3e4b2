package score

import (
	"slices"
	"strings"
	"unicode"

	"shoal/cluster"
)

// Classes of difficulty that [Classify] gives.
const (
	ClassSpintax        = "spintax"
	ClassReworded       = "reworded"
	ClassPadded         = "padded"
	ClassImageOnly      = "image-only"
	ClassAttachmentOnly = "attachment-only"
	ClassAttachment     = "attachment"
	ClassShort          = "short"
	ClassNoURL          = "no-url"
	ClassAbused         = "abused"
	ClassWrapped        = "wrapped"
	ClassPlain          = "plain"      // a campaign with none of these difficulties
	ClassAlone          = "alone"      // abuse that belongs with no other
	ClassLegitimate     = "legitimate" // [Ham], alone or not
)

// Bounds of the rules.
const (
	hardlyText   = 10  // word 3-shingles: a dozen words
	shortText    = 50  // about 300 bytes of English
	spintaxBelow = 0.3 // mean resemblance of two members
	rewordBelow  = 0.7
	paddedFrom   = 0.5 // share of the text that others have as well
	uniformFrom  = 0.9 // share of members with the same wrapper
	prefixLength = 12  // bytes before the colon
)

// Mail is one message as [Classify] measures it.
type Mail struct {
	Features *cluster.Features
	// Subject is as it came, with reply prefixes and list tags.
	Subject string
}

// Classify says how each campaign is difficult, from what its messages
// measurably are, and sets Classes of every item. mails are those of the items,
// in the same order; one without features has no say. The rules are in the
// package documentation.
func Classify(items []Item, mails []Mail) {
	campaigns := make(map[string][]int)
	for i := range items {
		switch it := &items[i]; {
		case it.Kind == Ham:
			it.Classes = []string{ClassLegitimate}
		case none(it.Truth):
			it.Classes = []string{ClassAlone}
		default:
			campaigns[it.Truth] = append(campaigns[it.Truth], i)
		}
	}
	s := newSharing(items, mails)
	for _, members := range campaigns {
		known := slices.DeleteFunc(slices.Clone(members), func(i int) bool { return mails[i].Features == nil })
		classes := classesOf(known, mails, s)
		for _, i := range members {
			items[i].Classes = classes
		}
	}
}

// classesOf applies the rules to the members of one campaign.
func classesOf(members []int, mails []Mail, s *sharing) []string {
	var classes []string
	set := func(class string, holds bool) {
		if holds {
			classes = append(classes, class)
		}
	}
	most := func(rule func(i int) bool) bool {
		n := 0
		for _, i := range members {
			if rule(i) {
				n++
			}
		}
		return 2*n > len(members)
	}
	of := func(rule func(*cluster.Features) bool) bool {
		return most(func(i int) bool { return rule(mails[i].Features) })
	}
	r := resemblance(members, mails)
	set(ClassSpintax, r < spintaxBelow)
	set(ClassReworded, r >= spintaxBelow && r < rewordBelow)
	set(ClassPadded, most(s.padded))
	set(ClassImageOnly, of(imageOnly))
	set(ClassAttachmentOnly, of(attachmentOnly))
	set(ClassAttachment, of(attachment))
	set(ClassShort, of(short))
	set(ClassNoURL, of(noURL))
	set(ClassAbused, abused(members, mails))
	set(ClassWrapped, wrapped(members, mails))
	if classes == nil {
		return []string{ClassPlain}
	}
	return classes
}

func bare(f *cluster.Features) bool { return f.Text.Total < hardlyText }

func imageOnly(f *cluster.Features) bool {
	picture := func(a cluster.File) bool { return a.Kind == cluster.FileImage }
	return bare(f) && !attached(f) && (slices.ContainsFunc(f.Files, picture) || has(f, cluster.KeyRemoteImage))
}

func attachmentOnly(f *cluster.Features) bool { return bare(f) && attached(f) }

func attachment(f *cluster.Features) bool { return !bare(f) && attached(f) }

// attached says whether a file that is no picture comes with the mail.
func attached(f *cluster.Features) bool {
	return slices.ContainsFunc(f.Files, func(a cluster.File) bool { return a.Kind != cluster.FileImage })
}

func short(f *cluster.Features) bool {
	return f.Text.Total < shortText && !attached(f) && !imageOnly(f)
}

func noURL(f *cluster.Features) bool {
	return !has(f, cluster.KeyURL) && !has(f, cluster.KeyHost) && !has(f, cluster.KeyDomain)
}

func has(f *cluster.Features, k cluster.Key) bool { return text(f, k) != "" }

// text is that of the first value of a key, "" without one.
func text(f *cluster.Features, k cluster.Key) string {
	for _, v := range f.Values {
		if v.Key == k {
			return v.Text
		}
	}
	return ""
}

// abused says whether most members come, proven, from one domain: then the sender
// is a service or a provider that somebody uses, and says nothing.
func abused(members []int, mails []Mail) bool {
	return 2*largest(members, func(i int) string { return authenticated(mails[i].Features) }) > len(members)
}

// authenticated is the domain of the From address if its signature was found good.
func authenticated(f *cluster.Features) string {
	signer, domain := text(f, cluster.KeyDKIM), text(f, cluster.KeySenderDomain)
	if signer == domain || strings.HasSuffix(signer, "."+domain) {
		return domain
	}
	return ""
}

// wrapped says whether members came on several ways: bare and forwarded, or
// through several lists.
func wrapped(members []int, mails []Mail) bool {
	bare := 0
	for _, i := range members {
		if wrapper(mails[i]) == "" {
			bare++
		}
	}
	most := max(bare, largest(members, func(i int) string { return wrapper(mails[i]) }))
	return float64(most) < uniformFrom*float64(len(members))
}

// largest counts the members with the commonest value that is not empty.
func largest(members []int, value func(i int) string) int {
	count, most := make(map[string]int), 0
	for _, i := range members {
		if v := value(i); v != "" {
			count[v]++
			most = max(most, count[v])
		}
	}
	return most
}

// wrapper tells what somebody put around a mail on its way: the subject's prefix
// or tag, and the list's id.
func wrapper(m Mail) string {
	mark := prefix(strings.ToLower(m.Subject))
	words := strings.FieldsFunc(mark, func(r rune) bool { return !unicode.IsLetter(r) })
	if len(words) == 0 || strings.HasPrefix(text(m.Features, cluster.KeySubjectShape), words[0]) {
		mark = "" // extraction took it for the subject's own
	}
	return mark + text(m.Features, cluster.KeyList)
}

// prefix is a short word with a colon, or a tag in brackets, that a subject begins
// with.
func prefix(subject string) string {
	subject = strings.TrimSpace(subject)
	if tag, _, ok := strings.Cut(subject, "]"); ok && strings.HasPrefix(subject, "[") {
		return tag
	}
	if word, _, ok := strings.Cut(subject, ":"); ok && len(word) <= prefixLength {
		return word
	}
	return ""
}
