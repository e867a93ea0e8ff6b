"""Random panels with a planted effect, and plans for them, for the tests of the links."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from wres_analysis.links import LinksResult, parse_plan, run_plan
from wres_analysis.panel.events import EVENT_COLUMNS
from wres_analysis.panel.store import FILES, PanelData

REGIONS = ("London", "Midlands", "South West")

HEAD = """
[plan]
title = "Test"
seed = 1

[[family]]
name = "primary"
adjust = ["holm", "bh", "by", "romano_wolf"]
"""


def random_panel(trusts: int = 20, years: int = 6, *, seed: int = 5, effect: float = 0.1) -> pd.DataFrame:
    """A panel in which ``ind8.disadvantage`` acts on next year's ``engagement``, with trust and year effects."""
    random = np.random.default_rng(seed)
    n = trusts * years
    frame = pd.DataFrame(
        {
            "org_code": np.repeat([f"RZ{i:03d}" for i in range(trusts)], years),
            "wres_year": np.tile(np.arange(2017, 2017 + years), trusts),
        }
    )
    frame["region"] = np.repeat([REGIONS[i % 3] for i in range(trusts)], years)
    frame["icb"] = frame["region"]
    frame["trust_type"] = np.repeat(["Acute" if i % 4 else "Ambulance" for i in range(trusts)], years)
    level = np.repeat(random.normal(size=trusts), years)
    gap = 10 + 2 * level + 2 * random.normal(size=n)
    for key in ("ind5", "ind6", "ind7", "ind9"):
        frame[f"{key}.disadvantage"] = 10 + level + random.normal(size=n)
    frame["ind3.disadvantage"] = random.normal(0.2, 0.3, size=n)
    frame["ind8.disadvantage"] = gap
    frame["ind8.gap"] = gap
    frame["ind8.bme.base"] = random.integers(30, 300, n).astype(float)
    frame["workforce_bme_share"] = 20 + 3 * level + random.normal(size=n)
    frame["headcount"] = np.exp(8 + 0.3 * level)
    frame["sickness"] = 5 + 0.3 * level + 0.3 * random.normal(size=n)
    before = np.where(frame["wres_year"] > 2017, np.roll(gap, 1), 10.0)
    frame["engagement"] = 7 + 0.5 * level - effect * before + 0.2 * random.normal(size=n)
    frame["cqc_well_led"] = random.integers(1, 5, n).astype(float)
    return frame


def events_table(rows: Sequence[tuple[str, str, float]], measure: str = "cqc_well_led") -> pd.DataFrame:
    """Ratings of trusts as the panel folder has them, from trust, date and rating."""
    frame = pd.DataFrame(rows, columns=["org_code", "date", "value"]).astype({"org_code": "str", "value": "float64"})
    frame["date"] = pd.to_datetime(frame["date"]).astype("datetime64[s]")
    told: dict[str, Any] = {"measure": measure, "stratum": "all", "flags": "", "known_to": pd.Timestamp("2030-01-01")}
    return frame.assign(**told, source_file="ratings.ods", source_cell="A1")[list(EVENT_COLUMNS)]


def as_data(panel: pd.DataFrame, events: pd.DataFrame | None = None) -> PanelData:
    """A loaded panel that is nothing but its panel table, and its events where there are any."""
    tables = {name: pd.DataFrame({"org_code": pd.Series([], dtype="str")}) for name in FILES}
    tables |= {"panel": panel, "panel_pooled": panel, "events": events_table([]) if events is None else events}
    return PanelData(tables, {"files": [], "data_hash": "ab" * 32})


def test_text(id: str = "T", **changes: Any) -> str:
    """One [[test]] as TOML, twfe of engagement on indicator 8 unless changed; a value of None leaves a key out."""
    said: dict[str, Any] = {
        "id": f'"{id}"', "family": '"primary"', "exposure": '"ind8.disadvantage"', "outcome": '"engagement"',
        "lag": 1, "model": '"twfe"',
    }  # fmt: skip
    said |= {
        key: f'"{value}"' if isinstance(value, str) and value[:1] not in "[{" else value
        for key, value in changes.items()
    }
    return "[[test]]\n" + "\n".join(f"{key} = {value}" for key, value in said.items() if value is not None) + "\n"


test_text.__test__ = False  # type: ignore[attr-defined]


def run(panel: pd.DataFrame, *tests: str, head: str = HEAD) -> LinksResult:
    """Run tests over a panel."""
    return run_plan(parse_plan(head + "\n".join(tests), file="test.toml"), as_data(panel))


def row(result: LinksResult, test_id: str = "T") -> pd.Series:
    """The one row of a test, of complete cases."""
    found = result.frame[(result.frame["test_id"] == test_id) & (result.frame["variant"] == "complete_case")]
    assert len(found) == 1
    return found.iloc[0]
