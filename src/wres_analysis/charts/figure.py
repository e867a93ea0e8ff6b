"""Showing a figure: drawn once, the same bytes every time, never without words for those who cannot see it."""

from __future__ import annotations

import base64
import io
from typing import TYPE_CHECKING, Any

import numpy as np

from wres_analysis.charts.blocks import BLOCK_MIME, BLOCK_SCHEMA, slug
from wres_analysis.charts.style import DPI

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from PIL.Image import Image as PillowImage

__all__ = ["picture", "show"]

_CSS_PIXELS_PER_INCH = 96


def picture(fig: Figure) -> bytes:
    """Draw ``fig`` as PNG, on white, at the resolution of the house style.

    The canvas is asked directly: ``savefig`` walks through every artist twice, to lay the figure out and
    to find a tight box, and drawing is most of what a report costs. The page is the size of the figure.
    The file has a palette, which makes it a third of the size in the same time, and carries neither the
    date nor the name of the software: the same figure has the same bytes.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    fig.set_dpi(DPI)
    fig.set_facecolor("white")
    canvas = FigureCanvasAgg(fig)
    canvas.draw()
    buffer = io.BytesIO()
    _with_palette(np.asarray(canvas.buffer_rgba())).save(buffer, "png", dpi=(DPI, DPI))
    return buffer.getvalue()


def _with_palette(rgba: np.ndarray) -> PillowImage:
    """Return opaque pixels, of shape (height, width, 4), as an image of at most 256 colours.

    The most frequent colours, which are those that somebody chose, are kept exactly; the rest, shades at
    the edges of letters and lines, become the nearest of them.
    """
    from PIL import Image

    height, width = rgba.shape[:2]
    packed = np.ascontiguousarray(rgba).view(np.uint32).ravel()
    shades, where, counts = np.unique(packed, return_inverse=True, return_counts=True)
    rgb = shades.view(np.uint8).reshape(-1, 4)[:, :3].astype(np.int32)
    if len(rgb) > 1 << 14:  # a picture rather than a chart
        return Image.fromarray(rgba[..., :3])
    kept = rgb[np.sort(np.argsort(-counts, kind="stable")[:256])]
    distance = sum((rgb[:, None, channel] - kept[None, :, channel]) ** 2 for channel in range(3))
    nearest = np.argmin(distance, axis=1).astype(np.uint8)
    image = Image.frombytes("P", (width, height), nearest[where].tobytes())
    image.putpalette(kept.astype(np.uint8).tobytes())
    return image


def mime_bundle(
    fig: Figure, *, alt: str, caption: str = "", source: str
) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """Return the data and the metadata that a notebook keeps of a figure.

    Raises
    ------
    ValueError
        If ``alt`` or ``source`` is empty.
    """
    alt, caption, source = (" ".join(text.split()) for text in (alt, caption, source))
    if not alt:
        raise ValueError("A figure needs an alternative text: say in a sentence or two what it shows.")
    if not source:
        raise ValueError("A figure needs its source: name the publication that the numbers come from.")
    width, height = (round(inches * _CSS_PIXELS_PER_INCH) for inches in fig.get_size_inches())
    block = {
        "schema": BLOCK_SCHEMA, "kind": "figure", "id": slug(caption or alt.partition(".")[0]),
        "alt": alt, "caption": caption, "source": source,
    }  # fmt: skip
    data = {
        "image/png": base64.b64encode(picture(fig)).decode("ascii"), "text/plain": alt, BLOCK_MIME: block,
    }  # fmt: skip
    metadata = {"alt": alt, "caption": caption, "source": source, "width": width, "height": height}
    return data, {"image/png": metadata}


def show(fig: Figure, *, alt: str, caption: str = "", source: str) -> None:
    """Show a figure in a notebook and in the report that is made from it, then close it.

    What the notebook keeps as text is ``alt``: re-running a notebook and comparing it (nbval) compares
    the words that a reader would hear, and not the pixels.

    Parameters
    ----------
    fig
        A matplotlib figure. It is closed afterwards, so that the notebook does not show it again.
    alt
        What the figure shows, in words, for those who cannot see it. Never empty.
    caption
        What is printed beneath the figure, before the source.
    source
        The publication that the numbers come from.

    Raises
    ------
    ValueError
        If ``alt`` or ``source`` is empty.
    """
    import matplotlib.pyplot as plt
    from IPython.display import display

    data, metadata = mime_bundle(fig, alt=alt, caption=caption, source=source)
    plt.close(fig)
    display(data, raw=True, metadata=metadata)
