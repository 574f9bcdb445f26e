"""What may go wrong around a build: each ends in one sentence, and leaves nothing half-made."""

import json
import os
import random
import signal
import subprocess
import sys

import pytest

from .conftest import make_project, one_sentence, wait_for

KILLS = 20
FREE_BYTES = 4_300_000


def nothing_half_made(project, before):
    """What a reader uses is as it was, no stage is left and no process runs."""
    stage = project.root / "build/stage"
    return (
        project.bytes_made() == before
        and not (stage.exists() and list(stage.iterdir()))
        and project.wait_until_alone() == {}
    )


def test_kill_9_at_random_moments_changes_no_byte(project, built_once):
    moments = random.Random(20240718)
    for _ in range(KILLS):
        process = project.start("all")
        wait_for(lambda p=process: p.poll() is not None, moments.uniform(0.2, 3.0))
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=30)
        assert project.wait_until_alone() == {}
    result = project.make()
    assert result.returncode == 0, result.stderr
    assert project.bytes_made() == built_once.bytes_made()


@pytest.mark.parametrize(
    "surroundings",
    [
        {"LC_ALL": "C", "LANG": "C", "TZ": "Pacific/Kiritimati", "HOME": "/nowhere"},
        {"LC_ALL": "xx_YY.none", "PYTHONHASHSEED": "7", "MPLBACKEND": "nowhere", "COLUMNS": "20"},
    ],
    ids=["locale C, other time zone", "unknown locale, other seeds"],
)
def test_surroundings_change_no_byte(project, built_once, surroundings):
    result = project.make(**surroundings)
    assert result.returncode == 0, result.stderr
    assert project.bytes_made() == built_once.bytes_made()


def test_another_working_directory(built):
    built.write_notebook("06_conclusion", "page.record('number', 66, digits=0)")
    result = subprocess.run(
        ["make", "-C", str(built.root)],
        cwd="/",
        env=built.environment(),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert "66" in (built.root / "build/facts/06_conclusion.json").read_text()


EXIT = ("import os\nos._exit(7)", "its kernel ended with exit code 7")
CRASH = ("import ctypes\nctypes.string_at(0)", "its kernel was ended by signal 11 (SIGSEGV)")
KILL = ("import os\nos.kill(os.getpid(), 9)", "most likely because memory ran out")


@pytest.mark.parametrize(
    ("kernel", "code", "words"),
    [("warm", *EXIT), ("warm", *CRASH), ("warm", *KILL), ("stock", *EXIT)],
    ids=["exits", "crashes", "is killed", "stock, exits"],
)
def test_a_kernel_that_dies(built, kernel, code, words):
    before = built.bytes_made()
    built.write_notebook("02_definitions", code)
    sentence = one_sentence(built.make("nb-02", KERNEL=kernel))
    assert sentence.startswith("error: 02_definitions stopped in code cell 3 ('body'): its kernel")
    assert words in sentence
    assert (built.root / "build/failed/02_definitions.ipynb").exists()
    assert nothing_half_made(built, before)


@pytest.mark.parametrize("code", ["while True: pass", "import time\ntime.sleep(1000)"])
def test_a_notebook_that_never_ends(built, code):
    before = built.bytes_made()
    built.write_notebook("02_definitions", code)
    sentence = one_sentence(built.make("nb-02", "TIMEOUT=4"))
    words = "stopped in code cell 3 ('body'): it did not end within 4 s; allow more with TIMEOUT="
    assert words in sentence
    assert nothing_half_made(built, before)


def test_a_folder_for_temporary_files_with_a_long_name(built, tmp_path):
    folder = tmp_path / ("long" * 25)  # longer than the path of a socket may be
    folder.mkdir()
    built.write_notebook("02_definitions", "page.record('number', 22, digits=0)")
    result = built.make("nb-02", TMPDIR=str(folder))
    assert result.returncode == 0, result.stderr
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("kernel", ["warm", "stock"])
def test_what_a_reader_has_set_for_ipython_changes_no_result(built, tmp_path, kernel):
    start = tmp_path / "profile_default/startup"
    start.mkdir(parents=True)
    (start / "00-mine.py").write_text("import builtins\nbuiltins.sum = max")
    built.write_notebook("02_definitions", "page.record('number', sum([11, 11]), digits=0)")
    result = built.make("nb-02", KERNEL=kernel, IPYTHONDIR=str(tmp_path))
    assert result.returncode == 0, result.stderr
    facts = json.loads((built.root / "build/facts/02_definitions.json").read_text())["facts"]
    assert facts["number"]["value"] == 22


def test_a_mistyped_limit_or_kernel_is_named(built):
    built.write_notebook("02_definitions", "page.record('number', 22, digits=0)")
    assert "TIMEOUT is a number of seconds" in one_sentence(built.make("TIMEOUT=soon"))
    assert "KERNEL is 'warm' (the default) or 'stock'" in one_sentence(built.make(KERNEL="hot"))


@pytest.mark.parametrize("target", ["mine/installed", "distclean"])
def test_a_folder_that_make_has_not_made_is_never_emptied(project, target):
    own = project.root / "mine"
    own.mkdir()
    (own / "pyvenv.cfg").write_text("home = elsewhere")
    built = project.root / "build/kept.txt"
    built.parent.mkdir(exist_ok=True)
    built.touch()
    assert "mine is no environment that make has made" in one_sentence(
        project.make("VENV=mine", target)
    )
    (project.root / "link").symlink_to(own)
    assert "link is no environment" in one_sentence(
        project.make("VENV=link", target.replace("mine", "link"))
    )
    assert [path.name for path in own.iterdir()] == ["pyvenv.cfg"]
    assert built.is_file()


@pytest.mark.skipif(sys.platform != "linux", reason="the shell's limit of memory is Linux's")
def test_too_little_memory(built):
    before = built.bytes_made()
    built.write_notebook("02_definitions", "import numpy\nnumpy.ones(10**9)")
    sentence = one_sentence(built.make("nb-02", before="ulimit -v 6000000"))
    assert "stopped in code cell 3 ('body')" in sentence
    assert "MemoryError: Unable to allocate" in sentence
    assert nothing_half_made(built, before)


def test_a_missing_font_is_named(built):
    before = built.bytes_made()
    font = built.root / "src/nqpf/report/fonts/CompendiumHans-Regular.otf"
    draw = "from nqpf.report.style import house_style\nhouse_style()"
    built.write_notebook("02_definitions", draw)
    content = font.read_bytes()
    font.unlink()
    sentence = one_sentence(built.make("nb-02"))
    assert "CompendiumHans-Regular.otf is gone; bring it back" in sentence
    assert nothing_half_made(built, before)
    built.write_notebook("02_definitions", "page.record('number', 2, digits=0)")
    font.write_bytes(content)
    assert built.make("nb-02").returncode == 0


@pytest.mark.parametrize("place", ["data/raw/international.csv", "src/nqpf/report/style.mplstyle"])
def test_a_file_that_is_gone_is_a_change(built, place):
    (built.root / place).unlink()
    result = built.make("nb-02")
    if place.startswith("data"):
        assert "international.csv" in one_sentence(result)
    else:  # this notebook draws nothing, so it does without
        assert "task_notebook[default-02_definitions]" in result.stdout


@pytest.fixture
def disk(tmp_path):
    """Mount a small disk and unmount it afterwards; says how many megabytes it has."""
    place = tmp_path / "small disk 盘"
    place.mkdir()

    def mount(options: str) -> None:
        command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(place)]
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=False)
        except FileNotFoundError:
            pytest.skip("no mount command here, so no small disk can be made")
        if done.returncode:
            pytest.skip(f"only root may mount a small disk: {done.stderr.strip()}")

    yield place, mount
    if os.path.ismount(place):
        subprocess.run(["umount", "--lazy", str(place)], check=True)


def test_a_full_disk(disk, built_once):
    place, mount = disk
    mount("size=40m")
    project = make_project(place / "tiny copy 广东")
    space = os.statvfs(place)
    filler = place / "filler"  # leaves room for the panels, not for what comes after
    filler.write_bytes(b"\0" * (space.f_bavail * space.f_frsize - FREE_BYTES))
    result = project.make()
    assert result.returncode != 0
    assert "Traceback" not in result.stdout + result.stderr
    assert "No space left on device" in result.stderr
    assert all(line.startswith(("error: ", "make")) for line in result.stderr.splitlines()), (
        result.stderr
    )
    made, whole = project.bytes_made(), built_once.bytes_made()
    assert len(made) < len(whole)
    assert {name: content for name, content in made.items() if whole[name] != content} == {}

    filler.unlink()
    again = project.make()
    assert again.returncode == 0, again.stderr
    assert project.bytes_made() == whole


def test_a_folder_that_cannot_be_written_to(disk):
    place, mount = disk
    mount("size=60m")
    project = make_project(place / "tiny copy 广东")
    subprocess.run(["mount", "-o", "remount,ro", str(place)], check=True)
    sentence = one_sentence(project.make())
    assert "Read-only file system; copy the project to a place that can be written" in sentence
