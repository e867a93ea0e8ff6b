"""Why values of a test are missing, and what the test says where they are filled in: by imputation, or at their worst.

A gap is told by the annual values of the panel, which carry a status for each. Only what might have been a number is
filled in: not what a trust that did not exist could have had, nor a year that nobody has published.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from wres_analysis.links.coupling import declared, measure_of
from wres_analysis.links.design import Design, Sieve, complete_rows
from wres_analysis.links.estimates import Estimate, blank, smallest, without
from wres_analysis.links.made import COMPLETE_CASE, Made
from wres_analysis.links.models import estimate
from wres_analysis.links.plan import Plan, Test
from wres_analysis.links.tasks import SENSITIVITY
from wres_analysis.standards import Indicator, Standard
from wres_analysis.stats.imputation import impute_panel, pool_estimates
from wres_analysis.stats.nulls import assess_null
from wres_analysis.stats.worst_case import extreme_slopes

__all__ = ["BOUNDS", "CLASSES", "IMPUTATIONS", "IMPUTED", "Gaps", "filled_in"]

#: Why a value is not there, and what that means.
CLASSES = {
    "structural": "the trust did not exist that year, or no trust of its kind has the measure in these data",
    "not_yet_published": "the year is later than any for which these data hold the measure",
    "not_collected": "no trust has the measure in that year",
    "before_break": "there is a value, on an old base, which cannot be compared with later ones",
    "suppressed": "the publisher holds the value back, because few people stand behind it",
    "not_submitted": "the trust gave none",
    "excluded": "the cell cannot be read as a value, or cannot be one",
    "undefined": "the counts are there, and give no ratio because one is zero",
    "unpublished": "other trusts have a value in that year, and the files do not name this one",
}
#: What might have been a number like any other.
_IMPUTABLE = ("suppressed", "not_submitted", "excluded", "unpublished")
IMPUTED, BOUNDS = "imputed", ("bound_low", "bound_high")
#: How many completed data sets are pooled.
IMPUTATIONS = 20
#: Models that are made again with values filled in: those quick enough, whose slope is that of a line.
_LINEAR = ("ols", "twfe")
_ALL_KNOWN = "nothing_missing"

_KEY = ["org_code", "wres_year"]
#: The status that stands for several parts of a value is the first of these that one of them has.
_WORST = ("suppressed", "excluded", "not_submitted", "not_applicable", "merged")
_CALLED = {"not_applicable": "structural", "merged": "structural"}


class Gaps:
    """The gaps of a panel: for every column, trust and year a class of :data:`CLASSES`, or nothing where a value is."""

    def __init__(self, panel: pd.DataFrame, values: pd.DataFrame, standard: Standard, outcomes: Standard) -> None:
        self.panel, self.standard, self.outcomes = panel, standard, outcomes
        self.values = values if "status" in values else pd.DataFrame(columns=[*_KEY, "measure", "group", "status"])
        self._rows = pd.MultiIndex.from_frame(panel[_KEY])
        self._known: dict[str, pd.Series] = {}

    def of(self, test: Test, lag: int) -> pd.DataFrame:
        """List the gaps of a test: a row for each row of its sample, a column for each that it needs, "" for a value.

        The index holds the places in the panel; the first column is the exposure, the second the outcome of ``lag``
        years later. Then come the adjusters, and the weight if there is one.
        """
        chosen, _ = test.sample.select(self.panel)
        places = np.flatnonzero(chosen)
        needed = [(test.exposure, 0), (test.outcome, lag), *((name, 0) for name in test.adjust)]
        if test.weights != "none":
            needed.append((test.weights, 0))
        found = [self._at(name, shift)[places] for name, shift in needed]
        return pd.DataFrame(np.column_stack(found), index=places, columns=range(len(needed)), dtype=object)

    def _at(self, name: str, shift: int) -> np.ndarray:
        """(rows of the panel,) class of a column in the year ``shift`` later."""
        column = name.removeprefix("log(").removesuffix(")")
        if column not in self._known:
            self._known[column] = self._classes(column)
        known = self._known[column]
        if not shift:
            return known.to_numpy(dtype=object)
        years = self.panel["wres_year"] + shift
        wanted = pd.MultiIndex.from_arrays([self.panel["org_code"], years])
        found = known.reindex(wanted).to_numpy(dtype=object)
        last = max(self._years(column), default=0)
        return np.where(pd.isna(found), np.where(years > last, "not_yet_published", "structural"), found)

    def _years(self, column: str) -> set[int]:
        return set(self.panel.loc[self.panel[column].notna(), "wres_year"])

    def _classes(self, column: str) -> pd.Series:
        panel, years = self.panel, self._years(column)
        there = panel[column].notna()
        flag = f"{column.partition('.')[0]}.before_break"
        old = panel[flag].astype(bool) if flag in panel else pd.Series(False, index=panel.index)
        status = self._status(column)
        kinds = set(panel.loc[there, "trust_type"])
        conditions = [
            there & old,
            there,
            panel["wres_year"] > max(years, default=0),
            ~panel["wres_year"].isin(years),
            status.isin(list(_CALLED)) | ~panel["trust_type"].isin(kinds),
            status.isin(_WORST),
            status == "observed",
        ]
        words = ["before_break", "", "not_yet_published", "not_collected", "structural", status, "undefined"]
        found = np.select(conditions, [np.asarray(word, dtype=object) for word in words], default="unpublished")
        return pd.Series(found.astype(object), index=self._rows)

    def _status(self, column: str) -> pd.Series:
        """(rows of the panel,) the worst status of the values that a column is made from; "" where there is none."""
        key = measure_of(column, self.outcomes)
        one = declared(key, self.standard, self.outcomes)
        rows = self.values[self.values["measure"] == key]
        if one is None or rows.empty:
            return pd.Series("", index=self.panel.index)
        named = column.split(".")[1:]
        groups = [group for group in named if group in self.standard.groups]
        if isinstance(one, Indicator) and not groups:
            groups = [self.standard.reference_group, self.standard.comparison_group]
        stratum = next((part for part in named if part in one.strata), one.main_stratum)
        rows = rows[(rows["stratum"] == stratum) & (rows["group"].isin(groups) if groups else True)]
        rank = rows["status"].map({status: number for number, status in enumerate((*_WORST, "observed"))})
        worst = rank.groupby([rows[name] for name in _KEY]).min().reindex(self._rows)
        words = worst.map(dict(enumerate((*_WORST, "observed")))).fillna("")
        return pd.Series(words.to_numpy(dtype=object), index=self.panel.index)

    def counted(self, test: Test, lag: int) -> dict[str, dict[str, int]]:
        """Count the gaps of a test: class by class for exposure, outcome and each adjuster that has any."""
        gaps = self.of(test, lag)
        names = ["exposure", "outcome", *test.adjust, test.weights]
        counted = {names[n]: Counter(filter(None, gaps[n])) for n in range(gaps.shape[1])}
        return {name: dict(sorted(found.items())) for name, found in counted.items() if found}


def filled_in(one: Made, plan: Plan, gaps: Gaps) -> Iterator[Made]:
    """Make a linear test again with what is missing filled in: ``imputed``, ``bound_low`` and ``bound_high``.

    Parameters
    ----------
    one
        The test on complete cases.
    plan
        For level and seed.
    gaps
        The gaps of its panel.

    Yields
    ------
    Made
        Each with a row of its own and the status ``nothing_missing`` where there is nothing to fill in.
    """
    if one.design is None or one.task.test.model not in _LINEAR or one.variant != COMPLETE_CASE:
        return
    task = replace(one.task, role=SENSITIVITY, of=one.task.test_id)
    test = replace(task.test, se="CR1") if task.test.se == "wild" else task.test
    why = gaps.of(test, task.lag)

    def variant(name: str, design: Design | None, result: Estimate) -> Made:
        message = " ".join(filter(None, [result.message, one.task.note]))
        return replace(one, task=task, variant=name, design=design, results=(replace(result, message=message),))

    yield variant(IMPUTED, *_imputed(gaps.panel, test, task.lag, why, plan))
    for name, design, result in _bounds(gaps.panel, test, task.lag, why, plan):
        yield variant(name, design, result)


def _rows(panel: pd.DataFrame, test: Test, lag: int, places: np.ndarray) -> tuple[pd.DataFrame, pd.Series]:
    """Rows of the panel and their outcome, gaps and all."""
    rows = panel.iloc[places].reset_index(drop=True)
    later = panel.set_index(_KEY)[test.outcome]
    keys = pd.MultiIndex.from_arrays([rows["org_code"], rows["wres_year"] + lag])
    return rows, pd.Series(later.reindex(keys).to_numpy("float64"), index=rows.index)


def _design(rows: pd.DataFrame, outcome: pd.Series, test: Test, places: np.ndarray) -> Design:
    no = pd.Series(False, index=rows.index)
    return complete_rows(Sieve(len(rows)), rows, test, outcome, before_break=no, places=places)


def _imputed(
    panel: pd.DataFrame, test: Test, lag: int, why: pd.DataFrame, plan: Plan
) -> tuple[Design | None, Estimate]:
    """Pool the test over completed data sets."""
    numeric = [
        name for name in test.adjust if name != "wres_year" and pd.api.types.is_numeric_dtype(panel[_bare(name)])
    ]
    may = [0, 1, *(2 + test.adjust.index(name) for name in numeric)]
    can = why[may].isin(("", *_IMPUTABLE)).all(axis=1) & (why.drop(columns=may) == "").all(axis=1)
    missing = can & (why != "").any(axis=1)
    if not missing.any():
        return None, blank(
            _ALL_KNOWN, why="No value of this test's rows is missing for a reason that could be imputed."
        )
    places = why.index[can].to_numpy()
    rows, outcome = _rows(panel, test, lag, places)
    logged = {name for name in numeric if name.startswith("log(")}
    columns = [test.exposure, *map(_bare, numeric)]
    parts = [outcome, *(np.log(rows[_bare(n)].where(rows[_bare(n)] > 0)) if n in logged else rows[_bare(n)]
             for n in (test.exposure, *numeric))]  # fmt: skip
    data = np.column_stack([part.to_numpy("float64") for part in parts])
    try:
        copies = impute_panel(data, time=rows["wres_year"], entity=rows["org_code"], m=IMPUTATIONS, seed=plan.seed)
    except ValueError as error:
        return None, blank("not_available", why=f"The gaps cannot be imputed: {error}.")
    results = []
    for copy in copies:
        whole = rows.copy()
        for number, (column, name) in enumerate(zip(columns, (test.exposure, *numeric), strict=True), 1):
            whole[column] = np.exp(copy[:, number]) if name in logged else copy[:, number]
        design = _design(whole, pd.Series(copy[:, 0], index=rows.index), test, places)
        results.append(estimate(design, test, alpha=plan.alpha, seed=plan.seed, draws=1)[0])
    failed = next((result for result in results if result.status != "ok"), None)
    if failed is not None:
        return design, without(failed, failed.status, test.exposure)
    counts = Counter(word for n in may for word in why.loc[can, n] if word)
    return design, _pooled(results, test, plan, {"gaps": dict(sorted(counts.items())), "rows": int(missing.sum())})


def _pooled(results: list[Estimate], test: Test, plan: Plan, about: dict[str, Any]) -> Estimate:
    first = results[0]
    found = pool_estimates(
        [one.estimate for one in results], [one.std_error for one in results], df_complete=first.df,
        level=1 - plan.alpha,
    )  # fmt: skip
    null = assess_null(
        found.estimate, found.std_error, found.df, smallest_effect=smallest(test), p_value=found.p_value,
        alpha=plan.alpha,
    )  # fmt: skip
    said = f"Values of {about['rows']} rows are imputed, in {found.m} data sets."
    return replace(
        first,
        message=" ".join(filter(None, [said, first.message])),
        estimate=found.estimate,
        std_error=found.std_error,
        se_convention=f"Rubin's rules over {found.m} imputed data sets, t with {found.df:.4g} degrees of freedom "
        f"(Barnard and Rubin); within each {first.se_convention}",
        ci_low=found.low,
        ci_high=found.high,
        p_value=found.p_value,
        df=found.df,
        std_estimate=float(np.mean([one.std_estimate for one in results])),
        mde_80=null.minimum_detectable,
        equivalence_p=null.equivalence_p,
        smallest_demonstrable=null.smallest_demonstrable,
        verdict=null.verdict,
        fit=None,
        detail={
            **about, "data_sets": found.m, "missing_information": found.missing_information,
            "relative_increase_of_variance": found.relative_increase,
        },
    )  # fmt: skip


def _bounds(
    panel: pd.DataFrame, test: Test, lag: int, why: pd.DataFrame, plan: Plan
) -> Iterator[tuple[str, Design | None, Estimate]]:
    """Fit the test where suppressed exposures and outcomes are such that its slope is least, and greatest."""
    can = why[[0, 1]].isin(("", "suppressed")).all(axis=1) & (why.drop(columns=[0, 1]) == "").all(axis=1)
    hidden = can & (why[[0, 1]] == "suppressed").any(axis=1)
    if not hidden.any():
        for name in BOUNDS:
            yield name, None, blank(_ALL_KNOWN, why="No exposure or outcome of this test's rows is suppressed.")
        return
    places = why.index[can].to_numpy()
    rows, outcome = _rows(panel, test, lag, places)
    exposure = rows[test.exposure].astype("float64")
    if exposure.nunique() < 2 or outcome.nunique() < 2:
        for name in BOUNDS:
            yield name, None, blank("too_few", why="There are no two values to take limits from.")
        return
    limits = [(float(values.min()), float(values.max())) for values in (outcome, exposure)]
    middle = _design(
        rows.assign(**{test.exposure: exposure.fillna(exposure.mean())}), outcome.fillna(outcome.mean()), test, places
    )
    dummies = [np.ones((len(rows), 1)), middle.x[:, 1:]]
    if test.model == "twfe":
        dummies += [pd.get_dummies(labels).to_numpy("float64") for labels in (middle.entity, middle.time)]
    found = extreme_slopes(
        outcome, exposure, np.column_stack(dummies), y_limits=limits[0], x_limits=limits[1], weights=middle.weights
    )
    said = (
        f"{int(hidden.sum())} rows with a suppressed value are used, each put where the estimate is {{}}, within what "
        f"is seen in the other rows: exposure {limits[1][0]:.4g} to {limits[1][1]:.4g}, outcome {limits[0][0]:.4g} to "
        f"{limits[0][1]:.4g}."
    )
    for name, word, extreme in zip(BOUNDS, ("least", "greatest"), found, strict=True):
        design = _design(
            rows.assign(**{test.exposure: extreme.x}), pd.Series(extreme.y, index=rows.index), test, places
        )
        result = estimate(design, test, alpha=plan.alpha, seed=plan.seed, draws=1)[0]
        about = {"rows": int(hidden.sum()), "limits_of_exposure": list(limits[1]), "limits_of_outcome": list(limits[0])}
        message = " ".join(filter(None, [said.format(word), result.message]))
        yield name, design, replace(result, message=message, detail=about, fit=None)


def _bare(name: str) -> str:
    return name.removeprefix("log(").removesuffix(")")
