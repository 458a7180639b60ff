"""House rules that a program can check."""
from __future__ import annotations

import re
from pathlib import Path

import pytest

from conftest import ROOT

SOURCES = [
    path
    for folder in ("harness", "impls", "workloads", "heaps", "tests")
    for path in sorted((ROOT / folder).rglob("*"))
    if path.suffix in (".c", ".cc", ".h")
]
DOCUMENTS = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]
STEMS = [p.stem for f in ("impls", "workloads", "heaps") for p in sorted((ROOT / f).iterdir())]

# Modules without a unit test of their own, and what tests them.
TESTED_ELSEWHERE = {
    "main": "tests/test_cli_*.py",
    "run": "tests/test_cli_output.py",
    "list": "tests/test_cli_output.py",
    "progress": "tests/test_cli_errors.py, on a terminal",
    "interrupt": "tests/test_cli_errors.py",
    "error": "every test of a refusal",
    "pages": "tests/test_rig.c",
    "registry": "tests/test_registry.py",
    "machine": "tests/test_cli_output.py, by the context's keys",
    "report_json": "tests/test_report.c",
    "report_findings": "tests/test_report.c",
}


def test_sources_were_found() -> None:
    assert len(SOURCES) > 50 and len(STEMS) >= 9 and len(DOCUMENTS) >= 7


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_lines_are_short_and_without_tabs(path: Path) -> None:
    lines = path.read_text().splitlines()
    assert [line for line in lines if len(line) > 100 or "\t" in line] == []


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_functions_fit_a_screen(path: Path) -> None:
    """From a brace at the start of a line to the brace that ends it."""
    start = 0
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if line == "{":
            start = number
        elif line == "}" and start:
            assert number - start <= 70, f"{path.name}:{start}"
            start = 0


@pytest.mark.parametrize("path", sorted((ROOT / "harness").glob("*.c*")), ids=lambda p: p.name)
def test_harness_names_no_entry(path: Path) -> None:
    quoted = set(re.findall(r'"([^"\n]*)"', path.read_text()))
    shapes = {"callback", "poll"}  # also words of the contract
    assert quoted & set(STEMS) - shapes == set()


@pytest.mark.parametrize("folder", ["impls", "workloads"])
def test_entries_include_the_contract_alone(folder: str) -> None:
    for path in sorted((ROOT / folder).iterdir()):
        for header in re.findall(r"#include (\S+)", path.read_text()):
            assert header.startswith("<vtb/"), f"{path.name}: {header}"


def test_every_module_has_a_test() -> None:
    modules = {path.stem for path in (ROOT / "harness").glob("*.c")}
    tested = {path.stem.removeprefix("test_") for path in (ROOT / "tests").glob("test_*.c")}
    assert modules - tested - set(TESTED_ELSEWHERE) == set()
    assert set(TESTED_ELSEWHERE) <= modules


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda p: p.name)
def test_links_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", path.read_text()):
        if not target.startswith("http"):
            assert (path.parent / target).exists(), f"{path.name}: {target}"


def test_documents_are_there() -> None:
    names = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE"]
    names += [f"docs/{name}.md" for name in ("ARCHITECTURE", "METHOD", "STRATEGIES", "CLI")]
    assert [name for name in names if not (ROOT / name).exists()] == []


def test_strategies_and_workloads_are_documented() -> None:
    text = "".join(path.read_text() for path in DOCUMENTS)
    assert [stem for stem in STEMS if f"`{stem}`" not in text] == []


def test_no_path_of_a_machine() -> None:
    places = re.compile(r"(?<![\w.$}])/(work|home|root)/")
    texts = [*SOURCES, *DOCUMENTS, ROOT / "run_bench", *(ROOT / "scripts").iterdir()]
    texts += [*(ROOT / "tests").glob("*.py"), *(ROOT / "cmake").iterdir(), ROOT / "CMakeLists.txt"]
    found = [path.name for path in texts if places.search(path.read_text())]
    assert [name for name in found if name != "test_style.py"] == []
