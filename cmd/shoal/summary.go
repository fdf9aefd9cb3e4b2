package main

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/spf13/cobra"

	"shoal/pipeline/publish"
	"shoal/pipeline/store"
)

func (a *app) summaryCommand() *cobra.Command {
	var f readFlags
	var day, format, out string
	var noSQL bool
	cmd := &cobra.Command{
		Use:     "summary",
		GroupID: groupAnalyst,
		Short:   "Print the summary of a day",
		Long: `Print the summary of a day (UTC): its figures against the day before, then each
campaign with size, targets, identity, origin, payload, what to block, and the SQL
behind each number. The HTML stands alone in a mail.`,
		Example: `  shoal summary
  shoal summary --day 2020-10-20 --format html --out summary.html`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := oneOf("format", format, "md", "html", "json"); err != nil {
				return err
			}
			date, err := parseDay(day)
			if err != nil {
				return err
			}
			return f.with(cmd.Context(), a, func(db *store.DB) error {
				s, err := summarize(cmd.Context(), db, date)
				if err != nil {
					return err
				}
				if noSQL {
					dropSQL(s)
				}
				return a.toFile(out, func(w io.Writer) error { return writeSummary(s, w, format) })
			})
		},
	}
	f.register(cmd.Flags())
	cmd.Flags().StringVar(&day, "day", "", "`YYYY-MM-DD` (default the last day with reports)")
	cmd.Flags().StringVar(&format, "format", "md", "`FORMAT`: md, html or json")
	cmd.Flags().BoolVar(&noSQL, "no-sql", false, "leave out the SQL behind the numbers")
	cmd.Flags().StringVar(&out, "out", "", "write to `FILE` and not to standard output")
	return cmd
}

// parseDay reads a day; "" gives the zero time.
func parseDay(s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return t, usagef("--day %q: want YYYY-MM-DD", s)
	}
	return t, nil
}

// summarize sums up a day, the last one with reports where day is zero.
func summarize(ctx context.Context, db *store.DB, day time.Time) (*publish.Summary, error) {
	if day.IsZero() {
		last, err := publish.LatestDay(ctx, db)
		if err != nil {
			return nil, err
		}
		day = last
	}
	return publish.Summarize(ctx, db, day)
}

// dropSQL leaves the figures only.
func dropSQL(s *publish.Summary) {
	s.SQL = nil
	for _, c := range s.Campaigns {
		c.SQL = nil
	}
}

func writeSummary(s *publish.Summary, w io.Writer, format string) error {
	switch format {
	case "html":
		return s.HTML(w)
	case "json":
		return s.JSON(w)
	}
	return s.Markdown(w)
}

// summary prints what was found, at the end of `shoal run --once`.
func (r *runner) summary(ctx context.Context) error {
	s, err := summarize(ctx, r.db, time.Time{})
	if errors.Is(err, publish.ErrNoReports) {
		r.say("%v", err)
		return nil
	}
	if err != nil {
		return err
	}
	dropSQL(s)
	return s.Markdown(r.stdout)
}
