"""Pictures of lines: those of a table, their bands, their labels, and which lies on which."""
from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from .axes import Axis, value_axis
from .pictures import Cut, Line, Lines, Span, Words
from .results import Case
from .tables import Options, Table
from .words import count_text, sentences, short

LABEL_STEP = 14.0  # px

# A band that reaches farther from its line than so many times the usual reach is cut there; but
# none is that stays within this share of the height of all lines.
FAR, NEAR = 5.0, 0.06
CUT = "A band (spans, intervals) that reaches far beyond the rest is cut there (small triangles)."

# A machine that was busy for a while bends all lines alike, which is no effect of what is swept.
APART = "Strategies share rounds; points along a line do not."


def spread(places: Sequence[float], step: float) -> list[float]:
    """Moves places apart until neighbours are a step from each other, each as little as can be."""
    order = sorted(range(len(places)), key=lambda index: places[index])
    groups: list[list[float]] = []  # sum of where the first would be, and how many
    for rank, index in enumerate(order):
        groups.append([places[index] - rank * step, 1])
        while len(groups) > 1 and groups[-2][0] / groups[-2][1] > groups[-1][0] / groups[-1][1]:
            total, many = groups.pop()
            groups[-1][0] += total
            groups[-1][1] += many
    firsts = [total / many for total, many in groups for _ in range(int(many))]
    room = 1 - (len(places) - 1) * step
    moved = [0.0] * len(places)
    for rank, (index, first) in enumerate(zip(order, firsts)):
        moved[index] = min(max(first, 0.0), max(room, 0.0)) + rank * step
    return moved


def sweep_lines(
    table: Table, x_of: Callable[[Case], float], y_of: Callable[[Case], Any], positive: bool
) -> tuple[list[Line], list[str]]:
    """A line for each strategy; and those that a logarithmic axis cannot show."""
    lines, zero = [], []
    for name in table.strategies:
        points = []
        for case in sorted(table.of(name), key=x_of):
            value = y_of(case)
            if value is not None and (value[0] > 0 or not positive):
                low = value[1] if value[1] > 0 or not positive else value[0]
                points.append((x_of(case), value[0], low, value[2]))
            elif value is not None and name not in zero:
                zero.append(name)
        if points:
            lines.append(Line(name, list(points), table.of(name)[0].role))
    return lines, zero


def place_labels(picture: Lines) -> None:
    """At the ends; of lines that end together, the one that came from above is above."""
    step = LABEL_STEP / (picture.height - picture.top - picture.bottom)
    drawn = [line.drawn for line in picture.lines]
    order = sorted(
        range(len(drawn)), key=lambda index: [point[1] for point in reversed(drawn[index])]
    )
    ends = [min(max(picture.y.share(drawn[index][-1][1]), 0.0), 1.0) for index in order]
    for index, place in zip(order, spread(ends, step)):
        picture.lines[index].label_at = place


def find_hidden(picture: Lines) -> None:
    """Lines that are nowhere further apart than their width lie on one another."""
    for index, line in enumerate(picture.lines):
        alike = [other for other in picture.lines[:index] if other.grey == line.grey]
        line.below = sum(same_place(picture.y, line, other) for other in alike)


def same_place(axis: Axis, line: Line, other: Line) -> bool:
    if [point[0] for point in line.drawn] != [point[0] for point in other.drawn]:
        return False
    pairs = zip(line.drawn, other.drawn)
    return all(abs(axis.share(own[1]) - axis.share(its[1])) < 0.003 for own, its in pairs)


def heights_of(lines: Iterable[Line]) -> list[float]:
    return [point[1] for line in lines for point in line.drawn]


def scale_of(lines: Iterable[Line]) -> str:
    """Logarithmic where values are far apart, and none is 0; the empty loop does not count."""
    heights = heights_of(line for line in lines if not line.is_loop)
    wide = bool(heights) and 0 < min(heights) * 20 < max(heights)
    return "log" if wide else "linear"


def cut_band(line: Line, most: float, scale: str) -> None:
    """A line's band, which is nowhere farther from it than `most`: as a difference, or on a
    logarithmic scale as the logarithm of a factor.
    """
    for point in line.points:
        if point is None:
            line.band.append(None)
            continue
        x, y, low, high = point
        if scale == "log":
            down, up = y / math.exp(most), y * math.exp(most)
        else:
            down, up = y - most, y + most
        line.band.append(Span(x, max(low, down), min(high, up)))
        line.cuts += [Cut(x, down, low)] if low < down else []
        line.cuts += [Cut(x, up, high)] if high > up else []


def add_bands(lines: Sequence[Line], scale: str) -> None:
    """Bands of the lines in colour, cut where they reach far beyond the rest."""
    own = [line for line in lines if not line.grey and any(p[2] < p[3] for p in line.drawn)]
    ends = [(p[1], end) for line in own for p in line.drawn for end in p[2:] if end != p[1]]
    if not ends:
        return
    if scale == "log":
        reaches, room = [abs(math.log(end / y)) for y, end in ends], math.log1p(NEAR)
    else:
        reaches, room = [abs(end - y) for y, end in ends], NEAR * max(heights_of(lines))
    most = max(FAR * statistics.median(reaches), room)
    for line in own:
        cut_band(line, most, scale)


@dataclass
class Look:
    """How values are shown: the label of their axis, its scale, its ticks, and a level in it."""

    label: str
    scale: str = "linear"
    text: Callable[[float], str] = count_text
    level: float | None = None


def lines_picture(
    stem: str, words: Words, x: Axis, lines: list[Line], look: Look, options: Options
) -> Lines:
    """Lines in colour lie over grey ones. The empty loop is left out where it alone would stretch a
    logarithmic axis.
    """
    rest = [line for line in lines if not line.is_loop]
    if look.scale == "log" and rest and len(rest) < len(lines):
        low = min(heights_of(lines))
        if low < min(heights_of(rest)) / 5:
            lines = rest
            below = f"The empty loop is below the axis, at {short(low)} and more."
            words.note = sentences(words.note, below)
    for line in lines:
        line.grey = options.is_grey(line.name)
    lines = sorted(lines, key=lambda line: (not line.is_reference, not line.grey))
    add_bands(lines, look.scale)
    ends = [end for line in lines for span in line.band if span for end in (span.low, span.high)]
    if any(line.cuts for line in lines):
        words.note = sentences(words.note, CUT)
    heights = heights_of(lines)
    shown = [*heights, *ends, look.level or max(heights)]
    y = value_axis(look.label, look.scale, shown, look.text)
    picture = Lines(stem, words, x, y, lines, level=look.level)
    place_labels(picture)
    find_hidden(picture)
    return picture
