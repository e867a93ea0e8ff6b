"""Claims hold what the frames hold, and nothing else."""

import json
import math

import pytest
from handmade import (
    COMPARISON,
    both,
    missing,
    month,
    months,
    observed,
    organisations,
    panel_data,
    rating,
)

from wres_analysis.narrative.claims import Claim, indicator_claims, outcome_claims
from wres_analysis.profiles.trust import trust_profile

pytestmark = pytest.mark.unit

ORGS = organisations(("RZ1", "London", "Acute - Large"), ("RZ2", "London", "Ambulance Trust"), ("RZ3", "North West"))


def claims(*records, orgs=ORGS, code="RZ1", **options) -> dict[str, Claim]:
    profile = trust_profile(panel_data(*records, orgs=orgs), code, **options)
    made = [*indicator_claims(profile), *outcome_claims(profile)]
    assert len({claim.measure for claim in made}) == len(made)
    return {claim.measure: claim for claim in made}


@pytest.fixture(scope="module")
def full() -> dict[str, Claim]:
    """One trust with everything, another in its region, one elsewhere."""
    return claims(
        [both(code, "ind5", 2025, (20, 100), (30, 100)) for code in ("RZ1", "RZ2", "RZ3")],
        both("RZ1", "ind2", 2025, (30, 100), (20, 100)),
        both("RZ1", "ind3", 2025, (0, 900), (0, 100)),
        both("RZ1", "ind4", 2025, (9, 90), (0, 10)),
        both("RZ1", "ind9", 2025, (9, 10), (1, 10), stratum="board_voting"),
        observed("RZ1", "workforce_share", 2025, 300, 1000, group=COMPARISON),
        observed("RZ1", "ind6", 2025, 1, 10, group="white"),
        missing("RZ1", "ind6", 2025, group=COMPARISON),
        [observed("RZ1", "ind7", 2025, value=v, group=g) for g, v in (("white", 60.0), ("bme", 50.0))],
        months("RZ1", 2025, 5, 100),
        observed("RZ1", "engagement", 2024, value=6.5, base=300),
        months("RZ1", 2025, 95, 100, measure="fft_positive", stratum="inpatient"),
        rating("RZ1", "2024-05-01", 3, vintage="2025-03-31"),
    )


def test_one_claim_an_indicator_and_outcome_in_order(full) -> None:
    assert list(full) == [
        *(f"ind{n}" for n in range(2, 10)),
        *("sickness", "engagement", "agency_share", "agency_and_external_bank_share", "fft_positive", "cqc_well_led"),
    ]
    kinds = {key: claim.kind for key, claim in full.items()}
    assert kinds == {
        "ind2": "ratio", "ind3": "ratio", "ind4": "ratio", "ind5": "gap", "ind6": "missing", "ind7": "gap",
        "ind8": "missing", "ind9": "difference", "sickness": "outcome", "engagement": "outcome",
        "agency_share": "missing", "agency_and_external_bank_share": "missing", "fft_positive": "outcome",
        "cqc_well_led": "rating",
    }  # fmt: skip


def test_numbers_bases_and_cells_travel_together(full) -> None:
    claim = full["ind5"]
    assert (claim.estimate, claim.n) == (pytest.approx(10.0), {"white": 100, "bme": 100})
    assert claim.low < claim.estimate < claim.high
    assert claim.values["reference"] == pytest.approx(20.0)
    assert claim.period == "survey of autumn 2024"
    assert len(claim.source_cells) == 2 and all(cell.startswith("made.csv!A") for cell in claim.source_cells)
    assert claim.no_interval == ""


def test_a_claim_is_about_the_trust_and_its_year(full) -> None:
    assert {(claim.subject, claim.subject_name) for claim in full.values()} == {("RZ1", "Trust RZ1")}
    assert full["engagement"].wres_year == 2024 and full["engagement"].values["year"] == 2025.0


def test_an_interval_or_the_reason_why_there_is_none(full) -> None:
    for claim in full.values():
        if claim.kind == "missing" or claim.status == "no_ratio":
            continue
        has_limits = claim.low is not None or claim.high is not None
        assert has_limits == (claim.no_interval == ""), claim.measure


def test_one_sided_ratios_have_one_limit(full) -> None:
    none_appointed = full["ind4"]
    assert (none_appointed.status, none_appointed.estimate, none_appointed.high) == ("one_sided", None, None)
    assert none_appointed.low is not None
    assert (full["ind3"].status, full["ind3"].estimate, full["ind3"].low) == ("no_ratio", None, None)


def test_a_board_counts_seats_and_workforce(full) -> None:
    claim = full["ind9"]
    assert claim.n == {"workforce": 1000, "seats": 10}
    assert claim.estimate == pytest.approx(-20.0)
    assert claim.no_interval == "these are full counts, not samples"


def test_comparisons_that_rest_on_this_trust_alone_are_left_out(full) -> None:
    """London has two trusts with indicator 5, and one, this one, with indicator 2."""
    assert [(b["subject"], b["n_trusts"]) for b in full["ind5"].beside] == [("region", 2), ("england", 3)]
    assert full["ind2"].beside == ()


def test_a_missing_value_says_why(full) -> None:
    assert (full["ind6"].status, full["ind6"].reason) == ("suppressed", "it is suppressed")
    assert (full["ind8"].status, full["ind8"].reason) == ("no_data", "")


def test_flags_of_the_trust_come_along() -> None:
    made = claims(
        both("RZ1", "ind5", 2025, (20, 100), (30, 100), flags="exact_fraction base_at_least"),
        [month("RZ1", 2025, n, 9, 10, measure="fft_positive", stratum="inpatient") for n in range(4, 11)],
    )
    assert made["ind5"].flags == ("exact_fraction", "base_at_least")
    assert (made["fft_positive"].flags, made["fft_positive"].reason) == (("partial_year",), "7 of 12 months")


def test_a_claim_is_plain_data(full) -> None:
    for claim in full.values():
        text = json.dumps(claim.as_record(), allow_nan=False)
        assert json.loads(text)["measure"] == claim.measure
        assert all(math.isfinite(value) for value in claim.values.values())
