import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from nqpf.errors import StudyError
from nqpf.paths import RAW
from nqpf.report.rendering import has_something_drawn, render
from nqpf.report.style import FONTS, house_style, missing_glyphs

ALT = "A line that rises from the lower left to the upper right."


def figure_with(text, **settings):
    with house_style():
        figure = Figure(figsize=(2, 1))
        axes = figure.subplots()
        axes.plot([0, 1], [0, 1])
        axes.set_title(text, **settings)
    return figure


@pytest.mark.parametrize("level", ["cities", "provinces"])
def test_every_chinese_name_has_its_glyphs_in_both_weights(level):
    frame = pd.read_csv(RAW / level / "geography.csv")
    names = "".join(frame[frame.columns[2]])
    assert missing_glyphs(figure_with(names)) == {}
    assert missing_glyphs(figure_with(names, fontweight="bold")) == {}


def test_signs_of_statistics_have_glyphs():
    assert missing_glyphs(figure_with("β ρ χ² ≤ ≥ ≈ × − – — ± ↑ ↓ → ′ …")) == {}


def test_a_missing_glyph_is_an_error_never_a_box():
    figure = figure_with("rank \N{EGYPTIAN HIEROGLYPH A001}")
    with pytest.raises(StudyError, match="no font has"):
        render(figure, "fig-01-1-x", "Title", ALT)


def test_formulas_are_not_mistaken_for_missing_characters():
    assert missing_glyphs(figure_with(r"$\hat{\beta}$ of the index")) == {}


def test_what_a_user_set_before_does_not_leak_in():
    with mpl.rc_context({"font.size": 30, "axes.grid": False, "svg.fonttype": "none"}):
        with house_style():
            assert mpl.rcParams["font.size"] == 9.5
            assert mpl.rcParams["axes.grid"]
            assert mpl.rcParams["svg.fonttype"] == "path"
        assert mpl.rcParams["font.size"] == 30


def test_fonts_come_with_their_licence():
    assert "SIL OPEN FONT LICENSE" in (FONTS / "OFL.txt").read_text(encoding="utf-8")


def test_the_same_figure_gives_the_same_bytes():
    one = render(figure_with("Guangdong 广东"), "fig-01-1-x", "Title", ALT)
    other = render(figure_with("Guangdong 广东"), "fig-01-1-x", "Title", ALT)
    assert one == other


def test_no_clock_and_no_program_in_any_file():
    files = render(figure_with("Title"), "fig-01-1-x", "A <title>", ALT)
    svg = files["svg"].decode()
    assert "<title>A &lt;title&gt;</title>" in svg
    assert f"<desc>{ALT}</desc>" in svg
    assert 'role="img"' in svg
    for content in files.values():
        for word in (b"Matplotlib", b"CreationDate", b"dc:date", b"Software"):
            assert word not in content


def test_nothing_is_cut_off():
    figure = figure_with("x")
    figure.axes[0].text(1.05, 0.5, "a very long label beyond the right edge")
    svg = render(figure, "fig-01-1-x", "Title", ALT)["svg"].decode()
    width = float(svg.split('width="')[1].split("pt")[0])
    assert width > 2 * 72


def test_all_formats_share_one_layout(monkeypatch):
    made, execute = [], ConstrainedLayoutEngine.execute
    monkeypatch.setattr(
        ConstrainedLayoutEngine, "execute", lambda *args: made.append(execute(*args))
    )
    render(figure_with("Title"), "fig-01-1-x", "Title", ALT)
    assert len(made) == 1


@pytest.mark.parametrize("draw", ["nothing", "missing", "reference", "label"])
def test_axes_without_marks_are_empty(draw):
    figure = Figure()
    axes = figure.subplots()
    match draw:
        case "missing":
            axes.plot([1, 2], [np.nan, np.nan])
        case "reference":
            axes.axhline(0)
            axes.axvspan(0, 1)
        case "label":
            axes.annotate("Index", (0, 1), xycoords="axes fraction")
    assert not has_something_drawn(figure)
    with pytest.raises(StudyError, match="empty"):
        render(figure, "fig-01-1-x", "Title", ALT)
