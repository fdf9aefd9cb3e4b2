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
		Short:   "Tokens of the HTTP intake",
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
	cmd := &cobra.Command{
		Use:   "add NAME",
		Short: "Make a token and print it, this once",
		Long: `Make a token with which NAME may post reports, and print it. The token file keeps
its hash only. A running shoal knows it in a few seconds. To revoke a token
delete its line.`,
		Example: "  shoal token add big-provider",
		Args:    cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if path == "" {
				path = data.tokens()
			}
			return a.addToken(path, args[0])
		},
	}
	data.register(cmd.Flags())
	cmd.Flags().StringVar(&path, "tokens", "", "`FILE` of tokens (default DIR/tokens of --data)")
	return cmd
}

func (a *app) addToken(path, name string) error {
	secret, t, err := intake.NewToken(rand.Reader, name, intake.ScopeReport)
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
