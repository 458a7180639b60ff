"""Pictures as text that gnuplot can load: assignments and data blocks."""
from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from .axes import WIDTH, Axis
from .looks import HEAT, STATES, Style, blend, style_of
from .pictures import (
    FONT,
    TEXT_STEP,
    TITLE_FONT,
    TITLE_STEP,
    AnyPicture,
    Dots,
    Heat,
    Line,
    Lines,
    Rows,
    dot_places,
    heat_top,
    is_dark,
)
from .words import count_text, digits

POINTS = {  # gnuplot's numbers, filled and open
    "circle": (7, 6),
    "square": (5, 4),
    "up": (9, 8),
    "down": (11, 10),
    "diamond": (13, 12),
    "pentagon": (15, 14),
    "plus": (1, 1),
    "cross": (2, 2),
    "none": (0, 0),
}
DASHES = {"solid": 1, "dash": 2, "dot": 3}


def quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("`", "'")
    return '"' + escaped.replace("\n", "\\n") + '"'


def block(name: str, lines: Iterable[str]) -> list[str]:
    return [f"${name} << END_OF_DATA", *lines, "END_OF_DATA"]


def number_of(style: Style) -> int:
    """A colour, as gnuplot has it in data."""
    return int(style.colour[1:], 16)


def columns_text(columns: dict[str, list[str]]) -> list[str]:
    return [f"{name} = {quoted(' '.join(words))}" for name, words in columns.items()]


def lines_style_text(lines: Sequence[Line]) -> list[str]:
    styles = [line.style for line in lines]
    return columns_text(
        {
            "NAMES": [line.name for line in lines],
            "COLOURS": [style.colour for style in styles],
            "INKS": [style.ink for style in styles],
            "POINTS": [str(POINTS[style.marker][not style.filled]) for style in styles],
            "DASHES": [str(DASHES[line.dash]) for line in lines],
            "WIDTHS": ["0.9" if line.grey else "1.6" for line in lines],
        }
    )


def axis_text(letter: str, axis: Axis) -> list[str]:
    """The texts of ticks are formats to gnuplot."""
    texts = "|".join(text.replace("%", "%%") for _, text in axis.ticks)
    places = row_of(*(place for place, _ in axis.ticks))
    return [
        f"{letter}_LABEL = {quoted(axis.title)}",
        f"{letter}_LOG = {int(axis.scale == 'log')}",
        f"{letter}_LOW = {row_of(axis.low)}",
        f"{letter}_HIGH = {row_of(axis.high)}",
        f"{letter}_TICKS = {quoted(places)}",
        f"{letter}_TEXTS = {quoted(texts)}",
    ]


def row_of(*values: float) -> str:
    """Without exponents, which gnuplot does not read in a text."""
    return " ".join(f"{Decimal(f'{value:.9g}'):f}" for value in values)


def lines_text(picture: Lines) -> list[str]:
    """Behind the points of a line stands its band, as it is drawn: the line itself if it has none.
    """
    data, ends, cuts = [], [], []
    for line in picture.lines:
        data += [f"# {line.name}: x, y, interval of y, band"]
        spans = [(s.low, s.high) if s else None for s in line.band] or [None] * len(line.points)
        for point, span in zip(line.points, spans):
            data.append(row_of(*point, *(span or (point[1], point[1]))) if point else "")
        data += ["", ""]
        ends.append(row_of(line.drawn[-1][0], line.drawn[-1][1], line.label_at))
        for cut in line.cuts:
            up = int(cut.reach > cut.y)
            cuts.append(f"{row_of(cut.x, cut.y, up)} {number_of(line.style)} {line.name}")
    marks = [
        f"{row_of(mark.x, mark.y, mark.low, mark.high)} {style_of(mark.name).colour} {mark.name}"
        for mark in picture.marks
    ]
    divide = picture.divide or (0, "", "")
    return [
        *["FORM = \"lines\"", *lines_style_text(picture.lines)],
        *[*axis_text("X", picture.x), *axis_text("Y", picture.y)],
        f"LEVEL_N = {int(picture.level is not None)}",
        f"LEVEL = {picture.level or 0:.9g}",
        f"MARKS_N = {len(marks)}",
        f"CUTS_N = {len(cuts)}",
        f"DIVIDE = {divide[0]:.9g}",
        f"DIVIDE_LEFT = {quoted(divide[1])}",
        f"DIVIDE_RIGHT = {quoted(divide[2])}",
        *block("DATA", data),
        *block("ENDS", ends),
        *block("MARKS", marks),
        *block("CUTS", cuts),
    ]


def heat_text(picture: Heat) -> list[str]:
    cells = []
    for y, (values, texts) in enumerate(zip(picture.values, picture.texts)):
        for x, (value, text) in enumerate(zip(values, texts)):
            words = quoted(text)
            dark = int(is_dark(picture, value))
            cells.append(f"{x} {y} {'NaN' if value is None else f'{value:.9g}'} {dark} {words}")
    stops = ", ".join(f'{place} "{colour}"' for place, colour in enumerate(HEAT))
    return [
        *["FORM = \"heat\"", f"X_LABEL = {quoted(picture.x_label)}"],
        f"Y_LABEL = {quoted(picture.y_label)}",
        f"COLUMNS = {quoted('|'.join(picture.columns))}",
        f"ROWS = {quoted('|'.join(picture.rows))}",
        f"TOP_VALUE = {heat_top(picture):.9g}",
        f"set palette defined ({stops})",
        *block("DATA", cells),
    ]


def rows_text(picture: Rows) -> list[str]:
    """Bars have their values as text, too; gaps are panel and row of what there is not."""
    data, dots, gaps = [], [], []
    for number, panel in enumerate(picture.panels, 1):
        data.append(f"# {panel.heading}: row, values, colour")
        for index, row in enumerate(panel.rows):
            place = len(picture.names) - 1 - index
            if row is None:
                gaps.append(f"{number} {place}")
                continue
            text = f" {digits(row.values[0])}" if picture.form == "bars" else ""
            text = f" {count_text(row.values[3])}" if picture.form == "quantiles" else text
            data.append(f"{place} {row_of(*row.values)} {number_of(row.style)} {row.name}{text}")
        data += ["", ""]
        for row, x, y in dot_places(picture, panel):
            dots.append(f"{row_of(x, y)} {number_of(row.style)} {row.name}")
    return [
        *["FORM = \"rows\"", f"KIND = {quoted(picture.form)}"],
        *columns_text({"NAMES": picture.names, "INKS": [*map(picture.ink, picture.names)]}),
        *axis_text("X", picture.x),
        f"HEADING = {picture.heading:.1f}",
        f"PANELS_N = {len(picture.panels)}",
        f"HEADINGS = {quoted('|'.join(panel.heading for panel in picture.panels))}",
        f"GAPS_N = {len(gaps)}",
        *block("DATA", data),
        *block("DOTS", dots),
        *block("GAPS", gaps),
    ]


def dots_text(picture: Dots) -> list[str]:
    """A set of dots for each plane, with the colours of their states; and where planes are."""
    data, labels, planes = [], [], []
    for number, plane in enumerate(picture.planes, 1):
        data.append(f"# {plane.name}: x, y, colour, state")
        for state, dots in plane.dots.items():
            colour = int(STATES[state][1:], 16)
            data += [f"{row_of(*dot)} {colour} {state}" for dot in dots]
            ink = blend(STATES[state], "#000000", 0.4)
            labels.append(f"{number} {ink} {plane.labels[state]}")
        data += ["", ""]
        planes.append(f"{row_of(*picture.sides(number - 1))} {plane.name}")
    return [
        *["FORM = \"dots\"", *axis_text("X", picture.x), *axis_text("Y", picture.planes[0].y)],
        f"PLANES_N = {len(picture.planes)}",
        f"STATES_N = {len(STATES)}",
        f"DIVIDES = {quoted(row_of(*picture.divides))}",
        *block("DATA", data),
        *block("LABELS", labels),
        *block("PLANES", planes),
    ]


def picture_text(picture: AnyPicture) -> list[str]:
    """Assignments and data blocks that gnuplot can load."""
    head = [
        f"# {picture.stem}",
        f"STEM = {quoted(picture.stem)}",
        f"TITLE = {quoted(chr(10).join(picture.title_lines))}",
        f"SUBTITLE = {quoted(chr(10).join(picture.subtitle_lines))}",
        f"NOTE = {quoted(chr(10).join(picture.note_lines))}",
        f"WIDTH = {WIDTH:.1f}",
        f"HEIGHT = {picture.height:.1f}",
        f"TOP = {picture.top:.1f}",
        f"LEFT = {picture.left:.1f}",
        f"RIGHT = {picture.right:.1f}",
        f"BOTTOM = {picture.bottom:.1f}",
        f"FOOT = {picture.foot:.1f}",
        f"FONT = {FONT}",
        f"TITLE_FONT = {TITLE_FONT}",
        f"TITLE_STEP = {TITLE_STEP}",
        f"TEXT_STEP = {TEXT_STEP}",
    ]
    if isinstance(picture, Lines):
        return head + lines_text(picture)
    if isinstance(picture, Dots):
        return head + dots_text(picture)
    return head + (heat_text(picture) if isinstance(picture, Heat) else rows_text(picture))
