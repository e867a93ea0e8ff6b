"""How every figure looks: the Analysis Function's palette on white, one font, one size.

The font is DejaVu Sans because matplotlib carries it: a figure then has the same bytes on every machine.
Sizes are chosen so that a figure that is shrunk to the width of a telephone can still be read.
"""

from __future__ import annotations

from typing import Any, cast

__all__ = ["CATEGORICAL", "DPI", "DUO", "FOCUS", "GRID", "SEQUENTIAL", "TEXT", "WIDTH", "use"]

#: Analysis Function palette. Each colour has at least 3:1 contrast on white (not on grey: draw on white).
CATEGORICAL = ("#12436D", "#28A197", "#801650", "#F46A25", "#3D3D3D", "#A285D1")
DUO = ("#12436D", "#F46A25")
SEQUENTIAL = ("#12436D", "#2073BC", "#6BACE6")
#: The one that matters and all the others.
FOCUS = ("#12436D", "#BFBFBF")

TEXT = "#212B32"
GRID = "#D8DDE0"

#: Inches. At 96 CSS pixels to the inch a figure is shown 614 pixels wide.
WIDTH = 6.4
#: Pixels per inch in the picture: sharp on common screens and on paper, without being heavy.
DPI = 150


def settings() -> dict[str, Any]:
    """Return the matplotlib settings of the house style, to be laid over matplotlib's own defaults."""
    from cycler import cycler

    return {
        "figure.figsize": (WIDTH, 0.6 * WIDTH),
        "figure.dpi": 96,
        "figure.facecolor": "white",
        "figure.constrained_layout.use": True,
        "savefig.bbox": None,
        "savefig.dpi": DPI,
        "savefig.facecolor": "white",
        "font.family": "sans-serif",
        "font.sans-serif": ["DejaVu Sans"],
        "font.size": 12,
        "text.color": TEXT,
        # A dollar or a caret in an organisation's name is text, not mathematics.
        "text.parse_math": False,
        "axes.facecolor": "white",
        "axes.edgecolor": TEXT,
        "axes.labelcolor": TEXT,
        "axes.labelsize": 12,
        "axes.titlesize": 13,
        "axes.titleweight": "bold",
        "axes.titlelocation": "left",
        "axes.titlepad": 10,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.spines.left": False,
        "axes.grid": True,
        "axes.grid.axis": "y",
        "axes.axisbelow": True,
        "axes.prop_cycle": cycler(color=CATEGORICAL),
        "axes.formatter.useoffset": False,
        "axes.formatter.use_locale": False,
        "grid.color": GRID,
        "grid.linewidth": 1.0,
        "xtick.color": TEXT,
        "ytick.color": TEXT,
        "xtick.labelsize": 12,
        "ytick.labelsize": 12,
        "ytick.major.size": 0,
        "lines.linewidth": 2.5,
        "lines.markersize": 7,
        "lines.solid_capstyle": "round",
        "patch.linewidth": 0,
        "legend.frameon": False,
        "legend.fontsize": 12,
        "svg.hashsalt": "wres-analysis",
    }


def use() -> None:
    """Use the house style from here on.

    Starts from matplotlib's own defaults, so that a person's matplotlibrc changes nothing.
    """
    import matplotlib

    backend = matplotlib.get_backend()
    matplotlib.rcdefaults()
    matplotlib.rcParams.update(cast("Any", settings()))
    matplotlib.rcParams["backend"] = backend
