#!/bin/sh
# Fuzzes what must hold against any input, under AddressSanitizer and UndefinedBehaviorSanitizer:
#
#   gengc        the collector heaps/gengc: random programs, whose objects are compared with a model
#                after every collection (tests/graph.h, tests/fuzz/fuzz_gengc.c)
#   result_file  the reader of result files, and what compares two of them: whatever a baseline is,
#                it is read or refused in one line (tests/fuzz/fuzz_result_file.c)
#   history      the lines of a history, and what is found in them (tests/fuzz/fuzz_history.c)
#   trace        the reader of recorded keys, in each of its formats: any bytes are read or refused
#                in one line (tests/fuzz/fuzz_trace.c)
#   options      the command line: read, and then what another process is told means the same, or
#                refused in one line (tests/fuzz/fuzz_options.c)
#
# Usage: scripts/fuzz.sh [SECONDS [TARGET]]
#
# SECONDS of fuzzing for each target, 60 if not given, with one process, from what stands in
# tests/fuzz alone. Exit: 0 nothing was found, 1 an input was found that breaks something, 2 it
# cannot be run. The input stays in build/fuzz; build/fuzz/fuzz_TARGET INPUT runs it again.
set -eu

seconds=${1:-60}
targets=${2:-gengc result_file history trace options}
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
mkdir -p "$folder"

build() { # target, and what is compiled and linked
    target=$1
    shift
    clang -std=gnu11 -D_GNU_SOURCE -g -O1 -fno-omit-frame-pointer \
        -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all \
        -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Werror \
        -I. -Iharness -Iharness/include -o "$folder/fuzz_$target" "tests/fuzz/fuzz_$target.c" "$@" || {
        printf 'fuzz.sh: the target does not build; libFuzzer is in libclang-rt-14-dev\n' >&2
        exit 2
    }
}

run() { # target, and libFuzzer's options
    target=$1
    shift
    if "$folder/fuzz_$target" -max_total_time="$seconds" -print_final_stats=1 \
        -artifact_prefix="$folder/$target-" "$@" "$folder/$target.corpus" 2>"$folder/$target.log"; then
        printf '%s:\n' "$target"
        tail -n 8 "$folder/$target.log"
        return
    fi
    tail -n 60 "$folder/$target.log" >&2
    for input in "$folder/$target"-*-*; do
        [ -e "$input" ] || continue
        printf 'fuzz.sh: found %s; run it again by: %s/fuzz_%s %s\n' \
            "$input" "$folder" "$target" "$input" >&2
    done
    exit 1
}

for target in $targets; do
    rm -rf "$folder/$target.corpus" "$folder/$target"-*
    mkdir -p "$folder/$target.corpus"
    case $target in
    gengc)
        # Without trace-cmp, which would take half of the time: no operation is a number to be
        # guessed. An operation is 4 bytes: inputs grow to hundreds of them soon. One that takes
        # minutes instead of milliseconds hangs.
        build gengc heaps/gengc/*.c -fno-sanitize-coverage=trace-cmp -lm -lpthread
        run gengc -max_len=4097 -len_control=10 -timeout=600
        ;;
    result_file)
        build result_file harness/gate/result_file.c harness/plan/metrics.c harness/gate/compare.c \
            harness/gate/compare_cells.c harness/gate/compare_json.c harness/gate/compare_report.c \
            harness/base/*.c harness/figures/pooled.c harness/figures/states.c -ljansson -lm
        cp tests/fuzz/result_file.json "$folder/result_file.corpus/"
        run result_file -max_len=8192 -timeout=600 -dict=tests/fuzz/result_file.dict
        ;;
    history)
        build history harness/gate/history.c harness/gate/history_report.c \
            harness/gate/history_json.c harness/gate/result_file.c harness/gate/compare.c \
            harness/gate/compare_cells.c harness/gate/compare_json.c harness/gate/compare_report.c \
            harness/plan/metrics.c harness/plan/shard.c harness/base/*.c \
            harness/figures/change_points.c harness/figures/pooled.c harness/figures/states.c \
            -ljansson -lm
        cp tests/fuzz/history.jsonl "$folder/history.corpus/"
        run history -max_len=16384 -timeout=600 -dict=tests/fuzz/result_file.dict
        ;;
    trace)
        build trace harness/plan/trace.c harness/plan/trace_bytes.c harness/plan/trace_keys.c \
            harness/plan/trace_lines.c harness/base/*.c -ljansson -lm
        run trace -max_len=1024 -timeout=600 -dict=tests/fuzz/trace.dict
        ;;
    options)
        build options harness/plan/options.c harness/plan/option_table.c \
            harness/plan/option_values.c harness/plan/options_help.c harness/plan/parameters.c \
            harness/plan/metrics.c harness/plan/event_names.c harness/plan/runtimes.c \
            harness/plan/shard.c harness/stores/address.c harness/base/*.c -Wno-missing-field-initializers -lpfm -ljansson -lm
        "$folder/fuzz_options" -words >"$folder/options.dict"
        printf 'run\0--hit-rate=0:1:0.1\0--strategy\0task\0--quick' >"$folder/options.corpus/run"
        printf 'gate\0--baseline=FILE\0--limit=ns_per_op=5%%' >"$folder/options.corpus/gate"
        run options -max_len=1024 -timeout=600 -dict="$folder/options.dict"
        ;;
    *)
        printf 'fuzz.sh: TARGET is gengc, result_file, history, trace or options, not "%s"\n' "$target" >&2
        exit 2
        ;;
    esac
done
