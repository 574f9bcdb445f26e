"""The weights of a parameter file reach index, ranks, text and figures of notebook 02."""

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
NAME = "02_definitions"
QUICK = {
    "inference": {"draws": 99},
    "definitions": {"rank_draws": 64, "sobol_points": 16, "bands": 99},
}


def prose(path: Path) -> dict[str, str]:
    """Text printed by each cell of an executed notebook."""
    printed = {}
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        for output in cell.get("outputs", []):
            if "text/markdown" in output.get("data", {}):
                printed[cell["id"]] = "".join(output["data"]["text/markdown"])
    return printed


@pytest.fixture
def built(prepared):
    """Notebook 02 built twice by make, with equal and with given weights."""
    shutil.copy(ROOT / "notebooks" / f"{NAME}.ipynb", prepared.root / "notebooks")
    outputs = yaml.safe_load((prepared.root / "notebooks/outputs.yml").read_text())
    real = yaml.safe_load((ROOT / "notebooks/outputs.yml").read_text(encoding="utf-8"))
    outputs[NAME] = real[NAME]
    (prepared.root / "notebooks/outputs.yml").write_text(yaml.safe_dump(outputs))
    core = pd.read_csv(ROOT / "data/codebook/indicators.csv").query("default == 'core'")
    ids = core.loc[core["role"].isin(["labourers", "means", "objects"]), "id"].unique()
    lopsided = {"given": {name: 8.0 if name.startswith("mea_") else 1.0 for name in ids}}
    for study, index in (
        ("even", {}),
        ("lopsided", {"weights": lopsided, "element_weights": "implied"}),
    ):
        (prepared.root / f"params/{study}.yml").write_text(
            yaml.safe_dump({**QUICK, "index": index})
        )
        result = prepared.make("nb-02", f"PARAMS=params/{study}.yml")
        assert result.returncode == 0, result.stdout[-2000:] + result.stderr
    return {study: prepared.root / "build" / study for study in ("even", "lopsided")}


def test_weights_change_index_ranks_text_and_figures(built):
    even, lopsided = (
        pd.read_csv(folder / "figures/fig-02-2-map.csv").set_index("unit")
        for folder in built.values()
    )
    assert not even["index"].round(6).equals(lopsided["index"].reindex(even.index).round(6))
    assert (even["rank"] != lopsided["rank"].reindex(even.index)).any()

    weights = pd.read_csv(built["lopsided"] / "tables/tab-02-2-weights.csv")
    given = weights.set_index("indicator").loc["mea_rd_gdp", "weight"]
    assert given == pytest.approx(8 / (4 * 8 + 8) * 100)

    first, second = (prose(folder / "notebooks" / f"{NAME}.ipynb") for folder in built.values())
    assert first.keys() == second.keys()
    for cell in ("map-read", "importance-read", "choices-read", "balance-read", "convergence-read"):
        assert cell in first
    changed = {cell for cell in first if first[cell] != second[cell]}
    assert {"map-read", "importance-read", "convergence-read"} <= changed

    for figure in ("fig-02-1-tree", "fig-02-2-map", "fig-02-3-elements", "fig-02-5-ranks"):
        one, two = ((folder / f"figures/{figure}.svg").read_bytes() for folder in built.values())
        assert one != two, figure
    # what does not depend on the weights is the same, byte for byte
    one, two = ((f / "figures/fig-02-15-productivity.svg").read_bytes() for f in built.values())
    assert one == two
