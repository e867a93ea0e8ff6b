"""Make peers.csv, wild.csv and romano_wolf.csv: PYTHONHASHSEED=2 python make_peers.py.

Run in an environment of its own, with pyfixest 0.60.0 and wildboottest 0.3.2. The tests read the files and need
neither, which is why both are imported by name: they are no dependencies of the project.

The hash seed matters: with ``k_fixef="nonnested"`` pyfixest 0.60.0 may mistake which of two fixed effects is nested in
the clusters, depending on the order of a set. Here entities are, and K must be the slopes plus the years, 11.

wild.csv has the very multipliers that wildboottest drew (+ and -, or 0 to 5 for the six points of Webb in rising order)
and the t statistic of each draw; the row "data" has the statistic of the data and the p-value.
"""

from importlib import import_module
from pathlib import Path

import numpy as np
import pandas as pd

here = Path(__file__).parent
pyfixest = import_module("pyfixest")
multcomp = import_module("pyfixest.estimation.post_estimation.multcomp")
wildboottest = import_module("wildboottest.wildboottest")

panel = pd.read_csv(here / "panel.csv")
columns = ["x1", "x2", "x3"]


def digits(value: float) -> str:
    return f"{value:.17g}"


def write(rows: list[tuple], names: list[str], name: str) -> None:
    pd.DataFrame(rows, columns=names).to_csv(here / name, index=False, lineterminator="\n")


rows: list[tuple] = []
for weighted in (False, True):
    for counting in ("none", "nonnested", "full"):
        fit = pyfixest.feols(
            "y ~ x1 + x2 + x3 | entity + time",
            panel,
            vcov={"CRV1": "entity"},
            weights="w" if weighted else None,
            ssc=pyfixest.ssc(k_fixef=counting),
        )
        results = pd.DataFrame({"b": fit.coef(), "se": fit.se(), "p": fit.pvalue()})
        rows += [(weighted, counting, c, *map(digits, results.loc[c])) for c in columns]
write(rows, ["weighted", "counting", "column", "estimate", "std_error", "p_value"], "peers.csv")

entities, years = (pd.get_dummies(panel[c], dtype=float).to_numpy() for c in ("entity", "time"))
design = np.column_stack([panel[columns], entities, years[:, 1:]])
rows = []
for cluster, scheme, draws, tested in (
    ("entity", "rademacher", 99, ("x1", "x3")),
    ("region", "webb", 99, ("x1", "x3")),
    ("region", "rademacher", 999, ("x1",)),
):
    for column in tested:
        chosen = np.zeros(design.shape[1])
        chosen[columns.index(column)] = 1
        test = wildboottest.WildboottestCL(
            design, panel["y"].to_numpy(), panel[cluster].to_numpy(), chosen, draws, seed=1, parallel=False
        )
        test.get_scores(bootstrap_type="11", impose_null=True)
        test.get_weights(weights_type=scheme)
        for step in ("numer", "denom", "tboot", "vcov", "tstat", "pvalue"):
            getattr(test, f"get_{step}")()
        rows.append((cluster, scheme, column, "data", digits(test.t_stat), digits(test.pvalue)))
        marks = "-+" if scheme == "rademacher" else "012345"
        for multipliers, t in zip(test.v.T, test.t_boot, strict=True):
            word = "".join(marks[i] for i in np.searchsorted(np.unique(test.v), multipliers))
            rows.append((cluster, scheme, column, word, digits(t), ""))
write(rows, ["cluster", "scheme", "column", "multipliers", "t", "p_value"], "wild.csv")

random = np.random.default_rng(3)
drawn = (random.normal(size=(199, 1)) + random.normal(size=(199, 6))).round(3)
observed = np.array([0.4, -4.5, 2.9, 3.1, -1.2, 3.3])
p_values = multcomp._get_rwolf_pval(observed, drawn)
rows = [("p_value", *p_values), ("data", *observed), *(("draw", *t) for t in drawn)]
write(rows, ["row", *(f"t{i}" for i in range(6))], "romano_wolf.csv")
