"""Build the three fonts of this folder from the packages they come from.

Run once by hand, when a character is missing; the fonts themselves are committed, so that
every machine draws the same figure. Usage, with both packages unpacked in a folder::

    npm pack @fontsource/source-sans-3
    apt-get download fonts-noto-cjk
    python -m nqpf.report.fonts.build FOLDER_OF_WOFF_FILES NotoSansCJK-Regular.ttc

Either argument may be left out. A new character in the catalogue of labels fails the tests until
the Chinese font is built again.
"""

import sys
from pathlib import Path

from fontTools.merge import Merger
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTCollection, TTFont

from nqpf.paths import RAW

HERE = Path(__file__).parent
CATALOGUE = HERE.parent / "language" / "zh.yml"
LATIN = {"Regular": 400, "Bold": 600}  # the semibold cut serves as the house's bold
EPOCH = 2_082_844_800  # 1970 in the font clock: no clock in any artefact


def gb2312_level_1() -> set[int]:
    """Code points of the 3,755 common characters of GB/T 2312-1980, level 1."""
    cells = (bytes([row, cell]) for row in range(0xB0, 0xD8) for cell in range(0xA1, 0xFF))
    return {ord(char) for char in (cell.decode("gb2312", "ignore") for cell in cells) if char}


def catalogue_text() -> str:
    """All Chinese that the study shows: place names and the catalogue of labels."""
    tables = [RAW / level / "geography.csv" for level in ("cities", "provinces")]
    return "".join(path.read_text(encoding="utf-8") for path in [*tables, CATALOGUE])


def rename(font: TTFont, family: str, style: str) -> None:
    """Name a derived font; the licence reserves the name of the original."""
    names = font["name"]
    kept = {number: names.getDebugName(number) for number in (0, 5, 13, 14)}
    names.names = []
    full = f"{family} {style}"
    texts = {1: family, 2: style, 3: full, 4: full, 6: full.replace(" ", ""), **kept}
    for number, text in texts.items():
        if text:
            names.setName(text, number, 3, 1, 0x409)
    line = font["OS/2"]
    line.usWeightClass = 700 if style == "Bold" else 400
    em = font["head"].unitsPerEm  # matplotlib centres and spaces lines by these
    line.sTypoAscender, line.sTypoDescender, line.sTypoLineGap = (
        round(share * em) for share in (0.70, -0.24, 0.20)
    )
    font["head"].created = font["head"].modified = EPOCH
    font.recalcTimestamp = False


def build_latin(woff: Path, style: str) -> None:
    """Latin and Greek of Source Sans 3 in one file; its figures are all of one width."""
    parts = []
    for script in ("latin", "greek"):
        font = TTFont(woff / f"source-sans-3-{script}-{LATIN[style]}-normal.woff")
        font.flavor = None
        kept = {"GPOS"} if script == "latin" else set()  # kerning
        for table in {"GSUB", "GPOS", "GDEF", "STAT", "DSIG"} - kept:
            if table in font:
                del font[table]
        part = HERE / f"part-{script}.ttf"
        font.save(part)
        parts.append(part)
    merged = Merger().merge([str(part) for part in parts])
    rename(merged, "Compendium Sans", style)
    merged.save(HERE / f"CompendiumSans-{style}.ttf")
    for part in parts:
        part.unlink()


def build_hans(collection: Path) -> None:
    """Common simplified characters and those of place names, of Noto Sans CJK SC."""
    fonts = TTCollection(str(collection)).fonts
    font = next(f for f in fonts if f["name"].getDebugName(1) == "Noto Sans CJK SC")
    options = Options()
    options.hinting = False
    options.layout_features = []
    options.drop_tables += ["vhea", "vmtx", "VORG", "BASE", "GPOS", "GSUB"]
    subsetter = Subsetter(options)
    names = {ord(char) for char in catalogue_text() if ord(char) > 0x2E7F}  # some beyond level 1
    punctuation = set(range(0x3000, 0x3012)) | set(range(0xFF00, 0xFF5F))
    subsetter.populate(unicodes=gb2312_level_1() | names | punctuation)
    subsetter.subset(font)
    rename(font, "Compendium Hans", "Regular")
    font["CFF "].cff.fontNames = ["CompendiumHans"]
    font.save(HERE / "CompendiumHans-Regular.otf")


if __name__ == "__main__":
    for argument in map(Path, sys.argv[1:]):
        if argument.is_dir():
            for cut in LATIN:
                build_latin(argument, cut)
        else:
            build_hans(argument)
