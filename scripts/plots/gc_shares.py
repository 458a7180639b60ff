"""The heat map of a collector's share, by in-flight window and nursery."""
from __future__ import annotations

from .pictures import AnyPicture, Heat, Words
from .results import Case, Results
from .tables import Options, Table, stem_of, tables
from .words import binary_text, count_text, percent, sentences

MEANING = "In a cell: collections, and the share of the time for which the program stood still."
ENOUGH = 50  # collections, of fewer than which no share is told
FEW = f"Of fewer than {ENOUGH} collections no share is told."

Cells = dict[tuple[float, float], Case]  # by nursery and window


def cells_of(table: Table, name: str) -> Cells:
    return {
        (case.figures["gen0_budget_bytes"], float(case.point["in_flight"])): case
        for case in table.of(name)
    }


def share_of(case: Case | None) -> float | None:
    """None where there were too few collections; a file that does not say how many had enough."""
    if case is None or (case.get("collections_n") or ENOUGH) < ENOUGH:
        return None
    return case.get("gc_time_fraction")


def cell_text(case: Case | None) -> str:
    if case is None:
        return "not measured"
    count, share = case.get("collections_n"), share_of(case)
    if count == 0:
        return "no collection"
    told = "" if count is None else f"{count_text(count)} collection{'' if count == 1 else 's'}"
    return f"{told},\ntoo few" if share is None else f"{percent(share)}\n{told}".rstrip()


def shares_words(name: str, cells: Cells) -> tuple[str, str]:
    """Title and subtitle: the least and the most."""
    ranked = sorted(
        (share, window, -budget)
        for (budget, window), case in cells.items()
        if (share := share_of(case)) is not None
    )
    if not ranked:
        return "Collections are too few to tell their share", ""
    least, most = (percent(share) for share, *_ in (ranked[0], ranked[-1]))
    where = [
        f"{count_text(window)} in flight and a nursery of {binary_text(-budget)}"
        for _, window, budget in (ranked[0], ranked[-1])
    ]
    if len(ranked) < len(cells):
        return f"Collections take up to {most} of {name}'s time", f"The most with {where[1]}."
    title = f"Collections take {least.removesuffix(' %')} to {most} of {name}'s time"
    return title, f"The least with {where[0]}, the most with {where[1]}."


def shares_picture(table: Table, name: str, cells: Cells) -> Heat:
    budgets = sorted({budget for budget, _ in cells})
    windows = sorted({window for _, window in cells})
    rows = [[cells.get((budget, window)) for window in windows] for budget in budgets]
    values = [[share_of(case) for case in row] for row in rows]
    texts = [[cell_text(case) for case in row] for row in rows]
    few = any("too few" in text for row in texts for text in row)
    note = sentences(table.words, MEANING, FEW if few else "")
    columns, names = [count_text(each) for each in windows], [binary_text(each) for each in budgets]
    stem = stem_of("gc_share", table.fixed)
    words = Words(*shares_words(name, cells), note, table.fixed)
    x, y = "in-flight window (operations)", "nursery (bytes)"
    return Heat(stem, words, x, y, columns, names, values, texts)


def find_gc_share(results: Results, _: Options) -> list[AnyPicture]:
    pictures: list[AnyPicture] = []
    collected = [
        case
        for case in results.cases
        if (case.get("gc_time_fraction") is not None or case.get("collections_n") == 0)
        and case.get("gen0_budget_bytes")
        and "in_flight" in case.point
    ]
    for table in tables(collected, {"in_flight", "gen0_budget"}):
        name = table.baseline or table.strategies[0]
        cells = cells_of(table, name)
        if all(len({place[side] for place in cells}) > 1 for side in (0, 1)):
            pictures.append(shares_picture(table, name, cells))
    return pictures
