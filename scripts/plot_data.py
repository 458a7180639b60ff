#!/usr/bin/python3
"""What the plots show, worked out once for the two programs that draw: plot.py and plot.gp.

Run by itself it prints the data of every plot as text, which gnuplot can load.
"""
from __future__ import annotations

import argparse
import colorsys
import json
import math
import re
import sys
import textwrap
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, NoReturn, Union

# --- result files ---

NAME = re.compile(r"[\w.+@:~-]+(/[\w.+@:~-]+){2,}", re.ASCII)


class BadFile(Exception):
    """A file that no plot can be made of; the text is `FILE: cause`."""


@dataclass(frozen=True)
class Case:
    """One strategy at one point of the parameters."""

    strategy: str
    point: dict[str, str]  # workload, heap, and the parameters of the name, in its order
    figures: dict[str, float]
    verdict: str
    rounds: tuple[float, ...]  # ns per operation
    confidence: float
    path: Path

    def get(self, name: str) -> float | None:
        return self.figures.get(name)

    def interval(self, name: str) -> tuple[float, float, float] | None:
        """A figure and both ends of its interval; an exact figure is its own interval."""
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
    pauses: dict[Path, list[tuple[str, list[tuple[float, float, float]]]]] = field(
        default_factory=dict
    )
    notices: list[str] = field(default_factory=list)


def refuse_constant(token: str) -> NoReturn:
    raise ValueError(f"{token} is not JSON")


def read_json(path: Path) -> Any:
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise BadFile(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise BadFile(f"{path}: not a result file: not a text") from None
    if not text.strip():
        raise BadFile(f"{path}: empty")
    try:
        return json.loads(text, parse_constant=refuse_constant)
    except (ValueError, RecursionError) as error:
        cause = " ".join(str(error).split())
        raise BadFile(f"{path}: not a result file, or cut short: {cause}") from None


def is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def number_of(where: str, name: str, value: Any) -> float:
    """JSON numbers may be too large for a float."""
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise BadFile(f"{where}: {name} is out of range")
    return number


def figures_of(where: str, row: dict[str, Any]) -> dict[str, float]:
    """The numbers of a row; those that plots use must not be anything else."""
    found = {}
    for name, value in row.items():
        if is_number(value):
            found[name] = number_of(where, name, value)
        elif name in USED:
            raise BadFile(f"{where}: {name} is not a number")
    return found


def parse_name(where: str, name: Any) -> tuple[str, dict[str, str]]:
    """workload/strategy/heap/hit_rate:0.8/... as the strategy, and the point it is at."""
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise BadFile(f"{where}: not the name of a case of run_bench: {name!r:.80}")
    workload, strategy, heap, *rest = name.split("/")
    point = {"workload": workload, "heap": heap}
    for part in rest:
        key, colon, value = part.partition(":")
        if not colon or not value:
            raise BadFile(f"{where}: a part of the name is no parameter: {part!r:.80}")
        if key in NUMERIC:
            try:
                number = number_of(where, key, value)
            except ValueError:
                raise BadFile(f"{where}: {key} is not a number: {value!r:.80}") from None
            if number < 0 or (number == 0 and key != "hit_rate"):
                raise BadFile(f"{where}: {key} is out of range: {value!r:.80}")
        point[key] = value
    return strategy, point


def cases_of(path: Path, data: dict[str, Any]) -> list[Case]:
    rows = data.get("benchmarks")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise BadFile(f"{path}: not a result file: no list of rows `benchmarks`")
    context = data.get("context")
    confidence = context.get("confidence") if isinstance(context, dict) else None
    if not is_number(confidence) or not 0 < confidence < 1:
        confidence = 0.99
    rounds: dict[str, list[float]] = defaultdict(list)
    heads: dict[str, tuple[str, dict[str, Any]]] = {}
    for index, row in enumerate(rows):
        where = f"{path}: benchmarks[{index}]"
        name, kind = row.get("run_name", row.get("name")), row.get("run_type")
        if kind == "iteration" and isinstance(name, str):
            time = row.get("real_time")
            if not is_number(time):
                raise BadFile(f"{where}: real_time is not a number")
            rounds[name].append(number_of(where, "real_time", time))
        elif kind == "counts" or (kind, row.get("aggregate_name")) == ("aggregate", "median"):
            parse_name(where, name)
            heads[name] = (where, row)
    if not heads:
        raise BadFile(f"{path}: holds no case of run_bench")
    found = []
    for name, (where, row) in heads.items():
        strategy, point = parse_name(where, name)
        verdict = str(row.get("verdict", ""))
        figures, times = figures_of(where, row), tuple(rounds[name])
        found.append(Case(strategy, point, figures, verdict, times, float(confidence), path))
    return found


def read_pauses(path: Path) -> list[tuple[float, float, float]]:
    """(ns, share of the pauses that are no longer, count) of a file of HdrHistogram's form."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise BadFile(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise BadFile(f"{path}: not a histogram of pauses") from None
    rows = []
    for line in lines:
        words = line.split()
        if not words or line.startswith("#") or words[0] == "Value":
            continue
        try:
            value, share, count = (number_of(str(path), "a row", word) for word in words[:3])
        except ValueError:
            raise BadFile(f"{path}: not a histogram of pauses: {line.strip()!r:.80}") from None
        rows.append((value, share, count))
    return rows


def pauses_beside(path: Path) -> list[tuple[str, list[tuple[float, float, float]]]]:
    """The histograms whose names start as the result file's does, each under what follows."""
    found = []
    for beside in sorted(path.parent.glob("*.hgrm")):
        if beside.name.startswith(path.stem):
            rows = read_pauses(beside)
            label = re.sub(r"[^\w.@+-]", "_", beside.stem[len(path.stem) :].lstrip(".-_"))
            if rows:
                found.append((label or "all", rows))
    return found


def load(paths: Sequence[Path]) -> Results:
    """Reads result files; where two hold the same case, the later one counts."""
    results = Results()
    cases: dict[tuple[str, ...], Case] = {}
    replaced, machines = 0, set()
    for path in paths:
        data = read_json(path)
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
        context = data.get("context")
        if isinstance(context, dict):
            machines.add((str(context.get("host_name")), str(context.get("fingerprint"))))
        beside = pauses_beside(path)
        if beside:
            results.pauses[path] = beside
    results.cases = list(cases.values())
    if replaced:
        results.notices.append(f"{replaced} cases are in several files: the last file counts")
    if len(machines) > 1:
        results.notices.append("the files are of different machines or builds")
    return results


# --- looks: the same in every picture ---


@dataclass(frozen=True)
class Style:
    """A marker is one of those that both programs have."""

    colour: str
    marker: str
    filled: bool = True
    dash: str = "solid"

    @property
    def ink(self) -> str:
        """For text: dark enough on white."""
        return blend(self.colour, "#000000", 0.4)


def blend(colour: str, other: str, share: float) -> str:
    own, others = ([int(each[i : i + 2], 16) for i in (1, 3, 5)] for each in (colour, other))
    return "#" + "".join(f"{round(a + (b - a) * share):02X}" for a, b in zip(own, others))


# Okabe and Ito's set, and others as far from it and from one another as readers see them who lack
# one kind of cone: reds and browns allocate a task for a result at hand, blues are value tasks.
REFERENCES = {
    "empty": Style("#B4B4B4", "cross", dash="dash"),
    "plain": Style("#808080", "plus", dash="dash"),
}
STYLES = {
    **REFERENCES,
    "heap_task": Style("#D55E00", "circle"),
    "heap_task_lean": Style("#E69F00", "square"),
    "heap_task_cached": Style("#7A2A0E", "up"),
    "heap_task_pooled": Style("#857033", "down"),
    "task_in_cache": Style("#CC79A7", "diamond"),
    "arena_task": Style("#9B1B7A", "pentagon"),
    "value_task": Style("#0072B2", "circle"),
    "value_task_pooled": Style("#56B4E9", "square"),
    "value_task_handle": Style("#4B2FD0", "up"),
    "inline_future": Style("#009E73", "circle", filled=False),
    "caller_op": Style("#000000", "diamond"),
    "poll": Style("#0B4F45", "down", filled=False),
    "callback": Style("#B9C46A", "square", filled=False),
}
MARKERS = ["circle", "square", "up", "down", "diamond", "pentagon"]
VARIANTS = {"checked": ("#555555", 0.45), "atomic": ("#FFFFFF", 0.35)}


def style_of(strategy: str) -> Style:
    """Also of a strategy that is not listed: its name alone decides, so it looks so everywhere.

    What stands behind a hyphen, which no strategy has in its name, tells histograms apart.
    """
    name, _, variant = strategy.partition("-")[0].partition("@")
    style = STYLES.get(name)
    if style is None:
        code = zlib.crc32(name.encode())
        hue, light = code % 360 / 360, 0.32 + (code // 360) % 5 * 0.05
        levels = colorsys.hls_to_rgb(hue, light, 0.65)
        colour = "#" + "".join(f"{round(level * 255):02X}" for level in levels)
        style = Style(colour, MARKERS[code // 1800 % len(MARKERS)], filled=code // 10800 % 2 == 0)
    if not variant:
        return style
    other, share = VARIANTS.get(variant, ("#777777", 0.5))
    dash = "dot" if variant == "atomic" else "dash"
    return Style(blend(style.colour, other, share), style.marker, not style.filled, dash)


ORDER = {name: place for place, name in enumerate(STYLES)}


def in_order(strategies: Iterable[str]) -> list[str]:
    """As the list above, variants behind what they vary, strangers last."""
    return sorted(
        set(strategies), key=lambda each: (ORDER.get(each.partition("@")[0], len(ORDER)), each)
    )


# Dark to light, even in lightness: of a blue to yellow ramp that colour-blind readers see alike.
HEAT = ["#00224E", "#35456C", "#666970", "#948E77", "#C8B866", "#FEE838"]

DARK = 0.48  # below this share of the top, text is white

# --- pictures: plain data ---

WIDTH = 800  # of all lengths here, in px; the programs may draw them larger
FONT = 12.5  # 9 pt at 100 dots an inch
TITLE_FONT = 14.5
LABEL_STEP = 14.0


@dataclass
class Axis:
    label: str
    scale: str  # linear or log
    low: float
    high: float
    ticks: list[tuple[float, str]]

    def share(self, value: float) -> float:
        """Where a value is, 0 to 1."""
        if self.scale == "log":
            return math.log(value / self.low) / math.log(self.high / self.low)
        return (value - self.low) / (self.high - self.low)


Point = tuple[float, float, float, float]  # x, y, and the interval of y


@dataclass
class Line:
    """None among the points breaks the line."""

    name: str
    points: list[Point | None]
    label_at: float = 0.0  # 0 to 1 of the axis
    below: int = 0  # lines that it would hide

    @property
    def dash(self) -> str:
        """A line over others has gaps, so that they are seen."""
        return ("", "dash", "dot")[min(self.below, 2)] or style_of(self.name).dash

    @property
    def drawn(self) -> list[Point]:
        return [point for point in self.points if point is not None]


@dataclass
class Mark:
    """Where a strategy's line crosses the baseline's, with the interval of x."""

    name: str
    x: float
    y: float
    low: float
    high: float


@dataclass
class Picture:
    stem: str
    title: list[str]  # lines
    note: list[str]

    @property
    def top(self) -> float:
        return 16 + 19 * len(self.title) + 16 * len(self.note)


@dataclass
class Lines(Picture):
    x: Axis
    y: Axis
    lines: list[Line]
    marks: list[Mark] = field(default_factory=list)
    level: float | None = None  # a horizontal line
    divide: tuple[float, str, str] | None = None  # a vertical line, and what is on its sides

    left, right, bottom = 76.0, 172.0, 54.0

    @property
    def height(self) -> float:
        return self.top + 470


@dataclass
class Heat(Picture):
    x_label: str
    y_label: str
    columns: list[str]
    rows: list[str]
    values: list[list[float | None]]  # [row][column], shares
    texts: list[list[str]]

    left, right, bottom = 92.0, 20.0, 54.0

    @property
    def height(self) -> float:
        return self.top + self.bottom + 70 * max(len(self.rows), 2)


@dataclass
class Row:
    name: str
    values: tuple[float, ...]  # as the form has it
    dots: tuple[float, ...] = ()


@dataclass
class Panel:
    heading: str
    rows: list[Row | None]


@dataclass
class Rows(Picture):
    """A row for each strategy. What `values` are: rounds: median, quartiles, 5 % and 95 %;
    bars: value, and its interval; quantiles: median, 99 %, longest."""

    form: str
    names: list[str]
    panels: list[Panel]
    x: Axis
    right, bottom, pitch = 20.0, 54.0, 21.0

    @property
    def left(self) -> float:
        return 20 + 7.6 * max(len(name) for name in self.names)

    @property
    def heading(self) -> float:
        return 20.0 if len(self.panels) > 1 else 4.0

    @property
    def height(self) -> float:
        return self.top + self.heading + self.bottom + self.pitch * max(len(self.names), 4)


AnyPicture = Union[Lines, Heat, Rows]

# --- words and numbers ---


def short(value: float, digits: int = 3) -> str:
    """1234.5 as 1230, 0.07040 as 0.0704."""
    if value == 0:
        return "0"
    places = digits - 1 - math.floor(math.log10(abs(value)))
    text = f"{round(value, places):.{max(places, 0)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def scaled(value: float, units: Sequence[str], step: float = 1000) -> str:
    for unit in units[:-1]:
        if abs(value) < step * 0.9995:
            return f"{short(value)} {unit}".strip()
        value /= step
    return f"{short(value)} {units[-1]}".strip()


def ns_text(value: float) -> str:
    return scaled(value, ["ns", "us", "ms", "s"])


def bytes_text(value: float) -> str:
    return scaled(value, ["B", "kB", "MB", "GB", "TB"])


def binary_text(value: float) -> str:
    return scaled(value, ["B", "KiB", "MiB", "GiB"], 1024)


def count_text(value: float) -> str:
    """200000 as 200k; 65536 as it is."""
    text = scaled(value, ["", "k", "M", "G", "T"]).replace(" ", "")
    return text if float(short(value)) == value else f"{value:.12g}"


def digits(value: float) -> str:
    """Three of them, zeros among them: for columns."""
    return f"{value:#.3g}".rstrip(".") if 0.001 <= abs(value) < 1000 else short(value)


def listed(words: Sequence[str], most: int = 99) -> str:
    if len(words) > most:
        return f"{', '.join(words[: most - 1])} and {len(words) - most + 1} others"
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def wrapped(sentences: Iterable[str], width: int) -> list[str]:
    return textwrap.wrap(" ".join(sentences), width, break_on_hyphens=False)


def title_lines(*sentences: str) -> list[str]:
    return wrapped([each for each in sentences if each], 98)


def note_lines(*sentences: str) -> list[str]:
    return wrapped([each for each in sentences if each], 116)


def linear_ticks(low: float, high: float) -> list[tuple[float, str]]:
    rough = (high - low) / 6
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * each for each in (1, 2, 5, 10) if power * each >= rough)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [(index * step, short(index * step)) for index in range(first, last + 1)]


def log_ticks(low: float, high: float, text: Callable[[float], str]) -> list[tuple[float, str]]:
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    decades = math.log10(high / low)
    steps = (1, 1.5, 2, 3, 4, 5, 6, 8) if decades < 1.2 else (1, 2, 5) if decades < 2.5 else (1,)
    ticks = [10.0**power * each for power in powers for each in steps]
    return [(tick, text(tick)) for tick in ticks if low <= tick <= high]


def value_axis(label: str, scale: str, values: Sequence[float], most: float = math.inf) -> Axis:
    """An axis that shows all values, from 0 if it is linear, but ends at `most`."""
    high = min(max(values), most)
    if scale == "log":
        low, high = min(values) / 1.15, high * 1.15
        return Axis(label, scale, low, high, log_ticks(low, high, count_text))
    high = high * 1.05 if high > 0 else 1.0
    return Axis(label, scale, 0.0, high, linear_ticks(0.0, high))


def sweep_axis(label: str, scale: str, values: Sequence[float], texts: Sequence[str]) -> Axis:
    """An axis whose ticks are the values that were measured, as many of them as fit."""
    if scale == "log":
        margin = (values[-1] / values[0]) ** 0.03
        axis = Axis(label, scale, values[0] / margin, values[-1] * margin, [])
    else:
        margin = (values[-1] - values[0]) * 0.03
        axis = Axis(label, scale, values[0] - margin, values[-1] + margin, [])
    ticks = list(zip(values, texts))
    steps = range(1, len(ticks) + 1)
    ending = [step for step in steps if (len(ticks) - 1) % step == 0]  # first and last among them
    fitting = [step for step in [*ending, *steps] if have_room(axis, ticks[::step])]
    axis.ticks = ticks[:: fitting[0]]
    return axis


def have_room(axis: Axis, ticks: Sequence[tuple[float, str]]) -> bool:
    """Whether no text of a tick comes near its neighbour's."""
    free = -1.0
    for value, text in ticks:
        if axis.share(value) < free:
            return False
        free = axis.share(value) + (len(text) + 2) * 7.5 / (WIDTH - Lines.left - Lines.right)
    return True


def spread(places: Sequence[float], step: float) -> list[float]:
    """Moves places apart until neighbours are a step from each other, each as little as can be."""
    order = sorted(range(len(places)), key=lambda index: places[index])
    groups: list[list[float]] = []  # sum of where the first would be, and how many
    for rank, index in enumerate(order):
        groups.append([places[index] - rank * step, 1])
        while len(groups) > 1 and groups[-2][0] / groups[-2][1] > groups[-1][0] / groups[-1][1]:
            total, many = groups.pop()
            groups[-1][0] += total
            groups[-1][1] += many
    firsts = [total / many for total, many in groups for _ in range(int(many))]
    room = 1 - (len(places) - 1) * step
    moved = [0.0] * len(places)
    for rank, (index, first) in enumerate(zip(order, firsts)):
        moved[index] = min(max(first, 0.0), max(room, 0.0)) + rank * step
    return moved


# --- tables ---

# Parameters whose usual value is not told in a file's name.
USUAL = {
    "calls": "1000000",
    "in_flight": "64",
    "completion": "fifo",
    "keys": "100000",
    "distribution": "uniform",
    "depth": "1",
}
NUMERIC = {"hit_rate", "calls", "in_flight", "keys", "depth", "gen0_budget", "threads"}
USED = {
    *["ns_per_op", "ns_per_op_lo", "ns_per_op_hi", "ratio", "ratio_lo", "ratio_hi"],
    *["bytes_per_op", "allocs_per_op", "gc_time_fraction", "gen0_budget_bytes", "collections_n"],
    *["pauses_n", "pause_p50_ns", "pause_p99_ns", "pause_max_ns"],
}
OF_A_HEAP = {"gen0_budget", "live_heap"}


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

    @property
    def baseline(self) -> str | None:
        """The one whose ratio to the baseline is 1 by definition."""
        for name in in_order(self.strategies):
            ratios = [case.interval("ratio") for case in self.of(name)]
            if ratios and all(ratio == (1.0, 1.0, 1.0) for ratio in ratios):
                return name
        return "heap_task" if self.of("heap_task") else None

    @property
    def subject(self) -> str | None:
        """Whom the title speaks of: the value task, or the first of the others."""
        others = [
            name for name in self.strategies if name not in REFERENCES and name != self.baseline
        ]
        return "value_task" if "value_task" in others else others[0] if others else None

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
    def intervals(self) -> str:
        """What the intervals are of."""
        rounds = [len(case.rounds) for case in self.cases if case.rounds]
        if not rounds:
            return ""
        few, many = min(rounds), max(rounds)
        count = f"{few}" if few == many else f"{few} to {many}"
        percent = short(self.cases[0].confidence * 100)
        return f"Intervals are {percent} %, of {count} paired rounds."


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
    return re.sub(r"[^\w.@+-]", "_", "-".join(parts))


def distance(table: Table) -> tuple[float, ...]:
    """How far a table is from what is usual."""

    def far(name: str, usual: float) -> float:
        return abs(math.log(max(float(table.fixed.get(name, usual)), 1e-9) / usual))

    return far("hit_rate", 0.8), far("calls", 1e6), far("in_flight", 64), far("gen0_budget", 2**24)


def typical(
    found: list[Table],
    kind: str,
    options: Options,
    notices: list[str],
    far: Callable[[Table], tuple[float, ...]] = distance,
) -> list[Table]:
    """Of a sweep, the one table that is least far, unless all were asked for."""
    groups: dict[tuple[str | None, ...], list[Table]] = defaultdict(list)
    for table in found:
        names = ("workload", "heap", "method", "consumer")
        groups[tuple(table.fixed.get(name) for name in names)].append(table)
    chosen = [min(group, key=far) for group in groups.values()]
    if options.all_tables or len(chosen) == len(found):
        return found
    notices.append(f"{kind}: drawn for {len(chosen)} of {len(found)} tables; --all: for each")
    return chosen


# --- what is found ---


@dataclass(frozen=True)
class Noun:
    """What is swept, in words."""

    one: str
    many: str
    text: Callable[[float], str]


HIT_RATE = Noun("hit rate", "hit rates", lambda value: f"{value:g}")
CALLS = Noun("call volume", "call volumes", count_text)
PAYLOAD = Noun("payload", "payloads", lambda value: f"{value:g} B")


def runs_of(xs: Sequence[float], chosen: Sequence[float]) -> list[list[float]]:
    """Those chosen, neighbours in the sweep together."""
    runs: list[list[float]] = []
    for before, x in zip([None, *xs], xs):
        if x in chosen:
            if runs and runs[-1][-1] == before:
                runs[-1].append(x)
            else:
                runs.append([x])
    return runs


def where_phrase(
    xs: Sequence[float], chosen: Sequence[float], noun: Noun, named: bool = True
) -> str:
    """Which of the values of a sweep are meant; `named` says of what."""
    if list(chosen) == list(xs):
        return f"at every {noun.one}" if len(xs) > 1 else f"at {noun.text(xs[0])}"
    if xs[0] == 0 and list(chosen) == list(xs[1:]) and len(chosen) > 1:
        return f"at every {noun.one} above 0"
    runs = runs_of(xs, chosen)
    if len(runs) > 4:
        return f"at {len(chosen)} of {len(xs)} {noun.many}"
    texts = []
    for run in runs:
        ends = [noun.text(run[0]), noun.text(run[-1])]
        texts += [f"{ends[0]} to {ends[1]}"] if len(run) > 2 else [noun.text(x) for x in run]
    name = (noun.one if len(chosen) == 1 else noun.many) + " " if named else ""
    return f"at {name}{listed(texts)}"


def time_word(case: Case) -> str:
    """less, more, same or open: a difference is one if the interval and the verdict say so."""
    ratio = case.interval("ratio")
    if ratio is None or case.verdict == "not known yet":
        return "open"
    if case.verdict == "same":
        return "same"
    return "less" if ratio[2] < 1 else "more" if ratio[1] > 1 else "open"


def claim(
    subject: str, verb: str, words: dict[str, str], found: dict[float, str], noun: Noun
) -> str:
    """`subject verb less ... where, more ... where; not to be told apart where`."""
    xs = sorted(found)
    parts = []
    for word, text in words.items():
        chosen = [x for x in xs if found[x] == word]
        if chosen:
            parts.append(f"{text} {where_phrase(xs, chosen, noun, not parts)}")
    open_at = [x for x in xs if found[x] == "open"]
    told = f"{subject} {verb} {', '.join(parts)}" if parts else ""
    if open_at and parts:
        return f"{told}; not to be told apart {where_phrase(xs, open_at, noun, False)}"
    return told


def reference_point(xs: Sequence[float], noun: Noun) -> float:
    """The value that a title gives a figure for."""
    if noun is HIT_RATE:
        return min(xs, key=lambda x: abs(x - 0.8))
    return xs[-1]


def time_title(table: Table, x_of: Callable[[Case], float], noun: Noun) -> list[str]:
    baseline, subject = table.baseline, table.subject
    timed = [case for case in table.cases if case.get("ns_per_op") is not None]
    own = {x_of(case): case for case in timed if case.strategy == subject and case.get("ratio")}
    if baseline is None or not own:
        name = subject or baseline or table.strategies[0]
        times = [case.get("ns_per_op") or 0 for case in timed if case.strategy == name] or [0]
        return title_lines(f"{name} takes {ns_text(min(times))} to {ns_text(max(times))}")
    found = {x: time_word(case) for x, case in own.items()}
    words = {"less": f"less time than {baseline}", "more": "more", "same": "about the same"}
    if "less" not in found.values():
        words["more"] = f"more time than {baseline}"
    if not {"less", "more"} & {*found.values()}:
        words["same"] = f"about the same time as {baseline}"
    told = claim(str(subject), "takes", words, found, noun)
    told = told or f"{subject} is not to be told from {baseline} in time at any {noun.one}"
    x = reference_point(sorted(own), noun)
    ratio, low, high = own[x].interval("ratio") or (1, 1, 1)
    at = f"At {noun.text(x)} it takes {ratio:.2f} [{low:.2f}, {high:.2f}] of its time"
    unsure = found[x] == "open" and (high < 1 or low > 1)
    at += ", but the run does not yet know whether it differs." if unsure else "."
    return title_lines(f"{told}.", at, least_sentence(table, x_of, x, noun))


def least_sentence(table: Table, x_of: Callable[[Case], float], x: float, noun: Noun) -> str:
    """Which strategies are the quickest at one point, so far as intervals tell."""
    there = [
        (case.interval("ratio"), case.strategy)
        for case in table.cases
        if x_of(case) == x and case.strategy not in REFERENCES and case.get("ratio") is not None
    ]
    ranked = sorted((ratio, name) for ratio, name in there if ratio is not None)
    if len(ranked) < 3:
        return ""
    best = ranked[0][0]
    names = [name for ratio, name in ranked if ratio[1] <= best[2]]
    if len(names) == 1:
        return f"The least at {noun.text(x)} takes {names[0]}: {best[0]:.2f}."
    if len(names) == len(ranked):
        return f"At {noun.text(x)} none is known to take the least."
    return f"The least at {noun.text(x)} take {listed(names, 3)}, not told apart."


def count_title(
    table: Table, x_of: Callable[[Case], float], noun: Noun, figure: str, unit: str
) -> list[str]:
    baseline, subject = table.baseline, table.subject
    mine = {x_of(case): case.get(figure) for case in table.of(str(subject))}
    theirs = {x_of(case): case.get(figure) for case in table.of(str(baseline))}
    both = {
        x: (own, other)
        for x, own in mine.items()
        if own is not None and (other := theirs.get(x)) is not None
    }
    if not both:
        return title_lines(f"{unit[0].upper()}{unit[1:]} of an operation")
    fewer = "less often" if figure == "allocs_per_op" else "fewer bytes"
    more = "more often" if figure == "allocs_per_op" else "more bytes"
    found = {}
    for x, (own, other) in both.items():
        same = math.isclose(own, other, rel_tol=1e-9, abs_tol=1e-12)
        found[x] = "same" if same else "less" if own < other else "more"
    words = {"less": f"{fewer} than {baseline}", "more": more, "same": "the same"}
    if "less" not in found.values():
        words["more"] = f"{more} than {baseline}"
    if set(found.values()) == {"same"}:
        words["same"] = f"the same as {baseline}"
    told = claim(str(subject), "allocates", words, found, noun)
    x = reference_point(sorted(both), noun)
    own, other = both[x]
    end = f"{short(own)} {unit} against {short(other)}"
    return title_lines(f"{told}; at {noun.text(x)}: {end}.")


def break_even_of(results: Results, table: Table, metric: str) -> list[dict[str, Any]]:
    """The entries for a table, at no margin."""
    said = {name: value for name, value in table.fixed.items() if name not in ("start",)}
    own = {name: said.pop(name, "") for name in ("workload", "heap", "method", "consumer")}
    own["threads"] = said.pop("threads", "1")
    found = []
    for entry in results.break_even:
        where = dict(part.partition(":")[::2] for part in str(entry.get("where", "")).split("/"))
        for name in [*own, "hit_rate", "start", ""]:
            where.pop(name, None)
        same = all(str(entry.get(name, own[name])) == own[name] for name in own)
        about = entry.get("parameter"), entry.get("metric"), entry.get("worth_percent")
        if same and about == ("hit_rate", metric, 0) and where == said:
            found.append(entry)
    return found


def level_at(line: Line, x: float) -> float | None:
    """A line's height between its points."""
    for left, right in zip(line.drawn, line.drawn[1:]):
        if left[0] <= x <= right[0]:
            part = (x - left[0]) / (right[0] - left[0])
            return left[1] + (right[1] - left[1]) * part
    return None


def marks_of(picture: Lines, entry: dict[str, Any]) -> list[Mark]:
    """Where a strategy crosses the baseline; without a known interval it is a point."""
    line = next((each for each in picture.lines if each.name == entry.get("strategy")), None)
    crossings = entry.get("crossings")
    marks = []
    for crossing in crossings if line and isinstance(crossings, list) else []:
        at = crossing.get("at") if isinstance(crossing, dict) else None
        y = level_at(line, at) if is_number(at) else None
        if y is not None:
            low, high = (end if is_number(end := crossing.get(key)) else at for key in ("lo", "hi"))
            y = y if picture.level is None else picture.level
            marks.append(Mark(line.name, at, y, min(low, at), max(high, at)))
    return marks


def add_break_even(picture: Lines, results: Results, table: Table, metric: str) -> None:
    for entry in break_even_of(results, table, metric):
        if entry.get("baseline") == table.baseline:
            picture.marks += marks_of(picture, entry)
    picture.marks.sort(key=lambda mark: (mark.name != table.subject, ORDER.get(mark.name, 99)))
    texts = [
        f"{mark.name} {mark.x:.2f}"
        + (f" [{mark.low:.2f}, {mark.high:.2f}]" if mark.low < mark.high else "")
        for mark in picture.marks
    ]
    if texts:
        told = f"Break-even with {table.baseline} (stars): {listed(texts, 4)}."
        picture.note += note_lines(told)


# --- the kinds of plots ---


@dataclass
class Options:
    all_tables: bool = False


Finder = Callable[[Results, Options], list[AnyPicture]]


@dataclass(frozen=True)
class Kind:
    name: str
    shows: str
    needs: str
    find: Finder


def sweep_lines(
    table: Table, x_of: Callable[[Case], float], y_of: Callable[[Case], Any], positive: bool
) -> tuple[list[Line], list[str]]:
    """A line for each strategy; and those that a logarithmic axis cannot show."""
    lines, zero = [], []
    for name in table.strategies:
        points = []
        for case in sorted(table.of(name), key=x_of):
            value = y_of(case)
            if value is not None and (value[0] > 0 or not positive):
                low = value[1] if value[1] > 0 or not positive else value[0]
                points.append((x_of(case), value[0], low, value[2]))
            elif value is not None and name not in zero:
                zero.append(name)
        if points:
            lines.append(Line(name, list(points)))
    return lines, zero


def place_labels(picture: Lines) -> None:
    """At the ends; of lines that end together, the one that came from above is above."""
    step = LABEL_STEP / (picture.height - picture.top - picture.bottom)
    drawn = [line.drawn for line in picture.lines]
    order = sorted(
        range(len(drawn)), key=lambda index: [point[1] for point in reversed(drawn[index])]
    )
    ends = [min(max(picture.y.share(drawn[index][-1][1]), 0.0), 1.0) for index in order]
    for index, place in zip(order, spread(ends, step)):
        picture.lines[index].label_at = place


def find_hidden(picture: Lines) -> None:
    """Lines that are nowhere further apart than their width lie on one another."""
    for index, line in enumerate(picture.lines):
        line.below = sum(same_place(picture.y, line, other) for other in picture.lines[:index])


def same_place(axis: Axis, line: Line, other: Line) -> bool:
    if [point[0] for point in line.drawn] != [point[0] for point in other.drawn]:
        return False
    pairs = zip(line.drawn, other.drawn)
    return all(abs(axis.share(own[1]) - axis.share(its[1])) < 0.003 for own, its in pairs)


def values_of(lines: Iterable[Line]) -> tuple[list[float], list[float]]:
    """All heights, and with the ends of their intervals."""
    points = [point for line in lines for point in line.drawn]
    return [y for _, y, _, _ in points], [end for point in points for end in point[1:]]


def lines_picture(
    stem: str,
    title: list[str],
    notes: list[str],
    x: Axis,
    lines: list[Line],
    label: str,
    scale: str = "linear",
    level: float | None = None,
) -> Lines:
    """The `empty` loop is left out where it alone would stretch a logarithmic axis."""
    rest = [line for line in lines if line.name != "empty"]
    if scale == "log" and rest and len(rest) < len(lines):
        low = min(values_of(lines)[0])
        if low < min(values_of(rest)[0]) / 5:
            lines = rest
            notes = [*notes, f"The empty loop is below the axis, at {short(low)} and more."]
    heights, ends = values_of(lines)
    y = value_axis(label, scale, [*ends, level or max(heights)], 2 * max(heights))
    if max(ends) > y.high:
        notes = [*notes, "Intervals that reach beyond the axis are cut."]
    picture = Lines(stem, title, note_lines(*notes), x, y, lines, level=level)
    place_labels(picture)
    find_hidden(picture)
    return picture


def number_at(name: str) -> Callable[[Case], float]:
    return lambda case: float(case.point[name])


def swept_tables(
    cases: Iterable[Case], name: str, also: frozenset[str] = frozenset()
) -> list[Table]:
    having = [case for case in cases if name in case.point]
    found = tables(having, {name, *also})
    return [each for each in found if len({case.point[name] for case in each.cases}) > 1]


# A machine that was busy for a while bends all lines alike, which is no effect of what is swept.
APART = "Strategies share rounds; points along a line do not."


def hit_rate_axis(table: Table) -> Axis:
    rates = sorted({float(case.point["hit_rate"]) for case in table.cases})
    label = "hit rate (share of calls that complete at once)"
    return sweep_axis(label, "linear", rates, [f"{rate:g}" for rate in rates])


def hit_rate_lines(
    results: Results, kind: str, figure: str, label: str, level: float | None = None
) -> list[Lines]:
    pictures = []
    x_of = number_at("hit_rate")
    timed = figure in ("ns_per_op", "ratio")
    for table in swept_tables(results.cases, "hit_rate"):
        lines, _ = sweep_lines(table, x_of, lambda case: case.interval(figure), figure == "ratio")
        if figure == "ratio":
            lines = [line for line in lines if line.name not in ("empty", table.baseline)]
        if max((len(line.points) for line in lines), default=0) < 2:
            continue
        if timed:
            title, end = time_title(table, x_of, HIT_RATE), table.intervals
        else:
            unit = "B/op" if figure == "bytes_per_op" else "allocations/op"
            title, end = count_title(table, x_of, HIT_RATE, figure, unit), "Counts are exact."
        heights = [y for y in values_of(lines)[0] if y > 0]
        wide = figure == "ratio" and bool(heights) and max(heights) > 20 * min(heights)
        scale = "log" if wide else "linear"
        words = label.format(table.baseline)
        apart = APART if figure == "ns_per_op" else ""
        notes = [table.words, end, apart]
        stem = stem_of(kind, table.fixed)
        picture = lines_picture(
            stem, title, notes, hit_rate_axis(table), lines, words, scale, level
        )
        if figure != "allocs_per_op":
            metric = "ratio" if timed else figure
            add_break_even(picture, results, table, metric)
            place_labels(picture)
        pictures.append(picture)
    return pictures


def find_ns_hit_rate(results: Results, _: Options) -> list[AnyPicture]:
    return [*hit_rate_lines(results, "ns-hit_rate", "ns_per_op", "time (ns/op)")]


def find_bytes_hit_rate(results: Results, _: Options) -> list[AnyPicture]:
    return [*hit_rate_lines(results, "bytes-hit_rate", "bytes_per_op", "allocated (B/op)")]


def find_allocs_hit_rate(results: Results, _: Options) -> list[AnyPicture]:
    label = "allocations (number/op)"
    return [*hit_rate_lines(results, "allocs-hit_rate", "allocs_per_op", label)]


def find_ratio_hit_rate(results: Results, _: Options) -> list[AnyPicture]:
    label = "time as a multiple of {}'s (ratio, no unit)"
    return [*hit_rate_lines(results, "ratio-hit_rate", "ratio", label, 1.0)]


def calls_axis(table: Table) -> Axis:
    calls = sorted({float(case.point["calls"]) for case in table.cases})
    label = "call volume (number of calls)"
    return sweep_axis(label, "log", calls, [count_text(each) for each in calls])


def total_bytes(case: Case) -> tuple[float, float, float] | None:
    per_op = case.get("bytes_per_op")
    total = None if per_op is None else per_op * float(case.point["calls"])
    return None if total is None else (total, total, total)


def volume_title(calls: float, totals: dict[str, float]) -> list[str]:
    """What the baseline, and then the title's subject, allocate in all."""
    parts = [f"{name} allocates {bytes_text(total)}" for name, total in totals.items()]
    told = f"In {count_text(calls)} calls {', '.join(parts) or 'bytes are allocated'}"
    values = list(totals.values())
    if len(values) == 2 and values[0] > 0:
        told += f": {values[1] / values[0]:.2f} of it"
    return title_lines(f"{told}.")


def find_bytes_calls(results: Results, _: Options) -> list[AnyPicture]:
    pictures: list[AnyPicture] = []
    x_of = number_at("calls")
    for table in swept_tables(results.cases, "calls", frozenset({"start"})):
        lines, zero = sweep_lines(table, x_of, total_bytes, True)
        if not lines:
            continue
        most = max(x_of(case) for case in table.cases)
        ends: dict[str, float] = {
            name: total[0]
            for name in (table.baseline, table.subject)
            if name
            for case in table.of(name)
            if x_of(case) == most and (total := total_bytes(case))
        }
        title = volume_title(most, ends)
        silent = [name for name in zero if name not in REFERENCES]
        none = f"Nothing, which this axis cannot show: {listed(silent)}." if silent else ""
        exact = "Bytes in total are exact bytes/op, times calls."
        notes, label = [table.words, exact, none], "allocated in total (bytes)"
        stem = stem_of("bytes-calls", table.fixed)
        axis = calls_axis(table)
        pictures.append(lines_picture(stem, title, notes, axis, lines, label, "log"))
    return pictures


def find_ns_calls(results: Results, _: Options) -> list[AnyPicture]:
    pictures: list[AnyPicture] = []
    x_of = number_at("calls")
    for table in swept_tables(results.cases, "calls", frozenset({"start"})):
        lines, _ = sweep_lines(table, x_of, lambda case: case.interval("ns_per_op"), True)
        if not lines:
            continue
        cold = {x_of(case) for case in table.cases if "start" in case.point}
        warm = {x_of(case) for case in table.cases} - cold
        divide = None
        if cold and warm and max(cold) < min(warm):
            divide = (math.sqrt(max(cold) * min(warm)), "cold start", "steady state")
            for line in lines:
                place = sum(point[0] in cold for point in line.drawn)
                line.points.insert(place, None)
        title = time_title(table, x_of, CALLS)
        first = "A cold start is timed from the first call on: nothing has served yet."
        notes = [table.words, first if cold else "", table.intervals, APART]
        label = "time (ns/op)"
        stem = stem_of("ns-calls", table.fixed)
        picture = lines_picture(stem, title, notes, calls_axis(table), lines, label, "log")
        picture.divide = divide
        pictures.append(picture)
    return pictures


def payload_of(case: Case) -> float:
    return float(case.point["workload"].rpartition("_")[2])


def payload_lines(results: Results, kind: str, figure: str, label: str) -> list[Lines]:
    pictures = []
    named = re.compile(r"payload_\d{1,9}")
    curve = [case for case in results.cases if named.fullmatch(case.point["workload"])]
    for table in tables(curve, {"workload"}):
        sizes = sorted({payload_of(case) for case in table.cases})
        lines, _ = sweep_lines(table, payload_of, lambda case: case.interval(figure), False)
        if len(sizes) < 2 or sizes[0] <= 0 or not lines:
            continue
        if figure == "ns_per_op":
            title, end = time_title(table, payload_of, PAYLOAD), table.intervals
        else:
            title = count_title(table, payload_of, PAYLOAD, figure, "B/op")
            end = "Counts are exact."
        axis = sweep_axis("payload (bytes of a result)", "log", sizes, [f"{x:g}" for x in sizes])
        apart = APART if figure == "ns_per_op" else ""
        notes, stem = [table.words, end, apart], stem_of(kind, table.fixed)
        pictures.append(lines_picture(stem, title, notes, axis, lines, label))
    return pictures


def find_ns_payload(results: Results, _: Options) -> list[AnyPicture]:
    return [*payload_lines(results, "ns-payload", "ns_per_op", "time (ns/op)")]


def find_bytes_payload(results: Results, _: Options) -> list[AnyPicture]:
    return [*payload_lines(results, "bytes-payload", "bytes_per_op", "allocated (B/op)")]


def quantile(ordered: Sequence[float], share: float) -> float:
    """Between the two nearest ranks."""
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def round_row(name: str, rounds: Sequence[float]) -> Row:
    ordered = sorted(rounds)
    shares = (0.5, 0.25, 0.75, 0.05, 0.95)
    return Row(name, tuple(quantile(ordered, share) for share in shares), tuple(rounds))


def rounds_title(table: Table, rows: list[Row]) -> list[str]:
    """The middle of the rounds of the two that the question is about, and who scatters most."""
    own = [row for row in rows if row.name not in REFERENCES] or rows
    pair = [row for row in own if row.name in (table.subject, table.baseline)]
    texts = [f"{row.name} {ns_text(row.values[0])}" for row in pair]
    widest = max(own, key=lambda row: row.values[4] / row.values[3])
    low, high = widest.values[3], widest.values[4]
    ends = f"90 % of its rounds lie within {ns_text(low)} and {ns_text(high)}"
    middle = f"Median round: {', '.join(texts)}." if texts else ""
    return title_lines(middle, f"The widest scatter has {widest.name}: {ends}.")


def rows_axis(label: str, values: Sequence[float], log: bool) -> Axis:
    return value_axis(label, "log" if log else "linear", values)


def find_rounds(results: Results, options: Options) -> list[AnyPicture]:
    pictures: list[AnyPicture] = []
    timed = [case for case in results.cases if case.rounds and min(case.rounds) > 0]
    chosen = typical(tables(timed, set()), "rounds", options, results.notices)
    for table in chosen:
        rows = [
            round_row(case.strategy, case.rounds)
            for case in table.cases
            if case.strategy != "empty"
        ]
        if not rows:
            continue
        rows.sort(key=lambda row: row.values[0])
        values = [value for row in rows for value in row.dots]
        title = rounds_title(table, rows)
        parts = "Each dot is a round; box: quartiles and median; whiskers: 5 % to 95 %."
        if any(case.get("gc_time_fraction") is not None for case in table.cases):
            parts += " A round has the mean of the collections in place of its own."
        label = "mean time of the operations of one epoch (ns/op), not of single operations"
        axis = rows_axis(label, values, max(values) > 4 * min(values))
        names = [row.name for row in rows]
        stem, notes = stem_of("rounds", table.fixed), note_lines(table.words, parts)
        pictures.append(Rows(stem, title, notes, "rounds", names, [Panel("", [*rows])], axis))
    return pictures


def heap_label(case: Case) -> str:
    budget = case.point.get("gen0_budget")
    live = case.point.get("live_heap")
    extra = [binary_text(float(budget))] if budget else []
    return " ".join([case.point["heap"], *extra, *([f"live {live}"] if live else [])])


def heaps_title(table: Table) -> list[str]:
    """On which heaps the value task takes less, and what the heap does to the baseline."""
    labels = {heap_label(case): None for case in table.cases}
    words: dict[str, list[str]] = defaultdict(list)
    for case in table.of(str(table.subject)):
        words[time_word(case)].append(heap_label(case))
    parts = []
    for word, text in (("less", "less"), ("more", "more"), ("same", "about the same")):
        if words[word]:
            heaps = "every heap" if len(words[word]) == len(labels) else listed(words[word])
            than = f" time {'as' if word == 'same' else 'than'} {table.baseline}"
            parts.append(f"{text}{'' if parts else than} on {heaps}")
    told = f"{table.subject} takes {', '.join(parts)}" if parts else ""
    if words["open"]:
        told += "; " if told else f"{table.subject} and {table.baseline} are "
        told += f"not to be told apart on {listed(words['open'])}"
    ranked = sorted(
        (interval, heap_label(case))
        for case in table.of(str(table.baseline))
        if (interval := case.interval("ns_per_op"))
    )
    if len(ranked) < 2:
        return title_lines(f"{told}." if told else "Time of an operation on each heap")
    (least, first), (most, last) = ranked[0], ranked[-1]
    if least[2] < most[1]:
        spread_words = f"{ns_text(least[0])} on {first} and {ns_text(most[0])} on {last}."
        end = f"{table.baseline} takes {spread_words}"
    else:
        end = f"Between heaps no difference of {table.baseline} is known."
    return title_lines(f"{told}." if told else "", end)


def find_heaps(results: Results, options: Options) -> list[AnyPicture]:
    pictures: list[AnyPicture] = []
    timed = [case for case in results.cases if case.get("ns_per_op") is not None]
    found = tables(timed, {"heap", *OF_A_HEAP})
    found = [each for each in found if len({case.point["heap"] for case in each.cases}) > 1]
    for table in typical(found, "heaps", options, results.notices):
        labels = list({heap_label(case): None for case in table.cases})
        first = [(case.get("ns_per_op"), case.strategy) for case in table.cases]
        means: dict[str, list[float]] = defaultdict(list)
        for value, name in first:
            means[name].append(value or 0)
        names = sorted(
            (name for name in means if name != "empty"),
            key=lambda name: sum(means[name]) / len(means[name]),
        )
        at = {(heap_label(case), case.strategy): case for case in table.cases}
        panels = []
        for label in labels:
            rows = []
            for name in names:
                case = at.get((label, name))
                value = case.interval("ns_per_op") if case else None
                rows.append(Row(name, value) if value else None)
            panels.append(Panel(label, rows))
        ends = [row.values[2] for panel in panels for row in panel.rows if row]
        axis = rows_axis("time (ns/op), from 0 in every panel", [*ends, *ends], False)
        width = (WIDTH - 200) / len(labels)
        axis.high *= width / max(width - 38, width / 2)
        axis.ticks = panel_ticks(axis, width)
        notes = note_lines(table.words, table.intervals)
        stem = stem_of("heaps", table.fixed)
        title = heaps_title(table)
        pictures.append(Rows(stem, title, notes, "bars", names, panels, axis))
    return pictures


def panel_ticks(axis: Axis, width: float) -> list[tuple[float, str]]:
    """As many ticks as fit below a panel."""
    ticks = linear_ticks(axis.low, axis.high)
    while len(ticks) > max(width / 45, 2):
        ticks = ticks[::2]
    return ticks


QUANTILES = "Quantiles of the pauses: o the median, | 99 %, > the longest; no more is in the file."


def times(count: float) -> str:
    return "once" if count == 1 else f"{count:g} times"


def pauses_title(table: Table, known: dict[str, tuple[tuple[float, ...], float]]) -> list[str]:
    """How the two that the question is about pause, and who does longest."""
    parts = []
    for name in (table.baseline, table.subject):
        if name in known:
            values, count = known[name]
            half = f", half of them up to {ns_text(values[0])}" if count > 1 else ""
            parts.append(f"{name} pauses {times(count)}{half}")
        elif name:
            parts.append(f"{name} does not pause")
    longest = max(known, key=lambda name: known[name][0][2])
    end = f"The longest pause, {ns_text(known[longest][0][2])}, is of {longest}."
    return title_lines(f"{'; '.join(parts)}." if parts else "", end)


def pauses_n(table: Table) -> float:
    return max(case.get("pauses_n") or 0 for case in table.cases)


def rarity(table: Table) -> tuple[float, ...]:
    """The table with most pauses says most of them."""
    return -pauses_n(table), *distance(table)


def find_pauses(results: Results, options: Options) -> list[AnyPicture]:
    pictures: list[AnyPicture] = []
    paused = [case for case in results.cases if case.get("pauses_n") is not None]
    found = [
        table
        for table in tables(paused, set())
        if pauses_n(table) > 0
    ]
    for table in typical(found, "pauses", options, results.notices, rarity):
        figures = ("pause_p50_ns", "pause_p99_ns", "pause_max_ns")
        rows, silent = [], []
        for case in table.cases:
            values = tuple(case.get(figure) or 0.0 for figure in figures)
            count = case.get("pauses_n") or 0
            if count > 0 and min(values) > 0:
                rows.append((Row(case.strategy, values), count))
            elif case.strategy not in REFERENCES:
                silent.append(case.strategy)
        if not rows:
            continue
        rows.sort(key=lambda each: each[0].values)
        title = pauses_title(table, {row.name: (row.values, count) for row, count in rows})
        few = [row.name for row, count in rows if count < 100]
        parts = [table.words, QUANTILES]
        parts.append(f"No pause: {listed(in_order(silent))}." if silent else "")
        if few:
            parts.append("Of fewer than 100 pauses (n) the 99 % quantile is the longest.")
        ends = [value for row, _ in rows for value in row.values]
        axis = value_axis("length of a pause", "log", [min(ends) / 1.5, max(ends) * 2])
        axis.ticks = log_ticks(axis.low, axis.high, ns_text)
        names = [row.name for row, _ in rows]
        headed = [Row(row.name, (*row.values, count)) for row, count in rows]
        stem = stem_of("pauses", table.fixed)
        notes = note_lines(*parts)
        pictures.append(Rows(stem, title, notes, "quantiles", names, [Panel("", headed)], axis))
    return pictures


def histogram_line(label: str, rows: list[tuple[float, float, float]]) -> Line:
    """x is 1 / (1 - share), so that each further nine takes the same room."""
    total = max(count for _, _, count in rows)
    most = max(2.0, total)
    points = []
    for value, share, _ in rows:
        x = min(1 / (1 - share), most) if share < 1 else most
        if value > 0:
            points.append((x, value, value, value))
    return Line(label, points)


def find_histograms(results: Results, _: Options) -> list[AnyPicture]:
    pictures: list[AnyPicture] = []
    for path, histograms in results.pauses.items():
        lines = [histogram_line(label, rows) for label, rows in histograms]
        lines = [line for line in lines if line.points]
        if not lines:
            continue
        high = max(point[0] for line in lines for point in line.drawn)
        shares = [0, 50, 90, 99, 99.9, 99.99, 99.999]
        places = [1 / (1 - share / 100) for share in shares]
        ticks = [(x, f"{share:g} %") for x, share in zip(places, shares) if x <= high * 1.1]
        label = "share of the pauses that are no longer (%)"
        x = Axis(label, "log", 0.95, high * 1.05, ticks)
        longest = max(lines, key=lambda line: line.drawn[-1][1])
        told = f"The longest pause, {ns_text(longest.drawn[-1][1])}, is of {longest.name}."
        notes, stem = ["Of the histograms beside the result file."], f"histogram-{path.stem}"
        stem = re.sub(r"[^\w.@+-]", "_", stem)
        title, label = title_lines(told), "length of a pause"
        picture = lines_picture(stem, title, notes, x, lines, label, "log")
        picture.y.ticks = log_ticks(picture.y.low, picture.y.high, ns_text)
        pictures.append(picture)
    return pictures


def find_gc_share(results: Results, _: Options) -> list[AnyPicture]:
    pictures: list[AnyPicture] = []
    collected = [
        case
        for case in results.cases
        if case.get("gc_time_fraction") is not None
        and case.get("gen0_budget_bytes")
        and "in_flight" in case.point
    ]
    for table in tables(collected, {"in_flight", "gen0_budget"}):
        name = table.baseline or table.strategies[0]
        at = {
            (case.get("gen0_budget_bytes"), float(case.point["in_flight"])): case
            for case in table.of(name)
        }
        budgets = sorted({budget for budget, _ in at if budget})
        windows = sorted({window for _, window in at})
        if len(budgets) < 2 or len(windows) < 2:
            continue
        values: list[list[float | None]] = []
        texts = []
        for budget in budgets:
            cells = [at.get((budget, window)) for window in windows]
            values.append([case.get("gc_time_fraction") if case else None for case in cells])
            texts.append([cell_text(case) for case in cells])
        ranked = sorted(
            (case.get("gc_time_fraction") or 0, window, -(budget or 0))
            for (budget, window), case in at.items()
        )
        words = [
            f"{short(share * 100)} % with {window:g} in flight and a nursery of "
            f"{binary_text(-budget)}"
            for share, window, budget in (ranked[-1], ranked[0])
        ]
        told = f"The collector's share of {name}'s time is from {words[1]} to {words[0]}."
        title = title_lines(told)
        few = any((case.get("collections_n") or 0) < 50 for case in at.values())
        warning = "Fewer than 50 collections tell little." if few else ""
        meaning = "In a cell: share of the time in which the program stood still, collections."
        notes = note_lines(table.words, meaning, warning)
        columns = [f"{window:g}" for window in windows]
        rows = [binary_text(budget) for budget in budgets]
        stem = stem_of("gc_share", table.fixed)
        x, y = "in-flight window (operations)", "nursery (bytes)"
        pictures.append(Heat(stem, title, notes, x, y, columns, rows, values, texts))
    return pictures


def cell_text(case: Case | None) -> str:
    if case is None:
        return "not measured"
    share = f"{short((case.get('gc_time_fraction') or 0) * 100)} %"
    count = case.get("collections_n")
    return share if count is None else f"{share}\nn = {count:g}"


SWEEP = "several values of --hit-rate"
TIMED = "timed rounds (not --rounds 0)"
COLLECTOR = "a heap with a collector (--heap gengc or boehm)"
KINDS = [
    Kind("ns-hit_rate", "time against hit rate", f"{SWEEP} and {TIMED}", find_ns_hit_rate),
    Kind("bytes-hit_rate", "bytes against hit rate", SWEEP, find_bytes_hit_rate),
    Kind("allocs-hit_rate", "allocations against hit rate", SWEEP, find_allocs_hit_rate),
    Kind(
        *["ratio-hit_rate", "ratio to the baseline against hit rate"],
        f"{SWEEP}, {TIMED}, and a strategy besides the baseline",
        find_ratio_hit_rate,
    ),
    Kind("rounds", "distribution of the rounds' times", TIMED, find_rounds),
    Kind(
        *["bytes-calls", "bytes in total against call volume"],
        *["several values of --calls, and a strategy that allocates", find_bytes_calls],
    ),
    Kind(
        *["ns-calls", "time against call volume"],
        *[f"several values of --calls and {TIMED}", find_ns_calls],
    ),
    Kind(
        *["gc_share", "heat map of GC share"],
        "several values of both --in-flight and --gen0-budget on a heap with a collector",
        find_gc_share,
    ),
    Kind(
        *["ns-payload", "time against payload"],
        *[f"several values of --payload and {TIMED}", find_ns_payload],
    ),
    Kind(
        *["bytes-payload", "bytes against payload", "several values of --payload"],
        find_bytes_payload,
    ),
    Kind("heaps", "bars of time by heap", f"several of --heap and {TIMED}", find_heaps),
    Kind(
        *["pauses", "quantiles of pauses"],
        f"{COLLECTOR}, and --calls enough or a --gen0-budget small enough for collections",
        find_pauses,
    ),
    Kind(
        *["histogram", "histogram of pauses"],
        "files FILE*.hgrm beside a result file FILE.json",
        find_histograms,
    ),
]


def pictures_of(
    results: Results, kinds: Sequence[Kind], options: Options, warn: Callable[[str], None]
) -> list[AnyPicture]:
    """All pictures that the data allow, each under a name of its own; says which kinds are not."""
    pictures: list[AnyPicture] = []
    skipped = []
    for kind in kinds:
        found = kind.find(results, options)
        pictures += found
        if not found:
            skipped.append(f"skipped {kind.shows}: needs {kind.needs}")
    taken: set[str] = set()
    for picture in pictures:
        stem, number = picture.stem, 1
        while picture.stem.lower() in taken:
            number += 1
            picture.stem = f"{stem}-{number}"
        taken.add(picture.stem.lower())
    for text in [*results.notices, *skipped] if pictures else []:
        warn(text)
    return pictures


# --- as text ---

POINTS = {  # gnuplot's numbers, filled and open
    "circle": (7, 6),
    "square": (5, 4),
    "up": (9, 8),
    "down": (11, 10),
    "diamond": (13, 12),
    "pentagon": (15, 14),
    "plus": (1, 1),
    "cross": (2, 2),
}
DASHES = {"solid": 1, "dash": 2, "dot": 3}


def quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("`", "'")
    return '"' + escaped.replace("\n", "\\n") + '"'


def block(name: str, lines: Iterable[str]) -> list[str]:
    return [f"${name} << END_OF_DATA", *lines, "END_OF_DATA"]


def style_text(names: Sequence[str]) -> list[str]:
    styles = [style_of(name) for name in names]
    columns = {
        "NAMES": names,
        "COLOURS": [style.colour for style in styles],
        "INKS": [style.ink for style in styles],
        "POINTS": [str(POINTS[style.marker][not style.filled]) for style in styles],
        "DASHES": [str(DASHES[style.dash]) for style in styles],
    }
    return [f"{name} = {quoted(' '.join(words))}" for name, words in columns.items()]


def axis_text(letter: str, axis: Axis) -> list[str]:
    """The texts of ticks are formats to gnuplot."""
    texts = "|".join(text.replace("%", "%%") for _, text in axis.ticks)
    places = row_of(*(place for place, _ in axis.ticks))
    return [
        f"{letter}_LABEL = {quoted(axis.label)}",
        f"{letter}_LOG = {int(axis.scale == 'log')}",
        f"{letter}_LOW = {row_of(axis.low)}",
        f"{letter}_HIGH = {row_of(axis.high)}",
        f"{letter}_TICKS = {quoted(places)}",
        f"{letter}_TEXTS = {quoted(texts)}",
    ]


def row_of(*values: float) -> str:
    """Without exponents, which gnuplot does not read in a text."""
    return " ".join(f"{Decimal(f'{value:.9g}'):f}" for value in values)


def lines_text(picture: Lines) -> list[str]:
    names = [line.name for line in picture.lines]
    data, ends = [], []
    for line in picture.lines:
        data += [f"# {line.name}: x, y, interval of y"]
        data += [row_of(*point) if point else "" for point in line.points]
        data += ["", ""]
        ends.append(row_of(line.drawn[-1][0], line.drawn[-1][1], line.label_at))
    marks = [
        f"{row_of(mark.x, mark.y, mark.low, mark.high)} {style_of(mark.name).colour} {mark.name}"
        for mark in picture.marks
    ]
    divide = picture.divide or (0, "", "")
    return [
        *["FORM = \"lines\"", *style_text(names)],
        f"DASHES = {quoted(' '.join(str(DASHES[line.dash]) for line in picture.lines))}",
        *[*axis_text("X", picture.x), *axis_text("Y", picture.y)],
        f"LEVEL_N = {int(picture.level is not None)}",
        f"LEVEL = {picture.level or 0:.9g}",
        f"MARKS_N = {len(marks)}",
        f"DIVIDE = {divide[0]:.9g}",
        f"DIVIDE_LEFT = {quoted(divide[1])}",
        f"DIVIDE_RIGHT = {quoted(divide[2])}",
        *block("DATA", data),
        *block("ENDS", ends),
        *block("MARKS", marks),
    ]


def heat_text(picture: Heat) -> list[str]:
    cells = []
    for y, (values, texts) in enumerate(zip(picture.values, picture.texts)):
        for x, (value, text) in enumerate(zip(values, texts)):
            words = quoted(text)
            dark = int(value is not None and value < DARK * heat_top(picture))
            cells.append(f"{x} {y} {'NaN' if value is None else f'{value:.9g}'} {dark} {words}")
    stops = ", ".join(f'{place} "{colour}"' for place, colour in enumerate(HEAT))
    return [
        *["FORM = \"heat\"", f"X_LABEL = {quoted(picture.x_label)}"],
        f"Y_LABEL = {quoted(picture.y_label)}",
        f"COLUMNS = {quoted('|'.join(picture.columns))}",
        f"ROWS = {quoted('|'.join(picture.rows))}",
        f"TOP_VALUE = {heat_top(picture):.9g}",
        f"set palette defined ({stops})",
        *block("DATA", cells),
    ]


def heat_top(picture: Heat) -> float:
    """The share at the light end of the colours."""
    return max([value for row in picture.values for value in row if value is not None] + [1e-6])


def dot_places(picture: Rows, panel: Panel) -> list[tuple[str, float, float]]:
    """Dots beside one another within their row: up and down in turn, in the order of the rounds."""
    found = []
    for index, row in enumerate(panel.rows):
        middle = len(picture.names) - 1 - index
        for place, x in enumerate(row.dots if row else ()):
            shift = (place * 0.618034) % 1 - 0.5
            found.append((row.name if row else "", x, middle + 0.6 * shift))
    return found


def rows_text(picture: Rows) -> list[str]:
    """Bars have their values as text, too; gaps are panel and row of what there is not."""
    data, dots, gaps = [], [], []
    for number, panel in enumerate(picture.panels, 1):
        data.append(f"# {panel.heading}: row, values, colour")
        for index, row in enumerate(panel.rows):
            place = len(picture.names) - 1 - index
            if row is None:
                gaps.append(f"{number} {place}")
                continue
            colour = int(style_of(row.name).colour[1:], 16)
            text = f" {digits(row.values[0])}" if picture.form == "bars" else ""
            data.append(f"{place} {row_of(*row.values)} {colour} {row.name}{text}")
        data += ["", ""]
        for name, x, y in dot_places(picture, panel):
            dots.append(f"{row_of(x, y)} {int(style_of(name).colour[1:], 16)} {name}")
    return [
        *["FORM = \"rows\"", f"KIND = {quoted(picture.form)}", *style_text(picture.names)],
        *axis_text("X", picture.x),
        f"HEADING = {picture.heading:.1f}",
        f"PANELS_N = {len(picture.panels)}",
        f"HEADINGS = {quoted('|'.join(panel.heading for panel in picture.panels))}",
        f"GAPS_N = {len(gaps)}",
        *block("DATA", data),
        *block("DOTS", dots),
        *block("GAPS", gaps),
    ]


def picture_text(picture: AnyPicture) -> list[str]:
    """Assignments and data blocks that gnuplot can load."""
    head = [
        f"# {picture.stem}",
        f"STEM = {quoted(picture.stem)}",
        f"TITLE = {quoted(chr(10).join(picture.title))}",
        f"NOTE = {quoted(chr(10).join(picture.note))}",
        f"WIDTH = {WIDTH:.1f}",
        f"HEIGHT = {picture.height:.1f}",
        f"TOP = {picture.top:.1f}",
        f"LEFT = {picture.left:.1f}",
        f"RIGHT = {picture.right:.1f}",
        f"BOTTOM = {picture.bottom:.1f}",
        f"FONT = {FONT}",
        f"TITLE_FONT = {TITLE_FONT}",
    ]
    if isinstance(picture, Lines):
        return head + lines_text(picture)
    return head + (heat_text(picture) if isinstance(picture, Heat) else rows_text(picture))


# --- the command line ---


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}; --help tells more\n")


def kinds_help() -> str:
    width = max(len(kind.name) for kind in KINDS)
    return "\n".join(
        ["kinds of plots, and what the run must have had:"]
        + [f"  {kind.name:{width}}  {kind.shows}\n  {'':{width}}    {kind.needs}" for kind in KINDS]
    )


def parser(program: str, description: str, more: str) -> Parser:
    made = Parser(
        prog=program,
        description=description,
        epilog=f"{kinds_help()}\n\n{more}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument("files", metavar="FILE", nargs="+", type=Path, help="result files (JSON)")
    made.add_argument(
        *["--kind", "-k"],
        metavar="KIND,...",
        help="draw these kinds alone (default: all that the data allow)",
    )
    made.add_argument(
        *["--all", "-a"],
        action="store_true",
        help="draw rounds, heaps and pauses for every table of a sweep, in place of the one "
        "nearest to the usual parameters",
    )
    return made


def chosen_kinds(made: Parser, words: str | None) -> list[Kind]:
    if words is None:
        return KINDS
    known = {kind.name: kind for kind in KINDS}
    for word in words.split(","):
        if word not in known:
            made.error(f"--kind {word}: not one of {', '.join(known)}")
    return [kind for kind in KINDS if kind.name in words.split(",")]


def gather(made: Parser, arguments: argparse.Namespace) -> list[AnyPicture]:
    """The pictures that a command line asks for; ends the program if there are none."""

    def warn(text: str) -> None:
        print(f"{made.prog}: {text}", file=sys.stderr)

    kinds = chosen_kinds(made, arguments.kind)
    try:
        results = load(arguments.files)
        pictures = pictures_of(results, kinds, Options(arguments.all), warn)
    except BadFile as error:
        made.exit(2, f"{made.prog}: {error}\n")
    if not pictures:
        needs = "; ".join(f"{kind.name} needs {kind.needs}" for kind in kinds)
        made.exit(2, f"{made.prog}: no plot can be drawn of this: {needs}\n")
    return pictures


def main() -> int:
    made = parser(
        "plot_data.py",
        "Prints the data of the plots of result files, as text that gnuplot can load.",
        "The last line is DONE = 1. plot.py and plot.gp draw these data.",
    )
    made.add_argument("--each", metavar="TEXT", help="print this line after each plot's data")
    made.add_argument("--as", dest="program", metavar="NAME", help="the program in messages")
    arguments = made.parse_args()
    made.prog = arguments.program or made.prog
    for picture in gather(made, arguments):
        print("\n".join(picture_text(picture)))
        if arguments.each:
            print(arguments.each)
        print()
    print("DONE = 1")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(1)
