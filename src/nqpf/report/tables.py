"""Tables: one tidy frame as csv, accessible html and LaTeX."""

import html
from collections.abc import Mapping

import pandas as pd

from nqpf.errors import StudyError

MISSING = "\N{EN DASH}"


def formatted(frame: pd.DataFrame, formats: Mapping[str, str]) -> pd.DataFrame:
    """Cells as readers see them.

    Parameters
    ----------
    frame : DataFrame
        What to show.
    formats : mapping of str to str
        Format of a column: a Python format such as `.2f` or `,.0f`, or `p` for p-values.

    Returns
    -------
    DataFrame
        Text in every cell; missing values as a dash, minus signs typographic.

    Raises
    ------
    StudyError
        If a format names a column that is not there.
    """
    unknown = sorted(set(formats) - set(frame.columns))
    if unknown:
        raise StudyError(
            f"formats name the columns {', '.join(unknown)}, but there are "
            f"{', '.join(map(str, frame.columns))}"
        )
    columns = {
        column: [_cell(value, formats.get(column, "")) for value in frame[column]]
        for column in frame.columns
    }
    return pd.DataFrame(columns, columns=frame.columns)


def html_table(shown: pd.DataFrame, numeric: set[str], caption_id: str) -> str:
    """A table that screen readers and narrow screens can read.

    Parameters
    ----------
    shown : DataFrame
        Text cells; the first column names the row.
    numeric : set of str
        Columns aligned as numbers.
    caption_id : str
        Id of the element that holds the caption.
    """
    head = "".join(
        f'<th scope="col"{_align(column in numeric)}>{html.escape(str(column))}</th>'
        for column in shown.columns
    )
    rows = []
    for _, row in shown.iterrows():
        first, *rest = (
            (html.escape(str(value)), _align(column in numeric)) for column, value in row.items()
        )
        cells = f'<th scope="row"{first[1]}>{first[0]}</th>'
        cells += "".join(f"<td{align}>{text}</td>" for text, align in rest)
        rows.append(f"<tr>{cells}</tr>")
    body = "\n".join(rows)
    return (
        f'<div class="table-scroll" role="region" aria-labelledby="{caption_id}" tabindex="0">\n'
        f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>\n</div>"
    )


def latex_table(shown: pd.DataFrame, numeric: set[str], title: str, name: str, note: str) -> str:
    """The same table for LaTeX with booktabs.

    Parameters
    ----------
    shown : DataFrame
        Text cells.
    numeric : set of str
        Columns aligned to the right.
    title, name, note : str
        Caption, label and note.
    """
    alignment = "".join("r" if column in numeric else "l" for column in shown.columns)
    lines = [
        "\\begin{table}",
        f"\\caption{{{_tex(title)}}}",
        f"\\label{{{name}}}",
        f"\\begin{{tabular}}{{{alignment}}}",
        "\\toprule",
        " & ".join(_tex(str(column)) for column in shown.columns) + r" \\",
        "\\midrule",
        *(" & ".join(_tex(str(value)) for value in row) + r" \\" for row in shown.to_numpy()),
        "\\bottomrule",
        "\\end{tabular}",
        f"\\par\\smallskip\\footnotesize {_tex(note)}",
        "\\end{table}",
    ]
    return "\n".join(lines) + "\n"


def _cell(value: object, style: str) -> str:
    if value is None or (isinstance(value, float) and pd.isna(value)) or value is pd.NA:
        return MISSING
    if style == "p":
        return "< 0.001" if float(value) < 0.001 else f"{float(value):.3f}"
    if style:
        return format(value, style).replace("-", "\N{MINUS SIGN}")
    return str(value)


def _align(numeric: bool) -> str:
    return ' class="number"' if numeric else ""


def _tex(text: str) -> str:
    escapes = {
        "\\": r"\textbackslash{}",
        "&": r"\&",
        "%": r"\%",
        "$": r"\$",
        "#": r"\#",
        "_": r"\_",
        "{": r"\{",
        "}": r"\}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        "\N{MINUS SIGN}": "$-$",
        "<": "$<$",
        ">": "$>$",
    }
    return "".join(escapes.get(character, character) for character in text)
