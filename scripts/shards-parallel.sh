#!/bin/sh
# Runs a plan in N shards by GNU parallel, and merges them; `shards-parallel.sh --help` tells how.
set -eu

root=$(dirname "$(dirname "$(readlink -f "$0")")")
program=$root/run_bench

help() {
    cat <<'END'
Usage: scripts/shards-parallel.sh N DIR [OPTIONS of run_bench run]

Runs `run_bench run OPTIONS --shard I/N` for each I from 1 to N by GNU parallel, and merges the
results: DIR/shard-I.json, and then DIR/merged.json. DIR/joblog says what ran when, DIR/log has what
each shard printed. Called again with the same N, DIR and OPTIONS it runs those shards alone that
failed or were not reached, and one that ended early goes on where it was.

One shard at a time, as shards that run at once disturb each other's times. $PARALLEL has options of
GNU parallel: PARALLEL='--jobs 4' where only counts are taken, PARALLEL='--sshloginfile nodes' for
one at a time on each of several machines that share DIR and this folder.

Exit: 0 all shards are merged, 1 some failed, which it names, 2 wrong usage, or there is no parallel.
END
}

case ${1-} in
-h | --help)
    help
    exit 0
    ;;
esac
case ${1-} in
'' | *[!0-9]* | 0*) n= ;;
*) n=$1 ;;
esac
if [ -z "$n" ] || [ $# -lt 2 ]; then
    printf 'shards-parallel.sh: a number of shards and a folder are needed; see --help\n' >&2
    exit 2
fi
command -v parallel >/dev/null 2>&1 || {
    printf 'shards-parallel.sh: GNU parallel is missing; as root: apt-get install parallel\n' >&2
    exit 2
}
mkdir -p "$2"
dir=$(cd "$2" && pwd -P)
shift 2

"$program" --version >/dev/null # so that it is built once, before shards need it
"$root/scripts/shard.sh" "$program" begin "$n" "$dir" "$@"
PARALLEL="--jobs 1 ${PARALLEL-}"
export PARALLEL
if ! seq "$n" | parallel --quote --will-cite --joblog "$dir/joblog" --resume-failed \
    --results "$dir/log" --workdir "$PWD" \
    "$root/scripts/shard.sh" "$program" run '{}' "$n" "$dir" "$@" >/dev/null 2>&1; then
    for i in $("$root/scripts/shard.sh" "$program" missing "$n" "$dir"); do
        printf 'shards-parallel.sh: shard %s of %s failed: ' "$i" "$n"
        tail -n 1 "$dir/log/1/$i/stderr" 2>/dev/null || printf 'it was not reached\n'
    done >&2
    printf 'shards-parallel.sh: the same command once more runs those alone\n' >&2
    exit 1
fi
"$root/scripts/shard.sh" "$program" merge "$n" "$dir"
