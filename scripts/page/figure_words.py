"""Figures by their keys in files, in words with their units: whoever reads a page knows no keys."""
from __future__ import annotations

from .model import Cell

# What a call takes, what it allocates, what a collector does, and what pauses there are.
WORDS = {
    **{"ratio": "time, in times of the baseline's", "ns_per_op": "time of a call (ns)"},
    **{"bytes_per_op": "allocated by a call (B)", "allocs_per_op": "allocations of a call"},
    **{"usable_bytes_per_op": "allocated by a call, as the heap rounds it (B)"},
    **{"frees_per_op": "objects that a call frees", "peak_live_bytes": "in use at most (B)"},
    **{"instructions_per_op": "instructions of a call"},
    **{"gen0_per_kop": "Gen 0 collections in 1,000 calls"},
    **{"gen1_per_kop": "Gen 1 collections in 1,000 calls"},
    **{"gen2_per_kop": "Gen 2 collections in 1,000 calls"},
    **{"collections_n": "collections", "collections_per_mop": "collections in a million calls"},
    **{"calls_per_collection": "calls from one collection to the next"},
    **{"gc_ms": "time of all collections (ms)"},
    **{"gc_time_fraction": "collections' share of the time"},
    **{"gc_ns_per_op": "collections' part of a call (ns)"},
    **{"pauses_n": "pauses", "pauses_stretched_n": "pauses that something else made longer"},
    **{"pause_p50_ns": "half of the pauses are no longer (ns)"},
    **{"pause_p90_ns": "90 % of the pauses are no longer (ns)"},
    **{"pause_p99_ns": "99 % of the pauses are no longer (ns)"},
    **{"pause_max_ns": "the longest pause, processor time (ns)"},
    **{"pause_wall_max_ns": "the longest pause, by the clock (ns)"},
    **{"survived_bytes_per_op": "what collections keep of a call (B)"},
    **{"promoted_bytes_per_op": "what collections move to Gen 1 and 2 of a call (B)"},
    **{"mmu_1ms": "the program's least share of a millisecond"},
    **{"mmu_10ms": "the program's least share of 10 milliseconds"},
    **{"peak_rss_bytes": "resident memory at most (B)"},
    **{"rss_growth_bytes": "growth of resident memory (B)"},
    **{"page_faults_per_mop": "page faults in a million calls"},
    **{"usable_per_requested": "what the heap gives, in times of what is asked for"},
    **{"resident_per_usable": "resident memory, in times of what the heap gives"},
    **{"cpu_s_per_second": "processor time a second (s)"},
}


def figure_cell(key: str) -> Cell:
    """A figure in words; hovering tells its key. One that has none is told by that."""
    return Cell(WORDS[key], key=key) if key in WORDS else Cell(key)
