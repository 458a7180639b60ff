"""The machine code of the measured cells: nothing in the loops but what a strategy consists of.

An indirect call costs as much as what is measured, so each loop calls its method directly, and on
a hit makes just the indirect calls that its strategy declares. Misses are out of line; their
functions are not looked at here.
"""
from __future__ import annotations

import heapq
import json
import platform
import re
import shutil
import subprocess
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pytest

from conftest import BUILD, ROOT, STRATEGIES, Row, methods_of, source_says, variants_of

WORKLOADS = sorted(path.stem for path in (ROOT / "workloads").glob("*.h"))
PASSES = ["timing", "counting"]

# Each loop, and the method that it calls.
LOOPS = {
    "independent": "method",
    "dependent": "method",
    "independent_layers": "layer",
    "dependent_layers": "layer",
}

# What a loop calls beside its method: a miss, a task without a result, a rule that was broken.
BESIDE_THE_METHOD = {"vtb_park", "vtb_task_wait", "vtb_misuse"}

# Where rules are checked, to consume may be too long to stand in line.
TO_CONSUME = {"vtb_take", "vtb_get"}

# What a method calls on the way: to suspend, or where no object is at hand in an arena or a pool.
TO_SUSPEND = {"suspend", "vtb_request_later", "vtb_misuse"}
TO_MAKE_AN_OBJECT = {"vtb_request_begin", "vtb_pool_take_remote", "vtb_task_make"}


@dataclass(frozen=True)
class Cell:
    """A strategy compiled against a workload, of one kind, but for the pass."""

    strategy: str
    workload: str
    method: str
    variant: str
    collected: bool

    def kind(self, a_pass: str) -> str:
        """What stands in file names and symbols: timing, counting_async_checked, ..."""
        parts = [a_pass, self.method if self.method == "async" else "", self.variant]
        parts += ["collected"] if self.collected else []
        return "_".join(filter(None, parts))

    def symbol(self, name: str, a_pass: str = "timing") -> str:
        """A function of the cell, or one of those that all cells call the same."""
        if name.startswith("vtb_"):
            return name
        return f"vtb_{self.strategy}_{self.workload}_{self.kind(a_pass)}_{name}"

    def file_name(self, a_pass: str = "timing") -> str:
        suffix = STRATEGIES[self.strategy].suffix
        return f"{self.strategy}.{self.workload}.{self.kind(a_pass)}{suffix}"

    @property
    def has_method(self) -> bool:
        return has_method(self.strategy)

    @property
    def loops(self) -> dict[str, str]:
        """A loop that calls nothing has no layers either."""
        return LOOPS if self.has_method else {"independent": "", "dependent": ""}

    @property
    def beside_the_method(self) -> set[str]:
        return BESIDE_THE_METHOD | (TO_CONSUME if self.variant == "checked" else set())

    @property
    def methods(self) -> list[str]:
        """The functions that are called as a library's are, and what they consist of."""
        if not self.has_method:
            return []
        steps = ["step", "layer_step"] if self.method == "async" else []
        return ["method", "layer", *steps]

    def __str__(self) -> str:
        return f"{self.strategy}.{self.workload}.{self.kind('')}"


def has_method(strategy: str) -> bool:
    return not source_says(strategy, "^#define VTB_LOOP_ONLY ")


def heaps_collect() -> list[bool]:
    texts = [path.read_text(encoding="utf-8") for path in (ROOT / "heaps").glob("*.c")]
    collect = any(re.search(r"^VTB_COLLECTOR\(", text, re.MULTILINE) for text in texts)
    return [False, True] if collect else [False]


CELLS = [
    Cell(strategy, workload, method, variant, collected)
    for strategy in STRATEGIES
    for workload in WORKLOADS
    for method in methods_of(strategy)
    for variant in variants_of(strategy)
    for collected in heaps_collect()
]

# A collector adds a safepoint to every loop, and takes the frees out.
FREEING = [cell for cell in CELLS if not cell.collected]
DIRECT = [cell for cell in FREEING if cell.method == "direct" and cell.has_method]
ASYNC = [cell for cell in FREEING if cell.method == "async"]

each_cell = pytest.mark.parametrize("cell", CELLS, ids=str)
each_freeing = pytest.mark.parametrize("cell", FREEING, ids=str)
each_direct = pytest.mark.parametrize("cell", DIRECT, ids=str)
each_async = pytest.mark.parametrize("cell", ASYNC, ids=str)
each_pass = pytest.mark.parametrize("a_pass", PASSES)


def bare(name: str) -> str:
    """A function's name without its parameters, and without what the compiler put behind it."""
    return re.sub(r"\.(isra|constprop)\.\d+", "", name.split("(")[0])


@dataclass
class Instruction:
    address: int
    text: str
    symbol: str = ""  # what a relocation in it refers to

    @property
    def is_call(self) -> bool:
        return self.text.startswith("call")

    @property
    def is_jump(self) -> bool:
        return re.match(r"(bnd )?j", self.text) is not None

    @property
    def is_unconditional(self) -> bool:
        return re.match(r"(bnd )?jmp", self.text) is not None

    @property
    def is_return(self) -> bool:
        return "ret" in self.text.split()[:2]

    @property
    def is_indirect(self) -> bool:
        return (self.is_call or self.is_jump) and "*" in self.text

    @property
    def is_direct_call(self) -> bool:
        return self.is_call and not self.is_indirect

    @property
    def target(self) -> int:
        """Where a direct jump goes to; -1 if only the linker knows."""
        named = re.search(r" ([0-9a-f]+) <", self.text)
        assert named, self.text
        return -1 if self.symbol else int(named.group(1), 16)

    @property
    def callee(self) -> str:
        """The function that a direct call or jump names."""
        named = re.search(r"<([^>+(]+)(\(.*\))?>$", self.text)
        return self.symbol or bare(named.group(1) if named else "")

    @property
    def takes_a_reference_away(self) -> bool:
        """Decrements a word in memory."""
        return re.match(r"(lock )?(sub[wlq]? +\$0x1,.*\)|dec[wlq]? +.*\))$", self.text) is not None

    @property
    def stored(self) -> str:
        """The place in memory that is written to; nothing if none is, or by a call alone."""
        if self.text.startswith("push"):
            return "(%rsp)"
        written = re.match(r"(?!cmp|test|lea|nop)\S+ +(?:.*,)?([^,]*\([^)]*\))$", self.text)
        return written.group(1) if written and not (self.is_call or self.is_jump) else ""

    @property
    def uses_the_ambient_context(self) -> bool:
        """Of all that a thread has, %fs:0x28 alone is the C library's: a guard of the stack."""
        return "%fs:" in self.text and "%fs:0x28" not in self.text.replace("%fs:0x28(", "(")


Function = dict[int, Instruction]

RELOCATION = r"\s+[0-9a-f]+: R_X86_64_\w+\s+(.+?)(?:[-+]0x[0-9a-f]+)?$"


@pytest.fixture(scope="module", autouse=True)
def released_build() -> None:
    if platform.machine() != "x86_64":
        pytest.skip("the tests read machine code of x86_64")
    if shutil.which("objdump") is None:
        pytest.skip("objdump is missing; scripts/setup.sh installs binutils")
    cache = BUILD / "CMakeCache.txt"
    if not cache.exists() or "CMAKE_BUILD_TYPE:STRING=Release" not in cache.read_text():
        pytest.skip("build/release is missing or no Release build; ./run_bench makes it")


def object_file(cell: Cell, a_pass: str) -> Path:
    name = f"{cell.file_name(a_pass)}.o"
    found = list((BUILD / "CMakeFiles" / "vtb_cells.dir").rglob(name))
    assert len(found) == 1, f"not one {name}: {found}"
    return found[0]


def objdump(*arguments: str) -> str:
    command = ["objdump", "--demangle", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


@lru_cache(maxsize=None)
def functions(cell: Cell, a_pass: str = "timing") -> dict[str, Function]:
    """The functions of a cell; a C++ function goes by its name without its parameters."""
    path = object_file(cell, a_pass)
    found: dict[str, Function] = {}
    last: Instruction | None = None
    for line in objdump("-dr", "--no-show-raw-insn", str(path)).splitlines():
        if start := re.match(r"[0-9a-f]+ <(.+)>:$", line):
            current = found.setdefault(bare(start.group(1)), {})
        elif relocation := re.match(RELOCATION, line):
            assert last
            last.symbol = bare(relocation.group(1))
        elif code := re.match(r"\s*([0-9a-f]+):\t(.+)$", line):
            last = Instruction(int(code.group(1), 16), code.group(2).split("#")[0].strip())
            current[last.address] = last
    assert found, f"no function in {path}"
    return found


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
    if not instruction.is_return and not instruction.is_unconditional:
        later = [address for address in function if address > instruction.address]
        found += later[:1]
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
    """What may follow each instruction on a hit, less what is avoided."""
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


def calls_in_function(cell: Cell, name: str, *called: str) -> IndirectCalls:
    """From entry to return. A call or jump to a function that is not `called` is the miss path."""
    function = function_of(cell, name)
    avoided = out_of_line(function, *TO_CONSUME, *map(cell.symbol, called))
    calls = indirect_calls(function, min(function), returns_of(function), avoided)
    assert calls is not None, f"there is no way for a hit through {name}"
    return calls


def calls_in_loop(cell: Cell, loop: str) -> IndirectCalls:
    """From behind a call of the method to the next one, past the window's out-of-line code."""
    function = function_of(cell, loop)
    method = cell.symbol(cell.loops[loop])
    calls = {each.address for each in function.values() if each.is_call and each.callee == method}
    avoided = out_of_line(function, *TO_CONSUME, method)
    after = [successors(function, function[call])[0] for call in sorted(calls)]
    ways = [indirect_calls(function, start, calls, avoided) for start in after]
    found = [way for way in ways if way is not None]
    assert found, f"there is no way for a hit through {loop}"
    return max(found, key=lambda way: way.least)


def calls_on_hit(cell: Cell, loop: str) -> IndirectCalls:
    """Of a loop and the one method that it calls, or of two where that is a layer."""
    chain = calls_in_loop(cell, loop)
    for name in TO_CONSUME & set(functions(cell)):
        chain += IndirectCalls(0, calls_in_function(cell, name).places)
    if cell.method == "async":
        chain += calls_in_function(cell, "method", "step") + calls_in_function(cell, "step")
        if cell.loops[loop] == "layer":
            chain += calls_in_function(cell, "layer", "layer_step")
            chain += calls_in_function(cell, "layer_step", "layer", "method")
        return chain
    if cell.loops[loop] == "layer":
        chain += calls_in_function(cell, "layer", "layer", "method")
    return chain + calls_in_function(cell, "method")


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
    moved = re.compile(r"\.text\.unlikely|.*\.cold(\.\d+)?$")
    return {name for name in left if not moved.match(name)}


# --- what there is ---


def test_every_cell_is_built_and_no_other() -> None:
    commands = json.loads((BUILD / "compile_commands.json").read_text(encoding="utf-8"))
    built = [Path(each["file"]) for each in commands if "vtb_cells.dir" in each["command"]]
    expected = sorted(cell.file_name(a_pass) for cell in CELLS for a_pass in PASSES)
    assert sorted(path.name for path in built) == expected
    assert "heap_task.user_cache.timing_async_atomic.c" in expected
    assert "poll.user_cache.counting_checked.c" in expected
    assert "poll.user_cache.timing_async.c" not in expected


@each_cell
@each_pass
def test_cell_has_its_functions(cell: Cell, a_pass: str) -> None:
    names = set(functions(cell, a_pass))
    measured = {*LOOPS, "method", "layer", "step", "layer_step"}
    expected = {*cell.loops, *cell.methods}
    assert {name for name in measured if cell.symbol(name, a_pass) in names} == expected


# --- the loops ---


@each_freeing
def test_loop_calls_its_method_directly_or_nothing(cell: Cell) -> None:
    for loop, method in cell.loops.items():
        calls = [each for each in function_of(cell, loop).values() if each.is_call]
        if not cell.has_method:
            assert calls == [], "the loop alone calls nothing"
            continue
        direct = [each for each in calls if each.callee == cell.symbol(method)]
        assert len(direct) >= 1, loop
        assert [each.text for each in direct if each.is_indirect] == []


@each_freeing
def test_hit_makes_the_indirect_calls_that_are_declared(cell: Cell) -> None:
    """With layers of two asynchronous methods, each of them makes its own.

    Which way a hit takes is not always to be seen in the code: an immortal task goes past the
    heap, and a quarantine keeps what is freed until it is full. There the declared number lies
    between what the shortest way makes and what all ways have; valgrind counts what runs.
    """
    if not cell.has_method:
        assert declared_indirect_calls(cell.strategy) == 0
        return
    immortal = source_says(cell.strategy, "^#define VTB_HAS_IMMORTAL_TASKS ")
    for loop, method in cell.loops.items():
        methods = 2 if method == "layer" and cell.method == "async" else 1
        declared = methods * declared_indirect_calls(cell.strategy)
        calls = calls_on_hit(cell, loop)
        if immortal or cell.variant == "checked":
            assert calls.least <= declared <= calls.places, loop
        else:
            assert calls.least == declared, loop


@pytest.mark.parametrize("variant", ["", "atomic"])
@pytest.mark.parametrize("workload", WORKLOADS)
def test_baseline_allocates_in_the_method_and_frees_in_the_loop(
    workload: str, variant: str
) -> None:
    """The reader of calls is itself held against cells whose code is known."""
    once, never = IndirectCalls(1, 1), IndirectCalls(0, 0)
    direct = Cell("heap_task", workload, "direct", variant, False)
    assert calls_in_function(direct, "method") == once
    assert calls_in_function(direct, "layer", "layer", "method") == never
    compiled = Cell("heap_task", workload, "async", variant, False)
    assert calls_in_function(compiled, "method", "step") == never
    assert calls_in_function(compiled, "step") == once
    assert calls_in_function(compiled, "layer_step", "layer", "method") == once + once
    for cell in [direct, compiled]:
        for loop in LOOPS:
            assert calls_in_loop(cell, loop) == once
    text = [each.text for each in function_of(direct, "method").values() if each.is_indirect]
    assert len(text) == 1


@each_freeing
def test_window_is_out_of_line(cell: Cell) -> None:
    """A loop holds calls of its method and of the miss path, and no third function's."""
    for loop, method in cell.loops.items():
        function = function_of(cell, loop)
        assert callees(function) - {cell.symbol(method)} <= cell.beside_the_method, loop
        assert tails(function) == set(), loop


def test_functions_beside_the_method_are_needed() -> None:
    """What the tests here let pass is no more than what there is."""
    loops = {name for cell in FREEING for loop in cell.loops for name in callees_of(cell, loop)}
    assert BESIDE_THE_METHOD - {"vtb_misuse"} <= loops
    methods = {name for cell in FREEING for each in cell.methods for name in callees_of(cell, each)}
    assert TO_MAKE_AN_OBJECT | {"vtb_request_later"} <= methods


def callees_of(cell: Cell, name: str) -> set[str]:
    function = function_of(cell, name)
    return callees(function) | tails(function)


# --- the methods ---


@each_direct
def test_direct_method_calls_what_a_miss_needs_alone(cell: Cell) -> None:
    accepted = {cell.symbol(name) for name in TO_SUSPEND | TO_MAKE_AN_OBJECT}
    assert callees_of(cell, "method") <= accepted
    # poll's miss is a store of its state, which the caller owns.
    may_wait = callees_of(cell, "method") & {cell.symbol("suspend"), "vtb_request_later"}
    assert bool(may_wait) == (cell.strategy != "poll")


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


@each_async
def test_async_method_calls_its_step(cell: Cell) -> None:
    for method, step in {"method": "step", "layer": "layer_step"}.items():
        function = function_of(cell, method)
        calls = [each for each in function.values() if each.is_call]
        assert [each.callee for each in calls] == [cell.symbol(step)], method
        assert [each.is_indirect for each in calls] == [False], method
        assert tails(function) == set(), method


@each_async
def test_step_calls_what_a_miss_needs_alone(cell: Cell) -> None:
    accepted = {cell.symbol(name) for name in TO_SUSPEND | TO_MAKE_AN_OBJECT}
    assert cell.symbol("suspend") in callees_of(cell, "step") <= accepted


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


def stored_on_the_stack(instructions: list[Instruction]) -> set[int]:
    """Which bytes, counted from the stack's top, are written by moves."""
    found: set[int] = set()
    for each in instructions:
        place = re.fullmatch(r"(0x[0-9a-f]+)?\(%rsp\)", each.stored)
        if not place or each.text.startswith("push"):
            continue
        width = next(width for pattern, width in WIDTHS.items() if re.match(pattern, each.text))
        offset = int(place.group(1) or "0", 16)
        found |= set(range(offset, offset + width))
    return found


def before_and_after(function: Function, callee: str) -> tuple[list[Instruction], ...]:
    """What runs up to the one call of a function, and behind it."""
    (call,) = (each for each in function.values() if each.is_call and each.callee == callee)
    graph = graph_of(function, set())
    before = reach(graph, [min(function)], {call.address}) - {call.address}
    after = reach(graph, successors(function, call), set())
    return tuple([function[address] for address in sorted(part)] for part in (before, after))


@each_async
def test_async_method_makes_its_state_machine_on_the_stack(cell: Cell) -> None:
    """All of it: state and key, builder, `this` and awaiter are 32 bytes at least."""
    for method, step in {"method": "step", "layer": "layer_step"}.items():
        before, _ = before_and_after(function_of(cell, method), cell.symbol(step))
        written = stored_on_the_stack(before)
        assert len(written) >= 32, method
        assert written == set(range(min(written), max(written) + 1)), "some of it is left out"
        runs = [each for each in before if each.text.startswith("movl   $0xffffffff,")]
        assert len(runs) == 1 and "(%rsp)" in runs[0].stored, method


@each_async
def test_async_method_keeps_the_ambient_context_for_its_caller(cell: Cell) -> None:
    """Two words of the thread's, read before the step and looked at behind it."""
    for method, step in {"method": "step", "layer": "layer_step"}.items():
        function = function_of(cell, method)
        assert "vtb_ambient" in {each.symbol for each in function.values()}
        before, after = before_and_after(function, cell.symbol(step))
        read = [each for each in before if each.uses_the_ambient_context]
        assert len(read) == 2 and not any(each.stored.startswith("%fs") for each in read), method
        compared = [each for each in after if each.uses_the_ambient_context and not each.stored]
        assert len(compared) >= 2, method


@each_direct
def test_direct_method_knows_no_state_machine_and_no_context(cell: Cell) -> None:
    for method in cell.methods:
        texts = [each.text for each in function_of(cell, method).values()]
        assert [text for text in texts if "%fs:" in text or "$0xffffffff," in text] == []


@pytest.mark.parametrize("workload", WORKLOADS)
@pytest.mark.parametrize("variant", ["", "checked"])
def test_handle_returns_in_registers(
    workload: str, variant: str, listing: dict[str, list[Row]]
) -> None:
    """A hit of value_task_handle touches no memory but the table: no store, no place to return."""
    sizes = {row["name"]: row["value B"] for row in listing["workloads"]}
    if sizes[workload] > 8:
        pytest.skip("the value does not fit a register")
    cell = Cell("value_task_handle", workload, "direct", variant, False)
    method = function_of(cell, "method")
    ends = returns_of(method)
    path = hit_path(method, min(method), ends, out_of_line(method))
    instructions = [method[address] for address in sorted(path)]
    assert [each.text for each in instructions if each.stored] == []
    (end,) = (each for each in instructions if each.address in ends)
    assert end.is_return
    block = [each.text for each in instructions if each.address < end.address][-2:]
    assert any(re.match(r"xor +%edx,%edx$", text) for text in block), "the tag of a value is 0"
    assert any(re.match(r"mov +.*,%rax$", text) for text in block), "the value itself"


@each_freeing
def test_timed_functions_are_aligned(cell: Cell) -> None:
    for name in [*cell.loops, *cell.methods]:
        assert min(function_of(cell, name)) % 64 == 0, name
    headers = objdump("-h", str(object_file(cell, "timing")))
    assert re.search(r" \.text +[0-9a-f]+ .* 2\*\*6$", headers, re.MULTILINE)


# --- what must not be there ---


@pytest.mark.parametrize("workload", WORKLOADS)
def test_timing_has_no_counting_in_it(workload: str) -> None:
    """Accounting makes the allocating method longer, and the method that does not allocate not."""

    def length(strategy: str, method: str, name: str, a_pass: str) -> int:
        return len(function_of(Cell(strategy, workload, method, "", False), name, a_pass))

    for method, name in [("direct", "method"), ("async", "step"), ("async", "layer_step")]:
        timing = length("heap_task", method, name, "timing")
        assert timing < length("heap_task", method, name, "counting")
    assert length("plain", "direct", "method", "timing") == length(
        "plain", "direct", "method", "counting"
    )


def locked(cell: Cell) -> bool:
    """Whether anything in a loop or method locks the memory bus."""
    texts = [
        each.text
        for name in [*cell.loops, *cell.methods]
        for each in function_of(cell, name).values()
    ]
    return any(re.match(r"lock|xchg +[^,]*\(|xchg +.*\)$", text) for text in texts)


@each_freeing
def test_references_are_counted_for_several_threads_in_atomic_cells_alone(cell: Cell) -> None:
    assert locked(cell) == (cell.variant == "atomic")


def checks(cell: Cell) -> int:
    """How many places of a cell end the process because a rule was broken."""
    return sum(
        each.callee == "vtb_misuse"
        for function in functions(cell).values()
        for each in function.values()
        if each.is_call or each.is_jump
    )


@pytest.mark.parametrize("cell", [cell for cell in FREEING if cell.variant == "checked"], ids=str)
def test_rules_are_checked_in_checked_cells(cell: Cell) -> None:
    plain = Cell(cell.strategy, cell.workload, cell.method, "", False)
    assert checks(cell) > checks(plain)


@pytest.mark.parametrize("workload", WORKLOADS)
def test_empty_loop_stands_at_a_cache_line(workload: str) -> None:
    """-falign-loops does its work: the target of the innermost backward jump is aligned."""
    loop = function_of(Cell("empty", workload, "direct", "", False), "independent")
    spans = [
        (each.address - each.target, each.target)
        for each in loop.values()
        if each.is_jump and not each.is_indirect and 0 <= each.target < each.address
    ]
    assert min(spans)[1] % 64 == 0


@each_cell
@each_pass
def test_no_string_instructions(cell: Cell, a_pass: str) -> None:
    """The start-up of `rep stos` alone costs more than an allocation."""
    for name, function in functions(cell, a_pass).items():
        texts = [each.text for each in function.values()]
        assert [text for text in texts if re.match(r"rep\w* (stos|movs)", text)] == [], name


@each_cell
@each_pass
def test_not_built_with_lto(cell: Cell, a_pass: str) -> None:
    headers = objdump("-h", str(object_file(cell, a_pass)))
    assert ".gnu.lto" not in headers and " .text" in headers


def test_cells_are_built_with_their_flags() -> None:
    commands = json.loads((BUILD / "compile_commands.json").read_text(encoding="utf-8"))
    cells = [each["command"] for each in commands if "vtb_cells.dir" in each["command"]]
    assert len(cells) == 2 * len(CELLS)
    for command in cells:
        assert "-falign-functions=64" in command and " -O2 " in command
        assert "-flto" not in command
