"""Arithmetic and rules written in data files, parsed against a whitelist and never `eval`ed.

Formulas of indicators (`rd_exp/10000/gdp_rev5*100`) and rules of verdicts
(`low > 0 and p_adj < 0.05`) are data that a reader may edit, so nothing in them may run code.
"""

import ast
import operator
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import numpy as np

from nqpf.errors import StudyError

BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}
UNARY: dict[type[ast.unaryop], Callable[[Any], Any]] = {
    ast.UAdd: operator.pos,
    ast.USub: operator.neg,
    ast.Not: operator.not_,
}
COMPARISON: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
FUNCTIONS: dict[str, Callable[..., Any]] = {
    "abs": np.abs,
    "log": np.log,
    "sqrt": np.sqrt,
    "isfinite": np.isfinite,
    "min": min,
    "max": max,
}
ALLOWED = "numbers, names, + - * / **, comparisons, and, or, not, and the functions " + ", ".join(
    sorted(FUNCTIONS)
)


@lru_cache(maxsize=4096)
def parse(expression: str) -> ast.expr:
    """Parse an expression and check every part of it against the whitelist.

    Parameters
    ----------
    expression : str
        Text of the formula or rule.

    Raises
    ------
    StudyError
        If the text is not an expression or holds anything outside the whitelist.
    """
    try:
        tree = ast.parse(expression.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise StudyError(
            f"expected an expression, got '{expression}' ({error}); allowed are {ALLOWED}"
        ) from None
    _check(tree, expression)
    return tree


def names(expression: str) -> set[str]:
    """Names that an expression needs, functions left out.

    Parameters
    ----------
    expression : str
        Text of the formula or rule.
    """
    tree = parse(expression)
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    return {
        node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and id(node) not in called
    }


def evaluate(expression: str, scope: Mapping[str, Any]) -> Any:
    """Value of an expression.

    Parameters
    ----------
    expression : str
        Text of the formula or rule.
    scope : Mapping
        Value of each name: numbers, or Series and arrays of one shape for arithmetic.

    Raises
    ------
    StudyError
        If the expression is not allowed, or a name of it is not in `scope`.
    """
    tree = parse(expression)
    missing = sorted(names(expression) - set(scope))
    if missing:
        raise StudyError(
            f"'{expression}' needs {', '.join(missing)}, which is not among "
            f"{', '.join(sorted(scope)) or 'the (empty) known names'}"
        )
    return _value(tree, scope)


def _check(node: ast.expr, expression: str) -> None:
    """Raise unless the node and all below it are on the whitelist."""
    match node:
        case ast.Constant(value=value) if type(value) in (int, float):
            children: list[ast.expr] = []
        case ast.Name():
            children = []
        case ast.BinOp(left=left, op=op, right=right) if type(op) in BINARY:
            children = [left, right]
        case ast.UnaryOp(op=op, operand=operand) if type(op) in UNARY:
            children = [operand]
        case ast.BoolOp(values=values):
            children = values
        case ast.Compare(left=left, ops=ops, comparators=right) if all(
            type(op) in COMPARISON for op in ops
        ):
            children = [left, *right]
        case ast.Call(func=ast.Name(id=function), args=args, keywords=[]) if function in FUNCTIONS:
            children = args
        case _:
            part = ast.unparse(node)
            raise StudyError(f"'{part}' in '{expression}' is not allowed; allowed are {ALLOWED}")
    for child in children:
        _check(child, expression)


def _value(node: ast.expr, scope: Mapping[str, Any]) -> Any:
    """Value of a checked node."""
    match node:
        case ast.Constant(value=value):
            return float(value)  # never a huge integer power
        case ast.Name(id=name):
            return scope[name]
        case ast.BinOp(left=left, op=op, right=right):
            return BINARY[type(op)](_value(left, scope), _value(right, scope))
        case ast.UnaryOp(op=op, operand=operand):
            return UNARY[type(op)](_value(operand, scope))
        case ast.BoolOp(op=ast.And(), values=values):
            return all(_value(value, scope) for value in values)
        case ast.BoolOp(values=values):
            return any(_value(value, scope) for value in values)
        case ast.Compare(left=left, ops=ops, comparators=comparators):
            sides = [_value(side, scope) for side in [left, *comparators]]
            return all(
                bool(COMPARISON[type(op)](a, b))
                for op, a, b in zip(ops, sides[:-1], sides[1:], strict=True)
            )
        case ast.Call(func=ast.Name(id=function), args=args):
            return FUNCTIONS[function](*[_value(arg, scope) for arg in args])
    raise AssertionError(f"unchecked node {ast.dump(node)}")  # _check names every case above
