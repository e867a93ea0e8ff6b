"""How often 5 % tests of a mixed model reject where there is no effect: python measure_rejections.py > rejections.csv.

Panels of 1 to 9 rows a group. In the design `intercept` the groups differ by an intercept, as the model has it; in
`slope` their slopes differ too, about zero, which the model does not know. `between` is a column that is constant in
each group, `within` one that is not. Some minutes.
"""

import csv
import sys
from collections import Counter

import numpy as np
from scipy.stats import norm
from scipy.stats import t as student

from wres_analysis.stats.bootstrap import wild_cluster_test
from wres_analysis.stats.covariance import covariance
from wres_analysis.stats.mixed import contrast, mixed

ROWS, DRAWS = 9, 199
SIZES = ((12, 1000), (30, 1000))


def rejections(groups: int, panels: int, design: str, seed: int) -> Counter[tuple[str, str]]:
    """Count rejections by column and test."""
    random = np.random.default_rng(seed)
    size = random.integers(1, ROWS + 1, groups)
    size[:2] = ROWS
    group = np.repeat(np.arange(groups), size)
    found: Counter[tuple[str, str]] = Counter()
    for panel in range(panels):
        x = np.column_stack([random.normal(size=groups)[group], random.normal(size=group.size)])
        y = random.normal(size=groups)[group] + random.normal(size=group.size)
        if design == "slope":
            y += 0.5 * random.normal(size=groups)[group] * x[:, 1]
        fit = mixed(y, x, group=group, names=["between", "within"])
        assert fit.decorrelated is not None
        clustered = covariance(fit.decorrelated, kind="CR1", cluster=group)
        for place, column in enumerate(("between", "within"), 1):
            told = contrast(fit, {column: 1.0})
            t = abs(told.estimate / told.std_error)
            wild = wild_cluster_test(fit.decorrelated, column=column, cluster=group, seed=panel, draws=DRAWS)
            p = {
                "normal": 2 * norm.sf(t),
                "model": 2 * student.sf(t, told.df),
                "CR1": clustered.p_values[place],
                "wild": wild.p_value,
            }
            found.update((column, test) for test, value in p.items() if value < 0.05)
    return found


if __name__ == "__main__":
    table = csv.writer(sys.stdout, lineterminator="\n")
    table.writerow(["groups", "design", "column", "test", "panels", "rejected"])
    for groups, panels in SIZES:
        for design in ("intercept", "slope"):
            counts = rejections(groups, panels, design, seed=groups)
            for column in ("between", "within"):
                for test in ("normal", "model", "CR1", "wild"):
                    table.writerow([groups, design, column, test, panels, counts[column, test]])
            sys.stdout.flush()
