"""How many trusts a band around equality would hold, by chance and with true differences between trusts.

For a trust with known bases and rates the chance of a ratio inside, above or below the band is exact
(:func:`~wres_analysis.stats.band.probability_in_band`). True ratios of trusts are taken to be log-normal around a
median; their spread is the standard deviation of the natural log. With spread 0 all trusts have one true ratio.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite, log, nan

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.interpolate import CubicSpline
from scipy.stats import binom, chi2

from wres_analysis.panel.store import PanelData
from wres_analysis.replications.published import BandClaim
from wres_analysis.resources import share
from wres_analysis.standards import Standard, load_standard
from wres_analysis.stats.band import probability_in_band

__all__ = ["COUNT_COLUMNS", "FIT_COLUMNS", "PLACES", "BandCounts", "Bases", "Curve", "band_counts", "fit_counts"]

FloatArray = npt.NDArray[np.float64]

#: Where a ratio can lie.
PLACES = ("below", "inside", "above")
#: One row is a scenario on one set of bases. ``scenario``: ``seen`` (what was published or counted), ``equal`` (every
#: trust has a true ratio of 1), ``national`` (every trust has the country's ratio), ``fitted`` (``ratio`` is the
#: median of true ratios and ``spread`` their spread, as fits what was seen best). Numbers of trusts with a ratio, of
#: ``trusts`` in all; limits hold in 95 of 100 repetitions.
COUNT_COLUMNS = (
    "bases", "year", "n_bases", "comparison_share", "rate", "scenario", "ratio", "spread", "trusts",
    *(f"{place}{end}" for place in PLACES for end in ("", "_low", "_high")),
)  # fmt: skip
#: One row is a model on one set of bases. ``model``: ``one_ratio`` (the same for all, whatever it is), ``national``
#: (the country's ratio is kept), ``free`` (median and spread as fits best). Limits at 95 % from the profile of the
#: likelihood; ``p_fit`` is that of the likelihood ratio against the counts themselves, NaN where nothing is left to
#: test.
FIT_COLUMNS = (
    "bases", "year", "rate", "comparison_share", "model", "median", "median_low", "median_high", "spread",
    "spread_low", "spread_high", "p_fit",
)  # fmt: skip

#: Natural logs of true ratios at which chances are worked out exactly; between them a cubic spline.
_GRID = np.arange(-3.0, 3.01, 0.2)
_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(41)
_WEIGHTS = _WEIGHTS / _WEIGHTS.sum()
_SPREADS = np.arange(0.0, 1.501, 0.01)
_MEDIANS = np.arange(-1.0, 1.2001, 0.02)
_LEVEL = 0.95
#: The rate that is assumed, and half and twice of it beside.
_RATES = (1.0, 0.5, 2.0)


@dataclass(frozen=True, slots=True)
class Bases:
    """Staff of two groups by trust, and how often the event befalls the reference group.

    Parameters
    ----------
    name
        ``own`` (counts that are loaded), ``reference`` (shipped sizes) or ``earlier`` (the same with the comparison
        group made smaller, as it was).
    year
        Year of the standard that they are of.
    comparison, reference
        (n,) numbers of staff, whole and positive.
    rate
        Rate of the reference group in every trust (0-1).
    seen
        Numbers of trusts below, inside and above, if these bases have counts of their own.
    national
        The ratio of all these trusts together, if they have counts of their own; else NaN.
    """

    name: str
    year: int
    comparison: FloatArray
    reference: FloatArray
    rate: float
    seen: tuple[int, int, int] | None = None
    national: float = nan

    @property
    def share(self) -> float:
        """Percentage of the comparison group among the staff of all."""
        return 100 * float(self.comparison.sum() / (self.comparison.sum() + self.reference.sum()))


@dataclass(frozen=True, slots=True)
class BandCounts:
    """How many trusts lie in the band, and how many would.

    Parameters
    ----------
    counts, fits
        :data:`COUNT_COLUMNS` and :data:`FIT_COLUMNS`.
    own_reason
        Why no counts of the data are used; empty where they are.
    """

    counts: pd.DataFrame
    fits: pd.DataFrame
    own_reason: str


class Curve:
    """Mean chance over trusts of a ratio below, inside and above, as the true ratio varies.

    Parameters
    ----------
    bases
        The trusts.
    low, high
        The edges of the band.

    Notes
    -----
    Chances are among ratios: a trust without events in the reference group has none, and does not count. How the
    publisher counted such trusts is not known. Between the steps at which chances are exact lies a spline, which is
    right to within half a percentage point for trusts with up to some hundreds of events.
    """

    def __init__(self, bases: Bases, *, low: float, high: float) -> None:
        rates = np.minimum(bases.rate * np.exp(_GRID), 1.0)
        chance = probability_in_band(
            bases.comparison[:, None], bases.reference[:, None], rates[None, :], bases.rate, low=low, high=high
        )
        parts = np.stack([chance.below, chance.inside, chance.above], axis=-1)
        mean = parts.sum(axis=0)
        self._spline = CubicSpline(_GRID, mean / mean.sum(axis=-1, keepdims=True), axis=0)

    def shares(self, median: npt.ArrayLike, spread: npt.ArrayLike) -> FloatArray:
        """Shares of trusts below, inside and above.

        Parameters
        ----------
        median, spread
            Natural log of the median true ratio, and standard deviation of the log. They broadcast.

        Returns
        -------
        (..., 3) array
            Sums to 1. True ratios beyond e to the power of 3 either way count as that.
        """
        centre, width = np.broadcast_arrays(np.asarray(median, np.float64), np.asarray(spread, np.float64))
        at = np.clip(centre[..., None] + width[..., None] * _NODES, _GRID[0], _GRID[-1])
        found = np.clip(np.einsum("...kc,k->...c", self._spline(at), _WEIGHTS), 1e-12, 1.0)
        return np.asarray(found / found.sum(axis=-1, keepdims=True))


def band_counts(
    data: PanelData,
    claim: BandClaim,
    *,
    rate: float = 1.0,
    sizes: pd.DataFrame | None = None,
    standard: Standard | None = None,
) -> BandCounts:
    """Work out how many trusts the band would hold, for the shipped sizes and for loaded counts.

    Parameters
    ----------
    data
        A loaded panel. Its latest year with counts of the indicator is used, if it has any.
    claim
        The published counts.
    rate
        Percentage of the reference group that the event is assumed to befall in a year, for the shipped sizes; half and
        twice of it stand beside.
    sizes
        One row a trust: ``staff`` and ``comparison_share`` in percent.
    standard
        What is measured. The shipped sizes and standard stand in for None.
    """
    standard = standard or load_standard()
    frame = pd.read_csv(share("data", "reference", "trust_sizes.csv")) if sizes is None else sizes
    staff, part = frame["staff"].to_numpy(np.float64), frame["comparison_share"].to_numpy(np.float64) / 100
    sets = [_bases("reference", claim, staff, part, rate * by / 100) for by in _RATES]
    smaller = _shrunk(staff, part, claim.earlier_share / 100)
    sets.append(_bases("earlier", claim, staff, smaller, rate / 100))
    own, why = _own(data, claim, standard)
    if own is not None:
        sets.append(own)
    counts, fits = [], []
    for bases in sets:
        curve = Curve(bases, low=claim.low, high=claim.high)
        mine = bases.seen is not None
        seen = bases.seen or (claim.below, claim.inside, claim.above)
        national = bases.national if mine else claim.national
        fitted = fit_counts(curve, seen, national)
        fits += [{**_about(bases), **fit} for fit in fitted]
        free = fitted[-1]
        counts.append(_seen(bases, seen, national))
        for scenario, ratio, width in (
            ("equal", 1.0, 0.0),
            ("national", national, 0.0),
            ("fitted", float(free["median"]), float(free["spread"])),
        ):
            if ratio > 0:
                counts.append(_expected(bases, curve, scenario, ratio, width, sum(seen)))
    return BandCounts(
        pd.DataFrame(counts, columns=list(COUNT_COLUMNS)), pd.DataFrame(fits, columns=list(FIT_COLUMNS)), why
    )


def fit_counts(curve: Curve, seen: Sequence[int], national: float) -> list[dict[str, float | str]]:
    """Find which true ratios the counts fit, by likelihood on a grid.

    Parameters
    ----------
    curve
        From the bases of the trusts.
    seen
        Numbers of trusts below, inside and above.
    national
        The ratio of all trusts together; NaN leaves out the model that keeps it.

    Returns
    -------
    list of dict
        The columns of :data:`FIT_COLUMNS` from ``model`` on. The country's ratio is kept by taking it as the mean of
        true ratios, so that their median is less by half the squared spread. Trusts are taken as drawn alike and
        independently, which makes limits a little wide.
    """
    counts = np.asarray(seen, np.float64)
    told = counts > 0
    best = float((counts[told] * np.log(counts[told] / counts.sum())).sum())

    def likelihood(median: FloatArray, spread: FloatArray) -> FloatArray:
        return np.asarray(np.log(curve.shares(median, spread)) @ counts)

    def p_of(value: float) -> float:
        return float(chi2.sf(2 * (best - value), 1))

    nothing = np.zeros_like(_MEDIANS)
    same = likelihood(_MEDIANS, nothing)
    low, high = _limits(_MEDIANS, same)
    found: list[dict[str, float | str]] = [
        _fit("one_ratio", float(_MEDIANS[same.argmax()]), (low, high), 0.0, (nan, nan), p_of(float(same.max())))
    ]
    if isfinite(national) and national > 0:
        medians = log(national) - _SPREADS**2 / 2
        kept = likelihood(medians, _SPREADS)
        at = int(kept.argmax())
        limits = _limits(_SPREADS, kept)
        found.append(
            _fit("national", float(medians[at]), (nan, nan), float(_SPREADS[at]), limits, p_of(float(kept.max())))
        )
    both = likelihood(_MEDIANS[:, None], _SPREADS[None, :])
    i, j = np.unravel_index(int(both.argmax()), both.shape)
    found.append(
        _fit(
            "free",
            float(_MEDIANS[i]),
            _limits(_MEDIANS, both.max(axis=1)),
            float(_SPREADS[j]),
            _limits(_SPREADS, both.max(axis=0)),
            nan,
        )
    )
    return found


def _fit(
    model: str, median: float, medians: tuple[float, float], spread: float, spreads: tuple[float, float], p: float
) -> dict[str, float | str]:
    return {
        "model": model,
        "median": float(np.exp(median)),
        "median_low": float(np.exp(medians[0])),
        "median_high": float(np.exp(medians[1])),
        "spread": spread,
        "spread_low": spreads[0],
        "spread_high": spreads[1],
        "p_fit": p,
    }


def _limits(at: FloatArray, likelihood: FloatArray) -> tuple[float, float]:
    """Where twice the log likelihood is within the 95 % point of chi-squared of its largest; NaN at the grid's edge."""
    inside = at[2 * (likelihood.max() - likelihood) <= chi2.ppf(_LEVEL, 1)]
    low, high = float(inside.min()), float(inside.max())
    return (nan if low == at[0] and at[0] < 0 else low), (nan if high == at[-1] else high)


def _bases(name: str, claim: BandClaim, staff: FloatArray, part: FloatArray, rate: float) -> Bases:
    comparison = np.maximum(np.rint(staff * part), 1.0)
    return Bases(name, claim.year, comparison, np.maximum(np.rint(staff) - comparison, 1.0), rate)


def _shrunk(staff: FloatArray, part: FloatArray, wanted: float) -> FloatArray:
    """Shares whose odds are all multiplied by one number, so that the share of all staff is the one wanted."""
    odds = part / (1 - part)
    low, high = 1e-3, 1e3
    for _ in range(60):
        by = np.sqrt(low * high)
        found = float((staff * by * odds / (1 + by * odds)).sum() / staff.sum())
        low, high = (low, by) if found > wanted else (by, high)
    return np.asarray(by * odds / (1 + by * odds))


def _own(data: PanelData, claim: BandClaim, standard: Standard) -> tuple[Bases | None, str]:
    """The counts that are loaded, of the latest year that has any; or why there are none."""
    panel = data.panel
    names = {
        (group, what): f"{claim.indicator}.{group}.{what}"
        for group in (standard.comparison_group, standard.reference_group)
        for what in ("numerator", "denominator")
    }
    if any(name not in panel for name in names.values()):
        return None, "The loaded data hold no counts of this indicator by trust."
    full = panel[list(names.values())].notna().all(axis=1)
    for group in (standard.comparison_group, standard.reference_group):
        full &= panel[names[group, "denominator"]] > 0
    if not full.any():
        return None, "No trust of the loaded data has all four counts of this indicator."
    year = int(panel.loc[full, "wres_year"].max())
    rows = panel[full & (panel["wres_year"] == year)]
    x1, n1, x2, n2 = (
        rows[names[group, what]].to_numpy(np.float64)
        for group in (standard.comparison_group, standard.reference_group)
        for what in ("numerator", "denominator")
    )
    ratio = np.divide(x1 * n2, n1 * x2, out=np.full(len(rows), np.nan), where=x2 > 0)
    seen = (
        int((ratio < claim.low).sum()),
        int(((ratio >= claim.low) & (ratio <= claim.high)).sum()),
        int((ratio > claim.high).sum()),
    )
    rate = float(x2.sum() / n2.sum())
    if not sum(seen) or not 0 < rate < 1:
        return None, f"No trust of the loaded data has a ratio of this indicator in {year}."
    national = float(x1.sum() / n1.sum() / rate)
    return Bases("own", year, np.rint(n1), np.rint(n2), rate, seen, national), ""


def _about(bases: Bases) -> dict[str, float | str]:
    return {
        "bases": bases.name,
        "year": bases.year,
        "n_bases": len(bases.comparison),
        "comparison_share": bases.share,
        "rate": 100 * bases.rate,
    }


def _seen(bases: Bases, seen: Sequence[int], national: float) -> dict[str, float | str]:
    numbers = {place: float(n) for place, n in zip(PLACES, seen, strict=True)}
    return {**_about(bases), "scenario": "seen", "ratio": national, "spread": nan, "trusts": sum(seen), **numbers}


def _expected(
    bases: Bases, curve: Curve, scenario: str, ratio: float, spread: float, trusts: int
) -> dict[str, float | str]:
    """Expected numbers, with the range of 95 of 100 repetitions: binomial, which is a little wide."""
    shares = curve.shares(log(ratio), spread)
    row: dict[str, float | str] = {
        **_about(bases), "scenario": scenario, "ratio": ratio, "spread": spread, "trusts": trusts,
    }  # fmt: skip
    for place, one in zip(PLACES, shares, strict=True):
        row[place] = trusts * float(one)
        row[f"{place}_low"], row[f"{place}_high"] = (float(x) for x in binom.interval(_LEVEL, trusts, one))
    return row
