# mypy: ignore-errors
"""Priorities: chosen by probability and never by place, up to three, none where nothing is clear."""

import numpy as np
import pandas as pd
import pytest
from handmade import STANDARD, annual, both

from wres_analysis.profiles.disparity import disparity
from wres_analysis.profiles.priorities import (
    MOST_PRIORITIES,
    PRIORITY_COLUMNS,
    PRIORITY_PROBABILITY,
    priority_rows,
)

pytestmark = pytest.mark.unit


def frame(*rows: tuple) -> pd.DataFrame:
    """Rows of one trust: number of the indicator, probability, posterior mean, status."""
    return pd.DataFrame(
        [
            {"indicator": f"ind{n}", "number": n, "title": f"T{n}", "org_code": "RZ1", "probability_worse": p,
             "posterior_mean": mean, "status": status, "n_trusts": 40, "reason": "why" if status != "ok" else ""}
            for n, p, mean, status in rows
        ]
    )  # fmt: skip


def chosen(*rows: tuple) -> list[int]:
    out = priority_rows(frame(*rows), "RZ1")
    return list(out.loc[out["chosen"], "number"])


def why(*rows: tuple) -> dict[int, str]:
    out = priority_rows(frame(*rows), "RZ1")
    return dict(zip(out["number"], out["why"], strict=True))


def test_the_most_probable_come_first_and_no_more_than_three() -> None:
    rows = [(2, 0.93, 1.0, "ok"), (5, 0.99, 1.0, "ok"), (6, 0.91, 1.0, "ok"), (8, 0.97, 1.0, "ok")]
    assert chosen(*rows) == [5, 8, 2]
    assert why(*rows)[6] == "enough"
    assert len(chosen(*rows)) == MOST_PRIORITIES


def test_the_threshold_is_met_and_not_passed_by() -> None:
    assert chosen((2, PRIORITY_PROBABILITY, 1.0, "ok"), (5, PRIORITY_PROBABILITY - 1e-5, 1.0, "ok")) == [2]


def test_equals_stand_in_the_order_of_the_standard() -> None:
    assert chosen((8, 1 - 1e-9, 1.0, "ok"), (5, 1 - 2e-9, 1.0, "ok")) == [5, 8]


def test_worse_than_average_and_still_no_disadvantage_is_no_priority() -> None:
    assert why((2, 0.99, -0.2, "ok")) == {2: "not_disadvantaged"}


@pytest.mark.parametrize("status", ["no_spread", "too_imprecise", "no_base", "no_ratio", "too_few_trusts"])
def test_what_cannot_be_compared_is_not_chosen(status: str) -> None:
    p = 0.99 if status == "no_spread" else np.nan
    assert why((3, p, 1.0, status)) == {3: "not_compared"}


def test_a_trust_without_rows_has_none() -> None:
    out = priority_rows(frame((2, 0.99, 1.0, "ok")), "RZ9")
    assert (len(out), list(out.columns)) == (0, list(PRIORITY_COLUMNS))


def test_a_small_trust_with_the_largest_gap_is_passed_over_for_a_large_one() -> None:
    """Planted: the gap of the small trust is the larger, and could be chance; that of the large one could not."""
    rows = [both(f"RA{n}", "ind8", 2025, (60, 1000), (110 + n, 1000)) for n in range(10)]
    rows += [both(f"RB{n}", "ind8", 2025, (60, 1000), (70 + n, 1000)) for n in range(10)]
    rows += [both("RC1", "ind8", 2025, (60, 1000), (3, 15)), both("RC2", "ind8", 2025, (300, 5000), (900, 5000))]
    among = disparity(annual(*rows), 2025, STANDARD).set_index("org_code", drop=False)
    assert among.at["RC1", "observed"] > among.at["RC2", "observed"] > 10
    assert list(priority_rows(among, "RC1")["chosen"]) == [False]
    assert list(priority_rows(among, "RC2")["chosen"]) == [True]
