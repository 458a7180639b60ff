"""What reaches an allocator from outside is taken out of what is measured, or told."""
from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from conftest import BINARY, HANG_S, HASTY, ROOT, clean_environment

FEW = ["--strategy", "value_task", "--calls", "1000", "--rounds", "0"]
GLIBC = [*FEW, "--heap", "glibc"]
FOLDERS = ["/usr/lib/x86_64-linux-gnu", "/usr/lib64", "/usr/lib"]
ALLOCATORS = [
    "libjemalloc.so.2",
    "libmimalloc.so.2",
    "libtcmalloc_minimal.so.4",
    "libtbbmalloc_proxy.so.2",
]
# What changes a heap, and by which library's rules.
SETTINGS = {
    "GLIBC_TUNABLES": "glibc.malloc.tcache_count=0",
    "MALLOC_CONF": "tcache:false",
    "MALLOC_ARENA_MAX": "1",
    "MIMALLOC_VERBOSE": "1",
    "TCMALLOC_RELEASE_RATE": "0",
    "GC_DONT_GC": "1",
}


@pytest.fixture(autouse=True)
def built_first(built: None) -> None:
    """The program is there."""


def run(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(BINARY), *arguments],
        env=clean_environment(**variables),
        capture_output=True,
        text=True,
        timeout=HANG_S,
    )


def result(path: Path, *arguments: str, **variables: str) -> dict[str, Any]:
    outputs = ["--export-json", str(path), "--results-dir", str(path.parent)]
    done = run(*arguments, *outputs, **variables)
    assert done.returncode == 0, done.stderr
    found = json.loads(path.read_text(encoding="utf-8"))
    found["printed"] = done.stdout
    return found


def counts(found: dict[str, Any]) -> list[dict[str, Any]]:
    """Figures that are exact, with what a block really holds, which is the allocator's own."""
    rows = [row for row in found["benchmarks"] if row["run_type"] in ("aggregate", "counts")]
    assert rows
    return [
        {key: value for key, value in row.items() if isinstance(value, (str, float))}
        for row in rows
    ]


def find(library: str) -> str:
    for folder in FOLDERS:
        if os.path.exists(f"{folder}/{library}"):
            return f"{folder}/{library}"
    pytest.skip(f"{library} is not installed")


@pytest.mark.parametrize("library", ALLOCATORS)
def test_a_preloaded_allocator_is_found_out(tmp_path: Path, library: str) -> None:
    file = find(library)
    plain = result(tmp_path / "plain.json", *GLIBC)
    found = result(tmp_path / "preloaded.json", *GLIBC, LD_PRELOAD=file)
    assert counts(found) == counts(plain)
    assert found["context"]["environment"] == {"removed": {"LD_PRELOAD": file}, "kept": {}}
    assert found["context"]["malloc"] == plain["context"]["malloc"]
    assert "Taken out of the environment of what was measured: LD_PRELOAD." in found["printed"]
    kept = run(*GLIBC, "--keep-environment", "--results-dir", str(tmp_path), LD_PRELOAD=file)
    assert kept.returncode == 2
    assert "heap 'glibc': malloc is that of " in kept.stderr
    assert library.split(".")[0] in kept.stderr
    assert kept.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "words",
    [
        ["advise", "--hit-rate", "0.9"],
        ["check", "--strategy", "value_task"],
        ["misuse"],
        ["selftest", "--quick"],
        ["claims", "--quick"],
        ["fidelity", "--quick"],
        ["latency", "--rate", "1k"],
        ["gate", "--baseline"],
    ],
    ids=lambda words: words[0],
)
def test_each_command_finds_out_a_preloaded_allocator(tmp_path: Path, words: list[str]) -> None:
    """Of a run with several heaps and points, too."""
    several = [*FEW, "--heap", "gengc,glibc", "--hit-rate", "0.5,1"]
    if words[0] == "gate":
        words = [*words, str(tmp_path / "baseline.json")]
        saving = run(*several, "--save-baseline", words[-1], "--results-dir", str(tmp_path))
        assert saving.returncode == 0, saving.stderr
    library = find("libjemalloc.so.2")
    refused = run(*words, "--keep-environment", LD_PRELOAD=library)
    assert refused.returncode == 2, refused.stderr
    assert "heap 'glibc': malloc is that of " in refused.stderr
    assert "libjemalloc" in refused.stderr


def test_commands_without_such_a_report_tell_on_standard_error(tmp_path: Path) -> None:
    """Whatever bytes are in the name."""
    name = os.fsdecode(b"LD_\x1b\xff")
    samples = ["selftest", "--samples", str(tmp_path / "none.csv")]
    check = ["check", "--strategy", "callback"]
    advise = ["advise", "--hit-rate", "0.9", "--keys", "1000", "--sessions", "1", "--heap", "glibc"]
    advise += ["--results-dir", str(tmp_path / "results")]
    for words in [samples, check, ["misuse", "--strategy", "poll"], advise]:
        done = run(*words, **{name: "1"})
        assert r"Taken out of the environment of what was measured: LD_\x1b\xff." in done.stderr
        assert "nvironment" not in done.stdout
        kept = run(*words, "--keep-environment", MALLOC_ARENA_MAX="1")
        left = "Left in the environment, so that figures are of it: MALLOC_ARENA_MAX."
        assert left in kept.stderr
        assert "nvironment" not in run(*words).stderr


@pytest.mark.parametrize("name", SETTINGS)
def test_a_setting_is_taken_out_or_told(tmp_path: Path, name: str) -> None:
    value = SETTINGS[name]
    found = result(tmp_path / "removed.json", *GLIBC, **{name: value})
    assert found["context"]["environment"] == {"removed": {name: value}, "kept": {}}
    kept = result(tmp_path / "kept.json", *GLIBC, "--keep-environment", **{name: value})
    assert kept["context"]["environment"] == {"removed": {}, "kept": {name: value}}
    assert f"Left in the environment, so that figures are of it: {name}." in kept["printed"]
    compared = run("compare", str(tmp_path / "removed.json"), str(tmp_path / "kept.json"))
    assert "environment.removed: " in compared.stdout
    assert "environment.kept: '{}' before, '{\"" + name in compared.stdout


def test_a_variable_may_have_any_bytes_in_its_name(tmp_path: Path) -> None:
    name = os.fsdecode(b"LD_\xff")
    found = result(tmp_path / "any.json", *GLIBC, **{name: "1", "LD_" + 300 * "x": "2"})
    assert found["context"]["environment"]["removed"] == {r"LD_\xff": "1", "LD_" + 300 * "x": "2"}
    assert r"LD_\xff" in found["printed"]


def test_variables_are_told_whatever_their_order_and_values(tmp_path: Path) -> None:
    values = {"MALLOC_B": "two\nlines\\\\", "MALLOC_A": "\n", "MALLOC_C": ""}
    for name, order in [("one", values), ("other", reversed(values))]:
        found = result(tmp_path / f"{name}.json", *GLIBC, **{key: values[key] for key in order})
        removed = found["context"]["environment"]["removed"]
        assert list(removed.items()) == sorted(values.items())
    kept = result(tmp_path / "kept.json", *GLIBC, "--keep-environment", **values)
    assert list(kept["context"]["environment"]["kept"].items()) == sorted(values.items())


@pytest.mark.skipif(os.getuid() != 0, reason="only root can mount")
def test_it_starts_anew_where_proc_is_not_mounted(tmp_path: Path) -> None:
    """By the name that the shell found in PATH."""
    hide = f"mount -t tmpfs none /proc && cd {tmp_path} && PATH={BINARY.parent}:$PATH"
    script = f'{hide} && exec run_bench {" ".join(GLIBC)} --results-dir .'
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c", script],
        env=clean_environment(MALLOC_ARENA_MAX="1"),
        capture_output=True,
        text=True,
        timeout=HANG_S,
    )
    if "unshare" in done.stderr or "mount" in done.stderr:
        pytest.skip(done.stderr)
    assert done.returncode == 0, done.stderr
    assert "Taken out of the environment of what was measured: MALLOC_ARENA_MAX." in done.stdout


def test_a_gate_names_what_its_baseline_was_made_with(tmp_path: Path) -> None:
    baseline = str(tmp_path / "baseline.json")
    saving = run(*GLIBC, "--save-baseline", baseline, "--results-dir", str(tmp_path))
    assert saving.returncode == 0, saving.stderr
    same = run("gate", "--baseline", baseline)
    assert same.returncode == 0 and "environment." not in same.stdout
    kept = run("gate", "--baseline", baseline, "--keep-environment", MALLOC_ARENA_MAX="1")
    assert kept.returncode == 0, kept.stderr
    told = " ".join(kept.stdout.split())
    assert 'environment.kept was {}, is {"MALLOC_ARENA_MAX":"1"}' in told


@pytest.mark.parametrize("before", [None, {"removed": {}, "kept": {"MALLOC_ARENA_MAX": "1"}}])
def test_a_gate_always_names_what_is_kept(
    tmp_path: Path, before: dict[str, dict[str, str]] | None
) -> None:
    """Though the baseline was made with the same, or does not say with what."""
    path = tmp_path / "baseline.json"
    saving = run(*GLIBC, "--save-baseline", str(path), "--results-dir", str(tmp_path))
    assert saving.returncode == 0, saving.stderr
    baseline = json.loads(path.read_text())
    del baseline["context"]["environment"]
    if before:
        baseline["context"]["environment"] = before
    path.write_text(json.dumps(baseline))
    kept = run("gate", "--baseline", str(path), "--keep-environment", MALLOC_ARENA_MAX="1")
    assert kept.returncode == 0, kept.stderr
    told = " ".join(kept.stdout.split())
    how = "as it was" if before else "and the baseline does not say what it was"
    assert f'environment.kept is {{"MALLOC_ARENA_MAX":"1"}}, {how}' in told


def test_a_clean_environment_is_not_spoken_of(tmp_path: Path) -> None:
    found = result(tmp_path / "clean.json", *GLIBC)
    assert found["context"]["environment"] == {"removed": {}, "kept": {}}
    assert "nvironment" not in found["printed"]


def test_what_is_kept_reaches_sessions(tmp_path: Path) -> None:
    """A collector that must not collect pauses in neither the pressure pass nor a session."""
    arguments = ["--strategy", "value_task", "--heap", "boehm", "--calls", "1e6", *HASTY]
    arguments += ["--keys", "1000", "--pressure", "collections"]
    rows = {}
    for kept in [[], ["--keep-environment"]]:
        found = result(tmp_path / "boehm.json", *arguments, *kept, GC_DONT_GC="1")
        rows[len(kept)] = [row for row in counts(found) if "/heap_task/" in row["run_name"]]
    assert rows[0][0]["collections_n"] > 0
    assert rows[1][0]["collections_n"] == 0


def test_libraries_are_told_with_their_versions(tmp_path: Path) -> None:
    context = result(tmp_path / "plain.json", *GLIBC)["context"]
    libraries = {library["name"]: library for library in context["libraries"]}
    assert context["libc"] == f"glibc {libraries['libc']['version']}"
    for library in libraries.values():
        assert os.path.realpath(library["file"]) == library["file"]
        assert os.path.exists(library["file"])
        assert library["version"] not in ("", "unknown"), library
    assert context["malloc"].endswith("libc.so.6")


def test_any_library_is_told_and_no_cell(tmp_path: Path) -> None:
    """Whatever their files are called."""
    source = tmp_path / "my_malloc.c"
    source.write_text("int of_no_use;\n", encoding="utf-8")
    library = tmp_path / "my_malloc.so"
    subprocess.run(["cc", "-shared", "-o", str(library), str(source)], check=True)
    own = tmp_path / "lib_own.c"
    text = (ROOT / "impls" / "heap_task_lean.c").read_text(encoding="utf-8")
    own.write_text(text.replace("heap_task_lean", "lib_own"), encoding="utf-8")
    cases = ["--strategy", str(own), *GLIBC[2:], "--keep-environment"]
    context = result(tmp_path / "out.json", *cases, LD_PRELOAD=str(library))["context"]
    names = [library["name"] for library in context["libraries"]]
    assert "my_malloc" in names and "libc" in names
    assert not [name for name in names if "own" in name or "glibc" in name]


def test_a_run_keeps_to_the_processors_it_is_pinned_to(tmp_path: Path) -> None:
    allowed = sorted(os.sched_getaffinity(0))
    context = result(tmp_path / "pinned.json", *GLIBC, "--pin", str(allowed[0]))["context"]
    assert context["affinity"] == str(allowed[0])
    for text, reason in [
        ("x", "no list of processors"),
        ("0-", "no list of processors"),
        ("3-1", "no list of processors"),
        ("0,", "no list of processors"),
        ("1023", "may not use processor 1023"),
    ]:
        refused = run(*GLIBC, "--pin", text, "--results-dir", str(tmp_path / "none"))
        assert refused.returncode == 2
        assert f"--pin: '{text}'" in refused.stderr and reason in refused.stderr
        assert refused.stderr.count("\n") == 1
        assert not (tmp_path / "none").exists()


def test_a_tag_is_recorded_and_compared(tmp_path: Path) -> None:
    for tag in ["main", "my branch"]:
        context = result(tmp_path / f"{tag}.json", *GLIBC, "--tag", tag)["context"]
        assert context["tag"] == tag
    compared = run("compare", str(tmp_path / "main.json"), str(tmp_path / "my branch.json"))
    assert "tag: 'main' before, 'my branch' after" in compared.stdout
