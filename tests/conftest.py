"""The parts that tests of the command line share: where things are, and how the program is run.

Every run gets a results directory and a working directory below pytest's own temporary one, and an
environment without anybody's VTB_... settings, so that a test neither writes into the checkout nor
depends on who runs it.
"""
from __future__ import annotations

import json
import os
import re
import shutil
import signal
import stat
import subprocess
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Callable, Iterator

import pytest

ROOT = Path(__file__).resolve().parent.parent
LAUNCHER = ROOT / "run_bench"
BUILD = ROOT / "build" / "release"
BINARY = BUILD / "run_bench"

# Times of one session, a process that takes hardly any time, and no intervals: those take five.
# With so many calls the steady state is timed, whose figures are of one state of the machine: a
# case that was in none for long enough has no figure, on any machine now and then.
HASTY = ["--sessions", "1", "--rounds", "8", "--epoch-ms", "0.01"]
TIMED = [*HASTY, "--calls", "100001", "--keys", "1000"]

# Times with intervals, of cold starts, for which no states are told apart: no figure is missing.
INTERVALS = [*HASTY, "--sessions", "5", "--calls", "10", "--keys", "1000"]
COUNTED = ["--rounds", "0", "--calls", "1000"]

# A process that has not ended by then hangs, on whatever machine and beside whatever else. A test
# that shows that something comes at once asks for a day of measuring first.
HANG_S = 600
A_DAY = ["--sessions", "1000", "--rounds", "1000000"]

# The limit for a build, and for a process under valgrind.
SLOW_S = 7200

# Each file goes to one process of pytest's, which makes what its tests share once, and those that
# build a copy of the sources go to one together. The longest go first, so that none is left over at
# the end; and of the copy, what moves it comes last.
COPY_BUILDERS = ["gate", "registry", "ci", "launcher", "start"]
LONGEST = [*COPY_BUILDERS, "own", "selftest", "readme", "figures", "cli_errors", "guest_run"]
LONGEST += ["cli_output", "cells", "claims", "fidelity", "advise", "cli_heaps", "plots", "valgrind"]
LONGEST += ["builds", "cli_options", "cli_counters", "own_page"]

WAITING = "waiting for another process that builds cells"

Row = dict[str, Any]

# One file is one strategy, and its stem is the name.
STRATEGIES = {path.stem: path for path in sorted((ROOT / "impls").glob("*.c*"))}


def source_says(strategy: str, pattern: str) -> bool:
    """Whether a line of a strategy's source matches, as the build looks for what it is."""
    text = STRATEGIES[strategy].read_text(encoding="utf-8")
    return re.search(pattern, text, re.MULTILINE) is not None


def methods_of(strategy: str) -> list[str]:
    return ["direct"] if source_says(strategy, r"\.async_method\b") else ["direct", "async"]


# Most tests do not depend on the heap, and run faster on one.
ONE_HEAP = "glibc"
DEFAULT_HEAPS = "what the program takes by itself"


def variants_of(strategy: str) -> list[str]:
    """The variants of a strategy, as they stand behind its name: none, @checked, @atomic and so on.
    """
    pends = not source_says(strategy, r"^#define VTB_(LOOP_ONLY|NEVER_SUSPENDS) ")
    counts = source_says(strategy, r"^#define VTB_COUNTS_REFERENCES ")
    local = source_says(strategy, r"^    \.has_local = true,$")
    return [""] + pends * ["checked"] + counts * ["atomic"] + local * ["local"]


def clean_environment(**twins: str) -> dict[str, str]:
    """The environment without settings of this program, of the stopwatch in it, and of a page that
    would have its marks."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("VTB_", "BENCHMARK_", "GITHUB_"))
    }
    return {**kept, **twins}


@dataclass
class Outcome:
    """How a run ended, and what it left behind."""

    code: int
    out: str
    err: str
    results: Path

    @property
    def lines(self) -> list[str]:
        """Lines on standard error, but for warnings about the machine's state.

        The stopwatch's library complains by itself where /proc is not mounted.
        """
        warnings = ("warning: ", "failed to open /proc/")
        return [line for line in self.err.splitlines() if not line.startswith(warnings)]

    @property
    def complaints(self) -> list[str]:
        """The lines that are not about the building of cells, which a run needs only if none before
        it did.
        """
        return [line for line in self.lines if not line.startswith(("building ", WAITING))]

    @property
    def error(self) -> str:
        """The one line that a failing run prints."""
        assert len(self.complaints) == 1, f"not one line: {self.err!r}"
        assert self.complaints[0].startswith("run_bench: "), self.err
        return self.complaints[0]

    @property
    def rows(self) -> list[Row]:
        return strict_json(self.out)["benchmarks"]

    def files(self) -> list[Path]:
        return sorted(self.results.iterdir()) if self.results.is_dir() else []


@dataclass
class Bench:
    """Runs the program in a directory of the test's own."""

    directory: Path
    results: Path = field(init=False)

    def __post_init__(self) -> None:
        self.results = self.directory / "results"

    def environment(self, **twins: str) -> dict[str, str]:
        """One heap and all details, unless a test says otherwise, or asks for the default heaps."""
        settings = {
            "VTB_RESULTS_DIR": str(self.results),
            "VTB_HEAP": ONE_HEAP,
            "VTB_DETAILS": "1",
            **twins,
        }
        if settings["VTB_HEAP"] == DEFAULT_HEAPS:
            del settings["VTB_HEAP"]
        return clean_environment(**settings)

    def __call__(self, *arguments: str, **twins: str) -> Outcome:
        done = subprocess.run(
            [str(BINARY), *arguments],
            cwd=self.directory,
            env=self.environment(**twins),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=HANG_S,
        )
        return Outcome(done.returncode, done.stdout, done.stderr, self.results)

    def start(self, *arguments: str, **twins: str) -> subprocess.Popen[str]:
        """A run that a test interrupts, or does something beside; in a session of its own, so that
        all of it can be."""
        return subprocess.Popen(
            [str(BINARY), *arguments],
            cwd=self.directory,
            env=self.environment(**twins),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def ok(self, *arguments: str, **twins: str) -> Outcome:
        outcome = self(*arguments, **twins)
        assert outcome.code == 0, outcome.err
        return outcome


def refuse_constant(token: str) -> float:
    raise ValueError(f"{token} is not JSON")


def strict_json(text: str) -> Any:
    """Python would read NaN and Infinity, which other programs refuse."""
    return json.loads(text, parse_constant=refuse_constant)


def parameters(name: str) -> dict[str, str]:
    """workload/strategy/heap/hit_rate:0.8/... as a dictionary."""
    parts = name.split("/")
    found = dict(zip(["workload", "strategy", "heap"], parts))
    found.update(part.split(":", 1) for part in parts[3:])
    return found


def strategy_of(row: Row) -> str:
    return parameters(row["run_name"])["strategy"]


def processes_of(session: int) -> list[int]:
    """That run: one that ended, and was not waited for, is none."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except (OSError, NotADirectoryError):
            continue
        if entry.name.isdigit() and int(fields[3]) == session and fields[0] != "Z":
            found.append(int(entry.name))
    return found


def wait_until(is_so: Callable[[], bool], otherwise: str) -> None:
    """Looks again and again; what is not so after HANG_S will not be."""
    end = time.monotonic() + HANG_S
    while not is_so():
        assert time.monotonic() < end, otherwise
        time.sleep(0.01)


def interrupted_latency(bench: Bench, *words: str) -> tuple[str, Path]:
    """What an open loop of 1000 sessions printed that was interrupted after some of them, and its
    result file.
    """
    process = bench.start(*words)
    results = bench.results
    wait_until(lambda: results.is_dir() and any(results.glob("run-*.json")), "no session ended")
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=HANG_S)
    assert process.returncode == 130, err
    assert "of 1000 sessions were finished and are kept" in err
    (file,) = (path for path in results.glob("run-*.json") if "timeline" not in path.name)
    return out, file


def instructions_of(function: str) -> list[str]:
    """The instructions of a function of the program, in their order."""
    dump = subprocess.run(
        ["objdump", "-d", "--no-show-raw-insn", f"--disassemble={function}", str(BINARY)],
        capture_output=True,
        text=True,
        check=True,
    )
    return [line.split("\t", 1)[1].strip() for line in dump.stdout.splitlines() if "\t" in line]


def catches(process: subprocess.Popen[Any], number: signal.Signals) -> bool:
    """Whether a process has a handler of its own for a signal, as the kernel has it."""
    assert process.poll() is None, "it ended before"
    status = Path(f"/proc/{process.pid}/status").read_text()
    (mask,) = (line.split()[1] for line in status.splitlines() if line.startswith("SigCgt:"))
    return int(mask, 16) >> (number - 1) & 1 == 1


def medians(rows: list[Row]) -> list[Row]:
    return [row for row in rows if row["run_type"] == "aggregate"]


def iterations(rows: list[Row]) -> list[Row]:
    return [row for row in rows if row["run_type"] == "iteration"]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="also what other tests show in short")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "long: takes long, and others show most of it in short")


@pytest.hookimpl(tryfirst=True)  # before the groups are read
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--long"):
        items[:] = [item for item in items if not item.get_closest_marker("long")]
    order = {f"test_{name}": at for at, name in enumerate(LONGEST)}
    items.sort(key=lambda item: order.get(item.path.stem, len(order)))
    for item in items:
        file = item.path.stem
        group = "a copy" if file.removeprefix("test_") in COPY_BUILDERS else file
        item.add_marker(pytest.mark.xdist_group(group))


@pytest.fixture(scope="session", autouse=True)
def built() -> None:
    """Brings the binary up to date once; the tests then start it without the launcher."""
    done = subprocess.run(
        [str(LAUNCHER), "--version"], env=clean_environment(), capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


@pytest.fixture(scope="session")
def listing(built: None) -> dict[str, list[Row]]:
    """The output of `list` on strategies, workloads and heaps."""
    done = subprocess.run(
        [str(BINARY), "list", "--format", "json"],
        env=clean_environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    return strict_json(done.stdout)


# The entries that stay where a test builds everything, as all would take minutes: the three
# strategies with a role and one that uses all of a workload; the default workload and another.
COPIED_STRATEGIES = ["empty", "heap_task", "plain", "task_in_cache"]
COPIED_WORKLOADS = ["config_read", "user_cache"]


@pytest.fixture(scope="session")
def source_copy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A copy of the sources that tests may change, build and break; built on first use.

    It has some of the strategies and workloads, which is no change that anything else would have
    to know of, and is compiled in half the time, as nothing is timed in it.
    """
    tree = tmp_path_factory.mktemp("tree") / "copy"
    ignored = shutil.ignore_patterns("build", "results", ".git", "__pycache__")
    shutil.copytree(ROOT, tree, symlinks=True, ignore=ignored)
    for path in [tree, *tree.rglob("*")]:  # whoever may write the original
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | stat.S_IWUSR)
    for folder, kept in [("impls", COPIED_STRATEGIES), ("workloads", COPIED_WORKLOADS)]:
        for path in (tree / folder).iterdir():
            if path.suffix in (".c", ".cc", ".h") and path.stem not in kept:
                path.unlink()
    presets = tree / "CMakePresets.json"
    text = presets.read_text(encoding="utf-8")
    assert '"-O2 -g"' in text
    presets.write_text(text.replace('"-O2 -g"', '"-O0"'), encoding="utf-8")
    yield tree
    shutil.rmtree(tree)


def install(prefix: Path) -> Path:
    """Installs the program and what it needs, and gives the prefix."""
    done = subprocess.run(
        ["cmake", "--install", str(BUILD), "--prefix", str(prefix)],
        env=clean_environment(),
        capture_output=True,
        text=True,
        timeout=SLOW_S,
    )
    assert done.returncode == 0, done.stderr
    return prefix


@contextmanager
def replaced(path: Path, text: str) -> Iterator[None]:
    """A file that is there for a while, in place of what was there."""
    before = path.read_text(encoding="utf-8") if path.exists() else None
    path.write_text(text, encoding="utf-8")
    try:
        yield
    finally:
        if before is None:
            path.unlink()
        else:
            path.write_text(before, encoding="utf-8")
