"""Make cases.csv: series without missing values, for the outside implementation, which has no rule for them.

Run from this folder: python make_cases.py
"""

import csv
from pathlib import Path

import numpy as np

rng = np.random.default_rng(2)
rows: list[tuple[str, int, str, int]] = []


def add(case: str, values: np.ndarray, rebase: tuple[int, ...] = ()) -> None:
    """Add a series; numbers are written in full, so that R reads the same."""
    rows.extend((case, t, repr(float(value)), int(t in rebase)) for t, value in enumerate(values))


for n in (3, 6, 7, 12, 24, 60):
    add(f"normal_{n}", rng.normal(5, 1, n))
    add(f"walk_{n}", 5 + rng.normal(0, 1, n).cumsum())
    add(f"ties_{n}", rng.integers(0, 5, n) / 2)  # halves: sums are exact, so that ties with the mean are too
    add(f"heavy_{n}", rng.standard_t(2, n))
for n in (24, 60):
    add(f"rebased_{n}", np.r_[rng.normal(5, 1, n // 2), rng.normal(9, 2, n // 2)], rebase=(n // 2,))
    add(f"ramp_{n}", np.r_[np.arange(n // 2), np.arange(n // 2)[::-1]] + 0.3 * rng.normal(size=n))
add("equal", np.full(10, 3.0))

with Path("cases.csv").open("w", newline="", encoding="utf-8") as file:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(("case", "t", "value", "rebase"))
    writer.writerows(rows)
