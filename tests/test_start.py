"""The launcher where nothing can be built: what is there runs."""
from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import Iterator

import pytest

from conftest import BINARY, HASTY, SLOW_S, Bench, clean_environment, replaced


def tools(directory: Path, *names: str) -> str:
    """A PATH with these alone."""
    directory.mkdir()
    for name in names:
        found = shutil.which(name)
        assert found, name
        (directory / name).symlink_to(found)
    return str(directory)


def start(
    tree: Path, *arguments: str, cwd: Path, **environment: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(tree / "run_bench"), *arguments],
        cwd=cwd,
        env=clean_environment(**environment),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=SLOW_S,
    )


@pytest.fixture
def built(source_copy: Path, tmp_path: Path) -> Path:
    assert start(source_copy, "list", cwd=tmp_path).returncode == 0
    return source_copy


@pytest.fixture
def changed(built: Path) -> Path:
    """A source of the program that is newer than it."""
    source = built / "harness" / "main.c"
    os.utime(source)
    return source


def test_without_tools_what_is_built_runs(built: Path, tmp_path: Path) -> None:
    path = tools(tmp_path / "tools", "sh", "find")
    done = start(built, "list", cwd=tmp_path, PATH=path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "glibc" in done.stdout


def test_without_tools_a_changed_source_is_told(
    built: Path, changed: Path, tmp_path: Path
) -> None:
    path = tools(tmp_path / "tools", "sh", "find")
    done = start(built, "list", cwd=tmp_path, PATH=path)
    assert done.returncode == 0
    (note,) = done.stderr.splitlines()
    assert note.startswith("note: ") and "cmake is needed to build" in note
    assert start(built, "list", cwd=tmp_path).stderr == ""
    assert start(built, "list", cwd=tmp_path, PATH=path).stderr == ""


def test_an_unchanged_start_asks_no_build_tool(built: Path, tmp_path: Path) -> None:
    path = tools(tmp_path / "tools", "sh", "find")
    log = tmp_path / "log"
    for tool in ["cmake", "ninja"]:
        stub = tmp_path / "tools" / tool
        stub.write_text(f"#!/bin/sh\necho {tool} >>'{log}'\n", encoding="utf-8")
        stub.chmod(0o755)
    start(built, "list", cwd=tmp_path)
    done = start(built, "list", cwd=tmp_path, PATH=path)
    assert (done.returncode, done.stderr) == (0, "")
    assert not log.exists(), log.read_text()


def entries_of(folder: Path) -> list[Path]:
    return [path for path in [folder, *folder.rglob("*")] if not path.is_symlink()]


@contextmanager
def as_another_user(tree: Path, cwd: Path) -> Iterator[dict[str, int]]:
    """What makes a process that of a user who may read a tree, and write nowhere in it: another
    one or, where only root could become one, this one without the right to.
    """
    is_root = os.geteuid() == 0
    build = tree / "build"
    above = [path for path in tree.parents if is_root and not path.stat().st_mode & 0o001]
    modes = {path: path.stat().st_mode for path in [*above, *entries_of(tree)]}

    def open_up(path: Path) -> None:
        mode = modes[path]
        readable = mode | (0o555 if path.is_dir() else 0o444 | mode >> 6 & 0o111)
        path.chmod(mode | 0o011 if path in above else readable if is_root else readable & 0o555)

    try:
        for path in modes:
            if build not in [path, *path.parents]:
                open_up(path)
        assert start(tree, "list", cwd=cwd).returncode == 0  # which sees that the sources changed
        for path in modes:
            if build in [path, *path.parents]:
                open_up(path)
        yield {"user": 65534, "group": 65534} if is_root else {}
    finally:
        for path, mode in modes.items():
            path.chmod(mode)


def test_another_user_runs_what_is_built(built: Path, tmp_path: Path) -> None:
    """With cells of that user's own where they are not built, and a note if it is stale."""
    counted = ["--rounds", "0", "--calls", "1000", "--heap", "glibc", "--strategy", "plain"]
    own = Path(tempfile.mkdtemp(prefix="vtb-user-"))
    try:
        own.chmod(0o777)
        environment = clean_environment(HOME=str(own), XDG_CACHE_HOME="", TMPDIR=str(own))
        with as_another_user(built, tmp_path) as user:

            def run(*arguments: str) -> subprocess.CompletedProcess[str]:
                return subprocess.run(
                    [str(built / "run_bench"), *arguments],
                    cwd=own,
                    env=environment,
                    stdin=subprocess.DEVNULL,
                    capture_output=True,
                    text=True,
                    timeout=SLOW_S,
                    **user,  # type: ignore[call-overload]
                )

            done = run("list")
            assert (done.returncode, done.stderr) == (0, "")
            done = run(*counted)
            assert done.returncode == 0, done.stderr
            assert "note: " not in done.stderr
            assert len(list((own / "results").glob("run-*.json"))) == 1
            os.utime(built / "harness" / "main.c")
            (note,) = run("list").stderr.splitlines()
            assert note.startswith("note: the sources changed since") and "written to" in note
    finally:
        shutil.rmtree(own)


def without_proc() -> list[str]:
    """The start of a command line that finds neither /proc nor /sys."""
    hidden = "mount -t tmpfs none /proc && mount -t tmpfs none /sys && exec \"$@\""
    inside = ["unshare", "-rm", "sh", "-c", hidden, "sh"]
    if subprocess.run([*inside, "true"], capture_output=True).returncode != 0:
        pytest.skip("no file system may be mounted here, not even in a namespace of its own")
    return inside


@pytest.mark.parametrize(
    "arguments",
    [
        ["list"],
        ["--dry-run", "--hit-rate", "0.5,0.8", "--strategy", "plain", "--heap", "glibc"],
        [*HASTY, "--calls", "10", "--strategy", "plain", "--heap", "glibc"],
        [*HASTY, "--calls", "200k", "--strategy", "plain", "--heap", "gengc"],
        ["misuse", "--strategy", "poll"],
        ["doctor", "--time", "0.01"],
    ],
)
def test_without_proc_and_sys_it_runs(bench: Bench, arguments: list[str]) -> None:
    """With the program found by its name: a relative path, here."""
    bench.ok("build", "--strategy", "plain", "--heap", "glibc,gengc")
    name = os.path.relpath(BINARY, bench.directory)
    done = subprocess.run(
        [*without_proc(), name, *arguments],
        cwd=bench.directory,
        env=bench.environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=SLOW_S,
    )
    assert done.returncode == 0, done.stderr
    assert not list(Path("/tmp").glob(".vtb-cells.*"))


READ_ONLY = 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && exec "$@"'


def with_read_only(folder: Path) -> list[str]:
    """The start of a command line by which nothing in a folder can be written to."""
    inside = ["unshare", "-rm", "sh", "-c", READ_ONLY, str(folder)]
    if subprocess.run([*inside, "true"], capture_output=True).returncode != 0:
        pytest.skip("no file system may be mounted here, not even in a namespace of its own")
    return inside


def test_a_checkout_that_is_read_only_runs_what_is_built(built: Path, tmp_path: Path) -> None:
    """The user's home, and so the cache, is read-only too. Results go to the folder that the user
    is in.
    """
    counted = ["--rounds", "0", "--calls", "1000", "--heap", "glibc", "--consumer", "independent"]
    elsewhere = str(tmp_path / "results")
    assert start(built, *counted, cwd=tmp_path, VTB_RESULTS_DIR=elsewhere).returncode == 0
    inside = with_read_only(built)

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*inside, str(built / "run_bench"), *arguments],
            cwd=own,
            env=clean_environment(HOME=str(built), XDG_CACHE_HOME=""),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=SLOW_S,
        )

    own = tmp_path / "own"
    own.mkdir()
    done = run(*counted)
    assert done.returncode == 0, done.stderr
    assert "note: " not in done.stderr
    assert len(list((own / "results").glob("run-*.json"))) == 1
    missing = run(*counted, "--strategy", "heap_task@atomic", "--method", "async")
    assert missing.returncode == 1
    assert "is not there" in missing.stderr and "XDG_CACHE_HOME" in missing.stderr


def test_cells_that_are_another_users_are_not_used(built: Path, tmp_path: Path) -> None:
    """So it is when root has installed from a build, and its sources change afterwards."""
    counted = ["--rounds", "0", "--calls", "1000", "--heap", "glibc", "--strategy", "plain"]
    results = {"VTB_RESULTS_DIR": str(tmp_path / "results")}
    assert start(built, *counted, cwd=tmp_path, **results).returncode == 0
    inside = with_read_only(built / "build" / "release" / "cells")
    source = built / "impls" / "plain.c"
    text = source.read_text(encoding="utf-8")
    with replaced(source, text + "/* Changed. */\n"):
        done = subprocess.run(
            [*inside, str(built / "run_bench"), *counted],
            cwd=tmp_path,
            env=clean_environment(XDG_CACHE_HOME=str(tmp_path / "cache"), **results),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=SLOW_S,
        )
    assert done.returncode == 0, done.stderr
    cells = {path.name for path in (tmp_path / "cache").glob("valuetask-bench/*/*.so")}
    assert "plain.user_cache.counting.so" in cells


@pytest.mark.long
def test_a_checkout_that_was_moved_is_built_again(built: Path, tmp_path: Path) -> None:
    """With its build, which knows where the sources were."""
    moved = built.parent / "moved"
    built.rename(moved)
    try:
        counted = ["--rounds", "0", "--calls", "1000", "--heap", "glibc", "--strategy", "plain"]
        done = start(moved, *counted, cwd=tmp_path, VTB_RESULTS_DIR=str(tmp_path))
        assert done.returncode == 0, done.stderr
    finally:
        moved.rename(built)
