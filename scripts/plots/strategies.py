"""Strategies: their roles, and in which order pictures have them.

A result file says who has a role in its run. Older ones say the baseline alone, by the ratios of
their rows; for these, and for the order and the looks, there is a table of data beside the
strategies, so that nothing here knows one by its name.
"""
from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

TABLE = Path(__file__).resolve().parents[2] / "impls" / "plots.txt"

EMPTY, FLOOR, BASELINE, CHALLENGER = "empty", "floor", "baseline", "challenger"
REFERENCES = (EMPTY, FLOOR)  # in every run, to tell what the others cost beyond them
NONE = "-"


@dataclass(frozen=True)
class Known:
    """A line of the table; a marker is one of those that both programs have."""

    role: str
    colour: str
    marker: str
    filled: bool
    dash: str


def read_known(path: Path) -> dict[str, Known]:
    found = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            name, role, colour, marker, face, dash = line.split()
            found[name] = Known(role, colour, marker, face == "filled", dash)
    return found


KNOWN = read_known(TABLE)
ORDER = {name: place for place, name in enumerate(KNOWN)}


def in_order(strategies: Iterable[str]) -> list[str]:
    """The strategies in the order of the table, variants behind the strategies they vary, strangers
    last.
    """
    return sorted(
        set(strategies), key=lambda each: (ORDER.get(each.partition("@")[0], len(ORDER)), each)
    )


def role_of(strategy: str) -> str:
    """For a result file that does not say: a variant then has no role."""
    return KNOWN[strategy].role if strategy in KNOWN else NONE
