import re

import pandas as pd
import pytest

from nqpf.errors import StudyError
from nqpf.report import charts, open_page
from nqpf.report import page as page_module

FRAME = pd.DataFrame({"label": ["a", "b"], "value": [1.0, 2.123456789]})
ALT = "Two lollipops; the second is twice as long as the first."
TABLE = {"id": "tab-03-1-x", "title": "A table", "note": "Two rows."}


@pytest.fixture
def page(tmp_path, monkeypatch):
    monkeypatch.setenv("NQPF_STAGE", str(tmp_path))
    return open_page("03_mechanisms", source="own computation")


def save(page, **changes):
    settings = {
        "fig": charts.bars(FRAME, xlabel="Units"), "id": "fig-03-1-bars", "title": "Bars",
        "caption": "Longer is more.", "alt": ALT,
    }  # fmt: skip
    return page.save_figure(**(settings | changes))


def test_a_figure_is_saved_in_all_formats_with_its_data(page, tmp_path):
    exhibit = save(page, data=FRAME)
    names = {file.name for file in (tmp_path / "figures").iterdir()}
    assert names == {f"fig-03-1-bars.{ending}" for ending in ("svg", "pdf", "png", "csv")}
    assert (tmp_path / "figures/fig-03-1-bars.csv").read_text().endswith("b,2.123456789\n")
    assert exhibit.endings == ["svg", "pdf", "png", "csv"]


def test_html_of_a_figure_names_describes_and_links_it(page):
    page.record("year", 2021, "year")
    html = save(page, title="Bars of {year} & more", alt=ALT + ' "quoted"').html()
    assert '<figure id="fig-03-1-bars"' in html
    assert "Figure 3.1." in html
    assert "Bars of 2021 &amp; more" in html
    assert f'alt="{ALT} &quot;quoted&quot;"' in html
    assert 'src="data:image/svg+xml;base64,' in html
    assert 'href="../figures/fig-03-1-bars.pdf"' in html
    assert "Source: own computation" in html


def test_an_alternative_text_may_read_the_data_drawn(page):
    alt = "Lollipops for {drawn} units; {drawn_highest} has the longest of them all."
    assert save(page, alt=alt).alt == "Lollipops for 2 units; b has the longest of them all."
    with pytest.raises(StudyError, match="drawn"):
        save(page, id="fig-03-2-bars", alt=ALT, caption="Of {drawn} units.")


def test_jupyter_gets_html_and_an_image(page):
    bundle = save(page)._repr_mimebundle_()
    assert set(bundle) == {"text/html", "image/png", "text/plain"}


def test_links_of_another_study_lead_to_its_own_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("NQPF_STAGE", str(tmp_path))
    exhibit = save(open_page("03_mechanisms", "jiangsu", source="own"))
    assert 'href="../build/jiangsu/figures/fig-03-1-bars.svg"' in exhibit.html()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"id": "fig-04-1-bars"}, "named like fig-03-1-slug"),
        ({"id": "bars"}, "named like"),
        ({"id": "tab-03-1-bars"}, "named like"),
        ({"id": "fig-03-1-Bars"}, "named like"),
        ({"title": " "}, "no title"),
        ({"caption": ""}, "no caption"),
        ({"alt": ""}, "no alt"),
        ({"alt": "Bars."}, "at least 40"),
        ({"source": ""}, "no source"),
        ({"title": ALT}, "repeats its title"),
        ({"caption": ALT}, "repeats its title"),
        ({"alt": "An image of a chart: fig-03-1-bars.png, saved"}, "file name"),
        ({"title": "{absent}"}, "not a recorded fact"),
    ],
)
def test_bad_figures_are_refused_and_nothing_is_written(page, tmp_path, changes, message):
    with pytest.raises(StudyError, match=message):
        save(page, **changes)
    assert not (tmp_path / "figures").exists()


def test_an_id_and_a_number_are_used_once(page):
    save(page)
    with pytest.raises(StudyError, match="saved twice"):
        save(page)
    with pytest.raises(StudyError, match="same number"):
        save(page, id="fig-03-1-other")
    page.save_table(FRAME, **TABLE)  # tables count for themselves
    with pytest.raises(StudyError, match="saved twice"):
        page.save_table(FRAME, **TABLE)


def test_a_cell_may_be_run_again_in_an_open_notebook_but_not_in_a_build(
    page, monkeypatch, tmp_path
):
    runs = iter(range(100))
    monkeypatch.setattr(page_module, "_current_run", lambda: next(runs))
    page.record("share", 1)
    with pytest.raises(StudyError, match="recorded twice"):
        page.record("share", 2)
    monkeypatch.delenv("NQPF_STAGE")
    page.record("share", 3)
    assert page.facts["share"].value == 3


def test_a_table_is_saved_in_all_formats(page, tmp_path):
    html = page.save_table(FRAME, **TABLE).html()
    names = {file.name for file in (tmp_path / "tables").iterdir()}
    assert names == {f"tab-03-1-x.{ending}" for ending in ("csv", "html", "tex")}
    assert "Table 3.1." in html
    assert 'aria-labelledby="tab-03-1-x-title"' in html
    assert 'id="tab-03-1-x-title"' in html
    assert "<!doctype html>" in (tmp_path / "tables/tab-03-1-x.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("lost", ["title", "note"])
def test_a_table_needs_its_texts(page, lost):
    with pytest.raises(StudyError, match=f"no {lost}"):
        page.save_table(FRAME, **{**TABLE, lost: ""})


def test_regressions_keep_a_tidy_csv(page, tmp_path):
    estimates = pd.DataFrame(
        {"specification": ["(1)"], "term": ["Index"], "estimate": [0.123456], "se": [0.05],
         "low": [0.0], "high": [0.2], "p": [0.03]}
    )  # fmt: skip
    html = page.save_regressions(estimates, "tab-03-1-reg", "Effects", "Exact p.").html()
    assert "0.123<br>(0.050)<br>[0.000, 0.200]<br>p = 0.030" in html
    assert "0.123456" in (tmp_path / "tables/tab-03-1-reg.csv").read_text()


def test_text_prints_facts_and_refers_to_exhibits(page):
    save(page)
    page.record("n_cities", 21)
    text = page.text("{n_cities:w} or {n_cities} cities, see {fig-03-1-bars} and {fig-02-4-map}.")
    assert str(text) == "21 or 21 cities, see [Figure 3.1](#fig-03-1-bars) and Figure 2.4."
    with pytest.raises(StudyError, match="before it is saved"):
        page.text("{fig-03-2-later}")
    with pytest.raises(StudyError, match="typed"):
        page.text("All 21 cities.")


def test_captions_name_exhibits_without_links(page):
    save(page)
    note = "As {fig-03-1-bars} and {fig-02-4-map}."
    table = page.save_table(FRAME, **{**TABLE, "note": note})
    assert "As Figure 3.1 and Figure 2.4." in table.html()
    with pytest.raises(StudyError, match="before it is saved"):
        page.save_table(FRAME, **{**TABLE, "id": "tab-03-2-y", "note": "As {fig-03-9-later}."})


def test_a_page_lists_its_exhibits(page, tmp_path):
    save(page, data=FRAME)
    page.save_table(FRAME, **TABLE)
    page.close()
    text = (tmp_path / "facts/03_mechanisms.json").read_text(encoding="utf-8")
    assert re.findall(r'"id": "([^"]+)"', text) == ["fig-03-1-bars", "tab-03-1-x"]
    assert ALT in text


def test_a_page_is_named_by_its_notebook():
    with pytest.raises(StudyError, match="named like"):
        open_page("mechanisms")
