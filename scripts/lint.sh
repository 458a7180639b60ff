#!/bin/sh
# Lint: house rules, clang-format, clang-tidy (on the build's compile commands), shellcheck.
set -eu

root=$(dirname "$(dirname "$(readlink -f "$0")")")
cd "$root"
/usr/bin/python3 scripts/lint_style.py

[ -f build/release/compile_commands.json ] || cmake --preset release

find harness impls heaps workloads tests examples benchmarks \( -name '*.c' -o -name '*.cc' -o -name '*.h' \) -print0 |
    xargs -0 clang-format --dry-run --Werror

shellcheck run_bench scripts/*.sh ci/*.sh .ci/run cmake/completion.bash

# Every source of the harness, of the heaps and of tests, and of the cells of the default workload,
# with the headers in them, those that are timed and those that have checks; the other cells are the
# same text. Names end in a NUL, as the folder's may have spaces. The analyzer follows a function's
# paths for a fifth of the nodes that it would by itself, in a third of the time.
nodes='--extra-arg=-Xclang --extra-arg=-analyzer-config --extra-arg=-Xclang --extra-arg=max-nodes=45000'
mkdir -p build/lint
/usr/bin/python3 scripts/lint_commands.py >build/lint/sources
# shellcheck disable=SC2086 # the options are several words
xargs -0 -P "$(nproc)" -n 4 clang-tidy -p build/lint --quiet $nodes <build/lint/sources
