"""The set-up script and the launcher."""
from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from conftest import LAUNCHER, ROOT, clean_environment

SETUP = ROOT / "scripts" / "setup.sh"


def packages() -> list[str]:
    lines = (ROOT / "scripts" / "packages.txt").read_text().splitlines()
    return [line.split()[0] for line in lines if line and not line.startswith("#")]


def run(command: list[str], path: str | None = None, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    environment = clean_environment(**({"PATH": path} if path else {}))
    return subprocess.run(
        command, cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )


def test_nothing_is_installed_when_nothing_is_missing(tmp_path: Path) -> None:
    stub = tmp_path / "apt-get"
    stub.write_text("#!/bin/sh\necho called >&2\nexit 99\n")
    stub.chmod(0o755)
    ended = run([str(SETUP)], path=f"{tmp_path}:{os.environ['PATH']}")
    assert (ended.returncode, ended.stderr) == (0, "")


def test_another_system_is_told_what_is_needed(tmp_path: Path) -> None:
    for tool in ("sh", "dirname", "readlink", "sed"):
        found = shutil.which(tool)
        assert found
        (tmp_path / tool).symlink_to(found)
    ended = run([str(tmp_path / "sh"), str(SETUP)], path=str(tmp_path))
    assert ended.returncode == 2
    assert set(packages()) <= set(ended.stderr.split())


def test_readme_gives_a_reason_for_every_package() -> None:
    readme = (ROOT / "README.md").read_text()
    assert [name for name in packages() if name not in readme] == []


def test_launcher_works_from_elsewhere_and_through_a_link(tmp_path: Path) -> None:
    link = tmp_path / "bench"
    link.symlink_to(LAUNCHER)
    ended = run([str(link), "list"], cwd=tmp_path)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "heap_task" in ended.stdout


def test_launcher_passes_the_exit_status_on() -> None:
    assert run([str(LAUNCHER), "--hit-rate", "2"]).returncode == 2
