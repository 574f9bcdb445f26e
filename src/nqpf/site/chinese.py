"""The Chinese characters of a site as one small font, so that no reader sees boxes."""

import io
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

from nqpf.files import write_whole
from nqpf.report.fonts.build import EPOCH
from nqpf.report.style import FONTS

FIRST = 0x2E80  # code points from here on are Chinese or belong to it
STYLE = "assets/chinese.css"
FACE = (
    '@font-face { font-family: "Compendium Hans"; font-display: swap; '
    'src: url("chinese.woff") format("woff"); }\n'
)


def write_chinese_font(site: Path) -> int:
    """Write a font with every Chinese character of the site's pages, and its stylesheet.

    Parameters
    ----------
    site : Path
        All of its pages are rendered.

    Returns
    -------
    int
        How many characters the font has.
    """
    texts = [path.read_text(encoding="utf-8") for path in sorted(site.glob("*.html"))]
    texts += [path.read_text(encoding="utf-8") for path in sorted(site.glob("assets/*.js"))]
    used = {ord(char) for text in texts for char in set(text) if ord(char) >= FIRST}
    options = Options()
    options.hinting = False
    font = TTFont(FONTS / "CompendiumHans-Regular.otf", recalcTimestamp=False)
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=used)
    subsetter.subset(font)
    font["head"].created = font["head"].modified = EPOCH
    font.flavor = "woff"
    written = io.BytesIO()
    font.save(written)
    write_whole(site / "assets" / "chinese.woff", written.getvalue())
    write_whole(site / STYLE, FACE)
    return len(set(font.getBestCmap()) & used)
