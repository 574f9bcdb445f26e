"""Imports run downward only, as the package's docstring says."""

import grimp
import pytest

# highest first; rooms of one layer may use each other where the list says so
LAYERS = [
    {"chapters"},
    {"validation"},
    {"site", "report", "claims", "scenarios"},
    {"regression", "regional", "index", "upgrading", "productivity"},
    {"data"},
    {"params"},
    {"places", "expressions", "execution"},
    {"files", "paths", "errors"},
]


@pytest.fixture(scope="module")
def graph():
    return grimp.build_graph("nqpf", cache_dir=None)


def rooms(graph):
    return {name.split(".")[1] for name in graph.modules if "." in name}


def test_every_room_has_a_layer(graph):
    assert rooms(graph) <= set().union(*LAYERS)


def test_no_import_goes_upward(graph):
    height = {room: -depth for depth, layer in enumerate(LAYERS) for room in layer}
    upward = []
    for importer in graph.modules - {"nqpf"}:
        for imported in graph.find_modules_directly_imported_by(importer) - {"nqpf"}:
            low, high = importer.split(".")[1], imported.split(".")[1]
            if height[high] > height[low]:
                upward.append(f"{importer} -> {imported}")
    assert upward == []


def test_report_knows_nothing_of_econometrics(graph):
    below = {"regression", "regional", "index", "upgrading", "productivity", "data", "claims"}
    reached = set()
    for name in graph.modules:
        if name.startswith("nqpf.report"):
            reached |= {m.split(".")[1] for m in graph.find_upstream_modules(name) if "." in m}
    assert not reached & below
