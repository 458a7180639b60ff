#!/usr/bin/python3
"""Makes a page of HTML of result files. The work is done by the package `page` beside this file."""
from __future__ import annotations

import signal

if __name__ == "__main__":  # quiet, as soon as can be: imports take a second
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})  # it may have been held back

import argparse  # noqa: E402
import os  # noqa: E402
import sys  # noqa: E402
import tempfile  # noqa: E402
from pathlib import Path  # noqa: E402

sys.path.insert(0, str(Path(__file__).resolve().parent))

from plots.command import Parser, until_interrupted  # noqa: E402
from plots.files import BadFile  # noqa: E402
from plots.words import shown  # noqa: E402

from page import vega  # noqa: E402


def fail(text: str) -> int:
    print(f"report.py: {shown(text)}", file=sys.stderr)
    return 1


def missing() -> str:
    """What is needed and not there; nothing if all is."""
    try:
        import jinja2  # noqa: F401
    except ImportError:
        return "jinja2 is missing; install the package python3-jinja2"
    files = vega.missing()
    return f"{files[0]} is missing; install the package {vega.PACKAGE}" if files else ""


def parser() -> Parser:
    made = Parser(
        prog="report.py",
        description="Makes one page of HTML of what run_bench found: the answer, charts with\n"
        "figures on hover, tables that sort and filter, the machine, and the figures to download.\n"
        "It needs no other file and no network, and is read without scripts, too.",
        epilog="examples:\n"
        "  scripts/report.py --out page.html results/run.json\n"
        "  run_bench claims --format json | scripts/report.py --out claims.html -\n\n"
        "Exit: 0 ok, 1 the page could not be written or a package is missing, 2 a file is none\n"
        "that a page can be made of.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument(
        *["files"],
        metavar="FILE",
        nargs="*",
        type=Path,
        help="result files, or what advise, claims, compare, gate and history print with\n"
        "--format json, which may come from standard input, as -",
    )
    made.add_argument(
        *["--out", "-o"],
        metavar="FILE.html",
        type=Path,
        help="where the page is written, whole or not at all (default: standard output)",
    )
    made.add_argument(
        *["--check"], action="store_true", help="only tell whether what it needs is there"
    )
    return made


def write(text: str, out: Path | None) -> None:
    """What is there is replaced once the page is whole; without a name, to standard output."""
    if not out:
        with os.fdopen(1, "w", encoding="utf-8", closefd=False) as file:
            file.write(text)
        return
    target = Path(os.path.realpath(out))
    if target.exists() and not target.is_file():
        target.write_text(text, encoding="utf-8")
        return
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(name, 0o666 & ~mask)
        os.replace(name, target)
    except BaseException:
        os.unlink(name)
        raise


def is_read(out: Path | None, files: list[Path]) -> bool:
    """Whether the page would take the place of a file that it is made of."""
    return bool(out) and any(os.path.realpath(out) == os.path.realpath(file) for file in files)


def main() -> int:
    made = parser()
    arguments = made.parse_args()
    lack = missing()
    if lack:
        return fail(lack)
    if arguments.check:
        return 0
    if not arguments.files:
        made.error("no file; accepted: result files, or - for standard input")
    if is_read(arguments.out, arguments.files):
        made.error(f"--out {arguments.out}: is read; accepted: a file of another name")
    from page import build, documents, html

    try:
        page = build.page_of([documents.read(path) for path in arguments.files])
    except BadFile as error:
        made.end(str(error))
    text = html.render(page)
    try:
        write(text, arguments.out)
    except OSError as error:
        return fail(f"{arguments.out or 'standard output'}: {error.strerror}")
    return 0


if __name__ == "__main__":
    sys.exit(until_interrupted(main))
