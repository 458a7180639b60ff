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

# Every source of the harness and of the heaps, and of the cells of one workload, with the headers in
# them, those that have checks or no variation at all; the other cells are the same text. clang-tidy
# does not know gcc's tuning flags, and would read a source as often as it is compiled.
mkdir -p build/lint
sed -E 's/ -f(align)-[a-z]+=[0-9]+| -mmem[a-z]+-strategy=[^ ]+//g' build/release/compile_commands.json |
    /usr/bin/python3 -c '
import json, sys
once = {each["file"]: each for each in json.load(sys.stdin)}
json.dump(list(once.values()), sys.stdout, indent=1)
' >build/lint/compile_commands.json
{
    find "$root/harness" "$root/tests" "$root/examples" -maxdepth 1 -name '*.c'
    find "$root/heaps" -name '*.c'
    sed -n 's/^ *"file": "\(.*\.user_cache\.\(timing\|counting[a-z_]*_checked\)\.c\)",*$/\1/p' \
        build/lint/compile_commands.json
} | xargs -P "$(nproc)" -n 4 clang-tidy -p build/lint --quiet
