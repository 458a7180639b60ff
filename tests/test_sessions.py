"""Sessions: what their rounds say is what the figures are, and what of them fails is told once.

Figures are worked out anew from the samples, whatever state the machine was in meanwhile.
"""
from __future__ import annotations

import math
import statistics
import subprocess
from pathlib import Path

import pytest

from conftest import (
    BINARY,
    HANG_S,
    HASTY,
    INTERVALS,
    ROOT,
    TIMED,
    Bench,
    Outcome,
    Row,
    iterations,
    medians,
    parameters,
    strategy_of,
    strict_json,
    wait_until,
)
from from_samples import Samples, holm, p_of, t_within, verdict_of

JSON = ["--format", "json"]
ONE = ["--strategy", "value_task"]
STEADY = [*TIMED, "--sessions", "5", "--rounds", "24"]
VARIED = ["--strategy", "heap_task@checked,value_task,value_task@atomic,poll@checked"]

RUNS = {
    "steady": [*STEADY, "--strategy", "value_task,poll"],
    "dependent": [*STEADY, *ONE, "--consumer", "dependent"],
    "one session": [*TIMED, *ONE],
    "cold": [*INTERVALS, "--strategy", "value_task,poll", "--sessions", "7"],
    "four sessions": [*INTERVALS, *ONE, "--sessions", "4"],
    "another baseline": [*INTERVALS, *ONE, "--baseline-strategy", "empty"],
    "variations": [*INTERVALS, *VARIED, "--method", "both"],
}

# A variant is held against its strategy by the same method, the rest against the direct method.
BASES = {
    ("heap_task", "async"): ("heap_task", "direct"),
    ("heap_task@checked", "direct"): ("heap_task", "direct"),
    ("heap_task@checked", "async"): ("heap_task", "async"),
    ("value_task", "async"): ("value_task", "direct"),
    ("value_task@atomic", "direct"): ("value_task", "direct"),
    ("value_task@atomic", "async"): ("value_task", "async"),
}


class Run(Samples):
    """A run of one table, of which each case has its references."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome)
        roles = self.document["context"]["roles"]
        self.role_names = {role: name for name, role in roles.items()}
        self.bases = {name: self.reference("baseline", name) for name in self.rows}
        self.state = self.state_of(self.bases)

    def reference(self, role: str, like: str) -> str:
        """The empty loop, where it is the baseline, has that role alone: it is in every table."""
        name = self.named(self.role_names.get(role, self.role_names["empty"]), like)
        return name if name in self.rows else name.replace("method:async", "method:direct")

    def base_of(self, name: str) -> str:
        """What a case is a variation of."""
        known = parameters(name)
        strategy, method = BASES.get(
            (known["strategy"], known["method"]), (known["strategy"], known["method"])
        )
        return self.named(strategy, name).replace(f"method:{known['method']}", f"method:{method}")


@pytest.fixture(scope="module", params=RUNS)
def run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Run:
    bench = Bench(tmp_path_factory.mktemp("sessions"))
    return Run(bench.ok(*RUNS[request.param]))


def assert_known(row: Row, key: str, value: float, rel: float = 1e-4, near: float = 1e-5) -> None:
    """A figure is there if it is known, and then as it must be."""
    if math.isnan(value):
        assert key not in row, key
    else:
        assert row[key] == pytest.approx(value, rel=rel, abs=near), key


def assert_interval(row: Row, key: str, middle: float, deviation: float, freedom: float) -> None:
    """An interval of 99 % of a figure that has a deviation, on both sides as far."""
    low, high = (math.log(row[f"{key}_{end}"]) for end in ("lo", "hi"))
    assert high - middle == pytest.approx(middle - low, rel=1e-6, abs=1e-9)
    assert t_within((high - middle) / deviation, freedom) == pytest.approx(0.495, abs=1e-4)


def test_times_are_the_medians_of_sessions(run: Run) -> None:
    """With the least and the most of them beside; of one state of the machine."""
    for name, row in run.rows.items():
        times = run.times(name, run.state) or [math.nan]
        assert row["state"] == run.state
        assert_known(row, "ns_per_op", statistics.median(times))
        assert_known(row, "ns_per_op_lo", min(times))
        assert_known(row, "ns_per_op_hi", max(times))
        assert_known(row, "real_time", statistics.median(times))
        share = math.nan if run.state == "any" else run.quiet_share(name)
        assert_known(row, "quiet_share", share)


def test_ratios_are_those_of_paired_rounds(run: Run) -> None:
    """Pooled over sessions; the interval is as wide as they say, and where they are few there is
    none.
    """
    for name, row in run.rows.items():
        ratio = run.ratio(name, run.bases[name], run.state)
        assert row["sessions_n"] == ratio.sessions_n
        assert_known(row, "ratio_log_se", math.sqrt(ratio.variance), 1e-3)
        assert_known(row, "ratio_freedom", ratio.freedom, 1e-2)
        assert_known(row, "between_sessions_share", ratio.between, near=1e-3)
        if name == run.bases[name]:
            assert (row["ratio"], row["ratio_lo"], row["ratio_hi"]) == (1, 1, 1)
            continue
        assert_known(row, "ratio", math.exp(ratio.mean))
        assert ("ratio_lo" in row) == ("ratio_hi" in row) == (ratio.sessions_n >= 5)
        if "ratio_lo" in row:
            middle, deviation = math.log(row["ratio"]), row["ratio_log_se"]
            assert_interval(row, "ratio", middle, deviation, row["ratio_freedom"])


def test_beside_a_busy_sibling_ratios_are_others(run: Run) -> None:
    for name, row in run.rows.items():
        busy = run.ratio(name, run.bases[name], "busy")
        enough = run.state != "any" and busy.sessions_n >= 5 and name != run.bases[name]
        assert_known(row, "busy_ratio", math.exp(busy.mean) if enough else math.nan)
        if enough:
            assert row["busy_ratio_lo"] < row["busy_ratio"] < row["busy_ratio_hi"]


def test_differences_are_at_the_speed_of_the_baseline(run: Run) -> None:
    """Beyond the floor, and beyond what a case is a variation of. A pair of epochs may be in one
    state, and the baseline's of that round not: so it is the sessions of all three that count."""
    for name, row in run.rows.items():
        for key, other in [
            ("over_plain_ns", run.reference("floor", name)),
            ("over_base_ns", run.base_of(name)),
        ]:
            expected = run.beyond(name, other, run.bases[name], run.state)
            assert_known(row, key, expected, 1e-3, 1e-3)
            share = run.share_beyond(name, other, run.bases[name], run.state)
            if share.sessions_n < 5 or math.isnan(expected):
                assert name == other or f"{key}_lo" not in row
            else:
                assert row[f"{key}_lo"] <= row[key] <= row[f"{key}_hi"]


def test_verdicts_are_those_of_the_tests(run: Run) -> None:
    """By Holm over the table; and what would be seen is beyond the interval."""
    others = [name for name in run.rows if name != run.bases[name]]
    pooled = {name: run.ratio(name, run.bases[name], run.state) for name in others}
    adjusted = holm({name: p_of(each) for name, each in pooled.items()})
    for name, row in run.rows.items():
        assert ("verdict" in row) == (name in others)
    for name in others:
        row = run.rows[name]
        if abs(adjusted[name] - 0.01) > 1e-4:  # samples have six digits
            assert row["verdict"] == verdict_of(row, adjusted[name])
        disagree = row.get("ratio_hi", 0) > 1.1 * row.get("ratio", 0)
        assert ("mde" in row) == (pooled[name].sessions_n >= 5 and not disagree)
        if "mde" in row:
            t = math.log1p(row["mde"]) / row["ratio_log_se"] - 1.2815515655
            share = 0.5 - 0.005 / len(others)
            assert t_within(t, row["ratio_freedom"]) == pytest.approx(share, abs=1e-4)


# --- few sessions ---


def test_one_session_has_no_intervals_and_no_verdicts(bench: Bench) -> None:
    outcome = bench.ok(*TIMED, *ONE, "--export-json", "export.json")
    document = strict_json((bench.directory / "export.json").read_text(encoding="utf-8"))
    for row in medians(document["benchmarks"]):
        held = {key.removesuffix("_lo") for key in row if key.endswith("_lo")}
        itself = {"ratio"} if strategy_of(row) == "heap_task" else set()
        floor = {"over_plain_ns"} if strategy_of(row) == "plain" else set()
        assert held <= {"ns_per_op", "over_base_ns", *itself, *floor}
        assert not {"ratio_log_se", "ratio_freedom", "between_sessions_share"} & set(row)
        assert row.get("mde", 0) == 0, "of the baseline, from itself"
        assert row.get("verdict", "") == ("" if itself else "not known yet")
    words = " ".join(outcome.out.split())
    assert "No intervals and no verdicts: 1 session, and they take 5." in words
    assert "would be seen" not in words and "±" not in words


def test_five_sessions_are_told(bench: Bench) -> None:
    words = " ".join(bench.ok(*INTERVALS, *ONE).out.split())
    assert "ns/op is the median of 5 sessions, and from where to where they varied" in words
    assert "intervals, of 99 %, are for another run" in words
    told = ["in 90 % of runs a difference from heap_task of", "as the sessions disagree: "]
    assert any(part in words for part in told)


# --- other runs ---


def test_sessions_draw_other_keys_and_another_run_the_same(bench: Bench) -> None:
    """By the seed, and by their numbers: the calls of an epoch are as many in all of them."""
    rows = bench.ok(*STEADY, *ONE, "--sessions", "3", *JSON).rows
    counts = {row["iterations"] for row in iterations(rows)}
    assert len(counts) == 1 and counts.pop() % 24 == 0


def test_a_cache_whose_entries_expire_has_one_clock_in_all_passes(bench: Bench) -> None:
    """Counts are of the command's own process, times of others: of so many calls a second nearly
    all come before what they ask for expires."""
    arguments = [*ONE, "--ttl", "0.01", "--calls-per-second", "1e6", "--calls", "200000"]
    rows = medians(bench.ok(*arguments, "--keys", "100", *HASTY, *JSON).rows)
    assert rows
    for row in rows:
        assert row["actual_hit_rate"] > 0.95 and row["timed_hit_rate"] > 0.95


# --- what fails ---

# A strategy that goes wrong at a call that only a session comes to: fewer are counted, and of a
# session the calls before each epoch that are not timed alone are more.
LATE = """#include <signal.h>
static long hits_n;
static vtb_value first;
#define NODE_ON_HIT \\
    first = hits_n ? first : *value; \\
    if (++hits_n >= 150000) \\
    {what}
#include "{node}"

NODE_STRATEGY(late);
"""


def go_wrong(bench: Bench, what: str) -> Outcome:
    node = ROOT / "tests" / "fixtures" / "own" / "node.h"
    own = bench.directory / "late.c"
    own.write_text(LATE.format(what=what, node=node), encoding="utf-8")
    arguments = [*TIMED, "--hit-rate", "1", "--strategy", str(own)]
    outcome = bench(*arguments, "--rounds", "400", "--sessions", "3")
    assert (outcome.code, outcome.out) == (1, "")
    assert outcome.files() == []
    return outcome


def test_crash_in_a_session_is_one_line_with_a_remedy(bench: Bench) -> None:
    assert go_wrong(bench, "*(volatile int *)(uintptr_t)handover->node = 1").error == (
        "run_bench: session 1 of 3 ended in user_cache/late/glibc: Segmentation fault; "
        "`run_bench check` of that strategy says where"
    )


def test_session_that_is_killed_is_not_the_strategy_s_fault(bench: Bench) -> None:
    assert go_wrong(bench, "raise(SIGKILL)").error == (
        "run_bench: session 1 of 3 ended in user_cache/late/glibc: Killed, from outside, perhaps "
        "for want of memory (a container's limit, the OOM killer)"
    )


def test_error_of_a_session_is_told_once(bench: Bench) -> None:
    """In the words that it has in the process that found it."""
    assert go_wrong(bench, "*value = first").error == (
        "run_bench: late consumed other values than the floor in the timing pass; no figure is "
        "reported"
    )


# A strategy whose values are wrong once a file is there.
WRONG_LATER = """#include <unistd.h>
static long hits_n;
static vtb_value first;
#define NODE_ON_HIT \\
    first = hits_n++ ? first : *value; \\
    if (access("{marker}", F_OK) == 0) \\
    *value = first
#include "{node}"

NODE_STRATEGY(later);
"""


def test_of_wrong_figures_none_is_kept(bench: Bench) -> None:
    """Sessions that were kept before may be of the very case that is wrong."""
    node = ROOT / "tests" / "fixtures" / "own" / "node.h"
    marker = bench.directory / "marker"
    own = bench.directory / "later.c"
    own.write_text(WRONG_LATER.format(marker=marker, node=node), encoding="utf-8")
    arguments = [*TIMED, "--hit-rate", "1", "--strategy", str(own), "--sessions", "1000"]
    with bench.start(*arguments) as process:
        wait_until(
            lambda: list(bench.results.glob("run-*.json")) or process.poll(), "nothing is kept"
        )
        assert process.poll() is None
        marker.touch()
        out, err = process.communicate(timeout=HANG_S)
    outcome = Outcome(process.returncode, out, err, bench.results)
    assert (outcome.code, out, outcome.files()) == (1, "", [])
    assert outcome.error == (
        "run_bench: later consumed other values than the floor in the timing pass; no figure is "
        "reported; what was kept of this run is removed"
    )


# --- keys that can be read only once ---

KEYS = [n * n % 97 for n in range(3000)]


@pytest.mark.parametrize("trace_format", ["text", "be32"])
def test_recorded_keys_from_standard_input_reach_every_session(
    bench: Bench, trace_format: str
) -> None:
    """All of them find the values that counting found, or there would be no figure."""
    data = {
        "text": "".join(f"{key}\n" for key in KEYS).encode(),
        "be32": b"".join(key.to_bytes(4, "big") for key in KEYS),
    }[trace_format]
    (bench.directory / "keys").write_bytes(data)
    arguments = ["--trace-format", trace_format, "--cache", "lru:20", *ONE, *JSON]
    arguments += [*HASTY, "--sessions", "3"]

    def rows_of(trace: str, given: bytes | None) -> list[Row]:
        done = subprocess.run(
            [str(BINARY), *arguments, "--trace", trace],
            cwd=bench.directory,
            env=bench.environment(),
            input=given,
            capture_output=True,
            timeout=HANG_S,
        )
        assert done.returncode == 0, done.stderr
        return strict_json(done.stdout.decode())["benchmarks"]

    piped, read = rows_of("-", data), rows_of("keys", b"")
    assert [row["run_name"] for row in piped] == [row["run_name"] for row in read]
    rates = {row["actual_hit_rate"] for row in [*piped, *read]}
    assert len(rates) == 1 and 0 < rates.pop() < 1
    assert {row["session"] for row in iterations(piped)} == {1, 2, 3}
