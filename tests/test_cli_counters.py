"""Events and instructions: what is counted beside time and bytes, and what is told if it cannot be.

Which events a machine counts is asked of the program, and held against what a run then counts.
"""
from __future__ import annotations

import csv
import io
import math
import os
import re
import shutil
import signal
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Iterator

import pytest

from conftest import (
    A_DAY,
    BINARY,
    COUNTED,
    HANG_S,
    HASTY,
    INTERVALS,
    STRATEGIES,
    TIMED,
    Bench,
    Outcome,
    Row,
    clean_environment,
    medians,
    parameters,
    processes_of,
    strategy_of,
    strict_json,
    wait_until,
)
from test_cli_options import assert_refused

# Operations of which instructions are counted.
OPERATIONS = 20000

# Hardly anything to warm up, and nothing timed.
OF_INSTRUCTIONS = ["--instructions", "--calls", "1000", "--keys", "100"]
INSTRUCTIONS = [*OF_INSTRUCTIONS, "--rounds", "0"]
ONE_TABLE = ["--consumer", "independent", "--strategy", "plain"]


@dataclass
class Run:
    """A run with all that it wrote: its tables are on standard output."""

    outcome: Outcome
    directory: Path

    def text(self, form: str) -> str:
        return (self.directory / f"export.{form}").read_text(encoding="utf-8")

    @property
    def context(self) -> Row:
        return strict_json(self.text("json"))["context"]

    @property
    def rows(self) -> list[Row]:
        """One of each case."""
        rows = strict_json(self.text("json"))["benchmarks"]
        return medians(rows) or rows


def exporting(bench: Bench, *arguments: str, **twins: str) -> Run:
    exports = [f"--export-{form}=export.{form}" for form in ["json", "csv", "markdown"]]
    return Run(bench.ok(*arguments, *exports, **twins), bench.directory)


def cells_of(text: str, strategy: str, separator: str) -> list[list[str]]:
    """The lines that start with a strategy's name, as cells."""
    lines = [line.strip("| ") for line in text.splitlines()]
    found = [re.split(separator, line) for line in lines if line]
    return [[cell.strip() for cell in cells] for cells in found if cells[0].strip() == strategy]


def sections_of(text: str) -> list[str]:
    """The text below the title of each table of counts, up to the next empty line but one."""
    parts = re.split(r"^Counted per operation \(.*$", text, flags=re.MULTILINE)[1:]
    return [part.strip().split("\n\n")[0] for part in parts]


def assert_same_in_all_formats(run: Run, key: str, column: int) -> None:
    """A figure of counts is the same in the rows, in the CSV, and in both kinds of tables."""
    lines = {line["name"]: line for line in csv.DictReader(io.StringIO(run.text("csv")))}
    assert len(run.rows) == len(lines) > 0
    for row in run.rows:
        assert math.isclose(float(lines[row["run_name"]][key]), row[key], rel_tol=1e-12)
    for text, separator in [(run.outcome.out, " {2,}"), (run.text("markdown"), r"\|")]:
        sections = sections_of(text)
        assert len(sections) == len({parameters(row["run_name"])["consumer"] for row in run.rows})
        for strategy in {strategy_of(row) for row in run.rows}:
            figures = [row[key] for row in run.rows if strategy_of(row) == strategy]
            shown = [cells_of(section, strategy, separator) for section in sections]
            numbers = [float(found[0][column].strip("~").replace(",", "")) for found in shown]
            assert all(len(found) == 1 for found in shown)
            assert numbers == pytest.approx(figures, rel=1e-5)


# --- events ---


@pytest.fixture(scope="module")
def listed(built: None) -> dict[str, Row]:
    """The output of `list --events` on each event."""
    done = subprocess.run(
        [str(BINARY), "list", "--events", "--format", "json"],
        env=clean_environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    return {row["name"]: row for row in strict_json(done.stdout)["events"]}


@pytest.fixture(scope="module")
def software(listed: dict[str, Row]) -> list[str]:
    """Events of the kernel that can be counted here, each by one of its names."""
    found = {
        row["description"]: name
        for name, row in listed.items()
        if row["kind"] == "software" and row["counted"]
    }
    if not {"page-faults", "task-clock"} <= {row for row in listed if listed[row]["counted"]}:
        pytest.skip("not even events of the kernel itself can be counted here")
    return sorted(found.values())


@pytest.fixture(scope="module")
def uncounted(listed: dict[str, Row]) -> list[str]:
    """A few that have a full name, and cannot be counted here."""
    found = {
        row["description"]: name
        for name, row in listed.items()
        if not row["counted"] and row["kind"] != "perf_raw"
    }
    if not found:
        pytest.skip("everything can be counted here")
    return list(found.values())[:2]


@pytest.fixture(scope="module")
def steady(tmp_path_factory: pytest.TempPathFactory, software: list[str]) -> Run:
    """Events beside times, of a steady state."""
    bench = Bench(tmp_path_factory.mktemp("events"))
    events = ["--events", "page-faults,{task-clock,context-switches}"]
    both = ["--consumer", "both", "--strategy", "value_task"]
    return exporting(bench, *events, *TIMED, *both)


def test_events_are_in_every_row(steady: Run) -> None:
    assert len(steady.rows) == 2 * 4
    for row in steady.rows:
        for name in ["page-faults", "task-clock", "context-switches"]:
            assert f"{name}_per_op" in row
            assert 0 < row[f"{name}_running"] <= 1
        assert row["page-faults_per_op"] < 0.01, "a steady state touches no fresh pages"
    assert not [key for key in steady.context["unavailable"] if key.endswith("_per_op")
                and key.split("_per_op")[0] in ["page-faults", "task-clock", "context-switches"]]


def test_time_is_measured_beside_events(steady: Run) -> None:
    """By another clock, in another pass. It has the same unit, which a factor of a thousand tells
    on whatever machine, and is of one operation: there are thousands in a round."""
    for row in steady.rows:
        assert {"quiet_share", "sessions_n", "bytes_per_op"} <= set(row)
        assert 1e-3 < row["task-clock_per_op"] / row["cpu_time"] < 1e3
    clocks = [row["task-clock_per_op"] for row in steady.rows]
    assert len(set(clocks)) == len(clocks), "each case has its own"


@pytest.mark.parametrize(
    ("key", "column"),
    [("page-faults_per_op", 1), ("task-clock_per_op", 2), ("context-switches_per_op", 3)],
)
def test_events_are_the_same_in_all_formats(steady: Run, key: str, column: int) -> None:
    assert_same_in_all_formats(steady, key, column)


def test_events_are_named_above_their_columns(steady: Run) -> None:
    title = "Counted per operation (events), {} lookups, heap glibc:"
    for text in [steady.outcome.out, steady.text("markdown")]:
        assert [title.format(word) in text for word in ["independent", "dependent"]] == [True] * 2
        for section in sections_of(text):
            words = re.findall(r"[\w-]*\w", section.splitlines()[0])
            assert words == ["strategy", "page-faults", "task-clock", "context-switches"]


def test_a_cold_start_touches_fresh_pages(bench: Bench, software: list[str]) -> None:
    """A heap that a process touches first asks the kernel for its pages; looking up does not."""
    arguments = ["--events", "page-faults", "--calls", "10k", "--hit-rate", "0"]
    arguments += ["--in-flight", "10k", *HASTY]
    rows = medians(bench.ok(*arguments, "--strategy", "value_task", "--format", "json").rows)
    faults = {strategy_of(row): 10000 * row["page-faults_per_op"] for row in rows}
    (row,) = (row for row in rows if strategy_of(row) == "value_task")
    pages = row["peak_live_bytes"] / os.sysconf("SC_PAGE_SIZE")
    assert pages > 200
    assert faults["value_task"] - faults["plain"] > pages / 2
    assert faults["empty"] < pages / 2


def test_every_event_is_counted_that_is_listed_so(
    bench: Bench, software: list[str], uncounted: list[str], listed: dict[str, Row]
) -> None:
    """An event that cannot be counted has the reason that `list` gives. More than five events make
    tables of their own.
    """
    assert len(software) > 5
    names = [*software, *uncounted]
    run = exporting(bench, *COUNTED, *ONE_TABLE, "--events", ",".join(names))
    for row in run.rows:
        found = {key.removesuffix("_per_op") for key in row if key.endswith("_per_op")}
        assert found & set(listed) == set(software)
        assert {f"{name}_running" for name in software} <= set(row)
        assert [key for key in row if key.startswith(tuple(uncounted))] == []
    unavailable = run.context["unavailable"]
    listing = strict_json(bench.ok("list", "--events", "--format", "json").out)
    reasons = {row["kind"]: row["why not"] for row in listing["event_reasons"]}
    for name in uncounted:
        assert unavailable[f"{name}_per_op"] == reasons[listed[name]["kind"]]
        words = " ".join(run.outcome.out.split())
        assert f"Not counted: {name}: {unavailable[f'{name}_per_op']}." in words
    assert not [name for name in software if f"{name}_per_op" in unavailable]
    tables = run.outcome.out.split("Counted per operation (events)")[1]
    assert len(re.findall(r"^strategy ", tables, re.MULTILINE)) == math.ceil(len(software) / 5)
    assert not [name for name in software if not re.search(rf" {name}\b", tables)]
    assert max(len(line) for line in run.outcome.out.splitlines()) <= 100


def test_without_events_nothing_is_told_of_them(bench: Bench) -> None:
    run = exporting(bench, *COUNTED, *ONE_TABLE)
    assert "ounted per operation (" not in run.outcome.out + run.text("markdown")
    assert not [key for row in run.rows for key in row if key.endswith("_running")]


@pytest.mark.parametrize("by_twin", [False, True])
def test_required_events_that_cannot_be_counted_end_it(
    bench: Bench, listed: dict[str, Row], uncounted: list[str], by_twin: bool
) -> None:
    """Before anything is run or written, where a day of measuring was asked for."""
    counted = [name for name, row in listed.items() if row["counted"]][:1]
    required = [] if by_twin else ["--require-events"]
    twins = {"VTB_REQUIRE_EVENTS": "1"} if by_twin else {}
    arguments = [*A_DAY, "--export-csv", "export.csv", *required]
    outcome = bench(*arguments, "--events", ",".join([*counted, uncounted[0]]), **twins)
    assert (outcome.code, outcome.out) == (1, "")
    assert f"--require-events: '{uncounted[0]}' cannot be counted here: " in outcome.error
    assert outcome.files() == [] and not (bench.directory / "export.csv").exists()


def test_required_events_that_can_be_counted_change_nothing(
    bench: Bench, software: list[str]
) -> None:
    arguments = [*COUNTED, *ONE_TABLE, "--format", "json", "--require-events"]
    for row in bench.ok(*arguments, VTB_EVENTS="page-faults").rows:
        assert "page-faults_per_op" in row


@pytest.mark.parametrize(
    ("text", "mentions"),
    [
        ("page-falts", ["'page-falts'", "nearest", "page-faults"]),
        ("cs,tsk-clock", ["'tsk-clock'", "nearest", "task-clock"]),
        ("cs:zz", ["'cs:zz'"]),
        ("{cs", ["'{' without a '}'"]),
        ("cs}", ["'}' without a '{'"]),
        ("{{cs}}", ["accepted: "]),
        ("cs,cs", ["same event"]),
    ],
)
def test_event_that_is_none_is_refused(bench: Bench, text: str, mentions: list[str]) -> None:
    mentions = [f"--events: '{text}': ", "`run_bench list --events` shows them", *mentions]
    assert_refused(bench("--events", text), bench.directory, *mentions)


# --- list --events ---


@pytest.mark.parametrize("form", ["table", "csv", "markdown"])
def test_events_are_listed_in_every_format(
    bench: Bench, listed: dict[str, Row], form: str
) -> None:
    outcome = bench.ok("list", "--events", "--format", form)
    assert (outcome.err, outcome.files()) == ("", [])
    separator = {"table": " {2,}", "csv": ",", "markdown": r"\|"}[form]
    for name, row in listed.items():
        (cells,) = cells_of(outcome.out, name, separator)
        assert cells[1:3] == [row["kind"], "yes" if row["counted"] else "no"]
    kinds = {row["kind"] for row in listed.values() if not row["counted"]}
    for kind in kinds:
        assert len(cells_of(outcome.out, kind, separator)) == 1
    assert [line for line in outcome.out.splitlines() if line != line.rstrip()] == []


def test_events_are_asked_of_list_alone_by_its_own_flag(bench: Bench) -> None:
    """The twin is that of `run`, which takes names."""
    assert bench.ok("list", VTB_EVENTS="page-faults").out == bench.ok("list").out
    assert_refused(bench("list", "--events=cs"), bench.directory, "--events: 'cs'", "no value")
    assert_refused(bench("misuse", "--events", "cs"), bench.directory, "not an option of 'misuse'")


# --- instructions ---


@pytest.fixture(scope="module")
def valgrind() -> str:
    found = shutil.which("valgrind")
    if found is None:
        pytest.skip("valgrind is missing; scripts/setup.sh --tests installs it")
    if not Path("/proc/self").exists():
        pytest.skip("valgrind needs /proc, which is not mounted")
    return found


@pytest.fixture
def temporary(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where temporary files go; whatever the test does, nothing is left of them."""
    directory = tmp_path_factory.mktemp("temporary")
    yield directory
    assert list(directory.rglob("*")) == []


def per_op(rows: list[Row]) -> dict[str, float]:
    return {row["run_name"]: row["instructions_per_op"] for row in rows}


def of_strategy(rows: list[Row], strategy: str) -> float:
    (found,) = (row["instructions_per_op"] for row in rows if strategy_of(row) == strategy)
    return found


def whole(instructions_per_op: float) -> int:
    """The number of instructions of all operations, which is whole."""
    counted = instructions_per_op * OPERATIONS
    assert math.isclose(counted, round(counted), rel_tol=0, abs_tol=1e-6), instructions_per_op
    return round(counted)


@pytest.fixture(scope="module")
def all_strategies(tmp_path_factory: pytest.TempPathFactory, valgrind: str) -> Run:
    bench = Bench(tmp_path_factory.mktemp("instructions"))
    return exporting(bench, *INSTRUCTIONS, "--consumer", "both")


def test_every_case_has_instructions(all_strategies: Run) -> None:
    """Both consumers have counts of their own, although nothing is timed."""
    assert len(all_strategies.rows) == 2 * len(STRATEGIES)
    assert {strategy_of(row) for row in all_strategies.rows} == set(STRATEGIES)
    assert "instructions_per_op" not in all_strategies.context["unavailable"]
    for consumer in ["independent", "dependent"]:
        rows = [row for row in all_strategies.rows
                if parameters(row["run_name"])["consumer"] == consumer]
        found = {strategy_of(row): whole(row["instructions_per_op"]) for row in rows}
        assert 0 < found["empty"] < found["plain"] < found["value_task"] < found["heap_task"]
        assert min(found, key=lambda name: found[name]) == "empty"


def test_instructions_are_the_same_in_all_formats(all_strategies: Run) -> None:
    assert_same_in_all_formats(all_strategies, "instructions_per_op", 1)


def test_what_is_beyond_the_floor_stands_beside_them(all_strategies: Run) -> None:
    rows = [row for row in all_strategies.rows if "consumer:independent" in row["run_name"]]
    (cells,) = cells_of(sections_of(all_strategies.outcome.out)[0], "value_task", " {2,}")
    beyond = of_strategy(rows, "value_task") - of_strategy(rows, "plain")
    assert cells[2] == f"{beyond:+.6g}"


def test_instructions_are_bit_for_bit_the_same_in_every_run(
    all_strategies: Run, bench: Bench, temporary: Path
) -> None:
    """Counts depend neither on the environment, nor on the length of the command line, nor on where
    temporary files go.
    """
    arguments = ["--results-dir", str(bench.directory / ("d" * 200)), "--format", "json"]
    twins = {"LONG": "x" * 30000, "TMPDIR": str(temporary)}
    again = bench.ok(*INSTRUCTIONS, "--consumer", "both", *arguments, **twins)
    assert per_op(again.rows) == per_op(all_strategies.rows)


def test_instructions_do_not_depend_on_what_else_is_run(all_strategies: Run, bench: Bench) -> None:
    chosen = "arena_task,poll,value_task"
    arguments = ["--strategy", chosen, "--consumer", "dependent", "--format", "json"]
    found = per_op(bench.ok(*INSTRUCTIONS, *arguments).rows)
    assert len(found) == 6 and set(found) < set(per_op(all_strategies.rows))
    assert found == {name: per_op(all_strategies.rows)[name] for name in found}


def test_instructions_stand_beside_times_and_events(
    bench: Bench, valgrind: str, software: list[str]
) -> None:
    """In one table, and times are measured as they are without: in sessions, with an interval."""
    arguments = [*INTERVALS, "--keys", "100", *ONE_TABLE]
    arguments += ["--instructions", "--events", "page-faults"]
    run = exporting(bench, *arguments)
    for row in run.rows:
        assert {"instructions_per_op", "page-faults_per_op", "ns_per_op", "ratio"} <= set(row)
        assert row["repetitions"] == 5
        assert 0 < row["ns_per_op_lo"] <= row["ns_per_op"] <= row["ns_per_op_hi"]
    assert "Counted per operation (instructions under callgrind, and events), " in run.outcome.out
    assert_same_in_all_formats(run, "instructions_per_op", 1)


def test_instructions_are_counted_on_every_heap(
    bench: Bench, temporary: Path, valgrind: str
) -> None:
    arguments = ["--heap", "all", *ONE_TABLE, "--format", "json"]
    outcome = bench.ok(*INSTRUCTIONS, *arguments, TMPDIR=str(temporary))
    listing = strict_json(bench.ok("list", "--format", "json").out)["heaps"]
    available = {row["name"]: row["collects"] for row in listing if row["available"] == "yes"}
    found = {
        (parameters(row["run_name"])["heap"], strategy_of(row)): row["instructions_per_op"]
        for row in outcome.rows
        if "instructions_per_op" in row
    }
    heaps = {heap for heap, _ in found}
    assert {"glibc", "gengc"} <= heaps
    conservative = set(available) - heaps
    assert all(available[heap] for heap in conservative), "only collectors may have none"
    strategies = ["empty", "plain", "heap_task"]
    assert set(found) == {(heap, name) for heap in heaps for name in strategies}
    for heap in heaps:
        assert 0 < found[heap, "empty"] < found[heap, "plain"] < found[heap, "heap_task"]
    assert len({found[heap, "heap_task"] for heap in heaps}) == len(heaps), "heaps differ"


def test_a_collectors_instructions_are_the_same_in_every_run(bench: Bench, valgrind: str) -> None:
    """Collections are part of these counts, of the collector that knows where references are."""
    arguments = [*INSTRUCTIONS, "--heap", "gengc", *ONE_TABLE, "--format", "json"]
    arguments += ["--gen0-budget", "64K"]
    first = per_op(bench.ok(*arguments).rows)
    again = bench.ok(*arguments, "--results-dir", str(bench.directory / ("d" * 200)))
    assert per_op(again.rows) == first


# --- instructions that cannot be counted ---


def test_without_valgrind_there_is_one_line(bench: Bench, temporary: Path) -> None:
    """With the remedy; and nothing is written, not even what was counted before."""
    empty = bench.directory / "bin"
    empty.mkdir()
    twins = {"PATH": str(empty), "TMPDIR": str(temporary)}
    bench.ok("build", *OF_INSTRUCTIONS, *ONE_TABLE)
    outcome = bench(*INSTRUCTIONS, *ONE_TABLE, "--export-csv", "export.csv", **twins)
    assert (outcome.code, outcome.out) == (1, "")
    assert "--instructions: there is no valgrind in PATH" in outcome.error
    assert "install the package valgrind" in outcome.error
    assert outcome.files() == [] and not (bench.directory / "export.csv").exists()


# Scripts that take valgrind's place, and parts of the error that follows. $dir is where the counts
# are to go.
IMPOSTORS = {
    "ends without a word": ("exit 3", []),
    "says why": ("echo first >&2; echo it cannot be >&2; exit 1", ["it cannot be"]),
    "tells of no file": ("echo 1 2; exit 0", []),
    "tells of no numbers": ("echo what is this; exit 0", []),
    "leaves files": ('touch "$dir/1" "$dir/2" "$dir/junk"; echo 1 2; exec sleep 86400', []),
    "counts what is no number": (
        'for i in 1 2; do echo "totals: many" >"$dir/$i"; done; echo 1 2; exec sleep 86400', []
    ),
    "counts one case": ('for i in 1 2; do echo "totals: 5" >"$dir/$i"; done; echo 1 2', []),
}


@pytest.mark.parametrize("name", IMPOSTORS)
def test_counts_that_do_not_come_are_an_error(bench: Bench, temporary: Path, name: str) -> None:
    """After any failure of valgrind nothing is left: no file, no process, no figure."""
    script, mentions = IMPOSTORS[name]
    folder = bench.directory / "bin"
    folder.mkdir()
    find = 'for a; do case $a in --callgrind-out-file=*) dir=${a#*=}; dir=${dir%/*};; esac; done'
    impostor = folder / "valgrind"
    impostor.write_text(f"#!/bin/sh\nPATH=/usr/bin:/bin\n{find}\n{script}\n", encoding="utf-8")
    impostor.chmod(impostor.stat().st_mode | stat.S_IXUSR)
    twins = {"PATH": str(folder), "TMPDIR": str(temporary)}
    bench.ok("build", *OF_INSTRUCTIONS, *ONE_TABLE)
    outcome = bench(*INSTRUCTIONS, *ONE_TABLE, **twins)
    assert (outcome.code, outcome.out) == (1, "")
    assert "--instructions: the cases did not all run under valgrind" in outcome.error
    assert [mention for mention in mentions if mention not in outcome.error] == []
    assert outcome.files() == []


def test_no_place_for_temporary_files_is_an_error(bench: Bench, valgrind: str) -> None:
    outcome = bench(*INSTRUCTIONS, *ONE_TABLE, TMPDIR=str(bench.directory / "missing"))
    assert (outcome.code, outcome.out, outcome.files()) == (1, "", [])
    assert "No such file or directory" in outcome.error and "set TMPDIR" in outcome.error


def test_a_trace_is_counted_wherever_it_comes_from(bench: Bench, valgrind: str) -> None:
    """Standard input can be read only once, and workers need its keys again."""
    keys = "".join(f"{n % 7}\n" for n in range(500))
    (bench.directory / "keys").write_text(keys)
    arguments = ["--cache", "lru:5", "--instructions", "--rounds", "0", *ONE_TABLE]
    arguments += ["--format", "json"]
    rows = bench.ok(*arguments, "--trace", "keys").rows
    assert of_strategy(rows, "empty") < of_strategy(rows, "plain")
    piped = subprocess.run(
        [str(BINARY), *arguments, "--trace", "-"],
        cwd=bench.directory,
        env=bench.environment(),
        input=keys,
        capture_output=True,
        text=True,
        timeout=HANG_S,
    )
    assert piped.returncode == 0, piped.stderr
    assert strict_json(piped.stdout)["benchmarks"] == rows


def test_completion_by_another_thread_is_not_counted(bench: Bench, temporary: Path) -> None:
    """The reason is told, and nothing is started for it."""
    arguments = ["--completer", "thread", *ONE_TABLE]
    bench.ok("build", *arguments, *OF_INSTRUCTIONS)
    twins = {"PATH": str(bench.directory), "TMPDIR": str(temporary)}
    run = exporting(bench, *arguments, *INSTRUCTIONS, **twins)
    reason = run.context["unavailable"]["instructions_per_op"]
    assert "another thread" in reason
    assert not [row for row in run.rows if "instructions_per_op" in row]
    words = " ".join(run.outcome.out.split())
    assert f"Not counted: instructions: {reason}." in words
    for line in csv.DictReader(io.StringIO(run.text("csv"))):
        assert line.get("instructions_per_op", "") == ""


# --- the end of a run that counts instructions ---


def test_interrupt_under_valgrind_keeps_the_sessions(
    bench: Bench, temporary: Path, valgrind: str
) -> None:
    """All of them are done by then: of a heap that collects another pass comes before."""
    arguments = [*HASTY, "--sessions", "3", "--calls", "1000", "--strategy", "value_task"]
    arguments += ["--heap", "gengc", "--live-heap", "0", "--instructions"]
    process = bench.start(*arguments, TMPDIR=str(temporary))
    wait_until(lambda: list(temporary.glob("*/log")) or process.poll(), "it does not count")
    os.kill(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=HANG_S)
    outcome = Outcome(process.returncode, out, err, bench.results)
    assert outcome.code == 130 and "value_task" in out
    *_, line = outcome.complaints
    assert line == (
        "run_bench: interrupted; 3 of 3 sessions of 1 of 1 tables were finished and are kept; "
        "--resume goes on with that result file"
    )
    (result,) = bench.results.glob("run-*.json")
    assert strict_json(result.read_text(encoding="utf-8"))["context"]["sessions"] == 3
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize(
    ("number", "whole_group"),
    [(signal.SIGINT, False), (signal.SIGINT, True), (signal.SIGKILL, False)],
    ids=["interrupt", "interrupt from a terminal", "kill"],
)
def test_nothing_runs_on_behind_a_run_that_ends(
    bench: Bench, tmp_path_factory: pytest.TempPathFactory, valgrind: str, number: int,
    whole_group: bool
) -> None:
    """An interrupt leaves no file; a signal that cannot be caught leaves the temporary ones."""
    temporary = tmp_path_factory.mktemp("temporary")
    process = bench.start(*INSTRUCTIONS, "--heap", "all", TMPDIR=str(temporary))
    wait_until(lambda: list(temporary.glob("*/log")) or process.poll(), "it does not count")
    (os.killpg if whole_group else os.kill)(process.pid, number)
    out, err = process.communicate(timeout=HANG_S)
    wait_until(lambda: not processes_of(process.pid), "a process is left behind")
    outcome = Outcome(process.returncode, out, err, bench.results)
    left = [path for path in outcome.files() if not path.name.endswith(".part")]
    assert (outcome.out, left) == ("", [])
    if number == signal.SIGINT:
        assert outcome.code == 130
        assert "interrupted" in outcome.error and "nothing was written" in outcome.error
        assert list(temporary.iterdir()) == []
    else:
        assert outcome.code == -number
