"""Composite indicators for panels: hierarchy, treatment, normalisation, weights, aggregation.

`build_index` makes an index from a panel, a `Hierarchy` and `IndexOptions`. The modules around it
ask whether the index can be trusted: `importance` (do weights matter as they say), `audit`,
`exploratory` and `confirmatory` (do the data speak for the elements), `rank_model`, `uncertainty`
and `sensitivity` (how far ranks depend on the choices, and on which), `profile` (one unit up
close).
"""

from nqpf.index.build import IndexResult, build_index
from nqpf.index.hierarchy import (
    Hierarchy,
    characteristic_hierarchy,
    element_hierarchy,
    hierarchy_from_tree,
)
from nqpf.index.options import IndexOptions

__all__ = [
    "Hierarchy",
    "IndexOptions",
    "IndexResult",
    "build_index",
    "characteristic_hierarchy",
    "element_hierarchy",
    "hierarchy_from_tree",
]
