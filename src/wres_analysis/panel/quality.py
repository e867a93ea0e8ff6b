"""The quality report: every rule that a published value can break, and what was done about it.

Each rule comes from an error that somebody really published. ``error``: the value is not used. ``warning``:
nothing was changed, and a person should look at it. ``note``: nothing is wrong, but a reader should know.
"""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from wres_analysis.panel import cell_checks, value_checks
from wres_analysis.panel.findings import QUALITY_COLUMNS, Inputs
from wres_analysis.panel.organisations import Organisations
from wres_analysis.standards import Standard

__all__ = ["QUALITY_COLUMNS", "RULES", "SEVERITIES", "check_quality"]

SEVERITIES = ("error", "warning", "note")

#: What each rule looks for, for the data-quality notebook.
RULES: dict[str, str] = {
    "bad_cell": "A cell that cannot be read as what its column holds.",
    "bad_year": "A year or date that cannot be read.",
    "between_groups": "An all-staff rate outside the range of the groups' rates.",
    "declared_break": "A change of level that the breaks register declares.",
    "direction_error": "A printed ratio that is the reciprocal of what its counts give.",
    "duplicate_organisation": "An organisation given twice with different values.",
    "group_swap": "Both groups of two indicators the wrong way round, unlike other trusts.",
    "groups_exceed_base": "Groups that together have more answers than the survey has respondents.",
    "implausible_ratio": "A printed ratio beyond anything a trust has had.",
    "implausible_value": "A value outside the range that trusts have had.",
    "merged": "A trust that was succeeded before its year was complete.",
    "missing_months": "A year with fewer months than it takes.",
    "national_change": "A mean over trusts that changes by more than is plausible, with no break declared.",
    "parts_contradict_ratio": "A printed ratio that its own counts contradict.",
    "placeholder": "An amount that stands for 'not given'.",
    "printed_rate_differs": "A printed rate that its own days contradict.",
    "source_disagreement": "Two publications that give different values for the same thing.",
    "text_in_number": "Words where a number belongs.",
    "unit_error": "A ratio printed as a percentage, or a percentage where a fraction belongs.",
    "unknown_code": "A code that no organisation file and no publisher's file knows.",
    "wrong_period": "A value of a period that its measure cannot have.",
}

_CHECKS: tuple[Callable[[Inputs], pd.DataFrame], ...] = (
    cell_checks.excluded_cells,
    cell_checks.flagged_cells,
    cell_checks.wrong_periods,
    cell_checks.printed_ratios,
    cell_checks.source_disagreements,
    value_checks.group_swaps,
    value_checks.between_groups,
    value_checks.groups_exceed_base,
    value_checks.implausible_values,
    value_checks.national_changes,
    value_checks.incomplete_years,
)


def check_quality(
    rows: pd.DataFrame,
    values: pd.DataFrame,
    organisations: Organisations,
    *,
    standard: Standard,
    outcomes: Standard,
) -> pd.DataFrame:
    """Apply every rule.

    Parameters
    ----------
    rows
        Observations, after exclusion.
    values
        Annual values as published.
    organisations, standard, outcomes
        Who and what.

    Returns
    -------
    DataFrame
        Columns :data:`QUALITY_COLUMNS`, errors first. One row a finding.
    """
    given = Inputs(rows, values, organisations, standard, outcomes)
    found = [frame for check in _CHECKS if len(frame := check(given))]
    if not found:
        return pd.DataFrame({n: pd.Series(dtype="Int64" if n == "wres_year" else "str") for n in QUALITY_COLUMNS})
    report = pd.concat(found, ignore_index=True).reindex(columns=list(QUALITY_COLUMNS))
    for name in QUALITY_COLUMNS:
        given_text = report[name].astype("object")
        text = given_text.where(given_text.notna(), "").astype("str")
        report[name] = report[name].astype("Int64") if name == "wres_year" else text
    rank = report["severity"].map({severity: rank for rank, severity in enumerate(SEVERITIES)})
    order = ["__rank", "rule", "org_code", "wres_year", "measure", "group", "source_file", "source_cell"]
    return report.assign(__rank=rank).sort_values(order, kind="stable", ignore_index=True)[list(QUALITY_COLUMNS)]
