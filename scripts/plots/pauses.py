"""Pauses of a collector: their quantiles by strategy, and their histograms."""
from __future__ import annotations

from .axes import Axis, value_axis
from .histograms import Step
from .lines import Look, lines_picture
from .pictures import AnyPicture, Line, Panel, Row, Rows, Words
from .results import Case, Results
from .strategies import in_order
from .tables import Options, Table, distance, stem_of, tables, typical
from .titles import WORDS
from .words import (
    binary_text,
    capital,
    count_text,
    listed,
    ns_text,
    part_of_a_name,
    sentences,
    short,
)

QUANTILES = "Quantiles of the pauses: o the median, | 90 %, > the longest; and how many there were."
FEW = "Fewer than 30 pauses, too few for quantiles: {}."
LABEL = "processor time of a pause"
ENDS = "A line ends at its longest pause; to tell of rarer ones takes more pauses."
SHARE = "share of the pauses that are no longer (%)"
SHARES = [0, 50, 90, 99, 99.9, 99.99, 99.999]  # in %, of the pauses that are no longer


def times(count: float) -> str:
    return {0: "never", 1: "once"}.get(count, f"{count_text(count)} times")


def calls_of(table: Table) -> dict[str, float]:
    """The calls in which each strategy's pauses came; 0: an older file, which does not say them."""
    return {case.strategy: case.get("pressure_calls_n") or 0 for case in table.cases}


def told_of(table: Table) -> str:
    """The parameters, with the calls of the pass that looks for pauses: it makes others than the
    passes that the name's are of.
    """
    known = sorted({calls for calls in calls_of(table).values() if calls > 0})
    if not known:
        return table.words
    if len(known) == 1:
        return Table({**table.fixed, "calls": f"{known[0]:.0f}"}, table.cases).words
    fixed = {name: value for name, value in table.fixed.items() if name != "calls"}
    told = Table(fixed, table.cases).words.removesuffix(".")
    return f"{told}, {count_text(known[0])} to {count_text(known[-1])} calls."


def often_title(table: Table, counts: dict[str, float]) -> str:
    """How often strategies pause: in the same number of calls, or else in a million each."""
    calls = {name: calls_of(table)[name] for name in counts}
    if len(set(calls.values())) > 1:
        if not all(calls.values()):
            return ""
        parts = [f"{name} {short(count / calls[name] * 1e6, 2)}" for name, count in counts.items()]
        return f"Pauses in a million calls: {', '.join(parts)}"
    parts = [f"{name} {times(count)}" for name, count in counts.items()]
    title = ", ".join(parts).replace(" ", " pauses ", 1)
    end = f" in {count_text(max(calls.values()))} calls" if any(calls.values()) else ""
    return title + end if len(f"{title}{end}".split()) <= WORDS else title


def pauses_words(
    table: Table, known: dict[str, tuple[tuple[float, ...], float]], few: dict[str, float]
) -> tuple[str, str]:
    """Title and subtitle: how often the two that the question is about pause, for how long, and who
    does longest.
    """
    pair = [name for name in (table.baseline, table.subject) if name in known or name in few]
    halves = [f"{ns_text(known[name][0][0])} ({name})" for name in pair if name in known]
    counts = {name: known[name][1] if name in known else few[name] for name in pair}
    title = often_title(table, counts)
    longest = max(known, key=lambda name: known[name][0][2])
    length = ns_text(known[longest][0][2])
    alone = f"the longest pause takes {length}"
    end = f"the longest pause, {length}, is of {longest}" if len(known) > 1 else alone
    middle = f"half of the pauses take up to {listed(halves)}" if halves else ""
    if not title:
        return capital(end), ""
    return title, f"{capital('; '.join([middle, end] if middle else [end]))}."


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


def pauses_picture(
    table: Table, rows: list[tuple[Row, float]], rest: dict[str, float], options: Options
) -> Rows:
    silent = [name for name, count in rest.items() if count == 0]
    seldom = {name: count for name, count in rest.items() if count > 0}
    told = pauses_words(table, {row.name: (row.values, count) for row, count in rows}, seldom)
    none = f"No pause: {listed(in_order(silent))}." if silent else ""
    few = FEW.format(listed(in_order(list(seldom)))) if seldom else ""
    ends = [value for row, _ in rows for value in row.values]
    axis = value_axis(LABEL, "log", [min(ends) / 1.5, max(ends) * 2], ns_text)
    names = [row.name for row, _ in rows]
    headed: list[Row | None] = [
        Row(row.name, (*row.values, count), grey=options.is_grey(row.name)) for row, count in rows
    ]
    words = Words(*told, sentences(told_of(table), QUANTILES, none, few), table.fixed)
    stem, panel = stem_of("pauses", table.fixed), Panel("", headed)
    return Rows(stem, words, "quantiles", names, [panel], axis)


def find_pauses(results: Results, options: Options) -> list[AnyPicture]:
    pictures: list[AnyPicture] = []
    paused = [case for case in results.cases if case.get("pauses_n") is not None]
    found = [table for table in tables(paused, set()) if pauses_n(table) > 0]
    for table in typical(found, "pauses", options, rarity):
        rows, rest = pause_rows(table)
        if rows:
            pictures.append(pauses_picture(table, rows, rest, options))
    return pictures


def histogram_line(label: str, steps: list[Step]) -> Line:
    """x is 1 / (1 - share), so that each further nine takes the same room."""
    total = max(count for _, _, count in steps)
    most = max(2.0, total)
    points = []
    for value, share, _ in steps:
        x = min(1 / (1 - share), most) if share < 1 else most
        if value > 0:
            points.append((x, value, value, value))
    return Line(label, [*points])


def shares_axis(high: float, label: str) -> Axis:
    """To 99.99 % at least, so that histograms are alike."""
    high = max(high, 1e4)
    places = [1 / (1 - share / 100) for share in SHARES]
    ticks = [(x, f"{share:g} %") for x, share in zip(places, SHARES) if x <= high * 1.1]
    return Axis(label, "log", 0.95, high * 1.1, ticks)


def histogram_picture(
    stem: str, lines: list[Line], words: Words, options: Options
) -> AnyPicture:
    longest = max(lines, key=lambda line: line.drawn[-1][1])
    length = ns_text(longest.drawn[-1][1])
    words.title = f"The longest pause, {length}, is of {longest.name}"
    if len(lines) == 1:
        words.title = f"The longest pause of {longest.name} takes {length}"
    words.note = sentences(words.note, ENDS)
    x = shares_axis(max(point[0] for line in lines for point in line.drawn), SHARE)
    return lines_picture(stem, words, x, lines, Look(LABEL, "log", ns_text), options)


def window_and_nursery(case: Case) -> str:
    nursery = case.get("gen0_budget_bytes")
    text = f"With {count_text(float(case.point.get('in_flight', 1)))} in flight"
    return text + (f" and a nursery of {binary_text(nursery)}." if nursery else ".")


def named_histograms(results: Results, options: Options) -> list[AnyPicture]:
    """Of those that say which case they are of: a picture for each table."""
    cases = {(case.path, case.name): case for case in results.cases}
    steps = {
        (path, histogram.case): histogram.steps
        for path, histograms in results.histograms.items()
        for histogram in histograms
    }
    found = tables([case for key, case in cases.items() if key in steps], set())
    pictures = []
    for table in typical(found, "histogram", options, rarity):
        lines = [
            histogram_line(case.strategy, steps[case.path, case.name]) for case in table.cases
        ]
        lines = [line for line in lines if line.points]
        if lines:
            stem, where = stem_of("histogram", table.fixed), window_and_nursery(table.cases[0])
            words = Words("", where, told_of(table), table.fixed)
            pictures.append(histogram_picture(stem, lines, words, options))
    return pictures


def older_histograms(results: Results) -> list[AnyPicture]:
    """Of those that do not say it, under what the names of their files have."""
    known = {(case.path, case.name) for case in results.cases}
    pictures = []
    for path, histograms in results.histograms.items():
        lines = [
            histogram_line(each.label, each.steps)
            for each in histograms
            if (path, each.case) not in known
        ]
        lines = [line for line in lines if line.points]
        if lines:
            stem = part_of_a_name(f"histogram-{path.stem}")
            note = "Of the histograms beside the result file, which do not say their parameters."
            pictures.append(histogram_picture(stem, lines, Words("", "", note), Options()))
    return pictures


def find_histograms(results: Results, options: Options) -> list[AnyPicture]:
    return [*named_histograms(results, options), *older_histograms(results)]
