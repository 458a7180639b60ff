#!/bin/sh
# Runs a plan in N shards by GNU parallel, and merges them; `shards-parallel.sh --help` tells how.
set -eu

# shellcheck source=scripts/shards.sh
. "$(dirname "$(readlink -f "$0")")/shards.sh"

help() {
    cat <<'END'
Usage: scripts/shards-parallel.sh N DIR [OPTIONS of run_bench run]

Runs `run_bench run OPTIONS --shard I/N` for each I from 1 to N by GNU parallel, and merges the
results: DIR/shard-I.json, and then DIR/merged.json. DIR/joblog says what ran when, DIR/log has what
each shard printed. Called again with the same N, DIR and OPTIONS it runs those shards alone that
have no result, and one that ended early goes on where it was.

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
begin parallel parallel "$@"

# A shard that is in the joblog, or in the log, is not run again by --resume: so those go that failed,
# or whose result was removed.
for i in $(missing); do
    rm -rf "$dir/log/1/$i"
done
if [ -e "$dir/joblog" ]; then
    missing | awk 'FILENAME == "-" { lost[$1] = 1; next } !lost[$1]' - "$dir/joblog" \
        >"$dir/joblog.part"
    mv "$dir/joblog.part" "$dir/joblog"
fi
PARALLEL="--jobs 1 ${PARALLEL-}"
export PARALLEL
if ! seq "$n" | parallel --quote --will-cite --joblog "$dir/joblog" --resume \
    --results "$dir/log" --workdir "$PWD" \
    "$shard" "$program" run '{}' "$dir" >/dev/null 2>"$dir/parallel.log"; then
    for i in $(missing); do
        printf '%s: shard %s of %s failed: ' "$name" "$i" "$n"
        tail -n 1 "$dir/log/1/$i/stderr" 2>/dev/null || tail -n 1 "$dir/parallel.log"
    done >&2
    printf '%s: the same command once more runs those alone\n' "$name" >&2
    exit 1
fi
"$shard" "$program" merge "$dir"
