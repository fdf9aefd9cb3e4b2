package simulate

import (
	"fmt"
	"strings"
)

// mailbox is a person who gets mail.
type mailbox struct {
	number               uint32
	first, last, address string
	region, list         string
	street, city         string
}

func (m *mailbox) name() string { return m.first + " " + m.last }

var providers = func() (out []string) {
	for _, name := range strings.Fields("postbox mailhaven inboxly quickpost letterbox webpost openmail citymail homemail freepost netpost skymail") {
		out = append(out, name+".example")
	}
	return out
}()

// mailboxOf invents the n-th mailbox. Region and list follow from the number, so
// that a campaign can aim at them.
func mailboxOf(seed uint64, n uint32) mailbox {
	r := newRNG(seed, ofMailbox, uint64(n))
	regions, lists := words["regions"], words["lists"]
	m := mailbox{
		number: n, first: pick(r, words["given"]), last: surname(r),
		region: regions[int(n)%len(regions)], list: lists[int(n)/len(regions)%len(lists)],
	}
	m.address = fmt.Sprintf("%s.%s%d@%s", strings.ToLower(m.first), strings.ToLower(m.last), n, providers[r.zipf(len(providers))])
	m.street = fmt.Sprintf("%d %s %s", r.between(1, 1999), pick(r, words["streets"]), pick(r, words["roads"]))
	m.city = fmt.Sprintf("%s, %s %05d", placeName(r), m.region, r.between(10000, 99999))
	return m
}

// aim says at whom a campaign is sent: everybody, or mostly one region and list.
type aim struct {
	on     bool
	r, l   int
	spread float64 // the share that goes elsewhere
}

func newAim(r *rng) aim {
	return aim{
		on: r.chance(0.3), r: r.IntN(len(words["regions"])), l: r.IntN(len(words["lists"])),
		spread: 0.05 + 0.3*r.Float64(),
	}
}

// hit chooses a mailbox among total.
func (a *aim) hit(r *rng, total int) uint32 {
	n := r.IntN(total)
	if a.on && !r.chance(a.spread) {
		regions, lists := len(words["regions"]), len(words["lists"])
		block := regions * lists
		if aimed := n/block*block + a.l*regions + a.r; aimed < total {
			n = aimed
		}
	}
	return uint32(n)
}
