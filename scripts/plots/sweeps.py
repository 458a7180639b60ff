"""Time and bytes against a number that several values of were measured of: one picture for all."""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from .axes import Axis, sweep_axis
from .lines import APART, Look, lines_picture, scale_of, sweep_lines
from .pictures import AnyPicture, Words
from .results import Case, Results
from .tables import SIZED, Options, Table, stem_of, tables, typical
from .titles import COUNTED, DEPTH, IN_FLIGHT, KEYS, NURSERY, PAYLOAD, THREADS, Noun
from .titles import count_words, time_words
from .words import count_text, sentences

SPAN = 16  # a factor, from which on values are shown over their logarithm, as in break-evens

LOOKS = {"ns": ("ns_per_op", "time (ns/op)"), "bytes": ("bytes_per_op", "allocated (B/op)")}


def payload_of(case: Case) -> float | None:
    is_sized = SIZED.fullmatch(case.point["workload"])
    return float(case.point["workload"].rpartition("_")[2]) if is_sized else None


def parameter_of(name: str, usual: float | None, case: Case) -> float | None:
    """`usual` is what a case has whose name does not say it."""
    told = case.point.get(name)
    return usual if told is None else float(told)


@dataclass(frozen=True)
class Sweep:
    """A number that may have several values."""

    name: str  # of the pictures, and of the option
    part: str  # of a case's point that has it
    label: str
    noun: Noun
    value_of: Callable[[Case], float | None]  # None: it is no case of such a sweep


def sweep_of(name: str, label: str, noun: Noun, usual: float | None = None) -> Sweep:
    return Sweep(name, name, label, noun, partial(parameter_of, name, usual))


SWEEPS = [
    Sweep("payload", "workload", "payload (bytes of a result)", PAYLOAD, payload_of),
    sweep_of("depth", "depth (methods that await one another)", DEPTH),
    sweep_of("in_flight", "in-flight window (operations)", IN_FLIGHT),
    sweep_of("threads", "callers (threads)", THREADS, 1),
    sweep_of("keys", "keys (number)", KEYS),
    sweep_of("gen0_budget", "nursery (bytes)", NURSERY),
]


def tick_text(sweep: Sweep, value: float) -> str:
    """Bytes of a payload are in the axis's label."""
    return count_text(value) if sweep.noun is PAYLOAD else sweep.noun.text(value)


def axis_of(sweep: Sweep, values: list[float]) -> Axis:
    scale = "log" if values[0] > 0 and values[-1] >= SPAN * values[0] else "linear"
    return sweep_axis(sweep.label, scale, values, [tick_text(sweep, each) for each in values])


def words_of(sweep: Sweep, table: Table, figure: str, x_of: Callable[[Case], float]) -> Words:
    if figure in COUNTED:
        return Words(*count_words(table, x_of, sweep.noun, figure), table.counted, table.fixed)
    note = sentences(table.words, table.spans, APART)
    return Words(*time_words(table, x_of, sweep.noun), note, table.fixed)


def find_sweep(sweep: Sweep, what: str, results: Results, options: Options) -> list[AnyPicture]:
    """Of `what`, a key of LOOKS."""
    figure, label = LOOKS[what]
    kind = f"{what}-{sweep.name}"

    def x_of(case: Case) -> float:
        return sweep.value_of(case) or 0.0

    def values_of(table: Table) -> list[float]:
        return sorted({x_of(case) for case in table.cases})

    cases = results.counted if figure in COUNTED else results.cases
    curve = [
        case
        for case in cases
        if case.interval(figure) and sweep.value_of(case) is not None
    ]
    found = [each for each in tables(curve, {sweep.part}) if len(values_of(each)) > 1]
    pictures: list[AnyPicture] = []
    for table in typical(found, kind, options):
        lines, _ = sweep_lines(table, x_of, lambda case: case.interval(figure), False)
        stem, words = stem_of(kind, table.fixed), words_of(sweep, table, figure, x_of)
        axis, look = axis_of(sweep, values_of(table)), Look(label, scale_of(lines))
        pictures.append(lines_picture(stem, words, axis, lines, look, options))
    return pictures
