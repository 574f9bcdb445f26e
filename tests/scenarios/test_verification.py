"""A build that comes out the same passes; one changed byte of a table or a figure does not."""

import json
import os
import shutil

import pytest
import yaml

from tests.scenarios.conftest import ROOT

FIGURE = (
    "import matplotlib.pyplot as plt, pandas as pd\n"
    "fig, axes = plt.subplots()\n"
    "axes.plot([0, 1], [0, 1])\n"
    "page.save_figure(fig, 'fig-01-1-line', title='A line', caption='It rises.',\n"
    "    alt='A straight line that rises from the lower left to the upper right.',\n"
    "    source='made up', data=pd.DataFrame({'x': [0, 1], 'y': [0, 1]}))\n"
    "page.record('number', 0.25)"
)
DOCUMENTS = ("README.md", "PLAN.md", "LICENSE", "environment.yml")


@pytest.fixture(scope="module")
def study_once(tmp_path_factory, prepared_once):
    """A tiny copy with one figure and with committed fingerprints of its own build."""
    project = prepared_once.copied(tmp_path_factory.mktemp("study") / "study 广东")
    project.write_notebook("01_introduction_and_data", FIGURE)
    outputs = project.root / "notebooks" / "outputs.yml"
    declared = yaml.safe_load(outputs.read_text())
    declared["01_introduction_and_data"]["figures"] = ["fig-01-1-line"]
    outputs.write_text(yaml.safe_dump(declared))
    for name in DOCUMENTS:
        shutil.copy(ROOT / name, project.root / name)
    return project.with_made("fingerprints")


@pytest.fixture
def study(study_once, tmp_path):
    """A copy of the study that a test may break."""
    return study_once.copied(tmp_path / "study 浙江")


def change(path, old=b"1", new=b"2"):
    content = path.read_bytes()
    assert old in content
    path.write_bytes(content.replace(old, new, 1))


def made_elsewhere(study):
    """As if the committed fingerprints had been taken on another processor."""
    path = study.root / "data/fingerprints/made_with.csv"
    rows = [line for line in path.read_text().splitlines() if not line.startswith("processor,")]
    path.write_text("\n".join([*rows, "processor,Linux of another kind"]) + "\n")


def test_verify_compares_what_stands_and_what_a_rebuild_gives(study):
    whole = study.make("verify")
    assert whole.returncode == 0, whole.stderr
    assert "compared exactly" in whole.stdout
    assert "0 differences" in whole.stdout

    figure = study.root / "figures/fig-01-1-line.svg"
    kept = figure.read_bytes()
    change(figure, b"</svg>", b" </svg>")
    altered = study.make("verify")
    assert altered.returncode != 0
    assert "what stands here, exhibits: fig-01-1-line.svg" in altered.stderr
    assert "rebuilt, " not in altered.stderr
    figure.write_bytes(kept)

    change(study.root / "data/raw/international.csv", b"72.8", b"82.8")
    broken = study.make("verify")
    assert broken.returncode != 0
    assert "international.csv is altered" in broken.stderr
    assert "Traceback" not in broken.stderr


def test_one_byte_is_noticed_where_the_fingerprints_are_from_another_processor(study):
    made_elsewhere(study)
    change(study.root / "figures/fig-01-1-line.svg", b"</svg>", b" </svg>")
    altered = study.make("verify")
    assert altered.returncode != 0
    assert "compared within tolerances" in altered.stdout
    assert "what stands here, exhibits: fig-01-1-line.svg" in altered.stderr
    assert "rebuilt, " not in altered.stderr


def test_repro_builds_twice_and_notices_one_byte(study):
    same = study.make("repro")
    assert same.returncode == 0, same.stderr
    assert "0 of them differ" in same.stdout

    change(study.root / "figures/fig-01-1-line.svg", b"</svg>", b" </svg>")
    result = study.make("repro")
    assert result.returncode != 0
    assert "fig-01-1-line.svg differs between a clean build and what stands here" in result.stderr


def test_a_crate_packs_the_run_and_refuses_an_altered_one(study):
    pytest.importorskip("rocrate", reason="the extra `crate` is not installed")
    packed = study.make("crate")
    assert packed.returncode == 0, packed.stderr
    crate = study.root / "build/crate"
    described = json.loads((crate / "ro-crate-metadata.json").read_text())["@graph"]
    by_id = {entity["@id"]: entity for entity in described}
    action = by_id["#run-01_introduction_and_data"]
    assert {"@id": "figures/fig-01-1-line.svg"} in action["result"]
    assert action["instrument"] == {"@id": "notebooks/01_introduction_and_data.ipynb"}
    assert by_id["data/raw/provinces/panel.csv"]["sha256"]
    zenodo = json.loads((crate / ".zenodo.json").read_text())
    assert zenodo["title"] == by_id["./"]["name"]

    again = study.make("crate")
    assert again.returncode == 0
    assert json.loads((crate / "ro-crate-metadata.json").read_text())["@graph"] == described

    figure = study.root / "figures/fig-01-1-line.svg"
    kept, times = figure.read_bytes(), (figure.stat().st_atime_ns, figure.stat().st_mtime_ns)
    change(figure, b"</svg>", b" </svg>")
    assert_refused(study, "fig-01-1-line.svg")
    figure.write_bytes(kept.replace(b"rises", b"risen", 1))
    os.utime(figure, ns=times)  # neither its size nor its time tells
    assert_refused(study, "fig-01-1-line.svg")
    figure.write_bytes(kept)
    os.utime(figure, ns=times)
    assert study.make("crate").returncode == 0

    made_elsewhere(study)
    change(figure, b"</svg>", b" </svg>")
    assert_refused(study, "fig-01-1-line.svg")
    figure.write_bytes(kept)
    os.utime(figure, ns=times)
    change(study.root / "data/raw/cities/geography.csv", b"Guangzhou", b"Guangzhau")
    assert_refused(study, "data/raw/cities/geography.csv is altered")


def test_what_was_built_at_another_commit_is_neither_packed_nor_compared(study):
    pytest.importorskip("rocrate", reason="the extra `crate` is not installed")
    for target in ("crate", "repro"):
        refused = study.make(target, NQPF_COMMIT="a" * 40)
        assert refused.returncode != 0
        assert "built at commit none (unknown), and the checkout is at aaaaaaa" in refused.stderr


def assert_refused(study, word):
    refused = study.make("crate")
    assert refused.returncode != 0
    assert word in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_build_that_was_not_completed_is_not_packed(study):
    pytest.importorskip("rocrate", reason="the extra `crate` is not installed")
    for receipt in (study.root / "build/graph/receipts").glob("*.json"):
        receipt.unlink()
    assert_refused(study, "no complete build stands here")


def test_fingerprints_of_nothing_are_refused(project):
    result = project.make("verify")
    assert result.returncode != 0
    assert "data/fingerprints/panels.csv is missing" in result.stderr
