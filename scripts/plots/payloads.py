"""Time and bytes against the size of a result."""
from __future__ import annotations

from .axes import Axis, sweep_axis
from .lines import APART, Look, lines_picture, scale_of, sweep_lines
from .pictures import AnyPicture, Words
from .results import Case, Results
from .tables import SIZED, Options, Table, stem_of, tables
from .titles import COUNTED, PAYLOAD, count_words, time_words
from .words import count_text, sentences


def payload_of(case: Case) -> float:
    return float(case.point["workload"].rpartition("_")[2])


def payload_axis(table: Table) -> Axis | None:
    """None if there are not several sizes."""
    sizes = sorted({payload_of(case) for case in table.cases})
    if len(sizes) < 2 or sizes[0] <= 0:
        return None
    return sweep_axis("payload (bytes of a result)", "log", sizes, [count_text(x) for x in sizes])


def payload_words(table: Table, figure: str) -> Words:
    if figure in COUNTED:
        return Words(*count_words(table, payload_of, PAYLOAD, figure), table.counted)
    note = sentences(table.words, table.spans, APART)
    return Words(*time_words(table, payload_of, PAYLOAD), note)


def payload_lines(
    results: Results, options: Options, kind: str, figure: str, look: Look
) -> list[AnyPicture]:
    pictures: list[AnyPicture] = []
    cases = results.counted if figure in COUNTED else results.cases
    curve = [case for case in cases if SIZED.fullmatch(case.point["workload"])]
    for table in tables(curve, {"workload"}):
        lines, _ = sweep_lines(table, payload_of, lambda case: case.interval(figure), False)
        axis = payload_axis(table)
        if axis and lines:
            stem, words = stem_of(kind, table.fixed), payload_words(table, figure)
            own = Look(look.label, scale_of(lines))
            pictures.append(lines_picture(stem, words, axis, lines, own, options))
    return pictures


def find_ns_payload(results: Results, options: Options) -> list[AnyPicture]:
    return payload_lines(results, options, "ns-payload", "ns_per_op", Look("time (ns/op)"))


def find_bytes_payload(results: Results, options: Options) -> list[AnyPicture]:
    look = Look("allocated (B/op)")
    return payload_lines(results, options, "bytes-payload", "bytes_per_op", look)
