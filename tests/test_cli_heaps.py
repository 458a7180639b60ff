"""Heaps and collectors on the command line: what is counted, told and refused."""
from __future__ import annotations

import csv
import io
import re

import pytest

from conftest import DEFAULT_HEAPS, ROOT, Bench, Row, strict_json

COUNTS = ["--rounds", "0", "--format", "json"]
KB, MB = 1 << 10, 1 << 20

# Keys of the result file that are known of heaps that collect alone.
OF_COLLECTORS = {
    "gen0_per_kop", "gen1_per_kop", "gen2_per_kop", "collections_n", "collections_per_mop", "gc_ms",
    "pauses_n", "pauses_stretched_n", "survived_bytes_per_op", "promoted_bytes_per_op",
}  # fmt: skip
# Those that need a number of pauses.
OF_PAUSES = {
    "gc_ns_per_op": 1, "gc_time_fraction": 1, "pause_max_ns": 1, "pause_wall_max_ns": 1,
    "pause_p50_ns": 10, "pause_p90_ns": 30, "pause_p99_ns": 100,
}  # fmt: skip
OF_ALL = {"peak_rss_bytes", "rss_growth_bytes", "page_faults_per_mop"}


def heap_of(row: Row) -> str:
    return str(row["name"]).split("/")[2]


def strategy_of(row: Row) -> str:
    return str(row["name"]).split("/")[1]


def heaps_here(bench: Bench) -> list[str]:
    listing = strict_json(bench.ok("list", "--format", "json").out)
    return [row["name"] for row in listing["heaps"] if row["available"] == "yes"]


def counted(bench: Bench, *arguments: str) -> list[Row]:
    return bench.ok(*COUNTS, *arguments).rows


def of(rows: list[Row], strategy: str, heap: str = "gengc") -> Row:
    (row,) = (row for row in rows if (strategy_of(row), heap_of(row)) == (strategy, heap))
    return row


# --- which heaps ---


def test_default_heaps_are_an_allocator_and_a_collector(bench: Bench) -> None:
    rows = bench.ok(*COUNTS, "--calls", "1000", VTB_HEAP=DEFAULT_HEAPS).rows
    assert {heap_of(row) for row in rows} == {"glibc", "gengc"}


def test_bytes_and_allocations_are_the_same_on_every_heap(bench: Bench) -> None:
    rows = counted(bench, "--heap", "all", "--calls", "2000", "--method", "both")
    seen: dict[tuple[str, str], set[tuple[float, float]]] = {}
    for row in rows:
        method = re.findall(r"/method:(\w+)", str(row["name"]))[0]
        figures = (row["bytes_per_op"], row["allocs_per_op"])
        seen.setdefault((strategy_of(row), method), set()).add(figures)
    assert {heap_of(row) for row in rows} == set(heaps_here(bench))
    assert {case: len(figures) for case, figures in seen.items() if len(figures) > 1} == {}
    assert len(seen) > 20


def test_usable_bytes_are_what_was_asked_for_or_more(bench: Bench) -> None:
    for row in counted(bench, "--heap", "all", "--calls", "20000", "--strategy", "heap_task"):
        assert row["usable_bytes_per_op"] >= row["bytes_per_op"], heap_of(row)
    assert of(counted(bench, "--heap", "gengc", "--calls", "100"), "heap_task")["frees_per_op"] == 0


# --- collections ---


@pytest.mark.parametrize("budget", [64 * KB, 256 * KB, 1 * MB, 6 * MB, 16 * MB])
@pytest.mark.parametrize("hit_rate", ["1", "0.8"])
def test_collections_follow_from_bytes_and_budget(
    bench: Bench, budget: int, hit_rate: str
) -> None:
    """When little survives: 1000 x bytes an operation / budget, for every budget."""
    calls = max(100_000, min(budget, 1_000_000))
    rows = counted(
        bench, "--heap", "gengc", "--hit-rate", hit_rate, "--gen0-budget", str(budget),
        "--in-flight", "1", "--calls", str(calls), "--strategy", "heap_task", "--live-heap", "0",
    )  # fmt: skip
    for row in rows:
        expected = 1000 * row["bytes_per_op"] / budget
        if expected * calls / 1000 >= 40:
            assert row["gen0_per_kop"] == pytest.approx(expected, rel=0.03), row["name"]
        else:
            assert abs(row["gen0_per_kop"] - expected) * calls / 1000 <= 1.5, row["name"]
    assert of(rows, "heap_task")["collections_n"] >= 4


def test_counts_of_collections_are_inclusive_and_repeat(bench: Bench) -> None:
    arguments = ["--heap", "gengc", "--gen0-budget", "256K", "--in-flight", "4096",
                 "--strategy", "heap_task", "--calls", "500000"]  # fmt: skip
    rows = [of(counted(bench, *arguments), "heap_task") for _ in range(2)]
    exact = ["gen0_per_kop", "gen1_per_kop", "gen2_per_kop", "survived_bytes_per_op"]
    assert [rows[0][key] for key in exact] == [rows[1][key] for key in exact]
    assert rows[0]["gen0_per_kop"] > rows[0]["gen1_per_kop"] >= rows[0]["gen2_per_kop"]
    assert rows[0]["gen1_per_kop"] > 0


def test_what_is_in_flight_survives(bench: Bench) -> None:
    """The window against the nursery decides what is copied, not the bytes that are allocated."""
    rows = counted(
        bench, "--heap", "gengc", "--strategy", "heap_task", "--hit-rate", "0",
        "--in-flight", "1,131072", "--gen0-budget", "256K,4M", "--calls", "5e5",
    )  # fmt: skip
    survived = {
        (int(window), int(budget)): row["survived_bytes_per_op"] / row["bytes_per_op"]
        for row in rows
        if strategy_of(row) == "heap_task"
        for window, budget in re.findall(r"in_flight:(\d+).*gen0_budget:(\d+)", str(row["name"]))
    }
    assert survived[1, 4 * MB] <= survived[1, 256 * KB] < 0.01
    assert survived[131072, 256 * KB] > 1, "copied more than once"
    assert survived[131072, 4 * MB] > 0.5


@pytest.mark.parametrize("method", ["direct", "async"])
@pytest.mark.parametrize("window", ["1", "3000"])
def test_heap_is_whole_after_every_collection(bench: Bench, method: str, window: str) -> None:
    """Every strategy, with a nursery so small that it collects all the time, and looks."""
    depth = "3" if method == "async" else "1"
    rows = counted(
        bench, "--heap", "gengc", "--verify-heap", "--gen0-budget", "64K", "--hit-rate", "0.5",
        "--method", method, "--depth", depth, "--in-flight", window, "--live-heap", "64K",
        "--completion", "random", "--calls", "50000",
    )  # fmt: skip
    assert of(rows, "heap_task")["collections_n"] > 50


def test_memory_does_not_grow_with_the_number_of_calls(bench: Bench) -> None:
    growth = [
        of(counted(bench, "--heap", "gengc", "--strategy", "heap_task", "--calls", calls,
                   "--gen0-budget", "1M"), "heap_task")["rss_growth_bytes"]
        for calls in ["2e6", "2e7"]
    ]  # fmt: skip
    assert growth[1] <= growth[0] + 8 * MB < 2e7 * 78.4 / 100


def test_live_heap_is_marked_by_full_collections(bench: Bench) -> None:
    arguments = ["--heap", "gengc", "--strategy", "heap_task", "--calls", "1000"]
    none = of(counted(bench, *arguments, "--live-heap", "0"), "heap_task")
    much = of(counted(bench, *arguments, "--live-heap", "64M"), "heap_task")
    assert much["peak_rss_bytes"] - none["peak_rss_bytes"] > 60 * MB


# --- what is told ---


def test_figures_of_collections_are_of_heaps_that_collect(bench: Bench) -> None:
    outcome = bench.ok(*COUNTS, "--calls", "1000", "--heap", "glibc,gengc")
    for row in outcome.rows:
        assert (OF_COLLECTORS <= set(row)) == (heap_of(row) == "gengc")
        assert (OF_ALL <= set(row)) == (heap_of(row) == "gengc")
    unavailable = strict_json(outcome.out)["context"]["unavailable"]
    assert OF_COLLECTORS.isdisjoint(unavailable)
    alone = strict_json(bench.ok(*COUNTS, "--calls", "1000").out)["context"]["unavailable"]
    assert {alone[key] for key in OF_COLLECTORS} == {"no heap of this run collects"}
    assert {alone[key] for key in OF_ALL} == {"--pressure was not given"}


def test_figures_of_pauses_need_enough_of_them(bench: Bench) -> None:
    arguments = ["--heap", "gengc", "--calls", "2e5", "--strategy", "heap_task,value_task"]
    for budget, least in [("16M", 0), ("1M", 10), ("256K", 30), ("64K", 100)]:
        outcome = bench.ok(*COUNTS, *arguments, "--gen0-budget", budget)
        unavailable = strict_json(outcome.out)["context"]["unavailable"]
        row = of(outcome.rows, "heap_task")
        assert row["pauses_n"] >= least
        for key, needed in OF_PAUSES.items():
            assert (key in row) == (row["pauses_n"] >= needed), key
            if key not in row:
                noun = "pause" if needed == 1 else "pauses"
                assert unavailable[key].startswith(f"known from {needed} {noun} on; ")
        if row["pauses_n"] >= 100:
            quantiles = [row[f"pause_{name}_ns"] for name in ["p50", "p90", "p99", "max"]]
            assert quantiles == sorted(quantiles) and quantiles[0] > 0
            mean = row["gc_ms"] * 1e6 / row["pauses_n"]
            assert row["gc_ns_per_op"] == pytest.approx(mean / row["calls_per_collection"])


def test_collector_without_generations_counts_none(bench: Bench) -> None:
    if "boehm" not in heaps_here(bench):
        pytest.skip("the collector's library is not installed")
    arguments = ["--calls", "2e5", "--heap", "boehm", "--strategy", "heap_task"]
    outcome = bench.ok(*COUNTS, *arguments)
    row = of(outcome.rows, "heap_task", "boehm")
    assert row["collections_per_mop"] == pytest.approx(5 * row["collections_n"])
    assert {"gen0_per_kop", "gen1_per_kop", "gen2_per_kop"}.isdisjoint(row)
    unavailable = strict_json(outcome.out)["context"]["unavailable"]
    assert unavailable["gen2_per_kop"] == "no collector here has generations"
    out = bench.ok("--rounds", "0", *arguments).out
    assert "GCs/M GC %" in out and "Gen" not in out


def test_pass_makes_as_many_calls_as_enough_collections_take(bench: Bench) -> None:
    """Of its own accord; exactly those that are asked for, if any are."""
    arguments = ["--heap", "gengc", "--rounds", "8", "--epoch-ms", "0.01", "--gen0-budget", "1M",
                 "--strategy", "heap_task,value_task,caller_op", "--format", "json"]  # fmt: skip
    free = bench.ok(*arguments, "--consumer", "both").rows
    found = {}
    for row in (row for row in free if row["run_type"] == "aggregate"):
        found.setdefault(strategy_of(row), []).append(row)
    assert {row["pressure_calls_n"] for row in found["caller_op"]} == {1e6}
    assert {row["pressure_calls_n"] for row in found["value_task"]} == {2533219.0}
    for row in [*found["heap_task"], *found["value_task"]]:
        assert row["collections_n"] >= 50
        assert row["calls_per_collection"] == pytest.approx(MB / row["bytes_per_op"], rel=1e-12)
        expected = row["pressure_calls_n"] / row["calls_per_collection"]
        assert abs(row["collections_n"] - int(expected)) <= 1
        assert row["gen0_per_kop"] == pytest.approx(1000 / row["calls_per_collection"], rel=0.015)
    assert {len(rows) for rows in found.values()} == {2}, "one for each consumer"
    given = bench.ok(*arguments, "--calls", "150000").rows
    assert {row["pressure_calls_n"] for row in given if "pressure_calls_n" in row} == {150000}


def test_chosen_columns_are_shown_for_every_heap(bench: Bench) -> None:
    out = bench.ok(
        "--rounds", "0", "--calls", "1000", "--heap", "glibc,gengc", "--pressure",
        "gc-share,page-faults",
    ).out  # fmt: skip
    title = r"Pressure of 1,000 calls on a heap of their own, (\w+):\n\nstrategy +(.+)\n"
    tables = re.findall(title, out)
    assert dict(tables) == {"gengc": "GC time %       faults/M", "glibc": "faults/M"}


def test_all_columns_fit(bench: Bench) -> None:
    table = bench.ok(
        "--quick", "--rounds", "8", "--heap", "glibc,gengc", "--pressure", "all", "--in-flight",
        "4096", "--gen0-budget", "64K", "--strategy",
        "heap_task,heap_task@atomic,value_task_handle@checked", "--export-markdown", "all.md",
    ).out  # fmt: skip
    for out in [table, (bench.directory / "all.md").read_text(encoding="utf-8")]:
        assert "mmu" not in out and "MMU 1 ms" in out
    assert max(map(len, table.splitlines())) <= 100


def test_csv_has_as_many_fields_in_every_row(bench: Bench) -> None:
    out = bench.ok(
        "--rounds", "0", "--calls", "1000", "--heap", "glibc,gengc", "--format", "csv"
    ).out  # fmt: skip
    rows = list(csv.DictReader(io.StringIO(out)))
    assert all(None not in row and None not in row.values() for row in rows)
    assert {row["heap"]: row["gen0_per_kop"] for row in rows} == {"glibc": "", "gengc": "0"}


def test_analysis_holds_the_two_against_each_other(bench: Bench) -> None:
    out = bench.ok(
        "--workload", "user_cache", "--heap", "gengc", "--hit-rate", "0.8", "--calls", "1e6",
        "--rounds", "0", "--gen0-budget", "256K", "--strategy", "heap_task,value_task",
    ).out  # fmt: skip
    block = out[out.index("Collections of 1,000,000 calls") :].split("\n\n")[0].splitlines()
    assert re.search(r"heap_task +value_task$", block[1])
    lines = {line[3:39].strip(): line[39:].split() for line in block[2:]}
    assert [name for name in lines if name] == [
        "a collection every (calls, exact)",
        "Gen0 collections in a million calls",
        "Gen1 collections in a million calls",
        "Gen2 collections in a million calls",
        "processor time of a pause (median)",
        "processor time of a pause (p99)",
        "time of collections, of a call",
        "collections' share of time",
    ]
    assert lines["a collection every (calls, exact)"] == ["3,344", "12,603", "+276.9", "%"]
    before, after, change, _ = lines["Gen0 collections in a million calls"]
    assert int(before) == pytest.approx(78.4e6 / 262144, rel=0.03)
    assert float(after) == pytest.approx(20.8e6 / 262144, rel=0.03)
    assert float(change) == pytest.approx(-73.5, abs=1.5)
    assert lines["processor time of a pause (median)"][-1] == "%"
    assert " ".join(lines["processor time of a pause (p99)"][-6:]).startswith("on; there were")


def test_few_collections_are_said_to_be_few(bench: Bench) -> None:
    arguments = ["--heap", "gengc", "--rounds", "0", "--strategy", "heap_task"]
    few = " ".join(bench.ok(*arguments, "--calls", "1e5", "--gen0-budget", "1M").out.split())
    assert "heap_task comes to a collection every 13,375 calls on average, exactly; 7 pauses" in few
    assert "Fewer than 50 collections, which tell little of their cost: 7 of heap_task;" in few
    none = " ".join(bench.ok(*arguments, "--calls", "1e5", "--gen0-budget", "16M").out.split())
    assert "every 213,995 calls on average, exactly: 100,000 calls are too few to have one." in none
    many = " ".join(bench.ok(*arguments, "--calls", "1e6", "--gen0-budget", "256K").out.split())
    assert "Fewer than 50 collections" not in many
    assert "every 3,344 calls on average, exactly" in many


def test_surface_of_windows_and_nurseries(bench: Bench) -> None:
    out = bench.ok(
        "--heap", "gengc", "--rounds", "0", "--in-flight", "1,65536", "--gen0-budget", "256K,4M",
        "--calls", "2e5", "--strategy", "heap_task", "--hit-rate", "0",
    ).out  # fmt: skip
    surface = out[out.index("Share of time that gengc collects") :]
    assert re.search(r"in flight +256.0 KiB +4.0 MiB\n +1 .*%.*%\n +65,536 .*%.*%\n", surface)
    assert "the in-flight window against the nursery decides" in " ".join(surface.split())
    one = bench.ok("--heap", "gengc", "--rounds", "0", "--in-flight", "1,64", "--calls", "1000").out
    assert "Share of time" not in one


# --- options ---


def test_options_reach_the_collectors(bench: Bench) -> None:
    if "boehm" in heaps_here(bench):
        counted(bench, "--heap", "boehm", "--boehm-incremental", "--calls", "2000")
    arguments = ["--heap", "glibc,gengc", "--gen0-budget", "1M", "--calls", "1000"]
    names = [row["name"] for row in counted(bench, *arguments)]
    for name in names:
        assert ("gen0_budget:1048576" in name) == ("/gengc/" in name)


@pytest.mark.parametrize(
    "arguments",
    [["--gen0-budget", "1M"], ["--live-heap", "1M"], ["--boehm-incremental"], ["--verify-heap"]],
)
def test_option_that_no_heap_follows_is_refused(bench: Bench, arguments: list[str]) -> None:
    outcome = bench(*arguments)  # glibc collects nothing
    assert outcome.code == 2 and arguments[0] in outcome.error and "--heap" in outcome.error


@pytest.mark.parametrize(
    ("option", "text"),
    [("--gen0-budget", "1"), ("--gen0-budget", "2G"), ("--live-heap", "-1"),
     ("--live-heap", "8G"), ("--pressure", "gc"), ("--pressure", "")],
)  # fmt: skip
def test_bad_value_is_refused(bench: Bench, option: str, text: str) -> None:
    outcome = bench(option, text)
    assert outcome.code == 2 and option in outcome.error
    assert outcome.files() == []


def test_unknown_figure_names_those_that_are_known(bench: Bench) -> None:
    assert "gc-ms" in bench("--pressure", "gc-time").error


def test_figures_are_explained(bench: Bench) -> None:
    pages = [ROOT / "docs" / name for name in ["CLI.md", "HEAPS.md"]]
    explained = "".join(page.read_text("utf-8") for page in pages)
    help_text = " ".join(bench.ok("--help").out.split("--pressure COLUMN")[1].split())
    words = re.findall(r"[\w-]+", help_text.split(" tables of their own: ")[1].split(";")[0])
    words = [word for word in words if word not in ["collections", "per", "1000", "ops"]]
    assert len(words) >= 20
    assert [word for word in words if f"`{word}`" not in explained] == []
