"""Figures: words for those who cannot see them, the same bytes every time, drawn once, colours that can be told."""

from __future__ import annotations

import io
import struct

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.artist import Artist
from PIL import Image

from wres_analysis.charts import style
from wres_analysis.charts.figure import mime_bundle, picture, show

pytestmark = pytest.mark.unit


def bars():
    """Draw the smallest chart that has a title, an axis and a legend."""
    style.use()
    fig, ax = plt.subplots()
    ax.bar(["White", "BME"], [23.8, 27.7], label="2024")
    ax.set_title("Harassment, $5 & 100 %")
    ax.legend()
    return fig


def contrast_on_white(colour: str) -> float:
    """Return the WCAG 2 contrast ratio, computed by the standard's own formula."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 1.05 / (0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] + 0.05)


def chunks(png: bytes) -> list[str]:
    names, at = [], 8
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        names.append(png[at + 4 : at + 8].decode("ascii"))
        at += 12 + length
    return names


def test_same_figure_has_the_same_bytes_and_no_date_or_software_in_them():
    first, second = picture(bars()), picture(bars())
    assert first == second
    assert not {"tEXt", "iTXt", "zTXt", "tIME"} & set(chunks(first))


def test_picture_is_the_size_that_the_style_says():
    image = Image.open(io.BytesIO(picture(bars())))
    assert image.size == (round(style.WIDTH * style.DPI), round(0.6 * style.WIDTH * style.DPI))
    assert image.convert("RGB").getpixel((2, 2)) == (255, 255, 255)


def test_palette_keeps_the_chosen_colours_and_the_picture():
    """Matplotlib's own file is the picture it should be; ours is much smaller."""
    fig = bars()
    buffer = io.BytesIO()
    fig.savefig(buffer, dpi=style.DPI)
    theirs = np.asarray(Image.open(buffer).convert("RGB")).astype(int)
    content = picture(bars())
    image = Image.open(io.BytesIO(content))
    ours = np.asarray(image.convert("RGB")).astype(int)
    assert image.mode == "P"
    assert len(content) < 0.6 * len(buffer.getvalue())
    assert np.abs(ours - theirs).mean() < 0.01
    for colour in ("#ffffff", style.CATEGORICAL[0], style.TEXT):
        wanted = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
        assert (ours == wanted).all(axis=2).sum() == pytest.approx((theirs == wanted).all(axis=2).sum(), rel=0.01)


def test_picture_of_very_many_colours_keeps_them():
    style.use()
    fig, ax = plt.subplots()
    ax.imshow(np.random.default_rng(1).integers(0, 255, (300, 300, 3), dtype="uint8"))
    assert Image.open(io.BytesIO(picture(fig))).mode == "RGB"


def test_figure_is_drawn_once():
    class Counter(Artist):
        drawn = 0

        def draw(self, renderer):
            Counter.drawn += 1

    fig = bars()
    fig.axes[0].add_artist(Counter())
    with matplotlib.rc_context({"savefig.bbox": "tight"}):  # as a person's own settings may say
        picture(fig)
    assert Counter.drawn == 1


def test_metadata_carries_the_words_and_the_size():
    data, metadata = mime_bundle(bars(), alt="Two  bars:\nWhite 24, BME 28.", caption="Harassment", source="Survey")
    assert data["text/plain"] == "Two bars: White 24, BME 28."
    about = metadata["image/png"]
    assert about == {
        "alt": data["text/plain"], "caption": "Harassment", "source": "Survey", "width": 614, "height": 369,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("words", "missing"),
    [({"alt": " ", "source": "S"}, "alternative"), ({"alt": "A", "source": ""}, "source")],
)
def test_figure_without_words_is_refused(words, missing):
    with pytest.raises(ValueError, match=missing):
        show(bars(), **words)


def test_show_closes_the_figure(capsys):
    show(bars(), alt="Two bars.", source="Survey")
    assert plt.get_fignums() == []
    assert "Two bars." in capsys.readouterr().out


@pytest.mark.parametrize("colour", [*style.CATEGORICAL, *style.DUO, style.TEXT])
def test_colours_can_be_told_from_white(colour):
    assert contrast_on_white(colour) >= 3


def test_contrasts_are_those_that_were_published():
    # docs: "Contrast computed": on white, #28A197 3.17, #F46A25 3.03, #A285D1 3.08
    found = [round(contrast_on_white(colour), 2) for colour in ("#28A197", "#F46A25", "#A285D1")]
    assert found == [3.17, 3.03, 3.08]


def test_a_persons_own_settings_change_nothing():
    style.use()
    plain = picture(bars())
    matplotlib.rcParams["axes.linewidth"] = 5
    matplotlib.rcParams["font.family"] = "serif"
    assert picture(bars()) == plain


def test_every_setting_is_one_that_matplotlib_has():
    assert set(style.settings()) <= set(matplotlib.rcParamsDefault)
