"""From documents to a page: the sections of each, and what all pages have."""
from __future__ import annotations

import json
from types import ModuleType

from . import advice, claims, comparisons, gates, glossary, histories, latencies, runs
from .documents import Document
from .model import Download, Page, Section

READERS: dict[str, ModuleType] = {
    "run": runs,
    "advice": advice,
    "claims": claims,
    "comparison": comparisons,
    "gate": gates,
    "history": histories,
}

METHOD = [
    "Every strategy makes the same calls in the same order. In each round every strategy has its"
    " turn, in an order of its own, so that what disturbs the machine disturbs all; a ratio is of"
    " times of the same rounds. Rounds are repeated in sessions, which are processes of their own:"
    " what differs between processes, such as where memory lies, is in the interval.",
    "A time is the median of the sessions. The interval of a ratio is one of 99 %, and is meant to"
    " hold for another run on this machine, not only for this one. A verdict is that of a paired"
    " test over the whole table; where nothing is known, it says so.",
    "Bytes and allocations are counted, not sampled: they are exact, and the same in every run of"
    " the same code. So are collections where they follow from bytes and nursery; of other"
    " collectors they are as many as came. Times hold for this machine; what is exact holds"
    " anywhere.",
]


def method(documents: list[Document]) -> Section:
    """Of what is told: latencies are measured in another way than all else."""
    latency = [document for document in documents if runs.is_of_latency(document)]
    texts = METHOD if len(latency) < len(documents) else []
    return Section("method", "Method", texts=[*texts, *(latencies.METHOD if latency else [])])


def download_of(document: Document) -> Download:
    text = json.dumps(document.data, separators=(",", ":"))
    return Download(f"{document.file_name}.gz", "application/gzip", text.encode("utf-8"))


def of_which(document: Document, documents: list[Document]) -> str:
    """What sets a document's sections apart from those of the first."""
    alone = [each.kind for each in documents].count(document.kind) == 1
    return f" of the {document.kind}" if alone else f": {document.file_name.removesuffix('.json')}"


def page_of(documents: list[Document]) -> Page:
    """The first document gives the page its title; where there are several, each names its own."""
    first = documents[0]
    reader = READERS[first.kind]
    page = Page(reader.title(first), reader.about(first))
    for index, document in enumerate(documents):
        prefix = f"d{index + 1}-" if len(documents) > 1 else ""
        found = READERS[document.kind].sections(document, prefix)
        if index > 0:
            for section in found:
                section.title += of_which(document, documents)
        page.sections += found
        page.downloads.append(download_of(document))
    page.sections += [method(documents), *filter(None, [glossary.section()])]
    return page
