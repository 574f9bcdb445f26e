"""From numbers to a verdict: pure functions, no files."""

import math
from collections.abc import Mapping
from numbers import Real

from nqpf.claims.plan import ADJUSTED, NONE, PlannedClaim
from nqpf.errors import StudyError
from nqpf.expressions import evaluate

SUPPORTED = "supported"
CONTRADICTED = "contradicted"
INCONCLUSIVE = "inconclusive"
NOT_TESTABLE = "not testable here"
INCONSISTENT = "internally inconsistent"
NOT_YET = "not yet judged"
VERDICTS = (SUPPORTED, CONTRADICTED, INCONCLUSIVE, NOT_TESTABLE, INCONSISTENT)


def check_numbers(claim: PlannedClaim, numbers: Mapping[str, object]) -> dict[str, float]:
    """The numbers that a notebook hands over, exactly those of the plan, as floats.

    Parameters
    ----------
    claim : PlannedClaim
        What is judged.
    numbers : Mapping of str to number
        By the names of the plan's statistic; None and NaN stand for a missing one.

    Raises
    ------
    StudyError
        A number that is absent, unknown, not a number, missing without leave, infinite where it is
        no end of an interval, or a p-value outside 0 to 1.
    """
    if absent := [name for name in claim.statistics if name not in numbers]:
        raise StudyError(
            f"{claim.claim_id} needs {', '.join(absent)}: "
            f"{'; '.join(claim.statistics[name] for name in absent)}"
        )
    if unknown := sorted(set(numbers) - set(claim.statistics)):
        raise StudyError(
            f"{claim.claim_id} knows no {', '.join(unknown)}; "
            f"it needs {', '.join(claim.statistics)}"
        )
    return {name: _checked(claim, name, numbers[name]) for name in claim.statistics}


def scope_of(
    claim: PlannedClaim, numbers: Mapping[str, float], adjusted: float | None = None
) -> dict[str, float]:
    """All numbers that the rules may use: handed over, adjusted, and of the plan.

    Parameters
    ----------
    claim : PlannedClaim
        What is judged.
    numbers : Mapping of str to float
        As `check_numbers` returns them.
    adjusted : float, optional
        Adjusted p-value of a claim that belongs to a family.

    Raises
    ------
    StudyError
        If the claim belongs to a family and there is no adjusted p-value, or the reverse.
    """
    if bool(claim.family) != (adjusted is not None):
        raise StudyError(
            f"{claim.claim_id} belongs to "
            + (f"the family '{claim.family}'; judge that as a whole" if claim.family else "none")
        )
    return {
        **numbers,
        **({ADJUSTED: float(adjusted)} if adjusted is not None else {}),
        **claim.constants,
    }


def decide(claim: PlannedClaim, scope: Mapping[str, float]) -> str:
    """Verdict that follows from the rules of a claim.

    Parameters
    ----------
    claim : PlannedClaim
        What is judged.
    scope : Mapping of str to float
        As `scope_of` returns it. A comparison with a missing number is false.

    Returns
    -------
    str
        One of `VERDICTS`.

    Raises
    ------
    StudyError
        If the claim has no rule, both rules hold, or one cannot be computed.
    """
    if claim.testability == NONE:
        raise StudyError(
            f"{claim.claim_id} has no rule, for no data held can judge it; "
            f"it is '{NOT_TESTABLE}' (needed: {claim.data_needed})"
        )
    supported, contradicted = (
        _holds(claim, rule, scope) for rule in (claim.supported_if, claim.contradicted_if)
    )
    if supported and contradicted:
        raise StudyError(
            f"{claim.claim_id}: both rules hold at once, '{claim.supported_if}' and "
            f"'{claim.contradicted_if}', with {dict(scope)}; mend the plan"
        )
    if supported:
        return INCONSISTENT if claim.is_inconsistency else SUPPORTED
    return CONTRADICTED if contradicted else INCONCLUSIVE


def _holds(claim: PlannedClaim, rule: str, scope: Mapping[str, float]) -> bool:
    try:
        return bool(evaluate(rule, scope))
    except (ArithmeticError, ValueError) as error:
        raise StudyError(
            f"{claim.claim_id}: '{rule}' cannot be computed from {dict(scope)}: {error}"
        ) from None


def _checked(claim: PlannedClaim, name: str, value: object) -> float:
    """One number as a float."""
    place = f"{claim.claim_id}: {name} ({claim.statistics[name]})"
    if value is None:
        value = math.nan
    if type(value).__name__ in ("bool", "bool_") or not isinstance(value, Real):
        raise StudyError(f"{place} must be one number, got {value!r}")
    number = float(value)
    if math.isnan(number):
        if name not in claim.optional:
            raise StudyError(f"{place} is missing; the plan does not allow that")
        return number
    if math.isinf(number) and not name.startswith(("low", "high")):
        raise StudyError(f"{place} is {number}; only ends of an interval may be infinite")
    if (name == "p" or name.startswith("p_")) and not 0 <= number <= 1:
        raise StudyError(f"{place} must lie between 0 and 1, got {number}")
    return number
