"""Strategies: their roles, and in which order pictures have them.

Of these a result file says the baseline alone, by the ratios of its rows. The rest is a table of
data beside the strategies, so that nothing here knows one by its name.
"""
from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

TABLE = Path(__file__).resolve().parents[2] / "impls" / "plots.txt"

LOOP, FLOOR, BASELINE, CHALLENGER = "loop", "floor", "baseline", "challenger"


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
    """Result files have no key for it; a variant has no role."""
    return KNOWN[strategy].role if strategy in KNOWN else "-"


def is_loop(strategy: str) -> bool:
    """Whether it is no strategy, but what the measuring loop costs."""
    return role_of(strategy) == LOOP


def is_reference(strategy: str) -> bool:
    """Whether it stands in every run to tell what the others cost beyond it."""
    return role_of(strategy) in (LOOP, FLOOR)


def first_with_role(strategies: Iterable[str], role: str) -> str | None:
    return next((name for name in in_order(strategies) if role_of(name) == role), None)
