// Package kafkatest runs an Apache Kafka broker for tests: the real one, of the
// version that deploy/kafka/pom.xml names, in KRaft mode as one node, on loopback,
// in a folder that goes with the test. It needs Java 17 and Maven. It is no part of
// the product.
package kafkatest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// Broker is one node of Apache Kafka. It can be stopped and started again with
// what it holds, on the same port.
type Broker struct {
	dir, classPath, config string
	extra, scram           []string
	port                   int
	cmd                    *exec.Cmd
	exited                 chan error
}

// Start runs a broker until the test ends. Settings are lines added to
// server.properties; one that begins with "--" goes to the storage tool (such as
// "--add-scram=..."). Without Java or Maven the test is skipped, but under CI=true
// it fails.
func Start(t testing.TB, settings ...string) *Broker {
	t.Helper()
	if testing.Short() {
		t.Skip("a real broker takes seconds")
	}
	path, err := classPath()
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("Apache Kafka must be there in CI: %v", err)
		}
		t.Skipf("no Apache Kafka here: %v", err)
	}
	b := &Broker{dir: t.TempDir(), classPath: path, extra: settings}
	if err := b.format(); err != nil {
		t.Fatal(err)
	}
	b.Start(t)
	// Nobody reads its folder afterwards, and an orderly end waits for the clients.
	t.Cleanup(func() { b.Kill(t) })
	return b
}

// Addr is the broker's host:port.
func (b *Broker) Addr() string { return fmt.Sprintf("127.0.0.1:%d", b.port) }

// Start starts a broker that was stopped or killed, and waits until it answers.
func (b *Broker) Start(t testing.TB) {
	t.Helper()
	out, err := os.OpenFile(filepath.Join(b.dir, "broker.out"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	before := b.started()
	b.cmd = b.java("kafka.Kafka", b.config)
	b.cmd.Stdout, b.cmd.Stderr = out, out
	if err := b.cmd.Start(); err != nil {
		t.Fatalf("start Kafka: %v", err)
	}
	b.exited = make(chan error, 1)
	go func(cmd *exec.Cmd) { b.exited <- cmd.Wait() }(b.cmd)
	if err := b.await(before); err != nil {
		t.Fatalf("%v\n%s", err, b.tail())
	}
}

// await waits until the broker has said once more than before that it started.
func (b *Broker) await(before int) error {
	deadline := time.After(3 * time.Minute) // many share a machine
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case err := <-b.exited:
			b.cmd = nil
			return fmt.Errorf("broker ended: %w", errors.Join(err, errors.New("see its output")))
		case <-deadline:
			return errors.New("broker does not get ready")
		case <-tick.C:
			if b.started() > before && b.ready() {
				return nil
			}
		}
	}
}

// started counts how often the broker has logged that it started.
func (b *Broker) started() int {
	out, _ := os.ReadFile(filepath.Join(b.dir, "broker.out"))
	return bytes.Count(out, []byte("Kafka Server started"))
}

// ready says whether the port takes connections: the listener opens last.
func (b *Broker) ready() bool {
	c, err := net.DialTimeout("tcp", b.Addr(), time.Second)
	if err != nil {
		return false
	}
	return c.Close() == nil
}

// Stop ends the broker as an operator would.
func (b *Broker) Stop(t testing.TB) {
	t.Helper()
	b.end(t, os.Interrupt)
}

// Kill ends the broker as kill -9 does.
func (b *Broker) Kill(t testing.TB) {
	t.Helper()
	b.end(t, os.Kill)
}

func (b *Broker) end(t testing.TB, sig os.Signal) {
	t.Helper()
	if b.cmd == nil {
		return
	}
	if err := b.cmd.Process.Signal(sig); err != nil && !errors.Is(err, os.ErrProcessDone) {
		t.Errorf("signal Kafka: %v", err)
	}
	select {
	case <-b.exited:
	case <-time.After(30 * time.Second):
		_ = b.cmd.Process.Kill()
		<-b.exited
		t.Error("Kafka had to be killed")
	}
	b.cmd = nil
}

func (b *Broker) tail() string {
	out, _ := os.ReadFile(filepath.Join(b.dir, "broker.out"))
	return string(out[max(0, len(out)-4000):])
}

// format writes the settings and prepares the folder, as kafka-storage.sh does.
func (b *Broker) format() error {
	ports, err := freePorts(2)
	if err != nil {
		return err
	}
	b.port = ports[0]
	listeners := fmt.Sprintf("PLAINTEXT://127.0.0.1:%d,CONTROLLER://127.0.0.1:%d", ports[0], ports[1])
	lines := []string{
		"process.roles=broker,controller", "node.id=1",
		fmt.Sprintf("controller.quorum.voters=1@127.0.0.1:%d", ports[1]),
		"controller.listener.names=CONTROLLER",
		"listeners=" + listeners,
		fmt.Sprintf("advertised.listeners=PLAINTEXT://127.0.0.1:%d", ports[0]),
		"listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
		"log.dirs=" + filepath.Join(b.dir, "data"),
		"auto.create.topics.enable=false",
		"offsets.topic.num.partitions=1", "offsets.topic.replication.factor=1",
		"transaction.state.log.replication.factor=1", "transaction.state.log.min.isr=1",
		"share.coordinator.state.topic.replication.factor=1",
		"group.initial.rebalance.delay.ms=0",
	}
	for _, line := range b.extra {
		if strings.HasPrefix(line, "--") {
			b.scram = append(b.scram, line)
			continue
		}
		lines = append(lines, line)
	}
	b.config = filepath.Join(b.dir, "server.properties")
	if err := os.WriteFile(b.config, []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(b.dir, "log4j2.xml"), []byte(logging), 0o600); err != nil {
		return err
	}
	return b.formatStorage()
}

// formatted is what the storage tool made of an empty folder, once for each set
// of settings: the tool takes as long to start as the broker.
var formatted struct {
	sync.Mutex
	files map[string]map[string][]byte
}

func (b *Broker) formatStorage() error {
	formatted.Lock()
	defer formatted.Unlock()
	key := strings.Join(b.extra, "\n")
	files, ok := formatted.files[key]
	if ok {
		return writeFiles(filepath.Join(b.dir, "data"), files)
	}
	cmd := b.java("kafka.tools.StorageTool", append([]string{"format", "-c", b.config, "-t", "c2hvYWwtdGVzdC1jbHVzdA"}, b.scram...)...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("format Kafka's storage: %w\n%s", err, out)
	}
	files, err := readFiles(filepath.Join(b.dir, "data"))
	if err != nil {
		return err
	}
	if formatted.files == nil {
		formatted.files = make(map[string]map[string][]byte)
	}
	formatted.files[key] = files
	return nil
}

func readFiles(dir string) (map[string][]byte, error) {
	files := make(map[string][]byte)
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		if files[e.Name()], err = os.ReadFile(filepath.Join(dir, e.Name())); err != nil {
			return nil, err
		}
	}
	return files, nil
}

func writeFiles(dir string, files map[string][]byte) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	for name, b := range files {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// logging keeps the line that says the broker is ready, and warnings.
const logging = `<Configuration status="OFF">
<Appenders><Console name="out"><PatternLayout pattern="%d %p %c{1} %m%n"/></Console></Appenders>
<Loggers>
<Logger name="kafka.server.KafkaRaftServer" level="INFO"/>
<Root level="WARN"><AppenderRef ref="out"/></Root>
</Loggers></Configuration>`

func (b *Broker) java(class string, args ...string) *exec.Cmd {
	cmd := exec.Command(javaProgram(), append([]string{
		"-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto",
		"-Dlog4j2.configurationFile=" + filepath.Join(b.dir, "log4j2.xml"),
		"-cp", b.classPath, class}, args...)...)
	cmd.Dir = b.dir
	return cmd
}

func javaProgram() string {
	if home := os.Getenv("JAVA_HOME"); home != "" {
		return filepath.Join(home, "bin", "java")
	}
	return "java"
}

// freePorts finds ports that are free now.
func freePorts(n int) (ports []int, err error) {
	for range n {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		defer l.Close()
		ports = append(ports, l.Addr().(*net.TCPAddr).Port)
	}
	return ports, nil
}

// classPath asks Maven where the jars are; it fetches those that are missing.
var classPath = sync.OnceValues(func() (string, error) {
	for _, program := range []string{javaProgram(), "mvn"} {
		if _, err := exec.LookPath(program); err != nil {
			return "", err
		}
	}
	_, self, _, _ := runtime.Caller(0)
	pom := filepath.Join(filepath.Dir(self), "..", "..", "..", "deploy", "kafka", "pom.xml")
	out, err := os.CreateTemp("", "kafka-classpath-")
	if err != nil {
		return "", err
	}
	out.Close()
	defer os.Remove(out.Name())
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "mvn", "-B", "-q", "-f", pom, "dependency:build-classpath", "-Dmdep.outputFile="+out.Name())
	if said, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("fetch Kafka's jars: %w\n%s", err, said)
	}
	path, err := os.ReadFile(out.Name())
	return strings.TrimSpace(string(path)), err
})
