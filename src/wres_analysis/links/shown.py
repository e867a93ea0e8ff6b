"""What a notebook shows of a plan's results: frames for its pictures, made from the result frame alone.

Tests differ in their units. So that they can stand in one picture, estimates and limits are given as multiples of the
smallest effect of interest that the plan set for the test: beyond 1 or -1 is of interest, whatever the outcome.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from wres_analysis.errors import RequestError
from wres_analysis.links.made import COMPLETE_CASE
from wres_analysis.links.plan import Plan, read_plan
from wres_analysis.links.run import LinksResult
from wres_analysis.links.tasks import FALSIFICATION, NEGATIVE_CONTROL
from wres_analysis.resources import share

__all__ = [
    "answers", "beside", "corrected", "detectable", "grid", "open_plan", "probabilities", "standing_beside",
    "thresholds", "variants",
]  # fmt: skip

#: Columns of the frames of estimates: one row is one mark of a picture.
MARK_COLUMNS = ["test_id", "series", "estimate", "low", "high"]


def open_plan(path: str) -> Plan:
    """Read a plan; one of the kit is found wherever the notebook runs.

    Parameters
    ----------
    path
        A file. Where it is not there, but lies in a folder ``plans`` and has the name of a plan that ships with the
        kit, it is that one.

    Raises
    ------
    RequestError
        If there is no such file.
    InputError
        If it is no plan.
    """
    place = Path(path)
    if place.is_file():
        return read_plan(place)
    if place.parent.name == "plans":
        try:
            return read_plan(share("plans", place.name))
        except RequestError:
            pass
    raise RequestError(f"There is no plan '{path}'. Name a TOML file; docs/plans.md says what stands in it.")


def answers(result: LinksResult, *, role: str = "") -> pd.DataFrame:
    """The row that answers each test of a role (all declared tests if blank), in the order of the plan."""
    frame = result.frame
    first = frame[(frame["of"] == "") & (frame["variant"] == COMPLETE_CASE)].drop_duplicates("test_id")
    return (first[first["role"] == role] if role else first).reset_index(drop=True)


def beside(result: LinksResult, test_id: str) -> pd.DataFrame:
    """The rows that check a test, the answering term of each, in order."""
    rows = result.frame[result.frame["of"] == test_id]
    return rows.drop_duplicates(["test_id", "variant"]).reset_index(drop=True)


def _marks(rows: pd.DataFrame, series: Any, columns: tuple[str, str, str], test_id: Any = None) -> pd.DataFrame:
    """Estimates and limits as multiples of the smallest effect of interest; what has none is left out."""
    size = rows["sesoi"]
    made = pd.DataFrame({"test_id": rows["test_id"] if test_id is None else test_id, "series": series})
    for name, column in zip(MARK_COLUMNS[2:], columns, strict=True):
        made[name] = rows[column] / size
    return made[np.isfinite(made["estimate"])].reset_index(drop=True)


_AS_FOUND = ("estimate", "ci_low", "ci_high")
_CORRECTED = ("estimate_disattenuated", "dis_ci_low", "dis_ci_high")


def corrected(result: LinksResult, role: str = "primary") -> pd.DataFrame:
    """Each estimate ``observed`` and ``corrected`` for the sampling error of its exposure.

    Returns
    -------
    pandas.DataFrame
        :data:`MARK_COLUMNS`, in multiples of the smallest effect of interest. A limit may be infinite.
    """
    rows = answers(result, role=role)
    return pd.concat([_marks(rows, "observed", _AS_FOUND), _marks(rows, "corrected", _CORRECTED)], ignore_index=True)


def standing_beside(result: LinksResult, role: str = "primary") -> pd.DataFrame:
    """Each estimate as ``test``, its ``reverse`` lag and its negative ``control``; columns as :func:`corrected`."""
    frame = result.frame[result.frame["variant"] == COMPLETE_CASE].drop_duplicates("test_id")
    rows = answers(result, role=role)
    parts = [_marks(rows, "test", _AS_FOUND)]
    for word, series in ((FALSIFICATION, "reverse"), (NEGATIVE_CONTROL, "control")):
        others = frame[(frame["role"] == word) & frame["of"].isin(rows["test_id"])]
        parts.append(_marks(others, series, _AS_FOUND, others["of"]))
    return pd.concat(parts, ignore_index=True)


def variants(result: LinksResult, role: str = "primary") -> pd.DataFrame:
    """Each estimate under each treatment of missing values and small bases; ``series`` is the variant."""
    rows = answers(result, role=role)
    frame = result.frame
    others = frame[(frame["variant"] != COMPLETE_CASE) & frame["of"].isin(rows["test_id"])]
    others = others.drop_duplicates(["test_id", "variant"])
    return pd.concat(
        [_marks(rows, COMPLETE_CASE, _AS_FOUND), _marks(others, others["variant"], _AS_FOUND, others["of"])],
        ignore_index=True,
    )


def detectable(result: LinksResult) -> pd.DataFrame:
    """What each test could have seen, in multiples of the smallest effect of interest.

    Returns
    -------
    pandas.DataFrame
        ``test_id, family, role, detectable`` (found four times in five if it were so) and ``demonstrable`` (the
        smallest effect of interest that could have been ruled out).
    """
    rows = answers(result)
    made = rows[["test_id", "family", "role"]].assign(
        detectable=rows["mde_80"] / rows["sesoi"], demonstrable=rows["smallest_demonstrable"] / rows["sesoi"]
    )
    return made[np.isfinite(made["detectable"])].reset_index(drop=True)


def grid(result: LinksResult, family: str) -> pd.DataFrame:
    """The tests of a family as a grid of exposures and outcomes.

    Returns
    -------
    pandas.DataFrame
        ``test_id, exposure, outcome, lag, model, status, std_estimate, p`` (the adjusted one that decides) and
        ``told_apart``: whether that p is below the level of the plan.
    """
    rows = answers(result)
    rows = rows[rows["family"] == family].reset_index(drop=True)
    accounts, alpha = result.about["tests"], result.about["plan"]["alpha"]
    deciding = [accounts[name].get("evidence", {}).get("p", "p_value") for name in rows["test_id"]]
    p = np.array([rows.at[at, column] for at, column in enumerate(deciding)], dtype="float64")
    names = ["test_id", "exposure", "outcome", "lag", "model", "status", "std_estimate"]
    return rows[names].assign(p=p, told_apart=p < alpha)


def _details(result: LinksResult, name: str) -> pd.DataFrame:
    rows = [
        {"test_id": test_id, **one}
        for test_id, account in result.about["tests"].items()
        for detail in account.get("detail", {}).values()
        for one in detail.get(name, ())
        if test_id in set(answers(result)["test_id"])
    ]
    return pd.DataFrame(rows)


def probabilities(result: LinksResult) -> pd.DataFrame:
    """Predicted probabilities of each category of the ordinal tests that have them.

    Returns
    -------
    pandas.DataFrame
        ``test_id, quantile, exposure, category, estimate, std_error, low, high``; no row where no test has any.
    """
    found = _details(result, "probabilities")
    return found[np.isfinite(found["estimate"])].reset_index(drop=True) if len(found) else found


def thresholds(result: LinksResult) -> pd.DataFrame:
    """Thresholds of the ordinal tests: ``test_id, up_to, estimate, std_error, low, high``, on the log odds."""
    return _details(result, "thresholds")
