"""What pages need to know of each other and of the build."""

from dataclasses import dataclass


@dataclass(frozen=True)
class PageLink:
    """One page of the site.

    Attributes
    ----------
    number : str
        Number of the notebook, such as `03`.
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
    provenance : dict of str to str
        Label and short value: hashes of parameters, data and environment; no clock.
    """

    title: str
    case: str
    study: str
    parameters: str
    provenance: dict[str, str]
