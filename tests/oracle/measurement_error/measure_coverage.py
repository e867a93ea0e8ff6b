"""How well slopes are corrected for the sampling error of their exposure: bias removed, and how often limits hold.

Run from this folder: python measure_coverage.py > coverage.csv
docs/methods.md quotes coverage.csv. Two-way fixed effects, 9 years, a tenth of the rows missing, errors of the outcome
dependent over time (0.5), and a true slope of 0.2. The exposure is a gap of two groups' percentages from counts, and
the variance of its error is worked out from these counts, as it is from published ones.
"""

from __future__ import annotations

import csv
import sys

import numpy as np

from wres_analysis.stats.linear import within
from wres_analysis.stats.measurement_error import ErrorsInVariables, errors_in_variables

YEARS, SLOPE = 9, 0.2
#: Standard deviation, in points, of the truth within trusts, which gives about the reliability in the name.
SETTINGS = {"0.25": 2.02, "0.50": 3.51, "0.75": 6.07}

COLUMNS = [
    "trusts", "reliability", "replicates", "reliability_median", "observed_median", "corrected_median", "bias_removed",
    "held_where_told", "unbounded", "too_unreliable",
]  # fmt: skip


def simulated(random: np.random.Generator, trusts: int, spread: float) -> ErrorsInVariables:
    """Simulate a panel, fit it and correct the slope."""
    n = trusts * YEARS
    trust, year = np.repeat(np.arange(trusts), YEARS), np.tile(np.arange(YEARS), trusts)
    level = random.normal(size=trusts)[trust]
    share = np.clip(0.25 + 0.03 * level + spread / 100 * random.normal(size=n), 0.01, 0.99)
    base = np.rint(np.clip(np.exp(random.normal(np.log(200), 0.7, trusts)), 20, 2_000)).astype(int)[trust]
    gap, variance = np.zeros(n), np.zeros(n)
    for sign, p, size in ((1, share, base), (-1, np.full(n, 0.08), 10 * base)):
        seen = random.binomial(size, p) / size
        gap += sign * 100 * seen
        variance += 100**2 * seen * (1 - seen) / (size - 1)
    noise = random.normal(size=(trusts, YEARS))
    for t in range(1, YEARS):
        noise[:, t] = 0.5 * noise[:, t - 1] + np.sqrt(0.75) * noise[:, t]
    y = SLOPE * 100 * share + level + 2 * noise.ravel()
    there = random.random(n) > 0.1
    fit = within(y[there], gap[there], entity=trust[there], time=year[there], names=["gap"])
    return errors_in_variables(fit, column="gap", error_variance=variance[there], kind="CR1", cluster=trust[there])


def main() -> None:
    """Write one row for each setting."""
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(COLUMNS)
    for trusts, replicates in ((30, 4_000), (60, 4_000), (210, 2_000)):
        for name, spread in SETTINGS.items():
            random = np.random.default_rng(20261122)
            found = [simulated(random, trusts, spread) for _ in range(replicates)]
            told = [one for one in found if one.status != "too_unreliable"]
            observed = float(np.median([one.observed for one in found]))
            estimate = float(np.median([one.estimate for one in told]))
            removed = 1 - abs(estimate - SLOPE) / abs(observed - SLOPE)
            numbers = [
                float(np.median([one.reliability for one in found])), observed, estimate, removed,
                float(np.mean([one.low <= SLOPE <= one.high for one in told])),
                float(np.mean([one.status == "unbounded" for one in found])), 1 - len(told) / len(found),
            ]  # fmt: skip
            out.writerow([trusts, name, replicates, *(f"{number:.3f}" for number in numbers)])


if __name__ == "__main__":
    main()
