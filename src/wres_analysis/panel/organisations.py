"""Organisations: which trust a published code is, who succeeded whom and when, and what a trust was on a date.

Readers say what their file knows of an organisation on a date (a sighting). Sightings and the reference files
together answer: is this a trust, which trust holds it on that date, and what are its name, region and type.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from wres_analysis.errors import InputError, Problem
from wres_analysis.panel.reference import Choice, Reference, load_reference
from wres_analysis.sources.files import fold
from wres_analysis.sources.observations import ORGANISATION_COLUMNS
from wres_analysis.sources.textcolumns import look_up, number_rows, take_words

__all__ = ["Organisations"]

Codes = pd.Series | pd.Index | npt.NDArray[Any] | list[str]
Dates = pd.Series | pd.Index | npt.NDArray[Any] | list[Any] | pd.Timestamp | str

#: Attributes that a sighting can tell, and that are normalised where publishers spell them differently.
_ATTRIBUTES = ("org_name", "region", "icb", "trust_type")
#: Where a spelling is not known, an attribute is left blank or kept as published.
_UNKNOWN = {"region": "left blank", "trust_type": "left blank", "icb": "kept as published"}

_SMALL_WORDS = frozenset({"and", "of", "on", "the", "for", "in", "with", "upon"})
_CAPITALS = frozenset({"NHS", "CIC", "ICB"})


@dataclass(frozen=True)
class Organisations:
    """What is known of organisations.

    Parameters
    ----------
    reference
        The reference files.
    sightings
        One row for each file, organisation and date, with ``trust`` (the legal code), ``partial``, ``is_trust``,
        ``trust_subtype`` (the type as published), and region, ICB and type in the kit's words. Where a file carries
        no date (``dated`` is false) ``as_of`` is the newest opening or closing that it tells of.
    successions
        One row for each succession told: ``old_code, new_code, date, kind, source, followed, reason``. ``reason``
        says why a succession is not followed.
    unmapped
        Spellings that no reference file knows, among trusts: ``attribute, spelling, source, organisations,
        treatment``.
    """

    reference: Reference
    sightings: pd.DataFrame
    successions: pd.DataFrame
    unmapped: pd.DataFrame

    @staticmethod
    def build(sightings: pd.DataFrame, reference: Reference | None = None) -> Organisations:
        """Put sightings and reference files together.

        Parameters
        ----------
        sightings
            Rows as readers make them (:data:`~wres_analysis.sources.observations.ORGANISATION_COLUMNS`).
        reference
            The reference files; the shipped ones if not given.

        Raises
        ------
        InputError
            If successions go round in a circle.
        """
        reference = load_reference() if reference is None else reference
        seen = sightings[list(ORGANISATION_COLUMNS)].reset_index(drop=True)
        seen = seen.assign(**_legal(seen["org_code"], reference, _listed(seen, reference)))
        seen = seen.assign(dated=seen["as_of"].notna(), as_of=seen["as_of"].fillna(_newest_event(seen)))
        seen["trust_subtype"] = seen["trust_type"]
        unmapped = []
        for attribute, words in reference.spellings.items():
            folded = seen[attribute].map({text: fold(text) for text in seen[attribute].unique()})
            known = {**{fold(word): word for word in words.values() if word}, **words, "": ""}
            strange = ~folded.isin(known)
            unmapped.append(_strange(seen[strange & seen["is_trust"]], attribute))
            kept = seen[attribute] if _UNKNOWN[attribute] == "kept as published" else ""
            seen[attribute] = folded.map(known).where(~strange, kept).astype("str")
        seen["trust_subtype"] = seen["trust_subtype"].where(seen["trust_type"] != "", "")
        successions = _successions(seen, reference, _listed(seen, reference))
        return Organisations(reference, seen, successions, pd.concat(unmapped, ignore_index=True))

    @property
    def trusts(self) -> tuple[str, ...]:
        """The codes of the trusts that some file has, in order; a list of successions alone does not count."""
        succession_only = (self.sightings["org_name"] == "") & (self.sightings["successor"] != "")
        return tuple(sorted(self.sightings.loc[self.sightings["is_trust"] & ~succession_only, "trust"].unique()))

    @property
    def splits(self) -> pd.DataFrame:
        """The successions of organisations that went to more than one other: rows of ``successions``."""
        several = self.successions.groupby("old_code")["new_code"].transform("nunique") > 1
        return self.successions[several].reset_index(drop=True)

    def legal_code(self, codes: Codes) -> pd.DataFrame:
        """Turn published codes into trusts.

        Parameters
        ----------
        codes
            Codes as published, shape (n,).

        Returns
        -------
        DataFrame
            n rows in the order and with the index of ``codes``: ``trust``, ``partial`` (the code speaks for a part
            of the trust), ``is_trust``, and ``known`` (some file or the reference has the code).
        """
        series = _as_series(codes)
        legal = pd.DataFrame(_legal(series, self.reference, self._listed))
        at, unique = pd.factorize(series)
        return legal.assign(known=np.array([code in self._known for code in unique], dtype=bool)[at])

    @cached_property
    def _listed(self) -> frozenset[str]:
        return _listed(self.sightings, self.reference)

    @cached_property
    def _known(self) -> set[str]:
        told = set(self.sightings["org_code"]) | set(self.successions["old_code"]) | set(self.successions["new_code"])
        return told | set(self.reference.aliases) | set(self.reference.codes)

    def unknown(self, codes: Codes) -> list[str]:
        """Name the codes that look like trusts and that no file knows, in order."""
        legal = self.legal_code(codes)
        strange = legal["is_trust"] & ~legal["known"]
        return sorted(set(_as_series(codes)[strange]))

    def successor(self, codes: Codes, on: Dates) -> pd.Series:
        """Find the trust that holds each trust on a date: chains are followed, later successions are not.

        Parameters
        ----------
        codes
            Codes of trusts, shape (n,).
        on
            Dates, shape (n,), or one date for all.

        Returns
        -------
        Series
            n codes with the index of ``codes``; the code itself where nothing succeeded it by then.
        """
        current = _as_series(codes)
        dates = _as_dates(on, current)
        followed = self.successions[self.successions["followed"]].set_index("old_code")
        for _ in range(len(followed)):
            goes = (current.map(followed["date"]) <= dates).to_numpy()
            if not goes.any():
                break
            current = current.where(~goes, current.map(followed["new_code"])).astype("str")
        return current

    def resolve(self, codes: Codes, dates: Dates) -> pd.Series:
        """Find the legal trust that a published code stands for on a date, shapes as in :meth:`successor`."""
        return self.successor(self.legal_code(codes)["trust"], dates)

    def attributes(self, codes: Codes, dates: Dates) -> pd.DataFrame:
        """Say what each trust was on a date.

        Parameters
        ----------
        codes, dates
            Codes of trusts, shape (n,); dates, shape (n,) or one for all.

        Returns
        -------
        DataFrame
            n rows with the index of ``codes``: ``org_name, region, icb, trust_type, trust_subtype``, blank where no
            file tells, and for each of the first four a column ``..._seen``: ``by then``, ``later`` (nothing was seen
            by the date, the earliest later sighting stands in), ``undated``, or blank.
        """
        trusts = _as_series(codes)
        asked = pd.DataFrame({"trust": trusts.to_numpy(), "date": _as_dates(dates, trusts).to_numpy()})
        questions = asked.drop_duplicates(ignore_index=True)
        for attribute in _ATTRIBUTES:
            questions = questions.merge(self._choose(questions, attribute), on=["trust", "date"], how="left")
        answers = asked.merge(questions, on=["trust", "date"], how="left").drop(columns=["trust", "date"])
        return answers.fillna("").astype("str").set_axis(trusts.index)

    def _choose(self, questions: pd.DataFrame, attribute: str) -> pd.DataFrame:
        choice: Choice = self.reference.choices[attribute]
        told = self._told[attribute]
        columns = [name for name in told if name in (attribute, "trust_subtype")]
        found = questions[["trust", "date"]].merge(told, on="trust")
        found["when"] = np.select([found["as_of"].isna(), found["as_of"] > found["date"]], [2, 1], 0)
        found["distance"] = (found["as_of"] - found["date"]).abs()
        order = ["rank", "when", "distance"] if choice.prefer == "source" else ["when", "distance", "rank"]
        best = found.sort_values(["partial", *order], kind="stable").drop_duplicates(["trust", "date"])
        best[f"{attribute}_seen"] = best["when"].map({0: "by then", 1: "later", 2: "undated"})
        if attribute == "org_name":
            best["org_name"] = best["org_name"].map(_readable)
        return best[["trust", "date", *columns, f"{attribute}_seen"]]

    @cached_property
    def _told(self) -> dict[str, pd.DataFrame]:
        """What the sources that may tell an attribute tell of it, each thing once, with the rank of the source."""
        out = {}
        for attribute, choice in self.reference.choices.items():
            columns = [attribute, "trust_subtype"] if attribute == "trust_type" else [attribute]
            told = self.sightings[(self.sightings[attribute] != "") & ~self.sightings["source"].isin(choice.ignore)]
            told = told[~pd.Series(number_rows(told, ["trust", "source", "as_of", *columns])).duplicated().to_numpy()]
            ranks = {(source, ""): rank for rank, source in enumerate(choice.sources)}
            rank = look_up(told["source"], pd.Series("", index=told.index), ranks, len(ranks))
            out[attribute] = told[["trust", "partial", "as_of", *columns]].assign(rank=rank)
        return out

    def table(self, on: pd.Timestamp | str | None = None) -> pd.DataFrame:
        """List the trusts, one row each, as they were on a date.

        Parameters
        ----------
        on
            The date; that of the newest file that carries one if not given.

        Returns
        -------
        DataFrame
            ``code, name, region, icb, trust_type, trust_subtype, opened, closed, successor, succession_date,
            sources``, by code. ``closed`` and ``successor`` may lie after the date.
        """
        codes = pd.Series(self.trusts, dtype="str")
        newest = self.sightings.loc[self.sightings["dated"], "as_of"].max()
        date = pd.Timestamp(on) if on is not None else (newest if pd.notna(newest) else pd.Timestamp(0))
        mine = self.sightings[self.sightings["trust"].isin(codes) & ~self.sightings["partial"]].sort_values("as_of")
        # `last` passes over blanks: the newest date that any file gives.
        dates = mine.groupby("trust")[["opened", "closed"]].last().reindex(codes)
        seen = self.sightings.loc[self.sightings["trust"].isin(codes), ["trust", "source"]]
        pairs = seen.drop_duplicates().sort_values(["trust", "source"])
        sources = pairs.groupby("trust")["source"].agg(" ".join)
        followed = self.successions[self.successions["followed"]].set_index("old_code")
        described = self.attributes(codes, date)
        return pd.DataFrame(
            {
                "code": codes,
                "name": described["org_name"],
                **{c: described[c] for c in ("region", "icb", "trust_type", "trust_subtype")},
                "opened": dates["opened"].to_numpy("datetime64[s]"),
                "closed": dates["closed"].to_numpy("datetime64[s]"),
                "successor": codes.map(followed["new_code"]).fillna("").astype("str"),
                "succession_date": codes.map(followed["date"]).astype("datetime64[s]"),
                "sources": codes.map(sources).fillna("").astype("str"),
            }
        )


def _as_series(codes: Codes) -> pd.Series:
    series = codes if isinstance(codes, pd.Series) else pd.Series(codes)
    return series.astype("str")


def _as_dates(dates: Dates, codes: pd.Series) -> pd.Series:
    if isinstance(dates, (str, pd.Timestamp)):
        series = pd.Series(pd.Timestamp(dates), index=codes.index)
    else:
        series = pd.Series(pd.to_datetime(np.asarray(dates)), index=codes.index)
    if series.isna().any():
        raise ValueError("a date is missing")
    return series.astype("datetime64[s]")


def _listed(seen: pd.DataFrame, reference: Reference) -> frozenset[str]:
    return frozenset(seen.loc[seen["source"].isin(reference.listed_in), "org_code"])


def _legal(codes: pd.Series, reference: Reference, listed: frozenset[str]) -> dict[str, pd.Series]:
    at, unique = pd.factorize(codes)
    trust = [reference.aliases[code].trust if code in reference.aliases else code for code in unique]
    partial = [code in reference.aliases and reference.aliases[code].partial for code in unique]
    is_trust = [reference.is_trust(code, listed) for code in trust]
    return {
        "trust": take_words(trust, at).set_axis(codes.index),
        "partial": pd.Series(np.array(partial, dtype=bool)[at], index=codes.index),
        "is_trust": pd.Series(np.array(is_trust, dtype=bool)[at], index=codes.index),
    }


def _newest_event(seen: pd.DataFrame) -> pd.Series:
    """For each row, the newest opening or closing in its file: the file is hardly older than what it tells of."""
    event = seen[["opened", "closed"]].max(axis=1)
    return event.groupby(seen["source_file"]).transform("max").astype("datetime64[s]")


def _strange(seen: pd.DataFrame, attribute: str) -> pd.DataFrame:
    counts = seen.groupby([attribute, "source"])["org_code"].nunique().rename("organisations").reset_index()
    return pd.DataFrame(
        {
            "attribute": attribute,
            "spelling": counts[attribute],
            "source": counts["source"],
            "organisations": counts["organisations"],
            "treatment": _UNKNOWN[attribute],
        }
    )


def _successions(seen: pd.DataFrame, reference: Reference, listed: frozenset[str]) -> pd.DataFrame:
    """Every succession of a trust, and whether it is followed."""
    ours = reference.mergers[["old_code", "new_code", "date", "kind", "grade"]].assign(source="mergers.csv")
    told = seen[(seen["successor"] != "") & seen["is_trust"]]
    theirs = pd.DataFrame(
        {
            "old_code": told["org_code"],
            "new_code": told["successor"],
            "date": told["succession_date"],
            "kind": "merger",
            "grade": "C",
            "source": told["source_file"],
        }
    )
    theirs = theirs.sort_values(["old_code", "new_code", "date", "source"]).drop_duplicates(["old_code", "new_code"])
    several = theirs.groupby("old_code")["new_code"].transform("size") > 1
    theirs["kind"] = theirs["kind"].where(~several, "split")
    out = pd.concat([ours, theirs], ignore_index=True)
    to_trust = out["new_code"].map({code: reference.is_trust(code, listed) for code in out["new_code"].unique()})
    out["reason"] = np.select(
        [
            (out["source"] != "mergers.csv") & out["old_code"].isin(ours["old_code"]),
            out["kind"] == "split",
            out["kind"] == "transfer",
            out["date"].isna(),
            out["grade"] == "K",
            ~to_trust.astype(bool),
        ],
        [
            "decided by mergers.csv",
            "went to more than one; mergers.csv does not say which holds it",
            "only a part moved",
            "no date",
            "not confirmed (grade K)",
            "the successor is not a trust",
        ],
        "",
    )
    out["followed"] = out["reason"] == ""
    twice = out["followed"] & out.duplicated(["old_code", "followed"], keep=False)
    if twice.any():
        raise InputError(
            *(
                Problem(
                    f"{code} has more than one successor.", "Make all but one a split or a transfer.", "mergers.csv"
                )
                for code in sorted(set(out.loc[twice, "old_code"]))
            )
        )
    _refuse_circles(out[out["followed"]])
    out = out.sort_values(["old_code", "date", "new_code"], ignore_index=True)
    return out[["old_code", "new_code", "date", "kind", "source", "followed", "reason"]].astype(
        {"date": "datetime64[s]", "reason": "str", "kind": "str", "source": "str"}
    )


def _refuse_circles(followed: pd.DataFrame) -> None:
    step = dict(zip(followed["old_code"], followed["new_code"], strict=True))
    file = dict(zip(followed["old_code"], followed["source"], strict=True))
    finished: set[str] = set()
    problems = []
    for start in sorted(step):
        path = [start]
        while path[-1] in step and path[-1] not in finished:
            path.append(step[path[-1]])
            if path[-1] in path[:-1]:
                circle = path[path.index(path[-1]) :]
                problems.append(
                    Problem(
                        f"The successions {' -> '.join(circle)} go round in a circle.",
                        "Correct the rows, or decide them in data/reference/mergers.csv.",
                        file[circle[0]],
                    )
                )
                break
        finished.update(path)
    if problems:
        raise InputError(*problems)


def _readable(name: str) -> str:
    """Set a name that is all capitals as a title; leave others as published."""
    if not name.isupper():
        return name
    words = name.split()
    out = []
    for index, word in enumerate(words):
        if word in _CAPITALS:
            out.append(word)
        elif index and word.casefold() in _SMALL_WORDS:
            out.append(word.casefold())
        else:
            out.append("-".join(part[:1] + part[1:].casefold() for part in word.split("-")))
    return " ".join(out)
