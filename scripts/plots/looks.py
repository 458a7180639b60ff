"""Looks: a strategy's are the same in every picture, and told apart from all others'."""
from __future__ import annotations

import colorsys
import zlib
from dataclasses import dataclass

from .strategies import KNOWN


@dataclass(frozen=True)
class Style:
    """A marker is one of those that both programs have, or none."""

    colour: str
    marker: str
    filled: bool = True
    dash: str = "solid"
    own_ink: str = ""

    @property
    def ink(self) -> str:
        """For text: dark enough on white."""
        return self.own_ink or blend(self.colour, "#000000", 0.4)


def blend(colour: str, other: str, share: float) -> str:
    own, others = ([int(each[i : i + 2], 16) for i in (1, 3, 5)] for each in (colour, other))
    return "#" + "".join(f"{round(a + (b - a) * share):02X}" for a, b in zip(own, others))


STYLES = {
    name: Style(known.colour, known.marker, known.filled, known.dash)
    for name, known in KNOWN.items()
}
GREY, GREY_INK = "#C6C6C6", "#767676"
MARKERS = ["circle", "square", "up", "down", "diamond", "pentagon"]
VARIANTS = {"checked": ("#555555", 0.45), "atomic": ("#FFFFFF", 0.35)}


def stranger(name: str) -> Style:
    """The look of a strategy that is not in the table. Its name alone decides, so that it looks the
    same everywhere.
    """
    code = zlib.crc32(name.encode())
    hue, light = code % 360 / 360, 0.32 + (code // 360) % 5 * 0.05
    levels = colorsys.hls_to_rgb(hue, light, 0.65)
    colour = "#" + "".join(f"{round(level * 255):02X}" for level in levels)
    return Style(colour, MARKERS[code // 1800 % len(MARKERS)], filled=code // 10800 % 2 == 0)


def style_of(strategy: str) -> Style:
    """The look of a strategy. Text behind a hyphen, which no strategy has in its name, is ignored:
    it tells histograms apart.
    """
    name, _, variant = strategy.partition("-")[0].partition("@")
    style = STYLES.get(name) or stranger(name)
    if not variant:
        return style
    other, share = VARIANTS.get(variant, ("#777777", 0.5))
    dash = "dot" if variant == "atomic" else "dash"
    return Style(blend(style.colour, other, share), style.marker, not style.filled, dash)


def muted(style: Style) -> Style:
    """The look of what is not in colour: grey, without a marker; its dashes stay."""
    return Style(GREY, "none", dash=style.dash, own_ink=GREY_INK)


# Light to dark, of one hue, which is the same order to all eyes.
HEAT = ["#F2F7FC", "#C9DDF0", "#8DBDE0", "#4A90C6", "#1B62A5", "#08306B"]

# Of the states of the machine, told apart as those of strategies are.
STATES = {"quiet": "#0072B2", "busy": "#D55E00", "neither": "#A0A0A0"}

DARK = 0.55  # above this share of the top, text is white
