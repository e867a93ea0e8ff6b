"""Annual series: what is followed over the years, and its value in each year with the variance of chance.

A trust's series is its own. A region's and England's are worked out from the counts of their trusts, added up: of all
trusts that have a value in the year, and of the constant set that has one in every year of the series.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from wres_analysis.panel.store import PanelData
from wres_analysis.standards import Indicator, Measure, Standard
from wres_analysis.stats.shrinkage import log_ratio_and_variance
from wres_analysis.stats.trend import percentage_variance

__all__ = ["COVID_YEARS", "POINT_COLUMNS", "Followed", "annual_points", "followed"]

#: The WRES years whose survey or period fell in the financial year 2020-21.
COVID_YEARS = (2021,)

#: One row is one year of one series. ``measure, form, group`` name what is followed, ``subject, code, trust_set`` say
#: whose it is: ``trust`` (set ``own``), ``region`` or ``england`` (sets ``all`` and ``constant``; a region's code is
#: its name). ``value`` and ``variance`` are in the units of the form; a variance of 0 says that nothing was sampled.
#: ``base`` is how many people, answers or days the value rests on, ``n_trusts`` how many trusts. ``used`` is false for
#: what a trend leaves out, and ``why`` then says why: ``before_break``, ``covid``, ``no_base``, ``no_events`` (in
#: either group), or the status of the missing value.
POINT_COLUMNS = {
    "measure": "str", "form": "str", "group": "str", "subject": "str", "code": "str", "trust_set": "str",
    "wres_year": "int64", "value": "float64", "variance": "float64", "base": "float64", "n_trusts": "int64",
    "flags": "str", "used": "bool", "why": "str",
}  # fmt: skip

_ANNUAL = ("financial_year", "survey", "snapshot")
_KEY = ["org_code", "wres_year"]
_AREA_YEAR = ["subject", "code", "wres_year"]
_COUNTS = ["x1", "n1", "x2", "n2"]


@dataclass(frozen=True, slots=True)
class Followed:
    """One thing that is followed over the years.

    Parameters
    ----------
    measure, title, number
        The indicator or measure; ``number`` is 0 for what is no indicator.
    form
        ``gap`` (comparison less reference group, points), ``log_ratio`` (as the standard divides), ``difference``
        (comparison group's share less its share of the workforce, points) or ``level`` (of one group).
    group
        The group of a level; else blank.
    unit
        Of the value: ``percentage points``, ``log ratio``, ``percent`` or ``score``.
    better
        1 where rising is better, -1 where falling is, 0 where neither is. Of a gap, ratio or difference: better for
        the comparison group.
    parity
        Whether a value of 0 is equality.
    no_sampling
        Why the value has no sampling variance, as it follows "because"; blank where it has one.
    stratum
        The stratum of the values.
    against
        Of a ratio the groups above and below the line; of a difference the measure that is compared with; else blank.
    scale
        What a share is multiplied by: 100, or 1 for scores.
    caution, breaks
        As the standard says; ``breaks`` are those whose date is not established.
    """

    measure: str
    title: str
    number: int
    form: str
    group: str
    unit: str
    better: int
    parity: bool
    no_sampling: str
    stratum: str
    against: tuple[str, ...] = ()
    scale: float = 100.0
    caution: str = ""
    breaks: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str, str, str]:
        """What names it in a frame."""
        return self.measure, self.form, self.group


def followed(standard: Standard, outcomes: Standard) -> list[Followed]:
    """List all that is followed: the forms and groups of each indicator in order, then the annual measures."""
    out: list[Followed] = []
    of_group = {standard.respondents, *(i.compared_with for i in standard.indicators.values())}
    for i in standard.indicators.values():
        out += [_of_indicator(i, form, group, standard) for form, group in _forms(i, standard)]
    for m in outcomes.measures.values():
        if m.clock in _ANNUAL and m.combine not in ("none", "sum", "last_event") and m.unit in ("percent", "score"):
            out.append(_of_measure(m, standard.comparison_group if m.key in of_group else "all"))
    return out


def _forms(i: Indicator, standard: Standard) -> Iterator[tuple[str, str]]:
    if i.compared_with:
        yield "difference", ""
        yield "level", standard.comparison_group
        return
    if i.form == "ratio":
        yield "log_ratio", ""
    yield "gap", ""
    for group in (standard.reference_group, standard.comparison_group, *(["all"] if i.form == "gap" else [])):
        yield "level", group


def _of_indicator(i: Indicator, form: str, group: str, standard: Standard) -> Followed:
    worse = i.disadvantage
    if form == "gap" and i.form == "ratio" and i.ratio_of is not None and i.ratio_of[0] != standard.comparison_group:
        worse = -worse  # a gap is comparison less reference group, whichever way up the ratio stands
    return Followed(
        measure=i.key,
        title=i.title,
        number=i.number,
        form=form,
        group=group,
        unit={"log_ratio": "log ratio", "level": "percent"}.get(form, "percentage points"),
        better={"higher": 1, "lower": -1}.get(i.better, 0) if form == "level" else -worse,
        parity=form != "level",
        no_sampling="these are full counts, not samples" if i.clock == "snapshot" else "",
        stratum=i.main_stratum,
        against=(i.compared_with,) if form == "difference" else tuple(i.ratio_of or ()) if form == "log_ratio" else (),
        breaks=tuple(b.what for b in standard.breaks_of(i.key) if b.first_wres_year is None),
    )


def _of_measure(m: Measure, group: str) -> Followed:
    reason = m.no_interval or ("" if m.combine == "sum_ratio" else "the publication gives no measure of the spread")
    return Followed(
        measure=m.key,
        title=m.title,
        number=0,
        form="level",
        group=group,
        unit=m.unit,
        better={"higher": 1, "lower": -1}.get(m.better, 0),
        parity=False,
        no_sampling=reason,
        stratum=m.main_stratum,
        scale=100.0 if m.unit == "percent" else 1.0,
        caution=m.caution,
    )


def annual_points(
    data: PanelData,
    what: list[Followed],
    standard: Standard,
    outcomes: Standard,
    *,
    basis: str = "as_published",
    leave_out: tuple[int, ...] = (),
) -> pd.DataFrame:
    """Every year of every series, those that a trend leaves out among them.

    Parameters
    ----------
    data
        A loaded panel.
    what
        From :func:`followed`.
    standard, outcomes
        What is measured.
    basis
        ``as_published`` or ``pooled``.
    leave_out
        WRES years to leave out for the pandemic.

    Returns
    -------
    pandas.DataFrame
        Columns as :data:`POINT_COLUMNS` says, in the order of ``what``, then subject, code, set and year.

    Notes
    -----
    A series holds one side of a break: that of its last year. An area's holds the later side wherever a trust has it.
    An area's constant set has a value and a base in every year of the area's series that is used.
    """
    values, panel = data.on(basis)
    told = _told(values)
    regions = panel.drop_duplicates(_KEY).set_index(_KEY)["region"]
    frames = []
    for one in what:
        counts = _counts(told, one, standard, outcomes)
        if not len(counts):
            continue
        counts["region"] = regions.reindex(pd.MultiIndex.from_frame(counts[_KEY])).fillna("").to_numpy()
        own = _own(counts, values, one, standard, leave_out)
        areas = _areas(counts, one, leave_out)
        both = pd.concat([own, *areas], ignore_index=True) if areas else own
        frames.append(both.assign(measure=one.measure, form=one.form, group=one.group))
    if not frames:
        return pd.DataFrame({name: pd.Series(dtype=dtype) for name, dtype in POINT_COLUMNS.items()})
    whole = pd.concat(frames, ignore_index=True)
    return whole[list(POINT_COLUMNS)].astype(POINT_COLUMNS)


def _told(values: pd.DataFrame) -> pd.DataFrame:
    """The observed values with counts: where only a base is published, value times base stands for the count."""
    part = values[(values["status"] == "observed") & values["value"].notna()]
    n = part["denominator"].where(part["denominator"].notna(), part["effective_base"])
    n = n.where(n > 0)
    scale = np.where(part["unit"] == "percent", 100.0, 1.0)
    x = part["numerator"].where(part["numerator"].notna() & part["denominator"].notna(), part["value"] / scale * n)
    names = [*_KEY, "measure", "group", "stratum", "value", "flags"]
    return part[names].assign(x=x, n=n, old=part["flags"].str.contains("before_break", regex=False))


def _side(told: pd.DataFrame, measure: str, group: str, stratum: str) -> pd.DataFrame:
    mine = (told["measure"] == measure) & (told["group"] == group) & (told["stratum"] == stratum)
    return told.loc[mine, [*_KEY, "x", "n", "value", "flags", "old"]].set_index(_KEY)


def _counts(told: pd.DataFrame, one: Followed, standard: Standard, outcomes: Standard) -> pd.DataFrame:
    """Counts of each trust and year: ``org_code, wres_year, x1, n1, x2, n2, value, flags, old``.

    The first pair is the comparison group's (of a log ratio the one above the line); a level has one pair only.
    """
    if one.form == "level":
        only = _side(told, one.measure, one.group, one.stratum).reset_index()
        return only.rename(columns={"x": "x1", "n": "n1"}).assign(x2=np.nan, n2=np.nan)
    first, second = standard.comparison_group, standard.reference_group
    if one.form == "difference":
        whole = outcomes.measures[one.against[0]]
        other = _side(told, whole.key, first, whole.main_stratum)
    else:
        if one.form == "log_ratio":
            first, second = one.against
        other = _side(told, one.measure, second, one.stratum)
    mine = _side(told, one.measure, first, one.stratum)
    both = mine.add_suffix("1").join(other.add_suffix("2"), how="inner").reset_index()
    flags = [" ".join(dict.fromkeys(f"{a} {b}".split())) for a, b in zip(both["flags1"], both["flags2"], strict=True)]
    old = both["old1"] | (both["old2"] if one.form != "difference" else False)
    return both[[*_KEY, *_COUNTS]].assign(value=np.nan, flags=flags, old=old)


def _worked_out(counts: pd.DataFrame, one: Followed) -> pd.DataFrame:
    """Value, variance and base from counts, and the word for a year that has no value."""
    x1, n1, x2, n2 = (counts[name].to_numpy("float64") for name in _COUNTS)
    why = np.full(len(counts), "", dtype=object)
    if one.form == "level":
        value = one.scale * x1 / n1
        based = n1 > 0
        if one.no_sampling:  # a rate without its base stands as published
            value = np.where(based, value, counts["value"].to_numpy("float64"))
            based = ~np.isnan(value)
        variance = np.zeros(len(counts)) if one.no_sampling else percentage_variance(np.minimum(x1, n1), n1)
        base = n1
    else:
        based = (n1 > 0) & (n2 > 0)
        base = n1 + n2
        if one.form == "log_ratio":
            clean = (np.where(based, np.minimum(a, n), np.nan) for a, n in ((x1, n1), (x2, n2)))
            (a, b), m, n = tuple(clean), np.where(based, n1, np.nan), np.where(based, n2, np.nan)
            log = log_ratio_and_variance(a, m, b, n, correction="by_size")
            value, variance = log.estimate, log.variance
            why[log.status == "no_events"] = "no_events"
            why[log.status == "corrected"] = "corrected"
        else:
            value = 100 * (x1 / n1 - x2 / n2)
            variance = percentage_variance(np.minimum(x1, n1), n1) + percentage_variance(np.minimum(x2, n2), n2)
            variance = np.zeros(len(counts)) if one.no_sampling else variance
    why[~based] = "no_base"
    corrected = why == "corrected"
    flags = counts["flags"].where(~corrected, (counts["flags"] + " corrected").str.strip())
    return counts.assign(
        value=np.where(based, value, np.nan), variance=np.where(based, variance, np.nan), base=base, flags=flags,
        why=np.where(corrected, "", why),
    )  # fmt: skip


def _own(
    counts: pd.DataFrame, values: pd.DataFrame, one: Followed, standard: Standard, leave_out: tuple[int, ...]
) -> pd.DataFrame:
    """The series of each trust; years whose value is missing are there with the reason."""
    made = _worked_out(counts, one)
    made = made.sort_values(_KEY, ignore_index=True)
    usable = made[made["why"] == ""]
    side = usable.groupby("org_code")["old"].last().reindex(made["org_code"]).to_numpy()
    crossed = (made["why"] == "") & (made["old"].to_numpy() != side)
    made["why"] = made["why"].where(~crossed, "before_break")
    made["why"] = made["why"].where((made["why"] != "") | ~made["wres_year"].isin(leave_out), "covid")
    made = made[[*_KEY, "value", "variance", "base", "flags", "why"]].assign(n_trusts=1)
    groups = [one.group] if one.form == "level" else [standard.reference_group, standard.comparison_group]
    groups = [standard.comparison_group] if one.form == "difference" else groups
    mine = (values["measure"] == one.measure) & (values["stratum"] == one.stratum) & values["group"].isin(groups)
    gone = values[mine & ~values["status"].isin(["observed", "not_applicable"])].drop_duplicates(_KEY)
    gone = gone[gone["org_code"].isin(made["org_code"])]
    there = pd.MultiIndex.from_frame(made[_KEY])
    gone = gone[~pd.MultiIndex.from_frame(gone[_KEY]).isin(there)]
    lost = gone[_KEY].assign(
        value=np.nan, variance=np.nan, base=np.nan, flags="", why=gone["status"].astype(object), n_trusts=0
    )
    whole = pd.concat([made, lost], ignore_index=True) if len(lost) else made
    whole = whole.sort_values(_KEY, ignore_index=True).rename(columns={"org_code": "code"})
    return whole.assign(subject="trust", trust_set="own", used=(whole["why"] == "").to_numpy())


def _areas(counts: pd.DataFrame, one: Followed, leave_out: tuple[int, ...]) -> list[pd.DataFrame]:
    """The series of each region and of England, from the counts of their trusts that have bases."""
    based = counts["n1"] > 0
    if one.form != "level":
        based &= counts["n2"] > 0
    usable = counts[based & counts["x1"].notna()]
    regional = usable[usable["region"] != ""]
    part = pd.concat(
        [regional.assign(code=regional["region"], subject="region"), usable.assign(code="England", subject="england")],
        ignore_index=True,
    )
    if not len(part):
        return []
    newer_there = (~part["old"]).groupby(part["code"]).transform("any")
    crossed = part[part["old"] & newer_there]
    part = part[~(part["old"] & newer_there)]
    every = _summed(part, one, leave_out)
    lost = crossed[~_pairs(crossed).isin(_pairs(part))].drop_duplicates(_AREA_YEAR)
    lost = lost[_AREA_YEAR].assign(
        value=np.nan, variance=np.nan, base=np.nan, flags="", why="before_break", n_trusts=0, used=False
    )
    # The constant set of an area: the trusts that are there in each of its years that are used.
    in_use = part[_pairs(part).isin(_pairs(every[every["used"]]))]
    needed = in_use.groupby("code")["wres_year"].nunique()
    held = in_use.groupby(["code", "org_code"])["wres_year"].nunique()
    stays = held[held == needed.reindex(held.index.get_level_values("code")).to_numpy()].index
    constant = part[pd.MultiIndex.from_frame(part[["code", "org_code"]]).isin(stays)]
    sets = {"all": every, "constant": _summed(constant, one, leave_out)}
    out = [pd.concat([lost, made] if len(lost) else [made]).assign(trust_set=name) for name, made in sets.items()]
    whole = pd.concat(out, ignore_index=True)
    # The regions, then England.
    return [whole.sort_values(["subject", "code", "trust_set", "wres_year"], ascending=[False, True, True, True])]


def _pairs(part: pd.DataFrame) -> pd.MultiIndex:
    return pd.MultiIndex.from_frame(part[["code", "wres_year"]])


def _summed(part: pd.DataFrame, one: Followed, leave_out: tuple[int, ...]) -> pd.DataFrame:
    """One row an area and year: the counts of the trusts added up, and what they come to."""
    by_year = part.groupby(_AREA_YEAR)  # a trust has one row a year
    sums = by_year[_COUNTS].sum().assign(n_trusts=by_year.size()).reset_index()
    made = _worked_out(sums.assign(value=np.nan, flags=""), one)
    made["why"] = made["why"].where((made["why"] != "") | ~made["wres_year"].isin(leave_out), "covid")
    names = [*_AREA_YEAR, "value", "variance", "base", "n_trusts", "flags", "why"]
    return made[names].assign(used=(made["why"] == "").to_numpy())
