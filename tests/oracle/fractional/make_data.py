"""Make shares.csv of this folder: python make_data.py.

Simulated: 50 groups over at most 7 years, shares with some zeros and ones, weights. The other data are those of
../linear, from which make_answers.R makes shares. Written with numpy 2.4.
"""

from pathlib import Path

import numpy as np
import pandas as pd

random = np.random.default_rng(20261123)
entity, time = (codes.ravel() for codes in np.indices((50, 7)))
x1 = random.normal(size=50)[entity] + random.normal(size=entity.size)
x2 = random.normal(size=entity.size)
mean = 1 / (1 + np.exp(-(-1 + 0.4 * x1 - 0.2 * x2 + 0.8 * random.normal(size=50)[entity] + 0.1 * time)))
w = random.integers(5, 60, entity.size)
frame = pd.DataFrame(
    {"entity": entity, "time": 2017 + time, "y": random.binomial(w, mean) / w, "x1": x1, "x2": x2, "w": w}
)
frame = frame[random.random(entity.size) < 0.9].round(6)
frame.to_csv(Path(__file__).parent / "shares.csv", index=False, lineterminator="\n")
