"""List what a language has no words for yet: titles and labels of the last build, and furniture.

Usage: `make words`, or `python -m pipeline.words` after a build; ends with 1 if any is missing.
"""

import ast
import json
import re
import sys
from pathlib import Path

from nqpf.paths import NOTEBOOKS, ROOT
from nqpf.report import load_labels
from nqpf.report.language import Catalogue, catalogue
from pipeline.config import all_outputs, current_build, notebooks

LANGUAGES = ("zh",)
FURNITURE = re.compile(r"""\bsay\("([^"]+)\"\)""")
IN_SCRIPTS = re.compile(r"""\bsay\("([^"]+)\"""")
SITE = ROOT / "src" / "nqpf" / "site"
CLAIMED = re.compile(r"[CX]\d{3} ")  # the sentence of a claim
SAVERS = ("save_figure", "save_table", "save_regressions")
LABELLED = ("xlabel", "ylabel", "label", "root", "observed_label", "marked_label", "link_label")


def main() -> int:
    """Print what is missing, as lines to be filled in and put into the catalogue."""
    build = current_build()
    missing = 0
    for language in LANGUAGES:
        words = catalogue(language)
        found = {
            "furniture": lacking(furniture(), words),
            "titles": lacking_titles(words),
            "labels": lacking([*written_labels(), *shown_labels(build.study)], words),
        }
        for group, texts in found.items():
            for text in texts:
                print(f"{language}.yml, {group}:  {json.dumps(text, ensure_ascii=False)}: ")
                missing += 1
    print(f"{missing} texts are missing" if missing else "no text is missing")
    return int(missing > 0)


def lacking(texts: list[str], words: Catalogue) -> list[str]:
    """Those of the texts that a catalogue does not know, each once; sentences are prose."""
    plain = dict.fromkeys(" ".join(text.split()) for text in texts)
    return [text for text in plain if not is_prose(text) and words.find(text) is None]


def is_prose(text: str) -> bool:
    """Whether a text is a sentence, which stays English."""
    return (text.endswith(".") and text.count(" ") > 2) or bool(CLAIMED.match(text))


def lacking_titles(words: Catalogue) -> list[str]:
    """Titles of exhibits, as the notebooks write them, that a catalogue does not know."""
    titles = dict.fromkeys(" ".join(title.split()) for title in written_titles())
    return [title for title in titles if title not in words.texts]


def furniture() -> list[str]:
    """What templates and scripts of the site say, and titles of chapters."""
    said = [entry["title"] for entry in all_outputs().values()]
    for template in sorted(SITE.glob("template/nqpf/*.j2")):
        said += FURNITURE.findall(template.read_text(encoding="utf-8"))
    for script in sorted(SITE.glob("assets/*.js")):
        said += IN_SCRIPTS.findall(script.read_text(encoding="utf-8"))
    return said


def shown_labels(study: str) -> list[str]:
    """Labels that the exhibits of the last build showed."""
    return [label for labels in load_labels(study).values() for label in labels]


def written_titles() -> list[str]:
    """Titles that notebooks hand to the functions that save exhibits."""
    found = []
    for call in _calls(SAVERS):
        given = [k.value for k in call.keywords if k.arg == "title"] or call.args[2:3]
        found += [one.value for one in given if isinstance(one, ast.Constant)]
    return found


def written_labels() -> list[str]:
    """Labels and headings that notebooks write out."""
    found = []
    for call in _calls():
        for keyword in call.keywords:
            if keyword.arg in LABELLED and isinstance(keyword.value, ast.Constant):
                found.append(str(keyword.value.value))
            if keyword.arg == "columns" and isinstance(keyword.value, ast.Dict):
                found += [v.value for v in keyword.value.values if isinstance(v, ast.Constant)]
            if keyword.arg in ("spans", "terms") and isinstance(keyword.value, ast.Dict):
                found += [
                    v.value
                    for v in [*keyword.value.keys, *keyword.value.values]
                    if isinstance(v, ast.Constant)
                ]
    return found


def _calls(names: tuple[str, ...] = ()) -> list[ast.Call]:
    """Calls in the notebooks' code, in order; all, or those of methods of the given names."""
    calls = []
    for name in notebooks():
        for statement in _statements(NOTEBOOKS / f"{name}.ipynb"):
            for node in ast.walk(statement):
                if isinstance(node, ast.Call):
                    calls.append(node)
    return [call for call in calls if not names or getattr(call.func, "attr", "") in names]


def _statements(notebook: Path) -> list[ast.stmt]:
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    return [statement for source in code for statement in ast.parse(source).body]


if __name__ == "__main__":
    sys.exit(main())
