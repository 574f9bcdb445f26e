"""Run the graph: pytask with our workers, its state under build/, failures in one sentence."""

import logging
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytask
from _pytask.cli import DEFAULTS_FROM_CLI  # pytask offers code no other way to add a plugin
from grimp.exceptions import SourceSyntaxError

from nqpf.errors import StudyError
from nqpf.paths import BUILD, ROOT
from pipeline.disk import about_disk
from pipeline.durations import Durations
from pipeline.nodes import Files
from pipeline.receipt import Receipt
from pipeline.workers import Workers

# raised while the steps are collected for a reason that a reader can mend
PLAIN = (StudyError, SourceSyntaxError)
STATE = BUILD / "graph"  # what the graph remembers of the last run
# Ctrl-C while pytask's database in memory is used is told by its pool with a traceback, and then
# by us in a sentence
logging.getLogger("sqlalchemy.pool").setLevel(logging.CRITICAL)
FAILED = (pytask.CollectionOutcome.FAIL, pytask.TaskOutcome.FAIL)


class PlainFailures:
    """Says in a sentence why the steps cannot be collected, where a sentence is enough."""

    @staticmethod
    @pytask.hookimpl(tryfirst=True)
    def pytask_collect_log(reports: list[pytask.CollectionReport]) -> None:
        """Leave out pytask's tracebacks for failures that `run` will say."""
        errors = [report.exc_info[1] for report in reports if report.exc_info]
        if errors and all(isinstance(error, PLAIN) for error in errors):
            raise pytask.CollectionError


class Looks:
    """Looks at all that the steps start from before the first one runs.

    pytask records the state of what a step depends on as it is when the step has ended. What is
    edited meanwhile would pass for what the step has read, and the next build would call the
    step unchanged. So the state is the one seen here, for the graph as for the receipt.
    """

    def __init__(self, receipt: Receipt | None):
        self.receipt = receipt

    @pytask.hookimpl(tryfirst=True)
    def pytask_execute_build(self, session: pytask.Session) -> None:
        """Look, and leave the running to others."""
        if self.receipt is not None:
            self.receipt.look_at_sources(*_files(session))
        dag = session.dag
        for key, entry in dag.nodes.items():
            made = not isinstance(entry, pytask.PTask) and any(True for _ in dag.predecessors(key))
            if not made and (state := entry.state()) is not None:
                entry.state = partial(str, state)


def run(
    selection: str,
    *,
    workers: int,
    explain: bool,
    stop: Callable[[], None],
    receipt: Receipt | None = None,
) -> int:
    """Run the steps that the selection needs and return 0, or 1 if one failed.

    Parameters
    ----------
    selection : str
        pytask's expression over names of tasks; empty for all.
    workers : int
        Steps at once.
    explain : bool
        Only say why each step would run.
    stop : callable
        Ends what running steps have started, when the build is interrupted.
    receipt : Receipt, optional
        To be written if everything is built.

    Raises
    ------
    KeyboardInterrupt
        If the build is interrupted.
    OSError
        If its state cannot be written.
    """
    STATE.mkdir(parents=True, exist_ok=True)
    plugins = pytask.storage.create()
    crew = Workers(workers, Durations(STATE / "seconds.json", workers), stop)
    plugins.register(crew)
    plugins.register(PlainFailures())
    plugins.register(Looks(receipt))
    options = {
        "command": "build",
        "root": STATE,
        "config": None,
        # files, because pytask passes over any folder below one that is called build
        "paths": sorted((ROOT / "pipeline").glob("task_*.py")),
        "task_files": ["task_*.py"],
        "database_url": "sqlite://",  # in memory: the state is the lock file in STATE
        "expression": selection,
        "dry_run": explain,
        "explain": explain,
        "capture": "no",
        "show_traceback": False,
        "show_capture": "no",
        "sort_table": False,
        "editor_url_scheme": "no_link",
        "disable_warnings": True,
        "check_casing_of_paths": False,
    }
    session = pytask.build(**{**DEFAULTS_FROM_CLI, **options})
    if crew.failure is not None:
        raise crew.failure
    reports = [*session.collection_reports, *session.execution_reports]
    errors = [report.exc_info[1] for report in reports if report.outcome in FAILED]
    for sentence in dict.fromkeys(_sentence(error) for error in errors):
        print(f"error: {sentence}", file=sys.stderr)
    if not session.exit_code and not session.tasks:
        raise StudyError(f"no step was found in {Path('pipeline').resolve()}; is it all there?")
    if receipt is not None and not session.exit_code:
        receipt.write(_files(session)[1])
    return int(session.exit_code) and 1


def _files(session: pytask.Session) -> tuple[set[Path], set[Path]]:
    """Files that the steps start from, and files that they make."""
    nodes = session.dag.nodes
    paths = {key: node.path for key, node in nodes.items() if isinstance(node, pytask.PathNode)}
    made = {key for key in paths if any(True for _ in session.dag.predecessors(key))}
    sources = {paths[key] for key in paths.keys() - made}
    sources.update(*(node.paths for node in nodes.values() if isinstance(node, Files)))
    return sources, {paths[key] for key in made}


def _sentence(error: BaseException) -> str:
    """What failed."""
    if isinstance(error, StudyError):
        return str(error)
    if isinstance(error, OSError):
        return about_disk(error)
    if isinstance(error, SourceSyntaxError):
        return f"a source file cannot be read: {error}"
    return f"{type(error).__name__}: {' '.join(str(error).split())}"
