"""Reading what a page is made of: result files, and the JSON that commands print."""
from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from plots.files import BadFile, is_number, number_of, read_json, refuse_constant

STANDARD_INPUT = "-"

DEPTH_MAX = 50  # of what is nested; no document has more than a few

# The key by which a document of each kind is known.
KINDS = {
    "benchmarks": "run",
    "recommendation": "advice",
    "claims": "claims",
    "only_before": "comparison",
    "not_compared": "gate",
    "results": "history",
}


@dataclass(frozen=True)
class Document:
    kind: str  # of KINDS
    path: Path
    data: dict[str, Any]

    @property
    def file_name(self) -> str:
        """Under which the page gives it."""
        own = self.path.name if str(self.path) != STANDARD_INPUT else f"{self.kind}.json"
        return own if own.endswith(".json") else f"{own}.json"


def read_standard_input() -> Any:
    try:
        return json.loads(sys.stdin.buffer.read().decode("utf-8"), parse_constant=refuse_constant)
    except (ValueError, RecursionError) as error:
        cause = " ".join(str(error).split())
        raise BadFile(f"standard input: no JSON, or cut short: {cause}") from None


def check(where: str, data: Any) -> None:
    """JSON may be nested deeper than can be read, and its numbers larger than a float."""
    left = [(data, 0)]
    while left:
        value, depth = left.pop()
        if depth > DEPTH_MAX:
            raise BadFile(f"{where}: nested too deeply")
        if isinstance(value, (dict, list)):
            parts = value.values() if isinstance(value, dict) else value
            left += [(part, depth + 1) for part in parts]
        elif is_number(value):
            number_of(where, "a number", value)


def read(path: Path) -> Document:
    is_input = str(path) == STANDARD_INPUT
    where = "standard input" if is_input else str(path)
    data = read_standard_input() if is_input else read_json(path)
    check(where, data)
    kind = next((KINDS[key] for key in KINDS if isinstance(data, dict) and key in data), "")
    if kind == "run" and is_input:
        raise BadFile("standard input: a result file is named by its path, as others lie beside it")
    if kind:
        return Document(kind, path, data)
    raise BadFile(
        f"{where}: not a result file, nor the JSON of advise, claims, compare, gate or history:"
        f" none of the keys {', '.join(KINDS)}"
    )


def items(document: Document, key: str) -> list[dict[str, Any]]:
    """A list of objects in a document."""
    found = document.data.get(key, [])
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise BadFile(f"{document.path}: {key} is not a list of objects")
    return found


def facts(document: Document, key: str) -> dict[str, Any]:
    """An object in a document, of which nothing depends on being there."""
    found = document.data.get(key)
    return found if isinstance(found, dict) else {}


def listed(value: Any) -> list[Any]:
    """A list in a document; empty if it is anything else."""
    return value if isinstance(value, list) else []


def text(value: Any) -> str:
    """What a document says, as a text: nothing where it says nothing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def made_by(document: Document) -> str:
    """When, on which machine and by which program, so far as a document says it; as a sentence."""
    parts = [text(document.data.get(key)) for key in ("date", "cpu_model")]
    program = [text(document.data.get(key)) for key in ("version", "git_revision")]
    version = " ".join(each for each in program if each)
    told = [*parts, f"valuetask-bench {version}" if version else ""]
    words = ", ".join(each for each in told if each)
    return f"{words}." if words else ""


def lines(document: Document) -> list[tuple[str, str]]:
    """The first screen's lines, with arrows as a page can have them."""
    return [
        (text(line.get("label")), text(line.get("text")).strip().replace(" -> ", " \u2192 "))
        for line in items(document, "answer")
    ]
