#!/bin/sh
# Lint: house rules, clang-format, clang-tidy (on the build's compile commands), shellcheck.
set -eu

root=$(dirname "$(dirname "$(readlink -f "$0")")")
cd "$root"
/usr/bin/python3 scripts/lint_style.py

[ -f build/release/compile_commands.json ] || cmake --preset release

find harness impls heaps workloads tests examples benchmarks \( -name '*.c' -o -name '*.cc' -o -name '*.h' \) -print0 |
    xargs -0 clang-format --dry-run --Werror

shellcheck run_bench scripts/*.sh .ci/run

# Every source of the harness, of the heaps and of tests, and of the cells of the default workload,
# with the headers in them, those that are timed and those that have checks; the other cells are the
# same text. Names end in a NUL, as the folder's may have spaces.
mkdir -p build/lint
/usr/bin/python3 scripts/lint_commands.py >build/lint/sources
xargs -0 -P "$(nproc)" -n 4 clang-tidy -p build/lint --quiet <build/lint/sources
