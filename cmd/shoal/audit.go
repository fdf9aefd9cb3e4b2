package main

import (
	"context"
	"io"
	"math"
	"time"

	"github.com/spf13/cobra"

	"shoal/pipeline/kafka"
	"shoal/pipeline/store"
)

// auditFlags are those of `shoal audit`.
type auditFlags struct {
	whyFlags
	from, to string
	since    time.Duration
	format   string
	out      string
	limit    int
}

func (a *app) auditCommand() *cobra.Command {
	var f auditFlags
	cmd := &cobra.Command{
		Use:     "audit",
		GroupID: groupTool,
		Short:   "Prove that every report in the topic is stored, dead or in flight",
		Long: `Hold the topics against the database: every report that topic reports has is
stored, a repeat of one that is, dead (with a reason), in flight between two
stages, or was stored and is past its time. What is none of these is missing, and
listed with where it was last seen. The same is done for topic features, which is
kept longer. Reports that are stored twice, or stored and in no log, are listed too.

It reads and changes nothing, whether the services run or not, and looks at all
there is unless a span of time is named: the time at which reports came in. It
reads the mail of the span again, and needs about 250 bytes of memory for each
report of it.

Exit status 1 where something is missing, twice, or unknown.`,
		Example: `  shoal audit
  shoal audit --since 24h --kafka broker:9092 --clickhouse clickhouse://shoal:secret@db:9000
  shoal audit --from 2020-10-20 --to 2020-10-21 --format json
  shoal audit --since 24h --format prometheus --out /var/lib/node_exporter/shoal_audit.prom`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.audit(cmd.Context(), &f) },
	}
	fs := cmd.Flags()
	f.data.register(fs)
	f.store.register(fs)
	f.kafka.register(fs)
	fs.StringVar(&f.from, "from", "", "begin of the span: `TIME` as YYYY-MM-DD or RFC 3339 (default: all there is)")
	fs.StringVar(&f.to, "to", "", "end of the span, `TIME` that is no more in it (default: none)")
	fs.DurationVar(&f.since, "since", 0, "the last `TIME`, such as 24h, in the place of --from")
	fs.StringVar(&f.format, "format", "table", "`FORMAT`: table, json or prometheus (for the textfile collector of node_exporter)")
	fs.StringVar(&f.out, "out", "", "write to `FILE`, whole or not at all")
	fs.IntVar(&f.limit, "limit", 1000, "list at most so many differences; all are counted")
	return cmd
}

func (a *app) audit(ctx context.Context, f *auditFlags) error {
	from, to, err := f.span(time.Now())
	if err != nil {
		return err
	}
	if err := oneOf("format", f.format, "table", "json", "prometheus"); err != nil {
		return err
	}
	var done *account
	err = f.with(ctx, a, func(db *store.DB) error {
		return f.withKafka(ctx, a, func(client *kafka.Client) error {
			au := &auditor{client: client, db: db, from: from, to: to}
			if err := au.read(ctx); err != nil {
				return err
			}
			var err error
			done, err = au.account(ctx, f.limit)
			return err
		})
	})
	if err != nil {
		return err
	}
	if err := a.toFile(f.out, func(w io.Writer) error { return done.write(w, f.format) }); err != nil {
		return err
	}
	if !done.OK {
		return errFailed
	}
	return nil
}

// span gives the begin and the end in Unix milliseconds.
func (f *auditFlags) span(now time.Time) (from, to int64, err error) {
	to = math.MaxInt64
	if f.since != 0 && (f.from != "" || f.since < 0) {
		return 0, 0, usagef("--since %v: want a positive time, and no --from", f.since)
	}
	if f.since > 0 {
		from = now.Add(-f.since).UnixMilli()
	}
	for _, bound := range []struct {
		flag, value string
		at          *int64
	}{{"from", f.from, &from}, {"to", f.to, &to}} {
		if bound.value == "" {
			continue
		}
		t, err := parseMoment(bound.value)
		if err != nil {
			return 0, 0, usagef("--%s %s: want YYYY-MM-DD or RFC 3339", bound.flag, bound.value)
		}
		*bound.at = t.UnixMilli()
	}
	if from >= to {
		return 0, 0, usagef("the span ends before it begins")
	}
	return from, to, nil
}

func parseMoment(s string) (time.Time, error) {
	if t, err := time.Parse(time.DateOnly, s); err == nil {
		return t, nil
	}
	return time.Parse(time.RFC3339, s)
}
