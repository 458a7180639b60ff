"""The first screen of a run, as the program prints it; its sentences are tested in C."""
from __future__ import annotations

import re

import pytest

from conftest import DEFAULT_HEAPS, INTERVALS, TIMED, Bench

ANSWER = {"VTB_DETAILS": "0", "VTB_HEAP": DEFAULT_HEAPS}
FEW = ["--strategy", "value_task,poll"]
LONG_NAMES = ["--strategy", "value_task,value_task_handle,coroutine_recycled"]


BETWEEN = pytest.mark.long  # of cold starts, which take longer, the narrowest and the widest


@pytest.mark.parametrize(
    ("timing", "columns"),
    [
        *[pytest.param(TIMED, columns, id=f"steady-{columns}") for columns in [60, 80, 100, 200]],
        *[
            pytest.param([*INTERVALS, *LONG_NAMES], columns, id=f"cold-{columns}")
            for columns in [60, 200]
        ],
        *[
            pytest.param(INTERVALS, columns, id=f"cold-{columns}", marks=BETWEEN)
            for columns in [80, 100]
        ],
    ],
)
def test_it_is_as_wide_as_asked(bench: Bench, timing: list[str], columns: int) -> None:
    out = bench.ok(*timing, "--calls-per-second", "20k", COLUMNS=str(columns), **ANSWER).out
    assert "ANSWER  value_task instead of heap_task" in out
    assert max(map(len, out.splitlines())) <= columns


def test_one_strategy_is_no_question(bench: Bench) -> None:
    out = bench.ok(*INTERVALS, "--strategy", "plain", "--baseline-strategy", "plain", **ANSWER).out
    assert "No two strategies were compared" in out and "ANSWER" not in out


def test_details_are_asked_for(bench: Bench) -> None:
    arguments = [*INTERVALS, *FEW]
    details = bench.ok(*arguments, "--details", **ANSWER).out
    answer = bench.ok(*arguments, **ANSWER).out
    assert "ANSWER" not in details and "By the direct method, heap gengc:" in details
    assert "By the direct method" not in answer and "--details;" in answer


def test_markdown_has_it_as_well(bench: Bench) -> None:
    arguments = [*INTERVALS, *FEW, "--format", "markdown", "--export-markdown", "answer.md"]
    out = bench.ok(*arguments, **ANSWER).out
    assert out == (bench.directory / "answer.md").read_text(encoding="utf-8")
    assert out.startswith("### user_cache: 10 calls, ") and "\n- **does it matter?**: " in out
    assert "\n| fastest first | glibc ns/op | vs heap_task" in out


def test_several_points_have_a_line_each(bench: Bench) -> None:
    out = bench.ok(*INTERVALS, *FEW, "--hit-rate", "0.2,0.8", **ANSWER).out
    assert "  allocated          fewer bytes along hit_rate: all along" in out
    rows = [line.split() for line in out.splitlines() if line.startswith(("0.2 ", "0.8 "))]
    assert [row[-2:] for row in rows] == [["83.2", "97.6"], ["20.8", "78.4"]]


def test_a_reference_has_no_ratio_to_another_tables_baseline(bench: Bench) -> None:
    """The floor is in the first table of a heap, and shown in those of other methods, too."""
    arguments = [*INTERVALS, "--strategy", "heap_task,value_task", "--heap", "glibc"]
    arguments += ["--method", "both"]
    answer = bench.ok("run", *arguments, COLUMNS="100", VTB_DETAILS="0").out
    (line,) = re.findall(r"^plain  .*$", answer, re.MULTILINE)
    assert re.match(r"plain +[\d.]+ +[\d.]+( ±[\d.]+)?[=?]? +[\d.]+ +- +0 ", line), line
    details = bench.ok("run", *arguments, VTB_DETAILS="1").out
    first, other = re.findall(r"^plain  .*\(floor\).*$", details, re.MULTILINE)
    assert re.search(r" 0\.\d+( \[[^]]*\])? +0 \(floor\)", first), first
    assert re.search(r" - +0 \(floor\)", other), other
