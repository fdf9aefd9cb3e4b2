package main

import (
	"net/netip"
	"strings"

	"github.com/spf13/pflag"

	"shoal/pipeline/extract"
)

// extractFlags say how to extract.
type extractFlags struct {
	networks []string
	servers  []string
	keepBody bool
	parallel int
}

func (e *extractFlags) register(fs *pflag.FlagSet) {
	fs.StringSliceVar(&e.networks, "trusted-networks", nil, "`PREFIXES` of your own relays: their Received fields are walked past")
	fs.StringSliceVar(&e.servers, "trusted-authserv", nil, "`IDS` of servers whose Authentication-Results count (default: the topmost field's)")
	fs.BoolVar(&e.keepBody, "keep-body", false, "store the text of messages, with what is personal struck out")
	fs.IntVar(&e.parallel, "jobs", defaultJobs(), "messages to extract at the same time")
}

func (e *extractFlags) config(key []byte) (extract.Config, error) {
	cfg := extract.Config{Key: key, TrustedAuthServ: e.servers, KeepBody: e.keepBody}
	for _, s := range e.networks {
		p, err := netip.ParsePrefix(strings.TrimSpace(s))
		if err != nil {
			return cfg, usagef("--trusted-networks: %w", err)
		}
		cfg.TrustedNetworks = append(cfg.TrustedNetworks, p)
	}
	return cfg, nil
}
