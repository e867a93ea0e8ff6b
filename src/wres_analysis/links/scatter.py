"""Two measures, trust by trust: what a scatter plot draws, its lines fitted here.

Each trust is one point, its means over the years. The naive line is that of the points as they are drawn; the adjusted
one holds the adjusters at their means. Both rest on the same trusts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import t as student

from wres_analysis.errors import RequestError
from wres_analysis.links.coupling import declared, measure_of
from wres_analysis.links.design import absent_columns
from wres_analysis.links.estimates import SENTENCES
from wres_analysis.links.explore import Exploration, design_of, means_of, pair_test, short_name
from wres_analysis.links.plan import Test, alternatives
from wres_analysis.panel.store import PanelData
from wres_analysis.standards import Standard, load_outcomes, load_standard
from wres_analysis.stats.covariance import Covariance, covariance
from wres_analysis.stats.linear import LinearFit, ols

__all__ = ["LINES", "Scatter", "scatter", "scatters", "stacked"]

LINES = ("naive", "adjusted")
#: Points of a line: enough for its band to look smooth.
_STEPS = 41


@dataclass(frozen=True, slots=True)
class Scatter:
    """What a scatter plot of one pair shows.

    Parameters
    ----------
    points
        One row a trust: ``org_code, org_name, x, y, base, n_years, pull, labelled, mine``. ``base`` is the mean number
        of people behind x (NaN where unknown), ``pull`` Cook's distance from the naive line.
    lines
        ``line, x, fit, low, high``: naive and adjusted, with the band for the mean; empty where there is no line.
    slopes
        One row a line: ``line, status, message, slope, low, high, p_value, n_trusts, n_obs, adjustment, method``.
    exposure, outcome
        The columns.
    x_name, y_name, base_name
        What the axes and the sizes hold.
    years
        Which years, in words.
    """

    points: pd.DataFrame
    lines: pd.DataFrame
    slopes: pd.DataFrame
    exposure: str
    outcome: str
    x_name: str
    y_name: str
    base_name: str
    years: str


def scatter(
    data: PanelData, found: Exploration, exposure: str, outcome: str, *, trust: str = "", labels: int = 5
) -> Scatter:
    """Set up the scatter plot of one pair.

    Parameters
    ----------
    data
        A loaded panel.
    found
        What was explored: its choices hold here too.
    exposure, outcome
        Columns of the panel; ``a | b`` for the first that the data hold.
    trust
        Code of a trust to mark, or blank.
    labels
        How many trusts are labelled: those that pull hardest at the naive line.

    Raises
    ------
    RequestError
        If there is no such column, or the panel has no such trust.
    """
    choices = found.choices
    panel = data.on(choices.basis)[1]
    standard, outcomes = load_standard(choices.standard), load_outcomes()
    exposure, outcome = (_held(name, panel) for name in (exposure, outcome))
    if trust and trust not in set(panel["org_code"]):
        raise RequestError(f"The data has no trust '{trust}'. Leave the trust blank to mark none.")
    names = (short_name(exposure, standard, outcomes), short_name(outcome, standard, outcomes))
    test = pair_test(panel, choices, exposure, outcome, adjusted=True)
    if absent := absent_columns(panel, test):
        for name in (exposure, outcome):
            if name in absent and declared(measure_of(name, outcomes), standard, outcomes) is None:
                raise RequestError(f"There is no column '{name}'. See docs/data-dictionary.md.")
        return _empty(test, *names, "not_available", f"These data hold no {', no '.join(absent)}.")
    design = design_of(panel, test)
    if not design.y.size:
        return _empty(test, *names, "all_missing", SENTENCES["all_missing"])
    means = means_of(design)
    level = 1 - choices.alpha
    fits = {
        "naive": _fit(means[:, 0], means[:, 1:2], ("x",), level),
        "adjusted": _fit(means[:, 0], means[:, 1:], ("x", *design.names[1:]), level),
    }
    base_name, base = _base(exposure, panel, standard)
    rows = panel[["org_code", "org_name", "wres_year"]].assign(base=base).iloc[design.rows]
    points = rows.groupby("org_code", sort=True).agg(
        org_name=("org_name", "last"), base=("base", "mean"), n_years=("wres_year", "size")
    )
    points = points.reset_index().assign(x=means[:, 1], y=means[:, 0], pull=_pull(fits["naive"][0]))
    most = points["pull"].rank(ascending=False, method="first") <= labels
    points = points.assign(mine=points["org_code"] == trust, labelled=most | (points["org_code"] == trust))
    span = np.linspace(points["x"].min(), points["x"].max(), _STEPS)
    centre = means[:, 2:].mean(axis=0)
    lines = [_line(name, *fit, span, centre[: fit[1].estimates.size - 2]) for name, fit in fits.items()]
    slopes = [
        _slope(name, *fit) | {"n_trusts": len(points), "n_obs": design.y.size, "adjustment": adjustment}
        for (name, fit), adjustment in zip(fits.items(), ("none", " + ".join(test.adjust)), strict=True)
    ]
    periods = np.unique(design.time)
    years = f"{periods[0]}" + (f" to {periods[-1]}" if periods.size > 1 else "")
    return Scatter(
        points=points[["org_code", "org_name", "x", "y", "base", "n_years", "pull", "labelled", "mine"]],
        lines=pd.concat(lines, ignore_index=True),
        slopes=pd.DataFrame(slopes),
        exposure=exposure,
        outcome=outcome,
        x_name=names[0],
        y_name=names[1],
        base_name=base_name,
        years=years,
    )


def scatters(data: PanelData, found: Exploration, outcome: str, *, trust: str = "") -> tuple[Scatter, ...]:
    """One scatter plot for each indicator beside the same outcome; those without a trust are left out."""
    each = (scatter(data, found, column, outcome, trust=trust, labels=0) for column in found.choices.indicators)
    return tuple(one for one in each if len(one.points))


def stacked(every: Sequence[Scatter]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Points and lines of several scatter plots in one frame each, told apart by ``title``."""
    points = pd.concat([one.points.assign(title=one.x_name) for one in every], ignore_index=True)
    lines = pd.concat([one.lines.assign(title=one.x_name) for one in every], ignore_index=True)
    return points, lines


def _held(name: str, panel: pd.DataFrame) -> str:
    options = alternatives(name)
    return next((one for one in options if one in panel), options[0])


def _base(exposure: str, panel: pd.DataFrame, standard: Standard) -> tuple[str, pd.Series]:
    """The number of people of the comparison group behind an indicator, and what they are called; else nothing."""
    group = standard.groups[standard.comparison_group]
    column = f"{exposure.partition('.')[0]}.{group.key}.base"
    if column in panel:
        return f"{group.prose} counted", panel[column]
    return "", pd.Series(np.nan, index=panel.index)


def _fit(y: np.ndarray, x: np.ndarray, names: tuple[str, ...], level: float) -> tuple[LinearFit, Covariance]:
    """Least squares of trusts, with HC3 or, where a trust is fitted exactly by a column of its own, HC1."""
    fit = ols(y, x, names=names)
    if fit.status in ("singular", "constant_exposure") and "x" not in fit.blamed:
        keep = [place for place, name in enumerate(names) if name not in fit.blamed]
        return _fit(y, x[:, keep], tuple(names[place] for place in keep), level)
    found = covariance(fit, kind="HC3", level=level)
    if fit.status == "ok" and found.status[1] == "full_leverage":
        found = covariance(fit, kind="HC1", level=level)
    return fit, found


def _pull(fit: LinearFit) -> np.ndarray:
    """Cook's distance of each trust; 0 where there is no line."""
    if fit.workings is None:
        return np.zeros(fit.used.size)
    leverage, residuals = fit.workings.leverage, fit.workings.residuals
    variance = residuals @ residuals / fit.df_residual
    return residuals**2 * leverage / (1 - leverage) ** 2 / (fit.rank * variance)


def _line(name: str, fit: LinearFit, found: Covariance, span: np.ndarray, centre: np.ndarray) -> pd.DataFrame:
    if fit.status != "ok":
        return pd.DataFrame({"line": [], "x": [], "fit": [], "low": [], "high": []})
    at = np.column_stack([np.ones_like(span), span, np.tile(centre, (span.size, 1))])
    mean = at @ fit.coefficients
    half = student.ppf(0.5 + found.level / 2, found.df) * np.sqrt(np.einsum("ij,jk,ik->i", at, found.matrix, at))
    return pd.DataFrame({"line": name, "x": span, "fit": mean, "low": mean - half, "high": mean + half})


def _slope(name: str, fit: LinearFit, found: Covariance) -> dict[str, object]:
    status = fit.status if fit.status != "ok" else str(found.status[1])
    good = status == "ok"
    return {
        "line": name,
        "status": status,
        "message": SENTENCES[status].format(columns="what is on the horizontal axis"),
        "slope": float(found.estimates[1]) if good else np.nan,
        "low": float(found.low[1]) if good else np.nan,
        "high": float(found.high[1]) if good else np.nan,
        "p_value": float(found.p_values[1]) if good else np.nan,
        "method": f"least squares of trusts; {found.kind}, t with {found.df:g} degrees of freedom" if good else "",
    }


def _empty(test: Test, x_name: str, y_name: str, status: str, message: str) -> Scatter:
    """A picture without a point, and why."""
    columns = ["org_code", "org_name", "x", "y", "base", "n_years", "pull", "labelled", "mine"]
    slopes = [
        {"line": name, "status": status, "message": message, "slope": np.nan, "low": np.nan, "high": np.nan,
         "p_value": np.nan, "method": "", "n_trusts": 0, "n_obs": 0, "adjustment": adjusted}
        for name, adjusted in zip(LINES, ("none", " + ".join(test.adjust)), strict=True)
    ]  # fmt: skip
    lines = pd.DataFrame({name: pd.Series(dtype="float64") for name in ("line", "x", "fit", "low", "high")})
    empty = pd.DataFrame(columns=columns)
    return Scatter(empty, lines, pd.DataFrame(slopes), test.exposure, test.outcome, x_name, y_name, "", "")
