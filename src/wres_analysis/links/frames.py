"""The result frame of the links, and the folder it is written to: the same inputs give the same bytes."""

from __future__ import annotations

import math
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd

from wres_analysis import results

__all__ = ["FILES", "KIND", "LINK_COLUMNS", "check_target", "links_frame", "summary", "write_files"]

#: One row is a test, term and variant. What this version does not fill is there and empty.
LINK_COLUMNS = (
    "test_id", "family", "family_size", "role", "exposure", "outcome", "lag", "model", "term", "variant", "adjustment",
    "sample", "weights", "n_obs", "n_trusts", "n_clusters", "status", "message", "estimate", "unit", "std_error",
    "se_convention", "ci_low", "ci_high", "p_value", "p_holm", "p_bh", "p_by", "p_rw", "std_estimate", "reliability",
    "estimate_disattenuated", "dis_ci_low", "dis_ci_high", "mde_80", "sesoi", "equivalence_p", "smallest_demonstrable",
    "e_value", "coupling", "evidence", "plan_hash", "data_hash", "coupling_reason", "direction", "per", "per_words",
    "verdict", "of", "dis_status", "e_value_limit", "robustness_value", "loro_low", "loro_high",
)  # fmt: skip
_WORDS = {
    "test_id", "family", "role", "exposure", "outcome", "model", "term", "variant", "adjustment", "sample", "weights",
    "status", "message", "unit", "se_convention", "coupling", "evidence", "plan_hash", "data_hash", "coupling_reason",
    "direction", "per_words", "verdict", "of", "dis_status",
}  # fmt: skip
_COUNTS = {"family_size", "lag", "n_obs", "n_trusts", "n_clusters"}
FILES = ("links.csv", "links.json")
#: What a manifest of such a folder says that it is.
KIND = "links"


def links_frame(rows: Iterable[dict[str, Any]]) -> pd.DataFrame:
    """Make the result frame: every column of :data:`LINK_COLUMNS`, words as text, counts as whole numbers."""
    frame = pd.DataFrame(list(rows), columns=list(LINK_COLUMNS))
    for name in LINK_COLUMNS:
        if name in _WORDS:
            frame[name] = frame[name].astype("object").where(frame[name].notna(), "").astype("str")
        else:
            frame[name] = frame[name].astype("int64" if name in _COUNTS else "float64")
    return frame


def check_target(out: Path, data: Path) -> None:
    """Refuse an ``--out`` that must not be written, before anything is fitted.

    Raises
    ------
    RequestError
        If ``out`` holds something else than an earlier result of ``wres links``, or lies in the data.
    """
    results.check_target(out, data, kind=KIND)


def write_files(folder: Path, frame: pd.DataFrame, about: dict[str, Any]) -> None:
    """Write links.csv, links.json and manifest.json into an empty folder.

    Parameters
    ----------
    folder
        Where.
    frame
        From :func:`links_frame`.
    about
        What stands above the rows in links.json; its ``plan`` and ``data_hash`` also go into the manifest.
    """
    made_from = {"plan": about["plan"], "data_hash": about["data_hash"]}
    results.write_results(folder, KIND, {KIND: frame}, about, made_from=made_from)


def summary(frame: pd.DataFrame, about: dict[str, Any]) -> list[str]:
    """Say in lines what was run, what has no answer and why, and what the primary tests found."""
    plan = about["plan"]
    plain = frame[frame["variant"] == "complete_case"]
    declared = plain[plain["of"] == ""]
    # A test of several terms has a row for each, the first of which answers it.
    firsts = plain.drop_duplicates("test_id")
    answers = firsts[firsts["of"] == ""]
    beside = firsts.loc[firsts["of"] != "", "role"].value_counts().sort_index()
    checks = ", ".join(f"{count} {str(role).replace('_', ' ')}" for role, count in beside.items())
    lines = [
        f"Plan: {plan['title']} ({plan['file']}), hash {plan['hash']}",
        f"Data: hash {about['data_hash']}",
        f"{len(answers)} tests" + (f", and beside them rows that check them: {checks}." if checks else "."),
    ]
    tried = about.get("exploratory_tests_tried", 0)
    if tried:
        lines.append(f"Exploratory: {tried} of the tests {'was' if tried == 1 else 'were'} declared by no plan.")
    for row in declared[declared["role"].isin(("primary", "exploratory"))].to_dict("records"):
        terms = declared.loc[declared["test_id"] == row["test_id"], "term"]
        what = row["model"] if len(terms) == 1 else f"{row['model']}, {row['term']}"
        head = f"  {row['test_id']}: {row['exposure']} and {row['outcome']}, lag {row['lag']}, {what}: "
        if math.isnan(row["estimate"]):
            lines.append(f"{head}{row['status']}. {row['message']}")
            continue
        found = (
            f"{row['estimate']:.4g} ({row['ci_low']:.4g} to {row['ci_high']:.4g}) {row['unit']}, p {row['p_value']:.3g}"
        )
        grade = f": {row['evidence'].replace('_', ' ')}" if row["evidence"] else ""
        lines.append(f"{head}{found}, {row['n_trusts']} trusts{grade}.")
    for status, count in answers.loc[answers["estimate"].isna(), "status"].value_counts(sort=False).items():
        lines.append(f"{count} tests have no answer: {status}. Their rows say why.")
    return lines
