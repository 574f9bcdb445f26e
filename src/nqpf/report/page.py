"""A notebook's page: the one place where it saves figures and tables and shows text."""

import base64
import html
import re
from collections.abc import Mapping
from dataclasses import dataclass

import matplotlib.pyplot as plt
import pandas as pd
from IPython.display import HTML, Markdown
from matplotlib.figure import Figure

from nqpf.errors import StudyError
from nqpf.paths import study_paths
from nqpf.report.facts import Facts
from nqpf.report.figures import figure_bytes
from nqpf.report.files import write_whole
from nqpf.report.style import use_style
from nqpf.report.tables import formatted, html_table, latex_table

SHORTEST_ALT = 40  # characters; less cannot say what a figure shows


@dataclass(frozen=True)
class Exhibit:
    """A saved figure or table, shown where a cell ends with it."""

    html: str
    text: str

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        return {"text/html": self.html, "text/plain": self.text}


class Page:
    """Exhibits, facts and text of one notebook.

    Parameters
    ----------
    notebook : str
        Name of the notebook without its ending.
    study : str
        Name of the study, which decides the folders.
    """

    def __init__(self, notebook: str, study: str):
        self.number = notebook.split("_")[0]
        self.paths = study_paths(study)
        self.facts = Facts(notebook, study)
        self.record = self.facts.record
        self.saved: list[str] = []
        use_style()

    def text(self, template: str) -> Markdown:
        """Show a text whose numbers are recorded facts.

        Parameters
        ----------
        template : str
            Markdown with `{fact}` or `{fact:format}`.
        """
        return Markdown(self.facts.sentence(template))

    def save_figure(
        self,
        fig: Figure,
        id: str,
        title: str,
        caption: str,
        alt: str,
        *,
        data: pd.DataFrame | None = None,
        source: str,
    ) -> Exhibit:
        """Save a figure as svg, pdf and png and show it.

        Parameters
        ----------
        fig : Figure
            The figure; it is closed.
        id : str
            `fig-<notebook>-<number>-<words>`.
        title, caption : str
            What it is, and how to read it.
        alt : str
            What it shows, for those who cannot see it.
        data : DataFrame, optional
            What is drawn, offered as csv.
        source : str
            Where the data come from.

        Raises
        ------
        StudyError
            If the id is wrong or used, the alt text says too little, or the figure is empty.
        """
        self._check(id, "fig")
        if len(alt.strip()) < SHORTEST_ALT or alt.strip() in (title.strip(), caption.strip(), id):
            raise StudyError(
                f"{id} needs an alt text of {SHORTEST_ALT} characters or more that says what the "
                f"figure shows, and not its title again; got {alt!r}"
            )
        content = figure_bytes(fig, id)
        plt.close(fig)
        for ending, rendered in content.items():
            write_whole(self.paths.figures / f"{id}.{ending}", rendered)
        endings = ["svg", "pdf", "png"]
        if data is not None:
            write_whole(self.paths.figures / f"{id}.csv", _csv(data))
            endings.append("csv")
        image = base64.b64encode(content["svg"]).decode()
        picture = (
            f'<img src="data:image/svg+xml;base64,{image}" alt="{html.escape(alt, quote=True)}">'
        )
        return self._exhibit(id, "figures", picture, title, caption, source, endings)

    def save_table(
        self,
        frame: pd.DataFrame,
        id: str,
        title: str,
        note: str,
        *,
        formats: Mapping[str, str] | None = None,
        names: Mapping[str, str] | None = None,
        source: str,
    ) -> Exhibit:
        """Save a table as csv, html and LaTeX and show it.

        Parameters
        ----------
        frame : DataFrame
            One tidy frame; the first column names the row.
        id : str
            `tab-<notebook>-<number>-<words>`.
        title, note : str
            What it is; sample, errors and how to read it.
        formats : mapping, optional
            Format by column, see `nqpf.report.tables.formatted`; these columns align as numbers.
        names : mapping, optional
            Heading by column; columns without one keep their name.
        source : str
            Where the data come from.

        Raises
        ------
        StudyError
            If the id is wrong or used, or the table has no row.
        """
        self._check(id, "tab")
        if frame.empty:
            raise StudyError(f"{id} is empty: a table needs at least one row")
        names, formats = dict(names or {}), dict(formats or {})
        shown = formatted(frame, formats).rename(columns=names)
        numeric = {names.get(column, column) for column in formats}
        table = html_table(shown, numeric, f"{id}-caption")
        write_whole(self.paths.tables / f"{id}.csv", _csv(frame))
        write_whole(self.paths.tables / f"{id}.html", table + "\n")
        write_whole(self.paths.tables / f"{id}.tex", latex_table(shown, numeric, title, id, note))
        return self._exhibit(id, "tables", table, title, note, source, ["csv", "html", "tex"])

    def close(self) -> None:
        """Save the facts; the last line of a notebook."""
        self.facts.save()

    def _check(self, id: str, kind: str) -> None:
        """Raise unless the id is this notebook's and new."""
        if not re.fullmatch(rf"{kind}-{self.number}-\d+-[a-z0-9-]+", id):
            raise StudyError(
                f"an exhibit of this notebook is named {kind}-{self.number}-<number>-<words>, "
                f"got '{id}'"
            )
        if id in self.saved:
            raise StudyError(f"{id} is saved twice; give each exhibit its own id")
        self.saved.append(id)

    def _exhibit(
        self,
        id: str,
        folder: str,
        content: str,
        title: str,
        caption: str,
        source: str,
        endings: list[str],
    ) -> Exhibit:
        """Wrap what is shown with number, title, caption, source and downloads."""
        word = "Figure" if folder == "figures" else "Table"
        number = f"{word} {self.number.lstrip('0')}.{id.split('-')[2]}"
        links = " \N{MIDDLE DOT} ".join(
            f'<a href="{folder}/{id}.{ending}" download>{ending}</a>' for ending in endings
        )
        markup = (
            f'<figure id="{id}" class="exhibit {folder}">\n'
            f'<figcaption id="{id}-caption" class="title">'
            f'<span class="number">{number}</span> {html.escape(title)}</figcaption>\n'
            f"{content}\n"
            f'<p class="caption">{html.escape(caption)}</p>\n'
            f'<p class="source">Source: {html.escape(source)} '
            f'<span class="downloads">{links}</span></p>\n</figure>'
        )
        return Exhibit(markup, f"{number}: {title}")


def open_page(notebook: str, study: str) -> Page:
    """Open the page of a notebook.

    Parameters
    ----------
    notebook : str
        Name of the notebook without its ending.
    study : str
        Name of the study.
    """
    return Page(notebook, study)


def _csv(frame: pd.DataFrame) -> str:
    """Frame as csv in full precision, an index with names kept."""
    named = any(name is not None for name in frame.index.names)
    return frame.to_csv(index=named, lineterminator="\n")
