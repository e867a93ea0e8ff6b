"""Make the documents and pictures that are made from code: ``python docs/generate.py``.

The data dictionary and the list of readers are compared with the code by a test. The pictures need the real
files (``WRES_REAL_DATA``) and, for the page, Chromium; what is missing is left as it is, and said.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from wres_analysis.panel.annual import VALUE_COLUMNS
from wres_analysis.panel.quality import RULES
from wres_analysis.sources.mapping import shipped_mappings
from wres_analysis.sources.observations import COLUMNS, STATUSES
from wres_analysis.sources.registry import READERS
from wres_analysis.standards import load_outcomes, load_standard

DOCS = Path(__file__).resolve().parent


def data_dictionary() -> str:
    """Return the data dictionary, from the schemas and the standards."""
    standard, outcomes = load_standard(), load_outcomes()
    lines = [
        "# Data dictionary",
        "",
        "Made by `docs/generate.py` from the code: change the code, not this page.",
        "",
        "## Observations",
        "",
        "| column | type |",
        "|---|---|",
        *(f"| `{name}` | {dtype} |" for name, dtype in COLUMNS.items()),
        "",
        f"`status` is one of {', '.join(f'`{s}`' for s in STATUSES)}.",
        "",
        "## Annual values",
        "",
        "| column | type |",
        "|---|---|",
        *(f"| `{name}` | {dtype} |" for name, dtype in VALUE_COLUMNS.items()),
        "",
        "## Indicators",
        "",
        "| key | number | wording | formula | clock |",
        "|---|---|---|---|---|",
        *(f"| `{i.key}` | {i.number} | {i.wording} | {i.formula} | {i.clock} |" for i in standard.indicators.values()),
        "",
        "Panel columns: `indN.white`, `indN.bme` (percent), `indN.gap` (BME minus White, points), `indN.ratio`, "
        "`indN.log_ratio`, `indN.difference` (indicator 9), `indN.disadvantage` (positive is worse for BME staff), "
        "and beside each group "
        "`.numerator`, `.denominator`, `.base`.",
        "",
        "## Outcomes and other measures",
        "",
        "| key | role | what | unit | better | dated by | publisher |",
        "|---|---|---|---|---|---|---|",
        *(
            f"| `{m.key}` | {m.role} | {m.label} | {m.unit} | {m.better} | {m.clock.replace('_', ' ')} "
            f"| {m.publisher} |"
            for m in outcomes.measures.values()
        ),
        "",
        "## Quality rules",
        "",
        "| rule | what it looks for |",
        "|---|---|",
        *(f"| `{rule}` | {what} |" for rule, what in RULES.items()),
        "",
    ]
    return "\n".join(lines)


def readers() -> str:
    """Return the list of readers and shipped mappings."""
    lines = [
        "# Readers",
        "",
        "Made by `docs/generate.py` from the code: change the code, not this page. *Not yet verified* means that the "
        "reader was written from a description of the layout, because no published file with values was at hand. If "
        "you have one, load it, compare a few cells, and say so.",
        "",
        "| reader | publication | publisher | checked against a published file |",
        "|---|---|---|---|",
        *(
            f"| `{r.key}` | {r.title} | {r.publisher} | {'yes' if r.verified else '**not yet verified**'} |"
            for r in READERS
        ),
        "",
        "## Shipped mappings",
        "",
        "| mapping | what | checked |",
        "|---|---|---|",
        *(f"| `{m.origin}` | {m.title} | {m.checked} |" for m in shipped_mappings()),
        "",
    ]
    return "\n".join(lines)


#: Page -> what makes it.
PAGES = {"data-dictionary.md": data_dictionary, "readers.md": readers}


def real_figure(folder: Path) -> bytes:
    """Draw the gaps of one real trust, for the README."""
    from wres_analysis.charts import style
    from wres_analysis.charts import trust as pictures
    from wres_analysis.charts.figure import picture
    from wres_analysis.narrative.trust_report import TrustReport
    from wres_analysis.panel.store import open_panel
    from wres_analysis.profiles.trust import trust_profile

    style.use()
    report = TrustReport(trust_profile(open_panel(folder), "R0A"))
    fig = pictures.dot_intervals(
        report.drawn("gap"),
        parity=0,
        xlabel="Gap, percentage points",
        better="better for ethnic minority staff",
        worse="worse",
    )
    return picture(fig)


def screenshot(chromium: str) -> bytes:
    """Write a report on the sample and photograph its first screen."""
    with tempfile.TemporaryDirectory() as work:
        site, image = Path(work, "site"), Path(work, "page.png")
        command = [sys.executable, "-m", "wres_analysis", "report", "--data", str(DOCS.parent / "data" / "sample")]
        subprocess.run([*command, "--trust", "RZ3", "--out", str(site)], check=True, capture_output=True)
        options = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-background-networking",
            "--hide-scrollbars",
        ]
        subprocess.run(
            [chromium, *options, f"--user-data-dir={work}/profile", "--window-size=1280,1500", f"--screenshot={image}",
             (site / "trust-RZ3.html").as_uri()],
            check=True, capture_output=True,
        )  # fmt: skip
        return image.read_bytes()


def main() -> None:
    """Write every generated page and picture that can be made here."""
    for name, make in PAGES.items():
        (DOCS / name).write_text(make(), encoding="utf-8")
        print(f"docs/{name}")
    images = DOCS / "images"
    images.mkdir(exist_ok=True)
    real = os.environ.get("WRES_REAL_DATA")
    if real:
        (images / "r0a-gaps.png").write_bytes(real_figure(Path(real)))
        print("docs/images/r0a-gaps.png")
    else:
        print("docs/images/r0a-gaps.png left as it is: WRES_REAL_DATA does not name the published files")
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium:
        (images / "report.png").write_bytes(screenshot(chromium))
        print("docs/images/report.png")
    else:
        print("docs/images/report.png left as it is: there is no Chromium here")


if __name__ == "__main__":
    main()
