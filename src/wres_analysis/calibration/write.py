"""The tables of a calibration study as files, and the page that tells what they mean."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from wres_analysis.calibration.study import CALIBRATION_COLUMNS, COVERS, REJECTS
from wres_analysis.profiles.frames import records

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["EXPLAINED", "TABLES", "draw", "page", "read_tables", "write_study"]

#: The tables of a study, each a CSV file.
TABLES = ("calibration", "power", "fdr", "disattenuation", "planted")
_DIGITS = "%.6g"

#: Why a promise is not kept, by method (all of its terms and numbers of trusts), and what a user is told.
EXPLAINED: dict[str, str] = {
    "ols, one year, HC1": "HC1 multiplies all residuals by one factor, and rows that pull the line have residuals that "
    "are too small. With few rows some pull hard. A row with fewer than 100 observations says so, and names HC3, which "
    "keeps its promise.",
    "ols, all years, CR0": "a sandwich of 30 clusters, of which the few that are far from the rest carry most of the "
    "slope, is too small on average and noisy. Below 40 clusters a row says so, and names the bootstrap.",
    "ols, all years, CR1": "as CR0: the factor of CR1 mends only a part of it. Below 40 clusters a row says so, and "
    "names the bootstrap.",
    "twfe, CR0": "CR0 has no small-sample factor. CR1 keeps its promise here, if narrowly; the bootstrap does better. "
    "Below 40 clusters a row says so.",
    "twfe, CR1, weighted": "weights by the number of respondents let a few large trusts decide: 30 clusters count as "
    "far fewer (`effective_clusters` in `links.json`). Below 40 clusters a row says so, and names the bootstrap.",
    "within_between, CR1": "it is the between term that rejects too often: trusts with a mean far from the others "
    "carry it. The errors of the mixed model (`model`) and the bootstrap keep their promise for it. Below 40 clusters "
    "a row says so.",
}


def write_study(folder: Path, tables: dict[str, pd.DataFrame]) -> None:
    """Write the tables of a study, and its page and picture, into a folder; it is made if need be.

    Tables of an earlier run that are not among these stay, and are on the page.
    """
    from wres_analysis.charts.figure import picture

    folder.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        table.to_csv(folder / f"{name}.csv", index=False, float_format=_DIGITS, lineterminator="\n")
    told = read_tables(folder)
    if "calibration" in told:
        (folder / "calibration.md").write_text(page(told), encoding="utf-8", newline="\n")
        (folder / "calibration.png").write_bytes(picture(draw(told["calibration"])))


def read_tables(folder: Path) -> dict[str, pd.DataFrame]:
    """Read the tables of a study that are there."""
    found = {name: folder / f"{name}.csv" for name in TABLES}
    return {name: pd.read_csv(path, keep_default_na=True) for name, path in found.items() if path.is_file()}


def draw(table: pd.DataFrame) -> Figure:
    """Draw how often each method rejects a true null, with the Monte Carlo interval, beside the promise."""
    import matplotlib.pyplot as plt

    from wres_analysis.charts.style import CATEGORICAL, GRID, TEXT, WIDTH, use

    use()
    told = table[table["rejects"].notna()]
    names = list(dict.fromkeys(_name(row) for row in records(told)))
    fig, ax = plt.subplots(figsize=(WIDTH, 0.42 * len(names) + 1.6))
    ax.axvspan(100 * REJECTS[0], 100 * REJECTS[1], color=GRID, zorder=0)
    ax.axvline(5, color=TEXT, linewidth=1, zorder=1)
    for place, trusts in enumerate(sorted(told["trusts"].unique(), reverse=True)):
        part = told[told["trusts"] == trusts]
        y = [names.index(_name(row)) + 0.16 * (2 * place - 1) for row in records(part)]
        colour = CATEGORICAL[place]
        ax.hlines(y, 100 * part["rejects_low"], 100 * part["rejects_high"], color=colour, linewidth=2, zorder=2)
        ax.plot(100 * part["rejects"], y, "o", color=colour, markersize=6, zorder=3, label=f"{trusts} trusts")
    ax.set_yticks(range(len(names)), names)
    ax.invert_yaxis()
    ax.set_xlim(left=0)
    ax.set_xlabel("True nulls rejected, %", loc="left")
    ax.legend(loc="lower right")
    return fig


def _name(row: dict[str, Any]) -> str:
    term = row["term"]
    return f"{row['method']}: {term}" if isinstance(term, str) and term else str(row["method"])


def _percent(value: float, digits: int = 1) -> str:
    return "" if pd.isna(value) else f"{100 * value:.{digits}f}"


def _share(row: dict[str, Any], name: str) -> str:
    if pd.isna(row[name]):
        return ""
    return f"{_percent(row[name])} ({_percent(row[f'{name}_low'])} to {_percent(row[f'{name}_high'])})"


def _rows(head: list[str], rows: list[list[str]]) -> str:
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *rows))


def page(tables: dict[str, pd.DataFrame]) -> str:
    """Write the page: what was done, what came out, and why a promise was not kept."""
    assert set(CALIBRATION_COLUMNS) <= set(tables["calibration"])
    parts = [_HEAD, _null(tables["calibration"])]
    if "power" in tables:
        parts.append(_power(tables["power"]))
    if "fdr" in tables:
        parts.append(_fdr(tables["fdr"]))
    if "disattenuation" in tables:
        parts.append(_errors(tables["disattenuation"]))
    if "planted" in tables:
        parts.append(_planted(tables["planted"]))
    return "\n\n".join(parts) + "\n"


_HEAD = """# Calibration: do the tests keep their promises?

    wres calibrate --out FOLDER

makes trusts whose truth is known, fits every model to them by the code that `wres links` runs, and counts. This page
and its tables (`docs/calibration/`) are what that command wrote; `--scale 0.01` runs a hundredth of it. Each
replicate has random numbers of its own, so neither the number of processes nor what else is run changes a number.

The made-up trusts are clustered (a trust's outcome keeps 0.4 of a year's deviation in the next, with heavy tails, and
small trusts vary more), lack 8 in 100 trust-years (small ones more), some are founded on the way, and the share of
the comparison group in their staff acts on gap and outcome alike. Gaps are percentages of respondents, drawn as a
survey would draw them: a median of 720 respondents of the comparison group and 2,300 of the other a trust, with
spreads as in the staff survey of 2024. Nine years; models of one year take the last; ratings come to a third of the
trusts each year. What acts, where something does, is the published gap, so that the coefficient to be found is known
exactly; the section on errors of the exposure lets the true gap act."""


def _null(table: pd.DataFrame) -> str:
    rows = [
        [
            _name(row),
            f"{row['trusts']}",
            f"{row['answers']:,} of {row['replicates']:,}",
            _share(row, "rejects"),
            _share(row, "covers"),
            _share(row, "effect_covers"),
            "" if pd.isna(row["error_ratio"]) else f"{row['error_ratio']:.2f}",
            row["verdict"],
        ]
        for row in records(table)
    ]
    head = [
        "method", "trusts", "answers", "rejects a true null, %", "95% interval holds 0, %",
        "holds an effect, %", "standard error / spread", "promise",
    ]  # fmt: skip
    broken = table[table["verdict"] != "kept"]
    lines = [
        "## Without an effect\n\n![How often each method rejects a true null](images/calibration.png)\n\n"
        f"A 5% test should reject in {100 * REJECTS[0]:g} to {100 * REJECTS[1]:g} of 100 replicates and a 95% interval "
        f"hold the truth in {100 * COVERS[0]:g} to {100 * COVERS[1]:g} (the grey band of the picture). In brackets, "
        "and as bars, is the Monte Carlo interval (95%, Wilson): a promise counts as kept if it reaches the range. "
        "Intervals of the ordinal model are looked at once more where there is an effect; the coverage of models "
        "linear in the outcome is the same for every effect. The last number is the median standard error over the "
        "standard deviation of the estimates: below 1 the errors are too small. Bootstraps have 399 draws here.",
        _rows(head, rows),
    ]
    for method in dict.fromkeys(broken["method"]):
        where = " and ".join(dict.fromkeys(f"{n} trusts" for n in broken.loc[broken["method"] == method, "trusts"]))
        lines.append(f"**{method}** ({where}): {EXPLAINED.get(method, 'not explained yet.')}")
    return "\n\n".join(lines)


_TOO_SURE = (
    "The promises that are not kept are those of sandwiches of few clusters: their errors are too small there, and so "
    "is the effect that they say they would find. Each such row says that p and interval may be too sure "
    "of themselves; the bootstrap and the errors of the mixed model keep the promise."
)


def _power(table: pd.DataFrame) -> str:
    rows = [
        [
            _name(row),
            f"{row['trusts']}",
            f"{row['effect']:.3g}",
            f"{row['replicates']:,}",
            _share(row, "power"),
            row["verdict"],
        ]
        for row in records(table)
    ]
    head = ["method", "trusts", "effect", "replicates", "found, %", "promise"]
    return "\n\n".join(
        [
            "## Is the smallest effect that a row says it would find found?\n\nThe effect put in is the median "
            "`mde_80` printed without one: it should be found in 80 of 100, within 5.",
            _rows(head, rows),
            *([_TOO_SURE] if (table["verdict"] != "kept").any() else []),
        ]
    )


def _fdr(table: pd.DataFrame) -> str:
    rows = [
        [row["procedure"], f"{row['replicates']:,}", _share(row, "rate"), _percent(row["any_false"]),
         f"{row['true_found']:.1f}", row["verdict"]]
        for row in records(table)
    ]  # fmt: skip
    head = ["procedure", "families", "false discoveries, %", "families with any, %", "true ones found of 9", "promise"]
    return "\n\n".join(
        [
            "## Families of 45\n\nNine exposures and five outcomes of 210 trusts, `twfe` with CR1; nine of 45 pairs "
            "have an effect, outcomes go together. The false discovery rate should be at most 5%.",
            _rows(head, rows),
        ]
    )


def _errors(table: pd.DataFrame) -> str:
    rows = [
        [f"{row['trusts']}", f"{row['replicates']:,}", f"{row['reliability']:.2f}", f"{row['effect']:g}",
         f"{row['observed']:.4f}", f"{row['corrected']:.4f}", _percent(row["bias_removed"], 0), _share(row, "covers"),
         _percent(row["unbounded"]), _percent(row["refused"]), row["verdict"]]
        for row in records(table)
    ]  # fmt: skip
    head = [
        "trusts", "replicates", "reliability", "effect", "median estimate", "median corrected", "bias removed, %",
        "corrected interval holds it, %", "without limit, %", "refused, %", "promise",
    ]  # fmt: skip
    return "\n\n".join(
        [
            "## Errors of the exposure\n\nHere the true gap acts, and surveys are half as large, so that the "
            "reliability of a change within a trust is about a quarter. The correction should take away at least 80% "
            "of the median bias where there are 210 trusts.",
            _rows(head, rows),
        ]
    )


def _planted(table: pd.DataFrame) -> str:
    rows = [
        [
            f"{row['what']}{', ' + row['kind'] if isinstance(row['kind'], str) else ''}",
            row["interval"],
            f"{row['answers']:,}",
            _number(row["truth"]),
            _number(row["estimate"]),
            _percent(row["right_sign"], 0),
            _share(row, "share"),
            row["verdict"],
        ]
        for row in records(table)
    ]
    head = [
        "what",
        "by",
        "answers",
        "truth",
        "median estimate",
        "right sign, %",
        "interval holds the truth, or claimed, %",
        "promise",
    ]
    return "\n\n".join([_PLANTED, _rows(head, rows), _PLANTED_WHY])


def _number(value: float) -> str:
    return "" if pd.isna(value) else f"{value:.3g}"


_PLANTED = """## What is planted in the sample, from files to tests

Two hundred seeds of the generator, not that of the shipped sample: each makes all files of a country of 42 trusts,
which are read, loaded and tested. `truth.toml` says what was planted; truth and estimate are for one point of gap.
The corrected interval, which allows for errors of the exposure, should hold what acts within trusts; pairs in which
nothing was planted should be claimed in 3.5 to 6.5 of 100."""

_PLANTED_WHY = """\
The estimate as it stands is of the published gap, of which much is chance (reliability 0.3 to 0.4): within trusts it
is a third to a half of the truth, and its interval does not hold it. That is why the corrected one stands beside it.
No correction is made for the models that see differences between trusts (`within_between`, `ordinal`): there the
estimate is too small too, by a half and by two thirds, and the interval of the rating holds the truth in 78 of 100.
A null of theirs is never read as evidence of no effect (`docs/plans.md`, the evidence grade). With 42 trusts the
sandwich rejects true nulls a little more often than 5%, as it does above."""
