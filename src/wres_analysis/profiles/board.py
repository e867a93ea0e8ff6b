"""The board beside the workforce: two shares of full counts, for the whole board and for parts of it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from wres_analysis.profiles.frames import Subject, typed
from wres_analysis.standards import Standard

__all__ = ["BOARD_COLUMNS", "board_rows"]

#: ``members`` of the comparison group among ``seats`` of known ethnicity; ``share`` and ``workforce`` in percent.
#: ``n_trusts`` have the seats. ``status``: ``observed`` or ``no_data``; a workforce that is not known is NaN.
BOARD_COLUMNS = {
    "part": "str", "label": "str", "subject": "str", "subject_name": "str", "wres_year": "int64", "n_trusts": "int64",
    "members": "float64", "seats": "float64", "share": "float64", "workforce": "float64", "difference": "float64",
    "status": "str", "source_cells": "str",
}  # fmt: skip


def board_rows(values: pd.DataFrame, year: int, subjects: tuple[Subject, ...], standard: Standard) -> pd.DataFrame:
    """One row per part of the body and subject; the counts of several trusts are added up.

    Parameters
    ----------
    values
        Annual values on one basis.
    year
        The WRES year.
    subjects
        Whom to count.
    standard
        Its indicator of a body declares the parts.

    Returns
    -------
    pandas.DataFrame
        Columns as :data:`BOARD_COLUMNS`. Share and workforce are of the same trusts.
    """
    i = next((one for one in standard.indicators.values() if one.form == "difference"), None)
    if i is None:
        return typed([], BOARD_COLUMNS)
    now = values[
        (values["wres_year"] == year)
        & (values["group"] == standard.comparison_group)
        & (values["status"] == "observed")
        & (values["denominator"] > 0)
    ]
    body = now[now["measure"] == i.key]
    whole = now[(now["measure"] == i.compared_with)].drop_duplicates("org_code").set_index("org_code")
    out: list[dict[str, object]] = []
    for part in i.strata:
        seats = body[body["stratum"] == part].set_index("org_code")
        for subject in subjects:
            mine = seats[seats.index.isin(subject.codes)]
            row: dict[str, object] = {
                "part": part, "label": standard.strata_labels.get(part, part.replace("_", " ")),
                "subject": subject.key, "subject_name": subject.name, "wres_year": year, "n_trusts": len(mine),
                "status": "no_data",
            }  # fmt: skip
            if len(mine):
                staff = whole[whole.index.isin(mine.index)]
                # Two shares of different trusts would not be comparable.
                same = len(staff) == len(mine)
                total = float(mine["denominator"].sum())
                share = 100 * float(mine["numerator"].sum()) / total
                workforce = (
                    100 * float(staff["numerator"].sum()) / float(staff["denominator"].sum()) if same else np.nan
                )
                row |= {
                    "members": float(mine["numerator"].sum()), "seats": total, "share": share, "workforce": workforce,
                    "difference": share - workforce, "status": "observed",
                    "source_cells": "; ".join(mine["source_cells"]) if subject.key == "trust" else "",
                }  # fmt: skip
            out.append(row)
    return typed(out, BOARD_COLUMNS)
