package extract

import (
	"path"
	"strings"

	"shoal/cluster"
	"shoal/pipeline/record"
)

// links fills what the message's links say. Where a link leads counts more than
// what is loaded: an image gives its host and address, not a path shape.
func (w *work) links(row *record.Row) {
	seen := make(map[string]bool)
	hosts := make(map[string]bool)
	all := [][]link{w.page.links, w.found.links, w.fileLinks}
	for _, list := range all {
		for _, l := range list {
			if len(seen) >= maxLinks {
				w.defect(defectURLs)
				return
			}
			w.link(row, l, seen, hosts)
		}
	}
	if w.page.cut {
		w.defect(defectURLs)
	}
}

func (w *work) link(row *record.Row, l link, seen, hosts map[string]bool) {
	u := l.url
	if len(u) > 7 && strings.EqualFold(u[:7], "mailto:") {
		w.mailto(u[7:])
		return
	}
	if len(u) > 4 && strings.EqualFold(u[:4], "tel:") {
		w.phones = phones(w.phones, u[4:])
		return
	}
	if len(u) > maxURL {
		u = strings.ToValidUTF8(u[:maxURL], "")
		w.defect(defectURLs)
	}
	u = shorten(w.who.mask.url(readable(u)), maxURL)
	a, ok := splitURL(u)
	place := a.host + a.path + "?" + a.query
	if !ok || seen[place] {
		return
	}
	seen[place] = true
	if l.kind == linkOther && everybodys(a.host) || standards(a.host) {
		return
	}
	w.keepLink(row, u, &a, hosts)
	if everybodys(a.host) {
		return
	}
	if l.kind == linkImage {
		path := imagePath(&a)
		w.values.add(cluster.KeyRemoteImage, a.host+path)
		w.values.add(cluster.KeyRemoteImage, path) // hosts change
	} else if shape := pathShape(&a); shape != "" {
		w.values.add(cluster.KeyURLPath, shape)
		w.values.add(cluster.KeyURL, a.host+shape)
	}
	w.values.add(cluster.KeyHost, a.host)
	w.values.add(cluster.KeyDomain, registrable(a.host))
	w.values.add(cluster.KeyDomain, hosting(a.host))
}

// standards: addresses that name a document type, not a place.
func standards(host string) bool {
	return host == "www.w3.org" || host == "w3.org" || host == "schemas.microsoft.com" || host == "schema.org" || host == "schemas.openxmlformats.org"
}

// imagePath keeps the exact path of an image file: a random name is an image that
// somebody uploaded once. What is made for each copy has a query or no extension.
func imagePath(a *address) string {
	if a.query == "" && extensions[strings.ToLower(path.Ext(a.path))] == cluster.FileImage {
		return a.path
	}
	return pathShape(a)
}

// keepLink puts a link into the row. Of links that differ in their tokens only,
// a few tell it all.
func (w *work) keepLink(row *record.Row, u string, a *address, hosts map[string]bool) {
	host := a.host
	shape := host + pathShape(a)
	switch w.shapes[shape]++; {
	case w.shapes[shape] > maxPerShape:
	case len(row.Urls) < maxURLs:
		row.Urls = append(row.Urls, u)
	default:
		w.defect(defectURLs)
	}
	if hosts[host] {
		return
	}
	if len(row.UrlHosts) >= maxHosts {
		w.defect(defectURLs)
		return
	}
	hosts[host] = true
	row.UrlHosts = append(row.UrlHosts, host)
}

func (w *work) mailto(rest string) {
	rest = strings.ReplaceAll(cutAt(rest, "?"), "%40", "@")
	if from, to := mailSpan(rest); strings.Contains(rest, "@") && from < to && !w.who.mask.address(rest[from:to]) {
		w.found.contacts = append(w.found.contacts, lowerASCII(rest[from:to]))
	}
}
