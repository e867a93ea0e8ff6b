"""The house rules: one list of dependencies, a lock that names no host, tasks that agree, nothing of any machine."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

import wres_analysis

pytestmark = pytest.mark.unit

ROOT = Path(__file__).resolve().parents[2]
CONDA_NAMES = {
    "jupyter-client": "jupyter_client",
    "matplotlib": "matplotlib-base",  # conda-forge's `matplotlib` also brings Qt, which no report needs
}
TARGETS = ["help", "report", "test", "notebooks", "lab", "docs", "bench", "lint", "wheelhouse"]


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def project() -> dict[str, Any]:
    return tomllib.loads(text("pyproject.toml"))["project"]


@pytest.fixture(scope="module")
def declared(project: dict[str, Any]) -> dict[str, SpecifierSet]:
    """Name and bounds of every dependency in pyproject.toml, those of extras and for development included."""
    extras = project["optional-dependencies"].values()
    every = [Requirement(line) for line in [*project["dependencies"], *(line for extra in extras for line in extra)]]
    return {canonicalize_name(requirement.name): requirement.specifier for requirement in every}


@pytest.fixture(scope="module")
def locked() -> dict[str, str]:
    """Name and version of every package in the lock."""
    pins = re.findall(r"^([A-Za-z0-9._-]+)==([^\s;]+)", text("requirements.lock"), flags=re.M)
    return {canonicalize_name(name): version for name, version in pins}


def test_conda_and_pip_ask_for_the_same(declared: dict[str, SpecifierSet], project: dict[str, Any]) -> None:
    environment = yaml.safe_load(text("environment.yml"))
    assert environment["name"] == project["name"]
    conda = {r.name: r.specifier for r in map(Requirement, environment["dependencies"])}
    assert conda.pop("python") == SpecifierSet(project["requires-python"])
    assert conda.pop("pip") == SpecifierSet()
    assert conda == {CONDA_NAMES.get(name, name): bounds for name, bounds in declared.items()}


def test_every_dependency_has_a_lower_bound(declared: dict[str, SpecifierSet]) -> None:
    assert [name for name, bounds in declared.items() if not any(s.operator == ">=" for s in bounds)] == []


def imported(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield each module that the files of a folder import, wherever in the file, and the file's name."""
    for path in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                yield from ((alias.name.partition(".")[0], path.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                yield node.module.partition(".")[0], path.name


@pytest.mark.parametrize(("folder", "extras"), [("src", ["office"]), ("tests", ["dev", "office"])])
def test_everything_imported_is_declared(folder: str, extras: list[str], project: dict[str, Any]) -> None:
    """A package that only another package brings may leave with that package's next release."""
    lists = [project["dependencies"], *(project["optional-dependencies"][extra] for extra in extras)]
    known = {canonicalize_name(Requirement(line).name) for lines in lists for line in lines}
    ours = {"wres_analysis", *(path.stem for path in (ROOT / "tests").rglob("*.py"))}
    distributions = packages_distributions()
    undeclared = {
        f"{module} ({name})"
        for module, name in imported(ROOT / folder)
        if module not in sys.stdlib_module_names | ours
        and not {canonicalize_name(d) for d in distributions.get(module, [])} & known
    }
    assert undeclared == set()


def test_lock_holds_every_dependency_within_its_bounds(
    declared: dict[str, SpecifierSet], locked: dict[str, str]
) -> None:
    outside = {name: locked.get(name) for name, bounds in declared.items() if locked.get(name, "0") not in bounds}
    assert outside == {}


def test_lock_pins_every_package_by_hash(locked: dict[str, str]) -> None:
    blocks = re.split(r"\n(?=[A-Za-z0-9])", text("requirements.lock"))[1:]
    assert len(blocks) == len(locked) > 100
    assert [block.split()[0] for block in blocks if not re.search(r"--hash=sha256:[0-9a-f]{64}\b", block)] == []


def test_lock_names_no_host_and_no_path() -> None:
    lock = text("requirements.lock")
    assert re.findall(r"\w+://.*|file:.*", lock) == []
    assert re.findall(r"^-.*", lock, flags=re.M) == []  # options of pip, such as an index
    assert re.findall(r"#.*[\s(]/\w.*", lock) == []  # absolute paths in the header or the "via" comments


def test_make_targets_are_tasks_in_the_order_of_help(tasks: ModuleType) -> None:
    found = re.search(r"^TASKS := (.*)$", text("Makefile"), flags=re.M)
    assert found
    assert found[1].split() == TARGETS == [name for name in tasks.TASKS if name != "setup"]
    assert [name for name, task in tasks.TASKS.items() if not (task.__doc__ or "").strip()] == []


def test_every_place_agrees_on_the_pythons(tasks: ModuleType, project: dict[str, Any]) -> None:
    (oldest, newest), allowed = tasks.PYTHONS, SpecifierSet(project["requires-python"])
    minors = [minor for minor in range(30) if f"3.{minor}" in allowed]
    assert (minors[0], minors[-1]) == (oldest[1], newest[1])
    assert f"{oldest} <= sys.version_info[:2] <= {newest}" in text("Makefile")
    listed = [c.rpartition(" ")[2] for c in project["classifiers"] if "Python :: 3." in c]
    assert listed == [f"3.{minor}" for minor in minors]
    assert f"--python-version {oldest[0]}.{oldest[1]} " in text("requirements.lock").splitlines()[1]


def test_citation_names_this_version(project: dict[str, Any]) -> None:
    citation = yaml.safe_load(text("CITATION.cff"))
    assert (citation["title"], citation["license"]) == (project["name"], project["license"])
    assert str(citation["version"]) == wres_analysis.__version__


def test_licence_covers_code_and_names_the_terms_of_published_data() -> None:
    licence = " ".join(text("LICENSE").split())
    assert licence.startswith("MIT License")
    assert "Contains public sector information licensed under the Open Government Licence v3.0." in licence


def test_hooks_work_offline_and_keep_the_outputs_of_notebooks() -> None:
    repos = yaml.safe_load(text(".pre-commit-config.yaml"))["repos"]
    assert {repo["repo"] for repo in repos} == {"local"}
    hooks = [hook for repo in repos for hook in repo["hooks"]]
    assert {hook["language"] for hook in hooks} == {"system"}
    assert [hook["id"] for hook in hooks if re.search(r"strip|clear-?output", str(hook), flags=re.I)] == []
    assert [hook["id"] for hook in hooks if not hook["entry"].startswith("python -m ")] == []


def tracked_texts() -> Iterator[tuple[str, str]]:
    """Yield the name and the text of every text file that git tracks."""
    if not shutil.which("git") or not (ROOT / ".git").exists():
        pytest.skip("no git, or no checkout")
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    for name in names.decode().split("\0"):
        path = ROOT / name
        if name and path.is_file():
            content = path.read_bytes()
            if b"\0" not in content:
                yield name, content.decode("utf-8", errors="replace")


def test_no_tracked_file_names_a_package_index_or_a_path_of_a_machine() -> None:
    # Written in pieces, so that this file does not name them either.
    hosts = ["pypi" + ".org", "python" + "hosted", "anaconda" + ".org", "--index" + "-url", "--extra-index" + "-url"]
    roots = ["home", "root", "work", "tmp", "opt", "mnt", "private", "Users"]
    # A slash that follows a word, a dot or another slash belongs to an address or to a path inside the project.
    # /home/anne is nobody's: the tests use it as the example of what must not be there.
    path = re.compile(
        r"(?<![\w./~}*%-])/(?!home/a(?:nne)?\b)(?:" + "|".join(roots) + r")/\w|\b[A-Z]:\\+Users\\+(?!anne)\w"
    )
    found = []
    for name, content in tracked_texts():
        for number, line in enumerate(content.splitlines(), start=1):
            host = next((host for host in hosts if host in line), None)
            if host or path.search(line):
                found.append(f"{name}:{number}: {line.strip()[:100]}")
    assert found == []
