"""The wheelhouse takes what the other machine needs, not what this one does."""

from __future__ import annotations

import sys
from types import ModuleType

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement

pytestmark = pytest.mark.integration

# What the packages themselves say: consoles of Windows and of POSIX, sound on macOS, a back-port for 3.11.
ONLY_THERE = {
    ("win_amd64", "3.11"): {"colorama", "pywinpty", "overrides"},
    ("win_arm64", "3.14"): {"colorama", "pywinpty"},
    ("manylinux_2_28_x86_64", "3.11"): {"pexpect", "ptyprocess", "overrides"},
    ("macosx_14_0_arm64", "3.13"): {"pexpect", "ptyprocess", "appnope"},
}


def wanted(tasks: ModuleType, environment: dict[str, str]) -> dict[str, list[str]]:
    """Return the hashes of each requirement kept for a target, by name."""
    lines = tasks.locked_for(tasks.LOCK.read_text(encoding="utf-8"), environment).splitlines()
    return {Requirement(line.split(" --hash=")[0]).name: line.split(" --hash=")[1:] for line in lines}


@pytest.mark.parametrize("target", ONLY_THERE)
def test_packages_of_one_platform_go_to_that_platform_alone(tasks: ModuleType, target: tuple[str, str]) -> None:
    names = set(wanted(tasks, tasks.target_environment(*target)))
    particular = set().union(*ONLY_THERE.values())
    assert names & particular == ONLY_THERE[target]
    assert {"pandas", "jupyterlab", "hatchling"} <= names


def test_every_kept_requirement_keeps_all_its_hashes(tasks: ModuleType) -> None:
    lock = tasks.LOCK.read_text(encoding="utf-8")
    kept = wanted(tasks, tasks.target_environment("win_amd64", "3.12"))
    assert min(map(len, kept.values())) >= 1
    dropped = {"appnope", "overrides", "pexpect", "ptyprocess"}
    blocks = {block.split("==")[0]: block for block in lock.split("\n") if "==" in block and not block.startswith(" ")}
    assert set(blocks) - set(kept) == dropped
    assert sum(map(len, kept.values())) < lock.count("--hash=sha256:")
    assert len(kept["pandas"]) == lock.split("\npandas==")[1].split("\n    #")[0].count("--hash=")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the tag below is that of Linux")
def test_markers_of_this_machine_agree_with_packaging(tasks: ModuleType) -> None:
    here: dict[str, str] = {**default_environment()}  # type: ignore[dict-item]
    built = tasks.target_environment(f"manylinux_2_28_{here['platform_machine']}", tasks.this_python())
    told = {"platform_release", "platform_version", "python_full_version", "implementation_version"}
    assert {k: v for k, v in built.items() if k not in told} == {
        k: v for k, v in here.items() if k in built.keys() - told
    }
    assert wanted(tasks, built) == wanted(tasks, here)


def test_an_unknown_platform_is_refused(tasks: ModuleType) -> None:
    with pytest.raises(SystemExit, match="Unknown platform tag 'amiga'"):
        tasks.target_environment("amiga", "3.12")


def test_a_manylinux_takes_older_wheels_too(tasks: ModuleType) -> None:
    tags = tasks.wheel_tags("manylinux_2_28_x86_64")
    assert tags[:2] == ["manylinux_2_28_x86_64", "manylinux_2_27_x86_64"]
    assert {"manylinux_2_17_x86_64", "manylinux2014_x86_64", "manylinux1_x86_64"} <= set(tags)
    assert tasks.wheel_tags("win_amd64") == ["win_amd64"]
