"""The evidence grade: one of a few words for what a test and all that stands beside it show together.

The rule is written so that it can be read (``docs/plans.md`` holds the same sentences) and tested. It has no grade
above "moderate": trust-level data that nobody randomised show what goes with what, never why.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any

import pandas as pd

from wres_analysis.links.plan import EXPLORATORY, Plan
from wres_analysis.links.tasks import DECLARED, FALSIFICATION, NEGATIVE_CONTROL
from wres_analysis.stats.covariance import FEW_CLUSTERS

__all__ = ["GRADES", "RESERVATIONS", "STEPS", "Evidence", "add_evidence", "grade"]

#: The words, from nothing that can be said to the most that such data can show.
GRADES = {
    "no_answer": "there is no estimate; the status says why",
    "cannot_tell": "a meaningful association could have been missed, or what was found depends on what is not known",
    "no_evidence": "no association was found, and one of the smallest size of interest would probably have been",
    "no_meaningful_effect": "an association of the smallest size of interest is ruled out",
    "weak": "there is an association, with at least one reservation",
    "moderate": "there is an association, and none of the reservations applies",
}
#: Size of a control's standardised estimate, as a share of the test's, from which it counts as comparable.
_COMPARABLE = 0.5
#: Share of what is left of both sides that something unmeasured must explain to make up the estimate: less is little.
_EASILY_MADE_UP = 0.1
_WITHIN_TRUSTS = ("within",)

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Evidence:
    """A grade of :data:`GRADES`, and the sentences of what it rests on."""

    grade: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Facts:
    """A test's row, with what stands beside it."""

    row: Row
    beside: list[Row]
    alpha: float

    def having(self, **wanted: str) -> list[Row]:
        """The rows beside the test with such values, and with an estimate."""
        return [
            one for one in self.beside
            if all(one[name] == value for name, value in wanted.items()) and isfinite(one["estimate"])
        ]  # fmt: skip

    @property
    def variants(self) -> list[Row]:
        return [one for one in self.beside if one["variant"] != "complete_case" and isfinite(one["estimate"])]

    @property
    def others(self) -> list[Row]:
        return [one for one in self.having(role="sensitivity") if one["variant"] == "complete_case"]


def _opposed(one: float, other: float) -> bool:
    return one * other < 0


def _beyond_itself(facts: _Facts, one: Row) -> bool:
    """Whether another lag shows more than the test's own estimate brings about in it.

    Taking means out of T years sets each year a little against all others, so that an effect at one lag appears at
    every other one with about 1/(T - 1) of its size and the opposite sign. The interval must lie further from nil.
    """
    row = facts.row
    years = row["n_obs"] / max(row["n_trusts"], 1)
    by_itself = abs(row["estimate"]) / max(years - 1, 1) if row["term"] in _WITHIN_TRUSTS else 0.0
    return bool(max(one["ci_low"], -one["ci_high"], 0.0) > by_itself)


def _not_falsified(facts: _Facts) -> bool:
    """Whether the reverse lag is clean; where the exposure does not come first, there is none to look at."""
    if facts.row["lag"] <= 0:
        return True
    reverse = facts.having(role=FALSIFICATION)
    return bool(reverse) and not any(_beyond_itself(facts, one) for one in reverse)


def _control_is_clean(facts: _Facts) -> bool:
    size = abs(facts.row["std_estimate"])
    return not any(
        one["p_value"] < facts.alpha and not abs(one["std_estimate"]) < _COMPARABLE * size
        for one in facts.having(role=NEGATIVE_CONTROL)
    )


def _clusters_suffice(facts: _Facts) -> bool:
    row = facts.row
    if row["se_convention"].startswith("wild"):
        return True
    return bool((row["n_clusters"] or row["n_trusts"]) >= FEW_CLUSTERS)


def _regions_agree(facts: _Facts) -> bool:
    limits = (facts.row["loro_low"], facts.row["loro_high"])
    return not any(isfinite(limit) and _opposed(limit, facts.row["estimate"]) for limit in limits)


def _gaps_agree(facts: _Facts) -> bool:
    return not any(
        _opposed(one["estimate"], facts.row["estimate"])
        or (one["variant"] == "imputed" and not one["p_value"] < facts.alpha)
        for one in facts.variants
    )


def _lags_agree(facts: _Facts) -> bool:
    return not any(
        _opposed(one["estimate"], facts.row["estimate"]) and _beyond_itself(facts, one) for one in facts.others
    )


def _as_expected(facts: _Facts) -> bool:
    wanted = {"positive": 1.0, "negative": -1.0}.get(facts.row["direction"], 0.0)
    return not _opposed(wanted, facts.row["estimate"])


def _matters(facts: _Facts) -> bool:
    row = facts.row
    return bool(isfinite(row["sesoi"]) and abs(row["estimate"]) >= row["sesoi"])


#: What holds an association down to "weak": a name, what it says when it applies, and the condition under which it
#: does not apply.
RESERVATIONS: dict[str, tuple[str, Callable[[_Facts], bool]]] = {
    "exploratory": ("No plan declared the test.", lambda facts: facts.row["role"] != EXPLORATORY),
    "unadjusted": (
        "Its family names no adjustment for the number of tests.",
        lambda facts: any(isfinite(facts.row[name]) for name in ("p_holm", "p_bh", "p_by", "p_rw")),
    ),
    "between": (
        "It compares trusts with one another, so whatever else differs between them may be behind it.",
        lambda facts: facts.row["term"] in _WITHIN_TRUSTS,
    ),
    "order": ("The exposure does not come before the outcome.", lambda facts: facts.row["lag"] > 0),
    "coupled": ("Exposure and outcome are coupled (see the coupling).", lambda facts: facts.row["coupling"] == "none"),
    "clusters": (
        f"There are fewer than {FEW_CLUSTERS} clusters, and p is not that of a bootstrap.", _clusters_suffice,
    ),
    "size": ("The estimate is smaller than the smallest of interest, or none is set.", _matters),
    "direction": ("The direction is not the one that was expected.", _as_expected),
    "reverse": ("The reverse lag shows an association too, or could not be had.", _not_falsified),
    "control": ("A negative control shows an association of comparable size.", _control_is_clean),
    "lags": ("Another lag shows an association in the other direction.", _lags_agree),
    "variants": (
        "With missing values imputed it is not seen, or with suppressed values at their worst or on large bases alone "
        "the direction is another.",
        _gaps_agree,
    ),
    "hidden": (
        "Something unmeasured that explains less than a tenth of what is left of both sides would make it up.",
        lambda facts: not facts.row["robustness_value"] < _EASILY_MADE_UP,
    ),
    "regions": ("Without one of the regions the direction is another.", _regions_agree),
}  # fmt: skip

#: The steps of the rule; the first that applies gives the grade.
STEPS = (
    ("no_answer", "There is no estimate."),
    (
        "cannot_tell",
        "The two one-sided tests rule a meaningful association out, but not when errors of the exposure are taken into "
        "account (or these are not known), or not in all ways of treating missing values and small bases.",
    ),
    ("no_meaningful_effect", "The two one-sided tests rule an association of the smallest size of interest out."),
    ("weak", "The deciding p is below the level, and a reservation applies."),
    ("moderate", "The deciding p is below the level, and no reservation applies."),
    (
        "no_evidence",
        "The smallest detectable effect, divided by the reliability of the exposure, is no larger than the smallest "
        "of interest.",
    ),
    ("cannot_tell", "All else: a meaningful association could have been missed."),
)


def grade(row: Row, beside: list[Row], *, deciding: str, alpha: float) -> Evidence:
    """Grade a test.

    Parameters
    ----------
    row
        The row of the test in the result frame.
    beside
        The rows whose ``of`` is the test: variants, other lags, the reverse, controls.
    deciding
        The p-value that decides: the column of the first adjustment that its family names.
    alpha
        Level of the plan.

    Returns
    -------
    Evidence
    """
    facts = _Facts(row, beside, alpha)
    if not isfinite(row["estimate"]):
        return Evidence("no_answer", (STEPS[0][1],))
    if row["equivalence_p"] < alpha:
        step = 2 if _small_in_all_ways(facts) else 1
        return Evidence(STEPS[step][0], (STEPS[step][1],))
    if row[deciding] < alpha:
        applying = tuple(said for said, fine in RESERVATIONS.values() if not fine(facts))
        return Evidence("weak", applying) if applying else Evidence("moderate", (STEPS[4][1],))
    step = 5 if row["mde_80"] <= row["sesoi"] * row["reliability"] else 6  # neither is known: no comparison holds
    return Evidence(STEPS[step][0], (STEPS[step][1],))


def _small_in_all_ways(facts: _Facts) -> bool:
    """Whether the smallest effect of interest is ruled out in the variants and after correction for errors, too."""
    row = facts.row
    if any(not one["equivalence_p"] < facts.alpha for one in facts.variants):
        return False
    if row["dis_status"] == "full_count":
        return True
    return all(isfinite(row[name]) and abs(row[name]) < row["sesoi"] for name in ("dis_ci_low", "dis_ci_high"))


def add_evidence(frame: pd.DataFrame, plan: Plan) -> tuple[pd.DataFrame, dict[str, dict[str, Any]]]:
    """Fill the column ``evidence`` of every test that answers a question; what only checks one has none.

    Parameters
    ----------
    frame
        The result frame.
    plan
        For the level, and the adjustment that each family names first.

    Returns
    -------
    DataFrame, dict
        The frame, and for each test its ``grade``, the ``p`` that decided, and the ``reasons``.
    """
    first = {family.name: family.adjust[0] if family.adjust else "" for family in plan.families}
    rows: list[dict[str, Any]] = [{str(key): value for key, value in row.items()} for row in frame.to_dict("records")]
    beside: dict[str, list[Row]] = {}
    for row in rows:
        beside.setdefault(row["of"], []).append(row)
    words: list[str] = []
    about: dict[str, dict[str, Any]] = {}
    for row in rows:
        main = row["of"] == "" and row["role"] in DECLARED and row["test_id"] not in about
        if main:
            deciding = f"p_{first[row['family']].replace('romano_wolf', 'rw')}" if first[row["family"]] else "p_value"
            if deciding == "p_rw" and not isfinite(row["p_rw"]):
                deciding = "p_value"
            found = grade(row, beside.get(row["test_id"], []), deciding=deciding, alpha=plan.alpha)
            about[row["test_id"]] = {"grade": found.grade, "p": deciding, "reasons": list(found.reasons)}
        words.append(about[row["test_id"]]["grade"] if main else "")
    return frame.assign(evidence=pd.Series(words, index=frame.index, dtype="str")), about
