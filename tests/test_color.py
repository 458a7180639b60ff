"""Colours: who gets them, that they say nothing of their own, and that no others are passed on."""
from __future__ import annotations

import os
import pty
import re
import subprocess
from typing import Callable

import pytest

from conftest import BINARY, COUNTED, DEFAULT_HEAPS, INTERVALS, Bench
from test_shown import assert_fit

CODE = re.compile("\x1b\\[(?:0|1|2|31|32)m")
ONE = [*COUNTED, "--strategy", "plain,value_task"]
ANSWER = {"VTB_DETAILS": "0", "VTB_HEAP": DEFAULT_HEAPS}


def on_a_terminal(bench: Bench, *arguments: str, **twins: str) -> str:
    """What the program prints on a terminal; of a variable that is "-" there is none."""
    environment = bench.environment(TERM="xterm", NO_COLOR="-", **ANSWER)
    environment = {name: text for name, text in {**environment, **twins}.items() if text != "-"}
    ours, theirs = pty.openpty()
    run = subprocess.Popen(
        [str(BINARY), *arguments],
        cwd=bench.directory,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=subprocess.DEVNULL,
    )
    os.close(theirs)
    text = b""
    try:
        while more := os.read(ours, 65536):
            text += more
    except OSError:  # the terminal's other end is closed
        pass
    os.close(ours)
    assert run.wait() == 0
    return text.decode()


@pytest.mark.parametrize(
    ("arguments", "twins", "expected"),
    [
        ([], {}, True),
        (["--color", "auto"], {}, True),
        (["--color", "never"], {}, False),
        ([], {"VTB_COLOR": "never"}, False),
        ([], {"NO_COLOR": "1"}, False),
        ([], {"NO_COLOR": "0"}, False),
        ([], {"NO_COLOR": ""}, True),
        (["--color", "always"], {"NO_COLOR": "1"}, True),
        ([], {"TERM": "dumb"}, False),
        ([], {"TERM": "-"}, False),
        (["--color", "always"], {"TERM": "dumb"}, True),
        (["--format", "markdown"], {}, False),
        (["--format", "csv"], {}, False),
        (["--format", "json"], {}, False),
    ],
)
def test_a_terminal_gets_colours(
    bench: Bench, arguments: list[str], twins: dict[str, str], expected: bool
) -> None:
    text = on_a_terminal(bench, *ONE, *arguments, **twins)
    assert bool(CODE.search(text)) is expected
    assert "\x1b" not in CODE.sub("", text)


def test_what_is_no_terminal_gets_none_unasked(bench: Bench) -> None:
    plain = bench.ok(*ONE, TERM="xterm", **ANSWER).out
    painted = bench.ok(*ONE, "--color", "always", **ANSWER).out
    assert "\x1b" not in plain
    assert painted.startswith(plain.split("ANSWER")[0] + "\x1b[1mANSWER  value_task")
    assert CODE.sub("", painted) == plain


@pytest.mark.parametrize("output", ["json", "csv", "markdown"])
def test_files_and_other_formats_get_none(bench: Bench, output: str) -> None:
    arguments = ["--color", "always", "--format", output]
    exports = ["--export-json", "j", "--export-csv", "c", "--export-markdown", "m"]
    outcome = bench.ok(*ONE, *arguments, *exports, **ANSWER)
    assert "\x1b" not in outcome.out
    for path in [bench.directory / name for name in "jcm"] + outcome.files():
        assert b"\x1b" not in path.read_bytes(), path


def fewer_bytes(text: str) -> str:
    """A result file of a program that allocated less."""
    changed = re.sub(r'("bytes_per_op":)[1-9][0-9.]*', r"\g<1>1.0", text)
    assert changed != text
    return changed


def compared(bench: Bench, before: str = "a.json") -> list[str]:
    bench.ok(*ONE, "--export-json", before)
    text = (bench.directory / before).read_text(encoding="utf-8")
    (bench.directory / "b.json").write_text(fewer_bytes(text), encoding="utf-8")
    return ["compare", before, "b.json"]


def gated(bench: Bench, baseline: str = "base.json") -> list[str]:
    bench.ok(*ONE, "--save-baseline", baseline)
    return ["gate", "--baseline", baseline]


@pytest.mark.parametrize(
    ("arguments", "codes"),
    [
        (["advise", "--sessions", "5", "--hit-rate", "0.9"], "1"),
        (compared, "1 2 32"),
        (gated, "1 2"),
        (["check", "--strategy", "plain"], "2 32"),
        (["doctor", "--time", "0.01"], "1"),
        (["list"], "1"),
    ],
    ids=["advise", "compare", "gate", "check", "doctor", "list"],
)
def test_tables_of_other_commands_have_them(
    bench: Bench, arguments: object, codes: str
) -> None:
    words = arguments(bench) if callable(arguments) else arguments
    out = bench.ok(*words, "--color", "always").out
    assert set(codes.split()) <= set(re.findall("\x1b\\[([1-9]\\d?)m", out))
    assert_fit(CODE.sub("", out))


def test_what_is_worse_is_red(bench: Bench) -> None:
    arguments = gated(bench)
    path = bench.directory / "base.json"
    path.write_text(fewer_bytes(path.read_text(encoding="utf-8")), encoding="utf-8")
    outcome = bench(*arguments, "--color", "always")
    assert outcome.code == 3
    assert "\x1b[31mworse\x1b[0m  " in outcome.out


@pytest.mark.parametrize("color", ["always", "never"])
@pytest.mark.parametrize("command", [compared, gated])
def test_the_colours_of_others_are_not_passed_on(
    bench: Bench, command: Callable[[Bench, str], list[str]], color: str
) -> None:
    out = bench.ok(*command(bench, "a\x1b[31mred\x1b[1m.json"), "--color", color).out
    assert "'a\\x1b[31mred\\x1b[1m.json'" in out
    assert_fit(CODE.sub("", out))
    assert ("\x1b" in out) is (color == "always")


def test_times_have_them(bench: Bench) -> None:
    """Of cold starts each ratio has an interval; whatever it is, its look says what it says."""
    out = bench.ok(*INTERVALS, "--strategy", "value_task,poll", "--color", "always", **ANSWER).out
    cells = re.findall("\x1b\\[(\\d+)m(\\d+\\.\\d+)(?: ±\\d+\\.\\d+)?([=? ])\x1b\\[0m", out)
    assert cells, out
    for code, ratio, mark in cells:
        assert code == {" ": "32" if float(ratio) <= 1 else "31"}.get(mark, "2"), out
