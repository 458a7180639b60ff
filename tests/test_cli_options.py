"""Options, one by one: what each accepts and refuses, and how it says so."""
from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest

from conftest import (
    COUNTED,
    ROOT,
    STRATEGIES,
    Bench,
    Outcome,
    iterations,
    medians,
    methods_of,
    parameters,
    strict_json,
    variants_of,
)

HIT_RATE = "0 to 1, or 0% to 100%"
CALLS = "whole numbers from 1 to 1e12"
KEYS = "whole numbers from 1 to "
IN_FLIGHT = "whole numbers from 1 to 16777216"
ROUNDS = "0 (count only, measure no time), or 8 to 1000000"
EPOCH_MS = "milliseconds from 0.01 to 1000"
TIME = "seconds from 0.01 to 86400"
SEED = "a whole number from 0 to 2^64 - 1"
COMPLETION = "fifo, lifo or random"
CONSUMER = "independent, dependent or both"
FORMAT = "table, json, csv or markdown"
DISTRIBUTION = "uniform, zipf or zipf:S"
METHOD = "direct, async or both"
DEPTH = "whole numbers from 1 to 16"
FAILURE_RATE = "0 to 1, or 0% to 100%"
REQUEST_OPS = "whole numbers from 1 to 1000000"
CACHE = "lru:CAPACITY with a capacity from 1 to 1e9 entries"
CAPACITY = "whole numbers from 1 to 1e9"
PAYLOAD = "sizes of the payload curve"
POLLUTE = "bytes from 0 to 1G"
TTL = "seconds from 0.001 to 1e9"
THREADS = "whole numbers from 1 to 256"
VOLUME = "calls a second, from 0.001 to 1e12"
EVENTS = "names of libpfm4 separated by commas, groups in braces"
WORTH = "percent from 0.001 to 99"
LIMIT = "WORD=LIMIT,... with the words "
MARGIN = "percent from 0.1 to 99"
KNOWN_NAMES = "nearest first: "

# Option, a bad value, and words of what is accepted. Every option of every --help has a row here.
BAD_VALUES = [
    *[
        ("hit-rate", text, HIT_RATE)
        for text in [
            *["1.5", "-0.1", "101%", "-1%", "1.0000001", "1e999", "80"],
            *["nan", "inf", "-inf", "infinity", "NAN(1)"],
            *["abc", "", " ", "0.5x", "0x1", "0.5 ", " 0.5", "%", "0,5x", "--", ".", "e5", "1M"],
            *["0.5,", ",0.5", "0.5,,0.8", "0.5,0.5", "0.5,50%", "0.5,1.5"],
            *["0:1", "0:1:0", "0:1:-0.1", "1:0:0.1", "0:1:0.1:2", "0:2:0.5", ":1:0.1", "0:1:0.001"],
        ]
    ],
    *[
        ("calls", text, CALLS)
        for text in ["-1", "0", "1.5", "1e13", "nan", "inf", "10x", "", "1m", "1kk", "0x10", "50%"]
    ],
    ("calls", "1.0001k", CALLS),
    ("calls", "1:1001:1", CALLS),
    ("calls", "1000,1k", CALLS),
    *[("in-flight", text, IN_FLIGHT) for text in ["0", "-1", "2.5", "16777217", "nan", "", "many"]],
    *[("keys", text, KEYS) for text in ["0", "-1", "0.5", "2147483648", "1e10", "nan", "", "10x"]],
    *[("rounds", text, ROUNDS) for text in ["5", "1", "7", "-1", "8.5", "1e7", "nan", "", "8,9"]],
    *[("epoch-ms", text, EPOCH_MS) for text in ["0", "-1", "0.009", "1001", "nan", "inf", "1s"]],
    ("epoch-ms", "", EPOCH_MS),
    *[("time", text, TIME) for text in ["0", "-1", "0.001", "86401", "nan", "inf", "", "1s"]],
    *[
        ("seed", text, SEED)
        for text in ["-1", "18446744073709551616", "1.5", "1e3", "", "x", "0x1", " 1", "+1"]
    ],
    *[
        ("distribution", text, DISTRIBUTION)
        for text in ["pareto", "", "zipf:0", "zipf:x", "zipf:", "zipf:nan", "zipf:11", "zipfian"]
    ],
    *[("completion", text, COMPLETION) for text in ["sideways", "", "FIFO", "fifo,lifo"]],
    *[("consumer", text, CONSUMER) for text in ["maybe", "", "all", "in"]],
    *[("format", text, FORMAT) for text in ["xml", "", "JSON", "json,csv"]],
    *[("method", text, METHOD) for text in ["sync", "", "Async", "direct,async", "all"]],
    *[
        ("depth", text, DEPTH)
        for text in ["0", "17", "2.5", "-1", "1e2", "nan", "", "deep", "1,17", "0:4:1", "2,2"]
    ],
    *[
        ("failure-rate", text, FAILURE_RATE)
        for text in ["2", "-0.1", "101%", "nan", "inf", "", "half", "0.5,", "0,2", "0:1", "50"]
    ],
    *[
        ("request-ops", text, REQUEST_OPS)
        for text in ["0", "-1", "1.5", "1000001", "2M", "nan", "", "x", "64,64", "1:0:1"]
    ],
    *[
        ("cache", text, CACHE)
        for text in [
            *["lru", "lru:", "lru:0", "lru:-1", "lru:1.5", "lru:2G", "lru:x", "lru:nan", "LRU:5"],
            *["", "5", "fifo:5", "lru:5,lru:6", "lru:5,5", "lru:5,", "lru:1:1001:1"],
        ]
    ],
    *[
        ("cache-capacity", text, CAPACITY)
        for text in ["0", "-1", "1.5", "2G", "nan", "", "lru:5", "5,5", "1:1001:1"]
    ],
    *[("payload", text, PAYLOAD) for text in ["0", "-8", "1.5", "4097", "8K", "nan", "", "8,8"]],
    *[
        ("pollute", text, POLLUTE)
        for text in ["-1", "0.5", "2G", "1073741825", "nan", "inf", "", "4KB", "0,4K,4096", "50%"]
    ],
    *[
        ("ttl", text, TTL)
        for text in ["0", "-1", "0.0009", "1e10", "nan", "inf", "", "1s", "1,1", "0:1"]
    ],
    *[
        ("threads", text, THREADS)
        for text in ["0", "-1", "1.5", "257", "nan", "", "all", "2,2", "0:4:1"]
    ],
    *[
        ("calls-per-second", text, VOLUME)
        for text in ["0", "-1", "0.0001", "1e13", "nan", "inf", "", "1/s", "1,2"]
    ],
    *[("completer", text, "caller or thread") for text in ["other", "", "Thread", "caller,thread"]],
    *[("trace-format", text, "text or be32") for text in ["le32", "", "TEXT", "text,be32"]],
    ("trace", "", "a file's name, or -"),
    *[
        ("strategy", text, KNOWN_NAMES)
        for text in ["nosuch", "", "plain,", "plain,nosuch", "PLAIN"]
    ],
    *[("exclude-strategy", text, KNOWN_NAMES) for text in ["nosuch", "", "poll,nosuch"]],
    *[("baseline-strategy", text, KNOWN_NAMES) for text in ["nosuch", ""]],
    *[("workload", text, KNOWN_NAMES) for text in ["nosuch", "", "user_cache,nosuch"]],
    *[("heap", text, KNOWN_NAMES) for text in ["nosuch", "", "glibc,nosuch"]],
    *[
        ("strategy", text, f"{KNOWN_NAMES}{nearest}")
        for text, nearest in [
            ("heap_task@checkd", "heap_task@checked"),
            ("heap_task@atom", "heap_task@atomic"),
            ("valuetask@checked", "value_task@checked"),
            # Nothing to check, and no references to count.
            ("plain@checked", ""),
            ("empty@checked", ""),
            ("value_task_handle@atomic", ""),
            ("heap_task@checked@atomic", ""),
            ("heap_task@", ""),
            ("@checked", ""),
        ]
    ],
    ("exclude-strategy", "heap_task@chcked", f"{KNOWN_NAMES}heap_task@checked"),
    ("baseline-strategy", "heap_task@chcked", f"{KNOWN_NAMES}heap_task@checked"),
    ("baseline-strategy", "callback@atomic", KNOWN_NAMES),
    ("strategy", "poll@checked,poll@checked", "names of strategies, or all"),
    ("strategy", "plain,plain", "names of strategies, or all"),
    ("exclude-strategy", "poll,poll", "names of strategies"),
    ("baseline-strategy", "plain,poll", "one strategy's name"),
    ("workload", "user_cache,user_cache", "names of workloads, or all"),
    ("heap", "glibc,glibc", "names of heaps, or all"),
    ("export-json", "", "a file's name"),
    ("export-csv", "", "a file's name"),
    ("export-markdown", "", "a file's name"),
    ("results-dir", "", "a directory's name"),
    ("quick", "1", "no value"),
    ("quick", "", "no value"),
    ("gen0-budget", "4095", "from 4K to 1G"),
    ("gen0-budget", "", "from 4K to 1G"),
    ("gen0-budget", "2G", "from 4K to 1G"),
    ("live-heap", "-1", "from 0 to 4G"),
    ("live-heap", "1M,2M", "from 0 to 4G"),
    ("pressure", "gc-ms,gc-ms", "figures of the pressure pass"),
    ("boehm-incremental", "1", "no value"),
    ("verify-heap", "1", "no value"),
    *[
        ("events", text, EVENTS)
        for text in [
            *["", "nosuch", "page-faults,nosuch", "page-faults,", ",cs", "cs,,cs", "cs cs"],
            *["{cs", "cs}", "{}", "{{cs}}", "{cs},}", "cs,cs", "{cs,cs}", "cs:zz", "cs:", ":u"],
            *["page-faults:u=2", "-1", "0", "all"],
        ]
    ],
    *[
        ("worth", text, WORTH)
        for text in ["0", "-5", "100", "0.0001", "5%", "nan", "inf", "", "much", "5,5", "5,", "1:9"]
    ],
    ("instructions", "1", "no value"),
    ("instructions", "", "no value"),
    ("require-events", "1", "no value"),
    ("save-baseline", "", "a file's name"),
    ("plot", "", "a directory's name"),
    ("force-async", "1", "no value"),
    ("force-async", "", "no value"),
    ("dry-run", "1", "no value"),
    ("dry-run", "", "no value"),
    ("help", "yes", "no value"),
    ("version", "1", "no value"),
]

# The same of what `run` has not, or has in another form.
BAD_VALUES_OF_GATE = [
    ("baseline", "", "a file's name"),
    ("export-junit", "", "a file's name"),
    *[
        ("limit", text, LIMIT)
        for text in [
            *["", "bytes", "bytes=", "=8", "bytes=-1", "bytes=many", "bytes=nan", "bytes=8B"],
            *["nosuch=1", "bytes=8,", ",bytes=8", "bytes=8,nosuch=1", "bytes=101%", "bytes=-1%"],
            *["bytes=%", "bytes=OFF", "bytes=2e9", "bytes=1=2", "bytes:8", " bytes=8", "Bytes=8"],
        ]
    ],
    *[
        ("margin", text, MARGIN)
        for text in ["0", "-1", "0.09", "100", "5%", "nan", "inf", "", "wide", "5,6"]
    ],
    *[("time", text, TIME) for text in ["0", "-1", "86401", "nan", "", "1s", "long", "5,6"]],
    *[("epoch-ms", text, EPOCH_MS) for text in ["0", "1001", ""]],
    ("strict", "1", "no value"),
    ("any-toolchain", "1", "no value"),
]

# Twins in the environment: a flag's is 0 or 1, and what others refuse, their twins refuse as well.
FLAGS = ["quick", "force-async", "boehm-incremental", "verify-heap", "dry-run", "help", "version"]
FLAGS += ["instructions", "require-events"]
FLAGS_OF_GATE = ["strict", "any-toolchain"]


def one_of_each(rows: list[Any]) -> list[Any]:
    """The first row of each option: a twin's value is read by what reads the option's."""
    return list({row[0]: row for row in reversed(rows)}.values())


BAD_TWINS = one_of_each([row for row in BAD_VALUES if row[0] not in FLAGS])
BAD_TWINS += [(flag, text, "no value") for flag in FLAGS for text in ["yes", "2", ""]]
BAD_TWINS_OF_GATE = one_of_each([row for row in BAD_VALUES_OF_GATE if row[0] not in FLAGS_OF_GATE])
BAD_TWINS_OF_GATE += [(flag, text, "no value") for flag in FLAGS_OF_GATE for text in ["yes", ""]]

COMMANDS = ["run", "list", "misuse", "gate", "compare"]


def twin_of(option: str) -> str:
    return "VTB_" + option.upper().replace("-", "_")


def offending(text: str) -> str:
    """What a message quotes: of a list of names the one that is wrong, else all of it."""
    if text in LISTS_OF_EVENTS:
        return text
    if "nosuch" in text:
        return "nosuch"
    return "" if text == "plain," else text


LISTS_OF_EVENTS = [text for option, text, _ in BAD_VALUES if option == "events" and "," in text]


def assert_refused(outcome: Outcome, directory: Path, *mentions: str) -> None:
    assert outcome.code == 2, outcome.err
    assert outcome.out == ""
    assert outcome.err.count("\n") == 1 and outcome.err.endswith("\n"), outcome.err
    assert outcome.err.startswith("run_bench: ")
    for mention in mentions:
        assert mention in outcome.err
    assert list(directory.rglob("*")) == [], "a refused command line leaves nothing behind"


# --- values that are refused ---


@pytest.mark.parametrize(("option", "text", "accepted"), BAD_VALUES)
def test_bad_value_is_refused(bench: Bench, option: str, text: str, accepted: str) -> None:
    outcome = bench(f"--{option}={text}")
    assert_refused(outcome, bench.directory, f"--{option}: ", f"'{offending(text)}'", accepted)


@pytest.mark.parametrize(("option", "text", "accepted"), BAD_TWINS)
def test_bad_twin_is_refused(bench: Bench, option: str, text: str, accepted: str) -> None:
    outcome = bench(**{twin_of(option): text})
    mentions = [f"environment's {twin_of(option)}: ", f"--{option}: ", f"'{offending(text)}'"]
    assert_refused(outcome, bench.directory, *mentions, accepted)


@pytest.mark.parametrize(("option", "text", "accepted"), BAD_VALUES_OF_GATE)
def test_bad_value_of_the_gate_is_refused(
    bench: Bench, option: str, text: str, accepted: str
) -> None:
    outcome = bench("gate", f"--{option}={text}")
    assert_refused(outcome, bench.directory, f"--{option}: '{text}'", accepted)


@pytest.mark.parametrize(("option", "text", "accepted"), BAD_TWINS_OF_GATE)
def test_bad_twin_of_the_gate_is_refused(
    bench: Bench, option: str, text: str, accepted: str
) -> None:
    outcome = bench("gate", **{twin_of(option): text})
    mentions = [f"environment's {twin_of(option)}: ", f"--{option}: '{text}'"]
    assert_refused(outcome, bench.directory, *mentions, accepted)


def test_environment_does_not_change_what_a_baseline_says(bench: Bench) -> None:
    """Not even by a value that `run` refuses."""
    twins = {"VTB_HIT_RATE": "abc", "VTB_STRATEGY": "nosuch", "VTB_ROUNDS": "1"}
    mentions = ["--baseline FILE is needed", "run --save-baseline FILE"]
    assert_refused(bench("gate", **twins), bench.directory, *mentions)


def test_value_may_be_an_argument_of_its_own(bench: Bench) -> None:
    outcome = bench("run", "--hit-rate", "abc")
    assert_refused(outcome, bench.directory, "--hit-rate: 'abc'", HIT_RATE)


def test_every_number_of_a_list_is_looked_at(bench: Bench) -> None:
    outcome = bench("--hit-rate", "0.1,0.2,0.3,1.5")
    assert_refused(outcome, bench.directory, "--hit-rate: '0.1,0.2,0.3,1.5'", HIT_RATE)


def test_value_that_spans_lines_makes_one_line(bench: Bench) -> None:
    """A script that forgets to strip its input still gets a message of one line."""
    assert_refused(bench("--hit-rate", "0.5\n"), bench.directory, "--hit-rate: ", HIT_RATE)


def test_unknown_name_that_spans_lines_makes_one_line(bench: Bench) -> None:
    outcome = bench("--strategy", "value\ntask")
    assert_refused(outcome, bench.directory, "--strategy: ", "nearest first: value_task")


def test_long_value_leaves_room_for_what_is_accepted(bench: Bench) -> None:
    assert_refused(bench("--hit-rate", "1" * 5000), bench.directory, "--hit-rate: ", HIT_RATE)


def test_long_name_leaves_room_for_what_is_known(bench: Bench) -> None:
    outcome = bench("--strategy", "x" * 5000)
    assert_refused(outcome, bench.directory, "--strategy: ", "value_task")


@pytest.mark.parametrize(
    ("option", "misspelt", "nearest"),
    [
        ("strategy", "heap_tsk", "heap_task"),
        ("strategy", "valuetask", "value_task"),
        ("exclude-strategy", "caler_op", "caller_op"),
        ("baseline-strategy", "cal_back", "callback"),
        ("workload", "user_cahce", "user_cache"),
        ("heap", "libc", "glibc"),
    ],
)
def test_nearest_name_is_suggested_first(
    bench: Bench, option: str, misspelt: str, nearest: str
) -> None:
    outcome = bench(f"--{option}", misspelt)
    assert_refused(
        outcome, bench.directory, f"--{option}: ", f"'{misspelt}'", f"nearest first: {nearest}"
    )


def test_unknown_name_lists_all_that_are_known(
    bench: Bench, listing: dict[str, list[dict[str, str]]]
) -> None:
    outcome = bench("--strategy", "nosuch")
    known = outcome.err.split("nearest first: ")[1].strip().split(", ")
    assert sorted(known) == sorted(row["name"] for row in listing["strategies"])


def test_unknown_variant_lists_all_that_are_known(bench: Bench) -> None:
    outcome = bench("--strategy", "heap_task@nosuch")
    known = outcome.err.split("nearest first: ")[1].strip().split(", ")
    assert sorted(known) == sorted(all_variants())


def all_variants() -> list[str]:
    return [f"{name}@{variant}" for name in STRATEGIES for variant in variants_of(name)[1:]]


# --- command lines that make no sense as a whole ---


@pytest.mark.parametrize(
    ("arguments", "mentions"),
    [
        (["--keys", "200000000"], ["--keys: '200000000'", "user_cache", "1 to 100000000"]),
        (["--keys", "1000,200000000"], ["--keys: '200000000'", "1 to 100000000"]),
        (["--time", "5", "--rounds", "8"], ["--time", "--rounds", "one of them"]),
        (["--rounds", "0", "--time", "5"], ["--time", "--rounds", "one of them"]),
        (
            ["--exclude-strategy", "heap_task"],
            ["--exclude-strategy: 'heap_task'", "--baseline-strategy"],
        ),
        (
            ["--exclude-strategy", "poll", "--baseline-strategy", "poll"],
            ["--exclude-strategy: 'poll'", "--baseline-strategy"],
        ),
        (["--exclude-strategy", "empty"], ["--exclude-strategy: 'empty'", "every round"]),
        (["--exclude-strategy", "plain"], ["--exclude-strategy: ", "'plain'", "every round"]),
        (
            ["--hit-rate", "0:1:0.001", "--calls", "1:100:1"],
            ["--hit-rate: '0:1:0.001'", "more than 1000"],
        ),
        (
            ["--hit-rate", "0:1:0.01", "--in-flight", "1:100:1"],
            ["10100 combinations", "accepted: up to 10000"],
        ),
        (
            ["--depth", "1:16:1", "--failure-rate", "0:1:0.01", "--request-ops", "1:7:1"],
            ["11312 combinations", "accepted: up to 10000"],
        ),
        (
            ["--baseline-strategy", "poll", "--method", "async"],
            ["--baseline-strategy: 'poll'", "its method is a compiled state machine", "another"],
        ),
        (
            ["--baseline-strategy", "callback@checked", "--method", "both"],
            ["--baseline-strategy: 'callback@checked'", "the callback takes the place", "another"],
        ),
        (
            ["--exclude-strategy", "poll@checked", "--baseline-strategy", "poll@checked"],
            ["--exclude-strategy: 'poll@checked'", "--baseline-strategy"],
        ),
    ],
)
def test_contradiction_is_refused(
    bench: Bench, arguments: list[str], mentions: list[str]
) -> None:
    assert_refused(bench(*arguments), bench.directory, *mentions)


@pytest.mark.parametrize(
    ("arguments", "mentions"),
    [
        (["--hitrate", "0.8"], ["unknown option '--hitrate'", "nearest first: hit-rate,"]),
        (["--hitrate=0.8"], ["unknown option '--hitrate'", "nearest first: hit-rate,"]),
        (["--hit", "0.8"], ["unknown option '--hit'"]),
        (["--no-such-thing"], ["unknown option '--no-such-thing'", "nearest first: "]),
        (["--Rounds", "8"], ["unknown option '--Rounds'", "nearest first: rounds,"]),
        (["list", "--fromat", "csv"], ["unknown option '--fromat'", "nearest first: format,"]),
        (["rnu"], ["unknown command 'rnu'", "nearest first: run, list"]),
        (["lst"], ["unknown command 'lst'", "nearest first: list, run"]),
        (["misus"], ["unknown command 'misus'", "nearest first: misuse, "]),
        ([""], ["unknown command ''", "run", "list"]),
        (["run", "stray"], ["unexpected argument 'stray'", "--NAME"]),
        (["--rounds", "0", "stray"], ["unexpected argument 'stray'", "--NAME"]),
        (["list", "run"], ["unexpected argument 'run'", "--NAME"]),
        (["-x"], ["unexpected argument '-x'", "--NAME"]),
        (["--"], ["unexpected argument '--'", "--NAME"]),
        (["--=0.8"], ["unexpected argument '--=0.8'", "--NAME"]),
        (["--quick", "1"], ["unexpected argument '1'", "--NAME"]),
        (["--force-async", "1"], ["unexpected argument '1'", "--NAME"]),
        (["--methods", "both"], ["unknown option '--methods'", "nearest first: method,"]),
        (["--failrate", "0"], ["unknown option '--failrate'", "nearest first: failure-rate,"]),
        (["--help=1"], ["--help: '1'", "no value"]),
        (["list", "--hit-rate", "0.5"], ["--hit-rate", "not an option of 'list'"]),
        (["--dry-run", "1"], ["unexpected argument '1'", "--NAME"]),
        (
            ["--cachecapacity", "5"],
            ["unknown option '--cachecapacity'", "nearest first: cache-capacity,"],
        ),
        (["--thread", "2"], ["unknown option '--thread'", "nearest first: threads,"]),
        (["--dryrun"], ["unknown option '--dryrun'", "nearest first: dry-run,"]),
        (["list", "--dry-run"], ["--dry-run", "not an option of 'list'"]),
        (["misuse", "--trace", "-"], ["--trace", "not an option of 'misuse'"]),
        (["list", "--quick"], ["--quick", "not an option of 'list'"]),
        (["list", "--strategy", "poll"], ["--strategy", "not an option of 'list'"]),
        (["misuse", "--method", "async"], ["--method", "not an option of 'misuse'"]),
        (["--event", "cs"], ["unknown option '--event'", "nearest first: events,"]),
        (["--instruction"], ["unknown option '--instruction'", "nearest first: instructions,"]),
        (["gate", "--limits", "x"], ["unknown option '--limits'", "nearest first: limit,"]),
        (["gate", "--hit-rate", "0.5"], ["--hit-rate", "not an option of 'gate'"]),
        (["gate", "--rounds", "8"], ["--rounds", "not an option of 'gate'"]),
        (["gate", "stray"], ["unexpected argument 'stray'", "--NAME"]),
        (["gate", "--strict", "1"], ["unexpected argument '1'", "--NAME"]),
        (["compare", "--baseline", "x"], ["--baseline", "not an option of 'compare'"]),
        (["--limit", "bytes=8"], ["--limit", "not an option of 'run'"]),
        (["--strict"], ["--strict", "not an option of 'run'"]),
        (["--instructions", "1"], ["unexpected argument '1'", "--NAME"]),
        (["list", "--events", "cs"], ["unexpected argument 'cs'", "--NAME"]),
        (["gat"], ["unknown command 'gat'", "nearest first: gate,"]),
        (["compared"], ["unknown command 'compared'", "nearest first: compare,"]),
    ],
)
def test_unknown_argument_is_refused(
    bench: Bench, arguments: list[str], mentions: list[str]
) -> None:
    assert_refused(bench(*arguments), bench.directory, *mentions)


def test_unknown_option_lists_all_options(bench: Bench) -> None:
    """What the parser knows is what the help of all commands shows, no more and no less."""
    outcome = bench("--no-such-thing")
    known = outcome.err.split("nearest first: ")[1].strip().split(", ")
    shown = set().union(*(options_of_help(bench, command) for command in COMMANDS))
    assert sorted(known) == sorted(shown)


# --- help ---


def options_of_help(bench: Bench, command: str) -> dict[str, bool]:
    """The options that a command's help shows, and whether each takes a value."""
    text = bench.ok(command, "--help").out
    found = re.findall(r"^  --([a-z0-9-]+)( \S+)?$", text, re.MULTILINE)
    assert found, "no option found; has the help another form now?"
    return {name: metavar != "" for name, metavar in found}


@pytest.mark.parametrize("command", COMMANDS)
def test_help_shows_exactly_what_the_command_accepts(bench: Bench, command: str) -> None:
    """Every option of all commands is given a bad value: accepted ones complain of the value."""
    shown = options_of_help(bench, command)
    bad = {option: text for option, text, _ in BAD_VALUES + BAD_VALUES_OF_GATE}
    for option in {name for each in COMMANDS for name in options_of_help(bench, each)}:
        assert option in bad, f"--{option} has no row in BAD_VALUES"
        outcome = bench(command, f"--{option}={bad[option]}")
        assert outcome.code == 2
        assert ("not an option of" in outcome.err) == (option not in shown), outcome.err


# Options that take a value, and one of their own if none follows.
MAY_BE_BARE = [("gate", "time")]


@pytest.mark.parametrize(("command", "option"), MAY_BE_BARE)
def test_value_may_be_left_out(bench: Bench, command: str, option: str) -> None:
    """At the end, and in front of another option; what is missing then is something else."""
    for arguments in [[f"--{option}"], [f"--{option}", "--strict"], ["--strict", f"--{option}"]]:
        assert_refused(bench(command, *arguments), bench.directory, "--baseline FILE is needed")
    assert_refused(bench(command, f"--{option}", "x"), bench.directory, f"--{option}: 'x'")


@pytest.mark.parametrize("command", COMMANDS)
def test_option_without_its_value_is_refused(bench: Bench, command: str) -> None:
    for option, takes_value in options_of_help(bench, command).items():
        if takes_value and (command, option) not in MAY_BE_BARE:
            outcome = bench(command, f"--{option}")
            assert_refused(outcome, bench.directory, f"--{option}: no value", "accepted: ")


@pytest.mark.parametrize("command", COMMANDS)
def test_help_fits_a_terminal(bench: Bench, command: str) -> None:
    outcome = bench.ok(command, "--help")
    assert outcome.err == ""
    assert f"{command}" in outcome.out.splitlines()[0]
    assert max(len(line) for line in outcome.out.splitlines()) <= 100
    assert outcome.out == bench.ok(command, "-h").out
    assert outcome.out == bench.ok(command, VTB_HELP="1").out


# What a reader of the help is told of each option about what is measured and when.
TOLD_BY_HELP = {
    "payload": ["payload curve", "8,64,256"],
    "cache": ["LRU cache", "hit rate emerges"],
    "cache-capacity": ["--cache lru:N"],
    "trace": ["keys of a file", "standard input", "-", "read once"],
    "trace-format": ["text", "a key a line", "be32", "big-endian", "default: text"],
    "ttl": ["life", "virtual clock", "--calls-per-second"],
    "pollute": ["other memory", "default: 0"],
    "threads": ["callers at once", "default: 1"],
    "completer": ["caller", "thread", "default: caller"],
    "calls-per-second": ["CPU time", "a second", "a day"],
    "dry-run": ["how long it takes", "write nothing"],
    "calls": ["Up to 100000", "cold start", "steady state", "in a sweep"],
    "events": ["libpfm4", "in braces", "page-faults,{cycles,instructions:u}", "list --events"],
    "instructions": ["callgrind", "the same figure in every run", "takes minutes"],
    "require-events": ["exit status 1", "before anything is run"],
    "worth": ["how much faster", "default: 5"],
    "rounds": ["default: 200, in a sweep 40"],
    "epoch-ms": ["default: 0.5, in a sweep 0.2"],
    "quick": ["six or more combinations"],
    "save-baseline": ["what `gate` compares with", "counts", "ratios of times"],
}

TOLD_BY_HELP_OF_GATE = {
    "baseline": ["run --save-baseline FILE"],
    "limit": ["instructions=0.5%,bytes=8", "off", "Default: 0, exactly as before"],
    "time": ["compare times as well", "default: 20"],
    "margin": ["twice the noise", "default: 5"],
    "strict": ["exit status 4"],
    "any-toolchain": ["in place of status 5"],
    "export-junit": ["JUnit XML"],
    "export-markdown": ["a CI job's page"],
}


def assert_explained(text: str, option: str, mentions: list[str]) -> None:
    (paragraph,) = re.findall(
        rf"^  --{option}\b(?!-)(.*?)^(?=  --|\Z)", text, re.MULTILINE | re.DOTALL
    )
    words = " ".join(paragraph.split())
    assert [mention for mention in mentions if mention not in words] == []


@pytest.mark.parametrize(("option", "mentions"), TOLD_BY_HELP.items())
def test_help_explains(bench: Bench, option: str, mentions: list[str]) -> None:
    assert_explained(bench.ok("--help").out, option, mentions)


@pytest.mark.parametrize(("option", "mentions"), TOLD_BY_HELP_OF_GATE.items())
def test_help_of_the_gate_explains(bench: Bench, option: str, mentions: list[str]) -> None:
    assert_explained(bench.ok("gate", "--help").out, option, mentions)


def test_help_names_every_exit_status(bench: Bench) -> None:
    """Those of a run, and those of the gate in its own help too."""
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


def test_version_is_that_of_the_build(bench: Bench) -> None:
    text = (ROOT / "CMakeLists.txt").read_text(encoding="utf-8")
    version = re.search(r"^project\(.* VERSION (\S+)", text, re.MULTILINE)
    assert version
    for command in COMMANDS:
        assert bench.ok(command, "--version").out.split()[1] == version.group(1)


# --- values that are accepted ---

# Of so many calls the steady state is timed.
THREE_CASES = ["--strategy", "plain", "--consumer", "independent", "--calls", "100001"]
THREE_CASES += ["--format", "json"]


def counted(bench: Bench, *arguments: str, **twins: str) -> Outcome:
    return bench.ok(*COUNTED, "--strategy", "plain", "--format", "json", *arguments, **twins)


# In place of a value that names leave out because it is the usual one.
USUAL = "as usual"


def in_names(outcome: Outcome, key: str) -> list[str]:
    """The values of a parameter in the rows' names, each once, in their order."""
    values = [parameters(row["run_name"]).get(key, USUAL) for row in outcome.rows]
    return list(dict.fromkeys(values))


GOOD_VALUES = [
    ("hit-rate", "0.8", "hit_rate", ["0.8"]),
    ("hit-rate", "80%", "hit_rate", ["0.8"]),
    ("hit-rate", "8e-1", "hit_rate", ["0.8"]),
    ("hit-rate", "0.5,0.8", "hit_rate", ["0.5", "0.8"]),
    ("hit-rate", "0.8,0.5", "hit_rate", ["0.8", "0.5"]),
    ("hit-rate", "0:1:0.5", "hit_rate", ["0", "0.5", "1"]),
    ("hit-rate", "0:0.3:0.1,95%", "hit_rate", ["0", "0.1", "0.2", "0.3", "0.95"]),
    ("hit-rate", "0:1:0.05", "hit_rate", [f"{n * 5 / 100:g}" for n in range(21)]),
    ("hit-rate", "0%:100%:25%", "hit_rate", ["0", "0.25", "0.5", "0.75", "1"]),
    ("hit-rate", "0", "hit_rate", ["0"]),
    ("hit-rate", "100%", "hit_rate", ["1"]),
    ("hit-rate", "0.1234567", "hit_rate", ["0.1234567"]),
    ("hit-rate", "0.9999999", "hit_rate", ["0.9999999"]),
    ("calls", "1", "calls", ["1"]),
    ("calls", "1k", "calls", ["1000"]),
    ("calls", "1e3", "calls", ["1000"]),
    ("calls", "1M", "calls", ["1000000"]),
    ("calls", "1e6", "calls", ["1000000"]),
    ("calls", "1000000", "calls", ["1000000"]),
    ("calls", "1.5k,10", "calls", ["1500", "10"]),
    ("calls", "10:30:10", "calls", ["10", "20", "30"]),
    ("in-flight", "1,64,1k", "in_flight", ["1", "64", "1000"]),
    ("keys", "1,10k", "keys", ["1", "10000"]),
    ("distribution", "uniform", "distribution", ["uniform"]),
    ("distribution", "zipf", "distribution", ["zipf:0.99"]),
    ("distribution", "zipf:1", "distribution", ["zipf:1"]),
    ("distribution", "zipf:1.5", "distribution", ["zipf:1.5"]),
    ("completion", "fifo", "completion", ["fifo"]),
    ("completion", "lifo", "completion", ["lifo"]),
    ("completion", "random", "completion", ["random"]),
    # The two references are called as they are, whatever the method.
    ("method", "direct", "method", ["direct"]),
    ("method", "async", "method", ["direct", "async"]),
    ("method", "both", "method", ["direct", "async"]),
    ("depth", "1", "depth", ["1"]),
    ("depth", "1:3:1,16", "depth", ["1", "2", "3", "16"]),
    ("failure-rate", "0.25", "failure_rate", ["0.25"]),
    ("failure-rate", "25%,1", "failure_rate", ["0.25", "1"]),
    ("request-ops", "1,100", "request_ops", ["1", "100"]),
    ("request-ops", "1M", "request_ops", ["1000000"]),
    ("strategy", "poll@checked", "strategy", ["empty", "plain", "heap_task", "poll@checked"]),
    ("baseline-strategy", "heap_task@atomic", "strategy", ["empty", "plain", "heap_task@atomic"]),
    ("strategy", "callback,poll", "strategy", ["empty", "plain", "heap_task", "callback", "poll"]),
    ("baseline-strategy", "poll", "strategy", ["empty", "plain", "poll"]),
    ("workload", "user_cache", "workload", ["user_cache"]),
    ("heap", "glibc", "heap", ["glibc"]),
    ("payload", "8,256", "workload", ["payload_8", "payload_256"]),
    ("cache", "lru:10,1k", "cache", ["lru:10", "lru:1000"]),
    ("cache", "lru:10", "workload", ["trace"]),
    ("cache-capacity", "10,1k", "cache", ["lru:10", "lru:1000"]),
    ("ttl", "0.5,2", "ttl", ["0.5", "2"]),
    ("ttl", "0.5", "workload", ["product_catalog"]),
    ("pollute", "4K,1M", "pollute", ["4096", "1048576"]),
    ("pollute", "0,64", "pollute", [USUAL, "64"]),
    ("threads", "1", "threads", [USUAL]),
    ("threads", "3,2", "threads", [USUAL, "3", "2"]),
    ("completer", "caller", "completer", [USUAL]),
    ("completer", "thread", "completer", ["thread"]),
    # A volume changes what is told of the figures, and not what is measured.
    ("calls-per-second", "100k", "strategy", ["empty", "plain", "heap_task"]),
    # So do these, which count something beside it, or hold it against something.
    ("events", "page-faults", "strategy", ["empty", "plain", "heap_task"]),
    ("worth", "5,20", "strategy", ["empty", "plain", "heap_task"]),
    ("worth", "0.001", "strategy", ["empty", "plain", "heap_task"]),
    ("save-baseline", "baseline.json", "strategy", ["empty", "plain", "heap_task"]),
]


@pytest.mark.parametrize(("option", "text", "key", "expected"), GOOD_VALUES)
def test_good_value_makes_its_rows(
    bench: Bench, option: str, text: str, key: str, expected: list[str]
) -> None:
    assert in_names(counted(bench, f"--{option}", text), key) == expected


@pytest.mark.parametrize(("option", "text", "key", "expected"), one_of_each(GOOD_VALUES))
def test_good_twin_makes_its_rows(
    bench: Bench, option: str, text: str, key: str, expected: list[str]
) -> None:
    # What the twin sets must not also stand on the command line, which wins.
    arguments = ["--rounds", "0", "--format", "json"]
    arguments += [] if option == "calls" else ["--calls", "1000"]
    arguments += [] if option == "strategy" else ["--strategy", "plain"]
    outcome = bench.ok(*arguments, **{twin_of(option): text})
    assert in_names(outcome, key) == expected


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


DEFAULTS = ["--method=direct", "--depth=1", "--failure-rate=0", "--request-ops=64"]


@pytest.mark.parametrize("option", DEFAULTS)
def test_default_that_is_asked_for_is_the_same_run(bench: Bench, option: str) -> None:
    assert counted(bench, option).rows == counted(bench).rows


def strategies_by_method(outcome: Outcome) -> dict[str, list[str]]:
    names = [parameters(row["run_name"]) for row in outcome.rows]
    return {
        method: [name["strategy"] for name in names if name["method"] == method]
        for method in ["direct", "async"]
    }


def test_method_chooses_how_all_strategies_are_called(bench: Bench) -> None:
    """But for the references, and for those that cannot be asynchronous."""
    references = ["empty", "plain"]
    compiled = [name for name in STRATEGIES if "async" in methods_of(name)]
    for method, direct in [("direct", set(STRATEGIES)), ("async", {*references})]:
        found = strategies_by_method(counted(bench, "--strategy", "all", "--method", method))
        assert set(found["direct"]) == direct
        assert set(found["async"]) == (set() if method == "direct" else set(compiled))
    found = strategies_by_method(counted(bench, "--strategy", "all", "--method", "both"))
    assert sorted(found["direct"]) == sorted(STRATEGIES), "each once"
    assert sorted(found["async"]) == sorted(compiled)


def test_baseline_may_be_a_reference_by_any_method(bench: Bench) -> None:
    rows = counted(bench, "--baseline-strategy", "plain", "--method", "both").rows
    assert [parameters(row["run_name"])["strategy"] for row in rows] == ["empty", "plain"]


@pytest.mark.parametrize(
    ("arguments", "twins", "forced"),
    [
        (["--force-async"], {}, True),
        ([], {"VTB_FORCE_ASYNC": "1"}, True),
        ([], {"VTB_FORCE_ASYNC": "0"}, False),
        ([], {}, False),
    ],
)
def test_force_async_suspends_every_call(
    bench: Bench, arguments: list[str], twins: dict[str, str], forced: bool
) -> None:
    rows = counted(bench, *arguments, **twins).rows
    assert {row["realized_hit_rate"] for row in rows} == {0 if forced else 0.8}
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
        (rate,) = {row["realized_hit_rate"] for row in outcome.rows}
        assert rate == pytest.approx(1 / 3)


@pytest.mark.parametrize("by_twin", [False, True])
def test_volume_is_told_where_it_is_asked_for(bench: Bench, by_twin: bool) -> None:
    arguments = ["--strategy", "plain", *COUNTED]
    assert "calls a second" not in bench.ok(*arguments).out
    if by_twin:
        told = bench.ok(*arguments, VTB_CALLS_PER_SECOND="100k").out
    else:
        told = bench.ok(*arguments, "--calls-per-second", "100k").out
    assert "At 100 k calls a second:\n" in told


@pytest.mark.parametrize(
    ("arguments", "twins", "dry"),
    [
        (["--dry-run"], {}, True),
        ([], {"VTB_DRY_RUN": "1"}, True),
        ([], {"VTB_DRY_RUN": "0"}, False),
        ([], {}, False),
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


def test_option_for_a_cache_wins_over_either_twin(bench: Bench) -> None:
    """The two ways to say how much it holds are one setting."""
    twins = {"VTB_CACHE": "lru:5", "VTB_CACHE_CAPACITY": "6"}
    for option, text in [("cache", "lru:7"), ("cache-capacity", "7")]:
        outcome = bench.ok(*COUNTED, "--format", "json", f"--{option}", text, **twins)
        assert in_names(outcome, "cache") == ["lru:7"]


def test_command_line_wins_over_the_environment(bench: Bench) -> None:
    assert in_names(counted(bench, "--hit-rate", "0.5", VTB_HIT_RATE="0.9"), "hit_rate") == ["0.5"]


def test_time_on_the_command_line_wins_over_rounds_in_the_environment(bench: Bench) -> None:
    """Two ways to say the same thing; a twin must not turn a good command line into a bad one."""
    bench.ok("--strategy", "plain", "--calls", "10", "--time", "0.01", VTB_ROUNDS="8")


def test_equals_sign_and_argument_mean_the_same(bench: Bench) -> None:
    spaced = counted(bench, "--hit-rate", "0.5", "--seed", "7")
    joined = counted(bench, "--hit-rate=0.5", "--seed=7")
    assert spaced.rows == joined.rows


@pytest.mark.parametrize("seed", ["0", "1", "9223372036854775807", "18446744073709551615"])
def test_seed_is_kept_as_it_was_given(bench: Bench, seed: str) -> None:
    context = strict_json(counted(bench, "--seed", seed).out)["context"]
    assert str(context["seed"]) == seed


@pytest.mark.parametrize(
    ("arguments", "twins", "rounds"),
    [
        (["--rounds", "8", "--epoch-ms", "0.01"], {}, 8),
        (["--quick", "--epoch-ms", "0.01"], {}, 40),
        (["--quick", "--rounds", "9", "--epoch-ms", "0.01"], {}, 9),
        (["--epoch-ms", "0.01"], {"VTB_QUICK": "1"}, 40),
        (["--epoch-ms", "0.01"], {"VTB_QUICK": "0"}, 200),
        (["--epoch-ms", "0.01"], {}, 200),
    ],
)
def test_rounds_are_as_many_as_asked_for(
    bench: Bench, arguments: list[str], twins: dict[str, str], rounds: int
) -> None:
    rows = bench.ok(*THREE_CASES, *arguments, **twins).rows
    per_case = {row["run_name"]: 0 for row in rows}
    for row in iterations(rows):
        per_case[row["run_name"]] += 1
    assert set(per_case.values()) == {rounds}
    assert {row["repetitions"] for row in rows} == {rounds}


def test_time_gives_enough_rounds_for_an_interval(bench: Bench) -> None:
    rows = medians(bench.ok(*THREE_CASES, "--time", "0.01").rows)
    assert len(rows) == 3
    assert min(row["repetitions"] for row in rows) >= 8


def test_longer_epochs_hold_more_operations(bench: Bench) -> None:
    """By a factor of 100 the request shows through any noise of the machine."""
    short = bench.ok(*THREE_CASES, "--rounds", "8", "--epoch-ms", "0.01").rows
    long = bench.ok(*THREE_CASES, "--rounds", "8", "--epoch-ms", "1").rows
    assert iterations(long)[0]["iterations"] > 10 * iterations(short)[0]["iterations"]


def test_results_go_where_they_are_asked_to(bench: Bench, tmp_path: Path) -> None:
    outcome = counted(bench, "--results-dir", str(tmp_path / "elsewhere"))
    assert outcome.files() == []
    assert len(list((tmp_path / "elsewhere").glob("run-*.json"))) == 1
