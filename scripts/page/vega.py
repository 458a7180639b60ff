"""The library that draws charts, as a text of the page: Debian's modules of Vega.

Each module is a function of `require`, as in Node; a page has no files that it could load them
from. With the interpreter of expressions no text is run as a program, and the page can forbid it.
"""
from __future__ import annotations

import re
from pathlib import Path

FOLDER = Path("/usr/share/javascript/vega")
NOTICE = Path("/usr/share/doc/libjs-vega/copyright")
PACKAGE = "libjs-vega"

# Without what no chart here needs: maps, hierarchies, forces, regressions, clouds of words.
MODULES = [
    *["util", "time", "format", "loader", "dataflow", "scale", "canvas", "scenegraph"],
    *["statistics", "expression", "selection", "functions", "event-selector", "runtime"],
    *["parser", "view", "transforms", "encode", "view-transforms", "interpreter"],
]

# What a module is called by others, if not as its file.
NAMES = {"selection": "selections"}


def file_of(module: str) -> Path:
    return FOLDER / f"vega-{module}.min.js"


def missing() -> list[str]:
    return [str(file_of(each)) for each in MODULES if not file_of(each).is_file()]


def inert(text: str) -> str:
    """The text without what would end or hide the script that it stands in."""
    return re.sub(r"<(?=/script|!--)", r"\\x3c", text, flags=re.IGNORECASE)


def source_of(module: str) -> str:
    lines = file_of(module).read_text(encoding="utf-8").splitlines()
    text = "\n".join(line for line in lines if not line.startswith("//# sourceMappingURL="))
    return inert(text)


def library() -> str:
    """The modules as an object of functions; in front, what their licences ask for."""
    notice = NOTICE.read_text(encoding="utf-8") if NOTICE.is_file() else "See Debian's libjs-vega."
    functions = [
        f'"vega-{NAMES.get(each, each)}":function(require,exports,module){{\n{source_of(each)}\n}}'
        for each in MODULES
    ]
    head = f"/*\n{inert(notice.replace('*/', '* /'))}\n*/\n"
    return head + "var vegaModules={\n" + ",\n".join(functions) + "\n};\n"
