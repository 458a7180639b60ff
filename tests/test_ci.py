"""What ci/ has for the jobs of others: the action for GitHub, the template for GitLab, the image.

Their servers are not here. What they would run is: each step's text, as it stands in the file, by
the shell that they use, with the variables that they set and no others, in a project that has a
baseline, with a copy of these sources beside it.
"""
from __future__ import annotations

import json
import os
import re
import subprocess
import textwrap
import xml.etree.ElementTree as xml
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from conftest import ROOT, SLOW_S, strict_json

yaml = pytest.importorskip("yaml", reason="python3-yaml is missing: scripts/setup.sh --tests")

CI = ROOT / "ci"
ACTION = yaml.safe_load((CI / "github" / "action.yml").read_text(encoding="utf-8"))
TEMPLATE = yaml.safe_load((CI / "gitlab.yml").read_text(encoding="utf-8"))
JOB = TEMPLATE[".valuetask-bench"]
STEPS: list[dict[str, Any]] = ACTION["runs"]["steps"]

BASELINE = "bench/baseline.json"
COUNTS = ["--strategy", "task_in_cache", "--heap", "glibc", "--rounds", "0", "--calls", "1000"]

# Nothing may be installed by a test, and nothing has to be.
NO_APT = "#!/bin/sh\necho 'a package is missing: scripts/setup.sh --tests' >&2\nexit 1\n"


@dataclass
class Project:
    """Somebody's checkout, with a home of its own, and the sources that its job uses."""

    folder: Path
    home: Path
    sources: Path

    def environment(self, **variables: str) -> dict[str, str]:
        system = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        return {"PATH": f"{self.home / 'tools'}:{system}", "HOME": str(self.home), **variables}

    def run(self, *command: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            cwd=self.folder,
            env=self.environment(**variables),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=SLOW_S,
        )

    @property
    def prefix(self) -> Path:
        return self.home / ".cache" / "valuetask-bench" / "program"


@pytest.fixture(scope="module")
def project(source_copy: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """With a baseline of counts, made by the installed program, which the first use builds."""
    folder = tmp_path_factory.mktemp("a project")
    project = Project(folder / "checkout", folder / "home", source_copy)
    (project.folder / "bench").mkdir(parents=True)
    (project.home / "tools").mkdir(parents=True)
    stub = project.home / "tools" / "apt-get"
    stub.write_text(NO_APT, encoding="utf-8")
    stub.chmod(0o755)
    done = project.run(str(source_copy / "ci" / "install.sh"), str(project.prefix))
    assert done.returncode == 0, done.stdout + done.stderr
    program = str(project.prefix / "bin" / "run_bench")
    done = project.run(program, *COUNTS, "--save-baseline", BASELINE)
    assert done.returncode == 0, done.stderr
    return project


def cheaper(project: Project) -> str:
    """A baseline of a program that allocated less; beside the one that is right."""
    baseline = json.loads((project.folder / BASELINE).read_text(encoding="utf-8"))
    changed = 0
    for row in baseline["benchmarks"]:
        if row.get("bytes_per_op", 0) > 0:
            row["bytes_per_op"] /= 2
            changed += 1
    assert changed
    name = "bench/cheaper.json"
    (project.folder / name).write_text(json.dumps(baseline), encoding="utf-8")
    return name


def assert_reports(folder: Path, failures_n: int) -> None:
    """Of one gate, in all forms, at least so many failures."""
    suite = xml.parse(folder / "gate.xml").getroot()
    assert len(suite.findall(".//testcase")) > 0
    failures = suite.findall(".//failure")
    results = strict_json((folder / "gate.sarif").read_text(encoding="utf-8"))["runs"][0]["results"]
    assert len(failures) == len(results)
    assert len(failures) >= failures_n and bool(failures) == bool(failures_n)
    assert "<html" in (folder / "gate.html").read_text(encoding="utf-8")


# --- GitHub ---


def filled_in(text: str, values: dict[str, str]) -> str:
    """With each ${{ EXPRESSION }} replaced; an expression that is not known here is a mistake."""
    return re.sub(r"\$\{\{ (.+?) \}\}", lambda match: values[match.group(1)], text)


def run_action(project: Project, **inputs: str) -> list[tuple[str, int, str]]:
    """Each step that is a script, until one fails: its name, its status, and what it said."""
    settings = {name: row.get("default", "") for name, row in ACTION["inputs"].items()}
    values = {f"inputs.{name}": text for name, text in {**settings, **inputs}.items()}
    files = {name: project.home / name for name in ["output", "summary"]}
    for file in files.values():
        file.write_text("", encoding="utf-8")
    told = []
    for step in STEPS:
        if "run" not in step:
            continue
        assert step["shell"] == "bash", "a composite action's step says its shell"
        own = {name: filled_in(text, values) for name, text in step.get("env", {}).items()}
        done = project.run(
            *["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c"],
            filled_in(step["run"], values),
            GITHUB_ACTIONS="true",
            GITHUB_ACTION_PATH=str(project.sources / "ci" / "github"),
            GITHUB_OUTPUT=str(files["output"]),
            GITHUB_STEP_SUMMARY=str(files["summary"]),
            **own,
        )
        told.append((step["name"], done.returncode, done.stdout + done.stderr))
        if done.returncode != 0:
            break
    return told


def test_action_gates(project: Project) -> None:
    told = run_action(project, baseline=BASELINE)
    assert [name for name, status, _ in told if status == 0] == [
        "packages", "key of the cache", "program", "gate",
    ], told[-1]
    assert re.fullmatch(r"key=[0-9a-f]{16}\n", (project.home / "output").read_text())
    assert told[2][2] == "valuetask-bench is there\n"  # which the cache had
    assert_reports(project.folder / "valuetask-bench", 0)
    assert "task_in_cache" in (project.home / "summary").read_text(encoding="utf-8")


def test_action_fails_where_something_is_worse_and_keeps_the_reports(project: Project) -> None:
    told = run_action(project, baseline=cheaper(project), options="--strict", results="kept")
    assert told[-1][:2] == ("gate", 3), told[-1]
    assert "::error" in told[-1][2]
    assert_reports(project.folder / "kept", 1)
    assert "bytes" in (project.home / "summary").read_text(encoding="utf-8")


def test_action_takes_its_comparison_from_options(project: Project) -> None:
    told = run_action(project, options=f"--baseline {BASELINE} --limit bytes=8")
    assert told[-1][:2] == ("gate", 0), told[-1]


def test_action_makes_nothing_of_options_but_words(project: Project) -> None:
    told = run_action(project, options="--baseline bench/base*.json")
    assert told[-1][:2] == ("gate", 5), told[-1]
    assert "bench/base*.json" in told[-1][2]


def test_action_has_no_input_in_the_text_of_a_script() -> None:
    """What an input says could be a command there: it comes as a variable."""
    scripts = [step["run"] for step in STEPS if "run" in step]
    assert len(scripts) == 4
    assert [script for script in scripts if "${{" in script] == []


def test_action_keeps_what_the_gate_leaves() -> None:
    uses = {step["uses"].partition("@")[0]: step for step in STEPS if "uses" in step}
    cache = uses["actions/cache"]["with"]
    assert cache["path"] == "~/.cache/valuetask-bench"
    assert cache["key"].startswith(cache["restore-keys"])
    kept = uses["actions/upload-artifact"]
    assert kept["with"]["path"] == "${{ inputs.results }}" and kept["if"] == "always()"
    assert kept["with"]["name"] == "${{ inputs.name }}"  # a workflow has one of a name
    findings = uses["github/codeql-action/upload-sarif"]
    assert findings["with"]["sarif_file"] == "${{ inputs.results }}/gate.sarif"
    assert findings["with"]["category"] == "${{ inputs.name }}"
    assert findings["if"].split(" && ") == [
        "always()",
        "inputs.sarif == 'true'",
        "github.event.pull_request.head.repo.fork != true",  # whose token may not
        "hashFiles(format('{0}/gate.sarif', inputs.results)) != ''",
    ]


def test_action_uses_every_input_and_no_other() -> None:
    text = json.dumps(STEPS)
    used = set(re.findall(r"\binputs\.(\w+)", text))
    assert used == set(ACTION["inputs"])
    assert all(row["description"] for row in ACTION["inputs"].values())


def test_this_project_gates_itself_by_the_action() -> None:
    path = ROOT / ".github" / "workflows" / "ci.yml"
    workflow = yaml.safe_load(path.read_text(encoding="utf-8"))
    (step,) = [step for step in workflow["jobs"]["gate"]["steps"] if "with" in step]
    assert ROOT / step["uses"] == CI / "github"
    assert set(step["with"]) <= set(ACTION["inputs"])
    assert (ROOT / step["with"]["baseline"]).is_file()
    assert workflow["permissions"] == {"contents": "read"}


# --- GitLab ---


def run_job(project: Project, **variables: str) -> subprocess.CompletedProcess[str]:
    """All of its lines, in one shell, as a runner has them."""
    told = {"CI_PROJECT_DIR": str(project.folder), "CI": "true"}
    for name, value in {**JOB["variables"], **variables}.items():
        told[name] = re.sub(r"\$(\w+)", lambda match: told[match.group(1)], value)
    return project.run("sh", "-ec", "\n".join([*JOB["before_script"], *JOB["script"]]), **told)


def test_template_gates(project: Project) -> None:
    cache = project.folder / ".cache"
    cache.mkdir(exist_ok=True)
    if not (cache / "valuetask-bench").exists():  # what is kept between jobs
        (cache / "valuetask-bench").symlink_to(project.home / ".cache" / "valuetask-bench")
    sources = str(project.sources)
    done = run_job(project, BENCH_FOLDER=sources, BENCH_OPTIONS=f"--baseline {BASELINE}")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith("valuetask-bench is there\n")
    (results,) = JOB["artifacts"]["paths"]
    assert_reports(project.folder / results, 0)
    assert (project.folder / results / "gate.md").stat().st_size > 0
    options = f"--baseline {cheaper(project)}"
    done = run_job(project, BENCH_FOLDER=sources, BENCH_OPTIONS=options)
    assert done.returncode == 3, done.stdout + done.stderr
    assert_reports(project.folder / results, 1)


def test_template_keeps_what_the_gate_leaves() -> None:
    (results,) = JOB["artifacts"]["paths"]
    assert JOB["artifacts"]["reports"] == {"junit": f"{results}/gate.xml"}
    assert JOB["artifacts"]["when"] == JOB["cache"]["when"] == "always"
    (cached,) = JOB["cache"]["paths"]
    assert f"$CI_PROJECT_DIR/{cached}" == f"{JOB['variables']['XDG_CACHE_HOME']}/valuetask-bench"
    assert any(f"{results} " in line for line in JOB["script"])
    assert JOB["script"][0] == "set -f"  # nothing is made of options but words


# --- the image ---


def test_image_is_made_by_the_same_scripts() -> None:
    text = (CI / "Containerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    told = [line.split(maxsplit=1) for line in text.splitlines() if line and line[0] != "#"]
    words = "FROM COPY COPY RUN FROM COPY RUN FROM COPY LABEL ENV RUN USER WORKDIR CMD"
    assert [word for word, _ in told] == words.split()
    copied = [rest.split() for word, rest in told if word == "COPY"]
    base = "/usr/src/valuetask-bench"
    assert copied == [
        ["ci/setup.sh", f"{base}/ci/"],
        ["scripts/setup.sh", "scripts/packages.txt", f"{base}/scripts/"],
        [".", base],
        ["--from=build", "/usr/local", "/usr/local"],  # whose bin is on the PATH
    ]
    runs = [rest.split("&&")[0].split() for word, rest in told if word == "RUN"]
    assert runs[0] == [f"{base}/ci/setup.sh"]
    assert runs[1] == [f"{base}/ci/install.sh", "/usr/local"]
    said = {word: rest for word, rest in told}
    project = (ROOT / "CMakeLists.txt").read_text(encoding="utf-8")
    (version,) = re.findall(r"^project\(.* VERSION (\S+)", project, re.MULTILINE)
    assert f'image.version="{version}"' in said["LABEL"]
    assert said["USER"] != "root" and f" {said['USER']}" in text
    assert json.loads(said["CMD"])[0] == "run_bench"
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    assert {"build/", ".git/"} <= set(ignored)


# --- the actions of others ---


def test_actions_of_others_are_pinned() -> None:
    """By a commit, as a tag may be moved; and in examples by that of what this project runs."""
    paths = [*(ROOT / ".github").rglob("*.yml"), *CI.rglob("*.yml"), *(ROOT / "docs").glob("*.md")]
    pins: dict[str, set[str]] = {}
    for path in paths:
        text = path.read_text(encoding="utf-8")
        for words in re.findall(r"^[ #]*(?:- )?uses: (.*)$", text, re.MULTILINE):
            if not words.startswith(("./", "OWNER/")):
                action, _, pin = words.partition("@")
                assert re.fullmatch(r"[0-9a-f]{40} # v\d+\.\d+\.\d+", pin), f"{path}: {words}"
                pins.setdefault(action, set()).add(pin)
    assert "actions/checkout" in pins and len(pins) == 4
    assert {action: found for action, found in pins.items() if len(found) > 1} == {}


def test_pins_are_renewed_where_actions_are_used() -> None:
    path = ROOT / ".github" / "dependabot.yml"
    (update,) = yaml.safe_load(path.read_text(encoding="utf-8"))["updates"]
    assert update["package-ecosystem"] == "github-actions"
    folders = {ROOT / folder.lstrip("/") for folder in update["directories"]}
    assert folders == {ROOT, CI / "github"}  # the first stands for .github/workflows


# --- what is told of them ---


def test_page_shows_jobs_that_there_are() -> None:
    """By the names that the action and the template have."""
    page = (ROOT / "docs" / "GATE.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^( *)```yaml\n(.*?)^\1```$", page, re.MULTILINE | re.DOTALL)
    github, gitlab = (yaml.safe_load(textwrap.dedent(text)) for _, text in blocks)
    (step,) = [step for step in github["jobs"]["gate"]["steps"] if "with" in step]
    place = re.fullmatch(r"OWNER/valuetask-bench/(.*)@REVISION", step["uses"])
    assert place and (ROOT / place.group(1) / "action.yml").is_file()
    assert set(step["with"]) <= set(ACTION["inputs"])
    assert [row["local"] for row in gitlab["include"]] == ["valuetask-bench/ci/gitlab.yml"]
    assert gitlab["gate"]["extends"] in TEMPLATE
    assert set(gitlab["gate"]["variables"]) <= set(JOB["variables"])


# --- the scripts ---


def key(project: Project) -> str:
    done = project.run(str(project.sources / "ci" / "key.sh"))
    assert done.returncode == 0 and re.fullmatch(r"[0-9a-f]{16}\n", done.stdout), done.stderr
    return done.stdout


def test_key_follows_the_sources_and_no_document(project: Project) -> None:
    before = key(project)
    assert key(project) == before
    for name, is_other in [("impls/plain.c", True), ("docs/CLI.md", False)]:
        path = project.sources / name
        text = path.read_text(encoding="utf-8")
        path.write_text(text + "\n", encoding="utf-8")
        assert (key(project) != before) == is_other, name
        path.write_text(text, encoding="utf-8")
    assert key(project) == before


def test_key_follows_the_packages(project: Project) -> None:
    """All of them: gcc is a name, and what compiles is in a package that it depends on."""
    before = key(project)
    stub = project.home / "tools" / "dpkg-query"
    newer = "sed 's/^\\(cpp-.*\\) inst/\\1+1 inst/'"
    stub.write_text(f'#!/bin/sh\n/usr/bin/dpkg-query "$@" | {newer}\n', encoding="utf-8")
    stub.chmod(0o755)
    assert key(project) != before
    stub.unlink()
    assert key(project) == before


INSTALLED = CI.parent / "cmake" / "installed_sources.cmake"


def rules_after(prefix: Path) -> str:
    """Of an installed copy, once its sources are looked at."""
    command = ["cmake", f"-DCMAKE_INSTALL_PREFIX={prefix}", "-P", str(INSTALLED)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return (prefix / "lib" / "valuetask-bench" / "cells.ninja").read_text(encoding="utf-8")


def test_installed_rules_say_of_which_sources(project: Project, tmp_path: Path) -> None:
    """So that cells of other ones are in another folder, whatever is older: it is by the rules."""
    copy = tmp_path / "a prefix" / "lib" / "valuetask-bench"
    (copy / "impls").mkdir(parents=True)
    (copy / "cells.ninja").write_text("cc = 'a;b'\nflags = [$x] \\;\n", encoding="utf-8")
    (copy / "impls" / "one.c").write_text("a", encoding="utf-8")
    prefix = tmp_path / "a prefix"
    before = rules_after(prefix)
    head, _, rest = before.partition("\n")
    assert re.fullmatch("# Of sources [0-9a-f]{64}", head)
    assert rest == "cc = 'a;b'\nflags = [$x] \\;\n"
    assert rules_after(prefix) == before
    (copy / "impls" / "one.c").write_text("b", encoding="utf-8")
    after = rules_after(prefix)
    assert after != before and after.partition("\n")[2] == rest
    library = project.prefix / "lib" / "valuetask-bench"
    assert (library / "cells.ninja").read_text(encoding="utf-8").startswith("# Of sources ")


def test_another_program_takes_the_place_of_what_a_cache_had(project: Project) -> None:
    """So does one whose installation was never finished."""
    library = project.prefix / "lib" / "valuetask-bench"
    (library / "key").write_text("of an earlier one\n", encoding="utf-8")
    (library / "cells" / "old.so").touch()
    done = project.run(str(project.sources / "ci" / "install.sh"), str(project.prefix))
    assert done.returncode == 0, done.stderr
    assert "is there" not in done.stdout
    assert (library / "key").read_text() == key(project)
    assert not (library / "cells" / "old.so").exists()


@pytest.mark.parametrize(
    ("script", "arguments"), [("install.sh", []), ("gate.sh", []), ("gate.sh", ["prefix"])]
)
def test_scripts_say_how_they_are_used(script: str, arguments: list[str], tmp_path: Path) -> None:
    command = [str(CI / script), *arguments]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"Usage: ci/{script} PREFIX")
    assert list(tmp_path.iterdir()) == []
