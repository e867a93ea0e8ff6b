"""Proportional odds of ordered categories, from a test's rows to its estimate."""

from __future__ import annotations

from dataclasses import replace
from math import inf, isfinite, pi, sqrt
from typing import Any

import numpy as np

from wres_analysis.links.design import Design
from wres_analysis.links.estimates import SENTENCES, Estimate, null_columns, without
from wres_analysis.links.plan import Test
from wres_analysis.stats.covariance import FEW_CLUSTERS
from wres_analysis.stats.ordinal import OrdinalCovariance, OrdinalFit, ordinal, ordinal_covariance
from wres_analysis.stats.ordinal_bootstrap import score_bootstrap
from wres_analysis.stats.ordinal_check import ProportionalOddsCheck, SlopeCheck, proportional_odds_check, slope_check
from wres_analysis.stats.ordinal_effects import CategoryNumbers, average_effects, predicted_probabilities

__all__ = ["fit_ordinal"]

#: An outcome with more different values than this is a measurement, not a rating.
_MOST_CATEGORIES = 10
#: Quantiles of the exposure at which probabilities are shown.
_SHOWN_AT = (0.1, 0.5, 0.9)
#: Variance of the logistic distribution.
_LOGISTIC = pi**2 / 3
_OVERFLOW = 700.0
_NO_MEANING = (
    "{se} is a standard error of least squares on independent rows, and the ratings of a trust are not independent. "
    'Ask for "CR1", "CR0" or "wild".'
)


def fit_ordinal(design: Design, test: Test, *, alpha: float, seed: int, draws: int) -> tuple[Estimate, ...]:
    """Fit proportional odds with clustered standard errors (``CR0``, ``CR1``), or a score bootstrap (``wild``).

    Returns
    -------
    tuple of Estimate
        One, for the exposure: the log odds of a higher category for one unit of it. ``detail`` has thresholds,
        predicted probabilities, average effects, the odds ratio, and the check of proportional odds.
    """
    fit = ordinal(design.y, design.x, weights=design.weights, names=design.names)
    counts = Estimate("ok", "", test.exposure, n_obs=fit.n_obs, n_trusts=len(set(design.entity[fit.used])))
    if test.se not in ("CR0", "CR1", "wild"):
        return (replace(without(counts, "not_available"), message=_NO_MEANING.format(se=test.se)),)
    if fit.categories.size > _MOST_CATEGORIES:
        why = f"The outcome has {fit.categories.size} different values: it is a measurement, not ordered categories."
        return (replace(without(counts, "not_available"), message=why),)
    if fit.status != "ok":
        return (without(counts, fit.status, " and ".join(fit.blamed) or test.exposure),)
    kind = "CR1" if test.se == "wild" else test.se
    cov = ordinal_covariance(fit, kind=kind, cluster=design.cluster, level=1 - alpha)  # type: ignore[arg-type]
    counts = replace(counts, n_clusters=cov.n_clusters)
    position = fit.names.index(test.exposure)
    if cov.status[position] != "ok":
        return (without(counts, str(cov.status[position])),)
    check = slope_check(fit, test.exposure, cluster=design.cluster)
    value, error, p, low, high = (
        float(numbers[position]) for numbers in (cov.estimates, cov.std_errors, cov.p_values, cov.low, cov.high)
    )
    status, convention = (
        "ok",
        f"{cov.kind}: {cov.convention}, factor {cov.factor:.6g}, t with {cov.df:g} degrees of freedom",
    )
    said = []
    if test.se == "wild":
        boot = score_bootstrap(fit, test.exposure, cluster=design.cluster, draws=draws, seed=seed, level=1 - alpha)
        status, p, low, high = boot.status, boot.p_value, boot.low, boot.high
        convention = (
            f"score bootstrap for p and interval ({boot.draws} draws, {boot.scheme}, seed {seed}); "
            f"the standard error is that of {convention}"
        )
        said.append(SENTENCES[status])
    elif cov.few_clusters:
        said.append(
            f"There are only {cov.n_clusters} clusters, fewer than {FEW_CLUSTERS}: p and interval may be too sure of "
            'themselves. With se = "wild" they come from a bootstrap instead.'
        )
    return (
        replace(
            counts,
            status=status,
            message=" ".join(filter(None, [*said, *_said_of_check(check, alpha)])),
            estimate=value,
            std_error=error,
            se_convention=convention,
            ci_low=low,
            ci_high=high,
            p_value=p,
            df=cov.df,
            std_estimate=value * _relative_spread(fit, position),
            **null_columns(test, value, error, cov.df, low=low, high=high, p=p, alpha=alpha),
            effective_clusters=float(cov.effective_clusters[position]),
            detail=_detail(fit, cov, test, (value, low, high))
            | {"proportional_odds": _told(check, proportional_odds_check(fit, cluster=design.cluster), position)},
        ),
    )


def _relative_spread(fit: OrdinalFit, position: int) -> float:
    """Spread of the exposure over that of the latent outcome (McKelvey and Zavoina 1975)."""
    assert fit.workings is not None
    x, weights = fit.workings.design, fit.workings.weights
    eta = x @ fit.coefficients

    def variance(values: np.ndarray) -> float:
        return float(np.average((values - np.average(values, weights=weights)) ** 2, weights=weights))

    return sqrt(variance(x[:, position]) / (variance(eta) + _LOGISTIC))


def _said_of_check(check: SlopeCheck, alpha: float) -> list[str]:
    if check.p_value < alpha:
        return [
            f"The slopes differ between the thresholds (p {check.p_value:.2g}), so no one odds ratio describes them."
        ]
    if check.status == "singular":
        return ["Too few clusters tell whether one odds ratio holds at every threshold."]
    return []


def _detail(fit: OrdinalFit, cov: OrdinalCovariance, test: Test, slope: tuple[float, float, float]) -> dict[str, Any]:
    """What a reader needs beside the log odds ratio."""
    assert fit.workings is not None
    position, k = fit.names.index(test.exposure), len(fit.names)
    exposure = fit.workings.design[:, position]
    shares = predicted_probabilities(fit, cov, test.exposure, np.quantile(exposure, _SHOWN_AT))
    effects = average_effects(fit, cov, test.exposure)
    per = test.sesoi.per if test.sesoi is not None and isfinite(test.sesoi.per) else 1.0
    return {
        "categories": [
            {"category": float(category), "rows": int(rows)}
            for category, rows in zip(fit.categories, fit.counts, strict=True)
        ],
        "thresholds": [
            {
                "up_to": float(fit.categories[j]),
                "estimate": float(cov.estimates[k + j]),
                "std_error": float(cov.std_errors[k + j]),
                "low": float(cov.low[k + j]),
                "high": float(cov.high[k + j]),
            }
            for j in range(fit.thresholds.size)
        ],
        "odds_ratio": {
            "per": per,
            **{name: _exp(per * one) for name, one in zip(("estimate", "low", "high"), slope, strict=True)},
        },
        "probabilities": [
            {"quantile": quantile, "exposure": float(at), **one}
            for quantile, at, row in zip(_SHOWN_AT, shares.at, range(shares.at.size), strict=True)
            for one in _by_category(shares, row)
        ],
        "average_effects": _by_category(effects),
        "effects_status": effects.status,
        "log_likelihood": fit.log_likelihood,
        "log_likelihood_null": fit.log_likelihood_null,
    }


def _exp(value: float) -> float:
    """The exponential; infinite where a float would overflow."""
    return float(np.exp(value)) if value < _OVERFLOW else inf


def _by_category(numbers: CategoryNumbers, row: int | None = None) -> list[dict[str, float]]:
    columns = [numbers.values, numbers.std_errors, numbers.low, numbers.high]
    values, errors, low, high = columns if row is None else [column[row] for column in columns]
    return [
        {
            "category": float(category),
            "estimate": float(values[c]),
            "std_error": float(errors[c]),
            "low": float(low[c]),
            "high": float(high[c]),
        }
        for c, category in enumerate(numbers.categories)
    ]


def _told(score: SlopeCheck, brant: ProportionalOddsCheck, position: int) -> dict[str, Any]:
    """The checks of one slope at every threshold: by scores for the exposure, and by separate fits of each split."""
    return {
        "status": score.status,
        "test": "score test of the exposure's slope, clustered",
        "statistic": score.statistic,
        "df": score.df,
        "p": score.p_value,
        "brant": {
            "status": brant.status,
            "test": "Wald test of separate fits, clustered: the statistic over its degrees of freedom is one of F",
            "statistic": float(brant.statistic[position]),
            "df": brant.df,
            "df_clusters": float(brant.df_clusters),
            "p": float(brant.p_values[position]),
            "all_columns": {"statistic": brant.all_statistic, "df": brant.all_df, "p": brant.all_p},
            "splits": [
                {
                    "from": float(split),
                    "status": status,
                    "estimate": float(brant.coefficients[j, position]),
                    "std_error": float(brant.std_errors[j, position]),
                }
                for j, (split, status) in enumerate(zip(brant.splits, brant.split_status, strict=True))
            ],
        },
    }
