"""The tables of the notebook on links, each from a plan and what it found."""

from __future__ import annotations

from collections.abc import Mapping
from math import exp, isfinite, nan
from typing import Any

import numpy as np
import pandas as pd

from wres_analysis.charts.blocks import Cell
from wres_analysis.charts.tables import Table, format_number, table
from wres_analysis.links import shown
from wres_analysis.links.coupling import declared, measure_of
from wres_analysis.links.evidence import GRADES
from wres_analysis.links.made import COMPLETE_CASE
from wres_analysis.links.plan import Plan
from wres_analysis.links.run import LinksResult
from wres_analysis.narrative.links import decimals_for
from wres_analysis.narrative.sentences import RATINGS
from wres_analysis.narrative.wording import interval, lower_first, upper_first
from wres_analysis.profiles.frames import records
from wres_analysis.standards import Indicator, load_outcomes, load_standard

__all__ = ["LinksTables"]

_VARIANTS = {
    COMPLETE_CASE: "rows with all values", "imputed": "missing values imputed",
    "bound_low": "suppressed values at the lower extreme", "bound_high": "suppressed values at the upper extreme",
    "large_bases": "exposures with large bases only",
}  # fmt: skip
_BESIDE = {
    "falsification": "Reverse: outcome first",
    "sensitivity": "Another lag",
    "negative_control": "Negative control",
}
_CORRECTION = {
    "ok": "corrected", "unbounded": "no limit: chance could be all that varies", "too_unreliable": "too unreliable",
    "full_count": "a full count: nothing to correct", "no_base": "numbers of people not known",
    "same_respondents": "same respondents: errors go together", "not_available": "not for this model",
}  # fmt: skip
_ADJUSTED = {"holm": "Holm", "bh": "Benjamini-Hochberg", "by": "Benjamini-Yekutieli", "romano_wolf": "Romano-Wolf"}
_QUANTILES = ("exposure low (10th percentile)", "exposure in the middle", "exposure high (90th percentile)")


class LinksTables:
    """Tables on what a plan found, and the names that they use.

    Parameters
    ----------
    plan
        What was declared.
    result
        What came of it.
    """

    def __init__(self, plan: Plan, result: LinksResult) -> None:
        self.plan, self.result = plan, result
        self.standard, self.outcomes = load_standard(plan.standard), load_outcomes()
        self.alpha = plan.alpha
        self.answers = shown.answers(result)
        self.primary = shown.answers(result, role="primary")
        self.secondary = [f.name for f in plan.families if f.role != "primary"]

    def title_of(self, column: str) -> str:
        """A column of the panel as a table or a picture names it."""
        one = declared(measure_of(column, self.outcomes), self.standard, self.outcomes)
        if one is None:
            return column
        name = f"{one.number}. {one.title}" if isinstance(one, Indicator) else one.title
        groups = [self.standard.groups[part].label for part in column.split(".")[1:] if part in self.standard.groups]
        return f"{name} ({groups[0]} staff alone)" if groups and isinstance(one, Indicator) else name

    def _pair(self, row: Mapping[str, Any]) -> str:
        one, two = (self.title_of(row[name]) for name in ("exposure", "outcome"))
        return f"{one}; {_within(two)}"

    def family_table(self) -> Table:
        """One row a family."""
        rows = [
            {
                "Family": name,
                "Role": str(one["role"]),
                "Tests": int(one["tests"]),
                "Without an answer": int(one["tests_without_p_value"]),
                "Adjusted for their number by": ", ".join(_ADJUSTED[m] for m in one["adjusted_by"]) or "nothing",
            }
            for name, one in self.result.about["families"].items()
        ]
        return table(pd.DataFrame(rows), caption="The families of tests that the plan declared")

    def _plain_pair(self, row: Mapping[str, Any]) -> str:
        one, two = (self.title_of(row[name]) for name in ("exposure", "outcome"))
        return f"{lower_first(one.partition('. ')[2] or one)}, and {_within(two)}"

    @property
    def variant_names(self) -> dict[str, str]:
        """What each variant is called."""
        return _VARIANTS

    @property
    def quantiles(self) -> tuple[str, ...]:
        """What the three places on the exposure are called."""
        return _QUANTILES

    def primary_table(self) -> Table | None:
        """The primary tests as declared: what is set beside what, and how."""
        tests = [t for t in self.plan.tests if self.plan.family(t.family).role == "primary"]
        rows = [
            {
                "Test": t.id,
                "Exposure": self.title_of(t.exposure),
                "Outcome": self.title_of(t.outcome),
                "Years from exposure to outcome": format_number(t.lag, ".0f"),
                "Model": t.model,
                "Adjusted for": ", ".join(self._adjuster(one) for one in t.adjust) or "nothing",
                "Standard error": t.se if t.model != "spearman" else "of the rank correlation",
                "Expected": t.direction,
            }
            for t in tests
        ]
        if not rows:
            return None
        return table(
            pd.DataFrame(rows), caption="The primary tests as the plan declared them",
            notes=(
                f"The exposure is recoded so that more is worse for {self._people}. A model named twfe compares each "
                "trust with itself and with the country in the same year; ols and ordinal compare trusts with one "
                "another.",
            ),
        )  # fmt: skip

    @property
    def _people(self) -> str:
        return self.standard.groups[self.standard.comparison_group].prose

    def _adjuster(self, column: str) -> str:
        first = column.partition("|")[0].strip()
        group = self.standard.groups[self.standard.comparison_group]
        return {"region": "region", "trust_type": "type of trust", "wres_year": "year", "log(headcount)": "size"}.get(
            first, first.replace("_", " ").replace(group.key, group.label).replace("log(", "").replace(")", "")
        )

    def result_table(self) -> Table | None:
        """The primary tests' estimates in their own units."""
        return self._results(self.primary, "What the primary tests found")

    def _results(self, rows: pd.DataFrame, caption: str, *, folded: bool = False) -> Table | None:
        if not len(rows):
            return None
        accounts = self.result.about["tests"]
        told = []
        for row in records(rows):
            p = accounts[row["test_id"]].get("evidence", {}).get("p", "p_value")
            told.append(
                {
                    "Test": row["test_id"],
                    "Exposure": self.title_of(row["exposure"]),
                    "Outcome": self.title_of(row["outcome"]),
                    **self._estimate(row),
                    "Smallest of interest": self._size(row, row["sesoi"]),
                    "p": _p(row["p_value"]),
                    "Adjusted p": _p(row[p]),
                    "Trusts": int(row["n_trusts"]),
                    "Rows": int(row["n_obs"]),
                    "Evidence": str(row["evidence"]).replace("_", " "),
                }
            )
        return table(pd.DataFrame(told), caption=caption, folded=folded, missing="none", notes=self._reasons(rows))

    def _reasons(self, rows: pd.DataFrame) -> tuple[str, ...]:
        """Why tests have no answer, each reason once."""
        blank = rows[~np.isfinite(rows["estimate"])]
        found: dict[str, list[str]] = {}
        for row in records(blank):
            found.setdefault(row["message"], []).append(row["test_id"])
        return tuple(f"No answer to {', '.join(names)}: {message}" for message, names in found.items())

    def _estimate(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """Estimate, interval and unit as cells, for as much of the exposure as the plan speaks of."""
        if not isfinite(row["estimate"]):
            return {"Estimate": Cell("none"), "95% interval": Cell("none"), "Unit": "none"}
        per = row["per"] if isfinite(row["per"]) else 1.0
        low, high = row["ci_low"] * per, row["ci_high"] * per
        spec = f"+.{decimals_for(low, high)}f"
        return {
            "Estimate": Cell(format_number(row["estimate"] * per, spec), row["estimate"] * per),
            f"{format_number(100 * (1 - self.alpha), 'g')}% interval": Cell(interval(low, high, spec), (low, high)),
            "Unit": _unit(row),
        }

    def _size(self, row: Mapping[str, Any], size: float) -> Cell:
        """A size on the scale of the estimate."""
        if not isfinite(size):
            return Cell("none")
        size *= row["per"] if isfinite(row["per"]) else 1.0
        return Cell(format_number(size, ".3g" if abs(size) < 100 else ",.0f"), size)

    def correction_table(self) -> Table | None:
        """Each primary estimate beside what it would be without the sampling error of its exposure."""
        rows = []
        for row in records(self.primary):
            if not isfinite(row["estimate"]):
                continue
            per = row["per"] if isfinite(row["per"]) else 1.0
            low, high, value = (row[n] * per for n in ("dis_ci_low", "dis_ci_high", "estimate_disattenuated"))
            spec = f"+.{decimals_for(low, high)}f"
            rows.append(
                {
                    "Test": row["test_id"],
                    **self._estimate(row),
                    "Reliability": format_number(row["reliability"], ".2f") if isfinite(row["reliability"]) else "none",
                    "Corrected": Cell(format_number(value, spec), value) if isfinite(value) else Cell("none"),
                    "Its interval": Cell(interval(low, high, spec), (low, high)) if isfinite(low) else Cell("none"),
                    "Correction": _CORRECTION.get(row["dis_status"], row["dis_status"].replace("_", " ")),
                }
            )
        if not rows:
            return None
        return table(
            pd.DataFrame(rows), caption="Estimates as observed, and without the sampling error of the exposure",
            notes=(
                "Reliability is the share of what varies in the exposure, after adjustment, that is not chance in "
                "its counts. "
                "Where it is close to nil or below, chance could be all that varies.",
            ),
        )  # fmt: skip

    def beside_table(self) -> Table | None:
        """Reverse lags, other lags and negative controls of the primary tests."""
        rows = []
        for row in records(self.primary):
            found = shown.beside(self.result, row["test_id"])
            for one in [row, *records(found[found["variant"] == COMPLETE_CASE])]:
                own = one["test_id"] == row["test_id"]
                rows.append(
                    {
                        "Row": one["test_id"],
                        "What it is": "The test itself" if own else _BESIDE[one["role"]],
                        "Exposure": self.title_of(one["exposure"]),
                        "Years from exposure to outcome": format_number(one["lag"], ".0f"),
                        **self._estimate(one),
                        "p": _p(one["p_value"]),
                        "Trusts": int(one["n_trusts"]),
                    }
                )
        if not rows:
            return None
        return table(pd.DataFrame(rows), caption="The primary tests and what checks them", missing="none")

    def variant_table(self) -> Table | None:
        """The primary tests under each treatment of missing values and small bases."""
        rows = []
        for row in records(self.primary):
            found = shown.beside(self.result, row["test_id"])
            for one in [row, *records(found[found["variant"] != COMPLETE_CASE])]:
                rows.append(
                    {
                        "Test": row["test_id"],
                        "Rows used": _VARIANTS[one["variant"]],
                        **self._estimate(one),
                        "p": _p(one["p_value"]),
                        "Rows": int(one["n_obs"]),
                        "Remark": "nothing to fill in" if one["status"] == "nothing_missing" else "",
                    }
                )
        if not rows:
            return None
        return table(pd.DataFrame(rows), caption="The primary tests under each treatment of missing values")

    def family_results(self, family: str) -> Table | None:
        """Every test of a family."""
        rows = self.answers[self.answers["family"] == family]
        return self._results(rows, f"Every test of the family {family}", folded=len(rows) > 25)

    def power_table(self) -> Table | None:
        """What each primary test could have seen, in its own unit."""
        rows = [
            {
                "Test": row["test_id"],
                "Smallest of interest": self._size(row, row["sesoi"]),
                "Seen with a chance of 80%": self._size(row, row["mde_80"]),
                "Could be ruled out": self._size(row, row["smallest_demonstrable"]),
                "Unit": _unit(row),
            }
            for row in records(self.primary)
            if isfinite(row["estimate"])
        ]
        return table(pd.DataFrame(rows), caption="What the primary tests could have seen") if rows else None

    def rating_names(self, frame: pd.DataFrame) -> dict[float, str]:
        """Names of the categories."""
        return {c: RATINGS.get(c, f"{c:g}") for c in sorted(set(frame["category"]))}

    def probability_table(self, test_id: str, frame: pd.DataFrame) -> Table:
        """Predicted probabilities as numbers."""
        names = self.rating_names(frame)
        rows = []
        for name, (at, part) in zip(_QUANTILES, frame.groupby("exposure"), strict=False):
            row: dict[str, Any] = {"Where": upper_first(name), "Exposure": format_number(float(str(at)), ".1f")}
            for one in records(part):
                low, high = (100 * min(max(one[n], 0.0), 1.0) for n in ("low", "high"))
                row[names[one["category"]]] = (
                    f"{format_number(100 * one['estimate'], '.0f')}% ({interval(low, high, '.0f')})"
                )
            rows.append(row)
        return table(
            pd.DataFrame(rows), row_heading=True,
            caption=f"Predicted probability of each rating in test {test_id}, with 95% interval",
            notes=("All but the exposure is as it is in the data.",),
        )  # fmt: skip

    def threshold_table(self) -> Table | None:
        """Odds ratios and thresholds of the ordinal tests."""
        frame = shown.thresholds(self.result)
        rows = []
        for test_id in dict.fromkeys(frame["test_id"]) if len(frame) else ():
            row = next(one for one in records(self.answers) if one["test_id"] == test_id)
            if not isfinite(row["estimate"]):
                continue
            per = row["per"] if isfinite(row["per"]) else 1.0
            odds = [_exp(per * row[name]) for name in ("estimate", "ci_low", "ci_high")]
            told: dict[str, Any] = {
                "Test": test_id,
                "Odds ratio of a better rating": Cell(_odds(odds[0]), odds[0]),
                "95% interval": Cell(f"{_odds(odds[1])} to {_odds(odds[2])}", (odds[1], odds[2])),
                "For": row["per_words"] or "one unit",
            }
            for one in records(frame[frame["test_id"] == test_id]):
                name = f"Threshold up to {RATINGS.get(one['up_to'], one['up_to'])}"
                told[name] = f"{format_number(one['estimate'], '.1f')} ({interval(one['low'], one['high'], '.1f')})"
            rows.append(told)
        if not rows:
            return None
        return table(
            pd.DataFrame(rows), caption="Ordinal tests: odds ratios, and thresholds on the log odds", missing="no "
            "such rating",
            notes=(
                "A threshold is the log odds of a rating up to that word where every column is nil; in brackets its "
                "interval. Where probabilities are not given, an adjustment rests on one trust alone, and errors "
                "would be too "
                "small.",
            ),
        )  # fmt: skip

    def coupling_table(self) -> Table | None:
        """The pairs that the coupling guard flags or refuses, with its reason."""
        part = self.answers[self.answers["coupling"] != "none"]
        if not len(part):
            return None
        rows = [
            {"Test": r["test_id"], "Pair": self._pair(r), "Word": r["coupling"], "Reason": r["coupling_reason"]}
            for r in records(part)
        ]
        return table(pd.DataFrame(rows), caption="Pairs that are coupled by the way they are measured")

    def grade_table(self) -> Table:
        """What each grade means, and how many tests have it."""
        counts = self.answers["evidence"].value_counts()
        rows = [
            {"Grade": grade.replace("_", " "), "What it means": means, "Tests": int(counts.get(grade, 0))}
            for grade, means in GRADES.items()
        ]
        return table(pd.DataFrame(rows), caption="Evidence grades")


def _within(title: str) -> str:
    """A title within a sentence; the name of a thing, such as a test of that name, keeps its capital letters."""
    return title if any(word[:1].isupper() for word in title.split()[1:]) else lower_first(title)


def _unit(row: Mapping[str, Any]) -> str:
    unit = row["unit"].partition(" per ")[0] if isfinite(row["per"]) else row["unit"]
    return f"{unit} for {row['per_words']}" if isfinite(row["per"]) else unit


def _p(value: float) -> Cell:
    if not isfinite(value):
        return Cell("none")
    return Cell("under 0.001" if value < 0.001 else format_number(value, ".3f"), value)


def _exp(value: float) -> float:
    return exp(value) if value < 50 else nan


def _odds(value: float) -> str:
    if not isfinite(value):
        return "very large"
    return format_number(value, ".2f" if value < 100 else ",.0f")
