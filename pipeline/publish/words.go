package publish

import (
	"fmt"
	"math"
	"strings"
)

// Words are what people read of a campaign: text that is cleaned, cut and
// defanged, and that each form has still to escape for its place.
type Words struct {
	Title, ID, Size, Peak        string
	Aim, AimFirst, AimWords      string
	Forged, Authentication, From string
	Knows, Block, Merged         string
	Rows                         []Row
	Targets                      []Bar
	Servers                      []Server
	Attachments                  []File
	Blocks                       []Row
	Siblings                     []string
}

// Bar is a segment with its share in the campaign and in the baseline, both in
// whole per cent.
type Bar struct {
	Name, Text      string
	Share, Baseline int
}

// File is an attachment in words.
type File struct {
	Name, Type, SHA256 string
	Size, Reports      uint64
}

// Words says what is known of the campaign.
func (c *Campaign) Words() Words {
	w := Words{
		Title: c.title(), ID: clean(c.ID, 40), Size: c.size(), Peak: c.peak(),
		Aim: c.aimShort(), AimFirst: c.aim(), AimWords: c.aimWords(),
		Forged: c.forged(), Authentication: c.authenticationShort(), From: c.from(),
		Knows: c.counts("", c.Personal, 4), Block: c.blockShort(), Merged: clean(strings.Join(c.Merged, ", "), 800),
		Rows: c.rows(), Siblings: c.siblings(),
	}
	for _, t := range c.Targets {
		w.Targets = append(w.Targets, Bar{t.name(), t.say(), width(t.Share), width(t.BaselineShare)})
	}
	for _, s := range c.Source.Servers[:min(10, len(c.Source.Servers))] {
		s.IP, s.Helo = shown(KindIP, s.IP), shown(KindHost, s.Helo)
		w.Servers = append(w.Servers, s)
	}
	for _, a := range c.Payload.Attachments[:min(8, len(c.Payload.Attachments))] {
		w.Attachments = append(w.Attachments, File{shown("", a.name()), shown("", a.Type), clean(a.SHA256, 64), a.Size, a.Reports})
	}
	for _, b := range c.Block {
		w.Blocks = append(w.Blocks, Row{b.say(), b.meets()})
	}
	return w
}

// width is a share as whole per cent of a bar, 1 at least.
func width(share float64) int {
	if math.IsNaN(share) || share <= 0 {
		return 1
	}
	return max(1, min(100, int(math.Round(100*share))))
}

// aimShort names the first segments of different dimensions.
func (c *Campaign) aimShort() string {
	var parts []string
	seen := map[string]bool{}
	for _, t := range c.Targets {
		if !seen[t.Dimension] && len(parts) < 3 {
			seen[t.Dimension] = true
			parts = append(parts, fmt.Sprintf("%s: %s, %sx its share", t.name(), percent(t.Share), factor(t.Lift)))
		}
	}
	if len(parts) == 0 {
		return c.aim()
	}
	return strings.Join(parts, "; ")
}

// blockShort is what to block, the first of each kind.
func (c *Campaign) blockShort() string {
	n := map[string]int{}
	for _, b := range c.Block {
		n[b.Kind]++
	}
	var parts []string
	seen := map[string]bool{}
	for _, b := range c.Block {
		if seen[b.Kind] || len(parts) == 4 {
			continue
		}
		seen[b.Kind] = true
		say := b.say()
		if b.Kind == KindAttachment {
			say = "block attachment sha256 " + cutRunes(clean(b.Value, maxText), 12) + "…"
		}
		// A forged domain is one thing to do, other sender domains another.
		if more := n[b.Kind] - 1; more > 0 && b.Kind != KindDomain {
			say += fmt.Sprintf(" and %d more", more)
		}
		parts = append(parts, say)
	}
	if len(parts) == 0 {
		return "nothing that is safe to block"
	}
	return strings.Join(parts, "; ")
}
