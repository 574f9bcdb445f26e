import pandas as pd
import pytest

from nqpf.report import charts
from nqpf.report.palette import colours, contrast, palette
from nqpf.report.rendering import render
from nqpf.site.dark import INKS, MARK, PAPER, TEXT, lightened, with_dark

ALT = "Two lollipops; the second is twice as long as the first."


@pytest.fixture(scope="module")
def drawn():
    frame = pd.DataFrame({"label": ["a", "b"], "value": [1.0, 2.0]})
    return render(charts.bars(frame, xlabel="Units"), "fig-01-1-x", "T", ALT)["svg"].decode()


def test_only_a_dark_page_sees_other_colours(drawn):
    dark = with_dark(drawn)
    head, _, rest = dark.partition("@media (prefers-color-scheme:dark){")
    rules, _, tail = rest.partition("}}</style>")
    assert head + "</style>" + tail == drawn.replace("xlink:href", "href")
    assert '[style*="fill:#ffffff"]{fill:' + PAPER in rules
    assert f"fill:{INKS['text']}" in rules or f"fill:{INKS['muted']}" in rules


@pytest.mark.parametrize("kind", ["cities", "provinces", "elements", "verdicts", "focus"])
def test_every_colour_is_made_light_enough(kind):
    for shade in colours(kind).values():
        assert contrast(lightened(shade.lower(), MARK), PAPER) >= MARK
        assert contrast(lightened(shade.lower(), TEXT), PAPER) >= TEXT


def test_inks_can_be_read_on_dark_paper():
    assert set(INKS) <= set(palette()["ink"])
    assert contrast(INKS["text"], PAPER) >= 7
    assert contrast(INKS["muted"], PAPER) >= TEXT


def test_words_on_a_coloured_ground_keep_their_colour_and_the_ground_its_own():
    svg = (
        "<svg><defs><style>*{}</style></defs>"
        '<g id="patch_2"><path d="M0 0" style="fill:#163a57"/></g>'
        '<g id="text_1"><g style="fill:#ffffff" transform="scale(1)"><use/></g></g></svg>'
    )
    dark = with_dark(svg)
    assert "#163a57" not in dark.partition("</style>")[0]
    assert 'g[id^="text"]>g[style*="fill:#ffffff"]{fill:#ffffff!important}' in dark
