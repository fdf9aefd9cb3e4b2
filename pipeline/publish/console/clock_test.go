package console

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// TestDecisionAsksForAWhile: the page of a decision asks again by itself for a while,
// also where the clock was set forth or back since, and never for hours.
func TestDecisionAsksForAWhile(t *testing.T) {
	o := newOffice(t, story(), nil)
	p := o.person(t, "reader")
	for age, want := range map[time.Duration]string{
		0: "3", time.Minute: "3", -time.Minute: "3", time.Hour: "", -time.Hour: "", -24 * time.Hour: "",
	} {
		at := time.Now().Add(-age).UnixMilli()
		page := p.get(fmt.Sprintf("/decision?campaign=cbig&kind=merge&actor=zoe&from=%d&to=%d", at, at))
		if got := page.Header().Get("Refresh"); got != want || !strings.Contains(page.Body.String(), "On its way") {
			t.Errorf("a decision of %v ago: %d, asks again in %q seconds, want %q", age, page.Code, got, want)
		}
	}
}

// TestSessionsKeepTheirTime: how long a sign-in lasts is not what the clock says, which
// may be set forth or back, but what has gone by: the time has a monotonic reading.
func TestSessionsKeepTheirTime(t *testing.T) {
	s := newSessions(DefaultConfig())
	key := s.begin(Holder{Name: "ana"})
	if until := s.find(key).until; !strings.Contains(until.String(), " m=") {
		t.Errorf("a session ends at %v by the clock", until)
	}
}
