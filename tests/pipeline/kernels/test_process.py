"""The warm process and its forks: what they share, what they do not, and that none is left."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from nqpf.errors import StudyError
from nqpf.paths import ROOT
from pipeline.kernels import process
from pipeline.kernels.process import WarmProcess, base_environment, call, is_warm

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="kernels are forked on Linux only")


@pytest.fixture(scope="module")
def warm():
    warm = WarmProcess()
    yield warm
    warm.stop()


@pytest.fixture
def tell(warm, tmp_path):
    """Run code in a fork and return what it says by `answer`."""

    def run(code: str, **environment: str) -> object:
        place = tmp_path / "answer.json"
        code = f"import json\ndef answer(x): json.dump(x, open({str(place)!r}, 'w'))\n{code}"
        surroundings = base_environment() | environment
        fork = warm.fork("builtins:exec", [code, {}], surroundings, tmp_path, tmp_path / "log")
        assert fork.wait(60) == 0, fork.error
        return json.loads(place.read_text())

    return run


def is_there(pid: int) -> bool:
    """Whether a process runs; one that has ended but was not waited for does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def gone(pids, seconds=10):
    deadline = time.monotonic() + seconds
    while any(is_there(pid) for pid in pids) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not any(is_there(pid) for pid in pids)


def test_the_stack_is_there_and_nothing_of_the_study(tell):
    loaded = tell(
        "import sys\n"
        "answer([name for name in sys.modules"
        " if name.split('.')[0] in ('numpy', 'pandas', 'statsmodels', 'nqpf')])"
    )
    assert {"numpy", "pandas", "statsmodels.regression.linear_model"} <= set(loaded)
    assert not [name for name in loaded if name.startswith("nqpf")]


def test_the_stack_holds_all_that_the_study_imports(tell):
    missing = tell(
        "import importlib, pkgutil, sys\n"
        "warm = {name.split('.')[0] for name in sys.modules}\n"
        "import nqpf\n"
        "for module in pkgutil.walk_packages(nqpf.__path__, 'nqpf.'):\n"
        "    importlib.import_module(module.name)\n"
        "new = {name.split('.')[0] for name in sys.modules} - warm\n"
        "answer(sorted(new - sys.stdlib_module_names - {'nqpf'}))"
    )
    assert missing == [], "add what imports these to STACK in pipeline/kernels/warm.py"


def test_the_warm_process_has_one_thread(tell):
    assert tell("import os\nanswer(len(os.listdir(f'/proc/{os.getppid()}/task')))") == 1


def test_forks_do_not_see_what_others_did(tell):
    tell(
        "import matplotlib, numpy, os, pandas\n"
        "matplotlib.rcParams['figure.dpi'] = 7\n"
        "pandas.set_option('display.max_rows', 7)\n"
        "os.environ['LEFT'] = 'behind'\n"
        "numpy.left = 'behind'\n"
        "answer(1)"
    )
    found = tell(
        "import matplotlib, numpy, os, pandas\n"
        "answer([matplotlib.rcParams['figure.dpi'], pandas.get_option('display.max_rows'),"
        " os.environ.get('LEFT'), getattr(numpy, 'left', None)])"
    )
    assert found == [100.0, 60, None, None]


def test_unseeded_random_numbers_differ_between_forks(tell):
    code = "import numpy, random\nanswer([numpy.random.rand(), random.random()])"
    one, other = tell(code), tell(code)
    assert one[0] != other[0]
    assert one[1] != other[1]


def test_surroundings_are_those_asked_for(tell, tmp_path):
    found = tell(
        "import os, time\n"
        "answer([os.environ['MINE'], os.environ['OPENBLAS_NUM_THREADS'], os.getcwd(),"
        " time.tzname[0], hash('a')])",
        MINE="here",
    )
    hashed = subprocess.run(
        [sys.executable, "-c", "print(hash('a'))"],
        env={"PYTHONHASHSEED": "0"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert found == ["here", "1", str(tmp_path), "UTC", int(hashed.stdout)]


def test_what_is_written_to_the_screen_goes_to_the_log(tell, tmp_path):
    tell("import os\nprint('by python')\nos.system('echo by others >&2')\nanswer(1)")
    assert set((tmp_path / "log").read_text().split("\n")) == {"by python", "by others", ""}


@pytest.mark.parametrize(("code", "expected"), [("raise SystemExit(3)", 3), ("1 / 0", 1)])
def test_exit_codes_are_reported(warm, tmp_path, code, expected):
    fork = warm.fork("builtins:exec", [code, {}], base_environment(), tmp_path)
    assert fork.wait(60) == expected
    assert fork.poll() == expected
    assert bool(fork.error) == (code == "1 / 0")


def test_signals_reach_all_that_a_fork_has_started(warm, tmp_path):
    note = tmp_path / "pid"
    code = (
        "import subprocess\n"
        "child = subprocess.Popen(['sleep', '60'])\n"
        f"open({str(note)!r}, 'w').write(str(child.pid))\n"
        "child.wait()"
    )
    fork = warm.fork("builtins:exec", [code, {}], base_environment(), tmp_path)
    while not (note.exists() and note.read_text()):
        time.sleep(0.02)
    assert fork.poll() is None
    with pytest.raises(subprocess.TimeoutExpired):
        fork.wait(0.05)
    fork.kill()
    assert fork.wait(10) == -signal.SIGKILL
    assert gone([int(note.read_text())])


def test_a_warm_process_that_was_killed_is_replaced(tmp_path):
    warm = WarmProcess()
    try:
        fork = warm.fork("time:sleep", [60], base_environment(), tmp_path)
        os.kill(warm._process.pid, signal.SIGKILL)
        assert fork.wait(10) == -signal.SIGKILL
        assert gone([fork.pid])
        again = warm.fork("time:sleep", [0], base_environment(), tmp_path)
        assert again.wait(60) == 0
    finally:
        warm.stop()


def test_stop_ends_everything(tmp_path):
    warm = WarmProcess()
    forks = [warm.fork("time:sleep", [60], base_environment(), tmp_path) for _ in range(2)]
    pids = [warm._process.pid, *(fork.pid for fork in forks)]
    warm.stop()
    assert gone(pids)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_nothing_outlives_the_build_however_it_ends(tmp_path, number):
    code = (
        "import signal\n"
        "from pathlib import Path\n"
        "from pipeline.kernels.process import WARM, base_environment\n"
        # a shell lets what it runs behind itself pass over Ctrl-C
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "busy = 'while True: pass'\n"
        "forks = [WARM.fork('builtins:exec', [busy, {}], base_environment(), Path('.'))]\n"
        "print(WARM._process.pid, *(fork.pid for fork in forks), flush=True)\n"
        "forks[0].wait()\n"
    )
    build = subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": "src"},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        pids = [int(pid) for pid in build.stdout.readline().split()]
        assert len(pids) == 2
        assert all(is_there(pid) for pid in pids)
        build.send_signal(number)
        build.wait(10)
        assert gone(pids)
    finally:
        build.kill()
        build.wait()


@pytest.mark.parametrize("kernel", ["warm", "stock"])
def test_a_job_raises_here_what_it_raised_there(monkeypatch, tmp_path, kernel):
    monkeypatch.setenv("KERNEL", kernel)
    monkeypatch.setattr(process, "BUILD", tmp_path)
    code = "from nqpf.errors import StudyError\nraise StudyError('expected words')"
    with pytest.raises(StudyError, match=r"^expected words$"):
        call("builtins:exec", code, {})
    with pytest.raises(StudyError, match="exec failed: ZeroDivisionError: division by zero; the"):
        call("builtins:exec", "1 / 0", {})
    assert "Traceback" in (tmp_path / "failed/exec.txt").read_text()
    process.WARM.stop()


def test_a_job_that_is_killed_is_an_error(monkeypatch):
    monkeypatch.setenv("KERNEL", "warm")
    code = "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)"
    with pytest.raises(StudyError, match="exec ended before its time, with code -9"):
        call("builtins:exec", code, {})
    process.WARM.stop()


def test_kernel_is_warm_or_stock(monkeypatch):
    monkeypatch.delenv("KERNEL", raising=False)
    assert is_warm()
    monkeypatch.setenv("KERNEL", "stock")
    assert not is_warm()
    monkeypatch.setenv("KERNEL", "cold")
    with pytest.raises(StudyError, match=r"'warm' .* or 'stock', got 'cold'"):
        is_warm()


def test_other_systems_use_stock_kernels(monkeypatch):
    monkeypatch.delenv("KERNEL", raising=False)
    monkeypatch.setattr(process.sys, "platform", "darwin")
    assert not is_warm()
