package simulate

import (
	"fmt"
	"strings"
)

// kit is a sending program: how its header looks, whatever it sends.
type kit struct {
	number    int
	mailer    [2]string // field and value
	order     []string
	midForm   int
	boundForm int
	mime      [3]string // spelling of MIME-Version, Content-Type, Content-Transfer-Encoding
	priority  bool
	unsub     bool
	encoding  string // how it encodes texts if nothing else is asked for
}

// numKits is how many kits are on the market; the known ones are used by many.
const numKits = 60

func kitOf(seed uint64, n int) kit {
	r := newRNG(seed, ofKit, uint64(n))
	k := kit{
		number: n, midForm: r.IntN(7), boundForm: r.IntN(7),
		order:    draw(r, []string{"Date", "From", "To", "Subject", "Message-ID", "MIME-Version", "Reply-To", "X-Mailer", "Priority", "Unsubscribe"}, 10),
		priority: r.chance(0.3), unsub: r.chance(0.3),
		mime:     [3]string{"MIME-Version", "Content-Type", "Content-Transfer-Encoding"},
		encoding: pick(r, []string{"7bit", "quoted-printable", "quoted-printable", "base64"}),
	}
	if r.chance(0.3) {
		k.mime = [3]string{"Mime-Version", "Content-type", "Content-transfer-encoding"}
	}
	if r.chance(0.7) {
		name := pick(r, onsets) + pick(r, middle) + pick(r, []string{"Mailer", "Post", "Send", "Mail"})
		k.mailer = [2]string{pick(r, []string{"X-Mailer", "X-Mailer", "User-Agent"}), fmt.Sprintf("%s %d.%d", name, r.between(1, 9), r.IntN(20))}
	}
	return k
}

func (k *kit) messageID(r *rng, host string) string {
	switch k.midForm {
	case 0:
		return fmt.Sprintf("<%s@%s>", r.letters(hexes, 32), host)
	case 1:
		return fmt.Sprintf("<%s.%s@%s>", r.letters(digits, 14), r.letters(digits, 5), host)
	case 2:
		return fmt.Sprintf("<%s$%s$%s@%s>", r.letters(hexes, 12), r.letters(hexes, 8), r.letters(hexes, 8), host)
	case 3:
		return "<" + uuid(r) + "@" + host + ">"
	case 4:
		return fmt.Sprintf("<%s-%s@%s>", r.letters(capitals, 6), r.letters(digits, 10), host)
	case 5:
		return fmt.Sprintf("<CA%s=%s@%s>", r.letters(base58, 24), r.letters(base58, 18), host)
	}
	return fmt.Sprintf("<%s@%s.%s>", r.letters(alnum, 18), r.letters(alnum, 6), host)
}

func (k *kit) boundary(r *rng) string {
	switch k.boundForm {
	case 0:
		return "----=_NextPart_" + r.letters(digits, 3) + "_" + strings.ToUpper(r.letters(hexes, 4)+"_"+r.letters(hexes, 8)+"."+r.letters(hexes, 8))
	case 1:
		return "===============" + r.letters(digits, 19) + "=="
	case 2:
		return "0000000000" + r.letters(hexes, 18)
	case 3:
		return "b1_" + r.letters(hexes, 32)
	case 4:
		return "--" + r.letters(hexes, 13)
	case 5:
		return "_000_" + strings.ToUpper(r.letters(hexes, 30)) + "_"
	}
	return "Apple-Mail=_" + strings.ToUpper(uuid(r))
}

func uuid(r *rng) string {
	return r.letters(hexes, 8) + "-" + r.letters(hexes, 4) + "-4" + r.letters(hexes, 3) + "-a" + r.letters(hexes, 3) + "-" + r.letters(hexes, 12)
}

// origin is a sending server.
type origin struct{ ip, helo string }

func newOrigin(r *rng) origin {
	var ip string
	switch r.IntN(8) {
	case 0:
		ip = fmt.Sprintf("2001:db8:%x:%x::%x", r.IntN(1<<16), r.IntN(1<<16), r.between(1, 1<<16-1))
	case 1:
		ip = fmt.Sprintf("%s.%d", pick(r, []string{"192.0.2", "198.51.100", "203.0.113"}), r.between(1, 254))
	default:
		ip = fmt.Sprintf("198.%d.%d.%d", r.between(18, 19), r.IntN(256), r.between(1, 254))
	}
	return origin{ip, pick(r, []string{"mail.", "smtp.", "vps" + r.letters(digits, 4) + ".", "server.", "host-" + r.letters(hexes, 5) + "."}) + domainName(r)}
}
