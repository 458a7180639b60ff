"""Result files, read and checked: cases with figures and sessions, and what is beside them."""
from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from .files import BadFile, is_number, number_of, read_json
from .histograms import Histogram, histograms_beside
from .histories import History, history_of, is_history
from .names import parse_name
from .samples import Epoch, epochs_beside
from .strategies import EMPTY, NONE, REFERENCES, role_of

# Figures of a row that are numbers or nothing.
USED = {
    *["ns_per_op", "ns_per_op_lo", "ns_per_op_hi", "ratio", "ratio_lo", "ratio_hi"],
    *["bytes_per_op", "allocs_per_op", "gc_time_fraction", "gen0_budget_bytes", "collections_n"],
    *["pauses_n", "pause_p50_ns", "pause_p90_ns", "pause_max_ns"],
}


# The rows that have a case's figures: of times, and of latencies.
HEADS = {("aggregate", "median"), ("aggregate", "pooled")}

# The control of latencies, which is no strategy.
IDLE = "idle_control"


@dataclass(frozen=True)
class Case:
    """One strategy at one point of the parameters."""

    strategy: str
    role: str  # empty, floor, baseline, challenger or -
    point: dict[str, str]  # workload, heap, and the parameters of the name, in its order
    name: str  # in its file
    figures: dict[str, float]
    verdict: str
    sessions: tuple[float, ...]  # ns per operation; of an older file, of its rounds
    in_rounds: bool  # it is an older file
    confidence: float
    path: Path

    @property
    def is_loop(self) -> bool:
        """Whether it is no strategy, but what the measuring loop costs."""
        return self.role == EMPTY

    @property
    def is_reference(self) -> bool:
        return self.role in REFERENCES

    def get(self, name: str) -> float | None:
        return self.figures.get(name)

    def interval(self, name: str) -> tuple[float, float, float] | None:
        """A figure and both ends of its interval, or range; a figure that has none is its own."""
        value = self.get(name)
        if value is None:
            return None
        low, high = self.get(f"{name}_lo"), self.get(f"{name}_hi")
        return value, value if low is None else low, value if high is None else high


@dataclass
class Results:
    """All that the result files say."""

    cases: list[Case] = field(default_factory=list)
    break_even: list[dict[str, Any]] = field(default_factory=list)
    histograms: dict[Path, list[Histogram]] = field(default_factory=dict)  # of pauses
    latencies: dict[Path, list[Histogram]] = field(default_factory=dict)
    epochs: dict[Path, dict[str, list[Epoch]]] = field(default_factory=dict)  # of each case
    histories: list[History] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)

    @property
    def counted(self) -> list[Case]:
        """The cases so far as counts tell them apart: what is allocated does not depend on whether
        lookups are dependent.
        """
        found: dict[tuple[object, ...], Case] = {}
        for case in self.cases:
            point = {name: value for name, value in case.point.items() if name != "consumer"}
            found.setdefault((case.strategy, *point.items()), replace(case, point=point))
        return list(found.values())


def figures_of(where: str, row: dict[str, Any]) -> dict[str, float]:
    """The numbers of a row; those that plots use must not be anything else."""
    found = {}
    for name, value in row.items():
        if is_number(value):
            found[name] = number_of(where, name, value)
        elif name in USED:
            raise BadFile(f"{where}: {name} is not a number")
    return found


def context_of(data: dict[str, Any]) -> dict[str, Any]:
    context = data.get("context")
    return context if isinstance(context, dict) else {}


def roles_of(path: Path, context: dict[str, Any]) -> dict[str, str] | None:
    """The roles that a file says; None if it is an older one, which says none."""
    roles = context.get("roles")
    if roles is None:
        return None
    if not isinstance(roles, dict) or not all(isinstance(role, str) for role in roles.values()):
        raise BadFile(f"{path}: roles is not an object of texts")
    return roles


def cases_of(path: Path, data: dict[str, Any]) -> list[Case]:
    rows = data.get("benchmarks")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise BadFile(f"{path}: not a result file: no list of rows `benchmarks`")
    context = context_of(data)
    confidence = context.get("confidence")
    if not is_number(confidence) or not 0 < confidence < 1:
        confidence = 0.99
    roles = roles_of(path, context)
    times: dict[str, list[float]] = defaultdict(list)
    in_rounds = False
    heads: dict[str, tuple[str, dict[str, Any]]] = {}
    for index, row in enumerate(rows):
        where = f"{path}: benchmarks[{index}]"
        name, kind = row.get("run_name", row.get("name")), row.get("run_type")
        if kind == "iteration" and isinstance(name, str) and "slices" not in row:
            time = row.get("real_time")
            if not is_number(time):
                raise BadFile(f"{where}: real_time is not a number")
            times[name].append(number_of(where, "real_time", time))
            in_rounds |= "session" not in row
        elif kind == "counts" or (kind, row.get("aggregate_name")) in HEADS:
            parse_name(where, name)
            heads[name] = (where, row)
    if not heads:
        raise BadFile(f"{path}: holds no case of run_bench")
    found = []
    for name, (where, row) in heads.items():
        strategy, point = parse_name(where, name)
        verdict = str(row.get("verdict", ""))
        role = role_of(strategy) if roles is None else roles.get(strategy, NONE)
        figures, own = figures_of(where, row), tuple(times[name])
        found.append(
            Case(
                *[strategy, role, point, name, figures, verdict, own, in_rounds],
                *[float(confidence), path],
            )
        )
    return found


def load(paths: Sequence[Path]) -> Results:
    """Reads result files; where two hold the same case, the later one counts."""
    results = Results()
    cases: dict[tuple[str, ...], Case] = {}
    replaced, machines = 0, set()
    for path in paths:
        data = read_json(path)
        if is_history(data):
            results.histories.append(history_of(path, data))
            continue
        if not isinstance(data, dict):
            raise BadFile(f"{path}: not a result file: no object")
        for case in cases_of(path, data):
            key = (case.strategy, *(f"{name}:{value}" for name, value in case.point.items()))
            replaced += key in cases
            cases[key] = case
        entries = data.get("break_even", [])
        if not isinstance(entries, list) or not all(isinstance(each, dict) for each in entries):
            raise BadFile(f"{path}: break_even is not a list of objects")
        results.break_even += entries
        context = context_of(data)
        if context:
            machines.add((str(context.get("host_name")), str(context.get("fingerprint"))))
        beside = histograms_beside(path)
        if beside:
            results.histograms[path] = beside
        latencies = histograms_beside(path, latencies=True)
        if latencies:
            results.latencies[path] = latencies
        quiet_ns = context.get("probe_quiet_ns")
        epochs = epochs_beside(path, quiet_ns) if is_number(quiet_ns) else {}
        if epochs:
            results.epochs[path] = epochs
    results.cases = list(cases.values())
    if replaced:
        results.notices.append(f"{replaced} cases are in several files: the last file counts")
    if len(machines) > 1:
        results.notices.append("the files are of different machines or builds")
    return results
