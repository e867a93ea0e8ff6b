"""Everything about change over time that a panel can tell, for the command line: annual trends, monthly patterns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from wres_analysis.panel.store import PanelData
from wres_analysis.standards import load_outcomes
from wres_analysis.trends.annual import annual_trends
from wres_analysis.trends.month_series import measures
from wres_analysis.trends.monthly import false_signals, monthly_patterns

__all__ = ["KIND", "TrendResults", "run_trends", "summary"]

#: What a folder of these results calls itself, and its main frame.
KIND = "trends"
_READINGS = ("improving", "worsening", "rising", "falling", "cannot_tell")


@dataclass(frozen=True, slots=True)
class TrendResults:
    """Frames by name (``trends``, ``points``, ``monthly``, ``false_signals``), and how they were made, for JSON."""

    frames: dict[str, pd.DataFrame]
    about: dict[str, Any]


def run_trends(data: PanelData, *, since: int | None = None, covid: str = "keep") -> TrendResults:
    """Work out annual trends and monthly patterns of a panel.

    Parameters
    ----------
    data, since, covid
        As in :func:`~wres_analysis.trends.annual.annual_trends`.

    Raises
    ------
    RequestError
        As that function.
    """
    annual = annual_trends(data, since=since, covid=covid)
    signals = [false_signals(data, measure.key) for measure in measures(load_outcomes())]
    frames = {
        KIND: annual.frame, "points": annual.points, "monthly": monthly_patterns(data),
        "false_signals": pd.concat(signals, ignore_index=True),
    }  # fmt: skip
    return TrendResults(frames, annual.about)


def summary(result: TrendResults) -> list[str]:
    """Say in lines what was followed, what England shows, and how many series have no answer."""
    about, frame = result.about, result.frames[KIND]
    years = ", ".join(map(str, about["covid_years"]))
    lines = [
        f"Data: hash {about['data_hash']}",
        f"{len(frame):,} annual series; the pandemic's year ({years}) is "
        + ("kept." if about["covid"] == "keep" else "left out."),
    ]
    trusts = frame[(frame["subject"] == "trust") & (frame["status"] == "ok")]
    for (title, form, group), part in trusts.groupby(["title", "form", "group"], sort=False):
        counts = part["reading"].value_counts()
        told = ", ".join(f"{counts[word]} {word.replace('_', ' ')}" for word in _READINGS if word in counts)
        what = " ".join(word for word in (str(form).replace("_", " "), str(group)) if word)
        lines.append(f"  {title} ({what}): {len(part)} trusts: {told}.")
    if len(trusts):
        lines.append("  Where nothing changes, 5% of trusts would still be named one way or the other, by chance.")
    for status, count in frame.loc[frame["status"] != "ok", "status"].value_counts().sort_index().items():
        lines.append(f"{count:,} series have no trend: {status}. Their rows say why.")
    lines.append(f"{len(result.frames['monthly']):,} monthly series.")
    return lines
