"""Pack the run as a research object that describes itself: `make crate`.

The folder `build/crate` holds the study's inputs and results with an RO-Crate 1.2 description:
each file with its hash and rights, and one action per step that says what it read, which
notebook did it and what it made. `.zenodo.json` beside it is what Zenodo asks for. Nothing in it
comes from a clock; the date is that of CITATION.cff.
"""

import json
import mimetypes
import shutil
import sys
from pathlib import Path

import yaml
from rocrate.model.contextentity import ContextEntity
from rocrate.model.entity import Entity
from rocrate.rocrate import ROCrate

from nqpf.data import checksums
from nqpf.errors import StudyError
from nqpf.files import sha256, write_whole
from nqpf.paths import BUILD, DATA, NOTEBOOKS, ROOT
from pipeline.config import EXHIBITS_FILE, Build, current_build, declared, notebooks
from pipeline.verification import fingerprints
from pipeline.verification.standing import check_commit, check_untouched

TARGET = BUILD / "crate"
CODE_RIGHTS = "https://spdx.org/licenses/MIT"
DATA_RIGHTS = "https://spdx.org/licenses/CC-BY-4.0"
TOP = ("README.md", "PLAN.md", "CITATION.cff", "LICENSE", "LICENSE-DATA", "requirements.lock",
       "environment.yml", "pyproject.toml", "Makefile")  # fmt: skip
TYPES = {".ipynb": "application/x-ipynb+json", ".yml": "application/yaml", ".lock": "text/plain",
         ".cff": "application/yaml", ".toml": "application/toml", ".md": "text/markdown",
         ".tex": "text/x-tex", ".csv": "text/csv", "": "text/plain"}  # fmt: skip


def main() -> int:
    """Pack and check the crate; 0 if it is whole, 2 if not."""
    try:
        pack(current_build(), TARGET)
        files = check(TARGET)
    except StudyError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print(f"{TARGET.relative_to(ROOT)}: {files} files described, each with the hash it has")
    return 0


def pack(build: Build, target: Path) -> None:
    """Write the crate of the build that stands here.

    Parameters
    ----------
    build : Build
        The default study.
    target : Path
        Folder that is made anew.

    Raises
    ------
    StudyError
        If a raw table is altered, what stands here is not what the last complete build left, was
        built at another commit, or differs from the committed fingerprints.
    """
    checksums.verify()
    check_untouched(ROOT / build.file)
    check_commit("the crate holds the sources of its results")
    different = fingerprints.compared(fingerprints.read(), fingerprints.taken())
    if different:
        raise StudyError(
            f"the build differs from data/fingerprints in {len(different)} places, the first: "
            f"{different[0]}; run make verify to see all of them"
        )
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    crate = ROCrate(version="1.2")
    describe(crate, citation)
    inputs = [_file(crate, ROOT / name, CODE_RIGHTS) for name in TOP]
    raw = [_file(crate, path, DATA_RIGHTS) for path in _below(DATA / "raw", DATA / "codebook")]
    raw.append(_file(crate, DATA / "SHA256SUMS", DATA_RIGHTS))
    parameters = _file(crate, ROOT / build.file, CODE_RIGHTS)
    panels = [_file(crate, path, DATA_RIGHTS) for path in _below(DATA / "processed")]
    lock = next(entity for entity in inputs if entity.id.endswith("requirements.lock"))
    _action(crate, "data", "Check the raw tables and build the panels", lock, raw, panels)
    for name in notebooks():
        source = _file(crate, NOTEBOOKS / f"{name}.ipynb", CODE_RIGHTS, "SoftwareSourceCode")
        made = [
            build.paths.notebooks / f"{name}.ipynb",
            build.paths.facts / f"{name}.json",
            build.paths.verdicts / f"{name}.json",
            *declared(name, build).files(build.paths).values(),
        ]
        results = [_file(crate, path, DATA_RIGHTS) for path in made]
        title = f"Run notebook {name}"
        _action(crate, name, title, source, [*panels, parameters, lock], results)
    _file(crate, build.paths.site / EXHIBITS_FILE, DATA_RIGHTS)  # names the commit
    shutil.rmtree(target, ignore_errors=True)
    crate.write(target)
    text = json.dumps(zenodo(citation), indent=2, ensure_ascii=False) + "\n"
    write_whole(target / ".zenodo.json", text)


def describe(crate: ROCrate, citation: dict) -> None:
    """What the crate as a whole is: title, authors, rights, date, the paper that it examines."""
    crate.name = citation["title"]
    crate.description = citation["abstract"]
    crate.root_dataset["datePublished"] = str(citation["date-released"])
    crate.root_dataset["version"] = citation["version"]
    crate.root_dataset["keywords"] = citation["keywords"]
    for rights, name in ((CODE_RIGHTS, "MIT License (code)"),
                         (DATA_RIGHTS, "CC BY 4.0 (data and exhibits)")):  # fmt: skip
        licence = {"@type": "CreativeWork", "name": name, "description": name}
        crate.add(ContextEntity(crate, rights, properties=licence))
        crate.root_dataset.append_to("license", {"@id": rights})
    authors = {"@type": "Organization", "name": citation["authors"][0]["name"]}
    group = crate.add(ContextEntity(crate, "#authors", properties=authors))
    crate.root_dataset["author"] = group
    paper = citation["references"][0]
    names = ", ".join(f"{one['given-names']} {one['family-names']}" for one in paper["authors"])
    article = {"@type": "ScholarlyArticle", "name": paper["title"], "creditText": names}
    crate.root_dataset["citation"] = crate.add(ContextEntity(crate, "#paper", properties=article))


def zenodo(citation: dict) -> dict:
    """Metadata of a Zenodo deposit (`.zenodo.json`)."""
    return {
        "title": citation["title"],
        "upload_type": "software",
        "description": citation["abstract"],
        "creators": [{"name": one["name"]} for one in citation["authors"]],
        "license": "MIT",
        "access_right": "open",
        "version": citation["version"],
        "publication_date": str(citation["date-released"]),
        "keywords": citation["keywords"],
        "notes": "Code under MIT; data, figures and tables under CC BY 4.0, see LICENSE-DATA.",
    }


def check(target: Path) -> int:
    """Read a crate back and compare every file with its description.

    Parameters
    ----------
    target : Path
        Folder of the crate.

    Returns
    -------
    int
        Number of files.

    Raises
    ------
    StudyError
        If the description cannot be read, a file is missing, altered or not described.
    """
    try:
        crate = ROCrate(target)
    except (ValueError, KeyError, OSError) as error:
        raise StudyError(f"{target} cannot be read as an RO-Crate: {error}") from None
    known = {entity.id: entity for entity in crate.get_entities() if "File" in _types(entity)}
    for name, entity in known.items():
        path = target / name
        if not path.is_file():
            raise StudyError(f"{target} describes {name}, which is not there")
        if entity.get("sha256") != sha256(path):
            raise StudyError(f"{target}: {name} is not the file that was described")
    own = {"ro-crate-metadata.json", ".zenodo.json"}
    held = {p.relative_to(target).as_posix() for p in target.rglob("*") if p.is_file()}
    if extra := sorted(held - own - set(known)):
        raise StudyError(f"{target} holds {', '.join(extra)} without describing it")
    for action in (entity for entity in crate.get_entities() if "CreateAction" in _types(entity)):
        for role in ("instrument", "object", "result"):
            if not action.get(role):
                raise StudyError(f"{target}: the action {action.id} names no {role}")
    return len(known)


def _action(
    crate: ROCrate,
    name: str,
    title: str,
    instrument: Entity,
    objects: list[Entity],
    results: list[Entity],
) -> None:
    """One step: what did it, what it read, what it made."""
    properties = {"@type": "CreateAction", "name": title,
                  "actionStatus": "http://schema.org/CompletedActionStatus"}  # fmt: skip
    action = crate.add(ContextEntity(crate, f"#run-{name}", properties=properties))
    action["instrument"], action["object"], action["result"] = instrument, objects, results
    crate.root_dataset.append_to("mentions", action)


def _file(crate: ROCrate, path: Path, rights: str, *kinds: str) -> Entity:
    """Add a file under its place in the checkout, with size, type, hash and rights."""
    place = path.relative_to(ROOT).as_posix()
    if known := crate.dereference(place):
        return known
    kind = TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0]
    properties = {
        "@type": ["File", *kinds] if kinds else "File",
        "name": path.name,
        "encodingFormat": kind,
        "contentSize": str(path.stat().st_size),
        "sha256": sha256(path),
        "license": {"@id": rights},
    }
    return crate.add_file(path, place, properties=properties)


def _below(*folders: Path) -> list[Path]:
    return sorted(path for folder in folders for path in folder.rglob("*") if path.is_file())


def _types(entity: Entity) -> list[str]:
    kinds = entity.type
    return kinds if isinstance(kinds, list) else [kinds]


if __name__ == "__main__":
    sys.exit(main())
