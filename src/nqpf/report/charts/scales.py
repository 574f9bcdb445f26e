"""Values as colours, and the bar that explains them."""

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Colormap, Normalize, TwoSlopeNorm
from matplotlib.transforms import Bbox

from nqpf.report.charts.canvas import INK
from nqpf.report.numbers import number
from nqpf.report.palette import scale

BAR_WIDTH, BAR_HEIGHT = 110, 7  # points


@dataclass(frozen=True)
class ColourScale:
    """Colours between two ends.

    Attributes
    ----------
    low, high : float
        Ends of what is shown.
    norm : Normalize
        From values to 0 to 1; symmetric about the centre where there is one.
    colours : Colormap
        From 0 to 1 to colours.
    """

    low: float
    high: float
    norm: Normalize
    colours: Colormap

    def __call__(self, value: object) -> object:
        """Colour of a value or of each of an array."""
        return self.colours(self.norm(value))


def colour_scale(
    values: np.ndarray, centre: float | None = None, limits: tuple[float, float] | None = None
) -> ColourScale:
    """A sequential scale, or a diverging one about a centre.

    Parameters
    ----------
    values : ndarray
        What is shown; missing ones are passed over.
    centre : float, optional
        Value of the neutral colour; equal distances from it have equal strength.
    limits : (float, float), optional
        Ends of the scale; by default those of the values.
    """
    known = np.asarray(values, dtype=float)
    known = known[np.isfinite(known)]
    low, high = limits or (float(known.min()), float(known.max()))
    if centre is None:
        norm = Normalize(low, high if high > low else low + 1, clip=True)
        return ColourScale(low, high, norm, scale("sequential"))
    reach = max(abs(high - centre), abs(low - centre)) or 1
    norm = TwoSlopeNorm(centre, centre - reach, centre + reach)
    return ColourScale(min(low, centre), max(high, centre), norm, scale("diverging"))


def colour_bar(
    axes: Axes, shades: ColourScale, label: str, digits: int, *, above: bool = False
) -> None:
    """A short bar at the left below or above the axes, and what it measures beside it."""
    box = axes.inset_axes([0, 0, 0.1, 0.1])
    offset = 19 if above else -19

    def place(_axes: Axes, _renderer: object) -> Bbox:
        point = axes.figure.dpi / 72
        around = axes.get_window_extent()
        y = (around.y1 if above else around.y0) + (offset - BAR_HEIGHT / 2) * point
        bar = Bbox.from_bounds(around.x0 + 4 * point, y, BAR_WIDTH * point, BAR_HEIGHT * point)
        return bar.transformed(axes.figure.transFigure.inverted())

    box.set_axes_locator(place)
    shown = np.linspace(shades.low, shades.high, 128)
    if shades.high > shades.low:
        extent = (shades.low, shades.high, 0, 1)
        box.imshow(shades(shown)[None, :, :], aspect="auto", extent=extent)
    ticks = [shades.low, shades.high]
    if isinstance(shades.norm, TwoSlopeNorm):
        share = (shades.norm.vcenter - shades.low) / (shades.high - shades.low)
        ticks += [shades.norm.vcenter] if 0.2 < share < 0.8 else []
    box.set_yticks([])
    box.set_xticks(ticks, [number(float(tick), digits) for tick in ticks])
    box.tick_params(axis="x", length=0, pad=2, labelsize=8.5)
    box.grid(False)
    box.spines[:].set_visible(False)
    axes.annotate(
        label, (0, 1 if above else 0), (BAR_WIDTH + 24, offset), "axes fraction", "offset points",
        fontsize=9.5, color=INK, va="center_baseline", annotation_clip=False,
    )  # fmt: skip
