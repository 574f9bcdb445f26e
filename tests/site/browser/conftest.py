"""Pages in a real browser: the small sample site, or the one named by NQPF_SITE.

Playwright drives the machine's own Chromium (NQPF_CHROMIUM, or `chromium` on the path); where
either is missing the tests say so and are skipped.
"""

import os
import re
import shutil
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.site.sample import PAGES

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
QUIET = (  # a browser that asks nobody anything
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def built_site() -> Path | None:
    """Site that was asked for, if any."""
    named = os.environ.get("NQPF_SITE")
    return Path(named).resolve() if named else None


def page_names() -> list[str]:
    """Names of the pages that are looked at."""
    built = built_site()
    if built is None:
        return ["index.html", *(link.href for link in PAGES)]
    return sorted(path.name for path in built.glob("*.html"))


def pytest_generate_tests(metafunc):
    if "page_name" in metafunc.fixturenames:
        metafunc.parametrize("page_name", page_names())
    if "view" in metafunc.fixturenames:
        (asked,) = metafunc.definition.get_closest_marker("views").args
        views = [(name, *view) for name in page_names() for view in asked]
        ids = [f"{name}-{width}-{theme}" for name, width, theme in views]
        metafunc.parametrize("view", views, indirect=True, ids=ids)


def pytest_collection_modifyitems(items):
    """Everything about one view of a page runs together: it is opened once for all of it."""
    places = [at for at, item in enumerate(items) if "view" in item.fixturenames]
    ordered = sorted((items[at] for at in places), key=lambda item: item.callspec.params["view"])
    for at, item in zip(places, ordered, strict=True):
        items[at] = item


@pytest.fixture(scope="session")
def site(request):
    """Folder of the site that is looked at."""
    built = built_site()
    if built is None:
        return request.getfixturevalue("sample")
    if not (built / "index.html").is_file():
        pytest.fail(f"NQPF_SITE names {built}, where no index.html is; build the site first")
    return built


@pytest.fixture(scope="session")
def browser():
    """One Chromium for all tests."""
    playwright = pytest.importorskip(
        "playwright.sync_api", reason="the Python package playwright is not installed"
    )
    program = os.environ.get("NQPF_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        pytest.skip("no Chromium on this machine: install one or name it by NQPF_CHROMIUM")
    with playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=program, args=list(QUIET))
        yield opened
        opened.close()


@dataclass
class Seen:
    """What a page said and asked for while it was open."""

    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)


def opened(browser, address, width, theme):
    """Page in a context of its own at a width and theme, and what was seen of it."""
    context = browser.new_context(
        viewport={"width": width, "height": 800}, color_scheme=theme, reduced_motion="reduce"
    )
    context.set_default_timeout(5000)
    page, seen = context.new_page(), Seen()
    page.on("console", lambda message: seen.said.append(message.text))
    page.on("pageerror", lambda error: seen.said.append(str(error)))
    page.on("request", lambda request: seen.asked.append(request.url))
    page.on("requestfailed", lambda request: seen.failed.append(request.url))
    page.goto(address)
    page.evaluate("document.fonts.ready")
    return page, seen


@pytest.fixture
def look(browser, site):
    """Opens a page of the site at a width and theme; gives the page and what was seen."""
    pages = []

    def at(name, width=1440, theme="light", anchor=""):
        page, seen = opened(browser, (site / name).as_uri() + anchor, width, theme)
        pages.append(page)
        return page, seen

    yield at
    for page in pages:
        page.context.close()


@dataclass
class View:
    """A page at a width and theme, open for all tests about it; they leave it as it was."""

    name: str
    theme: str
    page: object
    seen: Seen


@pytest.fixture(scope="session")
def last_view(browser, site):
    """Gives a view, the one that is open if it is the same as the last."""
    kept = {}

    def at(name, width, theme):
        if (name, width, theme) not in kept:
            close()
            page, seen = opened(browser, (site / name).as_uri(), width, theme)
            kept[name, width, theme] = View(name, theme, page, seen)
        return kept[name, width, theme]

    def close():
        while kept:
            kept.popitem()[1].page.context.close()

    yield at
    close()


@pytest.fixture
def view(request, last_view):
    """The view that the test asks for by its mark `views`."""
    return last_view(*request.param)


def foreign(addresses):
    """Addresses that are not files of the site or data inside the page."""
    return [address for address in addresses if not re.match(r"(file|data|blob):", address)]
