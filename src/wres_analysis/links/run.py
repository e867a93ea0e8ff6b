"""Run a plan over a panel: every test gets its row, with an answer or with the reason why there is none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import isfinite, nan
from typing import Any

import numpy as np
import pandas as pd

from wres_analysis.errors import InputError
from wres_analysis.links.coupling import Coupling, judge_coupling, measure_of
from wres_analysis.links.design import Design, absent_columns, build_design, check_columns, unit_words
from wres_analysis.links.estimates import Estimate, blank
from wres_analysis.links.frames import links_frame
from wres_analysis.links.models import estimate
from wres_analysis.links.plan import MODELS_TO_COME, Plan, Test
from wres_analysis.panel.store import PanelData
from wres_analysis.standards import Standard, load_outcomes, load_standard
from wres_analysis.stats.bootstrap import wild_cluster_test, wild_multipliers
from wres_analysis.stats.multiplicity import adjust_p_values, romano_wolf

__all__ = ["DRAWS", "REVERSE_LAG", "LinksResult", "run_plan"]

#: Draws of every bootstrap: with 999 the levels that people use fall between two draws.
DRAWS = 999
#: At which the outcome comes first: a falsification of every test whose exposure comes first.
REVERSE_LAG = -1

_CARRIED = "A rating stays in force until the next, so the same rating counts in several years."

#: What a test without an estimate would have estimated, where that is not named after the exposure.
_TERMS = {"twfe": "within", "within_between": "within", "spearman": "between"}

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class LinksResult:
    """What a plan found.

    Parameters
    ----------
    frame
        The result frame (:data:`~wres_analysis.links.frames.LINK_COLUMNS`).
    about
        The plan's title and hash, the data's hash, how families were adjusted, and for each test which rows were
        lost and why; ready for JSON.
    """

    frame: pd.DataFrame
    about: dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Made:
    """One row in the making."""

    test: Test
    lag: int
    role: str
    coupling: Coupling
    design: Design | None
    results: tuple[Estimate, ...]

    @property
    def result(self) -> Estimate:
        """The estimate that answers the test."""
        return self.results[0]

    @property
    def test_id(self) -> str:
        return self.test.id if self.lag == self.test.lag else f"{self.test.id}@lag{self.lag}"


def run_plan(plan: Plan, data: PanelData, *, progress: Progress | None = None) -> LinksResult:
    """Make every test of a plan, and the reverse lag of each test whose exposure comes first.

    Parameters
    ----------
    plan
        From :func:`~wres_analysis.links.plan.read_plan`.
    data
        A loaded panel.
    progress
        Told the name, number and total of the tests.

    Raises
    ------
    InputError
        If the plan names columns that no panel has, or a condition does not fit the columns. Never because of what
        the data cannot answer: that is a status of the row.
    RequestError
        If the plan's standard is not known.
    """
    standard, outcomes = load_standard(plan.standard), load_outcomes()
    panel = data.on(plan.basis)[1]
    problems = check_columns(plan, panel, standard, outcomes)
    if problems:
        raise InputError(*problems)
    made: list[_Made] = []
    for number, test in enumerate(plan.tests, 1):
        if progress is not None:
            progress(test.id, number, len(plan.tests))
        made.append(_make(plan, test, test.lag, plan.family(test.family).role, panel, standard, outcomes))
        if test.lag > 0:
            made.append(_make(plan, test, REVERSE_LAG, "falsification", panel, standard, outcomes))
    adjusted, families = _adjust(plan, made, panel)
    rows = [
        _row(
            plan,
            one,
            result,
            adjusted.get(one.test_id, {}) if result is one.result else {},
            data.data_hash,
            unit_words(one.test, standard, outcomes),
        )
        for one in made
        for result in one.results
    ]
    about = {
        "plan": {"title": plan.title, "file": plan.file, "hash": plan.hash, "alpha": plan.alpha, "seed": plan.seed,
                 "standard": plan.standard, "basis": plan.basis},
        "data_hash": data.data_hash,
        "families": families,
        "tests": {one.test_id: _account(one) for one in made},
    }  # fmt: skip
    return LinksResult(links_frame(rows), about)


def _make(
    plan: Plan, test: Test, lag: int, role: str, panel: pd.DataFrame, standard: Standard, outcomes: Standard
) -> _Made:
    """Make one test at one lag, or say why not."""
    coupling = judge_coupling(test, lag, standard, outcomes)

    def without(result: Estimate) -> _Made:
        return _Made(test, lag, role, coupling, None, (result,))

    if coupling.word == "refused":
        return without(blank("refused", why=f"This pair is refused. {coupling.reason}"))
    if test.model in MODELS_TO_COME:
        return without(blank("not_available", why=f"The model '{test.model}' is not in this version."))
    absent = absent_columns(panel, test)
    if absent:
        return without(blank("not_available", why=f"These data hold no {', no '.join(absent)}."))
    design = build_design(panel, test, lag=lag)
    results = estimate(design, test, alpha=plan.alpha, seed=plan.seed, draws=DRAWS)
    rated = outcomes.measures.get(measure_of(test.outcome, outcomes))
    if rated is not None and rated.clock == "event":
        results = tuple(replace(one, message=f"{one.message} {_CARRIED}".strip()) for one in results)
    return _Made(test, lag, role, coupling, design, results)


def _adjust(
    plan: Plan, made: Sequence[_Made], panel: pd.DataFrame
) -> tuple[dict[str, dict[str, float]], dict[str, Any]]:
    """Adjusted p-values by test, and an account of each family. Falsifications belong to no family."""
    adjusted: dict[str, dict[str, float]] = {}
    account: dict[str, Any] = {}
    for family in plan.families:
        members = [one for one in made if one.test.family == family.name and one.role != "falsification"]
        p_values = np.array([one.result.p_value for one in members], dtype=np.float64)
        account[family.name] = {
            "role": family.role,
            "tests": len(members),
            "tests_without_p_value": int(np.isnan(p_values).sum()),
            "adjusted_by": list(family.adjust),
        }
        for one in members:
            adjusted[one.test_id] = {}
        for method in family.adjust:
            if method == "romano_wolf":
                values, said = _romano_wolf(plan, members, panel)
                account[family.name]["romano_wolf"] = said
                key = "p_rw"
            else:
                values = adjust_p_values(p_values, method=method).p_values  # type: ignore[arg-type]
                key = f"p_{method}"
            for one, value in zip(members, values, strict=True):
                adjusted[one.test_id][key] = float(value)
    return adjusted, account


def _romano_wolf(plan: Plan, members: Sequence[_Made], panel: pd.DataFrame) -> tuple[np.ndarray, dict[str, Any]]:
    """Step-down p-values of the linear tests of a family that are clustered by trust, from one resampling of trusts."""
    trusts = np.unique(panel["org_code"].to_numpy(dtype=object))
    multipliers = wild_multipliers(len(trusts), draws=DRAWS, seed=plan.seed)
    statistics = np.full(len(members), np.nan)
    draws = np.full((len(multipliers.values), len(members)), np.nan)
    for place, one in enumerate(members):
        fit, design = one.result.fit, one.design
        if fit is None or design is None or fit.status != "ok" or one.test.cluster != "org_code":
            continue
        codes = np.searchsorted(trusts, design.entity)
        wild = wild_cluster_test(fit, column=one.test.exposure, cluster=codes, multipliers=multipliers)
        if wild.status in ("ok", "unbounded"):
            statistics[place], draws[:, place] = wild.t, wild.t_draws
    found = romano_wolf(statistics, t_draws=draws, enumerated=multipliers.enumerated)
    said = {
        "tests": found.family_size,
        "tests_left_out": found.n_missing,
        "draws": len(multipliers.values),
        "scheme": multipliers.scheme,
        "clusters": len(trusts),
        "statistic": "t with CR1 standard errors by trust, null imposed",
    }
    return found.p_values, said


def _row(
    plan: Plan, one: _Made, result: Estimate, adjusted: dict[str, float], data_hash: str, unit: str
) -> dict[str, Any]:
    test = one.test
    sesoi = test.sesoi
    size = sum(other.family == test.family for other in plan.tests)
    return {
        "test_id": one.test_id,
        "family": test.family,
        "family_size": size,
        "role": one.role,
        "exposure": test.exposure,
        "outcome": test.outcome,
        "lag": one.lag,
        "model": test.model,
        "term": result.term or _TERMS.get(test.model, test.exposure),
        "variant": "complete_case",
        "adjustment": " + ".join(test.adjust) or "none",
        "sample": test.sample.text or "all",
        "weights": test.weights,
        **{
            name: getattr(result, name)
            for name in (
                "n_obs", "n_trusts", "n_clusters", "status", "message", "estimate", "std_error", "se_convention",
                "ci_low", "ci_high", "p_value", "std_estimate", "mde_80", "equivalence_p", "smallest_demonstrable",
                "verdict",
            )
        },
        **adjusted,
        "unit": unit,
        "sesoi": _sesoi(test),
        "coupling": one.coupling.word,
        "coupling_reason": one.coupling.reason,
        "direction": test.direction,
        "per": sesoi.per if sesoi else nan,
        "per_words": sesoi.per_words if sesoi else "",
        "plan_hash": plan.hash,
        "data_hash": data_hash,
    }  # fmt: skip


def _sesoi(test: Test) -> float:
    """The smallest effect of interest in the unit of the estimate: for one unit of the exposure."""
    if test.sesoi is None:
        return nan
    size = test.sesoi.size
    if test.sesoi.kind == "rho":
        return size
    return (float(np.log(size)) if test.sesoi.kind == "odds_ratio" else size) / test.sesoi.per


def _account(one: _Made) -> dict[str, Any]:
    """What became of the rows of a test."""
    result = one.result
    rows = {} if one.design is None else {why: n for why, n in one.design.lost.items() if n}
    if result.lone:
        rows["alone in its trust or year"] = result.lone
    rows["used"] = result.n_obs if result.fit is None or result.fit.status == "ok" else 0
    numbers = {"df": result.df, "effective_clusters": result.effective_clusters}
    detail = {estimate.term: estimate.detail for estimate in one.results if estimate.detail}
    return {
        "rows": rows,
        **{name: value if isfinite(value) else None for name, value in numbers.items()},
        **({"detail": detail} if detail else {}),
    }
