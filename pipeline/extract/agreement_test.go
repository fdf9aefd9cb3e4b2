package extract

import (
	"fmt"
	"math/bits"
	"os"
	"sort"
	"strings"
	"testing"

	"shoal/cluster"
)

// agreements says for two reports which keys agree.
func agreements(a, b *cluster.Features) map[string]bool {
	m := make(map[string]bool)
	if r := resemblance(a.Text, b.Text, cluster.TextSketchSize); r >= 0.5 {
		m["text"] = true
	} else if r >= 0.2 {
		m["text-weak"] = true
	}
	if resemblance(a.Words, b.Words, cluster.WordSketchSize) >= 0.6 {
		m["words"] = true
	}
	if resemblance(a.Tags, b.Tags, cluster.TagSketchSize) >= 0.7 {
		m["tags"] = true
	}
	fileAgreements(m, a, b)
	for i, j := 0, 0; i < len(a.Values) && j < len(b.Values); {
		x, y := a.Values[i], b.Values[j]
		switch {
		case x.Key == y.Key && x.Hash == y.Hash:
			m[keyName(x.Key)] = true
			i, j = i+1, j+1
		case x.Key < y.Key || x.Key == y.Key && x.Hash < y.Hash:
			i++
		default:
			j++
		}
	}
	return m
}

func fileAgreements(m map[string]bool, a, b *cluster.Features) {
	for _, x := range a.Files {
		for _, y := range b.Files {
			if x.Hash == y.Hash {
				m["file-hash"] = true
			}
			if x.Look != 0 && y.Look != 0 && bits.OnesCount64(x.Look^y.Look) <= 10 {
				m["look"] = true
			}
			if resemblance(x.Text, y.Text, cluster.FileSketchSize) >= 0.4 {
				m["file-text"] = true
			}
		}
	}
}

func resemblance(a, b cluster.Sketch, k int) float64 {
	if a.Total == 0 || b.Total == 0 {
		return 0
	}
	both, n := 0, 0
	for i, j := 0, 0; n < k && (i < len(a.Hashes) || j < len(b.Hashes)); n++ {
		switch {
		case j == len(b.Hashes) || i < len(a.Hashes) && a.Hashes[i] < b.Hashes[j]:
			i++
		case i == len(a.Hashes) || a.Hashes[i] > b.Hashes[j]:
			j++
		default:
			both, i, j = both+1, i+1, j+1
		}
	}
	return float64(both) / float64(n)
}

var keyNames = map[cluster.Key]string{
	cluster.KeySubjectShape: "subject", cluster.KeyURL: "url", cluster.KeyURLPath: "path", cluster.KeyHost: "host", cluster.KeyDomain: "domain",
	cluster.KeyPhone: "phone", cluster.KeyWallet: "wallet", cluster.KeyContact: "contact", cluster.KeyMacro: "macro", cluster.KeyToken: "token",
	cluster.KeySenderAddress: "from", cluster.KeySenderDomain: "from-domain", cluster.KeySenderLocal: "from-local", cluster.KeySenderName: "from-name",
	cluster.KeyReplyTo: "reply-to", cluster.KeyMessageID: "message-id", cluster.KeyBoundary: "boundary", cluster.KeyHeader: "header", cluster.KeyMailer: "mailer",
	cluster.KeySourceIP: "ip", cluster.KeyNetwork: "network", cluster.KeyHELO: "helo", cluster.KeyReturnPath: "return-path", cluster.KeyDKIM: "dkim",
	cluster.KeyList: "list", cluster.KeyMIMEShape: "mime", cluster.KeyLanguage: "language", cluster.KeyRemoteImage: "remote-image",
	cluster.KeySenderWord: "from-word", cluster.KeyUnseen: "unseen",
}

func keyName(k cluster.Key) string { return keyNames[k] }

// TestAgreement shows how often each key agrees between members of a campaign
// and between messages of different ones. SHOAL_DEV_SHOW=1 lists campaigns.
func TestAgreement(t *testing.T) {
	samples := devData(t)
	extractAll(t, samples)
	same, other, have := map[string]int{}, map[string]int{}, map[string]int{}
	groups := map[string][]*cluster.Features{}
	for _, s := range samples {
		if s.campaign != "-" {
			groups[s.campaign] = append(groups[s.campaign], s.f)
		}
		for _, v := range s.f.Values {
			have[keyName(v.Key)]++
		}
	}
	names := make([]string, 0, len(groups))
	for n := range groups {
		names = append(names, n)
	}
	sort.Strings(names)
	weight := 0
	for _, n := range names {
		g := groups[n]
		per, pairs := map[string]int{}, 0
		for i := range g {
			for j := range i {
				pairs++
				for k := range agreements(g[i], g[j]) {
					per[k]++
				}
			}
		}
		weight++
		for k, c := range per {
			same[k] += 1000 * c / pairs // each campaign counts once
		}
		show(t, n, per, pairs)
	}
	pairs := 0
	for i := 0; i < len(samples); i += 3 {
		for j := 1; j < i; j += 7 {
			if a, b := samples[i], samples[j]; a.campaign == "-" || a.campaign != b.campaign {
				pairs++
				for k := range agreements(a.f, b.f) {
					other[k]++
				}
			}
		}
	}
	for _, k := range sorted(same) {
		t.Logf("%-14s same %.3f  other %.5f  present %.2f", k, float64(same[k])/float64(1000*weight), float64(other[k])/float64(pairs), float64(have[k])/float64(len(samples)))
	}
	if float64(same["text"])/float64(1000*weight) < 0.5 {
		t.Error("text agrees in less than half of the pairs")
	}
}

func sorted(m map[string]int) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Slice(keys, func(i, j int) bool { return m[keys[i]] > m[keys[j]] || m[keys[i]] == m[keys[j]] && keys[i] < keys[j] })
	return keys
}

func show(t *testing.T, name string, per map[string]int, pairs int) {
	if os.Getenv("SHOAL_DEV_SHOW") == "" {
		return
	}
	var b strings.Builder
	for _, k := range sorted(per) {
		fmt.Fprintf(&b, " %s=%d", k, 100*per[k]/pairs)
	}
	t.Logf("%-28s%s", name, b.String())
}
