package extract

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
)

// Config says how to extract.
type Config struct {
	// Key is the HMAC key of pseudonyms, of 16 bytes or more.
	Key []byte
	// TrustedNetworks are those of our own relays: their Received fields are
	// walked past. Private and loopback addresses are always walked past.
	TrustedNetworks []netip.Prefix
	// TrustedAuthServ are the authserv-ids (RFC 8601) whose results count. Empty:
	// those of the topmost Authentication-Results field alone.
	TrustedAuthServ []string
	// KeepBody keeps the text, redacted, in the row.
	KeepBody bool
}

// Default is what a single installation needs: nothing but its key.
func Default(key []byte) Config { return Config{Key: key} }

// Validate reports what is wrong with c.
func (c *Config) Validate() error {
	if len(c.Key) < 16 {
		return fmt.Errorf("pseudonym key of %d bytes, want 16 or more", len(c.Key))
	}
	for _, p := range c.TrustedNetworks {
		if !p.IsValid() {
			return errors.New("invalid trusted network")
		}
	}
	return nil
}

func (c *Config) trusts(a netip.Addr) bool {
	return a.IsPrivate() || a.IsLoopback() || a.IsLinkLocalUnicast() || a.IsUnspecified() || a.IsMulticast() ||
		slices.ContainsFunc(c.TrustedNetworks, func(p netip.Prefix) bool { return p.Contains(a) })
}
