"""Print a line for every change of what a build depends on; the eyes of `pipeline.watch`."""

import json
import os
from pathlib import Path

from watchfiles import DefaultFilter, watch

from nqpf.paths import ROOT

WATCHED = ("src", "pipeline", "notebooks", "params", "data/raw", "data/codebook")
FILES = ("data/SHA256SUMS", "requirements.lock")
LOOK_UP_SECONDS = 1  # how often to see whether the one that listens is still there


class Sources(DefaultFilter):
    """What an author edits, not what tools leave beside it."""

    ignore_dirs = (*DefaultFilter.ignore_dirs, ".ipynb_checkpoints")


def main() -> None:
    """Print lists of changed paths as JSON, the first of them empty once all is watched."""
    listener = os.getppid()
    places = [ROOT / name for name in (*WATCHED, *FILES) if (ROOT / name).exists()]
    changes = watch(
        *places,
        watch_filter=Sources(),
        debounce=100,
        step=20,
        rust_timeout=LOOK_UP_SECONDS * 1000,
        yield_on_timeout=True,
    )
    all_is_watched = False
    for found in changes:
        if os.getppid() != listener:
            return
        paths = sorted({Path(os.path.relpath(path, ROOT)).as_posix() for _, path in found})
        if paths or not all_is_watched:
            print(json.dumps(paths), flush=True)
        all_is_watched = True


if __name__ == "__main__":
    main()
