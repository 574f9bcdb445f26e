"""A small valid raw table and codebook that tests break in one place."""

import pandas as pd
import pytest

from tests.data.small import HEADER, ROWS


@pytest.fixture
def raw_folder(tmp_path):
    """Folder `raw/cities` and `codebook/variables.csv`; the panel can be rewritten by tests."""
    folder = tmp_path / "raw" / "cities"
    folder.mkdir(parents=True)
    (folder / "panel.csv").write_text("\n".join([HEADER, *ROWS]) + "\n", encoding="utf-8")
    (folder / "geography.csv").write_text(
        "city_code,city,city_zh\n440100,Guangzhou,广州\n440300,Shenzhen,深圳\n", encoding="utf-8"
    )
    book = tmp_path / "codebook"
    book.mkdir()
    (book / "variables.csv").write_text(
        "panel,variable,unit\ncities,gdp,100M yuan\ncities,share2,% of GDP\n"
        "cities,ind_profit,10k yuan\nprovinces,rd,10k CNY\n",
        encoding="utf-8",
    )
    return tmp_path


@pytest.fixture
def long():
    """The same table as the reader gives it."""
    rows = [row.split(",") for row in ROWS]
    frame = pd.DataFrame(
        rows, columns=["code", "unit", "year", "variable", "value", "measure", "source_id"]
    )
    frame.insert(0, "raw_row", range(2, 2 + len(frame)))
    return frame.astype({"year": int, "value": float})
