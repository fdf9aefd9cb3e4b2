package storetest

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"shoal/cluster"
	"shoal/pipeline/record"
)

// testDrift: an alarm stands with its proposed split until it is settled, one that
// is raised anew replaces it, and a campaign that leaves the index and comes back
// says so.
func testDrift(t *testing.T, url string) {
	db, l := Open(t, url), NewLog()
	l.Mail("ca", 4)
	follow := func(name, matched string) {
		l.Assign(name, "ca")
		id := ID(matched)
		l.Events[len(l.Events)-1].Evidence[0].Matched = id[:]
	}
	follow("ca/far", "ca/3")
	follow("ca/farther", "ca/3")
	follow("ca/near", "ca/1")
	alarm := func(names ...string) {
		for _, name := range names {
			id, stays := ID(name), ID("ca/farther")
			l.Add(cluster.EventDrifted, &record.Event{
				Campaign: "ca", ReportId: id[:], Score: -4, Content: -2,
				Evidence: []*record.Evidence{{Key: uint32(cluster.KeyText), Matched: stays[:], Value: "", Weight: -1}},
			})
		}
	}
	done := 0
	state := func() string {
		t.Helper()
		insert(t, db, l, done, len(l.Events))
		done = len(l.Events)
		l.Now = l.Now.AddDate(0, 0, 1)
		checkStates(t, db)
		return Table(t, db, "SELECT status FROM campaigns") + ": " +
			Table(t, db, "SELECT arraySort(groupArray(report_id)) FROM campaign_drift WHERE score = -4 AND evidence = [('text', '', 0, -1)] AND matched_report_id = '"+ID("ca/farther").String()+"'")
	}
	for _, step := range []struct {
		name  string
		add   func()
		want  string
		leave []string
	}{
		{"grown", func() {}, "open", nil},
		{"drifted", func() { alarm("ca/2", "ca/3") }, "drifted", []string{"ca/2", "ca/3"}},
		{"settled", func() { l.Add(cluster.EventSettled, &record.Event{Campaign: "ca", Actor: "ana"}) }, "open", nil},
		{"drifted again", func() { alarm("ca/3") }, "drifted", []string{"ca/3"}},
		{"idled", func() { l.Add(cluster.EventIdled, &record.Event{Campaign: "ca"}) }, "idle", nil},
		{"revived", func() { l.Add(cluster.EventRevived, &record.Event{Campaign: "ca"}) }, "open", nil},
		{"drifted at last", func() { alarm("ca/3") }, "drifted", []string{"ca/3"}},
	} {
		step.add()
		var ids []string
		for _, name := range step.leave {
			ids = append(ids, "'"+ID(name).String()+"'")
		}
		slices.Sort(ids)
		if got, want := state(), fmt.Sprintf("%s: [%s]", step.want, strings.Join(ids, ",")); got != want {
			t.Errorf("%s: state %q, want %q", step.name, got, want)
		}
	}
	// What stays by the proposal does not follow, nor what agreed with others.
	got, err := db.Followers(t.Context(), "ca", []cluster.ReportID{ID("ca/3")})
	if err != nil || len(got) != 1 || got[0] != ID("ca/far") {
		t.Errorf("Followers = %v, %v; want %v alone", got, err, ID("ca/far"))
	}
}
