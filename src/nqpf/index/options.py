"""Every choice behind an index, each with the values it may take."""

from collections.abc import Mapping
from dataclasses import dataclass

from nqpf.errors import StudyError
from nqpf.index.aggregate import MISSING_RULES

TREATMENTS = ("none", "winsorise_or_log")
NORMALISATIONS = (
    "minmax",
    "minmax_base",
    "minmax_yearly",
    "goalposts",
    "zscore",
    "rank",
    "frontier",
    "reference",
)
WEIGHTS = ("equal", "entropy", "critic", "pca", "sd", "entropy_critic", "given")
SCOPES = ("pooled", "base", "yearly")
ELEMENT_WEIGHTS = ("equal", "implied", "given")
AGGREGATIONS = ("arithmetic", "geometric", "generalised", "topsis", "mazziotta_pareto")
OWN_NORMALISATION = {"topsis": "vector", "mazziotta_pareto": "mazziotta_pareto"}
NEED_POSITIVE = ("geometric", "generalised")


@dataclass(frozen=True)
class IndexOptions:
    """Choices of one index; the defaults are the plainest of each.

    Attributes
    ----------
    years : tuple of int, optional
        First and last year; all of the panel's by default.
    units_excluded : tuple of str
        Units left out by decision.
    coverage : float
        Smallest share of present cells of an indicator and of a unit (COIN Tool: 0.65).
    treatment : {"none", "winsorise_or_log"}
        Outliers, pooled over years. None by default: in a panel of few units the outliers are
        the leaders whom the study is about.
    winsorise_most : int
        Largest number of cells of an indicator to winsorise before its log is taken.
    normalisation : str
        One of `NORMALISATIONS`. "minmax", "zscore", "rank" and "frontier" look at all years at
        once; "minmax_base" at the base year; "minmax_yearly" at each year, so that levels of
        different years do not compare. TOPSIS and Mazziotta-Pareto bring their own
        normalisation, whatever stands here.
    goalposts : Mapping of str to (low, high), optional
        For "goalposts": of every indicator.
    reference : str or tuple of str, optional
        For "reference": the unit whose base-year values score 100; of several the first that
        the panel holds, so that one choice serves panels of provinces and of cities.
    base_year : int, optional
        The first year by default.
    scale : tuple of float, optional
        Ends of the scale (mean and standard deviation of z-scores). By default 0 to 100 and
        mean 0, deviation 1; for geometric and generalised means, which need positive scores, 1 to
        100 as in COINr, and mean 100, deviation 10.
    weights : str
        One of `WEIGHTS`; "given" takes `given_weights` or, without it, the hierarchy's.
    weights_scope : {"pooled", "base", "yearly"}
        Rows from which data-driven weights are computed.
    given_weights : Mapping of str to float, optional
        For weights "given".
    element_weights : {"equal", "implied", "given"}
        Weights above the indicators: equal; sums of the indicators' weights; `given_above` or,
        without it, the hierarchy's.
    given_above : Mapping of str to float, optional
        For element weights "given": of every node between the indicators and the root.
    aggregation : str
        One of `AGGREGATIONS`.
    power : float
        Of the generalised mean.
    missing : {"complete", "available"}
        A unit and year that misses an indicator has no score, or the score of what it has with
        weights renormalised; the share of the weight present is reported either way.

    Raises
    ------
    StudyError
        If a value is not among those allowed, or a choice lacks what it needs.
    """

    years: tuple[int, int] | None = None
    units_excluded: tuple[str, ...] = ()
    coverage: float = 0.65
    treatment: str = "none"
    winsorise_most: int = 5
    normalisation: str = "minmax"
    goalposts: Mapping[str, tuple[float, float]] | None = None
    reference: str | tuple[str, ...] | None = None
    base_year: int | None = None
    scale: tuple[float, float] | None = None
    weights: str = "equal"
    weights_scope: str = "pooled"
    given_weights: Mapping[str, float] | None = None
    element_weights: str = "equal"
    given_above: Mapping[str, float] | None = None
    aggregation: str = "arithmetic"
    power: float = 0.5
    missing: str = "complete"

    def __post_init__(self) -> None:
        allowed = {
            "treatment": TREATMENTS,
            "normalisation": NORMALISATIONS,
            "weights": WEIGHTS,
            "weights_scope": SCOPES,
            "element_weights": ELEMENT_WEIGHTS,
            "aggregation": AGGREGATIONS,
            "missing": MISSING_RULES,
        }
        for name, values in allowed.items():
            if getattr(self, name) not in values:
                raise StudyError(
                    f"{name} must be one of {', '.join(values)}, got '{getattr(self, name)}'"
                )
        if not 0 <= self.coverage <= 1:
            raise StudyError(f"coverage is a share between 0 and 1, got {self.coverage}")
        if self.years is not None and (len(self.years) != 2 or self.years[0] > self.years[1]):
            raise StudyError(f"years are a first and a last one, in order, got {self.years}")
        if self.scale is not None and not (
            self.scale[1] > 0 if self.normalisation == "zscore" else self.scale[1] > self.scale[0]
        ):
            raise StudyError(f"the scale must run upward, got {self.scale}")
        needs = {"goalposts": self.goalposts, "reference": self.reference}
        if self.normalisation in needs and needs[self.normalisation] is None:
            raise StudyError(
                f"normalisation '{self.normalisation}' needs the option '{self.normalisation}'"
            )

    @property
    def normalisation_used(self) -> str:
        """The normalisation that is really applied, the aggregation having the last word."""
        return OWN_NORMALISATION.get(self.aggregation, self.normalisation)

    @property
    def scale_used(self) -> tuple[float, float]:
        """The scale of the normalised indicators."""
        if self.scale is not None:
            return self.scale
        positive = self.aggregation in NEED_POSITIVE
        if self.normalisation == "zscore":
            return (100.0, 10.0) if positive else (0.0, 1.0)
        return (1.0, 100.0) if positive else (0.0, 100.0)
