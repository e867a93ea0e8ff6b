"""How long 45 tests at 3 lags take with a wild cluster bootstrap, against pyfixest and a loop over statsmodels.

``python benchmarks/links.py [--rounds N]``. pyfixest and wildboottest are no dependencies of the kit: install them
first (``pip install pyfixest wildboottest``). 210 made-up trusts, 9 years, 9 exposures, 5 outcomes; two-way fixed
effects with one adjuster, errors clustered by trust, 999 draws with the null imposed. The ways take turns in one
process, after one round that is not counted; statsmodels, which has no such bootstrap, refits the model to each draw.
The two others are timed on a few tests and multiplied. The kit also makes its whole result: interval by inverting the
bootstrap, smallest detectable effect, verdict. Seconds are of processor time of one thread. Ratios travel; seconds do
not.
"""

# ruff: noqa: E402 (the number of threads must be set before numpy is imported)
from __future__ import annotations

import os

for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ[_name] = "1"

import argparse
import statistics
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from wres_analysis.calibration.worlds import WorldSetting, draw_world
from wres_analysis.links.design import build_design
from wres_analysis.links.models import estimate
from wres_analysis.links.plan import Test

ROOT = Path(__file__).resolve().parents[1]
TRUSTS, YEARS, DRAWS, SEED = 210, 9, 999, 20261121
LAGS = (-1, 0, 1)
#: Of the 135 tests, each how manyth the others are timed on.
PYFIXEST, STATSMODELS = 9, 45


def make_panel() -> pd.DataFrame:
    """Nine exposures and five outcomes of the same trusts and years."""
    worlds = [
        draw_world(WorldSetting(TRUSTS, YEARS, missing=0.0, late=0.0), np.random.default_rng([SEED, n]))
        for n in range(9)
    ]
    first = worlds[0]
    panel = pd.DataFrame(
        {
            "org_code": [f"T{code:03d}" for code in first.trust],
            "wres_year": 2017 + first.year,
            "share": first.share,
        }
    )
    for n, world in enumerate(worlds):
        panel[f"x{n}"] = world.exposure
        if n < 5:
            panel[f"y{n}"] = world.outcome
    return panel


def tests() -> list[tuple[Test, int]]:
    """45 pairs at 3 lags."""
    return [
        (Test(f"{x}{y}", "", f"x{x}", f"y{y}", lag, "twfe", adjust=("share",), se="wild"), lag)
        for x in range(9)
        for y in range(5)
        for lag in LAGS
    ]


def by_kit(panel: pd.DataFrame) -> tuple[float, list[float]]:
    """The kit: from the panel to estimate, interval, p and verdict."""
    started = time.process_time()
    p = []
    for test, lag in tests():
        (found,) = estimate(build_design(panel, test, lag=lag), test, alpha=0.05, seed=SEED, draws=DRAWS)
        p.append(found.p_value)
    return time.process_time() - started, p


def _rows(panel: pd.DataFrame, test: Test, lag: int) -> pd.DataFrame:
    later = panel[["org_code", "wres_year", test.outcome]].assign(wres_year=panel["wres_year"] - lag)
    rows = panel[["org_code", "wres_year", "share", test.exposure]].merge(later, on=["org_code", "wres_year"])
    return rows.rename(columns={test.exposure: "x", test.outcome: "y"})


def by_pyfixest(panel: pd.DataFrame) -> tuple[float, list[float]]:
    """Use pyfixest's fit and its wild bootstrap, to estimate and p: some tests, multiplied to all."""
    import pyfixest

    chosen = tests()[::PYFIXEST]
    started = time.process_time()
    p = []
    for test, lag in chosen:
        rows = _rows(panel, test, lag).assign(
            trust=lambda frame: pd.factorize(frame["org_code"])[0]
        )  # no text for numba
        fit = pyfixest.feols("y ~ x + share | trust + wres_year", rows, vcov={"CRV1": "trust"})
        p.append(float(fit.wildboottest(param="x", reps=DRAWS, seed=SEED, cluster="trust")["Pr(>|t|)"]))
    return (time.process_time() - started) * len(tests()) / len(chosen), p


def by_statsmodels(panel: pd.DataFrame) -> tuple[float, list[float]]:
    """Refit by statsmodels on columns from which trusts and years are taken out: a few tests, multiplied to all."""
    import statsmodels.api as sm

    chosen = tests()[::STATSMODELS]
    started = time.process_time()
    p = []
    for test, lag in chosen:
        rows = _rows(panel, test, lag)
        trust, _ = pd.factorize(rows["org_code"])
        out = {}
        for name in ("x", "share", "y"):  # balanced, so one step takes both effects out
            values = rows[name]
            by_trust = values.groupby(trust).transform("mean")
            by_year = values.groupby(rows["wres_year"]).transform("mean")
            out[name] = (values - by_trust - by_year + values.mean()).to_numpy()
        x, y = np.column_stack([out["x"], out["share"]]), out["y"]
        t = sm.OLS(y, x).fit(cov_type="cluster", cov_kwds={"groups": trust}).tvalues[0]
        restricted = sm.OLS(y, x[:, 1:]).fit()
        rng, fitted, residuals = np.random.default_rng(SEED), restricted.fittedvalues, restricted.resid
        more = 0
        for _ in range(DRAWS):
            signs = rng.choice([-1.0, 1.0], size=trust.max() + 1)[trust]
            draw = sm.OLS(fitted + residuals * signs, x).fit(cov_type="cluster", cov_kwds={"groups": trust})
            more += abs(draw.tvalues[0]) >= abs(t)
        p.append(more / DRAWS)
    return (time.process_time() - started) * len(tests()) / len(chosen), p


WAYS: dict[str, Callable[[pd.DataFrame], tuple[float, list[float]]]] = {
    "wres-analysis": by_kit,
    "pyfixest": by_pyfixest,
    "statsmodels, refitted": by_statsmodels,
}


def main() -> None:
    """Run the ways in turn and print their medians and ratios."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    warnings.simplefilter("ignore")
    panel = make_panel()
    seconds: dict[str, list[float]] = {name: [] for name in WAYS}
    p: dict[str, list[float]] = {}
    for turn in range(rounds + 1):
        for name, way in WAYS.items():
            spent, p[name] = way(panel)
            if turn:
                seconds[name].append(spent)
    kit = statistics.median(seconds["wres-analysis"])
    print(f"{len(tests())} tests, {DRAWS} draws, {TRUSTS} trusts, {YEARS} years")
    for name, spent in seconds.items():
        middle = statistics.median(spent)
        print(f"{name}: {middle:.2f} s ({min(spent):.2f} to {max(spent):.2f}), {middle / kit:.1f} x")
    apart = np.abs(np.array(p["wres-analysis"])[::PYFIXEST] - np.array(p["pyfixest"]))
    print(f"p-values of the kit and of pyfixest differ by at most {apart.max():.3f} (other random numbers)")


if __name__ == "__main__":
    main()
