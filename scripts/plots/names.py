"""Names of cases: a strategy, and the point that it is at."""
from __future__ import annotations

import re
from typing import Any

from .files import BadFile, number_of

NAME = re.compile(r"[\w.+@:~-]+(/[\w.+@:~-]+){2,}", re.ASCII)

# Parameters that are numbers or nothing.
NUMERIC = {"hit_rate", "calls", "in_flight", "keys", "depth", "gen0_budget", "threads"}


def parse_name(where: str, name: Any) -> tuple[str, dict[str, str]]:
    """workload/strategy/heap/hit_rate:0.8/... as the strategy, and the point it is at."""
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise BadFile(f"{where}: not the name of a case of run_bench: {name!r:.80}")
    workload, strategy, heap, *rest = name.split("/")
    point = {"workload": workload, "heap": heap}
    for part in rest:
        key, colon, value = part.partition(":")
        if not colon or not value:
            raise BadFile(f"{where}: a part of the name is no parameter: {part!r:.80}")
        if key in NUMERIC:
            try:
                number = number_of(where, key, value)
            except ValueError:
                raise BadFile(f"{where}: {key} is not a number: {value!r:.80}") from None
            if number < 0 or (number == 0 and key != "hit_rate"):
                raise BadFile(f"{where}: {key} is out of range: {value!r:.80}")
        point[key] = value
    return strategy, point
