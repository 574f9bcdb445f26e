"""Figures as files: svg, pdf and png with the same bytes on every rebuild."""

import io
import warnings

import matplotlib as mpl
from matplotlib.figure import Figure

from nqpf.errors import StudyError

PIXELS_PER_INCH = 200
NO_CLOCK = {
    "svg": {"Date": None, "Creator": None},
    "pdf": {"CreationDate": None, "ModDate": None, "Producer": None, "Creator": None},
    "png": {"Software": None},
}


def figure_bytes(fig: Figure, name: str) -> dict[str, bytes]:
    """Render a figure in every format.

    Parameters
    ----------
    fig : Figure
        What to render.
    name : str
        Id of the exhibit; it salts the ids inside the svg, so that they never change.

    Returns
    -------
    dict of str to bytes
        Content by ending: svg, pdf, png.

    Raises
    ------
    StudyError
        If a character has no glyph in the fonts, or nothing is drawn.
    """
    if not any(ax.has_data() for ax in fig.axes):
        raise StudyError(f"{name} is empty: nothing was drawn in any of its panels")
    content = {}
    with mpl.rc_context({"svg.hashsalt": name}), warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for ending, metadata in NO_CLOCK.items():
            buffer = io.BytesIO()
            fig.savefig(buffer, format=ending, metadata=metadata, dpi=PIXELS_PER_INCH)
            content[ending] = buffer.getvalue()
    for warning in caught:
        if "missing from" in str(warning.message):
            raise StudyError(f"{name} cannot be drawn: {warning.message}")
    return content
