"""The sections of what `run_bench compare` found in two result files."""
from __future__ import annotations

from dataclasses import replace
from typing import Any

from plots.names import parse_name
from plots.words import capital
from plots.words import listed as listed_words

from .documents import Document, facts, items, listed, text
from .figure_words import figure_cell
from .model import Cell, Column, Section, Table
from .numbers import exact, number, span

# More of a figure is worse: of time, of bytes, of collections.
TOLD = ("lower", "higher")
TONES = {"lower": "good", "higher": "bad", "not comparable": "dim"}

CASE_COLUMNS = [
    Column("verdict", is_filter=True),
    Column("strategy", is_filter=True),
    Column("heap", is_filter=True),
    Column("figure", is_filter=True),
    Column("before", hint="below it the interval", is_number=True),
    Column("after", hint="below it the interval", is_number=True),
    Column("change", "%", is_number=True),
    Column("case", hint="the other parameters"),
]


def percent(share: Any) -> Cell:
    return number(100 * share if isinstance(share, (int, float)) else None)


def with_interval(figure: dict[str, Any], word: str) -> Cell:
    own = span(figure.get(f"{word}_lo"), figure.get(f"{word}_hi"))
    return replace(exact(figure.get(word)), below=own.text)


def figure_row(where: str, row: dict[str, Any], key: str) -> list[Cell]:
    name, figure = text(row.get("name")), row[key]
    strategy, point = parse_name(where, name)
    rest = [f"{each} {value}" for each, value in point.items() if each != "heap"]
    verdict = text(figure.get("verdict"))
    return [
        Cell(verdict, tone=TONES.get(verdict, "")),
        *[Cell(strategy), Cell(point["heap"]), figure_cell(key)],
        *[with_interval(figure, "before"), with_interval(figure, "after")],
        *[percent(figure.get("relative_change")), Cell(", ".join(rest))],
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
        Table(f"{prefix}told", "Times, and what differs", CASE_COLUMNS, told, is_stacked=True),
        Table(
            *[f"{prefix}all", "All figures", CASE_COLUMNS, [row for row, _, _ in rows]],
            is_folded=True,
            is_stacked=True,
        ),
    ]


def comparable_table(document: Document, prefix: str) -> Table:
    rows = [
        [
            *[figure_cell(key), Cell(text(each.get("comparable"))), exact(each.get("cases_n"))],
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
    return Table(f"{prefix}comparable", "What can be compared", columns, rows, is_stacked=True)


def differences_table(document: Document, prefix: str) -> Table:
    rows = [
        [Cell(text(each.get(key))) for key in ("key", "before", "after")]
        for each in items(document, "differences")
    ]
    columns = [Column("fact"), Column("before"), Column("after")]
    caption = "What differs between the runs themselves"
    return Table(f"{prefix}differences", caption, columns, rows, is_stacked=True)


def alone_table(document: Document, prefix: str) -> Table:
    rows = [
        [Cell(text(name)), Cell(word)]
        for word in ("before", "after")
        for name in listed(document.data.get(f"only_{word}"))
    ]
    columns = [Column("case"), Column("only")]
    return Table(f"{prefix}alone", "Cases of one file alone", columns, rows, is_stacked=True)


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


# What a ratio of times is that cannot differ, or of which nothing is known.
APART = ("baseline", "not comparable", "absent")


def verdicts_of(document: Document) -> tuple[list[str], list[str]]:
    """Of the ratios of times that could be compared; and of all other figures."""
    found = [
        (key == "ratio", text(figure.get("verdict")))
        for row in items(document, "rows")
        for key, figure in row.items()
        if isinstance(figure, dict)
    ]
    ratios = [verdict for is_ratio, verdict in found if is_ratio and verdict not in APART]
    return ratios, [verdict for is_ratio, verdict in found if not is_ratio]


def title(document: Document) -> str:
    """What was found: of times first, and then of what is counted."""
    ratios, others = verdicts_of(document)
    counts = [(ratios.count(word), word) for word in TOLD if word in ratios]
    differing = sum(verdict in TOLD for verdict in others)
    parts = []
    if counts:
        (first, word), *rest = counts
        noun = f"{len(ratios)} ratio{'' if len(ratios) == 1 else 's'} of times"
        parts = [f"{first} of {noun} {is_are(first)} {word}"]
        parts += [f"{count} {is_are(count)} {word}" for count, word in rest]
    if not ratios:
        parts.append("no ratio of times could be compared")
    if differing:
        verb = "differs" if differing == 1 else "differ"
        noun = "figure that is not of time" if differing == 1 else "figures that are not of time"
        parts.append(f"{differing} {noun} {verb}")
    if not counts and not differing:
        parts.append(f"nothing {'' if ratios else 'else '}is known to differ")
    return capital(listed_words(parts))


def is_are(count: int) -> str:
    return "is" if count == 1 else "are"


def about(document: Document) -> str:
    return f"Before: {side(document, 'before')}. After: {side(document, 'after')}."
