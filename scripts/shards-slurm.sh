#!/bin/sh
# Runs a plan in N shards by Slurm, and merges them; `shards-slurm.sh --help` tells how.
set -eu

# shellcheck source=scripts/shards.sh
. "$(dirname "$(readlink -f "$0")")/shards.sh"

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
SBATCH_EXCLUSIVE=exclusive, without which other jobs on a node disturb times.

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
begin sbatch slurm-client "$@"

# Shards that are queued or run must not be run a second time.
if [ -e "$dir/job" ]; then
    read -r shards <"$dir/job"
    [ -z "$(squeue --noheader --jobs="$shards" 2>/dev/null)" ] ||
        refuse "job $shards still runs shards of '$dir'; wait for it, or: scancel $shards"
fi
array=$(missing | paste -s -d , -)
after=
if [ -n "$array" ]; then
    shards=$(sbatch --parsable --job-name=shards --array="$array" --requeue \
        --output="$dir/shard-%a.log" "$shard" "$program" run - "$dir")
    shards=${shards%%;*} # behind it may stand the cluster's name
    printf '%s\n' "$shards" >"$dir/job"
    after=--dependency=afterok:$shards
    printf '%s: job %s runs shards %s of %s\n' "$name" "$shards" "$array" "$n" >&2
fi
# shellcheck disable=SC2086 # an option each, or none
sbatch --parsable $wait --job-name=merge $after --kill-on-invalid-dep=yes \
    --output="$dir/merge.log" "$shard" "$program" merge "$dir" || [ -n "$wait" ]

# A job that is taken back, as one that it waits for failed, is no failure to sbatch.
if [ -n "$wait" ] && [ ! -e "$dir/merged.json" ]; then
    for i in $(missing); do
        printf '%s: shard %s of %s has no result; see %s\n' "$name" "$i" "$n" "$dir/shard-$i.log"
    done >&2
    printf '%s: nothing was merged; the same command once more runs what is missing\n' "$name" >&2
    exit 1
fi
