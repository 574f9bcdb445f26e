"""Chapter 3 laid out for readers: frames of its figures and tables, and sentences with fields."""

import re
from collections.abc import Mapping, Sequence

import pandas as pd

from nqpf.chapters.declared import Level, ingredients
from nqpf.chapters.introduction import variable_titles
from nqpf.chapters.mechanism_strips import points
from nqpf.chapters.mechanism_tests import LEVEL_WORDS, SHORT_LEVEL, Test
from nqpf.chapters.robustness import AS_DECLARED, leverage

EFFECT = "within sd of the outcome per sd of the factor"
BOOK_LEVELS = {"provinces": "province", "cities": "city"}
ONE_OUT = "without one unit (range)"
MOST_NAMED = 2
FAMILIES = {
    "workers": "Labourers",
    "tools": "Means of labour",
    "objects": "Objects of labour",
    "": "Other sectors",
}
PROVINCES = (
    "Over {{{id}_units}} provinces and {{{id}_n}} province-years, one overall standard deviation "
    "more of the factor goes with an outcome that is {{{id}_effect}} of its within standard "
    "deviations {{{id}_side}} (interval {{{id}_low}} to {{{id}_high}}, {{{id}_p:p}}); it "
    "{{{id}_told}}. Once province and year means are out the factor moves by {{{id}_moves}} of "
    "that standard deviation: the less it moves, the wider the interval."
)
CITIES = (
    " Among {{{id}_city_units}} cities the companion estimate is {{{id}_city_effect}} "
    "{{{id}_city_side}} ({{{id}_city_low}} to {{{id}_city_high}}, {{{id}_city_p:p}}, all sign "
    "vectors) and {{{id}_city_told}}."
)
NOTE = (
    "Estimate: per overall standard deviation of the factor; outcomes in logarithms except "
    "margins, shares, growth and staff. Effect: the estimate over the outcome's within standard "
    "deviation; as moved: times the movement of the factor that is seen once unit and year means "
    "are out. p: restricted wild cluster bootstrap, {draws} Rademacher draws for provinces"
)
NOTE_CITIES = ", all {city_vectors} sign vectors for cities"
NOTE_END = (
    ". Holm: over the claims of a family, the larger p where a claim has two tests. RW: Romano and "
    "Wolf over its regressions. Shuffled: factor permuted within years. CRV1, CRV3: clustered "
    "errors, t of clusters less one. Coefficients agree with statsmodels and a dummy for every "
    "unit and year to a relative {statsmodels_gap}."
)
VERDICT = " By its rule {claim} is **{{verdict_{id}}}**. {{caution_{id}}}"


def declared_frame(table: pd.DataFrame) -> pd.DataFrame:
    """Primary tests for a figure, in effects.

    Parameters
    ----------
    table : DataFrame
        As `mechanism_tests.estimates` returns it.
    """
    return _in_effects(table[table["primary"]]).assign(
        group=lambda frame: frame["level"].map(LEVEL_WORDS)
    )


def secondary_frame(table: pd.DataFrame) -> pd.DataFrame:
    """All other tests for a figure, in effects, by family.

    Parameters
    ----------
    table : DataFrame
        As `mechanism_tests.estimates` returns it.
    """
    others = table[~table["primary"]]
    order = {name: place for place, name in enumerate(FAMILIES)}
    others = others.sort_values("family", key=lambda column: column.map(order), kind="stable")
    return _in_effects(others).assign(group=lambda frame: frame["family"].map(FAMILIES))


def strip_frame(strip: pd.DataFrame, spread: pd.DataFrame, ids: Sequence[str]) -> pd.DataFrame:
    """Robustness strip of some tests with the range without one unit below the declared row.

    Parameters
    ----------
    strip, spread : DataFrame
        As `mechanism_strips.strips` and `mechanism_strips.without_units` return them.
    ids : sequence of str
        Tests shown, those that are not there left out.

    Returns
    -------
    DataFrame
        Columns id, level, term, estimate, low, high, p, n; the range has no p.
    """
    parts = []
    for one in ids:
        mine = strip[strip["id"] == one]
        left = spread.loc[spread["id"] == one, ["id", "level", "estimate", "low", "high"]]
        first = mine["term"] == AS_DECLARED
        parts += [mine[first], left.assign(term=ONE_OUT), mine[~first]]
    columns = ["id", "level", "term", "estimate", "low", "high", "p", "n"]
    return pd.concat(parts, ignore_index=True)[columns]


def strip_colours(focus: Mapping[str, str]) -> dict[str, str]:
    """Colours of the rows of a strip that are not like the others.

    Parameters
    ----------
    focus : mapping of str to str
        Colours `focus` and `context` of the palette.
    """
    return {AS_DECLARED: focus["focus"], ONE_OUT: focus["context"]}


def seen(tests: list[Test], table: pd.DataFrame, mechanism: str) -> dict[str, object]:
    """What the regressions of a mechanism see, for `charts.scatter_panels`.

    Parameters
    ----------
    tests : list of Test
        As `mechanism_tests.panels_of` returns them.
    table : DataFrame
        As `mechanism_tests.estimates` returns it.
    mechanism : str
        Whose primary tests are shown.

    Returns
    -------
    dict
        frame (x, y, unit, test), slopes and named (units with most weight) by panel.
    """
    mine = [test for test in tests if test.declared.mechanism == mechanism]
    effects = table.set_index("id")["effect"]
    frames, slopes, named = [], {}, {}
    for test in mine:
        if not test.declared.primary:
            continue
        head = f"{SHORT_LEVEL[test.declared.level]}: {test.declared.label}"
        frame = points([test], test.declared.level).assign(test=head)
        frames.append(frame)
        slopes[head] = float(effects[test.declared.id])
        named[head] = list(leverage(frame).index[:MOST_NAMED])
    return {"frame": pd.concat(frames, ignore_index=True), "slopes": slopes, "named": named}


def ingredients_of(
    tests: list[Test],
    levels: Mapping[str, Level],
    codebook: pd.DataFrame,
    variables: pd.DataFrame,
) -> pd.DataFrame:
    """Ingredients of all factors by the names that readers know.

    Parameters
    ----------
    tests : list of Test
        As `mechanism_tests.panels_of` returns them.
    levels : mapping of str to Level
        By name.
    codebook, variables : DataFrame
        data/codebook/indicators.csv of all levels, and variables.csv.

    Returns
    -------
    DataFrame
        As `declared.ingredients` returns it, with level and readers' names.
    """
    parts = []
    for level, word in BOOK_LEVELS.items():
        if level not in levels:
            continue
        book = codebook[codebook["level"] == word]
        mine = [test.declared for test in tests if test.declared.level == level]
        names = dict(zip(book["id"], book["dimension"], strict=True))
        table = ingredients(book, levels[level].hierarchy, mine)
        for column in ("taken_out", "left"):
            table[column] = [
                "; ".join(names.get(one, one) for one in ids.split(", ")) for ids in table[column]
            ]
        titles = variable_titles(variables, level)
        table["shared"] = [_in_titles(text, titles) for text in table["shared"]]
        parts.append(table.assign(level=LEVEL_WORDS[level]))
    return pd.concat(parts, ignore_index=True)


def _in_titles(shared: str, titles: Mapping[str, str]) -> str:
    """What is shared, with the names of raw variables replaced by their titles."""
    named = re.sub(r"[a-z][a-z0-9_]+", lambda found: titles.get(found[0], found[0]), shared)
    return named.replace(" ~ ", " and ")


def estimates_note(*, cities: bool) -> str:
    """Template of the note below the table of all tests.

    Parameters
    ----------
    cities : bool
        Whether there are city tests.
    """
    return NOTE + (NOTE_CITIES if cities else "") + NOTE_END


def in_words(table: pd.DataFrame) -> pd.DataFrame:
    """All tests for a table: primary ones first, levels in words.

    Parameters
    ----------
    table : DataFrame
        As `mechanism_tests.estimates` returns it.
    """
    ordered = table.sort_values(
        ["level", "primary"], ascending=[False, False], kind="stable", ignore_index=True
    )
    return ordered.assign(level=ordered["level"].map(LEVEL_WORDS))


def reading(one: str, claim: str, *, cities: bool) -> str:
    """Template of the reading of a mechanism's tests, to be filled with facts.

    Parameters
    ----------
    one : str
        Id of the province test; the city test is named after it.
    claim : str
        Claim that it decides.
    cities : bool
        Whether there is a city test.
    """
    template = PROVINCES + (CITIES if cities else "") + VERDICT
    return template.format(id=one, claim=claim)


def mechanism_facts(
    table: pd.DataFrame, verdicts: Mapping[str, object], cautions: Mapping[str, str]
) -> dict[str, str]:
    """Verdict and caution of each primary province test, by its id.

    Parameters
    ----------
    table : DataFrame
        As `mechanism_tests.estimates` returns it.
    verdicts : mapping of str to Verdict
        Of the ledger, by claim.
    cautions : mapping of str to str
        As `mechanism_strips.cautions_by_claim` returns them.
    """
    deciding = table[table["primary"] & (table["level"] == "provinces")]
    facts = {}
    for row in deciding.itertuples():
        facts[f"verdict_{row.id}"] = verdicts[row.claim_id].verdict
        facts[f"caution_{row.id}"] = cautions[row.claim_id]
    return facts


def precision(table: pd.DataFrame) -> dict[str, float | int]:
    """How precise the primary province tests are against the smallest effect of interest.

    Parameters
    ----------
    table : DataFrame
        As `mechanism_tests.estimates` returns it.

    Returns
    -------
    dict
        tests; half_width (median half of an interval, effects); times (that over the smallest
        effect of interest); told (tests with p below 0.05); largest and smallest absolute
        effect; largest_moved (absolute effect of the movements seen).
    """
    ours = table[table["primary"] & (table["level"] == "provinces")]
    half = float(((ours["effect_high"] - ours["effect_low"]) / 2).median())
    return {
        "tests": len(ours),
        "half_width": half,
        "times": half / float(ours["minimum_effect"].iloc[0]),
        "told": int((ours["p"] < 0.05).sum()),
        "smallest_effect": float(ours["effect"].abs().min()),
        "largest_effect": float(ours["effect"].abs().max()),
        "largest_moved": float(ours["as_moved"].abs().max()),
    }


def _in_effects(table: pd.DataFrame) -> pd.DataFrame:
    """Estimates and intervals in within standard deviations."""
    frame = pd.DataFrame(
        {
            "term": table["label"],
            "estimate": table["effect"],
            "low": table["effect_low"],
            "high": table["effect_high"],
            "p": table["p"],
        }
    )
    more = ["id", "claim_id", "level", "family", "p_adj", "n", "units"]
    return frame.join(table[more]).reset_index(drop=True)
