"""A run that ended before its time is gone on with, by the same program on the same machine."""
from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Any, Callable

import pytest

from conftest import BINARY, HANG_S, clean_environment

PLAN = ["--strategy", "value_task", "--heap", "glibc", "--calls", "100001", "--keys", "1000"]
PLAN += ["--hit-rate", "0.5"]
LENGTH = ["--sessions", "6", "--rounds", "8", "--epoch-ms", "5"]


def run(
    *arguments: str, folder: Path, cwd: Path | None = None, **twins: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(BINARY), *arguments, "--results-dir", str(folder)],
        cwd=cwd,
        env=clean_environment(**twins),
        capture_output=True,
        text=True,
        timeout=HANG_S,
    )


def only_result(folder: Path) -> Path | None:
    found = list(folder.glob("run-*.json"))
    return found[0] if found else None


def end_early(
    folder: Path, *arguments: str, number: signal.Signals = signal.SIGKILL, **twins: str
) -> Path:
    """The result file of a run in that folder that was ended once it had a session."""
    process = subprocess.Popen(
        [str(BINARY), *arguments, *LENGTH, "--results-dir", str(folder)],
        cwd=folder,
        env=clean_environment(**twins),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    give_up_at = time.monotonic() + HANG_S
    last = "run-*.samples.csv"  # of the files that are kept
    while not any(folder.glob(last)) and process.poll() is None and time.monotonic() < give_up_at:
        time.sleep(0.01)
    process.send_signal(number)
    process.wait()
    found = only_result(folder)
    assert found and read(found)["context"]["interrupted"] is True
    return found


@pytest.fixture(scope="module")
def ended_early(built: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return end_early(tmp_path_factory.mktemp("early"), *PLAN)


def read(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text(encoding="utf-8"))


def samples(path: Path) -> list[tuple[str, ...]]:
    with path.with_suffix(".samples.csv").open(encoding="utf-8") as file:
        return [tuple(row) for row in csv.reader(file)][1:]


def is_gone_on_with(ended: Path, done: subprocess.CompletedProcess[str], folder: Path) -> None:
    """It has the sessions that there were, and the rest."""
    assert done.returncode == 0, done.stderr
    (path,) = folder.glob("*.json")
    context, before = read(path)["context"], read(ended)["context"]
    assert (context["interrupted"], context["sessions"]) == (False, 6)
    for key in ["options", "run_options", "rounds", "environment"]:
        assert context[key] == before[key], key
    assert set(samples(ended)) < set(samples(path))
    sessions = {row[1] for row in samples(path)}
    assert sessions == {str(i + 1) for i in range(6)}
    assert not list(folder.glob("*.sessions"))  # a whole run is not gone on with


@pytest.mark.parametrize("again", [[], PLAN, [*PLAN, *LENGTH]])
def test_it_has_what_was_measured_and_the_rest(
    ended_early: Path, tmp_path: Path, again: list[str]
) -> None:
    done = run("--resume", str(ended_early), *again, folder=tmp_path)
    is_gone_on_with(ended_early, done, tmp_path)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
def test_a_run_that_was_interrupted_is_gone_on_with(
    built: None, tmp_path: Path, number: signal.Signals
) -> None:
    ended = end_early(tmp_path, *PLAN, number=number)
    done = run("--resume", str(ended), folder=tmp_path / "rest")
    is_gone_on_with(ended, done, tmp_path / "rest")


def test_the_environment_s_settings_may_be_those_of_the_run(
    ended_early: Path, tmp_path: Path
) -> None:
    for rounds, code in [("8", 0), ("9", 2)]:
        done = run("--resume", str(ended_early), folder=tmp_path, VTB_ROUNDS=rounds)
        assert done.returncode == code, done.stderr


SHAPES = ["--pressure", "gen0", "--events", "page-faults", "--min-gain", "7", "--tag", "a branch"]
SHAPES += ["--calls-per-second", "1000", "--pin", "0"]


def test_all_that_shapes_the_result_is_taken_from_the_file(built: None, tmp_path: Path) -> None:
    """Though it says nothing of the cases that are run."""
    if 0 not in os.sched_getaffinity(0):
        pytest.skip("processor 0 may not be used")
    ended = end_early(tmp_path, *PLAN, *SHAPES)
    done = run("--resume", str(ended), "--details", folder=tmp_path / "rest")
    is_gone_on_with(ended, done, tmp_path / "rest")
    (path,) = (tmp_path / "rest").glob("*.json")
    context = read(path)["context"]
    assert (context["tag"], context["calls_per_second"]) == ("a branch", 1000)
    assert context["affinity"] == read(ended)["context"]["affinity"] == "0"
    assert "page-faults" in done.stdout


def copy_of(path: Path, folder: Path, change: Callable[[dict[str, Any]], None]) -> Path:
    found = read(path)
    change(found["context"])
    copy = folder / path.name
    copy.write_text(json.dumps(found), encoding="utf-8")
    for suffix in [".sessions", ".samples.csv"]:
        copy.with_suffix(suffix).write_bytes(path.with_suffix(suffix).read_bytes())
    return copy


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"host_name": "other"}, "its host_name is 'other', and "),
        ({"cpu_model": "other"}, "its cpu_model is 'other', and "),
        ({"isa": "other"}, "its isa is 'other', and "),
        ({"affinity": "77"}, "its affinity is '77', and "),
        ({"cpu_quota": "0.5"}, "its cpu_quota is '0.5', and "),
        ({"git_revision": "0" * 12}, "its git_revision is '000000000000', and "),
        ({"compiler": "GNU 1"}, "its compiler is 'GNU 1', and "),
        ({"fingerprint": "other"}, "its fingerprint is 'other', and "),
        ({"libc": "glibc 2.0"}, "its libc is 'glibc 2.0', and "),
        ({"malloc": "libother.so"}, "its malloc is 'libother.so', and "),
        ({"libraries": [{"name": "libc", "version": "0"}]}, "its libraries.libc is "),
        ({"environment": {"removed": {"LD_BIND_NOW": "1"}, "kept": {}}}, "its environment.removed"),
        ({"environment": {"removed": {}, "kept": {"GC_X": "1"}}}, "its environment.kept is '{\"GC"),
        ({"interrupted": False}, "is whole: there is nothing to go on with"),
    ],
)
def test_what_is_of_another_run_is_refused(
    ended_early: Path, tmp_path: Path, change: dict[str, Any], reason: str
) -> None:
    copy = copy_of(ended_early, tmp_path, lambda context: context.update(change))
    refused_is(run("--resume", str(copy), folder=tmp_path / "none"), tmp_path, reason)


def refused_is(done: subprocess.CompletedProcess[str], tmp_path: Path, reason: str) -> None:
    assert done.returncode == 2, done.stderr
    assert reason in done.stderr and done.stderr.count("\n") == 1
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--hit-rate", "0.6"], "is of another plan: --hit-rate is '0.6' here, and '0.5' there"),
        (["--seed", "2"], "is of another plan: --seed is '2' here, and not given there"),
        (["--rounds", "9"], "is of another plan: --rounds is '9' here, and '8' there"),
        (["--quick"], "is of another plan: --quick is '1' here, and not given there"),
        (["--trace", "keys.txt"], "is of another plan: --trace is 'keys.txt' here, and not given"),
        (["--keep-environment"], "--keep-environment is '1' here, and not given there"),
        (["--events", "page-faults"], "--events is 'page-faults' here, and not given there"),
    ],
)
def test_another_plan_is_refused(
    ended_early: Path, tmp_path: Path, arguments: list[str], reason: str
) -> None:
    done = run("--resume", str(ended_early), *arguments, folder=tmp_path / "none")
    refused_is(done, tmp_path, reason)


def test_another_environment_is_refused(built: None, tmp_path: Path) -> None:
    """Figures of two of them would be one run's."""
    tunables = {"GLIBC_TUNABLES": "glibc.malloc.tcache_count=0"}
    ended = end_early(tmp_path, *PLAN, "--keep-environment", **tunables)
    none = tmp_path / "none"
    done = run("--resume", str(ended), folder=none, **tunables)
    refused_is(done, tmp_path, "is of a run with --keep-environment, which was '1': give it again")
    done = run("--resume", str(ended), "--keep-environment", folder=none)
    refused_is(done, tmp_path, "its environment.kept is '{\"GLIBC_TUNABLES\":\"glibc.malloc.")
    done = run("--resume", str(ended), "--keep-environment", folder=tmp_path / "rest", **tunables)
    is_gone_on_with(ended, done, tmp_path / "rest")


@pytest.mark.parametrize("kind", ["strategy", "workload"])
def test_an_entry_that_was_edited_is_refused(built: None, tmp_path: Path, kind: str) -> None:
    own = tmp_path / ("mine.c" if kind == "strategy" else "mine.h")
    made = subprocess.run([str(BINARY), "new", kind, str(own)], env=clean_environment())
    assert made.returncode == 0
    arguments = [f"--{kind}", str(own), "--heap", "glibc", "--calls", "100001"]
    arguments += ["--strategy", "value_task"] * (kind == "workload")
    ended = end_early(tmp_path, *arguments)
    done = run("--resume", str(ended), folder=tmp_path / "rest")
    is_gone_on_with(ended, done, tmp_path / "rest")
    own.write_text(own.read_text(encoding="utf-8") + "\n/* edited */\n", encoding="utf-8")
    done = run("--resume", str(ended), folder=tmp_path / "none")
    refused_is(done, tmp_path, "its source of mine is ")


def test_other_recorded_keys_are_refused(built: None, tmp_path: Path) -> None:
    """Whether the file is another one by now, or is read in another format."""
    keys = [n * n % 97 for n in range(3000)]
    trace = tmp_path / "keys"
    trace.write_text("".join(f"{key:03}\n" for key in keys), encoding="utf-8")
    arguments = ["--trace", "keys", "--cache", "lru:20", "--strategy", "value_task"]
    ended = end_early(tmp_path, *arguments, "--heap", "glibc")

    def resume(*more: str, folder: str = "none") -> subprocess.CompletedProcess[str]:
        return run("--resume", str(ended), *more, folder=tmp_path / folder, cwd=tmp_path)

    refused_is(resume(), tmp_path, "is of a run with --trace, which was 'keys': give it again")
    other = resume("--trace", "keys", "--trace-format", "be32")
    refused_is(other, tmp_path, "--trace-format is 'be32' here, and not given there")
    is_gone_on_with(ended, resume("--trace", "keys", folder="rest"), tmp_path / "rest")
    keys[0], keys[1] = keys[1], keys[0]
    keys[5] = keys[9]
    trace.write_text("".join(f"{key:03}\n" for key in keys), encoding="utf-8")
    refused_is(resume("--trace", "keys"), tmp_path, "its trace_")


def test_sessions_that_are_none_are_refused(ended_early: Path, tmp_path: Path) -> None:
    copy = copy_of(ended_early, tmp_path, lambda context: None)
    sessions = copy.with_suffix(".sessions")
    whole = sessions.read_bytes()
    for damaged in [b"", b"x" * 4096, whole[:100], whole[: len(whole) // 2]]:
        sessions.write_bytes(damaged)
        done = run("--resume", str(copy), folder=tmp_path / "results")
        assert done.returncode == 2, done.stderr
        assert "--resume: " in done.stderr
    sessions.unlink()
    refused_is(run("--resume", str(copy), folder=tmp_path / "none"), tmp_path, "cannot be read")
    for name in ["nothing.json", "name"]:
        done = run("--resume", str(tmp_path / name), folder=tmp_path / "none")
        refused_is(done, tmp_path, name)
