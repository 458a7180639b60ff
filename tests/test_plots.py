"""The plots: what is drawn is what the result file says, by both programs; nothing is claimed that
the intervals do not bear; and what cannot be drawn is refused in one line.

Numbers are compared, not pixels: of matplotlib the data of the lines and bars in its figures, of
gnuplot the data blocks that it loads.
"""
from __future__ import annotations

import itertools
import json
import math
import os
import re
import subprocess
import sys
import xml.etree.ElementTree
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from conftest import (
    BINARY,
    HANG_S,
    ROOT,
    STRATEGIES,
    Bench,
    Row,
    clean_environment,
    parameters,
    strategy_of,
    strict_json,
)

pytest.importorskip("matplotlib")

SCRIPTS = ROOT / "scripts"
PYTHON = "/usr/bin/python3"
REST = "completion:fifo/keys:100000/distribution:uniform/consumer:independent/method:direct/depth:1"

sys.path.insert(0, str(SCRIPTS))


@pytest.fixture(scope="module")
def data() -> ModuleType:
    import plot_data

    return plot_data


@pytest.fixture(scope="module")
def plot() -> ModuleType:
    import plot

    return plot


# --- result files ---

Value = tuple[float, float, float]


def name_of(strategy: str, **point: Any) -> str:
    """As the program names its cases."""
    usual = {"hit_rate": 0.8, "calls": 1000000, "in_flight": 64}
    workload, heap = point.pop("workload", "user_cache"), point.pop("heap", "glibc")
    tail = point.pop("tail", "")
    swept = "/".join(f"{key}:{point.pop(key, value)}" for key, value in usual.items())
    extra = "".join(f"/{key}:{value}" for key, value in point.items())
    return f"{workload}/{strategy}/{heap}/{swept}/{REST}{extra}{tail}"


def case(
    strategy: str,
    ratio: Value = (1, 1, 1),
    *,
    ns: float = 40.0,
    size: float = 78.4,
    figures: dict[str, Any] | None = None,
    rounds: int = 8,
    **point: Any,
) -> list[Row]:
    """The rows of one case; its time is a multiple of that of a baseline that takes `ns`."""
    name = name_of(strategy, **point)
    counts = {"run_name": name, "bytes_per_op": size, "allocs_per_op": size / 72}
    if rounds == 0:
        return [{**counts, "name": name, "run_type": "counts", **(figures or {})}]
    middle, low, high = (ns * each for each in ratio)
    times = {"ns_per_op": middle, "ns_per_op_lo": low, "ns_per_op_hi": high}
    ratios = dict(zip(["ratio", "ratio_lo", "ratio_hi"], ratio))
    head = {"name": f"{name}_median", "run_type": "aggregate", "aggregate_name": "median"}
    each = {**counts, "name": name, "run_type": "iteration"}
    taken = [{**each, "real_time": middle * (0.9 + 0.03 * index)} for index in range(rounds)]
    return [*taken, {**counts, **head, **times, **ratios, **(figures or {})}]


def file_of(path: Path, *cases: list[Row], **top: Any) -> Path:
    context = {"confidence": 0.99, "host_name": "h", "fingerprint": "f"}
    rows = [row for each in cases for row in each]
    path.write_text(json.dumps({"context": context, "benchmarks": rows, **top}), encoding="utf-8")
    return path


RATES = [0, 0.5, 0.8, 1]


def sweep(path: Path, ratios: list[Value], sizes: list[float] | None = None, **top: Any) -> Path:
    """value_task against heap_task, at each of RATES."""
    cases = []
    for index, rate in enumerate(RATES):
        size = sizes[index] if sizes else 20.0
        cases += [
            case("heap_task", hit_rate=rate),
            case("value_task", ratios[index], size=size, hit_rate=rate),
        ]
    return file_of(path, *cases, **top)


LESS, MORE, OPEN = (0.5, 0.4, 0.6), (1.5, 1.4, 1.6), (0.9, 0.7, 1.1)


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of the program over hit rates and volumes, one of them a cold start, on two heaps."""
    folder = tmp_path_factory.mktemp("real")
    path = folder / "real.json"
    options = "--rounds 8 --epoch-ms 0.01 --calls 1000,110000 --hit-rate 0.5,1 --heap glibc,gengc"
    options += " --gen0-budget 256K --strategy value_task,caller_op --consumer independent"
    subprocess.run(
        [str(BINARY), *options.split(), "--export-json", str(path)],
        env=clean_environment(VTB_RESULTS_DIR=str(folder / "results")),
        capture_output=True,
        check=True,
    )
    return path


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """What the run above does not vary: payloads, and window and nursery of a collector."""
    folder = tmp_path_factory.mktemp("made")
    curve = [
        case(name, ratio, ns=size, size=size * share, workload=f"payload_{size}")
        for size in (8, 64, 256)
        for name, ratio, share in (("heap_task", (1, 1, 1), 2), ("value_task", LESS, 1))
    ]
    heat = []
    for window, budget in itertools.product((1, 1024), (262144, 6291456)):
        if (window, budget) == (1024, 6291456):
            continue
        figures = {
            "gc_time_fraction": window / 4096 + 1000 / budget,
            "gen0_budget_bytes": budget,
            "collections_n": 60.0,
            "pauses_n": 60.0,
            "pause_p50_ns": 1000.0 * window,
            "pause_p99_ns": 3000.0 * window,
            "pause_max_ns": 4000.0 * window,
        }
        point = {"heap": "gengc", "in_flight": window, "gen0_budget": budget}
        heat.append(case("heap_task", figures=figures, **point))
    return [file_of(folder / "curve.json", *curve), file_of(folder / "heat.json", *heat)]


def pictures_of(data: ModuleType, *paths: Path, every: bool = False) -> dict[str, Any]:
    """By file name; with `every`, also those of tables that are left out."""
    results = data.load(paths)
    options = data.Options(every)
    found = data.pictures_of(results, data.KINDS, options, lambda text: None)
    return {picture.stem: picture for picture in found}


def only(pictures: dict[str, Any], start: str) -> Any:
    found = [picture for stem, picture in pictures.items() if stem.startswith(start)]
    assert len(found) == 1, (start, sorted(pictures))
    return found[0]


def title(picture: Any) -> str:
    return " ".join(picture.title)


def note(picture: Any) -> str:
    return " ".join(picture.note)


def medians_at(path: Path, **point: str) -> dict[str, list[Row]]:
    """Median rows of a result file by strategy, in the order of the file."""
    found: dict[str, list[Row]] = {}
    for row in strict_json(path.read_text(encoding="utf-8"))["benchmarks"]:
        known = parameters(row["run_name"])
        if row["run_type"] == "aggregate" and point.items() <= known.items():
            found.setdefault(known["strategy"], []).append(row)
    return found


# --- what is drawn is what the file says ---

FIGURES = {
    "ns-hit_rate": "ns_per_op",
    "ratio-hit_rate": "ratio",
    "bytes-hit_rate": "bytes_per_op",
    "allocs-hit_rate": "allocs_per_op",
}


def expected_points(rows: list[Row], sweep_of: str, figure: str) -> list[tuple[float, ...]]:
    points = []
    for row in rows:
        low, high = (row.get(f"{figure}_{end}", row[figure]) for end in ("lo", "hi"))
        points.append((float(parameters(row["run_name"])[sweep_of]), row[figure], low, high))
    return sorted(points)


def blocks_of(text: str, name: str = "DATA") -> list[list[list[str]]]:
    """The data blocks of one name, as words; of one plot, or of all."""
    found = re.findall(rf"^\${name} << END_OF_DATA\n(.*?)^END_OF_DATA", text, re.DOTALL | re.M)
    sets = [each for block in found for each in block.split("\n\n\n")]
    rows = [[line.split() for line in each.splitlines() if line[:1] != "#"] for each in sets]
    return [each for each in rows if any(each)]


def text_of(data: ModuleType, picture: Any) -> str:
    return "\n".join(data.picture_text(picture)) + "\n"


def drawn_lines(figure: Any) -> dict[str, list[tuple[float, float]]]:
    lines = {line.get_label(): line for line in figure.axes[0].lines}
    return {
        name: [(float(x), float(y)) for x, y in line.get_xydata() if not math.isnan(y)]
        for name, line in lines.items()
        if not name.startswith("_")
    }


@pytest.mark.parametrize("heap", ["glibc", "gengc"])
@pytest.mark.parametrize("kind", FIGURES)
def test_hit_rate_lines_are_the_rows(
    data: ModuleType, plot: ModuleType, real: Path, kind: str, heap: str
) -> None:
    budget = "-gen0_budget262144" if heap == "gengc" else ""
    stem = f"{kind}-user_cache-{heap}-direct-independent-calls110000{budget}"
    picture = pictures_of(data, real)[stem]
    figure = FIGURES[kind]
    expected = {
        name: expected_points(rows, "hit_rate", figure)
        for name, rows in medians_at(real, heap=heap, calls="110000").items()
        if kind != "ratio-hit_rate" or name not in ("heap_task", "empty")
    }
    assert len(expected) >= 3 and all(len(points) == 2 for points in expected.values())

    drawn = plot.figure_of(picture)
    lines = drawn_lines(drawn)
    assert lines == {name: [point[:2] for point in points] for name, points in expected.items()}
    ends = {tuple(xy) for band in drawn.axes[0].collections for xy in band.get_paths()[0].vertices}
    for points in expected.values():
        for x, y, low, high in points:
            assert (low, high) == (y, y) or {(x, low), (x, high)} <= ends

    text = text_of(data, picture)
    names = re.search(r'^NAMES = "(.*)"$', text, re.M)
    fed = dict(zip(names.group(1).split() if names else [], blocks_of(text)))
    for name, points in expected.items():
        numbers = [tuple(float(word) for word in words) for words in fed[name]]
        assert numbers == [pytest.approx(point, rel=1e-8) for point in points], name


def test_volume_is_bytes_times_calls(data: ModuleType, plot: ModuleType, real: Path) -> None:
    picture = pictures_of(data, real)["bytes-calls-user_cache-glibc-direct-independent-hit_rate0.5"]
    rows = medians_at(real, heap="glibc", hit_rate="0.5")
    lines = drawn_lines(plot.figure_of(picture))
    for name in ("heap_task", "value_task"):
        points = expected_points(rows[name], "calls", "bytes_per_op")
        assert lines[name] == [(x, pytest.approx(y * x)) for x, y, *_ in points]
    assert "caller_op" not in lines and "caller_op" in note(picture)
    assert (picture.x.scale, picture.y.scale) == ("log", "log")


def test_cold_and_steady_are_not_joined(data: ModuleType, plot: ModuleType, real: Path) -> None:
    picture = pictures_of(data, real)["ns-calls-user_cache-glibc-direct-independent-hit_rate0.5"]
    assert picture.divide is not None and 1000 < picture.divide[0] < 110000
    for line in plot.figure_of(picture).axes[0].lines:
        if line.get_label() in STRATEGIES:
            x = line.get_xdata()
            assert (x[0], x[2], len(x)) == (1000, 110000, 3) and math.isnan(x[1])
    block = re.findall(r"^1000 .*\n\n110000 .*$", text_of(data, picture), re.M)
    assert len(block) == len(picture.lines)


def test_every_round_is_a_dot(data: ModuleType, plot: ModuleType, real: Path) -> None:
    stem = "rounds-user_cache-glibc-direct-independent-hit_rate1-calls110000"
    picture = pictures_of(data, real)[stem]
    rounds: dict[str, list[float]] = {}
    for row in strict_json(real.read_text(encoding="utf-8"))["benchmarks"]:
        known = parameters(row["run_name"])
        at = (known["heap"], known["hit_rate"], known["calls"])
        if row["run_type"] == "iteration" and at == ("glibc", "1", "110000"):
            rounds.setdefault(known["strategy"], []).append(row["real_time"])
    del rounds["empty"]
    assert {len(each) for each in rounds.values()} == {8}
    dots = drawn_lines(plot.figure_of(picture))
    assert {name: [x for x, _ in each] for name, each in dots.items()} == rounds
    fed: dict[str, list[float]] = {}
    for x, _, _, name in blocks_of(text_of(data, picture), "DOTS")[0]:
        fed.setdefault(name, []).append(float(x))
    assert fed == {name: pytest.approx(each, rel=1e-8) for name, each in rounds.items()}
    assert "not of single operations" in picture.x.label
    for row in picture.panels[0].rows:
        own = sorted(rounds[row.name])
        assert row.values[0] == pytest.approx((own[3] + own[4]) / 2)


def test_bars_are_the_rows(data: ModuleType, plot: ModuleType, real: Path) -> None:
    stem = "heaps-user_cache-direct-independent-hit_rate1-calls110000"
    picture = pictures_of(data, real)[stem]
    assert {panel.heading for panel in picture.panels} == {"glibc", "gengc 256 KiB"}
    figure = plot.figure_of(picture)
    for axes, panel, block in zip(figure.axes, picture.panels, blocks_of(text_of(data, picture))):
        heap = panel.heading.split()[0]
        rows = medians_at(real, heap=heap, hit_rate="1", calls="110000")
        del rows["empty"]
        times = {name: row["ns_per_op"] for name, (row,) in rows.items()}
        widths = {bars.get_label(): bars[0].get_width() for bars in axes.containers}
        assert widths == times
        keys = ("ns_per_op_lo", "ns_per_op_hi")
        ends = {name: [row[key] for key in keys] for name, (row,) in rows.items()}
        spans = [[*line.get_xdata()] for line in axes.lines]
        assert all(each in spans for each in ends.values())
        fed = {name: [float(v), float(low), float(high)] for _, v, low, high, _, name, _ in block}
        assert fed == {n: pytest.approx([times[n], *ends[n]], rel=1e-8) for n in times}


def test_payload_heat_and_pauses(data: ModuleType, plot: ModuleType, made: list[Path]) -> None:
    pictures = pictures_of(data, *made, every=True)
    times = drawn_lines(plot.figure_of(only(pictures, "ns-payload")))
    assert times["heap_task"] == [(8, 8), (64, 64), (256, 256)]
    assert times["value_task"] == [(8, 4), (64, 32), (256, 128)]
    sizes = drawn_lines(plot.figure_of(only(pictures, "bytes-payload")))
    assert sizes["heap_task"] == [(8, 16), (64, 128), (256, 512)]

    heat = only(pictures, "gc_share")
    assert (heat.columns, heat.rows) == (["1", "1024"], ["256 KiB", "6 MiB"])
    shares = [[1 / 4096 + 1000 / 262144, 0.25 + 1000 / 262144], [1 / 4096 + 1000 / 6291456, None]]
    assert heat.values == shares
    axes = plot.figure_of(heat).axes[0]
    image = axes.images[0].get_array()
    assert [image[0][0], image[0][1], image[1][0]] == [*shares[0], shares[1][0]]
    assert image.mask[1][1]
    texts = {text.get_position(): text.get_text() for text in axes.texts}
    assert texts[(1, 0)] == "25.4 %\nn = 60" and texts[(1, 1)] == "not measured"
    assert "25.4 % with 1024 in flight and a nursery of 256 KiB" in title(heat)
    assert '1 0 0.253814697 0 "25.4 %\\nn = 60"' in text_of(data, heat)

    pauses = [each for stem, each in pictures.items() if stem.startswith("pauses")]
    assert len(pauses) == 3
    wide = next(each for each in pauses if "in_flight1024" in each.stem)
    assert wide.panels[0].rows[0].values == (1024000, 3072000, 4096000, 60)
    assert drawn_lines(plot.figure_of(wide))["heap_task"] == [(1024000, 0), (4096000, 0)]
    assert "Quantiles" in note(wide)


def test_histograms_beside_the_file(data: ModuleType, plot: ModuleType, tmp_path: Path) -> None:
    path = file_of(tmp_path / "run.json", case("heap_task"), case("value_task", LESS))
    rows = "1000.0 0.0 1 1.00\n 2000.0 0.5 50 2.00\n8000.0 0.99 99 100.0\n9000.0 1.0 100\n"
    head = "           Value     Percentile TotalCount 1/(1-Percentile)\n\n"
    beside = tmp_path / "run.heap_task-gengc.hgrm"
    beside.write_text(f"{head}{rows}#[Max = 9000.0, Total count = 100]\n", encoding="utf-8")
    (tmp_path / "other.hgrm").write_text("of another run", encoding="utf-8")
    picture = only(pictures_of(data, path), "histogram")
    lines = drawn_lines(plot.figure_of(picture))
    points = [(1, 1000), (2, 2000), (pytest.approx(100), 8000), (100, 9000)]
    assert lines == {"heap_task-gengc": points}
    assert data.style_of("heap_task-gengc") == data.style_of("heap_task")
    beside.write_text(f"{head}garbled\n", encoding="utf-8")
    with pytest.raises(data.BadFile, match="not a histogram"):
        data.load([path])


# --- break-even ---


def break_even(**changed: Any) -> dict[str, Any]:
    where = "calls:1000000/in_flight:64/completion:fifo/keys:100000/distribution:uniform/depth:1"
    return {
        **{"workload": "user_cache", "heap": "glibc", "method": "direct", "threads": 1},
        **{"consumer": "independent", "strategy": "value_task", "baseline": "heap_task"},
        **{"parameter": "hit_rate", "where": where, "metric": "ratio", "worth_percent": 0},
        **{"verdict": "crosses", "crossings": [{"at": 0.6, "lo": 0.55, "hi": 0.7}]},
        **changed,
    }


CROSSING = [MORE, MORE, LESS, LESS]


def test_break_even_is_marked(data: ModuleType, plot: ModuleType, tmp_path: Path) -> None:
    in_bytes = break_even(metric="bytes_per_op", crossings=[{"at": 0.25, "lo": 0.2, "hi": 0.3}])
    del in_bytes["consumer"]
    path = sweep(tmp_path / "a.json", CROSSING, break_even=[break_even(), in_bytes])
    pictures = pictures_of(data, path)
    # A third of the way from 60 ns at 0.5 to 20 ns at 0.8.
    expected = {"ns-hit_rate": (0.6, 60 - 40 / 3), "ratio-hit_rate": (0.6, 1), "bytes": (0.25, 20)}
    for kind, (x, y) in expected.items():
        picture = only(pictures, kind)
        bars = {bar.get_label(): bar for bar in plot.figure_of(picture).axes[0].containers}
        star = bars["break-even of value_task"].lines[0].get_xydata()
        assert [*star[0]] == [pytest.approx(x), pytest.approx(y)]
        assert f"value_task {x:.2f}" in note(picture)
    assert "[0.55, 0.70]" in note(only(pictures, "ns-hit_rate"))
    mark = blocks_of(text_of(data, only(pictures, "ns-hit_rate")), "MARKS")[0][0]
    assert mark[:4] == ["0.6", "46.6666667", "0.55", "0.7"]
    assert mark[4:] == [data.style_of("value_task").colour, "value_task"]
    assert only(pictures, "allocs").marks == []


@pytest.mark.parametrize(
    "changed",
    [
        {"worth_percent": 5},
        {"heap": "gengc"},
        {"consumer": "dependent"},
        {"threads": 2},
        {"where": "calls:5/in_flight:64/completion:fifo/keys:100000/distribution:uniform/depth:1"},
        {"verdict": "undecided", "crossings": []},
        {"crossings": [{"at": None}, 7]},
        {"baseline": "plain"},
    ],
)
def test_other_break_even_is_not_marked(
    data: ModuleType, tmp_path: Path, changed: dict[str, Any]
) -> None:
    path = sweep(tmp_path / "a.json", CROSSING, break_even=[break_even(**changed)])
    for picture in pictures_of(data, path).values():
        assert getattr(picture, "marks", []) == []
        assert "Break-even" not in note(picture)


# --- titles ---


@pytest.mark.parametrize(
    "ratios, told",
    [
        ([LESS] * 4, "value_task takes less time than heap_task at every hit rate."),
        ([MORE] * 4, "value_task takes more time than heap_task at every hit rate."),
        (
            [MORE, LESS, LESS, LESS],
            "less time than heap_task at every hit rate above 0, more at 0. At 0.8 it takes 0.50",
        ),
        (
            [LESS, LESS, MORE, OPEN],
            "less time than heap_task at hit rates 0 and 0.5, more at 0.8; not to be told apart "
            "at 1. At 0.8 it takes 1.50 [1.40, 1.60] of its time.",
        ),
        ([OPEN] * 4, "value_task is not to be told from heap_task in time at any hit rate."),
    ],
)
def test_titles_of_time_agree_with_the_intervals(
    data: ModuleType, tmp_path: Path, ratios: list[Value], told: str
) -> None:
    pictures = pictures_of(data, sweep(tmp_path / "a.json", ratios))
    for kind in ("ns-hit_rate", "ratio-hit_rate"):
        words = title(only(pictures, kind))
        assert told in words
        claimed = [word for word in ("less", "more") if f"{word} " in words]
        assert claimed == ["less"] * (LESS in ratios) + ["more"] * (MORE in ratios)


def test_title_claims_no_more_than_the_verdict(data: ModuleType, tmp_path: Path) -> None:
    path = sweep(tmp_path / "a.json", [LESS] * 4)
    plain = path.read_text(encoding="utf-8")

    def judged(verdict: str) -> str:
        text = plain.replace('"ratio": 0.5', f'"verdict": "{verdict}", "ratio": 0.5')
        path.write_text(text, encoding="utf-8")
        return title(only(pictures_of(data, path), "ns-hit_rate"))

    assert judged("different").startswith("value_task takes less time than heap_task at every")
    assert judged("same").startswith("value_task takes about the same time as heap_task at every")
    words = judged("not known yet")
    assert words.startswith("value_task is not to be told from heap_task in time at any hit rate.")
    assert "0.50 [0.40, 0.60] of its time, but the run does not yet know" in words


@pytest.mark.parametrize(
    "sizes, told",
    [
        ([104, 52, 20.8, 0], "fewer bytes than heap_task at every hit rate above 0, more bytes at"),
        ([78.4, 52, 20.8, 0], "fewer bytes than heap_task at every hit rate above 0, the same at"),
        ([78.4] * 4, "allocates the same as heap_task at every hit rate; at 0.8: 78.4 B/op"),
        ([100] * 4, "allocates more bytes than heap_task at every hit rate; at 0.8: 100 B/op"),
    ],
)
def test_titles_of_bytes_agree_with_the_counts(
    data: ModuleType, tmp_path: Path, sizes: list[float], told: str
) -> None:
    picture = only(pictures_of(data, sweep(tmp_path / "a.json", [LESS] * 4, sizes)), "bytes-hit")
    assert told in title(picture)


def test_the_least_is_named_as_far_as_intervals_tell(data: ModuleType, tmp_path: Path) -> None:
    def words(*ratios: Value) -> str:
        names = ["value_task", "poll", "callback"]
        cases = [
            rows
            for rate in RATES
            for rows in [
                case("heap_task", hit_rate=rate),
                *(case(name, ratio, hit_rate=rate) for name, ratio in zip(names, ratios)),
            ]
        ]
        return title(only(pictures_of(data, file_of(tmp_path / "a.json", *cases)), "ns-hit"))

    alone = words((0.8, 0.75, 0.85), (0.5, 0.45, 0.55), (0.7, 0.65, 0.74))
    assert "The least at 0.8 takes poll: 0.50." in alone
    pair = words((0.8, 0.75, 0.85), (0.5, 0.45, 0.55), (0.52, 0.5, 0.6))
    assert "The least at 0.8 take poll and callback, not told apart." in pair
    assert "none is known" in words(OPEN, (0.95, 0.8, 1.2), (1, 0.9, 1.2))


def test_title_of_heaps(data: ModuleType, tmp_path: Path) -> None:
    def words(ns: float, ratio: Value) -> str:
        cases = [
            *[case("heap_task", (1, 0.9, 1.1)), case("value_task", LESS)],
            *[case("heap_task", (1, 0.9, 1.1), ns=ns, heap="tbb")],
            *[case("value_task", ratio, ns=ns, heap="tbb")],
        ]
        return title(only(pictures_of(data, file_of(tmp_path / "a.json", *cases)), "heaps"))

    told = words(60, LESS)
    assert "less time than heap_task on every heap. heap_task takes 40 ns on glibc" in told
    assert "less time than heap_task on glibc, more on tbb" in words(60, MORE)
    assert "not to be told apart on tbb" in words(60, OPEN)
    assert "no difference of heap_task is known" in words(41, LESS)


# --- looks ---


def all_names() -> list[str]:
    variants = [f"{name}@{kind}" for name in STRATEGIES for kind in ("checked", "atomic")]
    return [*STRATEGIES, *variants]


def test_every_strategy_has_a_colour_of_its_own(data: ModuleType) -> None:
    colours = [data.style_of(name).colour for name in all_names()]
    assert all(re.fullmatch(r"#[0-9A-F]{6}", colour) for colour in colours)
    assert len(set(colours)) == len(colours)
    assert set(STRATEGIES) <= set(data.STYLES), "without a colour in the list"
    looks = {(data.style_of(name).marker, data.style_of(name).filled) for name in STRATEGIES}
    assert len(looks) >= 9


# G. M. Machado and others, "A physiologically-based model for simulation of color vision
# deficiency", 2009, at full severity; and full vision.
VISIONS = {
    "all": [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
    "no red": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "no green": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "no blue": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
TO_XYZ = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]


def seen(colour: str, vision: list[list[float]]) -> tuple[float, ...]:
    """A colour in CIE L*a*b*, where distances are about those that eyes see."""

    def times(matrix: list[list[float]], vector: list[float]) -> list[float]:
        return [sum(a * b for a, b in zip(row, vector)) for row in matrix]

    levels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in levels]
    inside = [min(max(v, 0), 1) for v in times(vision, linear)]
    xyz = [v / white for v, white in zip(times(TO_XYZ, inside), (0.9505, 1, 1.089))]
    x, y, z = (v ** (1 / 3) if v > 0.008856 else 7.787 * v + 16 / 116 for v in xyz)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


@pytest.mark.parametrize("vision", VISIONS)
def test_colours_are_told_apart_with_any_vision(data: ModuleType, vision: str) -> None:
    places = {
        name: seen(style.colour, VISIONS[vision])
        for name, style in data.STYLES.items()
        if name not in data.REFERENCES
    }
    for one, other in itertools.combinations(places, 2):
        assert math.dist(places[one], places[other]) > 12, (one, other)


def test_unlisted_strategies_look_the_same_in_every_process(data: ModuleType) -> None:
    names = ["my_future", "coroutine", "my_future@checked"]
    script = f"import plot_data; print([plot_data.style_of(name) for name in {names}])"
    for seed in ("1", "2"):
        done = subprocess.run(
            [PYTHON, "-c", script],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(SCRIPTS)},
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout.strip() == str([data.style_of(name) for name in names])
    names += all_names()
    assert len({data.style_of(name).colour for name in names}) == len(names)


def crowd(path: Path) -> Path:
    """All strategies there are, nearly alike, and long names."""
    names = [*STRATEGIES, "value_task_handle@checked", "heap_task_cached@atomic"]
    return file_of(
        path,
        *[
            case(name, (1.0, 1.0, 1.0) if name == "heap_task" else (1.01, 0.9, 1.1), hit_rate=rate)
            for rate in RATES
            for name in names
        ],
    )


def test_colours_are_drawn_by_both(data: ModuleType, plot: ModuleType, tmp_path: Path) -> None:
    picture = only(pictures_of(data, crowd(tmp_path / "a.json")), "ns-hit_rate")
    lines = {line.get_label(): line for line in plot.figure_of(picture).axes[0].lines}
    text = text_of(data, picture)
    names, colours, inks = (
        re.findall(rf'^{name} = "(.*)"$', text, re.M)[0].split()
        for name in ("NAMES", "COLOURS", "INKS")
    )
    assert len(names) == len(STRATEGIES) + 2
    for name, colour, ink in zip(names, colours, inks):
        assert colour == data.style_of(name).colour == lines[name].get_color()
        assert ink != "#000000" or name == "caller_op"
    assert lines["plain"].get_linestyle() == "--" and lines["heap_task"].get_linestyle() == "-"


def settled(real: Path, path: Path) -> Path:
    """The same with times that are made up: where texts stand is then no matter of the machine."""
    results = strict_json(real.read_text(encoding="utf-8"))
    places = {name: place for place, name in enumerate(STRATEGIES)}
    for row in results["benchmarks"]:
        share = (3 + places[strategy_of(row)]) / (3 + places["heap_task"])
        middle = 40.0 * share
        made = {"ratio": share, "ratio_lo": 0.9 * share, "ratio_hi": 1.2 * share}
        made |= {"ns_per_op": middle, "ns_per_op_lo": 0.9 * middle, "ns_per_op_hi": 1.2 * middle}
        made |= {"real_time": middle * (0.9 + 0.03 * row.get("repetition_index", 3))}
        made |= {"pause_p50_ns": 1e4, "pause_p99_ns": 3e4, "pause_max_ns": 4e4}
        made |= {"verdict": "different"}
        row.update({key: value for key, value in made.items() if key in row})
    results["break_even"] = []
    path.write_text(json.dumps(results), encoding="utf-8")
    return path


def test_texts_fit_and_do_not_overlap(
    data: ModuleType, plot: ModuleType, tmp_path: Path, real: Path, made: list[Path]
) -> None:
    """At 800 px: within the picture, at least 9 pt; labels apart from one another."""
    real = settled(real, tmp_path / "real.json")
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.text import Text

    pictures = pictures_of(data, crowd(tmp_path / "a.json"), real, *made)
    kinds = {stem.split("-user_cache")[0]: stem for stem in pictures}
    for stem in kinds.values():
        figure = plot.figure_of(pictures[stem])
        canvas = FigureCanvasAgg(figure)
        canvas.draw()
        renderer = canvas.get_renderer()
        width, height = figure.get_size_inches() * 100
        assert width == 800
        texts = [*figure.texts]
        for axes in figure.axes:
            texts += [*axes.texts, axes.xaxis.label, axes.yaxis.label, axes.title]
            texts += [*axes.get_xticklabels(), *axes.get_yticklabels()]
            texts += [getattr(axes, "_left_title")]
        boxes = []
        for text in texts:
            if not text.get_text():
                continue
            box = Text.get_window_extent(text, renderer)
            where = f"{stem}: {text.get_text()}"
            assert 0 <= box.x0 and box.x1 <= width and 0 <= box.y0 and box.y1 <= height, where
            assert text.get_size() >= 9, where
            boxes.append((text.get_text(), box.shrunk(0.98, 0.7)))
        for (one, box), (other, its) in itertools.combinations(boxes, 2):
            assert not box.overlaps(its), f"{stem}: {one!r} on {other!r}"


def test_labels_move_no_more_than_they_must(data: ModuleType) -> None:
    assert data.spread([0.5, 0.1, 0.9], 0.1) == pytest.approx([0.5, 0.1, 0.9])
    assert data.spread([0.5, 0.5], 0.1) == pytest.approx([0.45, 0.55])
    assert data.spread([0, 0, 0], 0.1) == pytest.approx([0, 0.1, 0.2])
    assert data.spread([1, 0.98, 1], 0.1) == pytest.approx([0.9, 0.8, 1.0])


def test_a_line_on_another_has_gaps(data: ModuleType, plot: ModuleType, tmp_path: Path) -> None:
    path = sweep(tmp_path / "a.json", [LESS] * 4, [78.4] * 4)
    lines = plot.figure_of(only(pictures_of(data, path), "bytes-hit_rate")).axes[0].lines
    looks = {line.get_label(): line.get_linestyle() for line in lines}
    assert (looks["heap_task"], looks["value_task"]) == ("-", "--")


# --- the programs ---


def run(*arguments: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(each) for each in arguments], cwd=cwd, capture_output=True, text=True, timeout=HANG_S
    )


def matplotlib(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return run(PYTHON, SCRIPTS / "plot.py", *arguments)


def gnuplot(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return run("gnuplot", "-c", SCRIPTS / "plot.gp", *arguments)


def check_svg(path: Path, words: list[str]) -> None:
    root = xml.etree.ElementTree.parse(path).getroot()
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    text = "".join(root.itertext())
    assert [word for word in words if word not in text] == []


def check_png(path: Path) -> None:
    content = path.read_bytes()
    assert content[:8] == b"\x89PNG\r\n\x1a\n" and content[-8:-4] == b"IEND"
    assert int.from_bytes(content[16:20], "big") >= 800


def test_both_programs_write_both_formats(
    data: ModuleType, tmp_path: Path, real: Path, made: list[Path]
) -> None:
    """In one directory, whose name has a space and a quote; nothing is written twice."""
    out = tmp_path / "it's here"
    kinds = "ratio-hit_rate,rounds,gc_share,heaps,pauses"
    swept = sweep(tmp_path / "a.json", CROSSING, break_even=[break_even()])
    files = [swept, real, made[1]]
    drawn = matplotlib("--out", out, "--kind", kinds, *files)
    assert drawn.returncode == 0, drawn.stderr
    first = {path.name: path.read_bytes() for path in out.iterdir()}
    drawn = gnuplot(out, "--kind", kinds, *files)
    assert drawn.returncode == 0, drawn.stderr
    lines = [line for line in drawn.stderr.splitlines() if not line.startswith("plot.gp: ")]
    assert lines == [], "gnuplot warns"
    assert all((out / name).read_bytes() == content for name, content in first.items())

    starts = tuple(f"{kind}-" for kind in kinds.split(","))
    pictures = {
        stem: each for stem, each in pictures_of(data, *files).items() if stem.startswith(starts)
    }
    ends = [f"{by}.{kind}" for by in ("", "-gnuplot") for kind in ("svg", "png")]
    assert sorted(path.name for path in out.iterdir()) == sorted(
        stem + end for stem in pictures for end in ends
    )
    for path in out.iterdir():
        if path.suffix == ".png":
            check_png(path)
            continue
        picture = pictures[path.stem.removesuffix("-gnuplot")]
        check_svg(path, [*picture.title, *picture.note])


def test_pictures_are_the_same_each_time(tmp_path: Path) -> None:
    path = sweep(tmp_path / "a.json", [LESS] * 4)
    for out in ("one", "two"):
        assert matplotlib("-o", tmp_path / out, "-k", "ns-hit_rate", path).returncode == 0
    one, two = ({p.name: p.read_bytes() for p in (tmp_path / d).iterdir()} for d in ("one", "two"))
    assert one == two and len(one) == 2


def test_names_are_told_apart(data: ModuleType, tmp_path: Path) -> None:
    """Tables whose file names would be the same do not overwrite each other."""
    cases = [
        case("heap_task", hit_rate=rate, tail=f"/note:{mark}")
        for rate in RATES
        for mark in ("a:b", "a_b", "A_b")
    ]
    path = file_of(tmp_path / "a.json", *cases)
    stems = [stem for stem in pictures_of(data, path) if stem.startswith("bytes-hit_rate")]
    assert len(stems) == 3 and len({stem.lower() for stem in stems}) == 3


def test_output_that_cannot_be_written(tmp_path: Path) -> None:
    path = sweep(tmp_path / "a.json", [LESS] * 4)
    stem = "ns-hit_rate-user_cache-glibc-direct-independent"
    out = tmp_path / "out"
    for name in (f"{stem}.svg", f"{stem}-gnuplot.svg"):
        (out / name).mkdir(parents=True)
    drawn = matplotlib("--out", out, "--kind", "ns-hit_rate", path)
    assert (drawn.returncode, drawn.stderr.count("\n")) == (1, 1) and stem in drawn.stderr
    drawn = gnuplot(out, "--kind", "ns-hit_rate", path)
    assert (drawn.returncode, drawn.stderr.count("\n")) == (1, 1) and stem in drawn.stderr
    assert sorted(each.name for each in out.iterdir() if each.suffix != ".svg") == []
    assert gnuplot(path / "below", path).returncode == 1


SKIPPED = {
    "heat map of GC share": "several values of both --in-flight and --gen0-budget on a heap with a "
    "collector",
    "time against hit rate": "several values of --hit-rate and timed rounds (not --rounds 0)",
    "bytes against payload": "several values of --payload",
    "bars of time by heap": "several of --heap and timed rounds (not --rounds 0)",
    "distribution of the rounds' times": "timed rounds (not --rounds 0)",
}


def test_what_cannot_be_drawn_is_skipped_with_the_reason(data: ModuleType, tmp_path: Path) -> None:
    counted = [case("heap_task", hit_rate=rate, rounds=0) for rate in RATES]
    path = file_of(tmp_path / "a.json", *counted)
    drawn = matplotlib("--out", tmp_path / "out", "--format", "svg", path)
    assert drawn.returncode == 0
    stems = [Path(line).name.split("-user_cache")[0] for line in drawn.stdout.splitlines()]
    assert stems == ["bytes-hit_rate", "allocs-hit_rate"]
    lines = drawn.stderr.splitlines()
    assert len(lines) == len(data.KINDS) - 2
    for shows, needs in SKIPPED.items():
        assert f"plot.py: skipped {shows}: needs {needs}" in lines


def test_of_a_sweep_one_table_is_drawn_unless_all_are_asked_for(
    data: ModuleType, tmp_path: Path
) -> None:
    path = sweep(tmp_path / "a.json", [LESS] * 4)
    stem = "rounds-user_cache-glibc-direct-independent-hit_rate"
    one, every = (pictures_of(data, path, every=each) for each in (False, True))
    assert [each for each in one if each.startswith("rounds")] == [f"{stem}0.8"]
    assert [each for each in every if each.startswith("rounds")] == [f"{stem}{x}" for x in RATES]
    said: list[str] = []
    data.pictures_of(data.load([path]), data.KINDS, data.Options(), said.append)
    assert "rounds: drawn for 1 of 4 tables; --all: for each" in said


def test_a_case_in_two_files_is_that_of_the_later(data: ModuleType, tmp_path: Path) -> None:
    paths = [sweep(tmp_path / f"{n}.json", [each] * 4) for n, each in (("a", LESS), ("b", MORE))]
    picture = only(pictures_of(data, *paths), "ns-hit_rate")
    assert "value_task takes more time" in title(picture)
    assert "8 cases are in several files: the last file counts" in data.load(paths).notices


def test_other_workloads_and_heaps_are_other_pictures(data: ModuleType, tmp_path: Path) -> None:
    points = [{}, {"heap": "tbb"}, {"workload": "config_read"}, {"in_flight": 7}, {"threads": 2}]
    cases = [case("heap_task", hit_rate=rate, **point) for rate in RATES for point in points]
    pictures = pictures_of(data, file_of(tmp_path / "a.json", *cases))
    found = [stem for stem in pictures if stem.startswith("ns-hit_rate")]
    assert len(found) == 5
    assert "ns-hit_rate-user_cache-glibc-direct-independent-in_flight7" in found
    assert all(len(pictures[stem].lines[0].points) == 4 for stem in found)


GOOD = json.dumps({"benchmarks": case("heap_task")})
GARBLED = {
    "empty": ("", "empty"),
    "blank": (" \n", "empty"),
    "truncated": (GOOD[: len(GOOD) // 2], "not a result file, or cut short"),
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
    "very deep": ("[" * 100000, "not a result file, or cut short"),
}


@pytest.mark.parametrize("what", GARBLED)
def test_no_result_file_is_refused_in_one_line(data: ModuleType, tmp_path: Path, what: str) -> None:
    """By the one function that reads for both programs."""
    content, cause = GARBLED[what]
    path = tmp_path / "bad.json"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(data.BadFile) as refused:
        data.load([path])
    text = str(refused.value)
    assert text.startswith(f"{path}: ") and cause in text and "\n" not in text


def test_no_file_is_refused(data: ModuleType, tmp_path: Path) -> None:
    for path, cause in ((tmp_path / "missing", "No such file"), (tmp_path, "Is a directory")):
        with pytest.raises(data.BadFile, match=f"^{re.escape(str(path))}: {cause}"):
            data.load([path])


@pytest.mark.parametrize("program", [matplotlib, gnuplot])
def test_failing_programs_say_why_and_write_nothing(program: Any, tmp_path: Path) -> None:
    name = "plot.py" if program is matplotlib else "plot.gp"
    good = sweep(tmp_path / "good.json", [LESS] * 4)
    bad = tmp_path / "bad.json"
    bad.write_text(GARBLED["truncated"][0], encoding="utf-8")
    out = tmp_path / "out"
    option = ["--out", out] if program is matplotlib else [out]
    single = file_of(tmp_path / "single.json", case("heap_task", rounds=0))
    for files, cause in (
        ([good, bad], f"{bad}: not a result file, or cut short"),
        ([single], "no plot can be drawn of this: ns-hit_rate needs several values of --hit-rate"),
        (["--kind", "pie", good], "--kind pie: not one of ns-hit_rate, "),
    ):
        done = program(*option, *files)
        assert done.returncode == 2, done.stderr
        assert done.stderr.count("\n") == 1 and done.stderr.startswith(f"{name}: {cause}")
        assert done.stdout == "" and not out.exists()


def test_usage(data: ModuleType, tmp_path: Path) -> None:
    assert gnuplot(tmp_path).returncode == 2
    many = gnuplot(tmp_path, *[tmp_path / f"{n}.json" for n in range(9)])
    assert many.returncode == 2 and "at most 7 files" in many.stderr
    assert matplotlib().returncode == 2
    wrong = matplotlib("--format", "gif", "a.json")
    assert wrong.returncode == 2 and "--format gif: not one of svg, png" in wrong.stderr
    told = matplotlib("--help")
    assert told.returncode == 0
    for kind in data.KINDS:
        assert f"  {kind.name} " in told.stdout and kind.needs in told.stdout


def test_no_home_is_no_concern(tmp_path: Path) -> None:
    """matplotlib would tell of it, and what plot.py says is its own."""
    (tmp_path / "file").write_text("no directory", encoding="utf-8")
    told = subprocess.run(
        [PYTHON, str(SCRIPTS / "plot.py"), "--help"],
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path / "file")},
        capture_output=True,
        text=True,
        timeout=HANG_S,
    )
    assert (told.returncode, told.stderr) == (0, "")


# --- by the program itself ---


def test_a_run_draws_its_own_pictures(bench: Bench, tmp_path: Path) -> None:
    """By both programs; what they say goes to standard error, and the figures stay figures."""
    folder = tmp_path / "pictures"
    small = ["--rounds", "8", "--epoch-ms", "0.01", "--calls", "200000", "--keys", "1000"]
    outcome = bench.ok("--hit-rate", "0,1", *small, "--plot", str(folder), "--format", "json")
    assert len(outcome.rows) > 0
    names = {path.name for path in folder.iterdir()}
    assert any(re.match(r"ns-hit_rate.*-independent-.*\.svg$", name) for name in names)
    for kind in ["ns-hit_rate", "bytes-hit_rate", "ratio-hit_rate", "rounds"]:
        drawn = [name for name in names if name.startswith(kind)]
        assert any("-gnuplot" in name for name in drawn), kind
        assert any("-gnuplot" not in name for name in drawn), kind
    assert "plot.py: skipped" in outcome.err and "plot.gp: skipped" in outcome.err


def test_pictures_that_cannot_be_kept_are_told_before_the_run(bench: Bench, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("kept", encoding="utf-8")
    outcome = bench("--rounds", "0", "--plot", str(tmp_path / "file"))
    assert outcome.code == 1 and outcome.out == ""
    assert "--plot: " in outcome.error and "cannot hold pictures" in outcome.error
    assert outcome.files() == []
    assert (tmp_path / "file").read_text(encoding="utf-8") == "kept"


def test_a_run_leaves_its_pauses_as_histograms(bench: Bench, tmp_path: Path) -> None:
    """Of each case with enough of them, whose number stands in the file; and they are drawn."""
    many = ["--rounds", "0", "--calls", "400000", "--gen0-budget", "64K", "--keys", "1000"]
    cases = ["--heap", "gengc", "--strategy", "value_task,poll"]
    outcome = bench.ok(*many, *cases, "--format", "json")
    pauses = {row["run_name"].split("/")[1]: row["pauses_n"] for row in outcome.rows}
    texts = {
        path.name.split(".")[1]: path.read_text(encoding="utf-8")
        for path in outcome.files()
        if path.suffix == ".hgrm"
    }
    assert set(texts) == {f"{name}-gengc" for name, n in pauses.items() if n >= 50}
    assert len(texts) == 2
    for name, text in texts.items():
        assert f"Total count    = {pauses[name.split('-')[0]]:12.0f}]" in text
    (result_file,) = [path for path in outcome.files() if path.suffix == ".json"]
    done = matplotlib("--kind", "histogram", "--out", tmp_path / "drawn", result_file)
    assert done.returncode == 0, done.stderr
    assert any(path.name.startswith("histogram-") for path in (tmp_path / "drawn").iterdir())
