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


def pytest_generate_tests(metafunc):
    if "page_name" in metafunc.fixturenames:
        built = built_site()
        names = (
            sorted(path.name for path in built.glob("*.html"))
            if built
            else ["index.html", *(link.href for link in PAGES)]
        )
        metafunc.parametrize("page_name", names)


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


@pytest.fixture
def look(browser, site):
    """Opens a page of the site at a width and theme; gives the page and what was seen."""
    contexts = []

    def opened(name, width=1440, theme="light", anchor=""):
        context = browser.new_context(
            viewport={"width": width, "height": 800}, color_scheme=theme, reduced_motion="reduce"
        )
        context.set_default_timeout(5000)
        contexts.append(context)
        page, seen = context.new_page(), Seen()
        page.on("console", lambda message: seen.said.append(message.text))
        page.on("pageerror", lambda error: seen.said.append(str(error)))
        page.on("request", lambda request: seen.asked.append(request.url))
        page.on("requestfailed", lambda request: seen.failed.append(request.url))
        page.goto((site / name).as_uri() + anchor)
        page.evaluate("document.fonts.ready")
        return page, seen

    yield opened
    for context in contexts:
        context.close()


def foreign(addresses):
    """Addresses that are not files of the site or data inside the page."""
    return [address for address in addresses if not re.match(r"(file|data|blob):", address)]
