"""Pictures, drawn by matplotlib and saved."""
from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import matplotlib
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from PIL import Image

from .axes import WIDTH, Axis
from .looks import GREY_INK, HEAT, STATES, Style, blend, style_of
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
    Mark,
    Panel,
    Plane,
    Rows,
    dot_places,
    heat_top,
    is_dark,
)
from .words import count_text, digits

matplotlib.use("Agg")

NAN = float("nan")
DPI = 100  # of a picture's lengths
FORMATS = ("svg", "png")
SHAPES = {
    "circle": "o",
    "square": "s",
    "up": "^",
    "down": "v",
    "diamond": "D",
    "pentagon": "p",
    "plus": "+",
    "cross": "x",
    "none": "",
}
DASHES: dict[str, Any] = {"solid": "-", "dash": (0, (5, 3)), "dot": (0, (1.5, 1.5))}
POINT = 72 / DPI
SIDE = 12  # px from the left to texts
LABEL_UP = 20  # px from the note to the top of the x axis's label
SETTINGS = {
    "font.family": "DejaVu Sans",
    "font.size": FONT * POINT,
    "svg.fonttype": "none",
    "svg.hashsalt": "valuetask-bench",
    "axes.edgecolor": "#666666",
    "axes.linewidth": 0.8,
}


def marker_of(style: Style) -> dict[str, Any]:
    face = style.colour if style.filled else "white"
    return {
        "marker": SHAPES[style.marker],
        "markersize": 4.5,
        "markerfacecolor": face,
        "markeredgecolor": style.colour,
    }


def new_figure(picture: AnyPicture) -> Figure:
    """Title and subtitle stand above, the note below, all at the left."""
    figure = Figure(figsize=(WIDTH / DPI, picture.height / DPI), dpi=DPI)

    def write(lines: list[str], top: float, step: float, **looks: Any) -> float:
        for line in lines:
            figure.text(SIDE / WIDTH, 1 - top / picture.height, line, va="top", **looks)
            top += step
        return top

    title = {"size": TITLE_FONT * POINT, "weight": "bold", "color": "#111111"}
    top = write(picture.title_lines, 10, TITLE_STEP, **title)
    write(picture.subtitle_lines, top + 2, TEXT_STEP, color="#333333")
    write(picture.note_lines, picture.height - picture.foot + 6, TEXT_STEP, color=GREY_INK)
    return figure


def label_place(picture: AnyPicture) -> tuple[float, float]:
    """Where the label of the x axis stands, as shares of the figure."""
    middle = (picture.left + WIDTH - picture.right) / 2 / WIDTH
    return middle, (picture.foot + LABEL_UP) / picture.height


def write_x_label(figure: Figure, picture: AnyPicture, label: str) -> None:
    figure.text(*label_place(picture), label, ha="center", va="top")


def add_axes(
    figure: Figure, picture: AnyPicture, top: float, sides: tuple[float, float]
) -> Axes:
    """Axes between two places from the left, in px."""
    left, right = sides
    height = picture.height - top - picture.bottom
    axes = figure.add_axes(
        (
            left / WIDTH,
            picture.bottom / picture.height,
            (right - left) / WIDTH,
            height / picture.height,
        )
    )
    axes.spines[["top", "right"]].set_visible(False)
    axes.set_axisbelow(True)
    return axes


def set_axis(axes: Axes, letter: str, axis: Axis) -> None:
    getattr(axes, f"set_{letter}scale")(axis.scale)
    getattr(axes, f"set_{letter}lim")(axis.low, axis.high)
    own = getattr(axes, f"{letter}axis")
    own.set_ticks([place for place, _ in axis.ticks], [text for _, text in axis.ticks])
    own.set_ticks([], minor=True)
    axes.grid(axis=letter, color="#E6E6E6", linewidth=0.7)


def draw_band(axes: Axes, line: Line) -> None:
    """With a small triangle at each end where it is cut."""
    colour = line.style.colour
    gap = (NAN, NAN, NAN)
    spans = [(span.x, span.low, span.high) if span else gap for span in line.band]
    axes.fill_between(*zip(*spans), color=colour, alpha=0.16, linewidth=0, zorder=1.5)
    middles = {point[0]: point[1] for point in line.drawn}
    for cut in line.cuts:
        marker = "^" if cut.reach > middles[cut.x] else "v"
        axes.plot([cut.x], [cut.y], marker, color=colour, markersize=5, alpha=0.7, mew=0, zorder=4)


def draw_line(axes: Axes, picture: Lines, line: Line) -> None:
    style = line.style
    x, y = zip(*(point[:2] if point else (NAN, NAN) for point in line.points))
    order = 2.0 if line.grey else 3.0
    if line.band:
        draw_band(axes, line)
    axes.plot(
        *[x, y],
        label=line.name,
        color=style.colour,
        linestyle=DASHES[line.dash],
        linewidth=1.1 if line.grey else 1.8,
        zorder=order,
        **marker_of(style),
    )
    end = line.drawn[-1]
    axes.annotate(
        line.name,
        xy=(end[0], end[1]),
        xytext=(1 + 14 / (WIDTH - picture.left - picture.right), line.label_at),
        textcoords=axes.transAxes,
        color=style.ink,
        va="center",
        annotation_clip=False,
        arrowprops={
            "arrowstyle": "-",
            "color": style.colour,
            "linewidth": 0.5 if line.grey else 0.8,
            "shrinkA": 0,
            "shrinkB": 3,
            "relpos": (0, 0.5),
        },
        zorder=order,
    )


def draw_mark(axes: Axes, mark: Mark) -> None:
    colour = style_of(mark.name).colour
    axes.errorbar(
        *[[mark.x], [mark.y]],
        xerr=[[mark.x - mark.low], [mark.high - mark.x]],
        label=f"break-even of {mark.name}",
        fmt="*",
        markersize=11,
        markerfacecolor="#FFFFFF",
        markeredgecolor=colour,
        ecolor=colour,
        elinewidth=1.8,
        capsize=4,
        zorder=5,
    )


def draw_divide(axes: Axes, place: float, left: str, right: str) -> None:
    """A vertical line, and what is on its sides."""
    axes.axvline(place, color="#888888", linewidth=1.0, linestyle=":")
    for text, shift, side in ((left, -5, "right"), (right, 5, "left")):
        axes.annotate(
            *[text, (place, 0.985)],
            xycoords=axes.get_xaxis_transform(),
            xytext=(shift, 0),
            textcoords="offset points",
            ha=side,
            va="top",
            color="#555555",
        )


def draw_lines(picture: Lines) -> Figure:
    figure = new_figure(picture)
    axes = add_axes(figure, picture, picture.top, (picture.left, WIDTH - picture.right))
    set_axis(axes, "x", picture.x)
    set_axis(axes, "y", picture.y)
    write_x_label(figure, picture, picture.x.title)
    axes.set_ylabel(picture.y.title)
    middle = (picture.height - picture.top + picture.bottom) / 2 / picture.height
    axes.yaxis.set_label_coords(24 / WIDTH, middle, transform=figure.transFigure)
    if picture.level is not None:
        axes.axhline(picture.level, color="#444444", linewidth=1.2, zorder=1.8)
    if picture.divide:
        draw_divide(axes, *picture.divide)
    for line in picture.lines:
        draw_line(axes, picture, line)
    for mark in picture.marks:
        draw_mark(axes, mark)
    return figure


def draw_heat(picture: Heat) -> Figure:
    figure = new_figure(picture)
    axes = add_axes(figure, picture, picture.top, (picture.left, WIDTH - picture.right))
    colours = LinearSegmentedColormap.from_list("share", HEAT)
    colours.set_bad("#EEEEEE")
    top = heat_top(picture)
    values = [[NAN if v is None else v for v in row] for row in picture.values]
    axes.imshow(values, cmap=colours, vmin=0, vmax=top, aspect="auto", origin="lower")
    for y, texts in enumerate(picture.texts):
        for x, text in enumerate(texts):
            colour = "white" if is_dark(picture, picture.values[y][x]) else "black"
            axes.text(x, y, text, ha="center", va="center", color=colour)
    axes.set_xticks(range(len(picture.columns)), picture.columns)
    axes.set_yticks(range(len(picture.rows)), picture.rows)
    axes.set_xlabel(picture.x_label)
    axes.set_ylabel(picture.y_label)
    return figure


def draw_rounds(axes: Axes, picture: Rows, panel: Panel) -> None:
    dots = dot_places(picture, panel)
    for index, row in enumerate(panel.rows):
        if row is None:
            continue
        y = len(picture.names) - 1 - index
        colour = row.style.colour
        own = [(x, place) for each, x, place in dots if each is row]
        axes.plot(*zip(*own), "o", color=colour, markersize=4.5, alpha=0.5, label=row.name, mew=0)
        middle, first, third, low, high = row.values
        for ends in ([low, first], [third, high]):
            axes.plot(ends, [y, y], color=colour, linewidth=1.2)
        axes.barh(
            *[y, third - first, 0.62, first], facecolor="none", edgecolor=colour, linewidth=1.2
        )
        axes.plot([middle, middle], [y - 0.31, y + 0.31], color=row.style.ink, lw=2.4)


def draw_bars(axes: Axes, picture: Rows, panel: Panel) -> None:
    for index, row in enumerate(panel.rows):
        y = len(picture.names) - 1 - index
        if row is None:
            axes.annotate(
                *["not measured", (0, y)],
                xytext=(4, 0),
                textcoords="offset points",
                va="center",
                color="#888888",
            )
            continue
        style = row.style
        value, low, high = row.values
        axes.barh(y, value, 0.7, color=style.colour, label=row.name)
        if low < high:
            axes.plot([low, high], [y, y], color="white", linewidth=3.0, solid_capstyle="butt")
            axes.plot([low, high], [y, y], color="#222222", linewidth=1.2, marker="|", markersize=6)
        axes.annotate(
            *[digits(value), (high, y)],
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            color="#333333",
        )


def draw_quantiles(axes: Axes, picture: Rows, panel: Panel) -> None:
    for index, row in enumerate(panel.rows):
        if row is None:
            continue
        y = len(picture.names) - 1 - index
        style = row.style
        middle, high, longest, count = row.values
        axes.plot([middle, longest], [y, y], color=style.colour, linewidth=1.4, label=row.name)
        for value, marker, size in ((middle, "o", 6), (high, "|", 13), (longest, ">", 6)):
            axes.plot([value], [y], marker=marker, color=style.colour, markersize=size, mew=1.8)
        text = f"{count_text(count)} pauses"
        axes.annotate(
            *[text, (longest, y)], xytext=(8, 0), textcoords="offset points", va="center"
        )


DRAW_ROWS = {"rounds": draw_rounds, "bars": draw_bars, "quantiles": draw_quantiles}


def draw_rows(picture: Rows) -> Figure:
    figure = new_figure(picture)
    count = len(picture.names)
    gap = 12.0
    width = (WIDTH - picture.left - picture.right + gap) / len(picture.panels)
    for index, panel in enumerate(picture.panels):
        left = picture.left + index * width
        axes = add_axes(figure, picture, picture.top + picture.heading, (left, left + width - gap))
        set_axis(axes, "x", picture.x)
        axes.set_ylim(-0.6, count - 0.4)
        axes.set_yticks([])
        if panel.heading:
            axes.set_title(panel.heading, loc="left", size=FONT * POINT, pad=4)
        DRAW_ROWS[picture.form](axes, picture, panel)
    top = picture.height - picture.top - picture.heading
    for index, name in enumerate(picture.names):
        share = (index + 0.6) / (count + 0.2)
        y = (top - share * (top - picture.bottom)) / picture.height
        colour = picture.ink(name)
        figure.text((picture.left - 8) / WIDTH, y, name, ha="right", va="center", color=colour)
    write_x_label(figure, picture, picture.x.title)
    return figure


def draw_plane(axes: Axes, picture: Dots, plane: Plane) -> None:
    for place in picture.divides:
        axes.axvline(place, color="#CCCCCC", linewidth=0.8, zorder=1.5)
    for row, (state, dots) in enumerate(plane.dots.items()):
        colour = STATES[state]
        if dots:
            axes.plot(*zip(*dots), "o", color=colour, markersize=2.6, label=state, mew=0)
        axes.text(
            *[1 + 12 / (WIDTH - picture.left - picture.right), 0.94 - 0.1 * row],
            plane.labels[state],
            transform=axes.transAxes,
            color=blend(colour, "#000000", 0.4),
            va="top",
        )


def draw_dots(picture: Dots) -> Figure:
    figure = new_figure(picture)
    for index, plane in enumerate(picture.planes):
        top, end = picture.sides(index)
        place = (
            picture.left / WIDTH,
            1 - end / picture.height,
            (WIDTH - picture.left - picture.right) / WIDTH,
            (end - top) / picture.height,
        )
        axes = figure.add_axes(place)
        axes.spines[["top", "right"]].set_visible(False)
        axes.set_axisbelow(True)
        set_axis(axes, "x", picture.x)
        set_axis(axes, "y", plane.y)
        axes.set_ylabel(plane.y.title)
        axes.set_title(plane.name, loc="left", size=FONT * POINT, pad=4)
        draw_plane(axes, picture, plane)
    write_x_label(figure, picture, picture.x.title)
    return figure


def figure_of(picture: AnyPicture) -> Figure:
    with matplotlib.rc_context(SETTINGS):
        if isinstance(picture, Lines):
            return draw_lines(picture)
        if isinstance(picture, Dots):
            return draw_dots(picture)
        return draw_heat(picture) if isinstance(picture, Heat) else draw_rows(picture)


def with_few_colours(path: Path) -> None:
    """A third of the size, and the same to the eye, thin lines and letters too."""
    with Image.open(path) as image:
        whole = image.convert("RGB")
    few = whole.quantize(256, Image.Quantize.MAXCOVERAGE, kmeans=5, dither=Image.Dither.NONE)
    few.save(path, format="PNG", optimize=True)


def save(figure: Figure, path: Path) -> None:
    """The file is whole, or as it was before."""
    kind = path.suffix[1:]
    waiting = path.with_name(f".{path.name}.{os.getpid()}")
    extra = {"metadata": {"Date": None}} if kind == "svg" else {}
    try:
        with matplotlib.rc_context(SETTINGS):
            figure.savefig(waiting, format=kind, dpi=DPI, **extra)
        if kind == "png":
            with_few_colours(waiting)
        os.replace(waiting, path)
    finally:
        waiting.unlink(missing_ok=True)
