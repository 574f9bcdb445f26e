"""Colours by meaning, read from palette.yml."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import yaml
from matplotlib.colors import Colormap, LinearSegmentedColormap, to_hex, to_rgb

from nqpf.errors import StudyError

PALETTE = Path(__file__).with_name("palette.yml")


@cache
def palette() -> dict:
    """All of palette.yml."""
    return yaml.safe_load(PALETTE.read_text(encoding="utf-8"))


def colour(kind: str, name: str) -> str:
    """Colour of one thing.

    Parameters
    ----------
    kind : str
        `ink`, `focus`, `elements`, `verdicts`, `evidence`, or the regions of a level:
        `cities`, `provinces`.
    name : str
        What is coloured, such as `labourers` or `Pearl River Delta`.

    Returns
    -------
    str
        Hexadecimal colour.

    Raises
    ------
    StudyError
        If the palette has none: add it there rather than in a notebook.
    """
    colours = _group(kind)
    if name not in colours:
        raise StudyError(f"palette.yml has no colour for {name!r} among {kind}: {list(colours)}")
    return colours[name]


def colours(kind: str) -> dict[str, str]:
    """Colours of a kind by name, in the order of the palette."""
    return dict(_group(kind))


def peer_colours(names: Sequence[str]) -> dict[str, str]:
    """A colour for each unit compared with, by its place in the list.

    Raises
    ------
    StudyError
        If there are more units than colours.
    """
    known = palette()["peers"]
    if len(names) > len(known):
        raise StudyError(f"at most {len(known)} peers can be told apart, got {len(names)}")
    return dict(zip(names, known, strict=False))


def scale(name: str) -> Colormap:
    """Colour map, `sequential` or `diverging`."""
    return LinearSegmentedColormap.from_list(f"compendium_{name}", palette()["scales"][name])


def luminance(colour: object) -> float:
    """Relative luminance of a colour (WCAG 2.1)."""
    parts = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one: object, other: object) -> float:
    """Contrast ratio of two colours, 1 to 21 (WCAG 2.1)."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def readable_on(background: object) -> str:
    """White or black, whichever reads better on a background; one of them reaches 4.5:1."""
    inks = (palette()["ink"]["paper"], palette()["ink"]["on_colour"])
    return max(inks, key=lambda ink: contrast(ink, background))


def _group(kind: str) -> dict[str, str]:
    known = {**palette(), **palette()["regions"]}
    known = {name: group for name, group in known.items() if name not in ("regions", "scales")}
    if kind not in known or not isinstance(known[kind], dict):
        raise StudyError(f"palette.yml has no kind {kind!r}; kinds are {', '.join(known)}")
    return known[kind]


def as_text(colour: object) -> str:
    """The colour, darkened as little as needed to be read as text on white (4.5:1)."""
    ink, own = to_rgb(palette()["ink"]["text"]), to_rgb(colour)
    for step in range(21):
        mixed = to_hex([o + (i - o) * step / 20 for o, i in zip(own, ink, strict=True)])
        if contrast(mixed, "white") >= 4.5:
            break
    return mixed
