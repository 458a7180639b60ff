"""The epochs of a run, as they came one after the other, by the state that the machine was in."""
from __future__ import annotations

import statistics
from collections.abc import Sequence

from .axes import Axis, linear_ticks
from .pictures import AnyPicture, Dots, Plane, Words
from .results import Results
from .rounds import quantile
from .samples import BUSY, NEITHER, QUIET, Epoch
from .tables import Options, Table, stem_of, tables, typical
from .words import listed, ns_text, percent, sentences

STATES = (QUIET, BUSY, NEITHER)
MEANING = "Quiet: nothing else used the core, by a probe beside each epoch; busy: something did."
FEW = 5  # epochs, of fewer than which no median is told
IN_ORDER = "Each dot is an epoch, in the order of time; lines part the sessions."


def states_words(planes: dict[str, list[Epoch]]) -> tuple[str, str]:
    """Title and subtitle: how often the machine was quiet, and what strategies take in its
    states.
    """
    every = [epoch for epochs in planes.values() for epoch in epochs]
    share = sum(epoch.state == QUIET for epoch in every) / len(every)
    told = []
    for name, epochs in planes.items():
        medians = {
            state: statistics.median(own)
            for state in (QUIET, BUSY)
            if len(own := [epoch.ns for epoch in epochs if epoch.state == state]) >= FEW
        }
        parts = [f"{ns_text(ns)} in {state} epochs" for state, ns in medians.items()]
        told += [f"{name} takes {listed(parts)}"] if parts else []
    end = f"{'; '.join(told)}." if told else ""
    return f"The core was quiet in {percent(share)} of the epochs", end


def labels_of(epochs: Sequence[Epoch]) -> dict[str, str]:
    counts = {state: sum(epoch.state == state for epoch in epochs) for state in STATES}
    return {state: f"{state} {percent(n / len(epochs))}" for state, n in counts.items()}


def times_axis(planes: dict[str, list[Epoch]]) -> Axis:
    """One for all planes, from 0, which leaves out the few epochs in which the run was stopped."""
    ordered = sorted(epoch.ns for epochs in planes.values() for epoch in epochs)
    high = 1.3 * quantile(ordered, 0.98)
    return Axis("time (ns/op)", "linear", 0.0, high, linear_ticks(0.0, high))


def plane_of(name: str, epochs: Sequence[Epoch], y: Axis) -> Plane:
    dots: dict[str, list[tuple[float, float]]] = {state: [] for state in STATES}
    for place, epoch in enumerate(epochs):
        if epoch.ns <= y.high:
            dots[epoch.state].append((float(place), epoch.ns))
    return Plane(name, dots, labels_of(epochs), y)


def states_picture(table: Table, planes: dict[str, list[Epoch]]) -> Dots:
    first = next(iter(planes.values()))
    starts = [n for n in range(1, len(first)) if first[n].session != first[n - 1].session]
    y = times_axis(planes)
    beyond = sum(epoch.ns > y.high for epochs in planes.values() for epoch in epochs)
    cut = f"{beyond} epoch{' is' if beyond == 1 else 's are'} beyond the axis." if beyond else ""
    x = Axis("round of the run", "linear", -0.5, len(first) - 0.5, [])
    x.ticks = [(at, text) for at, text in linear_ticks(0.0, x.high) if at < len(first)]
    note = sentences(table.words, IN_ORDER, MEANING, cut)
    words = Words(*states_words(planes), note, table.fixed)
    drawn = [plane_of(name, epochs, y) for name, epochs in planes.items()]
    stem, divides = stem_of("states", table.fixed), [start - 0.5 for start in starts]
    return Dots(stem, words, x, drawn, divides)


def find_states(results: Results, options: Options) -> list[AnyPicture]:
    """Of the baseline and of the challenger, or of what stands for them."""
    pictures: list[AnyPicture] = []
    known = [case for case in results.cases if case.name in results.epochs.get(case.path, {})]
    for table in typical(tables(known, set()), "states", options):
        names = [name for name in (table.baseline, table.subject) if name]
        cases = [case for name in names for case in table.of(name)]
        if cases:
            planes = {case.strategy: results.epochs[case.path][case.name] for case in cases}
            pictures.append(states_picture(table, planes))
    return pictures
