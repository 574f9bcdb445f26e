"""How the data room names files and sums up many faults."""

from pathlib import Path

from nqpf.paths import ROOT

MOST_NAMED = 5  # faults spelled out; the rest are counted


def shown(path: Path) -> str:
    """Path as a reader of the project knows it: from its root where the file is inside.

    Parameters
    ----------
    path : Path
        Any path.
    """
    return (path.relative_to(ROOT) if path.is_relative_to(ROOT) else path).as_posix()


def several(faults: list[str], where: str, more: int = 0, *, most: int | None = MOST_NAMED) -> str:
    """The first faults, one a line, and how many more there are.

    Parameters
    ----------
    faults : list of str
        One sentence each.
    where : str
        File that the rest is in.
    more : int
        Faults that are not among the sentences.
    most : int, optional
        Sentences given; None for all.
    """
    named = faults[:most]
    rest = len(faults) - len(named) + more
    lines = named + ([f"{where}: and {rest} more like these"] if rest else [])
    return "\n".join(lines)
