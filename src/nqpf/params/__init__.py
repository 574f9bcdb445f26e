"""Parameters of a study: read from YAML, checked before anything runs, given to notebooks."""

import difflib
import re
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from nqpf.errors import StudyError
from nqpf.params.models import (
    Data,
    Definitions,
    Index,
    Inference,
    Robustness,
    Simulation,
    Study,
    Topic,
    Validation,
    refuse_unheld_cities,
)

TOPICS_OF: dict[str, tuple[str, ...]] = {
    "01_introduction_and_data": ("study",),
    "02_definitions": ("study", "index", "inference", "definitions"),
    "03_mechanisms": ("study", "index", "inference"),
    "04_challenges": ("study", "index", "inference"),
    "05_strategies": ("study", "index", "inference", "simulation"),
    "06_conclusion": ("study", "index"),
    "A1_validation": ("study", "index", "validation"),
    "A2_robustness": ("study", "index", "inference", "robustness"),
}


class Parameters(BaseModel):
    """All parameters of a study, by topic; a topic that is left out has its defaults."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    study: Study = Study()
    data: Data = Data()
    index: Index = Index()
    inference: Inference = Inference()
    definitions: Definitions = Definitions()
    simulation: Simulation = Simulation()
    robustness: Robustness = Robustness()
    validation: Validation = Validation()

    @model_validator(mode="after")
    def _cities_are_held(self) -> "Parameters":
        refuse_unheld_cities(self.definitions, self.study.case)
        return self

    @model_validator(mode="after")
    def _case_is_measured(self) -> "Parameters":
        if self.study.case in self.index.provinces_left_out:
            raise ValueError(
                f"the case '{self.study.case}' stands in index.provinces_left_out; a province that "
                "is left out has no index, so take it out of the list"
            )
        return self

    def of(self, notebook: str) -> dict[str, Any]:
        """Parameters of one notebook, flat, as papermill hands them over.

        Parameters
        ----------
        notebook : str
            Name of the notebook without its ending.
        """
        flat: dict[str, Any] = {}
        for topic in TOPICS_OF[notebook]:
            flat |= getattr(self, topic).model_dump()
        return flat


def load_parameters(path: Path) -> Parameters:
    """Read and check a parameter file.

    Parameters
    ----------
    path : Path
        A YAML file with topics and their fields.

    Raises
    ------
    StudyError
        If the file is absent, is not YAML, or holds a key or value that is not allowed; the
        sentence names file, key, value and what is allowed.
    """
    return validated(path, read_content(path))


def own_data(path: Path) -> list[str]:
    """Folders of own data that a parameter file names, before the rest of it is looked at.

    Which provinces there are depends on them, so they have to be known first.

    Parameters
    ----------
    path : Path
        A YAML file with topics and their fields.

    Raises
    ------
    StudyError
        As `load_parameters`, for the topic `data`.
    """
    content = {key: value for key, value in read_content(path).items() if key == "data"}
    return validated(path, content).data.add


def read_content(path: Path) -> dict[str, Any]:
    """What a parameter file holds, as plain values, not yet checked.

    Raises
    ------
    StudyError
        If the file is absent or no YAML of topics.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise StudyError(
            f"expected a parameter file at {path}, but it cannot be read ({error}); "
            "name one of params/*.yml with PARAMS="
        ) from None
    try:
        content = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError) as error:  # ValueError: an impossible date
        raise StudyError(f"{path} is not valid YAML: {' '.join(str(error).split())}") from None
    content = {} if content is None else content
    if not isinstance(content, dict):
        raise StudyError(
            f"{path} must hold topics such as 'study:' with their keys, "
            f"got {type(content).__name__}; see params/default.yml"
        )
    return content


def validated(source: object, content: dict[str, Any]) -> Parameters:
    """The content as parameters.

    Parameters
    ----------
    source : object
        Where it stands, for the sentences.
    content : dict
        Topics and their fields.

    Raises
    ------
    StudyError
        One sentence per fault.
    """
    try:
        return Parameters.model_validate(content)
    except ValidationError as error:
        raise StudyError("\n".join(_sentence(source, item) for item in error.errors())) from None


def study_name(path: Path) -> str:
    """Name of the study, which is its parameter file's name without the ending.

    Raises
    ------
    StudyError
        If the name could not serve as a folder.
    """
    if not re.fullmatch(r"[\w-]+\.ya?ml", path.name):
        raise StudyError(
            f"a parameter file is named by letters, digits, - and _ and ends in .yml, "
            f"got {path.name}"
        )
    return path.stem


def _sentence(path: object, item: Any) -> str:
    """One validation error as a sentence: file, key, value, what is allowed."""
    key = ".".join(str(part) for part in item["loc"]) or "the file as a whole"
    if item["type"] == "extra_forbidden":
        allowed = _keys_beside(item["loc"])
        close = difflib.get_close_matches(str(item["loc"][-1]), allowed, n=1)
        hint = f"; did you mean '{close[0]}'?" if close else ""
        return (
            f"{path}: '{key}' (= {item['input']!r}) is not a parameter; "
            f"allowed are {', '.join(allowed)}{hint}"
        )
    message = item["msg"].removeprefix("Value error, ")
    return f"{path}: '{key}' is {item['input']!r}, but {message[0].lower()}{message[1:]}"


def _keys_beside(location: tuple[int | str, ...]) -> list[str]:
    """Keys allowed where an unknown one was found."""
    model: type[BaseModel] = Parameters
    for part in location[:-1]:
        annotation = model.model_fields[str(part)].annotation
        if isinstance(annotation, type) and issubclass(annotation, Topic):
            model = annotation
    return list(model.model_fields)
