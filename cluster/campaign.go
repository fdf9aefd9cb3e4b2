package cluster

import (
	"encoding/base32"
	"encoding/binary"
	"strings"
)

// group is a cluster of reports: a campaign, or a report that stands alone and
// may become one.
type group struct {
	id        CampaignID
	birth     uint64 // seq of the event that opened it: lower is older
	reports   uint64
	last      int64 // time of the last report, Unix milliseconds
	exemplars []uint32
	core      []uint64 // packed values that all exemplars have: see recore
	created   bool     // announced as a campaign
	decided   bool     // an analyst decided on it: it is forgotten last
	pinned    bool     // an analyst pinned reports here: the machine does not merge it away
	label     string
	drift     drift
	idle      uint64     // number of the shelving while it is idle, else 0: see shelf
	kept      []exemplar // what stands for it while it is idle
}

// exemplar is a report kept to stand for a variant of its group.
type exemplar struct {
	*profile
	cluster uint32
	hits    uint32
	last    int64
	agrees  uint64 // places in the group of the exemplars that it agrees with: see link
}

var idEncoding = base32.StdEncoding.WithPadding(base32.NoPadding)

// newCampaignID derives the id of the campaign that a report opens. part tells
// apart campaigns opened by one report (splits).
func newCampaignID(r ReportID, part uint64) CampaignID {
	h := mix(binary.BigEndian.Uint64(r[:8])^mix(part)) ^ mix(binary.BigEndian.Uint64(r[8:]))
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], h)
	return CampaignID("c" + strings.ToLower(idEncoding.EncodeToString(b[:]))[:12])
}
