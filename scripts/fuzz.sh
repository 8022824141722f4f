#!/usr/bin/env bash
# Fuzzes the eBPF lifter and what it lifts: with libFuzzer where there is a nightly toolchain with cargo-fuzz
# (cargo install cargo-fuzz), else with mutated seeds only.
#
# usage: scripts/fuzz.sh SECONDS       (of each target with libFuzzer, of all together without)
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:?usage: scripts/fuzz.sh SECONDS}
cache=$(realpath -m "${SVM_CACHE:-.cache}")
mkdir -p "$cache/fuzz/seeds"
if cargo +nightly fuzz --version >/dev/null 2>&1; then
    for target in lift execute differential; do
        mkdir -p "$cache/fuzz/corpus-$target"
        cargo +nightly fuzz run --fuzz-dir tests/fuzz --target-dir "$cache/fuzz/target" "$target" \
            "$cache/fuzz/corpus-$target" "$cache/fuzz/seeds" -- -max_total_time="$seconds" -max_len=65536
    done
else
    echo "fuzz: no nightly toolchain with cargo-fuzz (cargo install cargo-fuzz): mutated seeds, without coverage" >&2
    cargo run -q --release -p svm-tests --bin fuzz-ebpf -- "$seconds"
fi
