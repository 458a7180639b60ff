"""The glossary, docs/GLOSSARY.md, for the page: its tables, and what is marked in their cells."""
from __future__ import annotations

import re
from pathlib import Path

from .model import Cell, Column, Section, Table

ROOT = Path(__file__).resolve().parents[2]
PLACES = [
    ROOT / "docs" / "GLOSSARY.md",
    ROOT.parents[1] / "share" / "doc" / "valuetask-bench" / "docs" / "GLOSSARY.md",
]
MARKS = re.compile(r"[`*]")


def rows_of(text: str) -> list[list[Cell]]:
    rows = []
    for line in text.splitlines():
        cells = [each.strip() for each in line.strip().strip("|").split(" | ")]
        if line.startswith("| ") and len(cells) == 3 and cells[0] != "term":
            rows.append([Cell(MARKS.sub("", each).strip("- |")) for each in cells])
    return rows


def section() -> Section | None:
    """None where the file is not."""
    for path in PLACES:
        if path.is_file():
            columns = [Column("Term"), Column("Meaning"), Column("Elsewhere")]
            rows = rows_of(path.read_text(encoding="utf-8"))
            note = "BDN is BenchmarkDotNet, GB Google Benchmark, HDR HdrHistogram."
            caption = "Words of this page"
            table = Table("glossary-table", caption, columns, rows, note, is_folded=True)
            return Section("glossary", "Glossary", tables=[table])
    return None
