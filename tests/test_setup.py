"""scripts/setup.sh: installs what is missing and no more, and may be run again at any time.

The tests never install anything: where they let the script get that far, apt-get is a stub.
"""
from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from conftest import ROOT, SLOW_S, clean_environment

SETUP = ROOT / "scripts" / "setup.sh"
RECORD = '#!/bin/sh\necho "$@" >>"$STUB_LOG"\n'


def rows() -> list[list[str]]:
    """The packages: name, who needs it, and what for."""
    lines = (ROOT / "scripts" / "packages.txt").read_text(encoding="utf-8").splitlines()
    found = [line.split(maxsplit=2) for line in lines if line and not line.startswith("#")]
    assert len(found) > 10
    return found


def packages(*sizes: str) -> list[str]:
    return [row[0] for row in rows() if row[1] in (sizes or ("run", "gate", "tests", "guest"))]


def run_setup(path: str, log: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [shutil.which("sh") or "/bin/sh", str(SETUP), *options],
        env=clean_environment(PATH=path, STUB_LOG=str(log)),
        cwd=log.parent,
        capture_output=True,
        text=True,
        timeout=SLOW_S,
    )


def stub(directory: Path, name: str, text: str) -> None:
    directory.mkdir(exist_ok=True)
    path = directory / name
    path.unlink(missing_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)


@pytest.fixture
def stubs(tmp_path: Path) -> Path:
    """A folder to stand first on the PATH, with an apt-get that only records its arguments."""
    if shutil.which("dpkg-query") is None:
        pytest.skip("not a Debian system")
    directory = tmp_path / "stubs"
    stub(directory, "apt-get", RECORD)
    stub(directory, "sudo", '#!/bin/sh\nexec "$@"\n')
    return directory


def system_path(stubs: Path) -> str:
    return f"{stubs}:/usr/sbin:/usr/bin:/sbin:/bin"


def test_nothing_is_installed_when_nothing_is_missing(stubs: Path, tmp_path: Path) -> None:
    stub(stubs, "dpkg-query", "#!/bin/sh\necho installed\n")
    log = tmp_path / "log"
    for _ in range(2):
        done = run_setup(system_path(stubs), log)
        assert (done.returncode, done.stderr) == (0, "")
    assert not log.exists(), log.read_text()


def test_this_system_has_what_it_needs(stubs: Path, tmp_path: Path) -> None:
    """With the system's own dpkg-query: the tests run on what setup.sh installs."""
    done = run_setup(system_path(stubs), tmp_path / "log", "--tests")
    assert done.returncode == 0, done.stderr
    assert not (tmp_path / "log").exists(), (tmp_path / "log").read_text()


@pytest.mark.parametrize("state", ["", "not-installed", "config-files"])
def test_what_is_missing_is_installed_and_nothing_else(
    stubs: Path, tmp_path: Path, state: str
) -> None:
    """A removed package may leave its configuration, but is not installed either."""
    answer = f'case $* in *libmd-dev) echo "{state}" ;; *) echo installed ;; esac'
    stub(stubs, "dpkg-query", f"#!/bin/sh\n{answer}\n")
    log = tmp_path / "log"
    done = run_setup(system_path(stubs), log)
    assert done.returncode == 0, done.stderr
    update, install = log.read_text().splitlines()
    assert update.split()[0] == "update"
    named = [word for word in install.split() if not word.startswith("-")]
    assert named == ["install", "libmd-dev"]
    assert "installing: libmd-dev" in done.stderr


SIZES = [
    ([], ["run"]),
    (["--gate"], ["run", "gate"]),
    (["--tests"], ["run", "gate", "tests"]),
]


@pytest.mark.parametrize(("options", "sizes"), SIZES)
def test_three_sizes(stubs: Path, tmp_path: Path, options: list[str], sizes: list[str]) -> None:
    """Running needs neither a checker of memory nor anything that draws or tests."""
    stub(stubs, "dpkg-query", "#!/bin/sh\n")
    log = tmp_path / "log"
    done = run_setup(system_path(stubs), log, *options)
    assert done.returncode == 0, done.stderr
    install = log.read_text().splitlines()[1]
    assert [word for word in install.split() if not word.startswith("-")][1:] == packages(*sizes)
    assert {"gcc", "g++", "cmake", "ninja-build", "libmd-dev"} < set(packages("run"))
    assert packages("gate") == ["valgrind", "python3-jinja2", "libjs-vega"]
    assert {"libcmocka-dev", "python3-pytest"} < set(packages("tests"))
    assert packages("guest") == ["default-jdk-headless"]  # which nothing installs


def test_help(stubs: Path, tmp_path: Path) -> None:
    stub(stubs, "dpkg-query", "#!/bin/sh\n")
    done = run_setup(system_path(stubs), tmp_path / "log", "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert "--tests" in done.stdout
    assert not (tmp_path / "log").exists()


@pytest.mark.parametrize("option", ["--test", "tests", "--tests=yes", ""])
def test_an_unknown_option_is_refused(stubs: Path, tmp_path: Path, option: str) -> None:
    stub(stubs, "dpkg-query", "#!/bin/sh\n")
    done = run_setup(system_path(stubs), tmp_path / "log", option)
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert line == f"setup.sh: unknown option '{option}'; accepted: --gate, --tests, --help"
    assert not (tmp_path / "log").exists()


def test_failed_installation_is_a_failure(stubs: Path, tmp_path: Path) -> None:
    stub(stubs, "dpkg-query", "#!/bin/sh\n")
    stub(stubs, "apt-get", "#!/bin/sh\necho 'no network' >&2\nexit 100\n")
    done = run_setup(system_path(stubs), tmp_path / "log")
    assert done.returncode not in (0, 2)
    assert "no network" in done.stderr


@pytest.mark.parametrize("present", ["", "dpkg-query", "apt-get"])
@pytest.mark.parametrize(("options", "sizes"), SIZES)
def test_other_systems_are_told_the_packages(
    tmp_path: Path, present: str, options: list[str], sizes: list[str]
) -> None:
    """On a PATH that lacks Debian's tools, or one of the two, nothing is tried."""
    tools = tmp_path / "tools"
    tools.mkdir()
    for tool in ["sh", "sed", "dirname", "readlink", "env", "id"]:
        (tools / tool).symlink_to(shutil.which(tool) or f"/usr/bin/{tool}")
    if present:
        stub(tools, present, RECORD)
    done = run_setup(str(tools), tmp_path / "log", *options)
    assert done.returncode == 2
    assert done.stdout == ""
    title, *named = done.stderr.splitlines()
    assert title.startswith("setup.sh: ") and "Debian" in title
    assert named == packages(*sizes)
    assert not (tmp_path / "log").exists()


def test_packages_stand_once_and_with_a_reason() -> None:
    assert len(set(packages())) == len(packages()) == len(rows())
    for row in rows():
        assert len(row) == 3, f"{row}: what is it for?"


def test_packages_are_named_in_the_readme() -> None:
    page = ROOT / "README.md"
    if not page.exists():
        pytest.skip("README.md is not written yet")
    text = page.read_text(encoding="utf-8")
    words = set(text.replace(",", " ").replace("`", " ").split())
    assert [package for package in packages() if package not in words] == []
