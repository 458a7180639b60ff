"""Histograms of pauses, in files of HdrHistogram's form that stand beside a result file."""
from __future__ import annotations

from pathlib import Path

from .files import BadFile, number_of, read_text
from .words import part_of_a_name

Step = tuple[float, float, float]  # ns, share of the pauses that are no longer, their count


def read_steps(path: Path) -> list[Step]:
    rows = []
    for line in read_text(path, "not a histogram of pauses").splitlines():
        words = line.split()
        if not words or line.startswith("#") or words[0] == "Value":
            continue
        try:
            value, share, count = (number_of(str(path), "a row", word) for word in words[:3])
        except ValueError:
            raise BadFile(f"{path}: not a histogram of pauses: {line.strip()!r:.80}") from None
        rows.append((value, share, count))
    return rows


def histograms_beside(path: Path) -> list[tuple[str, list[Step]]]:
    """The histograms whose names start as the result file's does, each under what follows."""
    found = []
    for beside in sorted(path.parent.glob("*.hgrm")):
        if beside.name.startswith(path.stem):
            rows = read_steps(beside)
            label = part_of_a_name(beside.stem[len(path.stem) :].lstrip(".-_"))
            if rows:
                found.append((label or "all", rows))
    return found
