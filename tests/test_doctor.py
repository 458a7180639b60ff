"""`run_bench doctor`: the facts of this machine, whatever they are."""
from __future__ import annotations

import csv
import io
import os
import subprocess
from pathlib import Path

from conftest import Bench, Outcome, Row, strict_json

# Long enough to see the clock advance, and no longer: nothing here depends on what is found.
SHORT = ["--time", "0.02"]

FACTS = [
    "processors",
    "processor quota",
    "throttling",
    "siblings (SMT)",
    "state of the core",
    "frequency governor",
    "turbo",
    "frequency drift",
    "virtual machine",
    "container",
    "steal",
    "run queue",
    "processor pressure",
    "noise floor",
    "clock source",
    "clock reading",
    "clock resolution",
    "clock jumps",
    "hardware counters",
    "software counters",
    "caches",
    "memory",
    "swap",
    "random addresses",
    "huge pages",
    "malloc",
    "environment",
    "build",
    "versions",
]


def doctor(bench: Bench, form: str = "json", **twins: str) -> Outcome:
    outcome = bench.ok("doctor", *SHORT, "--format", form, **twins)
    assert outcome.err == ""
    return outcome


def facts_of(outcome: Outcome) -> dict[str, Row]:
    rows = strict_json(outcome.out)["facts"]
    assert all(sorted(row) == ["effect", "fact", "level", "remedy", "value"] for row in rows)
    return {row["fact"]: row for row in rows}


def test_every_fact_is_there_and_says_why(bench: Bench) -> None:
    facts = facts_of(doctor(bench))
    assert list(facts) == FACTS
    for name, fact in facts.items():
        assert fact["level"] in ("ok", "warning", "unknown"), name
        assert fact["value"] and len(fact["effect"]) > 10, name
        assert (fact["level"] == "warning") <= (len(fact["remedy"]) > 3), name


def test_formats_have_the_same_facts(bench: Bench) -> None:
    table = list(csv.DictReader(io.StringIO(doctor(bench, "csv").out)))
    assert [row["fact"] for row in table] == FACTS
    assert list(table[0]) == ["fact", "value", "effect", "remedy", "level"]
    marked = [line for line in doctor(bench, "markdown").out.splitlines() if line[:1] == "|"]
    assert [line.split(" | ")[0][2:] for line in marked[2:]] == FACTS
    told = doctor(bench, "table").out
    lines = told.splitlines()
    assert lines[0].startswith(f"{len(FACTS)} facts: ")
    assert [line[9:28].strip() for line in lines[3:] if line[:1] != " "] == FACTS


def test_table_fits_a_terminal(bench: Bench) -> None:
    """But for a word that is wider, as an option of the compiler may be."""
    lines = doctor(bench, "table").out.splitlines()
    assert [line for line in lines if len(line) > 100 and " " in line[29:]] == []


def test_affinity_is_that_of_the_process(bench: Bench) -> None:
    cpu = min(os.sched_getaffinity(0))
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {cpu})  # which the program inherits
    try:
        fact = facts_of(doctor(bench))["processors"]
    finally:
        os.sched_setaffinity(0, before)
    assert fact["value"].endswith(f" online, 1 for this process ({cpu})")
    assert fact["level"] == "warning"


def test_variables_of_allocators_are_told(bench: Bench) -> None:
    """They reach nothing that is measured."""
    fact = facts_of(doctor(bench, MALLOC_ARENA_MAX="1", GC_NPROCS="1"))["environment"]
    assert fact["level"] == "ok"
    for name in ["MALLOC_ARENA_MAX", "GC_NPROCS"]:
        assert f"{name}=1" in fact["value"]
    assert "--keep-environment" in fact["effect"]


PRELOADED = """
#include <stddef.h>
extern void *__libc_malloc(size_t);
void *malloc(size_t n) { return __libc_malloc(n); }
"""


def test_malloc_that_was_preloaded_is_warned_of(bench: Bench, tmp_path: Path) -> None:
    source = tmp_path / "mine.c"
    source.write_text(PRELOADED, encoding="utf-8")
    library = tmp_path / "libmine.so"
    subprocess.run(["gcc", "-shared", "-fPIC", "-o", str(library), str(source)], check=True)
    # Folders of this list may have spaces in their names, which end a name in the other one.
    twins = {"LD_PRELOAD": library.name, "LD_LIBRARY_PATH": str(tmp_path)}
    fact = facts_of(doctor(bench, **twins))["malloc"]
    assert (fact["level"], fact["value"]) == ("warning", str(library))


def test_context_has_the_cheap_facts(bench: Bench) -> None:
    """Those that `doctor` tells of the same process, as texts."""
    outcome = bench.ok("--rounds", "0", "--calls", "1000", "--heap", "glibc", "--format", "json")
    context = strict_json(outcome.out)["context"]
    facts = facts_of(doctor(bench))
    if facts["processors"]["level"] != "unknown":
        assert facts["processors"]["value"].endswith(f"({context['affinity']})")
    quota = facts["processor quota"]["value"].removesuffix(" processors").removesuffix(" processor")
    assert context["cpu_quota"] == quota
    assert context["container"] == facts["container"]["value"]
