"""One tidy frame as csv, html and LaTeX."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape

import pandas as pd
from pandas.api import types

from nqpf.errors import StudyError
from nqpf.report.numbers import number, p_value, plain, significant_decimals

NO_VALUE = "–"
Format = int | str | Callable[[object], str]


@dataclass(frozen=True)
class Table:
    """A table laid out: every cell a string, ready for any format.

    Attributes
    ----------
    heads : list of str
        Column headings; the first column names the rows.
    rows : list of list of str
        Cells; a line feed starts a new line within a cell.
    align : list of str
        `left`, `right` or `center`, one per column.
    spans : list of (str, int)
        Headings above the headings with the columns they span; empty for none.
    groups : list of str
        One per row; a change starts a group with a row of its own. Empty for none.
    """

    heads: list[str]
    rows: list[list[str]]
    align: list[str]
    spans: list[tuple[str, int]] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)


def lay_out(
    frame: pd.DataFrame,
    columns: Mapping[str, str] | Sequence[str] | None = None,
    formats: Mapping[str, Format] | None = None,
    align: Mapping[str, str] | None = None,
    spans: Mapping[str, Sequence[str]] | None = None,
    by: str | None = None,
) -> Table:
    """Choose, name and format the columns of a frame.

    Parameters
    ----------
    frame : DataFrame
        Tidy; named index levels count as columns.
    columns : mapping or sequence, optional
        Columns shown, in order; a mapping also gives their headings.
    formats : mapping, optional
        By column: decimals, `p`, `plain` (no separators), `signed` or a function of the value.
        Columns named p or p_… are p-values, `year` is plain, floats have three significant
        figures of their typical size and at least one of the smallest.
    align : mapping, optional
        By column; numbers stand right, so that decimals align, and text left.
    spans : mapping, optional
        Heading above a run of columns: their names.
    by : str, optional
        Column whose values head groups of rows.

    Raises
    ------
    StudyError
        If the frame is empty or a column is not in it.
    """
    data = with_index(frame)
    if data.empty:
        raise StudyError("the table has no rows; check the frame it was given")
    named = dict(columns) if isinstance(columns, Mapping) else None
    shown = [name for name in (columns if columns is not None else data.columns) if name != by]
    formats, align = dict(formats or {}), dict(align or {})
    wanted = [*shown, *formats, *align, *([by] if by else [])]
    if unknown := [name for name in wanted if name not in data.columns]:
        raise StudyError(f"the frame has no column {unknown[0]!r}; it has {list(data.columns)}")
    cells = {name: _formatted(data[name], formats.get(name)) for name in shown}
    return Table(
        heads=[named[name] if named else str(name) for name in shown],
        rows=[list(row) for row in zip(*cells.values(), strict=True)],
        align=[align.get(name, _side(data[name])) for name in shown],
        spans=_spans(shown, spans or {}),
        groups=[str(value) for value in data[by]] if by else [],
    )


def with_index(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with named index levels as columns; an unnamed index is dropped."""
    if any(name is not None for name in frame.index.names):
        return frame.reset_index()
    return frame.reset_index(drop=True)


def with_labels(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with an index of names as columns, though nobody named it."""
    unnamed = frame.index.names == [None]
    if unnamed and not types.is_integer_dtype(frame.index):
        return frame.rename_axis("row").reset_index()
    return with_index(frame)


def as_csv(frame: pd.DataFrame) -> str:
    """All of a frame at full precision."""
    return with_index(frame).to_csv(index=False, lineterminator="\n")


def _side(values: pd.Series) -> str:
    return "right" if types.is_numeric_dtype(values) else "left"


def _formatted(values: pd.Series, how: Format | None) -> list[str]:
    if how is None:
        how = _usual_format(values)
    return [NO_VALUE if _is_missing(value) else _cell(value, how) for value in values]


def _is_missing(value: object) -> bool:
    return value is None or (pd.api.types.is_scalar(value) and pd.isna(value))


def _usual_format(values: pd.Series) -> Format:
    name = str(values.name)
    if name == "p" or name.startswith("p_"):
        return "p"
    if name == "year" or name.endswith("_year"):
        return "plain"
    if types.is_float_dtype(values):
        sizes = values.abs().replace(0, float("nan")).dropna()
        if sizes.empty:
            return 0
        least = min(significant_decimals(sizes.min(), 1), 4)  # so that none turns into zero
        return max(significant_decimals(sizes.median()), least)
    return 0 if types.is_integer_dtype(values) else str


def _cell(value: object, how: Format) -> str:
    if callable(how):
        return str(how(value))
    if how == "p":
        return p_value(value)
    if how == "plain":
        return plain(int(value))
    if how == "signed":
        return number(value, signed=True)
    if isinstance(how, int):
        return number(value, how)
    raise StudyError(f"'{how}' is no format; use decimals, 'p', 'plain', 'signed' or a function")


def _spans(shown: list[str], spans: Mapping[str, Sequence[str]]) -> list[tuple[str, int]]:
    if not spans:
        return []
    head_of = {name: head for head, names in spans.items() for name in names}
    runs: list[tuple[str, int]] = []
    for name in shown:
        head = head_of.get(name, "")
        if runs and runs[-1][0] == head and head:
            runs[-1] = (head, runs[-1][1] + 1)
        else:
            runs.append((head, 1))
    return runs


def starts_group(table: Table, position: int) -> bool:
    """Whether the row at a position is the first of its group."""
    groups = table.groups
    return bool(groups) and (position == 0 or groups[position - 1] != groups[position])


def as_html(table: Table, label: str) -> str:
    """The table as accessible html: scoped headings, a scrolling region a keyboard reaches.

    Parameters
    ----------
    table : Table
        Laid out.
    label : str
        Id of the element that names the table.
    """
    width = len(table.heads)
    lines = [
        f'<div class="table-scroll" role="region" aria-labelledby="{label}" tabindex="0" '
        'style="overflow-x:auto">',
        f'<table aria-labelledby="{label}" style="font-variant-numeric:tabular-nums">',
        "<thead>",
    ]
    if table.spans:
        heads = "".join(
            f'<th scope="colgroup" colspan="{n}" style="text-align:center">{escape(head)}</th>'
            if head
            else f'<td colspan="{n}"></td>'
            for head, n in table.spans
        )
        lines.append(f"<tr>{heads}</tr>")
    heads = "".join(
        f'<th scope="col" style="text-align:{side}">{_lines(head)}</th>'
        for head, side in zip(table.heads, table.align, strict=True)
    )
    lines += [f"<tr>{heads}</tr>", "</thead>", "<tbody>"]
    for position, row in enumerate(table.rows):
        if starts_group(table, position):
            lines.append(
                f'<tr class="group"><th scope="rowgroup" colspan="{width}" '
                f'style="text-align:left">{escape(table.groups[position])}</th></tr>'
            )
        lines.append(f"<tr>{_html_row(row, table.align)}</tr>")
    return "\n".join([*lines, "</tbody>", "</table>", "</div>"])


def _html_row(row: list[str], align: list[str]) -> str:
    first = (
        f'<th scope="row" style="text-align:{align[0]};font-weight:inherit">{_lines(row[0])}</th>'
    )
    rest = (
        f'<td style="text-align:{side}">{_lines(cell)}</td>'
        if side != "right"
        else f'<td class="number">{_lines(cell)}</td>'
        for cell, side in zip(row[1:], align[1:], strict=True)
    )
    return first + "".join(rest)


def _lines(cell: str) -> str:
    return "<br>".join(escape(line) for line in cell.split("\n"))
