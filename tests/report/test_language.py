import pandas as pd
import pytest
from matplotlib.figure import Figure

from nqpf.errors import StudyError
from nqpf.places import chinese_names
from nqpf.report import charts, open_page
from nqpf.report.language import entries as module
from nqpf.report.language import labels_of, translate_figure, translate_table
from nqpf.report.language.entries import Catalogue, catalogue
from nqpf.report.rendering import render
from nqpf.report.style import house_style, missing_glyphs
from nqpf.report.tables import lay_out

ALT = "Two lollipops; the second is twice as long as the first."
ZH = catalogue("zh")


@pytest.fixture
def small(tmp_path, monkeypatch):
    """Reads a catalogue written for the test."""

    def read(text):
        monkeypatch.setattr(module, "FOLDER", tmp_path)
        (tmp_path / "xx.yml").write_text(text, encoding="utf-8")
        catalogue.cache_clear()
        return catalogue("xx")

    yield read
    catalogue.cache_clear()


def test_english_changes_nothing():
    assert catalogue("en").find("Anything at all") == "Anything at all"
    assert catalogue("en").template("{case} at a glance") == "{case} at a glance"


def test_places_are_named_by_the_geography_tables():
    assert ZH.text("Guangdong") == "广东"
    assert ZH.text("Inner Mongolia") == "内蒙古"
    assert ZH.text("Xinjiang") == "新疆"
    assert ZH.text("Shenzhen") == "深圳"
    assert len(chinese_names()) == 31 + 21


def test_texts_are_found_whatever_their_line_breaks(small):
    words = small("labels:\n  labour productivity: 劳动生产率\n")
    assert words.find("labour\nproductivity") == "劳动生产率"


def test_patterns_translate_their_parts(small):
    words = small('labels:\n  "{} of {}": "{}之{}"\n  rank: 位次\n')
    assert words.find("rank of Guangdong") == "位次之广东"
    assert words.find("12 of 40") == "12之40"
    assert words.find("colour of Guangdong") is None
    assert words.text("colour of Guangdong") == "colour of Guangdong"


def test_lists_and_signs_need_no_entry():
    assert ZH.find("Guangdong, Jiangsu") == "广东、江苏"
    for sign in ("2013", "−0.5%", "C022", "fig-03-2-paths", "rd_fte_basic", "$y_i$"):
        assert ZH.find(sign) == sign


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('labels:\n  "{case} in {year}": "{case}"\n', "same fields"),
        ('labels:\n  "{} of {}": "{}"\n', "same fields"),
        ('labels:\n  "rank": " "\n', "leaves 'rank' empty"),
    ],
)
def test_an_entry_that_loses_something_is_an_error(small, text, message):
    with pytest.raises(StudyError, match=message):
        small(text)


def test_an_unknown_language_is_an_error():
    with pytest.raises(StudyError, match=r"no language 'fr'; there are en, zh"):
        catalogue("fr")


def bars():
    frame = pd.DataFrame({"label": ["Guangdong", "Jiangsu"], "value": [1.0, 2.0]})
    return charts.bars(frame, xlabel="correlation")


def test_a_figure_is_translated_with_its_ticks_and_has_every_glyph():
    figure = bars()
    figure.draw_without_rendering()
    assert {"Guangdong", "Jiangsu", "correlation"} <= set(labels_of(figure))
    translate_figure(figure, Catalogue("zh", {"correlation": "相关系数", **chinese_names()}, []))
    figure.draw_without_rendering()
    shown = labels_of(figure)
    assert {"广东", "江苏", "相关系数"} <= set(shown)
    assert not {"Guangdong", "Jiangsu", "correlation"} & set(shown)
    assert missing_glyphs(figure) == {}
    assert render(figure, "fig-01-1-x", "Title", ALT)["svg"]


def test_a_name_that_stood_in_both_languages_stands_once():
    with house_style():
        figure = Figure()
        axes = figure.subplots()
        axes.plot([0, 1])
        axes.text(0.5, 0.6, "Guangdong")
        axes.text(0.5, 0.4, "广东")
    translate_figure(figure, ZH)
    assert labels_of(figure).count("广东") == 1


def test_headings_and_names_of_a_table_are_translated_and_prose_is_not():
    frame = pd.DataFrame({"unit": ["Guangdong"], "note": ["A sentence about Guangdong."]})
    table = translate_table(lay_out(frame, {"unit": "Guangdong", "note": "note"}), ZH)
    assert table.heads == ["广东", "note"]
    assert table.rows == [["广东", "A sentence about Guangdong."]]


def test_a_chinese_page_has_chinese_titles_and_english_captions(tmp_path, monkeypatch):
    monkeypatch.setenv("NQPF_STAGE", str(tmp_path))
    monkeypatch.setitem(catalogue("zh").texts, "{case} in {year}", "{year}年的{case}")
    page = open_page("03_mechanisms", language="zh", source="own count")
    page.record("case", "Guangdong")
    page.record("year", 2021, "year")
    shown = page.save_figure(
        bars(), "fig-03-1-bars", "{case} in {year}", "Longer is more in {case}.", ALT
    )
    assert shown.title == "2021年的广东"
    assert shown.caption == "Longer is more in Guangdong."
    html = shown.html()
    assert '<strong class="exhibit-title" lang="zh"' in html
    assert "图 3.1." in html
    assert "来源: own count" in html
    assert str(page.text("See {fig-03-1-bars}.")) == "See [图 3.1](#fig-03-1-bars)."
    page.close()
    assert "correlation" in (tmp_path / "facts/03_mechanisms.json").read_text(encoding="utf-8")
