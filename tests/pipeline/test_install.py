"""The environment is filled by uv, which looks where pip is told to and checks every hash."""

import ast
import base64
import hashlib
import os
import subprocess
import sys
import zipfile

import pytest

from pipeline.install import ROOT, settings_for_uv, settings_of_pip

SCRIPT = ROOT / "pipeline" / "install.py"
LISTED = """\
global.cert='/certs/all.pem'
global.extra-index-url='https://one.example/simple\\nhttps://two.example/simple'
global.find-links='/wheels /more wheels'
global.index-url='https://slow.example/simple'
global.timeout='60'
install.index-url='https://mirror.example/simple'
:env:.index-url='https://nearer.example/simple'
:env:.disable-pip-version-check='1'
wheel.find-links='/not for installing'
"""
METADATA = "Metadata-Version: 2.1\nName: nqpf-nothing\nVersion: 1.0\n"
WHEEL = "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


def test_uv_is_told_what_pip_is_told():
    assert settings_for_uv(settings_of_pip(LISTED.splitlines())) == {
        "UV_DEFAULT_INDEX": "https://nearer.example/simple",
        "UV_INDEX": "https://one.example/simple https://two.example/simple",
        "UV_FIND_LINKS": "/wheels,/more,wheels",
        "SSL_CERT_FILE": "/certs/all.pem",
    }


def test_the_setting_for_installing_wins_over_the_general_one():
    without_environment = [line for line in LISTED.splitlines() if not line.startswith(":env:")]
    assert settings_for_uv(settings_of_pip(without_environment))["UV_DEFAULT_INDEX"].startswith(
        "https://mirror"
    )


def test_where_pip_is_told_nothing_uv_is_neither():
    assert settings_for_uv(settings_of_pip([])) == {}


def test_it_needs_nothing_that_is_not_there_yet():
    imported = set()
    for node in ast.walk(ast.parse(SCRIPT.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            imported |= {one.name.partition(".")[0] for one in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add(node.module.partition(".")[0])
    assert imported <= sys.stdlib_module_names


def seal(text):
    """Hash of a file as a wheel's record has it."""
    digest = hashlib.sha256(text.encode()).digest()
    return f"sha256={base64.urlsafe_b64encode(digest).decode().rstrip('=')}"


@pytest.fixture
def shelf(tmp_path):
    """A folder with one wheel, which is an index for pip and uv alike."""
    folder = tmp_path / "shelf"
    folder.mkdir()
    place = "nqpf_nothing-1.0.dist-info"
    files = {f"{place}/METADATA": METADATA, f"{place}/WHEEL": WHEEL}
    record = "".join(f"{name},{seal(text)},{len(text)}\n" for name, text in files.items())
    with zipfile.ZipFile(folder / "nqpf_nothing-1.0-py3-none-any.whl", "w") as wheel:
        for name, text in {**files, f"{place}/RECORD": f"{record}{place}/RECORD,,\n"}.items():
            wheel.writestr(name, text)
    return folder


def installed(shelf, digest, **settings):
    """What happens when the wheel on the shelf is locked with this hash."""
    lock = shelf.parent / "requirements.lock"
    lock.write_text(f"nqpf-nothing==1.0 \\\n    --hash=sha256:{digest}\n")
    names = ("PIP_", "UV_")
    quiet = {name: text for name, text in os.environ.items() if not name.startswith(names)}
    told = {"PIP_CONFIG_FILE": os.devnull, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(shelf)}
    return subprocess.run(
        [sys.executable, "-I", SCRIPT, lock],
        env={**quiet, **told, **settings},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_package_with_another_hash_is_refused_in_one_sentence(shelf):
    refused = installed(shelf, "0" * 64)
    assert refused.returncode == 1
    assert "nqpf-nothing" in refused.stderr  # uv found the wheel where pip was told to look
    assert "mismatch" in refused.stderr.lower()
    last = refused.stderr.strip().splitlines()[-1]
    assert last.startswith("error: what requirements.lock names could not be had")
    assert "Traceback" not in refused.stderr


def test_what_uv_is_told_itself_wins(shelf, tmp_path):
    elsewhere = tmp_path / "nothing here"
    elsewhere.mkdir()
    refused = installed(shelf, "0" * 64, UV_FIND_LINKS=str(elsewhere))
    assert refused.returncode == 1
    assert "mismatch" not in refused.stderr.lower()


def test_a_configuration_of_pip_that_cannot_be_read_is_one_sentence(shelf, tmp_path):
    broken = tmp_path / "pip.conf"
    broken.write_text("index-url = no section\n")
    refused = installed(shelf, "0" * 64, PIP_CONFIG_FILE=str(broken))
    assert refused.returncode == 1
    assert refused.stderr.strip().splitlines()[-1].startswith("error: pip's configuration")
    assert "Traceback" not in refused.stderr
