"""One trust among all trusts of its year: table, sentences and what to draw, from the frame of ``profiles.disparity``.

A place among trusts is never given without its interval, and a probability never as 0% or 100%.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from wres_analysis.charts.tables import Table, format_number, table
from wres_analysis.narrative.claims import Claim, indicator_words, note
from wres_analysis.narrative.telling import Prose, paragraph, tell
from wres_analysis.narrative.wording import GAP, RATIO, interval, lower_first, points, times
from wres_analysis.profiles.frames import period_label, records
from wres_analysis.standards import Indicator, Standard, load_standard

__all__ = ["AmongAll", "among_all_claims", "among_all_sentences", "chance", "ordinal", "say_among_all"]

#: The rows that have numbers of the trust among all others.
_TOLD = ("ok", "no_spread")
_TABLE = "The table of this section holds the values of this trust."
_METHOD = "95% interval, normal random effects by REML with Morris's posterior"


def chance(probability: float) -> str:
    """A probability in whole percent; what is neither impossible nor certain is never called so.

    >>> chance(0.617), chance(0.001), chance(0.9999)
    ('62%', 'under 1%', 'over 99%')
    """
    text = format_number(100 * probability, ".0f")
    return {"0": "under 1%", "100": "over 99%"}.get(text, f"{text}%")


def ordinal(n: int) -> str:
    """A place: ``1st``, ``12th``, ``103rd``."""
    ending = "th" if n % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(n % 10, "th")
    return f"{n:,}{ending}"


# Claims --------------------------------------------------------------------------------------------------------


def among_all_claims(frame: pd.DataFrame, code: str, standard: Standard | None = None) -> list[Claim]:
    """One claim for each indicator of which the trust has both groups, in order.

    Parameters
    ----------
    frame
        As :func:`wres_analysis.profiles.disparity.disparity` makes it.
    code
        The trust.
    standard
        The one that the frame was made with; the shipped one if None.

    Returns
    -------
    list of Claim
        Of kind ``among_all``. The estimate is the shrunken one on the scale that the standard publishes. ``flags`` also
        hold where the trust lies in the funnel (``funnel:inside``) and its ratio in the band (``band:above``).
    """
    standard = standard or load_standard()
    claims = []
    for row in records(frame[frame["org_code"] == code]):
        i = standard.indicators[row["indicator"]]
        numbers = (
            "observed", "average", "probability_worse", "probability_outside", "chance_outside_if_equal",
            "chance_no_ratio_if_equal", "rank_low", "rank_high", "funnel_z",
        )  # fmt: skip
        told = row["status"] in _TOLD
        bases = {standard.reference_group: "reference_base", standard.comparison_group: "comparison_base"}
        words = indicator_words(i, standard)
        claims.append(
            Claim(
                kind="among_all",
                measure=i.key,
                subject=code,
                subject_name="",
                wres_year=int(row["wres_year"]),
                period=period_label(i.clock, int(row["wres_year"])),
                estimate=float(row["shrunken"]) if told else None,
                low=float(row["shrunken_low"]) if told else None,
                high=float(row["shrunken_high"]) if told else None,
                n={group: round(row[column]) for group, column in bases.items() if np.isfinite(row[column])}
                | {"trusts": int(row["n_trusts"])},
                method=_METHOD if told else "",
                no_interval="" if told else row["reason"],
                values={name: float(row[name]) for name in numbers if np.isfinite(row[name])},
                status=row["status"],
                reason=row["reason"],
                flags=(
                    *row["flags"].split(),
                    *(f"{name}:{row[name]}" for name in ("funnel", "band") if row[name]),
                ),
                **words | {"units": words["units"] | _units(i)},
            )
        )
    return claims


def _units(i: Indicator) -> dict[str, str]:
    own = "times" if i.form == "ratio" else "points"
    chances = (
        "probability_worse", "probability_outside", "chance_outside_if_equal", "chance_no_ratio_if_equal",
    )  # fmt: skip
    return {
        "observed": own,
        "average": own,
        "rank_low": "rank",
        "rank_high": "rank",
        "funnel_z": "z",
        **dict.fromkeys(chances, "probability"),
    }


# Sentences -----------------------------------------------------------------------------------------------------


def say_among_all(claim: Claim, standard: Standard | None = None) -> str:
    """Render a claim of kind ``among_all`` as one text: its :func:`among_all_sentences`."""
    return " ".join(among_all_sentences(claim, standard))


def among_all_sentences(claim: Claim, standard: Standard | None = None) -> tuple[str, ...]:
    """Render a claim of kind ``among_all`` as a few sentences.

    Raises
    ------
    KeyError
        If the claim's measure is not in the standard.
    """
    standard = standard or load_standard()
    i = standard.indicators[claim.measure]
    group = standard.groups[standard.comparison_group]
    who = group.prose if i.form == "gap" else f"{group.adjective} {i.people}"
    band = _say_band(claim, standard) if i.form == "ratio" else []
    if claim.estimate is None or claim.low is None or claim.high is None:
        return (f"Nothing is said of this trust's place among the others, because {claim.reason}.", *band)
    said = _say_gap(claim, i, who) if i.form == "gap" else _say_ratio(claim, i, who)
    if claim.status == "no_spread":
        said.append("The trusts in the data differ no more than chance explains.")
    low, high = (ordinal(int(claim.values[name])) for name in ("rank_low", "rank_high"))
    where = f"is {low}" if low == high else f"lies between {low} and {high}"
    among = f"the {claim.n['trusts']:,}"
    said.append(
        _vary(
            i,
            f"It is 95% likely that its true place among {among}, counted from the least disadvantage, {where}.",
            f"Counted from the least disadvantage, it is 95% likely that its true place among {among} {where}.",
            f"Among {among}, it is 95% likely that its true place {where}, counted from the least disadvantage.",
        )
    )
    return (*said, _say_funnel(claim), *band, *_notes(claim))


def _vary(i: Indicator, *ways: str) -> str:
    """One of several ways to say the same, so that neighbours differ. Of ratios and of gaps the first are not alike."""
    return ways[(i.number + (i.form == "gap")) % len(ways)]


def _side(value: float, i: Indicator, who: str) -> str:
    """The size of a gap and whose disadvantage it is."""
    worse = value * i.disadvantage > 0
    return f"{points(value)} percentage points to the {'disadvantage' if worse else 'advantage'} of {who}"


def _say_gap(claim: Claim, i: Indicator, who: str) -> list[str]:
    assert claim.estimate is not None and claim.low is not None and claim.high is not None
    average, n = claim.values["average"], claim.n["trusts"]
    if claim.low * claim.high > 0:
        near, far = sorted((abs(claim.low), abs(claim.high)))
        fit = f"({points(near)} to {points(far)})"
    else:
        good, bad = sorted((claim.low, claim.high), key=lambda value: value * i.disadvantage)
        fit = f"(from {points(good)} to their advantage to {points(bad)} to their disadvantage)"
    side = "disadvantage" if average * i.disadvantage > 0 else "advantage"
    size, mean = _side(claim.estimate, i, who), f"{points(average)} points to their {side}"
    worse = chance(claim.values["probability_worse"])
    return [
        _vary(
            i,
            f"Allowing for chance, the gap at this trust is put at {size} {fit}.",
            f"Once chance is allowed for, the trust's gap comes to {size} {fit}.",
            f"The estimate that allows for chance is a gap of {size} {fit}.",
        ),
        _vary(
            i,
            f"On average over the {n:,} trusts in the data it is put at {mean}.",
            f"The average of the {n:,} trusts in the data is {mean}.",
            f"For the {n:,} trusts in the data the average is {mean}.",
        ),
        _vary(
            i,
            f"The probability that it is more to their disadvantage here than on average is {worse}.",
            f"With a probability of {worse} it is more to their disadvantage here than on average.",
            f"That this trust lies more to their disadvantage than the average has a probability of {worse}.",
        ),
    ]


def _say_ratio(claim: Claim, i: Indicator, who: str) -> list[str]:
    assert claim.estimate is not None and claim.low is not None and claim.high is not None
    clear = 1.0 if (claim.low > 1) == (claim.high > 1) else None
    size = f"{times(claim.estimate, clear)} ({times(claim.low, clear)} to {times(claim.high, clear)})"
    n, mean = f"{claim.n['trusts']:,}", times(claim.values["average"])
    worse = chance(claim.values["probability_worse"])
    return [
        _vary(
            i,
            f"Allowing for chance, the ratio at this trust is put at {size}; 1 is equality.",
            f"Once chance is allowed for, the trust's ratio comes to {size}, where 1 is equality.",
            f"The estimate that allows for chance is a ratio of {size}; 1 is equality.",
        ),
        _vary(
            i,
            f"On average over the {n} trusts in the data it is put at {mean}.",
            f"The average of the {n} trusts in the data is {mean}.",
            f"For the {n} trusts in the data the average is {mean}.",
        ),
        _vary(
            i,
            f"The probability that it is more to the disadvantage of {who} here than on average is {worse}.",
            f"With a probability of {worse} it is more to the disadvantage of {who} here than on average.",
            f"That this trust lies more to the disadvantage of {who} than the average has a probability of {worse}.",
        ),
    ]


def _say_funnel(claim: Claim) -> str:
    side = f"the side of {'more' if claim.values['funnel_z'] > 0 else 'less'} disadvantage"
    explain = "chance and the usual spread between trusts"
    if "funnel:inside" in claim.flags:
        return f"That is no further from the average than {explain} explain."
    if "funnel:95_to_99.8" in claim.flags:
        return f"It lies beyond the 95% limits of what {explain} explain, but within those of 99.8%, on {side}."
    return f"It lies beyond the 99.8% limits of what {explain} explain, on {side}."


def _say_band(claim: Claim, standard: Standard) -> list[str]:
    """The band: where the observed ratio lies, what chance alone does, and where the true ratio lies."""
    place = next((word.removeprefix("band:") for word in claim.flags if word.startswith("band:")), "")
    if not place:
        return []
    low, high = standard.four_fifths
    edge = {"below": low, "above": high}.get(place)
    observed = claim.values["observed"]
    text = "0" if observed == 0 else times(observed, edge)
    out = "inside" if place == "inside" else "outside"
    limits = f"{format_number(low, RATIO)} to {format_number(high, RATIO)}"
    second = (
        "Of trusts of this size with no true difference at all, "
        f"{chance(claim.values['chance_outside_if_equal'])} would fall outside by chance"
    )
    if claim.values["chance_no_ratio_if_equal"] >= 0.005:
        second += f" and {chance(claim.values['chance_no_ratio_if_equal'])} would have no ratio"
    if "probability_outside" in claim.values:
        true = chance(claim.values["probability_outside"])
        second += f"; the probability that the true ratio here lies outside is {true}"
    return [f"The observed ratio of {text} lies {out} the standard's {limits}.", f"{second}."]


def _notes(claim: Claim) -> list[str]:
    notes = []
    if "corrected" in claim.flags:
        notes.append(
            "One group had no events, or nothing but events, so one event was shared out between the groups by their "
            "size before this was worked out."
        )
    if "base_at_least" in claim.flags:
        notes.append("The number who answered is known only as a lower bound, so the true interval may be narrower.")
    return notes


# Table, sections and picture -------------------------------------------------------------------------------------


class AmongAll:
    """One trust among all trusts with data.

    Parameters
    ----------
    frame
        As :func:`wres_analysis.profiles.disparity.disparity` makes it, of all trusts.
    code
        The trust.
    standard
        The one that the frame was made with; the shipped one if None.
    """

    def __init__(self, frame: pd.DataFrame, code: str, standard: Standard | None = None) -> None:
        self.standard = standard or load_standard()
        self.frame = frame
        self.mine = frame[frame["org_code"] == code]
        self.code = code
        self.claims = among_all_claims(frame, code, self.standard)

    @property
    def _people(self) -> str:
        return self.standard.groups[self.standard.comparison_group].prose

    def table(self) -> Table | None:
        """The trust's indicators: observed, shrunken, probability of being worse, rank interval; None without any."""
        rows = []
        for row in records(self.mine):
            ratio, told = row["form"] == "ratio", row["status"] in _TOLD
            spec, parity = (RATIO, 1.0) if ratio else (GAP, 0.0)
            places = [int(row[name]) for name in ("rank_low", "rank_high")] if told else []
            rows.append(
                {
                    "Indicator": f"{row['number']}. {row['title']} ({'ratio' if ratio else 'gap, points'})",
                    "Observed": format_number(row["observed"], spec) if np.isfinite(row["observed"]) else "none",
                    "Allowing for chance": format_number(row["shrunken"], spec) if told else "none",
                    "95% interval": interval(row["shrunken_low"], row["shrunken_high"], spec, parity=parity),
                    "Average of the trusts": format_number(row["average"], spec) if told else "none",
                    "Probability of more disadvantage than average": chance(row["probability_worse"])
                    if told
                    else "none",
                    "Place among trusts, 95% interval": f"{ordinal(places[0])} to {ordinal(places[1])} "
                    f"of {row['n_trusts']:,}"
                    if told
                    else "none",
                }
            )
        if not rows:
            return None
        return table(
            pd.DataFrame(rows),
            caption=f"This trust among all trusts in the data, {self.standard.abbreviation} "
            f"{int(self.mine['wres_year'].iloc[0])}",
            notes=[
                f"Places are counted from the least disadvantage to {self._people}.",
                "Allowing for chance, each figure is drawn towards the average of all trusts, the more the fewer "
                "people it rests on.",
            ],
        )

    def sections(self) -> Prose:
        """A paragraph for each indicator; one line where the trust has none."""
        if not self.claims:
            text = (
                "The loaded files hold no indicator with both groups for this trust and year, so it cannot be set "
                "among the others."
            )
            return Prose((paragraph(tell(note("among_all", subject=self.code), text)),))
        blocks = []
        for claim in self.claims:
            i = self.standard.indicators[claim.measure]
            said = tell(claim, *among_all_sentences(claim, self.standard))
            blocks.append(paragraph(said, lead=f"Indicator {i.number}: {lower_first(i.title)}."))
        return Prose(tuple(blocks))

    def drawn(self, form: str) -> pd.DataFrame:
        """What to draw of a form: ``title, org_code, place, estimate, low, high, average, mine``.

        Turned so that up is worse for the comparison group; a ratio stays a ratio. ``place`` counts from the left.
        Indicators without numbers of this trust are left out.
        """
        part = self.frame[(self.frame["form"] == form) & self.frame["status"].isin(_TOLD)]
        has = self.mine.loc[self.mine["status"].isin(_TOLD), ["indicator", "average"]]
        part = part.merge(has, on=["indicator", "average"])  # the average tells apart the two sides of a break
        part = part.sort_values(["number", "posterior_mean", "org_code"], ignore_index=True)
        turned = part["indicator"].map(lambda key: self.standard.indicators[str(key)].disadvantage < 0).astype(bool)
        out = pd.DataFrame(
            {
                "title": part["number"].astype(str) + ". " + part["title"],
                "org_code": part["org_code"],
                "place": part.groupby("indicator").cumcount() + 1,
            }
        )
        for name, other in (
            ("shrunken", "shrunken"), ("shrunken_low", "shrunken_high"), ("shrunken_high", "shrunken_low"),
            ("average", "average"),
        ):  # fmt: skip
            opposite = 1 / part[other] if form == "ratio" else -part[other]
            out[name.removeprefix("shrunken_").replace("shrunken", "estimate")] = part[name].where(~turned, opposite)
        return out.assign(mine=part["org_code"] == self.code)

    def alt(self, form: str) -> str:
        """The words for the picture of a form; empty where there is nothing to draw."""
        mine = self.drawn(form).query("mine")
        if not len(mine):
            return ""
        spec = RATIO if form == "ratio" else GAP
        each = "; ".join(
            f"{row['title']}: {format_number(row['estimate'], spec)}, interval "
            f"{interval(row['low'], row['high'], spec)}, average {format_number(row['average'], spec)}"
            for row in records(mine)
        )
        return (
            f"All trusts in order of the {'ratio' if form == 'ratio' else 'gap in percentage points'} allowing for "
            "chance, a vertical line for the 95% interval of each, this trust marked. Up is worse for "
            f"{self._people}. {each}. {_TABLE}"
        )
