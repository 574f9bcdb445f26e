# ruff: noqa: A002  an exhibit's id is what html, LaTeX and readers call it
"""A notebook's page: the one door through which figures, tables and numbers leave it."""

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from nqpf.errors import StudyError
from nqpf.files import write_whole
from nqpf.paths import NOTEBOOKS, STAGE_VARIABLE, built_paths, study_paths
from nqpf.report.drawn import drawn_facts
from nqpf.report.exhibits import FigureExhibit, TableExhibit
from nqpf.report.facts import Fact, make_fact, save_notebook_facts
from nqpf.report.language import (
    ENGLISH,
    catalogue,
    headings_of,
    labels_of,
    translate_figure,
    translate_table,
)
from nqpf.report.latex import as_latex
from nqpf.report.prose import EXHIBIT, Prose, check_no_typed_number, fill
from nqpf.report.regression_tables import lay_out_regressions
from nqpf.report.rendering import render
from nqpf.report.style import house_style
from nqpf.report.tables import Format, Table, as_csv, as_html, lay_out, with_labels

SHORTEST_ALT = 40


def open_page(
    notebook: str, study: str = "default", *, language: str = "en", source: str = ""
) -> "Page":
    """Start the page of a notebook.

    Parameters
    ----------
    notebook : str
        Name of the notebook, without its ending, such as `03_mechanisms`.
    study : str
        Name of the parameter file, without its ending; decides the folders written to.
    language : str
        Of labels and titles: `en` or `zh`; prose stays English.
    source : str
        Source line of every exhibit that names none of its own.

    Returns
    -------
    Page

    Raises
    ------
    StudyError
        If the name of the notebook does not begin with its number.
    """
    if not re.fullmatch(r"(0[1-9]|A[1-9])_[a-z0-9_]+", notebook):
        raise StudyError(f"a notebook is named like '03_mechanisms', got '{notebook}'")
    return Page(notebook, study, language, source)


class Page:
    """What a notebook has shown and recorded so far; made by `open_page`."""

    def __init__(self, notebook: str, study: str, language: str, source: str):
        self.notebook = notebook
        self.study = study
        self.language = language
        self.source = source
        self.facts: dict[str, Fact] = {}
        self._words = catalogue(language)
        self._labels: dict[str, None] = {}  # English texts of exhibits, in order
        self._exhibits: dict[str, dict] = {}
        self._runs: dict[str, object] = {}
        self._paths = study_paths(study)

    # -- exhibits --------------------------------------------------------------------------

    def save_figure(
        self,
        fig: Figure,
        id: str,
        title: str,
        caption: str,
        alt: str,
        data: pd.DataFrame | None = None,
        source: str | None = None,
    ) -> FigureExhibit:
        """Save a figure as svg, pdf and png and show it.

        Parameters
        ----------
        fig : Figure
            Closed afterwards.
        id : str
            `fig-<nb>-<k>-<slug>`, with this page's number.
        title, caption, alt : str
            May hold {fact} fields. The alternative text says what a reader would see, in at
            least 40 characters; it may also hold fields of the data drawn, as `drawn_facts` names
            them.
        data : DataFrame, optional
            What is drawn, offered as csv beside the figure; by default what the chart was given.
        source : str, optional
            Source line; by default the page's.

        Raises
        ------
        StudyError
            If the id is wrong or used, a text is missing, the figure is empty, has no data or a
            character has no glyph; nothing is then written.
        """
        from matplotlib import pyplot  # here, as pages are read where no figure is drawn

        number = self._check_id(id, "fig")
        drawn = getattr(fig, "drawn", None) if data is None else data
        if drawn is None:
            raise StudyError(f"{id} has no data to offer beside it; hand over data=")
        source = self.source if source is None else source
        given = {"title": title, "caption": caption, "alt": alt, "source": source}
        title, caption, alt, source = self._texts(id, given, drawn)
        files = self._drawn(fig, id, title, alt)
        pyplot.close(fig)
        files["csv"] = as_csv(with_labels(drawn)).encode("utf-8")
        self._write(self._paths.figures, id, files)
        exhibit = FigureExhibit(
            id,
            number,
            title,
            caption,
            alt,
            source,
            files,
            self._link("figures"),
            self.language,
        )
        self._keep(exhibit, "figure", alt)
        return exhibit

    def save_table(
        self,
        frame: pd.DataFrame,
        id: str,
        title: str,
        note: str,
        columns: Mapping[str, str] | Sequence[str] | None = None,
        formats: Mapping[str, Format] | None = None,
        align: Mapping[str, str] | None = None,
        *,
        spans: Mapping[str, Sequence[str]] | None = None,
        by: str | None = None,
        source: str | None = None,
    ) -> TableExhibit:
        """Save a tidy frame as csv (all of it), html and LaTeX and show it.

        Parameters
        ----------
        frame : DataFrame
            Named index levels count as columns.
        id : str
            `tab-<nb>-<k>-<slug>`, with this page's number.
        title, note : str
            May hold {fact} fields; the note says sample, errors and how p was found.
        columns, formats, align, spans, by
            See `nqpf.report.tables.lay_out`.
        source : str, optional
            Source line; by default the page's.

        Raises
        ------
        StudyError
            If the id is wrong or used, a text is missing, the frame is empty or lacks a column.
        """
        number = self._check_id(id, "tab")
        table = lay_out(frame, columns, formats, align, spans, by)
        return self._save_laid_out(table, frame, id, number, title, note, source)

    def save_regressions(
        self,
        estimates: pd.DataFrame,
        id: str,
        title: str,
        note: str,
        *,
        fits: pd.DataFrame | None = None,
        terms: Mapping[str, str] | Sequence[str] | None = None,
        digits: int = 3,
        head: str = "",
        source: str | None = None,
    ) -> TableExhibit:
        """Save tidy estimates as a regression table and show it; the csv stays tidy.

        Parameters
        ----------
        estimates, fits, terms, digits, head
            See `nqpf.report.regression_tables.lay_out_regressions`.
        id, title, note, source : str
            As for `save_table`.
        """
        number = self._check_id(id, "tab")
        table = lay_out_regressions(estimates, fits, terms, digits, head)
        return self._save_laid_out(table, estimates, id, number, title, note, source)

    # -- numbers and words -----------------------------------------------------------------

    def record(
        self,
        name: str,
        value: object,
        unit: str = "",
        digits: int | None = None,
        note: str = "",
        *,
        missing: str = "",
    ) -> object:
        """Record a result, so that prose may print it.

        Parameters
        ----------
        name : str
            Lower case with underscores, once per page.
        value : int, float or str
            Finite, unless `missing` says what to print in its place.
        unit : str
            Printed by {name:u}; `year` suppresses separators.
        digits : int, optional
            Decimals; by default whole numbers as they are, others to three figures.
        note : str
            What it is.
        missing : str
            Words for a result that is not there.

        Returns
        -------
        object
            The value as given.
        """
        fact = make_fact(name, value, unit, digits, note, missing)
        if name in self.facts and not self._is_rerun(name):
            raise StudyError(f"fact '{name}' is recorded twice on {self.notebook}; rename one")
        self.facts[name] = fact
        self._runs[name] = _current_run()
        return value

    def text(self, template: str) -> Prose:
        """Markdown whose numbers all come from recorded facts.

        Parameters
        ----------
        template : str
            {name} prints a fact with its own digits, {name:.2f} with two decimals, {name:u}
            with its unit, {name:p} as p = 0.032, {name:o} as 3rd, {name:w} as three;
            {fig-03-2-paths} refers to an exhibit. Braces of formulas are doubled.

        Raises
        ------
        StudyError
            If a number is typed or a fact is not recorded.
        """
        check_no_typed_number(template)
        return Prose(fill(template, self.facts, self._refer))

    def close(self) -> None:
        """Write the facts and the list of exhibits of the notebook."""
        path = self._paths.facts / f"{self.notebook}.json"
        save_notebook_facts(path, self.facts, list(self._exhibits.values()), list(self._labels))

    # -- inside ----------------------------------------------------------------------------

    def _check_id(self, id: str, kind: str) -> str:
        match = EXHIBIT.fullmatch(id)
        own = self.notebook.split("_")[0]
        if not match or match[1] != kind or match[2] != own:
            raise StudyError(f"here exhibits are named like {kind}-{own}-1-slug, got '{id}'")
        number = f"{own.lstrip('0')}.{int(match[3])}"
        for other, kept in self._exhibits.items():
            same_number = kept["number"] == number and other.startswith(kind)
            if other != id and same_number and not self._is_rerun(other):
                raise StudyError(f"'{id}' has the same number as '{other}'; count on")
        if id in self._exhibits and not self._is_rerun(id):
            raise StudyError(f"'{id}' is saved twice on {self.notebook}; give each its own id")
        return number

    def _is_rerun(self, name: str) -> bool:
        """Whether a cell is being run again in an open notebook, which a build never does."""
        run = _current_run()
        return run is not None and STAGE_VARIABLE not in os.environ and run != self._runs[name]

    def _texts(self, id: str, given: Mapping[str, str], drawn: pd.DataFrame) -> list[str]:
        """Title, caption, alternative text and source of a figure, with their fields filled."""
        for name, text in given.items():
            if not isinstance(text, str) or not text.strip():
                raise StudyError(f"{id} has no {name}; every figure needs one")
        title = self._fill(self._words.template(given["title"]), of_title=True)
        caption, source = self._fill(given["caption"]), self._fill(given["source"])
        alt = fill(given["alt"].strip(), self.facts | drawn_facts(drawn), self._named)
        if len(alt) < SHORTEST_ALT:
            raise StudyError(
                f"{id}: the alternative text must say what the figure shows in at least "
                f"{SHORTEST_ALT} characters, got '{alt}'"
            )
        if alt.casefold() in (title.casefold(), caption.casefold()) or id in alt:
            raise StudyError(f"{id}: the alternative text repeats its title, caption or file name")
        return [title, caption, alt, source]

    def _fill(self, text: str, *, of_title: bool = False) -> str:
        """A text with its facts; in a title those that are words are translated too."""
        facts = self.facts
        if of_title:
            facts = {
                name: replace(fact, value=self._words.text(fact.value))
                if isinstance(fact.value, str)
                else fact
                for name, fact in facts.items()
            }
        return fill(text.strip(), facts, self._named)  # no links: captions are plain text

    def _save_laid_out(
        self,
        table: Table,
        frame: pd.DataFrame,
        id: str,
        number: str,
        title: str,
        note: str,
        source: str | None,
    ) -> TableExhibit:
        source = source if source is not None else self.source
        for name, text in {"title": title, "note": note, "source": source}.items():
            if not isinstance(text, str) or not text.strip():
                raise StudyError(f"{id} has no {name}; every table needs one")
        title = self._fill(self._words.template(title), of_title=True)
        note, source = self._fill(note), self._fill(source)
        self._labels |= dict.fromkeys(headings_of(table))
        table = translate_table(table, self._words)
        body = as_html(table, f"{id}-title")
        exhibit = TableExhibit(
            id, number, title, note, source, body, self._link("tables"), language=self.language
        )
        files = {
            "csv": as_csv(frame).encode("utf-8"),
            "html": exhibit.standalone().encode("utf-8"),
            "tex": as_latex(table, id, title, f"{note} Source: {source}").encode("utf-8"),
        }
        self._write(self._paths.tables, id, files)
        self._keep(exhibit, "table", "")
        return exhibit

    def _drawn(self, fig: Figure, id: str, title: str, alt: str) -> dict[str, bytes]:
        """A figure in all formats with the page's words; its English ones are kept as labels."""
        if self.language == ENGLISH:
            files = render(fig, id, title, alt)
            self._labels |= dict.fromkeys(labels_of(fig))
            return files
        with house_style():
            fig.draw_without_rendering()  # ticks have their labels only now
        self._labels |= dict.fromkeys(labels_of(fig))
        translate_figure(fig, self._words)
        return render(fig, id, title, alt)

    def _write(self, folder: Path, id: str, files: Mapping[str, bytes]) -> None:
        for ending, content in files.items():
            write_whole(folder / f"{id}.{ending}", content)

    def _keep(self, exhibit: FigureExhibit | TableExhibit, kind: str, alt: str) -> None:
        self._exhibits[exhibit.id] = {
            "id": exhibit.id,
            "kind": kind,
            "number": exhibit.number,
            "title": exhibit.title,
            "caption": exhibit.caption,
            "alt": alt,
            "source": exhibit.source,
            "files": exhibit.endings,
        }
        self._runs[exhibit.id] = _current_run()

    def _link(self, kind: str) -> str:
        """Folder where the build puts exhibits of a kind, seen from the notebooks."""
        return Path(os.path.relpath(getattr(built_paths(self.study), kind), NOTEBOOKS)).as_posix()

    def _named(self, id: str) -> str:
        """What an exhibit is called, such as `Figure 3.2`."""
        kind, own, number = EXHIBIT.fullmatch(id).groups()
        word = self._words.text("Figure" if kind == "fig" else "Table")
        if own == self.notebook.split("_")[0] and id not in self._exhibits:
            raise StudyError(f"'{id}' is referred to before it is saved; move the text below it")
        return f"{word} {own.lstrip('0')}.{int(number)}"

    def _refer(self, id: str) -> str:
        """The name of an exhibit, as a link where it stands on this page."""
        name = self._named(id)
        return f"[{name}](#{id})" if id in self._exhibits else name


def _current_run() -> int | None:
    """Count of the cell that is running; none outside IPython."""
    try:
        from IPython import get_ipython
    except ImportError:
        return None
    shell = get_ipython()
    return None if shell is None else shell.execution_count
