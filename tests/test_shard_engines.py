"""Shards under Slurm and under GNU parallel: a task is lost on purpose, and all is finished."""
from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import Any, Callable, Iterator

import pytest

import slurm_node
from conftest import BINARY, HANG_S, ROOT, clean_environment
from test_shards import counts, read

SLURM = ROOT / "scripts" / "shards-slurm.sh"
PARALLEL = ROOT / "scripts" / "shards-parallel.sh"

SHARDS_N = 3
RUN = ["--rounds", "0", "--calls", "1000", "--keys", "500", "--strategy", "value_task"]
RUN += ["--heap", "glibc", "--hit-rate", "0:0.3:0.1", "--in-flight", "1,64"]
TABLES_N = 8


def run(script: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(script), *arguments],
        env={**clean_environment(), **more},
        capture_output=True,
        text=True,
        timeout=HANG_S,
    )


@pytest.fixture(scope="module")
def whole(built: None, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("whole")
    path = folder / "whole.json"
    own = ["--export-json", str(path), "--results-dir", str(folder)]
    subprocess.run([str(BINARY), *RUN, *own], env=clean_environment(), check=True, timeout=HANG_S)
    return read(path)


def is_whole(path: Path, whole: dict[str, Any]) -> None:
    merged = read(path)
    assert [counts(row) for row in merged["benchmarks"]] == [
        counts(row) for row in whole["benchmarks"]
    ]
    assert len(merged["context"]["merged_from"]) == SHARDS_N
    assert len(merged["benchmarks"]) == TABLES_N * 4


def wait_for(is_so: Callable[[], Any], what: str) -> Any:
    give_up_at = time.monotonic() + HANG_S
    while not (found := is_so()):
        assert time.monotonic() < give_up_at, what
        time.sleep(0.05)
    return found


def processes_with(*words: str) -> list[int]:
    """The processes whose command line has these words."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            arguments = (entry / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if all(word.encode() in arguments for word in words):
            found.append(int(entry.name))
    return found


# --- GNU parallel ---


@pytest.fixture(scope="module")
def has_parallel() -> None:
    if not shutil.which("parallel"):
        pytest.skip("GNU parallel is missing: scripts/setup.sh --tests installs it")


def copied_scripts(folder: Path, shard: str) -> Path:
    """The scripts, as an installed copy has them, with a program that loses one shard, once: it is
    killed as soon as it runs it."""
    scripts = folder / "lib" / "valuetask-bench" / "scripts"
    scripts.mkdir(parents=True)
    for script in ROOT.glob("scripts/shard*.sh"):
        shutil.copy(script, scripts)
    program = folder / "bin" / "run_bench"
    program.parent.mkdir()
    program.write_text(
        f"""#!/bin/sh
case "$*" in
*--dry-run*) ;;
*"--shard {shard} "*)
    [ -e {folder}/lost ] || {{ : >{folder}/lost; kill -KILL $$; }} ;;
esac
exec {BINARY} "$@"
"""
    )
    program.chmod(0o755)
    return scripts


def test_parallel_goes_on_after_a_task_was_killed(
    has_parallel: None, whole: dict[str, Any], tmp_path: Path
) -> None:
    """It alone is run once more, and one whose result is gone, by words that stay as they are."""
    scripts = copied_scripts(tmp_path / "copy", f"2/{SHARDS_N}")
    results = tmp_path / "results"
    command = [str(SHARDS_N), str(results), *RUN, "--tag", "{} {1} 'a  b'"]
    first = run(scripts / "shards-parallel.sh", *command)
    assert first.returncode == 1, first.stderr
    assert "shard 2 of 3 failed: " in first.stderr and first.stdout == ""
    assert "the same command once more runs those alone" in first.stderr
    done = sorted(path.name for path in results.glob("shard-*.json"))
    assert done == ["shard-1.json", "shard-3.json"]
    (results / "shard-1.json").unlink()
    times = {name: (results / name).stat().st_mtime_ns for name in done[1:]}
    second = run(scripts / "shards-parallel.sh", *command)
    assert second.returncode == 0, second.stderr
    assert second.stdout.startswith("8 tables of one plan, from 3 shards:\n")
    assert times == {name: (results / name).stat().st_mtime_ns for name in done[1:]}
    is_whole(results / "merged.json", whole)
    assert read(results / "merged.json")["context"]["tag"] == "{} {1} 'a  b'"
    joblog = (results / "joblog").read_text().splitlines()
    assert sorted(line.split("\t")[0] for line in joblog) == ["1", "2", "3", "Seq"]


def test_a_folder_is_of_one_plan(has_parallel: None, tmp_path: Path) -> None:
    few = ["--rounds", "0", "--calls", "10", "--keys", "10", "--strategy", "poll"]
    assert run(PARALLEL, "1", str(tmp_path / "a b"), *few).returncode == 0
    for other in [["2", *few], ["1", *few, "--seed", "2"]]:
        refused = run(PARALLEL, other[0], str(tmp_path / "a b"), *other[1:])
        assert refused.returncode == 2 and "has shards of another plan" in refused.stderr
    moved = (tmp_path / "a b").rename(tmp_path / "c")
    again = run(PARALLEL, "1", str(moved), *few)
    assert again.returncode == 0 and "1 table of one plan" in again.stdout


def test_parallel_says_why_it_runs_nothing(has_parallel: None, tmp_path: Path) -> None:
    refused = run(PARALLEL, "1", str(tmp_path / "r"), *RUN, PARALLEL="--nosuch")
    assert refused.returncode == 1
    assert "shard 1 of 1 failed: " in refused.stderr and "nosuch" in refused.stderr


@pytest.mark.parametrize("script", [PARALLEL, SLURM])
def test_options_are_checked_before_anything_runs(
    built: None, tmp_path: Path, script: Path
) -> None:
    """By the program, in one line, whatever is to run the shards."""
    path = fake_programs(tmp_path, parallel="touch ran", sbatch="touch ran")
    for options, reason in [
        (["--hit-rate", "2"], "run_bench: --hit-rate: '2'"),
        (["--tag", "a\nb"], "an option has a line break in it"),
        (["--trace", "-"], "run_bench: "),
    ]:
        refused = run(script, "4", str(tmp_path / "r"), *options, PATH=path)
        assert refused.returncode == 2 and refused.stderr.count("\n") == 1, refused.stderr
        assert reason in refused.stderr and not (tmp_path / "r").exists()
    assert not (tmp_path / "ran").exists()


def fake_programs(folder: Path, **texts: str) -> str:
    """A PATH on which programs come first that do what these shell commands do."""
    for name, text in texts.items():
        program = folder / "bin" / name
        program.parent.mkdir(exist_ok=True)
        program.write_text(f"#!/bin/sh\ncd {folder}\n{text}\n")
        program.chmod(0o755)
    return f"{folder / 'bin'}:{os.environ['PATH']}"


def test_shards_that_are_queued_are_not_queued_again(built: None, tmp_path: Path) -> None:
    queue = "[ ! -e queued ] || [ \"$2\" != --jobs=7 ] || echo 7_2"
    path = fake_programs(tmp_path, sbatch="echo \"$*\" >>sent; echo '7;cluster'", squeue=queue)
    command = ["2", str(tmp_path / "r"), *RUN]
    assert run(SLURM, *command, PATH=path).returncode == 0
    sent = (tmp_path / "sent").read_text().splitlines()
    assert "--array=1,2 " in sent[0] and "--dependency=afterok:7 " in sent[1]
    (tmp_path / "queued").touch()
    refused = run(SLURM, *command, PATH=path)
    assert refused.returncode == 2 and "job 7 still runs shards of " in refused.stderr
    assert (tmp_path / "sent").read_text().splitlines() == sent
    (tmp_path / "queued").unlink()
    (tmp_path / "r" / "shard-1.json").touch()
    assert run(SLURM, *command, PATH=path).returncode == 0
    assert "--array=2 " in (tmp_path / "sent").read_text().splitlines()[2]


def test_a_shard_that_ended_early_is_gone_on_with(built: None, tmp_path: Path) -> None:
    """By its sessions, of which it has as many in the end as it was to have."""
    long = ["--sessions", "6", "--rounds", "8", "--epoch-ms", "5", "--calls", "100001"]
    long += ["--keys", "1000", "--strategy", "poll", "--heap", "glibc", "--hit-rate", "0.5,0.6"]
    program = [str(ROOT / "scripts" / "shard.sh"), str(BINARY)]
    subprocess.run([*program, "begin", str(tmp_path), "1", *long], check=True)
    shard = [*program, "run", "1", str(tmp_path)]
    first = subprocess.Popen(
        shard, env=clean_environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    sessions = wait_for(
        lambda: first.poll() is not None or list((tmp_path / "shard-1").glob("run-*.samples.csv")),
        "no session was finished",
    )
    assert first.poll() is None and sessions
    for process in processes_with("--shard", "1/1", str(tmp_path / "shard-1")):
        os.kill(process, signal.SIGKILL)
    first.wait(HANG_S)
    assert not (tmp_path / "shard-1.json").exists()
    second = subprocess.run(
        shard, env=clean_environment(), capture_output=True, text=True, timeout=HANG_S
    )
    assert second.returncode == 0, second.stderr
    result = read(tmp_path / "shard-1.json")
    assert result["context"]["sessions"] == "6" and result["context"]["interrupted"] is False
    assert len(list((tmp_path / "shard-1").glob("run-*.sessions"))) == 1  # of the one that was lost


def test_wrong_usage_is_one_line(built: None, tmp_path: Path) -> None:
    for script in [PARALLEL, SLURM]:
        for arguments in [[], ["4"], ["0", "x"], ["four", "x"], ["-1", "x"], ["1001", "x"]]:
            refused = run(script, *arguments)
            assert refused.returncode == 2 and refused.stdout == ""
            assert refused.stderr.count("\n") == 1 and "see --help" in refused.stderr
        helped = run(script, "--help")
        assert helped.returncode == 0 and f"Usage: scripts/{script.name} " in helped.stdout
    for name in ["dirname", "readlink"]:
        (tmp_path / name).symlink_to(str(shutil.which(name)))
    for script, engine in [(PARALLEL, "parallel"), (SLURM, "sbatch")]:
        without = run(script, "1", str(tmp_path / "none"), PATH=str(tmp_path))
        assert without.returncode == 2 and f"{engine} is missing; as root: " in without.stderr
        assert not (tmp_path / "none").exists()


# --- Slurm ---


@pytest.fixture(scope="module")
def slurm() -> Iterator[slurm_node.Node]:
    try:
        with slurm_node.started() as node:
            yield node
    except slurm_node.CannotRun as reason:
        pytest.skip(str(reason))


def test_slurm_finishes_after_a_task_was_lost(
    slurm: slurm_node.Node, whole: dict[str, Any], tmp_path: Path
) -> None:
    """A job that was killed: the others go on, nothing is merged, and it alone is run once more."""
    scripts = copied_scripts(tmp_path / "copy", f"2/{SHARDS_N}")
    results = tmp_path / "results"
    command = [str(scripts / "shards-slurm.sh"), "--wait", str(SHARDS_N), str(results), *RUN]
    first = slurm(*command)
    assert first.returncode == 1
    assert "shard 2 of 3 has no result" in first.stderr and "nothing was merged" in first.stderr
    assert " runs shards 1,2,3 of 3" in first.stderr
    wait_for(lambda: not slurm("squeue", "--noheader").stdout, "the other jobs")
    done = sorted(path.name for path in results.glob("shard-*.json"))
    assert done == ["shard-1.json", "shard-3.json"]
    assert not (results / "merged.json").exists()
    setting = re.search(r"(SBATCH_EXCLUSIVE)=(\w+)", run(SLURM, "--help").stdout)
    assert setting
    slurm.environment[setting[1]] = setting[2]  # as the script advises
    second = slurm(*command)
    assert second.returncode == 0, second.stderr
    assert " runs shards 2 of 3" in second.stderr
    is_whole(results / "merged.json", whole)
    assert "8 tables of one plan, from 3 shards:\n" in (results / "merge.log").read_text()
