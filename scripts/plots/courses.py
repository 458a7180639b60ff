"""The courses of a history's figures, with the levels between their changes."""
from __future__ import annotations

from dataclasses import replace

from .axes import Axis, linear_ticks, sweep_axis
from .histories import Course, History
from .lines import place_labels
from .looks import GREY_INK, Style
from .pictures import AnyPicture, Line, Lines, Span, Words
from .results import Results
from .tables import Options
from .words import count_text, part_of_a_name, percent, sentences, short

MOST = 12  # pictures of a history: of the figures that changed most
NOTE = "Results in the order of their dates. The axis does not begin at 0."
EXACT = "The figure is exact: every step is a change."
TESTED = "Bands are the intervals of single results; the level is the median between changes."


class Level(Line):
    """A line without markers, in a colour that no strategy has."""

    @property
    def style(self) -> Style:
        return replace(super().style, colour="#111111", marker="none", own_ink=GREY_INK)


def span_axis(label: str, values: list[float]) -> Axis:
    """An axis of all values, with some room; it need not begin at 0."""
    low, high = min(values), max(values)
    room = 0.08 * (high - low) or 0.05 * abs(high) or 1.0
    return Axis(label, "linear", low - room, high + room, linear_ticks(low - room, high + room))


def value_text(course: Course, value: float) -> str:
    return count_text(value) if course.is_exact else short(value)


def title_of(course: Course) -> str:
    """Of the latest change, which is what a reader may do something about."""
    change = course.changes[-1]
    before, after = (value_text(course, value) for value in (change.before, change.after))
    return f"{course.strategy}: {course.title} {before} to {after} at {change.revision[:12]}"


def subtitle_of(course: Course) -> str:
    *earlier, change = course.changes
    sure = f"p {change.p:.2g}; {percent(change.sure)} it is this revision." if change.p else ""
    count = f"{len(earlier)} earlier change{'' if len(earlier) == 1 else 's'}." if earlier else ""
    return sentences(sure, count)


def level_line(course: Course) -> Line:
    """From change to change."""
    line = Level("level", [])
    bounds = [0, *(change.at for change in course.changes), len(course.points)]
    levels = [course.changes[0].before, *(change.after for change in course.changes)]
    for first, end, level in zip(bounds, bounds[1:], levels):
        places = (course.points[first][0] + 1, course.points[end - 1][0] + 1)
        line.points += [*((place, level, level, level) for place in places), None]
    return line


def value_line(course: Course) -> Line:
    line = Line(course.strategy, [])
    line.points = [(place + 1, value, low, high) for place, value, low, high in course.points]
    if not course.is_exact:
        line.band = [Span(place + 1, low, high) for place, _, low, high in course.points]
    return line


def course_picture(history: History, course: Course) -> AnyPicture:
    lines = [value_line(course)]
    if not course.is_exact:
        lines.append(level_line(course))
    told = [f"{name} {value}" for name, value in course.point.items()]
    conditions = f"Conditions: {course.conditions}." if course.conditions else ""
    note = sentences(NOTE, EXACT if course.is_exact else TESTED, f"{', '.join(told)}.", conditions)
    words = Words(title_of(course), subtitle_of(course), note, course.point)
    numbered = [float(place + 1) for place in range(len(history.dates))]
    x = sweep_axis("result, by its date", "linear", numbered, [day[:10] for day in history.dates])
    ends = [end for point in course.points for end in point[1:]]
    heap = course.point["heap"]
    stem = part_of_a_name(f"history-{course.metric}-{course.strategy}-{heap}")
    picture = Lines(stem, words, x, span_axis(course.title or course.metric, ends), lines)
    place_labels(picture)
    return picture


def history_pictures(history: History) -> tuple[list[AnyPicture], str]:
    """Of the figures that changed most; and what is not drawn, in a sentence."""
    changed = [course for course in history.courses if course.changes]
    largest = sorted(changed, key=lambda course: -course.size)[:MOST]
    left_out = len(changed) - len(largest)
    told = f"{left_out} more figures changed, and less, which are not drawn" if left_out else ""
    return [course_picture(history, course) for course in changed if course in largest], told


def find_histories(results: Results, _: Options) -> list[AnyPicture]:
    pictures: list[AnyPicture] = []
    for history in results.histories:
        found, told = history_pictures(history)
        pictures += found
        results.notices += [told] if told else []
    return pictures
