package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"shoal/pipeline/embedded"
)

// scriptCommands are what scripts can do beside running programs.
var scriptCommands = map[string]func(ts *testscript.TestScript, neg bool, args []string){
	"exits":      cmdExits,
	"up":         cmdUp,
	"post":       cmdPost,
	"lmtp":       cmdLMTP,
	"names":      cmdNames,
	"rows":       cmdRows,
	"mailbox":    cmdMailbox,
	"killengine": cmdKillEngine,
	"secret":     cmdSecret,
	"ready":      cmdReady,
	"port":       cmdPort,
	"statement":  cmdStatement,
	"produce":    cmdProduce,
	"audited":    cmdAudited,
	"fetch":      cmdFetch,
	"visit":      cmdVisit,
	"leaves":     cmdLeaves,
	"envfile":    cmdEnvFile,
}

// patience is how long a condition may take to come true on a busy machine.
const patience = 2 * time.Minute

// eventually asks until there is no error.
func eventually(ts *testscript.TestScript, what string, ask func() error) {
	deadline := time.Now().Add(patience)
	for {
		err := ask()
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			ts.Fatalf("%s: %v", what, err)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// cmdExits runs a program that must end with a given status: exits 2 shoal ...
func cmdExits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits STATUS PROGRAM ARG...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	var status *exec.ExitError
	if err := ts.Exec(args[1], args[2:]...); errors.As(err, &status) {
		got = status.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("exit status %d, want %d", got, want)
	}
}

// cmdUp waits until `shoal run` is ready on a folder, and sets KAFKA, HTTP and SQL
// to its addresses.
func cmdUp(ts *testscript.TestScript, _ bool, _ []string) {
	path := filepath.Join(ts.Getenv("SHOAL_DATA"), "run.json")
	var s state
	eventually(ts, "shoal run does not come up", func() error {
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if err := json.Unmarshal(b, &s); err != nil {
			return err
		}
		if syscall.Kill(s.PID, 0) != nil {
			return errors.New("state of a dead process")
		}
		return get(s.HTTP + "/readyz")
	})
	ts.Setenv("KAFKA", s.Kafka)
	ts.Setenv("HTTP", s.HTTP)
	ts.Setenv("SQL", s.SQL)
}

func get(url string) error {
	resp, err := http.Get(url)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", url, resp.Status)
	}
	return nil
}

// cmdPost posts a file as a report: post [+]STATUS FILE|SIZE [TOKEN]. The answer is
// printed. With + it posts until the status is that.
func cmdPost(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: post STATUS FILE|SIZE [TOKEN]")
	}
	var body []byte
	if n, err := strconv.Atoi(args[1]); err == nil {
		body = append([]byte("Subject: large\n\n"), bytes.Repeat([]byte("large\n"), n/6)...)
	} else {
		body = []byte(ts.ReadFile(args[1]))
	}
	want, wait := strings.CutPrefix(args[0], "+")
	token := append(args, "")[2]
	got, answer := postOnce(ts, body, token)
	if wait {
		eventually(ts, "post", func() error {
			if got != want {
				got, answer = postOnce(ts, body, token)
				return fmt.Errorf("status %s, want %s", got, want)
			}
			return nil
		})
	}
	_, err := ts.Stdout().Write(answer)
	ts.Check(err)
	if got != want {
		ts.Fatalf("status %s, want %s", got, want)
	}
}

func postOnce(ts *testscript.TestScript, body []byte, token string) (status string, answer []byte) {
	req, err := http.NewRequest(http.MethodPost, ts.Getenv("HTTP")+"/v1/reports", bytes.NewReader(body))
	ts.Check(err)
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := http.DefaultClient.Do(req)
	ts.Check(err)
	defer resp.Body.Close()
	answer, err = io.ReadAll(resp.Body)
	ts.Check(err)
	return strconv.Itoa(resp.StatusCode), answer
}

// cmdRows waits until a query over the read-only address answers a number of at
// least, or (with =N) of exactly so many: rows N QUERY.
func cmdRows(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: rows [=]N QUERY")
	}
	number, exact := strings.CutPrefix(args[0], "=")
	want, err := strconv.Atoi(number)
	ts.Check(err)
	eventually(ts, args[1], func() error {
		b, err := askSQL(ts, args[1])
		if err != nil {
			return err
		}
		got, err := strconv.Atoi(strings.TrimSpace(b))
		if err != nil {
			return fmt.Errorf("answer %q", b)
		}
		if got < want || exact && got != want {
			return fmt.Errorf("%d, want %s", got, args[0])
		}
		return nil
	})
}

// askSQL runs a query over the read-only address of `shoal run`, or else through
// the program.
func askSQL(ts *testscript.TestScript, query string) (string, error) {
	if ts.Getenv("SQL") == "" {
		err := ts.Exec("shoal", "sql", "--format", "TSV", query)
		return ts.ReadFile("stdout"), err
	}
	resp, err := http.Post(ts.Getenv("SQL"), "", strings.NewReader(query))
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	return string(b), err
}

// cmdReady waits until a URL, or a unix socket, answers.
func cmdReady(ts *testscript.TestScript, _ bool, args []string) {
	eventually(ts, args[0], func() error {
		if strings.HasPrefix(args[0], "http") {
			return get(args[0])
		}
		if !embedded.Alive(context.Background(), args[0]) {
			return errors.New("does not answer")
		}
		return nil
	})
}

// cmdPort sets a variable to a free address: port NAME.
func cmdPort(ts *testscript.TestScript, _ bool, args []string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	ts.Setenv(args[0], l.Addr().String())
	ts.Check(l.Close())
}

// mailings are what the messages of a mailbox belong to.
var mailings = []struct{ from, subject, text string }{
	{"parcels@courier.example", "Your parcel waits at the depot",
		"the customs duty of your parcel was not paid, so our driver took it back to the depot.\nSettle it today at http://courier.example/duty before it is returned to its sender overseas."},
	{"office@foundation.example", "Notice of a won prize",
		"you are among the winners of the autumn lottery which our foundation holds for charity.\nAnswer this letter with name, age and telephone so that the treasurer can arrange the payment."},
}

// cmdMailbox writes an mbox of N messages of two mass mailings: mailbox N FILE.
func cmdMailbox(ts *testscript.TestScript, _ bool, args []string) {
	n, err := strconv.Atoi(args[0])
	ts.Check(err)
	var b bytes.Buffer
	for i := range n {
		m := mailings[i%len(mailings)]
		fmt.Fprintf(&b, "From bulk@sender.example Tue Oct 20 10:00:00 2020\n")
		fmt.Fprintf(&b, "From: %s\nTo: person%d@mail.example\n", m.from, i)
		fmt.Fprintf(&b, "Date: Tue, 20 Oct 2020 10:%02d:%02d +0000\nMessage-ID: <%d.%s>\n", i/60%60, i%60, i, m.from)
		fmt.Fprintf(&b, "Subject: %s\n\nDear person %d,\n%s\n\n", m.subject, i, m.text)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), b.Bytes(), 0o600))
}

// cmdKillEngine kills the embedded ClickHouse as kill -9 does.
func cmdKillEngine(ts *testscript.TestScript, _ bool, _ []string) {
	b, err := os.ReadFile(filepath.Join(ts.Getenv("SHOAL_DATA"), "clickhouse", "engine.lock"))
	ts.Check(err)
	pid, err := strconv.Atoi(strings.TrimSpace(string(b)))
	ts.Check(err)
	ts.Check(syscall.Kill(pid, syscall.SIGKILL))
}

// cmdSecret sets TOKEN to what the last command printed.
func cmdSecret(ts *testscript.TestScript, _ bool, args []string) {
	ts.Setenv("TOKEN", strings.TrimSpace(ts.ReadFile("stdout")))
}
