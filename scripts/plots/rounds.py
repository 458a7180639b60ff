"""The distribution of the rounds' times."""
from __future__ import annotations

from collections.abc import Sequence

from .axes import value_axis
from .pictures import AnyPicture, Panel, Row, Rows
from .results import Results
from .strategies import is_loop, is_reference
from .tables import Options, Table, stem_of, tables, typical
from .words import note_lines, ns_text, title_lines


def quantile(ordered: Sequence[float], share: float) -> float:
    """Between the two nearest ranks."""
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def round_row(name: str, rounds: Sequence[float]) -> Row:
    ordered = sorted(rounds)
    shares = (0.5, 0.25, 0.75, 0.05, 0.95)
    return Row(name, tuple(quantile(ordered, share) for share in shares), tuple(rounds))


def rounds_title(table: Table, rows: list[Row]) -> list[str]:
    """The middle of the rounds of the two that the question is about, and who scatters most."""
    own = [row for row in rows if not is_reference(row.name)] or rows
    pair = [row for row in own if row.name in (table.subject, table.baseline)]
    texts = [f"{row.name} {ns_text(row.values[0])}" for row in pair]
    widest = max(own, key=lambda row: row.values[4] / row.values[3])
    low, high = widest.values[3], widest.values[4]
    ends = f"90 % of its rounds lie within {ns_text(low)} and {ns_text(high)}"
    middle = f"Median round: {', '.join(texts)}." if texts else ""
    return title_lines(middle, f"The widest scatter has {widest.name}: {ends}.")


def rounds_picture(table: Table, rows: list[Row]) -> Rows:
    rows = sorted(rows, key=lambda row: row.values[0])
    values = [value for row in rows for value in row.dots]
    title = rounds_title(table, rows)
    parts = "Each dot is a round; box: quartiles and median; whiskers: 5 % to 95 %."
    if any(case.get("gc_time_fraction") is not None for case in table.cases):
        parts += " A round has the mean of the collections in place of its own."
    label = "mean time of the operations of one epoch (ns/op), not of single operations"
    axis = value_axis(label, "log" if max(values) > 4 * min(values) else "linear", values)
    names = [row.name for row in rows]
    stem, notes = stem_of("rounds", table.fixed), note_lines(table.words, parts)
    return Rows(stem, title, notes, "rounds", names, [Panel("", [*rows])], axis)


def find_rounds(results: Results, options: Options) -> list[AnyPicture]:
    pictures: list[AnyPicture] = []
    timed = [case for case in results.cases if case.rounds and min(case.rounds) > 0]
    for table in typical(tables(timed, set()), "rounds", options):
        own = [case for case in table.cases if not is_loop(case.strategy)]
        if own:
            rows = [round_row(case.strategy, case.rounds) for case in own]
            pictures.append(rounds_picture(table, rows))
    return pictures
