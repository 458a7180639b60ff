"""Pauses of a collector: their quantiles by strategy, and their histograms."""
from __future__ import annotations

from pathlib import Path

from .axes import Axis, log_ticks, value_axis
from .histograms import Step
from .lines import lines_picture
from .pictures import AnyPicture, Line, Panel, Row, Rows
from .results import Results
from .strategies import in_order
from .tables import Options, Table, distance, stem_of, tables, typical
from .words import listed, note_lines, ns_text, part_of_a_name, title_lines

QUANTILES = "Quantiles of the pauses: o the median, | 90 %, > the longest (n: their number)."
FEW = "Fewer than 30 pauses, too few for quantiles: {}."
LABEL = "processor time of a pause"
SHARES = [0, 50, 90, 99, 99.9, 99.99, 99.999]  # in %, of the pauses that are no longer


def times(count: float) -> str:
    return "once" if count == 1 else f"{count:g} times"


def pauses_title(
    table: Table, known: dict[str, tuple[tuple[float, ...], float]], few: dict[str, float]
) -> list[str]:
    """How the two that the question is about pause, and who does longest."""
    parts = []
    for name in (table.baseline, table.subject):
        if name in known:
            values, count = known[name]
            parts.append(f"{name} pauses {times(count)}, half of them up to {ns_text(values[0])}")
        elif name in few:
            parts.append(f"{name} pauses {times(few[name])}")
        elif name:
            parts.append(f"{name} does not pause")
    longest = max(known, key=lambda name: known[name][0][2])
    end = f"The longest pause, {ns_text(known[longest][0][2])}, is of {longest}."
    return title_lines(f"{'; '.join(parts)}." if parts else "", end)


def pauses_n(table: Table) -> float:
    return max(case.get("pauses_n") or 0 for case in table.cases)


def rarity(table: Table) -> tuple[float, ...]:
    """The table with most pauses says most of them."""
    return -pauses_n(table), *distance(table)


def pause_rows(table: Table) -> tuple[list[tuple[Row, float]], dict[str, float]]:
    """Quantiles with the number of pauses, the shortest first; and the number of pauses of those
    that paused too seldom for quantiles, or not at all.
    """
    figures = ("pause_p50_ns", "pause_p90_ns", "pause_max_ns")
    rows, few = [], {}
    for case in table.cases:
        values = tuple(case.get(figure) or 0.0 for figure in figures)
        count = case.get("pauses_n") or 0
        if count > 0 and min(values) > 0:
            rows.append((Row(case.strategy, values), count))
        elif not case.is_reference:
            few[case.strategy] = count
    return sorted(rows, key=lambda each: each[0].values), few


def pauses_picture(table: Table, rows: list[tuple[Row, float]], rest: dict[str, float]) -> Rows:
    silent = [name for name, count in rest.items() if count == 0]
    seldom = {name: count for name, count in rest.items() if count > 0}
    title = pauses_title(table, {row.name: (row.values, count) for row, count in rows}, seldom)
    none = f"No pause: {listed(in_order(silent))}." if silent else ""
    few = FEW.format(listed(in_order(list(seldom)))) if seldom else ""
    ends = [value for row, _ in rows for value in row.values]
    axis = value_axis(LABEL, "log", [min(ends) / 1.5, max(ends) * 2])
    axis.ticks = log_ticks(axis.low, axis.high, ns_text)
    names = [row.name for row, _ in rows]
    headed = [Row(row.name, (*row.values, count)) for row, count in rows]
    stem, notes = stem_of("pauses", table.fixed), note_lines(table.words, QUANTILES, none, few)
    return Rows(stem, title, notes, "quantiles", names, [Panel("", [*headed])], axis)


def find_pauses(results: Results, options: Options) -> list[AnyPicture]:
    pictures: list[AnyPicture] = []
    paused = [case for case in results.cases if case.get("pauses_n") is not None]
    found = [table for table in tables(paused, set()) if pauses_n(table) > 0]
    for table in typical(found, "pauses", options, rarity):
        rows, rest = pause_rows(table)
        if rows:
            pictures.append(pauses_picture(table, rows, rest))
    return pictures


def histogram_line(label: str, rows: list[Step]) -> Line:
    """x is 1 / (1 - share), so that each further nine takes the same room."""
    total = max(count for _, _, count in rows)
    most = max(2.0, total)
    points = []
    for value, share, _ in rows:
        x = min(1 / (1 - share), most) if share < 1 else most
        if value > 0:
            points.append((x, value, value, value))
    return Line(label, [*points])


def shares_axis(high: float) -> Axis:
    places = [1 / (1 - share / 100) for share in SHARES]
    ticks = [(x, f"{share:g} %") for x, share in zip(places, SHARES) if x <= high * 1.1]
    return Axis("share of the pauses that are no longer (%)", "log", 0.95, high * 1.05, ticks)


def histogram_picture(path: Path, lines: list[Line]) -> AnyPicture:
    longest = max(lines, key=lambda line: line.drawn[-1][1])
    told = f"The longest pause, {ns_text(longest.drawn[-1][1])}, is of {longest.name}."
    notes = ["Of the histograms beside the result file."]
    stem, title = part_of_a_name(f"histogram-{path.stem}"), title_lines(told)
    x = shares_axis(max(point[0] for line in lines for point in line.drawn))
    picture = lines_picture(stem, title, notes, x, lines, LABEL, "log")
    picture.y.ticks = log_ticks(picture.y.low, picture.y.high, ns_text)
    return picture


def find_histograms(results: Results, _: Options) -> list[AnyPicture]:
    pictures = []
    for path, histograms in results.histograms.items():
        lines = [histogram_line(label, rows) for label, rows in histograms]
        lines = [line for line in lines if line.points]
        if lines:
            pictures.append(histogram_picture(path, lines))
    return pictures
