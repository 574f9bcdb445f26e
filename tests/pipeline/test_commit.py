"""A build names the commit it is of, says where files were changed, and never makes one up."""

import os
import tarfile

import pytest

from nqpf.errors import StudyError
from nqpf.paths import ROOT
from pipeline import commit as module
from pipeline.commit import COMMIT_VARIABLE, Commit, commit, head
from tests.repositories import NOTE, git

ID = "0123456789abcdef0123456789abcdef01234567"
FILES = {
    ".gitignore": "__pycache__/\n/build/\n",
    ".gitattributes": (ROOT / ".gitattributes").read_text(),
    ".git_archival.txt": NOTE,
    "README.md": "read me",
    "pipeline/step.py": "1",
    "src/a.py": "1",
    "params/mine.yml": "{}",
}


def use(folder, monkeypatch):
    """Let the module take a folder for the checkout."""
    monkeypatch.setattr(module, "ROOT", folder)
    monkeypatch.setattr(module, "ARCHIVAL", folder / ".git_archival.txt")
    return folder


@pytest.fixture
def plain(tmp_path, monkeypatch):
    """A folder of files, in no repository."""
    monkeypatch.delenv(COMMIT_VARIABLE, raising=False)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    for name, text in FILES.items():
        path = tmp_path / "study" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return use(tmp_path / "study", monkeypatch)


@pytest.fixture
def checkout(plain):
    """The same in a repository with one commit."""
    git(plain, "init", "-q")
    git(plain, "add", ".")
    git(plain, "commit", "-q", "-m", "first")
    return plain


def read(folder):
    return [folder / name for name in ("src", "pipeline", "params/mine.yml", "docs/gone.bib")]


def test_a_checkout_is_of_its_last_commit(checkout):
    assert commit(read(checkout)) == Commit(git(checkout, "rev-parse", "HEAD"), "committed")
    assert head() == git(checkout, "rev-parse", "HEAD")


@pytest.mark.parametrize("name", ["src/a.py", "params/mine.yml", "src/new.py", "docs/gone.bib"])
def test_a_change_of_what_is_read_is_said(checkout, name):
    (checkout / name).parent.mkdir(exist_ok=True)
    (checkout / name).write_text("2")
    assert commit(read(checkout)).state == "changed"


def test_a_file_that_is_gone_or_renamed_is_a_change(checkout):
    git(checkout, "mv", "src/a.py", "src/b.py")
    assert commit(read(checkout)).state == "changed"
    git(checkout, "reset", "-q", "--hard")
    (checkout / "src/a.py").unlink()
    assert commit(read(checkout)).state == "changed"


@pytest.mark.parametrize("name", ["README.md", "params/other.yml", "src/__pycache__/a.pyc"])
def test_a_change_of_what_is_not_read_is_not(checkout, name):
    (checkout / name).parent.mkdir(exist_ok=True)
    (checkout / name).write_text("2")
    assert commit(read(checkout)).state == "committed"


def test_a_parameter_file_elsewhere_or_ignored_is_not_in_the_commit(checkout, tmp_path):
    (tmp_path / "own.yml").write_text("{}")
    assert commit([*read(checkout), tmp_path / "own.yml"]).state == "changed"
    (checkout / "build").mkdir()
    (checkout / "build/own.yml").write_text("{}")
    assert commit([*read(checkout), checkout / "build/own.yml"]).state == "changed"


def test_a_status_that_git_cannot_give_is_not_taken_for_none(checkout):
    (checkout / ".git/index").write_bytes(b"broken")
    assert commit(read(checkout)).state == "changed"


def test_a_copy_below_a_checkout_is_not_of_its_commit_unless_told(checkout, monkeypatch):
    copy = checkout / "build/copy"
    (copy / "pipeline").mkdir(parents=True)
    (copy / "pipeline/step.py").write_text("1")
    use(copy, monkeypatch)
    assert commit([]) == Commit("", "unknown")
    monkeypatch.setenv(COMMIT_VARIABLE, ID)
    assert commit([]) == Commit(ID, "committed")


def test_an_archive_says_which_commit_it_is(checkout, tmp_path, monkeypatch):
    git(checkout, "archive", "-o", str(tmp_path / "study.tar"), "HEAD")
    with tarfile.open(tmp_path / "study.tar") as packed:
        packed.extractall(tmp_path / "unpacked", filter="data")
    here = git(checkout, "rev-parse", "HEAD")
    monkeypatch.setenv(COMMIT_VARIABLE, ID)  # is not asked: the archive knows
    use(tmp_path / "unpacked", monkeypatch)
    assert commit([]) == Commit(here, "archived")
    assert head() == here


def test_a_folder_that_nothing_is_known_of(plain):
    assert commit(read(plain)) == Commit("", "unknown")
    assert head() == ""
    assert commit([]).as_variable() == {}


def test_without_the_git_program_a_checkout_has_no_known_commit(checkout, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert commit(read(checkout)) == Commit("", "unknown")


def test_a_repository_without_a_commit(plain):
    git(plain, "init", "-q")
    assert commit(read(plain)) == Commit("", "unknown")


@pytest.mark.parametrize("state", ["committed", "changed"])
def test_a_copy_is_told_what_its_original_is(plain, monkeypatch, state):
    for name, value in Commit(ID, state).as_variable().items():
        monkeypatch.setenv(name, value)
    assert commit(read(plain)) == Commit(ID, state)
    assert head() == os.environ[COMMIT_VARIABLE]


@pytest.mark.parametrize("told", ["main", ID[:12], ID.upper(), f"{ID}-changed", f"{ID}\n", "v1.0"])
def test_a_variable_that_holds_no_commit_is_refused(plain, monkeypatch, told):
    monkeypatch.setenv(COMMIT_VARIABLE, told)
    with pytest.raises(StudyError, match="NQPF_COMMIT is the full hash of a commit, 40 or 64"):
        commit(read(plain))
