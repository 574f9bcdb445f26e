"""Chart forms: tidy frames in, matplotlib figures out.

Every form is one function that returns a `Figure` of the house's width, to be handed to
`Page.save_figure`. None of them computes a result: a rank, an interval or a share arrives
ready.
"""

from nqpf.report.charts.bars import bars, changes, shares, verdict_bars
from nqpf.report.charts.claims import claim_strips
from nqpf.report.charts.clashes import clash_strips
from nqpf.report.charts.distributions import null_distribution, rank_paths, ridges, standing
from nqpf.report.charts.dots import dots
from nqpf.report.charts.grids import small_multiples
from nqpf.report.charts.intervals import coefficients, lags, rank_intervals
from nqpf.report.charts.matrix import coverage_matrix, heat_map
from nqpf.report.charts.over_time import (
    measure_panels,
    paths_with_tests,
    rank_bands,
    share_panels,
    stated_and_found,
)
from nqpf.report.charts.panels import lag_panels, scatter_panels
from nqpf.report.charts.paths import paths
from nqpf.report.charts.rejections import power_curves, rejections
from nqpf.report.charts.scatter import curve, network, scatter
from nqpf.report.charts.scenarios import frontier, ways, with_specifications
from nqpf.report.charts.specifications import specification_density
from nqpf.report.charts.tilemap import tile_categories, tile_map
from nqpf.report.charts.tree import tree

__all__ = [
    "bars",
    "changes",
    "claim_strips",
    "clash_strips",
    "coefficients",
    "coverage_matrix",
    "curve",
    "dots",
    "frontier",
    "heat_map",
    "lag_panels",
    "lags",
    "measure_panels",
    "network",
    "null_distribution",
    "paths",
    "paths_with_tests",
    "power_curves",
    "rank_bands",
    "rank_intervals",
    "rank_paths",
    "rejections",
    "ridges",
    "scatter",
    "scatter_panels",
    "share_panels",
    "shares",
    "small_multiples",
    "specification_density",
    "standing",
    "stated_and_found",
    "tile_categories",
    "tile_map",
    "tree",
    "verdict_bars",
    "ways",
    "with_specifications",
]
