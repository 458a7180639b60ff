"""The heat map of a collector's share, by in-flight window and nursery."""
from __future__ import annotations

from .pictures import AnyPicture, Heat
from .results import Case, Results
from .tables import Options, Table, stem_of, tables
from .words import binary_text, note_lines, short, title_lines

MEANING = "In a cell: share of the time in which the program stood still, collections."
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
    share = f"{short(share_of(case) * 100)} %"
    count = case.get("collections_n")
    return share if count is None else f"{share}\nn = {count:g}"


def shares_title(name: str, cells: Cells) -> list[str]:
    """The least and the most."""
    ranked = sorted((share_of(case), window, -budget) for (budget, window), case in cells.items())
    words = [
        f"{short(share * 100)} % with {window:g} in flight and a nursery of {binary_text(-budget)}"
        for share, window, budget in (ranked[-1], ranked[0])
    ]
    told = f"The collector's share of {name}'s time is from {words[1]} to {words[0]}."
    return title_lines(told)


def shares_picture(table: Table, name: str, cells: Cells) -> Heat:
    budgets = sorted({budget for budget, _ in cells})
    windows = sorted({window for _, window in cells})
    rows = [[cells.get((budget, window)) for window in windows] for budget in budgets]
    values = [[case.get("gc_time_fraction") if case else None for case in row] for row in rows]
    texts = [[cell_text(case) for case in row] for row in rows]
    few = any((case.get("collections_n") or 0) < 50 for case in cells.values())
    notes = note_lines(table.words, MEANING, FEW if few else "")
    columns, names = [f"{window:g}" for window in windows], [binary_text(each) for each in budgets]
    stem, title = stem_of("gc_share", table.fixed), shares_title(name, cells)
    x, y = "in-flight window (operations)", "nursery (bytes)"
    return Heat(stem, title, notes, x, y, columns, names, values, texts)


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
