package main

import (
	"net"
	"strings"

	"github.com/emersion/go-smtp"
	"github.com/rogpeppe/go-internal/testscript"
)

// cmdLMTP delivers a file as a mail server does: lmtp SOCKET FILE.
func cmdLMTP(ts *testscript.TestScript, _ bool, args []string) {
	conn, err := net.Dial("unix", args[0])
	ts.Check(err)
	client := smtp.NewClientLMTP(conn)
	ts.Check(client.SendMail("forwarder@mail.example", []string{"abuse@shoal.example"}, strings.NewReader(ts.ReadFile(args[1]))))
	ts.Check(client.Quit())
}
