"""The sample's planted truth, over many seeds of its generator: from files to tests, all the way.

Each seed makes all files of a fictional country, which are read, loaded and tested as real ones are.
"""

from __future__ import annotations

import tempfile
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from wres_analysis.calibration.methods import ALPHA
from wres_analysis.calibration.study import REJECTS, SETTINGS, Progress, Settings, share_of
from wres_analysis.executor import WorkerDied, each
from wres_analysis.links import Plan, parse_plan, run_plan
from wres_analysis.panel.load import load_folder
from wres_analysis.profiles.frames import records
from wres_analysis.sample import write_sample

__all__ = ["SEEDS", "plan_of", "planted", "test_one_seed"]

#: Of the full study. The sample's own seed is not among them.
SEEDS = 200
FIRST_SEED = 300_000
#: Per how many points of gap the truth is stated.
_PER = 10.0


def planted(settings: Settings = SETTINGS, *, progress: Progress | None = None) -> pd.DataFrame:
    """Measure how often what was planted is covered, and what was not is claimed.

    Parameters
    ----------
    settings
        ``scale`` and ``workers`` count.
    progress
        Told what is done, a number and the total.

    Returns
    -------
    pandas.DataFrame
        One row a planted effect and interval (``as estimated``, ``corrected`` for errors of the exposure): ``truth``
        and median ``estimate`` per unit of the exposure, ``covers`` with its Monte Carlo interval, ``right_sign``,
        ``answers``. Then one row for all pairs in which nothing was planted: ``claimed`` is the share with p below
        5%, of each pair by itself, and of families with any finding after Benjamini-Hochberg.
    """
    seeds = [FIRST_SEED + n for n in range(max(round(SEEDS * settings.scale), 1))]
    rows: list[dict[str, Any]] = []
    for done, (_, result) in enumerate(each(test_one_seed, seeds, workers=settings.workers), 1):
        if isinstance(result, WorkerDied):
            raise result
        rows += result
        if progress is not None:
            progress("planted truth", done, len(seeds))
    return summarise(pd.DataFrame(rows).sort_values(["seed", "test_id", "term"], kind="stable", ignore_index=True))


def test_one_seed(seed: int) -> list[dict[str, Any]]:
    """Make the country of a seed, load it, and test every pair: one record a test and term."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch, "country")
        write_sample(folder, seed=seed, errors=())
        truth = tomllib.loads((folder / "truth.toml").read_text(encoding="utf-8"))
        data = load_folder(folder)
    frame = run_plan(plan_of(truth), data, checks=False).frame
    frame = frame[frame["variant"] == "complete_case"]
    wanted = ["test_id", "term", "exposure", "outcome", "status", "estimate", "ci_low", "ci_high", "p_value"]
    wanted += ["reliability", "estimate_disattenuated", "dis_ci_low", "dis_ci_high"]
    return [{"seed": seed, **record} for record in records(frame[wanted])]


test_one_seed.__test__ = False  # type: ignore[attr-defined]  # for pytest, which takes it for a test


def plan_of(truth: dict[str, Any]) -> Plan:
    """Return the plan that tests what a truth names: each planted effect, then each pair without one.

    What acts within trusts is tested by two-way fixed effects, what acts between them by the between term; a rating by
    the ordinal model. The name of a planted test holds its truth.
    """
    tests = []
    for number, effect in enumerate(truth["effect"]):
        rating = "odds" in effect["unit"]
        model = "ordinal" if rating else "twfe" if effect["kind"] == "within" else "within_between"
        tests.append((f"E{number}", "planted", effect["exposure"], effect["outcome"], effect["lag"], model))
    acting = {(effect["exposure"], effect["outcome"]) for effect in truth["effect"]}
    for null in truth["null"]:
        for outcome in null["outcomes"]:
            pair = (null["exposure"], outcome)
            model = "ordinal" if outcome.startswith("cqc") else "twfe"
            # Fixed effects see only what acts within trusts; the other model sees both.
            if null["kind"] == "within" and (model == "twfe" or pair not in acting):
                tests.append((f"N-{'-'.join(pair)}", "nothing", *pair, 1, model))
    head = '[plan]\ntitle = "Planted"\nseed = 1\n'
    families = "".join(f'[[family]]\nname = "{name}"\nrole = "secondary"\nadjust = ["bh"]\n' for name in _FAMILIES)
    text = (
        head
        + families
        + "".join(
            f'[[test]]\nid = "{name}"\nfamily = "{family}"\nexposure = "{exposure}"\noutcome = "{outcome}"\n'
            f"lag = {lag}\n"
            f'model = "{model}"\nadjust = ["workforce_bme_share"]\n'
            for name, family, exposure, outcome, lag, model in tests
        )
    )
    return parse_plan(text, file="planted")


_FAMILIES = ("planted", "nothing")


def summarise(rows: pd.DataFrame, truth: Sequence[dict[str, Any]] | None = None) -> pd.DataFrame:
    """Count over seeds; ``truth`` is that of the sample if None."""
    if truth is None:
        from wres_analysis.resources import share

        truth = tomllib.loads(share("data", "sample", "truth.toml").read_text(encoding="utf-8"))["effect"]
    out: list[dict[str, Any]] = []
    for number, effect in enumerate(truth):
        mine = rows[rows["test_id"] == f"E{number}"]
        if effect["kind"] == "between" and (mine["term"] == "between").any():
            mine = mine[mine["term"] == "between"]
        else:
            mine = mine[mine["term"] != "between"]
        size = effect["per_10_points"] / _PER
        for how, names in _INTERVALS.items():
            told = mine[mine[names[0]].notna()]
            if len(told):
                out.append(_covered(told, effect, size, how, names, len(mine)))
    nothing = rows[rows["test_id"].str.startswith("N-") & rows["p_value"].notna()]
    claimed, _, high = share_of(nothing["p_value"] < ALPHA)
    # Pairs of one seed share its chance, so the interval is that of the seeds' own shares.
    shares = (nothing["p_value"] < ALPHA).groupby(nothing["seed"]).mean()
    half = 1.96 * float(shares.std()) / np.sqrt(len(shares)) if len(shares) > 1 else high - claimed
    out.append(
        {
            "what": f"{nothing['test_id'].nunique()} pairs without an effect",
            "kind": "",
            "interval": "p below 5%",
            "seeds": rows["seed"].nunique(),
            "answers": len(nothing),
            "share": claimed,
            "share_low": max(claimed - half, 0.0),
            "share_high": claimed + half,
            "verdict": "kept" if claimed - half <= REJECTS[1] else "not kept",
        }
    )
    return pd.DataFrame(out, columns=PLANTED_COLUMNS)


PLANTED_COLUMNS = [
    "what", "kind", "interval", "seeds", "answers", "truth", "estimate", "reliability", "right_sign", "share",
    "share_low", "share_high", "verdict",
]  # fmt: skip
_INTERVALS = {
    "as estimated": ("estimate", "ci_low", "ci_high"),
    "corrected": ("estimate_disattenuated", "dis_ci_low", "dis_ci_high"),
}


def _covered(
    told: pd.DataFrame, effect: dict[str, Any], size: float, how: str, names: tuple[str, str, str], seeds: int
) -> dict[str, Any]:
    estimate, low, high = (told[name] for name in names)
    share, share_low, share_high = share_of((low <= size) & (high >= size))
    return {
        "what": f"{effect['exposure']} and {effect['outcome']}",
        "kind": effect["kind"],
        "interval": how,
        "seeds": seeds,
        "answers": len(told),
        "truth": size,
        "estimate": float(estimate.median()),
        "reliability": float(told["reliability"].median()),
        "right_sign": float((np.sign(estimate) == np.sign(size)).mean()),
        "share": share,
        "share_low": share_low,
        "share_high": share_high,
        "verdict": "kept" if share_high >= 0.935 else "not kept",
    }
