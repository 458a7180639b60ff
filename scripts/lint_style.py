#!/usr/bin/python3
"""House rules that a program can check, over the sources and the documents.

Prints a line for each finding, as file:line: what is wrong, and exits with 1 if there is any.
"""
from __future__ import annotations

import argparse
import ast
import os
import re
import subprocess
import sys
from collections.abc import Collection, Iterator
from functools import cached_property
from pathlib import Path
from typing import Callable, NamedTuple

WIDTH = 100
FUNCTION_LINES = 70
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)

# Words of the contract, which names two shapes and a role as three strategies are named, and an
# option's name, which a workload shares.
WORDS = {"callback", "empty", "plain", "poll", "trace"}

DOCUMENTS = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE"]
DOCUMENTS += [f"docs/{page}.md" for page in ["ARCHITECTURE", "METHOD", "STRATEGIES", "CLI"]]

# The rooms of harness/, and which of them each may include, beside itself and whatever those may.
# main.c stands above them all. docs/ARCHITECTURE.md has the picture.
ROOMS: dict[str, list[str]] = {
    "base": [],
    "cells": ["base"],
    "stores": ["base"],
    "plan": ["cells", "stores"],
    "bench": ["plan"],
    "guests": ["bench"],
    "passes": ["guests"],
    "figures": ["passes"],
    "report": ["figures"],
    "run": ["report"],
    "gate": ["run"],
    "selftest": ["run"],
    "check": ["bench"],
    "claims": ["run", "check"],
    "fidelity": ["run"],
    "commands": ["gate", "claims", "selftest", "fidelity"],
}

# Where modules are; and those without a unit test of their own, a line each: "name: where it is
# tested".
MODULES = ["harness", *(f"harness/{room}" for room in ROOMS)]
UNTESTED = "tests/untested.txt"

# Folders that the build and the programs leave behind; they are passed over where git does not
# tell.
LEFT_BEHIND = {"build", "results", "__pycache__", ".git", ".pytest_cache"}


class Finding(NamedTuple):
    path: str
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.what}"


def listed_by_git(root: Path) -> list[str] | None:
    """The files that are in the repository or are about to be; none where the root is not that of a
    repository.
    """
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    if not (root / ".git").exists():
        return None
    try:
        done = subprocess.run(command, cwd=root, capture_output=True)
    except OSError:
        return None
    names = [os.fsdecode(name) for name in done.stdout.split(b"\0") if name]
    return names if done.returncode == 0 else None


def walked(root: Path) -> list[str]:
    """All files, as in an unpacked archive."""
    found = []
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if name not in LEFT_BEHIND]
        below = Path(folder).relative_to(root)
        found += [(below / name).as_posix() for name in names if name not in LEFT_BEHIND]
    return found


class Tree:
    """The files below a root, by their paths from there."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        listed = listed_by_git(self.root)
        names = walked(self.root) if listed is None else listed
        self.files = sorted(name for name in names if (self.root / name).is_file())
        self.texts: dict[str, str | None] = {}

    def text(self, name: str) -> str:
        """The text of a file; empty if it is no text, which `not_a_text` reports where it should be
        one.
        """
        return self.text_or_none(name) or ""

    def text_or_none(self, name: str) -> str | None:
        if name not in self.texts:
            try:
                self.texts[name] = (self.root / name).read_bytes().decode("utf-8")
            except UnicodeDecodeError:
                self.texts[name] = None
        return self.texts[name]

    def lines(self, name: str) -> list[str]:
        return self.text(name).split("\n")

    def ending(self, *suffixes: str) -> list[str]:
        """In any of these; without them, all."""
        return [name for name in self.files if not suffixes or name.endswith(suffixes)]

    def within(self, folder: str, *suffixes: str) -> list[str]:
        return [name for name in self.ending(*suffixes) if name.startswith(folder + "/")]

    def beside(self, folder: str, *suffixes: str) -> list[str]:
        """In the folder itself, not in those below it."""
        found = self.within(folder, *suffixes)
        return [name for name in found if name.count("/") == folder.count("/") + 1]

    @cached_property
    def c_files(self) -> list[str]:
        return self.ending(".c", ".h", ".cc")

    @cached_property
    def harness(self) -> list[str]:
        return self.within("harness", ".c", ".h", ".cc")

    @cached_property
    def python(self) -> list[str]:
        return self.ending(".py")

    @cached_property
    def scripts(self) -> list[str]:
        named = ["run_bench", ".ci/run"]
        return self.ending(".sh", ".cmake", ".in", "CMakeLists.txt") + [
            name for name in named if name in self.files
        ]

    @cached_property
    def pages(self) -> list[str]:
        return self.ending(".md")

    @cached_property
    def entries(self) -> dict[str, str]:
        """Names of strategies, workloads and heaps, each with its file."""
        suffixes = (".c", ".cc", ".h")
        found = {}
        for folder in ["impls", "workloads", "heaps"]:
            found.update({Path(name).stem: name for name in self.beside(folder, *suffixes)})
        for name in self.within("heaps", ".c"):
            if name.count("/") == 2:
                folder = name.split("/")[1]
                found[folder] = f"heaps/{folder}/{folder}.c"
        return found

    def syntax(self, name: str) -> ast.Module:
        """The syntax tree of a source in Python; empty if Python cannot read it."""
        try:
            return ast.parse(self.text(name))
        except (SyntaxError, ValueError):
            return ast.parse("")

    def siblings(self, name: str) -> set[str]:
        """Modules of the same package that a source in Python imports."""
        nodes = [each for each in ast.walk(self.syntax(name)) if isinstance(each, ast.ImportFrom)]
        near = [node for node in nodes if node.level == 1]
        stems = [each.name for node in near for each in node.names if not node.module]
        stems += [node.module for node in near if node.module]
        folder = name.rpartition("/")[0]
        return {f"{folder}/{stem}.py" for stem in stems} & set(self.python)

    def includes(self, name: str) -> list[tuple[int, str]]:
        found = re.finditer(r"^[ \t]*#\s*include\s+(\S+)", self.text(name), re.MULTILINE)
        return [(line_at(self.text(name), match.start()), match.group(1)) for match in found]


def line_at(text: str, offset: int) -> int:
    return text.count("\n", 0, offset) + 1


def blanked(pattern: str, text: str) -> str:
    """The text without what matches, and with as many lines."""
    flags = re.DOTALL | re.MULTILINE
    return re.sub(pattern, lambda match: re.sub(r"[^\n]", " ", match.group()), text, flags=flags)


# --- C ---


def names_one_of(entries: Collection[str], text: str) -> bool:
    """A name that is no English word stands in no text at all; a word is no text of its own."""
    compound = "|".join(re.escape(name) for name in entries if "_" in name)
    is_word = text in WORDS or text not in entries
    return not is_word or bool(compound and re.search(rf"\b({compound})\b", text))


def harness_names_no_entry(tree: Tree) -> Iterator[Finding]:
    for name in tree.harness:
        code = blanked(r"/\*.*?\*/|^\s*#\s*include.*?$", tree.text(name))
        for match in re.finditer(r'"((?:[^"\\\n]|\\.)*)"', code):
            text = match.group(1)
            if names_one_of(tree.entries, text):
                line = line_at(code, match.start())
                yield Finding(name, line, f'a text names an entry: "{text}"')


def harness_refers_to_no_entry(tree: Tree) -> Iterator[Finding]:
    kinds = ["strategy", "workload", "heap"]
    symbols = {f"vtb_{kind}_{entry}" for kind in kinds for entry in tree.entries}
    for name in tree.harness:
        code = blanked(r"/\*.*?\*/", tree.text(name))
        for match in re.finditer(r"\w+", code):
            if match.group() in symbols:
                line = line_at(code, match.start())
                yield Finding(name, line, f"refers to an entry: {match.group()}")


def entries_include_the_contract_alone(tree: Tree) -> Iterator[Finding]:
    """An entry includes headers of the contract alone; a workload also those in workloads/common/,
    which hold the code that several workloads share.
    """
    for folder, own in [("impls", ("<vtb/",)), ("workloads", ("<vtb/", '"common/'))]:
        for name in tree.within(folder, ".c", ".cc", ".h"):
            if not tree.includes(name):
                yield Finding(name, 1, "includes nothing of the contract")
            for line, included in tree.includes(name):
                if not included.startswith(own):
                    yield Finding(name, line, f"includes more than the contract: {included}")


def heaps_include_the_contract_and_the_system(tree: Tree) -> Iterator[Finding]:
    """Nothing of the harness but the contract: a quoted include is of the heap's own folder."""
    for name in tree.within("heaps", ".c"):
        folder, _, file = name.rpartition("/")
        alone = folder == "heaps"
        reached = {included for _, included in tree.includes(name)}
        for line, included in tree.includes(name):
            own = f"{folder}/{included.strip(chr(34))}"
            if included.startswith('"') and (alone or own not in tree.beside(folder)):
                yield Finding(name, line, f"includes more than the contract: {included}")
            reached |= {inner for _, inner in tree.includes(own)} if own in tree.files else set()
        is_entry = alone or Path(file).stem == Path(folder).name
        if is_entry and "<vtb/heap.h>" not in reached:
            yield Finding(name, 1, "does not include <vtb/heap.h>")


def contract_includes_nothing_of_the_harness(tree: Tree) -> Iterator[Finding]:
    """A header includes headers, and a part of the template, in a folder below, parts as well. The
    ones for collectors and for timed hand-overs may read clocks, and that of coroutines has the
    language's.
    """
    contract = tree.within("harness/include/vtb")
    system = {f"<{name}.h>" for name in ["assert", "stdbool", "stddef", "stdint", "string"]}
    more = {
        "harness/include/vtb/coroutine_task.h": {"<coroutine>"},
        "harness/include/vtb/moment.h": {"<sys/resource.h>", "<time.h>"},
        "harness/include/vtb/cell/handover.h": {"<time.h>"},
    }
    for name in contract:
        folder = os.path.dirname(name)
        known = system | more.get(name, set())
        for line, included in tree.includes(name):
            path = os.path.normpath(f"{folder}/{included.strip(chr(34))}")
            own = included.startswith('"') and path in contract
            below = len(Path(path).parent.parts) > len(Path(folder).parts)
            if included not in known and (not own or below):
                yield Finding(name, line, f"the contract includes {included}")


def below(room: str) -> set[str]:
    """The rooms that a room may include, itself among them."""
    return {room}.union(*(below(lower) for lower in ROOMS[room]))


def rooms_include_downwards(tree: Tree) -> Iterator[Finding]:
    """An include of a module is written from harness/ on, and goes down the table; the contract may
    be included from cells/ on. main.c stands above all."""
    folders = [f"harness/{room}" for room in ROOMS]
    modules = {name.removeprefix("harness/") for folder in folders for name in tree.beside(folder)}
    for room, folder in zip(ROOMS, folders):
        for name in tree.beside(folder, ".c", ".h", ".cc"):
            for line, included in tree.includes(name):
                file = included.strip('"<>')
                to = file.partition("/")[0]
                quoted = included.startswith('"')
                contract = to == "vtb" and "cells" not in below(room)
                unknown = quoted and file not in modules and file != "build_info.h"
                if contract or unknown or (to in ROOMS and to not in below(room)):
                    yield Finding(name, line, f"{room}/ may not include {included}")
    for name in tree.harness:
        room = name.split("/")[1]
        if "/" in name.removeprefix("harness/") and room not in [*ROOMS, "include", "templates"]:
            yield Finding(name, 1, f"{room}/ is no room: see ROOMS in scripts/lint_style.py")


def c_has_no_tabs(tree: Tree) -> Iterator[Finding]:
    for name in tree.c_files:
        for number, line in enumerate(tree.lines(name), 1):
            if "\t" in line:
                yield Finding(name, number, "a tab")


def functions_fit_a_screen(tree: Tree) -> Iterator[Finding]:
    """A body in C is from a line `{` to a line `}`, both at the margin, as clang-format has it."""
    for name in tree.ending(".c", ".cc"):
        start = 0
        for number, line in enumerate(tree.lines(name), 1):
            if line == "{":
                start = number
            elif line == "}" and start:
                lines_n = number - start + 1
                if lines_n > FUNCTION_LINES:
                    yield Finding(name, start, f"a function of {lines_n} lines")
                start = 0
    for name in tree.python:
        for node in ast.walk(tree.syntax(name)):
            if isinstance(node, FUNCTIONS) and node.end_lineno:
                lines_n = node.end_lineno - node.lineno + 1
                if lines_n > FUNCTION_LINES:
                    yield Finding(name, node.lineno, f"a function of {lines_n} lines")


def modules_have_tests(tree: Tree) -> Iterator[Finding]:
    """tests/<room>/test_<name>.c for each <room>/<name>.c; each exception says what tests it."""
    folders = [name for folder in MODULES for name in tree.beside(folder, ".c", ".cc")]
    modules = {Path(name).stem: name for name in folders}
    tests = {stem: f"{Path(name).parent.name}/test_{stem}.c" for stem, name in modules.items()}
    tested = {stem for stem, test in tests.items() if f"tests/{test}" in tree.files}
    excepted = {}
    for number, line in enumerate(tree.lines(UNTESTED) if UNTESTED in tree.files else [], 1):
        module, _, reason = line.partition(": ")
        if line and not reason:
            yield Finding(UNTESTED, number, "not 'name: where it is tested'")
        if line:
            excepted[module] = number
    for module, name in modules.items():
        if module not in tested and module not in excepted:
            yield Finding(name, 1, f"a module without tests/{tests[module]}, nor in {UNTESTED}")
    for module, number in excepted.items():
        if module not in modules or module in tested:
            yield Finding(UNTESTED, number, f"an exception that is none: {module}")


# --- all sources ---


def texts_are_utf8(tree: Tree) -> Iterator[Finding]:
    for name in [*tree.c_files, *tree.python, *tree.scripts, *tree.pages]:
        if tree.text_or_none(name) is None:
            yield Finding(name, 1, "not UTF-8")


def lines_fit(tree: Tree) -> Iterator[Finding]:
    for name in [*tree.c_files, *tree.python]:
        for number, line in enumerate(tree.lines(name), 1):
            if len(line) > WIDTH:
                yield Finding(name, number, f"a line of {len(line)} characters")


def files_end_in_one_newline_and_lines_in_no_space(tree: Tree) -> Iterator[Finding]:
    for name in [*tree.c_files, *tree.python, *tree.scripts, *tree.pages]:
        lines = tree.lines(name)
        for number, line in enumerate(lines, 1):
            if line != line.rstrip():
                yield Finding(name, number, "white space at a line's end")
        text = tree.text_or_none(name)
        if text is not None and (not text.endswith("\n") or text.endswith("\n\n")):
            yield Finding(name, len(lines), "a file's end is not one newline")


def no_path_of_a_machine(tree: Tree) -> Iterator[Finding]:
    """No file names a folder of one machine: everything works in any directory of any machine."""
    folders = "|".join(["work", "home", "root", "Users"])
    for name in tree.files:
        text = tree.text(name)
        for match in re.finditer(rf"(?<![\w.$}}\])])/(?:{folders})/\S*", text):
            line = line_at(text, match.start())
            yield Finding(name, line, f"a path of a machine: {match.group()}")


def python_is_typed(tree: Tree) -> Iterator[Finding]:
    """Every function says what it gives."""
    for name in tree.python:
        text = tree.text(name)
        for match in re.finditer(r"^ *def (.*?):$", text, re.MULTILINE | re.DOTALL):
            if "->" not in match.group(1):
                function = match.group(1).partition("(")[0]
                yield Finding(name, line_at(text, match.start()), f"{function} lacks its type")


def scripts_name_no_strategy(tree: Tree) -> Iterator[Finding]:
    strategies = [name for name, file in tree.entries.items() if file.startswith("impls/")]
    for name in tree.within("scripts", ".py"):
        for node in ast.walk(tree.syntax(name)):
            text = node.value if isinstance(node, ast.Constant) else None
            if isinstance(text, str) and names_one_of(strategies, text):
                yield Finding(name, node.lineno, f'a text names a strategy: "{text}"')


def reach(imports: dict[str, set[str]], name: str) -> set[str]:
    """All modules that a module imports, itself or through others."""
    found: set[str] = set()
    coming = imports[name]
    while coming:
        found |= coming
        coming = set().union(*(imports[each] for each in coming)) - found
    return found


def packages_import_one_way(tree: Tree) -> Iterator[Finding]:
    """No module of a package reaches itself; of those in a circle the first is told."""
    imports = {name: tree.siblings(name) for name in tree.python}
    reached = {name: reach(imports, name) for name in imports}
    for name in imports:
        circle = {each for each in reached[name] if name in reached[each]}
        if circle and name == min(circle):
            yield Finding(name, 1, f"modules import one another: {', '.join(sorted(circle))}")


# --- documents ---


def documents_are_there(tree: Tree) -> Iterator[Finding]:
    for name in DOCUMENTS:
        if name not in tree.files or len(tree.text(name)) <= 100:
            yield Finding(name, 1, "a document that is missing, or says nothing")


def anchors_of(page: str) -> set[str]:
    """The anchors of a page's headings, as hosting sites make them."""
    titles = re.findall(r"^#+ (.+)$", page, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def links_lead_somewhere(tree: Tree) -> Iterator[Finding]:
    for name in tree.pages:
        prose = blanked(r"^```.*?^```", tree.text(name))
        for match in re.finditer(r"\]\(([^)\s]+)\)", prose):
            link = match.group(1)
            path, _, anchor = link.partition("#")
            page = tree.root / name
            target = (page.parent / path).resolve() if path else page
            if re.match(r"[a-z]+:", link):
                continue
            found = target.exists() and target.is_relative_to(tree.root)
            if found and anchor:
                other = target.relative_to(tree.root).as_posix()
                found = target.is_file() and anchor in anchors_of(tree.text(other))
            if not found:
                yield Finding(name, line_at(prose, match.start()), f"leads nowhere: {link}")


def every_entry_is_described(tree: Tree) -> Iterator[Finding]:
    """Strategies in the page on them, workloads and heaps in any."""
    strategies = tree.text("docs/STRATEGIES.md") if "docs/STRATEGIES.md" in tree.files else ""
    pages = "".join(tree.text(name) for name in tree.pages)
    for entry, name in tree.entries.items():
        is_strategy = name.startswith("impls/")
        if f"`{entry}`" not in (strategies if is_strategy else pages):
            where = "docs/STRATEGIES.md" if is_strategy else "a document"
            yield Finding(name, 1, f"`{entry}` is not described in {where}")


def no_placeholder_is_left(tree: Tree) -> Iterator[Finding]:
    for name in tree.pages:
        for number, line in enumerate(tree.lines(name), 1):
            for word in re.findall(r"@@\w+@@|\bTODO\b|\bFIXME\b|\bXXX\b", line):
                yield Finding(name, number, f"a placeholder: {word}")


def there_is_something_to_check(tree: Tree) -> Iterator[Finding]:
    """A rule that finds no files to check is itself a finding."""
    for folder in ["impls", "workloads", "heaps", "harness", "tests"]:
        if not tree.within(folder, ".c", ".cc", ".h"):
            yield Finding(folder, 1, "has no sources")


Rule = Callable[[Tree], Iterator[Finding]]

RULES: list[Rule] = [
    there_is_something_to_check,
    harness_names_no_entry,
    harness_refers_to_no_entry,
    entries_include_the_contract_alone,
    heaps_include_the_contract_and_the_system,
    contract_includes_nothing_of_the_harness,
    rooms_include_downwards,
    c_has_no_tabs,
    functions_fit_a_screen,
    modules_have_tests,
    texts_are_utf8,
    lines_fit,
    files_end_in_one_newline_and_lines_in_no_space,
    no_path_of_a_machine,
    python_is_typed,
    scripts_name_no_strategy,
    packages_import_one_way,
    documents_are_there,
    links_lead_somewhere,
    every_entry_is_described,
    no_placeholder_is_left,
]


def findings_of(tree: Tree) -> list[Finding]:
    return sorted(finding for rule in RULES for finding in rule(tree))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    own = Path(__file__).resolve().parent.parent
    parser.add_argument("--root", type=Path, default=own, help="what to check; default: this tree")
    root = parser.parse_args().root
    if not root.is_dir():
        parser.error(f"--root: '{root}' is no directory")
    # Findings are printed whatever the locale is, and whatever bytes a name has.
    sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]
    tree = Tree(root)
    findings = findings_of(tree)
    for finding in findings:
        print(finding)
    if not findings:
        print(f"style: {len(tree.files)} files, {len(RULES)} rules, nothing found")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
