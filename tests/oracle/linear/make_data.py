"""Make the data of this folder: python make_data.py.

panel.csv is simulated: 45 entities in 9 regions over at most 8 years, a fifth of the rows missing, weights, an outcome
whose errors depend on each other within entities and regions. grunfeld.csv is the investment data of 11 firms over 20
years that statsmodels ships, in the public domain. Written with numpy 2.4 and statsmodels 0.15.
"""

from pathlib import Path

import numpy as np
import pandas as pd
from statsmodels.datasets import grunfeld

here = Path(__file__).parent
random = np.random.default_rng(20261121)
entity, time = (codes.ravel() for codes in np.indices((45, 8)))
region = entity % 9
level, shock = random.normal(size=45)[entity], random.normal(size=8)[time]
x1 = level + random.normal(size=entity.size)
x2 = 0.5 * x1 + shock + random.normal(size=entity.size)
x3 = random.normal(size=(45, 8)).cumsum(axis=1).ravel()
error = random.normal(size=(45, 8)).cumsum(axis=1).ravel() + random.normal(size=(9, 8))[region, time]
panel = pd.DataFrame(
    {
        "entity": entity,
        "region": region,
        "time": 2017 + time,
        "y": 3 + 0.3 * x1 - 0.2 * x2 + level + shock + error,
        "x1": x1,
        "x2": x2,
        "x3": x3,
        "w": random.integers(20, 400, entity.size),
    }
)
panel = panel[random.random(entity.size) < 0.8].round(6)
for column in ("entity", "time"):  # a row alone in its entity tells nothing, and programs differ in counting it
    panel = panel[panel.groupby(column)[column].transform("size") > 1]
panel.to_csv(here / "panel.csv", index=False, lineterminator="\n")

firms = grunfeld.load_pandas().data
firms = firms.assign(entity=pd.factorize(firms["firm"])[0], time=firms["year"].astype(int))
firms[["entity", "time", "invest", "value", "capital"]].to_csv(here / "grunfeld.csv", index=False, lineterminator="\n")
