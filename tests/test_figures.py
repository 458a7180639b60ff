"""Bytes and allocations of every strategy, against what follows by hand from the layouts.

No number here comes out of a run. All figures are whole numbers over the number of calls, and must
be exactly what a double makes of that.
"""
from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from conftest import (
    COUNTED,
    STRATEGIES,
    Bench,
    Outcome,
    Row,
    methods_of,
    parameters,
    strict_json,
    variants_of,
)

POINTER = 8
BLOCK = 8 + 1 + 7  # live objects, whether it is open, padding
OBJECT_BUILDER = 8


def padded(size: int) -> int:
    """To whole words, as every field behind it, and every object, starts at one."""
    return -(-size // 8) * 8


@dataclass(frozen=True)
class Types:
    """Bytes of a method's argument and of its result, and of all that follows from them."""

    key: int  # of an int, of a reference, or of both side by side
    value: int  # of a bool, or of whole words

    # Bytes of a hand-over, where an outer method keeps it in its state machine as the awaiter.

    @property
    def value_task(self) -> int:
        return 8 + padded(self.value + 2 + 1 + 1)  # object, result, token, two flags

    @property
    def future(self) -> int:
        return 8 + padded(self.value + 1)  # promise, value, state

    # Objects: a Task<T>; the least that a task can be; a pooled source's core; a promise's end.

    @property
    def task(self) -> int:
        return 64 + padded(self.value)

    @property
    def lean_task(self) -> int:
        """The key stands where the result will be: the larger one counts."""
        result = padded(max(self.value, self.key))
        return 8 + 2 + 2 + 4 + 8 + result  # what runs it, record, count, state, waiting

    @property
    def source(self) -> int:
        return 8 * 8 + padded(self.value + 2 + 1 + 1)  # eight words, result, version, two flags

    @property
    def promise(self) -> int:
        return 8 + 8 + 4 + 2 + 2 + padded(self.value)  # what runs it, waiting, state, fault, record

    @property
    def request(self) -> int:
        return 8 + 8 + padded(self.key)  # callback, context

    @property
    def frame(self) -> int:
        """Of a coroutine."""
        key = self.key if self.key <= 8 else padded(self.key)  # as an argument
        promise = 2 * 8 + 8 + 4 + 4 + padded(self.value)  # who waits, service, fault, state, result
        resume_at = 2 + 1 + 1  # and two flags; behind it stands the empty await of the start
        head = 8 + 8 + promise + 8 + 8 + padded(key + resume_at + 1)
        return head + 8 + padded(key) + 8 + 8 + 8  # what was found; key, promise, answer; the end

    @property
    def question(self) -> int:
        """All that a direct method without a state machine must remember."""
        return padded(self.key)

    @property
    def suspended(self) -> int:
        """What stands for a runtime-async method that waits, without what it needs itself."""
        return 40 + padded(self.value)

    @property
    def value_builder(self) -> int:
        """The result stands in it until it is handed over."""
        return 8 + padded(self.value)

    def machine(self, builder: int, awaiter: int = POINTER) -> int:
        """State and key, the builder, `this`, and what the method awaits."""
        state_and_key = {4: 4 + 4, 8: 4 + 4 + 8, 12: 4 + 12}[self.key]
        return state_and_key + builder + 8 + awaiter


USER = Types(key=4, value=8)
WORKLOADS = {
    "user_cache": USER,
    "always_async": USER,
    "trace": USER,
    "low_hit": Types(4, 32),
    "product_catalog": Types(4, 64),
    "payload_8": Types(4, 8),
    "payload_16": Types(4, 16),
    "payload_32": Types(4, 32),
    "payload_64": Types(4, 64),
    "payload_128": Types(4, 128),
    "payload_256": Types(4, 256),
    "config_read": Types(8, 8),
    "metrics_counter": Types(8, 8),
    "api_gateway": Types(8, 32),
    "input_validator": Types(8, 1),
    "permission_check": Types(12, 1),
}


@dataclass(frozen=True)
class Point:
    """The conditions of the calls."""

    calls: int
    hits: int
    window: int
    request_ops: int
    levels: int  # methods that make objects: one, or as many as are nested if asynchronous

    @property
    def misses(self) -> int:
        return self.calls - self.hits


@dataclass(frozen=True)
class Objects:
    """Bytes of a ready object, a pending one, and a pending one of an outer method; 0: none."""

    hit: int = 0
    miss: int = 0
    layer_miss: int = 0
    pooled: bool = False  # the first ones serve again
    shared: bool = False  # moreover, what a hit used serves a miss as well
    beside: int = 0  # bytes of a second object of each miss

    def taken(self, point: Point) -> tuple[int, int]:
        """Allocations, and their bytes together."""
        hits = point.hits * point.levels
        misses = point.misses
        if self.pooled:
            hits = min(hits, 1)
            misses = min(misses, point.window)
        if self.shared and misses > 0:
            hits = min(hits, int(misses < point.window))  # behind the last miss comes a hit
        counts = {self.hit: 0, self.miss: 0, self.layer_miss: 0, self.beside: 0}
        for size, n in [
            (self.hit, hits),
            (self.miss, misses),
            (self.layer_miss, misses * (point.levels - 1)),
            (self.beside, misses),
        ]:
            counts[size] += n if size > 0 else 0
        return sum(counts.values()), sum(size * n for size, n in counts.items())


@dataclass(frozen=True)
class Arena:
    """A block for each request, with room for as many of the largest objects as it may need."""

    largest: int

    def taken(self, point: Point) -> tuple[int, int]:
        blocks = -(-point.calls // point.request_ops)
        return blocks, blocks * (BLOCK + point.request_ops * point.levels * self.largest)


NOTHING = Objects()


@cache
def layouts_of(types: Types) -> dict[str, list[Objects | Arena]]:
    """By strategy: what the direct method takes, and the asynchronous one, where there is one."""
    box = types.task + types.machine(OBJECT_BUILDER)
    tasks = Objects(types.task, box, box)
    lean = types.lean_task
    lean_box = lean + types.machine(OBJECT_BUILDER)
    holder = types.machine(types.value_builder)
    layer = types.machine(types.value_builder, types.value_task)
    future_layer = types.machine(types.value_builder, types.future)
    source = types.source
    promise = types.promise
    # Each of the two bools has a task that is there already. No pointer is null here, and no number
    # 0.
    cached = Objects(0, box, box) if types.value == 1 else tasks
    both_contexts = 8 + 8
    suspended = Objects(
        0,
        types.suspended + both_contexts + 8 + padded(types.key),  # `this`
        types.suspended + both_contexts,
        beside=types.suspended + 8,  # of the store's method, with one context
    )
    return {
        "empty": [NOTHING],
        "plain": [NOTHING],
        "heap_task": [tasks, tasks],
        "heap_task_lean": [Objects(lean, lean), Objects(lean, lean_box, lean_box)],
        "heap_task_cached": [cached, cached],
        "task_in_cache": [Objects(0, box)],
        "heap_task_pooled": 2 * [Objects(types.task, box, box, pooled=True)],
        "arena_task": [Arena(box), Arena(box)],
        "value_task": [
            Objects(0, box),
            Objects(0, types.task + holder, types.task + layer),
        ],
        "value_task_pooled": 2 * [Objects(0, source + holder, source + layer, pooled=True)],
        "value_task_handle": [NOTHING, NOTHING],
        "inline_future": [
            Objects(0, promise + types.question),
            Objects(0, promise + holder, promise + future_layer),
        ],
        "caller_op": [NOTHING, NOTHING],
        "poll": [NOTHING],
        "callback": [Objects(0, types.request)],
        "sender": [NOTHING],
        "runtime_async": [suspended, suspended],
        "coroutine": [Objects(types.frame, types.frame)],
        "coroutine_recycled": [Objects(types.frame, types.frame, pooled=True, shared=True)],
    }


LAYOUTS = layouts_of(USER)

BOTH = ["--strategy", "all", "--method", "both", "--rounds", "0", "--format", "json"]


def rounded(share: Fraction) -> int:
    """To the nearest whole number, halves up."""
    return int(share + Fraction(1, 2))


# Whose methods are compiled alike in the tables of every method.
ALWAYS_SUSPENDED_SO = {"runtime_async", "runtime_async@checked"}


def base_name(strategy: str) -> str:
    return strategy.partition("@")[0]


def point_of(name: str, hits: int | None) -> Point:
    """The point that a row's name tells, except for the number of hits where they emerge from keys.
    """
    found = {"request_ops": "64", "force_async": "0", **parameters(name)}
    calls = int(found["calls"])
    if hits is None:
        hits = rounded(Fraction(found["hit_rate"]) * calls) if found["force_async"] == "0" else 0
    nested = found["method"] == "async" or found["strategy"] in ALWAYS_SUSPENDED_SO
    levels = int(found["depth"]) if nested else 1
    return Point(calls, hits, int(found["in_flight"]), int(found["request_ops"]), levels)


def expected(name: str, hits: int | None = None) -> dict[str, float]:
    """The exact figures of a row, by its name alone where its hits do not emerge."""
    found = parameters(name)
    point = point_of(name, hits)
    layouts = layouts_of(WORKLOADS[found["workload"]])[base_name(found["strategy"])]
    allocs, size = layouts[found["method"] == "async"].taken(point)
    failures = rounded(Fraction(found.get("failure_rate", "0")) * point.misses)
    per_call = {
        "actual_hit_rate": point.hits,
        "bytes_per_op": size,
        "allocs_per_op": allocs,
        "frees_per_op": allocs,
        # A loop that calls nothing cannot fail.
        "failures_per_op": failures if found["strategy"] != "empty" else 0,
    }
    return {key: float(Fraction(total, point.calls)) for key, total in per_call.items()}


def differences(rows: list[Row], hits: int | None = None) -> dict[str, dict[str, Any]]:
    """Rows whose figures are not what they must be, each with what it has and what it must have."""
    found = {}
    for row in rows:
        wanted = expected(row["run_name"], hits)
        wrong = {key: (row[key], value) for key, value in wanted.items() if row[key] != value}
        if wrong:
            found[row["run_name"]] = wrong
    return found


def cases(rows: list[Row]) -> set[tuple[str, str]]:
    names = [parameters(row["run_name"]) for row in rows]
    return {(name["strategy"], name["method"]) for name in names}


def all_cases() -> set[tuple[str, str]]:
    return {(strategy, method) for strategy in STRATEGIES for method in methods_of(strategy)}


# --- the table of this file ---


def test_every_strategy_has_its_layouts_here() -> None:
    assert set(LAYOUTS) == set(STRATEGIES)
    for strategy, layouts in LAYOUTS.items():
        assert len(layouts) == len(methods_of(strategy)), strategy


def test_layouts_are_those_that_are_known() -> None:
    """The sizes are those of .NET 10 and of the contract; this compares the sums above with the
    documents.
    """
    assert LAYOUTS["heap_task"][0] == Objects(72, 104, 104)
    assert layouts_of(Types(4, 64))["heap_task"][0] == Objects(128, 160, 160)
    assert LAYOUTS["value_task"][1] == Objects(0, 112, 128)
    assert LAYOUTS["value_task_pooled"][0] == Objects(0, 120, 136, pooled=True)
    assert LAYOUTS["inline_future"] == [Objects(0, 40), Objects(0, 72, 88)]
    assert LAYOUTS["heap_task_lean"] == [Objects(32, 32), Objects(32, 64, 64)]
    assert LAYOUTS["callback"] == [Objects(0, 24)]
    assert LAYOUTS["coroutine"] == [Objects(128, 128)]
    assert LAYOUTS["runtime_async"] == 2 * [Objects(0, 80, 64, beside=56)]


def test_layouts_are_those_that_the_list_tells(listing: dict[str, list[Row]]) -> None:
    by_async = {row["name"]: row for row in listing["async"]}
    for row in listing["strategies"]:
        layouts = LAYOUTS[row["name"]]
        if isinstance(layouts[0], Objects):
            own = (layouts[0].hit, layouts[0].miss + layouts[0].beside)
            assert (row["hit B"], row["miss B"]) == own, row["name"]
        else:
            assert (row["hit B"], row["miss B"]) == (72, layouts[0].largest), row["name"]
        compiled = layouts[-1] if len(layouts) > 1 else NOTHING
        sizes = (
            (compiled.miss + compiled.beside, compiled.layer_miss)
            if isinstance(compiled, Objects)
            else (compiled.largest, compiled.largest)
        )
        found = by_async.get(row["name"], {"async miss B": 0, "layer B": 0})
        assert (found["async miss B"], found["layer B"]) == sizes, row["name"]


# --- runs ---


@pytest.fixture(scope="module")
def main_job(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """Of every strategy by both methods, so many calls that all requests are full."""
    bench = Bench(tmp_path_factory.mktemp("main_job"))
    return bench.ok(*BOTH, "--hit-rate", "0.8", "--depth", "1,2", "--calls", "200k")


def test_figures_of_the_main_job(main_job: Outcome) -> None:
    rows = main_job.rows
    assert {parameters(row["run_name"])["calls"] for row in rows} == {"200000"}
    assert cases(rows) == all_cases()
    assert len(rows) == 2 * len(all_cases())
    assert differences(rows) == {}


@pytest.mark.parametrize(
    ("strategy", "method", "depth", "bytes_per_op", "allocs_per_op"),
    [
        ("heap_task", "direct", "1", 78.4, 1),
        ("heap_task", "async", "2", 156.8, 2),
        ("value_task", "direct", "2", 20.8, 0.2),
        ("value_task", "async", "1", 22.4, 0.2),
        ("value_task", "async", "2", 48, 0.4),
        ("inline_future", "async", "2", 32, 0.4),
        ("heap_task_pooled", "direct", "1", 0.03364, 0.000325),
        ("arena_task", "direct", "1", 104.25, 0.015625),
        ("arena_task", "async", "2", 208.25, 0.015625),
    ],
)
def test_figures_written_out(
    main_job: Outcome,
    strategy: str,
    method: str,
    depth: str,
    bytes_per_op: float,
    allocs_per_op: float,
) -> None:
    """The table's arithmetic is itself held against a few sums made without it."""
    wanted = {"strategy": strategy, "method": method, "depth": depth}
    (row,) = (row for row in main_job.rows if wanted.items() <= parameters(row["run_name"]).items())
    assert (row["bytes_per_op"], row["allocs_per_op"]) == (bytes_per_op, allocs_per_op)


@pytest.mark.parametrize(
    "arguments",
    [
        ["--depth", "1,2,16", "--hit-rate", "0,0.333,1", "--calls", "10000"],
        ["--depth", "3", "--in-flight", "1,7,1000", "--calls", "10,10000"],
        ["--depth", "3", "--request-ops", "1,7,100000", "--calls", "100,10000"],
        ["--depth", "2", "--in-flight", "300", "--completion", "lifo", "--calls", "10000"],
        ["--depth", "2", "--in-flight", "300", "--completion", "random", "--calls", "10000"],
    ],
)
def test_figures_for_other_depths_and_windows(bench: Bench, arguments: list[str]) -> None:
    """Also fewer misses than the window has room for, and requests that are not full."""
    rows = bench.ok(*BOTH, *arguments).rows
    assert cases(rows) == all_cases()
    assert differences(rows) == {}


def test_hits_cost_an_object_for_each_method(bench: Bench) -> None:
    """Three tasks of 72 bytes, or nothing."""
    arguments = ["--depth", "3", "--hit-rate", "1", "--method", "async", "--rounds", "0"]
    strategies = ["--strategy", "heap_task,value_task"]
    rows = bench.ok(*arguments, *strategies, "--format", "json").rows
    found = {parameters(row["run_name"])["strategy"]: row for row in rows}
    assert (found["heap_task"]["bytes_per_op"], found["heap_task"]["allocs_per_op"]) == (216, 3)
    assert (found["value_task"]["bytes_per_op"], found["value_task"]["allocs_per_op"]) == (0, 0)
    assert differences(rows) == {}


def test_forced_to_suspend_nothing_hits(bench: Bench) -> None:
    """No call hits, as at a hit rate of 0, whatever the hit rate. The checksums agree, or the run
    would fail.
    """
    common = [*BOTH, "--depth", "1,2", "--calls", "10000"]
    rows = bench.ok(*common, "--force-async", "--hit-rate", "0.8").rows
    assert {row["actual_hit_rate"] for row in rows} == {0}
    assert {parameters(row["run_name"])["force_async"] for row in rows} == {"1"}
    assert cases(rows) == all_cases()
    assert differences(rows) == {}
    missing = bench.ok(*common, "--hit-rate", "0").rows
    figures = ["bytes_per_op", "allocs_per_op", "peak_live_bytes", "usable_bytes_per_op"]
    for forced, missed in zip(rows, missing):
        assert [forced[key] for key in figures] == [missed[key] for key in figures]


def test_failures_are_as_many_as_asked_for(bench: Bench) -> None:
    """A quarter of the misses, which are half of the calls; each allocates what a miss does."""
    arguments = ["--failure-rate", "0,0.25", "--hit-rate", "0.5", "--calls", "10000"]
    rows = bench.ok(*BOTH, *arguments, "--depth", "1,3").rows
    failing = [row for row in rows if "/failure_rate:0.25" in row["run_name"]]
    assert cases(failing) == all_cases()
    assert len(failing) == len(rows) / 2
    for row in failing:
        calls_nothing = parameters(row["run_name"])["strategy"] == "empty"
        assert row["failures_per_op"] == (0 if calls_nothing else 0.125), row["run_name"]
    assert differences(rows) == {}


@pytest.mark.parametrize("rate", ["1", "0.001", "12.5%"])
def test_failure_rate_may_be_anything_from_none_to_all(bench: Bench, rate: str) -> None:
    rows = bench.ok(*BOTH, "--failure-rate", rate, "--hit-rate", "0.2", "--calls", "1000").rows
    assert {row["failures_per_op"] for row in rows} == {
        0,  # the loop that calls nothing
        float(Fraction(rounded(parameters_rate(rate) * 800), 1000)),
    }
    assert differences(rows) == {}


def parameters_rate(text: str) -> Fraction:
    return Fraction(text.rstrip("%")) / (100 if text.endswith("%") else 1)


# --- other types than the default workload's ---


def test_every_workload_has_the_types_that_are_said_here(listing: dict[str, list[Row]]) -> None:
    found = {row["name"]: Types(row["key B"], row["value B"]) for row in listing["workloads"]}
    assert found == WORKLOADS


# The strategies that are run against every workload; those that are, besides, against one of each
# size of a key and of a value, or where a value that is cached matters; and the workload against
# which, as against the default one, all are.
SOME = ["heap_task", "value_task"]
MORE = ["heap_task_cached", "inline_future", "value_task_pooled"]
OF_EACH_SIZE = ["low_hit", "permission_check", "api_gateway", "payload_256"]
CACHED = ["heap_task_cached"]
OF_CACHED = ["input_validator", "metrics_counter"]
WHOLE = ["product_catalog"]

# Sizes of the curve that show nothing which its ends and its middle do not.
BETWEEN = ["payload_16", "payload_32", "payload_128"]
OTHERS = [name for name in WORKLOADS if name not in [*WHOLE, *BETWEEN, "trace", "user_cache"]]

# Which strategies against which workloads.
PARTS: dict[str, tuple[list[str], list[str]]] = {
    "some": (SOME, OTHERS),
    "more": (MORE, OF_EACH_SIZE),
    "cached": (CACHED, OF_CACHED),
}


@pytest.fixture(scope="module")
def all_workloads(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Outcome]:
    """A thousand calls by both methods, of every workload that has a hit rate."""
    bench = Bench(tmp_path_factory.mktemp("all_workloads"))
    size = ["--calls", "1000", "--keys", "1000", "--depth", "1,2", "--hit-rate", "0.8"]
    found = {"whole": bench.ok("--workload", ",".join(WHOLE), *BOTH, *size)}
    for part, (strategies, workloads) in PARTS.items():
        some = ["--workload", ",".join(workloads), "--strategy", ",".join(strategies)]
        found[part] = bench.ok(*BOTH, *some, *size)
    return found


def test_figures_of_every_workload(all_workloads: dict[str, Outcome]) -> None:
    whole = all_workloads["whole"].rows
    assert cases(whole) == all_cases()
    assert len(whole) == 2 * len(all_cases()) * len(WHOLE)
    assert differences(whole) == {}
    for part, (strategies, workloads) in PARTS.items():
        rows = all_workloads[part].rows
        references = ["empty", "plain", "heap_task"]
        kept = {each for each in all_cases() if each[0] in [*strategies, *references]}
        assert cases(rows) == kept
        assert len(rows) == 2 * len(kept) * len(workloads)
        assert differences(rows) == {}


@pytest.mark.parametrize(
    ("workload", "strategy", "method", "depth", "bytes_per_op", "allocs_per_op"),
    [
        ("payload_64", "heap_task", "direct", "1", 134.4, 1),
        ("payload_64", "value_task", "async", "2", 104, 0.4),
        ("payload_256", "inline_future", "async", "1", 113.6, 0.2),
        ("low_hit", "value_task_pooled", "direct", "1", 10.752, 0.064),
        ("input_validator", "heap_task_cached", "direct", "1", 22.4, 0.2),
        ("input_validator", "value_task", "direct", "1", 22.4, 0.2),
        ("metrics_counter", "heap_task_cached", "direct", "1", 80, 1),
        ("api_gateway", "value_task", "direct", "1", 27.2, 0.2),
        ("api_gateway", "inline_future", "direct", "1", 12.8, 0.2),
        ("product_catalog", "heap_task_lean", "direct", "1", 88, 1),
        ("product_catalog", "callback", "direct", "1", 4.8, 0.2),
    ],
)
def test_figures_of_other_types_written_out(
    all_workloads: dict[str, Outcome],
    workload: str,
    strategy: str,
    method: str,
    depth: str,
    bytes_per_op: float,
    allocs_per_op: float,
) -> None:
    wanted = {"workload": workload, "strategy": strategy, "method": method, "depth": depth}
    found_rows = [row for outcome in all_workloads.values() for row in outcome.rows]
    rows = [(parameters(row["run_name"]), row) for row in found_rows]
    asked = [row for found, row in rows if wanted.items() <= found.items()]
    assert asked
    for row in asked:  # a baseline's is in several parts
        assert (row["bytes_per_op"], row["allocs_per_op"]) == (bytes_per_op, allocs_per_op)


# --- hits that emerge from the keys ---


def check_emerging(outcome: Outcome, hits: int, workload: str) -> None:
    """Figures of all strategies but the one that cannot have a real cache, which says why."""
    rows = outcome.rows
    assert cases(rows) == all_cases() - {("task_in_cache", "direct")}
    assert differences(rows, hits) == {}
    skipped = strict_json(outcome.out)["context"]["skipped"]
    assert {"strategy": "task_in_cache", "without": workload} in [
        {key: each[key] for key in ("strategy", "without")} for each in skipped
    ]


@pytest.mark.parametrize(
    ("keys", "capacity", "hits"),
    [
        # a and b come in; a hits; c drives b out, b drives a out, a drives c out, c drives b out; c
        # hits. The last call hits in each, as the figures have it.
        ("abacbacc", 2, 2),
        ("abacbacc", 1, 1),
        ("abacbacc", 3, 5),
        ("aaaaaaaaaa", 1, 9),
        ("abcabcabca", 2, 0),
    ],
)
def test_figures_of_a_recorded_trace(
    bench: Bench, tmp_path: Path, keys: str, capacity: int, hits: int
) -> None:
    trace = tmp_path / "trace.txt"
    trace.write_text("".join(f"{key}\n" for key in keys), encoding="ascii")
    source = ["--workload", "trace", "--trace", str(trace), "--cache", f"lru:{capacity}"]
    outcome = bench.ok(*source, *BOTH, "--depth", "1,2")
    assert {parameters(row["run_name"])["calls"] for row in outcome.rows} == {str(len(keys))}
    check_emerging(outcome, hits, "trace")


@pytest.mark.parametrize(("ttl", "hits"), [("0.35", 750), ("0.3", 666), ("0.05", 0)])
def test_figures_where_entries_expire(bench: Bench, ttl: str, hits: int) -> None:
    """One key, asked for every 0.1 s: of an entry made at 0.1 s the next three calls come before
    0.45 s, but two before 0.4 s, and none before 0.15 s."""
    size = ["--calls", "1000", "--keys", "1", "--calls-per-second", "10"]
    outcome = bench.ok("--workload", "product_catalog", "--ttl", ttl, *size, *BOTH)
    check_emerging(outcome, hits, "product_catalog")


# --- what cannot be ---


def test_strategies_without_the_method_are_skipped_and_say_why(
    main_job: Outcome, listing: dict[str, list[Row]]
) -> None:
    reasons = {
        (row["name"], row["lacks"]): row["because"] for row in listing["reasons"]
    }
    skipped = strict_json(main_job.out)["context"]["skipped"]
    without = ["callback", "coroutine", "coroutine_recycled", "poll", "sender", "task_in_cache"]
    assert [each["strategy"] for each in skipped] == without
    for each in skipped:
        assert each["reason"] == reasons[each["strategy"], "async method"]
        assert each["without"] == "the async method"


def test_nothing_is_skipped_by_the_direct_method(bench: Bench) -> None:
    outcome = bench.ok("--strategy", "all", "--rounds", "0", "--calls", "10", "--format", "json")
    assert strict_json(outcome.out)["context"]["skipped"] == []
    assert cases(outcome.rows) == {(strategy, "direct") for strategy in STRATEGIES}


def test_skipped_cases_are_told_below_the_tables(bench: Bench) -> None:
    arguments = ["--method", "async", "--rounds", "0", "--calls", "10"]
    for strategies in ["poll,value_task", "poll@checked,value_task"]:
        out = " ".join(bench.ok(*arguments, "--strategy", strategies).out.split())
        name = strategies.split(",")[0]
        assert f"Left out: {name}, the async method: its method is a compiled state" in out
        assert "Left out: value_task" not in out


# --- variants ---

VARIANTS = [
    f"{strategy}@{variant}" for strategy in STRATEGIES for variant in variants_of(strategy)[1:]
]


def test_variants_allocate_what_their_strategies_do(bench: Bench) -> None:
    """Checks and counts for several threads cost time, and no memory."""
    strategies = ["--strategy", ",".join(["all", *VARIANTS])]
    arguments = ["--method", "both", "--depth", "1,3", "--hit-rate", "0.8", "--calls", "10000"]
    rows = bench.ok(*arguments, *strategies, "--rounds", "0", "--format", "json").rows
    names = {name for name, _ in cases(rows)}
    assert names == {*STRATEGIES, *VARIANTS}
    assert {"heap_task@atomic", "heap_task@checked", "poll@checked"} <= names
    assert differences(rows) == {}
    by_name = {row["run_name"]: row for row in rows}
    figures = ["bytes_per_op", "allocs_per_op", "frees_per_op", "usable_bytes_per_op"]
    compared = 0
    for name, row in by_name.items():
        strategy = parameters(name)["strategy"]
        base = by_name[name.replace(f"/{strategy}/", f"/{base_name(strategy)}/")]
        assert [row[key] for key in figures] == [base[key] for key in figures], name
        assert row["peak_live_bytes"] == base["peak_live_bytes"], name
        compared += row is not base
    assert compared == 2 * sum(len(methods_of(base_name(name))) for name in VARIANTS)


def test_a_coroutines_frame_is_as_large_as_its_layout_says(bench: Bench) -> None:
    """Also where the key is a struct, of which the compiler keeps a copy; checked cells ask for
    equality.
    """
    strategies = "coroutine,coroutine_recycled,coroutine@checked"
    arguments = [*COUNTED, "--workload", "permission_check", "--strategy", strategies]
    rows = bench.ok(*arguments, "--format", "json").rows
    sizes = {row["name"].split("/")[1]: row["bytes_per_op"] for row in rows}
    assert sizes["coroutine"] == sizes["coroutine@checked"] == 160
