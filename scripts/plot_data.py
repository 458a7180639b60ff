#!/usr/bin/python3
"""Prints the data of every plot as text that gnuplot can load; plot.gp does.

The work is done by the package `plots` beside this file.
"""
from __future__ import annotations

import signal

signal.signal(signal.SIGINT, signal.SIG_DFL)  # quiet, as soon as can be: imports take a second

import sys  # noqa: E402
from pathlib import Path  # noqa: E402

sys.path.insert(0, str(Path(__file__).resolve().parent))

from plots import command, gnuplot_text  # noqa: E402


def main() -> int:
    made = command.parser(
        "plot_data.py",
        "Prints the data of the plots of result files, as text that gnuplot can load.",
        "The last line is DONE = 1. plot.py and plot.gp draw these data.",
    )
    made.add_argument("--each", metavar="TEXT", help="print this line after each plot's data")
    made.add_argument("--as", dest="program", metavar="NAME", help="the program in messages")
    arguments = made.parse_args()
    made.prog = arguments.program or made.prog
    for picture in command.gather(made, arguments):
        print("\n".join(gnuplot_text.picture_text(picture)))
        if arguments.each:
            print(arguments.each)
        print()
    print("DONE = 1")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(1)
