"""The grid of defensible choices, declared as data and checked before anything is fitted."""

import itertools
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, get_args

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from nqpf.errors import StudyError

Choice = Literal[
    "outcome",
    "indicators",
    "treatment",
    "normalisation",
    "weights",
    "aggregation",
    "controls",
    "years",
    "units",
    "estimator",
    "errors",
]
CHOICES: tuple[str, ...] = get_args(Choice)
INDEX_CHOICES = ("indicators", "treatment", "normalisation", "weights", "aggregation")
ESTIMATORS = ("within", "first differences", "unit trends")
ERRORS = ("wild cluster", "CRV1")


class _Declared(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Option(_Declared):
    """One way to make one choice.

    Attributes
    ----------
    choice, option : str
        What is chosen and how it is called.
    settings : dict of str to str
        What it means, in words of the choice: `weights=entropy`, `first=2015`, `without=Beijing`.
    primary : bool
        Whether the plan's specification chooses it.
    reason : str
        Why it is defensible.
    """

    choice: Choice
    option: str = Field(min_length=1)
    settings: dict[str, str]
    primary: bool
    reason: str = Field(min_length=1)

    @field_validator("settings", mode="before")
    @classmethod
    def _read(cls, value: object) -> object:
        return read_settings(value) if isinstance(value, str) else value


class Excluded(_Declared):
    """A combination of options that is not defended, and why."""

    when: dict[str, str] = Field(min_length=1)
    reason: str = Field(min_length=1)

    @field_validator("when", mode="before")
    @classmethod
    def _read(cls, value: object) -> object:
        return read_settings(value) if isinstance(value, str) else value


class Grid(_Declared):
    """All options of a level and the combinations that are left out."""

    options: tuple[Option, ...]
    excluded: tuple[Excluded, ...] = ()

    def of(self, choice: str) -> tuple[Option, ...]:
        """Options of one choice, in the order declared."""
        return tuple(one for one in self.options if one.choice == choice)

    def option(self, choice: str, name: str) -> Option:
        """One option by its name.

        Raises
        ------
        StudyError
            If the choice has no such option.
        """
        known = {one.option: one for one in self.of(choice)}
        if name not in known:
            raise StudyError(f"'{name}' is not an option of {choice}; there are {_listed(known)}")
        return known[name]

    def primary(self, choice: str) -> Option:
        """The option that the plan's specification chooses."""
        return next(one for one in self.of(choice) if one.primary)

    def replaced(self, choice: str, options: Sequence[Option]) -> "Grid":
        """The same grid with other options of one choice; checked anew."""
        rest = [one for one in self.options if one.choice != choice]
        kept = [
            one
            for one in self.excluded
            if choice not in one.when or one.when[choice] in {option.option for option in options}
        ]
        return checked(Grid(options=(*rest, *options), excluded=tuple(kept)))


def read_settings(text: str) -> dict[str, str]:
    """Pairs written as `key=value;key=value`.

    Raises
    ------
    ValueError
        If a part has no key or no `=`, or a key stands twice.
    """
    pairs = [part.split("=", 1) for part in text.split(";") if part]
    if any(len(pair) != 2 or not pair[0] for pair in pairs):
        raise ValueError(f"settings are written key=value;key=value, got '{text}'")
    if len({key for key, _ in pairs}) < len(pairs):
        raise ValueError(f"a setting stands twice in '{text}'")
    return dict(pairs)


def read_grid(options: pd.DataFrame, excluded: pd.DataFrame, level: str) -> Grid:
    """Grid of a level from data/codebook/multiverse.csv and multiverse_excluded.csv.

    Parameters
    ----------
    options : DataFrame
        Columns level, choice, option, settings, primary (yes or no), reason.
    excluded : DataFrame
        Columns level, when (`choice=option;choice=option`), reason.
    level : str
        `provinces` or `cities`.

    Raises
    ------
    StudyError
        Naming the row, if a choice or an option is unknown or declared twice, or if a choice has
        not exactly one primary option.
    """
    rows = options[options["level"] == level].drop(columns="level")
    left = excluded[excluded["level"] == level].drop(columns="level")
    try:
        read = [Option(**row) for row in rows.to_dict("records")]
        apart = [Excluded(**row) for row in left.to_dict("records")]
    except ValidationError as error:
        first = error.errors()[0]
        raise StudyError(
            f"multiverse of the {level}: '{'.'.join(map(str, first['loc']))}' is "
            f"{first['input']!r}, but {first['msg'].removeprefix('Value error, ')}"
        ) from None
    return checked(Grid(options=tuple(read), excluded=tuple(apart)))


def checked(grid: Grid) -> Grid:
    """The grid as it is.

    Raises
    ------
    StudyError
        See `read_grid`.
    """
    for choice in CHOICES:
        names = [one.option for one in grid.of(choice)]
        if len(set(names)) < len(names):
            raise StudyError(f"an option of {choice} is declared twice: {_listed(names)}")
        primary = [one.option for one in grid.of(choice) if one.primary]
        if len(primary) != 1:
            raise StudyError(
                f"the choice '{choice}' needs exactly one primary option, got "
                f"{_listed(primary) or 'none'}"
            )
    for one in grid.of("estimator"):
        if one.option not in ESTIMATORS:
            raise StudyError(f"'{one.option}' is no estimator; there are {_listed(ESTIMATORS)}")
    for one in grid.of("errors"):
        if one.option not in ERRORS:
            raise StudyError(f"'{one.option}' is no kind of errors; there are {_listed(ERRORS)}")
    for apart in grid.excluded:
        for choice, name in apart.when.items():
            if choice not in CHOICES:
                raise StudyError(f"'{choice}' is not a choice; there are {_listed(CHOICES)}")
            grid.option(choice, name)
    return grid


def expand(grid: Grid) -> tuple[pd.DataFrame, pd.DataFrame]:
    """All combinations of options, apart from errors, which change no estimate.

    Parameters
    ----------
    grid : Grid

    Returns
    -------
    specifications : DataFrame
        One column per choice but errors, and `primary`; one row per combination defended.
    excluded : DataFrame
        Columns when, reason, specifications: how many combinations each rule leaves out, each
        counted with the first that applies.
    """
    choices = [choice for choice in CHOICES if choice != "errors"]
    product = itertools.product(*([one.option for one in grid.of(choice)] for choice in choices))
    frame = pd.DataFrame(product, columns=choices)
    primary = pd.Series(True, index=frame.index)
    for choice in choices:
        primary &= frame[choice] == grid.primary(choice).option
    frame["primary"] = primary
    gone = pd.Series(False, index=frame.index)
    rows = []
    for apart in grid.excluded:
        applies = ~gone & _matches(frame, apart.when)
        gone |= applies
        when = ", ".join(f"{choice}: {name}" for choice, name in apart.when.items())
        rows.append((when, apart.reason, int(applies.sum())))
    if frame.loc[gone, "primary"].any():
        raise StudyError("the primary specification is among those excluded; check the rules")
    table = pd.DataFrame(rows, columns=["when", "reason", "specifications"])
    return frame[~gone].reset_index(drop=True), table


def _matches(frame: pd.DataFrame, when: Mapping[str, str]) -> pd.Series:
    """Rows that choose all of the options named; none if one is about errors."""
    found = pd.Series(True, index=frame.index)
    for choice, name in when.items():
        found &= frame[choice] == name if choice in frame else False
    return found


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)
