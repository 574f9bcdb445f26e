"""Sweeps: the same study under many parameter sets, each checked like a parameter file."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nqpf.errors import StudyError
from nqpf.params import Parameters, read_content, study_name, validated

KEYS = {"base", "items"}


@dataclass(frozen=True)
class Sweep:
    """Parameter sets by name.

    Attributes
    ----------
    name : str
        Of the sweep's file, without its ending.
    items : dict of str to Parameters
        In the order of the file.
    """

    name: str
    items: dict[str, Parameters]


def load_sweep(path: Path) -> Sweep:
    """Read a sweep and check every item before anything runs.

    Parameters
    ----------
    path : Path
        A YAML file with `items`, a mapping of names to overrides by topic, and `base`, the
        parameter file that they override, seen from the sweep's own folder (optional).

    Raises
    ------
    StudyError
        If the file is not a sweep, or an item holds what a parameter file could not; the sentence
        names file, item, key and what is allowed.
    """
    content = read_content(path)
    items = content.get("items")
    if not set(content) <= KEYS or not isinstance(items, dict) or not items:
        raise StudyError(
            f"{path} must hold 'items:', a mapping of names to overrides, and may hold 'base:'; "
            f"got {', '.join(map(str, content)) or 'nothing'}"
        )
    base = content.get("base")
    shared = read_content((path.parent / str(base)).resolve()) if base is not None else {}
    found = {}
    for name, overrides in items.items():
        if not isinstance(overrides, dict):
            raise StudyError(
                f"{path}: the item '{name}' must hold topics such as 'study:', got {overrides!r}"
            )
        found[str(name)] = validated(f"{path}, item '{name}'", _merged(shared, overrides))
    return Sweep(study_name(path), found)


def _merged(base: Mapping[str, Any], overrides: Mapping[str, Any]) -> dict[str, Any]:
    """The base with some fields of its topics replaced."""
    out = dict(base)
    for topic, fields in overrides.items():
        both = isinstance(fields, dict) and isinstance(out.get(topic), dict)
        out[topic] = {**out[topic], **fields} if both else fields
    return out
