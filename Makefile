# shoal: what a developer runs; CI runs the same targets.
# Needed: Go 1.26, Node.js/npm (fetches the ClickHouse engine), Java 17 and
# Maven (a Kafka broker for the tests), protoc for `generate` alone.

SHELL    := /bin/bash
PACKAGES := ./... ./testdata/generate
DEMO     ?= shoal-demo
FUZZTIME ?= 20s
# Kills in each of the two tests of `chaos`, and what they are drawn from.
KILLS    ?= 105
SEED     ?=
BENCH    ?= .
# Runs of each, for benchstat: 6 and more give intervals.
COUNT    ?= 1
# A labelled folder of real mail for `quality`, and where its figures are kept.
LABELLED ?=
FIGURES  := cluster/score/quality
REPORTS   = $(if $(LABELLED),labelled) simulated testdata
# The race detector needs a C compiler; without one the tests run without it.
RACE     := $(if $(shell command -v $$(go env CC)),-race)

.DEFAULT_GOAL := help
.PHONY: help demo build test lint fuzz chaos bench quality generate corpus libchdb sbom licences vuln clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: build libchdb ## the main job over testdata: reports in, campaigns and the daily summary out
	rm -rf $(DEMO)
	bin/shoal run --once --data $(DEMO) --attrs testdata/voters.csv --baseline testdata/baseline.csv \
	  --networks testdata/networks.csv testdata/messages >/dev/null
	bin/shoal campaigns --data $(DEMO)
	bin/shoal summary --data $(DEMO) --day 2020-10-20 --no-sql
	@echo "Ask further: bin/shoal sql --data $(DEMO) 'SELECT * FROM campaign_targets'" >&2

build: ## bin/shoal
	go build -trimpath -o bin/ ./cmd/shoal

test: libchdb ## all tests, with the real ClickHouse engine and a real Kafka broker
	mvn -q -B -f deploy/kafka/pom.xml dependency:build-classpath -Dmdep.outputFile=/dev/null
	go test $(RACE) -shuffle=on -timeout 20m $(PACKAGES)

lint: ## format, vet, staticcheck, tidy modules, generated code is current
	@files=$$(gofmt -l .); [ -z "$$files" ] || { echo "not gofmt'd: $$files" >&2; exit 1; }
	go vet $(PACKAGES)
	go tool staticcheck $(PACKAGES)
	go mod tidy -diff
	go build -o bin/ google.golang.org/protobuf/cmd/protoc-gen-go
	@dir=$$(mktemp -d) && trap 'rm -rf "$$dir"' EXIT && cd pipeline/record && \
	  protoc --plugin=../../bin/protoc-gen-go --go_out="$$dir" --go_opt=paths=source_relative record.proto && \
	  diff -I '^// ' record.pb.go "$$dir/record.pb.go" || { echo 'pipeline/record: run `make generate`' >&2; exit 1; }

# A large input can take all of the time to be made smaller: ten tries are enough.
fuzz: ## each fuzz target for FUZZTIME
	@set -e; for package in $$(go list $(PACKAGES)); do \
	  for target in $$(go test -list '^Fuzz' $$package | grep '^Fuzz' || true); do \
	    echo "$$package $$target"; go test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 10x $$package; \
	  done; \
	done

chaos: libchdb ## kill -9 of everything under load, over 200 times; SEED=N as printed to repeat one
	CHAOS_KILLS=$(KILLS) CHAOS_SEED=$(SEED) go test ./cmd/shoal/chaos -v -count 1 -timeout 90m

bench: libchdb ## benchmarks that match BENCH
	go test -run '^$$' -bench '$(BENCH)' -benchmem -count $(COUNT) -timeout 0 ./...

quality: build ## how good the grouping is: testdata, simulated traffic, LABELLED=DIR; KEEP=y keeps the figures
	rm -rf bin/quality
	bin/shoal simulate -q --reports 3000 --seed 1 --out bin/quality/traffic
	bin/shoal eval -q testdata --report bin/quality/testdata --orders 5
	bin/shoal eval -q bin/quality/traffic --report bin/quality/simulated --orders 5
	$(if $(LABELLED),bin/shoal eval -q $(LABELLED) --report bin/quality/labelled --orders 20 --folds 6 --learn-with testdata)
	@cd bin/quality && cat $(REPORTS:=.md)
	@echo; echo '# What moved since the figures in $(FIGURES)'
	@for r in $(REPORTS); do diff -U 0 $(FIGURES)/$$r.md bin/quality/$$r.md && echo "$$r: nothing" || true; done
	$(if $(KEEP),cp $(REPORTS:%=bin/quality/%.md) $(REPORTS:%=bin/quality/%.svg) $(FIGURES)/ && go test ./cmd/shoal -run TestReadmeQuality -update)
	@echo 'Curves and worst errors: bin/quality/*.svg, *-errors.md' >&2

generate: ## generated code: the records' protobuf
	go build -o bin/ google.golang.org/protobuf/cmd/protoc-gen-go
	go generate ./...

corpus: ## write testdata anew
	go run ./testdata/generate

libchdb: ## fetch the ClickHouse engine into the cache folder
	@deploy/libchdb/fetch.sh

# Run and not kept in go.mod: its own modules are many.
CYCLONEDX := github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod@v1.10.0

sbom: ## bin/sbom.json: what is in the binary, as CycloneDX
	@mkdir -p bin
	go run $(CYCLONEDX) app -json -std -licenses -main cmd/shoal -output bin/sbom.json .

licences: sbom ## deploy/licences.tsv from it
	go test ./deploy -run TestLicences -count 1 -sbom ../bin/sbom.json

vuln: ## known vulnerabilities in what is called; asks vuln.go.dev
	go tool govulncheck ./...

clean: ## remove what was built here; the cache of fetched parts stays
	rm -rf bin $(DEMO)
