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
    subtitle,
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


def crosses(at: float, low: Any, high: Any, direction: str = "falls") -> dict[str, Any]:
    return break_even(crossings=[{"at": at, "lo": low, "hi": high, "direction": direction}])


TWICE = [crosses(at, at, at + 0.1)["crossings"][0] for at in (0.2, 0.6)]


@pytest.mark.parametrize(
    "entry, told",
    [
        (crosses(0.258, 0.097, 0.352), "pays from a hit rate of about 0.3"),
        (crosses(0.258, 0.24, 0.27), "pays from a hit rate of about 0.26"),
        (crosses(0.258, 0.2575, 0.2585), "pays from a hit rate of about 0.258"),
        (crosses(0.7, 0.65, 0.75, "rises"), "pays up to a hit rate of about 0.7"),
        # Not known to its end or its direction, more than one, none, or of another strategy.
        (break_even(), "from hit rate 0.8 on"),
        (crosses(0.6, None, None), "from hit rate 0.8 on"),
        (crosses(0.6, 0.5, 0.7, "sideways"), "from hit rate 0.8 on"),
        (break_even(crossings=[*TWICE]), "from hit rate 0.8 on"),
        (break_even(verdict="undecided", crossings=[]), "from hit rate 0.8 on"),
        (break_even(strategy="poll"), "from hit rate 0.8 on"),
    ],
)
def test_a_break_even_is_the_title(tmp_path: Path, entry: dict[str, Any], told: str) -> None:
    """With no more digits than its interval bears."""
    path = sweep(tmp_path / "a.json", CROSSING, break_even=[entry])
    for kind in ("ns-hit_rate", "ratio-hit_rate"):
        picture = only(pictures_of(path), kind)
        assert title(picture).startswith("value_task ") and title(picture).endswith(told)
        if "about" in told:
            where = "above" if "from" in told else "below"
            crossing = entry["crossings"][0]
            ends = f"{crossing['at']:.2f} [{crossing['lo']:.2f}, {crossing['hi']:.2f}]"
            rest = f"It takes as long as heap_task at {ends}, and less {where}."
            assert rest in subtitle(picture)
        else:
            assert "less time than heap_task at hit rates 0.8 and 1, more at 0" in subtitle(picture)


@pytest.mark.parametrize(
    "ratios, told, rest",
    [
        ([LESS] * 4, "value_task is faster than heap_task at every hit rate", ""),
        ([MORE] * 4, "value_task is slower than heap_task at every hit rate", ""),
        (
            [MORE, LESS, LESS, LESS],
            "value_task is faster than heap_task above hit rate 0",
            "value_task takes less time than heap_task at every hit rate above 0, more at 0. At ",
        ),
        (
            [LESS, LESS, MORE, OPEN],
            "value_task is faster than heap_task up to hit rate 0.5",
            "value_task takes less time than heap_task at hit rates 0 and 0.5, more at 0.8; "
            "difference not known at 1. At ",
        ),
        (
            [LESS, OPEN, LESS, LESS],
            "value_task is faster than heap_task at most hit rates",
            "value_task takes less time than heap_task at hit rates 0, 0.8 and 1; difference not "
            "known at 0.5. At ",
        ),
        (
            [OPEN, OPEN, MORE, OPEN],
            "value_task is slower than heap_task at hit rate 0.8",
            "value_task takes more time than heap_task at hit rate 0.8; difference not known at 0, "
            "0.5 and 1. At ",
        ),
        ([OPEN] * 4, "value_task and heap_task: not known which is faster", ""),
    ],
)
def test_titles_of_time_agree_with_the_intervals(
    tmp_path: Path, ratios: list[Value], told: str, rest: str
) -> None:
    pictures = pictures_of(sweep(tmp_path / "a.json", ratios))
    middle, low, high = ratios[2]
    end = f"hit rate 0.8 value_task takes {middle:.2f} [{low:.2f}, {high:.2f}] times the time of "
    for kind in ("ns-hit_rate", "ratio-hit_rate"):
        picture = only(pictures, kind)
        assert title(picture) == told
        assert subtitle(picture) == f"{rest or 'At '}{end}heap_task."


def test_titles_claim_no_more_than_the_verdict(tmp_path: Path) -> None:
    """Of a sweep, of one point, and of heaps."""
    path = sweep(tmp_path / "a.json", [LESS] * 4)
    plain = path.read_text(encoding="utf-8")

    def judged(verdict: str, kind: str) -> tuple[str, str]:
        text = plain.replace('"ratio": 0.5', f'"verdict": "{verdict}", "ratio": 0.5')
        path.write_text(text, encoding="utf-8")
        picture = only(pictures_of(path), kind)
        return title(picture), subtitle(picture)

    faster = "value_task is faster than heap_task"
    assert judged("different", "ns-hit")[0] == f"{faster} at every hit rate"
    assert judged("different", "rounds")[0] == f"{faster}: 20 ns against 40 ns"
    for kind in ("ns-hit", "rounds"):
        assert judged("same", kind)[0] == "value_task and heap_task take about the same time"
        told, rest = judged("not known yet", kind)
        assert told == "value_task and heap_task: not known which is faster"
        known = "0.50 [0.40, 0.60] times the time of heap_task, difference not known"
        assert known in rest


@pytest.mark.parametrize(
    "sizes, told",
    [
        ([104, 52, 20.8, 0], "less than heap_task above hit rate 0"),
        ([78.4, 52, 20.8, 0], "less than heap_task above hit rate 0"),
        ([78.4] * 4, "as much as heap_task at every hit rate"),
        ([100] * 4, "more than heap_task at every hit rate"),
    ],
)
def test_titles_of_bytes_agree_with_the_counts(
    tmp_path: Path, sizes: list[float], told: str
) -> None:
    picture = only(pictures_of(sweep(tmp_path / "a.json", [LESS] * 4, sizes)), "bytes-hit")
    assert title(picture) == f"value_task allocates {told}"
    at_none = {104: "More at hit rate 0. ", 78.4: "As much at hit rate 0. "}.get(sizes[0], "")
    at_none = at_none if sizes[3] == 0 else ""
    assert subtitle(picture) == f"{at_none}At hit rate 0.8: {sizes[2]:g} B/op against 78.4."


def test_a_title_that_would_be_long_says_less(tmp_path: Path) -> None:
    sizes = [78.4, 78.4, 20, 0.0]
    pictures = pictures_of(sweep(tmp_path / "a.json", [LESS] * 4, sizes))
    told = "value_task allocates less than heap_task from hit rate 0.8 on"
    assert title(only(pictures, "bytes-hit")) == told
    told = "value_task allocates less often than heap_task at some hit rates"
    assert title(only(pictures, "allocs-hit")) == told
    point = {"heap": "gengc", "gen0_budget": 262144, "live_heap": "64K"}
    cases = [case("heap_task", **point), case("value_task", LESS, **point)]
    picture = only(pictures_of(file_of(tmp_path / "b.json", *cases)), "heaps")
    assert title(picture) == "value_task is faster than heap_task on gengc"


def test_title_of_heaps(tmp_path: Path) -> None:
    def words(ratio: Value, *, heap: str = "tbb") -> tuple[str, str]:
        cases = [
            *[case("heap_task", (1, 0.9, 1.1)), case("value_task", LESS)],
            *[case("heap_task", (1, 0.9, 1.1), heap=heap)],
            *[case("value_task", ratio, heap=heap)],
        ]
        picture = only(pictures_of(file_of(tmp_path / "a.json", *cases)), "heaps")
        return title(picture), subtitle(picture)

    told, rest = words(LESS)
    assert told == "value_task is faster than heap_task on every heap"
    assert "in times of what heap_task does: 0.50 [0.40, 0.60] on glibc; 0.50 [" in rest
    assert words(MORE)[0] == "value_task is faster on glibc, slower on tbb"
    told, rest = words(OPEN)
    assert told == "value_task is faster than heap_task on glibc"
    assert "0.90 [0.70, 1.10] on tbb, difference not known." in rest


def test_a_single_point_is_bars_on_each_heap(tmp_path: Path) -> None:
    """Of what is taken, and of what is allocated; of one heap as well, but of no sweep on one."""
    cases = [case("heap_task"), case("value_task", LESS, size=20.8)]
    one = pictures_of(file_of(tmp_path / "a.json", *cases))
    assert title(only(one, "heaps")) == "value_task is faster than heap_task on glibc"
    told = "value_task allocates less than heap_task: 20.8 B/op against 78.4"
    assert title(only(one, "allocated")) == told
    assert "Heap glibc: user_cache" in note(only(one, "allocated"))
    assert [panel.heading for panel in only(one, "heaps").panels] == [""]
    assert [stem for stem in one if stem.startswith(("heaps", "allocated"))] == [
        "heaps-user_cache-glibc-direct-independent-hit_rate0.8",
        "allocated-user_cache-glibc-direct-hit_rate0.8",
    ]
    cases += [case("heap_task", heap="tbb"), case("value_task", LESS, size=20.8, heap="tbb")]
    two = pictures_of(file_of(tmp_path / "a.json", *cases))
    for kind in ("heaps", "allocated"):
        assert [panel.heading for panel in only(two, kind).panels] == ["glibc", "tbb"]
    rows = only(two, "allocated").panels[1].rows
    assert {row.name: row.values for row in rows} == {
        "heap_task": (78.4, 78.4, 78.4),
        "value_task": (20.8, 20.8, 20.8),
    }
    swept_ones = pictures_of(sweep(tmp_path / "b.json", [LESS] * 4))
    assert not [stem for stem in swept_ones if stem.startswith(("heaps", "allocated"))]


def test_what_is_allocated_once_is_told(tmp_path: Path) -> None:
    pool = case("heap_task_pooled", size=0.00673, figures={"startup_bytes": 6730})
    path = file_of(tmp_path / "a.json", case("heap_task"), pool)
    assert "Of that, once at the start: heap_task_pooled 6.73 kB." in note(
        only(pictures_of(path), "allocated")
    )


def test_counts_speak_of_no_lookups(tmp_path: Path) -> None:
    """They are the same for both, and drawn once; times say which they are of."""
    consumers = ("independent", "dependent")
    cases = [
        [
            {key: str(value).replace("consumer:independent", f"consumer:{consumer}")
             if key in ("name", "run_name") else value for key, value in row.items()}
            for row in case(name, hit_rate=rate)
        ]
        for consumer in consumers
        for rate in RATES
        for name in ("heap_task", "value_task")
    ]
    pictures = pictures_of(file_of(tmp_path / "a.json", *cases))
    for kind in ("bytes-hit", "allocs-hit"):
        picture = only(pictures, kind)
        assert "dependent" not in picture.stem and "independent lookups" not in note(picture)
        assert "whether lookups are dependent or not" in note(picture)
        assert all(len(line.points) == len(RATES) for line in picture.lines)
    for consumer in consumers:
        picture = only(pictures, f"ns-hit_rate-user_cache-glibc-direct-{consumer}")
        assert f" {consumer} lookups" in note(picture)


def test_cells_without_a_collection_say_so(tmp_path: Path) -> None:
    counts = {(1, 65536): 200, (1, 16777216): 0, (64, 65536): 200, (64, 16777216): 1}
    cases = [
        case(
            "heap_task",
            figures={
                **({"gc_time_fraction": count / 1000} if count else {}),
                **{"gen0_budget_bytes": budget, "collections_n": count},
            },
            heap="gengc",
            in_flight=window,
            gen0_budget=budget,
        )
        for (window, budget), count in counts.items()
    ]
    picture = only(pictures_of(file_of(tmp_path / "a.json", *cases)), "gc_share")
    assert picture.texts == [
        ["20 %\n200 collections"] * 2,
        ["no collection", "1 collection,\ntoo few"],
    ]
    assert picture.values == [[0.2, 0.2], [None, None]]
    assert title(picture) == "Collections take up to 20 % of heap_task's time"
    assert "Of fewer than 50 collections no share is told." in note(picture)


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
    assert "value_task is slower than heap_task" in title(only(pictures_of(path), "ns-hit"))
    swept(path, *given, ("poll", MORE))
    assert "arena_task is faster than heap_task" in title(only(pictures_of(path), "ns-hit"))
    swept(path, ("my_future", LESS), ("plain", LESS), ("my_task", EQUAL))
    assert "my_future is faster than my_task" in title(only(pictures_of(path), "ns-hit"))


def test_the_baseline_is_that_of_the_rows(tmp_path: Path) -> None:
    """Where there are no times, it is the one that has this role."""
    path = swept(tmp_path / "a.json", ("heap_task", MORE), ("value_task", EQUAL))
    pictures = pictures_of(path)
    assert "heap_task is slower than value_task" in title(only(pictures, "ns-hit"))
    ratio = only(pictures, "ratio-hit")
    assert [line.name for line in ratio.lines] == ["heap_task"] and "value_task's" in ratio.y.label
    swept(path, ("caller_op", EQUAL), ("heap_task", EQUAL), ("poll", EQUAL), sessions=0)
    told = "caller_op allocates as much as heap_task at every hit rate"
    assert title(only(pictures_of(path), "bytes-hit")).startswith(told)
    swept(path, ("my_future", EQUAL), ("my_task", EQUAL), sessions=0)
    assert title(only(pictures_of(path), "bytes-hit")) == "B/op of each strategy"


def test_the_loop_is_no_strategy_and_the_floor_no_rival(tmp_path: Path) -> None:
    """The loop stands where times are lines, and nowhere else."""
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
    assert title(picture) == "heap_task pauses 200 times, value_task once"
    half = "Half of the pauses take up to 9 us (heap_task)"
    assert subtitle(picture) == f"{half}; the longest pause takes 36 us."
    assert "No pause: caller_op and poll." in note(picture)
    assert "Fewer than 30 pauses, too few for quantiles: value_task." in note(picture)


def test_pauses_are_told_of_as_many_calls(tmp_path: Path) -> None:
    """A collector is watched until it has collected often enough, whatever calls that takes."""
    lengths = {f"pause_{which}_ns": 1000.0 for which in ("p50", "p90", "max")}

    def told(calls: float) -> str:
        counts = {"heap_task": (200, 1e6), "value_task": (60, calls)}
        cases = [
            case(name, figures={"pauses_n": n, "pressure_calls_n": made, **lengths}, heap="gengc")
            for name, (n, made) in counts.items()
        ]
        return title(only(pictures_of(file_of(tmp_path / "a.json", *cases)), "pauses"))

    end = "in 1,000,000 calls"
    assert told(1e6) == f"heap_task pauses 200 times, value_task 60 times {end}"
    assert told(4e6) == "Pauses in a million calls: heap_task 200, value_task 15"


def test_pauses_are_told_of_the_calls_that_they_came_in(tmp_path: Path) -> None:
    """Of the pass that looked for them, which makes more calls than a case's name says."""
    lengths = {f"pause_{which}_ns": 1000.0 for which in ("p50", "p90", "max")}
    for made in ([7318187.0], [7318187.0, 9e6]):
        cases = [
            case(name, figures={"pauses_n": 50, "pressure_calls_n": calls, **lengths}, heap="gengc")
            for name, calls in zip(["heap_task", "value_task"], made)
        ]
        picture = only(pictures_of(file_of(tmp_path / "a.json", *cases)), "pauses")
        many = " to ".join(f"{calls:,.0f}" for calls in made)
        assert f" {many} calls" in note(picture) and "1,000,000 calls" not in note(picture)
        assert len(made) > 1 or title(picture) == f"heap_task pauses 50 times in {many} calls"


def test_pictures_of_a_kind_say_which_each_is(tmp_path: Path) -> None:
    """In the title where there is room for it, or else in the subtitle."""
    cases = []
    for heap in ("glibc", "gengc"):
        for rate in RATES:
            cases += [case("heap_task", heap=heap, hit_rate=rate)]
            cases += [case("value_task", LESS, heap=heap, hit_rate=rate)]
    pictures = pictures_of(file_of(tmp_path / "a.json", *cases))
    for heap in ("glibc", "gengc"):
        stem = f"ns-hit_rate-user_cache-{heap}-"
        assert title(only(pictures, stem)).endswith(f" ({heap})")
        rounds = only(pictures, f"rounds-user_cache-{heap}")
        assert f"({heap})" in title(rounds) or subtitle(rounds).startswith(f"{heap.capitalize()}. ")
    assert title(only(pictures, "heaps")) == "value_task is faster than heap_task on every heap"


def test_panels_say_what_was_found_in_each(tmp_path: Path) -> None:
    cases = [case("heap_task", heap="glibc"), case("value_task", LESS, heap="glibc", size=8)]
    cases += [case("heap_task", heap="gengc"), case("value_task", OPEN, heap="gengc", size=9)]
    pictures = pictures_of(file_of(tmp_path / "a.json", *cases))
    times, counts = only(pictures, "heaps"), only(pictures, "allocated")
    assert [panel.finding for panel in times.panels] == [
        "value_task is faster than heap_task, 0.50 [0.40, 0.60] times the time",
        "value_task and heap_task: not known which is faster, 0.90 [0.70, 1.10] times the time",
    ]
    assert [panel.finding for panel in counts.panels] == [
        "value_task 8 B/op and heap_task 78.4 B/op",
        "value_task 9 B/op and heap_task 78.4 B/op",
    ]


def test_what_a_guest_lacks_is_no_zero(tmp_path: Path) -> None:
    """It has no bar there, and the panel speaks of what it has."""
    cases = [case("heap_task"), case("value_task", LESS), case("heap_task", ns=16, heap="java")]
    pictures = pictures_of(file_of(tmp_path / "a.json", *cases))
    panel = only(pictures, "heaps").panels[1]
    assert panel.heading == "java" and panel.finding == "heap_task takes 16 ns"
    assert [row and row.name for row in panel.rows] == [None, "heap_task"]
    own = [case("heap_task", heap="java"), case("value_task", LESS, heap="java")]
    for row in sum(own, []):
        del row["allocs_per_op"]
    picture = only(pictures_of(file_of(tmp_path / "b.json", *own)), "allocated")
    assert "Allocations of" not in subtitle(picture)


def test_one_alone_has_no_longest_of_all(tmp_path: Path) -> None:
    path = file_of(tmp_path / "a.json", case("heap_task", heap="gengc"))
    (tmp_path / "a.x.hgrm").write_text("1000 0.5 10 2\n36000 1 20 inf\n", encoding="utf-8")
    assert title(only(pictures_of(path), "histogram")) == "The longest pause of x takes 36 us"


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
    assert title(only(pictures, "ns-hit")).startswith("poll is faster than my_task")
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
    assert told.startswith("heap_task allocates more than poll at every hit rate")


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
    picture = only(pictures, "ns-hit")
    assert title(picture) == "value_task and heap_task: not known which is faster"
    told = "At hit rate 0.8 value_task takes 0.50 times the time of heap_task"
    assert subtitle(picture).startswith(told)
    ratios = only(pictures, "ratio-hit")
    assert all(point[2] == point[3] == point[1] for line in ratios.lines for point in line.drawn)
    assert "No intervals, which take 5 sessions." in note(ratios)
