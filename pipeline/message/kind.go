package message

import (
	"path"
	"strings"
	"unicode"

	"github.com/jhillyerd/enmime/v2/mediatype"
)

// kind is what the MIME fields of a node say.
type kind struct {
	media       string // lower case, "text/plain" where absent
	boundary    string
	charset     string
	disposition string
	name        string
	id          string
	coding      string
}

// maxTypeBytes is how much of a Content-Type is read: the tolerant parser takes
// quadratic time in the number of parameters.
const maxTypeBytes = 2 << 10

// readKind reads the MIME fields of a node; missing gives the media type where
// none is declared.
func readKind(fields []Field, missing string, found *defects) kind {
	k := kind{media: missing}
	m := Message{Header: fields}
	k.readType(m.raw("Content-Type"), missing, found)
	if value := m.raw("Content-Disposition"); value != "" {
		disposition, params := parseType(value, found)
		k.disposition = disposition
		if name := params["filename"]; name != "" {
			k.name = name
		}
	}
	k.name = fileName(words(k.name, found))
	k.id = strings.Trim(m.Get("Content-ID"), " \t<>")
	k.coding = coding(m.raw("Content-Transfer-Encoding"), found)
	return k
}

func (k *kind) readType(value, missing string, found *defects) {
	if value == "" {
		return
	}
	media, params := parseType(value, found)
	k.media = mediaName(media)
	if k.media == "" {
		found.add(DefectTypeMalformed)
		k.media = missing
	}
	k.boundary = params["boundary"]
	k.charset = cleanLabel(params["charset"])
	k.name = params["name"]
}

func parseType(value string, found *defects) (string, map[string]string) {
	if len(value) > maxTypeBytes {
		value = value[:maxTypeBytes]
	}
	media, params, bad, err := mediatype.Parse(value)
	if err != nil || len(bad) > 0 {
		found.add(DefectTypeMalformed)
	}
	if err != nil {
		media, _, _ = strings.Cut(value, ";")
		params = map[string]string{"boundary": scanParam(value, "boundary"), "charset": scanParam(value, "charset"), "name": scanParam(value, "name")}
	}
	for name, v := range params {
		params[name] = strings.ToValidUTF8(v, "\ufffd")
	}
	return strings.ToLower(strings.TrimSpace(media)), params
}

// scanParam finds a parameter in a value that no parser takes.
func scanParam(value, name string) string {
	at := strings.Index(strings.ToLower(value), name+"=")
	if at < 0 || at+len(name) >= len(value) {
		return ""
	}
	v := value[at+len(name)+1:]
	if strings.HasPrefix(v, `"`) {
		v, _, _ = strings.Cut(v[1:], `"`)
		return v
	}
	if end := strings.IndexAny(v, "; \t"); end >= 0 {
		v = v[:end]
	}
	return v
}

// mediaName keeps "type/subtype" of plain characters, "" otherwise.
func mediaName(media string) string {
	if media == "text" {
		return "text/plain"
	}
	if len(media) > 100 || strings.Count(media, "/") != 1 {
		return ""
	}
	for _, r := range media {
		if r <= ' ' || r > '~' || strings.ContainsRune("(),;<>@\"\\[]?=", r) {
			return ""
		}
	}
	return media
}

// maxFileName is the longest file name kept, in bytes.
const maxFileName = 255

// fileName removes folders and what cannot be seen or printed, bidirectional
// overrides among it.
func fileName(name string) string {
	name = strings.ToValidUTF8(name, "\ufffd")
	name = strings.Map(func(r rune) rune {
		switch {
		case r == '\\':
			return '/'
		case unicode.IsControl(r) || unicode.Is(unicode.Cf, r):
			return -1
		}
		return r
	}, name)
	name = strings.TrimSpace(name)
	if name == "" {
		return ""
	}
	name = strings.Trim(path.Base(name), ". /")
	if len(name) > maxFileName {
		name = strings.ToValidUTF8(name[:maxFileName], "")
	}
	return name
}
