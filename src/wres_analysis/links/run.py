"""Run a plan over a panel: every test gets its row, with an answer or with the reason why there is none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from math import isfinite, nan
from typing import Any

import numpy as np
import pandas as pd

from wres_analysis.errors import InputError
from wres_analysis.links.coupling import judge_coupling, measure_of
from wres_analysis.links.design import absent_columns, build_design, check_columns, settle_adjusters, unit_words
from wres_analysis.links.estimates import Estimate, blank
from wres_analysis.links.events import build_event_design
from wres_analysis.links.evidence import add_evidence
from wres_analysis.links.frames import links_frame
from wres_analysis.links.made import COMPLETE_CASE, Made
from wres_analysis.links.missing import Gaps, filled_in
from wres_analysis.links.models import estimate
from wres_analysis.links.plan import EXPLORATORY, Plan, Test
from wres_analysis.links.tasks import DECLARED, Task, tasks_of
from wres_analysis.links.variants import with_checks
from wres_analysis.panel.store import PanelData
from wres_analysis.standards import Standard, load_outcomes, load_standard
from wres_analysis.stats.bootstrap import wild_cluster_test, wild_multipliers
from wres_analysis.stats.multiplicity import adjust_p_values, romano_wolf

__all__ = ["DRAWS", "LinksResult", "run_plan"]

#: Draws of every bootstrap: with 999 the levels that people use fall between two draws.
DRAWS = 999

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


def run_plan(plan: Plan, data: PanelData, *, checks: bool = True, progress: Progress | None = None) -> LinksResult:
    """Make every test of a plan, and what stands beside each (:func:`~wres_analysis.links.tasks.tasks_of`).

    Parameters
    ----------
    plan
        From :func:`~wres_analysis.links.plan.read_plan`.
    data
        A loaded panel.
    checks
        Whether what stands beside each test is made too; False for a study of the tests themselves.
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
    made: list[Made] = []
    gaps = Gaps(panel, data.on(plan.basis)[0], standard, outcomes)
    for number, test in enumerate(plan.tests, 1):
        if progress is not None:
            progress(test.id, number, len(plan.tests))
        for task in islice(tasks_of(plan, test), None if checks else 1):
            one = _make(plan, task, panel, data.events, standard, outcomes)
            made += with_checks(one, plan, panel, standard, outcomes, draws=DRAWS, again=checks)
            if task.role == "primary":
                made += filled_in(one, plan, gaps)
    adjusted, families = _adjust(plan, made, panel)
    rows = [
        _row(
            plan,
            one,
            result,
            adjusted.get(one.task.test_id, {}) if one.variant == COMPLETE_CASE and result is one.result else {},
            data.data_hash,
            unit_words(one.task.test, standard, outcomes),
        )
        for one in made
        for result in one.results
    ]
    about: dict[str, Any] = {
        "plan": {"title": plan.title, "file": plan.file, "hash": plan.hash, "alpha": plan.alpha, "seed": plan.seed,
                 "standard": plan.standard, "basis": plan.basis},
        "data_hash": data.data_hash,
        "families": families,
        "exploratory_tests_tried": sum(test.family == EXPLORATORY for test in plan.tests),
        "tests": {one.task.test_id: _account(one) for one in made if one.variant == COMPLETE_CASE},
    }  # fmt: skip
    for one in made:
        if one.variant == COMPLETE_CASE and one.task.role in DECLARED and one.design is not None:
            about["tests"][one.task.test_id]["missing"] = gaps.counted(one.task.test, one.task.lag)
        if one.variant != COMPLETE_CASE:
            about["tests"][one.task.test_id].setdefault("variants", {})[one.variant] = _account(one)
    frame, evidence = add_evidence(links_frame(rows), plan)
    for name, found in evidence.items():
        about["tests"][name]["evidence"] = found
    return LinksResult(frame, about)


def _make(
    plan: Plan, task: Task, panel: pd.DataFrame, events: pd.DataFrame, standard: Standard, outcomes: Standard
) -> Made:
    """Carry out one task, or say why not."""
    test, said = settle_adjusters(panel, task.test)
    task = replace(task, test=test, note=f"{task.note} {said}".strip())
    coupling = judge_coupling(test, task.lag, standard, outcomes)

    def without(result: Estimate) -> Made:
        return Made(task, coupling, None, (result,))

    if coupling.word == "refused":
        return without(blank("refused", why=f"This pair is refused. {coupling.reason}"))
    absent = absent_columns(panel, test)
    if absent:
        return without(blank("not_available", why=f"These data hold no {', no '.join(absent)}."))
    rated = outcomes.measures.get(measure_of(test.outcome, outcomes))
    is_event = rated is not None and rated.clock == "event"
    notes = [task.note]
    if is_event and test.model == "ordinal" and test.outcome in outcomes.measures:
        design = build_event_design(panel, events, test, lag=task.lag)
    else:
        design = build_design(panel, test, lag=task.lag)
        notes += [_CARRIED] if is_event else []
    results = estimate(design, test, alpha=plan.alpha, seed=plan.seed, draws=DRAWS)
    if any(notes):
        results = tuple(replace(one, message=" ".join(filter(None, [one.message, *notes]))) for one in results)
    return Made(task, coupling, design, results)


def _adjust(
    plan: Plan, made: Sequence[Made], panel: pd.DataFrame
) -> tuple[dict[str, dict[str, float]], dict[str, Any]]:
    """Adjusted p-values by test, and an account of each family. What only checks a test belongs to no family."""
    adjusted: dict[str, dict[str, float]] = {}
    account: dict[str, Any] = {}
    for family in plan.families:
        members = [
            one
            for one in made
            if one.task.test.family == family.name and one.task.role in DECLARED and one.variant == COMPLETE_CASE
        ]
        p_values = np.array([one.result.p_value for one in members], dtype=np.float64)
        account[family.name] = {
            "role": family.role,
            "tests": len(members),
            "tests_without_p_value": int(np.isnan(p_values).sum()),
            "adjusted_by": list(family.adjust),
        }
        for one in members:
            adjusted[one.task.test_id] = {}
        for method in family.adjust:
            if method == "romano_wolf":
                values, said = _romano_wolf(plan, members, panel)
                account[family.name]["romano_wolf"] = said
                key = "p_rw"
            else:
                values = adjust_p_values(p_values, method=method).p_values  # type: ignore[arg-type]
                key = f"p_{method}"
            for one, value in zip(members, values, strict=True):
                adjusted[one.task.test_id][key] = float(value)
    return adjusted, account


def _romano_wolf(plan: Plan, members: Sequence[Made], panel: pd.DataFrame) -> tuple[np.ndarray, dict[str, Any]]:
    """Step-down p-values of the linear tests of a family that are clustered by trust, from one resampling of trusts."""
    trusts = np.unique(panel["org_code"].to_numpy(dtype=object))
    multipliers = wild_multipliers(len(trusts), draws=DRAWS, seed=plan.seed)
    statistics = np.full(len(members), np.nan)
    draws = np.full((len(multipliers.values), len(members)), np.nan)
    for place, one in enumerate(members):
        fit, design = one.result.fit, one.design
        if fit is None or design is None or fit.status != "ok" or one.task.test.cluster != "org_code":
            continue
        codes = np.searchsorted(trusts, design.entity)
        wild = wild_cluster_test(fit, column=one.task.test.exposure, cluster=codes, multipliers=multipliers)
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
    plan: Plan, one: Made, result: Estimate, adjusted: dict[str, float], data_hash: str, unit: str
) -> dict[str, Any]:
    task, test = one.task, one.task.test
    sesoi = test.sesoi
    size = sum(other.family == test.family for other in plan.tests)
    return {
        "test_id": task.test_id,
        "family": test.family,
        "family_size": size,
        "role": task.role,
        "exposure": test.exposure,
        "outcome": test.outcome,
        "lag": task.lag,
        "model": test.model,
        "term": result.term or _TERMS.get(test.model, test.exposure),
        "variant": one.variant,
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
        **result.columns,
        "unit": unit,
        "sesoi": _sesoi(test),
        "coupling": one.coupling.word,
        "coupling_reason": one.coupling.reason,
        "direction": test.direction,
        "per": sesoi.per if sesoi else nan,
        "per_words": sesoi.per_words if sesoi else "",
        "plan_hash": plan.hash,
        "data_hash": data_hash,
        "of": task.of,
    }  # fmt: skip


def _sesoi(test: Test) -> float:
    """The smallest effect of interest in the unit of the estimate: for one unit of the exposure."""
    if test.sesoi is None:
        return nan
    size = test.sesoi.size
    if test.sesoi.kind == "rho":
        return size
    return (float(np.log(size)) if test.sesoi.kind == "odds_ratio" else size) / test.sesoi.per


def _account(one: Made) -> dict[str, Any]:
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
