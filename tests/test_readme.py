"""Every command that the README shows is run as it stands there."""
from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from conftest import ONE_HEAP, ROOT, SLOW_S, clean_environment

README = ROOT / "README.md"
COMPARE = "/usr/share/benchmark/compare.py"

# .ci/run runs this one, as it stands in the README; here it would start these tests again.
TEST_COMMAND = "./scripts/setup.sh --tests && ./scripts/test.sh"


def shown_blocks() -> list[str]:
    if not README.exists():
        return []
    text = README.read_text(encoding="utf-8")
    return re.findall(r"^```sh\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


# Settings that make measurements short; an option on the command line wins over them. So many calls
# are steady, of which a few are timed: a process for each cold start would take longer. A figure
# that is missing, as no state of the machine had enough rounds, fails none of the commands.
HASTY = {
    "VTB_SESSIONS": "1",
    "VTB_ROUNDS": "16",
    "VTB_CALLS": "100001",
    "VTB_EPOCH_MS": "0.01",
    "VTB_SLICES": "1",
    "VTB_HEAP": ONE_HEAP,
}

# Of a table that is made in no time; a trace has its own.
SMALL = {"VTB_KEYS": "10000"}

BLOCKS = [block for block in shown_blocks() if block.strip() != TEST_COMMAND]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder that looks like the checkout, but what commands write into it lands elsewhere."""
    directory = tmp_path / "checkout"
    directory.mkdir()
    for path in ROOT.iterdir():
        if path.name not in ("results", "docs", "build", ".git"):
            (directory / path.name).symlink_to(path)
    shutil.copytree(ROOT / "docs", directory / "docs")
    (directory / "results").mkdir()
    return directory


def test_readme_shows_commands() -> None:
    if not README.exists():
        pytest.skip("README.md is not written yet")
    assert TEST_COMMAND in [block.strip() for block in shown_blocks()]
    assert sum("./run_bench" in block for block in BLOCKS) >= 2


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.splitlines()[0])
def test_commands_run(checkout: Path, block: str) -> None:
    if COMPARE in block and not Path(COMPARE).exists():
        pytest.skip(f"{COMPARE} is missing; scripts/setup.sh --tests installs libbenchmark-tools")
    environment = clean_environment(**HASTY, VTB_RESULTS_DIR=str(checkout / "results"))
    for command in block.strip().replace("\\\n", "").splitlines():
        done = subprocess.run(
            ["sh", "-ec", command],
            cwd=checkout,
            env=environment if "--trace" in command else {**environment, **SMALL},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=SLOW_S,
        )
        assert done.returncode == 0, f"{command}: {done.stderr}"
        assert done.stdout != "", command
        if COMPARE in command:
            assert "user_cache/value_task/glibc/hit_rate:0.8" in done.stdout


def test_what_the_readme_tells_to_measure_first_is_the_main_job() -> None:
    if not README.exists():
        pytest.skip("README.md is not written yet")
    assert shown_blocks()[0].strip() == "./scripts/setup.sh && ./run_bench --hit-rate 0.8"


def test_continuous_integration_takes_the_test_command_from_the_readme() -> None:
    """Its own line that finds the command is run, and must find just that."""
    if not README.exists():
        pytest.skip("README.md is not written yet")
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    found = re.search(r"^command=\$\((.*README\.md)\)$", script, re.MULTILINE)
    assert found, ".ci/run does not read the README"
    done = subprocess.run(["sh", "-c", found.group(1)], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.strip() == TEST_COMMAND
    assert re.search(r"^sh -\w*c \"\$command\"", script, re.MULTILINE)
