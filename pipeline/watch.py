"""`make watch`: stay ready and rebuild what an edit touches.

Three processes: this one has paid for the imports and forks a fresh build for every edit, so
that no build sees what another has loaded; it has one thread, because a fork of more is not
safe, and so leaves watching the files to `pipeline.changes`; the warm process stays, and every
build asks it for kernels.
"""

import importlib
import json
import os
import select
import signal
import subprocess
import sys
import time

from nqpf.paths import ROOT
from pipeline import __main__ as command_line
from pipeline.kernels.child import die_with_parent
from pipeline.kernels.process import WARM, begin_to_warm_up

HEAVY = ("pytask", "_pytask.cli", "grimp", "filelock", "pydantic", "yaml", "papermill")
SETTLE_SECONDS = 0.05  # editors write a file in several steps


def main() -> int:
    """Build, then build again after every edit, until Ctrl-C."""
    # a shell lets what it starts behind itself pass over it, but builds are ended by it here
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if "MAKELEVEL" in os.environ and sys.platform == "linux":
        die_with_parent(signal.SIGINT)  # as Ctrl-C, should make be killed
    watcher = subprocess.Popen(
        [sys.executable, "-m", "pipeline.changes"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        start_new_session=True,  # Ctrl-C is for this process
    )
    building = None
    try:
        begin_to_warm_up()
        for name in HEAVY:
            importlib.import_module(name)
        own = _loaded_of_ours()
        lines = watcher.stdout.fileno()
        while True:
            building = Building()
            changed: list[str] | None = []
            while changed == []:
                ready, _, _ = select.select([lines, *building.awaited()], [], [])
                if building.ended in ready:
                    building.finish()
                if lines in ready:
                    changed = _read_changes(lines)
            building.cancel()
            if changed is None:
                print("error: the files can no longer be watched", file=sys.stderr)
                return 1
            print(f"\nchanged: {', '.join(changed)}", flush=True)
            if own & set(changed):
                _start_again(watcher)
    except KeyboardInterrupt:
        print("watching has ended", file=sys.stderr)
        return 130
    finally:
        if building is not None:
            building.cancel()
        WARM.stop()
        watcher.kill()
        watcher.wait()


class Building:
    """One build in a fork of this process."""

    def __init__(self):
        """Begin to build."""
        begin_to_warm_up()  # anew, should it have ended
        self.begun = time.monotonic()
        self.ended, write = os.pipe()
        self.running = True
        self.pid = os.fork()
        if self.pid == 0:
            _build()
        os.close(write)  # the fork alone holds it: its end is the end of the build

    def awaited(self) -> list[int]:
        """What to wait for to know the end of the build."""
        return [self.ended] if self.running else []

    def finish(self) -> None:
        """Say how long a build took that has ended."""
        _, how = os.waitpid(self.pid, 0)
        self.running = False
        os.close(self.ended)
        code = os.waitstatus_to_exitcode(how)
        seconds = time.monotonic() - self.begun
        word = "built" if code == 0 else "not built"
        print(f"{word} after {seconds:.1f} s; waiting for edits, Ctrl-C ends", flush=True)

    def cancel(self) -> None:
        """Interrupt a build that still runs, because it would be out of date."""
        if self.running:
            os.kill(self.pid, signal.SIGINT)
            self.finish()


def _build() -> None:
    """Be one build and end."""
    code = 1
    try:
        if sys.platform == "linux":
            die_with_parent()
        os.setsid()  # Ctrl-C is for the watch, which then ends the build: twice would be too often
        sys.argv = ["pipeline", "all", *sys.argv[1:]]
        code = command_line.main()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _read_changes(lines: int) -> list[str] | None:
    """Paths that have changed, relative to the checkout; none at the end of the watcher."""
    text = b""
    while not text.endswith(b"\n"):
        chunk = os.read(lines, 65536)
        if not chunk:
            return None
        text += chunk
        if text.endswith(b"\n") and select.select([lines], [], [], SETTLE_SECONDS)[0]:
            text += os.read(lines, 65536)
    return sorted({path for line in text.splitlines() for path in json.loads(line)})


def _loaded_of_ours() -> set[str]:
    """Files of the project that this process has loaded and that forks would not load anew."""
    files = {getattr(module, "__file__", None) for module in list(sys.modules.values())}
    places = {os.path.relpath(file, ROOT) for file in files if file}
    return {place for place in places if place.startswith(("src", "pipeline"))}


def _start_again(watcher: subprocess.Popen) -> None:
    """Become a new process, because the build itself was edited."""
    WARM.stop()
    watcher.kill()
    watcher.wait()
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-m", "pipeline.watch", *sys.argv[1:]])


if __name__ == "__main__":
    sys.exit(main())
