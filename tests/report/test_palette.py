import itertools

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgb

from nqpf.errors import StudyError
from nqpf.paths import RAW
from nqpf.report.palette import as_text, colour, colours, contrast, palette, readable_on, scale

# Machado, Oliveira and Fernandes (2009), severity 1.0, on linear RGB
DEFICIENCIES = {
    "none": np.eye(3),
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
KINDS = [
    "cities", "provinces", "elements", "verdicts", "evidence", "focus", "parts", "neighbours",
    "sources",
]  # fmt: skip
GREY = ["parts", "neighbours", "sources"]  # told apart by lightness alone, for fills without marks
FAR_APART = 15  # CIE76; 2.3 can just be told apart side by side


def lab(shade, deficiency):
    rgb = np.array(to_rgb(shade))
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    seen = np.clip(np.array(DEFICIENCIES[deficiency]) @ linear, 0, 1)
    to_xyz = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    xyz = np.array(to_xyz) @ seen / [0.95047, 1, 1.08883]
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def nearest(shades, deficiency):
    pairs = itertools.combinations(shades.items(), 2)
    return min(
        (np.linalg.norm(lab(a, deficiency) - lab(b, deficiency)), one, other)
        for (one, a), (other, b) in pairs
    )


@pytest.mark.parametrize("deficiency", DEFICIENCIES)
@pytest.mark.parametrize("kind", KINDS)
def test_colours_of_one_kind_can_be_told_apart(kind, deficiency):
    distance, one, other = nearest(colours(kind), deficiency)
    assert distance >= FAR_APART, f"{one} and {other}"


@pytest.mark.parametrize("kind", GREY)
def test_fills_without_marks_can_be_told_apart_in_grey_print(kind):
    lightness = sorted(lab(shade, "none")[0] for shade in colours(kind).values())
    assert min(np.diff(lightness)) >= 5


@pytest.mark.parametrize("deficiency", DEFICIENCIES)
def test_peers_can_be_told_apart_from_each_other_and_from_the_focus(deficiency):
    peers = {f"peer {i}": shade for i, shade in enumerate(palette()["peers"][:6])}
    shades = {**peers, "focus": colour("focus", "focus")}
    distance, one, other = nearest(shades, deficiency)
    assert distance >= FAR_APART, f"{one} and {other}"


@pytest.mark.parametrize("kind", KINDS)
def test_marks_stand_out_from_the_page_and_their_names_can_be_read(kind):
    for name, shade in colours(kind).items():
        assert contrast(shade, "white") >= 3, name
        assert contrast(as_text(shade), "white") >= 4.5, name


def test_ink_can_be_read():
    assert contrast(colour("ink", "text"), "white") >= 7
    assert contrast(colour("ink", "muted"), "white") >= 4.5


@pytest.mark.parametrize("name", ["sequential", "diverging"])
def test_numbers_can_be_read_on_every_step_of_a_scale(name):
    for shade in scale(name)(np.linspace(0, 1, 101)):
        assert contrast(readable_on(shade), shade) >= 4.5


def test_the_sequential_scale_darkens_steadily_so_that_it_survives_grey_print():
    light = [lab(shade[:3], "none")[0] for shade in scale("sequential")(np.linspace(0, 1, 50))]
    assert (np.diff(light) < 0).all()


@pytest.mark.parametrize(
    ("level", "regions"),
    [
        (level, pd.read_csv(RAW / level / "geography.csv")["region"].unique())
        for level in ("cities", "provinces")
    ],
)
def test_every_region_has_a_colour(level, regions):
    assert set(regions) == set(colours(level))


def test_every_element_and_verdict_has_a_colour():
    assert {"labourers", "means", "objects", "index"} == set(colours("elements"))
    verdicts = {"supported", "contradicted", "inconclusive", "not testable here"}
    assert verdicts | {"internally inconsistent"} <= set(colours("verdicts"))


def test_what_has_no_colour_is_an_error():
    with pytest.raises(StudyError, match="no colour for 'Centre' among cities"):
        colour("cities", "Centre")
    with pytest.raises(StudyError, match="no kind 'towns'"):
        colours("towns")
