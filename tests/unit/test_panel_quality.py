"""Each rule of the quality report: one planted case fires it once, and clean data fire none."""

import pandas as pd
import pytest
from handmade import (
    COMPARISON,
    OUTCOMES,
    REFERENCE,
    STANDARD,
    both,
    missing,
    month,
    months,
    observed,
    only,
    organisations,
    table,
)

from wres_analysis.panel.annual import annual_values
from wres_analysis.panel.exclude import exclude_placeholders, exclude_unknown_codes
from wres_analysis.panel.quality import QUALITY_COLUMNS, RULES, SEVERITIES, check_quality
from wres_analysis.sources.observations import organisation_sightings

pytestmark = pytest.mark.unit

CODES = [f"RZ{n}" for n in range(1, 7)]
LONDON = organisations(*((code, "London") for code in CODES))
#: An ordinary trust: worse for the comparison group on both indicators of the swap check.
ORDINARY = {"ind7": ((60, 100), (45, 100)), "ind8": ((6, 100), (15, 100))}


def findings(*records, orgs=LONDON) -> pd.DataFrame:
    rows = table(*records)
    values = annual_values(rows, orgs, standard=STANDARD, outcomes=OUTCOMES)
    return check_quality(rows, values, orgs, standard=STANDARD, outcomes=OUTCOMES)


def ordinary(code: str, year: int = 2025, **changed) -> list:
    return [both(code, key, year, *(changed.get(key) or pair)) for key, pair in ORDINARY.items()]


def swapped(code: str, year: int = 2025) -> list:
    return ordinary(code, year, **{key: pair[::-1] for key, pair in ORDINARY.items()})


def printed(ratio: float, **more) -> list:
    """Indicator 2 with counts that give 1.5, and a ratio as printed."""
    counted = both("RZ1", "ind2", 2025, (30, 100), (20, 100))
    return [*counted, observed("RZ1", "ind2", 2025, value=ratio, stratum="published_ratio", unit="ratio", **more)]


CLEAN = [
    *(ordinary(code) for code in CODES),
    *(months(code, 2025, 5, 100) for code in CODES),
    observed("RZ1", "ind7", 2025, 56, 100),
    observed("RZ1", "headcount", 2025, value=4000.0),
    observed("RZ1", "headcount", 2025, value=12.0, group=COMPARISON),
    observed("RZ1", "respondent_share", 2025, 100, 1000, group=COMPARISON),
    observed("RZ1", "agency_share", 2025, 2e6, 1e8),
    *printed(1.5),
]


def test_clean_data_break_no_rule() -> None:
    report = findings(CLEAN)
    assert list(report.columns) == list(QUALITY_COLUMNS)
    assert report.empty, report.to_string()


def test_nothing_at_all_breaks_no_rule() -> None:
    assert list(findings(observed("X99", "ind5", 2025, 1, 10)).columns) == list(QUALITY_COLUMNS)


PLANTED = {
    "bad_cell": (missing("RZ1", "ind5", 2025, "excluded", reason="5 is outside"), "error"),
    "bad_year": (missing("RZ1", "ind2", 2025, "excluded", flags="bad_year", period_end=None), "error"),
    "between_groups": ([ordinary("RZ1"), observed("RZ1", "ind7", 2025, value=63.0, base=200)], "warning"),
    "direction_error": (printed(0.67), "warning"),
    "duplicate_organisation": (
        [missing("RZ1", "ind2", 2025, "excluded", flags="duplicate_organisation", reason="twice") for _ in range(2)],
        "error",
    ),
    "group_swap": ([swapped("RZ1"), *(ordinary(code) for code in CODES[1:])], "warning"),
    "groups_exceed_base": (
        [
            both("RZ1", "ind5", 2025, (20, 800), (30, 300)),
            observed("RZ1", "respondent_share", 2025, 250, 1000, group=COMPARISON),
        ],
        "warning",
    ),
    "implausible_ratio": (printed(15.0), "warning"),
    "implausible_value": (months("RZ1", 2025, 20, 100), "warning"),
    "missing_months": (months("RZ1", 2025, 5, 100, numbers=range(4, 11)), "note"),
    "parts_contradict_ratio": (printed(1.6), "warning"),
    "placeholder": (missing("RZ1", "agency_share", 2025, "excluded", flags="placeholder"), "error"),
    "printed_rate_differs": (
        [
            months("RZ1", 2025, 5, 100, numbers=range(2, 13)),
            month("RZ1", 2025, 1, 5, 100, flags="printed_rate_differs"),
        ],
        "warning",
    ),
    "source_disagreement": (
        [
            observed("RZ1", "engagement", 2025, value=6.5, base=100, source="nss_detailed", unit="score"),
            observed("RZ1", "engagement", 2025, value=6.7, base=100, source="nss_benchmark", unit="score"),
        ],
        "warning",
    ),
    "text_in_number": (missing("RZ1", "ind2", 2025, "excluded", reason="'about 5' is not a number"), "error"),
    "unit_error": (printed(1.5, flags="unit_error"), "warning"),
    "unknown_code": (missing("RZ9", "ind2", 2025, "excluded", flags="unknown_code"), "error"),
    "wrong_period": (
        observed("RZ1", "headcount", 2025, value=4000.0, period_start="2024-09-30", period_end="2024-09-30"),
        "error",
    ),
}


@pytest.mark.parametrize("rule", PLANTED)
def test_one_planted_case_fires_its_rule_once(rule: str) -> None:
    records, severity = PLANTED[rule]
    flat = table(records if isinstance(records, list) else [records])
    finding = only(findings(records))
    assert (finding["rule"], finding["severity"]) == (rule, severity)
    assert finding["source_file"] == "made.csv"
    cells = finding["source_cell"].split("; ")
    assert set(cells) <= set(flat["source_cell"])
    if severity == "error":
        assert cells == list(flat["source_cell"])
    assert finding["what"] and finding["action"]


def test_every_rule_is_tried_here_and_described() -> None:
    elsewhere = {"merged", "national_change", "declared_break"}
    assert set(PLANTED) | elsewhere == set(RULES)
    assert list(RULES) == sorted(RULES)


def test_errors_come_first() -> None:
    report = findings(PLANTED["missing_months"][0], PLANTED["bad_cell"][0], PLANTED["group_swap"][0])
    assert list(report["severity"]) == sorted(report["severity"], key=SEVERITIES.index)


# Swapped groups --------------------------------------------------------------------------------------------------


def test_a_trust_alone_in_its_region_is_compared_with_england() -> None:
    orgs = organisations(("RZ1", "London"), *((code, "South West") for code in CODES[1:]))
    assert only(findings(swapped("RZ1"), *(ordinary(c) for c in CODES[1:]), orgs=orgs))["rule"] == "group_swap"


def test_a_trust_is_not_compared_with_itself() -> None:
    """Two of three of the region are swapped: their own median would call the honest one odd; without it, nobody is."""
    orgs = organisations(*((code, "London") for code in CODES[:3]))
    assert findings(swapped("RZ1"), swapped("RZ2"), ordinary("RZ3"), orgs=orgs).empty


def test_a_region_that_is_better_throughout_is_not_swapped() -> None:
    assert findings(*(swapped(code) for code in CODES)).empty


def test_one_indicator_the_other_way_is_no_swap() -> None:
    odd = ordinary("RZ1", ind8=((15, 100), (6, 100)))
    assert findings(odd, *(ordinary(code) for code in CODES[1:])).empty


def test_trusts_without_a_region_are_compared_with_england() -> None:
    orgs = organisations(*((code,) for code in CODES))
    assert only(findings(swapped("RZ1"), *(ordinary(c) for c in CODES[1:]), orgs=orgs))["org_code"] == "RZ1"


# Changes over years ----------------------------------------------------------------------------------------------

MANY = [f"RZ{letter}" for letter in "ABCDEFGHJKLM"]
MANY_ORGS = organisations(*((code, "London") for code in MANY))


def level(year: int, percent: int, codes=MANY, **more) -> list:
    return [both(code, "ind7", year, (percent, 100), (percent, 100), **more) for code in codes]


def test_an_undeclared_change_is_an_error_for_each_group() -> None:
    report = findings(level(2024, 60), level(2025, 54), orgs=MANY_ORGS)
    assert set(report["rule"]) == {"national_change"}
    assert set(report["group"]) == {REFERENCE, COMPARISON}
    assert set(report["severity"]) == {"error"}
    assert "moves by -6.0 points from 2024 to 2025, and no break is declared" in report["what"].iloc[0]


def test_a_change_within_bounds_is_none() -> None:
    assert findings(level(2024, 60), level(2025, 56), orgs=MANY_ORGS).empty


def test_a_declared_break_is_a_note() -> None:
    """The survey of 2020 in its own edition, that of 2021 on the new base."""
    report = findings(level(2021, 85, vintage="2020"), level(2022, 60, vintage="2021"), orgs=MANY_ORGS)
    assert set(report["rule"]) == {"declared_break"}
    assert set(report["severity"]) == {"note"}


def test_trusts_left_on_the_old_base_do_not_hide_the_break() -> None:
    """One trust has only the old edition in both years: the others still cross the break, and it does not move."""
    report = findings(
        level(2020, 85, vintage="2020"),
        level(2021, 85, codes=MANY[:1], vintage="2020"),
        level(2021, 60, codes=MANY[1:], vintage="2024"),
        orgs=MANY_ORGS,
    )
    assert set(report["rule"]) == {"declared_break"}
    assert all("11 trusts" in what for what in report["what"])


def test_a_break_does_not_excuse_trusts_that_do_not_cross_it() -> None:
    report = findings(level(2023, 60, vintage="2024"), level(2024, 50, vintage="2024"), orgs=MANY_ORGS)
    assert set(report["rule"]) == {"national_change"}


def test_a_few_trusts_are_no_nation() -> None:
    assert findings(level(2024, 60, codes=MANY[:9]), level(2025, 40, codes=MANY[:9]), orgs=MANY_ORGS).empty


def test_two_years_may_change_twice_as_much() -> None:
    assert findings(level(2023, 60), level(2025, 51), orgs=MANY_ORGS).empty
    assert len(findings(level(2023, 60), level(2025, 49), orgs=MANY_ORGS)) == 2


def test_a_merged_trust_is_a_note() -> None:
    orgs = organisations(("RZ1", "London"), ("RZ2", "London"), mergers=[("RZ2", "RZ1", "2024-10-01")])
    finding = only(findings(months("RZ2", 2025, 5, 100, numbers=range(4, 10)), orgs=orgs))
    assert (finding["rule"], finding["severity"], finding["org_code"]) == ("merged", "note", "RZ2")


# Ratios, sources -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ratio", "rules"), [(1.5, []), (1.45, []), (1.56, ["parts_contradict_ratio"]), (0.66, ["parts_contradict_ratio"])]
)
def test_tolerances_of_printed_ratios(ratio: float, rules: list[str]) -> None:
    """The counts give 1.5, its reciprocal 0.667: 0.66 is further from that than rounding explains."""
    assert list(findings(printed(ratio))["rule"]) == rules


def test_a_printed_ratio_without_counts_is_only_judged_by_its_size() -> None:
    alone = observed("RZ1", "ind2", 2025, value=1.5, stratum="published_ratio", unit="ratio")
    assert findings(alone).empty
    far = alone | {"value": 9.0}
    assert only(findings(far))["what"] == "printed 9, and there are no counts"


def test_months_that_differ_between_sources_are_one_finding() -> None:
    first, second = OUTCOMES.measures["sickness"].sources[:2]
    rows = [*months("RZ1", 2025, 5, 100, source=first), *months("RZ1", 2025, 6, 100, source=second)]
    finding = only(findings(rows))
    assert finding["what"] == "publications give 5.00 and 6.00, and differ in 12 months"
    assert finding["action"] == f"used: that of {first}"


def test_editions_of_one_source_may_differ() -> None:
    source = OUTCOMES.measures["engagement"].sources[0]
    rows = [
        observed("RZ1", "engagement", 2025, value=v, base=9, source=source, vintage=y, unit="score")
        for v, y in ((6.0, "1"), (7.0, "2"))
    ]
    assert findings(rows).empty


# What is left out before -----------------------------------------------------------------------------------------


def test_ten_pounds_is_a_placeholder_and_nothing_spent_is_none() -> None:
    measure = "agency_share"
    assert OUTCOMES.measures[measure].placeholder_below == 1000.0
    rows = table(
        observed("RZ1", measure, 2025, 10, 1e8),
        observed("RZ2", measure, 2025, 0, 1e8),
        observed("RZ3", measure, 2025, 1000, 1e8),
    )
    left = exclude_placeholders(rows, OUTCOMES)
    assert list(left["status"]) == ["excluded", "observed", "observed"]
    assert left["reason"].iloc[0] == "10 is a placeholder, not an amount"
    assert left[["value", "numerator", "denominator", "effective_base"]].iloc[0].isna().all()
    assert list(rows["status"]) == ["observed"] * 3  # the rows that were given are left alone


def test_codes_that_no_publisher_knows_are_left_out_of_typed_files_only() -> None:
    trusted = organisation_sightings(org_code=["RZ1", "R1F"], source="ods_etr", source_file="etr.csv", source_cell="A1")
    typed = {"source": "typed"}
    rows = table(
        observed("RZ1", "ind2", 2025, 1, 10, **typed),
        observed("R1F1", "ind2", 2025, 1, 10, **typed),  # a sector of a known trust
        observed("RZ9", "ind2", 2025, 1, 10, **typed),
        observed("NHS1", "ind2", 2025, 1, 10, **typed),
        observed("NHS2", "ind2", 2025, 1, 10, source="own_data"),  # no trust: it stays, and reaches no panel
        observed("RZ8", "ind2", 2025, 1, 10, source="own_data"),
    )
    orgs = organisations(("RZ1",))
    kinds = {"trusted": frozenset({"ods_etr"}), "typed": frozenset({"typed"})}
    left = exclude_unknown_codes(rows, trusted, orgs, **kinds)
    assert list(left.loc[left["status"] == "excluded", "org_code"]) == ["RZ9", "NHS1", "RZ8"]
    nothing_known = exclude_unknown_codes(rows, trusted.iloc[0:0], orgs, **kinds)
    assert (nothing_known["status"] == "observed").all()


def test_rules_name_what_the_standard_declares() -> None:
    assert STANDARD.respondents in OUTCOMES.measures
    assert sum("swap_check" in i.checks for i in STANDARD.indicators.values()) == 2
