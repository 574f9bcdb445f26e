"""The commit in a whole build: a checkout, a new commit, a change, an archive, a bad variable."""

import json
import shutil
import tarfile

import pytest

from tests.repositories import NOTE, git
from tests.scenarios.conftest import ROOT

SITE = "build/site"


@pytest.fixture(scope="module")
def checkout(built_once, tmp_path_factory):
    """A built copy of the project in a repository of its own; its tests run in order."""
    copied = built_once.copied(tmp_path_factory.mktemp("repository") / "checkout 广东")
    root = copied.root
    for name in (".gitignore", ".gitattributes"):
        shutil.copy(ROOT / name, root / name)
    (root / ".git_archival.txt").write_text(NOTE)
    (root / "README.md").write_text("one")
    (root / "tables").mkdir(exist_ok=True)
    git(root, "init", "-q")
    git(root, "add", ".")
    git(root, "commit", "-q", "-m", "first")
    return copied


def said(project):
    """Commit and state of the last build, and how every page says them."""
    listed = json.loads((project.root / SITE / "exhibits.json").read_text(encoding="utf-8"))
    pages = sorted((project.root / SITE).glob("*.html"))
    assert len(pages) > 8
    short = listed["commit"]["id"][:12]
    for path in pages:
        page = path.read_text(encoding="utf-8").partition('<dl class="provenance">')[2]
        assert (f">{short}</code>" in page) == bool(short), path.name
        assert ("not committed" in page) == (listed["commit"]["state"] == "changed"), path.name
    return listed["commit"]["id"], listed["commit"]["state"]


def times(project):
    return {path: path.stat().st_mtime_ns for path in (project.root / "build/pages").iterdir()}


def test_a_new_commit_renews_what_pages_say_and_renders_nothing(checkout):
    result = checkout.make()
    assert result.returncode == 0, result.stderr
    assert said(checkout) == (git(checkout.root, "rev-parse", "HEAD"), "committed")
    assert "nothing to do" in checkout.make().stdout
    before = times(checkout)

    (checkout.root / "README.md").write_text("two")
    assert "nothing to do" in checkout.make().stdout, "the build does not read the README"
    git(checkout.root, "commit", "-q", "-a", "-m", "second")
    assert checkout.make().returncode == 0
    assert said(checkout) == (git(checkout.root, "rev-parse", "HEAD"), "committed")
    assert times(checkout) == before


def test_a_change_is_said_until_it_is_committed(checkout):
    references = checkout.root / "docs/references.bib"
    references.write_text(references.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert checkout.make().returncode == 0
    assert said(checkout) == (git(checkout.root, "rev-parse", "HEAD"), "changed")
    before = times(checkout)
    git(checkout.root, "commit", "-q", "-a", "-m", "third")
    assert checkout.make().returncode == 0
    assert said(checkout) == (git(checkout.root, "rev-parse", "HEAD"), "committed")
    assert times(checkout) == before


def test_an_archive_and_a_plain_copy(checkout, built, tmp_path):
    identity, state = said(built)
    assert (identity, state) == ("", "unknown")
    git(checkout.root, "archive", "-o", str(tmp_path / "study.tar"), "HEAD")
    with tarfile.open(tmp_path / "study.tar") as packed:
        packed.extract(".git_archival.txt", built.root, filter="data")
    before = times(built)
    assert built.make().returncode == 0
    assert said(built) == (git(checkout.root, "rev-parse", "HEAD"), "archived")
    assert times(built) == before


def test_a_variable_that_holds_no_commit_stops_the_build(built):
    result = built.make(NQPF_COMMIT="main")
    assert result.returncode != 0
    assert "error: NQPF_COMMIT is the full hash of a commit" in result.stderr
    assert "Traceback" not in result.stderr
