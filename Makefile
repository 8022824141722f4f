# Thin: each target is a line or two that could be typed by hand.
# `make help` lists them.

CARGO ?= cargo
JOBS  ?= $(shell nproc)
LLI    = target/release/svm-lli

.DEFAULT_GOAL := help
.PHONY: help setup setup-full setup-bench build demo test test-full bench bench-full fuzz bless fmt lint clean

help: ## say what each target does
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 20

setup: ## check for what the build needs (LLVM 22, clang 22, cargo >= 1.95) and install what is missing
	@scripts/setup.sh

setup-full: ## the same, with what `make test-full` needs
	@scripts/setup.sh full

setup-bench: ## the same, with what `make bench` needs
	@scripts/setup.sh bench

build: setup ## build svm-lli into target/release
	$(CARGO) build --release --workspace -j$(JOBS)

demo: build ## run Lua from bitcode, then see a buggy C program being caught
	@scripts/demo.sh

test: build ## every test of the crates, the C cases and the real programs
	$(CARGO) test -q -p svm-memory -j$(JOBS)
	$(CARGO) test -q --release --workspace --exclude svm-memory --exclude svm-tests -j$(JOBS)
	$(CARGO) test --release -p svm-tests -j$(JOBS)

test-full: setup-full test ## make test, then GCC's torture suite, csmith programs, mutated real programs, random WebAssembly
	$(CARGO) run --release -p svm-tests --bin torture
	$(CARGO) run --release -p svm-tests --bin fuzz-csmith
	$(CARGO) run --release -p svm-tests --bin mutations
	$(CARGO) run --release -p svm-tests --bin fuzz-wasm -- 10000
	$(CARGO) run --release -p svm-tests --bin fuzz-wasm -- --tier=osr 500
	$(CARGO) run --release -p svm-tests --bin fuzz-wasm -- --damaged 5000
	SVM_INSTANCES=10000 $(CARGO) test --release -p svm-engine --test api -- --test-threads 1 instances_leave_nothing

bench: setup-bench build ## programs side by side: native, svm-lli and other engines (at most 15 minutes)
	$(CARGO) bench -q -p svm-engine --bench parts
	$(CARGO) run --release -p svm-tests --bin bench
	$(CARGO) run --release -p svm-tests --bin bench-ebpf

bench-full: setup-bench build ## larger runs: native, svm-lli, lli-22 and AddressSanitizer (about half an hour)
	$(CARGO) run --release -p svm-tests --bin bench -- --full

SECONDS ?= 60
fuzz: setup ## fuzz the eBPF lifter and what it lifts for SECONDS
	scripts/fuzz.sh $(SECONDS)

bless: build ## write the golden fault reports anew
	for tests in fault/ example/ ebpf/fault/; do \
		SVM_BLESS=1 $(CARGO) test -q --release -p svm-tests --test suite -- --test-threads=1 $$tests || exit 1; done

fmt: ## format the Rust sources
	$(CARGO) fmt --all

lint: setup ## formatting, clippy and shell syntax; warnings are errors
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets -- -D warnings
	for s in scripts/*.sh .ci/run; do bash -n $$s || exit 1; done

clean: ## remove what was built and fetched
	$(CARGO) clean
	rm -rf .cache
