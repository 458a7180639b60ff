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
# does not know gcc's tuning flags, and would read a source as often as it is compiled. Names end in
# a NUL, as the folder's may have spaces.
mkdir -p build/lint
{
    find "$root/harness" "$root/tests" "$root/examples" -maxdepth 1 -name '*.c' -print0
    find "$root/heaps" -name '*.c' -print0
    /usr/bin/python3 -c '
import json, re, sys
commands, once = sys.argv[1:]
tuning = r" -f(align)-[a-z]+=[0-9]+| -mmem[a-z]+-strategy=[^ ]+"
cell = r"\.user_cache\.(timing|counting[a-z_]*_checked)\.c$"
with open(commands, "rb") as file:
    entries = json.loads(re.sub(tuning.encode(), b"", file.read()))
found = {each["file"]: each for each in entries}
with open(once, "w") as file:
    json.dump(list(found.values()), file, indent=1)
for name in found:
    if re.search(cell, name):
        sys.stdout.buffer.write(name.encode() + b"\0")
' build/release/compile_commands.json build/lint/compile_commands.json
} >build/lint/sources
xargs -0 -P "$(nproc)" -n 4 clang-tidy -p build/lint --quiet <build/lint/sources
