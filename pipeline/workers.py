"""Run the steps of the graph side by side, the longest path first; a plugin of pytask.

pytask's own plugin for this looks for finished steps up to a second late, swallows Ctrl-C and
knows no order; this one waits on a queue and raises KeyboardInterrupt to the caller.
"""

import queue
import sys
import threading
import time
from collections.abc import Callable

from pytask import ExecutionReport, PTask, Session, hookimpl
from pytask.tree_util import tree_map

from pipeline.durations import Durations


class Workers:
    """As many steps at once as there are workers; told to pytask as a plugin."""

    def __init__(self, count: int, durations: Durations, stop: Callable[[], None]):
        """Run `count` steps at once; `stop` ends what they have started elsewhere."""
        self.count = count
        self.durations = durations
        self.stop = stop
        self.failure: OSError | None = None  # why not even the state could be kept
        self._finished: queue.SimpleQueue = queue.SimpleQueue()

    @hookimpl
    def pytask_execute_build(self, session: Session) -> bool | None:
        """Run all steps; with --explain leave it to pytask, which then runs none."""
        if session.config["dry_run"]:
            return None
        self.durations.start(session)
        waiting: list[str] = []
        running: dict[str, PTask] = {}
        scheduler = session.scheduler
        try:
            while scheduler.is_active() and not session.should_stop:
                waiting += scheduler.get_ready(len(session.tasks))
                waiting.sort(key=self.durations.left)
                while waiting and len(running) < self.count:
                    signature = waiting.pop()
                    task = session.dag.nodes[signature]
                    if self._begins(session, task):
                        running[signature] = task
                    else:
                        scheduler.done(signature)
                        waiting += scheduler.get_ready(len(session.tasks))
                        waiting.sort(key=self.durations.left)
                if running:
                    signature, error, seconds = self._finished.get()
                    self._end(session, running.pop(signature), error, seconds)
                    scheduler.done(signature)
        except KeyboardInterrupt:
            self.stop()
            raise
        except OSError as error:  # the state of the graph cannot be kept: pytask would print all
            self.stop()
            self.failure = error
        return True

    def _begins(self, session: Session, task: PTask) -> bool:
        """Start a step on a thread of its own, unless there is nothing to do for it."""
        session.hook.pytask_execute_task_log_start(session=session, task=task)
        try:
            session.hook.pytask_execute_task_setup(session=session, task=task)
        except Exception:  # what stops a step is a kind of its own in pytask, by exception
            self._report(session, ExecutionReport.from_task_and_exception(task, sys.exc_info()))
            return False
        # a daemon, so that a build that is interrupted need not wait for it
        threading.Thread(target=self._run, args=(task,), daemon=True).start()
        return True

    def _run(self, task: PTask) -> None:
        """Run a step and say that it has ended."""
        start = time.monotonic()
        error = None
        try:
            task.execute(**_arguments(task))
        except BaseException:  # handed to the main thread, which reports it
            error = sys.exc_info()
        self._finished.put((task.signature, error, time.monotonic() - start))

    def _end(self, session: Session, task: PTask, error: tuple | None, seconds: float) -> None:
        """Check what a step has made and report it."""
        if error is None:
            try:
                session.hook.pytask_execute_task_teardown(session=session, task=task)
            except Exception:
                error = sys.exc_info()
        if error is None:
            self.durations.record(task, seconds)
            self._report(session, ExecutionReport.from_task(task))
        else:
            self._report(session, ExecutionReport.from_task_and_exception(task, error))

    def _report(self, session: Session, report: ExecutionReport) -> None:
        self.durations.ended(session, report.task)
        session.hook.pytask_execute_task_process_report(session=session, report=report)
        session.hook.pytask_execute_task_log_end(session=session, task=report.task, report=report)
        session.execution_reports.append(report)


def _arguments(task: PTask) -> dict[str, object]:
    """Values of a step's arguments."""
    arguments = {}
    for nodes, is_product in ((task.depends_on, False), (task.produces, True)):
        for name, tree in nodes.items():
            arguments[name] = tree_map(lambda node, p=is_product: node.load(is_product=p), tree)
    return arguments
