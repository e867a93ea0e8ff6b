"""What every test can rely on: a marker that says its size, no figure left open, the real files where they are."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Generator, Iterator
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import settings

# The same examples each time, however slow the machine: a test fails because of a change, not by chance. To search
# further: python tasks.py test tests --hypothesis-profile=default
settings.register_profile("house", derandomize=True, deadline=None)
settings.load_profile("house")

MARKERS = {"unit", "integration", "e2e"}
ROOT = Path(__file__).resolve().parents[1]


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Refuse tests that do not say, by exactly one marker, whether they are unit, integration or e2e.

    A failed report, unlike an exception, also reaches the reader when the tests are spread over processes.
    """
    report = yield
    tests = [node for node in report.result or [] if isinstance(node, pytest.Function)]  # not the cells of notebooks
    offenders = [t.nodeid for t in tests if len(MARKERS & {marker.name for marker in t.iter_markers()}) != 1]
    if offenders:
        report.outcome = "failed"
        report.longrepr = f"Give each of these one marker of {', '.join(sorted(MARKERS))}:\n" + "\n".join(offenders)
    return report


@pytest.fixture(autouse=True)
def _close_figures() -> Iterator[None]:
    """Close what a test drew, without importing matplotlib for those that draw nothing."""
    yield
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close("all")


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the settings of the person's shell out of the tests; what is written bears a fixed date."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1767225600")  # 1 January 2026
    monkeypatch.setenv("MPLBACKEND", "agg")
    for name in ("PYTHONHASHSEED", "COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Return the folder of real published files that WRES_REAL_DATA names; without it the test is skipped."""
    named = os.environ.get("WRES_REAL_DATA", "")
    if not named:
        pytest.skip("WRES_REAL_DATA does not name a folder of published files")
    folder = Path(ROOT, named)
    if not folder.is_dir():
        pytest.fail(f"WRES_REAL_DATA names '{named}', which is no folder")
    return folder


@pytest.fixture(scope="session")
def tasks() -> ModuleType:
    """Return ``tasks.py``, which is no part of the package, as a module."""
    spec = importlib.util.spec_from_file_location("tasks", ROOT / "tasks.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
