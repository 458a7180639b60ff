"""What a file may be named does no harm where its name is shown, or pasted into a shell."""
from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from conftest import COUNTED, ROOT, Bench, Outcome, clean_environment, strict_json

# A line's end, a cleared screen, another way to begin such an order, a byte that is no UTF-8, text
# that runs from right to left, and what a shell and Markdown make more of.
NAME = "a\nb\x1b[2J\x7f\x9bd\udcff\u202ee $HOME '*' `|_<&"
ONE = [*COUNTED, "--strategy", "plain", "--heap", "glibc"]
UNFIT = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


def assert_fit(text: str) -> None:
    assert not (found := UNFIT.search(text)), f"{found} in {text!r}"
    text.encode()  # no half of a character


def assert_told(outcome: Outcome, code: int, lines_n: int = 1) -> None:
    assert outcome.code == code, outcome.err
    assert_fit(outcome.out + outcome.err)
    assert len(outcome.complaints) == lines_n, outcome.err


def test_a_command_line_is_pasted(bench: Bench) -> None:
    bash = shutil.which("bash")
    if not bash:
        pytest.skip("no shell that takes $'...' is here")
    words = ["", "it's", "a  b", "~", "=x", "{a,b}", "[a]", "!!", "\\", '"', "\xe4", NAME]
    arguments = [*ONE, "--format=json", "--export-csv", NAME]
    for word in words:
        arguments += ["--export-markdown", f"m{word}"]
    line = strict_json(bench.ok(*arguments).out)["context"]["command_line"]
    assert_fit(line)
    assert "\n" not in line
    assert f"run_bench {' '.join(ONE)} --format=json --export-csv $'a\\nb" in line
    script = f'run_bench() {{ printf "%s\\0" "$@"; }}; {line}'
    done = subprocess.run([bash, "-c", script], env=clean_environment(), capture_output=True)
    again = done.stdout.decode(errors="surrogateescape").split("\0")[:-1]
    assert again == arguments


@pytest.mark.parametrize(
    "arguments",
    [
        [NAME],
        [f"--{NAME}"],
        ["--hit-rate", NAME],
        ["--strategy", NAME],
        ["--strategy", f"./{NAME}.c"],
        ["--workload", f"./{NAME}.h"],
        ["--heap", NAME],
        ["--events", NAME],
        ["--trace", NAME],
        ["gate", "--baseline", NAME],
        ["gate", "--limit", NAME],
        ["compare", NAME, NAME],
        ["new", "strategy", NAME],
        ["selftest", "--samples", NAME],
        ["claims", "--section", NAME],
        ["fidelity", "--guest", NAME],
    ],
)
def test_a_name_is_refused_in_one_line(bench: Bench, arguments: list[str]) -> None:
    outcome = bench(*arguments)
    assert_told(outcome, 5 if arguments[0] == "gate" and "--limit" not in arguments else 2)


def test_a_folder_of_such_a_name_holds_results(bench: Bench) -> None:
    outcome = bench.ok(*ONE, "--results-dir", NAME)
    assert_told(outcome, 0)
    (line,) = outcome.complaints
    assert line.startswith("results: a\\nb\\x1b[2J\\x7f\\xc2\\x9bd\\xff\\xe2\\x80\\xaee $HOME")
    failed = bench(*ONE, "--export-csv", f"{NAME}/{NAME}/x")
    assert_told(failed, 1)


@pytest.mark.parametrize("output", ["table", "markdown", "csv", "json"])
def test_result_files_of_such_names_are_compared(bench: Bench, output: str) -> None:
    for name in ["before", NAME]:
        bench.ok(*ONE, "--export-json", name, "--seed", "1" if name == "before" else "2")
    outcome = bench.ok("compare", "before", NAME, "--format", output)
    assert_told(outcome, 0, 0)
    if output == "json":
        strict_json(outcome.out)


def test_a_baseline_of_such_a_name_is_gated(bench: Bench) -> None:
    bench.ok(*ONE, "--save-baseline", NAME)
    exports = ["--export-junit", "j.xml", "--export-markdown", "m.md"]
    outcome = bench.ok("gate", "--baseline", NAME, *exports)
    assert_fit(outcome.out + outcome.err)
    assert "against 'a\\nb\\x1b" in outcome.out
    markdown = (bench.directory / "m.md").read_text(encoding="utf-8")
    assert_fit(markdown + (bench.directory / "j.xml").read_text(encoding="utf-8"))
    assert "against 'a\\\\nb\\\\x1b" in markdown
    assert re.search(r"'\\\*' \\`\\\|\\_\\<\\&'", markdown), markdown


def test_pictures_are_told_in_one_line(tmp_path: Path) -> None:
    for arguments in [[NAME], ["--kind", NAME, "x"], ["--format", NAME, "x"]]:
        done = subprocess.run(
            [str(ROOT / "scripts" / "plot.py"), *arguments],
            cwd=tmp_path,
            env=clean_environment(),
            capture_output=True,
        )
        error = done.stderr.decode()
        assert done.returncode == 2
        assert_fit(error)
        assert error.count("\n") == 1, error
