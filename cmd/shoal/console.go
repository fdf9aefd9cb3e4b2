package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net"
	"os/user"
	"strings"
	"sync/atomic"

	"github.com/spf13/pflag"

	"shoal/pipeline/intake"
	"shoal/pipeline/kafka"
	"shoal/pipeline/publish/console"
	"shoal/pipeline/snapshot"
	"shoal/pipeline/store"
)

// consoleFlags say whether there is a console, and under which names.
type consoleFlags struct {
	on    bool
	hosts []string
}

func (f *consoleFlags) register(fs *pflag.FlagSet) {
	fs.BoolVar(&f.on, "console", true, "serve the console: pages for analysts at /, for tokens with scope read or act")
	fs.StringSliceVar(&f.hosts, "console-host", nil, "host `NAMES` under which the console may be asked, separated by commas, beside those of loopback (default: on loopback no other, else any)")
}

// names are the hosts under which the console on addr may be asked, none for any.
// On loopback a page elsewhere could have its own name turned to us, so that the
// browser takes us for it.
func (f *consoleFlags) names(addr net.Addr) []string {
	var out []string
	for _, h := range f.hosts {
		out = append(out, strings.ToLower(h))
	}
	if loopback(addr) {
		out = append(out, "localhost", "127.0.0.1", "::1", addr.(*net.TCPAddr).IP.String())
	}
	return out
}

// consoleSeconds bounds a statement of the console.
const consoleSeconds = 30

// deskOf is the console of a process that reaches both the log and the database.
func (a *app) deskOf(cfg console.Config, deps console.Deps, db *store.DB, client *kafka.Client, snapshots string) (*console.Handler, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	deps.DB, deps.Log = db.Reader(consoleSeconds), a.log
	deps.Desk = &desk{db: db, client: client}
	deps.Why = &explainer{db: db, client: client, dir: snapshot.NewDir(snapshots, a.log), turn: make(chan struct{}, 1)}
	return console.New(cfg, deps), nil
}

// tokenBook lets the console ask for tokens while these change.
type tokenBook struct{ now atomic.Pointer[intake.Tokens] }

func newTokenBook(t *intake.Tokens) *tokenBook {
	b := new(tokenBook)
	b.now.Store(t)
	return b
}

// Find implements console.Tokens.
func (b *tokenBook) Find(secret string) (console.Holder, bool) {
	return holder(b.now.Load().Find(secret))
}

// Current implements console.Tokens.
func (b *tokenBook) Current(id string) (console.Holder, bool) {
	hash, err := hex.DecodeString(id)
	if err != nil || len(hash) != sha256.Size {
		return console.Holder{}, false
	}
	return holder(b.now.Load().ByHash([sha256.Size]byte(hash)))
}

func holder(t *intake.Token) (console.Holder, bool) {
	if t == nil {
		return console.Holder{}, false
	}
	return console.Holder{ID: hex.EncodeToString(t.Hash[:]), Name: t.Name, Scopes: t.Scopes}, true
}

// refuse says why something makes no sense, on the command line and in the console.
func refuse(format string, args ...any) error { return console.Refusal(fmt.Sprintf(format, args...)) }

// self is the name of who runs this program.
func self() string {
	u, err := user.Current()
	if err != nil {
		return "local"
	}
	return u.Username
}
