"""Break-evens of result files, as stars on the lines that they belong to, and for titles."""
from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .files import is_number
from .pictures import Line, Lines, Mark
from .results import Results
from .strategies import ORDER
from .tables import Table
from .words import listed, sentences


SIDES = {"falls": ("from", "above"), "rises": ("up to", "below")}  # where less time is taken


@dataclass
class Crossing:
    """Where a strategy's curve crosses the level, with the interval of that, if it is known."""

    at: float
    low: float
    high: float
    direction: str  # falls or rises, along the parameter; older files do not say

    @property
    def is_known(self) -> bool:
        return self.low < self.high

    @property
    def text(self) -> str:
        """With its interval."""
        ends = f" [{self.low:.2f}, {self.high:.2f}]" if self.is_known else ""
        return f"{self.at:.2f}{ends}"

    @property
    def about(self) -> str:
        """With no more digits than the interval bears."""
        for digits in (1, 2, 3):
            value = round(self.at, digits)
            near = abs(value - self.at) <= (self.high - self.low) / 4
            if near and self.low <= value <= self.high:
                return f"{value:g}"
        return f"{self.at:.3g}"


def gain_of(entry: dict[str, Any]) -> Any:
    """How much faster the level is, in percent; older files have it under another key."""
    return entry.get("min_gain_percent", entry.get("worth_percent"))


def break_even_of(results: Results, table: Table, metric: str) -> list[dict[str, Any]]:
    """The entries for a table and its baseline, at no margin."""
    said = {name: value for name, value in table.fixed.items() if name not in ("start",)}
    own = {name: said.pop(name, "") for name in ("workload", "heap", "method", "consumer")}
    own["threads"] = said.pop("threads", "1")
    found = []
    for entry in results.break_even:
        where = dict(part.partition(":")[::2] for part in str(entry.get("where", "")).split("/"))
        for name in [*own, "hit_rate", "start", ""]:
            where.pop(name, None)
        same = all(str(entry.get(name, own[name])) == own[name] for name in own)
        about = entry.get("parameter"), entry.get("metric"), gain_of(entry), entry.get("baseline")
        if same and about == ("hit_rate", metric, 0, table.baseline) and where == said:
            found.append(entry)
    return found


def crossings_of(entry: dict[str, Any]) -> list[Crossing]:
    """Without a known interval it is a point."""
    told = entry.get("crossings")
    found = []
    for each in told if isinstance(told, list) else []:
        at = each.get("at") if isinstance(each, dict) else None
        if is_number(at):
            low, high = (end if is_number(end := each.get(key)) else at for key in ("lo", "hi"))
            direction = str(each.get("direction", ""))
            found.append(Crossing(at, min(low, at), max(high, at), direction))
    return found


def only_crossing(results: Results, table: Table, metric: str) -> Crossing | None:
    """The one of the table's subject, if it has one alone, of which interval and direction are
    known.
    """
    own = [
        crossing
        for entry in break_even_of(results, table, metric)
        if entry.get("strategy") == table.subject and entry.get("verdict") == "crosses"
        for crossing in crossings_of(entry)
    ]
    known = len(own) == 1 and own[0].is_known and own[0].direction in SIDES
    return own[0] if known else None


def level_at(line: Line, x: float) -> float | None:
    """A line's height between its points."""
    for left, right in zip(line.drawn, line.drawn[1:]):
        if left[0] <= x <= right[0]:
            part = (x - left[0]) / (right[0] - left[0])
            return left[1] + (right[1] - left[1]) * part
    return None


def add_break_even(picture: Lines, results: Results, table: Table, metric: str) -> None:
    """Marks where lines in colour cross the baseline's, and tells where all do."""
    lines = {line.name: line for line in picture.lines}
    texts: dict[str, list[str]] = {}
    for entry in break_even_of(results, table, metric):
        line = lines.get(str(entry.get("strategy")))
        for crossing in crossings_of(entry) if line else []:
            y = level_at(line, crossing.at) if line else None
            if line is None or y is None:
                continue
            texts.setdefault(line.name, []).append(crossing.text)
            y = y if picture.level is None else picture.level
            if not line.grey:
                mark = Mark(line.name, crossing.at, y, crossing.low, crossing.high)
                picture.marks.append(mark)
    ranked = sorted(texts, key=lambda name: (name != table.subject, ORDER.get(name, 99)))
    picture.marks.sort(key=lambda mark: ranked.index(mark.name))
    if texts:
        told = listed([f"{name} {' and '.join(texts[name])}" for name in ranked], 4)
        stars = f"Break-even with {table.baseline} (stars): {told}."
        picture.words.note = sentences(picture.words.note, stars)
