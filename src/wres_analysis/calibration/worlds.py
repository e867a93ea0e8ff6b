"""Made-up trusts with a known truth: clustered, with gaps, and seen through the noise of a survey.

Sizes and spreads are near those of the 2024 NHS Staff Survey and of monthly sickness absence 2014-2025 (see
``docs/calibration.md``): a median of 720 ethnic minority and 2,300 White respondents a trust, gaps of 8.5 points with a
standard deviation between trusts of 2.6, absence that keeps 0.4 of a year's deviation in the next.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

__all__ = ["World", "WorldSetting", "draw_world"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

REGIONS = 7
#: Natural logs of the median base and its spread, White and ethnic minority respondents.
_WHITE, _WHITE_SD, _BME, _BME_SD = np.log(2300.0), 0.65, np.log(720.0), 1.05
#: Per cent, points, and what a year keeps of the last one's deviation.
_WHITE_RATE, _GAP, _GAP_BETWEEN, _GAP_WITHIN, _GAP_KEEPS = 7.0, 8.5, 2.6, 1.5, 0.3
_OUT_BETWEEN, _OUT_WITHIN, _OUT_KEEPS, _YEAR = 0.8, 0.36, 0.4, 0.25
#: The confounder: the ethnic minority share of staff goes with wider gaps and with a lower outcome.
_SHARE_ON_GAP, _SHARE_ON_OUT = 0.03, -0.02
#: Correlation of the chance behind two ratings (or shares) of one trust.
_ALIKE = 0.4


@dataclass(frozen=True, slots=True)
class WorldSetting:
    """What kind of trusts to make.

    Parameters
    ----------
    trusts, years
        How many.
    confounded
        Whether the ethnic minority share of staff acts on gap and outcome. A method that cannot adjust for it has no
        true null otherwise.
    missing
        Share of trust-years without an exposure; smaller trusts lack more.
    late
        Share of trusts that are founded on the way.
    base_scale
        Multiplies the numbers of respondents.
    """

    trusts: int
    years: int = 9
    confounded: bool = True
    missing: float = 0.08
    late: float = 0.1
    base_scale: float = 1.0


@dataclass(frozen=True, slots=True)
class World:
    """Rows in the order of trust and year; all arrays have one value a row.

    Parameters
    ----------
    trust, year, region, kind
        Codes from 0.
    outcome
        A level in per cent, such as absence, on which the gap does not act.
    chance
        Uniform numbers, alike within a trust: the chance behind a rating or a share.
    exposure, true_exposure
        Gap in points, as the survey gives it, and as it is.
    variance
        Sampling variance of ``exposure``, estimated from the counts as the kit does.
    base
        Ethnic minority respondents.
    share
        Ethnic minority share of staff, per cent.
    """

    trust: IntArray
    year: IntArray
    region: IntArray
    kind: IntArray
    outcome: FloatArray
    chance: FloatArray
    exposure: FloatArray
    true_exposure: FloatArray
    variance: FloatArray
    base: FloatArray
    share: FloatArray


def draw_world(setting: WorldSetting, rng: np.random.Generator) -> World:
    """Make the trusts of one replicate.

    Parameters
    ----------
    setting
        What kind.
    rng
        The only source of chance.

    Returns
    -------
    World
        Without the trust-years that are missing.
    """
    n, t = setting.trusts, setting.years
    size = rng.normal(size=n)
    white = np.exp(_WHITE + _WHITE_SD * size)
    bme = np.exp(_BME + _BME_SD * (0.5 * size + np.sqrt(0.75) * rng.normal(size=n)))
    share = 100 * bme / (bme + white)
    drift = np.cumsum(rng.normal(0.4, 0.3, size=(n, t)), axis=1)  # the share grows nearly everywhere
    shares = np.clip(share[:, None] + drift, 1.0, 95.0)

    c = float(setting.confounded)
    gap = _GAP + c * _SHARE_ON_GAP * (share - 25) + _GAP_BETWEEN * rng.normal(size=n)
    gaps = gap[:, None] + _carried(rng, n, t, _GAP_WITHIN, _GAP_KEEPS) + rng.normal(0, 0.3, size=t)
    gaps = np.clip(gaps, 0.5 - _WHITE_RATE, 60.0)
    bases = [np.maximum(rng.poisson(setting.base_scale * m[:, None], size=(n, t)), 11) for m in (bme, white)]
    rates = [(_WHITE_RATE + gaps) / 100, np.full((n, t), _WHITE_RATE / 100)]
    counts = [rng.binomial(base, rate) for base, rate in zip(bases, rates, strict=True)]
    observed = 100 * (counts[0] / bases[0] - counts[1] / bases[1])
    smoothed = [(x + 1) / (m + 2) for x, m in zip(counts, bases, strict=True)]
    variance = 1e4 * sum(p * (1 - p) / (m + 2) for p, m in zip(smoothed, bases, strict=True))

    level = 5.0 + _OUT_BETWEEN * rng.normal(size=n) + c * _SHARE_ON_OUT * (share - 25)
    noise = _carried(rng, n, t, _OUT_WITHIN, _OUT_KEEPS, heavy=True) * np.exp(-0.15 * size)[:, None]
    years = rng.normal(0, _YEAR, size=t)
    outcome = level[:, None] + years + noise + c * _SHARE_ON_OUT * (shares - share[:, None])
    alike = np.sqrt(_ALIKE) * rng.normal(size=(n, 1)) + np.sqrt(1 - _ALIKE) * rng.normal(size=(n, t))

    lacks = rng.random((n, t)) < np.clip(setting.missing * np.exp(-0.5 * size)[:, None], 0, 0.5)
    late = rng.integers(0, max(t - 2, 1), size=n) * (rng.random(n) < setting.late)
    there = ~lacks & (np.arange(t) >= late[:, None])
    region = rng.integers(0, REGIONS, size=n)
    kind = rng.choice(4, size=n, p=[0.6, 0.24, 0.1, 0.06])

    def rows(values: npt.NDArray[np.generic]) -> npt.NDArray[np.generic]:
        return np.broadcast_to(values[:, None] if values.ndim == 1 else values, (n, t))[there]

    return World(
        trust=rows(np.arange(n)),  # type: ignore[arg-type]
        year=np.broadcast_to(np.arange(t), (n, t))[there],
        region=rows(region),  # type: ignore[arg-type]
        kind=rows(kind),  # type: ignore[arg-type]
        outcome=outcome[there],
        chance=ndtr(alike)[there],
        exposure=observed[there],
        true_exposure=gaps[there],
        variance=np.asarray(variance)[there],
        base=bases[0][there].astype(np.float64),
        share=shares[there],
    )


def _carried(
    rng: np.random.Generator, n: int, t: int, spread: float, keeps: float, *, heavy: bool = False
) -> FloatArray:
    """First-order autoregressive deviations, (n, t), stationary with standard deviation ``spread``."""
    shocks = rng.standard_t(8, size=(n, t)) / np.sqrt(8 / 6) if heavy else rng.normal(size=(n, t))
    out = np.empty((n, t))
    out[:, 0] = shocks[:, 0]
    for year in range(1, t):
        out[:, year] = keeps * out[:, year - 1] + np.sqrt(1 - keeps**2) * shocks[:, year]
    return spread * out
