package main

import "github.com/spf13/cobra"

// commands lists every command in the order of the help.
func (a *app) commands() []*cobra.Command {
	return []*cobra.Command{
		a.runCommand(),
		a.campaignsCommand(),
		a.clusterCommand(),
		a.evalCommand(),
	}
}
