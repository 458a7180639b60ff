"""Stores outside of the program: what a run tells of one, and what it does when the store fails."""
from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from conftest import HANG_S, Bench, medians, parameters, strategy_of, wait_until

PAIR = ["--strategy", "value_task", "--keys", "300", "--hit-rate", "0.98"]
QUICK = ["--sessions", "5", "--rounds", "8", "--epoch-ms", "0.01", "--in-flight", "8"]
FEW = ["--sessions", "1", "--heap", "glibc", "--in-flight", "4"]
SQLITE = ["--store", "sqlite", *PAIR]
REDIS = ["--store", "redis", *PAIR]


def need(bench: Bench, store: str) -> None:
    done = bench("--dry-run", "--store", store, *PAIR)
    if "cannot be used" in done.err:
        pytest.skip(done.error)
    assert done.code == 0, done.err
    if store == "redis" and not shutil.which("redis-server"):
        pytest.skip("there is no redis-server: install the package of that name")


@pytest.fixture(autouse=True)
def needs_sqlite(bench: Bench) -> None:
    need(bench, "sqlite")


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder whose name is short enough for a socket's in it."""
    path = Path(tempfile.mkdtemp(prefix="s", dir="/tmp"))
    yield path
    shutil.rmtree(path)


@pytest.mark.parametrize("store", ["sqlite", "redis"])
def test_a_run_tells_of_the_store_and_of_the_hand_over(bench: Bench, store: str) -> None:
    need(bench, store)
    rows = medians(bench.ok("--store", store, *PAIR, *QUICK, "--format", "json").rows)
    of = {strategy_of(row): row for row in rows}
    for name in ["heap_task@atomic", "value_task@atomic"]:
        assert parameters(of[name]["run_name"])["store"] == store
        assert "completer" not in parameters(of[name]["run_name"])
        assert 0 < of[name]["store_p50_ns"] <= of[name]["store_p99_ns"]
        assert of[name]["store_asked_n"] > 0
        assert of[name]["store_failed_n"] == 0
        shares = [of[name][f"handover_share{end}"] for end in ["_lo", "", "_hi"]]
        assert shares == sorted(shares)
        assert shares[0] < shares[2] < 1
    assert of["plain"]["store_asked_n"] == 0
    assert "store_p50_ns" not in of["plain"]


def test_an_answer_tells_what_can_be_saved(bench: Bench) -> None:
    answer = " ".join(bench.ok(*SQLITE, *QUICK, VTB_DETAILS="0").out.split())
    assert re.search(r"SQLite at \S+ us a miss \(99 % within \S+ us\) and 98 % hits", answer)
    assert re.search(r"value_task@atomic can save -?[\d.]+ % ±[\d.]+ of a call", answer)
    details = " ".join(bench.ok(*SQLITE, *QUICK).out.split())
    assert "misses answered by SQLite, which 1 thread asks" in details
    assert re.search(r"SQLite was asked [\d,]+ times; with heap_task@atomic", details)


def test_with_several_callers_shares_are_told_of_each(bench: Bench) -> None:
    rows = medians(bench.ok(*SQLITE, *QUICK, "--threads", "2", "--format", "json").rows)
    told = [(row["threads"], row["handover_saved"]) for row in rows if "handover_saved" in row]
    assert [threads for threads, _ in told] == [1, 2]
    assert all(saved < 1 for _, saved in told)
    answer = " ".join(bench.ok(*SQLITE, *QUICK, "--threads", "2", VTB_DETAILS="0").out.split())
    for table in ["x1", "x2"]:
        assert re.search(rf"% ±\S+ with value_task@atomic \(glibc {table}\)", answer)


def test_a_sweep_tells_the_least_and_the_most(bench: Bench) -> None:
    options = ["--store", "sqlite", "--strategy", "value_task", "--keys", "300"]
    options += ["--hit-rate", "0.9,0.98"]
    answer = " ".join(bench.ok(*options, *QUICK, VTB_DETAILS="0").out.split())
    assert "8-byte result, misses answered by SQLite, which 1 thread asks; 5 sessions" in answer
    said = r"SQLite at \S+ to \S+ us a miss value_task@atomic can save .* \(hit_rate"
    assert re.search(said, answer)


def test_an_open_loop_tells_of_the_store(bench: Bench) -> None:
    options = ["latency", "--rate", "2k", *SQLITE, *FEW]
    done = bench.ok(*options, "--format", "json")
    of = {strategy_of(row): row for row in done.rows if row["run_type"] == "aggregate"}
    for name in ["heap_task@atomic", "value_task@atomic"]:
        assert 0 < of[name]["store_p50_ns"] <= of[name]["store_p99_ns"]
        assert of[name]["store_asked_n"] > 0
        assert of[name]["store_failed_n"] == 0
    assert of["plain"]["store_asked_n"] == 0
    assert re.search(r"SQLite was asked [\d,]+ times", " ".join(bench.ok(*options).out.split()))


def test_counts_are_those_of_the_array(bench: Bench) -> None:
    counts = [
        [
            (row["bytes_per_op"], row["allocs_per_op"], row["failures_per_op"])
            for row in bench.ok(
                *options, *PAIR, "--rounds", "0", "--failure-rate", "0.25", "--format", "json"
            ).rows
        ]
        for options in [["--store", "sqlite", "--store-threads", "2"], ["--completer", "thread"]]
    ]
    assert counts[0] == counts[1]


def test_advice_weighs_with_the_store(bench: Bench) -> None:
    options = ["advise", "--always-async", "--store", "sqlite", "--keys", "300"]
    assert re.search(r"SQLite +at \S+ us a miss", bench.ok(*options, *FEW).out)
    refused = bench(*options, "--from", "x.json")
    assert refused.code == 2
    assert "--store: with --from nothing is measured: leave it out" in refused.error


def empty_files(folder: Path, over: threading.Event) -> None:
    """Empties each database in the folder, again and again."""
    while not over.wait(0.01):
        for path in folder.glob(".*/records.db"):
            try:
                os.truncate(path, 0)
            except OSError:
                continue  # it is gone


def test_a_store_that_is_destroyed_ends_operations_in_faults(bench: Bench, folder: Path) -> None:
    over = threading.Event()
    thread = threading.Thread(target=empty_files, args=(folder, over))
    thread.start()
    try:
        done = bench(*SQLITE, *QUICK, TMPDIR=str(folder))
    finally:
        over.set()
        thread.join()
    if done.code == 0:
        assert re.search(r"SQLite failed on [\d,]+ of [\d,]+ questions, whose operations", done.err)
    else:  # a database that is emptied while it is filled cannot be made, in whichever session
        assert done.code == 1
        assert "--store sqlite: " in done.complaints[-1]
    assert not list(folder.iterdir())


def servers_in(folder: Path) -> list[int]:
    """The redis-servers whose socket is in a folder."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            words = (entry / "cmdline").read_bytes() if entry.name.isdigit() else b""
        except OSError:
            continue  # it is gone
        if b"redis-server" in words and bytes(folder) in words:
            found.append(int(entry.name))
    return found


def kill_servers(folder: Path, after_s: float, over: threading.Event) -> None:
    """Kills each server that is started in the folder, some time after it is seen."""
    while not over.wait(0.002):
        for server in servers_in(folder):
            time.sleep(after_s)
            try:
                os.kill(server, signal.SIGKILL)
            except OSError:
                continue  # it has ended


@pytest.mark.parametrize("after_s", [0, 0.05, 0.1])
def test_a_server_that_is_killed_ends_operations_in_faults(
    bench: Bench, folder: Path, after_s: float
) -> None:
    need(bench, "redis")
    over = threading.Event()
    thread = threading.Thread(target=kill_servers, args=(folder, after_s, over))
    thread.start()
    try:
        done = bench(*REDIS, *QUICK, TMPDIR=str(folder))
    finally:
        over.set()
        thread.join()
    if done.code == 0:  # it may have come through by the time
        assert "Redis failed on" in done.err or after_s > 0
    else:  # killed while it was started or filled, if need be that of a later session
        assert done.code == 1
        assert "--store redis: " in done.complaints[-1]
    assert not servers_in(folder)
    assert not list(folder.iterdir())


@pytest.fixture
def server(bench: Bench, folder: Path) -> Iterator[str]:
    """The socket of a Redis that is there already."""
    need(bench, "redis")
    path = str(folder / "there")
    command = ["redis-server", "--port", "0", "--unixsocket", path, "--save", ""]
    with subprocess.Popen([*command, "--dir", str(folder)], stdout=-3, stderr=-3) as process:
        wait_until(lambda: ask_server(path, "PING") == "+PONG", "the server does not listen")
        yield path
        process.kill()


def ask_server(path: str, command: str) -> str:
    """What a server answers, by its first line; nothing if there is none."""
    try:
        with socket.socket(socket.AF_UNIX) as there:
            there.connect(path)
            there.sendall(command.encode() + b"\r\n")
            return there.recv(4096).decode().split("\r\n")[0]
    except OSError:
        return ""


def test_records_that_expire_are_put_there_again(bench: Bench) -> None:
    need(bench, "redis")
    options = ["--store", "redis", "--workload", "product_catalog", "--ttl", "0.001"]
    options += ["--strategy", "value_task", "--keys", "300", *QUICK, "--heap", "glibc"]
    options += ["--sessions", "1"]  # an expired record is asked for three times, by turns
    done = bench.ok(*options, "--format", "json")
    rows = [row for row in medians(done.rows) if strategy_of(row) == "value_task@atomic"]
    assert all(row["store_failed_n"] == 0 for row in rows)
    assert all(0 < row["store_expired_n"] <= row["store_asked_n"] for row in rows)
    said = r"[\d,]+ records had expired, and were put there again"
    assert re.search(said, " ".join(bench.ok(*options).out.split()))


def test_a_server_that_is_there_has_no_keys_afterwards(bench: Bench, server: str) -> None:
    bench.ok(*REDIS, "--redis", server, *QUICK)
    assert ask_server(server, "DBSIZE") == ":0"


def test_an_interrupted_run_leaves_no_keys(bench: Bench, server: str) -> None:
    with bench.start(*REDIS, "--redis", server, "--sessions", "200") as run:
        wait_until(lambda: ask_server(server, "DBSIZE") == ":300", "nothing was put")
        os.killpg(run.pid, signal.SIGINT)  # as a terminal does it
        assert run.wait(HANG_S) == 128 + signal.SIGINT
    assert ask_server(server, "DBSIZE") == ":0"


@pytest.mark.parametrize("store", ["sqlite", "redis"])
def test_an_interrupted_run_leaves_no_folder(bench: Bench, folder: Path, store: str) -> None:
    need(bench, store)
    words = ["--store", store, *PAIR, "--sessions", "200"]
    with bench.start(*words, TMPDIR=str(folder)) as run:
        wait_until(lambda: len(list(folder.iterdir())) > 0, "no folder was made")
        os.killpg(run.pid, signal.SIGINT)
        assert run.wait(HANG_S) == 128 + signal.SIGINT
    assert not list(folder.iterdir())
    wait_until(lambda: not servers_in(folder), "the server goes on")


def test_an_open_loop_tells_of_a_store_that_fails(bench: Bench, server: str) -> None:
    over = threading.Event()

    def flush() -> None:
        while not over.wait(0.01):
            ask_server(server, "FLUSHALL")

    thread = threading.Thread(target=flush)
    thread.start()
    try:
        done = bench.ok("latency", "--rate", "2k", *REDIS, *FEW, "--redis", server)
    finally:
        over.set()
        thread.join()
    assert re.search(r"Redis failed on [\d,]+ of [\d,]+ questions.*no such record", done.err)


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("CONFIG SET requirepass secret", "NOAUTH Authentication required."),
        ("CONFIG SET maxmemory 1", "OOM command not allowed when used memory > 'maxmemory'."),
        ("REPLICAOF 127.0.0.1 1", "READONLY You can't write against a read only replica."),
    ],
)
def test_a_server_that_refuses_is_an_error(
    bench: Bench, server: str, command: str, said: str
) -> None:
    assert ask_server(server, command) == "+OK"
    done = bench(*REDIS, *QUICK, "--redis", server)
    assert done.code == 1
    assert done.error == f"run_bench: --redis: '{server}': {said}"


def test_a_server_of_another_protocol_is_an_error(bench: Bench, folder: Path) -> None:
    need(bench, "redis")
    path = str(folder / "there")

    def answer(listener: socket.socket) -> None:
        with listener.accept()[0] as client:
            client.recv(1)
            client.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            while client.recv(65536):
                continue

    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen()
        thread = threading.Thread(target=answer, args=(listener,), daemon=True)
        thread.start()
        done = bench(*REDIS, *QUICK, "--redis", path)
    assert done.code == 1
    assert "Protocol error, got \"H\" as reply type byte" in done.error


def test_a_run_that_is_killed_takes_its_server_with_it(bench: Bench, folder: Path) -> None:
    need(bench, "redis")
    with bench.start(*REDIS, "--sessions", "200", TMPDIR=str(folder)) as run:
        wait_until(lambda: len(servers_in(folder)) > 0, "no server was started")
        run.kill()
    wait_until(lambda: not servers_in(folder), "the server goes on")


def test_a_folder_that_is_not_there_is_an_error(bench: Bench) -> None:
    done = bench(*SQLITE, *QUICK, TMPDIR="/nowhere")
    assert done.code == 1
    assert "--store sqlite: no folder can be made in '/nowhere'" in done.error
