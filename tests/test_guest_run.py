"""`run --guest`: rows of a guest in the rounds and sessions of the cells; by a guest that is made
up, whose figures are known, by .NET where there is an SDK, and by Java where there is a JDK."""
from __future__ import annotations

import csv
import re
import signal
from pathlib import Path
from typing import Any, Callable

import pytest

from conftest import HANG_S, ROOT, Bench, strict_json, wait_until
from test_guest_java import JAVA
from test_guests import GUEST, GUEST_11, usable_or_skip

FIXTURES = ROOT / "tests" / "fixtures" / "guests"
RUNS = str(FIXTURES / "runs")

SHORT = ["--sessions", "5", "--rounds", "8", "--heap", "glibc", "--keys", "500"]
SHORT += ["--calls", "150000", "--strategy", "heap_task,value_task,poll"]

Row = dict[str, Any]


def result_of(bench: Bench) -> dict[str, Any]:
    (path,) = bench.results.glob("*.json")
    found: dict[str, Any] = strict_json(path.read_text(encoding="utf-8"))
    return found


def rows_of(result: dict[str, Any], heap: str, kind: str = "aggregate") -> dict[str, Row]:
    return {
        row["run_name"].split("/")[1]: row
        for row in result["benchmarks"]
        if row["run_name"].split("/")[2] == heap and row["run_type"] == kind
    }


def rows_with(part: str, result: dict[str, Any]) -> list[Row]:
    """The rows of sessions whose names have it in them."""
    rows = result["benchmarks"]
    return [row for row in rows if row["run_type"] == "iteration" and part in row["run_name"]]


def times_of(result: dict[str, Any], heap: str, strategy: str) -> list[float]:
    """The median of each session, whatever state the machine was in."""
    return [row["real_time"] for row in rows_with(f"/{strategy}/{heap}/", result)]


@pytest.fixture
def starts(tmp_path: Path) -> dict[str, str]:
    """The environment of a guest that counts how often it was started."""
    return {"FAKE_STARTS": str(tmp_path / "starts")}


def test_rows_have_the_guests_own_figures(bench: Bench) -> None:
    outcome = bench.ok("run", *SHORT, "--guest", RUNS, VTB_DETAILS="0")
    result = result_of(bench)
    rows = rows_of(result, "runs")
    assert list(rows) == ["plain", "heap_task", "value_task"]  # nothing stands for poll there
    assert [row["guest"] for row in rows.values()] == ["plain", "task_from_result", "value_task"]
    for name, ns, allocated in [("plain", 10, 0), ("heap_task", 40, 80), ("value_task", 20, 24)]:
        row = rows[name]
        assert times_of(result, "runs", name) == [ns] * 5
        # Missing where the machine was for too short in one state.
        assert row.get("ns_per_op", ns) == pytest.approx(ns)
        assert row.get("ratio", ns / 40) == pytest.approx(ns / 40)
        assert row.get("over_plain_ns", ns - 10) == pytest.approx(ns - 10, abs=0.01)
        assert row["bytes_per_op"] == allocated
        assert row["actual_hit_rate"] == rows_of(result, "glibc")[name]["actual_hit_rate"]
        for unknown in ["allocs_per_op", "frees_per_op", "usable_bytes_per_op", "cpu_time"]:
            assert unknown not in row
    # 8 MB to a slice of 100,000 calls, of which it says that 4 collections came; no time was lost.
    assert rows["heap_task"]["gen0_per_kop"] == pytest.approx(0.04)
    assert "survived_bytes_per_op" not in rows["heap_task"]
    assert rows["plain"]["gen0_per_kop"] == 0
    assert result["context"]["guests"] == {"runs": "1.2"}
    assert result["context"]["unavailable"]["allocs_per_op"] == "guests do not tell it"
    assert result["context"]["options"]["guest"] == RUNS
    assert "guest" not in rows_of(result, "glibc")["heap_task"]
    told = "runs 1.2 is no model but a runtime, in the same rounds, by its own clock. By the "
    told += "direct method plain is plain, heap_task is task_from_result, value_task is value_task."
    assert told in " ".join(outcome.out.split())
    assert re.search(r"^fastest first +glibc +vs +runs +vs +runs", outcome.out, re.MULTILINE)
    assert "  runtime (runs 1.2) " in outcome.out
    assert "; 80 -> 24 B a call, -70.0 % (runs 1.2)" in " ".join(outcome.out.split())


def test_details_csv_and_samples(bench: Bench) -> None:
    path = bench.directory / "all.csv"
    outcome = bench.ok("run", *SHORT, "--guest", RUNS, "--details", "--export-csv", str(path))
    assert re.search(r"direct method, independent lookups, guest runs 1\.2\n", outcome.out)
    assert re.search(r"^task_from_result .* 1 \(baseline\) .* 80 ", outcome.out, re.MULTILINE)
    with path.open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["heap"] == "runs"]
    assert [row["strategy"] for row in rows] == ["plain", "heap_task", "value_task"]
    assert rows[1]["bytes_per_op"] == "80" and rows[1]["allocs_per_op"] == ""
    (samples,) = bench.results.glob("*.samples.csv")
    with samples.open(encoding="utf-8") as file:
        times = [row for row in csv.DictReader(file) if "/heap_task/runs/" in row["name"]]
    assert len(times) == 5 * 8
    assert {float(row["real_ns_per_op"]) for row in times} == {40}
    assert {row["cpu_ns_per_op"] for row in times} == {""}
    # A guest's epoch has 20,000 calls at least, in its table's title and in files.
    assert {row["operations"] for row in times} == {"20000"}
    assert re.search(r"guest runs 1\.2\n(.*\n)?.* 8 rounds of 20,000 operations", outcome.out)
    iterations = {row["iterations"] for row in rows_with("/heap_task/runs/", result_of(bench))}
    assert iterations == {8 * 20000}


def assert_lost(bench: Bench, reason: str, *words: str, **environment: str) -> str:
    """The guest's rows are not there, and all others are; it says why, in one line."""
    outcome = bench.ok("run", *SHORT, *words, **environment)
    result = result_of(bench)
    assert rows_of(result, "runs") == {} == rows_of(result, "runs", "iteration")
    assert list(rows_of(result, "glibc")) == ["empty", "plain", "heap_task", "value_task", "poll"]
    for name in rows_of(result, "glibc"):
        assert len(times_of(result, "glibc", name)) == 5
    (skip,) = [skip for skip in result["context"]["skipped"] if "guest" in skip]
    assert reason in skip["reason"]
    assert f"Left out: guest {skip['guest']}: " in outcome.out
    return outcome.out


# It is started once to be greeted, once to count, and then once in each session.
@pytest.mark.parametrize(
    ("later", "reason"),
    [
        ("1 version", "it speaks protocol 2; accepted: 1"),
        ("2 checksum", "case 0 consumed to the checksum"),
        ("2 dies", "it ended when asked to run (Killed); it says: out of luck; and more"),
        ("3 checksum", "case 0 consumed to the checksum"),
        ("4 dies", "it ended when asked to run (Killed); it says: out of luck"),
        ("4 rubbish", "Segmentation fault"),
        ("7 checksum", "case 0 consumed to the checksum"),
    ],
)
def test_a_guest_that_does_wrong_costs_its_own_rows(
    bench: Bench, starts: dict[str, str], later: str, reason: str
) -> None:
    assert_lost(bench, reason, "--guest", RUNS, **starts, FAKE_LATER=later)


def runs(pid: str) -> bool:
    """Whether there is a process, of which not only the end is left to be asked for."""
    try:
        state = Path("/proc", pid, "stat").read_text(encoding="utf-8").rpartition(") ")[2]
    except FileNotFoundError:
        return False
    return state[0] != "Z"


def test_what_a_guest_started_ends_with_it(bench: Bench, tmp_path: Path) -> None:
    guest = tmp_path / "family" / "guest"
    guest.parent.mkdir()
    text = Path(RUNS, "guest").read_text(encoding="utf-8")
    fake = f"{FIXTURES}/fake.py"
    text = text.replace(
        'exec /usr/bin/python3 -IS "$(dirname "$0")/../fake.py" run $FAKE_LATER',
        f'sleep 600 & echo $! >>"{tmp_path}/pids"; /usr/bin/python3 -IS {fake} run',
    )
    guest.write_text(text, encoding="utf-8")
    guest.chmod(0o755)
    bench.ok("run", *SHORT, "--sessions", "2", "--guest", str(guest.parent))
    pids = (tmp_path / "pids").read_text(encoding="utf-8").split()
    assert len(pids) == 2 + 2
    wait_until(lambda: not any(map(runs, pids)), "what it started goes on")


def test_one_of_two_guests_is_lost(bench: Bench, starts: dict[str, str], tmp_path: Path) -> None:
    other = tmp_path / "other" / "guest"
    other.parent.mkdir()
    text = Path(RUNS, "guest").read_text(encoding="utf-8")
    text = text.replace('"$(dirname "$0")/../fake.py" run $FAKE_LATER', f"{FIXTURES}/fake.py run")
    other.write_text(text, encoding="utf-8")
    other.chmod(0o755)
    guests = f"{RUNS},{other.parent}"
    out = assert_lost(bench, "out of luck", "--guest", guests, **starts, FAKE_LATER="4 dies")
    assert times_of(result_of(bench), "other", "value_task") == [20] * 5
    assert "other 1.2" in out and "runs 1.2" not in out


def test_a_missing_runtime_is_told_with_how_to_get_it(bench: Bench) -> None:
    missing = str(FIXTURES / "missing")
    out = assert_lost(bench, "there is no fakeland", "--guest", missing)
    told = "Left out: guest missing: there is no fakeland; install the package fakeland.\n"
    assert told in out
    assert result_of(bench)["context"]["guests"] == {"missing": "unknown"}


def test_a_guest_that_does_not_build(bench: Bench) -> None:
    outcome = bench.ok("run", *SHORT, "--guest", str(FIXTURES / "broken"))
    assert "guest.fake:3: error: no such thing\n" in outcome.err
    assert "Left out: guest broken: does not build in '/" in " ".join(outcome.out.split())


def test_a_guest_without_the_workload(bench: Bench) -> None:
    words = ["--guest", RUNS, "--workload", "config_read"]
    assert_lost(bench, "it has not what stands for the baseline and the floor", *words)


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["--consumer", "both"], "guests make independent lookups alone; leave --consumer out"),
        (["--threads", "2"], "guests have one caller; leave --threads out"),
    ],
)
def test_options_that_hinder_guests_are_told_in_one_line(
    bench: Bench, words: list[str], reason: str
) -> None:
    outcome = bench.ok("run", *SHORT[4:], "--rounds", "0", "--guest", RUNS, *words)
    assert outcome.out.count("Left out: guest") == 1
    assert f"Left out: guest runs: {reason}." in " ".join(outcome.out.split())
    (skip,) = [skip for skip in result_of(bench)["context"]["skipped"] if "guest" in skip]
    assert skip["reason"] == reason


def test_build_builds_guests(bench: Bench) -> None:
    words = ["--strategy", "heap_task", "--guest"]
    assert bench.ok("build", *words, RUNS).complaints == []
    missing = bench("build", *words, str(FIXTURES / "missing"))
    told = "run_bench: guest missing: there is no fakeland; install the package fakeland"
    assert missing.code == 1 and missing.complaints == [told]


@pytest.mark.parametrize("name", ["none", "./none"])
def test_a_guest_that_is_none_is_refused(bench: Bench, name: str) -> None:
    outcome = bench("run", *SHORT, "--guest", name)
    assert outcome.code == 2 and outcome.out == ""
    assert f"run_bench: --guest: '{name}' is no guest; accepted: dotnet" in outcome.err
    assert outcome.files() == []


def test_counts_alone(bench: Bench) -> None:
    outcome = bench.ok("run", *SHORT[4:], "--rounds", "0", "--guest", RUNS)
    assert "runs 1.2 is no model but a runtime. By the" in " ".join(outcome.out.split())
    rows = rows_of(result_of(bench), "runs", "counts")
    assert rows["heap_task"]["bytes_per_op"] == 80
    assert "ns_per_op" not in rows["heap_task"]


def test_several_points(bench: Bench) -> None:
    words = ["--hit-rate", "0.5,1", "--guest", RUNS, "--export-json", "all.json"]
    out = bench.ok("run", *SHORT, *words, "--sessions", "1", VTB_DETAILS="0").out
    result = strict_json((bench.directory / "all.json").read_text(encoding="utf-8"))
    told = [line.split(maxsplit=1)[1] for line in out.splitlines() if "fewer bytes" in line]
    along = "fewer bytes along hit_rate: all along"
    assert told == [along, f"{along} (runs 1.2)"]
    assert times_of(result, "runs", "value_task") == [20] * 2
    assert [entry for entry in result["break_even"] if entry["heap"] == "runs"]


def test_another_version_is_another_subject(bench: Bench) -> None:
    for name in ["before.json", "after.json"]:
        bench.ok("run", *SHORT[4:], "--rounds", "0", "--guest", RUNS, "--export-json", name)
    same = strict_json(bench.ok("compare", "before.json", "after.json", "--format", "json").out)
    assert same["figures"]["bytes_per_op"]["cases_n"] == 5 + 3
    after = bench.directory / "after.json"
    text = after.read_text(encoding="utf-8").replace('"runs": "1.2"', '"runs": "1.3"')
    after.write_text(text, encoding="utf-8")
    other = bench.ok("compare", "before.json", "after.json", "--format", "json").out
    compared = strict_json(other)
    assert [fact["key"] for fact in compared["differences"]] == ["guests.runs"]
    assert compared["figures"]["bytes_per_op"]["cases_n"] == 5


def test_gate_runs_no_guests(bench: Bench) -> None:
    refused = bench("run", *SHORT, "--guest", RUNS, "--save-baseline", "base.json")
    assert refused.code == 2 and "`gate` runs no guests" in refused.err
    bench.ok("run", *SHORT[4:], "--rounds", "0", "--guest", RUNS, "--export-json", "base.json")
    gated = bench("gate", "--baseline", "base.json")
    assert gated.code == 5 and "`gate` runs no guests" in gated.err
    assert gated.err.count("\n") == 1


def interrupted(
    bench: Bench, starts: dict[str, str], sessions: int, is_time: Callable[[], bool]
) -> Path:
    """A run that is interrupted when it is time, and has kept sessions by then; its result file,
    under a name that another run does not write to.
    """
    process = bench.start("run", *SHORT, "--sessions", str(sessions), "--guest", RUNS, **starts)
    wait_until(is_time, "it does not come so far")
    process.send_signal(signal.SIGINT)
    _, error = process.communicate(timeout=HANG_S)
    assert process.returncode == 128 + signal.SIGINT, error
    (path,) = bench.results.glob("*.json")
    path.with_suffix(".sessions").rename(bench.results / "kept.sessions")
    return path.rename(bench.results / "kept.json")


def resumed(bench: Bench, kept: Path, **environment: str) -> dict[str, Any]:
    bench.ok("run", "--resume", str(kept), **environment)
    (whole,) = bench.results.glob("run-*.json")
    found: dict[str, Any] = strict_json(whole.read_text(encoding="utf-8"))
    return found


def test_a_run_that_is_interrupted_can_be_gone_on_with(
    bench: Bench, starts: dict[str, str]
) -> None:
    """In its third session, in which the guest does not answer."""
    started = Path(starts["FAKE_STARTS"])
    path = interrupted(
        bench,
        {**starts, "FAKE_LATER": "5 hangs"},
        5,
        lambda: started.exists() and started.stat().st_size == 5,
    )
    kept = strict_json(path.read_text(encoding="utf-8"))
    assert kept["context"]["sessions"] == 2 and kept["context"]["interrupted"]
    assert times_of(kept, "runs", "value_task") == [20] * 2
    assert times_of(resumed(bench, path), "runs", "value_task") == [20] * 5


def test_what_was_lost_stays_lost(bench: Bench, starts: dict[str, str]) -> None:
    """In the first of many sessions."""
    path = interrupted(
        bench,
        {**starts, "FAKE_LATER": "3 dies"},
        16,
        lambda: any(bench.results.glob("*.sessions")),
    )
    assert rows_of(strict_json(path.read_text(encoding="utf-8")), "runs") == {}
    result = resumed(bench, path, **starts)
    assert rows_of(result, "runs") == {}
    (skip,) = [skip for skip in result["context"]["skipped"] if "guest" in skip]
    assert "out of luck" in skip["reason"]


# --- with .NET ---


def assert_same_bytes(result: dict[str, Any], guest: str, kind: str) -> None:
    """Of each case of the guest's and the model of it."""
    rows = [row for row in result["benchmarks"] if row["run_type"] == kind]
    bytes_of = {row["run_name"]: row["bytes_per_op"] for row in rows}
    own = [name for name in bytes_of if f"/{guest}/" in name]
    assert own
    for name in own:
        model = bytes_of[name.replace(f"/{guest}/", "/glibc/")]
        # A runtime may still make something once.
        assert bytes_of[name] == pytest.approx(model, abs=0.05), name


def guests_of(result: dict[str, Any], guest: str, kind: str) -> list[str]:
    return [
        row["guest"]
        for row in result["benchmarks"]
        if f"/{guest}/" in row["run_name"] and row["run_type"] == kind
    ]


CLASSIC = ["plain", "task_from_result", "value_task", "async_task", "async_value_task"]


def test_dotnet_in_a_run(bench: Bench) -> None:
    usable_or_skip(GUEST)
    words = ["--guest", "dotnet", "--hit-rate", "0.8", "--method", "both", "--sessions", "1"]
    bench.ok("run", *SHORT, *words)
    result = result_of(bench)
    assert re.fullmatch(r"10\.[0-9.]+", result["context"]["guests"]["dotnet"])
    assert guests_of(result, "dotnet", "aggregate") == CLASSIC
    assert min(row["real_time"] for row in rows_with("/dotnet/", result)) > 0
    assert_same_bytes(result, "dotnet", "aggregate")


def test_callers_of_dotnet_11_in_a_run(bench: Bench) -> None:
    """Which the runtime suspends, of two methods, on a hit and on a miss."""
    usable_or_skip(GUEST_11)
    words = ["--guest", "dotnet11", "--hit-rate", "0,1", "--depth", "2", "--rounds", "0"]
    bench.ok("run", *SHORT, *words, "--caller", "runtime", "--method", "all")
    result = result_of(bench)
    cases = guests_of(result, "dotnet11", "counts")
    assert cases == 2 * [*CLASSIC, "runtime_task", "runtime_value_task"]
    assert_same_bytes(result, "dotnet11", "counts")


# --- with Java ---


def test_java_in_a_run_with_a_small_nursery(bench: Bench) -> None:
    """Its epochs are shorter than a millisecond, and many have a pause, which has to fit."""
    usable_or_skip(JAVA)
    words = ["--guest", "java", "--hit-rate", "0.5", "--gen0-budget", "1M", "--method", "both"]
    bench.ok("run", *SHORT, *words, "--sessions", "1")
    result = result_of(bench)
    assert [skip for skip in result["context"]["skipped"] if "guest" in skip] == []
    assert list(result["context"]["guests"]) == ["java"]
    own = [row for row in result["benchmarks"] if "/java/" in row["run_name"]]
    medians = {row["guest"]: row for row in own if row["run_type"] == "aggregate"}
    assert list(medians) == ["plain", "completed_future", "completable_future"]
    assert len([row for row in own if row["run_type"] == "iteration"]) == 3
    for name, row in medians.items():
        miss = 1 - row["actual_hit_rate"]
        bytes_n = 0 if name == "plain" else 24 + 64 * miss
        # A runtime may still make something once.
        assert row["bytes_per_op"] == pytest.approx(bytes_n, abs=0.05)
        assert row["gen0_per_kop"] == pytest.approx(1000 * bytes_n / 2**20, rel=0.2)
        assert 0 < row["gc_time_fraction"] < 1 or name == "plain"
