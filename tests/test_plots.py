"""The plots: what is drawn is what the result file says, by both programs; and what cannot be drawn
is refused in one line.

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
import xml.etree.ElementTree
from pathlib import Path
from typing import Any

import pytest

from conftest import (
    BINARY,
    HANG_S,
    HASTY,
    INTERVALS,
    ROOT,
    STRATEGIES,
    TIMED,
    Bench,
    Row,
    clean_environment,
    parameters,
    strategy_of,
    strict_json,
)
from from_samples import limit
from plot_cases import (
    CROSSING,
    CUT_SHORT,
    LESS,
    PYTHON,
    RATES,
    SCRIPTS,
    blocks_of,
    break_even,
    case,
    crowd,
    drawn_lines,
    file_of,
    gnuplot,
    in_rounds,
    matplotlib,
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
from plots.samples import BUSY_MIN, QUIET_MAX

@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of the program over hit rates and volumes, on two heaps. Cold starts have all figures,
    in whatever state the machine is.
    """
    folder = tmp_path_factory.mktemp("real")
    path = folder / "real.json"
    options = "--calls 10,1000 --hit-rate 0.5,1 --heap glibc,gengc --gen0-budget 256K"
    options += " --live-heap 64K --strategy value_task,caller_op --sessions 5"
    subprocess.run(
        [str(BINARY), *HASTY, *options.split(), "--export-json", str(path)],
        env=clean_environment(VTB_RESULTS_DIR=str(folder / "results")),
        capture_output=True,
        check=True,
    )
    return path


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Pictures of parameters that the run above does not vary: payloads, and window and nursery of
    a collector.
    """
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
            "pause_p90_ns": 3000.0 * window,
            "pause_max_ns": 4000.0 * window,
        }
        point = {"heap": "gengc", "in_flight": window, "gen0_budget": budget}
        heat.append(case("heap_task", figures=figures, **point))
    return [file_of(folder / "curve.json", *curve), file_of(folder / "heat.json", *heat)]


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


@pytest.mark.parametrize("heap", ["glibc", "gengc"])
@pytest.mark.parametrize("kind", FIGURES)
def test_hit_rate_lines_are_the_rows(
    real: Path, kind: str, heap: str
) -> None:
    budget = "gen0_budget262144-" if heap == "gengc" else ""
    lookups = "-independent" if FIGURES[kind] in ("ns_per_op", "ratio") else ""
    stem = f"{kind}-user_cache-{heap}-direct{lookups}-calls1000-{budget}startcold"
    picture = pictures_of(real)[stem]
    references = {line.name for line in picture.lines if line.grey}
    assert references <= {"plain", "empty"}
    figure = FIGURES[kind]
    expected = {
        name: expected_points(rows, "hit_rate", figure)
        for name, rows in medians_at(real, heap=heap, calls="1000").items()
        if kind != "ratio-hit_rate" or name not in ("heap_task", "empty")
    }
    assert len(expected) >= 3 and all(len(points) == 2 for points in expected.values())

    drawn = figure_of(picture)
    lines = drawn_lines(drawn)
    assert lines == {name: [point[:2] for point in points] for name, points in expected.items()}
    ends = {tuple(xy) for band in drawn.axes[0].collections for xy in band.get_paths()[0].vertices}
    for name in expected.keys() - references:
        (line,) = (line for line in picture.lines if line.name == name)
        cut = {cut.x for cut in line.cuts}
        for x, y, low, high in expected[name]:
            assert (low, high) == (y, y) or x in cut or {(x, low), (x, high)} <= ends

    text = text_of(picture)
    names = re.search(r'^NAMES = "(.*)"$', text, re.M)
    fed = dict(zip(names.group(1).split() if names else [], blocks_of(text)))
    for name, points in expected.items():
        numbers = [tuple(float(word) for word in words[:4]) for words in fed[name]]
        assert numbers == [pytest.approx(point, rel=1e-8) for point in points], name


def test_volume_is_bytes_times_calls(real: Path) -> None:
    picture = pictures_of(real)["bytes-calls-user_cache-glibc-direct-hit_rate0.5"]
    rows = medians_at(real, heap="glibc", hit_rate="0.5")
    lines = drawn_lines(figure_of(picture))
    for name in ("heap_task", "value_task"):
        points = expected_points(rows[name], "calls", "bytes_per_op")
        assert lines[name] == [(x, pytest.approx(y * x)) for x, y, *_ in points]
    assert "caller_op" not in lines and "caller_op" in note(picture)
    assert (picture.x.scale, picture.y.scale) == ("log", "log")


def test_cold_and_steady_are_not_joined(tmp_path: Path) -> None:
    cases = [
        case(name, ratio, calls=calls, **point)
        for name, ratio in [("heap_task", (1, 1, 1)), ("value_task", LESS)]
        for calls, point in [(1000, {"start": "cold"}), (110000, {})]
    ]
    picture = only(pictures_of(file_of(tmp_path / "a.json", *cases)), "ns-calls")
    assert picture.divide is not None and 1000 < picture.divide[0] < 110000
    drawn = 0
    for line in figure_of(picture).axes[0].lines:
        if line.get_label() in STRATEGIES:
            x = line.get_xdata()
            assert (x[0], x[2], len(x)) == (1000, 110000, 3) and math.isnan(x[1])
            drawn += 1
    block = re.findall(r"^1000 .*\n\n110000 .*$", text_of(picture), re.M)
    assert len(block) == len(picture.lines) == drawn == 2


def test_every_session_is_a_dot(real: Path) -> None:
    stem = "rounds-user_cache-glibc-direct-independent-hit_rate1-calls1000-startcold"
    picture = pictures_of(real)[stem]
    sessions: dict[str, list[float]] = {}
    for row in strict_json(real.read_text(encoding="utf-8"))["benchmarks"]:
        known = parameters(row["run_name"])
        at = (known["heap"], known["hit_rate"], known["calls"])
        if row["run_type"] == "iteration" and at == ("glibc", "1", "1000"):
            sessions.setdefault(known["strategy"], []).append(row["real_time"])
    del sessions["empty"]
    assert {len(each) for each in sessions.values()} == {5}
    dots = drawn_lines(figure_of(picture))
    assert {name: [x for x, _ in each] for name, each in dots.items()} == sessions
    for place, name in enumerate(reversed(picture.names)):
        assert all(abs(y - place) < 0.35 for _, y in dots[name]), "dots of another row"
    fed: dict[str, list[float]] = {}
    for x, _, _, name in blocks_of(text_of(picture), "DOTS")[0]:
        fed.setdefault(name, []).append(float(x))
    assert fed == {name: pytest.approx(each, rel=1e-8) for name, each in sessions.items()}
    assert "not of single operations" in picture.x.label
    for row in picture.panels[0].rows:
        own = sorted(sessions[row.name])
        assert row.values == pytest.approx((own[2], own[1], own[3], own[0], own[4]))
    told = " ".join(note(picture).split())
    assert "Each dot is a session" in told and "whiskers: the least and the most" in told


def test_every_round_of_an_older_file_is_a_dot(tmp_path: Path) -> None:
    cases = [in_rounds(case("heap_task")), in_rounds(case("value_task", LESS))]
    pictures = pictures_of(file_of(tmp_path / "a.json", *cases))
    picture = only(pictures, "rounds")
    assert "Each dot is a round" in note(picture) and "5 % to 95 %" in note(picture)
    assert "Rounds take " in subtitle(picture)
    assert [len(row.dots) for row in picture.panels[0].rows] == [8, 8]


# --- states of the machine ---

SAMPLES = "name,session,round,operations,real_ns_per_op,cpu_ns_per_op,gc_ns_per_op,"
SAMPLES += "probe_before_ns,probe_after_ns\n"
# Of a probe that takes 1000 ns: quiet up to 1080, busy from 1250 on, before an epoch and after it.
PROBES = {
    "quiet": [(1000, 1000), (1080, 1000), (900, 1080)],
    "busy": [(1250, 1250), (1900, 1250)],
    "neither": [(1000, 1250), (1081, 1000), (1249, 1300), (1100, 1100)],
}
TIMES = {"quiet": 40.0, "busy": 60.0, "neither": 50.0}


def with_samples(path: Path, *strategies: str, quiet_ns: float = 1000.0) -> Path:
    """A result file, with a file of samples beside it: two sessions of all that is in PROBES."""
    cases = [case(name, (1, 1, 1) if name == "heap_task" else LESS) for name in strategies]
    lines = [
        f"{rows[-1]['run_name']},{session},{number},100,{TIMES[state]},{TIMES[state]},0,{before},"
        f"{after}\n"
        for rows in cases
        for session in (1, 2)
        for number, (state, before, after) in enumerate(
            (state, *probe) for state, probes in PROBES.items() for probe in probes
        )
    ]
    path.with_suffix(".samples.csv").write_text(SAMPLES + "".join(lines), encoding="utf-8")
    return file_of(path, *cases, said={"probe_quiet_ns": quiet_ns})


def test_epochs_are_dots_by_the_state_of_the_machine(tmp_path: Path) -> None:
    """Of the baseline and the challenger, in the order of time, and the same by both programs."""
    path = with_samples(tmp_path / "a.json", "heap_task", "plain", "poll", "value_task")
    picture = only(pictures_of(path), "states")
    assert [plane.name for plane in picture.planes] == ["heap_task", "value_task"]
    states = [state for state, probes in PROBES.items() for _ in probes]
    expected = {
        state: [
            (n + 9.0 * session, TIMES[state])
            for session in (0, 1)
            for n, own in enumerate(states)
            if own == state
        ]
        for state in PROBES
    }
    assert [plane.dots for plane in picture.planes] == [expected] * 2
    assert picture.planes[0].labels["quiet"] == "quiet 33 %"
    assert picture.divides == [8.5]
    assert title(picture) == "The core was quiet in 33 % of the epochs"
    # Of fewer than five epochs in a state no time is told.
    quiet = "takes 40 ns in quiet epochs"
    assert subtitle(picture) == f"heap_task {quiet}; value_task {quiet}."
    figure = figure_of(picture)
    for axes, fed in zip(figure.axes, blocks_of(text_of(picture))):
        drawn = {
            line.get_label(): [(float(x), float(y)) for x, y in line.get_xydata()]
            for line in axes.lines
            if line.get_label() in PROBES
        }
        assert drawn == expected
        words: dict[str, list[tuple[float, float]]] = {}
        for x, y, _, state in fed:
            words.setdefault(state, []).append((float(x), float(y)))
        assert words == expected
    for plane, block in zip(picture.planes, blocks_of(text_of(picture), "PLANES")[0]):
        assert block[2] == plane.name


def test_epochs_beyond_the_axis_are_told(tmp_path: Path) -> None:
    path = with_samples(tmp_path / "a.json", "heap_task")
    samples = path.with_suffix(".samples.csv")
    text = samples.read_text(encoding="utf-8")
    samples.write_text(text.replace(",100,40.0,", ",100,9000,", 1), encoding="utf-8")
    picture = only(pictures_of(path), "states")
    assert "1 epoch is beyond the axis." in note(picture)
    assert sum(len(dots) for dots in picture.planes[0].dots.values()) == 17


@pytest.mark.parametrize(
    "missing", ["no file", "no probe", "an older file", "no level", "no such case"]
)
def test_without_probes_there_are_no_states(tmp_path: Path, missing: str) -> None:
    path = with_samples(tmp_path / "a.json", "heap_task", "value_task")
    samples = path.with_suffix(".samples.csv")
    text = samples.read_text(encoding="utf-8")
    if missing == "no file":
        samples.unlink()
    elif missing == "no probe":
        samples.write_text(re.sub(r",\d+,\d+$", ",0,0", text, flags=re.M), encoding="utf-8")
    elif missing == "an older file":
        samples.write_text(text.replace("probe_before_ns", "other", 1), encoding="utf-8")
    elif missing == "no level":
        file_of(path, case("heap_task"), case("value_task", LESS))
    else:
        samples.write_text(text.replace("user_cache/", "other/"), encoding="utf-8")
    assert [stem for stem in pictures_of(path) if stem.startswith("states")] == []


def test_garbled_samples_are_refused_in_one_line(tmp_path: Path) -> None:
    path = with_samples(tmp_path / "a.json", "heap_task")
    samples = path.with_suffix(".samples.csv")
    for end in ["user_cache,1,1\n", "user_cache,1,1,1,much,1,1,1,1\n"]:
        samples.write_text(f"{SAMPLES}{end}", encoding="utf-8")
        with pytest.raises(BadFile, match=rf"^{re.escape(str(samples))}:2: not a sample$"):
            pictures_of(path)


def test_limits_of_states_are_those_of_the_program() -> None:
    assert QUIET_MAX == limit("VTB_QUIET_MAX") and BUSY_MIN == limit("VTB_BUSY_MIN")


def test_a_steady_run_leaves_epochs_that_are_drawn(bench: Bench) -> None:
    """As many as it had, of the two."""
    outcome = bench.ok(*TIMED, "--sessions", "2", "--strategy", "value_task")
    (result,) = (path for path in outcome.files() if path.suffix == ".json")
    picture = only(pictures_of(result), "states")
    beyond = re.search(r"(\d+) epochs? (is|are) beyond the axis", note(picture))
    drawn = sum(len(dots) for plane in picture.planes for dots in plane.dots.values())
    assert [plane.name for plane in picture.planes] == ["heap_task", "value_task"]
    assert drawn + int(beyond[1] if beyond else 0) == 2 * 2 * 8


def test_bars_are_the_rows(real: Path) -> None:
    stem = "heaps-user_cache-direct-independent-hit_rate1-calls1000-startcold"
    picture = pictures_of(real)[stem]
    assert {panel.heading for panel in picture.panels} == {"glibc", "gengc 256 KiB"}
    figure = figure_of(picture)
    for axes, panel, block in zip(figure.axes, picture.panels, blocks_of(text_of(picture))):
        heap = panel.heading.split()[0]
        rows = medians_at(real, heap=heap, hit_rate="1", calls="1000")
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


def test_payload_heat_and_pauses(made: list[Path]) -> None:
    pictures = pictures_of(*made, every=True)
    times = drawn_lines(figure_of(only(pictures, "ns-payload")))
    assert only(pictures, "ns-payload").x.scale == "log"
    assert times["heap_task"] == [(8, 8), (64, 64), (256, 256)]
    assert times["value_task"] == [(8, 4), (64, 32), (256, 128)]
    sizes = drawn_lines(figure_of(only(pictures, "bytes-payload")))
    assert sizes["heap_task"] == [(8, 16), (64, 128), (256, 512)]

    heat = only(pictures, "gc_share")
    assert (heat.columns, heat.rows) == (["1", "1,024"], ["256 KiB", "6 MiB"])
    shares = [[1 / 4096 + 1000 / 262144, 0.25 + 1000 / 262144], [1 / 4096 + 1000 / 6291456, None]]
    assert heat.values == shares
    axes = figure_of(heat).axes[0]
    image = axes.images[0].get_array()
    assert [image[0][0], image[0][1], image[1][0]] == [*shares[0], shares[1][0]]
    assert image.mask[1][1]
    texts = {text.get_position(): text.get_text() for text in axes.texts}
    assert texts[(1, 0)] == "25 %\n60 collections" and texts[(1, 1)] == "not measured"
    assert title(heat) == "Collections take <0.1 to 25 % of heap_task's time"
    assert "the most with 1,024 in flight and a nursery of 256 KiB." in subtitle(heat)
    assert '1 0 0.253814697 1 "25 %\\n60 collections"' in text_of(heat), "white on dark"

    pauses = [each for stem, each in pictures.items() if stem.startswith("pauses")]
    assert len(pauses) == 3
    wide = next(each for each in pauses if "in_flight1024" in each.stem)
    assert wide.panels[0].rows[0].values == (1024000, 3072000, 4096000, 60)
    assert drawn_lines(figure_of(wide))["heap_task"] == [(1024000, 0), (4096000, 0)]
    assert "Quantiles" in note(wide)


SWEPT = {"depth": [1, 2, 4], "in_flight": [1, 16, 256], "threads": [1, 2], "keys": [100, 1000]}


@pytest.mark.parametrize("name", SWEPT)
def test_any_number_that_varies_has_a_picture(tmp_path: Path, name: str) -> None:
    """Of time and of bytes; over the logarithm where the values span a factor of 16."""
    values, cases = SWEPT[name], []
    for index, value in enumerate(values):
        point = {} if (name, value) == ("threads", 1) else {name: value}  # as names have them
        cases += [
            case(strategy, ratio, ns=40 + index, size=8 * index, **point)
            for strategy, ratio in (("heap_task", (1, 1, 1)), ("value_task", (0.5, 0.4, 0.9)))
        ]
    pictures = pictures_of(file_of(tmp_path / "a.json", *cases))
    for kind, figure in (("ns", "ns_per_op"), ("bytes", "bytes_per_op")):
        picture = only(pictures, f"{kind}-{name}")
        for line in picture.lines:
            heads = [rows[-1] for rows in cases if f"/{line.name}/" in rows[-1]["run_name"]]
            assert [point[:2] for point in line.drawn] == [
                (value, head[figure]) for value, head in zip(values, heads)
            ]
        assert len(picture.lines) == 2
        assert picture.x.scale == ("log" if values[-1] >= 16 * values[0] else "linear")
        assert [text for _, text in picture.x.ticks] == [f"{value:,}" for value in values]


def test_an_axis_says_that_it_is_logarithmic(tmp_path: Path) -> None:
    """Of each program, and of no other axis."""
    cases = [case("heap_task", ns=100), case("value_task", ns=10)]
    wide = only(pictures_of(file_of(tmp_path / "a.json", *cases)), "rounds")
    near = only(pictures_of(file_of(tmp_path / "b.json", *cases[:1])), "rounds")
    for picture, is_told in ((wide, True), (near, False)):
        assert (picture.x.scale == "log") == is_told
        told = "single operations, logarithmic"
        assert (told in text_of(picture)) == is_told
        texts = [text.get_text() for text in figure_of(picture).texts]
        assert any(told in text for text in texts) == is_told


def test_kinds_are_documented() -> None:
    told = (ROOT / "docs" / "CLI.md").read_text(encoding="utf-8")
    assert [kind.name for kind in kinds.KINDS if f"`{kind.name}`" not in told] == []


# --- texts ---


def settled(real: Path, path: Path) -> Path:
    """A copy of a result file with times that are made up, so that the places of texts do not
    depend on the machine.
    """
    results = strict_json(real.read_text(encoding="utf-8"))
    places = {name: place for place, name in enumerate(STRATEGIES)}
    for row in results["benchmarks"]:
        share = (3 + places[strategy_of(row)]) / (3 + places["heap_task"])
        middle = 40.0 * share
        made = {"ratio": share, "ratio_lo": 0.9 * share, "ratio_hi": 1.2 * share}
        made |= {"ns_per_op": middle, "ns_per_op_lo": 0.9 * middle, "ns_per_op_hi": 1.2 * middle}
        made |= {"real_time": middle * (0.9 + 0.03 * row.get("repetition_index", 3))}
        made |= {"pause_p50_ns": 1e4, "pause_p90_ns": 3e4, "pause_max_ns": 4e4}
        made |= {"verdict": "different"}
        row.update({key: value for key, value in made.items() if key in row})
    results["break_even"] = []
    path.write_text(json.dumps(results), encoding="utf-8")
    return path


def test_a_title_is_at_most_ten_words(tmp_path: Path, real: Path, made: list[Path]) -> None:
    """And none has a full stop, for none is several sentences."""
    probed = with_samples(tmp_path / "probed.json", "heap_task", "value_task")
    crossing = sweep(tmp_path / "b.json", CROSSING, break_even=[break_even()])
    pictures = pictures_of(crowd(tmp_path / "a.json"), crossing, real, *made, probed, every=True)
    assert len(pictures) > 30
    for stem, picture in pictures.items():
        assert 0 < len(title(picture).split()) <= 10, (stem, title(picture))
        assert ". " not in title(picture) and title(picture)[-1] != ".", stem


def test_texts_fit_and_do_not_overlap(
    tmp_path: Path, real: Path, made: list[Path]
) -> None:
    """At 800 px: within the picture, at least 9 pt; labels apart from one another."""
    real = settled(real, tmp_path / "real.json")
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.text import Text

    probed = with_samples(tmp_path / "probed.json", "heap_task", "value_task")
    found = [pictures_of(crowd(tmp_path / "a.json")), pictures_of(real, *made, probed)]
    kinds = {(n, s.split("-user_cache")[0]): s for n in (0, 1) for s in found[n]}
    assert len(kinds) > 15
    for (number, _), stem in kinds.items():
        figure = figure_of(found[number][stem])
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


# --- the programs ---


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
    tmp_path: Path, real: Path, made: list[Path]
) -> None:
    """In one directory, whose name has a space and a quote; nothing is written twice."""
    out = tmp_path / "it's here"
    kinds = "ratio-hit_rate,rounds,states,gc_share,heaps,pauses"
    swept = sweep(tmp_path / "a.json", CROSSING, break_even=[break_even()])
    probed = with_samples(tmp_path / "b.json", "heap_task", "value_task")
    files = [swept, real, made[1], probed]
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
        stem: each for stem, each in pictures_of(*files).items() if stem.startswith(starts)
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
        check_svg(path, [*picture.title_lines, *picture.subtitle_lines, *picture.note_lines])


def test_pictures_are_the_same_each_time(tmp_path: Path) -> None:
    path = sweep(tmp_path / "a.json", [LESS] * 4)
    for out in ("one", "two"):
        assert matplotlib("-o", tmp_path / out, "-k", "ns-hit_rate", path).returncode == 0
    one, two = ({p.name: p.read_bytes() for p in (tmp_path / d).iterdir()} for d in ("one", "two"))
    assert one == two and len(one) == 2


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


def test_what_cannot_be_drawn_is_told_in_one_line(tmp_path: Path) -> None:
    counted = [case("heap_task", hit_rate=rate, sessions=0) for rate in RATES]
    path = file_of(tmp_path / "a.json", *counted)
    drawn = matplotlib("--out", tmp_path / "out", "--format", "svg", path)
    assert drawn.returncode == 0
    stems = [Path(line).name.split("-user_cache")[0] for line in drawn.stdout.splitlines()]
    assert stems == ["bytes-hit_rate", "allocs-hit_rate"]
    rest = [kind.name for kind in kinds.KINDS if kind.name not in stems]
    needs = "scripts/plot.py --help tells what each needs"
    assert drawn.stderr == f"plot.py: not drawn: {', '.join(rest)}; {needs}\n"


@pytest.mark.parametrize("program", [matplotlib, gnuplot])
def test_failing_programs_say_why_and_write_nothing(program: Any, tmp_path: Path) -> None:
    name = "plot.py" if program is matplotlib else "plot.gp"
    good = sweep(tmp_path / "good.json", [LESS] * 4)
    bad = tmp_path / "bad.json"
    bad.write_text(CUT_SHORT, encoding="utf-8")
    out = tmp_path / "out"
    option = ["--out", out] if program is matplotlib else [out]
    alone = file_of(tmp_path / "alone.json", case("empty", sessions=0))
    for files, cause in (
        ([good, bad], f"{bad}: not a result file, or cut short"),
        ([alone], "no plot can be drawn of this; --help tells what each kind needs"),
        (
            ["--kind", "bytes-hit_rate,ns-hit_rate", alone],
            "no plot can be drawn of this: ns-hit_rate needs several values of --hit-rate and ",
        ),
        (["--kind", "pie", good], "--kind pie: not one of ns-hit_rate, "),
    ):
        done = program(*option, *files)
        assert done.returncode == 2, done.stderr
        assert done.stderr.count("\n") == 1 and done.stderr.startswith(f"{name}: {cause}")
        assert done.stdout == "" and not out.exists()


def test_usage(tmp_path: Path) -> None:
    assert gnuplot(tmp_path).returncode == 2
    many = gnuplot(tmp_path, *[tmp_path / f"{n}.json" for n in range(9)])
    assert many.returncode == 2 and "at most 7 files" in many.stderr
    assert matplotlib().returncode == 2
    wrong = matplotlib("--format", "gif", "a.json")
    assert wrong.returncode == 2 and "--format gif: not one of svg, png" in wrong.stderr
    told = matplotlib("--help")
    assert told.returncode == 0
    for kind in kinds.KINDS:
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


@pytest.mark.parametrize("by", ["", "matplotlib", "gnuplot", "both"])
def test_a_run_draws_its_own_pictures(bench: Bench, tmp_path: Path, by: str) -> None:
    """By the programs that are asked for; what they say goes to standard error, and the figures
    stay figures.
    """
    folder = tmp_path / "pictures"
    options = [*INTERVALS, "--heap", "glibc", "--plot", str(folder), "--format", "json"]
    asked = ["--hit-rate", "0,1", "--strategy", "value_task,caller_op"]
    outcome = bench.ok(*asked, *options, *(["--plot-by", by] if by else []))
    assert len(outcome.rows) > 0
    names = {path.name for path in folder.iterdir()}
    meant = {"gnuplot": ["-gnuplot"], "both": ["", "-gnuplot"]}.get(by, [""])
    for kind in ["ns-hit_rate", "ratio-hit_rate"]:
        stem = f"{kind}-user_cache-glibc-direct-independent-calls10-keys1000-startcold"
        expected = {f"{stem}{end}.{form}" for end in meant for form in ("svg", "png")}
        assert {name for name in names if name.startswith(kind)} == expected
    assert ("plot.py: not drawn: " in outcome.err) == ("" in meant)
    assert ("plot.gp: not drawn: " in outcome.err) == ("-gnuplot" in meant)


def test_what_draws_goes_with_pictures(bench: Bench) -> None:
    outcome = bench("--plot-by", "gnuplot", "--rounds", "0")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.error == "run_bench: --plot-by: nothing is drawn; give --plot"
    assert outcome.files() == []


def test_pictures_that_cannot_be_kept_are_told_before_the_run(bench: Bench, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("kept", encoding="utf-8")
    outcome = bench("--rounds", "0", "--plot", str(tmp_path / "file"))
    assert outcome.code == 1 and outcome.out == ""
    assert "cannot hold files: Not a directory; name another folder by --plot" in outcome.error
    assert outcome.files() == []
    assert (tmp_path / "file").read_text(encoding="utf-8") == "kept"


@pytest.mark.parametrize("by", ["matplotlib", "gnuplot", "both"])
def test_what_draws_is_missing(bench: Bench, tmp_path: Path, by: str) -> None:
    """Which is told before anything is measured."""
    (tmp_path / "matplotlib.py").write_text("raise ImportError('of another numpy')")
    variables = {"PYTHONPATH": str(tmp_path)} if by == "matplotlib" else {"PATH": str(tmp_path)}
    outcome = bench("--rounds", "0", "--plot", "drawn", "--plot-by", by, **variables)
    assert outcome.code == 1 and outcome.out == ""
    assert outcome.files() == [] and not (bench.directory / "drawn").exists()
    if by == "matplotlib":
        told = "plot.py: no matplotlib: of another numpy; install the package python3-matplotlib"
        assert outcome.err == f"{told}\nrun_bench: --plot: plot.py drew nothing\n"
    else:
        told = "--plot: 'gnuplot' cannot be started; install the package gnuplot-nox"
        assert outcome.err == f"run_bench: {told}\n"


def test_what_it_needs_is_there() -> None:
    drawn = matplotlib("--check")
    assert (drawn.returncode, drawn.stdout, drawn.stderr) == (0, "", "")


def test_a_run_leaves_its_pauses_as_histograms(bench: Bench, tmp_path: Path) -> None:
    """Each case with enough pauses has a histogram, with as many pauses as the file tells; and it
    is drawn, under the window and the nursery that they are of.
    """
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
    picture = only(pictures_of(result_file), "histogram")
    assert subtitle(picture) == "With 64 in flight and a nursery of 64 KiB."
    assert {line.name for line in picture.lines} == {name.removesuffix("-gengc") for name in texts}
    assert "independent lookups" in note(picture)
