"""Replications on real published data: what cannot be made again is named, and the band needs nothing loaded."""

from __future__ import annotations

import pytest

from wres_analysis.narrative.replications import ReplicationsReport
from wres_analysis.panel.store import open_panel
from wres_analysis.replications.published import load_published
from wres_analysis.replications.studies import replicate

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def found(real_data):
    return replicate(open_panel(real_data))


def test_every_row_has_an_answer_or_a_reason(found):
    frame = found.frame
    without = frame["ours"].isna()
    assert (frame.loc[without, "message"].str.len() > 10).all()
    assert (frame.loc[without, "status"] != "ok").all()
    assert not found.fictional


def test_statements_without_their_outcome_cannot_be_replicated_and_say_what_is_held(found):
    published = load_published()
    report = ReplicationsReport(found, published)
    verdicts = found.verdicts.set_index("study")["verdict"]
    for study in published.studies:
        held = found.held[found.held["study"] == study.id].set_index("side")
        if held.loc["outcome", "values"]:
            continue
        assert verdicts[study.id] == "cannot_be_replicated_here"
        assert f"hold nothing of {study.outcome_words}" in str(report.study(study.id))
    assert (verdicts != "replicated").any()
