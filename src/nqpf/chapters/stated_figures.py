"""Chapter 4: the paper's own figures beside what other sources say of the same thing."""

from collections.abc import Mapping

import pandas as pd

from nqpf.claims import Ledger, PlannedClaim, Verdict
from nqpf.claims.evidence import figures as figures_of
from nqpf.errors import StudyError

CORE = "producer services core / services (G46,H,J61-63,K,M,N)"
WIDE = "producer services wide / services (core + J58-60, L68, G45)"
PLACES = ("Guangzhou", "Shenzhen", "Guangdong")
SERIES = {
    "C052": ("SEI VA/GDP",),
    "C087": ("general trade share of trade", "processing trade share of trade"),
}
OUTSIDE_BAND = ("CHN", "EUU", "GBR", "JPN", "KOR")  # neither the United States nor a member
BAND = (60.0, 90.0)  # the paper's, of the United States and the Union's members (C065)
NAMES = {"USA": "United States", "EUU": "European Union", "CHN": "China", "JPN": "Japan",
         "KOR": "Korea", "GBR": "United Kingdom", "DEU": "Germany", "FRA": "France",
         "ITA": "Italy", "LUX": "Luxembourg", "NLD": "Netherlands", "ESP": "Spain",
         "POL": "Poland", "IRL": "Ireland"}  # fmt: skip


def judge_published(
    ledger: Ledger, plan: Mapping[str, PlannedClaim], exhibits: Mapping[str, str], default: str
) -> list[str]:
    """Judge every open claim whose numbers are all published figures.

    Parameters
    ----------
    ledger : Ledger
        Of the notebook.
    plan : mapping of str to PlannedClaim
        Which numbers each claim needs, and whether the paper states a figure.
    exhibits : mapping of str to str
        Exhibit of stated figures (`stated`) and of inconsistencies (`X`).
    default : str
        Exhibit of all others.

    Returns
    -------
    list of str
        Claims judged.
    """
    judged = []
    for claim_id in ledger.open_claims:
        numbers = ledger.published(claim_id)
        claim = plan[claim_id]
        if numbers and set(claim.statistics) == set(numbers):
            kind = "X" if claim.is_inconsistency else "stated" * ("stated" in claim.constants)
            ledger.judge(claim_id, exhibit=exhibits.get(kind, default), **numbers)
            judged.append(claim_id)
    return judged


def strips(plan: Mapping[str, PlannedClaim], verdicts: Mapping[str, Verdict]) -> pd.DataFrame:
    """One row per stated figure that has a verdict, for `charts.claim_strips`.

    Parameters
    ----------
    plan : mapping of str to PlannedClaim
        Stated values and tolerances.
    verdicts : mapping of str to Verdict
        Their numbers hold the range found.

    Returns
    -------
    DataFrame
        Columns claim_id, label, stated, found_low, found_high, found (how many figures),
        tolerance, unit, verdict.
    """
    rows = []
    for claim_id, verdict in verdicts.items():
        constants = plan[claim_id].constants
        if "stated" not in constants:
            continue
        rows.append(
            {
                "claim_id": claim_id,
                "label": plan[claim_id].sentence.rstrip("."),
                "stated": constants["stated"],
                "found_low": verdict.numbers["low"],
                "found_high": verdict.numbers["high"],
                "found": int(verdict.numbers["count"]),
                "tolerance": constants["tolerance"],
                "unit": "%",
                "verdict": verdict.verdict,
            }
        )
    if not rows:
        raise StudyError("no claim with a stated figure has a verdict; judge them first")
    return pd.DataFrame(rows).sort_values("claim_id", ignore_index=True)


def sources_of(claim_ids: list[str]) -> pd.DataFrame:
    """Every published figure behind the claims, the paper's own told apart from the others'.

    Returns
    -------
    DataFrame
        Columns claim_id, kind (paper or evidence), name, value, unit, year, source, note.
    """
    parts = [figures_of(claim_id).assign(claim_id=claim_id) for claim_id in claim_ids]
    table = pd.concat(parts, ignore_index=True)
    return table[["claim_id", *[column for column in table if column != "claim_id"]]]


def documents(claim_ids: list[str], figures: pd.DataFrame, with_places: bool) -> pd.DataFrame:
    """Published figures behind verdicts on claims that state no figure themselves.

    Parameters
    ----------
    claim_ids : list of str
        Claims judged by figures of the codebook.
    figures : DataFrame
        Published figures of places, for the series of `SERIES`.
    with_places : bool
        Whether the study is about these places.

    Returns
    -------
    DataFrame
        Columns claim_id, what, value, unit, period, source.
    """
    table = sources_of(claim_ids)
    table = table.assign(what=table["note"].where(table["note"] != "", table["name"]))
    parts = [table]
    for claim_id, variables in SERIES.items() if with_places else ():
        rows = figures[figures["variable"].isin(variables) & figures["city"].isin(PLACES)]
        parts.append(rows.assign(claim_id=claim_id, what=rows["city"] + ": " + rows["variable"]))
    columns = ["claim_id", "what", "value", "unit", "period", "source"]
    parts = [part.rename(columns={"year": "period"}).dropna(subset="value") for part in parts]
    joined = pd.concat([part[columns] for part in parts])
    return joined.sort_values(["claim_id", "what", "period"], ignore_index=True)


def inconsistencies(
    plan: Mapping[str, PlannedClaim], verdicts: Mapping[str, Verdict]
) -> pd.DataFrame:
    """Alleged inconsistencies, what the paper says, what others say, and whether it holds.

    Returns
    -------
    DataFrame
        Columns claim_id, claim, paper, elsewhere, verdict.
    """
    rows = []
    for claim_id, verdict in sorted(verdicts.items()):
        if not plan[claim_id].is_inconsistency:
            continue
        table = figures_of(claim_id)
        said = {kind: _listed(part) for kind, part in table.groupby("kind")}
        computed = set(verdict.numbers) - set(table["name"]) - set(plan[claim_id].constants)
        elsewhere = [said.get("evidence", "")]
        elsewhere += [f"{name} {verdict.numbers[name]:.4g}" for name in sorted(computed)]
        rows.append(
            {
                "claim_id": claim_id,
                "claim": plan[claim_id].sentence,
                "paper": said.get("paper", "") or "-",
                "elsewhere": "; ".join(filter(None, elsewhere)) or "-",
                "verdict": verdict.verdict,
            }
        )
    return pd.DataFrame(rows, columns=["claim_id", "claim", "paper", "elsewhere", "verdict"])


def producer_services(international: pd.DataFrame) -> pd.DataFrame:
    """Producer services as % of services by economy, by two definitions, one year and source.

    Parameters
    ----------
    international : DataFrame
        Columns iso3, year, variable, value.

    Returns
    -------
    DataFrame
        Columns label, iso3, year, core, wide, counted (whether C065 is about it); widest first.
    """
    chosen = international[international["variable"].isin([CORE, WIDE])]
    table = chosen.pivot(index=["iso3", "year"], columns="variable", values="value")
    table = table.rename(columns={CORE: "core", WIDE: "wide"}).reset_index()
    table["counted"] = ~table["iso3"].isin(OUTSIDE_BAND)
    table["label"] = table["iso3"].map(NAMES).fillna(table["iso3"])
    return table.sort_values("wide", ascending=False, ignore_index=True)


def inside_band(table: pd.DataFrame) -> dict[str, float]:
    """Share of the economies inside the paper's band, by each definition (C065)."""
    counted = table[table["counted"]]
    share = {name: counted[name].between(*BAND).mean() for name in ("core", "wide")}
    return {
        "share_core": float(share["core"]),
        "share_wide": float(share["wide"]),
        "n": len(counted),
    }


def _listed(table: pd.DataFrame) -> str:
    return "; ".join(
        f"{row['name']} {row['value']:g} {row['unit']}".rstrip()
        + (f" ({row['year']})" if row["year"] else "")
        for row in table.to_dict("records")
    )
