"""The house style: fonts, sizes and the check that every character has a glyph."""

import re
from dataclasses import replace
from functools import cache
from pathlib import Path

import matplotlib as mpl
from matplotlib import font_manager
from matplotlib.figure import Figure
from matplotlib.text import Text

from nqpf.errors import StudyError

WIDTH = 5.2  # inches; the printed size, and every figure's
FONTS = Path(__file__).parent / "fonts"
FONT_FILES = (
    "CompendiumHans-Regular.otf",
    "CompendiumSans-Bold.ttf",
    "CompendiumSans-Regular.ttf",
)
STYLE = Path(__file__).with_name("style.mplstyle")

_BLANK = set("\n\t  \u200b")
_MATH = re.compile(r"(?<!\\)\$.*?(?<!\\)\$")


@cache
def _register_fonts() -> None:
    """Make the study's own fonts known to matplotlib.

    Raises
    ------
    StudyError
        If one is gone; matplotlib would quietly take another.
    """
    fonts = font_manager.fontManager
    for name in FONT_FILES:
        if not (FONTS / name).is_file():
            raise StudyError(f"the font {FONTS / name} is gone; bring it back, or check out anew")
        fonts.addfont(FONTS / name)
    hans = [entry for entry in fonts.ttflist if entry.name == "Compendium Hans"]
    fonts.ttflist += [replace(entry, weight=700) for entry in hans]  # one cut serves both weights


def house_style() -> mpl.rc_context:
    """Context in which every figure is made and saved.

    Settings made before, in a notebook or by a user's own matplotlibrc, do not leak in.

    Returns
    -------
    context manager
        With the house style on top of matplotlib's defaults.
    """
    _register_fonts()
    return mpl.rc_context(_settings())


@cache
def _settings() -> dict[str, object]:
    """All settings of a figure: matplotlib's defaults and the house style on top of them."""
    defaults = {key: mpl.rcParamsDefault[key] for key in mpl.rcParams if key not in _KEPT}
    return {**defaults, **mpl.rc_params_from_file(STYLE, use_default_template=False)}


_KEPT = {"backend", "backend_fallback", "interactive", "toolbar", "timezone", "savefig.directory"}


@cache
def _characters(family: str, weight: str | int) -> frozenset[int]:
    path = font_manager.findfont(
        font_manager.FontProperties(family=family, weight=weight), fallback_to_default=False
    )
    return frozenset(font_manager.get_font(path).get_charmap())


@cache
def _characters_of(families: tuple[str, ...], weight: str | int) -> frozenset[int]:
    return frozenset().union(*(_characters(family, weight) for family in families))


def missing_glyphs(figure: Figure) -> dict[str, str]:
    """Characters that no font of their text can draw.

    Parameters
    ----------
    figure : Figure
        A finished figure.

    Returns
    -------
    dict of str to str
        The characters of each text that would turn into boxes; empty where all is well.
    """
    missing = {}
    for artist in figure.findobj(Text):
        text = artist.get_text()
        if not text.strip() or not artist.get_visible():
            continue
        font = artist.get_fontproperties()
        known = _characters_of(tuple(_families(font)), font.get_weight())
        lost = {char for char in _MATH.sub("", text) if ord(char) not in known} - _BLANK
        if lost:
            missing[text] = "".join(sorted(lost))
    return missing


def _families(font: font_manager.FontProperties) -> list[str]:
    generic = {"sans-serif", "sans", "serif", "monospace", "cursive", "fantasy"}
    return ["DejaVu Sans" if name in generic else name for name in font.get_family()]
