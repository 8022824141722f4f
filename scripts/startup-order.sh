#!/bin/sh
# Writes lli-rs/link/startup-order.txt anew: the functions of LLVM that a start of svm-lli runs, in the order of their
# first use. The linker lays them side by side, so that a start touches few pages of the large executable. Worth doing
# after a change of LLVM's version; names that a newer LLVM lacks are ignored by the linker.
#
# QEMU's user mode (Debian package qemu-user) logs each block of code that runs. Rust's functions are left out: their
# names carry a hash that changes with the compiler and the sources.
set -eu
cd "$(dirname "$0")/.."
lli=target/release/svm-lli
order=lli-rs/link/startup-order.txt
for tool in qemu-x86_64 clang-22 nm readelf perl; do
    command -v "$tool" > /dev/null || { echo "$0: needs $tool (apt-get install qemu-user clang-22 binutils perl)" >&2; exit 1; }
done
[ -x "$lli" ] || { echo "$0: needs $lli (make build)" >&2; exit 1; }
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

runs=0
for source in tests/c/pass/hello.c examples/buggy.c; do
    for level in -O0 -O2; do
        runs=$((runs + 1))
        clang-22 "$level" -g -emit-llvm -c "$source" -o "$dir/program.bc"
        # The second program ends in a report, and so not with status 0.
        qemu-x86_64 -d page,in_asm,nochain -D "$dir/log$runs" "$lli" "$dir/program.bc" > /dev/null 2>&1 || true
    done
done
nm -n -S --defined-only "$lli" > "$dir/symbols"
# Where the executable segment lies in the file's own numbering; QEMU tells where it put it.
segment=$(readelf -lW "$lli" | sed -n 's/^ *LOAD *[^ ]* \(0x[0-9a-f]*\) .* R E .*/\1/p' | head -n 1)

perl - "$dir/symbols" "$segment" "$dir"/log* > "$order" <<'END'
my ($symbols, $segment, @logs) = @ARGV;
my (@starts, @ends, @names);
open(my $in, '<', $symbols) or die "$symbols: $!";
while (<$in>) {
    my ($at, $size, $kind, $name) = split or next;
    next unless defined $name && $kind =~ /^[tTwW]$/;
    push @starts, hex $at; push @ends, hex($at) + hex $size; push @names, $name;
}
my %seen;
for my $log (@logs) {
    my $base;
    open(my $in, '<', $log) or die "$log: $!";
    while (<$in>) {
        $base = hex($1) - hex $segment if /^start_code\s+0x([0-9a-f]+)/;
        next unless defined $base && /^IN:/;
        defined(my $first = <$in>) or last;
        my ($at) = $first =~ /^0x([0-9a-f]+):/ or next;
        $at = hex($at) - $base;
        my ($low, $high) = (0, scalar @starts);
        while ($low + 1 < $high) { my $mid = int(($low + $high) / 2); $starts[$mid] <= $at ? ($low = $mid) : ($high = $mid) }
        next unless $starts[$low] <= $at && $at < $ends[$low];
        my $name = $names[$low];
        # Rust's names, and initializers (they have a section of their own and are side by side already).
        next if $name =~ /^_R|17h[0-9a-f]{16}E|^_GLOBAL__|^__cxx_global_var_init/ || $seen{$name}++;
        print "$name\n";
    }
}
END
echo "$order: $(wc -l < "$order") functions"
