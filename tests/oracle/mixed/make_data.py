"""Make slopes.csv of this folder: python make_data.py.

Simulated: 40 groups over at most 9 years, an eighth of the rows missing, an intercept and a slope that vary between
groups and go together, weights. Written with numpy 2.4. The other data are those of ../linear.
"""

from pathlib import Path

import numpy as np
import pandas as pd

random = np.random.default_rng(20261122)
entity, time = (codes.ravel() for codes in np.indices((40, 9)))
x1 = 12 + random.normal(size=40)[entity] + random.normal(size=entity.size)
x2 = random.normal(size=40)[entity]
both = random.multivariate_normal([0, 0], [[1.0, 0.2], [0.2, 0.25]], size=40)[entity]
y = 5 + (0.4 + both[:, 1]) * (x1 - 12) - 0.3 * x2 + both[:, 0] + 0.1 * time + random.normal(size=entity.size)
frame = pd.DataFrame(
    {"entity": entity, "time": 2017 + time, "y": y, "x1": x1, "x2": x2, "w": random.integers(20, 400, entity.size)}
)
frame = frame[random.random(entity.size) < 0.875].round(6)
frame.to_csv(Path(__file__).parent / "slopes.csv", index=False, lineterminator="\n")
