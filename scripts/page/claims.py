"""The sections of what `run_bench claims` found: how many claims hold, and each of them."""
from __future__ import annotations

import re
from collections import Counter
from typing import Any

from plots.words import sentences

from .documents import Document, items, made_by, text
from .model import Cell, Column, Section, Table
from .numbers import MISSING, exact, number, span

TONES = {"reproduced": "good", "not reproduced": "bad", "arithmetic error": "bad"}

MARKS = re.compile(r"[`*]")  # of Markdown, in which the claims are

COLUMNS = [
    Column("claim", hint="as it is said; below it why, and the command that measures it"),
    Column("verdict", is_filter=True),
    Column("says", hint="a figure, a bound or a range", is_number=True),
    Column("measured", hint="below it the interval", is_number=True),
    Column("factor", hint="what is measured over what is said", is_number=True),
    Column("section", hint="of the article", is_filter=True),
]

# As a claim without a figure says.
UNKNOWN = "-"


def with_unit(number: str, claim: dict[str, Any]) -> str:
    return f"{number} {text(claim.get('unit'))}".strip()


def said_by(claim: dict[str, Any]) -> Cell:
    """What a claim says; an older document has the number alone."""
    figure, said = exact(claim.get("seed_value")), text(claim.get("seed_says"))
    if not figure.text or said == UNKNOWN:
        return MISSING
    return Cell(said or with_unit(figure.text, claim), figure.value)


def measured(claim: dict[str, Any]) -> Cell:
    """With its interval; of what is exact there is none."""
    figure, low, high = number(claim.get("measured")), claim.get("lo"), claim.get("hi")
    if not figure.text:
        return MISSING
    below = "" if low == high else span(low, high).text
    return Cell(with_unit(figure.text, claim), figure.value, below=below)


def quote(claim: dict[str, Any]) -> Cell:
    said, how = MARKS.sub("", text(claim.get("quote"))), text(claim.get("how"))
    return Cell(said, below=text(claim.get("reason")), folded="" if how == "none" else how)


def claims_table(document: Document, prefix: str) -> Table:
    rows = []
    for claim in items(document, "claims"):
        verdict = text(claim.get("verdict"))
        rows.append(
            [
                *[quote(claim), Cell(verdict, tone=TONES.get(verdict, ""))],
                *[said_by(claim), measured(claim), number(claim.get("factor"))],
                Cell(text(claim.get("section"))),
            ]
        )
    caption = "Each claim, in the order of the article"
    return Table(f"{prefix}claims", caption, COLUMNS, rows, is_stacked=True)


def counts_table(table: Table, prefix: str) -> Table:
    place = next(index for index, each in enumerate(COLUMNS) if each.label == "verdict")
    counts = Counter(row[place].text for row in table.rows)
    rows = [
        [Cell(verdict, tone=TONES.get(verdict, "")), exact(count)]
        for verdict, count in counts.most_common()
    ]
    columns = [Column("verdict"), Column("claims", is_number=True)]
    return Table(f"{prefix}verdicts", "How many claims have each verdict", columns, rows)


def sections(document: Document, prefix: str) -> list[Section]:
    table = claims_table(document, prefix)
    counts = counts_table(table, prefix)
    return [
        Section(f"{prefix}answer", "Verdicts", tables=[counts]),
        Section(f"{prefix}figures", "Claims", tables=[table]),
    ]


def title(document: Document) -> str:
    return f"{len(items(document, 'claims'))} claims about tasks and value tasks, measured"


def about(document: Document) -> str:
    return sentences("Each verdict is worked out from the figures beside it.", made_by(document))
