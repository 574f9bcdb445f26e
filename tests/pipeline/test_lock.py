"""pyproject.toml, environment.yml and the locks say the same."""

import re
import tomllib

import pytest
import yaml

from pipeline.install import INSTALLER_LOCK
from pipeline.lock import (
    CONDA_NAMES,
    DEV_LOCK,
    ENVIRONMENT,
    LOCK,
    ROOT,
    direct_dependencies,
    environment_text,
    locked_versions,
    normal,
)


def test_every_direct_dependency_is_locked_and_named_in_the_environment():
    versions = locked_versions(LOCK)
    listed = yaml.safe_load(ENVIRONMENT.read_text())["dependencies"]
    pins = dict(line.split("=") for line in listed if line != "pip")
    pins.pop("python")
    expected = {
        CONDA_NAMES.get(name, name): versions[normal(name)] for name in direct_dependencies()
    }
    assert pins == expected


def test_environment_is_what_the_lock_gives():
    assert ENVIRONMENT.read_text(encoding="utf-8") == environment_text()


def test_tests_run_on_the_very_versions_of_the_study():
    study, tests = locked_versions(LOCK), locked_versions(DEV_LOCK)
    assert {name: tests[name] for name in study} == study


def test_uv_itself_is_the_version_that_the_tests_lock_has():
    installer = locked_versions(INSTALLER_LOCK)
    assert installer == {"uv": locked_versions(DEV_LOCK)["uv"]}


def test_extras_are_locked_too():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    locked = locked_versions(DEV_LOCK)
    for name in (one for extra in project["optional-dependencies"].values() for one in extra):
        assert normal(name) in locked


@pytest.mark.parametrize("path", [LOCK, DEV_LOCK, INSTALLER_LOCK], ids=lambda path: path.name)
def test_locks_have_hashes_and_no_host_names(path):
    text = path.read_text()
    blocks = re.split(r"\n(?=[A-Za-z0-9])", text.strip())
    assert all("--hash=sha256:" in block for block in blocks)
    assert not re.search(r"https?:|file:|@ |--(extra-)?index|--find-links|/opt/", text)
