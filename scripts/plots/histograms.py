"""Histograms of pauses and latencies, in files of HdrHistogram's form beside a result file."""
from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from .files import BadFile, number_of, read_text
from .words import part_of_a_name

Step = tuple[float, float, float]  # ns, share of the pauses that are no longer, their count


CASE = re.compile(r"^#\[Case += (.*)\]$", re.M)


@dataclass
class Histogram:
    """`case` is the name of the case in its result file; empty: the file, an older one, does not
    say.
    """

    label: str
    case: str
    steps: list[Step]


def read_steps(path: Path, text: str) -> list[Step]:
    rows = []
    for line in text.splitlines():
        words = line.split()
        if not words or line.startswith("#") or words[0] == "Value":
            continue
        try:
            value, share, count = (number_of(str(path), "a row", word) for word in words[:3])
        except ValueError:
            raise BadFile(f"{path}: not a histogram: {line.strip()!r:.80}") from None
        rows.append((value, share, count))
    return rows


# What stands behind a result file's name in those of latencies, from the intended start of a call;
# and in others of `latency`: from the actual one, and of hand-overs.
LATENCY = ".latency."
OF_LATENCY = (LATENCY, ".service.", ".handover.", ".wake.")


def histograms_beside(path: Path, latencies: bool = False) -> list[Histogram]:
    """The histograms whose names start as the result file's does, each under what follows: those of
    pauses, or of latencies from the intended start.
    """
    found = []
    for beside in sorted(path.parent.glob("*.hgrm")):
        rest = beside.name.removeprefix(path.stem)
        wanted = rest.startswith(LATENCY) if latencies else not rest.startswith(OF_LATENCY)
        if beside.name.startswith(path.stem) and wanted:
            text = read_text(beside, "not a histogram")
            steps, said = read_steps(beside, text), CASE.search(text)
            label = part_of_a_name(beside.stem[len(path.stem) :].lstrip(".-_"))
            if steps:
                found.append(Histogram(label or "all", said[1] if said else "", steps))
    return found
