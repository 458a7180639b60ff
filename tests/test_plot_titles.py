"""The texts of pictures: titles claim nothing that the intervals do not bear, and break-evens stand
where the result file has them.
"""
from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from conftest import Row
from plot_cases import (
    CROSSING,
    LESS,
    MORE,
    OPEN,
    RATES,
    Value,
    blocks_of,
    break_even,
    case,
    file_of,
    in_rounds,
    note,
    only,
    pictures_of,
    sweep,
    text_of,
    title,
)
from plots.drawing import figure_of
from plots.looks import style_of

# --- break-even ---


def test_break_even_is_marked(tmp_path: Path) -> None:
    in_bytes = break_even(metric="bytes_per_op", crossings=[{"at": 0.25, "lo": 0.2, "hi": 0.3}])
    del in_bytes["consumer"]
    path = sweep(tmp_path / "a.json", CROSSING, break_even=[break_even(), in_bytes])
    pictures = pictures_of(path)
    # A third of the way from 60 ns at 0.5 to 20 ns at 0.8.
    expected = {"ns-hit_rate": (0.6, 60 - 40 / 3), "ratio-hit_rate": (0.6, 1), "bytes": (0.25, 20)}
    for kind, (x, y) in expected.items():
        picture = only(pictures, kind)
        bars = {bar.get_label(): bar for bar in figure_of(picture).axes[0].containers}
        star = bars["break-even of value_task"].lines[0].get_xydata()
        assert [*star[0]] == [pytest.approx(x), pytest.approx(y)]
        assert f"value_task {x:.2f}" in note(picture)
    assert "[0.55, 0.70]" in note(only(pictures, "ns-hit_rate"))
    mark = blocks_of(text_of(only(pictures, "ns-hit_rate")), "MARKS")[0][0]
    assert mark[:4] == ["0.6", "46.6666667", "0.55", "0.7"]
    assert mark[4:] == [style_of("value_task").colour, "value_task"]
    assert only(pictures, "allocs").marks == []


@pytest.mark.parametrize(
    "changed",
    [
        {"min_gain_percent": 5},
        {"heap": "gengc"},
        {"consumer": "dependent"},
        {"threads": 2},
        {"where": "calls:5/in_flight:64/completion:fifo/keys:100000/distribution:uniform/depth:1"},
        {"verdict": "undecided", "crossings": []},
        {"crossings": [{"at": None}, 7]},
        {"baseline": "plain"},
    ],
)
def test_other_break_even_is_not_marked(
    tmp_path: Path, changed: dict[str, Any]
) -> None:
    path = sweep(tmp_path / "a.json", CROSSING, break_even=[break_even(**changed)])
    for picture in pictures_of(path).values():
        assert getattr(picture, "marks", []) == []
        assert "Break-even" not in note(picture)


# --- titles ---


@pytest.mark.parametrize(
    "ratios, told",
    [
        ([LESS] * 4, "value_task takes less time than heap_task at every hit rate."),
        ([MORE] * 4, "value_task takes more time than heap_task at every hit rate."),
        (
            [MORE, LESS, LESS, LESS],
            "less time than heap_task at every hit rate above 0, more at 0. At 0.8 it takes 0.50",
        ),
        (
            [LESS, LESS, MORE, OPEN],
            "less time than heap_task at hit rates 0 and 0.5, more at 0.8; difference not known "
            "at 1. At 0.8 it takes 1.50 [1.40, 1.60] of its time.",
        ),
        ([OPEN] * 4, "value_task and heap_task: no difference in time is known at any hit rate."),
    ],
)
def test_titles_of_time_agree_with_the_intervals(
    tmp_path: Path, ratios: list[Value], told: str
) -> None:
    pictures = pictures_of(sweep(tmp_path / "a.json", ratios))
    for kind in ("ns-hit_rate", "ratio-hit_rate"):
        words = title(only(pictures, kind))
        assert told in words
        claimed = [word for word in ("less", "more") if f"{word} " in words]
        assert claimed == ["less"] * (LESS in ratios) + ["more"] * (MORE in ratios)


def test_title_claims_no_more_than_the_verdict(tmp_path: Path) -> None:
    path = sweep(tmp_path / "a.json", [LESS] * 4)
    plain = path.read_text(encoding="utf-8")

    def judged(verdict: str) -> str:
        text = plain.replace('"ratio": 0.5', f'"verdict": "{verdict}", "ratio": 0.5')
        path.write_text(text, encoding="utf-8")
        return title(only(pictures_of(path), "ns-hit_rate"))

    assert judged("different").startswith("value_task takes less time than heap_task at every")
    assert judged("same").startswith("value_task takes about the same time as heap_task at every")
    words = judged("not known yet")
    unknown = "value_task and heap_task: no difference in time is known at any hit rate."
    assert words.startswith(unknown)
    assert "0.50 [0.40, 0.60] of its time, but the run does not yet know" in words


@pytest.mark.parametrize(
    "sizes, told",
    [
        ([104, 52, 20.8, 0], "fewer bytes than heap_task at every hit rate above 0, more bytes at"),
        ([78.4, 52, 20.8, 0], "fewer bytes than heap_task at every hit rate above 0, the same at"),
        ([78.4] * 4, "allocates the same as heap_task at every hit rate; at 0.8: 78.4 B/op"),
        ([100] * 4, "allocates more bytes than heap_task at every hit rate; at 0.8: 100 B/op"),
    ],
)
def test_titles_of_bytes_agree_with_the_counts(
    tmp_path: Path, sizes: list[float], told: str
) -> None:
    picture = only(pictures_of(sweep(tmp_path / "a.json", [LESS] * 4, sizes)), "bytes-hit")
    assert told in title(picture)


def test_the_least_is_named_as_far_as_intervals_tell(tmp_path: Path) -> None:
    def words(*ratios: Value) -> str:
        names = ["value_task", "poll", "callback"]
        cases = [
            rows
            for rate in RATES
            for rows in [
                case("heap_task", hit_rate=rate),
                *(case(name, ratio, hit_rate=rate) for name, ratio in zip(names, ratios)),
            ]
        ]
        return title(only(pictures_of(file_of(tmp_path / "a.json", *cases)), "ns-hit"))

    alone = words((0.8, 0.75, 0.85), (0.5, 0.45, 0.55), (0.7, 0.65, 0.74))
    assert "Fastest at 0.8: poll, 0.50." in alone
    pair = words((0.8, 0.75, 0.85), (0.5, 0.45, 0.55), (0.52, 0.5, 0.6))
    assert "Fastest at 0.8: one of poll and callback, difference not known." in pair
    assert "fastest at 0.8 is not known" in words(OPEN, (0.95, 0.8, 1.2), (1, 0.9, 1.2))


def test_title_of_heaps(tmp_path: Path) -> None:
    def words(ns: float, ratio: Value) -> str:
        cases = [
            *[case("heap_task", (1, 0.9, 1.1)), case("value_task", LESS)],
            *[case("heap_task", (1, 0.9, 1.1), ns=ns, heap="tbb")],
            *[case("value_task", ratio, ns=ns, heap="tbb")],
        ]
        return title(only(pictures_of(file_of(tmp_path / "a.json", *cases)), "heaps"))

    told = words(60, LESS)
    assert "less time than heap_task on every heap. heap_task takes 40 ns on glibc" in told
    assert "less time than heap_task on glibc, more on tbb" in words(60, MORE)
    assert "difference not known on tbb" in words(60, OPEN)
    assert "no difference of heap_task is known" in words(41, LESS)


# --- whom they speak of ---


def swept(path: Path, *strategies: tuple[str, Value], sessions: int = 8) -> Path:
    """A file with a ratio for each strategy at each of RATES."""
    return file_of(
        path,
        *[
            case(name, ratio, hit_rate=rate, sessions=sessions)
            for rate in RATES
            for name, ratio in strategies
        ],
    )


EQUAL = (1.0, 1.0, 1.0)


def test_title_speaks_of_the_challenger(tmp_path: Path) -> None:
    """Or else of the first of the others, in the order of pictures; never of a reference."""
    path = tmp_path / "a.json"
    given = [("empty", LESS), ("plain", LESS), ("arena_task", LESS), ("heap_task", EQUAL)]
    swept(path, *given, ("poll", LESS), ("value_task", MORE))
    assert "value_task takes more time than heap_task" in title(only(pictures_of(path), "ns-hit"))
    swept(path, *given, ("poll", MORE))
    assert "arena_task takes less time than heap_task" in title(only(pictures_of(path), "ns-hit"))
    swept(path, ("my_future", LESS), ("plain", LESS), ("my_task", EQUAL))
    assert "my_future takes less time than my_task" in title(only(pictures_of(path), "ns-hit"))


def test_the_baseline_is_that_of_the_rows(tmp_path: Path) -> None:
    """Where there are no times, it is the one that has this role."""
    path = swept(tmp_path / "a.json", ("heap_task", MORE), ("value_task", EQUAL))
    pictures = pictures_of(path)
    assert "heap_task takes more time than value_task" in title(only(pictures, "ns-hit"))
    ratio = only(pictures, "ratio-hit")
    assert [line.name for line in ratio.lines] == ["heap_task"] and "value_task's" in ratio.y.label
    swept(path, ("caller_op", EQUAL), ("heap_task", EQUAL), ("poll", EQUAL), sessions=0)
    told = "caller_op allocates the same as heap_task at every hit rate"
    assert title(only(pictures_of(path), "bytes-hit")).startswith(told)
    swept(path, ("my_future", EQUAL), ("my_task", EQUAL), sessions=0)
    assert title(only(pictures_of(path), "bytes-hit")) == "B/op of an operation"


def test_the_loop_is_no_strategy_and_the_floor_no_rival(tmp_path: Path) -> None:
    """The loop stands where times are lines, and nowhere else; neither is ever the quickest."""
    quick = (0.1, 0.09, 0.11)
    names = ["empty", "plain", "heap_task", "value_task", "poll", "callback"]
    cases = [
        case(name, EQUAL if name == "heap_task" else quick, hit_rate=rate, heap=heap)
        for name in names
        for rate in RATES
        for heap in ("glibc", "tbb")
    ]
    pictures = pictures_of(file_of(tmp_path / "a.json", *cases))
    times = pictures["ns-hit_rate-user_cache-glibc-direct-independent"]
    assert sorted(line.name for line in times.lines) == sorted(names)
    told = "Fastest at 0.8: one of callback, poll and value_task, difference not known."
    assert told in title(times)
    ratios = pictures["ratio-hit_rate-user_cache-glibc-direct-independent"]
    own = [name for name in names if name != "empty"]
    assert sorted(line.name for line in ratios.lines) == sorted(set(own) - {"heap_task"})
    assert sorted(only(pictures, "heaps").names) == sorted(own)
    for stem, picture in pictures.items():
        assert not stem.startswith("rounds") or sorted(picture.names) == sorted(own)


def test_who_does_not_pause_is_named(tmp_path: Path) -> None:
    def paused(name: str, count: float, length: float) -> list[Row]:
        keys = ("pause_p50_ns", "pause_p90_ns", "pause_max_ns")
        enough = count >= 30
        lengths = {key: length * share for key, share in zip(keys, (1, 3, 4))} if enough else {}
        return case(name, figures={"pauses_n": count, **lengths}, heap="gengc", sessions=0)

    path = file_of(
        tmp_path / "a.json",
        *[paused("empty", 0, 0), paused("plain", 0, 0), paused("heap_task", 200, 9000)],
        *[paused("value_task", 1, 1000), paused("poll", 0, 0), paused("caller_op", 0, 0)],
    )
    picture = only(pictures_of(path), "pauses")
    assert picture.names == ["heap_task"]
    told = "heap_task pauses 200 times, half of them up to 9 us; value_task pauses once."
    assert title(picture) == f"{told} The longest pause, 36 us, is of heap_task."
    assert "No pause: caller_op and poll." in note(picture)
    assert "Fewer than 30 pauses, too few for quantiles: value_task." in note(picture)


def test_roles_are_those_of_the_file(tmp_path: Path) -> None:
    """Of the run, whatever the table of older roles says of these names."""
    strategies = [("empty", LESS), ("plain", LESS), ("heap_task", MORE), ("poll", LESS)]
    cases = [
        case(name, ratio, hit_rate=rate)
        for rate in RATES
        for name, ratio in [*strategies, ("value_task", LESS), ("my_task", EQUAL)]
    ]
    roles = {"my_task": "baseline", "poll": "challenger", "value_task": "floor"}
    path = file_of(tmp_path / "a.json", *cases, said={"roles": {**roles, "heap_task": "empty"}})
    pictures = pictures_of(path)
    assert title(only(pictures, "ns-hit")).startswith("poll takes less time than my_task")
    assert [line.name for line in only(pictures, "ns-hit").lines if line.is_loop] == ["heap_task"]
    ratios = {line.name for line in only(pictures, "ratio-hit").lines}
    assert ratios == {"empty", "plain", "poll", "value_task"}
    references = {line.name for line in only(pictures, "ns-hit").lines if line.is_reference}
    assert references == {"heap_task", "value_task"}
    counted = [
        case(name, sessions=0, hit_rate=rate, size=size)
        for rate in RATES
        for name, size in [("heap_task", 8.0), ("poll", 4.0)]
    ]
    said = {"roles": {"poll": "baseline", "heap_task": "challenger"}}
    path = file_of(tmp_path / "b.json", *counted, said=said)
    told = title(only(pictures_of(path), "bytes-hit"))
    assert told.startswith("heap_task allocates more bytes than poll at every hit rate")


# --- what spans are of ---


def test_captions_say_what_spans_are(tmp_path: Path) -> None:
    """Times have the range of the sessions, and ratios an interval for another run."""
    pictures = pictures_of(sweep(tmp_path / "a.json", [LESS] * 4))
    told = note(only(pictures, "ns-hit"))
    assert "Times are medians of 8 sessions, spans from the least to the most of these." in told
    assert "Intervals are" not in told
    told = note(only(pictures, "ratio-hit"))
    assert "Intervals are 99 %, for another run, by 8 sessions of this." in told
    older = [in_rounds(each) for each in cases_of_sweep()]
    pictures = pictures_of(file_of(tmp_path / "b.json", *older))
    for kind in ["ns-hit", "ratio-hit"]:
        assert "Intervals are 99 %, of 8 paired rounds." in note(only(pictures, kind))


def cases_of_sweep() -> list[list[Row]]:
    return [
        case(name, ratio, hit_rate=rate)
        for rate in RATES
        for name, ratio in [("heap_task", EQUAL), ("value_task", LESS)]
    ]


def test_few_sessions_have_no_intervals(tmp_path: Path) -> None:
    """None is drawn, and none is claimed."""
    without = {"ratio_lo", "ratio_hi"}
    cases = [
        [
            {key: value for key, value in row.items() if key not in without}
            | ({"verdict": "not known yet"} if row["run_type"] == "aggregate" else {})
            for row in case(name, ratio, hit_rate=rate, sessions=2)
        ]
        for rate in RATES
        for name, ratio in [("value_task", LESS), ("poll", MORE), ("callback", LESS)]
    ]
    cases += [case("heap_task", hit_rate=rate, sessions=2) for rate in RATES]
    pictures = pictures_of(file_of(tmp_path / "a.json", *cases))
    told = title(only(pictures, "ns-hit"))
    assert "value_task and heap_task: no difference in time is known at any hit rate." in told
    assert "it takes 0.50 of its time" in told and "Fastest" not in told
    ratios = only(pictures, "ratio-hit")
    assert all(point[2] == point[3] == point[1] for line in ratios.lines for point in line.drawn)
    assert "No intervals, which take 5 sessions." in note(ratios)
