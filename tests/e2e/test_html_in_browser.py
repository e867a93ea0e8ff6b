"""The pages in a real browser: wide and narrow, by keyboard, from the disk, on paper.

Chromium is driven through its own protocol over a web socket, which JupyterLab's dependencies bring.
"""

from __future__ import annotations

import base64
import contextlib
import json
import re
import shutil
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from demo_notebook import executed_demo, request
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

from wres_analysis.charts.tables import table
from wres_analysis.reports import site as pages
from wres_analysis.reports.export import Page, to_html
from wres_analysis.reports.run import ReportResult
from wres_analysis.standards import load_standard

websocket = pytest.importorskip("websocket", reason="websocket-client is not installed")

pytestmark = pytest.mark.e2e

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "msedge"))), None)
WIDE, NARROW = 1280, 390
PAGES = ("trust-X01.html", "trust-X99.html", "index.html")


class Browser:
    """A headless Chromium with one tab. ``events`` holds what it told since the last page was opened."""

    def __init__(self, program: str, profile: Path) -> None:
        options = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
        port = ["--remote-debugging-port=0", "--remote-allow-origins=*", f"--user-data-dir={profile}"]
        self.process = subprocess.Popen(
            [program, *options, *port, "about:blank"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )
        assert self.process.stderr is not None
        found = next(filter(None, (re.search(r"ws://127\.0\.0\.1:(\d+)/", line) for line in self.process.stderr)))
        with urllib.request.urlopen(f"http://127.0.0.1:{found[1]}/json", timeout=30) as answer:
            tab = next(target for target in json.load(answer) if target["type"] == "page")
        self.socket = websocket.create_connection(tab["webSocketDebuggerUrl"], timeout=60)
        self.sent = 0
        self.events: list[dict[str, Any]] = []
        for domain in ("Page", "Runtime", "Log", "Network"):
            self(f"{domain}.enable")

    def __call__(self, method: str, **params: Any) -> dict[str, Any]:
        self.sent += 1
        self.socket.send(json.dumps({"id": self.sent, "method": method, "params": params}))
        while True:
            message = json.loads(self.socket.recv())
            if message.get("id") == self.sent:
                assert "error" not in message, message
                return message["result"]
            self.events.append(message)

    def open(self, path: Path, width: int) -> None:
        self("Emulation.setDeviceMetricsOverride", width=width, height=800, deviceScaleFactor=1, mobile=width < 600)
        self.events.clear()
        self("Page.navigate", url=path.as_uri())
        while not any(event["method"] == "Page.loadEventFired" for event in self.events):
            self.events.append(json.loads(self.socket.recv()))

    def js(self, expression: str) -> Any:
        result = self("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in result, result
        return result["result"].get("value")

    def press(self, key: str, text: str = "") -> None:
        codes = {"Tab": 9, "Enter": 13, "ArrowRight": 39}
        about = {"key": key, "code": key, "windowsVirtualKeyCode": codes[key], "nativeVirtualKeyCode": codes[key]}
        self("Input.dispatchKeyEvent", type="keyDown" if text else "rawKeyDown", text=text, **about)
        self("Input.dispatchKeyEvent", type="keyUp", **about)

    def close(self) -> None:
        with contextlib.suppress(Exception):
            self("Browser.close")
        self.socket.close()
        try:
            self.process.wait(timeout=20)
        finally:
            self.process.kill()
            self.process.wait()
            assert self.process.stderr is not None
            self.process.stderr.close()


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no Chromium is installed")
    browser = Browser(CHROMIUM, tmp_path_factory.mktemp("profile"))
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a site of three reports, one of them failed, without running a kernel."""
    folder = tmp_path_factory.mktemp("site")
    numbers = pd.DataFrame({f"A rather long heading {n}": [f"r{r}c{n}" for r in range(120)] for n in range(9)})
    shown = table(numbers, caption="A table that is wider than a telephone and longer than a page")
    hidden = table(pd.DataFrame({"Name": ["Folded-away"]}), caption="Hidden", folded=True)
    nb = executed_demo()
    outputs = [
        new_output("display_data", {"text/html": each._repr_html_(), "text/plain": str(each)})
        for each in (shown, hidden)
    ]
    nb.cells += [
        new_markdown_cell("## A long table", id="long-1"),
        new_code_cell("x", id="long-2", execution_count=9, outputs=outputs),
        new_markdown_cell(
            "## Links\n\n[Elsewhere](index.html) and `code/that/is/long" + "/and/longer" * 20 + "`", id="l3"
        ),
    ]
    reports = []
    for code, name in (("X01", "Northmoor & Dale"), ("X02", "Southwold <Community>"), ("X99", "Áth Cliath")):
        asked = request(folder, code)
        error = pages.ReportError("In cell 4.", "LookupError: no trust", "trace" * 100) if code == "X99" else None
        page = f"trust-{code}.html"
        if error:
            pages.write_error_page(folder, asked, error, "", "f00d")
        else:
            about = Page(asked.title, name, "index.html", "", "f00d" * 16)
            (folder / page).write_bytes(to_html(nb, about).encode("utf-8"))
        reports.append(ReportResult(asked, page, "", "", error=error))
    priorities = [{"kind": "priority", "measure": "ind6"}, {"kind": "gap", "measure": "ind5"}]
    (folder / "trust-X02.claims.json").write_text(json.dumps({"claims": priorities}), encoding="utf-8")
    installed = {"python": "3.11.7", "platform": "linux x86_64", "packages": {"pandas": "3.1.1"}}
    made_from = pages.MadeFrom("b" * 64, installed, ({"name": "a.csv", "sha256": "c" * 64},), {}, ("html",))
    pages.write_site(
        folder, reports, title="Workforce race equality reports", data_hash="f00d" * 16, made_from=made_from
    )
    return folder


@pytest.mark.parametrize("width", [WIDE, NARROW])
@pytest.mark.parametrize("name", PAGES)
def test_page_is_quiet_loads_nothing_and_does_not_scroll_sideways(browser, site, name, width):
    browser.open(site / name, width)
    assert browser.js("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
    loud = ("Log.entryAdded", "Runtime.exceptionThrown", "Runtime.consoleAPICalled")
    told = [event for event in browser.events if event["method"] in loud]
    assert told == []
    asked = [e["params"]["request"]["url"] for e in browser.events if e["method"] == "Network.requestWillBeSent"]
    assert [url for url in asked if not url.startswith("data:")] == [(site / name).as_uri()]


#: Every text with less than the contrast that WCAG 2.2 AA asks for, with the ratio found.
CONTRAST = """
(() => {
  const parse = c => c.match(/[\\d.]+/g).map(Number);
  const lum = ([r, g, b]) => [r, g, b].map(v => v / 255)
    .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = e => { for (; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor);
    if (c.length < 4 || c[3] > 0) return c; } return [255, 255, 255]; };
  const low = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  let seen = 0;
  while (texts.nextNode()) {
    const e = texts.currentNode.parentElement;
    if (!texts.currentNode.data.trim() || e.closest("script, style")) continue;
    const [a, b] = [lum(parse(getComputedStyle(e).color)), lum(ground(e))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    seen += 1;
    if (ratio < 4.5) low.push([texts.currentNode.data.trim().slice(0, 40), ratio]);
  }
  return [seen, low];
})()"""


@pytest.mark.parametrize("name", PAGES)
def test_every_text_has_enough_contrast(browser, site, name):
    browser.open(site / name, WIDE)
    seen, low = browser.js(CONTRAST)
    assert seen > 10
    assert low == []


def test_wide_table_scrolls_in_its_own_region_by_keyboard(browser, site):
    browser.open(site / "trust-X01.html", NARROW)
    browser.js(
        "window.region = [...document.querySelectorAll('.table')].find(r => r.scrollWidth > r.clientWidth + 200)"
    )
    browser.js("region.focus(); region.scrollIntoView()")
    assert browser.js("document.activeElement === region")
    for _ in range(3):
        browser.press("ArrowRight")
    moved = "new Promise(done => setTimeout(() => done(region.scrollLeft), 500))"
    result = browser("Runtime.evaluate", expression=moved, awaitPromise=True)
    assert result["result"]["value"] > 0
    caption = browser.js("(r => [r.left, r.right])(region.querySelector('caption span').getBoundingClientRect())")
    assert caption[0] >= 0 and caption[1] <= NARROW


def test_figure_fits_a_telephone(browser, site):
    browser.open(site / "trust-X01.html", NARROW)
    assert browser.js("document.querySelector('figure img').getBoundingClientRect().right") <= NARROW
    assert browser.js("document.querySelector('figure img').naturalWidth") == 960


def test_first_tab_stop_skips_to_the_content(browser, site):
    browser.open(site / "trust-X01.html", WIDE)
    browser.press("Tab")
    assert browser.js("document.activeElement.textContent") == "Skip to main content"
    assert browser.js("document.activeElement.getBoundingClientRect().left") >= 0
    browser.press("Enter", "\r")
    assert browser.js("location.hash") == "#main"


def shown(browser: Browser) -> list[str]:
    return browser.js("[...document.querySelectorAll('tbody tr:not([hidden]) th')].map(e => e.textContent)")


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("southw", ["Southwold <Community>"]),
        ("X01 north", ["Northmoor & Dale"]),
        ("NORTH WEST", ["Northmoor & Dale", "Southwold <Community>", "X99"]),
        ("nothing like it", []),
    ],
)
def test_index_is_searched_from_the_disk(browser, site, words, found):
    browser.open(site / "index.html", WIDE)
    browser.js("document.getElementById('search').focus()")
    browser("Input.insertText", text=words)
    assert shown(browser) == found
    assert browser.js("document.getElementById('shown').textContent") == f"{len(found)} of 3 shown"
    assert browser.js("document.querySelector('[role=status]').id") == "shown"


def test_index_is_sorted_by_keyboard(browser, site):
    browser.open(site / "index.html", WIDE)
    names = shown(browser)
    browser.js("document.getElementById('search').focus()")
    browser.press("Tab")
    browser.press("Tab")
    assert browser.js("document.activeElement.textContent") == "Report"
    browser.press("Enter", "\r")
    assert shown(browser) == sorted(names)
    assert browser.js("document.querySelector('th').getAttribute('aria-sort')") == "ascending"
    browser.press("Enter", "\r")
    assert shown(browser) == sorted(names, reverse=True)
    assert browser.js("document.querySelectorAll('[aria-sort]').length") == 1


def test_every_heading_of_the_index_sorts_and_search_and_sort_go_together(browser, site):
    browser.open(site / "index.html", WIDE)
    headings = browser.js("[...document.querySelectorAll('thead button')].map(e => e.textContent)")
    assert headings == ["Report", "Code", "Region", "Status", "Priorities"]
    for number in range(len(headings)):
        cells = f"[...document.querySelectorAll('tbody tr')].map(row => row.cells[{number}].textContent)"
        browser.js(f"document.querySelectorAll('thead button')[{number}].click()")
        down = browser.js(cells)
        browser.js(f"document.querySelectorAll('thead button')[{number}].click()")
        up = browser.js(cells)
        assert sorted(down) == sorted(up)
        order = "(texts => texts.every((text, i) => !i || texts[i - 1].localeCompare(text, 'en-GB') <= 0))"
        assert browser.js(f"{order}({json.dumps(down)})") and browser.js(f"{order}({json.dumps(up[::-1])})")
        sorted_by = "[...document.querySelectorAll('thead th')].findIndex(e => e.hasAttribute('aria-sort'))"
        assert browser.js(sorted_by) == number
    browser.js("document.getElementById('search').focus()")
    browser("Input.insertText", text="made x0")
    browser.js("document.querySelectorAll('thead button')[1].click()")
    assert shown(browser) == ["Northmoor & Dale", "Southwold <Community>"]
    browser.js("document.querySelectorAll('thead button')[1].click()")
    assert shown(browser) == ["Southwold <Community>", "Northmoor & Dale"]


def test_index_is_labelled_for_those_who_do_not_see_it(browser, site):
    browser.open(site / "index.html", NARROW)
    assert browser.js("document.querySelector('label[for=search]').control.id") == "search"
    assert browser.js("document.documentElement.lang") == "en-GB"
    tree = browser("Accessibility.getFullAXTree")["nodes"]
    named = {(n.get("role", {}).get("value"), n.get("name", {}).get("value")) for n in tree if not n.get("ignored")}
    expected = {
        ("searchbox", "Search by name, code or region"), ("region", "Reports"), ("button", "Status"),
        ("rowheader", "Southwold <Community>"), ("heading", "How these reports were made"),
    }  # fmt: skip
    assert expected <= named
    unnamed = [n for n in tree if n.get("role", {}).get("value") in ("button", "link", "searchbox")]
    assert [n for n in unnamed if not n.get("ignored") and not n["name"]["value"].strip()] == []


def test_index_says_priorities_and_what_the_reports_were_made_from(browser, site):
    browser.open(site / "index.html", WIDE)
    rows = browser.js("[...document.querySelectorAll('tbody tr')].map(row => row.cells[4].textContent)")
    title = load_standard().indicators["ind6"].title
    assert rows == ["", title, ""]
    terms = browser.js(
        "[...document.querySelectorAll('dt')].map(e => [e.textContent, e.nextElementSibling.textContent])"
    )
    told = dict(terms)
    assert told["Notebooks"] == "demo (3)"
    assert told["Kit"].endswith("source bbbbbbbbbbbb")
    assert told["Environment"] == "Python 3.11.7, packages: 1"
    assert told["Data"].startswith("published files: 1,")


def test_page_prints_on_a4_with_no_cut_table(browser, site, tmp_path):
    browser.open(site / "trust-X01.html", WIDE)
    pdf = base64.b64decode(browser("Page.printToPDF", preferCSSPageSize=True)["data"])
    sizes = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", pdf)
    assert {(round(float(w)), round(float(h))) for w, h in sizes} == {(595, 842)}
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not installed: what is on each page was not read")
    (tmp_path / "page.pdf").write_bytes(pdf)
    text = subprocess.run(
        ["pdftotext", "-layout", str(tmp_path / "page.pdf"), "-"], capture_output=True, text=True, check=True
    ).stdout
    sheets = text.split("\f")
    assert "Folded-away" in text
    assert "Show the table" not in text
    last_column = [re.findall(r"r(\d+)c8\b", sheet) for sheet in sheets]
    assert [int(row) for rows in last_column for row in rows] == list(range(120))
    with_rows = [sheet for sheet, rows in zip(sheets, last_column, strict=True) if rows]
    assert len(with_rows) > 1
    assert all(re.search(r"heading 8|\b8$", sheet, re.MULTILINE) for sheet in with_rows), "repeat the headings"
