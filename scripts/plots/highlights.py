"""Which strategies are in colour: few, to be told apart, and the same in all pictures."""
from __future__ import annotations

import math
import statistics
from collections.abc import Sequence

from .results import IDLE, Case
from .strategies import in_order
from .tables import Table

MOST = 6


def usual_ratio(cases: Sequence[Case]) -> float:
    """How quick a strategy is over all its cases, in times of the baseline."""
    logs = [math.log(ratio) for case in cases if (ratio := case.get("ratio"))]
    return statistics.fmean(logs) if logs else math.inf


def in_colour(cases: Sequence[Case]) -> frozenset[str]:
    """Those with the roles that the question is about, and of the others the quickest."""
    own = Table({}, [case for case in cases if not case.is_reference and case.strategy != IDLE])
    names = in_order(own.strategies)
    first = [name for name in (own.baseline, own.subject) if name]
    others = [name for name in names if name not in first]
    others.sort(key=lambda name: usual_ratio(own.of(name)))
    return frozenset((first + others)[:MOST])
