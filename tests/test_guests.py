"""The guest for .NET, asked by its protocol; where there is no SDK, what is said of that."""
from __future__ import annotations

import hashlib
import os
import shutil
import struct
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from conftest import HANG_S, ROOT, Bench, strict_json

GUEST = ROOT / "guests" / "dotnet" / "guest"

MISS = 0x80000000
CALLS_N = 40000
KEYS_N = 1000


def sdk_or_skip() -> None:
    checked = subprocess.run([GUEST, "check"], capture_output=True, text=True, timeout=HANG_S)
    if checked.returncode != 0:
        pytest.skip(f"guest dotnet: {checked.stdout.strip()}")


def write_schedule(path: Path, ids: list[int], window: int) -> None:
    rest = struct.pack(f"<{len(ids) + window}I", *ids, *range(window))
    digest = hashlib.sha256(rest).hexdigest().encode()
    head = struct.pack("<8sIIQQ64s", b"VTBSCHED", 1, 96, len(ids), window, digest)
    path.write_bytes(head + rest)


class Guest:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.number = 0
        self.process = subprocess.Popen(
            [GUEST, "run", folder], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def ask(self, question: str) -> str:
        assert self.process.stdin and self.process.stdout
        self.number += 1
        self.process.stdin.write(f"{self.number} {question}\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline().removesuffix("\n")
        assert answer.startswith(f"{self.number} ")
        return answer.partition(" ")[2]

    def numbers(self, question: str) -> dict[str, int]:
        word, *fields = self.ask(question).split(" ")
        assert word == "ok", fields
        return {name: int(value) for name, value in (field.split("=") for field in fields)}

    def open(
        self, strategy: str, workload: str, rate: int, window: int = 64, depth: int = 1
    ) -> None:
        path = self.folder / "schedule"
        ids = [(i * 7919) % KEYS_N | (0 if i % 10 < rate else MISS) for i in range(CALLS_N)]
        write_schedule(path, ids, window)
        question = f"open case=1 workload={workload} keys={KEYS_N} strategy={strategy}"
        assert self.ask(f"{question} window={window} depth={depth} schedule={path}") == "ok"

    def close(self) -> None:
        assert self.process.stdin
        self.process.stdin.close()
        assert self.process.wait(HANG_S) == 0


@pytest.fixture(scope="module")
def guest(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guest]:
    sdk_or_skip()
    folder = tmp_path_factory.mktemp("guest")
    built = subprocess.run([GUEST, "build", folder], capture_output=True, text=True)
    assert built.returncode == 0, built.stdout
    stamp = (folder / "bin" / "guest.dll").stat().st_mtime_ns
    subprocess.run([GUEST, "build", folder], check=True, capture_output=True)
    assert (folder / "bin" / "guest.dll").stat().st_mtime_ns == stamp
    started = Guest(folder)
    yield started
    started.close()


# Bytes of a call that hits, and of one that misses, of each strategy for a reference; and what each
# further method adds.
BYTES = {
    "plain": (0, 0, 0, 0),
    "task_from_result": (72, 104, 0, 0),
    "cached_task": (0, 104, 0, 0),
    "value_task": (0, 104, 0, 0),
    "async_task": (72, 104, 72, 104),
    "async_value_task": (0, 112, 0, 128),
}


def test_greets(guest: Guest) -> None:
    answer = guest.ask("hello protocol=1")
    assert answer.startswith("ok protocol=1 name=dotnet version=10.")
    for name in BYTES:
        assert name in answer
    assert "workloads=user_cache,config_read,payload_8," in answer


@pytest.mark.parametrize("strategy", BYTES)
@pytest.mark.parametrize("depth", [1, 3, 16])
def test_bytes_are_those_of_the_types(guest: Guest, strategy: str, depth: int) -> None:
    hit, miss, more_hit, more_miss = BYTES[strategy]
    for rate, first, more in [(10, hit, more_hit), (0, miss, more_miss)]:
        guest.open(strategy, "user_cache", rate, depth=depth)
        guest.numbers("run case=1 first=0 calls=100")  # the runtime makes some things once
        epoch = guest.numbers(f"run case=1 first=0 calls={CALLS_N}")
        assert epoch["bytes"] == (first + (depth - 1) * more) * CALLS_N


@pytest.mark.parametrize("workload", ["user_cache", "config_read", "payload_8", "payload_256"])
def test_all_strategies_consume_the_same(guest: Guest, workload: str) -> None:
    sums = set()
    for strategy in [*BYTES, "pooled_value_task"]:
        for window in (1, 7, 64):
            guest.open(strategy, workload, rate=6, window=window, depth=2)
            # A circle, in parts, which leave operations in the window.
            guest.numbers(f"run case=1 first=100 calls={CALLS_N}")
            last = guest.numbers(f"run case=1 first={CALLS_N + 100} calls=321")
            drained = guest.numbers("drain case=1")["checksum"]
            assert strategy == "plain" or window == 1 or drained != last["checksum"]
            sums.add(drained)
    assert len(sums) == 1


def test_a_pool_serves_again(guest: Guest) -> None:
    guest.open("pooled_value_task", "user_cache", rate=5)
    guest.numbers(f"run case=1 first=0 calls={CALLS_N}")
    assert guest.numbers(f"run case=1 first=0 calls={CALLS_N}")["bytes"] == 0


def test_warm_leaves_nothing(guest: Guest) -> None:
    guest.open("async_task", "user_cache", rate=5)
    assert guest.numbers("warm case=1 calls=1000 limit=60")["steady"] in (0, 1)
    assert guest.numbers("drain case=1")["checksum"] == 0
    epoch = guest.numbers(f"run case=1 first=0 calls={CALLS_N}")
    assert epoch["ns"] > 0 and epoch["gen0"] >= epoch["gen1"] >= epoch["gen2"]
    assert guest.ask("close case=1") == "ok"
    assert guest.ask("drain case=1") == "error case 1 is not open"


def test_a_case_that_is_closed_has_its_schedule_no_more(guest: Guest) -> None:
    maps = Path(f"/proc/{guest.process.pid}/maps")
    guest.open("plain", "user_cache", rate=5)
    assert str(guest.folder / "schedule") in maps.read_text()
    guest.open("async_task", "user_cache", rate=5)  # in the place of the other
    assert maps.read_text().count(str(guest.folder / "schedule")) == 1
    assert guest.ask("close case=1") == "ok"
    assert str(guest.folder / "schedule") not in maps.read_text()


def test_refuses(guest: Guest, tmp_path: Path) -> None:
    path = tmp_path / "schedule"
    write_schedule(path, [1, 2, 3], 1)
    right = f"case=2 workload=user_cache keys=9 strategy=plain window=1 depth=1 schedule={path}"
    for question, told in [
        ("open " + right.replace("user_cache", "other"), "there is no workload other; accepted: "),
        ("open " + right.replace("plain", "other"), "there is no strategy other; accepted: "),
        ("open " + right.replace("depth=1", "depth=17"), "open: depth=17; accepted: 1 to 16"),
        ("open " + right.replace("depth=1 ", ""), "open has no depth="),
        ("open " + right + "no", "Could not find file"),
        ("sing", "'sing' is no question; accepted: hello, "),
        ("run case=2 first=0 calls=1", "case 2 is not open"),
    ]:
        answer = guest.ask(question)
        assert answer.startswith(f"error {told}"), answer
    assert guest.ask(f"open {right}") == "ok"
    for at, told in [
        (0, "does not begin with VTBSCHED"),
        (8, "is of version"),
        (16, "bytes, and its header"),
        (40, "is not what its digest says"),
        (99, "is not what its digest says"),
    ]:
        content = bytearray(path.read_bytes())
        content[at] ^= 2
        (tmp_path / "wrong").write_bytes(content)
        assert told in guest.ask(f"open {right.replace(str(path), str(tmp_path / 'wrong'))}")
    (tmp_path / "wrong").write_bytes(b"")
    empty = guest.ask(f"open {right.replace(str(path), str(tmp_path / 'wrong'))}")
    assert empty == "error the schedule's file has 0 bytes, and its header alone 96"
    write_schedule(path, [1, 0xC0000002, 3], 1)
    assert "on which the store fails" in guest.ask(f"open {right}")


# What `guest check` needs besides the SDK.
TOOLS = ["sh", "env", "sed", "dirname", "tail"]


@pytest.fixture
def without_sdk(tmp_path: Path) -> Path:
    """A folder for PATH that has no dotnet."""
    for name in TOOLS:
        found = shutil.which(name)
        assert found
        (tmp_path / name).symlink_to(found)
    return tmp_path


def test_without_an_sdk_it_says_how_to_get_one(without_sdk: Path) -> None:
    for listed in [None, "8.0.100 [/somewhere]"]:
        if listed:
            program = without_sdk / "dotnet"
            program.write_text(f"#!/bin/sh\necho '{listed}'\n")
            program.chmod(0o755)
        environment = dict(os.environ, PATH=str(without_sdk))
        checked = subprocess.run(
            [GUEST, "check"], env=environment, capture_output=True, text=True, timeout=HANG_S
        )
        assert checked.returncode == 1
        assert checked.stdout.count("\n") == 1
        assert "install the SDK of .NET 10, package dotnet-sdk-10.0" in checked.stdout


def test_list_shows_what_a_guest_says(bench: Bench, without_sdk: Path) -> None:
    (row,) = strict_json(bench.ok("list", "--format", "json", PATH=str(without_sdk)).out)["guests"]
    assert row["name"] == "dotnet" and row["version"] == "-"
    assert row["available"].startswith("there is no dotnet in PATH; install the SDK of .NET 10")
    program = without_sdk / "dotnet"
    program.write_text("#!/bin/sh\necho '10.0.999 [/somewhere]'\n")
    program.chmod(0o755)
    (row,) = strict_json(bench.ok("list", "--format", "json", PATH=str(without_sdk)).out)["guests"]
    assert row == {"name": "dotnet", "version": "SDK 10.0.999", "available": "yes"}
    assert "SDK 10.0.999" in bench.ok("list", PATH=str(without_sdk)).out
