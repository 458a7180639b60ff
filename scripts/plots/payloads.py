"""Time and bytes against the size of a result."""
from __future__ import annotations

import re

from .axes import sweep_axis
from .lines import APART, lines_picture, sweep_lines
from .pictures import AnyPicture, Lines
from .results import Case, Results
from .tables import Options, stem_of, tables
from .titles import PAYLOAD, title_and_note

SIZED = re.compile(r"payload_\d{1,9}")  # a workload, named by the size of its result


def payload_of(case: Case) -> float:
    return float(case.point["workload"].rpartition("_")[2])


def payload_lines(results: Results, kind: str, figure: str, label: str) -> list[Lines]:
    pictures = []
    curve = [case for case in results.cases if SIZED.fullmatch(case.point["workload"])]
    for table in tables(curve, {"workload"}):
        sizes = sorted({payload_of(case) for case in table.cases})
        lines, _ = sweep_lines(table, payload_of, lambda case: case.interval(figure), False)
        if len(sizes) < 2 or sizes[0] <= 0 or not lines:
            continue
        title, end = title_and_note(table, payload_of, PAYLOAD, figure)
        axis = sweep_axis("payload (bytes of a result)", "log", sizes, [f"{x:g}" for x in sizes])
        notes = [table.words, end, APART if figure == "ns_per_op" else ""]
        stem = stem_of(kind, table.fixed)
        pictures.append(lines_picture(stem, title, notes, axis, lines, label))
    return pictures


def find_ns_payload(results: Results, _: Options) -> list[AnyPicture]:
    return [*payload_lines(results, "ns-payload", "ns_per_op", "time (ns/op)")]


def find_bytes_payload(results: Results, _: Options) -> list[AnyPicture]:
    return [*payload_lines(results, "bytes-payload", "bytes_per_op", "allocated (B/op)")]
