"""Fixtures of the tests of pages."""

import nbformat
import pytest

from nqpf.site import render_page
from tests.site.sample import EXHIBITS, PAGES, SITE, build_sample


@pytest.fixture
def render(tmp_path):
    """Writes a notebook and renders it as the first page; gives the html."""

    def rendered(content, exhibits=EXHIBITS, site=SITE):
        source = tmp_path / "in.ipynb"
        nbformat.write(content, source)
        page = tmp_path / "site" / PAGES[0].href
        render_page(source, page, pages=PAGES, site=site, exhibits=exhibits)
        return page.read_text(encoding="utf-8")

    return rendered


@pytest.fixture(scope="session")
def sample(tmp_path_factory):
    """Folder of the small site."""
    return build_sample(tmp_path_factory.mktemp("sample"))
