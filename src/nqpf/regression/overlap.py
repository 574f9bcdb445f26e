"""Raw variables that stand on both sides of a regression, read from the formulas.

An index that contains an ingredient of its outcome correlates with it by construction: with one
shared indicator of twelve and no effect at all, half of such regressions come out "significant".
The guard names every shared variable and gives the indicators that remain once they are purged.
"""

import ast
from collections.abc import Sequence

import pandas as pd

from nqpf.errors import StudyError
from nqpf.expressions import parse

# strongest first: a pair of indicators is described by the first that applies
KINDS = ("numerator", "inverse", "denominator", "nested")

# part -> wholes that contain it: not the same variable, but the same units counted twice
NESTED: dict[str, tuple[str, ...]] = {
    "va_secondary_rev5": ("gdp_rev5",),
    "employment_secondary": ("employment_total",),
    "employment_tertiary": ("employment_total",),
    "ind_rd_exp": ("rd_exp",),
    "rd_exp_firm_funds": ("rd_exp",),
    "rd_exp_basic": ("rd_exp",),
    "rd_exp_applied": ("rd_exp",),
    "ind_rd_fte": ("rd_fte",),
    "rd_fte_basic": ("rd_fte",),
    "rd_researchers_fte": ("rd_fte",),
    "hitech_newprod_sales": ("ind_newprod_sales",),
    "hitech_newprod_exports": ("hitech_newprod_sales", "ind_newprod_sales"),
    "patent_grants_invention": ("patent_grants",),
    "fiscal_exp_education": ("fiscal_exp",),
    "fiscal_exp_scitech": ("fiscal_exp",),
    "va1": ("gdp_rev",),
    "va2": ("gdp_rev",),
    "va3": ("gdp_rev",),
    "ind_firms_foreign": ("ind_firms",),
    "fisc_exp_education": ("fisc_exp_total",),
    "fisc_exp_science": ("fisc_exp_total",),
}


def variable_places(formula: str) -> dict[str, set[str]]:
    """Where each raw variable of a formula stands.

    Parameters
    ----------
    formula : str
        Arithmetic over raw variables.

    Returns
    -------
    dict of str to set of {"numerator", "denominator"}
        A variable may stand in both.
    """
    places: dict[str, set[str]] = {}
    flipped = {"numerator": "denominator", "denominator": "numerator"}

    def walk(node: ast.expr, place: str) -> None:
        match node:
            case ast.Name(id=name):
                places.setdefault(name, set()).add(place)
            case ast.BinOp(left=left, op=ast.Div(), right=right):
                walk(left, place)
                walk(right, flipped[place])
            case ast.BinOp(left=left, op=ast.Pow(), right=ast.UnaryOp(op=ast.USub())):
                walk(left, flipped[place])
            case ast.Call(args=args):
                for argument in args:
                    walk(argument, place)
            case _:
                for child in ast.iter_child_nodes(node):
                    if isinstance(child, ast.expr):
                        walk(child, place)

    walk(parse(formula), "numerator")
    return places


def shared_variables(outcome: str, indicator: str) -> pd.DataFrame:
    """List the raw variables shared by two formulas.

    Parameters
    ----------
    outcome, indicator : str
        Formulas.

    Returns
    -------
    DataFrame
        Columns outcome_variable, indicator_variable, kind, strongest kind first. "numerator" and
        "denominator": in that place of both; "inverse": above in one, below in the other; "nested":
        one is declared a part of the other (`NESTED`).
    """
    return pd.DataFrame(
        _shared(outcome, indicator), columns=["outcome_variable", "indicator_variable", "kind"]
    )


def _shared(outcome: str, indicator: str) -> list[tuple[str, str, str]]:
    """Variable of the outcome, of the indicator and kind, strongest kind first."""
    ours, theirs = variable_places(outcome), variable_places(indicator)
    rows = []
    for a, places_a in ours.items():
        for b, places_b in theirs.items():
            if a == b:
                kinds = places_a & places_b
                if places_a != places_b or len(places_a) == 2:
                    kinds = kinds | {"inverse"}
                rows += [(a, b, kind) for kind in kinds]
            elif b in NESTED.get(a, ()) or a in NESTED.get(b, ()):
                rows.append((a, b, "nested"))
    return sorted(rows, key=lambda row: (KINDS.index(row[2]), row))


def overlap_table(
    codebook: pd.DataFrame, outcomes: Sequence[str], candidates: Sequence[str]
) -> pd.DataFrame:
    """Overlap of every outcome with every candidate indicator.

    Parameters
    ----------
    codebook : DataFrame
        Columns id, formula; rows of one level, so that ids are unique.
    outcomes, candidates : sequence of str
        Ids.

    Returns
    -------
    DataFrame
        outcome, indicator, kind (the strongest, "none" without overlap), shared: text such as
        "denominator: population; nested: va_secondary_rev5 ~ gdp_rev5".
    """
    formulas = {one: _formula(codebook, one) for one in {*outcomes, *candidates}}
    rows = []
    for outcome in outcomes:
        for candidate in candidates:
            shared = _shared(formulas[outcome], formulas[candidate])
            text = "; ".join(
                f"{kind}: {ours}" + (f" ~ {theirs}" if kind == "nested" else "")
                for ours, theirs, kind in shared
            )
            rows.append((outcome, candidate, shared[0][2] if shared else "none", text))
    return pd.DataFrame(rows, columns=["outcome", "indicator", "kind", "shared"])


def overlap_matrix(
    codebook: pd.DataFrame, outcomes: Sequence[str], candidates: Sequence[str]
) -> pd.DataFrame:
    """Strongest kind of overlap: outcomes in rows, candidate indicators in columns."""
    table = overlap_table(codebook, outcomes, candidates)
    matrix = table.pivot(index="outcome", columns="indicator", values="kind")
    return matrix.loc[list(outcomes), list(candidates)]


def purge(
    codebook: pd.DataFrame,
    outcome: str,
    candidates: Sequence[str],
    *,
    kinds: Sequence[str] = KINDS,
) -> tuple[list[str], pd.DataFrame]:
    """Split candidates into those free of the outcome's raw variables and the others.

    Parameters
    ----------
    codebook : DataFrame
        As in `overlap_table`.
    outcome : str
        Id of the outcome.
    candidates : sequence of str
        Ids of the index's indicators.
    kinds : sequence of str
        Kinds of overlap that disqualify an indicator; default all of `KINDS`.

    Returns
    -------
    kept : list of str
        Ids without disqualifying overlap, in the order given. May be empty.
    removed : DataFrame
        indicator, kind, shared of the others.
    """
    unknown = sorted(set(kinds) - set(KINDS))
    if unknown:
        raise StudyError(f"expected kinds among {', '.join(KINDS)}, got {', '.join(unknown)}")
    table = overlap_table(codebook, [outcome], candidates)
    parts = table["shared"].str.split("; ")
    bad = parts.map(lambda shared: any(part.split(":")[0] in kinds for part in shared))
    removed = table.loc[bad, ["indicator", "kind", "shared"]].reset_index(drop=True)
    return table.loc[~bad, "indicator"].tolist(), removed


def _formula(codebook: pd.DataFrame, identifier: str) -> str:
    """Formula of one indicator."""
    found = codebook.loc[codebook["id"] == identifier, "formula"]
    if len(found) != 1:
        raise StudyError(
            f"expected one indicator '{identifier}' in the codebook, got {len(found)}: "
            "pass the rows of one level only"
        )
    return found.iloc[0]
