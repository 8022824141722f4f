#!/usr/bin/env bash
# Fetches the sources of the test programs with the ordinary clients into the ignored folder .cache/sources.
# What to fetch, in which version and with which checksum stands in tests/programs/sources.tsv.
#
# usage: scripts/fetch.sh NAME...      (no name: all of them)
# Prints nothing when everything is there already.
set -euo pipefail
cd "$(dirname "$0")/.."
table=tests/programs/sources.tsv
cache=${SVM_CACHE:-.cache}
mkdir -p "$cache/sources"

fetch_crate() { # NAME CRATE VERSION SHA256
    local name=$1 crate=$2 version=$3 sum=$4 dir
    dir=$cache/fetch.$$
    trap 'rm -rf "$dir"' EXIT
    mkdir -p "$dir"
    # A project of its own with exactly this dependency: cargo resolves, downloads and verifies it.
    printf '[package]\nname = "fetch"\nversion = "0.0.0"\nedition = "2024"\n[lib]\npath = "lib.rs"\n[dependencies]\n%s = "=%s"\n[workspace]\n' \
        "$crate" "$version" >"$dir/Cargo.toml"
    : >"$dir/lib.rs"
    cargo generate-lockfile -q --manifest-path "$dir/Cargo.toml"
    if ! grep -A3 "^name = \"$crate\"\$" "$dir/Cargo.lock" | grep -q "^checksum = \"$sum\"\$"; then
        echo "fetch: $crate $version: the registry's checksum is not the one in $table" >&2
        exit 1
    fi
    cargo vendor -q --locked --versioned-dirs --manifest-path "$dir/Cargo.toml" "$dir/vendor" >/dev/null
    rm -rf "$cache/sources/$name"
    mv "$dir/vendor/$crate-$version" "$cache/sources/$name"
    printf '%s\n' "$crate $version $sum" >"$cache/sources/$name/.fetched"
    rm -rf "$dir"
    trap - EXIT
}

while IFS=$'\t' read -r name crate version sum; do
    case "$name" in ''|'#'*) continue ;; esac
    if [ $# -gt 0 ]; then
        wanted=
        for n in "$@"; do [ "$n" = "$name" ] && wanted=1; done
        [ -n "$wanted" ] || continue
    fi
    [ "$(cat "$cache/sources/$name/.fetched" 2>/dev/null)" = "$crate $version $sum" ] && continue
    echo "fetch: $name ($crate $version)" >&2
    fetch_crate "$name" "$crate" "$version" "$sum"
done <"$table"

for n in "$@"; do
    [ -d "$cache/sources/$n" ] || { echo "fetch: no such name in $table: $n" >&2; exit 1; }
done
