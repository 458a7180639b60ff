"""Time, bytes and allocations against hit rate, with break-evens."""
from __future__ import annotations

from collections.abc import Callable

from .axes import Axis, sweep_axis
from .break_evens import add_break_even, only_crossing
from .lines import APART, Look, lines_picture, scale_of, sweep_lines
from .pictures import AnyPicture, Line, Words
from .results import Case, Results
from .tables import Options, Table, number_at, stem_of, swept_tables
from .titles import COUNTED, HIT_RATE, count_words, time_words
from .words import sentences

rate_of = number_at("hit_rate")


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


def hit_rate_words(results: Results, table: Table, figure: str) -> Words:
    if figure in COUNTED:
        return Words(*count_words(table, rate_of, HIT_RATE, figure), table.counted, table.fixed)
    title, subtitle = time_words(table, rate_of, HIT_RATE, only_crossing(results, table, "ratio"))
    spans = sentences(table.spans, APART) if figure == "ns_per_op" else table.intervals
    return Words(title, subtitle, sentences(table.words, spans), table.fixed)


def hit_rate_lines(
    results: Results, options: Options, kind: str, figure: str, look: Look
) -> list[AnyPicture]:
    pictures: list[AnyPicture] = []
    counted = figure in COUNTED
    for table in swept_tables(results.counted if counted else results.cases, "hit_rate"):
        lines = figure_lines(table, rate_of, figure)
        if max((len(line.points) for line in lines), default=0) < 2:
            continue
        words = hit_rate_words(results, table, figure)
        scale = scale_of(lines) if figure == "ratio" else "linear"
        own = Look(look.label.format(table.baseline), scale, level=look.level)
        stem, axis = stem_of(kind, table.fixed), hit_rate_axis(table)
        picture = lines_picture(stem, words, axis, lines, own, options)
        if figure != "allocs_per_op":
            add_break_even(picture, results, table, figure if counted else "ratio")
        pictures.append(picture)
    return pictures


def find_ns_hit_rate(results: Results, options: Options) -> list[AnyPicture]:
    look = Look("time (ns/op)")
    return hit_rate_lines(results, options, "ns-hit_rate", "ns_per_op", look)


def find_bytes_hit_rate(results: Results, options: Options) -> list[AnyPicture]:
    look = Look("allocated (B/op)")
    return hit_rate_lines(results, options, "bytes-hit_rate", "bytes_per_op", look)


def find_allocs_hit_rate(results: Results, options: Options) -> list[AnyPicture]:
    look = Look("allocations (number/op)")
    return hit_rate_lines(results, options, "allocs-hit_rate", "allocs_per_op", look)


def find_ratio_hit_rate(results: Results, options: Options) -> list[AnyPicture]:
    look = Look("time as a multiple of {}'s (ratio, no unit)", level=1.0)
    return hit_rate_lines(results, options, "ratio-hit_rate", "ratio", look)
