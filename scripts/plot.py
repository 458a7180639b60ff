#!/usr/bin/python3
"""Draws result files with matplotlib. What is drawn is worked out in plot_data.py."""
from __future__ import annotations

import logging
import os
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))

# It tells that there is no folder for its cache, or that making it takes long: no concern of ours.
logging.getLogger("matplotlib").setLevel(logging.ERROR)

try:
    import matplotlib
except ImportError:
    sys.exit("plot.py: matplotlib is missing; install the package python3-matplotlib")

matplotlib.use("Agg")

from matplotlib.axes import Axes  # noqa: E402
from matplotlib.colors import LinearSegmentedColormap  # noqa: E402
from matplotlib.figure import Figure  # noqa: E402

import plot_data as data  # noqa: E402

DPI = 100  # of the lengths in plot_data
PNG_SCALE = 2
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
}
DASHES: dict[str, Any] = {"solid": "-", "dash": (0, (5, 3)), "dot": (0, (1.5, 1.5))}
POINT = 72 / DPI
SETTINGS = {
    "font.family": "DejaVu Sans",
    "font.size": data.FONT * POINT,
    "svg.fonttype": "none",
    "svg.hashsalt": "valuetask-bench",
    "axes.edgecolor": "#666666",
    "axes.linewidth": 0.8,
}


def marker_of(style: data.Style) -> dict[str, Any]:
    face = style.colour if style.filled else "white"
    return {
        "marker": SHAPES[style.marker],
        "markersize": 4.5,
        "markerfacecolor": face,
        "markeredgecolor": style.colour,
    }


def new_figure(picture: data.AnyPicture) -> Figure:
    """Title and note stand above, at the left."""
    figure = Figure(figsize=(data.WIDTH / DPI, picture.height / DPI), dpi=DPI)
    y = 1 - 8 / picture.height
    for lines, size, step, colour in (
        (picture.title, data.TITLE_FONT, 19, "#111111"),
        (picture.note, data.FONT, 16, "#555555"),
    ):
        for line in lines:
            figure.text(12 / data.WIDTH, y, line, size=size * POINT, color=colour, va="top")
            y -= step / picture.height
    return figure


def add_axes(
    figure: Figure, picture: data.AnyPicture, top: float, sides: tuple[float, float]
) -> Axes:
    """Axes between two places from the left, in px."""
    left, right = sides
    height = picture.height - top - picture.bottom
    axes = figure.add_axes(
        (
            left / data.WIDTH,
            picture.bottom / picture.height,
            (right - left) / data.WIDTH,
            height / picture.height,
        )
    )
    axes.spines[["top", "right"]].set_visible(False)
    axes.set_axisbelow(True)
    return axes


def set_axis(axes: Axes, letter: str, axis: data.Axis) -> None:
    getattr(axes, f"set_{letter}scale")(axis.scale)
    getattr(axes, f"set_{letter}lim")(axis.low, axis.high)
    own = getattr(axes, f"{letter}axis")
    own.set_ticks([place for place, _ in axis.ticks], [text for _, text in axis.ticks])
    own.set_ticks([], minor=True)
    axes.grid(axis=letter, color="#E6E6E6", linewidth=0.7)


def draw_line(axes: Axes, picture: data.Lines, line: data.Line) -> None:
    style = data.style_of(line.name)
    muted = line.name in data.REFERENCES
    gap = (float("nan"),) * 4
    x, y, low, high = zip(*(point or gap for point in line.points))
    order = 2.0 if muted else 3.0
    if low != y or high != y:
        axes.fill_between(x, low, high, color=style.colour, alpha=0.16, linewidth=0, zorder=1.5)
    axes.plot(
        *[x, y],
        label=line.name,
        color=style.colour,
        linestyle=DASHES[line.dash],
        linewidth=1.0 if muted else 1.4,
        zorder=order,
        **marker_of(style),
    )
    end = line.drawn[-1]
    axes.annotate(
        line.name,
        xy=(end[0], end[1]),
        xytext=(1 + 14 / (data.WIDTH - picture.left - picture.right), line.label_at),
        textcoords=axes.transAxes,
        color=style.ink,
        va="center",
        annotation_clip=False,
        arrowprops={
            "arrowstyle": "-",
            "color": style.colour,
            "linewidth": 0.7,
            "shrinkA": 0,
            "shrinkB": 3,
            "relpos": (0, 0.5),
        },
        zorder=order,
    )


def draw_lines(picture: data.Lines) -> Figure:
    figure = new_figure(picture)
    axes = add_axes(figure, picture, picture.top, (picture.left, data.WIDTH - picture.right))
    set_axis(axes, "x", picture.x)
    set_axis(axes, "y", picture.y)
    axes.set_xlabel(picture.x.label)
    axes.set_ylabel(picture.y.label)
    middle = (picture.height - picture.top + picture.bottom) / 2 / picture.height
    axes.yaxis.set_label_coords(24 / data.WIDTH, middle, transform=figure.transFigure)
    if picture.level is not None:
        axes.axhline(picture.level, color="#444444", linewidth=1.2, zorder=1.8)
    if picture.divide:
        place, left, right = picture.divide
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
    for line in picture.lines:
        draw_line(axes, picture, line)
    for mark in picture.marks:
        axes.errorbar(
            *[[mark.x], [mark.y]],
            xerr=[[mark.x - mark.low], [mark.high - mark.x]],
            label=f"break-even of {mark.name}",
            fmt="*",
            markersize=11,
            markerfacecolor="#FFFFFF",
            markeredgecolor=data.style_of(mark.name).colour,
            ecolor=data.style_of(mark.name).colour,
            elinewidth=1.8,
            capsize=4,
            zorder=5,
        )
    return figure


def draw_heat(picture: data.Heat) -> Figure:
    figure = new_figure(picture)
    axes = add_axes(figure, picture, picture.top, (picture.left, data.WIDTH - picture.right))
    colours = LinearSegmentedColormap.from_list("share", data.HEAT)
    colours.set_bad("#EEEEEE")
    top = data.heat_top(picture)
    values = [[float("nan") if v is None else v for v in row] for row in picture.values]
    axes.imshow(values, cmap=colours, vmin=0, vmax=top, aspect="auto", origin="lower")
    for y, texts in enumerate(picture.texts):
        for x, text in enumerate(texts):
            value = picture.values[y][x]
            dark = value is not None and value < data.DARK * top
            axes.text(x, y, text, ha="center", va="center", color="white" if dark else "black")
    axes.set_xticks(range(len(picture.columns)), picture.columns)
    axes.set_yticks(range(len(picture.rows)), picture.rows)
    axes.set_xlabel(picture.x_label)
    axes.set_ylabel(picture.y_label)
    return figure


def draw_rounds(axes: Axes, picture: data.Rows, panel: data.Panel) -> None:
    dots = data.dot_places(picture, panel)
    for index, row in enumerate(panel.rows):
        if row is None:
            continue
        y = len(picture.names) - 1 - index
        colour = data.style_of(row.name).colour
        own = [(x, place) for name, x, place in dots if name == row.name]
        axes.plot(*zip(*own), "o", color=colour, markersize=2.6, alpha=0.45, label=row.name, mew=0)
        middle, first, third, low, high = row.values
        for ends in ([low, first], [third, high]):
            axes.plot(ends, [y, y], color=colour, linewidth=1.2)
        axes.barh(
            *[y, third - first, 0.62, first], facecolor="none", edgecolor=colour, linewidth=1.2
        )
        axes.plot([middle, middle], [y - 0.31, y + 0.31], color=data.style_of(row.name).ink, lw=2.4)


def draw_bars(axes: Axes, picture: data.Rows, panel: data.Panel) -> None:
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
        style = data.style_of(row.name)
        value, low, high = row.values
        axes.barh(y, value, 0.7, color=style.colour, label=row.name)
        axes.plot([low, high], [y, y], color="white", linewidth=3.0, solid_capstyle="butt")
        axes.plot([low, high], [y, y], color="#222222", linewidth=1.2, marker="|", markersize=6)
        axes.annotate(
            *[data.digits(value), (high, y)],
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            color="#333333",
        )


def draw_quantiles(axes: Axes, picture: data.Rows, panel: data.Panel) -> None:
    for index, row in enumerate(panel.rows):
        if row is None:
            continue
        y = len(picture.names) - 1 - index
        style = data.style_of(row.name)
        middle, high, longest, count = row.values
        axes.plot([middle, longest], [y, y], color=style.colour, linewidth=1.4, label=row.name)
        for value, marker, size in ((middle, "o", 6), (high, "|", 13), (longest, ">", 6)):
            axes.plot([value], [y], marker=marker, color=style.colour, markersize=size, mew=1.8)
        text = f"n = {count:g}"
        axes.annotate(
            *[text, (longest, y)], xytext=(8, 0), textcoords="offset points", va="center"
        )


DRAW_ROWS = {"rounds": draw_rounds, "bars": draw_bars, "quantiles": draw_quantiles}


def draw_rows(picture: data.Rows) -> Figure:
    figure = new_figure(picture)
    count = len(picture.names)
    gap = 12.0
    width = (data.WIDTH - picture.left - picture.right + gap) / len(picture.panels)
    for index, panel in enumerate(picture.panels):
        left = picture.left + index * width
        axes = add_axes(figure, picture, picture.top + picture.heading, (left, left + width - gap))
        set_axis(axes, "x", picture.x)
        axes.set_ylim(-0.6, count - 0.4)
        axes.set_yticks([])
        if panel.heading:
            axes.set_title(panel.heading, loc="left", size=data.FONT * POINT, pad=4)
        DRAW_ROWS[picture.form](axes, picture, panel)
    top = picture.height - picture.top - picture.heading
    for index, name in enumerate(picture.names):
        share = (index + 0.6) / (count + 0.2)
        y = (top - share * (top - picture.bottom)) / picture.height
        colour = data.style_of(name).ink
        figure.text((picture.left - 8) / data.WIDTH, y, name, ha="right", va="center", color=colour)
    middle = (picture.left + data.WIDTH - picture.right) / 2 / data.WIDTH
    figure.text(middle, 14 / picture.height, picture.x.label, ha="center", va="center")
    return figure


def figure_of(picture: data.AnyPicture) -> Figure:
    with matplotlib.rc_context(SETTINGS):
        if isinstance(picture, data.Lines):
            return draw_lines(picture)
        return draw_heat(picture) if isinstance(picture, data.Heat) else draw_rows(picture)


def save(figure: Figure, path: Path) -> None:
    """The file is whole, or as it was before."""
    kind = path.suffix[1:]
    waiting = path.with_name(f".{path.name}.{os.getpid()}")
    extra = {"metadata": {"Date": None}} if kind == "svg" else {}
    try:
        with matplotlib.rc_context(SETTINGS):
            figure.savefig(waiting, format=kind, dpi=DPI * PNG_SCALE, **extra)
        os.replace(waiting, path)
    finally:
        waiting.unlink(missing_ok=True)


def main() -> int:
    made = data.parser(
        "plot.py",
        "Draws the plots that result files of run_bench allow, with matplotlib.",
        "examples:\n"
        "  ./run_bench --hit-rate 0:1:0.1 --quick --export-json results/sweep.json\n"
        "  scripts/plot.py --out results/plots results/sweep.json\n"
        "  scripts/plot.py --kind ns-hit_rate,heaps --format png results/sweep.json\n\n"
        "Prints the files it wrote. Exit: 0 ok, 1 a file could not be written,\n"
        "2 a file is no result file, or nothing can be drawn of it.",
    )
    made.add_argument(
        *["--out", "-o"],
        metavar="DIR",
        type=Path,
        default=Path("."),
        help="where pictures are written; made if need be (default: here)",
    )
    made.add_argument(
        *["--format", "-f"],
        metavar="FORMAT,...",
        default=",".join(FORMATS),
        help="svg, png (default: both)",
    )
    arguments = made.parse_args()
    formats = dict.fromkeys(arguments.format.split(","))
    for each in formats:
        if each not in FORMATS:
            made.error(f"--format {each}: not one of {', '.join(FORMATS)}")
    pictures = data.gather(made, arguments)
    try:
        arguments.out.mkdir(parents=True, exist_ok=True)
        for picture in pictures:
            figure = figure_of(picture)
            for each in formats:
                path = arguments.out / f"{picture.stem}.{each}"
                save(figure, path)
                print(path)
    except OSError as error:
        print(f"plot.py: {error.filename or arguments.out}: {error.strerror}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
