"""A call that fails, each in its turn: for memory, files, processes. The program ends by itself,
with the right status and one line, and nothing is lost, half written or left behind.

Here a few calls of each kind fail; all of them, which takes an hour or two, and a table:

    /usr/bin/python3 tests/test_faults.py [--kind KIND] [--run RUN] [--first N] [--jobs N]
"""
from __future__ import annotations

import argparse
import errno
import fcntl
import functools
import itertools
import json
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as xml
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from conftest import BUILD, HANG_S, HASTY, ONE_HEAP, SLOW_S, clean_environment, strict_json

INJECT = BUILD / "tests" / "inject"
PROGRAM = BUILD / "tests" / "run_bench_faulty"
CANNOT = 77

# What fails, as which lack or fault: the rows of `kinds` in tests/faults/inject.c.
KINDS = {
    "allocation": errno.ENOMEM,
    "process": errno.EAGAIN,
    "open": errno.EMFILE,
    "read": errno.EIO,
    "write": errno.ENOSPC,
    "sync": errno.EIO,
    "rename": errno.EIO,
}

EXPORTS = ["export.json", "export.csv", "export.md", "baseline.json"]
EXPORTING = ["--details", "--export-json", "export.json", "--export-csv", "export.csv"]
EXPORTING += ["--export-markdown", "export.md", "--save-baseline", "baseline.json"]
SHORT = [*HASTY, "--sessions", "2", "--keys", "100", "--strategy", "value_task", "--heap", ONE_HEAP]
THREADS = ["--threads", "2", "--completer", "thread"]
COLD = [*SHORT, "--calls", "10"]

REPORTS = ["junit.xml", "gate.sarif", "page.md"]
GATE = ["gate", "--baseline", "base.json", "--save-baseline", "baseline.json"]
GATE += ["--export-junit", "junit.xml", "--export-sarif", "gate.sarif"]
GATE += ["--export-markdown", "page.md"]
BASE = [*COLD, "--save-baseline", "base.json"]


@dataclass(frozen=True)
class Run:
    """What is run, with what an earlier one of it left, and others that it needs."""

    arguments: list[str]
    exports: list[str]
    needs: list[list[str]] = field(default_factory=list)
    refused: int = 1  # the status where what it reads cannot be read
    results_n: int = 0  # files: the result, and the samples
    prints_same: bool = False  # each time, what does not fail


RUNS = {
    "cold": Run([*COLD, *EXPORTING], EXPORTS, results_n=2),
    "steady": Run(
        [*SHORT, "--calls", "100001", *THREADS, *EXPORTING], EXPORTS, results_n=2
    ),
    "gate": Run(GATE, [*REPORTS, "baseline.json"], [BASE], refused=5),
    "timed gate": Run(
        [*GATE, "--time", "0.05", "--sessions", "2"], [*REPORTS, "baseline.json"], [BASE], refused=5
    ),
    "compare": Run(
        ["compare", "base.json", "now.json"], [],
        [BASE, [*COLD, "--export-json", "now.json"]],
        refused=2,
        prints_same=True,
    ),
}

# Lines that are no error; and what a loader or a library says of its own, in a session or here.
REMARK = re.compile("warning: |results: |failed to open /proc/")
NOT_LOADED = re.compile("error while loading shared libraries: |^Failed to read from file ", re.M)

# A session, named by the number of the program's file, says in a line of its own what it lacks
# before it knows where to leave it.
OF_SESSION = re.compile(r"^\w+ of \d+: ")

# What a gate's reports say until it has compared.
REFUSAL = re.compile(rb'nothing was compared|"executionSuccessful": false')

RESULT_FILE = re.compile(r"run-\w+-\d+\.(json|samples\.csv)")


@dataclass
class Attempt:
    """A run in which a call failed, in a folder with what earlier runs left."""

    folder: Path
    code: int = 0
    signal: int = 0
    calls_n: int = 0
    failed: str = ""  # the call, of which process, and its file; empty: there were fewer
    findings: list[str] = field(default_factory=list)

    def read_report(self) -> None:
        for line in (self.folder / "report").read_text(errors="replace").splitlines():
            word, _, rest = line.partition(" ")
            if word == "failed":
                self.failed = rest
            elif word == "calls":
                self.calls_n = int(rest)
            elif word == "ended":
                self.code = int(rest)
            elif word == "signal":
                self.signal = int(rest)

    def is_not_loaded(self) -> bool:
        """Whether the program never began: its libraries could not be loaded."""
        return self.code == 127 and NOT_LOADED.search(self.text("err")) is not None

    def is_over_at_once(self) -> bool:
        """Whether it could not even say that it began: it has no memory, or no libraries."""
        lacks_memory = self.failed.startswith("allocation of ") and "no memory" in self.text("err")
        return lacks_memory or self.is_not_loaded()

    def text(self, name: str) -> str:
        return (self.folder / name).read_text(encoding="utf-8", errors="replace")


def attempt(folder: Path, kind: str, n: int, arguments: list[str]) -> Attempt:
    """Runs the program, of which the n-th call fails; 0: none."""
    settings = {"VTB_CELLS": str(BUILD / "cells"), "VTB_RESULTS_DIR": "results"}
    with (folder / "out").open("wb") as out, (folder / "err").open("wb") as err:
        done = subprocess.run(
            [INJECT, kind, str(n), str(KINDS[kind]), "report", PROGRAM, *arguments],
            cwd=folder,
            env=clean_environment(TMPDIR=str(folder / "tmp"), **settings),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            timeout=HANG_S,
        )
    made = Attempt(folder)
    if done.returncode == CANNOT:
        pytest.skip(made.text("err"))
    assert done.returncode == 0, made.text("err")
    made.read_report()
    return made


# --- what is right ---


@dataclass
class Before:
    """What a run left in which nothing failed."""

    run: Run
    folder: Path
    files: dict[str, bytes]
    names: list[str]  # of rows
    out: bytes

    def of(self, name: str) -> bytes:
        return self.files[name]


def files_below(folder: Path) -> dict[str, bytes]:
    found = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def row_names(text: str) -> list[str]:
    return sorted({row["run_name"] for row in strict_json(text)["benchmarks"]})


def is_whole_report(name: str, now: str) -> bool:
    """Whether a report of a gate can be read."""
    if name.endswith(".md"):
        return now.startswith("### valuetask-bench gate: ")
    try:
        xml.fromstring(now) if name.endswith(".xml") else json.loads(now)
    except (ValueError, xml.ParseError):
        return False
    return True


def is_whole(before: Before, name: str, now: bytes) -> bool:
    """Whether a file has all that the file of the same kind had."""
    if not now.endswith(b"\n"):
        return False
    if name.endswith(".json"):
        try:
            return row_names(now.decode()) == before.names
        except (ValueError, KeyError):
            return False
    if name.endswith(".samples.csv"):
        return now.startswith(b"name,session,round,")
    if name in REPORTS:
        return is_whole_report(name, now.decode())
    earlier = before.of(name).splitlines()
    return now.splitlines()[0] == earlier[0] and now.count(b"\n") >= len(earlier) - 4


def judge_files(before: Before, made: Attempt) -> Iterator[str]:
    """Nothing that was there is lost, and what is new is whole: all of it, if the run says so."""
    after = files_below(made.folder)
    results = {name for name in after if name.startswith("results/") and name not in before.files}
    for name, content in before.files.items():
        is_export = name in before.run.exports
        if name not in after:
            yield f"{name} is gone"
        elif not is_export and after[name] != content:
            yield f"{name} is not as it was"
        elif is_export and after[name] != content and not is_whole(before, name, after[name]):
            yield f"{name} is half written"
        elif is_export and made.code == 0 and after[name] == content:
            yield f"{name} was not written, and no error says so"
        elif name in REPORTS and after[name] == content and not made.is_over_at_once():
            yield f"{name} is an earlier gate's"
        elif name in REPORTS and made.code == 0 and REFUSAL.search(after[name]):
            yield f"{name} says that nothing was compared"
    for name in results:
        if name.endswith(".sessions"):
            result = after.get(name.replace(".sessions", ".json"), b"{}")
            if json.loads(result)["context"]["interrupted"] is not True:
                yield f"{name} is left behind"
        elif not RESULT_FILE.fullmatch(name.removeprefix("results/")):
            yield f"{name} is left behind"
        elif not is_whole(before, name, after[name]):
            yield f"{name} is not whole"
    if made.code == 0 and len(results) != before.run.results_n:
        yield f"there is no result: {sorted(results)}"
    own = {"out", "err", "report", *before.files, *results}
    yield from (f"{name} is left behind" for name in after.keys() - own)
    yield from (f"tmp/{path.name} is left behind" for path in (made.folder / "tmp").iterdir())


def judge_lines(made: Attempt) -> Iterator[str]:
    """One line says what failed; none where it was of no matter. It may itself be what failed."""
    lines = [line for line in made.text("err").splitlines() if not REMARK.match(line)]
    if made.is_not_loaded():
        return
    lines = [line for line in lines if not NOT_LOADED.search(line)]
    errors = [line for line in lines if line.startswith("run_bench: ")]
    if errors != lines:
        yield f"says more: {lines}"
    if OF_SESSION.search(made.failed):
        errors = errors[-1:]
    if len(errors) != (made.code != 0) and not made.failed.endswith(f"{made.folder}/err"):
        yield f"status {made.code} with {len(errors)} lines: {errors}"


def judge(before: Before, made: Attempt) -> list[str]:
    found = []
    if made.signal:
        found.append(f"ended by signal {made.signal}")
    elif made.code not in (0, 1, before.run.refused) and not made.is_not_loaded():
        found.append(f"ended with status {made.code}")
    if made.code == 0 and before.run.prints_same and made.text("out").encode() != before.out:
        found.append("prints something else")
    return [*found, *judge_lines(made), *judge_files(before, made)]


# --- the runs ---


def bring_up_to_date() -> None:
    """Builds both programs, which the launcher does not do."""
    with (BUILD / ".lock").open("w") as lock:  # the launcher's
        fcntl.flock(lock, fcntl.LOCK_EX)
        command = ["ninja", "-C", str(BUILD), INJECT.name, PROGRAM.name]
        subprocess.run(command, check=True, capture_output=True, timeout=SLOW_S)


def prepare(folder: Path, run: str) -> Before:
    """Makes a folder with what an earlier run left, which had the cells built as well."""
    (folder / "tmp").mkdir()
    for arguments in [*RUNS[run].needs, RUNS[run].arguments]:
        done = subprocess.run(
            [PROGRAM, *arguments],
            cwd=folder,
            env=clean_environment(VTB_RESULTS_DIR="results"),
            check=True,
            capture_output=True,
        )
    if RUNS[run].arguments[0] == "gate":
        for name in RUNS[run].exports:
            with (folder / name).open("a") as export:
                export.write("\n")  # another that finds the same writes the same, but for this
    files = files_below(folder)
    rows = files[RUNS[run].exports[-1] if RUNS[run].exports else "base.json"]
    return Before(RUNS[run], folder, files, row_names(rows.decode()), done.stdout)


def fail_one(before: Before, run: str, kind: str, n: int) -> Attempt:
    with TemporaryDirectory(dir=before.folder.parent) as name:
        folder = Path(name) / "run"
        shutil.copytree(before.folder, folder)
        made = attempt(folder, kind, n, RUNS[run].arguments)
        made.findings = judge(before, made)
        return made


def first_of(kind: str) -> int:
    """The first call that makes a process makes the program itself."""
    return 2 if kind == "process" else 1


# --- a few of them ---

TRIED_N = 6

TRIED = [(["cold", "steady"], kind) for kind in KINDS]
TRIED += [(["gate"], kind) for kind in KINDS]
TRIED += [(["compare"], kind) for kind in ["allocation", "open", "read", "write"]]


@pytest.fixture(scope="module")
def before(built: None, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Before]:
    bring_up_to_date()
    runs = {run for tried, _ in TRIED for run in tried}
    return {run: prepare(tmp_path_factory.mktemp(run), run) for run in runs}


@pytest.mark.parametrize(("tried", "kind"), TRIED)
def test_call_that_fails_is_told_and_loses_nothing(
    before: dict[str, Before], tried: list[str], kind: str
) -> None:
    """A few calls, of one run and of the other in turn."""
    runs = itertools.cycle(tried)
    count = fail_one(before[tried[0]], tried[0], kind, 0).calls_n
    assert count >= first_of(kind), "the program makes no such call"
    step = max(1, (count + TRIED_N - 1) // TRIED_N)
    for n in range(first_of(kind), count + 1, step):
        run = next(runs)
        made = fail_one(before[run], run, kind, n)
        assert made.findings == [], f"{run}: {kind} {n}: {made.failed}"


def test_lack_is_noticed(before: dict[str, Before]) -> None:
    """What fails here is noticed at all: the first allocation of a run is not one to do without."""
    made = fail_one(before["cold"], "cold", "allocation", 1)
    assert made.code == 1 and made.findings == [] and made.failed.startswith("allocation of ")


# --- all of them ---


def fail_all(
    before: Before, run: str, kind: str, first: int, jobs: int
) -> Iterator[tuple[int, Attempt]]:
    """Lets call after call fail, until a run has fewer."""
    with ThreadPoolExecutor(jobs) as pool:
        for start in itertools.count(max(first, first_of(kind)), jobs):
            batch = range(start, start + jobs)
            one = functools.partial(fail_one, before, run, kind)
            for n, made in zip(batch, pool.map(one, batch)):
                if not made.failed:
                    return
                yield n, made


def main() -> int:
    parser = argparse.ArgumentParser(description="Lets each call fail in its turn.")
    parser.add_argument("--kind", choices=KINDS, action="append")
    parser.add_argument("--run", choices=RUNS, action="append")
    parser.add_argument("--first", type=int, default=1, help="the call to begin with")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    table = []
    bring_up_to_date()
    with TemporaryDirectory() as name:
        for run in options.run or RUNS:
            (Path(name) / run).mkdir()
            before = prepare(Path(name) / run, run)
            for kind in options.kind or KINDS:
                codes: Counter[int] = Counter()
                wrong_n = 0
                for n, made in fail_all(before, run, kind, options.first, options.jobs):
                    codes[made.code] += 1
                    wrong_n += made.findings != []
                    for finding in made.findings:
                        print(f"{run} {kind} {n} ({made.failed}): {finding}", flush=True)
                table.append([run, kind, errno.errorcode[KINDS[kind]], codes.total(), codes[0]])
                table[-1] += [codes.total() - codes[0], wrong_n]
    print(f"{'run':12}{'kind':12}{'error':8}{'failed':>8}{'status 0':>10}{'other':>8}{'wrong':>8}")
    for row in table:
        print("{:12}{:12}{:8}{:8}{:10}{:8}{:8}".format(*row))
    return any(row[-1] for row in table)


if __name__ == "__main__":
    sys.exit(main())
