"""Break-evens of ranges, worked out once more from the rows; and sweeps, measured roughly."""
from __future__ import annotations

import math
import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from conftest import (
    COUNTED,
    INTERVALS,
    STRATEGIES,
    Bench,
    Row,
    methods_of,
    parameters,
    strict_json,
)
from from_samples import Samples, shrunk
from test_cli_counters import Run, exporting

RATES = [0, 0.25, 0.5, 0.75, 1]


@dataclass
class Point:
    """A figure of a strategy, with its interval."""

    x: float
    median: float
    lo: float
    hi: float

    def side(self, level: float) -> int:
        """Below or above it, or neither for sure."""
        return -1 if self.hi < level else 1 if self.lo > level else 0


def entries_of(run: Run) -> list[Row]:
    return strict_json(run.text("json"))["break_even"]


def rows_of_curve(rows: list[Row], entry: Row, strategy: str) -> dict[float, Row]:
    """The rows of a strategy along the entry's parameter, which fit all that the entry says."""
    said = {**{key: str(entry[key]) for key in ["workload", "heap"]}, "strategy": strategy}
    said.update(part.split(":", 1) for part in entry["where"].split("/"))
    found = {}
    for row in rows:
        names = parameters(row["run_name"])
        consumers = [entry.get("consumer", names["consumer"]), names["consumer"]]
        if said.items() <= names.items() and consumers[0] == consumers[1]:
            if names["method"] == entry["method"]:
                found[float(names[entry["parameter"]])] = row
    return found


def points_of(run: Run, entry: Row) -> list[Point]:
    """A ratio with its interval along the range; or the exact bytes beyond the baseline's."""
    own = rows_of_curve(run.rows, entry, entry["strategy"])
    base = rows_of_curve(run.rows, entry, entry["baseline"])
    assert set(own) == set(base) != set()
    if entry["metric"] == "ratio":
        samples = Samples(run.outcome)
        names = {x: (own[x]["run_name"], base[x]["run_name"]) for x in sorted(own)}
        logs = shrunk([samples.ratio(*each, "any") for each in names.values()])
        return [Point(x, *map(math.exp, each)) for x, each in zip(names, logs)]
    beyond = {x: own[x]["bytes_per_op"] - base[x]["bytes_per_op"] for x in sorted(own)}
    return [Point(x, value, value, value) for x, value in beyond.items()]


def level_of(entry: Row) -> float:
    return 1 - entry["min_gain_percent"] / 100 if entry["metric"] == "ratio" else 0


def verdict_of(points: list[Point], level: float) -> str:
    sides = {point.side(level) for point in points}
    if {-1, 1} <= sides:
        return "crosses"
    return "below" if -1 in sides else "above" if 1 in sides else "undecided"


def median_at(points: list[Point], x: float) -> float:
    """On the line between the two points."""
    left, right = next(pair for pair in zip(points, points[1:]) if pair[0].x <= x <= pair[1].x)
    return left.median + (right.median - left.median) * (x - left.x) / (right.x - left.x)


def assert_follows_from(run: Run, entry: Row) -> None:
    points = points_of(run, entry)
    level = level_of(entry)
    assert (entry["from"], entry["to"]) == (points[0].x, points[-1].x)
    assert entry["verdict"] == verdict_of(points, level), (entry, points)
    assert (entry["verdict"] == "crosses") == (entry["crossings"] != [])
    for crossing in entry["crossings"]:
        at = crossing["at"]
        assert entry["from"] <= crossing["lo"] <= at <= crossing["hi"] <= entry["to"]
        assert median_at(points, at) == pytest.approx(level, abs=1e-5)  # of samples of six digits
    told = [entry.get("undecided_to"), entry.get("undecided_from")]
    if entry["verdict"] != "undecided":
        assert [end is not None for end in told] == [
            end.side(level) == 0 for end in [points[0], points[-1]]
        ]


# --- bytes ---


@pytest.fixture(scope="module")
def counted(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Counts alone, of all strategies by both methods."""
    bench = Bench(tmp_path_factory.mktemp("counted"))
    return exporting(bench, *COUNTED, "--method", "both", "--hit-rate", "0:1:0.25")


def test_bytes_cross_where_the_rows_do(counted: Run) -> None:
    entries = entries_of(counted)
    for entry in entries:
        assert (entry["metric"], entry["parameter"]) == ("bytes_per_op", "hit_rate")
        assert "consumer" not in entry and entry["min_gain_percent"] == 0
        assert_follows_from(counted, entry)
    curves = {(entry["strategy"], entry["method"]) for entry in entries}
    assert len(curves) == len(entries)
    compared = set(STRATEGIES) - {"empty", "plain", "heap_task"}
    assert curves == {(name, method) for name in compared for method in methods_of(name)}
    assert len({entry["verdict"] for entry in entries}) >= 2


def entry_of(run: Run, strategy: str, method: str) -> Row:
    (found,) = (
        entry
        for entry in entries_of(run)
        if (entry["strategy"], entry["method"]) == (strategy, method)
    )
    return found


@pytest.mark.parametrize("rates", ["0:1:0.25", "0,1", "0.05,0.3,0.9", "80%,0:20%:2%"])
def test_a_box_dearer_by_8_bytes_pays_from_a_tenth_of_hits_on(bench: Bench, rates: str) -> None:
    """8 B more of every miss are made up for by 72 B of every hit: 8 (1 - h) = 72 h at 0.1."""
    arguments = ["--method", "async", "--strategy", "value_task", "--hit-rate", rates]
    run = exporting(bench, *COUNTED, *arguments)
    entry = entry_of(run, "value_task", "async")
    assert_follows_from(run, entry)
    (crossing,) = entry["crossings"]
    assert crossing["direction"] == "falls"
    for key in ["at", "lo", "hi"]:
        assert crossing[key] == pytest.approx(0.1, abs=1e-12)
    assert re.search(r"^value_task +from 0\.1$", run.outcome.out, re.MULTILINE), run.outcome.out
    assert re.search(r"^\| value_task +\| from 0\.1 +\|$", run.text("markdown"), re.MULTILINE)
    words = " ".join(run.outcome.out.split())
    assert "Bytes against heap_task: value_task changes sides." in words
    assert "known without doubt" in words and "Time against" not in words


def test_tables_name_what_they_are_of(counted: Run) -> None:
    """Both kinds of tables have the same blocks, behind all others."""
    title = "Break-even against heap_task along hit_rate (0 to 1), user_cache, {} method, heap "
    title += "glibc"
    for text in [counted.outcome.out, counted.text("markdown")]:
        for method in ["direct", "async"]:
            assert text.count(title.format(method)) == 1
        assert text.rindex("peak live") < text.index("Break-even against")
    block = counted.outcome.out.split(title.format("direct") + ":\n\n")[1].split("\n\n")[0]
    for strategy in set(STRATEGIES) - {"empty", "plain", "heap_task"}:
        assert re.search(rf"^{strategy} ", block, re.MULTILINE)
    assert max(len(line) for line in counted.outcome.out.splitlines()) <= 100


@pytest.mark.parametrize("arguments", [[], ["--hit-rate", "0.5"], ["--in-flight", "7"]])
def test_without_a_range_nothing_is_told(bench: Bench, arguments: list[str]) -> None:
    run = exporting(bench, *COUNTED, "--strategy", "value_task", *arguments)
    assert entries_of(run) == []
    for text in [run.outcome.out, run.text("markdown"), run.text("csv")]:
        assert "reak-even" not in text


def test_other_parameters_have_break_evens_of_their_own(bench: Bench) -> None:
    """Each parameter that varies has a break-even for each value of the other."""
    lists = ["--hit-rate", "0,1", "--in-flight", "1,8,64", "--strategy", "value_task"]
    run = exporting(bench, *COUNTED, *lists)
    entries = entries_of(run)
    found = sorted((entry["parameter"], entry["where"].split("/")[1]) for entry in entries)
    assert len(entries) == 3 + 2
    assert [name for name, _ in found] == 3 * ["hit_rate"] + 2 * ["in_flight"]
    for entry in entries:
        assert_follows_from(run, entry)


# --- times ---


@pytest.fixture(scope="module")
def timed(tmp_path_factory: pytest.TempPathFactory) -> Run:
    bench = Bench(tmp_path_factory.mktemp("timed"))
    arguments = ["--hit-rate", "0:1:0.25", "--strategy", "value_task,task_in_cache"]
    return exporting(bench, *INTERVALS, *arguments, "--min-gain", "5,20,60")


def test_times_cross_where_the_rows_do(timed: Run) -> None:
    """There is an entry for every margin that was asked for, and for no margin at all."""
    ratios = [entry for entry in entries_of(timed) if entry["metric"] == "ratio"]
    keys = ["strategy", "min_gain_percent"]
    assert {entry["consumer"] for entry in ratios} == {"independent"}
    assert sorted(tuple(entry[key] for key in keys) for entry in ratios) == sorted(
        (strategy, worth)
        for strategy in ["value_task", "task_in_cache"]
        for worth in [0, 5, 20, 60]
    )
    for entry in ratios:
        assert_follows_from(timed, entry)
        points = points_of(timed, entry)
        assert [point.x for point in points] == RATES


def test_bytes_stand_once_beside_times(timed: Run) -> None:
    exact = [entry for entry in entries_of(timed) if entry["metric"] == "bytes_per_op"]
    assert sorted(entry["strategy"] for entry in exact) == ["task_in_cache", "value_task"]
    for entry in exact:
        assert_follows_from(timed, entry)


def test_levels_have_columns(timed: Run) -> None:
    for text in [timed.outcome.out, timed.text("markdown")]:
        blocks = text.split("Break-even against ")[1:]
        (block,) = blocks
        words = " ".join(block.split())
        places = [words.find(f"at least {worth} % faster") for worth in [5, 20, 60]]
        assert -1 < places[0] < places[1] < places[2]
        assert "Time against heap_task: " in " ".join(text.split())


def test_what_it_must_be_worth_is_5_percent_unless_said(bench: Bench) -> None:
    arguments = [*INTERVALS, "--hit-rate", "0,1", "--strategy", "value_task"]
    run = exporting(bench, *arguments)
    worth = [entry["min_gain_percent"] for entry in entries_of(run) if entry["metric"] == "ratio"]
    assert worth == [0, 5]
    run = exporting(bench, *arguments, VTB_MIN_GAIN="0.5:1.5:0.5")
    worth = [entry["min_gain_percent"] for entry in entries_of(run) if entry["metric"] == "ratio"]
    assert worth == [0, 0.5, 1, 1.5]


# --- sweeps ---


def effort(bench: Bench, *arguments: str) -> tuple[int, int, set[str]]:
    """Sessions, their rounds, and the calls of the rows."""
    scope = ["--strategy", "plain", "--keys", "100", "--epoch-ms", "0.01", "--format", "json"]
    document = strict_json(bench.ok(*scope, *arguments).out)
    calls = {parameters(row["run_name"])["calls"] for row in document["benchmarks"]}
    return document["context"]["sessions"], document["context"]["rounds"], calls


def test_six_points_are_a_sweep(bench: Bench) -> None:
    """A sweep measures each point more roughly, but numbers that are given are kept."""
    sweep = ["--hit-rate", "0:1:0.2"]
    assert effort(bench, "--hit-rate", "0:0.8:0.2") == (10, 80, {"1000000"})
    assert effort(bench, *sweep) == (5, 24, {"200000"})
    given = ["--sessions", "2", "--rounds", "9", "--calls", "150k"]
    assert effort(bench, *sweep, *given) == (2, 9, {"150000"})


def test_results_of_a_range_are_all_kept(counted: Run) -> None:
    """In the result file too, which is what other programs read."""
    (path,) = (path for path in counted.outcome.files() if path.suffix == ".json")
    assert strict_json(Path(path).read_text(encoding="utf-8"))["break_even"] == entries_of(counted)
    rates = {float(parameters(row["run_name"])["hit_rate"]) for row in counted.rows}
    assert rates == set(RATES)
    assert not math.isnan(sum(row["bytes_per_op"] for row in counted.rows))
