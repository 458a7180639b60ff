"""The tables of a result of `run_bench latency`: percentiles, what the tail is made of, how long
misses waited, and what is sustained."""
from __future__ import annotations

from plots.results import IDLE, Case
from plots.strategies import BASELINE

from .model import Cell, Column, Table
from .numbers import MISSING, exact, number, span

QUANTILES = {
    **{"p50": "p50", "p90": "p90", "p99": "p99", "p999": "p99.9", "p9999": "p99.99"},
    "max": "max",
}

# Where a latency begins, and what the table of it is called.
KINDS = {
    "latency": "Latencies from the intended start",
    "service": "Latencies from the actual start",
    "miss": "Misses, from the intended start until they were consumed",
}

# What is told of the slowest calls: the key, the word, and what it means.
TAIL = {
    "collections": "the case's own heap collected for half of the time",
    "switches": "the kernel ran another thread, or moved the caller",
    "stolen": "the clock went on while the caller only read it",
    "short": "at most 10 us, for none of these causes",
    "idle": "what the idle control has as well",
    "unknown": "what is then left",
}

METHOD = [
    "An open loop: it is set beforehand when each call is meant to start. A latency counts from"
    " then until the caller is free: what a user waits who came at that moment. If the caller is"
    " late, because a call before took long or the machine had other work, that is part of it; from"
    " the actual start only the call itself is. Cases have their turn in slices, in an order of its"
    " own in each round, so that what disturbs the machine disturbs all.",
    "The idle control is the same loop without a call: a tail that it has, too, is no strategy's. A"
    " percentile is of the calls of all sessions together. The interval of a ratio is one of 99 %,"
    " and is meant to hold for another run on this machine; where sessions are too few, or disagree"
    " by more than a tenth, nothing is known.",
]

DISAGREE = 1.1  # how far an interval may reach for a ratio to be known


def is_of_latency(cases: list[Case]) -> bool:
    return any("rate_intended" in case.figures or sought(case) for case in cases)


def sought(case: Case) -> bool:
    return "rate_sustained" in case.figures


def named(case: Case, parameters: list[str]) -> list[Cell]:
    name = "idle control" if case.strategy == IDLE else case.strategy
    return [Cell(name), Cell(case.point["heap"]), *(value_of(case, each) for each in parameters)]


def value_of(case: Case, name: str) -> Cell:
    value = case.point.get(name)
    return Cell(value) if value else MISSING


def naming(parameters: list[str]) -> list[Column]:
    return [
        Column("strategy", hint="the way in which a result is handed over", is_filter=True),
        Column("heap", hint="where objects come from", is_filter=True),
        *(Column(each.replace("_", " "), is_filter=True) for each in parameters),
    ]


def share(value: float | None) -> Cell:
    return MISSING if value is None else number(100 * value)


def ratio_cell(case: Case, key: str) -> Cell:
    """A ratio to the baseline; where sessions disagree, or are too few, it is not known yet."""
    ratio, high = case.get(key), case.get(f"{key}_hi")
    if ratio is None:
        return Cell("baseline", tone="dim") if case.role == BASELINE else MISSING
    if high is None or high / ratio > DISAGREE:
        return Cell("not known yet", tone="dim")
    return number(ratio)


def quantiles_table(cases: list[Case], prefix: str, kind: str, parameters: list[str]) -> Table:
    keys = [f"{kind}_{word}_ns" for word in QUANTILES]
    columns = [Column(title, "ns", is_number=True) for title in QUANTILES.values()]
    rows = [
        [*named(case, parameters), *(number(case.get(key)) for key in keys)]
        for case in cases
        if any(key in case.figures for key in keys)
    ]
    note = "Of all sessions together; a percentile is told if ten calls lie beyond it."
    return Table(f"{prefix}{kind}", KINDS[kind], [*naming(parameters), *columns], rows, note)


def rates_table(cases: list[Case], prefix: str, parameters: list[str]) -> Table:
    columns = [
        Column("meant", "calls/s", is_number=True),
        Column("made", "calls/s", is_number=True),
        Column("late", "%", "calls that were due before their caller was free", is_number=True),
        Column("hits", "%", "where they emerge from the content of a cache", is_number=True),
        Column("misses", hint="calls that suspended", is_number=True),
        Column("unseen", hint="misses that still waited at the end of a slice", is_number=True),
        *(
            Column(f"{QUANTILES[word]}, ratio", "to the baseline", is_number=True)
            for word in ("p50", "p99", "p999")
        ),
    ]
    rows = [
        [
            *named(case, parameters),
            exact(case.get("rate_intended")),
            number(case.get("rate_achieved")),
            share(case.get("late_share")),
            share(case.get("actual_hit_rate")),
            exact(case.get("misses_n")),
            exact(case.get("misses_unseen_n")),
            *(ratio_cell(case, f"latency_{word}_ratio") for word in ("p50", "p99", "p999")),
        ]
        for case in cases
    ]
    note = "Ratios are of the same sessions, from the intended start, and hold for another run."
    caption = "Rates, and ratios to the baseline"
    return Table(f"{prefix}rates", caption, [*naming(parameters), *columns], rows, note)


def tail_table(cases: list[Case], prefix: str, parameters: list[str]) -> Table:
    columns = [
        Column("as idle" if word == "idle" else word, "%", hint, is_number=True)
        for word, hint in TAIL.items()
    ]
    rows = [
        [*named(case, parameters), *(share(case.get(f"tail_{word}_share")) for word in TAIL)]
        for case in cases
        if any(f"tail_{word}_share" in case.figures for word in TAIL)
    ]
    caption = "What calls above p99.9 waited for"
    return Table(f"{prefix}tail", caption, [*naming(parameters), *columns], rows)


def sustained_table(cases: list[Case], prefix: str, parameters: list[str]) -> Table:
    columns = [
        Column("sustained", "calls/s", "the median of the sessions", is_number=True),
        Column("sessions", "calls/s", "from the least to the most of them", is_number=True),
        Column("ratio", "to the baseline", "of the same sessions", is_number=True),
        Column("hits", "%", "where they emerge from the content of a cache", is_number=True),
    ]
    rows = [
        [
            *named(case, parameters),
            number(case.get("rate_sustained")),
            span(case.get("rate_sustained_lo"), case.get("rate_sustained_hi")),
            ratio_cell(case, "rate_sustained_ratio"),
            share(case.get("actual_hit_rate")),
        ]
        for case in cases
    ]
    caption = "The most calls a second that each case sustains"
    return Table(f"{prefix}sustained", caption, [*naming(parameters), *columns], rows)


def tables(cases: list[Case], prefix: str, parameters: list[str]) -> list[Table]:
    """In the order of the run; without those that would have no row."""
    if any(sought(case) for case in cases):
        return [sustained_table(cases, prefix, parameters)]
    found = [quantiles_table(cases, prefix, kind, parameters) for kind in ("latency", "service")]
    found.append(rates_table(cases, prefix, parameters))
    found.append(tail_table(cases, prefix, parameters))
    found.append(quantiles_table(cases, prefix, "miss", parameters))
    return [table for table in found if table.rows]


def title(cases: list[Case]) -> str:
    """What a page is called that is of these."""
    workload = cases[0].point["workload"]
    rate = cases[0].get("rate_intended")
    if rate is None:
        return f"{workload}: what is sustained"
    return f"{workload}: latencies at {rate:,.0f} calls a second"
