"""`run_bench advise`: what to take for one method. Of times nothing is claimed here: only counts,
the form of what is told, and what is refused."""
from __future__ import annotations

import json
import re
import signal
import subprocess

import pytest
from conftest import (
    A_DAY,
    BINARY,
    DEFAULT_HEAPS,
    Bench,
    Outcome,
    medians,
    parameters,
    strict_json,
    wait_until,
)

# Two thousand misses a second of 2 ms each.
SERVICE = ["--hit-rate", "0.9", "--calls-per-second", "20k", "--payload", "48"]
SERVICE += ["--miss-time", "2ms"]
SHORT = ["--keys", "1000", "--sessions", "5"]
ONCE = ["--keys", "1000", "--sessions", "1"]  # without intervals
JSON = ["--format", "json"]

KEYS = [
    "recommendation",
    "instead_of",
    "matters",
    "cpu_share_saved",
    "cpu_share_saved_lo",
    "cpu_share_saved_hi",
    "matters_from_calls_per_second",
    "bytes_per_second_saved",
    "collections_per_minute_saved",
    "in_flight",
    "rules",
    "changes_at",
    "rule_says",
    "agrees",
    "figures_of",
    "answer",
]


@pytest.fixture(scope="module")
def service(built: None, tmp_path_factory: pytest.TempPathFactory) -> tuple[Bench, Outcome]:
    """Where it was asked of, on both heaps, and what came out."""
    bench = Bench(tmp_path_factory.mktemp("service"))
    words = [*SERVICE, *SHORT, *JSON, "--report", "service.html"]
    return bench, bench.ok("advise", *words, VTB_HEAP=DEFAULT_HEAPS)


def test_a_service(service: tuple[Bench, Outcome]) -> None:
    """100.8 bytes of each call are saved, exactly."""
    bench, outcome = service
    advice = strict_json(outcome.out)
    assert list(advice) == KEYS
    assert {advice["recommendation"], advice["instead_of"]} == {"heap_task", "value_task"}
    assert advice["in_flight"] == 4
    assert advice["bytes_per_second_saved"] == pytest.approx(100.8 * 20000)
    assert advice["collections_per_minute_saved"] > 0
    assert advice["rule_says"] == "value_task"
    assert all(set(change) == {"parameter", "at", "lo", "hi"} for change in advice["changes_at"])
    # a result file, as of any run, of the hit rate that was asked for and of others
    (path,) = [file for file in outcome.files() if file.suffix == ".json"]
    rows = medians(strict_json(path.read_text())["benchmarks"])
    cases = [parameters(row["run_name"]) for row in rows]
    assert {case["hit_rate"] for case in cases} == {"0.9", "0", "0.5", "1"}
    assert {case["heap"] for case in cases} == {"glibc", "gengc"}
    assert {case["strategy"] for case in cases} == {"empty", "plain", "heap_task", "value_task"}
    in_flight = {case["hit_rate"]: case["in_flight"] for case in cases}
    assert in_flight == {"0.9": "4", "0": "40", "0.5": "20", "1": "1"}
    # a page of both, which gives both to whoever wants the figures
    page = (bench.directory / "service.html").read_text(encoding="utf-8")
    assert f"<h1>{advice['recommendation']} or {advice['instead_of']}?</h1>" in page
    assert re.findall(r'download="(.*?)"', page) == ["advice.json.gz", f"{path.name}.gz"]
    assert "<figure" in page


@pytest.mark.parametrize(("form", "size"), [("table", SHORT), ("markdown", ONCE)])
def test_a_screen(bench: Bench, form: str, size: list[str]) -> None:
    outcome = bench.ok("advise", *SERVICE, *size, "--format", form, COLUMNS="80")
    lines = outcome.out.splitlines()
    assert outcome.out.count("ADVICE  ") == 1
    assert "payload_48: 20,000 calls a second, 90 % answered at once, 4 in flight" in outcome.out
    assert "115.2 -> 14.4 B a call" in outcome.out
    if form == "table":
        assert len(lines) <= 24 and max(map(len, lines)) <= 80, outcome.out
    else:
        assert "- **rule of thumb**: value_task, as the hit rate is above 70 %" in outcome.out


@pytest.mark.parametrize("flag", ["--await-many", "--store-result"])
def test_what_callers_do_decides(bench: Bench, flag: str) -> None:
    advice = strict_json(bench.ok("advise", *SERVICE, *ONCE, flag, *JSON).out)
    assert advice["recommendation"] == advice["rule_says"] == "heap_task"
    assert advice["agrees"] is True
    assert advice["rules"] == advice["changes_at"] == []


def test_always_async(bench: Bench) -> None:
    """No hit rate but 0 is measured, and no byte is saved."""
    words = ["--always-async", "--calls-per-second", "20k", "--miss-time", "1ms"]
    outcome = bench.ok("advise", *words, *SHORT, *JSON)
    advice = strict_json(outcome.out)
    assert advice["rule_says"] == "heap_task"
    assert advice["in_flight"] == 20
    assert advice["bytes_per_second_saved"] == 0
    assert advice["collections_per_minute_saved"] is None  # the heap collects nothing
    assert "hit_rate" not in {change["parameter"] for change in advice["changes_at"]}


def test_without_a_volume(bench: Bench) -> None:
    advice = strict_json(bench.ok("advise", "--hit-rate", "0.5", "--public-api", *ONCE, *JSON).out)
    assert advice["matters"] is None and advice["cpu_share_saved"] is None
    assert advice["recommendation"] == advice["rule_says"] == "heap_task"
    assert advice["in_flight"] == 64


def test_of_several_callers(bench: Bench) -> None:
    words = ["--hit-rate", "0.9", "--threads", "2", "--heap", "glibc"]
    outcome = bench.ok("advise", *words, *ONCE, COLUMNS="80")
    assert "malloc (glibc), 2 callers" in outcome.out
    assert "1 caller " not in outcome.out


def test_from_a_file_as_when_it_was_measured(service: tuple[Bench, Outcome]) -> None:
    """The same question has the same answer, to the digits that files keep; a page shows both."""
    bench, outcome = service
    then = strict_json(outcome.out)
    files = outcome.files()
    (path,) = [file for file in files if file.suffix == ".json"]
    context = strict_json(path.read_text())["context"]
    words = ["advise", *SERVICE, *JSON, "--from", str(path), "--report", "advice.html"]
    again = bench.ok(*words, VTB_HEAP=DEFAULT_HEAPS)
    now = strict_json(again.out)
    assert outcome.files() == files  # nothing was measured
    source = now.pop("figures_of")
    keys = ["date", "cpu_model"]
    assert source == {"file": str(path), **{key: context[key] for key in keys}}
    assert then.pop("figures_of") is None
    said = [line["text"] for line in now.pop("answer")]
    assert said.pop(1).startswith(f"All figures are those of '{path}', measured {context['date']}")
    were = [line["text"].replace("this machine", "that machine") for line in then.pop("answer")]
    assert said == were
    changes = [advice.pop("changes_at") for advice in (then, now)]
    assert now == pytest.approx(then, rel=1e-9)
    for before, after in zip(*changes, strict=True):
        assert after == pytest.approx(before, rel=1e-9)
    page = (bench.directory / "advice.html").read_text(encoding="utf-8")
    assert re.findall(r'download="(.*?)"', page) == ["advice.json.gz", f"{path.name}.gz"]
    # through a pipe, which cannot be read once more
    words = ["advise", *SERVICE, *JSON, "--from", "-", "--report", "piped.html"]
    environment = bench.environment(VTB_HEAP=DEFAULT_HEAPS)
    piped = subprocess.run([str(BINARY), *words], cwd=bench.directory, env=environment,
                           input=path.read_text(), capture_output=True, text=True)
    assert piped.returncode == 0 and strict_json(piped.stdout)["figures_of"]["file"] == "-"
    page = (bench.directory / "piped.html").read_text(encoding="utf-8")
    assert re.findall(r'download="(.*?)"', page) == ["advice.json.gz"]
    for words in [["--hit-rate", "0.8"], ["--hit-rate", "0.9", "--runtime", "rust"]]:
        refused = bench("advise", *words, "--from", str(path))
        assert refused.code == 2 and refused.error.count("\n") <= 1 and str(path) in refused.error


def test_from_what_is_no_result_file(bench: Bench) -> None:
    (bench.directory / "odd.json").write_text("{}")
    for name, reason in [("none.json", "No such file"), ("odd.json", "is not a result file")]:
        outcome = bench("advise", "--hit-rate", "0.9", "--from", name)
        assert outcome.code == 2 and reason in outcome.error and outcome.out == ""


@pytest.mark.parametrize(
    ("runtime", "other", "heap"),
    [
        ("dotnet", "value_task", "gengc"),
        ("java", "task_in_cache", "gengc"),
        ("cpp", "inline_future", "glibc"),
        ("rust", "poll", "glibc"),
    ],
)
def test_of_a_runtime(bench: Bench, runtime: str, other: str, heap: str) -> None:
    """What is weighed there, on the heap that it has; the rule of thumb is of one of them."""
    words = ["--hit-rate", "0.9", "--runtime", runtime, "--heap", "glibc,gengc"]
    contradiction = bench("advise", *words)
    assert contradiction.code == 2 and f"--runtime {runtime}" in contradiction.error
    words = [*words[:4], *ONCE, *JSON]
    outcome = bench.ok("advise", *words, VTB_HEAP=DEFAULT_HEAPS)
    advice = strict_json(outcome.out)
    assert {advice["recommendation"], advice["instead_of"]} == {"heap_task", other}
    assert (advice["rule_says"] is None) == (runtime != "dotnet") == (advice["agrees"] is None)
    (path,) = [file for file in outcome.files() if file.suffix == ".json"]
    rows = medians(strict_json(path.read_text())["benchmarks"])
    assert {parameters(row["run_name"])["heap"] for row in rows} == {heap}


@pytest.mark.parametrize(
    ("arguments", "mentions"),
    [
        (["--hit-rate", "0.5", "--from", "r", "--sessions", "5"], ["--sessions: with --from"]),
        (["--hit-rate", "0.5", "--from", "r", "--pin", "0"], ["--pin: with --from"]),
        (["--hit-rate", "0.5", "--runtime", "go"], ["--runtime: unknown name 'go'", "accepted: d"]),
        ([], ["--hit-rate RATE is needed", "--always-async"]),
        (["--hit-rate", "0.5,0.8"], ["--hit-rate: 2 values", "accepted: one"]),
        (["--hit-rate", "0.5", "--payload", "8,48"], ["--payload: 2 values", "accepted: one"]),
        (["--hit-rate", "0.5", "--workload", "user_cache,config_read"], ["--workload: 2 names"]),
        (["--hit-rate", "0.5", "--always-async"], ["--always-async: '--hit-rate 0.5'", "one of"]),
        (["--hit-rate", "0.5", "--format", "csv"], ["--format: ", "table, json or markdown"]),
        (["--hit-rate", "0.5", "--miss-time", "2ms"], ["--miss-time: ", "--calls-per-second R"]),
        (["--hit-rate", "0.5", "--miss-time", "2"], ["--miss-time: '2'", "with its unit"]),
        (["--hit-rate", "0.5", "--workload", "trace"], ["--hit-rate: ", "'trace'"]),
        (["--hit-rate", "0.5", "--rounds", "8"], ["--rounds is not an option of 'advise'"]),
    ],
)
def test_refused_in_one_line(bench: Bench, arguments: list[str], mentions: list[str]) -> None:
    outcome = bench("advise", *arguments)
    assert outcome.code == 2 and outcome.out == ""
    for mention in mentions:
        assert mention in outcome.error
    assert outcome.files() == []


def test_environment_does_not_change_what_is_asked(bench: Bench) -> None:
    """Of `run` alone are these, and one is wrong; a twin of its own counts."""
    twins = {"VTB_CONSUMER": "both", "VTB_ROUNDS": "1", "VTB_STRATEGY": "poll"}
    refused = bench("advise", VTB_HIT_RATE="0.5,0.8", **twins)
    assert "--hit-rate: 2 values" in refused.error


def test_an_interrupt_keeps_what_was_measured(bench: Bench) -> None:
    """As of any run: the sessions that were finished are in the result file, and are told of."""
    process = bench.start("advise", *SERVICE, "--keys", "1000", *A_DAY[:2], *JSON)
    wait_until(lambda: any(bench.results.glob("*.json")), "no session was finished")
    process.send_signal(signal.SIGINT)
    out, err = process.communicate()
    assert process.returncode == 130, err
    assert list(json.loads(out)) == KEYS
    assert "sessions of" in err and "are kept" in err
    (path,) = bench.results.glob("*.json")
    assert strict_json(path.read_text())["context"]["interrupted"] is True
