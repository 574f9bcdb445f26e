"""Tell the finished pages, and a file for programs, what they were made from.

Pages are rendered without it and stamped last, so that a new commit that changes nothing a build
reads renews what they say and renders nothing. Figures and tables themselves carry no stamp:
their bytes depend on nothing but what they show, and `exhibits.json` names each by its hash,
which holds for a copy of a figure wherever it goes, and for csv and LaTeX, which have no place
for it.
"""

import json
import re
from dataclasses import asdict
from pathlib import Path

from nqpf.errors import StudyError
from nqpf.files import write_whole
from pipeline.config import EXHIBITS_FILE
from pipeline.provenance import Provenance

PLACE = '<dl class="provenance">'
SAID = re.compile(r'<template data-when="(\w+)">(.*?)</template>', re.DOTALL)
HASH = re.compile(r'<code data-hash="(\w+)"></code>')
SHORT = 12  # digits, enough to tell versions apart


def stamp(rendered: list[Path], site: Path, provenance: Provenance) -> None:
    """Bring pages, and the list of exhibits for programs, into the site.

    Parameters
    ----------
    rendered : list of Path
        Pages as they were rendered, and `exhibits.json`.
    site : Path
        Folder of the site. A file that stands there already with the same content is left alone.
    provenance : Provenance
        What all of them were made from.

    Raises
    ------
    StudyError
        If a page has no place for it.
    """
    for path in rendered:
        text = path.read_text(encoding="utf-8")
        if path.name == EXHIBITS_FILE:
            whole = {**asdict(provenance), "exhibits": json.loads(text)}
            content = json.dumps(whole, indent=1, ensure_ascii=False) + "\n"
        else:
            content = stamped(text, provenance)
        place = site / path.name
        if not place.is_file() or place.read_text(encoding="utf-8") != content:
            write_whole(place, content)


def stamped(page: str, provenance: Provenance) -> str:
    """A page that says what it was made from.

    Parameters
    ----------
    page : str
        Html with one list of class `provenance`, as the site's template writes it.
    provenance : Provenance
        What it was made from.

    Raises
    ------
    StudyError
        If there is no such list.
    """
    before, place, after = page.rpartition(PLACE)
    if not place:
        raise StudyError(f"a page has no {PLACE}, in which to say what it was made from")
    hashes = {
        "commit": provenance.commit.id,
        "parameters": next(iter(provenance.parameters.values())),
        "environment": next(iter(provenance.environment.values())),
        "data": next(iter(provenance.data.values())),
    }
    after = SAID.sub(lambda found: found[2] if found[1] == provenance.commit.state else "", after)
    return before + place + HASH.sub(lambda found: _code(hashes[found[1]]), after)


def _code(digest: str) -> str:
    """Beginning of a hash, the whole of it on request; nothing for none."""
    return f'<code title="{digest}">{digest[:SHORT]}</code>' if digest else ""
