"""The sections of what `run_bench history` found: what changed, by which revision, and courses."""
from __future__ import annotations

from typing import Any

from plots.courses import history_pictures
from plots.histories import history_of
from plots.names import parse_name
from plots.words import percent as percent_text

from .charts import charts_of
from .documents import Document, items, text
from .figure_words import figure_cell
from .model import Cell, Column, Section, Table
from .numbers import MISSING, exact, number

CHANGE_COLUMNS = [
    Column("date", hint="of the first result of the new level"),
    Column("revision", hint="of that result, and below it of the one before", is_filter=True),
    Column("strategy", is_filter=True),
    Column("heap", is_filter=True),
    Column("figure", is_filter=True),
    Column("before", is_number=True),
    Column("after", is_number=True),
    Column("factor", is_number=True),
    Column("how sure", hint="p of a change; below it, how likely it is by this revision"),
    Column("machine", hint="where the figure holds; below it under which conditions"),
    Column("case", hint="the other parameters"),
]

COURSE_COLUMNS = [
    Column("strategy", is_filter=True),
    Column("heap", is_filter=True),
    Column("figure", is_filter=True),
    Column("results", is_number=True),
    Column("first", is_number=True),
    Column("last", is_number=True),
    Column("changes", is_number=True),
    Column("machine", hint="where the figure holds; below it under which conditions"),
    Column("case", hint="the other parameters"),
]

ANYWHERE = "any"


def value_cell(figure: dict[str, Any], value: Any, tone: str = "") -> Cell:
    """A count with all of its digits."""
    return exact(value) if figure.get("kind") == "exact" else number(value, tone)


def case_of(document: Document, figure: dict[str, Any]) -> tuple[list[Cell], Cell]:
    """Its strategy and heap; and the other parameters."""
    strategy, point = parse_name(str(document.path), figure.get("name"))
    rest = [f"{name} {value}" for name, value in point.items() if name != "heap"]
    return [Cell(strategy), Cell(point["heap"])], Cell(", ".join(rest))


def toolchains_of(document: Document) -> list[str]:
    """Each once; figures tell them by their numbers, as they are long."""
    found = [text(figure.get("toolchain")) for figure in items(document, "figures")]
    return list(dict.fromkeys(filter(None, found)))


def machine_of(document: Document, figure: dict[str, Any]) -> Cell:
    own = text(figure.get("toolchain"))
    toolchain = f"toolchain {toolchains_of(document).index(own) + 1}" if own else ""
    told = [toolchain, text(figure.get("conditions"))]
    return Cell(text(figure.get("machine")) or ANYWHERE, below=", ".join(filter(None, told)))


def toolchains_table(document: Document, prefix: str) -> Table:
    rows = [
        [exact(place), Cell(each)] for place, each in enumerate(toolchains_of(document), start=1)
    ]
    columns = [Column("toolchain", is_number=True), Column("compiler, flags, C library, processor")]
    return Table(f"{prefix}toolchains", "Toolchains", columns, rows, is_stacked=True)


def sureness(change: dict[str, Any]) -> Cell:
    p, sure = change.get("p"), change.get("sure")
    if p is None:
        return Cell("exact", 0.0)
    ends = [text(change.get(key)) for key in ("revision_from", "revision_to")]
    among = f", else {ends[0]} to {ends[1]}" if ends[0] != ends[1] else ""
    below = f"{percent_text(float(sure))} this revision{among}" if sure is not None else ""
    return Cell(f"p {number(p).text}", p, below=below)


def label_of(change: dict[str, Any], end: str) -> str:
    """A revision, and the user's own tag."""
    names = (text(change.get(key + end)) for key in ("revision", "tag"))
    return ", ".join(filter(None, names))


def change_row(document: Document, figure: dict[str, Any], change: dict[str, Any]) -> list[Cell]:
    case, rest = case_of(document, figure)
    factor = change.get("factor")
    tone = "" if factor is None else "bad" if factor > 1 else "good"
    return [
        date_cell(text(change.get("date"))),
        Cell(label_of(change, ""), below=label_of(change, "_before")),
        *[*case, figure_cell(text(figure.get("metric")))],
        *[value_cell(figure, change.get("before")), value_cell(figure, change.get("after"))],
        MISSING if factor is None else number(factor, tone),
        *[sureness(change), machine_of(document, figure), rest],
    ]


def date_cell(date: str) -> Cell:
    return Cell(date[:10], date)


def changes_table(document: Document, prefix: str) -> Table:
    """The latest first, which is what a reader may do something about."""
    rows = [
        change_row(document, figure, change)
        for figure in items(document, "figures")
        for change in figure.get("points", [])
    ]
    rows.sort(key=lambda row: row[0].sort_key, reverse=True)
    caption = "What changed, the latest first"
    return Table(f"{prefix}changes", caption, CHANGE_COLUMNS, rows, is_stacked=True)


def courses_table(document: Document, prefix: str) -> Table:
    rows = []
    for figure in items(document, "figures"):
        case, rest = case_of(document, figure)
        rows.append(
            [
                *[*case, figure_cell(text(figure.get("metric"))), exact(figure.get("n"))],
                *(value_cell(figure, figure.get(key)) for key in ("first", "last")),
                *[exact(len(figure.get("points", []))), machine_of(document, figure), rest],
            ]
        )
    return Table(
        *[f"{prefix}courses", "All figures", COURSE_COLUMNS, rows],
        is_folded=True,
        is_stacked=True,
    )


def counted(figures: list[dict[str, Any]], kind: str, of: str) -> str:
    own = [figure for figure in figures if figure.get("kind") == kind]
    changed = sum(bool(figure.get("points")) for figure in own)
    noun = "figure" if len(own) == 1 else "figures"
    return f"{of}: {len(own)} {noun}, of which {changed} changed." if own else ""


def answer_texts(document: Document) -> list[str]:
    figures = items(document, "figures")
    told = [
        counted(figures, "exact", "Counts and instructions, exact on every machine"),
        counted(figures, "ratio", "Ratios of times, each on its machine"),
    ]
    return [each for each in told if each]


def charts_section(document: Document, prefix: str) -> Section:
    pictures, told = history_pictures(history_of(document.path, document.data))
    charts = [chart for each in pictures for chart in charts_of(each, prefix)]
    return Section(f"{prefix}charts", "Courses", texts=[f"{told}."] if told else [], charts=charts)


def sections(document: Document, prefix: str) -> list[Section]:
    changes = changes_table(document, prefix)
    answer = Section(f"{prefix}answer", "What changed", texts=answer_texts(document))
    answer.tables = [changes] if changes.rows else []
    charts = charts_section(document, prefix)
    tables = [courses_table(document, prefix), toolchains_table(document, prefix)]
    figures = Section(f"{prefix}figures", "Figures", tables=[each for each in tables if each.rows])
    return [answer, *([charts] if charts.charts else []), figures]


def title(document: Document) -> str:
    figures = items(document, "figures")
    changed = sum(bool(figure.get("points")) for figure in figures)
    verb = "changed" if changed else "figure changed"
    count = f"{changed} of {len(figures)} figures" if changed else "No"
    return f"{count} {verb} in {len(items(document, 'results'))} results"


def about(document: Document) -> str:
    ends = [
        f"{text(result.get('date'))} (revision {text(result.get('revision'))})"
        for result in items(document, "results")
    ]
    return f"From {ends[0]} to {ends[-1]}." if ends else ""
