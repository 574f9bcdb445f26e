"""Labels, titles and the site's furniture in another language; prose stays English."""

from nqpf.report.language.entries import ENGLISH, Catalogue, catalogue
from nqpf.report.language.exhibits import (
    headings_of,
    labels_of,
    translate_figure,
    translate_table,
)

__all__ = [
    "ENGLISH",
    "Catalogue",
    "catalogue",
    "headings_of",
    "labels_of",
    "translate_figure",
    "translate_table",
]
