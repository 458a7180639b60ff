"""The examples do what their texts say: each of the four mistakes, and its remedy."""
from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from conftest import BUILD, HANG_S, ROOT, Row, clean_environment

FOLDER = ROOT / "examples"
PROGRAMS = BUILD / "examples"
NAMES = sorted(path.stem for path in FOLDER.glob("*.c"))

# The mistakes with a value task that the harness is to show.
MISTAKES = ["always_async", "await_twice", "not_awaited", "store_in_field"]

# .NET's error, and that of a cell with checks.
INVALID = "is refused: operation is not valid due to the current state of the object."
CONSUMED = "is refused: a value task was consumed a second time."


@pytest.fixture(scope="module", autouse=True)
def examples(built: None) -> None:
    """The launcher brings only run_bench up to date."""
    done = subprocess.run(
        ["cmake", "--build", str(BUILD), "--target", "examples/all"],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def told(name: str) -> dict[str, list[str]]:
    """The output of an example: below each heading its lines, without their margins and ends."""
    done = subprocess.run(
        [str(PROGRAMS / name)],
        env=clean_environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=HANG_S,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    sections: dict[str, list[str]] = {}
    heading = ""
    for line in done.stdout.splitlines():
        if line.startswith("  "):
            sections[heading].append(line.strip())
        else:
            heading = line
            sections[heading] = []
    return sections


def below(sections: dict[str, list[str]], *words: str) -> list[str]:
    """The lines below the one heading that has these words."""
    found = [heading for heading in sections if all(word in heading for word in words)]
    assert len(found) == 1, f"{words}: {list(sections)}"
    return sections[found[0]]


def number_in(line: str) -> float:
    """The last number of a line."""
    return float(re.findall(r"\d+(?:\.\d+)?", line)[-1])


def sizes(listing: dict[str, list[Row]], strategy: str) -> Row:
    rows = [*listing["strategies"], *listing["async"]]
    return {key: size for row in rows if row["name"] == strategy for key, size in row.items()}


def test_every_mistake_has_its_program() -> None:
    assert NAMES == MISTAKES


@pytest.mark.parametrize("name", NAMES)
def test_the_page_names_it(name: str) -> None:
    assert f"]({name}.c)" in (FOLDER / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_an_example_is_short_and_has_both_parts(name: str) -> None:
    source: Path = FOLDER / f"{name}.c"
    text = source.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 110
    assert "Mistake: " in text and "Remedy: " in text
    sections = told(name)
    assert [heading for heading in sections if heading.startswith("The mistake")] != []
    assert [heading for heading in sections if heading.startswith("The remedy")] != []
    assert [heading for heading, lines in sections.items() if not lines] == []


def test_awaiting_twice() -> None:
    sections = told("await_twice")
    twice = ["The first await gives user 7.", "The second await gives user 7."]
    assert below(sections, "mistake", "in the cache") == twice
    assert below(sections, "mistake", "must be fetched") == [
        "The first await gives user 2.",
        f"The second await {INVALID}",
    ]
    assert below(sections, "remedy", "as_task") == [
        "The task's first await gives user 2.",
        "The task's second await gives user 2.",
    ]
    assert below(sections, "remedy", "preserve") == [
        "The first await gives user 3.",
        "The second await gives user 3.",
    ]
    assert below(sections, "mistake", "@checked") == [twice[0], f"The second await {CONSUMED}"]


def test_storing_in_a_field() -> None:
    sections = told("store_in_field")
    assert f"The field's await {INVALID}" in below(sections, "The mistake")
    wrapped = below(sections, "65,536 times")
    assert "The caller's await gives user 2." in wrapped
    assert wrapped[-2:] == [
        "The field's await, wrongly, gives user 3.",
        f"The await of the caller that asked for user 3 {INVALID}",
    ]
    for remedy in ["as_task", "heap_task"]:
        lines = below(sections, "remedy", remedy)
        assert "The field's await gives user 2." in lines
        assert [line for line in lines if "refused" in line] == []


def test_not_awaiting(listing: dict[str, list[Row]]) -> None:
    sections = told("not_awaited")
    source = sizes(listing, "value_task_pooled")["miss B"]
    assert number_in(below(sections, "mistake", "in the cache")[0]) == 0
    lost = below(sections, "mistake", "must be fetched")
    assert [number_in(line) for line in lost] == [source, 10 * source, 100 * source]
    for remedy in ["await", "as_task"]:
        last = below(sections, "The remedy, " + remedy)[-1]
        assert last == f"100 calls share one source, which the pool holds: {source} B."


def test_always_asynchronous(listing: dict[str, list[Row]]) -> None:
    task, value_task = sizes(listing, "heap_task"), sizes(listing, "value_task")
    sections = told("always_async")

    def counted(line: str) -> tuple[float, float]:
        found = re.search(r": heap_task ([\d.]+) B, value_task ([\d.]+) B an operation\.$", line)
        assert found, line
        return float(found.group(1)), float(found.group(2))

    direct, once, deep = [counted(line) for line in below(sections, "mistake", "hit rate 0")]
    assert direct == (task["miss B"], value_task["miss B"])
    assert once == (task["async miss B"], value_task["async miss B"])
    assert once[1] - once[0] == 8
    assert deep == tuple(
        row["async miss B"] + 2 * row["layer B"] for row in (task, value_task)
    )
    for line in below(sections, "does save", "0.8"):
        as_task, as_value_task = counted(line)
        assert as_value_task < as_task / 3
    assert number_in(below(sections, "remedy")[0].removesuffix(" B an operation.")) < 1
