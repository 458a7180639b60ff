"""Options, as processes have them: what a refusal leaves behind, the help, and what is run.

Each value that an option accepts or refuses, and the message's words, are in test_options.c and
test_plan.c; here is a sample of each kind.
"""
from __future__ import annotations

import re
import shlex
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from conftest import (
    BINARY,
    COUNTED,
    HANG_S,
    ROOT,
    STRATEGIES,
    TIMED,
    Bench,
    Outcome,
    iterations,
    methods_of,
    parameters,
    strict_json,
    variants_of,
)

HIT_RATE = "0 to 1, or 0% to 100%"

COMMANDS = ["run", "list", "misuse", "gate", "compare", "check", "new", "build", "doctor"]
COMMANDS += ["selftest", "advise", "claims", "fidelity", "latency", "compare-builds", "history"]
COMMANDS += ["merge"]


def twin_of(option: str) -> str:
    return "VTB_" + option.upper().replace("-", "_")


def assert_refused(outcome: Outcome, directory: Path, *mentions: str) -> None:
    assert outcome.code == 2, outcome.err
    assert outcome.out == ""
    assert outcome.err.count("\n") == 1 and outcome.err.endswith("\n"), outcome.err
    assert outcome.err.startswith("run_bench: ")
    for mention in mentions:
        assert mention in outcome.err
    assert list(directory.rglob("*")) == [], "a refused command line leaves nothing behind"


# --- command lines that are refused ---


@pytest.mark.parametrize(
    ("arguments", "twins", "mentions"),
    [
        (["run", "--hit-rate", "abc"], {}, ["--hit-rate: 'abc'", HIT_RATE]),
        (["--hit-rate", "0.5\n"], {}, ["--hit-rate: ", HIT_RATE]),
        (["--format="], {}, ["--format: ''", "table, json, csv or markdown"]),
        (["--export-json="], {}, ["--export-json: ''", "a file's name"]),
        (["--strategy", "heap_tsk"], {}, ["'heap_tsk'", "nearest: heap_task"]),
        (["gate", "--limit=bytes"], {}, ["--limit: 'bytes'", "WORD=LIMIT,..."]),
        ([], {"VTB_HIT_RATE": "1.5"}, ["environment's VTB_HIT_RATE: --hit-rate: '1.5'", HIT_RATE]),
        (["--quick", "1"], {}, ["unexpected argument '1'", "--NAME"]),
        (["check", "./mine.c"], {}, ["unexpected argument './mine.c'", "--strategy FILE"]),
        (["check", "mine.h"], {}, ["unexpected argument 'mine.h'", "--workload FILE"]),
        (["--hitrate", "0.8"], {}, ["unknown option '--hitrate'", "nearest: hit-rate,"]),
        (["rnu"], {}, ["unknown command 'rnu'", "nearest: run, "]),
        (["--time", "5", "--rounds", "8"], {}, ["--time", "--rounds", "one of them"]),
        (["--keys", "200000000"], {}, ["--keys: '200000000'", "user_cache", "1 to 100000000"]),
    ],
)
def test_refused_in_one_line_and_nothing_is_left(
    bench: Bench, arguments: list[str], twins: dict[str, str], mentions: list[str]
) -> None:
    """A sample of the ways to be refused: by parsing, by the environment, and by the plan."""
    assert_refused(bench(*arguments, **twins), bench.directory, *mentions)


def test_environment_does_not_change_what_a_baseline_says(bench: Bench) -> None:
    """Not even by a value that `run` refuses."""
    twins = {"VTB_HIT_RATE": "abc", "VTB_STRATEGY": "nosuch", "VTB_ROUNDS": "1"}
    mentions = ["--baseline FILE is needed", "run --save-baseline FILE"]
    assert_refused(bench("gate", **twins), bench.directory, *mentions)


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("variable", ["VTB_HELP", "VTB_VERSION", "VTB_HIT_RAT"])
def test_environment_that_says_nothing(bench: Bench, command: str, variable: str) -> None:
    """A gate that only prints its help would be green."""
    outcome = bench(command, **{variable: "1"})
    assert_refused(outcome, bench.directory, f"environment's {variable} is no setting; the nearest")


# --- help ---


def options_of_help(bench: Bench, command: str) -> set[str]:
    """The options that a command's help shows."""
    text = bench.ok(command, "--help").out
    found = re.findall(r"^  --([a-z0-9-]+)(?: \S+)?$", text, re.MULTILINE)
    assert found, "no option found; has the help another form now?"
    return set(found)


@pytest.mark.parametrize("command", COMMANDS)
def test_help_fits_a_terminal(bench: Bench, command: str) -> None:
    outcome = bench.ok(command, "--help")
    assert outcome.err == ""
    assert f"{command}" in outcome.out.splitlines()[0]
    assert max(len(line) for line in outcome.out.splitlines()) <= 100
    assert outcome.out == bench.ok(command, "-h").out


# Words that the help must have on each option about the choice and time of measurements.
TOLD_BY_HELP = {
    "payload": ["payload curve", "8,48,256"],
    "cache": ["LRU cache", "hit rate emerges"],
    "cache-capacity": ["--cache lru:N"],
    "trace": ["keys of a file", "standard input", "-", "read once"],
    "trace-format": [
        "text", "a key a line", "be32", "big-endian", "arc", "START LENGTH", "csv:COLUMN",
        "default: text",
    ],
    "ttl": ["life", "virtual clock", "--calls-per-second"],
    "pollute": ["other memory", "default: 0"],
    "threads": ["callers at once", "default: 1"],
    "completer": ["caller", "thread", "default: caller"],
    "method": ["fast path", "state machine", "runtime itself suspends", "default: direct"],
    "caller": ["suspended by the runtime", "in registers", "default: as the method"],
    "stored": ["in a variable"],
    "table": ["only read", "all threads insert", "default: read-only"],
    "abstraction": ["table of methods", "interface's", "default: concrete"],
    "store": ["an array", "sqlite", "default: simulated", "docs/STORES.md"],
    "redis": ["that is there already", "localhost:6379", "taken out at the end"],
    "store-threads": ["a connection each", "default: 1"],
    "calls-per-second": ["CPU time", "a second", "a day"],
    "details": ["in place of the answer"],
    "dry-run": ["how long it takes", "write nothing"],
    "calls": ["Up to 100000", "cold start", "steady state", "in a sweep"],
    "events": ["libpfm4", "in braces", "page-faults,{cycles,instructions:u}", "list --events"],
    "instructions": ["callgrind", "the same figure in every run", "takes minutes"],
    "require-events": ["exit status 1", "before anything is run"],
    "min-gain": ["how much faster", "default: 5"],
    "sessions": ["fresh processes", "5 or more", "Default: 10; 5 in a sweep", "20 with a --time"],
    "rounds": ["0 counts only", "default: 80, in a sweep and with --quick 24"],
    "epoch-ms": ["default: 0.1"],
    "time": ["in place of --rounds", "divided among sessions"],
    "consumer": ["default: independent"],
    "color": ["on a terminal", "NO_COLOR", "files never", "Default: auto"],
    "progress": ["a line that moves", "without escape codes", "off: nothing"],
    "plot": ["SVG and PNG"],
    "plot-by": ["matplotlib, gnuplot or both", "default: matplotlib"],
    "quick": ["5 sessions of 24 rounds", "six or more combinations"],
    "shard": ["the I-th of N parts", "whole ones", "hash of their names", "`merge`"],
    "save-baseline": ["what `gate` compares with", "counts", "ratios of times"],
}

TOLD_BY_HELP_OF_GATE = {
    "baseline": ["run --save-baseline FILE"],
    "limit": ["instructions=0.5%,bytes=8", "off", "Default: 0, exactly as before"],
    "time": ["compare times as well", "default: 20"],
    "margin": ["identical machine code", "default: 5"],
    "strict": ["exit status 4"],
    "own-programs": ["its own heaps and tables", "take turns", "contracts"],
    "any-toolchain": ["in place of status 5"],
    "export-junit": ["JUnit XML"],
    "export-markdown": ["a CI job's page"],
}

TOLD_BY_HELP_OF_ADVISE = {
    "from": ["measure nothing", "a result file", "-: standard input"],
    "runtime": ["dotnet, java, cpp or rust", "heaps that collect", "rule of thumb"],
    "always-async": ["a hit rate of 0"],
    "public-api": ["obey rules"],
}


def unexplained(text: str, option: str, mentions: list[str]) -> list[str]:
    """The words that the paragraph of an option lacks."""
    (paragraph,) = re.findall(
        rf"^  --{option}\b(?!-)(.*?)^(?=  --|\Z)", text, re.MULTILINE | re.DOTALL
    )
    words = " ".join(paragraph.split())
    return [mention for mention in mentions if mention not in words]


@pytest.mark.parametrize(
    ("command", "told"),
    [("run", TOLD_BY_HELP), ("gate", TOLD_BY_HELP_OF_GATE), ("advise", TOLD_BY_HELP_OF_ADVISE)],
)
def test_help_explains(bench: Bench, command: str, told: dict[str, list[str]]) -> None:
    text = bench.ok(command, "--help").out
    missing = {option: unexplained(text, option, mentions) for option, mentions in told.items()}
    assert {option: words for option, words in missing.items() if words} == {}


def test_help_names_every_exit_status(bench: Bench) -> None:
    """The help of a run has its statuses, and that of the gate its own."""
    words = " ".join(bench.ok("--help").out.split("Exit status:")[1].split())
    for status in ["0 ok", "1 internal", "2 usage", "3 worse", "4 inconclusive", "5 no such"]:
        assert status in words
    words = " ".join(bench.ok("gate", "--help").out.split("Exit status:")[1].split())
    for status in ["0 nothing is worse", "3 something", "4 it cannot be told", "5 there is no"]:
        assert status in words


def test_help_without_a_command_is_that_of_run(bench: Bench) -> None:
    outcome = bench.ok("--help")
    assert outcome.out == bench.ok("run", "--help").out
    for command in COMMANDS:
        assert re.search(rf"^  {command} ", outcome.out, re.MULTILINE)
    assert outcome.files() == []


def test_help_wins_over_a_run(bench: Bench) -> None:
    outcome = bench.ok("--rounds", "0", "--help")
    assert outcome.out.startswith("usage: ")
    assert outcome.files() == []


def test_examples_of_the_help_run(bench: Bench) -> None:
    text = bench.ok("--help").out
    examples = re.findall(r"^  run_bench (.+)$", text.split("Examples:")[1], re.MULTILINE)
    assert len(examples) >= 3
    for example in examples:
        outcome = bench.ok(*shlex.split(example), VTB_ROUNDS="0", VTB_CALLS="1000")
        assert outcome.out != ""


def test_documentation_shows_every_option_of_the_help(bench: Bench) -> None:
    page = ROOT / "docs" / "CLI.md"
    if not page.exists():
        pytest.skip("docs/CLI.md is not written yet")
    text = page.read_text(encoding="utf-8")
    documented = set(re.findall(r"`--([a-z][a-z0-9-]*)", text)) - {"name"}  # stands for any
    shown = {option for command in COMMANDS for option in options_of_help(bench, command)}
    assert shown - documented == set(), "options that docs/CLI.md lacks"
    assert documented - shown == set(), "options that only docs/CLI.md has"


def test_documentation_has_the_defaults_of_the_help(bench: Bench) -> None:
    """Of options of `run` whose value is a word."""
    text = (ROOT / "docs" / "CLI.md").read_text(encoding="utf-8")
    text = text[: text.index("## The answer")]
    told = dict(re.findall(r"^\| `--([a-z-]+) [^`]*` \| `([a-z-]+)` \|", text, re.MULTILINE))
    parts = re.split(r"^  --", bench.ok("run", "--help").out, flags=re.MULTILINE)
    found = {}
    for part in parts:
        default = re.search(r"\b[Dd]efault: ([a-z-]+)[\s.]*(?:docs/|$)", part)
        if default and (name := part.split()[0]) in told:
            found[name] = default.group(1)
    assert {"consumer", "method", "completion", "table", "color", "plot-by"} <= set(found)
    assert found == {name: told[name] for name in found}


def test_version_is_that_of_the_build(bench: Bench) -> None:
    text = (ROOT / "CMakeLists.txt").read_text(encoding="utf-8")
    version = re.search(r"^project\(.* VERSION (\S+)", text, re.MULTILINE)
    assert version
    for command in COMMANDS:
        assert bench.ok(command, "--version").out.split()[1] == version.group(1)


def test_version_has_the_facts_of_the_build_that_results_have(bench: Bench) -> None:
    said = strict_json(bench.ok("--version", "--format", "json").out)
    run = bench.ok(*COUNTED, "--strategy", "plain", "--format", "json")
    context = strict_json(run.out)["context"]
    assert {"version", "git_revision", "compiler", "cell_flags", "fingerprint"} <= said.keys()
    assert said == {key: context[key] for key in said}
    assert bench.ok("--version", "--format", "csv").out.startswith("fact,value\nversion,")


# --- values that are accepted ---

# With so many calls the steady state is timed.
THREE_CASES = ["--strategy", "plain", "--calls", "100001", "--keys", "1000", "--format", "json"]


def counted(bench: Bench, *arguments: str, **twins: str) -> Outcome:
    return bench.ok(*COUNTED, "--strategy", "plain", "--format", "json", *arguments, **twins)


# In place of a value that names leave out because it is the usual one.
USUAL = "as usual"


def in_names(outcome: Outcome, key: str) -> list[str]:
    """The values of a parameter in the rows' names, each once, in their order."""
    values = [parameters(row["run_name"]).get(key, USUAL) for row in outcome.rows]
    return list(dict.fromkeys(values))


# One option of each kind, with the part of the rows' names that it changes.
GOOD_LINES = [
    (
        {"hit-rate": "0:0.3:0.1,95%", "calls": "1.5k,10", "in-flight": "1,64,1k", "keys": "1,10k"},
        {
            "hit_rate": ["0", "0.1", "0.2", "0.3", "0.95"],
            "calls": ["1500", "10"],
            "in_flight": ["1", "64", "1000"],
            "keys": ["1", "10000"],
        },
    ),
    (
        {"distribution": "zipf:1.5", "completion": "lifo", "method": "both", "depth": "1:3:1,16"},
        {
            "distribution": ["zipf:1.5"],
            "completion": ["lifo"],
            "method": ["direct", "async"],
            "depth": ["1", "2", "3", "16"],
        },
    ),
    (
        {"failure-rate": "25%,1", "request-ops": "1,100", "pollute": "0,64", "threads": "3,2"},
        {
            "failure_rate": ["0.25", "1"],
            "request_ops": ["1", "100"],
            "pollute": [USUAL, "64"],
            "threads": [USUAL, "3", "2"],
        },
    ),
    (
        {"strategy": "callback,poll@checked", "baseline-strategy": "poll", "heap": "glibc"},
        {"strategy": ["empty", "plain", "poll", "callback", "poll@checked"], "heap": ["glibc"]},
    ),
    ({"abstraction": "virtual"}, {"abstraction": ["virtual"]}),
    ({"table": "concurrent", "threads": "2"}, {"table": ["concurrent"], "threads": [USUAL, "2"]}),
    (
        {"method": "all", "caller": "classic"},
        {"method": ["direct", "async", "runtime"], "caller": [USUAL, "classic"]},
    ),
    (
        {"store": "sqlite", "store-threads": "2"},
        {"store": ["sqlite"], "store_threads": ["2"]},
    ),
    ({"completer": "thread", "hit-rate": "80%"}, {"completer": ["thread"], "hit_rate": ["0.8"]}),
    ({"cache": "lru:10,1k"}, {"cache": ["lru:10", "lru:1000"], "workload": ["trace"]}),
    ({"cache-capacity": "10,1k"}, {"cache": ["lru:10", "lru:1000"]}),
    ({"ttl": "0.5,2"}, {"ttl": ["0.5", "2"], "workload": ["product_catalog"]}),
    ({"payload": "8,256"}, {"workload": ["payload_8", "payload_256"]}),
    # Events that are counted in addition, and levels and files to compare with, do not change the
    # cases.
    (
        {"events": "page-faults", "min-gain": "5,20", "save-baseline": "baseline.json"},
        {"strategy": ["empty", "plain", "heap_task"]},
    ),
]


@pytest.mark.parametrize(("options", "expected"), GOOD_LINES)
def test_good_values_make_their_rows(
    bench: Bench, options: dict[str, str], expected: dict[str, list[str]]
) -> None:
    """On the command line, and in the environment, over which the command line would win."""
    arguments = [f"--{option}={text}" for option, text in options.items()]
    outcome = counted(bench, *arguments)
    assert {key: in_names(outcome, key) for key in expected} == expected
    usual = {"rounds": "0", "calls": "1000", "strategy": "plain", "format": "json"}
    others = [f"--{option}={text}" for option, text in usual.items() if option not in options]
    twins = {twin_of(option): text for option, text in options.items()}
    assert bench.ok(*others, **twins).rows == outcome.rows


@pytest.mark.parametrize(
    ("option", "names"), [("strategy", "strategies"), ("workload", "workloads"), ("heap", "heaps")]
)
def test_all_means_every_entry(
    bench: Bench, listing: dict[str, list[dict[str, str]]], option: str, names: str
) -> None:
    found = in_names(counted(bench, f"--{option}", "all"), option)
    usable = [row["name"] for row in listing[names] if row.get("available", "yes") == "yes"]
    assert sorted(found) == sorted(usable)


def test_strategies_are_all_unless_named(
    bench: Bench, listing: dict[str, list[dict[str, str]]]
) -> None:
    everything = {row["name"] for row in listing["strategies"]}
    outcome = bench.ok(*COUNTED, "--format", "json")
    assert set(in_names(outcome, "strategy")) == everything
    outcome = bench.ok(*COUNTED, "--format", "json", "--exclude-strategy", "poll,callback")
    assert set(in_names(outcome, "strategy")) == everything - {"poll", "callback"}


def all_variants() -> list[str]:
    """By the sources, as the build finds them."""
    return [f"{name}@{variant}" for name in STRATEGIES for variant in variants_of(name)[1:]]


def test_aliases_are_the_strategies(bench: Bench) -> None:
    """What a strategy is known by is shown by `list`, and is taken in its place."""
    rows = strict_json(bench.ok("list", "--format", "json").out)["aliases"]
    aliases = {row["strategy"]: row["aliases"].split(", ") for row in rows}
    assert aliases["heap_task"][0] == "Task" and aliases["value_task"] == ["ValueTask"]
    flat = [alias.lower() for names in aliases.values() for alias in names]
    assert len(set(flat)) == len(flat)
    assert not set(flat) & (set(STRATEGIES) - {"poll"})
    for strategy, names in aliases.items():
        assert strategy in in_names(counted(bench, "--strategy", names[-1]), "strategy")


def test_variants_are_run_where_they_are_named(bench: Bench) -> None:
    """`all` means the strategies; variants may stand beside them, and be left out again."""
    found = in_names(counted(bench, "--strategy", "all"), "strategy")
    assert [name for name in found if "@" in name] == []
    names = ",".join(["all", *all_variants()])
    excluded = ["--exclude-strategy", "poll@checked,heap_task@atomic"]
    found = in_names(counted(bench, "--strategy", names, *excluded), "strategy")
    left_out = {"poll@checked", "heap_task@atomic"}
    assert set(found) == {*STRATEGIES, *all_variants()} - left_out


def test_defaults_are_those_that_the_help_names(bench: Bench) -> None:
    outcome = bench.ok("--rounds", "0", "--strategy", "plain", "--format", "json")
    name = outcome.rows[0]["run_name"]
    assert {**parameters(name), "strategy": ""} == {
        "workload": "user_cache",
        "strategy": "",
        "heap": "glibc",
        "hit_rate": "0.8",
        "calls": "1000000",
        "in_flight": "64",
        "completion": "fifo",
        "keys": "100000",
        "distribution": "uniform",
        "consumer": "independent",
        "method": "direct",
        "depth": "1",
    }


def test_defaults_that_are_asked_for_are_the_same_run(bench: Bench) -> None:
    defaults = ["--method=direct", "--depth=1", "--failure-rate=0", "--request-ops=64"]
    assert counted(bench, *defaults).rows == counted(bench).rows


def strategies_by_method(outcome: Outcome) -> dict[str, list[str]]:
    names = [parameters(row["run_name"]) for row in outcome.rows]
    return {
        method: [name["strategy"] for name in names if name["method"] == method]
        for method in ["direct", "async"]
    }


def test_method_chooses_how_all_strategies_are_called(bench: Bench) -> None:
    """All strategies are called by the method, except the references and those that cannot be
    asynchronous.
    """
    references = ["empty", "plain"]
    compiled = [name for name in STRATEGIES if "async" in methods_of(name)]
    for method, direct in [("direct", set(STRATEGIES)), ("async", {*references})]:
        found = strategies_by_method(counted(bench, "--strategy", "all", "--method", method))
        assert set(found["direct"]) == direct
        assert set(found["async"]) == (set() if method == "direct" else set(compiled))
    found = strategies_by_method(counted(bench, "--strategy", "all", "--method", "both"))
    assert sorted(found["direct"]) == sorted(STRATEGIES), "each once"
    assert sorted(found["async"]) == sorted(compiled)


@pytest.mark.parametrize(
    ("arguments", "twins", "forced"),
    [
        (["--force-async"], {}, True),
        ([], {"VTB_FORCE_ASYNC": "0"}, False),
    ],
)
def test_force_async_suspends_every_call(
    bench: Bench, arguments: list[str], twins: dict[str, str], forced: bool
) -> None:
    rows = counted(bench, *arguments, **twins).rows
    assert {row["actual_hit_rate"] for row in rows} == {0 if forced else 0.8}
    assert {row["run_name"].endswith("/force_async:1") for row in rows} == {forced}


@pytest.mark.parametrize("by_twins", [False, True])
def test_recorded_keys_in_either_format(bench: Bench, by_twins: bool) -> None:
    """Three calls of two keys, of which a cache of both misses the first of each."""
    (bench.directory / "keys.txt").write_text("17\n4\n17\n")
    (bench.directory / "keys.be32").write_bytes(b"\0\0\0\x11\0\0\0\4\0\0\0\x11")
    for form in ["text", "be32"]:
        name = {"text": "keys.txt", "be32": "keys.be32"}[form]
        given = {"trace": name, "trace-format": form, "cache-capacity": "2"}
        arguments = ["--rounds", "0", "--strategy", "plain", "--format", "json"]
        if by_twins:
            outcome = bench.ok(*arguments, **{twin_of(key): text for key, text in given.items()})
        else:
            options = [f"--{key}={text}" for key, text in given.items()]
            outcome = bench.ok(*arguments, *options)
        assert in_names(outcome, "calls") == ["3"]
        assert in_names(outcome, "keys") == ["2"]
        assert in_names(outcome, "distribution") == ["recorded"]
        assert in_names(outcome, "cache") == ["lru:2"]
        (rate,) = {row["actual_hit_rate"] for row in outcome.rows}
        assert rate == pytest.approx(1 / 3)


def test_volume_is_told_where_it_is_asked_for(bench: Bench) -> None:
    arguments = ["--strategy", "plain", *COUNTED]
    assert "calls a second" not in bench.ok(*arguments).out
    told = "At 100 k calls a second:\n"
    assert told in bench.ok(*arguments, "--calls-per-second", "100k").out
    assert told in bench.ok(*arguments, VTB_CALLS_PER_SECOND="100k").out


@pytest.mark.parametrize(
    ("arguments", "twins", "dry"),
    [
        ([], {"VTB_DRY_RUN": "1"}, True),
        ([], {"VTB_DRY_RUN": "0"}, False),
    ],
)
def test_dry_run_measures_and_writes_nothing(
    bench: Bench, arguments: list[str], twins: dict[str, str], dry: bool
) -> None:
    """Not even a folder for results."""
    exports = ["--export-csv", "export.csv"]
    document = strict_json(counted(bench, *exports, *arguments, **twins).out)
    assert ("points" in document, "benchmarks" in document) == (dry, not dry)
    written = {path.name for path in bench.directory.iterdir()}
    assert written == (set() if dry else {"export.csv", "results"})


def test_twins_of_run_do_not_concern_other_commands(bench: Bench) -> None:
    twins = {"VTB_DRY_RUN": "1", "VTB_TRACE": "missing", "VTB_CACHE": "lru:5", "VTB_THREADS": "4"}
    assert bench.ok("list", **twins).out == bench.ok("list").out


def test_command_line_wins_over_the_environment(bench: Bench) -> None:
    assert in_names(counted(bench, "--hit-rate", "0.5", VTB_HIT_RATE="0.9"), "hit_rate") == ["0.5"]


def test_seed_is_kept_as_it_was_given(bench: Bench) -> None:
    """That holds too for more digits than a double has, or JSON's integers of 64 bits with a sign.
    """
    for seed in ["0", "9223372036854775807", "18446744073709551615"]:
        context = strict_json(counted(bench, "--seed", seed).out)["context"]
        assert str(context["seed"]) == seed


@pytest.mark.parametrize(
    ("arguments", "twins", "sessions", "rounds"),
    [
        (["--quick", "--rounds", "9"], {}, 5, 9),
        ([], {"VTB_QUICK": "1"}, 5, 24),
        (["--sessions", "2", "--quick"], {}, 2, 24),
        (["--rounds", "8"], {"VTB_SESSIONS": "3"}, 3, 8),
        (["--rounds", "8", "--sessions", "1"], {"VTB_SESSIONS": "3", "VTB_QUICK": "1"}, 1, 8),
        ([], {}, 10, 80),
    ],
)
def test_sessions_and_rounds_are_as_many_as_asked_for(
    bench: Bench, arguments: list[str], twins: dict[str, str], sessions: int, rounds: int
) -> None:
    """And what the environment says to the run is not said to its sessions once more."""
    outcome = bench.ok(*THREE_CASES, "--epoch-ms", "0.01", *arguments, **twins)
    context = strict_json(outcome.out)["context"]
    assert (context["sessions"], context["rounds"]) == (sessions, rounds)
    for name in {row["run_name"] for row in outcome.rows}:
        own = [row for row in iterations(outcome.rows) if row["run_name"] == name]
        assert [row["session"] for row in own] == list(range(1, sessions + 1))
        assert all(row["iterations"] % rounds == 0 for row in own)
    assert {row["repetitions"] for row in outcome.rows} == {sessions}
    assert sample_counts(outcome) == {(str(n + 1), rounds) for n in range(sessions)}


def sample_counts(outcome: Outcome) -> set[tuple[str, int]]:
    """Each session, with the rounds that each of its cases has in the file of samples."""
    (path,) = (path for path in outcome.files() if path.name.endswith(".samples.csv"))
    lines = [line.split(",") for line in path.read_text(encoding="utf-8").splitlines()[1:]]
    counts = Counter((line[0], line[1]) for line in lines)
    return {(session, n) for (_, session), n in counts.items()}


def test_time_gives_enough_rounds_for_an_interval(bench: Bench) -> None:
    context = strict_json(bench.ok(*THREE_CASES, "--time", "0.01").out)["context"]
    assert context["sessions"] >= 5 and context["rounds"] >= 8


@pytest.mark.parametrize(
    "twins",
    [
        {"VTB_DRY_RUN": "0", "VTB_ROUNDS": "0"},  # but rounds are given
        {"VTB_FORMAT": "csv", "VTB_EXPORT_JSON": "export.json"},
        {"VTB_HIT_RATE": "0.5", "VTB_STRATEGY": "poll", "VTB_SEED": "7", "VTB_METHOD": "direct"},
    ],
)
def test_environment_of_a_run_is_not_that_of_its_sessions(
    bench: Bench, twins: dict[str, str]
) -> None:
    """A session makes the cases of the run, and neither prints, nor writes, nor plans anything."""
    twins = {"VTB_STRATEGY": "plain", **twins}
    outcome = bench.ok(*TIMED, **twins)
    assert outcome.complaints == [f"results: {outcome.files()[0]}"]
    assert len(outcome.files()) == 2
    document = strict_json(outcome.files()[0].read_text(encoding="utf-8"))
    strategies = {parameters(row["run_name"])["strategy"] for row in document["benchmarks"]}
    assert strategies == {"empty", "plain", "heap_task", twins["VTB_STRATEGY"]}
    rates = {parameters(row["run_name"])["hit_rate"] for row in document["benchmarks"]}
    assert rates == {twins.get("VTB_HIT_RATE", "0.8")}
    assert len(iterations(document["benchmarks"])) == len(strategies)


@pytest.mark.parametrize("value", ["5", "0", "", "yes", "-1", "99999999999999999999"])
def test_nobody_makes_a_run_a_session(bench: Bench, value: str) -> None:
    """By the variable by which a run tells its sessions that they are some."""
    outcome = bench(*COUNTED, "--strategy", "plain", VTB_SESSION=value)
    assert_refused(outcome, bench.directory, "VTB_SESSION: ", "unset it")


def test_a_file_is_not_taken_for_the_memory_of_a_session(bench: Bench) -> None:
    """Nothing of it is written to, although it is open for that."""
    content = "kept\n" * 10000
    path = bench.directory / "file"
    path.write_text(content, encoding="utf-8")
    with path.open("r+", encoding="utf-8") as file:
        done = subprocess.run(
            [str(BINARY), *COUNTED],
            env=bench.environment(VTB_SESSION=str(file.fileno())),
            pass_fds=[file.fileno()],
            capture_output=True,
            text=True,
            timeout=HANG_S,
        )
    assert (done.returncode, done.stdout) == (2, "")
    assert "VTB_SESSION: " in done.stderr
    assert path.read_text(encoding="utf-8") == content


def test_a_curve_has_as_many_sizes_as_a_run_can_have_workloads(bench: Bench) -> None:
    document = strict_json(bench.ok("--payload", "1:100:1", "--dry-run", "--format", "json").out)
    assert len(document["points"]) == 100
    outcome = bench("--payload", "1:200:1", "--dry-run")
    assert outcome.code == 2
    assert outcome.error.startswith("run_bench: --payload: '129' is one size too many")


def test_longer_epochs_hold_more_operations(bench: Bench) -> None:
    """By a factor of 100 the request shows through any noise of the machine."""
    one = ["--sessions", "1", "--rounds", "8"]
    short = bench.ok(*THREE_CASES, *one, "--epoch-ms", "0.01").rows
    long = bench.ok(*THREE_CASES, *one, "--epoch-ms", "1").rows
    assert iterations(long)[0]["iterations"] > 10 * iterations(short)[0]["iterations"]


def test_results_go_where_they_are_asked_to(bench: Bench, tmp_path: Path) -> None:
    outcome = counted(bench, "--results-dir", str(tmp_path / "elsewhere"))
    assert outcome.files() == []
    assert len(list((tmp_path / "elsewhere").glob("run-*.json"))) == 1
