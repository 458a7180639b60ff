"""The effects of breaking a strategy's rules, and that `misuse` tells them in every format.

The texts of errors are part of the contract: they stand here as a user reads them, worked out by
hand from what each strategy checks.
"""
from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from conftest import ROOT, Bench, Outcome, strict_json

STRATEGIES = sorted(path.stem for path in (ROOT / "impls").glob("*.c*"))
FORMATS = ["json", "table", "csv", "markdown"]

# Strategies that the other formats are tested with: their texts are among the longest, and some are
# not applicable.
SHOWN = ["heap_task", "plain", "value_task_pooled"]

WIDTH = 100
HANGS_MAX = 20  # attempts that are ended because they would go on

MISUSES = {
    "consumed_twice_result": "consumed twice, over a result",
    "consumed_twice_pending": "consumed twice, over an operation that completed",
    "consumed_twice_recycled": "consumed again after its operation was recycled",
    "two_consumers": "two consumers pending at once",
    "taken_early": "result taken before completion",
    "never_consumed_result": "never consumed, over a result",
    "never_consumed_pending": "never consumed, over an operation that completed",
    "stored_recycled": "stored, and awaited after its operation was recycled",
    "stored_wrapped": "stored, and awaited after its operation was recycled 65,536 times",
    "completed_twice": "completed twice",
    "used_after_free": "used after its memory was given back",
    "out_of_scope": "operation in a frame that ends while it is pending",
}
OUTCOMES = ["detected", "harmless", "wrong value", "leak", "crash", "hang", "not applicable"]

# Strategies whose methods hand over a task; one whose struct wraps a task; those whose operation
# is a place of the caller's; and those that have no operation at all.
TASKS = [
    *["arena_task", "heap_task", "heap_task_cached", "heap_task_lean", "heap_task_pooled"],
    "task_in_cache",
]
WRAPS = "value_task"
SLOTS = ["callback", "caller_op", "poll", "sender"]
COROUTINES = ["coroutine", "coroutine_recycled"]
NO_OPERATION = ["empty", "plain"]
RUNTIME = "runtime_async"

# --- the errors ---

TASK_EARLY = "the result of a task was taken before the task completed"
TASK_FREED = "a task was used after its last reference was given up"
TASK_COMPLETED = (
    "an attempt was made to transition a task to a final state when it had already completed"
)
VALUE_TASK_TWICE = "a value task was consumed a second time"
# .NET's InvalidOperationException.
SOURCE_INVALID = "operation is not valid due to the current state of the object"
HANDLE_STALE = "a handle was used after its slot was used again"
HANDLE_EARLY = "the result of a handle was taken before the operation completed"
HANDLE_TWO = "a handle was awaited while another caller waits for it"
HANDLE_COMPLETED = "the operation of a handle was completed a second time"
HANDLE_TWICE = "a handle was consumed a second time"
HANDLE_NONE_LEFT = "no slot is left in the table of handles: operations were not consumed"
FUTURE_TWICE = "a future was used after its value was moved out of it"
FUTURE_EARLY = "the value of a future was taken before the future was ready"
FUTURE_TWO = "a future has a second continuation"
PROMISE_KEPT = "the value of a promise was set a second time"
PROMISE_GONE = "a promise was used after its future was consumed"
OPERATION_GONE = "an operation was completed that is not pending at its place any more"
OPERATION_EARLY = "the result of an operation was taken before it completed"
OPERATION_TWICE = "an operation was consumed a second time"
OPERATION_TWO = "an operation has a second consumer while one waits for it"
POLL_AGAIN = "a state machine was polled again after it was ready"
POLL_EARLY = "the result of a state machine was taken before its waker ran"
POLL_GONE = "a state machine was answered that does not wait at its place any more"
POLL_TWO = "a state machine has a second waker while one waits for it"
CALLBACK_TWICE = "what a callback delivered was consumed a second time"
CALLBACK_EARLY = "a result was taken before the callback delivered it"
CALLBACK_GONE = "a request was answered a second time, or its caller is gone"
CALLBACK_TWO = "a request has a second consumer while one waits for it"

CORO_EARLY = "the result of a coroutine was taken before it returned"
CORO_GONE = "a coroutine was used after its frame was destroyed"
CORO_TWO = "a coroutine has a second consumer while one waits for it"
CORO_RESUMED = "a coroutine was resumed that does not wait"
RECEIVER_TWICE = "the value of a receiver was taken a second time"
RECEIVER_EARLY = "a result was taken before the receiver was completed"
RECEIVER_GONE = "an operation state was completed that does not wait at its place any more"
RECEIVER_TWO = "an operation state has a second consumer while one waits for it"
SUSPENDED_EARLY = "the result of a runtime-async method was taken before it returned"
SUSPENDED_TWICE = "the result of a runtime-async method was consumed a second time"
SUSPENDED_TWO = "a runtime-async method has a second caller that waits for it"
SUSPENDED_AGAIN = "a runtime-async method was resumed that had returned"

# The error as the strategy is, and the one with checks; None: it is not detected.
Errors = tuple[str | None, str | None]


def always(text: str) -> Errors:
    return (text, text)


def checked(text: str) -> Errors:
    return (None, text)


def of_all(strategies: list[str], errors: Errors) -> dict[str, Errors]:
    return {strategy: errors for strategy in strategies}


# A struct or a slot that another operation uses by then is told by its version alone.
AGAIN = {
    "coroutine": checked(CORO_GONE),
    "inline_future": checked(PROMISE_GONE),
    "value_task_handle": always(HANDLE_STALE),
    "value_task_pooled": always(SOURCE_INVALID),
    RUNTIME: checked(SUSPENDED_TWICE),
}

DETECTED: dict[str, dict[str, Errors]] = {
    "consumed_twice_result": {
        **of_all(COROUTINES, checked(CORO_GONE)),
        "sender": checked(RECEIVER_TWICE),
        "callback": checked(CALLBACK_TWICE),
        "caller_op": checked(OPERATION_TWICE),
        "inline_future": always(FUTURE_TWICE),
        "poll": checked(POLL_AGAIN),
        "value_task": checked(VALUE_TASK_TWICE),
        "value_task_handle": checked(HANDLE_TWICE),
        "value_task_pooled": checked(VALUE_TASK_TWICE),
    },
    "consumed_twice_pending": {
        **of_all(COROUTINES, checked(CORO_GONE)),
        "sender": checked(RECEIVER_TWICE),
        "callback": checked(CALLBACK_TWICE),
        "caller_op": checked(OPERATION_TWICE),
        "inline_future": always(FUTURE_TWICE),
        "poll": checked(POLL_AGAIN),
        "value_task": checked(VALUE_TASK_TWICE),
        "value_task_handle": (HANDLE_STALE, HANDLE_TWICE),
        "value_task_pooled": (SOURCE_INVALID, VALUE_TASK_TWICE),
    },
    "consumed_twice_recycled": AGAIN,
    "two_consumers": {
        RUNTIME: checked(SUSPENDED_TWO),
        **of_all(COROUTINES, checked(CORO_TWO)),
        "sender": checked(RECEIVER_TWO),
        "callback": checked(CALLBACK_TWO),
        "caller_op": checked(OPERATION_TWO),
        "inline_future": always(FUTURE_TWO),
        "poll": checked(POLL_TWO),
        "value_task_handle": always(HANDLE_TWO),
        "value_task_pooled": always(SOURCE_INVALID),
    },
    "taken_early": {
        RUNTIME: checked(SUSPENDED_EARLY),
        **of_all(COROUTINES, checked(CORO_EARLY)),
        "sender": checked(RECEIVER_EARLY),
        **of_all([*TASKS, WRAPS], checked(TASK_EARLY)),
        "callback": checked(CALLBACK_EARLY),
        "caller_op": checked(OPERATION_EARLY),
        "inline_future": always(FUTURE_EARLY),
        "poll": checked(POLL_EARLY),
        "value_task_handle": always(HANDLE_EARLY),
        "value_task_pooled": always(SOURCE_INVALID),
    },
    "never_consumed_result": {},
    "never_consumed_pending": {"value_task_handle": always(HANDLE_NONE_LEFT)},
    "stored_recycled": AGAIN,
    "stored_wrapped": {
        RUNTIME: checked(SUSPENDED_TWICE),
        "coroutine": checked(CORO_GONE),
        "inline_future": checked(PROMISE_GONE),
        "value_task_handle": always(HANDLE_STALE),
    },
    "completed_twice": {
        RUNTIME: checked(SUSPENDED_AGAIN),
        **of_all(COROUTINES, checked(CORO_RESUMED)),
        "sender": checked(RECEIVER_GONE),
        **of_all([*TASKS, WRAPS], always(TASK_COMPLETED)),
        "callback": checked(CALLBACK_GONE),
        "caller_op": checked(OPERATION_GONE),
        "inline_future": always(PROMISE_KEPT),
        "poll": checked(POLL_GONE),
        "value_task_handle": always(HANDLE_COMPLETED),
        "value_task_pooled": always(SOURCE_INVALID),
    },
    "used_after_free": {
        RUNTIME: checked(SUSPENDED_TWICE),
        **of_all(COROUTINES, checked(CORO_GONE)),
        # The cache keeps what was fetched.
        **of_all([*(set(TASKS) - {"task_in_cache"}), WRAPS], checked(TASK_FREED)),
        # Spoiled memory has no state of a promise.
        "inline_future": (FUTURE_EARLY, PROMISE_GONE),
        "value_task_pooled": always(SOURCE_INVALID),
    },
    "out_of_scope": {
        "sender": checked(RECEIVER_GONE),
        "callback": checked(CALLBACK_GONE),
        "caller_op": checked(OPERATION_GONE),
        "poll": checked(POLL_GONE),
    },
}

# Bytes that 100 operations leave behind on a heap that frees, for a value of 8 bytes and an int
# key: a task of 72 B or a lean one, a box of 104 B, a promise, a source, a frame of 128 B, the
# outermost object of a chain of 80 B; two blocks for 64 calls each.
ABANDONED_N = 100
ARENA_BYTES = 2 * (16 + 64 * 104)
LEAKS = {
    "never_consumed_result": {
        **{name: ABANDONED_N * 72 for name in ["heap_task", "heap_task_cached"]},
        "heap_task_pooled": ABANDONED_N * 72,
        "heap_task_lean": ABANDONED_N * 32,
        **{name: ABANDONED_N * 128 for name in COROUTINES},
        "arena_task": ARENA_BYTES,
    },
    "never_consumed_pending": {
        **{name: ABANDONED_N * 104 for name in ["heap_task", "heap_task_cached", "task_in_cache"]},
        "heap_task_pooled": ABANDONED_N * 104,
        "value_task": ABANDONED_N * 104,
        RUNTIME: ABANDONED_N * 80,
        "heap_task_lean": ABANDONED_N * 32,
        "inline_future": ABANDONED_N * 40,
        **{name: ABANDONED_N * 128 for name in COROUTINES},
        "value_task_pooled": ABANDONED_N * 120,
        "arena_task": ARENA_BYTES,
    },
}


# --- the rows ---


@dataclass(frozen=True)
class Attempt:
    """One row: a misuse of a strategy, and what it came to."""

    title: str
    strategy: str
    checked: bool
    outcome: str
    text: str


@dataclass
class Misused:
    """One run for each format: of all strategies as JSON, and of some in the others."""

    outcomes: dict[str, Outcome]
    directory: Path


@pytest.fixture(scope="session")
def misused(built: None, tmp_path_factory: pytest.TempPathFactory) -> Misused:
    directory = tmp_path_factory.mktemp("misuse")
    bench = Bench(directory)
    asked = {form: ["--strategy", ",".join(SHOWN)] * (form != "json") for form in FORMATS}
    outcomes = {form: bench.ok("misuse", "--format", form, *asked[form]) for form in FORMATS}
    return Misused(outcomes, directory)


def from_json(text: str) -> list[Attempt]:
    fields = ["title", "strategy", "checked", "outcome", "text"]
    return [Attempt(*(row[field] for field in fields)) for row in strict_json(text)["misuse"]]


@pytest.fixture(scope="session")
def attempts(misused: Misused) -> list[Attempt]:
    return from_json(misused.outcomes["json"].out)


@pytest.fixture(scope="session")
def found(attempts: list[Attempt]) -> dict[tuple[str, str, bool], Attempt]:
    """By misuse, strategy, and whether there are checks."""
    words = {title: word for word, title in MISUSES.items()}
    return {(words[row.title], row.strategy, row.checked): row for row in attempts}


Found = dict[tuple[str, str, bool], Attempt]


# --- what is tried ---


def test_every_strategy_is_looked_at_here() -> None:
    others = {"inline_future", "value_task_handle", "value_task_pooled"}
    assert {*TASKS, WRAPS, *SLOTS, *COROUTINES, *NO_OPERATION, RUNTIME, *others} == set(STRATEGIES)
    assert list(DETECTED) == list(MISUSES)


def test_every_misuse_of_every_strategy_is_tried_once(misused: Misused) -> None:
    rows = strict_json(misused.outcomes["json"].out)["misuse"]
    tried = [(row["misuse"], row["strategy"], row["checked"]) for row in rows]
    assert tried == [
        (misuse, strategy, with_checks)
        for misuse in MISUSES
        for strategy in STRATEGIES
        for with_checks in [False, True]
    ]
    assert {row["misuse"]: row["title"] for row in rows} == MISUSES
    keys = {"misuse", "title", "strategy", "checked", "outcome", "text"}
    assert all(set(row) == keys for row in rows)


def test_outcomes_are_known_and_say_what_they_mean(attempts: list[Attempt]) -> None:
    for row in attempts:
        assert row.outcome in OUTCOMES, row
        assert row.outcome == "wrong value" or (row.text == "") == (row.outcome == "harmless"), row


def test_few_attempts_use_up_their_time(attempts: list[Attempt]) -> None:
    """Which is half a second of a processor's each; all others end by themselves."""
    texts = [row.text for row in attempts if "ended after" in row.text]
    assert 0 < len(texts) < HANGS_MAX
    assert set(texts) == {"waits for ever; ended after 200 ms"}


def test_nothing_is_written(misused: Misused) -> None:
    assert list(misused.directory.iterdir()) == []


def test_nothing_is_said_beside_the_outcomes(misused: Misused) -> None:
    """Children that crash, or that end with an error, do not write to the terminal."""
    assert {form: outcome.err for form, outcome in misused.outcomes.items()} == dict.fromkeys(
        FORMATS, ""
    )


# --- what they come to ---


@pytest.mark.parametrize("misuse", MISUSES)
def test_errors_are_those_of_the_contract(found: Found, misuse: str) -> None:
    """Exactly these are detected, and each by its own text."""
    detected = {
        (strategy, with_checks): row.text
        for (of, strategy, with_checks), row in found.items()
        if of == misuse and row.outcome == "detected"
    }
    assert detected == {
        (strategy, with_checks): text
        for strategy, errors in DETECTED[misuse].items()
        for with_checks, text in zip([False, True], errors)
        if text is not None
    }


def test_leaks_are_what_was_abandoned(found: Found) -> None:
    """With checks and without. On a heap with a collector these would be collected."""
    leaks = {key: row.text for key, row in found.items() if row.outcome == "leak"}
    assert leaks == {
        (misuse, strategy, with_checks): f"{bytes_n} B are never given back"
        for misuse, strategies in LEAKS.items()
        for strategy, bytes_n in strategies.items()
        for with_checks in [False, True]
    }


@pytest.mark.parametrize("strategy", NO_OPERATION)
def test_what_has_no_operation_cannot_be_misused(found: Found, strategy: str) -> None:
    outcomes = {row.outcome for (_, of, _), row in found.items() if of == strategy}
    assert outcomes == {"not applicable"}


def test_what_is_not_applicable(found: Found) -> None:
    """Misuse of frames that end concerns slots alone, and misuse of freed memory only strategies
    that free it.
    """
    told = {
        (misuse, strategy)
        for (misuse, strategy, _), row in found.items()
        if row.outcome == "not applicable" and strategy not in NO_OPERATION
    }
    no_memory = [*SLOTS, "value_task_handle"]
    no_slot = [name for name in STRATEGIES if name not in [*SLOTS, *NO_OPERATION]]
    assert told == {
        *(("used_after_free", strategy) for strategy in no_memory),
        *(("out_of_scope", strategy) for strategy in no_slot),
    }


@pytest.mark.parametrize("strategy", TASKS)
def test_tasks_may_be_consumed_again_and_stored(found: Found, strategy: str) -> None:
    """It is no misuse of a task: with checks and without."""
    legal = [name for name in MISUSES if name.startswith(("consumed_", "two_", "stored_"))]
    assert len(legal) == 6
    outcomes = {found[misuse, strategy, checks].outcome for misuse in legal for checks in (0, 1)}
    assert outcomes == {"harmless"}


def test_with_checks_nothing_crashes_or_hangs(found: Found) -> None:
    outcomes = {row.outcome for (_, _, with_checks), row in found.items() if with_checks}
    assert outcomes == {"detected", "harmless", "wrong value", "leak", "not applicable"}


@pytest.mark.parametrize("strategy", SLOTS)
def test_with_checks_slots_give_at_worst_a_wrong_value(found: Found, strategy: str) -> None:
    """That is where the place is another operation's by then, and nothing tells the two apart."""
    wrong = {
        misuse
        for (misuse, of, with_checks), row in found.items()
        if of == strategy and with_checks and row.outcome not in ["detected", "harmless"]
        if row.outcome != "not applicable"
    }
    assert wrong == {"consumed_twice_recycled", "stored_recycled", "stored_wrapped"}
    assert {found[misuse, strategy, True].outcome for misuse in wrong} == {"wrong value"}


# --- .NET ---

# Outcomes of misuse in .NET, over a result (a value task's own), a Task, and a pooled source. Three
# outcomes differ in name only: a call that blocks hangs, an exception is detected, and a box that
# is lost to its pool leaks.
DOTNET = {
    "consumed_twice_result": {
        "heap_task": "harmless",
        "value_task": "harmless",
        "value_task_pooled": "harmless",
    },
    # The pooling builder's box is reset as soon as its result was taken.
    "consumed_twice_pending": {
        "heap_task": "harmless",
        "value_task": "harmless",
        "value_task_pooled": "detected",
    },
    "consumed_twice_recycled": {
        "heap_task": "harmless",
        "value_task": "harmless",
        "value_task_pooled": "detected",
    },
    "two_consumers": {
        "heap_task": "harmless",
        "value_task": "harmless",
        "value_task_pooled": "detected",
    },
    "taken_early": {
        "heap_task": "hang",
        "value_task": "hang",
        "value_task_pooled": "detected",
    },
    # Where .NET's collector would free the task, a heap that is given back its memory by its owner
    # loses it: here, and below for what wraps a task.
    "never_consumed_result": {
        "heap_task": "leak",
        "value_task": "harmless",
        "value_task_pooled": "harmless",
    },
    "never_consumed_pending": {
        "heap_task": "leak",
        "value_task": "leak",
        "value_task_pooled": "leak",
    },
    "stored_recycled": {
        "heap_task": "harmless",
        "value_task": "harmless",
        "value_task_pooled": "detected",
    },
    # The version has 16 bits.
    "stored_wrapped": {
        "heap_task": "harmless",
        "value_task": "harmless",
        "value_task_pooled": "wrong value",
    },
}


@pytest.mark.parametrize("misuse", DOTNET)
def test_misuse_does_what_it_does_in_dotnet(found: Found, misuse: str) -> None:
    outcomes = {strategy: found[misuse, strategy, False].outcome for strategy in DOTNET[misuse]}
    assert outcomes == DOTNET[misuse]


def test_early_callers_of_a_task_block(found: Found) -> None:
    for strategy in [*TASKS, WRAPS]:
        row = found["taken_early", strategy, False]
        assert row.outcome == "hang" and row.text.startswith("waits for ever"), row


def test_a_wrapped_version_refuses_the_rightful_caller(found: Found) -> None:
    for with_checks in [False, True]:
        row = found["stored_wrapped", "value_task_pooled", with_checks]
        assert row.outcome == "wrong value" and row.text.endswith(SOURCE_INVALID), row
        assert row.text != SOURCE_INVALID, "it says whom it refuses"


# --- formats ---


def from_csv(text: str) -> list[Attempt]:
    rows = list(csv.DictReader(io.StringIO(text)))
    assert list(rows[0]) == ["misuse", "strategy", "checked", "outcome", "text"]
    truth = {"true": True, "false": False}
    return [
        Attempt(
            MISUSES[row["misuse"]],
            row["strategy"],
            truth[row["checked"]],
            row["outcome"],
            row["text"],
        )
        for row in rows
    ]


def notes_of(lines: list[str]) -> dict[str, str]:
    """The texts below the tables by their numbers; a long one goes on in indented lines."""
    notes: dict[str, str] = {}
    number = ""
    for line in lines:
        start = re.fullmatch(r"\[(\d+)\] (\S.*)", line.rstrip())
        if start:
            number = start[1]
            assert number not in notes
            notes[number] = start[2]
        elif number and line.startswith(" "):
            notes[number] += " " + line.strip()
    return notes


CELL = rf"({'|'.join(OUTCOMES)})(?: \[(\d+)\])?"
TABLE_ROW = re.compile(rf"(\w+) +{CELL} +{CELL}")
MARKDOWN_ROW = re.compile(rf"\| (\w+) \| {CELL} \| {CELL} \|")


def from_tables(text: str, heading: str, row: re.Pattern[str]) -> list[Attempt]:
    lines = text.splitlines()
    notes = {**notes_of(lines), "": ""}
    titles = {heading + title: title for title in MISUSES.values()}
    attempts = []
    title = ""
    used = set()
    for line in lines:
        title = titles.get(line, title)
        cells = row.fullmatch(line)
        if cells:
            strategy, plain, plain_note, with_checks, checks_note = cells.groups(default="")
            used |= {plain_note, checks_note}
            attempts += [
                Attempt(title, strategy, False, plain, notes[plain_note]),
                Attempt(title, strategy, True, with_checks, notes[checks_note]),
            ]
    assert used - {""} == set(notes) - {""}, "every note belongs to an outcome"
    return attempts


@pytest.fixture(scope="session")
def shown(attempts: list[Attempt]) -> list[Attempt]:
    assert {row.strategy for row in attempts} > set(SHOWN)
    return [row for row in attempts if row.strategy in SHOWN]


def test_csv_agrees(misused: Misused, shown: list[Attempt]) -> None:
    assert from_csv(misused.outcomes["csv"].out) == shown


def test_table_agrees(misused: Misused, shown: list[Attempt]) -> None:
    assert from_tables(misused.outcomes["table"].out, "", TABLE_ROW) == shown


def test_markdown_agrees(misused: Misused, shown: list[Attempt]) -> None:
    assert from_tables(misused.outcomes["markdown"].out, "### ", MARKDOWN_ROW) == shown


def test_a_table_fits_a_terminal(misused: Misused) -> None:
    lines = misused.outcomes["table"].out.splitlines()
    assert [line for line in lines if len(line) > WIDTH or line != line.rstrip()] == []


# --- options ---


@pytest.mark.parametrize(
    ("asked", "tried"),
    [
        ("poll", ["poll"]),
        ("poll,callback", ["poll", "callback"]),
        ("poll@checked", ["poll"]),
        ("plain,poll@checked,poll", ["plain", "poll"]),
    ],
)
def test_strategy_selects(bench: Bench, asked: str, tried: list[str]) -> None:
    """By name or by a variant's name: each is tried with checks and without."""
    rows = strict_json(bench.ok("misuse", "--strategy", asked, "--format", "json").out)["misuse"]
    assert [row["strategy"] for row in rows[: 2 * len(tried) : 2]] == tried
    assert len(rows) == 2 * len(tried) * len(MISUSES)


def test_strategies_that_are_not_there_are_refused(bench: Bench) -> None:
    outcome = bench("misuse", "--strategy", "pol")
    assert (outcome.code, outcome.out) == (2, "")
    assert "--strategy" in outcome.error and "'pol'" in outcome.error


@pytest.mark.parametrize(
    "option", [["--hit-rate", "1"], ["--heap", "glibc"], ["--calls", "1000"], ["--depth", "3"]]
)
def test_other_options_are_refused(bench: Bench, option: list[str]) -> None:
    outcome = bench("misuse", *option)
    assert (outcome.code, outcome.out) == (2, "")
    assert option[0] in outcome.error and "'misuse'" in outcome.error
    assert not bench.results.exists()
