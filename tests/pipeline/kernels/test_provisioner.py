"""A forked kernel is the kernel that would have been started, for all that a notebook sees."""

import re
import sys

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import DeadKernelError

from pipeline.kernels import process
from pipeline.kernels.process import base_environment
from pipeline.kernels.provisioner import choose_provisioner

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="kernels are forked on Linux only")

LOOK = """
import os, sys, warnings, random
import matplotlib, matplotlib.pyplot as plt, numpy, pandas
warnings.warn("a warning that is shown")
print(sys.argv[0].rpartition("/")[2], [part for part in sys.argv[1:] if not part.endswith(".json")])
print(sys.path, os.getcwd(), __name__, sys.flags)
ours = {k: v for k, v in os.environ.items() if k not in ("PYTEST_CURRENT_TEST", "KERNEL")}
print(sorted(k for k in ours if not k.startswith("JPY")), os.environ["OPENBLAS_NUM_THREADS"])
print(matplotlib.get_backend(), plt.isinteractive(), matplotlib.rcParams["figure.dpi"])
print(hash("a"), {"b", "a", "c"}, sys.getdefaultencoding(), sys.getfilesystemencoding())
os.system("echo from a child")
numpy.random.seed(1); random.seed(1); print(numpy.random.rand(), random.random())
pandas.DataFrame({"a": [1.5, None]})
"""


@pytest.fixture(scope="module", autouse=True)
def nothing_left():
    yield
    process.WARM.stop()


def run(monkeypatch, tmp_path, kernel, *cells):
    monkeypatch.setenv("KERNEL", kernel)
    choose_provisioner()
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    client = NotebookClient(
        notebook, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}
    )
    with (tmp_path / "log").open("ab") as log:
        client.execute(env=base_environment(), stdout=log, stderr=log)
    text = nbformat.writes(notebook)  # warnings name a file after the kernel's process
    outputs = nbformat.reads(re.sub(r"ipykernel_\d+", "ipykernel_0", text), as_version=4)
    return [cell.outputs for cell in outputs.cells]


def test_a_notebook_sees_no_difference(monkeypatch, tmp_path):
    warm = run(monkeypatch, tmp_path, "warm", LOOK, "1 + 1")
    stock = run(monkeypatch, tmp_path, "stock", LOOK, "1 + 1")
    assert [dict(output) for output in warm[0]] == [dict(output) for output in stock[0]]
    assert warm[1][0]["data"] == stock[1][0]["data"] == {"text/plain": "2"}


def test_a_warm_kernel_is_forked(monkeypatch, tmp_path):
    (out,) = run(monkeypatch, tmp_path, "warm", "import os; os.getppid()")
    assert int(out[0]["data"]["text/plain"]) == process.WARM._process.pid


def test_a_kernel_that_dies_is_noticed(monkeypatch, tmp_path):
    with pytest.raises(DeadKernelError):
        run(monkeypatch, tmp_path, "warm", "import os; os._exit(3)")
