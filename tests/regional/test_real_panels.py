"""Identities on the study's own panels; no association is tested here."""

from functools import cache

import numpy as np
import pytest
from scipy.spatial.distance import cosine

from nqpf.data import load_codebook, load_geography, load_table
from nqpf.data.clean import clean
from nqpf.data.raw import read_long
from nqpf.regional.concentration import concentration_path, region_shares
from nqpf.regional.coupling import coupling_by_definition
from nqpf.regional.decomposition import dagum_path, theil_path
from nqpf.regional.gravity import gravity_links, gravity_totals, great_circle_km
from nqpf.regional.inequality import coefficient_of_variation, inequality_path
from nqpf.regional.mobility import class_transitions, rank_changes
from nqpf.regional.samples import complete_units, complete_years
from nqpf.regional.sigma_convergence import sigma_convergence
from nqpf.regional.specialisation import (
    krugman_dissimilarity,
    location_quotients,
    pair_table,
    similarity_order,
    unido_similarity,
)
from nqpf.upgrading import structure_measures, tertiary_to_secondary

# output, its people, and the years in which both are one vintage
LEVELS = {
    "cities": ("gdp_rev", "pop_resident", 2005, 2023),
    "provinces": ("gdp_rev5", "population", 2011, 2023),
}


@cache
def study_panel(level):
    """The panel that `make data` writes, made here so that no test depends on a build."""
    return clean(level, read_long(level), load_codebook("exclusions")).panel


@pytest.fixture(scope="module", params=LEVELS)
def output(request):
    """Output, people and output per head of a level, with the regions of its units."""
    gdp, people, start, end = LEVELS[request.param]
    panel = study_panel(request.param).query(f"{start} <= year <= {end}")
    sample = complete_units(panel, [gdp, people])
    frame = sample.panel.set_axis(["gdp", "people"], axis=1)
    frame["per_head"] = frame["gdp"] / frame["people"]
    return frame, load_geography(request.param)["region"]


@pytest.fixture(scope="module")
def structure():
    """Manufacturing branches of the nine delta cities, per cent of each city's GDP."""
    table = load_table("manufacturing_structure")
    return table.pivot(index="city", columns="subsector", values="value")


def test_theil_adds_up_and_is_the_sum_over_shares(output):
    panel, regions = output
    path = theil_path(panel, "per_head", regions, weight="people")
    table = path[path["group"] == "all"].pivot(
        index=["index", "year"], columns="part", values="value"
    )
    assert (table["between"] + table["within"] - table["total"]).abs().max() < 1e-12
    shares = panel[["gdp", "people"]] / panel[["gdp", "people"]].groupby("year").sum()
    direct = (shares["gdp"] * np.log(shares["gdp"] / shares["people"])).groupby("year").sum()
    assert table.loc["Theil T", "total"].to_numpy() == pytest.approx(direct.to_numpy())
    direct = (shares["people"] * np.log(shares["people"] / shares["gdp"])).groupby("year").sum()
    assert table.loc["Theil L", "total"].to_numpy() == pytest.approx(direct.to_numpy())


def test_dagum_adds_up(output):
    panel, regions = output
    path = dagum_path(panel, "per_head", regions, weight="people", replications=20, seed=1)
    table = path.pivot(index="year", columns="part", values="value")
    parts = table[["within", "net between", "transvariation"]].sum(axis=1)
    assert (parts - table["total"]).abs().max() < 1e-12
    plain = inequality_path(panel, "per_head", weight="people", measures=["Gini"])
    assert table["total"].to_numpy() == pytest.approx(plain["value"].to_numpy())


def test_regions_share_the_total(output):
    panel, regions = output
    shares = region_shares(panel, "gdp", regions)
    by_year = shares.groupby("year")
    assert by_year["share"].sum().to_numpy() == pytest.approx(1)
    assert by_year["value"].sum().to_numpy() == pytest.approx(
        panel["gdp"].groupby("year").sum().to_numpy()
    )
    assert (by_year["units"].sum() == panel.index.unique("unit").size).all()


def test_concentration_and_inequality_tell_one_story(output):
    # Hoover of output against people is half the mean relative deviation per head
    panel, _ = output
    found = concentration_path(panel, "gdp", reference="people").query("measure == 'Hoover'")
    totals = panel.groupby("year")[["gdp", "people"]].transform("sum")
    gap = (panel["gdp"] / totals["gdp"] - panel["people"] / totals["people"]).abs()
    assert found["value"].to_numpy() == pytest.approx(gap.groupby("year").sum().to_numpy() / 2)


def test_sigma_is_the_spread_of_each_year(output):
    panel, _ = output
    path = sigma_convergence(panel, "per_head", replications=50, seed=1).path
    cv = path[path["measure"] == "coefficient of variation"]
    direct = panel["per_head"].groupby("year").apply(coefficient_of_variation)
    assert cv["value"].to_numpy() == pytest.approx(direct.to_numpy())


def test_every_move_is_counted_once(output):
    panel, _ = output
    units, years = (panel.index.unique(level) for level in ("unit", "year"))
    moves = class_transitions(panel, "per_head", replications=50, seed=1)
    assert moves.counts.to_numpy().sum() == moves.moves == len(units) * (len(years) - 1)
    changes = rank_changes(panel, "per_head", start=years.min(), end=years.max())
    assert changes["change"].sum() == 0


def test_links_of_the_cities():
    panel = study_panel("cities").xs(2023, level="year")
    places = load_geography("cities")
    links = gravity_links(panel[["pop_resident", "gdp_rev"]], places)
    assert len(links) == 21 * 20 / 2
    assert gravity_totals(links)["total"].sum() == pytest.approx(2 * links["link"].sum())
    km = great_circle_km(places)
    assert 80 < km.loc["Guangzhou", "Shenzhen"] < 130
    assert km.to_numpy().max() < 800  # the province from end to end


def test_city_structures():
    panel = study_panel("cities")
    sectors = panel[["va1", "va2", "va3"]].dropna()
    table = structure_measures(sectors)
    assert table[["primary", "secondary", "tertiary"]].sum(axis=1).to_numpy() == pytest.approx(1)
    assert table["advancement_weighted"].between(1, 3).all()
    assert table["advancement_angle"].between(1.5 * np.pi, 2.5 * np.pi).all()
    ratio = table["tertiary"] / table["secondary"]
    assert tertiary_to_secondary(sectors).to_numpy() == pytest.approx(ratio.to_numpy())


def test_province_rationalisation_is_never_negative():
    panel = study_panel("provinces")
    value_added = panel[["va_primary_pub", "va_secondary_pub", "va_tertiary_pub"]]
    employment = panel[["employment_primary", "employment_secondary", "employment_tertiary"]]
    table = structure_measures(value_added, employment)
    known = table["deviation_theil"].dropna()
    assert len(known) > 300
    assert (known >= 0).all()
    weighted, plain = table["deviation_structure_weighted"], table["deviation_structure"]
    assert (weighted.dropna() <= plain.dropna() + 1e-12).all()


def test_what_is_left_out_of_the_provinces_has_a_name():
    panel = study_panel("provinces").query("2018 <= year <= 2022")
    sample = complete_units(panel, ["hitech_newprod_sales"])
    assert "Tibet" not in sample.units
    assert "Tibet" in set(sample.left_out["unit"])
    assert len(sample.panel) + len(sample.left_out) == 31 * 5
    whole = complete_years(panel, ["gdp_rev5"])
    assert whole.left_out.empty


def test_delta_structures_agree_with_the_evidence(structure):
    # evidence.csv, C073: computed from the same published table by other hands
    pairs = pair_table(structure)
    assert len(pairs) == 36
    assert pairs["unido"].mean() == pytest.approx(0.63, abs=0.005)
    # the same row counts eight pairs above 0.8; the table gives eleven, the last 0.8003
    direct = [1 - cosine(structure.loc[p.a], structure.loc[p.b]) for p in pairs.itertuples()]
    assert pairs["unido"].to_numpy() == pytest.approx(direct)
    assert (pairs["unido"] > 0.8).sum() == 11
    unido = unido_similarity(structure)
    published = {
        ("Zhuhai", "Zhongshan"): 0.95,
        ("Shenzhen", "Dongguan"): 0.93,
        ("Shenzhen", "Foshan"): 0.25,
        ("Guangzhou", "Shenzhen"): 0.32,
    }
    for (a, b), value in published.items():
        assert unido.loc[a, b] == pytest.approx(value, abs=0.005)
    assert sorted(similarity_order(unido)) == sorted(structure.index)


def test_delta_quotients_have_mean_one(structure):
    gdp = study_panel("cities").xs(2018, level="year")["gdp_rev"]
    amounts = structure.mul(gdp.loc[structure.index], axis=0) / 100
    weights = amounts.sum(axis=1) / amounts.to_numpy().sum()
    mean = location_quotients(amounts).mul(weights, axis=0).sum()
    assert mean.to_numpy() == pytest.approx(1)
    assert krugman_dissimilarity(amounts).to_numpy() == pytest.approx(
        krugman_dissimilarity(structure).to_numpy()
    )


def test_coupling_of_two_scaled_columns(output):
    panel, _ = output
    systems = panel[["gdp", "per_head"]]
    scaled = (systems - systems.min()) / (systems.max() - systems.min())
    table = coupling_by_definition(scaled)
    assert len(table) == 2 * len(panel)
    known = table.dropna(subset="coupling")
    assert known[["coupling", "coordination"]].to_numpy().max() <= 1 + 1e-12
    wide = table.pivot(index=["unit", "year"], columns="definition", values="coordination")
    assert (wide["corrected"] <= wide["classic"] + 1e-12).all()
    assert table["grade"].notna().equals(table["coordination"].notna())
