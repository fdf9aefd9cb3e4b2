package main

import (
	"fmt"
	"runtime/debug"

	"github.com/spf13/cobra"

	"shoal/pipeline/embedded"
)

func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		GroupID: groupTool,
		Short:   "Print what this binary was built from",
		Args:    cobra.NoArgs,
		Run: func(*cobra.Command, []string) {
			info, ok := debug.ReadBuildInfo()
			if !ok {
				info = &debug.BuildInfo{}
			}
			fmt.Fprintf(a.stdout, "shoal %s (%s), engine library chdb %s\n", info.Main.Version, info.GoVersion, embedded.LibraryVersion)
		},
	}
}
