"""The whole build beside `make -j2` with papermill and nbconvert as they come.

Both sides build panels, all notebooks and their pages in copies of the checkout, alternately, by
the clock and with two workers; medians count. The bare computation is what the code cells take as
scripts, two at a time, from panels that are there; pieces of the multiverse that another side has
made are taken away from it.
"""

import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from frame import LIMIT, Row

from nqpf.params import TOPICS_OF
from nqpf.paths import ROOT
from pipeline.config import LAST
from pipeline.kernels.process import base_environment

ROUNDS = 3
LEFT_OUT = (".git", ".venv", "build", "processed", "__pycache__", ".*_cache", ".hypothesis")
BUILT = ("build", "figures", "tables", "data/processed")
EDITED = "01_introduction_and_data"
SHOWN = "from IPython.display import display"  # a kernel has it by itself
STOCK = """\
NOTEBOOKS := {names}
OTHERS := $(filter-out {last},$(NOTEBOOKS))
all: $(NOTEBOOKS:%=build/stock/%.html)
build/stock/panels:
\t{python} -c 'from nqpf.data.build import build_processed; from nqpf.paths import PROCESSED; \\
\t  build_processed(PROCESSED)'
\tmkdir -p $(@D) && touch $@
build/stock/%.ipynb: notebooks/%.ipynb build/stock/panels
\tmkdir -p build/facts build/verdicts figures tables
\t{python} -m papermill --cwd notebooks --no-progress-bar $< $@
build/stock/{last}.ipynb: $(OTHERS:%=build/stock/%.ipynb)
build/stock/%.html: build/stock/%.ipynb
\t{python} -m nbconvert --to html $<
"""
SCRIPTS = """\
NOTEBOOKS := {names}
OTHERS := $(filter-out {last},$(NOTEBOOKS))
all: $(NOTEBOOKS:%=build/bare/%.done)
build/bare/%.done: build/bare/%.py
\tcd notebooks && {python} ../$<
\ttouch $@
build/bare/{last}.done: $(OTHERS:%=build/bare/%.done)
"""


def rows() -> Iterator[Row]:
    """Cold build, nothing to do, one edit."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "checkout"
        lay_out(place)
        seconds: dict[str, list[float]] = {"ours": [], "stock": [], "bare": []}
        for _ in range(ROUNDS):
            clean(place)
            seconds["stock"].append(run(place, "make", "-j2", "-f", "stock.mk"))
            shutil.rmtree(place / "build/shards")
            seconds["bare"].append(run(place, "make", "-j2", "-f", "scripts.mk"))
            clean(place)
            seconds["ours"].append(run(place, "make"))
        cold = {side: statistics.median(times) for side, times in seconds.items()}
        name = f"{len(TOPICS_OF)} notebooks and pages from nothing"
        yield Row(name, cold["ours"], "make -j2, papermill", cold["stock"], 2.0)
        yield Row(name, cold["ours"], "the cells as scripts", cold["bare"], 1 / 1.5)
        idle = statistics.median(run(place, "make") for _ in range(2 * ROUNDS + 1))
        yield Row("nothing to do", idle, LIMIT, 1.0, 1.0)
        run(place, "make", "-j2", "-f", "stock.mk")
        edits: dict[str, list[float]] = {"ours": [], "stock": []}
        for number in range(ROUNDS):
            edit(place, number)
            target = f"build/stock/{EDITED}.html"
            edits["stock"].append(run(place, "make", "-f", "stock.mk", target))
            edits["ours"].append(run(place, "make", f"nb-{EDITED[:2]}"))
        one = {side: statistics.median(times) for side, times in edits.items()}
        yield Row("one notebook edited", one["ours"], "make, papermill", one["stock"])


def lay_out(place: Path, source: Path = ROOT) -> None:
    """Copy a checkout without what was built, and write the makefiles of the other sides."""
    shutil.copytree(source, place, ignore=shutil.ignore_patterns(*LEFT_OUT))
    (place / ".venv").mkdir()
    for name in ("bin", "lib", "share", "pyvenv.cfg"):
        (place / ".venv" / name).symlink_to(Path(sys.prefix) / name)
    for name in ("installed", "installed-dev"):
        (place / ".venv" / name).touch()
    words = {"names": " ".join(TOPICS_OF), "last": LAST, "python": sys.executable}
    (place / "stock.mk").write_text(STOCK.format(**words), encoding="utf-8")
    (place / "scripts.mk").write_text(SCRIPTS.format(**words), encoding="utf-8")


def clean(place: Path) -> None:
    """Remove all that was built, and write the scripts anew."""
    for name in BUILT:
        shutil.rmtree(place / name, ignore_errors=True)
    bare = place / "build/bare"
    bare.mkdir(parents=True)
    for name in TOPICS_OF:
        cells = json.loads((place / f"notebooks/{name}.ipynb").read_text(encoding="utf-8"))["cells"]
        code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
        text = "\n\n".join([SHOWN, *code])
        (bare / f"{name}.py").write_text(f"{text}\n", encoding="utf-8")


def edit(place: Path, number: int) -> None:
    """Change the first line of prose of a notebook."""
    path = place / f"notebooks/{EDITED}.ipynb"
    notebook = json.loads(path.read_text(encoding="utf-8"))
    cell = next(cell for cell in notebook["cells"] if cell["cell_type"] == "markdown")
    cell["source"] = f"{''.join(cell['source'])}\n\nEdit {'i' * (number + 1)}."
    path.write_text(json.dumps(notebook, indent=1), encoding="utf-8")


def run(place: Path, *command: str) -> float:
    """Seconds by the clock that a command takes; it must succeed."""
    environment = base_environment() | {"PYTHONPATH": str(place / "src")}
    kept = {name: text for name, text in environment.items() if not name.startswith("NQPF_")}
    kept.pop("MAKEFLAGS", None)  # of a make that runs this
    begun = time.perf_counter()
    done = subprocess.run(command, cwd=place, env=kept, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(
            f"{' '.join(command)} failed:\n{done.stdout[-2000:]}{done.stderr[-4000:]}"
        )
    return time.perf_counter() - begun
