"""The epochs of a run, in a file that stands beside its result file, and the states they ran in."""
from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path

from .files import BadFile, number_of, read_text

QUIET, BUSY, NEITHER = "quiet", "busy", "neither"

# As the program tells them apart: a test compares these with its own.
QUIET_MAX, BUSY_MIN = 1.08, 1.25

COLUMNS = ("real_ns_per_op", "probe_before_ns", "probe_after_ns")


@dataclass(frozen=True)
class Epoch:
    """One of a case; they are in the order of time."""

    session: str
    ns: float
    state: str


def state_of(before_ns: float, after_ns: float, quiet_ns: float) -> str:
    """The state of the machine, by what its probe took before an epoch and after it."""
    if max(before_ns, after_ns) <= QUIET_MAX * quiet_ns:
        return QUIET
    return BUSY if min(before_ns, after_ns) >= BUSY_MIN * quiet_ns else NEITHER


def epochs_beside(path: Path, quiet_ns: float) -> dict[str, list[Epoch]]:
    """The epochs of each case, in the file that is named as the result file is; none of those that
    had no probe beside them.
    """
    beside = path.with_suffix(".samples.csv")
    found: dict[str, list[Epoch]] = {}
    if not beside.is_file():
        return found
    lines = csv.DictReader(io.StringIO(read_text(beside, "not a file of samples")))
    if not {"name", "session", *COLUMNS} <= {*(lines.fieldnames or ())}:
        return found  # of an older run
    for line in lines:
        where = f"{beside}:{lines.line_num}"
        try:
            ns, before, after = (number_of(where, name, line[name]) for name in COLUMNS)
        except (TypeError, ValueError):
            raise BadFile(f"{where}: not a sample") from None
        if min(before, after) > 0:
            epoch = Epoch(str(line["session"]), ns, state_of(before, after, quiet_ns))
            found.setdefault(line["name"], []).append(epoch)
    return found
