"""Two builds: their strategies in the same rounds and sessions, and what is told of them."""
from __future__ import annotations

import csv
import io
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from conftest import (
    BUILD,
    ONE_HEAP,
    ROOT,
    SLOW_S,
    Bench,
    clean_environment,
    install,
    replaced,
    strict_json,
)

pytestmark = pytest.mark.xdist_group("test_builds")

# Cases of one strategy on one heap, of calls that take hardly any time.
SMALL = ["--strategy", "value_task", "--heap", ONE_HEAP, "--keys", "1000", "--calls", "100001"]
UNTIMED = [*SMALL, "--rounds", "0"]
TIMED = [*SMALL, "--sessions", "5", "--rounds", "8", "--epoch-ms", "0.01"]


def configure(tree: Path) -> Path:
    """A folder of a build of a copy of the sources, of which nothing is built yet."""
    done = subprocess.run(
        ["cmake", "--preset", "release", "-DVTB_WERROR=OFF"],
        cwd=tree,
        env=clean_environment(),
        capture_output=True,
        text=True,
        timeout=SLOW_S,
    )
    assert done.returncode == 0, done.stderr
    return tree / "build" / "release"


def copy_sources(tree: Path) -> Path:
    ignored = shutil.ignore_patterns("build", "results", ".git", "__pycache__")
    shutil.copytree(ROOT, tree, symlinks=True, ignore=ignored)
    return tree


def enlarge(tree: Path) -> None:
    """Gives the value task eight bytes more for each call that suspends."""
    source = tree / "impls" / "value_task.c"
    text = source.read_text(encoding="utf-8")
    more = "\n#undef VTB_PENDING_BYTES\n#define VTB_PENDING_BYTES(record) "
    more += "(sizeof(struct vtb_task) + (record) + ((record) > 0 ? 8 : 0))\n"
    source.write_text(text + more, encoding="utf-8")


@pytest.fixture(scope="module")
def larger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A build whose value task is larger."""
    tree = copy_sources(tmp_path_factory.mktemp("builds") / "larger")
    enlarge(tree)
    return configure(tree)


# --- what is refused ---


@pytest.mark.parametrize(
    ("builds", "mention"),
    [
        ([], "two builds are needed"),
        (["A"], "two builds are needed"),
        (["no-such-revision", str(BUILD)], "is no revision of the repository"),
        ([str(BUILD), str(ROOT / "docs")], "it has no cells.ninja"),
    ],
)
def test_what_is_no_build_is_refused(bench: Bench, builds: list[str], mention: str) -> None:
    outcome = bench("compare-builds", *builds, *UNTIMED)
    assert outcome.code == 2
    assert outcome.out == ""
    assert mention in outcome.err or "is no repository of git" in outcome.err


def test_another_contract_takes_programs(larger: Path, bench: Bench) -> None:
    """Which are built; here that fails at once."""
    tree = larger.parent.parent
    header = tree / "harness" / "include" / "vtb" / "cell.h"
    before = header.read_text(encoding="utf-8")
    changed, n = re.subn(r"(struct vtb_cell \{)", r"\1\n    long one_more[64];", before, count=1)
    assert n == 1
    with replaced(header, changed), replaced(tree / "CMakeLists.txt", 'message(FATAL_ERROR "no")'):
        outcome = bench("compare-builds", str(BUILD), str(larger), *UNTIMED)
    assert outcome.code == 1
    assert "A or B has another contract" in outcome.err
    assert f"the program of '{larger}' cannot be built: cmake --build {larger}" in outcome.err
    assert f"{larger}: program-of-build.sh has no program to measure it by" in outcome.err


def test_guests_are_of_no_build(bench: Bench) -> None:
    outcome = bench("compare-builds", str(BUILD), str(BUILD), "--guest", "dotnet")
    assert outcome.code == 2
    assert "--guest is not an option of 'compare-builds'" in outcome.err


def test_what_a_build_lacks_is_named(larger: Path, bench: Bench) -> None:
    source = larger.parent.parent / "impls" / "poll.c"
    aside = source.with_suffix(".aside")
    source.rename(aside)
    try:
        outcome = bench(
            "compare-builds", str(BUILD), str(larger), *UNTIMED, "--strategy", "value_task,poll"
        )
    finally:
        aside.rename(source)
    assert outcome.code == 2
    assert f"B, {larger}, has no strategy 'poll': there is no '{source}'" in outcome.error


def test_a_file_that_one_build_does_not_take(larger: Path, bench: Bench) -> None:
    mine = bench.directory / "mine.c"
    bench.ok("new", "strategy", str(mine))
    text = mine.read_text(encoding="utf-8")
    lines = "#if __has_include(<vtb/marker.h>)\n#error of this build\n#endif\n"
    mine.write_text(lines + text, encoding="utf-8")
    marker = larger.parent.parent / "harness" / "include" / "vtb" / "marker.h"
    with replaced(marker, ""):
        outcome = bench("compare-builds", str(BUILD), str(larger), *SMALL, "--strategy", str(mine))
    assert outcome.code == 2
    assert f"'{mine}' does not compile in the build '{larger}':" in outcome.err


# --- counts ---


def test_counts_are_told_where_they_differ(larger: Path, bench: Bench) -> None:
    outcome = bench.ok("compare-builds", str(BUILD), str(larger), *UNTIMED)
    assert re.search(r"^value_task on glibc: B/op is \S+ in A, \S+ in B\.$", outcome.out, re.M)
    found = strict_json(
        bench.ok("compare-builds", str(BUILD), str(larger), *UNTIMED, "--format", "json").out
    )
    assert (found["a"], found["b"]) == (str(BUILD), str(larger))
    (case,) = found["cases"]
    assert (case["strategy"], case["heap"]) == ("value_task", ONE_HEAP)
    assert ":a1" not in case["name"] and "/value_task/" in case["name"]
    counts = {count["metric"]: (count["before"], count["after"]) for count in found["counts"]}
    before, after = counts["bytes_per_op"]
    suspended = counts["allocs_per_op"][0]
    assert after - before == pytest.approx(8 * suspended, abs=1e-9)
    assert counts["allocs_per_op"][0] == counts["allocs_per_op"][1]
    assert found["runs_n"] == 0 and "ratio" not in case


def test_a_build_is_the_same_as_itself(bench: Bench) -> None:
    found = strict_json(
        bench.ok("compare-builds", str(BUILD), str(BUILD), *UNTIMED, "--format", "json").out
    )
    assert found["counts"]
    assert all(count["before"] == count["after"] for count in found["counts"])
    assert found["notes"] == []


def test_other_heaps_are_noted(larger: Path, bench: Bench) -> None:
    heap = larger.parent.parent / "heaps" / "glibc.c"
    with replaced(heap, heap.read_text(encoding="utf-8") + "\n/* another one */\n"):
        outcome = bench.ok("compare-builds", str(BUILD), str(larger), *UNTIMED)
    assert "Note: the heaps of B (heaps/) are not those of this program" in outcome.out
    assert "Note: the heaps of A" not in outcome.out


def test_other_sources_of_what_is_shared_are_noted(larger: Path, bench: Bench) -> None:
    header = larger.parent.parent / "harness" / "include" / "vtb" / "map.h"
    rules = larger / "cells.ninja"
    flags = rules.read_text(encoding="utf-8").replace("flags = ", "flags = -DOTHER ", 1)
    with replaced(header, header.read_text(encoding="utf-8") + "\n/* another one */\n"):
        with replaced(rules, flags):
            outcome = bench.ok("compare-builds", str(BUILD), str(larger), *UNTIMED)
    words = " ".join(outcome.out.split())
    assert "B has other sources: map.h; if they mean something else there" in words
    assert "A has other sources" not in words
    assert "A and B are compiled by other flags" in words


def test_counts_without_times(bench: Bench) -> None:
    """What the environment says of how long is not meant where the command line says it."""
    outcome = bench.ok(
        *("compare-builds", str(BUILD), str(BUILD), *UNTIMED, "--method", "both"),
        *("--format", "csv"),
        VTB_TIME="20",
    )
    rows = list(csv.DictReader(io.StringIO(outcome.out)))
    assert {row["metric"] for row in rows} >= {"bytes_per_op", "allocs_per_op"}
    assert all(row["verdict"] == "same" and row["ratio"] == row["p"] == "" for row in rows)
    assert len({row["name"] for row in rows}) == 2


def test_what_differs_is_of_a_method(larger: Path, bench: Bench) -> None:
    outcome = bench.ok("compare-builds", str(BUILD), str(larger), *UNTIMED, "--method", "both")
    for way in ("glibc", "glibc async"):
        told = rf"^value_task on {way}: B/op is \S+ in A, \S+ in B\.$"
        assert re.search(told, outcome.out, re.M)


def test_all_strategies_and_heaps_that_are_asked_for(bench: Bench) -> None:
    """Also the empty loop, which consumes other values; what cannot be is left out."""
    wanted = ["--strategy", "empty,heap_task,value_task@atomic,arena_task"]
    found = strict_json(
        bench.ok(
            *("compare-builds", str(BUILD), str(BUILD), *UNTIMED, *wanted),
            *("--heap", "gengc,glibc", "--format", "json"),
        ).out
    )
    cases = {(case["strategy"], case["heap"]) for case in found["cases"]}
    assert ("heap_task", "gengc") in cases and ("empty", ONE_HEAP) in cases
    assert ("arena_task", "gengc") not in cases
    (skip,) = found["skipped"]
    assert (skip["strategy"], skip["without"]) == ("arena_task", "gengc")


def test_what_is_completed_by_a_thread(bench: Bench) -> None:
    """The variants that several threads may change stand for strategies, as in a run."""
    wanted = ["compare-builds", str(BUILD), str(BUILD), *UNTIMED, "--completer", "thread"]
    found = strict_json(bench.ok(*wanted, "--format", "json").out)
    assert [case["strategy"] for case in found["cases"]] == ["value_task@atomic"]
    outcome = bench(*wanted, "--strategy", "poll@checked")
    assert outcome.code == 2
    assert "nothing can be compared: left out is poll@checked, a completing thread: " in outcome.err


# --- times ---


def test_times_of_both_builds(bench: Bench) -> None:
    """Where nothing is said of sessions, there are many: each draws places of the code."""
    words = [*SMALL, "--rounds", "8", "--epoch-ms", "0.01"]
    found = strict_json(
        bench.ok("compare-builds", str(BUILD), str(BUILD), *words, "--format", "json").out
    )
    assert found["sessions_n"] == 40 and found["runs_n"] in (1, 2)
    (case,) = found["cases"]
    assert case["verdict"] in ("slower", "faster", "no slower", "not known yet")
    parts = [case.get(f"variance_{part}") for part in ("rounds", "session", "place")]
    assert all(part is None for part in parts) or all(part >= 0 for part in parts)


def test_a_strategy_of_a_user(bench: Bench) -> None:
    """Sessions, which are processes of their own, find it by its file."""
    mine = bench.directory / "mine.c"
    bench.ok("new", "strategy", str(mine))
    wanted = ["compare-builds", str(BUILD), str(BUILD), *TIMED, "--strategy", "./mine.c@checked"]
    found = strict_json(bench.ok(*wanted, "--format", "json").out)
    assert [case["strategy"] for case in found["cases"]] == ["mine@checked"]
    assert found["sessions_n"] == 5


def test_all_formats(bench: Bench) -> None:
    text = bench.ok("compare-builds", str(BUILD), str(BUILD), *TIMED).out
    assert text.startswith(f"A: {BUILD}\nB: {BUILD}\n\nANSWER  Of 1 case B is ")
    assert re.search(r"^value_task +glibc ", text, re.M)
    assert "counts, which are exact, 0 differ." in text
    rows = list(
        csv.DictReader(
            io.StringIO(
                bench.ok("compare-builds", str(BUILD), str(BUILD), *TIMED, "--format", "csv").out
            )
        )
    )
    times = [row for row in rows if row["metric"] == "ns_per_op"]
    assert [row["name"].split("/")[1] for row in times] == ["value_task"]
    markdown = bench.ok("compare-builds", str(BUILD), str(BUILD), *TIMED, "--format", "markdown")
    assert "| strategy" in markdown.out


# --- where the code lies ---


def functions_of(path: Path) -> tuple[list[str], int]:
    """The instructions of a cell, without addresses, and where the first function begins."""
    text = subprocess.run(
        ["objdump", "-d", "--no-show-raw-insn", str(path)],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    functions = re.split(r"^([0-9a-f]+) <(\w+)>:$", text, flags=re.M)
    starts = [int(address, 16) for address in functions[1::3]]
    names = functions[2::3]
    plain = []
    for name, body in zip(names, functions[3::3]):
        for line in body.splitlines():
            found = re.match(r"\s*[0-9a-f]+:\s+(\w+)", line)
            if found and name != "vtb_padding" and found[1] not in ("int3", "nop", "nopw", "xchg"):
                plain.append(f"{name} {found[1]}")
    return plain, max(starts)


def test_a_place_moves_code_and_changes_none(larger: Path, bench: Bench) -> None:
    bench.ok("compare-builds", str(larger), str(larger), *TIMED)
    files = {}
    for path in (larger / "cells").glob("value_task.user_cache.timing.padding*.so"):
        files[int(path.name.split("padding")[1].split(".")[0])] = path
    assert len(files) >= 4
    lines = sorted(files)
    first, first_at = functions_of(files[lines[0]])
    for line in lines[1:]:
        other, other_at = functions_of(files[line])
        assert other == first
        assert other_at - first_at == 64 * (line - lines[0])


# --- programs of their own ---


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installed copy, with a program of its own, whose value task is larger."""
    build = install(tmp_path_factory.mktemp("installed") / "prefix") / "lib" / "valuetask-bench"
    enlarge(build)
    return build


def test_programs_count_what_is_their_own(installed: Path, bench: Bench) -> None:
    found = strict_json(
        bench.ok(
            *("compare-builds", str(BUILD), str(installed), "--own-programs", *UNTIMED),
            *("--workload", "config_read", "--format", "json"),  # of which it has no cells yet
        ).out
    )
    counts = {count["metric"]: count for count in found["counts"]}
    assert counts["bytes_per_op"]["after"] > counts["bytes_per_op"]["before"]
    assert counts["allocs_per_op"]["after"] == counts["allocs_per_op"]["before"]
    assert found["runs_n"] == 0
    assert "its own program, which took turns" in found["notes"][0]


def test_programs_take_turns(installed: Path, bench: Bench) -> None:
    found = strict_json(
        bench.ok(
            *("compare-builds", str(BUILD), str(installed), "--own-programs", *TIMED),
            *("--format", "json"),
        ).out
    )
    (case,) = found["cases"]
    assert found["sessions_n"] == 5 and found["own_programs"]
    assert case["state"] in ("quiet", "busy", "any")
    assert not list(bench.results.glob("*")), "they have results of their own"


@pytest.mark.parametrize(
    ("options", "tables_n"),
    [
        (["--calls", "1000", "--hit-rate", "0.5,1"], 2),
        (["--cache", "lru:100", "--consumer", "both"], 2),
    ],
)
def test_programs_take_turns_in_all_tables(bench: Bench, options: list[str], tables_n: int) -> None:
    """Of cold starts, and where hits emerge; that there is one for each round is checked."""
    outcome = bench.ok("compare-builds", str(BUILD), str(BUILD), "--own-programs", *TIMED, *options)
    assert outcome.out.count("\nvalue_task ") == tables_n
    assert "hit rate 0.00000" not in outcome.out


def test_turns_are_not_for_users(bench: Bench) -> None:
    outcome = bench("run", "--rounds", "0", VTB_TURNS="0,1,numbers")
    assert outcome.code == 2
    assert "VTB_TURNS: is for programs that a comparison of two builds starts" in outcome.error
    outcome = bench(
        *("compare-builds", str(BUILD), str(BUILD), "--own-programs", *UNTIMED),
        VTB_CELLS=str(BUILD / "cells"),
    )
    assert outcome.code == 2
    assert "VTB_CELLS: two builds' own programs have cells of their own" in outcome.error


def test_a_gate_has_programs_take_turns(bench: Bench) -> None:
    outcome = bench.ok(
        *("gate", "--against", str(BUILD), "--own-programs", *UNTIMED, "--format", "json"),
    )
    found = strict_json(outcome.out)
    assert {check["verdict"] for check in found["checks"]} >= {"same"}
    assert any("its own program" in note for note in found["notes"])
    outcome = bench("gate", "--baseline", "b.json", "--own-programs")
    assert outcome.code == 2
    assert "--own-programs is of a gate with --against" in outcome.error


def test_a_program_that_takes_no_turns_is_named(installed: Path, bench: Bench) -> None:
    program = installed.parent.parent / "bin" / "run_bench"
    aside = program.with_name("aside")
    program.rename(aside)
    program.write_text("#!/bin/sh\n", encoding="utf-8")
    program.chmod(0o755)
    try:
        outcome = bench("compare-builds", str(BUILD), str(installed), "--own-programs", *UNTIMED)
    finally:
        aside.replace(program)
    assert outcome.code == 2
    assert f"the program of '{installed}' is too old to take turns" in outcome.err
    assert f"{installed}: program-of-build.sh has no program to measure it by" in outcome.err


# --- the gate ---


def test_a_gate_against_a_build(larger: Path, bench: Bench) -> None:
    junit = bench.directory / "gate.xml"
    outcome = bench(
        *("gate", "--against", str(larger), "--strategy", "value_task", "--sessions", "1"),
        *("--epoch-ms", "0.01", "--time", "0.01", "--export-junit", str(junit), "--format", "json"),
        **{"VTB_SEED": "7", "VTB_HIT_RATE": "0.1"},
    )
    assert outcome.code == 0, outcome.err
    found = strict_json(outcome.out)
    assert found["baseline"] == str(larger)
    assert {"0.8"} == {re.search(r"hit_rate:([^/]+)", c["name"])[1] for c in found["checks"]}
    checks = {(c["heap"], c["metric"]): c for c in found["checks"] if c["metric"] != "ratio"}
    assert checks[ONE_HEAP, "bytes_per_op"]["verdict"] == "better"
    assert checks[ONE_HEAP, "allocs_per_op"]["verdict"] == "same"
    assert str(larger) in junit.read_text(encoding="utf-8")


def test_a_gate_of_counts_alone(larger: Path, bench: Bench) -> None:
    """Of the cases that are asked for. What collects is run without a clock, at one place of each
    edition, of which a build has two: no session draws others."""
    wanted = [*("--strategy", "poll", "--heap", "gengc", "--hit-rate", "0.5,0.9")]
    wanted += ["--workload", "user_cache", "--rounds", "0", "--keys", "1000", "--calls", "100001"]
    found = strict_json(
        bench.ok("gate", "--against", str(larger), *wanted, "--format", "json", VTB_TIME="20").out
    )
    rates = [re.search(r"hit_rate:([^/]+)", check["name"])[1] for check in found["checks"]]
    assert set(rates) == {"0.5", "0.9"}
    assert {check["heap"] for check in found["checks"]} == {"gengc"}
    assert {check["verdict"] for check in found["checks"]} == {"same"}
    assert "ratio" not in {check["metric"] for check in found["checks"]}
    assert "sessions" not in found and found["not_compared"] == []
    assert len(list((larger / "cells").glob("poll.*.padding*.so"))) == 2


def test_strategies_that_are_left_out(bench: Bench) -> None:
    words = ["compare-builds", str(BUILD), str(BUILD), *UNTIMED[2:], "--format", "json"]
    found = strict_json(bench.ok(*words, "--exclude-strategy", "heap_task").out)
    assert [case["strategy"] for case in found["cases"]] == ["value_task"]
    outcome = bench(*words, "--exclude-strategy", "heap_task,value_task")
    assert outcome.code == 2
    assert "--exclude-strategy leaves no strategy to compare" in outcome.error


def test_a_gate_has_one_thing_to_be_held_against(bench: Bench) -> None:
    outcome = bench("gate", "--against", str(BUILD), "--baseline", "b.json")
    assert outcome.code == 2
    assert "--baseline is of a gate with a baseline" in outcome.err


# --- revisions ---


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not shutil.which("git"):
        pytest.skip("there is no git")
    tree = copy_sources(tmp_path_factory.mktemp("revisions") / "tree")
    names = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"]
    for words in (["init", "-q"], ["add", "-A", "-f"], ["commit", "-q", "-m", "one"]):
        subprocess.run(["git", *names, *words], cwd=tree, check=True, env=clean_environment())
    return tree


def put_aside(tree: Path, cache: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", str(tree / "scripts" / "build-of-revision.sh"), *words],
        env=clean_environment(XDG_CACHE_HOME=str(cache)),
        capture_output=True,
        text=True,
        timeout=SLOW_S,
    )


def test_a_copy_that_is_no_repository_needs_no_git_to_say_so(tmp_path: Path) -> None:
    """As one that was installed, where git may be missing."""
    (tmp_path / "scripts").mkdir()
    shutil.copy(ROOT / "scripts" / "build-of-revision.sh", tmp_path / "scripts")
    tools = tmp_path / "tools"
    tools.mkdir()
    for tool in ["dirname", "readlink", "sh"]:
        (tools / tool).symlink_to(shutil.which(tool) or f"/usr/bin/{tool}")
    done = subprocess.run(
        [str(tools / "sh"), str(tmp_path / "scripts" / "build-of-revision.sh"), "v1"],
        env={"PATH": str(tools)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    assert "is no repository of git, so it has no revision 'v1'" in done.stderr


def test_a_revision_is_put_aside_once(repository: Path, tmp_path: Path) -> None:
    before = sorted(path.name for path in repository.iterdir())
    done = put_aside(repository, tmp_path, "HEAD")
    assert done.returncode == 0, done.stderr
    folder, commit = done.stdout.splitlines()
    assert Path(folder).is_relative_to(tmp_path / "valuetask-bench" / "revisions" / commit)
    made = (Path(folder) / "cells.ninja").stat().st_mtime_ns
    assert put_aside(repository, tmp_path, "HEAD").stdout == done.stdout
    assert (Path(folder) / "cells.ninja").stat().st_mtime_ns == made
    assert sorted(path.name for path in repository.iterdir()) == before


@pytest.mark.parametrize(
    ("words", "mention"),
    [([], "one revision is needed"), (["nosuch"], "'nosuch' is no revision")],
)
def test_what_is_no_revision(
    repository: Path, tmp_path: Path, words: list[str], mention: str
) -> None:
    done = put_aside(repository, tmp_path, *words)
    assert done.returncode == 2
    assert mention in done.stderr and done.stderr.count("\n") == 1


def test_a_cache_that_takes_nothing(repository: Path, tmp_path: Path) -> None:
    blocked = tmp_path / "blocked"
    blocked.write_text("", encoding="utf-8")
    done = put_aside(repository, blocked, "HEAD")
    assert done.returncode == 1
    assert f"nothing can be put into '{blocked}/valuetask-bench/revisions'" in done.stderr
    assert "set XDG_CACHE_HOME" in done.stderr and done.stderr.count("\n") == 1


def test_what_git_refuses_is_told(tmp_path: Path) -> None:
    if not shutil.which("git"):
        pytest.skip("there is no git")
    script = tmp_path / "tree" / "scripts" / "build-of-revision.sh"
    script.parent.mkdir(parents=True)
    shutil.copy(ROOT / "scripts" / "build-of-revision.sh", script)
    (script.parent.parent / ".git").write_text("gitdir: /nosuch\n", encoding="utf-8")
    done = put_aside(script.parent.parent, tmp_path, "HEAD")
    assert done.returncode == 2
    assert "there is no revision 'HEAD'; git says: fatal: " in done.stderr


def test_help_of_the_script() -> None:
    done = put_aside(ROOT, ROOT, "--help")
    assert done.returncode == 0 and done.stdout.startswith("Usage: ")
