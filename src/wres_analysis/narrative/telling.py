"""Prose as a report shows it: every sentence beside the claim that it was rendered from.

A :class:`Telling` is a claim and its sentences; a :class:`Prose` is headings, paragraphs and lists of tellings. In a
notebook a prose shows itself as HTML and as plain text, and carries its claims as data of the kind
:data:`CLAIMS_KIND`, which the export gathers into ``claims.json``.

A narrator of new results makes a :class:`~wres_analysis.narrative.claims.Claim` (or a ``note``), words it, and shows
``Prose((paragraph(Telling(claim, sentences)),))``. Nothing else is needed for its sentences to be proofread.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

from wres_analysis.charts.tables import format_number
from wres_analysis.narrative.claims import Claim
from wres_analysis.narrative.wording import place, upper_first

__all__ = ["CLAIMS_KIND", "Block", "Prose", "Telling", "bullets", "figures_of", "fixed", "heading", "paragraph", "tell"]

#: The kind of data by which a notebook's output carries claims.
CLAIMS_KIND = "application/vnd.wres.claims+json"

#: How many decimals a unit is shown with, unless the claim says otherwise, and the sign it takes in a list.
_SHOWN = {"percent": ".1f", "points": "+.1f", "times": ".2f", "score": ".2f", "probability": ".3f"}
_AFTER = {"percent": "%", "points": " points"}
_MANY_CELLS = 4


@dataclass(frozen=True)
class Telling:
    """A claim and the sentences that were rendered from it, in order."""

    claim: Claim
    sentences: tuple[str, ...]

    @property
    def text(self) -> str:
        """The sentences as one text."""
        return " ".join(self.sentences)


def tell(claim: Claim, *sentences: str) -> Telling:
    """Put a claim and its sentences together; empty sentences are left out."""
    return Telling(claim, tuple(sentence for sentence in sentences if sentence))


@dataclass(frozen=True)
class Block:
    """One heading, paragraph or item of a list.

    Parameters
    ----------
    style
        ``h1``, ``h2``, ``h3``, ``p`` or ``li``.
    tellings
        What it says.
    fixed
        Words that no claim stands behind, and which therefore hold no number of the data: a heading, the wording of
        an indicator, or what introduces the sentences.
    mark
        ``strong`` or ``em``: how the fixed words of a paragraph are set.
    """

    style: str
    tellings: tuple[Telling, ...] = ()
    fixed: str = ""
    mark: str = ""

    def __str__(self) -> str:
        wrap = {"strong": "**", "em": "*"}.get(self.mark, "")
        words = f"{wrap}{self.fixed}{wrap}" if self.fixed else ""
        before = {"h1": "# ", "h2": "## ", "h3": "### ", "li": "- "}.get(self.style, "")
        return before + " ".join(part for part in (words, *(t.text for t in self.tellings)) if part)

    def html(self) -> str:
        """The block as HTML; the numbers behind it are for :meth:`Prose.html` to put beneath."""
        words = _inline(self.fixed)
        parts = [f"<{self.mark}>{words}</{self.mark}>" if self.mark and words else words]
        for telling in self.tellings:
            links = iter(telling.claim.rests_on)
            behind = f' aria-details="f-{telling.claim.id}"' if _details(telling.claim) else ""
            parts += [
                f'<span class="said" id="s-{telling.claim.id}-{number}" data-claim="{telling.claim.id}"{behind}>'
                f"{_linked(_inline(sentence), links)}</span>"
                for number, sentence in enumerate(telling.sentences, start=1)
            ]
        return f"<{self.style}>{' '.join(part for part in parts if part)}</{self.style}>"


def heading(level: int, text: str) -> Block:
    """Make a heading."""
    return Block(f"h{level}", fixed=text)


def fixed(text: str, mark: str = "") -> Block:
    """Make a paragraph of reviewed text, in which there is no number of the data."""
    return Block("p", fixed=text, mark=mark)


def paragraph(*tellings: Telling, lead: str = "") -> Block:
    """Make a paragraph, with a few words in bold before it if they are given."""
    return Block("p", tellings, lead, "strong" if lead else "")


def bullets(tellings: Iterable[Telling]) -> tuple[Block, ...]:
    """Make a list with an item for each telling."""
    return tuple(Block("li", (telling,)) for telling in tellings)


@dataclass(frozen=True)
class Prose:
    """Headings, paragraphs and lists, shown in a notebook and in the report made from it."""

    blocks: tuple[Block, ...]

    @property
    def claims(self) -> tuple[Claim, ...]:
        """The claims behind it, in order."""
        return tuple(telling.claim for block in self.blocks for telling in block.tellings)

    def __str__(self) -> str:
        text = ""
        for before, block in zip((None, *self.blocks), self.blocks, strict=False):
            apart = "" if before is None else "\n" if before.style == block.style == "li" else "\n\n"
            text += apart + str(block)
        return text

    __repr__ = __str__

    def __add__(self, other: Prose) -> Prose:
        return Prose(self.blocks + other.blocks)

    def html(self) -> str:
        """The prose as HTML: each sentence names its claim, whose figures can be opened beneath."""
        parts: list[str] = []
        waiting: list[Claim] = []
        for number, block in enumerate(self.blocks):
            after = self.blocks[number + 1].style if number + 1 < len(self.blocks) else ""
            first = block.style == "li" and (not number or self.blocks[number - 1].style != "li")
            parts.append(("<ul>\n" if first else "") + block.html())
            waiting += [telling.claim for telling in block.tellings]
            if block.style == "li" and after == "li":
                continue
            if block.style == "li":
                parts.append("</ul>")
            parts += [details for claim in waiting if (details := _details(claim))]
            waiting.clear()
        return "\n".join(parts) + "\n"

    def record(self) -> dict[str, Any]:
        """The prose as plain data: its claims, and its blocks with every sentence's identifier and claim."""
        return {
            "schema": 1,
            "claims": [claim.as_record() for claim in self.claims],
            "blocks": [
                {
                    "style": block.style,
                    "fixed": plain(block.fixed),
                    "mark": block.mark,
                    "sentences": [
                        {"id": f"s-{t.claim.id}-{number}", "claim": t.claim.id, "text": plain(sentence)}
                        for t in block.tellings
                        for number, sentence in enumerate(t.sentences, start=1)
                    ],
                }
                for block in self.blocks
            ],
        }

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        return {"text/html": self.html(), "text/plain": str(self), CLAIMS_KIND: self.record()}


_CODE = re.compile(r"`([^`]+)`")
_NAMED = re.compile(r"\bindicator \d+")


def plain(text: str) -> str:
    """The text without marks: a name that is set as code is its letters."""
    return _CODE.sub(r"\1", text)


def _inline(text: str) -> str:
    return _CODE.sub(r"<code>\1</code>", escape(text, quote=False))


def _linked(html: str, claims: Iterator[str]) -> str:
    """Link each indicator that a summary names, in order, to the first sentence of the claim that it rests on."""

    def link(match: re.Match[str]) -> str:
        claim = next(claims, None)
        return f'<a href="#s-{claim}-1">{match[0]}</a>' if claim else match[0]

    return _NAMED.sub(link, html)


# The figures behind a sentence -----------------------------------------------------------------------------------


def _shown(value: float | None, unit: str) -> str:
    if value is None:
        return "none"
    name, _, decimals = unit.partition(".")
    spec = f".{decimals}f" if decimals else _SHOWN.get(name, ",.0f" if float(value).is_integer() else ".2f")
    if name == "year":
        spec = ".0f"
    return format_number(value, spec) + _AFTER.get(name, "")


def _estimate(row: Mapping[str, Any], unit: str) -> str:
    text = _shown(row["estimate"], unit)
    if row["low"] is None and row["high"] is None:
        return text
    limits = [_shown(row[name], unit) if row[name] is not None else "no limit" for name in ("low", "high")]
    return f"{text}; interval {limits[0]} to {limits[1]}"


def figures_of(claim: Claim) -> list[tuple[str, str]]:
    """What a reader may check a claim by: names and texts. Empty where the claim holds no figure."""
    if claim.kind in ("note", "summary"):
        return []
    unit = claim.units.get("estimate", "")
    rows: list[tuple[str, str]] = []
    if claim.estimate is not None or claim.low is not None or claim.high is not None:
        if unit != "rating":
            rows.append(
                ("Estimate", _estimate({"estimate": claim.estimate, "low": claim.low, "high": claim.high}, unit))
            )
        if claim.no_interval:
            rows.append(("No interval", f"because {claim.no_interval}"))
    rows += [
        (upper_first(name.replace("_", " ")), _shown(value, claim.units.get(name, "")))
        for name, value in sorted(claim.values.items())
        if not name.startswith("gap") and name != "year"
    ]
    if claim.n:
        rows.append(("Number", "; ".join(f"{n:,} ({name})" for name, n in sorted(claim.n.items()))))
    if claim.method:
        rows.append(("Method", claim.method))
    if claim.kind != "missing" and unit != "rating":
        rows += [
            (upper_first(place(b)), f"{_estimate(b, unit)}; trusts: {b['n_trusts']:,}")
            for b in claim.beside
            if b["estimate"] is not None
        ]
    if claim.source_cells:
        more = len(claim.source_cells) - _MANY_CELLS
        cells = "; ".join(claim.source_cells[:_MANY_CELLS]) + (f"; and {more:,} more" if more > 0 else "")
        rows.append(("Read from", cells))
    return rows


def _details(claim: Claim) -> str:
    """The figures as HTML that opens by mouse and keyboard; blank where the claim holds none."""
    rows = "".join(
        f"<dt>{escape(name, quote=False)}</dt>\n<dd>{escape(text, quote=False)}</dd>\n"
        for name, text in figures_of(claim)
    )
    if not rows:
        return ""
    about = claim.id
    return (
        f'<details class="figures" id="f-{about}">\n<summary>Figures '
        f'<span class="visually-hidden">behind the sentences on {escape(about.replace("-", " "))}</span></summary>\n'
        f"<dl>\n{rows}</dl>\n</details>"
    )
