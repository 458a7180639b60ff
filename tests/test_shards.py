"""A plan in shards, and the one result that is made of them."""
from __future__ import annotations

import csv
import json
import re
from itertools import groupby
from pathlib import Path
from typing import Any, Callable

import pytest

from conftest import HASTY, INTERVALS, TIMED, Bench, Outcome, Row, parameters, strict_json

SHARDS_N = 3
COUNTS = ["--rounds", "0", "--calls", "1000", "--keys", "500", "--strategy", "value_task,poll"]
MATRIX = [*COUNTS, "--heap", "glibc,gengc", "--workload", "user_cache,product_catalog"]
MATRIX += ["--hit-rate", "0.2,0.5,0.8", "--in-flight", "1,64", "--gen0-budget", "64K"]
TABLES_N = 12
PARTS = ["benchmarks", "break_even", "answer"]

# What is measured rather than counted: times, pauses, and what the kernel gives a process.
MEASURED = re.compile(
    r"gc_ms|gc_time_fraction|gc_ns_per_op|pauses_stretched_n|pause_|mmu_|peak_rss|rss_growth"
    r"|page_faults_per_mop|resident_per_usable"
)


def read(path: Path) -> dict[str, Any]:
    """A result file, with numbers as they stand in it."""
    return json.loads(path.read_text(encoding="utf-8"), parse_float=str, parse_int=str)


def counts(row: Row) -> dict[str, str]:
    return {key: value for key, value in row.items() if not MEASURED.match(key)}


def table_of(row: Row) -> tuple[str, ...]:
    """The names of a row's table's parameters, whatever its strategy and heap."""
    parts = parameters(row["run_name"])
    return tuple(parts.get(key, "") for key in ["workload", "hit_rate", "in_flight", "consumer"])


class Shards:
    """The shards of a plan, each run into a file."""

    def __init__(self, bench: Bench, run: list[str], n: int = SHARDS_N, stem: str = "s") -> None:
        self.bench, self.run, self.n = bench, run, n
        self.paths = [bench.directory / f"{stem}{i}.json" for i in range(1, n + 1)]
        self.outcomes = [
            bench.ok(*run, "--shard", f"{i}/{n}", "--export-json", str(path))
            for i, path in enumerate(self.paths, 1)
        ]

    def merge(self, *options: str) -> Outcome:
        return self.bench("merge", *map(str, self.paths), *options)


@pytest.fixture(scope="module")
def module_bench(built: None, tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return Bench(tmp_path_factory.mktemp("shards"))


@pytest.fixture(scope="module")
def shards(module_bench: Bench) -> Shards:
    return Shards(module_bench, MATRIX)


@pytest.fixture(scope="module")
def whole(module_bench: Bench) -> dict[str, Any]:
    path = module_bench.directory / "whole.json"
    module_bench.ok(*MATRIX, "--export-json", str(path))
    return read(path)


def edited(shards: Shards, edit: Callable[[dict[str, Any]], None], which: int = 1) -> Path:
    """A copy of a shard's file in which something is another."""
    document = strict_json(shards.paths[which].read_text(encoding="utf-8"))
    edit(document)
    path = shards.bench.directory / "edited.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def on_machine(shards: Shards, host: str, *numbers: int) -> list[Path]:
    """Copies of shards, as another machine would have written them."""
    copies = []
    for i in numbers:
        text = shards.paths[i - 1].read_text(encoding="utf-8")
        path = shards.bench.directory / f"{host}-{i}.json"
        path.write_text(
            re.sub(r'"host_name": "[^"]*"', f'"host_name": "{host}"', text), encoding="utf-8"
        )
        copies.append(path)
    return copies


# --- as a run of the whole plan ---


def test_merged_counts_are_those_of_a_whole_run(shards: Shards, whole: dict[str, Any]) -> None:
    """To the last digit, in the same order, whichever order the files are named in."""
    path = shards.bench.directory / "merged.json"
    shards.paths.reverse()
    outcome = shards.merge("--export-json", str(path))
    shards.paths.reverse()
    assert outcome.code == 0, outcome.err
    merged = read(path)
    assert len(merged["benchmarks"]) == TABLES_N * 2 * 5 == len(whole["benchmarks"])
    for row, other in zip(whole["benchmarks"], merged["benchmarks"]):
        assert counts(row) == counts(other)
    assert merged["break_even"] == whole["break_even"] and merged["answer"] == whole["answer"]
    context = merged["context"]
    same = ["code", "fingerprint", "seed", "options", "run_options", "roles", "interrupted"]
    same += ["skipped"]
    assert {key: context[key] for key in same} == {key: whole["context"][key] for key in same}
    assert not [key for key in context if key.startswith("shard")]


def test_rows_are_taken_as_they_stand(shards: Shards) -> None:
    lines = [
        line.rstrip(",")
        for path in shards.paths
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.startswith('{"run_name"')
    ]
    text = shards.merge("--format", "json").out
    merged = [line.rstrip(",") for line in text.splitlines() if line.startswith('{"run_name"')]
    assert sorted(merged) == sorted(lines)


def test_a_merged_file_says_what_it_was_made_of(shards: Shards) -> None:
    merged = strict_json(shards.merge("--format", "json").out)["context"]["merged_from"]
    assert [one["shard"] for one in merged] == [f"{i}/{SHARDS_N}" for i in range(1, SHARDS_N + 1)]
    assert [one["file"] for one in merged] == [str(path) for path in shards.paths]
    assert sum(one["tables_n"] for one in merged) == TABLES_N
    for one, path in zip(merged, shards.paths):
        context = strict_json(path.read_text(encoding="utf-8"))["context"]
        assert one["machine"] == one["host_name"] == context["host_name"]
        assert one["date"] == context["date"] and one["load_avg"] == context["load_avg"]


def test_what_is_printed_is_what_the_run_prints(bench: Bench) -> None:
    """The answer, below what was merged; and what follows from several tables."""
    run = [*INTERVALS, "--strategy", "value_task,poll", "--hit-rate", "0,0.5,1", "--threads", "1,2"]
    run += ["--consumer", "both", "--calls-per-second", "1M"]
    shards = Shards(bench, run, n=1)
    merged = shards.merge("--export-json", "merged.json")
    assert merged.code == 0, merged.err
    answer = bench.ok("merge", str(shards.paths[0]), VTB_DETAILS="0").out
    own = shards.outcomes[0]
    assert own.code == 0
    head, _, rest = answer.partition("\n\n")
    assert head.startswith("6 tables of one plan, from 1 shard:\n- 1 shard with 6 tables: ")
    assert "ANSWER" in rest
    before = strict_json(shards.paths[0].read_text(encoding="utf-8"))
    after = strict_json((bench.directory / "merged.json").read_text(encoding="utf-8"))
    assert before["benchmarks"] == after["benchmarks"]
    assert before["answer"] == after["answer"]
    assert len(before["break_even"]) > 0
    assert rounded(before["break_even"]) == rounded(after["break_even"])


def test_a_parameter_that_means_nothing_to_a_heap(bench: Bench) -> None:
    """It is in no name there, so that rows of several tables have the same."""
    run = [*COUNTS, "--heap", "gengc,glibc", "--gen0-budget", "64K,256K"]
    shards = Shards(bench, run, n=1)
    before = read(shards.paths[0])
    names = [row["run_name"] for row in before["benchmarks"]]
    assert len(names) > len(set(names))
    assert shards.merge("--export-json", "same.json").code == 0
    after = read(bench.directory / "same.json")
    assert [before[key] for key in PARTS] == [after[key] for key in PARTS]


def rounded(value: Any) -> Any:
    """Numbers to nine digits: a file has fifteen of those that others are worked out from."""
    if isinstance(value, float):
        return f"{value:.9g}"
    if isinstance(value, list):
        return [rounded(item) for item in value]
    return {key: rounded(item) for key, item in value.items()} if isinstance(value, dict) else value


def test_csv_has_a_line_for_each_case(shards: Shards, whole: dict[str, Any]) -> None:
    lines = list(csv.DictReader(shards.merge("--format", "csv").out.splitlines()))
    rows = whole["benchmarks"]
    assert [line["name"] for line in lines] == [row["run_name"] for row in rows]
    assert [float(line["bytes_per_op"]) for line in lines] == [
        float(row["bytes_per_op"]) for row in rows
    ]
    assert {line["shard"] for line in lines} <= {f"{i}/{SHARDS_N}" for i in range(1, SHARDS_N + 1)}


def test_a_merged_file_is_a_result_file(shards: Shards, whole: dict[str, Any]) -> None:
    """Others read it: it is compared with a run of the whole plan, and is a baseline."""
    directory = shards.bench.directory
    path = directory / "as-result.json"
    assert shards.merge("--export-json", str(path)).code == 0
    compared = strict_json(
        shards.bench.ok("compare", "whole.json", str(path), "--format", "json").out
    )
    assert compared["only_before"] == compared["only_after"] == []
    figures = compared["figures"]
    assert figures["bytes_per_op"]["cases_n"] == len(whole["benchmarks"])
    assert figures["bytes_per_op"]["differing_n"] == figures["allocs_per_op"]["differing_n"] == 0
    assert "--shard" not in [difference["key"] for difference in compared["differences"]]
    gated = shards.bench("gate", "--baseline", str(path), VTB_HEAP="glibc,gengc")
    assert gated.code == 0, gated.err


# --- which tables a shard has ---


def shards_of(bench: Bench, n: int, rates: list[str]) -> dict[str, int]:
    """The number of the shard that has the table of each hit rate; with as many calls as a run
    makes by itself, which are fewer in a sweep."""
    found: dict[str, int] = {}
    for number in range(1, n + 1):
        shard = ["--shard", f"{number}/{n}", "--dry-run", "--format", "json"]
        out = bench.ok("--strategy", "poll", "--hit-rate", ",".join(rates), *shard).out
        for point in strict_json(out)["points"]:
            assert found.setdefault(point["hit_rate"], number) == number
    return found


def test_tables_are_whole_and_each_in_one_shard(shards: Shards, whole: dict[str, Any]) -> None:
    cases = {key: len(list(rows)) for key, rows in groupby(whole["benchmarks"], table_of)}
    seen: list[tuple[str, ...]] = []
    for path in shards.paths:
        for key, rows in groupby(read(path)["benchmarks"], table_of):
            assert len(list(rows)) == cases[key]
            seen.append(key)
    assert sorted(seen) == sorted(cases) and len(seen) == TABLES_N


def test_both_consumers_of_a_table_are_in_one_shard(bench: Bench) -> None:
    run = [*HASTY, "--calls", "10", "--keys", "100", "--strategy", "poll", "--consumer", "both"]
    for path in Shards(bench, [*run, "--hit-rate", "0.1,0.2,0.3"], n=2).paths:
        rates: dict[str, set[str]] = {}
        for row in read(path)["benchmarks"]:
            parts = parameters(row["run_name"])
            rates.setdefault(parts["hit_rate"], set()).add(parts["consumer"])
        assert all(consumers == {"independent", "dependent"} for consumers in rates.values())


def test_a_table_more_moves_no_other(bench: Bench) -> None:
    """Neither does one that makes a run a sweep, in which fewer calls are made by default."""
    rates = ["0.1", "0.2", "0.3", "0.4", "0.5"]
    few = shards_of(bench, 3, rates)
    more = shards_of(bench, 3, ["0.05", *rates, "0.6"])
    assert len(few) == len(rates) and len(more) == len(rates) + 2
    assert {rate: more[rate] for rate in rates} == few


def test_a_shard_more_takes_and_moves_nothing_else(bench: Bench) -> None:
    rates = [f"0.{i:02}" for i in range(5, 55)]
    before, after = shards_of(bench, 2, rates), shards_of(bench, 3, rates)
    assert len(before) == len(after) == len(rates)
    assert {after[rate] for rate in before if after[rate] != before[rate]} == {3}
    assert set(before.values()) == {1, 2} and set(after.values()) == {1, 2, 3}


def test_a_shard_without_tables_is_merged_too(bench: Bench) -> None:
    run = [*COUNTS, "--hit-rate", "0.5"]
    shards = Shards(bench, run, n=4)
    empty = [
        (outcome, path)
        for outcome, path in zip(shards.outcomes, shards.paths)
        if not read(path)["benchmarks"]
    ]
    assert len(empty) == 3
    for outcome, path in empty:
        assert ": 0 of 1 tables: there is nothing to run\n" in outcome.err
        context = read(path)["context"]
        assert context["shard_tables"] == [] and context["interrupted"] is False
        assert outcome.out == ""
        refused = bench("compare", str(path), str(path))
        assert refused.code == 2 and "it holds no results" in refused.error
    merged = shards.merge("--format", "json")
    assert merged.code == 0, merged.err
    assert [row["run_name"] for row in merged.rows] == [
        row["run_name"] for row in bench.ok(*run, "--format", "json").rows
    ]


def test_a_timed_shard_without_tables(bench: Bench) -> None:
    run = [*INTERVALS, "--strategy", "poll", "--hit-rate", "0.5"]
    shards = Shards(bench, run, n=2)
    assert sorted(len(read(path)["benchmarks"]) > 0 for path in shards.paths) == [False, True]
    merged = strict_json(shards.merge("--format", "json").out)
    assert merged["context"]["sessions"] == 5 and len(merged["benchmarks"]) == 4 * 6


# --- what is refused, by name ---


def refused(outcome: Outcome, *mentions: str) -> None:
    assert outcome.code == 2 and outcome.out == "", outcome.out
    for mention in mentions:
        assert mention in outcome.error


def test_missing_shards_are_named(shards: Shards) -> None:
    outcome = shards.bench("merge", str(shards.paths[1]), "--export-json", "none.json")
    refused(outcome, "merge: 2 of 3 shards are missing: 1/3, 3/3")
    assert not (shards.bench.directory / "none.json").exists()


def test_a_double_shard_is_named(shards: Shards) -> None:
    paths = [str(path) for path in [*shards.paths, shards.paths[1]]]
    outcome = shards.bench("merge", *paths)
    refused(outcome, f"shard 2/3 is there twice: '{paths[1]}' and '{paths[1]}'", "each machine")


def test_a_shard_of_another_run_is_named(shards: Shards) -> None:
    """Of another seed, plan, or number of shards; and what says so."""
    for more, what, by in [
        (["--seed", "7"], "seed", ""),
        (["--hit-rate", "0.2,0.5,0.9"], "plan", ", by its --hit-rate"),
        (["--completion", "lifo"], "plan", ", by its --completion"),
        (["--pressure", "gc-ms"], "plan", ", by its run_options.pressure"),
    ]:
        shards.bench.ok(*MATRIX, *more, "--shard", "2/3", "--export-json", "other.json")
        paths = [str(shards.paths[0]), "other.json", str(shards.paths[2])]
        outcome = shards.bench("merge", *paths)
        refused(outcome, f"'other.json' is of another {what} than '{paths[0]}'{by}: '")
    shards.bench.ok(*MATRIX, "--shard", "2/4", "--export-json", "other.json")
    outcome = shards.bench("merge", str(shards.paths[0]), "other.json")
    refused(outcome, "'other.json' is of another number of shards than ", "'2/4', and '1/3' there")


@pytest.mark.parametrize(
    ("keys", "what", "by"),
    [
        (["version"], "build", "version"),
        (["git_revision"], "build", "revision"),
        (["fingerprint"], "build", "fingerprint"),
        (["shard_plan"], "plan", "digest"),
        (["environment", "kept"], "environment", "settings of allocators"),
        (["shard_cells", "poll.user_cache.counting.so"], "build", "code of poll.user_cache."),
    ],
)
def test_a_shard_of_another_build_is_named(
    shards: Shards, keys: list[str], what: str, by: str
) -> None:
    def edit(document: dict[str, Any]) -> None:
        at = document["context"]
        for key in keys[:-1]:
            at = at[key]
        assert keys[-1] in at
        at[keys[-1]] = "another"

    path = edited(shards, edit)
    first = shards.paths[0]
    outcome = shards.bench("merge", str(first), str(path), str(shards.paths[2]))
    refused(outcome, f"'{path}' is of another {what} than '{first}', by its {by}", "'another'")


def test_what_is_no_shard_is_refused(shards: Shards, whole: dict[str, Any]) -> None:
    refused(shards.bench("merge", "whole.json"), "'whole.json' is no shard; accepted: ")
    shards.merge("--export-json", "once.json")
    refused(shards.bench("merge", "once.json"), "'once.json' is no shard; ", "no merged file")
    refused(shards.bench("merge", "nosuch.json"), "'nosuch.json' cannot be read")
    cut = shards.bench.directory / "cut.json"
    cut.write_bytes(shards.paths[0].read_bytes()[:-100])
    refused(shards.bench("merge", str(cut)), f"'{cut}' is not a", "; run that shard again")
    refused(shards.bench("merge", "/dev/null"), "/dev/null")


def test_an_interrupted_shard_is_refused(shards: Shards) -> None:
    def interrupt(document: dict[str, Any]) -> None:
        document["context"]["interrupted"] = True

    path = edited(shards, interrupt)
    refused(shards.bench("merge", str(path)), "of a shard that was interrupted", "--resume")


@pytest.mark.parametrize("more", [-1, 1])
def test_a_shard_whose_rows_are_others_is_refused(shards: Shards, more: int) -> None:
    def edit(document: dict[str, Any]) -> None:
        tables = document["context"]["shard_tables"]
        tables[-1][1] += more

    path = edited(shards, edit)
    outcome = shards.bench("merge", str(shards.paths[0]), str(path), str(shards.paths[2]))
    refused(outcome, f"'{path}' does not have the tables that it says it has")


# --- machines ---


def test_counts_of_several_machines_are_those_of_one(
    shards: Shards, whole: dict[str, Any]
) -> None:
    """Every row says which machine it is of; what is the same everywhere is as of one."""
    paths = [*on_machine(shards, "red", 1, 3), *on_machine(shards, "blue", 2)]
    outcome = shards.bench("merge", *map(str, paths), "--export-json", "mixed.json")
    assert outcome.code == 0, outcome.err
    merged = read(shards.bench.directory / "mixed.json")
    assert merged["context"]["host_name"] == "red, blue"
    machines = {table_of(row): row["machine"] for row in merged["benchmarks"]}
    for host, path in zip(["red", "red", "blue"], paths):
        for row in read(path)["benchmarks"]:
            assert machines[table_of(row)] == host
    for row, other in zip(whole["benchmarks"], merged["benchmarks"]):
        del other["machine"]
        assert counts(row) == counts(other)
    assert merged["break_even"] == whole["break_even"] and merged["answer"] == whole["answer"]
    assert "- 2 shards with " in outcome.out and ": red, " in outcome.out


def test_ratios_of_several_machines_stay_apart(bench: Bench) -> None:
    """No curve is made of both, here or by those who read the file: names say the machine, too."""
    shards = Shards(bench, [*TIMED, "--strategy", "value_task", "--hit-rate", "0,0.5,1"], n=2)
    paths = [*on_machine(shards, "red", 1), *on_machine(shards, "blue", 2)]
    assert all(read(path)["benchmarks"] for path in paths)
    outcome = bench("merge", *map(str, paths), "--export-json", "apart.json")
    assert outcome.code == 0, outcome.err
    merged = read(bench.directory / "apart.json")
    assert merged["break_even"] == merged["answer"] == []
    assert "several machines" in merged["context"]["merged_without_answer"]
    assert "several machines" in outcome.err
    for row in merged["benchmarks"]:
        assert row["run_name"].endswith("/machine:" + row["machine"])
    assert {row["machine"] for row in merged["benchmarks"]} == {"red", "blue"}
    row = r"^value_task +glibc +{} +\d +[\d.]+.*\n"
    assert re.search(row.format("red") + row.format("blue"), outcome.out, re.M)
    advice = bench("advise", "--from", "apart.json", "--hit-rate", "0.5")
    assert advice.code == 2 and "machine:" in advice.error


def test_whole_sets_of_machines_stand_side_by_side(bench: Bench) -> None:
    run = [*INTERVALS, "--strategy", "value_task", "--hit-rate", "0,0.5,1", "--heap", "glibc"]
    shards = Shards(bench, run, n=2)
    paths = [*on_machine(shards, "red", 1, 2), *on_machine(shards, "blue", 1, 2)]
    outcome = bench("merge", *map(str, paths), "--export-json", "both.json")
    assert outcome.code == 0, outcome.err
    rows = read(bench.directory / "both.json")["benchmarks"]
    by_machine = {host: [row for row in rows if row["machine"] == host] for host in ["red", "blue"]}
    own = [row for path in shards.paths for row in read(path)["benchmarks"]]
    for host, theirs in by_machine.items():
        assert len(theirs) == len(own)
        for row in theirs:
            case, _, machine = row["run_name"].partition("/machine:")
            assert machine == host
            assert row["name"] in [f"{case}/machine:{host}", f"{case}/machine:{host}_median"]
    medians = {
        row["run_name"]: row["ratio"]
        for row in own
        if row["run_type"] == "aggregate" and "ratio" in row
    }
    for row in rows:
        if row["run_type"] == "aggregate" and "ratio" in row:
            assert row["ratio"] == medians[row["run_name"].partition("/machine:")[0]]
    titles = re.findall(r"^strategy +heap +B/op +red +blue$", outcome.out, re.M)
    assert len(titles) == 3
    bench.ok("compare", "both.json", "both.json")


def test_a_machine_may_be_called_anything(shards: Shards) -> None:
    """It is a part of rows' names, in which a slash begins another; and what a row says besides is
    told as it is."""
    paths = on_machine(shards, "red", 1, 2, 3) + on_machine(shards, "blue", 1, 2, 3)
    for path in paths:
        text = path.read_text(encoding="utf-8").replace("\"red\"", "\"r/d \u00e9\"")
        path.write_text(text.replace('{"run_name"', '{"large":99999999999999999999,"run_name"'))
    outcome = shards.bench("merge", *map(str, paths), "--export-json", "odd.json")
    assert outcome.code == 0, outcome.err
    rows = strict_json((shards.bench.directory / "odd.json").read_text())["benchmarks"]
    assert {row["machine"] for row in rows} == {"r-d --", "blue"}
    ends = {row["run_name"].rpartition("/")[2] for row in rows}
    assert ends == {"machine:r-d --", "machine:blue"}
    assert all(row["large"] == 1e20 for row in rows)
    shards.bench.ok("compare", "odd.json", "odd.json")


def test_a_page_of_a_merged_result(shards: Shards) -> None:
    for option in [["--report", "page.html"], ["--plot", "pictures"]]:
        refused(shards.merge(*option), f"merge: {option[0]} is made of the merged result", "FILE")
    outcome = shards.merge("--export-json", "paged.json", "--report", "page.html")
    assert outcome.code == 0, outcome.err
    page = (shards.bench.directory / "page.html").read_text(encoding="utf-8")
    assert "paged.json" in page and "user_cache" in page


def test_machines_that_do_not_each_have_all_shards(shards: Shards) -> None:
    paths = [*on_machine(shards, "red", 1, 2, 3), *on_machine(shards, "blue", 2)]
    refused(shards.bench("merge", *map(str, paths)), "shard 2/3 is there twice", "each machine")
