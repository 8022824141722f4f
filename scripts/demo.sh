#!/usr/bin/env bash
# The demonstration: Lua's C sources become bitcode and run a script; then a buggy C program is caught.
# `make demo` builds svm-lli first.
set -euo pipefail
cd "$(dirname "$0")/.."
lli=${SVM_LLI:-target/release/svm-lli}
cache=${SVM_CACHE:-.cache}
out=$cache/demo
lua=$cache/sources/lua/lua-5.4.9
mkdir -p "$out"

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }
[ -t 1 ] || say() { printf '\n%s\n' "$*"; }
run() { echo "\$ $*"; "$@"; }

scripts/fetch.sh lua

if [ ! -e "$out/lua.bc" ] || [ tests/programs/lua/main.c -nt "$out/lua.bc" ] || [ "$cache/sources/lua/.fetched" -nt "$out/lua.bc" ]; then
    say "Lua's C sources become LLVM bitcode with a plain clang"
    echo "\$ clang-22 -O2 -g -c -emit-llvm ...   (each of $(ls "$lua"/*.c | wc -l) files and tests/programs/lua/main.c)"
    compile() { clang-22 -O2 -g -w -c -emit-llvm -DLUA_USE_POSIX -I "$lua" -o "$out/$(basename "$1" .c).part.bc" "$1"; }
    export -f compile
    export out lua
    printf '%s\0' "$lua"/*.c tests/programs/lua/main.c | xargs -0 -n1 -P"$(nproc)" bash -c 'compile "$1"' _
    echo "\$ llvm-link-22 -o $out/lua.bc $out/*.part.bc"
    llvm-link-22 -o "$out/lua.bc" "$out"/*.part.bc
    rm -f "$out"/*.part.bc
fi

say "A Lua script under svm-lli: every memory access of the Lua interpreter is checked"
run "$lli" "$out/lua.bc" examples/demo.lua

say "A C program whose bug shows nothing when it runs natively"
run clang-22 -O2 -g -c -emit-llvm -o "$out/buggy.bc" examples/buggy.c
status=0
run "$lli" "$out/buggy.bc" 7 || status=$?
if [ "$status" -ne 99 ]; then
    echo "demo: the bug was not reported (status $status)" >&2
    exit 1
fi
say "Status $status: the bug was found before it did harm. Next: README.md, or svm-lli --help"
