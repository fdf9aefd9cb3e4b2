package deploy

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
)

// TestDockerfile reads the image's recipe: it ends in a base without a shell, as
// an account that is not root, and builds nothing there.
func TestDockerfile(t *testing.T) {
	data, err := os.ReadFile("Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	for _, fault := range dockerfileFaults(string(data)) {
		t.Error(fault)
	}
}

// TestDockerfileFaults plants each fault: a check that finds nothing would pass
// TestDockerfile.
func TestDockerfileFaults(t *testing.T) {
	data, err := os.ReadFile("Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string][2]string{
		"a base with a shell":      {"gcr.io/distroless/base-debian12:nonroot", "debian:12"},
		"a base of root":           {"base-debian12:nonroot", "base-debian12:latest"},
		"a debugging base":         {"base-debian12:nonroot", "base-debian12:debug-nonroot"},
		"no account":               {"USER 65532:65532\n", ""},
		"root":                     {"USER 65532:65532", "USER 0:0"},
		"root by name":             {"USER 65532:65532", "USER root"},
		"root afterwards":          {"ENTRYPOINT", "USER 0\nENTRYPOINT"},
		"a command in the image":   {"USER 65532", "RUN chmod 777 /\nUSER 65532"},
		"an entry through sh":      {`ENTRYPOINT ["/shoal"]`, "ENTRYPOINT /shoal"},
		"another entry":            {`ENTRYPOINT ["/shoal"]`, `ENTRYPOINT ["/bin/sh"]`},
		"a file of the internet":   {"USER 65532", "ADD https://a.example/x /x\nUSER 65532"},
		"a secret in an argument":  {"USER 65532", "ENV KEY=x\nUSER 65532"},
		"an unpinned compiler":     {"golang:1.26-bookworm", "golang:latest"},
		"a binary of this host":    {"CGO_ENABLED=0", "CGO_ENABLED=1"},
		"licences not collected":   {"deploy/licences.sh /out/licences", "true"},
		"licences left behind":     {"COPY --from=build /out/licences /licences\n", ""},
		"a source that is ignored": {"COPY LICENSE LICENSE", "COPY README.md README.md"},
	} {
		changed := strings.Replace(string(data), change[0], change[1], 1)
		if changed == string(data) {
			t.Errorf("%s: the Dockerfile has no %q to change", name, change[0])
		}
		if len(dockerfileFaults(changed)) == 0 {
			t.Errorf("%s: no fault found", name)
		}
	}
}

var (
	shellless = regexp.MustCompile(`^gcr\.io/distroless/[a-z0-9-]+:nonroot$`)
	compiler  = regexp.MustCompile(`^golang:\d+\.\d+(\.\d+)?-[a-z]+ AS build$`)
	account   = regexp.MustCompile(`^[1-9]\d*:[1-9]\d*$`)
)

// dockerfileFaults are what is wrong with a recipe of two stages.
func dockerfileFaults(text string) []string {
	text = strings.ReplaceAll(text, "\\\n", " ")
	var faults []string
	var user, entry, built, copied string
	stage := 0
	for line := range strings.Lines(text) {
		word, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch rest = strings.TrimSpace(rest); {
		case word == "" || word[0] == '#':
		case word == "FROM":
			stage++
			if stage == 1 && !compiler.MatchString(rest) || stage == 2 && !shellless.MatchString(rest) || stage > 2 {
				faults = append(faults, fmt.Sprintf("stage %d is from %q", stage, rest))
			}
		case stage == 1:
			built += rest
			if word == "COPY" {
				faults = append(faults, ignoredSources(rest)...)
			}
		case word == "USER":
			user = rest
		case word == "ENTRYPOINT":
			entry = rest
		case word == "COPY" && strings.HasPrefix(rest, "--from=build "):
			copied += rest + "\n"
		case word == "VOLUME":
		default:
			faults = append(faults, fmt.Sprintf("%s in the image", word))
		}
	}
	var command []string
	if json.Unmarshal([]byte(entry), &command) != nil || len(command) != 1 || command[0] != "/shoal" {
		faults = append(faults, fmt.Sprintf("entry %q, want the program alone, without a shell", entry))
	}
	if !account.MatchString(user) {
		faults = append(faults, fmt.Sprintf("runs as %q", user))
	}
	if !strings.Contains(built, "CGO_ENABLED=0") || !strings.Contains(built, "-trimpath") {
		faults = append(faults, "the binary is built with cgo or with this machine's paths")
	}
	if !strings.Contains(built, "deploy/licences.sh /out/licences") || !strings.Contains(copied, " /out/licences /licences\n") {
		faults = append(faults, "the licence texts of what is linked are not in the image")
	}
	return faults
}

// ignoredSources are what a COPY asks for and the build is not given.
func ignoredSources(copy string) []string {
	given, err := os.ReadFile("Dockerfile.dockerignore")
	if err != nil {
		return []string{err.Error()}
	}
	sources := strings.Fields(copy)
	var faults []string
	for _, source := range sources[:len(sources)-1] {
		if !strings.Contains(string(given), "\n!"+source+"\n") {
			faults = append(faults, fmt.Sprintf("%s is not given to the build", source))
		}
	}
	return faults
}
