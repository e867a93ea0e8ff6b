"""Proofreading a finished site: every report that was made, with the claims beside it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from wres_analysis.errors import InputError, Problem
from wres_analysis.narrative.proofread import Document, Finding, proofread, read_page
from wres_analysis.reports.folder import MANIFEST

__all__ = ["open_report", "proofread_site"]


def proofread_site(site: Path) -> list[Finding]:
    """Re-read every report of a site.

    Parameters
    ----------
    site
        A folder that ``wres report`` wrote.

    Returns
    -------
    list of Finding
        In the order of the reports; empty where nothing is wrong.

    Raises
    ------
    InputError
        If the folder is no site, or a file that its manifest names is not there or cannot be read.
    """
    manifest = _json(site / MANIFEST, "Name the folder that 'wres report' wrote.")
    if not isinstance(manifest, dict) or not isinstance(manifest.get("reports"), list):
        raise InputError(Problem(what="This is no manifest of a site.", todo="Make the site again.", file=MANIFEST))
    found: list[Finding] = []
    for entry in manifest["reports"]:
        if entry["status"] == "made":
            found += proofread(open_report(site, str(entry["slug"])))
    return found


def open_report(site: Path, slug: str) -> Document:
    """Read a report of a site and its claims.

    Raises
    ------
    InputError
        If a file is not there or is not what it should be.
    """
    page, claims = site / f"{slug}.html", site / f"{slug}.claims.json"
    record = _json(claims, "Make the report again: it was made before claims were kept, or a file was moved.")
    try:
        return read_page(page.name, page.read_text("utf-8"), record)
    except FileNotFoundError:
        problem = Problem(what="The page is not there.", todo="Make the site again.", file=page.name)
        raise InputError(problem) from None
    except (KeyError, TypeError) as error:
        problem = Problem(what=f"This is no record of claims ({error}).", todo="Make the site again.", file=claims.name)
        raise InputError(problem) from None


def _json(path: Path, todo: str) -> Any:
    try:
        return json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise InputError(Problem(what=f"There is no {path.name} in the folder.", todo=todo, file=path.name)) from None
    except ValueError:
        raise InputError(Problem(what="This is no JSON.", todo=todo, file=path.name)) from None
