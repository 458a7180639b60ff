"""Pictures as plain data: what is drawn, where, and under which words."""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Union

from .axes import LEFT, RIGHT, Axis
from .looks import style_of
from .strategies import EMPTY, NONE, REFERENCES

FONT = 12.5  # 9 pt at 100 dots an inch
TITLE_FONT = 14.5

Point = tuple[float, float, float, float]  # x, y, and the interval of y


@dataclass
class Line:
    """None among the points breaks the line."""

    name: str
    points: list[Point | None]
    role: str = NONE  # of the strategy
    label_at: float = 0.0  # 0 to 1 of the axis
    below: int = 0  # lines that it would hide

    @property
    def dash(self) -> str:
        """A line over others has gaps, so that they are seen."""
        return ("", "dash", "dot")[min(self.below, 2)] or style_of(self.name).dash

    @property
    def is_loop(self) -> bool:
        return self.role == EMPTY

    @property
    def is_reference(self) -> bool:
        return self.role in REFERENCES

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
    bars: value, and its span; quantiles: median, 99 %, longest."""

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


@dataclass
class Plane:
    """Dots of one strategy, by the state of the machine in which they were taken."""

    name: str
    dots: dict[str, list[tuple[float, float]]]
    labels: dict[str, str]  # of each state, beside the axes
    y: Axis


@dataclass
class Dots(Picture):
    """Planes above one another, over one x axis."""

    x: Axis
    planes: list[Plane]
    divides: list[float]  # vertical lines

    left, right, bottom, pitch = LEFT, 132.0, 54.0, 190.0
    gap = 42.0  # above a plane, for its name and the ticks of the one above it

    @property
    def height(self) -> float:
        return self.top + self.bottom + (self.pitch + self.gap) * len(self.planes)

    def sides(self, index: int) -> tuple[float, float]:
        """From where to where a plane is, in px from the top."""
        top = self.top + self.gap + (self.pitch + self.gap) * index
        return top, top + self.pitch


AnyPicture = Union[Lines, Heat, Rows, Dots]


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
