"""Ask the OSV database whether a locked package has a known vulnerability: `make audit`.

pip-audit reads the lock and asks; what is said of its findings, and what is done where the
database cannot be reached, is decided here. `.ci/ignored_vulnerabilities.csv` lists findings that
do not concern the study, each with the reason.
"""

import argparse
import csv
import json
import subprocess
import sys
import tempfile
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

from nqpf.errors import StudyError
from nqpf.paths import ROOT
from pipeline.lock import DEV_LOCK

DATABASE = "https://api.osv.dev/v1/query"
IGNORED = ROOT / ".ci" / "ignored_vulnerabilities.csv"
SECONDS = 15  # to wait for an answer
PROBE = {"package": {"name": "pip", "ecosystem": "PyPI"}, "version": "26.0"}


class UnreachableError(StudyError):
    """The database cannot be reached from here; the message says why."""


def main() -> int:
    """Audit; 0 if nothing is known, 1 if something is, 2 if nothing could be found out."""
    parser = argparse.ArgumentParser(prog="python -m pipeline.audit", description=__doc__)
    parser.add_argument(
        "--if-reachable", action="store_true", help="go on where the database cannot be reached"
    )
    arguments = parser.parse_args()
    try:
        lines = audited(DEV_LOCK, DATABASE, ignored(IGNORED))
    except StudyError as error:
        if arguments.if_reachable and isinstance(error, UnreachableError):
            print(f"dependencies are not audited: {error}")
            return 0
        print(f"error: {error}", file=sys.stderr)
        return 2
    for line in lines:
        print(f"vulnerable: {line}", file=sys.stderr)
    if not lines:
        print(f"no package of {DEV_LOCK.name} has a known vulnerability")
    return 1 if lines else 0


def ignored(path: Path) -> dict[str, str]:
    """Findings that do not concern the study.

    Parameters
    ----------
    path : Path
        A table with the columns id and reason.

    Returns
    -------
    dict of str to str
        Reason by id of the finding.

    Raises
    ------
    StudyError
        If a row gives no id or no reason.
    """
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for number, row in enumerate(rows, start=2):
        if not (row.get("id") and (row.get("reason") or "").strip()):
            raise StudyError(
                f"{path.name}, line {number}: a row has the id of a finding and the reason why it "
                f"does not concern the study; got {', '.join(map(str, row.values()))}"
            )
    return {row["id"]: row["reason"] for row in rows}


def audited(lock: Path, database: str, passed_over: dict[str, str]) -> list[str]:
    """What is known of the packages of a lock.

    Parameters
    ----------
    lock : Path
        Pinned requirements with hashes.
    database : str
        Address that answers as OSV's `v1/query` does.
    passed_over : dict of str to str
        Findings to leave out, by any of their ids.

    Returns
    -------
    list of str
        One sentence per finding: package, version, ids, and the versions that mend it.

    Raises
    ------
    UnreachableError
        If the database does not answer.
    StudyError
        If its answers make no sense.
    """
    reach(database)
    lines = []
    for package in _asked(lock, database):
        for found in package.get("vulns", []):
            ids = [found["id"], *sorted(found.get("aliases", []))]
            if not set(ids) & set(passed_over):
                mended = ", ".join(found["fix_versions"]) or "no version yet"
                lines.append(
                    f"{package['name']} {package['version']}: {', '.join(ids)}; mended in {mended}"
                )
    return lines


def reach(database: str) -> None:
    """Raise unless the database answers a question.

    Raises
    ------
    UnreachableError
        If it cannot be reached, takes too long or refuses.
    """
    question = urllib.request.Request(database, json.dumps(PROBE).encode("utf-8"))
    try:
        with urllib.request.urlopen(question, timeout=SECONDS) as answer:
            answer.read()
    except OSError as error:  # HTTPError and URLError are kinds of it
        reason = getattr(error, "reason", None) or error
        code = f"{error.code} " if isinstance(error, urllib.error.HTTPError) else ""
        host = urllib.parse.urlsplit(database).netloc
        raise UnreachableError(f"{host} cannot be reached ({code}{reason})") from None


def _asked(lock: Path, database: str) -> list[dict]:
    """What pip-audit found, per package."""
    with tempfile.TemporaryDirectory(prefix="nqpf-audit-") as cache:
        command = [sys.executable, "-m", "pip_audit", "--requirement", str(lock), "--disable-pip"]
        command += ["--vulnerability-service", "osv", "--osv-url", database, "--format", "json"]
        command += ["--aliases", "on", "--desc", "off", "--progress-spinner", "off"]
        command += ["--cache-dir", cache, "--timeout", str(SECONDS)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        return json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        said = done.stderr.strip().splitlines() or [f"it ended with code {done.returncode}"]
        raise StudyError(
            f"pip-audit could not make sense of the database's answers or of {lock.name}; its "
            f"last words: {said[-1]}"
        ) from None


if __name__ == "__main__":
    sys.exit(main())
