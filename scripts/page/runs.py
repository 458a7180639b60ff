"""The sections of a result file: what it answers, its charts, all its cases, and the machine."""
from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from plots.files import is_number
from plots.gc_shares import ENOUGH
from plots.kinds import KINDS, pictures_of
from plots.results import Case, cases_of, load
from plots.strategies import BASELINE
from plots.tables import Options
from plots.words import capital, count_text
from plots.words import listed as listed_words

from . import latencies
from .charts import charts_of
from .documents import Document, facts, lines, listed, text
from .figure_words import figure_cell
from .model import Cell, Column, Section, Table
from .numbers import MISSING, exact, number, span

# Parameters in words; the others are told as they are.
WORDS = {"hit_rate": "hit rate", "in_flight": "in flight", "gen0_budget": "nursery"}
UNITS = {"gen0_budget": "bytes", "live_heap": "bytes"}

# In a control's name only if its cases have it.
UNVARIED = {"method"}

HEADLINE = "ANSWER"

# A table of more rows is too heavy for a page; all of them are in the result file.
ROWS_MAX = 2000


def verdict_of(case: Case) -> Cell:
    """What is known of the case's time against the baseline's; a colour only for what is."""
    ratio = case.interval("ratio")
    if case.is_reference or not ratio:
        return MISSING
    if case.role == BASELINE:
        return Cell("baseline", tone="dim")
    if case.verdict == "same":
        return Cell("same")
    if case.verdict != "different":
        return Cell("not known yet" if case.verdict else "", tone="dim")
    return Cell("faster", tone="good") if ratio[0] < 1 else Cell("slower", tone="bad")


def varying(cases: list[Case]) -> list[str]:
    """The parameters that differ between cases, without the heap, which always has a column."""
    names = dict.fromkeys(name for case in cases for name in case.point if name != "heap")
    return [name for name in names if len({case.point.get(name) for case in cases}) > 1]


def parameter_cell(case: Case, name: str) -> Cell:
    value = case.point.get(name)
    if value is None:
        return MISSING
    try:
        return Cell(count_text(float(value)), float(value))
    except ValueError:
        return Cell(value)


def columns_of(parameters: list[str], cases: list[Case]) -> list[Column]:
    baseline = next((case.strategy for case in cases if case.role == BASELINE), "the baseline")
    return [
        Column("strategy", hint="the way in which a result is handed over", is_filter=True),
        Column("heap", hint="where objects come from", is_filter=True),
        *(
            Column(WORDS.get(each, each), UNITS.get(each, ""), is_filter=True)
            for each in parameters
        ),
        Column("time", "ns/op", "the median of the sessions", is_number=True),
        Column("sessions", "ns/op", "from the least to the most of them", is_number=True),
        Column("ratio", f"to {baseline}", "in the same rounds", is_number=True),
        Column("interval", "of the ratio", "holds for another run", is_number=True),
        Column("verdict", hint="of the paired test of the times", is_filter=True),
        Column("allocated", "B/op", "asked of the heap by a call, exactly", is_number=True),
        Column("allocations", "per op", "by a call, exactly", is_number=True),
        Column("collections", "per 1M op", "of the collector", is_number=True),
        Column("pause", "ns, p99", "99 % of the pauses are no longer", is_number=True),
        Column("peak", "bytes", "resident in memory at most", is_number=True),
    ]


def collections_of(case: Case) -> float | None:
    """In a million calls: exactly, where that follows; else as they came, if they are not few."""
    exactly = case.get("calls_per_collection") if case.get("gen0_budget_bytes") else None
    if exactly:
        return 1e6 / exactly
    came = case.get("collections_n") or 0
    return case.get("collections_per_mop") if came == 0 or came >= ENOUGH else None


def row_of(case: Case, parameters: list[str]) -> list[Cell]:
    return [
        Cell(case.strategy),
        Cell(case.point["heap"]),
        *(parameter_cell(case, each) for each in parameters),
        number(case.get("ns_per_op")),
        span(case.get("ns_per_op_lo"), case.get("ns_per_op_hi")),
        number(case.get("ratio")),
        span(case.get("ratio_lo"), case.get("ratio_hi")),
        verdict_of(case),
        exact(case.get("bytes_per_op")),
        exact(case.get("allocs_per_op")),
        number(collections_of(case)),
        number(case.get("pause_p99_ns")),
        exact(case.get("peak_rss_bytes")),
    ]


def without_empty(table: Table) -> Table:
    """The table without the columns that say nothing of any case."""
    kept = [
        index
        for index in range(len(table.columns))
        if any(row[index].text for row in table.rows)
    ]
    columns = [table.columns[index] for index in kept]
    rows = [[row[index] for index in kept] for row in table.rows]
    return Table(table.name, table.caption, columns, rows, table.note)


def place_of(case: Case, parameters: list[str]) -> tuple[Any, ...]:
    """Where a case stands: beside those that it is compared with, and before the references."""
    cells = [parameter_cell(case, each) for each in parameters]
    point = [
        (0, each.value, "") if isinstance(each.value, float) else (1, 0.0, each.text)
        for each in cells
    ]
    return *point, case.is_reference, case.get("ns_per_op") or math.inf


def cases_table(cases: list[Case], prefix: str) -> Table:
    is_timed = any(case.get("ns_per_op") is not None for case in cases)
    parameters = varying(cases)
    ordered = sorted(cases, key=lambda case: place_of(case, parameters))
    rows = [row_of(case, parameters) for case in ordered[:ROWS_MAX]]
    left = f" The first {ROWS_MAX} of {len(cases)}." if len(cases) > ROWS_MAX else ""
    by = listed_words([WORDS.get(each, each) for each in parameters])
    order = "the fastest first, references last" if is_timed else "in the order of the run"
    order = capital(f"by {by}, {order}" if by else order)
    note = f"{order}. The figures with all of their digits are shown on hover.{left}"
    caption = "Every strategy on every heap"
    return without_empty(
        Table(f"{prefix}cases", caption, columns_of(parameters, cases), rows, note)
    )


def tables_of(cases: list[Case], prefix: str) -> list[Table]:
    if not latencies.is_of_latency(cases):
        return [cases_table(cases, prefix)]
    parameters = [name for name in varying(cases) if name not in UNVARIED]
    found = latencies.tables(cases, prefix, parameters)
    return [without_empty(table) for table in found]


# --- charts ---

# What a reader asks for once the answer is clear.
LAST = ("rounds", "states", "pauses", "histogram")


def charts_section(document: Document, prefix: str) -> Section:
    notices: list[str] = []
    results = load([document.path])
    kinds = sorted(KINDS, key=lambda kind: kind.name in LAST)
    pictures = pictures_of(results, kinds, Options(), notices.append)
    section = Section(f"{prefix}charts", "Charts")
    section.charts = [chart for each in pictures for chart in charts_of(each, prefix)]
    return section


# --- what surrounds them ---


def left_out_table(document: Document, prefix: str) -> Table | None:
    context = facts(document, "context")
    unavailable = context.get("unavailable")
    rows = [
        [Cell(f"{each.get('strategy')}, {each.get('without')}"), Cell(text(each.get("reason")))]
        for each in listed(context.get("skipped"))
        if isinstance(each, dict)
    ]
    if isinstance(unavailable, dict):
        rows += [[figure_cell(key), Cell(text(why))] for key, why in unavailable.items()]
    columns = [Column("what"), Column("why")]
    return Table(f"{prefix}left-out", "Left out, or not available", columns, rows) if rows else None


# Facts that stand elsewhere on the page, or that programs alone have a use for; all are in the file
# that the page gives.
NO_FACTS = {"skipped", "unavailable", "options", "run_options", "caches", "executable", "code"}
NO_FACTS |= {"rho", "phi", "probe_quiet_ns", "probe_least_ns", "probe_cycle_ns", "same_margin"}
NO_FACTS |= {"library_build_type", "fingerprint"}

DIGITS = {"load_avg": 3}  # of a fact whose others say nothing


def fact_text(value: Any, digits: int = 12) -> str:
    """A fact of the context, in a line."""
    if isinstance(value, dict):
        return "; ".join(f"{key}: {fact_text(each)}" for key, each in value.items()) or "none"
    if isinstance(value, list):
        if all(isinstance(each, dict) for each in value):
            return "; ".join(" ".join(text(part) for part in each.values()) for each in value)
        return ", ".join(fact_text(each, digits) for each in value)
    return f"{value:.{digits}g}" if is_number(value) else text(value)


def machine_section(document: Document, prefix: str) -> Section:
    rows = [
        [Cell(key.replace("_", " ")), Cell(fact_text(value, DIGITS.get(key, 12)))]
        for key, value in facts(document, "context").items()
        if key not in NO_FACTS and value not in (None, [], {})
    ]
    table = Table(f"{prefix}machine-facts", "Facts", [Column("fact"), Column("value")], rows)
    return Section(f"{prefix}machine", "Machine and run", tables=[table])


def sections(document: Document, prefix: str) -> list[Section]:
    cases = cases_of(document.path, document.data)
    answer = Section(f"{prefix}answer", "Answer", lines=lines(document))
    figures = Section(f"{prefix}figures", "Figures", tables=tables_of(cases, prefix))
    left_out = left_out_table(document, prefix)
    if left_out:
        figures.tables.append(left_out)
    charts = charts_section(document, prefix)
    found = [answer] if answer.lines else []
    found += [charts] if charts.charts else []
    return [*found, figures, machine_section(document, prefix)]


def is_of_latency(document: Document) -> bool:
    return document.kind == "run" and latencies.is_of_latency(
        cases_of(document.path, document.data)
    )


def title(document: Document) -> str:
    """The answer's headline, behind what the run was of."""
    texts = [line for label, line in lines(document) if not label]
    cases = cases_of(document.path, document.data)
    if latencies.is_of_latency(cases):
        return latencies.title(cases)
    subject = texts[0].partition(":")[0] if texts else document.path.stem
    headline = next((each for each in texts if each.startswith(HEADLINE)), "")
    return f"{subject}: {headline.removeprefix(HEADLINE).strip()}" if headline else subject


def about(document: Document) -> str:
    context = facts(document, "context")
    words = [text(context.get(key)) for key in ("date", "cpu_model", "compiler", "kernel")]
    return ", ".join(each for each in words if each)
