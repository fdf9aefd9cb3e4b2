package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"shoal/pipeline/intake"
)

func (a *app) tokenCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "token",
		GroupID: groupTool,
		Short:   "Tokens of the HTTP intake and the console",
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usagef("no command is named %q", "token "+args[0])
			}
			return cmd.Help()
		},
	}
	cmd.AddCommand(a.tokenAddCommand())
	return cmd
}

func (a *app) tokenAddCommand() *cobra.Command {
	var data dataDir
	var path string
	var scopes []string
	cmd := &cobra.Command{
		Use:   "add NAME",
		Short: "Make a token and print it, this once",
		Long: `Make a token for NAME and print it. The token file keeps its hash only. A running
shoal knows it in a few seconds. To revoke a token delete its line.

--scopes says what it is for: report (post reports over HTTP), read (see the
console), act (decide in the console: label, merge, split, pin; NAME is written
into the lineage). Give act together with read.`,
		Example: `  shoal token add big-provider
  shoal token add ana --scopes read,act`,
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if path == "" {
				path = data.tokens()
			}
			for _, s := range scopes {
				if err := oneOf("scopes", s, intake.ScopeReport, intake.ScopeRead, intake.ScopeAct); err != nil {
					return err
				}
			}
			return a.addToken(path, args[0], scopes)
		},
	}
	data.register(cmd.Flags())
	cmd.Flags().StringSliceVar(&scopes, "scopes", []string{intake.ScopeReport}, "what it is for: `SCOPES` of report, read and act, separated by commas")
	cmd.Flags().StringVar(&path, "tokens", "", "`FILE` of tokens (default DIR/tokens of --data)")
	return cmd
}

func (a *app) addToken(path, name string, scopes []string) error {
	secret, t, err := intake.NewToken(rand.Reader, name, scopes...)
	if err != nil {
		return usageError{err}
	}
	before, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		before, err = []byte(tokenFileHead), createSecret(path, nil)
	}
	if err != nil {
		return fmt.Errorf("token file: %w", err)
	}
	if n := len(before); n > 0 && before[n-1] != '\n' {
		before = append(before, '\n')
	}
	if err := replaceTokens(path, string(before)+t.String()+"\n"); err != nil {
		return err
	}
	fmt.Fprintln(a.stdout, secret)
	return nil
}

// replaceTokens writes the token file anew, if it is a good one.
func replaceTokens(path, content string) error {
	next := path + ".next"
	if err := os.WriteFile(next, []byte(content), 0o600); err != nil {
		return fmt.Errorf("token file: %w", err)
	}
	defer os.Remove(next)
	if _, err := readTokens(next); err != nil {
		return err
	}
	if err := os.Rename(next, path); err != nil {
		return fmt.Errorf("token file: %w", err)
	}
	return nil
}
