"""The PANEL folder: all of it or nothing, what was there before kept until then, and nothing of anyone else's lost."""

import json
import threading

import numpy as np
import pandas as pd
import pytest

from wres_analysis.errors import RequestError
from wres_analysis.panel.store import FILES, PanelData, check_target, open_panel, write_panel

pytestmark = pytest.mark.unit


def data(number: int = 1) -> PanelData:
    """Tables of every kind of column that a load makes, each full of one number."""
    frame = pd.DataFrame(
        {
            "org_code": pd.Series(["RZA", ""], dtype="str"),
            "value": [float(number), np.nan],
            "wres_year": pd.Series([2025, None], dtype="Int64"),
            "period_end": np.array(["2025-03-31", "NaT"], dtype="datetime64[s]"),
            "balanced": [True, False],
        }
    )
    return PanelData({name: frame.copy() for name in FILES}, {"data_hash": str(number), "files": []})


def held(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_what_is_written_is_what_is_opened(tmp_path):
    write_panel(data(), tmp_path / "a" / "panel")
    back = open_panel(tmp_path / "a" / "panel")
    for name in FILES:
        pd.testing.assert_frame_equal(back.tables[name], data().tables[name])
    assert back.account == {"data_hash": "1", "files": []}
    assert back.data_hash == "1"
    assert back.observations is back.tables["observations"]
    assert back.on("pooled")[1] is back.panel_pooled and back.on("as_published")[0] is back.values
    with pytest.raises(AttributeError, match="colour"):
        _ = back.colour
    assert {path.name for path in (tmp_path / "a").iterdir()} == {"panel"}


def test_the_same_tables_are_the_same_bytes(tmp_path):
    for name in "ab":
        write_panel(data(), tmp_path / name)
    assert held(tmp_path / "a") == held(tmp_path / "b")


def test_an_older_panel_is_replaced(tmp_path):
    write_panel(data(1), tmp_path / "panel")
    (tmp_path / "panel" / ".DS_Store").write_text("left by a file manager")
    write_panel(data(2), tmp_path / "panel")
    assert open_panel(tmp_path / "panel").data_hash == "2"
    assert set(held(tmp_path / "panel")) == {"load.json", *(f"{name}.parquet" for name in FILES)}
    assert {path.name for path in tmp_path.iterdir()} == {"panel"}


@pytest.mark.parametrize("at", [1, 4, len(FILES)])
def test_a_crash_in_the_middle_leaves_the_old_panel_and_no_litter(tmp_path, monkeypatch, at):
    write_panel(data(1), tmp_path / "panel")
    before, calls, whole = held(tmp_path), [], pd.DataFrame.to_parquet

    def failing(self, *args, **kwargs):
        calls.append(1)
        if len(calls) == at:
            raise MemoryError
        return whole(self, *args, **kwargs)

    monkeypatch.setattr(pd.DataFrame, "to_parquet", failing)
    with pytest.raises(MemoryError):
        write_panel(data(2), tmp_path / "panel")
    assert held(tmp_path) == before
    assert {path.name for path in tmp_path.iterdir()} == {"panel"}


def test_a_full_disk_is_an_error_that_a_person_can_read(tmp_path, monkeypatch):
    write_panel(data(1), tmp_path / "panel")

    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pd.DataFrame, "to_parquet", full)
    with pytest.raises(RequestError, match=r"cannot be written \(No space left on device\)"):
        write_panel(data(2), tmp_path / "panel")
    assert open_panel(tmp_path / "panel").data_hash == "1"


def foreign(folder):
    (folder / "thesis").mkdir(parents=True)
    (folder / "thesis" / "chapter1.docx").write_text("years of work")


def foreign_beside_a_panel(folder):
    write_panel(data(1), folder)
    (folder / "my notes.txt").write_text("years of work")


def foreign_account(folder):
    folder.mkdir()
    (folder / "load.json").write_text("{}")
    (folder / "model.bin").write_text("x")


def no_account(folder):
    write_panel(data(1), folder)
    (folder / "load.json").unlink()


def a_file(folder):
    folder.write_text("x")


@pytest.mark.parametrize("make", [foreign, foreign_beside_a_panel, foreign_account, no_account, a_file])
def test_a_folder_of_anything_else_is_refused_and_untouched(tmp_path, make):
    make(tmp_path / "panel")
    before = held(tmp_path)
    with pytest.raises(RequestError, match="is not a folder that 'wres load' made"):
        write_panel(data(2), tmp_path / "panel")
    with pytest.raises(RequestError, match="Choose another --out"):
        check_target(tmp_path / "panel")
    assert held(tmp_path) == before


def test_an_empty_folder_may_be_filled(tmp_path):
    (tmp_path / "panel").mkdir()
    write_panel(data(), tmp_path / "panel")
    assert open_panel(tmp_path / "panel").data_hash == "1"


@pytest.mark.parametrize("out", ["data", "data/panel", "."])
def test_a_panel_does_not_mix_with_the_published_files(tmp_path, out):
    (tmp_path / "data").mkdir()
    with pytest.raises(RequestError, match="lie in one another"):
        check_target(tmp_path / out, tmp_path / "data")


def test_a_link_is_followed(tmp_path):
    (tmp_path / "real").mkdir()
    try:
        (tmp_path / "panel").symlink_to(tmp_path / "real", target_is_directory=True)
    except OSError:
        pytest.skip("links are not allowed here")
    write_panel(data(), tmp_path / "panel")
    assert (tmp_path / "panel").is_symlink()
    assert "load.json" in held(tmp_path / "real")


def test_loads_at_the_same_time_leave_one_whole_panel(tmp_path):
    """Whoever ends last stays; at no time after the first is the folder a mixture of two."""
    failures = []

    def write(number):
        try:
            for _ in range(3):
                write_panel(data(number), tmp_path / "panel")
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(1, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    panel = open_panel(tmp_path / "panel")
    assert {float(table["value"][0]) for table in panel.tables.values()} == {float(panel.data_hash)}
    assert {path.name for path in tmp_path.iterdir()} == {"panel"}


def test_a_panel_that_lacks_a_table_or_is_not_there_is_told(tmp_path):
    with pytest.raises(RequestError, match="There is no folder"):
        open_panel(tmp_path / "panel")
    write_panel(data(), tmp_path / "panel")
    (tmp_path / "panel" / "values.parquet").unlink()
    with pytest.raises(RequestError, match=r"lacks values\.parquet"):
        open_panel(tmp_path / "panel")


def test_the_account_is_sorted_readable_json(tmp_path):
    write_panel(PanelData(data().tables, {"b": "é", "a": [1]}), tmp_path / "panel")
    text = (tmp_path / "panel" / "load.json").read_bytes().decode("utf-8")
    assert text == '{\n "a": [\n  1\n ],\n "b": "é"\n}\n'
    assert json.loads(text) == {"a": [1], "b": "é"}
