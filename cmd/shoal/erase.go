package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"shoal/pipeline/extract"
	"shoal/pipeline/store"
)

func (a *app) eraseCommand() *cobra.Command {
	var f readFlags
	var key string
	cmd := &cobra.Command{
		Use:     "erase RECIPIENT",
		GroupID: groupTool,
		Short:   "Forget a person: pseudonym and personal slots go, counts stay",
		Long: `Forget the person with the mail address RECIPIENT: the pseudonym, what messages
knew of the person, and kept text go from every report; no count changes. What
comes later of the same person is stored without them as well.

RECIPIENT "-" is read from standard input: a command line can be seen by others
and is remembered by the shell.

Rows as they were leave the disk of ClickHouse eight minutes later. The messages
themselves are in topic reports until its retention (7 days) is over, and in
reports.dead (30 days) if they could not be used.`,
		Example: "  shoal erase jane@mail.example\n  shoal erase - < address",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			address, err := a.addressGiven(args[0])
			if err != nil {
				return err
			}
			if key == "" {
				key = f.data.key()
			}
			secret, err := readKey(key)
			if err != nil {
				return err
			}
			return f.with(cmd.Context(), a, func(db *store.DB) error {
				return a.erase(cmd.Context(), db, extract.Pseudonym(secret, address))
			})
		},
	}
	f.register(cmd.Flags())
	cmd.Flags().StringVar(&key, "key", "", "`FILE` with the key of pseudonyms (default DIR/key of --data)")
	return cmd
}

// addressGiven is an address of the command line, or the one on standard input.
func (a *app) addressGiven(arg string) (string, error) {
	if arg == "-" {
		b, err := io.ReadAll(io.LimitReader(a.stdin, 1<<10))
		if err != nil {
			return "", fmt.Errorf("standard input: %w", err)
		}
		arg = strings.TrimSpace(string(b))
	}
	if !strings.Contains(arg, "@") || strings.ContainsAny(arg, " \t\r\n") {
		return "", usagef("RECIPIENT must be one mail address")
	}
	return arg, nil
}

func (a *app) erase(ctx context.Context, db *store.DB, pseudonym string) error {
	n, err := db.Erase(ctx, pseudonym)
	if err != nil {
		return err
	}
	a.say("erased from %d reports", n)
	aside, err := db.SetAside(ctx)
	if err != nil {
		return fmt.Errorf("erased, but there may be more: %w", err)
	}
	if aside > 0 {
		a.say("%d parts of tables that ClickHouse set aside may still hold rows of the person, and only deleting them ends that: see \"Parts set aside\" in deploy/runbook.md", aside)
	}
	return nil
}
