"""`run --save-baseline` and `gate`: what did not change passes; a change that costs one allocation,
8 bytes or one instruction is refused, and named; and a baseline that is not one is refused as such.

The changes are made in a copy of the sources, of which one strategy at a time is built anew.
"""
from __future__ import annotations

import csv
import io
import json
import os
import re
import shutil
import signal
import subprocess
import time
import xml.etree.ElementTree as xml
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Callable

import pytest

from conftest import (
    BINARY,
    HANG_S,
    HASTY,
    INTERVALS,
    SLOW_S,
    Bench,
    Outcome,
    catches,
    clean_environment,
    iterations,
    parameters,
    strict_json,
    wait_until,
)

FEW = ["--strategy", "value_task", "--keys", "1000", "--calls", "200000"]
COUNTS = [*FEW, "--rounds", "0"]
TIMES = [*FEW, *HASTY]

# Of cold starts, all of which have times in whatever state the machine is; and a gate of the same.
COLD = [*FEW, *INTERVALS]
TIMED_GATE = ["--time", "0.1", "--epoch-ms", "0.01", "--sessions", "5"]

Json = dict[str, Any]


def save(bench: Bench, *arguments: str, name: str = "baseline.json", **twins: str) -> Path:
    bench.ok("run", *arguments, "--save-baseline", name, **twins)
    return bench.directory / name


def contents(directory: Path) -> dict[str, bytes | int]:
    """All regular files below a directory; of a huge one its size."""
    paths = sorted(path for path in directory.rglob("*") if path.is_file())
    sizes = {path: path.stat().st_size for path in paths}
    return {
        str(path.relative_to(directory)): path.read_bytes() if sizes[path] < 1e6 else sizes[path]
        for path in paths
    }


def change(path: Path, edit: Callable[[Json], None]) -> None:
    """Edits a baseline as somebody with an editor would."""
    baseline = strict_json(path.read_text())
    edit(baseline)
    path.write_text(json.dumps(baseline))


@pytest.fixture(scope="module")
def saved_counts(built: None, tmp_path_factory: pytest.TempPathFactory) -> str:
    return save(Bench(tmp_path_factory.mktemp("saved")), *COUNTS).read_text()


@pytest.fixture
def counts(bench: Bench, saved_counts: str) -> Path:
    """A baseline of counts of this build; nothing else is there."""
    path = bench.directory / "baseline.json"
    path.write_text(saved_counts)
    return path


# --- a baseline ---


def test_baseline_has_what_makes_its_cases_again(bench: Bench) -> None:
    """The baseline also has the options that came from the environment, as the bench's heap does.
    """
    path = save(bench, *COUNTS, "--seed", "7", VTB_HIT_RATE="0.5")
    baseline = strict_json(path.read_text())
    assert baseline["context"]["options"] == {
        "heap": "glibc",
        "hit-rate": "0.5",
        "strategy": "value_task",
        "keys": "1000",
        "calls": "200000",
        "seed": "7",
    }
    assert baseline["context"]["seed"] == "7"
    assert {row["run_type"] for row in baseline["benchmarks"]} == {"counts"}
    outcome = bench.ok("gate", "--baseline", str(path), "--format", "json")
    checks = strict_json(outcome.out)["checks"]
    assert {parameters(check["name"])["hit_rate"] for check in checks} == {"0.5"}


def test_baseline_of_times(bench: Bench) -> None:
    """The counts, and ratios with all that a later one is held against; no single session."""
    plain = strict_json(save(bench, *COLD, "--rounds", "0").read_text())
    timed = strict_json(save(bench, *COLD).read_text())
    assert iterations(timed["benchmarks"]) == []
    assert timed["context"]["seed"] == plain["context"]["seed"] == "1"
    assert len(timed["benchmarks"]) == len(plain["benchmarks"]) == 4
    for before, after in zip(plain["benchmarks"], timed["benchmarks"]):
        assert f"{before['run_name']}/start:cold" == after["run_name"]
        for key in ["bytes_per_op", "allocs_per_op", "frees_per_op", "peak_live_bytes"]:
            assert before[key] == after[key]
        assert "ratio" not in before
        assert after["ratio_lo"] <= after["ratio"] <= after["ratio_hi"]
        assert {"ratio_log_se", "ratio_freedom", "sessions_n", "state"} <= set(after)


def test_baseline_that_cannot_be_written(bench: Bench) -> None:
    """Known before anything is measured."""
    outcome = bench("run", *COUNTS, "--save-baseline", "nowhere/baseline.json")
    assert outcome.code == 1
    assert "'nowhere/baseline.json' cannot be written: " in outcome.error
    assert contents(bench.directory) == {}


def test_result_file_is_a_baseline_too(bench: Bench) -> None:
    (path,) = (path for path in bench.ok("run", *TIMES).files() if path.suffix == ".json")
    outcome = bench.ok("gate", "--baseline", str(path))
    assert "16 figures against " in outcome.out and ": 16 same.\n" in outcome.out


# --- reports that CI systems read ---

# Attributes and children of each element, by Jenkins's junit-10.xsd and Ant's JUnit.xsd together:
# what either requires, and what both allow.
REQUIRED = {
    "testsuites": set(),
    "testsuite": {"name", "tests", "failures", "errors", "time", "timestamp", "hostname", "id"}
    | {"package"},
    "properties": set(),
    "property": {"name", "value"},
    "testcase": {"name", "classname", "time"},
    "failure": {"type"},
    "error": {"type"},
    "skipped": set(),
    "system-out": set(),
    "system-err": set(),
}
ALLOWED = {"testsuite": {"skipped"}, "failure": {"message"}, "error": {"message"}}
ALLOWED["skipped"] = {"type", "message"}
SEQUENCE = {
    "testsuites": "(testsuite )*",
    "testsuite": "properties (testcase )*system-out system-err ",
    "properties": "(property )*",
    "testcase": "((failure|error|skipped) )?",
}
PATTERNS = {
    "time": r"[0-9]+(\.[0-9]{1,3})?",
    "timestamp": r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}",
    "tests": "[0-9]+",
    "failures": "[0-9]+",
    "errors": "[0-9]+",
    "skipped": "[0-9]+",
    "id": "[0-9]+",
    "hostname": r"\S+",
    "classname": r"[^.]+\.[^.]+",
}

# A report of an earlier gate.
STALE = '<testsuites><testsuite name="old" tests="1" failures="0" errors="0"/></testsuites>'


def assert_element(element: xml.Element) -> None:
    required = REQUIRED[element.tag]
    assert required <= set(element.attrib) <= required | ALLOWED.get(element.tag, set())
    children = "".join(f"{child.tag} " for child in element)
    assert re.fullmatch(SEQUENCE.get(element.tag, ""), children), (element.tag, children)
    for name, value in element.attrib.items():
        assert re.fullmatch(PATTERNS.get(name, ".*"), value, re.DOTALL), (name, value)
    for child in element:
        assert_element(child)


def junit_suite(path: Path) -> xml.Element:
    """The only suite of a file that both schemas hold of, whose sums are right."""
    suites = xml.parse(path).getroot()
    assert suites.tag == "testsuites"
    assert_element(suites)
    (suite,) = suites
    for sum_of, tag in [("failures", "failure"), ("errors", "error"), ("skipped", "skipped")]:
        assert suite.get(sum_of) == str(len(suite.findall(f"testcase/{tag}")))
    assert suite.get("tests") == str(len(suite.findall("testcase")))
    return suite


def strategy_of_class(classname: str) -> str:
    return classname.split(".", 1)[1].split("/", 1)[0]


def sarif_run(path: Path) -> Json:
    """The only run of a file, which has what SARIF 2.1.0 requires."""
    document = strict_json(path.read_text())
    assert document["version"] == "2.1.0"
    assert document["$schema"].endswith("sarif-2.1.0.json")
    (run,) = document["runs"]
    driver = run["tool"]["driver"]
    assert driver["name"] == "valuetask-bench" and driver["version"]
    ids = [rule["id"] for rule in driver["rules"]]
    assert len(set(ids)) == len(ids)
    for rule in driver["rules"]:
        assert rule["shortDescription"]["text"]
    for invocation in run["invocations"]:
        assert isinstance(invocation["executionSuccessful"], bool)
    for result in run["results"]:
        assert ids[result["ruleIndex"]] == result["ruleId"]
        assert result["level"] in ("error", "warning")
        assert result["message"]["text"]
        for location in result["locations"]:
            physical = location["physicalLocation"]
            assert re.fullmatch(r"[!-~]+", physical["artifactLocation"]["uri"])
            assert physical["region"]["startLine"] >= 1
    return run


# --- what did not change ---


def test_unchanged_code_is_the_same(bench: Bench, counts: Path) -> None:
    before = contents(bench.directory)
    outcome = bench.ok("gate", "--baseline", "baseline.json")
    assert outcome.out.endswith("16 figures against 'baseline.json': 16 same.\n")
    assert outcome.complaints == []
    assert contents(bench.directory) == before


@pytest.mark.parametrize(
    "twins",
    [
        {"VTB_HIT_RATE": "0.1", "VTB_STRATEGY": "poll", "VTB_SEED": "9", "VTB_CALLS": "77"},
        {"VTB_HEAP": "gengc", "VTB_WORKLOAD": "low_hit", "VTB_METHOD": "async", "VTB_KEYS": "9"},
        {"VTB_ROUNDS": "50", "VTB_INSTRUCTIONS": "1", "VTB_EXPORT_JSON": "export.json"},
        {"VTB_HIT_RATE": "nonsense", "VTB_ROUNDS": "", "VTB_HEAP": "nosuch"},
    ],
)
def test_environment_does_not_change_what_is_gated(
    bench: Bench, counts: Path, twins: dict[str, str]
) -> None:
    outcome = bench.ok("gate", "--baseline", "baseline.json", **twins)
    assert outcome.out.endswith("16 figures against 'baseline.json': 16 same.\n")
    assert list(contents(bench.directory)) == ["baseline.json"]


def test_environment_has_twins_of_the_gates_own_options(bench: Bench, counts: Path) -> None:
    outcome = bench.ok("gate", VTB_BASELINE="baseline.json", VTB_LIMIT="bytes=off")
    assert outcome.out.endswith("12 figures against 'baseline.json': 12 same.\n")


def other_times(factor: float, *strategies: str, **more: object) -> Callable[[Json], None]:
    """Ratios that are so far from where they were that no machine's noise comes near."""

    def edit(baseline: Json) -> None:
        for row in baseline["benchmarks"]:
            if parameters(row["run_name"])["strategy"] in strategies:
                for key in ["ratio", "ratio_lo", "ratio_hi"]:
                    row[key] *= factor
                row.update(more)

    return edit


@pytest.fixture(scope="module")
def saved_times(built: None, tmp_path_factory: pytest.TempPathFactory) -> str:
    return save(Bench(tmp_path_factory.mktemp("timed")), *COLD).read_text()


@pytest.fixture
def times(bench: Bench, saved_times: str) -> Path:
    path = bench.directory / "baseline.json"
    path.write_text(saved_times)
    return path


def time_checks(outcome: Outcome) -> dict[str, Json]:
    checks = strict_json(outcome.out)["checks"]
    return {check["strategy"]: check for check in checks if check["metric"] == "ratio"}


def test_times_of_unchanged_code(bench: Bench, times: Path) -> None:
    """Nothing is twice as slow by chance. All but the baseline strategy and the loop have ratios.
    """
    gate = ["gate", "--baseline", "baseline.json", *TIMED_GATE, "--margin", "99"]
    outcome = bench.ok(*gate, "--format", "json")
    checks = time_checks(outcome)
    assert set(checks) == {"plain", "value_task"}
    recorded = {row["run_name"]: row for row in strict_json(times.read_text())["benchmarks"]}
    for check in checks.values():
        assert check["verdict"] in ("within limit", "inconclusive", "better")
        assert check["before"] == pytest.approx(recorded[check["name"]]["ratio"])
        assert check["after"] > 0 and check["allowed"] == pytest.approx(0.99)
    document = strict_json(outcome.out)
    assert (document["sessions"], document["margin"]) == (5, pytest.approx(0.99))
    told = bench.ok(*gate).out
    assert "18 figures against 'baseline.json': 16 same, " in told
    assert "\nTimes: 5 sessions; the margin is 99 %.\n" in told


def test_environment_does_not_change_times(bench: Bench, times: Path) -> None:
    """A gate's sessions are runs, whose settings are not the gate's."""
    twins = {"VTB_HIT_RATE": "nonsense", "VTB_DEPTH": "3", "VTB_CONSUMER": "dependent"}
    gate = ["gate", "--baseline", "baseline.json", *TIMED_GATE, "--margin", "99"]
    assert "18 figures against 'baseline.json': 16 same, " in bench.ok(*gate, **twins).out


def test_margin_is_no_less_than_what_places_of_code_differ_by(bench: Bench, times: Path) -> None:
    outcome = bench("gate", "--baseline", "baseline.json", *TIMED_GATE, "--margin", "0.1")
    assert "; the margin is 2 %.\n" in outcome.out


def test_slower_code_is_refused(bench: Bench, times: Path) -> None:
    """By a run, and once more by another one."""
    change(times, other_times(0.001, "value_task"))
    outcome = bench("gate", "--baseline", "baseline.json", *TIMED_GATE, "--format", "json")
    assert outcome.code == 3
    assert "worse than the baseline: value_task on glibc: time, as a ratio" in outcome.error
    checks = time_checks(outcome)
    assert checks["value_task"]["verdict"] == "worse"
    assert checks["value_task"]["after"] > 100 * checks["value_task"]["before"]


def test_quicker_code_is_told(bench: Bench, times: Path) -> None:
    change(times, other_times(1000, "value_task"))
    outcome = bench.ok("gate", "--baseline", "baseline.json", *TIMED_GATE)
    assert "\nbetter       value_task on glibc: time, as a ratio" in f"\n{outcome.out}"


def test_what_changes_together_is_the_baseline_strategys_own(bench: Bench) -> None:
    """All ratios are to one strategy: if that is slower, all of them are less."""
    path = save(bench, *COLD, "--strategy", "value_task,poll")
    change(path, other_times(1000, "plain", "value_task", "poll"))
    outcome = bench.ok("gate", "--baseline", "baseline.json", *TIMED_GATE, "--margin", "99")
    words = " ".join(outcome.out.split())
    assert "Note: on glibc the ratios of independent lookups changed together, by -100 %" in words
    assert "taken to be heap_task's own change, and left out of the others'" in words
    assert "better" not in words


def test_one_challenger_has_nothing_in_common_with_the_floor(bench: Bench, times: Path) -> None:
    """Its change is its own, and told, though the floor's is the same."""
    change(times, other_times(1000, "plain", "value_task"))
    outcome = bench.ok("gate", "--baseline", "baseline.json", *TIMED_GATE, "--margin", "99")
    assert "\nbetter       value_task on glibc: time, as a ratio" in outcome.out
    assert "changed together" not in " ".join(outcome.out.split())


def test_times_that_the_baseline_has_not(bench: Bench, counts: Path) -> None:
    outcome = bench.ok("gate", "--baseline", "baseline.json", "--time", "0.1", "--epoch-ms", "0.01")
    assert "16 figures against 'baseline.json': 16 same; 2 not compared.\n" in outcome.out
    assert "the baseline has no times to compare with; make it without --rounds 0" in outcome.out


@pytest.mark.parametrize(
    ("edit", "strategy", "note"),
    [
        (other_times(0.001, "plain"), "plain", ""),
        (other_times(0.001, "value_task", state="busy"), "value_task", "those of a busy core"),
    ],
    ids=["the floor moved", "another state of the machine"],
)
def test_strict_refuses_what_is_inconclusive(
    bench: Bench, times: Path, edit: Callable[[Json], None], strategy: str, note: str
) -> None:
    """The floor has nothing that could become worse, and states are not compared with others."""
    change(times, edit)
    gate = ["gate", "--baseline", "baseline.json", *TIMED_GATE, "--export-junit", "junit.xml"]
    gate += ["--margin", "99"]
    outcome = bench.ok(*gate)
    assert f"\ninconclusive {strategy} on glibc: time" in f"\n{outcome.out}"
    assert note in " ".join(outcome.out.split())
    suite = junit_suite(bench.directory / "junit.xml")
    assert (suite.get("failures"), suite.get("errors")) == ("0", "0") != suite.get("skipped")
    assert suite.get("skipped") != "0"
    outcome = bench(*gate, "--strict")
    assert outcome.code == 4
    suite = junit_suite(bench.directory / "junit.xml")
    assert suite.get("errors") != "0" and suite.get("skipped") == "0"
    assert "--strict: of " in outcome.error and "it cannot be told" in outcome.error


def test_strict_passes_what_is_known(bench: Bench, counts: Path) -> None:
    bench.ok("gate", "--baseline", "baseline.json", "--strict")


# --- what is on one side alone ---


def last_row_removed(baseline: Json) -> None:
    assert parameters(baseline["benchmarks"].pop()["run_name"])["strategy"] == "value_task"


def key_removed(key: str) -> Callable[[Json], None]:
    def edit(baseline: Json) -> None:
        del baseline["benchmarks"][-1][key]

    return edit


def instructions_added(baseline: Json) -> None:
    """Which the run does not count, as its options do not say so."""
    baseline["benchmarks"][-1]["instructions_per_op"] = 7


@pytest.mark.parametrize(
    ("edit", "metric", "reason", "figures_n"),
    [
        (last_row_removed, None, "not in the baseline", 12),
        (key_removed("bytes_per_op"), "bytes_per_op", "not in the baseline", 15),
        (key_removed("peak_live_bytes"), "peak_live_bytes", "not in the baseline", 15),
        (instructions_added, "instructions_per_op", "not in this run", 16),
    ],
)
def test_what_one_side_lacks_is_named(
    bench: Bench,
    counts: Path,
    edit: Callable[[Json], None],
    metric: str | None,
    reason: str,
    figures_n: int,
) -> None:
    """Everywhere; and a strict gate is not green for it."""
    name = strict_json(counts.read_text())["benchmarks"][-1]["run_name"]
    change(counts, edit)
    exports = ["--export-junit", "junit.xml", "--export-sarif", "gate.sarif"]
    gate = ["gate", "--baseline", "baseline.json", *exports]
    outcome = bench.ok(*gate)
    word = metric or "all figures"
    assert f": {figures_n} same; 1 not compared.\n" in outcome.out
    assert f"\nNot compared: {word}, {reason}:\n- {name}\n" in outcome.out
    assert len(junit_suite(bench.directory / "junit.xml").findall("testcase/skipped")) == 1
    assert sarif_run(bench.directory / "gate.sarif")["results"] == []
    outcome = bench(*gate, "--strict", "--format", "json")
    assert outcome.code == 4
    assert f"--strict: 1 not compared: {word} of '{name}', {reason}" in outcome.error
    gaps = strict_json(outcome.out)["not_compared"]
    assert gaps == [{"name": name, "metric": metric, "reason": reason}]
    (error,) = junit_suite(bench.directory / "junit.xml").findall("testcase/error")
    assert error.get("message") == f"not compared: {reason}"
    (result,) = sarif_run(bench.directory / "gate.sarif")["results"]
    assert result["level"] == "warning" and name in result["message"]["text"]


def test_strict_refuses_times_that_the_baseline_has_not(bench: Bench, counts: Path) -> None:
    gate = ["gate", "--baseline", "baseline.json", "--time", "0.1", "--strict"]
    outcome = bench(*gate, "--format", "json")
    assert outcome.code == 4
    gaps = strict_json(outcome.out)["not_compared"]
    assert {gap["metric"] for gap in gaps} == {"ratio"}
    assert {parameters(gap["name"])["strategy"] for gap in gaps} == {"plain", "value_task"}


def test_one_time_that_the_baseline_has_not(bench: Bench, times: Path) -> None:
    def remove(baseline: Json) -> None:
        for key in ["ratio", "ratio_lo", "ratio_hi", "ratio_log_se"]:
            del baseline["benchmarks"][-1][key]

    change(times, remove)
    gate = ["gate", "--baseline", "baseline.json", *TIMED_GATE, "--margin", "99"]
    outcome = bench(*gate, "--strict", "--format", "json")
    assert outcome.code == 4
    (gap,) = strict_json(outcome.out)["not_compared"]
    assert (parameters(gap["name"])["strategy"], gap["metric"]) == ("value_task", "ratio")
    assert set(time_checks(outcome)) == {"plain"}


def test_what_was_nothing_has_no_percentage(bench: Bench, counts: Path) -> None:
    def edit(baseline: Json) -> None:
        baseline["benchmarks"][-1]["bytes_per_op"] = 0

    change(counts, edit)
    exports = ["--export-junit", "junit.xml", "--export-markdown", "summary.md"]
    outcome = bench("gate", "--baseline", "baseline.json", *exports)
    line = "value_task on glibc: B/op was 0, is 20.8 (allowed +0)"
    assert outcome.code == 3 and outcome.error.endswith(line)
    assert f"\nworse        {line}" in outcome.out
    assert "%" not in outcome.out and "%" not in (bench.directory / "summary.md").read_text()
    (failure,) = junit_suite(bench.directory / "junit.xml").findall("testcase/failure")
    assert failure.get("message") == line
    outcome = bench("gate", "--baseline", "baseline.json", "--format", "json")
    checks = strict_json(outcome.out)["checks"]
    (check,) = (check for check in checks if check["verdict"] == "worse")
    assert check["relative_change"] is None


# --- a part of a baseline, and a new one ---


def test_some_strategies_alone(bench: Bench) -> None:
    """The others are named as not asked for: they are not missing."""
    path = save(bench, *COUNTS, "--strategy", "value_task,poll,caller_op")
    gate = ["gate", "--baseline", "baseline.json", "--strategy", "poll", "--strict"]
    outcome = bench.ok(*gate)
    assert "16 figures against 'baseline.json': 16 same.\n" in outcome.out
    assert "Not asked for, of the baseline's strategies: value_task, caller_op.\n" in outcome.out
    document = strict_json(bench.ok(*gate, "--format", "json").out)
    assert {check["strategy"] for check in document["checks"]} == {
        "empty",
        "plain",
        "heap_task",
        "poll",
    }
    assert document["not_compared"] == []
    unasked = {parameters(name)["strategy"] for name in document["not_asked_for"]}
    assert unasked == {"value_task", "caller_op"}
    change(path, lambda baseline: baseline["benchmarks"].pop(0))
    assert bench(*gate).code == 4


def test_a_strategy_whose_times_alone_are_asked_for(bench: Bench) -> None:
    """The sessions measure those cases as well, and no others."""
    save(bench, *COLD, "--strategy", "value_task,poll")
    gate = ["gate", "--baseline", "baseline.json", *TIMED_GATE, "--margin", "99"]
    outcome = bench.ok(*gate, "--strategy", "poll", "--format", "json")
    assert set(time_checks(outcome)) == {"plain", "poll"}


def test_gate_saves_a_new_baseline(bench: Bench, counts: Path) -> None:
    """Whatever the verdict is; the old one stays as it is, and the new one is like it."""
    before = strict_json(counts.read_text())
    change(counts, key_removed("bytes_per_op"))
    text = counts.read_text()
    gate = ["gate", "--baseline", "baseline.json", "--save-baseline", "new.json", "--strict"]
    assert bench(*gate).code == 4
    assert counts.read_text() == text
    after = strict_json((bench.directory / "new.json").read_text())
    assert after["benchmarks"] == before["benchmarks"]
    assert after["context"]["options"] == before["context"]["options"]
    assert " gate --baseline baseline.json " in after["context"]["command_line"]
    assert after["context"]["date"]
    bench.ok("gate", "--baseline", "new.json", "--strict")


def test_gate_saves_the_times_too(bench: Bench, times: Path) -> None:
    gate = ["gate", "--baseline", "baseline.json", *TIMED_GATE, "--margin", "99"]
    bench.ok(*gate, "--save-baseline", "new.json")
    rows = strict_json((bench.directory / "new.json").read_text())["benchmarks"]
    assert {"ratio", "ratio_log_se", "sessions_n", "bytes_per_op"} <= set(rows[-1])


def test_gate_knows_of_the_machine(bench: Bench) -> None:
    """It notes what is other than it was, and a baseline that it saves says what happened while it
    ran. Counts are the same however many wait for a processor: of that there is no warning."""
    baseline = save(bench, *COUNTS, "--threads", "2")

    def other(baseline: Json) -> None:
        context = baseline["context"]
        context["affinity"], context["date"], context["malloc"] = "0-999", "then", "libother.so"
        libc = next(each for each in context["libraries"] if each["name"] == "libc")
        libc["version"] = "1.0"

    change(baseline, other)
    before = strict_json(baseline.read_text())["context"]
    cpu = str(min(os.sched_getaffinity(0)))
    gate = ["gate", "--baseline", "baseline.json", "--pin", cpu, "--save-baseline", "new.json"]
    outcome = bench.ok(*gate, "--format", "json")
    assert outcome.err == ""
    now = strict_json((bench.directory / "new.json").read_text())["context"]
    assert (now["steal_during_run"] == "unknown") == (before["steal_during_run"] == "unknown")
    notes = strict_json(outcome.out)["notes"]
    assert f"affinity was '0-999', is '{cpu}'" in notes
    assert f"malloc was 'libother.so', is '{now['malloc']}'" in notes
    assert any(note.startswith("libraries.libc was '{\"name\":\"libc\",") for note in notes)
    assert len(notes) == 3


def test_json_says_when_and_where(bench: Bench, counts: Path) -> None:
    gate = ["gate", "--baseline", "baseline.json", "--format", "json"]
    said = strict_json(bench.ok(*gate, "--save-baseline", "new.json").out)
    context = strict_json((bench.directory / "new.json").read_text())["context"]
    for key in ("date", "version", "git_revision", "cpu_model"):
        assert said[key] == context[key]


def test_no_baseline_is_saved_where_nothing_was_compared(bench: Bench, counts: Path) -> None:
    change(counts, other_compiler)
    assert bench("gate", "--baseline", "baseline.json", "--save-baseline", "new.json").code == 5
    assert not (bench.directory / "new.json").exists()


def test_two_reports_to_one_file_are_refused(bench: Bench, counts: Path) -> None:
    exports = ["--export-junit", "out", "--export-sarif", "./out"]
    outcome = bench("gate", "--baseline", "baseline.json", *exports)
    assert outcome.code == 2 and "are the same file" in outcome.error
    assert set(contents(bench.directory)) == {"baseline.json"}


@pytest.mark.parametrize("option", ["--export-junit", "--export-sarif", "--save-baseline"])
@pytest.mark.parametrize("way", ["baseline.json", "./baseline.json", "symbolic", "hard"])
def test_a_baseline_is_not_overwritten(
    bench: Bench, counts: Path, option: str, way: str
) -> None:
    (bench.directory / "symbolic").symlink_to("baseline.json")
    os.link(counts, bench.directory / "hard")
    before = contents(bench.directory)
    outcome = bench("gate", "--baseline", "baseline.json", option, way)
    assert (outcome.code, outcome.out) == (2, "")
    assert f"--baseline and {option} are the same file" in outcome.error.replace(
        f"{option} and --baseline", f"--baseline and {option}"
    )
    assert contents(bench.directory) == before


# --- files that can be read but once ---


@pytest.mark.parametrize("name", ["-", "/dev/stdin"])
@pytest.mark.parametrize("strict", [[], ["--strict"]])
def test_baseline_from_a_pipe(bench: Bench, counts: Path, name: str, strict: list[str]) -> None:
    done = subprocess.run(
        [str(BINARY), "gate", "--baseline", name, *strict],
        input=counts.read_text(),
        cwd=bench.directory,
        env=bench.environment(),
        capture_output=True,
        text=True,
        timeout=HANG_S,
    )
    assert done.returncode == 0, done.stderr
    assert f"16 figures against '{name}': 16 same.\n" in done.stdout


def test_standard_input_is_read_once(bench: Bench) -> None:
    outcome = bench("gate", "--baseline", "-", "--trace", "-")
    assert outcome.code == 2
    assert "--baseline and --trace" in outcome.error


# --- changes ---


@dataclass
class Tree:
    """A copy of the sources, of which variants are built; each is built once, and kept in a
    directory of this file's."""

    sources: Path
    directory: Path
    variants: dict[str, Path] = field(default_factory=dict)

    def build(self, name: str) -> Path:
        build = self.sources / "build" / "release"
        done = subprocess.run(
            [str(self.sources / "run_bench"), "--version"],
            env=clean_environment(LC_ALL="C"),
            capture_output=True,
            text=True,
            timeout=SLOW_S,
        )
        assert done.returncode == 0, done.stderr[-5000:]
        binary = self.directory / name / "run_bench"
        binary.parent.mkdir()
        shutil.copy(build / "run_bench", binary)
        outcome = run(binary, binary.parent, *ONE, *TIMED_TOO, VTB_CELLS="")
        assert outcome.code == 0, outcome.err
        (build / "cells").rename(cells_of(binary))
        return binary

    def binary(self, name: str) -> Path:
        if name not in self.variants:
            self.variants[name] = self.variant(name)
        return self.variants[name]

    def variant(self, name: str) -> Path:
        strategy, edit = CHANGES[name]
        path = self.sources / "impls" / f"{strategy}.c"
        before = path.read_text(encoding="utf-8")
        after = edit(before)
        assert after != before, name
        path.write_text(after, encoding="utf-8")
        try:
            return self.build(name)
        finally:
            path.write_text(before, encoding="utf-8")


def with_more_bytes(source: str) -> str:
    """The object of an operation that suspends is 8 bytes larger."""
    own = "#define VTB_PENDING_BYTES(record) (sizeof(struct vtb_task) + (record) + 8)\n"
    return source.replace("#include", f"{own}#include", 1)


def with_an_allocation(source: str) -> str:
    """A hit allocates a task, as the header's own hits do."""
    start = source.index("static inline vtb_handover vtb_ready(")
    end = source.index("VTB_STRATEGY(")
    return source[:start].replace("#define VTB_OWN_READY 1\n", "") + source[end:]


def with_an_instruction(source: str) -> str:
    line = "    vtb_count_immortal(service);\n"
    return source.replace(line, f'{line}    __asm__ volatile("nop");\n')


CHANGES: dict[str, tuple[str, Callable[[str], str]]] = {
    "bytes": ("heap_task", with_more_bytes),
    "allocation": ("task_in_cache", with_an_allocation),
    "instruction": ("task_in_cache", with_an_instruction),
}

ONE = ["--strategy", "task_in_cache", "--heap", "glibc", "--keys", "1000", "--calls", "200000"]
ONE += ["--consumer", "independent", "--rounds", "0"]

# Has the cells that are timed built as well.
TIMED_TOO = ["--pressure", "page-faults"]


def cells_of(binary: Path) -> Path:
    """Where a variant's are kept, as later ones are built from other sources."""
    return binary.parent / "cells"


def run(binary: Path, directory: Path, *arguments: str, **twins: str) -> Outcome:
    results = directory / "results"
    twins = {"VTB_RESULTS_DIR": str(results), "VTB_CELLS": str(cells_of(binary)), **twins}
    done = subprocess.run(
        [str(binary), *arguments],
        cwd=directory,
        env=clean_environment(**{name: value for name, value in twins.items() if value}),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=HANG_S,
    )
    return Outcome(done.returncode, done.stdout, done.stderr, results)


@pytest.fixture(scope="module")
def tree(source_copy: Path, tmp_path_factory: pytest.TempPathFactory) -> Tree:
    found = Tree(source_copy, tmp_path_factory.mktemp("gate"))
    found.variants["unchanged"] = found.build("unchanged")
    return found


@pytest.fixture(scope="module")
def counted(tree: Tree, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The counts of the unchanged copy."""
    return baseline_of(tree, "unchanged", tmp_path_factory.mktemp("counted"), "--hit-rate", "0.8")


@pytest.fixture(scope="module")
def instructed(tree: Tree, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The baseline of a run of hits alone, with its instructions."""
    directory = tmp_path_factory.mktemp("instructed")
    return baseline_of(tree, "unchanged", directory, "--hit-rate", "1", "--instructions")


def baseline_of(tree: Tree, variant: str, directory: Path, *arguments: str) -> Path:
    path = directory / "baseline.json"
    saved = ["run", *ONE, *arguments, "--save-baseline", str(path)]
    outcome = run(tree.binary(variant), directory, *saved)
    assert outcome.code == 0, outcome.err
    return path


def gate(tree: Tree, variant: str, baseline: Path, *arguments: str, **twins: str) -> Outcome:
    """In the baseline's directory."""
    options = ["gate", "--baseline", str(baseline), *arguments]
    return run(tree.binary(variant), baseline.parent, *options, **twins)


def checks_of(outcome: Outcome) -> dict[tuple[str, str], Json]:
    """All figures, by strategy and metric, of a gate that prints JSON."""
    checks = strict_json(outcome.out)["checks"]
    found = {(check["strategy"], check["metric"]): check for check in checks}
    assert len(found) == len(checks)
    return found


def worse_of(outcome: Outcome) -> set[tuple[str, str]]:
    checks = checks_of(outcome)
    return {key for key, check in checks.items() if check["verdict"] == "worse"}


def test_copy_is_unchanged(tree: Tree, counted: Path, instructed: Path) -> None:
    assert ": 16 same.\n" in gate(tree, "unchanged", counted).out
    assert ": 20 same.\n" in gate(tree, "unchanged", instructed).out


# 80 of 100 calls hit. A task is 72 bytes, and the box of a miss 32 more.
HIT_BYTES = 72
MISS_BYTES = 104


def test_eight_bytes_are_refused(tree: Tree, counted: Path) -> None:
    before = 0.8 * HIT_BYTES + 0.2 * MISS_BYTES
    after = before + 0.2 * 8
    outcome = gate(tree, "bytes", counted)
    assert outcome.code == 3
    line = f"heap_task on glibc: B/op was {before:.6g}, is {after:.6g} "
    assert outcome.error.startswith(f"run_bench: worse than the baseline: {line}")
    assert f"\nworse        {line}" in outcome.out
    outcome = gate(tree, "bytes", counted, "--format", "json")
    assert outcome.code == 3
    assert worse_of(outcome) == {
        ("heap_task", "bytes_per_op"),
        ("heap_task", "peak_live_bytes"),
    }
    check = checks_of(outcome)["heap_task", "bytes_per_op"]
    assert (check["before"], check["after"]) == pytest.approx((before, after), abs=1e-9)


def test_an_allocation_is_refused(tree: Tree, counted: Path) -> None:
    outcome = gate(tree, "allocation", counted, "--limit", "bytes=off,frees=off,live=off")
    assert outcome.code == 3
    assert outcome.error == (
        "run_bench: worse than the baseline: task_in_cache on glibc: allocs/op was 0.2, is 1 "
        "(+400 %; allowed +0)"
    )
    outcome = gate(tree, "allocation", counted)
    assert outcome.code == 3
    assert "task_in_cache on glibc: B/op was 20.8, is 78.4 " in outcome.error
    assert outcome.error.endswith(" more figures")
    assert "task_in_cache on glibc: frees/op was " in outcome.out


def test_an_instruction_is_refused(tree: Tree, instructed: Path) -> None:
    """It is seen as one, and as nothing else."""
    outcome = gate(tree, "instruction", instructed, "--format", "json")
    assert outcome.code == 3
    assert worse_of(outcome) == {("task_in_cache", "instructions_per_op")}
    check = checks_of(outcome)["task_in_cache", "instructions_per_op"]
    assert check["after"] - check["before"] == pytest.approx(1, abs=1e-9)
    assert outcome.error.startswith(
        "run_bench: worse than the baseline: task_in_cache on glibc: instr/op was "
        f"{check['before']:.6g}, is {check['after']:.6g} "
    )
    assert "more figure" not in outcome.error


def test_an_instruction_may_be_allowed(tree: Tree, instructed: Path) -> None:
    outcome = gate(tree, "instruction", instructed, "--limit", "instructions=1")
    assert outcome.code == 0, outcome.err
    assert ": 19 same, 1 within limit.\n" in outcome.out


def test_an_improvement_is_told(tree: Tree, tmp_path: Path) -> None:
    """The gate tells of an improvement, but does not fail, and marks no page for it."""
    baseline = baseline_of(tree, "bytes", tmp_path)
    outcome = gate(tree, "unchanged", baseline, GITHUB_ACTIONS="1")
    assert outcome.code == 0 and outcome.complaints == []
    assert "\nbetter       heap_task on glibc: B/op was 80, is 78.4 (-2 %; " in outcome.out
    assert ": 14 same, 2 better.\n" in outcome.out
    assert "Better than the baseline: renew it, so that this is kept: `run_bench " in outcome.out
    assert "::error" not in outcome.out


@pytest.mark.parametrize(
    "limit, verdicts",
    [
        ("bytes=1.6,live=1e6", "14 same, 2 within limit"),
        ("bytes=1.59,live=1e6", "14 same, 1 within limit, 1 worse"),
        ("bytes=2.1%,live=9%", "14 same, 2 within limit"),
        ("bytes=2%,live=9%", "14 same, 1 within limit, 1 worse"),
        ("bytes=9%,live=7%", "14 same, 1 within limit, 1 worse"),
        ("bytes=off,live=off", "8 same"),
        ("bytes=off", "11 same, 1 worse"),
        ("live=off", "11 same, 1 worse"),
        ("allocs=9,frees=9,collections=9,instructions=9", "14 same, 2 worse"),
    ],
)
def test_limits(tree: Tree, counted: Path, limit: str, verdicts: str) -> None:
    """1.6 of 78.4 bytes are 2.04 %, and 512 of those that live at most, 7.7 %."""
    outcome = gate(tree, "bytes", counted, "--limit", limit)
    assert outcome.code == (3 if "worse" in verdicts else 0), outcome.err
    assert f": {verdicts}.\n" in outcome.out


# --- reports ---


def test_reports_of_a_regression(tree: Tree, counted: Path, tmp_path: Path) -> None:
    """All of them count the same, and are written although the run fails."""
    junit = tmp_path / "junit.xml"
    markdown = tmp_path / "summary.md"
    sarif = tmp_path / "gate.sarif"
    exports = ["--export-junit", str(junit), "--export-markdown", str(markdown)]
    exports += ["--export-sarif", str(sarif)]
    outcome = gate(tree, "bytes", counted, *exports, "--format", "json")
    assert outcome.code == 3
    checks = checks_of(outcome)
    suite = junit_suite(junit)
    cases = suite.findall("testcase")
    assert suite.get("tests") == str(len(cases)) == str(len(checks)) == "16"
    assert suite.get("failures") == str(len(suite.findall("testcase/failure"))) == "2"
    assert (suite.get("errors"), suite.get("skipped")) == ("0", "0")
    failed = {
        (strategy_of_class(case.get("classname") or ""), case.get("name"))
        for case in cases
        if case.find("failure") is not None
    }
    assert failed == worse_of(outcome)
    messages = [failure.get("message") or "" for failure in suite.findall("testcase/failure")]
    assert messages[0].startswith("heap_task on glibc: B/op was ") and messages[0] in outcome.error
    text = markdown.read_text()
    assert text.startswith("### valuetask-bench gate: worse\n\n16 figures against ")
    assert "\n| worse | heap_task | glibc | bytes_per_op | 78.4 | 80 |\n" in text
    assert "\n| same | heap_task | glibc | allocs_per_op | 1 | 1 |\n" in text
    run = sarif_run(sarif)
    assert {(result["ruleId"], result["level"]) for result in run["results"]} == {
        ("bytes_per_op", "error"),
        ("peak_live_bytes", "error"),
    }
    assert len(run["results"]) == 2
    assert messages[0] in run["results"][0]["message"]["text"]
    (location,) = run["results"][0]["locations"]
    assert location["physicalLocation"]["artifactLocation"]["uri"] == "impls/heap_task.c"
    assert text == gate(tree, "bytes", counted, "--format", "markdown").out


def test_annotations_of_a_regression(
    tree: Tree, counted: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where GitHub asks for them, and in no format that a program reads."""
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    assert "::error" not in gate(tree, "bytes", counted).out
    outcome = gate(tree, "bytes", counted, GITHUB_ACTIONS="1")
    errors = [line for line in outcome.out.splitlines() if line.startswith("::error ")]
    assert len(errors) == 2
    assert errors[0] == (
        "::error title=worse than the baseline::heap_task on glibc: B/op was 78.4, is 80 "
        "(+2.04 %25; allowed +0)"
    )
    worse_of(gate(tree, "bytes", counted, "--format", "json", GITHUB_ACTIONS="1"))


def test_csv(bench: Bench, counts: Path) -> None:
    outcome = bench.ok("gate", "--baseline", "baseline.json", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(outcome.out)))
    recorded = {row["run_name"]: row for row in strict_json(counts.read_text())["benchmarks"]}
    assert len(rows) == 16
    for row in rows:
        assert row["verdict"] == "same"
        assert float(row["before"]) == float(row["after"]) == recorded[row["name"]][row["metric"]]


def test_json_of_a_file_whose_name_is_no_text(bench: Bench, counts: Path) -> None:
    name = os.fsdecode(b"b\xe9.json")
    counts.rename(bench.directory / name)
    outcome = bench.ok("gate", "--baseline", name, "--format", "json")
    assert strict_json(outcome.out)["baseline"] == r"b\xe9.json"


@pytest.mark.parametrize(
    ("wrong", "twins"),
    [
        (["--strategy", "poll"], {}),
        (["--limit", "nosuch=1"], {}),
        (["--nosuch", "x"], {}),
        (["--pin", "99999"], {}),
        ([], {"VTB_HELP": "1"}),
    ],
)
@pytest.mark.parametrize("is_first", [False, True])
def test_stale_report_is_not_left(
    bench: Bench, counts: Path, wrong: list[str], twins: dict[str, str], is_first: bool
) -> None:
    """Not even by a gate that was used wrongly, which else leaves everything as it is."""
    junit = bench.directory / "junit.xml"
    exports = ["--export-junit", "junit.xml", "--export-markdown", "summary.md"]
    arguments = [*wrong, *exports] if is_first else [*exports, *wrong]
    junit.write_text(STALE)
    outcome = bench("gate", "--baseline", "baseline.json", *arguments, **twins)
    assert outcome.code == 2
    (error,) = junit_suite(junit).findall("testcase/error")
    reason = outcome.error.removeprefix("run_bench: ")
    assert error.get("message") == f"nothing was compared: {reason}"
    assert set(contents(bench.directory)) == {"baseline.json", "junit.xml"}


@pytest.mark.parametrize("same", ["baseline.json", "trace.txt"])
def test_file_that_is_read_is_no_stale_report(bench: Bench, counts: Path, same: str) -> None:
    """Whatever else is wrong."""
    (bench.directory / "trace.txt").write_text("1\n")
    before = contents(bench.directory)
    reads = ["--baseline", "baseline.json", "--trace", "trace.txt"]
    assert bench("gate", *reads, "--nosuch", "--export-junit", same).code == 2
    assert contents(bench.directory) == before


@pytest.mark.parametrize(
    "option", ["--export-junit", "--export-markdown", "--export-sarif", "--save-baseline"]
)
@pytest.mark.parametrize("target", ["nowhere/report", "."])
@pytest.mark.parametrize("baseline", ["baseline.json", "missing.json"])
def test_report_that_cannot_be_written(
    bench: Bench, counts: Path, option: str, target: str, baseline: str
) -> None:
    """Known before anything is read, let alone run."""
    before = contents(bench.directory)
    outcome = bench("gate", "--baseline", baseline, option, target)
    assert (outcome.code, outcome.out) == (1, "")
    assert f"'{target}' cannot be written: " in outcome.error
    assert contents(bench.directory) == before


def test_report_that_can_be_written_says_which_one_cannot(bench: Bench, counts: Path) -> None:
    (bench.directory / "junit.xml").write_text(STALE)
    exports = ["--export-junit", "junit.xml", "--export-markdown", "summary.md"]
    for unwritable in [["--export-sarif", "nowhere/gate.sarif"], ["--save-baseline", "."]]:
        outcome = bench("gate", "--baseline", "baseline.json", *exports, *unwritable)
        assert outcome.code == 1
        reason = outcome.error.removeprefix("run_bench: ")
        (error,) = junit_suite(bench.directory / "junit.xml").findall("testcase/error")
        assert error.get("message") == f"nothing was compared: {reason}"
        assert set(contents(bench.directory)) == {"baseline.json", "junit.xml", "summary.md"}


# --- baselines that are refused ---


def in_markdown(text: str) -> str:
    """What the report makes of a text that Markdown would take for more."""
    return re.sub(r"[\\`*<&|]|](?=\()|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])", r"\\\g<0>", text)


def assert_says_refusal(directory: Path, reason: str) -> None:
    """Whoever reads a report alone sees that nothing was compared, and why."""
    suite = junit_suite(directory / "junit.xml")
    assert (suite.get("tests"), suite.get("errors"), suite.get("failures")) == ("1", "1", "0")
    (error,) = suite.findall("testcase/error")
    assert error.get("message") == f"nothing was compared: {reason}"
    text = (directory / "summary.md").read_text()
    assert text == f"### valuetask-bench gate: nothing was compared\n\n{in_markdown(reason)}\n"
    run = sarif_run(directory / "gate.sarif")
    assert run["results"] == []
    (invocation,) = run["invocations"]
    assert invocation["executionSuccessful"] is False
    (note,) = invocation["toolExecutionNotifications"]
    assert (note["level"], note["message"]["text"]) == ("error", reason)


def assert_refused(bench: Bench, name: str, *arguments: str, code: int = 5) -> str:
    """In one line, and at once. What is no usage is said in the reports, too; nothing else is
    written. Returns the line."""
    before = contents(bench.directory)
    exports = ["--export-junit", "junit.xml", "--export-markdown", "summary.md"]
    exports += ["--export-sarif", "gate.sarif"]
    gated = ["gate", "--baseline", name, *exports, *arguments]
    outcome = bench(*gated, GITHUB_ACTIONS="1")
    assert (outcome.code, outcome.out) == (code, ""), outcome.err
    if code == 5:
        reason = outcome.error.removeprefix("run_bench: ")
        assert_says_refusal(bench.directory, reason)
        for report in ["junit.xml", "summary.md", "gate.sarif"]:
            (bench.directory / report).unlink()
    assert contents(bench.directory) == before
    return outcome.error


def write(text: str | bytes) -> Callable[[Path], object]:
    data = text if isinstance(text, bytes) else text.encode()
    return lambda path: path.write_bytes(data)


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-40])


def sparse(path: Path) -> None:
    """1 GB, of which nothing is stored."""
    path.write_bytes(b"")
    os.truncate(path, 10**9)


def anew(make: Callable[[Path], object]) -> Callable[[Path], object]:
    def replace(path: Path) -> None:
        path.unlink()
        make(path)

    return replace


DAMAGES: dict[str, tuple[Callable[[Path], object], str]] = {
    "missing": (Path.unlink, "No such file or directory"),
    "empty": (write(""), "it is empty"),
    "truncated": (truncate, "JSON error"),
    "garbled": (write(b"\x00\xff\xfe\x1b[31m" * 100), "JSON error"),
    "text": (write("ns_per_op 4\n"), "JSON error"),
    "other JSON": (write("[1, 2]"), "JSON error"),
    "no rows": (write('{"context": {"fingerprint": "f"}, "benchmarks": []}'), "no results"),
    "of another tool": (write('{"context": {}, "benchmarks": []}'), "fingerprint"),
    "directory": (anew(Path.mkdir), "it is a directory"),
    "FIFO": (anew(os.mkfifo), "nobody writes to this pipe"),
    "device": (anew(lambda path: path.symlink_to("/dev/zero")), "neither a file nor a pipe"),
    "1 GB": (sparse, "it is too large"),
}


@pytest.mark.parametrize("damage, reason", DAMAGES.values(), ids=list(DAMAGES))
def test_what_is_no_baseline(
    bench: Bench, counts: Path, damage: Callable[[Path], object], reason: str
) -> None:
    damage(counts)
    error = assert_refused(bench, "baseline.json")
    assert "'baseline.json'" in error and reason in error


def test_name_that_would_draw_on_a_terminal(bench: Bench) -> None:
    error = assert_refused(bench, "no\nsuch\x1b[31m\rfile")
    assert "'no\\nsuch\\x1b[31m\\rfile'" in error


def other_compiler(baseline: Json) -> None:
    baseline["context"]["compiler"] = "abacus 1"
    baseline["context"]["fingerprint"] = "abacus 1; ..."


def test_another_toolchain_is_refused(bench: Bench, counts: Path) -> None:
    change(counts, other_compiler)
    error = assert_refused(bench, "baseline.json")
    start = "run_bench: the baseline 'baseline.json' is of another toolchain: "
    assert error.startswith(f"{start}compiler was 'abacus 1', is '")
    assert "does not depend on it, or renew it with" in error
    assert "--any-toolchain" in error
    assert "renew it with `run_bench run ... --save-baseline FILE`" in error


def of_another_toolchain(baseline: Path, directory: Path) -> Path:
    """A copy of it there, as if another compiler had built the program."""
    copy = directory / "baseline.json"
    shutil.copy(baseline, copy)
    change(copy, other_compiler)
    return copy


def test_any_toolchain_leaves_out_what_depends_on_it(
    tree: Tree, instructed: Path, tmp_path: Path
) -> None:
    """Though the baseline has instructions, and other ones."""
    compiler = strict_json(instructed.read_text())["context"]["compiler"]
    baseline = of_another_toolchain(instructed, tmp_path)
    outcome = gate(tree, "instruction", baseline, "--any-toolchain")
    assert outcome.code == 0, outcome.err
    assert outcome.out.endswith(
        f"16 figures against '{baseline}': 16 same.\n"
        "Note: instructions and times are left out, as the toolchain is another one.\n"
        f"Note: compiler was 'abacus 1', is '{compiler}'.\n"
    )


def test_times_of_another_toolchain_are_missed_if_asked_for(bench: Bench, times: Path) -> None:
    change(times, other_compiler)
    gate = ["gate", "--baseline", str(times), "--any-toolchain", "--strict", "--format", "json"]
    assert strict_json(bench.ok(*gate).out)["not_compared"] == []
    outcome = bench(*gate, "--time", "5")
    assert outcome.code == 4
    assert "not compared: ratio of 'user_cache/" in outcome.error
    gaps = strict_json(outcome.out)["not_compared"]
    assert {(gap["metric"], gap["reason"]) for gap in gaps} == {("ratio", "of another toolchain")}
    strategies = {gap["name"].split("/")[1] for gap in gaps}
    assert strategies == {"plain", "value_task"}


def test_any_toolchain_refuses_what_does_not_depend_on_it(
    tree: Tree, counted: Path, tmp_path: Path
) -> None:
    baseline = of_another_toolchain(counted, tmp_path)
    assert gate(tree, "unchanged", baseline).code == 5
    outcome = gate(tree, "bytes", baseline, "--any-toolchain")
    assert outcome.code == 3 and "heap_task on glibc: B/op was 78.4, is 80 " in outcome.error


def test_interrupted_run_is_no_baseline(bench: Bench, counts: Path) -> None:
    change(counts, lambda baseline: baseline["context"].update(interrupted=True))
    error = assert_refused(bench, "baseline.json", "--any-toolchain")
    assert "'baseline.json' is of a run that was interrupted; renew it with `" in error


def test_case_that_is_there_no_more(bench: Bench, counts: Path) -> None:
    def rename(baseline: Json) -> None:
        row = baseline["benchmarks"][-1]
        row["run_name"] = row["run_name"].replace("/value_task/", "/of_yore/")

    change(counts, rename)
    error = assert_refused(bench, "baseline.json")
    assert "a case that its options do not make here: 'user_cache/of_yore/glibc/" in error
    assert "renew it" in error


# Values that no option takes, and options that do not say what is run: of those that write a file,
# none does.
BAD_OPTIONS = [
    ("hit-rate", "1.5"),
    ("hit-rate", ""),
    ("strategy", "of_yore"),
    ("heap", "/dev/null"),
    ("keys", "-1"),
    ("calls", "$(touch written)"),
    ("seed", "1\n2"),
    ("keys", "1073741824"),
    ("distribution", "zipf:999"),
    ("export-json", "written"),
    ("export-csv", "written"),
    ("export-markdown", "written"),
    ("export-junit", "written"),
    ("save-baseline", "baseline.json"),
    ("results-dir", "written"),
    ("plot", "written"),
    ("trace", "/dev/zero"),
    ("baseline", "baseline.json"),
    ("limit", "bytes=off"),
    ("any-toolchain", "1"),
    ("help", "1"),
    ("version", "1"),
    ("time", "1"),
    ("rounds", "0"),
    ("--export-json", "written"),
    ("-h", "1"),
    ("", "1"),
    ("export_json", "written"),
    ("Heap", "glibc"),
    ("heap=glibc", "1"),
    ("\x1b[31m", "1"),
]


@pytest.mark.parametrize("name, value", BAD_OPTIONS, ids=[repr(pair) for pair in BAD_OPTIONS])
def test_options_that_no_baseline_has(
    bench: Bench, counts: Path, name: str, value: str
) -> None:
    change(counts, lambda baseline: baseline["context"]["options"].update({name: value}))
    error = assert_refused(bench, "baseline.json")
    assert "'baseline.json'" in error
    assert "\x1b" not in error


@pytest.mark.parametrize("value", [[], {}, 1, None, True])
def test_options_that_are_no_texts(bench: Bench, counts: Path, value: object) -> None:
    change(counts, lambda baseline: baseline["context"]["options"].update({"keys": value}))
    assert "option 'keys' is not a text" in assert_refused(bench, "baseline.json")


def test_options_that_make_no_plan(bench: Bench, counts: Path) -> None:
    """Each option is valid, but together they make no plan."""
    excluded = {"exclude-strategy": "heap_task"}
    change(counts, lambda baseline: baseline["context"]["options"].update(excluded))
    error = assert_refused(bench, "baseline.json")
    assert "'baseline.json' cannot be run: --exclude-strategy: " in error


def test_baseline_of_a_trace(bench: Bench) -> None:
    """It names no file: whoever gates gives one, and it must be the same."""
    for name, keys_n in [("trace.txt", 40), ("other.txt", 41)]:
        (bench.directory / name).write_text("".join(f"{i % keys_n}\n" for i in range(300)))
    traced = ["--workload", "trace", "--trace", "trace.txt", "--cache-capacity", "10"]
    save(bench, *traced, "--strategy", "value_task", "--rounds", "0")
    outcome = bench.ok("gate", "--baseline", "baseline.json", "--trace", "trace.txt")
    assert outcome.out.endswith("16 figures against 'baseline.json': 16 same.\n")
    for arguments in [[], ["--trace", "other.txt"]]:
        error = assert_refused(bench, "baseline.json", *arguments)
        assert "has a case that its options do not make here: 'trace/" in error


# --- the gate's own options ---


@pytest.mark.parametrize(
    "arguments, part",
    [
        (["--limit", "nosuch=1"], "--limit: 'nosuch=1': "),
        (["--limit", "bytes"], "--limit: "),
        (["--limit", "bytes="], "--limit: "),
        (["--limit", "bytes=-1"], "--limit: "),
        (["--limit", "bytes=200%"], "--limit: "),
        (["--limit", "bytes=1,,allocs=1"], "--limit: "),
        (["--limit", ""], "--limit: "),
        (["--limit"], "--limit: no value"),
        (["--margin", "0"], "--margin: "),
        (["--margin", "100"], "--margin: "),
        (["--time", "0"], "--time: "),
        (["--time="], "--time: "),
        (["--time", "soon"], "--time: "),
        (["--strict=1"], "--strict: "),
        (["--format", "xml"], "--format: "),
        (["--export-junit", ""], "--export-junit: "),
        (["--hit-rate", "0.5"], "--hit-rate is of a gate with --against"),
        (["--rounds", "9"], "--rounds is of a gate with --against"),
        (["--save-baseline", ""], "--save-baseline: "),
        (["--strategy", "nosuch"], "--strategy: unknown name 'nosuch'; nearest: "),
        (["--strategy", "poll"], "accepted: empty, plain, heap_task, value_task"),
        (["baseline.json"], "unexpected argument 'baseline.json'"),
    ],
)
def test_usage(bench: Bench, counts: Path, arguments: list[str], part: str) -> None:
    assert part in assert_refused(bench, "baseline.json", *arguments, code=2)


def test_usage_without_a_baseline(bench: Bench) -> None:
    outcome = bench("gate")
    assert (outcome.code, outcome.out) == (2, "")
    assert "--baseline FILE is needed, which `run_bench run --save-baseline FILE`" in outcome.error


@pytest.mark.parametrize("arguments", [["--time", "--strict"], ["--strict", "--time"]])
def test_time_needs_no_number(bench: Bench, arguments: list[str]) -> None:
    """It is taken, and what is not there is the baseline."""
    assert "'missing.json'" in assert_refused(bench, "missing.json", *arguments)


# Each of twenty tables takes a second or a day: after two seconds some are finished, or none.
@pytest.mark.parametrize("of_times, seconds", [("86400", 0), ("4", 2)])
def test_interrupt_ends_it(bench: Bench, of_times: str, seconds: float) -> None:
    """At the start, or when tables are finished: in one line. A report of an earlier gate says so,
    and nothing else is written."""
    save(bench, *TIMES, "--hit-rate", "0:0.9:0.1")
    before = contents(bench.directory)
    (bench.directory / "junit.xml").write_text(STALE)
    gated = ["--baseline", "baseline.json", "--time", of_times, "--export-junit", "junit.xml"]
    process = bench.start("gate", *gated)
    try:
        wait_until(lambda: catches(process, signal.SIGINT), "it does not watch")
        time.sleep(seconds)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=HANG_S)
    finally:
        process.kill()
        process.wait()
    assert "interrupted" in Outcome(process.returncode, out, err, bench.results).error
    assert (process.returncode, out) == (130, "")
    (error,) = junit_suite(bench.directory / "junit.xml").findall("testcase/error")
    assert (error.get("message") or "").startswith("nothing was compared: ")
    (bench.directory / "junit.xml").unlink()
    assert contents(bench.directory) == before
