"""Figures, tables, numbers in prose: tidy frames in, exhibits out; no econometrics.

A notebook opens its page once and sends everything it shows through it::

    from nqpf import report

    page = report.open_page("03_mechanisms", study)
    page.record("n_cities", 21, note="cities in the panel")
    page.text("The panel holds {n_cities} cities.")
    fig = report.charts.paths(frame, focus="Guangdong", ylabel="Index")
    page.save_figure(fig, "fig-03-1-paths", title, caption, alt, data=frame, source=source)
"""

from nqpf.report import charts
from nqpf.report.facts import Fact, load_exhibits, load_facts, load_labels
from nqpf.report.page import Page, open_page
from nqpf.report.palette import colour

__all__ = [
    "Fact",
    "Page",
    "charts",
    "colour",
    "load_exhibits",
    "load_facts",
    "load_labels",
    "open_page",
]
