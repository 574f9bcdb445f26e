"""Formulas from TeX to MathML while the site is built, so that no page needs a script for them."""

from functools import cache

from nqpf.errors import StudyError


def inline(tex: str) -> str:
    """A formula within a line.

    Parameters
    ----------
    tex : str
        Without its dollar signs.

    Raises
    ------
    StudyError
        If the formula cannot be read, or the package that reads formulas is missing.
    """
    return _converted(tex, display=False)


def display(tex: str) -> str:
    """A formula of its own; a wide one scrolls inside its region.

    Parameters
    ----------
    tex : str
        Without its dollar signs; may be an environment such as `aligned`.

    Raises
    ------
    StudyError
        As for `inline`.
    """
    return f'<div class="equation">{_converted(tex, display=True)}</div>'


def _converted(tex: str, display: bool) -> str:
    module, converter = _converter()
    try:
        return converter.convert_with_local_state(tex.strip(), displaystyle=display)
    except module.LatexError as error:
        raise StudyError(
            f"the formula '{tex.strip()}' cannot be read ({error}); correct its TeX"
        ) from error


@cache
def _converter() -> tuple:
    try:
        import math_core  # only pages with formulas pay for it
    except ImportError as error:
        raise StudyError(
            "a page holds a formula, but the package math-core is not installed; "
            "run `make` so that the environment is renewed"
        ) from error
    return math_core, math_core.LatexToMathML(annotation=True, fancy_error=False)
