"""The heat map of a collector's share, by in-flight window and nursery."""
from __future__ import annotations

from .pictures import AnyPicture, Heat, Words
from .results import Case, Results
from .tables import Options, Table, stem_of, tables
from .words import binary_text, count_text, percent, sentences

MEANING = "In a cell: collections, and the share of the time for which the program stood still."
FEW = "Fewer than 50 collections tell little."

Cells = dict[tuple[float, float], Case]  # by nursery and window


def cells_of(table: Table, name: str) -> Cells:
    return {
        (case.figures["gen0_budget_bytes"], float(case.point["in_flight"])): case
        for case in table.of(name)
    }


def share_of(case: Case) -> float:
    return case.get("gc_time_fraction") or 0


def cell_text(case: Case | None) -> str:
    if case is None:
        return "not measured"
    count = case.get("collections_n")
    if count == 0:
        return "no collection"
    share = percent(share_of(case))
    if count is None:
        return share
    return f"{share}\n{count_text(count)} collection{'' if count == 1 else 's'}"


def shares_words(name: str, cells: Cells) -> tuple[str, str]:
    """Title and subtitle: the least and the most."""
    ranked = sorted((share_of(case), window, -budget) for (budget, window), case in cells.items())
    least, most = (percent(share) for share, *_ in (ranked[0], ranked[-1]))
    title = f"Collections take {least.removesuffix(' %')} to {most} of {name}'s time"
    where = [
        f"{count_text(window)} in flight and a nursery of {binary_text(-budget)}"
        for _, window, budget in (ranked[0], ranked[-1])
    ]
    return title, f"The least with {where[0]}, the most with {where[1]}."


def shares_picture(table: Table, name: str, cells: Cells) -> Heat:
    budgets = sorted({budget for budget, _ in cells})
    windows = sorted({window for _, window in cells})
    rows = [[cells.get((budget, window)) for window in windows] for budget in budgets]
    values = [[case.get("gc_time_fraction") if case else None for case in row] for row in rows]
    texts = [[cell_text(case) for case in row] for row in rows]
    few = any((case.get("collections_n") or 0) < 50 for case in cells.values())
    note = sentences(table.words, MEANING, FEW if few else "")
    columns, names = [count_text(each) for each in windows], [binary_text(each) for each in budgets]
    stem, words = stem_of("gc_share", table.fixed), Words(*shares_words(name, cells), note)
    x, y = "in-flight window (operations)", "nursery (bytes)"
    return Heat(stem, words, x, y, columns, names, values, texts)


def find_gc_share(results: Results, _: Options) -> list[AnyPicture]:
    pictures: list[AnyPicture] = []
    collected = [
        case
        for case in results.cases
        if case.get("gc_time_fraction") is not None
        and case.get("gen0_budget_bytes")
        and "in_flight" in case.point
    ]
    for table in tables(collected, {"in_flight", "gen0_budget"}):
        name = table.baseline or table.strategies[0]
        cells = cells_of(table, name)
        if all(len({place[side] for place in cells}) > 1 for side in (0, 1)):
            pictures.append(shares_picture(table, name, cells))
    return pictures
