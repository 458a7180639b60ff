"""Strategies and workloads that a user brings: `new` makes one to start from, `check` says what is
wrong with one, where, and what to look at.

Each strategy in fixtures/own breaks one rule; the table says which line of `check` tells it.
"""
from __future__ import annotations

import csv
import io
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from conftest import ROOT, Bench, Outcome, strict_json

OWN = ROOT / "tests" / "fixtures" / "own"
TEMPLATES = ROOT / "harness" / "templates"
EXAMPLES = ROOT / "examples" / "own"
FORMATS = ["table", "json", "csv", "markdown"]

REGRESSION = 3
LIMIT_S = "1"  # of processor time, after which a check is said to hang


@dataclass
class Told:
    """The name of a check that must be wrong, and parts of its line."""

    check: str
    says: list[str]


# The fixtures that break a rule, and the check that tells it first or names the cause, worked out
# by hand.
BROKEN: dict[str, Told] = {
    "hangs": Told("direct: step by step", ["hangs", "in vtb_complete", "look at"]),
    "crashes": Told(
        "direct: step by step", ["crash: Segmentation fault", "in vtb_get of a hit", "look at"]
    ),
    "ends_early": Told(
        "direct: step by step", ["crash: exit status 0", "in vtb_get of a hit", "look at"]
    ),
    "leaks": Told(
        "direct: layout", ["a leak", "1, of 48 B", "an operation that pends", "vtb_drop"]
    ),
    "frees_twice": Told("direct: layout", ["48 B", "given back twice", "vtb_drop"]),
    "frees_more": Told("direct: layout", ["8 B more or less than the 48 B", "vtb_free"]),
    "uses_freed": Told("direct: layout", ["48 B", "written after it was given back", "vtb_get"]),
    "says_less": Told(
        "direct: layout", ["an object of 40 B", "written to behind its end", "VTB_PENDING_BYTES"]
    ),
    "hides_hits": Told(
        "direct: layout", ["allocated: 1, of 24 B", "by its layout: 0", "VTB_HIT_BYTES"]
    ),
    "stale_values": Told("direct: misses, the oldest completes first", ["wrong values", "vtb_get"]),
    "loses_faults": Told("direct: failures of the store", ["0 operations", "60", "vtb_complete"]),
    "completes_twice": Told("direct: step by step", ["in vtb_complete", "once"]),
    "never_runs": Told("direct: step by step", ["is 0 where", "in vtb_complete"]),
    "ready_too_soon": Told("direct: step by step", ["it says true", "vtb_is_ready of a miss"]),
    "misses_late_waits": Told(
        "async: an answer before the methods around it wait", ["never completes", "vtb_await"]
    ),
    "assumes_order": Told("direct: misses, the newest completes first", ["lifo", "look at"]),
    "forgets_barrier": Told(
        "async: references and barriers", ["a forgotten barrier", "byte 8 of a 'box'", "vtb_await"]
    ),
    "forgets_value_barrier": Told(
        "direct: references and barriers",
        ["a forgotten barrier", "byte 32 of a 'box'", "vtb_value_barrier"],
    ),
    "forgets_reference": Told(
        "async: objects that move",
        ["a forgotten reference", "byte 8 of a 'box'", "VTB_PENDING_REFERENCES"],
    ),
    "misplaces_reference": Told(
        "direct: references and barriers", ["a reference at no word", "VTB_PENDING_REFERENCES"]
    ),
    "forgets_handover": Told(
        "direct: references and barriers", ["a forgotten reference", "VTB_HANDOVER_REFERS"]
    ),
    "forgets_state": Told(
        "direct: references and barriers", ["a root refers to what is no object", "VTB_STATE_ROOTS"]
    ),
    "says_nothing": Told(
        "direct: several consumers", ["in vtb_complete with three consumers", "look at"]
    ),
    "unchecked": Told(
        "misuse: result taken before completion", ["not detected", "vtb_check(holds, text)"]
    ),
}

# Further lines of those that break more than one rule.
MORE: list[tuple[str, Told]] = [
    ("says_nothing", Told("direct: as_task", ["VTB_CONVERTS", ".lacks.as_task"])),
    ("forgets_handover", Told("direct: objects that move", ["a forgotten reference"])),
    ("forgets_barrier", Told("async: objects that move", ["a forgotten barrier"])),
]

# Strategies that keep all rules.
SOUND = [OWN / "keeps_rules.c", ROOT / "tests" / "fixtures" / "cxx_strategy.cc"]
SOUND += sorted(EXAMPLES.glob("*.c*"))  # the templates are what `new` makes

# What is sound is so in any code, and this is compiled in half the time.
QUICK = '#pragma GCC optimize("O0")\n'


def check(bench: Bench, *arguments: str, form: str = "json") -> Outcome:
    return bench("check", *arguments, "--format", form)


def checks_of(outcome: Outcome) -> dict[str, tuple[bool, str]]:
    rows = strict_json(outcome.out)["checks"]
    assert all(sorted(row) == ["check", "ok", "text"] for row in rows)
    found = {row["check"]: (row["ok"], row["text"]) for row in rows}
    assert len(found) == len(rows), "two checks have one name"
    return found


def wrong_of(outcome: Outcome) -> dict[str, str]:
    return {name: text for name, (ok, text) in checks_of(outcome).items() if not ok}


@pytest.fixture(scope="module")
def found(built: None, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Outcome]:
    bench = Bench(tmp_path_factory.mktemp("broken"))
    limits = {"hangs": ["--time", LIMIT_S]}
    return {
        name: check(bench, "--strategy", str(OWN / f"{name}.c"), *limits.get(name, []))
        for name in BROKEN
    }


def assert_told(outcome: Outcome, told: Told) -> None:
    assert outcome.code == REGRESSION, outcome.err
    wrong = wrong_of(outcome)
    assert told.check in wrong, sorted(wrong)
    text = wrong[told.check]
    assert [part for part in told.says if part not in text] == [], text
    assert "\n" not in text and text == text.strip()


def test_every_fixture_has_its_row() -> None:
    stems = {path.stem for path in OWN.glob("*.c")}
    assert stems == {*BROKEN, "keeps_rules"}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_broken_is_told(found: dict[str, Outcome], name: str) -> None:
    assert_told(found[name], BROKEN[name])


@pytest.mark.parametrize(("name", "told"), MORE)
def test_more_of_it_is_told(found: dict[str, Outcome], name: str, told: Told) -> None:
    assert_told(found[name], told)


def test_the_error_says_how_many_are_wrong(found: dict[str, Outcome]) -> None:
    for outcome in found.values():
        n = len(wrong_of(outcome))
        errors = [line for line in outcome.complaints if line.startswith("run_bench: ")]
        of = len(checks_of(outcome))
        told = f"{n} of {of} checks found something wrong: begin with the first"
        assert errors == [f"run_bench: {told}"]


def test_after_one_that_hangs_nothing_is_tried(found: dict[str, Outcome]) -> None:
    found_of = checks_of(found["hangs"])
    *_, last = found_of
    assert last == "the rest" and "left out" in found_of[last][1]
    assert len(wrong_of(found["hangs"])) == 1


@pytest.fixture(scope="module")
def sound(built: None, tmp_path_factory: pytest.TempPathFactory) -> dict[Path, Outcome]:
    """Each by itself, in turn: two may have one name."""
    bench = Bench(tmp_path_factory.mktemp("sound"))
    found = {}
    for path in SOUND:
        copy = bench.directory / path.name
        text = path.read_text(encoding="utf-8").replace('"node.h"', f'"{OWN}/node.h"')
        copy.write_text(QUICK + text, encoding="utf-8")
        found[path] = check(bench, "--strategy", str(copy))
    return found


def test_what_is_sound_passes(sound: dict[Path, Outcome]) -> None:
    for path, outcome in sound.items():
        assert outcome.code == 0, (path, wrong_of(outcome))
        # a strategy that never suspends has fewer
        assert len(checks_of(outcome)) > 20


def test_own_strategies_against_an_own_workload(bench: Bench) -> None:
    outcome = check(
        bench,
        *["--strategy", str(EXAMPLES / "borrowed.c")],
        *["--workload", str(TEMPLATES / "my_workload.h")],
    )
    assert outcome.code == 0, outcome.out
    assert "workload my_workload" in checks_of(outcome)


def test_a_workload_that_is_wrong(bench: Bench) -> None:
    """A store that fails on nothing."""
    text = (TEMPLATES / "my_workload.h").read_text(encoding="utf-8")
    table = "#include <vtb/map.h>"
    text = text.replace(table, f"#define vtb_fails(key) false\n{table}")
    path = bench.directory / "never_fails.h"
    path.write_text(text.replace("my_workload", "never_fails"), encoding="utf-8")
    outcome = check(bench, "--strategy", "poll", "--workload", str(path))
    wrong = wrong_of(outcome)
    assert outcome.code == REGRESSION
    assert "vtb_fetch of the workload" in wrong["workload never_fails"]


def test_strategies_of_the_tree_pass(bench: Bench) -> None:
    """The C tests run all of them."""
    outcome = bench("check", "--strategy", "poll", "--format", "json")
    assert outcome.code == 0, wrong_of(outcome)
    texts = [text for _, text in checks_of(outcome).values()]
    assert any(text == "" for text in texts)


def test_what_is_lacking_is_said(sound: dict[Path, Outcome]) -> None:
    ok, text = checks_of(sound[OWN / "keeps_rules.c"])["direct: several consumers"]
    assert ok and text == "left out: a node has room for one continuation"


def test_what_has_no_real_cache_is_left_out_of_one(bench: Bench) -> None:
    outcome = check(bench, "--strategy", "task_in_cache", "--workload", "trace")
    assert outcome.code == 0, outcome.out
    ok, text = checks_of(outcome)["all else"]
    assert ok and text.startswith("left out: ")


# --- formats ---


def test_formats_tell_the_same(bench: Bench) -> None:
    path = str(OWN / "leaks.c")
    outcomes = {form: check(bench, "--strategy", path, form=form) for form in FORMATS}
    rows = checks_of(outcomes["json"])
    assert {outcome.code for outcome in outcomes.values()} == {REGRESSION}
    table = list(csv.DictReader(io.StringIO(outcomes["csv"].out)))
    assert {row["check"]: (row["ok"] == "true", row["text"]) for row in table} == rows
    lines = outcomes["table"].out.splitlines()
    assert len(lines) == len(rows)
    for line, (name, (ok, text)) in zip(lines, rows.items()):
        assert line.startswith("WRONG " if not ok else ("-  ", "ok  "))
        assert line.partition(" ")[2].strip() == (f"{name}: {text}" if text else name)
    marked = outcomes["markdown"].out.splitlines()
    assert len(marked) == len(rows) + 2
    assert all(line.count("|") >= 4 for line in marked)


# --- new ---

NEW = [("strategy", "lazy.c"), ("strategy", "lazy_2.cc"), ("workload", "prices.h")]


@pytest.mark.parametrize(("kind", "name"), NEW)
def test_new_makes_what_is_named_so(bench: Bench, kind: str, name: str) -> None:
    """That it passes is shown by the commands of README.md, which test_readme.py runs."""
    path = bench.directory / "not" / "there" / name
    outcome = bench.ok("new", kind, str(path))
    assert outcome.err == ""
    text = path.read_text(encoding="utf-8")
    stem = path.stem
    assert f"VTB_{kind.upper()}({stem})" in text and "my_" not in text
    assert f"run_bench check --{kind} {path}" in outcome.out


def test_new_tells_a_file_from_a_name(bench: Bench) -> None:
    """The command that it tells the user to type next works in the current folder."""
    outcome = bench.ok("new", "strategy", "lazy.c")
    assert "run_bench check --strategy ./lazy.c\n" in outcome.out
    assert "run_bench --strategy ./lazy.c,value_task\n" in outcome.out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["strategy", "Lazy.c"], "[a-z][a-z0-9_]*"),
        (["strategy", "2nd.c"], "[a-z][a-z0-9_]*"),
        (["strategy", "to-do.c"], "[a-z][a-z0-9_]*"),
        (["strategy", ".c"], "[a-z][a-z0-9_]*"),
        (["strategy", "x" * 61 + ".c"], "up to 60 characters"),
        (["strategy", "lazy.h"], "FILE.c, or FILE.cc for C++20"),
        (["strategy", "lazy"], "FILE.c, or FILE.cc for C++20"),
        (["workload", "prices.c"], "FILE.h"),
        (["strategy", "plain.c"], "an entry of the name plain"),
        (["workload", "user_cache.h"], "an entry of the name user_cache"),
        (["workload", "payload_7.h"], "an entry of the name payload_7"),
        (["heap", "mine.c"], "strategy or workload"),
        (["strategy"], "run_bench new strategy FILE.c"),
        ([], "run_bench new workload FILE.h"),
    ],
)
def test_new_refuses(bench: Bench, arguments: list[str], says: str) -> None:
    outcome = bench("new", *arguments)
    assert outcome.code == 2
    assert says in outcome.error
    assert list(bench.directory.iterdir()) == []


def test_new_leaves_alone_what_is_there(bench: Bench) -> None:
    path = bench.directory / "lazy.c"
    path.write_text("mine\n", encoding="utf-8")
    outcome = bench("new", "strategy", str(path))
    assert outcome.code == 2 and str(path) in outcome.error
    assert path.read_text(encoding="utf-8") == "mine\n"


def test_new_where_no_folder_can_be(bench: Bench) -> None:
    file = bench.directory / "file"
    file.write_text("", encoding="utf-8")
    outcome = bench("new", "strategy", str(file / "lazy.c"))
    assert outcome.code == 2 and "Not a directory" in outcome.error


# --- steps away from the skeleton ---

DIRECT = '.async_method = "of one method alone there are fewer cells to build"'


def skeleton(bench: Bench, path: Path, changes: list[tuple[str, str]]) -> None:
    """Makes one by `new`, with some of its text replaced, and without an asynchronous method."""
    bench.ok("new", "strategy", str(path))
    text = path.read_text(encoding="utf-8")
    for before, after in [(".lacks = {", f".lacks = {{{DIRECT},\n"), *changes]:
        assert text.count(before) == 1
        text = text.replace(before, after)
    path.write_text(text, encoding="utf-8")


def test_a_change_is_judged(bench: Bench) -> None:
    """Breaks the skeleton as a beginner might, by leaving a line out, and looks for the check that
    tells of it.
    """
    path = bench.directory / "lazy.c"
    skeleton(bench, path, [("    vtb_free(service, node, node->bytes);\n", "")])
    outcome = check(bench, "--strategy", str(path))
    assert outcome.code == REGRESSION
    assert "a leak" in wrong_of(outcome)["direct: step by step"]


def test_one_that_does_not_compile(bench: Bench) -> None:
    path = bench.directory / "lazy.c"
    shutil.copy(OWN / "keeps_rules.c", path)
    outcome = check(bench, "--strategy", str(path))
    assert outcome.code == 2
    told = [line for line in outcome.complaints if line.startswith("run_bench: ")]
    assert len(told) == 1 and str(path) in told[0]


@pytest.mark.parametrize("command", ["check", "misuse"])
def test_a_lack_of_memory_is_not_the_strategy_s(bench: Bench, command: str) -> None:
    """The heap has none for a node, once the process may have no more."""
    path = bench.directory / "lazy.c"
    allocates = "    struct vtb_node *node = (struct vtb_node *)vtb_alloc_zeroed"
    limit = "(void)setrlimit(RLIMIT_AS, &(const struct rlimit){1, 1});"
    changes = [
        ("#include <vtb/strategy.h>", "#include <sys/resource.h>\n#include <vtb/strategy.h>"),
        ("vtb_node) + (record))", "vtb_node) + (record) + (1 << 20))"),
        (allocates, f"    {limit}\n{allocates}"),
    ]
    skeleton(bench, path, changes)
    outcome = bench(command, "--strategy", str(path))
    assert outcome.code == 1 and outcome.out == ""
    assert "no memory for 10" in outcome.err.splitlines()[-1]  # behind warnings of the compiler
