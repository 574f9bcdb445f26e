"""What a scenario file may say, and how one is read."""

from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from nqpf.errors import StudyError
from nqpf.params.models import Year

WAYS = ("percent", "add", "sd", "total")


class Change(BaseModel):
    """One indicator moves, in exactly one of four ways."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    indicator: str = Field(description="id of an indicator in data/codebook/indicators.csv")
    percent: float | None = Field(None, description="relative change of the unit's own value, in %")
    add: float | None = Field(None, description="absolute change in the indicator's unit")
    sd: float | None = Field(
        None, description="change in standard deviations of the indicator between units, that year"
    )
    total: float | None = Field(
        None,
        description="rise of the sum over all units (students, firms, money), in %, shared out "
        "over the units that move by their size",
    )

    @model_validator(mode="after")
    def _one_way(self) -> "Change":
        given = [name for name in WAYS if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(
                f"give exactly one of {', '.join(WAYS)} for {self.indicator}, "
                f"got {', '.join(given) or 'none'}"
            )
        return self


class Scenario(BaseModel):
    """A strategy as data."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    name: str = Field("", description="file name without its ending, set when the file is read")
    title: str = Field(min_length=5, description="a few words for figures and tables")
    claims: list[str] = Field([], description="claims of the paper that it stands for")
    level: Literal["provinces", "cities"] = Field(description="panel it changes")
    units: list[str] = Field([], description="units that change; 'case' stands for the case")
    regions: list[str] = Field([], description="regions all of whose units change")
    years: tuple[Year, Year] | None = Field(None, description="first and last year; default last")
    changes: list[Change] = Field(min_length=1, description="indicators that move")
    cost: str = Field("", description="what it would cost, where that is known, with its source")
    bound: float = Field(
        0.25,
        ge=0.0,
        le=2.0,
        description="how far beyond the observed range a value may go, as a share of that range",
    )

    @model_validator(mode="after")
    def _someone_moves(self) -> "Scenario":
        if not self.units and not self.regions:
            raise ValueError("name the units or the regions that change; both are empty")
        moved = [change.indicator for change in self.changes]
        if len(moved) > len(set(moved)):
            raise ValueError(f"an indicator is changed twice; name each once, got {moved}")
        return self


def load_scenario(path: Path) -> Scenario:
    """Read and check one scenario file.

    Parameters
    ----------
    path : Path
        YAML file; its name becomes the scenario's name.

    Raises
    ------
    StudyError
        If the file cannot be read or says something that is not allowed.
    """
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise StudyError(
            f"expected a scenario in YAML at {path}, but {' '.join(str(error).split())}"
        ) from None
    if not isinstance(content, dict):
        raise StudyError(f"{path} must hold the keys of a scenario, got {type(content).__name__}")
    if isinstance(content.get("years"), list):
        content["years"] = tuple(content["years"])
    try:
        return Scenario.model_validate({**content, "name": path.stem})
    except ValidationError as error:
        raise StudyError("\n".join(_sentence(path, item) for item in error.errors())) from None


def load_scenarios(folder: Path) -> list[Scenario]:
    """Read all scenario files of a folder, in the order of their names.

    Parameters
    ----------
    folder : Path
        Folder with `*.yml` files.
    """
    return [load_scenario(path) for path in sorted(folder.glob("*.yml"))]


def _sentence(path: Path, item: dict) -> str:
    """One validation error as a sentence with file, key and what is allowed."""
    key = ".".join(str(part) for part in item["loc"]) or "the scenario"
    if item["type"] == "extra_forbidden":
        model = Change if "changes" in item["loc"] else Scenario
        allowed = ", ".join(name for name in model.model_fields if name != "name")
        return f"{path}: '{key}' is not a key of a scenario; allowed are {allowed}"
    message = item["msg"].removeprefix("Value error, ")
    if item["type"] == "missing":
        return f"{path}: '{key}' is missing; {Scenario.model_fields[key].description or key}"
    return f"{path}: '{key}' is {item['input']!r}, but {message[0].lower()}{message[1:]}"
