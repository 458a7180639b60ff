"""`run_bench claims`: each claim of the article has a row, and its page is made of the rows."""
from __future__ import annotations

import csv
import html
import io
import re
import signal
from pathlib import Path
from typing import Any

import pytest

from conftest import DEFAULT_HEAPS, HANG_S, ROOT, Bench, strict_json

PAGE = ROOT / "docs" / "CLAIMS.md"

# What must be a row: the id, the first words of what it quotes, and the hit rates that it is of.
ROWS = ROOT / "tests" / "fixtures" / "claims_rows.csv"

# The article, where it is at hand.
SEEDS = sorted((ROOT.parent / "shared" / "seed").glob("*.txt"))

KEYS = ["id", "section", "quote", "seed_value", "seed_says", "unit", "measured"]
KEYS += ["lo", "hi", "factor", "verdict", "how", "reason"]

VERDICTS = {
    "reproduced",
    "not reproduced",
    "arithmetic error",
    "depends",
    "changed by .NET 11",
    "not measurable here",
}

# Whose amounts the article's own numbers do not make.
WRONG_SUMS = {
    "gateway-garbage": "95,000/s x 32 B is 3.04 MB/s, not 3 GB/s: 1/987 of that",
    "gateway-saves": "95,000/s x 32 B is 3.04 MB/s, not 3 GB/s: 1/987 of that",
    "gateway-before": "100,000/s x 32 B is 3.2 MB/s, not 3 GB/s: 1/938 of that",
    "gateway-after": "5,000/s x 32 B is 160 KB/s, not 150 MB/s: 1/938 of that",
    "permission-speed": "50 ns / 5 ns is 10 times as fast, not 100 times as fast: 0.1 of that",
}

Claim = dict[str, Any]


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """What is printed as JSON, and the page. Settings of the user's for `run` change nothing of it.
    """
    bench = Bench(tmp_path_factory.mktemp("claims"))
    settings = {"VTB_HEAP": DEFAULT_HEAPS, "VTB_HIT_RATE": "0.1", "VTB_STRATEGY": "poll"}
    words = ["claims", "--quick", "--format", "json", "--report", "claims.html"]
    outcome = bench(*words, **settings)
    assert outcome.code == 0, outcome.err
    return outcome.out, (bench.directory / "claims.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def claims(measured: tuple[str, str]) -> dict[str, Claim]:
    return {claim["id"]: claim for claim in strict_json(measured[0])["claims"]}


def test_it_says_when_and_where(measured: tuple[str, str]) -> None:
    said = strict_json(measured[0])
    assert list(said) == ["date", "version", "git_revision", "cpu_model", "claims"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d{4}", said["date"])
    assert said["cpu_model"] in measured[1]


def test_bounds_and_ranges_are_told_as_such(claims: dict[str, Claim]) -> None:
    """A figure that is the end of one says nothing by itself."""
    for name, said in {
        "more-gc-than-serving": "more than 50 % of time",
        "sizes-of-tasks": "32 to 96 B",
        "more-cpu": "at most 100,000 calls/s",
        "size-of-a-task": "about 32 B",
        "gateway-latency": "more than 1 times as long before",
        "task-is-simple": "-",
    }.items():
        assert claims[name]["seed_says"] == said


@pytest.fixture(scope="module")
def seed() -> str:
    if len(SEEDS) != 1:
        pytest.skip("the article is not at hand")
    return SEEDS[0].read_text(encoding="utf-8")


def test_rows_have_all_keys(claims: dict[str, Claim]) -> None:
    assert len(claims) > 50
    for claim in claims.values():
        assert list(claim) == KEYS
        assert claim["verdict"] in VERDICTS
        assert claim["how"].startswith("run_bench ") or claim["how"] == "none"
        if claim["verdict"] == "not measurable here":
            assert claim["reason"]
        else:
            ends = [claim["lo"], claim["measured"], claim["hi"]]
            known = [each for each in ends if each is not None]
            assert known == sorted(known)


def test_each_verdict_is_there_but_for_what_is_not(claims: dict[str, Claim]) -> None:
    assert {claim["verdict"] for claim in claims.values()} == VERDICTS


def test_what_is_counted(claims: dict[str, Claim]) -> None:
    """By hand: 72 B a hit, 104 B a miss, before; after, a miss alone."""
    for name, measured, factor in [
        ("size-of-a-task", 72, 72 / 32),
        ("garbage-of-hits", 57.6, 57.6 / 25),
        ("before-million", 78.4, 78.4 / 30),
        ("after-million", 20.8, 20.8 / 6),
        ("million-saves", 100 * (1 - 20.8 / 78.4), (1 - 20.8 / 78.4) / 0.8),
        ("catalog-before", 0.85 * 72 + 0.15 * 104, (0.85 * 72 + 0.15 * 104) / 30),
        ("configuration-after", 1040, 1040 / 300),
    ]:
        claim = claims[name]
        assert claim["measured"] == claim["lo"] == claim["hi"] == pytest.approx(measured, 1e-5)
        assert claim["factor"] == pytest.approx(factor, 1e-5)
        assert claim["verdict"] == "not reproduced", name
    assert claims["hit-saves"]["measured"] == 100
    assert claims["catalog-savings"]["measured"] == pytest.approx(85)
    assert claims["after-hit-bytes"]["measured"] == 0
    assert claims["after-hit-bytes"]["verdict"] == "reproduced"
    assert claims["after-miss-is-same"]["verdict"] == "reproduced"


def test_a_time_of_a_call_has_no_interval(claims: dict[str, Claim]) -> None:
    """The sessions' range is of this machine's speed: nothing is reproduced by it."""
    for name in ["hit-time-before", "hit-time-after", "benchmark-value-task-time"]:
        claim = claims[name]
        assert claim["measured"] > 0 and claim["lo"] is None and claim["hi"] is None
        assert claim["verdict"] in ("not reproduced", "depends"), name


def test_sums_are_done_right(claims: dict[str, Claim]) -> None:
    wrong = {claim["id"] for claim in claims.values() if claim["verdict"] == "arithmetic error"}
    assert wrong == set(WRONG_SUMS)
    for name, text in WRONG_SUMS.items():
        assert claims[name]["reason"].startswith(text)


def test_what_depends_and_what_net_11_changes(claims: dict[str, Claim]) -> None:
    assert claims["sizes-of-tasks"]["verdict"] == "depends"
    assert "at a hit rate of 0" in claims["sizes-of-tasks"]["reason"]
    assert claims["await-twice-throws"]["verdict"] == "depends"
    assert "2 detected" in claims["await-twice-throws"]["reason"]
    assert claims["await-a-task-twice"]["verdict"] == "reproduced"
    changed = ["task-for-every-call", "unneeded-allocations", "hit-saves", "catalog-savings"]
    for name in [*changed, "more-collections", "gc-collections-saved"]:
        assert claims[name]["verdict"] == "changed by .NET 11"
        assert ".NET 11" in claims[name]["reason"]


def test_commands_can_be_pasted(bench: Bench, claims: dict[str, Claim]) -> None:
    """Those of runs are tried as a plan; those of open loops with few calls, at a rate that not
    every machine sustains; the others as what they are."""
    few = {"run": ["--dry-run"], "latency": ["--sessions", "1", "--slice-ms", "1"]}
    commands = sorted({claim["how"] for claim in claims.values()} - {"none"})
    assert len(commands) > 10
    for command in commands:
        words = command.split()[1:]
        tried = bench(*words, *few.get(words[0], []))
        is_too_slow = words[0] == "latency" and "cannot be sustained" in tried.err
        assert tried.code == 0 or is_too_slow, (command, tried.err)


def words_of(quote: str) -> str:
    return " ".join(word for word in re.findall(r"[\w%.,<>]+", quote) if word.strip(".,"))


def test_each_row_is_there_of_its_hit_rates(claims: dict[str, Claim]) -> None:
    """Those of tables, of the matrix and the tree, scenarios, mistakes and uses, and the rest."""
    with ROWS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["id"] for row in rows] == list(claims)
    for row in rows:
        claim = claims[row["id"]]
        assert words_of(claim["quote"]).startswith(row["words"]), row["id"]
        rates = re.search(r"--hit-rate (\S+)", claim["how"])
        assert (rates[1].replace(",", " ") if rates else "") == row["hit_rates"], row["id"]


def test_latency_and_throughput_are_of_open_loops(claims: dict[str, Claim]) -> None:
    """The page on latencies names each of them; verdicts are of what was measured."""
    page = (ROOT / "docs" / "LATENCY.md").read_text(encoding="utf-8")
    section = page.split("## What an article says")[1].split("\n## ")[0]
    named = re.findall(r"^\| `([a-z0-9-]+)` \|", section, re.M)
    loops = [name for name, claim in claims.items() if "run_bench latency" in claim["how"]]
    absolute = ["gateway-p99-before", "gateway-p99-after"]
    assert sorted(named) == sorted([*loops, *absolute]) and len(loops) == 6
    for name in loops:
        is_too_slow = "cannot be sustained" in claims[name]["reason"]
        assert claims[name]["measured"] is not None or is_too_slow
        # --quick has too few sessions for an interval, and no verdict without one.
        assert claims[name]["verdict"] == "not measurable here" and claims[name]["reason"]
    for name in absolute:
        assert claims[name]["verdict"] == "not measurable here" and claims[name]["how"] == "none"


# --- the article ---


def test_quotes_stand_in_their_sections(claims: dict[str, Claim], seed: str) -> None:
    for claim in claims.values():
        assert claim["quote"] in seed, claim["id"]
        heading = re.search(rf"^#+ {re.escape(claim['section'])}\n", seed, re.MULTILINE)
        assert heading, claim["section"]
        level = heading.group().index(" ")
        rest = seed[heading.end() :]
        ending = re.search(rf"^#{{1,{level}}} ", rest, re.MULTILINE)
        assert claim["quote"] in rest[: ending.start() if ending else None], claim["id"]


def lines_of(seed: str, heading: str) -> list[str]:
    """The lines below the only heading that begins so, up to the next one."""
    found = re.findall(rf"^#+ {re.escape(heading)}.*\n((?:(?!#+ ).*\n)*)", seed, re.MULTILINE)
    assert len(found) == 1, heading
    return found[0].splitlines()


def rows_of_table(lines: list[str]) -> list[str]:
    rows = [line for line in lines if line.startswith("|")]
    assert re.fullmatch(r"[|:\- ]+", rows[1])
    return rows[2:]


def results_of(lines: list[str]) -> list[str]:
    return [line for line in lines[lines.index("**Results**:") :] if line.startswith("- ")]


def lines_to_quote(seed: str) -> list[str]:
    found = []
    for heading in ["Performance Comparison", "Decision Matrix", "Allocation Benchmark"]:
        found += rows_of_table(lines_of(seed, heading))
    found += rows_of_table(lines_of(seed, "Throughput Benchmark"))
    found += [line for line in lines_of(seed, "Decision Tree") if re.search("──|always", line)]
    for number in range(1, 5):
        found += results_of(lines_of(seed, f"Scenario {number}:"))
    analysis = lines_of(seed, "GC Pressure Analysis")
    found += [line for line in analysis if line.startswith("   ")]
    return found


def test_each_line_of_tables_is_quoted(claims: dict[str, Claim], seed: str) -> None:
    quotes = [claim["quote"] for claim in claims.values()]
    wanted = lines_to_quote(seed)
    assert len(wanted) > 60
    for line in wanted:
        own = line.strip(" -│")
        assert any(quote in line or own in quote for quote in quotes), line


def test_each_mistake_and_each_use_is_a_row(claims: dict[str, Claim], seed: str) -> None:
    sections = {claim["section"] for claim in claims.values()}
    wanted = re.findall(r"^### ((?:Mistake|Scenario|Problem|✅|❌) ?\d.*)$", seed, re.MULTILINE)
    assert len(wanted) == 4 + 4 + 3 + 8
    assert set(wanted) <= sections


# --- the page, and the other formats ---


def test_page_has_all_rows(claims: dict[str, Claim]) -> None:
    text = PAGE.read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([a-z0-9-]+) \|", text, re.MULTILINE)
    assert [row for row in rows if row not in ("claim", "---")] == list(claims)
    assert "run_bench claims --format markdown > docs/CLAIMS.md" in text
    headings = re.findall(r"^## (.*)$", text, re.MULTILINE)
    sections = [re.sub(r"\\(.)", r"\1", heading) for heading in headings]
    assert sections == list(dict.fromkeys(claim["section"] for claim in claims.values()))


SIZES = {"B": 1, "KB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12}


def amount_of(text: str, unit: str) -> float:
    """The number of a cell of the page, in a unit: 1.04 MB/day is 1040 in KB/day."""
    number, own = text.replace(",", "").split(" ", 1)
    if (size := own.split("/")[0]) in SIZES:
        return float(number) * SIZES[size] / SIZES[unit.split("/")[0]]
    assert own == unit or number == "1" and own == re.sub("s(?=/|$)", "", unit, count=1)
    return float(number)


def rows_of_page() -> dict[str, dict[str, str]]:
    rows = {}
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if len(cells) == 7 and cells[0] not in ("claim", "---"):
            rows[cells[0]] = dict(zip(("claimed", "measured", "factor", "verdict"), cells[2:6]))
    return rows


def is_exact(claim: Claim) -> bool:
    return claim["measured"] is not None and claim["lo"] == claim["measured"] == claim["hi"]


def test_page_has_what_is_exact(claims: dict[str, Claim]) -> None:
    """It was made by another run, and perhaps on another machine: what is timed may differ."""
    rows = rows_of_page()
    exact = {name: claim for name, claim in claims.items() if is_exact(claim)}
    assert len(exact) > 60
    for name, claim in exact.items():
        row = rows[name]
        assert row["verdict"] == claim["verdict"], name
        measured = amount_of(row["measured"], claim["unit"])
        assert measured == pytest.approx(claim["measured"], rel=6e-3), name
        if row["factor"]:
            part = row["factor"].replace(",", "").split("/")
            factor = 1 / float(part[1]) if len(part) > 1 else float(part[0])
            assert factor == pytest.approx(claim["factor"], rel=6e-3), name


def test_page_has_what_is_claimed(claims: dict[str, Claim]) -> None:
    before = re.compile(r"^(about|at most|more than|from about|[0-9]+ to) ")
    for name, row in rows_of_page().items():
        claim = claims[name]
        if claim["seed_value"] is None:
            assert row["claimed"] == "-"
        elif claim["unit"] and not re.search("(ns|us|ms|s)(/day)?$", row["claimed"].split()[-1]):
            told = amount_of(before.sub("", row["claimed"]), claim["unit"])
            ends = [claim["seed_value"], 96 if name == "sizes-of-tasks" else claim["seed_value"]]
            assert ends[0] * 0.99 <= told <= ends[1] * 1.01, name


def test_figures_of_people_have_three_digits() -> None:
    """But for the whole digits of what is counted."""
    for name, row in rows_of_page().items():
        for number in re.findall(r"[\d,]*\.\d+", row["measured"] + " " + row["factor"]):
            assert len(number.replace(".", "").replace(",", "").lstrip("0")) <= 3, (name, number)


def test_page_of_html_has_all_claims(measured: tuple[str, str], claims: dict[str, Claim]) -> None:
    page = measured[1]
    assert f"<h1>{len(claims)} claims about " in page
    shown = html.unescape(page)
    for claim in claims.values():
        assert claim["reason"] in shown and claim["how"] in shown
        if claim["measured"] is not None:
            assert f'title="{float(claim["measured"])}"' in page


@pytest.mark.parametrize("form", ["table", "csv", "markdown"])
def test_formats(bench: Bench, form: str) -> None:
    outcome = bench("claims", "--quick", "--section", "mistake 3", "--format", form)
    assert outcome.code == 0, outcome.err
    if form == "csv":
        (row,) = csv.DictReader(io.StringIO(outcome.out))
        assert list(row) == KEYS and row["id"] == "mistake-not-awaited"
        return
    assert "mistake-not-awaited" in outcome.out and "1 claims" not in outcome.out
    assert "not .NET itself" in " ".join(outcome.out.split())
    if form == "table":
        assert max(map(len, outcome.out.splitlines())) <= 100


def test_a_section_alone(bench: Bench, tmp_path: Path) -> None:
    outcome = bench("claims", "--section", "SCENARIO 2", "--quick", "--heap", "glibc",
                    "--format", "json")
    rows = strict_json(outcome.out)["claims"]
    assert {row["section"] for row in rows} == {"Scenario 2: Permission Checks"}
    assert "gengc" not in outcome.out
    outcome = bench("claims", "--section", "nowhere")
    assert outcome.code == 2
    assert outcome.err.startswith("run_bench: --section: 'nowhere' is in no heading; accepted: ")


def test_without_a_collector_collections_are_unknown(bench: Bench) -> None:
    outcome = bench("claims", "--section", "GC Pressure", "--quick", "--heap", "glibc",
                    "--format", "json")
    for row in strict_json(outcome.out)["claims"]:
        assert row["verdict"] == "not measurable here"
        assert row["measured"] is None
        assert row["reason"].startswith("no heap that collects is among those measured")


def test_an_interrupt_leaves_nothing_half_told(bench: Bench) -> None:
    process = bench.start("claims", "--progress", "plain")
    assert process.stderr
    for line in process.stderr:
        if " %, " in line:
            break
    process.terminate()
    out, error = process.communicate(timeout=HANG_S)
    assert process.returncode == 128 + signal.SIGTERM
    assert out == ""
    told = "run_bench: interrupted; nothing is told of the claims that were measured\n"
    assert error.endswith(told)
