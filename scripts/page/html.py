"""A page as HTML, by the template beside this file. All texts are escaped: a name stays a text."""
from __future__ import annotations

import base64
import gzip
import json
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from plots.words import shown

from . import vega
from .model import Chart, Download, Page

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


def render(page: Page) -> str:
    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        finalize=printable,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    charts = [chart for section in page.sections for chart in section.charts]
    return environment.get_template("page.html").render(
        page=page,
        style=(FOLDER / "page.css").read_text(encoding="utf-8"),
        script=(FOLDER / "page.js").read_text(encoding="utf-8"),
        library=vega.library() if charts else "",
        specs=specs(charts),
        data_url=data_url,
    )
