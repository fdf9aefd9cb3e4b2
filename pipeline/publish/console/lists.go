package console

import (
	"net/http"
	"net/url"
	"strconv"
	"time"

	"shoal/pipeline/publish"
)

// listPage is reports, a line each: of a campaign, or of a day those that stand
// alone.
type listPage struct {
	ID, Title      string // of a campaign
	Day            time.Time
	Lines          []publish.ReportLine
	First, Last    int
	Previous, Next string
}

// maxOffset bounds how far a list can be paged through.
const maxOffset = 100_000

func (v *visit) reports() error {
	c, err := v.headOf()
	if err != nil {
		return err
	}
	p := &listPage{ID: c.ID, Title: c.Words().Title}
	return p.show(v, "/campaigns/"+c.ID+"/reports?")
}

// headOf is the campaign that the path names, with its id and name only.
func (v *visit) headOf() (*publish.Campaign, error) {
	id := v.req.PathValue("id")
	if !campaignID.MatchString(id) {
		return nil, publish.ErrNoCampaign
	}
	return publish.Named(v.ctx(), v.db(), id)
}

func (v *visit) alone() error {
	day, err := v.day(v.req.URL.Query().Get("day"))
	if err != nil || day.IsZero() {
		return &problem{status: http.StatusBadRequest, title: "Which day?", text: "Mail that stands alone is listed by day: YYYY-MM-DD."}
	}
	p := &listPage{Title: "Reports that stand alone, " + day.Format("2 January 2006"), Day: day}
	return p.show(v, "/alone?"+url.Values{"day": {day.Format(time.DateOnly)}}.Encode()+"&")
}

// show reads the part of the list that is asked for.
func (p *listPage) show(v *visit, path string) error {
	n, _ := strconv.Atoi(v.req.URL.Query().Get("page"))
	rows := 2 * v.cfg.PageRows
	n = min(max(n, 1), maxOffset/rows)
	var err error
	if p.Lines, err = publish.Reports(v.ctx(), v.db(), p.ID, p.Day, (n-1)*rows, rows); err != nil {
		return err
	}
	if len(p.Lines) > rows {
		p.Lines, p.Next = p.Lines[:rows], path+"page="+strconv.Itoa(n+1)
	}
	if n > 1 {
		p.Previous = path + "page=" + strconv.Itoa(n-1)
	}
	p.First, p.Last = (n-1)*rows+1, (n-1)*rows+len(p.Lines)
	v.render(http.StatusOK, "reports", p.Title, p)
	return nil
}

// searchPage is what a term found.
type searchPage struct {
	Term string
	Hits []publish.Hit
	Full bool
}

func (v *visit) search() error {
	p := &searchPage{Term: v.req.URL.Query().Get("q")}
	var err error
	if p.Hits, err = publish.Search(v.ctx(), v.db(), p.Term); err != nil {
		return err
	}
	p.Full = len(p.Hits) >= publish.MaxHits
	v.render(http.StatusOK, "search", "Search", p)
	return nil
}

// roadPage is how the road is.
type roadPage struct {
	Stored uint64
	Known  bool
	State  State
	Good   bool
}

func (v *visit) road() error {
	stored, err := publish.Stored(v.ctx(), v.db())
	if err != nil {
		return err
	}
	p := roadPage{Stored: stored}
	if s := v.state(); s != nil {
		p.Known, p.State, p.Good = true, *s, s.Good()
	}
	v.render(http.StatusOK, "road", "The road", p)
	return nil
}
