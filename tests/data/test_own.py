"""A reader's own figures: added beside the study's, checked by its rules, never over it."""

import hashlib
from pathlib import Path

import pandas as pd
import pytest

from nqpf.data.own import check_own, compose, level_of
from nqpf.errors import StudyError
from nqpf.paths import DATA, ROOT

EXAMPLE = ROOT / "examples" / "made_up_province"
PANEL = "raw/provinces/panel.csv"
HEADER = "province_code,province,year,variable,value,unit,source_id\n"
NEW = "44,Guangdong,2024,energy_consumption,35000,10k tce,P-S13\n"


def digests(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "processed" not in path.parts
    }


@pytest.fixture
def own(tmp_path):
    """Writes a folder of own data from the text of its tables."""

    def written(**tables: str) -> Path:
        folder = tmp_path / "mine"
        for name, text in tables.items():
            path = folder / (name.replace("__", "/") + ".csv")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return folder

    return written


def test_the_example_joins_the_study_and_leaves_it_as_it_was(tmp_path):
    before = digests(DATA)
    compose(DATA, [EXAMPLE], tmp_path / "data")
    assert digests(DATA) == before
    joined = pd.read_csv(tmp_path / "data" / PANEL)
    study, added = pd.read_csv(DATA / PANEL), pd.read_csv(EXAMPLE / PANEL)
    pd.testing.assert_frame_equal(joined.iloc[: len(study)], study)
    assert len(joined) == len(study) + len(added)
    assert set(joined["province"]) - set(study["province"]) == {"Example"}


def test_checksums_of_the_joined_folder_are_its_own(tmp_path):
    compose(DATA, [EXAMPLE], tmp_path / "data")
    lines = (tmp_path / "data" / "SHA256SUMS").read_text().splitlines()
    for line in lines:
        digest, name = line.split("  ")
        content = (tmp_path / "data" / name).read_bytes()
        assert hashlib.sha256(content).hexdigest() == digest
    assert len(lines) == len((DATA / "SHA256SUMS").read_text().splitlines())


def test_a_newer_year_of_a_known_province_needs_one_file(tmp_path, own):
    folder = own(raw__provinces__panel=HEADER + NEW)
    compose(DATA, [folder], tmp_path / "data")
    joined = pd.read_csv(tmp_path / "data" / PANEL)
    found = joined.query("province == 'Guangdong' and year == 2024")
    assert found.set_index("variable")["value"]["energy_consumption"] == 35000


@pytest.mark.parametrize(
    ("row", "parts"),
    [
        (NEW.replace("Guangdong", "Guangdng"), ["row 2, column province", "did you mean"]),
        (NEW.replace("35000", "many"), ["row 2, column value", "'many'"]),
        (NEW.replace("2024", "3024"), ["row 2, column year", "3024"]),
        (NEW.replace("44,", "43,"), ["row 2, column province_code", "'43'"]),
        (NEW.replace("10k tce", "kg"), ["row 2, column unit", "'kg'"]),
        (NEW.replace("energy_consumption", "happiness"), ["column variable", "'happiness'"]),
    ],
)
def test_a_wrong_row_is_named_with_what_was_expected(own, row, parts):
    folder = own(raw__provinces__panel=HEADER + row)
    with pytest.raises(StudyError) as error:
        check_own(folder / PANEL, "provinces", DATA)
    assert all(part in str(error.value) for part in [*parts, "expected", "panel.csv"])


def test_every_wrong_row_is_named_where_all_are_asked_for(own):
    rows = "".join(
        NEW.replace("2024", str(year)).replace("35000", "x") for year in range(2000, 2012)
    )
    folder = own(raw__provinces__panel=HEADER + rows)
    with pytest.raises(StudyError) as error:
        check_own(folder / PANEL, "provinces", DATA, most=None)
    assert all(f"row {row}, column value" in str(error.value) for row in range(2, 14))


def test_a_figure_that_the_study_holds_is_refused_and_nothing_is_left(tmp_path, own):
    held = (DATA / PANEL).read_text(encoding="utf-8").splitlines()[1]
    folder = own(raw__provinces__panel=HEADER + held + "\n")
    with pytest.raises(StudyError, match=r"row 2: expected a row that the study does not hold"):
        compose(DATA, [folder], tmp_path / "data")
    assert list(tmp_path.iterdir()) == [folder]


def test_a_failed_addition_keeps_the_folder_made_before(tmp_path, own):
    target = tmp_path / "data"
    compose(DATA, [EXAMPLE], target)
    before = digests(target)
    with pytest.raises(StudyError):
        compose(DATA, [own(raw__provinces__panel=HEADER + NEW.replace("10k tce", "kg"))], target)
    assert digests(target) == before


def test_a_table_that_nothing_can_be_added_to_is_named(tmp_path, own):
    folder = own(codebook__claims="claim_id\nC999\n")
    with pytest.raises(StudyError, match=r"codebook/claims\.csv, to which nothing can be added"):
        compose(DATA, [folder], tmp_path / "data")


def test_an_absent_or_empty_folder_is_named(tmp_path):
    with pytest.raises(StudyError, match="not a folder"):
        compose(DATA, [tmp_path / "nowhere"], tmp_path / "data")
    (tmp_path / "empty").mkdir()
    with pytest.raises(StudyError, match="holds no table"):
        compose(DATA, [tmp_path / "empty"], tmp_path / "data")


def test_the_level_of_a_table_is_read_from_its_header(own):
    folder = own(raw__provinces__panel=HEADER + NEW, raw__cities__panel="city,year\nFoshan,2020\n")
    assert level_of(folder / PANEL) == "provinces"
    assert level_of(folder / "raw/cities/panel.csv") == "cities"
    with pytest.raises(StudyError, match="expected the columns of a long table"):
        level_of(DATA / "codebook" / "sources.csv")
