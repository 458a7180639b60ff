"""Break-evens of result files, as stars on the lines that they belong to."""
from __future__ import annotations

from typing import Any

from .files import is_number
from .pictures import Line, Lines, Mark
from .results import Results
from .strategies import ORDER
from .tables import Table
from .words import listed, note_lines


def gain_of(entry: dict[str, Any]) -> Any:
    """How much faster the level is, in percent; older files have it under another key."""
    return entry.get("min_gain_percent", entry.get("worth_percent"))


def break_even_of(results: Results, table: Table, metric: str) -> list[dict[str, Any]]:
    """The entries for a table, at no margin."""
    said = {name: value for name, value in table.fixed.items() if name not in ("start",)}
    own = {name: said.pop(name, "") for name in ("workload", "heap", "method", "consumer")}
    own["threads"] = said.pop("threads", "1")
    found = []
    for entry in results.break_even:
        where = dict(part.partition(":")[::2] for part in str(entry.get("where", "")).split("/"))
        for name in [*own, "hit_rate", "start", ""]:
            where.pop(name, None)
        same = all(str(entry.get(name, own[name])) == own[name] for name in own)
        about = entry.get("parameter"), entry.get("metric"), gain_of(entry)
        if same and about == ("hit_rate", metric, 0) and where == said:
            found.append(entry)
    return found


def level_at(line: Line, x: float) -> float | None:
    """A line's height between its points."""
    for left, right in zip(line.drawn, line.drawn[1:]):
        if left[0] <= x <= right[0]:
            part = (x - left[0]) / (right[0] - left[0])
            return left[1] + (right[1] - left[1]) * part
    return None


def marks_of(picture: Lines, entry: dict[str, Any]) -> list[Mark]:
    """Where a strategy crosses the baseline; without a known interval it is a point."""
    line = next((each for each in picture.lines if each.name == entry.get("strategy")), None)
    crossings = entry.get("crossings")
    marks = []
    for crossing in crossings if line and isinstance(crossings, list) else []:
        at = crossing.get("at") if isinstance(crossing, dict) else None
        y = level_at(line, at) if is_number(at) else None
        if y is not None:
            low, high = (end if is_number(end := crossing.get(key)) else at for key in ("lo", "hi"))
            y = y if picture.level is None else picture.level
            marks.append(Mark(line.name, at, y, min(low, at), max(high, at)))
    return marks


def add_break_even(picture: Lines, results: Results, table: Table, metric: str) -> None:
    for entry in break_even_of(results, table, metric):
        if entry.get("baseline") == table.baseline:
            picture.marks += marks_of(picture, entry)
    picture.marks.sort(key=lambda mark: (mark.name != table.subject, ORDER.get(mark.name, 99)))
    texts = [
        f"{mark.name} {mark.x:.2f}"
        + (f" [{mark.low:.2f}, {mark.high:.2f}]" if mark.low < mark.high else "")
        for mark in picture.marks
    ]
    if texts:
        told = f"Break-even with {table.baseline} (stars): {listed(texts, 4)}."
        picture.note += note_lines(told)
