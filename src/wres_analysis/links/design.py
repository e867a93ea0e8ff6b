"""From the panel to the arrays of a test: exposure and outcome at a lag, adjusters, clusters, and what was lost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from wres_analysis.errors import Problem
from wres_analysis.links.coupling import declared, measure_of
from wres_analysis.links.expression import ExpressionError
from wres_analysis.links.plan import DOUBLING, MODELS, Plan, Test, alternatives
from wres_analysis.standards import Indicator, Measure, Standard

__all__ = [
    "Design", "Sieve", "absent_columns", "build_design", "check_columns", "complete_rows", "is_log", "settle_adjusters",
    "unit_words",
]  # fmt: skip

FloatArray = npt.NDArray[np.float64]

_FORMS = ("gap", "ratio", "log_ratio", "difference", "disadvantage", "published_ratio", "before_break")
_BESIDE = ("numerator", "denominator", "base", "published_year")
#: A number that names a thing and measures none.
_CATEGORIES = ("wres_year",)


@dataclass(frozen=True, slots=True)
class Design:
    """The complete rows of a test.

    Parameters
    ----------
    y
        (n,) outcome.
    x
        (n, k) exposure, then adjusters; a category gives a column for each value but its first.
    names
        The k columns of ``x``.
    entity, time, cluster
        (n,) trust, year of the exposure, and cluster; None is a missing cluster.
    weights
        (n,) weights, or None.
    rows
        (n,) places of the rows in the panel.
    lost
        Why rows are not there, and how many, in the order of looking: each row is counted once. ``rows`` comes
        first: all rows of the panel, or all events.
    """

    y: FloatArray
    x: FloatArray
    names: tuple[str, ...]
    entity: npt.NDArray[np.object_]
    time: npt.NDArray[np.int64]
    cluster: npt.NDArray[np.object_]
    weights: FloatArray | None
    rows: npt.NDArray[np.int64]
    lost: dict[str, int]


def build_design(panel: pd.DataFrame, test: Test, *, lag: int | None = None) -> Design:
    """Set up a test.

    Parameters
    ----------
    panel
        One row a trust and year, with the columns that the test names (:func:`absent_columns` is empty).
    test
        The test. Sample, adjusters, weights and clusters are those of the exposure's row.
    lag
        Another lag than the test's own.

    Returns
    -------
    Design
        Complete rows only. A row whose exposure, outcome or adjuster lies before a break of its measure is left out:
        its level cannot be compared with later ones.

    Raises
    ------
    ExpressionError
        If the sample's condition cannot be applied to the panel.
    """
    partner = _partner(panel, test, test.lag if lag is None else lag)
    sieve = Sieve(len(panel))
    sieve.sample(panel, test)
    sieve.keep(panel[test.exposure].notna(), "exposure missing")
    sieve.keep(partner["there"], "no row of the outcome's year")
    sieve.keep(partner["outcome"].notna(), "outcome missing")
    return complete_rows(
        sieve, panel, test, partner["outcome"], before_break=partner["before_break"], places=np.arange(len(panel))
    )


class Sieve:
    """Which of n rows are still in, and why the others are not, in the order of looking."""

    def __init__(self, n: int) -> None:
        self.alive = np.ones(n, dtype=bool)
        self.lost = {"rows": n}

    def keep(self, good: npt.ArrayLike, why: str) -> None:
        """Leave rows out; each is counted for the first reason against it."""
        kept = np.asarray(good, dtype=bool)
        self.lost[why] = int((self.alive & ~kept).sum())
        np.logical_and(self.alive, kept, out=self.alive)

    def sample(self, rows: pd.DataFrame, test: Test) -> None:
        """Leave out rows that the sample's condition does not choose, or for which it cannot be told."""
        chosen, unknown = test.sample.select(rows)
        self.keep(chosen | unknown, "not in the sample")
        self.keep(~unknown, "sample condition cannot be told")


def complete_rows(
    sieve: Sieve,
    rows: pd.DataFrame,
    test: Test,
    outcome: pd.Series,
    *,
    before_break: pd.Series,
    places: npt.NDArray[np.int64],
) -> Design:
    """Make the design of the rows that have all that a test needs.

    Parameters
    ----------
    sieve
        Which of n rows have exposure and outcome.
    rows
        (n,) rows of the exposure, with the panel's columns.
    outcome, before_break
        (n,) outcome, and whether it lies before a break of its measure.
    places
        (n,) places of the rows in the panel.
    """
    for name in (test.exposure, *map(_bare, test.adjust)):
        flag = f"{name.partition('.')[0]}.before_break"
        if flag in rows:
            sieve.keep(~rows[flag].astype(bool), f"{name} before a break")
    sieve.keep(~before_break.astype(bool), f"{test.outcome} before a break")
    adjusters = {name: _adjuster(rows, name) for name in test.adjust}
    for name, values in adjusters.items():
        sieve.keep(values.notna(), f"{name} missing")
    if test.weights != "none":
        sieve.keep(rows[test.weights] > 0, f"weight {test.weights} missing or zero")
    alive = sieve.alive
    columns = dict(_columns(test.exposure, rows[test.exposure][alive], adjusters, alive))
    cluster = rows[test.cluster].astype(object)
    return Design(
        y=outcome.to_numpy("float64")[alive],
        x=np.column_stack(list(columns.values())),
        names=tuple(columns),
        entity=rows["org_code"].to_numpy(dtype=object)[alive],
        time=rows["wres_year"].to_numpy("int64")[alive],
        cluster=cluster.where(cluster.notna(), None).to_numpy(dtype=object)[alive],
        weights=None if test.weights == "none" else rows[test.weights].to_numpy("float64")[alive],
        rows=places[alive],
        lost=sieve.lost,
    )


def _partner(panel: pd.DataFrame, test: Test, lag: int) -> pd.DataFrame:
    """For each row of the panel: whether the outcome's year has one, the outcome, and whether it is before a break.

    Row Y stands beside row Y + ``lag``, as :func:`~wres_analysis.panel.build.pair` has it; here rows without one stay,
    and trusts and years are numbers, because a plan asks for this some hundred times.
    """
    trusts, _ = pd.factorize(panel["org_code"])
    years = panel["wres_year"].to_numpy("int64")
    span = int(years.max(initial=0) - years.min(initial=0)) + abs(lag) + 1
    keys = trusts * (2 * span) + (years - years.min(initial=0))
    order = np.argsort(keys, kind="stable")
    if (np.diff(keys[order]) == 0).any():
        raise ValueError("the panel has two rows for a trust and year")
    wanted = keys + lag
    at = np.minimum(np.searchsorted(keys[order], wanted), max(len(keys) - 1, 0))
    beside = order[at] if len(keys) else order
    there = keys[beside] == wanted
    flag = f"{test.outcome.partition('.')[0]}.before_break"
    old = panel[flag].to_numpy(dtype=bool)[beside] if flag in panel else np.zeros(len(panel), dtype=bool)
    outcome = np.where(there, panel[test.outcome].to_numpy("float64")[beside], np.nan)
    return pd.DataFrame({"there": there, "outcome": outcome, "before_break": there & old}, index=panel.index)


def _bare(name: str) -> str:
    return name.removeprefix("log(").removesuffix(")")


def _adjuster(panel: pd.DataFrame, name: str) -> pd.Series:
    values = panel[_bare(name)]
    if not name.startswith("log("):
        return values
    positive = values.where(values > 0)  # no number stands in for the log of zero
    return np.log(positive)


def _columns(
    exposure: str, values: pd.Series, adjusters: dict[str, pd.Series], alive: npt.NDArray[np.bool_]
) -> Iterator[tuple[str, FloatArray]]:
    yield exposure, values.to_numpy("float64")
    for name, whole in adjusters.items():
        one = whole[alive]
        if name not in _CATEGORIES and pd.api.types.is_numeric_dtype(one):
            yield name, one.to_numpy("float64")
            continue
        for level in sorted(one.unique())[1:]:
            yield f"{name}[{level}]", (one == level).to_numpy("float64")


def _named(test: Test) -> list[tuple[str, str]]:
    """The columns that a test names, with the key of the plan under which it does."""
    named = [("exposure", test.exposure), ("outcome", test.outcome), ("cluster", test.cluster)]
    named += [("adjust", _bare(name)) for adjuster in test.adjust for name in alternatives(adjuster)]
    named += [("sample", name) for name in test.sample.columns]
    return named if test.weights == "none" else [*named, ("weights", test.weights)]


def absent_columns(panel: pd.DataFrame, test: Test) -> list[str]:
    """List the columns that a test names and these data do not hold; ``a or b`` where either would do."""
    needed: list[tuple[str, ...]] = [(name,) for key, name in _named(test) if key != "adjust"]
    needed += [tuple(map(_bare, alternatives(adjuster))) for adjuster in test.adjust]
    return list(dict.fromkeys(" or ".join(names) for names in needed if not any(name in panel for name in names)))


def settle_adjusters(panel: pd.DataFrame, test: Test) -> tuple[Test, str]:
    """Take, of each adjuster with alternatives, the first that these data hold.

    Returns
    -------
    Test, str
        The test with one column for each adjuster, and sentences on each that is not the one preferred. An adjuster
        of which the data hold none stays as it is (:func:`absent_columns` names it).
    """
    chosen, said = [], []
    for adjuster in test.adjust:
        names = alternatives(adjuster)
        held = next((name for name in names if _bare(name) in panel), None)
        chosen.append(held or adjuster)
        if held and held != names[0]:
            passed = " and no ".join(names[: names.index(held)])
            said.append(f"Adjusted for {held}, which the plan allows instead, because these data hold no {passed}.")
    return (replace(test, adjust=tuple(chosen)), " ".join(said)) if chosen else (test, "")


def check_columns(plan: Plan, panel: pd.DataFrame, standard: Standard, outcomes: Standard) -> list[Problem]:
    """List the mistakes of a plan that only standards and data can tell.

    A column of a declared measure that these data lack is no mistake: its tests get a row that says so.
    """
    problems = []
    for test in plan.tests:
        for key, what, todo in _mistakes(test, panel, standard, outcomes):
            problems.append(Problem(what, todo, file=f"{plan.file}, test '{test.id}', key '{key}'"))
    return problems


def _mistakes(
    test: Test, panel: pd.DataFrame, standard: Standard, outcomes: Standard
) -> Iterator[tuple[str, str, str]]:
    unknown = False
    for key, name in _named(test):
        if name in panel or _could_be(name, standard, outcomes):
            continue
        unknown = True
        yield key, f"There is no column '{name}'.", "See docs/data-dictionary.md for the columns of the panel."
    for key, name in _named(test):
        numeric = name in panel and pd.api.types.is_numeric_dtype(panel[name])
        logs = {one for adjuster in test.adjust for one in alternatives(adjuster)}
        needed = key in ("exposure", "outcome", "weights") or f"log({name})" in logs
        if name in panel and not numeric and needed:
            yield key, f"'{name}' holds no numbers.", "Name a column of numbers."
        elif key == "weights" and name in panel and (panel[name] < 0).any():
            yield key, f"'{name}' holds negative numbers.", "Weights are numbers of people, or other precisions."
    if not unknown and not any(name not in panel for name in test.sample.columns):
        try:
            test.sample.select(panel)
        except ExpressionError as error:
            todo = "Compare text with text, numbers with numbers."
            yield "sample", f"The condition cannot be applied: {error}.", todo
    if test.sesoi is not None and test.model in MODELS and test.sesoi.kind != "rho":
        doubling = test.sesoi.per == DOUBLING
        if doubling != is_log(test.exposure, standard):
            sort = "a log ratio" if not doubling else "not a log ratio"
            todo = f"Write per = {'10' if doubling else chr(34) + 'doubling' + chr(34)}."
            yield "sesoi", f"The exposure is {sort}.", todo


def _could_be(name: str, standard: Standard, outcomes: Standard) -> bool:
    """Whether a panel of other data could have such a column."""
    head, *rest = name.split(".")
    one = declared(measure_of(name, outcomes), standard, outcomes)
    if one is None:
        return False
    parts = {*standard.groups, *one.strata, *_BESIDE}
    if isinstance(one, Indicator):
        return bool(rest) and set(rest) <= parts | {*_FORMS, one.main_stratum, *one.pooled_strata}
    return head in (one.key, *one.columns.values()) and set(rest) <= parts


def is_log(column: str, standard: Standard) -> bool:
    """Whether a column of the panel is the log of a ratio."""
    key, _, form = column.partition(".")
    indicator = standard.indicators.get(key)
    ratio = indicator is not None and indicator.form == "ratio"
    return form == "log_ratio" or (ratio and form == "disadvantage")


def unit_words(test: Test, standard: Standard, outcomes: Standard) -> str:
    """Say in words what one unit of an estimate is."""
    if test.model == "spearman":
        return "rank correlation"
    if test.model == "ordinal":
        return f"log odds of a higher category per {_unit(test.exposure, standard, outcomes)}"
    return " per ".join(_unit(column, standard, outcomes) for column in (test.outcome, test.exposure))


def _unit(column: str, standard: Standard, outcomes: Standard) -> str:
    one: Indicator | Measure | None = declared(measure_of(column, outcomes), standard, outcomes)
    if is_log(column, standard):
        return "log unit of the ratio"
    if column.endswith((".numerator", ".denominator", ".base")) or one is None:
        return "unit"
    if column.endswith(".ratio"):
        return "unit of the ratio"
    words = {"percent": "percentage point", "score": "point of the score", "rating": "step of the rating"}
    if isinstance(one, Indicator):
        return "percentage point"
    return words.get(one.unit, "unit")
