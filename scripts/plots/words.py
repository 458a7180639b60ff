"""Words and numbers, as titles, notes and ticks have them."""
from __future__ import annotations

import math
import re
import textwrap
from collections.abc import Iterable, Sequence


def short(value: float, digits: int = 3) -> str:
    """1234.5 as 1230, 0.07040 as 0.0704."""
    if value == 0:
        return "0"
    places = digits - 1 - math.floor(math.log10(abs(value)))
    text = f"{round(value, places):.{max(places, 0)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def scaled(value: float, units: Sequence[str], step: float = 1000) -> str:
    for unit in units[:-1]:
        if abs(value) < step * 0.9995:
            return f"{short(value)} {unit}".strip()
        value /= step
    return f"{short(value)} {units[-1]}".strip()


def ns_text(value: float) -> str:
    return scaled(value, ["ns", "us", "ms", "s"])


def bytes_text(value: float) -> str:
    return scaled(value, ["B", "kB", "MB", "GB", "TB"])


def binary_text(value: float) -> str:
    return scaled(value, ["B", "KiB", "MiB", "GiB"], 1024)


def count_text(value: float) -> str:
    """200000 as 200k; 65536 as it is."""
    text = scaled(value, ["", "k", "M", "G", "T"]).replace(" ", "")
    return text if float(short(value)) == value else f"{value:.12g}"


def digits(value: float) -> str:
    """Three of them, zeros among them: for columns."""
    return f"{value:#.3g}".rstrip(".") if 0.001 <= abs(value) < 1000 else short(value)


def listed(words: Sequence[str], most: int = 99) -> str:
    if len(words) > most:
        return f"{', '.join(words[: most - 1])} and {len(words) - most + 1} others"
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def part_of_a_name(text: str) -> str:
    """The text with other characters where a file's name may not have them."""
    return re.sub(r"[^\w.@+-]", "_", text)


def shown(text: str) -> str:
    """The text in one line, with escapes for what would move a terminal's cursor."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


def wrapped(sentences: Iterable[str], width: int) -> list[str]:
    return textwrap.wrap(" ".join(sentences), width, break_on_hyphens=False)


def title_lines(*sentences: str) -> list[str]:
    return wrapped([each for each in sentences if each], 98)


def note_lines(*sentences: str) -> list[str]:
    return wrapped([each for each in sentences if each], 116)
