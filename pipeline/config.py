"""What this build is about: the study, its parameters, its notebooks and what they make."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from nqpf.errors import StudyError
from nqpf.params import TOPICS_OF, Parameters, load_parameters, study_name
from nqpf.paths import CODEBOOK, DATA, NOTEBOOKS, RAW, ROOT, StudyPaths, built_paths
from nqpf.places import cities_of, cities_of_paper
from pipeline.receipt import parameter_file

OUTPUTS = NOTEBOOKS / "outputs.yml"
FIGURE_ENDINGS = ("svg", "pdf", "png", "csv")
KINDS = ("figures", "tables")
TABLE_ENDINGS = ("csv", "html", "tex")
EXHIBITS_PAGE, EXHIBITS_FILE = "exhibits.html", "exhibits.json"  # lists, to read and for programs
ARCHIVES = ("exhibits.zip", "data.zip", "notebooks.zip")
LAST = "06_conclusion"  # reads what all others found


@dataclass(frozen=True)
class Build:
    """One study to be built."""

    study: str
    file: Path
    parameters: Parameters
    paths: StudyPaths

    @property
    def has_cities(self) -> bool:
        """Whether a city panel is held for the province studied."""
        return bool(cities_of(self.parameters.study.case))

    @property
    def has_cities_of_paper(self) -> bool:
        """Whether the cities studied are those that the paper gives figures of."""
        return bool(cities_of_paper(self.parameters.study.case))


@dataclass(frozen=True)
class Declared:
    """What a notebook says it makes, for the case of this build."""

    title: str
    summary: str
    figures: tuple[str, ...]
    tables: tuple[str, ...]
    others: tuple[str, ...] = ()  # files beside the tables, with their endings

    def files(self, paths: StudyPaths) -> dict[str, Path]:
        """Every exhibit file by its name, in the folders given."""
        found = {}
        for folder, exhibits, endings in (
            (paths.figures, self.figures, FIGURE_ENDINGS),
            (paths.tables, self.tables, TABLE_ENDINGS),
        ):
            for exhibit in exhibits:
                for ending in endings:
                    found[f"{exhibit}.{ending}"] = folder / f"{exhibit}.{ending}"
        return found | {name: paths.tables / name for name in self.others}


@cache
def current_build() -> Build:
    """The study named by the environment, checked.

    Raises
    ------
    StudyError
        If the parameter file is absent or wrong.
    """
    file = parameter_file()
    study = study_name(file)
    shown = file.relative_to(ROOT) if file.is_relative_to(ROOT) else file
    return Build(study, shown, load_parameters(file), built_paths(study))


def notebooks() -> list[str]:
    """Names of the notebooks in reading order."""
    return sorted(TOPICS_OF)


def declared(notebook: str, build: Build) -> Declared:
    """What `notebooks/outputs.yml` says a notebook makes for this case.

    Raises
    ------
    StudyError
        If the notebook has no entry there, or its entry has unknown keys.
    """
    entry = all_outputs().get(notebook)
    made = [f"{where}{kind}" for where in ("", "city_", "paper_city_") for kind in KINDS]
    known = {"title", "summary", "files", *made}
    if not isinstance(entry, dict) or not {"title", "summary"} <= set(entry) <= known:
        raise StudyError(
            f"notebooks/outputs.yml must describe {notebook} by title and summary, and by "
            f"{', '.join(sorted(known - {'title', 'summary'}))} where it makes any; got {entry!r}"
        )
    held = {"": True, "city_": build.has_cities, "paper_city_": build.has_cities_of_paper}
    figures, tables = (
        tuple(one for where in held if held[where] for one in entry.get(f"{where}{kind}", []))
        for kind in KINDS
    )
    return Declared(
        entry["title"], entry["summary"], figures, tables, tuple(entry.get("files", []))
    )


def parameters_of(notebook: str, build: Build) -> str:
    """Parameters of a notebook as JSON, which is also what the graph compares."""
    return json.dumps({"study": build.study, **build.parameters.of(notebook)}, sort_keys=True)


@cache
def all_outputs() -> dict[str, dict]:
    """Content of notebooks/outputs.yml."""
    return yaml.safe_load(OUTPUTS.read_text(encoding="utf-8"))


def found_on(page: Path) -> Path:
    """Where it is kept beside a rendered page what a search can find on it."""
    return page.with_suffix(".search.json")


def packed_data() -> list[Path]:
    """What the archive of data holds besides the panels: raw tables, codebook, words, rights."""
    tables = [*RAW.rglob("*.csv"), *CODEBOOK.glob("*.csv")]
    return [*tables, *DATA.glob("*.md"), DATA / "SHA256SUMS", ROOT / "LICENSE-DATA"]
