"""What pages need to know of each other and of the build."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from markupsafe import Markup

from nqpf.report.language import ENGLISH, catalogue


@dataclass(frozen=True)
class PageLink:
    """One page of the site.

    Attributes
    ----------
    number : str
        Number of the notebook, such as `03` or `A1`.
    href : str
        File name of the page.
    title : str
        Title in the navigation.
    summary : str
        What the page finds out, in one sentence.
    """

    number: str
    href: str
    title: str
    summary: str

    @property
    def label(self) -> str:
        """Number as readers see it: `3` or `A1`."""
        return self.number.lstrip("0")

    @property
    def is_appendix(self) -> bool:
        """Whether the page stands after the paper's sections."""
        return self.number.startswith("A")


@dataclass(frozen=True)
class Ledger:
    """Where claims stand, so that every mention of one leads to its verdict.

    Attributes
    ----------
    href : str
        Page of the ledger.
    table : str
        Id of the exhibit on that page whose rows are the claims.
    claims : mapping of str to str
        Sentence of each claim by its id, such as `C022`.
    """

    href: str
    table: str
    claims: Mapping[str, str]


@dataclass(frozen=True)
class SiteInfo:
    """What every page says of the study and of its build.

    Attributes
    ----------
    title : str
        Title of the study.
    case : str
        Province studied.
    study : str
        Name of the study.
    parameters : str
        Parameter file, as shown.
    short_title : str
        Title where there is little room; the title by default.
    language : str
        Language of the prose, as html wants it.
    searchable : bool
        Whether the build writes a search index beside the pages.
    ledger : Ledger, optional
        Where claims stand.
    labels : str
        Language of titles, labels and furniture: `en` or `zh`.
    exhibits_page : str
        File name of the list of all exhibits; empty for none.
    hashes_file : str
        File that gives, for programs, the hashes of all exhibits and of what they were made from;
        empty for none.
    extra_style : str
        Stylesheet of fonts that only some studies need; empty for none.
    """

    title: str
    case: str
    study: str
    parameters: str
    short_title: str = ""
    language: str = "en"
    searchable: bool = False
    ledger: Ledger | None = None
    labels: str = ENGLISH
    exhibits_page: str = ""
    hashes_file: str = ""
    extra_style: str = ""

    def say(self, text: str) -> str:
        """A text of the furniture in the language of labels."""
        return catalogue(self.labels).text(text)

    @property
    def mark(self) -> Markup:
        """Attribute of elements whose words are in another language than the prose."""
        return Markup("" if self.labels == self.language else f' lang="{self.labels}"')

    @property
    def brand(self) -> str:
        """Title where there is little room."""
        return self.short_title or self.title


@dataclass(frozen=True)
class Finding:
    """One key figure of the front page.

    Attributes
    ----------
    value : str
        The number, as readers see it.
    label : str
        What it is.
    note : str
        How sure it is, or what it rests on.
    href : str
        Where it is found.
    """

    value: str
    label: str
    note: str
    href: str


@dataclass(frozen=True)
class ExhibitLink:
    """One figure or table, for lists of exhibits.

    Attributes
    ----------
    id, kind, number, title : str
        As `nqpf.report.load_exhibits` gives them; the kind is `figure` or `table`.
    href : str
        Where it is shown.
    source : str
        Source line.
    files : dict of str to str
        Link of each file by its ending.
    alt : str
        What a figure shows; empty for tables.
    notebook, cell, cell_href : str
        Where it is made, and the link to that cell.
    data, functions : sequence of str
        Files that were read and functions that were called on the way to it.
    """

    id: str
    kind: str
    number: str
    title: str
    href: str
    source: str = ""
    files: Mapping[str, str] = field(default_factory=dict)
    alt: str = ""
    notebook: str = ""
    cell: str = ""
    cell_href: str = ""
    data: Sequence[str] = ()
    functions: Sequence[str] = ()
