"""No title, label or word of the site is without its Chinese; `make words` lists what is."""

import pytest
from matplotlib.figure import Figure

from nqpf.report.language.entries import Catalogue, catalogue
from nqpf.report.style import house_style, missing_glyphs
from pipeline import words
from pipeline.words import LANGUAGES, furniture, is_prose, lacking, lacking_titles

HELP = "add them to src/nqpf/report/language/zh.yml; `make words` prints lines to fill in"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_title_of_an_exhibit_is_translated(language):
    assert len(words.written_titles()) > 50
    assert lacking_titles(catalogue(language)) == [], HELP


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_label_and_heading_that_notebooks_write_is_translated(language):
    assert len(words.written_labels()) > 100
    assert lacking(words.written_labels(), catalogue(language)) == [], HELP


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_of_the_site_is_translated(language):
    assert {"Search", "Show all code", "{} of {} rows", "Mechanisms"} <= set(furniture())
    assert lacking(furniture(), catalogue(language)) == [], HELP


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_character_of_the_catalogue_has_a_glyph(language):
    """Otherwise build the Chinese font again: see nqpf/report/fonts/build.py."""
    with house_style():
        figure = Figure()
        figure.text(0, 0, "".join(sorted(set("".join(catalogue(language).texts.values())))))
    assert missing_glyphs(figure) == {}


def test_what_is_missing_is_listed_once_and_prose_is_not():
    empty = Catalogue("zh", {"known": "已知"}, [])
    texts = ["new word", "known", "new\nword", "A sentence about a thing.", "C048 says so", "12"]
    assert lacking(texts, empty) == ["new word"]
    assert is_prose("A sentence about a thing.")
    assert not is_prose("Gini coefficient")


def test_the_list_ends_with_one_if_anything_is_missing(monkeypatch, capsys):
    monkeypatch.setattr(words, "furniture", lambda: ["Something unheard of"])
    monkeypatch.setattr(words, "shown_labels", lambda study: [])
    assert words.main() == 1
    assert 'zh.yml, furniture:  "Something unheard of": ' in capsys.readouterr().out
