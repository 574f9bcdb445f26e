"""A whole build on the cities of another province, which a reader brought."""

import json
import shutil

import pytest
import yaml

from tests.scenarios.conftest import ROOT

CITIES = """
from nqpf import data, places
from nqpf.chapters import definitions
choices = {"coverage": 0.65, "treatment": "none", "normalisation": "minmax", "weights": "equal",
           "weights_scope": "pooled", "element_weights": "equal", "aggregation": "arithmetic",
           "missing": "complete"}
options = definitions.index_options([2007, 2021], choices)
measured = definitions.measure("cities", data.load_codebook("indicators"),
    data.load_indicators("cities"), data.load_geography("cities"), options, "Oak")
page.record("number", data.load_indicators("cities").index.unique("unit").size, digits=0)
page.record("measured", len(measured.standing), digits=0)
page.record("home", places.home_of_cities())
page.record("borders", len(data.load_adjacency("cities")), digits=0)
page.record("paper", len(places.cities_of_paper("Example")), digits=0)
"""


@pytest.fixture
def study(project):
    """A tiny copy with the example, its notebook on definitions measuring the cities."""
    shutil.copytree(ROOT / "examples", project.root / "examples")
    project.write_notebook("02_definitions", CITIES)
    return project


def test_another_provinces_cities_are_measured(study):
    file = "examples/made_up_cities/example.yml"
    result = study.make(f"PARAMS={file}")
    assert result.returncode == 0, result.stderr
    file = study.root / "build/example/facts/02_definitions.json"
    facts = json.loads(file.read_text())["facts"]
    found = {
        name: facts[name]["value"] for name in ("number", "measured", "home", "borders", "paper")
    }
    assert found == {"number": 12, "measured": 10, "home": "Example", "borders": 17, "paper": 0}
    listed = json.loads((study.root / "build/example/site/exhibits.json").read_text())
    assert "build/example/data/raw/cities/panel.csv" in listed["data"]


def test_only_exhibits_that_rest_on_the_papers_figures_stay_away(study):
    outputs = study.root / "notebooks" / "outputs.yml"
    declared = yaml.safe_load(outputs.read_text())
    declared["04_challenges"]["paper_city_tables"] = ["tab-04-1-nine"]
    outputs.write_text(yaml.safe_dump(declared))
    result = study.make("nb-04", "PARAMS=examples/made_up_cities/example.yml")
    assert result.returncode == 0, result.stderr
    declared["04_challenges"]["city_tables"] = ["tab-04-2-cities"]
    outputs.write_text(yaml.safe_dump(declared))
    result = study.make("nb-04", "PARAMS=examples/made_up_cities/example.yml")
    assert result.returncode != 0
    assert "tab-04-2-cities" in result.stderr
    assert "tab-04-1-nine" not in result.stderr
