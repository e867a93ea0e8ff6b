"""The words and tables of the explore notebook, each from the frames of a first look."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from wres_analysis.charts.tables import Table, format_number, table
from wres_analysis.links.coupling import declared, measure_of
from wres_analysis.links.design import is_log
from wres_analysis.links.explore import Exploration, short_name
from wres_analysis.links.scatter import Scatter
from wres_analysis.narrative.claims import Claim, note
from wres_analysis.narrative.telling import Prose, Telling, bullets, paragraph, tell
from wres_analysis.narrative.wording import interval, joined, lower_first, trusts, upper_first
from wres_analysis.profiles.frames import records
from wres_analysis.standards import Indicator, load_outcomes, load_standard

__all__ = ["Exploring"]

_KIND_WORDS = {
    "pearson": ("Between trusts, Pearson", "each trust counts once, by its means"),
    "spearman": ("Between trusts, ranks (Spearman)", "each trust counts once, by the ranks of its means"),
    "partial": ("Between trusts, partial", "what the adjusters leave of the means of each trust"),
    "within": (
        "Within trusts",
        "each trust is set beside itself in other years, and beside all trusts in the same year",
    ),
}
_STATUS_WORDS = {
    "ok": "", "all_missing": "no trust has both", "too_few": "too few trusts", "one_year": "one year only",
    "constant_exposure": "the first does not vary", "constant_outcome": "the second does not vary",
    "exact_fit": "the one gives the other exactly", "singular": "cannot be told apart",
    "not_available": "not in these data", "refused": "refused: arithmetic",
}  # fmt: skip
_LINE_WORDS = {"naive": "As the points lie", "adjusted": "Adjusted"}
_LIMITS = "Nothing here says why trusts differ, or what any one member of staff has met."


class Exploring:
    """Words and tables of a first look.

    Parameters
    ----------
    found
        What was explored.
    fictional
        Whether the data are the kit's own sample.
    """

    def __init__(self, found: Exploration, *, fictional: bool = False) -> None:
        self.found, self.fictional = found, fictional
        self._standard, self._outcomes = load_standard(found.choices.standard), load_outcomes()

    # What was looked at -------------------------------------------------------------------------------------------

    def opening(self) -> Prose:
        """What was looked at, and that nobody declared it: how many pairs may stand out by chance alone."""
        frame, choices = self.found.frame, self.found.choices
        seen = frame[frame["status"] == "ok"]
        pairs = len(frame.drop_duplicates(["exposure", "outcome"]))
        asked, answered = len(frame), len(seen)
        alone = choices.alpha * answered
        years = sorted({int(year) for span in seen["years"] for year in span.split(" to ")})
        values: dict[str, tuple[float, str]] = {
            "pairs": (pairs, "count"), "kinds": (len(choices.kinds), "count"), "looked_at": (asked, "count"),
            "answered": (answered, "count"), "by_chance": (round(alone), "count"), "lag": (choices.lag, "count"),
            "trusts": (int(seen["n_trusts"].max()) if answered else 0, "count"),
            "level": (100 * choices.alpha, "percent.0"),
        }  # fmt: skip
        values |= {f"year_{year}": (year, "year") for year in years}
        span = f"{years[0]}" + (f" to {years[-1]}" if years[-1] > years[0] else "") if years else ""
        said = [
            "This page is exploratory: no plan named these pairs before the data were seen.",
            f"There are {pairs:,} pairs and {asked:,} correlations, of which {answered:,} have an answer.",
            f"If nothing went together with anything, about {round(alone):,} of them would still pass a "
            f"{format_number(100 * choices.alpha, '.0f')}% test taken alone." if answered else "",
            f"They rest on up to {trusts(int(seen['n_trusts'].max()))}, WRES {span}." if answered else "",
            _lag_words(choices.lag),
            f"Only rows with {choices.sample.text} are used." if choices.sample.text else "",
            "These are the fictional trusts of the sample that comes with the kit." if self.fictional else "",
            _LIMITS,
        ]  # fmt: skip
        about = note("explored", values=values, phrases=tuple(filter(None, [choices.sample.text, f"WRES {span}"])))
        return Prose((paragraph(tell(about, *said)), *bullets(self._gaps())))

    def _gaps(self) -> list[Telling]:
        """What these data do not hold, and what stands in for what."""
        told = []
        if self.found.absent:
            names = tuple(short_name(column, self._standard, self._outcomes) for column in self.found.absent)
            names = tuple(lower_name(name) for name in names)
            told.append(tell(note("absent", phrases=names), f"These data hold no values of {joined(names)}."))
        for wanted, used in self.found.stand_ins:
            names = (self.name(wanted), self.name(used))
            words = f"Adjusted for the {lower_first(names[1])}, for want of the {lower_first(names[0])}."
            told.append(tell(note(f"stand_in_{used}", phrases=names), words))
        return told

    def name(self, column: str) -> str:
        """A column in words, as a label: ``Indicator 5: disadvantage of ethnic minority staff``."""
        one = declared(measure_of(column, self._outcomes), self._standard, self._outcomes)
        if one is None:
            return column.replace("_", " ")
        form = column.partition(".")[2]
        if not isinstance(one, Indicator):
            return one.title
        group = self._standard.groups[self._standard.comparison_group].prose
        words = f"disadvantage of {group}" if form == "disadvantage" else form.replace(".", " ").replace("_", " ")
        return f"Indicator {one.number}" + (f": {words}" if words else "")

    def axis(self, column: str) -> str:
        """A column in words with its unit and, of an outcome, which way is better."""
        one = declared(measure_of(column, self._outcomes), self._standard, self._outcomes)
        if one is None:
            return self.name(column)
        if isinstance(one, Indicator):
            unit = "log of the ratio" if is_log(column, self._standard) else "percentage points"
            return f"{self.name(column)} ({unit})"
        unit = {"percent": "%", "score": "score", "rating": "rating"}.get(one.unit, "")
        better = f"{one.better} is better" if one.better in ("higher", "lower") else ""
        return f"{one.label} ({', '.join(filter(None, [unit, better]))})"

    def source(self, *columns: str) -> str:
        """The publications behind some columns, or behind all that are there."""
        choices = self.found.choices
        there = columns or [c for c in (*choices.indicators, *choices.outcomes) if c not in self.found.absent]
        measures = [declared(measure_of(column, self._outcomes), self._standard, self._outcomes) for column in there]
        names = [self._standard.title if isinstance(m, Indicator) else m.publisher for m in measures if m is not None]
        return "; ".join(dict.fromkeys(names)) or "the panel"

    # The matrix ---------------------------------------------------------------------------------------------------

    @property
    def names(self) -> tuple[str, ...]:
        """The measures on the picture, indicators before outcomes."""
        links = self.found.frame[self.found.frame["block"] == "links"]
        return tuple(dict.fromkeys([*links["exposure_name"], *links["outcome_name"]]))

    def of_kind(self, kind: str) -> pd.DataFrame:
        """The rows of a kind."""
        return self.found.frame[self.found.frame["kind"] == kind]

    def answers(self, kind: str) -> bool:
        """Whether any pair of a kind has an answer."""
        return bool((self.of_kind(kind)["status"] == "ok").any())

    def caption(self, kind: str) -> str:
        """What is printed beneath the picture of a kind."""
        return f"Exploratory: correlations, {lower_first(_KIND_WORDS[kind][0])}; the darker, the further from none."

    def overview(self, kind: str) -> Prose:
        """How many pairs of a kind can be told from no correlation, and how many of these are coupled."""
        part = self.of_kind(kind)
        seen = part[part["status"] == "ok"]
        told = seen[seen["distinguishable"]]
        coupled = int((told["coupling"] != "none").sum())
        title, how = _KIND_WORDS[kind]
        values: dict[str, tuple[float, str]] = {
            "answered": (len(seen), "count"), "pairs": (len(part), "count"), "told": (len(told), "count"),
            "coupled": (coupled, "count"), "level": (100 * self.found.choices.alpha, "percent.0"),
        }  # fmt: skip
        about = note(f"overview_{kind}", values=values)
        if not len(seen):
            whys = part["status"].value_counts().index.tolist()
            why = joined([_STATUS_WORDS[str(word)] for word in whys])
            return Prose((paragraph(tell(about, f"No pair has an answer: {why}."), lead=f"{title}:"),))
        level = format_number(100 * self.found.choices.alpha, ".0f")
        words = [
            f"{upper_first(how)}. {len(seen):,} of {len(part):,} pairs have an answer.",
            f"With false findings held to {level}% (Benjamini-Hochberg over these pairs), {_can(len(told))}.",
            f"Of these, {_are(coupled)} coupled by how the numbers are made." if len(told) else "",
        ]
        return Prose((paragraph(tell(about, *words), lead=f"{title}:"),))

    def matrix_table(self, kind: str) -> Table:
        """All pairs of a kind that these data hold, rounded as on the picture."""
        part = self.of_kind(kind)
        part = part[part["status"] != "not_available"] if (part["status"] != "not_available").any() else part
        rows = pd.DataFrame(
            [
                {
                    "Pair": f"{row['exposure_name']} and {lower_name(row['outcome_name'])}",
                    "r": row["estimate"],
                    "limits": interval(row["ci_low"], row["ci_high"], ".2f"),
                    "p": _p(row["p_value"]),
                    "bh": _p(row["p_bh"]),
                    "trusts": int(row["n_trusts"]),
                    "rows": int(row["n_obs"]),
                    "pairs": row["n_effective"],
                    "Coupled": {"none": "", "flagged": "coupled", "refused": "refused"}[row["coupling"]],
                    "Note": _STATUS_WORDS.get(row["status"], row["status"]),
                }
                for row in records(part)
            ]
        )
        return table(
            rows,
            caption=f"Exploratory: {_KIND_WORDS[kind][0]}, all pairs",
            formats={"r": ".2f", "pairs": ",.0f"},
            headings={
                "r": "Correlation", "limits": "95% interval", "p": "p", "bh": "p, adjusted", "trusts": "Trusts",
                "rows": "Rows", "pairs": "Effective n",
            },
            missing="none",
            notes=(_METHODS[kind],),
            folded=True,
            name=f"explore-{kind}",
        )  # fmt: skip

    def alt_matrix(self, kind: str) -> str:
        """The words for the picture of a kind."""
        part = self.of_kind(kind)
        text = f"Heat map of correlations, {lower_first(_KIND_WORDS[kind][0])}. "
        told = part[part["distinguishable"]]
        if not len(told):
            return text + "No pair can be told from no correlation. The table beneath holds all numbers."
        most = told.assign(size=told["estimate"].abs()).sort_values("size", ascending=False).head(5)
        named = [
            f"{row['exposure_name']} and {lower_name(row['outcome_name'])} {format_number(row['estimate'], '.2f')}"
            for row in records(most)
        ]
        return text + f"Furthest from none: {'; '.join(named)}. The table beneath holds all numbers."

    def coupling_table(self) -> Table | None:
        """The coupled pairs and why, each once."""
        part = self.found.frame[self.found.frame["coupling"] != "none"]
        if not len(part):
            return None
        part = part.drop_duplicates(["exposure", "outcome"])
        pairs: dict[str, list[str]] = {}
        for row in records(part):
            why = self._plain(row["coupling_reason"])
            pairs.setdefault(why, []).append(f"{row['exposure_name']} and {lower_name(row['outcome_name'])}")
        shown = pd.DataFrame({"Pairs": ["; ".join(named) for named in pairs.values()], "Why": list(pairs)})
        return table(shown, caption="Pairs that go together by how they are made", folded=True, name="explore-coupled")

    def _plain(self, reason: str) -> str:
        """A reason with columns of the panel in words."""
        choices = self.found.choices
        known = [*choices.indicators, *choices.outcomes]
        known += [one.strip() for name in choices.adjust for one in name.split("|")]
        for column in sorted(set(known), key=len, reverse=True):
            if "_" in column or "." in column:
                reason = reason.replace(column, lower_name(self.name(column)))
        return upper_first(reason)

    # One pair -----------------------------------------------------------------------------------------------------

    def pair(self, exposure: str, outcome: str) -> Prose:
        """What each kind of correlation is for one pair, or why there is none."""
        frame = self.found.frame
        part = frame[(frame["exposure"] == exposure) & (frame["outcome"] == outcome)]
        if not len(part):
            about = note("pair", phrases=(exposure, outcome))
            return Prose(
                (paragraph(tell(about, "This pair is not among those of the matrix; its picture stands alone.")),)
            )
        told = [self._one(row) for row in records(part)]
        reasons = [str(text) for text in dict.fromkeys(part["coupling_reason"]) if text]
        blocks = [*bullets(told)]
        if reasons:
            words = self._plain(reasons[0])
            about = note("pair_coupled", phrases=(words,))
            blocks.append(paragraph(tell(about, f"The pair is coupled: {words}")))
        return Prose(tuple(blocks))

    def _one(self, row: dict[str, Any]) -> Telling:
        title = _KIND_WORDS[row["kind"]][0]
        if row["status"] != "ok":
            about = note(f"pair_{row['kind']}", phrases=(row["message"],))
            return tell(about, f"{title}: no answer. {row['message']}")
        claim = Claim(
            kind="correlation", measure=row["exposure"], subject=f"{row['outcome']}-{row['kind']}", subject_name="",
            wres_year=0, period="", estimate=float(row["estimate"]), low=float(row["ci_low"]),
            high=float(row["ci_high"]), n={"trusts": int(row["n_trusts"]), "rows": int(row["n_obs"])},
            method=row["method"], units={"estimate": "score.2"}, evidence="exploratory",
        )  # fmt: skip
        limits = interval(row["ci_low"], row["ci_high"], ".2f")
        verdict = f"With all pairs allowed for, it can{'' if row['distinguishable'] else 'not'} be told from none."
        return tell(
            claim,
            f"{title}: {format_number(row['estimate'], '.2f')} (95% interval {limits}; {trusts(row['n_trusts'])}, "
            f"{row['n_obs']:,} rows).",
            verdict,
        )

    def slope_table(self, scatters: Sequence[Scatter]) -> Table:
        """The two lines of each picture."""
        rows = pd.DataFrame(
            [
                {
                    "Pair": f"{one.x_name} and {lower_name(one.y_name)}",
                    "Line": _LINE_WORDS[row["line"]],
                    "slope": row["slope"],
                    "limits": interval(row["low"], row["high"], ".3f"),
                    "p": _p(row["p_value"]),
                    "trusts": int(row["n_trusts"]),
                    "Note": "" if row["status"] == "ok" else _STATUS_WORDS.get(row["status"], "no line"),
                }
                for one in scatters
                for row in records(one.slopes)
            ]
        )
        methods = [m for one in scatters for m in one.slopes["method"] if m]
        adjusted = next((one.slopes["adjustment"].iloc[-1] for one in scatters), "")
        words = joined(
            [lower_name(self.name(column)) for column in str(adjusted).split(" + ") if column] or ["nothing"]
        )
        notes = [f"Slope: units of the vertical axis for one of the horizontal. Adjusted for {words}."]
        if methods:
            notes.append("Least squares of trusts; standard errors HC3, or HC1 where one trust is fitted by itself.")
        return table(
            rows,
            caption="Exploratory: the lines of the picture",
            formats={"slope": ".3f"},
            headings={"slope": "Slope", "limits": "95% interval", "p": "p", "trusts": "Trusts"},
            missing="none",
            notes=notes,
            name="explore-lines",
        )

    def labelled_table(self, one: Scatter) -> Table | None:
        """The labelled trusts of a scatter plot."""
        part = one.points[one.points["labelled"].astype(bool)] if len(one.points) else one.points
        if not len(part):
            return None
        part = part.sort_values("pull", ascending=False)
        columns = {"org_code": "Code", "org_name": "Trust", "x": one.x_name, "y": one.y_name, "base": "Mean base",
                   "n_years": "Years"}  # fmt: skip
        rows = part[[name for name in columns if name != "base" or part["base"].notna().any()]]
        return table(
            rows,
            caption="The labelled trusts: those that pull hardest at the line, and the marked one",
            formats={name: form for name, form in {"x": ",.2f", "y": ",.2f", "base": ",.0f"}.items() if name in rows},
            headings={name: words for name, words in columns.items() if name in rows},
            name="explore-labelled",
        )

    def alt_scatter(self, one: Scatter) -> str:
        """The words for a scatter plot."""
        text = f"Scatter plot of {lower_name(one.y_name)} against {lower_name(one.x_name)}, a point a trust. "
        ways = {row["line"]: row["slope"] for row in records(one.slopes) if np.isfinite(row["slope"])}
        if not ways:
            return text + "There is no line."
        words = {line: "upward" if slope > 0 else "downward" if slope < 0 else "level" for line, slope in ways.items()}
        said = joined([f"the {_LINE_WORDS[line].lower()} line slopes {way}" for line, way in words.items()])
        said = said.replace("the as the points lie line", "the line as the points lie")
        return text + upper_first(said) + ". The table beneath holds slopes and intervals."

    def alt_small(self, every: Sequence[Scatter]) -> str:
        """The words for the small pictures."""
        names = joined([lower_name(one.x_name) for one in every])
        return (
            f"Small scatter plots of {lower_name(every[0].y_name)} against {names}, each with a point a trust, with "
            "the line as the points lie and the adjusted line. The table beneath holds slopes and intervals."
        )

    def nothing_to_draw(self) -> Prose:
        """What stands where no indicator has a row in common with the outcome."""
        return Prose((paragraph(tell(note("nothing_to_draw"), "No indicator has a row in common with this outcome.")),))


_MEANS = "Each trust counts once, by its means after each year's own mean is taken out."
_METHODS = {
    "pearson": f"Fisher's interval, which a few outlying trusts can make too narrow. {_MEANS}",
    "spearman": f"Bonett and Wright's interval. {_MEANS}",
    "partial": "Fisher's interval, for the trusts less the columns that are taken out (the effective n); a few far "
    "trusts can make it too narrow.",
    "within": "Means of trusts and of years are taken out. Years of one trust are not independent: errors are "
    "clustered by trust, and the effective n is the number of independent pairs that would give as wide an interval.",
}


def lower_name(name: str) -> str:
    """A name within a sentence: ``indicator 8``, ``sickness absence``; an abbreviation or a name keeps its capitals."""
    return name if name.startswith("Friends and Family") else lower_first(name)


def _p(value: float) -> str:
    if not np.isfinite(value):
        return "none"
    return "<0.001" if value < 0.001 else format_number(value, ".3f")


def _can(n: int) -> str:
    return {0: "no pair can be told from no correlation", 1: "1 pair can be told from no correlation"}.get(
        n, f"{n:,} pairs can be told from no correlation"
    )


def _are(n: int) -> str:
    return {0: "no pair is", 1: "1 is"}.get(n, f"{n:,} are")


def _lag_words(lag: int) -> str:
    if lag == 0:
        return "Both of a pair are of the same WRES year."
    years = "1 year" if abs(lag) == 1 else f"{abs(lag)} years"
    return f"The outcome is {years} {'after' if lag > 0 else 'before'} the indicator."
