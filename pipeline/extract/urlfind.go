package extract

import "strings"

// urlStart is where a link begins in a chunk without spaces, or -1.
func urlStart(chunk string) int {
	if i := strings.Index(chunk, "://"); i > 0 {
		j := i
		for j > 0 && chunk[j-1]|0x20 >= 'a' && chunk[j-1]|0x20 <= 'z' {
			j--
		}
		if scheme := lowerASCII(chunk[j:i]); strings.HasSuffix(scheme, "http") || strings.HasSuffix(scheme, "https") || scheme == "ftp" || strings.HasPrefix(scheme, "hxxp") {
			if k := strings.LastIndex(scheme, "http"); k > 0 {
				j += k
			}
			return j
		}
	}
	if i := indexFold(chunk, "www."); i >= 0 && len(chunk) > i+6 && (i == 0 || !wordByte(chunk[i-1])) {
		return i
	}
	return -1
}

// topDomains are the ends by which a bare host ("example.com/x") is known in
// running text. A longer list would find hosts in sentences without a space
// behind the full stop.
var topDomains = set("com", "net", "org", "info", "biz", "ru", "de", "br", "xyz", "online", "site", "top", "shop", "club", "io", "co", "us", "uk", "app", "dev", "nl", "fr", "it", "es", "hk", "cn", "link", "click", "live", "store", "cc", "tk")

// bareHost gives the link in a chunk that is a host name with or without path.
func bareHost(chunk string) string {
	chunk = strings.Trim(chunk, "()[]<>\"'.,;:!?*")
	host := chunk
	if i := strings.IndexByte(chunk, '/'); i >= 0 {
		host = chunk[:i]
	}
	i := strings.LastIndexByte(host, '.')
	if i < 3 || len(host) > maxHost || !topDomains[lowerASCII(host[i+1:])] || !hostLike(host) {
		return ""
	}
	return chunk
}

func hostLike(h string) bool {
	label := 0
	for i := 0; i < len(h); i++ {
		switch c := h[i]; {
		case c == '.':
			if label == 0 {
				return false
			}
			label = 0
		case wordByte(c) && c < 0x80 || c == '-' || c == '_':
			label++
		default:
			return false
		}
	}
	return label > 0
}

// mailSpan finds a mail address in a chunk.
func mailSpan(chunk string) (from, to int) {
	at := strings.IndexByte(chunk, '@')
	if at <= 0 {
		return 0, 0
	}
	from, to = at, at+1
	for from > 0 && (wordByte(chunk[from-1]) || strings.IndexByte("._%+-=", chunk[from-1]) >= 0) {
		from--
	}
	if i := indexFold(chunk[from:at], "mailto"); i == 0 {
		from += len("mailto")
	}
	for to < len(chunk) && (wordByte(chunk[to]) || chunk[to] == '.' || chunk[to] == '-') {
		to++
	}
	for to > at+1 && (chunk[to-1] == '.' || chunk[to-1] == '-') {
		to--
	}
	if from == at || to < at+3 || to-from > maxAddress {
		return 0, 0
	}
	return from, to
}
