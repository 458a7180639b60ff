#!/bin/sh
# Makes a history of this project's own revisions; `history-of-revisions.sh --help` tells how.
set -eu

root=$(dirname "$(dirname "$(readlink -f "$0")")")
count=40
step=1
ref=HEAD

# What the program and its cells are made of.
sources='CMakeLists.txt CMakePresets.json cmake harness heaps impls workloads'

help() {
    cat <<'END'
Usage: scripts/history-of-revisions.sh [OPTIONS] FILE.jsonl [-- RUN_OPTIONS]

Builds revisions of this project aside, each with its own build of the program, counts what the main
job allocates and executes, and writes all results, as of their revisions' dates, to FILE.jsonl,
which `run_bench history FILE.jsonl` reads, and which is made anew. Revisions that changed nothing of
which the program is made are not meant. Results are kept in FILE.d, with a log each: what is there
already is not made again, so that it goes on where it ended. A revision that cannot be built or run
is named and passed over.

  --count N   how many revisions; default: 40
  --step N    each N-th of them, from the latest on; default: 1
  --ref REF   the latest; default: HEAD

RUN_OPTIONS are those of `run_bench run`; default: --rounds 0 --instructions --calls 200000
--keys 1000 --consumer independent --gen0-budget 1M --live-heap 1M. With ccache, if it is there,
another revision takes a minute or two, and without it some more.

Exit: 0 ok, 1 no revision could be measured, or the program that reads them is not there, 2 usage.
END
}

usage() {
    printf 'history-of-revisions.sh: %s; --help tells more\n' "$1" >&2
    exit 2
}

is_number() {
    case $1 in
    '' | *[!0-9]* | 0*) return 1 ;;
    esac
}

file=
while [ $# -gt 0 ]; do
    case $1 in
    -h | --help)
        help
        exit 0
        ;;
    --count | --step)
        is_number "${2:-}" || usage "$1: '${2:-}': accepted: a whole number from 1 on"
        [ "$1" = --step ] || count=$2
        [ "$1" = --count ] || step=$2
        shift 2
        ;;
    --ref)
        [ -n "${2:-}" ] || usage "--ref: no value; accepted: a revision"
        ref=$2
        shift 2
        ;;
    --)
        shift
        break
        ;;
    -*) usage "unknown option '$1'" ;;
    *)
        [ -z "$file" ] || usage "'$1': one file, not several"
        file=$1
        shift
        ;;
    esac
done
[ -n "$file" ] || usage "a file is needed, as results/own.jsonl"
[ $# -gt 0 ] || set -- --rounds 0 --instructions --calls 200000 --keys 1000 \
    --consumer independent --gen0-budget 1M --live-heap 1M
git -C "$root" rev-parse --quiet --verify "$ref^{commit}" >/dev/null ||
    usage "--ref: '$ref': no revision"
# shellcheck disable=SC2086 # several paths
revisions=$(cd "$root" && git rev-list --first-parent --max-count="$((count * step))" "$ref" -- \
    $sources)
revisions=$(printf '%s\n' "$revisions" | sed -n "1~${step}p" | tac)

folder=${file%.jsonl}.d
mkdir -p "$folder"
folder=$(cd "$folder" && pwd -P)
tree=$folder/tree
launcher=
! command -v ccache >/dev/null 2>&1 ||
    launcher='-DCMAKE_C_COMPILER_LAUNCHER=ccache -DCMAKE_CXX_COMPILER_LAUNCHER=ccache'

# What is there is of the same options, or it would be no history.
[ ! -e "$folder/options" ] || [ "$(cat "$folder/options")" = "$*" ] ||
    usage "'$folder' has results of other RUN_OPTIONS, '$(cat "$folder/options")': give another file"
printf '%s\n' "$*" >"$folder/options"

remove_tree() {
    git -C "$root" worktree remove --force "$tree" 2>/dev/null || :
    rm -rf "$tree"
    git -C "$root" worktree prune
}

check_out() {
    if [ -e "$tree/.git" ]; then
        git -C "$tree" checkout --quiet --force --detach "$1"
    else
        remove_tree
        git -C "$root" worktree add --quiet --detach "$tree" "$1"
    fi
}

# Builds and runs what is checked out, by its own program and with nothing of the environment that
# is meant for another one.
measure() {
    cd "$tree"
    # shellcheck disable=SC2086 # two options, or none
    cmake --preset release $launcher && ninja -C build/release run_bench &&
        ./build/release/run_bench run --results-dir "$folder/own" --export-json "$folder/new.json" "$@"
}

# Results are of their revisions, whenever they were made, and in the order of these: several may
# have one date, or an earlier one than the revision before. Arguments are a revision, its date in
# seconds and its result, and so on.
date_them() {
    python3 - "$@" <<'END'
import json
import os
import sys
from datetime import datetime, timezone

latest = 0
for revision, seconds, path in zip(sys.argv[1::3], sys.argv[2::3], sys.argv[3::3]):
    latest = max(latest, int(seconds))
    date = datetime.fromtimestamp(latest, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S+0000")
    with open(path, encoding="utf-8") as file:
        result = json.load(file)
    result["context"].update(git_revision=revision, date=date)
    with open(path + ".new", "w", encoding="utf-8") as file:
        json.dump(result, file)
    os.replace(path + ".new", path)
END
}

trap remove_tree EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
for revision in $revisions; do
    short=$(git -C "$root" rev-parse --short=12 "$revision")
    result=$folder/$short.json
    [ ! -e "$result" ] || continue
    printf '%s %s\n' "$short" "$(git -C "$root" show --no-patch --format=%s "$revision")" >&2
    rm -f "$folder/new.json"
    if check_out "$revision" >"$folder/$short.log" 2>&1 &&
        (measure "$@") >>"$folder/$short.log" 2>&1; then
        mv "$folder/new.json" "$result"
    else
        printf '%s is passed over: %s says why\n' "$short" "$folder/$short.log" >&2
    fi
done
rm -rf "$folder/own" "$folder/new.json"

set --
for revision in $revisions; do
    short=$(git -C "$root" rev-parse --short=12 "$revision")
    [ ! -e "$folder/$short.json" ] ||
        set -- "$@" "$short" "$(git -C "$root" show --no-patch --format=%ct "$revision")" \
            "$folder/$short.json"
done
[ $# -gt 0 ] || {
    printf 'history-of-revisions.sh: no revision could be measured\n' >&2
    exit 1
}
date_them "$@"
n=$#
while [ "$n" -gt 0 ]; do # of each three the result alone, in the same order
    set -- "$@" "$3"
    shift 3
    n=$((n - 3))
done
rm -f "$file.new"
"$root/run_bench" history "$@" --history "$file.new" >/dev/null || exit 1
mv "$file.new" "$file"
"$root/run_bench" history "$file"
