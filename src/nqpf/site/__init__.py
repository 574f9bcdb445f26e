"""Pages from executed notebooks: one exporter, one template, one stylesheet, no network."""

from nqpf.site.exporter import render_page
from nqpf.site.index import Finding, render_index
from nqpf.site.model import PageLink, SiteInfo

__all__ = ["Finding", "PageLink", "SiteInfo", "render_index", "render_page"]
