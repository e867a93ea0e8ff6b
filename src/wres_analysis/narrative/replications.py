"""What became of published statements, in sentences, each with its claim; and the tables beside them.

A statement is quoted with its source. What is said of it is what the interval says, of trusts, and never why.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from typing import Any

import pandas as pd

from wres_analysis.charts.tables import Table, format_number, table
from wres_analysis.narrative.claims import Claim, note
from wres_analysis.narrative.telling import Block, Prose, Telling, bullets, fixed, paragraph, tell
from wres_analysis.narrative.wording import interval, lower_first, trusts, upper_first
from wres_analysis.profiles.frames import records
from wres_analysis.replications.published import Published, Study
from wres_analysis.replications.studies import Replications
from wres_analysis.standards import load_outcomes
from wres_analysis.stats.covariance import FEW_CLUSTERS

__all__ = ["VERDICT_WORDS", "ReplicationsReport"]

VERDICT_WORDS = {
    "replicated": "Replicated",
    "partly": "Replicated in part",
    "not_replicated": "Not replicated",
    "cannot_be_replicated_here": "Cannot be replicated here",
}
_GRADES = {"R": "read in the source", "C": "checked in a published file"}
_WHERE = {"between": "Between trusts", "within": "Within trusts"}
_FICTIONAL = "The trusts of the sample are fictional: nothing that it shows is about the NHS."
_LIMITS = "This is about trusts and not about anyone in them, and it does not say why."
_SUPPORTED = {
    "goes": "{where}, higher {exposure} goes with {way} {outcome}",
    "excluded": "{where}, these data show no such association, and leave the published size out",
    "nothing": "{where}, these data show no such association, and rule out one of a size worth knowing",
    "cannot": "{where}, these data cannot tell whether {exposure} and {outcome} go together",
}


class ReplicationsReport:
    """Sentences, tables and the data of pictures for the replications.

    Parameters
    ----------
    found
        From :func:`wres_analysis.replications.studies.replicate`.
    published
        What was published.
    """

    def __init__(self, found: Replications, published: Published) -> None:
        self.found = found
        self.published = published
        self._studies = {study.id: study for study in published.studies}

    def overview(self) -> Prose:
        """What became of the statements, and of which data this speaks."""
        words = self.found.verdicts["verdict"]
        values = {word: (float((words == word).sum()), "count") for word in VERDICT_WORDS if (words == word).any()}
        told = "; ".join(f"{VERDICT_WORDS[word].lower()}: {int(n)}" for word, (n, _) in values.items())
        counted = tell(
            note("replications", values={**values, "statements": (float(len(words)), "count")}),
            f"Of {len(words)} published statements: {told}.",
        )
        about = [tell(note("replications-fictional"), _FICTIONAL)] if self.found.fictional else []
        return Prose((paragraph(counted, *about),))

    def summary_table(self) -> Table:
        """One row a statement: source, what was published, and the verdict."""
        rows = []
        for row in records(self.found.verdicts):
            best = self.found.frame[(self.found.frame["study"] == row["study"]) & self.found.frame["nearest"]]
            rows.append(
                {
                    "Statement": row["title"],
                    "Source": f"{row['source']} ({_GRADES[row['grade']]})",
                    "Published": _plain(row["published"]),
                    "Here, nearest to it": _shown(best.iloc[0]) if len(best) else "none",
                    "Verdict": VERDICT_WORDS[row["verdict"]],
                    "Why": row["reason"],
                }
            )
        return table(pd.DataFrame(rows), caption="Published statements and what became of them")

    def study(self, key: str) -> Prose:
        """All that is said of one statement: what was published, what the data hold, what they show."""
        study = self._studies[key]
        rows = [row for row in records(self.found.frame) if row["study"] == key]
        verdict = next(row for row in records(self.found.verdicts) if row["study"] == key)
        source = f"{study.source}; {_GRADES[study.grade]}"
        blocks: list[Block] = [
            paragraph(
                tell(note(f"{key}-published", phrases=(study.claim, source)), study.claim, f"({upper_first(source)}.)"),
                lead="Published.",
            ),
            paragraph(*self._held(study), lead="At hand."),
        ]
        estimated = [row for row in rows if isfinite(row["ours"])]
        if estimated:
            blocks += [
                paragraph(
                    tell(note(f"{key}-same", phrases=(study.same,)), f"The same: {study.same}"),
                    tell(note(f"{key}-differs", phrases=(study.differs,)), f"Different: {study.differs}"),
                ),
                fixed("What these data show:"),
                *bullets(_say_row(row, study) for row in estimated),
            ]
            blocks += self._few(key, estimated)
        blocks.append(
            paragraph(
                tell(
                    note(f"{key}-verdict", phrases=(verdict["reason"],)),
                    f"{VERDICT_WORDS[verdict['verdict']]}. {verdict['reason']}",
                    *_supported(study, rows, fictional=self.found.fictional),
                ),
                lead="Verdict.",
            )
        )
        return Prose(tuple(blocks))

    def _held(self, study: Study) -> list[Telling]:
        found = []
        held = records(self.found.held[self.found.held["study"] == study.id])
        for row in held:
            topic = f"{study.id}-held-{row['side']}"
            if row["side"] == "near":
                title = load_outcomes().measures[row["column"]].title
                span = _years(row)
                words = (
                    f"They hold {row['values']:,} value{'' if row['values'] == 1 else 's'} of another kind ({title}), "
                    f"{span}, which cannot stand in."
                )
            elif not row["values"]:
                found.append(tell(note(topic), f"The loaded data hold nothing of {row['words']}."))
                continue
            else:
                span = _years(row)
                words = f"The loaded data hold {row['words']} for {trusts(row['trusts'])}, {span}."
            values = {"trusts": (float(row["trusts"]), "count"), "values": (float(row["values"]), "count")}
            before = held[0]["first_year"] if row["side"] == "near" else 0
            late = f"The survey comes after all of them, for {before}." if before > row["last_year"] else ""
            phrases = tuple(text for text in (span, row["words"], str(before) if late else "") if text)
            found.append(tell(note(topic, values=values, phrases=phrases), words, late))
        return found

    def _few(self, key: str, rows: list[dict[str, Any]]) -> list[Block]:
        fewest = min(row["n_clusters"] for row in rows)
        if not 0 < fewest < FEW_CLUSTERS:
            return []
        said = f"With {trusts(int(fewest))} the intervals may be too narrow."
        return [paragraph(tell(note(f"{key}-few", values={"trusts": (float(fewest), "count")}), said))]

    def rows_table(self, key: str) -> Table | None:
        """The rounded result frame of one statement; None where nothing could be estimated."""
        study = self._studies[key]
        rows = [row for row in records(self.found.frame) if row["study"] == key]
        if not any(isfinite(row["ours"]) for row in rows):
            return None
        frame = pd.DataFrame(
            {
                "Comparison": [f"{_WHERE[row['question']]}: {row['label']}" for row in rows],
                "Estimate": [_number(row["ours"], study) for row in rows],
                "95% interval": [interval(row["low"], row["high"], _spec(study)) for row in rows],
                **(
                    {
                        "Corrected for chance in answers": [_number(row["corrected"], study) for row in rows],
                        "Its 95% interval": [
                            interval(row["corrected_low"], row["corrected_high"], _spec(study)) for row in rows
                        ],
                    }
                    if study.scale == "sign"
                    else {}
                ),
                "Trusts": [f"{row['n_trusts']:,}" for row in rows],
                "Rows": [f"{row['n_obs']:,}" for row in rows],
                "Model": [row["model"] for row in rows],
                "Test in the plan": [row["test_id"] for row in rows],
            }
        )
        published = f" Published: {_plain(study.published)}." if isfinite(study.published) else ""
        return table(
            frame, caption=f"{study.title}: estimates, in {_unit(study)}.{published}", name=f"replication-{key}"
        )

    def drawn(self) -> pd.DataFrame:
        """What the picture of all statements shows: estimates in standard deviations, and what was published so."""
        rows = []
        for study in self.published.studies:
            mine = [r for r in records(self.found.frame) if r["study"] == study.id and isfinite(r["std"])]
            if mine and study.scale == "standardised" and isfinite(study.published):
                rows.append(
                    (study.title, study.authors, "published", study.published, float("nan"), float("nan"))
                )  # fmt: skip
            rows += [
                (study.title, row["label"], row["question"], row["std"], row["std_low"], row["std_high"])
                for row in mine
            ]
        return pd.DataFrame(rows, columns=["title", "label", "kind", "estimate", "low", "high"])

    def alt(self) -> str:
        """The picture of all statements in words."""
        frame = self.drawn()
        clear = frame[(frame["low"] > 0) | (frame["high"] < 0)]
        told = "every interval includes no association"
        if len(clear):
            told = "the intervals that leave out no association are " + "; ".join(
                f"{_WHERE[row['kind']].lower()}, {row['label']}" for row in records(clear)
            )
        return (
            "Estimates between and within trusts in standard deviations, each with its interval, beside what was "
            f"published on that scale: {told}."
        )

    def trace(self) -> Table:
        """What the tests and the published figures were read from."""
        about = self.found.about
        rows = {
            "Plan of the tests": f"{about['plan_title']}, plans/replications.toml",
            "Hash of the plan": about["plan_hash"][:16],
            "Published statements": "data/reference/replications.toml",
            "Sizes of trusts": "data/reference/trust_sizes.csv",
            "Hash of the data": about["data_hash"][:16],
        }
        frame = pd.DataFrame({"What": list(rows), "Where": list(rows.values())})
        return table(frame, caption="Files and their hashes")


def _say_row(row: Mapping[str, Any], study: Study) -> Telling:
    """One estimate with its interval and number of trusts."""
    digits = f"points.{_DIGITS}" if study.scale == "sign" else f"score.{_DIGITS}"
    values: dict[str, float] = {}
    sentences = [
        f"{_WHERE[row['question']]}, {row['label']}: {_number(row['ours'], study)} "
        f"(95% interval {interval(row['low'], row['high'], _spec(study))}; {trusts(row['n_trusts'])})."
    ]
    if isfinite(row["corrected"]):
        names = ("corrected", "corrected_low", "corrected_high")
        values |= {name: float(row[name]) for name in names if isfinite(row[name])}
        limits = interval(row["corrected_low"], row["corrected_high"], _spec(study))
        sentences.append(
            f"Corrected for chance in who answered the survey it is {_number(row['corrected'], study)} "
            f"(95% interval {limits})."
        )
    claim = Claim(
        kind="replication",
        measure=f"{row['study']}-{row['test_id']}-{row['question']}",
        subject="",
        subject_name="",
        wres_year=0,
        period="",
        estimate=float(row["ours"]),
        low=float(row["low"]) if isfinite(row["low"]) else None,
        high=float(row["high"]) if isfinite(row["high"]) else None,
        n={"trusts": int(row["n_trusts"])},
        method=f"{row['model']}, adjusted for: {row['adjustment']}; {_unit(study)}",
        values=values,
        units={"estimate": digits, **dict.fromkeys(values, digits)},
        phrases=(row["label"], "ten points"),
    )
    return tell(claim, *sentences)


def _supported(study: Study, rows: list[dict[str, Any]], *, fictional: bool) -> list[str]:
    """The sentences that the data support: a clause for each row that the verdict rests on, and what the study left."""
    told = [row for row in rows if isfinite(row["ours"])]
    deciding = [row for row in told if row["decides"]]
    if not deciding:
        return ["It needs both sides for the same trusts, in the same year or in years that follow one another."]
    clauses = [_clause(study, row) for row in deciding]
    beyond = [row for row in told if row["question"] == "within" and row["lag"] >= 0][:1]
    if beyond and "within" not in study.needs:
        clause = _clause(study, beyond[0])
        clauses.append(clause.replace("Within trusts,", "Within trusts, of which the study does not speak,", 1))
    said = "; ".join(lower_first(clause) for clause in clauses)
    begin = "What the fictional data support" if fictional else "What the data support"
    return [f"{begin}: {said}.", *_reverse(study, told), _LIMITS]


def _clause(study: Study, row: Mapping[str, Any]) -> str:
    if _clear(study, row):
        kind = "goes"
    elif row["verdict"] == "not_replicated":
        kind = "excluded" if study.scale == "standardised" else "nothing"
    else:
        kind = "cannot"
    return _SUPPORTED[kind].format(
        where=_WHERE[row["question"]],
        exposure=study.exposure_words,
        outcome=study.outcome_short,
        way="higher" if row["ours"] > _nothing(study) else "lower",
    )


def _reverse(study: Study, rows: list[dict[str, Any]]) -> list[str]:
    """What the year before says beside the year after, within trusts; nothing where the year after shows nothing."""
    forward, back = (
        next((row for row in rows if row["question"] == "within" and row["lag"] == lag), None) for lag in (1, -1)
    )
    if forward is None or back is None or not _clear(study, forward):
        return []
    if _clear(study, back):
        return ["The year before shows an association too, so these data do not tell which comes first."]
    return [
        "The year before shows none that is told apart from chance. The two years are not tested against each other."
    ]


def _nothing(study: Study) -> float:
    return 1.0 if study.scale == "odds_ratio" else 0.0


def _clear(study: Study, row: Mapping[str, Any]) -> bool:
    return bool(row["low"] > _nothing(study) or row["high"] < _nothing(study))


_DIGITS = 2


def _spec(study: Study) -> str:
    return "+.2f" if study.scale == "sign" else ".2f"


def _number(value: float, study: Study) -> str:
    return format_number(value, _spec(study)) if isfinite(value) else "none"


def _plain(value: float) -> str:
    return format_number(value, ".2f") if isfinite(value) else "no number"


def _shown(row: Mapping[str, Any]) -> str:
    if not isfinite(row["ours"]):
        return "none"
    spec = "+.2f" if row["scale"] == "sign" else ".2f"
    return f"{format_number(row['ours'], spec)} ({interval(row['low'], row['high'], spec)})"


def _unit(study: Study) -> str:
    return {
        "standardised": "standard deviations of the outcome for one of the exposure",
        "odds_ratio": "odds ratios for one point of the exposure",
        "sign": "percentage points of the outcome for ten points of the exposure",
    }[study.scale]


def _years(row: Mapping[str, Any]) -> str:
    first, last = row["first_year"], row["last_year"]
    return f"for {first} only" if first == last else f"from {first} to {last}"
