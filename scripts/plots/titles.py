"""Titles and subtitles, which claim no more than the verdicts and break-evens of a file bear.

A title is what was found, in at most ten words; the subtitle has the rest. Which of two takes less
time is for the paired test of the run to say, which its verdicts and break-evens are.
"""
from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .break_evens import SIDES, Crossing
from .results import Case
from .tables import Table
from .words import binary_text, count_text, listed, ns_span, ns_text, sentences, short

WORDS = 10  # of a title, at most
XOf = Callable[[Case], float]


@dataclass(frozen=True)
class Noun:
    """The words for a parameter that is swept; `point` is one of its values, for titles."""

    one: str
    many: str
    text: Callable[[float], str]
    point: str


HIT_RATE = Noun("hit rate", "hit rates", lambda value: f"{value:g}", "hit rate {}")
CALLS = Noun("call volume", "call volumes", count_text, "{} calls")
PAYLOAD = Noun("payload", "payloads", lambda value: f"{count_text(value)} B", "payload {}")
DEPTH = Noun("depth", "depths", count_text, "depth {}")
IN_FLIGHT = Noun("window", "windows", count_text, "{} in flight")
THREADS = Noun("number of callers", "numbers of callers", count_text, "{} callers")
KEYS = Noun("number of keys", "numbers of keys", count_text, "{} keys")
NURSERY = Noun("nursery", "nurseries", binary_text, "nursery {}")


def runs_of(xs: Sequence[float], chosen: Sequence[float]) -> list[list[float]]:
    """The chosen values, in groups of neighbours of the sweep."""
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


def near_phrase(xs: Sequence[float], chosen: Sequence[float], noun: Noun) -> str:
    """The same in few words, of values that lie together; empty if they do not."""
    first, last = (noun.point.format(noun.text(x)) for x in (chosen[0], chosen[-1]))
    if len(xs) == 1 or len(chosen) == 1:
        return f"at {first}"
    if len(chosen) == len(xs):
        return f"at every {noun.one}"
    if xs[0] == 0 and list(chosen) == list(xs[1:]):
        return f"above {noun.point.format(noun.text(0))}"
    if list(chosen) == list(xs[-len(chosen) :]):
        return f"from {first} on"
    if list(chosen) == list(xs[: len(chosen)]):
        return f"up to {last}"
    return ""


def title_phrase(xs: Sequence[float], chosen: Sequence[float], noun: Noun, words: int) -> str:
    """The same in so many words at most, four or more."""
    phrase = near_phrase(xs, chosen, noun)
    if phrase and len(phrase.split()) <= words:
        return phrase
    return f"at {'most' if len(chosen) * 2 > len(xs) else 'some'} {noun.many}"


def time_word(case: Case) -> str:
    """less, more, same or open: a difference is one if the interval and the verdict say so."""
    ratio = case.interval("ratio")
    if ratio is None or case.verdict == "not known yet":
        return "open"
    if case.verdict == "same":
        return "same"
    return "less" if ratio[2] < 1 else "more" if ratio[1] > 1 else "open"


SPEEDS = {"less": "faster", "more": "slower"}


def verdict_title(subject: str, baseline: str, words: set[str], where: dict[str, str]) -> str:
    """Which of two is faster, so far as it is known; `where` has the end of the title by word."""
    for word, speed in SPEEDS.items():
        if word in words:
            return f"{subject} is {speed} than {baseline}{where[word]}"
    if words == {"same"}:
        return f"{subject} and {baseline} take about the same time"
    return f"{subject} and {baseline}: not known which is faster"


def claim(
    subject: str, verb: str, words: dict[str, str], found: dict[float, str], noun: Noun
) -> str:
    """`subject verb less ... where, more ... where; difference not known where`."""
    xs = sorted(found)
    parts = []
    for word, text in words.items():
        chosen = [x for x in xs if found[x] == word]
        if chosen:
            parts.append(f"{text} {where_phrase(xs, chosen, noun, not parts)}")
    open_at = [x for x in xs if found[x] == "open"]
    told = f"{subject} {verb} {', '.join(parts)}" if parts else ""
    if open_at and parts:
        return f"{told}; difference not known {where_phrase(xs, open_at, noun, False)}"
    return told


def chosen_phrases(found: dict[float, str], noun: Noun, words: int) -> dict[str, str]:
    """For each word, where it holds, as a title has it that has room for so many words."""
    xs = sorted(found)
    return {
        word: " " + title_phrase(xs, [x for x in xs if found[x] == word], noun, words)
        for word in set(found.values())
    }


def reference_point(xs: Sequence[float], noun: Noun) -> float:
    """The value that a subtitle gives a figure for."""
    if noun is HIT_RATE:
        return min(xs, key=lambda x: abs(x - 0.8))
    return xs[-1]


def ratio_text(case: Case) -> str:
    """0.68 [0.66, 0.70]: with its interval, if there is one."""
    ratio, low, high = case.interval("ratio") or (1, 1, 1)
    interval = f" [{low:.2f}, {high:.2f}]" if case.get("ratio_lo") is not None else ""
    return f"{ratio:.2f}{interval}"


def ratio_sentence(table: Table, case: Case, at: str) -> str:
    """What the subject's time is at one point, in times of the baseline's."""
    told = f"{table.subject} takes {ratio_text(case)} times the time of {table.baseline}"
    told = f"{at} {told}".strip()
    _, low, high = case.interval("ratio") or (1, 1, 1)
    unsure = time_word(case) == "open" and (high < 1 or low > 1)
    return told + (", difference not known." if unsure else ".")


def times_of_one(table: Table, timed: Sequence[Case]) -> str:
    """The title where there is nobody to compare with: of the first that was timed."""
    names = [name for name in (table.subject, table.baseline, *table.strategies) if name]
    for name in names:
        own = [case.get("ns_per_op") for case in timed if case.strategy == name]
        if times := [time for time in own if time is not None]:
            return f"{name} takes {ns_span(min(times), max(times))}"
    return f"{names[0]} was not timed"


def time_words(
    table: Table, x_of: XOf, noun: Noun, crossing: Crossing | None = None
) -> tuple[str, str]:
    """Title and subtitle of times along a sweep. A break-even says more than its points do."""
    baseline, subject = table.baseline, str(table.subject)
    timed = [case for case in table.cases if case.get("ns_per_op") is not None]
    own = {x_of(case): case for case in timed if case.strategy == subject and case.get("ratio")}
    if baseline is None or not own:
        return times_of_one(table, timed), ""
    found = {x: time_word(case) for x, case in own.items()}
    x = reference_point(sorted(own), noun)
    end = ratio_sentence(table, own[x], f"At {noun.point.format(noun.text(x))}")
    if crossing:
        start, side = SIDES[crossing.direction]
        title = f"{subject} pays {start} a hit rate of about {crossing.about}"
        told = f"It takes as long as {baseline} at {crossing.text}, and less {side}."
        return title, sentences(told, end)
    title = verdict_title(subject, baseline, {*found.values()}, chosen_phrases(found, noun, 5))
    words = {"less": f"less time than {baseline}", "more": "more", "same": "about the same"}
    if "less" not in found.values():
        words["more"] = f"more time than {baseline}"
    if not {"less", "more"} & {*found.values()}:
        words["same"] = f"about the same time as {baseline}"
    told = claim(subject, "takes", words, found, noun)
    plain = len({*found.values()}) == 1
    return title, sentences("" if plain or not told else f"{told}.", end)


COUNTED = {  # by figure: less, more, the same, and the unit
    "bytes_per_op": ("less than", "more than", "as much as", "B/op"),
    "allocs_per_op": ("less often than", "more often than", "as often as", "allocations/op"),
}


def count_words(table: Table, x_of: XOf, noun: Noun, figure: str) -> tuple[str, str]:
    """Title and subtitle of exact counts along a sweep."""
    baseline, subject = table.baseline, str(table.subject)
    mine = {x_of(case): case.get(figure) for case in table.of(subject)}
    theirs = {x_of(case): case.get(figure) for case in table.of(str(baseline))}
    both = {
        x: (own, other)
        for x, own in mine.items()
        if own is not None and (other := theirs.get(x)) is not None
    }
    less, more, same, unit = COUNTED[figure]
    if not both:
        return f"{unit[0].upper()}{unit[1:]} of each strategy", ""
    found = {x: count_word(*values) for x, values in both.items()}
    word = next(word for word in ("less", "more", "same") if word in found.values())
    phrase = {"less": less, "more": more, "same": same}
    title = f"{subject} allocates {phrase[word]} {baseline}"
    where = chosen_phrases(found, noun, WORDS - len(title.split()))
    title += where[word]
    rest = [
        f"{phrase[other].rpartition(' ')[0]}{where[other]}"
        for other in ("more", "same")
        if other in where and other != word
    ]
    x = reference_point(sorted(both), noun)
    own, other = both[x]
    point = f"At {noun.point.format(noun.text(x))}: {short(own)} {unit} against {short(other)}."
    return title, sentences(f"{listed(rest).capitalize()}." if rest else "", point)


def count_word(own: float, other: float) -> str:
    if math.isclose(own, other, rel_tol=1e-9, abs_tol=1e-12):
        return "same"
    return "less" if own < other else "more"


def pair_words(table: Table) -> tuple[str, str]:
    """Title and subtitle of one point: which of the two that the question is about is faster."""
    one = table.of(str(table.subject))
    other = table.of(str(table.baseline))
    if not one or not other or one[0].get("ratio") is None:
        return times_of_one(table, table.cases), ""
    own, its = (case[0].get("ns_per_op") or 0 for case in (one, other))
    figures = {word: f": {ns_text(own)} against {ns_text(its)}" for word in SPEEDS}
    title = verdict_title(str(table.subject), str(table.baseline), {time_word(one[0])}, figures)
    return title, ratio_sentence(table, one[0], "")
