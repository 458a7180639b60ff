"""The pictures of the package `plots`, as charts: a specification for Vega, and their figures.

Colours of text, axes and grids are left to the page's style, which knows light, dark and print.
"""
from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from typing import Any

from plots.axes import Axis
from plots.looks import HEAT, style_of
from plots.pictures import (
    AnyPicture,
    Heat,
    Line,
    Lines,
    Panel,
    Row,
    Rows,
    dot_places,
    heat_top,
    is_dark,
)

from .model import Cell, Chart, Column, Group, Series, Table
from .numbers import grouped, number

Spec = dict[str, Any]

LINES_HEIGHT = 340
ROW_HEIGHT = 24
HEAT_HEIGHT = 60
DIGIT_WIDTH = 8
FONT_SIZE = 12  # in px, as in the page's style
LABEL_WIDTH = 40  # of an axis, in characters, as fit on a phone
TYPE = {"labelFontSize": FONT_SIZE, "titleFontSize": FONT_SIZE, "titleFontWeight": "normal"}

DASHES: dict[str, list[int]] = {"solid": [], "dash": [6, 4], "dot": [2, 3]}
SHAPES = {
    **{"up": "triangle-up", "down": "triangle-down", "plus": "cross", "pentagon": "wedge"},
    "none": "circle",
}

# Paths from -1 to 1, of what Vega has not.
BAR = "M-0.2,-1L0.2,-1L0.2,1L-0.2,1Z"
STAR = (
    "M0.00,-1.00L0.25,-0.34L0.95,-0.31L0.40,0.13L0.59,0.81"
    "L0.00,0.42L-0.59,0.81L-0.40,0.13L-0.95,-0.31L-0.25,-0.34Z"
)

COUNT = "count"

# What the values of each form of rows are.
FORMS = {
    "bars": ["value", "least", "most"],
    "rounds": ["median", "25 %", "75 %", "whisker from", "whisker to"],
    "quantiles": ["median", "90 %", "longest", COUNT],
}

# Where the legend or the pointer has chosen a strategy, the others step back.
FADED = {"test": "pick && pick !== datum.series", "value": 0.12}
SHOWN = [FADED, {"value": 1}]


def field(name: str, scale: str = "") -> Spec:
    return {"scale": scale, "field": name} if scale else {"field": name}


def mark(kind: str, source: str, update: Spec, **more: Any) -> Spec:
    """A mark for each row of a source; nothing of it moves."""
    return {"type": kind, "from": {"data": source}, "encode": {"update": update}, **more}


def scale_of(name: str, axis: Axis, sides: Any) -> Spec:
    return {
        "name": name,
        "type": axis.scale,
        "domain": [axis.low, axis.high],
        "range": sides,
        "zero": False,
        "clamp": True,
    }


def label_lines(label: str) -> list[str]:
    return textwrap.wrap(label, LABEL_WIDTH)


def axis_of(axis: Axis, side: str, scale: str) -> Spec:
    """An axis with the picture's own ticks and their texts."""
    texts = texts_of(axis)
    place = f"round(datum.index * {max(len(texts) - 1, 1)})"
    return {
        "orient": side,
        "scale": scale,
        "title": label_lines(axis.title),
        "grid": True,
        "values": [value for value, _ in axis.ticks],
        "labelOverlap": True,
        "encode": {"labels": {"update": {"text": {"signal": f"{scale}Texts[{place}]"}}}},
    }


def frame(height: float, **texts: list[str]) -> Spec:
    """What all charts have: they are as wide as their place, and change with it."""
    width = "max(240, containerSize()[0])"
    events = {"source": "window", "type": "resize"}
    return {
        "height": height,
        "autosize": {"type": "fit", "contains": "padding"},
        "padding": 2,
        "config": {"axis": TYPE, "text": {"fontSize": FONT_SIZE}},
        "signals": [
            {"name": "width", "init": width, "on": [{"events": events, "update": width}]},
            {"name": "pick", "value": None},
            *({"name": f"{name}Texts", "value": value} for name, value in texts.items()),
        ],
    }


def texts_of(axis: Axis) -> list[str]:
    return [text for _, text in axis.ticks]


def hover(name: str, label: str, value: float, low: float, high: float) -> str:
    """What the pointer shows: more digits than an axis can tell."""
    text = f"{name}\n{label}: {grouped(value, 6)}"
    return text if low == high else f"{text}\n{grouped(low, 6)} to {grouped(high, 6)}"


def series_of(lines: Iterable[Line]) -> list[Series]:
    """Greys last: they are alike, and named alone."""
    series = [Series(line.name, line.style.colour, line.grey) for line in lines]
    return sorted(series, key=lambda each: each.is_grey)


# --- lines ---


def look_of(line: Line) -> Spec:
    style = line.style
    shape = SHAPES.get(style.marker, style.marker)
    inside = style.colour if style.filled else "#FFFFFF"
    chosen = style_of(line.name).colour
    return {
        **{"colour": style.colour, "inside": inside, "chosen": chosen},
        **{"shape": shape, "dash": DASHES[line.dash]},
    }


def looks_of(picture: Lines) -> list[Spec]:
    """A scale for each part of a look, by the strategy."""
    looks = {line.name: look_of(line) for line in picture.lines}
    return [
        {
            **{"name": part, "type": "ordinal", "domain": list(looks)},
            "range": [look[part] for look in looks.values()],
        }
        for part in ("colour", "inside", "chosen", "shape", "dash")
    ]


def points_of(picture: Lines) -> list[Spec]:
    """A gap in a line is a point without a height."""
    found: list[Spec] = []
    for line in picture.lines:
        base = {"series": line.name}
        bands = {span.x: (span.low, span.high) for span in line.band if span}
        for point in line.points:
            if point is None:
                found.append(base)
                continue
            x, y, low, high = point
            tip = hover(line.name, picture.y.label, y, low, high)
            tip += f"\n{picture.x.label}: {grouped(x, 6)}"
            near, far = bands.get(x, (y, y))
            found.append({**base, "x": x, "y": y, "low": near, "high": far, "tip": tip})
    return found


def line_marks() -> list[Spec]:
    """Of one line: the band of its intervals, itself, and its points."""
    there = {"signal": "isValid(datum.y)"}
    place = {"x": field("x", "x"), "y": field("y", "y")}
    chosen = {"test": "pick === datum.series", **field("series", "chosen")}
    colour = [chosen, field("series", "colour")]
    band = {
        **{"x": field("x", "x"), "y": field("low", "y"), "y2": field("high", "y")},
        **{"fill": colour, "defined": there},
        "fillOpacity": [{**FADED, "value": 0.03}, {"value": 0.16}],
    }
    line = {
        **{**place, "stroke": colour, "strokeDash": field("series", "dash"), "defined": there},
        **{"strokeWidth": {"value": 1.7}, "strokeOpacity": SHOWN},
    }
    dot = {
        **{**place, "shape": field("series", "shape"), "size": {"value": 45}},
        **{"fill": field("series", "inside"), "stroke": colour, "strokeWidth": {"value": 1.2}},
        "opacity": [{"test": "!isValid(datum.y)", "value": 0}, *SHOWN],
        "tooltip": field("tip"),
    }
    return [
        mark("area", "own", band, interactive=False),
        mark("line", "own", line, interactive=False),
        mark("symbol", "own", dot),
    ]


def cuts_of(picture: Lines) -> list[Spec]:
    """Ends of bands that are drawn nearer than they are."""
    return [
        {
            **{"series": line.name, "colour": line.style.colour, "x": cut.x, "y": cut.y},
            **{"up": cut.reach > cut.y, "tip": f"{line.name}\nreaches to {grouped(cut.reach, 6)}"},
        }
        for line in picture.lines
        for cut in line.cuts
    ]


def cut_mark() -> Spec:
    shape = {"signal": "datum.up ? 'triangle-up' : 'triangle-down'"}
    place = {"x": field("x", "x"), "y": field("y", "y"), "shape": shape, "size": {"value": 45}}
    look = {"fill": field("colour"), "opacity": SHOWN, "tooltip": field("tip")}
    return mark("symbol", "cuts", {**place, **look})


def guides_of(picture: Lines) -> list[Spec]:
    """Lines across the chart, from side to side."""
    found: list[Spec] = []
    across = {"x": {"value": 0}, "x2": {"signal": "width"}}
    upright = {"y": {"value": 0}, "y2": {"signal": "height"}}
    if picture.level is not None:
        found.append({**across, "y": {"scale": "y", "value": picture.level}})
    if picture.divide:
        found.append({**upright, "x": {"scale": "x", "value": picture.divide[0]}})
    return [
        {"type": "rule", "interactive": False, "encode": {"update": {**each, **GUIDE}}}
        for each in found
    ]


GUIDE = {"stroke": {"value": "#888888"}, "strokeDash": {"value": [4, 3]}}


def break_even_marks() -> list[Spec]:
    span = {
        **{"x": field("low", "x"), "x2": field("high", "x"), "y": field("y", "y")},
        **{"stroke": field("colour"), "strokeWidth": {"value": 3}, "strokeOpacity": SHOWN},
    }
    place = {
        **{"x": field("x", "x"), "y": field("y", "y"), "shape": {"value": STAR}},
        **{"size": {"value": 240}, "fill": {"value": "#FFFFFF"}, "stroke": field("colour")},
        **{"strokeWidth": {"value": 2}, "opacity": SHOWN, "tooltip": field("tip")},
    }
    return [mark("rule", "crossings", span), mark("symbol", "crossings", place)]


def lines_spec(picture: Lines) -> Spec:
    crossings = [
        {
            **{"series": each.name, "colour": style_of(each.name).colour},
            **{"x": each.x, "y": each.y, "low": each.low, "high": each.high},
            "tip": hover(
                *[f"break-even of {each.name}", picture.x.label, each.x, each.low, each.high]
            ),
        }
        for each in picture.marks
    ]
    facet = {"facet": {"name": "own", "data": "points", "groupby": "series"}}
    return {
        **frame(LINES_HEIGHT, x=texts_of(picture.x), y=texts_of(picture.y)),
        "data": [
            {"name": "points", "values": points_of(picture)},
            {"name": "cuts", "values": cuts_of(picture)},
            {"name": "crossings", "values": crossings},
        ],
        "scales": [
            *[scale_of("x", picture.x, "width"), scale_of("y", picture.y, "height")],
            *looks_of(picture),
        ],
        "axes": [axis_of(picture.x, "bottom", "x"), axis_of(picture.y, "left", "y")],
        "marks": [
            *guides_of(picture),
            {"type": "group", "from": facet, "marks": line_marks()},
            cut_mark(),
            *break_even_marks(),
        ],
    }


def lines_table(name: str, picture: Lines) -> Table:
    columns = [
        Column("strategy", is_filter=True),
        Column(picture.x.label, is_number=True),
        Column(picture.y.label, is_number=True),
        Column("from", is_number=True),
        Column("to", is_number=True),
    ]
    rows = [
        [Cell(line.name), *(number(value) for value in point)]
        for line in picture.lines
        for point in line.drawn
    ]
    return Table(name, "The chart's figures", columns, rows)


# --- rows: bars, distributions, quantiles ---


def row_of(picture: Rows, row: Row) -> Spec:
    labels = FORMS[picture.form]
    told = [f"{label}: {grouped(value, 6)}" for label, value in zip(labels, row.values)]
    values = {f"v{index}": value for index, value in enumerate(row.values)}
    tip = "\n".join([row.name, picture.x.label, *told])
    text = grouped(row.values[0], zeros=picture.form != "bars" or row.values[0] != row.values[1])
    return {"series": row.name, "colour": row.style.colour, **values, "tip": tip, "text": text}


def dots_of(picture: Rows, panel: Panel) -> list[Spec]:
    """Of each row, above and below its middle."""
    found = []
    for row, x, place in dot_places(picture, panel):
        tip = hover(row.name, picture.x.label, x, x, x)
        shift = round(ROW_HEIGHT * (round(place) - place), 2)
        colour = row.style.colour
        found.append({"series": row.name, "colour": colour, "x": x, "shift": shift, "tip": tip})
    return found


def across(first: str, second: str, **more: Any) -> Spec:
    """A rule along the x axis, in the middle of its row."""
    return {
        **{"x": field(first, "x"), "x2": field(second, "x")},
        "y": {"scale": "rows", "field": "series", "band": 0.5},
        **{"strokeOpacity": SHOWN, "tooltip": field("tip"), **more},
    }


def box(first: Spec, second: Spec, **more: Any) -> Spec:
    return {
        **{"x": first, "x2": second, "y": field("series", "rows")},
        **{"height": {"scale": "rows", "band": 1}, "tooltip": field("tip"), **more},
    }


def bars_marks() -> list[Spec]:
    zero = {"scale": "x", "value": 0}
    colour, ink = field("colour"), {"value": "#111111"}
    label = {
        "x": {"scale": "x", "field": "v2", "offset": 5},
        "y": {"scale": "rows", "field": "series", "band": 0.5},
        **{"baseline": {"value": "middle"}, "text": field("text")},
    }
    return [
        mark("rect", "rows", box(zero, field("v0", "x"), fill=colour, fillOpacity=SHOWN)),
        mark("rule", "rows", across("v1", "v2", stroke=ink, strokeWidth={"value": 1.6})),
        mark("text", "rows", label, interactive=False),
    ]


def rounds_marks() -> list[Spec]:
    colour = field("colour")
    quartiles = box(field("v1", "x"), field("v2", "x"), fill=colour, fillOpacity={"value": 0.25})
    middle = {
        **{"x": field("v0", "x"), "y": field("series", "rows"), "stroke": colour},
        "y2": {"scale": "rows", "field": "series", "band": 1},
        **{"strokeWidth": {"value": 3}, "strokeOpacity": SHOWN, "tooltip": field("tip")},
    }
    shift = {"band": 0.5, "offset": field("shift")}
    dot = {
        **{"x": field("x", "x"), "y": {"scale": "rows", "field": "series", **shift}},
        **{"size": {"value": 16}, "fill": colour, "opacity": SHOWN, "tooltip": field("tip")},
    }
    return [
        mark("rule", "rows", across("v3", "v4", stroke=colour, strokeWidth={"value": 1.4})),
        mark("rect", "rows", {**quartiles, "stroke": colour, "strokeOpacity": SHOWN}),
        mark("rule", "rows", middle),
        mark("symbol", "dots", dot),
    ]


def quantiles_marks() -> list[Spec]:
    colour = field("colour")
    dots = [("v0", "circle"), ("v1", BAR), ("v2", "triangle-right")]
    return [
        mark("rule", "rows", across("v0", "v2", stroke=colour, strokeWidth={"value": 1.4})),
        *(
            mark(
                "symbol",
                "rows",
                {
                    **{"x": field(each, "x"), "shape": {"value": shape}, "size": {"value": 60}},
                    "y": {"scale": "rows", "field": "series", "band": 0.5},
                    **{"fill": colour, "stroke": colour, "opacity": SHOWN},
                    "tooltip": field("tip"),
                },
            )
            for each, shape in dots
        ),
    ]


MARKS = {"bars": bars_marks, "rounds": rounds_marks, "quantiles": quantiles_marks}


def rows_spec(picture: Rows, panel: Panel) -> Spec:
    """Of one panel: on a phone they stand below each other."""
    names = [row.name for row in panel.rows if row]
    below = 14 * len(label_lines(picture.x.title))
    values = [row_of(picture, row) for row in panel.rows if row]
    room = DIGIT_WIDTH * max(len(value["text"]) for value in values) if values else 0
    sides = {"signal": f"[0, width - {room if picture.form == 'bars' else 0}]"}
    rows = {
        **{"name": "rows", "type": "band", "domain": names},
        **{"range": "height", "padding": 0.3},
    }
    return {
        **frame(ROW_HEIGHT * max(len(names), 2) + 36 + below, x=texts_of(picture.x)),
        "data": [
            {"name": "rows", "values": values},
            {"name": "dots", "values": dots_of(picture, panel)},
        ],
        "scales": [scale_of("x", picture.x, sides), rows],
        "axes": [
            axis_of(picture.x, "bottom", "x"),
            {"orient": "left", "scale": "rows", "ticks": False, "labelLimit": 180},
        ],
        "marks": MARKS[picture.form](),
    }


def rows_table(name: str, picture: Rows, panel: Panel) -> Table:
    columns = [Column("strategy")]
    columns += [
        Column(label, "" if label == COUNT else picture.x.label, is_number=True)
        for label in FORMS[picture.form]
    ]
    rows = [[Cell(row.name), *(number(value) for value in row.values)] for row in panel.rows if row]
    return Table(name, "The chart's figures", columns, rows)


# --- heat maps ---


def heat_cells(picture: Heat) -> list[Spec]:
    return [
        {
            **{"column": column, "row": row, "value": value, "text": text},
            "tip": f"{picture.x_label}: {column}\n{picture.y_label}: {row}\n{text}",
            "ink": "#FFFFFF" if is_dark(picture, value) else "#111111",
        }
        for row, values, texts in zip(picture.rows, picture.values, picture.texts)
        for column, value, text in zip(picture.columns, values, texts)
    ]


def heat_spec(picture: Heat) -> Spec:
    def band(name: str, domain: Sequence[str], sides: str) -> Spec:
        return {"name": name, "type": "band", "domain": list(domain), "range": sides}

    colours = {"name": "heat", "type": "linear", "domain": [0, heat_top(picture)], "range": HEAT}
    tile = {
        **{"x": field("column", "columns"), "width": {"scale": "columns", "band": 1}},
        **{"y": field("row", "rows"), "height": {"scale": "rows", "band": 1}},
        "fill": [{"test": "isValid(datum.value)", **field("value", "heat")}, {"value": "#EEEEEE"}],
        "tooltip": field("tip"),
    }
    text = {
        "x": {"scale": "columns", "field": "column", "band": 0.5},
        "y": {"scale": "rows", "field": "row", "band": 0.5},
        **{"align": {"value": "center"}, "baseline": {"value": "middle"}},
        **{"text": field("text"), "fill": field("ink")},
    }
    return {
        **frame(HEAT_HEIGHT * max(len(picture.rows), 2) + 60),
        "data": [{"name": "cells", "values": heat_cells(picture)}],
        "scales": [
            band("columns", picture.columns, "width"),
            band("rows", list(reversed(picture.rows)), "height"),
            colours,
        ],
        "axes": [
            {"orient": "bottom", "scale": "columns", "title": label_lines(picture.x_label)},
            {"orient": "left", "scale": "rows", "title": label_lines(picture.y_label)},
        ],
        "marks": [
            mark("rect", "cells", tile),
            mark("text", "cells", text, interactive=False, style="inked"),
        ],
    }


def heat_figure(text: str, value: float | None) -> Cell:
    """What was not measured is missing from an order, too."""
    return Cell(text.replace("\n", ", "), "" if value is None else value)


def heat_table(name: str, picture: Heat) -> Table:
    labels = [f"{picture.x_label} {each}" for each in picture.columns]
    columns = [Column(picture.y_label), *(Column(each, is_number=True) for each in labels)]
    rows = [
        [Cell(row), *(heat_figure(text, value) for text, value in zip(texts, values))]
        for row, texts, values in zip(picture.rows, picture.texts, picture.values)
    ]
    return Table(name, "The chart's figures", columns, rows)


def panels_charts(picture: Rows, stem: str) -> list[Chart]:
    """Each panel's title is what was found in that panel."""
    words, group = picture.words, None
    if len(picture.panels) > 1:
        group = Group(stem, words.title, words.subtitle)
    found = []
    for index, panel in enumerate(picture.panels):
        name = f"{stem}-{index + 1}"
        own = ": ".join(each for each in (panel.heading, panel.finding) if each)
        texts = (own, "", words.note) if group else (words.title, words.subtitle, words.note)
        table = rows_table(f"{name}-figures", picture, panel)
        found.append(Chart(name, *texts, rows_spec(picture, panel), [], table, group))
    return found


# --- any ---


def charts_of(picture: AnyPicture, prefix: str) -> list[Chart]:
    """The charts of a picture: one for each panel, under the title of all; none of what is only
    drawn on paper.
    """
    title, stem = picture.words.title, f"{prefix}{picture.stem}"
    texts = (picture.words.subtitle, picture.words.note)
    if isinstance(picture, Lines):
        series = series_of(picture.lines)
        table = lines_table(f"{stem}-figures", picture)
        return [Chart(stem, title, *texts, lines_spec(picture), series, table)]
    if isinstance(picture, Heat):
        table = heat_table(f"{stem}-figures", picture)
        return [Chart(stem, title, *texts, heat_spec(picture), [], table)]
    if not isinstance(picture, Rows):
        return []
    return panels_charts(picture, stem)
