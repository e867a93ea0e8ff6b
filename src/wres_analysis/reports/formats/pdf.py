"""PDF: the page of a report, printed by the browser that is already there.

Every Windows laptop has Edge, and Edge can print without a window and without a network; so can Chromium and Chrome.
No library comes near what a browser makes of a page, and none is needed. The PDF is tagged, with an outline, and holds
no clock: the same page makes the same bytes under the same browser.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from wres_analysis.errors import RequestError
from wres_analysis.reports.formats import FormatError, fixed_time

__all__ = ["BROWSER", "find_browser", "print_page", "try_printing"]

#: The environment variable that names the browser to print with, where it is not found by itself.
BROWSER = "WRES_BROWSER"

_NAMES = (
    "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge", "microsoft-edge",
    "microsoft-edge-stable", "brave-browser",
)  # fmt: skip
#: Where installers put a browser, seen from the folders of programs that the system names.
_WINDOWS_PLACES = (
    "Microsoft/Edge/Application/msedge.exe", "Google/Chrome/Application/chrome.exe", "Chromium/Application/chrome.exe",
)  # fmt: skip
_MAC_PLACES = ("Google Chrome", "Microsoft Edge", "Chromium")

_OPTIONS = (
    "--headless",
    "--disable-gpu",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-extensions",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--no-pdf-header-footer",
    "--print-to-pdf-no-header",  # what the line above is called in older browsers
    "--export-tagged-pdf",
    "--generate-pdf-document-outline",
)
_SECONDS = 120
#: A link to another file of the site. In a PDF it would be an address on this machine, and lead nowhere.
_NEIGHBOUR = re.compile(r'(<a\b[^>]*?)\s+href="(?!#|[a-z]+:)[^"]*"')
#: What the browser calls a cell of a table, counted from where it happened to be.
_NODE = re.compile(rb"\bnode(\d{8})\b")
_DATE = re.compile(rb"\(D:\d{14}[^)]*\)")
_TRIAL = '<!DOCTYPE html><html lang="en-GB"><title>Trial</title><p>Trial</p></html>'


def find_browser() -> str:
    """Return the program to print with, or blank if none is found."""
    if named := os.environ.get(BROWSER, "").strip():
        return shutil.which(named) or ""
    return next((found for found in _candidates() if found), "")


def _candidates() -> Iterator[str]:
    yield from (shutil.which(name) or "" for name in _NAMES)
    if sys.platform == "win32":
        folders = [os.environ.get(name, "") for name in ("ProgramFiles(x86)", "ProgramFiles", "LocalAppData")]
        places = [Path(folder, place) for place in _WINDOWS_PLACES for folder in folders if folder]
    else:
        places = [Path("/Applications", f"{name}.app", "Contents", "MacOS", name) for name in _MAC_PLACES]
    yield from (str(place) for place in places if place.is_file())


@cache
def try_printing() -> None:
    """Print one line, to learn before anything runs whether this machine can print at all.

    Raises
    ------
    RequestError
        One line: there is no browser, or it may not print.
    """
    if not find_browser():
        named = os.environ.get(BROWSER, "").strip()
        what = f"{BROWSER} names '{named}', which is not there" if named else "none was found"
        raise RequestError(
            f"PDF is printed by Edge, Chrome or Chromium, and {what}. "
            f"Install one, name its program in {BROWSER}, or leave out pdf (docx needs no browser)."
        )
    with tempfile.TemporaryDirectory(prefix="wres-pdf-") as folder:
        page = Path(folder, "trial.html")
        page.write_text(_TRIAL, encoding="utf-8")
        try:
            print_page(page, page.with_suffix(".pdf"))
        except FormatError as error:
            raise RequestError(f"{error} Leave out pdf (docx needs no browser).") from error


def print_page(page: Path, pdf: Path) -> None:
    """Print one page.

    Parameters
    ----------
    page
        The HTML file, which stands alone; its style sheet says how it looks on paper. Links to other files of the
        site are words on paper.
    pdf
        The file to write.

    Raises
    ------
    FormatError
        If the browser does not make a PDF.
    """
    browser = find_browser()
    name = Path(browser).name
    # A profile of its own: a browser that is open keeps its own profile locked, and its settings do not reach us.
    with tempfile.TemporaryDirectory(prefix="wres-pdf-", ignore_cleanup_errors=True) as profile:
        made, copy = Path(profile, "page.pdf"), Path(profile, "page.html")
        copy.write_text(_NEIGHBOUR.sub(r"\1", page.read_text("utf-8")), encoding="utf-8")
        command = [browser, *_OPTIONS, f"--user-data-dir={Path(profile, 'profile')}", f"--print-to-pdf={made}"]
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            command.append("--no-sandbox")  # Chromium refuses to run as root otherwise, as in a container
        try:
            done = subprocess.run(
                [*command, copy.as_uri()], stdin=subprocess.DEVNULL, capture_output=True, timeout=_SECONDS
            )
        except subprocess.TimeoutExpired as error:
            raise FormatError(f"{name} did not print the page within {_SECONDS} seconds.") from error
        except OSError as error:
            raise FormatError(f"{name} could not be started: {error.strerror}.") from error
        if done.returncode == 0:
            _wait_for(made)
        if not made.is_file():
            raise FormatError(
                f"{name} made no PDF (it ended with status {done.returncode}). "
                "Where a policy forbids printing without a window, print the page from the browser by hand."
            )
        content = made.read_bytes()
    pdf.write_bytes(_renumbered(_without_clock(content)))


def _wait_for(made: Path) -> None:
    """Wait a little: the launcher of some browsers ends before the browser itself has written."""
    for _ in range(20):
        if made.is_file() and made.stat().st_size:
            return
        time.sleep(0.1)


def _without_clock(content: bytes) -> bytes:
    """Put the fixed time in the place of the clock's. The length stays, so every offset in the file still holds."""
    date = time.strftime("(D:%Y%m%d%H%M%S", fixed_time()).encode("ascii")

    def fixed(match: re.Match[bytes]) -> bytes:
        return date + b"+00'00'"[: len(match[0]) - len(date) - 1].ljust(len(match[0]) - len(date) - 1) + b")"

    return _DATE.sub(fixed, content)


def _renumbered(content: bytes) -> bytes:
    """Count the names of cells from 1. Their order and their length stay, so every index and offset still holds."""
    ranks = {name: rank for rank, name in enumerate(sorted(set(_NODE.findall(content))), start=1)}
    return _NODE.sub(lambda match: b"node%08d" % ranks[match[1]], content)
