"""An executed notebook becomes one self-contained HTML page that can be sent, read aloud and printed.

The page is nbconvert's, through the template in ``templates/wres``. It loads nothing from anywhere, shows no
code, and is the same bytes every time.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass
from functools import cache
from html import escape, unescape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wres_analysis import __version__
from wres_analysis.errors import WresError
from wres_analysis.narrative.telling import CLAIMS_KIND
from wres_analysis.reports.guard import output_problems
from wres_analysis.reports.kernel import light_imports

if TYPE_CHECKING:
    from nbconvert.exporters import HTMLExporter
    from nbformat import NotebookNode

__all__ = [
    "CLAIMS_SCHEMA",
    "TEMPLATES",
    "ExportError",
    "Page",
    "claims_of",
    "claims_to_bytes",
    "stylesheet",
    "to_html",
]

#: Raised when the meaning of a field of ``claims.json`` changes (docs/claims.md).
CLAIMS_SCHEMA = 1

TEMPLATES = Path(__file__).resolve().parent / "templates"

_HEADING = re.compile(r"<h([1-6])(?:\s[^>]*)?>(.*?)</h\1>", re.DOTALL)
_MARKDOWN_TABLE = re.compile(r"<table>\s*<thead>.*?</table>", re.DOTALL)
_REGION = re.compile(r'(<div\b(?=[^>]*\bclass="table")[^>]*?\baria-label=")([^"]*)(")')
_TAG = re.compile(r"<[^>]+>")


class ExportError(WresError):
    """A notebook holds something that no report may carry."""


@dataclass(frozen=True, slots=True)
class Page:
    """What a page says of itself.

    Parameters
    ----------
    title
        The title of the page, and its first heading where the notebook has none.
    organisation
        The name of the organisation that it is about, shown in the banner.
    index, notebook
        Where the index and the executed notebook are, seen from the page; empty for none.
    data_hash
        The hash of the data that it was made from, shown at the foot.
    claims
        Where the claims behind its sentences are, seen from the page; empty for none.
    """

    title: str = ""
    organisation: str = ""
    index: str = ""
    notebook: str = ""
    data_hash: str = ""
    claims: str = ""


@cache
def stylesheet() -> str:
    """Return the style sheet that reports, index and error pages share."""
    return (TEMPLATES / "wres" / "wres.css").read_text("utf-8")


@cache
def _exporter() -> HTMLExporter:
    """Return the one exporter of this process: making one takes longer than using it."""
    light_imports()
    from nbconvert.exporters import HTMLExporter
    from traitlets.config import Config

    config = Config()
    config.NbConvertBase.display_data_priority = ["text/html", "text/markdown", "image/png", "text/plain"]
    config.TagRemovePreprocessor.enabled = True
    config.TagRemovePreprocessor.remove_cell_tags = {"remove-cell"}
    config.TagRemovePreprocessor.remove_all_outputs_tags = {"remove-output"}
    return HTMLExporter(
        config=config,
        template_name="wres",
        extra_template_basedirs=[str(TEMPLATES)],
        exclude_input=True,
        exclude_input_prompt=True,
        exclude_output_prompt=True,
        exclude_anchor_links=True,
    )


def to_html(nb: NotebookNode, page: Page) -> str:
    """Return the HTML page of an executed notebook.

    Raises
    ------
    ExportError
        If an output may not be shown: an error, a figure without words for those who cannot see it, or
        something that a page without scripts cannot show. One line for each.
    """
    problems = output_problems(nb)
    if problems:
        raise ExportError("\n".join(problems))
    resources: dict[str, Any] = {"wres": {"page": page, "css": stylesheet(), "version": __version__}}
    body, _ = _exporter().from_notebook_node(nb, resources)
    return _with_contents(body, page)


def claims_of(nb: NotebookNode) -> dict[str, Any]:
    """Return what an executed notebook says and the claims behind it, as ``claims.json`` holds them.

    Raises
    ------
    ExportError
        If two sentences, or two claims that differ, go by the same identifier.
    """
    claims: dict[str, dict[str, Any]] = {}
    sentences: list[dict[str, str]] = []
    twice: list[str] = []
    for prose in _prose(nb):
        for claim in prose["claims"]:
            if claims.setdefault(claim["id"], dict(claim)) != claim:
                twice.append(f"Two claims that differ are called '{claim['id']}'.")
        sentences += [dict(sentence) for block in prose["blocks"] for sentence in block["sentences"]]
    counts = Counter(sentence["id"] for sentence in sentences)
    twice += [f"{count} sentences are called '{name}'." for name, count in counts.items() if count > 1]
    if twice:
        raise ExportError("\n".join(dict.fromkeys(twice)))
    return {"schema": CLAIMS_SCHEMA, "claims": list(claims.values()), "sentences": sentences}


def _prose(nb: NotebookNode) -> list[dict[str, Any]]:
    """The outputs of a notebook that carry claims, in order, without those that the page leaves out."""
    found = []
    for cell in nb["cells"]:
        hidden = {"remove-cell", "remove-output"} & set(cell.get("metadata", {}).get("tags", []))
        if not hidden:
            outputs = (output.get("data", {}) for output in cell.get("outputs", []))
            found += [data[CLAIMS_KIND] for data in outputs if CLAIMS_KIND in data]
    return found


def claims_to_bytes(record: dict[str, Any]) -> bytes:
    """Return the file of a record of claims: sorted keys, one line end everywhere."""
    return (json.dumps(record, ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False) + "\n").encode("utf-8")


def _with_contents(html: str, page: Page) -> str:
    """Fill in title, first heading and contents, and give each heading an identifier of its own."""
    before, _, rest = html.partition("<!--main-->")
    main, _, after = rest.partition("<!--/main-->")
    first: list[str] = []
    entries: list[tuple[int, str, str]] = []
    used = {"contents", "main"}

    def anchored(match: re.Match[str]) -> str:
        level, inner = int(match[1]), match[2].strip()
        text = unescape(_TAG.sub("", inner)).strip()
        if level == 1 and not first:
            first.append(inner)
            return ""
        # A page has one first heading: another one in the notebook stands a level below it.
        level = max(level, 2)
        stem = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "section"
        name, number = stem, 2
        while name in used:
            name, number = f"{stem}-{number}", number + 1
        used.add(name)
        entries.append((level, name, text))
        return f'<h{level} id="{name}">{inner}</h{level}>'

    main = _MARKDOWN_TABLE.sub(_in_region, _HEADING.sub(anchored, main))
    main = _distinct_regions(main)
    heading = first[0] if first else escape(page.title or "Report")
    title = escape(page.title or unescape(_TAG.sub("", heading)).strip())
    for mark, text in (("title", title), ("heading", heading), ("contents", _contents(entries))):
        before = before.replace(f"<!--{mark}-->", text)
    return before + main + after


def _in_region(match: re.Match[str]) -> str:
    """Give a table written in markdown what the house tables have: headings with a scope, room to scroll."""
    table = match[0].replace("<th>", '<th scope="col">').replace("<th ", '<th scope="col" ')
    return f'<div class="table" role="region" tabindex="0" aria-label="Table">\n{table}\n</div>'


def _distinct_regions(html: str) -> str:
    """Number the regions of tables that would be read out by the same name."""
    counts: Counter[str] = Counter()

    def numbered(match: re.Match[str]) -> str:
        counts[match[2]] += 1
        again = f" ({counts[match[2]]})" if counts[match[2]] > 1 else ""
        return f"{match[1]}{match[2]}{again}{match[3]}"

    return _REGION.sub(numbered, html)


def _contents(entries: list[tuple[int, str, str]]) -> str:
    sections: list[tuple[str, list[str]]] = []
    for level, name, text in entries:
        link = f'<a href="#{name}">{escape(text)}</a>'
        if level == 2 or not sections:
            sections.append((link, []))
        elif level == 3:
            sections[-1][1].append(f"<li>{link}</li>")
    return "\n".join(
        f"<li>{link}\n<ul>\n{chr(10).join(below)}\n</ul>\n</li>" if below else f"<li>{link}</li>"
        for link, below in sections
    )
