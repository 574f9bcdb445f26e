"""Panels with a known truth: persistent series, giants, common shocks, regressors that rarely move.

Arrays have shape (S, G, T): simulations, units, years. Unit and year effects are not drawn, because
two-way fixed effects take them out exactly.
"""

from dataclasses import dataclass

import numpy as np

from nqpf.errors import StudyError

GIANT = 5.0  # by how much the series of a giant swing more widely
PERSISTENCE = 0.8


@dataclass(frozen=True)
class PanelDesign:
    """How panels of a regressor and an unrelated error are drawn.

    Attributes
    ----------
    name : str
        What readers call it.
    units, years : int
        G and T.
    giants : int
        Units whose regressor and error both swing `GIANT` times as widely.
    common : float
        Strength of shocks that reach all units, some strongly and some weakly: the same loadings
        for regressor and error, the shocks themselves independent. The shocks make up
        ``common**2 / (1 + common**2)`` of the variance; 0: units are independent.
    movers : int, optional
        Units whose regressor varies at all; by default all.
    persistence : float
        Autocorrelation of every series.
    """

    name: str
    units: int
    years: int
    giants: int = 0
    common: float = 0.0
    movers: int | None = None
    persistence: float = PERSISTENCE

    def __post_init__(self):
        movers = self.units if self.movers is None else self.movers
        if self.units < 3 or self.years < 3 or not 2 <= movers <= self.units:
            raise StudyError(
                f"expected at least three units and years and two units that move, got "
                f"{self.units}, {self.years} and {movers}"
            )
        if not (0 <= self.giants <= self.units and abs(self.persistence) < 1 and self.common >= 0):
            raise StudyError(
                f"expected at most {self.units} giants, a persistence within -1 and 1 and common "
                f"shocks of a strength not below 0, got {self.giants}, {self.persistence} and "
                f"{self.common}"
            )


DESIGNS = (
    PanelDesign("21 units, 15 years, alike", 21, 15),
    PanelDesign("21 units, 15 years, two giants", 21, 15, giants=2),
    PanelDesign("31 units, 11 years, alike", 31, 11),
    PanelDesign("31 units, 11 years, two giants", 31, 11, giants=2),
)
HARD_DESIGNS = (
    PanelDesign("common shocks, a fifth", 21, 15, common=0.5),
    PanelDesign("common shocks, half", 21, 15, common=1.0),
    PanelDesign("only three units move", 21, 15, movers=3),
    PanelDesign("nine units, two giants", 9, 15, giants=2),
)


def persistent_series(shape: tuple[int, ...], persistence: float, rng: np.random.Generator):
    """Stationary AR(1) series along the last axis, variance one.

    Parameters
    ----------
    shape : tuple of int
        The last entry is the number of years.
    persistence : float
        Autocorrelation.
    rng : Generator

    Returns
    -------
    ndarray
    """
    series = rng.standard_normal(shape)
    series[..., 1:] *= np.sqrt(1 - persistence**2)
    for year in range(1, shape[-1]):
        series[..., year] += persistence * series[..., year - 1]
    return series


def draw_panels(
    design: PanelDesign, count: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Regressors and errors that have nothing to do with each other.

    Parameters
    ----------
    design : PanelDesign
    count : int
        Simulations S.
    rng : Generator

    Returns
    -------
    x, e : ndarray, shape (S, G, T)
        The outcome of a panel with slope b is ``b * x + e``.
    """
    shape = (count, design.units, design.years)
    x, e = (persistent_series(shape, design.persistence, rng) for _ in range(2))
    if design.common:
        loadings = design.common * rng.standard_normal((count, design.units, 1))
        shocks = (count, 1, design.years)
        x += loadings * persistent_series(shocks, design.persistence, rng)
        e += loadings * persistent_series(shocks, design.persistence, rng)
    x[:, : design.giants] *= GIANT
    e[:, : design.giants] *= GIANT
    if design.movers is not None:
        x[:, design.movers :] = 0.0
    return x, e
