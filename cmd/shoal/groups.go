package main

import "github.com/spf13/cobra"

// Groups of commands in the help.
const (
	groupRun     = "run"
	groupService = "services"
	groupAnalyst = "analysts"
	groupTool    = "tools"
)

func groups() []*cobra.Group {
	return []*cobra.Group{
		{ID: groupRun, Title: "On one machine:"},
		{ID: groupAnalyst, Title: "For analysts:"},
		{ID: groupService, Title: "Services, for production on Kafka and ClickHouse:"},
		{ID: groupTool, Title: "Tools:"},
	}
}
