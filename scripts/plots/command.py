"""The command line that both programs share."""
from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from .files import BadFile
from .kinds import KINDS, Kind, pictures_of
from .pictures import AnyPicture
from .results import Results, load
from .strategies import in_order
from .tables import Options
from .words import shown


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line."""

    def error(self, message: str) -> NoReturn:
        self.end(f"{message}; --help tells more")

    def end(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {shown(message)}\n")


def until_interrupted(main: Callable[[], int]) -> int:
    """A program's status. An interrupt ends it by its signal, without a word, once what was being
    written is removed.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return main()
    except KeyboardInterrupt:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGINT)
        return 1  # not reached


def kinds_help() -> str:
    width = max(len(kind.name) for kind in KINDS)
    return "\n".join(
        ["kinds of plots, and what the run must have had:"]
        + [f"  {kind.name:{width}}  {kind.shows}\n  {'':{width}}    {kind.needs}" for kind in KINDS]
    )


def parser(program: str, description: str, more: str) -> Parser:
    made = Parser(
        prog=program,
        description=description,
        epilog=f"{kinds_help()}\n\n{more}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument("files", metavar="FILE", nargs="+", type=Path, help="result files (JSON)")
    made.add_argument(
        *["--kind", "-k"],
        metavar="KIND,...",
        help="draw these kinds alone (default: all that the data allow)",
    )
    made.add_argument(
        *["--all", "-a"],
        action="store_true",
        help="draw rounds, states, heaps, pauses and the like for every table of a sweep, in place "
        "of the one nearest to the usual parameters",
    )
    made.add_argument(
        *["--colour", "-c"],
        metavar="NAME,...",
        help="strategies that are in colour (default: six at most: those that the question is "
        "about, and the quickest of the others)",
    )
    return made


def chosen_colours(made: Parser, words: str | None, results: Results) -> frozenset[str] | None:
    if words is None:
        return None
    known = {case.strategy for case in results.cases}
    for word in words.split(","):
        if word not in known:
            made.error(f"--colour {word}: not one of {', '.join(in_order(known))}")
    return frozenset(words.split(","))


def chosen_kinds(made: Parser, words: str | None) -> list[Kind]:
    if words is None:
        return KINDS
    known = {kind.name: kind for kind in KINDS}
    for word in words.split(","):
        if word not in known:
            made.error(f"--kind {word}: not one of {', '.join(known)}")
    return [kind for kind in KINDS if kind.name in words.split(",")]


def gather(made: Parser, arguments: argparse.Namespace) -> list[AnyPicture]:
    """The pictures that a command line asks for; ends the program if there are none."""

    def warn(text: str) -> None:
        print(f"{made.prog}: {shown(text)}", file=sys.stderr)

    kinds = chosen_kinds(made, arguments.kind)
    try:
        results = load(arguments.files)
        colours = chosen_colours(made, arguments.colour, results)
        pictures = pictures_of(results, kinds, Options(arguments.all, colours), warn)
    except BadFile as error:
        made.end(str(error))
    if not pictures:
        if len(kinds) > 3:
            made.end("no plot can be drawn of this; --help tells what each kind needs")
        needs = "; ".join(f"{kind.name} needs {kind.needs}" for kind in kinds)
        made.end(f"no plot can be drawn of this: {needs}")
    return pictures
