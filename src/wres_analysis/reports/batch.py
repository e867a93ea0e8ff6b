"""From what a person asks for (a trust, a region, everybody) to a site of reports."""

from __future__ import annotations

import difflib
import re
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from wres_analysis.errors import RequestError
from wres_analysis.panel.store import PanelData, is_panel, open_panel, write_panel
from wres_analysis.reports.params import RegionReportParams, TrustReportParams
from wres_analysis.reports.run import Progress, ReportRequest, ReportResult, make_reports
from wres_analysis.standards import load_standard

__all__ = ["BatchResult", "write_reports"]


@dataclass(frozen=True)
class BatchResult:
    """What a batch came to: the page to open, what to tell, and the exit status."""

    page: Path
    lines: tuple[str, ...]
    exit_status: int


def write_reports(
    *,
    data: Path,
    out: Path,
    trusts: Sequence[str] = (),
    region: str | None = None,
    everyone: bool = False,
    year: int | None = None,
    compare: str = "region",
    formats: tuple[str, ...] = ("html",),
    workers: int | None = None,
    resume: bool = False,
) -> BatchResult:
    """Write a report for each trust asked for, and of a region one more; with ``resume`` those not made alike before.

    Raises
    ------
    RequestError
        If a trust, region or year is not in the data, or nothing was asked for. Nothing is written.
    """
    with _loaded_once(data) as (panel, place):
        return _write(panel, place, out, trusts, region, everyone, year, compare, formats, workers, resume)


@contextmanager
def _loaded_once(data: Path) -> Iterator[tuple[PanelData, Path]]:
    """Open the data; published files are read once for all reports, not once for each.

    The panel made of them lies in a folder of the same name, which is all that a notebook is told of the place.
    """
    panel = open_panel(data)
    if is_panel(data):
        yield panel, data
        return
    with tempfile.TemporaryDirectory(prefix="wres-") as work:
        place = Path(work, data.resolve().name)
        write_panel(panel, place)
        yield panel, place


def _write(
    panel: PanelData,
    data: Path,
    out: Path,
    trusts: Sequence[str],
    region: str | None,
    everyone: bool,
    year: int | None,
    compare: str,
    formats: tuple[str, ...],
    workers: int | None,
    resume: bool,
) -> BatchResult:
    year = year or _newest_year(panel)
    codes = _asked_for(panel, trusts, region, everyone, year)
    now = panel.panel[panel.panel["wres_year"] == year].set_index("org_code")
    names, regions = now["org_name"].to_dict(), now["region"].to_dict()
    requests = [
        ReportRequest(
            slug=f"trust-{code}",
            params=TrustReportParams(trust=code, data=str(data), compare=compare, year=year),  # type: ignore[arg-type]
            title=f"{names[code]}: workforce race equality {year}",
            organisation=names[code],
            code=code,
            region=regions[code],
        )
        for code in codes
    ]
    if region is not None:
        requests.insert(0, _of_region(next(r for r in now["region"] if r.casefold() == region.casefold()), data, year))
    result = make_reports(
        requests,
        out,
        workers,
        _progress(),
        formats=formats,
        data_hash=panel.data_hash,
        title=_title(region, everyone, year),
        sources=[{"name": str(file["name"]), "sha256": str(file["sha256"])} for file in panel.account["files"]],
        resume=resume,
        tell=_tell,
    )
    earlier = sum(report.kept for report in result.made)
    kept = f" Kept from an earlier run: {earlier}." if earlier else ""
    lines = [f"{len(result.made)} of {len(requests)} reports written.{kept}"]
    lines += [
        f"{r.request.code or r.request.slug} failed: {r.error.message if r.error else ''} See {out / r.page}"
        for r in result.failed
    ]
    lines += result.format_errors
    page = out / result.reports[0].page if len(requests) == 1 else result.site / "index.html"
    return BatchResult(page, tuple(lines), result.exit_status)


def _of_region(region: str, data: Path, year: int) -> ReportRequest:
    """The regional report, whose trusts' pages are made beside it."""
    return ReportRequest(
        slug=f"region-{re.sub(r'[^a-z0-9]+', '-', region.lower()).strip('-')}",
        params=RegionReportParams(region=region, data=str(data), year=year, trust_pages=True),
        title=f"{region}: workforce race equality {year}",
        organisation=region,
        region=region,
    )


def _title(region: str | None, everyone: bool, year: int) -> str:
    where = "England" if everyone else region
    return f"Workforce race equality {year}" + (f": {where}" if where else "")


def _newest_year(panel: PanelData) -> int:
    """The newest year in which any trust has an indicator split by group; else the newest of all."""
    standard = load_standard()
    values = panel.values
    split = values[
        values["measure"].isin(standard.indicators)
        & (values["group"] == standard.comparison_group)
        & (values["status"] == "observed")
    ]
    years = split["wres_year"] if len(split) else panel.panel["wres_year"]
    if not len(years):
        raise RequestError("The data hold no value of any trust.")
    return int(years.max())


def _asked_for(panel: PanelData, trusts: Sequence[str], region: str | None, everyone: bool, year: int) -> list[str]:
    now = panel.panel[panel.panel["wres_year"] == year]
    if not len(now):
        years = sorted(panel.panel["wres_year"].unique())
        raise RequestError(f"The data hold nothing for WRES {year}. They hold {years[0]} to {years[-1]}.")
    if everyone:
        return sorted(now["org_code"])
    wrong, codes = [], list(dict.fromkeys(code.upper() for code in trusts))
    known = set(now["org_code"])
    for code in codes:
        if code not in known:
            near = difflib.get_close_matches(code, sorted(known), n=3, cutoff=0.6)
            hint = f"Did you mean {' or '.join(near)}?" if near else f"The data hold {len(known)} trusts that year."
            wrong.append(f"The data hold no trust '{code}' in WRES {year}. {hint}")
    if region is not None:
        names = {name.casefold(): name for name in now["region"] if name}
        if region.casefold() not in names:
            wrong.append(f"There is no region '{region}'. The data hold: {', '.join(sorted(names.values()))}.")
        else:
            codes += [
                c for c in sorted(now.loc[now["region"] == names[region.casefold()], "org_code"]) if c not in codes
            ]
    if wrong:
        raise RequestError("\n".join(wrong))
    if not codes:
        raise RequestError("Say whose report to write: --trust CODE, --region NAME or --all.")
    return codes


def _tell(line: str) -> None:
    print(line, file=sys.stderr)


def _progress() -> Progress:
    """A bar on a terminal, with how many are done and failed and the time that is left; a line a report elsewhere."""
    if sys.stderr.isatty():
        from tqdm import tqdm

        bar: tqdm[None] | None = None
        failures = 0

        def show(result: ReportResult, done: int, total: int) -> None:
            nonlocal bar, failures
            bar = bar or tqdm(
                total=total,
                unit="report",
                file=sys.stderr,
                bar_format="{n_fmt} of {total_fmt} |{bar:30}| {remaining} left{postfix}",
            )
            failures += result.error is not None
            bar.set_postfix_str(f"{failures} failed, {result.request.code}" if failures else result.request.code)
            bar.update(1)
            if done == total:
                bar.close()

        return show

    def log(result: ReportResult, done: int, total: int) -> None:
        state = "failed" if result.error else "written"
        print(f"{done}/{total} {result.request.code or result.request.slug} {state}", file=sys.stderr)

    return log
