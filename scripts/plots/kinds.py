"""The kinds of plots: what each shows, and what a run must have had for it."""
from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from .courses import find_histories
from .gc_shares import find_gc_share
from .heaps import find_allocated, find_heaps
from .highlights import in_colour
from .hit_rates import (
    find_allocs_hit_rate,
    find_bytes_hit_rate,
    find_ns_hit_rate,
    find_ratio_hit_rate,
)
from .latencies import find_latencies
from .pauses import find_histograms, find_pauses
from .pictures import AnyPicture
from .results import Results
from .rounds import find_rounds
from .states import find_states
from .sweeps import SWEEPS, Sweep, find_sweep
from .tables import Options, part_text
from .timelines import find_timelines
from .titles import WORDS
from .volumes import find_bytes_calls, find_ns_calls
from .words import capital, sentences

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


def sweep_kinds(sweep: Sweep) -> list[Kind]:
    many = f"several values of --{sweep.name.replace('_', '-')}"
    of = f"against {sweep.noun.one}"
    time, size = (partial(find_sweep, sweep, what) for what in ("ns", "bytes"))
    return [
        Kind(f"ns-{sweep.name}", f"time {of}", f"{many} and {TIMED}", time),
        Kind(f"bytes-{sweep.name}", f"bytes {of}", many, size),
    ]


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
    *(kind for sweep in SWEEPS for kind in sweep_kinds(sweep)),
    Kind("heaps", "bars of time on each heap", f"{SEVERAL}, and {TIMED}", find_heaps),
    Kind("allocated", "bars of what is allocated on each heap", SEVERAL, find_allocated),
    Kind(
        *["pauses", "quantiles of pauses"],
        f"{COLLECTOR}, and --calls enough or a --gen0-budget small enough for collections",
        find_pauses,
    ),
    Kind(
        *["latency", "percentiles of latencies"],
        "files FILE.latency.*.hgrm beside a result file of `run_bench latency`",
        find_latencies,
    ),
    Kind(
        *["timeline", "slices by turns, with collections"],
        "the file FILE.timeline.json beside a result file of `run_bench latency`",
        find_timelines,
    ),
    Kind(
        *["histogram", "histogram of pauses"],
        "files FILE*.hgrm beside a result file FILE.json",
        find_histograms,
    ),
    Kind(
        *["history", "the courses of the figures that changed most"],
        *["what `run_bench history --format json` prints", find_histories],
    ),
]


def tell_apart(found: Sequence[AnyPicture]) -> None:
    """Several pictures of a kind say of which heap and method each is, and the like: in the title,
    or where it has no room for that, in front of the subtitle.
    """
    points = [picture.words.point for picture in found]
    names = dict.fromkeys(name for point in points for name in point)
    differing = [name for name in names if len({point.get(name) for point in points}) > 1]
    for picture in found if differing else []:
        words = picture.words
        told = ", ".join(part_text(words.point, name) for name in differing)
        if len(f"{words.title} {told}".split()) <= WORDS:
            words.title = f"{words.title} ({told})"
        else:
            words.subtitle = sentences(f"{capital(told)}.", words.subtitle)


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
        tell_apart(found)
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
    if lacking and results.cases:
        what = "scripts/plot.py --help tells what each needs"
        notices.append(f"not drawn: {', '.join(lacking)}; {what}")
    for text in notices if pictures else []:
        warn(text)
    return pictures
