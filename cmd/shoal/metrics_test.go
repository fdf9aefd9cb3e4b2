package main

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/rogpeppe/go-internal/testscript"
	"sigs.k8s.io/yaml"

	"shoal/cluster/federation"
	"shoal/pipeline/intake"
	"shoal/pipeline/kafka"
	"shoal/pipeline/publish/console"
)

// Files of the operators.
const (
	alertsFile    = "../../deploy/prometheus/alerts.yml"
	dashboardFile = "../../deploy/grafana/shoal.json"
	runbookFile   = "../../deploy/runbook.md"
)

// cmdFetch prints what a URL answers: fetch URL.
func cmdFetch(ts *testscript.TestScript, _ bool, args []string) {
	resp, err := http.Get(args[0])
	ts.Check(err)
	defer resp.Body.Close()
	_, err = io.Copy(ts.Stdout(), resp.Body)
	ts.Check(err)
}

// catalogue is a registerer that keeps the labels of each metric by its name.
type catalogue map[string][]string

var descLine = regexp.MustCompile(`^Desc\{fqName: "([^"]+)", .*constLabels: \{(.*)\}, variableLabels: \{(.*)\}\}$`)

func (c catalogue) Register(m prometheus.Collector) error {
	descs := make(chan *prometheus.Desc)
	go func() { m.Describe(descs); close(descs) }()
	for d := range descs {
		found := descLine.FindStringSubmatch(d.String())
		if found == nil {
			return fmt.Errorf("cannot read %s", d)
		}
		name := found[1]
		for _, l := range strings.FieldsFunc(found[2]+","+found[3], func(r rune) bool { return r == ',' }) {
			l, _, _ = strings.Cut(l, "=")
			if !slices.Contains(c[name], l) {
				c[name] = append(c[name], l)
			}
		}
		if c[name] == nil {
			c[name] = []string{}
		}
	}
	return nil
}

func (c catalogue) MustRegister(ms ...prometheus.Collector) {
	for _, m := range ms {
		if err := c.Register(m); err != nil {
			panic(err)
		}
	}
}

func (c catalogue) Unregister(prometheus.Collector) bool { return false }

// programMetrics are all metrics of the program: each of its parts is made as the
// commands make it, and none runs.
func programMetrics(t *testing.T) catalogue {
	t.Helper()
	c := catalogue{}
	quiet := slog.New(slog.DiscardHandler)
	client, err := kafka.NewClient(kafka.DefaultConfig("127.0.0.1:1"), kafka.Options{Registerer: c})
	if err != nil {
		t.Fatal(err)
	}
	r := road{client, quiet, c}
	r.worker(nil, 1, false)
	r.clusterer(t.TempDir(), time.Hour, true)
	for round := range federation.Rounds {
		r.local(round, 1, &clustererFlags{snapshots: t.TempDir()})
	}
	r.writer(nil)
	intake.NewHandler(intake.DefaultHandlerConfig(), intake.HandlerDeps{Registerer: c, Tokens: new(intake.Tokens)})
	intake.NewLMTP(intake.DefaultLMTPConfig(), intake.LMTPDeps{Registerer: c})
	console.New(console.DefaultConfig(), console.Deps{Registerer: c})
	c.MustRegister(lagOf(client, quiet), engineStarts(func() int { return 0 }), freeRoom(dataDir(t.TempDir())))
	newAuditMetrics(c)
	// What Prometheus itself says of a target, and what it adds.
	c["up"] = []string{}
	for name := range c {
		if strings.HasPrefix(name, "shoal_stage_write_seconds") || name == "shoal_console_seconds" || strings.HasSuffix(name, "_batch_records") {
			for _, part := range []string{"_bucket", "_sum", "_count"} {
				c[name+part] = append(slices.Clone(c[name]), "le")
			}
		}
	}
	return c
}

// rules is the file of alerts; a field that Prometheus does not know is an error.
type rules struct {
	Groups []struct {
		Name  string `json:"name"`
		Rules []rule `json:"rules"`
	} `json:"groups"`
}

type rule struct {
	Alert       string            `json:"alert"`
	Expr        string            `json:"expr"`
	For         string            `json:"for,omitempty"`
	Labels      map[string]string `json:"labels"`
	Annotations map[string]string `json:"annotations"`
}

func loadAlerts(t *testing.T) (out []rule) {
	t.Helper()
	data, err := os.ReadFile(alertsFile)
	if err != nil {
		t.Fatal(err)
	}
	var all rules
	if err := yaml.UnmarshalStrict(data, &all); err != nil {
		t.Fatalf("%s: %v", alertsFile, err)
	}
	for _, g := range all.Groups {
		out = append(out, g.Rules...)
	}
	return out
}

// checkQuery parses a query and holds its metrics and their labels to the program.
func checkQuery(query string, known catalogue) error {
	expr, err := parser.NewParser(parser.Options{}).ParseExpr(query)
	if err != nil {
		return err
	}
	for _, selectors := range parser.ExtractSelectors(expr) {
		name, used := "", []string{}
		for _, m := range selectors {
			if m.Name == model.MetricNameLabel {
				name = m.Value
			} else {
				used = append(used, m.Name)
			}
		}
		has, ok := known[name]
		if !ok {
			return fmt.Errorf("no metric is named %q", name)
		}
		for _, l := range used {
			if !slices.Contains(has, l) && !slices.Contains([]string{"job", "instance"}, l) {
				return fmt.Errorf("%s has no label %q, but %v", name, l, has)
			}
		}
	}
	return nil
}

var severities = []string{"page", "ticket"}

func TestAlerts(t *testing.T) {
	known := programMetrics(t)
	alerts := loadAlerts(t)
	if len(alerts) < 10 {
		t.Fatalf("%s has %d alerts", alertsFile, len(alerts))
	}
	book, err := os.ReadFile(runbookFile)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range alerts {
		if err := checkQuery(r.Expr, known); err != nil {
			t.Errorf("alert %s: %v", r.Alert, err)
		}
		if _, err := time.ParseDuration(r.For); r.For != "" && err != nil {
			t.Errorf("alert %s: for %q: %v", r.Alert, r.For, err)
		}
		if !slices.Contains(severities, r.Labels["severity"]) {
			t.Errorf("alert %s: severity %q, want one of %q", r.Alert, r.Labels["severity"], severities)
		}
		if r.Annotations["summary"] == "" || !strings.HasSuffix(r.Annotations["runbook"], "deploy/runbook.md#"+strings.ToLower(r.Alert)) {
			t.Errorf("alert %s: wants a summary, and its place in the runbook, has %q", r.Alert, r.Annotations)
		}
		if !strings.Contains(string(book), "\n## "+r.Alert+"\n") {
			t.Errorf("alert %s is not in %s", r.Alert, runbookFile)
		}
	}
	for _, m := range regexp.MustCompile(`(?m)^## (Shoal\w+)$`).FindAllStringSubmatch(string(book), -1) {
		if !slices.ContainsFunc(alerts, func(r rule) bool { return r.Alert == m[1] }) {
			t.Errorf("%s tells of alert %s, which there is not", runbookFile, m[1])
		}
	}
}

// TestCheckQuery keeps the check one that can fail.
func TestCheckQuery(t *testing.T) {
	known := programMetrics(t)
	for query, want := range map[string]string{
		`rate(shoal_stage_dead_total{stage="worker", reason="panic"}[5m]) > 0`:        "",
		`histogram_quantile(0.9, rate(shoal_stage_write_seconds_bucket{le="1"}[5m]))`: "",
		`shoal_stage_deaths_total`:                          "no metric",
		`shoal_stage_dead_total{cause="panic"}`:             "no label",
		`shoal_kafka_failures_total{stage="worker"}`:        "no label",
		`rate(shoal_stage_dead_total[5m]`:                   "unclosed",
		`sum by (stage) (shoal_stage_lag_records) > on nil`: "unexpected",
	} {
		err := checkQuery(query, known)
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("checkQuery(%s) = %v, want %q", query, err, want)
		}
	}
}

func TestDashboard(t *testing.T) {
	known := programMetrics(t)
	data, err := os.ReadFile(dashboardFile)
	if err != nil {
		t.Fatal(err)
	}
	var board struct {
		UID    string
		Title  string
		Panels []struct {
			ID      int
			Title   string
			Type    string
			GridPos struct{ X, Y, W, H int }
			Targets []struct{ Expr, RefID, LegendFormat string }
		}
	}
	if err := json.Unmarshal(data, &board); err != nil {
		t.Fatal(err)
	}
	if board.UID == "" || len(board.Panels) < 10 {
		t.Fatalf("dashboard %q has %d panels", board.UID, len(board.Panels))
	}
	ids, places := map[int]bool{}, map[[2]int]string{}
	for _, p := range board.Panels {
		if ids[p.ID] || p.Title == "" || len(p.Targets) == 0 {
			t.Errorf("panel %d %q: wants an id of its own, a title and a query", p.ID, p.Title)
		}
		ids[p.ID] = true
		for x := p.GridPos.X; x < p.GridPos.X+p.GridPos.W; x++ {
			for y := p.GridPos.Y; y < p.GridPos.Y+p.GridPos.H; y++ {
				if other := places[[2]int{x, y}]; other != "" || x >= 24 {
					t.Fatalf("panel %q at %d,%d lies on %q or outside", p.Title, x, y, other)
				}
				places[[2]int{x, y}] = p.Title
			}
		}
		for _, target := range p.Targets {
			query := strings.ReplaceAll(target.Expr, "$__rate_interval", "5m")
			if err := checkQuery(query, known); err != nil {
				t.Errorf("panel %q: %v", p.Title, err)
			}
		}
	}
}

// TestAlertsFire runs what alerts_test.yml says of when alerts fire, where promtool
// (Debian: prometheus) is there. TestAlerts needs no program.
func TestAlertsFire(t *testing.T) {
	promtool, err := exec.LookPath("promtool")
	if err != nil && os.Getenv("CI") == "true" {
		t.Fatal(err)
	}
	if err != nil {
		t.Skip("promtool is not there")
	}
	for _, args := range [][]string{{"check", "config", "prometheus.yml"}, {"test", "rules", "alerts_test.yml"}} {
		cmd := exec.CommandContext(t.Context(), promtool, args...)
		cmd.Dir = "../../deploy/prometheus"
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("promtool %q: %v\n%s", args, err, out)
		}
	}
}
