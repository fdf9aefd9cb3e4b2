package console

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// session is one sign-in. What the cookie holds is kept as its hash only.
type session struct {
	holder Holder
	until  time.Time
	// word is what our own forms hold, against posts that others have made up.
	word  string
	limit *rate.Limiter
}

// sessions are the sign-ins that last, and the invitations that nobody has used.
type sessions struct {
	cfg Config

	mu      sync.Mutex
	byKey   map[[sha256.Size]byte]*session
	invited map[[sha256.Size]byte]Holder
	bearers map[string]*rate.Limiter // by ID
}

func newSessions(cfg Config) *sessions {
	return &sessions{cfg: cfg, byKey: map[[sha256.Size]byte]*session{}, invited: map[[sha256.Size]byte]Holder{}, bearers: map[string]*rate.Limiter{}}
}

// secret is 256 random bits as text.
func secret() string {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails: crypto/rand
	return base64.RawURLEncoding.EncodeToString(b)
}

// begin makes a session and returns what the cookie holds. Where there are too many
// the one that would end first goes.
func (s *sessions) begin(h Holder) string {
	key, now := secret(), time.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.drop(now)
	s.byKey[sha256.Sum256([]byte(key))] = &session{holder: h, until: now.Add(s.cfg.SessionFor), word: secret(), limit: s.limiter()}
	return key
}

func (s *sessions) limiter() *rate.Limiter {
	return rate.NewLimiter(rate.Limit(s.cfg.Rate), s.cfg.Burst)
}

// drop forgets sessions that are over, and one more where there is no room.
func (s *sessions) drop(now time.Time) {
	var first [sha256.Size]byte
	var until time.Time
	for k, x := range s.byKey {
		if !x.until.After(now) {
			delete(s.byKey, k)
		} else if until.IsZero() || x.until.Before(until) {
			first, until = k, x.until
		}
	}
	if len(s.byKey) >= s.cfg.MaxSessions {
		delete(s.byKey, first)
	}
}

// find gives the session of a cookie, nil for none.
func (s *sessions) find(key string) *session {
	s.mu.Lock()
	defer s.mu.Unlock()
	x := s.byKey[sha256.Sum256([]byte(key))]
	if x == nil || !x.until.After(time.Now()) {
		return nil
	}
	return x
}

// end ends the session of a cookie.
func (s *sessions) end(key string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.byKey, sha256.Sum256([]byte(key)))
}

// invite makes a code for one sign-in.
func (s *sessions) invite(h Holder) string {
	code := secret()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.invited[sha256.Sum256([]byte(code))] = h
	return code
}

// accept uses an invitation up.
func (s *sessions) accept(code string) (Holder, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	k := sha256.Sum256([]byte(code))
	h, ok := s.invited[k]
	delete(s.invited, k)
	return h, ok
}

// bearer is the limit of a token that is sent with each request. There are no more
// of them than tokens.
func (s *sessions) bearer(id string) *rate.Limiter {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.bearers[id] == nil {
		s.bearers[id] = s.limiter()
	}
	return s.bearers[id]
}

// knows says whether a form is one that we gave to this session.
func (x *session) knows(word string) bool {
	return subtle.ConstantTimeCompare([]byte(x.word), []byte(word)) == 1
}
