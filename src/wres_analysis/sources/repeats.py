"""The same value given twice: dropped where it is the same, decided where a vintage decides, else a problem."""

from __future__ import annotations

import numpy as np
import pandas as pd

from wres_analysis.errors import Problem
from wres_analysis.sources.observations import observations, place_of
from wres_analysis.sources.textcolumns import look_up, number_rows
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
    declared = load_standard().sources | load_outcomes().sources
    keyed = rows[[name for name in _KEY if name != "rank"]]
    keyed = keyed.assign(rank=look_up(rows["measure"], rows["source"], declared, len(declared)))
    place = number_rows(keyed, _KEY)
    unusable = ((rows["status"] == "excluded") | rows["period_end"].isna()).to_numpy()
    place[unusable] = -1 - np.flatnonzero(unusable)  # a place of its own
    again = pd.Series(place).duplicated(keep=False).to_numpy()
    if not again.any():
        return rows, rows[:0], []
    twice, place = rows[again], place[again]
    _, first, number = np.unique(place, return_index=True, return_inverse=True)
    firsts = twice.iloc[first[number]]  # beside each row the first of its place
    differs = ~_agree(twice, firsts)
    elsewhere = differs & (twice["source_file"].to_numpy() != firsts["source_file"].to_numpy())
    contradicted, spoilt = (np.isin(number, number[which]) for which in (elsewhere, differs))
    clash = twice.index[spoilt & ~contradicted]
    if len(clash):
        rows.loc[clash, "status"] = "excluded"
        rows.loc[clash, "reason"] = "the same organisation and period twice, with different values"
        rows.loc[clash, _NUMBERS] = np.nan
        rows.loc[clash, "flags"] = (rows.loc[clash, "flags"] + " duplicate_organisation").str.strip()
    problems = _conflicts(firsts[elsewhere], twice[elsewhere])
    dropped = np.zeros(len(rows), dtype=bool)
    dropped[twice.index[~spoilt & (first[number] != np.arange(len(twice)))]] = True
    return rows[~dropped].reset_index(drop=True), rows[dropped], problems


def _agree(some: pd.DataFrame, others: pd.DataFrame) -> np.ndarray:
    """Whether rows say what the others beside them say: the same status, and numbers that differ by rounding only."""
    agree = some["status"].to_numpy() == others["status"].to_numpy()
    for name in _NUMBERS:
        agree &= np.isclose(some[name].to_numpy(), others[name].to_numpy(), rtol=1e-9, atol=1e-12, equal_nan=True)
    return agree


def _conflicts(firsts: pd.DataFrame, others: pd.DataFrame) -> list[Problem]:
    """Tell of each pair of files that contradict one another, once, with the first value in which they do."""
    pairs = number_rows(pd.DataFrame({"a": firsts["source_file"].array, "b": others["source_file"].array}), ["a", "b"])
    _, at, counts = np.unique(pairs, return_index=True, return_counts=True)
    return [_conflict(firsts.iloc[i], others.iloc[i], count) for i, count in sorted(zip(at, counts, strict=True))]


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
