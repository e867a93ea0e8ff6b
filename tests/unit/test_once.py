# mypy: ignore-errors
"""What all reports share is worked out once, is the same with and without, and is never somebody else's."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from wres_analysis.once import FOLDER, once

pytestmark = pytest.mark.unit


@pytest.fixture
def frame() -> pd.DataFrame:
    return pd.DataFrame({"code": ["A", None], "n": [1.5, np.nan], "when": pd.to_datetime(["2025-03-31", None])})


class Counter:
    """Counts how often something is worked out."""

    def __init__(self, result: object) -> None:
        self.result, self.times = result, 0

    def __call__(self) -> object:
        self.times += 1
        return self.result


def test_without_a_run_everything_is_worked_out(frame, monkeypatch):
    monkeypatch.delenv(FOLDER, raising=False)
    work = Counter(frame)
    assert once("x", (frame,), work) is frame
    assert once("x", (frame,), work) is frame
    assert work.times == 2


def test_in_a_run_it_is_worked_out_once_and_comes_back_exactly(frame, monkeypatch, tmp_path):
    monkeypatch.setenv(FOLDER, str(tmp_path))
    work = Counter(frame)
    for _ in range(3):
        pd.testing.assert_frame_equal(once("x", (frame, 2025), work), frame, check_exact=True)
    assert work.times == 1
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize(
    "change",
    [
        lambda f: f.assign(n=[1.5, 0.0]),
        lambda f: f.assign(code=["A", "None"]),
        lambda f: f.rename(columns={"n": "m"}),
        lambda f: f.iloc[::-1],
        lambda f: f.iloc[:1],
        lambda f: f.astype({"n": "float32"}),
    ],
)
def test_other_contents_are_another_thing(frame, monkeypatch, tmp_path, change):
    monkeypatch.setenv(FOLDER, str(tmp_path))
    once("x", (frame, 2025), Counter("first"))
    assert once("x", (change(frame), 2025), Counter("second")) == "second"
    assert once("x", (frame, 2024), Counter("third")) == "third"
    assert once("y", (frame, 2025), Counter("fourth")) == "fourth"
    assert once("x", (frame.copy(), 2025), Counter("fifth")) == "first"


def test_file_that_is_torn_and_folder_that_is_gone_do_no_harm(frame, monkeypatch, tmp_path):
    monkeypatch.setenv(FOLDER, str(tmp_path))
    once("x", (1,), Counter("whole"))
    (kept,) = tmp_path.iterdir()
    kept.write_bytes(kept.read_bytes()[:5])
    assert once("x", (1,), Counter("again")) == "again"
    monkeypatch.setenv(FOLDER, str(tmp_path / "gone"))
    assert once("x", (1,), Counter("alone")) == "alone"
