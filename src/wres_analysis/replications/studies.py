"""Published statements on what goes with what, tested by the estimators of the links.

Which tests are made stands in ``plans/replications.toml``, so ``wres links --plan`` gives the same numbers. A
statement gets one of :data:`VERDICTS`, by a rule that is written here and tested.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp, inf, isfinite, nan
from typing import Any

import pandas as pd

from wres_analysis.links import Plan, read_plan, run_plan
from wres_analysis.panel.store import PanelData
from wres_analysis.profiles.frames import records
from wres_analysis.replications.published import Published, Study, load_published
from wres_analysis.resources import share

__all__ = ["HELD_COLUMNS", "ROW_COLUMNS", "VERDICTS", "VERDICT_COLUMNS", "Replications", "judge", "replicate"]

#: What becomes of a statement.
VERDICTS = {
    "replicated": "these data show it, and of the published size where one was published",
    "partly": "these data show its direction only, or one of two things that it says",
    "not_replicated": "these data rule it out: the interval leaves out what was published, or any size worth knowing",
    "cannot_be_replicated_here": "these data lack what it needs, or are too few to tell",
}
#: One row is a test of a study. ``question``: ``between`` or ``within`` trusts. ``decides``: whether the verdict on
#: the study rests on it. ``nearest``: whether it is the test nearest to the study. ``ours`` with its limits is on the
#: published ``scale``: standard deviations, an odds ratio for one unit of the exposure, or (``sign``) the outcome's
#: own unit for ``per`` units of the exposure. ``std`` is in standard deviations of both sides; its limits are those of
#: the estimate on that scale, the two spreads taken as known. ``corrected`` is ``ours`` after correction for the
#: sampling error of the exposure.
ROW_COLUMNS = (
    "study", "title", "claim", "source", "grade", "scale", "published", "published_n", "test_id", "question", "lag",
    "model", "adjustment", "label", "nearest", "decides", "ours", "low", "high", "per", "std", "std_low", "std_high",
    "corrected", "corrected_low", "corrected_high", "reliability", "n_obs", "n_trusts", "n_clusters", "verdict",
    "reason", "status", "message",
)  # fmt: skip
#: One row is a statement with the verdict on it; the last is that on the band.
VERDICT_COLUMNS = ("study", "title", "claim", "source", "grade", "published", "same", "differs", "verdict", "reason")
#: One row is a side of a study: how many trusts have it, from which year to which. ``near`` are ratings or values that
#: come close to it and are not it.
HELD_COLUMNS = ("study", "side", "column", "words", "trusts", "values", "first_year", "last_year")

_LARGEST = 700.0  # above, a float has no exponential
_REASONS = {
    "not_available": "The loaded data do not hold what it needs.",
    "agrees": "The interval leaves out no association and includes the published size.",
    "direction": "The interval leaves out no association, in the published direction.",
    "other_size": "The direction is the published one and the size another: the interval leaves the published size "
    "out.",
    "no_number": "The direction is the published one; the published size is for another unit, so sizes cannot be "
    "compared.",
    "opposite": "The interval lies on the other side of no association.",
    "excluded": "The interval includes no association and leaves the published size out.",
    "nothing_of_size": "The interval includes no association, and one of a size worth knowing is ruled out.",
    "cannot_tell": "The interval includes no association and sizes worth knowing as well: these data are too few to "
    "tell.",
}
#: The verdict on the counts of trusts in a band is the same whatever is loaded: nothing loaded is of that year.
_BAND = "The arithmetic can be made again; the counts of that year by trust are not at hand."


@dataclass(frozen=True, slots=True)
class Replications:
    """What became of the published statements.

    Parameters
    ----------
    frame
        :data:`ROW_COLUMNS`, in the order of the studies and of their tests.
    verdicts
        :data:`VERDICT_COLUMNS`.
    held
        :data:`HELD_COLUMNS`.
    fictional
        Whether the data are the sample's, in which case nothing here is about the NHS.
    about
        Hash of the plan, title and hash of the data.
    """

    frame: pd.DataFrame
    verdicts: pd.DataFrame
    held: pd.DataFrame
    fictional: bool
    about: dict[str, Any]


def replicate(data: PanelData, *, published: Published | None = None, plan: Plan | None = None) -> Replications:
    """Test every published statement on a panel.

    Parameters
    ----------
    data
        A loaded panel.
    published, plan
        The shipped ones if None.

    Returns
    -------
    Replications
        Whatever the data cannot answer has a status, a sentence and no number.
    """
    published = published or load_published()
    plan = plan or read_plan(share("plans", "replications.toml"))
    result = run_plan(plan, data)
    links = result.frame[result.frame["variant"] == "complete_case"]
    rows, verdicts, held = [], [], []
    for study in published.studies:
        mine = [_row(study, one) for test in study.tests for one in records(links[links["test_id"] == test])]
        rows += mine
        deciding = _deciding(study, mine)
        for row in mine:
            row["decides"] = row in deciding
        word, reason = _overall(deciding)
        told = {name: getattr(study, name) for name in VERDICT_COLUMNS[2:8]}
        verdicts.append({"study": study.id, "title": study.title, **told, "verdict": word, "reason": reason})
        held += _held(study, data)
    band = published.band
    told = {name: getattr(band, name) for name in ("title", "claim", "source", "grade", "same", "differs")}
    verdicts.append({"study": band.id, **told, "published": nan, "verdict": "partly", "reason": _BAND})
    frame = pd.DataFrame(rows, columns=list(ROW_COLUMNS))
    return Replications(
        frame,
        pd.DataFrame(verdicts, columns=list(VERDICT_COLUMNS)),
        pd.DataFrame(held, columns=list(HELD_COLUMNS)),
        bool(data.account.get("fictional", False)),
        {"plan_hash": plan.hash, "plan_title": plan.title, "data_hash": data.data_hash},
    )


def judge(
    estimate: float, low: float, high: float, *, published: float, scale: str, direction: str, null_verdict: str = ""
) -> tuple[str, str]:
    """Say what one estimate makes of a published statement.

    Parameters
    ----------
    estimate, low, high
        Ours, with nought for no association (of an odds ratio its log); NaN where there is none.
    published
        The published number in the same unit; NaN where there is none.
    scale
        Of :data:`~wres_analysis.replications.published.SCALES`. Only a standardised number is compared in size.
    direction
        ``positive`` or ``negative``.
    null_verdict
        What :func:`~wres_analysis.stats.nulls.assess_null` says of it.

    Returns
    -------
    tuple of str
        A word of :data:`VERDICTS`, and a key of why.
    """
    if not (isfinite(estimate) and isfinite(low) and isfinite(high)):
        return "cannot_be_replicated_here", "not_available" if not isfinite(estimate) else "cannot_tell"
    side = 1 if direction == "positive" else -1
    sized = scale == "standardised" and isfinite(published)
    within = sized and low <= published <= high
    if low <= 0 <= high:
        if sized and not within:
            return "not_replicated", "excluded"
        if not sized and null_verdict == "evidence_of_no_meaningful_effect":
            return "not_replicated", "nothing_of_size"
        return "cannot_be_replicated_here", "cannot_tell"
    if estimate * side < 0:
        return "not_replicated", "opposite"
    if scale == "sign":
        return "replicated", "direction"
    if scale == "odds_ratio":
        return "partly", "no_number"
    return ("replicated", "agrees") if within or not sized else ("partly", "other_size")


def _row(study: Study, one: Mapping[str, Any]) -> dict[str, Any]:
    """A row of the links as a row of this frame."""
    estimate, low, high = (float(one[name]) for name in ("estimate", "ci_low", "ci_high"))
    stretch = float(one["std_estimate"]) / estimate if isfinite(estimate) and estimate else nan
    std = (stretch * estimate, stretch * low, stretch * high)
    raw = (estimate, low, high)
    ours = {"standardised": std, "odds_ratio": tuple(_exp(x) for x in raw)}.get(study.scale)
    per = float(one["per"]) if study.scale == "sign" and isfinite(one["per"]) else 1.0
    ours = tuple(per * x for x in raw) if ours is None else ours
    corrected = tuple(
        per * float(one[name]) if study.scale == "sign" else nan
        for name in ("estimate_disattenuated", "dis_ci_low", "dis_ci_high")
    )
    # A row with another exposure than the statement's (a gap in place of a level) has its own sign.
    direction = one["direction"] if one["direction"] in ("positive", "negative") else study.direction
    word, why = judge(
        *(std if study.scale == "standardised" else raw),
        published=study.published,
        scale=study.scale,
        direction=direction,
        null_verdict=one["verdict"],
    )
    return {
        "study": study.id,
        **{name: getattr(study, name) for name in ROW_COLUMNS[1:8]},
        **{name: one[name] for name in ("test_id", "lag", "model", "adjustment", "reliability", "n_obs", "n_trusts")},
        "question": "within" if one["term"] == "within" else "between",
        "label": study.labels.get(one["test_id"], one["test_id"]),
        "nearest": one["test_id"] in study.compared,
        "decides": False,
        "ours": ours[0],
        "low": ours[1],
        "high": ours[2],
        "per": per,
        "std": std[0],
        "std_low": std[1],
        "std_high": std[2],
        "corrected": corrected[0],
        "corrected_low": corrected[1],
        "corrected_high": corrected[2],
        "n_clusters": one["n_clusters"],
        "verdict": word,
        "reason": _REASONS[why],
        "status": one["status"],
        "message": one["message"],
    }


def _exp(value: float) -> float:
    return nan if not isfinite(value) else exp(value) if value < _LARGEST else inf


def _deciding(study: Study, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows that the verdict rests on: of what the study needs, the nearest between and the first within."""
    found = []
    for need in study.needs:
        fits = [row for row in rows if row["question"] == need and (need == "within" or row["nearest"])]
        found += [row for row in fits if study.scale != "sign" or row["lag"] > 0][:1]
    return found


def _overall(deciding: Sequence[Mapping[str, Any]]) -> tuple[str, str]:
    """The verdict on a study from the rows that decide it."""
    words = [row["verdict"] for row in deciding]
    if not words:
        return "cannot_be_replicated_here", _REASONS["not_available"]
    if len({(row["verdict"], row["reason"]) for row in deciding}) == 1:
        return words[0], deciding[0]["reason"]
    told = " ".join(
        f"{'Between' if row['question'] == 'between' else 'Within'} trusts: {row['reason'][0].lower()}"
        f"{row['reason'][1:]}"
        for row in deciding
    )
    if len(set(words)) == 1:
        return words[0], told
    if {"replicated", "partly"} & set(words):
        return "partly", told
    return ("not_replicated" if "not_replicated" in words else "cannot_be_replicated_here"), told


def _held(study: Study, data: PanelData) -> list[dict[str, Any]]:
    """What the data hold of both sides of a study; of the outcome, also what comes near to it."""
    panel = data.panel
    rows = [
        _count(study, side, column, words, panel.loc[panel[column].notna()] if column in panel else panel.iloc[:0])
        for side, column, words in (
            ("exposure", study.exposure, study.exposure_words),
            ("outcome", study.outcome, study.outcome_words),
        )
    ]
    events = data.events
    if not rows[1]["values"] and len(events):
        family = study.outcome.partition("_")[0]
        near = events[events["measure"].str.startswith(f"{family}_")]
        if len(near):
            measure = str(near["measure"].iloc[0])
            rows.append(_count(study, "near", measure, "", near.assign(wres_year=near["date"].dt.year)))
    return rows


def _count(study: Study, side: str, column: str, words: str, part: pd.DataFrame) -> dict[str, Any]:
    years = part["wres_year"]
    return {
        "study": study.id,
        "side": side,
        "column": column,
        "words": words,
        "trusts": int(part["org_code"].nunique()),
        "values": len(part),
        "first_year": int(years.min()) if len(part) else 0,
        "last_year": int(years.max()) if len(part) else 0,
    }
