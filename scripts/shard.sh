#!/bin/sh
# What scripts/shards-slurm.sh and scripts/shards-parallel.sh have done for each shard of a plan, and
# once for all of them. PROGRAM is run_bench; DIR is where results go, seen by all nodes.
#
#   shard.sh PROGRAM begin DIR N OPTIONS...   DIR is there, and of this plan: N shards of a run with
#                                             these OPTIONS, which DIR/options has, a word a line
#   shard.sh PROGRAM missing DIR              prints the numbers of the shards without a result
#   shard.sh PROGRAM run I DIR                runs the I-th shard: DIR/shard-I.json, only once it is
#                                             whole; I is - for $SLURM_ARRAY_TASK_ID
#   shard.sh PROGRAM merge DIR                DIR/merged.json, and the tables on standard output
#
# A shard that ended before its time is gone on with, if it had finished sessions on this machine.
set -eu

program=$1
what=$2
shift 2

begin() { # DIR N OPTIONS...
    dir=$1
    shift
    mkdir -p "$dir"
    if [ ! -e "$dir/options" ]; then
        printf '%s\n' "$@" >"$dir/options.part"
        mv "$dir/options.part" "$dir/options"
    elif ! printf '%s\n' "$@" | cmp -s - "$dir/options"; then
        printf "shard.sh: '%s' has shards of another plan, by its file 'options'; name another folder\n" \
            "$dir" >&2
        exit 2
    fi
    rm -f "$dir/merged.json"
}

# The numbers of the shards that have a result, or have none.
shards() { # with|without DIR
    read -r n <"$2/options"
    i=1
    while [ "$i" -le "$n" ]; do
        has=without
        [ ! -e "$2/shard-$i.json" ] || has=with
        [ "$has" != "$1" ] || printf '%s\n' "$i"
        i=$((i + 1))
    done
}

missing() { # DIR
    shards without "$1"
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

run() { # I DIR
    i=$1
    dir=$2
    [ "$i" != - ] || i=$SLURM_ARRAY_TASK_ID
    own=$dir/shard-$i
    [ ! -e "$own.json" ] || return 0
    set --
    while IFS= read -r word; do
        set -- "$@" "$word"
    done <"$dir/options"
    n=$1
    shift
    mkdir -p "$own"
    go_on "$own.part" "$@" --shard "$i/$n" ||
        "$program" run "$@" --shard "$i/$n" --results-dir "$own" --export-json "$own.part"
    mv "$own.part" "$own.json"
}

merge() { # DIR
    dir=$1
    set --
    for i in $(shards with "$dir"); do
        set -- "$@" "$dir/shard-$i.json"
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
