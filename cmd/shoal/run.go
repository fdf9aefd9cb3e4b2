package main

import (
	"time"

	"github.com/spf13/cobra"
)

// runFlags are those of `shoal run`.
type runFlags struct {
	data      dataDir
	listen    string
	metrics   string
	sqlListen string
	kafkaPort int
	once      bool
	source    string
	kafka     kafkaFlags
	store     storeFlags
	tls       tlsFlags
	console   consoleFlags

	snapshotEvery time.Duration
	tables        tableFlags
	extract       extractFlags
}

const (
	defaultListen    = "127.0.0.1:8025"
	defaultSQLListen = "127.0.0.1:8123"
	defaultKafkaPort = 9092
)

func (a *app) runCommand() *cobra.Command {
	var f runFlags
	cmd := &cobra.Command{
		Use:     "run [PATH...]",
		GroupID: groupRun,
		Short:   "Run the whole pipeline on this machine, and import PATHs",
		Long: `Run the whole pipeline in one process, on an embedded Kafka broker and an
embedded ClickHouse that keep their data in --data. PATHs are imported, and
then reports are taken in over HTTP and from any Kafka producer until SIGINT or
SIGTERM. Started again on the same folder it goes on where it was.

PATH is a file or a folder, searched through: .eml, mbox, Maildir, feedback
reports (ARF), mails that carry the reported one, gzip of any of these; "-" is
standard input. A message that was imported before counts once.

While it runs, the console shows the campaigns in a browser: open the link that is
printed at the start, which signs you in once, or sign in with a token that has
scope read or act (shoal token add NAME --scopes read,act). The analysts' commands
and any ClickHouse HTTP client read too. The first run makes a key (recipients are
stored as keyed pseudonyms) and a token for the HTTP intake; keep a copy of the key.`,
		Example: `  shoal run mail.mbox reports/ --attrs voters.csv --baseline baseline.csv
  shoal run --once --data case-1 mail.mbox
  curl --data-binary @message.eml -H "Authorization: Bearer $TOKEN" http://127.0.0.1:8025/v1/reports
  kcat -P -b 127.0.0.1:9092 -t reports message.eml
  curl http://127.0.0.1:8123 --data-binary 'SELECT name, reports FROM shoal.campaigns'`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if f.once && len(args) == 0 {
				return usagef("--once without a PATH would do nothing")
			}
			return a.runAll(cmd.Context(), &f, cmd.Flags(), args)
		},
	}
	fs := cmd.Flags()
	f.data.register(fs)
	fs.BoolVar(&f.once, "once", false, "stop when all PATHs are stored, and print the summary")
	fs.StringVar(&f.listen, "listen", defaultListen, "`ADDR` of the console and the HTTP intake; any free port if the default is taken")
	fs.StringVar(&f.metrics, "metrics", "", "`ADDR` of health and metrics over HTTP; without it the address of --listen has them, if it is on loopback")
	fs.StringVar(&f.sqlListen, "clickhouse-listen", defaultSQLListen, "loopback `ADDR` of the read-only ClickHouse HTTP interface, empty for none; any free port if the default is taken")
	fs.IntVar(&f.kafkaPort, "kafka-port", defaultKafkaPort, "loopback `PORT` of the embedded broker; any free one if the default is taken")
	fs.StringVar(&f.source, "source", "", "who reported the messages of PATHs: `WORD` such as user, trap, abuse-box")
	f.tls.register(fs)
	f.console.register(fs)
	f.tables.registerAttrs(fs)
	f.tables.registerStored(fs)
	f.extract.register(fs)
	registerSnapshotEvery(fs, &f.snapshotEvery)
	f.kafka.register(fs)
	f.store.registerKept(fs)
	return cmd
}
