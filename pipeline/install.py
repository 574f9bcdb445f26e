"""Fill the environment from a lock: `make` runs this before anything else is installed.

uv installs, because it takes seconds where pip takes minutes, and checks every hash as pip does.
pip comes with Python, so it brings uv; what pip is told about indexes, mirrors, proxies and
certificates on this machine holds for uv too, unless uv is told something itself.

Only the standard library is there when this runs.
"""

import argparse
import ast
import os
import signal
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
INSTALLER_LOCK = ROOT / "requirements-installer.lock"
SECTIONS = ("global", "install", ":env:")  # of pip's configuration; later ones win
FOR_UV = {  # pip's setting, uv's variable, what stands between several values
    "index-url": ("UV_DEFAULT_INDEX", " "),
    "extra-index-url": ("UV_INDEX", " "),
    "find-links": ("UV_FIND_LINKS", ","),
    "trusted-host": ("UV_INSECURE_HOST", " "),
    "proxy": ("ALL_PROXY", " "),
    "cert": ("SSL_CERT_FILE", " "),
}
YES = ("1", "true", "yes", "on")  # as pip spells it
SAME_AS_PIP = {
    "UV_INDEX_STRATEGY": "unsafe-best-match",  # all indexes are one; the hashes decide what is safe
    "UV_NO_CONFIG": "1",
    "UV_NO_PROGRESS": "1",
}


class InstallError(Exception):
    """Something could not be installed; the message says what and what to do."""


def main() -> int:
    """Install a lock, and this package itself if asked; 0 if all of it is there, else 1."""
    parser = argparse.ArgumentParser(prog="pipeline/install.py", description=__doc__)
    parser.add_argument("lock", type=Path, help="file of packages with versions and hashes")
    parser.add_argument("--own", action="store_true", help="install this package as editable too")
    arguments = parser.parse_args()
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C ends it at once, without a traceback
    try:
        fill(arguments.lock, own=arguments.own)
    except InstallError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def fill(lock: Path, own: bool) -> None:
    """Install what a lock names into the environment of the running Python.

    Parameters
    ----------
    lock : Path
        Requirements with versions and hashes.
    own : bool
        Whether this package itself is installed as editable.

    Raises
    ------
    InstallError
        If pip cannot bring uv, or uv cannot install; their own reasons stand above the message.
    """
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    listed = _run([*pip, "config", "list"], os.environ, "pip's configuration", subprocess.PIPE)
    told = settings_of_pip(listed.splitlines())
    settings = {**SAME_AS_PIP, **settings_for_uv(told), **os.environ}
    installer = ["install", "--quiet", "--require-hashes", "-r", str(INSTALLER_LOCK)]
    _run([*pip, *installer], os.environ, "uv, which installs the rest,")
    uv = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--python", sys.executable]
    packages = ["--compile-bytecode", "--require-hashes", "-r", str(lock.resolve())]
    nowhere_else = ["--no-index"] if told.get("no-index", "").lower() in YES else []
    _run([*uv, *packages, *nowhere_else], settings, f"what {lock.name} names")
    if own:
        itself = ["--no-deps", "--no-build-isolation", "--offline", "--editable", str(ROOT)]
        _run([*uv, *itself], settings, "this package")


def settings_of_pip(listed: Iterable[str]) -> dict[str, str]:
    """What pip is told on this machine, by files and by variables.

    Parameters
    ----------
    listed : iterable of str
        Lines of ``pip config list``, such as ``global.index-url='https://...'``.

    Returns
    -------
    dict of str
        Values by the name of the setting.
    """
    found: dict[str, dict[str, str]] = {section: {} for section in SECTIONS}
    for line in listed:
        place, _, text = line.partition("=")
        section, _, name = place.rpartition(".")
        if section in found:
            found[section][name] = str(ast.literal_eval(text))
    return {name: value for section in SECTIONS for name, value in found[section].items()}


def settings_for_uv(told: Mapping[str, str]) -> dict[str, str]:
    """What uv has to be told so that it looks where pip does.

    Parameters
    ----------
    told : dict of str
        Settings of pip by name.

    Returns
    -------
    dict of str
        Variables of uv's environment.
    """
    return {
        variable: between.join(told[name].split())
        for name, (variable, between) in FOR_UV.items()
        if told.get(name)
    }


def _run(
    command: list[str], environment: Mapping[str, str], what: str, output: int | None = None
) -> str:
    """Run a step and give what it printed, if that was asked for."""
    done = subprocess.run(
        command, env=dict(environment), cwd=ROOT, stdout=output, text=True, check=False
    )
    if done.returncode:
        raise InstallError(
            f"{what} could not be had, for the reason above (often a network or an index that is "
            "out of reach); nothing that was built is lost: mend it and run the same command again"
        )
    return done.stdout or ""


if __name__ == "__main__":
    sys.exit(main())
