"""Renew the README's numbers and pictures from the facts and figures of the default build.

A number stands between `<!-- fact notebook.name format -->` and `<!-- end -->`; a picture is a
copy, under docs/, of the figure named in its file name.
"""

import re
import shutil

from nqpf.errors import StudyError
from nqpf.paths import DEFAULT_STUDY, ROOT, built_paths
from nqpf.report import load_facts

README = ROOT / "README.md"
PICTURES = ROOT / "docs"
FACT = re.compile(r"<!-- fact (\S+?)\.(\w+) ?(\S*) -->.*?<!-- end -->", re.S)


def rendered() -> str:
    """The README with every number taken from its fact.

    Raises
    ------
    StudyError
        If a fact is not there.
    """
    facts = load_facts(DEFAULT_STUDY)

    def replaced(match: re.Match) -> str:
        notebook, name, style = match.groups()
        found = [f for key, f in facts.items() if key.startswith(notebook)]
        if not found or name not in found[0]:
            raise StudyError(f"README.md names the fact {notebook}.{name}, which was not recorded")
        shown = f" {style}" if style else ""
        return f"<!-- fact {notebook}.{name}{shown} -->{found[0][name].text(style)}<!-- end -->"

    return FACT.sub(replaced, README.read_text(encoding="utf-8"))


def main() -> None:
    """Write the README and copy its pictures."""
    README.write_text(rendered(), encoding="utf-8")
    for picture in sorted(PICTURES.glob("fig-*.png")):
        shutil.copyfile(built_paths(DEFAULT_STUDY).figures / picture.name, picture)


if __name__ == "__main__":
    main()
