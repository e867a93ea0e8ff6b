"""What is true of the fictional trusts: the levels and gaps behind every published count, and what moves what.

All arrays are trusts x WRES years, in percentage points unless said otherwise. The years run from one before
the first exposure (so that the first outcome has a cause) to two after the last.

The process, in words: each trust has a level of its own, which depends on what sort of trust it is, on its region and
on the BME share of its staff (a confounder: London has a high share, and little recorded sickness absence). Around
that level its gaps wander from year to year (autocorrelation 0.3), a few trusts drift, and the country moves.
The deviation of three gaps from the trust's own level moves three outcomes one year later. Nothing else does.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wres_analysis.sample.places import SMALLEST, Trust

__all__ = ["EFFECTS", "NATIONAL_TRENDS", "OWN_TRENDS", "Effect", "Latent", "make_latent", "stream"]

Array = NDArray[np.float64]


def stream(seed: int, name: str) -> np.random.Generator:
    """Return a generator of its own for each name, so that adding a file does not change the others."""
    return np.random.default_rng([seed, zlib.crc32(name.encode("utf-8"))])


@dataclass(frozen=True, slots=True)
class Effect:
    """A planted effect of an indicator's disadvantage on an outcome.

    Parameters
    ----------
    per_10_points
        Change of the outcome for 10 points more disadvantage (log odds for a rating).
    kind
        ``within``: the deviation from the trust's own level acts, ``lag`` years later. ``between``: the
        trust's own level acts, always.
    """

    exposure: str
    outcome: str
    kind: str
    lag: int
    per_10_points: float
    unit: str


EFFECTS = (
    Effect("ind8", "engagement", "within", 1, -0.15, "score"),
    Effect("ind8", "engagement", "between", 1, -0.30, "score"),
    Effect("ind6", "sickness", "within", 1, 0.40, "percentage points"),
    Effect("ind7", "fft_positive", "within", 1, -1.20, "percentage points"),
    Effect("ind7", "cqc_well_led", "between", 1, -1.20, "log odds of a better rating"),
)

#: Change a year of the national value: points of disadvantage, log ratio for the ratios, points of share.
#: ``improving`` is about the indicator, not the sign.
NATIONAL_TRENDS: dict[str, tuple[float, str]] = {
    "ind2": (0.0, "log ratio"),
    "ind3": (-0.035, "log ratio"),
    "ind4": (0.0, "log ratio"),
    "ind5": (0.0, "points of disadvantage"),
    "ind6": (-0.25, "points of disadvantage"),
    "ind7": (-0.15, "points of disadvantage"),
    "ind8": (0.10, "points of disadvantage"),
}
#: Trusts that drift, by position in the register: points of disadvantage a year on top of the country's.
OWN_TRENDS: dict[str, dict[int, float]] = {
    "ind6": {1: -0.7, 16: 0.7},
    "ind7": {5: -0.9, 13: 0.9},
    "ind8": {0: -0.7, 18: 0.7},
}

# By kind of trust: the White level in 2020 and the disadvantage, both in percent or points.
_SURVEY: dict[str, dict[str, tuple[float, float]]] = {
    "ind5": {
        "acute": (24.0, 4.8),
        "specialist": (17.4, 2.5),
        "mental": (25.0, 6.0),
        "community": (17.3, 4.9),
        "ambulance": (43.0, -4.0),
    },
    "ind6": {
        "acute": (21.5, 4.6),
        "specialist": (20.0, 4.4),
        "mental": (17.0, 5.0),
        "community": (14.4, 3.8),
        "ambulance": (23.0, 2.5),
    },
    "ind7": {
        "acute": (58.5, 9.2),
        "specialist": (60.5, 8.6),
        "mental": (59.5, 9.0),
        "community": (64.0, 9.8),
        "ambulance": (50.5, 8.0),
    },
    "ind8": {
        "acute": (6.8, 9.4),
        "specialist": (6.6, 8.2),
        "mental": (6.0, 8.8),
        "community": (4.9, 7.4),
        "ambulance": (10.0, 7.2),
    },
}
#: Standard deviation of the White level between trusts, of the gap between trusts, of the gap within a trust.
_SPREAD = {"ind5": (2.2, 2.0, 2.0), "ind6": (2.2, 1.9, 2.0), "ind7": (3.2, 2.5, 2.5), "ind8": (1.1, 1.8, 2.0)}
#: Change of the gap for each point of BME share above the mean: gaps are smaller where the share is high.
_SHARE_SLOPE = {"ind5": -0.03, "ind6": -0.05, "ind7": 0.02, "ind8": -0.07}
#: 2020 is year 0; what the White level does a year.
_WHITE_TREND = {"ind5": -0.4, "ind6": -0.35, "ind7": 0.05, "ind8": 0.05}

_ENGAGEMENT = {"acute": 6.90, "specialist": 7.28, "mental": 7.02, "community": 7.15, "ambulance": 6.15}
_SICKNESS = {"acute": 5.05, "specialist": 4.75, "mental": 5.45, "community": 5.20, "ambulance": 6.40}
_AGENCY = {"acute": 3.4, "specialist": 2.0, "mental": 4.6, "community": 2.8, "ambulance": 0.9}
#: By region, in the order of the register: points of sickness, of FFT; log ratio of indicator 2.
_REGION_SICKNESS = np.array([-0.45, 0.0, -0.2, 0.25, -0.05, 0.5, 0.3])
_REGION_FFT = np.array([-0.9, 0.3, 0.1, 0.0, 0.0, 0.1, 0.3])
_REGION_IND2 = np.log([1.35, 1.75, 1.48, 1.55, 1.65, 1.65, 1.70])

# What the country did, by WRES year (year to 31 March). Sickness and engagement follow the published course.
_YEAR_SICKNESS = {
    2017: -0.85,
    2018: -0.80,
    2019: -0.75,
    2020: -0.52,
    2021: -0.35,
    2022: 0.42,
    2023: 0.48,
    2024: 0.0,
    2025: 0.15,
    2026: 0.05,
    2027: -0.05,
}
_YEAR_ENGAGEMENT = {
    2017: 0.03,
    2018: 0.02,
    2019: 0.06,
    2020: 0.10,
    2021: 0.10,
    2022: -0.08,
    2023: -0.12,
    2024: 0.0,
    2025: -0.04,
    2026: -0.03,
    2027: 0.01,
}
_YEAR_AGENCY = {
    2017: 1.45,
    2018: 1.25,
    2019: 1.2,
    2020: 1.15,
    2021: 1.1,
    2022: 1.3,
    2023: 1.4,
    2024: 1.15,
    2025: 0.8,
    2026: 0.6,
    2027: 0.5,
}


@dataclass(frozen=True)
class Latent:
    """What is true. Arrays are trusts x years unless said otherwise; ``index`` turns a year into a column."""

    years: NDArray[np.int64]
    headcount: Array
    bme_share: Array
    white: Mapping[str, Array]
    disadvantage: Mapping[str, Array]
    own_level: Mapping[str, Array]
    log_ratio: Mapping[str, Array]
    engagement: Array
    sickness: Array
    agency: Array
    fft: Array
    well_led: Array

    def index(self, year: int) -> int:
        """The column of a WRES year."""
        return int(year - self.years[0])

    def percent(self, indicator: str, group: str) -> Array:
        """The true percentage of a group for indicators 5 to 8 (7 on the base with 'don't know')."""
        white = self.white[indicator]
        if group == "white":
            return white
        sign = -1.0 if indicator == "ind7" else 1.0
        return np.clip(white + sign * self.disadvantage[indicator], 1.0, 95.0)


def _wander(rng: np.random.Generator, shape: tuple[int, int], spread: float, memory: float = 0.3) -> Array:
    """A stationary autoregression along the years, with standard deviation ``spread``."""
    steps = rng.standard_normal(shape)
    out = np.empty(shape)
    out[:, 0] = steps[:, 0]
    for column in range(1, shape[1]):
        out[:, column] = memory * out[:, column - 1] + np.sqrt(1.0 - memory**2) * steps[:, column]
    return spread * out


def _drifting(course: Array, years: NDArray[np.int64], published: NDArray[np.bool_], slope: float) -> Array:
    """Give a trust's course exactly this slope over the published years, in place of the one it wandered into."""
    since = years.astype(float) - years[published].mean()
    chance = float((since[published] * course[published]).sum() / (since[published] ** 2).sum())
    return course + (slope - chance) * since


def _settled(values: Array) -> Array:
    """Six decimals: no machine's last bit gets further."""
    return np.round(values, 6).astype(np.float64)


def _by_year(course: Mapping[int, float], years: NDArray[np.int64]) -> Array:
    first, last = min(course), max(course)
    return np.array([course[int(min(max(year, first), last))] for year in years])


def _by_kind(table: Mapping[str, float], trusts: tuple[Trust, ...]) -> Array:
    return np.array([table[trust.kind.key] for trust in trusts])[:, None]


def _caused(outcome: str, kind: str, deviation: Mapping[str, Array], level: Mapping[str, Array]) -> Array:
    """The sum of the planted effects of one kind on an outcome: (trusts, years) within, (trusts, 1) between."""
    total = np.zeros_like(next(iter(deviation.values())) if kind == "within" else next(iter(level.values())))
    for effect in EFFECTS:
        if (effect.outcome, effect.kind) != (outcome, kind):
            continue
        if kind == "within":
            total[:, effect.lag :] += effect.per_10_points / 10.0 * deviation[effect.exposure][:, : -effect.lag]
        else:
            total += effect.per_10_points / 10.0 * (level[effect.exposure] - level[effect.exposure].mean())
    return total


def make_latent(trusts: tuple[Trust, ...], first_year: int, last_year: int, seed: int) -> Latent:
    """Draw what is true of each trust in each WRES year.

    Every array is rounded, so that the last bit of a machine's logarithm cannot change a file.
    """
    years = np.arange(first_year - 1, last_year + 3)
    shape = (len(trusts), len(years))
    since_2020 = (years - 2021)[None, :].astype(float)  # the survey of autumn 2020 belongs to WRES 2021
    region = np.array([trust.region_number for trust in trusts])

    rng = stream(seed, "workforce")
    start = np.array([trust.region.bme_share for trust in trusts])
    lean = {"acute": 0.15, "specialist": 0.1, "mental": 0.0, "community": -0.35, "ambulance": -1.1}
    odds = np.log(start / (1 - start))[:, None] + _by_kind(lean, trusts) + 0.3 * rng.standard_normal((len(trusts), 1))
    if len(trusts) > SMALLEST:
        odds[SMALLEST] = -3.7  # under 3%: too few to show in most surveys
    odds = odds + 0.075 * (years - 2016)[None, :] + _wander(rng, shape, 0.02, 0.8)
    share = _settled(100.0 / (1.0 + np.exp(-odds)))
    growth = 1.0 + 0.018 * (years - 2020)[None, :] + _wander(rng, shape, 0.008, 0.7)
    headcount = np.round(np.array([trust.staff for trust in trusts])[:, None] * growth)
    share_2016 = share[:, [0]]
    excess = share_2016 - share_2016.mean()

    white: dict[str, Array] = {}
    disadvantage: dict[str, Array] = {}
    level: dict[str, Array] = {}
    deviation: dict[str, Array] = {}
    for key, table in _SURVEY.items():
        rng = stream(seed, key)
        trust_sd, gap_sd, within_sd = _SPREAD[key]
        white[key] = (
            _by_kind({kind: pair[0] for kind, pair in table.items()}, trusts)
            + trust_sd * rng.standard_normal((len(trusts), 1))
            + _WHITE_TREND[key] * since_2020
            + _wander(rng, shape, 0.2 * trust_sd)
        )
        own = (
            _by_kind({kind: pair[1] for kind, pair in table.items()}, trusts)
            + _SHARE_SLOPE[key] * excess
            + gap_sd * rng.standard_normal((len(trusts), 1))
        )
        level[key] = own
        deviation[key] = _wander(rng, shape, within_sd)
        published = (years >= first_year) & (years <= last_year)
        for position, slope in OWN_TRENDS.get(key, {}).items():
            if position < len(trusts):
                deviation[key][position] = _drifting(deviation[key][position], years, published, slope)
        disadvantage[key] = own + deviation[key] + NATIONAL_TRENDS[key][0] * since_2020
        white[key] = _settled(np.clip(white[key], 2.0, 80.0))
        disadvantage[key] = _settled(disadvantage[key])

    log_ratio: dict[str, Array] = {}
    middles = {"ind2": _REGION_IND2[region][:, None], "ind3": np.log(1.30), "ind4": np.log(1.05)}
    for key, (between_sd, within_sd) in {"ind2": (0.18, 0.09), "ind3": (0.20, 0.12), "ind4": (0.06, 0.03)}.items():
        rng = stream(seed, key)
        own = between_sd * rng.standard_normal((len(trusts), 1))
        ratio = middles[key] + own + NATIONAL_TRENDS[key][0] * since_2020 + _wander(rng, shape, within_sd)
        log_ratio[key] = _settled(ratio)

    def outcome(name: str, base: Array, between_sd: float, within_sd: float) -> Array:
        rng = stream(seed, name)
        noise = between_sd * rng.standard_normal((len(trusts), 1)) + _wander(rng, shape, within_sd)
        moved = _caused(name, "within", deviation, level) + _caused(name, "between", deviation, level)
        return _settled(base + noise + moved)

    engagement = outcome(
        "engagement", _by_kind(_ENGAGEMENT, trusts) + 0.004 * excess + _by_year(_YEAR_ENGAGEMENT, years), 0.16, 0.05
    )
    sickness = outcome(
        "sickness",
        _by_kind(_SICKNESS, trusts)
        + _REGION_SICKNESS[region][:, None]
        - 0.02 * excess
        + _by_year(_YEAR_SICKNESS, years),
        0.30,
        0.10,
    )
    fft = outcome("fft_positive", 94.0 + _REGION_FFT[region][:, None] + np.zeros(shape), 1.2, 0.35)
    rng = stream(seed, "agency_share")
    spread = 0.35 * rng.standard_normal((len(trusts), 1)) + _wander(rng, shape, 0.12, 0.5)
    agency = _settled(_by_kind(_AGENCY, trusts) * _by_year(_YEAR_AGENCY, years) * np.exp(spread))
    rng = stream(seed, "cqc_well_led")
    well_led = _caused("cqc_well_led", "between", deviation, level) + 0.5 * rng.standard_normal((len(trusts), 1))
    return Latent(
        years=years,
        headcount=headcount,
        bme_share=share,
        white=white,
        disadvantage=disadvantage,
        own_level=level,
        log_ratio=log_ratio,
        engagement=np.clip(engagement, 5.2, 8.6),
        sickness=np.clip(sickness, 2.2, 9.0),
        agency=np.clip(agency, 0.25, 15.0),
        fft=np.clip(fft, 80.0, 99.0),
        well_led=_settled(well_led[:, 0]),
    )
