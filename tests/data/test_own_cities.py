"""Cities of another province take the place of the study's, whole and checked."""

import shutil

import pandas as pd
import pytest

from nqpf.data.own import compose
from nqpf.errors import StudyError
from nqpf.paths import DATA, ROOT

PROVINCE, CITIES = (ROOT / "examples" / name for name in ("made_up_province", "made_up_cities"))
GEOGRAPHY, PANEL = "raw/cities/geography.csv", "raw/cities/panel.csv"


@pytest.fixture
def own(tmp_path):
    """A copy of the example that a test may change."""
    return shutil.copytree(CITIES, tmp_path / "mine")


def composed(tmp_path, *folders):
    compose(DATA, list(folders), tmp_path / "data")
    return tmp_path / "data"


def change(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_a_study_holds_the_cities_of_one_province(tmp_path):
    data = composed(tmp_path, PROVINCE, CITIES)
    for name in (GEOGRAPHY, PANEL, "raw/cities/adjacency.csv"):
        joined, own = pd.read_csv(data / name, dtype=str), pd.read_csv(CITIES / name, dtype=str)
        pd.testing.assert_frame_equal(joined[own.columns], own)
    judged = pd.read_csv(data / "codebook/exclusions.csv")
    study = pd.read_csv(DATA / "codebook/exclusions.csv")
    assert set(judged["panel"]) == {"provinces"}
    assert len(judged) == (study["panel"] == "provinces").sum()


def test_provinces_alone_leave_the_cities_as_they_are(tmp_path):
    data = composed(tmp_path, PROVINCE)
    for name in (GEOGRAPHY, PANEL, "codebook/exclusions.csv"):
        assert (data / name).read_bytes() == (DATA / name).read_bytes()


def test_a_newer_year_of_a_city_that_is_held_is_added_to_the_others(tmp_path):
    rows = (DATA / PANEL).read_text(encoding="utf-8").splitlines()
    newer = next(row for row in rows if ",2021,wage_avg_ccsy," in row)
    (tmp_path / "mine/raw/cities").mkdir(parents=True)
    text = "\n".join([rows[0], newer.replace(",2021,", ",2024,")]) + "\n"
    (tmp_path / "mine" / PANEL).write_text(text, encoding="utf-8")
    data = composed(tmp_path, tmp_path / "mine")
    assert len(pd.read_csv(data / PANEL)) == len(rows)


@pytest.mark.parametrize("name", [PANEL, "raw/cities/adjacency.csv"])
def test_cities_come_with_figures_and_neighbours(tmp_path, own, name):
    (own / name).unlink()
    with pytest.raises(StudyError, match=f"no own folder holds {name}"):
        composed(tmp_path, PROVINCE, own)


def test_cities_of_two_provinces(tmp_path, own):
    change(own / GEOGRAPHY, "900100,Alder", "320100,Alder")
    with pytest.raises(StudyError, match="are of the provinces 32, 90"):
        composed(tmp_path, PROVINCE, own)


def test_cities_of_a_province_that_is_not_held(tmp_path):
    with pytest.raises(StudyError, match="row 2, column city_code: expected six digits"):
        composed(tmp_path, CITIES)


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        (GEOGRAPHY, ",0,1\n", ",0,0\n", "row 3, column tile_row, tile_col: expected a tile of its"),
        (GEOGRAPHY, ",0,1\n", ",0,x\n", "row 3, column tile_row, tile_col: expected whole"),
        (GEOGRAPHY, "海市,North", "海市,", "row 3, column region: expected a part"),
        ("raw/cities/adjacency.csv", "Alder,Birch", "Alder,Brich", "expected a city of geography"),
    ],
)
def test_a_mistake_is_named(tmp_path, own, name, old, new, said):
    change(own / name, old, new)
    with pytest.raises(StudyError) as caught:
        composed(tmp_path, PROVINCE, own)
    assert said in str(caught.value)
    assert not (tmp_path / "data").exists()


def test_a_variable_behind_an_indicator_is_not_left_out_whole(tmp_path, own):
    rows = (own / PANEL).read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [row for row in rows if ",co2_edgar," not in row]
    (own / PANEL).write_text("".join(kept), encoding="utf-8")
    with pytest.raises(StudyError, match="got none of co2_edgar; give at least one figure"):
        composed(tmp_path, PROVINCE, own)
