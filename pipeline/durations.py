"""How long each step took when it last ran: decides the order and what time is left."""

import json
import time
from pathlib import Path

from pytask import PTask, Session

from nqpf.files import write_whole

UNKNOWN = 1.0  # seconds, for a step that has never run


class Durations:
    """Times of the last runs, kept in a file that is a hint and nothing else."""

    def __init__(self, file: Path, workers: int):
        """Read the file, if it is there and whole."""
        self.file = file
        self.workers = workers
        self.known = _read(file)
        self._path: dict[str, float] = {}
        self._names: dict[str, str] = {}
        self._open: dict[str, float] = {}
        self._total = 0
        self._began = time.monotonic()

    def start(self, session: Session) -> None:
        """Work out for each step how long the longest path from it to the end is."""
        graph = session.dag
        tasks = {task.signature: task for task in session.tasks}
        self._open = {signature: self._usual(task) for signature, task in tasks.items()}
        self._names = {signature: task.name for signature, task in tasks.items()}
        self._total = len(tasks)

        def path(signature: str) -> float:
            if signature not in self._path:
                after = [
                    path(follower)
                    for product in graph.successors(signature)
                    for follower in graph.successors(product)
                    if follower in tasks
                ]
                self._path[signature] = self._open[signature] + max(after, default=0.0)
            return self._path[signature]

        for signature in tasks:
            path(signature)
        self._show(session)

    def left(self, signature: str) -> tuple[float, str]:
        """Seconds from the start of a step to the end of the longest path behind it, and its name.

        Where no time is known yet, the name decides: appendices come before chapters, later
        chapters before earlier ones, which is near enough to the longest first.
        """
        return self._path[signature], self._names[signature]

    def ended(self, session: Session, task: PTask) -> None:
        """Take a step off the time that is left and show the new one."""
        self._open.pop(task.signature, None)
        self._show(session)

    def record(self, task: PTask, seconds: float) -> None:
        """Keep the time of a step that has succeeded."""
        self.known[_key(task)] = round(seconds, 2)
        write_whole(self.file, json.dumps(self.known, indent=1, sort_keys=True))

    def _usual(self, task: PTask) -> float:
        return self.known.get(_key(task), UNKNOWN)

    def _show(self, session: Session) -> None:
        """Put the time left where pytask's live table shows how many steps are done."""
        table = session.config["pm"].get_plugin("live_execution")
        if table is not None and self._open:
            longest = max(self._path.get(signature, 0.0) for signature in self._open)
            seconds = max(longest, sum(self._open.values()) / self.workers)
            table.n_tasks = f"{self._total}, about {seconds:.0f} s left"


def _key(task: PTask) -> str:
    return task.name.rpartition("::")[2]


def _read(file: Path) -> dict[str, float]:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    if not isinstance(content, dict):
        return {}
    return {
        key: float(value)
        for key, value in content.items()
        if isinstance(value, int | float) and value >= 0
    }
