"""valgrind's second opinion: no memory errors, and the same allocations as we counted."""
from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from conftest import BINARY, clean_environment

pytestmark = [
    pytest.mark.skipif(shutil.which("valgrind") is None, reason="valgrind is not installed"),
    pytest.mark.skipif(not Path("/proc/self").exists(), reason="valgrind needs /proc mounted"),
]


def memcheck(directory: Path, *arguments: str) -> list[int]:
    """Runs under memcheck; the total heap usage, in allocations, of each process."""
    command = ["valgrind", "--trace-children=yes", f"--log-file={directory}/vg.%p"]
    command += ["--error-exitcode=9", "--leak-check=full", "--errors-for-leak-kinds=definite"]
    command += [str(BINARY), "--rounds", "0", "--results-dir", str(directory), *arguments]
    ended = subprocess.run(
        command, env=clean_environment(), capture_output=True, text=True, check=False
    )
    logs = [log.read_text() for log in directory.glob("vg.*")]
    assert ended.returncode == 0, ended.stderr + "".join(logs)
    assert all("ERROR SUMMARY: 0 errors" in log for log in logs), "".join(logs)
    usages = re.findall(r"total heap usage: ([\d,]+) allocs", "".join(logs))
    return [int(usage.replace(",", "")) for usage in usages]


@pytest.mark.parametrize("completion", ["fifo", "lifo", "random"])
def test_memcheck_is_clean(tmp_path: Path, completion: str) -> None:
    memcheck(tmp_path, "--hit-rate", "0.5", "--calls", "20000", "--completion", completion)


def test_allocations_agree_to_the_one(tmp_path: Path) -> None:
    """The harness's own part is the same for N and 2N calls; heap_task allocates once a call."""
    usages = []
    for calls in (10000, 20000):
        directory = tmp_path / str(calls)
        directory.mkdir()
        arguments = ["--strategy", "heap_task", "--calls", str(calls)]
        usages.append(sorted(memcheck(directory, *arguments))[-2:])
    assert usages[0][0] == usages[0][1], "both counting runs of a case allocate the same"
    assert usages[1][0] - usages[0][0] == 10000
