"""Heaps as the program has them: what it is linked against, and how they are called.

That they work side by side, each with its own memory, is test_heaps.c's.
"""
from __future__ import annotations

import re
import resource
import subprocess

import pytest

from conftest import BINARY, BUILD, COUNTED, HANG_S, ROOT, Bench, Outcome, Row, parameters


def text_of(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def needed() -> list[str]:
    """The libraries in the order in which a name is looked for in them."""
    return re.findall(r"\(NEEDED\).*\[(\S+)\]", text_of("readelf", "-d", str(BINARY)))


def libraries() -> dict[str, str]:
    """The heaps that are a library, each with its name."""
    found = {}
    for path in [*(ROOT / "heaps").glob("*.c"), *(ROOT / "heaps").glob("*/*.c")]:
        text = path.read_text(encoding="utf-8")
        if library := re.search(r"^#define VTB_LIBRARY +(\S+)", text, re.MULTILINE):
            found[path.stem] = library.group(1)
    return found


def test_c_library_is_the_first_and_that_of_cpp_the_second() -> None:
    """The heaps' libraries have a malloc and an operator new too, and the first one is taken."""
    assert [name.split(".so")[0] for name in needed()[:2]] == ["libc", "libstdc++"]


def test_libraries_of_the_heaps_are_linked(listing: dict[str, list[Row]]) -> None:
    available = {row["name"] for row in listing["heaps"] if row["available"] == "yes"}
    linked = {name.removeprefix("lib").split(".so")[0] for name in needed()}
    assert {"mimalloc", "jemalloc", "tcmalloc", "tbb"} <= set(libraries())
    for heap, library in libraries().items():
        assert (library in linked) == (heap in available), heap


def test_all_heaps_can_be_used_here(listing: dict[str, list[Row]]) -> None:
    """The tests run on what setup.sh installs."""
    assert {row["available"] for row in listing["heaps"]} == {"yes"}


@pytest.mark.parametrize("function", ["alloc", "free"])
def test_jemalloc_is_called_through_one_jump(function: str) -> None:
    """A call is as one through the linker's table: a jump to an address in memory, and nothing
    before it.
    """
    shown = text_of("objdump", "-d", f"--disassemble=jemalloc_{function}", str(BINARY))
    first = re.search(rf"<jemalloc_{function}>:\n[^\t]*\t[^\t]*\t(.*)", shown)
    assert first, shown
    if "x86-64" not in shown:
        pytest.skip("read for x86-64 alone")
    assert re.match(r"jmp +\*0x[0-9a-f]+\(%rip\) .*<own_\w+>", first.group(1)), shown


def test_counts_are_the_same_on_every_heap_that_frees(
    bench: Bench, listing: dict[str, list[Row]]
) -> None:
    """Counts are the same on all heaps, except for the bytes that blocks are rounded up to."""
    names = [row["name"] for row in listing["heaps"] if not row["collects"]]
    arguments = [*COUNTED, "--heap", ",".join(names), "--strategy", "heap_task,value_task"]
    rows = bench.ok(*arguments, "--format", "json").rows
    counted: dict[str, set[tuple[float, ...]]] = {}
    for row in rows:
        case = parameters(row["run_name"])
        exact = tuple(row[key] for key in ["bytes_per_op", "allocs_per_op", "frees_per_op"])
        counted.setdefault(case["strategy"], set()).add(exact)
        assert row["usable_bytes_per_op"] >= row["bytes_per_op"]
    assert {len(found) for found in counted.values()} == {1}
    assert {parameters(row["run_name"])["heap"] for row in rows} == set(names)


def run_with_limit(bench: Bench, kind: int, limit_bytes: int, *arguments: str) -> Outcome:
    done = subprocess.run(
        [str(BINARY), *arguments],
        cwd=bench.directory,
        env=bench.environment(VTB_CELLS=str(BUILD / "cells")),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=HANG_S,
        preexec_fn=lambda: resource.setrlimit(kind, (limit_bytes, limit_bytes)),
    )
    return Outcome(done.returncode, done.stdout, done.stderr, bench.results)


MIB = 1 << 20


@pytest.mark.parametrize("limit_mib", [512, 4096])
def test_own_collector_needs_few_addresses(bench: Bench, limit_mib: int) -> None:
    """It takes what there could be memory for, and fewer where there are fewer (ulimit -v). Objects
    are then elsewhere, which changes no count.
    """
    arguments = [*COUNTED, "--heap", "gengc", "--strategy", "heap_task,heap_task_lean"]
    counts = ["bytes_per_op", "allocs_per_op"]
    outcome = bench.ok(*arguments, "--format", "json")  # which builds the cells, too
    limit = limit_mib * MIB
    limited = run_with_limit(bench, resource.RLIMIT_AS, limit, *arguments, "--format", "json")
    assert limited.code == 0, limited.err
    expected = [[row[count] for count in counts] for row in outcome.rows]
    assert [[row[count] for count in counts] for row in limited.rows] == expected


def test_own_collector_without_addresses_says_so(bench: Bench) -> None:
    cases = ["--heap", "gengc", "--strategy", "heap_task"]
    bench.ok("build", *cases)
    arguments = [*COUNTED, *cases]
    outcome = run_with_limit(bench, resource.RLIMIT_AS, 80 * MIB, *arguments)
    assert outcome.code == 1
    assert "the heap gengc cannot be opened" in outcome.error
    assert "64 MiB" in outcome.error and "ulimit -v" in outcome.error


@pytest.mark.parametrize(
    "heap", ["glibc", "mimalloc", "jemalloc", "tcmalloc", "tbb", "boehm", "gengc"]
)
@pytest.mark.parametrize("limit_mib", [120, 200])
def test_memory_that_ends_is_told(bench: Bench, heap: str, limit_mib: int) -> None:
    """A million operations at once do not fit: by whom, for what and what to do, and no signal."""
    arguments = ["--strategy", "heap_task", "--heap", heap, "--in-flight", "1000000"]
    arguments += ["--payload", "256", "--calls", "2000000"]
    bench.ok("build", *arguments)
    arguments += ["--rounds", "0"]
    outcome = run_with_limit(bench, resource.RLIMIT_AS, limit_mib * MIB, *arguments)
    assert outcome.code == 1
    line = outcome.complaints[-1]  # a heap's library may complain itself, before it
    assert re.match(r"run_bench: .*(no memory for .*\d+ bytes|cannot be opened)", line)
    assert "signal" not in outcome.err
    if "bytes;" in line:
        assert f" on {heap}: " in line and "ulimit -v" in line


def test_small_stack_is_refused(bench: Bench) -> None:
    outcome = run_with_limit(bench, resource.RLIMIT_STACK, 64 * 1024, *COUNTED)
    assert outcome.code == 1
    assert "a stack of 64 KiB is too small" in outcome.error and "ulimit -s" in outcome.error
