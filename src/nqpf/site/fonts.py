"""Build the fonts of the pages from the packages they come from.

Run once by hand, when a character is missing; the fonts themselves are committed, so that every
reader sees the same page. It needs fonttools with brotli. Usage, with the package unpacked::

    npm pack @fontsource/source-serif-4
    python -m nqpf.site.fonts FOLDER_OF_WOFF2_FILES

The sans is the figures' own (`nqpf.report.fonts`), so that pages and figures speak with one voice.
"""

import sys
from pathlib import Path

from fontTools.merge import Merger
from fontTools.ttLib import TTFont

from nqpf.report import fonts as figures
from nqpf.report.fonts.build import EPOCH

ASSETS = Path(__file__).parent / "assets"
FAMILY = "Compendium Serif"
CUTS = {  # file: weight and slope in the package, name of the style
    "serif-regular": ("400-normal", "Regular"),
    "serif-italic": ("400-italic", "Italic"),
    "serif-semibold": ("600-normal", "Bold"),
}


def build_serif(package: Path, cut: str, style: str) -> TTFont:
    """Latin and Greek of Source Serif 4 in one font, under a name that its licence leaves free."""
    parts = []
    for script in ("latin", "greek"):
        font = TTFont(package / f"source-serif-4-{script}-{cut}.woff2")
        font.flavor = None
        unused = {"GSUB", "STAT", "DSIG"} | ({"GPOS", "GDEF"} if script == "greek" else set())
        for table in unused & set(font.keys()):
            del font[table]
        part = ASSETS / f"part-{script}.ttf"
        font.save(part)
        parts.append(str(part))
    merged = Merger().merge(parts)
    for part in parts:
        Path(part).unlink()
    names = merged["name"]
    kept = {number: names.getDebugName(number) for number in (0, 5, 14)}
    names.names = []
    full = f"{FAMILY} {style}"
    texts = {1: FAMILY, 2: style, 3: full, 4: full, 6: full.replace(" ", "-"), **kept}
    for number, text in texts.items():
        if text:
            names.setName(text, number, 3, 1, 0x409)
    return merged


def save(font: TTFont, name: str) -> None:
    """Write a font for the web, without a clock."""
    font["head"].created = font["head"].modified = EPOCH
    font.recalcTimestamp = False
    font.flavor = "woff2"
    font.save(ASSETS / f"{name}.woff2")


if __name__ == "__main__":
    for name, (cut, style) in CUTS.items():
        save(build_serif(Path(sys.argv[1]), cut, style), name)
    folder = Path(figures.__file__).parent
    for name, style in (("sans-regular", "Regular"), ("sans-semibold", "Bold")):
        save(TTFont(folder / f"CompendiumSans-{style}.ttf", recalcTimestamp=False), name)
