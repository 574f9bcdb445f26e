import io

import pandas as pd
import pytest
import yaml

from nqpf.chapters import sweep_results
from nqpf.errors import StudyError
from nqpf.params import load_parameters
from nqpf.params.sweeps import load_sweep
from nqpf.paths import PARAMS
from nqpf.places import provinces
from pipeline.sweep import run_sweep

SMALL = {
    "base": str(PARAMS / "smoke.yml"),
    "items": {
        "Guangdong": {},
        "Jiangsu": {"study": {"case": "Jiangsu", "peers": ["Guangdong"]}},
        "entropy": {"index": {"weights": "entropy"}},
    },
}


def written(tmp_path, content):
    path = tmp_path / "small.yml"
    path.write_text(content if isinstance(content, str) else yaml.safe_dump(content))
    return path


def test_the_sweep_of_provinces_has_every_province_as_its_case():
    sweep = load_sweep(PARAMS / "sweeps" / "provinces.yml")
    assert list(sweep.items) == list(provinces().values())
    assert all(item.study.case == name for name, item in sweep.items.items())
    assert sweep.items["Guangdong"] == load_parameters(PARAMS / "default.yml")


def test_items_override_the_base_field_by_field(tmp_path):
    sweep = load_sweep(written(tmp_path, SMALL))
    assert sweep.name == "small"
    assert sweep.items["entropy"].index.weights == "entropy"
    assert sweep.items["entropy"].index.aggregation == "arithmetic"
    assert {item.inference.draws for item in sweep.items.values()} == {199}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("items: []", ["items:"]),
        ("other: 1", ["items:", "other"]),
        ({"items": {"a": 3}}, ["'a'", "study:"]),
        ({"items": {"a": {"indx": {}}}}, ["item 'a'", "'indx'", "did you mean 'index'"]),
        ({"items": {"b": {"study": {"case": "Atlantis"}}}}, ["item 'b'", "Atlantis"]),
        ({"items": {"c": {"study": {"case": "Jiangsu"}}}}, ["item 'c'", "its own peer"]),
        ({"base": "nowhere.yml", "items": {"a": {}}}, ["nowhere.yml"]),
    ],
)
def test_a_wrong_sweep_is_one_sentence_that_names_file_and_item(tmp_path, content, words):
    with pytest.raises(StudyError) as caught:
        load_sweep(written(tmp_path, content))
    for word in words:
        assert word in str(caught.value)


@pytest.fixture(scope="module")
def swept(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sweep")
    target = run_sweep(written(folder, SMALL), folder / "sweeps", folder / "shards")
    return folder, target


def test_results_are_one_tidy_table(swept):
    _, target = swept
    table = pd.read_csv(target)
    assert list(table.columns) == list(sweep_results.COLUMNS)
    assert not table.duplicated(["item", "part", "measure"]).any()
    assert set(table.groupby("item").size()) == {len(table) // 3}
    rank = table[(table["part"] == "index") & (table["measure"] == "rank")].set_index("item")
    assert (rank["low"] <= rank["high"]).all()
    assert rank.loc["Guangdong", "value"] != rank.loc["Jiangsu", "value"]
    effects = table[table["measure"] == "C022 effect"].set_index("item")["value"]
    assert effects["Guangdong"] == pytest.approx(effects["Jiangsu"])  # the case is not in it
    assert effects["Guangdong"] != pytest.approx(effects["entropy"])
    cities = table[table["measure"] == "cities held"].set_index("item")["value"]
    assert cities.to_dict() == {"Guangdong": 21, "Jiangsu": 0, "entropy": 21}
    productivity = table[table["measure"] == "out_labprod2"]
    assert set(productivity["year"]) == {2019}


def test_a_sweep_again_reads_its_shards_and_gives_the_same_bytes(swept, monkeypatch):
    folder, target = swept
    before = target.read_bytes()
    monkeypatch.setattr(sweep_results, "build_index", None)  # nothing is computed again
    assert run_sweep(folder / "small.yml", folder / "sweeps", folder / "shards") == target
    assert target.read_bytes() == before


def test_a_case_without_an_index_has_no_rank():
    item = load_sweep(PARAMS / "sweeps" / "provinces.yml").items["Tibet"].model_dump()
    item["index"] |= {"provinces_left_out": [], "province_years": [2013, 2015]}
    item["inference"]["draws"] = 99
    content = sweep_results.key_results(sweep_results.Item("Tibet", item, ""))
    table = pd.read_csv(io.BytesIO(sweep_results.as_table([content])))
    rank = table[table["part"] == "index"]
    assert list(rank["measure"]) == ["rank"]
    assert rank["value"].isna().all()
