"""CITATION.cff follows the Citation File Format 1.2.0 and agrees with the rest of the project.

The rules below are those of the format's guide for the keys that are used here, and for those
likely to come; any other key is refused, so that a new one is looked up in the guide first.
https://github.com/citation-file-format/citation-file-format/blob/1.2.0/schema-guide.md
"""

import datetime
import re
import tomllib
from typing import Annotated, Literal

import pytest
import yaml
from pydantic import BaseModel, ConfigDict, Field, HttpUrl, ValidationError

from nqpf.paths import ROOT

Text = Annotated[str, Field(min_length=1, strict=True)]
Doi = Annotated[str, Field(pattern=r"^10\.\d{4,9}(\.\d+)?/[A-Za-z0-9:/_;\-\.\(\)\[\]\\]+$")]
Orcid = Annotated[str, Field(pattern=r"^https://orcid\.org/(\d{4}-){3}\d{3}[\dX]$")]
KINDS = Literal[
    "art", "article", "audiovisual", "bill", "blog", "book", "catalogue", "conference",
    "conference-paper", "data", "database", "dictionary", "edited-work", "encyclopedia",
    "film-broadcast", "generic", "government-document", "grant", "hearing", "historical-work",
    "legal-case", "legal-rule", "magazine-article", "manual", "map", "multimedia", "music",
    "newspaper-article", "pamphlet", "patent", "personal-communication", "proceedings", "report",
    "serial", "slides", "software", "software-code", "software-container", "software-executable",
    "software-virtual-machine", "sound-recording", "standard", "statute", "thesis", "unpublished",
    "video", "website",
]  # fmt: skip


class Part(BaseModel):
    """Keys with hyphens, and no others than those named."""

    model_config = ConfigDict(
        extra="forbid", alias_generator=lambda name: name.replace("_", "-"), frozen=True
    )


class Person(Part):
    family_names: Text
    given_names: Text | None = None
    affiliation: Text | None = None
    orcid: Orcid | None = None
    email: Annotated[str, Field(pattern=r"^\S+@\S+\.\S+$")] | None = None


class Entity(Part):
    name: Text
    orcid: Orcid | None = None
    website: HttpUrl | None = None


Authors = Annotated[list[Person | Entity], Field(min_length=1)]


class Reference(Part):
    type: KINDS
    title: Text
    authors: Authors
    doi: Doi | None = None
    url: HttpUrl | None = None
    journal: Text | None = None
    volume: Text | int | None = None
    issue: Text | int | None = None
    start: Text | int | None = None
    end: Text | int | None = None
    year: int | None = None


class Citation(Part):
    cff_version: Literal["1.2.0"]
    message: Text
    title: Text
    authors: Authors
    type: Literal["software", "dataset"] = "software"
    version: Text | None = None  # a number would lose its zeros
    license: Literal["MIT"] | None = None  # of the names of SPDX, that which LICENSE holds
    date_released: datetime.date | None = None
    abstract: Text | None = None
    keywords: Annotated[list[Text], Field(min_length=1)] | None = None
    doi: Doi | None = None
    url: HttpUrl | None = None
    repository_code: HttpUrl | None = None
    references: Annotated[list[Reference], Field(min_length=1)] | None = None


@pytest.fixture
def content():
    return yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))


def test_it_follows_the_format(content):
    citation = Citation.model_validate(content)
    for many in (citation.authors, citation.keywords, citation.references):
        assert len({str(one) for one in many}) == len(many), "the format asks for unique items"


def test_it_agrees_with_the_project(content):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    version, date = re.search(r"^## (\S+) \((\S+)\)$", changes, re.MULTILINE).groups()
    assert content["version"] == project["version"] == version
    assert content["date-released"].isoformat() == date
    assert (ROOT / "LICENSE").read_text(encoding="utf-8").startswith("MIT License")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("cff-version", "1.1.0"),
        ("message", ""),
        ("title", None),
        ("authors", []),
        ("authors", [{"given-names": "Zhixin"}]),
        ("authors", [{"name": "A group", "family-names": "Luo"}]),
        ("type", "paper"),
        ("version", 0.1),
        ("license", "MIT License"),
        ("date-released", "27 November 2026"),
        ("doi", "https://doi.org/10.5281/zenodo.1"),
        ("references", [{"type": "journal", "title": "T", "authors": [{"name": "A"}]}]),
        ("references", [{"type": "article", "title": "T"}]),
        ("licence", "MIT"),
    ],
)
def test_a_mistake_is_noticed(content, key, value):
    with pytest.raises(ValidationError):
        Citation.model_validate(content | {key: value})


@pytest.mark.parametrize("key", ["cff-version", "message", "title", "authors"])
def test_what_the_format_asks_for_is_not_left_out(content, key):
    del content[key]
    with pytest.raises(ValidationError):
        Citation.model_validate(content)
