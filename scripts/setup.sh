#!/usr/bin/env bash
# Checks that everything is there that the build (and, with `full` or `bench`, the larger test runs) needs,
# and installs what is missing with apt. Silent and quick when nothing is missing.
#
# usage: scripts/setup.sh [full|bench]
set -euo pipefail

want_minor=95 # the oldest Rust that builds us: 1.95

# --- cargo ------------------------------------------------------------------------------------------------
if ! command -v cargo >/dev/null; then
    [ -x "$HOME/.cargo/bin/cargo" ] && hint="it is in ~/.cargo/bin: add that folder to PATH" || hint="see https://rustup.rs"
    echo "setup: cargo is missing; Rust 1.$want_minor or newer is needed ($hint)" >&2
    exit 1
fi
cargo_version=$(cargo --version | cut -d' ' -f2)
IFS=. read -r major minor _ <<<"$cargo_version"
if [ "$major" -lt 1 ] || { [ "$major" -eq 1 ] && [ "$minor" -lt "$want_minor" ]; }; then
    echo "setup: cargo $cargo_version is too old; 1.$want_minor or newer is needed (rustup update stable)" >&2
    exit 1
fi

# --- packages ---------------------------------------------------------------------------------------------
# The static LLVM libraries name Polly, zstd, zlib, libxml2 and z3 among what they link against;
# clang and lld make bitcode and link the result; g++ brings the C++ library that LLVM is written against;
# csmith makes random test programs; wasi-libc and the runtime for wasm32 make test programs for WASI.
packages=(llvm-22-dev clang-22 lld-22 libpolly-22-dev libzstd-dev zlib1g-dev libxml2-dev libz3-dev g++ csmith libcsmith-dev
    wasi-libc libclang-rt-22-dev-wasm32)
case "${1:-}" in
    "") ;;
    full) packages+=(gcc-12-source xz-utils libclang-rt-22-dev) ;;
    bench) packages+=(libclang-rt-22-dev time) ;;
    *) echo "usage: scripts/setup.sh [full|bench]" >&2; exit 2 ;;
esac

if ! command -v dpkg-query >/dev/null; then
    for tool in clang-22 ld.lld llvm-config-22; do
        command -v "$tool" >/dev/null || command -v "/usr/lib/llvm-22/bin/$tool" >/dev/null ||
            { echo "setup: $tool is missing, and this is no Debian or Ubuntu: install LLVM 22 (static), clang 22, lld 22 by hand" >&2; exit 1; }
    done
    exit 0
fi

missing() {
    # One query for all; a package that dpkg has never heard of is missing as well.
    local installed p
    installed=$(dpkg-query -W -f='${db:Status-Status} ${Package}\n' "${packages[@]}" 2>/dev/null | sed -n 's/^installed //p' || true)
    for p in "${packages[@]}"; do
        grep -qxF -- "$p" <<<"$installed" || echo "$p"
    done
}

mapfile -t todo < <(missing)
[ ${#todo[@]} -eq 0 ] && exit 0

echo "setup: installing ${todo[*]}"
sudo=()
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || { echo "setup: not root and no sudo: run as root: apt-get install ${todo[*]}" >&2; exit 1; }
    sudo=(sudo)
fi
export DEBIAN_FRONTEND=noninteractive
unknown() { # those of the packages that apt has no version of
    local p policy
    for p in "${todo[@]}"; do
        policy=$(apt-cache policy "$p" 2>/dev/null || true)
        [[ $policy =~ Candidate:\ [^\(] ]] || echo "$p"
    done
}
install() { "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${todo[@]}" >/dev/null; }

updated=
if [ -n "$(unknown)" ]; then
    echo "setup: apt-get update"
    "${sudo[@]}" apt-get update -qq
    updated=1
fi
if [ -n "$(unknown)" ]; then
    echo "setup: this release has no package" $(unknown) >&2
    echo "setup: Debian 12 or newer, or an Ubuntu with LLVM 22, is needed (or add LLVM's own apt source)" >&2
    exit 1
fi
if ! install; then
    # The list may be older than what the mirror still has.
    [ -n "$updated" ] && exit 1
    echo "setup: apt-get update"
    "${sudo[@]}" apt-get update -qq
    install
fi

mapfile -t todo < <(missing)
[ ${#todo[@]} -eq 0 ] || { echo "setup: still missing after installation: ${todo[*]}" >&2; exit 1; }
echo "setup: done"
