#!/bin/sh
# Fuzzes the collector heaps/gengc: random programs, whose objects are compared with a model after
# every collection (tests/graph.h, tests/fuzz/fuzz_gengc.c), under AddressSanitizer and
# UndefinedBehaviorSanitizer.
#
# Usage: scripts/fuzz.sh [SECONDS]
#
# SECONDS of fuzzing, 60 if not given, with one process, from an empty corpus in build/fuzz/corpus.
# Exit: 0 nothing was found, 1 an input was found that breaks the heap, 2 it cannot be run. The
# input stays in build/fuzz; build/fuzz/fuzz_gengc INPUT runs it again.
set -eu

seconds=${1:-60}
case $seconds in
'' | *[!0-9]*)
    printf 'fuzz.sh: SECONDS is a whole number, not "%s"\n' "$seconds" >&2
    exit 2
    ;;
esac

root=$(dirname "$(dirname "$(readlink -f "$0")")")
cd "$root"

command -v clang >/dev/null 2>&1 || {
    printf 'fuzz.sh: clang is missing, whose libFuzzer this needs: see scripts/packages.txt\n' >&2
    exit 2
}

folder=build/fuzz
rm -rf "$folder/corpus"
mkdir -p "$folder/corpus"
rm -f "$folder"/crash-* "$folder"/leak-* "$folder"/oom-* "$folder"/timeout-* "$folder"/slow-unit-*

# Without trace-cmp, which would take half of the time: no operation is a number to be guessed.
clang -std=gnu11 -D_GNU_SOURCE -g -O1 -fno-omit-frame-pointer \
    -fsanitize=fuzzer,address,undefined -fno-sanitize-coverage=trace-cmp \
    -fno-sanitize-recover=all \
    -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Werror \
    -Iharness/include -o "$folder/fuzz_gengc" \
    tests/fuzz/fuzz_gengc.c heaps/gengc/*.c -lm -lpthread || {
    printf 'fuzz.sh: the target does not build; libFuzzer is in libclang-rt-14-dev\n' >&2
    exit 2
}

# An operation is 4 bytes: inputs grow to hundreds of them soon. One that takes 10 s instead of
# milliseconds hangs.
if "$folder/fuzz_gengc" -max_total_time="$seconds" -max_len=4097 -len_control=10 -timeout=10 \
    -print_final_stats=1 -artifact_prefix="$folder/" "$folder/corpus" 2>"$folder/log"; then
    tail -n 8 "$folder/log"
    exit 0
fi
tail -n 60 "$folder/log" >&2
for input in "$folder"/crash-* "$folder"/leak-* "$folder"/oom-* "$folder"/timeout-*; do
    [ -e "$input" ] || continue
    printf 'fuzz.sh: found %s; run it again by: %s/fuzz_gengc %s\n' "$input" "$folder" "$input" >&2
done
exit 1
