"""Pictures of lines: those of a table, their labels, and which lies on which."""
from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from .axes import Axis, value_axis
from .pictures import Line, Lines
from .results import Case
from .tables import Table
from .words import note_lines, short

LABEL_STEP = 14.0  # px

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
        line.below = sum(same_place(picture.y, line, other) for other in picture.lines[:index])


def same_place(axis: Axis, line: Line, other: Line) -> bool:
    if [point[0] for point in line.drawn] != [point[0] for point in other.drawn]:
        return False
    pairs = zip(line.drawn, other.drawn)
    return all(abs(axis.share(own[1]) - axis.share(its[1])) < 0.003 for own, its in pairs)


def values_of(lines: Iterable[Line]) -> tuple[list[float], list[float]]:
    """All heights, and with the ends of their intervals."""
    points = [point for line in lines for point in line.drawn]
    return [y for _, y, _, _ in points], [end for point in points for end in point[1:]]


def lines_picture(
    stem: str,
    title: list[str],
    notes: list[str],
    x: Axis,
    lines: list[Line],
    label: str,
    scale: str = "linear",
    level: float | None = None,
) -> Lines:
    """The empty loop is left out where it alone would stretch a logarithmic axis."""
    rest = [line for line in lines if not line.is_loop]
    if scale == "log" and rest and len(rest) < len(lines):
        low = min(values_of(lines)[0])
        if low < min(values_of(rest)[0]) / 5:
            lines = rest
            notes = [*notes, f"The empty loop is below the axis, at {short(low)} and more."]
    heights, ends = values_of(lines)
    y = value_axis(label, scale, [*ends, level or max(heights)], 2 * max(heights))
    if max(ends) > y.high:
        notes = [*notes, "Intervals that reach beyond the axis are cut."]
    picture = Lines(stem, title, note_lines(*notes), x, y, lines, level=level)
    place_labels(picture)
    find_hidden(picture)
    return picture
