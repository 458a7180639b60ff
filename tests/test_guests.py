"""The guests for .NET, asked by their protocol; where there is no SDK, or no package of .NET 11,
what is said of that."""
from __future__ import annotations

import hashlib
import os
import shutil
import struct
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from conftest import BUILD, HANG_S, ROOT, Bench, strict_json

GUESTS = ROOT / "guests"
GUEST = GUESTS / "dotnet" / "guest"
GUEST_11 = GUESTS / "dotnet11" / "guest"

MISS = 0x80000000
CALLS_N = 40000
KEYS_N = 1000


def usable_or_skip(program: Path) -> None:
    checked = subprocess.run([program, "check"], capture_output=True, text=True, timeout=HANG_S)
    if checked.returncode != 0:
        pytest.skip(f"guest {program.parent.name}: {checked.stdout.strip()}")


def schedule_ids(rate: int) -> list[int]:
    return [(i * 7919) % KEYS_N | (0 if i % 10 < rate else MISS) for i in range(CALLS_N)]


def order_of(window: int) -> list[int]:
    """Not that of the frames."""
    return [frame for at in range(3) for frame in range(at, window, 3)]


def write_schedule(path: Path, ids: list[int], window: int) -> None:
    rest = struct.pack(f"<{len(ids) + window}I", *ids, *order_of(window))
    digest = hashlib.sha256(rest).hexdigest().encode()
    head = struct.pack("<8sIIQQ64s", b"VTBSCHED", 1, 96, len(ids), window, digest)
    path.write_bytes(head + rest)


class Guest:
    """One that runs, as it is built in a folder."""

    def __init__(self, program: Path, folder: Path, schedule: Path) -> None:
        self.version = 11 if program == GUEST_11 else 10
        self.folder = folder
        self.schedule = schedule
        self.number = 0
        self.process = subprocess.Popen(
            [program, "run", folder], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
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
        self,
        strategy: str,
        workload: str,
        rate: int,
        window: int = 64,
        depth: int = 1,
        caller: str = "",
    ) -> None:
        write_schedule(self.schedule, schedule_ids(rate), window)
        question = f"open case=1 workload={workload} keys={KEYS_N} strategy={strategy}{caller}"
        where = f"schedule={self.schedule}"
        assert self.ask(f"{question} window={window} depth={depth} {where}") == "ok"

    def close(self) -> None:
        assert self.process.stdin
        self.process.stdin.close()
        assert self.process.wait(HANG_S) == 0


@pytest.fixture(scope="module", params=[GUEST, GUEST_11], ids=["dotnet", "dotnet11"])
def guest(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Guest]:
    """As `build` leaves it for all that run it, which takes long."""
    program = request.param
    usable_or_skip(program)
    own = tmp_path_factory.mktemp("guest")
    name = program.parent.name
    Bench(own).ok("build", "--strategy", "heap_task", "--guest", name)
    folder = BUILD / "guests" / name
    stamp = (folder / "bin" / "guest.dll").stat().st_mtime_ns
    subprocess.run([program, "build", folder], check=True, capture_output=True)
    assert (folder / "bin" / "guest.dll").stat().st_mtime_ns == stamp
    started = Guest(program, folder, own / "schedule")
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


# The same where methods that the runtime suspends are called, or call: by .NET, caller, strategy.
CLASSIC = " caller=classic"
AT_ONCE = " caller=runtime"
STORED = " caller=runtime stored=1"
RUNTIME_BYTES = {
    (10, CLASSIC, "runtime_task"): (72, 568, 0, 152),
    (10, CLASSIC, "runtime_value_task"): (0, 568, 0, 152),
    (10, AT_ONCE, "runtime_task"): (0, 480, 0, 152),
    (10, AT_ONCE, "runtime_value_task"): (0, 480, 0, 152),
    (10, AT_ONCE, "task_from_result"): (72, 408, 0, 0),
    (10, AT_ONCE, "value_task"): (0, 440, 0, 0),
    (10, AT_ONCE, "async_task"): (72, 408, 72, 104),
    (10, AT_ONCE, "async_value_task"): (0, 448, 0, 128),
    (10, STORED, "runtime_task"): (72, 720, 0, 152),
    (10, STORED, "runtime_value_task"): (0, 752, 0, 152),
    (10, STORED, "task_from_result"): (72, 256, 0, 0),
    (10, STORED, "value_task"): (0, 288, 0, 0),
    (10, STORED, "async_task"): (72, 256, 72, 104),
    (10, STORED, "async_value_task"): (0, 296, 0, 128),
    (11, CLASSIC, "runtime_task"): (72, 264, 0, 64),
    (11, CLASSIC, "runtime_value_task"): (0, 264, 0, 64),
    (11, AT_ONCE, "plain"): (0, 0, 0, 0),
    (11, AT_ONCE, "runtime_task"): (0, 136, 0, 64),
    (11, AT_ONCE, "runtime_value_task"): (0, 136, 0, 64),
    (11, AT_ONCE, "task_from_result"): (0, 216, 0, 56),
    (11, AT_ONCE, "cached_task"): (0, 160, 0, 56),
    (11, AT_ONCE, "value_task"): (0, 216, 0, 56),
    (11, AT_ONCE, "async_task"): (72, 160, 72, 104),
    (11, AT_ONCE, "async_value_task"): (0, 168, 0, 128),
    (11, STORED, "runtime_task"): (72, 336, 0, 64),
    (11, STORED, "runtime_value_task"): (0, 336, 0, 64),
    (11, STORED, "task_from_result"): (72, 104, 0, 0),
    (11, STORED, "value_task"): (0, 104, 0, 0),
    (11, STORED, "async_task"): (72, 104, 72, 104),
    (11, STORED, "async_value_task"): (0, 112, 0, 128),
}
EPOCH_BYTES = 400  # a runtime caller awaits its turn once an epoch


def bytes_of(guest: Guest, at: tuple[str, str], rate: int, depth: int) -> int:
    caller, strategy = at
    guest.open(strategy, "user_cache", rate, depth=depth, caller=caller)
    guest.numbers("run case=1 first=0 calls=100")  # the runtime makes some things once
    return guest.numbers(f"run case=1 first=0 calls={CALLS_N}")["bytes"]


def test_greets(guest: Guest) -> None:
    answer = guest.ask("hello protocol=1")
    assert answer.startswith(f"ok protocol=1 name=dotnet version={guest.version}.")
    for name in [*BYTES, "runtime_task", "runtime_value_task"]:
        assert name in answer
    assert "workloads=user_cache,config_read,payload_8," in answer
    assert answer.endswith(" callers=classic,runtime")
    # Frame 40, question 32, source 24, task 72, delegate 64 (on .NET 11 56), what it captures 32.
    delegate = 56 if str(guest.version).startswith("11") else 64
    assert f" frame={200 + delegate} " in answer


@pytest.mark.parametrize("strategy", BYTES)
@pytest.mark.parametrize("depth", [1, 3, 16])
def test_bytes_are_those_of_the_types(guest: Guest, strategy: str, depth: int) -> None:
    hit, miss, more_hit, more_miss = BYTES[strategy]
    for rate, first, more in [(10, hit, more_hit), (0, miss, more_miss)]:
        for caller in ("", CLASSIC, f"{CLASSIC} stored=1"):
            measured = bytes_of(guest, (caller, strategy), rate, depth)
            assert measured == (first + (depth - 1) * more) * CALLS_N


@pytest.mark.parametrize("depth", [1, 3])
def test_bytes_where_the_runtime_suspends(guest: Guest, depth: int) -> None:
    for (version, *at), (hit, miss, more_hit, more_miss) in RUNTIME_BYTES.items():
        if version != guest.version:
            continue
        for rate, first, more in [(10, hit, more_hit), (0, miss, more_miss)]:
            measured = bytes_of(guest, (at[0], at[1]), rate, depth)
            besides = measured - (first + (depth - 1) * more) * CALLS_N
            assert 0 <= besides < EPOCH_BYTES, (at, rate)


def consumed_of(ids: list[int], order: list[int]) -> Iterator[int]:
    """The checksum after each call of payload_8, as docs/GUESTS.md has frames used: then what waits
    is missing."""
    waiting: dict[int, int] = {}
    free = turn = checksum = 0

    def value(key: int) -> int:
        return ((key & ~MISS) + 1) * 0x9E3779B9

    for key in ids:
        if key & MISS:
            waiting[free] = key
            free = len(waiting)
            if free == len(order):
                free = order[turn % len(order)]
                turn += 1
                checksum += value(waiting.pop(free))
        else:
            checksum += value(key)
        yield checksum % 2**64


PARTS = [1, 5, 20, CALLS_N - 26, 1, 321]  # epochs, some of which are shorter than the window


def checksums_of(guest: Guest) -> list[int]:
    told = []
    at = 0
    for calls in PARTS:
        told.append(guest.numbers(f"run case=1 first={at} calls={calls}")["checksum"])
        at += calls
    told += [guest.numbers("drain case=1")["checksum"] for _ in range(2)]
    return [*told, guest.numbers("run case=1 first=7 calls=99")["checksum"]]


def test_all_callers_consume_the_same_at_the_same_time(guest: Guest) -> None:
    points = [("user_cache", 64, 1), ("config_read", 7, 3), ("payload_8", 5, 1)]
    for workload, window, depth in [*points, ("payload_64", 1, 2)]:
        told = set()
        for strategy in [*BYTES, "pooled_value_task", "runtime_task", "runtime_value_task"]:
            for caller in ("", AT_ONCE, STORED) if strategy != "plain" else ():
                guest.open(strategy, workload, 6, window=window, depth=depth, caller=caller)
                told.add(tuple(checksums_of(guest)))
        (sums,) = told
        if workload == "payload_8":
            ids = schedule_ids(6)
            whole = list(consumed_of(ids + ids, order_of(window)))
            ends = [sum(PARTS[: at + 1]) for at in range(len(PARTS))]
            assert [whole[end - 1] for end in ends] == list(sums[: len(PARTS)])


@pytest.mark.parametrize("workload", ["user_cache", "config_read", "payload_8", "payload_256"])
def test_all_strategies_consume_the_same(guest: Guest, workload: str) -> None:
    sums = set()
    for strategy in [*BYTES, "pooled_value_task", "runtime_task"]:
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


def assert_warm_leaves_nothing(guest: Guest, strategy: str, caller: str = "") -> None:
    guest.open(strategy, "user_cache", rate=5, caller=caller)
    assert guest.numbers("warm case=1 calls=1000 limit=60")["steady"] in (0, 1)
    assert guest.numbers("drain case=1")["checksum"] == 0
    epoch = guest.numbers(f"run case=1 first=0 calls={CALLS_N}")
    assert epoch["ns"] > 0 and epoch["gen0"] >= epoch["gen1"] >= epoch["gen2"]
    assert guest.ask("close case=1") == "ok"
    assert guest.ask("drain case=1") == "error case 1 is not open"


@pytest.mark.parametrize("caller", ["", AT_ONCE])
def test_warm_leaves_nothing(guest: Guest, caller: str) -> None:
    assert_warm_leaves_nothing(guest, "async_task", caller)


def assert_a_closed_case_has_no_schedule(guest: Guest, other: str) -> None:
    """Nor one in whose place another was opened."""
    maps = Path(f"/proc/{guest.process.pid}/maps")
    guest.open("plain", "user_cache", rate=5)
    assert str(guest.schedule) in maps.read_text()
    guest.open(other, "user_cache", rate=5)
    assert maps.read_text().count(str(guest.schedule)) == 1
    assert guest.ask("close case=1") == "ok"
    assert str(guest.schedule) not in maps.read_text()


def test_a_case_that_is_closed_has_its_schedule_no_more(guest: Guest) -> None:
    assert_a_closed_case_has_no_schedule(guest, "async_task")


def resident_bytes(guest: Guest) -> int:
    pages = Path(f"/proc/{guest.process.pid}/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def test_cases_share_a_table(guest: Guest) -> None:
    """One of so many keys takes 24 bytes for each of half as many slots more, and its records."""
    keys_n = 2_000_000
    path = guest.schedule
    write_schedule(path, schedule_ids(5), 1)
    sizes = [resident_bytes(guest)]
    for case, strategy in enumerate(["plain", "async_task", "value_task"], 1):
        question = f"open case={case} workload=user_cache keys={keys_n} strategy={strategy}"
        assert guest.ask(f"{question} window=1 depth=1 schedule={path}") == "ok"
        sizes.append(resident_bytes(guest))
    # less what the runtime had set aside, and fills first
    assert sizes[1] - sizes[0] > 28 * keys_n
    assert sizes[3] - sizes[1] < 36 * keys_n / 2
    for case in range(1, 4):
        assert guest.ask(f"close case={case}") == "ok"


def test_refuses(guest: Guest, tmp_path: Path) -> None:
    path = tmp_path / "schedule"
    write_schedule(path, [1, 2, 3], 1)
    right = f"case=2 workload=user_cache keys=9 strategy=plain window=1 depth=1 schedule={path}"
    for question, told in [
        ("open " + right.replace("user_cache", "other"), "there is no workload other; accepted: "),
        ("open " + right.replace("plain", "other"), "there is no strategy other; accepted: "),
        ("open " + right.replace("depth=1", "depth=17"), "open: depth=17; accepted: 1 to 16"),
        ("open " + right.replace("depth=1 ", ""), "open has no depth="),
        ("open caller=none " + right, "open: caller=none; accepted: classic, runtime"),
        ("open stored=2 " + right, "open: stored=2; accepted: 0, 1"),
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
TOOLS = ["sh", "env", "sed", "dirname", "tail", "uname"]


@pytest.fixture
def without_sdk(tmp_path: Path) -> Path:
    """A folder for PATH that has no dotnet."""
    for name in TOOLS:
        found = shutil.which(name)
        assert found
        (tmp_path / name).symlink_to(found)
    return tmp_path


def check_of(program: Path, **environment: str) -> tuple[int, str]:
    checked = subprocess.run(
        [program, "check"],
        env=dict(os.environ, **environment),
        capture_output=True,
        text=True,
        timeout=HANG_S,
    )
    assert checked.stdout.count("\n") == 1
    return checked.returncode, checked.stdout


def lists_sdks(folder: Path, listed: str) -> None:
    program = folder / "dotnet"
    program.write_text(f"#!/bin/sh\necho '{listed}'\n")
    program.chmod(0o755)


@pytest.mark.parametrize("program", [GUEST, GUEST_11])
def test_without_an_sdk_it_says_how_to_get_one(without_sdk: Path, program: Path) -> None:
    for listed in [None, "8.0.100 [/somewhere]"]:
        if listed:
            lists_sdks(without_sdk, listed)
        code, told = check_of(program, PATH=str(without_sdk))
        assert code == 1
        assert "install the SDK of .NET 10, package dotnet-sdk-10.0" in told


def test_without_the_packages_of_11_it_says_how_to_fetch_them(
    without_sdk: Path, tmp_path: Path
) -> None:
    lists_sdks(without_sdk, "10.0.999 [/somewhere]")
    packages = tmp_path / "packages"
    environment = {"PATH": str(without_sdk), "NUGET_PACKAGES": str(packages)}
    for package in ["runtime", "host"]:
        code, told = check_of(GUEST_11, **environment)
        assert code == 1
        assert told.startswith(f"there is no microsoft.netcore.app.{package}.linux-")
        assert told.endswith(f"; to fetch it: {GUEST_11} fetch\n")
        for machine in ["x64", "arm64"]:
            name = f"microsoft.netcore.app.{package}.linux-{machine}"
            (packages / name / "11.0.0").mkdir(parents=True)
    assert check_of(GUEST_11, **environment) == (0, "SDK 10.0.999, runtime 11.0.0\n")


def test_list_shows_what_a_guest_says(bench: Bench, without_sdk: Path, tmp_path: Path) -> None:
    environment = {"PATH": str(without_sdk), "NUGET_PACKAGES": str(tmp_path)}

    def rows() -> dict[str, dict[str, str]]:
        listed = strict_json(bench.ok("list", "--format", "json", **environment).out)["guests"]
        return {row["name"]: row for row in listed}

    for name in ("dotnet", "dotnet11"):
        assert rows()[name]["version"] == "-"
        told = "there is no dotnet in PATH; install the SDK of .NET 10"
        assert rows()[name]["available"].startswith(told)
    lists_sdks(without_sdk, "10.0.999 [/somewhere]")
    right = {"name": "dotnet", "version": "SDK 10.0.999", "available": "yes"}
    assert rows()["dotnet"] == right
    assert rows()["dotnet11"]["available"].startswith("there is no microsoft.netcore.app.runtime.")
    assert "SDK 10.0.999" in bench.ok("list", **environment).out
