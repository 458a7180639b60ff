"""The Debian package: what it says of itself, what it has, and that it runs where nothing else is.

It is unpacked, never installed: who may do that is another matter, and no test downloads what it
needs.
"""
from __future__ import annotations

import gzip
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from conftest import BINARY, BUILD, HANG_S, ROOT, SLOW_S, clean_environment, strict_json

TOOLS = ["cpack", "dpkg-deb", "dpkg-shlibdeps", "file"]

# The main job of the README, with times of one short session.
MAIN_JOB = ["--hit-rate", "0.8", "--sessions", "1", "--rounds", "8", "--epoch-ms", "0.01"]


def run(*command: str, **settings: str) -> str:
    done = subprocess.run(
        command,
        env=clean_environment(**settings),
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
    run("cpack", "--config", config, "-B", str(folder), SOURCE_DATE_EPOCH="86400")
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
    assert changes.endswith("Fri, 02 Jan 1970 00:00:00 +0000\n")
    original = (ROOT / "CHANGELOG.md").read_bytes()
    assert gzip.decompress((documents / "changelog.gz").read_bytes()) == original
    for page_of in ["README.md", "docs/CLI.md", "docs/GLOSSARY.md", "examples/own"]:
        assert (documents / page_of).exists()


def test_package_has_the_cells_of_this_build_alone(root: Path) -> None:
    """Whatever else was built in its folder; and they are stripped, as the program is."""
    arguments = ["--method", "both", "--heap", "gengc,glibc", "--format", "csv"]
    told = run(str(BINARY), "build", *arguments).split("\n")[1:-1]
    found = sorted((root / "usr" / "lib" / "valuetask-bench" / "cells").iterdir())
    assert [path.name for path in found] == sorted(Path(file).name for file in told)
    for path in [*found, root / "usr" / "bin" / "run_bench"]:
        assert b".debug_line" not in path.read_bytes(), path


def test_unpacked_package_runs_the_main_job_without_a_compiler(root: Path, tmp_path: Path) -> None:
    """And without anything else that a PATH would lead to."""
    if not Path("/proc/self/exe").exists():
        pytest.skip("where a program is installed is found by /proc, which is not mounted")
    done = subprocess.run(
        [str(root / "usr" / "bin" / "run_bench"), *MAIN_JOB],
        cwd=tmp_path,
        env={"PATH": str(tmp_path / "nothing"), "HOME": str(tmp_path / "home")},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=HANG_S,
    )
    assert done.returncode == 0, done.stderr
    assert "ANSWER" in done.stdout and "fastest first" in done.stdout
    assert "building" not in done.stderr
    assert {path.name for path in tmp_path.iterdir()} == {"results"}


# --- a root with the package, the libraries that it loads, and nothing else ---

ENTER = ["unshare", "--map-root-user", "--mount", "--pid", "--fork"]
MOUNT = 'mount -t proc proc "$1/proc" && exec chroot "$@"'


def add_libraries(root: Path, program: Path) -> None:
    for path in re.findall(r"(?<!\S)(/\S+)(?= \(0x)", run("ldd", str(program))):
        (root / path[1:]).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, root / path[1:])


def test_package_runs_the_main_job_in_a_root_of_its_own(root: Path, tmp_path: Path) -> None:
    bare = tmp_path / "root"
    shutil.copytree(root, bare, symlinks=True)
    for folder in ["proc", "results"]:
        (bare / folder).mkdir()
    add_libraries(bare, bare / "usr" / "bin" / "run_bench")
    command = [*ENTER, "sh", "-c", MOUNT, "sh", str(bare), "/usr/bin/run_bench"]
    environment = {"PATH": os.environ["PATH"], "HOME": "/"}
    tried = subprocess.run([*command, "--version"], env=environment, capture_output=True, text=True)
    if tried.returncode != 0 and "valuetask" not in tried.stdout:
        pytest.skip(f"no root can be entered here: {tried.stderr.strip()}")
    done = subprocess.run(
        [*command, *MAIN_JOB, "--results-dir", "/results"],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=HANG_S,
    )
    assert done.returncode == 0, done.stderr
    assert "ANSWER" in done.stdout and "building" not in done.stderr
    assert any(path.suffix == ".json" for path in (bare / "results").iterdir())
