"""What the program prints stays as it is, to the byte, unless somebody means to change it.

The files in golden/ are what it printed when they were last written. `python3 tests/test_golden.py`
writes them anew, with the program that is built: whoever changes an output reviews their diff.
Everything here follows from code and options: counts, plans of sizes, help, and errors. Where the
machine shows, as in the context of a result file, it is left out.
"""
from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from conftest import BINARY, HANG_S, ROOT, clean_environment

GOLDEN = Path(__file__).resolve().parent / "golden"

ANSWER = ["--rounds", "0", "--calls", "100000", "--keys", "1000", "--heap", "glibc,gengc"]
NESTED_AWAITS = ["--heap", "glibc", "--method", "async", "--depth", "1,4"]
TWO_SWEEPS = [*ANSWER, *NESTED_AWAITS, "--hit-rate", "0,1"]
COUNTED = [*ANSWER, "--heap", "glibc", "--details"]
FEW = [*COUNTED, "--strategy", "value_task,value_task_pooled,poll"]
NESTED = [*FEW, "--method", "both", "--depth", "1,3", "--failure-rate", "0.1", "--consumer", "both"]
LRU = [*COUNTED, "--strategy", "value_task", "--cache", "lru:500", "--distribution", "zipf:0.9"]
MISUSED = ["misuse", "--strategy", "value_task_pooled,poll"]

GAINS = [*COUNTED, "--strategy", "value_task", "--hit-rate", "0.2,0.8", "--failure-rate", "0,0.3"]
BASELINE = ROOT / "results" / "baseline.json"

# By file: exit status, standard output, and the line of an error.
OUTPUTS: dict[str, list[str]] = {
    "help.txt": ["--help"],
    "help-advise.txt": ["advise", "--help"],
    "help-list.txt": ["list", "--help"],
    "help-misuse.txt": ["misuse", "--help"],
    "help-gate.txt": ["gate", "--help"],
    "help-compare.txt": ["compare", "--help"],
    "help-check.txt": ["check", "--help"],
    "help-new.txt": ["new", "--help"],
    "help-build.txt": ["build", "--help"],
    "help-doctor.txt": ["doctor", "--help"],
    "help-selftest.txt": ["selftest", "--help"],
    "help-claims.txt": ["claims", "--help"],
    "help-fidelity.txt": ["fidelity", "--help"],
    "help-latency.txt": ["latency", "--help"],
    "help-history.txt": ["history", "--help"],
    "help-merge.txt": ["merge", "--help"],
    "counts.txt": FEW,
    "counts-markdown.txt": [*FEW, "--format", "markdown"],
    "counts.csv": [*FEW, "--format", "csv"],
    "counts.json": [*FEW, "--format", "json"],
    "answer.txt": ANSWER,
    "answer-markdown.txt": [*ANSWER, "--format", "markdown"],
    "answer-sweep.txt": [*ANSWER, "--hit-rate", "0.2,0.8"],
    "answer-two-sweeps.txt": TWO_SWEEPS,
    "nested.txt": NESTED,
    "nested.csv": [*NESTED, "--format", "csv"],
    "lru.txt": LRU,
    "break-evens.txt": GAINS,
    "break-evens.csv": [*GAINS, "--format", "csv"],
    "compare-same.txt": ["compare", BASELINE.name, BASELINE.name],
    "misuse.txt": MISUSED,
    "misuse-markdown.txt": [*MISUSED, "--format", "markdown"],
    "unknown-strategy.txt": ["--strategy", "value_tsk"],
    "unknown-option.txt": ["--hitrate", "0.8"],
    "unknown-command.txt": ["mesure"],
    "bad-rate.txt": ["--hit-rate", "1.5"],
    "bad-range.txt": ["--in-flight", "8:64"],
}


def without_context(text: str) -> str:
    document = json.loads(text)
    del document["context"]
    return json.dumps(document, indent=1) + "\n"


def output_of(arguments: list[str], folder: Path) -> str:
    """In a folder of its own, which has the baseline."""
    shutil.copy(BASELINE, folder)
    done = subprocess.run(
        [str(BINARY), *arguments],
        cwd=folder,
        env=clean_environment(VTB_RESULTS_DIR=str(folder)),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=HANG_S,
    )
    text = without_context(done.stdout) if "json" in arguments else done.stdout
    told = [line for line in done.stderr.splitlines(True) if line.startswith("run_bench: ")]
    return f"exit status {done.returncode}\n\n{text}{''.join(told)}"


@pytest.mark.parametrize("name", OUTPUTS)
def test_output_is_as_it_was(name: str, tmp_path: Path) -> None:
    assert output_of(OUTPUTS[name], tmp_path) == (GOLDEN / name).read_text(encoding="utf-8")


def test_every_golden_file_is_looked_at() -> None:
    assert {path.name for path in GOLDEN.iterdir()} == set(OUTPUTS)


def write_all() -> None:
    for name, arguments in OUTPUTS.items():
        with TemporaryDirectory() as folder:
            text = output_of(arguments, Path(folder))
        (GOLDEN / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write_all()
