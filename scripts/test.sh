#!/bin/sh
# Builds and runs all tests: units and conformance (cmocka), then the command line (pytest).
set -eu

root=$(dirname "$(dirname "$(readlink -f "$0")")")
cd "$root"
[ -f build/release/build.ninja ] || cmake --preset release
cmake --build build/release
ctest --test-dir build/release --output-on-failure -j "$(nproc)"
exec /usr/bin/python3 -m pytest -q -p no:cacheprovider -n "$(nproc)" --dist loadfile tests "$@"
