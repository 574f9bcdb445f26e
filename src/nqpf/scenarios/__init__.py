"""Strategies simulated from the estimates: what would follow if associations held.

A scenario is a YAML file that says which indicators of which units move and by how much. `apply`
moves them and guards against extrapolation, `link` holds the association that carries them to an
outcome, `simulation` gives effects with the uncertainty of the whole chain, `benchmark` asks how
far away others are, `coverage` checks the intervals on data with a known truth.
Nothing here makes an estimate causal; the notebooks say so beside every number.
"""

from nqpf.scenarios.apply import Applied, apply_scenario, sizes_of
from nqpf.scenarios.benchmark import distance_to_benchmark
from nqpf.scenarios.coverage import coverage
from nqpf.scenarios.link import Link
from nqpf.scenarios.model import Change, Scenario, load_scenario, load_scenarios
from nqpf.scenarios.simulation import (
    Reader,
    Simulated,
    by_specification,
    contrast,
    index_change,
    mixtures,
    shift,
    simulate,
)

__all__ = [
    "Applied",
    "Change",
    "Link",
    "Reader",
    "Scenario",
    "Simulated",
    "apply_scenario",
    "by_specification",
    "contrast",
    "coverage",
    "distance_to_benchmark",
    "index_change",
    "load_scenario",
    "load_scenarios",
    "mixtures",
    "shift",
    "simulate",
    "sizes_of",
]
