# Go and make are all that build, demo and test need; testdata and testdata-check need clang as well (testdata/Makefile),
# and edge needs QEMU.

VERSION  ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
FUZZTIME ?= 30s
FUZZ     ?= .
BENCH    ?= .
COUNT    ?= 1
OUT      ?= dist
SOAKCYCLES ?= 1000000
PLATFORM ?= linux/amd64

GOLANGCI_LINT := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
GORELEASER    := github.com/goreleaser/goreleaser/v2@v2.15.2
KO            := github.com/google/ko@v0.18.0

BINARY := bin/wamr-go

.PHONY: soak heaphelper leak-oracle conformance spectest profile build demo test lint bench microbench leak-accuracy fuzz testdata testdata-check docs man completions release-snapshot image cross edge clean help
.DEFAULT_GOAL := build

## build: compile bin/wamr-go
build:
	CGO_ENABLED=0 go build -trimpath -buildvcs=false -ldflags '-s -w -X main.version=$(VERSION)' -o $(BINARY) ./cmd/wamr-go

## demo: run a guest 1000 times over a preopened directory and print the memory report
demo: build
	@dir=$$(mktemp -d) && trap 'rm -rf "$$dir"' EXIT && cp -R testdata/demo/. "$$dir" && set -- \
		$(BINARY) run --dir "$$dir::/data" --cycles 1000 --mem-report testdata/c/demo.wasm /data && \
	echo "$$ $$*" && "$$@"

## test: all tests; with the race detector where cgo and a C compiler are there
test:
	@set -- -timeout 30m; \
	if [ "$$(go env CGO_ENABLED)" = 1 ] && command -v $$(go env CC | cut -d ' ' -f 1) >/dev/null 2>&1; then \
		echo 'test: with the race detector'; set -- "$$@" -race; \
	else \
		echo 'test: without the race detector (it needs cgo and a C compiler)'; \
	fi; \
	echo "go test $$* ./..."; go test "$$@" ./...

## lint: gofmt, go vet and golangci-lint in the version pinned above
lint:
	@unformatted=$$(gofmt -l .) && \
	if [ -n "$$unformatted" ]; then echo "not formatted (gofmt -w):"; echo "$$unformatted"; exit 1; fi
	go vet ./... ./testdata/go/...
	go run $(GOLANGCI_LINT) run ./...

## bench: measure against the peers, see docs/benchmarks.md; BENCHFLAGS=-quick
bench:
	cd bench && go run . $(BENCHFLAGS)

## microbench: the Go benchmarks of all packages; BENCH=pattern COUNT=n
microbench:
	go test -run '^$$' -bench '$(BENCH)' -count $(COUNT) -benchmem ./...

## profile: write the profile by which the command is optimised, from its most frequent work
profile:
	go test -trimpath -run '^$$' -bench '^BenchmarkProfile$$' -benchtime 1x -cpuprofile '$(CURDIR)/cmd/wamr-go/default.pgo' -o /dev/null ./cmd/wamr-go

## leak-accuracy: how often the hunt for leaks is right; ACCURACYFLAGS='-runs 200 -clean 1000 -busy'
leak-accuracy: build
	go run ./internal/accuracy -program bin/wamr-go $(ACCURACYFLAGS)

## conformance: the preview1 programs of the wasi-testsuite checkout WASI_TESTSUITE
conformance:
	@test -n '$(WASI_TESTSUITE)' || { echo 'conformance: set WASI_TESTSUITE to a checkout of wasi-testsuite, branch prod/testsuite-base'; exit 2; }
	WASI_TESTSUITE='$(abspath $(WASI_TESTSUITE))' WASI_RUNNER='$(WASI_RUNNER)' go test -count 1 -run '^TestConformance$$' -v ./pkg/wasi | \
		awk '/^ *--- FAIL: TestConformance.|^PASS [0-9]/ {print} /^PASS [0-9]/ {split($$2, n, "/"); ok = n[1] == n[2]} END {exit !ok}'

## spectest: the specification's tests through the engine, compared with plain wazero; see docs/spectest.md
spectest:
	@go test -count 1 -run '^TestSpec$$' -v ./pkg/engine | \
		awk '/^(=== RUN|PASS$$|ok )/ {next} {print} /^ *all / {ran = 1} /^FAIL|^--- FAIL|panic:/ {bad = 1} END {exit bad || !ran}'

## fuzz: each fuzz target for FUZZTIME, as an unprivileged user if root asks; FUZZ=pattern selects
fuzz:
	@FUZZTIME='$(FUZZTIME)' FUZZ='$(FUZZ)' sh testdata/fuzz.sh

## testdata: rebuild every guest beside its source
testdata:
	$(MAKE) -C testdata --always-make

## testdata-check: rebuild the guests and the heap helper elsewhere and compare them with the committed ones
testdata-check:
	@$(MAKE) --no-print-directory -C testdata check
	@tmp=$$(mktemp) && trap 'rm -f "$$tmp"' EXIT && wat2wasm $(HEAPHELPER).wat -o "$$tmp" && \
		{ cmp "$$tmp" $(HEAPHELPER).wasm || { [ "$$(wat2wasm --version)" != 1.0.32 ] && echo 'heaphelper: built by another wabt, not compared'; }; }

HEAPHELPER := pkg/engine/internal/instrument/heaphelper/helper

## heaphelper: rebuild the module that watched guests call, from its source beside it
heaphelper:
	wat2wasm $(HEAPHELPER).wat -o $(HEAPHELPER).wasm

## soak: a million cycles of each kind, whose memory must not depend on their number; docs/soak.md; SOAKCYCLES=n
soak:
	WAMR_GO_SOAK_CYCLES=$(SOAKCYCLES) go test -count 1 -timeout 1h -run '^TestSoakMemory$$' -v ./pkg/engine

## leak-oracle: the leaks of testdata/c/leaks.c by valgrind, natively, and by --leak-check, side by side
leak-oracle: build
	@sh testdata/leak-oracle.sh $(BINARY)

## docs: write docs/cli from the commands themselves
docs:
	go run ./cmd/wamr-go gen-docs docs/cli

## man: write manual pages to OUT/man; packages install them
man:
	go run -ldflags '-X main.version=$(VERSION)' ./cmd/wamr-go gen-docs --man $(OUT)/man

## completions: write the completions of bash, zsh and fish to OUT/completions; packages install them
completions:
	@mkdir -p $(OUT)/completions
	go run ./cmd/wamr-go completion bash >$(OUT)/completions/wamr-go.bash
	go run ./cmd/wamr-go completion zsh >$(OUT)/completions/_wamr-go
	go run ./cmd/wamr-go completion fish >$(OUT)/completions/wamr-go.fish

## release-snapshot: build all files of a release into dist, and publish nothing
release-snapshot:
	go run $(GORELEASER) release --snapshot --clean $(RELEASEFLAGS)

## image: build a container image without a daemon, as OUT/image.tar for docker load; PLATFORM=linux/arm64
image:
	@mkdir -p $(OUT)
	VERSION='$(VERSION)' KO_DOCKER_REPO=ghcr.io/wamr-go go run $(KO) build --base-import-paths --push=false \
		--platform=$(PLATFORM) --sbom=none --tarball=$(OUT)/image.tar --tags=$(VERSION) ./cmd/wamr-go

## cross: compile for every other supported platform
cross:
	@for target in linux/arm64 darwin/amd64 darwin/arm64 windows/amd64; do \
		echo "cross: $$target"; \
		CGO_ENABLED=0 GOOS=$${target%/*} GOARCH=$${target#*/} go build -pgo=off -buildvcs=false ./... || exit 1; \
	done

## edge: run on arm64, arm, riscv64, mips and 386, under qemu-user-static and natively (Linux on amd64)
edge:
	@sh testdata/edge.sh

## clean: remove the results of build
clean:
	rm -rf bin dist

## help: list the targets
help:
	@sed -n 's/^## //p' $(MAKEFILE_LIST)
