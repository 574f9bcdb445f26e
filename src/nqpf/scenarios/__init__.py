"""Strategies simulated from the estimates: what would follow if associations held.

A scenario is a YAML file that says which indicators of which units move and by how much.
Nothing here makes an estimate causal; the notebooks say so beside every number.
"""

from nqpf.scenarios.apply import Applied, apply_scenario
from nqpf.scenarios.model import Change, Scenario, load_scenario, load_scenarios

__all__ = ["Applied", "Change", "Scenario", "apply_scenario", "load_scenario", "load_scenarios"]
