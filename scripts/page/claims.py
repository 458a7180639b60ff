"""The sections of what `run_bench claims` found: how many claims hold, and each of them."""
from __future__ import annotations

import re
from collections import Counter
from typing import Any

from .documents import Document, items, text
from .model import Cell, Column, Section, Table
from .numbers import MISSING, exact, number, span

TONES = {"reproduced": "good", "not reproduced": "bad", "arithmetic error": "bad"}

MARKS = re.compile(r"[`*]")  # of Markdown, in which the claims are

COLUMNS = [
    Column("section", is_filter=True),
    Column("claim", hint="as it is said"),
    Column("verdict", is_filter=True),
    Column("says", is_number=True),
    Column("measured", is_number=True),
    Column("interval", is_number=True),
    Column("factor", hint="what is measured over what is said", is_number=True),
    Column("why"),
    Column("how", hint="the command that measures it"),
]


def with_unit(cell: Cell, claim: dict[str, Any]) -> Cell:
    return Cell(f"{cell.text} {text(claim.get('unit'))}".strip(), cell.value) if cell.text else cell


def interval_of(claim: dict[str, Any]) -> Cell:
    """Nothing of what is exact."""
    low, high = claim.get("lo"), claim.get("hi")
    return MISSING if low == high else span(low, high)


def claims_table(document: Document, prefix: str) -> Table:
    rows = []
    for claim in items(document, "claims"):
        verdict = text(claim.get("verdict"))
        rows.append(
            [
                Cell(text(claim.get("section"))),
                Cell(MARKS.sub("", text(claim.get("quote")))),
                Cell(verdict, tone=TONES.get(verdict, "")),
                with_unit(exact(claim.get("seed_value")), claim),
                with_unit(number(claim.get("measured")), claim),
                interval_of(claim),
                number(claim.get("factor")),
                Cell(text(claim.get("reason"))),
                Cell(text(claim.get("how"))),
            ]
        )
    return Table(f"{prefix}claims", "Each claim, in the order of the article", COLUMNS, rows)


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


def about(_: Document) -> str:
    return "Each verdict is worked out from the figures beside it."
