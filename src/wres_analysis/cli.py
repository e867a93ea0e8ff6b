"""The front door: ``wres ...`` parses, calls one function, prints.

Exit status: 0 all good; 1 some reports failed; 2 the request or the structure of an input is wrong, and nothing
was written. Heavy imports happen inside the commands, so that ``wres --help`` answers at once.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from dataclasses import asdict
from functools import wraps
from pathlib import Path
from typing import Any

import click

from wres_analysis import __version__
from wres_analysis.errors import InputError, Problem, WresError

__all__ = ["main"]

_FOLDER = click.Path(file_okay=False, path_type=Path)
_FILE = click.Path(dir_okay=False, exists=True, path_type=Path)


def _tell_errors(command: Callable[..., Any]) -> Callable[..., Any]:
    """Print the kit's own errors, as lines for a person or (``--json``) for a program, and leave with their status."""

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except WresError as error:
            if kwargs.get("as_json"):
                click.echo(_json({"problems": _problems(error)}))
            click.echo(str(error), err=True)
            sys.exit(error.exit_status)

    return run


def _json(data: dict[str, Any]) -> str:
    return json.dumps(data, indent=1, ensure_ascii=False, sort_keys=True)


def _problems(error: WresError) -> list[dict[str, Any]]:
    if isinstance(error, InputError):
        return [asdict(problem) for problem in error.problems]
    return [asdict(Problem(what=str(error), todo=""))]


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="wres-analysis")
def main() -> None:
    """Test what the NHS Workforce Race Equality Standard data can and cannot show."""
    # The matrices are small: threads inside one product of them cost more than they give, many times more where
    # several processes work at once. Set before numpy is imported, and passed on to workers and kernels.
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    # Windows consoles default to a code page that cannot print every name in the data.
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")


def _progress() -> Callable[[str, int, int], None] | None:
    """A counter on a terminal; nothing elsewhere."""
    if not sys.stderr.isatty():
        return None

    def show(name: str, number: int, total: int) -> None:
        end = "\n" if number == total else ""
        click.echo(f"\r\x1b[K{number}/{total} {name[:80]}{end}", nl=False, err=True)

    return show


@main.command()
@click.argument("folder", type=_FOLDER)
@click.option("--map", "mappings", type=_FILE, multiple=True, help="A mapping TOML for a file that no reader knows.")
@click.option("--json", "as_json", is_flag=True, help="Print what a program would want.")
@_tell_errors
def check(folder: Path, mappings: tuple[Path, ...], as_json: bool) -> None:
    """Say what each file of FOLDER is, what would be read and what is wrong. Writes nothing."""
    from wres_analysis.panel import account
    from wres_analysis.panel.load import build_data
    from wres_analysis.sources.folder import examine_folder

    reading = examine_folder(folder, mappings=mappings, progress=_progress())
    if reading.problems:
        if not as_json:
            click.echo("\n".join(account.describe_files(map(account.as_json, reading.files))))
        raise InputError(*reading.problems)
    data = build_data(reading)
    if as_json:
        click.echo(_json({**data.account, "problems": []}))
        return
    click.echo("\n".join(account.describe_files(data.account["files"])))
    click.echo("")
    for found in data.quality.to_dict("records"):
        if found["severity"] == "note":
            continue
        where = ", ".join(part for part in (found["source_file"], found["source_cell"]) if part)
        who = [str(found[name]) for name in ("org_code", "wres_year", "measure", "group")]
        about = " ".join(part for part in who if part not in ("", "<NA>"))
        click.echo(f"{found['severity']}: {found['rule']}: {about}: {found['what']} ({where}); {found['action']}.")
    errors, warnings, notes = (int((data.quality["severity"] == s).sum()) for s in ("error", "warning", "note"))
    click.echo(f"Quality: {errors} errors, {warnings} warnings, {notes} notes.")


@main.command()
@click.argument("folder", type=_FOLDER)
@click.option("--out", type=_FOLDER, required=True, help="The PANEL folder to write.")
@click.option("--map", "mappings", type=_FILE, multiple=True, help="A mapping TOML for a file that no reader knows.")
@click.option("--strict", is_flag=True, help="Refuse the load if any cell has to be left out.")
@click.option("--json", "as_json", is_flag=True, help="Print what a program would want.")
@_tell_errors
def load(folder: Path, out: Path, mappings: tuple[Path, ...], strict: bool, as_json: bool) -> None:
    """Read the published files in FOLDER and write a panel."""
    from wres_analysis.panel.load import load_folder
    from wres_analysis.panel.store import check_target, write_panel

    check_target(out, folder)
    data = load_folder(folder, mappings=mappings, strict=strict, progress=_progress())
    write_panel(data, out)
    if as_json:
        click.echo(_json({**data.account, "problems": []}))
        return
    account = data.account
    read = [f for f in account["files"] if f["reader"]]
    statuses = account["observations"]
    click.echo(f"Read {len(read)} of {len(account['files'])} files: {statuses.get('observed', 0):,} values.")
    for name in ("suppressed", "excluded", "not_submitted", "not_applicable"):
        if statuses.get(name):
            click.echo(f"  {statuses[name]:,} {name.replace('_', ' ')}")
    if account["not_recognised"]:
        click.echo(f"Not recognised, and not read: {', '.join(account['not_recognised'])}")
    if account["not_verified"]:
        click.echo(f"Not yet verified against a published file: {', '.join(account['not_verified'])}")
    years = account["years"]
    click.echo(f"{account['trusts']} trusts, WRES {years[0]} to {years[-1]}." if years else "No trust has a value.")
    counts = data.quality["severity"].value_counts()
    click.echo(
        f"Quality: {counts.get('error', 0)} errors, {counts.get('warning', 0)} warnings, {counts.get('note', 0)} notes "
        "(see 'wres check' or the data quality notebook)."
    )
    click.echo(f"Written: {out}")


@main.command()
@click.option("--data", type=_FOLDER, required=True, help="A PANEL folder, or a folder of published files.")
@click.option("--plan", "plan_file", type=_FILE, help="The plan, in TOML. Default: the national plan of the kit.")
@click.option("--out", type=_FOLDER, required=True, help="The folder to write.")
@click.option(
    "--test", "added", multiple=True, metavar="KEY=VALUE;...",
    help="A test that the plan did not declare, labelled exploratory. Give it again for more.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print what a program would want.")
@_tell_errors
def links(data: Path, plan_file: Path | None, out: Path, added: tuple[str, ...], as_json: bool) -> None:
    """Make the tests of a plan: links.csv, links.json and a manifest."""
    from wres_analysis.links import add_tests, read_plan, run_plan
    from wres_analysis.links.frames import check_target, summary, write_files
    from wres_analysis.panel.store import open_panel
    from wres_analysis.reports.folder import building
    from wres_analysis.resources import share

    plan = add_tests(read_plan(plan_file or share("plans", "national.toml")), added)
    check_target(out, data)
    result = run_plan(plan, open_panel(data), progress=_progress())
    with building(out) as folder:
        write_files(folder, result.frame, result.about)
    if as_json:
        click.echo(_json({**result.about, "statuses": result.frame["status"].value_counts().to_dict(), "problems": []}))
        return
    click.echo("\n".join(summary(result.frame, result.about)))
    click.echo(f"Written: {out}")


@main.command()
@click.option("--data", type=_FOLDER, required=True, help="A PANEL folder, or a folder of published files.")
@click.option("--out", type=_FOLDER, required=True, help="The folder to write.")
@click.option("--since", type=int, metavar="YEAR", help="The WRES year to count change from. Default: each first year.")
@click.option(
    "--covid", type=click.Choice(["keep", "leave_out"]), default="keep", show_default=True,
    help="What to do with the year April 2020 to March 2021; the other choice stands beside it.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print what a program would want.")
@_tell_errors
def trends(data: Path, out: Path, since: int | None, covid: str, as_json: bool) -> None:
    """Say how each measure changes at each trust, region and in England: trends.csv and more."""
    from wres_analysis.panel.store import open_panel
    from wres_analysis.reports.folder import building
    from wres_analysis.results import check_target, write_results
    from wres_analysis.trends.run import KIND, run_trends, summary

    check_target(out, data, kind=KIND)
    result = run_trends(open_panel(data), since=since, covid=covid)
    with building(out) as folder:
        made_from = {"data_hash": result.about["data_hash"], "covid": covid, "since": since}
        write_results(folder, KIND, result.frames, result.about, made_from=made_from)
    if as_json:
        click.echo(_json({**result.about, "problems": []}))
        return
    click.echo("\n".join(summary(result)))
    click.echo(f"Written: {out}")


@main.command()
@click.option("--data", type=_FOLDER, required=True, help="A PANEL folder, or a folder of published files.")
@click.option("--out", type=_FOLDER, required=True, help="The SITE folder to write.")
@click.option("--trust", "trusts", multiple=True, metavar="CODE", help="A trust. Give it again for more.")
@click.option("--region", metavar="NAME", help="Every trust of a region.")
@click.option("--all", "everyone", is_flag=True, help="Every trust.")
@click.option("--year", type=int, help="The WRES year. Default: the newest with indicator values.")
@click.option(
    "--compare", type=click.Choice(["region", "type", "england"]), default="region", show_default=True,
    help="The comparison group that is set beside the trust first.",
)  # fmt: skip
@click.option("--format", "formats", default="html", show_default=True, help="Of: html,docx,pdf,xlsx,csv.")
@click.option("--workers", type=click.IntRange(1), default=None, help="How many notebooks run at once.")
@click.option(
    "--resume", is_flag=True, help="Keep what an earlier run into SITE finished, if nothing behind it changed."
)
@_tell_errors
def report(
    data: Path,
    out: Path,
    trusts: tuple[str, ...],
    region: str | None,
    everyone: bool,
    year: int | None,
    compare: str,
    formats: str,
    workers: int | None,
    resume: bool,
) -> None:
    """Write a report for each trust asked for, and an index page."""
    from wres_analysis.reports.batch import write_reports

    result = write_reports(
        data=data,
        out=out,
        trusts=trusts,
        region=region,
        everyone=everyone,
        year=year,
        compare=compare,
        formats=tuple(formats.split(",")),
        workers=workers,
        resume=resume,
    )
    for line in result.lines:
        click.echo(line)
    click.echo(str(result.page))
    sys.exit(result.exit_status)


@main.command()
@click.argument("site", type=_FOLDER)
@click.option("--json", "as_json", is_flag=True, help="Print what a program would want.")
@_tell_errors
def proofread(site: Path, as_json: bool) -> None:
    """Re-read the finished reports in SITE against their claims. Exit 1 if anything is wrong; writes nothing."""
    from wres_analysis.reports.proofread import proofread_site

    findings = proofread_site(site)
    if as_json:
        click.echo(_json({"findings": [asdict(finding) for finding in findings], "problems": []}))
    else:
        for finding in findings:
            click.echo(str(finding))
        click.echo("Nothing is wrong." if not findings else f"{len(findings):,} findings.")
    sys.exit(1 if findings else 0)


@main.command()
@click.option("--out", type=_FOLDER, required=True, help="The folder to write. It must not exist or be empty.")
@click.option("--trusts", type=click.IntRange(7), default=42, show_default=True)
@click.option("--first-year", type=int, default=2017, show_default=True, help="First WRES year.")
@click.option("--last-year", type=int, default=2025, show_default=True, help="Last WRES year.")
@click.option("--seed", type=int, default=None, help="Another draw of the same world.")
@_tell_errors
def sample(out: Path, trusts: int, first_year: int, last_year: int, seed: int | None) -> None:
    """Write fictional trusts in the publishers' own file layouts."""
    from wres_analysis.sample import write_sample

    extra: dict[str, Any] = {} if seed is None else {"seed": seed}
    write_sample(out, trusts=trusts, first_year=first_year, last_year=last_year, **extra)
    click.echo(f"Written: {out}")


@main.command()
@click.option(
    "--out", type=_FOLDER, required=True, help="The folder to write. Tables that are there and not made stay."
)
@click.option(
    "--scale",
    type=click.FloatRange(0, 1, min_open=True),
    default=1.0,
    show_default=True,
    help="Share of the full number of replicates.",
)
@click.option("--workers", type=click.IntRange(1), default=None, help="How many processes. Default: one a core.")
@click.option(
    "--part",
    "parts",
    multiple=True,
    type=click.Choice(["calibration", "power", "fdr", "disattenuation", "planted"]),
    help="A table to make. Give it again for more. Default: all.",
)
@_tell_errors
def calibrate(out: Path, scale: float, workers: int | None, parts: tuple[str, ...]) -> None:
    """Try every model on made-up trusts of known truth. The full study takes an hour on two cores."""
    from wres_analysis.calibration.run import make_tables

    for name in make_tables(out, parts, scale=scale, workers=workers or os.cpu_count() or 1, progress=_progress()):
        click.echo(f"Made: {name}")
    click.echo(f"Written: {out}")


@main.command()
@_tell_errors
def lab() -> None:
    """Open JupyterLab on the notebooks."""
    import subprocess

    from wres_analysis.resources import share

    sys.exit(subprocess.run([sys.executable, "-m", "jupyter", "lab"], cwd=share("notebooks"), check=False).returncode)
