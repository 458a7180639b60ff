"""Looks of strategies: the same everywhere, and told apart with any vision."""
from __future__ import annotations

import itertools
import math
import os
import re
import subprocess
from pathlib import Path

import pytest

from conftest import STRATEGIES, Row
from plot_cases import (
    LESS,
    PYTHON,
    RATES,
    SCRIPTS,
    blocks_of,
    case,
    crowd,
    file_of,
    matplotlib,
    note,
    only,
    pictures_of,
    sweep,
    text_of,
)
from plots.axes import sweep_axis
from plots.drawing import figure_of
from plots.gnuplot_text import quoted
from plots.lines import spread
from plots.highlights import MOST
from plots.looks import STYLES, muted, style_of
from plots.strategies import REFERENCES, role_of

def all_names() -> list[str]:
    variants = [f"{name}@{kind}" for name in STRATEGIES for kind in ("checked", "atomic")]
    return [*STRATEGIES, *variants]


def test_every_strategy_has_a_colour_of_its_own() -> None:
    colours = [style_of(name).colour for name in all_names()]
    assert all(re.fullmatch(r"#[0-9A-F]{6}", colour) for colour in colours)
    assert len(set(colours)) == len(colours)
    assert set(STRATEGIES) <= set(STYLES), "without a colour in the list"
    looks = {(style_of(name).marker, style_of(name).filled) for name in STRATEGIES}
    assert len(looks) >= 9


def test_roles_are_those_that_the_program_lists(listing: dict[str, list[Row]]) -> None:
    """The table says them again, for result files that do not."""
    listed = {row["name"]: row["role"] or "-" for row in listing["strategies"]}
    assert {name: role_of(name) for name in listed} == listed


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
def test_colours_are_told_apart_with_any_vision(vision: str) -> None:
    places = {
        name: seen(style.colour, VISIONS[vision])
        for name, style in STYLES.items()
        if role_of(name) not in REFERENCES
    }
    for one, other in itertools.combinations(places, 2):
        assert math.dist(places[one], places[other]) > 12, (one, other)


def test_unlisted_strategies_look_the_same_in_every_process() -> None:
    names = ["my_future", "generator", "my_future@checked"]
    script = "from plots.looks import style_of; "
    script += f"print([style_of(name) for name in {names}])"
    for seed in ("1", "2"):
        done = subprocess.run(
            [PYTHON, "-c", script],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(SCRIPTS)},
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout.strip() == str([style_of(name) for name in names])
    names += all_names()
    assert len({style_of(name).colour for name in names}) == len(names)


def test_colours_are_drawn_by_both(tmp_path: Path) -> None:
    picture = only(pictures_of(crowd(tmp_path / "a.json")), "ns-hit_rate")
    lines = {line.get_label(): line for line in figure_of(picture).axes[0].lines}
    text = text_of(picture)
    names, colours, inks = (
        re.findall(rf'^{name} = "(.*)"$', text, re.M)[0].split()
        for name in ("NAMES", "COLOURS", "INKS")
    )
    assert len(names) == len(STRATEGIES) + 2
    grey = {line.name: line.grey for line in picture.lines}
    assert sum(not each for each in grey.values()) == MOST
    assert not grey["heap_task"] and not grey["value_task"], "the question is about these"
    assert grey["empty"] and grey["plain"]
    points = re.findall(r'^POINTS = "(.*)"$', text, re.M)[0].split()
    for name, colour, ink, point in zip(names, colours, inks, points):
        own = muted(style_of(name)) if grey[name] else style_of(name)
        assert colour == own.colour == lines[name].get_color()
        assert ink == own.ink and (ink != "#000000" or name == "caller_op")
        full = int(point) % 2 == 1  # as gnuplot numbers shapes; a cross or a plus has no inside
        assert int(point) < 3 or full == (lines[name].get_markerfacecolor() != "white"), name
        assert (lines[name].get_marker() == "") == (point == "0") == grey[name]
    assert lines["plain"].get_linestyle() == "--" and lines["heap_task"].get_linestyle() == "-"


def test_variants_look_other_than_what_they_vary() -> None:
    for name in all_names():
        base, _, variant = name.partition("@")
        if variant and role_of(base) not in REFERENCES:
            assert style_of(name).filled != style_of(base).filled
            assert style_of(name).dash != style_of(base).dash


def test_the_same_strategies_are_in_colour_everywhere(tmp_path: Path) -> None:
    """The quickest of the others; or those that were asked for."""
    ratios = {"poll": 0.5, "callback": 0.6, "arena_task": 0.9, "caller_op": 0.4}
    ratios |= {"heap_task_lean": 0.95, "task_in_cache": 2.0, "heap_task": 1.0, "value_task": 1.5}
    cases = [
        case(name, (share, share, share), hit_rate=rate, heap=heap)
        for name, share in [("plain", 0.1), *ratios.items()]
        for rate in RATES
        for heap in ("glibc", "tbb")
    ]
    path = file_of(tmp_path / "a.json", *cases)
    chosen = {"heap_task", "value_task", "caller_op", "poll", "callback", "arena_task"}
    assert len(chosen) == MOST
    for picture in pictures_of(path).values():
        rows = getattr(picture, "lines", None)
        rows = rows or [row for panel in picture.panels for row in panel.rows]
        assert {row.name for row in rows if not row.grey} == {row.name for row in rows} & chosen
    done = matplotlib("-o", tmp_path / "out", "-k", "ns-hit_rate", "-c", "poll,pol", path)
    assert done.returncode == 2 and "--colour pol: not one of plain, heap_task, " in done.stderr
    done = matplotlib("-o", tmp_path / "out", "-k", "heaps", "-c", "task_in_cache", path)
    assert done.returncode == 0
    svg = next((tmp_path / "out").glob("*.svg")).read_text(encoding="utf-8").upper()
    assert style_of("task_in_cache").colour in svg and style_of("poll").colour not in svg


def test_a_band_far_beyond_the_rest_is_cut_and_marked(tmp_path: Path) -> None:
    wide = [(0.5, 0.49, 0.51)] * 3 + [(0.5, 0.49, 3.0)]
    picture = only(pictures_of(sweep(tmp_path / "a.json", wide)), "ns-hit")
    (line,) = (line for line in picture.lines if line.name == "value_task")
    assert line.points[3] == (1, 20, pytest.approx(19.6), 120), "the file's figures stay"
    (cut,) = line.cuts
    assert (cut.x, cut.reach) == (1, 120) and cut.y == line.band[3].high < 30
    assert picture.y.high < 60 and "far beyond the rest is cut" in note(picture)
    (mark,) = (each for each in figure_of(picture).axes[0].lines if each.get_marker() == "^")
    assert [*mark.get_xydata()[0]] == [cut.x, cut.y]
    assert [row[:3] for row in blocks_of(text_of(picture), "CUTS")[0]] == [["1", f"{cut.y:g}", "1"]]
    narrow = [(0.5, 0.49, 0.51)] * 4
    picture = only(pictures_of(sweep(tmp_path / "a.json", narrow)), "ns-hit")
    assert all(not line.cuts for line in picture.lines) and "is cut" not in note(picture)
    assert all(len(line.band) == 4 for line in picture.lines if line.name == "value_task")


def test_labels_move_no_more_than_they_must() -> None:
    assert spread([0.5, 0.1, 0.9], 0.1) == pytest.approx([0.5, 0.1, 0.9])
    assert spread([0.5, 0.5], 0.1) == pytest.approx([0.45, 0.55])
    assert spread([0, 0, 0], 0.1) == pytest.approx([0, 0.1, 0.2])
    assert spread([1, 0.98, 1], 0.1) == pytest.approx([0.9, 0.8, 1.0])


def test_ticks_are_those_values_that_have_room() -> None:
    """The first and the last among them, and nothing at the edge of the picture."""
    few, many = ([index / n for index in range(n + 1)] for n in (5, 100))
    for values, ticks_n in ((few, 6), (many, 21)):
        axis = sweep_axis("", "linear", values, [f"{value:.2f}" for value in values])
        places = [place for place, _ in axis.ticks]
        assert axis.low < 0 and axis.high > 1 and places[0] == 0 and places[-1] == 1
        assert len(places) <= ticks_n and set(places) <= set(values)
    assert len(sweep_axis("", "log", [1, 10, 100], ["1", "10", "100"]).ticks) == 3


def test_texts_are_words_of_gnuplot() -> None:
    """It would run what stands between `...`."""
    assert quoted('a "b" `c` \\ d\ne') == '"a \\"b\\" \'c\' \\\\ d\\ne"'


def test_a_line_on_another_has_gaps(tmp_path: Path) -> None:
    path = sweep(tmp_path / "a.json", [LESS] * 4, [78.4] * 4)
    lines = figure_of(only(pictures_of(path), "bytes-hit_rate")).axes[0].lines
    looks = {line.get_label(): line.get_linestyle() for line in lines}
    assert (looks["heap_task"], looks["value_task"]) == ("-", "--")
