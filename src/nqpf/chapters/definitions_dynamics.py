"""Chapter 2: whether the index converges, how it spreads over regions, and who changes place."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from nqpf.chapters.associations import Inference
from nqpf.chapters.definitions import Measured
from nqpf.chapters.wording import counted
from nqpf.errors import StudyError
from nqpf.index import build_index
from nqpf.regional.beta_convergence import (
    BetaConvergence,
    beta_cross_section,
    beta_panel_absolute,
    beta_panel_conditional,
)
from nqpf.regional.density import density_peaks, kernel_densities
from nqpf.regional.samples import complete_years
from nqpf.regional.sigma_convergence import relative_spread, sigma_convergence
from nqpf.regression.inference import wild_cluster_test

SHOWN_YEARS = 5  # densities one above the other
SPREAD_NAMES = {
    "standard deviation": "in points",
    "coefficient of variation": "over the mean",
    "standard deviation of logs": "in logarithms",
}


@dataclass(frozen=True)
class Dynamics:
    """The index over time, fit for logarithms and shares.

    Attributes
    ----------
    scores : DataFrame
        Column index, by unit and year; positive, with gaps left out.
    complete : DataFrame
        The same in the years in which every unit has a score.
    regions : Series
        Region of every unit.
    rebuilt : bool
        Whether min-max scores stand in for scores that are not positive.
    """

    scores: pd.DataFrame
    complete: pd.DataFrame
    regions: pd.Series
    rebuilt: bool

    @property
    def years(self) -> list[int]:
        """Years in which every unit has a score."""
        return sorted(int(year) for year in self.complete.index.unique("year"))

    @property
    def ends(self) -> tuple[int, int]:
        """First and last of these years."""
        return self.years[0], self.years[-1]


def dynamics_of(measured: Measured) -> Dynamics:
    """Prepare the index for measures that need positive values.

    Logarithms and shares need a scale with a bottom. Where the chosen normalisation gives scores
    of zero or below (z-scores do), the same index on pooled min-max scores is looked at instead.

    Raises
    ------
    StudyError
        If no two years are complete, or even min-max scores are not positive.
    """
    scores, rebuilt = measured.index.scores[["index"]], False
    if not (scores["index"].dropna() > 0).all():
        plain = replace(measured.index.options, normalisation="minmax", aggregation="arithmetic")
        scores = build_index(measured.indicators, measured.index.hierarchy, plain).scores[["index"]]
        rebuilt = True
    if not (scores["index"].dropna() > 0).all():
        raise StudyError(
            "a unit scores zero even on min-max scores, so no logarithm of the index is taken; "
            "use more indicators or years"
        )
    complete = complete_years(scores, ["index"]).panel
    if complete.index.unique("year").size < 2:
        raise StudyError("fewer than two years have an index of every unit; choose other years")
    return Dynamics(scores.dropna(), complete, measured.geography["region"], rebuilt)


def spread_paths(dynamics: Dynamics, *, bands: int, seed: int, level: float) -> pd.DataFrame:
    """Spread between units by three measures, each 100 in the first year.

    Returns
    -------
    DataFrame
        Columns unit (the measure, in words), year, value, low, high.
    """
    paths = relative_spread(dynamics.complete, "index", replications=bands, seed=seed, level=level)
    order = list(SPREAD_NAMES)
    paths = paths.sort_values("measure", key=lambda m: m.map(order.index), kind="stable")
    return paths.assign(unit=paths["measure"].map(SPREAD_NAMES)).drop(columns="measure")


def convergence_table(dynamics: Dynamics, inference: Inference) -> pd.DataFrame:
    """Absolute and conditional beta convergence of the index.

    Parameters
    ----------
    dynamics : Dynamics
    inference : Inference
        Panels are tested by the restricted wild cluster bootstrap; the cross-section, which has
        one row a unit, by HC3.

    Returns
    -------
    DataFrame
        Columns kind, beta, low, high, p, half_life (years), n, units, test.
    """
    first, last = dynamics.ends
    cross = beta_cross_section(dynamics.complete, "index", start=first, end=last)
    rows = [_row(cross, cross.low, cross.high, cross.p, "HC3")]
    for fit in (
        beta_panel_absolute(dynamics.scores, "index"),
        beta_panel_conditional(dynamics.scores, "index"),
    ):
        wild = wild_cluster_test(
            fit.fit, "ln index", draws=inference.draws, seed=inference.seed, level=inference.level
        )
        rows.append(_row(fit, wild.low, wild.high, wild.p, "wild bootstrap"))
    return pd.DataFrame(rows)


def spread_facts(
    dynamics: Dynamics, table: pd.DataFrame, *, bands: int, seed: int, level: float
) -> dict[str, tuple]:
    """Change of the spread and years to halve a gap, as facts: value and unit.

    Parameters
    ----------
    dynamics : Dynamics
    table : DataFrame
        Of `convergence_table`.
    bands, seed, level
        Of the bootstrap of units.
    """
    change = sigma_convergence(
        dynamics.complete, "index", replications=bands, seed=seed, level=level
    )
    path = change.path.set_index(["measure", "year"])["value"]
    first, last = dynamics.ends
    points, mean = "standard deviation", "coefficient of variation"
    half = float(table["half_life"].iloc[0])
    return {
        "first_year": (first, "year"),
        "last_year": (last, "year"),
        "points_first": (float(path[points, first]), "", 1),
        "points_last": (float(path[points, last]), "", 1),
        "relative_first": (float(path[mean, first]), "", 2),
        "relative_last": (float(path[mean, last]), "", 2),
        "half_absolute": (half, "", 0) if np.isfinite(half) else ("no",),
    }


def spread_reading(dynamics: Dynamics) -> str:
    """Say in a clause which way the spread in points and the relative spread went."""
    wide = dynamics.complete["index"].unstack("year")
    points, relative = wide.std(), wide.std() / wide.mean()
    first, last = dynamics.ends
    wider, closer = points[last] > points[first], relative[last] < relative[first]
    if wider and closer:
        return "the gaps grew in points and shrank in proportion"
    if wider:
        return "the gaps grew in points and in proportion"
    if closer:
        return "the gaps shrank in points and in proportion"
    return "the gaps shrank in points and grew in proportion"


def pace_reading(table: pd.DataFrame) -> str:
    """Say how fast proportional gaps close, with the fact half_absolute to be filled in.

    Parameters
    ----------
    table : DataFrame
        Of `convergence_table`.
    """
    if not np.isfinite(table["half_life"].iloc[0]):
        return "In logarithms those behind did not grow faster, so no gap is on its way to close."
    return (
        "At the pace of the cross-section half of a proportional gap would be gone in "
        "{half_absolute} years. Proportions flatter those behind: an index that starts near its "
        "floor multiplies easily, and a common gain in points counts for more below than above. "
        "Convergence in logarithms is therefore no sign that leaders wait."
    )


def shown_years(dynamics: Dynamics) -> list[int]:
    """About five years, evenly over those that are complete, the ends among them."""
    years = dynamics.years
    places = np.linspace(0, len(years) - 1, min(SHOWN_YEARS, len(years))).round().astype(int)
    return [years[place] for place in places]


def densities(dynamics: Dynamics, *, bands: int, seed: int, level: float) -> pd.DataFrame:
    """Kernel densities of the index in the years shown, with bands from drawing units."""
    return kernel_densities(
        dynamics.complete,
        "index",
        years=shown_years(dynamics),
        replications=bands,
        seed=seed,
        level=level,
    )


def peak_facts(found: pd.DataFrame) -> dict[str, tuple]:
    """Where the highest peak lies in the first and in the last year, and how many there are."""
    peaks = density_peaks(found)
    first, last = peaks["year"].min(), peaks["year"].max()
    top = peaks[peaks["highest"]].set_index("year")["x"]
    return {
        "peak_first": (float(top[first]), "", 0),
        "peak_last": (float(top[last]), "", 0),
        "peaks_last": (int((peaks["year"] == last).sum()), ""),
    }


def peak_word(found: pd.DataFrame) -> str:
    """The noun that agrees with the number of peaks in the last year."""
    peaks = density_peaks(found)
    return counted(int((peaks["year"] == peaks["year"].max()).sum()), "peak")


def _row(fit: BetaConvergence, low: float, high: float, p: float, test: str) -> dict[str, object]:
    return {
        "kind": fit.kind,
        "beta": fit.beta,
        "low": low,
        "high": high,
        "p": p,
        "half_life": fit.half_life,
        "n": fit.n,
        "units": fit.units,
        "test": test,
    }
