"""Pages from executed notebooks: one exporter, one template, one stylesheet, no network."""

from nqpf.site.chinese import write_chinese_font
from nqpf.site.exporter import render_page
from nqpf.site.index import render_exhibits, render_index
from nqpf.site.model import ExhibitLink, Finding, Ledger, PageLink, SiteInfo
from nqpf.site.search import entries_of, render_search

__all__ = [
    "ExhibitLink",
    "Finding",
    "Ledger",
    "PageLink",
    "SiteInfo",
    "entries_of",
    "render_exhibits",
    "render_index",
    "render_page",
    "render_search",
    "write_chinese_font",
]
