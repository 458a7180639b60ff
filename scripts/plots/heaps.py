"""Bars of time by heap."""
from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from .axes import WIDTH, Axis, linear_ticks, value_axis
from .pictures import AnyPicture, Panel, Row, Rows
from .results import Case, Results
from .tables import OF_A_HEAP, Options, Table, stem_of, tables, typical
from .titles import time_word
from .words import binary_text, listed, note_lines, ns_text, title_lines


def heap_label(case: Case) -> str:
    budget = case.point.get("gen0_budget")
    live = case.point.get("live_heap")
    extra = [binary_text(float(budget))] if budget else []
    return " ".join([case.point["heap"], *extra, *([f"live {live}"] if live else [])])


def heap_labels(table: Table) -> list[str]:
    """The labels of the heaps, each once, in the order of the file."""
    return list({heap_label(case): None for case in table.cases})


def difference_words(table: Table) -> str:
    """On which heaps the title's subject takes less time than the baseline, and so on."""
    words: dict[str, list[str]] = defaultdict(list)
    for case in table.of(str(table.subject)):
        words[time_word(case)].append(heap_label(case))
    parts = []
    for word, text in (("less", "less"), ("more", "more"), ("same", "about the same")):
        if words[word]:
            everywhere = len(words[word]) == len(heap_labels(table))
            heaps = "every heap" if everywhere else listed(words[word])
            than = f" time {'as' if word == 'same' else 'than'} {table.baseline}"
            parts.append(f"{text}{'' if parts else than} on {heaps}")
    told = f"{table.subject} takes {', '.join(parts)}" if parts else ""
    if words["open"]:
        told += "; " if told else f"{table.subject} against {table.baseline}: "
        told += f"difference not known on {listed(words['open'])}"
    return told


def heaps_title(table: Table) -> list[str]:
    """The difference on each heap, and what the heap does to the baseline."""
    told = difference_words(table)
    ranked = sorted(
        (interval, heap_label(case))
        for case in table.of(str(table.baseline))
        if (interval := case.interval("ns_per_op"))
    )
    if len(ranked) < 2:
        return title_lines(f"{told}." if told else "Time of an operation on each heap")
    (least, first), (most, last) = ranked[0], ranked[-1]
    if least[2] < most[1]:  # of all sessions, the one longer than the other
        spread_words = f"{ns_text(least[0])} on {first} and {ns_text(most[0])} on {last}."
        end = f"{table.baseline} takes {spread_words}"
    else:
        end = f"Between heaps no difference of {table.baseline} is known."
    return title_lines(f"{told}." if told else "", end)


def names_by_mean(table: Table) -> list[str]:
    """The quickest first, as the mean over the heaps has it."""
    means: dict[str, list[float]] = defaultdict(list)
    for case in table.cases:
        if not case.is_loop:
            means[case.strategy].append(case.get("ns_per_op") or 0)
    return sorted(means, key=lambda name: sum(means[name]) / len(means[name]))


def panels_of(table: Table, names: Sequence[str]) -> list[Panel]:
    """One for each heap."""
    at = {(heap_label(case), case.strategy): case for case in table.cases}
    panels = []
    for label in heap_labels(table):
        rows = []
        for name in names:
            case = at.get((label, name))
            value = case.interval("ns_per_op") if case else None
            rows.append(Row(name, value) if value else None)
        panels.append(Panel(label, rows))
    return panels


def panel_ticks(axis: Axis, width: float) -> list[tuple[float, str]]:
    """The ticks of a panel: as many as fit below it."""
    ticks = linear_ticks(axis.low, axis.high)
    while len(ticks) > max(width / 45, 2):
        ticks = ticks[::2]
    return ticks


def panels_axis(panels: list[Panel]) -> Axis:
    """One for all, with room for the figures behind the bars."""
    ends = [row.values[2] for panel in panels for row in panel.rows if row]
    axis = value_axis("time (ns/op), from 0 in every panel", "linear", ends)
    width = (WIDTH - 200) / len(panels)
    axis.high *= width / max(width - 38, width / 2)
    axis.ticks = panel_ticks(axis, width)
    return axis


def find_heaps(results: Results, options: Options) -> list[AnyPicture]:
    pictures: list[AnyPicture] = []
    timed = [case for case in results.cases if case.get("ns_per_op") is not None]
    found = tables(timed, {"heap", *OF_A_HEAP})
    found = [each for each in found if len({case.point["heap"] for case in each.cases}) > 1]
    for table in typical(found, "heaps", options):
        names = names_by_mean(table)
        if not names:
            continue
        panels = panels_of(table, names)
        stem, title = stem_of("heaps", table.fixed), heaps_title(table)
        notes, axis = note_lines(table.words, table.spans), panels_axis(panels)
        pictures.append(Rows(stem, title, notes, "bars", names, panels, axis))
    return pictures
