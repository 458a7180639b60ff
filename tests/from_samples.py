"""What the figures of a run must be, worked out once more from the samples that it left.

Of a run of one point on a heap that frees, so that no collection's cost is among its times. The
samples have six digits.
"""
from __future__ import annotations

import csv
import math
import re
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from conftest import ROOT, Outcome, Row, medians, parameters, strict_json

RHO, PHI = 0.05, 0.01
SESSIONS_MIN, PAIRS_MIN = 5, 5
NOISE_MIN = 1e-12
CONFIDENCE = 0.99


def limit(name: str) -> float:
    """A limit of the states of the machine, as the program has it."""
    text = (ROOT / "harness" / "bench" / "state_probe.h").read_text(encoding="utf-8")
    (value,) = re.findall(rf"^#define {name} (\S+)$", text, re.MULTILINE)
    return float(value)


@dataclass(frozen=True)
class Epoch:
    ns: float
    before: float
    after: float

    def is_in(self, state: str, quiet_ns: float) -> bool:
        if state == "any":
            return True
        if state == "quiet":
            return 0 < max(self.before, self.after) <= limit("VTB_QUIET_MAX") * quiet_ns
        return min(self.before, self.after) >= limit("VTB_BUSY_MIN") * quiet_ns


@dataclass(frozen=True)
class Pooled:
    """Over sessions; nan where there are too few of them."""

    mean: float
    sessions_n: int
    variance: float = math.nan
    freedom: float = math.nan
    between: float = math.nan
    square: float = math.nan  # the variance of one session


def value_of(pairs: Sequence[float]) -> tuple[float, float]:
    """The median of a session, and the variance that it has from the session's rounds."""
    middle = statistics.median(pairs)
    deviation = 1.4826 * statistics.median(abs(each - middle) for each in pairs)
    return middle, math.pi / 2 * deviation**2 / len(pairs)


def pool(values: Sequence[tuple[float, float]]) -> Pooled:
    n = len(values)
    means, noises = [mean for mean, _ in values], [noise for _, noise in values]
    if n < SESSIONS_MIN:
        return Pooled(statistics.fmean(means) if n else math.nan, n)
    variance, noise = statistics.variance(means), statistics.fmean(noises)
    weights = [1 / (max(0, variance - noise) + each + NOISE_MIN) for each in noises]
    mean = sum(w * each for w, each in zip(weights, means)) / sum(weights)
    apart = sum(w * (each - mean) ** 2 for w, each in zip(weights, means)) / (n - 1)
    of_sessions = n / sum(weights) * max(1, apart) * (1 / n + RHO)
    whole = of_sessions + PHI**2
    freedom = min((n - 1) * (whole / of_sessions) ** 2, 1e6)
    between = max(0, 1 - noise / variance) if variance > 0 else 0
    return Pooled(mean, n, whole, freedom, between, max(variance, noise))


def shrunk(points: Sequence[Pooled]) -> list[tuple[float, float, float]]:
    """The figures of the points of a sweep, with intervals that hold for all of them together: how
    far sessions are apart is told by all points, which count as eight sessions more.
    """
    common = statistics.fmean(each.square for each in points)
    found = []
    for each in points:
        own = each.sessions_n - 1
        square = (own * each.square + 8 * common) / (own + 8) + NOISE_MIN
        of_sessions = square * (1 / each.sessions_n + RHO)
        whole = of_sessions + PHI**2
        freedom = min((own + 8) * (whole / of_sessions) ** 2, 1e6)
        half = t_quantile(0.5 - (1 - CONFIDENCE) / 2 / len(points), freedom) * math.sqrt(whole)
        found.append((each.mean, each.mean - half, each.mean + half))
    return found


def t_within(t: float, freedom: float) -> float:
    """The probability that a t value is between 0 and t, by Simpson's rule."""
    steps_n = 2000
    log_scale = math.lgamma((freedom + 1) / 2) - math.lgamma(freedom / 2)
    scale = math.exp(log_scale) / math.sqrt(freedom * math.pi)

    def density(x: float) -> float:
        return scale * math.exp(-(freedom + 1) / 2 * math.log1p(x * x / freedom))

    step = t / steps_n
    inner = sum((4 if i % 2 else 2) * density(i * step) for i in range(1, steps_n))
    return (density(0) + inner + density(t)) * step / 3


def t_quantile(share: float, freedom: float) -> float:
    """The t value between which and 0 a share of all is."""
    low, high = 0.0, 100.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if t_within(middle, freedom) < share else (low, middle)
    return low


class Samples:
    """The epochs of a run, by case and session, and the figures that follow from them."""

    def __init__(self, outcome: Outcome) -> None:
        (result,) = (path for path in outcome.files() if path.suffix == ".json")
        self.document = strict_json(result.read_text(encoding="utf-8"))
        self.quiet_ns = self.document["context"]["probe_quiet_ns"]
        self.rows = {row["run_name"]: row for row in medians(self.document["benchmarks"])}
        self.epochs: dict[str, dict[str, list[Epoch]]] = {}
        path: Path = result.with_suffix(".samples.csv")
        with path.open(encoding="utf-8", newline="") as file:
            for line in csv.DictReader(file):
                keys = ["real_ns_per_op", "probe_before_ns", "probe_after_ns"]
                epoch = Epoch(*(float(line[key]) for key in keys))
                sessions = self.epochs.setdefault(line["name"], {})
                sessions.setdefault(line["session"], []).append(epoch)

    def named(self, strategy: str, like: str) -> str:
        """The case of another strategy of a case's table; references are of the direct method."""
        return like.replace(f"/{parameters(like)['strategy']}/", f"/{strategy}/")

    def pooled(
        self, names: Sequence[str], value: Callable[..., float], state: str
    ) -> Pooled:
        """Of the rounds in which all of the named cases were in a state."""
        values = []
        for session in self.epochs[names[0]]:
            pairs = [
                value(*(epoch.ns for epoch in together))
                for together in zip(*(self.epochs[name][session] for name in names))
                if all(epoch.is_in(state, self.quiet_ns) for epoch in together)
            ]
            if len(pairs) >= PAIRS_MIN:
                values.append(value_of(pairs))
        return pool(values)

    def ratio(self, own: str, base: str, state: str) -> Pooled:
        return self.pooled([own, base], lambda one, other: math.log(one / other), state)

    def share_beyond(self, own: str, other: str, base: str, state: str) -> Pooled:
        """The difference of two cases, as a share of the baseline's time."""
        return self.pooled([own, other, base], lambda a, b, unit: (a - b) / unit, state)

    def beyond(self, own: str, other: str, base: str, state: str) -> float:
        """The difference of two cases, at the baseline's speed."""
        if own == other:
            return 0
        share = self.share_beyond(own, other, base, state)
        return share.mean * statistics.median(self.times(base, state) or [math.nan])

    def times(self, own: str, state: str) -> list[float]:
        """The median of each session that was in a state for long enough."""
        found = []
        for epochs in self.epochs[own].values():
            times = [each.ns for each in epochs if each.is_in(state, self.quiet_ns)]
            if len(times) >= PAIRS_MIN:
                found.append(statistics.median(times))
        return found

    def quiet_share(self, own: str) -> float:
        every = [epoch for epochs in self.epochs[own].values() for epoch in epochs]
        return sum(each.is_in("quiet", self.quiet_ns) for each in every) / len(every)

    def state_of(self, bases: dict[str, str]) -> str:
        """The state of a table's figures; `bases` has the baseline of each case."""
        if all(each.after == 0 for name in bases for each in self.epochs[name]["1"]):
            return "any"
        seen = {
            state: [self.ratio(own, base, state).sessions_n for own, base in bases.items()]
            for state in ("quiet", "busy")
        }
        whole = {state: sum(n >= SESSIONS_MIN for n in each) for state, each in seen.items()}
        counts = whole if any(whole.values()) else {each: sum(seen[each]) for each in seen}
        return "busy" if counts["busy"] > counts["quiet"] else "quiet"


def holm(values: dict[str, float]) -> dict[str, float]:
    """The adjusted p of each."""
    adjusted, least = {}, 0.0
    for rank, name in enumerate(sorted(values, key=lambda each: values[each])):
        least = max(least, min(1.0, (len(values) - rank) * values[name]))
        adjusted[name] = least
    return adjusted


def p_of(pooled: Pooled) -> float:
    if math.isnan(pooled.variance):
        return 1.0
    return 1 - 2 * t_within(abs(pooled.mean) / math.sqrt(pooled.variance), pooled.freedom)


def verdict_of(row: Row, adjusted_p: float) -> str:
    if "ratio_lo" not in row or row["ratio_hi"] / row["ratio"] - 1 > 0.1:
        return "not known yet"
    if adjusted_p < 1 - CONFIDENCE:
        return "different"
    return "same" if 0.95 < row["ratio_lo"] and row["ratio_hi"] < 1.05 else "not known yet"
