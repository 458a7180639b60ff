"""A page as HTML, by the template beside this file. All texts are escaped: a name stays a text."""
from __future__ import annotations

import base64
import gzip
import json
import re
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from plots.words import shown

from . import vega
from .model import Chart, Download, Page

LONG = 20  # characters of a word that may be broken

FOLDER = Path(__file__).resolve().parent / "template"


def script_json(value: Any) -> str:
    """JSON that can stand in a script: no text in it ends or hides that."""
    text = json.dumps(value, separators=(",", ":"), allow_nan=False)
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def data_url(download: Download) -> str:
    """Compressed, as figures are ten times as long as that."""
    packed = gzip.compress(download.content, 9, mtime=0)
    return f"data:application/gzip;base64,{base64.b64encode(packed).decode('ascii')}"


def specs(charts: list[Chart]) -> str:
    return script_json({chart.name: chart.spec for chart in charts})


def printable(value: Any) -> Any:
    """Texts with escapes for what would turn, hide or end what follows, as messages have them."""
    return shown(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def breakable(value: str) -> Markup:
    """A text in which a long word, as a case's name is one, may be broken where its parts end."""
    parts = (re.sub(r"(?<=[/,])(?=.)", "\0", word) if len(word) > LONG else word
             for word in shown(value).split(" "))
    return Markup(str(escape(" ".join(parts))).replace("\0", "<wbr>"))


def render(page: Page) -> str:
    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        finalize=printable,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["breakable"] = breakable
    charts = [chart for section in page.sections for chart in section.charts]
    return environment.get_template("page.html").render(
        page=page,
        style=(FOLDER / "page.css").read_text(encoding="utf-8"),
        script=(FOLDER / "page.js").read_text(encoding="utf-8"),
        library=vega.library() if charts else "",
        specs=specs(charts),
        data_url=data_url,
    )
