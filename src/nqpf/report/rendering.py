"""A figure as bytes: svg, pdf and png, the same on every rebuild."""

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from zlib import Z_DEFAULT_STRATEGY

import numpy as np
from matplotlib import rc_context, rcParams
from matplotlib.axis import Axis
from matplotlib.collections import Collection, QuadMesh
from matplotlib.figure import Figure
from matplotlib.transforms import Bbox

from nqpf.errors import StudyError
from nqpf.report.charts.canvas import set_in_place
from nqpf.report.style import house_style, missing_glyphs
from nqpf.report.svg import slim

FORMATS = {  # how each is written: without a clock or the name of a program
    "svg": {"metadata": {"Date": None, "Creator": None, "Format": None, "Type": None}},
    "pdf": {"metadata": {"CreationDate": None, "Creator": None, "Producer": None}},
    "png": {
        "metadata": {"Software": None},
        # smaller files of charts' flat colours than by Pillow's own choice, and sooner
        "pil_kwargs": {"compress_level": 4, "compress_type": Z_DEFAULT_STRATEGY},
    },
}
# matplotlib lays a figure out anew for every format unless it has no engine for it
ONE_LAYOUT = {"figure.autolayout": False, "figure.constrained_layout.use": False}


def render(figure: Figure, salt: str, title: str, alt: str) -> dict[str, bytes]:
    """Draw a figure in three formats.

    Parameters
    ----------
    figure : Figure
        Drawn in the house style; afterwards laid out for good, without a layout engine.
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
    with house_style(), warnings.catch_warnings():
        warnings.filterwarnings("error", message="Glyph .* missing")
        if missing := missing_glyphs(figure):
            text, chars = next(iter(missing.items()))
            raise StudyError(
                f"{salt}: no font has {' '.join(chars)} of '{text}'; "
                "add the characters to nqpf/report/fonts/build.py and build the fonts again"
            )
        content, canvas = {}, _lay_out(figure)
        with rc_context({"svg.hashsalt": salt} | ONE_LAYOUT), _fonts_without_kerning():
            figure.set_layout_engine(None)
            for kind, settings in FORMATS.items():
                buffer = io.BytesIO()
                figure.savefig(buffer, format=kind, bbox_inches=canvas, **settings)
                content[kind] = buffer.getvalue()
    content["svg"] = slim(content["svg"].decode("utf-8"), title, alt).encode("utf-8")
    return content


def has_something_drawn(figure: Figure) -> bool:
    """Whether any mark has a place; axes, labels and lines of reference alone are nothing."""
    for axes in figure.axes:
        for line in axes.lines:
            places = np.asarray(line.get_xydata(), dtype=float)
            if line.get_transform() is axes.transData and np.isfinite(places).all(1).any():
                return True
        for patch in axes.patches:
            box = patch.get_path().get_extents(patch.get_patch_transform())
            if patch.get_data_transform() is axes.transData and np.isfinite(box.get_points()).all():
                return True
        if axes.images or axes.tables or any(_has_place(mark) for mark in axes.collections):
            return True
    return False


def _has_place(mark: Collection) -> bool:
    offsets = np.ma.filled(np.ma.asarray(mark.get_offsets(), dtype=float), np.nan)
    shapes = mark.get_paths()
    if isinstance(mark, QuadMesh):
        return bool(np.ma.count(mark.get_array()))
    corners = [path.vertices for path in shapes if len(path.vertices)]
    shaped = any(np.isfinite(vertices).all(1).any() for vertices in corners)
    return shaped and bool(np.isfinite(offsets).all(1).any())


def _lay_out(figure: Figure) -> Bbox:
    """Set everything in its place; the figure's own size, enlarged where something is cut off."""
    figure.set_dpi(rcParams["savefig.dpi"])
    set_in_place(figure)
    drawn = figure.get_tightbbox()
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            _leave_in_place(axis)
    canvas = Bbox([[0, 0], figure.get_size_inches()])
    return Bbox.union([canvas, drawn]) if np.isfinite(drawn.get_points()).all() else canvas


def _leave_in_place(axis: Axis) -> None:
    """Spare each drawing the measuring of ticks for the sake of a label that has no words."""
    if axis.get_label_text() or axis.get_offset_text().get_text():
        return
    axis.set_label_coords(0, 0)
    for label in axis.get_ticklabels():
        label.set_in_layout(False)


@contextmanager
def _fonts_without_kerning() -> Iterator[None]:
    """A pdf holds the place of every letter; taking kerning apart is most of the work on it."""
    from unittest import mock  # here, as most processes that know of figures draw none

    from fontTools import subset

    dropped = [*subset.Options._drop_tables_default, "GPOS"]
    with mock.patch.object(subset.Options, "_drop_tables_default", dropped):
        yield
