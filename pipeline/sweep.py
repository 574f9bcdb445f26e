"""Key results under many parameter sets: `make sweep S=params/sweeps/provinces.yml`."""

import logging
import sys
from pathlib import Path

from nqpf.chapters.sweep_results import ROOMS, Item, as_table, key_results
from nqpf.errors import StudyError
from nqpf.execution import code_fingerprint, fingerprint, plan_run, run_shards
from nqpf.params.sweeps import load_sweep
from nqpf.paths import BUILD, CODEBOOK, PROCESSED, RAW, SHARDS

SECONDS_PER_ITEM = 0.3  # on one core
SECONDS_PER_DRAW = 4e-6


def main() -> int:
    """Run the sweep that is named; 0 if done, 1 if an item failed, 2 if it cannot be read."""
    if len(sys.argv) != 2 or not sys.argv[1].strip():
        print(
            "error: name a sweep: make sweep S=params/sweeps/provinces.yml",
            file=sys.stderr,
        )
        return 2
    logging.basicConfig(level=logging.WARNING, format="%(message)s", stream=sys.stderr)
    logging.getLogger("nqpf.execution").setLevel(logging.INFO)
    try:
        target = run_sweep(Path(sys.argv[1]))
    except StudyError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print(f"results: {target}")
    return 0


def run_sweep(path: Path, folder: Path = BUILD / "sweeps", store: Path = SHARDS) -> Path:
    """Compute every item of a sweep and write one tidy csv.

    Parameters
    ----------
    path : Path
        The sweep's file.
    folder : Path
        Results are written to `<folder>/<name of the sweep>/results.csv`.
    store : Path
        Folder of shards: items that are done are not computed again.

    Returns
    -------
    Path
        The csv.

    Raises
    ------
    StudyError
        If the sweep cannot be read, or an item of it cannot be computed.
    """
    sweep = load_sweep(path)
    inputs = _inputs()
    items = [Item(name, one.model_dump(), inputs) for name, one in sweep.items.items()]
    seconds = sum(
        SECONDS_PER_ITEM + SECONDS_PER_DRAW * one.inference.draws for one in sweep.items.values()
    )
    contents = run_shards(
        key_results,
        items,
        plan=plan_run(seconds),
        code=code_fingerprint(*ROOMS),
        store=store,
        done=_say,
    )
    target = folder / sweep.name / "results.csv"
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_suffix(".partial")
    partial.write_bytes(as_table(contents))
    partial.replace(target)
    return target


def _inputs() -> str:
    """Fingerprint of everything that items read."""
    files = [*PROCESSED.glob("*.csv"), *CODEBOOK.glob("*.csv"), *RAW.rglob("geography.csv")]
    return fingerprint([(file.name, file.read_bytes()) for file in sorted(files)])


def _say(ready: int, of: int) -> None:
    """One line that grows."""
    ending = "\n" if ready == of else "\r"
    print(f"{ready} of {of} items", end=ending, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
