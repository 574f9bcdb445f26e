"""Key results of the study for one parameter set: what a sweep compares."""

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from nqpf import data
from nqpf.chapters.associations import Inference, estimate
from nqpf.chapters.declared import Level, declared_tests, level_of, panel_of
from nqpf.chapters.definitions import ELEMENTS, index_options, last_year
from nqpf.chapters.robustness import without_each_unit
from nqpf.index import IndexResult, build_index, element_hierarchy
from nqpf.index.rank_model import rank_model
from nqpf.index.uncertainty import monte_carlo
from nqpf.params import Parameters
from nqpf.places import cities_of

COLUMNS = ("item", "case", "part", "measure", "value", "low", "high", "p", "n", "year")
CHOICES = (
    "coverage",
    "treatment",
    "normalisation",
    "weights",
    "weights_scope",
    "element_weights",
    "aggregation",
    "missing",
)
OUTCOMES = {  # and the last year in which a value counts (PLAN.md), if there is one
    "out_newprod_va2": None,
    "out_hitech_va2": None,
    "out_labprod2": 2019,
    "out_hitech_margin": None,
}
RANK_DRAWS = 1_024
RANK_LEVEL = 0.9
ROOMS = ("chapters", "index", "regression", "data", "params", "places", "expressions", "errors")


@dataclass(frozen=True)
class Item:
    """One parameter set of a sweep, as plain data.

    Attributes
    ----------
    name : str
    parameters : dict
        All topics, as `Parameters.model_dump` gives them.
    inputs : str
        Fingerprint of the panels and codebooks that results are computed from.
    """

    name: str
    parameters: dict
    inputs: str


def key_results(item: Item) -> bytes:
    """Key results of one parameter set as lines of csv, without a header.

    Rows: index (score and rank of the case, with the interval of its rank under all choices of an
    index at once; each element), outcomes (the case's value and rank), mechanisms (effect, interval
    and p of every primary test, and the effect without the case), data (cities held).
    """
    parameters = Parameters.model_validate(item.parameters)
    study, index = parameters.study, parameters.index
    codebook = data.load_codebook("indicators")
    tree = element_hierarchy(codebook, "provinces")
    choices = {name: getattr(index, name) for name in CHOICES}
    options = index_options(index.province_years, choices, index.provinces_left_out)
    indicators = data.load_indicators("provinces")
    level = level_of(indicators, data.load_panel("provinces"), tree, options)
    built = build_index(indicators, tree, options)
    inference = Inference(parameters.inference.draws, study.seed, parameters.inference.confidence)
    rows = [
        *_index_rows(level, built, study.case, study.seed),
        *_outcome_rows(level, study.case),
        *_mechanism_rows(level, study.case, inference),
        {"part": "data", "measure": "cities held", "value": len(cities_of(study.case))},
    ]
    table = pd.DataFrame(rows).assign(item=item.name, case=study.case)
    table = table.reindex(columns=list(COLUMNS)).astype({"n": "Int64", "year": "Int64"})
    return table.to_csv(index=False, header=False, lineterminator="\n").encode()


def as_table(contents: list[bytes]) -> bytes:
    """Results of all items as one tidy csv."""
    return (",".join(COLUMNS) + "\n").encode() + b"".join(contents)


def _index_rows(level: Level, built: IndexResult, case: str, seed: int) -> Iterator[dict]:
    """Standing of the case in the last year of the index."""
    year = last_year(built)
    scores, ranks = built.scores.xs(year, level="year"), built.ranks.xs(year, level="year")
    ranked = int(scores["index"].notna().sum())
    held = case in scores.index and pd.notna(scores.loc[case, "index"])
    if not held:
        yield {"part": "index", "measure": "rank", "n": ranked, "year": year}
        return
    model = rank_model(level.values, level.hierarchy, level.options, year=year)
    drawn = monte_carlo(model, draws=RANK_DRAWS, seed=seed).intervals(RANK_LEVEL)
    interval = drawn.set_index("unit").loc[case]
    yield {"part": "index", "measure": "rank", "value": ranks.loc[case, "index"],
           "low": interval["low"], "high": interval["high"], "n": ranked, "year": year}  # fmt: skip
    yield {"part": "index", "measure": "score", "value": scores.loc[case, "index"], "n": ranked,
           "year": year}  # fmt: skip
    for element in ELEMENTS:
        yield {"part": "index", "measure": f"rank, {element}", "value": ranks.loc[case, element],
               "n": ranked, "year": year}  # fmt: skip


def _outcome_rows(level: Level, case: str) -> Iterator[dict]:
    """Value and rank of the case in the last year of each outcome that the index covers."""
    for outcome, last in OUTCOMES.items():
        values = level.values[outcome].dropna()
        for bound in (last, level.options.years and level.options.years[1]):
            if bound is not None:
                values = values[values.index.get_level_values("year") <= bound]
        own = values[values.index.get_level_values("unit") == case]
        if own.empty:
            yield {"part": "outcomes", "measure": outcome}
            continue
        year = int(own.index.get_level_values("year").max())
        same = values.xs(year, level="year")
        yield {"part": "outcomes", "measure": outcome, "value": same[case], "n": len(same),
               "year": year}  # fmt: skip
        yield {"part": "outcomes", "measure": f"{outcome}, rank", "n": len(same), "year": year,
               "value": same.rank(ascending=False, method="min")[case]}  # fmt: skip


def _mechanism_rows(level: Level, case: str, inference: Inference) -> Iterator[dict]:
    """Primary tests with the study's index, and what they are without the case."""
    for test in declared_tests(data.load_codebook("associations")):
        if not test.primary or test.level != "provinces":
            continue
        panel = panel_of(level, test)
        found = estimate(panel, test.association, inference)
        scale = found["estimate"] / found["effect"]
        yield {"part": "mechanisms", "measure": f"{test.claim_id} effect", "value": found["effect"],
               "low": found["low"] / scale, "high": found["high"] / scale, "p": found["p"],
               "n": found["n"]}  # fmt: skip
        left = without_each_unit(panel, test.association).set_index("left_out")["estimate"]
        yield {"part": "mechanisms", "measure": f"{test.claim_id} effect without the case",
               "value": left.get(case)}  # fmt: skip
