"""Figures as cells have them: a few digits to read, all of them to sort by and to see on hover."""
from __future__ import annotations

from typing import Any

from plots.files import is_number
from plots.words import short

from .model import Cell

MISSING = Cell("", "")
MINUS = "\N{MINUS SIGN}"
SMALLEST = 1e-9  # what is less is rounding


def grouped(value: float, digits: int = 3, zeros: bool = False) -> str:
    """1234567.8 as 1,234,568; 12.345 as 12.3; 0.0123 as it is; 12 as 12.0 if zeros are wanted."""
    if abs(value) >= 1000:
        text = f"{value:,.0f}"
    elif abs(value) < SMALLEST:
        text = "0"
    elif zeros and abs(value) >= 0.001:
        text = f"{value:#.{digits}g}".rstrip(".")
    else:
        text = short(value, digits)
    return text.replace("-", MINUS)


def number(value: Any, tone: str = "") -> Cell:
    """A figure that was measured; nothing where it is missing."""
    if not is_number(value):
        return MISSING
    return Cell(grouped(float(value), zeros=True), float(value), tone)


def exact(value: Any) -> Cell:
    """A count, which is exact: with all of its digits but those of the division."""
    return Cell(grouped(float(value), 6), float(value)) if is_number(value) else MISSING


def span(low: Any, high: Any) -> Cell:
    if not is_number(low) or not is_number(high):
        return MISSING
    ends = [float(low), float(high)]
    told = [grouped(each, zeros=True) for each in ends]
    return Cell(" to ".join(told), ends[0], digits=" to ".join(str(each) for each in ends))
