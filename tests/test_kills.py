"""Runs that are ended at some moment or other: what was finished is kept, and nothing is half
written, whatever ends them, and whenever.

Here a few runs are ended; many of them, at random moments, and a table of what came of it:

    /usr/bin/python3 tests/test_kills.py [--runs N] [--gate]
"""
from __future__ import annotations

import argparse
import os
import random
import re
import select
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from conftest import (
    BINARY,
    HANG_S,
    HASTY,
    ONE_HEAP,
    Bench,
    catches,
    clean_environment,
    processes_of,
    strict_json,
    wait_until,
)
from test_faults import REFUSAL, REPORTS, is_whole_report

SESSIONS_N = 6
MATRIX = [*HASTY, "--sessions", str(SESSIONS_N), "--hit-rate", "0.5,0.8", "--calls", "10"]
MATRIX += ["--keys", "100", "--strategy", "value_task", "--heap", ONE_HEAP]
MATRIX += ["--export-json", "export.json"]
ROWS_N = 2 * 4

# A gate, and the baseline of so few sessions that no time is told to be worse.
FEW = ["--sessions", "2", "--calls", "10", "--keys", "100", "--strategy", "value_task"]
GATED = [*HASTY, *FEW, "--heap", ONE_HEAP, "--save-baseline", "base.json"]
GATE = ["gate", "--baseline", "base.json", "--time", "0.1", "--sessions", "4"]
GATE += ["--save-baseline", "new.json"]
GATE += ["--export-junit", "junit.xml", "--export-sarif", "gate.sarif"]
GATE += ["--export-markdown", "page.md"]

SIGNALS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL, signal.SIGPIPE]

# What is no error; and what nothing can take away behind a process that is killed.
REMARK = re.compile("warning: |plan: |failed to open /proc/|building |waiting for ")
TEMPORARY = re.compile(r"(.+/)?\..+\.vtb-[0-9a-f]{8}-\d+-\d+\.part")


@dataclass
class Ended:
    """A run that was ended, and what it left in its folder."""

    folder: Path
    number: signal.Signals
    code: int
    err: str
    earlier: dict[str, bytes]
    printed: bool  # before it was ended
    kept: str = "nothing"
    findings: list[str] = field(default_factory=list)


def files_below(folder: Path) -> dict[str, bytes]:
    found = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def end_run(folder: Path, number: signal.Signals, after_s: float) -> Ended:
    made = end_one(folder, number, after_s, MATRIX)
    made.findings = list(judge(made))
    return made


def end_gate(prepared: Path, number: signal.Signals, after_s: float) -> Ended:
    """Ends a gate in a copy, so that it always finds green reports."""
    with TemporaryDirectory(dir=prepared.parent) as name:
        folder = Path(name) / "gate"
        shutil.copytree(prepared, folder)
        made = end_one(folder, number, after_s, GATE)
        made.findings = list(judge_gate(made))
        return made


def end_one(folder: Path, number: signal.Signals, after_s: float, arguments: list[str]) -> Ended:
    """Ends what is run so long after it can be told to end. By SIGPIPE: whoever reads its output
    goes.
    """
    earlier = files_below(folder)
    environment = clean_environment(VTB_RESULTS_DIR="results", TMPDIR=str(folder))
    with (folder.parent / "err").open("w+b") as err:
        process = subprocess.Popen(
            [str(BINARY), *arguments],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=err,
            start_new_session=True,
            preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL),  # not as under nohup
        )
        assert process.stdout
        wait_until(lambda: catches(process, signal.SIGINT), "it does not watch for signals")
        time.sleep(after_s)
        printed = select.select([process.stdout], [], [], 0)[0] != []
        if number == signal.SIGPIPE:
            process.stdout.close()
        else:
            process.send_signal(number)
            process.stdout.read()
        process.wait(HANG_S)
        wait_until(lambda: not processes_of(process.pid), "a process is left behind")
        err.seek(0)
        text = err.read().decode()
    return Ended(folder, number, process.returncode, text, earlier, printed)


# --- what is right ---


def sessions_in(text: bytes) -> int:
    """How many sessions a result file has; an error if it is not whole."""
    results = strict_json(text.decode())
    rows = results["benchmarks"]
    assert rows and all(row["run_name"] for row in rows)
    return int(results["context"]["sessions"])


def is_whole(text: bytes) -> bool:
    try:
        return sessions_in(text) > 0
    except (ValueError, KeyError, AssertionError):
        return False


def judge_result(made: Ended, name: str, content: bytes) -> Iterator[str]:
    if not is_whole(content):
        yield f"{name} is not whole"
        return
    done_n = sessions_in(content)
    made.kept = "all" if done_n == SESSIONS_N else "some"
    if made.code == 0 and done_n != SESSIONS_N:
        yield f"status 0 with {done_n} of {SESSIONS_N} sessions"


def judge_files(made: Ended) -> Iterator[str]:
    after = files_below(made.folder)
    for name, content in made.earlier.items():
        if name not in after:
            if not TEMPORARY.fullmatch(name):  # which is swept: a run that was killed left it
                yield f"{name} is gone"
        elif after[name] != content and name != "export.json":
            yield f"{name} is not as it was"
    for name in sorted({*after.keys() - made.earlier.keys(), "export.json"}):
        if made.number == signal.SIGKILL and TEMPORARY.fullmatch(name):
            continue
        if name.endswith(".json") and after[name] != made.earlier.get(name):
            yield from judge_result(made, name, after[name])
        elif name.endswith(".sessions") and made.code != 0:
            continue  # to go on with, if it was no run that was whole
        elif name != "export.json" and not name.endswith(".samples.csv"):
            yield f"{name} is left behind"


def judge(made: Ended) -> Iterator[str]:
    """The status, the one line, and the files."""
    yield from judge_files(made)
    lines = [line for line in made.err.splitlines() if not REMARK.match(line)]
    errors = [line for line in lines if line.startswith("run_bench: ")]
    told = [line for line in lines if line.startswith("results: ")]
    if len(errors) + len(told) != len(lines):
        yield f"says more: {lines}"
    expected = {signal.SIGKILL: -signal.SIGKILL, signal.SIGPIPE: 1}
    if made.code == 0 and made.kept == "all":
        return  # it had come to its end, and printed everything
    if made.code != expected.get(made.number, 128 + made.number):
        yield f"status {made.code} after {made.number.name}, having kept {made.kept}"
    if made.number == signal.SIGKILL:
        return
    if len(errors) != 1:
        yield f"not one line: {lines}"
    elif made.number == signal.SIGPIPE:
        yield from [] if made.kept == "all" else [f"kept {made.kept}"]
    elif ("nothing was written" in errors[0]) != (made.kept == "nothing"):
        yield f"kept {made.kept}, and says: {errors[0]}"


def judge_gate_files(made: Ended) -> Iterator[str]:
    """What is read stays, what is written is whole, and no report is an earlier gate's."""
    after = files_below(made.folder)
    for name in sorted(after.keys() - made.earlier.keys()):
        if made.number != signal.SIGKILL or not TEMPORARY.fullmatch(name):
            yield f"{name} is left behind"
    for name, content in made.earlier.items():
        if name not in after:
            yield f"{name} is gone"
        elif name == "new.json":
            yield from [] if is_whole(after[name]) else [f"{name} is not whole"]
        elif name not in REPORTS:
            yield from [] if after[name] == content else [f"{name} is not as it was"]
        elif after[name] == content or not is_whole_report(name, after[name].decode()):
            yield f"{name} is an earlier gate's, or not whole"
        elif not REFUSAL.search(after[name]):
            made.kept = "all"
            yield from [f"{name} has a verdict"] if made.code > 128 else []
        elif made.code == 0:
            yield f"{name} says that nothing was compared"


def judge_gate(made: Ended) -> Iterator[str]:
    yield from judge_gate_files(made)
    lines = [line for line in made.err.splitlines() if not REMARK.match(line)]
    expected = {signal.SIGKILL: -signal.SIGKILL, signal.SIGPIPE: 1}
    if made.code not in (0, expected.get(made.number, 128 + made.number)):
        yield f"status {made.code} after {made.number.name}"
    if len(lines) != (made.code > 0) or not all(line.startswith("run_bench: ") for line in lines):
        yield f"not one line: {lines}"


# --- a few of them ---


def prepare(folder: Path, *needs: list[str], arguments: list[str] = MATRIX) -> float:
    """Makes a folder with what earlier runs left; returns how long a run takes."""
    folder.mkdir()
    environment = clean_environment(VTB_RESULTS_DIR="results")
    for each in [*needs, arguments, arguments]:  # the first may build cells
        start = time.monotonic()
        subprocess.run(
            [str(BINARY), *each], cwd=folder, env=environment, check=True, capture_output=True
        )
    return time.monotonic() - start


def prepare_gate(folder: Path) -> float:
    """Likewise, of a gate. Its reports are told from those of another that is as green."""
    gate_s = prepare(folder, GATED, arguments=GATE)
    for name in REPORTS:
        with (folder / name).open("a") as report:
            report.write("\n")
    return gate_s


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, float]:
    if not Path("/proc/self").exists():
        pytest.skip("/proc is not mounted: child processes cannot be told")
    folder = tmp_path_factory.mktemp("kills") / "run"
    return folder, prepare(folder)


@pytest.mark.parametrize(
    "number",
    [
        signal.SIGINT,
        signal.SIGKILL,
        signal.SIGTERM,
        signal.SIGHUP,
        signal.SIGPIPE,
    ],
    ids=lambda number: number.name,
)
def test_ended_run_keeps_what_was_finished(
    prepared: tuple[Path, float], number: signal.Signals
) -> None:
    """At the beginning and near the end, whatever it is doing then."""
    folder, run_s = prepared
    for share in [0.2, 0.8]:
        assert end_run(folder, number, run_s * share).findings == []


@pytest.fixture(scope="module")
def prepared_gate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, float]:
    if not Path("/proc/self").exists():
        pytest.skip("/proc is not mounted: child processes cannot be told")
    folder = tmp_path_factory.mktemp("gates") / "gate"
    return folder, prepare_gate(folder)


@pytest.mark.parametrize(
    "number", [signal.SIGINT, signal.SIGKILL, signal.SIGPIPE], ids=lambda number: number.name
)
def test_ended_gate_leaves_no_green_report(
    prepared_gate: tuple[Path, float], number: signal.Signals
) -> None:
    folder, gate_s = prepared_gate
    assert end_gate(folder, number, gate_s / 2).findings == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_ended_comparison_leaves_all_as_it_was(
    prepared_gate: tuple[Path, float], number: signal.Signals
) -> None:
    """It has nothing to keep, and is ended as any program is: here, as it reads."""
    folder, _ = prepared_gate
    before = files_below(folder)
    with subprocess.Popen(
        [str(BINARY), "compare", "base.json", "-"],
        cwd=folder,
        env=clean_environment(TMPDIR=str(folder)),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as process:
        assert process.stdin and process.stdout
        process.stdin.write(b"{")
        process.stdin.flush()
        process.send_signal(number)
        assert process.wait(HANG_S) == -number
        assert process.stdout.read() == b""
    assert files_below(folder) == before


def test_result_file_grows_from_session_to_session(bench: Bench) -> None:
    """A run that is killed has on disk what it had finished, not only the first session."""
    with bench.start(*MATRIX, "--sessions", "200") as process:
        found: set[int] = set()

        def has_grown() -> bool:
            assert process.poll() is None, f"it grew at the end alone, from {found}"
            found.update(sessions_in(path.read_bytes()) for path in bench.results.glob("run*.json"))
            return len(found) >= 3

        wait_until(has_grown, "no sessions are run")
        process.kill()
    (result,) = bench.results.glob("run*.json")
    assert max(found) <= sessions_in(result.read_bytes()) < 200


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
def test_an_interrupted_run_has_the_sessions_that_it_says(
    bench: Bench, number: signal.Signals
) -> None:
    """To go on with; however many were finished since the result file was last written."""
    words = [*MATRIX, "--sessions", "1000", "--save-baseline", "baseline.json"]
    with bench.start(*words) as process:
        begun: set[int] = set()

        def is_in_tenth() -> bool:
            begun.update(sessions_of(process.pid))
            return len(begun) >= 10

        wait_until(is_in_tenth, "no sessions are run")
        process.send_signal(number)
        _, err = process.communicate(timeout=HANG_S)
    (result,) = bench.results.glob("run*.json")
    (sessions,) = bench.results.glob("run*.sessions")
    done_n = sessions_in(result.read_bytes())
    assert saved_in(sessions.read_bytes()) == done_n
    assert f"interrupted; {done_n} of 1000 sessions of " in err
    assert "are kept, but in no baseline (--save-baseline); --resume goes on with that " in err
    assert not (bench.directory / "baseline.json").exists()


def saved_in(content: bytes) -> int:
    """How many sessions a file of them says that it has."""
    return int.from_bytes(content[16:24], sys.byteorder)


def sessions_of(run: int) -> list[int]:
    """Children that time: they know it by a variable."""
    found = []
    for each in processes_of(run):
        try:
            is_session = b"VTB_SESSION=" in Path(f"/proc/{each}/environ").read_bytes()
            is_child = f"\nPPid:\t{run}\n" in Path(f"/proc/{each}/status").read_text()
        except OSError:
            continue
        found += [each] * (is_session and is_child)
    return found


# --- many of them ---


def main() -> int:
    parser = argparse.ArgumentParser(description="Ends runs at random moments.")
    parser.add_argument("--runs", type=int, default=250, help="in all, of all signals")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--gate", action="store_true", help="end gates")
    options = parser.parse_args()
    moments = random.Random(options.seed)
    statuses: dict[str, Counter[int]] = defaultdict(Counter)
    kept: dict[str, Counter[str]] = defaultdict(Counter)
    wrong_n = 0
    end = end_gate if options.gate else end_run
    with TemporaryDirectory() as name:
        folder = Path(name) / "run"
        run_s = prepare_gate(folder) if options.gate else prepare(folder)
        for i in range(options.runs):
            number = SIGNALS[i % len(SIGNALS)]
            made = end(folder, number, moments.uniform(0, run_s))
            statuses[number.name][made.code] += 1
            kept[number.name][made.kept] += 1
            wrong_n += made.findings != []
            for finding in made.findings:
                print(f"{number.name} {i}: {finding}", flush=True)
    print(f"{'signal':10}{'runs':>6}  {'statuses':32}kept")
    for signal_name, codes in statuses.items():
        told = ", ".join(f"{code}: {n}" for code, n in sorted(codes.items()))
        what = ", ".join(f"{word}: {n}" for word, n in sorted(kept[signal_name].items()))
        print(f"{signal_name:10}{codes.total():6}  {told:32}{what}")
    return wrong_n > 0


if __name__ == "__main__":
    sys.exit(main())
