package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"strings"
	"syscall"
	"time"
)

// state is what a running `shoal run` tells other commands about itself, in file
// run.json of its data folder.
type state struct {
	PID        int       `json:"pid"`
	Started    time.Time `json:"started"`
	Kafka      string    `json:"kafka"`
	ClickHouse string    `json:"clickhouse"`           // URL with all rights
	SQL        string    `json:"sql,omitempty"`        // read-only HTTP address
	HTTP       string    `json:"http,omitempty"`       // intake, health, metrics
	TokenFile  string    `json:"token_file,omitempty"` // who may post
}

// write makes the state known, whole or not at all.
func (s *state) write(dir dataDir) error {
	b, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return err
	}
	tmp := dir.state() + ".new"
	if err := os.WriteFile(tmp, append(b, '\n'), 0o600); err != nil {
		return fmt.Errorf("write state: %w", err)
	}
	if err := os.Rename(tmp, dir.state()); err != nil {
		return fmt.Errorf("write state: %w", err)
	}
	return nil
}

// errNotRunning says that no `shoal run` is alive on a folder.
var errNotRunning = errors.New("not running")

// readState tells where the engines of a live `shoal run` are, or wraps
// [errNotRunning]. What a killed one left behind counts for nothing.
func readState(dir dataDir) (*state, error) {
	b, err := os.ReadFile(dir.state())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("no `shoal run` is alive on %s: %w", dir, errNotRunning)
	}
	var s state
	if err == nil {
		err = json.Unmarshal(b, &s)
	}
	if err != nil {
		return nil, fmt.Errorf("read state: %w", err)
	}
	if !s.alive() {
		return nil, fmt.Errorf("the last `shoal run` on %s (pid %d) was killed, start it again: %w", dir, s.PID, errNotRunning)
	}
	return &s, nil
}

// brokers are the addresses of Kafka.
func (s *state) brokers() []string { return strings.Split(s.Kafka, ",") }

// alive asks the process table and the broker: a number can be another's by now.
func (s *state) alive() bool {
	if err := syscall.Kill(s.PID, 0); err != nil && !errors.Is(err, syscall.EPERM) {
		return false
	}
	conn, err := net.DialTimeout("tcp", s.brokers()[0], 2*time.Second)
	if err != nil {
		return false
	}
	conn.Close()
	return true
}
