"""`run_bench latency`: an open loop, its figures in all formats, and what it refuses.

No test asks how long anything takes: a machine that is slow, or busy, has other latencies, and as
many calls.
"""
from __future__ import annotations

import csv
import io
import json
import math
import re
import shlex
import statistics
from pathlib import Path

import pytest

from conftest import (
    ROOT,
    Bench,
    Outcome,
    Row,
    instructions_of,
    interrupted_latency,
    iterations,
    medians,
)

STOPS = ROOT / "examples" / "own" / "stops_once.c"
SLOW = ROOT / "tests" / "fixtures" / "latency" / "slow_at_times.c"
SLOW_LATER = ROOT / "tests" / "fixtures" / "latency" / "slow_from_then_on.c"

KINDS = ["latency", "service", "miss"]
QUANTILES = {"p50": 0.5, "p90": 0.9, "p99": 0.99, "p999": 0.999, "p9999": 0.9999, "max": 1.0}
SESSIONS = 5
SLICES = 2
SLICE_MS = 5
RATE = 20_000
CALLS = RATE * SLICE_MS // 1000 * SLICES

# Slow enough for any machine, and few calls.
FEW = ["latency", "--keys", "1000", "--strategy", "value_task", "--rate", f"{RATE}"]
FEW += ["--slices", f"{SLICES}", "--slice-ms", f"{SLICE_MS}"]


@pytest.fixture(scope="module")
def kept(built: None, tmp_path_factory: pytest.TempPathFactory) -> tuple[Outcome, Path]:
    """One run, with each file that it can write."""
    folder = tmp_path_factory.mktemp("latency")
    files = ["--export-json", "a.json", "--export-csv", "a.csv", "--export-markdown", "a.md"]
    return Bench(folder).ok(*FEW, "--sessions", f"{SESSIONS}", *files), folder


def names_of(rows: list[Row]) -> list[str]:
    return [row["run_name"].split("/")[1] for row in rows]


def test_the_table_fits_a_screen(kept: tuple[Outcome, Path]) -> None:
    out = kept[0].out
    assert max(map(len, out.splitlines())) <= 80
    assert out.startswith("Open loop: 20,000 calls a second, constant arrivals; 5 sessions of 2")
    headings = ["from the intended start", "from the actual start", "calls a second"]
    for heading in [*headings, "of those above p99.9"]:
        (line,) = [line for line in out.splitlines() if line.startswith(heading)]
        rows = out.split(line)[1].split("\n\n")[0].splitlines()[1:]
        assert [row.split("  ")[0] for row in rows] == [
            "idle control",
            "empty",
            "plain",
            "heap_task",
            "value_task",
        ]
    assert "\nuntil consumed  misses  unseen " in out
    assert "docs/LATENCY.md" in out


def test_the_result_file_is_what_was_exported(kept: tuple[Outcome, Path]) -> None:
    outcome, folder = kept
    (own,) = (path for path in outcome.results.glob("*.json") if "timeline" not in path.name)
    found = json.loads(own.read_text())
    assert json.loads((folder / "a.json").read_text())["benchmarks"] == found["benchmarks"]
    context = found["context"]
    assert context["interrupted"] is False and context["sessions"] == SESSIONS
    assert context["run_options"]["rate"] == f"{RATE}"


def test_every_case_made_every_call(kept: tuple[Outcome, Path]) -> None:
    rows = json.loads((kept[1] / "a.json").read_text())["benchmarks"]
    pooled = medians(rows)
    assert names_of(pooled) == ["empty", "plain", "heap_task", "value_task", "idle_control"]
    assert len(iterations(rows)) == SESSIONS * len(pooled)
    for row in pooled:
        assert row["calls_n"] == SESSIONS * CALLS
        assert row["rate_intended"] == RATE and 0 < row["rate_achieved"] <= RATE
        assert 0 <= row["late_share"] <= 1
        assert row["run_name"].endswith(f"/rate:{RATE}")
    for row in iterations(rows):
        assert row["iterations"] == CALLS and row["slices"] == SLICES


def test_percentiles_are_told_from_enough_calls(kept: tuple[Outcome, Path]) -> None:
    """Ten are to lie beyond each; and the more calls it is of, the longer it is."""
    for row in json.loads((kept[1] / "a.json").read_text())["benchmarks"]:
        n = row.get("calls_n", row.get("iterations"))
        for kind in KINDS[:2]:
            there = [row.get(f"{kind}_{word}_ns") for word in QUANTILES]
            enough = [q == 1 or n * (1 - q) > 9.99 for q in QUANTILES.values()]
            assert [value is not None for value in there] == enough
            known = [value for value in there if value is not None]
            assert known == sorted(known)


def test_every_case_and_control_has_a_name_of_its_own(bench: Bench) -> None:
    """Of several points and consumers; and each distribution says whose it is."""
    words = ["--hit-rate", "0.2,0.8", "--consumer", "both", "--threads", "1,2", "--sessions", "1"]
    outcome = bench.ok(*FEW, *words, "--format", "json")
    names = [row["run_name"] for row in medians(outcome.rows)]
    assert len(set(names)) == len(names)
    controls = [name for name in names if "/idle_control/none/" in name]
    assert len(controls) == 2 * 2 * 2 and not any("/method:" in name for name in controls)
    texts = [path.read_text() for path in outcome.files() if path.name.endswith(".hgrm")]
    cases = [re.findall(r"^#\[Case +=  ?(.*)\]$", text, re.M)[0] for text in texts]
    assert sorted(cases) == sorted([*names, *names])


def test_a_tail_is_told_where_there_is_one(bench: Bench) -> None:
    """Above p99.9 are at least ten of 10,000 calls; the shares add up. Behind a stop of 100 ms the
    longest are apart from each other by 5 us, and more than a thousandth of a tenth of them."""
    words = ["latency", "--keys", "1000", "--strategy", str(STOPS), "--hit-rate", "1"]
    words += ["--rate", "200k", "--slices", "4", "--sessions", "1", "--format", "json"]
    rows = medians(bench.ok(*words).rows)
    (stopped,) = [row for row in rows if "/stops_once/" in row["run_name"]]
    assert stopped["tail_switches_share"] > 0
    for row in rows:
        shares = {key: value for key, value in row.items() if key.startswith("tail_")}
        if not shares:  # what is above p99.9 takes as long as that, but for a thousandth
            continue
        assert sum(shares.values()) == pytest.approx(1)
        idle = ["tail_idle_share"] * ("idle_control" not in row["run_name"])
        known = [f"tail_{cause}_share" for cause in ["collections", "switches", "stolen", "short"]]
        assert set(shares) == {*known, *idle, "tail_unknown_share"}
    few = bench.ok(*FEW, "--sessions", "1", "--format", "json")
    assert not any(key.startswith("tail_") for row in medians(few.rows) for key in row)


def test_distributions_stand_beside_the_result_file(kept: tuple[Outcome, Path]) -> None:
    """Of each case and of the control, from either start, in HdrHistogram's format."""
    outcome, folder = kept
    (stem,) = {path.name.split(".")[0] for path in outcome.files()}
    names = ["empty-glibc", "plain-glibc", "heap_task-glibc", "value_task-glibc", "idle_control"]
    kinds = {"latency", "service"}
    files = {f"{stem}.{kind}.{name}.hgrm" for kind in kinds for name in names}
    beside = {f"{stem}.json", f"{stem}.timeline.json"}
    assert {path.name for path in outcome.files()} == files | beside
    found = json.loads((folder / "a.json").read_text())
    rows = {row["run_name"]: row for row in medians(found["benchmarks"])}
    for file in files:
        text = (outcome.results / file).read_text()
        (count,) = re.findall(r"Total count += +(\d+)\]", text)
        (name,) = re.findall(r"^#\[Case +=  ?(.*)\]$", text, re.M)
        (longest,) = re.findall(r"#\[Max += +([\d.]+),", text)
        assert int(count) == SESSIONS * CALLS
        assert float(longest) == rows[name][f"{file.split('.')[1]}_max_ns"]


def test_a_timeline_has_slices_with_what_happened_in_them(bench: Bench) -> None:
    """By turns; and a small nursery is collected, however fast the machine is."""
    words = ["--heap", "gengc", "--force-async", "--gen0-budget", "4K", "--sessions", "2"]
    outcome = bench.ok(*FEW, *words, "--export-timeline", "t.json")
    (own,) = outcome.results.glob("*.timeline.json")
    text = (bench.directory / "t.json").read_text()
    assert own.read_text() == text
    events = json.loads(text)["traceEvents"]
    threads = {each["tid"]: each["args"]["name"] for each in events if each["ph"] == "M"}
    assert [threads[i] for i in range(1, 6)] == [
        *[f"{name}-gengc" for name in ["empty", "plain", "heap_task", "value_task"]],
        "idle_control",
    ]
    assert json.loads(text)["otherData"] == {
        "events_n": sum(each["ph"] == "X" for each in events),
        "left_out_n": 0,
    }
    slices = [each for each in events if each.get("cat") == "slice"]
    assert sorted(each["tid"] for each in slices) == sorted([*range(1, 6)] * SLICES)
    assert slices[0]["ts"] == 0
    for before, behind in zip(slices, slices[1:]):
        assert before["ts"] + before["dur"] <= behind["ts"]
    collections = [each for each in events if each.get("cat") == "collection"]
    assert {threads[each["tid"]] for each in collections} >= {"heap_task-gengc", "value_task-gengc"}
    for each in collections:
        assert any(
            it["tid"] == each["tid"]
            and it["ts"] <= each["ts"]
            and each["ts"] + each["dur"] <= it["ts"] + it["dur"] + 0.001
            for it in slices
        )


def test_each_caller_has_a_lane_of_a_timeline(bench: Bench) -> None:
    """Behind that of the case, which has the collections; what holds a caller up is in its own."""
    words = ["--threads", "2", "--heap", "gengc", "--gen0-budget", "4K", "--sessions", "1"]
    outcome = bench.ok(*FEW, *words, "--force-async")
    (own,) = outcome.results.glob("*.timeline.json")
    events = json.loads(own.read_text())["traceEvents"]
    lanes = {each["args"]["name"]: each["tid"] for each in events if each["name"] == "thread_name"}
    assert len(set(lanes.values())) == len(lanes)
    cases = [name for name in lanes if name.endswith("-x2")]
    assert len(cases) == 5
    for case in cases:
        for lane in [case, f"{case} caller 1", f"{case} caller 2"]:
            own_slices = [
                each for each in events if each["tid"] == lanes[lane] and each["name"] == "slice"
            ]
            assert len(own_slices) == SLICES, lane
    names = {tid: name for name, tid in lanes.items()}
    kinds = {(each["name"], " caller " in names[each["tid"]]) for each in events if "dur" in each}
    assert ("collection", False) in kinds and ("collection", True) not in kinds
    stops = {each["tid"] for each in events if each["name"] in ("switch", "stolen")}
    assert not stops & {lanes[case] for case in cases}


def test_a_timeline_that_is_cut_says_so(bench: Bench) -> None:
    """Two misses fill the nursery, which makes 20,000 collections of each strategy."""
    words = ["latency", "--keys", "1000", "--strategy", "value_task", "--heap", "gengc"]
    words += ["--payload", "2000", "--force-async", "--gen0-budget", "4K"]
    words += ["--rate", "40k", "--slices", "20", "--sessions", "1"]
    outcome = bench.ok(*words)
    (own,) = outcome.results.glob("*.timeline.json")
    found = json.loads(own.read_text())
    kept, left_out = found["otherData"]["events_n"], found["otherData"]["left_out_n"]
    assert kept == sum(each["ph"] == "X" for each in found["traceEvents"]) == 32768
    assert kept + left_out > 2 * 20 * 2000 / 2
    told = f"The timeline has 32,768 of the {kept + left_out:,} events of the first session"
    assert told in outcome.out.replace("\n", " ")


def test_misses_are_seen_to_their_end_or_counted(bench: Bench) -> None:
    """By hand: of 100 misses of a slice the last 7 still wait at its end; of fewer than are in
    flight all do, and the reason is told. Where nothing waits there is no number of them."""
    alike = [*FEW, "--sessions", "1", "--force-async"]
    bench.ok(*alike, "--in-flight", "8", "--export-json", "a.json")
    outcome = bench.ok(*alike, "--in-flight", "128", "--export-json", "b.json")
    bench.ok(*alike, "--in-flight", "8", "--completion", "lifo", "--export-json", "c.json")
    for file, unseen in [("a.json", 7 * SLICES), ("b.json", CALLS), ("c.json", None)]:
        rows = medians(json.loads((bench.directory / file).read_text())["benchmarks"])
        (row,) = [row for row in rows if "/value_task/" in row["run_name"]]
        assert row.get("misses_unseen_n") == unseen
        assert row.get("misses_n") == (None if unseen is None else CALLS)
        assert ("miss_p50_ns" in row) == (file == "a.json")
    told = f"unseen: {2 * CALLS} of {2 * CALLS} misses still waited when their slice ended"
    assert told in outcome.out.replace("\n", " ") and "so that there is none" in outcome.out


def test_hits_that_emerge_are_told(bench: Bench) -> None:
    """Of each case those of its own calls, which are the same; so many are no misses."""
    cache = ["--workload", "trace", "--cache", "lru:300", "--in-flight", "8", "--sessions", "2"]
    outcome = bench.ok(*FEW, *cache, "--export-json", "a.json")
    rows = medians(json.loads((bench.directory / "a.json").read_text())["benchmarks"])
    rates = {row["run_name"].split("/")[1]: row.get("actual_hit_rate") for row in rows}
    assert rates["empty"] is None and rates["idle_control"] is None
    assert 0 < rates["plain"] == rates["heap_task"] == rates["value_task"] < 1
    (row,) = [row for row in rows if "/heap_task/" in row["run_name"]]
    assert row["misses_n"] == pytest.approx(2 * CALLS * (1 - rates["heap_task"]))
    (line,) = [line for line in outcome.out.split("until consumed")[1].splitlines()
               if line.startswith("heap_task")]
    assert line.split()[1] == f"{100 * rates['heap_task']:.2f}".rstrip("0").rstrip(".")
    outcome = bench.ok(*["latency", "--keys", "1000", "--strategy", "value_task", "--rate", "max"],
                       *["--slice-ms", "1", "--format", "json"], *cache)
    for row in medians(outcome.rows):
        asks = not any(f"/{name}/" in row["run_name"] for name in ["empty", "idle_control"])
        assert ("actual_hit_rate" in row) == asks


def interval_of(ratios: list[float]) -> tuple[float, float]:
    """The mean of the logarithms, and its variance for another run: METHOD.md."""
    logs = [math.log(each) for each in ratios]
    variance = statistics.variance(logs) * (1 / len(logs) + 0.05) + 0.01**2
    return statistics.mean(logs), math.sqrt(variance)


def test_ratios_are_of_pairs_of_sessions(kept: tuple[Outcome, Path]) -> None:
    rows = json.loads((kept[1] / "a.json").read_text())["benchmarks"]
    by_name: dict[str, list[Row]] = {}
    for row in iterations(rows):
        by_name.setdefault(row["run_name"].split("/")[1], []).append(row)
    pooled = dict(zip(names_of(medians(rows)), medians(rows)))
    for name in ["empty", "plain", "value_task"]:
        pairs = zip(by_name[name], by_name["heap_task"])
        mean, deviation = interval_of(
            [own["service_p50_ns"] / base["service_p50_ns"] for own, base in pairs]
        )
        row = pooled[name]
        assert row["service_p50_ratio"] == pytest.approx(math.exp(mean), rel=1e-6)
        low, high = (math.log(row[f"service_p50_ratio_{end}"]) for end in ["lo", "hi"])
        assert mean - low == pytest.approx(high - mean, rel=1e-6)
        assert 2.5 * deviation < high - mean < 4.7 * deviation  # t of 4 or more degrees, 99 %
        values = [each["service_p50_ns"] for each in by_name[name]]
        assert row["service_p50_ns_lo"] == min(values) and row["service_p50_ns_hi"] == max(values)
    for name in ["heap_task", "idle_control"]:
        assert "service_p50_ratio" not in pooled[name]


def test_a_ratio_is_not_known_where_sessions_disagree(kept: tuple[Outcome, Path]) -> None:
    """By more than a tenth. The longest of a run has no interval at all."""
    rows = medians(json.loads((kept[1] / "a.json").read_text())["benchmarks"])
    pattern = r"^\| calls a second .*\n\| *:?-.*\n((?:\|.*\n)+)"
    (text,) = re.findall(pattern, (kept[1] / "a.md").read_text(), re.M)
    cells = {line.split("|")[1].strip(): line.split("|")[5].strip() for line in text.splitlines()}
    for name, row in zip(names_of(rows), rows):
        assert not {"latency_max_ratio_lo", "latency_max_ratio_hi"} & set(row)
        ratio = row.get("latency_p50_ratio")
        if ratio is None:
            assert cells[name.replace("_control", " control")] == "-"
        elif row["latency_p50_ratio_hi"] > 1.1 * ratio:
            assert cells[name] == "?"
        else:
            assert cells[name].startswith(f"{ratio:.2f} ±")
    assert "not known yet" in kept[0].out.replace("\n", " ")


def test_its_files_are_none_of_run(kept: tuple[Outcome, Path], bench: Bench) -> None:
    """Commands that read times say whose file it is."""
    file = str(kept[1] / "a.json")
    for code, words in [
        (2, ["compare", file, file]),
        (5, ["gate", "--baseline", file]),
        (2, ["advise", "--hit-rate", "0.5", "--from", file]),
        (2, ["run", "--resume", file]),
    ]:
        outcome = bench(*words)
        assert outcome.code == code, outcome.error
        assert "' is of `latency`; accepted: of `run`" in outcome.error
        assert "compared within one run (latency_p99_ratio in the file)" in outcome.error


def test_csv_and_markdown_have_the_same(kept: tuple[Outcome, Path]) -> None:
    rows = medians(json.loads((kept[1] / "a.json").read_text())["benchmarks"])
    table = list(csv.DictReader(io.StringIO((kept[1] / "a.csv").read_text())))
    assert [row["name"] for row in table] == [row["run_name"] for row in rows]
    for line, row in zip(table, rows):
        for key, text in line.items():
            if key.split("_")[0] in [*KINDS, "rate", "late", "calls"]:
                assert (float(text) if text else None) == row.get(key)
    markdown = (kept[1] / "a.md").read_text()
    assert markdown.count("| value_task ") == 5 and "### user_cache on glibc" in markdown


def test_a_caller_that_stops_keeps_all_later_calls_waiting(bench: Bench) -> None:
    """Coordinated omission, by the command that the page shows: it stops for 100 ms in the first
    half of a slice of 50. All calls that were due meanwhile are late, the last of the slice by 50
    ms at least; one alone took long. The page's figures are of that kind, too."""
    page = (ROOT / "docs" / "LATENCY.md").read_text(encoding="utf-8")
    (command,) = re.findall(r"^    run_bench (latency .*stops_once.*)$", page, re.M)
    words = shlex.split(command.replace("examples/own/stops_once.c", str(STOPS)))
    late, alone = re.findall(r"^    stops_once +[\d.]+([num]s) +[\d.]+([num]s)", page, re.M)
    assert late == ("ms", "ms") and alone == ("ns", "ns")
    (row,) = [
        row
        for row in medians(bench.ok(*words, "--keys", "1000", "--format", "json").rows)
        if "/stops_once/" in row["run_name"]
    ]
    assert row["calls_n"] == 10_000
    assert row["service_max_ns"] >= 100e6 and row["latency_max_ns"] >= 100e6
    assert row["latency_p90_ns"] > 50e6 > row["service_p90_ns"]
    assert row["late_share"] > 0.4
    # Whoever sleeps is switched out. The longest may all be in one bucket, and none above it.
    assert row.get("tail_switches_share", 1) == 1


def test_calls_of_a_slice_that_falls_behind_are_made(bench: Bench) -> None:
    """In two of eight slices at most calls take twice as long as there is time for each: that is no
    reason to refuse the rate, and what is left at the end of the slice is in the figures."""
    words = ["latency", "--strategy", str(SLOW), "--rate", "200k", "--slices", "16", "--keys"]
    words += ["1000", "--hit-rate", "1", "--sessions", "1", "--slice-ms", "5", "--format", "json"]
    rows = bench.ok(*words).rows
    assert all(row["calls_n"] == 16 * 1000 for row in medians(rows))
    (row,) = [row for row in medians(rows) if "/slow_at_times/" in row["run_name"]]
    assert row["latency_max_ns"] >= 500 * 5000


def test_an_overload_is_refused(bench: Bench) -> None:
    outcome = bench(*FEW, "--rate", "1e9")
    assert outcome.code == 2
    assert outcome.error.startswith("run_bench: cannot be sustained: of 1 G calls a second (--rate")
    assert "accepted: less than that, or --rate max" in outcome.error
    assert outcome.out == "" and outcome.files() == []


def test_a_refusal_keeps_the_sessions_that_were_finished(bench: Bench) -> None:
    words = ["latency", "--strategy", str(SLOW_LATER), "--rate", "200k", "--slices", "1", "--keys"]
    outcome = bench(*words, "1000", "--hit-rate", "1", "--sessions", "5")
    assert outcome.code == 2
    assert "session 2: cannot be sustained: of 200 k calls" in outcome.err
    assert "; 1 of 5 sessions were finished and are kept" in outcome.err
    (file,) = (path for path in outcome.results.glob("run-*.json") if "timeline" not in path.name)
    found = json.loads(file.read_text())
    assert found["context"]["interrupted"] is True
    assert all(row["sessions_n"] == 1 for row in medians(found["benchmarks"]))


def test_what_is_sustained_is_found(bench: Bench) -> None:
    words = ["latency", "--keys", "1000", "--strategy", "value_task", "--rate", "max"]
    outcome = bench.ok(*words, "--slice-ms", "1", "--sessions", "2", "--export-json", "a.json")
    assert outcome.out.startswith("Open loop: the most calls a second that each case sustains")
    rows = medians(json.loads((bench.directory / "a.json").read_text())["benchmarks"])
    assert len(rows) == 5
    for row in rows:
        assert row["run_name"].endswith("/rate:max")
        assert row["rate_sustained_lo"] <= row["rate_sustained"] <= row["rate_sustained_hi"]
        assert not any(key.startswith("latency") for key in row)


def test_a_rate_is_needed(bench: Bench) -> None:
    outcome = bench("latency")
    assert outcome.code == 2 and "--rate R is needed" in outcome.error
    outcome = bench("latency", "--rate", "max", "--export-timeline", "t.json")
    assert outcome.code == 2 and "--export-timeline: what --rate max tries" in outcome.error
    most = ["latency", "--rate", "max"]
    for words in [["--slices", "2"], ["--time", "1"], ["--quick"], ["--plot", "pictures"]]:
        outcome = bench(*most, *words)
        assert outcome.code == 2
        assert outcome.error.startswith(f"run_bench: {words[0]}: ")
        assert "--rate max" in outcome.error
    outcome = bench(*FEW, "--time", "1")
    assert outcome.code == 2 and "--time and --slices both say how long" in outcome.error
    assert outcome.files() == []


def test_what_is_in_flight_follows_from_the_rate(bench: Bench) -> None:
    outcome = bench.ok(*FEW, "--sessions", "1", "--miss-time", "2ms", "--format", "json")
    assert "/in_flight:8/" in medians(outcome.rows)[0]["run_name"]  # 20,000 x 0.2 x 0.002


def test_an_interrupt_keeps_the_sessions_that_were_finished(bench: Bench) -> None:
    results = bench.results
    out, file = interrupted_latency(bench, *FEW, "--sessions", "1000", "--slices", "5")
    assert len(list(results.glob("run-*.hgrm"))) == 10
    found = json.loads(file.read_text())
    assert found["context"]["interrupted"] is True
    done = found["context"]["sessions"]
    assert 1 <= done < 1000 and out.startswith("Open loop: ")
    assert all(row["calls_n"] == done * CALLS // 2 * 5 for row in medians(found["benchmarks"]))


def test_the_end_of_a_call_is_read_at_once() -> None:
    """Nothing is called, and nothing decided, between the call and the clock."""
    texts = instructions_of("make_calls")
    (at,) = [i for i, text in enumerate(texts) if re.match(r"call +\*", text)]
    clocks = [i for i, text in enumerate(texts) if "clock_gettime" in text]
    end = min(i for i in clocks if i > at)
    assert end - at <= 4 and not any(text.startswith(("call", "j")) for text in texts[at + 1 : end])
