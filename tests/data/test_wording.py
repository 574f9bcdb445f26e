"""Paths as a reader knows them, and long lists cut short."""

from pathlib import Path

from nqpf.data.wording import several, shown
from nqpf.paths import ROOT


def test_paths_inside_the_project_start_at_its_root():
    assert shown(ROOT / "data" / "raw" / "x.csv") == "data/raw/x.csv"


def test_other_paths_are_whole():
    assert shown(Path("/elsewhere/x.csv")) == "/elsewhere/x.csv"


def test_five_are_named_and_the_rest_counted():
    assert several(list("abcde"), "f") == "a\nb\nc\nd\ne"
    assert several(list("abcdef"), "f") == "a\nb\nc\nd\ne\nf: and 1 more like these"
    assert several(["a"], "f", more=7) == "a\nf: and 7 more like these"
