"""The timeline of latencies' slices: which case has its turn when, and what happens in it."""
from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from .axes import Axis, value_axis
from .files import BadFile, is_number, read_json
from .lines import place_labels
from .looks import Style
from .pictures import AnyPicture, Line, Lines, Words
from .results import IDLE, Results
from .strategies import BASELINE, CHALLENGER
from .tables import Options
from .words import listed, part_of_a_name, short

BESIDE = ".timeline.json"
SLICE, COLLECTION = "slice", "collection"
KINDS = [COLLECTION, "switch", "stolen"]
NOTE = (
    "The round of slices, each case's turn, that has most of its time in collections. A switch: "
    "the kernel ran another thread; stolen: the clock went on without the caller. As files of "
    "trace events have it, which Perfetto shows."
)
RAISED = 0.28  # so far above a slice is what happens in it


@dataclass
class Event:
    kind: str
    unit: str  # the case's name, as in files' names
    start_ms: float
    end_ms: float


class Stretches(Line):
    """A line that is drawn from the first of each two points to the second, without markers."""

    @property
    def style(self) -> Style:
        return replace(super().style, marker="none")


@dataclass
class Timeline:
    tables: list[list[Event]]  # in the order of time
    note: str  # on what is not in it


def extent_of(data: dict[str, Any]) -> str:
    """That a timeline is cut, if it is."""
    extent = data.get("otherData")
    counts = [extent.get(key) for key in ("events_n", "left_out_n")] if extent else []
    if not all(is_number(each) for each in counts) or not any(counts[1:]):
        return ""
    kept, left_out = counts
    return f" It is cut: the file has {kept:,} of {kept + left_out:,} events."


def timeline_of(path: Path) -> Timeline:
    """Nothing if there is no such file."""
    beside = path.parent / f"{path.stem}{BESIDE}"
    if not beside.exists():
        return Timeline([], "")
    data = read_json(beside)
    rows = data.get("traceEvents") if isinstance(data, dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise BadFile(f"{beside}: not a timeline: no list of `traceEvents`")
    names = {
        (row.get("pid"), row.get("tid")): str(row["args"]["name"])
        for row in rows
        if row.get("name") == "thread_name" and isinstance(row.get("args"), dict)
    }
    tables: dict[Any, list[Event]] = {}
    for row in rows:
        if row.get("ph") == "X" and is_number(row.get("ts")) and is_number(row.get("dur")):
            start, end = row["ts"] / 1e3, (row["ts"] + row["dur"]) / 1e3
            name = names.get((row.get("pid"), row.get("tid")), "unknown")
            event = Event(str(row.get("name")), name, start, end)
            tables.setdefault(row.get("pid"), []).append(event)
    return Timeline(list(tables.values()), extent_of(data))


def collected_ms(events: list[Event], low: float, high: float) -> float:
    return sum(
        each.end_ms - each.start_ms
        for each in events
        if each.kind == COLLECTION and low <= each.start_ms < high
    )


def round_of(events: list[Event]) -> list[Event]:
    """What happens in one round, from its first slice on."""
    slices = [each for each in events if each.kind == SLICE]
    units = len({each.unit for each in slices})
    rounds = [slices[i : i + units] for i in range(0, len(slices) - units + 1, units)]
    if not rounds:
        return []
    spans = [(own[0].start_ms, max(each.end_ms for each in own)) for own in rounds]
    low, high = max(spans, key=lambda span: collected_ms(events, *span))
    return [
        Event(each.kind, each.unit, each.start_ms - low, each.end_ms - low)
        for each in events
        if low <= each.start_ms <= high
    ]


def stretches(events: list[Event], kind: str, heights: dict[str, float]) -> Line:
    line = Stretches(kind, [])
    for each in events:
        if each.kind == kind and each.unit in heights:
            y = heights[each.unit] + (0 if kind == SLICE else RAISED)
            line.points += [(each.start_ms, y, y, y), (each.end_ms, y, y, y), None]
    return line


def title_of(events: list[Event], units: list[str], results: Results) -> str:
    """How often the two collect that the question is about, of the first heap that collects."""
    roles = {case.strategy: case.role for case in results.cases}
    asked = [unit for unit in units if roles.get(unit.partition("-")[0]) in (BASELINE, CHALLENGER)]
    counts = {unit: 0 for unit in asked}
    for each in events:
        if each.kind == COLLECTION and each.unit in counts:
            counts[each.unit] += 1
    told = [f"{unit} {count}" for unit, count in counts.items() if count][:2]
    return f"Collections in a slice: {listed(told)}" if told else "Slices of a round"


def is_control(unit: str) -> bool:
    return unit.partition("-")[0] == IDLE


def timeline_picture(
    path: Path, number: int, timeline: Timeline, results: Results, options: Options
) -> AnyPicture | None:
    events = timeline.tables[number - 1]
    shown = round_of(events)
    slices = [each.unit for each in shown if each.kind == SLICE]
    strategies = {unit: unit.partition("-")[0] for unit in slices}
    units = [unit for unit in slices if is_control(unit) or not options.is_grey(strategies[unit])]
    if not units:
        return None
    heights = {unit: float(len(units) - 1 - place) for place, unit in enumerate(units)}
    lines: list[Line] = []
    for unit in units:
        line = stretches([each for each in shown if each.unit == unit], SLICE, heights)
        line.name, line.grey = unit, is_control(unit)
        lines.append(line)
    others = [stretches(shown, kind, heights) for kind in KINDS]
    lines += [line for line in others if line.points]
    end = max(each.end_ms for each in shown)
    x = value_axis("ms from the first slice of the round", "linear", [0, end], short)
    ticks = [(height, " ") for height in heights.values()]  # lines have their names beside them
    y = Axis("case, by turns", "linear", -0.5, len(units) - 0.3, ticks)
    words = Words(title_of(shown, units, results), "", f"{NOTE}{timeline.note}")
    stem = part_of_a_name(f"timeline-{path.stem}" + (f"-{number}" if number > 1 else ""))
    picture = Lines(stem, words, x, y, lines)
    place_labels(picture)
    return picture


def find_timelines(results: Results, options: Options) -> list[AnyPicture]:
    pictures: list[AnyPicture] = []
    for path in results.latencies:
        timeline = timeline_of(path)
        for place in range(len(timeline.tables)):
            picture = timeline_picture(path, place + 1, timeline, results, options)
            pictures += [picture] if picture else []
    return pictures
