#!/usr/bin/python3
"""Prepares the input of clang-tidy: writes build/lint/compile_commands.json, and prints the names
of the sources in it that clang-tidy has to look at, each ended by a NUL.

A source stands there once, however often it is compiled. A cell, which is one source compiled in
many ways, gets a source of its own that includes it. clang-tidy does not know gcc's tuning flags.
"""
from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / "release"
CELLS = BUILD / "cells"
LINT = ROOT / "build" / "lint"

TUNING = r" -f(align)-[a-z]+=[0-9]+| -mmem[a-z]+-strategy=[^ ]+"
FOLDERS = ["harness", "harness/*", "heaps", "heaps/*", "tests", "tests/*", "examples"]
SKELETONS = ROOT / "harness" / "templates"

Entry = dict[str, Any]


def listing() -> dict[str, list[Entry]]:
    command = [str(BUILD / "run_bench"), "list", "--format", "json"]
    return json.loads(subprocess.run(command, capture_output=True, check=True).stdout)


def is_looked_at(name: str) -> bool:
    """Whether a cell is one that is checked: timed, for heaps that free, or counted with checks."""
    return re.search(r"\.(timing(_async)?|counting(_async)?_checked)\.so$", name) is not None


def list_cells() -> None:
    """Has the program write its list of cells; those that are not built yet are built, and one is
    taken away, since nothing is written where there is nothing to build."""
    found = listing()
    (default,) = (row["name"] for row in found["workloads"] if row["default"])
    names = [row["name"] for row in found["strategies"]]
    checked = [f"{row['name']}@checked" for row in found["strategies"] if not row["role"] in PLAIN]
    arguments = ["build", "--workload", default, "--strategy", ",".join(names + checked)]
    (CELLS / f"{names[0]}.{default}.timing.so").unlink(missing_ok=True)
    command = [str(BUILD / "run_bench"), *arguments, "--method", "both", "--heap", "glibc"]
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)


# The roles of strategies that never suspend, and so have no checks.
PLAIN = {"empty", "floor"}


def cells() -> list[Entry]:
    command = ["ninja", "-C", str(CELLS), "-t", "compdb", "cell"]
    entries = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    kept = []
    for entry in entries:
        if not is_looked_at(entry["output"]):
            continue
        language = ".cc" if " -x c++ " in entry["command"] else ".c"
        source = LINT / "cells" / (Path(entry["output"]).stem + language)
        source.write_text(f'#include "{entry["file"]}"\n', encoding="utf-8")
        command = re.sub(r" -MMD .*", f" -c {shlex.quote(str(source))}", entry["command"])
        kept.append({**entry, "file": str(source), "command": command})
    return kept


def programs() -> list[Entry]:
    entries = json.loads((BUILD / "compile_commands.json").read_text(encoding="utf-8"))
    once = {entry["file"]: entry for entry in entries}
    return list(once.values())


def as_fuzzed(sources: list[Path], known: list[Entry]) -> list[Entry]:
    """What no build compiles, as scripts/fuzz.sh does; clang-tidy would guess."""
    files = {entry["file"] for entry in known}
    folders = [ROOT, ROOT / "harness", ROOT / "harness" / "include"]
    includes = [f"-I{each}" for each in folders]
    command = shlex.join(["cc", "-std=gnu11", "-D_GNU_SOURCE", *includes, "-c"])
    return [
        {"directory": str(ROOT), "file": name, "command": f"{command} {shlex.quote(name)}"}
        for name in map(str, sources)
        if name not in files
    ]


def main() -> None:
    (LINT / "cells").mkdir(parents=True, exist_ok=True)
    list_cells()
    own = cells()
    assert own, "the program has listed no cells"
    entries = [*programs(), *own]
    for entry in entries:
        entry["command"] = re.sub(TUNING, "", entry["command"])
    found = [path for folder in FOLDERS for path in sorted(ROOT.glob(f"{folder}/*.c"))]
    sources = [path for path in found if path.parent != SKELETONS]
    text = json.dumps([*entries, *as_fuzzed(sources, entries)], indent=1)
    (LINT / "compile_commands.json").write_text(text, encoding="utf-8")
    for name in [*map(str, sources), *(entry["file"] for entry in own)]:
        sys.stdout.buffer.write(name.encode() + b"\0")


if __name__ == "__main__":
    main()
