# mypy: ignore-errors
"""The board and the workforce as two shares, part by part."""

import numpy as np
import pandas as pd
import pytest
from handmade import COMPARISON, STANDARD, both, observed, organisations, panel_data

from wres_analysis.profiles.board import BOARD_COLUMNS, board_rows
from wres_analysis.profiles.frames import Subject
from wres_analysis.profiles.trust import trust_profile

pytestmark = pytest.mark.unit

PARTS = next(i for i in STANDARD.indicators.values() if i.form == "difference").strata


def rows(*records, codes=("RZ1",)) -> pd.DataFrame:
    subjects = (Subject("trust", "Trust RZ1", frozenset(["RZ1"])), Subject("england", "England", frozenset(codes)))
    orgs = organisations(*((code, "London", "Acute") for code in codes))
    frame = board_rows(panel_data(*records, orgs=orgs).values, 2025, subjects, STANDARD)
    return frame.set_index(["part", "subject"])


def seats(code: str, part: str, members: int, of: int) -> list:
    return both(code, "ind9", 2025, (of - members, of), (members, of), stratum=part)


def workforce(code: str, n: int, of: int) -> dict:
    return observed(code, "workforce_share", 2025, n, of, group=COMPARISON)


def test_each_part_has_its_two_shares() -> None:
    told = rows(
        *[seats("RZ1", part, 2, of) for part, of in zip(PARTS, (16, 10, 5), strict=True)], workforce("RZ1", 250, 1000)
    )
    mine = told.xs("trust", level="subject")
    assert list(mine["share"]) == [12.5, 20.0, 40.0]
    assert list(mine["workforce"]) == [25.0] * 3
    assert list(mine["difference"]) == [-12.5, -5.0, 15.0]


def test_the_counts_of_trusts_are_added_and_shares_are_not_averaged() -> None:
    told = rows(
        seats("RZ1", PARTS[0], 0, 10), seats("RZ2", PARTS[0], 6, 20), workforce("RZ1", 100, 1000),
        workforce("RZ2", 300, 500), codes=("RZ1", "RZ2"),
    )  # fmt: skip
    england = told.loc[(PARTS[0], "england")]
    assert (england["n_trusts"], england["share"]) == (2, 20.0)
    assert england["workforce"] == pytest.approx(100 * 400 / 1500)


def test_a_workforce_of_other_trusts_is_not_set_beside_a_board() -> None:
    told = rows(
        seats("RZ1", PARTS[0], 1, 10), seats("RZ2", PARTS[0], 1, 10), workforce("RZ1", 1, 4), codes=("RZ1", "RZ2")
    )
    assert np.isnan(told.loc[(PARTS[0], "england"), "workforce"])
    assert told.loc[(PARTS[0], "trust"), "difference"] == pytest.approx(-15)


def test_parts_without_counts_are_said_to_have_none() -> None:
    told = rows(workforce("RZ1", 1, 4))
    assert set(told["status"]) == {"no_data"}


def test_the_profile_holds_it() -> None:
    panel = panel_data(seats("RZ1", PARTS[1], 2, 10), workforce("RZ1", 1, 4), orgs=organisations(("RZ1",)))
    frame = trust_profile(panel, "RZ1").board
    assert list(frame.columns) == list(BOARD_COLUMNS)
    assert (frame["status"] == "observed").sum() == 2  # the trust, and England of this one trust
