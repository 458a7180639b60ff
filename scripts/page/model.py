"""What a page consists of, as plain data: sections with sentences, charts and tables."""
from __future__ import annotations

from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

Line = tuple[str, str]  # a label, which may be empty, and a text


@dataclass(frozen=True)
class Column:
    """A column of a table."""

    label: str
    unit: str = ""
    hint: str = ""  # what the word means
    is_number: bool = False
    is_filter: bool = False  # rows can be chosen by its values


@dataclass(frozen=True)
class Cell:
    text: str
    value: float | str | None = None  # what it is sorted by; None: by its text
    tone: str = ""  # good, bad or dim
    digits: str = ""  # all of them, where `value` has not
    key: str = ""  # of files, for what the text is a word for
    below: str = ""  # a second line, of what is said about it
    folded: str = ""  # what a reader opens, under the word `how`

    @property
    def sort_key(self) -> str:
        return self.text if self.value is None else str(self.value)

    @property
    def hint(self) -> str:
        """What is shown on hover."""
        return self.digits or self.sort_key

    def has_own_key(self, column: Column) -> bool:
        """Whether it is sorted by something else than it shows, on hover or as its text."""
        if self.below or self.folded:
            return True
        return self.sort_key != (column.is_number and self.hint or self.text)


@dataclass
class Table:
    name: str  # of the page, and so of no other table
    caption: str
    columns: list[Column]
    rows: list[list[Cell]]
    note: str = ""
    is_folded: bool = False  # until a reader opens it
    is_stacked: bool = False  # on a phone, where each row is a block of lines

    def choices(self, index: int) -> list[str]:
        """What a column's values are, in their order."""
        return list(dict.fromkeys(row[index].text for row in self.rows))

    @property
    def filters(self) -> list[int]:
        """The columns by which rows can be chosen: those with a few values."""
        return [
            index
            for index, column in enumerate(self.columns)
            if column.is_filter and 1 < len(self.choices(index)) <= 40
        ]


@dataclass
class Series:
    """What a chart's legend names."""

    name: str
    colour: str
    is_grey: bool = False  # as others are, until it is chosen


@dataclass(frozen=True)
class Group:
    """What charts have in common that are the panels of one picture."""

    name: str  # of the page
    title: str
    subtitle: str


@dataclass
class Chart:
    name: str
    title: str
    subtitle: str
    note: str  # of what it was measured, and how
    spec: dict[str, Any]  # of Vega
    series: list[Series]
    values: Table  # the same figures, for those who see no chart
    group: Group | None = None


@dataclass
class Section:
    name: str  # of the page
    title: str
    lines: list[Line] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)  # paragraphs
    charts: list[Chart] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)

    @property
    def groups(self) -> list[tuple[Group | None, list[Chart]]]:
        """The charts, with those together that follow one another and are of one picture."""
        return [(group, [*own]) for group, own in groupby(self.charts, lambda each: each.group)]


@dataclass
class Download:
    file: str
    kind: str  # its media type
    content: bytes


@dataclass
class Page:
    title: str
    about: str  # a line below the title
    sections: list[Section] = field(default_factory=list)
    downloads: list[Download] = field(default_factory=list)
