#!/bin/sh
# Lint: clang-format, clang-tidy (on the build's compile commands), shellcheck.
set -eu

root=$(dirname "$(dirname "$(readlink -f "$0")")")
cd "$root"
[ -f build/release/compile_commands.json ] || cmake --preset release

find harness impls heaps workloads tests \( -name '*.c' -o -name '*.cc' -o -name '*.h' \) -print0 |
    xargs -0 clang-format --dry-run --Werror

shellcheck run_bench scripts/*.sh .ci/run

# Every source of the harness and of the heaps, and one cell of each strategy and pass with all the
# headers in it; the other cells are the same text.
find harness heaps tests -name '*.c' -print0 >build/lint-files
find build/release/registry/cells -name '*.user_cache.*.c' -print0 >>build/lint-files
xargs -0 -P "$(nproc)" -n 4 clang-tidy -p build/release --quiet <build/lint-files
