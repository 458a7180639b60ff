"""Checks that every reader of a file makes: that it is a text, and that its numbers are numbers."""
from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any, NoReturn


class BadFile(Exception):
    """A file that no plot can be made of; the text is `FILE: cause`."""


def read_text(path: Path, not_a_text: str) -> str:
    """The file's text; `not_a_text` is the cause that is told where it is none."""
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise BadFile(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise BadFile(f"{path}: {not_a_text}") from None


def refuse_constant(token: str) -> NoReturn:
    raise ValueError(f"{token} is not JSON")


def read_json(path: Path) -> Any:
    text = read_text(path, "not a result file: not a text")
    if not text.strip():
        raise BadFile(f"{path}: empty")
    try:
        return json.loads(text, parse_constant=refuse_constant)
    except (ValueError, RecursionError) as error:
        cause = " ".join(str(error).split())
        raise BadFile(f"{path}: not a result file, or cut short: {cause}") from None


def is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def number_of(where: str, name: str, value: Any) -> float:
    """JSON numbers may be too large for a float."""
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise BadFile(f"{where}: {name} is out of range")
    return number
