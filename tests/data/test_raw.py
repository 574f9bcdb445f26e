"""Broken copies of a small raw table: each is named by file, row and column."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nqpf.data.raw import read_long, read_table
from nqpf.errors import StudyError
from tests.data.small import HEADER, ROWS


def read(folder):
    return read_long("cities", folder / "raw", folder / "codebook")


def rewrite(folder, row, column, text):
    """Put another text into one cell; row 1 is the header."""
    lines = [HEADER, *ROWS]
    cells = lines[row - 1].split(",")
    cells[HEADER.split(",").index(column)] = text
    lines[row - 1] = ",".join(cells)
    write(folder, lines)


def write(folder, lines):
    text = "\n".join(lines) + "\n"
    (folder / "raw" / "cities" / "panel.csv").write_text(text, encoding="utf-8")


def message(folder):
    with pytest.raises(StudyError) as caught:
        read(folder)
    return str(caught.value)


def test_valid_table_keeps_rows_and_types(raw_folder):
    frame = read(raw_folder)
    assert frame["raw_row"].tolist() == list(range(2, 11))
    assert frame["value"].tolist()[0] == 10.5
    assert frame["year"].dtype == int
    assert frame.loc[8, "value"] == -3  # profits may be negative


@pytest.mark.parametrize(
    ("row", "column", "text", "said"),
    [
        (4, "city", "Shenzen", "a name of geography.csv, got 'Shenzen'; did you mean 'Shenzhen'?"),
        (4, "city", "", "a name of geography.csv, got ''"),
        (5, "city_code", "440100", "the code of its unit in geography.csv, got '440100'"),
        (2, "variable", "gpd", "a variable of variables.csv, got 'gpd'; did you mean 'gdp'?"),
        (2, "variable", "rd", "a variable of variables.csv, got 'rd'"),  # of the other panel
        (3, "unit", "yuan", "the unit of measure in variables.csv, got 'yuan'"),
        (3, "value", "about 11", "a number, got 'about 11'"),
        (3, "value", "", "a number, got ''"),
        (3, "value", "inf", "a number, got 'inf'"),
        (3, "value", "-11", "a number that is not negative, got '-11'"),
        (6, "value", "137.2", "a share of at most 100, got '137.2'"),
        (2, "year", "201O", "a year from 1990 to 2026, got '201O'"),
        (2, "year", "2010.5", "a year from 1990 to 2026, got '2010.5'"),
        (2, "year", "1889", "a year from 1990 to 2026, got '1889'"),
        (2, "source_id", "", "a source, got ''"),
    ],
)
def test_one_wrong_cell_is_named(raw_folder, row, column, text, said):
    rewrite(raw_folder, row, column, text)
    path = raw_folder / "raw" / "cities" / "panel.csv"
    assert message(raw_folder) == f"{path}, row {row}, column {column}: expected {said}"


def test_duplicate_key_names_the_second_row_and_the_first(raw_folder):
    write(raw_folder, [HEADER, *ROWS, ROWS[2].replace("9.0", "9.1")])
    assert message(raw_folder).endswith(
        "panel.csv, row 11, column city, year, variable: expected each unit, year and variable "
        "once, got 'Shenzhen 2010 gdp' again, first in row 4"
    )


def test_duplicate_key_is_seen_through_another_spelling_of_the_year(raw_folder):
    write(raw_folder, [HEADER, *ROWS, ROWS[2].replace("2010", "2010.0")])
    assert "row 11, column city, year, variable" in message(raw_folder)
    assert "first in row 4" in message(raw_folder)


def test_many_breaches_are_five_and_a_count(raw_folder):
    write(raw_folder, [HEADER, *[row.replace("Guang", "Gong") for row in ROWS], ROWS[2], ROWS[3]])
    lines = message(raw_folder).splitlines()
    assert len(lines) == 6
    assert [int(line.split("row ")[1].split(",")[0]) for line in lines[:5]] == [2, 3, 6, 7, 11]
    assert lines[5].endswith("panel.csv: and 1 more like these")


def test_two_faults_of_one_row_are_both_named(raw_folder):
    write(raw_folder, [HEADER, ROWS[0].replace("10.5", "x").replace("Guangzhou", "Canton")])
    assert [
        line.split("column ")[1].split(":")[0] for line in message(raw_folder).splitlines()
    ] == [
        "city",
        "value",
    ]


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (
            [HEADER.replace("value", "worth"), *ROWS],
            "row 1: expected the columns city_code, city, year, variable, value, unit, source_id, "
            "each once, got city_code, city, year, variable, worth, unit, source_id",
        ),
        ([HEADER + ",note", *[row + "," for row in ROWS]], "source_id, note"),
        ([HEADER.replace("value", "year"), *ROWS], "each once, got"),
        ([HEADER, *ROWS[:2], ROWS[2] + ",x", *ROWS[3:]], "row 4: expected 7 cells, got 8"),
        ([HEADER, *ROWS[:2], ROWS[2][:-3], *ROWS[3:]], "row 4: expected 7 cells, got 6"),
        ([HEADER, *ROWS[:2], "", *ROWS[2:]], "row 4: expected 7 cells, got 0"),
        ([HEADER, *ROWS[:8], '440300,"Shenzhen,2011'], "expected a row of a csv, got a broken one"),
        ([HEADER], "expected rows below the header, got none"),
    ],
)
def test_wrong_shape_is_named(raw_folder, lines, said):
    write(raw_folder, lines)
    assert said in message(raw_folder)


def test_many_ragged_rows_are_five_and_a_count(raw_folder):
    write(raw_folder, [HEADER, *[row + "," for row in ROWS]])
    lines = message(raw_folder).splitlines()
    assert len(lines) == 6
    assert lines[-1].endswith("and 4 more like these")


def test_other_encoding_names_its_row(raw_folder):
    path = raw_folder / "raw" / "cities" / "panel.csv"
    text = "\n".join([HEADER, *ROWS]).replace("Shenzhen,2011,gdp", "深圳,2011,gdp")
    path.write_bytes(text.encode("gb18030"))
    assert "panel.csv, row 5: expected text in UTF-8, got the byte 0xc9" in message(raw_folder)


def test_byte_order_mark_is_no_fault(raw_folder):
    path = raw_folder / "raw" / "cities" / "panel.csv"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert len(read(raw_folder)) == len(ROWS)


def test_empty_and_absent_files_are_named(raw_folder):
    path = raw_folder / "raw" / "cities" / "panel.csv"
    path.write_bytes(b"")
    assert "panel.csv: expected a header and rows, got an empty file" in message(raw_folder)
    path.unlink()
    assert "panel.csv cannot be read: No such file or directory" in message(raw_folder)


def test_table_may_hold_more_columns_only_where_allowed(raw_folder):
    path = raw_folder / "raw" / "cities" / "geography.csv"
    assert read_table(path, ["city"], others=True)["city"].tolist() == ["Guangzhou", "Shenzhen"]
    with pytest.raises(StudyError, match="expected the columns city, each once"):
        read_table(path, ["city"])


@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    row=st.integers(0, len(ROWS)),
    column=st.integers(0, 6),
    text=st.one_of(
        st.text(max_size=12),
        st.floats().map(str),
        st.integers().map(str),
        st.sampled_from(["Guangzhou", "gdp", "2010", '"', "1,2", "\n", "-0", "1e999", "0x10"]),
    ),
)
def test_any_change_of_a_cell_is_valid_or_a_study_error(raw_folder, row, column, text):
    lines = [line.split(",") for line in [HEADER, *ROWS]]
    lines[row][column] = text
    path = raw_folder / "raw" / "cities" / "panel.csv"
    body = "\n".join(",".join(line) for line in lines)
    path.write_bytes(body.encode("utf-8", errors="surrogatepass"))
    try:
        frame = read(raw_folder)
    except StudyError as error:
        assert str(path) in str(error)
    else:
        assert frame["value"].notna().all()
        assert set(frame["unit"]) <= {"Guangzhou", "Shenzhen"}
        assert not frame.duplicated(["unit", "year", "variable"]).any()
