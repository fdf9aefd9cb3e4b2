package main

import "github.com/spf13/cobra"

// commands lists every command in the order of the help.
func (a *app) commands() []*cobra.Command {
	return []*cobra.Command{
		a.runCommand(),
		a.importCommand(),
		a.campaignsCommand(),
		a.campaignCommand(),
		a.summaryCommand(),
		a.exportCommand(),
		a.sqlCommand(),
		a.labelCommand(),
		a.mergeCommand(),
		a.splitCommand(),
		a.pinCommand(),
		a.workerCommand(),
		a.clustererCommand(),
		a.writerCommand(),
		a.serveCommand(),
		a.migrateCommand(),
		a.clickhouseCommand(),
		a.auditCommand(),
		a.eraseCommand(),
		a.tokenCommand(),
		a.versionCommand(),
		a.clusterCommand(),
		a.evalCommand(),
		a.simulateCommand(),
	}
}
