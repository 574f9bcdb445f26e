"""Every chart form, on small frames: it draws, keeps inside the canvas and stays legible."""

import itertools

import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Text

from nqpf.errors import StudyError
from nqpf.paths import RAW
from nqpf.report import charts
from nqpf.report.palette import colours
from nqpf.report.rendering import has_something_drawn, render
from nqpf.report.style import WIDTH, missing_glyphs

LEAST = 7  # points
CITIES = pd.read_csv(RAW / "cities" / "geography.csv").rename(
    columns={"city": "unit", "city_zh": "name_zh"}
)
REGIONS = colours("cities")


def seeded():
    return np.random.default_rng(5)


def over_time(units, years):
    rng = seeded()
    return pd.DataFrame(
        [
            {"unit": unit, "year": year, "value": level + 0.01 * (year - years[0])}
            for unit in units
            for level in [rng.uniform(0.1, 0.6)]
            for year in years
        ]
    )


PATHS = over_time(CITIES["unit"], range(2007, 2012))
LAST = PATHS[PATHS["year"] == 2011].merge(CITIES, on="unit")
RANKED = LAST.assign(
    rank=LAST["value"].rank(ascending=False),
    low=lambda f: (f["rank"] - 2).clip(1),
    high=lambda f: (f["rank"] + 3).clip(upper=21),
)
POINTS = LAST.assign(x=LAST["value"], y=LAST["value"] * 1.2 + seeded().normal(0, 0.05, 21))
ESTIMATES = pd.DataFrame(
    [
        {"term": term, "estimate": e, "low": e - 0.1, "high": e + 0.1, "p": 0.03, "level": level}
        for e, (term, level) in zip(
            np.linspace(-0.1, 0.2, 6),
            itertools.product(
                ["Index", "A term with a name so long that it must be broken", "Size"],
                ["provinces", "cities"],
            ),
            strict=True,
        )
    ]
)
SQUARE = pd.DataFrame(
    np.corrcoef(seeded().normal(size=(9, 12))), CITIES["unit"][:9], CITIES["unit"][:9]
)
CURVE = pd.DataFrame({"x": np.linspace(0, 1, 20), "y": np.linspace(0, 1, 20)}).assign(
    low=lambda f: f["y"] - 0.1, high=lambda f: f["y"] + 0.1
)
CLAIMS = pd.DataFrame(
    [
        ("C048", "Emerging industries, share of GDP", 30.7, 30.7, 30.7, 0.5, "%", "supported"),
        ("C060", "Producer services", 70, 43.2, 58.4, 3, "%", "contradicted"),
        ("C075", "What nobody counts", 12, np.nan, np.nan, 1, "", "not testable here"),
        ("C080", "Far beyond the strip", 10, 30, 30, 1, "bn CNY", "contradicted"),
    ],
    columns=[
        "claim_id", "label", "stated", "found_low", "found_high", "tolerance", "unit", "verdict",
    ],
)  # fmt: skip
SPECIFICATIONS = pd.DataFrame(
    list(itertools.product(["equal", "entropy"], ["two-way", "differences"])), columns=["w", "e"]
).assign(estimate=[0.1, 0.2, 0.05, -0.1], low=-0.2, high=0.3, main=[True, False, False, False])
TREE = pd.DataFrame(
    {
        "element": ["labourers", "labourers", "means"],
        "dimension": ["skill", "public capital strength for technology and more", "digital tools"],
        "indicator": ["lab_rd_fte_pc", "lab_researcher_share_of_staff", "mea_dfi"],
        "direction": ["+", "+", "+"],
    }
)
REJECTIONS = pd.DataFrame(
    itertools.product(
        ["units alike", "two giants", "a third design with a long name"],
        ["CRV1, t(G−1)", "Driscoll-Kraay, t(T−1)", "wild, restricted"],
        [0.0, 0.2, 0.4],
    ),
    columns=["design", "method", "effect"],
).assign(share=lambda f: 5 + 200 * f["effect"], low=lambda f: f["share"] - 2,
         high=lambda f: f["share"] + 3)  # fmt: skip

FORMS = {
    "bars": lambda: charts.bars(
        LAST.rename(columns={"unit": "label"}), xlabel="Index", focus="Foshan", reference=0.3,
        reference_label="average",
    ),
    "bars_by_group": lambda: charts.bars(
        RANKED.assign(label=RANKED["unit"], low=RANKED["value"] - 0.1, high=RANKED["value"] + 0.1),
        xlabel="Index", group="region", colours=REGIONS,
    ),
    "changes": lambda: charts.changes(
        LAST.assign(label=LAST["unit"], before=LAST["value"] / 2), xlabel="Index", start="before",
        end="value", names=("2007", "2011"), focus="Foshan",
    ),
    "claim_strips": lambda: charts.claim_strips(CLAIMS),
    "coefficients": lambda: charts.coefficients(
        ESTIMATES, xlabel="Standard deviations", series="level", smallest=0.05
    ),
    "coefficients_by_group": lambda: charts.coefficients(
        ESTIMATES, xlabel="Standard deviations per standard deviation, 95% interval", group="level"
    ),
    "coverage_matrix": lambda: charts.coverage_matrix(
        pd.DataFrame([[0, 50, 100.0], [100, 97, 0]], ["rd_fte", "patents"], [2011, 2012, 2013]),
        groups={"rd_fte": "labourers", "patents": "objects"}, colours=colours("elements"),
    ),
    "dots": lambda: charts.dots(
        pd.DataFrame([(u, e, v) for u in "ab" for e, v in (("x", 1.0), ("y", 3.0))],
                     columns=["unit", "part", "value"]),
        xlabel="score", series="part", colours={"x": "#B3261E", "y": "#2F6FA8"}, focus="a",
    ),
    "curve": lambda: charts.curve(
        pd.concat([CURVE.assign(s="inner"), CURVE.assign(s="outer", y=CURVE["y"] + 0.02)]),
        xlabel="Talent", ylabel="Effect", series="s", lines={"x": 0.4, "y": 0},
        line_labels={"x": "threshold"}, rug=[0.1, 0.5],
    ),
    "heat_map": lambda: charts.heat_map(
        SQUARE, label="Correlation", centre=0, marked=[("Foshan", "Zhuhai")]
    ),
    "heat_map_large": lambda: charts.heat_map(
        pd.DataFrame(np.eye(25), [f"indicator_{i}" for i in range(25)],
                     [f"indicator_{i}" for i in range(25)]), label="Correlation",
    ),
    "lags": lambda: charts.lags(
        pd.DataFrame({"lag": [-2, -1, 0, 1], "estimate": 0.1, "low": -0.1, "high": 0.3}),
        ylabel="Effect", smallest=0.05,
    ),
    "lag_panels": lambda: charts.lag_panels(
        pd.DataFrame({"lag": [-2, -1, 0, 1] * 3, "estimate": 0.1, "low": -0.1, "high": 0.3,
                      "test": np.repeat(["Output on skill", "Sales on tools", "Third"], 4)}),
        ylabel="Effect", xlabel="Years after", smallest=0.05,
    ),
    "network": lambda: charts.network(
        CITIES.assign(x=CITIES["lon"], y=CITIES["lat"]),
        pd.DataFrame({"a": ["Foshan"], "b": ["Zhuhai"], "weight": [1.0], "marked": [True]}),
        group="region", colours=REGIONS,
    ),
    "null_distribution": lambda: charts.null_distribution(
        seeded().normal(size=200), 2.5, xlabel="Moran's I"
    ),
    "paths": lambda: charts.paths(
        PATHS, focus="Foshan", named=["Zhuhai", "Shenzhen"], ylabel="Index", others="other cities"
    ),
    "paths_in_panels": lambda: charts.paths(
        pd.concat([PATHS.assign(p=p, low=PATHS["value"] - 0.1, high=PATHS["value"] + 0.1)
                   for p in ("Labourers", "Means of labour", "Objects of labour")]),
        focus="Foshan", panel="p", band=("low", "high"), ylabel="Index",
    ),
    "rank_intervals": lambda: charts.rank_intervals(RANKED, focus="Foshan", named=["Zhuhai"]),
    "rank_intervals_by_group": lambda: charts.rank_intervals(
        RANKED, group="region", colours=REGIONS
    ),
    "rank_paths": lambda: charts.rank_paths(
        PATHS.assign(rank=PATHS.groupby("year")["value"].rank()), focus="Foshan", named=["Zhuhai"]
    ),
    "ridges": lambda: charts.ridges(
        pd.concat([CURVE.rename(columns={"y": "density"}).assign(year=y) for y in (2007, 2011)]),
        xlabel="Index",
    ),
    "clash_strips": lambda: charts.clash_strips(
        pd.DataFrame({
            "claim_id": ["X001", "X002"],
            "label": ["A share lies outside the range that the same text gives elsewhere for it",
                      "A count that should be none"],
            "said": [50, 2], "against_low": [60, 0], "against_high": [90, 0],
            "said_words": ["says 50%", "2 found"], "against_words": ["60 to 90%", "expected 0"],
            "outside": [False, True], "verdict": ["internally inconsistent", "contradicted"],
        })
    ),
    "measure_panels": lambda: charts.measure_panels(
        pd.concat([PATHS.assign(panel=name) for name in ("Services over industry", "Deviation")]),
        focus="Foshan", named=["Zhuhai", "Shenzhen"],
        better={"Services over industry": "up", "Deviation": "down"},
    ),
    "rank_bands": lambda: charts.rank_bands(
        pd.DataFrame(
            [(p, y, 3, 1, 9) for p in ("One", "Two", "Three") for y in (2011, 2012, 2014)],
            columns=["panel", "year", "rank", "low", "high"],
        ),
        line="declared",
    ),
    "share_panels": lambda: charts.share_panels(
        pd.DataFrame(
            [(m, y, p, 0.2) for m in ("Output", "Firms") for y in (2007, 2011)
             for p in ("within", "between")],
            columns=["panel", "year", "part", "value"],
        ),
        ylabel="Gini coefficient", order=["within", "between"],
    ),
    "stated_and_found": lambda: charts.stated_and_found(
        pd.DataFrame(
            [("Place: finance", w, v, k) for w, v, k in (
                (2020.5, 18.9, "counted"), (2022.1, 9.8, "context"), (2023.5, 19.8, "stated"))],
            columns=["panel", "when", "value", "kind"],
        ),
        ylabel="% of GDP",
    ),
    "paths_with_tests": lambda: charts.paths_with_tests(
        pd.DataFrame(
            [(s, y, 0.3, p) for s in ("Output", "Talent") for y, p in ((2007, 0.2), (2008, 0.01))],
            columns=["series", "year", "value", "p"],
        ),
        ylabel="Moran's I", reference=-0.05,
    ),
    "power_curves": lambda: charts.power_curves(
        REJECTIONS, xlabel="true slope", ylabel="rejections, %", nominal=5,
        focus="wild, restricted",
        marks=[0.1],
    ),
    "rejections": lambda: charts.rejections(
        REJECTIONS[REJECTIONS["effect"] == 0], xlabel="rejections, %", nominal=5,
        focus="wild, restricted",
    ),
    "scatter": lambda: charts.scatter(
        POINTS, xlabel="Index", ylabel="Upgrading", group="region", colours=REGIONS,
        focus="Foshan", fit=CURVE, lines={"x": 0.3, "y": 0.3}, diagonal=True,
    ),
    "scatter of one kind": lambda: charts.scatter(
        POINTS, xlabel="Index", ylabel="Upgrading", focus="Foshan"
    ),
    "shares": lambda: charts.shares(
        pd.DataFrame(
            [(y, p, v) for y in (2007, 2011) for p, v in (("within", 0.1), ("between", 0.2))],
            columns=["year", "part", "value"],
        ),
        ylabel="Theil T", total="total",
    ),
    "small_multiples": lambda: charts.small_multiples(PATHS, ylabel="Index"),
    "specification_density": lambda: charts.specification_density(
        pd.concat([SPECIFICATIONS] * 100, ignore_index=True).assign(
            main=[True] + [False] * 399, clear=[False, True] * 200),
        ylabel="Effect", choices={"w": "Weights", "e": "Estimator"}, main="main", clear="clear",
        smallest=0.05,
    ),
    "standing": lambda: charts.standing(
        PATHS.assign(label="Measure " + PATHS["year"].astype(str), group="labourers"),
        xlabel="Standard deviations from the mean (right is better)", focus="Foshan",
        named=["Zhuhai", "Shenzhen"], group="group",
    ),
    "tile_categories": lambda: charts.tile_categories(CITIES, category="region", colours=REGIONS),
    "tile_map": lambda: charts.tile_map(
        LAST.assign(value=LAST["value"].where(LAST["unit"] != "Yunfu")), label="Index (0–1), 2011",
        focus="Foshan",
    ),
    "scatter_panels": lambda: charts.scatter_panels(
        pd.DataFrame({"x": [-1.0, 0, 1, 0.5] * 2, "y": [0.5, 0, -1, 2] * 2,
                      "unit": ["Foshan", "Zhuhai", "Shenzhen", "Foshan"] * 2,
                      "test": np.repeat(["Output on skill", "Sales on tools"], 4)}),
        xlabel="Factor", ylabel="Outcome", slopes={"Output on skill": 0.5, "Sales on tools": -1},
        named={"Output on skill": ["Foshan"], "Sales on tools": ["Zhuhai", "Shenzhen"]},
    ),
    "tile_map_about_zero": lambda: charts.tile_map(
        LAST.assign(value=(LAST["value"] - 0.3) * 100), label="Points", centre=0, digits=1
    ),
    "tree": lambda: charts.tree(
        TREE, levels=["element", "dimension", "indicator"], root="NQPF",
        colours=colours("elements"), text="direction",
    ),
    "with_specifications": lambda: charts.with_specifications(
        pd.DataFrame({"label": ["talent alone", "capital alone, with a longer name"],
                      "estimate": [3.3, 2.4], "low": [-22.0, -9.0], "high": [20.0, 10.0]}),
        pd.DataFrame({"label": ["talent alone", "capital alone, with a longer name"],
                      "median": [1.0, 2.0], "low": [-20.0, -5.0], "high": [30.0, 6.0]}),
        xlabel="change, %",
    ),
    "frontier": lambda: charts.frontier(
        pd.DataFrame({"series": ["without spillovers"] * 2 + ["with spillovers"] * 2,
                      "share": [0.0, 1.0] * 2, "x": [-0.5, -1.0, -2.8, -3.1], "y": [0, -2, 0, -4.0],
                      "x_low": -5.0, "x_high": 0.5, "y_low": -8.0, "y_high": 2.0}),
        xlabel="mean, %", ylabel="Theil, %", ends=("spread", "core"),
    ),
    "ways": lambda: charts.ways(
        pd.DataFrame({"label": ["there", "near", "far", "never"], "years": [0, 5.0, 78.0, np.inf],
                      "low": [0, 3.0, 30.0, 55.0], "high": [0, 9.0, np.inf, np.inf],
                      "group": ["East", "West", "East", "West"]}),
        xlabel="years", most=40, group="group", colours=REGIONS,
    ),
    "verdict_bars": lambda: charts.verdict_bars(
        pd.DataFrame({"supported": [3, 0], "contradicted": [1, 2], "inconclusive": [0, 4]},
                     index=["3 Mechanisms", "4.1 Structure"])
    ),
}  # fmt: skip


def test_every_form_is_looked_at():
    assert {name for name in charts.__all__ if not any(n.startswith(name) for n in FORMS)} == set()


@pytest.mark.parametrize("name", FORMS)
def test_form(name):
    figure = FORMS[name]()
    assert has_something_drawn(figure)
    assert figure.get_size_inches()[0] == WIDTH
    figure.canvas.draw()
    drawn = figure.get_tightbbox(figure.canvas.get_renderer())
    width, height = figure.get_size_inches()
    assert min(drawn.x0, drawn.y0) > -0.02, "cut off at the left or below"
    assert drawn.x1 < width + 0.02, "cut off at the right"
    assert drawn.y1 < height + 0.02, "cut off above"
    texts = [t for t in figure.findobj(Text) if t.get_text().strip() and t.get_visible()]
    assert min(text.get_fontsize() for text in texts) >= LEAST
    assert missing_glyphs(figure) == {}


@pytest.mark.parametrize("name", ["tile_map", "scatter", "paths"])
def test_a_form_drawn_twice_gives_the_same_bytes(name):
    alt = "What the chart shows, said in more than forty characters."
    assert render(FORMS[name](), "fig-01-1-x", "Title", alt) == render(
        FORMS[name](), "fig-01-1-x", "Title", alt
    )


def test_names_fit_their_tiles():
    figure = charts.tile_map(LAST, label="Index")
    figure.canvas.draw()
    axes = figure.axes[0]
    side = axes.transData.transform((1, 0))[0] - axes.transData.transform((0, 0))[0]
    for text in axes.texts[:-1]:
        assert text.get_window_extent().width <= side, text.get_text()


@pytest.mark.parametrize("level", ["cities"])
def test_places_on_the_tile_map_are_unique(level):
    frame = pd.read_csv(RAW / level / "geography.csv")
    assert not frame.duplicated(["tile_row", "tile_col"]).any()


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (lambda: charts.tile_map(LAST.assign(tile_row=0), label="x"), "share a tile"),
        (lambda: charts.tile_map(LAST.assign(value=np.nan), label="x"), "nothing to map"),
        (lambda: charts.paths(PATHS.head(0)), "no rows"),
        (lambda: charts.paths(PATHS.drop(columns="value")), "needs a column 'value'"),
        (lambda: charts.paths(PATHS, named=list(CITIES["unit"])), "at most 8 peers"),
        (lambda: charts.coefficients(ESTIMATES, xlabel="x"), "two estimates"),
        (
            lambda: charts.tile_categories(CITIES, category="region", colours={"East": "k"}),
            "no colour is given",
        ),
    ],
)  # fmt: skip
def test_bad_frames_are_refused(draw, message):
    with pytest.raises(StudyError, match=message):
        draw()


def test_named_index_levels_count_as_columns():
    figure = charts.paths(PATHS.set_index(["unit", "year"]), focus="Foshan")
    assert has_something_drawn(figure)


HELD = [2011, 2012, 2014, 2017, 2018]  # 2013 and two more years are not held


@pytest.mark.parametrize(
    "draw",
    [
        lambda f: charts.paths(f, focus="Foshan"),
        lambda f: charts.small_multiples(f, ylabel=""),
        lambda f: charts.measure_panels(f.assign(panel="One"), focus="Foshan", named=[]),
        lambda f: charts.paths_with_tests(
            f.rename(columns={"unit": "series"}).assign(p=0.01), ylabel=""
        ),
    ],
)
def test_no_line_is_drawn_through_years_that_are_not_held(draw):
    figure = draw(over_time(["Foshan"], HELD))
    marks = [line for axes in figure.axes for line in axes.lines if len(line.get_xdata()) > 1]
    drawn = [line for line in marks if line.get_linestyle() != "None"]
    assert drawn
    for line in drawn:
        held = np.isfinite(np.asarray(line.get_ydata(), float))
        assert set(np.asarray(line.get_xdata())[held]) <= set(HELD)
        assert len(line.get_xdata()) == 8  # a gap is a missing value, not a row left out


@pytest.mark.parametrize("form", ["shares", "share_panels"])
def test_no_area_is_drawn_over_years_that_are_not_held(form):
    frame = over_time(["Farming", "Industry"], HELD).rename(columns={"unit": "part"})
    if form == "shares":
        figure = charts.shares(frame, ylabel="")
    else:
        figure = charts.share_panels(
            frame.assign(panel="One"), ylabel="", order=["Farming", "Industry"]
        )
    axes = figure.axes[0]
    for area in axes.collections:
        for path in area.get_paths():
            low, high = path.vertices[:, 0].min(), path.vertices[:, 0].max()
            assert (low, high) in ((2011, 2012), (2014, 2014), (2017, 2018))
    assert {round(bar.get_x() + bar.get_width() / 2) for bar in axes.patches} == {2014}
