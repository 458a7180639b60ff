#!/bin/sh
# Builds the program, and installs it with the cells of the default workload; unless what is there, as from a
# cache, was made of the same sources, by the same packages.
set -eu

[ $# = 1 ] || { printf 'Usage: ci/install.sh PREFIX\n' >&2; exit 2; }
here=$(dirname "$(readlink -f "$0")")
mkdir -p "$1"
prefix=$(cd "$1" && pwd)
key=$("$here/key.sh")
made=$prefix/lib/valuetask-bench/key
if [ -f "$made" ] && [ "$(cat "$made")" = "$key" ]; then
    printf 'valuetask-bench is there\n'
    exit 0
fi

cd "$here/.."
./run_bench --version # which builds what is not there, or was built elsewhere, or by another compiler
rm -rf "$prefix/lib/valuetask-bench" # cells of older sources
cmake --install build/release --prefix "$prefix"
printf '%s\n' "$key" >"$made"
