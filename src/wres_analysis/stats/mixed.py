"""Linear mixed models of one grouping: a random intercept, or a random intercept and one random slope.

The likelihood is profiled to the variances of the groups relative to that of the rows, on sums by group, with exact
derivatives. The covariance of the coefficients is that of lme4, worked out from the variance components: the inverse
of ``X'inv(V)X``, not of a numerical Hessian. What the data cannot answer has a named status and no number.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import nan, sqrt

import numpy as np
import numpy.typing as npt
from scipy.linalg import cho_solve, solve_triangular

from wres_analysis.stats.linear import FloatArray, IntArray, LinearFit, group_codes, group_sums, ols
from wres_analysis.stats.mixed_profile import Profile, best_intercept, best_slope

__all__ = ["Contrast", "MixedFit", "contrast", "mixed"]

#: What is left of a column within groups, relative to what it was, below which it is constant in each group.
_CONSTANT = 1e-10


@dataclass(frozen=True, slots=True)
class MixedFit:
    """A fitted mixed model, or the reason why there is none.

    Parameters
    ----------
    names
        The fixed columns, ``intercept`` first.
    coefficients, covariance
        (k,) and (k, k), from the variance components; NaN unless ``status`` is ``ok``.
    group_variance
        (q, q) covariance of the random intercept and slope between groups; (1, 1) without a slope. The intercept is
        that at a value of 0 of the slope's column.
    residual_variance
        Variance of a row of weight 1 within its group.
    log_likelihood
        Of the data, or with ``reml`` the restricted one, as lme4 counts it.
    reml
        Whether the fit maximises the restricted likelihood.
    boundary
        Whether the group variance is zero, or is singular: the best variance is at the border of what is possible.
    n_obs, n_missing, n_groups
        Rows used, rows left out for a missing value, and groups among the rows used.
    used
        (n,) whether a row was used.
    status
        ``ok``; ``not_converged``; ``one_cluster`` (a single group); ``too_few`` (every group has one row, or there
        are no more groups than columns that are constant in each); ``exact_fit`` (nothing varies within groups that
        the columns do not give exactly); else as :func:`~wres_analysis.stats.linear.ols`.
    blamed
        The columns that the status is about.
    decorrelated
        Least squares on the rows of the model multiplied by the inverse root of their covariance: the same
        coefficients. Its :func:`~wres_analysis.stats.covariance.covariance` is the sandwich of this model. Its rows
        are the used ones.
    """

    names: tuple[str, ...]
    coefficients: FloatArray
    covariance: FloatArray
    group_variance: FloatArray
    residual_variance: float
    log_likelihood: float
    reml: bool
    boundary: bool
    n_obs: int
    n_missing: int
    n_groups: int
    used: npt.NDArray[np.bool_]
    status: str
    blamed: tuple[str, ...] = ()
    decorrelated: LinearFit | None = None
    _profile: Profile | None = field(default=None, repr=False)
    _relative: FloatArray | None = field(default=None, repr=False)

    @property
    def icc(self) -> float:
        """Share of the variance, given the columns, that lies between groups (at 0 of the slope's column)."""
        between = float(self.group_variance[0, 0])
        return between / (between + self.residual_variance)


@dataclass(frozen=True, slots=True)
class Contrast:
    """A combination of coefficients.

    Parameters
    ----------
    estimate, std_error
        Its value and, from the variance components, its standard error.
    df
        Degrees of freedom of its t.
    df_method
        ``satterthwaite``, or ``between_within`` where the variances are on the border of what is possible.
    """

    estimate: float
    std_error: float
    df: float
    df_method: str


def mixed(
    y: npt.ArrayLike,
    X: npt.ArrayLike,
    *,
    group: npt.ArrayLike,
    slope: str | None = None,
    weights: npt.ArrayLike | None = None,
    names: Sequence[str] | None = None,
    reml: bool = True,
) -> MixedFit:
    """Fit a linear mixed model with a fixed intercept and a random intercept for each group.

    Parameters
    ----------
    y
        (n,) outcome; NaN is missing.
    X
        (n, k) or (n,) fixed columns, without the constant; NaN is missing.
    group
        (n,) labels of any sort; None or NaN is missing.
    slope
        Name of the column whose coefficient varies between groups, in any correlation with the intercept.
    weights
        (n,) precisions: the variance within groups is ``residual_variance / weights``.
    names
        Names of the columns of ``X``; ``x0``, ``x1`` and so on if not given.
    reml
        Whether to maximise the restricted likelihood (of what fixed columns leave) or the full one.

    Returns
    -------
    MixedFit

    Raises
    ------
    ValueError
        As :func:`~wres_analysis.stats.linear.ols`, or if ``slope`` is not a column. Never because of what is missing.

    Notes
    -----
    Laird and Ware (1982); Bates, Maechler, Bolker and Walker (2015) for the profiled likelihood. With a random
    intercept alone one number is sought: the likelihood is looked at on a grid, and its derivative is brought to zero
    around the best point, so that a second maximum is not taken for the first. With a slope three are sought, from
    several starts.
    """
    outcome = np.asarray(y, dtype=np.float64)
    codes = group_codes(group, outcome.size)
    plain = ols(np.where(codes >= 0, outcome, nan), X, weights=weights, names=names)
    if slope is not None and slope not in plain.names[1:]:
        raise ValueError(f"there is no column {slope!r}; the columns are {plain.names[1:]}")
    codes = np.unique(codes[plain.used], return_inverse=True)[1].astype(np.int64)
    groups = int(codes.max(initial=-1)) + 1

    def no_fit(status: str, blamed: tuple[str, ...] = ()) -> MixedFit:
        k, q = len(plain.names), 1 if slope is None else 2
        return MixedFit(
            plain.names, np.full(k, nan), np.full((k, k), nan), np.full((q, q), nan), nan, nan, reml, False,
            plain.n_obs, plain.n_missing, groups, plain.used, status, blamed,
        )  # fmt: skip

    if plain.workings is None:
        return no_fit(plain.status, plain.blamed)
    if groups == 1:
        return no_fit("one_cluster")
    weight = np.ones(outcome.size) if weights is None else np.asarray(weights, dtype=np.float64)
    root = np.sqrt(weight[plain.used])
    design = plain.workings.design
    varying = _varying(design / root[:, None], codes)
    profile = Profile.of(plain, root, codes, varying, slope, reml)
    if min(profile.df_within, profile.df_between) < 1:
        return no_fit("too_few")
    found = best_intercept(profile) if slope is None else best_slope(profile)
    if isinstance(found, str):
        return no_fit(found)

    relative, boundary = found
    at = profile.at(relative)
    inverse = solve_triangular(profile.upper, cho_solve(at.factor, np.eye(profile.k)))
    sigma2 = at.rss / profile.df
    y_used = design @ plain.coefficients + plain.workings.residuals
    clean = profile.decorrelate(np.column_stack([y_used, design]), relative)
    return MixedFit(
        names=plain.names,
        coefficients=plain.coefficients + solve_triangular(profile.upper, at.b),
        covariance=sigma2 * solve_triangular(profile.upper, inverse.T),
        group_variance=sigma2 * profile.unscale @ relative @ profile.unscale.T,
        residual_variance=sigma2,
        log_likelihood=-0.5 * (at.deviance + profile.constant),
        reml=reml,
        boundary=boundary,
        n_obs=plain.n_obs,
        n_missing=plain.n_missing,
        n_groups=groups,
        used=plain.used,
        status="ok",
        decorrelated=ols(clean[:, 0], clean[:, 1:], names=plain.names, intercept=False),
        _profile=profile,
        _relative=relative,
    )


def contrast(fit: MixedFit, weights: Mapping[str, float]) -> Contrast:
    """Estimate a combination of coefficients, with the degrees of freedom of its t.

    Parameters
    ----------
    fit
        A fit with status ``ok``.
    weights
        What each named coefficient is multiplied by; ``{"x": 1.0}`` is the coefficient of x itself.

    Returns
    -------
    Contrast

    Raises
    ------
    ValueError
        If the fit has no estimate.

    Notes
    -----
    Satterthwaite (1941) as in lmerTest (Kuznetsova, Brockhoff and Christensen 2017): twice the squared variance of
    the estimate over the variance of that variance, which comes from the curvature of the likelihood, here exact. In a
    complete panel that is groups less columns for a column that is constant in each group, and rows less groups less
    columns for one whose mean is the same in all. On the border there is no such curvature: each coefficient gets that
    number directly (between-within, Schluchter and Elashoff 1990), a combination the smallest of its coefficients.
    """
    profile, relative = fit._profile, fit._relative
    if profile is None or relative is None:
        raise ValueError(f"there is no estimate: {fit.status}")
    picked = np.array([weights.get(name, 0.0) for name in fit.names])
    variance = float(picked @ fit.covariance @ picked)
    df, method = nan, "satterthwaite"
    if not fit.boundary:
        df = profile.satterthwaite(relative, picked)
    if not df > 0:
        varying = profile.varying[picked != 0]
        df, method = float(profile.df_within if varying.all() else profile.df_between), "between_within"
    return Contrast(float(picked @ fit.coefficients), sqrt(variance), df, method)


def _varying(columns: FloatArray, codes: IntArray) -> npt.NDArray[np.bool_]:
    """For each column, whether it varies within any group."""
    mean = group_sums(columns, codes) / np.bincount(codes)[:, None]
    rest = np.linalg.norm(columns - mean[codes], axis=0)
    return np.asarray(rest > _CONSTANT * np.linalg.norm(columns, axis=0))
