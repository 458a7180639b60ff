"""Cold starts in processes that the program forks, held against programs that start for them: by
what is counted, not by their times."""
from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from conftest import BUILD, HANG_S, ROOT, clean_environment, strict_json

SCRIPT = ROOT / "benchmarks" / "cold_exec.py"
PROGRAM = BUILD / "bench_cold_exec"


@pytest.fixture(scope="module")
def program(built: None) -> None:
    """Brings the program up to date, which the launcher does not do."""
    subprocess.run(["cmake", "--build", str(BUILD), "--target", PROGRAM.name], check=True)


@pytest.fixture(scope="module")
def rows(program: None) -> list[dict[str, Any]]:
    command = [sys.executable, str(SCRIPT), "--starts", "8", "--batch", "8", "--format", "json"]
    done = subprocess.run(
        [*command, "--build", str(BUILD)],
        env=clean_environment(),
        capture_output=True,
        text=True,
        timeout=HANG_S,
    )
    assert done.returncode == 0, done.stderr
    return strict_json(done.stdout)


def test_the_fork_adds_no_page_faults(rows: list[dict[str, Any]]) -> None:
    """The first call on the C library's heap has none, or those that a new program has, too."""
    (row,) = [row for row in rows if (row["strategy"], row["heap"]) == ("heap_task", "glibc")]
    assert row["fork_page_faults"] in (0, row["exec_page_faults"]), row


def test_every_case_has_starts_of_both_kinds(rows: list[dict[str, Any]]) -> None:
    cases = {(row["strategy"], row["heap"]) for row in rows}
    assert len(cases) == len(rows)
    for heap in {heap for _, heap in cases}:
        assert {"heap_task", "value_task"} <= {strategy for strategy, own in cases if own == heap}
    assert {"glibc", "gengc"} <= {heap for _, heap in cases}
    for row in rows:
        assert row["ratio"] == pytest.approx(row["fork_ns"] / row["exec_ns"])


def start(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(PROGRAM), *arguments],
        env=clean_environment(),
        capture_output=True,
        text=True,
        timeout=HANG_S,
    )


def test_the_number_chooses_the_keys(program: None, rows: list[dict[str, Any]]) -> None:
    case = ["heap_task", "glibc"]
    checksums = []
    for number in ["1", "1", "2"]:
        done = start(*case, number, "--calls", "10", "--heap", "glibc")
        assert done.returncode == 0, done.stderr
        checksums.append(strict_json(done.stdout)["checksum"])
    assert checksums[0] == checksums[1] != checksums[2]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "usage: "),
        (["heap_task", "glibc"], "usage: "),
        (["heap_task", "glibc", "1x"], "usage: "),
        (["no_task", "glibc", "1", "--calls", "1"], "no cold start of no_task on glibc"),
        (["heap_task", "gengc", "1", "--heap", "glibc", "--calls", "1"], "heap_task on gengc"),
        (["heap_task", "glibc", "1", "--calls", "100001"], "no cold start of heap_task"),
        (["heap_task", "glibc", "1", "--calls", "0"], "--calls"),
    ],
)
def test_what_is_no_start_is_refused(program: None, arguments: list[str], words: str) -> None:
    done = start(*arguments)
    assert done.returncode == 2
    assert words in done.stderr
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""
