"""A second opinion: valgrind's on memory errors, on counted allocations and on indirect calls."""
from __future__ import annotations

import re
import shutil
import subprocess
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import pytest

from conftest import (
    BINARY,
    HASTY,
    ROOT,
    SLOW_S,
    STRATEGIES,
    Bench,
    Row,
    methods_of,
    parameters,
    strict_json,
    variants_of,
)
from test_machine_code import TO_FIND_THE_THREAD, bare, declared_indirect_calls, has_method

# A small table, as valgrind is some 50 times slower than the processor.
SMALL = ["--keys", "1000"]

# The least that is timed in a steady state; with fewer calls, cold starts in child processes are.
STEADY = [*HASTY, "--calls", "100001"]
COLD = [*HASTY, "--calls", "10", "--strategy", "value_task_pooled,poll"]

# So that it goes with the run into its sessions. Cells that are lacking are built as ever.
CHILDREN = ["--trace-children=yes", "--trace-children-skip=*/ninja"]


SUPPRESSED = ROOT / "tests" / "valgrind.supp"


@pytest.fixture(scope="module", autouse=True)
def valgrind_is_there() -> None:
    if shutil.which("valgrind") is None:
        pytest.skip("valgrind is missing; scripts/setup.sh --tests installs it")
    if not Path("/proc/self").exists():
        pytest.skip("valgrind needs /proc, which is not mounted")


def under_valgrind(bench: Bench, options: list[str], *arguments: str) -> str:
    """Runs the program itself, not the launcher; what it prints on standard output."""
    done = subprocess.run(
        ["valgrind", "--quiet", f"--suppressions={SUPPRESSED}", *options, str(BINARY), *arguments],
        cwd=bench.directory,
        env=bench.environment(),
        capture_output=True,
        text=True,
        timeout=SLOW_S,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


VARIANTS = [f"{name}@{each}" for name in STRATEGIES for each in variants_of(name)[1:]]
NESTED = ["--method", "async", "--depth", "3", "--calls", "2000", "--failure-rate", "0.3"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["--completion", "random", "--in-flight", "1000", "--distribution", "zipf"],
        *[
            pytest.param(arguments, marks=pytest.mark.long)
            for arguments in [
                ["--in-flight", "1", "--format", "json", "--export-csv", "export.csv"],
                [*NESTED, "--completion", "lifo"],
                [*NESTED, "--strategy", ",".join(VARIANTS), "--request-ops", "10"],
            ]
        ],
    ],
)
def test_no_memory_error_and_no_leak(bench: Bench, arguments: list[str]) -> None:
    """All strategies; operations that are still suspended at the end are drained."""
    strict = ["--error-exitcode=9", *CHILDREN, "--leak-check=full"]
    strict += ["--errors-for-leak-kinds=definite"]
    counting = ["--rounds", "0", "--calls", "5000", "--hit-rate", "0.5", *SMALL]
    assert under_valgrind(bench, strict, *counting, *arguments) != ""


@pytest.mark.parametrize(
    "timing",
    [pytest.param(STEADY, id="steady", marks=pytest.mark.long), pytest.param(COLD, id="cold")],
)
def test_no_memory_error_in_the_timing_pass(bench: Bench, timing: list[str]) -> None:
    """The timing cells, in the steady state all of them, and the findings and files that follow."""
    strict = ["--error-exitcode=9", *CHILDREN, "--leak-check=full"]
    strict += ["--errors-for-leak-kinds=definite"]
    dependent = ["--consumer", "dependent", "--hit-rate", "0.5"]
    assert under_valgrind(bench, strict, *timing, *dependent, *SMALL) != ""


def heap_calls(bench: Bench, strategy: str, calls: int) -> tuple[int, int]:
    """Allocations and frees of the child process that counts the strategy, by valgrind's count."""
    for log in bench.directory.glob("vg.*"):
        log.unlink()
    arguments = ["--rounds", "0", "--calls", str(calls), "--strategy", strategy, *SMALL]
    options = ["--log-file=vg.%p", "--leak-check=no"]
    done = subprocess.run(
        ["valgrind", *options, str(BINARY), *arguments],
        cwd=bench.directory,
        env=bench.environment(),
        capture_output=True,
        timeout=SLOW_S,
    )
    assert done.returncode == 0
    texts = [path.read_text() for path in bench.directory.glob("vg.*")]
    pattern = r"total heap usage: ([\d,]+) allocs, ([\d,]+) frees"
    usage = [re.search(pattern, text) for text in texts]
    found = [tuple(int(n.replace(",", "")) for n in match.groups()) for match in usage if match]
    # A process for each case and run: those of the strategy allocate most. It is counted twice.
    first, second = sorted(found)[-2:]
    assert first == second
    return first[0], first[1]


def test_counted_allocations_are_those_that_happen(bench: Bench) -> None:
    """The compiler deletes malloc and free in pairs where it can; N more calls tell if it did."""
    calls = 20000
    arguments = ["--rounds", "0", "--calls", str(calls), "--strategy", "heap_task", *SMALL]
    rows = bench.ok(*arguments, "--format", "json").rows
    row = next(row for row in rows if parameters(row["run_name"])["strategy"] == "heap_task")
    once = heap_calls(bench, "heap_task", calls)
    twice = heap_calls(bench, "heap_task", 2 * calls)
    assert row["allocs_per_op"] == row["frees_per_op"] == 1
    assert twice[0] - once[0] == calls * row["allocs_per_op"]
    assert twice[1] - once[1] == calls * row["frees_per_op"]


# --- what runs, against what a strategy declares ---


@dataclass
class Executed:
    """The calls of one function by callgrind's count: how many were indirect, and which others it
    made.
    """

    indirect: int = 0
    calls: dict[str, int] = field(default_factory=lambda: defaultdict(int))


def named(text: str) -> str:
    """A function's name in a profile, with all of its parts but for those of a coroutine's."""
    base, _, part = bare(text).partition(".")
    return f"{base}.{part}" if part in ("actor", "destroy") else base


def read_callgrind(path: Path) -> dict[str, Executed]:
    """A profile with names in full. A line behind `calls=` is the callee's cost, not its own."""
    functions: dict[str, Executed] = defaultdict(Executed)
    own, callee, column = "", "", -1
    skip = False
    for line in path.read_text().splitlines():
        key, _, value = line.partition("=")
        if line.startswith("events: "):
            column = line.split()[1:].index("Bi") + 1
        elif key == "fn":
            own = named(value)
        elif key == "cfn":
            callee = named(value)
        elif key == "calls":
            functions[own].calls[callee] += int(value.split()[0])
            skip = True
        elif re.match(r"[\d+*-]", line):
            costs = line.split()
            functions[own].indirect += int(costs[column]) if len(costs) > column and not skip else 0
            skip = False
    assert column > 0, "callgrind counted no indirect branches"
    return functions


def profile(bench: Bench, *arguments: str) -> tuple[set[str], dict[str, Executed]]:
    """Which strategies were timed, and what ran."""
    out = bench.directory / "profile"
    options = ["--tool=callgrind", "--branch-sim=yes", f"--callgrind-out-file={out}.%p", *CHILDREN]
    options += ["--compress-strings=no", "--compress-pos=no"]
    timing = [*STEADY, "--consumer", "both", "--hit-rate", "0.8"]
    rows: list[Row] = strict_json(
        under_valgrind(bench, options, *timing, *arguments, *SMALL, "--format", "json")
    )["benchmarks"]
    ran = {parameters(row["run_name"])["strategy"] for row in rows}
    return ran, read_callgrind(session_of(bench.directory.glob("profile.*")))


def session_of(profiles: Iterable[Path]) -> Path:
    """That of the one process in which cells are timed."""
    (found,) = (path for path in profiles if re.search(r"_timing\w*_method", path.read_text()))
    return found


def test_hits_make_the_indirect_calls_that_are_declared(bench: Bench) -> None:
    """In the timed loops. A call that was not parked in the window was a hit."""
    ran, functions = profile(bench)
    assert ran == set(STRATEGIES)
    for strategy in filter(has_method, sorted(ran)):
        prefix = f"vtb_{strategy}_user_cache_timing"
        method = functions[f"{prefix}_method"]
        loops = [functions[f"{prefix}_{loop}"] for loop in ["independent", "dependent"]]
        calls = sum(loop.calls[f"{prefix}_method"] for loop in loops)
        parked = sum(loop.calls["vtb_park"] for loop in loops)
        assert calls > 100_000, strategy
        assert 0.7 < 1 - parked / calls <= 1, strategy
        made = method.indirect + sum(loop.indirect for loop in loops)
        # A method of runtime-async finds its thread in another file, through a table.
        made -= sum(method.calls[name] for name in TO_FIND_THE_THREAD)
        if body := functions.get(f"{prefix}_method.actor"):
            # A coroutine that misses makes the same calls in the end, when it was resumed.
            every = Fraction(method.indirect + body.indirect, calls)
            made += every * (calls - parked) - method.indirect
        assert made == declared_indirect_calls(strategy) * (calls - parked), strategy


@pytest.mark.long
def test_hits_of_nested_methods_make_the_indirect_calls_of_each(bench: Bench) -> None:
    """There are two asynchronous methods, each with its Start and its step; every call goes through
    all of them.

    Where a hit calls the heap. The machine code shows that the others call nothing.
    """
    nested = {
        strategy
        for strategy in STRATEGIES
        if "async" in methods_of(strategy) and declared_indirect_calls(strategy) > 0
    }
    assert {"heap_task", "heap_task_cached"} <= nested
    arguments = ["--method", "async", "--depth", "2", "--consumer", "independent"]
    ran, functions = profile(bench, *arguments, "--strategy", ",".join(sorted(nested)))
    assert ran == nested | {"empty", "plain"}
    for strategy in sorted(nested):
        prefix = f"vtb_{strategy}_user_cache_timing_async_layered"
        names = ["independent", "layer", "layer_start", "layer_step"]
        names += ["method", "start", "step"]
        chain = [functions[f"{prefix}_{name}"] for name in names]
        callees = [f"{prefix}_{name}" for name in names[1:]]
        calls = chain[0].calls[callees[0]]
        assert calls > 100_000, strategy
        assert [each.calls[callee] for each, callee in zip(chain, callees)] == 6 * [calls], strategy
        parked = chain[0].calls["vtb_park"]
        assert 0.7 < 1 - parked / calls < 0.9, strategy
        made = sum(each.indirect for each in chain)
        made -= sum(each.calls[name] for each in chain for name in TO_FIND_THE_THREAD)
        assert made == 2 * declared_indirect_calls(strategy) * (calls - parked), strategy
