"""Every column of the tables that a run prints is a term of docs/GLOSSARY.md."""
from __future__ import annotations

import re

import pytest

from conftest import DEFAULT_HEAPS, INTERVALS, ROOT, Bench

VOLUME = ["--calls-per-second", "20k"]
FEW = ["--strategy", "value_task"]

# What names itself: columns of names, and of what was asked for.
NAMES = {"strategy", "fastest first", "fewest bytes first", "hit_rate", "lookups"}


def terms() -> set[str]:
    text = (ROOT / "docs" / "GLOSSARY.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (.+?) \|", text, re.MULTILINE)
    return {term.strip("*`") for row in rows for term in row.split(", ")}


def columns(markdown: str) -> set[str]:
    """The titles of all tables, without a heap's or the baseline's name, or a level."""
    found = set()
    for header in re.findall(r"^\| (.+) \|\n\|-", markdown, re.MULTILINE):
        for title in header.split(" | "):
            title = re.sub(r" \[99 %\]$|^(?:glibc|gengc) (?=ns/op)|(?<=^vs) heap_task", "", title)
            found.add(title.strip())
    return found - NAMES


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--hit-rate", "0.8"], {"ns/op", "vs", "B/op", "allocs/op", "GCs/M", "modelled on"}),
        (["--hit-rate", "0.2,0.8"], {"ns/op", "vs", "B/op", "B/op before"}),
        (["--details"], {"ratio", "over plain", "peak live", "Gen0/1/2 GCs/k", "GC %"}),
        (["--details", "--pressure", "all"], {"MMU 1 ms %", "p50 ns", "usable/req."}),
    ],
    ids=["answer", "sweep", "details", "pressure"],
)
def test_columns_are_in_the_glossary(
    bench: Bench, arguments: list[str], expected: set[str]
) -> None:
    twins = {"VTB_HEAP": DEFAULT_HEAPS, "VTB_DETAILS": "0"}
    out = bench.ok(*INTERVALS, *FEW, *arguments, "--format", "markdown", **twins).out
    found = columns(out)
    assert expected <= found, "has the report another form now?"
    assert found <= terms(), f"not in docs/GLOSSARY.md: {found - terms()}"


def test_columns_of_a_volume_are_in_the_glossary(bench: Bench) -> None:
    out = bench.ok("--quick", "--rounds", "8", "--epoch-ms", "0.01", *FEW, *VOLUME).out
    (header,) = re.findall(r"^At 20 k calls a second:\nstrategy +(.+)$", out, re.MULTILINE)
    found = set(re.split(r" {2,}|(?<=allocs/s) |(?<=allocs/day) ", header))
    assert {"of a core", "B/day", "once B"} <= found
    assert found <= terms(), f"not in docs/GLOSSARY.md: {found - terms()}"


def test_the_glossary_is_pointed_to(bench: Bench) -> None:
    assert "docs/GLOSSARY.md" in bench.ok("--help").out
    assert "More terms: docs/GLOSSARY.md." in " ".join(
        bench.ok(*INTERVALS, *FEW, VTB_DETAILS="0").out.split()
    )
    assert "(docs/GLOSSARY.md)" in (ROOT / "README.md").read_text(encoding="utf-8")
    install = (ROOT / "CMakeLists.txt").read_text(encoding="utf-8")
    assert "install(DIRECTORY docs DESTINATION share/doc/valuetask-bench" in install
