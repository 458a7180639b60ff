"""The sections of what `run_bench gate` found: the sum, each figure, and what was not compared."""
from __future__ import annotations

from collections import Counter

from plots import words

from .comparisons import percent
from .documents import Document, items, listed, made_by, text
from .figure_words import figure_cell
from .model import Cell, Column, Section, Table
from .numbers import exact, number

TONES = {"better": "good", "worse": "bad", "inconclusive": "dim"}

SILENT = ("same", "within limit")

COLUMNS = [
    Column("verdict", is_filter=True),
    Column("strategy", is_filter=True),
    Column("heap", is_filter=True),
    Column("figure", is_filter=True),
    Column("baseline", is_number=True),
    Column("now", is_number=True),
    Column("change", "%", is_number=True),
    Column("allowed", hint="the limit of the change", is_number=True),
    Column("case"),
]


def checks_tables(document: Document, prefix: str) -> list[Table]:
    """First what is not the same; and then all, for who looks for one."""
    rows = []
    for check in items(document, "checks"):
        verdict = text(check.get("verdict"))
        rows.append(
            [
                Cell(verdict, tone=TONES.get(verdict, "")),
                *(Cell(text(check.get(key))) for key in ("strategy", "heap")),
                figure_cell(text(check.get("metric"))),
                *[exact(check.get("before")), exact(check.get("after"))],
                *[percent(check.get("relative_change")), number(check.get("allowed"))],
                Cell(text(check.get("name"))),
            ]
        )
    told = [row for row in rows if row[0].text not in SILENT]
    return [
        Table(f"{prefix}told", "What is not as it was", COLUMNS, told, is_stacked=True),
        Table(f"{prefix}all", "All figures", COLUMNS, rows, is_folded=True, is_stacked=True),
    ]


def gaps_table(document: Document, prefix: str) -> Table:
    rows = [
        [
            figure_cell(text(gap.get("metric")) or "all figures"),
            *(Cell(text(gap.get(key))) for key in ("name", "reason")),
        ]
        for gap in items(document, "not_compared")
    ]
    columns = [Column("figure"), Column("case"), Column("why", is_filter=True)]
    return Table(f"{prefix}gaps", "Not compared", columns, rows, is_stacked=True)


def answer_texts(document: Document) -> list[str]:
    refusal = document.data.get("refusal")
    if refusal:
        return [f"Nothing was compared: {text(refusal)}."]
    counts = Counter(text(check.get("verdict")) for check in items(document, "checks"))
    sums = words.listed([f"{count} {verdict}" for verdict, count in counts.most_common()])
    notes = [f"Note: {text(note)}." for note in listed(document.data.get("notes"))]
    count = sum(counts.values())
    noun = "figure" if count == 1 else "figures"
    return [f"{count} {noun} compared: {sums}." if count else "No figure was compared.", *notes]


def sections(document: Document, prefix: str) -> list[Section]:
    answer = Section(f"{prefix}answer", "Verdict", texts=answer_texts(document))
    tables = [gaps_table(document, prefix), *checks_tables(document, prefix)]
    figures = Section(f"{prefix}figures", "Figures", tables=[each for each in tables if each.rows])
    return [answer, figures] if figures.tables else [answer]


def title(document: Document) -> str:
    verdicts = {text(check.get("verdict")) for check in items(document, "checks")}
    if document.data.get("refusal"):
        return "Gate: nothing was compared"
    if "worse" in verdicts:
        return "Gate: worse than before"
    known = verdicts - {"inconclusive"}
    return "Gate: passed" if known else "Gate: inconclusive"


def about(document: Document) -> str:
    baseline = text(document.data.get("baseline"))
    return words.sentences(f"Against {baseline}." if baseline else "", made_by(document))
