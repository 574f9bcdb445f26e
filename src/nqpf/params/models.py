"""What a parameter file may say: one small model a topic, every field described.

The parameters of a notebook are the fields of its topics, side by side. A field that is
not here cannot be set, and a value outside its type stops the build before anything runs.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from nqpf.params.choices import (
    choice,
    ends,
    goalposts,
    names_of_units,
    power,
    weights_by_element,
    weights_by_indicator,
    whole,
)
from nqpf.places import cities_of, provinces

TREATMENTS = ("none", "winsorise_or_log")
NORMALISATIONS = ("minmax", "minmax_base", "minmax_yearly", "zscore", "rank", "frontier")
WEIGHTS = ("equal", "entropy", "critic", "pca", "sd", "entropy_critic")
ELEMENT_WEIGHTS = ("equal", "implied")
AGGREGATIONS = ("arithmetic", "geometric", "generalised", "topsis", "mazziotta_pareto")

Year = Annotated[int, Field(ge=2000, le=2024)]
Treatment = choice(TREATMENTS, {"winsorise_or_log": whole(1, 50)})
Normalisation = choice(
    NORMALISATIONS,
    {
        "minmax": ends,
        "minmax_base": whole(2000, 2024),
        "rank": ends,
        "goalposts": goalposts,
        "reference": names_of_units,
    },
)
Weights = choice(WEIGHTS, {"given": weights_by_indicator})
ElementWeights = choice(ELEMENT_WEIGHTS, {"given": weights_by_element})
Aggregation = choice(AGGREGATIONS, {"generalised": power})


def known_provinces(value: str | list[str]) -> str | list[str]:
    """Return the name or names as they are.

    Raises
    ------
    ValueError
        If one is not a province.
    """
    known = list(provinces().values())
    for name in [value] if isinstance(value, str) else value:
        if name not in known:
            raise ValueError(f"'{name}' is not one of the provinces {', '.join(known)}")
    return value


class Topic(BaseModel):
    """A group of parameters; unknown keys are refused and types are not coerced."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Study(Topic):
    """Whom the study is about; every notebook has these."""

    case: str = Field("Guangdong", description="province studied, in English")
    peers: list[str] = Field(
        ["Jiangsu", "Zhejiang", "Shandong", "Shanghai", "Beijing"],
        min_length=1,
        max_length=8,
        description="provinces it is compared with",
    )
    seed: int = Field(20240718, ge=0, description="seed of every random draw")
    language: Literal["en", "zh"] = Field("en", description="of labels, titles and the site")

    @field_validator("case", "peers")
    @classmethod
    def _known(cls, value: str | list[str]) -> str | list[str]:
        return known_provinces(value)

    @model_validator(mode="after")
    def _peers_are_others(self) -> "Study":
        if self.case in self.peers:
            raise ValueError(f"the case '{self.case}' cannot be its own peer; take it out of peers")
        if len(set(self.peers)) < len(self.peers):
            raise ValueError("a peer is named twice; name each once")
        return self


class Data(Topic):
    """Data of the reader's own, beside the study's; see data/README.md."""

    add: list[str] = Field(
        [], max_length=20, description="folders laid out like data/, from the project's root"
    )


class Index(Topic):
    """How new quality productive forces are measured."""

    province_years: list[Year] = Field(
        [2013, 2022], min_length=2, max_length=2, description="first and last year, provinces"
    )
    city_years: list[Year] = Field(
        [2007, 2021], min_length=2, max_length=2, description="first and last year, cities"
    )
    provinces_left_out: list[str] = Field(
        ["Tibet"], max_length=10, description="provinces without index and regressions (PLAN.md)"
    )
    coverage: float = Field(
        0.65, ge=0.0, le=1.0, description="smallest share of present cells, indicators and units"
    )
    treatment: Treatment = Field(
        "none", description="what is done to outliers: none, winsorise_or_log"
    )
    normalisation: Normalisation = Field("minmax", description="how indicators are made comparable")
    weights: Weights = Field("equal", description="how indicators are weighted")
    weights_scope: Literal["pooled", "base", "yearly"] = Field(
        "pooled", description="rows from which data-driven weights are computed"
    )
    element_weights: ElementWeights = Field(
        "equal", description="weights of the elements: equal, sums of their indicators', or given"
    )
    aggregation: Aggregation = Field(
        "arithmetic", description="how weighted indicators are put together"
    )
    missing: Literal["complete", "available"] = Field(
        "complete", description="score of a unit and year that misses an indicator"
    )

    @field_validator("provinces_left_out")
    @classmethod
    def _known(cls, value: list[str]) -> list[str]:
        return known_provinces(value)

    @field_validator("province_years", "city_years")
    @classmethod
    def _in_order(cls, value: list[int]) -> list[int]:
        if value[0] >= value[1]:
            raise ValueError(f"the first year must lie before the last, got {value}")
        return value


class Definitions(Topic):
    """What notebook 02 looks at, and how its study of the choices is drawn."""

    panel: Literal["provinces", "cities"] = Field(
        "provinces", description="whose index is looked at; claims are judged on provinces"
    )
    city: str = Field("Shenzhen", description="city followed where the panel is the cities")
    drawn_treatments: list[Literal[TREATMENTS]] = Field(
        ["none", "winsorise_or_log"], min_length=1, description="treatments that are drawn"
    )
    drawn_normalisations: list[
        Literal["minmax", "minmax_base", "minmax_yearly", "zscore", "rank", "frontier"]
    ] = Field(["minmax", "zscore", "rank"], min_length=1, description="normalisations drawn")
    drawn_weights: list[Literal[WEIGHTS]] = Field(
        ["equal", "entropy", "critic", "pca", "sd", "entropy_critic"],
        min_length=1,
        description="weights of indicators that are drawn",
    )
    drawn_element_weights: list[Literal[ELEMENT_WEIGHTS]] = Field(
        ["equal", "implied"], min_length=1, description="weights of elements that are drawn"
    )
    drawn_aggregations: list[Literal[AGGREGATIONS]] = Field(
        ["arithmetic", "geometric", "generalised", "topsis", "mazziotta_pareto"],
        min_length=1,
        description="aggregations that are drawn",
    )
    leave_one_out: bool = Field(True, description="whether one indicator may be left out")
    rank_draws: int = Field(
        2048, ge=64, le=65_536, description="indices drawn for the intervals of ranks"
    )
    sobol_points: int = Field(
        256, ge=16, le=8192, description="points of the Sobol study, a power of two"
    )
    concentration: float = Field(
        1.0, gt=0.0, le=1000.0, description="of random weights (Dirichlet); one is no preference"
    )
    bands: int = Field(499, ge=99, le=9999, description="bootstrap draws of units for bands")

    @field_validator("sobol_points")
    @classmethod
    def _power_of_two(cls, value: int) -> int:
        if value & (value - 1):
            raise ValueError(f"the points of a Sobol study are a power of two, got {value}")
        return value

    @field_validator(
        "drawn_treatments",
        "drawn_normalisations",
        "drawn_weights",
        "drawn_element_weights",
        "drawn_aggregations",
    )
    @classmethod
    def _drawn_once(cls, value: list[str]) -> list[str]:
        if len(set(value)) < len(value):
            raise ValueError("an alternative is named twice; name each once")
        return value


def refuse_unheld_cities(definitions: Definitions, case: str) -> None:
    """Raise unless the cities that the notebook is to look at are held.

    Raises
    ------
    ValueError
        If no panel of the case's cities is held, or the city followed is not one of them.
    """
    cities = cities_of(case)
    if definitions.panel == "cities" and not cities:
        raise ValueError(f"no panel of the cities of {case} is held; set panel to provinces")
    if definitions.panel == "cities" and definitions.city not in cities:
        raise ValueError(f"'{definitions.city}' is not one of the cities {', '.join(cities)}")


class Inference(Topic):
    """How associations are tested."""

    draws: int = Field(
        99_999, ge=99, le=999_999, description="wild bootstrap draws where signs are not enumerated"
    )
    confidence: float = Field(0.95, gt=0.5, lt=1.0, description="level of intervals")


class Simulation(Topic):
    """How strategies are simulated."""

    replications: int = Field(
        999, ge=19, le=99_999, description="cluster bootstrap replications of a scenario"
    )


class Robustness(Topic):
    """How all defensible specifications are tested at once."""

    specification_draws: int = Field(
        9_999, ge=99, le=99_999, description="wild bootstrap draws of each of the specifications"
    )
    joint_draws: int = Field(
        999, ge=99, le=9_999, description="sign vectors of the joint test over specifications"
    )


class Validation(Topic):
    """How often known truths are drawn to check tests and estimators."""

    simulations: int = Field(
        4_000, ge=100, le=1_000_000, description="panels drawn for each size, power and overlap"
    )
    recoveries: int = Field(
        120, ge=20, le=100_000, description="panels drawn for each estimator that must find a truth"
    )
