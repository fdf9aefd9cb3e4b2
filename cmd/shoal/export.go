package main

import (
	"io"
	"strings"

	"github.com/spf13/cobra"

	"shoal/pipeline/publish"
)

func (a *app) exportCommand() *cobra.Command {
	var f readFlags
	var format, out string
	cmd := &cobra.Command{
		Use:     "export ID --format FORMAT",
		GroupID: groupAnalyst,
		Short:   "Hand a campaign on: indicators or blocking rules",
		Long: `Write what tells a campaign from other mail, as a STIX 2.1 bundle, a MISP event,
CSV, or rules for rspamd, SpamAssassin or YARA. No recipient is in it.`,
		Example: `  shoal export ckn2qhpxdhawf --format stix --out campaign.json
  shoal export ckn2qhpxdhawf --format rspamd`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := oneOf("format", format, publish.Formats...); err != nil {
				return err
			}
			return f.campaign(cmd.Context(), a, args[0], func(c *publish.Campaign) error {
				return a.toFile(out, func(w io.Writer) error { return c.Export(w, format) })
			})
		},
	}
	f.register(cmd.Flags())
	cmd.Flags().StringVar(&format, "format", "", "`FORMAT`: "+strings.Join(publish.Formats, ", "))
	cmd.Flags().StringVar(&out, "out", "", "write to `FILE` and not to standard output")
	return cmd
}
