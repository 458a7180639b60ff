"""docs/DOTNET.md: what it says that .NET 11 allocates is what the models allocate, counted here;
what it says of .NET 10 is what test_guests.py holds .NET 10 to; and its commands are commands.
"""
from __future__ import annotations

import csv
import functools
import io
import re
import shlex

import pytest

from conftest import ROOT, Bench
from test_guests import AT_ONCE, BYTES, CLASSIC, RUNTIME_BYTES, STORED

PAGE = ROOT / "docs" / "DOTNET.md"
CLAIMS = ROOT / "docs" / "CLAIMS.md"

CALLS_N = 1000

# How the page calls a caller: the options of a model's, and what a guest is asked for.
CALLERS = {
    "classic": (["--caller", "classic"], CLASSIC),
    "runtime": (["--caller", "runtime"], AT_ONCE),
    "runtime, stored": (["--caller", "runtime", "--stored"], STORED),
}

# What a row of bytes has, by workload and depth: a hit's and a miss's.
Cells = dict[tuple[str, int], tuple[int, int]]
Table = dict[tuple[str, str], Cells]


def section(title: str) -> str:
    _, _, rest = PAGE.read_text(encoding="utf-8").partition(f"\n## {title}\n")
    assert rest, f"the page has no section '{title}'"
    return rest.partition("\n## ")[0]


def rows_of(text: str) -> list[list[str]]:
    """Of its one table, the header first."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    assert set("".join(rows[1])) == {"-"} and {len(row) for row in rows} == {len(rows[0])}
    return [rows[0], *rows[2:]]


def column_of(title: str) -> tuple[str, int]:
    """"16 B, 1 deep": results of 16 bytes, one method; without bytes, a reference."""
    found = re.fullmatch(r"(?:(\d+) B, )?(\d) deep", title)
    assert found, title
    return f"payload_{found[1]}" if found[1] else "user_cache", int(found[2])


def pair_of(cell: str) -> tuple[int, int]:
    hit, miss = map(int, cell.split(" / "))
    return hit, miss


def bytes_on(title: str) -> Table:
    (_, _, *columns), *rows = rows_of(section(title))
    return {
        (caller, method.strip("`")): dict(zip(map(column_of, columns), map(pair_of, cells)))
        for caller, method, *cells in rows
    }


@functools.cache
def models() -> dict[str, tuple[str, str]]:
    """The strategy and the method that are the model of what the page has names for."""
    header, *rows = rows_of(section("What the names are"))
    assert header == ["here", "in C#", "model", "by"]
    return {
        name.strip("`"): (model.strip("`"), by.strip("`").removeprefix("--method "))
        for name, _, model, by in rows
    }


def counted(bench: Bench, caller: str) -> dict[tuple[str, str], Cells]:
    """What all models allocate for such a caller, by strategy and method; pools are made once."""
    strategies = ",".join(sorted({strategy for strategy, _ in models().values()}))
    words = [*CALLERS[caller][0], "--method", "all", "--strategy", strategies, "--keys", "1000"]
    words += ["--workload", "user_cache,payload_8,payload_16,payload_64", "--depth", "1,2,3"]
    words += ["--hit-rate", "0,1", "--rounds", "0", "--calls", str(CALLS_N), "--format", "csv"]
    found: dict[tuple[str, str], dict[tuple[str, int], dict[str, int]]] = {}
    for row in csv.DictReader(io.StringIO(bench.ok(*words).out)):
        cells = found.setdefault((row["strategy"], row["method"]), {})
        rates = cells.setdefault((row["workload"], int(row["depth"])), {})
        at_start = float(row["startup_bytes"]) / CALLS_N
        rates[row["hit_rate"]] = round(float(row["bytes_per_op"]) - at_start)
    return {
        case: {at: (rates["1"], rates["0"]) for at, rates in cells.items()}
        for case, cells in found.items()
    }


@pytest.mark.parametrize("caller", CALLERS)
def test_bytes_on_net_11_are_the_models(bench: Bench, caller: str) -> None:
    on_page = bytes_on("Bytes on .NET 11").items()
    rows = {method: cells for (at, method), cells in on_page if at == caller}
    assert {"runtime_task", "runtime_value_task"} <= set(rows) <= set(models())
    allocated = counted(bench, caller)
    for method, cells in rows.items():
        model = allocated[models()[method]]
        assert cells == {at: model[at] for at in cells}, (caller, method)
        for depth in (1, 2, 3):  # "a reference or 8 bytes, which is the same"
            assert model["user_cache", depth] == model["payload_8", depth]


def further(first: tuple[int, int], more: tuple[int, int], depth: int) -> tuple[int, int]:
    return first[0] + (depth - 1) * more[0], first[1] + (depth - 1) * more[1]


def held(version: int) -> dict[tuple[str, str], Cells]:
    """What test_guests.py holds a version of .NET to, of a reference, one to three methods deep."""
    asked = {at: caller for caller, (_, at) in CALLERS.items()}
    return {
        (asked[at], method): {
            ("user_cache", depth): further((hit, miss), (more_hit, more_miss), depth)
            for depth in (1, 2, 3)
        }
        for (of, at, method), (hit, miss, more_hit, more_miss) in RUNTIME_BYTES.items()
        if of == version and method in models()
    }


@pytest.mark.parametrize(("version", "title"), [(10, "Bytes on .NET 10"), (11, "Bytes on .NET 11")])
def test_bytes_are_those_that_guests_are_held_to(version: int, title: str) -> None:
    on_page = bytes_on(title)
    wanted = held(version)
    assert wanted
    for row, cells in wanted.items():
        if row in on_page:
            assert cells.items() <= on_page[row].items(), row
    if version == 10:  # of which there is no model
        assert set(on_page) == set(wanted)
    else:
        for method, (hit, miss, *_) in BYTES.items():
            if method in models():
                assert on_page["classic", method]["user_cache", 1] == (hit, miss)


def test_the_summary_has_figures_of_the_tables() -> None:
    header, *rows = rows_of(section("In short"))
    assert header[3] == "its bytes, hit / miss"
    tables = [bytes_on("Bytes on .NET 10"), bytes_on("Bytes on .NET 11")]
    known = {cells["user_cache", 1] for table in tables for cells in table.values()}
    for row in rows:
        pairs = re.findall(r"\d+ / \d+", " ".join(row))
        assert len(pairs) >= 2
        assert {pair_of(pair) for pair in pairs} <= known, row


def test_claims_that_net_11_changes_are_those_of_the_page_on_claims() -> None:
    text = CLAIMS.read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([a-z0-9-]+) \|.*\| changed by \.NET 11 \|", text, re.MULTILINE)
    _, *told = rows_of(section("What .NET 11 changes of what is said of value tasks"))
    names = [name for row in told for name in re.findall(r"`([^`]+)`", row[0])]
    assert sorted(names) == sorted(rows)


def commands() -> list[str]:
    """Each a line, with loops of the shell taken apart."""
    blocks = re.findall(r"^```sh\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.M | re.S)
    text = "".join(blocks).replace("\\\n", "")
    found = []
    loop = re.compile(r"^for (\w+) in (.+); do\n(.*?)^done$", re.M | re.S)
    for name, values, body in loop.findall(text):
        found += [body.strip().replace(f"${name}", value) for value in shlex.split(values)]
    return found + loop.sub("", text).split("\n")


@pytest.mark.parametrize("command", [line for line in commands() if line])
def test_commands_are_commands(bench: Bench, command: str) -> None:
    program, *words = shlex.split(command)
    assert program == "./run_bench"
    measures = words[0].startswith("--")
    bench.ok(*words, "--dry-run" if measures else "--help")
