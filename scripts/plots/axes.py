"""Axes: what they span, and where their ticks are."""
from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .words import count_text, short

WIDTH = 800  # of all lengths here, in px; the programs may draw them larger
LEFT, RIGHT = 76.0, 172.0  # beside the axes of lines, of which that on the right names them


@dataclass
class Axis:
    label: str
    scale: str  # linear or log
    low: float
    high: float
    ticks: list[tuple[float, str]]

    @property
    def title(self) -> str:
        """The label, and what a reader would else not know."""
        return f"{self.label}, logarithmic" if self.scale == "log" else self.label

    def share(self, value: float) -> float:
        """Where a value is, 0 to 1."""
        if self.scale == "log":
            return math.log(value / self.low) / math.log(self.high / self.low)
        return (value - self.low) / (self.high - self.low)


def linear_ticks(low: float, high: float) -> list[tuple[float, str]]:
    rough = (high - low) / 6
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * each for each in (1, 2, 5, 10) if power * each >= rough)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [(index * step, short(index * step)) for index in range(first, last + 1)]


def log_ticks(low: float, high: float, text: Callable[[float], str]) -> list[tuple[float, str]]:
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    decades = math.log10(high / low)
    steps = (1, 1.5, 2, 3, 4, 5, 6, 8) if decades < 1.2 else (1, 2, 5) if decades < 2.5 else (1,)
    ticks = [10.0**power * each for power in powers for each in steps]
    return [(tick, text(tick)) for tick in ticks if low <= tick <= high]


def value_axis(
    label: str, scale: str, values: Sequence[float], text: Callable[[float], str] = count_text
) -> Axis:
    """An axis that shows all values, from 0 if it is linear; `text` is that of a tick."""
    high = max(values)
    if scale == "log":
        low, high = min(values) / 1.15, high * 1.15
        return Axis(label, scale, low, high, log_ticks(low, high, text))
    high = high * 1.05 if high > 0 else 1.0
    return Axis(label, scale, 0.0, high, linear_ticks(0.0, high))


def sweep_axis(label: str, scale: str, values: Sequence[float], texts: Sequence[str]) -> Axis:
    """An axis whose ticks are the values that were measured, as many of them as fit."""
    if scale == "log":
        margin = (values[-1] / values[0]) ** 0.03
        axis = Axis(label, scale, values[0] / margin, values[-1] * margin, [])
    else:
        margin = (values[-1] - values[0]) * 0.03
        axis = Axis(label, scale, values[0] - margin, values[-1] + margin, [])
    ticks = list(zip(values, texts))
    steps = range(1, len(ticks) + 1)
    ending = [step for step in steps if (len(ticks) - 1) % step == 0]  # first and last among them
    fitting = [step for step in [*ending, *steps] if have_room(axis, ticks[::step])]
    axis.ticks = ticks[:: fitting[0]]
    return axis


def have_room(axis: Axis, ticks: Sequence[tuple[float, str]]) -> bool:
    """Whether no text of a tick comes near its neighbour's."""
    free = -1.0
    for value, text in ticks:
        if axis.share(value) < free:
            return False
        free = axis.share(value) + (len(text) + 2) * 7.5 / (WIDTH - LEFT - RIGHT)
    return True
