"""The study's own panels, made here so that no test depends on a build."""

from functools import cache

from nqpf.data import load_codebook
from nqpf.data.clean import clean
from nqpf.data.indicators import compute
from nqpf.data.raw import read_long


@cache
def raw_panel(level):
    """Cleaned raw variables by unit and year."""
    return clean(level, read_long(level), load_codebook("exclusions")).panel


@cache
def indicator_panel(level):
    """Declared indicators by unit and year."""
    return compute(raw_panel(level), load_codebook("indicators"), level)
