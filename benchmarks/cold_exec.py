#!/usr/bin/python3
"""Holds cold starts as `run_bench` takes them, in processes that it forks, against the same calls
in programs that start for them: prints the medians, their ratio, and the page faults in between.

Both take turns, in batches, so that a slow minute of the machine is in both.
"""
from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
STRATEGIES = ["heap_task", "value_task"]
HEAPS = ["glibc", "mimalloc", "gengc"]

Case = tuple[str, str]  # a strategy and a heap
Start = dict[str, Any]


def environment() -> dict[str, str]:
    """No settings but those that are given here."""
    return {name: value for name, value in os.environ.items() if not name.startswith("VTB_")}


def run(command: list[str]) -> str:
    done = subprocess.run(command, env=environment(), capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"cold_exec.py: {' '.join(command)}: status {done.returncode}\n{done.stderr}")
    return done.stdout


def available_heaps(build: Path) -> list[str]:
    rows = json.loads(run([str(build / "run_bench"), "list", "--format", "json"]))["heaps"]
    known = {row["name"] for row in rows if not row.get("unavailable")}
    return [heap for heap in HEAPS if heap in known]


def options_of(calls: int, heaps: list[str]) -> list[str]:
    """All calls miss, in a small table: one that was just filled is in the processor's caches."""
    options = ["--strategy", ",".join(STRATEGIES), "--heap", ",".join(heaps)]
    options += ["--calls", str(calls), "--hit-rate", "0", "--keys", "1000"]
    return [*options, "--consumer", "independent"]


def forked(build: Path, options: list[str], starts: int) -> dict[Case, list[Start]]:
    """Starts of a run, whose page faults are told as their median."""
    with tempfile.TemporaryDirectory() as results:
        command = [str(build / "run_bench"), *options, "--rounds", str(starts), "--format", "json"]
        rows = json.loads(run([*command, "--results-dir", results]))["benchmarks"]
    calls = int(options[options.index("--calls") + 1])
    faults: dict[Case, float] = {}
    times: dict[Case, list[float]] = {}
    for row in rows:
        _, strategy, heap, *_ = row["run_name"].split("/")
        if row["run_type"] == "aggregate":
            faults[strategy, heap] = row["page_faults_per_start"]
        else:
            times.setdefault((strategy, heap), []).append(calls * row["real_time"])
    return {
        case: [{"real_ns": ns, "page_faults": faults[case]} for ns in times[case]]
        for case in faults
        if case[0] in STRATEGIES
    }


def executed(build: Path, options: list[str], case: Case, numbers: range) -> list[Start]:
    program = str(build / "bench_cold_exec")
    return [json.loads(run([program, *case, str(number), *options])) for number in numbers]


def check_values(starts: dict[Case, list[Start]]) -> None:
    """With the same number, all make the same calls, and consume the same values."""
    consumed = {tuple(start["checksum"] for start in each) for each in starts.values()}
    if len(consumed) != 1:
        sys.exit("cold_exec.py: cases consumed other values than each other")


def measure(build: Path, calls: int, starts: int, batch: int) -> list[dict[str, Any]]:
    """A row for each case."""
    options = options_of(calls, available_heaps(build))
    by_fork: dict[Case, list[Start]] = {}
    by_exec: dict[Case, list[Start]] = {}
    for first in range(0, starts, batch):
        for case, found in forked(build, options, batch).items():
            by_fork.setdefault(case, []).extend(found)
            numbers = range(first, first + batch)
            by_exec.setdefault(case, []).extend(executed(build, options, case, numbers))
    check_values(by_exec)
    rows = []
    for case in by_fork:
        row: dict[str, Any] = {"strategy": case[0], "heap": case[1], "calls": calls}
        for way, found in (("fork", by_fork[case]), ("exec", by_exec[case])):
            row[f"{way}_ns"] = median(start["real_ns"] for start in found)
            row[f"{way}_page_faults"] = median(start["page_faults"] for start in found)
        rows.append({**row, "ratio": row["fork_ns"] / row["exec_ns"]})
    return rows


def main() -> int:
    made = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    made.add_argument("--build", type=Path, default=ROOT / "build" / "release", metavar="DIR")
    made.add_argument("--calls", type=int, default=1, help="calls of a start (default: 1)")
    made.add_argument("--starts", type=int, default=200, help="of each case (default: 200)")
    made.add_argument("--batch", type=int, default=20, help="starts in a row (default: 20)")
    made.add_argument("--format", choices=["table", "json"], default="table")
    arguments = made.parse_args()
    rows = measure(arguments.build, arguments.calls, arguments.starts, arguments.batch)
    if arguments.format == "json":
        print(json.dumps(rows))
        return 0
    print("strategy    heap        fork ns   exec ns   ratio   page faults: fork  exec")
    for row in rows:
        print(
            f"{row['strategy']:<11} {row['heap']:<9} {row['fork_ns']:>9.0f} {row['exec_ns']:>9.0f}"
            f" {row['ratio']:>7.2f} {row['fork_page_faults']:>19g} {row['exec_page_faults']:>5g}"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
