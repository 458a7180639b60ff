"""The kinds of plots: what each shows, and what a run must have had for it."""
from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .gc_shares import find_gc_share
from .heaps import find_allocated, find_heaps
from .highlights import in_colour
from .hit_rates import (
    find_allocs_hit_rate,
    find_bytes_hit_rate,
    find_ns_hit_rate,
    find_ratio_hit_rate,
)
from .pauses import find_histograms, find_pauses
from .payloads import find_bytes_payload, find_ns_payload
from .pictures import AnyPicture
from .results import Results
from .rounds import find_rounds
from .states import find_states
from .tables import Options
from .volumes import find_bytes_calls, find_ns_calls

Finder = Callable[[Results, Options], list[AnyPicture]]


@dataclass(frozen=True)
class Kind:
    name: str
    shows: str
    needs: str
    find: Finder


SWEEP = "several values of --hit-rate"
SEVERAL = "several of --heap, or a single point of the parameters"
TIMED = "timed rounds (not --rounds 0)"
COLLECTOR = "a heap with a collector (--heap gengc or boehm)"
KINDS = [
    Kind("ns-hit_rate", "time against hit rate", f"{SWEEP} and {TIMED}", find_ns_hit_rate),
    Kind("bytes-hit_rate", "bytes against hit rate", SWEEP, find_bytes_hit_rate),
    Kind("allocs-hit_rate", "allocations against hit rate", SWEEP, find_allocs_hit_rate),
    Kind(
        *["ratio-hit_rate", "ratio to the baseline against hit rate"],
        f"{SWEEP}, {TIMED}, and a strategy besides the baseline",
        find_ratio_hit_rate,
    ),
    Kind("rounds", "distribution of the sessions' times", TIMED, find_rounds),
    Kind(
        *["states", "epochs by the state of the machine"],
        "the file FILE.samples.csv beside a result file FILE.json, of a steady state",
        find_states,
    ),
    Kind(
        *["bytes-calls", "bytes in total against call volume"],
        *["several values of --calls, and a strategy that allocates", find_bytes_calls],
    ),
    Kind(
        *["ns-calls", "time against call volume"],
        *[f"several values of --calls and {TIMED}", find_ns_calls],
    ),
    Kind(
        *["gc_share", "heat map of GC share"],
        "several values of both --in-flight and --gen0-budget on a heap with a collector",
        find_gc_share,
    ),
    Kind(
        *["ns-payload", "time against payload"],
        *[f"several values of --payload and {TIMED}", find_ns_payload],
    ),
    Kind(
        *["bytes-payload", "bytes against payload", "several values of --payload"],
        find_bytes_payload,
    ),
    Kind("heaps", "bars of time on each heap", f"{SEVERAL}, and {TIMED}", find_heaps),
    Kind("allocated", "bars of what is allocated on each heap", SEVERAL, find_allocated),
    Kind(
        *["pauses", "quantiles of pauses"],
        f"{COLLECTOR}, and --calls enough or a --gen0-budget small enough for collections",
        find_pauses,
    ),
    Kind(
        *["histogram", "histogram of pauses"],
        "files FILE*.hgrm beside a result file FILE.json",
        find_histograms,
    ),
]


def pictures_of(
    results: Results, kinds: Sequence[Kind], options: Options, warn: Callable[[str], None]
) -> list[AnyPicture]:
    """All pictures that the data allow, each under a name of its own; says which kinds are not."""
    options.in_colour = options.in_colour or in_colour(results.cases)
    pictures: list[AnyPicture] = []
    lacking = []
    for kind in kinds:
        found = kind.find(results, options)
        pictures += found
        if not found:
            lacking.append(kind.name)
    taken: set[str] = set()
    for picture in pictures:
        stem, number = picture.stem, 1
        while picture.stem.lower() in taken:
            number += 1
            picture.stem = f"{stem}-{number}"
        taken.add(picture.stem.lower())
    notices = [*results.notices]
    if options.chosen:
        notices.append(f"one table of several is drawn of {', '.join(options.chosen)}; --all: each")
    if lacking:
        what = "scripts/plot.py --help tells what each needs"
        notices.append(f"not drawn: {', '.join(lacking)}; {what}")
    for text in notices if pictures else []:
        warn(text)
    return pictures
