"""A figure as bytes: svg, pdf and png, the same on every rebuild."""

import io
import re
import warnings
from html import escape

import numpy as np
from matplotlib.figure import Figure
from matplotlib.transforms import Bbox

from nqpf.errors import StudyError
from nqpf.report.style import house_style, missing_glyphs

NO_CLOCK = {
    "svg": {"Date": None, "Creator": None, "Format": None, "Type": None},
    "pdf": {"CreationDate": None, "Creator": None, "Producer": None},
    "png": {"Software": None},
}
_METADATA = re.compile(r"<metadata>.*?</metadata>\s*", re.DOTALL)
_COORDINATES = re.compile(r'( (?:d|x|y|x1|x2|y1|y2|points)=")([^"]*)"')
_DECIMAL = re.compile(r"-?\d+\.\d{3,}")


def render(figure: Figure, salt: str, title: str, alt: str) -> dict[str, bytes]:
    """Draw a figure in three formats.

    Parameters
    ----------
    figure : Figure
        Drawn in the house style.
    salt : str
        Makes the ids inside the svg both stable and unlike those of other figures.
    title, alt : str
        Accessible name and description, kept inside the svg.

    Returns
    -------
    dict of str to bytes
        By format: svg, pdf, png. They hold neither a date nor the name of a program.

    Raises
    ------
    StudyError
        If the figure is empty, or a character has no glyph.
    """
    if not has_something_drawn(figure):
        raise StudyError(f"{salt} is empty: nothing is drawn on it; check the data it was given")
    with house_style() as _, warnings.catch_warnings():
        warnings.filterwarnings("error", message="Glyph .* missing")
        if missing := missing_glyphs(figure):
            text, chars = next(iter(missing.items()))
            raise StudyError(
                f"{salt}: no font has {' '.join(chars)} of '{text}'; "
                "add the characters to nqpf/report/fonts/build.py and build the fonts again"
            )
        content = {}
        for kind, metadata in NO_CLOCK.items():
            buffer = io.BytesIO()
            with _hashsalt(salt):
                figure.savefig(
                    buffer, format=kind, metadata=metadata, bbox_inches=_whole_canvas(figure)
                )
            content[kind] = buffer.getvalue()
    content["svg"] = _slim_svg(content["svg"].decode("utf-8"), title, alt).encode("utf-8")
    return content


def has_something_drawn(figure: Figure) -> bool:
    """Whether any mark or text of a figure has a place; axes alone are nothing."""
    for axes in figure.axes:
        if axes.texts or axes.patches or axes.images or axes.tables:
            return True
        if any(np.isfinite(line.get_xydata().astype(float)).all(1).any() for line in axes.lines):
            return True
        if any(len(mark.get_paths()) and _has_place(mark) for mark in axes.collections):
            return True
    return bool(figure.texts or figure.patches or figure.images or figure.lines)


def _has_place(mark: object) -> bool:
    offsets = np.ma.filled(np.ma.asarray(mark.get_offsets(), dtype=float), np.nan)
    return bool(np.isfinite(offsets).all(1).any())


def _whole_canvas(figure: Figure) -> Bbox:
    """The figure's own size, enlarged only where something would be cut off."""
    figure.canvas.draw()
    drawn = figure.get_tightbbox(figure.canvas.get_renderer())
    canvas = Bbox([[0, 0], figure.get_size_inches()])
    return Bbox.union([canvas, drawn]) if np.isfinite(drawn.get_points()).all() else canvas


def _hashsalt(salt: str):
    import matplotlib as mpl

    return mpl.rc_context({"svg.hashsalt": salt})


def _slim_svg(svg: str, title: str, alt: str) -> str:
    """Drop metadata, round coordinates to a hundredth of a point, add title and description."""
    svg = _METADATA.sub("", svg)
    svg = _COORDINATES.sub(lambda match: f'{match[1]}{_rounded(match[2])}"', svg)
    names = f"<title>{escape(title)}</title>\n <desc>{escape(alt)}</desc>"
    return re.sub(r"(<svg [^>]*)>", rf'\1 role="img">\n {_literal(names)}', svg, count=1)


def _rounded(coordinates: str) -> str:
    short = _DECIMAL.sub(
        lambda match: f"{float(match[0]):.2f}".rstrip("0").rstrip("."), coordinates
    )
    return " ".join(short.split())


def _literal(text: str) -> str:
    return text.replace("\\", r"\\")
