"""What published numbers of trusts in a band say beside chance, in sentences, each with its claim."""

from __future__ import annotations

from math import isfinite
from typing import Any

import pandas as pd

from wres_analysis.charts.tables import Table, format_number, table
from wres_analysis.narrative.claims import note
from wres_analysis.narrative.telling import Prose, Telling, bullets, fixed, paragraph, tell
from wres_analysis.narrative.wording import interval, lower_first, percent, times, trusts, upper_first
from wres_analysis.profiles.frames import records
from wres_analysis.replications.band_counts import PLACES, BandCounts
from wres_analysis.replications.published import BandClaim

__all__ = ["BandReport"]

_SCENARIOS = {
    "seen": "Published",
    "equal": "If rates were equal in every trust",
    "national": "If every trust had the ratio of England",
    "fitted": "As fits what was published",
}
_MODELS = {
    "one_ratio": "One ratio for every trust",
    "national": "Trusts differ, and the ratio of England is kept",
    "free": "Trusts differ, around any ratio",
}
_BASES = {
    "reference": "Sizes of 2024/25",
    "earlier": "The same, with fewer {people}, as earlier",
    "own": "Counts that are loaded",
}
_LEVEL = 0.05


class BandReport:
    """Sentences, tables and the data of the picture for the numbers of trusts in a band.

    Parameters
    ----------
    found
        From :func:`wres_analysis.replications.band_counts.band_counts`.
    claim
        What was published.
    people
        What the comparison group is called in prose.
    fictional
        Whether loaded counts are those of fictional trusts.
    """

    def __init__(self, found: BandCounts, claim: BandClaim, *, people: str, fictional: bool = False) -> None:
        self.found = found
        self.claim = claim
        self.people = people
        self.fictional = fictional
        self._main = self._set("reference", 0)

    def _set(self, bases: str, number: int) -> dict[str, dict[str, Any]]:
        """The rows of one set of bases by scenario, and its fits by model."""
        counts = self.found.counts[self.found.counts["bases"] == bases]
        rates = list(dict.fromkeys(counts["rate"]))
        if number >= len(rates):
            return {}
        fits = self.found.fits[(self.found.fits["bases"] == bases) & (self.found.fits["rate"] == rates[number])]
        rows = {row["scenario"]: row for row in records(counts[counts["rate"] == rates[number]])}
        return rows | {f"fit_{row['model']}": row for row in records(fits)}

    def prose(self) -> Prose:
        """All that is said: the statement, what is at hand, what chance gives, what the counts fit, the verdict."""
        claim = self.claim
        source = f"{claim.source}; read in the source"
        blocks = [
            paragraph(
                tell(
                    note(f"{claim.id}-published", phrases=(claim.claim, source)),
                    claim.claim,
                    f"({upper_first(source)}.)",
                ),
                lead="Published.",
            ),
            paragraph(
                tell(note(f"{claim.id}-differs", phrases=(claim.differs,)), claim.differs),
                self._sizes(),
                *([tell(note(f"{claim.id}-own"), self.found.own_reason)] if self.found.own_reason else []),
                lead="At hand.",
            ),
            fixed("What chance alone would give:"),
            *bullets([self._scenario("equal"), self._scenario("national"), self._aspiration()]),
            fixed("Which true ratios the published numbers fit:"),
            *bullets([self._one_ratio(), self._free(), self._other_rates()]),
            paragraph(self._verdict(), lead="Verdict."),
        ]
        if own := self._set("own", 0):
            blocks.append(paragraph(*self._own(own), lead="The loaded counts."))
        return Prose(tuple(blocks))

    def _sizes(self) -> Telling:
        row = self._main["equal"]
        values = {"trusts": (float(row["n_bases"]), "count"), "share": (row["comparison_share"], "percent")}
        values["rate"] = (row["rate"], "percent")
        return tell(
            note(f"{self.claim.id}-sizes", values=values, phrases=("2024/25",)),
            f"So the sizes are those of {trusts(row['n_bases'])} in 2024/25, with {percent(row['comparison_share'])} "
            f"{self.people}, and {percent(row['rate'])} of the others are assumed to enter the process in a year.",
        )

    def _scenario(self, name: str) -> Telling:
        row = self._main[name]
        numbers = _numbers(row)
        values = {**numbers, "trusts": (float(row["trusts"]), "count"), "ratio": (row["ratio"], "times")}
        seen = self._main["seen"]
        values["seen"] = (seen["inside"], "count")
        begin = (
            "If rates were equal in every trust"
            if name == "equal"
            else f"If every trust had the ratio of England, {times(row['ratio'])}"
        )
        text = (
            f"{begin}, about {row['inside']:,.0f} of {trusts(row['trusts'])} would lie inside the band "
            f"(95% limits {_limits(row, 'inside')}), {row['above']:,.0f} above it ({_limits(row, 'above')}) and "
            f"{row['below']:,.0f} below it ({_limits(row, 'below')})."
        )
        said = f"Published were {seen['inside']:,.0f} inside."
        return tell(note(f"{self.claim.id}-{name}", values=values), text, said)

    def _aspiration(self) -> Telling:
        row = self._main["equal"]
        hoped = max(self.claim.aspiration, key=lambda one: one["year"])
        twice = self._set("reference", 2)["equal"]
        shares = [100 * one["inside"] / one["trusts"] for one in (row, twice)]
        values = {
            "share": (shares[0], "percent.0"), "twice": (shares[1], "percent.0"),
            "hoped": (hoped["share"], "percent.0"), "year": (hoped["year"], "year"), "rate": (twice["rate"], "percent"),
        }  # fmt: skip
        return tell(
            note(f"{self.claim.id}-aspiration", values=values),
            f"NHS England hoped for {hoped['share']}% of trusts inside by {hoped['year']}.",
            f"With equal rates in every trust {percent(shares[0], 0)} would be; at a rate of {percent(twice['rate'])}, "
            f"{percent(shares[1], 0)}.",
        )

    def _one_ratio(self) -> Telling:
        fit = self._main["fit_one_ratio"]
        values = {name: (fit[name], "times") for name in ("median", "median_low", "median_high")}
        values["p"] = (fit["p_fit"], "score.3")
        ratio = f"{times(fit['median'])} (95% limits {interval(fit['median_low'], fit['median_high'], '.2f')})"
        said = (
            f"One ratio for every trust fits with {ratio} and chance: the data do not need trusts to differ"
            if fit["p_fit"] >= _LEVEL
            else f"No one ratio for every trust gives these numbers by chance: the nearest is {ratio}"
        )
        p = "p < 0.001" if fit["p_fit"] < 0.001 else f"p = {fit['p_fit']:.3f}"
        return tell(note(f"{self.claim.id}-one", values=values, phrases=("p < 0.001",)), f"{said}; {p}.")

    def _free(self) -> Telling:
        fit = self._main["fit_free"]
        names = ("median", "median_low", "median_high")
        values = {name: (fit[name], "times") for name in names if isfinite(fit[name])}
        values |= {n: (fit[n], "score") for n in ("spread", "spread_low", "spread_high") if isfinite(fit[n])}
        values["national"] = (self.claim.national, "times")
        sentences = [
            f"The closest fit has a median of true ratios of {times(fit['median'])} "
            f"(95% limits {interval(fit['median_low'], fit['median_high'], '.2f')}), with a spread of "
            f"{fit['spread']:.2f} on the log scale ({interval(fit['spread_low'], fit['spread_high'], '.2f')})."
        ]
        if fit["median_low"] > self.claim.national:
            sentences.append(
                f"That median is above {times(self.claim.national)}, the ratio of England, in which a large trust "
                "counts for more than a small one."
            )
        return tell(note(f"{self.claim.id}-free", values=values), *sentences)

    def _other_rates(self) -> Telling:
        parts: list[str] = []
        values: dict[str, tuple[float, str]] = {}
        sets = [("half", self._set("reference", 1)), ("twice", self._set("reference", 2))]
        for name, one in sets:
            fit = one["fit_free"]
            values[f"{name}_rate"] = (fit["rate"], "percent")
            values |= {
                f"{name}_{n}": (fit[n], "score") for n in ("spread", "spread_low", "spread_high") if isfinite(fit[n])
            }
            limits = interval(fit["spread_low"], fit["spread_high"], ".2f")
            parts.append(f"at {percent(fit['rate'])} the spread is {fit['spread']:.2f} ({limits})")
        same = sets[0][1]["fit_one_ratio"]
        alone = []
        if same["p_fit"] >= _LEVEL:
            values |= {"median": (same["median"], "times"), "p": (same["p_fit"], "score.3")}
            alone = [
                f"At {percent(same['rate'])}, chance and one ratio of {times(same['median'])} for every trust would do "
                f"(p = {same['p_fit']:.3f})."
            ]
        earlier = self._set("earlier", 0)["fit_free"]
        values |= {f"e_{n}": (earlier[n], "score") for n in ("spread", "spread_low", "spread_high")}
        values["share"] = (self.claim.earlier_share, "percent")
        limits = interval(earlier["spread_low"], earlier["spread_high"], ".2f")
        return tell(
            note(f"{self.claim.id}-rates", values=values),
            f"The spread rests on the rate that is assumed: {' and '.join(parts)}.",
            *alone,
            f"With {percent(self.claim.earlier_share)} {self.people}, as earlier, it is {earlier['spread']:.2f} "
            f"({limits}).",
        )

    def _verdict(self) -> Telling:
        equal, seen = self._main["equal"], self._main["seen"]
        outside = {"seen": seen["trusts"] - seen["inside"], "expected": equal["trusts"] - equal["inside"]}
        fewer = seen["inside"] < equal["inside_low"] and seen["above"] > equal["above_high"]
        said = (
            "fewer trusts lay inside, and more above, than equal rates and chance would give."
            if fewer
            else "the numbers do not tell equal rates and chance apart from anything else."
        )
        return tell(
            note(f"{self.claim.id}-verdict", values={name: (value, "count") for name, value in outside.items()}),
            "Replicated in part: the arithmetic can be made again, and the counts of that year by trust are not at "
            "hand.",
            f"What the data support: {said}",
            f"Chance alone would put about {outside['expected']:,.0f} trusts outside the band, where "
            f"{outside['seen']:,.0f} were: to lie outside does not tell which trusts differ.",
        )

    def _own(self, own: dict[str, dict[str, Any]]) -> list[Telling]:
        seen, equal = own["seen"], own["equal"]
        values = {
            "trusts": (float(seen["trusts"]), "count"),
            "year": (float(seen["year"]), "year"),
            **{place: (float(seen[place]), "count") for place in PLACES},
            "expected": (equal["inside"], "count"),
            "expected_low": (equal["inside_low"], "count"),
            "expected_high": (equal["inside_high"], "count"),
            "national": (seen["ratio"], "times"),
        }
        said = tell(
            note(f"{self.claim.id}-loaded", values=values),
            f"In {seen['year']}, {seen['inside']:,.0f} of {trusts(int(seen['trusts']))} with counts and a ratio lie "
            f"inside the band, {seen['above']:,.0f} above and {seen['below']:,.0f} below; all together have a ratio of "
            f"{times(seen['ratio'])}.",
            f"With equal rates and these counts of staff, about {equal['inside']:,.0f} would lie inside (95% limits "
            f"{_limits(equal, 'inside')}).",
        )
        if not self.fictional:
            return [said]
        return [said, tell(note(f"{self.claim.id}-fictional"), "These trusts are fictional.")]

    def drawn(self) -> pd.DataFrame:
        """What the picture shows: numbers of trusts by scenario, for the shipped sizes."""
        rows = [self._main[name] for name in _SCENARIOS if name in self._main]
        frame = pd.DataFrame(rows)[["scenario", *PLACES]]
        frame.insert(0, "label", [_SCENARIOS[name] for name in frame.pop("scenario")])
        return frame

    def alt(self) -> str:
        """The picture in words."""
        told = "; ".join(
            f"{lower_first(row['label'])}: " + ", ".join(f"{row[place]:,.0f} {place}" for place in PLACES)
            for row in records(self.drawn())
        )
        return f"Numbers of trusts below, inside and above the band. {upper_first(told)}."

    def counts_table(self) -> Table:
        """The rounded result frame: numbers of trusts, published and expected."""
        rows = [row for row in records(self.found.counts) if row["scenario"] != "seen" or row["bases"] == "own"]
        published = {**self._main["seen"], "bases": "published"}
        frame = pd.DataFrame([self._cells(row) for row in [published, *rows]])
        return table(
            frame,
            caption="Trusts below, inside and above the band: published, and expected with 95% limits",
            notes=("Among trusts with a ratio: where nobody of the larger group entered the process there is none.",),
            name="band-counts",
        )

    def _cells(self, row: dict[str, Any]) -> dict[str, str]:
        own = row["bases"] == "own"
        name = _SCENARIOS[row["scenario"]]
        if row["scenario"] == "seen" and own:
            name = "Counted"
        if own:
            name = name.replace("was published", "was counted").replace("the ratio of England", "the ratio of all")
        on = "" if row["bases"] == "published" else _BASES[row["bases"]].format(people=self.people)
        cells = {"Numbers": name, "Trusts' sizes": on or "none needed"}
        cells["Rate"] = "none needed" if row["bases"] == "published" else percent(row["rate"], 2)
        cells["True ratio (median)"] = (
            "none needed" if row["scenario"] == "seen" else format_number(row["ratio"], ".2f")
        )
        cells["Spread"] = "none needed" if row["scenario"] == "seen" else format_number(row["spread"], ".2f")
        for place in PLACES:
            limits = f" ({_limits(row, place)})" if isfinite(row[f"{place}_low"]) else ""
            cells[upper_first(place)] = f"{row[place]:,.0f}{limits}"
        cells["Of"] = f"{row['trusts']:,}"
        return cells

    def fits_table(self) -> Table:
        """The rounded result frame: which true ratios the numbers fit."""
        rows = records(self.found.fits)
        frame = pd.DataFrame(
            {
                "True ratios": [_MODELS[row["model"]] for row in rows],
                "Trusts' sizes": [_BASES[row["bases"]].format(people=self.people) for row in rows],
                "Rate": [percent(row["rate"], 2) for row in rows],
                "Median": [format_number(row["median"], ".2f") for row in rows],
                "Its 95% limits": [interval(row["median_low"], row["median_high"], ".2f") for row in rows],
                "Spread": [format_number(row["spread"], ".2f") for row in rows],
                "Its 95% limits ": [interval(row["spread_low"], row["spread_high"], ".2f") for row in rows],
                "p of the fit": [_p(row["p_fit"]) for row in rows],
            }
        )
        return table(
            frame,
            caption="True ratios that the numbers of trusts fit",
            notes=("A small p says that the model does not give such numbers by chance.",),
            name="band-fits",
            folded=True,
        )


def _numbers(row: dict[str, Any]) -> dict[str, tuple[float, str]]:
    return {
        f"{place}{end}": (float(row[f"{place}{end}"]), "count") for place in PLACES for end in ("", "_low", "_high")
    }


def _limits(row: dict[str, Any], place: str) -> str:
    return f"{row[f'{place}_low']:,.0f} to {row[f'{place}_high']:,.0f}"


def _p(value: float) -> str:
    if not isfinite(value):
        return "nothing left to test"
    return "less than 0.001" if value < 0.001 else f"{value:.3f}"
