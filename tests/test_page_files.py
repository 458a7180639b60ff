"""Pages of HTML as files: what they are made of, what is refused and told, and what `--report` of
the commands writes. How they look and work, test_page.py has."""
from __future__ import annotations

import base64
import gzip
import html
import json
import os
import re
import stat
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from conftest import COUNTED, ROOT, Bench, Outcome, strict_json
from page_cases import (
    ENDING,
    IMAGE,
    REPORT,
    SCRIPT,
    Json,
    advice,
    check,
    claim,
    claims,
    comparison,
    compared_row,
    gate,
    history,
    page_of,
    refused_gate,
    report,
    run_file,
)
from plot_cases import CUT_SHORT, GOOD, case, file_of, run

import report as program
from page import build, documents, figure_words, html as page_html, runs, vega

ONE = ["--strategy", "value_task"]


class Reader(HTMLParser):
    """The texts of a page, without those of scripts and styles, and the ids of its elements."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.ids: list[str] = []
        self.links: list[tuple[str, str]] = []  # what is downloaded under which name
        self.open = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        own = dict(attrs)
        self.open = tag
        self.ids += [str(own["id"])] if "id" in own else []
        if "download" in own:
            self.links.append((str(own["download"]), str(own["href"])))

    def handle_endtag(self, tag: str) -> None:
        self.open = ""

    def handle_data(self, data: str) -> None:
        if self.open not in ("script", "style"):
            self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())


def read(path: Path) -> Reader:
    return Reader(path.read_text(encoding="utf-8"))


def rendered(*found: documents.Document) -> str:
    return page_html.render(build.page_of([*found]))


def title_of(page: str) -> str:
    return html.unescape(re.findall(r"<h1>(.*)</h1>", page)[0])


def downloads_of(page: str) -> dict[str, Any]:
    found = {}
    for name, address in Reader(page).links:
        start = "data:application/gzip;base64,"
        assert address.startswith(start)
        packed = base64.b64decode(address.removeprefix(start), validate=True)
        assert packed[4:8] == bytes(4), "the time at which it was made"
        found[name] = strict_json(gzip.decompress(packed).decode("utf-8"))
    return found


@pytest.fixture(scope="module")
def result_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return run_file(tmp_path_factory.mktemp("run") / "run.json")


@pytest.fixture(scope="module")
def page(result_file: Path) -> str:
    return page_of(result_file)


def compared(ratio: str, count: str) -> Json:
    """Two runs of one case, with these verdicts of its time and of what it allocates."""
    row = {**compared_row("value_task", 1.0, 1.0, ratio)}
    row["bytes_per_op"]["verdict"] = count
    return {**comparison(), "rows": [{key: row[key] for key in ("name", "ratio", "bytes_per_op")}]}


NOTHING = "No ratio of times could be compared and nothing else is known to differ"
OTHER = "1 figure that is not of time differs"


# --- what it is made of ---


@pytest.mark.parametrize(
    ("given", "title"),
    [
        (advice(), f"value_task or {SCRIPT}?"),
        (claims(), "6 claims about tasks and value tasks, measured"),
        (comparison(), "1 of 3 ratios of times is lower and 1 is higher"),
        (compared("same", "same"), "Nothing is known to differ"),
        (compared("not comparable", "same"), NOTHING),
        (compared("lower", "higher"), f"1 of 1 ratio of times is lower and {OTHER}"),
        (gate(), "Gate: worse than before"),
        (gate(checks=[check("value_task", "same", 20.8)]), "Gate: passed"),
        (gate(checks=[check("value_task", "inconclusive", 20.8)]), "Gate: inconclusive"),
        (refused_gate(), "Gate: nothing was compared"),
        (history(), "2 of 3 figures changed in 20 results"),
    ],
    ids=[
        *["advice", "claims", "comparison", "nothing", "no ratio", "both"],
        *["worse", "passed", "inconclusive", "refused", "history"],
    ],
)
def test_what_commands_print(given: Json, title: str) -> None:
    """From standard input; its name is that of its kind."""
    page = page_of("-", given=given)
    assert title_of(page) == title
    ((name, content),) = downloads_of(page).items()
    assert content == given
    assert re.fullmatch(r"(advice|claims|comparison|gate|history)\.json\.gz", name)


def test_figures_are_told_in_words() -> None:
    """Of each key that files have of what is compared, gated, or not available."""
    text = (ROOT / "harness" / "plan" / "metrics.c").read_text(encoding="utf-8")
    lists = re.findall(r"\.keys = \{([^}]*)\}", text)
    keys = {key for each in lists for key in re.findall(r'"(\w+)"', each)}
    keys |= {*re.findall(r'\[VTB_PRESSURE_\w+\] = \{"[^"]+",\s*"(\w+)"', text)}
    text = (ROOT / "harness" / "gate" / "compare.c").read_text(encoding="utf-8")
    keys |= {*re.findall(r'add_column\(compared, "(\w+)"', text)}
    assert {"bytes_per_op", "gen0_per_kop", "pause_p50_ns", "mmu_10ms", "ratio"} <= keys
    assert sorted(keys - {*figure_words.WORDS}) == []
    words = list(figure_words.WORDS.values())
    assert len(words) == len({*words})
    for given in (gate(), comparison()):
        page = page_of("-", given=given)
        assert '<span title="bytes_per_op">allocated by a call (B)</span>' in page
        assert "bytes_per_op" not in Reader(page).text


def test_it_says_when_and_where() -> None:
    made = {"date": "2026-01-02", "version": "0.1.0", "git_revision": "abc", "cpu_model": "A CPU"}
    told = "2026-01-02, A CPU, valuetask-bench 0.1.0 abc."
    for given in (gate(**made), {**claims(), **made}):
        assert told in Reader(page_of("-", given=given)).text


def test_claims_say_bounds_and_ranges() -> None:
    """Not a number that is the end of one; of what says none, nothing."""
    given = {"claims": [
        claim("more", 0.0, seed_value=0, seed_says="more than 0 collections/s"),
        claim("none", None, seed_value=None, seed_says="-"),
        claim("older", 72.0),
    ]}
    found = build.page_of([documents.Document("claims", Path("-"), given)])
    (table,) = found.sections[1].tables
    says = [column.label for column in table.columns].index("says")
    assert [row[says].text for row in table.rows] == ["more than 0 collections/s", "", "32 bytes"]
    first = [column.label for column in table.columns[:4]]
    assert first == ["claim", "verdict", "says", "measured"]


def test_what_few_read_is_folded_or_left_out(page: str, tmp_path: Path) -> None:
    assert re.search(r"<summary>Words of this page \(\d+ rows\)</summary>", page)
    facts = {"rho": 0.05, "phi": 0.01, "probe_least_ns": 2.0, "load_avg": [6.44189453125, 1.0]}
    text = Reader(page_of(file_of(tmp_path / "a.json", case("heap_task"), said=facts))).text
    assert "load avg 6.44, 1 " in text and "rho" not in text and "probe least" not in text
    assert "scripts/plot.py" not in text


def test_cases_stand_by_parameters(tmp_path: Path) -> None:
    """And then by their times, with what is no strategy last."""
    roles = {"empty": "empty", "heap_task": "baseline", "value_task": "challenger"}
    cases = [
        case(name, ns=ns, hit_rate=rate)
        for name, ns in (("empty", 1.0), ("heap_task", 40.0), ("value_task", 20.0))
        for rate in (1, 0, 0.5)
    ]
    path = file_of(tmp_path / "a.json", *cases, said={"roles": roles})
    found = build.page_of([documents.read(path)])
    (figures,) = [section for section in found.sections if section.name == "figures"]
    order = [(row[2].text, row[0].text) for row in figures.tables[0].rows]
    fastest = ["value_task", "heap_task", "empty"]
    assert order == [(f"{rate}", name) for rate in (0, 0.5, 1) for name in fastest]
    assert figures.tables[0].note.startswith("By hit rate, the fastest first, references last.")


def test_greys_have_no_colour_in_the_legend(tmp_path: Path) -> None:
    """They would be alike; one that is chosen has its own."""
    names = ["heap_task", "value_task", *(f"future_{index}" for index in range(7))]
    cases = [
        case(name, (1 + at / 9, 0.9, 1.1), hit_rate=rate)
        for at, name in enumerate(names)
        for rate in (0, 1)
    ]
    found = build.page_of([documents.read(file_of(tmp_path / "a.json", *cases))])
    (charts,) = [section.charts for section in found.sections if section.name == "charts"]
    chart = next(each for each in charts if each.name.startswith("ns-hit_rate"))
    greys = [series.name for series in chart.series if series.is_grey]
    assert len(greys) == 3 and greys == [series.name for series in chart.series[-3:]]
    looks = chart.spec["scales"][2:]
    scales = {each["name"]: dict(zip(each["domain"], each["range"])) for each in looks}
    assert len({scales["colour"][name] for name in greys}) == 1
    assert len({scales["chosen"][name] for name in names}) == len(names)
    page = page_html.render(found)
    for name in names:
        button = re.findall(f'data-series="{name}">(.*?)</button>', page)[0]
        assert ("<rect" in button) == (name not in greys)


def test_panels_are_under_the_title_of_their_picture(page: str) -> None:
    headings = re.findall(r"<(h[34]) [^>]*>([^<]*)</h", page)
    at = next(at for at, (level, _) in enumerate(headings) if level == "h4")
    assert headings[at - 1][0] == "h3"
    own = [text for level, text in headings[at : at + 2] if level == "h4"]
    assert [text.partition(":")[0] for text in own] == ["glibc", "gengc"]


def test_long_names_break_where_parts_end() -> None:
    name = check("value_task", "worse", 28.0)["name"]
    page = page_of("-", given=gate())
    assert name.replace("/", "/<wbr>") in page


def test_a_result_file(page: str, result_file: Path) -> None:
    assert title_of(page).endswith(": value_task instead of heap_task")
    assert downloads_of(page) == {"run.json.gz": strict_json(result_file.read_text())}


def test_names_stay_texts(page: str) -> None:
    """In no place; the browser's tests have the same of each kind of page."""
    for name in (SCRIPT, IMAGE, ENDING, "\u202e"):
        assert name not in page
    assert SCRIPT in Reader(page).text and IMAGE in Reader(page).text
    assert len(re.findall("<script", page)) == len(re.findall("</script", page)) == 3


def test_scripts_cannot_be_ended() -> None:
    value = {"</script>": ["<!--<script>", "&\u2028\u2029", "\ud800"]}
    text = page_html.script_json(value)
    assert not set(text) & set("<>&\u2028\u2029\ud800")
    assert json.loads(text) == value
    for inside in ("a</script>b", "a<!--b", "</SCRIPT >"):
        assert not re.search("</script|<!--", vega.inert(inside), re.IGNORECASE)
    assert not re.search("</script|<!--", vega.library(), re.IGNORECASE)


def test_several_documents(result_file: Path, tmp_path: Path) -> None:
    """Each has its own sections, whose ids differ; the first gives the title."""
    other = file_of(tmp_path / "other.json", case("heap_task"), case("value_task", (0.5, 0.4, 0.6)))
    page = page_of("-", result_file, other, given=advice())
    reader = Reader(page)
    assert len(reader.ids) == len(set(reader.ids))
    assert title_of(page).startswith("value_task or ")
    assert list(downloads_of(page)) == ["advice.json.gz", "run.json.gz", "other.json.gz"]
    for text in ("Figures: run", "Figures: other"):
        assert text in reader.text
    assert "Figures of the run" in Reader(page_of("-", other, given=advice())).text


def test_a_section_without_content_is_left_out(tmp_path: Path) -> None:
    rows = case("heap_task", sessions=0)
    del rows[0]["bytes_per_op"]
    path = file_of(tmp_path / "counts.json", rows)
    page = page_of(path)
    assert "charts" not in Reader(page).ids
    assert "vegaModules={" not in page, "what draws is there for nothing"


def test_the_same_file_is_the_same_page(page: str, result_file: Path, tmp_path: Path) -> None:
    again = page_of(result_file)
    assert again == page
    out = tmp_path / "page.html"
    assert report("--out", out, result_file).stdout == b""
    assert out.read_bytes() == page.encode()


def test_order_is_not_that_of_hashes(
    monkeypatch: pytest.MonkeyPatch, page: str, result_file: Path
) -> None:
    for seed in ("1", "2"):
        monkeypatch.setenv("PYTHONHASHSEED", seed)
        assert page_of(result_file) == page


def test_a_big_sweep_is_light(tmp_path: Path) -> None:
    """Of 21 rates, 14 strategies and 2 heaps."""
    names = ["heap_task", "value_task", "plain", *(f"future_{index}" for index in range(11))]
    cases = [
        case(name, (1 + at / 7, 0.9, 1.1), hit_rate=rate / 20, heap=heap, sessions=5, ns=100 / 3)
        for heap in ("glibc", "gengc")
        for rate in range(21)
        for at, name in enumerate(names)
    ]
    page = page_of(file_of(tmp_path / "big.json", *cases))
    assert 500_000 < len(page.encode()) < 2_000_000
    assert len(re.findall("<tr>", page)) > 21 * 14 * 2


def test_rows_beyond_the_most_are_told(
    monkeypatch: pytest.MonkeyPatch, result_file: Path
) -> None:
    monkeypatch.setattr(runs, "ROWS_MAX", 10)
    found = build.page_of([documents.read(result_file)])
    (figures,) = [section for section in found.sections if section.name == "figures"]
    assert len(figures.tables[0].rows) == 10
    assert figures.tables[0].note.endswith(" The first 10 of 35.")


# --- what is no document ---

NOT_ANY = "not a result file, nor the JSON of advise, claims, compare, gate or history"

NO_DOCUMENTS = {
    "empty": (b"", "empty"),
    "cut": (CUT_SHORT.encode(), "not a result file, or cut short: "),
    "text": (b"user_cache: 5 calls", "not a result file, or cut short: "),
    "bytes": (b"\xff\xfe\x00", "not a result file: not a text"),
    "nan": (b'{"claims": [], "x": NaN}', "NaN is not JSON"),
    "other": (b'{"name": 1}', NOT_ANY),
    "list": (b"[1]", NOT_ANY),
    "number": (b"5", NOT_ANY),
    "no rows": (b'{"benchmarks": 5}', "no list of rows `benchmarks`"),
    "no case": (b'{"benchmarks": []}', "holds no case of run_bench"),
    "a name": (b'{"benchmarks": [{"run_type": "counts", "name": "a"}]}', "not the name of a case"),
    "no claims": (b'{"claims": 5}', "claims is not a list of objects"),
    "no claim": (b'{"claims": [5]}', "claims is not a list of objects"),
    "no checks": (b'{"not_compared": [], "checks": {}}', "checks is not a list of objects"),
    "no row": (b'{"only_before": [], "rows": [1]}', "rows is not a list of objects"),
    "no lines": (b'{"recommendation": "a", "answer": 1}', "answer is not a list of objects"),
    "huge": (b'{"claims": [{"measured": 1e999}]}', "a number is out of range"),
    "long": (b'{"claims": [{"measured": 1%s}]}' % (b"0" * 400), "a number is out of range"),
    "deep": (b'{"claims": [], "x": %s1%s}' % (b"[" * 200, b"]" * 200), "nested too deeply"),
    "deeper": (b'{"claims": [], "x": %s1%s}' % (b"[" * 9999, b"]" * 9999), "cut short: "),
}


@pytest.mark.parametrize("name", NO_DOCUMENTS)
def test_what_is_no_document(tmp_path: Path, name: str) -> None:
    """One line, and a page that is there already stays."""
    content, cause = NO_DOCUMENTS[name]
    path, out = tmp_path / "in.json", tmp_path / "page.html"
    path.write_bytes(content)
    out.write_text("earlier")
    done = report("--out", out, path)
    assert (done.returncode, done.stdout) == (2, b"")
    (line,) = done.stderr.decode().splitlines()
    assert line.startswith(f"report.py: {path}: ") and cause in line
    assert out.read_text() == "earlier"
    assert sorted(tmp_path.iterdir()) == [path, out]


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    for path, cause in [(tmp_path / "none.json", "No such file"), (tmp_path, "Is a directory")]:
        done = report("--out", tmp_path / "page.html", path)
        assert (done.returncode, done.stdout) == (2, b"")
        assert done.stderr.decode().splitlines() == [f"report.py: {path}: {cause}" + (
            " or directory" if "such" in cause else "")]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("given", "cause"),
    [
        (GOOD.encode(), "standard input: a result file is named by its path"),
        (b"{", "standard input: no JSON, or cut short: "),
        (b"", "standard input: no JSON, or cut short: "),
        (b"\xff", "standard input: no JSON, or cut short: "),
        (b"{}", "standard input: not a result file, nor the JSON of advise"),
    ],
)
def test_standard_input_that_is_no_document(given: bytes, cause: str) -> None:
    done = report("-", given=given)
    assert (done.returncode, done.stdout) == (2, b"")
    (line,) = done.stderr.decode().splitlines()
    assert line.startswith(f"report.py: {cause}")


@pytest.mark.parametrize("strange", [5, "text", [1], {"a": 1}, None, True])
def test_what_is_beside_the_figures_may_be_anything(tmp_path: Path, strange: Any) -> None:
    """Of a file that somebody edited; the figures are told."""
    top = {"context": {"skipped": strange, "unavailable": strange, "date": strange, "x": strange}}
    for context in (top["context"], strange):
        path = file_of(tmp_path / "run.json", case("heap_task"))
        path.write_text(json.dumps({**json.loads(path.read_text()), "context": context}))
        assert "heap_task" in Reader(rendered(documents.read(path))).text
    for kind, data, keys in [
        ("advice", advice(), ["matters", "rules", "changes_at", "instead_of"]),
        ("comparison", comparison(), ["before", "figures", "only_after"]),
        ("gate", gate(), ["notes", "baseline", "refusal"]),
    ]:
        for key in keys:
            edited = documents.Document(kind, Path("-"), {**data, key: strange})
            assert title_of(rendered(edited))
    odd = {key: strange for key in claim("one", 1.5)}
    edited = documents.Document("claims", Path("-"), {"claims": [odd]})
    assert title_of(rendered(edited)).startswith("1 claims")


def test_characters_that_no_text_has(tmp_path: Path) -> None:
    """They are shown as escapes; the figures to download have them as they are."""
    odd = "\ud800\u0000\u001b[2J\u2028\u2066\ufeff"
    path = file_of(tmp_path / "run.json", case("heap_task"), said={"tag": odd})
    page = page_of(path)
    assert "\\ud800\\x00\\x1b[2J\\u2028\\u2066\\ufeff" in page
    assert downloads_of(page)["run.json.gz"]["context"]["tag"] == odd


# --- where it is written ---


def test_what_is_there_is_replaced(result_file: Path, page: str, tmp_path: Path) -> None:
    """Whole, behind a link that stays one, with the usual rights."""
    target, link = tmp_path / "target.html", tmp_path / "link.html"
    target.write_text("x" * 5_000_000)
    link.symlink_to(target.name)
    mask = os.umask(0o027)
    try:
        assert report("--out", link, result_file).returncode == 0
    finally:
        os.umask(mask)
    assert link.is_symlink() and target.read_text(encoding="utf-8") == page
    assert stat.S_IMODE(target.stat().st_mode) == 0o640
    assert sorted(tmp_path.iterdir()) == [link, target]


def test_a_place_that_cannot_be_written(result_file: Path, tmp_path: Path) -> None:
    places = {tmp_path / "none" / "page.html": "No such file or directory"}
    places[tmp_path] = "Is a directory"
    if Path("/dev/full").is_char_device():
        places[Path("/dev/full")] = "No space left on device"
    for out, cause in places.items():
        done = report("--out", out, result_file)
        assert (done.returncode, done.stdout) == (1, b"")
        assert done.stderr.decode() == f"report.py: {out}: {cause}\n"
    assert list(tmp_path.iterdir()) == []


def test_a_page_that_gets_no_room(result_file: Path, tmp_path: Path) -> None:
    """Nothing of it stays, and what was there does."""
    out = tmp_path / "page.html"
    out.write_text("earlier")
    script = f"""ulimit -f 8; exec {REPORT} --out "$0" "$1" """
    done = run("sh", "-c", script, out, result_file)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"report.py: {out}: File too large\n"
    assert out.read_text() == "earlier" and list(tmp_path.iterdir()) == [out]


@pytest.mark.parametrize(
    ("words", "cause"),
    [
        ("> /dev/full", "No space left on device"),
        (">&-", "Bad file descriptor"),
        ("| true", "Broken pipe"),
    ],
)
def test_standard_output_that_cannot_be_written(
    result_file: Path, words: str, cause: str
) -> None:
    """Of a pipe it only matters that nothing else is said."""
    if "full" in words and not Path("/dev/full").is_char_device():
        pytest.skip("there is no /dev/full here")
    script = f"""({REPORT} "$0"; echo $? >&2) {words}"""
    done = run("sh", "-c", script, result_file)
    assert done.stderr == f"report.py: standard output: {cause}\n1\n"


def test_what_is_read_is_not_written_over(tmp_path: Path) -> None:
    path, link = tmp_path / "run.json", tmp_path / "page.html"
    path.write_text(GOOD)
    link.symlink_to(path.name)
    for out in (path, link):
        done = report("--out", out, path)
        assert (done.returncode, done.stdout) == (2, b"")
        assert done.stderr.decode().startswith(f"report.py: --out {out}: is read; accepted: ")
    assert path.read_text() == GOOD


def test_the_command_line_is_checked(tmp_path: Path) -> None:
    for words, cause in [([], "no file; accepted: "), (["--nothing"], "--nothing")]:
        done = report(*words)
        assert (done.returncode, done.stdout) == (2, b"")
        assert done.stderr.count(b"\n") == 1 and cause in done.stderr.decode()
    assert "--out" in report("--help").stdout.decode()


# --- what it needs ---


def run_here(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    monkeypatch.setattr("sys.argv", ["report.py", *words])
    return program.main()


def test_what_it_needs_is_there(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_here(monkeypatch, "--check") == 0
    assert capsys.readouterr() == ("", "")


def test_the_library_of_charts_is_missing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(vega, "FOLDER", tmp_path)
    out = tmp_path / "page.html"
    for words in (["--check"], ["--out", str(out), "none.json"]):
        assert run_here(monkeypatch, *words) == 1
        printed, told = capsys.readouterr()
        missing = f"{tmp_path}/vega-util.min.js is missing; install the package libjs-vega"
        assert (printed, told) == ("", f"report.py: {missing}\n")
    assert not out.exists()


def test_the_templates_program_is_missing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "jinja2", None)
    assert run_here(monkeypatch, "--check") == 1
    missing = "report.py: jinja2 is missing; install the package python3-jinja2\n"
    assert capsys.readouterr() == ("", missing)


# --- --report of the commands ---


@pytest.fixture(scope="module")
def counted(built: None, tmp_path_factory: pytest.TempPathFactory) -> tuple[Bench, Outcome]:
    """A run of counts, with its page, its result file and a baseline."""
    bench = Bench(tmp_path_factory.mktemp("counted"))
    words = ["--export-json", "run.json", "--save-baseline", "baseline.json"]
    return bench, bench.ok("run", *COUNTED, *ONE, *words, "--report", "run.html")


def test_a_run(counted: tuple[Bench, Outcome]) -> None:
    """The page has the answer, line by line, and the figures of the run's own file."""
    bench, _ = counted
    path = bench.directory / "run.html"
    results = strict_json((bench.directory / "run.json").read_text())
    assert [line["text"] for line in results["answer"]][1].startswith("ANSWER  value_task")
    text = read(path).text
    for line in results["answer"]:
        shown = f"{line.get('label', '')} {line['text']}".strip().replace(" -> ", " → ")
        assert " ".join(shown.split()) in text
    (own,) = [each for each in bench.results.iterdir() if each.suffix == ".json"]
    assert downloads_of(path.read_text(encoding="utf-8")) == {
        f"{own.name}.gz": strict_json(own.read_text())
    }


@pytest.mark.parametrize("option", ["--report", "--export-json", "--export-csv"])
def test_a_hyphen_is_a_name(bench: Bench, option: str) -> None:
    outcome = bench.ok("run", *COUNTED, *ONE, option, "-")
    assert (bench.directory / "-").stat().st_size > 0
    assert outcome.out.startswith("user_cache")


# Few calls, at a rate that any machine sustains.
LATENCY = ["latency", *ONE, "--keys", "1000", "--slice-ms", "5", "--sessions", "1"]


def tables_of(page: str) -> dict[str, list[list[str]]]:
    """The rows of each table, by its caption."""
    found = {}
    for text in re.findall(r"<table.*?</table>", page, re.S):
        (caption,) = re.findall(r"<caption>(.*?)</caption>", text, re.S) or [""]
        rows = re.findall(r"<tr.*?</tr>", text, re.S)
        cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S) for row in rows]
        found[html.unescape(caption.strip())] = [
            [" ".join(Reader(cell).text.split()) for cell in row] for row in cells
        ]
    return found


def test_latencies(bench: Bench) -> None:
    """Percentiles of both kinds, rates, and how long misses waited, of each case and control."""
    words = ["--rate", "20k", "--slices", "2", "--in-flight", "4", "--report", "page.html"]
    outcome = bench.ok(*LATENCY, *words, "--format", "json")
    page = (bench.directory / "page.html").read_text(encoding="utf-8")
    assert title_of(page) == "user_cache: latencies at 20,000 calls a second"
    tables = tables_of(page)
    names = ["empty", "plain", "heap_task", "value_task", "idle control"]
    for caption in ["Latencies from the intended start", "Latencies from the actual start",
                    "Rates, and ratios to the baseline"]:
        assert [row[0] for row in tables[caption][1:]] == names
    waited = "Misses, from the intended start until they were consumed"
    assert [row[0] for row in tables[waited][1:]] == ["heap_task", "value_task"]
    (row,) = [
        row
        for row in outcome.rows
        if row["run_type"] == "aggregate" and "/value_task/" in row["run_name"]
    ]
    heading = tables["Rates, and ratios to the baseline"][0]
    told = dict(zip(heading, tables["Rates, and ratios to the baseline"][4]))
    (misses,) = [text for title, text in told.items() if title.startswith("misses")]
    assert misses == f"{row['misses_n']:.0f}" and row["misses_n"] > 0
    assert "An open loop: " in Reader(page).text and build.METHOD[0] not in Reader(page).text
    (own,) = bench.results.glob("run-*[0-9].json")
    assert downloads_of(page) == {f"{own.name}.gz": strict_json(own.read_text())}


def test_what_a_tail_is_made_of(tmp_path: Path) -> None:
    """In percent, of a file of which that is known; a ratio where sessions agree."""
    figures = {"rate_intended": 1000, "latency_p99_ratio": 0.5, "latency_p99_ratio_hi": 0.52}
    figures |= {"latency_p50_ratio": 0.5, "latency_p50_ratio_hi": 0.6}
    figures |= {"tail_collections_share": 0.25, "tail_unknown_share": 0.75}
    path = file_of(tmp_path / "run.json", case("value_task", figures=figures))
    tables = tables_of(page_of(path))
    (row,) = tables["What calls above p99.9 waited for"][1:]
    assert row[2:] == ["25.0", "75.0"]
    (row,) = tables["Rates, and ratios to the baseline"][1:]
    assert row[-2:] == ["not known yet", "0.500"]


def test_what_is_sustained(bench: Bench) -> None:
    cache = ["--workload", "trace", "--cache", "lru:300"]
    bench.ok(*LATENCY, "--rate", "max", *cache, "--report", "page.html")
    page = (bench.directory / "page.html").read_text(encoding="utf-8")
    assert title_of(page) == "trace: what is sustained"
    heading, *rows = tables_of(page)["The most calls a second that each case sustains"]
    assert len(rows) == 5 and any(each.startswith("hits") for each in heading)


def test_a_comparison(counted: tuple[Bench, Outcome]) -> None:
    bench, _ = counted
    words = ["compare", "run.json", "run.json", "--format", "json"]
    printed = bench.ok(*words, "--report", "compared.html").out
    page = (bench.directory / "compared.html").read_text(encoding="utf-8")
    assert downloads_of(page) == {"comparison.json.gz": strict_json(printed)}
    assert title_of(page) == NOTHING and "value_task" in Reader(page).text


def test_a_gate(counted: tuple[Bench, Outcome]) -> None:
    bench, _ = counted
    words = ["gate", "--baseline", "baseline.json", "--format", "json", "--report", "gate.html"]
    printed = strict_json(bench.ok(*words).out)
    page = (bench.directory / "gate.html").read_text(encoding="utf-8")
    assert downloads_of(page) == {"gate.json.gz": printed}
    assert title_of(page) == "Gate: passed"
    assert f"{len(printed['checks'])} figures compared: {len(printed['checks'])} same." in page


def test_a_gate_that_refuses(counted: tuple[Bench, Outcome]) -> None:
    """What an earlier one found is not there any more; where a command line is wrong, no page is
    written where none was.
    """
    bench, path = counted[0], counted[0].directory / "refused.html"
    (bench.directory / "none.json").write_text("{}")
    for words in (["--baseline", "none.json"], ["--baseline", "absent.json"],
                  ["--baseline", "baseline.json", "--strategy", "none"]):
        path.unlink(missing_ok=True)
        outcome = bench("gate", *words, "--report", path.name)
        assert outcome.code != 0 and path.exists() == (outcome.code != 2)
        path.write_text("what an earlier gate found")
        again = bench("gate", *words, "--report", path.name)
        assert (again.code, again.error) == (outcome.code, outcome.error)
        page = path.read_text(encoding="utf-8")
        assert title_of(page) == "Gate: nothing was compared"
        cause = outcome.error.removeprefix("run_bench: ")
        assert f"Nothing was compared: {cause}." in Reader(page).text


def test_a_place_is_checked_before_anything_is_measured(bench: Bench) -> None:
    """As of each export."""
    latency = [*LATENCY, "--rate", "20k"]
    for command in (["run", *COUNTED, *ONE], ["claims", "--quick"], latency):
        outcome = bench(*command, "--report", "/nonexistent/x.html", "--progress", "off")
        assert outcome.code == 1 and outcome.out == ""
        assert "'/nonexistent/x.html' cannot be written: No such file" in outcome.error
        assert outcome.files() == []


def test_a_page_has_a_file_of_its_own(counted: tuple[Bench, Outcome]) -> None:
    bench, _ = counted
    before = {path: path.read_bytes() for path in bench.directory.iterdir() if path.is_file()}
    for words, other in [
        (["run", *COUNTED, *ONE, "--export-json", "same"], "--export-json"),
        (["run", *COUNTED, *ONE, "--save-baseline", "same"], "--save-baseline"),
        (["compare", "run.json", "same"], "compare"),
        (["gate", "--baseline", "same"], "--baseline"),
    ]:
        outcome = bench(*words, "--report", "same")
        assert outcome.code == 2 and outcome.out == ""
        assert "the same file, 'same'; write to another" in outcome.error
        assert "--report" in outcome.error and other in outcome.error
    after = {path: path.read_bytes() for path in bench.directory.iterdir() if path.is_file()}
    assert after == before
