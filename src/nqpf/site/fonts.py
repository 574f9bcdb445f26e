"""Build the fonts of the pages from the packages they come from.

Run once by hand, when a character is missing; the fonts themselves are committed, so that every
reader sees the same page. It needs fonttools with brotli. Usage, with both packages unpacked::

    npm pack @fontsource/source-serif-4
    apt-get download fonts-stix
    python -m nqpf.site.fonts FOLDER_OF_WOFF2_FILES STIXMath-Regular.otf

The sans is the figures' own (`nqpf.report.fonts`), so that pages and figures speak with one voice.
"""

import sys
from pathlib import Path

from fontTools.merge import Merger
from fontTools.pens.t2CharStringPen import T2CharStringPen
from fontTools.pens.transformPen import TransformPen
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

from nqpf.report import fonts as figures
from nqpf.report.fonts.build import EPOCH

ASSETS = Path(__file__).parent / "assets"
SERIF, MATH = "Compendium Serif", "Compendium Math"  # the licences reserve the original names
CUTS = {  # file: weight and slope in the package, name of the style
    "serif-regular": ("400-normal", "Regular"),
    "serif-italic": ("400-italic", "Italic"),
    "serif-semibold": ("600-normal", "Bold"),
}
PRIMES = (0x2032, 0x2033, 0x2034)
PRIME_SCALE, PRIME_SHIFT = 1.45, -560  # units of a thousandth of the em
MATH_RANGES = (  # letters, accents, Greek, operators, arrows, brackets, the italic alphabet
    "0020-007E 00B1 00D7 00F7 0302-0304 0307-0308 0393-03A9 03B1-03C9 2016 2020-2026 2032-2034 "
    "2061-2064 210E 211D 2190-2193 21D2 2200-220B 2211-2213 2217 221A 221D-221E 2223-222B 223C "
    "2248 2260-2265 2282-2287 22C5 22EF 2308-230B 27E8-27E9 1D434-1D467 1D6A4-1D6A5 1D6FC-1D71B"
)


def build_serif(package: Path, cut: str) -> TTFont:
    """Latin and Greek of Source Serif 4 in one font."""
    parts = []
    for script in ("latin", "greek"):
        font = TTFont(package / f"source-serif-4-{script}-{cut}.woff2")
        font.flavor = None
        unused = {"GSUB", "STAT", "DSIG"} | ({"GPOS", "GDEF"} if script == "greek" else set())
        for table in unused & set(font.keys()):
            del font[table]
        part = ASSETS / f"part-{script}.ttf"
        font.save(part)
        parts.append(part)
    merged = Merger().merge([str(part) for part in parts])
    for part in parts:
        part.unlink()
    return merged


def build_math(source: Path) -> TTFont:
    """What formulas of the social sciences need of STIX Math, with its table of measures."""
    font = TTFont(source)
    options = Options()
    options.hinting = False
    options.layout_features = ["ssty", "math", "dtls", "flac"]
    options.drop_tables += ["FFTM", "BASE"]
    subsetter = Subsetter(options)
    ends = [[int(end, 16) for end in part.split("-")] for part in MATH_RANGES.split()]
    subsetter.populate(unicodes=[code for part in ends for code in range(part[0], part[-1] + 1)])
    subsetter.subset(font)
    font["CFF "].cff.fontNames = [MATH.replace(" ", "")]
    for code in PRIMES:
        lower(font, font.getBestCmap()[code])
    return font


def lower(font: TTFont, name: str) -> None:
    """Draw a prime larger and on the line: MathML raises it, and raised twice it is lost."""
    glyphs = font.getGlyphSet()
    width = font["hmtx"][name][0] * PRIME_SCALE
    pen = T2CharStringPen(width, glyphs)
    glyphs[name].draw(TransformPen(pen, (PRIME_SCALE, 0, 0, PRIME_SCALE, 0, PRIME_SHIFT)))
    top = font["CFF "].cff.topDictIndex[0]
    old = top.CharStrings[name]
    top.CharStrings[name] = pen.getCharString(private=old.private, globalSubrs=old.globalSubrs)
    font["hmtx"][name] = (round(width), font["hmtx"][name][1])


def rename(font: TTFont, family: str, style: str) -> None:
    """Name a derived font; copyright, version and the address of the licence stay."""
    names = font["name"]
    kept = {number: names.getDebugName(number) for number in (0, 5, 14)}
    names.names = []
    full = f"{family} {style}"
    texts = {1: family, 2: style, 3: full, 4: full, 6: full.replace(" ", "-"), **kept}
    for number, text in texts.items():
        if text:
            names.setName(text, number, 3, 1, 0x409)


def save(font: TTFont, name: str) -> None:
    """Write a font for the web, without a clock."""
    font["head"].created = font["head"].modified = EPOCH
    font.recalcTimestamp = False
    font.flavor = "woff2"
    font.save(ASSETS / f"{name}.woff2")


if __name__ == "__main__":
    for name, (cut, style) in CUTS.items():
        serif = build_serif(Path(sys.argv[1]), cut)
        rename(serif, SERIF, style)
        save(serif, name)
    formulas = build_math(Path(sys.argv[2]))
    rename(formulas, MATH, "Regular")
    save(formulas, "math-regular")
    folder = Path(figures.__file__).parent
    for name, style in (("sans-regular", "Regular"), ("sans-semibold", "Bold")):
        save(TTFont(folder / f"CompendiumSans-{style}.ttf", recalcTimestamp=False), name)
