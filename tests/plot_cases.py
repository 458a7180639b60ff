"""Parts that tests of plots share: result files that are made up, and the pictures of them."""
from __future__ import annotations

import json
import math
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from conftest import HANG_S, ROOT, STRATEGIES, Row

pytest.importorskip("matplotlib")

SCRIPTS = ROOT / "scripts"
PYTHON = "/usr/bin/python3"
sys.path.insert(0, str(SCRIPTS))

from plots import kinds  # noqa: E402
from plots.gnuplot_text import picture_text  # noqa: E402
from plots.results import load  # noqa: E402
from plots.tables import Options  # noqa: E402

REST = "completion:fifo/keys:100000/distribution:uniform/consumer:independent/method:direct/depth:1"

Value = tuple[float, float, float]


def name_of(strategy: str, **point: Any) -> str:
    """The name of a case, as the program makes it."""
    usual = {"hit_rate": 0.8, "calls": 1000000, "in_flight": 64}
    workload, heap = point.pop("workload", "user_cache"), point.pop("heap", "glibc")
    tail = point.pop("tail", "")
    swept = "/".join(f"{key}:{point.pop(key, value)}" for key, value in usual.items())
    extra = "".join(f"/{key}:{value}" for key, value in point.items())
    return f"{workload}/{strategy}/{heap}/{swept}/{REST}{extra}{tail}"


def case(
    strategy: str,
    ratio: Value = (1, 1, 1),
    *,
    ns: float = 40.0,
    size: float = 78.4,
    figures: dict[str, Any] | None = None,
    sessions: int = 8,
    **point: Any,
) -> list[Row]:
    """The rows of one case; its time is a multiple of that of a baseline that takes `ns`."""
    name = name_of(strategy, **point)
    counts = {"run_name": name, "bytes_per_op": size, "allocs_per_op": size / 72}
    if sessions == 0:
        return [{**counts, "name": name, "run_type": "counts", **(figures or {})}]
    middle, low, high = (ns * each for each in ratio)
    times = {"ns_per_op": middle, "ns_per_op_lo": low, "ns_per_op_hi": high}
    ratios = dict(zip(["ratio", "ratio_lo", "ratio_hi"], ratio))
    head = {"name": f"{name}_median", "run_type": "aggregate", "aggregate_name": "median"}
    each = {**counts, "name": name, "run_type": "iteration"}
    taken = [
        {**each, "real_time": middle * (0.9 + 0.03 * index), "session": index + 1}
        for index in range(sessions)
    ]
    return [*taken, {**counts, **head, **times, **ratios, **(figures or {})}]


def in_rounds(cases: list[Row]) -> list[Row]:
    """The rows as an older file has them: one a round."""
    return [{key: value for key, value in row.items() if key != "session"} for row in cases]


def file_of(path: Path, *cases: list[Row], said: dict[str, Any] | None = None, **top: Any) -> Path:
    """A result file; `said` is what its context says besides."""
    context = {"confidence": 0.99, "host_name": "h", "fingerprint": "f", **(said or {})}
    rows = [row for each in cases for row in each]
    path.write_text(json.dumps({"context": context, "benchmarks": rows, **top}), encoding="utf-8")
    return path


GOOD = json.dumps({"benchmarks": case("heap_task")})
CUT_SHORT = GOOD[: len(GOOD) // 2]

RATES = [0, 0.5, 0.8, 1]


def sweep(path: Path, ratios: list[Value], sizes: list[float] | None = None, **top: Any) -> Path:
    """value_task against heap_task, at each of RATES."""
    cases = []
    for index, rate in enumerate(RATES):
        size = sizes[index] if sizes else 20.0
        cases += [
            case("heap_task", hit_rate=rate),
            case("value_task", ratios[index], size=size, hit_rate=rate),
        ]
    return file_of(path, *cases, **top)


LESS, MORE, OPEN = (0.5, 0.4, 0.6), (1.5, 1.4, 1.6), (0.9, 0.7, 1.1)


def crowd(path: Path) -> Path:
    """All strategies there are, nearly alike, and long names."""
    names = [*STRATEGIES, "value_task_handle@checked", "heap_task_cached@atomic"]
    return file_of(
        path,
        *[
            case(name, (1.0, 1.0, 1.0) if name == "heap_task" else (1.01, 0.9, 1.1), hit_rate=rate)
            for rate in RATES
            for name in names
        ],
    )


def break_even(**changed: Any) -> dict[str, Any]:
    where = "calls:1000000/in_flight:64/completion:fifo/keys:100000/distribution:uniform/depth:1"
    return {
        **{"workload": "user_cache", "heap": "glibc", "method": "direct", "threads": 1},
        **{"consumer": "independent", "strategy": "value_task", "baseline": "heap_task"},
        **{"parameter": "hit_rate", "where": where, "metric": "ratio", "min_gain_percent": 0},
        **{"verdict": "crosses", "crossings": [{"at": 0.6, "lo": 0.55, "hi": 0.7}]},
        **changed,
    }


CROSSING = [MORE, MORE, LESS, LESS]


def pictures_of(*paths: Path, every: bool = False) -> dict[str, Any]:
    """By file name; with `every`, also those of tables that are left out."""
    results = load(paths)
    options = Options(every)
    found = kinds.pictures_of(results, kinds.KINDS, options, lambda text: None)
    return {picture.stem: picture for picture in found}


def only(pictures: dict[str, Any], start: str) -> Any:
    found = [picture for stem, picture in pictures.items() if stem.startswith(start)]
    assert len(found) == 1, (start, sorted(pictures))
    return found[0]


def title(picture: Any) -> str:
    return str(picture.words.title)


def subtitle(picture: Any) -> str:
    return str(picture.words.subtitle)


def note(picture: Any) -> str:
    return str(picture.words.note)


def blocks_of(text: str, name: str = "DATA") -> list[list[list[str]]]:
    """The data blocks of one name, as words; of one plot, or of all."""
    found = re.findall(rf"^\${name} << END_OF_DATA\n(.*?)^END_OF_DATA", text, re.DOTALL | re.M)
    sets = [each for block in found for each in block.split("\n\n\n")]
    rows = [[line.split() for line in each.splitlines() if line[:1] != "#"] for each in sets]
    return [each for each in rows if any(each)]


def text_of(picture: Any) -> str:
    return "\n".join(picture_text(picture)) + "\n"


def drawn_lines(figure: Any) -> dict[str, list[tuple[float, float]]]:
    lines = {line.get_label(): line for line in figure.axes[0].lines}
    return {
        name: [(float(x), float(y)) for x, y in line.get_xydata() if not math.isnan(y)]
        for name, line in lines.items()
        if not name.startswith("_")
    }


def run(*arguments: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(each) for each in arguments], cwd=cwd, capture_output=True, text=True, timeout=HANG_S
    )


def matplotlib(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return run(PYTHON, SCRIPTS / "plot.py", *arguments)


def gnuplot(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return run("gnuplot", "-c", SCRIPTS / "plot.gp", *arguments)
