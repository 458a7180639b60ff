"""Every command that the README shows is run."""
from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from conftest import ROOT, clean_environment

README = (ROOT / "README.md").read_text()
COMPARE = Path("/usr/share/benchmark/compare.py")


def shown_commands() -> list[str]:
    blocks = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
    return [line for block in blocks for line in block.splitlines()]


TEST_COMMAND = "./scripts/setup.sh && ./scripts/test.sh"


def test_readme_shows_the_two_commands() -> None:
    assert "./scripts/setup.sh && ./run_bench --hit-rate 0.8" in shown_commands()
    assert TEST_COMMAND in shown_commands()


def test_ci_takes_the_test_command_from_the_readme() -> None:
    """So that command, which cannot run inside itself, is run too."""
    assert re.search(r"setup\\.sh && \.\*test\\.sh.*README\.md", (ROOT / ".ci" / "run").read_text())


@pytest.mark.parametrize("command", [c for c in shown_commands() if c != TEST_COMMAND])
def test_command_works(command: str, tmp_path: Path) -> None:
    if "compare.py" in command:
        pytest.skip("runs in test_comparison_works, behind the two runs that it compares")
    exported = command.replace("results/", f"{tmp_path}/")
    environment = clean_environment(VTB_QUICK="1", VTB_RESULTS_DIR=str(tmp_path))
    ended = subprocess.run(
        ["sh", "-c", exported], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout != ""


@pytest.mark.skipif(not COMPARE.exists(), reason="libbenchmark-tools is not installed")
def test_comparison_works(tmp_path: Path) -> None:
    commands = [c for c in shown_commands() if "results/a.json" in c or "results/b.json" in c]
    assert len(commands) == 3
    script = " && ".join(commands).replace("results/", f"{tmp_path}/")
    environment = clean_environment(VTB_RESULTS_DIR=str(tmp_path))
    ended = subprocess.run(
        ["sh", "-c", script], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr
    assert "user_cache/value_task/glibc/hit_rate:0.8" in ended.stdout
