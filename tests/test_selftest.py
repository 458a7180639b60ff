"""`run_bench selftest`: the proof of the statistics, on recorded sessions and on simulated ones."""
from __future__ import annotations

import csv
import io
import lzma
from pathlib import Path

import pytest
from conftest import ROOT, Bench, strict_json

# Sessions of a strategy, a twin and slower copies, recorded on machines in several states.
RECORDED = sorted((ROOT / "tests" / "recorded").glob("*.csv.xz"))

# Recorded sessions of other machines, where they are at hand.
SHARED = ROOT.parent / "shared" / "sessions" / "states.npz"

JSON = ["--format", "json"]

HEAD = (
    "name,session,round,operations,real_ns_per_op,cpu_ns_per_op,gc_ns_per_op,"
    "probe_before_ns,probe_after_ns\n"
)


def unpacked(path: Path, folder: Path) -> Path:
    target = folder / path.name.removesuffix(".xz")
    target.write_bytes(lzma.decompress(path.read_bytes()))
    return target


def test_there_are_recorded_sessions() -> None:
    assert len(RECORDED) >= 2


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.name.partition(".")[0])
def test_recorded_sessions_meet_all_goals(bench: Bench, tmp_path: Path, path: Path) -> None:
    outcome = bench("selftest", "--samples", unpacked(path, tmp_path), "--quick", *JSON)
    checks = {row["check"]: row for row in strict_json(outcome.out)["checks"]}
    assert outcome.code == 0, [row for row in checks.values() if not row["ok"]]
    recorded = [row for name, row in checks.items() if path.name.partition(".")[0] in name]
    simulated = [row for name, row in checks.items() if ", simulated" in name]
    assert len(recorded) >= 8 and len(simulated) >= 10
    for row in recorded:
        assert {"check", "goal", "found", "trials_n", "ok"} <= set(row), row
    held = next(row for row in recorded if row["check"].startswith("another run's figure held"))
    assert held["lo"] <= held["found"] <= held["hi"]


def test_on_this_machine(bench: Bench, tmp_path: Path) -> None:
    """What is counted is exact on every machine; of times nothing is claimed here."""
    folder = tmp_path / "copies"
    folder.mkdir()
    settings = {"TMPDIR": str(folder), "VTB_HIT_RATE": "0.1", "VTB_STRATEGY": "poll"}
    outcome = bench("selftest", "--quick", "--runs", "2", "--sessions", "5", *JSON, **settings)
    assert outcome.code in (0, 3), outcome.err
    checks = {row["check"]: row for row in strict_json(outcome.out)["checks"]}
    one = checks["one instruction a call more"]
    assert one["ok"] and one["found"] == 1 and one["goal"] == "1, exactly"
    byte = checks["one byte more in each call that suspends, bytes"]
    assert byte["ok"] and byte["found"] == 4000  # 20000 calls at the default rate of 0.8
    assert checks["an allocation in each call that hits, allocations"]["found"] == 16000
    for load in ["idle", "beside a busy loop", "beside a bursty loop", "beside all loads"]:
        row = checks[f"tables with twins called different, {load}"]
        assert row["trials_n"] <= (6 if "all" in load else 2)
    assert list(folder.iterdir()) == []


def test_a_twin_that_is_none_is_told(bench: Bench, tmp_path: Path) -> None:
    """A copy that takes a fifth longer than what it is said to be a copy of."""
    path = unpacked(RECORDED[0], tmp_path)
    rows = list(csv.reader(io.StringIO(path.read_text())))
    for row in rows[1:]:
        if "_twin/" in row[0]:
            row[4] = f"{float(row[4]) * 1.2:.4g}"
    path.write_text("".join(",".join(row) + "\n" for row in rows))
    outcome = bench("selftest", "--samples", path, "--quick")
    assert outcome.code == 3
    assert "MISSED" in outcome.out
    assert "missed, the first: tables with twins called different" in outcome.error


def test_formats(bench: Bench, tmp_path: Path) -> None:
    path = unpacked(RECORDED[0], tmp_path)
    table = bench("selftest", "--samples", path, "--quick")
    printed = bench("selftest", "--samples", path, "--quick", "--format", "csv").out
    rows = list(csv.DictReader(io.StringIO(printed)))
    assert list(rows[0]) == ["check", "goal", "found", "99 % bounds", "trials", "verdict"]
    for row in rows:
        assert row["check"] in table.out


def test_samples_without_copies_are_refused(bench: Bench, tmp_path: Path) -> None:
    """An ordinary run's: there is nothing whose truth is known."""
    path = tmp_path / "run.csv"
    lines = [f"w/plain/glibc/x,{s},{r},9,5,5,0,1,1\n" for s in range(1, 6) for r in range(5)]
    path.write_text(HEAD + "".join(lines))
    outcome = bench("selftest", "--samples", path)
    assert outcome.code == 2
    assert "has no copy of a strategy, NAME_twin or NAME_slow_10" in outcome.error
    assert outcome.out == ""


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--samples", "/nonexistent"], "No such file"),
        (["--sessions", "4"], "accepted: whole numbers from 5 to 1000"),
        (["--runs", "1"], "accepted: whole numbers from 2 to 10000"),
    ],
)
def test_bad_options(bench: Bench, options: list[str], says: str) -> None:
    outcome = bench("selftest", *options)
    assert outcome.code == 2
    assert says in outcome.error


def recorded_elsewhere(folder: Path, processor: str) -> Path:
    """The samples of one processor of the shared sessions, as a run would have left them."""
    numpy = pytest.importorskip("numpy")
    with numpy.load(SHARED, allow_pickle=True) as archive:
        cases = [str(name) for name in archive["cases"]]
        ns, gc = archive[f"ns_{processor}"], archive[f"gc_{processor}"]
        before, after = archive[f"p0_{processor}"], archive[f"p1_{processor}"]
    chosen = ["heap_task/glibc", "value_task/glibc", "value_task_twin/glibc", "callback/glibc"]
    lines = [HEAD]
    for case in chosen:
        i = cases.index(case)
        for s in range(ns.shape[0]):
            for r in range(ns.shape[2]):
                figures = [ns[s, i, r] + gc[s, i, r], ns[s, i, r], gc[s, i, r]]
                probes = [before[s, i, r], after[s, i, r]]
                numbers = ",".join(f"{value:.5g}" for value in [*figures, *probes])
                lines.append(f"user_cache/{case}/x,{s + 1},{r},3000,{numbers}\n")
    path = folder / f"processor{processor}.csv"
    path.write_text("".join(lines))
    return path


@pytest.mark.skipif(not SHARED.exists(), reason="the sessions of other machines are not at hand")
@pytest.mark.parametrize("processor", ["0", "1"])
def test_sessions_of_another_machine(bench: Bench, tmp_path: Path, processor: str) -> None:
    """Quiet and busy in turns of minutes: twins are never told apart, and other runs are held."""
    path = recorded_elsewhere(tmp_path, processor)
    outcome = bench("selftest", "--samples", path, "--quick", *JSON)
    found = {
        row["check"].partition(",")[0]: row
        for row in strict_json(outcome.out)["checks"]
        if path.name in row["check"]
    }
    assert found["tables with twins called different"]["found"] == 0
    assert found["another run's figure held"]["ok"]
    assert found["the median of all runs held"]["ok"]
