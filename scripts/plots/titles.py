"""Titles, which claim no more than intervals and verdicts bear."""
from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .results import Case
from .tables import Table
from .words import count_text, listed, ns_text, short, title_lines


@dataclass(frozen=True)
class Noun:
    """The words for a parameter that is swept."""

    one: str
    many: str
    text: Callable[[float], str]


HIT_RATE = Noun("hit rate", "hit rates", lambda value: f"{value:g}")
CALLS = Noun("call volume", "call volumes", count_text)
PAYLOAD = Noun("payload", "payloads", lambda value: f"{value:g} B")


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
    told = told or f"{subject} and {baseline}: no difference in time is known at any {noun.one}"
    x = reference_point(sorted(own), noun)
    ratio, low, high = own[x].interval("ratio") or (1, 1, 1)
    interval = f" [{low:.2f}, {high:.2f}]" if own[x].get("ratio_lo") is not None else ""
    at = f"At {noun.text(x)} it takes {ratio:.2f}{interval} of its time"
    unsure = found[x] == "open" and (high < 1 or low > 1)
    at += ", but the run does not yet know whether it differs." if unsure else "."
    return title_lines(f"{told}.", at, least_sentence(table, x_of, x, noun))


def least_sentence(table: Table, x_of: Callable[[Case], float], x: float, noun: Noun) -> str:
    """Which strategies are the quickest at one point, so far as intervals tell."""
    there = [case for case in table.cases if x_of(case) == x and not case.is_reference]
    ranked = sorted(
        (ratio, case.strategy) for case in there if (ratio := case.interval("ratio")) is not None
    )
    if len(ranked) < 3 or any(case.get("ratio_lo") is None for case in there):
        return ""
    best = ranked[0][0]
    names = [name for ratio, name in ranked if ratio[1] <= best[2]]
    if len(names) == 1:
        return f"Fastest at {noun.text(x)}: {names[0]}, {best[0]:.2f}."
    if len(names) == len(ranked):
        return f"Which is the fastest at {noun.text(x)} is not known."
    return f"Fastest at {noun.text(x)}: one of {listed(names, 3)}, difference not known."


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


def title_and_note(
    table: Table, x_of: Callable[[Case], float], noun: Noun, figure: str
) -> tuple[list[str], str]:
    """The title of one figure along a sweep, and how far its values are known."""
    if figure in ("ns_per_op", "ratio"):
        end = table.spans if figure == "ns_per_op" else table.intervals
        return time_title(table, x_of, noun), end
    unit = "B/op" if figure == "bytes_per_op" else "allocations/op"
    return count_title(table, x_of, noun, figure, unit), "Counts are exact."
