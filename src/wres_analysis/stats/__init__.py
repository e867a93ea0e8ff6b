"""Pure numerics on arrays. Nothing here knows of trusts, standards or files."""

from __future__ import annotations

from wres_analysis.stats.fractions import RecoveredFraction, recover_fraction
from wres_analysis.stats.intervals import Interval, difference_interval, proportion_interval, ratio_interval

__all__ = [
    "Interval",
    "RecoveredFraction",
    "difference_interval",
    "proportion_interval",
    "ratio_interval",
    "recover_fraction",
]
