// Package deploy holds what it takes to run shoal as services. It has no code
// but the tests that hold these files to the rest of the repository.
package deploy

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/types"
)

// commands are those of the binary that run as a service or prepare for one.
var commands = []string{"clusterer", "migrate", "serve", "worker", "writer"}

// unshelled is the start of a health check that needs no shell in the image.
const unshelled = "CMD"

// compose loads docker-compose.yml, which checks it against the specification.
func compose(t *testing.T) *types.Project { return composeWith(t, nil) }

func composeWith(t *testing.T, profiles []string, env ...string) *types.Project {
	t.Helper()
	opts, err := cli.NewProjectOptions([]string{"../docker-compose.yml"},
		cli.WithWorkingDirectory(".."), cli.WithEnv(append(env, "CLICKHOUSE_PASSWORD=secret")), cli.WithProfiles(profiles))
	if err != nil {
		t.Fatal(err)
	}
	project, err := opts.LoadProject(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return project
}

func TestComposeAsksForAPassword(t *testing.T) {
	opts, err := cli.NewProjectOptions([]string{"../docker-compose.yml"}, cli.WithWorkingDirectory(".."))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := opts.LoadProject(t.Context()); err == nil || !strings.Contains(err.Error(), "CLICKHOUSE_PASSWORD") {
		t.Errorf("without a password: error %v, want one that names CLICKHOUSE_PASSWORD", err)
	}
}

func TestComposeServices(t *testing.T) {
	project := compose(t)
	var running []string
	for _, name := range project.ServiceNames() {
		s := project.Services[name]
		t.Run(name, func(t *testing.T) {
			for _, fault := range slices.Concat(imageFaults(s), healthFaults(s), portFaults(s)) {
				t.Error(fault)
			}
			if s.Build != nil {
				for _, fault := range slices.Concat(commandFaults(s), containmentFaults(s)) {
					t.Error(fault)
				}
			}
		})
		if s.Build != nil {
			running = append(running, s.Command...)
		}
	}
	if slices.Sort(running); !slices.Equal(running, commands) {
		t.Errorf("services run %q, want each of %q once", running, commands)
	}
}

// TestComposeLocals: with the profile there are local clusterers, and the services
// around them know of it; without it they do not.
func TestComposeLocals(t *testing.T) {
	with, without := composeWith(t, []string{"locals"}, "SHOAL_LOCALS=8"), compose(t)
	local := with.Services["local"]
	for _, fault := range slices.Concat(healthFaults(local), commandFaults(local), containmentFaults(local)) {
		t.Error(fault)
	}
	for _, tt := range []struct{ service, name, with, without string }{
		{"migrate", "SHOAL_LOCALS", "8", "0"},
		{"worker", "SHOAL_TO_LOCALS", "true", ""},
		{"clusterer", "SHOAL_GLOBAL", "true", ""},
		{"clusterer", "SHOAL_LOCAL", "", ""},
	} {
		for project, want := range map[*types.Project]string{with: tt.with, without: tt.without} {
			got := ""
			if v := project.Services[tt.service].Environment[tt.name]; v != nil {
				got = *v
			}
			if got != want {
				t.Errorf("%s of %s is %q, want %q", tt.name, tt.service, got, want)
			}
		}
	}
	if v := local.Environment["SHOAL_LOCAL"]; v == nil || *v != "true" {
		t.Errorf("service local is no local clusterer: %v", local.Environment)
	}
}

// imageFaults: an image of others' is pinned to a version.
func imageFaults(s types.ServiceConfig) []string {
	if s.Build != nil {
		if _, err := os.Stat(filepath.Join(s.Build.Context, s.Build.Dockerfile)); err != nil {
			return []string{err.Error()}
		}
		return nil
	}
	if !regexp.MustCompile(`:\d+\.\d+[0-9.]*$`).MatchString(s.Image) {
		return []string{fmt.Sprintf("image %q is not pinned to a version", s.Image)}
	}
	return nil
}

// healthFaults: whatever keeps running says whether it is well.
func healthFaults(s types.ServiceConfig) []string {
	once := slices.Equal(s.Command, []string{"migrate"})
	switch h := s.HealthCheck; {
	case once && (h == nil || h.Disable):
		return nil
	case h == nil || h.Disable || len(h.Test) == 0:
		return []string{"no health check"}
	case h.Test[0] != unshelled:
		return []string{fmt.Sprintf("health check %q needs a shell", h.Test)}
	case s.Build != nil && (h.Test[1] != "/shoal" || h.Test[2] != "sql"):
		return []string{fmt.Sprintf("health check %q runs what the image does not have", h.Test)}
	}
	return nil
}

// portFaults: nothing is reached from other hosts unless its owner says so.
func portFaults(s types.ServiceConfig) []string {
	var faults []string
	for _, port := range s.Ports {
		if port.HostIP != "127.0.0.1" {
			faults = append(faults, fmt.Sprintf("port %s is open to other hosts", port.Published))
		}
	}
	return faults
}

// commandFaults: the service runs one command, after its stores are well.
func commandFaults(s types.ServiceConfig) []string {
	var faults []string
	if len(s.Command) != 1 || !slices.Contains(commands, s.Command[0]) {
		faults = append(faults, fmt.Sprintf("command %q, want one of %q", s.Command, commands))
	}
	for _, store := range []string{"kafka", "clickhouse"} {
		if s.DependsOn[store].Condition != types.ServiceConditionHealthy {
			faults = append(faults, "does not wait until "+store+" is well")
		}
	}
	if s.Name != "migrate" && s.DependsOn["migrate"].Condition != types.ServiceConditionCompletedSuccessfully {
		faults = append(faults, "does not wait for the tables")
	}
	return faults
}

// containmentFaults: a service of ours that is broken into can write its data
// and nothing else.
func containmentFaults(s types.ServiceConfig) []string {
	var faults []string
	if !s.ReadOnly {
		faults = append(faults, "its root can be written")
	}
	if s.User == "" || strings.HasPrefix(s.User, "0") || s.User == "root" || s.Privileged {
		faults = append(faults, fmt.Sprintf("runs as user %q", s.User))
	}
	if !slices.Contains(s.CapDrop, "ALL") || len(s.CapAdd) > 0 || !slices.Contains(s.SecurityOpt, "no-new-privileges:true") {
		faults = append(faults, "keeps capabilities or can gain some")
	}
	for _, v := range s.Volumes {
		if v.Type != types.VolumeTypeVolume {
			faults = append(faults, fmt.Sprintf("mounts %s of the host", v.Source))
		}
	}
	return faults
}

// TestVersions holds the versions that stand in several files together.
func TestVersions(t *testing.T) {
	project := compose(t)
	for _, tt := range []struct {
		what, file, pattern, got string
	}{
		{"Kafka of docker-compose.yml", "kafka/pom.xml", `<kafka\.version>([^<]+)</`, project.Services["kafka"].Image},
		{"ClickHouse of docker-compose.yml", "libchdb/fetch.sh", `(?m)^version=(\d+\.\d+)`, project.Services["clickhouse"].Image},
		{"Go of the Dockerfile", "../go.mod", `(?m)^go (\d+\.\d+)`, find(t, "Dockerfile", `FROM golang(:[\d.]+)-`)},
	} {
		if want := find(t, tt.file, tt.pattern); !strings.HasSuffix(tt.got, ":"+want) {
			t.Errorf("%s is %q, want version %s as in %s", tt.what, tt.got, want, tt.file)
		}
	}
}

// find returns the first group of a pattern in a file.
func find(t *testing.T, file, pattern string) string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile(pattern).FindSubmatch(data)
	if m == nil {
		t.Fatalf("%s has nothing like %s", file, pattern)
	}
	return string(m[1])
}

// serviceFlags are the flags of all our services, as environment variables.
func serviceFlags(t *testing.T) map[string]bool {
	t.Helper()
	flags := map[string]bool{}
	binary := filepath.Join(t.TempDir(), "shoal")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", binary, "../cmd/shoal").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	for _, command := range commands {
		out, err := exec.CommandContext(t.Context(), binary, command, "--help").Output()
		if err != nil || !strings.Contains(string(out), "shoal "+command+" ") {
			t.Fatalf("shoal %s --help: %v\n%s", command, err, out)
		}
		for _, m := range regexp.MustCompile(`--([a-z][a-z-]*)`).FindAllStringSubmatch(string(out), -1) {
			flags["SHOAL_"+strings.ToUpper(strings.ReplaceAll(m[1], "-", "_"))] = true
		}
	}
	return flags
}

// TestComposeSettings holds the environment of our services to the flags that
// the binary has.
func TestComposeSettings(t *testing.T) {
	flags := serviceFlags(t)
	for _, s := range compose(t).Services {
		for name := range s.Environment {
			if strings.HasPrefix(name, "SHOAL_") && !flags[name] {
				t.Errorf("%s of service %s is the flag of no service", name, s.Name)
			}
		}
	}
}
