"""A table as LaTeX: booktabs, every sign escaped, long texts in columns that break lines."""

import re
from collections.abc import Sequence

from nqpf.report.tables import Table, starts_group

LONG = 28  # characters beyond which a column of text breaks its lines
TALL = 35  # rows beyond which a table runs over pages
WIDE = 9  # columns beyond which it is set smaller
GREEK_NAMES = "alpha beta gamma delta varepsilon kappa lambda mu pi rho sigma varphi chi omega"
GREEK = dict(zip("αβγδεκλμπρσφχω", map("$\\{}$".format, GREEK_NAMES.split()), strict=True))
SIGNS = {
    "\\": r"\textbackslash{}",
    **{char: f"\\{char}" for char in "&%$#_{}"},
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": "$<$",
    ">": "$>$",
    "−": "$-$",
    "≤": r"$\leq$",
    "≥": r"$\geq$",
    "×": r"$\times$",
    "±": r"$\pm$",
    "≈": r"$\approx$",
    "→": r"$\rightarrow$",
    "√": r"$\surd$",
    "′": r"$\prime$",
    "²": r"\textsuperscript{2}",
    "³": r"\textsuperscript{3}",
    "·": r"\textperiodcentered{}",
    "…": r"\ldots{}",
    "“": "``",
    "”": "''",
    "‘": "`",
    "’": "'",
    "\N{NO-BREAK SPACE}": "~",
    "\u202f": r"\,",
    "\u2009": r"\,",
    "–": "--",
    "—": "---",
    **GREEK,
}
CHINESE = re.compile(r"[\u2e80-\u9fff\uff00-\uffef]")
CITED = re.compile(r"\[((?:-?@[\w:-]+(?:;\s*)?)+)\]")


def latex(text: str) -> str:
    """Text with what LaTeX would read as commands escaped, and citations as such."""
    parts = CITED.split(text)
    return "".join(
        _cited(part) if place % 2 else "".join(SIGNS.get(char, char) for char in part)
        for place, part in enumerate(parts)
    )


def _cited(keys: str) -> str:
    return rf"\citep{{{','.join(key.strip().lstrip('-@') for key in keys.split(';'))}}}"


def as_latex(table: Table, label: str, title: str, note: str) -> str:
    """The table in booktabs with its note; a tall one runs over pages.

    Parameters
    ----------
    table : Table
        Laid out.
    label : str
        Id of the exhibit, its label in LaTeX.
    title, note : str
        Caption, and what stands below the table.
    """
    tall = len(table.rows) > TALL
    body = _body(table)
    used = "".join([title, note, *table.heads, *(cell for row in table.rows for cell in row)])
    lines = [f"% needs {', '.join(_packages(table, used, tall))}"]
    if tall:
        head, *rest = body
        lines += [r"\begingroup", *_size(table), rf"\begin{{longtable}}{{{_columns(table)}}}"]
        lines += [rf"\caption{{{latex(title)}}}\label{{{label}}}\\", head]
        lines += [*_heads(table), r"\endfirsthead", head, *_heads(table), r"\endhead"]
        lines += [*rest, r"\end{longtable}", *_note(note), r"\endgroup"]
    else:
        lines += [r"\begin{table}[htbp]", r"\centering", *_size(table)]
        lines += [rf"\caption{{{latex(title)}}}", rf"\label{{{label}}}"]
        head, *rest = body
        lines += [rf"\begin{{tabular}}{{{_columns(table)}}}", head, *_heads(table), *rest]
        lines += [r"\end{tabular}", *_note(note), r"\end{table}"]
    return "\n".join([*lines, ""])


def _packages(table: Table, used: str, tall: bool) -> list[str]:
    needed = [r"\usepackage{booktabs}"]
    needed += [r"\usepackage{array}"] if any(_widths(table)) else []
    needed += [r"\usepackage{longtable}"] if tall else []
    needed += [r"\usepackage{ctex} and XeLaTeX"] if CHINESE.search(used) else []
    needed += [r"\usepackage{natbib}"] if CITED.search(used) else []
    return needed


def _size(table: Table) -> list[str]:
    return [r"\small"] if len(table.heads) > WIDE or any(_widths(table)) else []


def _widths(table: Table) -> list[float]:
    """Share of the line of each column that breaks lines, zero for one that does not."""
    lengths = [
        max((len(line) for row in table.rows for line in row[place].split("\n")), default=0)
        for place in range(len(table.heads))
    ]
    breaking = [
        length if side == "left" and length > LONG else 0
        for length, side in zip(lengths, table.align, strict=True)
    ]
    if not any(breaking):
        return [0.0] * len(breaking)
    fixed = sum(
        max(length, len(head.split("\n")[0])) + 2
        for length, long, head in zip(lengths, breaking, table.heads, strict=True)
        if not long
    )
    room = max(0.96 - 0.0095 * fixed, 0.3)
    weights = [min(length, 120) ** 0.5 for length in breaking]
    return [round(room * weight / sum(weights), 2) for weight in weights]


def _columns(table: Table) -> str:
    sides = [
        rf">{{\raggedright\arraybackslash}}p{{{width}\linewidth}}" if width else side[0]
        for side, width in zip(table.align, _widths(table), strict=True)
    ]
    return f"@{{}}{''.join(sides)}@{{}}"


def _heads(table: Table) -> list[str]:
    lines = []
    if table.spans:
        cells = [rf"\multicolumn{{{n}}}{{c}}{{{latex(head)}}}" for head, n in table.spans]
        lines += [" & ".join(cells) + r" \\", *_span_rules(table.spans)]
    return [*lines, *_row(table.heads), r"\midrule"]


def _body(table: Table) -> list[str]:
    """The first rule, all rows with their groups, the last rule."""
    lines = [r"\toprule"]
    for position, row in enumerate(table.rows):
        if starts_group(table, position):
            head = rf"\textit{{{latex(table.groups[position])}}}"
            lines += [r"\addlinespace"] if position else []
            lines.append(rf"\multicolumn{{{len(row)}}}{{@{{}}l}}{{{head}}} \\")
        lines += _row(row)
    return [*lines, r"\bottomrule"]


def _note(note: str) -> list[str]:
    if not note:
        return []
    return [
        r"\par\smallskip",
        rf"\begin{{minipage}}{{\linewidth}}\footnotesize {latex(note)}",
        r"\end{minipage}",
    ]


def _row(row: Sequence[str]) -> list[str]:
    parts = [cell.split("\n") for cell in row]
    height = max(len(part) for part in parts)
    full = [part + [""] * (height - len(part)) for part in parts]
    return [" & ".join(_cell(part[line]) for part in full) + r" \\" for line in range(height)] + (
        [r"\addlinespace"] if height > 1 else []
    )


def _cell(text: str) -> str:
    """A bracket that begins a row would be read as an option of the line break before it."""
    written = latex(text)
    return f"{{{written[0]}}}{written[1:]}" if written[:1] in ("[", "*") else written


def _span_rules(spans: Sequence[tuple[str, int]]) -> list[str]:
    rules, start = [], 1
    for head, width in spans:
        if head:
            rules.append(rf"\cmidrule(lr){{{start}-{start + width - 1}}}")
        start += width
    return ["".join(rules)] if rules else []
