#!/bin/sh
# Runs a plan in N shards by Slurm, and merges them; `shards-slurm.sh --help` tells how.
set -eu

root=$(dirname "$(dirname "$(readlink -f "$0")")")
program=$root/run_bench

help() {
    cat <<'END'
Usage: scripts/shards-slurm.sh [--wait] N DIR [OPTIONS of run_bench run]

Submits an array of N jobs to Slurm, `run_bench run OPTIONS --shard I/N` each, and a job that merges
their results once all of them are done: DIR/shard-I.json, and then DIR/merged.json. DIR/shard-I.log
and DIR/merge.log have what they printed. DIR and this folder are to be the same on all nodes. Prints
the number of the job that merges; --wait waits for it.

If a job fails the other shards go on, and nothing is merged. Called again with the same N, DIR and
OPTIONS it submits the shards without a result alone, and one that ended early goes on where it was,
if it comes to the same node. A job whose node fails is put back by Slurm itself.

sbatch takes its own options from the environment: SBATCH_PARTITION, SBATCH_TIMELIMIT, and
SBATCH_EXCLUSIVE=1, without which other jobs on a node disturb times.

Exit: 0 submitted, with --wait: merged; 1 a job failed, 2 wrong usage, or there is no sbatch.
END
}

wait=
while :; do
    case ${1-} in
    -h | --help)
        help
        exit 0
        ;;
    --wait) wait=--wait ;;
    *) break ;;
    esac
    shift
done
case ${1-} in
'' | *[!0-9]* | 0*) n= ;;
*) n=$1 ;;
esac
if [ -z "$n" ] || [ $# -lt 2 ]; then
    printf 'shards-slurm.sh: a number of shards and a folder are needed; see --help\n' >&2
    exit 2
fi
command -v sbatch >/dev/null 2>&1 || {
    printf 'shards-slurm.sh: sbatch is missing; as root: apt-get install slurm-client\n' >&2
    exit 2
}
mkdir -p "$2"
dir=$(cd "$2" && pwd -P)
shift 2

"$program" --version >/dev/null # so that it is built once, before shards need it
"$root/scripts/shard.sh" "$program" begin "$n" "$dir" "$@"
array=
after=
for i in $("$root/scripts/shard.sh" "$program" missing "$n" "$dir"); do
    array=$array${array:+,}$i
done
if [ -n "$array" ]; then
    shards=$(sbatch --parsable --job-name=shards --array="$array" --requeue \
        --output="$dir/shard-%a.log" "$root/scripts/shard.sh" "$program" run - "$n" "$dir" "$@")
    shards=${shards%%;*} # behind it may stand the cluster's name
    after=--dependency=afterok:$shards
    printf 'shards-slurm.sh: job %s runs shards %s of %s\n' "$shards" "$array" "$n" >&2
fi
rm -f "$dir/merged.json"
# shellcheck disable=SC2086 # an option each, or none
sbatch --parsable $wait --job-name=merge $after --kill-on-invalid-dep=yes \
    --output="$dir/merge.log" "$root/scripts/shard.sh" "$program" merge "$n" "$dir" || [ -n "$wait" ]

# A job that is taken back, as one that it waits for failed, is no failure to sbatch.
if [ -n "$wait" ] && [ ! -e "$dir/merged.json" ]; then
    for i in $("$root/scripts/shard.sh" "$program" missing "$n" "$dir"); do
        printf 'shards-slurm.sh: shard %s of %s has no result; see %s\n' "$i" "$n" "$dir/shard-$i.log"
    done >&2
    printf 'shards-slurm.sh: nothing was merged; the same command once more runs what is missing\n' >&2
    exit 1
fi
