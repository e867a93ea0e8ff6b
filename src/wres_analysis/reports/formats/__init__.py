"""The forms of a report besides its page: Word, PDF, one workbook, CSV. What can be had, and who writes it.

A Word document and a PDF are made for each report; the workbook and the CSV tables hold all reports of a run. All of
them are made from the executed notebook, so none can say what the page does not.
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from importlib.util import find_spec

from wres_analysis.errors import MissingExtraError, RequestError, WresError

__all__ = ["FORMATS", "PER_REPORT", "PER_RUN", "FormatError", "check_formats", "fixed_time", "normalised"]

#: Made for each report, in a folder of its name.
PER_REPORT = ("docx", "pdf")
#: Made once for all reports of a run: ``tables.xlsx``, and the folder ``csv``.
PER_RUN = ("xlsx", "csv")
#: Everything that can be asked for. The pages are always written: the index and the PDF rest on them.
FORMATS = ("html", *PER_REPORT, *PER_RUN)

#: The earliest time that a ZIP file can hold, which stands for "no time": 1 January 1980.
_NO_TIME = 315_532_800


class FormatError(WresError):
    """A report cannot be written in one of its forms. The others are not affected."""

    exit_status = 1


def normalised(formats: Sequence[str]) -> tuple[str, ...]:
    """Return the formats in their order, each once, always with the pages.

    >>> normalised([" XLSX", "html"])
    ('html', 'xlsx')
    """
    asked = {name.strip().lower() for name in formats} | {"html"}
    return (*(name for name in FORMATS if name in asked), *sorted(asked - set(FORMATS)))


def check_formats(formats: Sequence[str]) -> list[str]:
    """Return why what is asked for cannot be had, one line each; an empty list if it can.

    A PDF is tried: a browser that is installed may still be forbidden to print, which only printing tells.
    """
    from wres_analysis.reports.formats import pdf

    wrong = []
    for name in normalised(formats):
        if name not in FORMATS:
            wrong.append(f"The format '{name}' cannot be written. Ask for: {', '.join(FORMATS)}.")
        elif name == "docx" and find_spec("docx") is None:
            wrong.append(
                str(
                    MissingExtraError(
                        "Word documents need the extra 'office', which is not installed. "
                        "Install it (pip install wres-analysis[office]), or leave out docx."
                    )
                )
            )
        elif name == "pdf":
            try:
                pdf.try_printing()
            except RequestError as error:
                wrong.append(str(error))
    return wrong


def fixed_time() -> time.struct_time:
    """Return the time that files carry inside: ``SOURCE_DATE_EPOCH`` if it is set, else the start of 1980.

    The clock is never asked, so the same report has the same bytes tomorrow.
    """
    given = os.environ.get("SOURCE_DATE_EPOCH", "").strip()
    return time.gmtime(max(_NO_TIME, int(given)) if given.isdigit() else _NO_TIME)
