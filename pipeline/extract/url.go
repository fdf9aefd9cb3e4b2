package extract

import (
	"strings"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"
)

// address is a link taken apart, tolerant as browsers are.
type address struct {
	scheme, host, path, query string
}

// splitURL takes a link apart; not ok for what leads nowhere on the web.
func splitURL(u string) (a address, ok bool) {
	u = strings.Map(func(r rune) rune {
		if r <= ' ' {
			return -1
		}
		return r
	}, u)
	rest := u
	if strings.IndexByte(u, '\\') >= 0 {
		rest = strings.ReplaceAll(u, "\\", "/")
	}
	if i := strings.Index(rest, ":"); i > 0 && i < 12 && !strings.ContainsAny(rest[:i], "./") {
		a.scheme = lowerASCII(rest[:i])
		rest = rest[i+1:]
	} else {
		a.scheme = "http"
	}
	if a.scheme != "http" && a.scheme != "https" && a.scheme != "ftp" && !strings.HasPrefix(a.scheme, "hxxp") {
		return a, false
	}
	rest = strings.TrimLeft(rest, "/")
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		end = len(rest)
	}
	a.host = cleanHost(rest[:end])
	rest, _, _ = strings.Cut(rest[end:], "#")
	a.path, a.query, _ = strings.Cut(rest, "?")
	return a, strings.IndexByte(a.host, '.') > 0 || strings.Contains(a.host, ":")
}

// hostEnd is the length of a link up to its path.
func hostEnd(u string) int {
	from := 0
	if i := strings.Index(u, "://"); i >= 0 {
		from = i + 3
	}
	if i := strings.IndexAny(u[from:], "/?#"); i >= 0 {
		return from + i
	}
	return len(u)
}

// cleanHost drops user, port and the final dot, and gives lower case, Unicode
// names as their ASCII form.
func cleanHost(h string) string {
	if i := strings.LastIndexByte(h, '@'); i >= 0 {
		h = h[i+1:]
	}
	if i := strings.LastIndexByte(h, ':'); i >= 0 && !strings.HasSuffix(h, "]") {
		h = h[:i]
	}
	h = strings.Trim(strings.ToLower(h), ".[]")
	if len(h) > maxHost {
		return ""
	}
	for i := 0; i < len(h); i++ {
		if h[i] >= 0x80 {
			// An empty "xn--" label leaves a dot at the end.
			if ascii, err := idna.Lookup.ToASCII(h); err == nil && len(ascii) <= maxHost {
				return strings.Trim(ascii, ".")
			}
			return ""
		}
		if c := h[i]; !wordByte(c) && c != '.' && c != '-' && c != '_' && c != ':' {
			return ""
		}
	}
	return h
}

// hosting is the service under whose domain everybody may have a host
// ("*.blogspot.com"), "" for hosts of their own.
func hosting(host string) string {
	suffix, icann := publicsuffix.PublicSuffix(host)
	if icann || suffix == host || !strings.Contains(suffix, ".") {
		return ""
	}
	return "*." + suffix
}

// registrable is the domain that someone registered: example.co.uk of
// www.example.co.uk. An address stands for itself.
func registrable(host string) string {
	if _, isAddr := parseAddr(host); isAddr {
		return host
	}
	d, err := publicsuffix.EffectiveTLDPlusOne(host)
	if err != nil {
		return host
	}
	return d
}
