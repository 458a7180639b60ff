"""Histories, read and checked: the courses of figures over many results, and where they change."""
from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .files import BadFile, is_number
from .names import parse_name

CHANGE_KEYS = ("at", "before", "after", "sure")


@dataclass(frozen=True)
class Change:
    at: int  # the first point of the new level
    revision: str
    before: float
    after: float
    sure: float
    p: float | None  # None: the figure is exact

    @property
    def size(self) -> float:
        """How far apart the levels are, as a logarithm; endless where one of them is nothing."""
        if self.before <= 0 or self.after <= 0:
            return math.inf
        return abs(math.log(self.after) - math.log(self.before))


@dataclass(frozen=True)
class Course:
    """A figure of a case in all results that have it."""

    strategy: str
    point: dict[str, str]
    metric: str
    title: str
    conditions: str
    points: list[tuple[int, float, float, float]]  # the result, the value, its interval
    changes: list[Change]

    @property
    def is_exact(self) -> bool:
        return all(change.p is None for change in self.changes)

    @property
    def size(self) -> float:
        return max((change.size for change in self.changes), default=0.0)


@dataclass
class History:
    path: Path
    dates: list[str]
    courses: list[Course] = field(default_factory=list)


def is_history(data: Any) -> bool:
    return isinstance(data, dict) and "results" in data and "figures" in data


def rows(path: Path, value: Any, key: str) -> list[dict[str, Any]]:
    found = value.get(key)
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise BadFile(f"{path}: not a history: no list of objects `{key}`")
    return found


def numbers(path: Path, *values: Any) -> list[float]:
    if not all(is_number(value) for value in values):
        raise BadFile(f"{path}: not a history: a figure that is not a number")
    return [float(value) for value in values]


def point_of(path: Path, entry: Any, results: int) -> tuple[int, float, float, float]:
    if not isinstance(entry, list) or len(entry) < 2:
        raise BadFile(f"{path}: not a history: a course that is no list of points")
    place, value = numbers(path, *entry[:2])
    if not 0 <= place < results:
        raise BadFile(f"{path}: not a history: a point of no result")
    ends = entry[2:4]
    has_interval = len(ends) == 2 and all(map(is_number, ends))
    low, high = numbers(path, *ends) if has_interval else [value] * 2
    return int(place), value, low, high


def change_of(path: Path, entry: dict[str, Any], points: int) -> Change:
    at, before, after, sure = numbers(path, *(entry.get(key) for key in CHANGE_KEYS))
    if not 0 < at < points:
        raise BadFile(f"{path}: not a history: a change at no point")
    p = entry.get("p")
    own = float(p) if is_number(p) else None
    return Change(int(at), str(entry.get("revision")), before, after, sure, own)


def course_of(path: Path, figure: dict[str, Any], results: int) -> Course:
    strategy, point = parse_name(str(path), figure.get("name"))
    course = figure.get("course")
    if not isinstance(course, list):
        raise BadFile(f"{path}: not a history: a figure without a course")
    points = [point_of(path, entry, results) for entry in course]
    changes = [change_of(path, entry, len(points)) for entry in rows(path, figure, "points")]
    texts = (str(figure.get(key) or "") for key in ("metric", "title", "conditions"))
    return Course(strategy, point, *texts, points, changes)


def history_of(path: Path, data: dict[str, Any]) -> History:
    dates = [str(result.get("date")) for result in rows(path, data, "results")]
    figures = rows(path, data, "figures")
    return History(path, dates, [course_of(path, figure, len(dates)) for figure in figures])
