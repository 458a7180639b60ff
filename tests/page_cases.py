"""Parts that tests of pages share: a document of each kind that a page is made of, all made up,
with texts that would be markup in each place that takes a text."""
from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from conftest import HANG_S, Row
from plot_cases import CROSSING, PYTHON, RATES, SCRIPTS, break_even, case, file_of, name_of

REPORT = SCRIPTS / "report.py"

SCRIPT = "<script>alert(1)</script>"
IMAGE = '"><img src=x onerror=alert(1)>'
ENDING = "</script></table></main>-->"
BACKWARDS = "\u202egnp.ecivda"  # what follows is shown from right to left
MARKUP = [SCRIPT, IMAGE, ENDING, "<!--<script>", "{{ 7 * 7 }}", BACKWARDS]
ALL_OF_IT = " ".join(MARKUP)

# Digits that no rounding keeps.
NS = 39.123456789012345

Json = dict[str, Any]


def report(*arguments: str | Path, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """Runs scripts/report.py, which reads `given` from standard input."""
    words = [str(each) for each in arguments]
    return subprocess.run([PYTHON, REPORT, *words], input=given, capture_output=True,
                          timeout=HANG_S)


def page_of(*arguments: str | Path, given: Any = None) -> str:
    """The page that is made of files, or of JSON."""
    done = report(*arguments, given=json.dumps(given).encode() if given else b"")
    assert done.returncode == 0 and done.stderr == b"", done.stderr
    return done.stdout.decode()


# --- a run ---


def swept(heap: str) -> list[list[Row]]:
    """Three strategies over hit rates; the collector's heap also tells of pauses."""
    cases = []
    for at, rate in enumerate(RATES):
        pauses = {"pause_p50_ns": 1500.25, "pause_p90_ns": 2750.5, "pause_p99_ns": 3999.125}
        pauses |= {"pause_max_ns": 4321.5, "pauses_n": 1234, "collections_per_mop": 12.5}
        figures = pauses if heap == "gengc" else {}
        point = {"hit_rate": rate, "heap": heap, "ns": NS}
        quick = {**figures, "verdict": "different"}
        cases += [
            case("plain", (0.31, 0.3, 0.32), size=0, **point),
            case("heap_task", figures=figures, **point),
            case("value_task", CROSSING[at], size=20.8123456789, figures=quick, **point),
            case("my_future", (1.01, 0.9, 1.1), size=1234567.25, figures=figures, **point),
        ]
    return cases


def heated() -> list[list[Row]]:
    """A collector's share by windows and nurseries, one of which was not measured."""
    shares = {(16, 65536): 0.4, (16, 262144): 0.05, (256, 65536): 0.2}
    return [
        case(
            *["heap_task"],
            figures={"gc_time_fraction": share, "gen0_budget_bytes": size, "collections_n": 77},
            **{"heap": "gengc", "in_flight": window, "gen0_budget": size},
        )
        for (window, size), share in shares.items()
    ]


def run_file(path: Path, **said: Any) -> Path:
    """A result file of which each form of chart is drawn."""
    roles = {"plain": "floor", "heap_task": "baseline", "value_task": "challenger"}
    context = {
        **{"roles": roles, "date": "2026-01-02T03:04:05+0000", "cpu_model": ALL_OF_IT},
        **{"tag": ALL_OF_IT, SCRIPT: IMAGE, "libraries": [{"name": SCRIPT, "file": IMAGE}]},
        "skipped": [{"strategy": SCRIPT, "without": IMAGE, "reason": ALL_OF_IT}],
        "unavailable": {SCRIPT: ALL_OF_IT},
        **said,
    }
    answer = [
        {"text": f"user_cache {ALL_OF_IT}: 1,000,000 calls"},
        {"text": "ANSWER  value_task instead of heap_task"},
        {"label": "malloc (glibc)", "text": "55 -> 37 ns a call, -33 % ±4"},
        {"label": SCRIPT, "text": IMAGE},
    ]
    cases = [*swept("glibc"), *swept("gengc"), *heated()]
    return file_of(path, *cases, said=context, answer=answer, break_even=[break_even()])


# --- what commands print ---


def advice() -> Json:
    return {
        **{"recommendation": "value_task", "instead_of": SCRIPT, "matters": True},
        **{"cpu_share_saved": 0.012, "cpu_share_saved_lo": 0.011, "cpu_share_saved_hi": 0.013},
        **{"matters_from_calls_per_second": 1e6, "bytes_per_second_saved": 2016000.0},
        **{"collections_per_minute_saved": None, "in_flight": 4, "rules": [SCRIPT]},
        **{"changes_at": [], "rule_says": "value_task", "agrees": True},
        "answer": [
            {"text": f"payload_48 {ALL_OF_IT}: 20,000 calls a second"},
            {"text": "ADVICE  Take value_task."},
            {"label": SCRIPT, "text": ALL_OF_IT},
        ],
    }


def claim(name: str, measured: float | None, **changed: Any) -> Json:
    return {
        **{"id": name, "section": "Scenario 1", "quote": f"`{name}` is **so**", "seed_value": 32},
        **{"unit": "bytes", "measured": measured, "lo": measured, "hi": measured},
        **{"factor": None if measured is None else measured / 32, "verdict": "not reproduced"},
        **{"how": f"run_bench run --tag {name}", "reason": "it is counted"},
        **changed,
    }


def claims() -> Json:
    """Figures whose order as texts is another, and one that is missing."""
    return {
        "claims": [
            claim("nine", 9.123456789),
            claim("hundred", 100.5, lo=99.25, hi=101.75, verdict="reproduced"),
            claim("missing", None, verdict="not measurable here", section=SCRIPT),
            claim("twenty", 20.0, section="Mistake 2"),
            claim("less", -1234.5678),
            claim(SCRIPT, 72.0, quote=ALL_OF_IT, reason=ALL_OF_IT, how=IMAGE, unit=ENDING),
        ]
    }


def compared_row(strategy: str, before: float, after: float, verdict: str) -> Json:
    change = after / before - 1
    intervals = {"before_lo": before * 0.9, "before_hi": before * 1.1}
    intervals |= {"after_lo": after * 0.9, "after_hi": after * 1.1}
    figure = {"before": before, "after": after, "relative_change": change, "verdict": verdict}
    same = {"before": 78.4, "after": 78.4, "relative_change": 0.0, "verdict": "same"}
    return {
        **{"name": name_of(strategy), "ratio": {**figure, **intervals}, "bytes_per_op": same},
        SCRIPT: {"before": None, "after": 5.0, "relative_change": None, "verdict": IMAGE},
    }


def comparison() -> Json:
    said = {"comparable": False, "reason": ALL_OF_IT, "cases_n": 2}
    counts = {"differing_n": 1, "incomparable_n": 0}
    return {
        "before": {"path": f"{IMAGE}.json", "version": "1", "date": SCRIPT},
        "after": {"path": "b.json", "version": "1", "date": None},
        "differences": [{"key": SCRIPT, "before": IMAGE, "after": None}],
        "figures": {"ratio": {**said, **counts}, SCRIPT: {**said, **counts}},
        "rows": [
            compared_row("heap_task", 1.0, 1.25, "higher"),
            compared_row("value_task", 0.987654321, 0.5, "lower"),
            compared_row("plain", 0.31, 0.32, "same"),
        ],
        "only_before": [SCRIPT],
        "only_after": [name_of("poll")],
    }


def check(strategy: str, verdict: str, after: float) -> Json:
    return {
        **{"name": name_of("value_task"), "strategy": strategy, "heap": "glibc"},
        **{"metric": "bytes_per_op", "before": 20.8, "after": after},
        **{"relative_change": after / 20.8 - 1, "allowed": 0.0, "verdict": verdict},
    }


def gate(**changed: Any) -> Json:
    return {
        **{"baseline": f"{IMAGE}.json", "notes": [f"seed was '2', is {ALL_OF_IT}"]},
        "checks": [
            check("value_task", "worse", 28.8000001),
            check("heap_task", "same", 20.8),
            check(SCRIPT, "better", 10.0),
            check("poll", IMAGE, 20.9),
        ],
        "not_compared": [{"metric": None, "name": SCRIPT, "reason": ALL_OF_IT}],
        "not_asked_for": [],
        **changed,
    }


def history() -> Json:
    """A count and a ratio, of which each changes once; and one that does not."""
    results = [
        {"date": f"2026-01-{day:02}T00:00:00Z", "revision": f"{day} {SCRIPT}", "version": "1"}
        for day in range(1, 21)
    ]
    change = {
        **{"at": 10, "date": "2026-01-11T00:00:00Z", "revision": f"11 {SCRIPT}"},
        **{"revision_before": IMAGE, "revision_from": ENDING, "revision_to": BACKWARDS},
    }
    figure = {"machine": None, "toolchain": None, "conditions": "", "n": 20, "title": "B/op"}
    count = {"before": 20.8, "after": 28.123456789, "factor": 1.35, "p": None, "sure": 1.0}
    ratio = {"before": 0.67, "after": 0.5, "factor": 0.746, "p": 0.0003, "sure": 0.9}
    told = {"machine": ALL_OF_IT, "toolchain": ALL_OF_IT, "conditions": ALL_OF_IT}
    spans = [[at, 0.67 if at < 10 else 0.5, 0.4, 0.75] for at in range(20)]
    return {
        "results": results,
        "figures": [
            {
                **{**figure, "name": name_of("value_task"), "metric": "bytes_per_op"},
                **{"kind": "exact", "first": 20.8, "last": 28.123456789},
                "points": [{**change, **count}],
                "course": [[at, 20.8 if at < 10 else 28.123456789] for at in range(20)],
            },
            {
                **{**figure, **told, "name": name_of("poll"), "metric": "ratio"},
                **{"kind": "ratio", "first": 0.67, "last": 0.5, "title": SCRIPT},
                **{"points": [{**change, **ratio}], "course": spans},
            },
            {
                **{**figure, "name": name_of("heap_task"), "metric": "allocs_per_op"},
                **{"kind": "exact", "first": 1.0, "last": 1.0, "points": []},
                "course": [[at, 1.0] for at in range(20)],
            },
        ],
    }


def refused_gate() -> Json:
    return gate(refusal=f"'x.json' {ALL_OF_IT}", checks=[], notes=[], not_compared=[])
