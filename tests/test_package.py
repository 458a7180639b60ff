"""The Debian package: what it says of itself, what it has, and that it runs where nothing else is.

It is unpacked, never installed: who may do that is another matter, and no test downloads what it
needs.
"""
from __future__ import annotations

import datetime
import gzip
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from conftest import BINARY, BUILD, HANG_S, ROOT, SLOW_S, TIMED, clean_environment, strict_json

MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()

TOOLS = ["cpack", "dpkg-deb", "dpkg-shlibdeps", "file"]

# The main job of the README, with times of one short session, and few calls that are counted.
MAIN_JOB = ["--hit-rate", "0.8", *TIMED]


def run(*command: str, **settings: str) -> str:
    environment = clean_environment(**settings)
    environment.pop("SOURCE_DATE_EPOCH", None)
    done = subprocess.run(
        command,
        env=environment,
        capture_output=True,
        text=True,
        timeout=SLOW_S,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def package(built: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    for tool in TOOLS:
        if not shutil.which(tool):
            pytest.skip(f"{tool} is missing; scripts/setup.sh --tests installs dpkg-dev and file")
    folder = tmp_path_factory.mktemp("package")
    config = str(BUILD / "CPackConfig.cmake")
    run("cpack", "--config", config, "-B", str(folder))
    (package,) = folder.glob("*.deb")
    return package


@pytest.fixture(scope="module")
def root(package: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("a bare") / "root"
    run("dpkg-deb", "-x", str(package), str(root))
    return root


def field(package: Path, name: str) -> str:
    return run("dpkg-deb", "-f", str(package), name).strip()


def test_package_says_what_it_is(package: Path) -> None:
    version = strict_json(run(str(BINARY), "--version", "--format", "json"))["version"]
    assert field(package, "Package") == "valuetask-bench"
    assert field(package, "Version") == f"{version}-1"
    assert field(package, "Section") == "devel"
    assert re.fullmatch(r"[^<>]+ <[^<>@ ]+@example\.org>", field(package, "Maintainer"))
    summary, *more = field(package, "Description").splitlines()
    assert len(summary) < 80 and len(more) > 3
    assert package.name == f"valuetask-bench_{version}-1_{field(package, 'Architecture')}.deb"


def test_package_depends_on_what_it_loads_and_on_what_compiles_cells(package: Path) -> None:
    depends = [each.split()[0] for each in field(package, "Depends").split(", ")]
    assert {"gcc", "g++", "libc6-dev", "ninja-build"} <= set(depends)
    for library in ["libc6", "libstdc++6", "libjansson4"]:
        assert library in depends
    wanted = (ROOT / "scripts" / "packages.txt").read_text(encoding="utf-8")
    for kind in ["Recommends", "Suggests"]:
        for name in field(package, kind).split(", "):
            assert re.search(rf"^{re.escape(name)} ", wanted, re.MULTILINE), name


def test_package_has_what_goes_where_debian_looks(root: Path) -> None:
    share = root / "usr" / "share"
    documents = share / "doc" / "valuetask-bench"
    page = gzip.decompress((share / "man" / "man1" / "run_bench.1.gz").read_bytes())
    assert page.startswith(b".TH RUN_BENCH 1 ")
    assert (share / "bash-completion" / "completions" / "run_bench").is_file()
    assert (share / "zsh" / "vendor-completions" / "_run_bench").is_file()
    assert "Apache-2.0" in (documents / "copyright").read_text(encoding="utf-8")
    changes = gzip.decompress((documents / "changelog.Debian.gz").read_bytes()).decode()
    assert changes.startswith("valuetask-bench (")
    original = (ROOT / "CHANGELOG.md").read_bytes()
    assert gzip.decompress((documents / "changelog.gz").read_bytes()) == original
    for page_of in ["README.md", "docs/CLI.md", "docs/GLOSSARY.md", "examples/own"]:
        assert (documents / page_of).exists()


def test_package_has_the_date_of_the_version(package: Path, root: Path) -> None:
    """Whenever it is made: so two of the same sources are the same."""
    version = field(package, "Version").partition("-")[0]
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    (date,) = re.findall(rf"^## \[{re.escape(version)}\] - (\d{{4}}-\d\d-\d\d)$", text, re.M)
    files = run("dpkg-deb", "-c", str(package), TZ="UTC").splitlines()
    assert len(files) > 100
    assert {line.split()[3] for line in files} == {date}
    documents = root / "usr" / "share" / "doc" / "valuetask-bench"
    changes = gzip.decompress((documents / "changelog.Debian.gz").read_bytes()).decode()
    day = datetime.date.fromisoformat(date)
    assert changes.endswith(f", {day.day:02} {MONTHS[day.month - 1]} {day.year} 00:00:00 +0000\n")


def test_package_has_the_cells_of_this_build_alone(root: Path) -> None:
    """Whatever else was built in its folder; and they are stripped, as the program is."""
    arguments = ["--method", "both", "--heap", "gengc,glibc", "--format", "csv"]
    told = run(str(BINARY), "build", *arguments).split("\n")[1:-1]
    found = sorted((root / "usr" / "lib" / "valuetask-bench" / "cells").iterdir())
    assert [path.name for path in found] == sorted(Path(file).name for file in told)
    for path in [*found, root / "usr" / "bin" / "run_bench"]:
        assert b".debug_line" not in path.read_bytes(), path


# --- a root with the package, the libraries that it loads, and nothing else ---

ENTER = ["unshare", "--map-root-user", "--mount", "--pid", "--fork"]
MOUNT = 'mount -t proc proc "$1/proc" && exec chroot "$@"'


def add_libraries(root: Path, program: Path) -> None:
    for path in re.findall(r"(?<!\S)(/\S+)(?= \(0x)", run("ldd", str(program))):
        (root / path[1:]).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, root / path[1:])


def entering(root: Path) -> list[str]:
    """What starts the program in a root of its own; where none can be entered, where it lies."""
    program = str(root / "usr" / "bin" / "run_bench")
    for folder in ["proc", "results", "tmp"]:
        (root / folder).mkdir()
    add_libraries(root, Path(program))
    command = [*ENTER, "sh", "-c", MOUNT, "sh", str(root), "/usr/bin/run_bench"]
    tried = subprocess.run([*command, "--version"], capture_output=True, text=True)
    if tried.returncode == 0 and "valuetask" in tried.stdout:
        return command
    if not Path("/proc/self/exe").exists():
        pytest.skip("where a program is installed is found by /proc, which is not mounted")
    return [shutil.which("env") or "env", "PATH=/nothing", program]


def test_package_runs_the_main_job_without_a_compiler(root: Path, tmp_path: Path) -> None:
    """And without anything else that a PATH would lead to."""
    bare = tmp_path / "root"
    shutil.copytree(root, bare, symlinks=True)
    command = entering(bare)
    in_root = "chroot" in " ".join(command)
    done = subprocess.run(
        [*command, *MAIN_JOB, "--results-dir", "/results" if in_root else str(bare / "results")],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "HOME": "/"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=HANG_S,
    )
    assert done.returncode == 0, done.stderr
    assert "ANSWER" in done.stdout and "fastest first" in done.stdout
    assert "building" not in done.stderr
    assert any(path.suffix == ".json" for path in (bare / "results").iterdir())
    assert {path.name for path in tmp_path.iterdir()} == {"root"}
