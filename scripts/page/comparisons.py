"""The sections of what `run_bench compare` found in two result files."""
from __future__ import annotations

from typing import Any

from plots.results import parse_name

from .documents import Document, facts, items, listed, text
from .model import Cell, Column, Section, Table
from .numbers import exact, number, span

# More of a figure is worse: of time, of bytes, of collections.
TOLD = ("lower", "higher")
TONES = {"lower": "good", "higher": "bad", "not comparable": "dim"}

CASE_COLUMNS = [
    Column("strategy", is_filter=True),
    Column("heap", is_filter=True),
    Column("case", hint="the other parameters"),
    Column("figure", is_filter=True),
    Column("before", is_number=True),
    Column("after", is_number=True),
    Column("interval before", is_number=True),
    Column("interval after", is_number=True),
    Column("change", "%", is_number=True),
    Column("verdict", is_filter=True),
]


def percent(share: Any) -> Cell:
    return number(100 * share if isinstance(share, (int, float)) else None)


def figure_row(where: str, row: dict[str, Any], key: str) -> list[Cell]:
    name, figure = text(row.get("name")), row[key]
    strategy, point = parse_name(where, name)
    rest = [f"{each} {value}" for each, value in point.items() if each != "heap"]
    verdict = text(figure.get("verdict"))
    return [
        *[Cell(strategy), Cell(point["heap"]), Cell(", ".join(rest)), Cell(key)],
        *[exact(figure.get("before")), exact(figure.get("after"))],
        span(figure.get("before_lo"), figure.get("before_hi")),
        span(figure.get("after_lo"), figure.get("after_hi")),
        percent(figure.get("relative_change")),
        Cell(verdict, tone=TONES.get(verdict, "")),
    ]


def figures_tables(document: Document, prefix: str) -> list[Table]:
    """First what differs, and times, which are what was asked; and then all, for who looks for
    one.
    """
    rows = [
        (figure_row(str(document.path), row, key), key, text(figure.get("verdict")))
        for row in items(document, "rows")
        for key, figure in row.items()
        if isinstance(figure, dict)
    ]
    told = [row for row, key, verdict in rows if key == "ratio" or verdict in TOLD]
    return [
        Table(f"{prefix}told", "Times, and what differs", CASE_COLUMNS, told),
        Table(
            *[f"{prefix}all", "All figures", CASE_COLUMNS, [row for row, _, _ in rows]],
            is_folded=True,
        ),
    ]


def comparable_table(document: Document, prefix: str) -> Table:
    rows = [
        [
            *[Cell(key), Cell(text(each.get("comparable"))), exact(each.get("cases_n"))],
            *[exact(each.get("differing_n")), exact(each.get("incomparable_n"))],
            Cell(text(each.get("reason"))),
        ]
        for key, each in facts(document, "figures").items()
        if isinstance(each, dict)
    ]
    columns = [
        Column("figure"),
        Column("comparable"),
        Column("cases", is_number=True),
        Column("differ", is_number=True),
        Column("cannot be compared", is_number=True),
        Column("why"),
    ]
    return Table(f"{prefix}comparable", "What can be compared", columns, rows)


def differences_table(document: Document, prefix: str) -> Table:
    rows = [
        [Cell(text(each.get(key))) for key in ("key", "before", "after")]
        for each in items(document, "differences")
    ]
    columns = [Column("fact"), Column("before"), Column("after")]
    return Table(f"{prefix}differences", "What differs between the runs themselves", columns, rows)


def alone_table(document: Document, prefix: str) -> Table:
    rows = [
        [Cell(text(name)), Cell(word)]
        for word in ("before", "after")
        for name in listed(document.data.get(f"only_{word}"))
    ]
    columns = [Column("case"), Column("only")]
    return Table(f"{prefix}alone", "Cases of one file alone", columns, rows)


def sections(document: Document, prefix: str) -> list[Section]:
    around = [comparable_table(document, prefix), differences_table(document, prefix)]
    around.append(alone_table(document, prefix))
    tables = [each for each in around if each.rows]
    return [
        Section(f"{prefix}answer", "What can be told", tables=tables),
        Section(f"{prefix}figures", "Figures", tables=figures_tables(document, prefix)),
    ]


def side(document: Document, word: str) -> str:
    own = facts(document, word)
    parts = [text(own.get(key)) for key in ("path", "version", "git_revision", "date")]
    return ", ".join(each for each in parts if each)


def title(_: Document) -> str:
    return "Two runs compared"


def about(document: Document) -> str:
    return f"Before: {side(document, 'before')}. After: {side(document, 'after')}."
