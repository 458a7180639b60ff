"""`run_bench history`: what `--history` adds to a file, and where figures change, held against
series whose changes are known and against scipy.
"""
from __future__ import annotations

import csv
import io
import json
import lzma
import math
import os
import random
import re
import shutil
import statistics
import subprocess
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy
import pytest
from scipy import stats
from scipy.spatial import distance

from conftest import (
    BINARY,
    COUNTED,
    HANG_S,
    INTERVALS,
    ROOT,
    Bench,
    Row,
    clean_environment,
    strict_json,
)
from plot_cases import SCRIPTS  # whose import finds plots
from plots.courses import history_pictures
from plots.files import BadFile
from plots.histories import History, history_of
from test_cli_options import assert_refused

POINT = "glibc/hit_rate:0.8"
CASE = f"cache/quick/{POINT}"
RECORDED = sorted((ROOT / "tests" / "recorded").glob("*.csv.xz"))
MIN = 3  # values on either side of a change


def line(number: int, rows: dict[str, dict[str, float]], **facts: str) -> str:
    """A result of a history, of day `number`."""
    date = datetime(2026, 1, 1) + timedelta(days=number)
    usual = {"date": date.isoformat() + "+0000", "revision": f"r{number:03}", "host": "h"}
    usual |= {"cpu": "P", "toolchain": "gcc; rule 1; x86_64", "isa": "i", "baseline": "base"}
    return json.dumps({"history": 1, **usual, **facts, "rows": rows}) + "\n"


def write(bench: Bench, name: str, lines: Sequence[str]) -> str:
    (bench.directory / name).write_text("".join(lines), encoding="utf-8")
    return name


def courses(
    bench: Bench, series: dict[str, Sequence[float]], key: str = "ratio", **facts: str
) -> str:
    """A history file in which cases have these values, one a day."""
    names = [f"cache/{strategy}/{POINT}" for strategy in series]
    lines = [
        line(number, {name: {key: value} for name, value in zip(names, values)}, **facts)
        for number, values in enumerate(zip(*series.values()))
    ]
    return write(bench, "history.jsonl", lines)


def told(bench: Bench, *arguments: str) -> Row:
    return strict_json(bench.ok("history", *arguments, "--format", "json").out)


def changes(bench: Bench, *arguments: str) -> dict[str, list[Row]]:
    """By strategies."""
    figures = told(bench, *arguments)["figures"]
    return {figure["name"].split("/")[1]: figure["points"] for figure in figures}


# --- adding to a file ---


def test_runs_are_added_and_read_back(bench: Bench) -> None:
    for tag in ["one", "two"]:  # or they would be alike, and one, within the same second
        bench.ok(*COUNTED, "--strategy", "value_task", "--tag", tag, "--history", "h.jsonl")
    lines = (bench.directory / "h.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 2
    found = told(bench, "h.jsonl")
    assert len(found["results"]) == 2
    (figure,) = [
        each
        for each in found["figures"]
        if "/value_task/" in each["name"] and each["metric"] == "bytes_per_op"
    ]
    assert figure["kind"] == "exact" and figure["machine"] is None
    assert (figure["n"], figure["points"]) == (2, [])
    (result, *_) = bench.results.glob("*.json")
    rows = json.loads(result.read_text(encoding="utf-8"))["benchmarks"]
    (row,) = [row for row in rows if "/value_task/" in row["run_name"]]
    assert figure["first"] == row["bytes_per_op"] > 0


def test_a_folder_of_result_files_is_the_same_history(bench: Bench) -> None:
    """But for its order, which is that of dates in either."""
    for strategy in ["value_task", "poll"]:
        bench.ok(*COUNTED, "--strategy", strategy, "--history", "h.jsonl")
    folder, file = told(bench, str(bench.results)), told(bench, "h.jsonl")
    assert folder["results"] == file["results"]
    by_name = {(each["name"], each["metric"]): each["course"] for each in file["figures"]}
    assert by_name == {(each["name"], each["metric"]): each["course"] for each in folder["figures"]}
    some = [str(path) for path in sorted(bench.results.glob("*.json"))]
    assert told(bench, *some)["results"] == file["results"]


def test_times_are_added_with_their_intervals(bench: Bench) -> None:
    bench.ok(*INTERVALS, "--strategy", "value_task", "--history", "h.jsonl")
    ratios = [each for each in told(bench, "h.jsonl")["figures"] if each["kind"] == "ratio"]
    assert [each["name"].split("/")[1] for each in ratios].count("value_task") == 1
    assert "heap_task" not in [each["name"].split("/")[1] for each in ratios]
    for each in ratios:
        ((_, value, low, high),) = each["course"]
        assert low < value < high
        assert each["machine"] and each["toolchain"] and each["conditions"] == "to heap_task"


def test_a_gate_adds_what_it_found(bench: Bench) -> None:
    bench.ok(*COUNTED, "--strategy", "value_task", "--save-baseline", "b.json")
    bench.ok("gate", "--baseline", "b.json", "--history", "h.jsonl")
    assert len(told(bench, "h.jsonl")["results"]) == 1


def test_results_that_are_read_are_added_to_another_file(bench: Bench) -> None:
    bench.ok(*COUNTED, "--strategy", "value_task", "--export-json", "r.json")
    bench.ok("history", "r.json", "--history", "h.jsonl")
    assert told(bench, "h.jsonl") == told(bench, "r.json")
    outcome = bench("history", "h.jsonl", "--history", "h.jsonl")
    assert outcome.code == 2 and "h.jsonl" in outcome.error
    outcome = bench("history", str(bench.results), "--history", str(bench.results / "all.jsonl"))
    assert outcome.code == 2 and "of which all files are read" in outcome.error


def test_what_is_no_history_is_refused_before_anything_runs(bench: Bench) -> None:
    write(bench, "notes.txt", ["mine\n"])
    outcome = bench(*COUNTED, "--history", "notes.txt")
    assert outcome.code == 2 and "'notes.txt' is no history" in outcome.error
    assert (bench.directory / "notes.txt").read_text(encoding="utf-8") == "mine\n"
    assert outcome.files() == []
    outcome = bench("gate", "--baseline", "results/baseline.json", "--history", "notes.txt")
    assert outcome.code == 2 and "is no history" in outcome.error


def test_two_processes_add_whole_lines(bench: Bench) -> None:
    """Lines much longer than a pipe would take at once."""
    rows = {f"cache/s{i:04}/{POINT}": {"bytes_per_op": i} for i in range(5000)}
    write(bench, "long.jsonl", [line(0, rows)])
    for _ in range(5):
        both = [bench.start("history", "long.jsonl", "--history", "all.jsonl") for _ in range(2)]
        for each in both:
            each.communicate(timeout=HANG_S)
        assert [each.returncode for each in both] == [0, 0]
    lines = (bench.directory / "all.jsonl").read_text(encoding="utf-8").splitlines()
    assert [len(json.loads(each)["rows"]) for each in lines] == 10 * [5000]


# --- what is read ---


def test_a_line_that_is_cut_short_is_passed_over_and_said(bench: Bench) -> None:
    whole = [line(number, {CASE: {"bytes_per_op": 8}}) for number in range(3)]
    write(bench, "h.jsonl", [whole[0], whole[1][:40] + "\n", whole[1], whole[2][:-20]])
    outcome = bench.ok("history", "h.jsonl", "--format", "json")
    assert len(strict_json(outcome.out)["results"]) == 2
    assert [each.split("'")[2] for each in outcome.lines] == [
        " line 2: no whole result, passed over",
        " line 4: no whole result, passed over",
    ]


def test_standard_input_is_read(bench: Bench) -> None:
    done = subprocess.run(
        [str(BINARY), "history", "-"],
        input=line(0, {CASE: {"bytes_per_op": 8}}),
        capture_output=True,
        text=True,
        timeout=HANG_S,
        cwd=bench.directory,
        env=bench.environment(),
    )
    assert done.returncode == 0 and done.stdout.startswith("1 result, of 2026-01-01")


@pytest.mark.parametrize(
    ("content", "mention"),
    [
        ('{"history": 2}\n', "line 1: it is of version 2 of history files"),
        ('{"history": 1, "date": "2026-01-01"}\n', "line 1: it has no rows"),
        ("", "no results"),
        ("garbage", "no results"),
    ],
)
def test_others_are_refused(bench: Bench, content: str, mention: str) -> None:
    write(bench, "h.jsonl", [content])
    outcome = bench("history", "h.jsonl")
    assert outcome.code == 2 and outcome.out == ""
    assert mention in outcome.lines[-1]


def test_no_files_are_refused(bench: Bench) -> None:
    assert_refused(bench("history"), bench.directory, "a history is needed", "--history FILE.jsonl")
    assert_refused(bench("history", "none"), bench.directory, "none", "No such file")


def test_results_and_figures_are_chosen(bench: Bench) -> None:
    rows = {CASE: {"bytes_per_op": 8, "ratio": 0.5}, f"cache/slow/{POINT}": {"bytes_per_op": 9}}
    write(bench, "h.jsonl", [line(number, rows) for number in range(40)])
    assert len(told(bench, "h.jsonl", "--since", "2026-02-01")["results"]) == 9
    metrics = told(bench, "h.jsonl", "--metric", "ratio")["figures"]
    assert [each["metric"] for each in metrics] == ["ratio"]
    strategies = told(bench, "h.jsonl", "--strategy", "slow")["figures"]
    assert [each["name"] for each in strategies] == [f"cache/slow/{POINT}"]
    outcome = bench("history", "h.jsonl", "--strategy", "slwo")
    assert outcome.code == 2 and "none of the figures that --strategy and --metric" in outcome.error
    outcome = bench("history", "h.jsonl", "--since", "2027-01-01")
    assert outcome.code == 2 and "no results since that date" in outcome.error


def test_machines_are_kept_apart(bench: Bench) -> None:
    """Two machines by turns, one of which is slower: neither changes."""
    rng = random.Random(5)
    lines = [
        line(
            number,
            {CASE: {"ratio": (0.5, 0.8)[number % 2] * rng.gauss(1, 0.01), "bytes_per_op": 8}},
            host="ab"[number % 2],
        )
        for number in range(80)
    ]
    write(bench, "h.jsonl", lines)
    found = told(bench, "h.jsonl")["figures"]
    of = [(each["metric"], each["machine"], each["n"], each["points"]) for each in found]
    assert sorted(of, key=str) == [
        ("bytes_per_op", None, 80, []),
        ("ratio", "a, P", 40, []),
        ("ratio", "b, P", 40, []),
    ]


# --- where figures change ---


def test_every_step_of_a_count_is_told(bench: Bench) -> None:
    name = courses(bench, {"quick": [100, 100, 103, 103, 100]}, "instructions_per_op")
    (points,) = changes(bench, name).values()
    assert [(each["revision_before"], each["revision"]) for each in points] == [
        ("r001", "r002"),
        ("r003", "r004"),
    ]
    assert [each["factor"] for each in points] == [1.03, pytest.approx(100 / 103)]
    assert all(each["p"] is None and each["sure"] == 1 for each in points)
    text = bench.ok("history", name).out
    assert "2026-01-03T00:00:00Z: revision r001 -> r002" in text and "exact" in text


def test_formats_have_the_same_changes(bench: Bench) -> None:
    values = [0.5 * random.Random(number).gauss(1, 0.01) for number in range(30)]
    values += [0.6 * random.Random(number).gauss(1, 0.01) for number in range(30, 60)]
    name = courses(bench, {"quick": values, "same": [0.7] * 60})
    (point,) = changes(bench, name)["quick"]
    rows = list(csv.DictReader(io.StringIO(bench.ok("history", name, "--format", "csv").out)))
    (row,) = [row for row in rows if row["revision"]]
    assert (row["revision"], row["date"]) == (point["revision"], point["date"])
    for key in ["before", "after", "factor", "p", "sure"]:
        assert float(row[key]) == pytest.approx(point[key], rel=1e-12)
    assert len(rows) == 2
    table, markdown = (bench.ok("history", name, "--format", each).out for each in TEXTS)
    for text in [table, markdown]:
        assert f"revision {point['revision_before']} -> {point['revision']}" in text
    assert "| quick" in markdown and "### " in markdown


TEXTS = ["table", "markdown"]


def energy(values: Sequence[float], at: int) -> float:
    """The statistic of E-divisive, by its definition."""
    column = numpy.asarray(values).reshape(-1, 1)
    left, right = column[:at], column[at:]
    n, m = len(left), len(right)
    apart = 2 * distance.cdist(left, right).mean()
    return n * m / (n + m) * (apart - distance.pdist(left).mean() - distance.pdist(right).mean())


def noisy_step(seed: int, at: int, n: int, step: float) -> list[float]:
    """As ratios are: a spread of 2 %, and now and then three times as much."""
    rng = random.Random(seed)
    spreads = [0.02 * (3 if rng.random() < 0.1 else 1) for _ in range(n)]
    return [
        0.5 * (1 + step * (number >= at)) * math.exp(rng.gauss(0, spread))
        for number, spread in enumerate(spreads)
    ]


@pytest.mark.parametrize("seed", range(5))
def test_the_place_is_that_of_the_largest_energy_distance(bench: Bench, seed: int) -> None:
    values = noisy_step(seed, 25, 60, 0.08)
    (point,) = changes(bench, courses(bench, {"quick": values}))["quick"]
    logs = [math.log(value) for value in values]
    best = max(range(MIN, len(values) - MIN + 1), key=lambda at: energy(logs, at))
    assert point["at"] == best
    assert point["before"] == pytest.approx(statistics.median(values[:best]), rel=1e-3)
    assert point["after"] == pytest.approx(statistics.median(values[best:]), rel=1e-3)


def test_energy_distance_is_scipys() -> None:
    """The definition above, but for means of pairs that scipy takes over a value and itself."""
    values = noisy_step(1, 20, 50, 0.1)
    left, right = values[:20], values[20:]
    own = 0.0
    for part in (left, right):
        pairs = distance.pdist(numpy.asarray(part).reshape(-1, 1))
        own += pairs.mean() - 2 * pairs.sum() / len(part) ** 2
    scipys = stats.energy_distance(left, right) ** 2
    assert energy(values, 20) == pytest.approx(20 * 30 / 50 * (scipys - own), rel=1e-9)


def scores_of(values: Any) -> Any:
    """Deviations from the median, up to four of scipy's deviations."""
    unit = stats.median_abs_deviation(values, scale="normal")
    scores = numpy.clip((values - numpy.median(values)) / unit, -4, 4)
    return scores - scores.mean()


def lengths_of(n: int) -> list[int]:
    """Of levels that are left again."""
    lengths, length = [], MIN
    while length <= n // 2:
        lengths.append(length)
        length += math.ceil(length / 3)
    return lengths


def farthest_level(scores: Any, axis: int = -1) -> Any:
    """Of all parts of a course the one that is farthest off; of many courses at once."""
    n = scores.shape[axis]
    sums = numpy.insert(numpy.cumsum(scores, axis=-1), 0, 0, axis=-1)
    found = [sums[..., at] ** 2 / (at * (n - at)) for at in range(MIN, n - MIN + 1)]
    for length in lengths_of(n):
        passing = sums[..., MIN + length : n - MIN + 1] - sums[..., MIN : n - length - MIN + 1]
        found.append(0.75 * (passing**2).max(axis=-1, initial=0) / (length * (n - length)))
    return numpy.max(found, axis=0)


def test_how_far_off_a_level_is_is_scipys_correlation() -> None:
    """Of the scores with whether they stand before a place, but for a factor of all places."""
    for seed in range(10):
        scores = scores_of(numpy.log(noisy_step(seed, 10, 20, 0.04)))
        for at in range(MIN, len(scores) - MIN + 1):
            before = numpy.arange(len(scores)) < at
            expected = stats.pearsonr(before, scores)[0] ** 2 * (scores**2).mean()
            found = scores[:at].sum() ** 2 / (at * (len(scores) - at))
            assert found == pytest.approx(expected, rel=1e-9)


def test_p_is_that_of_scipys_permutation_test(bench: Bench) -> None:
    """Of changes that are just about seen, each of one figure, whose p is not adjusted."""
    seen = 0
    for seed in range(20):
        values = noisy_step(seed, 10, 20, 0.04)
        (points,) = changes(bench, courses(bench, {"quick": values})).values()
        if not points:
            continue
        seen += points[0]["p"] > 0.002
        expected = stats.permutation_test(
            (scores_of(numpy.log(values)),),
            farthest_level,
            permutation_type="pairings",
            vectorized=True,
            alternative="greater",
            n_resamples=4000,
            random_state=3,
        ).pvalue
        assert points[0]["p"] == pytest.approx(expected, abs=0.006)
    assert seen >= 2


# --- recorded series ---


def recorded_ratios(path: Path) -> dict[str, list[float]]:
    """Of each session, a strategy's median ratio to heap_task of the same rounds."""
    with lzma.open(path, "rt", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    ns: dict[tuple[str, str, str], float] = {}
    for row in rows:
        strategy = row["name"].split("/")[1]
        ns[strategy, row["session"], row["round"]] = float(row["real_ns_per_op"])
    found: dict[str, dict[int, list[float]]] = defaultdict(lambda: defaultdict(list))
    for (strategy, session, number), value in ns.items():
        base = ns.get(("heap_task", session, number))
        if strategy != "heap_task" and base:
            found[strategy][int(session)].append(value / base)
    return {
        strategy: [statistics.median(sessions[each]) for each in sorted(sessions)]
        for strategy, sessions in found.items()
    }


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.name.partition(".")[0])
def test_recorded_sessions_of_the_same_code_do_not_change(bench: Bench, path: Path) -> None:
    found = changes(bench, courses(bench, recorded_ratios(path)))
    assert len(found) >= 4
    assert sum(map(len, found.values())) <= 2


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.name.partition(".")[0])
@pytest.mark.parametrize("share", [0.3, 0.5, 0.7])
def test_a_recorded_step_is_found(bench: Bench, path: Path, share: float) -> None:
    """One strategy is a slower copy of itself from some session on."""
    ratios = recorded_ratios(path)
    at = round(share * len(ratios["value_task"]))
    ratios["value_task"] = ratios["value_task"][:at] + ratios["value_task_slow_10"][at:]
    found = changes(bench, courses(bench, ratios))
    (point,) = found.pop("value_task")
    assert abs(point["at"] - at) <= 2
    assert 1.04 < point["factor"] < 1.2
    assert point["p"] <= 0.01
    assert point["revision_from"] <= f"r{at:03}" <= point["revision_to"]
    assert sum(map(len, found.values())) <= 1


def test_a_history_of_one_program_has_at_most_two_changes(bench: Bench) -> None:
    """200 runs, 34 ratios, with a spread as ratios have; in five such histories."""
    for seed in range(5):
        series = {f"s{i:02}": noisy_step(100 * seed + i, 0, 200, 0) for i in range(34)}
        found = changes(bench, courses(bench, series))
        assert sum(map(len, found.values())) <= 2


def test_small_changes_are_not_told(bench: Bench) -> None:
    """Whether a change of 1 % is of the code or of where it stands, nobody can say."""
    values = [0.5 * math.exp(0.001 * ((7 * number) % 11)) for number in range(100)]
    stepped = {share: [v * (1 + share * (n >= 50)) for n, v in enumerate(values)] for share in
               (0.01, 0.03)}
    assert changes(bench, courses(bench, {"quick": stepped[0.01]})) == {"quick": []}
    assert len(changes(bench, courses(bench, {"quick": stepped[0.03]}))["quick"]) == 1


def test_too_few_results_say_so(bench: Bench) -> None:
    name = courses(bench, {"quick": [0.5, 0.51, 0.7, 0.71]})
    text = " ".join(bench.ok("history", name).out.split())
    assert "of one alone of 1 can be told of 10 on" in text
    name = courses(bench, {"quick": [0.5 + 0.001 * i for i in range(10)]})
    assert "can be told" not in bench.ok("history", name).out


# --- pictures and pages ---


def stepped(bench: Bench, figures: int) -> str:
    rng = random.Random(3)
    series = {
        f"s{i:02}": [0.5 * (1 + (0.1 + 0.01 * i) * (n >= 30)) * rng.gauss(1, 0.01)
                     for n in range(60)]
        for i in range(figures)
    }
    return courses(bench, series, tag="mine")


def test_a_picture_is_drawn_of_each_figure_that_changed(bench: Bench) -> None:
    name = stepped(bench, 3)
    outcome = bench.ok("history", name, "--plot", "pictures")
    drawn = {path.name for path in (bench.directory / "pictures").iterdir()}
    stems = [f"history-ratio-s{i:02}-glibc" for i in range(3)]
    assert drawn == {"history.json", *(f"{stem}.{end}" for stem in stems for end in ("svg", "png"))}
    text = (bench.directory / "pictures" / f"{stems[0]}.svg").read_text(encoding="utf-8")
    assert re.search(r"s00: ratio 0\.(49|5)\d* to 0\.5[45]\d* at r030", text)
    assert ">level<" in text
    assert "not drawn" not in outcome.err


def history_in(bench: Bench, name: str) -> History:
    return history_of(Path(name), told(bench, name))


def test_pictures_are_of_what_changed_most(bench: Bench) -> None:
    pictures, told_of_others = history_pictures(history_in(bench, stepped(bench, 15)))
    stems = [f"history-ratio-s{i:02}-glibc" for i in range(3, 15)]
    assert [each.stem for each in pictures] == stems
    assert told_of_others == "3 more figures changed, and less, which are not drawn"


def test_levels_may_be_any_distance_apart(bench: Bench) -> None:
    name = courses(bench, {"quick": [1e-300, 1e300]}, "bytes_per_op")
    ((course,),) = [history_in(bench, name).courses]
    assert course.size == pytest.approx(600 * math.log(10))


def test_nothing_is_drawn_of_what_did_not_change(bench: Bench) -> None:
    name = courses(bench, {"quick": [8] * 5}, "bytes_per_op")
    outcome = bench.ok("history", name, "--plot", "pictures")
    assert outcome.lines == ["no figure changed: no picture is drawn"]
    assert not list((bench.directory / "pictures").iterdir())


def test_a_page_tells_what_changed(bench: Bench) -> None:
    bench.ok("history", stepped(bench, 2), "--report", "page.html")
    text = (bench.directory / "page.html").read_text(encoding="utf-8")
    assert "2 of 2 figures changed in 60 results" in text
    assert "What changed, the latest first" in text and "history-ratio-s00-glibc" in text
    assert "r030, mine" in text


@pytest.mark.parametrize(
    "broken",
    [
        {"results": 5, "figures": []},
        {"results": [], "figures": [5]},
        {"results": [], "figures": [{"name": "x"}]},
        {"results": [{}], "figures": [{"name": CASE, "course": [[1, 2]], "points": []}]},
        {"results": [{}], "figures": [{"name": CASE, "course": [[0, "2"]], "points": []}]},
        {"results": [{}], "figures": [{"name": CASE, "course": 7, "points": []}]},
        {"results": [{}], "figures": [{"name": CASE, "course": [[0, 2]], "points": [{"at": 0}]}]},
    ],
    ids=str,
)
def test_what_is_no_history_is_not_drawn(broken: Row) -> None:
    with pytest.raises(BadFile, match="h.json: "):
        history_of(Path("h.json"), broken)


def test_what_is_no_history_is_told_in_a_line(tmp_path: Path) -> None:
    path = tmp_path / "h.json"
    path.write_text(json.dumps({"results": [], "figures": [5]}), encoding="utf-8")
    for script in (["plot.py", "--out", str(tmp_path / "out")], ["report.py"]):
        done = subprocess.run(
            [str(SCRIPTS / script[0]), *script[1:], str(path)],
            capture_output=True,
            text=True,
            timeout=HANG_S,
        )
        assert done.returncode == 2, done
        assert len(done.stderr.splitlines()) == 1 and "h.json: " in done.stderr


# --- of revisions ---

BUILD = """#!/bin/sh
# In place of ninja: a program that writes the result that stands in the tree.
[ ! -e harness/broken ] || { echo "it is broken"; exit 1; }
mkdir -p build/release
cat >build/release/run_bench <<'END'
#!/bin/sh
while [ $# -gt 0 ]; do
    [ "$1" != --export-json ] || cp harness/result.json "$2"
    shift
done
END
chmod +x build/release/run_bench
"""


def git(folder: Path, *arguments: str, **variables: str) -> str:
    who = ["-c", "user.name=A", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"]
    command = ["git", "-C", str(folder), *who, *arguments]
    environment = {**os.environ, **variables}
    return subprocess.run(
        command, check=True, capture_output=True, text=True, env=environment, timeout=HANG_S
    ).stdout


def commit(folder: Path, day: int) -> None:
    date = f"2026-01-{day:02}T12:00:00+0000"
    git(folder, "add", "-A")
    dates = {"GIT_COMMITTER_DATE": date, "GIT_AUTHOR_DATE": date}
    git(folder, "commit", "-q", "--allow-empty", "-m", f"day {day}", **dates)


def result_of(instructions: float) -> str:
    context = {"date": "2026-06-01T00:00:00+0000", "fingerprint": "gcc; rule 1; x", "isa": "i"}
    row = {"run_name": CASE, "run_type": "counts", "instructions_per_op": instructions}
    return json.dumps({"context": context, "benchmarks": [row]})


def repository_of(tmp_path: Path) -> Path:
    """One without a revision."""
    if not shutil.which("git"):
        pytest.skip("git is missing")
    folder = tmp_path / "a repository"
    (folder / "scripts").mkdir(parents=True)
    (folder / "harness").mkdir()
    (folder / "run_bench").symlink_to(BINARY)
    shutil.copy(ROOT / "scripts" / "history-of-revisions.sh", folder / "scripts")
    git(tmp_path, "init", "-q", str(folder))
    return folder


def add_revision(folder: Path, day: int, instructions: float) -> None:
    (folder / "harness" / "result.json").write_text(result_of(instructions), encoding="utf-8")
    with (folder / "harness" / "log").open("a", encoding="utf-8") as file:
        file.write("one more\n")
    commit(folder, day)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Four revisions, of which the third cannot be built, and the last takes more instructions; and
    one that changes nothing of the program."""
    folder = repository_of(tmp_path)
    broken = folder / "harness" / "broken"
    for day in (1, 2, 3, 4):
        broken.touch() if day == 3 else broken.unlink(missing_ok=True)
        add_revision(folder, day, 110 if day == 4 else 100)
    (folder / "README").touch()
    commit(folder, 5)
    return folder


def make_history(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    tools = folder.parent / "tools"
    tools.mkdir(exist_ok=True)
    for name, text in {"cmake": "#!/bin/sh\n", "ninja": BUILD}.items():
        (tools / name).write_text(text, encoding="utf-8")
        (tools / name).chmod(0o755)
    return subprocess.run(
        [str(folder / "scripts" / "history-of-revisions.sh"), *arguments],
        capture_output=True,
        text=True,
        cwd=folder.parent,
        env=clean_environment(PATH=f"{tools}:{os.environ['PATH']}"),
        timeout=HANG_S,
    )


def test_revisions_are_made_into_a_history(bench: Bench, repository: Path) -> None:
    file = bench.directory / "own history.jsonl"
    done = make_history(repository, str(file))
    assert done.returncode == 0, done.stderr
    found = told(bench, file.name)
    assert [each["date"][8:10] for each in found["results"]] == ["01", "02", "04"]
    commits = git(repository, "log", "--format=%h", "--abbrev=12", "--", "harness").split()
    assert [each["revision"] for each in found["results"]] == [commits[i] for i in (3, 2, 0)]
    (figure,) = found["figures"]
    (point,) = figure["points"]
    assert (point["revision_before"], point["revision"]) == (commits[2], commits[0])
    assert f"{commits[1]} is passed over" in done.stderr
    assert f"revision {commits[2]} -> {commits[0]}" in done.stdout
    kept = {path.name for path in (bench.directory / "own history.d").iterdir()}
    assert kept == {f"{commits[i]}.{end}" for i, end in
                    [(0, "json"), (0, "log"), (1, "log"), (2, "json"), (2, "log"), (3, "json"),
                     (3, "log")]} | {"options"}
    log = bench.directory / "own history.d" / f"{commits[1]}.log"
    assert "it is broken" in log.read_text(encoding="utf-8")
    assert len(git(repository, "worktree", "list").splitlines()) == 1


def test_revisions_that_are_there_are_not_made_again(bench: Bench, repository: Path) -> None:
    file = bench.directory / "own.jsonl"
    assert make_history(repository, "--count", "1", str(file)).returncode == 0
    done = make_history(repository, "--count", "2", "--step", "3", str(file))
    assert done.returncode == 0
    assert [line.partition(" ")[2] for line in done.stderr.splitlines()] == ["day 1"]
    assert len(told(bench, "own.jsonl")["results"]) == 2
    done = make_history(repository, str(file), "--", "--rounds", "0")
    assert done.returncode == 2 and "has results of other RUN_OPTIONS" in done.stderr
    assert len(told(bench, "own.jsonl")["results"]) == 2


@pytest.mark.parametrize("days", [[1] * 6, [6, 5, 4, 3, 2, 1]], ids=["one date", "dates go back"])
def test_revisions_are_in_their_own_order(bench: Bench, tmp_path: Path, days: list[int]) -> None:
    """Those that were rebased have one date, and a clock may be wrong."""
    folder = repository_of(tmp_path)
    for number, day in enumerate(days):
        add_revision(folder, day, 100 if number < 3 else 110)
    done = make_history(folder, str(bench.directory / "own.jsonl"))
    assert done.returncode == 0, done.stderr
    commits = git(folder, "log", "--reverse", "--format=%h", "--abbrev=12").split()
    found = told(bench, "own.jsonl")
    assert [each["revision"] for each in found["results"]] == commits
    ((point,),) = [figure["points"] for figure in found["figures"]]
    assert (point["revision"], point["factor"]) == (commits[3], 1.1)


@pytest.mark.parametrize(
    ("arguments", "mention"),
    [
        ([], "a file is needed"),
        (["--count", "0", "h.jsonl"], "--count: '0': accepted: a whole number from 1 on"),
        (["--step", "h.jsonl"], "--step: 'h.jsonl': accepted"),
        (["--ref", "nosuch", "h.jsonl"], "--ref: 'nosuch': no revision"),
        (["--other"], "unknown option '--other'"),
        (["a.jsonl", "b.jsonl"], "'b.jsonl': one file, not several"),
    ],
)
def test_what_makes_no_history_is_refused(
    repository: Path, arguments: list[str], mention: str
) -> None:
    done = make_history(repository, *arguments)
    assert done.returncode == 2 and done.stdout == ""
    assert done.stderr.splitlines()[-1].startswith(f"history-of-revisions.sh: {mention}")
