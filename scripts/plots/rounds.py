"""The distribution of the sessions' times; of older files, of the rounds'."""
from __future__ import annotations

from collections.abc import Sequence

from .axes import value_axis
from .pictures import AnyPicture, Panel, Row, Rows, Words
from .results import Case, Results
from .tables import Options, Table, stem_of, tables, typical
from .titles import pair_words
from .words import listed, ns_span, sentences


def quantile(ordered: Sequence[float], share: float) -> float:
    """Between the two nearest ranks."""
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def times_row(case: Case) -> Row:
    """Sessions are so few that the least and the most are the ends of their whiskers."""
    ordered = sorted(case.sessions)
    shares = (0.5, 0.25, 0.75, 0.05, 0.95) if case.in_rounds else (0.5, 0.25, 0.75, 0.0, 1.0)
    return Row(case.strategy, tuple(quantile(ordered, share) for share in shares), case.sessions)


def scatter_sentence(table: Table, rows: list[Row], noun: str) -> str:
    """From where to where the rounds go, or the sessions, of the two that the question is about."""
    pair = [row for row in rows if row.name in (table.subject, table.baseline)]
    texts = [
        f"{ns_span(min(row.dots), max(row.dots))} ({row.name})"
        for row in pair
        if len(row.dots) > 1
    ]
    return f"{noun.capitalize()}s take {listed(texts)}." if texts else ""


def rounds_picture(table: Table, rows: list[Row]) -> Rows:
    rows = sorted(rows, key=lambda row: row.values[0])
    values = [value for row in rows for value in row.dots]
    of_rounds = any(case.in_rounds for case in table.cases)
    noun = "round" if of_rounds else "session"
    ends = "5 % to 95 %" if of_rounds else "the least and the most"
    parts = f"Each dot is a {noun}; box: quartiles and median; whiskers: {ends}."
    if of_rounds and any(case.get("gc_time_fraction") is not None for case in table.cases):
        parts += " A round has the mean of the collections in place of its own."
    if not of_rounds:
        parts += " A session's time is the median of its rounds, in whatever state the machine was."
    label = "mean time of the operations of one epoch (ns/op), not of single operations"
    if not of_rounds:
        label = "time of an epoch, median of a session (ns/op), not of single operations"
    axis = value_axis(label, "log" if max(values) > 4 * min(values) else "linear", values)
    names = [row.name for row in rows]
    title, subtitle = pair_words(table)
    subtitle = sentences(subtitle, scatter_sentence(table, rows, noun))
    words = Words(title, subtitle, sentences(table.words, parts), table.fixed)
    return Rows(stem_of("rounds", table.fixed), words, "rounds", names, [Panel("", [*rows])], axis)


def find_rounds(results: Results, options: Options) -> list[AnyPicture]:
    pictures: list[AnyPicture] = []
    timed = [case for case in results.cases if case.sessions and min(case.sessions) > 0]
    for table in typical(tables(timed, set()), "rounds", options):
        rows = [times_row(case) for case in table.cases if not case.is_loop]
        for row in rows:
            row.grey = options.is_grey(row.name)
        if rows:
            pictures.append(rounds_picture(table, rows))
    return pictures
