"""What is made from the rows of the command line beside its help: the page of the manual, and what
shells complete. Shells are asked as a person asks them, by the Tab key in a terminal.
"""
from __future__ import annotations

import functools
import os
import pty
import re
import select
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from conftest import BUILD, HANG_S, ROOT, Bench, Row, clean_environment

MADE = BUILD / "made"
PAGE = MADE / "run_bench.1"

COMMANDS = ["run", "advise", "list", "misuse", "gate", "compare", "check", "new", "build"]
COMMANDS += ["doctor", "selftest", "claims", "fidelity", "latency", "compare-builds"]
COMMANDS += ["history", "merge"]


def options_of_help(bench: Bench, command: str) -> set[str]:
    found = re.findall(r"^  (--[a-z0-9-]+)\b", bench.ok(command, "--help").out, re.MULTILINE)
    assert "--help" in found
    return set(found)


# --- the page of the manual ---


@functools.cache
def read_page() -> str:
    """As `man` shows it, in lines that are wide enough not to divide words."""
    if not shutil.which("man"):
        pytest.skip("man is missing; scripts/setup.sh --tests installs man-db")
    done = subprocess.run(
        ["man", "--warnings", "-E", "UTF-8", "-l", str(PAGE)],
        env=clean_environment(LC_ALL="C.UTF-8", MANWIDTH="5000"),
        capture_output=True,
        text=True,
        timeout=HANG_S,
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return re.sub(r"(?<=\S) +", " ", done.stdout)  # lines are filled


def test_page_has_no_warning_and_all_parts() -> None:
    text = read_page()
    titles = re.findall(r"^[A-Z][A-Z ]+$", text, re.MULTILINE)
    assert titles == [
        "NAME", "SYNOPSIS", "DESCRIPTION", "COMMANDS", "OPTIONS", "ENVIRONMENT", "FILES",
        "EXIT STATUS", "EXAMPLES", "SEE ALSO",
    ]


@pytest.mark.parametrize("command", COMMANDS)
def test_page_has_every_option_of_a_command(bench: Bench, command: str) -> None:
    """Explained there, or named as one of an earlier command."""
    text = read_page()
    (section,) = re.findall(
        rf"^   Options of {command}$(.*?)(?=^   Options of |^ENVIRONMENT$)", text, re.M | re.DOTALL
    )
    own = set(re.findall(r"^       (--[a-z0-9-]+)\b", section, re.MULTILINE))
    shared = re.findall(r"^       As with [a-z-]+: (.*)\.$", section, re.MULTILINE)
    named = {name.strip() for line in shared for name in line.split(",")}
    assert own & named == set()
    assert own | named == options_of_help(bench, command)


def test_page_explains_in_the_words_of_the_help(bench: Bench) -> None:
    words = " ".join(read_page().split())
    help_of_gate = bench.ok("gate", "--help").out
    (strict,) = re.findall(r"--strict\n(.*?)\n  --", help_of_gate, re.DOTALL)
    assert " ".join(strict.split()) in words
    assert "default: user_cache" in words
    assert "run_bench --hit-rate 0.8" in words


def test_page_has_the_variables_that_the_document_has() -> None:
    text = (ROOT / "docs" / "CLI.md").read_text(encoding="utf-8")
    (table,) = re.findall(r"^## The environment\n(.*?)^## ", text, re.MULTILINE | re.DOTALL)
    cells = re.findall(r"^\| (.*?) \|", table, re.MULTILINE)
    told = {name for cell in cells for name in re.findall(r"`([A-Z_.]+)`", cell)}
    (section,) = re.findall(r"^ENVIRONMENT$(.*?)^FILES$", read_page(), re.MULTILINE | re.DOTALL)
    found = set(re.findall(r"^ {7}([A-Z_.]+)(?: |$)", section, re.MULTILINE))
    assert found == told - {"HOME", "PATH"}


# --- bash, asked by its function ---

BREAKS = " \t\n\"'@><=;|&(:"  # what bash sets COMP_WORDBREAKS to
ASK = """
compopt() { :; }
COMP_WORDBREAKS=$2 COMP_LINE=$3 COMP_POINT=${#3}
. "$1"
_run_bench
printf '%s\\n' "${COMPREPLY[@]}"
"""


def candidates(line: str, folder: Path) -> list[str]:
    """For the line, typed up to its end, what stands behind the last of its breaks."""
    done = subprocess.run(
        ["bash", "--norc", "-c", ASK, "bash", str(MADE / "completion.bash"), BREAKS, line],
        cwd=folder,
        env=clean_environment(),
        capture_output=True,
        text=True,
        timeout=HANG_S,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.split()


def test_bash_knows_the_commands(tmp_path: Path) -> None:
    assert sorted(candidates("run_bench ", tmp_path)) == sorted([*COMMANDS, "help"])
    assert sorted(candidates("run_bench help ", tmp_path)) == sorted([*COMMANDS, "help"])
    assert candidates("run_bench --hit-rate 1 la", tmp_path) == []


@pytest.mark.parametrize("command", COMMANDS)
def test_bash_knows_the_options_of_a_command(bench: Bench, command: str, tmp_path: Path) -> None:
    wanted = options_of_help(bench, command)
    found = candidates(f"run_bench {command} --", tmp_path)
    assert len(found) == len(set(found)) and set(found) == wanted
    if command == "run":
        assert candidates("run_bench --hit-rate 0.5 --", tmp_path) == found


def test_bash_knows_the_names(listing: dict[str, list[Row]], tmp_path: Path) -> None:
    for option, kind in [("strategy", "strategies"), ("workload", "workloads"), ("heap", "heaps")]:
        found = candidates(f"run_bench --{option} ", tmp_path)
        assert {row["name"] for row in listing[kind]} <= set(found)
        assert found[-1] == "all"


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("--format ", ["table", "json", "csv", "markdown"]),
        ("--format=", ["table", "json", "csv", "markdown"]),
        ("list --format j", ["json"]),
        ("--strategy=value_task@", ["@checked", "@atomic", "@local"]),
        ("--workload user_cache,pr", ["user_cache,product_catalog"]),
        ("--workload user_cache,user", []),  # which stands there already
        ("--hit-rate ", []),
        ("list --events --col", ["--color"]),  # a flag, of this command
        ("--events --col", []),  # which takes a value, of this one
        ("gate --time --str", ["--strategy", "--strict"]),  # whose value may be missing
        ("gate --time 3 --stric", ["--strict"]),
        ("--export-csv fi", ["file.c", "files"]),
        ("--export-csv=fi", ["file.c", "files"]),
        ("--plot fi", ["files"]),
        ("--strategy fi", []),
        ("--strategy ./fi", ["./file.c", "./files"]),
        ("--strategy plain,./files/", ["plain,./files/one.c"]),
        ("compare fi", ["file.c", "files"]),
        ("compare file.c files/", ["files/one.c"]),
        ("history fi", ["file.c", "files"]),
        ("merge file.c files/", ["files/one.c"]),
        ("new ", ["strategy", "workload"]),
        ("new strategy fi", ["file.c", "files"]),
        ("nosuch --exc", ["--exclude-strategy"]),
    ],
)
def test_bash_completes(line: str, wanted: list[str], tmp_path: Path) -> None:
    (tmp_path / "files").mkdir()
    (tmp_path / "file.c").touch()
    (tmp_path / "files" / "one.c").touch()
    assert sorted(candidates(f"run_bench {line}", tmp_path)) == sorted(wanted)


# --- shells in a terminal ---

# The program is a function here, which shows what it was called with.
SET_UP = {
    "bash": """PS1=; . '{code}'; run_bench() {{ printf 'got<%s>\\n' "$*"; }}; echo rea''dy""",
    "zsh": """PS1=; fpath=('{folder}' $fpath); autoload -U compinit; compinit -u -D;"""
    """ bindkey '^I' complete-word; run_bench() {{ print -r -- "got<$*>"; }}; echo rea''dy""",
}
START = {"bash": ["bash", "--norc", "--noprofile", "-i"], "zsh": ["zsh", "-f", "-i"]}

TYPED = {
    "he": "help",
    "help ga": "help gate",
    "gate --any": "gate --any-toolchain",
    "--workload permi": "--workload permission_check",
    "--workload user_cache,permi": "--workload user_cache,permission_check",
    "--strategy=value_task@che": "--strategy=value_task@checked",
    "--format js": "--format json",
    "--format=js": "--format=json",
    "advise --runtime ru": "advise --runtime rust",
    "list --ev": "list --events",
    "gate --time --stri": "gate --time --strict",
    "new work": "new workload",
    "new strategy ./fi": "new strategy ./file.c",
    "compare fi": "compare file.c",
    "history fi": "history file.c",
    "merge file.c fi": "merge file.c file.c",
    "compare-b": "compare-builds",
    "--export-json=fi": "--export-json=file.c",
}


class Terminal:
    """A shell that takes its lines from a terminal."""

    def __init__(self, shell: str, folder: Path) -> None:
        self.process, self.file = pty.fork()
        if self.process == 0:
            os.chdir(folder)
            settings = {"TERM": "dumb", "HOME": str(folder), "HISTFILE": "", "LC_ALL": "C"}
            os.execvpe(shell, START[shell], {"PATH": os.environ["PATH"], **settings})

    def send(self, text: str, until: str) -> str:
        """What is found, of the parts of an answer, which may take a while."""
        os.write(self.file, text.encode())
        seen = ""
        end = time.monotonic() + HANG_S
        while not (found := re.search(until, seen)):
            assert time.monotonic() < end, seen
            if select.select([self.file], [], [], 1)[0]:
                seen += os.read(self.file, 65536).decode()
        return found.group(1)

    def close(self) -> None:
        os.close(self.file)
        os.waitpid(self.process, 0)


@pytest.fixture(scope="module", params=["bash", "zsh"])
def terminal(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Terminal]:
    shell = request.param
    if not shutil.which(shell):
        pytest.skip(f"{shell} is missing; scripts/setup.sh --tests installs it")
    folder = tmp_path_factory.mktemp("typed")
    (folder / "file.c").touch()
    (folder / "functions").mkdir()
    (folder / "functions" / "_run_bench").symlink_to(MADE / "completion.zsh")
    terminal = Terminal(shell, folder)
    places = {"code": MADE / "completion.bash", "folder": folder / "functions"}
    terminal.send(SET_UP[shell].format(**places) + "\n", "(ready)\r?\n")
    yield terminal
    terminal.close()


@pytest.mark.parametrize("typed", TYPED)
def test_tab_completes(terminal: Terminal, typed: str) -> None:
    said = terminal.send(f"run_bench {typed}\t\n", r"got<([^>]*)>\r?\n")
    assert said.rstrip(" /") == TYPED[typed]
