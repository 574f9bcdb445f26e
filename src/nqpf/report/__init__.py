"""Exhibits, facts and text of a notebook; knows nothing of econometrics."""

from nqpf.report.facts import Fact, load_facts
from nqpf.report.page import Exhibit, Page, open_page

__all__ = ["Exhibit", "Fact", "Page", "load_facts", "open_page"]
