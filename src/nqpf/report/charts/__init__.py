"""Chart forms: a tidy frame in, a figure out. Each module is one form."""

from nqpf.report.charts.bars import bars, verdict_bars
from nqpf.report.charts.coefficients import coefficients
from nqpf.report.charts.matrix import coverage_matrix, heat_map
from nqpf.report.charts.paths import paths, small_multiples
from nqpf.report.charts.ranks import dots, ranks
from nqpf.report.charts.scatter import scatter
from nqpf.report.charts.strips import claim_strips
from nqpf.report.charts.tilemap import tile_map

__all__ = [
    "bars",
    "claim_strips",
    "coefficients",
    "coverage_matrix",
    "dots",
    "heat_map",
    "paths",
    "ranks",
    "scatter",
    "small_multiples",
    "tile_map",
    "verdict_bars",
]
