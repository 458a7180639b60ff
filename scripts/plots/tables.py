"""Tables of cases that differ in nothing but the strategy and what is swept."""
from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from .names import NUMERIC
from .results import Case
from .strategies import BASELINE, CHALLENGER, in_order
from .words import binary_text, count_text, part_of_a_name, short

# Parameters whose usual value is not told in a file's name.
USUAL = {
    "calls": "1000000",
    "in_flight": "64",
    "completion": "fifo",
    "keys": "100000",
    "distribution": "uniform",
    "depth": "1",
}
OF_A_HEAP = {"gen0_budget", "live_heap"}

# Parameters in words; what is as plain as the last is not told at all.
PHRASES = {
    "calls": "{} calls",
    "in_flight": "{} in flight",
    "keys": "{} keys",
    "completion": "completed {}",
    "distribution": "{} keys",
    "depth": "depth {}",
    "threads": "{} callers",
}
PLAIN = {("start", "cold")}


@dataclass
class Table:
    """Cases that differ in nothing but the strategy and what is swept."""

    fixed: dict[str, str]
    cases: list[Case]

    @property
    def strategies(self) -> list[str]:
        return in_order(case.strategy for case in self.cases)

    def of(self, strategy: str) -> list[Case]:
        return [case for case in self.cases if case.strategy == strategy]

    def is_reference(self, strategy: str) -> bool:
        return any(case.is_reference for case in self.of(strategy))

    def first_with_role(self, role: str) -> str | None:
        names = in_order(case.strategy for case in self.cases if case.role == role)
        return names[0] if names else None

    @property
    def baseline_by_role(self) -> str | None:
        return self.first_with_role(BASELINE)

    @property
    def baseline(self) -> str | None:
        """The one whose ratio to the baseline is 1 by definition; or, where there are no times,
        that has this role.
        """
        for name in in_order(self.strategies):
            ratios = [case.interval("ratio") for case in self.of(name)]
            if ratios and all(ratio == (1.0, 1.0, 1.0) for ratio in ratios):
                return name
        return self.baseline_by_role

    @property
    def subject(self) -> str | None:
        """Whom the title speaks of: the challenger, or the first of the others."""
        own = in_order(case.strategy for case in self.cases if not case.is_reference)
        others = [name for name in own if name != self.baseline]
        challenger = self.first_with_role(CHALLENGER)
        return challenger if challenger in others else others[0] if others else None

    @property
    def words(self) -> str:
        """The parameters that all have in common."""
        known = dict(self.fixed)
        workload, heap = known.pop("workload", ""), known.pop("heap", "")
        parts = [workload, f"heap {heap}" if heap else ""]
        if "hit_rate" in known:
            parts.append(f"hit rate {known.pop('hit_rate')}")
        parts.append(f"{known.pop('method')} method" if "method" in known else "")
        parts.append(f"{known.pop('consumer')} lookups" if "consumer" in known else "")
        for name, form in PHRASES.items():
            if name in known:
                value = known.pop(name)
                parts.append(form.format(count_text(float(value)) if name in NUMERIC else value))
        if "gen0_budget" in known:
            parts.append(f"a nursery of {binary_text(float(known.pop('gen0_budget')))}")
        parts += [f"{name} {value}" for name, value in known.items() if (name, value) not in PLAIN]
        return ", ".join(part for part in parts if part) + "."

    @property
    def counted(self) -> str:
        """What is said of a table of counts."""
        return f"{self.words} Counts are exact, whether lookups are dependent or not."

    @property
    def spans(self) -> str:
        """The sentence that says what spans of times are: from where to where sessions varied,
        which is no interval; of an older file the interval of the median of its rounds.
        """
        counts = [len(case.sessions) for case in self.cases if case.sessions]
        if not counts:
            return ""
        few, many = min(counts), max(counts)
        count = f"{few}" if few == many else f"{few} to {many}"
        if any(case.in_rounds for case in self.cases):
            return f"Intervals are {self.percent}, of {count} paired rounds."
        if many == 1:
            return "Of one session."
        return f"Times are medians of {count} sessions, spans from the least to the most of these."

    @property
    def intervals(self) -> str:
        """The sentence that says what the intervals of ratios are, if there are any."""
        if any(case.in_rounds for case in self.cases):
            return self.spans
        others = [case for case in self.cases if case.strategy != self.baseline]
        counts = [len(case.sessions) for case in others if case.get("ratio_lo") is not None]
        if not counts:
            return "No intervals, which take 5 sessions."
        return f"Intervals are {self.percent}, for another run, by {min(counts)} sessions of this."

    @property
    def percent(self) -> str:
        return f"{short(self.cases[0].confidence * 100)} %"


def part_text(point: dict[str, str], name: str) -> str:
    """A parameter in a word or two, as what tells a table from others."""
    value = point.get(name)
    if value is None:
        return f"no {name}"
    if name in NUMERIC:
        return PHRASES.get(name, f"{name.replace('_', ' ')} {{}}").format(count_text(float(value)))
    return value


def tables(cases: Iterable[Case], swept: set[str]) -> list[Table]:
    found: dict[tuple[tuple[str, str], ...], Table] = {}
    for case in cases:
        fixed = {name: value for name, value in case.point.items() if name not in swept}
        found.setdefault(tuple(fixed.items()), Table(fixed, [])).cases.append(case)
    return list(found.values())


def stem_of(kind: str, fixed: dict[str, str]) -> str:
    first = ["workload", "heap", "method", "consumer"]
    parts = [kind, *(fixed[name] for name in first if name in fixed)]
    for name, value in fixed.items():
        if name not in first and USUAL.get(name) != value:
            parts.append(f"{name}{value}")
    return part_of_a_name("-".join(parts))


def distance(table: Table) -> tuple[float, ...]:
    """How far a table is from what is usual."""

    def far(name: str, usual: float) -> float:
        return abs(math.log(max(float(table.fixed.get(name, usual)), 1e-9) / usual))

    return far("hit_rate", 0.8), far("calls", 1e6), far("in_flight", 64), far("gen0_budget", 2**24)


@dataclass
class Options:
    """The user's choices, and on how they were followed: which kinds are drawn for one table of
    several.
    """

    all_tables: bool = False
    in_colour: frozenset[str] | None = None  # None: all
    chosen: list[str] = field(default_factory=list)

    def is_grey(self, strategy: str) -> bool:
        return self.in_colour is not None and strategy not in self.in_colour


SIZED = re.compile(r"payload_\d{1,9}")  # a workload, named by the size of its result


def group_of(table: Table) -> tuple[str | None, ...]:
    """What no parameter of a sweep is; sizes of payloads are such a parameter."""
    workload = SIZED.sub("payload", table.fixed.get("workload", "payload"))
    return workload, *(table.fixed.get(name) for name in ("heap", "method", "consumer"))


def typical(
    found: list[Table],
    kind: str,
    options: Options,
    far: Callable[[Table], tuple[float, ...]] = distance,
) -> list[Table]:
    """For a sweep, the one table that is nearest to the usual parameters, unless all were asked
    for.
    """
    groups: dict[tuple[str | None, ...], list[Table]] = defaultdict(list)
    for table in found:
        groups[group_of(table)].append(table)
    chosen = [min(group, key=far) for group in groups.values()]
    if options.all_tables or len(chosen) == len(found):
        return found
    options.chosen.append(kind)
    return chosen


def number_at(name: str) -> Callable[[Case], float]:
    return lambda case: float(case.point[name])


def swept_tables(
    cases: Iterable[Case], name: str, also: frozenset[str] = frozenset()
) -> list[Table]:
    having = [case for case in cases if name in case.point]
    found = tables(having, {name, *also})
    return [each for each in found if len({case.point[name] for case in each.cases}) > 1]
