package main

import (
	"context"
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

The messages themselves are in topic reports until its retention (7 days) is over.`,
		Example: "  shoal erase jane@mail.example",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if !strings.Contains(args[0], "@") {
				return usagef("RECIPIENT must be a mail address")
			}
			if key == "" {
				key = f.data.key()
			}
			secret, err := readKey(key)
			if err != nil {
				return err
			}
			return f.with(cmd.Context(), a, func(db *store.DB) error {
				return a.erase(cmd.Context(), db, extract.Pseudonym(secret, args[0]))
			})
		},
	}
	f.register(cmd.Flags())
	cmd.Flags().StringVar(&key, "key", "", "`FILE` with the key of pseudonyms (default DIR/key of --data)")
	return cmd
}

func (a *app) erase(ctx context.Context, db *store.DB, pseudonym string) error {
	n, err := db.Erase(ctx, pseudonym)
	if err != nil {
		return err
	}
	a.say("erased from %d reports", n)
	return nil
}
