"""What all benchmarks share: tools timed in turn, and rows that say whether a promise held.

A file `bench_<topic>.py` beside this one offers `rows()`, which yields `Row`s; `python benchmarks`
finds it, prints its rows and fails when a promise is broken.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

ROUNDS = 5
LIMIT = "declared limit"
Tool = tuple[Callable[[], object], float]


@dataclass(frozen=True)
class Row:
    """One comparison.

    Attributes
    ----------
    name : str
        What is computed.
    ours : float
        Seconds that the study's function takes.
    other : str
        What it is compared with: another tool, or `LIMIT`.
    seconds : float
        Seconds that the other takes, scaled to the same work, or the limit itself.
    target : float, optional
        Least ratio promised; none where nothing is.
    """

    name: str
    ours: float
    other: str
    seconds: float
    target: float | None = None

    @property
    def ratio(self) -> float:
        """How many times as long the other takes."""
        return self.seconds / self.ours

    @property
    def holds(self) -> bool | None:
        """Whether the promise holds; none where nothing was promised."""
        return None if self.target is None else self.ratio >= self.target


def compare(
    name: str,
    ours: Callable[[], object],
    others: Mapping[str, Tool],
    *,
    limit: float | None = None,
    targets: Mapping[str, float] | None = None,
    rounds: int = ROUNDS,
) -> Iterator[Row]:
    """Time tools in turn and keep the best round of each.

    Counted are seconds of the processor, which other programs on the machine hardly change; all
    tools have one thread. Work in other processes is not seen: time that by the clock.

    Parameters
    ----------
    name : str
        What is computed.
    ours : callable
        The study's function.
    others : mapping of str to (callable, float)
        Other tools, each with the part of the work that one call does: tools that fit one model
        at a time are timed on a few and scaled.
    limit : float, optional
        Seconds that ours may take.
    targets : mapping of str to float, optional
        Least ratio promised, by tool.
    rounds : int

    Yields
    ------
    Row
        The limit first, then one row per tool.
    """
    calls = {"": (ours, 1.0), **others}
    best = dict.fromkeys(calls, float("inf"))
    for call, _ in calls.values():
        call()  # imports and first-use costs are not the estimator's
    for _ in range(rounds):
        for tool, (call, share) in calls.items():
            start = time.process_time()
            call()
            best[tool] = min(best[tool], (time.process_time() - start) / share)
    if limit is not None:
        yield Row(name, best[""], LIMIT, limit, 1.0)
    for tool in others:
        yield Row(name, best[""], tool, best[tool], (targets or {}).get(tool))
