"""Time, and bytes in total, against call volume."""
from __future__ import annotations

import math
from collections.abc import Iterable

from .axes import Axis, sweep_axis
from .lines import APART, Look, lines_picture, sweep_lines
from .pictures import AnyPicture, Line, Words
from .results import Case, Results
from .tables import Options, Table, number_at, stem_of, swept_tables
from .titles import CALLS, time_words
from .words import bytes_text, count_text, listed, sentences

calls_of = number_at("calls")


def tables_along_calls(cases: Iterable[Case]) -> list[Table]:
    """Cold starts, which few calls are, and steady states together."""
    return swept_tables(cases, "calls", frozenset({"start"}))


def calls_axis(table: Table) -> Axis:
    calls = sorted({calls_of(case) for case in table.cases})
    label = "call volume (calls)"
    return sweep_axis(label, "log", calls, [count_text(each) for each in calls])


def total_bytes(case: Case) -> tuple[float, float, float] | None:
    per_op = case.get("bytes_per_op")
    total = None if per_op is None else per_op * calls_of(case)
    return None if total is None else (total, total, total)


def volume_words(table: Table) -> tuple[str, str]:
    """Title and subtitle: the bytes that the baseline, and then the title's subject, allocate in
    all at the largest volume, and how much less or more that is.
    """
    most = max(calls_of(case) for case in table.cases)
    totals: dict[str, float] = {
        name: total[0]
        for name in (table.baseline, table.subject)
        if name
        for case in table.of(name)
        if calls_of(case) == most and (total := total_bytes(case))
    }
    parts = [f"{name} {bytes_text(total)}" for name, total in totals.items()]
    values = list(totals.values())
    end = ""
    if len(values) == 2 and values[0] > 0:
        end = f"That is {values[1] / values[0]:.2f} times as much for {table.subject}."
    title = f"{count_text(most)} calls allocate: {', '.join(parts)}" if parts else "Bytes in total"
    return title, end


def find_bytes_calls(results: Results, options: Options) -> list[AnyPicture]:
    pictures: list[AnyPicture] = []
    for table in tables_along_calls(results.counted):
        lines, zero = sweep_lines(table, calls_of, total_bytes, True)
        if not lines:
            continue
        silent = [name for name in zero if not table.is_reference(name)]
        none = f"Nothing, which this axis cannot show: {listed(silent)}." if silent else ""
        exact = "Bytes in total are exact bytes/op, times calls."
        words = Words(*volume_words(table), sentences(table.counted, exact, none), table.fixed)
        stem = stem_of("bytes-calls", table.fixed)
        look = Look("allocated in total", "log", bytes_text)
        pictures.append(lines_picture(stem, words, calls_axis(table), lines, look, options))
    return pictures


def divide_of(cold: set[float], warm: set[float]) -> tuple[float, str, str] | None:
    """Where a line between cold starts and steady states stands, if each has its side."""
    if not cold or not warm or max(cold) >= min(warm):
        return None
    return math.sqrt(max(cold) * min(warm)), "cold start", "steady state"


def break_lines(lines: list[Line], cold: set[float]) -> None:
    """Cold starts and steady states are not joined."""
    for line in lines:
        place = sum(point[0] in cold for point in line.drawn)
        line.points.insert(place, None)


def find_ns_calls(results: Results, options: Options) -> list[AnyPicture]:
    pictures: list[AnyPicture] = []
    for table in tables_along_calls(results.cases):
        lines, _zero = sweep_lines(table, calls_of, lambda case: case.interval("ns_per_op"), True)
        if not lines:
            continue
        cold = {calls_of(case) for case in table.cases if "start" in case.point}
        warm = {calls_of(case) for case in table.cases} - cold
        divide = divide_of(cold, warm)
        if divide:
            break_lines(lines, cold)
        first = "A cold start is timed from the first call on: nothing has served yet."
        note = sentences(table.words, first if cold else "", table.spans, APART)
        words = Words(*time_words(table, calls_of, CALLS), note, table.fixed)
        stem, look = stem_of("ns-calls", table.fixed), Look("time (ns/op)", "log")
        picture = lines_picture(stem, words, calls_axis(table), lines, look, options)
        picture.divide = divide
        pictures.append(picture)
    return pictures
