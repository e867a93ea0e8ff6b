"""The random-intercept model of trusts, from a test's rows to its estimate, and its standard errors by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from math import nan, sqrt
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import t as student

from wres_analysis.links.design import Design
from wres_analysis.links.estimates import SENTENCES, Estimate, blank, null_columns, without
from wres_analysis.links.plan import Test
from wres_analysis.links.years import year_columns
from wres_analysis.stats.bootstrap import wild_cluster_test
from wres_analysis.stats.covariance import FEW_CLUSTERS, Covariance, Kind, covariance, nested
from wres_analysis.stats.linear import LinearFit, group_codes, ols
from wres_analysis.stats.mixed import MixedFit, contrast, mixed

__all__ = ["Inference", "about_trusts", "fit_mixed", "rows_are_not_independent"]

_NO_HC = (
    "'{se}' takes the rows of a trust as independent, and this model is there because they are not. "
    'Write se = "CR1", "CR0", "wild" or "model".'
)
_HELD = "Trusts in this model differ no more than chance would have them, so this is the estimate of least squares."


def fit_mixed(design: Design, test: Test, *, alpha: float, seed: int, draws: int) -> tuple[Estimate, ...]:
    """Fit a random intercept for each trust, with a dummy for each year: one slope, within and between trusts alike."""
    if test.se.startswith("HC"):
        return (rows_are_not_independent(test, test.exposure),)
    years, names = year_columns(design)
    x = np.column_stack([design.x, years])
    fit = mixed(design.y, x, group=design.entity, weights=design.weights, names=(*design.names, *names))
    counts = Estimate("ok", "", test.exposure, n_obs=fit.n_obs, n_trusts=fit.n_groups)
    if fit.status != "ok":
        return (without(counts, fit.status, " and ".join(fit.blamed)),)
    inference = Inference(fit, design, test, alpha, seed, draws)
    spread = float(design.x[:, 0].std() / design.y.std())
    return (inference.estimate(counts, test.exposure, spread, {"variance": about_trusts(fit)}),)


def rows_are_not_independent(test: Test, term: str) -> Estimate:
    """Say why a standard error of independent rows is not made for this model."""
    return replace(blank("not_available", why=_NO_HC.format(se=test.se)), term=term)


def about_trusts(fit: MixedFit) -> dict[str, Any]:
    """What a mixed fit says of the spread of trusts and rows, as plain data."""
    return {
        "between_trusts": float(fit.group_variance[0, 0]),
        "within_trusts": fit.residual_variance,
        "share_between_trusts": fit.icc,
        "on_the_border": fit.boundary,
        "log_restricted_likelihood": fit.log_likelihood,
    }


@dataclass(frozen=True)
class Inference:
    """What a test's convention of standard errors makes of a mixed fit with status ``ok``."""

    fit: MixedFit
    design: Design
    test: Test
    alpha: float
    seed: int
    draws: int

    def estimate(self, counts: Estimate, column: str, spread: float, detail: dict[str, Any]) -> Estimate:
        """Fill in the estimate of one column.

        Parameters
        ----------
        counts
            Its term and counts.
        column
            Name of the column in the fit.
        spread
            Spread of the exposure over that of the outcome, which makes an estimate a standardised one.
        detail
            What else is to be said of it.
        """
        told = self.combination({column: 1.0})
        counts = replace(counts, n_clusters=told["n_clusters"])
        if told["status"] != "ok":
            return without(counts, told["status"])
        message = _HELD if self.fit.boundary else ""
        if self.test.se == "wild":
            assert self.fit.decorrelated is not None
            told |= self._bootstrap(self.fit.decorrelated, column, told["se_convention"])
            if told["status"] not in ("ok", "unbounded"):
                return without(counts, told["status"])
            message = f"{message} {SENTENCES[told['status']]}".strip()
        elif 0 < told["n_clusters"] < FEW_CLUSTERS and self.test.se != "model":
            warning = (
                f"There are only {told['n_clusters']} clusters, fewer than {FEW_CLUSTERS}: p and interval may be too "
                'sure of themselves. With se = "wild" or "model" they come by another way.'
            )
            message = f"{message} {warning}".strip()
        value, error, df = told["estimate"], told["std_error"], told["df"]
        null = null_columns(
            self.test, value, error, df, low=told["ci_low"], high=told["ci_high"], p=told["p_value"], alpha=self.alpha
        )
        return replace(
            counts,
            status=told["status"],
            message=message,
            **{name: told[name] for name in (
                "estimate", "std_error", "se_convention", "ci_low", "ci_high", "p_value", "df", "effective_clusters",
            )},
            std_estimate=value * spread,
            **null,
            detail=detail,
        )  # fmt: skip

    def difference(self, one: str, other: str) -> dict[str, Any]:
        """Estimate by how much the coefficient of one column exceeds that of another; as :meth:`combination`."""
        told = self.combination({one: 1.0, other: -1.0})
        if self.test.se != "wild" or told["status"] != "ok":
            return told
        rows = self.fit.decorrelated
        assert rows is not None and rows.workings is not None
        # With the other column added to it, the first one's coefficient is what it has more than the other.
        x = rows.workings.design.copy()
        x[:, rows.names.index(other)] += x[:, rows.names.index(one)]
        y = rows.workings.design @ rows.coefficients + rows.workings.residuals
        return told | self._bootstrap(ols(y, x, names=rows.names, intercept=False), one, told["se_convention"])

    def _bootstrap(self, rows: LinearFit, column: str, convention: str) -> dict[str, Any]:
        """P-value and interval of one column of the decorrelated rows."""
        wild = wild_cluster_test(
            rows, column=column, cluster=self._labels(), seed=self.seed, draws=self.draws, level=1 - self.alpha
        )
        said = (
            f"wild cluster bootstrap for p and interval ({wild.draws} draws, {wild.scheme}, seed {self.seed}; "
            f"variances held as estimated); the standard error is that of {convention}"
        )
        return {
            "status": wild.status,
            "ci_low": wild.low,
            "ci_high": wild.high,
            "p_value": wild.p_value,
            "se_convention": said,
        }

    def combination(self, weights: Mapping[str, float]) -> dict[str, Any]:
        """Estimate a combination of coefficients by the test's convention; for ``wild`` by that of CR1.

        Returns
        -------
        dict
            ``status``, ``n_clusters``, and unless the status says why not, the numbers that an
            :class:`~wres_analysis.links.estimates.Estimate` has under the same names.
        """
        if self.test.se == "model":
            found = contrast(self.fit, weights)
            way = {
                "satterthwaite": "Satterthwaite",
                "between_within": "between-within, as the variance between trusts is zero",
            }[found.df_method]
            convention = f"model: from the variance components (REML), t with {found.df:.6g} degrees of freedom ({way})"
            return self._told(found.estimate, found.std_error, found.df, convention)
        groups = group_codes(self.design.entity, self.fit.used.size)[self.fit.used]
        clusters = group_codes(self._labels(), groups.size)
        if (clusters >= 0).all() and not nested(groups, clusters):
            return {"status": "not_nested", "n_clusters": int(clusters.max()) + 1}
        cov = self._sandwich
        picked = np.array([weights.get(name, 0.0) for name in cov.names])
        places = np.flatnonzero(picked)
        bad = [str(status) for status in cov.status[places] if status != "ok"]
        if bad:
            return {"status": bad[0], "n_clusters": cov.n_clusters}
        part = picked[places]
        error = sqrt(float(part @ cov.matrix[np.ix_(places, places)] @ part))
        convention = (
            f"{cov.kind} of the mixed model (variances by REML): {cov.convention}, factor {cov.factor:.6g}, "
            f"t with {cov.df:g} degrees of freedom"
        )
        effective = float(cov.effective_clusters[places[0]]) if len(places) == 1 else nan
        value = float(part @ cov.estimates[places])
        return self._told(value, error, cov.df, convention, cov.n_clusters, effective)

    @cached_property
    def _sandwich(self) -> Covariance:
        """The covariance of all coefficients, worked out once."""
        assert self.fit.decorrelated is not None
        kind: Kind = "CR0" if self.test.se == "CR0" else "CR1"
        return covariance(self.fit.decorrelated, kind=kind, cluster=self._labels(), level=1 - self.alpha)

    def _told(
        self, value: float, error: float, df: float, convention: str, n_clusters: int = 0, effective: float = nan
    ) -> dict[str, Any]:
        half = float(student.ppf(1 - self.alpha / 2, df)) * error
        return {
            "status": "ok",
            "estimate": value,
            "std_error": error,
            "se_convention": convention,
            "ci_low": value - half,
            "ci_high": value + half,
            "p_value": float(2 * student.sf(abs(value) / error, df)),
            "df": df,
            "n_clusters": n_clusters,
            "effective_clusters": effective,
        }

    def _labels(self) -> npt.NDArray[np.object_]:
        """The clusters of the rows used."""
        return self.design.cluster[self.fit.used]
