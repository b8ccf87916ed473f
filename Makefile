# make demo    hunts through the example that comes with the program; needs only Go
# make test    installs what the tests need and runs them all
# make check   formatting, vet, staticcheck and the tests
# make docs    rewrites the pages that are generated from tables: sources, fields, detections, context
# make quality rewrites docs/quality.md from the evaluation data and shows the difference
# make bench   the benchmarks of docs/benchmarks.md
# make fuzz    every fuzz target for FUZZTIME (default 10s)

GO       ?= go
TOOL      = $(GO) tool -modfile=tools/go.mod
FUZZTIME ?= 10s

.PHONY: build demo test browser check lint quality bench fuzz docs

build:
	CGO_ENABLED=0 $(GO) build -buildvcs=auto -o bin/footfall ./cmd/footfall

demo: build
	@bin/footfall hunt -c examples/company/context.yaml -o demo-report examples/company/evidence; \
	  status=$$?; [ $$status -eq 3 ] && { echo; echo "The report: demo-report/index.html"; exit 0; }; exit $$status

lint:
	@out=$$($(TOOL) gofumpt -l .); [ -z "$$out" ] || { echo "gofumpt would change:"; echo "$$out"; exit 1; }
	$(GO) vet ./...
	$(TOOL) staticcheck ./...

test: lint browser
	$(GO) test ./...
	$(GO) test -race -skip "TestQuality|TestMissing|TestConformance|TestManifestCounts|TestIdentity|TestSnapshot|TestWatermark|TestHands|TestChains|TestCases" ./read ./engine ./decode ./sigma

# a Chromium and axe-core for the tests of pages
browser:
	@./tools/browser/install

check: test

docs:
	$(GO) test . ./engine -run "Reference|Modules" -update

quality:
	$(GO) test ./engine -run TestQuality -update
	git diff --stat -- docs/quality.md

bench:
	$(GO) test ./... -run '^$$' -bench . -benchmem
	$(GO) run ./bench

fuzz:
	./tools/fuzz $(FUZZTIME)
