"""A first look at which measures go together: every pair of indicators and outcomes, in four kinds of correlation.

Nothing here was declared before the data were seen, so nothing here tests anything: it shows where to look, and a plan
(:mod:`wres_analysis.links.plan`) then asks. Pearson, Spearman and partial correlations compare trusts, each counted
once by its means over the years; ``within`` compares each trust with itself in other years.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations, product
from typing import Any

import numpy as np
import pandas as pd

from wres_analysis.errors import RequestError
from wres_analysis.links.coupling import Coupling, declared, judge_coupling, measure_of
from wres_analysis.links.design import Design, absent_columns, build_design, settle_adjusters
from wres_analysis.links.estimates import SENTENCES
from wres_analysis.links.expression import Expression, ExpressionError, parse_expression
from wres_analysis.links.plan import BASES, EXPLORATORY, LAGS, Test, alternatives
from wres_analysis.panel.build import comparison_column
from wres_analysis.panel.store import PanelData
from wres_analysis.standards import Indicator, Standard, load_outcomes, load_standard
from wres_analysis.stats.correlation import (
    Correlation,
    entity_means,
    partial,
    pearson,
    spearman,
    within_entities,
)  # fmt: skip
from wres_analysis.stats.multiplicity import adjust_p_values

__all__ = [
    "EXPLORE_COLUMNS",
    "KINDS",
    "SHARE",
    "Choices",
    "Exploration",
    "column_of",
    "design_of",
    "explore",
    "means_of",
    "pair_test",
    "read_choices",
    "short_name",
]  # fmt: skip

KINDS = ("pearson", "spearman", "partial", "within")
#: Among adjusters: the comparison group's share of the workforce or, where the data hold no staff counts, of those who
#: answered the survey.
SHARE = "share"

#: One row is a pair and a kind.
EXPLORE_COLUMNS = (
    "kind", "block", "exposure", "outcome", "exposure_name", "outcome_name", "lag", "years", "adjustment", "sample",
    "n_obs", "n_trusts", "n_effective", "status", "message", "estimate", "ci_low", "ci_high", "p_value", "p_bh",
    "family_size", "distinguishable", "coupling", "coupling_reason", "method", "data_hash",
)  # fmt: skip

_ONE_YEAR = "These data hold both in one year only, so no trust can be compared with itself."
_RATED = "A rating is a place in an order; its steps are taken as equal."
_CARRIED = "A rating stays in force until the next, so the same rating counts in several years."


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What is looked at.

    Parameters
    ----------
    indicators
        Columns of the panel; empty for the disadvantage on every indicator of the standard.
    outcomes
        Columns, ``a | b`` for the first that the data hold; empty for every outcome that is still measured.
    year
        WRES year of the first of a pair; None for all years.
    lag
        Years from the first of a pair to the second. At 0 every pair is looked at; else only indicators with outcomes.
    kinds
        Some of :data:`KINDS`.
    adjust
        What the partial correlation takes out: columns, and :data:`SHARE`.
    sample
        Condition on the rows (docs/plans.md).
    basis
        ``as_published`` or ``pooled``.
    alpha
        Level of tests; intervals have ``1 - alpha``.
    standard
        Name of the standard.
    """

    indicators: tuple[str, ...] = ()
    outcomes: tuple[str, ...] = ()
    year: int | None = None
    lag: int = 0
    kinds: tuple[str, ...] = KINDS
    adjust: tuple[str, ...] = ("region", "trust_type", SHARE)
    sample: Expression = field(default_factory=lambda: Expression(""))
    basis: str = "as_published"
    alpha: float = 0.05
    standard: str = "wres"


@dataclass(frozen=True, slots=True)
class Exploration:
    """What was found.

    Parameters
    ----------
    frame
        The result frame (:data:`EXPLORE_COLUMNS`): one row a pair and kind, with a number or a status and a sentence.
    choices
        What was asked, with the columns that these data hold.
    absent
        Columns that these data do not hold.
    stand_ins
        Adjusters that these data do not hold, each with the one taken instead.
    """

    frame: pd.DataFrame
    choices: Choices
    absent: tuple[str, ...]
    stand_ins: tuple[tuple[str, str], ...]


def read_choices(
    *, indicators: str = "", outcomes: str = "", kinds: str = "", adjust: str = "", sample: str = "", **more: Any
) -> Choices:
    """Read choices from the texts of a notebook's parameters.

    Parameters
    ----------
    indicators
        Numbers of indicators or columns of the panel, with commas between; blank for every indicator.
    outcomes, kinds, adjust
        Columns, kinds, and adjusters, with commas between; blank kinds are all of them.
    sample
        A condition.
    more
        The other fields of :class:`Choices`.

    Raises
    ------
    RequestError
        With one line for each thing that is wrong.
    """
    wrong = []
    standard = load_standard(more.get("standard", "wres"))
    columns = tuple(column_of(text, standard) for text in _split(indicators))
    chosen = _split(kinds) or KINDS
    if unknown := sorted(set(chosen) - set(KINDS)):
        wrong.append(f"There is no kind of correlation '{', '.join(unknown)}'. Choose among {', '.join(KINDS)}.")
    if more.get("lag", 0) not in LAGS:
        wrong.append(f"A lag of {more['lag']} years cannot be used. It lies between {LAGS[0]} and {LAGS[-1]}.")
    if more.get("basis", BASES[0]) not in BASES:
        wrong.append(f"There is no basis '{more['basis']}'. Choose {' or '.join(BASES)}.")
    condition = Expression("")
    try:
        condition = parse_expression(sample)
    except ExpressionError as error:
        wrong.append(f"sample: {error}. docs/plans.md explains conditions.")
    if wrong:
        raise RequestError("\n".join(wrong))
    return Choices(
        indicators=columns, outcomes=_split(outcomes), kinds=tuple(k for k in KINDS if k in chosen),
        adjust=_split(adjust), sample=condition, **more,
    )  # fmt: skip


def column_of(text: str, standard: Standard | None = None) -> str:
    """The column that a text names: ``8`` is the disadvantage on indicator 8, anything else is itself."""
    standard = standard or load_standard()
    return next((f"{i.key}.disadvantage" for i in standard.indicators.values() if text == str(i.number)), text)


def explore(data: PanelData, choices: Choices | None = None) -> Exploration:
    """Correlate every pair.

    Parameters
    ----------
    data
        A loaded panel.
    choices
        What is looked at; by default everything.

    Raises
    ------
    RequestError
        If a column is none that a panel of any data could hold, or the condition cannot be applied. Never because of
        what the data cannot answer: that is a status of the row.
    """
    choices = choices or Choices()
    standard, outcomes = load_standard(choices.standard), load_outcomes()
    panel = data.on(choices.basis)[1]
    choices, absent = _settle(choices, panel, standard, outcomes)
    rows, used = [], choices.adjust
    for block, exposure, outcome in _pairs(choices):
        names = {
            "block": block,
            "exposure_name": short_name(exposure, standard, outcomes),
            "outcome_name": short_name(outcome, standard, outcomes),
        }
        rated = any(_is_rated(name, outcomes) for name in (exposure, outcome))
        for adjusted in (False, True):
            kinds = [kind for kind in choices.kinds if (kind == "partial") == adjusted]
            if not kinds:
                continue
            test = pair_test(panel, choices, exposure, outcome, adjusted=adjusted)
            used = test.adjust or used
            coupling = judge_coupling(test, choices.lag, standard, outcomes)
            for kind, found, message, years in _correlate(kinds, panel, test, coupling, choices.alpha):
                if rated and found.status == "ok":
                    message = " ".join(filter(None, [message, "" if kind == "spearman" else _RATED, _CARRIED]))
                rows.append(_row(kind, test, found, coupling) | names | {"message": message, "years": years})
    rows.sort(key=lambda row: KINDS.index(row["kind"]))  # stable: pairs keep their order
    frame = _finish(rows, choices, data.data_hash)
    preferred = [alternatives(one)[0] for one in choices.adjust]
    stand_ins = tuple((a, b) for a, b in zip(preferred, used, strict=True) if a != b and "|" not in b)
    return Exploration(frame, choices, absent, stand_ins)


def pair_test(panel: pd.DataFrame, choices: Choices, exposure: str, outcome: str, *, adjusted: bool) -> Test:
    """Set up a pair as a test, with the adjusters that these data hold."""
    condition = choices.sample.text
    if choices.year is not None:
        condition = f"({condition}) and wres_year == {choices.year}" if condition else f"wres_year == {choices.year}"
    test = Test(
        id=f"{exposure}-{outcome}", family=EXPLORATORY, exposure=exposure, outcome=outcome, lag=choices.lag,
        model="spearman", adjust=choices.adjust if adjusted else (), sample=parse_expression(condition),
    )  # fmt: skip
    return settle_adjusters(panel, test)[0]


def design_of(panel: pd.DataFrame, test: Test) -> Design:
    """The complete rows of a pair.

    Raises
    ------
    RequestError
        If the condition cannot be applied to the panel.
    """
    try:
        return build_design(panel, test)
    except ExpressionError as error:
        raise RequestError(f"sample: {error}. Compare text with text, numbers with numbers.") from None


def short_name(column: str, standard: Standard, outcomes: Standard) -> str:
    """What a column is called on a picture or in a table: ``Indicator 8``, ``Sickness absence``."""
    one = declared(measure_of(column, outcomes), standard, outcomes)
    if one is None:
        return column
    _, _, form = column.partition(".")
    name = f"Indicator {one.number}" if isinstance(one, Indicator) else one.title
    return name if form in ("", "disadvantage") else f"{name} ({form.replace('.', ' ').replace('_', ' ')})"


def _split(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))


def _settle(
    choices: Choices, panel: pd.DataFrame, standard: Standard, outcomes: Standard
) -> tuple[Choices, tuple[str, ...]]:
    """Fill in what was left to the standard, and take of alternatives what the data hold."""
    indicators = choices.indicators or tuple(f"{key}.disadvantage" for key in standard.indicators)
    wanted = choices.outcomes or tuple(key for key, m in outcomes.outcomes.items() if m.last_period is None)
    chosen = tuple(next((n for n in alternatives(one) if n in panel), alternatives(one)[0]) for one in wanted)
    adjust = tuple(_share(standard, outcomes) if one == SHARE else one for one in choices.adjust)
    for name in (*indicators, *chosen):
        if name not in panel and declared(measure_of(name, outcomes), standard, outcomes) is None:
            raise RequestError(
                f"There is no column '{name}'. See docs/data-dictionary.md for the columns of the panel."
            )
        if name in panel and not pd.api.types.is_numeric_dtype(panel[name]):
            raise RequestError(f"'{name}' holds no numbers. Name a column of numbers.")
    if unknown := [name for name in choices.sample.columns if name not in panel]:
        raise RequestError(f"sample: the panel has no column '{unknown[0]}'. See docs/data-dictionary.md.")
    absent = tuple(name for name in (*indicators, *chosen) if name not in panel)
    return replace(choices, indicators=indicators, outcomes=chosen, adjust=adjust), absent


def _share(standard: Standard, outcomes: Standard) -> str:
    """The workforce share and what stands in for it, as a plan writes alternatives."""
    columns = [comparison_column(i, standard, outcomes) for i in standard.indicators.values() if i.compared_with]
    stand_in = f"{standard.respondents}.{standard.comparison_group}" if standard.respondents else ""
    return " | ".join(filter(None, [*columns[:1], stand_in]))


def _pairs(choices: Choices) -> Iterator[tuple[str, str, str]]:
    if choices.lag == 0:
        yield from (("indicators", *pair) for pair in combinations(choices.indicators, 2))
    yield from (("links", *pair) for pair in product(choices.indicators, choices.outcomes))
    if choices.lag == 0:
        yield from (("outcomes", *pair) for pair in combinations(choices.outcomes, 2))


def _correlate(
    kinds: Sequence[str], panel: pd.DataFrame, test: Test, coupling: Coupling, alpha: float
) -> Iterator[tuple[str, Correlation, str, str]]:
    """Yield for one pair each kind, what was found, a sentence on it, and its years."""
    level = 1 - alpha
    blank = pearson([], [], level=level)
    if coupling.word == "refused":
        why = f"{SENTENCES['refused']} {coupling.reason}"
        yield from ((kind, replace(blank, status="refused"), why, "") for kind in kinds)
        return
    if absent := absent_columns(panel, test):
        why = f"These data hold no {', no '.join(absent)}."
        yield from ((kind, replace(blank, status="not_available"), why, "") for kind in kinds)
        return
    design = design_of(panel, test)
    n = design.y.size
    periods = np.unique(design.time)
    years = "" if not n else f"{periods[0]}" + (f" to {periods[-1]}" if periods.size > 1 else "")
    means = means_of(design)
    for kind in kinds:
        if kind == "within" and periods.size == 1:
            yield kind, replace(blank, status="one_year", n_rows=n), _ONE_YEAR, years
            continue
        if kind == "within":
            found = within_entities(design.x[:, 0], design.y, entity=design.entity, time=design.time, level=level)
        elif kind == "partial":
            found = replace(partial(means[:, 1], means[:, 0], means[:, 2:], level=level), n_rows=n)
        else:
            found = (pearson if kind == "pearson" else spearman)(means[:, 1], means[:, 0], level=level)
            found = replace(found, n_rows=n)
        columns = test.exposure if found.status == "constant_exposure" else test.outcome
        yield kind, found, SENTENCES[found.status].format(columns=columns), years


def means_of(design: Design) -> np.ndarray:
    """One row a trust, by sorted code: outcome, exposure and adjusters, each year's own mean taken out."""
    return entity_means(np.column_stack([design.y, design.x]), entity=design.entity, time=design.time)


def _is_rated(column: str, outcomes: Standard) -> bool:
    measure = outcomes.measures.get(measure_of(column, outcomes))
    return measure is not None and measure.unit == "rating"


def _row(kind: str, test: Test, found: Correlation, coupling: Coupling) -> dict[str, Any]:
    return {
        "kind": kind,
        "exposure": test.exposure,
        "outcome": test.outcome,
        "lag": test.lag,
        "adjustment": " + ".join(test.adjust) or ("trust and year" if kind == "within" else "none"),
        "sample": test.sample.text or "all",
        "n_obs": found.n_rows,
        "n_trusts": found.n_entities,
        "n_effective": found.n_effective if found.status == "ok" else np.nan,
        "status": found.status,
        "estimate": found.estimate,
        "ci_low": found.low,
        "ci_high": found.high,
        "p_value": found.p_value,
        "coupling": coupling.word,
        "coupling_reason": coupling.reason,
        "method": found.method,
    }


def _finish(rows: Sequence[dict[str, Any]], choices: Choices, data_hash: str) -> pd.DataFrame:
    """Adjust p-values within each kind. Nobody declared these pairs, so only those that were seen are a family."""
    frame = pd.DataFrame(list(rows), columns=list(EXPLORE_COLUMNS))
    numbers = ["n_effective", "estimate", "ci_low", "ci_high", "p_value", "p_bh"]
    frame[numbers] = frame[numbers].astype("float64")
    frame["data_hash"] = data_hash
    for kind in choices.kinds:
        family = (frame["kind"] == kind) & frame["p_value"].notna()
        frame.loc[family, "family_size"] = int(family.sum())
        frame.loc[family, "p_bh"] = adjust_p_values(frame.loc[family, "p_value"], method="bh").p_values
    frame["family_size"] = frame["family_size"].fillna(0).astype("int64")
    frame["distinguishable"] = frame["p_bh"] <= choices.alpha
    return frame
