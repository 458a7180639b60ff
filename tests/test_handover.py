"""`run_bench latency --completer thread`: hand-overs to a caller that waits, in all formats, and
what is refused.

No test asks how long anything takes, nor how many hand-overs there are in a slice: one that is late
takes as long as the machine likes.
"""
from __future__ import annotations

import csv
import io
import json
import math
import re
from pathlib import Path

import pytest

from conftest import Bench, Outcome, Row, instructions_of, interrupted_latency, iterations, medians

KINDS = ["handover", "wake"]
QUANTILES = {"p50": 0.5, "p90": 0.9, "p99": 0.99, "p999": 0.999, "p9999": 0.9999, "max": 1.0}
SESSIONS = 5
STRATEGIES = ["empty", "plain", "heap_task@atomic", "value_task@atomic"]
WITHOUT = ["empty", "plain"]  # they never suspend

FEW = ["latency", "--keys", "1000", "--strategy", "value_task", "--rate", "1000", "--slices", "2"]
FEW += ["--slice-ms", "5", "--completer", "thread"]
SPIN = [*FEW, "--sessions", f"{SESSIONS}"]


@pytest.fixture(scope="module")
def kept(built: None, tmp_path_factory: pytest.TempPathFactory) -> tuple[Outcome, Path]:
    """One run, with each file that it can write."""
    folder = tmp_path_factory.mktemp("handover")
    files = ["--export-json", "a.json", "--export-csv", "a.csv", "--export-markdown", "a.md"]
    return Bench(folder).ok(*SPIN, *files), folder


@pytest.fixture(scope="module")
def asleep(built: None, tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    words = ["--wake", "futex", "--sessions", "1", "--export-json", "a.json"]
    return Bench(tmp_path_factory.mktemp("asleep")).ok(*FEW, *words)


def rows_of(kept: tuple[Outcome, Path]) -> list[Row]:
    rows: list[Row] = json.loads((kept[1] / "a.json").read_text())["benchmarks"]
    return rows


def name_of(row: Row) -> str:
    name: str = row["run_name"].split("/")[1]
    return name


def test_the_tables_have_every_case(kept: tuple[Outcome, Path], asleep: Outcome) -> None:
    """What reading the clock takes is the control's p50, where enough hand-overs have one."""
    for out, caller in [(kept[0].out, "spinning"), (asleep.out, "asleep")]:
        assert max(map(len, out.splitlines())) <= 80
        for heading in ["to the continuation", f"to the caller, {caller}", "hand-overs"]:
            (line,) = [line for line in out.splitlines() if line.startswith(heading)]
            rows = out.split(line)[1].split("\n\n")[0].splitlines()[1:]
            assert [row.split("  ")[0] for row in rows] == ["idle control", *STRATEGIES]
            for row in rows:
                cells = re.split("  +", row)[1:]
                assert (set(cells) == {"-"}) == (row.split("  ")[0] in WITHOUT)
        prose = " ".join(out.split())
        assert "empty, plain: -, as they never suspend, so that nothing is handed over." in prose
        (reading,) = re.findall(r"^to the continuation .*\nidle control +(\S+)", out, re.MULTILINE)
        assert re.findall("reading the clock, (.+?) here", prose) == [reading] * (reading != "-")


def test_rows_have_hand_overs_beside_latencies(kept: tuple[Outcome, Path]) -> None:
    """Of each kind and case that has any: a percentile if ten lie beyond it."""
    rows = rows_of(kept)
    assert [name_of(row) for row in medians(rows)] == [*STRATEGIES, "idle_control"]
    for row in rows:
        assert "latency_max_ns" in row
        keys = {key for key in row if key.startswith((*KINDS,))}
        if name_of(row) in WITHOUT:
            assert keys <= {"handover_backwards_n"}
            continue
        n = row["handover_calls_n"]
        for kind in KINDS:
            there = [row.get(f"{kind}_{word}_ns") for word in QUANTILES]
            enough = [q == 1 or n * (1 - q) > 9.99 for q in QUANTILES.values()]
            assert [value is not None for value in there] == enough
            known = [value for value in there if value is not None]
            assert known == sorted(known)
        assert row["handover_max_ns"] <= row["wake_max_ns"]


def test_sessions_are_put_together(kept: tuple[Outcome, Path]) -> None:
    rows = rows_of(kept)
    sessions: dict[str, list[Row]] = {}
    for row in iterations(rows):
        sessions.setdefault(name_of(row), []).append(row)
    for row in medians(rows):
        own = sessions[name_of(row)]
        assert len(own) == SESSIONS
        if name_of(row) in WITHOUT:
            continue
        assert row["handover_calls_n"] == sum(each["handover_calls_n"] for each in own)
        assert row["handover_backwards_n"] == 0
        assert row["wake_asleep_share"] == 0
        for kind in KINDS:
            values = [each[f"{kind}_max_ns"] for each in own]
            assert row[f"{kind}_max_ns"] == max(values) == row[f"{kind}_max_ns_hi"]
            assert row[f"{kind}_max_ns_lo"] == min(values)


def test_ratios_are_of_pairs_of_sessions(kept: tuple[Outcome, Path]) -> None:
    rows = rows_of(kept)
    by_name: dict[str, list[Row]] = {}
    for row in iterations(rows):
        by_name.setdefault(name_of(row), []).append(row)
    pooled = {name_of(row): row for row in medians(rows)}
    for kind in KINDS:
        pairs = list(zip(by_name["value_task@atomic"], by_name["heap_task@atomic"]))
        logs = [math.log(own[f"{kind}_max_ns"] / base[f"{kind}_max_ns"]) for own, base in pairs]
        row = pooled["value_task@atomic"]
        mean = math.exp(sum(logs) / SESSIONS)
        assert row[f"{kind}_max_ratio"] == pytest.approx(mean, rel=1e-6)
        assert f"{kind}_max_ratio_lo" not in row  # that of two calls says nothing
        both_n = sum(all(f"{kind}_p50_ns" in each for each in pair) for pair in pairs)
        assert (f"{kind}_p50_ratio_lo" in row) == (both_n >= 5)
        if both_n >= 5:
            low, high = row[f"{kind}_p50_ratio_lo"], row[f"{kind}_p50_ratio_hi"]
            assert low < row[f"{kind}_p50_ratio"] < high
        for name in ["heap_task@atomic", "idle_control", *WITHOUT]:
            assert f"{kind}_max_ratio" not in pooled[name]


def test_callers_that_sleep_are_found_asleep(asleep: Outcome) -> None:
    """Some of them, however busy the machine is; and the file says how they waited."""
    found = json.loads((asleep.results.parent / "a.json").read_text())
    assert found["context"]["run_options"]["wake"] == "futex"
    assert found["context"]["wake"] == "futex"
    for row in medians(found["benchmarks"]):
        if name_of(row) not in WITHOUT:
            assert 0 < row["wake_asleep_share"] <= 1


def test_the_default_is_told(kept: tuple[Outcome, Path]) -> None:
    context = json.loads((kept[1] / "a.json").read_text())["context"]
    assert context["wake"] == "spin" and "wake" not in context["run_options"]


def test_csv_and_markdown_have_the_same(kept: tuple[Outcome, Path]) -> None:
    rows = medians(rows_of(kept))
    table = list(csv.DictReader(io.StringIO((kept[1] / "a.csv").read_text())))
    assert [row["name"] for row in table] == [row["run_name"] for row in rows]
    for line, row in zip(table, rows):
        keys = [key for key in line if key.startswith((*KINDS,))]
        assert len(keys) == 3 + len(KINDS) * (len(QUANTILES) * 6 - 2)
        for key in keys:
            assert (float(line[key]) if line[key] else None) == row.get(key)
    markdown = (kept[1] / "a.md").read_text()
    assert markdown.count("| value_task@atomic ") == 7


def test_distributions_stand_beside_the_result_file(kept: tuple[Outcome, Path]) -> None:
    outcome = kept[0]
    rows = {row["run_name"]: row for row in medians(rows_of(kept))}
    parts = ["heap_task@atomic-glibc", "value_task@atomic-glibc", "idle_control"]
    for kind in KINDS:
        files = list(outcome.results.glob(f"run-*.{kind}.*.hgrm"))
        assert {path.name.split(".")[2] for path in files} == set(parts)
        for path in files:
            text = path.read_text()
            (count,) = re.findall(r"Total count += +(\d+)\]", text)
            (name,) = re.findall(r"^#\[Case +=  ?(.*)\]$", text, re.M)
            (longest,) = re.findall(r"#\[Max += +([\d.]+),", text)
            assert int(count) == rows[name]["handover_calls_n"]
            assert float(longest) == rows[name][f"{kind}_max_ns"]


def test_nothing_is_handed_over_where_callers_complete(bench: Bench) -> None:
    words = [word for word in FEW if word not in ["--completer", "thread"]]
    outcome = bench.ok(*words, "--sessions", "1", "--format", "json")
    for row in outcome.rows:
        assert not any(key.startswith((*KINDS,)) for key in row)
    assert not list(outcome.results.glob("run-*.wake.*"))


def test_what_says_nothing_is_refused(bench: Bench) -> None:
    """In one line, before anything is measured."""
    plain = ["latency", "--rate", "1000", "--wake", "futex"]
    for words, says in [
        (plain, "--wake: 'futex': callers complete their own operations, and wait for none"),
        ([*plain, "--completer", "caller"], "accepted with it: --completer thread"),
        ([*plain, "--completer", "thread", "--store", "sqlite"], "--store is sqlite; accepted"),
        ([*plain[:2], "max", *plain[3:], "--completer", "thread"], "--wake: --rate max times no"),
        ([*plain[:3], "--completer", "thread", "--wake", "sleep"], "accepted: spin or futex"),
        (["run", "--wake", "futex"], "--wake is not an option of 'run'"),
    ]:
        outcome = bench(*words)
        assert outcome.code == 2 and says in outcome.error
        assert len(outcome.err.splitlines()) == 1
        assert outcome.files() == []


def test_the_most_is_found_without_hand_overs(bench: Bench) -> None:
    words = ["latency", "--keys", "1000", "--strategy", "value_task", "--rate", "max"]
    words += ["--completer", "thread", "--slice-ms", "1", "--sessions", "1", "--format", "json"]
    for row in medians(bench.ok(*words).rows):
        assert "rate_sustained" in row and not any(key.startswith((*KINDS,)) for key in row)


def test_an_interrupt_keeps_the_sessions_that_were_finished(bench: Bench) -> None:
    results = bench.results
    _, file = interrupted_latency(bench, *FEW, "--sessions", "1000")
    found = json.loads(file.read_text())
    done = found["context"]["sessions"]
    counted: dict[str, int] = {}
    for row in iterations(found["benchmarks"]):
        counted[row["run_name"]] = counted.get(row["run_name"], 0) + row.get("handover_calls_n", 0)
    for path in results.glob("run-*.handover.*.hgrm"):
        (count,) = re.findall(r"Total count += +(\d+)\]", path.read_text())
        (name,) = re.findall(r"^#\[Case +=  ?(.*)\]$", path.read_text(), re.M)
        assert int(count) == counted[name] > 0
    assert 1 <= done < 1000


def test_the_clock_comes_first_in_the_continuation() -> None:
    """Before it nothing is called, locked or decided, and nothing is written but the stack."""
    texts = instructions_of("wake")
    clock = min(i for i, text in enumerate(texts) if "clock_gettime" in text)
    for text in texts[:clock]:
        assert not text.startswith(("call", "j", "lock", "cmp", "test")), text
        assert re.match(r"(push|mov|lea|sub|add|xor|endbr64|nop)", text), text
    assert clock <= 12
