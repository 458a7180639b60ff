"""The choice of cases: workloads, key streams, caches, callers, cold starts, volumes; and the plan.
"""
from __future__ import annotations

import lzma
import random
import os
import re
import struct
import subprocess
from collections import OrderedDict
from pathlib import Path

import pytest

from conftest import (
    BINARY,
    HASTY,
    ROOT,
    STRATEGIES,
    TIMED,
    Bench,
    Row,
    medians,
    parameters,
    source_says,
    strict_json,
)

WORKLOADS = sorted(path.stem for path in (ROOT / "workloads").glob("*.h"))
COUNT_ONLY = ["--rounds", "0", "--format", "json"]
SHORT = [*HASTY, "--format", "json"]
TRACES = ROOT.parent / "shared" / "traces"
SMALL_TRACES = ROOT.parent / "shared" / "cases" / "traces"

# Left out where a point asks for what they lack.
FOR_ONE_THREAD = {name for name in STRATEGIES if source_says(name, r"\.other_threads\b")}
WITHOUT_REAL_CACHE = {name for name in STRATEGIES if source_says(name, r"\.real_cache\b")}


def by_strategy(rows: list[Row]) -> dict[str, Row]:
    return {parameters(row["run_name"])["strategy"]: row for row in rows}


# --- workloads ---


SOME = ["empty", "heap_task", "inline_future", "plain", "value_task"]


@pytest.mark.parametrize("rate", ["0.3", "0.999"])
@pytest.mark.parametrize(
    ("workloads", "strategies"),
    [
        ([name for name in WORKLOADS if name != "trace"], SOME),
        (["product_catalog", "user_cache"], list(STRATEGIES)),
    ],
    ids=["workloads", "strategies"],
)
def test_the_rate_is_realised(
    bench: Bench, workloads: list[str], strategies: list[str], rate: str
) -> None:
    """A run in which a strategy consumed other values, or missed otherwise, is refused."""
    small = ["--calls", "3000", "--keys", "500", "--hit-rate", rate]
    asked = ["--workload", ",".join(workloads), "--strategy", ",".join(strategies)]
    rows = bench.ok(*asked, *small, *COUNT_ONLY).rows
    names = {(parameters(row["run_name"])["workload"], parameters(row["run_name"])["strategy"])
             for row in rows}
    assert names == {(workload, strategy) for workload in workloads for strategy in strategies}
    assert {row["actual_hit_rate"] for row in rows} == {round(3000 * float(rate)) / 3000}


def test_payloads_stand_for_workloads(bench: Bench) -> None:
    rows = bench.ok("--payload", "8,256", "--strategy", "plain", "--calls", "100", *COUNT_ONLY).rows
    assert {parameters(row["run_name"])["workload"] for row in rows} == {"payload_8", "payload_256"}


def test_polluted_runs_say_so(bench: Bench) -> None:
    rows = bench.ok("--pollute", "0,4K", "--strategy", "value_task", *SHORT).rows
    polluted = {parameters(row["run_name"]).get("pollute") for row in rows}
    assert polluted == {None, "4096"}


# --- key streams and real caches ---


def lru_hits(keys: list[int], capacity: int) -> int:
    cache: OrderedDict[int, None] = OrderedDict()
    hits = 0
    for key in keys:
        hits += key in cache
        cache[key] = None
        cache.move_to_end(key)
        if len(cache) > capacity:
            cache.popitem(last=False)
    return hits


def skewed_keys(n: int) -> list[int]:
    draw = random.Random(7)
    return [int(draw.paretovariate(0.6)) % 1000 for _ in range(n)]


def actual_rates(rows: list[Row]) -> dict[str, float]:
    """By capacity; the same with every strategy."""
    rates: dict[str, set[float]] = {}
    for row in rows:
        rates.setdefault(parameters(row["run_name"])["cache"], set()).add(row["actual_hit_rate"])
    assert all(len(found) == 1 for found in rates.values())
    return {cache: found.pop() for cache, found in rates.items()}


def test_hits_emerge_as_in_a_simulation(bench: Bench) -> None:
    keys = skewed_keys(5000)
    recorded = bench.directory / "keys.txt"
    recorded.write_text("".join(f"key {key}\n" for key in keys))
    caches = ["--cache", "lru:1,7,100,5000", "--in-flight", "16"]
    rows = bench.ok("--trace", str(recorded), *caches, *COUNT_ONLY).rows
    assert actual_rates(rows) == {
        f"lru:{capacity}": pytest.approx(lru_hits(keys, capacity) / 5000)
        for capacity in [1, 7, 100, 5000]
    }
    assert set(by_strategy(rows)) == set(STRATEGIES) - WITHOUT_REAL_CACHE
    assert {parameters(row["run_name"])["workload"] for row in rows} == {"trace"}


def test_a_trace_comes_through_a_pipe_in_either_format(bench: Bench) -> None:
    keys = skewed_keys(3000)
    inputs = {
        "text": "".join(f"{key}\n" for key in keys).encode(),
        "be32": b"".join(struct.pack(">I", key) for key in keys),
    }
    for trace_format, data in inputs.items():
        done = subprocess.run(
            [str(BINARY), "--trace", "-", "--trace-format", trace_format, "--cache", "lru:50",
             "--strategy", "value_task", *COUNT_ONLY],
            cwd=bench.directory,
            env=bench.environment(),
            input=data,
            capture_output=True,
            check=True,
        )
        rows = strict_json(done.stdout.decode())["benchmarks"]
        assert actual_rates(rows) == {"lru:50": pytest.approx(lru_hits(keys, 50) / 3000)}
        assert {parameters(row["run_name"])["calls"] for row in rows} == {"3000"}


@pytest.mark.parametrize(
    "name, capacity, rate",
    [("web07", 1200, 0.51649), ("web07", 5000, 0.62668), ("orm-busy", 20000, 0.93595)],
)
def test_real_traces(bench: Bench, name: str, capacity: int, rate: float) -> None:
    packed = TRACES / f"{name}.trace.xz"
    if not packed.exists():
        pytest.skip(f"{packed} is not there")
    recorded = bench.directory / "keys"
    recorded.write_bytes(lzma.open(packed).read())
    arguments = ["--trace", str(recorded), "--trace-format", "be32", "--cache", f"lru:{capacity}"]
    rows = bench.ok(*arguments, "--strategy", "value_task", *COUNT_ONLY).rows
    assert {round(found, 5) for found in actual_rates(rows).values()} == {rate}


def small_trace(name: str) -> str:
    if not (SMALL_TRACES / name).exists():
        pytest.skip(f"{SMALL_TRACES / name} is not there")
    return str(SMALL_TRACES / name)


@pytest.mark.parametrize(
    "name, arguments, keys, rate",
    [
        ("crlf.txt", [], 3, 0.5),
        ("mixed-ends.txt", [], 2, 0.5),
        ("bom.txt", [], 3, 0.5),
        ("keys.be32", ["--trace-format", "be32"], 100, 0.99),
        ("arc.txt", ["--trace-format", "arc"], 20, 0.5),
        ("stamped.csv", ["--trace-format", "csv:key"], 5, 0.75),
        ("stamped.csv", ["--trace-format", "csv:2"], 5, 0.75),
        ("stamped.csv", ["--trace-format", "csv:key", "--cache", "lru:3"], 5, 0),
        ("short.txt", [], 2905, 0.7095),
        ("short.txt", ["--cache", "lru:1"], 2905, 0.0005),
        ("short.txt", ["--cache", "lru:500"], 2905, 0.1649),
        ("short.txt", ["--cache", "lru:1500"], 2905, 0.4558),
    ],
)
def test_small_traces(
    bench: Bench, name: str, arguments: list[str], keys: int, rate: float
) -> None:
    one = ["--strategy", "plain", "--heap", "glibc", *COUNT_ONLY]
    rows = bench.ok("--trace", small_trace(name), *arguments, *one).rows
    assert [row["actual_hit_rate"] for row in rows] == [pytest.approx(rate)] * len(rows)
    assert {parameters(row["run_name"])["keys"] for row in rows} == {str(keys)}


def test_a_warm_cache_hits_more_often_than_an_empty_one(bench: Bench) -> None:
    """Of ten keys, called in turn, the first ten calls miss, and none that is timed."""
    recorded = bench.directory / "keys"
    recorded.write_text("".join(f"{i % 10}\n" for i in range(100)))
    one = ["--trace", "keys", "--strategy", "plain", "--heap", "glibc"]
    outcome = bench.ok(*one, *HASTY, "--export-json", "run.json")
    text = " ".join(outcome.out.split())
    assert "hit rate 0.90000 emerged (90 hits), 1.00000 where it was timed" in text
    assert "warm, in which 1.00000 of the calls hit" in text
    rows = strict_json((bench.directory / "run.json").read_text())["benchmarks"]
    rates = {(row["actual_hit_rate"], row["timed_hit_rate"])
             for row in rows if row["run_type"] == "aggregate"}
    assert rates == {(0.9, 1)}
    assert all("timed_hit_rate" not in row for row in bench.ok(*one, *COUNT_ONLY).rows)
    cold = ["--cache", "lru:10", "--calls", "100", "--strategy", "plain", *SHORT]
    assert all("timed_hit_rate" not in row for row in bench.ok(*cold).rows)


@pytest.mark.parametrize(
    "name, told",
    [
        ("numbers.gz", "compressed; `zcat FILE | run_bench --trace -`"),
        ("utf16.txt", "UTF-16; `iconv -f UTF-16 -t UTF-8 FILE | run_bench --trace -`"),
        ("keys.be32", "--trace-format be32"),
    ],
)
def test_what_is_no_text_is_refused(bench: Bench, name: str, told: str) -> None:
    outcome = bench("--trace", small_trace(name))
    assert outcome.code == 2
    assert outcome.error.startswith("run_bench: --trace: '") and told in outcome.error
    assert outcome.files() == [] and outcome.out == ""


def test_columns_taken_for_keys_are_warned_of_once(bench: Bench) -> None:
    """By the run, and by none of its sessions."""
    recorded = bench.directory / "keys"
    recorded.write_text("".join(f"{i} 1 0 {i}\n" for i in range(40)))
    outcome = bench.ok("--trace", "keys", "--strategy", "plain", "--heap", "glibc", *SHORT)
    warnings = [line for line in outcome.err.splitlines() if "--trace: 'keys'" in line]
    assert len(warnings) == 1
    assert all(
        word in warnings[0]
        for word in ["warning: ", "several columns", "no key comes twice", "csv:COLUMN", "arc"]
    )
    as_arc = bench.ok("--trace", "keys", "--trace-format", "arc", "--dry-run")
    assert as_arc.err.count("no key comes twice") == 1
    recorded.write_text("fig\npear\nfig\n")
    assert "--trace" not in bench.ok("--trace", "keys", "--dry-run").err


def test_drawn_keys_make_hits_emerge(bench: Bench) -> None:
    """A cache of a tenth of all keys has a tenth of uniform ones, and more of skewed ones."""
    arguments = ["--cache", "lru:500", "--keys", "5000", "--calls", "200000"]
    arguments += ["--strategy", "value_task", *COUNT_ONLY]
    uniform = actual_rates(bench.ok(*arguments, "--distribution", "uniform").rows)["lru:500"]
    skewed = actual_rates(bench.ok(*arguments, "--distribution", "zipf:1").rows)["lru:500"]
    assert uniform == pytest.approx(0.1, abs=0.01)
    assert 0.5 < skewed < 0.8


def test_entries_expire_on_a_virtual_clock(bench: Bench) -> None:
    """Uniform keys hit at about L / (L + K), for lives of L calls and K keys."""
    arguments = ["--keys", "1000", "--calls", "400000", "--calls-per-second", "1000"]
    rows = bench.ok("--ttl", "0.5,2", *arguments, "--strategy", "value_task", *COUNT_ONLY).rows
    assert {parameters(row["run_name"])["workload"] for row in rows} == {"product_catalog"}
    for ttl, lives in [("0.5", 500), ("2", 2000)]:
        rates = {row["actual_hit_rate"] for row in rows
                 if parameters(row["run_name"])["ttl"] == ttl}
        assert len(rates) == 1
        assert rates.pop() == pytest.approx(lives / (lives + 1000), abs=0.01)


@pytest.mark.parametrize(
    "arguments, names",
    [
        (["--cache", "lru:0"], ["--cache", "'lru:0'", "accepted: lru:CAPACITY"]),
        (["--cache", "fifo:5"], ["--cache", "'fifo:5'", "accepted: lru:CAPACITY"]),
        (["--cache-capacity", "0"], ["--cache-capacity", "'0'", "accepted: "]),
        (["--trace", "/nowhere/keys"], ["--trace", "'/nowhere/keys'", "No such file"]),
        (["--trace", "/"], ["--trace", "'/'", "Is a directory"]),
        (["--trace", "/dev/null"], ["--trace", "'/dev/null'", "empty", "accepted: "]),
        (["--cache", "lru:5", "--workload", "user_cache"], ["--cache", "'user_cache'", "--hit-r"]),
        (["--workload", "trace", "--hit-rate", "0.5"], ["--hit-rate", "'trace'", "--cache"]),
        (["--ttl", "5", "--workload", "user_cache"], ["--ttl", "'user_cache'", "choose"]),
        (["--payload", "4097"], ["--payload", "'4097'", "from 1 to 4096 bytes"]),
        (["--threads", "0"], ["--threads", "'0'", "1 to 256"]),
        (["--completer", "thread", "--completion", "lifo"], ["--completion", "'lifo'", "fifo"]),
        (["--cache", "lru:5", "--force-async"], ["--force-async", "'trace'"]),
        (["--dry-run", "--format", "csv"], ["--format", "--dry-run", "table or json"]),
    ],
    ids=lambda value: " ".join(value) if value[0].startswith("--") else "",
)
def test_what_cannot_be_is_refused(bench: Bench, arguments: list[str], names: list[str]) -> None:
    outcome = bench(*arguments)
    assert outcome.code == 2
    assert all(name in outcome.error for name in names), outcome.error
    assert outcome.files() == [] and outcome.out == ""


def test_a_truncated_trace_is_refused(bench: Bench) -> None:
    recorded = bench.directory / "keys"
    recorded.write_bytes(b"\0\0\0\1\0\0")
    outcome = bench("--trace", str(recorded), "--trace-format", "be32")
    assert outcome.code == 2
    assert "truncated: 6 bytes" in outcome.error
    assert outcome.files() == []


# --- callers ---


def test_callers_are_held_against_one(bench: Bench) -> None:
    arguments = ["--threads", "2", "--strategy", "value_task", "--sessions", "5"]
    rows = medians(bench.ok(*SHORT, *arguments).rows)
    callers = {row["threads"] for row in rows}
    assert callers == {1, 2}
    for row in rows:
        assert row["callers"] == row["threads"] == len(row["caller_ns_per_op"])
        assert row["threads"] == int(parameters(row["run_name"]).get("threads", "1"))
        assert row["ops_per_second"] == pytest.approx(row["threads"] * 1e9 / row["ns_per_op"])
        assert row["caller_ns_per_op_least"] == min(row["caller_ns_per_op"])
        assert row["caller_ns_per_op_most"] == max(row["caller_ns_per_op"])
        if row["threads"] > len(os.sched_getaffinity(0)):
            assert "scaling" not in row
            continue
        assert row["scaling_lo"] <= row["scaling"] <= row["scaling_hi"]
        if row["threads"] == 1:
            assert (row["scaling"], row["scaling_lo"], row["scaling_hi"]) == (1, 1, 1)


def test_scaling_of_more_threads_than_processors_is_not_told(bench: Bench) -> None:
    """Callers that wait for each other's processor say nothing about the strategy."""
    arguments = ["--strategy", "value_task", "--heap", "glibc", "--sessions", "5", *SHORT[:-2]]
    allowed = str(min(os.sched_getaffinity(0)))
    done = bench.ok(*arguments, "--threads", "2", "--pin", allowed, "--export-json", "pinned.json")
    rows = medians(strict_json((bench.directory / "pinned.json").read_text())["benchmarks"])
    assert {row["threads"]: row.get("scaling") for row in rows} == {1: 1, 2: None}
    text = " ".join(done.out.split())
    told = "How much more 2 callers do than one is not told: 2 threads share the 1 processor that"
    assert told in text


def test_another_thread_completes_what_can_pass_to_it(bench: Bench) -> None:
    done = bench.ok("--completer", "thread", *SHORT)
    document = strict_json(done.out)
    references = {"empty", "plain"}
    expected = {f"{name}@atomic" for name in set(STRATEGIES) - FOR_ONE_THREAD} | references
    assert set(by_strategy(document["benchmarks"])) == expected
    skipped = {skip["strategy"] for skip in document["context"]["skipped"]
               if skip["without"] == "a completing thread"}
    assert skipped == FOR_ONE_THREAD - references
    here = by_strategy(bench.ok("--strategy", ",".join(sorted(expected)), *COUNT_ONLY).rows)
    for name, row in by_strategy(medians(document["benchmarks"])).items():
        assert row["bytes_per_op"] == here[name]["bytes_per_op"], name


# --- cold starts, large volumes ---


def test_few_calls_are_a_cold_start(bench: Bench) -> None:
    arguments = ["--strategy", "value_task", *SHORT]
    rows = bench.ok("--calls", "1,100000,100001", *arguments).rows
    for row in rows:
        names = parameters(row["run_name"])
        assert names.get("start") == (None if names["calls"] == "100001" else "cold")
        if row["run_type"] == "iteration" and "start" in names:
            assert row["iterations"] == 8 * int(names["calls"])
    told = bench.ok("--calls", "10,200000", *SHORT[:-2], "--strategy", "value_task").out
    words = " ".join(told.split())
    assert "a cold start, the first 10 calls of 8 fresh processes a case, in 1 session" in words
    assert "the steady state, 1 session of 8 rounds of" in words


def test_more_calls_than_can_be_made_cost_what_the_first_do(bench: Bench) -> None:
    arguments = ["--calls", "1e12", "--keys", "100", "--strategy", "value_task", "--rounds", "0"]
    told = bench.ok(*arguments).out
    assert "10,000,000 of 1,000,000,000,000 calls counted, which tell what each costs" in told
    row = by_strategy(bench.ok(*arguments, "--format", "json").rows)["value_task"]
    assert row["bytes_per_op"] == 20.8


def test_figures_at_a_volume(bench: Bench) -> None:
    arguments = ["--calls-per-second", "100k", "--strategy", "value_task", *TIMED]
    for row in medians(bench.ok(*arguments, "--format", "json").rows):
        assert row["bytes_per_second"] == pytest.approx(1e5 * row["bytes_per_op"])
        assert row["allocs_per_day"] == pytest.approx(86400e5 * row["allocs_per_op"])
        assert ("cpu_s_per_second" in row) == ("ns_per_op" in row)  # which a case may lack
        if "ns_per_op" in row:
            assert row["cpu_s_per_second"] == pytest.approx(1e-4 * row["ns_per_op"])
            assert row["cpu_s_per_day"] == pytest.approx(86400 * row["cpu_s_per_second"])
        assert "completer_cpu_ns_per_op" not in row
        assert "page_faults_per_start" not in row
    told = bench.ok("--calls-per-second", "100k", "--strategy", "value_task", "--rounds", "0").out
    assert "At 100 k calls a second:\n" in told
    assert re.search(r"^value_task +2\.08 M +180 G +20 k +1\.73 G +0$", told, re.MULTILINE), told


def test_no_processor_time_at_a_volume_is_of_a_cold_start(bench: Bench) -> None:
    """Of a sweep the steady points have it, and the cold ones their page faults."""
    arguments = ["--calls-per-second", "100k", "--strategy", "value_task", "--heap", "glibc"]
    arguments += [*TIMED, "--calls", "10,100001", "--consumer", "independent"]
    done = strict_json(bench.ok(*arguments, "--format", "json").out)
    rows = medians(done["benchmarks"])
    assert {("start" in parameters(row["run_name"])) for row in rows} == {False, True}
    for row in rows:
        is_cold = "start" in parameters(row["run_name"])
        has_time = not is_cold and "ns_per_op" in row  # which a steady case may lack
        assert ("cpu_s_per_second" in row, "cpu_s_per_day" in row) == (has_time, has_time)
        assert ("page_faults_per_start" in row) == is_cold
        assert "bytes_per_second" in row
    assert "cold" in done["context"]["unavailable"]["cpu_s_per_second"]


def test_a_completing_thread_takes_processor_time_as_well(bench: Bench) -> None:
    arguments = ["--completer", "thread", "--calls-per-second", "100k", "--strategy", "value_task"]
    rows = medians(bench.ok(*arguments, *TIMED, "--format", "json").rows)
    timed = [row for row in rows if "ns_per_op" in row]  # in one state of the machine long enough
    for row in timed:
        both = row["ns_per_op"] + row["completer_cpu_ns_per_op"]
        assert row["cpu_s_per_second"] == pytest.approx(1e-4 * both)
    assert not timed or any(row["completer_cpu_ns_per_op"] > 0 for row in timed)


def test_what_is_allocated_once_is_apart(bench: Bench) -> None:
    """Twice as many calls allocate twice as much, less what serves again."""
    arguments = ["--strategy", "heap_task_pooled,arena_task", "--rounds", "0"]
    arguments += ["--calls-per-second", "1k", "--format", "json", "--calls"]
    once = by_strategy(bench.ok(*arguments, "64000").rows)
    twice = by_strategy(bench.ok(*arguments, "128000").rows)
    for name, row in once.items():
        totals = 64000 * row["bytes_per_op"], 128000 * twice[name]["bytes_per_op"]
        assert row["startup_bytes"] == pytest.approx(2 * totals[0] - totals[1])
        assert row["startup_bytes"] == twice[name]["startup_bytes"]
        steady = (totals[0] - row["startup_bytes"]) / 64000
        assert row["bytes_per_second"] == pytest.approx(1000 * steady)
    assert once["heap_task_pooled"]["startup_bytes"] == 64 * 104 + 72
    assert once["heap_task_pooled"]["startup_allocs"] == 65
    assert once["heap_task_pooled"]["allocs_per_second"] == 0
    assert once["heap_task"]["startup_bytes"] == once["arena_task"]["startup_bytes"] == 0


# --- the plan ---


def test_a_dry_run_plans_and_writes_nothing(bench: Bench) -> None:
    arguments = ["--dry-run", "--hit-rate", "0.5,0.8", "--in-flight", "1,64", "--keys", "100"]
    plan = strict_json(bench.ok(*arguments, "--format", "json").out)
    points = {(point["hit_rate"], point["in_flight"]) for point in plan["points"]}
    assert points == {("0.5", 1), ("0.5", 64), ("0.8", 1), ("0.8", 64)}
    assert all(point["seconds"] > 0 for point in plan["points"])
    together = sum(point["seconds"] for point in plan["points"])
    assert plan["seconds"] == pytest.approx(together, rel=1e-3)
    outcome = bench.ok(*arguments)
    assert "4 combinations, 76 cases, 1 consumer: about " in outcome.out
    assert outcome.files() == []


def test_a_dry_run_knows_what_is_counted_beside_time(bench: Bench) -> None:
    """The estimate has two processes under valgrind for each case and consumer, and nothing is
    counted.
    """
    arguments = ["--dry-run", "--format", "json", "--rounds", "0", "--keys", "100"]
    arguments += ["--strategy", "value_task", "--calls", "1000"]
    plan = strict_json(bench.ok(*arguments, "--instructions", PATH="").out)
    starts_n = 4 * 2
    assert plan["seconds"] - sum(point["seconds"] for point in plan["points"]) > 0.05 * starts_n


def test_a_matrix_is_announced(bench: Bench) -> None:
    arguments = ["--hit-rate", "0.5,0.8", "--strategy", "value_task", "--rounds", "0"]
    complaints = bench.ok(*arguments).complaints
    duration = r"about [\d.]+ (s|minutes|hours|days)"
    assert re.fullmatch(rf"plan: 2 combinations of parameters, {duration}", complaints[0])
