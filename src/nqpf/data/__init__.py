"""The only room that reads data: raw tables in, panels out, and readers for everyone else."""

from nqpf.data.load import (
    load_adjacency,
    load_codebook,
    load_coverage,
    load_geography,
    load_indicators,
    load_panel,
    load_table,
    load_trace,
)

__all__ = [
    "load_adjacency",
    "load_codebook",
    "load_coverage",
    "load_geography",
    "load_indicators",
    "load_panel",
    "load_table",
    "load_trace",
]
