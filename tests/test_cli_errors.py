"""Problems at run time: output that cannot be written, readers that go, interrupts.

A failure is one line and a status; what was there before is untouched, and nothing is half written.
"""
from __future__ import annotations

import codecs
import contextlib
import os
import pty
import re
import resource
import select
import shlex
import shutil
import signal
import stat
import subprocess
import time
import xml.etree.ElementTree as xml
from pathlib import Path
from typing import Callable, Iterator

import pytest

from conftest import (
    A_DAY,
    BINARY,
    BUILD,
    COUNTED,
    HANG_S,
    HASTY,
    ROOT,
    STRATEGIES,
    TIMED,
    Bench,
    Outcome,
    Row,
    catches,
    iterations,
    medians,
    parameters,
    processes_of,
    strategy_of,
    strict_json,
    wait_until,
)

FULL = Path("/dev/full")
needs_full = pytest.mark.skipif(not FULL.is_char_device(), reason="there is no /dev/full here")


def run_in_shell(bench: Bench, redirections: str, *arguments: str) -> Outcome:
    """Runs the program as a shell starts it, with descriptors that are closed or redirected."""
    command = f"exec {shlex.join([str(BINARY), *arguments])} {redirections}"
    done = subprocess.run(
        ["sh", "-c", command],
        cwd=bench.directory,
        env=bench.environment(),
        capture_output=True,
        text=True,
        timeout=HANG_S,
    )
    return Outcome(done.returncode, done.stdout, done.stderr, bench.results)


def names(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir())


# --- standard output ---


@needs_full
@pytest.mark.parametrize("form", ["table", "json", "csv", "markdown"])
def test_full_standard_output_is_an_error_that_names_the_result_file(
    bench: Bench, form: str
) -> None:
    outcome = run_in_shell(bench, ">/dev/full", *COUNTED, "--format", form)
    assert outcome.code == 1
    assert "standard output cannot be written: No space left on device" in outcome.error
    result_file = outcome.files()[0]
    assert f"'{result_file}'" in outcome.error
    assert len(strict_json(result_file.read_text())["benchmarks"]) == len(STRATEGIES)


@needs_full
@pytest.mark.parametrize(
    "arguments",
    [
        *[["list"], ["--help"], ["--version"], ["list", "--help"]],
        *[["--dry-run"], ["--dry-run", "--format", "json"]],
        ["--dry-run", "--hit-rate", "0:1:0.002", "--strategy", "plain", "--format", "json"],
    ],
)
def test_full_standard_output_is_an_error_of_every_command(
    bench: Bench, arguments: list[str]
) -> None:
    outcome = run_in_shell(bench, ">/dev/full", *arguments)
    assert outcome.code == 1
    assert "standard output cannot be written: No space left on device" in outcome.error
    assert names(bench.directory) == []


CLOSED = "standard output cannot be written: it is closed"


@pytest.mark.parametrize("redirections", [">&-", ">&- <&-", ">&- 2>&-", ">&- 2>&- <&-"])
def test_closed_streams_cost_nothing_but_what_goes_there(bench: Bench, redirections: str) -> None:
    """No file of ours may land on descriptor 1 or 2, where what is printed would get into it."""
    outcome = run_in_shell(bench, redirections, *COUNTED, "--export-csv", "export.csv")
    assert outcome.code == 1
    json_file, samples_file = outcome.files()
    expected = f"run_bench: {CLOSED}; the figures are in '{json_file}'"
    assert outcome.complaints == ([] if "2>&-" in redirections else [expected])
    assert len(strict_json(json_file.read_text())["benchmarks"]) == len(STRATEGIES)
    columns = "name,session,round,operations,real_ns_per_op,cpu_ns_per_op,gc_ns_per_op,"
    assert samples_file.read_text() == columns + "probe_before_ns,probe_after_ns\n"
    assert len((bench.directory / "export.csv").read_text().splitlines()) == 1 + len(STRATEGIES)


@pytest.mark.parametrize("redirection", [">&-", pytest.param(">/dev/full", marks=needs_full)])
@pytest.mark.parametrize(
    "arguments",
    [
        *[["list"], ["list", "--events"], ["--help"], ["--version"], ["--dry-run"]],
        *[["misuse", "--strategy", "plain"], ["check", "--strategy", "plain"]],
        *[["doctor", "--time", "0.01"], ["build", "--strategy", "plain"]],
        *[["new", "strategy", "mine.c"], ["gate", "--baseline", "base.json"]],
        ["compare", "base.json", "base.json"],
    ],
)
def test_standard_output_that_cannot_be_written_is_an_error_of_every_command(
    bench: Bench, redirection: str, arguments: list[str]
) -> None:
    if "base.json" in arguments:
        counted = [*COUNTED, "--strategy", "plain"]
        bench.ok(*counted, "--save-baseline", "base.json", "--export-json", "result.json")
    if arguments[0] == "compare":
        arguments = ["compare", "result.json", "result.json"]
    outcome = run_in_shell(bench, redirection, *arguments)
    assert outcome.code == 1
    assert "standard output cannot be written: " in outcome.error


@pytest.mark.parametrize("arguments", [["list"], ["--help"], ["--dry-run"], COUNTED])
def test_reader_that_is_gone_is_told(bench: Bench, arguments: list[str]) -> None:
    """The pipe's other end is closed before a byte is written, as that of `| head` may be."""
    read_end, write_end = os.pipe()
    os.close(read_end)
    done = subprocess.run(
        [str(BINARY), *arguments],
        cwd=bench.directory,
        env=bench.environment(),
        stdout=write_end,
        stderr=subprocess.PIPE,
        text=True,
        timeout=HANG_S,
    )
    os.close(write_end)
    outcome = Outcome(done.returncode, "", done.stderr, bench.results)
    assert outcome.code == 1
    (line,) = outcome.complaints
    assert line.startswith("run_bench: standard output cannot be written: its reader has gone away")
    assert arguments != COUNTED or str(outcome.files()[0]) in line


def test_reader_that_takes_one_byte_is_no_error(bench: Bench) -> None:
    outcome = run_in_shell(bench, "| head -c 1", *COUNTED, "--format", "json")
    assert outcome.out == "{"
    assert outcome.complaints == [f"results: {outcome.files()[0]}"]


# --- files ---


@needs_full
@pytest.mark.parametrize("form", ["json", "csv", "markdown"])
def test_full_device_is_an_error_and_stays_a_device(bench: Bench, form: str) -> None:
    """A file that is renamed into place would replace the device for everybody."""
    outcome = bench(*COUNTED, f"--export-{form}", str(FULL))
    assert outcome.code == 1
    assert "'/dev/full' cannot be written: No space left on device" in outcome.error
    assert stat.S_ISCHR(FULL.stat().st_mode)
    assert outcome.out.startswith("user_cache, "), "what was measured is lost"
    assert outcome.error.endswith(f"; the figures are in '{outcome.files()[0]}'")
    assert [name for name in names(Path("/dev")) if name.startswith(".full.")] == []


def test_device_takes_an_export_and_stays_a_device(bench: Bench) -> None:
    bench.ok(*COUNTED, "--export-json", "/dev/null")
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)


EXPORTS = ["export-json", "export-csv", "export-markdown", "save-baseline"]


@needs_full
@pytest.mark.parametrize("full", EXPORTS)
def test_one_output_that_fails_withholds_no_other(bench: Bench, full: str) -> None:
    """To measure took its time."""
    places = {option: str(FULL) if option == full else f"{option}.out" for option in EXPORTS}
    arguments = [word for option, place in places.items() for word in [f"--{option}", place]]
    outcome = bench(*COUNTED, *arguments)
    assert outcome.code == 1
    assert "'/dev/full' cannot be written: No space left on device" in outcome.error
    assert outcome.error.endswith(f"; the figures are in '{outcome.files()[0]}'")
    assert outcome.out.startswith("user_cache, ")
    written = [f"{option}.out" for option in EXPORTS if option != full]
    assert names(bench.directory) == sorted([*written, "results"])
    assert all((bench.directory / name).stat().st_size > 0 for name in written)


@needs_full
def test_one_output_of_a_gate_that_fails_withholds_no_other(bench: Bench) -> None:
    bench.ok(*COUNTED, "--strategy", "plain", "--save-baseline", "base.json")
    gate = ["gate", "--baseline", "base.json"]
    outcome = bench(*gate, "--export-junit", str(FULL), "--export-markdown", "page.md")
    assert outcome.code == 1
    assert "'/dev/full' cannot be written" in outcome.error
    assert outcome.out != ""
    assert (bench.directory / "page.md").stat().st_size > 0
    outcome = bench(*gate, "--export-junit", "report.xml", "--export-markdown", str(FULL))
    assert outcome.code == 1
    assert (bench.directory / "report.xml").stat().st_size > 0
    outcome = bench(*gate, "--export-junit", "report.xml", "--save-baseline", str(FULL))
    assert outcome.code == 1
    assert "'/dev/full' cannot be written" in outcome.error
    assert " same." in outcome.out
    assert "nothing was compared" not in (bench.directory / "report.xml").read_text()


@pytest.mark.parametrize("name", ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"])
def test_standard_output_by_name_is_added_to(bench: Bench, name: str) -> None:
    """A file that is renamed into place would end the log that it is redirected to."""
    log = bench.directory / "log.txt"
    log.write_text("before\n", encoding="utf-8")
    outcome = run_in_shell(bench, ">>log.txt", *COUNTED, "--export-csv", name)
    assert outcome.code == 0
    before, header, *rest = log.read_text(encoding="utf-8").splitlines()
    assert before == "before" and header.startswith("name,")
    assert any(line.startswith("user_cache, ") for line in rest)
    assert names(bench.directory) == ["log.txt", "results"]


@pytest.mark.parametrize(
    "arguments",
    [
        [*COUNTED, "--export-csv", "log.txt"],
        [*COUNTED, "--save-baseline", "./log.txt"],
        ["gate", "--baseline", "log.txt"],
        ["compare", "log.txt", "log.txt"],
    ],
)
def test_standard_output_is_no_other_file(bench: Bench, arguments: list[str]) -> None:
    """What is printed would be lost, or what is read."""
    log = bench.directory / "log.txt"
    log.write_text("before\n", encoding="utf-8")
    outcome = run_in_shell(bench, ">>log.txt", *arguments)
    assert outcome.code == 2
    assert "standard output are the same file" in outcome.error
    assert log.read_text(encoding="utf-8") == "before\n"


def test_standard_error_is_no_other_file(bench: Bench) -> None:
    """The file would be replaced, and warnings and errors with it; with standard output it may be
    one."""
    log = bench.directory / "log.txt"
    assert run_in_shell(bench, "2>>log.txt", *COUNTED, "--export-csv", "log.txt").code == 2
    told = "run_bench: --export-csv and standard error are the same file, '/dev/stderr'; "
    assert log.read_text(encoding="utf-8").startswith(told)
    log.unlink()
    assert run_in_shell(bench, ">log.txt 2>&1", *COUNTED).code == 0
    assert "results: " in log.read_text(encoding="utf-8")


def test_open_file_is_written_to(bench: Bench) -> None:
    redirection = "3>>export.txt 4>export.csv"
    (bench.directory / "export.txt").write_text("before\n", encoding="utf-8")
    arguments = [*COUNTED, "--export-markdown", "/dev/fd/3", "--export-csv", "/proc/self/fd/4"]
    assert run_in_shell(bench, redirection, *arguments).code == 0
    assert (bench.directory / "export.txt").read_text().startswith("before\n")
    assert (bench.directory / "export.txt").stat().st_size > 100
    assert (bench.directory / "export.csv").read_text().startswith("name,")


def test_page_of_a_job_is_added_to(bench: Bench) -> None:
    """Every step of a job writes to the file that the variable names."""
    page = bench.directory / "page.md"
    page.write_text("the step before\n", encoding="utf-8")
    bench.ok(*COUNTED, "--export-markdown", "./page.md", GITHUB_STEP_SUMMARY=str(page))
    assert page.read_text(encoding="utf-8").startswith("the step before\n")
    assert page.stat().st_size > 100


def test_gate_adds_nothing_false(bench: Bench) -> None:
    """What is added to keeps what it has: of a gate that passes, that alone."""
    bench.ok(*COUNTED, "--strategy", "plain", "--save-baseline", "base.json")
    gate = ["gate", "--baseline", "base.json"]
    page = bench.directory / "page.md"
    page.write_text("the step before\n", encoding="utf-8")
    bench.ok(*gate, "--export-markdown", "page.md", GITHUB_STEP_SUMMARY=str(page))
    text = page.read_text(encoding="utf-8")
    assert text.startswith("the step before\n### valuetask-bench gate: passed\n")
    assert text.count("###") == 1
    outcome = run_in_shell(bench, "3>report.xml", *gate, "--export-junit", "/dev/fd/3")
    assert outcome.code == 0
    suites = xml.parse(bench.directory / "report.xml").getroot()
    assert suites.find("testsuite/testcase/error") is None


def test_interrupt_leaves_no_temporary_files(bench: Bench, tmp_path: Path) -> None:
    """Those of a self-test are a folder with copies of a strategy."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    process = bench.start("selftest", "--quick", TMPDIR=str(temporary))
    wait_until(lambda: len(names(temporary)) > 0, "no copies were made")
    assert re.fullmatch(r"\.run_bench\.vtb-[0-9a-f]{8}-\d+-1\.part", names(temporary)[0])
    process.terminate()
    _, error = process.communicate(timeout=HANG_S)
    assert process.returncode == 128 + signal.SIGTERM, error
    assert names(temporary) == []


@pytest.mark.parametrize("option", EXPORTS)
@pytest.mark.parametrize(
    ("target", "cause"),
    [
        ("missing/export", "No such file or directory"),
        ("file/export", "Not a directory"),
        (".", "Is a directory"),
    ],
)
def test_export_that_cannot_be_fails_before_measuring(
    bench: Bench, option: str, target: str, cause: str
) -> None:
    """A day of measuring is asked for; the error comes at once, and nothing is left."""
    (bench.directory / "file").write_text("a file\n")
    outcome = bench(*A_DAY, f"--{option}", target)
    assert outcome.code == 1
    assert f"'{target}' cannot be written: {cause}" in outcome.error
    assert outcome.out == ""
    assert outcome.files() == []
    assert (bench.directory / "file").read_text() == "a file\n"


@pytest.mark.parametrize(
    ("target", "cause"),
    [
        ("file", "Not a directory"),
        ("missing/results", "No such file or directory"),
        ("file/results", "Not a directory"),
    ],
)
def test_results_directory_that_cannot_be_fails_before_measuring(
    bench: Bench, target: str, cause: str
) -> None:
    (bench.directory / "file").write_text("a file\n")
    outcome = bench(*A_DAY, "--results-dir", target)
    assert outcome.code == 1
    assert f"'{target}' cannot hold files: {cause}" in outcome.error
    assert outcome.out == ""
    assert names(bench.directory) == ["file"]


def test_results_directory_may_have_a_long_name(bench: Bench) -> None:
    """Up to the system's own limit, a path is used as it is and never cut."""
    directory = bench.directory
    for _ in range(6):
        directory = directory / ("d" * 120)
    directory.mkdir(parents=True)
    outcome = bench.ok(*COUNTED, "--results-dir", str(directory))
    suffixes = [name.split(".", 1)[1] for name in names(directory)]
    assert suffixes == ["json", "samples.csv"]
    assert outcome.complaints == [f"results: {directory / names(directory)[0]}"]


def test_results_directory_may_be_a_link(bench: Bench) -> None:
    (bench.directory / "real").mkdir()
    bench.results.symlink_to("real")
    bench.ok(*COUNTED)
    assert bench.results.is_symlink()
    assert len(names(bench.directory / "real")) == 2


def test_link_as_an_export_stays_and_what_it_points_to_is_replaced(bench: Bench) -> None:
    target = bench.directory / "target.json"
    target.write_text("old")
    link = bench.directory / "link.json"
    link.symlink_to("target.json")
    outcome = bench.ok(*COUNTED, "--export-json", "link.json", "--format", "json")
    assert link.is_symlink() and not target.is_symlink()
    assert target.read_text() == outcome.out
    assert names(bench.directory) == ["link.json", "results", "target.json"]


def test_earlier_export_is_replaced_whole(bench: Bench) -> None:
    export = bench.directory / "export.json"
    export.write_text("x" * 1_000_000)
    outcome = bench.ok(*COUNTED, "--export-json", "export.json", "--format", "json")
    assert export.read_text() == outcome.out


def limit_file_size(limit: int) -> Callable[[], None]:
    """For a child process: a write beyond the limit fails, as on a device that is full."""

    def limited() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    return limited


@pytest.mark.parametrize("limit", [0, 200, 4000])
def test_export_survives_a_later_run_that_fails(bench: Bench, limit: int) -> None:
    """Whole or not at all: no empty, cut or temporary file, and the earlier one as it was."""
    export = bench.directory / "export.json"
    bench.ok(*COUNTED, "--export-json", str(export))
    before = export.read_bytes()
    as_they_are = {"VTB_CELLS": str(BUILD / "cells")}  # else the list of cells is the first to fail
    kept = names(bench.results)
    assert len(before) > 4000
    done = subprocess.run(
        [str(BINARY), *COUNTED, "--export-json", str(export)],
        cwd=bench.directory,
        env=bench.environment(**as_they_are),
        capture_output=True,
        text=True,
        timeout=HANG_S,
        preexec_fn=limit_file_size(limit),
    )
    outcome = Outcome(done.returncode, done.stdout, done.stderr, bench.results)
    assert outcome.code == 1
    assert "cannot be written: File too large" in outcome.error
    assert outcome.out.startswith("user_cache, "), "what was measured is lost"
    assert "results: " not in outcome.err
    assert export.read_bytes() == before
    assert names(bench.directory) == ["export.json", "results"]
    # The samples, a line long here, may be there in full; the result file is not.
    extra = set(names(bench.results)) - set(kept)
    assert len(extra) == (0 if limit == 0 else 1)
    assert all(name.endswith(".samples.csv") for name in extra)


def test_earlier_state_is_not_called_the_figures(bench: Bench) -> None:
    """When a disk is full by the end, what was kept before has fewer sessions, and no picture."""
    length = ["--calls", "10", "--strategy", "value_task", "--sessions", "20"]
    process = bench.start(*HASTY, *length, "--plot", "pictures")
    wait_until(lambda: list(bench.results.glob("run-*.json")) or process.poll(), "nothing is kept")
    assert process.poll() is None
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (100, 100))
    out, err = process.communicate(timeout=HANG_S)
    outcome = Outcome(process.returncode, out, err, bench.results)
    assert outcome.code == 1 and "20 sessions" in out
    (kept,) = bench.results.glob("run-*.json")
    assert "File too large" in outcome.error
    assert outcome.error.endswith(f"; an earlier state of the run is in '{kept}'")
    assert strict_json(kept.read_text())["context"]["interrupted"] is True
    assert kept.with_suffix(".sessions").exists() and names(bench.directory / "pictures") == []


# Mounts a small file system in a namespace of its own, fills it up, and tries to write there.
FULL_DISK = """
set -eu
mount -t tmpfs -o size=16k tmpfs disk
printf earlier >disk/export.json
printf taken >disk/filler
dd if=/dev/zero of=disk/filler bs=1k 2>/dev/null || true
status=0
"$@" >out 2>err || status=$?
cat disk/export.json >kept
ls -A disk >listing
echo $status >status
"""


def test_samples_of_an_earlier_state_make_room_for_the_figures(bench: Bench) -> None:
    """On a disk that holds the result file, but not the samples as well."""
    isolated = ["unshare", "--mount", "--map-root-user", "--"]
    (bench.directory / "disk").mkdir()
    probe = ["sh", "-c", "mount -t tmpfs -o size=128k tmpfs disk"]
    if subprocess.run(isolated + probe, cwd=bench.directory, capture_output=True).returncode != 0:
        pytest.skip("no file system may be mounted here, not even in a namespace of its own")
    arguments = [*TIMED, "--rounds", "100", "--strategy", "value_task,poll", "--sessions", "12"]
    arguments += ["--results-dir", "disk"]
    done = subprocess.run(
        [*isolated, "sh", "-c", f'{probe[-1]} && "$@"; cp disk/*.json kept', "sh", str(BINARY)]
        + arguments,
        cwd=bench.directory,
        env=bench.environment(),
        capture_output=True,
        text=True,
        timeout=HANG_S,
    )
    assert "cannot be written: No space left on device; the figures are in" in done.stderr
    context = strict_json((bench.directory / "kept").read_text(encoding="utf-8"))["context"]
    assert (context["interrupted"], context["sessions"]) == (False, 12)


def test_export_survives_a_full_disk(bench: Bench) -> None:
    isolated = ["unshare", "--mount", "--map-root-user", "--"]
    (bench.directory / "disk").mkdir()
    probe = ["sh", "-c", "mount -t tmpfs -o size=16k tmpfs disk"]
    if subprocess.run(isolated + probe, cwd=bench.directory, capture_output=True).returncode != 0:
        pytest.skip("no file system may be mounted here, not even in a namespace of its own")
    arguments = [str(BINARY), *COUNTED, "--export-json", "disk/export.json"]
    subprocess.run(
        [*isolated, "sh", "-c", FULL_DISK, "sh", *arguments],
        cwd=bench.directory,
        env=bench.environment(),
        check=True,
        timeout=HANG_S,
    )
    left = ["status", "out", "err", "kept", "listing"]
    read = {name: (bench.directory / name).read_text() for name in left}
    outcome = Outcome(int(read["status"]), read["out"], read["err"], bench.results)
    assert outcome.code == 1
    assert "'disk/export.json' cannot be written: No space left on device" in outcome.error
    assert read["kept"] == "earlier"
    assert read["listing"].split() == ["export.json", "filler"]
    assert outcome.out.startswith("user_cache, "), "what was measured is lost"


# --- interrupts ---

# The messages at a terminal: beforehand how long the run takes, then how far it is.
PLAN = r"plan: \d+ combinations? of parameters, about \d+(\.\d)? (s|minutes|hours|days)"
BAR = r"\r\[([# ]*)\] +(\d+) %, (counting|instructions|timing), (\d+) s left \033\[K"

# Up to 100000 calls are timed as cold starts, nearly all of the time in child processes of a
# session; more in the steady state, in the session itself. Either way the round of a table takes
# some milliseconds on most machines: a short session, and those behind it, go on for longer than
# it takes to interrupt the run when one of them is done, and a long one longer than any test waits.
KINDS = [
    ["--calls", "50k", "--strategy", "value_task", "--rounds", "24"],
    ["--calls", "200k", "--strategy", "value_task", "--epoch-ms", "5", "--rounds", "24"],
]
# So few that there are no intervals, even if all but one were done.
SESSIONS_N = 5
SHORT = [[*kind, "--sessions", str(SESSIONS_N)] for kind in KINDS]
LONG = [[*kind, "--rounds", "500000"] for kind in KINDS]
short_sessions = pytest.mark.parametrize("timed", SHORT, ids=["cold", "steady"])
long_sessions = pytest.mark.parametrize("timed", LONG, ids=["cold", "steady"])

RATES = ["0.5", "0.8"]
MATRIX = ["--hit-rate", ",".join(RATES)]


def open_terminal() -> tuple[int, int]:
    try:
        return pty.openpty()
    except OSError as error:
        pytest.skip(f"no pseudo-terminal can be had here: {error}")


def is_child(process: int, parent: int) -> bool:
    with contextlib.suppress(OSError):  # it has ended
        return f"\nPPid:\t{parent}\n" in Path(f"/proc/{process}/status").read_text()
    return False


def is_session(process: int, parent: int) -> bool:
    """Whether it times for its parent; it knows that by a variable, as do its own children."""
    with contextlib.suppress(OSError):
        environment = Path(f"/proc/{process}/environ").read_bytes()
        return is_child(process, parent) and b"VTB_SESSION=" in environment
    return False


def cpu_s(process: int) -> float:
    """The processor time of a process; 0 if it has ended."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return int(fields[11]) / os.sysconf("SC_CLK_TCK")


class Background:
    """A run in a session of its own, so that its child processes can be told from others."""

    def __init__(
        self, bench: Bench, *arguments: str, terminal: bool = False, term: str = "xterm"
    ) -> None:
        self.bench = bench
        self.text = ""
        self.timed: set[int] = set()  # the sessions that were seen
        self.decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        self.master, slave = open_terminal() if terminal else os.pipe()
        self.process = subprocess.Popen(
            [str(BINARY), *arguments],
            cwd=bench.directory,
            env=bench.environment(TERM=term),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=slave,
            start_new_session=True,
            preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL),  # not as under nohup
        )
        os.close(slave)

    def read_until(self, is_there: Callable[[], bool]) -> None:
        """Reads standard error until something is there, which must come before its end."""
        self.read(is_there)
        assert is_there(), f"ended before it came: {self.text[-500:]!r}"

    def read(self, is_there: Callable[[], bool]) -> None:
        end = time.monotonic() + HANG_S
        while not is_there():
            left = end - time.monotonic()
            assert left > 0, f"it did not come: {self.text[-500:]!r}"
            if not select.select([self.master], [], [], left)[0]:
                continue
            try:
                read = os.read(self.master, 65536)
            except OSError:  # how a terminal tells its end
                read = b""
            if not read:
                return
            self.text += self.decoder.decode(read)

    def percents(self, what: str) -> list[int]:
        """The percentages that the progress bar showed during a part."""
        return [int(bar[1]) for bar in re.findall(BAR, self.text) if bar[2] == what]

    def is_timing(self) -> bool:
        """The first session is under way."""
        return len(self.percents("timing")) >= 1

    def wait_for_second_session(self) -> None:
        """Waits until a session is under way that is not the first that was seen, which is over."""

        def is_there() -> bool:
            self.timed.update(self.sessions())
            return len(self.timed) > 1

        wait_until(is_there, "no second session began")

    def wait_for_work(self) -> None:
        """Waits for a child process that uses its processor for as long as small points do not."""

        def is_there() -> bool:
            return any(cpu_s(each) > 0.5 for each in self.relatives() if each != self.process.pid)

        wait_until(is_there, "no child process works for long")

    def relatives(self) -> list[int]:
        """Processes of this session, the run itself among them while it is not waited for."""
        return processes_of(self.process.pid)

    def sessions(self) -> list[int]:
        """Processes that time, as children of the run."""
        return [each for each in self.relatives() if is_session(each, self.process.pid)]

    def send_to_session(self, number: int) -> None:
        """Sends a signal to the session that is under way, if one is."""
        for each in self.sessions():
            with contextlib.suppress(ProcessLookupError):
                os.kill(each, number)

    def wait_for_child(self) -> None:
        """Waits until a child process counts, and until an interrupt would be noticed."""
        wait_until(lambda: catches(self.process, signal.SIGINT), "it does not watch")
        wait_until(lambda: len(self.relatives()) >= 2, "no child process counts")

    def interrupt(self, whole_group: bool = False, number: int = signal.SIGINT) -> Outcome:
        """Sends a signal, to the process or as a terminal does, and sees how the run ends."""
        send = os.killpg if whole_group else os.kill
        send(self.process.pid, number)
        return self.end()

    def end(self) -> Outcome:
        out = self.process.communicate(timeout=HANG_S)[0].decode()
        self.read(lambda: False)
        wait_until(lambda: not self.relatives(), "a child process is left behind")
        return Outcome(self.process.returncode, out, self.text_below(), self.bench.results)

    def text_below(self) -> str:
        """The text on the screen below the progress bar, or in its place."""
        bars = rf"({BAR})+(\r\033\[K|\n)"
        return re.sub(bars, "", self.text.replace("\r\n", "\n")).replace("\r\033[K", "")

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self.master)


Start = Callable[..., Background]


@pytest.fixture
def start(bench: Bench) -> Iterator[Start]:
    if not Path("/proc/self").exists():
        pytest.skip("/proc is not mounted: child processes cannot be told")
    started: list[Background] = []

    def start_one(*arguments: str, terminal: bool = False, term: str = "xterm") -> Background:
        started.append(Background(bench, *arguments, terminal=terminal, term=term))
        return started[-1]

    yield start_one
    for each in started:
        each.close()


def leave_earlier_results(bench: Bench) -> dict[str, bytes]:
    """A run's files, which a later interrupt must not touch."""
    bench.ok(*COUNTED, "--export-json", "export.json")
    return contents(bench.directory)


def contents(directory: Path) -> dict[str, bytes]:
    files = (path for path in directory.rglob("*") if path.is_file())
    return {str(path): path.read_bytes() for path in files}


def announced(outcome: Outcome) -> Outcome:
    """The outcome without the first line of its errors, which must be the one that tells beforehand
    how long the run takes.
    """
    plan = outcome.complaints[0]
    assert re.fullmatch(PLAN, plan), plan
    err = outcome.err.replace(f"{plan}\n", "", 1)
    return Outcome(outcome.code, outcome.out, err, outcome.results)


def assert_nothing_kept(outcome: Outcome, bench: Bench, earlier: dict[str, bytes]) -> None:
    assert outcome.code == 130
    assert "interrupted" in outcome.error
    assert "nothing was written" in outcome.error
    assert outcome.out == ""
    assert contents(bench.directory) == earlier


@pytest.mark.parametrize("whole_group", [False, True])
def test_interrupt_while_counting(bench: Bench, start: Start, whole_group: bool) -> None:
    earlier = leave_earlier_results(bench)
    run = start("--calls", "1e11", "--rounds", "0", "--export-json", "export.json")
    run.wait_for_child()
    assert_nothing_kept(run.interrupt(whole_group), bench, earlier)


def runs(pid: int, script: str) -> bool:
    with contextlib.suppress(OSError):
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        return any(word.endswith(f"/scripts/{script}".encode()) for word in words)
    return False


@pytest.mark.parametrize("whole_group", [False, True])
@pytest.mark.parametrize("script", ["plot.py", "plot.gp", "report.py"])
def test_interrupt_while_something_is_drawn(
    start: Start, bench: Bench, script: str, whole_group: bool
) -> None:
    """In a line; the figures are kept, and nothing further is drawn."""
    by = ["--plot", "drawn", "--plot-by", "gnuplot" if script == "plot.gp" else "both"]
    words = [*(by if script != "report.py" else []), "--report", "page.html"]
    run = start(*COUNTED, *words)
    run.read_until(lambda: "results: " in run.text)

    def stop() -> bool:
        """Stops the script while it is at work, so that the signal comes before its end; not what
        it starts, which has its words until it runs another program.
        """
        scripts = [each for each in run.relatives() if runs(each, script)]
        found = [each for each in scripts if is_child(each, run.process.pid)]
        for each in found:
            os.kill(each, signal.SIGSTOP)
        return bool(found)

    wait_until(stop, "no script runs")
    outcome = run.interrupt(whole_group)
    (kept,) = [path for path in outcome.files() if path.suffix == ".json"]
    results = f"results: {kept}"
    last = f"run_bench: interrupted; the figures are in '{kept}'"
    assert outcome.code == 130
    said = [line for line in outcome.complaints if line and "not drawn" not in line]
    assert [line for line in said if not line.startswith("drawn/")] == [results, last]
    assert strict_json(kept.read_text())["context"]["interrupted"] is False
    assert not (bench.directory / "page.html").exists()
    left = [path.name for path in (bench.directory / "drawn").glob("*")]
    assert script == "plot.gp" or [name for name in left if name[0] == "."] == []
    assert script == "plot.gp" or [name for name in left if "-gnuplot" in name] == []


def test_interrupt_while_a_matrix_is_estimated(bench: Bench, start: Start) -> None:
    """Before anything is announced, which takes a child process for each of many points. Without
    cells nothing could be tried.
    """
    bench.ok("build")
    earlier = leave_earlier_results(bench)
    run = start("--hit-rate", "0:0.3:0.01", "--keys", "10M", "--export-json", "export.json")
    run.wait_for_child()
    assert_nothing_kept(run.interrupt(), bench, earlier)
    assert "plan: " not in run.text


@long_sessions
@pytest.mark.parametrize("whole_group", [False, True])
def test_interrupt_while_timing_the_first_session(
    bench: Bench, start: Start, whole_group: bool, timed: list[str]
) -> None:
    earlier = leave_earlier_results(bench)
    run = start(*timed, "--export-json", "export.json", terminal=True)
    run.read_until(run.is_timing)
    run.wait_for_child()
    assert_nothing_kept(announced(run.interrupt(whole_group)), bench, earlier)


def test_interrupt_without_a_terminal(bench: Bench, start: Start) -> None:
    """Standard error is a pipe: no progress bar, and the one line alone."""
    run = start(*A_DAY, "--calls", "10")
    run.wait_for_child()
    outcome = run.interrupt()
    assert outcome.code == 130
    assert "interrupted" in outcome.error
    assert run.text.count("\r") == 0


def test_interrupt_during_a_long_warm_up(bench: Bench, start: Start) -> None:
    """A window that fills slowly takes tens of millions of operations before the first round. Each
    of them touches so much other memory that nobody waits for all of them."""
    arguments = ["--hit-rate", "0.99999", "--in-flight", "100000", "--calls", "100001"]
    run = start(*arguments, "--pollute", "64K", "--strategy", "plain", *A_DAY, terminal=True)
    run.read_until(lambda: run.percents("timing") != [])
    time.sleep(0.2)  # it begins
    assert_nothing_kept(announced(run.interrupt()), bench, {})
    assert len(run.percents("timing")) == 1, "it was no longer warming up"


@pytest.mark.parametrize(
    ("timed", "whole_group", "number"),
    [
        (SHORT[0], False, signal.SIGINT),
        (SHORT[1], True, signal.SIGINT),
        (SHORT[1], False, signal.SIGTERM),
        (SHORT[0], True, signal.SIGHUP),
    ],
    ids=["cold, the process", "steady, the group", "steady, terminated", "cold, hung up"],
)
def test_interrupt_keeps_the_sessions_that_were_finished(
    bench: Bench, start: Start, timed: list[str], whole_group: bool, number: int
) -> None:
    """An interrupt loses only the session that is under way, of which all tables have what the
    others have.
    """
    earlier = leave_earlier_results(bench)
    run = start(*MATRIX, *timed, "--format", "json", "--export-json", "second.json", terminal=True)
    run.wait_for_second_session()
    outcome = announced(run.interrupt(whole_group, number))
    assert outcome.code == 128 + number, outcome.err
    results_line, error_line = outcome.complaints
    told = re.search(r"(\d+) of (\d+) sessions of (\d+) of (\d+) tables were finished", error_line)
    assert told and error_line.endswith("; --resume goes on with that result file"), error_line
    done_n, all_n, *tables_n = map(int, told.groups())
    assert (all_n, 0 < done_n < all_n) == (SESSIONS_N, True)
    assert_kept(strict_json(outcome.out), done_n, tables_n)
    assert (bench.directory / "second.json").read_text() == outcome.out
    assert Path(results_line.removeprefix("results: ")).read_text() == outcome.out
    after = contents(bench.directory)
    assert {path: after[path] for path in earlier} == earlier
    assert len(after) == len(earlier) + 4  # with an export, samples, and sessions to go on with


def assert_kept(results: Row, done_n: int, tables_n: list[int]) -> None:
    """Of the points that were counted by then; so few sessions have neither intervals nor verdicts.
    """
    assert results["context"]["interrupted"] is True
    assert results["context"]["sessions"] == done_n
    rows = results["benchmarks"]
    kept = list(dict.fromkeys(parameters(row["run_name"])["hit_rate"] for row in rows))
    assert tables_n == [len(kept), len(RATES)] and kept == RATES[: len(kept)]
    for row in medians(rows):
        own = [each for each in iterations(rows) if each["run_name"] == row["run_name"]]
        assert [each["session"] for each in own] == list(range(1, done_n + 1))
        assert row.get("verdict", "not known yet") == "not known yet"
        assert strategy_of(row) == "heap_task" or "ratio_lo" not in row


def test_interrupt_keeps_the_points_that_were_counted(start: Start) -> None:
    """Where nothing is timed, a point is finished when it is counted. Hits that emerge are counted
    over all calls, which nobody waits for.
    """
    points = ["--calls", "1000,1e11", "--cache-capacity", "7", "--strategy", "value_task"]
    run = start(*points, "--rounds", "0", "--format", "json", terminal=True)
    run.wait_for_work()
    outcome = announced(run.interrupt())
    assert outcome.code == 130
    assert outcome.complaints[-1].endswith("interrupted; 1 of 2 tables were finished and are kept")
    assert {parameters(row["run_name"])["calls"] for row in outcome.rows} == {"1000"}


@long_sessions
def test_second_interrupt_is_not_needed_but_ends_it_too(start: Start, timed: list[str]) -> None:
    run = start(*timed, terminal=True)
    run.read_until(run.is_timing)
    os.kill(run.process.pid, signal.SIGINT)
    try:
        os.kill(run.process.pid, signal.SIGINT)
    except ProcessLookupError:
        pass  # it was quick
    outcome = run.end()
    assert outcome.code in (130, -signal.SIGINT)
    assert outcome.files() == []


def test_termination_leaves_no_child_behind(bench: Bench, start: Start) -> None:
    """A signal that ends the run without asking ends its counting child as well."""
    run = start("--calls", "1e11", "--rounds", "0")
    run.wait_for_child()
    run.process.kill()
    outcome = run.end()
    assert outcome.code == -signal.SIGKILL
    assert [path for path in outcome.files() if not path.name.endswith(".part")] == []


@short_sessions
def test_session_that_dies_loses_no_other(bench: Bench, start: Start, timed: list[str]) -> None:
    """As by the kernel, which had no memory left."""
    run = start(*MATRIX, *timed, "--format", "json", terminal=True)
    run.wait_for_second_session()
    while run.process.poll() is None:
        run.send_to_session(signal.SIGKILL)
        time.sleep(0.001)
    outcome = announced(run.end())
    assert outcome.code == 1, outcome.err
    told = re.search(
        r"session (\d+) of \d+ ended(?: in \S+)?: Killed, from outside, .*; (\d+) of \d+ sessions "
        r"of (\d+) of (\d+) tables",
        outcome.complaints[-1],
    )
    assert told, outcome.err
    died, done_n, *tables_n = map(int, told.groups())
    assert died == done_n + 1
    assert_kept(strict_json(outcome.out), done_n, tables_n)


@short_sessions
def test_interrupt_ends_a_session_that_is_stopped(start: Start, timed: list[str]) -> None:
    run = start(*MATRIX, *timed, terminal=True)
    run.wait_for_second_session()
    wait_until(lambda: run.sessions() != [], "no session is under way")
    run.send_to_session(signal.SIGSTOP)
    assert run.interrupt().code == 130


@short_sessions
def test_killed_matrix_leaves_what_was_finished(
    bench: Bench, start: Start, timed: list[str]
) -> None:
    """The result file has the sessions that were finished, and nothing is half written; what was
    there is as it was, and no session goes on.
    """
    earlier = leave_earlier_results(bench)
    run = start(*MATRIX, *timed, "--export-json", "export.json", terminal=True)
    run.wait_for_second_session()
    run.process.kill()
    outcome = run.end()
    assert outcome.code == -signal.SIGKILL
    after = contents(bench.directory)
    (path,) = [
        path for path in outcome.files() if path.suffix == ".json" and str(path) not in earlier
    ]
    results = strict_json(path.read_text(encoding="utf-8"))
    assert results["context"]["interrupted"] is True
    assert 0 < results["context"]["sessions"] < SESSIONS_N
    assert path.with_suffix(".samples.csv").exists()
    assert {path: after[path] for path in earlier} == earlier
    assert len(after) == len(earlier) + 4  # with samples, sessions, and the name it had claimed


# Sessions of a second and more.
SLOW = ["--sessions", "3", "--rounds", "24", "--epoch-ms", "5", "--calls", "200k"]


def test_progress_tells_how_far_a_matrix_is(start: Start) -> None:
    """In percent of all of it, what is under way, and the time that is left."""
    run = start(*MATRIX, *SLOW, "--strategy", "value_task", terminal=True)
    outcome = announced(run.end())
    bars = re.findall(BAR, run.text)
    words = [what for _, _, what, _ in bars]
    assert list(dict.fromkeys(words)) == ["counting", "timing"]
    assert words.count("timing") == 3, "at the start of a session"
    for bar, percent, _, _ in bars:
        assert re.fullmatch("#* *", bar) and len(bar) == 30
        assert bar.count("#") / 30 == pytest.approx(int(percent) / 100, abs=0.04)
    percents = [int(percent) for _, percent, _, _ in bars]
    assert percents == sorted(percents)
    assert percents[0] == 0
    first, *_, last = [at for at, word in enumerate(words) if word == "timing"]
    assert "counting" in words[first:last], "sessions are spread over the run"
    assert outcome.complaints == [f"results: {outcome.files()[0]}"]


def test_progress_tells_of_instructions(start: Start) -> None:
    """Between the counts and the times, and the time that it takes is in what is left."""
    if shutil.which("valgrind") is None:
        pytest.skip("valgrind is missing; scripts/setup.sh --tests installs it")
    run = start(*TIMED, "--keys", "100", "--strategy", "plain", "--instructions", terminal=True)
    outcome = announced(run.end())
    bars = re.findall(BAR, run.text)
    words = [what for _, _, what, _ in bars]
    assert list(dict.fromkeys(words))[:2] == ["counting", "instructions"]
    percents = [int(percent) for _, percent, _, _ in bars]
    assert percents == sorted(percents)
    assert outcome.complaints == [f"results: {outcome.files()[0]}"]


def test_progress_starts_with_all_of_the_time_left(start: Start) -> None:
    """A million rounds of a thousand sessions, of four epochs of a tenth of a millisecond."""
    run = start(*A_DAY, "--hit-rate", "0.5", "--strategy", "value_task", terminal=True)
    run.read_until(lambda: run.percents("counting") != [])
    left_s = int(re.findall(BAR, run.text)[0][3])
    assert left_s >= 350_000
    plan = re.search(r"plan: 1 combination of parameters, about (\S+) days", run.text)
    assert plan and float(plan[1]) * 86400 == pytest.approx(left_s, rel=0.1)
    run.interrupt()


def test_progress_moves_five_times_a_second_at_most(start: Start) -> None:
    """Sessions of some milliseconds each."""
    arguments = [*HASTY, "--calls", "10", "--heap", "glibc", "--sessions", "12"]
    before_s = time.monotonic()
    run = start(*arguments, "--strategy", "value_task", terminal=True)
    announced(run.end())
    assert 0 < len(re.findall(BAR, run.text)) <= 5 * (time.monotonic() - before_s) + 5


def test_nothing_moves_on_a_dumb_terminal(start: Start) -> None:
    words = [*HASTY, "--calls", "10", "--strategy", "value_task"]
    run = start(*MATRIX, *words, terminal=True, term="dumb")
    outcome = announced(run.end())
    assert outcome.complaints == [f"results: {outcome.files()[0]}"]
    assert "\033" not in run.text and "\r" not in run.text.replace("\r\n", "\n")


@pytest.mark.parametrize("terminal", [False, True])
def test_progress_may_be_plain(start: Start, terminal: bool) -> None:
    """Lines for a log, the first at once."""
    words = [*HASTY, "--calls", "10", "--strategy", "plain"]
    run = start(*words, "--progress", "plain", terminal=terminal)
    outcome = announced(run.end())
    *lines, last = outcome.complaints
    assert last == f"results: {outcome.files()[0]}"
    assert lines[0].startswith("  0 %, counting, ")
    assert all(re.fullmatch(r"[ \d]{3} %, \w+, \d+ s left", line) for line in lines)
    assert "\033" not in run.text and "\r" not in run.text.replace("\r\n", "\n")


def test_progress_may_be_off(start: Start) -> None:
    words = [*HASTY, "--calls", "10", "--strategy", "plain"]
    run = start(*words, "--progress", "off", terminal=True)
    outcome = run.end()
    assert outcome.lines == [f"results: {outcome.files()[0]}"]
    assert "\033" not in run.text and "\r" not in run.text.replace("\r\n", "\n")


def test_progress_by_the_environment(bench: Bench) -> None:
    twin = {"VTB_PROGRESS": "plain"}
    outcome = bench.ok(*HASTY, "--calls", "10", "--strategy", "plain", **twin)
    assert outcome.complaints[1].startswith("  0 %, counting, ")
    won = bench.ok(*HASTY, "--calls", "10", "--strategy", "plain", "--progress", "auto", **twin)
    assert len(won.complaints) == 1


def test_what_runs_clocks_tells_no_progress() -> None:
    """Nothing that a session does can write to a terminal meanwhile."""
    for room in ["bench", "passes", "cells"]:
        for path in sorted((ROOT / "harness" / room).glob("*.[ch]*")):
            assert "base/progress.h" not in path.read_text(encoding="utf-8"), path


def test_progress_is_shown_on_a_terminal_alone(bench: Bench) -> None:
    """In a log the plan is the one line about it, and only where there is more than one table."""
    arguments = [*HASTY, "--strategy", "value_task"]
    for rates, plans in [("0.5", 0), ("0.5,0.8", 1)]:
        outcome = bench.ok(*arguments, "--hit-rate", rates)
        assert "\r" not in outcome.err and not re.search(r"%, |s left", outcome.err)
        found = [bool(re.fullmatch(PLAN, line)) for line in outcome.complaints]
        assert found == plans * [True] + [False]


STOPWATCH_OPTIONS = ["LIST_TESTS=true", "FILTER=none", "REPETITIONS=3", "OUT=out"]


@pytest.mark.parametrize("option", STOPWATCH_OPTIONS)
def test_variables_of_the_stopwatch_change_nothing(bench: Bench, option: str) -> None:
    """Google Benchmark takes options from the environment; they are not ours."""
    arguments = [*HASTY, "--sessions", "2", "--calls", "10", "--keys", "1000", "--format", "json"]
    arguments += ["--strategy", "plain"]
    name, value = option.split("=")
    outcome = bench.ok(*arguments, **{f"BENCHMARK_{name}": value})
    assert [row["repetitions"] for row in medians(outcome.rows)] == 3 * [2]
    assert not (bench.directory / "out").exists()


@pytest.mark.parametrize("second", ["export-csv", "export-markdown", "save-baseline"])
def test_two_exports_to_one_file_are_refused(bench: Bench, second: str) -> None:
    """The second would replace the first without a word."""
    outcome = bench(*COUNTED, "--export-json", "out", f"--{second}", "out")
    assert outcome.code == 2
    assert f"--export-json and --{second} are the same file, 'out'" in outcome.error
    assert not (bench.directory / "out").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ["run", *COUNTED, "--trace", "in.txt", "--export-csv", "./in.txt"],
        ["run", *COUNTED, "--trace", "in.txt", "--save-baseline", "link.txt"],
        ["run", *COUNTED, "--strategy", "./in.c", "--export-json", "in.c"],
        ["run", *COUNTED, "--workload", "./in.h", "--export-json", "in.h"],
        ["gate", "--baseline", "in.txt", "--export-junit", "in.txt"],
        ["gate", "--baseline", "in.txt", "--export-markdown", "link.txt"],
    ],
)
def test_a_file_that_is_read_is_not_written(bench: Bench, arguments: list[str]) -> None:
    """It would be lost, after all that was measured."""
    for name in ["in.txt", "in.c", "in.h"]:
        (bench.directory / name).write_text("kept", encoding="utf-8")
    (bench.directory / "link.txt").symlink_to("in.txt")
    outcome = bench(*arguments)
    assert outcome.code == 2
    assert "are the same file" in outcome.error
    assert arguments[-2] in outcome.error
    assert arguments[-1] in outcome.error
    for name in ["in.txt", "in.c", "in.h"]:
        assert (bench.directory / name).read_text(encoding="utf-8") == "kept"


def test_a_file_at_standard_input_is_not_written(bench: Bench) -> None:
    (bench.directory / "in.txt").write_text("kept", encoding="utf-8")
    arguments = [*COUNTED, "--trace", "-", "--export-csv", "in.txt"]
    outcome = run_in_shell(bench, "<in.txt", *arguments)
    assert outcome.code == 2
    assert "--trace and --export-csv are the same file" in outcome.error
