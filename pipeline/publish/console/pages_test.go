package console

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/net/html"

	"shoal/cluster"
	"shoal/pipeline/publish"
	"shoal/pipeline/record"
	"shoal/pipeline/store/storetest"
)

// text is what a page says, with single spaces.
func text(t *testing.T, page string) string {
	t.Helper()
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for n := range root.Descendants() {
		if n.Type == html.TextNode && n.Parent.Data != "title" {
			b.WriteString(n.Data + " ")
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// TestPages: each page says what the story has.
func TestPages(t *testing.T) {
	o := newOffice(t, story(), func(c *Config, _ *Deps) { c.PageRows = 3 })
	p := o.person(t, "actor")
	for _, tt := range []struct {
		path string
		say  []string
		not  []string
	}{
		{"/", []string{"Wednesday, 21 October 2026", "reports 39", "12,348 records on their way; 2 dead letters", "1 to 3 of 4", "Vote or else new", "reports that day 33", "See the video new drifted",
			"Aimed at no aim seen", "Forges boys[.]example; authentication failed for 100 %", "Operation oxthdccnw4pnx", "Next"}, []string{"Previous", "Nothing of the kind"}},
		{"/?day=2026-10-21&page=2", []string{"4 to 4 of 4", "went into another", "Previous"}, []string{"Next"}},
		{"/?day=2026-10-21&page=99", []string{"No campaign fits."}, nil},
		{"/?day=2026-10-21&status=drifted", []string{"1 to 1 of 1", "See the video", "Clear"}, []string{"Vote or else"}},
		{"/?day=all&label=yes", []string{"All campaigns", "The Paper", "1 to 1 of 1"}, []string{"Reports by hour"}},
		{"/?day=all&operation=oxthdccnw4pnx", []string{"1 to 2 of 2, of operation oxthdccnw4pnx"}, nil},
		{"/?day=2001-01-01", []string{"Monday, 1 January 2001", "reports 0", "No campaign fits."}, nil},
		{"/campaigns/cbig", []string{"Vote or else", "cbig", "33 reports", "reject unauthenticated mail from boys[.]example", "merged cold by ana: the same template", "Split cold off again",
			"Merge with cvideo again", "Same operation See the video", "Merged into it cold", "Label it", "Variants", "Weakest links", "name (100 %)"}, []string{"fell apart", "You asked for"}},
		{"/campaigns/cold", []string{"You asked for cold , which was merged into this one."}, nil},
		{"/campaigns/cvideo", []string{"This campaign fell apart", "one of them should leave", "Split them off", "It is one campaign"}, nil},
		{"/campaigns/cnews", []string{"labelled “The Paper” by ana", "labelled “paper” by ana", "Take the label back"}, nil},
		{"/campaigns/cbig/reports", []string{"1 to 6, the latest first", "Split off", "Pin here for good", "Next"}, nil},
		{"/campaigns/cbig/reports?page=6", []string{"31 to 33", "Previous"}, []string{"Next"}},
		{"/campaigns/cold/reports", []string{"Reports of Vote or else"}, nil},
		{"/alone?day=2026-10-21", []string{"Reports that stand alone, 21 October 2026", "Nothing of the kind"}, []string{"Pin here"}},
		{"/search?q=", []string{"Give a host"}, nil},
		{"/search?q=boys%5B.%5Dexample", []string{"Vote or else", "sender domain", "stands alone: Nothing of the kind"}, nil},
		{"/search?q=no+such", []string{"Nothing has no such"}, nil},
		{"/summary?day=2026-10-21", []string{"Summary of Wednesday, 21 October 2026", "reports 39", "Vote or else new", "What to block", "Markdown"}, nil},
		{"/summary", []string{"Summary of Wednesday, 21 October 2026"}, nil},
		{"/road", []string{"43 reports are stored; 12,348 records are on their way; 2 letters are dead", "writer does not answer", "look here"}, []string{" well "}},
		{"/decision?campaign=cbig&kind=merge&actor=zoe&from=1000000&to=1000001", []string{"On its way", "1970-01-01 00:16 by zoe"}, nil},
	} {
		w := p.get(tt.path)
		got := text(t, w.Body.String())
		if w.Code != http.StatusOK {
			t.Errorf("%s: %d %s", tt.path, w.Code, got)
		}
		for _, s := range tt.say {
			if !strings.Contains(got, s) {
				t.Errorf("%s does not say %q: %s", tt.path, s, got)
			}
		}
		for _, s := range tt.not {
			if strings.Contains(got, s) {
				t.Errorf("%s says %q", tt.path, s)
			}
		}
	}
}

// TestReader: who may not decide is offered no form that would.
func TestReader(t *testing.T) {
	o := newOffice(t, story(), nil)
	p := o.person(t, "reader")
	for _, path := range []string{"/campaigns/cbig", "/campaigns/cvideo", "/campaigns/cbig/reports", "/"} {
		page := p.get(path).Body.String()
		if strings.Contains(page, "/decide") || strings.Contains(page, "checkbox") {
			t.Errorf("%s offers a decision", path)
		}
		if !strings.Contains(text(t, page), "(reads only)") {
			t.Errorf("%s does not say that the token reads only", path)
		}
	}
}

// TestEmpty: a database without reports, and a console that knows little.
func TestEmpty(t *testing.T) {
	o := newOffice(t, storetest.NewLog(), func(_ *Config, d *Deps) { d.Road, d.Desk, d.Why = nil, nil, nil })
	p := o.person(t, "actor")
	for path, want := range map[string]int{"/": 200, "/?day=all": 200, "/summary": 200, "/road": 200, "/search?q=x": 200, "/campaigns/cbig": 404,
		"/campaigns/cbig/why?a=" + a32 + "&b=" + b32: 409, "/alone?day=2026-10-21": 200} {
		if w := p.get(path); w.Code != want {
			t.Errorf("%s: %d, want %d: %s", path, w.Code, want, text(t, w.Body.String()))
		}
	}
	if w := p.post("/campaigns/cbig/decide", url.Values{"kind": {"label"}}); w.Code != 409 {
		t.Errorf("a decision without a desk: %d", w.Code)
	}
}

// TestFiles: what is handed on is what publish writes, as a download.
func TestFiles(t *testing.T) {
	o := newOffice(t, story(), nil)
	p := o.person(t, "reader")
	c, err := publish.LoadCampaign(t.Context(), o.room.db, "cbig")
	if err != nil {
		t.Fatal(err)
	}
	for _, format := range publish.Formats {
		w := p.get("/campaigns/cbig/export/" + format)
		var want strings.Builder
		if err := c.Export(&want, format); err != nil {
			t.Fatal(err)
		}
		if w.Code != 200 || w.Body.String() != want.String() || !strings.Contains(w.Header().Get("Content-Disposition"), `attachment; filename="cbig.`) {
			t.Errorf("%s: %d %v", format, w.Code, w.Header())
		}
		checkHeaders(t, w)
	}
	for _, format := range []string{"md", "html", "json"} {
		w := p.get("/summary/2026-10-21/" + format)
		if w.Code != 200 || !strings.Contains(w.Body.String(), "Vote or else") || !strings.Contains(w.Header().Get("Content-Disposition"), `"shoal-2026-10-21.`+format) {
			t.Errorf("%s: %d %v", format, w.Code, w.Header())
		}
		if format == "json" && !json.Valid(w.Body.Bytes()) {
			t.Error("no JSON")
		}
	}
}

// TestDecide: each form gives the order that it says, and the page tells what
// became of it.
func TestDecide(t *testing.T) {
	o := newOffice(t, story(), nil)
	p := o.person(t, "actor")
	r1, r2 := storetest.ID("cbig/1"), storetest.ID("cbig/2")
	two := []cluster.ReportID{r1, r2}
	reports := []string{r1.String() + " " + r2.String()}
	for _, tt := range []struct {
		form url.Values
		want Order
	}{
		{url.Values{"kind": {"merge"}, "other": {" cvideo "}, "note": {" the same "}}, Order{Decision: cluster.Decision{Kind: cluster.DecisionMerge, Other: "cvideo", Note: "the same"}}},
		{url.Values{"kind": {"unmerge"}, "other": {"cold"}}, Order{Decision: cluster.Decision{Kind: cluster.DecisionSplit, Other: "cold"}, Unmerge: true}},
		{url.Values{"kind": {"split"}, "report": reports}, Order{Decision: cluster.Decision{Kind: cluster.DecisionSplit, Reports: two}}},
		{url.Values{"kind": {"follow"}, "report": {r1.String(), r2.String()}}, Order{Decision: cluster.Decision{Kind: cluster.DecisionSplit, Reports: two}, Like: true}},
		{url.Values{"kind": {"pin"}, "report": reports}, Order{Decision: cluster.Decision{Kind: cluster.DecisionPin, Reports: two}}},
		{url.Values{"kind": {"label"}, "label": {""}}, Order{Decision: cluster.Decision{Kind: cluster.DecisionLabel}}},
		{url.Values{"kind": {"label"}, "label": {"<b>wave</b>"}}, Order{Decision: cluster.Decision{Kind: cluster.DecisionLabel, Label: "<b>wave</b>"}}},
	} {
		tt.want.Campaign, tt.want.Actor = "cbig", "actor"
		w := p.post("/campaigns/cbig/decide", tt.form)
		if w.Code != http.StatusSeeOther {
			t.Fatalf("%v: %d %s", tt.form, w.Code, text(t, w.Body.String()))
		}
		if got := o.room.last(t); fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", tt.want) {
			t.Errorf("%v gives %+v, want %+v", tt.form, got, tt.want)
		}
		page := p.get(w.Header().Get("Location"))
		label := tt.want.Kind == cluster.DecisionLabel
		if done := strings.Contains(text(t, page.Body.String()), "Carried out labelled cbig"); done != label || (page.Header().Get("Refresh") == "") != label {
			t.Errorf("%v: carried out %v, %v: %s", tt.form, done, page.Header(), text(t, page.Body.String()))
		}
	}
	if got := text(t, p.get("/campaigns/cbig").Body.String()); !strings.Contains(got, "labelled “<b>wave</b>” by actor") {
		t.Errorf("the label is not in the lineage: %s", got)
	}
	w := p.post("/campaigns/cbig/decide", url.Values{"kind": {"label"}, "label": {"refuse me"}})
	if got := text(t, p.get(w.Header().Get("Location")).Body.String()); !strings.Contains(got, "The engine refused it: no such <b>campaign</b>") {
		t.Errorf("a refusal: %s", got)
	}
	before := len(o.room.orders)
	for _, form := range []url.Values{
		{}, {"kind": {"drop"}}, {"kind": {"merge"}}, {"kind": {"merge"}, "other": {"cbig"}}, {"kind": {"merge"}, "other": {"x y"}}, {"kind": {"unmerge"}},
		{"kind": {"split"}}, {"kind": {"pin"}, "report": {"nonsense"}}, {"kind": {"label"}, "label": {strings.Repeat("x", 300)}}, {"kind": {"label"}, "label": {"\xff"}},
		{"kind": {"label"}, "note": {strings.Repeat("x", 600)}}, {"kind": {"split"}, "label": {"x"}, "report": reports},
		{"kind": {"split"}, "report": slices.Repeat(reports, 300)},
	} {
		if w := p.post("/campaigns/cbig/decide", form); w.Code != http.StatusBadRequest {
			t.Errorf("%.80v: %d", form, w.Code)
		}
	}
	if len(o.room.orders) != before {
		t.Errorf("%d bad orders came through", len(o.room.orders)-before)
	}
}

// TestHostile: text out of mail, and what is typed into a search or a filter, is
// text on every page and nothing else.
func TestHostile(t *testing.T) {
	l := storetest.NewLog()
	l.Mail("cbig", 12, hostile)
	l.Mail("cother", 3, hostile)
	l.Open("alone", "calone", hostile)
	l.Add(cluster.EventMerged, &record.Event{Campaign: "cbig", Other: "cother", Actor: evil, Note: evil})
	l.Add(cluster.EventLabelled, &record.Event{Campaign: "cbig", Label: evil, Actor: evil, Note: evil})
	l.Add(cluster.EventTied, &record.Event{Campaign: "cbig", Operation: evil})
	stray := storetest.ID("cbig/3")
	l.Add(cluster.EventDrifted, &record.Event{Campaign: "cbig", ReportId: stray[:], Evidence: []*record.Evidence{{Key: 1, Matched: stray[:], Value: evil, Weight: -2}}})
	o := newOffice(t, l, nil)
	p := o.person(t, "actor")
	q := url.QueryEscape(evil)
	day := storetest.Start.Format("2006-01-02")
	for _, path := range []string{
		"/", "/?day=" + day + "&text=" + q + "&change=" + q + "&status=" + q + "&label=" + q + "&sort=" + q + "&operation=" + q + "&page=" + q,
		"/?day=" + q, "/?day=all&text=script", "/campaigns/cbig", "/campaigns/cother", "/campaigns/" + url.PathEscape(evil), "/campaigns/cbig/reports", "/alone?day=" + day,
		"/search?q=" + q, "/search?q=%3Cscript", "/summary?day=" + day, "/campaigns/cbig/why?a=" + a32 + "&b=" + b32, "/campaigns/cbig/why?a=" + q + "&b=" + q,
		"/decision?campaign=cbig&actor=" + q + "&kind=" + q + "&from=0&to=1", "/decision?campaign=" + q + "&from=0&to=1", "/" + url.PathEscape(evil), "/sign-in?code=" + q,
		fmt.Sprintf("/decision?campaign=cbig&actor=%s&kind=x&from=%d&to=%d", q, storetest.Start.UnixMilli(), storetest.Start.UnixMilli()+1),
	} {
		for _, who := range []*person{p, {o: o}} {
			w := who.get(path)
			if w.Code >= 500 {
				t.Errorf("%.60s: %d %s", path, w.Code, text(t, w.Body.String()))
			}
			if w.Code != http.StatusSeeOther {
				checkInert(t, path, w.Body.String())
			}
		}
	}
	if !strings.Contains(p.get("/campaigns/cbig").Body.String(), "&lt;script&gt;") {
		t.Error("the hostile text is not shown: nothing was looked at")
	}
	if strings.Contains(o.log.String(), "\x1b") || strings.Contains(o.log.String(), "\u202e") {
		t.Error("the log has control characters of a request")
	}
}

var (
	elements = strings.Fields("html head meta title link body a header img span nav ul li form label input button main footer p code h1 h2 h3 svg rect div dl dt dd section select option article ol table thead tbody tfoot tr th td strong br time fieldset legend details summary")
	// plain attributes hold words of ours, figures, or text that a browser only shows.
	plain = strings.Fields("lang charset name content rel type class id for role method maxlength placeholder value autocomplete aria-label aria-labelledby aria-current aria-hidden aria-describedby tabindex width height viewbox viewBox preserveaspectratio preserveAspectRatio x y alt scope colspan selected required pattern datetime download title checked hidden readonly data-name")
	ours  = regexp.MustCompile(`^(#main|/[A-Za-z0-9./?=&%+_~*-]*)$`)
)

// checkInert: only our elements and attributes, links to ourselves alone, one
// stylesheet, and nothing that a browser shows otherwise than it is.
func checkInert(t *testing.T, path, page string) {
	t.Helper()
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	for n := range root.Descendants() {
		switch n.Type {
		case html.CommentNode:
			t.Errorf("%.60s: a comment %q", path, n.Data)
		case html.TextNode:
			checkText(t, path, n.Data)
		case html.ElementNode:
			if !slices.Contains(elements, n.Data) {
				t.Errorf("%.60s: element %q", path, n.Data)
			}
			for _, a := range n.Attr {
				checkText(t, path, a.Val)
				switch a.Key {
				case "href", "src", "action":
					if !ours.MatchString(a.Val) {
						t.Errorf("%.60s: %s leads to %q", path, n.Data, a.Val)
					}
				default:
					if !slices.Contains(plain, a.Key) || a.Key == "class" && !regexp.MustCompile(`^[a-z ]+$`).MatchString(a.Val) {
						t.Errorf("%.60s: attribute %s=%q of %s", path, a.Key, a.Val, n.Data)
					}
				}
			}
		}
	}
}

func checkText(t *testing.T, path, s string) {
	t.Helper()
	for _, r := range s {
		if unicode.IsControl(r) && r != '\n' && r != '\t' || unicode.In(r, unicode.Cf, unicode.Co) {
			t.Errorf("%.60s: character %U in %.80q", path, r, s)
			return
		}
	}
	if len(s) > 2000 {
		t.Errorf("%.60s: a text of %d bytes", path, len(s))
	}
}
