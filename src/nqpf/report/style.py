"""House style and palette, both data beside this module."""

from functools import cache
from pathlib import Path

import matplotlib as mpl
import yaml

from nqpf.errors import StudyError

HERE = Path(__file__).parent


def use_style() -> None:
    """Use the house style for every figure drawn from now on."""
    mpl.rcdefaults()
    for font in sorted((HERE / "fonts").glob("*.ttf")):
        mpl.font_manager.fontManager.addfont(font)
    mpl.style.use(HERE / "style.mplstyle")


@cache
def palette() -> dict[str, dict[str, str]]:
    """All colours by group and name."""
    return yaml.safe_load((HERE / "palette.yml").read_text(encoding="utf-8"))


def colour(group: str, name: str) -> str:
    """Colour of a thing, the same in every figure.

    Parameters
    ----------
    group : str
        Group of the palette, such as `elements`.
    name : str
        Name in the group.

    Raises
    ------
    StudyError
        If the palette has no such colour.
    """
    try:
        return palette()[group][name]
    except KeyError:
        raise StudyError(
            f"there is no colour for {group} '{name}'; add it to report/palette.yml"
        ) from None
