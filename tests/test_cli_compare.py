"""`compare`: two result files of real runs side by side, the same or not, in every format."""
from __future__ import annotations

import copy
import csv
import io
import json
import re
import subprocess
from pathlib import Path
from typing import Callable

import pytest

from conftest import (
    BINARY,
    COUNTED,
    HANG_S,
    INTERVALS,
    Bench,
    Row,
    medians,
    strategy_of,
    strict_json,
)
from test_cli_options import assert_refused

STRATEGIES = ["empty", "plain", "heap_task", "value_task"]
FIGURES = ["bytes_per_op", "allocs_per_op", "frees_per_op", "usable_bytes_per_op"]


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """Result files: two of the same counts, two of the same times, and one of other cases."""
    bench = Bench(tmp_path_factory.mktemp("compared"))
    one = ["--strategy", "value_task"]
    for name, arguments in {
        "counts": [*COUNTED, *one],
        "again": [*COUNTED, *one],
        "times": [*INTERVALS, *one],
        "timed-again": [*INTERVALS, *one],
        "other": [*COUNTED, *one, "--hit-rate", "0.5", "--seed", "7"],
        "more": [*COUNTED, "--strategy", "value_task,poll"],
    }.items():
        bench.ok(*arguments, "--export-json", f"{name}.json")
    return bench


def document(kept: Bench, name: str) -> Row:
    return strict_json((kept.directory / f"{name}.json").read_text(encoding="utf-8"))


def compare(kept: Bench, before: str, after: str, form: str = "table") -> str:
    """Writes to standard output, and nowhere else."""
    earlier = sorted(kept.directory.rglob("*"))
    outcome = kept.ok("compare", f"{before}.json", f"{after}.json", "--format", form)
    assert outcome.err == ""
    assert sorted(kept.directory.rglob("*")) == earlier
    return outcome.out


def compared(kept: Bench, before: str, after: str) -> Row:
    return strict_json(compare(kept, before, after, "json"))


def edited(
    kept: Bench, name: str, change: Callable[[Row], None], under: str = "edited"
) -> str:
    """A result file with something changed; gives its name."""
    changed = copy.deepcopy(document(kept, name))
    change(changed)
    (kept.directory / f"{under}.json").write_text(json.dumps(changed), encoding="utf-8")
    return under


def dearer(key: str, more: float) -> Callable[[Row], None]:
    def change(results: Row) -> None:
        for row in results["benchmarks"]:
            if strategy_of(row) == "value_task":
                row[key] += more

    return change


def test_the_same_run_twice_differs_in_nothing(kept: Bench) -> None:
    text = compare(kept, "counts", "again")
    assert "Machine, build and options are the same" in text
    assert "4 cases are in both files; of what may be compared, nothing is known to differ." in text
    assert " only before" not in text and " only after" not in text
    found = compared(kept, "counts", "again")
    assert found["differences"] == []
    assert found["before"]["rows_n"] == found["after"]["rows_n"] == 4
    for key in FIGURES:
        figure = found["figures"][key]
        assert (figure["comparable"], figure["cases_n"], figure["differing_n"]) == (True, 4, 0)
        assert len(figure["reason"]) > 10


def test_a_file_differs_from_itself_in_nothing(kept: Bench) -> None:
    """Ratios too, whose intervals are the same."""
    found = compared(kept, "times", "times")
    assert {figure["differing_n"] for figure in found["figures"].values()} == {0}
    assert found["figures"]["ratio"]["cases_n"] == 4


def test_times_are_shown_and_not_compared(kept: Bench) -> None:
    """The ratio is what two runs have in common."""
    found = compared(kept, "times", "timed-again")["figures"]
    assert (found["ratio"]["comparable"], found["ns_per_op"]["comparable"]) == (True, False)
    text = " ".join(compare(kept, "times", "timed-again").split())
    assert "ns/op: no, " in text and "compare the ratio" in text
    before = {row["run_name"]: row for row in medians(document(kept, "times")["benchmarks"])}
    for line in lines_of(kept, "times", "timed-again"):
        if line["figure"] == "ns_per_op":
            assert float(line["before"]) == pytest.approx(before[line["name"]]["ns_per_op"])
            assert line["verdict"] == "not comparable"


def lines_of(kept: Bench, before: str, after: str) -> list[dict[str, str]]:
    lines = list(csv.DictReader(io.StringIO(compare(kept, before, after, "csv"))))
    assert lines and all(None not in line and None not in line.values() for line in lines)
    return lines


@pytest.mark.parametrize(
    ("more", "shown", "verdict"),
    [(8, r"20\.8 -> 28\.8 \+38\.5 %", "higher"), (-8, r"20\.8 -> 12\.8 -38\.5 %", "lower")],
)
def test_what_differs_is_told_before_and_after(
    kept: Bench, more: float, shown: str, verdict: str
) -> None:
    """One strategy's bytes differ; the difference is the same in every format."""
    after = edited(kept, "counts", dearer("bytes_per_op", more))
    figure = compared(kept, "counts", after)["figures"]["bytes_per_op"]
    assert (figure["differing_n"], figure["cases_n"]) == (1, 4)
    text = compare(kept, "counts", after)
    assert "of what may be compared, these differ: B/op in 1." in " ".join(text.split())
    assert re.search(rf"^value_task +{shown}$", text, re.MULTILINE), text
    assert re.search(r"^heap_task +=$", text, re.MULTILINE), text
    assert max(len(line) for line in text.splitlines()) <= 100
    markdown = compare(kept, "counts", after, "markdown")
    assert re.search(rf"^\| value_task \| {shown} \|$", markdown, re.MULTILINE), markdown
    told = {(line["strategy"], line["figure"]): line for line in lines_of(kept, "counts", after)}
    line = told["value_task", "bytes_per_op"]
    numbers = [float(line[key]) for key in ["before", "after", "change"]]
    assert numbers == pytest.approx([20.8, 20.8 + more, more])
    assert line["verdict"] == verdict
    others = {name: told[name, "bytes_per_op"]["verdict"] for name in STRATEGIES[:3]}
    assert set(others.values()) == {"same"}


def test_a_difference_that_digits_would_hide_is_one(kept: Bench) -> None:
    after = edited(kept, "counts", dearer("bytes_per_op", 1e-9))
    assert compared(kept, "counts", after)["figures"]["bytes_per_op"]["differing_n"] == 1
    assert "20.8 -> 20.800000001" in compare(kept, "counts", after)


def known_well(factor: float, **more: object) -> Callable[[Row], None]:
    """The ratio of one strategy is another by a factor, and all are known well, whatever else the
    machine did meanwhile.
    """

    def change(results: Row) -> None:
        for row in medians(results["benchmarks"]):
            if strategy_of(row) != "heap_task":
                ratio = row["ratio"] * (factor if strategy_of(row) == "value_task" else 1)
                row.update(ratio=ratio, ratio_lo=ratio * 0.94, ratio_hi=ratio * 1.06)
            row.update(ratio_log_se=0.02, ratio_freedom=30, **more)

    return change


@pytest.mark.parametrize(
    ("factor", "verdict"),
    [(1, "difference not known"), (1.05, "difference not known"), (1.3, "higher"), (0.7, "lower")],
)
def test_ratios_differ_by_the_test_of_their_difference(
    kept: Bench, factor: float, verdict: str
) -> None:
    """Both runs' deviations count: the difference has one of 2.8 %, and is told from 8 % on."""
    edited(kept, "times", known_well(1), "settled")
    after = edited(kept, "settled", known_well(factor))
    figure = compared(kept, "settled", after)["figures"]["ratio"]
    assert (figure["cases_n"], figure["differing_n"]) == (4, int(verdict in ("higher", "lower")))
    (line,) = (
        line
        for line in lines_of(kept, "settled", after)
        if (line["strategy"], line["figure"]) == ("value_task", "ratio")
    )
    assert line["verdict"] == verdict
    assert ("ratio in 1" in compare(kept, "settled", after)) == (verdict in ("higher", "lower"))


def test_ratios_of_other_states_of_the_machine_are_not_compared(kept: Bench) -> None:
    edited(kept, "times", known_well(1, state="quiet"), "settled")
    after = edited(kept, "settled", known_well(2, state="busy"))
    assert compared(kept, "settled", after)["figures"]["ratio"]["differing_n"] == 0
    verdicts = {
        line["strategy"]: line["verdict"]
        for line in lines_of(kept, "settled", after)
        if line["figure"] == "ratio"
    }
    assert verdicts["value_task"] == "not comparable"


def test_ratios_of_few_sessions_are_not_compared(kept: Bench) -> None:
    """Nothing is known of how far another run's would be."""

    def few(results: Row) -> None:
        for row in medians(results["benchmarks"]):
            for key in ["ratio_lo", "ratio_hi", "ratio_log_se", "ratio_freedom"]:
                if strategy_of(row) != "heap_task":
                    del row[key]

    edited(kept, "times", few, "settled")
    verdicts = {
        line["verdict"]
        for line in lines_of(kept, "settled", "times")
        if (line["strategy"], line["figure"]) == ("value_task", "ratio")
    }
    assert verdicts == {"not comparable"}


def test_other_cases_stand_apart(kept: Bench) -> None:
    """Options are listed that made the cases other ones."""
    text = compare(kept, "counts", "other")
    words = " ".join(text.split())
    assert "No case is in both files." in words
    assert "4 cases are only before:" in words and "4 cases are only after:" in words
    assert "hit_rate:0.8" in words and "hit_rate:0.5" in words
    assert "--hit-rate: not recorded before, '0.5' after" in words
    assert "--seed: not recorded before, '7' after" in words
    text = compare(kept, "counts", "more")
    assert "1 case is only after:\npoll in user_cache" in text
    assert "4 cases are in both files" in text
    differences = json.dumps(compared(kept, "counts", "more")["differences"])
    assert "value_task,poll" in differences


def test_another_machine_is_told(kept: Bench) -> None:
    """Figures that depend on the C library are then not compared; those that follow from the code
    are.
    """

    def elsewhere(results: Row) -> None:
        results["context"].update(cpu_model="a quantum computer", libc="musl 1.2")

    after = edited(kept, "counts", elsewhere)
    words = " ".join(compare(kept, "counts", after).split())
    assert "'a quantum computer' after" in words and "'musl 1.2' after" in words
    figures = compared(kept, "counts", after)["figures"]
    assert figures["bytes_per_op"]["comparable"] is True
    assert figures["usable_bytes_per_op"]["comparable"] is False


def test_before_and_after_are_in_the_order_of_the_arguments(kept: Bench) -> None:
    after = edited(kept, "counts", dearer("allocs_per_op", 1))
    assert "0.2 -> 1.2" in compare(kept, "counts", after)
    assert "1.2 -> 0.2" in compare(kept, after, "counts")


# --- files that can be read but once ---


@pytest.mark.parametrize("which", ["before", "after", "both"])
def test_files_may_be_pipes(kept: Bench, which: str) -> None:
    """As a shell's <(git show ...) is one: /dev/fd/63."""
    text = (kept.directory / "counts.json").read_text(encoding="utf-8")
    arguments = {
        "before": "<(cat counts.json) counts.json",
        "after": "counts.json <(cat counts.json)",
        "both": "<(cat counts.json) <(cat counts.json)",
    }
    done = subprocess.run(
        ["bash", "-c", f'"$0" compare {arguments[which]} --format json', str(BINARY)],
        cwd=kept.directory,
        env=kept.environment(),
        capture_output=True,
        text=True,
        timeout=HANG_S,
    )
    assert done.returncode == 0, done.stderr
    assert len(strict_json(done.stdout)["rows"]) == len(json.loads(text)["benchmarks"])


@pytest.mark.parametrize("arguments", [["-", "counts.json"], ["counts.json", "-"]])
def test_one_file_may_be_standard_input(kept: Bench, arguments: list[str]) -> None:
    done = subprocess.run(
        [str(BINARY), "compare", *arguments],
        input=(kept.directory / "counts.json").read_text(encoding="utf-8"),
        cwd=kept.directory,
        env=kept.environment(),
        capture_output=True,
        text=True,
        timeout=HANG_S,
    )
    assert done.returncode == 0, done.stderr
    assert "nothing is known to differ" in done.stdout


# --- what is refused ---


@pytest.mark.parametrize(
    ("arguments", "mentions"),
    [
        ([], ["two result files", "BEFORE.json AFTER.json"]),
        (["a.json"], ["two result files", "BEFORE.json AFTER.json"]),
        (["--format", "json"], ["two result files"]),
        (["a.json", "b.json", "c.json"], ["unexpected argument 'c.json'"]),
        (["a.json", "b.json", "--rounds", "8"], ["--rounds", "not an option of 'compare'"]),
        (["missing.json", "missing.json"], ["'missing.json'", "No such file or directory"]),
        (["/", "/"], ["'/'"]),
        (["/dev/null", "/dev/null"], ["'/dev/null'"]),
        (["-", "-"], ["standard input, -, can be read once"]),
        (["-", "/dev/stdin"], ["standard input, -, can be read once"]),
        (["-"], ["two result files"]),
    ],
)
def test_what_cannot_be_compared_is_refused(
    bench: Bench, arguments: list[str], mentions: list[str]
) -> None:
    assert_refused(bench("compare", *arguments), bench.directory, *mentions)


GARBLED = {
    "nothing": "",
    "no JSON": "strategy  ns/op\n",
    "cut off": '{"context": {"date": "2026-01-01"}, "benchmarks": [{"run_name": "a"',
    "another document": '{"strategies": []}',
    "a list": "[]",
    "no rows": '{"context": {}, "benchmarks": []}',
    "a name that is a number": '{"context": {}, "benchmarks": [{"run_name": 1}]}',
    "bytes that are no text": "\udcff\udcfe",
}


@pytest.mark.parametrize("which", [0, 1], ids=["before", "after"])
@pytest.mark.parametrize("content", GARBLED)
def test_garbled_file_is_refused(kept: Bench, content: str, which: int) -> None:
    """Whichever of the two it is, in one line that names it."""
    garbled = kept.directory / "garbled.json"
    garbled.write_bytes(GARBLED[content].encode("utf-8", "surrogateescape"))
    names = ["counts.json", "counts.json"]
    names[which] = garbled.name
    outcome = kept("compare", *names)
    assert (outcome.code, outcome.out) == (2, "")
    assert f"'{garbled.name}'" in outcome.error


def test_a_files_name_may_look_like_an_option(kept: Bench) -> None:
    text = (kept.directory / "counts.json").read_text(encoding="utf-8")
    Path(kept.directory / "--counts").write_text(text, encoding="utf-8")
    outcome = kept.ok("compare", "./--counts", "counts.json")
    assert "nothing is known to differ" in outcome.out
