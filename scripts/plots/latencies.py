"""Latencies of an open loop: their percentiles, against how rare what is longer is."""
from __future__ import annotations

from .lines import Look, lines_picture
from .pauses import histogram_line, shares_axis
from .pictures import AnyPicture, Line, Words
from .results import IDLE, Case, Results
from .tables import Options, Table, stem_of, tables, typical
from .words import capital, ns_text, sentences, short

LABEL = "latency from the intended start"
SHARE = "share of the calls that take no longer (%)"
CONTROL = "The idle control is the same loop without a call: what it shows is the machine's."
P99 = "latency_p99_ns"

# In the names of cases, but not meant here, or told already.
UNTOLD = {"calls", "rate"}


def percentile(case: Case) -> str:
    value = case.get(P99)
    return f"{ns_text(value)} ({case.strategy})" if value else ""


def latencies_words(table: Table, control: Case | None) -> Words:
    """What the two take that the question is about, at p99, as longer ones are of few calls."""
    named = [name for name in (table.baseline_by_role, table.subject) if name]
    each = [text for name in named if (text := percentile(table.of(name)[0]))]
    idle = percentile(control).partition(" (")[0] if control else ""
    title = f"99 % of calls take up to {' and '.join(each)}" if each else "Latencies at a rate"
    rate = table.cases[0].get("rate_intended")
    at = f"at {short(rate)} calls a second" if rate else ""
    beside = f"the idle control has {idle}" if idle else ""
    subtitle = f"{capital(', '.join(part for part in (at, beside) if part))}." if at else ""
    told = {name: value for name, value in table.fixed.items() if name not in UNTOLD}
    note = sentences(Table(told, table.cases).words, CONTROL)
    return Words(title, subtitle, note, table.fixed)


def latencies_picture(
    results: Results, table: Table, control: Case | None, options: Options
) -> AnyPicture | None:
    steps = {
        (path, histogram.case): histogram.steps
        for path, histograms in results.latencies.items()
        for histogram in histograms
    }
    lines = []
    for case in [*table.cases, *([control] if control else [])]:
        own = steps.get((case.path, case.name), [])
        line = histogram_line(case.strategy, own) if own else Line(case.strategy, [])
        line.role = case.role
        lines += [line] if line.points else []
    if not lines:
        return None
    words = latencies_words(table, control)
    x = shares_axis(max(point[0] for line in lines for point in line.drawn), SHARE)
    picture = lines_picture(
        stem_of("latency", table.fixed), words, x, lines, Look(LABEL, "log", ns_text), options
    )
    return picture


def control_of(cases: list[Case], table: Table) -> Case | None:
    """The control of the same point and consumer, with as many callers. It is on no heap, and has
    what means something to any heap of the point.
    """
    own = table.fixed
    for case in cases:
        if case.strategy != IDLE or case.path != table.cases[0].path:
            continue
        told = {key: value for key, value in case.point.items() if key != "heap"}
        as_many = told.get("threads") == own.get("threads")
        if as_many and all(own.get(key, value) == value for key, value in told.items()):
            return case
    return None


def find_latencies(results: Results, options: Options) -> list[AnyPicture]:
    cases = [case for case in results.cases if case.get("rate_intended") is not None]
    found = tables([case for case in cases if case.strategy != IDLE], set())
    pictures = []
    for table in typical(found, "latency", options):
        picture = latencies_picture(results, table, control_of(cases, table), options)
        pictures += [picture] if picture else []
    return pictures
