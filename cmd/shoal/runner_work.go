package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"shoal/pipeline"
)

// announce tells other commands, and the user, where everything is.
func (r *runner) announce(context.Context) error {
	r.state.TokenFile = r.flags.data.tokens()
	if err := r.state.write(r.flags.data); err != nil {
		return err
	}
	r.stack.close("state file", func() error { return os.Remove(r.flags.data.state()) })
	r.tellToken(r.flags.data.tokens(), r.tokens, r.secret)
	if !r.flags.once {
		r.addresses()
	}
	return nil
}

func (r *runner) addresses() {
	switch {
	case r.invite != "":
		r.say("console                %s%s (signs in once)", r.state.HTTP, r.invite)
	case r.flags.console.on:
		r.say("console                %s/, with a token that has scope read", r.state.HTTP)
	}
	r.say("reports over HTTP      %s/v1/reports, with a token", r.state.HTTP)
	r.say("reports through Kafka  %s, topic reports", r.state.Kafka)
	if r.state.SQL != "" {
		r.say("SQL, read only         %s", r.state.SQL)
	}
	r.say("ask                    shoal campaigns --data %s", r.flags.data)
}

// work imports, and then waits for all to be stored (--once) or for the end.
func (r *runner) work(ctx context.Context, paths []string) error {
	r.imports = &importer{
		sink: r.client.NewSink(pipeline.TopicReports), attrs: r.tables.attrs, source: r.flags.source,
		stdin: r.stdin, say: r.warn, log: r.log,
	}
	watch := r.watch(ctx, paths)
	defer watch.end()
	var err error
	if r.read, err = r.imports.run(ctx, paths); err != nil {
		return fmt.Errorf("import: %w", err)
	}
	if len(paths) > 0 {
		if err := pipeline.Drain(ctx, r.client, 50*time.Millisecond); err != nil {
			return err
		}
	}
	watch.end()
	if r.flags.once {
		return r.summary(ctx)
	}
	if len(paths) > 0 {
		r.told()
		r.addresses()
	}
	<-ctx.Done()
	return nil
}

// told says what became of everything.
func (r *runner) told() {
	say := r.say
	if r.read.Skips() > 0 || r.dead() > 0 {
		say = r.warn
	}
	if r.read.Read+r.read.Skips() > 0 {
		say("%s; %d reports published", r.read, r.imports.published.Load())
	}
	say("%d reports stored, %d repeats, %d dead", r.tally.stored.Load(), r.tally.repeats.Load(), r.dead())
	if r.dead() > 0 {
		say("look at what is dead in topic %s, and replay it with: shoal import --dead --data %s", pipeline.TopicDead, r.flags.data)
	}
}

func (r *runner) dead() int64 {
	var n int64
	for _, s := range r.stages {
		n += s.progress.Dead.Load()
	}
	return n
}
