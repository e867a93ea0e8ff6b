"""Lines through the annual series of a panel: what all trusts tell of a measure goes into the line of each.

One correlation of neighbouring years is estimated for each thing that is followed, from all trusts together, and is
used for its trusts, regions and England alike. Where values are samples, a trust's excess variance is also no less
than that of all trusts together times the correlation: how years resemble one another shows in one noisy series so
little that intervals which rest on that series alone are too narrow.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from wres_analysis.stats.pooled_slopes import pool_slopes, pooled_excess
from wres_analysis.stats.serial import Memory, pooled_memory
from wres_analysis.stats.trend import Trend, fit_trends

__all__ = ["FOLLOWED", "Grids", "england_columns", "fit_lines", "memory_columns", "pooled_columns", "say_memory"]

FloatArray = npt.NDArray[np.float64]

#: What names the thing that is followed.
FOLLOWED = ["measure", "form", "group"]


class Grids:
    """The used values and variances of series by year, and the first and last year of each."""

    def __init__(self, points: pd.DataFrame, place: npt.NDArray[Any], n: int, years: npt.NDArray[Any]) -> None:
        used = points["used"].to_numpy()
        column = points["wres_year"].to_numpy() - years[0]
        self.years = years
        self.y, self.v = np.full((n, len(years)), np.nan), np.full((n, len(years)), np.nan)
        self.y[place[used], column[used]] = points["value"].to_numpy()[used]
        self.v[place[used], column[used]] = points["variance"].to_numpy()[used]
        given = ~np.isnan(self.y)
        self.some = given.any(axis=1)
        self.first = np.where(self.some, years[given.argmax(axis=1)], np.nan)
        self.last = np.where(self.some, years[::-1][given[:, ::-1].argmax(axis=1)], np.nan)


def fit_lines(row: pd.DataFrame, grids: Grids, sampled: npt.NDArray[np.bool_]) -> tuple[Trend, list[Memory]]:
    """Fit every series, and return with the lines the memory that each was given.

    Parameters
    ----------
    row
        One row a series: ``measure, form, group, subject``.
    grids
        Its values.
    sampled
        Whether the values of each series are samples.
    """
    n = len(row)
    trusts = row["subject"].to_numpy() == "trust"
    rho, least = np.zeros(n), np.zeros(n)
    memories: list[Memory] = [None] * n  # type: ignore[list-item]  # every row belongs to one group
    for at in row.groupby(FOLLOWED, sort=False).indices.values():
        own = at[trusts[at]]
        memory = pooled_memory(grids.y[own], grids.v[own], grids.years)
        rho[at] = memory.rho
        if sampled[at[0]]:
            least[own] = memory.rho * pooled_excess(grids.y[own], grids.v[own], grids.years, rho=memory.rho)
        for k in at:
            memories[k] = memory
    parts = [
        fit_trends(grids.y[rows], grids.v[rows], grids.years, rho=rho[rows], least=least[rows])
        for rows in (sampled, ~sampled)
    ]
    order = np.argsort(np.concatenate([np.flatnonzero(sampled), np.flatnonzero(~sampled)]))
    together = {
        name: np.concatenate([getattr(part, name) for part in parts])[order]
        for name in (
            "slope", "slope_se", "low", "high", "centre", "level", "level_se", "tau2", "q", "n_years", "df", "status",
        )
    }  # fmt: skip
    return Trend(**together, confidence=parts[0].confidence), memories


def memory_columns(memories: list[Memory], fit: Trend, sampled: npt.NDArray[np.bool_]) -> dict[str, Any]:
    """What was allowed for between neighbouring years, for rows that have an interval."""
    ok = fit.status == "ok"
    names = {"lag1": "rho", "lag1_estimate": "estimate", "lag1_se": "se", "likeness": "likeness"}
    return {
        "sampled": sampled,
        **{name: np.where(ok, [getattr(m, field) for m in memories], np.nan) for name, field in names.items()},
        "lag1_n": np.where(ok, [m.n_series for m in memories], 0),
        "lag1_source": np.where(ok, [m.status for m in memories], ""),
    }


def say_memory(rho: float, estimate: float, se: float, n: int, source: str) -> str:
    """Say what was allowed for between neighbouring years; blank where there is no interval."""
    if not source:
        return ""
    said = f"The interval allows for years that resemble the year before, with a correlation of {rho:.2f}"
    if source == "estimated":
        return f"{said} (estimated from {n} trusts as {estimate:.2f}; one standard error, {se:.2f}, is added)."
    return f"{said}, which is assumed: these series are too few or too short to tell it."


def pooled_columns(
    row: pd.DataFrame, grids: Grids, memories: list[Memory], sense: npt.NDArray[Any], fit: Trend
) -> dict[str, Any]:
    """The slope of each trust drawn to those of the others, and the mean slope of the trusts; areas have none."""
    n = len(row)
    names = ("pooled_slope", "pooled_se", "pooled_low", "pooled_high", "pooled_tau", "mean_slope", "slope_sd",
             "pooled_shared_se", "mean_low", "mean_high")  # fmt: skip
    out: dict[str, Any] = {name: np.full(n, np.nan) for name in names}
    status, count = np.full(n, "not_applicable", dtype=object), np.zeros(n, dtype=np.int64)
    rising, method = fit.probability_rising(), np.where(fit.status == "ok", "own", "").astype(object)
    trusts = row["subject"].to_numpy() == "trust"
    for _, part in row[trusts].groupby(FOLLOWED, sort=False):
        at = part.index.to_numpy()
        memory = memories[at[0]]
        # Too high a correlation of each trust's own years would draw slopes together too far: no allowance is added.
        # An estimate that is hardly known may be anywhere; above what is assumed it would draw all slopes together.
        own = min(memory.estimate, memory.rho) if np.isfinite(memory.estimate) else memory.rho
        pooled = pool_slopes(grids.y[at], grids.v[at], grids.years, rho=own, shared_rho=memory.rho)
        ok = pooled.status == "ok"
        mu, low, high = pooled.mean_slope()
        for name, numbers in (
            ("pooled_slope", pooled.mean), ("pooled_se", pooled.sd), ("pooled_low", pooled.low),
            ("pooled_high", pooled.high), ("pooled_tau", pooled.tau2**0.5), ("mean_slope", mu),
            ("slope_sd", pooled.shrunken.fit.tau2**0.5), ("pooled_shared_se", pooled.shared_se), ("mean_low", low),
            ("mean_high", high),
        ):  # fmt: skip
            out[name][at] = np.where(ok, numbers, np.nan)
        status[at], count[at] = pooled.status, pooled.shrunken.fit.n_units
        rising[at] = np.where(ok, pooled.probability_rising(), rising[at])
        method[at] = np.where(ok, "pooled", method[at])
    has_sense = (sense != 0) & ~np.isnan(rising)
    return {
        **out,
        "pooled_status": status,
        "pooled_n": count,
        "p_improving": np.where(has_sense, np.where(sense > 0, rising, 1 - rising), np.nan),
        "p_method": np.where(has_sense, method, ""),
    }


def england_columns(row: pd.DataFrame) -> dict[str, Any]:
    """England's slope beside each trust's: from the counts added up, else the mean of the trusts' slopes."""
    wanted = ["slope", "ci_low", "ci_high", "first_year", "last_year"]
    whole = row[(row["subject"] == "england") & (row["trust_set"] == "all") & (row["status"] == "ok")]
    beside = row[FOLLOWED].merge(whole[[*FOLLOWED, *wanted]], on=FOLLOWED, how="left")
    trust = row["subject"].to_numpy() == "trust"
    counted = trust & beside["slope"].notna().to_numpy()
    # Every trust of a measure has one mean beside it; those without a pooled slope of their own take it from the rest.
    mean = row[FOLLOWED].merge(
        row[trust & row["mean_slope"].notna()].drop_duplicates(FOLLOWED)[[*FOLLOWED, "mean_slope", "mean_low",
                                                                         "mean_high"]],
        on=FOLLOWED, how="left",
    )  # fmt: skip
    averaged = trust & ~counted & mean["mean_slope"].notna().to_numpy()
    out: dict[str, Any] = {}
    for name, own, other in (
        ("england_slope", "slope", "mean_slope"), ("england_low", "ci_low", "mean_low"),
        ("england_high", "ci_high", "mean_high"),
    ):  # fmt: skip
        out[name] = np.where(counted, beside[own], np.where(averaged, mean[other], np.nan))
    for name, own in (("england_first_year", "first_year"), ("england_last_year", "last_year")):
        out[name] = np.where(counted, beside[own], np.nan)
    out["england_basis"] = np.where(counted, "counts", np.where(averaged, "mean_of_trusts", ""))
    return out
