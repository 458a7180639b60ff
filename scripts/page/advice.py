"""The sections of what `run_bench advise` says; the run that it follows from has its own."""
from __future__ import annotations

from .documents import Document, lines, text
from .model import Section


def sections(document: Document, prefix: str) -> list[Section]:
    return [Section(f"{prefix}advice", "Advice", lines=lines(document))]


def title(document: Document) -> str:
    data = document.data
    return f"{text(data.get('recommendation'))} or {text(data.get('instead_of'))}?"


def about(document: Document) -> str:
    return next((line for label, line in lines(document) if not label), "")
