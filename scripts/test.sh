#!/bin/sh
# Builds and runs all tests: units and conformance (cmocka), then the command line (pytest).
set -eu

root=$(dirname "$(dirname "$(readlink -f "$0")")")
cd "$root"
[ -f build/release/tests/CTestTestfile.cmake ] || cmake --preset release
[ -f build/release/tests/CTestTestfile.cmake ] || {
    printf 'test.sh: libcmocka-dev is missing, which unit tests need; run scripts/setup.sh --tests\n' >&2
    exit 1
}
cmake --build build/release
ctest --test-dir build/release --output-on-failure -j "$(nproc)"

# One more than there are processors, as some wait for a while: for sessions to end, or for a signal.
workers=$(($(nproc) + 1))
exec /usr/bin/python3 -m pytest -q -p no:cacheprovider -n "$workers" --dist loadgroup tests "$@"
