"""All trusts of the 2024 staff survey among one another: the model done again, and what was found at the first run."""

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize_scalar
from scipy.stats import norm

from wres_analysis.narrative.disparity import AmongAll
from wres_analysis.panel.load import load_folder
from wres_analysis.profiles.disparity import disparity
from wres_analysis.standards import load_standard

pytestmark = pytest.mark.integration

SURVEY = ["ind5", "ind6", "ind7", "ind8"]


@pytest.fixture(scope="module")
def frame(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    """The rates of the extract and the survey's numbers of respondents, from which their counts are recovered."""
    folder = tmp_path_factory.mktemp("survey")
    for name in ("staff_survey_2024_wres_extract", "staff_survey_2024_native"):
        shutil.copytree(real_data / name, folder / name)
    data = load_folder(folder)
    return disparity(data.values, 2025, load_standard())


@pytest.fixture(scope="module")
def manchester(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[frame["org_code"] == "R0A"].set_index("indicator")


def test_159_trusts_are_set_among_one_another_on_four_indicators(frame):
    assert frame.groupby("indicator").size().to_dict() == dict.fromkeys(SURVEY, 159)
    assert set(frame["n_trusts"]) == {159} and set(frame["status"]) == {"ok"}


@pytest.mark.parametrize("indicator", SURVEY)
def test_the_model_done_again(frame, indicator):
    """Restricted likelihood by a general optimiser; then each trust as if tau were known, as it nearly is."""
    part = frame[frame["indicator"] == indicator]
    y, v = part["disadvantage"].to_numpy(), part["standard_error"].to_numpy() ** 2
    rate = [(part[f"{side}_events"] / part[f"{side}_base"]) for side in ("comparison", "reference")]
    assert np.allclose(part["observed"], 100 * (rate[0] - rate[1]))
    plain = sum(1e4 * p * (1 - p) / part[f"{s}_base"] for p, s in zip(rate, ("comparison", "reference"), strict=True))
    assert (v / plain).between(0.95, 1.4).all()

    def minus_likelihood(tau: float) -> float:
        total = v + tau**2
        mu = np.average(y, weights=1 / total)
        return float(np.log(total).sum() + np.log((1 / total).sum()) + ((y - mu) ** 2 / total).sum())

    tau = minimize_scalar(minus_likelihood, bounds=(0.01, 20), method="bounded", options={"xatol": 1e-9}).x
    mu = np.average(y, weights=1 / (v + tau**2))
    sign = load_standard().indicators[indicator].disadvantage
    assert part["tau"].iloc[0] == pytest.approx(tau, rel=1e-5)
    assert sign * part["average"].iloc[0] == pytest.approx(mu, rel=1e-6)
    known = v / (v + tau**2)
    mean, sd = (1 - known) * y + known * mu, np.sqrt(v * (1 - known))
    # Morris gives 2/158 of what is drawn away back.
    assert np.allclose(part["posterior_mean"] - mean, 2 / 158 * known * (y - mu), atol=1e-4)
    assert (part["posterior_sd"] / sd).between(0.99, 1.2).all()
    assert np.abs(part["probability_worse"] - norm.cdf((mean - mu) / sd)).max() < 0.03


def test_figures_of_the_first_run(frame, manchester):
    """Frozen from a run that was looked at; tau in points."""
    one = frame.groupby("indicator").first()
    assert one["average"].round(3).to_dict() == {"ind5": 3.983, "ind6": 3.518, "ind7": -8.786, "ind8": 8.562}
    assert one["tau"].round(3).to_dict() == {"ind5": 3.210, "ind6": 2.570, "ind7": 3.221, "ind8": 2.512}
    assert manchester["shrunken"].round(2).to_dict() == {"ind5": 3.92, "ind6": 3.61, "ind7": -9.93, "ind8": 9.45}
    assert manchester["probability_worse"].round(2).to_dict() == {
        "ind5": 0.47,
        "ind6": 0.55,
        "ind7": 0.90,
        "ind8": 0.92,
    }
    # Ends of rank intervals may move by a place with another version of the random numbers.
    ends = {"ind5": (46, 109), "ind6": (46, 119), "ind7": (67, 130), "ind8": (72, 128)}
    for indicator, (low, high) in ends.items():
        assert abs(manchester.loc[indicator, "rank_low"] - low) <= 2
        assert abs(manchester.loc[indicator, "rank_high"] - high) <= 2
    beyond = frame[frame["funnel"] != "inside"].groupby("indicator").size().to_dict()
    assert beyond == {"ind5": 19, "ind6": 21, "ind7": 13, "ind8": 17}


def test_manchester_in_words(frame):
    words = str(AmongAll(frame, "R0A").sections())
    assert (
        "**Indicator 8: discrimination at work.** Allowing for chance, the gap at this trust is put at 9.5 percentage "
        "points to the disadvantage of ethnic minority staff (8.2 to 10.7). On average over the 159 trusts in the data "
        "it is put at 8.6 points to their disadvantage. The probability that it is more to their disadvantage here "
        "than on average is 92%."
    ) in words
