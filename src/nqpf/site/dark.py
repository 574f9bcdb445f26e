"""Figures that turn dark with the page: the same svg with a second set of colours inside.

A browser tells an image whether its page is dark, and the image answers by a media query; a
program that knows none shows the figure as it was drawn. What stands on a coloured ground keeps
its colour, and so does that ground; lines, marks and words on paper are made light enough.
"""

import re
from functools import cache

from matplotlib.colors import to_hex, to_rgb

from nqpf.report.palette import contrast, palette

PAPER = "#16181a"  # of the dark page, as in nqpf.css
INKS = {"text": "#e4e0d8", "muted": "#b4aea3", "faint": "#85817a", "grid": "#33383b"}
MARK, TEXT = 3.0, 4.5  # contrast with the paper (WCAG 2.1: graphics, text)
COLOUR = re.compile(r"(fill|stroke):(#[0-9a-f]{6})")
WORDS = re.compile(r'<g style="fill:(#[0-9a-f]{6})" transform')
ON_COLOUR = {"#ffffff", "#000000"}  # words in pure white or black stand on a coloured ground
STYLE = "</style>"


def with_dark(svg: str) -> str:
    """A figure that follows the colour scheme of the page it stands on.

    Parameters
    ----------
    svg : str
        As `nqpf.report` writes it.

    Returns
    -------
    str
        With rules for dark pages added to its style.
    """
    words = set(WORDS.findall(svg))
    has_grounds = bool(words & ON_COLOUR)
    rules = [f'rect[fill="#ffffff"]{{fill:{PAPER}}}']  # below a hatch
    for kind, shade in sorted(set(COLOUR.findall(svg))):
        marks = _of_marks(shade) if kind == "stroke" or not has_grounds else _of_grounds(shade)
        rules += _rule(f'[style*="{kind}:{shade}"]', kind, shade, marks)
        if kind == "fill" and shade in words:
            rules += _rule(f'g[id^="text"]>g[style*="fill:{shade}"]', kind, marks, _of_text(shade))
        if kind == "fill":  # what keeps words clear of what is below them
            ground = PAPER if shade == "#ffffff" else shade
            rules += _rule(f'g[id^="text"]>g>path[style*="fill:{shade}"]', kind, marks, ground)
    media = f"@media (prefers-color-scheme:dark){{{''.join(rules)}}}"
    return svg.replace(STYLE, media + STYLE, 1).replace("xlink:href", "href")  # as SVG 2 has it


def _rule(selector: str, kind: str, before: str, after: str) -> list[str]:
    return [f"{selector}{{{kind}:{after}!important}}"] if before != after else []


def _of_marks(shade: str) -> str:
    return _inks().get(shade) or lightened(shade, MARK)


def _of_grounds(shade: str) -> str:
    """Fills may carry words: only paper and inks change."""
    return _inks().get(shade, shade)


def _of_text(shade: str) -> str:
    if shade in ON_COLOUR:
        return shade
    return _inks().get(shade) or lightened(shade, TEXT)


@cache
def _inks() -> dict[str, str]:
    ink = palette()["ink"]
    return {"#ffffff": PAPER} | {ink[name].lower(): shade for name, shade in INKS.items()}


@cache
def lightened(shade: str, wanted: float) -> str:
    """A colour mixed with white as little as needed for a contrast with dark paper."""
    own = to_rgb(shade)
    for step in range(21):
        mixed = to_hex([part + (1 - part) * step / 20 for part in own])
        if contrast(mixed, PAPER) >= wanted:
            break
    return mixed
