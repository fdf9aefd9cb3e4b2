package publish

import (
	_ "embed"
	"strings"

	"golang.org/x/net/publicsuffix"
)

// Hosts that many innocent people use: see the file.
//
//go:embed hosts.txt
var hostsText string

// hosts maps a domain to common or shared.
var hosts = parseHosts(hostsText)

func parseHosts(text string) map[string]string {
	out := map[string]string{}
	for line := range strings.Lines(text) {
		if class, list, ok := strings.Cut(line, ":"); ok && line[0] != '#' {
			for h := range strings.FieldsSeq(list) {
				out[h] = class
			}
		}
	}
	return out
}

// commonHost says whether host is one that everybody's mail links to or is sent
// from: neither it nor a path on it is to be blocked.
func commonHost(host string) bool { return hostClass(host) == "common" }

// sharedHost says whether strangers share host: free hosting, shorteners, mail
// providers. A path on it may be blocked, host itself not.
func sharedHost(host string) bool {
	suffix, _ := publicsuffix.PublicSuffix(host)
	return hostClass(host) == "shared" || suffix == host
}

// hostClass looks host and the domains above it up.
func hostClass(host string) string {
	for h := host; h != ""; {
		if class := hosts[h]; class != "" {
			return class
		}
		_, h, _ = strings.Cut(h, ".")
	}
	return ""
}

// splitURL gives host and path of a link.
func splitURL(u string) (host, path string) {
	_, rest, ok := strings.Cut(u, "://")
	if !ok {
		return "", ""
	}
	host, path, _ = strings.Cut(rest, "/")
	if i := strings.LastIndexByte(host, '@'); i >= 0 {
		host = host[i+1:]
	}
	host, _, _ = strings.Cut(host, ":")
	path, _, _ = strings.Cut(path, "?")
	path, _, _ = strings.Cut(path, "#")
	return strings.ToLower(host), "/" + path
}
