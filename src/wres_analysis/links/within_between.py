"""Within and between trusts: how years differ from their trust's mean, and how trusts' means differ, side by side."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import nan
from typing import Any

import numpy as np

from wres_analysis.links.design import Design, FloatArray
from wres_analysis.links.estimates import Estimate, without
from wres_analysis.links.mixed import Inference, about_trusts, rows_are_not_independent
from wres_analysis.links.plan import Test
from wres_analysis.links.years import is_year, year_columns
from wres_analysis.stats.linear import group_codes, group_sums
from wres_analysis.stats.mixed import mixed

__all__ = ["BETWEEN", "WITHIN", "fit_within_between"]

WITHIN, BETWEEN = "within", "between"
#: What is left of a column within trusts, or beside other columns, below which it says nothing new.
_NOTHING = 1e-8


def fit_within_between(design: Design, test: Test, *, alpha: float, seed: int, draws: int) -> tuple[Estimate, ...]:
    """Fit a random intercept with the exposure in two parts: its deviation from the trust's mean, and that mean.

    Numbers among the adjusters are split the same way, and so are the years: a mean of a year's dummy is the share
    of a trust's rows that are of that year, which differs where rows are missing. So the estimate within is that of
    two-way fixed effects, whatever rows are missing.
    """
    if test.se.startswith("HC"):
        return tuple(rows_are_not_independent(test, term) for term in (WITHIN, BETWEEN))
    parts = _split(design)
    fit = mixed(design.y, parts.x, group=design.entity, weights=design.weights, names=parts.names)
    counts = [Estimate("ok", "", term, n_obs=fit.n_obs, n_trusts=fit.n_groups) for term in (WITHIN, BETWEEN)]
    if fit.status != "ok":
        return tuple(without(one, fit.status, " and ".join(fit.blamed)) for one in counts)
    inference = Inference(fit, design, test, alpha, seed, draws)
    names = [_part(test.exposure, term) for term in (WITHIN, BETWEEN)]
    difference = inference.difference(names[1], names[0])
    details: list[dict[str, Any]] = [
        {"variance": about_trusts(fit), "means_of_years_left_out": list(parts.left_out)},
        {"between_less_within": {key: value for key, value in difference.items() if key != "effective_clusters"}},
    ]
    results = [
        inference.estimate(one, name, spread, detail)
        for one, name, spread, detail in zip(counts, names, parts.spreads, details, strict=True)
    ]
    if difference["status"] in ("ok", "unbounded") and results[1].status in ("ok", "unbounded"):
        results[1] = replace(results[1], message=f"{results[1].message} {_sentence(difference, alpha)}".strip())
    return tuple(results)


def _sentence(difference: dict[str, Any], alpha: float) -> str:
    low, high = difference["ci_low"], difference["ci_high"]
    p = "p < 0.001" if difference["p_value"] < 0.001 else f"p = {difference['p_value']:.3f}"
    found = f"{difference['estimate']:.3g} ({100 * (1 - alpha):g}% interval {low:.3g} to {high:.3g}, {p})"
    if difference["p_value"] < alpha:
        return f"Between less within is {found}: what sets trusts apart is not what sets the years of a trust apart."
    return f"Between less within is {found}: these data do not show that the two differ."


def _part(name: str, term: str) -> str:
    return f"{name} ({term})"


@dataclass(frozen=True, slots=True)
class _Parts:
    """The columns in two parts; ``spreads`` of the exposure over those of the outcome, within and between."""

    x: FloatArray
    names: tuple[str, ...]
    spreads: tuple[float, float]
    left_out: tuple[str, ...]


def _split(design: Design) -> _Parts:
    years, year_names = year_columns(design)
    whole = np.column_stack([design.x, years])
    names = (*design.names, *year_names)
    codes = group_codes(design.entity, design.y.size)
    weight = np.ones(design.y.size) if design.weights is None else design.weights
    everything = np.column_stack([whole, design.y])
    of_trust = group_sums(weight[:, None] * everything, codes) / np.bincount(codes, weight)[:, None]
    mean = of_trust[codes]
    rest = everything - mean

    columns: dict[str, FloatArray] = {}
    shares: dict[str, int] = {}  # what a mean of a year's dummy is
    means = [np.ones(len(of_trust))]
    for place, name in enumerate(names):
        varies = np.linalg.norm(rest[:, place]) > _NOTHING * np.linalg.norm(whole[:, place])
        category = "[" in name and not is_year(name)
        if place and (category or not varies):
            columns[name] = whole[:, place]
        else:
            columns[_part(name, WITHIN)] = rest[:, place] if varies else np.zeros(len(rest))  # not mere rounding
            if is_year(name):
                shares[_part(name, BETWEEN)] = place
                continue
            columns[_part(name, BETWEEN)] = mean[:, place]
        means.append(of_trust[:, place])
    left_out = []
    for name, place in shares.items():
        share = of_trust[:, place]
        if np.linalg.norm(_beside(share, np.column_stack(means))) > _NOTHING * np.linalg.norm(share):
            columns[name] = mean[:, place]
            means.append(share)
        else:
            left_out.append(name)
    dummies = np.array([*map(is_year, names), False])
    apart = mean[:, [0, -1]] - mean[:, [0, -1]].mean(axis=0)
    return _Parts(
        np.column_stack(list(columns.values())),
        tuple(columns),
        (_spread(_beside(rest[:, [0, -1]], rest[:, dummies])), _spread(apart)),
        tuple(left_out),
    )


def _beside(values: FloatArray, columns: FloatArray) -> FloatArray:
    """What is left of values beside columns."""
    if not columns.shape[1]:
        return values
    return np.asarray(values - columns @ np.linalg.lstsq(columns, values, rcond=None)[0])


def _spread(pair: FloatArray) -> float:
    exposure, outcome = np.linalg.norm(pair, axis=0)
    return float(exposure / outcome) if outcome > 0 else nan
