"""Sentences of replications: each with its claim, true of its row, and nothing for the proofreader to find."""

from __future__ import annotations

import json
from html import escape

import numpy as np
import pytest
from link_panels import as_data, events_table, random_panel
from matplotlib.patches import Rectangle
from nbformat import NotebookNode
from rating_panels import SIZES, planted

from wres_analysis.charts import replications as pictures
from wres_analysis.narrative.band_counts import BandReport
from wres_analysis.narrative.proofread import proofread, read_page
from wres_analysis.narrative.reading import grade
from wres_analysis.narrative.replications import VERDICT_WORDS, ReplicationsReport
from wres_analysis.narrative.telling import CLAIMS_KIND
from wres_analysis.replications.band_counts import band_counts
from wres_analysis.replications.published import load_published
from wres_analysis.replications.studies import VERDICTS, replicate
from wres_analysis.reports.export import claims_of

pytestmark = pytest.mark.unit

PUBLISHED = load_published()
KEYS = [study.id for study in PUBLISHED.studies]
PEOPLE = "ethnic minority staff"


@pytest.fixture(scope="module")
def full() -> ReplicationsReport:
    return ReplicationsReport(replicate(planted(1.26), published=PUBLISHED), PUBLISHED)


@pytest.fixture(scope="module")
def empty() -> ReplicationsReport:
    """Ratings of single locations, before the survey, and nothing of patients."""
    near = events_table([("RZ001", "2014-01-01", 2.0)], "cqc_location_overall")
    return ReplicationsReport(replicate(as_data(random_panel(), near), published=PUBLISHED), PUBLISHED)


@pytest.fixture(scope="module")
def band() -> BandReport:
    return BandReport(band_counts(as_data(random_panel()), PUBLISHED.band, sizes=SIZES), PUBLISHED.band, people=PEOPLE)


def record_of(prose):
    """The claims and the sentences of these, as they are written beside a page."""
    nb = NotebookNode(cells=[NotebookNode(outputs=[{"data": {CLAIMS_KIND: one.record()}} for one in prose])])
    return json.loads(json.dumps(claims_of(nb)))


def findings(prose, tables, alts=()):
    """What the proofreader has against a page of these."""
    parts = [one.html() for one in prose] + [one._repr_html_() for one in tables if one is not None]
    parts += [f'<img alt="{escape(text)}">' for text in alts]
    record = record_of(prose)
    return [str(one) for one in proofread(read_page("x.html", f"<main>{''.join(parts)}</main>", record))]


@pytest.mark.parametrize("which", ["full", "empty"])
def test_the_proofreader_has_nothing_against_the_studies(which, request):
    report = request.getfixturevalue(which)
    prose = [report.overview(), *(report.study(key) for key in KEYS)]
    tables = [report.summary_table(), *(report.rows_table(key) for key in KEYS), report.trace()]
    assert findings(prose, tables, [report.alt()]) == []


def test_the_proofreader_has_nothing_against_the_band(band):
    assert findings([band.prose()], [band.counts_table(), band.fits_table()], [band.alt()]) == []


def test_the_proofreader_would_find_another_number(full):
    """The proof of the proof: an estimate that is changed on the page, and a verdict with a cause, are found."""
    prose = full.study("engagement_ratings")
    row = full.found.frame.iloc[0]
    shown = f"{row['ours']:.2f}"
    html = prose.html().replace(f": {shown} (", ": 0.99 (", 1).replace("it does not say why", "it leads to ratings")
    record = record_of([prose])
    rules = {one.rule for one in proofread(read_page("x.html", f"<main>{html}</main>", record))}
    assert {"number", "cause"} <= rules


def test_every_verdict_has_its_words():
    assert set(VERDICT_WORDS) == set(VERDICTS)


def test_a_replicated_statement_is_told_with_its_interval_and_its_limits(full):
    text = str(full.study("engagement_ratings"))
    row = full.found.frame.iloc[0]
    assert f"{row['ours']:.2f} (95% interval {row['low']:.2f} to {row['high']:.2f}; 120 trusts)" in text
    assert "**Verdict.** Replicated." in text
    assert "between trusts, higher staff engagement goes with higher CQC ratings" in text
    assert "within trusts, of which the study does not speak" in text
    assert "This is about trusts and not about anyone in them, and it does not say why." in text


def test_what_the_data_lack_is_named(empty):
    text = str(empty.study("engagement_ratings"))
    assert "The loaded data hold nothing of the overall CQC rating of a trust." in text
    assert "They hold 1 value of another kind (CQC ratings of locations), for 2014 only" in text
    assert "The survey comes after all of them, for 2017." in text
    assert "It needs both sides for the same trusts" in text
    assert empty.rows_table("engagement_ratings") is None and not len(empty.drawn())
    assert "hold nothing of the share of positive answers" in str(empty.study("opportunities_patients"))


def test_fictional_trusts_are_called_so():
    data = planted(1.26)
    data.account["fictional"] = True
    report = ReplicationsReport(replicate(data, published=PUBLISHED), PUBLISHED)
    assert "nothing that it shows is about the NHS" in str(report.overview())
    assert "What the fictional data support" in str(report.study("engagement_ratings"))


def test_the_band_says_what_chance_gives_and_what_it_rests_on(band):
    text = str(band.prose())
    equal = band.found.counts[band.found.counts["scenario"] == "equal"].iloc[0]
    assert f"about {equal['inside']:.0f} of 231 trusts would lie inside" in text
    assert "1.0% of the others are assumed" in text
    assert "The counts of 2018 by trust are not at hand." in text
    assert "hoped for 90% of trusts inside by 2022" in text


def test_pictures_show_what_the_frames_hold(full, band):
    drawn = full.drawn()
    figure = pictures.estimates(drawn, xlabel="Standard deviations")
    assert len(figure.axes) == 3
    marks = [line for ax in figure.axes for line in ax.lines if line.get_marker() in ("o", "D", "*")]
    shown = sorted(x for line in marks for x in np.asarray(line.get_xdata(), dtype=float))
    assert shown == pytest.approx(sorted(drawn["estimate"]))
    bars = pictures.in_band(band.drawn(), band="the band")
    widths = sum(patch.get_width() for patch in bars.axes[0].patches if isinstance(patch, Rectangle))
    assert widths == pytest.approx(231 * 4)


def test_sentences_are_plain(full, band):
    names = [study.claim for study in PUBLISHED.studies] + [study.differs for study in PUBLISHED.studies]
    for prose in (full.study("engagement_ratings"), band.prose()):
        said = [s for block in prose.blocks for told in block.tellings for s in told.sentences]
        grades = [grade(text, [*names, PUBLISHED.band.claim, PUBLISHED.band.differs]) for text in said]
        assert sum(grades) / len(grades) <= 9  # the reading of a fourteen-year-old, as for the reports
