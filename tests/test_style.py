"""The lint pass over house rules can fail: what breaks each rule is found, by file and line."""
from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from conftest import ROOT, clean_environment

SCRIPT = ROOT / "scripts" / "lint_style.py"
PYTHON = "/usr/bin/python3"

sys.path.insert(0, str(SCRIPT.parent))

ENTRY = "#include <vtb/strategy.h>\n"
PAGE = "# A page\n\nWords" + " that say something, and more of them" * 3 + ".\n"

# Little of everything, and nothing that breaks a rule.
GOOD = {
    "LICENSE": "Do with it as you please.\n" * 5,
    "README.md": PAGE + "\n[Its title](#a-page), [more](docs/CLI.md#a-page).\n",
    "CONTRIBUTING.md": PAGE,
    "CHANGELOG.md": PAGE,
    "docs/ARCHITECTURE.md": PAGE,
    "docs/METHOD.md": PAGE,
    "docs/STRATEGIES.md": PAGE + "\n`one_task` and `poll`.\n",
    "docs/CLI.md": PAGE + "\n`some_cache`, `boehm` and `gengc`.\n\n```\n[](none)\n```\n",
    "impls/one_task.c": ENTRY,
    "impls/poll.cc": ENTRY,
    "workloads/some_cache.h": '#include <vtb/workload.h>\n#include "common/payload.h"\n',
    "workloads/common/payload.h": "#include <vtb/workload.h>\n",
    "heaps/boehm.c": "#include <vtb/heap.h>\n#include <gc.h>\n",
    "heaps/gengc/gengc.c": '#include "gengc.h"\n',
    "heaps/gengc/gengc.h": "#include <vtb/heap.h>\n",
    "heaps/gengc/collect.c": '#include "gengc.h"\n',
    "harness/include/vtb/heap.h": '#include <stddef.h>\n#include "base.h"\n',
    "harness/include/vtb/base.h": "#include <stdbool.h>\n",
    "harness/include/vtb/cell/whole.h": '#include "../heap.h"\n#include "part.h"\n',
    "harness/include/vtb/cell/part.h": "int part;\n",
    "harness/base/names.c": '/* "one_task" */\nconst char *words[] = {"poll", "a boehm"};\n',
    "harness/base/names.h": "void names(void);\n",
    "harness/gate/gate.h": '#include "base/names.h"\n#include "gate/gate.h"\n',
    "harness/main.c": "int main(void)\n{\n" + "\n" * 68 + "}\n",
    "tests/base/test_names.c": "int one;\n",
    "tests/untested.txt": "main: every test runs it\n",
    "scripts/some.py": "def one(\n    two: int,\n) -> int:\n    return two\n",
    "scripts/some.sh": "#!/bin/sh\n",
    "tests/picture.png": "\0\udcff",  # no text, and none that has to be one
}

# A rule, what breaks it in one file, the line, and what is said of it.
BAD = [
    ("there_is_something_to_check", {"tests/base/test_names.c": None}, "tests:1: has no sources"),
    (
        "harness_names_no_entry",
        {"harness/base/names.c": '/*\n */\nconst char *word = "a one_task";\n'},
        'harness/base/names.c:3: a text names an entry: "a one_task"',
    ),
    (
        "harness_names_no_entry",
        {"harness/base/names.c": '\nconst char *word = "boehm";\n'},
        'harness/base/names.c:2: a text names an entry: "boehm"',
    ),
    (
        "harness_refers_to_no_entry",
        {"harness/base/names.c": "/*\n */ int *at = vtb_heap_gengc;\n"},
        "harness/base/names.c:2: refers to an entry: vtb_heap_gengc",
    ),
    (
        "entries_include_the_contract_alone",
        {"impls/poll.cc": ENTRY + "#include <stdio.h>\n"},
        "impls/poll.cc:2: includes more than the contract: <stdio.h>",
    ),
    (
        "entries_include_the_contract_alone",
        {"workloads/common/payload.h": "int value;\n"},
        "workloads/common/payload.h:1: includes nothing of the contract",
    ),
    (
        "heaps_include_the_contract_and_the_system",
        {"heaps/gengc/collect.c": '#include "gengc.h"\n#include "../../harness/base/names.h"\n'},
        'heaps/gengc/collect.c:2: includes more than the contract: "../../harness/base/names.h"',
    ),
    (
        "heaps_include_the_contract_and_the_system",
        {"heaps/gengc/gengc.h": "int heap;\n"},
        "heaps/gengc/gengc.c:1: does not include <vtb/heap.h>",
    ),
    (
        "contract_includes_nothing_of_the_harness",
        {"harness/include/vtb/heap.h": '#include <stddef.h>\n#include "names.h"\n'},
        'harness/include/vtb/heap.h:2: the contract includes "names.h"',
    ),
    (
        "rooms_include_downwards",
        {"harness/base/names.c": '#include "base/names.h"\n#include "gate/gate.h"\n'},
        'harness/base/names.c:2: base/ may not include "gate/gate.h"',
    ),
    (
        "rooms_include_downwards",
        {"harness/gate/gate.h": '#include "check/misuse.h"\n', "harness/check/misuse.h": "\n"},
        'harness/gate/gate.h:1: gate/ may not include "check/misuse.h"',
    ),
    (
        "rooms_include_downwards",
        {"harness/base/names.c": '#include "../gate/gate.h"\n'},
        'harness/base/names.c:1: base/ may not include "../gate/gate.h"',
    ),
    (
        "rooms_include_downwards",
        {"harness/base/names.c": "#include <gate/gate.h>\n"},
        "harness/base/names.c:1: base/ may not include <gate/gate.h>",
    ),
    (
        "rooms_include_downwards",
        {"harness/base/names.c": "#include <vtb/heap.h>\n"},
        "harness/base/names.c:1: base/ may not include <vtb/heap.h>",
    ),
    (
        "rooms_include_downwards",
        {"harness/attic/old.h": "int old;\n"},
        "harness/attic/old.h:1: attic/ is no room: see ROOMS in scripts/lint_style.py",
    ),
    (
        "c_has_no_tabs",
        {"tests/base/test_names.c": "int a;\nint\tb;\n"},
        "tests/base/test_names.c:2: a tab",
    ),
    (
        "contract_includes_nothing_of_the_harness",
        {"harness/include/vtb/heap.h": '#include <stddef.h>\n#include "cell/part.h"\n'},
        'harness/include/vtb/heap.h:2: the contract includes "cell/part.h"',
    ),
    (
        "contract_includes_nothing_of_the_harness",
        {"harness/include/vtb/cell/part.h": '#include "../../../names.h"\n'},
        'harness/include/vtb/cell/part.h:1: the contract includes "../../../names.h"',
    ),
    (
        "functions_fit_a_screen",
        {"harness/main.c": "int main(void)\n{\n" + "\n" * 69 + "}\n"},
        "harness/main.c:2: a function of 71 lines",
    ),
    (
        "functions_fit_a_screen",
        {"scripts/some.py": "\ndef one() -> None:\n" + "    print()\n" * 70},
        "scripts/some.py:2: a function of 71 lines",
    ),
    (
        "modules_have_tests",
        {"harness/gate/more.c": "int more;\n"},
        "harness/gate/more.c:1: a module without tests/gate/test_more.c, nor in tests/untested.txt",
    ),
    (
        "modules_have_tests",
        {"harness/cells/more.c": "int more;\n"},
        "harness/cells/more.c:1: a module without tests/cells/test_more.c, "
        "nor in tests/untested.txt",
    ),
    (
        "modules_have_tests",
        {"tests/untested.txt": "main: every test\nnames: none\n"},
        "tests/untested.txt:2: an exception that is none: names",
    ),
    (
        "modules_have_tests",
        {"tests/untested.txt": "main\n"},
        "tests/untested.txt:1: not 'name: where it is tested'",
    ),
    ("texts_are_utf8", {"docs/CLI.md": "\udcff\n"}, "docs/CLI.md:1: not UTF-8"),
    (
        "lines_fit",
        {"scripts/some.py": "# Fits.\n#" + " a" * 50 + "\n"},
        "scripts/some.py:2: a line of 101 characters",
    ),
    (
        "files_end_in_one_newline_and_lines_in_no_space",
        {"scripts/some.sh": "#!/bin/sh\n\nexit 0 \n"},
        "scripts/some.sh:3: white space at a line's end",
    ),
    (
        "files_end_in_one_newline_and_lines_in_no_space",
        {"scripts/some.sh": "#!/bin/sh\r\n"},
        "scripts/some.sh:1: white space at a line's end",
    ),
    (
        "files_end_in_one_newline_and_lines_in_no_space",
        {"CMakeLists.txt": "project(x)\n\n"},
        "CMakeLists.txt:3: a file's end is not one newline",
    ),
    (
        "files_end_in_one_newline_and_lines_in_no_space",
        {"tests/base/test_names.c": "int one;"},
        "tests/base/test_names.c:1: a file's end is not one newline",
    ),
    (
        "no_path_of_a_machine",
        {".ci/run": "cd .\ncd /" + "home/somebody\n"},
        ".ci/run:2: a path of a machine: /" + "home/somebody",
    ),
    (
        "python_is_typed",
        {"scripts/some.py": "x = 1\n\n\ndef one(two):\n    return two\n"},
        "scripts/some.py:4: one lacks its type",
    ),
    (
        "scripts_name_no_strategy",
        {"scripts/some.py": '# one_task\nwords = ["poll", "boehm"]\ntold = f"a one_task {7}"\n'},
        'scripts/some.py:3: a text names a strategy: "a one_task "',
    ),
    (
        "packages_import_one_way",
        {
            "scripts/part/one.py": "from . import two\n",
            "scripts/part/two.py": "from .three import more\nfrom .four import less\n",
            "scripts/part/three.py": "from ..some import one\nfrom .one import two\n",
            "scripts/part/four.py": "less = 1\n",
        },
        "scripts/part/one.py:1: modules import one another: scripts/part/one.py, "
        "scripts/part/three.py, scripts/part/two.py",
    ),
    (
        "documents_are_there",
        {"docs/METHOD.md": None},
        "docs/METHOD.md:1: a document that is missing, or says nothing",
    ),
    (
        "documents_are_there",
        {"LICENSE": "None.\n"},
        "LICENSE:1: a document that is missing, or says nothing",
    ),
    (
        "links_lead_somewhere",
        {"docs/METHOD.md": PAGE + "[gone](GONE.md)\n"},
        "docs/METHOD.md:4: leads nowhere: GONE.md",
    ),
    (
        "links_lead_somewhere",
        {"docs/METHOD.md": PAGE + "[out](../../out.md)\n"},
        "docs/METHOD.md:4: leads nowhere: ../../out.md",
    ),
    (
        "links_lead_somewhere",
        {"docs/METHOD.md": PAGE + "[part](CLI.md#another-page)\n"},
        "docs/METHOD.md:4: leads nowhere: CLI.md#another-page",
    ),
    (
        "every_entry_is_described",
        {"docs/STRATEGIES.md": PAGE + "`poll`.\n", "CHANGELOG.md": PAGE + "`one_task`.\n"},
        "impls/one_task.c:1: `one_task` is not described in docs/STRATEGIES.md",
    ),
    (
        "every_entry_is_described",
        {"docs/CLI.md": PAGE + "`some_cache` and `boehm`.\n"},
        "heaps/gengc/gengc.c:1: `gengc` is not described in a document",
    ),
    (
        "no_placeholder_is_left",
        {"CHANGELOG.md": PAGE + "TODO: more\n"},
        "CHANGELOG.md:4: a placeholder: TODO",
    ),
]


def write(root: Path, *trees: dict[str, str | None]) -> Path:
    """Later trees go over those before; what is none is not there."""
    for name, text in {name: text for tree in trees for name, text in tree.items()}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if text is not None:
            path.write_bytes(text.encode("utf-8", "surrogateescape"))
    return root


def lint(root: Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Runs the program as a script does that has no language's locale."""
    return subprocess.run(
        [PYTHON, str(SCRIPT), "--root", str(root)],
        cwd=cwd,
        env=clean_environment(LC_ALL="C"),
        capture_output=True,
        encoding="utf-8",
    )


@pytest.fixture(scope="module")
def style() -> ModuleType:
    import lint_style

    return lint_style


def test_what_breaks_a_rule_is_found(style: ModuleType, tmp_path: Path) -> None:
    """By this rule, and by no other."""
    (tmp_path / "out.md").write_text("Beside the trees.\n")
    for number, (rule, changes, finding) in enumerate(BAD):
        tree = style.Tree(write(tmp_path / str(number), GOOD, changes))
        found = {each.__name__: [str(line) for line in each(tree)] for each in style.RULES}
        about = {name: lines for name, lines in found.items() if lines}
        if rule not in ("there_is_something_to_check", "texts_are_utf8"):  # more follows from these
            assert about == {rule: [finding]}
        assert about[rule] == [finding]


def test_every_rule_can_fail(style: ModuleType) -> None:
    assert {rule for rule, _, _ in BAD} == {rule.__name__ for rule in style.RULES}


def test_pass_tells_file_and_line_or_how_much_was_read(style: ModuleType, tmp_path: Path) -> None:
    """In folders of any name, from any directory, and in any locale."""
    root = write(tmp_path / "a tree, größer", GOOD)
    done = lint(root, tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    expected = f"style: {len(GOOD)} files, {len(style.RULES)} rules, nothing found\n"
    assert done.stdout == expected
    write(root, {"tests/naïve one.c": "int\tone; /* größer */\n", "harness/main.c": "\tint a;\n"})
    write(root, {"tests/\udcff.c": "\t;\n"})  # a byte that is no letter in UTF-8
    for cwd, given in [(Path("/"), root), (root / "tests", Path(".."))]:
        done = lint(given, cwd)
        assert (done.returncode, done.stderr) == (1, "")
        names = ["harness/main.c", "tests/naïve one.c", "tests/\\udcff.c"]
        assert done.stdout.splitlines() == [f"{name}:1: a tab" for name in names]


def test_what_programs_leave_behind_is_not_looked_at(style: ModuleType, tmp_path: Path) -> None:
    """With git, what it ignores; without it, what the build and the tests write."""
    left = {name: "int\ta;\n" for name in ["build/a.c", "results/b.c", "tests/__pycache__/c.c"]}
    root = write(tmp_path / "tree", GOOD, left)
    assert style.findings_of(style.Tree(root)) == []
    assert sorted(style.Tree(root).files) == sorted(GOOD)
    write(root, {".git": "gitdir: gone\n"})
    assert sorted(style.Tree(root).files) == sorted(GOOD)
    (root / ".git").unlink()
    write(root, {".gitignore": "*.c\n!/*/**/*.c\n/build/\n/results/\n__pycache__/\n", "d.c": "\t"})
    subprocess.run(["git", "init", "-q", str(root)], check=True)
    assert style.findings_of(style.Tree(root)) == []
    assert sorted(style.Tree(root).files) == sorted([*GOOD, ".gitignore"])
    write(root, {"tests/new.c": "\t\n"})
    assert [str(each) for each in style.findings_of(style.Tree(root))][0] == "tests/new.c:1: a tab"


def test_there_is_much_to_check_here(style: ModuleType) -> None:
    tree = style.Tree(ROOT)
    assert len(tree.entries) >= 9 and len(tree.c_files) > 40 and len(tree.pages) >= 7
    assert len(tree.harness) > 30 and len(tree.python) > 15 and len(tree.scripts) > 5


def test_lint_runs_the_pass() -> None:
    text = (ROOT / "scripts" / "lint.sh").read_text(encoding="utf-8")
    assert "/usr/bin/python3 scripts/lint_style.py\n" in text
