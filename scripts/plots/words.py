"""Words and numbers, as titles, notes and ticks have them."""
from __future__ import annotations

import math
import re
import textwrap
from collections.abc import Sequence


def short(value: float, digits: int = 3) -> str:
    """1234.5 as 1,230, 0.07040 as 0.0704."""
    if value == 0:
        return "0"
    places = digits - 1 - math.floor(math.log10(abs(value)))
    text = f"{round(value, places):,.{max(places, 0)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def scaled(value: float, units: Sequence[str], step: float = 1000) -> str:
    for unit in units[:-1]:
        if abs(value) < step * 0.9995:
            return f"{short(value)} {unit}".strip()
        value /= step
    return f"{short(value)} {units[-1]}".strip()


def ns_text(value: float) -> str:
    return scaled(value, ["ns", "us", "ms", "s"])


def ns_span(low: float, high: float) -> str:
    """14.2 to 14.7 ns: the unit once, if it is the same."""
    (least, unit), (most, own) = (ns_text(value).split(" ") for value in (low, high))
    if (least, unit) == (most, own):
        return f"{most} {own}"
    return f"{least}{'' if unit == own else f' {unit}'} to {most} {own}"


def bytes_text(value: float) -> str:
    return scaled(value, ["B", "kB", "MB", "GB", "TB"])


def binary_text(value: float) -> str:
    return scaled(value, ["B", "KiB", "MiB", "GiB"], 1024)


def count_text(value: float) -> str:
    """200000 as 200,000: all digits."""
    return f"{value:,.12g}"


def percent(share: float) -> str:
    """0.228 as 23 %, 0.0031 as 0.3 %; not 0 or 100 % of what is neither."""
    value = 100 * share
    if 0 < value < 0.05:
        return "<0.1 %"
    whole = value == round(value) or 10 <= value < 99.5
    return f"{value:.0f} %" if whole else f"{min(value, 99.9):.1f} %"


def digits(value: float) -> str:
    """Three of them, zeros among them: for columns."""
    if 0 < abs(value) < 0.01:
        return "<0.01"
    return f"{value:#.3g}".rstrip(".") if 0.01 <= abs(value) < 1000 else short(value)


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


def capital(text: str) -> str:
    """With a capital letter for its first, and no other change."""
    return text[:1].upper() + text[1:]


def sentences(*each: str) -> str:
    """In one line, without those that are empty."""
    return " ".join(text for text in each if text)


def wrapped(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, width, break_on_hyphens=False)
