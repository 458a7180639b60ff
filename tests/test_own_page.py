"""Every command of docs/OWN.md, as it stands there, in an empty folder, with an installed copy."""
from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from conftest import ONE_HEAP, ROOT, SLOW_S, clean_environment, install

PAGE = ROOT / "docs" / "OWN.md"

# Settings that make measurements short; an option on the command line wins over them. Everything
# else is as a reader has it.
HASTY = {"VTB_ROUNDS": "8", "VTB_EPOCH_MS": "0.01", "VTB_CALLS": "100001", "VTB_HEAP": ONE_HEAP}


def commands() -> list[str]:
    blocks = re.findall(r"^```sh\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.M | re.S)
    return [line for block in blocks for line in block.replace("\\\n", "").splitlines() if line]


@pytest.fixture(scope="module")
def prefix(built: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return install(tmp_path_factory.mktemp("installed") / "prefix")


def test_the_page_shows_each_step() -> None:
    text = "\n".join(commands())
    for step in ["new strategy", "new workload", "check ", "misuse", "--save-baseline", "gate "]:
        assert f"run_bench {step}" in text or step in text, step
    assert text.count("run_bench") == len(commands()), "a command that is none of ours"


@pytest.mark.long  # test_own.py has each of the steps
def test_the_page_can_be_followed(prefix: Path, tmp_path: Path) -> None:
    """From the first to the last, each in the folder that the ones before it left."""
    environment = clean_environment(**HASTY, XDG_CACHE_HOME=str(tmp_path / "cache"))
    environment["PATH"] = f"{prefix / 'bin'}:{environment['PATH']}"
    folder = tmp_path / "empty"
    folder.mkdir()
    for command in commands():
        done = subprocess.run(
            ["sh", "-ec", command],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=SLOW_S,
        )
        assert done.returncode == 0, f"{command}: {done.stderr}{done.stdout}"
        assert done.stdout != "", command
    made = {path.name for path in folder.iterdir()}
    assert {"my_future.c", "my_task.cc", "my_service.h", "my_future.json", "results"} <= made
