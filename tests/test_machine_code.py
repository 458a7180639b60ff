"""The machine code of the measured cells: nothing in the loops but what a strategy consists of.

An indirect call costs as much as what is measured, so each loop calls its method directly, and on
a hit makes just the indirect calls that its strategy declares. Misses are out of line; their
functions are not looked at here.

What is read are the files that are loaded, as the linker left them, of the cells that the tests in
C go through (tests/built.h): a strategy's code differs little from one workload to the next. Each
check is one test, which names all cells that do not pass.
"""
from __future__ import annotations

import fcntl
import heapq
import platform
import re
import shutil
import subprocess
from collections import defaultdict
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Callable, Iterable

import pytest

from conftest import (
    BINARY,
    BUILD,
    ROOT,
    SLOW_S,
    STRATEGIES,
    Row,
    clean_environment,
    source_says,
    strict_json,
)

BUILT = BUILD / "tests" / "build_cells"
FILES = BUILD / "cells"
PASSES = ["timing", "counting"]

LOOPS = ["independent", "dependent"]
# In front of the names of thunks between a method and a caller that is compiled otherwise.
CROSSING = "crossing_"

# Functions that a loop may call beside its method: for a miss, a task without a result, a broken
# rule.
BESIDE_THE_METHOD = {"vtb_park", "vtb_task_wait", "vtb_misuse"}

# Where rules are checked, to consume may be too long to stand in line.
TO_CONSUME = {"vtb_take", "vtb_get"}

# Functions that a method may call: to suspend, or, if there is no object at hand in an arena or a
# pool, to make one.
TO_SUSPEND = {"suspend", "vtb_request_later", "vtb_misuse"}
TO_MAKE_AN_OBJECT = {
    *["vtb_frame_make", "vtb_pool_take_remote", "vtb_request_begin", "vtb_task_make"],
}


# Strategies whose miss is a store to what is there already: the caller's place, or a frame.
ASK_IN_PLACE = {"coroutine", "coroutine_recycled", "poll", "sender"}

# Strategies whose method resumes who waits, if anybody does yet, which nobody does on a hit.
RESUME_WHO_WAITS = {"sender"}

# The function that a loop or method may call outside of the cell's own file, in the program or in a
# library: the end of a process.
ELSEWHERE_IN_THE_LOOPS = {"vtb_misuse"}

# What an asynchronous method calls to find its thread, as .NET's does; the second, the first time.
TO_FIND_THE_THREAD = {"__tls_get_addr", "vtb_thread_begin"}

# What C++ does about an exception, which nothing throws; the last is read by who looks for one.
TO_UNWIND = {"_Unwind_Resume", "__cxa_begin_catch", "__cxa_end_catch", "__cxa_rethrow"}
PERSONALITY = "__gxx_personality_v0"

# Beside them: another thread that is waited for, and what is made ahead of the first call.
CLOCK = "clock_gettime"  # where hand-overs are timed
ELSEWHERE = {
    "vtb_misuse",
    "vtb_block_until",
    "vtb_block_while",
    "vtb_block_while_collected",
    "memset",
    "__assert_fail",
    *TO_FIND_THE_THREAD,
}


@lru_cache(maxsize=None)
def facts(section: str) -> dict[str, Row]:
    """The output of `list` on each entry, by name."""
    done = subprocess.run(
        [str(BINARY), "list", "--format", "json"],
        env=clean_environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    return {row["name"]: row for row in strict_json(done.stdout)[section]}


@lru_cache(maxsize=None)
def default_workload() -> str:
    (name,) = (name for name, row in facts("workloads").items() if row["default"])
    return name


@dataclass(frozen=True)
class Cell:
    """A strategy compiled against a workload, of one kind, but for the pass."""

    strategy: str
    workload: str
    method: str
    variant: str
    collected: bool
    virtual: bool = False  # the caller has an interface
    caller: str = ""  # "by_runtime": it is runtime-async; "stored": and it keeps the task
    concurrent: bool = False  # all threads insert into the table
    outside: bool = False  # a store outside of the program may answer
    handover: bool = False  # hand-overs to a caller that waits are timed
    layered: bool = False  # the loops call layers of methods
    polluted: bool = False  # other memory is touched between calls

    def kind(self, a_pass: str) -> str:
        """The cell's kind as in file names and symbols: timing, counting_async_checked, ..."""
        method = self.method if self.method != "direct" else ""
        parts = [a_pass, method, self.caller, self.variant]
        parts += ["collected"] if self.collected else []
        parts += ["virtual"] if self.virtual else []
        parts += ["concurrent"] if self.concurrent else []
        parts += ["outside"] if self.outside else []
        parts += ["handover"] if self.handover else []
        parts += ["layered"] if self.layered else []
        parts += ["polluted"] if self.polluted else []
        return "_".join(filter(None, parts))

    def symbol(self, name: str, a_pass: str = "timing") -> str:
        """A function of the cell, or one of those that all cells call the same."""
        if name.startswith(("vtb_", "__")):
            return name
        return f"vtb_{self.strategy}_{self.workload}_{self.kind(a_pass)}_{name}"

    def file_name(self, a_pass: str = "timing") -> str:
        return f"{self.strategy}.{self.workload}.{self.kind(a_pass)}.so"

    @property
    def has_method(self) -> bool:
        return has_method(self.strategy)

    @property
    def is_runtime(self) -> bool:
        """Whether the method is runtime-async."""
        return self.method == "runtime" or self.strategy == "runtime_async"

    @property
    def crosses(self) -> bool:
        """Whether the caller is compiled otherwise, or keeps a task, so that it calls a thunk."""
        by_runtime = self.strategy == "runtime_async" or self.caller == "by_runtime"
        return self.is_runtime != by_runtime

    @property
    def is_twin(self) -> bool:
        """Whether a direct method has a twin, which is called in its place."""
        return self.method == "direct" and self.crosses and not self.is_runtime

    @property
    def needs_no_hand_over(self) -> bool:
        """Whether a runtime-async caller has the value of a hit without the strategy's hand-over,
        which a classic asynchronous method makes all the same.
        """
        return self.caller == "by_runtime" and self.method != "async"

    @property
    def is_default(self) -> bool:
        return self.workload == default_workload()

    @property
    def passes(self) -> list[str]:
        """The passes whose code is read. The counting cells are made from the same source, so that
        those of one workload stand for all, and they are the same for every heap, store and depth.
        """
        own = self.collected or self.caller or self.outside or self.handover
        shared = self.is_default and not (own or self.layered or self.polluted)
        return PASSES if shared else PASSES[:1]

    @property
    def loops(self) -> dict[str, list[str]]:
        """Each loop, and what it calls: the method, or the outermost of its layers; where they are
        compiled otherwise, the thunk around it.
        """
        called = CROSSING * self.crosses + ("layer" if self.layered else "method")
        return {name: [called] if self.has_method else [] for name in LOOPS}

    @property
    def beside_the_method(self) -> set[str]:
        return BESIDE_THE_METHOD | (TO_CONSUME if self.variant == "checked" else set())

    @property
    def of_the_workload(self) -> set[str]:
        """Functions that a lookup calls if it does not find the key, or has more to do than to
        look.
        """
        return out_of_line_of(self.workload)

    @property
    def returns_in_place(self) -> bool:
        """Whether the method writes a large value where its caller wants it."""
        return holds_value(self.strategy) and has_large_value(self.workload)

    @property
    def to_unwind(self) -> set[str]:
        """Functions for exceptions that code in C++ calls."""
        return TO_UNWIND if STRATEGIES[self.strategy].suffix == ".cc" else set()

    @property
    def body(self) -> list[str]:
        """The function that a compiler makes of a coroutine's body, which the method calls."""
        return ["method.actor"] if self.symbol("method.actor") in functions(self) else []

    @property
    def methods(self) -> list[str]:
        """The functions that are called as a library's are, and what they consist of."""
        if not self.has_method:
            return []
        own = ["method", "layer"]
        thunks = [CROSSING + name for name in own] * self.crosses
        if self.is_runtime:
            return own + thunks
        parts = [f"{of}{part}" for part in ("start", "step") for of in ("", "layer_")]
        return [*own, *(parts if self.method == "async" else []), *self.builder, *thunks]

    @property
    def builder(self) -> list[str]:
        """The function that an asynchronous method calls for what it returns, unless it built an
        object, which stands in the builder.
        """
        pattern = r"^#define VTB_BUILDS_OBJECT 1$"
        source = with_includes(STRATEGIES[self.strategy])
        builds = re.search(pattern, source, re.MULTILINE) is not None
        return ["task"] if self.method == "async" and not builds else []

    def measured(self, a_pass: str) -> list[str]:
        """All that a call runs through: the above, and what consumes, if it is no part of them."""
        return [*self.loops, *self.methods, *sorted(TO_CONSUME & set(functions(self, a_pass)))]

    def __str__(self) -> str:
        return f"{self.strategy}.{self.workload}.{self.kind('')}"


def has_method(strategy: str) -> bool:
    return facts("strategies")[strategy]["hand-over B"] > 0


@lru_cache(maxsize=None)
def with_includes(path: Path) -> str:
    """A source, with the headers that it includes from beside it or from the contract's."""
    text = path.read_text(encoding="utf-8")
    names = re.findall(r'^#include [<"]([\w/]+\.h)[>"]', text, re.MULTILINE)
    tried = [folder / name for name in names for folder in (path.parent, ROOT / "harness/include")]
    return "".join([text, *(with_includes(each) for each in tried if each.exists())])


def source_of(workload: str) -> str:
    """One with a size is named by its file's stem and the size."""
    path = ROOT / "workloads" / f"{workload}.h"
    sized = ROOT / "workloads" / "sized" / f"{workload.rpartition('_')[0]}.h"
    return (path if path.exists() else sized).read_text(encoding="utf-8")


def has_large_value(workload: str) -> bool:
    """Larger than a register."""
    return facts("workloads")[workload]["value B"] > 8


@lru_cache(maxsize=None)
def looks_for_more(workload: str) -> bool:
    """Whether a lookup writes as well: to what its service has beside the ring of inserted keys."""
    return ".make_own" in source_of(workload)


@lru_cache(maxsize=None)
def holds_value(strategy: str) -> bool:
    pattern = r"^#define VTB_HOLDS_VALUE 1$"
    return re.search(pattern, with_includes(STRATEGIES[strategy]), re.MULTILINE) is not None


@lru_cache(maxsize=None)
def out_of_line_of(workload: str) -> set[str]:
    text = source_of(workload)
    return set(re.findall(r"^VTB_OUT_OF_LINE static [^(;]*?(\w+)\(", text, re.MULTILINE))


@lru_cache(maxsize=None)
def file_names() -> list[str]:
    """Builds the cells that the tests in C go through, if they are not there, and says which."""
    with (BUILD / ".lock").open("w") as lock:  # the launcher's
        fcntl.flock(lock, fcntl.LOCK_EX)
        program = ["ninja", "-C", str(BUILD), str(BUILT.relative_to(BUILD))]
        subprocess.run(program, check=True, capture_output=True, timeout=SLOW_S)
    done = subprocess.run(
        [str(BUILT)],
        env=clean_environment(),
        capture_output=True,
        text=True,
        check=True,
        timeout=SLOW_S,
    )
    return done.stdout.split()


def cell_of(file_name: str) -> tuple[Cell, str]:
    """The cell that a file is of, and its pass."""
    strategy, workload, kind, suffix = file_name.split(".")
    a_pass, *words = kind.split("_")
    variant = "".join({"checked", "atomic", "local"} & set(words))
    caller = "stored" if "stored" in words else "by_runtime" if "by" in words else ""
    method = words[0] if words and words[0] in {"async", "runtime"} else "direct"
    traits = ("collected" in words, "virtual" in words)
    cell = Cell(strategy, workload, method, variant, *traits, caller)
    cell = replace(cell, outside="outside" in words, handover="handover" in words)
    cell = replace(cell, layered="layered" in words, polluted="polluted" in words)
    assert (cell.file_name(a_pass), suffix) == (file_name, "so")
    return cell, a_pass


@lru_cache(maxsize=None)
def timing_cells() -> list[Cell]:
    return [cell for cell, a_pass in map(cell_of, file_names()) if a_pass == "timing"]


def all_cells() -> list[Cell]:
    """But for those whose caller has an interface, which are as others in all but the call."""
    return [cell for cell in timing_cells() if not cell.virtual]


# A collector adds a safepoint to every loop, and takes the frees out.
def is_freeing(cell: Cell) -> bool:
    return not cell.collected


def is_direct(cell: Cell) -> bool:
    direct = cell.method == "direct" and not (cell.is_runtime or cell.is_twin)
    return is_freeing(cell) and direct and cell.has_method


def is_async(cell: Cell) -> bool:
    return is_freeing(cell) and cell.method == "async" and not cell.is_runtime


def is_runtime(cell: Cell) -> bool:
    return is_freeing(cell) and cell.is_runtime


Check = Callable[[Cell], None]


def each_of(chosen: Callable[[Cell], bool]) -> Callable[[Check], Callable[[], None]]:
    """Makes a check of one cell a test of many, which names all cells that do not pass."""

    def make(check: Check) -> Callable[[], None]:
        def test() -> None:
            cells = [cell for cell in all_cells() if chosen(cell)]
            assert cells, "there is no such cell"
            failed: list[str] = []
            first: Exception | None = None
            for cell in cells:
                try:
                    check(cell)
                except (AssertionError, LookupError, ValueError) as error:
                    failed.append(f"{cell}: {error!s}")
                    first = first or error
            if first:
                raise AssertionError("\n".join(failed)) from first

        test.__doc__ = check.__doc__
        return test

    return make


each_cell = each_of(lambda cell: True)
each_freeing = each_of(is_freeing)
each_collected = each_of(lambda cell: cell.collected)
each_direct = each_of(is_direct)
each_async = each_of(is_async)
each_runtime = each_of(is_runtime)


def bare(name: str) -> str:
    """A function's name without its parameters, and without what the compiler put behind it: but
    for the part of it that this is, as .cold, or .actor of a coroutine.
    """
    parts = "".join(re.findall(r" \[clone (\.[\w.]+)\]", name))
    return re.sub(r"\.(isra|constprop)\.\d+", "", name.split("(")[0] + parts)


def without_parameters(text: str) -> str:
    """An instruction that names a function of C++, whose parameters are no part of it."""

    def named(found: re.Match[str]) -> str:
        name, offset = found.groups()
        return f"<{bare(name) if '(' in name else name}{offset or ''}>"

    return re.sub(r"<(.+?)(\+0x[0-9a-f]+)?>$", named, text)


@dataclass
class Instruction:
    address: int
    text: str
    symbol: str = ""  # what the word that it reads is given from another file, when it is loaded
    following: int = -1  # the address behind it; -1 at the end of its function

    @cached_property
    def is_call(self) -> bool:
        return re.match(r"(data16 |rex\.W )*call", self.text) is not None

    @cached_property
    def is_jump(self) -> bool:
        return re.match(r"(bnd )?j", self.text) is not None

    @cached_property
    def is_unconditional(self) -> bool:
        return re.match(r"(bnd )?jmp", self.text) is not None

    @cached_property
    def is_return(self) -> bool:
        return "ret" in self.text.split()[:2]

    @cached_property
    def is_indirect(self) -> bool:
        return (self.is_call or self.is_jump) and "*" in self.text

    @cached_property
    def is_direct_call(self) -> bool:
        return self.is_call and not self.is_indirect

    @cached_property
    def target(self) -> int:
        """Where a direct jump goes to."""
        named = re.search(r" ([0-9a-f]+) <", self.text)
        assert named, self.text
        return int(named.group(1), 16)

    @cached_property
    def callee(self) -> str:
        """The function that a direct call or jump names, or goes to a part of."""
        named = re.search(r"<([^>+(]+)(\(.*\))?(\+0x[0-9a-f]+)?>$", self.text)
        return bare(named.group(1).removesuffix("@plt") if named else "")

    @cached_property
    def goes_elsewhere(self) -> bool:
        """Calls or jumps to what is in another file."""
        return (self.is_call or self.is_jump) and "@plt" in self.text

    @cached_property
    def takes_a_reference_away(self) -> bool:
        """Decrements a word in memory."""
        return re.match(r"(lock )?(sub[wlq]? +\$0x1,.*\)|dec[wlq]? +.*\))$", self.text) is not None

    @cached_property
    def stored(self) -> str:
        """The place in memory that is written to; nothing if none is, or by a call alone."""
        if self.text.startswith("push"):
            return "(%rsp)"
        written = re.match(r"(?!cmp|test|lea|.*nop)\S+ +(?:.*,)?([^,]*\([^)]*\))$", self.text)
        return written.group(1) if written and not (self.is_call or self.is_jump) else ""


Function = dict[int, Instruction]

RELATIVE = "R_X86_64_RELATIVE"
RELOCATION = r"^([0-9a-f]+) (R_X86_64_\w+) +(\S+)$"


@pytest.fixture(scope="module", autouse=True)
def released_build() -> None:
    if platform.machine() != "x86_64":
        pytest.skip("the tests read machine code of x86_64")
    if shutil.which("objdump") is None:
        pytest.skip("objdump is missing; scripts/setup.sh installs binutils")
    cache = BUILD / "CMakeCache.txt"
    if not cache.exists() or "CMAKE_BUILD_TYPE:STRING=Release" not in cache.read_text():
        pytest.skip("build/release is missing or no Release build; ./run_bench makes it")


@dataclass
class Dump:
    """The parts of a file."""

    sections: dict[str, list[int]]  # size, two addresses, place in the file, alignment
    producer: str  # the compiler, and what it was told
    references: dict[int, tuple[str, str]]  # words that are set when it is loaded: how, and to what
    functions: dict[str, Function]


@lru_cache(maxsize=None)
def dump(cell: Cell, a_pass: str) -> Dump:
    path = FILES / cell.file_name(a_pass)
    text, code = (
        subprocess.run(
            ["objdump", *what, str(path)], capture_output=True, text=True, check=True
        ).stdout
        for what in [
            ["--headers", "--dynamic-reloc", "--dwarf=info", "--dwarf-depth=1"],
            ["--disassemble", "--demangle", "--no-show-raw-insn"],
        ]
    )
    section = r"^ +\d+ (\S+) +((?:[0-9a-f]+ +){4})2\*\*(\d+)$"
    sections = {
        name: [*(int(word, 16) for word in words.split()), 1 << int(power)]
        for name, words, power in re.findall(section, text, re.MULTILINE)
    }
    references = {
        int(word, 16): (how, what.split("@")[0])
        for word, how, what in re.findall(RELOCATION, text, re.MULTILINE)
    }
    (producer,) = re.findall(r"DW_AT_producer .*: (\S.*)$", text, re.MULTILINE)
    read = Dump(sections, producer, references, read_functions(code, references))
    assert read.functions and read.sections and read.references, f"no code in {path}"
    return read


def read_functions(
    listing: str, references: dict[int, tuple[str, str]]
) -> dict[str, Function]:
    """The functions of the file itself, without those that lead out of it. A C++ function goes by
    its name without its parameters.
    """
    found: dict[str, Function] = {}
    current: Function = {}
    last = Instruction(0, "")
    for line in listing.splitlines():
        if code := re.match(r" *([0-9a-f]+):\t(.+)$", line):
            address = int(code.group(1), 16)
            last.following = address if last.address in current else -1
            text, _, remark = code.group(2).partition("#")
            last = Instruction(address, without_parameters(text.strip()))
            if word := re.match(r" ([0-9a-f]+) <", remark):
                how, what = references.get(int(word.group(1), 16), ("", ""))
                last.symbol = what if how != RELATIVE else ""
            current[address] = last
        elif start := re.match(r"[0-9a-f]+ <(.+)>:$", line):
            is_own = "@plt" not in start.group(1)
            current = found.setdefault(bare(start.group(1)), {}) if is_own else {}
            last = Instruction(-1, "")
    return found


def functions(cell: Cell, a_pass: str = "timing") -> dict[str, Function]:
    return dump(cell, a_pass).functions


def function_of(cell: Cell, name: str, a_pass: str = "timing") -> Function:
    return functions(cell, a_pass)[cell.symbol(name, a_pass)]


@lru_cache(maxsize=None)
def declared_indirect_calls(strategy: str) -> int:
    text = STRATEGIES[strategy].read_text(encoding="utf-8")
    found = re.search(r"\.indirect_calls_on_hit = (\d+)", text)
    return int(found.group(1)) if found else 0


# --- ways through a function ---


def successors(function: Function, instruction: Instruction) -> list[int]:
    """Addresses in the function that may run next; none behind a return or a tail call."""
    found = []
    if instruction.is_jump and not instruction.is_indirect and instruction.target in function:
        found.append(instruction.target)
    ends = instruction.is_return or instruction.is_unconditional
    if not ends and instruction.following >= 0:
        found.append(instruction.following)
    return found


@lru_cache(maxsize=None)
def unread(text: str) -> bool:
    """Whether flags are left alone, as a move does."""
    return re.match(r"mov|lea|nop|push|pop", text) is not None


def edges_of_shared_objects(function: Function) -> set[tuple[int, int]]:
    """Where code goes that finds, having given up a reference, that it was not the last one.

    What a hit hands over has one consumer here, so it never goes there.
    """
    found = set()
    for instruction in function.values():
        jump = instruction
        while jump.takes_a_reference_away or unread(jump.text):
            following = successors(function, jump)
            if not instruction.takes_a_reference_away or not following:
                break
            jump = function[following[0]]
        if instruction.takes_a_reference_away and re.match("j(e|ne) ", jump.text):
            *target, fall_through = successors(function, jump)
            if jump.text.startswith("je "):
                found.add((jump.address, fall_through))
            else:
                found.update((jump.address, address) for address in target)
    return found


def graph_of(function: Function, avoided: set[int]) -> dict[int, list[int]]:
    """The instructions that may follow each instruction on a hit, without those that are avoided.
    """
    shared = edges_of_shared_objects(function)
    return {
        address: [
            following
            for following in successors(function, instruction)
            if following not in avoided and (address, following) not in shared
        ]
        for address, instruction in function.items()
        if address not in avoided
    }


@dataclass(frozen=True)
class IndirectCalls:
    """On ways of a hit: on the way that has the fewest, and at how many places of all ways."""

    least: int
    places: int

    def __add__(self, other: IndirectCalls) -> IndirectCalls:
        return IndirectCalls(self.least + other.least, self.places + other.places)


def reach(graph: dict[int, list[int]], starts: list[int], ends: set[int]) -> set[int]:
    """Instructions that run from one of `starts` on, up to the first of `ends`."""
    found: set[int] = set()
    queue = [start for start in starts if start in graph]
    while queue:
        address = queue.pop()
        if address not in found:
            found.add(address)
            queue += [] if address in ends else graph[address]
    return found


def hit_path(function: Function, start: int, ends: set[int], avoided: set[int]) -> set[int]:
    """Instructions on any way from `start` to one of `ends`."""
    graph = graph_of(function, avoided)
    ahead = reach(graph, [start], ends)
    backward: dict[int, list[int]] = {address: [] for address in graph}
    for address in ahead - ends:
        for following in graph[address]:
            backward[following].append(address)
    return ahead & reach(backward, sorted(ends & ahead), set())


def indirect_calls(
    function: Function, start: int, ends: set[int], avoided: set[int]
) -> IndirectCalls | None:
    """None if there is no way from `start` to one of `ends`."""
    path = hit_path(function, start, ends, avoided)
    graph = graph_of(function, avoided)
    places = sum(function[address].is_indirect for address in path)
    best: set[int] = set()
    queue = [(0, start)] if path else []
    while queue:
        calls, address = heapq.heappop(queue)
        if address in best or address not in path:
            continue
        best.add(address)
        calls += function[address].is_indirect
        if address in ends:
            return IndirectCalls(calls, places)
        for following in graph[address]:
            heapq.heappush(queue, (calls, following))
    return None


def out_of_line(function: Function, *called: str) -> set[int]:
    """Calls of and jumps to other functions than `called`: what a hit does not do."""
    return {
        each.address
        for each in function.values()
        if (each.is_direct_call and each.callee not in called)
        or (each.is_unconditional and not each.is_indirect and each.target not in function)
    }


def returns_of(function: Function) -> set[int]:
    """Where a function ends: its returns, and jumps through a pointer to another one."""
    return {
        each.address
        for each in function.values()
        if each.is_return or (each.is_jump and each.is_indirect)
    }


@lru_cache(maxsize=None)
def calls_in_function(
    cell: Cell, name: str, *called: str, a_pass: str = "timing"
) -> IndirectCalls:
    """From entry to return. A call or jump to a function that is not `called` is the miss path."""
    function = function_of(cell, name, a_pass)
    symbols = {cell.symbol(each, a_pass) for each in called}
    avoided = out_of_line(function, *TO_CONSUME, *cell.of_the_workload, *symbols)
    calls = indirect_calls(function, min(function), returns_of(function), avoided)
    assert calls is not None, f"there is no way for a hit through {name}"
    return calls


def calls_in_loop(cell: Cell, loop: str, method: str) -> IndirectCalls:
    """From behind a call of the method to the next one, past the window's out-of-line code."""
    function = function_of(cell, loop)
    names = [cell.symbol(name) for name in cell.loops[loop]]
    calls = {each.address: each.callee for each in function.values() if each.is_direct_call}
    ends = {address for address, callee in calls.items() if callee in names}
    avoided = out_of_line(function, *TO_CONSUME, *names)
    after = [function[call].following for call in ends if calls[call] == cell.symbol(method)]
    ways = [indirect_calls(function, start, ends, avoided) for start in after]
    found = [way for way in ways if way is not None]
    assert found, f"there is no way for a hit through {loop}"
    return max(found, key=lambda way: way.least)


def sum_of(calls: Iterable[IndirectCalls]) -> IndirectCalls:
    return sum(calls, IndirectCalls(0, 0))


def calls_on_hit(cell: Cell, loop: str, method: str) -> IndirectCalls:
    """The calls of a loop and the one method that it calls, or of two methods if that one is a
    layer.
    """
    chain = calls_in_loop(cell, loop, method)
    for name in TO_CONSUME & set(functions(cell)):
        chain += IndirectCalls(0, calls_in_function(cell, name).places)
    if cell.is_twin:
        chain += calls_in_function(cell, CROSSING + "method")
        around = calls_in_function(cell, CROSSING + "layer", *thunks_of(cell))
        return chain + around if method == CROSSING + "layer" else chain
    if cell.crosses:
        outer, method = method, method.removeprefix(CROSSING)
        chain += calls_in_function(cell, outer, method)
    if cell.is_runtime:
        if method == "layer":
            chain += calls_in_function(cell, "layer", "layer", "method", "__tls_get_addr")
        return chain + calls_in_function(cell, "method", "__tls_get_addr")
    if cell.method == "async":
        for own in ["", "layer_"] if method == "layer" else [""]:
            chain += calls_in_function(cell, own.rstrip("_") or "method", f"{own}start", "task")
            chain += calls_in_function(cell, f"{own}start", f"{own}step", "__tls_get_addr")
            chain += calls_in_function(cell, f"{own}step", "layer", "method")
        return chain + sum_of(calls_in_function(cell, name) for name in cell.builder)
    if method == "layer":
        chain += calls_in_function(cell, "layer", "layer", "method")
    for body in cell.body:
        chain += calls_in_function(cell, body)
    return chain + calls_in_function(cell, "method", *cell.body)


def thunks_of(cell: Cell) -> list[str]:
    return [name for name in cell.methods if name.startswith(CROSSING)]


def callees(function: Function) -> set[str]:
    """Functions that are called by name."""
    return {each.callee for each in function.values() if each.is_direct_call}


def tails(function: Function) -> set[str]:
    """Functions that are jumped to, less the parts that the compiler moved away as unlikely."""
    left = [
        each.callee
        for each in function.values()
        if each.is_jump and not each.is_indirect and each.target not in function
    ]
    moved = re.compile(r".*\.cold(\.\d+)?$")
    return {name for name in left if not moved.match(name)}


# --- what there is ---


def test_every_cell_is_a_file_with_its_name() -> None:
    """All kinds of the default workload, and of others what was asked for."""
    names = set(file_names())
    assert len(names) == len(file_names()), "a cell is there twice"
    assert names <= {path.name for path in FILES.iterdir()}
    assert {name.split(".")[0] for name in names} == set(STRATEGIES)
    for there in [
        "heap_task.payload_256.timing.so",
        "heap_task.product_catalog.timing_async_collected.so",
        "heap_task.user_cache.timing_async_atomic_collected.so",
        "heap_task.user_cache.timing_async_atomic.so",
        "poll.user_cache.counting_checked.so",
    ]:
        assert there in names
    assert "arena_task.user_cache.timing_collected.so" not in names
    assert "poll.user_cache.timing_async.so" not in names
    assert not any(".counting" in name and "_collected" in name for name in names)
    kinds = {name.split(".")[2] for name in names if f".{default_workload()}." in name}
    methods, variants = ["", "_async", "_runtime"], ["", "_checked", "_atomic", "_local"]
    expected = {f"{a_pass}{m}{v}" for a_pass in PASSES for m in methods for v in variants}
    expected |= {f"timing{m}_virtual" for m in methods}
    expected |= {f"timing{m}{v}_collected" for m in methods for v in variants}
    expected |= {f"timing{v}{c}_outside" for v in ["", "_atomic"] for c in ["", "_collected"]}
    expected |= {"timing_async_atomic_outside"}
    expected |= {f"timing_atomic{c}_handover" for c in ["", "_collected"]}
    expected |= {"timing_async_atomic_handover", "timing_virtual_layered", "timing_polluted"}
    expected |= {"timing_async_collected_layered", "timing_async_layered_polluted"}
    expected |= {f"timing{m}_layered" for m in methods}
    by_runtime = ["_by_runtime", "_async_by_runtime", "_runtime_by_runtime", "_runtime_stored"]
    ends = ["", "_collected", "_layered", "_collected_layered"]
    assert kinds == expected | {f"timing{c}{end}" for c in by_runtime for end in ends}


@each_cell
def test_cell_has_its_functions(cell: Cell) -> None:
    measured = {*LOOPS, "method", "layer", "start", "step", "layer_start", "layer_step", "task"}
    measured |= {CROSSING + "method", CROSSING + "layer"}
    expected = {*cell.loops, *cell.methods}
    for a_pass in cell.passes:
        names = set(functions(cell, a_pass))
        found = {name for name in measured if cell.symbol(name, a_pass) in names}
        assert found == expected, a_pass


# --- the loops ---


@each_freeing
def test_loop_calls_its_method_directly_or_nothing(cell: Cell) -> None:
    for loop, methods in cell.loops.items():
        calls = [each for each in function_of(cell, loop).values() if each.is_call]
        if not cell.has_method:
            assert calls == [], "the loop alone calls nothing"
            continue
        for method in methods:
            direct = [each for each in calls if each.callee == cell.symbol(method)]
            assert len(direct) >= 1, loop
            assert [each.text for each in direct if each.is_indirect] == []


@each_freeing
def test_hit_makes_the_indirect_calls_that_are_declared(cell: Cell) -> None:
    """With layers of two asynchronous methods, each of them makes its own.

    Which way a hit takes is not always to be seen in the code: an immortal task goes past the
    heap, a coroutine's body goes by a number in its frame, and a quarantine keeps what is freed
    until it is full. There the declared number lies
    between what the shortest way makes and what all ways have; valgrind counts what runs.
    """
    if not cell.has_method:
        assert declared_indirect_calls(cell.strategy) == 0
        return
    immortal = source_says(cell.strategy, "^#define VTB_HAS_IMMORTAL_TASKS ")
    for loop, method in ((loop, name) for loop, names in cell.loops.items() for name in names):
        methods = 2 if method.endswith("layer") and is_async(cell) else 1
        declared = methods * declared_indirect_calls(cell.strategy)
        declared *= not cell.needs_no_hand_over
        calls = calls_on_hit(cell, loop, method)
        if immortal or cell.body or cell.variant == "checked":
            assert calls.least <= declared <= calls.places, loop
        else:
            assert calls.least == declared, loop


SAFEPOINT = IndirectCalls(0, 1)


@each_collected
def test_collected_hit_frees_nothing_and_passes_a_safepoint(cell: Cell) -> None:
    """In the loop stands one call through a pointer, the safepoint's, and no way needs it."""
    for loop, methods in cell.loops.items():
        for method in methods:
            found = calls_in_loop(cell, loop, method)
            assert found.least == 0, loop
            if cell.strategy != "heap_task_pooled" and cell.variant != "checked":
                assert found == SAFEPOINT, loop
    if cell.has_method and cell.method == "direct" and cell.variant != "checked":
        freed = declared_indirect_calls(cell.strategy) == 2
        expected = declared_indirect_calls(cell.strategy) - freed
        calls = calls_in_function(cell, "method", *TO_FIND_THE_THREAD)
        immortal = source_says(cell.strategy, "^#define VTB_HAS_IMMORTAL_TASKS ")
        assert calls.least in ({0, expected} if immortal else {expected})
        assert calls.places == expected + (cell.strategy in RESUME_WHO_WAITS)


# --- callers with an interface ---

# Where a table of methods has what a loop calls.
IN_TABLE = {"method": "", "layer": "0x8"}
IN_TABLE |= {CROSSING + name: place for name, place in IN_TABLE.items()}


def calls_through_the_table(function: Function, table: str) -> list[str]:
    """Where in the table each call finds its function, whose address is read right there; `table`
    is where the service refers to it.
    """
    found = []
    loaded: dict[str, str] = {}
    for each in function.values():
        if call := re.fullmatch(r"call +\*(0x[0-9a-f]+)?\(%(\w+)\)", each.text):
            if loaded.get(call.group(2)) == table:
                found.append(call.group(1) or "")
        if load := re.fullmatch(r"mov +(0x[0-9a-f]+)\(%\w+\),%(\w+)", each.text):
            loaded[load.group(2)] = load.group(1)
        elif each.is_call or each.is_jump:
            loaded = {}
    return found


def operations(function: Function) -> list[str]:
    """What each instruction does, without its operands; padding is none."""
    texts = [each.text for each in function.values()]
    padding = re.compile(r"(data16 |cs )*nop|xchg +%ax,%ax")
    return [text.split()[0] for text in texts if not padding.match(text)]


def of_a_class(cell: Cell) -> Cell:
    """The cell whose caller calls the method by its name."""
    return replace(cell, virtual=False)


def place_of_the_table() -> str:
    """Where a service refers to its table, as the cheapest strategy tells it: its loop makes one
    call, whose register was read just before.
    """
    cell = Cell("plain", default_workload(), "direct", "", False, virtual=True)
    texts = [each.text for each in function_of(cell, "independent").values()]
    (at,) = (i for i, text in enumerate(texts) if text.startswith("call"))
    name = texts[at].rpartition("%")[2].rstrip(")")
    loads = [re.fullmatch(rf"mov +(0x\w+)\(%\w+\),%{name}", text) for text in texts[:at]]
    return [load.group(1) for load in loads if load][-1]


def test_caller_with_an_interface_reads_an_address_and_calls_it() -> None:
    """Nothing else: no method is called by its name, and no code asks which one it is. Where no
    register is spilled for it, that is one instruction more than in a loop that knows its method.
    """
    table = place_of_the_table()
    cells = [cell for cell in timing_cells() if cell.virtual and cell.has_method]
    assert {cell.strategy for cell in cells} == {name for name in STRATEGIES if has_method(name)}
    for cell in cells:
        known = of_a_class(cell)
        for loop, methods in cell.loops.items():
            function = function_of(cell, loop)
            assert not callees(function) & set(map(cell.symbol, methods)), f"{cell}: {loop}"
            called = calls_through_the_table(function, table)
            assert set(called) == {IN_TABLE[method] for method in methods}, f"{cell}: {loop}"
            by_name = [each.callee for each in function_of(known, loop).values() if each.is_call]
            expected = [name for name in by_name if name in map(known.symbol, methods)]
            assert len(called) == len(expected), f"{cell}: {loop}"
            more = len(operations(function)) - len(operations(function_of(known, loop)))
            assert cell.strategy not in {"plain", "caller_op"} or more == 1, f"{cell}: {loop}"
        for name in cell.methods:
            assert operations(function_of(cell, name)) == operations(function_of(known, name))


# --- a table into which all threads insert ---

def on_a_hit(cell: Cell) -> list[Instruction]:
    """The instructions of the method on any way of a hit."""
    function = function_of(cell, "method")
    avoided = out_of_line(function, *TO_CONSUME)
    path = hit_path(function, min(function), returns_of(function), avoided)
    assert path, f"there is no way for a hit through {cell}"
    return [function[address] for address in sorted(path)]


def written_beside_the_stack(cell: Cell) -> list[str]:
    places = [each.stored for each in on_a_hit(cell)]
    return [place for place in places if place and "%rsp" not in place]


def test_concurrent_lookup_takes_no_lock_and_writes_nothing() -> None:
    """A hit writes as often as with the table that is only read: what it hands over, and nothing
    else. Who inserts does lock.
    """
    strategies = ["plain", "heap_task", "value_task"]
    options = ["--table", "concurrent", "--strategy", ",".join(strategies), "--heap", "glibc"]
    subprocess.run(
        [str(BINARY), "build", *options],
        env=clean_environment(),
        check=True,
        capture_output=True,
        timeout=SLOW_S,
    )
    for strategy in strategies:
        cell = Cell(strategy, default_workload(), "direct", "", False, concurrent=True)
        only_read = replace(cell, concurrent=False)
        assert any(map(locks, functions(cell).values())), f"{cell}: nobody locks"
        hit = on_a_hit(cell)
        forbidden = rf"{LOCKS}|.fence"
        assert [each.text for each in hit if re.match(forbidden, each.text)] == [], cell
        assert [each.text for each in hit if each.goes_elsewhere] == [], cell
        assert len(written_beside_the_stack(cell)) == len(written_beside_the_stack(only_read))


def card_marks(function: Function) -> int:
    return sum(bool(re.match(r"movb +\$0x1,.*\(", each.text)) for each in function.values())


def test_barrier_stands_where_a_reference_is_stored() -> None:
    """A hit stores its value in the task: a reference or a number. What waits is one as well."""

    def marks(workload: str, name: str, collected: bool) -> int:
        return card_marks(function_of(Cell("heap_task", workload, "direct", "", collected), name))

    assert marks("user_cache", "method", True) == 1
    assert marks("user_cache", "method", False) == 0
    assert marks("product_catalog", "method", True) == 0
    park = functions(Cell("heap_task", "product_catalog", "direct", "", True))["vtb_park"]
    assert card_marks(park) >= 1


@each_of(
    lambda cell: is_freeing(cell)
    and cell.strategy == "heap_task"
    and cell.variant != "checked"
    and cell.caller != "by_runtime"
)
def test_baseline_allocates_in_the_method_and_frees_in_the_loop(cell: Cell) -> None:
    """The reader of calls is itself held against cells whose code is known."""
    once, never = IndirectCalls(1, 1), IndirectCalls(0, 0)
    if cell.crosses:
        assert calls_in_function(cell, "method", "__tls_get_addr") == never
        assert calls_in_function(cell, "layer", "layer", "method", "__tls_get_addr") == never
        assert calls_in_function(cell, "crossing_method", "method") == once
        assert calls_in_function(cell, "crossing_layer", "layer") == once
    elif cell.method == "async":
        assert calls_in_function(cell, "method", "start") == never
        assert calls_in_function(cell, "start", "step", "__tls_get_addr") == never
        assert calls_in_function(cell, "step") == once
        assert calls_in_function(cell, "layer_step", "layer", "method") == once + once
    else:
        assert calls_in_function(cell, "method") == once
        assert calls_in_function(cell, "layer", "layer", "method") == never
        text = [each.text for each in function_of(cell, "method").values() if each.is_indirect]
        assert len(text) == 1
    for loop, methods in cell.loops.items():
        assert [calls_in_loop(cell, loop, method) for method in methods] == [
            once for method in methods
        ], loop


def innermost_loop(function: Function) -> list[Instruction]:
    """The shortest that ends in a jump back to where it begins."""
    spans = [
        (each.address - each.target, each.target, each.address)
        for each in function.values()
        if each.is_jump and not (each.is_indirect or each.is_unconditional)
        if 0 <= each.target < each.address
    ]
    _, first, last = min(spans)
    return [each for address, each in function.items() if first <= address <= last]


def lines_of(function: Function) -> list[str]:
    """The instructions that go on from one cache line to the next."""
    pattern = r"add +\$0x40,%(?!rsp)"
    return [each.text for each in function.values() if re.match(pattern, each.text)]


@each_freeing
def test_other_memory_is_touched_by_loads_alone(cell: Cell) -> None:
    """A line at a time: one load, no store, no call; and only where memory is to be touched."""
    for loop in cell.loops:
        assert (lines_of(function_of(cell, loop)) != []) == cell.polluted, loop
    for loop in cell.loops if cell.polluted else []:
        body = innermost_loop(function_of(cell, loop))
        assert not any(each.is_call or each.stored for each in body), loop
        loads = [each.text for each in body if re.match(r"mov\w* +[^%$]*\(", each.text)]
        assert len(loads) == 1, loop
        assert any(each.text in lines_of(function_of(cell, loop)) for each in body), loop


@each_freeing
def test_window_is_out_of_line(cell: Cell) -> None:
    """A loop holds calls of its method and of the miss path, and no third function's."""
    for loop, methods in cell.loops.items():
        function = function_of(cell, loop)
        assert callees(function) - set(map(cell.symbol, methods)) <= cell.beside_the_method, loop
        assert tails(function) == set(), loop


def test_functions_beside_the_method_are_needed() -> None:
    """Every function that the tests here allow is one that is called somewhere."""
    cells = list(filter(is_freeing, all_cells()))
    own = {name for cell in cells for name in out_of_line_of(cell.workload)}
    loops = {name for cell in cells for loop in cell.loops for name in callees_of(cell, loop)}
    assert BESIDE_THE_METHOD - {"vtb_misuse"} <= loops
    methods = {name for cell in cells for each in cell.methods for name in callees_of(cell, each)}
    assert TO_MAKE_AN_OBJECT | {"vtb_request_later"} | own <= methods
    assert own


def callees_of(cell: Cell, name: str) -> set[str]:
    function = function_of(cell, name)
    return callees(function) | tails(function)


# --- hand-overs ---


# What may stand beside the function of a completing thread, if that does not contain it: what asks
# the store and completes, or what completes.
STORE_ANSWER = "vtb_store_answer"
COMPLETION = "vtb_task_complete"


def ways_to_a_pointer(function: Function, start: int) -> list[list[Instruction]]:
    """Each way, without going in circles, up to the first call or jump through a pointer, or to a
    completion that is a function of its own.
    """
    found = []
    ways = [[start]]
    while ways:
        way = ways.pop()
        last = function[way[-1]]
        if last.is_indirect or (last.is_call and last.callee == COMPLETION):
            found.append([function[address] for address in way])
            continue
        following = [each for each in successors(function, last) if each in function]
        ways.extend([*way, each] for each in following if each not in way)
    return found


def work_of(ways: list[list[Instruction]]) -> dict[tuple[str, ...], int]:
    """The locked instructions of each way, and how often those that have the same ones write to
    memory but the stack, at least.
    """
    found: dict[tuple[str, ...], int] = {}
    for way in ways:
        words = [each.text.split() for each in way]
        locks = [word[0] in {"lock", "xchg"} and "(" in " ".join(word) for word in words]
        locked = tuple(word[word[0] == "lock"] for word, locks_it in zip(words, locks) if locks_it)
        written = [each for each, locks_it in zip(way, locks) if each.stored and not locks_it]
        n = sum("%rsp" not in each.stored for each in written)
        found[locked] = min(n, found.get(locked, n))
    return found


@each_of(lambda cell: cell.handover and cell.has_method)
def test_between_the_clock_and_the_continuation_is_the_completion(cell: Cell) -> None:
    """Behind the clock comes what stands in the cell's own completion, and no more of it: no other
    call, nothing that is locked or written that is not there as well. (Where a value is found, the
    store has written nothing before.)
    """
    everything = {at: each for code in functions(cell).values() for at, each in code.items()}
    begins = [min(function_of(cell, "answer"))]
    begins += [min(code) for name, code in functions(cell).items() if name == STORE_ANSWER]
    known = [way for begin in begins for way in ways_to_a_pointer(everything, begin)]
    clocks = [each for each in function_of(cell, "hand_over").values() if each.callee == CLOCK]
    assert clocks and all(each.is_call for each in clocks)
    ways = [way for each in clocks for way in ways_to_a_pointer(everything, each.following)]
    assert ways and len(ways) <= len(known) * len(clocks)
    called = {each.callee for way in known for each in way if each.is_direct_call}
    assert {each.callee for way in ways for each in way if each.is_direct_call} <= called
    own, completion = work_of(ways), work_of(known)
    assert {locked: completion.get(locked) for locked in own} == own


# --- the methods ---


@each_direct
def test_direct_method_calls_what_a_miss_needs_alone(cell: Cell) -> None:
    accepted = {cell.symbol(name) for name in TO_SUSPEND | TO_MAKE_AN_OBJECT | set(cell.body)}
    assert callees_of(cell, "method") <= accepted | cell.of_the_workload
    may_wait = callees_of(cell, "method") & {cell.symbol("suspend"), "vtb_request_later"}
    assert bool(may_wait) == (cell.strategy not in ASK_IN_PLACE)


@each_direct
def test_direct_layer_is_a_call_and_no_jump(cell: Cell) -> None:
    """It hands on what it got, and could be a tail call, which no layer of a program is."""
    layer = function_of(cell, "layer")
    assert callees(layer) == {cell.symbol("layer"), cell.symbol("method")}
    assert tails(layer) == set()
    assert [each.text for each in layer.values() if each.is_indirect] == []
    graph = graph_of(layer, set())
    for call in (each.address for each in layer.values() if each.is_call):
        assert any(layer[address].is_return for address in reach(graph, [call], set()))


@each_runtime
def test_runtime_async_method_calls_what_a_miss_needs_alone(cell: Cell) -> None:
    """A layer calls what is below it, and a thunk its method, and makes the hand-over."""
    below = {cell.symbol("layer"), cell.symbol("method")}
    own = {cell.symbol("suspend")}
    own |= TO_FIND_THE_THREAD
    assert own <= callees_of(cell, "method") <= own | cell.of_the_workload
    suspend = {cell.symbol("layer_suspend")}
    assert callees_of(cell, "layer") == below | suspend | TO_FIND_THE_THREAD
    for name in ["method", "layer"] if cell.crosses else []:
        found = callees_of(cell, CROSSING + name)
        assert {cell.symbol(name), cell.symbol("crossing_suspend")} <= found
        assert found - {cell.symbol(name), cell.symbol("crossing_suspend")} <= TO_MAKE_AN_OBJECT


def compared_in(function: Function, path: Iterable[int]) -> set[tuple[str, str]]:
    """Where words of memory are compared with registers: the register, and how far behind it."""
    pattern = re.compile(r"cmp +(?:%r\w+,)?(0x8)?\((%r\w+)\)(?:,%r\w+)?")
    found = (pattern.fullmatch(function[at].text) for at in path)
    return {(match.group(2), match.group(1) or "") for match in found if match}


@each_runtime
def test_runtime_async_hit_stores_nothing(cell: Cell) -> None:
    """The value is returned in a register, with a null in another one; what is stored are registers
    that belong to the caller, and the context, on the stack, and back where it was changed. A large
    value is written where the caller wants it.
    """
    function = function_of(cell, "method")
    avoided = out_of_line(function, *cell.of_the_workload, "__tls_get_addr")
    path = hit_path(function, min(function), returns_of(function), avoided)
    assert path
    kept = {"%rsp"} | {register for register, _ in compared_in(function, path)}
    stored = [function[at] for at in path if function[at].stored]
    elsewhere = [
        each.text for each in stored if not any(f"({name})" in each.stored for name in kept)
    ]
    assert bool(elsewhere) == has_large_value(cell.workload) or cell.of_the_workload
    assert any(function[at].symbol == "vtb_thread_statics" for at in path)
    assert not any(function[at].is_indirect for at in path)


@each_of(lambda cell: cell.is_runtime and cell.is_default)
def test_runtime_async_method_compares_the_context(cell: Cell) -> None:
    """On a hit as well, both of its words, though nothing here changes them. (Where a lookup is
    longer, the thread's place is on the stack meanwhile, and comes back in two registers.)
    """
    function = function_of(cell, "method")
    avoided = out_of_line(function, *cell.of_the_workload, "__tls_get_addr")
    path = hit_path(function, min(function), returns_of(function), avoided)
    found = compared_in(function, path)
    assert any({(name, ""), (name, "0x8")} <= found for name, _ in found), found


@each_of(lambda cell: cell.needs_no_hand_over)
def test_runtime_async_caller_has_the_value_of_a_hit_and_no_object(cell: Cell) -> None:
    """The value in a register and a null in another one, by each function on the way; a direct
    method's twin stores nothing at all.
    """
    for name in thunks_of(cell) if cell.is_twin else cell.methods:
        calls = calls_in_function(cell, name, *cell.methods, "__tls_get_addr")
        assert calls == IndirectCalls(0, 0), name
    name = CROSSING + "method" if cell.is_twin else "method"
    way = way_of_a_hit(function_of(cell, name), cell.of_the_workload | {"__tls_get_addr"})
    assert not cell.is_twin or [each.text for each in way if each.stored or each.is_call] == []
    texts = [each.text for each in way]
    assert any(re.match(r"xor +%(eax,%eax|edx,%edx)$|mov +\$0x0,%e[ad]x$", each) for each in texts)


@each_of(lambda cell: cell.method == "async" and cell.crosses)
def test_thunk_around_a_classic_method_takes_its_result(cell: Cell) -> None:
    """It gives back the task, if there is one and no collector does, and makes nothing."""
    freed = int(cell.strategy == "heap_task" and not cell.collected)
    for name in ["method", "layer"]:
        thunk = CROSSING + name
        assert calls_in_function(cell, thunk, name).least == freed, thunk
        assert cell.symbol("crossing_suspend") in callees_of(cell, thunk), thunk


STARTS = {"method": "start", "layer": "layer_start"}
STEPS = {"start": "step", "layer_start": "layer_step"}


@each_async
def test_async_method_starts_and_asks_its_builder(cell: Cell) -> None:
    """The latter is a call, as .NET's is, unless what it returns is an object."""
    for method, start in STARTS.items():
        function = function_of(cell, method)
        calls = [each for each in function.values() if each.is_call]
        expected = [cell.symbol(name) for name in [start, *cell.builder]]
        assert [each.callee for each in calls] == expected, method
        assert not any(each.is_indirect for each in calls), method
        assert tails(function) == set(), method


@each_async
def test_start_finds_its_thread_and_calls_the_step(cell: Cell) -> None:
    """By a call of the dynamic linker's, and by loads one behind the other."""
    for start, step in STEPS.items():
        function = function_of(cell, start)
        assert callees_of(cell, start) == TO_FIND_THE_THREAD | {cell.symbol(step)}, start
        assert not any(each.is_indirect for each in function.values()), start
        assert {each.symbol for each in function.values()} == {"", "vtb_thread_statics"}
        before, _ = before_and_after(function, cell.symbol(step))
        loads = [each.text for each in before if re.match(r"mov +(0x\w+)?\(%r\w+\),%r", each.text)]
        assert len(loads) >= 3, start


@each_async
def test_step_leaves_a_machine_that_is_done(cell: Cell) -> None:
    for step in STEPS.values():
        texts = [each.text for each in function_of(cell, step).values()]
        assert any(text.startswith("movl   $0xfffffffe,") for text in texts), step


def test_references_in_a_state_machine_are_stored_by_a_call() -> None:
    """On a collector: whether a state machine is an object is asked by a function of its own. A
    task is one such reference, and a value task two, of which one is the value.
    """
    for strategy, workload, n in [
        ("heap_task", "user_cache", 1),
        ("value_task", "user_cache", 2),
        ("value_task", "product_catalog", 1),
    ]:
        for collected in (False, True):
            cell = Cell(strategy, workload, "async", "", collected)
            for step in STEPS.values():
                places = [
                    each
                    for each in function_of(cell, step).values()
                    if (each.is_call or each.is_jump) and each.callee == cell.symbol("assign")
                ]
                assert len(places) == (n if collected else 0), f"{cell}: {step}"


@each_async
def test_step_calls_what_a_miss_needs_alone(cell: Cell) -> None:
    accepted = {cell.symbol(name) for name in TO_SUSPEND | TO_MAKE_AN_OBJECT}
    found = callees_of(cell, "step")
    assert cell.symbol("suspend") in found <= accepted | cell.of_the_workload


@each_async
def test_layers_step_calls_the_method_below(cell: Cell) -> None:
    """Another layer, or the service's own; and beside them what a miss and a failure need."""
    function = function_of(cell, "layer_step")
    below = {cell.symbol("layer"), cell.symbol("method")}
    accepted = TO_MAKE_AN_OBJECT | cell.beside_the_method | {"layer_suspend", "layer_fail"}
    assert below <= callees(function)
    accepted -= {"vtb_park"}  # only callers have a window
    assert callees_of(cell, "layer_step") - below <= {cell.symbol(name) for name in accepted}
    assert cell.symbol("layer_suspend") in callees_of(cell, "layer_step")


WIDTHS = {
    r"v?mov(up|ap|dq)\w+ +%xmm": 16,
    r"v?mov(up|ap|dq)\w+ +%ymm": 32,
    r"v?mov(q|[hl]p[sd]) ": 8,
    r"movl |mov +%(e|r\d+d)": 4,
    r"movw |mov +%([a-ds][xpi],|r\d+w)": 2,
    r"movb |mov +%([a-ds]p?i?l|[a-d]h|r\d+b)": 1,
    r"mov +%r": 8,
}


def width_of(move: Instruction) -> int:
    """How many bytes it writes."""
    widths = [width for pattern, width in WIDTHS.items() if re.match(pattern, move.text)]
    assert widths, f"a move of unknown width: {move.text}"
    return widths[0]


def register(name: str) -> str:
    """One name for %rax, %eax and %al."""
    for pattern in [r"(r\d+)[dwb]?", r"[er]?([a-d]x|[sd]i|[sb]p)", r"([sd]i|[sb]p)l"]:
        if found := re.fullmatch(pattern, name):
            return found.group(1)
    return re.sub(r"^([a-d])[hl]$", r"\1x", name)


@dataclass
class Stack:
    """Runs a function up to its one call, as far as it must to tell what is stored on the stack.

    A large state machine is zeroed by a loop, through pointers, so its text alone does not tell.
    """

    registers: dict[str, int]  # what is known; the stack starts at some address
    written: set[int]
    compared: bool = False  # the last comparison found less

    def value(self, operand: str) -> int | None:
        """The value of a number or a register, or the address of a place in memory."""
        if operand.startswith("$"):
            return int(operand[1:], 16)
        if operand.startswith("%"):
            return self.registers.get(register(operand[1:]))
        place = re.fullmatch(r"(-?0x[0-9a-f]+)?\(%(\w+)(?:,%(\w+),1)?\)", operand)
        if not place:
            return None
        parts = [self.registers.get(register(name)) for name in place.groups()[1:] if name]
        known = [part for part in parts if part is not None]
        return int(place.group(1) or "0", 16) + sum(known) if known == parts else None

    def step(self, each: Instruction) -> None:
        operation, _, rest = each.text.partition(" ")
        operands = re.findall(r"[^,()]*\([^)]*\)|[^,\s]+", rest.strip())
        source, target = operands[0] if operands else "", operands[-1] if operands else ""
        value = self.value(source)
        if operation == "push":
            self.registers["sp"] -= 8
        elif operation == "cmp":
            left = self.value(target)
            assert left is not None and value is not None, f"unknown: {each.text}"
            self.compared = left < value
        elif each.stored and operation.startswith(("mov", "vmov")):
            place = self.value(each.stored)
            self.written |= set() if place is None else set(range(place, place + width_of(each)))
        elif target.startswith("%"):
            self.set(register(target[1:]), operation, source == target, value)

    def set(self, name: str, operation: str, same: bool, value: int | None) -> None:
        old = self.registers.pop(name, None)
        if operation == "xor" and same:
            self.registers[name] = 0
        elif operation in ("mov", "lea") and value is not None:
            self.registers[name] = value
        elif operation in ("add", "sub") and old is not None and value is not None:
            self.registers[name] = old + (value if operation == "add" else -value)


def stored_on_the_stack(function: Function, callee: str) -> set[int]:
    """Which bytes are written before the call of `callee`, counted from the stack's top there."""
    stack = Stack({"sp": 1 << 20}, set())
    each = function[min(function)]
    for _ in range(10000):
        if each.is_call and each.callee == callee:
            top = stack.registers["sp"]
            return {place - top for place in stack.written if place >= top}
        if each.is_jump:
            assert each.text.startswith("jb "), f"unknown: {each.text}"
        else:
            stack.step(each)
        each = function[each.target if each.is_jump and stack.compared else each.following]
    raise AssertionError(f"{callee} is not called")


def before_and_after(function: Function, callee: str) -> tuple[list[Instruction], ...]:
    """The instructions before the one call of a function, and those behind it."""
    (call,) = (each for each in function.values() if each.is_call and each.callee == callee)
    graph = graph_of(function, set())
    before = reach(graph, [min(function)], {call.address}) - {call.address}
    after = reach(graph, successors(function, call), set())
    return tuple([function[address] for address in sorted(part)] for part in (before, after))


@each_async
def test_async_method_makes_its_state_machine_on_the_stack(cell: Cell) -> None:
    """All of it: state and key, builder, `this` and awaiter are 32 bytes at least."""
    for method, start in STARTS.items():
        before, _ = before_and_after(function_of(cell, method), cell.symbol(start))
        written = stored_on_the_stack(function_of(cell, method), cell.symbol(start))
        assert len(written) >= 32, method
        assert written == set(range(min(written), max(written) + 1)), "some of it is left out"
        runs = [each for each in before if each.text.startswith("movl   $0xffffffff,")]
        assert len(runs) == 1 and "(%rsp)" in runs[0].stored, method


@each_async
def test_async_method_keeps_the_ambient_context_for_its_caller(cell: Cell) -> None:
    """Two words of the thread's, which stand on the stack while the step runs, and are compared
    behind it.
    """
    for start, step in STEPS.items():
        before, after = before_and_after(function_of(cell, start), cell.symbol(step))
        kept = [each for each in before if re.fullmatch(r"(0x\w+)?\(%rsp\)", each.stored)]
        assert sum(width_of(each) for each in kept if each.text.startswith("mov")) == 16, start
        loads = [each.text for each in after if re.match(r"mov +(0x\w+)?\(%rsp\),%r", each.text)]
        assert len(loads) >= 2, start
        compared = [each for each in after if re.match(r"cmp +%r\w+,(0x\w+)?\(%r", each.text)]
        assert len(compared) >= 2, start


@each_direct
def test_direct_method_knows_no_state_machine_and_no_context(cell: Cell) -> None:
    for method in cell.methods:
        texts = [each.text for each in function_of(cell, method).values()]
        assert [text for text in texts if "%fs:" in text or "$0xffffffff," in text] == []


def way_of_a_hit(function: Function, called: set[str]) -> list[Instruction]:
    """The instructions that a function may run through on a hit, from entry to return."""
    ends = returns_of(function)
    path = hit_path(function, min(function), ends, out_of_line(function, *called))
    assert path, "there is no way for a hit"
    return [function[address] for address in sorted(path)]


@each_of(
    lambda cell: is_direct(cell)
    and cell.strategy == "value_task_handle"
    and not has_large_value(cell.workload)
)
def test_handle_returns_in_registers(cell: Cell) -> None:
    """A hit touches no memory but the table: no store, no place to return."""
    instructions = way_of_a_hit(function_of(cell, "method"), cell.of_the_workload)
    kept = () if cell.is_default else ("push",)  # to hash a text takes registers
    stored = [each for each in instructions if each.stored and not each.text.startswith(kept)]
    on_stack = [each.text for each in stored if "(%rsp)" in each.stored]
    assert (on_stack if looks_for_more(cell.workload) else [each.text for each in stored]) == []
    (end,) = (each for each in instructions if each.is_return)
    texts = [each.text for each in instructions if each.address < end.address]
    tag = [text for text in texts if re.search(r",%[re]dx$", text)][-1]
    value = [text for text in texts if re.search(r",%[re]ax$", text)][-1]
    assert re.match(r"xor +%edx,%edx$", tag), "the tag of a value is 0"
    assert re.match(r"mov\w* +(.*\)|%r\w+),%[re]ax$", value), "the value itself"


def stack_registers(instructions: list[Instruction]) -> set[str]:
    """The stack's top, and what an address on the stack is moved to."""
    found = {"rsp"}
    for each in instructions:
        copy = re.fullmatch(r"(?:mov +|lea +[^,]*\()%(\w+)\)?,%(\w+)", each.text)
        if copy and copy.group(1) in found:
            found.add(copy.group(2))
    return found


def written_by_pointer(instructions: list[Instruction]) -> dict[str, set[int]]:
    """Which bytes are written by moves, counted from each register that refers to memory."""
    found: dict[str, set[int]] = defaultdict(set)
    for each in instructions:
        place = re.fullmatch(r"(-?0x[0-9a-f]+)?\(%(\w+)\)", each.stored)
        if place and each.text.startswith(("mov", "vmov")):
            offset = int(place.group(1) or "0", 16)
            found[place.group(2)] |= set(range(offset, offset + width_of(each)))
    return found


def test_strategies_that_return_a_large_value_in_place() -> None:
    in_place = {cell.strategy for cell in filter(is_direct, all_cells()) if cell.returns_in_place}
    assert {"value_task", "value_task_pooled", "inline_future", "poll"} <= in_place
    assert "heap_task" not in in_place and "caller_op" not in in_place


@each_of(lambda cell: is_direct(cell) and cell.returns_in_place)
def test_large_value_is_written_in_place(cell: Cell) -> None:
    """Where the caller wants it, and not to the method's own stack first.

    What is stored by words and then copied by vectors waits for the stores, ten times as long as
    all of a hit.
    """
    instructions = way_of_a_hit(function_of(cell, "method"), cell.of_the_workload)
    written = written_by_pointer(instructions)
    on_stack = stack_registers(instructions)
    places = [re.sub(r".*\(|\)", "", each.stored) for each in instructions if each.stored]
    pushed = sum(each.text.startswith("push") for each in instructions)
    texts = [each.text for each in instructions if each.stored]
    assert sum(f"%{name}" in place for place in places for name in on_stack) == pushed, texts
    most = max((len(written[name]) for name in written.keys() - on_stack), default=0)
    assert most > 8, "the value goes where the caller wants it"


@each_cell
def test_timed_functions_are_aligned(cell: Cell) -> None:
    """In the file, and so in memory, where pages of the file are mapped to pages."""
    for name in cell.measured("timing"):
        function = functions(cell)[cell.symbol(name)]
        assert min(function) % 64 == 0, name
    _, address, _, offset, alignment = dump(cell, "timing").sections[".text"]
    assert alignment >= 64 and (address - offset) % 4096 == 0


# --- what must not be there ---


def test_timing_has_no_counting_in_it() -> None:
    """Accounting asks the heap how large each object is, and whether it collects: then another
    function allocates. What allocates nothing accounts nothing.

    How long the functions are does not tell, as counting is not optimised as much.
    """

    def calls(method: str, name: str, a_pass: str) -> int:
        cell = Cell("heap_task", default_workload(), method, "", False)
        called = ("layer", "method", "assign")
        return calls_in_function(cell, name, *called, a_pass=a_pass).places

    for method, name in [("direct", "method"), ("async", "step"), ("async", "layer_step")]:
        assert calls(method, name, "timing") + 3 == calls(method, name, "counting"), name
    for a_pass in PASSES:
        cell = Cell("plain", default_workload(), "direct", "", False)
        way = way_of_a_hit(function_of(cell, "method", a_pass), set())
        assert [each.text for each in way if each.stored or each.is_call] == [], a_pass


LOCKS = r"lock|xchg +[^,]*\(|xchg +.*\)$"


def locked(cell: Cell) -> bool:
    """Whether anything in a loop or method locks the memory bus."""
    texts = [
        each.text
        for name in [*cell.loops, *cell.methods]
        for each in function_of(cell, name).values()
    ]
    return any(re.match(LOCKS, text) for text in texts)


# Where 16 bytes are loaded at once: the contexts of the thread, which nobody wrote just before, and
# an awaiter's copy of what the method below wrote in pieces, for which .NET's has to wait as well.
# The call ahead of a hand-over is not timed.
LOADS_TWO_WORDS = {"start", "layer_start", "layer_step", "call_and_await"}


@each_of(lambda cell: cell.is_default)
def test_no_load_waits_for_two_stores(cell: Cell) -> None:
    """A hand-over and a state machine are written by words, and a load of 16 bytes right behind
    would wait until the stores are in the cache. On no way, of a hit or a miss.
    """
    load = re.compile(r"v?mov(up|ap|dq)\w* +[^%,]*\([^)]*\),%[xy]mm")
    exempt = {cell.symbol(name) for name in LOADS_TWO_WORDS}
    found = {
        name: each.text
        for name, function in functions(cell).items()
        if name not in exempt
        for each in function.values()
        if load.match(each.text) and "(%rip)" not in each.text
    }
    assert found == {}


@each_freeing
def test_references_are_counted_for_several_threads_in_atomic_cells_alone(cell: Cell) -> None:
    assert locked(cell) == (cell.variant == "atomic")


def locks(function: Function) -> int:
    return sum(bool(re.match(LOCKS, each.text)) for each in function.values())


@each_of(lambda cell: cell.variant == "local")
def test_local_cells_lock_nothing(cell: Cell) -> None:
    assert [name for name, function in functions(cell).items() if locks(function)] == []


@each_of(lambda cell: cell.variant == "local" and cell.method == "direct" and not cell.collected)
def test_a_miss_locks_what_dotnet_does(cell: Cell) -> None:
    """To await: the continuation's place; to complete: the reservation, be it with a value or a
    fault, and that place again.
    """
    usual = functions(replace(cell, variant=""))
    assert locks(usual["vtb_park"]) == 1
    texts = [each.text for each in usual["vtb_store_answer"].values()]
    locked = [re.sub(" .*", "", text) for text in texts if re.match(LOCKS, text)]
    assert sorted(locked) == ["lock", "lock", "xchg"]


def checks(cell: Cell) -> int:
    """How many places of a cell end the process because a rule was broken."""
    return sum(
        each.callee == "vtb_misuse"
        for function in functions(cell).values()
        for each in function.values()
        if each.is_call or each.is_jump
    )


@each_of(lambda cell: is_freeing(cell) and cell.variant == "checked")
def test_rules_are_checked_in_checked_cells(cell: Cell) -> None:
    plain = Cell(cell.strategy, cell.workload, cell.method, "", False)
    assert checks(cell) > checks(plain)


@each_of(lambda cell: is_freeing(cell) and cell.strategy == "empty")
def test_empty_loop_stands_at_a_cache_line(cell: Cell) -> None:
    """-falign-loops does its work: the target of the innermost backward jump is aligned."""
    loop = function_of(cell, "independent")
    assert innermost_loop(loop)[0].address % 64 == 0


def is_a_trap(function: Function, instruction: Instruction) -> bool:
    """Ends in an invalid instruction: what a null reference leads to, where there is none."""
    return instruction.following >= 0 and function[instruction.following].text == "ud2"


def is_behind_a_wait(function: Function, instruction: Instruction) -> bool:
    """Runs when a call of what waits for a task has returned, which no hit makes."""
    before = [address for address in sorted(function) if address < instruction.address]
    for each in (function[address] for address in reversed(before)):
        if each.is_call or each.is_jump or each.is_return:
            return each.is_call and each.callee == "vtb_task_wait"
    return False


@each_cell
def test_no_string_instructions(cell: Cell) -> None:
    """The start-up of `rep stos` alone costs more than an allocation."""
    for a_pass in cell.passes:
        for name, function in functions(cell, a_pass).items():
            texts = [
                each.text
                for each in function.values()
                if re.match(r"rep\w* (stos|movs)", each.text)
                if not (is_a_trap(function, each) or is_behind_a_wait(function, each))
            ]
            assert texts == [], name


@each_cell
def test_nothing_that_is_measured_calls_another_file(cell: Cell) -> None:
    """Nothing leads into another file, except where it ends the process. To go through a table of
    the loaded file's is a detour that code which is linked into a program does not make.
    """
    for a_pass in cell.passes:
        for name in cell.measured(a_pass):
            function = functions(cell, a_pass)[cell.symbol(name, a_pass)]
            elsewhere = {each.callee for each in function.values() if each.goes_elsewhere}
            finds = name in STEPS or (cell.is_runtime and name in {"method", "layer"})
            to_find = TO_FIND_THE_THREAD if finds else set()
            assert elsewhere <= ELSEWHERE_IN_THE_LOOPS | to_find | cell.to_unwind, name
            symbols = {"", "vtb_ambient"} | ({"vtb_thread_statics"} if finds else set())
            assert {each.symbol for each in function.values()} <= symbols, name


@each_cell
def test_no_call_goes_through_a_table_of_the_file(cell: Cell) -> None:
    """No call asks for the place of the thread's context either, which is known when the file is
    loaded, but for that of an asynchronous method's Start, and of a runtime-async method.
    """
    for a_pass in cell.passes:
        read = dump(cell, a_pass)
        for name, function in read.functions.items():
            calls = [each.text for each in function.values() if each.is_indirect]
            assert [text for text in calls if "(%rip)" in text] == [], name
        ways: dict[str, set[str]] = defaultdict(set)
        for how, what in read.references.values():
            ways[how].add(what)
        relative = ways.pop(RELATIVE)
        assert {name.split("+")[0] for name in relative} == {"*ABS*"}
        assert ways.pop("R_X86_64_TPOFF64", {"vtb_ambient"}) == {"vtb_ambient"}
        clock = {CLOCK} if cell.handover and cell.has_method else set()
        jumps = ways.pop("R_X86_64_JUMP_SLOT", set())
        assert jumps <= ELSEWHERE | clock | cell.to_unwind and clock <= jumps
        asked = [ways.pop(f"R_X86_64_DTP{what}64", set()) for what in ("MOD", "OFF")]
        finds = cell.method == "async" or cell.is_runtime or cell.is_twin
        assert asked == [{"vtb_thread_statics"} if finds else set()] * 2
        assert not cell.to_unwind or ways.pop("R_X86_64_64", {PERSONALITY}) == {PERSONALITY}
        assert ways == {}


def test_all_that_is_elsewhere_is_needed() -> None:
    """Every function that the tests here allow is one that is called somewhere."""
    found: set[str] = set()
    in_loops: set[str] = set()
    for cell in all_cells():
        for a_pass in cell.passes:
            slots = dump(cell, a_pass).references.values()
            found |= {what for how, what in slots if how == "R_X86_64_JUMP_SLOT"}
            for name in cell.measured(a_pass):
                code = functions(cell, a_pass)[cell.symbol(name, a_pass)].values()
                in_loops |= {each.callee for each in code if each.goes_elsewhere}
    assert in_loops - TO_UNWIND == ELSEWHERE_IN_THE_LOOPS | TO_FIND_THE_THREAD
    assert found == ELSEWHERE | TO_UNWIND | {CLOCK}


@each_cell
def test_cells_are_built_with_their_flags(cell: Cell) -> None:
    """The last -O counts. How well counting is optimised does not matter to what it counts."""
    for a_pass in cell.passes:
        read = dump(cell, a_pass)
        assert ".text" in read.sections
        assert [name for name in read.sections if name.startswith(".gnu.lto")] == []
        told = read.producer.split()
        assert "-falign-functions=64" in told and "-flto" not in told, read.producer
        level = [word for word in told if word.startswith("-O")][-1]
        assert level == ("-O1" if a_pass == "counting" else "-O2"), read.producer
