"""The World Bank's figures, from a local server that speaks its protocol and can go wrong."""

import hashlib

import pandas as pd
import pytest

from nqpf.data import worldbank
from nqpf.data.worldbank import fetched, with_newest
from nqpf.errors import StudyError
from pipeline import update_data
from tests.data.worldbank_server import UPDATED, YEARS, serve, value_of

wbgapi = pytest.importorskip("wbgapi", reason="the extra `update` is not installed")
HELD = pd.DataFrame(
    [
        ("CHN", 2001, "Services", "NV.SRV.TOTL.ZS", 41.0, "old"),
        ("USA", 2001, "Services", "NV.SRV.TOTL.ZS", 73.0, "old"),
        ("CHN", 2001, "Manufacturing", "NV.IND.MANF.ZS", 31.0, "old"),
        ("CHN", 2000, "core", None, 40.0, "others"),
    ],
    columns=worldbank.COLUMNS,
)


@pytest.fixture
def bank(monkeypatch):
    """Starts a server with a fault and points the client to it."""
    servers = []

    def started(fault: str = "", per_page: int = 7) -> None:
        server = serve(fault)
        servers.append(server)
        monkeypatch.setattr(wbgapi, "endpoint", f"http://127.0.0.1:{server.server_port}/v2")
        monkeypatch.setattr(wbgapi, "per_page", per_page)

    yield started
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def data(tmp_path, monkeypatch):
    """A data folder of its own with one table."""
    (tmp_path / "raw").mkdir()
    HELD.to_csv(tmp_path / "raw" / "international.csv", index=False)
    (tmp_path / "SHA256SUMS").write_text("")
    monkeypatch.setattr(update_data, "DATA", tmp_path)
    monkeypatch.setattr(worldbank, "RAW", tmp_path / "raw")
    return tmp_path


def test_every_page_is_read_and_every_figure_is_the_servers(bank):
    bank()
    vintage, table = fetched(HELD)
    assert vintage == UPDATED
    assert len(table) == 2 * 2 * len([year for year in YEARS if year >= 2000][:-1])
    for row in table.itertuples():
        assert row.value == value_of(row.wdi_code, row.iso3, row.year)
    assert table["year"].min() == 2000


def test_a_new_vintage_gets_a_file_of_its_own_and_a_checksum(bank, data):
    bank()
    assert "figures of 2 series" in update_data.updated()
    path = data / "raw" / "worldbank" / f"wdi_{UPDATED}.csv"
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert f"{digest}  raw/worldbank/wdi_{UPDATED}.csv" in (data / "SHA256SUMS").read_text()


def test_a_vintage_that_is_held_is_not_written_again(bank, data):
    bank()
    update_data.updated()
    path = data / "raw" / "worldbank" / f"wdi_{UPDATED}.csv"
    path.write_text("mine")
    assert "already" in update_data.updated()
    assert path.read_text() == "mine"


def test_series_of_the_newest_vintage_come_whole_and_others_stay(bank, data):
    bank()
    update_data.updated()
    joined = with_newest(HELD)
    assert not joined["source"].eq("old").any()
    assert joined[joined["wdi_code"].isna()]["source"].tolist() == ["others"]
    assert joined.dropna(subset=["wdi_code"])["source"].str.contains(UPDATED).all()


def test_without_an_update_the_table_is_as_it_was(data):
    pd.testing.assert_frame_equal(with_newest(HELD), HELD)


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("slow", "did not answer within"),
        ("refused", "could not be fetched"),
        ("not json", "could not be fetched"),
        ("schema", "another form than expected"),
        ("partial", "is not whole"),
    ],
)
def test_a_failure_is_one_sentence_and_changes_nothing(bank, data, monkeypatch, fault, words):
    monkeypatch.setattr(worldbank, "SECONDS", 0.5)
    bank(fault)
    with pytest.raises(StudyError, match=words):
        update_data.updated()
    assert (data / "SHA256SUMS").read_text() == ""
    assert not (data / "raw" / "worldbank").exists()


def test_a_server_that_is_not_there_is_one_sentence(data, monkeypatch):
    server = serve()
    port = server.server_port
    server.shutdown()
    server.server_close()
    monkeypatch.setattr(wbgapi, "endpoint", f"http://127.0.0.1:{port}/v2")
    with pytest.raises(StudyError, match="could not be fetched"):
        update_data.updated()
