"""A store that ends while questions are under way, at moments that are drawn: the run does not
hang, says what happened, keeps what was finished, and leaves nothing behind.

With --long at twenty moments of each store. `pytest -s` prints a line for each.
"""
from __future__ import annotations

import os
import random
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from conftest import HANG_S, Bench, strict_json, wait_until

# Every call asks, so that the store is asked all along; sessions last for seconds.
RUN = ["--strategy", "value_task", "--heap", "glibc", "--keys", "300", "--hit-rate", "0"]
RUN += ["--sessions", "2", "--rounds", "100", "--in-flight", "16", "--format", "json"]

MOMENTS_N = 20
LATEST_S = 0.8

# A session asks 197,000 times until its cases are warm, and about as often again while it is timed.
QUESTIONS_N = 300_000

moments = pytest.mark.parametrize(
    "moment", [0, *(pytest.param(i, marks=pytest.mark.long) for i in range(1, MOMENTS_N))]
)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder whose name is short enough for a socket's in it."""
    path = Path(tempfile.mkdtemp(prefix="k", dir="/tmp"))
    yield path
    shutil.rmtree(path)


def need(bench: Bench, store: str) -> None:
    done = bench("--dry-run", "--store", store, *RUN)
    if "cannot be used" in done.err:
        pytest.skip(done.error)
    assert done.code == 0, done.err
    if store == "redis" and not shutil.which("redis-server"):
        pytest.skip("there is no redis-server: install the package of that name")
    bench.ok("build", "--store", store, "--strategy", "value_task", "--heap", "glibc")


@dataclass
class Run:
    """A run that is under way, whose store is in a folder of its own."""

    process: subprocess.Popen[str]
    folder: Path
    results: Path

    def end(self, what: str) -> None:
        """Waits until it has ended, and checks what it said and left; prints a line."""
        start_s = time.monotonic()
        out, err = self.process.communicate(timeout=HANG_S)
        took_s = time.monotonic() - start_s
        assert self.process.returncode == 0, err
        said = re.search(r"warning: (\w+ failed on ([\d,]+) of ([\d,]+) questions.*)", err)
        assert said, f"nothing is said of what failed: {err}"
        rows = strict_json(out)["benchmarks"]
        failed_n = sum(row["store_failed_n"] for row in rows if row.get("run_type") == "aggregate")
        assert failed_n > 0
        kept = [file for file in self.results.iterdir() if file.suffix == ".json"]
        assert len(kept) == 1
        assert strict_json(kept[0].read_text(encoding="utf-8"))["benchmarks"] == rows
        assert not list(self.folder.iterdir())
        assert not processes_of(self.folder)
        print(f"{what}: status 0, {took_s:.1f} s later, {said[1]}")


def processes_of(folder: Path) -> list[int]:
    """The processes whose command line names a folder."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            words = (entry / "cmdline").read_bytes() if entry.name.isdigit() else b""
        except OSError:
            continue  # it is gone
        if bytes(folder) in words:
            found.append(int(entry.name))
    return found


def start(bench: Bench, store: str, folder: Path) -> Run:
    return Run(bench.start("--store", store, *RUN, TMPDIR=str(folder)), folder, bench.results)


def draw_s(moment: int) -> float:
    return random.Random(moment).uniform(0, LATEST_S)


def questions_n(path: Path) -> int:
    """How many questions a Redis was asked; 0 if it does not answer."""
    try:
        with socket.socket(socket.AF_UNIX) as server:
            server.settimeout(HANG_S)
            server.connect(str(path))
            server.sendall(b"INFO commandstats\r\n")
            text = server.recv(65536).decode()
    except OSError:
        return 0
    found = re.search(r"cmdstat_get:calls=(\d+)", text)
    return int(found[1]) if found else 0


def is_asked(folder: Path, n: int) -> bool:
    return any(questions_n(path) >= n for path in folder.glob(".*/redis"))


@moments
def test_a_server_that_is_killed_while_it_is_asked(
    bench: Bench, folder: Path, moment: int
) -> None:
    need(bench, "redis")
    run = start(bench, "redis", folder)
    after_n = random.Random(moment).randrange(1, QUESTIONS_N)
    wait_until(lambda: is_asked(folder, after_n), "so much was never asked")
    (server,) = processes_of(folder)
    (path,) = folder.glob(".*/redis")
    before_n = questions_n(path)
    wait_until(lambda: questions_n(path) > before_n, "it is not asked any more")
    os.kill(server, signal.SIGKILL)
    run.end(f"redis-server killed after {after_n:,} questions")


def readers_of(path: Path) -> int:
    """How many descriptors of all processes there are that only read a file."""
    count = 0
    for entry in Path("/proc").glob("[0-9]*/fd/*"):
        try:
            flags = (entry.parents[1] / "fdinfo" / entry.name).read_text(encoding="ascii")
            count += entry.resolve() == path and re.search(r"flags:\s+\d*0\b", flags) is not None
        except OSError:
            continue  # it is gone
    return count


def read_databases(folder: Path) -> list[Path]:
    return [path for path in folder.glob(".*/records.db") if readers_of(path) > 0]


@moments
def test_a_database_that_is_emptied_while_it_is_asked(
    bench: Bench, folder: Path, moment: int
) -> None:
    need(bench, "sqlite")
    run = start(bench, "sqlite", folder)
    wait_until(lambda: len(read_databases(folder)) > 0, "nothing is read")
    time.sleep(draw_s(moment))
    (path,) = read_databases(folder)
    os.truncate(path, 0)
    run.end(f"database emptied after {draw_s(moment):.2f} s")
