"""What pages do for readers, tried on the sample site."""

import pytest

INTRODUCTION = "01_introduction.html"
LEDGER = "02_ledger.html"


@pytest.fixture
def site(sample):
    return sample


def test_code_is_folded_and_unfolds_alone_or_all_at_once(look):
    page, _ = look(INTRODUCTION)
    folds = page.locator("details.code")
    source = page.locator("#cell-fig")
    assert folds.count() > 2
    assert not source.is_visible()
    folds.first.locator("summary").click()
    assert source.is_visible()
    assert not page.locator("#cell-tab").is_visible()
    page.get_by_role("button", name="Show all code").click()
    assert page.locator("#cell-tab").is_visible()
    page.reload()  # the choice is remembered
    assert page.locator("#cell-tab").is_visible()
    page.get_by_role("button", name="Hide all code").click()
    assert not source.is_visible()


def test_a_link_to_a_cell_opens_its_fold(look):
    page, _ = look(INTRODUCTION, anchor="#cell-load")
    assert page.locator("#cell-load").is_visible()
    assert not page.locator("#cell-tab").is_visible()


def test_theme_is_the_machines_until_the_reader_chooses(look):
    page, _ = look(INTRODUCTION, theme="dark")
    ground = "getComputedStyle(document.body).backgroundColor"
    dark = page.evaluate(ground)
    page.get_by_role("button", name="Theme: auto").click()
    assert page.evaluate(ground) == "rgb(255, 255, 255)" != dark
    page.reload()
    assert page.evaluate(ground) == "rgb(255, 255, 255)"
    page.get_by_role("button", name="Theme: light").click()
    assert page.evaluate(ground) == dark


def test_contents_fold_on_a_phone(look):
    page, _ = look(INTRODUCTION, 360)
    entry = page.get_by_role("link", name="The data", exact=True)
    button = page.get_by_role("button", name="Contents")
    assert not entry.is_visible()
    button.click()
    assert button.get_attribute("aria-expanded") == "true"
    entry.click()
    assert not entry.is_visible()
    assert page.url.endswith("#the-data")


def test_the_section_being_read_is_marked(look):
    page, _ = look(INTRODUCTION)
    page.evaluate("document.getElementById('which-years').scrollIntoView()")
    page.wait_for_selector('.sections a[href="#which-years"][aria-current]')


def test_figures_are_shown_larger_and_put_away(look):
    page, _ = look(INTRODUCTION)
    page.get_by_role("button", name="Enlarge Figure 1.1").click()
    assert page.locator("dialog.picture img").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator("dialog.picture img").is_visible()


def test_search_finds_a_term_on_another_page_and_goes_there(look):
    page, seen = look(INTRODUCTION)
    page.keyboard.press("/")
    page.keyboard.type("sentence claim 17")
    first = "document.querySelector('.search-results a')?.textContent === 'C017'"
    page.wait_for_function(first)  # the index loads while one types
    page.keyboard.press("Enter")
    page.wait_for_url("**/02_ledger.html#C017")
    assert page.locator("#C017").is_visible()
    assert seen.said == []


def test_search_says_when_there_is_nothing(look):
    page, _ = look(LEDGER)
    page.get_by_role("button", name="Search").click()
    page.keyboard.type("zebra")
    page.get_by_text("0 places").wait_for()
    page.keyboard.press("Escape")
    assert not page.get_by_label("Search all pages").is_visible()


def first_claims(page, count=3):
    return page.locator("#tab-02-1-ledger tbody tr:visible th").all_inner_texts()[:count]


def test_the_ledger_sorts_both_ways(look):
    page, _ = look(LEDGER)
    head = page.get_by_role("button", name="p", exact=True)
    head.click()
    assert first_claims(page) == ["C001", "C002", "C003"]
    head.click()
    assert first_claims(page) == ["C040", "C039", "C038"]
    assert page.locator('th[aria-sort="descending"]').inner_text().startswith("p")


def test_the_ledger_filters_by_verdict_and_words(look):
    page, _ = look(LEDGER)
    page.get_by_label("Verdict shown in Table 2.1").select_option("contradicted")
    assert page.get_by_text("12 of 40 rows").is_visible()
    assert first_claims(page) == ["C021", "C022", "C023"]
    page.get_by_label("Filter rows of Table 2.1").fill("c025")
    assert first_claims(page) == ["C025"]
    page.evaluate("location.hash = '#C001'")  # a link to a row that is filtered out
    page.wait_for_function("!document.getElementById('C001').hidden")
    assert page.get_by_text("40 of 40 rows").is_visible()


def test_the_ledger_filters_by_section_with_its_parts(look):
    page, _ = look(LEDGER)
    choice = page.get_by_label("Section shown in Table 2.1")
    choice.select_option("4")  # no row is of section 4 itself
    assert page.get_by_text("20 of 40 rows").is_visible()
    choice.select_option("4.1")
    assert first_claims(page) == ["C002", "C006", "C010"]
    page.get_by_label("Verdict shown in Table 2.1").select_option("inconclusive")
    assert page.get_by_text("2 of 40 rows").is_visible()


def test_what_scrolls_sideways_is_reached_by_keyboard(look):
    page, _ = look(INTRODUCTION, 360)
    region = page.locator("#tab-01-1-wide .table-scroll")
    assert region.evaluate("(one) => one.scrollWidth > one.clientWidth")
    assert region.get_attribute("tabindex") == "0"
