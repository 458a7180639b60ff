"""Bars on each heap: time, and what is allocated."""
from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from .axes import WIDTH, Axis, linear_ticks, value_axis
from .pictures import AnyPicture, Panel, Row, Rows, Words
from .results import Case, Results
from .tables import OF_A_HEAP, Options, Table, group_of, stem_of, tables, typical
from .titles import SPEEDS, count_word, ratio_text, time_word, times_of_one, verdict_title
from .words import binary_text, bytes_text, listed, sentences, short

TABLES_OF = {"heap", *OF_A_HEAP}
PANELS = 4  # of which a subtitle has the figures


def heap_label(case: Case) -> str:
    budget = case.point.get("gen0_budget")
    live = case.point.get("live_heap")
    extra = [binary_text(float(budget))] if budget else []
    return " ".join([case.point["heap"], *extra, *([f"live {live}"] if live else [])])


def heap_labels(table: Table) -> list[str]:
    """The labels of the heaps, each once, in the order of the file."""
    return list({heap_label(case): None for case in table.cases})


def heaps_phrase(table: Table, chosen: Sequence[str]) -> str:
    """Which of the heaps are meant, in at most five words."""
    every = len(heap_labels(table))
    if len(chosen) == 1 and len(chosen[0].split()) <= 4:
        return f" on {chosen[0]}"
    if every == 1:
        return f" on {chosen[0].split()[0]}"
    return " on every heap" if len(chosen) == every else f" on {len(chosen)} of {every} heaps"


def by_heap(table: Table, name: str | None) -> dict[str, Case]:
    return {heap_label(case): case for case in table.of(str(name))}


def heaps_title(subject: str, baseline: str, where: dict[str, str]) -> str:
    """What contradicts itself between heaps says both."""
    if {*SPEEDS} <= {*where}:
        parts = [f"{speed}{where[word]}" for word, speed in SPEEDS.items()]
        return f"{subject} is {', '.join(parts)}"
    return verdict_title(subject, baseline, {*where}, where)


def times_words(table: Table) -> tuple[str, str]:
    """Title and subtitle: on which heaps the subject is faster than the baseline, by how much."""
    own, words = by_heap(table, table.subject), defaultdict(list)
    for label, case in own.items():
        words[time_word(case)].append(label)
    if not own or not table.baseline:
        return times_of_one(table, table.cases), ""
    where = {word: heaps_phrase(table, labels) for word, labels in words.items()}
    title = heaps_title(str(table.subject), table.baseline, where)
    parts = []
    for label, case in [*own.items()][:PANELS]:
        unsure = ", difference not known" if time_word(case) == "open" else ""
        parts.append(f"{ratio_text(case)} on {label}{unsure}")
    told = f"{table.subject} takes, in times of what {table.baseline} does: {'; '.join(parts)}."
    return title, told


def counts_words(table: Table) -> tuple[str, str]:
    """Title and subtitle: what the two that the question is about allocate, and how often."""
    names = [name for name in (table.subject, table.baseline) if name]
    own = [by_heap(table, name) for name in names]
    heaps = [label for label in heap_labels(table) if all(label in each for each in own)]
    if not names or not heaps:
        return "What an operation allocates", ""
    cases = [each[heaps[0]] for each in own]
    sizes = [case.get("bytes_per_op") or 0 for case in cases]
    often = [
        f"{case.strategy} {short(allocs)}"
        for case in cases
        if (allocs := case.get("allocs_per_op")) is not None  # guests do not tell it
    ]
    end = f"Allocations of an operation: {listed(often)}." if often else ""
    alike = all(
        count_word(each[label].get("bytes_per_op") or 0, size) == "same"
        for each, size in zip(own, sizes)
        for label in heaps
    )
    end = end if alike else f"On {heaps[0]}. {end}"
    if len(names) == 1:
        return f"{names[0]} allocates {short(sizes[0])} B/op", end
    (size, its), word = sizes, count_word(*sizes)
    figures = f"{short(size)} B/op" + (f" against {short(its)}" if word != "same" else "")
    than = {"less": "less than", "more": "more than", "same": "as much as"}[word]
    return f"{names[0]} allocates {than} {names[1]}: {figures}", end


def time_finding(table: Table, label: str) -> str:
    """What was found on one heap: which is faster, and by how much."""
    case = by_heap(table, table.subject).get(label)
    if case is None or not table.baseline or case.interval("ratio") is None:
        return times_of_one(table, [each for each in table.cases if heap_label(each) == label])
    where = {word: "" for word in SPEEDS}
    told = verdict_title(case.strategy, table.baseline, {time_word(case)}, where)
    return f"{told}, {ratio_text(case)} times the time"


def count_finding(table: Table, label: str) -> str:
    """What the two that the question is about allocate on one heap."""
    names = [name for name in (table.subject, table.baseline) if name]
    cases = [case for name in names if (case := by_heap(table, name).get(label))]
    sizes = {case.strategy: short(case.get("bytes_per_op") or 0) for case in cases}
    return listed([f"{name} {size} B/op" for name, size in sizes.items()])


def names_by_mean(table: Table, figure: str) -> list[str]:
    """The least first, as the mean over the heaps has it."""
    means: dict[str, list[float]] = defaultdict(list)
    for case in table.cases:
        if not case.is_loop:
            means[case.strategy].append(case.get(figure) or 0)
    return sorted(means, key=lambda name: sum(means[name]) / len(means[name]))


def panels_of(table: Table, names: Sequence[str], figure: str, options: Options) -> list[Panel]:
    """One for each heap."""
    at = {(heap_label(case), case.strategy): case for case in table.cases}
    panels = []
    for label in heap_labels(table):
        rows = []
        for name in names:
            case = at.get((label, name))
            value = case.interval(figure) if case else None
            rows.append(Row(name, value, grey=options.is_grey(name)) if value else None)
        panels.append(Panel(label, rows))
    return panels


def panel_ticks(axis: Axis, width: float) -> list[tuple[float, str]]:
    """The ticks of a panel: as many as fit below it."""
    ticks = linear_ticks(axis.low, axis.high)
    while len(ticks) > max(width / 45, 2):
        ticks = ticks[::2]
    return ticks


def panels_axis(panels: list[Panel], label: str) -> Axis:
    """One for all, with room for the figures behind the bars."""
    ends = [row.values[2] for panel in panels for row in panel.rows if row]
    if len(panels) > 1:
        label += ", from 0 in every panel"
    axis = value_axis(label, "linear", ends)
    width = (WIDTH - 200) / len(panels)
    axis.high *= width / max(width - 38, width / 2)
    axis.ticks = panel_ticks(axis, width)
    return axis


FINDINGS = {"ns_per_op": time_finding, "bytes_per_op": count_finding}


def bars_of(
    kind: str, table: Table, figure: str, label: str, words: Words, options: Options
) -> AnyPicture | None:
    names = names_by_mean(table, figure)
    if not names:
        return None
    panels = panels_of(table, names, figure, options)
    axis = panels_axis(panels, label)
    for panel in panels:
        panel.finding = FINDINGS[figure](table, panel.heading)
    if len(panels) == 1:
        panels[0].heading = ""
    fixed = {**table.fixed, **({} if len(panels) > 1 else {"heap": table.cases[0].point["heap"]})}
    return Rows(stem_of(kind, fixed), words, "bars", names, panels, axis)


def bar_tables(cases: Iterable[Case], kind: str, options: Options) -> list[Table]:
    """Of several heaps; or of a single point of the parameters, which no line is drawn of."""
    found = tables(cases, TABLES_OF)
    points = Counter(group_of(table) for table in found)
    bars = [each for each in found if len(heap_labels(each)) > 1 or points[group_of(each)] == 1]
    return typical(bars, kind, options)


def find_heaps(results: Results, options: Options) -> list[AnyPicture]:
    timed = [case for case in results.cases if case.get("ns_per_op") is not None]
    found = []
    for table in bar_tables(timed, "heaps", options):
        words = Words(*times_words(table), sentences(told_of(table), table.spans), table.fixed)
        found.append(bars_of("heaps", table, "ns_per_op", "time (ns/op)", words, options))
    return [picture for picture in found if picture]


def once_sentence(table: Table) -> str:
    """What of the bars is allocated once, and serves again."""
    once: dict[str, float] = {}
    for case in table.cases:
        once[case.strategy] = max(once.get(case.strategy, 0), case.get("startup_bytes") or 0)
    parts = [f"{name} {bytes_text(size)}" for name, size in once.items() if size > 0]
    return f"Of that, once at the start: {listed(parts, 5)}." if parts else ""


def told_of(table: Table) -> str:
    """The parameters, with the heap if it is one alone."""
    labels = heap_labels(table)
    return table.words if len(labels) > 1 else f"Heap {labels[0]}: {table.words}"


def find_allocated(results: Results, options: Options) -> list[AnyPicture]:
    counted = [case for case in results.counted if case.get("bytes_per_op") is not None]
    found = []
    for table in bar_tables(counted, "allocated", options):
        exact = "Counts are exact, whether lookups are dependent or not."
        note = sentences(told_of(table), exact, once_sentence(table))
        words, label = Words(*counts_words(table), note, table.fixed), "allocated (B/op)"
        found.append(bars_of("allocated", table, "bytes_per_op", label, words, options))
    return [picture for picture in found if picture]
