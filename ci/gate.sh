#!/bin/sh
# Gates, with the options of `run_bench gate`, and ends with its status. Leaves in a folder what a job keeps,
# whatever the verdict: gate.xml (JUnit), gate.sarif, gate.html (a page), and a summary, gate.md, or on GitHub
# the job's own.
set -eu

[ $# -ge 2 ] || { printf 'Usage: ci/gate.sh PREFIX RESULTS [OPTIONS OF gate]\n' >&2; exit 2; }
program=$1/bin/run_bench
results=$2
shift 2
mkdir -p "$results"
exec "$program" gate "$@" --export-junit "$results/gate.xml" --export-sarif "$results/gate.sarif" \
    --report "$results/gate.html" --export-markdown "${GITHUB_STEP_SUMMARY:-$results/gate.md}"
