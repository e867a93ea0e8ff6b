"""What was planted, in words and numbers: ``truth.toml``, and the note that lies beside the sample."""

from __future__ import annotations

from typing import Any

from wres_analysis.sample.counts import MERGER, World
from wres_analysis.sample.cqc import NEVER_RATED
from wres_analysis.sample.latent import EFFECTS, NATIONAL_TRENDS, OWN_TRENDS
from wres_analysis.sample.places import PREDECESSOR, SMALLEST, SUCCESSOR
from wres_analysis.sample.planted import DEFAULT_RULES, RULES, Planted
from wres_analysis.sample.submissions import MISSING

__all__ = ["README", "truth_toml"]

_OUTCOMES = ("sickness", "engagement", "agency_share", "fft_positive", "cqc_well_led")
_INDICATORS = tuple(f"ind{number}" for number in range(1, 10))

README = """# Sample data

Forty-two NHS trusts that do not exist, in the file layouts of those who publish about the ones that do. Every file was
made by `wres sample`; none of it is a copy of a published file, and no value describes a real organisation. The regions
are real; towns, care boards and trusts are invented, and their codes are codes that no real trust has.

- `truth.toml` says what was planted: effects and their sizes, trends, the merger, and every error with its cell.
- `docs/sample-data.md`, in the kit, is the dictionary: every file, what is in it and how it was made.
- Made again with the same seed, every file has the same bytes: `wres sample --out FOLDER`.

Licence: MIT, as the kit's code. Layouts follow publications of NHS England, the NHS Staff Survey Coordination
Centre and the Care Quality Commission, which are published under the Open Government Licence v3.0.

Do not use these files to learn anything about the NHS.
"""


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_value(item) for item in value) + "]"
    text = str(value).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'


def _table(name: str, *, many: bool = True, **fields: Any) -> str:
    head = f"[[{name}]]" if many else f"[{name}]"
    return "\n".join([head, *(f"{key} = {_value(value)}" for key, value in fields.items()), ""])


def truth_toml(world: World, planted: list[Planted]) -> str:
    """Return the text of ``truth.toml``."""
    trusts = world.trusts
    parts = [
        "# What is true of the sample, and what was planted in it. Written by `wres sample`; all of it is fictional.\n"
        "#\n"
        "# per_10_points: change of the outcome for 10 percentage points more disadvantage, true rates. A model\n"
        "# fitted to the published percentages sees those through sampling error, so it finds less within trusts.\n"
        "# within: the deviation of a trust's gap from its own level and the national trend acts `lag` years later.\n"
        "# between: the trust's own long-run level acts (lag 1 means no more than that it was there before).\n",
        _table(
            "sample",
            many=False,
            seed=world.seed,
            trusts=len(trusts),
            first_year=world.first_year,
            last_year=world.last_year,
            codes=[trust.code for trust in trusts],
        ),
    ]
    if world.merges:
        parts.append(
            _table(
                "merger",
                many=False,
                predecessor=trusts[PREDECESSOR].code,
                successor=trusts[SUCCESSOR].code,
                date=MERGER.isoformat(),
                what="The predecessor reports alone until the day before; then its counts are in its successor's.",
            )
        )
    missing_year = max(world.first_year, world.last_year - MISSING[1])
    parts.append(_table("missing_submission", many=False, org_code=trusts[MISSING[0]].code, year=missing_year))
    if len(trusts) > SMALLEST:
        parts.append(
            _table(
                "smallest",
                many=False,
                org_code=trusts[SMALLEST].code,
                what="So small that its ethnic minority respondents are suppressed in most surveys.",
            )
        )
    parts.append(_table("never_rated", many=False, org_codes=[trusts[p].code for p in NEVER_RATED if p < len(trusts)]))
    parts.append(
        _table(
            "break",
            measure="ind7",
            declared=True,
            what="Editions up to the 2020 survey leave 'don't know' out of the base; later editions count it in, for "
            "all their years. The newest values fall by about 25 points between the surveys of 2019 and 2020. A merged "
            "trust has no history in the later edition, so both sides stay on the old base for the 2020 survey.",
        )
    )
    parts.append(
        _table(
            "confounder",
            what="BME share of staff, and region (London), act on the gaps, on sickness and on engagement, "
            "between trusts only.",
            sickness_per_10_points_of_share=-0.2,
            engagement_per_10_points_of_share=0.04,
        )
    )
    for effect in EFFECTS:
        parts.append(
            _table(
                "effect",
                exposure=f"{effect.exposure}.disadvantage",
                outcome=effect.outcome,
                lag=effect.lag,
                per_10_points=effect.per_10_points,
                unit=effect.unit,
                kind=effect.kind,
            )
        )
    real = {(effect.exposure, effect.outcome, effect.kind) for effect in EFFECTS}
    for kind in ("within", "between"):
        for exposure in _INDICATORS:
            none = [outcome for outcome in _OUTCOMES if (exposure, outcome, kind) not in real]
            parts.append(_table("null", exposure=f"{exposure}.disadvantage", outcomes=none, kind=kind))
    for key, (slope, unit) in NATIONAL_TRENDS.items():
        parts.append(
            _table(
                "trend",
                area="England",
                measure=key,
                form="disadvantage",
                per_year=slope,
                unit=unit,
                improving=slope < 0,
            )
        )
    for key, drifts in OWN_TRENDS.items():
        for position, slope in drifts.items():
            if position < len(trusts):
                parts.append(
                    _table(
                        "trend",
                        org_code=trusts[position].code,
                        measure=key,
                        form="disadvantage",
                        per_year=round(slope + NATIONAL_TRENDS[key][0], 6),
                        unit="points of disadvantage",
                        improving=slope < 0,
                    )
                )
    for error in planted:
        parts.append(_table("error", **{name: getattr(error, name) for name in Planted.__dataclass_fields__}))
    for rule in RULES:
        if rule not in DEFAULT_RULES and rule not in {error.rule for error in planted}:
            why = "It would spoil one survey of every trust. write_sample(errors=...) plants it for a test."
            parts.append(_table("not_planted", rule=rule, why=why))
    return "\n".join(parts)
