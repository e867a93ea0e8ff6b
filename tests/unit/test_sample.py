"""The sample against itself, against the published layouts and levels, and against the truth that it says it holds."""

from __future__ import annotations

import calendar
import csv
import datetime as dt
import hashlib
import io
import itertools
import re
import tomllib
import zlib
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import python_calamine as calamine
import statsmodels.api as sm
import xlsxwriter

from wres_analysis.errors import RequestError
from wres_analysis.resources import share
from wres_analysis.sample import DEFAULT_SEED, make_documents, write_sample
from wres_analysis.sample.latent import EFFECTS, make_latent
from wres_analysis.sample.places import LARGEST, REGIONS, register
from wres_analysis.sample.planted import DEFAULT_RULES, RULES

pytestmark = pytest.mark.unit

#: What the committed files were made with; other versions may pack the same cells into other bytes.
MADE_WITH = ("3.3.1", "1.2.13")
COMMITTED = share("data", "sample")


# Reading with no help of the kit's own readers -------------------------------------------------------------


def sheet(path: Path, name: str) -> list[list[Any]]:
    rows: list[list[Any]] = calamine.load_workbook(str(path)).get_sheet_by_name(name).to_python(skip_empty_area=False)
    return rows


def table(path: Path) -> list[list[str]]:
    return list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))


def cells_of(path: Path) -> dict[str, list[list[Any]]]:
    """Every cell of a file, by sheet."""
    if path.suffix not in (".xlsx", ".ods"):
        return {"": [[path.read_bytes()]]}
    book = calamine.load_workbook(str(path))
    return {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}


def files_of(folder: Path) -> dict[str, Path]:
    return {p.relative_to(folder).as_posix(): p for p in sorted(folder.rglob("*")) if p.is_file()}


def digests(folder: Path) -> dict[str, str]:
    return {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in files_of(folder).items()}


def column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - 64
    return number - 1


def at(rows: list[list[Any]], address: str) -> Any:
    match = re.fullmatch(r"([A-Z]+)(\d+)", address)
    assert match, address
    return rows[int(match[2]) - 1][column(match[1])]


@pytest.fixture(scope="module")
def truth() -> dict[str, Any]:
    return tomllib.loads((COMMITTED / "truth.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("sample")  # it exists and is empty
    write_sample(out)
    return out


# The same again ----------------------------------------------------------------------------------------------


def test_committed_sample_is_what_the_generator_writes(made: Path) -> None:
    committed, again = files_of(COMMITTED), files_of(made)
    assert set(committed) == set(again)
    for name in committed:
        assert cells_of(committed[name]) == cells_of(again[name]), name


@pytest.mark.skipif(
    (xlsxwriter.__version__, zlib.ZLIB_RUNTIME_VERSION) != MADE_WITH,
    reason=f"the committed files were packed by XlsxWriter and zlib {MADE_WITH}",
)
def test_same_seed_same_bytes(made: Path) -> None:
    assert digests(COMMITTED) == digests(made)


def test_another_seed_changes_every_drawn_file() -> None:
    one, _ = make_documents(14, 2021, 2024, 7)
    other, _ = make_documents(14, 2021, 2024, 8)
    assert set(one) == set(other)
    same = {name for name in one if one[name] == other[name]}
    assert same == {"organisations/etr.csv", "organisations/succ.csv"}


def test_a_file_does_not_depend_on_the_others() -> None:
    """Planting other errors leaves every file alone in which they are not."""
    one, truth = make_documents(14, 2021, 2024, 7)
    clean, _ = make_documents(14, 2021, 2024, 7, errors=("placeholder",))
    changed = {name for name in one if one[name] != clean[name]}
    assert changed == {e["file"] for e in tomllib.loads(truth)["error"] if e["rule"] != "placeholder"}


def test_size_and_coverage(truth: dict[str, Any]) -> None:
    sizes = {name: path.stat().st_size for name, path in files_of(COMMITTED).items()}
    assert sum(sizes.values()) < 6_000_000
    folders = Counter(name.split("/")[0] for name in sizes if "/" in name)
    # Two benchmark editions and three detailed; twelve months of the tool, five current years, back series, Table 4;
    # eleven years of two accounts workbooks; 72 months, three old, three of A&E; four editions; nine years.
    assert folders == {
        "staff-survey": 5,
        "sickness": 19,
        "finance": 22,
        "patient": 78,
        "cqc": 4,
        "organisations": 2,
        "wres": 9,
        "workforce": 2,
    }
    assert truth["sample"]["seed"] == DEFAULT_SEED


# Fictional ---------------------------------------------------------------------------------------------------


def test_regions_kinds_and_names() -> None:
    trusts = register(42)
    assert Counter(trust.region.name for trust in trusts) == {region.name: 6 for region in REGIONS}
    assert Counter(trust.kind.key for trust in trusts) == {
        "acute": 25,
        "mental": 7,
        "community": 4,
        "ambulance": 3,
        "specialist": 3,
    }
    many = register(LARGEST)
    assert len({t.code for t in many}) == len({t.name for t in many}) == LARGEST
    assert min(t.staff for t in trusts) == 600 and max(t.staff for t in trusts) > 14_000


def test_requests_that_cannot_be_met(tmp_path: Path) -> None:
    (tmp_path / "used").mkdir()
    (tmp_path / "used" / "mine.txt").write_text("keep me")
    with pytest.raises(RequestError, match="not empty"):
        write_sample(tmp_path / "used")
    with pytest.raises(RequestError, match="14 to 300"):
        write_sample(tmp_path / "few", trusts=3)
    with pytest.raises(RequestError, match="at least 4 years"):
        write_sample(tmp_path / "short", first_year=2023, last_year=2024)
    with pytest.raises(ValueError, match="cannot be planted: no_such_rule"):
        write_sample(tmp_path / "odd", trusts=14, errors=("no_such_rule",))
    assert [p.name for p in tmp_path.iterdir()] == ["used"]
    assert [p.name for p in (tmp_path / "used").iterdir()] == ["mine.txt"]


# The planted errors ------------------------------------------------------------------------------------------


def test_one_error_of_each_kind(truth: dict[str, Any]) -> None:
    assert [error["rule"] for error in truth["error"]] == list(DEFAULT_RULES)
    assert set(RULES) - set(DEFAULT_RULES) == {entry["rule"] for entry in truth["not_planted"]} == {"national_change"}
    places = [(error["org_code"], error["year"]) for error in truth["error"]]
    assert len(set(places)) == len(places)


def test_every_error_is_in_its_cell(truth: dict[str, Any]) -> None:
    seen = {}
    for error in truth["error"]:
        path = COMMITTED / error["file"]
        rows = table(path) if path.suffix == ".csv" else sheet(path, error["sheet"])
        seen[error["rule"]] = [at(rows, address) for address in error["cell"].split(",")]
        row = rows[int(re.sub("[A-Z]", "", error["cell"].split(",")[0])) - 1]
        if error["rule"] == "placeholder":  # accounts carry names, not codes
            names = {t.code: t.name for t in register(42)}
            assert row[0].strip() == names[error["org_code"]]
        else:
            assert error["org_code"] in row
    assert re.fullmatch(r"\d\.\d\d%", seen["unit_error"][0])
    assert seen["implausible_ratio"] == [17.16]
    assert 0.4 < seen["direction_error"][0] < 0.7
    assert isinstance(seen["text_in_number"][0], str) and not seen["text_in_number"][0].isdigit()
    assert len(set(seen["duplicate_organisation"])) == 1 and len(seen["duplicate_organisation"]) == 2
    assert seen["unknown_code"][0] not in truth["sample"]["codes"]
    assert seen["bad_year"] == [202]
    assert seen["placeholder"] == [0.01]
    (
        white_7,
        bme_7,
        white_base,
        bme_base,
        *_,
    ) = seen["group_swap"]
    assert bme_7 > white_7 and bme_base > white_base  # the larger group stands under BME


def printed_ratios() -> list[tuple[str, int, int, list[Any]]]:
    out = []
    for year in range(2017, 2026):
        for row in sheet(COMMITTED / f"wres/WRES-submissions-{year}.xlsx", "Indicators 2-4")[3:]:
            out.append((str(row[0]), year, int(row[3]), row[4:]))
    return out


def test_only_planted_ratios_contradict_their_counts(truth: dict[str, Any]) -> None:
    wrong = set()
    for code, year, indicator, (white_pool, white, bme_pool, bme, _, _, ratio) in printed_ratios():
        if ratio == "":
            continue
        rates = white / white_pool, bme / bme_pool
        counted = rates[1] / rates[0] if indicator == 3 else rates[0] / rates[1]
        if not isinstance(ratio, float) or abs(ratio - counted) > 0.005001 or not 0.2 <= ratio <= 6:
            wrong.add((code, year))
    planted = {"unit_error", "implausible_ratio", "direction_error", "parts_contradict_ratio"}
    assert wrong == {(e["org_code"], e["year"]) for e in truth["error"] if e["rule"] in planted}


BENCHMARKS = {2020: "2016-2020", 2024: "2020-2024"}
TRUST_SHEETS = (
    "Acute&Acute Community Trusts",
    "Acute Specialist Trusts",
    "MH&LD, MH, LD&Community Trusts",
    "Community Trusts",
    "Ambulance Trusts",
)


def benchmark(edition: int) -> dict[str, dict[str, Any]]:
    """Organisation -> heading -> cell, of the five sheets of trusts."""
    path = COMMITTED / f"staff-survey/Benchmark-report-Excel-data-for-{BENCHMARKS[edition]}.xlsx"
    out = {}
    for name in TRUST_SHEETS:
        header, *rows = sheet(path, name)
        out.update({row[0]: dict(zip(header, row, strict=True)) for row in rows})
    return out


def test_only_the_planted_trust_has_its_groups_swapped(truth: dict[str, Any]) -> None:
    swapped = set()
    for edition in BENCHMARKS:
        for code, cells in benchmark(edition).items():
            for year in range(edition - 4, edition + 1):
                white, bme = ([cells[f"{s}_eth_summary_{d}_{year}"] for s in ("equal", "q16b")] for d in (1, 2))
                if "" not in (*white, *bme) and bme[0] >= white[0] and bme[1] <= white[1]:
                    swapped.add((code, year + 1))
    (error,) = (e for e in truth["error"] if e["rule"] == "group_swap")
    assert swapped == {(error["org_code"], error["year"])}


def test_national_change_is_planted_when_asked_for() -> None:
    documents, truth = make_documents(14, 2017, 2021, 7, errors=("national_change",))
    header, *rows = documents["staff-survey/Benchmark-report-Excel-data-for-2016-2020.xlsx"].sheets[TRUST_SHEETS[0]]
    means = [
        np.mean([row[header.index(f"har_from_staff_eth_summary_1_{y}")] for row in rows]) for y in range(2016, 2021)
    ]
    assert (np.abs(np.diff(means)) > 0.12).tolist() == [False, True, True, False]
    assert [error["rule"] for error in tomllib.loads(truth)["error"]] == ["national_change"]


# Publications agree with each other --------------------------------------------------------------------------


def test_percentages_are_exact_fractions_of_their_counts_and_small_bases_are_blank() -> None:
    blanks = 0
    for edition in BENCHMARKS:
        for cells in benchmark(edition).values():
            for stem, digit, year in itertools.product(
                ("har_from_pat", "har_from_staff", "equal", "q16b"), (1, 2), range(edition - 4, edition + 1)
            ):
                share_cell, base = (
                    cells[f"{stem}_eth_summary_{digit}_{year}"],
                    cells[f"{stem}_eth_summary_n_{digit}_{year}"],
                )
                if share_cell == "":
                    assert base == ""
                    blanks += 1
                    continue
                assert base >= 11
                assert abs(share_cell * base - round(share_cell * base)) < 1e-9
    assert blanks > 10


def test_vintages_differ_where_the_base_of_indicator_7_does() -> None:
    old, new = benchmark(2020), benchmark(2024)
    both = [code for code in old if code in new and new[code]["equal_eth_summary_1_2020"] != ""]
    drop = [100 * (old[c]["equal_eth_summary_1_2020"] - new[c]["equal_eth_summary_1_2020"]) for c in both]
    assert 22 < np.mean(drop) < 30  # "about 25 points"
    assert all(old[c]["q16b_eth_summary_1_2020"] == new[c]["q16b_eth_summary_1_2020"] for c in both)
    score = [abs(old[c]["theme_engagement_2020"] - new[c]["theme_engagement_2020"]) for c in both]
    assert 0 < np.mean(score) < 0.02  # weighted again in each edition


def questions(path: Path, name: str) -> tuple[list[str], list[str], list[list[Any]]]:
    rows = sheet(path, name)
    asked, current = [], ""
    for cell in rows[0]:
        current = cell or current
        asked.append(str(current))
    return asked, [str(cell) for cell in rows[4]], rows[5:]


def test_all_staff_rates_lie_between_the_groups() -> None:
    path = COMMITTED / "staff-survey/NSS24 detailed spreadsheets organisational results.xlsx"
    groups = benchmark(2024)
    checked = 0
    for name, number, option, stem in (
        ("HEALTH WELLBEING SAFETY Q13-14", "Q14a", "% Never", "har_from_pat"),
        ("HEALTH WELLBEING SAFETY Q15-17", "Q15 ", "% Yes", "equal"),
        ("HEALTH WELLBEING SAFETY Q15-17", "Q16b", "% Yes", "q16b"),
    ):
        asked, header, rows = questions(path, name)
        index = next(
            i for i, (q, h) in enumerate(zip(asked, header, strict=True)) if q.startswith(number) and h == option
        )
        for row in rows:
            if row[0] not in groups:
                continue
            rate = 100 - row[index] if option == "% Never" else row[index]
            pair = [groups[row[0]][f"{stem}_eth_summary_{digit}_2024"] for digit in (1, 2)]
            if "" not in pair:
                assert 100 * min(pair) - 1e-9 <= rate <= 100 * max(pair) + 1e-9
                checked += 1
    assert checked > 115


def test_engagement_is_the_same_in_both_publications() -> None:
    path = COMMITTED / "staff-survey/NSS24 detailed spreadsheets organisational results.xlsx"
    _, header, rows = questions(path, "THEMES")
    scores = {row[0]: row[header.index("Staff Engagement - score")] for row in rows}
    for code, cells in benchmark(2024).items():
        assert cells["theme_engagement_2024"] == scores[code]
    for row in rows:  # motivation, involvement and advocacy average to the score
        assert np.isclose(np.mean([row[8], row[10], row[12]]), row[6], atol=1e-8)


def sickness_files() -> dict[str, dict[tuple[str, str], list[str]]]:
    """Product -> (organisation, month as YYYY-MM) -> lost, available, rate; all staff."""
    out: dict[str, dict[tuple[str, str], list[str]]] = {"back": {}, "current": {}, "tool": {}}
    months = {month.upper(): number for number, month in enumerate(calendar.month_abbr)}
    for path in sorted((COMMITTED / "sickness").glob("*.csv")):
        header, *rows = table(path)
        for row in rows:
            if row == header:
                continue
            if header[0] == "Date":
                key = (row[3], f"{row[0][:4]}-{months[row[0][5:]]:02d}")
                out["back"][key] = row[6:9]
            elif header[5] == "ORG_TYPE":
                out["current"][row[3], f"{row[0][6:]}-{row[0][3:5]}"] = row[6:9]
            elif row[9] == "All staff groups":
                out["tool"][row[5], f"{row[0][6:]}-{row[0][3:5]}"] = row[10:13]
    return out


def test_sickness_products_agree_and_cover_every_month() -> None:
    files = sickness_files()
    assert len(files["tool"]) == 41 * 12
    assert all(files["current"][key] == days for key, days in files["tool"].items())
    trusts = {t.code for t in register(42)}
    months = [f"{y}-{m:02d}" for y in range(2016, 2028) for m in range(1, 13) if (2016, 4) <= (y, m) <= (2027, 3)]
    everything = files["back"] | files["current"]
    missing = {(code, month) for code in trusts for month in months} - set(everything)
    assert {code for code, _ in missing} == {"RZA"}
    assert min(month for _, month in missing) == "2022-10"


def test_only_the_planted_sickness_rate_differs_from_its_days(truth: dict[str, Any]) -> None:
    wrong = []
    for product in sickness_files().values():
        for (code, month), (lost, available, rate) in product.items():
            if rate and abs(100 * float(lost) / float(available) - float(rate)) > 0.0051:
                wrong.append((code, int(month[:4]) + (int(month[5:]) >= 4)))
    (error,) = (e for e in truth["error"] if e["rule"] == "printed_rate_differs")
    assert wrong == [(error["org_code"], error["year"])]


def test_the_merger(truth: dict[str, Any]) -> None:
    merger = truth["merger"]
    old, new = merger["predecessor"], merger["successor"]
    days = sickness_files()["current"]
    before, after = (float(days[new, month][1]) / length for month, length in (("2022-09", 30), ("2022-10", 31)))
    joined = float(days[old, "2022-09"][1]) / 30
    assert abs(after - before - joined) < 0.02 * after
    assert old in benchmark(2020) and old not in benchmark(2024)
    assert benchmark(2024)[new]["har_from_pat_eth_summary_1_2021"] == ""
    assert benchmark(2024)[new]["har_from_pat_eth_summary_1_2022"] != ""
    assert [old, new, "", "20221001", "0"] in table(COMMITTED / "organisations/succ.csv")
    assert {row[0]: row[11] for row in table(COMMITTED / "organisations/etr.csv")}[old] == "20220930"
    inherited = [
        row
        for row in sheet(COMMITTED / "cqc/05_May_2026_Latest_ratings.ods", "Locations")
        if f"{old}01" in row and "Y" in row and new in row
    ]
    assert len(inherited) == 1


def test_missing_submission(truth: dict[str, Any]) -> None:
    code, year = truth["missing_submission"]["org_code"], truth["missing_submission"]["year"]
    for submitted in range(2017, 2026):
        for name, first in (("Indicator 1", 5), ("Indicators 2-4", 4), ("Indicator 9", 4)):
            rows = sheet(COMMITTED / f"wres/WRES-submissions-{submitted}.xlsx", name)[3:]
            silent = {row[0] for row in rows if row[first] == "Not submitted"}
            assert silent == ({code} if submitted == year else set())


def test_indicator_1_adds_up_to_the_pools() -> None:
    path = COMMITTED / "wres/WRES-submissions-2024.xlsx"
    staff: Counter[str] = Counter()
    for row in sheet(path, "Indicator 1")[3:]:
        staff[row[0]] += int(row[6])
    pools = {row[0]: row[6] for row in sheet(path, "Indicators 2-4")[3:] if row[3] == 3}
    assert pools == dict(staff)


def test_ratings_precede_their_edition_and_accumulate() -> None:
    seen: list[int] = []
    known: set[tuple[str, str]] = set()
    for date, name in (
        (dt.date(2018, 6, 1), "01_June_2018"),
        (dt.date(2021, 2, 1), "01_February_2021"),
        (dt.date(2023, 12, 1), "01_December_2023"),
        (dt.date(2026, 5, 5), "05_May_2026"),
    ):
        rows = sheet(COMMITTED / f"cqc/{name}_Latest_ratings.ods", "Providers")
        header = next(row for row in rows if "Provider ID" in row)
        domain = header.index("Key Question" if date.year == 2018 else "Domain")
        for row in rows[rows.index(header) + 1 :]:
            day = dt.datetime.strptime(row[header.index("Publication Date")], "%d/%m/%Y").date()
            assert day < date
            assert not (row[domain] == "Overall" and day.year > 2023)
            if row[domain] == "Well-led":
                known.add((row[0], day.isoformat()))
        seen.append(len(known))
    assert seen == sorted(set(seen))
    rated = {code for code, _ in known}
    never = set(tomllib.loads((COMMITTED / "truth.toml").read_text())["never_rated"]["org_codes"])
    assert never and not never & rated


# Realistic, by published figures -----------------------------------------------------------------------------


def test_levels_are_those_of_the_2024_survey() -> None:
    """Unweighted means of 159 real trusts, BME and White: 27.7/23.8, 24.4/20.7, 49.9/58.7, 15.6/6.9."""
    published = {
        "har_from_pat": (27.7, 23.8),
        "har_from_staff": (24.4, 20.7),
        "equal": (49.9, 58.7),
        "q16b": (15.6, 6.9),
    }
    cells = list(benchmark(2024).values())
    for stem, pair in published.items():
        for digit, value in zip((2, 1), pair, strict=True):
            values = [
                c[f"{stem}_eth_summary_{digit}_2024"] for c in cells if c[f"{stem}_eth_summary_{digit}_2024"] != ""
            ]
            assert abs(100 * np.mean(values) - value) < 3.0, (stem, digit)


def test_sickness_follows_the_published_course() -> None:
    """Mean trust rates of 2016/17 to 2021/22, 2023/24 and 2024/25; London lower than the North West."""
    published = {2017: 4.28, 2018: 4.32, 2019: 4.35, 2020: 4.61, 2021: 4.77, 2022: 5.52, 2024: 5.09, 2025: 5.29}
    files = sickness_files()
    sums: dict[tuple[str, int], list[float]] = {}
    for (code, month), (lost, available, _) in (files["back"] | files["current"]).items():
        total = sums.setdefault((code, int(month[:4]) + (int(month[5:]) >= 4)), [0.0, 0.0])
        total[0] += float(lost)
        total[1] += float(available)
    trusts = {t.code: t for t in register(42)}
    rate = {key: 100 * lost / available for key, (lost, available) in sums.items() if key[0] in trusts}
    for year, value in published.items():
        assert abs(np.mean([r for (_, y), r in rate.items() if y == year]) - value) < 0.5
    region = {
        name: np.mean([r for (code, _), r in rate.items() if trusts[code].region.name == name])
        for name in ("London", "North West")
    }
    assert region["London"] < region["North West"] - 0.8


def test_workforce_share_is_published_like() -> None:
    """17.7% in 2016 and 28.6% in 2024 across England; London far above; very senior managers far below."""
    shares = {}
    for year in (2017, 2024):
        counts: Counter[str] = Counter()
        for row in sheet(COMMITTED / f"wres/WRES-submissions-{year}.xlsx", "Indicator 1")[3:]:
            counts["white"] += int(row[5])
            counts["bme"] += int(row[6])
            if row[4] == "VSM":
                counts["vsm"] += int(row[5]) + int(row[6])
                counts["vsm bme"] += int(row[6])
        shares[year] = 100 * counts["bme"] / (counts["bme"] + counts["white"])
        assert 100 * counts["vsm bme"] / counts["vsm"] < shares[year] - 10
    assert abs(shares[2017] - 18.5) < 3 and abs(shares[2024] - 28.6) < 3


# The planted truth -------------------------------------------------------------------------------------------


def two_way(outcome: np.ndarray, exposure: np.ndarray) -> tuple[float, float]:
    """Slope and clustered standard error of a two-way fixed-effects regression, by statsmodels on demeaned values."""

    def demeaned(values: np.ndarray) -> np.ndarray:  # exact, because no trust lacks a year
        return values - values.mean(axis=0) - values.mean(axis=1, keepdims=True) + values.mean()

    unit = np.indices(outcome.shape)[0].ravel()
    fit = sm.OLS(demeaned(outcome).ravel(), demeaned(exposure).ravel()).fit(
        cov_type="cluster", cov_kwds={"groups": unit}
    )
    return float(fit.params[0]), float(fit.bse[0])


@pytest.fixture(scope="module")
def large() -> Any:
    return make_latent(register(LARGEST), 2017, 2025, 5)


@pytest.mark.parametrize("outcome", ["engagement", "sickness", "fft_positive"])
@pytest.mark.parametrize("exposure", ["ind5", "ind6", "ind7", "ind8"])
def test_within_effects_are_as_stated_and_others_nil(large: Any, exposure: str, outcome: str) -> None:
    stated = {(e.exposure, e.outcome): e.per_10_points for e in EFFECTS if e.kind == "within"}
    y = {"engagement": large.engagement, "sickness": large.sickness, "fft_positive": large.fft}[outcome]
    slope, error = two_way(y[:, 1:], large.disadvantage[exposure][:, :-1])
    expected = stated.get((exposure, outcome), 0.0)
    assert abs(10 * slope - expected) < 4 * 10 * error
    if expected:
        assert abs(10 * slope) > 10 * 10 * error  # unmistakable where nothing hides it
        assert abs(10 * slope - expected) < 0.15 * abs(expected)


def test_between_effects_are_as_stated(large: Any) -> None:
    """With kind, region and share held, the trust's own level of indicator 8 moves engagement by the stated amount."""
    trusts = register(LARGEST)
    kinds = sorted({t.kind.key for t in trusts})
    controls = np.column_stack(
        [np.array([[t.kind.key == k for k in kinds] for t in trusts], dtype=float), large.bme_share[:, 0]]
    )
    slopes = {}
    for name, y in (("engagement", large.engagement.mean(axis=1)), ("cqc_well_led", large.well_led)):
        for exposure in ("ind5", "ind6", "ind7", "ind8"):
            fit = sm.OLS(y, np.column_stack([large.own_level[exposure], controls])).fit(cov_type="HC1")
            slopes[exposure, name] = 10 * float(fit.params[0]), 10 * float(fit.bse[0])
    stated = {(e.exposure, e.outcome): e.per_10_points for e in EFFECTS if e.kind == "between"}
    for key, (slope, error) in slopes.items():
        assert abs(slope - stated.get(key, 0.0)) < 4 * error, key
    for key in stated:
        assert abs(slopes[key][0]) > 4 * slopes[key][1]


def test_share_confounds_the_raw_association(large: Any) -> None:
    """Between trusts, more disadvantage on indicator 8 goes with more sickness, though it causes none."""
    share, gap, sickness = large.bme_share[:, 0], large.own_level["ind8"][:, 0], large.sickness.mean(axis=1)
    assert np.corrcoef(share, gap)[0, 1] < -0.2
    assert np.corrcoef(share, sickness)[0, 1] < -0.3
    assert np.corrcoef(gap, sickness)[0, 1] > 0.05


def test_truth_states_every_pair_once(truth: dict[str, Any]) -> None:
    pairs = [(e["exposure"], e["outcome"], e["kind"]) for e in truth["effect"]]
    pairs += [(n["exposure"], outcome, n["kind"]) for n in truth["null"] for outcome in n["outcomes"]]
    assert len(pairs) == len(set(pairs)) == 2 * 45


def test_trends_are_as_stated(truth: dict[str, Any]) -> None:
    latent = make_latent(register(42), 2017, 2025, DEFAULT_SEED)
    codes = [t.code for t in register(42)]
    for trend in truth["trend"]:
        table_of = latent.disadvantage if trend["measure"] in latent.disadvantage else latent.log_ratio
        values = table_of[trend["measure"]]
        series = values[codes.index(trend["org_code"])] if "org_code" in trend else values.mean(axis=0)
        years = (latent.years >= 2017) & (latent.years <= 2025)
        slope = np.polyfit(latent.years[years], series[years], 1)[0]
        loose = 1e-5 if "org_code" in trend else 0.15  # a country is the mean of trusts that wander
        assert abs(slope - trend["per_year"]) < loose, trend
        assert trend["improving"] is (trend["per_year"] < 0)
