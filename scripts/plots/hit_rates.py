"""Time, bytes and allocations against hit rate, with break-evens."""
from __future__ import annotations

from collections.abc import Callable

from .axes import Axis, sweep_axis
from .break_evens import add_break_even
from .lines import APART, lines_picture, place_labels, sweep_lines, values_of
from .pictures import AnyPicture, Line, Lines
from .results import Case, Results
from .tables import Options, Table, number_at, stem_of, swept_tables
from .titles import HIT_RATE, title_and_note


def hit_rate_axis(table: Table) -> Axis:
    rates = sorted({float(case.point["hit_rate"]) for case in table.cases})
    label = "hit rate (share of calls that complete at once)"
    return sweep_axis(label, "linear", rates, [f"{rate:g}" for rate in rates])


def figure_lines(table: Table, x_of: Callable[[Case], float], figure: str) -> list[Line]:
    """A ratio to the baseline is that of the others, the empty loop not among them."""
    lines, _ = sweep_lines(table, x_of, lambda case: case.interval(figure), figure == "ratio")
    if figure != "ratio":
        return lines
    return [line for line in lines if not line.is_loop and line.name != table.baseline]


def scale_of(lines: list[Line], figure: str) -> str:
    heights = [y for y in values_of(lines)[0] if y > 0]
    wide = figure == "ratio" and bool(heights) and max(heights) > 20 * min(heights)
    return "log" if wide else "linear"


def hit_rate_lines(
    results: Results, kind: str, figure: str, label: str, level: float | None = None
) -> list[Lines]:
    pictures = []
    x_of = number_at("hit_rate")
    for table in swept_tables(results.cases, "hit_rate"):
        lines = figure_lines(table, x_of, figure)
        if max((len(line.points) for line in lines), default=0) < 2:
            continue
        title, end = title_and_note(table, x_of, HIT_RATE, figure)
        notes = [table.words, end, APART if figure == "ns_per_op" else ""]
        stem, words = stem_of(kind, table.fixed), label.format(table.baseline)
        axis, scale = hit_rate_axis(table), scale_of(lines, figure)
        picture = lines_picture(stem, title, notes, axis, lines, words, scale, level)
        if figure != "allocs_per_op":
            metric = "bytes_per_op" if figure == "bytes_per_op" else "ratio"
            add_break_even(picture, results, table, metric)
            place_labels(picture)
        pictures.append(picture)
    return pictures


def find_ns_hit_rate(results: Results, _: Options) -> list[AnyPicture]:
    return [*hit_rate_lines(results, "ns-hit_rate", "ns_per_op", "time (ns/op)")]


def find_bytes_hit_rate(results: Results, _: Options) -> list[AnyPicture]:
    return [*hit_rate_lines(results, "bytes-hit_rate", "bytes_per_op", "allocated (B/op)")]


def find_allocs_hit_rate(results: Results, _: Options) -> list[AnyPicture]:
    label = "allocations (number/op)"
    return [*hit_rate_lines(results, "allocs-hit_rate", "allocs_per_op", label)]


def find_ratio_hit_rate(results: Results, _: Options) -> list[AnyPicture]:
    label = "time as a multiple of {}'s (ratio, no unit)"
    return [*hit_rate_lines(results, "ratio-hit_rate", "ratio", label, 1.0)]
