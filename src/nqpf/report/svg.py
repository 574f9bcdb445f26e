"""An svg as matplotlib writes it, made small and accessible without changing what it shows."""

import re
from html import escape

_METADATA = re.compile(r"<metadata>.*?</metadata>\s*", re.DOTALL)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_EMPTY_GROUP = re.compile(r'<g id="[^"]*"/>')
_PATH = re.compile(r' (d|points)="([^"]*)"')
_PLACE = re.compile(r' (x|y|x1|x2|y1|y2|width|height|transform)="([^"]*)"')
_STYLE = re.compile(r' style="([^"]*)"')
_DECIMAL = re.compile(r"-?\d+\.\d{3,}")
_BLANK = re.compile(r'<path id="([^"]*)"(?: transform="[^"]*")?/>\s*')
_USE = re.compile(r'<use xlink:href="#([^"]*)"(?: transform="translate\(([\d.-]+) 0\)")?/>\s*')
_NUMBERED_GROUP = re.compile(r'<g id="(?!text)[A-Za-z0-9]+_\d+">')  # words keep theirs
_LETTER = re.compile(r'<path id="([^"]*)" d="([^"]*)" transform="scale\(0\.015625\)"/>')
_STEP = re.compile(r"([MLQCz])([^MLQCz]*)")
_GRID = 6.4  # matplotlib's units of a letter in one of the font's own
_GLYPH = re.compile(r"(Compendium|DejaVu)(Sans|Hans)?(Regular|Bold)?-")


def slim(svg: str, title: str, alt: str) -> str:
    """Round to hundredths of a point, drop what nobody reads, add title and description.

    Parameters
    ----------
    svg : str
        As matplotlib writes it, text as paths.
    title, alt : str
        Accessible name and description.

    Returns
    -------
    str
        About half as long.
    """
    for useless in (_METADATA, _COMMENT, _EMPTY_GROUP):
        svg = useless.sub("", svg)
    svg = _PATH.sub(lambda match: f' {match[1]}="{_tight(match[2])}"', svg)
    svg = _PLACE.sub(lambda match: f' {match[1]}="{_short(match[2])}"', svg)
    svg = _STYLE.sub(lambda match: match[0].replace(": ", ":").replace("; ", ";"), svg)
    svg = _GLYPH.sub(lambda match: "".join(part[:1] for part in match.groups("")) + "-", svg)
    svg = _light_letters(_NUMBERED_GROUP.sub("<g>", svg))
    names = f"<title>{escape(title)}</title>\n<desc>{escape(alt)}</desc>"
    svg = re.sub(r"(<svg [^>]*)>", lambda match: f'{match[1]} role="img">\n{names}', svg, count=1)
    return "\n".join(line for line in map(str.strip, svg.splitlines()) if line) + "\n"


def _light_letters(svg: str) -> str:
    """Letters placed by one number each, a thousandth of their size apart; spaces draw nothing."""
    svg = _LETTER.sub(_light_letter, svg)
    blanks = set(_BLANK.findall(svg))
    svg = _BLANK.sub("", svg)

    def placed(match: re.Match) -> str:
        if match[1] in blanks:
            return ""
        x = f' x="{float(match[2]):.0f}"' if match[2] else ""
        return f'<use xlink:href="#{match[1]}"{x}/>'

    return _USE.sub(placed, svg).replace("<defs>\n</defs>\n", "")


def _light_letter(letter: re.Match) -> str:
    return f'<path id="{letter[1]}" d="{_steps(letter[2])}" transform="scale(.1)"/>'


def _steps(outline: str) -> str:
    """The outline of a letter on the font's own grid, each point told from the one before it."""
    x = y = start_x = start_y = 0
    told = []
    for command, numbers in _STEP.findall(outline):
        places = [round(float(number) / _GRID) for number in numbers.split()]
        if command == "z":
            x, y = start_x, start_y
        steps = [place - (y if odd % 2 else x) for odd, place in enumerate(places)]
        if places:
            x, y = places[-2:]
        if command == "M":
            start_x, start_y = x, y
        told.append(command.lower() + " ".join(map(str, steps)).replace(" -", "-"))
    return "".join(told)


def _tight(path: str) -> str:
    return re.sub(r" ?([A-Za-z]) ?", r"\1", " ".join(_rounded(path, 2).split()))


def _short(place: str) -> str:
    """Scales keep all their digits, places two."""
    if "scale" not in place:
        return _rounded(place, 2)
    head, _, tail = place.partition("scale")
    return f"{_rounded(head, 2)}scale{tail}"


def _rounded(text: str, digits: int) -> str:
    return _DECIMAL.sub(lambda match: f"{float(match[0]):.{digits}f}".rstrip("0").rstrip("."), text)
