#!/usr/bin/python3
"""Draws result files with matplotlib. The work is done by the package `plots` beside this file."""
from __future__ import annotations

import signal

signal.signal(signal.SIGINT, signal.SIG_DFL)  # quiet, as soon as can be: imports take a second
signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})  # which may have been held back so far

import argparse  # noqa: E402
import logging  # noqa: E402
import sys  # noqa: E402
from collections.abc import Iterable  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any  # noqa: E402

sys.path.insert(0, str(Path(__file__).resolve().parent))

# It tells that there is no folder for its cache, or that making it takes long: no concern of ours.
logging.getLogger("matplotlib").setLevel(logging.ERROR)

from plots import command, words  # noqa: E402
from plots.pictures import AnyPicture  # noqa: E402

try:
    from plots import drawing
except ImportError as error:
    cause = words.shown(str(error))
    sys.exit(f"plot.py: no matplotlib: {cause}; install the package python3-matplotlib")


class Check(argparse.Action):
    """Ends the program: what it needs has been loaded by now."""

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> None:
        parser.exit(0)


def write(picture: AnyPicture, out: Path, formats: Iterable[str]) -> None:
    """A file for each format, whose name is printed when it is there."""
    figure = drawing.figure_of(picture)
    for each in formats:
        path = out / f"{picture.stem}.{each}"
        drawing.save(figure, path)
        print(words.shown(str(path)))


def main() -> int:
    made = command.parser(
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
        default=",".join(drawing.FORMATS),
        help="svg, png (default: both)",
    )
    made.add_argument(
        *["--check"],
        nargs=0,
        action=Check,
        help="only tell whether what it needs is there",
    )
    arguments = made.parse_args()
    formats = dict.fromkeys(arguments.format.split(","))
    for each in formats:
        if each not in drawing.FORMATS:
            made.error(f"--format {each}: not one of {', '.join(drawing.FORMATS)}")
    pictures = command.gather(made, arguments)
    try:
        arguments.out.mkdir(parents=True, exist_ok=True)
        for picture in pictures:
            write(picture, arguments.out, formats)
    except OSError as error:
        where = words.shown(str(error.filename or arguments.out))
        print(f"plot.py: {where}: {error.strerror}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(command.until_interrupted(main))
