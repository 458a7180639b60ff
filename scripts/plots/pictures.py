"""Pictures as plain data: what is drawn, where, and under which words.

Nothing here knows the program that draws. Words are whole texts, which `..._lines` break for a
picture of 800 px; lengths are in px of that.
"""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Union

from .axes import LEFT, RIGHT, Axis
from .looks import DARK, Style, muted, style_of
from .strategies import EMPTY, NONE, REFERENCES
from .words import wrapped

FONT = 12.5  # 9 pt at 100 dots an inch
TITLE_FONT = 16.5
TITLE_STEP, TEXT_STEP = 22.0, 17.0  # from line to line

Point = tuple[float, float, float, float]  # x, y, and the interval of y


@dataclass
class Span:
    """A band at one place, as it is drawn."""

    x: float
    low: float
    high: float


@dataclass
class Cut:
    """An end of a band that is drawn nearer than it is; `reach` is where it is."""

    x: float
    y: float
    reach: float


@dataclass
class Line:
    """None among the points breaks the line, and likewise its band."""

    name: str
    points: list[Point | None]
    role: str = NONE  # of the strategy
    grey: bool = False  # not one of those that are in colour
    band: list[Span | None] = field(default_factory=list)  # empty: none is drawn
    cuts: list[Cut] = field(default_factory=list)
    label_at: float = 0.0  # 0 to 1 of the axis
    below: int = 0  # lines that it would hide

    @property
    def style(self) -> Style:
        return muted(style_of(self.name)) if self.grey else style_of(self.name)

    @property
    def dash(self) -> str:
        """A line over others has gaps, so that they are seen."""
        return ("", "dash", "dot")[min(self.below, 2)] or self.style.dash

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
class Words:
    """What a picture says."""

    title: str  # what was found, in at most ten words
    subtitle: str  # what else was found
    note: str  # of what it was measured, and how
    point: dict[str, str] = field(default_factory=dict)  # what of a case's name is the same in all


@dataclass
class Picture:
    stem: str
    words: Words

    under = 48.0  # the axes: ticks, and what they are of

    @property
    def title_lines(self) -> list[str]:
        return wrapped(self.words.title, 72)

    @property
    def subtitle_lines(self) -> list[str]:
        return wrapped(self.words.subtitle, 118)

    @property
    def note_lines(self) -> list[str]:
        return wrapped(self.words.note, 118)

    @property
    def top(self) -> float:
        title = TITLE_STEP * len(self.title_lines)
        return 24 + title + TEXT_STEP * len(self.subtitle_lines)

    @property
    def foot(self) -> float:
        """What the note takes, at the bottom."""
        return 14 + TEXT_STEP * len(self.note_lines)

    @property
    def bottom(self) -> float:
        return self.under + self.foot


@dataclass
class Lines(Picture):
    x: Axis
    y: Axis
    lines: list[Line]
    marks: list[Mark] = field(default_factory=list)
    level: float | None = None  # a horizontal line
    divide: tuple[float, str, str] | None = None  # a vertical line, and what is on its sides

    left = LEFT

    @property
    def right(self) -> float:
        """Where lines are named."""
        return max(RIGHT, 22 + 7.4 * max(len(line.name) for line in self.lines))

    @property
    def height(self) -> float:
        return self.top + 380 + self.bottom


@dataclass
class Heat(Picture):
    x_label: str
    y_label: str
    columns: list[str]
    rows: list[str]
    values: list[list[float | None]]  # [row][column], shares
    texts: list[list[str]]

    left, right = 92.0, 20.0

    @property
    def height(self) -> float:
        return self.top + self.bottom + 64 * max(len(self.rows), 2)


@dataclass
class Row:
    name: str
    values: tuple[float, ...]  # as the form has it
    dots: tuple[float, ...] = ()
    grey: bool = False  # not one of those that are in colour

    @property
    def style(self) -> Style:
        return muted(style_of(self.name)) if self.grey else style_of(self.name)


@dataclass
class Panel:
    heading: str
    rows: list[Row | None]
    finding: str = ""  # what was found in this one


@dataclass
class Rows(Picture):
    """A row for each strategy. What `values` are: rounds: median, quartiles, 5 % and 95 %;
    bars: value, and its span; quantiles: median, 90 %, longest, and how many."""

    form: str
    names: list[str]
    panels: list[Panel]
    x: Axis

    right, pitch = 20.0, 22.0

    @property
    def left(self) -> float:
        return 20 + 7.6 * max(len(name) for name in self.names)

    @property
    def heading(self) -> float:
        return 20.0 if len(self.panels) > 1 else 4.0

    @property
    def height(self) -> float:
        return self.top + self.heading + self.bottom + self.pitch * max(len(self.names), 3)

    @property
    def grey(self) -> set[str]:
        rows = [row for panel in self.panels for row in panel.rows if row]
        return {row.name for row in rows if row.grey}

    def ink(self, name: str) -> str:
        """The colour of a row's name."""
        return muted(style_of(name)).ink if name in self.grey else style_of(name).ink


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

    left, right, pitch = LEFT, 132.0, 170.0
    gap = 46.0  # above a plane, for its name and the ticks of the one above it

    @property
    def height(self) -> float:
        return self.top - 14 + self.bottom + (self.pitch + self.gap) * len(self.planes)

    def sides(self, index: int) -> tuple[float, float]:
        """From where to where a plane is, in px from the top."""
        top = self.top - 14 + self.gap + (self.pitch + self.gap) * index
        return top, top + self.pitch


AnyPicture = Union[Lines, Heat, Rows, Dots]


def heat_top(picture: Heat) -> float:
    """The share at the dark end of the colours."""
    return max([value for row in picture.values for value in row if value is not None] + [1e-6])


def is_dark(picture: Heat, value: float | None) -> bool:
    """Whether a cell's text must be light."""
    return value is not None and value > DARK * heat_top(picture)


def dot_places(picture: Rows, panel: Panel) -> list[tuple[Row, float, float]]:
    """Dots beside one another within their row: up and down in turn, in the order of the rounds."""
    found = []
    for index, row in enumerate(panel.rows):
        if row is None:
            continue
        middle = len(picture.names) - 1 - index
        for place, x in enumerate(row.dots):
            shift = (place * 0.618034) % 1 - 0.5
            found.append((row, x, middle + 0.6 * shift))
    return found
