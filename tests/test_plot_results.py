"""Result files for plots: read, checked, refused in one line, and parted into tables."""
from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from conftest import Row
from plot_cases import (
    CUT_SHORT,
    GOOD,
    LESS,
    MORE,
    RATES,
    case,
    drawn_lines,
    file_of,
    name_of,
    note,
    only,
    pictures_of,
    subtitle,
    sweep,
    text_of,
    title,
)
from plots import kinds
from plots.drawing import figure_of
from plots.files import BadFile
from plots.latencies import control_of
from plots.looks import style_of
from plots.results import IDLE, load
from plots.tables import Options, tables

GARBLED = {
    "empty": ("", "empty"),
    "blank": (" \n", "empty"),
    "truncated": (CUT_SHORT, "not a result file, or cut short"),
    "no JSON": ("hello", "not a result file, or cut short"),
    "binary": (b"\xff\xfe\x00\x01", "not a text"),
    "a list": ("[]", "not a result file"),
    "no rows": ("{}", "no list of rows"),
    "rows of another kind": ('{"benchmarks": [1]}', "no list of rows"),
    "no case": ('{"benchmarks": []}', "holds no case"),
    "another program's": ('{"benchmarks": [{"name": "BM_x/8", "run_type": "counts"}]}', "BM_x/8"),
    "NaN": (GOOD.replace("78.4", "NaN"), "NaN is not JSON"),
    "too large": (GOOD.replace("78.4", "1e999"), "out of range"),
    "a text for a number": (GOOD.replace("78.4", '"much"'), "bytes_per_op is not a number"),
    "a command for a name": (GOOD.replace("heap_task", "`touch oops`"), "not the name of a case"),
    "a hit rate of words": (GOOD.replace("hit_rate:0.8", "hit_rate:high"), "hit_rate is not"),
    "no calls": (GOOD.replace("calls:1000000", "calls:0"), "calls is out of range"),
    "break-even of another form": (GOOD[:-1] + ', "break_even": 5}', "break_even"),
    "roles of another form": (
        '{"context": {"roles": {"a": 1}}, ' + GOOD[1:],
        "roles is not an object of texts",
    ),
    "very deep": ("[" * 100000, "not a result file, or cut short"),
}


@pytest.mark.parametrize("what", GARBLED)
def test_no_result_file_is_refused_in_one_line(tmp_path: Path, what: str) -> None:
    """By the one function that reads for both programs."""
    content, cause = GARBLED[what]
    path = tmp_path / "bad.json"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(BadFile) as refused:
        load([path])
    text = str(refused.value)
    assert text.startswith(f"{path}: ") and cause in text and "\n" not in text


def test_no_file_is_refused(tmp_path: Path) -> None:
    for path, cause in ((tmp_path / "missing", "No such file"), (tmp_path, "Is a directory")):
        with pytest.raises(BadFile, match=f"^{re.escape(str(path))}: {cause}"):
            load([path])


def test_histograms_beside_the_file(tmp_path: Path) -> None:
    path = file_of(tmp_path / "run.json", case("heap_task"), case("value_task", LESS))
    rows = "1000.0 0.0 1 1.00\n 2000.0 0.5 50 2.00\n8000.0 0.99 99 100.0\n9000.0 1.0 100\n"
    head = "           Value     Percentile TotalCount 1/(1-Percentile)\n\n"
    beside = tmp_path / "run.heap_task-gengc.hgrm"
    beside.write_text(f"{head}{rows}#[Max = 9000.0, Total count = 100]\n", encoding="utf-8")
    (tmp_path / "other.hgrm").write_text("of another run", encoding="utf-8")
    picture = only(pictures_of(path), "histogram")
    lines = drawn_lines(figure_of(picture))
    points = [(1, 1000), (2, 2000), (pytest.approx(100), 8000), (100, 9000)]
    assert lines == {"heap_task-gengc": points}
    assert style_of("heap_task-gengc") == style_of("heap_task")
    beside.write_text(f"{head}garbled\n", encoding="utf-8")
    with pytest.raises(BadFile, match="not a histogram"):
        load([path])


def latency_rows(strategy: str, p99_ns: float, **point: Any) -> list[Row]:
    """As `run_bench latency` writes them: a session's row, which has no time of an operation, and
    that of all of them."""
    name = name_of(strategy, tail="/rate:1000", **point)
    if strategy == "idle_control":
        name = re.sub("/method:[a-z]*", "", name.replace("/glibc/", "/none/"))
    figures = {"rate_intended": 1000, "latency_p99_ns": p99_ns}
    session = {"run_name": name, "name": name, "run_type": "iteration", "slices": 3}
    pooled = {"run_type": "aggregate", "aggregate_name": "pooled", **figures}
    return [session, {"run_name": name, "name": f"{name}_pooled", **pooled}]


def test_percentiles_of_latencies(tmp_path: Path) -> None:
    """From the files beside the result, with the control of the same rate; a file of service
    or hand-overs is no line, and none of them is a pause."""
    names = ["heap_task", "value_task", "idle_control"]
    rows = [latency_rows(name, 1000.0 * (i + 1)) for i, name in enumerate(names)]
    path = file_of(tmp_path / "run.json", *rows)
    for each, (row, _) in zip(names, rows):
        text = f"100.0 0.0 1 1.00\n900.0 0.99 99 100.0\n#[Case    = {row['run_name']}]\n"
        for kind in ["latency", "service", "handover", "wake"]:
            (tmp_path / f"run.{kind}.{each}-glibc.hgrm").write_text(text, encoding="utf-8")
    pictures = pictures_of(path)
    picture = only(pictures, "latency-user_cache-glibc")
    assert list(pictures) == [picture.stem]
    assert title(picture) == "99 % of calls take up to 1 us (heap_task) and 2 us (value_task)"
    assert subtitle(picture) == "At 1,000 calls a second, the idle control has 3 us."
    assert "1,000,000 calls" not in note(picture)
    points = [(1, 100), (pytest.approx(99), 900)]
    assert drawn_lines(figure_of(picture)) == dict.fromkeys(names, points)
    assert "idle_control" in text_of(picture)


def test_each_point_has_its_control(tmp_path: Path) -> None:
    """Of all parameters, with as many callers."""
    points = [
        {"hit_rate": hit_rate, "request_ops": request_ops}
        for hit_rate in ["0.2", "0.8"]
        for request_ops in ["8", "16"]
    ]
    rows = []
    for i, point in enumerate(points):
        rows += [latency_rows(name, 1000.0, **point) for name in ["heap_task", "value_task"]]
        rows.append(latency_rows("idle_control", 1000.0 * (i + 1), **point))
    cases = load([file_of(tmp_path / "run.json", *rows)]).cases
    found = tables([case for case in cases if case.strategy != IDLE], set())
    controls = [control_of(cases, table) for table in found]
    assert [case.get("latency_p99_ns") for case in controls if case] == [1000, 2000, 3000, 4000]
    found[0].fixed["threads"] = "2"
    assert control_of(cases, found[0]) is None


def test_a_timeline_of_slices(tmp_path: Path) -> None:
    """Of two rounds the one with more of its time in collections, from its first slice on; what
    happens in a slice stands above it."""
    names = ["heap_task", "value_task", "idle_control"]
    path = file_of(tmp_path / "run.json", *[latency_rows(each, 1000.0) for each in names])
    (tmp_path / "run.latency.heap_task-glibc.hgrm").write_text("100.0 1.0 1\n", encoding="utf-8")
    named = [*(f"{name}-gengc" for name in names[:2]), "idle_control"]
    events: list[dict[str, Any]] = [
        {"ph": "M", "pid": 1, "tid": i, "name": "thread_name", "args": {"name": name}}
        for i, name in enumerate(named)
    ]
    turns = [0, 1, 2, 1, 2, 0]
    events += [
        {"ph": "X", "pid": 1, "tid": tid, "name": "slice", "ts": 5000 * i, "dur": 5000}
        for i, tid in enumerate(turns)
    ]
    for tid, start, length in [(0, 1000, 10), (1, 15500, 200), (1, 16000, 300)]:
        each = {"ph": "X", "pid": 1, "tid": tid, "name": "collection", "ts": start, "dur": length}
        events.append(each)
    beside = tmp_path / "run.timeline.json"
    beside.write_text(json.dumps({"traceEvents": events}), encoding="utf-8")
    picture = only(pictures_of(path), "timeline-run")
    assert title(picture) == "Collections in a slice: value_task-gengc 2"
    lines = drawn_lines(figure_of(picture))
    assert lines["value_task-gengc"] == [(0, 2), (5, 2)]
    assert lines["idle_control"] == [(5, 1), (10, 1)]
    assert lines["heap_task-gengc"] == [(10, 0), (15, 0)]
    above = [0.5, 0.7, 1, 1.3]
    assert [x for x, _ in lines["collection"]] == pytest.approx(above)
    assert all(2 < y < 3 for _, y in lines["collection"])
    assert set(lines) == {*named, "collection"}
    assert "It is cut" not in note(picture)
    extent = {"events_n": 9, "left_out_n": 1234}
    beside.write_text(json.dumps({"traceEvents": events, "otherData": extent}), encoding="utf-8")
    told = "It is cut: the file has 9 of 1,243 events."
    assert told in note(only(pictures_of(path), "timeline-run"))
    beside.write_text("[]", encoding="utf-8")
    with pytest.raises(BadFile, match="not a timeline"):
        pictures_of(path)


def test_of_tables_with_pauses_that_with_most_is_drawn(tmp_path: Path) -> None:
    lengths = {f"pause_{which}_ns": 1000.0 for which in ("p50", "p90", "max")}
    cases = [
        case("heap_task", figures={"pauses_n": n, **lengths}, heap="gengc", in_flight=window)
        for window, n in ((64, 5), (1024, 500), (256, 50))
    ]
    pictures = pictures_of(file_of(tmp_path / "a.json", *cases))
    stem = "pauses-user_cache-gengc-direct-independent-hit_rate0.8-in_flight1024"
    assert only(pictures, "pauses").stem == stem


def test_a_case_in_two_files_is_that_of_the_later(tmp_path: Path) -> None:
    paths = [sweep(tmp_path / f"{n}.json", [each] * 4) for n, each in (("a", LESS), ("b", MORE))]
    picture = only(pictures_of(*paths), "ns-hit_rate")
    assert "value_task is slower than heap_task" in title(picture)
    assert "8 cases are in several files: the last file counts" in load(paths).notices


def test_of_a_sweep_one_table_is_drawn_unless_all_are_asked_for(
    tmp_path: Path
) -> None:
    path = sweep(tmp_path / "a.json", [LESS] * 4)
    stem = "rounds-user_cache-glibc-direct-independent-hit_rate"
    one, every = (pictures_of(path, every=each) for each in (False, True))
    assert [each for each in one if each.startswith("rounds")] == [f"{stem}0.8"]
    assert [each for each in every if each.startswith("rounds")] == [f"{stem}{x}" for x in RATES]
    said: list[str] = []
    kinds.pictures_of(load([path]), kinds.KINDS, Options(), said.append)
    assert "one table of several is drawn of rounds; --all: each" in said


def test_names_are_told_apart(tmp_path: Path) -> None:
    """Tables whose file names would be the same do not overwrite each other."""
    cases = [
        case("heap_task", hit_rate=rate, tail=f"/note:{mark}")
        for rate in RATES
        for mark in ("a:b", "a_b", "A_b")
    ]
    path = file_of(tmp_path / "a.json", *cases)
    stems = [stem for stem in pictures_of(path) if stem.startswith("bytes-hit_rate")]
    assert len(stems) == 3 and len({stem.lower() for stem in stems}) == 3


def test_other_workloads_and_heaps_are_other_pictures(tmp_path: Path) -> None:
    points = [{}, {"heap": "tbb"}, {"workload": "config_read"}, {"in_flight": 7}, {"threads": 2}]
    cases = [case("heap_task", hit_rate=rate, **point) for rate in RATES for point in points]
    pictures = pictures_of(file_of(tmp_path / "a.json", *cases))
    found = [stem for stem in pictures if stem.startswith("ns-hit_rate")]
    assert len(found) == 5
    assert "ns-hit_rate-user_cache-glibc-direct-independent-in_flight7" in found
    assert all(len(pictures[stem].lines[0].points) == 4 for stem in found)


def test_a_file_that_holds_the_loop_alone_has_no_bars(tmp_path: Path) -> None:
    """There is no other picture either that leaves the loop out."""
    cases = [case("empty", hit_rate=rate, heap=heap) for rate in RATES for heap in ("glibc", "tbb")]
    pictures = pictures_of(file_of(tmp_path / "a.json", *cases), every=True)
    kinds_found = {stem.partition("-user_cache")[0] for stem in pictures}
    assert kinds_found == {"ns-hit_rate", "bytes-hit_rate", "allocs-hit_rate"}
