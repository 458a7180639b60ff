"""House rules that a program can check, over the sources and the documents."""
from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from conftest import ROOT

WIDTH = 100
FUNCTION_LINES = 70

# Modules of harness/ without a unit test of their own, each with where it is tested instead.
UNTESTED = {
    "main": "has no function but main: every test of the command line",
    "run": "one pass after the other: every test of the command line; interrupts, test_cli_errors",
    "error": "formats one message: test_cli_errors and test_cli_options read them",
    "list": "prints: test_cli_output holds its formats against each other",
    "machine": "asks the system: test_cli_output reads the facts",
    "report_findings": "declared by report.h: test_report",
    "choice": "what a plan starts from: test_plan makes plans of every choice",
    "report_plan": "prints: test_cli_matrix reads both of its formats",
    "estimate": "tries cases in child processes: test_cli_matrix holds it against a run",
    "report_pressure": "declared by report.h: test_cli_heaps.py",
    "report_json": "declared by report.h: test_report",
    "registry": "finds entries by name: test_plan, test_options and test_registry.py",
    "pages": "memory of the system: test_rig",
    "stopwatch": "wraps Google Benchmark: test_timing, and test_cli_errors where it refuses",
    "interrupt": "signals of a process: test_cli_errors sends them",
    "progress": "a bar on a terminal: test_cli_errors gives it one",
    "misuse": "breaks rules in child processes: test_misuse.py holds what happens against a table",
    "misuse_report": "declared by misuse.h: test_misuse.py reads all of its formats",
    "child": "a process of its own for counting and misuse: test_counting, test_misuse.py",
    "report_break_even": "declared by report_break_even.h: test_break_even",
    "report_counted": "declared by report.h: test_report, and test_cli_counters.py",
    "report_columns": "declared by report.h: test_report, by way of what prints columns",
    "compare_report": "declared by compare.h: test_compare, and test_cli_compare.py",
    "instructions_worker": "runs under valgrind: test_cli_counters.py counts with it",
    "gate_report": "declared by gate.h: test_gate, and test_gate.py",
    "gate_times": "declared by gate.h: test_gate, and test_gate.py",
    "gate_command": "one step after the other: test_gate.py",
    "histograms": "writes files beside a result file: test_plots.py",
    "json_text": "text of any bytes: test_gate, test_compare, and test_cli_output.py",
    "plots": "starts other programs: test_plots.py",
    "runtime": "ends the process, or waits for another thread: test_misuse.py, test_semantics",
}

# Words of the contract, which names two shapes as two strategies are named, and an option's name,
# which a workload shares.
WORDS = {"callback", "poll", "trace"}

FOLDERS = ["impls", "workloads", "heaps"]
STEMS = {path.stem for folder in FOLDERS for path in (ROOT / folder).glob("*.[ch]*")}
STEMS = sorted(STEMS | {path.parent.name for path in (ROOT / "heaps").glob("*/*.c")})


def repository_files() -> list[Path]:
    """What is in the repository or is to be: not what is ignored, such as the build."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    if listed.returncode == 0:
        paths = [ROOT / name for name in listed.stdout.split("\0") if name]
    else:  # an unpacked archive
        ignored = {"build", "results", "__pycache__"}
        paths = [path for path in ROOT.rglob("*") if not ignored & {*path.relative_to(ROOT).parts}]
    return sorted(path for path in paths if path.is_file())


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def label(path: Path) -> str:
    return str(path.relative_to(ROOT))


FILES = repository_files()
C_FILES = [path for path in FILES if path.suffix in (".c", ".h", ".cc")]
PYTHON = [path for path in FILES if path.suffix == ".py"]
SCRIPTS = [path for path in FILES if path.suffix in (".sh", ".cmake", ".in")]
SCRIPTS += [ROOT / "run_bench", ROOT / ".ci" / "run", ROOT / "CMakeLists.txt"]
HARNESS = [path for path in C_FILES if path.is_relative_to(ROOT / "harness")]
PAGES = [path for path in FILES if path.suffix == ".md"]


def strings_of(source: str) -> list[str]:
    """The string literals of C source, without comments and include lines."""
    code = re.sub(r"/\*.*?\*/|^\s*#\s*include.*?$", "", source, flags=re.DOTALL | re.MULTILINE)
    return re.findall(r'"((?:[^"\\\n]|\\.)*)"', code)


def includes_of(path: Path) -> list[str]:
    return re.findall(r"^\s*#\s*include\s+(\S+)", text_of(path), re.MULTILINE)


def test_there_is_something_to_check() -> None:
    assert len(STEMS) >= 9 and len(C_FILES) > 40 and len(HARNESS) > 30 and len(PAGES) >= 7


# --- C ---


@pytest.mark.parametrize("path", HARNESS, ids=label)
def test_harness_names_no_entry(path: Path) -> None:
    """A name that is no English word stands in no text at all; a word is no text of its own."""
    for text in strings_of(text_of(path)):
        assert text not in set(STEMS) - WORDS, f'"{text}"'
        named = {stem for stem in STEMS if "_" in stem and re.search(rf"\b{stem}\b", text)}
        assert named == set(), f'"{text}"'


@pytest.mark.parametrize("path", HARNESS, ids=label)
def test_harness_refers_to_no_entry(path: Path) -> None:
    code = re.sub(r"/\*.*?\*/", "", text_of(path), flags=re.DOTALL)
    entries = {f"vtb_{kind}_{stem}" for kind in ["strategy", "workload", "heap"] for stem in STEMS}
    assert entries & set(re.findall(r"\w+", code)) == set()


def test_strategies_include_the_contract_alone() -> None:
    for path in sorted((ROOT / "impls").iterdir()):
        foreign = [name for name in includes_of(path) if not name.startswith("<vtb/")]
        assert foreign == [], label(path)
        assert includes_of(path) != [], label(path)


def test_workloads_include_the_contract_alone() -> None:
    """And, of their own, what several share in workloads/common/."""
    for path in sorted((ROOT / "workloads").rglob("*.h")):
        foreign = [name for name in includes_of(path) if not name.startswith(("<vtb/", '"common/'))]
        assert foreign == [], label(path)
        assert includes_of(path) != [], label(path)


def test_heaps_include_the_contract_and_the_system() -> None:
    """Nothing of the harness but the contract: a quoted include is of the heap's own folder."""
    for path in sorted((ROOT / "heaps").rglob("*.c")):
        alone = path.parent.name == "heaps"
        if alone or path.stem == path.parent.name:
            assert "<vtb/heap.h>" in with_own(path), label(path)
        for name in includes_of(path):
            own = path.parent / name.strip('"')
            assert name.startswith("<") or (not alone and own.parent == path.parent), label(path)


def with_own(path: Path) -> set[str]:
    """What a file includes, and what does that it includes from its own folder."""
    found = set(includes_of(path))
    for name in [name for name in found if name.startswith('"')]:
        found |= set(includes_of(path.parent / name.strip('"')))
    return found


def test_contract_includes_nothing_of_the_harness() -> None:
    contract = ROOT / "harness" / "include" / "vtb"
    own = {f'"{path.name}"' for path in contract.iterdir()}
    standard = {f"<{name}.h>" for name in ["assert", "stdbool", "stddef", "stdint", "string"]}
    for path in sorted(contract.iterdir()):
        assert set(includes_of(path)) <= own | standard, label(path)


@pytest.mark.parametrize("path", C_FILES, ids=label)
def test_c_has_no_tabs(path: Path) -> None:
    assert "\t" not in text_of(path)


@pytest.mark.parametrize("path", [path for path in C_FILES if path.suffix != ".h"], ids=label)
def test_functions_fit_a_screen(path: Path) -> None:
    """A body goes from a line `{` to a line `}`, both at the margin, as clang-format has it."""
    start = 0
    for number, line in enumerate(text_of(path).splitlines(), 1):
        if line == "{":
            start = number
        elif line == "}" and start:
            assert number - start + 1 <= FUNCTION_LINES, f"{label(path)}:{start}"
            start = 0


def test_modules_have_tests() -> None:
    """tests/test_<name>.c beside harness/<name>.c."""
    modules = {path.stem for path in (ROOT / "harness").glob("*.c*")}
    tested = {path.stem.removeprefix("test_") for path in (ROOT / "tests").glob("test_*.c")}
    assert modules - tested - set(UNTESTED) == set(), "modules without a test"
    assert set(UNTESTED) <= modules - tested, "exceptions that are none"


# --- all sources ---


@pytest.mark.parametrize("path", [*C_FILES, *PYTHON], ids=label)
def test_lines_fit(path: Path) -> None:
    wide = [
        f"{label(path)}:{number}"
        for number, line in enumerate(text_of(path).splitlines(), 1)
        if len(line) > WIDTH
    ]
    assert wide == []


@pytest.mark.parametrize("path", [*C_FILES, *PYTHON, *SCRIPTS, *PAGES], ids=label)
def test_files_end_in_one_newline_and_lines_in_no_space(path: Path) -> None:
    text = text_of(path)
    assert text.endswith("\n") and not text.endswith("\n\n")
    assert [line for line in text.splitlines() if line != line.rstrip()] == []


@pytest.mark.parametrize("path", FILES, ids=label)
def test_no_path_of_a_machine(path: Path) -> None:
    """What is written down here works in any directory of any machine."""
    try:
        text = text_of(path)
    except UnicodeDecodeError:
        pytest.skip("not a text")
    folders = "|".join(["work", "home", "root", "Users"])
    found = re.findall(rf"(?<![\w.$}}\])])/(?:{folders})/\S*", text)
    assert found == []


def test_python_is_typed() -> None:
    """Every function says what it gives."""
    for path in PYTHON:
        for signature in re.findall(r"^ *def (.*?):$", text_of(path), re.MULTILINE | re.DOTALL):
            assert "->" in signature, f"{label(path)}: {signature}"


# --- documents ---


@pytest.mark.parametrize(
    "name",
    [
        *["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE"],
        *[f"docs/{page}.md" for page in ["ARCHITECTURE", "METHOD", "STRATEGIES", "CLI"]],
    ],
)
def test_document_is_there(name: str) -> None:
    assert len(text_of(ROOT / name)) > 100


@pytest.mark.parametrize("path", PAGES, ids=label)
def test_links_lead_somewhere(path: Path) -> None:
    prose = re.sub(r"^```.*?^```", "", text_of(path), flags=re.MULTILINE | re.DOTALL)
    for link in re.findall(r"\]\(([^)\s]+)\)", prose):
        if re.match(r"[a-z]+:", link):
            continue
        name, _, anchor = link.partition("#")
        target = (path.parent / name).resolve() if name else path
        assert target.exists(), f"{label(path)}: {link}"
        assert target.is_relative_to(ROOT), f"{label(path)}: {link}"
        assert not anchor or anchor in anchors_of(target), f"{label(path)}: {link}"


def anchors_of(page: Path) -> set[str]:
    """As hosting sites make them of headings."""
    titles = re.findall(r"^#+ (.+)$", text_of(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def test_every_strategy_is_described() -> None:
    text = text_of(ROOT / "docs" / "STRATEGIES.md")
    names = [path.stem for path in sorted((ROOT / "impls").iterdir())]
    assert [name for name in names if f"`{name}`" not in text] == []


def test_every_workload_and_heap_is_described() -> None:
    text = "".join(text_of(path) for path in PAGES)
    assert [stem for stem in STEMS if f"`{stem}`" not in text] == []


def test_no_placeholder_is_left() -> None:
    for path in PAGES:
        assert re.findall(r"@@\w+@@|\bTODO\b|\bFIXME\b|\bXXX\b", text_of(path)) == [], label(path)
