"""What holds for every page at every width, light and dark."""

from itertools import pairwise
from urllib.parse import unquote, urlparse

import pytest

from tests.site.browser.conftest import foreign

ALL = [(width, theme) for width in (360, 768, 1440) for theme in ("light", "dark")]
NARROW_AND_WIDE = [(width, theme) for width, theme in ALL if width != 768]
ONE = [(1440, "light")]
DARK = [(1440, "dark")]
HEAVIEST = 1_500_000  # bytes of a page with its pictures
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]
OF_COLOURS = ["color-contrast", "link-in-text-block"]  # of these rules; all others know no theme


@pytest.mark.views(ALL)
def test_fits_loads_and_is_quiet(view):
    page, seen = view.page, view.seen
    wider = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wider <= 0, f"{wider} px wider than the screen: {_too_wide(page)}"
    assert seen.said == []
    assert seen.failed == []
    assert foreign(seen.asked) == []


def _too_wide(page):
    """The elements that stick out, for the message."""
    return page.evaluate(
        """() => [...document.body.querySelectorAll("*")]
            .filter((one) => one.getBoundingClientRect().right > innerWidth + 1
                && !one.parentElement.closest(".table-scroll, pre, .equation"))
            .slice(0, 5).map((one) => `${one.tagName}.${one.className}#${one.id}`)"""
    )


@pytest.mark.views(ONE)
def test_every_picture_is_there_and_has_words(view):
    pictures = view.page.evaluate(
        """() => [...document.images].map((one) => ({
            source: one.getAttribute("src").slice(0, 80),
            words: one.alt, width: one.naturalWidth}))"""
    )
    for picture in pictures:
        assert picture["width"] > 0, picture
        assert len(picture["words"]) >= 40, picture
        assert picture["source"].rpartition("/")[2].partition(".")[0] not in picture["words"]


@pytest.mark.views(ONE)
def test_links_resolve(view, site):
    links = set(view.page.evaluate("[...document.links].map((one) => one.href)"))
    assert links
    broken = []
    for link in links:
        address = urlparse(link)
        if address.scheme != "file":
            continue
        target = unquote(address.path)
        if not target.startswith(str(site)) or not (site / target).is_file():
            broken.append(link)
        elif address.fragment and target.endswith(".html"):
            text = (site / target).read_text(encoding="utf-8")
            if f'id="{unquote(address.fragment)}"' not in text:
                broken.append(link)
    assert broken == []


@pytest.mark.views(ONE)
def test_headings_are_in_order_and_ids_are_unique(view):
    levels = view.page.evaluate(
        "[...document.querySelectorAll('h1,h2,h3,h4')].map((one) => +one.tagName[1])"
    )
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels))
    ids = view.page.evaluate("[...document.querySelectorAll('[id]')].map((one) => one.id)")
    assert len(ids) == len(set(ids))


@pytest.mark.views(ONE)
def test_is_light_enough(view, site):
    sources = set(view.page.evaluate("[...document.images].map((one) => one.src)"))
    files = [unquote(urlparse(one).path) for one in sources if one.startswith("file:")]
    weight = (site / view.name).stat().st_size + sum((site / one).stat().st_size for one in files)
    assert weight < HEAVIEST


OPERABLE = "a[href], button, summary, input, select"
AT_FOCUS = """(operable) => {
    const one = document.activeElement;
    if (one === document.body) return null;
    const style = getComputedStyle(one);
    const fresh = one.matches(operable) && !one.dataset.seen;
    one.dataset.seen = "1";
    const shown = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
    return { fresh, shown, what: one.outerHTML.slice(0, 100) };
}"""


@pytest.mark.views(ONE)
def test_keyboard_reaches_everything_and_shows_where_it_is(view):
    page = view.page
    wanted = page.evaluate(
        "(operable) => [...document.querySelectorAll(operable)]"
        ".filter((one) => one.checkVisibility({ contentVisibilityAuto: true })).length",
        OPERABLE,
    )
    reached, unseen = 0, []
    for _step in range(2 * wanted + 40):
        page.keyboard.press("Tab")
        focus = page.evaluate(AT_FOCUS, OPERABLE)
        if focus is None:
            break
        reached += focus["fresh"]
        if not focus["shown"]:
            unseen.append(focus["what"])
    assert unseen == []
    assert reached == wanted


@pytest.mark.views(DARK)
def test_prints_more_than_nothing(view):
    page = view.page
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.locator("h1").is_visible()
    assert not page.locator(".side").is_visible()
    page.emulate_media(media="screen")


@pytest.mark.views(NARROW_AND_WIDE)
def test_breaks_no_rule_of_wcag(view):
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright",
        reason="the Python package axe-playwright-python is not installed",
    )
    page = view.page
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    rules = {"type": "rule", "values": OF_COLOURS} if view.theme == "dark" else WCAG
    options = {"runOnly": rules, "resultTypes": ["violations"]}  # the rest costs half of the time
    found = axe.Axe().run(page, options=options).response
    assert found["passes"] or found["incomplete"]  # it did look at something
    assert [
        f"{one['id']}: {one['help']} {node['html'][:160]} {node['any'][:1]}"
        for one in found["violations"]
        for node in one["nodes"][:3]
    ] == []


def test_reads_without_scripts(browser, site, page_name):
    context = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 800})
    page = context.new_page()
    page.goto((site / page_name).as_uri())
    assert page.locator("h1").is_visible()
    assert page.locator("nav.chapters a").first.is_visible()
    assert not page.locator("#theme-switch").is_visible()
    context.close()
