package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// app is what every command has: the outside world and the flags of all.
type app struct {
	getenv         func(string) string
	stdin          io.Reader
	stdout, stderr io.Writer
	quiet          bool
	logLevel       string
	log            *slog.Logger
}

// errFailed ends a command with status 1 after it has told the reason itself.
var errFailed = errors.New("failed")

// usageError is a wrong use of the command line: status 2.
type usageError struct{ error }

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// execute runs a command line and turns its outcome into an exit status.
func (a *app) execute(ctx context.Context, args []string) int {
	root := a.root()
	root.SetArgs(args)
	cmd, err := root.ExecuteContextC(ctx)
	var wrong usageError
	switch {
	case err == nil:
		return 0
	case errors.Is(err, errFailed):
		return 1
	case errors.As(err, &wrong):
		fmt.Fprintf(a.stderr, "shoal: %v\nTry '%s --help'.\n", err, cmd.CommandPath())
		return 2
	}
	fmt.Fprintf(a.stderr, "shoal: %v\n", err)
	return 1
}

// root assembles the commands.
func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "shoal",
		Short: "Group reported mail into campaigns and answer in SQL how large each is and whom it targets",
		Long: `shoal groups user-reported abusive mail into the campaigns it belongs to, and
answers in SQL how large each campaign is and whom it targets.

Try it on one machine:   shoal run mail.mbox reports/
Without any server:      shoal cluster mail.mbox

Every flag can be given in the environment as SHOAL_<FLAG>, such as SHOAL_DATA.
Results go to standard output, progress and logs to standard error.
Exit status: 0 good, 1 failed, 2 wrong use.`,
		SilenceErrors: true, SilenceUsage: true,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error { return a.prepare(cmd) },
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usagef("no command is named %q", args[0])
			}
			return cmd.Help()
		},
		Args: cobra.ArbitraryArgs,
	}
	root.SetOut(a.stdout)
	root.SetErr(a.stderr)
	root.CompletionOptions.HiddenDefaultCmd = true
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	root.PersistentFlags().BoolVarP(&a.quiet, "quiet", "q", false, "no progress")
	root.PersistentFlags().StringVar(&a.logLevel, "log-level", "", "least severe log `LEVEL` to show: debug, info, warn, error (default info for services, else warn)")
	root.AddGroup(groups()...)
	root.SetHelpCommandGroupID(groupTool)
	for _, c := range a.commands() {
		wrongUse(c)
		if c.GroupID == "" {
			c.GroupID = groupTool
		}
		root.AddCommand(c)
	}
	return root
}

// wrongUse makes wrong arguments of a command, and of those below it, a wrong use.
func wrongUse(cmd *cobra.Command) {
	cmd.Args = usageArgs(cmd.Args)
	for _, c := range cmd.Commands() {
		wrongUse(c)
	}
}

// usageArgs makes a wrong number of arguments a wrong use.
func usageArgs(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if check == nil {
			return nil
		}
		if err := check(cmd, args); err != nil {
			return usageError{err}
		}
		return nil
	}
}

// prepare fills flags from the environment and sets logging up.
func (a *app) prepare(cmd *cobra.Command) error {
	var err error
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		name := "SHOAL_" + strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_"))
		if v := a.getenv(name); v != "" && !f.Changed && err == nil {
			if setErr := cmd.Flags().Set(f.Name, v); setErr != nil {
				err = usagef("%s: %w", name, setErr)
			}
		}
	})
	if err != nil {
		return err
	}
	level := slog.LevelWarn
	if cmd.GroupID == groupService {
		level = slog.LevelInfo
	}
	if a.logLevel != "" {
		if err := level.UnmarshalText([]byte(a.logLevel)); err != nil {
			return usagef("--log-level: %w", err)
		}
	}
	a.log = slog.New(slog.NewTextHandler(a.stderr, &slog.HandlerOptions{Level: level}))
	return nil
}

// terminal says whether standard error is a terminal, where progress bars go.
func (a *app) terminal() bool {
	f, ok := a.stderr.(*os.File)
	if !ok || a.quiet {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
