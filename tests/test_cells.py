"""Cells are built when a run needs them: once, whoever starts, and whatever is in the way.

Each test has an installation of its own, of the program and the sources of the cells, and a cache
in which its cells are built. Its folders have names that a shell would take apart.
"""
from __future__ import annotations

import os
import pty
import re
import shutil
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from conftest import (
    BINARY,
    BUILD,
    COUNTED,
    HANG_S,
    ROOT,
    Outcome,
    clean_environment,
    parameters,
    processes_of,
    strategy_of,
    strict_json,
    wait_until,
)

# The strategies that every run has beside those that it names, in both passes.
REFERENCES = ["empty", "heap_task", "plain"]

# One cell of each of them, which counts; where the kind matters, also those that are timed, for the
# pressure pass.
PLAIN = ["--strategy", "plain", "--heap", "glibc", *COUNTED]
PLAIN_N = len(REFERENCES)
TIMED_TOO = ["--pressure", "page-faults"]


def own_strategy(name: str) -> str:
    """One that is there, with another name."""
    text = (ROOT / "impls" / "task_in_cache.c").read_text(encoding="utf-8")
    assert text.count("VTB_STRATEGY(task_in_cache)") == 1
    return text.replace("VTB_STRATEGY(task_in_cache)", f"VTB_STRATEGY({name})")


def own_workload(name: str) -> str:
    text = (ROOT / "workloads" / "user_cache.h").read_text(encoding="utf-8")
    assert text.count("VTB_WORKLOAD(user_cache)") == 1
    return text.replace("VTB_WORKLOAD(user_cache)", f"VTB_WORKLOAD({name})")


@dataclass
class Home:
    """An installation, its cache, and a folder to work in."""

    prefix: Path
    cache: Path
    work: Path

    @property
    def library(self) -> Path:
        return self.prefix / "lib" / "valuetask-bench"

    @property
    def results(self) -> Path:
        return self.work / "results"

    @property
    def compiler(self) -> Path:
        return self.prefix / "compiler"

    def environment(self, **twins: str) -> dict[str, str]:
        twins = {"VTB_RESULTS_DIR": str(self.results), **twins}
        return clean_environment(**{"XDG_CACHE_HOME": str(self.cache), **twins})

    def command(self, *arguments: str) -> list[str]:
        return [str(self.prefix / "bin" / "run_bench"), *arguments]

    def __call__(self, *arguments: str, **twins: str) -> Outcome:
        done = subprocess.run(
            self.command(*arguments),
            cwd=self.work,
            env=self.environment(**twins),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=HANG_S,
        )
        return Outcome(done.returncode, done.stdout, done.stderr, self.results)

    def ok(self, *arguments: str, **twins: str) -> Outcome:
        outcome = self(*arguments, **twins)
        assert outcome.code == 0, outcome.err
        return outcome

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """In a session of its own, so that all of it can be ended."""
        return subprocess.Popen(
            self.command(*arguments),
            cwd=self.work,
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    @property
    def folder(self) -> Path:
        (folder,) = (self.cache / "valuetask-bench").iterdir()
        return folder

    def files(self) -> dict[str, int]:
        """The cells that are there, and when each was built."""
        found = self.cache.glob("valuetask-bench/*/*.so")
        return {path.name: path.stat().st_mtime_ns for path in found}

    def built_nothing(self) -> bool:
        return not self.cache.exists()

    def compile_with(self, script: str) -> None:
        """A compiler that does something first; `$real` is the one that the build found."""
        rules = self.library / "cells.ninja"
        text = rules.read_text(encoding="utf-8")
        (line,) = re.findall(r"^c_compiler = .*$", text, re.MULTILINE)
        real = line.removeprefix("c_compiler = ")
        self.compiler.write_text(f"#!/bin/sh\nreal={real}\n{script}", encoding="utf-8")
        self.compiler.chmod(0o755)
        quoted = str(self.compiler).replace("'", "'\\''")
        rules.write_text(text.replace(line, f"c_compiler = '{quoted}'"), encoding="utf-8")
        toolchain = self.library / "cells.toolchain"
        _, *others = toolchain.read_text(encoding="utf-8").splitlines(keepends=True)
        toolchain.write_text("".join([f"{self.compiler}\n", *others]), encoding="utf-8")

    def note_compiled(self) -> Path:
        """Has a line written for each start of the compiler, with its arguments."""
        log = self.prefix / "compiled"
        self.compile_with('echo "$*" >>"${0%/*}/compiled"\nexec "$real" "$@"\n')
        return log

    def hold_compiler(self) -> Path:
        """Has the compiler wait as long as a file is there; and say so in the file beside it."""
        held = self.prefix / "held"
        held.touch()
        self.compile_with(
            'here=${0%/*}\n[ ! -e "$here/held" ] || echo started >>"$here/started"\n'
            'while [ -e "$here/held" ]; do sleep 0.05; done\nexec "$real" "$@"\n'
        )
        return held

    def wait_for_compiler(self) -> None:
        wait_until((self.prefix / "started").exists, "nothing is compiled")


def about_cells(outcome: Outcome) -> list[str]:
    """The lines of a run beside its results: about the cells it built, and about problems."""
    lines = outcome.lines
    return [line for line in lines if not line.startswith(("results: ", "run_bench: "))]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    if not Path("/proc/self/exe").exists():
        pytest.skip("where a program is installed is found by /proc, which is not mounted")
    home = Home(tmp_path / "program #1", tmp_path / "the $cache: 1", tmp_path / "work")
    (home.prefix / "bin").mkdir(parents=True)
    shutil.copy(BINARY, home.prefix / "bin")
    for folder in ["harness/include", "harness/cells/source", "impls", "workloads"]:
        shutil.copytree(ROOT / folder, home.library / folder)
    for file in ["cells.ninja", "cells.toolchain"]:
        shutil.copy(BUILD / file, home.library)
    rules = home.library / "cells.ninja"  # nothing is timed: in half the time
    text = re.sub(r" -O[12]\b", " -O0", rules.read_text(encoding="utf-8"))
    rules.write_text(text, encoding="utf-8")
    home.work.mkdir()
    return home


# --- once ---


def test_cells_are_built_once(home: Home) -> None:
    """With a line at the start and one at the end; and a second time nothing is said or built."""
    first = home.ok(*PLAIN, *TIMED_TOO)
    told = [line for line in first.lines if line.startswith("building ")]
    n = 2 * PLAIN_N
    assert re.fullmatch(rf"building {n} cells: \d of {n}", told[0])
    assert told[-1] == f"building {n} cells: {n} of {n}"
    files = home.files()
    assert set(files) == {
        f"{name}.user_cache.{a_pass}.so" for name in REFERENCES for a_pass in ["counting", "timing"]
    }
    second = home.ok(*PLAIN, *TIMED_TOO)
    assert about_cells(second) == []
    assert home.files() == files
    assert list(home.cache.glob("**/*.part")) == []


def test_another_run_builds_what_it_lacks(home: Home) -> None:
    home.ok(*PLAIN)
    files = home.files()
    outcome = home.ok("--strategy", "plain,poll", "--heap", "glibc", *COUNTED, *TIMED_TOO)
    n = PLAIN_N + 2
    assert f"building {n} cells: {n} of {n}" in outcome.lines
    added = {"poll.user_cache.counting.so"}
    added |= {f"{name}.user_cache.timing.so" for name in [*REFERENCES, "poll"]}
    assert home.files().keys() - files.keys() == added
    assert home.files().items() >= files.items()
    assert about_cells(home.ok(*PLAIN)) == []
    assert home.files().items() >= files.items()


def test_two_starts_at_once_build_each_cell_once(home: Home) -> None:
    log = home.note_compiled()
    started = [home.start(*PLAIN) for _ in range(2)]
    ends = [process.communicate(timeout=HANG_S) for process in started]
    assert [process.returncode for process in started] == [0, 0], ends
    outputs = re.findall(r" -o (\S+)", log.read_text(encoding="utf-8"))
    assert sorted(outputs) == sorted(f"{name}.part" for name in home.files())
    assert len(outputs) == PLAIN_N


@pytest.mark.parametrize("everything", [False, True], ids=["the program", "all of it"])
def test_killed_build_is_taken_up_again(home: Home, everything: bool) -> None:
    """The output of a compiler that outlives the program does no harm."""
    held = home.hold_compiler()
    process = home.start(*PLAIN)
    home.wait_for_compiler()
    if everything:
        os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.wait(HANG_S)
    held.unlink()
    process.communicate(timeout=HANG_S)
    home.ok(*PLAIN)
    assert len(home.files()) == PLAIN_N
    assert list(home.cache.glob("**/*.part")) == []
    wait_until(lambda: processes_of(process.pid) == [], "something is left running")
    assert about_cells(home.ok(*PLAIN)) == []


def test_interrupted_build_is_told_in_a_line(home: Home) -> None:
    held = home.hold_compiler()
    process = home.start(*PLAIN)
    home.wait_for_compiler()
    os.killpg(process.pid, signal.SIGINT)
    held.unlink()
    out, err = process.communicate(timeout=HANG_S)
    assert (process.returncode, out) == (130, "")
    lines = [line for line in err.splitlines() if line.startswith("run_bench: ")]
    assert len(lines) == 1 and "interrupted" in lines[0]
    home.ok(*PLAIN)


# --- when again ---


def test_changed_header_has_its_cells_built_again(home: Home) -> None:
    names = ["--strategy", "plain,heap_task_pooled", "--heap", "glibc", *COUNTED]
    home.ok(*names)
    files = home.files()
    header = home.library / "harness" / "include" / "vtb" / "pool.h"
    header.write_text(header.read_text(encoding="utf-8") + "/* Changed. */\n", encoding="utf-8")
    outcome = home.ok(*names)
    assert "building 1 cell: 1 of 1" in outcome.lines
    changed = {name for name, built in home.files().items() if files[name] != built}
    assert changed == {"heap_task_pooled.user_cache.counting.so"}


def test_changed_rules_have_all_cells_built_again(home: Home) -> None:
    """With flags that are others, cells of before are not mixed up with those of now."""
    home.ok(*PLAIN)
    rules = home.library / "cells.ninja"
    text = rules.read_text(encoding="utf-8")
    assert "\ntiming =\n" in text
    rules.write_text(text.replace("\ntiming =\n", "\ntiming = -fno-inline\n"), encoding="utf-8")
    assert f"building {PLAIN_N} cells: {PLAIN_N} of {PLAIN_N}" in home.ok(*PLAIN).lines


def test_compiler_that_is_another_one_has_all_cells_built_again(home: Home) -> None:
    """It was upgraded in place, where no name and no flag tells."""
    home.compile_with('exec "$real" "$@"\n')
    home.ok(*PLAIN)
    home.compiler.write_text(home.compiler.read_text(encoding="utf-8") + "# 2\n", encoding="utf-8")
    told = "the compiler is another one than before: cells are built again"
    outcome = home.ok(*PLAIN)
    assert outcome.lines.count(told) == 1
    assert f"building {PLAIN_N} cells: {PLAIN_N} of {PLAIN_N}" in outcome.lines
    assert about_cells(home.ok(*PLAIN)) == []


def test_baseline_is_of_what_compiles_cells_now(home: Home) -> None:
    """A baseline is of the compiler that compiles cells now, whatever compiled the program; if the
    compiler changed since, the baseline is of another toolchain.
    """
    newer = 'exec "$real" -U__GNUC_PATCHLEVEL__ -D__GNUC_PATCHLEVEL__=98 "$@"\n'
    home.compile_with(newer)
    home.ok(*PLAIN, "--save-baseline", "base.json")
    home.ok("gate", "--baseline", "base.json")
    home.compiler.write_text(home.compiler.read_text("utf-8").replace("98", "99"), "utf-8")
    outcome = home("gate", "--baseline", "base.json")
    assert outcome.code == 5
    assert re.search(r"compiler was '.*98', is '.*99'", outcome.err)


# --- what is in the way ---


def test_full_disk_is_told_in_a_line(home: Home) -> None:
    """Cells that were built before the disk was full are used when there is room again."""
    home.compile_with(
        'case "$*" in *counting*) echo "error: No space left on device" >&2; exit 1;; esac\n'
        'exec "$real" "$@"\n'
    )
    outcome = home(*PLAIN)
    assert (outcome.code, outcome.out) == (1, "")
    (line,) = [line for line in outcome.lines if not line.startswith("building ")]
    assert line.startswith("run_bench: no space left on the device of '")
    assert outcome.files() == []


def test_list_that_cannot_be_written_is_told_in_a_line(home: Home) -> None:
    home.ok(*PLAIN)
    (home.folder / "build.ninja").unlink()
    (home.folder / "build.ninja").symlink_to("/dev/full")
    home.ok(*PLAIN)  # nothing is to be built, and so nothing is written
    outcome = home("--strategy", "poll", "--heap", "glibc", *COUNTED)
    assert (outcome.code, outcome.out) == (1, "")
    assert outcome.error.endswith("build.ninja' cannot be written: No space left on device")


def test_no_place_to_build_in_is_told_in_a_line(home: Home) -> None:
    """So it is where nothing may be written to. Here a file stands in the way, which stops root as
    well.
    """
    home.cache.touch()
    outcome = home(*PLAIN)
    assert (outcome.code, outcome.out) == (1, "")
    assert "no place to build cells in" in outcome.error and "XDG_CACHE_HOME" in outcome.error


def test_installed_cells_are_used_as_they_are(home: Home) -> None:
    """Installed cells are not built again; those of another strategy are built into the cache."""
    home.ok(*PLAIN)
    shutil.copytree(home.folder, home.library / "cells")
    shutil.rmtree(home.cache)
    log = home.note_compiled()
    assert about_cells(home.ok(*PLAIN)) == []
    assert home.built_nothing() and not log.exists()
    home.cache.touch()  # a file, below which nothing can be made, a guest neither
    outcome = home.ok(*PLAIN, "--guest", str(ROOT / "tests" / "fixtures" / "guests" / "runs"))
    told = "there is no place to build it in: '.*/guests/runs-[0-9a-f]*': Not a directory; "
    told += "set XDG_CACHE_HOME to a folder that can be written to"
    assert re.search(f"Left out: guest runs: {told}", " ".join(outcome.out.split()))
    home.cache.unlink()
    home.ok("--strategy", "plain,poll", "--heap", "glibc", *COUNTED)
    assert set(home.files()) == {"poll.user_cache.counting.so"}


def test_build_names_the_files_wherever_they_are(home: Home) -> None:
    """So that whoever keeps them has these and no other."""
    home.ok("build", "--strategy", "plain", "--heap", "glibc")
    shutil.copytree(home.folder, home.library / "cells")
    shutil.rmtree(home.cache)
    chosen = ["--strategy", "sender", "--heap", "glibc"]
    said = strict_json(home.ok("build", *chosen, "--format", "json").out)
    assert (said["cells"], said["built_now"], said["folder"]) == (8, 2, str(home.folder))
    names = ["empty", "heap_task", "plain", "sender"]
    kinds = ["counting", "timing"]
    assert {Path(file).name for file in said["files"]} == {
        f"{name}.user_cache.{kind}.so" for name in names for kind in kinds
    }
    places = {Path(file).parent for file in said["files"] if "sender" not in file}
    assert places == {home.library / "cells"}
    assert all(Path(file).is_file() for file in said["files"])
    rows = home.ok("build", *chosen, "--format", "csv").out.split("\n")
    assert rows[:-1] == ["file", *said["files"]]


def tools_without(home: Home, missing: str) -> str:
    """A PATH with what a build starts, but for one of it."""
    folder = home.prefix / "tools"
    folder.mkdir()
    for tool in {"ninja", "sh", "mv"} - {missing}:
        found = shutil.which(tool)
        assert found, tool
        (folder / tool).symlink_to(found)
    return str(folder)


def without_ninja(home: Home) -> dict[str, str]:
    return {"PATH": tools_without(home, "ninja")}


def without_compiler(home: Home) -> dict[str, str]:
    home.compiler.unlink()
    return {}


@pytest.mark.parametrize("lose", [without_ninja, without_compiler], ids=["ninja", "compiler"])
def test_cells_are_used_without_what_builds_them(home: Home, lose: object) -> None:
    """Without ninja or a compiler a cell that is not there cannot be made."""
    home.compile_with('exec "$real" "$@"\n')
    home.ok(*PLAIN)
    files = home.files()
    source = home.library / "impls" / "plain.c"
    source.write_text(source.read_text(encoding="utf-8") + "/* Changed. */\n", encoding="utf-8")
    environment = lose(home)  # type: ignore[operator]
    tool = "ninja" if environment else str(home.compiler)
    outcome = home.ok(*PLAIN, **environment)
    warning = f"warning: there is no {tool}: cells are used as they are, whatever changed since"
    assert outcome.err.splitlines().count(warning) == 1
    assert home.files() == files
    outcome = home("--strategy", "plain,poll", "--heap", "glibc", *COUNTED, **environment)
    assert (outcome.code, outcome.out) == (1, "")
    assert "poll.user_cache." in outcome.error and "cannot be built without" in outcome.error
    assert f"warning: there is no {tool}: " in outcome.err


@pytest.mark.parametrize("lose", [without_ninja, without_compiler], ids=["ninja", "compiler"])
@pytest.mark.parametrize("file", ["my_future.c", "my_workload.h"])
def test_an_own_file_that_changed_is_not_measured_under_its_new_digest(
    home: Home, lose: object, file: str
) -> None:
    home.compile_with('exec "$real" "$@"\n')
    path = Path(shutil.copy(ROOT / "harness" / "templates" / file, home.work))
    own = ["--workload", str(path), "--strategy", "plain"]
    asked = own if path.suffix == ".h" else ["--strategy", str(path)]
    run = [*asked, "--heap", "glibc", *COUNTED]
    home.ok(*run)
    environment = lose(home)  # type: ignore[operator]
    home.ok(*run, **environment)
    path.write_text(path.read_text(encoding="utf-8") + "/* Changed. */\n", encoding="utf-8")
    outcome = home(*run, **environment)
    assert (outcome.code, outcome.out) == (1, "")
    assert f"'{path}' changed since it was compiled" in outcome.err


def rule_of(outcome: Outcome) -> str:
    fingerprint = strict_json(outcome.out)["context"]["fingerprint"]
    (rule,) = re.findall(r"; rule (\w+);", fingerprint)
    return rule


def test_the_rule_in_the_fingerprint_is_that_of_the_cells(home: Home) -> None:
    """The fingerprint has the rule that the cells were built by, not a newer one by which nothing
    can be built.
    """
    counted = [*PLAIN, "--format", "json"]
    before = rule_of(home.ok(*counted))
    rules = home.library / "cells.ninja"
    text = rules.read_text(encoding="utf-8")
    assert len(before) == 12 and "\ntiming =" in text
    rules.write_text(text.replace("\ntiming =", "\ntiming = -DVTB_OTHERWISE"), encoding="utf-8")
    folder = home.folder
    assert rule_of(home.ok(*counted, VTB_CELLS=str(folder))) == before
    assert rule_of(home.ok(*counted)) not in (before, "unknown", "several")


@pytest.mark.parametrize("own", [False, True], ids=["a strategy of ours", "a header of one's own"])
def test_a_source_that_becomes_another_with_an_older_date(home: Home, own: bool) -> None:
    """As by cp -p, or by an archive that is unpacked: it is compiled again, once."""
    source = home.library / "impls" / "plain.c"
    run = PLAIN
    if own:
        source = home.work / "extra.h"
        source.write_text("", encoding="utf-8")
        path = home.work / "mine.c"
        path.write_text('#include "extra.h"\n' + own_strategy("mine"), encoding="utf-8")
        run = ["--strategy", str(path), "--heap", "glibc", *COUNTED]
    home.ok(*run)
    before = home.files()
    assert home.ok(*run).err.count("building") == 0 and home.files() == before
    source.write_text(source.read_text(encoding="utf-8") + "/* Changed. */\n", encoding="utf-8")
    os.utime(source, (1, 1))
    home.ok(*run)
    name = "mine-" if own else "plain."
    after = home.files()
    changed = {cell for cell in before if after[cell] != before[cell]}
    assert changed == {cell for cell in before if cell.startswith(name)} != set()
    assert about_cells(home.ok(*run)) == [] and home.files() == after


def test_workers_of_a_run_build_nothing(home: Home) -> None:
    """They are told where its cells are, and use them as they are."""
    home.ok(*PLAIN)
    folder = home.folder.rename(home.prefix / "cells of the run")
    shutil.rmtree(home.cache)
    source = home.library / "impls" / "plain.c"
    source.write_text(source.read_text(encoding="utf-8") + "/* Changed. */\n", encoding="utf-8")
    before = {path: path.stat().st_mtime_ns for path in folder.iterdir()}
    outcome = home.ok(*PLAIN, VTB_CELLS=str(folder))
    assert about_cells(outcome) == []
    assert {path: path.stat().st_mtime_ns for path in folder.iterdir()} == before
    assert home.built_nothing()
    assert home("--strategy", "poll", *COUNTED, VTB_CELLS=str(folder)).code == 1
    assert home.built_nothing()


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["list"], 0),
        (["list", "--format", "json"], 0),
        (["--help"], 0),
        (["--version"], 0),
        (["--dry-run"], 0),
        (["--hit-rate", "2"], 2),
        (["--strategy", "nosuch"], 2),
        (["--payload", "0"], 2),
        (["--pin", "nosuch"], 2),
        (["--trace", "nosuch"], 2),
        (["gate", "--baseline", "nosuch.json"], 5),
        (["compare", "nosuch.json", "nosuch.json"], 2),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_what_measures_nothing_builds_nothing(home: Home, arguments: list[str], code: int) -> None:
    outcome = home(*arguments)
    assert home.built_nothing(), outcome.err
    assert outcome.code == code, outcome.err


def test_plan_says_what_has_to_be_built(home: Home) -> None:
    assert f"{PLAIN_N} cells have to be built first" in home.ok("--dry-run", *PLAIN).out
    assert home.built_nothing()
    home.ok(*PLAIN)
    assert "have to be built" not in home.ok("--dry-run", *PLAIN).out


# --- what a user brings ---


@pytest.mark.parametrize("folder", ['a "quoted" one', "back\\slash"])
def test_folder_that_no_include_can_name_is_refused(home: Home, folder: str) -> None:
    path = home.work / folder / "mine.c"
    path.parent.mkdir()
    path.write_text(own_strategy("mine"), encoding="utf-8")
    outcome = home("--strategy", f"./{folder}/mine.c", "--heap", "glibc", *COUNTED)
    assert (outcome.code, outcome.out) == (2, "")
    assert "a name that no #include can have" in outcome.error


def test_own_strategy_is_run_from_any_folder(home: Home) -> None:
    """It is built again when it changed, and else is not. An apostrophe in the name of a dependency
    is too much for ninja, which then builds it every time.
    """
    for folder in ["own", "with space", "it's $HOME", "a:b", "100% #1"]:
        path = home.work / folder / "mine.c"
        path.parent.mkdir()
        path.write_text(own_strategy("mine"), encoding="utf-8")
        arguments = ["--strategy", f"./{folder}/mine.c", "--heap", "glibc", *COUNTED]
        rows = home.ok(*arguments, "--format", "json").rows
        assert {strategy_of(row) for row in rows} == {*REFERENCES, "mine"}, folder
        assert about_cells(home.ok(*arguments)) == [] or "'" in folder, folder
        path.write_text(own_strategy("mine") + "/* Changed. */\n", encoding="utf-8")
        assert "building 1 cell: 1 of 1" in home.ok(*arguments).lines, folder


def test_own_strategy_and_workload_together(home: Home) -> None:
    """With a variant, by a name that two files have, each in its folder."""
    for folder in ["first", "second"]:
        (home.work / folder).mkdir()
        (home.work / folder / "mine.c").write_text(own_strategy("mine"), encoding="utf-8")
    (home.work / "keys.h").write_text(own_workload("keys"), encoding="utf-8")
    for folder in ["first", "second"]:
        names = ["--strategy", f"{folder}/mine.c@checked", "--workload", "keys.h"]
        outcome = home.ok(*names, "--heap", "glibc", *COUNTED, "--format", "json")
        found = {tuple(row["run_name"].split("/")[:2]) for row in outcome.rows}
        assert ("keys", "mine@checked") in found
    names = [name for name in home.files() if name.startswith("mine-") and ".counting" in name]
    assert len(names) == 2


@pytest.mark.parametrize("option", ["--strategy", "--baseline-strategy"])
def test_variant_that_an_own_strategy_has_not_is_refused(home: Home, option: str) -> None:
    """A strategy that never suspends has no checks. That is known once its metadata were compiled.
    """
    text = (ROOT / "impls" / "plain.c").read_text(encoding="utf-8")
    text = text.replace("VTB_STRATEGY(plain)", "VTB_STRATEGY(mine)")
    (home.work / "mine.c").write_text(text, encoding="utf-8")
    outcome = home(option, "mine.c@checked", "--heap", "glibc", *COUNTED)
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.error.startswith(f"run_bench: {option}: 'mine@checked'")


@pytest.mark.parametrize(
    ("option", "file", "text"),
    [
        ("--strategy", "mine.c", own_strategy("mine") + "nonsense\n"),
        ("--strategy", "mine.c", own_strategy("other")),
        ("--strategy", "mine.c", "\n"),
        ("--strategy", "mine.cc", own_strategy("mine") + "nonsense\n"),
        ("--workload", "keys.h", own_workload("keys") + "nonsense\n"),
        ("--workload", "keys.h", own_workload("other")),
        ("--workload", "keys.h", "\n"),
        ("--workload", "keys.h", own_workload("keys").replace("vtb_consume(", "vtb_eat(")),
    ],
    ids=[
        *["error", "another entry", "empty", "error in C++"],
        *["error in a workload", "another workload's entry", "empty workload", "lacks a function"],
    ],
)
def test_own_file_that_does_not_compile_is_named(
    home: Home, option: str, file: str, text: str
) -> None:
    """In the first line; what the compiler says follows, and nothing is measured."""
    (home.work / file).write_text(text, encoding="utf-8")
    outcome = home(option, file, "--heap", "glibc", *COUNTED)
    assert (outcome.code, outcome.out) == (2, "")
    lines = [line for line in outcome.lines if not line.startswith("building ")]
    start = f"run_bench: '{file}' does not compile:"
    if "(other)" in text:
        entry = f"VTB_{option.removeprefix('--').upper()}({file.partition('.')[0]})"
        assert lines[0] == f"{start} it has no {entry}, by the file's name:"
    else:
        assert lines[0] == start
    assert any("error: " in line for line in lines[1:])
    assert [line for line in lines if "run_bench: " in line] == lines[:1]
    assert not any("ninja" in line or " -o " in line for line in lines)
    assert outcome.files() == []


@pytest.mark.parametrize(
    ("option", "file", "told"),
    [
        ("--strategy", "./mine.txt", "ends in .c or .cc"),
        ("--strategy", "mine.h", "ends in .c or .cc"),
        ("--strategy", "./mine", "ends in .c or .cc"),
        ("--strategy", "./mine.c.c", "lower-case"),
        ("--strategy", "nosuch.c", "No such file"),
        ("--strategy", "./no/such.c", "No such file"),
        ("--strategy", "folder.c", "is no file"),
        ("--strategy", "plain.c", "the name of another one (impls/plain.c)"),
        ("--strategy", "Mine.c", "lower-case"),
        ("--strategy", "9mine.c", "lower-case"),
        ("--strategy", "mi-ne.c", "lower-case"),
        ("--strategy", "mine.c@nosuch", "unknown variant"),
        ("--strategy", "./", "ends in .c or .cc"),
        ("--workload", "mine.c", "ends in .h"),
        ("--workload", "nosuch.h", "No such file"),
        ("--workload", "user_cache.h", "the name of another one (workloads/user_cache.h)"),
        ("--workload", "payload.h", "No such file"),
        ("--workload", "Mine.h", "lower-case"),
        ("--workload", "mine.h@checked", "ends in .h"),
    ],
)
def test_own_file_that_is_none_is_refused(home: Home, option: str, file: str, told: str) -> None:
    for name in ["mine.txt", "mine", "mine.c.c", "plain.c", "Mine.c", "9mine.c", "mi-ne.c"]:
        (home.work / name).write_text(own_strategy("mine"), encoding="utf-8")
    for name in ["mine.c", "mine.h", "user_cache.h", "Mine.h"]:
        (home.work / name).write_text(own_workload("mine"), encoding="utf-8")
    (home.work / "folder.c").mkdir()
    outcome = home(option, file, *COUNTED)
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.error.startswith(f"run_bench: {option}: '{file.removesuffix('@nosuch')}")
    assert told in outcome.error
    assert home.built_nothing()


def test_entry_of_the_installation_may_be_named_by_its_file(home: Home) -> None:
    """That is the entry itself, with its cells."""
    path = home.library / "impls" / "plain.c"
    outcome = home.ok("--strategy", str(path), "--heap", "glibc", *COUNTED, "--format", "json")
    assert {strategy_of(row) for row in outcome.rows} == set(REFERENCES)
    assert about_cells(home.ok(*PLAIN)) == []


def test_any_size_of_the_payload(home: Home) -> None:
    """One that no list has."""
    names = ["--payload", "48", "--strategy", "plain", "--heap", "glibc"]
    outcome = home.ok(*names, *COUNTED, "--format", "json")
    assert {parameters(row["run_name"])["workload"] for row in outcome.rows} == {"payload_48"}
    files = set(home.files())
    assert "plain.payload_48.counting.so" in files
    by_name = ["--workload", "payload_48", *names[2:], *COUNTED]
    assert about_cells(home.ok(*by_name)) == []
    assert set(home.files()) == files


# --- progress ---


def on_a_terminal(home: Home, *arguments: str) -> tuple[int, str]:
    """The status, and what is shown."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        home.command(*arguments),
        cwd=home.work,
        env=home.environment(TERM="xterm"),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=theirs,
    )
    os.close(theirs)
    shown = b""
    try:
        while part := os.read(ours, 4096):
            shown += part
    except OSError:  # the other end is closed
        pass
    os.close(ours)
    process.communicate(timeout=HANG_S)
    return process.returncode, shown.decode()


def test_progress_is_wiped_before_an_error_is_told(home: Home) -> None:
    text = own_workload("keys").replace("vtb_consume(", "vtb_eat(")
    (home.work / "keys.h").write_text(text, encoding="utf-8")
    code, text = on_a_terminal(home, "--workload", "keys.h", "--heap", "glibc", *COUNTED)
    assert code == 2
    bar = r"\] building \d+ cells?: \d+ of \d+ \x1b\[K"
    assert re.search(bar + r"\r\x1b\[Krun_bench: 'keys.h' ", text)


def test_progress_on_a_terminal_is_a_bar(home: Home) -> None:
    """Drawn over and over in one line, which is wiped at the end."""
    code, text = on_a_terminal(home, *PLAIN)
    assert code == 0, text
    bars = re.findall(r"\r\[(#*) *\] building (\d+) cells: (\d+) of (\d+) \x1b\[K", text)
    assert bars and all(all_n == str(PLAIN_N) for _, _, _, all_n in bars)
    dones = [int(done) for _, _, done, _ in bars]
    assert dones == sorted(set(dones)) and dones[0] == 1
    assert [len(bar) for bar, *_ in bars] == [done * 30 // PLAIN_N for done in dones]
    assert text.count("\r\x1b[K") >= 1
    assert "building" not in re.sub(r"\r[^\r]*\x1b\[K", "", text)
