"""The same value given twice: dropped where it is the same, decided where a vintage decides, else a problem."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd

from wres_analysis.errors import Problem
from wres_analysis.sources.observations import observations, place_of
from wres_analysis.standards import load_outcomes, load_standard

__all__ = ["without_repeats"]

#: What makes two rows the same published value. Editions of other vintages are other values: the newest is used.
#: ``rank`` stands for the source: a measure's declared sources are believed in order, the others are all alike.
_KEY = ["org_code", "measure", "group", "stratum", "period_start", "period_end", "rank", "vintage"]
_NUMBERS = ["value", "numerator", "denominator", "effective_base"]


def without_repeats(frames: list[pd.DataFrame]) -> tuple[pd.DataFrame, pd.DataFrame, list[Problem]]:
    """Put the rows of all files together.

    Parameters
    ----------
    frames
        The observations of each file, in the order of the files; the first of equal rows stays.

    Returns
    -------
    rows
        All rows, without those that come again with the same content. Where one file gives a value twice with
        different content, both are excluded and flagged ``duplicate_organisation``.
    repeated
        The rows that were dropped.
    problems
        One for each pair of files that give different values, with no vintage to decide between them.
    """
    frames = [frame for frame in frames if len(frame)]
    if not frames:
        return observations(org_code=[]), observations(org_code=[]), []
    rows = pd.concat(frames, ignore_index=True)
    keyed = rows[[name for name in _KEY if name != "rank"]].assign(rank=_rank(rows))
    again = _again(keyed) & (rows["status"] != "excluded").to_numpy() & rows["period_start"].notna().to_numpy()
    twice = rows[again].assign(rank=keyed.loc[again, "rank"].to_numpy())
    twice = twice[twice.duplicated(_KEY, keep=False)]
    if not len(twice):
        return rows, rows[:0], []
    drop: list[int] = []
    clash: list[int] = []
    between: Counter[tuple[str, str]] = Counter()
    shown: dict[tuple[str, str], tuple[pd.Series, pd.Series]] = {}
    for _, same in twice.groupby(_KEY, sort=False, dropna=False):
        first = same.iloc[0]
        agree = _agree(same, first)
        elsewhere = same[~agree & (same["source_file"] != first["source_file"]).to_numpy()]
        if agree.all():
            drop.extend(same.index[1:])
        elif len(elsewhere):
            other = elsewhere.iloc[0]
            pair = (str(first["source_file"]), str(other["source_file"]))
            between[pair] += 1
            shown.setdefault(pair, (first, other))
        else:
            clash.extend(same.index)
    if clash:
        reason = "the same organisation and period twice, with different values"
        rows.loc[clash, ["status", "reason"]] = ["excluded", reason]
        rows.loc[clash, _NUMBERS] = np.nan
        rows.loc[clash, "flags"] = (rows.loc[clash, "flags"] + " duplicate_organisation").str.strip()
    problems = [_conflict(*shown[pair], count) for pair, count in between.items()]
    return rows.drop(index=drop).reset_index(drop=True), rows.loc[drop], problems


def _rank(rows: pd.DataFrame) -> np.ndarray:
    """The place of each row's source among those declared for its measure; one number for all that are not declared."""
    declared = load_standard().sources | load_outcomes().sources
    measures, measure_names = pd.factorize(rows["measure"])
    sources, source_names = pd.factorize(rows["source"])
    table = np.array([[declared.get((m, s), 99) for s in source_names] for m in measure_names])
    return table[measures, sources]


def _again(rows: pd.DataFrame) -> np.ndarray:
    """Whether a row may come again: a quick look at whole numbers instead of at eight columns of text."""
    code = np.zeros(len(rows), dtype=np.int64)
    size = 1
    for name in _KEY:
        codes, found = pd.factorize(rows[name], use_na_sentinel=False)
        if size * len(found) > 2**62:  # cannot be held in one number: let equal remainders pass as the same
            _, code = np.unique(code, return_inverse=True)
            size = int(code.max()) + 1
        code = code * len(found) + codes
        size *= len(found)
    return pd.Series(code).duplicated(keep=False).to_numpy()


def _agree(same: pd.DataFrame, first: pd.Series) -> np.ndarray:
    """Whether rows say what the first says: the same status, and numbers that differ by rounding only."""
    agree = np.array(same["status"] == first["status"])
    for name in _NUMBERS:
        agree &= np.isclose(same[name].to_numpy(), first[name], rtol=1e-9, atol=1e-12, equal_nan=True)
    return agree


def _conflict(first: pd.Series, other: pd.Series, count: int) -> Problem:
    more = f", and {count - 1} more values differ" if count > 1 else ""
    return Problem(
        file=str(other["source_file"]),
        **place_of(str(other["source_cell"])),
        what=f"{other['measure']} of {other['org_code']} for {other['period_end']:%d/%m/%Y} is {_shown(other)} here "
        f"and {_shown(first)} in {first['source_file']} ({first['source_cell']}){more}; nothing says which is newer.",
        todo="Take one of the two files out of the folder.",
    )


def _shown(row: pd.Series) -> str:
    if row["status"] != "observed":
        return str(row["status"]).replace("_", " ")
    counts = f" ({row['numerator']:g}/{row['denominator']:g})" if np.isfinite(row["denominator"]) else ""
    return f"{row['value']:g}{counts}"
