"""The words of a finished figure or table, and both with words of another language."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.ticker import FixedFormatter, FuncFormatter

from nqpf.report.language.entries import Catalogue
from nqpf.report.tables import Table


def labels_of(figure: Figure) -> list[str]:
    """Every text that a figure shows, in the order in which it is drawn.

    Parameters
    ----------
    figure : Figure
        Drawn; ticks have no labels before.
    """
    return [text.get_text() for text in _shown(figure)]


def translate_figure(figure: Figure, words: Catalogue) -> None:
    """Replace every text of a figure that the catalogue knows; places and sizes stay.

    Parameters
    ----------
    figure : Figure
        Drawn; changed in place.
    words : Catalogue
        Of the language wanted.
    """
    for axis in _axes_of(figure):
        _translate_ticks(axis, words)
    standing = {(text.axes, text.get_text()): text for text in _shown(figure)}
    for text in list(_shown(figure)):
        before = text.get_text()
        text.set_text(words.text(before))
        twin = standing.get((text.axes, text.get_text()))
        if twin is not None and twin is not text and text.get_text() != before:
            twin.set_visible(False)  # the figure showed the name in both languages


def headings_of(table: Table) -> list[str]:
    """Headings of a table's columns, spans and groups of rows."""
    return [*table.heads, *(head for head, _ in table.spans), *dict.fromkeys(table.groups)]


def translate_table(table: Table, words: Catalogue) -> Table:
    """A table with headings, and cells that are names or verdicts, in another language.

    Cells that hold sentences are prose and stay as they are.
    """
    return replace(
        table,
        heads=[words.text(head) for head in table.heads],
        rows=[[words.text(cell) for cell in row] for row in table.rows],
        spans=[(words.text(head), width) for head, width in table.spans],
        groups=[words.text(group) for group in table.groups],
    )


def _shown(figure: Figure) -> Iterator[Text]:
    for text in figure.findobj(Text):
        if text.get_visible() and text.get_text().strip():
            yield text


def _axes_of(figure: Figure) -> Iterator[Axis]:
    yield from figure.findobj(lambda artist: isinstance(artist, Axis))


def _translate_ticks(axis: Axis, words: Catalogue) -> None:
    """Ticks write their labels anew whenever they are drawn, so that the writer is replaced."""
    for which in ("major", "minor"):
        formatter = getattr(axis, f"get_{which}_formatter")()
        if isinstance(formatter, FixedFormatter):
            formatter.seq = [words.text(str(label)) for label in formatter.seq]
        elif isinstance(formatter, FuncFormatter):
            getattr(axis, f"set_{which}_formatter")(_Translated(formatter, words))


class _Translated(FuncFormatter):
    """What another writer of labels writes, in another language."""

    def __init__(self, written: FuncFormatter, words: Catalogue):
        super().__init__(lambda value, place: words.text(written(value, place)))
        self._original = written

    def set_locs(self, locs: Sequence[float]) -> None:
        self._original.set_locs(locs)
