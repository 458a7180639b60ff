"""Pictures as plain data: what is drawn, where, and under which words."""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Union

from .axes import LEFT, RIGHT, Axis
from .looks import style_of

FONT = 12.5  # 9 pt at 100 dots an inch
TITLE_FONT = 14.5

Point = tuple[float, float, float, float]  # x, y, and the interval of y


@dataclass
class Line:
    """None among the points breaks the line."""

    name: str
    points: list[Point | None]
    label_at: float = 0.0  # 0 to 1 of the axis
    below: int = 0  # lines that it would hide

    @property
    def dash(self) -> str:
        """A line over others has gaps, so that they are seen."""
        return ("", "dash", "dot")[min(self.below, 2)] or style_of(self.name).dash

    @property
    def drawn(self) -> list[Point]:
        return [point for point in self.points if point is not None]


@dataclass
class Mark:
    """Where a strategy's line crosses the baseline's, with the interval of x."""

    name: str
    x: float
    y: float
    low: float
    high: float


@dataclass
class Picture:
    stem: str
    title: list[str]  # lines
    note: list[str]

    @property
    def top(self) -> float:
        return 16 + 19 * len(self.title) + 16 * len(self.note)


@dataclass
class Lines(Picture):
    x: Axis
    y: Axis
    lines: list[Line]
    marks: list[Mark] = field(default_factory=list)
    level: float | None = None  # a horizontal line
    divide: tuple[float, str, str] | None = None  # a vertical line, and what is on its sides

    left, right, bottom = LEFT, RIGHT, 54.0

    @property
    def height(self) -> float:
        return self.top + 470


@dataclass
class Heat(Picture):
    x_label: str
    y_label: str
    columns: list[str]
    rows: list[str]
    values: list[list[float | None]]  # [row][column], shares
    texts: list[list[str]]

    left, right, bottom = 92.0, 20.0, 54.0

    @property
    def height(self) -> float:
        return self.top + self.bottom + 70 * max(len(self.rows), 2)


@dataclass
class Row:
    name: str
    values: tuple[float, ...]  # as the form has it
    dots: tuple[float, ...] = ()


@dataclass
class Panel:
    heading: str
    rows: list[Row | None]


@dataclass
class Rows(Picture):
    """A row for each strategy. What `values` are: rounds: median, quartiles, 5 % and 95 %;
    bars: value, and its interval; quantiles: median, 99 %, longest."""

    form: str
    names: list[str]
    panels: list[Panel]
    x: Axis
    right, bottom, pitch = 20.0, 54.0, 21.0

    @property
    def left(self) -> float:
        return 20 + 7.6 * max(len(name) for name in self.names)

    @property
    def heading(self) -> float:
        return 20.0 if len(self.panels) > 1 else 4.0

    @property
    def height(self) -> float:
        return self.top + self.heading + self.bottom + self.pitch * max(len(self.names), 4)


AnyPicture = Union[Lines, Heat, Rows]


def heat_top(picture: Heat) -> float:
    """The share at the light end of the colours."""
    return max([value for row in picture.values for value in row if value is not None] + [1e-6])


def dot_places(picture: Rows, panel: Panel) -> list[tuple[str, float, float]]:
    """Dots beside one another within their row: up and down in turn, in the order of the rounds."""
    found = []
    for index, row in enumerate(panel.rows):
        middle = len(picture.names) - 1 - index
        for place, x in enumerate(row.dots if row else ()):
            shift = (place * 0.618034) % 1 - 0.5
            found.append((row.name if row else "", x, middle + 0.6 * shift))
    return found
