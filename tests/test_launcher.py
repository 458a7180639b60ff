"""The launcher: builds when there is something to build, and otherwise is not noticed."""
from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from conftest import (
    BINARY,
    COPIED_STRATEGIES,
    COUNTED,
    LAUNCHER,
    SLOW_S,
    Bench,
    clean_environment,
    replaced,
    strategy_of,
    strict_json,
)


WAITING = "waiting for another build of the program ..."


def launch(
    path: Path | str, *arguments: str, cwd: Path, **environment: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(path), *arguments],
        cwd=cwd,
        env=clean_environment(**environment),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=SLOW_S,
    )


def test_silent_when_there_is_nothing_to_build(tmp_path: Path) -> None:
    done = launch(LAUNCHER, "list", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    direct = subprocess.run([str(BINARY), "list"], env=clean_environment(), capture_output=True)
    assert done.stdout.encode() == direct.stdout
    assert list(tmp_path.iterdir()) == []


def test_runs_from_any_directory_by_a_relative_path(tmp_path: Path) -> None:
    relative = os.path.relpath(LAUNCHER, tmp_path)
    assert launch(relative, "--version", cwd=tmp_path).returncode == 0


def test_runs_through_links(tmp_path: Path) -> None:
    """On somebody's PATH, say, and by way of a second link."""
    (tmp_path / "first").symlink_to(LAUNCHER)
    (tmp_path / "second").symlink_to("first")
    for link in ["./first", "./second"]:
        done = launch(link, "list", cwd=tmp_path)
        assert (done.returncode, done.stderr) == (0, "")
    path = f"{tmp_path}:{os.environ['PATH']}"
    assert launch("second", "--version", cwd=Path("/"), PATH=path).returncode == 0


def test_arguments_arrive_as_they_are(tmp_path: Path) -> None:
    done = launch(LAUNCHER, "--hit-rate", "0.5 * $HOME", cwd=tmp_path)
    assert "'0.5 * $HOME'" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "code"),
    [(["list"], 0), (["--export-json", "missing/x"], 1), (["--hit-rate", "2"], 2)],
)
def test_exit_status_is_passed_through(bench: Bench, arguments: list[str], code: int) -> None:
    done = launch(LAUNCHER, *arguments, cwd=bench.directory, VTB_RESULTS_DIR=str(bench.results))
    assert done.returncode == code


def test_results_directory_of_the_environment_and_of_an_option(bench: Bench) -> None:
    twin = {"VTB_RESULTS_DIR": str(bench.results)}
    done = launch(LAUNCHER, *COUNTED, cwd=bench.directory, **twin)
    assert done.returncode == 0, done.stderr
    assert len(list(bench.results.glob("run-*.json"))) == 1
    option = ["--results-dir", "elsewhere"]
    done = launch(LAUNCHER, *COUNTED, *option, cwd=bench.directory, **twin)
    assert done.returncode == 0, done.stderr
    assert len(list((bench.directory / "elsewhere").glob("run-*.json"))) == 1
    assert len(list(bench.results.glob("run-*.json"))) == 1


def test_first_use_builds_and_keeps_results_beside_itself(
    source_copy: Path, tmp_path: Path
) -> None:
    """Progress of the build goes to standard error; standard output is data from the start."""
    launcher = source_copy / "run_bench"
    binary = source_copy / "build" / "release" / "run_bench"
    binary.unlink(missing_ok=True)
    done = launch(launcher, *COUNTED, "--format", "json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "run_bench" in done.stderr
    rows = strict_json(done.stdout)["benchmarks"]
    assert sorted({strategy_of(row) for row in rows}) == COPIED_STRATEGIES
    (result_file,) = (source_copy / "results").glob("run-*.json")
    assert result_file.read_text(encoding="utf-8") == done.stdout
    assert list(tmp_path.iterdir()) == []
    for path in (source_copy / "results").iterdir():
        path.unlink()


def test_changed_source_is_built_before_it_runs(source_copy: Path, tmp_path: Path) -> None:
    launcher = source_copy / "run_bench"
    assert launch(launcher, "--version", cwd=tmp_path).returncode == 0
    source = source_copy / "heaps" / "glibc.c"
    before = source.read_text(encoding="utf-8")
    with replaced(source, before.replace("malloc of the C library", "changed")):
        done = launch(launcher, "list", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "changed" in done.stdout
    assert "changed" not in launch(launcher, "list", cwd=tmp_path).stdout


def test_failed_build_is_told_and_nothing_runs(source_copy: Path, tmp_path: Path) -> None:
    launcher = source_copy / "run_bench"
    assert launch(launcher, "--version", cwd=tmp_path).returncode == 0
    source = source_copy / "heaps" / "glibc.c"
    before = source.read_text(encoding="utf-8")
    with replaced(source, before + "\nnonsense\n"):
        done = launch(launcher, "list", cwd=tmp_path)
    assert done.returncode == 1
    assert "glibc.c" in done.stderr and "nonsense" in done.stderr
    assert done.stderr.splitlines()[-1] == "run_bench: the build failed"
    assert done.stdout == ""


def test_two_launchers_at_a_time_build_once(source_copy: Path, tmp_path: Path) -> None:
    """The second waits for the first one's build, and both run."""
    launcher = source_copy / "run_bench"
    assert launch(launcher, "--version", cwd=tmp_path).returncode == 0
    (source_copy / "harness" / "main.c").touch()
    started = [
        subprocess.Popen(
            [str(launcher), "list"],
            cwd=tmp_path,
            env=clean_environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for _ in range(2)
    ]
    ends = [process.communicate(timeout=SLOW_S) for process in started]
    assert [process.returncode for process in started] == [0, 0]
    assert {err for _, err in ends} <= {b"", f"{WAITING}\n".encode()}
    assert ends[0][0] == ends[1][0] != b""


def without_flock(directory: Path) -> str:
    """A PATH that has everything else."""
    directory.mkdir()
    for folder in os.environ["PATH"].split(":"):
        for name in os.listdir(folder) if os.path.isdir(folder) else []:
            if name != "flock" and not (directory / name).is_symlink():
                (directory / name).symlink_to(os.path.join(folder, name))
    return str(directory)


@pytest.mark.parametrize("by", ["flock", "link"])
def test_a_build_is_waited_for(source_copy: Path, tmp_path: Path, by: str) -> None:
    """And that is said; one that was killed is not waited for."""
    path = without_flock(tmp_path / "tools") if by == "link" else os.environ["PATH"]
    launcher = source_copy / "run_bench"
    build = source_copy / "build" / "release"
    assert launch(launcher, "--version", cwd=tmp_path).returncode == 0
    (source_copy / "harness" / "main.c").touch()
    with open(build / ".lock", "w") as lock:
        if by == "flock":
            fcntl.flock(lock, fcntl.LOCK_EX)
        else:
            (build / ".building").symlink_to("1")  # which mostly is somebody else's process
        process = subprocess.Popen(
            [str(launcher), "list"],
            cwd=tmp_path,
            env=clean_environment(PATH=path),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        assert process.stderr and process.stderr.readline() == f"{WAITING}\n".encode()
        assert process.poll() is None
        if by == "link":  # as if the holder had been killed: there is no such process any more
            gone = subprocess.Popen(["true"])
            gone.wait()
            (build / ".building").unlink()
            (build / ".building").symlink_to(str(gone.pid))
    out, err = process.communicate(timeout=SLOW_S)
    assert (process.returncode, err) == (0, b"")
    assert b"glibc" in out
    assert not (build / ".building").is_symlink()
    assert launch(launcher, "list", cwd=tmp_path, PATH=path).stderr == ""


def test_a_build_without_flock_leaves_no_lock(source_copy: Path, tmp_path: Path) -> None:
    path = without_flock(tmp_path / "tools")
    launcher = source_copy / "run_bench"
    assert launch(launcher, "--version", cwd=tmp_path).returncode == 0
    source = source_copy / "heaps" / "glibc.c"
    text = source.read_text(encoding="utf-8")
    with replaced(source, text + "\nnonsense\n"):
        failed = launch(launcher, "list", cwd=tmp_path, PATH=path)
    assert failed.stderr.splitlines()[-1] == "run_bench: the build failed"
    assert not (source_copy / "build" / "release" / ".building").is_symlink()
    done = launch(launcher, "list", cwd=tmp_path, PATH=path)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGINT, signal.SIGTERM])
def test_a_build_that_is_ended_leaves_no_lock(
    source_copy: Path, tmp_path: Path, number: signal.Signals
) -> None:
    """The status is that of any program which the signal ends."""
    launcher = source_copy / "run_bench"
    lock = source_copy / "build" / "release" / ".building"
    assert launch(launcher, "--version", cwd=tmp_path).returncode == 0
    (source_copy / "harness" / "main.c").touch()
    path = without_flock(tmp_path / "tools")
    ninja = tmp_path / "tools" / "ninja"
    ninja.unlink()
    started = tmp_path / "started"
    ninja.write_text(f"#!/bin/sh\n: >'{started}'\nread -r _\n", encoding="utf-8")
    ninja.chmod(0o755)
    process = subprocess.Popen(
        [str(launcher), "list"],
        cwd=tmp_path,
        env=clean_environment(PATH=path),
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=lambda: signal.signal(number, signal.SIG_DFL),  # not as under nohup, or behind &
    )
    while not started.exists():
        assert process.poll() is None
        time.sleep(0.01)
    assert os.readlink(lock) == str(process.pid)
    process.send_signal(number)
    process.communicate(timeout=SLOW_S)
    assert process.returncode == 128 + number
    assert not lock.is_symlink()


def launcher_alone(tree: Path) -> Path:
    """A tree with nothing but it."""
    tree.mkdir()
    launcher = tree / "run_bench"
    launcher.write_text(LAUNCHER.read_text(encoding="utf-8"), encoding="utf-8")
    launcher.chmod(0o755)
    return launcher


@pytest.mark.parametrize(
    ("blocked", "told"),
    [("build", "cannot be made"), ("build/release/.lock", "cannot be written to")],
)
def test_no_place_for_the_build_is_told(tmp_path: Path, blocked: str, told: str) -> None:
    """So it is where somebody else built the tree. The file in the way here stops root as well."""
    launcher = launcher_alone(tmp_path / "tree")
    path = launcher.parent / blocked
    path.parent.mkdir(parents=True, exist_ok=True)
    if blocked == "build":
        path.write_text("no folder", encoding="utf-8")
    else:
        path.mkdir()
    done = launch(launcher, "list", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    build = launcher.parent / "build" / "release"
    assert done.stderr.startswith(f"run_bench: '{build}' {told}")
    assert done.stderr.count("\n") == 1


def test_missing_build_tool_is_named(tmp_path: Path) -> None:
    """Without a build folder and cmake, the line says what is needed and what installs it."""
    launcher = launcher_alone(tmp_path / "tree")
    tools = tmp_path / "tools"
    tools.mkdir()
    for tool in ["sh", "dirname", "readlink", "mkdir", "flock"]:
        found = next(
            Path(folder) / tool
            for folder in ["/usr/bin", "/bin"]
            if (Path(folder) / tool).exists()
        )
        (tools / tool).symlink_to(found)
    done = launch(launcher, "list", cwd=tmp_path, PATH=str(tools))
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "cmake is needed to build" in done.stderr and "scripts/setup.sh" in done.stderr
