"""Chapter 4: the paper's own figures beside what other sources say of the same thing."""

from collections.abc import Mapping

import pandas as pd

from nqpf.chapters.circulation import end_of, spoken
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
SERIES_WORDS = {  # names of the file that readers need not know
    "SEI VA/GDP": "strategic emerging industries over GDP",
    "n": "all cities",
    "general trade share of trade": "general trade, share of trade",
    "processing trade share of trade": "processing trade, share of trade",
}
FILES = {  # where the codebook's own tables lie
    "evidence.csv": "data/codebook/evidence.csv",
    "international.csv": "data/raw/international.csv",
}
OUTSIDE_BAND = ("CHN", "EUU", "GBR", "JPN", "KOR")  # neither the United States nor a member
SHARES = {  # stated shares of GDP: place, what, and the series published of it
    "C048": ("Guangzhou", "new industries", ("SEI VA/GDP",)),
    "C049": ("Shenzhen", "new industries", ("SEI VA/GDP",)),
    "C068": ("Guangzhou", "finance", ("finance VA/GDP",)),
    "C069": ("Shenzhen", "finance", ("finance VA/GDP",)),
    "C070": ("Beijing", "finance", ()),
    "C071": ("Shanghai", "finance", ()),
}
STATED_YEAR = "2023"  # of all of them
BAND = (60.0, 90.0)  # the paper's, of the United States and the Union's members (C065)
NAMES = {
    "AUT": "Austria", "BEL": "Belgium", "BGR": "Bulgaria", "CHN": "China", "CYP": "Cyprus",
    "CZE": "Czechia", "DEU": "Germany", "DNK": "Denmark", "ESP": "Spain", "EST": "Estonia",
    "EUU": "European Union", "FIN": "Finland", "FRA": "France", "GBR": "United Kingdom",
    "GRC": "Greece", "HRV": "Croatia", "HUN": "Hungary", "IRL": "Ireland", "ITA": "Italy",
    "JPN": "Japan", "KOR": "Korea", "LTU": "Lithuania", "LUX": "Luxembourg", "LVA": "Latvia",
    "MLT": "Malta", "NLD": "Netherlands", "POL": "Poland", "PRT": "Portugal", "ROU": "Romania",
    "SVK": "Slovakia", "SVN": "Slovenia", "SWE": "Sweden", "USA": "United States",
}  # fmt: skip


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
    named = table["name"].replace(SERIES_WORDS)
    table = table.assign(what=table["note"].where(table["note"] != "", named))
    parts = [table]
    for claim_id, variables in SERIES.items() if with_places else ():
        rows = figures[figures["variable"].isin(variables) & figures["city"].isin(PLACES)]
        series = rows["variable"].replace(SERIES_WORDS)
        parts.append(rows.assign(claim_id=claim_id, what=rows["city"] + ": " + series))
    columns = ["claim_id", "what", "value", "unit", "period", "source"]
    parts = [part.rename(columns={"year": "period"}).dropna(subset="value") for part in parts]
    joined = pd.concat([part[columns] for part in parts])
    ordered = joined.sort_values(["claim_id", "what", "period"], ignore_index=True)
    return ordered.assign(
        period=ordered["period"].map(spoken), source=ordered["source"].map(_place)
    )


def _place(source: str) -> str:
    """Where a figure was read, each place once."""
    places = dict.fromkeys(part.strip() for part in source.split(" ; "))
    return "; ".join(FILES.get(place, place) for place in places)


def shares_over_time(
    verdicts: Mapping[str, Verdict], figures: pd.DataFrame
) -> tuple[pd.DataFrame, list[str]]:
    """Stated shares of new industries and of finance beside all that is published, over time.

    Parameters
    ----------
    verdicts : mapping of str to Verdict
        Claims without a verdict are left out.
    figures : DataFrame
        Published figures of places, for the series that the rule does not count because they are
        of another year, or of too short a period.

    Returns
    -------
    table : DataFrame
        Columns claim_id, panel, when (middle of the period, in years), value (% of GDP), kind
        (stated, counted or context), period, source.
    claims : list of str
        Claims shown.
    """
    rows = []
    shown = [claim_id for claim_id in SHARES if claim_id in verdicts]
    for claim_id in shown:
        place, head, variables = SHARES[claim_id]
        panel = f"{place}: {head}"
        stated = verdicts[claim_id].numbers["stated"]
        rows.append((claim_id, panel, "stated", stated, STATED_YEAR, "the paper"))
        counted = [
            (claim_id, panel, "counted", row["value"], row["year"], row["source"])
            for row in figures_of(claim_id).to_dict("records")
        ]
        known = {(row[4], round(row[3], 1)) for row in counted}
        held = figures[(figures["city"] == place) & figures["variable"].isin(variables)]
        rows += counted + [
            (claim_id, panel, "context", row["value"], row["year"], row["source"])
            for row in held.to_dict("records")
            if (row["year"], round(row["value"], 1)) not in known
        ]
    columns = ["claim_id", "panel", "kind", "value", "period", "source"]
    table = pd.DataFrame(rows, columns=columns)
    return table.assign(when=table["period"].map(middle_of)), shown


def middle_of(period: str) -> float:
    """Middle of a period in years: 2023.5 is the middle of 2023, 2022.5 that of 2020-2024."""
    first, dash, last = period.partition("-")
    if dash and last.isdigit() and len(last) == 4:
        return (int(first) + int(last) + 1) / 2
    return (int(period[:4]) + end_of(period)) / 2


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
