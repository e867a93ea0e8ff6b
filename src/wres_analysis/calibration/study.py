"""The study: many worlds, every method on each, and what share of its promises it kept.

Replicate ``r`` of a setting has random numbers of its own, whatever the number of workers and whatever other replicates
are made: the same study gives the same table.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import pandas as pd

from wres_analysis.calibration.methods import ALPHA, EXPOSURE, METHODS, Method, available, design_of, fit
from wres_analysis.calibration.worlds import World, WorldSetting, draw_world
from wres_analysis.executor import WorkerDied, each
from wres_analysis.stats.intervals import proportion_interval
from wres_analysis.stats.linear import within
from wres_analysis.stats.measurement_error import errors_in_variables
from wres_analysis.stats.multiplicity import adjust_p_values

__all__ = [
    "CALIBRATION_COLUMNS",
    "REJECTS",
    "SETTINGS",
    "Progress",
    "Settings",
    "calibrate",
    "disattenuation",
    "fdr",
    "power",
    "share_of",
]

Progress = Callable[[str, int, int], None]

#: One row a method, term and number of trusts. ``rejects`` is the share of replicates without an effect in which the
#: 5 % test rejects, ``covers`` the share whose 95 % interval holds the truth, without an effect; each with its
#: Monte Carlo interval. ``effect`` is another truth, of about one standard error and a half, and ``effect_covers`` the
#: coverage of it: blank where the model's coefficient has no simple truth. ``error_ratio`` is the median standard
#: error over the standard deviation of the estimates. ``answers`` are replicates with an answer.
CALIBRATION_COLUMNS = {
    "method": "str", "term": "str", "trusts": "int64", "replicates": "int64", "answers": "int64",
    "rejects": "float64", "rejects_low": "float64", "rejects_high": "float64", "covers": "float64",
    "covers_low": "float64", "covers_high": "float64", "effect": "float64", "effect_covers": "float64",
    "effect_covers_low": "float64", "effect_covers_high": "float64", "bias": "float64", "error_ratio": "float64",
    "mde": "float64", "verdict": "str",
}  # fmt: skip

#: A test of 5 % may reject in this share of replicates, and a 95 % interval cover in that.
REJECTS, COVERS = (0.035, 0.065), (0.935, 0.965)
#: Effects for which coverage is looked at once more, by outcome, in log odds. A model that is linear in the outcome has
#: the same coverage whatever the effect: adding it to the outcome moves estimate and limits by as much.
_EFFECTS = {"rating": 0.05}
#: Of each test of a family that has one: found about four times in five by one test of 210 trusts.
_FAMILY_EFFECT = 0.012
#: Where the true gap acts: the effect, and the size of surveys at which the reliability of changes is a quarter.
_TRUE_EFFECT, _SMALL = 0.05, 0.5
_CHUNK = 50
_PROCEDURES: tuple[Literal["bh", "by", "holm"], ...] = ("bh", "by", "holm")


@dataclass(frozen=True, slots=True)
class Settings:
    """How large a study is.

    Parameters
    ----------
    trusts
        Numbers of trusts.
    scale
        Share of each method's full number of replicates.
    seed
        Of everything.
    draws
        Of each bootstrap.
    workers
        Processes.
    """

    trusts: tuple[int, ...] = (30, 210)
    scale: float = 1.0
    seed: int = 20261121
    draws: int = 399
    workers: int = 1

    def replicates(self, method: Method) -> int:
        """How often a method is tried."""
        return max(round(method.replicates * self.scale), 1)


SETTINGS = Settings()


@dataclass(frozen=True, slots=True)
class _Job:
    methods: tuple[Method, ...]
    effects: tuple[float, ...]
    trusts: int
    first: int
    last: int
    settings: Settings


def _world(job: _Job, replicate: int, confounded: bool) -> World:
    seed = [job.settings.seed, job.trusts, int(confounded), replicate]
    return draw_world(WorldSetting(job.trusts, confounded=confounded), np.random.default_rng(seed))


def _replicates(job: _Job) -> list[tuple[int, int, int, tuple[float, ...]]]:
    """(method, replicate, term, numbers) for each fit; the numbers are those of :data:`_NUMBERS`."""
    out: list[tuple[int, int, int, tuple[float, ...]]] = []
    for replicate in range(job.first, job.last):
        worlds = {so: _world(job, replicate, so) for so in {method.confounded for method in job.methods}}
        for place, (method, effect) in enumerate(zip(job.methods, job.effects, strict=True)):
            if replicate >= job.settings.replicates(method):
                continue
            world = worlds[method.confounded]
            found = fit(method, world, effect=effect, seed=replicate, draws=job.settings.draws)
            for term in range(len(method.terms)):
                one = found[min(term, len(found) - 1)]
                numbers = (one.estimate, one.std_error, one.ci_low, one.ci_high, one.p_value, one.mde_80)
                out.append((place, replicate, term, numbers))
    return out


_NUMBERS = ["estimate", "std_error", "low", "high", "p", "mde"]


def _run(
    methods: Sequence[Method],
    effects: Sequence[float],
    trusts: int,
    settings: Settings,
    progress: Progress | None,
    name: str,
) -> pd.DataFrame:
    """Fit every method to every world: one row a fit, in the order of method, term and replicate."""
    most = max(settings.replicates(method) for method in methods)
    jobs = [
        _Job(tuple(methods), tuple(effects), trusts, first, min(first + _CHUNK, most), settings)
        for first in range(0, most, _CHUNK)
    ]
    rows = []
    for done, (_, result) in enumerate(each(_replicates, jobs, workers=settings.workers), 1):
        if isinstance(result, WorkerDied):
            raise result
        rows += [(place, term, replicate, *numbers) for place, replicate, term, numbers in result]
        if progress is not None:
            progress(f"{name}, {trusts} trusts", done, len(jobs))
    frame = pd.DataFrame(rows, columns=["place", "term", "replicate", *_NUMBERS])
    return frame.sort_values(["place", "term", "replicate"], ignore_index=True)


def calibrate(
    settings: Settings = SETTINGS, *, methods: Sequence[Method] | None = None, progress: Progress | None = None
) -> pd.DataFrame:
    """Measure how often each method rejects a true null, and how often its interval holds the truth.

    Parameters
    ----------
    settings
        How large the study is.
    methods
        Those of :data:`~wres_analysis.calibration.methods.METHODS` that this version fits, if None.
    progress
        Told what is done, a number and the total.

    Returns
    -------
    pandas.DataFrame
        Columns as :data:`CALIBRATION_COLUMNS`.
    """
    methods = available() if methods is None else tuple(methods)
    rows = []
    for trusts in settings.trusts:
        null = _run(methods, [0.0] * len(methods), trusts, settings, progress, "without an effect")
        effects = [_EFFECTS.get(method.outcome, 0.0) for method in methods]
        with_truth = [place for place, effect in enumerate(effects) if effect]
        chosen, theirs = [methods[place] for place in with_truth], [effects[place] for place in with_truth]
        other = _run(chosen, theirs, trusts, settings, progress, "with an effect") if chosen else null[:0]
        for place, method in enumerate(methods):
            for term, name in enumerate(method.terms):
                part = null[(null["place"] == place) & (null["term"] == term)]
                again = other[other["place"] == with_truth.index(place)] if place in with_truth else other[:0]
                again = again[again["term"] == term]
                rows.append(_row(method, name, trusts, part, again, effects[place]))
    return pd.DataFrame(rows, columns=list(CALIBRATION_COLUMNS)).astype(CALIBRATION_COLUMNS)


def _has_truth(method: Method) -> bool:
    """Whether the coefficient that a method estimates is the effect put in: not so for ranks and average effects."""
    return method.model not in ("spearman", "fractional")


def _row(
    method: Method, term: str, trusts: int, null: pd.DataFrame, again: pd.DataFrame, effect: float
) -> dict[str, object]:
    told = null[null["p"].notna()]
    rejects = share_of(told["p"] < ALPHA)
    covers = share_of((told["low"] <= 0) & (told["high"] >= 0))
    later = again[again["p"].notna()]
    effect_covers = share_of((later["low"] <= effect) & (later["high"] >= effect))
    good = _within(rejects, REJECTS) and _within(covers, COVERS)
    return {
        "method": method.key,
        "term": term,
        "trusts": trusts,
        "replicates": len(null),
        "answers": len(told),
        **dict(zip(("rejects", "rejects_low", "rejects_high"), rejects, strict=True)),
        **dict(zip(("covers", "covers_low", "covers_high"), covers, strict=True)),
        "effect": effect if len(later) else np.nan,
        **dict(zip(("effect_covers", "effect_covers_low", "effect_covers_high"), effect_covers, strict=True)),
        "bias": float(later["estimate"].mean() - effect) if len(later) else float(told["estimate"].mean()),
        "error_ratio": float(told["std_error"].median() / told["estimate"].std()) if len(told) > 1 else np.nan,
        "mde": float(told["mde"].median()) if len(told) else np.nan,
        "verdict": "kept" if good else "not kept",
    }


def share_of(happened: pd.Series) -> tuple[float, float, float]:
    """A share of replicates with its 95 % interval (Wilson)."""
    if not len(happened):
        return np.nan, np.nan, np.nan
    found = proportion_interval(int(happened.sum()), len(happened))
    return float(found.estimate), float(found.low), float(found.high)


def _within(found: tuple[float, float, float], limits: tuple[float, float]) -> bool:
    """Whether a share lies within its limits, or chance in the replicates alone could have put it outside."""
    _, low, high = found
    return bool(high >= limits[0] and low <= limits[1])


def power(calibrated: pd.DataFrame, settings: Settings = SETTINGS, *, progress: Progress | None = None) -> pd.DataFrame:
    """Measure how often each method finds an effect as large as the smallest that it says it would find.

    Parameters
    ----------
    calibrated
        From :func:`calibrate`: the median printed minimum detectable effect is the effect put in.
    settings, progress
        As :func:`calibrate`.

    Returns
    -------
    pandas.DataFrame
        ``method, term, trusts, effect, promised, power, power_low, power_high, verdict``: promised is 0.8.
    """
    named = {method.key: method for method in METHODS}
    settings = replace(settings, scale=settings.scale / 5)  # a share of 0.8 needs fewer replicates than one of 0.05
    rows = []
    for trusts in settings.trusts:
        part = calibrated[(calibrated["trusts"] == trusts) & calibrated["mde"].gt(0)]
        part = part[[_has_truth(named[key]) for key in part["method"]]]
        for row in part.to_dict("records"):
            method = named[row["method"]]
            found = _run([method], [float(row["mde"])], trusts, settings, progress, f"power of {method.key}")
            found = found[(found["term"] == method.terms.index(row["term"])) & found["p"].notna()]
            share, low, high = share_of(found["p"] < ALPHA)
            rows.append(
                {
                    "method": method.key,
                    "term": row["term"],
                    "trusts": trusts,
                    "effect": row["mde"],
                    "promised": 0.8,
                    "power": share,
                    "power_low": low,
                    "power_high": high,
                    "replicates": len(found),
                    "verdict": "kept" if high >= 0.75 and low <= 0.85 else "not kept",
                }
            )
    return pd.DataFrame(rows)


def fdr(settings: Settings = SETTINGS, *, trusts: int = 210, progress: Progress | None = None) -> pd.DataFrame:
    """Measure the false discovery rate of a family of 45 two-way tests, 9 of which have an effect.

    Returns
    -------
    pandas.DataFrame
        One row a procedure (``bh``, ``by``, ``holm``): ``rate``, its Monte Carlo interval, the share of replicates
        with any false finding, and the mean number of true findings of 9.
    """
    count = max(round(1_000 * settings.scale), 2)
    jobs = [(settings.seed, trusts, first, min(first + 10, count)) for first in range(0, count, 10)]
    rows: list[dict[str, Any]] = []
    for done, (_, result) in enumerate(each(_families, jobs, workers=settings.workers), 1):
        if isinstance(result, WorkerDied):
            raise result
        rows += result
        if progress is not None:
            progress("families of 45", done, len(jobs))
    frame = pd.DataFrame(rows)
    out: list[dict[str, Any]] = []
    for name in _PROCEDURES:
        part = frame[frame["procedure"] == name]
        rate = part["false"] / (part["false"] + part["true"]).clip(lower=1)
        half = 1.96 * float(rate.std()) / np.sqrt(len(rate))
        mean = float(rate.mean())
        out.append(
            {
                "procedure": name,
                "trusts": trusts,
                "replicates": len(part),
                "rate": mean,
                "rate_low": max(mean - half, 0.0),
                "rate_high": mean + half,
                "any_false": float((part["false"] > 0).mean()),
                "true_found": float(part["true"].mean()),
                "verdict": "kept" if mean - half <= ALPHA else "not kept",
            }
        )
    return pd.DataFrame(out)


def _families(job: tuple[int, int, int, int]) -> list[dict[str, Any]]:
    """Nine exposures and five outcomes of the same trusts: 45 tests, of which nine have an effect."""
    seed, trusts, first, last = job
    method = next(one for one in METHODS if one.key == "twfe, CR1")
    out: list[dict[str, Any]] = []
    for replicate in range(first, last):
        worlds = [
            draw_world(WorldSetting(trusts, missing=0.0, late=0.0), np.random.default_rng([seed, 2, replicate, place]))
            for place in range(9)
        ]
        p, acts = [], []
        for place, world in enumerate(worlds):
            for column in range(5):
                # Outcomes go together, as those of one trust do; exposures do not, so that what has no effect has none.
                outcome = (worlds[0].outcome + worlds[column].outcome) / np.sqrt(2)
                acts.append((place + column) % 5 == 0)
                effect = _FAMILY_EFFECT if acts[-1] else 0.0
                p.append(fit(method, replace(world, outcome=outcome), effect=effect)[0].p_value)
        true = np.array(acts)
        for name in _PROCEDURES:
            found = adjust_p_values(np.array(p), method=name).p_values < ALPHA
            out.append({"procedure": name, "false": float((found & ~true).sum()), "true": float((found & true).sum())})
    return out


def disattenuation(settings: Settings = SETTINGS, *, progress: Progress | None = None) -> pd.DataFrame:
    """Measure what the correction for the errors of the exposure brings, where the true gap is what acts.

    Surveys are small enough for the reliability of a change within a trust to be about a quarter.

    Returns
    -------
    pandas.DataFrame
        One row a number of trusts: median ``reliability``, ``effect``, median ``observed`` and ``corrected`` slope,
        ``bias_removed`` (of the medians), how often Fieller's interval ``covers`` the effect with its Monte Carlo
        interval, ``unbounded`` (share of intervals without a limit) and ``refused`` (share without an estimate).
    """
    rows = []
    count = max(round(2_000 * settings.scale), 2)
    for trusts in settings.trusts:
        jobs = [(settings.seed, trusts, first, min(first + _CHUNK, count)) for first in range(0, count, _CHUNK)]
        found: list[tuple[float, float, float, float, float]] = []
        for done, (_, result) in enumerate(each(_corrections, jobs, workers=settings.workers), 1):
            if isinstance(result, WorkerDied):
                raise result
            found += result
            if progress is not None:
                progress(f"errors of the exposure, {trusts} trusts", done, len(jobs))
        table = pd.DataFrame(found, columns=["reliability", "observed", "corrected", "low", "high"])
        told = table[table["corrected"].notna()]
        covers, low, high = share_of((told["low"] <= _TRUE_EFFECT) & (told["high"] >= _TRUE_EFFECT))
        naive, mended = float(table["observed"].median()), float(told["corrected"].median())
        removed = 1 - abs(mended - _TRUE_EFFECT) / abs(naive - _TRUE_EFFECT)
        rows.append(
            {
                "trusts": trusts,
                "replicates": len(table),
                "reliability": float(table["reliability"].median()),
                "effect": _TRUE_EFFECT,
                "observed": naive,
                "corrected": mended,
                "bias_removed": removed,
                "covers": covers,
                "covers_low": low,
                "covers_high": high,
                "unbounded": float(np.isinf(told["high"] - told["low"]).mean()),
                "refused": 1 - len(told) / len(table),
                "verdict": "kept" if removed >= 0.8 else "not kept",
            }
        )
    return pd.DataFrame(rows)


def _corrections(job: tuple[int, int, int, int]) -> list[tuple[float, float, float, float, float]]:
    seed, trusts, first, last = job
    method = next(one for one in METHODS if one.key == "twfe, CR1")
    out = []
    for replicate in range(first, last):
        world = draw_world(WorldSetting(trusts, base_scale=_SMALL), np.random.default_rng([seed, 3, trusts, replicate]))
        design = design_of(method, world, _TRUE_EFFECT, acts=world.true_exposure)
        fit = within(design.y, design.x, entity=design.entity, time=design.time, names=design.names)
        one = errors_in_variables(
            fit, column=EXPOSURE, error_variance=world.variance, kind="CR1", cluster=design.cluster
        )
        out.append((one.reliability, float(fit.coefficients[0]), one.estimate, one.low, one.high))
    return out
