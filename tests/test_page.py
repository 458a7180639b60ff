"""Pages of HTML, in a browser: what is asked for, read, clicked, typed, printed and left out; with
scripts and without."""
from __future__ import annotations

import json
import math
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from conftest import Row, parameters, strict_json
from page_cases import (
    BACKWARDS,
    ENDING,
    IMAGE,
    SCRIPT,
    advice,
    claims,
    comparison,
    gate,
    history,
    page_of,
    refused_gate,
    run_file,
)
from plots.looks import GREY

CHROMIUM, DRIVER = Path("/usr/bin/chromium"), Path("/usr/bin/chromedriver")
AUDIT = (Path(__file__).parent / "page_audit.js").read_text(encoding="utf-8")

FLAGS = ["--headless=new", "--disable-dev-shm-usage", "--disable-gpu", "--window-size=1200,900"]

# One of each, each with texts that would be markup wherever a text may stand.
KINDS = ["run", "advice", "claims", "comparison", "gate", "refused gate", "history"]

DARK = [{"name": "prefers-color-scheme", "value": "dark"}]
LIGHT = [{"name": "prefers-color-scheme", "value": "light"}]
ESCAPE, TAB, ENTER = ("Escape", 27), ("Tab", 9), ("Enter", 13)

# How wide a sheet of A4 is within its margins, and how far Chromium shrinks what is wider.
PAPER, SHRINK = 718, 1.33

# What is not on the screen by then will not be.
SHOWN_S = 60


@dataclass
class Browser:
    """One window, for all tests."""

    driver: Any
    pages: dict[str, Path]

    def run(self, script: str, *arguments: Any) -> Any:
        return self.driver.execute_script(script, *arguments)

    def audit(self, name: str, *arguments: Any) -> Any:
        return self.run(f"{AUDIT}; return audit.{name}(...arguments);", *arguments)

    def command(self, name: str, **arguments: Any) -> Any:
        return self.driver.execute_cdp_cmd(name, arguments)

    def find(self, selector: str) -> list[Any]:
        return self.driver.find_elements("css selector", selector)

    def one(self, selector: str) -> Any:
        (found,) = self.find(selector)
        return found

    def wait(self, is_so: Callable[[], bool]) -> None:
        from selenium.webdriver.support.wait import WebDriverWait

        WebDriverWait(self.driver, SHOWN_S, poll_frequency=0.02).until(lambda _: is_so())

    def wait_for_frame(self) -> None:
        self.driver.execute_async_script(
            "const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(done));"
        )

    def open(self, kind: str) -> None:
        """Opens a page anew; its charts are drawn then."""
        self.driver.get(self.pages[kind].as_uri())
        drawn = "return document.querySelectorAll('.chart .role-frame').length"
        self.wait(lambda: self.run(drawn) == len(self.find(".chart")))

    def messages(self) -> list[str]:
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def requests(self) -> list[str]:
        entries = [json.loads(each["message"]) for each in self.driver.get_log("performance")]
        found = [entry["message"] for entry in entries]
        return [
            each["params"]["request"]["url"]
            for each in found
            if each["method"] == "Network.requestWillBeSent"
        ]

    def press(self, key: tuple[str, int], times: int = 1) -> None:
        name, code = key
        text = {"text": "\r"} if name == "Enter" else {}
        more = {"key": name, "code": name, "windowsVirtualKeyCode": code}
        for _ in range(times):
            self.command("Input.dispatchKeyEvent", type="keyDown", **more, **text)
            self.command("Input.dispatchKeyEvent", type="keyUp", **more)

    @contextmanager
    def media(self, features: list[dict[str, str]], media: str = "screen") -> Iterator[None]:
        self.command("Emulation.setEmulatedMedia", media=media, features=features)
        try:
            yield
        finally:
            self.command("Emulation.setEmulatedMedia", media="", features=[])

    @contextmanager
    def width(self, px: int, is_phone: bool) -> Iterator[None]:
        size = {"width": px, "height": 800, "deviceScaleFactor": 1, "mobile": is_phone}
        self.command("Emulation.setDeviceMetricsOverride", **size)
        try:
            self.wait_for_frame()
            yield
        finally:
            self.command("Emulation.clearDeviceMetricsOverride")
            self.wait_for_frame()

    @contextmanager
    def without_scripts(self) -> Iterator[None]:
        self.command("Emulation.setScriptExecutionDisabled", value=True)
        try:
            yield
        finally:
            self.command("Emulation.setScriptExecutionDisabled", value=False)

    @contextmanager
    def all_open(self) -> Iterator[None]:
        """What is folded is shown."""
        self.run("document.querySelectorAll('details').forEach((each) => each.open = true)")
        try:
            yield
        finally:
            self.run("document.querySelectorAll('details').forEach((each) => each.open = false)")


@pytest.fixture(scope="module")
def result_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return run_file(tmp_path_factory.mktemp("run") / f"{IMAGE}.json")


@pytest.fixture(scope="module")
def browser(result_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    reason = "{} is missing; scripts/setup.sh --tests installs it"
    webdriver = pytest.importorskip("selenium.webdriver", reason=reason.format("selenium"))
    for path in (CHROMIUM, DRIVER):
        if not path.exists():
            pytest.skip(reason.format(path))
    from selenium.webdriver.chrome.service import Service

    folder = tmp_path_factory.mktemp("browser")
    options = webdriver.ChromeOptions()
    options.binary_location = str(CHROMIUM)
    alone = ["--no-sandbox"] if os.getuid() == 0 else []
    for flag in [*FLAGS, *alone, f"--user-data-dir={folder / 'profile'}"]:
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    texts = {
        "run": page_of(result_file),
        "advice": page_of("-", result_file, given=advice()),
        "claims": page_of("-", given=claims()),
        "comparison": page_of("-", given=comparison()),
        "gate": page_of("-", given=gate()),
        "refused gate": page_of("-", given=refused_gate()),
        "history": page_of("-", given=history()),
    }
    texts["marked"] = texts["run"].replace('"tip":"', '"tip":"\\u003cb\\u003e')
    pages = {kind: folder / f"{kind}.html" for kind in texts}
    for kind, text in texts.items():
        pages[kind].write_text(text, encoding="utf-8")
    driver = webdriver.Chrome(service=Service(str(DRIVER)), options=options)
    try:
        yield Browser(driver, pages)
    finally:
        driver.quit()


@dataclass
class Page:
    """A page as it is when it was opened; tests leave it so."""

    kind: str
    requests: list[str]
    messages: list[str]


@pytest.fixture(scope="module", params=KINDS)
def page(request: pytest.FixtureRequest, browser: Browser) -> Page:
    browser.driver.get("about:blank")
    browser.requests(), browser.messages()  # of what was opened before
    browser.open(request.param)
    return Page(request.param, browser.requests(), browser.messages())


# --- each kind of page ---


def test_it_asks_for_nothing(browser: Browser, page: Page) -> None:
    assert page.requests == [browser.pages[page.kind].as_uri()]
    assert page.messages == []
    assert browser.audit("addresses") == []
    policy = browser.one("meta[http-equiv='Content-Security-Policy']").get_attribute("content")
    assert policy.startswith("default-src 'none'; ")


def test_it_could_not_ask_if_it_would(browser: Browser, page: Page) -> None:
    """The page's own policy forbids it, as the browser says of a picture from elsewhere."""
    script = """
    const done = arguments[0];
    addEventListener("securitypolicyviolation", (event) => done(event.effectiveDirective));
    new Image().src = "http://127.0.0.1:9/";
    """
    assert browser.driver.execute_async_script(script) == "img-src"
    assert len(browser.messages()) == 1


def test_names_stay_texts(browser: Browser, page: Page) -> None:
    assert browser.audit("strangers") == []
    assert len(browser.find("script")) == (3 if browser.find(".chart") else 2)
    text = browser.run("return document.body.innerText + document.body.textContent")
    for name in (SCRIPT, IMAGE, ENDING, "{{ 7 * 7 }}"):
        assert name in text, name
    assert "\\u202e" in text
    whole = browser.run("return document.documentElement.outerHTML")
    assert BACKWARDS[0] not in whole
    specs = strict_json(browser.one("#specs").get_attribute("textContent"))
    assert len(specs) == len(browser.find(".chart"))


def test_it_tells_who_cannot_see(browser: Browser, page: Page) -> None:
    """The names are those that the browser itself works out."""
    with browser.all_open():
        assert browser.audit("structure") == []
        nodes = browser.command("Accessibility.getFullAXTree")["nodes"]
    named = {"button", "link", "searchbox", "combobox", "textbox", "image", "figure", "table"}
    named |= {"region", "navigation", "graphics-document", "heading", "columnheader", "list"}
    found = [each for each in nodes if not each["ignored"] and each["role"]["value"] in named]
    anonymous = {"list"}  # but for the legend's
    unnamed = [
        each["role"]["value"]
        for each in found
        if not each.get("name", {}).get("value", "").strip()
        and each["role"]["value"] not in anonymous
    ]
    assert unnamed == []
    assert len(found) > 20
    headings = "document.querySelectorAll('figcaption > :first-child')"
    titles = browser.run(f"return Array.from({headings}, (e) => e.innerText)")
    charts = [each for each in found if each["role"]["value"] == "graphics-document"]
    assert [each["name"]["value"] for each in charts] == [f"Chart: {title}" for title in titles]


@pytest.mark.parametrize("features", [LIGHT, DARK], ids=["light", "dark"])
def test_it_can_be_read(browser: Browser, page: Page, features: list[dict[str, str]]) -> None:
    with browser.media(features), browser.all_open():
        contrasts = browser.audit("contrasts")
        light = browser.run("return getComputedStyle(document.body).backgroundColor")
    assert contrasts["found"] == []
    assert contrasts["texts"] > 50
    assert (light == "rgb(255, 255, 255)") == (features is LIGHT)


def test_it_fits_a_phone(browser: Browser, page: Page) -> None:
    with browser.width(360, is_phone=True), browser.all_open():
        assert browser.run("return innerWidth") == 360
        assert browser.audit("overflows", 360) == []
        assert browser.audit("smallTargets", 24) == []


# What is read first, of the tables that are made for it.
FIRST = {"claims": ["claims", ["claim", "verdict", "says", "measured"]]}
FIRST |= {"gate": ["told", ["verdict", "strategy", "heap", "figure", "baseline", "now", "change"]]}
FIRST |= {"comparison": ["told", ["verdict", "strategy", "heap", "figure", "before", "after"]]}


@pytest.mark.parametrize("kind", FIRST)
@pytest.mark.parametrize("px", [360, 1100])
def test_what_is_asked_for_is_on_the_screen(browser: Browser, kind: str, px: int) -> None:
    """Without scrolling to the side."""
    table, headings = FIRST[kind]
    browser.open(kind)
    places = [column_of(browser, table, heading) for heading in headings]
    script = """
    const [table, places] = arguments;
    return Array.from(document.querySelectorAll(`#${table} tbody tr`), (row) => places.map((at) =>
        Math.round(row.cells[at].getBoundingClientRect().right))).flat();
    """
    with browser.width(px, is_phone=px == 360):
        ends = browser.run(script, table, places)
    assert len(ends) >= 3 * len(headings) and max(ends) <= px


def test_it_can_be_printed(browser: Browser, page: Page) -> None:
    """Dark on white, whatever the screen is; what cannot be used on paper is not there."""
    with browser.media(DARK, "print"), browser.width(PAPER, is_phone=False):
        colours = "const style = getComputedStyle(document.body);"
        colours += "return [style.backgroundColor, style.color]"
        assert browser.run(colours) == ["rgb(255, 255, 255)", "rgb(27, 31, 35)"]
        assert browser.audit("contrasts")["found"] == []
        assert browser.audit("seen", "nav, input, select, summary, .count") == []
        cut = "return Array.from(document.querySelectorAll('.scroll'),"
        cut += "(each) => getComputedStyle(each).overflowX)"
        assert set(browser.run(cut)) == {"visible"}
        assert browser.audit("overflows", PAPER * SHRINK) == []


# --- tables ---


def column_of(browser: Browser, table: str, heading: str) -> int:
    script = "return Array.from(document.querySelectorAll(`#${arguments[0]} th`),"
    script += "(each) => each.querySelector('.word').textContent)"
    return browser.run(script, table).index(heading)


def cells_of(browser: Browser, table: str, heading: str) -> list[str]:
    """Of the rows that are seen, in their order."""
    script = "return Array.from(document.querySelectorAll(`#${arguments[0]} tbody tr`))"
    script += ".filter((row) => !row.hidden && row.checkVisibility())"
    script += ".map((row) => row.cells[arguments[1]].innerText.split('\\n')[0])"
    return browser.run(script, table, column_of(browser, table, heading))


def sorting_of(browser: Browser, table: str) -> dict[str, str]:
    script = "return Array.from(document.querySelectorAll(`#${arguments[0]} th[aria-sort]`),"
    script += "(each) => [each.querySelector('.word').textContent, each.ariaSort])"
    return dict(browser.run(script, table))


def button_of(browser: Browser, table: str, heading: str) -> Any:
    return browser.find(f"#{table} th button")[column_of(browser, table, heading)]


UPWARDS = ["−1,235 bytes", "9.12 bytes", "20.0 bytes", f"72.0 {ENDING}", "100 bytes"]


def test_columns_sort_by_their_figures(browser: Browser) -> None:
    """As numbers, and not as texts; what is missing is last in both directions."""
    browser.open("claims")
    assert sorting_of(browser, "claims") == {}
    button_of(browser, "claims", "measured").click()
    assert cells_of(browser, "claims", "measured") == [*UPWARDS, ""]
    assert sorting_of(browser, "claims") == {"measured": "ascending"}
    button_of(browser, "claims", "measured").click()
    assert cells_of(browser, "claims", "measured") == [*UPWARDS[::-1], ""]
    assert sorting_of(browser, "claims") == {"measured": "descending"}


def test_columns_sort_by_keys(browser: Browser) -> None:
    browser.open("claims")
    for _ in range(100):
        browser.press(TAB)
        focused = browser.driver.switch_to.active_element
        if focused.tag_name == "button" and focused.text == "claim":
            break
    assert focused.text == "claim"
    browser.press(ENTER)
    told = cells_of(browser, "claims", "claim")
    assert told[-4:] == ["less is so", "missing is so", "nine is so", "twenty is so"]
    assert sorting_of(browser, "claims") == {"claim": "ascending"}
    browser.press(ENTER)
    assert cells_of(browser, "claims", "claim") == told[::-1]


def count_of(browser: Browser, table: str) -> str:
    return browser.one(f"[data-for='{table}'] .count").text


def choose(browser: Browser, table: str, label: str, value: str) -> None:
    """As somebody does; of keys that are typed in a list it matters how fast that is."""
    script = """
    const [table, label, value] = arguments;
    const labels = document.querySelectorAll(`[data-for='${table}'] label`);
    const select = Array.from(labels).find((each) =>
        each.firstChild.textContent.trim() === label).querySelector("select");
    select.selectedIndex = Array.from(select.options).findIndex((each) => each.text === value);
    select.dispatchEvent(new Event("input", {bubbles: true}));
    select.dispatchEvent(new Event("change", {bubbles: true}));
    return select.selectedIndex;
    """
    assert browser.run(script, table, label, value) >= 0


def look_for(browser: Browser, table: str, words: str) -> None:
    from selenium.webdriver.common.keys import Keys

    place = browser.one(f"[data-for='{table}'] input")
    place.send_keys(Keys.CONTROL + "a")  # which is held down until the call ends
    place.send_keys(Keys.BACKSPACE, words)


def test_rows_are_chosen(browser: Browser) -> None:
    """By words, all of which a row must have, in any case; and by values of a column."""
    browser.open("claims")
    every = cells_of(browser, "claims", "claim")
    assert count_of(browser, "claims") == "6 of 6 rows" and len(every) == 6
    look_for(browser, "claims", "SCENARIO nine")
    assert cells_of(browser, "claims", "claim") == ["nine is so"]
    assert count_of(browser, "claims") == "1 of 6 rows"
    look_for(browser, "claims", "run_bench")  # which is folded, of all of them
    assert cells_of(browser, "claims", "claim") == []
    look_for(browser, "claims", "nowhere")
    assert cells_of(browser, "claims", "claim") == []
    assert count_of(browser, "claims") == "0 of 6 rows"
    look_for(browser, "claims", "")
    choose(browser, "claims", "verdict", "not reproduced")
    assert set(cells_of(browser, "claims", "verdict")) == {"not reproduced"}
    assert count_of(browser, "claims") == "4 of 6 rows"
    choose(browser, "claims", "section", "Mistake 2")
    assert cells_of(browser, "claims", "claim") == ["twenty is so"]
    assert count_of(browser, "claims") == "1 of 6 rows"
    choose(browser, "claims", "verdict", "all")
    choose(browser, "claims", "section", SCRIPT)  # a name that would be markup is one, too
    assert cells_of(browser, "claims", "claim") == ["missing is so"]
    choose(browser, "claims", "section", "all")
    assert cells_of(browser, "claims", "claim") == every


# --- figures are those of the result file ---


def medians_of(path: Path) -> dict[tuple[str, ...], Row]:
    """By strategy, heap, hit rate, window and nursery."""
    rows = strict_json(path.read_text(encoding="utf-8"))["benchmarks"]
    found = {}
    for row in rows:
        if row["run_type"] == "aggregate":
            point = parameters(row["run_name"])
            keys = ["strategy", "heap", "hit_rate", "in_flight", "gen0_budget"]
            found[tuple(point.get(key, "") for key in keys)] = row
    return found


def rows_of(browser: Browser, table: str) -> list[dict[str, list[str]]]:
    """The cells by their headings: what stands there, what it is sorted by, what hovering tells."""
    script = """
    const table = document.getElementById(arguments[0]);
    const headings = Array.from(table.querySelectorAll("th"),
        (each) => each.querySelector(".word").textContent);
    return Array.from(table.tBodies[0].rows, (row) => Array.from(row.cells,
        (cell, at) => [headings[at], [cell.textContent,
            cell.dataset.key ?? (cell.title || cell.textContent), cell.title]]));
    """
    return [dict(row) for row in browser.run(script, table)]


FIGURES = {
    "time": "ns_per_op",
    "ratio": "ratio",
    "allocated": "bytes_per_op",
    "allocations": "allocs_per_op",
    "collections": "collections_per_mop",
    "pause": "pause_p99_ns",
}
SPANS = {"sessions": "ns_per_op", "interval": "ratio"}


def test_cells_have_every_digit(browser: Browser, result_file: Path) -> None:
    browser.open("run")
    found = rows_of(browser, "cases")
    expected = medians_of(result_file)
    assert len(found) == len(expected)
    for cells in found:
        point = [cells[each][0] for each in ("strategy", "heap", "hit rate", "in flight")]
        row = expected.pop((*point, cells["nursery"][1].removesuffix(".0")))
        for heading, key in FIGURES.items():
            shown, by, digits = cells[heading]
            assert (digits == by == shown == "") == (key not in row), (heading, cells)
            assert key not in row or float(digits) == float(by) == row[key]
        for heading, key in SPANS.items():
            ends = [float(each) for each in cells[heading][2].split(" to ")]
            assert ends == [row[f"{key}_lo"], row[f"{key}_hi"]]
    assert expected == {}


def agrees(text: str, value: float) -> bool:
    """To six digits, or to the whole number of what is large."""
    number = float(text.replace(",", "").replace("−", "-"))
    unit = 1.0 if abs(value) >= 1000 else 10.0 ** (math.floor(math.log10(abs(value))) - 5)
    return abs(number - value) <= 0.500001 * unit


def chart(browser: Browser, *parts: str) -> Any:
    """The first chart whose name has all parts."""
    return next(
        each
        for each in browser.find(".chart")
        if all(part in each.get_attribute("data-chart") for part in parts)
    )


def tips_of(browser: Browser, place: Any, selector: str) -> list[list[str]]:
    """What the pointer is told on each mark, as lines."""
    from selenium.webdriver import ActionChains

    found = []
    for mark in place.find_elements("css selector", selector):
        browser.run("arguments[0].scrollIntoView({block: 'center'})", mark)
        ActionChains(browser.driver, duration=0).move_to_element(mark).perform()
        tip = browser.one("#tip")
        assert tip.is_displayed(), mark.get_attribute("outerHTML")
        box, window = tip.rect, browser.run("return [innerWidth, innerHeight, scrollY]")
        assert box["x"] >= 0 and box["x"] + box["width"] <= window[0]
        assert 0 <= box["y"] - window[2] <= window[1] - box["height"]
        found.append(tip.text.split("\n"))
    return found


def usual(path: Path, strategy: str, heap: str = "glibc", rate: str = "0.8") -> Row:
    return medians_of(path)[strategy, heap, rate, "64", ""]


def test_points_tell_their_figures(browser: Browser, result_file: Path) -> None:
    """Of lines: all points of four strategies, those that lie above others."""
    browser.open("run")
    tips = tips_of(browser, chart(browser, "ns-hit_rate", "glibc"), ".role-scope .mark-symbol path")
    assert len(tips) == 16
    told = set()
    for name, value, ends, rate in tips:
        row = usual(result_file, name, rate=rate.rpartition(": ")[2])
        told.add(row["run_name"])
        assert agrees(value.rpartition(": ")[2], row["ns_per_op"]), (value, row)
        low, high = ends.split(" to ")
        assert agrees(low, row["ns_per_op_lo"]) and agrees(high, row["ns_per_op_hi"])
    assert len(told) >= 12
    crossing = ".role-mark.mark-symbol path[stroke-width='2']"
    (star,) = tips_of(browser, chart(browser, "ns-hit_rate", "glibc"), crossing)
    assert star[0] == "break-even of value_task" and star[1].endswith(": 0.6")
    assert star[2] == "0.55 to 0.7"


def test_rows_tell_their_figures(browser: Browser, result_file: Path) -> None:
    """Of bars, of distributions and of quantiles."""
    browser.open("run")
    bars = tips_of(browser, chart(browser, "heaps"), ".mark-rect.role-mark path")
    assert {tip[0] for tip in bars} == {"plain", "value_task", "heap_task", "my_future"}
    for name, _, *values in bars:
        row = usual(result_file, name)
        for text, key in zip(values, ["ns_per_op", "ns_per_op_lo", "ns_per_op_hi"]):
            assert agrees(text.rpartition(": ")[2], row[key]), (text, row)
    rows = strict_json(result_file.read_text(encoding="utf-8"))["benchmarks"]
    name = usual(result_file, "value_task")["run_name"]
    times = sorted(each["real_time"] for each in rows if each["name"] == name)
    place = chart(browser, "rounds", "glibc")
    boxes = tips_of(browser, place, ".mark-rect.role-mark path")
    (box,) = [tip for tip in boxes if tip[0] == "value_task"]
    told = dict(line.rsplit(": ", 1) for line in box[2:])
    assert agrees(told["whisker from"], times[0]) and agrees(told["whisker to"], times[-1])
    assert agrees(told["median"], (times[3] + times[4]) / 2)
    assert agrees(told["25 %"], times[1] + 0.75 * (times[2] - times[1]))
    dots = tips_of(browser, place, ".mark-symbol.role-mark path")
    own = [tip[1].rpartition(": ")[2] for tip in dots if tip[0] == "value_task"]
    assert len(own) == len(times)
    assert all(agrees(text, time) for text, time in zip(sorted(own, key=float), times))
    pauses = tips_of(browser, chart(browser, "pauses"), ".mark-symbol.role-mark path")
    for name, _, *values in pauses:
        row = usual(result_file, name, "gengc")
        for text, key in zip(values, ["pause_p50_ns", "pause_p90_ns", "pause_max_ns"]):
            assert agrees(text.rpartition(": ")[2], row[key])
    assert {tip[0] for tip in pauses} == {"value_task", "heap_task", "my_future"}


def test_lines_are_told_apart_without_colours(browser: Browser) -> None:
    """By dashes and by the shapes of their points, as in pictures."""
    browser.open("run")
    place = chart(browser, "ns-hit_rate", "glibc")
    shapes = {
        each.get_attribute("d")
        for each in place.find_elements("css selector", ".role-scope .mark-symbol path")
    }
    assert len(shapes) >= 2
    lines = place.find_elements("css selector", ".mark-line path")
    dashes = [each.get_attribute("stroke-dasharray") for each in lines]
    assert len(dashes) == 4 and dashes[0] == "6,4" and not all(dashes)


def test_tiles_tell_their_figures(browser: Browser) -> None:
    browser.open("run")
    tiles = tips_of(browser, chart(browser, "gc_share"), ".mark-rect.role-mark path")
    told = {(tip[0].rpartition(": ")[2], tip[1].rpartition(": ")[2]): tip[2:] for tip in tiles}
    assert told == {
        ("16", "64 KiB"): ["40 %", "77 collections"],
        ("16", "256 KiB"): ["5 %", "77 collections"],
        ("256", "64 KiB"): ["20 %", "77 collections"],
        ("256", "256 KiB"): ["not measured"],
    }


def test_what_hovering_tells_stays_text(browser: Browser) -> None:
    """As if a name could have markup."""
    browser.open("marked")
    tips = tips_of(browser, chart(browser, "heaps"), ".mark-rect.role-mark path")
    assert len(tips) == 4 and all(tip[0].startswith("<b>") for tip in tips)


# --- what can be chosen in charts ---


def opacities(browser: Browser, place: Any) -> dict[str, set[str]]:
    """Of the points of each colour."""
    script = """
    return Array.from(arguments[0].querySelectorAll(".role-scope .mark-symbol path"),
        (each) => [each.getAttribute("stroke"), each.getAttribute("opacity") || "1"]);
    """
    found: dict[str, set[str]] = {}
    for colour, opacity in browser.run(script, place):
        found.setdefault(colour.upper(), set()).add(opacity)
    return found


def test_one_stands_out(browser: Browser) -> None:
    """By the pointer and by keys; until it is chosen again, or another is."""
    browser.open("run")
    place = chart(browser, "ns-hit_rate", "glibc")
    legend = place.find_element("xpath", "..").find_elements("css selector", ".legend button")
    squares = [each.find_elements("css selector", "rect") for each in legend]
    colours = [each[0].get_attribute("fill") if each else GREY for each in squares]
    everywhere = {colour.upper(): {"1"} for colour in colours}
    assert len(everywhere) == 4 and opacities(browser, place) == everywhere

    def pressed() -> list[str]:
        return [each.get_attribute("aria-pressed") for each in legend]

    def stands_out(at: int) -> bool:
        found = opacities(browser, place)
        others = [found[each.upper()] for each in colours if each != colours[at]]
        return found[colours[at].upper()] == {"1"} and all(
            max(map(float, each)) < 0.3 for each in others
        )

    legend[1].click()
    browser.wait(lambda: stands_out(1))
    assert pressed() == ["false", "true", "false", "false"]
    browser.press(TAB)
    browser.press(ENTER)
    browser.wait(lambda: stands_out(2))
    assert pressed() == ["false", "false", "true", "false"]
    browser.press(ENTER)
    browser.wait(lambda: opacities(browser, place) == everywhere)
    assert pressed() == ["false"] * 4
    assert colours.count(GREY) == 1 and colours[3] == GREY
    legend[3].click()
    browser.wait(lambda: GREY not in opacities(browser, place))
    assert {"1"} in opacities(browser, place).values(), "it is in its own colour"


# --- keys ---


@pytest.mark.parametrize("kind", ["run", "gate"])
def test_keys_reach_everything(browser: Browser, kind: str) -> None:
    browser.open(kind)
    browser.audit("watchFocus")
    browser.press(TAB, len(browser.audit("controls")) + 2)
    assert browser.audit("focusGaps") == []


def test_the_navigation_can_be_skipped(browser: Browser) -> None:
    browser.open("gate")
    browser.press(TAB)
    link = browser.driver.switch_to.active_element
    assert link.text == "To the content"
    assert link.rect["x"] >= 0 and link.rect["y"] >= 0
    browser.press(ENTER)
    browser.press(TAB)
    assert browser.run("return document.activeElement.closest('main') !== null")


def test_escape_hides_what_hovering_shows(browser: Browser) -> None:
    browser.open("run")
    place = chart(browser, "heaps")
    assert not browser.one("#tip").is_displayed()
    assert tips_of(browser, place, ".mark-rect.role-mark path:first-of-type")
    assert browser.one("#tip").is_displayed()
    browser.press(ESCAPE)
    assert not browser.one("#tip").is_displayed()


# --- without scripts ---


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_read_without_scripts(browser: Browser, kind: str) -> None:
    """Nothing is offered that would do nothing; and all that is told is there."""
    with browser.without_scripts():
        browser.driver.get(browser.pages[kind].as_uri())
        assert browser.find("th button, .chart svg") == []
        assert browser.audit("seen", ".tool, button:not([disabled]), input, select") == []
        assert browser.audit("overflows", 1200) == []
        assert browser.audit("contrasts")["found"] == []
        seen = browser.one("main").text
        charts = browser.find(".chart")
        assert ("Charts are drawn by scripts, which are off" in seen) == bool(charts)
        for details in browser.find("details"):
            details.find_element("css selector", "summary").click()
            assert details.find_element("css selector", "table, code").is_displayed()
        assert browser.audit("structure") == []


def test_figures_of_charts_are_read_without_scripts(browser: Browser, result_file: Path) -> None:
    with browser.without_scripts():
        browser.driver.get(browser.pages["run"].as_uri())
        name = chart(browser, "ns-hit_rate", "glibc").get_attribute("data-chart")
        found = rows_of(browser, f"{name}-figures")
        assert "55 → 37 ns a call" in browser.one(".answer").text
        assert len(cells_of(browser, "cases", "strategy")) == len(medians_of(result_file))
    assert len(found) == 16
    for cells in found:
        name, rate, *times = (each[1] for each in cells.values())
        row = usual(result_file, name, rate=f"{float(rate):g}")
        ends = [row[f"ns_per_op{end}"] for end in ("", "_lo", "_hi")]
        assert [float(time) for time in times] == ends
