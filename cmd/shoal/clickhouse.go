package main

import (
	"github.com/spf13/cobra"

	"shoal/pipeline/embedded"
)

func (a *app) clickhouseCommand() *cobra.Command {
	var data dataDir
	var cfg embedded.Config
	var full bool
	cmd := &cobra.Command{
		Use:     "clickhouse",
		GroupID: groupTool,
		Short:   "Serve the embedded ClickHouse of a folder",
		Long: `Serve ClickHouse's HTTP interface over the engine's library, in this process,
until SIGINT or SIGTERM: for a look at a folder on which no "shoal run" is alive.
The unix socket has all rights; TCP, on loopback only, reads unless --full.`,
		Example: `  shoal clickhouse --data case-1 --listen 127.0.0.1:8123
  curl http://127.0.0.1:8123 --data-binary 'SELECT name, reports FROM shoal.campaigns'`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			if cfg.Library, err = embedded.LibraryPath(a.getenv); err != nil {
				return err
			}
			cfg.Dir, cfg.ListenFull = data.engine(), full
			cfg := cfg.Defaults()
			if err := cfg.Validate(); err != nil {
				return usageError{err}
			}
			s, err := embedded.NewServer(cfg, a.log)
			if err != nil {
				return err
			}
			return s.Run(cmd.Context(), func(at embedded.Endpoint) {
				a.say("ClickHouse listens on unix socket %s", at.Socket)
				if at.Addr != "" {
					a.say("and on http://%s", at.Addr)
				}
			})
		},
	}
	fs := cmd.Flags()
	data.register(fs)
	fs.StringVar(&cfg.Socket, "socket", "", "`PATH` of the unix socket (default in the folder)")
	fs.StringVar(&cfg.Listen, "listen", defaultSQLListen, "loopback `ADDR` for TCP, empty for none")
	fs.BoolVar(&full, "full", false, "all rights over TCP as well")
	return cmd
}
