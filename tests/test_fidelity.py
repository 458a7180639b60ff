"""`run_bench fidelity`: the models against .NET, where there is an SDK; and what a guest that does
something wrong costs."""
from __future__ import annotations

import csv
import io
import re
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest

from conftest import HANG_S, ROOT, Bench, strict_json
from test_guests import GUEST, GUEST_11, usable_or_skip

FIXTURES = ROOT / "tests" / "fixtures" / "guests"

KEYS = ["prediction", "parameters", "model", "guest", "unit", "predicted", "measured", "goal", "ok"]
KEYS += ["reason"]
PARAMETERS = ["workload", "hit_rate", "depth", "in_flight", "gen0_budget"]

# As the command shows what it is held to.
GOALS = {
    "bytes on a hit": "exact",
    "bytes on a miss": "exact",
    "collections, gen0": "within 3 %",
    "collections, gen1": "within 25 %, or by 1",
    "collections, gen2": "within 25 %, or by 1",
    "share of time paused": "by a factor of 1.3 at most",
    "time, a / b": "within 25 %",
    "time, depth 3 / 1": "within 25 %",
    "time, a / plain": "",
}

# Of guests with callers that the runtime suspends.
RUNTIME_GOALS = {"runtime hit": "exact", "runtime miss": "exact"}

Prediction = dict[str, Any]


def predictions_of(bench: Bench, guest: str, **environment: str) -> list[Prediction]:
    words = ["fidelity", "--quick", "--guest", guest, "--format", "json"]
    outcome = bench(*words, **environment)
    assert outcome.code == 0, outcome.err
    found = strict_json(outcome.out)
    assert list(found) == ["guest", "version", "predictions"]
    rows: list[Prediction] = found["predictions"]
    for row in rows:
        assert list(row) == KEYS and list(row["parameters"]) == PARAMETERS
        assert row["goal"] == (GOALS | RUNTIME_GOALS)[row["prediction"]]
        assert row["ok"] is None or row["measured"] is not None
        assert row["measured"] is not None or row["reason"]
    assert {row["prediction"] for row in rows} - set(RUNTIME_GOALS) == set(GOALS)
    return rows


def bytes_of(rows: list[Prediction]) -> list[Prediction]:
    return [row for row in rows if row["prediction"].startswith("bytes")]


def runtime_bytes_of(rows: list[Prediction]) -> list[Prediction]:
    return [row for row in rows if row["prediction"] in RUNTIME_GOALS]


# --- without .NET ---

MISSING = str(FIXTURES / "missing")


@pytest.fixture(scope="module")
def without(built: None, tmp_path_factory: pytest.TempPathFactory) -> list[Prediction]:
    """Of a guest whose runtime is nowhere."""
    return predictions_of(Bench(tmp_path_factory.mktemp("without")), MISSING)


@pytest.fixture(scope="module")
def later(built: None, tmp_path_factory: pytest.TempPathFactory) -> list[Prediction]:
    """Of a guest that dies when it is asked for a third epoch."""
    return predictions_of(Bench(tmp_path_factory.mktemp("later")), str(FIXTURES / "later"))


def test_a_missing_runtime_is_told_and_no_error(without: list[Prediction]) -> None:
    rows = without
    told = "guest missing: there is no fakeland; install the package fakeland"
    for row in rows:
        assert row["measured"] is None and row["ok"] is None and row["reason"] == told
    for row in bytes_of(rows):
        assert row["predicted"] is not None


def assert_told(out: str, guest: str, n: int) -> None:
    """In a table. Depths share a row: 104 B a method on a miss of an asynchronous one."""
    assert re.search(r"bytes on a miss .*depth 1-3 .*104, 208, 312 .*not measured", out)
    assert f"{n} predictions of guest {guest}: 0 ok, 0 missed, {n} not" in out


@pytest.mark.parametrize("form", ["table", "csv"])
def test_formats(bench: Bench, without: list[Prediction], form: str) -> None:
    rows = without
    outcome = bench.ok("fidelity", "--quick", "--guest", MISSING, "--format", form)
    out = outcome.out
    told = "guest missing: there is no fakeland; install the package fakeland"
    assert outcome.err.splitlines()[-1] == told
    if form == "csv":
        found = list(csv.DictReader(io.StringIO(out)))
        assert len(found) == len(rows)
        assert {row["verdict"] for row in found} == {"not measured"}
        assert [row["model"] for row in found] == [row["model"] for row in rows]
        return
    assert max(map(len, out.splitlines())) <= 100
    assert out.count("fakeland; install") == 1
    assert_told(out, "missing", len(rows))


def test_a_guest_that_dies_costs_its_own_rows(later: list[Prediction]) -> None:
    """A row of bytes is two epochs."""
    own = [
        row
        for row in bytes_of(later)
        if row["guest"] == "plain" and row["parameters"]["workload"] == "user_cache"
    ]
    assert len(own) == 6
    for at, row in enumerate(own):
        if at % 2 == 0:  # it says that it allocates for each call
            assert (row["predicted"], row["measured"], row["ok"]) == (0, 72, False)
        else:
            assert row["measured"] is None and row["ok"] is None
            assert row["reason"] == (
                "guest later: it ended when asked to run (Killed); it says: out of luck; and more"
            )
    lacking = [row for row in later if row["guest"] == "task_from_result"]
    assert lacking
    for row in lacking:
        assert "guest later has no strategy 'task_from_result'" in row["reason"]


def test_a_guest_without_such_callers_is_asked_for_none(later: list[Prediction]) -> None:
    assert not runtime_bytes_of(later)


def test_a_guest_that_does_not_build_says_what_its_compiler_said(
    bench: Bench, without: list[Prediction]
) -> None:
    """In Markdown, as in a table."""
    words = ["fidelity", "--quick", "--guest", str(FIXTURES / "broken"), "--format", "markdown"]
    outcome = bench.ok(*words)
    assert "guest.fake:3: error: no such thing\n" in outcome.err
    assert "guest broken does not build in '" in outcome.err
    assert "\n| ---" in outcome.out or "\n|---" in outcome.out
    assert_told(outcome.out, "broken", len(without))


@pytest.mark.parametrize("name", ["none", "./none", "/"])
def test_a_guest_that_is_none_is_refused(bench: Bench, name: str) -> None:
    outcome = bench("fidelity", "--guest", name)
    assert outcome.code == 2 and outcome.out == ""
    ours = ", ".join(sorted(folder.name for folder in (ROOT / "guests").iterdir()))
    told = f"run_bench: --guest: '{name}' is no guest; accepted: {ours}, or "
    assert outcome.err.startswith(told)
    assert outcome.err.count("\n") == 1


def test_an_interrupt_leaves_nothing_half_told(bench: Bench, tmp_path: Path) -> None:
    """Of a guest that hangs, for as long as the program waits for it."""
    guest = tmp_path / "hangs" / "guest"
    guest.parent.mkdir()
    text = (FIXTURES / "right" / "guest").read_text(encoding="utf-8")
    text = text.replace('"$(dirname "$0")/../fake.py" right', f"{FIXTURES}/fake.py hangs")
    guest.write_text(text, encoding="utf-8")
    guest.chmod(0o755)
    process = bench.start("fidelity", "--guest", str(guest.parent), "--progress", "plain")
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(2)
    process.send_signal(signal.SIGTERM)
    out, error = process.communicate(timeout=HANG_S)
    assert process.returncode == 128 + signal.SIGTERM
    assert out == ""
    told = "interrupted; nothing is told of the predictions that were measured\n"
    assert error.endswith(told)


# --- with it; a run of both holds bytes of some cases (test_guest_run.py) ---

OLDER = ("collections, gen1", "collections, gen2")


@pytest.mark.long
def test_models_against_dotnet(bench: Bench) -> None:
    """What depends on no machine: bytes, and collections of a nursery that stays as it is set."""
    usable_or_skip(GUEST)
    rows = predictions_of(bench, "dotnet")
    exact = bytes_of(rows)
    assert len(exact) == 4 * 2 * 3 * 7
    for row in exact:
        assert row["measured"] == row["predicted"], row
    for row in rows:
        assert row["measured"] is not None, row
        if row["prediction"] == "collections, gen0":
            assert row["measured"] == pytest.approx(row["predicted"], rel=0.05), row
        if row["prediction"] in OLDER and row["parameters"]["gen0_budget"] < 6 << 20:
            assert row["measured"] == pytest.approx(row["predicted"], rel=0.25, abs=5), row


@pytest.mark.long
def test_runtime_async_against_dotnet_11(bench: Bench) -> None:
    """Every combination of caller, method and what is stored: by the runtime that it is modelled on
    to the last byte.
    """
    usable_or_skip(GUEST_11)
    rows = runtime_bytes_of(predictions_of(bench, "dotnet11"))
    ways = ["classic->runtime", "stored->runtime"]
    ways += [f"runtime->{method}" for method in ["direct", "async", "runtime"]]
    models = {f"{name} {way}" for name in ["heap_task", "value_task"] for way in ways}
    assert {row["model"] for row in rows} == models | {"plain runtime->direct"}
    assert len(rows) == 4 * 2 * 3 * (2 * len(ways) + 1)
    for row in rows:
        assert row["ok"], row
