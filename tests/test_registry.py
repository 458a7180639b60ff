"""One file is one entry: dropped into its folder it is listed and run by the next start, and
nothing else is touched. A file that lacks something fails the build, or the cells of a run that it
is in, and the output names what is missing.

All of it happens in a copy of the sources, in the order of this file: the build is incremental.
"""
from __future__ import annotations

import re
import shutil
import subprocess
from contextlib import contextmanager
from pathlib import Path
from typing import Iterator

import pytest

from conftest import (
    COPIED_STRATEGIES,
    COPIED_WORKLOADS,
    COUNTED,
    HASTY,
    ROOT,
    SLOW_S,
    Outcome,
    Row,
    clean_environment,
    parameters,
    replaced,
    strict_json,
)

PAYLOADS = [f"payload_{size}" for size in (8, 16, 32, 64, 128, 256)]

WORKLOAD = """\
/* A number by its number. */
#ifndef WORKLOADS_DROPPED_WORK_H
#define WORKLOADS_DROPPED_WORK_H

#include <vtb/workload.h>

typedef uint32_t vtb_key;
typedef uint64_t vtb_value;

struct vtb_table {
    uint64_t values_n;
    vtb_value *values;
};

static inline vtb_key vtb_key_of(const struct vtb_table *table, uint32_t id)
{
    (void)table;
    return id;
}

static inline const vtb_value *vtb_lookup(const struct vtb_table *table, vtb_key key)
{
    return key & VTB_ID_MISS ? NULL : table->values + key;
}

static inline size_t vtb_entry_of(const struct vtb_table *table, const vtb_value *value)
{
    return (size_t)(value - table->values);
}

static inline bool vtb_fetch(const struct vtb_table *table, vtb_key key, vtb_value *value)
{
    *value = table->values[key & VTB_ID_MASK];
    return !(key & VTB_ID_FAIL);
}

static inline void vtb_insert(const struct vtb_table *table, vtb_key key, const vtb_value *value)
{
    (void)table;
    (void)key;
    (void)value;
}

static inline uint64_t vtb_consume(const vtb_value *value)
{
    return *value;
}

static inline size_t vtb_dropped_table_bytes(uint64_t keys)
{
    return sizeof(struct vtb_table) + keys * sizeof(vtb_value);
}

static inline size_t vtb_dropped_entries_n(uint64_t keys)
{
    return keys;
}

static inline struct vtb_table *vtb_dropped_make_table(void *memory, uint64_t keys)
{
    struct vtb_table *table = (struct vtb_table *)memory;
    table->values_n = keys;
    table->values = (vtb_value *)(void *)(table + 1);
    for (uint64_t i = 0; i < keys; i++)
        table->values[i] = vtb_mix64(i);
    return table;
}

VTB_WORKLOAD(dropped_work) = {
    .summary = "a number by its number",
    .default_hit_rate = 0.25,
    .default_keys = 100,
    .max_keys = 1000,
    .key_bytes = sizeof(vtb_key),
    .value_bytes = sizeof(vtb_value),
    .table_bytes = vtb_dropped_table_bytes,
    .entries_n = vtb_dropped_entries_n,
    .make_table = vtb_dropped_make_table,
};

#endif
"""

HEAP = """\
/* malloc that counts its calls, and has every block 8 bytes larger than asked for. */
#include <vtb/heap.h>

#include <malloc.h>
#include <stdlib.h>

static size_t allocs_n;

static void *dropped_alloc(size_t bytes)
{
    size_t *block = malloc(bytes + 8);
    allocs_n++;
    *block = bytes;
    return block + 1;
}

static void dropped_free(void *memory)
{
    free((size_t *)memory - 1);
}

static size_t dropped_usable(void *memory)
{
    return ((size_t *)memory)[-1] + 8;
}

VTB_HEAP(dropped_heap) = {
    .summary = "malloc with a header",
    .alloc = dropped_alloc,
    .free = dropped_free,
    .usable = dropped_usable,
};
"""


# Where the library is not there, of the entry is left what says so.
FOREIGN_HEAP = """\
/* A library that nobody has. */
#define VTB_LIBRARY no_such_library
#define VTB_LIBRARY_PACKAGE "libnosuch-dev"

#include <vtb/heap.h>

#ifndef VTB_LIBRARY_MISSING
#include <no_such_library.h>
#endif

VTB_HEAP(dropped_foreign) = {
    .summary = "memory of somebody else",
#ifdef VTB_LIBRARY_MISSING
    .unavailable = VTB_LIBRARY_MISSING,
#endif
};
"""


def strategy() -> str:
    """The strategy that CONTRIBUTING.md shows in full, so that what it shows keeps compiling."""
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    source = re.search(r"^```c\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    assert source, "CONTRIBUTING.md shows no strategy"
    text, replaced_n = re.subn(r"VTB_STRATEGY\(\w+\)", "VTB_STRATEGY(dropped)", source.group(1))
    assert replaced_n == 1
    return text


def without_function(source: str, name: str) -> str:
    """The source less the definition of one function."""
    definition = rf"^static inline [^\n]*{name}\([^{{]*\{{\n.*?^\}}\n"
    text, removed_n = re.subn(definition, "", source, flags=re.MULTILINE | re.DOTALL)
    assert removed_n == 1, name
    return text


def large_workload(definition: str) -> str:
    """The workload with a value of two words, and a line above its type."""
    changes = [
        ("typedef uint64_t", "typedef struct two_words {\n    uint64_t words[2];\n}"),
        ("return *value;", "return value->words[0];"),
        ("table->values[i] = vtb_mix64(i);", "table->values[i].words[0] = vtb_mix64(i);"),
    ]
    text = WORKLOAD
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text.replace("typedef struct two_words", f"{definition}typedef struct two_words")


def launch(tree: Path, *arguments: str) -> Outcome:
    """Builds what changed, and runs it: what a user does after a change."""
    results = tree / "build" / "results"
    done = subprocess.run(
        [str(tree / "run_bench"), *arguments],
        cwd=tree,
        env=clean_environment(VTB_RESULTS_DIR=str(results), LC_ALL="C"),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=SLOW_S,
    )
    return Outcome(done.returncode, done.stdout, done.stderr, results)


def run(tree: Path, *arguments: str) -> Outcome:
    outcome = launch(tree, *arguments)
    assert outcome.code == 0, outcome.err[-5000:]
    return outcome


def configure(tree: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """Gives settings of the build other values, which stay until they are given others."""
    return subprocess.run(
        ["cmake", *[f"-D{name}={value}" for name, value in settings.items()], "build/release"],
        cwd=tree,
        env=clean_environment(LC_ALL="C"),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@contextmanager
def configured(tree: Path, **settings: str) -> Iterator[None]:
    """Other settings for a while."""
    try:
        done = configure(tree, **settings)
        assert done.returncode == 0, done.stdout[-5000:]
        yield
    finally:
        forget(tree, *settings)


def forget(tree: Path, *settings: str) -> None:
    """Their values, so that the build's own are taken again."""
    command = ["cmake", *[f"-U{name}" for name in settings], "build/release"]
    subprocess.run(command, cwd=tree, env=clean_environment(), capture_output=True, check=True)


def list_of(tree: Path) -> dict[str, dict[str, Row]]:
    """The output of `list`, by section and name."""
    listing = strict_json(run(tree, "list", "--format", "json").out)
    sections = ["strategies", "workloads", "heaps", "capabilities"]
    return {section: {row["name"]: row for row in listing[section]} for section in sections}


def cells_of(tree: Path) -> set[str]:
    """The files that are there."""
    return {path.name for path in (tree / "build" / "release" / "cells").glob("*.so")}


def heaps_of(tree: Path) -> dict[str, str]:
    """Every heap, with "yes" or the reason why it cannot be used."""
    return {name: row["available"] for name, row in list_of(tree)["heaps"].items()}


@pytest.fixture(scope="module")
def tree(source_copy: Path) -> Iterator[Path]:
    """The copy, built, and then given a new strategy, workload and heap, for as long as this file
    needs them."""
    run(source_copy, "--version")
    dropped = {"impls/dropped.c": strategy(), "workloads/dropped_work.h": WORKLOAD}
    dropped["heaps/dropped_heap.c"] = HEAP
    for file, text in dropped.items():
        (source_copy / file).write_text(text, encoding="utf-8")
    shutil.rmtree(source_copy / "build" / "release" / "cells", ignore_errors=True)
    yield source_copy
    for file in dropped:
        (source_copy / file).unlink(missing_ok=True)  # which the last test does too
    shutil.rmtree(source_copy / "build" / "results", ignore_errors=True)


def test_dropped_files_are_listed_by_the_next_start(tree: Path) -> None:
    """Ahead of any cell of theirs."""
    found = list_of(tree)
    assert set(found["strategies"]) == {*COPIED_STRATEGIES, "dropped"}
    assert found["strategies"]["dropped"]["miss allocs"] == 1
    assert set(found["workloads"]) == {*COPIED_WORKLOADS, "dropped_work", *PAYLOADS}
    assert found["workloads"]["dropped_work"]["hit rate"] == 0.25
    assert found["heaps"]["dropped_heap"]["memory"] == "malloc with a header"
    capabilities = found["capabilities"]["dropped"]
    assert capabilities["async method"] == "yes" and capabilities["storable"] == "-"
    reasons = strict_json(run(tree, "list", "--format", "json").out)["reasons"]
    assert {"name": "dropped", "lacks": "storable", "because": "a node is consumed once"} in reasons
    assert cells_of(tree) == set()


# A node has what runs it, what waits, a fault and a flag with their padding, the record's size, a
# value; and behind it the key with its padding, or a state machine: state and key, an object and a
# result, `this`, what it awaits, and for a layer what it was handed.
NODE = 8 + 8 + (4 + 1 + 3) + 8 + 8
DIRECT_NODE = NODE + 4 + 4
ASYNC_NODE = NODE + (4 + 4) + (8 + 8) + 8 + 8
LAYER_NODE = NODE + (4 + 4) + (8 + 8) + 8 + (8 + 8)


@pytest.mark.parametrize("name", ["dropped", "dropped@checked"])
def test_dropped_files_are_run(tree: Path, name: str) -> None:
    """By both methods, nested or not, with checks or without."""
    names = ["--strategy", name, "--workload", "dropped_work", "--heap", "dropped_heap"]
    arguments = [*COUNTED, "--method", "both", "--depth", "1,3", "--failure-rate", "0.5"]
    rows = run(tree, "run", *names, *arguments, "--format", "json").rows
    found = {}
    for row in rows:
        case = parameters(row["run_name"])
        if case["strategy"] == name:
            found[case["method"], case["depth"]] = row
    nodes = {
        ("direct", "1"): [DIRECT_NODE],
        ("direct", "3"): [DIRECT_NODE],
        ("async", "1"): [ASYNC_NODE],
        ("async", "3"): [ASYNC_NODE, LAYER_NODE, LAYER_NODE],
    }
    assert set(found) == set(nodes)
    for case, row in found.items():
        start = f"dropped_work/{name}/dropped_heap/hit_rate:0.25/calls:1000/"
        assert row["run_name"].startswith(start)
        assert row["actual_hit_rate"] == 0.25
        assert row["failures_per_op"] == 0.375
        assert row["allocs_per_op"] == row["frees_per_op"] == 0.75 * len(nodes[case])
        assert row["bytes_per_op"] == 0.75 * sum(nodes[case])
        # The heap adds 8 to each block.
        assert row["usable_bytes_per_op"] == 0.75 * sum(node + 8 for node in nodes[case])


def test_dropped_files_stand_beside_the_others(tree: Path) -> None:
    """From a cold start and in the steady state."""
    usable = ["dropped_heap", "glibc"]
    all_of = ["--strategy", "all", "--workload", "dropped_work,user_cache"]
    short = [*HASTY, "--calls", "100,200k"]
    arguments = [*all_of, "--heap", ",".join(usable), *short]
    rows = run(tree, *arguments, "--consumer", "dependent", "--format", "json").rows
    names = {row["run_name"] for row in rows}
    cases = {tuple(name.split("/")[:3]) for name in names}
    assert len(cases) == (len(COPIED_STRATEGIES) + 1) * 2 * len(usable) == len(names) / 2
    assert ("user_cache", "dropped", "dropped_heap") in cases


def test_variants_and_collected_cells_are_there_for_every_workload(tree: Path) -> None:
    """By the asynchronous method as well; not for the default workload alone."""
    variants = ["heap_task@checked", "heap_task@atomic", "dropped@checked"]
    names = ["--strategy", ",".join(variants), "--workload", "payload_16"]
    arguments = [*COUNTED, "--method", "async", "--heap", "gengc,glibc", "--format", "json"]
    done = run(tree, *names, *arguments)
    found = {tuple(row["run_name"].split("/")[:3]) for row in done.rows}
    assert {("payload_16", name, heap) for name in variants for heap in ["gengc", "glibc"]} <= found
    assert strict_json(done.out)["context"].get("skipped", []) == []
    files = {name.replace("@", ".payload_16.timing_async_") + "_collected.so" for name in variants}
    assert files | {"dropped.payload_16.counting_async_checked.so"} <= cells_of(tree)


def assert_failed(outcome: Outcome, *mentions: str) -> None:
    assert outcome.code == 1, "it works, although something is missing"
    assert outcome.out == ""
    for mention in mentions:
        assert mention in outcome.err, outcome.err[-5000:]


def assert_fails(tree: Path, path: str, text: str, *mentions: str) -> None:
    """If the metadata of an entry lack something, nothing is built and nothing runs."""
    with replaced(tree / path, text):
        outcome = launch(tree, "list")
    assert_failed(outcome, *mentions)
    assert outcome.err.splitlines()[-1] == "run_bench: the build failed"


def assert_cell_fails(tree: Path, path: str, text: str, *mentions: str) -> None:
    """Everything is listed and runs, but for cells of it: a run with any names the first."""
    strategies = ["--strategy", "task_in_cache"]
    arguments = [*strategies, "--workload", "dropped_work", "--heap", "glibc", *COUNTED]
    with replaced(tree / path, text):
        assert "dropped" in run(tree, "list").out
        outcome = launch(tree, *arguments)
    assert_failed(outcome, *mentions)
    (line,) = [line for line in outcome.complaints if line.startswith("run_bench: ")]
    pattern = r"run_bench: the cell '\w+\.dropped_work\.\w+\.so' could not be built:"
    assert re.fullmatch(pattern, line)


@pytest.mark.parametrize(
    "function",
    [
        "vtb_ready",
        "vtb_suspend",
        "vtb_record_of",
        "vtb_handover_of",
        "vtb_is_ready",
        "vtb_await",
        "vtb_get",
        "vtb_drop",
        "vtb_complete",
    ],
)
def test_strategy_without_a_function(tree: Path, function: str) -> None:
    text = without_function(strategy(), function)
    assert_fails(tree, "impls/dropped.c", text, "dropped.", f"'{function}'")


def test_strategy_without_its_entry(tree: Path) -> None:
    text = strategy().split("VTB_STRATEGY(")[0]
    assert_fails(tree, "impls/dropped.c", text, "vtb_strategy_dropped")


def test_strategy_whose_entry_has_another_name(tree: Path) -> None:
    text = strategy().replace("VTB_STRATEGY(dropped)", "VTB_STRATEGY(other)")
    assert_fails(tree, "impls/dropped.c", text, "vtb_strategy_dropped")


@pytest.mark.parametrize(
    "function",
    ["vtb_key_of", "vtb_lookup", "vtb_entry_of", "vtb_fetch", "vtb_insert", "vtb_consume"],
)
def test_workload_without_a_function(tree: Path, function: str) -> None:
    """Its entry is there without; its cells are not."""
    text = without_function(WORKLOAD, function)
    assert_cell_fails(tree, "workloads/dropped_work.h", text, f"'{function}'")


def test_workload_whose_entry_has_another_name(tree: Path) -> None:
    text = WORKLOAD.replace("VTB_WORKLOAD(dropped_work)", "VTB_WORKLOAD(other)")
    assert_fails(tree, "workloads/dropped_work.h", text, "dropped_work")


@pytest.mark.parametrize(
    "text",
    [
        large_workload(""),
        large_workload("#define VTB_LARGE_VALUE 0\n"),
        WORKLOAD.replace("typedef uint64_t", "#define VTB_LARGE_VALUE 1\ntypedef uint64_t"),
    ],
    ids=["large and not said", "large and denied", "small and said to be large"],
)
def test_workload_that_does_not_say_how_large_its_value_is(tree: Path, text: str) -> None:
    """A strategy hands over large values otherwise, and its macros cannot see the type."""
    path = "workloads/dropped_work.h"
    assert_cell_fails(tree, path, text, "static assertion failed", "VTB_LARGE_VALUE")


def test_workload_with_a_large_value(tree: Path) -> None:
    text = large_workload("#define VTB_LARGE_VALUE 1\n")
    with replaced(tree / "workloads" / "dropped_work.h", text):
        run(tree, "--strategy", "task_in_cache", "--workload", "dropped_work", *COUNTED)


def test_workload_with_sizes_is_an_entry_for_each(tree: Path) -> None:
    """Beside the one that is there. A size is given from outside, and any size has cells."""
    text = (tree / "workloads" / "sized" / "payload.h").read_text(encoding="utf-8")
    text = text.replace("VTB_WORKLOAD(payload)", "VTB_WORKLOAD(dropped_sizes)")
    with replaced(tree / "workloads" / "sized" / "dropped_sizes.h", text):
        with configured(tree, VTB_PAYLOADS="24;48"):
            found = list_of(tree)["workloads"]
            sizes = {name: row["value B"] for name, row in found.items() if "_" in name}
            assert {name: sizes[name] for name in sizes if name[-2:] in ("24", "48")} == {
                "payload_24": 24,
                "payload_48": 48,
                "dropped_sizes_24": 24,
                "dropped_sizes_48": 48,
            }
            assert not set(PAYLOADS) & set(found)
            names = ["--strategy", "plain", "--workload", "dropped_sizes_24"]
            rows = run(tree, *names, *COUNTED, "--format", "json").rows
            assert {row["run_name"].split("/")[0] for row in rows} == {"dropped_sizes_24"}


def test_heap_without_its_entry(tree: Path) -> None:
    text = "#include <vtb/heap.h>\n"
    assert_fails(tree, "heaps/dropped_heap.c", text, "vtb_heap_dropped_heap")


def test_heap_whose_entry_has_another_name(tree: Path) -> None:
    text = HEAP.replace("VTB_HEAP(dropped_heap)", "VTB_HEAP(other)")
    assert_fails(tree, "heaps/dropped_heap.c", text, "vtb_heap_dropped_heap")


def test_heap_that_is_a_folder(tree: Path) -> None:
    """Its file is the entry, and the others in the folder are compiled with it."""
    folder = tree / "heaps" / "dropped_heap"
    folder.mkdir()
    single = tree / "heaps" / "dropped_heap.c"
    single.unlink()
    moved = HEAP.replace("static void dropped_free(", "void dropped_free(")
    entry, function = re.subn(r"^void dropped_free\([^}]*}\n", "", moved, flags=re.MULTILINE)
    assert function == 1
    entry = entry.replace("static size_t allocs_n;", '#include "own.h"\n\nstatic size_t allocs_n;')
    part = '#include "own.h"\n\n#include <stdlib.h>\n\n'
    part += re.search(r"^void dropped_free\([^}]*}\n", moved, re.MULTILINE).group()
    try:
        (folder / "own.h").write_text("#include <vtb/heap.h>\nvoid dropped_free(void *memory);\n")
        (folder / "9-part.c").write_text(part)
        assert_failed(launch(tree, "list"), "heaps/dropped_heap:", "dropped_heap.c")
        (folder / "dropped_heap.c").write_text(entry)
        assert heaps_of(tree)["dropped_heap"] == "yes"
        run(tree, "--heap", "dropped_heap", *COUNTED)
    finally:
        shutil.rmtree(folder)
        single.write_text(HEAP, encoding="utf-8")


def refusal(tree: Path, heap: str) -> str:
    """The one line about a heap that was asked for by its name and cannot be used."""
    outcome = launch(tree, "--heap", heap, *COUNTED)
    assert (outcome.code, outcome.out) == (2, "")
    return outcome.error


def assert_unavailable(tree: Path, packages: dict[str, str]) -> None:
    """Heaps are listed with what to install, left out of all, and refused by name."""
    there = heaps_of(tree)
    reasons = {heap: there[heap] for heap in packages}
    for heap, reason in reasons.items():
        told = f"{packages[heap]} was not there when this was built: install it, and build again"
        assert reason == told
    for form in ["table", "csv", "markdown"]:
        printed = run(tree, "list", "--format", form).out
        assert [reason for reason in reasons.values() if reason not in printed] == []
    for heap, reason in reasons.items():
        start = f"run_bench: --heap: '{heap}' cannot be used: {reason}; accepted: "
        line = refusal(tree, heap)
        assert line.startswith(start) and line.endswith(", or all")
        accepted = line.removeprefix(start).removesuffix(", or all").split(", ")
        assert "glibc" in accepted and not set(packages) & set(accepted)
    export = tree / "build" / "all.json"
    counted = ["--heap", "all", "--strategy", "plain", *COUNTED, "--export-json", str(export)]
    everything = run(tree, *counted)
    document = strict_json(export.read_text(encoding="utf-8"))
    for heap, reason in reasons.items():
        assert f"Left out: {heap}: {packages[heap]} " in everything.out
        assert {"heap": heap, "reason": reason} in document["context"]["skipped"]
    assert {parameters(row["run_name"])["heap"] for row in document["benchmarks"]} == set(accepted)


def test_heap_whose_library_is_not_there(tree: Path) -> None:
    with replaced(tree / "heaps" / "dropped_foreign.c", FOREIGN_HEAP):
        assert_unavailable(tree, {"dropped_foreign": "libnosuch-dev"})


def test_heap_whose_header_is_not_there(tree: Path) -> None:
    """The C library itself stands in for one that is there."""
    text = FOREIGN_HEAP.replace("VTB_LIBRARY no_such_library", "VTB_LIBRARY c")
    with replaced(tree / "heaps" / "dropped_foreign.c", text):
        assert heaps_of(tree)["dropped_foreign"].startswith("libnosuch-dev was not there")


def test_heap_whose_package_is_not_named(tree: Path) -> None:
    text = FOREIGN_HEAP.replace("#define VTB_LIBRARY_PACKAGE", "// ")
    assert_fails(tree, "heaps/dropped_foreign.c", text, "VTB_LIBRARY_PACKAGE")


def test_library_is_left_aside(tree: Path) -> None:
    """Every heap of the tree that is a library, as on a system that has none of them."""
    off, packages = {}, {}
    for path in sorted((tree / "heaps").rglob("*.c")):
        text = path.read_text(encoding="utf-8")
        if library := re.search(r"^#define VTB_LIBRARY (\S+)", text, re.MULTILINE):
            off[f"VTB_LIBRARY_{library.group(1)}"] = "OFF"
            packages[path.stem] = re.search(r'^#define VTB_LIBRARY_PACKAGE "(\S+)"', text, re.M)[1]
    assert {"mimalloc", "jemalloc", "tcmalloc", "tbb"} <= set(packages)
    try:
        done = configure(tree, **off)
        assert done.returncode == 0, done.stdout[-5000:]
        assert_unavailable(tree, packages)
    finally:
        forget(tree, *off)
    assert {heaps_of(tree)[heap] for heap in packages} == {"yes"}


@pytest.mark.parametrize(
    "path", ["impls/with-dash.c", "workloads/With_Capital.h", "heaps/9_lives.c"]
)
def test_file_whose_name_is_no_identifier(tree: Path, path: str) -> None:
    assert_fails(tree, path, "/* Not read: its name is refused. */\n", path, "[a-z][a-z0-9_]*")


@pytest.mark.parametrize(
    ("path", "other"),
    [
        ("impls/dropped.cc", "impls/dropped.c"),
        ("heaps/dropped_heap/dropped_heap.c", "heaps/dropped_heap.c"),
        ("workloads/payload_8.h", "workloads/sized/payload.h"),
    ],
)
def test_two_files_of_one_name(tree: Path, path: str, other: str) -> None:
    (tree / path).parent.mkdir(exist_ok=True)
    try:
        assert_fails(tree, path, "/* Not read: its name is taken. */\n", path, other, "one name")
    finally:
        if path.count("/") > 1:
            (tree / path).parent.rmdir()


def test_warning_of_the_compiler_fails_the_build(tree: Path) -> None:
    text = strategy().replace("    (void)slot;\n", "", 1)
    assert_fails(tree, "impls/dropped.c", text, "dropped.c", "slot", "-Werror=unused-parameter")


def test_strategy_in_cpp_is_one_as_well(tree: Path) -> None:
    text = strategy().replace("VTB_STRATEGY(dropped)", "VTB_STRATEGY(dropped_cpp)")
    with replaced(tree / "impls" / "dropped_cpp.cc", text):
        names = ["--strategy", "dropped,dropped_cpp", "--heap", "glibc"]
        rows = run(tree, *names, *COUNTED, "--format", "json").rows
        rows += run(tree, *names, *COUNTED, "--method", "async", "--format", "json").rows
    sizes: dict[str, list[float]] = {}
    for row in rows:
        sizes.setdefault(parameters(row["run_name"])["strategy"], []).append(row["bytes_per_op"])
    assert sizes["dropped_cpp"] == sizes["dropped"]
    assert sizes["dropped"][1] > sizes["dropped"][0] > 0


# --- settings of the build ---


def test_default_workload_is_chosen(tree: Path) -> None:
    with configured(tree, VTB_DEFAULT_WORKLOAD="dropped_work"):
        workloads = list_of(tree)["workloads"]
        assert [name for name, row in workloads.items() if row["default"]] == ["dropped_work"]
        rows = run(tree, *COUNTED, "--strategy", "plain", "--format", "json").rows
        assert {row["run_name"].split("/")[0] for row in rows} == {"dropped_work"}


def test_default_workload_that_is_not_there_is_named(tree: Path) -> None:
    done = configure(tree, VTB_DEFAULT_WORKLOAD="nosuch")
    forget(tree, "VTB_DEFAULT_WORKLOAD")
    assert done.returncode != 0
    assert "VTB_DEFAULT_WORKLOAD: there is no workload nosuch" in done.stdout


def test_tree_is_whole_again(tree: Path) -> None:
    """After all these failures the build works, so that they failed for what they were to."""
    run(tree, "--strategy", "dropped", "--workload", "dropped_work", *COUNTED)
    found = list_of(tree)["workloads"]
    assert found["user_cache"]["default"] and set(PAYLOADS) <= set(found)


def test_removed_files_are_gone(tree: Path) -> None:
    for path in ["impls/dropped.c", "workloads/dropped_work.h", "heaps/dropped_heap.c"]:
        (tree / path).unlink()
    assert "dropped" not in run(tree, "list").out
    outcome = launch(tree, "--strategy", "dropped", *COUNTED)
    assert outcome.code == 2 and "unknown name 'dropped'" in outcome.error
