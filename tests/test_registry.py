"""One file is one entry: dropped into its folder it is built, listed and run, and nothing else is
touched. A file that lacks something fails the build, and the output names what is missing.

All of it happens in a copy of the sources, in the order of this file: the build is incremental.
"""
from __future__ import annotations

import os
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
    HANG_S,
    ROOT,
    Outcome,
    clean_environment,
    parameters,
    replaced,
    strict_json,
)

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


def build(tree: Path, target: str = "run_bench") -> subprocess.CompletedProcess[str]:
    """Configures where that was not done, and builds the program, or a part of it, alone."""
    commands = "[ -f build/release/build.ninja ] || cmake --preset release"
    commands += f" && ninja -j2 -C build/release {target}"
    return subprocess.run(
        ["sh", "-c", f"({commands}) 2>&1"],
        cwd=tree,
        env=clean_environment(LC_ALL="C"),
        stdout=subprocess.PIPE,
        text=True,
    )


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
    """Everything built with other settings for a while."""
    done = configure(tree, **settings)
    try:
        assert done.returncode == 0, done.stdout[-5000:]
        done = build(tree)
        assert done.returncode == 0, done.stdout[-5000:]
        yield
    finally:
        configure(tree, **dict.fromkeys(settings, ""))
        build(tree)


def run(tree: Path, *arguments: str) -> Outcome:
    results = tree / "build" / "results"
    done = subprocess.run(
        [str(tree / "build" / "release" / "run_bench"), *arguments],
        cwd=tree,
        env=clean_environment(VTB_RESULTS_DIR=str(results)),
        capture_output=True,
        text=True,
        timeout=HANG_S,
    )
    assert done.returncode == 0, done.stderr
    return Outcome(done.returncode, done.stdout, done.stderr, results)


def heaps_of(tree: Path) -> dict[str, str]:
    """Each heap with "yes", or why it cannot be used."""
    listing = strict_json(run(tree, "list", "--format", "json").out)
    return {row["name"]: row["available"] for row in listing["heaps"]}


@pytest.fixture(scope="module")
def tree(source_copy: Path) -> Path:
    """The copy with a new strategy, workload and heap, built."""
    (source_copy / "impls" / "dropped.c").write_text(strategy(), encoding="utf-8")
    (source_copy / "workloads" / "dropped_work.h").write_text(WORKLOAD, encoding="utf-8")
    (source_copy / "heaps" / "dropped_heap.c").write_text(HEAP, encoding="utf-8")
    done = build(source_copy)
    assert done.returncode == 0, done.stdout[-5000:]
    return source_copy


def test_dropped_files_are_listed(tree: Path) -> None:
    listing = strict_json(run(tree, "list", "--format", "json").out)
    sections = ["strategies", "workloads", "heaps"]
    found = {section: {row["name"]: row for row in listing[section]} for section in sections}
    assert set(found["strategies"]) == {*COPIED_STRATEGIES, "dropped"}
    assert found["strategies"]["dropped"]["miss allocs"] == 1
    assert set(found["workloads"]) == {*COPIED_WORKLOADS, "dropped_work"}
    assert found["workloads"]["dropped_work"]["hit rate"] == 0.25
    assert found["heaps"]["dropped_heap"]["memory"] == "malloc with a header"
    (capabilities,) = (row for row in listing["capabilities"] if row["name"] == "dropped")
    assert capabilities["async method"] == "yes" and capabilities["storable"] == "-"
    assert {"lacks": "storable", "because": "a node is consumed once"}.items() <= next(
        row for row in listing["reasons"] if (row["name"], row["lacks"]) == ("dropped", "storable")
    ).items()


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
    with configured(tree, VTB_VARIANT_WORKLOADS="dropped_work" if "@" in name else ""):
        assert_dropped_files_run(tree, name)


def assert_dropped_files_run(tree: Path, name: str) -> None:
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
        assert row["realized_hit_rate"] == 0.25
        assert row["failures_per_op"] == 0.375
        assert row["allocs_per_op"] == row["frees_per_op"] == 0.75 * len(nodes[case])
        assert row["bytes_per_op"] == 0.75 * sum(nodes[case])
        # The heap adds 8 to each block.
        assert row["usable_bytes_per_op"] == 0.75 * sum(node + 8 for node in nodes[case])


def test_dropped_files_stand_beside_the_others(tree: Path) -> None:
    """From a cold start and in the steady state."""
    everything = ["--strategy", "all", "--workload", "all", "--heap", "all"]
    arguments = ["--rounds", "8", "--epoch-ms", "0.01", "--calls", "100,200k", *everything]
    rows = run(tree, *arguments, "--consumer", "dependent", "--format", "json").rows
    names = {row["run_name"] for row in rows}
    cases = {tuple(name.split("/")[:3]) for name in names}
    strategies, workloads = (
        len([path for path in (tree / folder).iterdir() if path.suffix in (".c", ".h", ".cc")])
        for folder in ["impls", "workloads"]
    )
    usable = [name for name, available in heaps_of(tree).items() if available == "yes"]
    assert {"glibc", "dropped_heap"} <= set(usable)
    assert len(cases) == strategies * workloads * len(usable) == len(names) / 2
    assert ("user_cache", "dropped", "dropped_heap") in cases


def assert_failed(done: subprocess.CompletedProcess[str], *mentions: str) -> None:
    assert done.returncode != 0, "built, although something is missing"
    for mention in mentions:
        assert mention in done.stdout, done.stdout[-5000:]


def assert_fails(tree: Path, path: str, text: str, *mentions: str) -> None:
    with replaced(tree / path, text):
        done = build(tree)
    assert_failed(done, *mentions)


@contextmanager
def unnoticed(path: Path, text: str) -> Iterator[None]:
    """Another text for a while, as old as the file: what was built from the file stays as it is."""
    status = path.stat()
    with replaced(path, text):
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
        yield
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def forget(tree: Path, object_file: str) -> str:
    """Removes one object file, so that it is built again; gives its name."""
    (tree / "build" / "release" / object_file).unlink(missing_ok=True)
    return object_file


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


# A workload's header is part of many objects; the next tests build one of them each.
CELL = "CMakeFiles/vtb_cells.dir/registry/cells/task_in_cache.dropped_work.timing.c.o"
ENTRY = "CMakeFiles/vtb_registry.dir/registry/dropped_work.c.o"


@pytest.mark.parametrize(
    "function",
    ["vtb_key_of", "vtb_lookup", "vtb_entry_of", "vtb_fetch", "vtb_insert", "vtb_consume"],
)
def test_workload_without_a_function(tree: Path, function: str) -> None:
    path = tree / "workloads" / "dropped_work.h"
    with unnoticed(path, without_function(WORKLOAD, function)):
        done = build(tree, forget(tree, CELL))
    assert_failed(done, "dropped_work", f"'{function}'")


def test_workload_whose_entry_has_another_name(tree: Path) -> None:
    text = WORKLOAD.replace("VTB_WORKLOAD(dropped_work)", "VTB_WORKLOAD(other)")
    with unnoticed(tree / "workloads" / "dropped_work.h", text):
        forget(tree, ENTRY)
        done = build(tree)
    assert_failed(done, "vtb_workload_dropped_work")
    forget(tree, ENTRY)


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
    with unnoticed(tree / "workloads" / "dropped_work.h", text):
        done = build(tree, forget(tree, CELL))
    assert_failed(done, "dropped_work", "static assertion failed", "VTB_LARGE_VALUE")


def test_workload_with_a_large_value(tree: Path) -> None:
    text = large_workload("#define VTB_LARGE_VALUE 1\n")
    with unnoticed(tree / "workloads" / "dropped_work.h", text):
        done = build(tree, forget(tree, CELL))
    forget(tree, CELL)
    assert done.returncode == 0, done.stdout[-5000:]


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
        assert_failed(build(tree), "heaps/dropped_heap:", "dropped_heap.c")
        (folder / "dropped_heap.c").write_text(entry)
        done = build(tree)
        assert done.returncode == 0, done.stdout[-5000:]
        assert heaps_of(tree)["dropped_heap"] == "yes"
        run(tree, "--heap", "dropped_heap", *COUNTED)
    finally:
        shutil.rmtree(folder)
        single.write_text(HEAP, encoding="utf-8")


def refusal(tree: Path, heap: str) -> str:
    """The one line about a heap that was asked for by its name and cannot be used."""
    done = subprocess.run(
        [str(tree / "build" / "release" / "run_bench"), "--heap", heap, *COUNTED],
        cwd=tree,
        env=clean_environment(),
        capture_output=True,
        text=True,
        timeout=HANG_S,
    )
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = [line for line in done.stderr.splitlines() if not line.startswith("warning: ")]
    return line


def assert_unavailable(tree: Path, heap: str, package: str) -> None:
    """The heap is listed with what to install, left out of all, and refused by its name."""
    reason = heaps_of(tree)[heap]
    assert reason == f"{package} was not there when this was built: install it, and build again"
    for form in ["table", "csv", "markdown"]:
        assert reason in run(tree, "list", "--format", form).out
    line = refusal(tree, heap)
    start = f"run_bench: --heap: '{heap}' cannot be used: {reason}; accepted: "
    assert line.startswith(start) and line.endswith(", or all")
    accepted = line.removeprefix(start).removesuffix(", or all").split(", ")
    assert "glibc" in accepted and heap not in accepted
    everything = run(tree, "--heap", "all", "--strategy", "plain", *COUNTED)
    assert f"Left out: {heap}: {package} " in everything.out
    document = strict_json(
        run(tree, "--heap", "all", "--strategy", "plain", *COUNTED, "--format", "json").out
    )
    assert {"heap": heap, "reason": reason} in document["context"]["skipped"]
    assert {parameters(row["run_name"])["heap"] for row in document["benchmarks"]} == set(accepted)


def test_heap_whose_library_is_not_there(tree: Path) -> None:
    with replaced(tree / "heaps" / "dropped_foreign.c", FOREIGN_HEAP):
        done = build(tree)
        assert done.returncode == 0, done.stdout[-5000:]
        assert_unavailable(tree, "dropped_foreign", "libnosuch-dev")


def test_heap_whose_header_is_not_there(tree: Path) -> None:
    """The C library itself stands in for one that is there."""
    text = FOREIGN_HEAP.replace("VTB_LIBRARY no_such_library", "VTB_LIBRARY c")
    with replaced(tree / "heaps" / "dropped_foreign.c", text):
        done = build(tree)
        assert done.returncode == 0, done.stdout[-5000:]
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
        done = build(tree)
        assert done.returncode == 0, done.stdout[-5000:]
        for heap, package in packages.items():
            assert_unavailable(tree, heap, package)
    finally:
        configure(tree, **dict.fromkeys(off, "NOTFOUND"))
        build(tree)
    assert {heaps_of(tree)[heap] for heap in packages} == {"yes"}


@pytest.mark.parametrize(
    "path", ["impls/with-dash.c", "workloads/With_Capital.h", "heaps/9_lives.c"]
)
def test_file_whose_name_is_no_identifier(tree: Path, path: str) -> None:
    assert_fails(tree, path, "/* Not read: its name is refused. */\n", path, "[a-z][a-z0-9_]*")


def test_warning_of_the_compiler_fails_the_build(tree: Path) -> None:
    text = strategy().replace("    (void)slot;\n", "", 1)
    assert_fails(tree, "impls/dropped.c", text, "dropped.c", "slot", "-Werror=unused-parameter")


def test_strategy_in_cpp_is_one_as_well(tree: Path) -> None:
    text = strategy().replace("VTB_STRATEGY(dropped)", "VTB_STRATEGY(dropped_cpp)")
    with replaced(tree / "impls" / "dropped_cpp.cc", text):
        done = build(tree)
        assert done.returncode == 0, done.stdout[-5000:]
        names = ["--strategy", "dropped,dropped_cpp", "--heap", "glibc"]
        rows = run(tree, *names, *COUNTED, "--format", "json").rows
        rows += run(tree, *names, *COUNTED, "--method", "async", "--format", "json").rows
    sizes: dict[str, list[float]] = {}
    for row in rows:
        sizes.setdefault(parameters(row["run_name"])["strategy"], []).append(row["bytes_per_op"])
    assert sizes["dropped_cpp"] == sizes["dropped"]
    assert sizes["dropped"][1] > sizes["dropped"][0] > 0


# --- settings of the build ---


def workloads_with_cells(tree: Path) -> set[str]:
    """Those that the build compiles strategies for."""
    text = (tree / "build" / "release" / "build.ninja").read_text(encoding="utf-8")
    return set(re.findall(r"registry/cells/\w+\.(\w+)\.\w+\.c\b", text))


def run_strategies(tree: Path, workload: str, *strategies: str) -> set[str]:
    """Which are in the results, if these are asked for beside the references and the baseline."""
    arguments = ["--workload", workload, "--strategy", ",".join(strategies), *COUNTED]
    rows = run(tree, *arguments, "--format", "json").rows
    return {parameters(row["run_name"])["strategy"] for row in rows}


VARIANTS = {"heap_task@checked", "heap_task@atomic", "dropped@checked"}


def test_some_workloads_are_built_alone(tree: Path) -> None:
    assert workloads_with_cells(tree) == {*COPIED_WORKLOADS, "dropped_work"}
    with configured(tree, VTB_WORKLOADS="dropped_work;user_cache"):
        assert workloads_with_cells(tree) == {"dropped_work", "user_cache"}
        listing = strict_json(run(tree, "list", "--format", "json").out)
        assert [row["name"] for row in listing["workloads"]] == ["dropped_work", "user_cache"]
        assert run_strategies(tree, "dropped_work", "dropped") > {"dropped"}
        # The default one has its variants all the same.
        assert run_strategies(tree, "user_cache", *VARIANTS) > VARIANTS
        rows = run(tree, *COUNTED, "--workload", "all", "--format", "json").rows
        found = {parameters(row["run_name"])["workload"] for row in rows}
        assert found == {"dropped_work", "user_cache"}


def test_workload_to_be_built_that_is_not_there_is_named(tree: Path) -> None:
    done = configure(tree, VTB_WORKLOADS="user_cache;nosuch")
    configure(tree, VTB_WORKLOADS="")
    assert_failed(done, "VTB_WORKLOADS: there is no workload nosuch")


def test_workload_to_have_variants_that_is_not_there_is_named(tree: Path) -> None:
    done = configure(tree, VTB_VARIANT_WORKLOADS="nosuch")
    configure(tree, VTB_VARIANT_WORKLOADS="")
    assert_failed(done, "VTB_VARIANT_WORKLOADS: there is no workload nosuch")


def test_variants_are_built_for_the_default_workload_and_those_named(tree: Path) -> None:
    references = {"empty", "plain", "heap_task"}
    assert run_strategies(tree, "user_cache", *VARIANTS) == references | VARIANTS
    left_out = run(tree, "--workload", "config_read", "--strategy", "heap_task@checked", *COUNTED)
    assert "Left out: heap_task@checked, config_read: " in left_out.out
    assert "-DVTB_VARIANT_WORKLOADS" in left_out.out
    with configured(tree, VTB_VARIANT_WORKLOADS="config_read"):
        assert run_strategies(tree, "config_read", *VARIANTS) == references | VARIANTS
        assert run_strategies(tree, "user_cache", *VARIANTS) == references | VARIANTS
        assert run_strategies(tree, "dropped_work", *VARIANTS) == references


def test_tree_is_whole_again(tree: Path) -> None:
    """After all these failures the build works, so that they failed for what they were to."""
    done = build(tree)
    assert done.returncode == 0, done.stdout[-5000:]
    assert "dropped" in run(tree, "list").out


def test_removed_files_are_gone(tree: Path) -> None:
    for path in ["impls/dropped.c", "workloads/dropped_work.h", "heaps/dropped_heap.c"]:
        (tree / path).unlink()
    done = build(tree)
    assert done.returncode == 0, done.stdout[-5000:]
    assert "dropped" not in run(tree, "list").out
