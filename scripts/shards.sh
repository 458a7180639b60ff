# shellcheck shell=sh
# What scripts/shards-slurm.sh and scripts/shards-parallel.sh have in common, and read in: their
# arguments, and the shards that have no result.

name=${0##*/}
root=$(dirname "$(dirname "$(readlink -f "$0")")")
shard=$root/scripts/shard.sh
program=$root/run_bench
[ -x "$program" ] || program=${root%/*/*}/bin/run_bench # of an installed copy

refuse() {
    printf '%s: %s\n' "$name" "$1" >&2
    exit 2
}

# Checks a script's arguments behind its own options, and that what it runs shards by is there. The
# program checks its options itself, before a shard is run: as for the first, so that it is built
# once, too. Sets $n and $dir, which then has the plan.
begin() { # ENGINE PACKAGE [N DIR OPTIONS...]
    [ $# -ge 4 ] || refuse 'a number of shards and a folder are needed; see --help'
    case $3 in
    1000) ;;
    '' | *[!0-9]* | 0* | ????*)
        refuse "'$3' is no number of shards; accepted: 1 to 1000; see --help"
        ;;
    esac
    command -v "$1" >/dev/null 2>&1 || refuse "$1 is missing; as root: apt-get install $2"
    n=$3
    dir=$4
    shift 4
    case $* in
    *'
'*) refuse 'an option has a line break in it' ;;
    esac
    said=$("$program" run "$@" --shard "1/$n" --dry-run --format table </dev/null 2>&1 >/dev/null) || {
        printf '%s\n' "$said" | tail -n 1 >&2
        exit 2
    }
    mkdir -p "$dir"
    dir=$(cd "$dir" && pwd -P)
    "$shard" "$program" begin "$dir" "$n" "$@"
}

# The numbers of the shards without a result.
missing() {
    "$shard" "$program" missing "$dir"
}
