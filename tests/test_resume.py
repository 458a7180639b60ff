"""A run that ended before its time is gone on with, by the same program on the same machine."""
from __future__ import annotations

import csv
import json
import subprocess
import time
from pathlib import Path
from typing import Any, Callable

import pytest

from conftest import BINARY, HANG_S, clean_environment

PLAN = ["--strategy", "value_task", "--heap", "glibc", "--calls", "100001", "--keys", "1000"]
PLAN += ["--hit-rate", "0.5"]
LENGTH = ["--sessions", "6", "--rounds", "8", "--epoch-ms", "5"]


def run(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(BINARY), *arguments, "--results-dir", str(folder)],
        env=clean_environment(),
        capture_output=True,
        text=True,
        timeout=HANG_S,
    )


def only_result(folder: Path) -> Path | None:
    found = list(folder.glob("*.json"))
    return found[0] if found else None


@pytest.fixture(scope="module")
def ended_early(built: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The result file of a run that was killed once it had a session."""
    folder = tmp_path_factory.mktemp("early")
    process = subprocess.Popen(
        [str(BINARY), *PLAN, *LENGTH, "--results-dir", str(folder)],
        env=clean_environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    give_up_at = time.monotonic() + HANG_S
    while not only_result(folder) and process.poll() is None and time.monotonic() < give_up_at:
        time.sleep(0.01)
    process.kill()
    process.wait()
    found = only_result(folder)
    assert found and read(found)["context"]["interrupted"] is True
    return found


def read(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text(encoding="utf-8"))


def samples(path: Path) -> list[tuple[str, ...]]:
    with path.with_suffix(".samples.csv").open(encoding="utf-8") as file:
        return [tuple(row) for row in csv.reader(file)][1:]


@pytest.mark.parametrize("again", [[], PLAN])
def test_it_has_what_was_measured_and_the_rest(
    ended_early: Path, tmp_path: Path, again: list[str]
) -> None:
    done = run("--resume", str(ended_early), *again, folder=tmp_path)
    assert done.returncode == 0, done.stderr
    (path,) = tmp_path.glob("*.json")
    context, before = read(path)["context"], read(ended_early)["context"]
    assert (context["interrupted"], context["sessions"]) == (False, 6)
    assert context["options"] == before["options"] and context["rounds"] == before["rounds"]
    assert set(samples(ended_early)) < set(samples(path))
    sessions = {row[1] for row in samples(path)}
    assert sessions == {str(i + 1) for i in range(6)}
    assert not list(tmp_path.glob("*.sessions"))  # a whole run is not gone on with


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
        ({"host_name": "other"}, "is of another machine: its host_name is 'other', and "),
        ({"cpu_model": "other"}, "is of another machine: its cpu_model is 'other', and "),
        ({"git_revision": "0" * 12}, "is of another build: its git_revision is '000000000000', "),
        ({"libc": "glibc 2.0"}, "is of another build: its libc is 'glibc 2.0', and "),
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
        (["--rounds", "9"], "leave out --sessions, --rounds,"),
        (["--quick"], "leave out --sessions, --rounds,"),
        (["--trace", "keys.txt"], "give the same --trace"),
    ],
)
def test_another_plan_is_refused(
    ended_early: Path, tmp_path: Path, arguments: list[str], reason: str
) -> None:
    done = run("--resume", str(ended_early), *arguments, folder=tmp_path / "none")
    refused_is(done, tmp_path, reason)


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
