"""Make cases.csv: monthly series with planted breaks, with and without memory, two of them with missing months.

Run from this folder: python make_cases.py
"""

import csv
from pathlib import Path

import numpy as np

rng = np.random.default_rng(11)
#: Name, months, breaks, lag-1 correlation, missing months.
CASES = (
    ("one_break", 60, (36,), 0.5, ()),
    ("two_breaks", 109, (83, 95), 0.6, ()),
    ("no_memory", 48, (24,), 0.0, ()),
    ("missing", 84, (40,), 0.4, (5, 30, 31, 32, 33, 34, 60)),
    ("gap_at_break", 144, (95, 120), 0.7, tuple(range(109, 120))),
)
with Path("cases.csv").open("w", newline="", encoding="utf-8") as file:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(("case", "t", "month", "value", "breaks"))
    for name, n, breaks, r, missing in CASES:
        noise = rng.normal(size=n)
        for t in range(1, n):
            noise[t] += r * noise[t - 1]
        t = np.arange(n)
        value = 4 + 0.01 * t + 0.4 * np.cos(2 * np.pi * t / 12) + 0.2 * noise
        for at in breaks:
            value = value + (t >= at) * (0.5 + 0.02 * (t - at))
        for i in range(n):
            shown = "" if i in missing else repr(float(value[i]))
            writer.writerow((name, i, 1 + (i + 3) % 12, shown, " ".join(str(b) for b in breaks)))
