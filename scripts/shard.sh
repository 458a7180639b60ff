#!/bin/sh
# What scripts/shards-slurm.sh and scripts/shards-parallel.sh have done for each shard of a plan, and
# once for all of them. PROGRAM is run_bench; DIR is where results go, seen by all nodes; OPTIONS are
# of `run_bench run`, the same for all shards.
#
#   shard.sh PROGRAM begin N DIR OPTIONS...    DIR is there, and of this plan
#   shard.sh PROGRAM missing N DIR             prints the numbers of the shards without a result
#   shard.sh PROGRAM run I N DIR OPTIONS...    runs the I-th shard: DIR/shard-I.json, only once it is
#                                              whole; I is - for $SLURM_ARRAY_TASK_ID
#   shard.sh PROGRAM merge N DIR               DIR/merged.json, and the tables on standard output
#
# A shard that ended before its time is gone on with, if it had finished sessions on this machine.
set -eu

program=$1
what=$2
shift 2

# Writes the words, one a line, as `begin` keeps them.
words() {
    for word; do
        printf '%s\n' "$word"
    done
}

begin() { # N DIR OPTIONS...
    dir=$2
    mkdir -p "$dir"
    if [ ! -e "$dir/options" ]; then
        words "$@" >"$dir/options.part"
        mv "$dir/options.part" "$dir/options"
    elif ! words "$@" | cmp -s - "$dir/options"; then
        printf "shard.sh: '%s' has shards of another plan, by its file 'options'; name another folder\n" \
            "$dir" >&2
        exit 2
    fi
}

missing() { # N DIR
    i=1
    while [ "$i" -le "$1" ]; do
        [ -e "$2/shard-$i.json" ] || printf '%s\n' "$i"
        i=$((i + 1))
    done
}

# Goes on with the last attempt, if it left sessions to go on with.
go_on() { # FILE OPTIONS...
    part=$1
    shift
    for sessions in "$own"/run-*.sessions; do
        [ -e "$sessions" ] || continue
        ! "$program" run "$@" --results-dir "$own" --export-json "$part" \
            --resume "${sessions%.sessions}.json" || return 0
    done
    return 1
}

run() { # I N DIR OPTIONS...
    i=$1
    n=$2
    dir=$3
    shift 3
    [ "$i" != - ] || i=$SLURM_ARRAY_TASK_ID
    own=$dir/shard-$i
    [ ! -e "$own.json" ] || return 0
    mkdir -p "$own"
    go_on "$own.part" "$@" --shard "$i/$n" ||
        "$program" run "$@" --shard "$i/$n" --results-dir "$own" --export-json "$own.part"
    mv "$own.part" "$own.json"
}

merge() { # N DIR
    n=$1
    dir=$2
    set --
    i=1
    while [ "$i" -le "$n" ]; do
        [ ! -e "$dir/shard-$i.json" ] || set -- "$@" "$dir/shard-$i.json"
        i=$((i + 1))
    done
    [ $# -gt 0 ] || {
        printf "shard.sh: '%s' has no result of any shard\n" "$dir" >&2
        exit 1
    }
    "$program" merge "$@" --export-json "$dir/merged.json"
}

case $what in
begin | missing | run | merge) "$what" "$@" ;;
*)
    printf "shard.sh: '%s'; accepted: begin, missing, run, merge\n" "$what" >&2
    exit 2
    ;;
esac
