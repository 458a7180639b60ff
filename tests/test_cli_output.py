"""The output of a run: rows, counters, tables and files, and that they agree with each other."""
from __future__ import annotations

import csv
import io
import math
import re
import statistics
import subprocess
from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Callable

import pytest

from conftest import (
    COUNTED,
    HASTY,
    INTERVALS,
    STRATEGIES,
    TIMED,
    Bench,
    Outcome,
    Row,
    clean_environment,
    iterations,
    medians,
    methods_of,
    parameters,
    source_says,
    strategy_of,
    strict_json,
    variants_of,
)

COMPARE = Path("/usr/share/benchmark/compare.py")
EXACT = [
    "actual_hit_rate",
    "bytes_per_op",
    "usable_bytes_per_op",
    "allocs_per_op",
    "frees_per_op",
    "peak_live_bytes",
    "startup_bytes",
    "startup_allocs",
    "failures_per_op",
]


@dataclass
class Run:
    """One timed run with every export, which most tests here only read."""

    outcome: Outcome
    directory: Path

    def text(self, name: str) -> str:
        return (self.directory / name).read_text(encoding="utf-8")

    def result_file(self) -> Path:
        return next(path for path in self.outcome.files() if path.suffix == ".json")

    def samples_file(self) -> Path:
        return next(path for path in self.outcome.files() if path.suffix == ".csv")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    bench = Bench(tmp_path_factory.mktemp("run"))
    arguments = ["--hit-rate", "0.8", "--calls", "1e6", *HASTY, "--sessions", "5"]
    arguments += ["--consumer", "both"]
    for form in ["json", "csv", "markdown"]:
        arguments += [f"--export-{form}", f"export.{form}"]
    return Run(bench.ok(*arguments, "--format", "json"), bench.directory)


def rows_of(rows: list[Row], strategy: str) -> list[Row]:
    return [row for row in rows if strategy_of(row) == strategy]


def exact_counters(rows: list[Row]) -> dict[str, dict[str, float]]:
    return {row["name"]: {key: row[key] for key in EXACT} for row in rows}


# --- JSON ---


@pytest.mark.parametrize(
    ("strategy", "bytes_per_op", "allocs_per_op"),
    [
        ("heap_task", 78.4, 1),
        ("heap_task_lean", 32, 1),
        ("heap_task_cached", 78.4, 1),
        ("task_in_cache", 20.8, 0.2),
        ("heap_task_pooled", 0.006728, 0.000065),
        ("arena_task", 104.25, 0.015625),
        ("value_task", 20.8, 0.2),
        ("value_task_pooled", 0.00768, 0.000064),
        ("value_task_handle", 0, 0),
        ("inline_future", 8, 0.2),
        ("callback", 4.8, 0.2),
        ("caller_op", 0, 0),
        ("poll", 0, 0),
        ("plain", 0, 0),
        ("empty", 0, 0),
    ],
)
@pytest.mark.parametrize("kind", [iterations, medians])
def test_exact_counters_of_the_main_job(
    run: Run,
    kind: Callable[[list[Row]], list[Row]],
    strategy: str,
    bytes_per_op: float,
    allocs_per_op: float,
) -> None:
    """Written as short as they are: 78.4, and not the nearest binary fraction's 17 digits."""
    rows = rows_of(kind(run.outcome.rows), strategy)
    assert len(rows) == 2 * (5 if kind is iterations else 1)  # two consumers
    for row in rows:
        assert row["actual_hit_rate"] == 0.8
        assert row["bytes_per_op"] == bytes_per_op
        assert row["allocs_per_op"] == allocs_per_op
        assert row["frees_per_op"] == allocs_per_op
        assert row["usable_bytes_per_op"] >= bytes_per_op
        assert (row["peak_live_bytes"] > 0) == (allocs_per_op > 0)
        assert row["failures_per_op"] == 0
    assert f'"bytes_per_op":{float(bytes_per_op)!r},' in run.outcome.out


def test_peak_is_a_full_window_of_boxes(run: Run, listing: dict[str, list[Row]]) -> None:
    box = next(row for row in listing["strategies"] if row["name"] == "value_task")["miss B"]
    assert {row["peak_live_bytes"] for row in rows_of(run.outcome.rows, "value_task")} == {64 * box}


def test_rows_are_named_by_their_parameters(run: Run) -> None:
    expected = (
        "user_cache/heap_task/glibc/hit_rate:0.8/calls:1000000/in_flight:64/completion:fifo/"
        "keys:100000/distribution:uniform/consumer:{}/method:direct/depth:1"
    )
    names = {row["run_name"] for row in rows_of(run.outcome.rows, "heap_task")}
    assert names == {expected.format("independent"), expected.format("dependent")}


def test_rows_name_what_is_not_as_usual_behind_the_rest(bench: Bench) -> None:
    """In one order, so that the same run has the same name."""
    unusual = ["--force-async", "--request-ops", "10", "--failure-rate", "0.5", "--depth", "2"]
    arguments = [*COUNTED, "--strategy", "value_task@checked", "--method", "async", *unusual]
    names = [row["run_name"] for row in bench.ok(*arguments, "--format", "json").rows]
    expected = (
        "user_cache/{}/glibc/hit_rate:0.8/calls:1000/in_flight:64/completion:fifo/"
        "keys:100000/distribution:uniform/consumer:independent/method:{}/depth:2/"
        "failure_rate:0.5/request_ops:10/force_async:1"
    )
    assert names == [
        expected.format("empty", "direct"),
        expected.format("plain", "direct"),
        expected.format("heap_task", "async"),
        expected.format("value_task@checked", "async"),
    ]


def test_rows_have_what_google_benchmarks_tools_read(run: Run) -> None:
    for row in iterations(run.outcome.rows):
        assert row["name"] == row["run_name"]
        assert row["repetitions"] == 5
        assert row["threads"] == 1
        assert row["iterations"] >= 1
        assert row["time_unit"] == "ns"
        assert row["real_time"] > 0
    for row in medians(run.outcome.rows):
        assert row["name"] == row["run_name"] + "_median"
        assert row["aggregate_name"] == "median"
        assert row["time_unit"] == "ns"
        assert row.get("real_time") == row.get("ns_per_op")
        assert row["cpu_time"] > 0


def test_every_case_has_a_row_for_each_session_and_a_median_behind_them(run: Run) -> None:
    by_name: dict[str, list[Row]] = {}
    for row in run.outcome.rows:
        by_name.setdefault(row["run_name"], []).append(row)
    for rows in by_name.values():
        assert [row["run_type"] for row in rows] == 5 * ["iteration"] + ["aggregate"]
        assert [row["repetition_index"] for row in rows[:-1]] == list(range(5))
        assert [row["session"] for row in rows[:-1]] == [1, 2, 3, 4, 5]


def test_sessions_have_the_medians_of_their_rounds(run: Run) -> None:
    """Of all of them, whatever state the machine was in."""
    rounds = rounds_of_samples(run)
    for row in iterations(run.outcome.rows):
        own = rounds[row["run_name"], row["session"]]
        assert row["real_time"] == pytest.approx(median_of(own, "real_ns_per_op"), rel=1e-5)
        assert row["cpu_time"] == pytest.approx(median_of(own, "cpu_ns_per_op"), rel=1e-5)
        assert row["iterations"] == sum(int(each["operations"]) for each in own)


def test_references_stand_at_their_points(run: Run) -> None:
    for row in rows_of(medians(run.outcome.rows), "heap_task"):
        assert (row["ratio"], row["ratio_lo"], row["ratio_hi"]) == (1, 1, 1)
        assert "verdict" not in row
    for row in rows_of(medians(run.outcome.rows), "plain"):
        assert (row["over_plain_ns"], row["over_plain_ns_lo"], row["over_plain_ns_hi"]) == (0, 0, 0)
    for row in medians(run.outcome.rows):  # none is a variation of another here
        assert (row["over_base_ns"], row["over_base_ns_lo"], row["over_base_ns_hi"]) == (0, 0, 0)


def test_verdicts_are_one_of_three(run: Run) -> None:
    others = [row for row in medians(run.outcome.rows) if strategy_of(row) != "heap_task"]
    assert {row["verdict"] for row in others} <= {"different", "same", "not known yet"}
    assert {type(row["optimised_away"]) for row in medians(run.outcome.rows)} == {bool}


def test_context_has_google_benchmarks_keys(run: Run) -> None:
    context = strict_json(run.outcome.out)["context"]
    types = {
        "date": str,
        "host_name": str,
        "executable": str,
        "num_cpus": int,
        "mhz_per_cpu": int,
        "cpu_scaling_enabled": bool,
        "caches": list,
        "load_avg": list,
        "library_build_type": str,
    }
    assert {key: type(context.get(key)) for key in types} == types
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:?\d\d", context["date"])
    assert context["num_cpus"] >= 1
    assert all(
        set(cache) == {"type", "level", "size", "num_sharing"} for cache in context["caches"]
    )


def test_context_says_how_the_run_was_made(run: Run) -> None:
    context = strict_json(run.outcome.out)["context"]
    assert context["command_line"].startswith("run_bench --hit-rate 0.8 --calls 1e6")
    assert str(context["seed"]) == "1"
    assert context["confidence"] == 0.99
    assert context["interrupted"] is False
    assert (context["sessions"], context["rounds"]) == (5, 8)
    assert (context["rho"], context["phi"]) == (0.05, 0.01)
    assert 0 < context["probe_quiet_ns"] and 0 < context["probe_least_ns"]
    assert 0 < context["probe_cycle_ns"] < context["probe_least_ns"]
    machine = ["cpu_model", "governor", "turbo", "steal_since_boot", "aslr", "virtualised"]
    machine += ["machine_maker", "container", "affinity", "smt_siblings", "cpu_quota", "throttled"]
    build = ["compiler", "cell_flags", "libc", "git_revision", "build_type", "fingerprint"]
    for key in [*machine, *build, "transparent_hugepages", "kernel", "architecture", "version"]:
        assert isinstance(context[key], str) and context[key] != "", key
    for part in ["compiler", "cell_flags", "libc", "architecture"]:
        assert context[part] in context["fingerprint"]


def test_what_was_not_measured_is_absent_and_says_why(run: Run, bench: Bench) -> None:
    for outcome in [run.outcome, bench.ok(*COUNTED, "--format", "json")]:
        unavailable = strict_json(outcome.out)["context"]["unavailable"]
        assert {"gen0_per_kop", "instructions_per_op"} <= set(unavailable)
        for key, reason in unavailable.items():
            assert len(reason) > 10, key
            assert not [row for row in outcome.rows if key in row], key
    assert "ns_per_op" in unavailable


@pytest.mark.parametrize(
    ("arguments", "roles"),
    [
        ([], {"heap_task": "baseline", "value_task": "challenger"}),
        (["--strategy", "poll"], {"heap_task": "baseline"}),
        (
            ["--strategy", "value_task@checked"],
            {"heap_task": "baseline", "value_task@checked": "challenger"},
        ),
        (
            ["--strategy", "value_task@checked,value_task"],
            {"heap_task": "baseline", "value_task": "challenger"},
        ),
        (["--baseline-strategy", "value_task"], {"value_task": "baseline"}),
        (["--baseline-strategy", "poll"], {"poll": "baseline", "value_task": "challenger"}),
        (
            ["--completer", "thread", "--strategy", "value_task"],
            {"heap_task@atomic": "baseline", "value_task@atomic": "challenger"},
        ),
        (
            ["--method", "async", "--strategy", "value_task"],
            {"heap_task": "baseline", "value_task": "challenger"},
        ),
    ],
)
def test_context_says_who_has_a_role(
    bench: Bench, arguments: list[str], roles: dict[str, str]
) -> None:
    """A role in this run: what the user compares with is the baseline, and nothing else; and a
    variant stands for its strategy where that itself is not run.
    """
    outcome = bench.ok(*COUNTED, *arguments, "--format", "json")
    references = {"empty": "empty", "plain": "floor"}
    assert strict_json(outcome.out)["context"]["roles"] == {**references, **roles}


def test_context_keeps_the_options_that_make_the_same_cases(bench: Bench) -> None:
    """The file has the last text of each option, as it was given, and none of the options that say
    how to measure or show.
    """
    arguments = ["--hit-rate", "80%", "--hit-rate=0.5,0.8", "--strategy", "value_task", "--seed=7"]
    outcome = bench.ok(*COUNTED, *arguments, "--format", "json", "--min-gain", "7")
    assert strict_json(outcome.out)["context"]["options"] == {
        "heap": "glibc",
        "calls": "1000",
        "hit-rate": "0.5,0.8",
        "strategy": "value_task",
        "seed": "7",
    }


def test_without_rounds_there_is_one_row_of_counts_for_each_case(bench: Bench) -> None:
    rows = bench.ok(*COUNTED, "--format", "json", "--consumer", "both").rows
    assert len({row["name"] for row in rows}) == len(rows) == len(STRATEGIES)
    for row in rows:
        assert set(EXACT) <= set(row)
        assert not [key for key in row if "time" in key or "ns" in key.split("_")]


# --- files ---


def test_result_file_is_what_was_asked_for(run: Run) -> None:
    assert run.text("export.json") == run.outcome.out
    assert run.result_file().read_text(encoding="utf-8") == run.outcome.out
    assert re.fullmatch(r"run-\d{8}T\d{6}Z-\d+\.json", run.result_file().name)


def test_result_files_path_is_told_on_standard_error(run: Run) -> None:
    assert run.outcome.complaints == [f"results: {run.result_file()}"]
    assert "results" not in run.outcome.out.split('"benchmarks"')[1]


def test_nothing_but_the_files_is_left(run: Run) -> None:
    expected = {"export.json", "export.csv", "export.markdown", "results"}
    assert {path.name for path in run.directory.iterdir()} == expected
    assert run.outcome.files() == [run.result_file(), run.samples_file()]
    assert run.samples_file().name == run.result_file().stem + ".samples.csv"


def test_exports_may_be_read_by_others(run: Run) -> None:
    for path in [run.directory / "export.json", run.result_file()]:
        assert path.stat().st_mode & 0o777 == (run.directory / "results").stat().st_mode & 0o666


SAMPLES = "name,session,round,operations,real_ns_per_op,cpu_ns_per_op,gc_ns_per_op,"
SAMPLES += "probe_before_ns,probe_after_ns"


def rounds_of_samples(run: Run) -> dict[tuple[str, int], list[dict[str, str]]]:
    """The rounds of each case and session, in their order."""
    found: dict[tuple[str, int], list[dict[str, str]]] = {}
    with run.samples_file().open(encoding="utf-8", newline="") as file:
        for sample in csv.DictReader(file):
            found.setdefault((sample["name"], int(sample["session"])), []).append(sample)
    return found


def median_of(rounds: list[dict[str, str]], column: str) -> float:
    return statistics.median(float(each[column]) for each in rounds)


def test_samples_are_the_epochs_of_all_rounds(run: Run) -> None:
    """Each with what the probe of the machine's state took before it and after it, which the epoch
    in front of it shares.
    """
    assert run.samples_file().read_text(encoding="utf-8").splitlines()[0] == SAMPLES
    found = rounds_of_samples(run)
    names = {row["run_name"] for row in run.outcome.rows}
    assert set(found) == {(name, session) for name in names for session in range(1, 6)}
    assert len(names) == 2 * len(STRATEGIES)
    for rounds in found.values():
        assert [int(each["round"]) for each in rounds] == list(range(8))
    for consumer in ["independent", "dependent"]:
        for session in range(1, 6):
            together = [
                rounds
                for (name, own), rounds in found.items()
                if own == session and parameters(name)["consumer"] == consumer
            ]
            for epochs in zip(*together):  # a round
                before, after = (
                    Counter(float(each[f"probe_{when}_ns"]) for each in epochs)
                    for when in ["before", "after"]
                )
                assert min(before) > 0
                assert (after - before).total() == (before - after).total() <= 1


def test_two_runs_leave_two_results(bench: Bench) -> None:
    bench.ok(*COUNTED)
    assert len(bench.ok(*COUNTED).files()) == 4


# --- CSV, Markdown, tables ---


def read_csv(text: str) -> list[dict[str, str]]:
    rows = list(csv.DictReader(io.StringIO(text)))
    assert rows, "no row"
    assert all(None not in row and None not in row.values() for row in rows), "ragged"
    return rows


def assert_csv_agrees(text: str, rows: list[Row]) -> None:
    figures = {row["run_name"]: row for row in rows}
    for line in read_csv(text):
        row = figures.pop(line["name"])
        for key, value in line.items():
            if key in row and key != "name":
                same = value == row[key] or math.isclose(float(value), row[key], rel_tol=1e-12)
                assert same, key
        for key, value in parameters(line["name"]).items():
            assert line.get(key, value) == value
        assert set(EXACT) <= set(line)
    assert figures == {}


def test_csv_agrees_with_the_rows(run: Run, bench: Bench) -> None:
    assert_csv_agrees(run.text("export.csv"), medians(run.outcome.rows))
    arguments = [*COUNTED, "--hit-rate", "0.5,0.95", "--export-json", "export.json"]
    outcome = bench.ok(*arguments, "--format", "csv")
    rows = strict_json((bench.directory / "export.json").read_text())["benchmarks"]
    assert_csv_agrees(outcome.out, rows)


def test_csv_has_a_column_for_what_tells_cases_apart(bench: Bench) -> None:
    arguments = ["--method", "both", "--depth", "1,2", "--strategy", "value_task@checked"]
    arguments += ["--consumer", "dependent"]
    lines = read_csv(bench.ok(*TIMED, *arguments, "--format", "csv").out)
    columns = "name,workload,strategy,heap,consumer,method,depth,threads,hit_rate,actual_hit_rate"
    assert ",".join(lines[0]).startswith(columns + ",")
    assert {"failures_per_op", "over_base_ns", "over_base_ns_lo", "over_base_ns_hi"} <= {*lines[0]}
    keys = ["strategy", "method", "depth", "consumer"]
    cases = [tuple(line[key] for key in keys) for line in lines]
    assert len(set(cases)) == len(cases) == 2 * (2 + 2 * 2)
    assert ("value_task@checked", "async", "2", "dependent") in cases


def test_csv_tells_callers_apart(bench: Bench) -> None:
    arguments = ["--strategy", "value_task", "--consumer", "dependent", "--threads", "2"]
    outcome = bench.ok(*TIMED, *arguments, "--format", "csv", "--export-json", "export.json")
    lines = read_csv(outcome.out)
    cases = [(line["strategy"], line["threads"], line["callers"]) for line in lines]
    strategies = ["empty", "plain", "heap_task", "value_task"]
    assert sorted(cases) == sorted((name, n, n) for name in strategies for n in ["1", "2"])
    for line in lines:
        assert line["threads"] == parameters(line["name"]).get("threads", "1")
    rows = strict_json((bench.directory / "export.json").read_text())["benchmarks"]
    assert_csv_agrees(outcome.out, medians(rows))


def markdown_tables(text: str) -> list[list[list[str]]]:
    """Tables of cells; the rule below the titles is checked and left out."""
    tables: list[list[list[str]]] = []
    previous = ""
    for line in text.splitlines():
        if line.startswith("|"):
            if not previous.startswith("|"):
                tables.append([])
            tables[-1].append([cell.strip() for cell in line.strip("|").split("|")])
        previous = line
    for table in tables:
        assert len({len(row) for row in table}) == 1, "ragged"
        assert all(re.fullmatch(r"-+:?", cell) for cell in table.pop(1))
    return tables


def test_markdown_agrees_with_the_rows(run: Run) -> None:
    tables = markdown_tables(run.text("export.markdown"))
    rows = medians(run.outcome.rows)
    assert len(tables) == 2
    assert sum(len(table) - 1 for table in tables) == len(rows)
    for consumer, (titles, *lines) in zip(["independent", "dependent"], tables):
        for line in lines:
            cells = dict(zip(titles, line))
            row = next(
                row
                for row in rows_of(rows, cells["strategy"])
                if parameters(row["run_name"])["consumer"] == consumer
            )
            assert float(cells["B/op"]) == row["bytes_per_op"]
            assert float(cells["allocs/op"]) == row["allocs_per_op"]
            shown = cells["ns/op"].split(" ")[0]
            if "ns_per_op" not in row:
                assert shown == "-"
                continue
            decimals = len(shown.partition(".")[2])  # fewer where noise makes the cell wide
            assert shown == f"{row['ns_per_op']:.{decimals}f}"
            if varied := re.search(r" ([0-9.]+)-([0-9.]+)$", cells["ns/op"]):
                assert float(varied[1]) <= float(shown) <= float(varied[2])


def test_markdown_has_a_table_for_each_method(bench: Bench) -> None:
    arguments = [*COUNTED, "--method", "both", "--depth", "2", "--export-json", "export.json"]
    tables = markdown_tables(bench.ok(*arguments, "--format", "markdown").out)
    rows = strict_json((bench.directory / "export.json").read_text())["benchmarks"]
    assert len(tables) == 2
    for method, (titles, *lines) in zip(["direct", "async"], tables):
        names = [name for name in STRATEGIES if method in methods_of(name)]
        assert {line[0] for line in lines} == {*names, "empty", "plain"}
        for line in lines[2:]:
            (row,) = (
                row
                for row in rows_of(rows, line[0])
                if parameters(row["run_name"])["method"] == method
            )
            cells = dict(zip(titles, line))
            assert math.isclose(float(cells["B/op"]), row["bytes_per_op"], rel_tol=1e-5)
            assert math.isclose(float(cells["allocs/op"]), row["allocs_per_op"], rel_tol=1e-5)


def test_markdown_of_counts_has_no_empty_columns(bench: Bench) -> None:
    (table,) = markdown_tables(bench.ok(*COUNTED, "--format", "markdown").out)
    for column in zip(*table):
        assert any(cell != "" for cell in column[1:]), f"nothing below {column[0]}"


MANY_IN_FLIGHT = ["--in-flight", "100000", "--completion", "random", "--distribution", "zipf:1.25"]
MANY_CALLS = ["--calls", "1234567", "--keys", "1000000"]
LONG_EPOCHS = ["--epoch-ms", "10", "--strategy", "plain", "--sessions", "1"]
EVERYTHING = ["--method", "both", "--strategy", "all,value_task_pooled@checked"]
RARE = ["--failure-rate", "0.123456789", "--depth", "16", "--request-ops", "1000000"]
WIDE = [["--hit-rate", "0.12345", "--consumer", "dependent"]]
WIDE += [[*MANY_IN_FLIGHT, *MANY_CALLS, *LONG_EPOCHS]]
WIDE += [[*EVERYTHING, "--consumer", "dependent"]]
WIDE += [["--strategy", "value_task@checked", "--force-async", *RARE]]


@pytest.mark.parametrize("arguments", [[], *WIDE])
@pytest.mark.parametrize("measured", [COUNTED, [*TIMED, "--sessions", "5"]])
def test_tables_fit_100_columns(
    bench: Bench, arguments: list[str], measured: list[str]
) -> None:
    outcome = bench.ok(*measured, *arguments)
    wide = [line for line in outcome.out.splitlines() if len(line) > 100]
    assert wide == []


def shown_tables(out: str) -> list[list[str]]:
    """The lines of each table that is printed for people, from its titles on."""
    lines = out.splitlines()
    starts = [i for i, line in enumerate(lines) if line.startswith("strategy ")]
    return [lines[start : lines.index("", start)] for start in starts]


ALL_VARIANTS = ["all", *(f"{name}@{each}" for name in STRATEGIES for each in variants_of(name)[1:])]


@pytest.mark.parametrize(
    "arguments",
    [
        [*COUNTED, "--strategy", "all"],
        [*COUNTED, "--strategy", "all", "--method", "both"],
        [*COUNTED, "--strategy", ",".join(ALL_VARIANTS), "--method", "both"],
        [*INTERVALS, "--strategy", "arena_task,heap_task@checked,value_task_pooled@checked"],
    ],
)
def test_tables_are_aligned(bench: Bench, arguments: list[str]) -> None:
    """All lines of a table are as wide as its titles, and none is wider than a terminal."""
    outcome = bench.ok(*arguments, "--export-json", "export.json")
    tables = shown_tables(outcome.out)
    rows = strict_json((bench.directory / "export.json").read_text())["benchmarks"]
    cases = {(parameters(row["run_name"])["method"], strategy_of(row)) for row in rows}
    compiled = sum(method == "async" for method, _ in cases)
    direct = 1 + len(cases) - compiled
    assert [len(table) for table in tables] == [direct] + [3 + compiled] * (compiled > 0)
    for table in tables:
        assert len({len(line) for line in table}) == 1
        assert len(table[0]) <= 100


def test_titles_of_the_columns(bench: Bench) -> None:
    """The actual hit rate is the same for all, and so stands in the title of the table."""
    counts = ["B/op", "allocs/op", "peak live"]
    times = ["ns/op", "ratio [99 %]", "over plain"]
    for arguments, columns in [(COUNTED, counts), (TIMED, times + counts)]:
        out = bench.ok(*arguments, "--strategy", "plain").out
        for table in shown_tables(out):
            assert re.split(r" {2,}|(?<=op) (?=\w)", table[0]) == ["strategy", *columns]


@pytest.mark.parametrize(
    ("arguments", "title"),
    [
        ([], "user_cache, hit rate 0.8 (actual 0.8), direct method, heap glibc"),
        (
            ["--method", "async", "--hit-rate", "0.33"],
            "user_cache, hit rate 0.33 (actual 0.33), async method, heap glibc",
        ),
        (
            ["--force-async"],
            "user_cache, hit rate 0.8 (actual 0), direct method, heap glibc",
        ),
        (
            ["--hit-rate", "0.9999999", "--calls", "10000000", "--strategy", "plain"],
            "user_cache, hit rate 0.9999999 (actual <1), direct method, heap glibc",
        ),
        (
            ["--hit-rate", "0.85", "--calls", "10"],
            "user_cache, hit rate 0.85 (actual 0.9), direct method, heap glibc",
        ),
    ],
)
def test_title_says_what_was_called(bench: Bench, arguments: list[str], title: str) -> None:
    out = bench.ok(*COUNTED, *arguments).out
    assert out.splitlines()[0] == title


@pytest.mark.parametrize(
    ("arguments", "conditions"),
    [
        ([], ""),
        (["--depth", "3"], ", 3 methods deep"),
        (["--failure-rate", "25%"], ", 0.25 of the misses fail"),
        (["--request-ops", "100"], ", requests of 100 operations"),
        (
            ["--depth", "2", "--failure-rate", "1", "--request-ops", "7"],
            ", 2 methods deep, 1 of the misses fail, requests of 7 operations",
        ),
    ],
)
def test_conditions_are_told_where_they_are_not_as_usual(
    bench: Bench, arguments: list[str], conditions: str
) -> None:
    out = bench.ok(*COUNTED, *arguments, "--strategy", "plain").out
    told = " ".join(out.split("\n\n")[0].splitlines()[1:])
    usual = "1,000 calls counted, 100,000 keys (uniform), 64 in flight (fifo)"
    assert told == usual + conditions


def test_each_method_has_a_table_of_its_own(bench: Bench) -> None:
    """Both tables have the references on top, in the same rows."""
    scope = ["--strategy", "value_task", "--consumer", "dependent"]
    outcome = bench.ok(*TIMED, "--method", "both", *scope)
    direct, compiled = shown_tables(outcome.out)
    assert [line.split()[0] for line in direct[1:4]] == ["empty", "plain", "heap_task"]
    assert [line.split()[0] for line in compiled[1:4]] == ["empty", "plain", "heap_task"]
    cells, others = ([line.split() for line in table[1:3]] for table in (direct, compiled))
    floor, other = cells[1], others[1]
    assert cells[0] == others[0]
    place = other.index("-")  # a ratio, which is to the first table's baseline
    rest = other[place + 1 :]
    assert floor[:place] == other[:place] and floor[-len(rest) :] == rest
    assert "1 (baseline)" in direct[3] and "1 (baseline)" in compiled[3]
    titles = re.findall(r"(\w+) method, dependent lookups", outcome.out)
    assert titles == ["direct", "async"]


def test_table_shows_the_counts_and_says_them(bench: Bench) -> None:
    out = bench.ok("--rounds", "0").out
    assert re.search(r"^heap_task +78\.4 +1 ", out, re.MULTILINE)
    assert re.search(r"^value_task +20\.8 +0\.2 ", out, re.MULTILINE)
    sentence = " ".join(out.split("An operation allocates ")[1].split())
    assert "78.4 B in 1 allocation with heap_task" in sentence
    assert "20.8 B in 0.2 allocations with value_task" in sentence
    nothing = "caller_op, coroutine_recycled, heap_task_pooled, poll, sender, "
    nothing += "value_task_handle and value_task_pooled"
    assert f"nothing with {nothing}; once at the start " in sentence
    assert "7,680 B in 64 allocations with value_task_pooled." in sentence


@pytest.mark.parametrize(
    ("arguments", "consumers"),
    [
        ([], ["independent"]),
        (["--consumer", "both"], ["independent", "dependent"]),
        (["--consumer", "independent"], ["independent"]),
        (["--consumer", "dependent"], ["dependent"]),
    ],
)
def test_consumer_chooses_the_tables(
    bench: Bench, arguments: list[str], consumers: list[str]
) -> None:
    out = bench.ok(*TIMED, "--strategy", "plain", *arguments).out
    assert re.findall(r"direct method, (\w+) lookups", out) == consumers


def test_every_combination_of_lists_is_a_table(bench: Bench) -> None:
    lists = ["--hit-rate", "0.5,0.8,1", "--in-flight", "1,64", "--keys", "10,1000"]
    arguments = ["--rounds", "0", "--calls", "10,1000", "--strategy", "value_task", *lists]
    outcome = bench.ok(*arguments, "--export-json", "export.json")
    tables, *break_evens = outcome.out.split("Break-even against ")
    assert len(re.findall(r"^strategy ", tables, re.MULTILINE)) == 3 * 2 * 2 * 2
    assert len(break_evens) == 2 * 2 * 2 + 3 * (3 * 2 * 2), "along each, for all of the others"
    rows = strict_json((bench.directory / "export.json").read_text())["benchmarks"]
    assert len({row["run_name"] for row in rows}) == len(rows) == 4 * 3 * 2 * 2 * 2


def test_references_are_always_present(bench: Bench) -> None:
    rows = bench.ok(*COUNTED, "--format", "json", "--strategy", "value_task").rows
    assert [strategy_of(row) for row in rows] == ["empty", "plain", "heap_task", "value_task"]


def test_another_baseline_has_the_ratio_1(bench: Bench) -> None:
    arguments = ["--strategy", "caller_op", "--baseline-strategy", "value_task"]
    rows = medians(bench.ok(*TIMED, *arguments, "--format", "json").rows)
    assert {strategy_of(row) for row in rows} == {"empty", "plain", "value_task", "caller_op"}
    for row in rows_of(rows, "value_task"):
        assert (row["ratio"], row["ratio_lo"], row["ratio_hi"]) == (1, 1, 1)
    assert {"verdict" in row for row in rows_of(rows, "caller_op")} == {True}


# --- what a variation costs beyond what it is a variation of ---


@pytest.fixture(scope="module")
def varied(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """A run by both methods, with variants of two strategies."""
    bench = Bench(tmp_path_factory.mktemp("varied"))
    strategies = ["--strategy", "heap_task@checked,value_task,value_task@atomic,poll@checked"]
    return bench.ok(*INTERVALS, *strategies, "--method", "both")


def test_what_variations_cost_is_told_beyond_what_they_vary(varied: Outcome) -> None:
    """Each variation has its own sentence: on the direct method, or on the strategy without its
    variant.
    """
    told = [
        (text.split(" takes")[0].rsplit(" ", 1)[0], set(re.findall(r"(\S+) takes", text)))
        for text in (
            " ".join(part.split(".\n")[0].split())
            for part in varied.out.split("Beyond the same strategy ")[1:]
        )
    ]
    variants = ("without its variant", {"heap_task@checked", "value_task@atomic"})
    assert told == [
        variants,
        ("by the direct method", {"heap_task", "value_task"}),
        variants,
    ]


# --- figures that must hold for any parameters ---


@pytest.mark.parametrize(
    ("rate", "calls"),
    [
        ("0.8", 1000000),
        ("0.8", 1),
        ("0.85", 10),
        ("0.95", 10),
        ("0.3", 7),
        ("0.333", 1000),
        ("0.999", 12345),
        ("0.5", 1100001),
        ("1", 1000),
        ("0", 1000),
        ("0.0001", 100),
    ],
)
def test_bytes_follow_from_layouts_and_hits(
    bench: Bench, listing: dict[str, list[Row]], rate: str, calls: int
) -> None:
    """The number of hits is calls x rate, rounded; the rest follows from the structs' sizes.

    Those that cut many objects off one block, or use one for hits and misses alike, are left to
    test_figures.py.
    """
    arguments = ["--rounds", "0", "--calls", str(calls), "--hit-rate", rate]
    rows = bench.ok(*arguments, "--format", "json").rows
    layouts = {row["name"]: row for row in listing["strategies"]}
    assert {strategy_of(row) for row in rows} == set(layouts)
    for row in rows:
        strategy = strategy_of(row)
        layout = layouts[strategy]
        hits = round(row["actual_hit_rate"] * calls)
        assert math.isclose(row["actual_hit_rate"] * calls, hits, abs_tol=1e-6)
        assert abs(hits - Fraction(rate) * calls) <= Fraction(1, 2)
        ready, pending = hits, calls - hits
        if source_says(strategy, "^#define VTB_REUSES "):
            ready, pending = min(ready, 1), min(pending, 64)
        if source_says(strategy, "^#define VTB_(REQUEST_BYTES|REUSES_ANY)"):
            continue
        total = ready * layout["hit B"] + pending * layout["miss B"]
        assert math.isclose(row["bytes_per_op"], total / calls, rel_tol=1e-12)
        allocs = ready * layout["hit allocs"] + pending * layout["miss allocs"]
        assert math.isclose(row["allocs_per_op"], allocs / calls, rel_tol=1e-12)


def test_layouts_are_those_of_dot_net(listing: dict[str, list[Row]]) -> None:
    """A task with a reference is 72 bytes, its box 104, a value task with a reference 24."""
    layouts = {row["name"]: row for row in listing["strategies"]}
    assert layouts["heap_task"]["hit B"] == 72
    assert layouts["heap_task"]["miss B"] == layouts["value_task"]["miss B"] == 104
    assert layouts["value_task"]["hand-over B"] == 24
    assert layouts["value_task"]["hit B"] == 0


EXTREMES = [
    ["--hit-rate", "0"],
    ["--hit-rate", "1"],
    ["--hit-rate", "0.999"],
    ["--in-flight", "1"],
    ["--in-flight", "10000", "--completion", "lifo"],
    ["--keys", "1"],
    ["--keys", "2", "--distribution", "zipf:10", "--completion", "random"],
    ["--distribution", "zipf:1"],
    ["--distribution", "zipf:0.01"],
    ["--seed", "18446744073709551615"],
    ["--method", "async", "--depth", "16"],
    ["--method", "async", "--depth", "8", "--in-flight", "1000", "--completion", "random"],
    ["--failure-rate", "1", "--hit-rate", "0"],
    ["--force-async", "--in-flight", "1"],
    ["--request-ops", "1"],
    ["--request-ops", "100000"],
]


@pytest.mark.parametrize("arguments", EXTREMES)
def test_all_figures_are_finite(bench: Bench, arguments: list[str]) -> None:
    """At the ends of every parameter's range; reading the rows refuses NaN and Infinity."""
    exports = ["--export-csv", "export.csv", "--export-markdown", "export.md"]
    scope = ["--calls", "1", "--strategy", "heap_task,value_task,arena_task"]
    outcome = bench.ok(*INTERVALS, *scope, *arguments, *exports, "--format", "json")
    assert len(medians(outcome.rows)) == 5
    for line in read_csv((bench.directory / "export.csv").read_text()):
        for key, value in line.items():
            if key in EXACT or "_ns" in key or key.startswith("ratio"):
                assert math.isfinite(float(value)), key
    text = outcome.out + (bench.directory / "export.md").read_text()
    assert not re.search(r"(?<![a-z])(nan|inf|infinity)(?![a-z])", text, re.IGNORECASE)


def test_same_seed_gives_the_same_counts(bench: Bench) -> None:
    arguments = ["--rounds", "0", "--calls", "50000", "--completion", "random", "--format", "json"]
    arguments += ["--distribution", "zipf", "--hit-rate", "0.7"]
    first = exact_counters(bench.ok(*arguments, "--seed", "42").rows)
    assert first == exact_counters(bench.ok(*arguments, "--seed", "42").rows)
    assert len(first) == len(STRATEGIES)


def test_seed_decides_which_calls_hit(bench: Bench) -> None:
    """With every second call a miss, how many tasks are alive at once depends on their order."""
    arguments = ["--rounds", "0", "--calls", "100", "--in-flight", "1000", "--format", "csv"]
    seeds = [bench.ok(*arguments, "--hit-rate", "0.5", "--seed", str(n)).out for n in range(8)]
    assert len(set(seeds)) > 1


def test_consumers_and_orders_count_the_same_bytes(bench: Bench) -> None:
    """The bytes allocated depend on hits alone, not on when a miss is completed."""
    counted = [
        [
            row["bytes_per_op"]
            for row in bench.ok(*COUNTED, "--format", "json", "--completion", order).rows
        ]
        for order in ["fifo", "lifo", "random"]
    ]
    assert counted[0] == counted[1] == counted[2]


# --- other programs ---


def test_google_benchmarks_compare_reads_two_results(bench: Bench) -> None:
    if not COMPARE.exists():
        pytest.skip(f"{COMPARE} is missing; scripts/setup.sh --tests installs libbenchmark-tools")
    for seed in ["1", "2"]:
        arguments = ["--strategy", "value_task", "--seed", seed]
        bench.ok(*INTERVALS, *arguments, "--export-json", f"{seed}.json")
    done = subprocess.run(
        ["/usr/bin/python3", str(COMPARE), "benchmarks", "1.json", "2.json"],
        cwd=bench.directory,
        env=clean_environment(PYTHONDONTWRITEBYTECODE="1"),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    for strategy in ["empty", "plain", "heap_task", "value_task"]:
        case = rf"user_cache/{strategy}/glibc/hit_rate:0\.8/\S+consumer:independent"
        assert re.search(rf"{case}/method:direct/depth:1\S*_median ", done.stdout), done.stdout


# --- list ---


def test_list_tells_the_same_in_every_format(
    bench: Bench, listing: dict[str, list[Row]]
) -> None:
    names = [row["name"] for row in listing["strategies"] + listing["workloads"] + listing["heaps"]]
    assert {"heap_task", "value_task", "user_cache", "glibc"} <= set(names)
    for form in ["table", "csv", "markdown"]:
        outcome = bench.ok("list", "--format", form)
        assert outcome.err == ""
        words = re.findall(r"\w+", outcome.out)
        assert [name for name in names if name not in words] == []


def test_list_as_csv_is_a_table_for_each_section(bench: Bench) -> None:
    sections = bench.ok("list", "--format", "csv").out.strip().split("\n\n")
    assert len(sections) == 12
    for section in sections:
        read_csv(section)


def test_list_as_markdown_has_whole_tables(bench: Bench) -> None:
    assert len(markdown_tables(bench.ok("list", "--format", "markdown").out)) == 12


def test_list_says_why_a_strategy_cannot(listing: dict[str, list[Row]]) -> None:
    """Where there is no `yes` there is a reason, and only there."""
    capabilities = {row.pop("name"): row for row in map(dict, listing["capabilities"])}
    assert set(capabilities) == set(STRATEGIES)
    cannot = {
        (name, what)
        for name, row in capabilities.items()
        for what, word in row.items()
        if word != "yes"
    }
    assert {word for row in capabilities.values() for word in row.values()} == {"yes", "-"}
    reasons = {(row["name"], row["lacks"]): row["because"] for row in listing["reasons"]}
    assert len(reasons) == len(listing["reasons"])
    assert set(reasons) == cannot
    assert all(len(reason) > 10 and not reason.endswith(".") for reason in reasons.values())


def test_list_says_which_strategies_have_an_async_method(listing: dict[str, list[Row]]) -> None:
    """A strategy has the method if it has cells for it; only then are their sizes listed."""
    has = {row["name"] for row in listing["capabilities"] if row["async method"] == "yes"}
    assert has == {name for name in STRATEGIES if "async" in methods_of(name)}
    assert has == {row["name"] for row in listing["async"]}


def test_list_fits_100_columns(bench: Bench) -> None:
    """But for what a guest says that cannot be used: it names a path, which may be any."""
    lines = bench.ok("list").out.split("\nGuests ")[0].splitlines()
    wide = [line for line in lines if len(line) > 100]
    assert wide == []


def test_list_has_no_spaces_at_line_ends(bench: Bench) -> None:
    assert [line for line in bench.ok("list").out.splitlines() if line != line.rstrip()] == []


def test_baseline_alone_is_compared_with_nothing(bench: Bench) -> None:
    """Where nothing was held against the baseline, no effect that could be seen is claimed."""
    out = bench.ok(*INTERVALS, "--strategy", "plain").out
    assert "for another run. " in out.replace("\n", " ")
    assert "would be seen" not in " ".join(out.split())
