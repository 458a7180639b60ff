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

from conftest import BUILD, ROOT

STRATEGIES = {path.stem: path for path in sorted((ROOT / "impls").glob("*.c*"))}
WORKLOADS = sorted(path.stem for path in (ROOT / "workloads").glob("*.h"))
LOOPS = ["independent", "dependent"]
CELLS = [(strategy, workload) for strategy in STRATEGIES for workload in WORKLOADS]

each_cell = pytest.mark.parametrize(("strategy", "workload"), CELLS)
each_pass = pytest.mark.parametrize("kind", ["timing", "counting"])


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
    def target(self) -> int:
        """Where a direct jump goes to, which may lie outside of the function."""
        named = re.search(r" ([0-9a-f]+) <", self.text)
        assert named, self.text
        return int(named.group(1), 16)

    @property
    def callee(self) -> str:
        """The function that a direct call or jump names."""
        named = re.search(r"<([^>+(]+)(\(.*\))?>$", self.text)
        return self.symbol or (named.group(1) if named else "")


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


def object_file(strategy: str, workload: str, kind: str) -> Path:
    name = f"{strategy}.{workload}.{kind}{STRATEGIES[strategy].suffix}.o"
    found = list((BUILD / "CMakeFiles" / "vtb_cells.dir").rglob(name))
    assert len(found) == 1, f"not one {name}: {found}"
    return found[0]


def objdump(*arguments: str) -> str:
    command = ["objdump", "--demangle", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


@lru_cache(maxsize=None)
def functions(strategy: str, workload: str, kind: str = "timing") -> dict[str, Function]:
    """The functions of a cell; a C++ function goes by its name without its parameters."""
    path = object_file(strategy, workload, kind)
    found: dict[str, Function] = {}
    last: Instruction | None = None
    for line in objdump("-dr", "--no-show-raw-insn", str(path)).splitlines():
        if start := re.match(r"[0-9a-f]+ <(.+)>:$", line):
            current = found.setdefault(start.group(1).split("(")[0], {})
        elif relocation := re.match(RELOCATION, line):
            assert last
            last.symbol = relocation.group(1).split("(")[0]
        elif code := re.match(r"\s*([0-9a-f]+):\t(.+)$", line):
            last = Instruction(int(code.group(1), 16), code.group(2).split("#")[0].strip())
            current[last.address] = last
    assert found, f"no function in {path}"
    return found


def symbol(strategy: str, workload: str, kind: str, name: str) -> str:
    return f"vtb_{strategy}_{workload}_{kind}_{name}"


def has_method(strategy: str) -> bool:
    return "VTB_LOOP_ONLY 1" not in STRATEGIES[strategy].read_text(encoding="utf-8")


def declared_indirect_calls(strategy: str) -> int:
    text = STRATEGIES[strategy].read_text(encoding="utf-8")
    found = re.search(r"\.indirect_calls_on_hit = (\d+)", text)
    return int(found.group(1)) if found else 0


def successors(function: Function, instruction: Instruction) -> list[int]:
    """Addresses in the function that may run next; none behind a return or a tail call."""
    found = []
    if instruction.is_jump and not instruction.is_indirect and instruction.target in function:
        found.append(instruction.target)
    if not instruction.is_return and not instruction.is_unconditional:
        later = [address for address in function if address > instruction.address]
        found += later[:1]
    return found


def fewest_indirect_calls(
    function: Function, start: int, ends: set[int], avoided: set[int]
) -> int | None:
    """On the way from `start` to one of `ends` that has the fewest; None if there is no way."""
    best: dict[int, int] = {}
    queue = [(0, start)]
    while queue:
        calls, address = heapq.heappop(queue)
        if address in best or address in avoided:
            continue
        best[address] = calls
        calls += function[address].is_indirect
        if address in ends:
            return calls
        for following in successors(function, function[address]):
            heapq.heappush(queue, (calls, following))
    return None


def calls_in_method(function: Function) -> int | None:
    """From entry to return. A call or jump to another function is the miss path."""
    out_of_line = {
        each.address
        for each in function.values()
        if (each.is_call and not each.is_indirect)
        or (each.is_jump and not each.is_indirect and each.target not in function)
    }
    ends = {each.address for each in function.values() if each.is_return}
    tails = {each.address for each in function.values() if each.is_jump and each.is_indirect}
    return fewest_indirect_calls(function, min(function), ends | tails, out_of_line)


def calls_in_loop(function: Function, method: str) -> int | None:
    """From behind a call of the method to the next one, past the window's out-of-line code."""
    calls = {each.address for each in function.values() if each.is_call and each.callee == method}
    out_of_line = {
        each.address
        for each in function.values()
        if each.is_call and not each.is_indirect and each.callee != method
    }
    after = [successors(function, function[call])[0] for call in sorted(calls)]
    counts = [fewest_indirect_calls(function, start, calls, out_of_line) for start in after]
    return max((count for count in counts if count is not None), default=None)


@each_cell
@each_pass
def test_cell_has_its_functions(strategy: str, workload: str, kind: str) -> None:
    expected = {symbol(strategy, workload, kind, name) for name in LOOPS}
    method = symbol(strategy, workload, kind, "method")
    assert expected <= set(functions(strategy, workload, kind))
    assert (method in functions(strategy, workload, kind)) == has_method(strategy)


@each_cell
@pytest.mark.parametrize("loop", LOOPS)
def test_loop_calls_its_method_directly_or_nothing(
    strategy: str, workload: str, loop: str
) -> None:
    function = functions(strategy, workload)[symbol(strategy, workload, "timing", loop)]
    calls = [each for each in function.values() if each.is_call]
    if not has_method(strategy):
        assert calls == [], "the loop alone calls nothing"
        return
    method = symbol(strategy, workload, "timing", "method")
    direct = [each for each in calls if each.callee == method]
    assert len(direct) >= 1
    assert [each.text for each in direct if each.is_indirect] == []


@each_cell
@pytest.mark.parametrize("loop", LOOPS)
def test_hit_makes_the_indirect_calls_that_are_declared(
    strategy: str, workload: str, loop: str
) -> None:
    if not has_method(strategy):
        assert declared_indirect_calls(strategy) == 0
        return
    cell = functions(strategy, workload)
    name = symbol(strategy, workload, "timing", "method")
    in_method = calls_in_method(cell[name])
    in_loop = calls_in_loop(cell[symbol(strategy, workload, "timing", loop)], name)
    assert in_method is not None and in_loop is not None, "there is no way for a hit"
    assert in_method + in_loop == declared_indirect_calls(strategy)


@pytest.mark.parametrize("workload", WORKLOADS)
def test_baseline_allocates_in_the_method_and_frees_in_the_loop(workload: str) -> None:
    """The reader of calls is itself held against a cell whose code is known."""
    cell = functions("heap_task", workload)
    method = symbol("heap_task", workload, "timing", "method")
    assert calls_in_method(cell[method]) == 1
    for loop in LOOPS:
        assert calls_in_loop(cell[symbol("heap_task", workload, "timing", loop)], method) == 1
    text = [each.text for each in cell[method].values() if each.is_indirect]
    assert len(text) == 1


@each_cell
def test_window_is_out_of_line(strategy: str, workload: str) -> None:
    """A loop holds calls of its method and of the miss path, and no third function's."""
    method = symbol(strategy, workload, "timing", "method")
    for loop in LOOPS:
        function = functions(strategy, workload)[symbol(strategy, workload, "timing", loop)]
        direct = {
            each.callee for each in function.values() if each.is_call and not each.is_indirect
        }
        assert {name.split(".")[0] for name in direct} <= {method, "vtb_park"}


@pytest.mark.parametrize("workload", WORKLOADS)
def test_timing_has_no_counting_in_it(workload: str) -> None:
    """Accounting makes the allocating method longer, and the method that does not allocate not."""

    def length(strategy: str, kind: str) -> int:
        return len(functions(strategy, workload, kind)[symbol(strategy, workload, kind, "method")])

    assert length("heap_task", "timing") < length("heap_task", "counting")
    assert length("plain", "timing") == length("plain", "counting")


@each_cell
def test_timed_functions_are_aligned(strategy: str, workload: str) -> None:
    names = [*LOOPS, "method"] if has_method(strategy) else LOOPS
    for name in names:
        function = functions(strategy, workload)[symbol(strategy, workload, "timing", name)]
        assert min(function) % 64 == 0, name
    headers = objdump("-h", str(object_file(strategy, workload, "timing")))
    assert re.search(r" \.text +[0-9a-f]+ .* 2\*\*6$", headers, re.MULTILINE)


@pytest.mark.parametrize("workload", WORKLOADS)
def test_empty_loop_stands_at_a_cache_line(workload: str) -> None:
    """-falign-loops does its work: the target of the innermost backward jump is aligned."""
    loop = functions("empty", workload)[symbol("empty", workload, "timing", "independent")]
    spans = [
        (each.address - each.target, each.target)
        for each in loop.values()
        if each.is_jump and not each.is_indirect and each.target < each.address
    ]
    assert min(spans)[1] % 64 == 0


@each_cell
@each_pass
def test_no_string_instructions(strategy: str, workload: str, kind: str) -> None:
    """The start-up of `rep stos` alone costs more than an allocation."""
    for name, function in functions(strategy, workload, kind).items():
        texts = [each.text for each in function.values()]
        assert [text for text in texts if re.match(r"rep\w* (stos|movs)", text)] == [], name


@each_cell
@each_pass
def test_not_built_with_lto(strategy: str, workload: str, kind: str) -> None:
    headers = objdump("-h", str(object_file(strategy, workload, kind)))
    assert ".gnu.lto" not in headers and " .text" in headers


def test_cells_are_built_with_their_flags() -> None:
    commands = json.loads((BUILD / "compile_commands.json").read_text(encoding="utf-8"))
    cells = [each["command"] for each in commands if "vtb_cells.dir" in each["command"]]
    assert len(cells) >= 2 * len(CELLS)
    for command in cells:
        assert "-falign-functions=64" in command and " -O2 " in command
        assert "-flto" not in command
