"""The guest for Java, asked by its protocol and held against the cells; where there is no JDK, what
is said of that."""
from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from conftest import HANG_S, ROOT, Bench, strict_json
from test_guests import (
    CALLS_N,
    KEYS_N,
    Guest,
    assert_a_closed_case_has_no_schedule,
    assert_warm_leaves_nothing,
    usable_or_skip,
    write_schedule,
)

JAVA = ROOT / "guests" / "java" / "guest"


def build(folder: Path) -> None:
    built = subprocess.run([JAVA, "build", folder], capture_output=True, text=True)
    assert built.returncode == 0, built.stdout


@pytest.fixture(scope="module")
def guest(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guest]:
    usable_or_skip(JAVA)
    folder = tmp_path_factory.mktemp("guest")
    build(folder)
    compiled = folder / "cell" / "cell" / "Loop.class"
    stamp = compiled.stat().st_mtime_ns
    build(folder)
    assert compiled.stat().st_mtime_ns == stamp
    started = Guest(JAVA, folder, folder / "schedule")
    yield started
    started.close()


# Bytes of a call that hits, and of one that misses, of each strategy for a reference; and what each
# further method adds. A miss is 24 of the method's future, and 64 by which its caller waits.
BYTES = {
    "plain": (0, 0, 0, 0),
    "completed_future": (24, 88, 0, 0),
    "completable_future": (24, 88, 24, 64),
}


def test_greets(guest: Guest) -> None:
    answer = guest.ask("hello protocol=1")
    assert answer.startswith("ok protocol=1 name=java version=")
    assert f"strategies={','.join(sorted(BYTES))} workloads=user_cache,payload_8," in answer


def bytes_a_call(epoch: dict[str, int]) -> int:
    """Whole ones: the runtime may make something of its own in any epoch, some hundred bytes, which
    are not of calls."""
    return epoch["bytes"] // CALLS_N


@pytest.mark.parametrize("strategy", BYTES)
@pytest.mark.parametrize("depth", [1, 3, 16])
def test_bytes_are_those_of_the_types(guest: Guest, strategy: str, depth: int) -> None:
    hit, miss, more_hit, more_miss = BYTES[strategy]
    for rate, first, more in [(10, hit, more_hit), (0, miss, more_miss)]:
        guest.open(strategy, "user_cache", rate, depth=depth)
        guest.numbers(f"run case=1 first=0 calls={CALLS_N}")  # the runtime makes some things once
        epoch = guest.numbers(f"run case=1 first=0 calls={CALLS_N}")
        assert bytes_a_call(epoch) == first + (depth - 1) * more


@pytest.mark.parametrize("strategy", BYTES)
def test_compiled_code_allocates_as_much(guest: Guest, strategy: str) -> None:
    """A method that was inlined might never make its future."""
    for rate, bytes_n in [(10, BYTES[strategy][0]), (0, BYTES[strategy][1])]:
        guest.open(strategy, "payload_8", rate)
        guest.numbers(f"warm case=1 calls={CALLS_N} limit=20")
        assert bytes_a_call(guest.numbers(f"run case=1 first=0 calls={CALLS_N}")) == bytes_n


MASK = (1 << 64) - 1


def mixed(x: int) -> int:
    x = (x + 0x9E3779B97F4A7C15) & MASK
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9 & MASK
    x = (x ^ x >> 27) * 0x94D049BB133111EB & MASK
    return x ^ x >> 31


def consumed(workload: str, number: int) -> int:
    """What a caller adds of a value, by docs/WORKLOADS.md."""
    if workload == "user_cache":
        return (mixed(~number & MASK) >> 24) + (mixed(number) & 0xFFFFFFFF)
    words = range(int(workload.removeprefix("payload_")) // 8)
    return sum((number + 1) * (2 * i + 0x9E3779B9) * (2 * i + 1) for i in words)


@pytest.mark.parametrize("workload", ["user_cache", "payload_8", "payload_256"])
def test_all_strategies_consume_the_same(guest: Guest, workload: str) -> None:
    asked = range(100, CALLS_N + 421)
    right = sum(consumed(workload, i % CALLS_N * 7919 % KEYS_N) for i in asked) & MASK
    for strategy in BYTES:
        for window in (1, 7, 64):
            guest.open(strategy, workload, rate=6, window=window, depth=2)
            # A circle and a part, which leave operations in the window.
            guest.numbers(f"run case=1 first=100 calls={CALLS_N}")
            last = guest.numbers(f"run case=1 first={CALLS_N + 100} calls=321")
            drained = guest.numbers("drain case=1")["checksum"]
            assert strategy == "plain" or window == 1 or drained != last["checksum"]
            assert drained == right


def test_warm_leaves_nothing(guest: Guest) -> None:
    assert_warm_leaves_nothing(guest, "completable_future")


def test_a_case_that_is_closed_has_its_schedule_no_more(guest: Guest) -> None:
    assert_a_closed_case_has_no_schedule(guest, "completed_future")


def test_refuses(guest: Guest, tmp_path: Path) -> None:
    path = tmp_path / "schedule"
    write_schedule(path, [1, 2, 3], 1)
    right = f"case=2 workload=user_cache keys=9 strategy=plain window=1 depth=1 schedule={path}"
    for question, told in [
        ("open " + right.replace("user_cache", "other"), "there is no workload other; accepted: "),
        ("open " + right.replace("plain", "other"), "there is no strategy other; accepted: "),
        ("open " + right.replace("depth=1", "depth=17"), "open: depth=17; accepted: 1 to 16"),
        ("open " + right.replace("depth=1", "depth=-1"), "open: depth=-1; accepted: 1 to 16"),
        ("open " + right.replace("depth=1 ", ""), "open has no depth="),
        ("open " + right + "no", f"there is no file {path}no"),
        ("open " + right.replace(str(path), str(tmp_path)), "java.io.IOException: "),
        ("sing", "'sing' is no question; accepted: hello, "),
        ("run case=2 first=0 calls=1", "case 2 is not open"),
    ]:
        answer = guest.ask(question)
        assert answer.startswith(f"error {told}"), answer
    assert guest.ask(f"open {right}") == "ok"
    wrong = tmp_path / "wrong"
    for at, told in [
        (0, "does not begin with VTBSCHED"),
        (8, "is of version"),
        (16, "bytes, and its header"),
        (23, "bytes, and its header"),
        (40, "is not what its digest says"),
        (99, "is not what its digest says"),
    ]:
        content = bytearray(path.read_bytes())
        content[at] ^= 2
        wrong.write_bytes(content)
        assert told in guest.ask(f"open {right.replace(str(path), str(wrong))}")
    wrong.write_bytes(b"")
    empty = guest.ask(f"open {right.replace(str(path), str(wrong))}")
    assert empty == "error the schedule's file has 0 bytes, and its header alone 96"
    write_schedule(path, [1, 0xC0000002, 3], 1)
    assert "on which the store fails" in guest.ask(f"open {right}")
    maps = Path(f"/proc/{guest.process.pid}/maps").read_text()
    assert str(wrong) not in maps  # of what was refused nothing is kept


def test_the_nursery_is_what_was_asked_for(
    guest: Guest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As often as eden is filled; a thread's last buffer in it may stay empty in part."""
    nursery = 4 << 20
    calls_n = 100 * CALLS_N
    monkeypatch.setenv("VTB_GUEST_NURSERY", str(nursery))
    other = Guest(JAVA, guest.folder, guest.schedule)
    other.open("completed_future", "user_cache", rate=10)
    other.numbers(f"run case=1 first=0 calls={CALLS_N}")
    epoch = other.numbers(f"run case=1 first=0 calls={calls_n}")
    other.close()
    assert epoch["bytes"] // calls_n == 24
    assert epoch["gen1"] == epoch["gen2"] == 0
    assert epoch["gen0"] == pytest.approx(24 * calls_n / nursery, rel=0.1)


def test_pauses_are_shorter_than_epochs(
    guest: Guest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are told as finely as the clock: compiled, an epoch of these takes no millisecond. What
    tells them is no file that others would find."""
    calls_n = 15000  # with 24 bytes each, a nursery and a half
    monkeypatch.setenv("VTB_GUEST_NURSERY", str(256 << 10))
    other = Guest(JAVA, guest.folder, guest.schedule)
    other.open("completed_future", "user_cache", rate=10)
    epochs = [other.numbers(f"run case=1 first=0 calls={calls_n}") for _ in range(100)]
    files = list(Path("/tmp").glob(f"hsperfdata_*/{other.process.pid}"))
    other.close()
    assert files == []
    assert all(0 < epoch["pause_ns"] < epoch["ns"] for epoch in epochs)
    assert all(epoch["gen0"] >= 1 for epoch in epochs)
    assert any(epoch["pause_ns"] % 1000 for epoch in epochs)


def script(path: Path, *lines: str) -> None:
    path.write_text("\n".join([f"#!{sys.executable}", "import os, sys", *lines]) + "\n")
    path.chmod(0o755)


def test_without_the_counters_no_case_is_opened(
    guest: Guest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = "[word.replace('+UsePerf', '-UsePerf') for word in sys.argv]"
    script(tmp_path / "java", f"os.execv({shutil.which('java')!r}, {words})")
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    other = Guest(JAVA, guest.folder, guest.schedule)
    assert other.ask("hello protocol=1").startswith("ok ")
    schedule = tmp_path / "schedule"
    write_schedule(schedule, [1, 2, 3], 1)
    where = f"window=1 depth=1 schedule={schedule}"
    answer = other.ask(f"open case=1 workload=user_cache keys=9 strategy=plain {where}")
    maps = Path(f"/proc/{other.process.pid}/maps").read_text()
    other.close()
    assert answer == "error this runtime has no counter sun.gc.collector.0.invocations"
    assert str(schedule) not in maps


# A machine of 512 GiB, as far as a program asks for that.
LARGE = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <unistd.h>
long sysconf(int name)
{
    long (*const own)(int) = (long (*)(int))dlsym(RTLD_NEXT, "sysconf");
    return name == _SC_PHYS_PAGES ? (512L << 30) / own(_SC_PAGESIZE) : own(name);
}
"""


def sizes_of(*command: str | Path, **environment: str) -> list[str]:
    """What is told of the heap, and of references, by a runtime that prints its flags."""
    environment = dict(os.environ, **environment)
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    lines = [line.split() for line in (done.stdout + done.stderr).splitlines()]
    wanted = ("InitialHeapSize", "MaxHeapSize", "UseCompressedOops")
    return [line[3] for line in lines if line[1:2] and line[1] in wanted]


def test_the_heap_is_what_the_runtime_has_on_the_machine(guest: Guest, tmp_path: Path) -> None:
    """With references of 4 bytes, even on a large one."""
    own = shutil.which("java")
    assert own
    flags = "*sys.argv[1:sys.argv.index('-cp')], '-XX:+PrintFlagsFinal', '-version'"
    script(tmp_path / "java", f"os.execv({own!r}, ['java', {flags}])")
    (tmp_path / "large.c").write_text(LARGE)
    library = tmp_path / "large.so"
    subprocess.run(
        ["cc", "-shared", "-fPIC", "-o", library, tmp_path / "large.c", "-ldl"], check=True
    )
    path = f"{tmp_path}:{os.environ['PATH']}"
    for preloaded in ("", str(library)):
        usual = sizes_of(
            own, "-XX:+UseSerialGC", "-XX:+PrintFlagsFinal", "-version", LD_PRELOAD=preloaded
        )
        guests = sizes_of(JAVA, "run", guest.folder, PATH=path, LD_PRELOAD=preloaded)
        assert guests == usual
        assert len(guests) == 3 and guests[2] == "true"


def test_it_consumes_what_the_cells_do(bench: Bench) -> None:
    """By the client, which ends a guest whose checksum is another."""
    usable_or_skip(JAVA)
    workloads = ["payload_8", "payload_64"]
    words = ["--guest", "java", "--workload", ",".join(workloads), "--strategy", "heap_task"]
    words += ["--method", "both", "--rounds", "0", "--calls", "20000", "--keys", "1000"]
    found = strict_json(bench.ok("run", *words, "--format", "json").out)
    own = [row["run_name"].split("/java/")[0] for row in found["benchmarks"] if "guest" in row]
    methods = ["plain", "heap_task", "heap_task"]
    assert own == [f"{workload}/{method}" for workload in workloads for method in methods]


# What `guest check` needs besides a JDK.
TOOLS = ["sh", "sed", "dirname"]

GET = "install a JDK of version 17 or later: package default-jdk-headless"
BOTH = "put both of one JDK first in PATH"
JAVA_17 = 'openjdk version "17.0.1" 2021-10-19'
JAVA_21 = 'openjdk version "21" 2023-09-19'


@pytest.mark.parametrize(
    ("javac", "java", "told"),
    [
        (None, None, f"there is no javac in PATH; {GET}"),
        ("javac 17.0.1", None, f"there is no java in PATH; {GET}"),
        ("javac 11.0.2", JAVA_17, f"javac is of version '11.0.2'; {GET}"),
        ("nonsense", JAVA_17, f"javac is of version 'unknown'; {GET}"),
        ("javac 17.0.1", 'java version "1.8.0_292"', f"java is of version '1.8.0'; {GET}"),
        ("javac 17.0.1", "nonsense", f"java is of version 'unknown'; {GET}"),
        ("javac 17.0.1", JAVA_21, f"javac is of version 17.0.1 and java of 21; {BOTH}"),
        ("javac 21.0.2", JAVA_17, f"javac is of version 21.0.2 and java of 17.0.1; {BOTH}"),
        ("javac 21.0.2", JAVA_21, None),
        ("javac 26-ea", 'openjdk version "26-ea" 2026-03-17', None),
    ],
)
def test_what_it_says_of_a_jdk(
    tmp_path: Path, javac: str | None, java: str | None, told: str | None
) -> None:
    for name in TOOLS:
        found = shutil.which(name)
        assert found
        (tmp_path / name).symlink_to(found)
    for name, says in [("javac", javac), ("java", java)]:
        if says:
            (tmp_path / name).write_text(f"#!/bin/sh\necho '{says}' >&2\n")
            (tmp_path / name).chmod(0o755)
    checked = subprocess.run(
        [JAVA, "check"],
        env=dict(os.environ, PATH=str(tmp_path)),
        capture_output=True,
        text=True,
        timeout=HANG_S,
    )
    assert checked.returncode == (1 if told else 0)
    assert checked.stderr == ""
    if told:
        assert checked.stdout == f"{told}\n"
    else:
        assert javac and checked.stdout == f"JDK {javac.split()[1].removesuffix('-ea')}\n"
